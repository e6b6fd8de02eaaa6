//! The text of `rtcdiag pcap`.

use std::io::{self, Write};

use super::{Paint, Style};
use crate::report::pcap::Pcap;

/// The head of the report, then what was found session by session.
pub fn write(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", style.paint(Paint::Bold, &report.file.path))
}
