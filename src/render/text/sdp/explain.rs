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
        let number = style.paint(Paint::Dim, &format!("{:>digits$}", line.line));
        writeln!(out, "{number}  {}", style.paint(Paint::Cyan, &short(&line.text, SHOWN)))?;
        let reference = line
            .reference
            .as_ref()
            .map_or(String::new(), |reference| format!(" ({reference})"));
        let indent = " ".repeat(digits + 4);
        writeln!(out, "{}", style.wrap(&indent, &format!("{}{reference}", line.meaning)))?;
    }
    Ok(())
}
