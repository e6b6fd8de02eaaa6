//! Two calls: what is otherwise in the second one. Both reports are there already; they are compared, not the files.

use serde_json::Value;

use super::{Input, empty, is_empty, which};
use crate::report::Finding;
use crate::report::stats::diff::{
    Change, ConnectionDiff, Diff, FindingDiff, How, Kind, MetricDiff, Middle, StreamDiff,
};
use crate::report::stats::{Candidate, File, Metric, PeerConnection, StreamHead};

/// Compares the reports on two files, and what was found in each.
pub(super) fn diff(inputs: &[Input], files: &[File], before: &[Finding], after: &[Finding]) -> Diff {
    let mut diff = empty(Kind::Calls);
    let ([one, other], [first, second]) = (inputs, files) else {
        return diff;
    };
    let told = |file: &File| file.browser.clone().or_else(|| file.user_agent.clone());
    diff.session = changes([
        ("browser", told(first), told(second)),
        ("format", Some(first.format.clone()), Some(second.format.clone())),
        (
            "peer connections",
            Some(first.peer_connection_count.to_string()),
            Some(second.peer_connection_count.to_string()),
        ),
    ]);
    let matched = match_up(one, other, first, second);
    for (a, b) in matched.pairs {
        let (before, after) = (&first.peer_connections[a], &second.peer_connections[b]);
        diff.connections.push(ConnectionDiff {
            before: which(inputs, 0, one.chosen[a]),
            after: which(inputs, 1, other.chosen[b]),
            changes: connection_changes(before, after),
            metrics: connection_metrics(before, after),
            streams: streams(before, after),
        });
    }
    diff.unmatched = matched
        .rest
        .into_iter()
        .map(|(file, place)| which(inputs, file, inputs[file].chosen[place]))
        .collect();
    let only = |findings: &[Finding], others: &[Finding], how: How| -> Vec<FindingDiff> {
        let missing = |finding: &&Finding| others.iter().all(|other| other.code != finding.code);
        let told = |finding: &Finding| FindingDiff {
            code: finding.code.clone(),
            severity: finding.severity,
            how,
            summary: finding.summary.clone(),
            subject: finding.subject.clone(),
        };
        findings.iter().filter(missing).map(told).collect()
    };
    diff.findings = only(before, after, How::Removed);
    diff.findings.extend(only(after, before, How::Added));
    let differs = |one: &ConnectionDiff| {
        !one.changes.is_empty()
            || one
                .streams
                .iter()
                .any(|stream| stream.how.is_some() || !stream.changes.is_empty())
    };
    diff.changed = !diff.session.is_empty()
        || !diff.unmatched.is_empty()
        || !diff.findings.is_empty()
        || diff.connections.iter().any(differs);
    diff
}

/// Which connections belong together, and which are left over.
struct Matched {
    /// By their places in the reports.
    pairs: Vec<(usize, usize)>,
    /// The number of the file, from 0, and the place in its report.
    rest: Vec<(usize, usize)>,
}

/// Connections that are alike: those with streams of the same kinds and directions, then the others, each in order.
fn match_up(one: &Input, other: &Input, first: &File, second: &File) -> Matched {
    let filled = |input: &Input| -> Vec<usize> {
        let places = input.chosen.iter().enumerate();
        places
            .filter(|(_, index)| !is_empty(&input.dump.peer_connections[**index]))
            .map(|(place, _)| place)
            .collect()
    };
    let (mut left, mut right) = (filled(one), filled(other));
    let mut pairs = Vec::new();
    for same_shape in [true, false] {
        left.retain(|a| {
            let fits =
                |b: &usize| !same_shape || shape(&first.peer_connections[*a]) == shape(&second.peer_connections[*b]);
            let Some(place) = right.iter().position(fits) else {
                return true;
            };
            pairs.push((*a, right.remove(place)));
            false
        });
    }
    pairs.sort_unstable();
    let rest = left
        .into_iter()
        .map(|place| (0, place))
        .chain(right.into_iter().map(|place| (1, place)));
    Matched {
        pairs,
        rest: rest.collect(),
    }
}

/// How many streams of each direction and kind there are.
fn shape(pc: &PeerConnection) -> Vec<(&'static str, String)> {
    let mut shape: Vec<(&'static str, String)> =
        measured(pc).into_iter().map(|one| (one.direction, one.kind)).collect();
    shape.sort();
    shape
}

/// What differs of some things; what neither has is not among them.
fn changes<const N: usize>(list: [(&str, Option<String>, Option<String>); N]) -> Vec<Change> {
    let known = |text: Option<String>| text.filter(|text| !text.is_empty());
    let change = |(what, before, after): (&str, Option<String>, Option<String>)| {
        let (before, after) = (known(before), known(after));
        let how = match (&before, &after) {
            (None, None) => return None,
            (None, Some(_)) => How::Added,
            (Some(_), None) => How::Removed,
            (Some(before), Some(after)) if before == after => return None,
            _ => How::Changed,
        };
        Some(Change {
            what: what.to_owned(),
            how,
            before,
            after,
        })
    };
    list.into_iter().filter_map(change).collect()
}

fn connection_changes(before: &PeerConnection, after: &PeerConnection) -> Vec<Change> {
    let both = |of: &dyn Fn(&PeerConnection) -> Option<String>| (of(before), of(after));
    let state = |pc: &PeerConnection| {
        let states = &pc.final_states;
        states.connection.clone().or_else(|| states.ice_connection.clone())
    };
    let transport = |pc: &PeerConnection, of: &dyn Fn(&crate::report::stats::Transport) -> Option<String>| {
        pc.transports.iter().find_map(of)
    };
    let list = [
        ("servers", both(&|pc| Some(pc.servers.join(", ")))),
        ("iceTransportPolicy", both(&|pc| policy(pc, "iceTransportPolicy"))),
        ("bundlePolicy", both(&|pc| policy(pc, "bundlePolicy"))),
        ("rtcpMuxPolicy", both(&|pc| policy(pc, "rtcpMuxPolicy"))),
        ("iceCandidatePoolSize", both(&|pc| policy(pc, "iceCandidatePoolSize"))),
        ("sdpSemantics", both(&|pc| policy(pc, "sdpSemantics"))),
        ("state at the end", both(&state)),
        ("path", both(&path)),
        (
            "DTLS version",
            both(&|pc| transport(pc, &|one| one.tls_version.clone())),
        ),
        ("DTLS cipher", both(&|pc| transport(pc, &|one| one.dtls_cipher.clone()))),
        ("SRTP cipher", both(&|pc| transport(pc, &|one| one.srtp_cipher.clone()))),
        ("DTLS state", both(&|pc| transport(pc, &|one| one.dtls_state.clone()))),
        (
            "pairs in use",
            both(&|pc| (!pc.selections.is_empty()).then(|| pc.selections.len().to_string())),
        ),
        ("errors of servers", both(&|pc| Some(pc.candidate_errors.to_string()))),
    ];
    changes(list.map(|(what, (before, after))| (what, before, after)))
}

/// A member of the configuration, where that is a tree or JSON; else nobody knows.
fn policy(pc: &PeerConnection, name: &str) -> Option<String> {
    let parsed = match pc.config.as_ref()? {
        Value::String(text) => serde_json::from_str(text).ok()?,
        tree => tree.clone(),
    };
    match parsed.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        value => Some(value.to_string()),
    }
}

/// `host udp -> relay udp over tls`: types and protocols; addresses differ from call to call anyway.
fn path(pc: &PeerConnection) -> Option<String> {
    let pair = pc.selected_pair.as_ref()?;
    let end = |candidate: &Option<Candidate>| {
        let Some(candidate) = candidate else {
            return "?".to_owned();
        };
        let relay = candidate
            .relay_protocol
            .as_ref()
            .map(|protocol| format!("over {protocol}"));
        let network = candidate
            .network_type
            .as_ref()
            .filter(|kind| *kind != "unknown")
            .map(|kind| format!("on {kind}"));
        let parts = [candidate.kind.clone(), candidate.protocol.clone(), relay, network];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    Some(format!("{} -> {}", end(&pair.local), end(&pair.remote)))
}

fn connection_metrics(before: &PeerConnection, after: &PeerConnection) -> Vec<MetricDiff> {
    let phases = |pc: &PeerConnection| {
        [
            ("gathering", pc.phases.gathering_ms),
            ("ice", pc.phases.ice_ms),
            ("dtls", pc.phases.dtls_ms),
            ("first_packet", pc.phases.first_packet_ms),
            ("first_frame", pc.phases.first_frame_ms),
        ]
    };
    let once = |time: Option<f64>| {
        time.map(|time| Middle {
            median: time,
            p95: time,
            n: 1,
        })
    };
    let times = phases(before).into_iter().zip(phases(after));
    let times = times.map(|((name, before), (_, after))| MetricDiff {
        name: name.to_owned(),
        unit: "ms".to_owned(),
        before: once(before),
        after: once(after),
    });
    let mut metrics: Vec<MetricDiff> = times
        .filter(|one| one.before.is_some() || one.after.is_some())
        .collect();
    metrics.extend(compared(&before.pair_metrics, &after.pair_metrics));
    metrics
}

/// Metrics by their names, those of the first call first.
fn compared(before: &[Metric], after: &[Metric]) -> Vec<MetricDiff> {
    let middle = |metric: &Metric| Middle {
        median: metric.median,
        p95: metric.p95,
        n: metric.n,
    };
    let find = |list: &[Metric], name: &str| list.iter().find(|metric| metric.name == name).map(middle);
    let only_after = after.iter().filter(|metric| find(before, &metric.name).is_none());
    let all = before.iter().chain(only_after);
    all.map(|metric| MetricDiff {
        name: metric.name.clone(),
        unit: metric.unit.clone(),
        before: find(before, &metric.name),
        after: find(after, &metric.name),
    })
    .collect()
}

/// A stream or a data channel, as it is compared.
struct Measured {
    direction: &'static str,
    kind: String,
    mid: Option<String>,
    rid: Option<String>,
    codec: Option<String>,
    encoder: Option<String>,
    size: Option<String>,
    metrics: Vec<Metric>,
}

fn measured(pc: &PeerConnection) -> Vec<Measured> {
    let of = |direction: &'static str, head: &StreamHead, metrics: Vec<Metric>| Measured {
        direction,
        kind: head.kind.clone().unwrap_or_default(),
        mid: head.mid.clone(),
        rid: head.rid.clone(),
        codec: head.codec.clone(),
        encoder: None,
        size: None,
        metrics,
    };
    let size = |counters: &serde_json::Map<String, Value>| {
        let (width, height) = (counters.get("frame_width")?, counters.get("frame_height")?);
        Some(format!("{width}x{height}"))
    };
    let mut all = Vec::new();
    for stream in &pc.inbound_rtp {
        let mut one = of("in", &stream.head, stream.metrics.clone());
        one.size = size(&stream.counters);
        all.push(one);
    }
    for stream in &pc.outbound_rtp {
        let ssrc = stream.head.ssrc.as_ref();
        let mut remote = pc.remote_inbound_rtp.iter();
        let remote = remote.find(|remote| ssrc.is_some() && remote.head.ssrc.as_ref() == ssrc);
        let reported = remote
            .into_iter()
            .flat_map(|remote| &remote.metrics)
            .map(|metric| Metric {
                name: format!("remote_{}", metric.name),
                ..metric.clone()
            });
        let mut one = of(
            "out",
            &stream.head,
            stream.metrics.iter().cloned().chain(reported).collect(),
        );
        one.encoder = stream.encoder_implementation.clone();
        one.size = size(&stream.counters);
        all.push(one);
    }
    for stream in &pc.legacy_ssrc {
        let head = StreamHead {
            kind: stream.kind.clone(),
            codec: stream.codec.clone(),
            ..StreamHead::default()
        };
        let direction = if stream.direction == "send" { "out" } else { "in" };
        all.push(of(direction, &head, stream.metrics.clone()));
    }
    for channel in &pc.data_channels {
        let head = StreamHead {
            kind: Some("data".to_owned()),
            mid: channel.label.clone(),
            ..StreamHead::default()
        };
        all.push(of("both", &head, channel.metrics.clone()));
    }
    all
}

/// Streams of the same direction and kind: those of the same media section and layer, then the others, each in order.
fn streams(before: &PeerConnection, after: &PeerConnection) -> Vec<StreamDiff> {
    let (mut left, mut right) = (measured(before), measured(after));
    let mut matched: Vec<StreamDiff> = Vec::new();
    for same_section in [true, false] {
        let mut rest = Vec::new();
        for one in left {
            let fits = |other: &Measured| {
                let same = (one.direction, &one.kind) == (other.direction, &other.kind);
                same && (!same_section || one.mid.is_some() && (&one.mid, &one.rid) == (&other.mid, &other.rid))
            };
            match right.iter().position(fits) {
                Some(place) => matched.push(stream(Some(&one), Some(&right.remove(place)))),
                None => rest.push(one),
            }
        }
        left = rest;
    }
    matched.extend(left.iter().map(|one| stream(Some(one), None)));
    matched.extend(right.iter().map(|one| stream(None, Some(one))));
    matched
}

fn stream(before: Option<&Measured>, after: Option<&Measured>) -> StreamDiff {
    let either = before.or(after);
    let metrics = |one: Option<&Measured>| one.map_or_else(Vec::new, |one| one.metrics.clone());
    let both = |of: fn(&Measured) -> Option<String>| (before.and_then(of), after.and_then(of));
    let list = [
        ("codec", both(|one| one.codec.clone())),
        ("encoder", both(|one| one.encoder.clone())),
        ("size", both(|one| one.size.clone())),
    ];
    let how = match (before, after) {
        (Some(_), Some(_)) => None,
        (None, _) => Some(How::Added),
        (_, None) => Some(How::Removed),
    };
    StreamDiff {
        direction: either.map(|one| one.direction).unwrap_or_default().to_owned(),
        kind: either.map(|one| one.kind.clone()).unwrap_or_default(),
        mid: either.and_then(|one| one.mid.clone()),
        rid: either.and_then(|one| one.rid.clone()),
        changes: match how {
            None => changes(list.map(|(what, (before, after))| (what, before, after))),
            Some(_) => Vec::new(),
        },
        metrics: compared(&metrics(before), &metrics(after)),
        how,
    }
}
