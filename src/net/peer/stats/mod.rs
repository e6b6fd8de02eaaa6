//! Statistics as the W3C has them, from what the library gives and what we have seen ourselves.
//!
//! The library leaves members at zero that it does not know, counts some in other units, and lists only the selected pair.
//! Here, of its members those are kept that it fills; times become milliseconds, jitter seconds; what RTCP said fills the
//! remote streams; the pairs come from the checks that were seen. What can't be known is absent.

mod written;

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use webrtc::peer_connection::RTCStatsReport;

use super::facts::{Pair, SideFacts};
use super::rtcp::{AboutOurs, AboutTheirs, Reports};
use crate::proto::ice::{Candidate, CandidateType};
use crate::time::At;
use written::written;

/// What the library does not tell, or tells wrong.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The candidates of this end, as candidate-attributes, with the URL that they were gathered from.
    pub local: Vec<(String, Option<String>)>,
    /// Those of the other end.
    pub remote: Vec<(String, Option<String>)>,
    /// The user name fragment of this end.
    pub local_ufrag: Option<String>,
    /// When the run began, since 1970.
    pub started: Duration,
    /// When the statistics were taken.
    pub at: At,
}

type Object = Map<String, Value>;

/// The statistics of one peer: the objects of an RTCStatsReport.
pub fn normalize(report: &RTCStatsReport, facts: &SideFacts, reports: &Reports, known: &Known) -> Vec<Value> {
    let mut objects: Vec<Object> = report.iter().filter_map(written).collect();
    let transport = find(&objects, "transport").and_then(|object| object["id"].as_str().map(str::to_owned));
    let transport = transport.unwrap_or_default();
    let rates: Vec<(String, f64)> = objects
        .iter()
        .filter(|object| object["type"] == "codec")
        .filter_map(|codec| Some((codec["id"].as_str()?.to_owned(), codec.get("clockRate")?.as_f64()?)))
        .collect();
    for object in &mut objects {
        repair(object, known, &transport);
        stream(object, reports, known, &rates);
    }
    objects.retain(|object| !object.is_empty());
    certificates(&mut objects);
    pairs(&mut objects, facts, known, &transport);
    join(&mut objects);
    objects.into_iter().map(Value::Object).collect()
}

/// What is wrong whatever the call does: units, encodings, names.
fn repair(object: &mut Object, known: &Known, transport: &str) {
    // Every time of the library is in seconds; zero is a time that has not come.
    let times: Vec<String> = object
        .keys()
        .filter(|name| name.to_lowercase().ends_with("timestamp"))
        .cloned()
        .collect();
    for name in times {
        match object[&name].as_f64() {
            Some(seconds) if seconds > 0.0 => object[&name] = json!(round(seconds * 1000.0)),
            _ => _ = object.shift_remove(&name),
        }
    }
    match object["type"].as_str().unwrap_or_default() {
        "transport" => {
            if object.get("dtlsState").is_some_and(|state| state == "connected") {
                // The library speaks DTLS 1.2 and no other.
                object.insert("tlsVersion".to_owned(), json!("FEFD"));
            }
            if let Some(ufrag) = &known.local_ufrag {
                object.insert("iceLocalUsernameFragment".to_owned(), json!(ufrag));
            }
            for (name, before, now) in [("dtlsRole", "auto", "unknown"), ("iceRole", "unspecified", "unknown")] {
                if object
                    .get(name)
                    .is_some_and(|role| role.as_str().is_some_and(|role| role.eq_ignore_ascii_case(before)))
                {
                    object[name] = json!(now);
                }
            }
        }
        "certificate" => {
            let der = object.get("base64Certificate").and_then(Value::as_str).and_then(unhex);
            match der {
                Some(der) => object["base64Certificate"] = json!(STANDARD.encode(der)),
                None => _ = object.shift_remove("base64Certificate"),
            }
        }
        "codec" => {
            object.insert("transportId".to_owned(), json!(transport));
            if object.get("channels").is_some_and(|channels| channels == 0) {
                object.shift_remove("channels");
            }
        }
        "local-candidate" => candidate(object, &known.local),
        "remote-candidate" => candidate(object, &known.remote),
        _ => {}
    }
}

/// Priority, TCP type, related address, URL and relay protocol, from the candidate as it was told.
fn candidate(object: &mut Object, told: &[(String, Option<String>)]) {
    let same = |candidate: &Candidate| {
        object
            .get("address")
            .is_some_and(|address| *address == candidate.address)
            && object.get("port").is_some_and(|port| *port == candidate.port)
            && object
                .get("candidateType")
                .is_some_and(|kind| *kind == candidate.candidate_type.name())
    };
    let read = told
        .iter()
        .filter_map(|(text, url)| Some((Candidate::parse(text).ok()?, url)))
        .find(|(candidate, _)| same(candidate));
    let Some((candidate, url)) = read else { return };
    let is_local = object["type"] == "local-candidate";
    let mut put = |name: &str, value: Value| _ = object.insert(name.to_owned(), value);
    put("priority", json!(candidate.priority));
    if let Some(tcp_type) = candidate.tcp_type {
        put("tcpType", json!(tcp_type.name()));
    }
    if let Some((address, port)) = &candidate.related {
        put("relatedAddress", json!(address));
        put("relatedPort", json!(port));
    }
    // An end does not know which server the other one has asked.
    if let Some(url) = url.as_ref().filter(|_| is_local) {
        put("url", json!(url));
        if candidate.candidate_type == CandidateType::Relay {
            // The library relays over UDP and nothing else.
            put("relayProtocol", json!("udp"));
        }
    }
}

/// Streams of RTP, with what RTCP said. A remote stream of which nothing was said is emptied.
fn stream(object: &mut Object, reports: &Reports, known: &Known, rates: &[(String, f64)]) {
    let kind = object["type"].as_str().unwrap_or_default().to_owned();
    let Some(ssrc) = object
        .get("ssrc")
        .and_then(Value::as_u64)
        .and_then(|ssrc| u32::try_from(ssrc).ok())
    else {
        return;
    };
    let codec = object.get("codecId").and_then(Value::as_str);
    let rate = codec
        .and_then(|codec| rates.iter().find(|(id, _)| id == codec))
        .map(|(_, rate)| *rate);
    let rate = rate.or_else(|| match object.get("kind").and_then(Value::as_str) {
        Some("video") => Some(90_000.0),
        Some("audio") => Some(48_000.0),
        _ => None,
    });
    match kind.as_str() {
        "inbound-rtp" => {
            let jitter = object.get("jitter").and_then(Value::as_f64).zip(rate);
            match jitter {
                Some((ticks, rate)) => object["jitter"] = json!(ticks / rate),
                None => _ = object.shift_remove("jitter"),
            }
        }
        "outbound-rtp" => {
            let ours = reports.about_ours.get(&ssrc).copied().unwrap_or_default();
            object.insert("nackCount".to_owned(), json!(ours.nacks));
            if object.get("kind").is_some_and(|kind| kind == "video") {
                object.insert("pliCount".to_owned(), json!(ours.plis));
                object.insert("firCount".to_owned(), json!(ours.firs));
            }
        }
        "remote-inbound-rtp" => match reports.about_ours.get(&ssrc).filter(|ours| ours.reports > 0) {
            Some(ours) => remote_inbound(object, ours, known, rate),
            None => object.clear(),
        },
        "remote-outbound-rtp" => match reports.about_theirs.get(&ssrc) {
            Some(theirs) => remote_outbound(object, theirs, known),
            None => object.clear(),
        },
        _ => {}
    }
}

fn remote_inbound(object: &mut Object, ours: &AboutOurs, known: &Known, rate: Option<f64>) {
    let mut put = |name: &str, value: Value| _ = object.insert(name.to_owned(), value);
    put("timestamp", json!(epoch_ms(known, ours.at)));
    put("packetsLost", json!(ours.packets_lost));
    put("fractionLost", json!(ours.fraction_lost));
    if let Some(rate) = rate {
        put("jitter", json!(f64::from(ours.jitter) / rate));
    }
    put("roundTripTimeMeasurements", json!(ours.round_trips));
    put("totalRoundTripTime", json!(ours.total_round_trip.as_secs_f64()));
    if let Some(round_trip) = ours.round_trip {
        put("roundTripTime", json!(round_trip.as_secs_f64()));
    }
}

fn remote_outbound(object: &mut Object, theirs: &AboutTheirs, known: &Known) {
    let mut put = |name: &str, value: Value| _ = object.insert(name.to_owned(), value);
    put("timestamp", json!(epoch_ms(known, theirs.at)));
    put("packetsSent", json!(theirs.packets));
    put("bytesSent", json!(theirs.octets));
    put("reportsSent", json!(theirs.reports));
    /// Seconds from 1900, where NTP begins, to 1970.
    const EPOCHS: f64 = 2_208_988_800.0;
    let seconds = theirs.ntp as f64 / (1_u64 << 32) as f64 - EPOCHS;
    if seconds > 0.0 {
        put("remoteTimestamp", json!(round(seconds * 1000.0)));
    }
}

/// Names certificates by their whole fingerprint: the library takes a part of it for those of the other end.
fn certificates(objects: &mut [Object]) {
    let renamed = objects.iter_mut().filter(|object| object["type"] == "certificate");
    let renamed = renamed.filter_map(|object| {
        let id = json!(format!("RTCCertificate_{}", object.get("fingerprint")?.as_str()?));
        Some((object.insert("id".to_owned(), id.clone())?, id))
    });
    let renamed: Vec<(Value, Value)> = renamed.collect();
    for object in objects {
        for (_, reference) in object.iter_mut().filter(|(name, _)| name.ends_with("CertificateId")) {
            if let Some((_, id)) = renamed.iter().find(|(before, _)| before == reference) {
                *reference = id.clone();
            }
        }
    }
}

/// The pairs that were checked. The library lists the selected one; its numbers stay where we have seen none: checks through a
/// relay are hidden in TURN.
fn pairs(objects: &mut Vec<Object>, facts: &SideFacts, known: &Known, transport: &str) {
    let id_of = |objects: &[Object], kind: &str, address: SocketAddr| {
        let is_it = |object: &&Object| {
            object["type"] == kind
                && object
                    .get("address")
                    .is_some_and(|text| *text == address.ip().to_string())
                && object.get("port").is_some_and(|port| *port == address.port())
        };
        objects
            .iter()
            .find(is_it)
            .and_then(|object| object["id"].as_str().map(str::to_owned))
    };
    let timestamp = json!(epoch_ms(known, known.at));
    for pair in &facts.pairs {
        if pair.requests_sent + pair.requests_received == 0 {
            continue;
        }
        let Some(local) = id_of(objects, "local-candidate", pair.local) else {
            continue;
        };
        let remote = id_of(objects, "remote-candidate", pair.remote).unwrap_or_else(|| {
            let made = unlisted(pair, known, transport);
            let id = made["id"].as_str().unwrap_or_default().to_owned();
            objects.push(made);
            id
        });
        let listed = objects.iter().position(|object| {
            object["type"] == "candidate-pair"
                && object
                    .get("localCandidateId")
                    .and_then(Value::as_str)
                    .is_some_and(|id| local.ends_with(id))
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

/// A remote candidate that the library does not list: it lists those that it was told one by one, not those of a description, nor those
/// that it learned from a check (peer-reflexive, RFC 8445 §7.3.1.3).
fn unlisted(pair: &Pair, known: &Known, transport: &str) -> Object {
    let told = known.remote.iter().filter_map(|(text, _)| Candidate::parse(text).ok());
    let told = told
        .into_iter()
        .find(|candidate| candidate.ip() == Some(pair.remote.ip()) && candidate.port == pair.remote.port());
    let mut object = Object::new();
    let mut put = |name: &str, value: Value| _ = object.insert(name.to_owned(), value);
    put("id", json!(format!("RTCRemoteIceCandidate_{}", pair.remote)));
    put("type", json!("remote-candidate"));
    put("timestamp", json!(epoch_ms(known, known.at)));
    put("transportId", json!(transport));
    put("address", json!(pair.remote.ip().to_string()));
    put("port", json!(pair.remote.port()));
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

/// Makes every id that is named the id of an object; a reference to none is taken out.
fn join(objects: &mut [Object]) {
    let ids: Vec<String> = objects
        .iter()
        .filter_map(|object| object["id"].as_str().map(str::to_owned))
        .collect();
    let streams: Vec<(String, Value, String)> = objects
        .iter()
        .filter_map(|object| {
            let kind = object["type"].as_str()?.to_owned();
            Some((kind, object.get("ssrc")?.clone(), object["id"].as_str()?.to_owned()))
        })
        .collect();
    for object in objects {
        let partner = match object["type"].as_str() {
            Some("inbound-rtp") => Some(("remote-outbound-rtp", "remoteId")),
            Some("outbound-rtp") => Some(("remote-inbound-rtp", "remoteId")),
            Some("remote-inbound-rtp") => Some(("outbound-rtp", "localId")),
            Some("remote-outbound-rtp") => Some(("inbound-rtp", "localId")),
            _ => None,
        };
        if let Some((kind, member)) = partner {
            let other = streams
                .iter()
                .find(|(k, ssrc, _)| k == kind && object.get("ssrc") == Some(ssrc));
            match other {
                Some((_, _, id)) => _ = object.insert(member.to_owned(), json!(id)),
                None => _ = object.shift_remove(member),
            }
        }
        let references: Vec<String> = object
            .keys()
            .filter(|name| name.ends_with("Id") && *name != "mediaSourceId")
            .cloned()
            .collect();
        for name in references {
            let Some(wanted) = object[&name].as_str().map(str::to_owned) else {
                continue;
            };
            if ids.contains(&wanted) {
                continue;
            }
            // The library names candidates without the prefix that their ids have.
            let prefix = match name.as_str() {
                "localCandidateId" => "RTCLocalIceCandidate_",
                "remoteCandidateId" => "RTCRemoteIceCandidate_",
                _ => "",
            };
            let whole = format!("{prefix}{wanted}");
            match ids.contains(&whole) {
                true => object[&name] = json!(whole),
                false => _ = object.shift_remove(&name),
            }
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

fn find<'a>(objects: &'a [Object], kind: &str) -> Option<&'a Object> {
    objects.iter().find(|object| object["type"] == kind)
}

/// The part of an id that tells it from others of its type.
fn short(id: &str) -> &str {
    id.rsplit(['_', ':']).next().unwrap_or(id)
}

fn epoch_ms(known: &Known, at: At) -> f64 {
    round((known.started + at.since_start()).as_secs_f64() * 1000.0)
}

/// To microseconds: a double holds no more of a date in milliseconds.
fn round(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(pair).collect()
}
