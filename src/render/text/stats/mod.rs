//! `rtcdiag stats`: what made the file, then each peer connection: how it ended, over which path, and how its streams went; the
//! lists that show how it came to that are last.

mod connection;
mod diff;
mod lists;
mod streams;
mod words;

use std::io::{self, Write};

use super::{Paint, Style, indented};
use crate::render::table::Table;
use crate::render::units;
use crate::report::stats::{File, MediaCall, Stats};

/// All but the findings.
pub fn write(report: &Stats, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for file in report.files() {
        // Of two that are compared the comparison is what matters.
        write_file(file, report.diff.is_some(), style, out)?;
    }
    match &report.diff {
        Some(one) => diff::write(one, style, out),
        None => Ok(()),
    }
}

fn write_file(file: &File, only_head: bool, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let packed = if file.gzip { ", gzip" } else { "" };
    let head = format!(
        "{} ({}{packed}, {})",
        file.file,
        file.format,
        units::octets(file.bytes as f64)
    );
    writeln!(out, "{}", style.paint(Paint::Bold, &style.hang("", 2, &head)))?;
    field(
        "browser",
        file.browser
            .as_deref()
            .or(file.user_agent.as_deref())
            .unwrap_or_default(),
        style,
        out,
    )?;
    if let (Some(start), Some(duration)) = (&file.start, file.duration_s) {
        // To the second; the exact time is in the JSON.
        let start = format!(
            "{} {} UTC",
            start.get(..10).unwrap_or_default(),
            start.get(11..19).unwrap_or_default()
        );
        let length = match duration > 0.0 {
            true => format!(", {}", units::duration(duration * 1000.0)),
            false => String::new(),
        };
        field("time", &format!("{start}{length}"), style, out)?;
    }
    if !only_head {
        write_media_calls(&file.media_calls, style, out)?;
    }
    let shown = file.peer_connections.len();
    if file.peer_connection_count != 1 {
        let shown = if shown < file.peer_connection_count && !only_head {
            format!(", {shown} shown")
        } else {
            String::new()
        };
        field(
            "connections",
            &format!("{}{shown}", file.peer_connection_count),
            style,
            out,
        )?;
    }
    writeln!(out)?;
    for one in file.peer_connections.iter().filter(|_| !only_head) {
        connection::write(one, style, out)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Calls for media: each answer on a line; of questions only those that have none.
fn write_media_calls(calls: &[MediaCall], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    const SHOWN: usize = 12;
    let answers = calls.iter().filter(|call| call.succeeded.is_some());
    let open = calls.len() - answers.clone().count() > answers.clone().count();
    let listed = calls.iter().filter(|call| call.succeeded.is_some() || open);
    for (shown, call) in listed.enumerate() {
        if shown == SHOWN {
            return field("", "…", style, out);
        }
        let time = call.at_s.map(|at| format!("{at:.3} s: ")).unwrap_or_default();
        let detail = short(&words::words(&call.detail), 120);
        let text = match call.succeeded {
            Some(false) => style.paint(Paint::Red, &format!("failed: {detail}")),
            Some(true) => format!("got {detail}"),
            None => format!("asked {detail}"),
        };
        let label = if shown == 0 { "media" } else { "" };
        field(label, &format!("{time}{} {text}", call.method), style, out)?;
    }
    Ok(())
}

/// `  label:     text`, wrapped; nothing if there is no text.
fn field(label: &str, text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let label = if label.is_empty() {
        String::new()
    } else {
        format!("{label}:")
    };
    let first = format!("  {label:<13}");
    let lines = style.wrap(&first, text);
    writeln!(out, "{}", lines.replacen(&first, &style.paint(Paint::Dim, &first), 1))
}

/// A table below a heading.
fn write_table(heading: &str, table: &Table, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}", style.paint(Paint::Bold, heading))?;
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

/// The color of a state of any kind.
fn state_color(state: &str) -> Option<Paint> {
    match state {
        "connected" | "completed" | "stable" | "succeeded" | "open" => Some(Paint::Green),
        "failed" => Some(Paint::Red),
        "disconnected" | "checking" | "connecting" | "new" | "in-progress" => Some(Paint::Yellow),
        _ => None,
    }
}

fn state_text(state: &str, style: &Style) -> String {
    state_color(state).map_or_else(|| state.to_owned(), |paint| style.paint(paint, state))
}
