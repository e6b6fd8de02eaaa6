//! Rewrites every string of a document, whatever its type: write it as JSON, walk, read it back.
//!
//! As JSON a report takes several times its memory, so large ones go through it part by part.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::report::loopback::Loopback;
use crate::report::pcap::Pcap;
use crate::report::sdp::{Description, Sdp};
use crate::report::{Envelope, Report};

/// What makes other strings of them.
pub trait Rewrite {
    /// Looks at a part of a document. It sees all of them before it has to rewrite the first one.
    fn learn(&mut self, part: &Value);

    /// Rewrites the strings of a part.
    fn rewrite(&mut self, part: &mut Value);
}

/// Every string with `rewrite(key, string)`; `key` is that of the member, or of the list it stands in.
pub fn walk(value: &mut Value, key: &str, rewrite: &mut dyn FnMut(&str, &str) -> String) {
    match value {
        Value::String(text) => *text = rewrite(key, text),
        Value::Array(values) => values.iter_mut().for_each(|value| walk(value, key, rewrite)),
        Value::Object(members) => members.iter_mut().for_each(|(key, value)| walk(value, key, rewrite)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The envelope with the strings of its report and its findings rewritten.
///
/// # Errors
/// The document as it was rewritten, if that cannot be read back: a string is no longer what its field takes.
pub fn envelope(envelope: &Envelope, rewrite: &mut dyn Rewrite) -> Result<Envelope, Value> {
    match &envelope.report {
        Report::Sdp(own) => learn_sdp(own, rewrite),
        other => rewrite.learn(&json(other)),
    }
    envelope
        .findings
        .iter()
        .for_each(|finding| rewrite.learn(&json(finding)));
    match (report(&envelope.report, rewrite), each(&envelope.findings, rewrite)) {
        (Some(report), Some(findings)) => Ok(Envelope {
            schema: envelope.schema,
            tool: envelope.tool.clone(),
            version: envelope.version.clone(),
            command: envelope.command.clone(),
            started: envelope.started.clone(),
            interrupted: envelope.interrupted,
            report,
            findings,
        }),
        _ => {
            let mut document = json(envelope);
            for part in ["report", "findings"] {
                rewrite.rewrite(&mut document[part]);
            }
            Err(document)
        }
    }
}

fn report(report: &Report, rewrite: &mut dyn Rewrite) -> Option<Report> {
    Some(match report {
        Report::Candidates(own) => Report::Candidates(one(own, rewrite)?),
        // What is to be shown is no part of the document.
        Report::Loopback(own) => Report::Loopback(Box::new(Loopback {
            show_stats: own.show_stats,
            ..one(own.as_ref(), rewrite)?
        })),
        Report::Explain(own) => Report::Explain(one(own, rewrite)?),
        // Not part of the document either: what of it is shown.
        Report::Pcap(own) => Report::Pcap(Box::new(Pcap {
            view: own.view,
            ..one(own.as_ref(), rewrite)?
        })),
        Report::Sdp(own) => Report::Sdp(sdp(own, rewrite)?),
        Report::Stats(own) => Report::Stats(Box::new(one(own.as_ref(), rewrite)?)),
    })
}

fn one<T: Serialize + DeserializeOwned>(part: &T, rewrite: &mut dyn Rewrite) -> Option<T> {
    let mut value = json(part);
    rewrite.rewrite(&mut value);
    serde_json::from_value(value).ok()
}

fn each<T: Serialize + DeserializeOwned>(parts: &[T], rewrite: &mut dyn Rewrite) -> Option<Vec<T>> {
    parts.iter().map(|part| one(part, rewrite)).collect()
}

fn learn_sdp(own: &Sdp, rewrite: &mut dyn Rewrite) {
    rewrite.learn(&json(&without_descriptions(own)));
    for description in &own.descriptions {
        rewrite.learn(&json(&without_media(description)));
        description.media.iter().for_each(|media| rewrite.learn(&json(media)));
        description
            .effective
            .iter()
            .for_each(|media| rewrite.learn(&json(media)));
    }
}

fn sdp(own: &Sdp, rewrite: &mut dyn Rewrite) -> Option<Sdp> {
    let rest = one(&without_descriptions(own), rewrite)?;
    let descriptions = own.descriptions.iter().map(|description| {
        Some(Description {
            media: each(&description.media, rewrite)?,
            effective: each(&description.effective, rewrite)?,
            ..one(&without_media(description), rewrite)?
        })
    });
    Some(Sdp {
        descriptions: descriptions.collect::<Option<_>>()?,
        // Not part of the document, and all our own words.
        rules: own.rules.clone(),
        ..rest
    })
}

/// A report with everything but its descriptions.
fn without_descriptions(own: &Sdp) -> Sdp {
    Sdp {
        descriptions: Vec::new(),
        negotiation: own.negotiation.clone(),
        pairs: own.pairs.clone(),
        diff: own.diff.clone(),
        explanations: own.explanations.clone(),
        unread: own.unread.clone(),
        listed: own.listed,
        rules: Vec::new(),
    }
}

/// A description with everything but its media sections, of which there may be very many.
fn without_media(description: &Description) -> Description {
    Description {
        kind: description.kind.clone(),
        input: description.input.clone(),
        made_by: description.made_by.clone(),
        session: description.session.clone(),
        media: Vec::new(),
        effective: Vec::new(),
    }
}

/// A document as JSON.
pub fn json(document: &impl Serialize) -> Value {
    // They are structs with names for keys, which can always be written.
    serde_json::to_value(document).expect("documents can be written")
}
