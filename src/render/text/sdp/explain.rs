//! `--explain`: every line, and below it what it means.

use std::io::{self, Write};

use super::{Paint, Style, short};
use crate::report::sdp_explain::Explanation;

/// So much of a line is shown.
const SHOWN: usize = 400;

pub(super) fn write(explanation: &Explanation, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let digits = explanation.lines.last().map_or(1, |line| line.line.to_string().len());
    let mut section = None;
    writeln!(out)?;
    for line in &explanation.lines {
        if line.media != section {
            section = line.media;
            writeln!(out)?;
        }
        write_line(line.line, digits, &short(&line.text, SHOWN), style, out)?;
        let reference = line
            .reference
            .as_ref()
            .map_or(String::new(), |reference| format!(" ({reference})"));
        let indent = " ".repeat(digits + 4);
        writeln!(out, "{}", style.wrap(&indent, &format!("{}{reference}", line.meaning)))?;
    }
    Ok(())
}

/// A line with its number; what does not fit goes on below, after a mark.
fn write_line(number: usize, digits: usize, text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let room = style
        .width
        .map_or(usize::MAX, |width| width.saturating_sub(digits + 2).max(20));
    let mut number = format!("{number:>digits$}  ");
    let mut rest = text;
    loop {
        let end = rest
            .char_indices()
            .nth(room)
            .map_or(rest.len(), |(end, _)| fold(rest, end));
        let (part, after) = rest.split_at(end);
        let part = if after.is_empty() { part } else { part.trim_end() };
        writeln!(
            out,
            "{}{}",
            style.paint(Paint::Dim, &number),
            style.paint(Paint::Cyan, part)
        )?;
        if after.is_empty() {
            return Ok(());
        }
        number = format!("{:>digits$}> ", "");
        rest = after;
    }
}

/// Where to go on below: after the last blank, `:` or `;` of what fits, if one stands in its last third.
fn fold(text: &str, end: usize) -> usize {
    let after = text[..end].rfind([' ', ':', ';']).map_or(0, |at| at + 1);
    if after > end / 3 * 2 { after } else { end }
}
