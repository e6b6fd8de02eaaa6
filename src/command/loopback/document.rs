//! From what a call told to its report.

use std::time::Duration;

use serde_json::Value;

use crate::cli;
use crate::net::peer::call::{Call, Fault, Media as Stream, PeerLog, Plan, Stage as Step};
use crate::net::peer::facts::{Counts, SideFacts};
use crate::net::peer::{Direction, Side};
use crate::proto::tls::AlertDescription;
use crate::report::loopback::*;
use crate::time::{At, millis};

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
        data_channel: (!plan.channels.is_empty()).then(|| data_channel(call, plan)),
        media: call.media.iter().map(|stream| media(call, stream)).collect(),
        impairment: impairment(call, plan, options),
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

/// A beginning and an end, as far as they came.
type Span = (Option<At>, Option<At>);

/// What went on at one end.
struct Spans {
    create: Span,
    describe: Span,
    gather: Span,
    check: Span,
    dtls: Span,
    sctp: Span,
    channel: Span,
    talk: Span,
}

impl Spans {
    fn of(call: &Call, side: Side) -> Spans {
        let (log, facts) = (&call.peers[side.index()], call.facts.of(side));
        let first = |name: &str, value: &str| {
            let mut events = log.events.iter();
            events
                .find(|event| event.name == name && (value.is_empty() || event.value == value))
                .map(|event| event.at)
        };
        let described = first("setLocalDescription", "").zip(first("setRemoteDescription", ""));
        let opened = log
            .events
            .iter()
            .filter(|event| event.name == "open")
            .map(|event| event.at);
        Spans {
            create: (Some(call.began), call.created),
            describe: (call.created, described.map(|(local, remote)| local.max(remote))),
            gather: (
                first("icegatheringstatechange", "gathering"),
                first("icegatheringstatechange", "complete"),
            ),
            check: (facts.first_check, facts.nominated),
            dtls: (
                facts.flights.first().map(|flight| flight.at),
                facts.finished[0]
                    .zip(facts.finished[1])
                    .map(|(sent, received)| sent.max(received)),
            ),
            sctp: (facts.sctp.init, facts.sctp.established),
            channel: (facts.sctp.open, facts.sctp.ack.or_else(|| opened.max())),
            talk: (call.connected, call.connected.map(|_| log.stats_at)),
        }
    }

    fn stages(&self, call: &Call) -> Vec<Stage> {
        let mut stages = Vec::new();
        let mut put = |step: Step, part: Option<&str>, (began, ended): Span| {
            // What begins after the call was given up is the library's own affair.
            let Some(began) = began.filter(|began| *began <= call.closed) else {
                return;
            };
            stages.push(Stage {
                stage: step.name().to_owned(),
                part: part.map(str::to_owned),
                started_ms: ms(began),
                took_ms: ended.map(|ended| millis(ended.since(began))),
            });
        };
        put(Step::Create, None, self.create);
        put(Step::Describe, None, self.describe);
        put(Step::Gather, None, self.gather);
        put(Step::Check, None, self.check);
        put(Step::Connect, Some("dtls"), self.dtls);
        put(Step::Connect, Some("sctp"), self.sctp);
        put(Step::Connect, Some("data_channel"), self.channel);
        put(Step::Talk, None, self.talk);
        stages
    }

    fn phases(&self, call: &Call, facts: &SideFacts) -> Phases {
        Phases {
            gathering_ms: took(self.gather),
            ice_ms: took(self.check),
            dtls_ms: took(self.dtls),
            sctp_ms: took(self.sctp),
            data_channel_ms: took(self.channel),
            first_byte_ms: first_byte(call, facts).map(millis),
            total_ms: took((call.created, call.connected)),
        }
    }
}

fn took((began, ended): Span) -> Option<f64> {
    Some(millis(ended?.since(began?)))
}

/// From createOffer to the first octet of a message, or of media.
fn first_byte(call: &Call, facts: &SideFacts) -> Option<Duration> {
    let first = facts.sctp.first_message.into_iter().chain(facts.first_rtp).min()?;
    Some(first.since(call.created?))
}

/// The phases over both ends: from the first beginning to the last end.
fn overall(call: &Call) -> Phases {
    let [offerer, answerer] = Side::BOTH.map(|side| Spans::of(call, side));
    let both = |of: fn(&Spans) -> Span| {
        let (a, b) = (of(&offerer), of(&answerer));
        took((a.0.into_iter().chain(b.0).min(), a.1.zip(b.1).map(|(a, b)| a.max(b))))
    };
    Phases {
        gathering_ms: both(|spans| spans.gather),
        ice_ms: both(|spans| spans.check),
        dtls_ms: both(|spans| spans.dtls),
        sctp_ms: both(|spans| spans.sctp),
        data_channel_ms: both(|spans| spans.channel),
        first_byte_ms: Side::BOTH
            .iter()
            .filter_map(|side| first_byte(call, call.facts.of(*side)))
            .min()
            .map(millis),
        total_ms: took((call.created, call.connected)),
    }
}

fn data_channel(call: &Call, plan: &Plan) -> DataChannel {
    let first = &plan.channels[0];
    let data = &call.data;
    let mut round_trips: Vec<f64> = data
        .pings
        .iter()
        .flatten()
        .map(|took| took.as_nanos() as f64 / 1e6)
        .collect();
    round_trips.sort_by(f64::total_cmp);
    // The smallest that at least so many of 100 do not exceed.
    let percentile = |percent: usize| round_trips[(round_trips.len() * percent).div_ceil(100).max(1) - 1];
    let seconds = data.took.as_secs_f64();
    let measured = plan.throughput.is_some() && seconds > 0.0;
    DataChannel {
        channels: plan.channels.len(),
        ordered: !first.unordered,
        max_retransmits: first.max_retransmits,
        max_packet_life_time_ms: first.max_packet_life_time,
        messages: data.messages + round_trips.len() as u64,
        bytes: data.bytes,
        message_size: measured.then_some(plan.message_size),
        messages_sent: measured.then_some(data.messages_sent),
        throughput_mbps: measured.then(|| round(data.bytes as f64 * 8e-6 / seconds)),
        measured_s: measured.then(|| round(seconds)),
        pings: data.pings.len(),
        pings_lost: data.pings.iter().filter(|took| took.is_none()).count(),
        rtt_ms: (!round_trips.is_empty()).then(|| RoundTrips {
            min: round(round_trips[0]),
            median: round(percentile(50)),
            p99: round(percentile(99)),
            max: round(percentile(100)),
        }),
        close_told_ms: data.close_told.map(millis),
    }
}

/// To three decimals.
fn round(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

fn media(call: &Call, stream: &Stream) -> Media {
    let Stream {
        plan, sent, received, ..
    } = stream;
    let sender: &PeerLog = &call.peers[stream.from.index()];
    let reported = sender.rtcp.about_ours.get(&stream.ssrc);
    let heard = reported.filter(|reported| reported.reports > 0);
    let span = received
        .first
        .zip(received.last)
        .map(|(first, last)| last.since(first).as_secs_f64());
    Media {
        kind: plan.kind.name().to_owned(),
        from: stream.from.name().to_owned(),
        ssrc: stream.ssrc,
        packets_sent: sent.packets,
        bytes_sent: sent.bytes,
        packets_received: received.packets,
        bytes_received: received.bytes,
        duplicates: received.duplicates,
        packets_lost: received.lost(),
        jitter_ms: (received.packets > 1).then(|| round(received.jitter * 1000.0)),
        kbps: span
            .filter(|span| *span > 0.0)
            .map(|span| round(received.bytes as f64 * 0.008 / span)),
        reported_fraction_lost: heard.map(|heard| heard.fraction_lost),
        reported_packets_lost: heard.map(|heard| heard.packets_lost),
        reported_jitter_ms: heard
            .map(|heard| round(f64::from(heard.jitter) * 1000.0 / f64::from(plan.kind.clock_rate()))),
        rtt_ms: heard.and_then(|heard| heard.round_trip).map(millis),
        nacks: reported.map_or(0, |reported| reported.nacks),
    }
}

fn impairment(call: &Call, plan: &Plan, options: &cli::Loopback) -> Vec<Impairment> {
    let both = options.impair.as_ref();
    let asked = [
        options.impair_up.as_ref().or(both),
        options.impair_down.as_ref().or(both),
    ];
    let mut impairments = Vec::new();
    for (index, direction) in ["up", "down"].into_iter().enumerate() {
        let (Some(counts), Some(asked)) = (call.peers[index].impaired, asked[index]) else {
            continue;
        };
        let lost = counts.lost + counts.dropped;
        impairments.push(Impairment {
            direction: direction.to_owned(),
            asked: asked.clone(),
            seed: plan.setups[index].impairment.map_or(0, |(_, seed)| seed),
            sent: counts.sent,
            lost: counts.lost,
            dropped: counts.dropped,
            duplicated: counts.duplicated,
            reordered: counts.reordered,
            delivered: counts.delivered,
            lost_percent: round(lost as f64 * 100.0 / counts.sent.max(1) as f64),
            mean_delay_ms: (counts.delivered > 0)
                .then(|| round(counts.delay.as_secs_f64() * 1000.0 / counts.delivered as f64)),
        });
    }
    impairments
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
