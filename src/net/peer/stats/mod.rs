//! Statistics as the W3C has them, from what the library gives and what we have seen ourselves.
//!
//! The library leaves members at zero that it does not know, counts some in other units, and lists only the selected pair.
//! Here, of its members those are kept that it fills; times become milliseconds, jitter seconds; what RTCP said fills the
//! remote streams; the pairs come from the checks that were seen. What can't be known is absent.

mod pairs;
mod written;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use webrtc::peer_connection::RTCStatsReport;

use super::facts::SideFacts;
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
    pairs::pairs(&mut objects, facts, known, &transport);
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

fn find<'a>(objects: &'a [Object], kind: &str) -> Option<&'a Object> {
    objects.iter().find(|object| object["type"] == kind)
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
