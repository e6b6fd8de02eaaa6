//! `rtcdiag sdp`: a short head for each description, then its m-lines, or what was asked for in their place: every line
//! explained, what a pair agreed on, what changed.

mod description;
mod diff;
mod explain;
mod media;
mod negotiation;
mod shown;

use std::io::{self, Write};

use super::{Paint, Style, indented};
use crate::render::table::Table;
use crate::report::sdp::Sdp;

pub use shown::shown;

/// So many m-lines are shown; a call has a handful, a conference some dozens.
const SHOWN: usize = 200;

/// All but the findings.
pub fn write(report: &Sdp, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let count = report.descriptions.len();
    for (index, one) in report.descriptions.iter().enumerate() {
        description::write_head(one, index, count, style, out)?;
        let explanation = report
            .explanations
            .iter()
            .find(|explanation| explanation.description == index);
        match explanation {
            Some(explanation) => explain::write(explanation, style, out)?,
            // Of two that are compared the comparison is what matters.
            None if report.negotiation.is_some() || report.diff.is_some() => {}
            None => media::write_all(one, style, out)?,
        }
        writeln!(out)?;
    }
    if let Some(negotiation) = &report.negotiation {
        negotiation::write(negotiation, style, out)?;
    }
    if let Some(one) = &report.diff {
        diff::write(one, style, out)?;
    }
    Ok(())
}

/// `  label:     text`, wrapped; nothing if there is no text.
fn field(label: &str, text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let first = format!("  {:<12}", format!("{label}:"));
    let lines = style.wrap(&first, text);
    writeln!(out, "{}", lines.replacen(&first, &style.paint(Paint::Dim, &first), 1))
}

/// A table, indented.
fn write_table(table: &Table, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for line in indented(table, style) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// A text of outside, shortened to a number of characters.
fn short(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// `and 3 more`, if a list goes on.
fn more(count: usize, shown: usize) -> Option<String> {
    (count > shown).then(|| format!("and {} more", count - shown))
}

/// `opus/48000/2`.
fn codec_name(encoding: &str, clock_rate: Option<u32>, channels: Option<u32>) -> String {
    let rate = clock_rate.map_or(String::new(), |rate| format!("/{rate}"));
    let channels = channels.filter(|channels| *channels > 1);
    let channels = channels.map_or(String::new(), |channels| format!("/{channels}"));
    format!("{encoding}{rate}{channels}")
}
