//! JSON: one document, or lines as results come in. The keys are those of the structs in `report`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::report::{Envelope, Event, Finding};

/// One document, indented.
pub fn document(envelope: &Envelope, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, envelope)?;
    writeln!(out)
}

/// One result as a line, passed on at once.
pub fn line(event: &Event, out: &mut dyn Write) -> io::Result<()> {
    write_line(event, out)?;
    out.flush()
}

/// What is left to say after the results: a line for each finding, then the envelope without what was already printed.
pub fn tail(envelope: &Envelope, out: &mut dyn Write) -> io::Result<()> {
    for finding in &envelope.findings {
        write_line(&Event::Finding(Box::new(Finding::clone(finding))), out)?;
    }
    let mut last = Map::new();
    last.insert("kind".to_owned(), "report".into());
    if let Value::Object(members) = serde_json::to_value(envelope)? {
        last.extend(members);
    }
    last.shift_remove("findings");
    if let Some(report) = last.get_mut("report") {
        envelope.report.strip_streamed(report);
    }
    write_line(&last, out)?;
    out.flush()
}

fn write_line<T: Serialize>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}
