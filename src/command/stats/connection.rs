//! One peer connection: configuration, candidates, pairs, transports, and what the other files have.

use serde_json::Number;

use super::view::{View, number, sparkline};
use super::{events, streams};
use crate::report::stats::{
    Bytes, Candidate, ListedCandidate, Member, Object, Octets, Pair, PeerConnection, SelectedPair, Selection, Transport,
};
use crate::stats::facts::config::servers;
use crate::stats::facts::pair::{self, Rule};
use crate::stats::facts::shape::Shape;
use crate::stats::facts::unit::unit;
use crate::stats::{self, Sample, StatsObject};

/// The report about a peer connection.
pub fn report(view: &View<'_>, pc: &stats::PeerConnection) -> PeerConnection {
    let names = view.names();
    let selected = pair::selected(pc, names);
    let legacy = pc.is_legacy(names);
    let (states, final_states) = events::states(pc);
    let config = pc.config.as_ref().map(events::without_credentials);
    PeerConnection {
        id: pc.id.clone(),
        url: pc.url.clone(),
        servers: config.as_ref().map(servers).unwrap_or_default(),
        config,
        constraints: pc.constraints.as_ref().map(events::without_credentials),
        samples: pc.samples(),
        legacy_stats: legacy,
        events: pc.events.len(),
        event_types: events::types(pc),
        event_names: events::type_names(pc),
        states,
        final_states,
        candidate_errors: pc
            .events
            .iter()
            .filter(|event| event.method == "icecandidateerror")
            .count(),
        phases: events::phases(pc, view),
        timeline: events::timeline(pc, view),
        selected_pair: selected.map(|(pair, rule)| selected_pair(view, pc, pair, rule)),
        selections: selections(view, pc),
        rtt: selected.and_then(|(pair, _)| match legacy {
            false => view.spread(pair, "currentRoundTripTime", 1000.0),
            true => view.spread(pair, "googRtt", 1.0),
        }),
        bytes: bytes(view, pc, selected.map(|(pair, _)| pair)),
        transports: transports(view, pc),
        candidates: candidates(view, pc),
        pairs: pairs(view, pc),
        pair_metrics: selected.map(|(pair, _)| view.metrics(pair)).unwrap_or_default(),
        inbound_rtp: streams::inbound(view, pc),
        outbound_rtp: streams::outbound(view, pc),
        remote_inbound_rtp: streams::remote_inbound(view, pc),
        codecs: streams::codecs(view, pc),
        data_channels: streams::data_channels(view, pc),
        legacy_ssrc: if legacy { streams::legacy(view, pc) } else { Vec::new() },
        objects: objects(view, pc),
    }
}

fn selected_pair(view: &View<'_>, pc: &stats::PeerConnection, pair: &StatsObject, rule: Rule) -> SelectedPair {
    let value = |member: &str| Some(view.value(pair.last(view.names(), member)?));
    let end = |member: &str| Some(candidate(view, pc.find(&view.text(pair, member)?)?));
    let (local, remote) = match rule {
        Rule::Active => (legacy_end(view, pair, "Local"), legacy_end(view, pair, "Remote")),
        _ => (end("localCandidateId"), end("remoteCandidateId")),
    };
    SelectedPair {
        id: pair.id.to_string(),
        rule: rule.name().to_owned(),
        state: value("state"),
        nominated: value("nominated"),
        local,
        remote,
    }
}

fn legacy_end(view: &View<'_>, pair: &StatsObject, side: &str) -> Option<Candidate> {
    Some(Candidate {
        kind: view.text(pair, &format!("goog{side}CandidateType")),
        protocol: view.text(pair, "googTransportType"),
        address: view.text(pair, &format!("goog{side}Address")),
        ..Candidate::default()
    })
}

/// What is known of a candidate; members have had other names.
fn candidate(view: &View<'_>, object: &StatsObject) -> Candidate {
    let first = |members: &[&str]| members.iter().find_map(|member| view.text(object, member));
    let port = ["port", "portNumber"]
        .iter()
        .find_map(|member| object.last(view.names(), member));
    Candidate {
        kind: first(&["candidateType"]),
        protocol: first(&["protocol", "transport"]),
        address: first(&["address", "ip", "ipAddress"]),
        port: port
            .and_then(|port| stats::object::to_number(view.names(), port))
            .and_then(number),
        relay_protocol: first(&["relayProtocol"]),
        network_type: first(&["networkType"]),
    }
}

/// `host udp 10.0.0.1:5000`
fn candidate_words(candidate: &Candidate) -> String {
    let address = candidate.address.as_deref().filter(|address| !address.is_empty());
    let address = match (address, &candidate.port) {
        // Legacy addresses have their port.
        (Some(address), Some(port)) if address.contains(':') => Some(format!("[{address}]:{port}")),
        (Some(address), Some(port)) => Some(format!("{address}:{port}")),
        (Some(address), None) => Some(address.to_owned()),
        (None, _) => None,
    };
    let relay = candidate
        .relay_protocol
        .as_ref()
        .map(|protocol| format!("over {protocol}"));
    let parts = [candidate.kind.clone(), candidate.protocol.clone(), address, relay];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn pair_words(view: &View<'_>, pc: &stats::PeerConnection, pair: &StatsObject) -> String {
    let end = |member: &str, side: &str| {
        let candidate = match view.text(pair, member).and_then(|id| pc.find(&id)) {
            Some(object) => Some(candidate(view, object)),
            None => legacy_end(view, pair, side),
        };
        candidate
            .map(|candidate| candidate_words(&candidate))
            .filter(|words| !words.is_empty())
    };
    let unknown = || "?".to_owned();
    let local = end("localCandidateId", "Local").unwrap_or_else(unknown);
    let remote = end("remoteCandidateId", "Remote").unwrap_or_else(unknown);
    format!("{local} -> {remote}")
}

fn selections(view: &View<'_>, pc: &stats::PeerConnection) -> Vec<Selection> {
    let selections = pair::selections(pc, view.names()).into_iter();
    selections
        .map(|(time, id)| Selection {
            at_s: view.seconds(time),
            pair: pc.find(&id).map(|pair| pair_words(view, pc, pair)).unwrap_or_default(),
            id,
        })
        .collect()
}

fn bytes(view: &View<'_>, pc: &stats::PeerConnection, pair: Option<&StatsObject>) -> Bytes {
    let sum = |kind: &str, member: &str| -> Option<Number> {
        let mut objects = pc.typed(view.names(), &[kind]).peekable();
        objects.peek()?;
        number(
            objects
                .map(|object| object.number(view.names(), member).unwrap_or(0.0))
                .sum(),
        )
    };
    let of_pair = |member: &str| view.number(pair?, member);
    Bytes {
        transport: Octets {
            sent: sum("transport", "bytesSent"),
            received: sum("transport", "bytesReceived"),
        },
        pair: Octets {
            sent: of_pair("bytesSent"),
            received: of_pair("bytesReceived"),
        },
        rtp: Octets {
            sent: sum("outbound-rtp", "bytesSent"),
            received: sum("inbound-rtp", "bytesReceived"),
        },
    }
}

fn transports(view: &View<'_>, pc: &stats::PeerConnection) -> Vec<Transport> {
    let objects = pc
        .typed(view.names(), &["transport"])
        .filter(|object| view.wants(&object.id));
    objects
        .map(|object| Transport {
            id: object.id.to_string(),
            dtls_state: view.text(object, "dtlsState"),
            ice_state: view.text(object, "iceState"),
            ice_role: view.text(object, "iceRole"),
            dtls_role: view.text(object, "dtlsRole"),
            tls_version: view.text(object, "tlsVersion"),
            dtls_cipher: view.text(object, "dtlsCipher"),
            srtp_cipher: view.text(object, "srtpCipher"),
            pair_changes: view.number(object, "selectedCandidatePairChanges"),
        })
        .collect()
}

fn candidates(view: &View<'_>, pc: &stats::PeerConnection) -> Vec<ListedCandidate> {
    const TYPES: [&str; 5] = [
        "local-candidate",
        "remote-candidate",
        "localcandidate",
        "remotecandidate",
        "ice-candidate",
    ];
    let objects = pc.typed(view.names(), &TYPES).filter(|object| view.wants(&object.id));
    objects
        .map(|object| {
            let remote = object.kind(view.names()).is_some_and(|kind| kind.starts_with("remote"))
                || object.last(view.names(), "isRemote") == Some(Sample::Bool(true));
            ListedCandidate {
                id: object.id.to_string(),
                side: if remote { "remote" } else { "local" }.to_owned(),
                candidate: candidate(view, object),
                priority: view.number(object, "priority"),
                url: view.text(object, "url").filter(|url| !url.is_empty()),
            }
        })
        .collect()
}

fn pairs(view: &View<'_>, pc: &stats::PeerConnection) -> Vec<Pair> {
    const TYPES: [&str; 3] = ["candidate-pair", "candidatepair", "googCandidatePair"];
    let objects = pc.typed(view.names(), &TYPES).filter(|object| view.wants(&object.id));
    objects
        .map(|object| Pair {
            id: object.id.to_string(),
            pair: pair_words(view, pc, object),
            state: view.text(object, "state"),
            nominated: object.flag(view.names(), "nominated"),
            requests_sent: view.number(object, "requestsSent"),
            responses_received: view.number(object, "responsesReceived"),
            requests_received: view.number(object, "requestsReceived"),
            bytes: Octets {
                sent: view.number(object, "bytesSent"),
                received: view.number(object, "bytesReceived"),
            },
        })
        .collect()
}

/// `--id`: every member of what was asked for.
fn objects(view: &View<'_>, pc: &stats::PeerConnection) -> Vec<Object> {
    if view.options.id.is_empty() {
        return Vec::new();
    }
    let objects = pc.stats.iter().filter(|object| view.wants(&object.id));
    objects
        .map(|object| Object {
            id: object.id.to_string(),
            kind: object.kind(view.names()).map(str::to_owned),
            from_s: object.start().map(|time| view.seconds(time)),
            to_s: object.times().last().map(|time| view.seconds(time)),
            members: object.members().map(|series| member(view, series)).collect(),
        })
        .collect()
}

fn member(view: &View<'_>, series: stats::Series<'_>) -> Member {
    let names = view.names();
    let shape = Shape::of(series, names);
    let name = series.name(names);
    let numbers: Vec<(f64, f64)> = series.numbers(names).collect();
    let points = match view.options.series {
        true => series
            .points()
            .map(|(time, sample)| (view.seconds(time), view.value(sample)))
            .collect(),
        false => Vec::new(),
    };
    Member {
        unit: unit(name).name().to_owned(),
        name: name.to_owned(),
        samples: shape.samples,
        first: series
            .points()
            .next()
            .map(|(_, sample)| view.value(sample))
            .unwrap_or_default(),
        last: series.last().map(|sample| view.value(sample)).unwrap_or_default(),
        resets: shape.resets,
        repeated: shape.repeated,
        backward: shape.backward,
        gaps: shape.gaps,
        limited: shape.is_limited(),
        sparkline: if numbers.len() > 1 {
            sparkline(&numbers)
        } else {
            String::new()
        },
        points,
    }
}
