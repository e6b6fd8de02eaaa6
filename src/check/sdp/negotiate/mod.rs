//! What an offer and an answer agreed on (RFC 3264, RFC 9429 §5.10 and §5.11): no verdicts, the facts that they rest on.
//!
//! Descriptions may be anything: the second may be no answer to the first at all. Then little is agreed on, and the
//! reasons say so. Takes time by the length of both, however many m-lines there are.

mod codecs;
mod simulcast;
mod transport;

use foldhash::{HashMap, HashSet};

use crate::proto::sdp::effective::Bundles;
use crate::proto::sdp::{Description, Direction, ExtMap, Section};
use crate::report::sdp_negotiation::{Bundle, Directions, Extension, LeftOut, Media, Negotiation, Refusal};

use codecs::Codecs;
use transport::Transports;

/// What the two agreed on.
pub fn negotiate(offer: &Description<'_>, answer: &Description<'_>) -> Negotiation {
    let (offer, answer) = (Party::of(offer), Party::of(answer));
    let mut transports = Transports::default();
    let count = offer.description.media_count().max(answer.description.media_count());
    Negotiation {
        media: (0..count)
            .map(|index| media(&offer, &answer, index, &mut transports))
            .collect(),
        bundle: bundles(&offer, &answer),
    }
}

/// One description, with what its session part says for all of its m-lines.
struct Party<'d> {
    description: &'d Description<'d>,
    bundles: Bundles<'d>,
    direction: Option<Direction>,
    extensions: Vec<ExtMap<'d>>,
    allow_mixed: bool,
    max_bitrate: Option<u64>,
    ice_lite: bool,
    end_of_candidates: bool,
    /// The tagged sections that have `a=rtcp-mux` for their BUNDLE.
    muxed: HashSet<usize>,
}

impl<'d> Party<'d> {
    fn of(description: &'d Description<'d>) -> Party<'d> {
        let session = description.session();
        let bundles = Bundles::of(description);
        let tags: HashSet<usize> = bundles.groups().iter().filter_map(|group| group.tag).collect();
        let has_mux = |tag: &usize| {
            description
                .media_section(*tag)
                .is_some_and(|tagged| tagged.has("rtcp-mux"))
        };
        Party {
            description,
            muxed: tags.into_iter().filter(has_mux).collect(),
            bundles,
            ice_lite: session.has("ice-lite"),
            end_of_candidates: session.has("end-of-candidates"),
            direction: session.direction().map(|(_, direction)| direction),
            extensions: session.all::<ExtMap<'_>>().map(|(_, extension)| extension).collect(),
            allow_mixed: session.has("extmap-allow-mixed"),
            max_bitrate: max_bitrate(&session),
        }
    }

    fn direction(&self, section: &Section<'_>) -> Direction {
        let own = section.direction().map(|(_, direction)| direction);
        own.or(self.direction).unwrap_or(Direction::SendRecv)
    }

    fn extensions(&self, section: &Section<'d>) -> Vec<ExtMap<'d>> {
        let own: Vec<ExtMap<'d>> = section.all::<ExtMap<'_>>().map(|(_, extension)| extension).collect();
        if own.is_empty() { self.extensions.clone() } else { own }
    }

    fn has_mux(&self, section: &Section<'_>) -> bool {
        let transport = section.index().map(|index| self.bundles.transport_of(index));
        section.has("rtcp-mux") || transport.is_some_and(|tag| self.muxed.contains(&tag))
    }
}

/// The limit of `b=`, bit/s: TIAS says it without headers and is taken first.
fn max_bitrate(section: &Section<'_>) -> Option<u64> {
    let limits: Vec<_> = section.bandwidths().map(|(_, limit)| limit).collect();
    let of = |kind| limits.iter().find(|limit| limit.kind == kind);
    of("TIAS").or_else(|| of("AS"))?.bits_per_second()
}

fn media(offer: &Party<'_>, answer: &Party<'_>, index: usize, transports: &mut Transports) -> Media {
    let offered = offer.description.media_section(index);
    let answered = answer.description.media_section(index);
    let line = |section: &Option<Section<'_>>| Some(section.as_ref()?.media_line()?.number);
    let said = answered.as_ref().or(offered.as_ref());
    let fields = said.and_then(|section| section.media());
    let named = [&answered, &offered]
        .into_iter()
        .flatten()
        .find_map(|section| section.mid());
    let mut media = Media {
        index,
        mid: named.map(str::to_owned),
        kind: fields.map_or("", |fields| fields.kind).to_owned(),
        protocol: fields.map_or("", |fields| fields.protocol).to_owned(),
        offer_line: line(&offered),
        answer_line: line(&answered),
        not_accepted: refusal(&offered, &answered),
        direction: directions(offer, answer, &offered, &answered),
        ..Media::default()
    };
    media.accepted = media.not_accepted.is_none();
    let (Some(offered), Some(answered)) = (offered, answered) else {
        media.codecs_left_out = codecs::unused(offered.as_ref(), answered.as_ref());
        return media;
    };
    if !media.accepted {
        media.codecs_left_out = codecs::unused(Some(&offered), Some(&answered));
        return media;
    }
    if fields.is_some_and(|fields| fields.is_rtp()) {
        let codecs = Codecs::pair(&offered, &answered);
        media.offerer_sends = (media.direction.offerer.starts_with("send"))
            .then(|| codecs.sent_by_offerer(max_bitrate(&answered).or(answer.max_bitrate)));
        media.answerer_sends = (media.direction.answerer.starts_with("send"))
            .then(|| codecs.sent_by_answerer(max_bitrate(&offered).or(offer.max_bitrate)));
        media.codecs = codecs.agreed();
        media.codecs_left_out = codecs.left_out();
        (media.extensions, media.extensions_left_out) =
            extensions(&offer.extensions(&offered), &answer.extensions(&answered));
        media.extmap_allow_mixed = (offered.has("extmap-allow-mixed") || offer.allow_mixed)
            && (answered.has("extmap-allow-mixed") || answer.allow_mixed);
        media.rtcp_mux = Some(offer.has_mux(&offered) && answer.has_mux(&answered));
        media.rtcp_rsize = Some(offered.has("rtcp-rsize") && answered.has("rtcp-rsize"));
        media.simulcast = simulcast::agreed(&offered, &answered);
    }
    let (transport, dtls, ice) = transports.of(offer, answer, index);
    media.transport = transport;
    media.dtls = dtls;
    media.ice = ice;
    if fields.is_some_and(|fields| fields.is_sctp()) {
        media.sctp = Some(transport::sctp(&offered, &answered));
    }
    media
}

fn refusal(offered: &Option<Section<'_>>, answered: &Option<Section<'_>>) -> Option<Refusal> {
    match (offered, answered) {
        (None, _) => Some(Refusal::MissingInOffer),
        (_, None) => Some(Refusal::MissingInAnswer),
        (Some(offered), _) if offered.is_rejected() => Some(Refusal::RejectedInOffer),
        (_, Some(answered)) if answered.is_rejected() => Some(Refusal::RejectedInAnswer),
        (Some(offered), Some(answered)) if kind(offered) != kind(answered) => Some(Refusal::AnotherKind),
        _ => None,
    }
}

fn kind<'d>(section: &Section<'d>) -> &'d str {
    section.media().map_or("", |media| media.kind)
}

/// RFC 3264 §6.1: a side sends where it wants to and the other one wants to receive.
fn directions(
    offer: &Party<'_>,
    answer: &Party<'_>,
    offered: &Option<Section<'_>>,
    answered: &Option<Section<'_>>,
) -> Directions {
    let said = |party: &Party<'_>, section: &Option<Section<'_>>| section.as_ref().map(|s| party.direction(s));
    let (from_offer, from_answer) = (said(offer, offered), said(answer, answered));
    let holds = match (from_offer, from_answer) {
        (Some(one), Some(other)) if refusal(offered, answered).is_none() => both(one, other),
        _ => Direction::Inactive,
    };
    let name = |direction: Option<Direction>| direction.map(|direction| direction.name().to_owned());
    Directions {
        offered: name(from_offer),
        answered: name(from_answer),
        offerer: holds.name().to_owned(),
        answerer: holds.reversed().name().to_owned(),
    }
}

/// What holds for the writer of `one`, when the other side has written `other`.
fn both(one: Direction, other: Direction) -> Direction {
    Direction::new(one.sends() && other.receives(), one.receives() && other.sends())
}

/// RFC 8285 §7: the answer has those of the offer that it takes, under the same ids (or, for ids above 4095, its own).
fn extensions(offered: &[ExtMap<'_>], answered: &[ExtMap<'_>]) -> (Vec<Extension>, LeftOut) {
    let name = |extension: &ExtMap<'_>| match extension.encrypts {
        Some(uri) => format!("{} {uri}", extension.uri),
        None => extension.uri.to_owned(),
    };
    let mut by_uri: HashMap<String, Vec<usize>> = HashMap::default();
    for (index, extension) in offered.iter().enumerate() {
        by_uri.entry(name(extension)).or_default().push(index);
    }
    let mut taken = HashSet::default();
    let (mut agreed, mut left_out) = (Vec::new(), LeftOut::default());
    for extension in answered {
        let uri = name(extension);
        // The one with the same id, else the first; more than a few of one URI are a mistake.
        let candidates = by_uri.get(&uri).map_or(&[][..], |list| &list[..list.len().min(8)]);
        let same_id = candidates.iter().find(|index| offered[**index].id == extension.id);
        let Some(&index) = same_id
            .or_else(|| candidates.first())
            .filter(|index| !taken.contains(*index))
        else {
            left_out.answer.push(uri);
            continue;
        };
        taken.insert(index);
        let direction = |extension: &ExtMap<'_>| extension.direction.and_then(Direction::from_name);
        let all = Direction::SendRecv;
        let holds = both(
            direction(&offered[index]).unwrap_or(all),
            direction(extension).unwrap_or(all),
        );
        agreed.push(Extension {
            uri,
            offer_id: offered[index].id,
            answer_id: extension.id,
            direction: holds.name().to_owned(),
        });
    }
    let rest = offered.iter().enumerate().filter(|(index, _)| !taken.contains(index));
    left_out.offer = rest.map(|(_, extension)| name(extension)).collect();
    (agreed, left_out)
}

/// RFC 9143 §7.3: the groups of the answer hold; the first m-line in one gives the transport.
fn bundles(offer: &Party<'_>, answer: &Party<'_>) -> Vec<Bundle> {
    // The names of the sections that are in use; a group may name one very often.
    let mut names: HashMap<usize, Option<&str>> = HashMap::default();
    let mut name_of = |index: usize| {
        *names.entry(index).or_insert_with(|| {
            let section = answer.description.media_section(index)?;
            section.mid().filter(|_| !section.is_rejected())
        })
    };
    let groups = answer.bundles.groups().iter().map(|group| {
        let mids: HashSet<&str> = group.mids.iter().copied().collect();
        let known = group.mids.iter().filter_map(|mid| offer.bundles.section_named(mid));
        let offered = known.into_iter().find_map(|index| offer.bundles.group_of(index));
        let taken_out = offered.map_or(&[][..], |group| group.mids.as_slice());
        let offered_mids: HashSet<&str> = taken_out.iter().copied().collect();
        Bundle {
            mids: (group.members.iter().filter_map(|index| name_of(*index)))
                .map(str::to_owned)
                .collect(),
            transport_mid: group.tag.and_then(&mut name_of).map(str::to_owned),
            taken_out: taken_out
                .iter()
                .filter(|mid| !mids.contains(*mid))
                .map(|mid| (*mid).to_owned())
                .collect(),
            not_offered: (group.mids.iter())
                .filter(|mid| !offered_mids.contains(*mid))
                .map(|mid| (*mid).to_owned())
                .collect(),
        }
    });
    groups.collect()
}

#[cfg(test)]
mod tests;
