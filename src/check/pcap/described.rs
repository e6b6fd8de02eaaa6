//! What the descriptions of both sides say of a session: who sends, and with which payload types.

use std::collections::BTreeSet;

use super::Told;
use super::said::fact;
use crate::check::catalog::pcap as catalog;
use crate::flow::{Facts, Session};
use crate::proto::sdp::Direction;
use crate::proto::sdp::{Description, Section};
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

/// Streams whose payload type stands in no description of their session.
pub(super) fn check(facts: &Facts, told: &mut Told) {
    for session in &facts.sessions {
        let texts = by_side(facts, session);
        if texts.iter().any(Vec::is_empty) {
            continue;
        }
        let mut known = BTreeSet::new();
        for text in texts.iter().flatten() {
            let description = Description::parse(text);
            for section in media(&description) {
                known.extend(
                    section
                        .media()
                        .into_iter()
                        .flat_map(|line| line.formats().filter_map(|one| one.parse::<u8>().ok())),
                );
            }
        }
        let strange: Vec<Evidence> = facts
            .media
            .streams()
            .iter()
            .filter(|stream| stream.session == session.id)
            .flat_map(|stream| stream.payload_types.iter().map(move |one| (stream, one)))
            .filter(|(_, one)| !known.contains(&one.number))
            .map(|(stream, one)| {
                fact(
                    stream.first,
                    format!("0x{:08x}", stream.ssrc),
                    format!("payload type {}, {} packets", one.number, one.packets),
                )
            })
            .take(8)
            .collect();
        if strange.is_empty() {
            continue;
        }
        let list: Vec<String> = known.iter().map(u8::to_string).collect();
        let summary = format!("Described are the payload types {}.", list.join(", "));
        told.push(catalog::PAYLOAD_TYPE.finding(
            format!("media between {} and {}", session.a, session.b),
            summary,
            strange,
        ));
    }
}
