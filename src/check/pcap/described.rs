//! What the descriptions of both sides say of a session: who sends, and with which payload types.

use std::collections::BTreeSet;

use super::said::fact;
use super::{Told, streams_by_session};
use crate::check::catalog::pcap as catalog;
use crate::flow::rtp::Stream;
use crate::flow::{Facts, Session};
use crate::proto::sdp::{Description, Direction, ExtMap, Section};
use crate::report::Evidence;

/// Whether the last descriptions of both sides say that both send audio or video.
pub(super) fn both_send(facts: &Facts, session: &Session) -> bool {
    let mut sides = 0;
    for texts in by_side(facts, session) {
        // What was said last counts.
        let Some(text) = texts.last() else { return false };
        let description = Description::parse(text);
        let sends = media(&description).any(|section| {
            let direction = section.direction().or_else(|| description.session().direction());
            direction.is_none_or(|(_, direction)| matches!(direction, Direction::SendRecv | Direction::SendOnly))
        });
        sides += usize::from(sends);
    }
    sides == 2
}

/// Audio and video sections that are not rejected.
fn media<'d>(description: &'d Description<'d>) -> impl Iterator<Item = Section<'d>> {
    description.media().filter(|section| {
        !section.is_rejected()
            && section
                .media()
                .is_some_and(|line| matches!(line.kind, "audio" | "video"))
    })
}

/// The descriptions of each side, in order.
fn by_side<'a>(facts: &'a Facts, session: &Session) -> [Vec<&'a str>; 2] {
    let mut texts = [Vec::new(), Vec::new()];
    for association in facts
        .ice
        .iter()
        .filter(|one| one.pairs.iter().any(|pair| pair.session == session.id))
    {
        for (side, texts) in texts.iter_mut().enumerate() {
            let ufrag = &association.sides[side].ufrag;
            let own = facts
                .descriptions
                .iter()
                .filter(|one| one.credentials.iter().any(|own| own.ufrag == *ufrag));
            texts.extend(own.map(|one| one.sdp.as_str()));
        }
    }
    texts
}

/// What RTP has and no description of its session: payload types, header extensions.
pub(super) fn check(facts: &Facts, told: &mut Told) {
    for (id, streams) in streams_by_session(facts) {
        let session = facts.session(id);
        let texts = by_side(facts, session);
        if texts.iter().any(Vec::is_empty) {
            continue;
        }
        let known = Known::of(&texts.concat());
        let subject = format!("media between {} and {}", session.a, session.b);
        let strange = streams.iter().flat_map(|stream| {
            let types = stream
                .payload_types
                .iter()
                .filter(|one| !known.payload_types.contains(&one.number));
            types.map(|one| told_of(stream, format!("payload type {}, {} packets", one.number, one.packets)))
        });
        let summary = format!("Described are the payload types {}.", list(&known.payload_types));
        told.push_some(catalog::PAYLOAD_TYPE, &subject, summary, strange.collect());
        let strange = streams.iter().flat_map(|stream| {
            let ids = stream.extensions().filter(|id| !known.extensions.contains(id));
            ids.map(|id| told_of(stream, format!("header extension {id}")))
        });
        let summary = format!("Described are the header extensions {}.", list(&known.extensions));
        told.push_some(catalog::EXTENSION, &subject, summary, strange.collect());
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

/// The numbers that descriptions give a meaning.
struct Known {
    payload_types: BTreeSet<u8>,
    extensions: BTreeSet<u8>,
}

impl Known {
    fn of(texts: &[&str]) -> Known {
        let mut known = Known {
            payload_types: BTreeSet::new(),
            extensions: BTreeSet::new(),
        };
        for text in texts {
            let description = Description::parse(text);
            let session = description.session();
            for section in media(&description).chain([session]) {
                let line = section.media();
                let formats = line.iter().flat_map(|line| line.formats());
                known
                    .payload_types
                    .extend(formats.filter_map(|one| one.parse::<u8>().ok()));
                let maps = section.all::<ExtMap<'_>>();
                known
                    .extensions
                    .extend(maps.filter_map(|(_, map)| u8::try_from(map.id).ok()));
            }
        }
        known
    }
}
