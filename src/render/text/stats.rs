//! stub
use std::io::{self, Write};
use super::Style;
use crate::report::stats::Stats;
/// Stub.
pub fn write(_report: &Stats, _style: &Style, _out: &mut dyn Write) -> io::Result<()> { Ok(()) }
