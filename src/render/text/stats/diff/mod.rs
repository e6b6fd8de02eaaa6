//! `--diff`: both ends of a call, or two calls.

mod calls;
mod ends;

use std::io::{self, Write};

use serde_json::Value;

use super::{field, short, write_table};
use crate::render::text::Style;
use crate::report::stats::diff::{Diff, Kind, Which};

/// So many of each thing are shown.
const SHOWN: usize = 40;

/// What was compared.
pub(super) fn write(diff: &Diff, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match diff.kind {
        Kind::Ends => ends::write(diff, style, out)?,
        Kind::Calls => calls::write(diff, style, out)?,
    }
    if diff.unmatched.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = diff
        .unmatched
        .iter()
        .take(SHOWN)
        .map(|which| name(which, true))
        .collect();
    field("not matched", &names.join("; "), style, out)?;
    if let Some(more @ 1..) = diff.unmatched.len().checked_sub(SHOWN) {
        field("", &format!("and {more} more"), style, out)?;
    }
    writeln!(out)
}

/// `peer connection 8-1 of call.gz`
fn name(which: &Which, with_file: bool) -> String {
    let id = match &which.peer_connection {
        Value::String(id) if !id.is_empty() => short(id, 40),
        Value::Null | Value::String(_) => which.number.to_string(),
        id => id.to_string(),
    };
    match with_file {
        true => format!("peer connection {id} of {}", which.file),
        false => format!("peer connection {id}"),
    }
}
