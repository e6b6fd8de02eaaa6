//! Rewrites every string of a document, whatever its type: write it as JSON, walk, read it back.

use serde::Deserialize;
use serde_json::Value;

use crate::report::candidates::Candidates;
use crate::report::explain::Explain;
use crate::report::loopback::Loopback;
use crate::report::pcap::Pcap;
use crate::report::sdp::Sdp;
use crate::report::stats::Stats;
use crate::report::{Envelope, Report};

/// Every string with `rewrite(key, string)`; `key` is that of the member, or of the list it stands in.
pub fn walk(value: &mut Value, key: &str, rewrite: &mut dyn FnMut(&str, &str) -> String) {
    match value {
        Value::String(text) => *text = rewrite(key, text),
        Value::Array(values) => values.iter_mut().for_each(|value| walk(value, key, rewrite)),
        Value::Object(members) => members.iter_mut().for_each(|(key, value)| walk(value, key, rewrite)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The envelope with its report and its findings rewritten by `rewrite`, which gets all of it as JSON.
///
/// # Errors
/// What `rewrite` made, if that cannot be read back: a string is no longer what its field takes.
pub fn envelope(envelope: &Envelope, rewrite: &mut dyn FnMut(&mut Value)) -> Result<Envelope, Value> {
    let mut value = json(envelope);
    rewrite(&mut value);
    let report = &value["report"];
    let report = match &envelope.report {
        Report::Candidates(_) => Candidates::deserialize(report).map(Report::Candidates),
        Report::Loopback(own) => Loopback::deserialize(report).map(|read| {
            // What is to be shown is no part of the document.
            let show_stats = own.show_stats;
            Report::Loopback(Box::new(Loopback { show_stats, ..read }))
        }),
        Report::Explain(_) => Explain::deserialize(report).map(Report::Explain),
        Report::Pcap(own) => Pcap::deserialize(report).map(|read| {
            // Not part of the document: what of it is shown.
            let view = own.view;
            Report::Pcap(Box::new(Pcap { view, ..read }))
        }),
        Report::Sdp(own) => Sdp::deserialize(report).map(|read| {
            // Not part of the document, and all our own words.
            let rules = own.rules.clone();
            Report::Sdp(Sdp { rules, ..read })
        }),
        Report::Stats(_) => Stats::deserialize(report).map(|read| Report::Stats(Box::new(read))),
    };
    match (report, Deserialize::deserialize(&value["findings"])) {
        (Ok(report), Ok(findings)) => Ok(Envelope {
            report,
            findings,
            ..envelope.clone()
        }),
        _ => Err(value),
    }
}

/// A document as JSON.
pub fn json(document: &impl serde::Serialize) -> Value {
    // They are structs with names for keys, which can always be written.
    serde_json::to_value(document).expect("documents can be written")
}
