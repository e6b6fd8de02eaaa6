//! RTP streams, RTCP and session descriptions as the report tells them.

use std::net::SocketAddr;

use super::document::moment;
use crate::capture::Time;
use crate::flow::agreed::{Agreed, Name};
use crate::flow::rtp::{self, Control, Reception, Stream, Wishes};
use crate::flow::signaling::{Described, Source};
use crate::flow::{Direction, Facts, Session};
use crate::report::pcap as report;
use crate::report::pcap::Word;
use crate::report::timestamp::rfc3339_nanos;
use crate::time::{At, millis};

/// All streams, each with its name.
pub(super) fn streams(facts: &Facts, agreed: &Agreed, began: Option<Time>) -> Vec<report::RtpStream> {
    let names = agreed.names(facts).into_iter();
    let streams = facts.media.streams().iter().zip(names);
    streams.map(|(one, name)| stream(facts, one, name, began)).collect()
}

fn ssrc(number: u32) -> String {
    format!("0x{number:08x}")
}

/// The MediaStream and the track; `-` is none.
fn msid(text: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(text) = text else { return (None, None) };
    let (stream, track) = match text.split_once(' ') {
        Some((stream, track)) => (stream, Some(track.to_owned())),
        None => (text, None),
    };
    (Some(stream.to_owned()).filter(|stream| stream != "-"), track)
}

fn stream(facts: &Facts, stream: &Stream, name: Name, began: Option<Time>) -> report::RtpStream {
    let session = facts.session(stream.session);
    let (src, dst, transport) = around(facts, session, stream.direction);
    let clock = facts.media.clock(stream);
    let jitter = clock.and_then(|hz| stream.jitter.at_clock(hz));
    let relayed = session.inside.is_some();
    let role = name.role.unwrap_or_else(|| facts.media.role(stream));
    let (own, track) = msid(name.msid.as_deref());
    let gap = |gap: &rtp::Gap| report::RtpGap {
        from: moment(gap.from),
        to: moment(gap.to),
        lost: gap.lost.into(),
    };
    let time = |at: At| began.map(|began| rfc3339_nanos(began.0 + at.since_start().as_nanos() as i128));
    report::RtpStream {
        src: src.to_string(),
        dst: dst.to_string(),
        session: stream.session.0,
        relayed_src: relayed.then(|| session.from(stream.direction)),
        relayed_dst: relayed.then(|| session.to(stream.direction)),
        ssrc: ssrc(stream.ssrc),
        payload_types: stream.payload_types.iter().map(|one| one.number).collect(),
        encoding: facts.media.encoding(stream).map(str::to_owned),
        clock_hz: clock,
        kind: name.kind,
        mid: name.mid,
        m_line: name.index,
        named_by: name.clue.map(|clue| clue.name().into()),
        rid: name.rid,
        stream: own,
        track,
        repairs: name.repairs.map(ssrc),
        transport,
        packets: stream.packets,
        bytes: stream.bytes,
        lost: stream.sequence.lost(),
        out_of_order: stream.sequence.out_of_order,
        duplicates: stream.sequence.duplicates,
        jitter_ms: jitter.map(|(now, _)| millis(now)),
        first: time(stream.first.at),
        last: time(stream.last.at),
        encrypted: facts.media.encrypted(stream),
        role: (role != rtp::Role::Media).then(|| role.name().into()),
        frames_per_second: stream.frame_rate(),
        first_packet: Some(moment(stream.first)),
        last_packet: Some(moment(stream.last)),
        gaps: stream.gaps().iter().map(gap).collect(),
        gap_count: stream.gap_count,
        receptions: facts
            .media
            .receptions(stream)
            .into_iter()
            .map(|one| reception(one, clock))
            .collect(),
        feedback: facts.media.wishes(stream).map(feedback),
    }
}

/// The addresses on the wire, and the transport: for a relayed flow those of the TURN client and its server.
fn around(facts: &Facts, session: &Session, direction: Direction) -> (SocketAddr, SocketAddr, Word) {
    let Some(relay) = session.inside else {
        return (
            session.from(direction),
            session.to(direction),
            session.transport.name().into(),
        );
    };
    let outer = facts.session(relay.outer);
    let of_client = facts.allocations.iter().find(|one| one.session == relay.outer);
    let client = of_client.map_or(outer.a, |one| one.client);
    let server = if client == outer.a { outer.b } else { outer.a };
    let (src, dst) = match direction {
        Direction::Forward => (client, server),
        Direction::Backward => (server, client),
    };
    (src, dst, outer.transport.name().into())
}

/// A session description.
pub(super) fn description(described: &Described) -> report::Description {
    let (source, at, src, dst) = match &described.source {
        Source::File(name) => (name.clone(), None, None, None),
        Source::Capture { seen, src, dst } => ("capture".to_owned(), Some(moment(*seen)), Some(*src), Some(*dst)),
    };
    let fingerprints = described.credentials.iter().flat_map(|one| &one.fingerprints);
    report::Description {
        source,
        at,
        src,
        dst,
        kind: described.kind.map(|kind| kind.name().to_owned()),
        ice_ufrags: described.credentials.iter().map(|one| one.ufrag.clone()).collect(),
        fingerprints: fingerprints.map(|(hash, value)| format!("{hash} {value}")).collect(),
    }
}

fn reception(one: &Reception, clock: Option<u32>) -> report::Reception {
    let percent = |fraction: u8| f64::from(fraction) * 100.0 / 256.0;
    let jitter = |units: u32| clock.map(|hz| f64::from(units) * 1000.0 / f64::from(hz));
    report::Reception {
        reporter: ssrc(one.reporter),
        reports: one.reports,
        first: moment(one.first),
        last: moment(one.last_seen),
        lost_percent: percent(one.last.fraction_lost),
        worst_lost_percent: percent(one.worst_fraction_lost),
        lost: one.last.cumulative_lost,
        jitter_ms: jitter(one.last.jitter),
        worst_jitter_ms: jitter(one.worst_jitter),
        rtt_ms: one.round_trips.map(|trips| report::ReportedRtt {
            count: trips.count,
            min: millis(trips.shortest),
            max: millis(trips.longest),
            last: millis(trips.last),
        }),
    }
}

fn feedback(wishes: &Wishes) -> report::Feedback {
    report::Feedback {
        nacks: wishes.nacks,
        nacked_packets: wishes.nacked_packets,
        plis: wishes.plis,
        firs: wishes.firs,
        slis: wishes.slis,
        tmmbr_bps: wishes.tmmbr,
    }
}

/// The RTCP of one direction of a session.
pub(super) fn rtcp(facts: &Facts, control: &Control) -> report::Rtcp {
    let session = facts.session(control.session);
    let name = |(number, cname): &(u32, String)| report::RtcpName {
        ssrc: ssrc(*number),
        cname: cname.clone(),
    };
    let bye = |one: &rtp::Goodbye| report::RtcpBye {
        at: moment(one.seen),
        ssrcs: one.sources.iter().map(|&number| ssrc(number)).collect(),
        reason: one.reason.clone(),
    };
    let by_type = control.by_type.iter();
    let transport = control.transport;
    report::Rtcp {
        session: session.id.0,
        src: session.from(control.direction),
        dst: session.to(control.direction),
        datagrams: control.datagrams,
        secure: control.secure,
        first: moment(control.first),
        last: moment(control.last),
        by_type: by_type.map(|(kind, count)| (kind.to_string(), *count)).collect(),
        sources: control.sources.iter().map(|&number| ssrc(number)).collect(),
        names: control.cnames.iter().map(name).collect(),
        goodbyes: control.goodbyes.iter().map(bye).collect(),
        remb: control.estimates.map(|one| report::Remb {
            count: one.count,
            lowest_bps: one.lowest,
            highest_bps: one.highest,
            last_bps: one.last,
        }),
        transport_feedback: (transport.messages > 0).then_some(report::TransportFeedback {
            messages: transport.messages,
            arrived: transport.arrived,
            missing: transport.missing,
        }),
        left_out: control.left_out,
    }
}
