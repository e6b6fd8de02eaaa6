//! From what a call told to its report.

mod spans;
mod talk;

use serde_json::Value;

use crate::cli;
use crate::net::peer::call::{Call, Fault, Plan, Stage as Step};
use crate::net::peer::facts::Counts;
use crate::net::peer::{Direction, Side};
use crate::proto::tls::AlertDescription;
use crate::report::loopback::*;
use crate::time::{At, millis};

use spans::{Spans, overall};

/// The report, but for the files.
pub fn report(call: &Call, plan: &Plan, options: &cli::Loopback) -> Loopback {
    let peers = Peers {
        offerer: peer(call, Side::Offerer),
        answerer: peer(call, Side::Answerer),
    };
    let description = |kind: &str| {
        let made = call.descriptions.iter().find(|description| description.kind == kind);
        made.map(|description| SessionDescription {
            kind: description.kind.clone(),
            sdp: description.sdp.clone(),
        })
    };
    Loopback {
        outcome: outcome(call, plan),
        reached: reached(call).name().to_owned(),
        path: path(&peers),
        phases: overall(call),
        peers,
        offer: description("offer"),
        answer: description("answer"),
        data_channel: (!plan.channels.is_empty()).then(|| talk::data_channel(call, plan)),
        media: call.media.iter().map(|stream| talk::media(call, stream)).collect(),
        impairment: talk::impairment(call, plan, options),
        fault: fault(call, options),
        errors: call
            .errors
            .iter()
            .map(|error| Refused {
                peer: error.side.name().to_owned(),
                operation: error.operation.to_owned(),
                message: error.message.clone(),
            })
            .collect(),
        library_log: log(call),
        artifacts: Artifacts::default(),
        show_stats: options.stats,
    }
}

fn ms(at: At) -> f64 {
    millis(at.since_start())
}

fn outcome(call: &Call, plan: &Plan) -> Outcome {
    let is_broken = call.broken.is_some() || call.connected.is_some() && !call.died.is_empty();
    match call {
        _ if call.interrupted => Outcome::Interrupted,
        _ if is_broken && plan.fault != Some(Fault::IceRestart) && call.died.is_empty() => Outcome::Broken,
        _ if !call.died.is_empty() => Outcome::LibraryStopped,
        _ if call.connected.is_some() => Outcome::Connected,
        _ if !call.errors.is_empty() => Outcome::Refused,
        _ if call.timed_out => Outcome::TimedOut,
        _ => Outcome::Failed,
    }
}

/// The last stage that any of the ends reached.
fn reached(call: &Call) -> Step {
    let facts = Side::BOTH.map(|side| call.facts.of(side));
    let gathers = call.peers.iter().any(|peer| {
        peer.events
            .iter()
            .any(|event| event.name == "icecandidate" && !event.value.is_null())
    });
    match call {
        _ if call.connected.is_some() => Step::Talk,
        _ if facts.iter().any(|facts| facts.nominated.is_some()) => Step::Connect,
        _ if facts.iter().any(|facts| facts.first_check.is_some()) => Step::Check,
        _ if gathers => Step::Gather,
        _ if call.created.is_some() => Step::Describe,
        _ => Step::Create,
    }
}

/// The way that the nominated pair goes, as the statistics of the offerer tell.
fn path(peers: &Peers) -> Option<Path> {
    let stats = &peers.offerer.stats;
    let transport = stats.iter().find(|object| object["type"] == "transport")?;
    let by_id = |id: &Value| stats.iter().find(|object| object["id"] == *id);
    let selected = by_id(&transport["selectedCandidatePairId"]);
    let pair = selected.or_else(|| {
        stats
            .iter()
            .find(|object| object["type"] == "candidate-pair" && object["nominated"] == true)
    })?;
    let (local, remote) = (by_id(&pair["localCandidateId"])?, by_id(&pair["remoteCandidateId"])?);
    let text = |object: &Value, member: &str| object[member].as_str().unwrap_or_default().to_owned();
    let address = |object: &Value| {
        let ip = text(object, "address");
        let port = &object["port"];
        if ip.contains(':') {
            format!("[{ip}]:{port}")
        } else {
            format!("{ip}:{port}")
        }
    };
    Some(Path {
        offerer_type: text(local, "candidateType"),
        offerer: address(local),
        answerer_type: text(remote, "candidateType"),
        answerer: address(remote),
        protocol: text(local, "protocol"),
    })
}

fn peer(call: &Call, side: Side) -> Peer {
    let (log, facts) = (&call.peers[side.index()], call.facts.of(side));
    let name = |direction: Direction| match direction {
        Direction::Sent => "sent".to_owned(),
        Direction::Received => "received".to_owned(),
    };
    let spans = Spans::of(call, side);
    Peer {
        events: log
            .events
            .iter()
            .map(|event| Event {
                at_ms: ms(event.at),
                event: event.name.to_owned(),
                value: event.value.clone(),
            })
            .collect(),
        stages: spans.stages(call),
        phases: spans.phases(call, facts),
        flights: facts
            .flights
            .iter()
            .map(|flight| Flight {
                at_ms: ms(flight.at),
                direction: name(flight.direction),
                messages: flight.messages.clone(),
                datagrams: flight.datagrams,
                retransmission: flight.is_repeated,
            })
            .collect(),
        sctp: facts.sctp.init.map(|_| Sctp {
            data_chunks_sent: facts.sctp.data[0],
            data_chunks_received: facts.sctp.data[1],
            retransmitted: facts.sctp.retransmitted,
            inits_repeated: facts.sctp.repeated.inits,
            cookies_repeated: facts.sctp.repeated.cookies,
            opens_repeated: facts.sctp.repeated.opens,
        }),
        sent: datagrams(&facts.counts[0]),
        received: datagrams(&facts.counts[1]),
        check_errors: facts
            .check_errors
            .iter()
            .map(|(code, direction, count)| CheckError {
                code: *code,
                direction: name(*direction),
                count: *count,
            })
            .collect(),
        alerts: facts
            .alerts
            .iter()
            .map(|alert| Alert {
                at_ms: ms(alert.at),
                direction: name(alert.direction),
                level: alert.level,
                description: alert.description,
                name: AlertDescription(alert.description).to_string(),
                count: alert.count,
            })
            .collect(),
        stats: log.stats.clone(),
        stats_history: log
            .history
            .iter()
            .map(|(at, stats)| Snapshot {
                at_ms: ms(*at),
                stats: stats.clone(),
            })
            .collect(),
    }
}

fn datagrams(counts: &Counts) -> Datagrams {
    let Counts {
        datagrams,
        bytes,
        stun,
        channel_data,
        dtls,
        rtp,
        rtcp,
    } = *counts;
    Datagrams {
        datagrams,
        bytes,
        stun,
        channel_data,
        dtls,
        rtp,
        rtcp,
    }
}

fn fault(call: &Call, options: &cli::Loopback) -> Option<crate::report::loopback::Fault> {
    use clap::ValueEnum;
    let name = options.fault?.to_possible_value()?.get_name().to_owned();
    let noticed = call.broken.and_then(|broken| {
        let events = &call.peers[Side::Offerer.index()].events;
        let failed = events.iter().find(|event| {
            event.at > broken && event.name.ends_with("connectionstatechange") && event.value == "failed"
        });
        failed.map(|failed| millis(failed.at.since(broken)))
    });
    Some(crate::report::loopback::Fault {
        name,
        at_ms: call.broken.map(ms),
        noticed_ms: noticed,
        swallowed: call.broken.map(|_| call.peers.iter().map(|peer| peer.swallowed).sum()),
        restart: call.restart.as_ref().map(|restart| Restart {
            at_ms: ms(restart.at),
            took_ms: restart.took.map(millis),
            ufrag_before: restart.ufrags.0.clone(),
            ufrag_after: restart.ufrags.1.clone(),
            pings: restart.pings.1,
            pings_answered: restart.pings.0,
        }),
    })
}

/// The library's log, without what it says in every call.
fn log(call: &Call) -> Vec<LogLine> {
    /// Said of every call, or of one that is being closed, and no sign of anything.
    const NOISE: &[&str] = &[
        "conn.remote_addr is empty",
        "pingAllCandidates called with no candidate pairs",
        "Unsupported Extension Type",
    ];
    let lines = call
        .log
        .lines
        .iter()
        .filter(|line| !NOISE.iter().any(|noise| line.text.contains(noise)));
    lines
        .map(|line| LogLine {
            at_ms: ms(line.at),
            peer: line.side.map(|side| side.name().to_owned()),
            level: if line.is_error { "error" } else { "warning" }.to_owned(),
            target: line.target.clone(),
            text: line.text.clone(),
        })
        .collect()
}
