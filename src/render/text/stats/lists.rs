//! The lists: `--id`, the time line, candidates and pairs.

use std::io::{self, Write};

use serde_json::Value;

use super::words::words;
use super::{short, state_color, write_table};
use crate::render::table::{Cell, Column, Table};
use crate::render::text::{Paint, Style};
use crate::report::stats::{Object, PeerConnection, TimelineEntry};

/// So many rows of each list are shown.
const ROWS: usize = 60;
/// Values are shortened to this.
const VALUE: usize = 100;

/// All lists.
pub fn write(one: &PeerConnection, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for object in &one.objects {
        write_object(object, style, out)?;
    }
    write_timeline(&one.timeline, style, out)?;
    write_candidates(one, style, out)?;
    write_pairs(one, style, out)
}

fn write_object(object: &Object, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&[
        Column::left("member"),
        Column::right("samples"),
        Column::right("first"),
        Column::right("last"),
        Column::left("unit"),
        Column::bars("over time"),
        Column::left("notes"),
    ]);
    for member in &object.members {
        let notes = [
            (member.resets, "began anew"),
            (member.backward, "clock went back"),
            (member.gaps, "gaps"),
        ];
        let mut notes: Vec<String> = notes
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{what} {count}×"))
            .collect();
        if member.limited {
            notes.push("1000 samples, older ones are gone".to_owned());
        }
        table.row(vec![
            member.name.clone().into(),
            member.samples.to_string().into(),
            value(&member.first).into(),
            value(&member.last).into(),
            member.unit.clone().into(),
            member.sparkline.clone().into(),
            notes.join(", ").into(),
        ]);
    }
    writeln!(out)?;
    let kind = object.kind.as_deref().unwrap_or("stats");
    write_table(&format!("{kind} {}", object.id), &table, style, out)
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => short(text, 40),
        value => value.to_string(),
    }
}

/// Calls and events; the same thing again and again is one row.
fn write_timeline(entries: &[TimelineEntry], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&[Column::right("seconds"), Column::left("event"), Column::left("value")]);
    let mut rows = 0;
    let mut groups = entries.chunk_by(|a, b| a.event == b.event && !a.failed && !b.failed && is_many(&a.event));
    for group in groups.by_ref() {
        let [first, ..] = group else { continue };
        if rows == ROWS && !group.iter().any(|entry| entry.failed) {
            continue;
        }
        rows = (rows + 1).min(ROWS);
        let paint = if first.failed {
            Some(Paint::Red)
        } else {
            state_color(&first.value).filter(|_| is_state(first))
        };
        let text = match group.len() {
            1 => value_words(first),
            count => format!("{count}× {}", values_words(group)),
        };
        let text: Cell = match paint {
            Some(paint) => Cell::painted(text, paint),
            None => text.into(),
        };
        let event: Cell = match first.failed {
            true => Cell::painted(&first.event, Paint::Red),
            false => first.event.clone().into(),
        };
        table.row(vec![
            first.at_s.map(|at| format!("{at:.3}")).unwrap_or_default().into(),
            event,
            text,
        ]);
    }
    writeln!(out)?;
    write_table("time line", &table, style, out)?;
    if rows == ROWS {
        writeln!(out, "  … (--json has all {} events)", entries.len())?;
    }
    Ok(())
}

/// What is beside an event.
fn value_words(entry: &TimelineEntry) -> String {
    let value = [words(&entry.value), entry.candidate.clone().unwrap_or_default()];
    let value: Vec<&str> = value
        .iter()
        .map(String::as_str)
        .filter(|text| !text.is_empty())
        .collect();
    short(&value.join(": "), VALUE)
}

/// What is beside events of one name: of candidates the first, of others everything once.
fn values_words(group: &[TimelineEntry]) -> String {
    let mut said: Vec<String> = Vec::new();
    for entry in group {
        let value = value_words(entry);
        if entry.candidate.is_some() {
            return format!("first {value}");
        }
        if !said.contains(&value) {
            said.push(value);
        }
    }
    short(&said.join("; "), VALUE)
}

fn is_state(entry: &TimelineEntry) -> bool {
    entry.event.ends_with("statechange")
}

/// Events that come in crowds.
fn is_many(event: &str) -> bool {
    [
        "icecandidate",
        "addIceCandidate",
        "transceiver",
        "track",
        "addTrack",
        "addTransceiver",
        "negotiation",
        "getStats",
    ]
    .iter()
    .any(|crowd| event.starts_with(crowd))
}

fn write_candidates(one: &PeerConnection, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if one.candidates.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&[
        Column::left("side"),
        Column::left("type"),
        Column::left("protocol"),
        Column::left("address"),
        Column::right("port"),
        Column::left("network"),
        Column::left("server"),
    ]);
    for listed in one.candidates.iter().take(ROWS) {
        let candidate = &listed.candidate;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let kind = match &candidate.relay_protocol {
            Some(protocol) => format!("{} over {protocol}", text(&candidate.kind)),
            None => text(&candidate.kind),
        };
        table.row(vec![
            listed.side.clone().into(),
            kind.into(),
            text(&candidate.protocol).into(),
            text(&candidate.address).into(),
            candidate
                .port
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default()
                .into(),
            text(&candidate.network_type).into(),
            text(&listed.url).into(),
        ]);
    }
    writeln!(out)?;
    write_table(&heading("candidates", one.candidates.len()), &table, style, out)
}

fn write_pairs(one: &PeerConnection, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if one.pairs.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&[
        Column::left("state"),
        Column::left("pair"),
        Column::right("checks sent"),
        Column::right("answered"),
        Column::right("checks received"),
        Column::left(""),
    ]);
    let selected = one.selected_pair.as_ref().map(|pair| pair.id.as_str());
    let mut pairs: Vec<_> = one.pairs.iter().collect();
    // The one in use first, then those that work, then those that were tried.
    let rank = |state: Option<&str>| match state {
        Some("succeeded") => 0,
        Some("in-progress") => 1,
        Some("failed") => 2,
        _ => 3,
    };
    pairs.sort_by_key(|pair| (Some(pair.id.as_str()) != selected, rank(pair.state.as_deref())));
    for pair in pairs.iter().take(ROWS) {
        let state = pair.state.clone().unwrap_or_default();
        let number = |number: &Option<serde_json::Number>| number.as_ref().map(ToString::to_string).unwrap_or_default();
        let in_use = Some(pair.id.as_str()) == selected;
        let note = match (in_use, pair.nominated) {
            (true, _) => "in use",
            (false, Some(true)) => "nominated",
            _ => "",
        };
        table.row(vec![
            state_color(&state).map_or_else(|| state.clone().into(), |paint| Cell::painted(&state, paint)),
            pair.pair.clone().into(),
            number(&pair.requests_sent).into(),
            number(&pair.responses_received).into(),
            number(&pair.requests_received).into(),
            note.into(),
        ]);
    }
    writeln!(out)?;
    write_table(&heading("pairs", one.pairs.len()), &table, style, out)
}

fn heading(what: &str, count: usize) -> String {
    match count > ROWS {
        true => format!("{what} (the first {ROWS} of {count})"),
        false => what.to_owned(),
    }
}
