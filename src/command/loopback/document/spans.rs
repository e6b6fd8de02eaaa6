//! The stages and phases of a call: when each began and ended, at either end and over both.

use std::time::Duration;

use super::ms;
use crate::net::peer::Side;
use crate::net::peer::call::{Call, Stage as Step};
use crate::net::peer::facts::SideFacts;
use crate::report::loopback::{Phases, Stage};
use crate::time::{At, millis};

/// A beginning and an end, as far as they came.
type Span = (Option<At>, Option<At>);

/// What went on at one end.
pub struct Spans {
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
    pub fn of(call: &Call, side: Side) -> Spans {
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

    pub fn stages(&self, call: &Call) -> Vec<Stage> {
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

    pub fn phases(&self, call: &Call, facts: &SideFacts) -> Phases {
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
pub fn overall(call: &Call) -> Phases {
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
