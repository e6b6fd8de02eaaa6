//! Whether what is sent is what was agreed on: payload types, header extensions, directions, names of m-lines and layers.

use std::collections::BTreeSet;

use super::said::fact;
use super::{Told, streams_by_session};
use crate::check::catalog::pcap as catalog;
use crate::flow::agreed::{Agreed, Clue, Line, MID, REPAIRED_RID, RID};
use crate::flow::rtp::{Role, Stream};
use crate::flow::{Facts, SessionId};
use crate::report::Evidence;

/// So few packets may be what was under way when the direction changed.
const STRAY: u64 = 20;

/// What RTP does and no description of its session allows.
pub(super) fn check(facts: &Facts, agreed: &Agreed, told: &mut Told) {
    for (id, streams) in streams_by_session(facts) {
        let session = facts.session(id);
        let one = One {
            facts,
            agreed,
            streams: &streams,
            subject: format!("media between {} and {}", session.a, session.b),
        };
        told.about([id]);
        if agreed.is_described(id) {
            one.check_numbers(id, told);
            one.check_names(id, told);
        }
        one.check_directions(told);
    }
}

/// One session.
struct One<'a> {
    facts: &'a Facts,
    agreed: &'a Agreed,
    streams: &'a [&'a Stream],
    subject: String,
}

impl One<'_> {
    /// Payload types and the ids of header extensions.
    fn check_numbers(&self, id: SessionId, told: &mut Told) {
        let lines = || self.agreed.lines(id).filter(|line| !line.is_rejected);
        let known: BTreeSet<u8> = lines().flat_map(|line| line.payload_types.iter().copied()).collect();
        let strange = self.streams.iter().flat_map(|stream| {
            let types = stream.payload_types.iter().filter(|one| !known.contains(&one.number));
            types.map(|one| told_of(stream, format!("payload type {}, {} packets", one.number, one.packets)))
        });
        let summary = format!("Described are the payload types {}.", list(&known));
        told.push_some(catalog::PAYLOAD_TYPE, &self.subject, summary, strange.collect());
        let known: BTreeSet<u8> = lines()
            .flat_map(|line| line.extensions.iter().map(|(id, _)| *id))
            .collect();
        let strange = self.streams.iter().flat_map(|stream| {
            let ids = stream.extensions().filter(|id| !known.contains(id));
            ids.map(|id| told_of(stream, format!("header extension {id}")))
        });
        let summary = format!("Described are the header extensions {}.", list(&known));
        told.push_some(catalog::EXTENSION, &self.subject, summary, strange.collect());
    }

    /// The m-lines and layers that packets name; and the m-line whose source it is.
    fn check_names(&self, id: SessionId, told: &mut Told) {
        let lines = || self.agreed.lines(id);
        let mut evidence = Vec::new();
        for stream in self.streams {
            let said = |uri| self.agreed.value(stream, uri);
            if let Some(mid) = said(MID) {
                if !lines().any(|line| line.mid.as_deref() == Some(mid)) {
                    evidence.push(told_of(stream, format!("mid {mid}, which no m-line has")));
                } else if let Some(line) = self.other_owner(stream, mid) {
                    evidence.push(told_of(stream, format!("mid {mid}, and a=ssrc of {}", line.name())));
                }
            }
            for (name, rid) in [("rid", said(RID)), ("repaired rid", said(REPAIRED_RID))] {
                let Some(rid) = rid else { continue };
                if !lines().any(|line| line.rids.iter().any(|own| own == rid)) {
                    evidence.push(told_of(stream, format!("{name} {rid}, which no a=rid has")));
                }
            }
        }
        let mids: BTreeSet<&str> = lines().filter_map(|line| line.mid.as_deref()).collect();
        let mids: Vec<&str> = mids.into_iter().collect();
        let summary = format!("Described are the m-lines {}.", mids.join(", "));
        told.push_some(catalog::STREAM_NAME, &self.subject, summary, evidence);
    }

    /// The m-line whose source a stream is by every description of its sender, though its packets name another one.
    fn other_owner(&self, stream: &Stream, mid: &str) -> Option<&Line> {
        let lines = self.agreed.sender(stream.session, stream.direction).flatten();
        let mut owners = lines.filter(|line| line.announces(stream.ssrc));
        let first = owners.next()?;
        let is_other = |line: &Line| line.mid.as_deref().is_some_and(|own| own != mid);
        (is_other(first) && owners.all(is_other)).then_some(first)
    }

    /// Streams of m-lines on which their sender never says that it sends, or their receiver never that it receives.
    fn check_directions(&self, told: &mut Told) {
        let mut evidence = Vec::new();
        for stream in self.streams {
            let (id, way) = (stream.session, stream.direction);
            if stream.packets < STRAY || self.facts.media.role(stream) != Role::Media {
                continue;
            }
            let Some((line, clue)) = self.agreed.line(&self.facts.media, stream) else {
                continue;
            };
            let same = |other: &&Line| other.is_same(line);
            let own: Vec<&Line> = self.agreed.sender(id, way).flatten().filter(same).collect();
            let theirs: Vec<&Line> = self.agreed.receiver(id, way).flatten().filter(same).collect();
            let never_sent = !own.is_empty() && own.iter().all(|line| !line.sends);
            let never_received = !theirs.is_empty() && theirs.iter().all(|line| !line.receives);
            let why = match (never_sent, never_received) {
                (true, _) => "its sender does not say that it sends there",
                (false, true) => "its receiver does not say that it receives there",
                (false, false) => continue,
            };
            let by = match clue {
                Clue::Mid => "by its mid",
                Clue::Ssrc => "by its SSRC",
                Clue::PayloadType => "by its payload type",
            };
            evidence.push(told_of(
                stream,
                format!("{} packets of {} ({by}): {why}", stream.packets, line.name()),
            ));
        }
        let summary = "RTP flows on an m-line in a direction that no description allows.".to_owned();
        told.push_some(catalog::DIRECTION, &self.subject, summary, evidence);
    }
}

fn told_of(stream: &Stream, value: String) -> Evidence {
    fact(stream.first, format!("0x{:08x}", stream.ssrc), value)
}

fn list(numbers: &BTreeSet<u8>) -> String {
    let numbers: Vec<String> = numbers.iter().map(u8::to_string).collect();
    if numbers.is_empty() {
        "none".to_owned()
    } else {
        numbers.join(", ")
    }
}
