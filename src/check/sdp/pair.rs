//! An answer against its offer (RFC 3264 §6, RFC 9143 §7.3, RFC 8853 §5.3, RFC 9429 §5.3).
//!
//! What the two agreed on is worked out once, in [`super::negotiate`]; the rules here read it, and look up the lines.

use foldhash::{HashMap, HashSet};

use super::negotiate::negotiate;
use super::out::Out;
use super::part::{Part, short};
use super::{FIRST as OFFER, LintContext, Profile, SECOND as ANSWER, Subject, agreement};
use crate::check::catalog::{Entry, sdp_lint as catalog};
use crate::proto::sdp::{Description, Direction, Line, SimulcastStreams};
use crate::report::sdp_negotiation::{Bundle, Media, Negotiation, Reason, Refusal, Side};
use crate::report::{Finding, Severity};

/// Every finding about an answer that only its offer shows; what each description has by itself, [`super::lint`] tells.
/// Evidence is of description [`OFFER`] or [`ANSWER`]. Of `context`, the profile counts.
pub fn lint_pair(offer: &Description<'_>, answer: &Description<'_>, context: &LintContext) -> Vec<Finding> {
    lint_negotiated(offer, answer, &negotiate(offer, answer), context)
}

/// [`lint_pair`] of two whose negotiation is known.
pub fn lint_negotiated(
    offer: &Description<'_>,
    answer: &Description<'_>,
    negotiation: &Negotiation,
    context: &LintContext,
) -> Vec<Finding> {
    let profile = context.profile.unwrap_or_else(|| Profile::of(offer));
    let context = LintContext {
        profile: Some(profile),
        ..*context
    };
    let offered = Subject::new(offer, &context);
    let answered = Subject::new(answer, &context);
    let mut out = Out::about(profile, ANSWER);
    check_count(negotiation, offer, answer, &mut out);
    check_bundle(&negotiation.bundle, &answered, &mut out);
    check_lite(negotiation, &offered, &answered, &mut out);
    let mut copied = Copied::default();
    let mut transports = HashSet::default();
    for ((media, theirs), ours) in negotiation.media.iter().zip(offer.media()).zip(answer.media()) {
        let (offer, answer) = (Part::of(&theirs), Part::of(&ours));
        match media.not_accepted {
            Some(Refusal::AnotherKind) => {
                check_kind(media, &offer, &answer, &mut out);
                continue;
            }
            Some(Refusal::RejectedInOffer) if !answer.is_rejected() => {
                let seen = "The offer rejects the section (port 0), and the answer accepts it";
                out.add(catalog::ANSWER_REVIVES, &answer, &[answer.head], seen);
                out.also(OFFER, &[offer.head]);
                continue;
            }
            _ => {}
        }
        if !check_mid(media, &offer, &answer, &mut out) || !media.accepted {
            continue;
        }
        check_protocol(&offer, &answer, &mut out);
        check_direction(media, &offered, &offer, &answer, &mut out);
        if transports.insert(media.transport.index) {
            check_roles(media, &offered, &answered, &mut out);
            check_families(media, &offered, &answered, &mut out);
        }
        check_codecs(media, &offer, &answer, &mut out);
        check_extensions(media, &offer, &answer, &mut out);
        check_simulcast(&offer, &answer, &mut out);
        copied.check(&offer, &answer, &mut out);
    }
    copied.check(&offered.session, &answered.session, &mut out);
    let mut findings = out.finish();
    findings.extend(agreement::check(negotiation));
    findings
}

fn check_count(negotiation: &Negotiation, offer: &Description<'_>, answer: &Description<'_>, out: &mut Out) {
    let missing = |media: &&Media| {
        matches!(
            media.not_accepted,
            Some(Refusal::MissingInOffer | Refusal::MissingInAnswer)
        )
    };
    let Some(first) = negotiation.media.iter().find(missing) else {
        return;
    };
    let (offered, answered) = (offer.media_count(), answer.media_count());
    let line = match answer.media_section(first.index) {
        Some(extra) => extra.media_line(),
        None => answer.media().next_back().and_then(|section| section.media_line()),
    };
    let lines: Vec<Line<'_>> = line.into_iter().collect();
    let seen = format!("The offer has {offered} media sections, the answer {answered}");
    let entry = catalog::ANSWER_M_LINE_COUNT;
    out.add_as(entry, entry.severity, "answer", &lines, seen);
    let lacking = offer
        .media_section(first.index)
        .and_then(|section| section.media_line());
    out.also(OFFER, lacking.as_slice());
}

/// The n-th section of the answer is for the n-th of the offer.
fn check_kind(media: &Media, offer: &Part<'_>, answer: &Part<'_>, out: &mut Out) {
    let kind = |part: &Part<'_>| short(part.media.map_or("", |media| media.kind));
    let seen = format!(
        "Section {} is {} in the offer and {} in the answer",
        media.index,
        kind(offer),
        kind(answer)
    );
    let entry = catalog::ANSWER_M_LINE_ORDER;
    out.add(entry, answer, &[answer.head], seen);
    out.also(OFFER, &[offer.head]);
}

/// Whether the two are one section, so that the rest can be compared.
fn check_mid(media: &Media, offer: &Part<'_>, answer: &Part<'_>, out: &mut Out) -> bool {
    if let (Some((theirs, own)), Some((line, other))) = (offer.mids.first(), answer.mids.first())
        && own != other
    {
        let seen = format!(
            "Section {} has the mid `{}` in the offer and `{}` in the answer",
            media.index,
            short(own),
            short(other)
        );
        out.add(catalog::ANSWER_MID_DIFFERS, answer, &[*line], seen);
        out.also(OFFER, &[*theirs]);
        return false;
    }
    true
}

fn check_bundle(groups: &[Bundle], answer: &Subject<'_>, out: &mut Out) {
    for (agreed, group) in groups.iter().zip(answer.bundles.groups()) {
        if let Some(mid) = agreed.not_offered.first() {
            let seen = format!(
                "The BUNDLE of the answer has `{}`, that of the offer does not",
                short(mid)
            );
            out.add(catalog::ANSWER_BUNDLE, &answer.session, &[group.line], seen);
        }
    }
}

fn check_lite(negotiation: &Negotiation, offer: &Subject<'_>, answer: &Subject<'_>, out: &mut Out) {
    let both = |media: &Media| {
        media
            .ice
            .as_ref()
            .is_some_and(|ice| ice.offerer.lite && ice.answerer.lite)
    };
    let lines = offer.session.flag("ice-lite").zip(answer.session.flag("ice-lite"));
    // Without credentials it is no ICE, and still a contradiction.
    let bare = || negotiation.media.iter().all(|media| media.ice.is_none());
    if let Some((theirs, ours)) = lines.filter(|_| negotiation.media.iter().any(both) || bare()) {
        let seen = "Offer and answer are both ICE lite: nobody makes connectivity checks";
        // RFC 8445 §6.1.1: without checks the two sides choose pairs by themselves, which browsers do not.
        let entry = catalog::ICE_LITE_BOTH;
        let severity = match answer.is_webrtc() {
            true => entry.severity,
            false => Severity::Info,
        };
        out.add_as(entry, severity, "session part", &[ours], seen);
        out.also(OFFER, &[theirs]);
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
    let entry = catalog::PROTOCOL_CHANGED;
    out.add_case(entry, severity, "answer", &answer.name(), &[answer.head], seen);
    out.also(OFFER, &[offer.head]);
}

/// The line that says a direction: of the section, else of the session part.
fn direction_line<'d>(subject: &Subject<'d>, part: &Part<'d>) -> Option<Line<'d>> {
    let written = part.directions.last().or(subject.session.directions.last());
    written.map(|(line, _)| *line)
}

fn check_direction<'d>(media: &Media, offered: &Subject<'d>, offer: &Part<'d>, answer: &Part<'_>, out: &mut Out) {
    let named = |name: &Option<String>| name.as_deref().and_then(Direction::from_name);
    let (Some(theirs), Some(ours)) = (named(&media.direction.offered), named(&media.direction.answered)) else {
        return;
    };
    if !answer.is_rtp() {
        return;
    }
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
        out.also(OFFER, direction_line(offered, offer).as_slice());
    }
}

/// One starts, the other waits (RFC 4145 §4.1). What is wrong with the role of an answer alone its lint says, where it
/// sees that there is to be DTLS; with another protocol than the offer's only the two together show it.
fn check_roles(media: &Media, offered: &Subject<'_>, answered: &Subject<'_>, out: &mut Out) {
    let Some(dtls) = &media.dtls else { return };
    let description = answered.session.section.description();
    let own = description
        .media_section(media.transport.index)
        .and_then(|section| section.media());
    let alone = own.is_some_and(|own| own.is_dtls()) || Profile::of(description).is_webrtc();
    let seen = match (dtls.offered.as_deref(), dtls.answered.as_deref()) {
        (Some("active"), Some("active")) => "Both sides are `active`: both start DTLS, and nobody waits for it",
        (Some("passive"), Some("passive")) => "Both sides are `passive`: both wait for the other to start DTLS",
        (_, Some("actpass")) if !alone => "The answer is `actpass` and leaves open who starts DTLS",
        (Some("actpass") | None, None) if !alone => "The answer has no `a=setup` and leaves open who starts DTLS",
        _ => return,
    };
    let entry = catalog::SETUP_ROLES;
    let (theirs, ours) = (
        transport_line(offered, media.index, "setup"),
        transport_line(answered, media.index, "setup"),
    );
    out.add_as(entry, entry.severity, &name(media), ours.as_slice(), seen);
    out.also(OFFER, theirs.as_slice());
}

/// Addresses of which no two fit, and no hope of others: no candidates to come, no names, no relay that has both.
fn check_families(media: &Media, offered: &Subject<'_>, answered: &Subject<'_>, out: &mut Out) {
    let Some(ice) = &media.ice else { return };
    let known = [&ice.offerer, &ice.answerer].into_iter().all(|side| {
        let open = side.trickle && !side.end_of_candidates;
        side.families.len() == 1 && side.families[0] != "name" && !open
    });
    if !known || ice.offerer.families == ice.answerer.families {
        return;
    }
    let named = |family: &str| if family == "ipv4" { "IPv4" } else { "IPv6" };
    let seen = format!(
        "The offerer has {} candidates only, the answerer {}, and no others will follow",
        named(&ice.offerer.families[0]),
        named(&ice.answerer.families[0])
    );
    let entry = catalog::ICE_NO_COMMON_FAMILY;
    let (theirs, ours) = (
        transport_line(offered, media.index, "candidate"),
        transport_line(answered, media.index, "candidate"),
    );
    out.add_as(entry, entry.severity, &name(media), ours.as_slice(), seen);
    out.also(OFFER, theirs.as_slice());
}

/// The line of an attribute of the transport that a section uses.
fn transport_line<'d>(subject: &Subject<'d>, index: usize, attribute: &str) -> Option<Line<'d>> {
    let session = subject.session.section;
    let section = session
        .description()
        .media_section(subject.bundles.transport_of(index))?;
    let own = || {
        session
            .description()
            .media_section(index)?
            .attribute_lines(attribute)
            .next()
    };
    let written = section.attribute_lines(attribute).next().or_else(own);
    written
        .or_else(|| session.attribute_lines(attribute).next())
        .or(section.media_line())
}

/// As [`Part::name`].
fn name(media: &Media) -> String {
    match (&media.mid, media.answer_line) {
        (Some(mid), _) => format!("m={} (mid {})", short(&media.kind), short(mid)),
        (None, line) => format!("m={} (line {})", short(&media.kind), line.unwrap_or(0)),
    }
}

/// What the answer lists, and the negotiation could not take, or took under another number.
fn check_codecs(media: &Media, offer: &Part<'_>, answer: &Part<'_>, out: &mut Out) {
    let of_answer: HashMap<u16, Line<'_>> = lines_of(answer);
    let of_offer: HashMap<u16, Line<'_>> = lines_of(offer);
    // Name and clock rate, as the offer has them.
    let meanings: HashMap<u16, String> = (offer.codecs().iter())
        .filter_map(|codec| {
            let rate = codec.clock_rate().map(|rate| format!("/{rate}")).unwrap_or_default();
            Some((codec.payload_type?, format!("{}{rate}", short(codec.encoding()?))))
        })
        .collect();
    let line = |payload_type: u16| of_answer.get(&payload_type).copied().unwrap_or(answer.head);
    let mut tell = |entry: &'static Entry, payload_type: u16, theirs: u16, seen: String| {
        out.add(entry, answer, &[line(payload_type)], seen);
        out.also(OFFER, of_offer.get(&theirs).copied().as_slice());
    };
    for codec in media.codecs_left_out.iter().filter(|codec| codec.side == Side::Answer) {
        let Ok(payload_type) = codec.format.parse() else {
            continue;
        };
        let name = short(codec.encoding.as_deref().unwrap_or(""));
        let rate = codec.clock_rate.map(|rate| format!("/{rate}")).unwrap_or_default();
        let text = &codec.text;
        match codec.reason {
            Reason::NotOffered | Reason::ClockRate | Reason::Channels => {
                let seen = format!("Payload type {payload_type} is {name}{rate}, which was not offered");
                tell(catalog::ANSWER_CODEC, payload_type, payload_type, seen);
            }
            Reason::PairedAlready => match meanings.get(&payload_type) {
                None => {
                    let seen = format!("The answer has {name} under payload type {payload_type} too");
                    tell(catalog::ANSWER_PAYLOAD_DIFFERS, payload_type, payload_type, seen);
                }
                Some(theirs) if theirs.eq_ignore_ascii_case(&format!("{name}{rate}")) => {
                    let seen = format!("Payload type {payload_type} is {name} as it was not offered: {text}");
                    tell(catalog::ANSWER_CODEC_PARAMETERS, payload_type, payload_type, seen);
                }
                Some(theirs) => {
                    let seen =
                        format!("Payload type {payload_type} is {theirs} in the offer and {name}{rate} in the answer");
                    tell(catalog::ANSWER_PAYLOAD_CLASH, payload_type, payload_type, seen);
                }
            },
            Reason::Profile | Reason::PacketizationMode | Reason::Tier => {
                let seen = format!("Payload type {payload_type} is {name} as it was not offered: {text}");
                tell(catalog::ANSWER_CODEC_PARAMETERS, payload_type, payload_type, seen);
            }
            Reason::OtherApt => {
                let seen = format!("The rtx payload type {payload_type} {text}");
                tell(catalog::ANSWER_RTX_APT, payload_type, payload_type, seen);
            }
            _ => {}
        }
    }
    for pair in &media.codecs {
        let (theirs, own) = (pair.offer_payload_type, pair.answer_payload_type);
        let name = short(&pair.encoding);
        if let Some(note) = &pair.note {
            let seen = format!("{name} {own} has {note}");
            tell(catalog::ANSWER_AV1_DIFFERS, own, theirs, seen);
        }
        if let Some(kind) = pair.rtcp_fb_answer_only.first() {
            let seen = format!("{name} {own} has the feedback `{}`, which was not offered", short(kind));
            tell(catalog::ANSWER_FEEDBACK, own, theirs, seen);
        }
        if theirs == own {
            continue;
        }
        match of_offer.contains_key(&own) {
            true if pair.retransmits.is_some()
                && meanings.get(&own).is_some_and(|theirs| theirs.starts_with("rtx/")) =>
            {
                let seen = format!(
                    "The rtx payload type {own} is for the codec that has {theirs} for its retransmissions in the offer"
                );
                tell(catalog::ANSWER_RTX_APT, own, own, seen);
            }
            true => {
                let seen = format!(
                    "Payload type {own} is {name} in the answer, which is {theirs} in the offer, where {own} is another codec"
                );
                tell(catalog::ANSWER_PAYLOAD_CLASH, own, own, seen);
            }
            false => {
                let seen = format!("The answer has {name} under payload type {own}, the offer under {theirs}");
                tell(catalog::ANSWER_PAYLOAD_DIFFERS, own, theirs, seen);
            }
        }
    }
}

/// The line that says what a payload type is; the `m=` line for those that need none.
fn lines_of<'d>(part: &Part<'d>) -> HashMap<u16, Line<'d>> {
    let mut lines = HashMap::default();
    for format in part.media.iter().flat_map(|media| media.payload_types()) {
        lines.insert(u16::from(format), part.head);
    }
    for (line, map) in part.rtpmaps.iter().rev() {
        lines.entry(map.payload_type).and_modify(|at| *at = *line);
    }
    lines
}

fn check_extensions(media: &Media, offer: &Part<'_>, answer: &Part<'_>, out: &mut Out) {
    let of_offer: HashMap<u32, (Line<'_>, &str)> = offer
        .extmaps
        .iter()
        .map(|(line, map)| (map.id, (*line, map.uri)))
        .collect();
    let left_out: HashSet<&str> = media.extensions_left_out.answer.iter().map(String::as_str).collect();
    let offered: HashMap<(&str, u32), u32> = (media.extensions.iter())
        .map(|agreed| ((agreed.uri.as_str(), agreed.answer_id), agreed.offer_id))
        .collect();
    for (line, map) in &answer.extmaps {
        let encrypted = map.encrypts.map(|uri| format!("{} {uri}", map.uri));
        let uri = encrypted.as_deref().unwrap_or(map.uri);
        let other_use = of_offer.get(&map.id).filter(|(_, theirs)| *theirs != map.uri);
        match offered.get(&(uri, map.id)) {
            None if left_out.contains(uri) => {
                let seen = format!("The header extension {} was not offered", short(uri));
                out.add(catalog::ANSWER_EXTMAP, answer, &[*line], seen);
            }
            Some(_) if other_use.is_some() => {
                let seen = format!("The extension id {} means something else in the offer", map.id);
                out.add(catalog::ANSWER_EXTMAP_CLASH, answer, &[*line], seen);
                let lines: Vec<Line<'_>> = other_use.iter().map(|(line, _)| *line).collect();
                out.also(OFFER, &lines);
            }
            Some(theirs) if *theirs != map.id && !super::rtp::UNASSIGNED.contains(theirs) => {
                let seen = format!(
                    "The header extension {} has the id {theirs} in the offer and {} in the answer",
                    short(uri),
                    map.id
                );
                out.add(catalog::ANSWER_EXTMAP_ID, answer, &[*line], seen);
                let lines: Vec<Line<'_>> = of_offer.get(theirs).iter().map(|(line, _)| *line).collect();
                out.also(OFFER, &lines);
            }
            _ => {}
        }
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
