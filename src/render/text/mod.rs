//! Text for people: first what was found, then what it means, worst first, and the verdict on the last line.

pub mod candidates;
pub mod explain;
pub mod finding;
pub mod loopback;
pub mod pcap;
pub mod sdp;
pub mod stats;

use std::io::{self, IsTerminal, Write};

use super::{sanitize, table};
use crate::report::{Envelope, Report};

/// Color and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether there are colors.
    pub color: bool,
    /// The columns to keep to; nothing is wrapped if there are none.
    pub width: Option<usize>,
}

/// Colors by what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Does not work.
    Red,
    /// Works.
    Green,
    /// Works, with a but.
    Yellow,
    /// A name to take up again.
    Cyan,
    /// A heading.
    Bold,
    /// Less important.
    Dim,
}

/// The columns of what is written to a file or a pipe, and of a terminal that does not say how wide it is.
const PIPED: usize = 100;

impl Style {
    /// No color, no wrapping.
    pub const PLAIN: Style = Style {
        color: false,
        width: None,
    };

    /// For stdout as it is. `color` is the user's word, if there was one.
    pub fn for_stdout(color: Option<bool>) -> Style {
        let terminal = io::stdout().is_terminal();
        Style {
            color: use_color(color, terminal),
            width: Some(table::terminal_width().filter(|_| terminal).unwrap_or(PIPED)),
        }
    }

    /// For stderr as it is.
    pub fn for_stderr(color: Option<bool>) -> Style {
        Style {
            color: use_color(color, io::stderr().is_terminal()),
            width: None,
        }
    }

    /// `text` in a color, if there are colors.
    pub fn paint(&self, paint: Paint, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let code = match paint {
            Paint::Red => "1;31",
            Paint::Green => "32",
            Paint::Yellow => "33",
            Paint::Cyan => "36",
            Paint::Bold => "1",
            Paint::Dim => "2",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// `text` in lines of this width, the first after `first`, the others after as many blanks.
    pub fn wrap(&self, first: &str, text: &str) -> String {
        self.hang(first, first.chars().count(), text)
    }

    /// [`Style::wrap`] with an indent of its own for the other lines.
    pub fn hang(&self, first: &str, indent: usize, text: &str) -> String {
        let mut column = first.chars().count();
        let width = self.width.unwrap_or(usize::MAX).max(column.min(indent) + 20);
        let mut lines = first.to_owned();
        let mut begun = false;
        let words = text
            .split(' ')
            .flat_map(|word| pieces(word, width - indent.min(width - 1)));
        for (word, again) in words {
            let length = word.chars().count();
            if column > indent && (again || column + usize::from(begun) + length > width) {
                lines.truncate(lines.trim_end().len());
                lines.push('\n');
                lines.push_str(&" ".repeat(indent));
                (column, begun) = (indent, false);
            }
            if begun {
                lines.push(' ');
                column += 1;
            }
            lines.push_str(word);
            column += length;
            begun = true;
        }
        lines
    }
}

/// A word in pieces of at most this length, each with whether it goes on with the word of the piece before: hashes and URLs can
/// be longer than a line. What has colors stays as it is.
fn pieces(word: &str, length: usize) -> impl Iterator<Item = (&str, bool)> {
    let length = if word.contains('\x1b') { usize::MAX } else { length };
    let mut rest = Some(word);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.char_indices().nth(length).map_or(text.len(), |(end, _)| end);
        let (piece, after) = text.split_at(end);
        rest = Some(after).filter(|after| !after.is_empty());
        Some((piece, text.len() < word.len()))
    })
}

/// The lines of a table, indented by two, and together no wider than the terminal.
fn indented(table: &table::Table, style: &Style) -> Vec<String> {
    let narrower = Style {
        width: style.width.map(|width| width.saturating_sub(2)),
        ..*style
    };
    table
        .lines(&narrower)
        .into_iter()
        .map(|line| format!("  {line}"))
        .collect()
}

/// `--color`, else `NO_COLOR` (no-color.org), else `CLICOLOR_FORCE`, else whether it is a terminal that has colors.
fn use_color(choice: Option<bool>, terminal: bool) -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    choice.unwrap_or_else(|| {
        if set("NO_COLOR").is_some() {
            false
        } else if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
            true
        } else {
            terminal && set("TERM").is_some_and(|value| value != "dumb")
        }
    })
}

/// The whole report; with `quiet` only its warnings and errors.
pub fn report(envelope: &Envelope, style: &Style, quiet: bool, out: &mut dyn Write) -> io::Result<()> {
    // What `explain` prints is written in this program; all else may hold text from outside.
    if let Report::Explain(report) = &envelope.report {
        explain::write(report, style, out)?;
        return out.flush();
    }
    let safe = match &envelope.report {
        _ if sanitize::is_visible(envelope) => None,
        // Made safe is only what is shown: a description may have a hundred thousand sections.
        Report::Sdp(report) => Some(sanitize::document(&sdp::shown(report, envelope))),
        _ => Some(sanitize::document(envelope)),
    };
    let envelope = safe.as_ref().unwrap_or(envelope);
    if !quiet {
        match &envelope.report {
            Report::Candidates(report) => candidates::write(report, style, out)?,
            Report::Explain(_) => {}
            Report::Loopback(report) => loopback::write(report, style, out)?,
            Report::Pcap(report) => pcap::write(report, &envelope.findings, style, out)?,
            Report::Sdp(report) => sdp::write(report, style, out)?,
            Report::Stats(report) => stats::write(report, style, out)?,
        }
    }
    finding::write_all(&envelope.findings, style, quiet, out)?;
    if !quiet {
        finding::write_verdict(envelope, style, out)?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_keep_their_indent() {
        let style = Style {
            width: Some(30),
            ..Style::PLAIN
        };
        let text = style.wrap("  fix: ", "one two three four five six seven eight");
        assert_eq!(text, "  fix: one two three four five\n       six seven eight");
        assert_eq!(Style::PLAIN.wrap("- ", "one two"), "- one two");
        let text = style.hang("m-line 0: audio, ", 4, "mid 0, sendrecv, over the transport");
        assert_eq!(text, "m-line 0: audio, mid 0,\n    sendrecv, over the\n    transport");
    }

    #[test]
    fn words_longer_than_a_line_are_cut_in_pieces() {
        let style = Style {
            width: Some(30),
            ..Style::PLAIN
        };
        let hash = "0123456789abcdef".repeat(3);
        let text = style.wrap("    - ", &format!("own: {hash} end"));
        assert_eq!(
            text,
            "    - own:\n      0123456789abcdef01234567\n      89abcdef0123456789abcdef\n      end"
        );
        assert_eq!(text.replace([' ', '\n'], ""), format!("-own:{hash}end"));
        let painted = format!("\x1b[2m{hash}\x1b[0m");
        assert!(style.wrap("", &painted).contains(&painted));
        assert_eq!(Style::PLAIN.wrap("", &hash), hash);
    }

    #[test]
    fn the_word_of_the_user_decides_about_color() {
        assert!(use_color(Some(true), false));
        assert!(!use_color(Some(false), true));
    }
}
