//! The pairs that were checked, from what was seen of the checks.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::{Known, Object, epoch_ms, find};
use crate::net::peer::facts::{Pair, SideFacts};
use crate::proto::ice::Candidate;

/// The pairs that were checked. The library lists the selected one; its numbers stay where we have seen none: checks through a
/// relay are hidden in TURN.
pub fn pairs(objects: &mut Vec<Object>, facts: &SideFacts, known: &Known, transport: &str) {
    let timestamp = json!(epoch_ms(known, known.at));
    for pair in &facts.pairs {
        if pair.requests_sent + pair.requests_received == 0 {
            continue;
        }
        let Some(base) = id_of(objects, "local-candidate", pair.local) else {
            continue;
        };
        let mut candidate = |kind, address| {
            id_of(objects, kind, address).unwrap_or_else(|| {
                let made = unlisted(kind, address, pair, known, transport);
                let id = made["id"].as_str().unwrap_or_default().to_owned();
                objects.push(made);
                id
            })
        };
        // Behind a NAT the candidate of the pair is the one that the other end sees, not its base (RFC 8445 §7.2.5.3.1).
        let local = match pair.mapped.filter(|mapped| *mapped != pair.local) {
            Some(mapped) => candidate("local-candidate", mapped),
            None => base.clone(),
        };
        let remote = candidate("remote-candidate", pair.remote);
        let listed = objects.iter().position(|object| {
            object["type"] == "candidate-pair"
                && object
                    .get("localCandidateId")
                    .and_then(Value::as_str)
                    .is_some_and(|id| base.ends_with(id) || local.ends_with(id))
                && object
                    .get("remoteCandidateId")
                    .and_then(Value::as_str)
                    .is_some_and(|id| remote.ends_with(id))
        });
        // A candidate that was learned from a check has another id than the same one as it was told later.
        let selected = || {
            let id = find(objects, "transport")?.get("selectedCandidatePairId")?.clone();
            let is_free = |object: &Object| {
                let members = ["localCandidateId", "remoteCandidateId"];
                object["id"] == id
                    && !members
                        .iter()
                        .all(|member| object.get(*member).is_some_and(|id| known_id(objects, id)))
            };
            objects.iter().position(is_free).filter(|_| pair.nominated)
        };
        let index = listed.or_else(selected).unwrap_or_else(|| {
            let id = format!("CP{}_{}", short(&local), short(&remote));
            let base = json!({ "id": id, "type": "candidate-pair", "timestamp": timestamp, "transportId": transport });
            objects.push(base.as_object().cloned().unwrap_or_default());
            objects.len() - 1
        });
        seen(&mut objects[index], pair, known, (local, remote));
    }
}

/// The id of the candidate with this address.
fn id_of(objects: &[Object], kind: &str, address: SocketAddr) -> Option<String> {
    let is_it = |object: &&Object| {
        let text = object.get("address").and_then(Value::as_str);
        object["type"] == kind
            && text.is_some_and(|text| *text == address.ip().to_string())
            && object.get("port").is_some_and(|port| *port == address.port())
    };
    objects.iter().find(is_it)?["id"].as_str().map(str::to_owned)
}

/// A candidate that the library does not list: of remote ones it lists those that it was told one by one, not those of a description; and
/// none that was learned from a check (peer-reflexive, RFC 8445 §7.2.5.3.1, §7.3.1.3).
fn unlisted(kind: &'static str, address: SocketAddr, pair: &Pair, known: &Known, transport: &str) -> Object {
    let (told, prefix) = match kind {
        "local-candidate" => (&known.local, "RTCLocalIceCandidate"),
        _ => (&known.remote, "RTCRemoteIceCandidate"),
    };
    let told = told
        .iter()
        .filter_map(|(text, _)| Candidate::parse(text).ok())
        .find(|candidate| candidate.ip() == Some(address.ip()) && candidate.port == address.port());
    let mut object = Object::new();
    let mut put = |name: &str, value: Value| _ = object.insert(name.to_owned(), value);
    put("id", json!(format!("{prefix}_{address}")));
    put("type", json!(kind));
    put("timestamp", json!(epoch_ms(known, known.at)));
    put("transportId", json!(transport));
    put("address", json!(address.ip().to_string()));
    put("port", json!(address.port()));
    put("protocol", json!(pair.transport.name()));
    match told {
        Some(candidate) => {
            put("candidateType", json!(candidate.candidate_type.name()));
            put("priority", json!(candidate.priority));
            put("foundation", json!(candidate.foundation));
        }
        None => put("candidateType", json!("prflx")),
    }
    object
}

fn seen(object: &mut Object, pair: &Pair, known: &Known, (local, remote): (String, String)) {
    let state = match pair {
        _ if pair.responses_received > pair.errors_received => "succeeded",
        _ if pair.errors_received > 0 => "failed",
        _ => "in-progress",
    };
    let mut put = |name: &str, value: Value| _ = object.insert(name.to_owned(), value);
    put("localCandidateId", json!(local));
    put("remoteCandidateId", json!(remote));
    put("state", json!(state));
    put("nominated", json!(pair.nominated));
    put("packetsSent", json!(pair.packets[0]));
    put("packetsReceived", json!(pair.packets[1]));
    put("bytesSent", json!(pair.bytes[0]));
    put("bytesReceived", json!(pair.bytes[1]));
    put("requestsSent", json!(pair.requests_sent));
    put("requestsReceived", json!(pair.requests_received));
    put("responsesSent", json!(pair.responses_sent));
    put("responsesReceived", json!(pair.responses_received));
    put("consentRequestsSent", json!(pair.consent_requests_sent));
    put("totalRoundTripTime", json!(pair.total_round_trip.as_secs_f64()));
    if let Some(round_trip) = pair.round_trip {
        put("currentRoundTripTime", json!(round_trip.as_secs_f64()));
    }
    for (name, at) in [
        ("lastPacketSentTimestamp", pair.last[0]),
        ("lastPacketReceivedTimestamp", pair.last[1]),
    ] {
        if let Some(at) = at {
            put(name, json!(epoch_ms(known, at)));
        }
    }
}

/// Whether there is a candidate that the library calls so.
fn known_id(objects: &[Object], id: &Value) -> bool {
    let id = id.as_str().unwrap_or_default();
    let mut candidates = objects
        .iter()
        .filter(|object| object["type"].as_str().is_some_and(|kind| kind.ends_with("-candidate")));
    !id.is_empty()
        && candidates.any(|object| {
            object["id"]
                .as_str()
                .is_some_and(|whole| whole == id || whole.ends_with(&format!("_{id}")))
        })
}

/// The part of an id that tells it from others of its type.
fn short(id: &str) -> &str {
    id.rsplit(['_', ':']).next().unwrap_or(id)
}
