//! `rtcdiag explain`: one entry in full, or all of them in a list.

use std::io::{self, Write};

use super::{Paint, Style, finding, indented};
use crate::render::table::{Cell, Column, Table};
use crate::report::explain::{Entry, Explain};

/// The list, or the one entry there is.
pub fn write(report: &Explain, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match report.entries.as_slice() {
        [entry] => write_entry(entry, style, out),
        entries => write_list(entries, style, out),
    }
}

fn write_entry(entry: &Entry, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let first = format!("{}: ", entry.code);
    let title = style.wrap(&first, &entry.title);
    writeln!(out, "{}", title.replacen(&first, &style.paint(Paint::Bold, &first), 1))?;
    if let Some(severity) = entry.severity {
        writeln!(
            out,
            "severity: {}",
            style.paint(finding::color(severity), severity.name())
        )?;
    }
    let mut section = |heading: &str, text: &str| {
        writeln!(out, "\n{}", style.paint(Paint::Bold, heading))?;
        writeln!(out, "{}", style.wrap("  ", text))
    };
    section("What it means", &entry.what)?;
    if let Some(why) = &entry.why {
        section("Why it happens", why)?;
    }
    if !entry.fix.is_empty() {
        section("How to fix it", &entry.fix)?;
    }
    if let Some(example) = &entry.example {
        section("Example", example)?;
    }
    if !entry.values.is_empty() {
        writeln!(out, "\n{}", style.paint(Paint::Bold, "Values"))?;
        for one in &entry.values {
            writeln!(out, "  {}", style.paint(Paint::Cyan, &one.value))?;
            writeln!(out, "{}", style.wrap("      ", &one.meaning))?;
        }
    }
    let mut section = |heading: &str, text: &str| {
        writeln!(out, "\n{}", style.paint(Paint::Bold, heading))?;
        writeln!(out, "{}", style.wrap("  ", text))
    };
    if !entry.findings.is_empty() {
        section("Findings about it", &entry.findings.join(", "))?;
    }
    section("Read more", &entry.reference)
}

fn write_list(entries: &[Entry], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for (topic, heading) in [
        ("finding", "Findings"),
        ("stun-error", "Error numbers of STUN, TURN and ICE"),
        ("sdp-line", "Types of lines of SDP"),
        ("sdp-attribute", "Attributes of SDP"),
    ] {
        let mut table = Table::new(&[Column::left("code"), Column::left("severity"), Column::left("means")]);
        for entry in entries.iter().filter(|entry| entry.topic == topic) {
            let severity = match entry.severity {
                Some(severity) => Cell::painted(severity.name(), finding::color(severity)),
                None => "".into(),
            };
            table.row(vec![entry.code.as_str().into(), severity, entry.title.as_str().into()]);
        }
        writeln!(out, "{}", style.paint(Paint::Bold, heading))?;
        for line in indented(&table, style).iter().skip(1) {
            writeln!(out, "{line}")?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "`rtcdiag explain CODE` says what it means, why it happens and how to fix it."
    )
}
