//! `rtcdiag sdp`: a short head for each description, then its m-lines, or what was asked for in their place: every line
//! explained, what a pair agreed on, what changed.

mod description;
mod diff;
mod explain;
mod list;
mod media;
mod negotiation;
mod shown;

use std::io::{self, Write};

use super::{Paint, Style, indented};
use crate::render::table::Table;
use crate::report::sdp::Sdp;
use crate::report::sdp_dump::Pair;

pub use shown::shown;

/// So many m-lines are shown; a call has a handful, a conference some dozens.
const SHOWN: usize = 200;

/// All but the findings.
pub fn write(report: &Sdp, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if report.listed {
        list::write(report, style, out)?;
    } else {
        write_each(report, style, out)?;
    }
    if let Some(negotiation) = &report.negotiation {
        negotiation::write(negotiation, style, out)?;
    }
    for pair in &report.pairs {
        writeln!(out, "{}", style.paint(Paint::Bold, &style.wrap("", &title(pair))))?;
        negotiation::write(&pair.negotiation, style, out)?;
    }
    if let Some(one) = &report.diff {
        diff::write(one, style, out)?;
    }
    Ok(())
}

/// Each description in full, those with the same text once.
fn write_each(report: &Sdp, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let numbered = report.descriptions.iter().any(|one| one.input.number > 1);
    for (index, one) in report.descriptions.iter().enumerate() {
        if one.input.same_as.is_some() {
            continue;
        }
        let again = report
            .descriptions
            .iter()
            .filter(|other| other.input.same_as == Some(one.input.number));
        let again: Vec<String> = again.map(|other| other.input.number.to_string()).collect();
        description::write_head(one, numbered, &again, style, out)?;
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
    Ok(())
}

/// `Offer 1 and answer 3 (peer connections 8-1, 8-2)`.
fn title(pair: &Pair) -> String {
    let what = match pair.connections.len() {
        1 => "peer connection",
        _ => "peer connections",
    };
    let mut names: Vec<String> = pair.connections.iter().take(8).map(|name| short(name, 40)).collect();
    names.extend(more(pair.connections.len(), 8));
    format!(
        "Offer {} and answer {} ({what} {})",
        pair.offer,
        pair.answer,
        names.join(", ")
    )
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

/// A heading: its title painted, and what is said about it; more lines than one are indented.
fn heading(title: &str, paint: Paint, about: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let text = style.hang(title, 4, about);
    writeln!(out, "{}", text.replacen(title, &style.paint(paint, title), 1))
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
