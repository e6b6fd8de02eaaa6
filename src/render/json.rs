//! JSON: one document, or lines as results come in. The keys are those of the structs in `report`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::report::Report;

/// One document, indented.
pub fn document(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)
}

/// One result as a line.
pub fn line<T: Serialize>(event: &T, out: &mut dyn Write) -> io::Result<()> {
    write_line(event, out)
}

/// What is left to say after the results: a line for each finding, then the envelope, as it was written, without what was
/// already printed of its `report`.
pub fn tail(envelope: Value, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut last = of_kind("report", envelope);
    if let Some(Value::Array(findings)) = last.shift_remove("findings") {
        for finding in findings {
            write_line(&of_kind("finding", finding), out)?;
        }
    }
    if let Some(written) = last.get_mut("report") {
        report.strip_streamed(written);
    }
    write_line(&last, out)?;
    out.flush()
}

/// The members of a document, after the one that says what it is.
fn of_kind(kind: &str, document: Value) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("kind".to_owned(), kind.into());
    if let Value::Object(document) = document {
        members.extend(document);
    }
    members
}

fn write_line<T: Serialize>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}
