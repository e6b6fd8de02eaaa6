//! Rewrites every string of a document, whatever its type: write it as JSON, walk, read it back.
//!
//! Both users rest on it that documents can be read back, and that a rewritten string still is what its field takes
//! (an address stays an address).

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::report::candidates::Candidates;
use crate::report::explain::Explain;
use crate::report::sdp::Sdp;
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

/// An envelope with its report and its findings rewritten by `one`, which gets each part as JSON.
///
/// # Panics
/// If a part cannot be read back: a mistake in `one`, or in the type of the document.
pub fn envelope(envelope: &Envelope, one: &mut dyn FnMut(&mut Value)) -> Envelope {
    fn part<T: Serialize + DeserializeOwned>(part: &T, one: &mut dyn FnMut(&mut Value)) -> T {
        let mut value = serde_json::to_value(part).expect("documents can be written");
        one(&mut value);
        serde_json::from_value(value).expect("a rewritten document can be read back")
    }
    Envelope {
        report: match &envelope.report {
            Report::Candidates(report) => Report::Candidates(part::<Candidates>(report, one)),
            Report::Explain(report) => Report::Explain(part::<Explain>(report, one)),
            Report::Sdp(report) => Report::Sdp(part::<Sdp>(report, one)),
        },
        findings: part(&envelope.findings, one),
        ..envelope.clone()
    }
}
