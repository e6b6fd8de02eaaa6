//! Calls and events as a time line, and the states among them.

use serde_json::{Map, Value};

use super::view::View;
use crate::report::stats::{MediaCall, Phases, States, TimelineEntry};
use crate::stats::event::{Candidate, Description};
use crate::stats::facts::phase;
use crate::stats::{self, Detail, Event, PeerConnection, StatsObject, codes};

/// How often each event was, in the order of their names as written.
pub fn types(pc: &PeerConnection) -> Map<String, Value> {
    let mut counts = std::collections::BTreeMap::new();
    for event in &pc.events {
        *counts.entry(event.name.clone()).or_insert(0_u64) += 1;
    }
    counts
        .into_iter()
        .map(|(name, count)| (name, Value::from(count)))
        .collect()
}

/// Every state in order, and the last of each.
pub fn states(pc: &PeerConnection) -> (States<Vec<Option<String>>>, States<Option<String>>) {
    let of = |state: &str| -> Vec<Option<String>> {
        let events = pc.events.iter().filter(|event| event.state() == Some(state));
        events
            .map(|event| match &event.detail {
                Detail::State(value) => Some(value.clone()),
                _ => None,
            })
            .collect()
    };
    let all = States {
        connection: of("connection"),
        ice_connection: of("iceconnection"),
        ice_gathering: of("icegathering"),
        signaling: of("signaling"),
    };
    let last = |list: &[Option<String>]| list.last().cloned().flatten().map(|state| spelled(&state));
    let final_states = States {
        connection: last(&all.connection),
        ice_connection: last(&all.ice_connection),
        ice_gathering: last(&all.ice_gathering),
        signaling: last(&all.signaling),
    };
    (all, final_states)
}

/// Chrome 86 wrote `SignalingStateHaveLocalOffer` for `have-local-offer`.
fn spelled(state: &str) -> String {
    let Some(words) = state.strip_prefix("SignalingState") else {
        return state.to_owned();
    };
    let mut spelled = String::new();
    for c in words.chars() {
        if c.is_ascii_uppercase() && !spelled.is_empty() {
            spelled.push('-');
        }
        spelled.push(c.to_ascii_lowercase());
    }
    spelled
}

/// How long the parts of setting up took.
pub fn phases(pc: &PeerConnection, view: &View<'_>) -> Phases {
    let phases = phase::phases(pc, view.names());
    let since = |time: Option<f64>| Some(super::view::r6(time? - phases.start?)).filter(|time| *time > 0.0);
    let length = |span: phase::Span| span.length().map(super::view::r6);
    Phases {
        gathering_ms: length(phases.gathering),
        ice_ms: length(phases.ice),
        dtls_ms: length(phases.dtls),
        first_packet_ms: since(phases.first_packet),
        first_frame_ms: since(phases.first_frame),
    }
}

/// The time line; with `--id` of the time in which there were those stats. What Firefox keeps apart from calls is put among them.
pub fn timeline(pc: &PeerConnection, view: &View<'_>) -> Vec<TimelineEntry> {
    let span = span(pc, view);
    let mut events: Vec<&Event> = pc.events.iter().chain(&pc.history).collect();
    if pc.events.is_empty() {
        events.sort_by(|a, b| a.at_ms.unwrap_or(0.0).total_cmp(&b.at_ms.unwrap_or(0.0)));
    }
    let inside = |event: &&Event| match span {
        Some((from, to)) => event.at_ms.is_some_and(|at| (from..=to).contains(&at)),
        None => true,
    };
    events
        .into_iter()
        .filter(inside)
        .map(|event| entry(event, view))
        .collect()
}

/// From the first to the last sample of what `--id` asks for; nothing if all is asked for.
fn span(pc: &PeerConnection, view: &View<'_>) -> Option<(f64, f64)> {
    if view.options.id.is_empty() {
        return None;
    }
    let wanted = || pc.stats.iter().filter(|object| view.wants(&object.id));
    let from = wanted().filter_map(StatsObject::start).fold(f64::INFINITY, f64::min);
    Some((
        from,
        wanted().filter_map(StatsObject::end).fold(f64::NEG_INFINITY, f64::max),
    ))
}

/// What the numbers that stand for names in [`types`] mean, where a format has such.
pub fn type_names(pc: &PeerConnection) -> Map<String, Value> {
    let numbers = pc.events.iter().filter(|event| codes::method(&event.name).is_some());
    let names: std::collections::BTreeMap<&str, &str> = numbers
        .map(|event| (event.name.as_str(), event.method.as_str()))
        .collect();
    names
        .into_iter()
        .map(|(number, name)| (number.to_owned(), name.into()))
        .collect()
}

fn entry(event: &Event, view: &View<'_>) -> TimelineEntry {
    let failed = event.method.ends_with("OnFailure")
        || event.method == "icecandidateerror"
        || matches!(&event.detail, Detail::State(state) if state == "failed" || state == "disconnected");
    TimelineEntry {
        at_s: event.at_ms.map(|at| view.seconds(at)),
        event: event.method.clone(),
        value: value(&event.detail),
        candidate: match &event.detail {
            Detail::Candidate(candidate) if !candidate.text.is_empty() => Some(candidate.text.clone()),
            _ => None,
        },
        failed,
    }
}

fn value(detail: &Detail) -> String {
    match detail {
        Detail::None => String::new(),
        Detail::State(state) => state.clone(),
        Detail::Text(text) => scrubbed(text),
        Detail::Candidate(candidate) => candidate_words(candidate),
        Detail::Description(description) => description_words(description),
        Detail::CandidateError(error) => {
            let code = error.code.map(|code| code.to_string());
            let parts = [error.url.clone(), error.address.clone(), code, error.text.clone()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
    }
}

/// What stands beside a candidate.
fn candidate_words(candidate: &Candidate) -> String {
    match (&candidate.mid, candidate.text.is_empty()) {
        (_, true) => "end of candidates".to_owned(),
        (Some(mid), false) => format!("mid {mid}"),
        (None, false) => String::new(),
    }
}

/// `offer: audio sendrecv, video recvonly`
fn description_words(description: &Description) -> String {
    const SHOWN: usize = 8;
    let mut media: Vec<String> = description
        .media
        .iter()
        .take(SHOWN)
        .map(|media| match media.rejected {
            true => format!("{} rejected", media.kind),
            false if media.kind == "application" => "data".to_owned(),
            false => format!("{} {}", media.kind, media.direction),
        })
        .collect();
    if description.media.len() > SHOWN {
        media.push(format!("and {} more", description.media.len() - SHOWN));
    }
    match media.is_empty() {
        true => description.kind.clone(),
        false => format!("{}: {}", description.kind, media.join(", ")),
    }
}

/// A call for media.
pub fn media_call(call: &stats::MediaCall, view: &View<'_>) -> MediaCall {
    MediaCall {
        at_s: call.at_ms.map(|at| view.seconds(at)),
        method: call.method.clone(),
        succeeded: call.succeeded,
        detail: call.detail.clone(),
    }
}

/// A text without the values of credentials in it: `"credential":"…"`, `credential: …`.
pub fn scrubbed(text: &str) -> String {
    const KEYS: [&str; 2] = ["credential", "password"];
    let mut scrubbed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, key)) = KEYS.iter().filter_map(|key| Some((rest.find(key)?, *key))).min() {
        let (before, after) = rest.split_at(at + key.len());
        scrubbed.push_str(before);
        let start = after.len() - after.trim_start_matches(['"', '\\', ':', ' ', '\'']).len();
        scrubbed.push_str(&after[..start]);
        let value = &after[start..];
        if after[..start].contains(':') {
            let end = value.find(['"', '\\', ',', '}', '\'']).unwrap_or(value.len());
            scrubbed.push_str(if end > 0 { "redacted" } else { "" });
            rest = &value[end..];
        } else {
            rest = value;
        }
    }
    scrubbed.push_str(rest);
    scrubbed
}

/// A tree without the values of credentials in it.
pub fn without_credentials(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let secret = |key: &str| matches!(key, "credential" | "password");
            let member = |(key, value): (&String, &Value)| match value {
                Value::String(_) if secret(key) => (key.clone(), Value::from("redacted")),
                Value::Object(_) if secret(key) => (key.clone(), Value::from("redacted")),
                value => (key.clone(), without_credentials(value)),
            };
            Value::Object(members.iter().map(member).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(without_credentials).collect()),
        Value::String(text) => Value::String(scrubbed(text)),
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn credentials_are_never_shown() {
        for text in [
            r#"{"iceServers":[{"credential":"hunter2","urls":"turn:t"}]}"#,
            r#"iceServers: [{"urls":"turn:t","credential": "hunter2"}]"#,
            "iceServers: [{urls: turn:t, credential: hunter2}], x",
            "{ \\\"credential\\\":\\\"hunter2\\\"}",
        ] {
            let scrubbed = scrubbed(text);
            assert!(
                !scrubbed.contains("hunter2") && scrubbed.contains("redacted"),
                "{scrubbed}"
            );
        }
        assert_eq!(
            scrubbed(r#"{"credentialType":"password"}"#),
            r#"{"credentialType":"password"}"#
        );
        assert_eq!(scrubbed("credential"), "credential");
        let tree = json!({"iceServers": [{"urls": "turn:t", "username": "u", "credential": "hunter2"}]});
        assert!(!without_credentials(&tree).to_string().contains("hunter2"));
    }

    #[test]
    fn old_spellings_of_states() {
        assert_eq!(spelled("SignalingStateHaveLocalOffer"), "have-local-offer");
        assert_eq!(spelled("stable"), "stable");
    }
}
