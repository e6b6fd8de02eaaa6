//! An answer against its offer (RFC 3264 §6, RFC 9143 §7.3, RFC 8853 §5.3, RFC 9429 §5.3).

use std::collections::{HashMap, HashSet};

use super::out::Out;
use super::part::{Part, short};
use super::{LintContext, Profile, Subject};
use crate::check::catalog::sdp_lint as catalog;
use crate::proto::sdp::{Codec, Description, Direction, Line, Setup, SimulcastStreams};
use crate::report::{Finding, Severity};

/// Every finding about an answer that only its offer shows. Evidence is the lines of the answer; what each description
/// has by itself, [`super::lint`] tells. Of `context`, the profile counts.
pub fn lint_pair(offer: &Description<'_>, answer: &Description<'_>, context: &LintContext) -> Vec<Finding> {
    let profile = context.profile.unwrap_or_else(|| Profile::of(offer));
    let context = LintContext {
        profile: Some(profile),
        ..*context
    };
    let offered = Subject::new(offer, &context);
    let answered = Subject::new(answer, &context);
    let mut out = Out::new(profile);
    check_count(offer, answer, &mut out);
    check_bundle(&offered, &answered, &mut out);
    check_lite(&offered, &answered, &mut out);
    let mut copied = Copied::default();
    for (index, (theirs, ours)) in offer.media().zip(answer.media()).enumerate() {
        let (offer, answer) = (Part::of(&theirs), Part::of(&ours));
        if !check_place(index, &offer, &answer, &mut out) {
            continue;
        }
        if answer.is_rejected() {
            continue;
        }
        if offer.is_rejected() {
            let seen = "The offer rejects the section (port 0), and the answer accepts it";
            out.add(catalog::ANSWER_REVIVES, &answer, &[answer.head], seen);
            continue;
        }
        check_protocol(&offer, &answer, &mut out);
        check_direction(&offered, &answered, &offer, &answer, &mut out);
        check_roles(&offered, &answered, &offer, &answer, &mut out);
        check_codecs(&offer, &answer, &mut out);
        check_extensions(&offer, &answer, &mut out);
        check_simulcast(&offer, &answer, &mut out);
        copied.check(&offer, &answer, &mut out);
    }
    copied.check(&offered.session, &answered.session, &mut out);
    out.finish()
}

fn check_count(offer: &Description<'_>, answer: &Description<'_>, out: &mut Out) {
    let (offered, answered) = (offer.media_count(), answer.media_count());
    if offered == answered {
        return;
    }
    let extra = answer.media().nth(offered).or_else(|| answer.media().next_back());
    let lines: Vec<Line<'_>> = extra.and_then(|section| section.media_line()).into_iter().collect();
    let seen = format!("The offer has {offered} media sections, the answer {answered}");
    let entry = catalog::ANSWER_M_LINE_COUNT;
    out.add_as(entry, entry.severity, "answer", &lines, seen);
}

/// The n-th section of the answer is for the n-th of the offer. Whether the rest can be compared.
fn check_place(index: usize, offer: &Part<'_>, answer: &Part<'_>, out: &mut Out) -> bool {
    let kind = |part: &Part<'_>| part.media.map_or(String::new(), |media| media.kind.to_owned());
    if kind(offer) != kind(answer) {
        let seen = format!(
            "Section {index} is {} in the offer and {} in the answer",
            short(&kind(offer)),
            short(&kind(answer))
        );
        out.add(catalog::ANSWER_M_LINE_ORDER, answer, &[answer.head], seen);
        return false;
    }
    if let (Some(own), Some((line, other))) = (offer.mid(), answer.mids.first())
        && own != *other
    {
        let seen = format!(
            "Section {index} has the mid `{}` in the offer and `{}` in the answer",
            short(own),
            short(other)
        );
        out.add(catalog::ANSWER_MID_DIFFERS, answer, &[*line], seen);
        return false;
    }
    true
}

fn check_bundle(offer: &Subject<'_>, answer: &Subject<'_>, out: &mut Out) {
    let offered: HashMap<&str, usize> = offer
        .bundles
        .groups()
        .iter()
        .enumerate()
        .flat_map(|(at, group)| group.mids.iter().map(move |mid| (*mid, at)))
        .collect();
    for group in answer.bundles.groups() {
        if let Some(mid) = group.mids.iter().find(|mid| !offered.contains_key(*mid)) {
            let seen = format!(
                "The BUNDLE of the answer has `{}`, that of the offer does not",
                short(mid)
            );
            out.add(catalog::ANSWER_BUNDLE, &answer.session, &[group.line], seen);
            continue;
        }
        let groups: HashSet<usize> = group.mids.iter().filter_map(|mid| offered.get(mid).copied()).collect();
        if groups.len() > 1 {
            let seen = "The answer has in one BUNDLE what the offer has in several";
            out.add(catalog::ANSWER_BUNDLE, &answer.session, &[group.line], seen);
        }
    }
}

fn check_lite(offer: &Subject<'_>, answer: &Subject<'_>, out: &mut Out) {
    if let (Some(_), Some(line)) = (offer.session.flag("ice-lite"), answer.session.flag("ice-lite")) {
        let seen = "Offer and answer are both ICE lite: nobody makes connectivity checks";
        // RFC 8445 §6.1.1: without checks the two sides choose pairs by themselves, which browsers do not.
        let entry = catalog::ICE_LITE_BOTH;
        let severity = match answer.is_webrtc() {
            true => entry.severity,
            false => Severity::Info,
        };
        out.add_as(entry, severity, "session part", &[line], seen);
    }
}

/// `UDP/TLS/RTP/SAVPF` and `RTP/SAVPF` mean the same in WebRTC, so do `UDP/DTLS/SCTP` and `DTLS/SCTP`.
fn check_protocol(offer: &Part<'_>, answer: &Part<'_>, out: &mut Out) {
    let (Some(offered), Some(answered)) = (offer.media, answer.media) else {
        return;
    };
    if offered.protocol.eq_ignore_ascii_case(answered.protocol) {
        return;
    }
    let family = |protocol: &str| {
        let kind = if protocol.contains("SCTP") { "sctp" } else { "rtp" };
        (kind, protocol.starts_with("TCP/"))
    };
    let near = family(offered.protocol) == family(answered.protocol);
    let severity = if near { Severity::Warning } else { Severity::Error };
    let seen = format!(
        "The protocol is `{}` in the offer and `{}` in the answer",
        short(offered.protocol),
        short(answered.protocol)
    );
    out.add_case(
        catalog::PROTOCOL_CHANGED,
        severity,
        "answer",
        &answer.name(),
        &[answer.head],
        seen,
    );
}

fn direction(subject: &Subject<'_>, part: &Part<'_>) -> Direction {
    let direction = part.direction().or_else(|| subject.session.direction());
    direction.unwrap_or(Direction::SendRecv)
}

fn check_direction(offered: &Subject<'_>, answered: &Subject<'_>, offer: &Part<'_>, answer: &Part<'_>, out: &mut Out) {
    if !answer.is_rtp() {
        return;
    }
    let (theirs, ours) = (direction(offered, offer), direction(answered, answer));
    if (ours.sends() && !theirs.receives()) || (ours.receives() && !theirs.sends()) {
        let line = answer.directions.last().map_or(answer.head, |(line, _)| *line);
        let seen = format!("The offer is {}, the answer {}", theirs.name(), ours.name());
        let case = if ours.receives() && !theirs.sends() {
            "send"
        } else {
            "receive"
        };
        let entry = catalog::ANSWER_DIRECTION;
        out.add_case(entry, entry.severity, case, &answer.name(), &[line], seen);
    }
}

/// One starts, the other waits (RFC 4145 §4.1).
fn check_roles(offered: &Subject<'_>, answered: &Subject<'_>, offer: &Part<'_>, answer: &Part<'_>, out: &mut Out) {
    let role = |subject: &Subject<'_>, part: &Part<'_>| {
        let session = subject.session.setups.first().map(|(_, setup)| *setup);
        part.setups.first().map(|(_, setup)| *setup).or(session)
    };
    let (Some(theirs), Some(ours)) = (role(offered, offer), role(answered, answer)) else {
        return;
    };
    if theirs == ours && matches!(ours, Setup::Active | Setup::Passive) {
        let line = answer.setups.first().map_or(answer.head, |(line, _)| *line);
        let seen = match ours {
            Setup::Active => "Both sides are `active`: both start DTLS, and nobody waits for it",
            _ => "Both sides are `passive`: both wait for the other to start DTLS",
        };
        out.add(catalog::SETUP_ROLES, answer, &[line], seen);
    }
}

/// Name, clock rate and channels in one spelling.
fn identity(codec: &Codec<'_>) -> Option<(String, u32, u32)> {
    Some((
        codec.encoding()?.to_ascii_lowercase(),
        codec.clock_rate()?,
        codec.channels(),
    ))
}

fn check_codecs(offer: &Part<'_>, answer: &Part<'_>, out: &mut Out) {
    if !answer.is_rtp() {
        return;
    }
    let offered = offer.codecs();
    let by_payload: HashMap<u16, (String, u32, u32)> = offered
        .iter()
        .filter_map(|codec| Some((codec.payload_type?, identity(codec)?)))
        .collect();
    let known: HashSet<(String, u32, u32)> = by_payload.values().cloned().collect();
    for codec in answer.codecs() {
        let (Some(payload_type), Some(own)) = (codec.payload_type, identity(&codec)) else {
            continue;
        };
        let line = codec.rtpmap.as_ref().map_or(answer.head, |(line, _)| *line);
        if !known.contains(&own) {
            let seen = format!(
                "Payload type {payload_type} is {}/{}, which was not offered",
                short(&own.0),
                own.1
            );
            out.add(catalog::ANSWER_CODEC, answer, &[line], seen);
        } else if let Some(other) = by_payload.get(&payload_type)
            && *other != own
        {
            let seen = format!(
                "Payload type {payload_type} is {} in the offer and {} in the answer",
                short(&other.0),
                short(&own.0)
            );
            out.add(catalog::ANSWER_PAYLOAD_CLASH, answer, &[line], seen);
        } else if !by_payload.contains_key(&payload_type) {
            let seen = format!(
                "The answer has {} under payload type {payload_type}, the offer under another",
                short(&own.0)
            );
            out.add(catalog::ANSWER_PAYLOAD_DIFFERS, answer, &[line], seen);
        }
    }
}

fn check_extensions(offer: &Part<'_>, answer: &Part<'_>, out: &mut Out) {
    let ids: HashMap<u32, &str> = offer.extmaps.iter().map(|(_, map)| (map.id, map.uri)).collect();
    let uris: HashSet<&str> = offer.extmaps.iter().map(|(_, map)| map.uri).collect();
    let mut offered: HashMap<(&str, Option<&str>), Vec<u32>> = HashMap::new();
    for (_, map) in &offer.extmaps {
        offered.entry((map.uri, map.encrypts)).or_default().push(map.id);
    }
    for (line, map) in &answer.extmaps {
        let own = (map.uri, map.encrypts);
        if !uris.contains(map.uri) {
            let seen = format!("The header extension {} was not offered", short(map.uri));
            out.add(catalog::ANSWER_EXTMAP, answer, &[*line], seen);
        } else if ids.get(&map.id).is_some_and(|uri| *uri != map.uri) {
            let seen = format!("The extension id {} means something else in the offer", map.id);
            out.add(catalog::ANSWER_EXTMAP_CLASH, answer, &[*line], seen);
        } else if let Some(theirs) = offered.get(&own).and_then(|theirs| other_id(theirs, map.id)) {
            let seen = format!(
                "The header extension {} has the id {} in the offer and {} in the answer",
                short(map.uri),
                theirs,
                map.id
            );
            out.add(catalog::ANSWER_EXTMAP_ID, answer, &[*line], seen);
        }
    }
}

/// The id in the offer, if the answer has another one. An id of 4096 and up asks the answer to choose.
fn other_id(offered: &[u32], own: u32) -> Option<u32> {
    let fits = |id: &u32| *id == own || super::rtp::UNASSIGNED.contains(id);
    match offered.iter().take(16).any(fits) {
        true => None,
        false => offered.first().copied(),
    }
}

/// What one side sends the other receives: directions are mirrored, rids stay, and none comes in.
fn check_simulcast(offer: &Part<'_>, answer: &Part<'_>, out: &mut Out) {
    let offered: HashMap<&str, &str> = offer.rids.iter().map(|(_, rid)| (rid.id, rid.direction)).collect();
    for (line, rid) in &answer.rids {
        match offered.get(rid.id) {
            None => {
                let seen = format!("The rid `{}` was not offered", short(rid.id));
                out.add(catalog::ANSWER_RID, answer, &[*line], seen);
            }
            Some(direction) if *direction == rid.direction => {
                let seen = format!(
                    "The rid `{}` is `{}` on both sides",
                    short(rid.id),
                    short(rid.direction)
                );
                out.add(catalog::ANSWER_RID_DIRECTION, answer, &[*line], seen);
            }
            Some(_) => {}
        }
    }
    let Some((line, ours)) = answer.simulcasts.first() else {
        return;
    };
    let theirs = offer.simulcasts.first().map(|(_, simulcast)| *simulcast);
    let (their_send, their_recv) = theirs.map_or((None, None), |simulcast| (simulcast.send, simulcast.recv));
    for (name, own, other) in [("send", ours.send, their_recv), ("recv", ours.recv, their_send)] {
        let Some(own) = own else { continue };
        let Some(other) = other else {
            let seen = format!("The answer would `{name}` simulcast, and the offer does not do the opposite");
            out.add(catalog::ANSWER_SIMULCAST, answer, &[*line], seen);
            continue;
        };
        check_streams(answer, *line, own, other, out);
    }
}

fn check_streams(
    answer: &Part<'_>,
    line: Line<'_>,
    own: SimulcastStreams<'_>,
    other: SimulcastStreams<'_>,
    out: &mut Out,
) {
    let places: HashMap<&str, usize> = other.rids().enumerate().map(|(at, one)| (one.rid, at)).collect();
    let mut last = None;
    for one in own.rids() {
        let Some(at) = places.get(one.rid).copied() else {
            let seen = format!(
                "The answer has the stream `{}` in its simulcast, the offer does not",
                short(one.rid)
            );
            out.add(catalog::ANSWER_SIMULCAST, answer, &[line], seen);
            return;
        };
        if last.is_some_and(|last| at < last) {
            let seen = "The streams of the simulcast stand in another order than in the offer";
            out.add(catalog::ANSWER_SIMULCAST_ORDER, answer, &[line], seen);
            return;
        }
        last = Some(at);
    }
}

/// An answer with the offer's own credentials is the offer come back.
#[derive(Default)]
struct Copied {
    told: bool,
}

impl Copied {
    fn check(&mut self, offer: &Part<'_>, answer: &Part<'_>, out: &mut Out) {
        let (Some((_, ufrag)), Some((line, own_ufrag))) = (offer.ufrags.first(), answer.ufrags.first()) else {
            return;
        };
        let same_pwd = offer.pwds.first().map(|(_, pwd)| pwd) == answer.pwds.first().map(|(_, pwd)| pwd);
        if !self.told && ufrag == own_ufrag && same_pwd {
            self.told = true;
            let seen = "The answer has the ICE credentials of the offer";
            out.add(catalog::ANSWER_IS_OFFER, answer, &[*line], seen);
        }
    }
}
