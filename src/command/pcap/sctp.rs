//! SCTP in clear as the report tells it.

use super::document::moment;
use crate::flow::sctp::{Channel, Flow, Sctp};
use crate::flow::{Direction, Session};
use crate::proto::dcep::ChannelType;
use crate::report::pcap as report;
use crate::time::millis;

/// One association.
pub(super) fn association(session: &Session, sctp: &Sctp) -> report::Sctp {
    let took = sctp.init.zip(sctp.established);
    let [a_port, b_port] = sctp.ports;
    report::Sctp {
        session: session.id.0,
        a: session.a,
        b: session.b,
        a_port,
        b_port,
        first: moment(sctp.first),
        last: moment(sctp.last),
        init: sctp.init.map(|(seen, _)| moment(seen)),
        initiator: sctp.init.map(|(_, way)| session.from(way)),
        established: sctp.established.map(moment),
        took_ms: took.map(|((init, _), done)| millis(done.at.since(init.at))),
        ended: match sctp.end {
            None => "open",
            Some(end) if end.is_abort => "aborted",
            Some(_) => "shut-down",
        }
        .into(),
        ended_at: sctp.end.map(|end| moment(end.seen)),
        ended_by: sctp.end.map(|end| session.from(end.direction)),
        cause: sctp.end.and_then(|end| end.cause).map(|cause| cause.to_string()),
        a_to_b: way(sctp, Direction::Forward),
        b_to_a: way(sctp, Direction::Backward),
        channels: sctp.channels.iter().map(|one| channel(session, one)).collect(),
        streams: sctp.flows.iter().map(|one| stream(session, one)).collect(),
        left_out: sctp.left_out,
    }
}

fn way(sctp: &Sctp, direction: Direction) -> report::SctpWay {
    let at = direction.index();
    let chunks = sctp.chunks[at].iter();
    report::SctpWay {
        packets: sctp.packets[at],
        chunks: chunks.map(|(kind, count)| (kind.to_string(), *count)).collect(),
        retransmissions: sctp.retransmissions[at],
    }
}

fn channel(session: &Session, one: &Channel) -> report::DataChannel {
    // RFC 8832 §5.1: of reliable ones it means nothing.
    let is_reliable = matches!(
        one.channel_type,
        ChannelType::RELIABLE | ChannelType::RELIABLE_UNORDERED
    );
    report::DataChannel {
        id: one.id,
        label: one.label.clone(),
        protocol: one.protocol.clone(),
        channel_type: one.channel_type.to_string(),
        reliability: (!is_reliable).then_some(one.reliability),
        priority: one.priority,
        opened: moment(one.opened),
        opener: session.from(one.direction),
        acknowledged: one.acknowledged.map(moment),
        closed: one.closed.map(moment),
    }
}

fn stream(session: &Session, one: &Flow) -> report::SctpStream {
    let protocols = one.protocols.iter();
    report::SctpStream {
        id: one.id,
        src: session.from(one.direction),
        messages: one.messages,
        bytes: one.bytes,
        by_protocol: protocols.map(|(kind, count)| (kind.to_string(), *count)).collect(),
        first: moment(one.first),
        last: moment(one.last),
    }
}
