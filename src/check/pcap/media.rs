//! Media: whether it flows both ways, goes on, and arrives.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use super::said::{fact, lasted};
use super::{Told, dtls, streams_by_session};
use crate::check::catalog::pcap as catalog;
use crate::check::words::{capital, count};
use crate::datagram::Seen;
use crate::flow::agreed::Agreed;
use crate::flow::rtp::{Control, Stream, Wishes};
use crate::flow::{Carried, Direction, Facts, Session, SessionId};
use crate::report::{Evidence, Severity};

/// Media of one side must have gone on for so long before the other side's silence means anything; receivers report at least
/// every five seconds or so (RFC 3550 §6.2), and most do every second.
const ONE_WAY: Duration = Duration::from_secs(6);
/// The same where the descriptions say that both send.
const ONE_WAY_AGREED: Duration = Duration::from_secs(3);
/// Media that stays away for so long while the session goes on has stopped.
const STOPPED: Duration = Duration::from_secs(4);
/// Media must have flowed for so long before its end is one.
const FLOWED: Duration = Duration::from_secs(1);
/// Packets that a stream needs for a rate of loss.
const ENOUGH: u64 = 100;
/// From here on loss is heard and seen whatever is done about it.
const HEAVY: f64 = 0.10;
/// From here on it is worth a word.
const NOTABLE: f64 = 0.03;
/// A pause in a stream in which packets were lost is worth a word from here on.
const GAP: Duration = Duration::from_secs(2);
/// How far apart the two ends of a path may see the same packet, at most, clocks included.
const COPY: Duration = Duration::from_millis(500);

/// Every finding about media.
pub(super) fn check(facts: &Facts, agreed: &Agreed, told: &mut Told) {
    for call in calls(facts) {
        if call.streams.is_empty() {
            continue;
        }
        told.about(call.sessions.iter().map(|(session, _)| session.id));
        call.check_loss(told);
        call.check_gaps(told);
        if !call
            .sessions
            .iter()
            .any(|(session, _)| told.explained.contains(&session.id))
        {
            call.check_directions(agreed, told);
        }
    }
}

/// Of every session with media: how many streams its call has, how many packets they have, and how many were lost.
pub(super) fn totals(facts: &Facts) -> BTreeMap<SessionId, (usize, u64, u64)> {
    let mut totals = BTreeMap::new();
    for call in calls(facts).iter().filter(|call| !call.streams.is_empty()) {
        let sources: BTreeSet<(usize, u32)> = call.streams.iter().map(|(stream, side)| (*side, stream.ssrc)).collect();
        let packets = call.streams.iter().map(|(stream, _)| stream.packets).sum();
        let lost = call.streams.iter().map(|(stream, _)| call.lost(stream)).sum();
        totals.extend(
            call.sessions
                .iter()
                .map(|(one, _)| (one.id, (sources.len(), packets, lost))),
        );
    }
    totals
}

/// What belongs together: the sessions of two ICE agents, since media may move from one pair to another; else one session.
struct Call<'a> {
    facts: &'a Facts,
    /// Each session, and which way side 0 sends in it.
    sessions: Vec<(&'a Session, Direction)>,
    /// Each stream, and which side sends it.
    streams: Vec<(&'a Stream, usize)>,
}

fn calls<'a>(facts: &'a Facts) -> Vec<Call<'a>> {
    let mut taken: BTreeSet<SessionId> = BTreeSet::new();
    let mut calls: Vec<Vec<(&'a Session, Direction)>> = Vec::new();
    for association in &facts.ice {
        let pairs = association.pairs.iter().filter(|pair| taken.insert(pair.session));
        let sessions = pairs.map(|pair| {
            let session = facts.session(pair.session);
            let forward = session.a == pair.addresses[0];
            (
                session,
                if forward {
                    Direction::Forward
                } else {
                    Direction::Backward
                },
            )
        });
        calls.push(sessions.collect());
    }
    let alone = facts.sessions.iter().filter(|session| !taken.contains(&session.id));
    calls.extend(alone.map(|session| vec![(session, Direction::Forward)]));
    let streams = streams_by_session(facts);
    let call = |sessions: Vec<(&'a Session, Direction)>| {
        let streams = sessions.iter().flat_map(|&(session, way)| {
            let own = streams.get(&session.id).into_iter().flatten();
            own.map(move |&stream| (stream, usize::from(stream.direction != way)))
        });
        Call {
            facts,
            streams: streams.collect(),
            sessions: sessions.clone(),
        }
    };
    calls.into_iter().map(call).collect()
}

impl Call<'_> {
    /// The session with most media.
    fn main(&self) -> (&Session, Direction) {
        let media = |session: &Session| session.count(Carried::Rtp) + session.count(Carried::Rtcp);
        let most = self.sessions.iter().max_by_key(|(session, _)| media(session));
        let &(session, way) = most.unwrap_or(&self.sessions[0]);
        (session, way)
    }

    fn subject(&self) -> String {
        format!("media between {} and {}", self.address(0), self.address(1))
    }

    fn address(&self, side: usize) -> SocketAddr {
        let (session, way) = self.main();
        session.from(if side == 0 { way } else { way.reverse() })
    }

    fn of(&self, side: usize) -> impl Iterator<Item = &Stream> {
        self.streams
            .iter()
            .filter(move |(_, from)| *from == side)
            .map(|(stream, _)| *stream)
    }

    /// From the first packet of media to the last one of this side.
    fn span(&self, side: usize) -> Option<(Seen, Seen)> {
        let first = self.of(side).map(|stream| stream.first).min()?;
        let last = self.of(side).map(|stream| stream.last).max()?;
        Some((first, last))
    }

    fn controls(&self, side: usize) -> impl Iterator<Item = &Control> {
        self.sessions.iter().filter_map(move |&(session, way)| {
            let way = if side == 0 { way } else { way.reverse() };
            self.facts.media.control_of(session.id, way)
        })
    }

    /// The last RTCP of this side.
    fn reported(&self, side: usize) -> Option<Seen> {
        self.controls(side).map(|control| control.last).max()
    }

    /// The last packet of any kind of this side.
    fn last(&self, side: usize) -> Option<Seen> {
        let ways = self
            .sessions
            .iter()
            .map(|&(session, way)| session.way(if side == 0 { way } else { way.reverse() }));
        ways.filter_map(|way| way.last).max()
    }

    fn check_directions(&self, agreed: &Agreed, told: &mut Told) {
        for side in 0..2 {
            if self.one_way(side, agreed, told) || self.stopped(side, told) {
                return;
            }
        }
    }

    /// This side sends media, and nothing of media comes back: no RTP, and no reports either.
    fn one_way(&self, side: usize, agreed: &Agreed, told: &mut Told) -> bool {
        let back = 1 - side;
        let Some((first, last)) = self.span(side) else {
            return false;
        };
        let lasts = last.at.since(first.at);
        let silent = self.span(back).is_none() && self.reported(back).is_none();
        // The other side was captured, and is alive: its checks or its keys came meanwhile.
        let came = self.last(back).filter(|came| came.at >= first.at);
        let both = self.sessions.iter().any(|(session, _)| agreed.both_send(session.id));
        let long = if both { ONE_WAY_AGREED } else { ONE_WAY };
        let Some(came) = came.filter(|_| silent && lasts >= long) else {
            return false;
        };
        let (from, to) = (self.address(side), self.address(back));
        let summary = format!(
            "{from} sent media for {}; from {to} came neither RTP nor RTCP, though its other packets do.",
            lasted(lasts)
        );
        let evidence = vec![
            fact(first, "first RTP", from),
            fact(last, "last RTP", from),
            fact(came, "last packet of any kind", to),
        ];
        told.push(catalog::MEDIA_ONE_WAY.finding(self.subject(), summary, evidence));
        true
    }

    /// Media of this side came, and then no more, while that of the other side went on.
    fn stopped(&self, side: usize, told: &mut Told) -> bool {
        let Some((first, last)) = self.span(side) else {
            return false;
        };
        let Some(end) = self.last(0).max(self.last(1)) else {
            return false;
        };
        let (lasts, silent) = (last.at.since(first.at), end.at.since(last.at));
        // Who says goodbye, or whose reports go on, stopped on purpose.
        let goodbye = self.controls(side).any(|control| !control.goodbyes.is_empty());
        let closed = self
            .sessions
            .iter()
            .any(|(session, _)| dtls::is_closed(self.facts, session, last));
        let reports = self
            .reported(side)
            .is_some_and(|rtcp| rtcp.at.since(last.at) >= STOPPED / 2);
        let went_on = self
            .span(1 - side)
            .is_some_and(|(_, theirs)| theirs.at.since(last.at) >= STOPPED);
        let elsewhere = goodbye || closed || reports || self.moved(side, last);
        if silent < STOPPED || lasts < FLOWED || elsewhere || !went_on {
            return false;
        }
        let from = self.address(side);
        let mut evidence: Vec<Evidence> = self
            .of(side)
            .take(4)
            .map(|stream| fact(stream.last, format!("last RTP of 0x{:08x}", stream.ssrc), from))
            .collect();
        evidence.extend(self.last(side).map(|came| fact(came, "last packet of any kind", from)));
        let summary = format!(
            "Media of {from} stopped after {}, RTCP too; for {} until the end nothing of it came, while the other side went on sending.",
            lasted(lasts),
            lasted(silent)
        );
        told.push(catalog::MEDIA_STOPPED.finding(self.subject(), summary, evidence));
        true
    }

    /// Whether the same socket goes on sending media to somebody else: a server that media was handed over to.
    fn moved(&self, side: usize, last: Seen) -> bool {
        let from = self.address(side);
        let mut streams = self.facts.media.streams().iter();
        streams.any(|stream| {
            let sender = self.facts.session(stream.session).from(stream.direction);
            sender == from && stream.last.at > last.at + STOPPED / 2
        })
    }

    fn check_loss(&self, told: &mut Told) {
        for side in 0..2 {
            let mut evidence = Vec::new();
            let mut worst = 0.0_f64;
            for stream in self.of(side) {
                let Some((lost, rate)) = self.loss(stream) else {
                    continue;
                };
                worst = worst.max(rate);
                let nacks = self
                    .facts
                    .media
                    .wishes(stream)
                    .map_or(0, |wishes: &Wishes| wishes.nacked_packets);
                let asked = if nacks > 0 {
                    format!("; {nacks} asked for again")
                } else {
                    String::new()
                };
                let value = format!("{:.1} % lost: {lost} of {}{asked}", rate * 100.0, lost + stream.packets);
                evidence.push(fact(stream.first, format!("0x{:08x}", stream.ssrc), value));
            }
            if evidence.is_empty() {
                continue;
            }
            let summary = format!(
                "{} from {} lost up to {:.1} % of its packets before they were captured.",
                capital(&count(evidence.len(), "stream")),
                self.address(side),
                worst * 100.0
            );
            let finding = catalog::MEDIA_LOSS.finding(self.subject(), summary, evidence);
            let most = if worst >= HEAVY {
                Severity::Error
            } else {
                Severity::Warning
            };
            told.push_at_most(most, finding);
        }
    }

    /// Packets of a stream that were lost one here and one there, and which part of all that is, if it is worth a word. What a
    /// long pause swallowed is told apart, and what went over another pair was not lost.
    fn loss(&self, stream: &Stream) -> Option<(u64, f64)> {
        let paused: u64 = stream.gaps().iter().map(|gap| u64::from(gap.lost)).sum();
        let lost = self.lost(stream).saturating_sub(paused);
        let rate = lost as f64 / (lost + stream.packets) as f64;
        (stream.packets >= ENOUGH && rate >= NOTABLE).then_some((lost, rate))
    }

    /// What moved to another pair and went on there was not lost. What passed elsewhere all the time is another copy: it was
    /// captured at both ends, on two sides of a NAT.
    fn lost(&self, stream: &Stream) -> u64 {
        if stream.lost() == 0 {
            return 0;
        }
        let others = self.facts.media.streams().iter().filter(|other| {
            let meanwhile = other.first.at < stream.first.at + COPY && other.last.at + COPY > stream.last.at;
            let copy = meanwhile && other.packets >= stream.packets;
            other.ssrc == stream.ssrc && other.session != stream.session && !copy && self.is_beside(stream, other)
        });
        let elsewhere: u64 = others.map(|other| other.packets).sum();
        stream.lost().saturating_sub(elsewhere)
    }

    /// Whether another stream may be the same one on another path: between the same agents, or of one socket that both have.
    fn is_beside(&self, stream: &Stream, other: &Stream) -> bool {
        let [own, theirs] = [stream, other].map(|one| {
            let session = self.facts.session(one.session);
            [session.from(one.direction), session.to(one.direction)]
        });
        let agents = || self.sessions.iter().any(|(session, _)| session.id == other.session);
        own[0] == theirs[0] || own[1] == theirs[1] || agents()
    }

    fn check_gaps(&self, told: &mut Told) {
        let mut gaps: Vec<Evidence> = Vec::new();
        for (stream, _) in self.streams.iter().filter(|(stream, _)| self.lost(stream) > 0) {
            for gap in stream.gaps().iter().filter(|gap| gap.duration() >= GAP && gap.lost > 0) {
                let lost = count(usize::from(gap.lost), "packet");
                let value = format!("{lost} lost in {}", lasted(gap.duration()));
                gaps.push(fact(gap.from, format!("0x{:08x}", stream.ssrc), value));
            }
        }
        if gaps.is_empty()
            || self
                .sessions
                .iter()
                .any(|(session, _)| told.explained.contains(&session.id))
        {
            return;
        }
        let number = gaps.len();
        gaps.truncate(8);
        let summary = format!(
            "{} of two seconds or more, in which packets were lost.",
            capital(&count(number, "pause"))
        );
        told.push(catalog::MEDIA_GAP.finding(self.subject(), summary, gaps));
    }
}
