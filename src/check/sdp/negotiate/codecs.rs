//! Which codecs of an offer and an answer are the same, and why the others are not used.
//!
//! Payload types are names only: an answer may give a codec another one (RFC 3264 §6.1), and browsers do in re-offers.
//! What makes two the same is the encoding name, clock rate, channels, and for some codecs parameters that both sides
//! must have alike: profile and packetization mode of H.264 (RFC 6184 §8.2.2), profile of VP9 (RFC 9628 §6.1), profile,
//! tier and mode of H.265 (RFC 7798 §7.2.2). AV1 goes by profile and tier first, as browsers do, then by its name alone.
//! RTX and RED follow what they carry.

use foldhash::HashMap;

use crate::proto::sdp::fmtp::{Av1, CodecConfig, H264, H265};
use crate::proto::sdp::{Codec, RtcpFeedback, Section, codecs};
use crate::report::sdp_negotiation::{CodecLeftOut, CodecPair, Reason, Sending, SentCodec, Side};

/// RTP has 128 payload types; what an `m=` line lists beyond that cannot be sent.
const FORMATS: usize = 128;

/// A codec with what does not have to be worked out twice.
struct Known<'d> {
    codec: Codec<'d>,
    config: CodecConfig<'d>,
    /// In lower case; empty if nobody can tell what it is.
    name: String,
}

impl<'d> Known<'d> {
    fn all(section: &Section<'d>) -> Vec<Known<'d>> {
        let mut all: Vec<Known<'d>> = Vec::new();
        for codec in codecs(section).into_iter().take(FORMATS) {
            all.push(Known {
                config: codec.config(),
                name: codec.encoding().unwrap_or("").to_ascii_lowercase(),
                codec,
            });
        }
        all
    }

    fn payload_type(&self) -> u16 {
        self.codec.payload_type.unwrap_or(u16::MAX)
    }

    /// The payload type that it retransmits.
    fn apt(&self) -> Option<u16> {
        match &self.config {
            CodecConfig::Rtx(rtx) => rtx.apt,
            _ => None,
        }
    }

    /// The payload types that it is only of use with; none for codecs that stand by themselves.
    fn carries(&self) -> Option<Vec<u16>> {
        match &self.config {
            CodecConfig::Rtx(rtx) => Some(rtx.apt.into_iter().collect()),
            CodecConfig::Red(red) if !red.payload_types.is_empty() => Some(
                red.payload_types
                    .iter()
                    .map(|payload_type| u16::from(*payload_type))
                    .collect(),
            ),
            _ => None,
        }
    }
}

/// Why two of one name are not the same: how far apart they are, and what differs.
struct Difference {
    reason: Reason,
    what: String,
}

/// `None` if the two are the same codec; both have the same name.
fn difference(own: &Known<'_>, other: &Known<'_>) -> Option<Difference> {
    let differ = |reason, what: String| Some(Difference { reason, what });
    if own.codec.clock_rate() != other.codec.clock_rate() {
        let rate = |known: &Known<'_>| {
            known
                .codec
                .clock_rate()
                .map_or("none".to_owned(), |rate| rate.to_string())
        };
        return differ(
            Reason::ClockRate,
            format!("clock rate {} against {}", rate(own), rate(other)),
        );
    }
    if own.codec.channels() != other.codec.channels() {
        let (one, two) = (own.codec.channels(), other.codec.channels());
        return differ(Reason::Channels, format!("{one} channels against {two}"));
    }
    match (&own.config, &other.config) {
        (CodecConfig::H264(one), CodecConfig::H264(two)) if !one.is_compatible(two) => h264(one, two),
        (CodecConfig::H265(one), CodecConfig::H265(two)) if !one.is_compatible(two) => h265(one, two),
        (CodecConfig::Vp9(one), CodecConfig::Vp9(two)) if one.profile != two.profile => differ(
            Reason::Profile,
            format!("profile-id {} against {}", one.profile, two.profile),
        ),
        (CodecConfig::Av1(one), CodecConfig::Av1(two)) if one.profile != two.profile => differ(
            Reason::Profile,
            format!("profile {} against {}", av1_profile(one), av1_profile(two)),
        ),
        // The payload format takes both for limits of the receiver (see `pair_av1`); browsers take them for other codecs.
        (CodecConfig::Av1(one), CodecConfig::Av1(two)) if one.tier != two.tier => {
            differ(Reason::Tier, format!("tier {} against {}", one.tier, two.tier))
        }
        _ => None,
    }
}

fn h264(one: &H264<'_>, two: &H264<'_>) -> Option<Difference> {
    let profile = |h264: &H264<'_>| match (h264.profile(), h264.profile_level_id) {
        (Some(profile), Some(id)) => format!("{} ({id})", profile.name()),
        (Some(profile), None) => format!("{} (no profile-level-id)", profile.name()),
        (None, id) => format!("profile-level-id={}", id.unwrap_or("")),
    };
    let (reason, what) = match (one.profile(), two.profile()) {
        (a, b) if a != b => (
            Reason::Profile,
            format!("profile {} against {}", profile(one), profile(two)),
        ),
        _ if one.packetization_mode != two.packetization_mode => (
            Reason::PacketizationMode,
            format!(
                "packetization-mode {} against {}",
                one.packetization_mode, two.packetization_mode
            ),
        ),
        _ => (Reason::Profile, format!("{} against {}", profile(one), profile(two))),
    };
    Some(Difference { reason, what })
}

fn h265(one: &H265<'_>, two: &H265<'_>) -> Option<Difference> {
    let (reason, what) = if (one.profile_space, one.profile_id) != (two.profile_space, two.profile_id) {
        (
            Reason::Profile,
            format!("profile-id {} against {}", one.profile_id, two.profile_id),
        )
    } else if one.tier_flag != two.tier_flag {
        (
            Reason::Tier,
            format!("tier-flag {} against {}", one.tier_flag, two.tier_flag),
        )
    } else {
        (Reason::Tier, format!("tx-mode {} against {}", one.tx_mode, two.tx_mode))
    };
    Some(Difference { reason, what })
}

fn av1_profile(av1: &Av1) -> String {
    match av1.profile {
        0 => "Main (0)".to_owned(),
        1 => "High (1)".to_owned(),
        2 => "Professional (2)".to_owned(),
        other => other.to_string(),
    }
}

/// The codecs of an m-line in offer and answer, and which of them belong together.
pub(super) struct Codecs<'d> {
    offer: Vec<Known<'d>>,
    answer: Vec<Known<'d>>,
    /// For each one of the offer its partner in the answer.
    of_offer: Vec<Option<usize>>,
    /// For each one of the answer its partner in the offer.
    of_answer: Vec<Option<usize>>,
}

impl<'d> Codecs<'d> {
    /// Finds the pairs.
    pub(super) fn pair(offered: &Section<'d>, answered: &Section<'d>) -> Codecs<'d> {
        let (offer, answer) = (Known::all(offered), Known::all(answered));
        let mut codecs = Codecs {
            of_offer: vec![None; offer.len()],
            of_answer: vec![None; answer.len()],
            offer,
            answer,
        };
        // RTX and RED name payload types, so what those are comes first; RTX may retransmit RED.
        codecs.pair_those(|known| known.carries().is_none());
        codecs.pair_av1();
        codecs.pair_those(|known| matches!(known.config, CodecConfig::Red(_)));
        codecs.pair_those(|known| matches!(known.config, CodecConfig::Rtx(_)));
        codecs
    }

    fn pair_those(&mut self, of_kind: impl Fn(&Known<'_>) -> bool) {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::default();
        for (index, known) in self.offer.iter().enumerate() {
            if of_kind(known) && !known.name.is_empty() {
                by_name.entry(known.name.clone()).or_default().push(index);
            }
        }
        for at in 0..self.answer.len() {
            let known = &self.answer[at];
            if self.of_answer[at].is_some() || !of_kind(known) {
                continue;
            }
            let candidates = by_name.get(&known.name).map_or(&[][..], Vec::as_slice);
            let fits = |index: &usize| self.of_offer[*index].is_none() && self.same(*index, at);
            let same_number = |index: &&usize| self.offer[**index].payload_type() == known.payload_type();
            let found = candidates.iter().filter(same_number).copied().find(fits);
            if let Some(index) = found.or_else(|| candidates.iter().copied().find(fits)) {
                self.of_offer[index] = Some(at);
                self.of_answer[at] = Some(index);
            }
        }
    }

    /// AV1 that is left: profile, level and tier are what each side can receive, and need not be alike (RTP Payload
    /// Format For AV1 §7.2.3).
    fn pair_av1(&mut self) {
        let of = |list: &[Known<'_>], partners: &[Option<usize>]| -> Vec<usize> {
            let free = (0..list.len()).filter(|at| partners[*at].is_none());
            free.filter(|at| matches!(list[*at].config, CodecConfig::Av1(_)) && list[*at].name == "av1")
                .collect()
        };
        let (offered, answered) = (of(&self.offer, &self.of_offer), of(&self.answer, &self.of_answer));
        for (index, at) in offered.into_iter().zip(answered) {
            if self.offer[index].codec.clock_rate() == self.answer[at].codec.clock_rate() {
                self.of_offer[index] = Some(at);
                self.of_answer[at] = Some(index);
            }
        }
    }

    /// Whether two of one name are the same codec.
    fn same(&self, offered: usize, answered: usize) -> bool {
        let (one, two) = (&self.offer[offered], &self.answer[answered]);
        if difference(one, two).is_some() {
            return false;
        }
        match (one.carries(), two.carries()) {
            (Some(offered), Some(answered)) => {
                let partner = |payload_type: &u16| {
                    let at = self
                        .answer
                        .iter()
                        .position(|known| known.payload_type() == *payload_type)?;
                    self.of_answer[at].map(|index| self.offer[index].payload_type())
                };
                !answered.is_empty()
                    && answered.len() == offered.len()
                    && answered.iter().map(partner).eq(offered.iter().map(|own| Some(*own)))
            }
            // Only one of them says what RED carries: readers take it for the codec before it.
            _ => true,
        }
    }

    /// What both have, in the order of the answer.
    pub(super) fn agreed(&self) -> Vec<CodecPair> {
        let pairs = self.of_answer.iter().enumerate();
        pairs
            .filter_map(|(at, index)| Some((&self.offer[(*index)?], &self.answer[at])))
            .map(|(offer, answer)| {
                let (offered, answered) = (feedback(&offer.codec), feedback(&answer.codec));
                let only = |own: &[String], other: &[String]| -> Vec<String> {
                    own.iter().filter(|one| !other.contains(one)).cloned().collect()
                };
                CodecPair {
                    encoding: encoding(&answer.codec),
                    clock_rate: answer.codec.clock_rate(),
                    channels: answer.codec.channels(),
                    offer_payload_type: offer.payload_type(),
                    answer_payload_type: answer.payload_type(),
                    offer_fmtp: fmtp(&offer.codec),
                    answer_fmtp: fmtp(&answer.codec),
                    retransmits: offer.apt(),
                    rtcp_fb: answered.iter().filter(|one| offered.contains(one)).cloned().collect(),
                    rtcp_fb_offer_only: only(&offered, &answered),
                    rtcp_fb_answer_only: only(&answered, &offered),
                    note: note(offer, answer),
                }
            })
            .collect()
    }

    /// What the offerer sends: payload types and order are those of the answer (RFC 3264 §7).
    pub(super) fn sent_by_offerer(&self, max_bitrate: Option<u64>) -> Sending {
        sending(&self.offer, &self.answer, &self.of_answer, max_bitrate)
    }

    /// What the answerer sends: payload types and order are those of the offer (RFC 3264 §6.1).
    pub(super) fn sent_by_answerer(&self, max_bitrate: Option<u64>) -> Sending {
        let mut sending = sending(&self.answer, &self.offer, &self.of_offer, max_bitrate);
        let Some(sent) = &sending.codec else { return sending };
        let stands_alone = |known: &&Known<'_>| !known.codec.is_auxiliary() && !known.name.is_empty();
        let preferred = self.offer.iter().find(stands_alone);
        if let Some(first) = preferred.filter(|first| first.payload_type() != sent.payload_type) {
            let name = &first.codec.encoding().unwrap_or("");
            sending.note = Some(format!(
                "the offer has {name} ({}) first, and the answer leaves it out: by RFC 3264 §6.1 the answerer sends what both \
                 list; Chromium and Firefox send the first of the offer that they can encode, as RFC 9429 §5.11 has it, since \
                 `setCodecPreferences` is about receiving alone (§4.2.6)",
                first.payload_type()
            ));
            sending.browsers_send = Some(first.payload_type());
            return sending;
        }
        let mut listed = self.answer.iter().zip(&self.of_answer);
        let first = listed.find_map(|(known, partner)| Some((known, (*partner).filter(|_| stands_alone(&known))?)));
        if let Some((known, _)) = first.filter(|(_, at)| self.offer[*at].payload_type() != sent.payload_type) {
            sending.note = Some(format!(
                "the answer has {} first, and the offer {}: each side sends the first that the other one lists (RFC 3264 \
                 §6.1 and §7), and browsers do",
                encoding(&known.codec),
                sent.encoding
            ));
        }
        sending
    }

    /// What only one side has, with the reasons.
    pub(super) fn left_out(&self) -> Vec<CodecLeftOut> {
        let mut left_out = Vec::new();
        for (side, own, other, partners) in [
            (Side::Offer, &self.offer, &self.answer, &self.of_offer),
            (Side::Answer, &self.answer, &self.offer, &self.of_answer),
        ] {
            for (index, known) in own.iter().enumerate() {
                if partners[index].is_none() {
                    left_out.push(why(side, known, own, other, partners));
                }
            }
        }
        left_out
    }
}

/// Where the payload format takes two for one codec and browsers do not: AV1 with another profile or tier.
fn note(offer: &Known<'_>, answer: &Known<'_>) -> Option<String> {
    let av1 = matches!(offer.config, CodecConfig::Av1(_));
    let difference = av1.then(|| difference(offer, answer)).flatten()?;
    let what = difference.what;
    Some(format!(
        "{what}: browsers take these for two codecs; the payload format does not"
    ))
}

/// `nack pli`, `ccm fir`, …; each once.
fn feedback(codec: &Codec<'_>) -> Vec<String> {
    let text = |feedback: &RtcpFeedback<'_>| match feedback.parameter {
        Some(parameter) => format!("{} {parameter}", feedback.kind),
        None => feedback.kind.to_owned(),
    };
    let mut all: Vec<String> = Vec::new();
    for (_, one) in codec.feedback.iter().take(256) {
        let one = text(one);
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

fn fmtp(codec: &Codec<'_>) -> Option<String> {
    codec.fmtp.first().map(|(_, fmtp)| fmtp.config.to_owned())
}

fn encoding(codec: &Codec<'_>) -> String {
    codec.encoding().unwrap_or("").to_owned()
}

/// What the writer of `own` sends to the writer of `to`; `partners` are those of `to`.
fn sending(own: &[Known<'_>], to: &[Known<'_>], partners: &[Option<usize>], max_bitrate: Option<u64>) -> Sending {
    let agreed = || {
        to.iter()
            .zip(partners)
            .filter_map(|(known, partner)| Some((known, &own[(*partner)?])))
    };
    let mut sending = Sending {
        max_bitrate,
        ..Sending::default()
    };
    for (receiver, sender) in agreed() {
        let around = |known: &Known<'_>| match &known.config {
            CodecConfig::Red(red) => red.payload_types.first().copied().map(u16::from) == Some(receiver.payload_type()),
            _ => false,
        };
        let rtx = agreed().find(|(known, _)| known.apt() == Some(receiver.payload_type()));
        let red = agreed().find(|(known, _)| around(known));
        let sent = SentCodec {
            payload_type: receiver.payload_type(),
            encoding: encoding(&receiver.codec),
            clock_rate: receiver.codec.clock_rate(),
            channels: receiver.codec.channels(),
            fmtp: fmtp(&receiver.codec),
            level: level(sender, receiver),
            rtx_payload_type: rtx.map(|(known, _)| known.payload_type()),
            red_payload_type: red.map(|(known, _)| known.payload_type()),
        };
        if !receiver.codec.is_auxiliary() {
            sending.alternatives.push(sent);
        } else if receiver.carries().is_none() {
            sending.companions.push(sent);
        }
    }
    sending.codec = sending.alternatives.first().cloned();
    sending
}

/// The highest level that the sender may use.
fn level(sender: &Known<'_>, receiver: &Known<'_>) -> Option<String> {
    match (&sender.config, &receiver.config) {
        (CodecConfig::H264(sender), CodecConfig::H264(receiver)) => {
            sender.sending_level(receiver).map(|level| level.to_string())
        }
        (_, CodecConfig::H265(receiver)) => Some(format!("{}.{}", receiver.level_id / 30, receiver.level_id % 30 / 3)),
        (_, CodecConfig::Av1(receiver)) => {
            let (major, minor) = receiver.level();
            Some(format!("{major}.{minor}"))
        }
        _ => None,
    }
}

/// Why a codec has no partner.
fn why(
    side: Side,
    known: &Known<'_>,
    own: &[Known<'_>],
    other: &[Known<'_>],
    partners: &[Option<usize>],
) -> CodecLeftOut {
    let (reason, text) = reason(side, known, own, other, partners);
    let reference = match reason {
        Reason::NoRtpMap => "RFC 8866 §6.6",
        Reason::RtxOfUnused | Reason::RtxWithoutApt | Reason::OtherApt => "RFC 4588 §8",
        Reason::RedOfUnused => "RFC 2198 §5",
        Reason::PacketizationMode => "RFC 6184 §8.2.2",
        Reason::Profile | Reason::Tier => match known.config {
            CodecConfig::H264(_) => "RFC 6184 §8.2.2",
            CodecConfig::H265(_) => "RFC 7798 §7.2.2",
            CodecConfig::Vp9(_) => "RFC 9628 §6.1",
            _ => "RTP Payload Format For AV1 §7.2.3",
        },
        Reason::NotOffered => "RFC 3264 §6.1",
        _ => "RFC 9429 §5.3.1",
    };
    CodecLeftOut {
        side,
        format: known.codec.format.to_owned(),
        encoding: known.codec.encoding().map(str::to_owned),
        clock_rate: known.codec.clock_rate(),
        reason,
        text,
        reference: reference.to_owned(),
        line: known.codec.rtpmap.as_ref().map(|(line, _)| line.number),
    }
}

fn reason(
    side: Side,
    known: &Known<'_>,
    own: &[Known<'_>],
    other: &[Known<'_>],
    partners: &[Option<usize>],
) -> (Reason, String) {
    let (this, that) = (side.name(), side.other().name());
    if known.name.is_empty() {
        return (
            Reason::NoRtpMap,
            format!("the {this} has no a=rtpmap for it, so nobody can tell what it is"),
        );
    }
    if let Some(carried) = known.carries() {
        let rtx = matches!(known.config, CodecConfig::Rtx(_));
        if carried.is_empty() {
            return (
                Reason::RtxWithoutApt,
                format!("the {this} has no apt for it: retransmissions of what?"),
            );
        }
        let used = |payload_type: &u16| {
            let at = own.iter().position(|known| known.payload_type() == *payload_type);
            at.is_some_and(|at| partners[at].is_some())
        };
        if let Some(unused) = carried.iter().find(|payload_type| !used(payload_type)) {
            return match rtx {
                true => (Reason::RtxOfUnused, format!("retransmits {unused}, which is not used")),
                false => (Reason::RedOfUnused, format!("wraps {unused}, which is not used")),
            };
        }
        let namesake = other
            .iter()
            .find(|theirs| theirs.payload_type() == known.payload_type());
        if let Some(apt) = namesake.and_then(|theirs| theirs.apt()).filter(|_| rtx) {
            return (
                Reason::OtherApt,
                format!("retransmits {} here, and {apt} in the {that}", carried[0]),
            );
        }
        let listed = if rtx { "retransmissions" } else { "RED" };
        let list: Vec<String> = carried.iter().map(u16::to_string).collect();
        return match side {
            Side::Offer => (
                Reason::NotAnswered,
                format!("the answer has no {listed} for {}", list.join("/")),
            ),
            Side::Answer => (
                Reason::NotOffered,
                format!("the offer has no {listed} for {}", list.join("/")),
            ),
        };
    }
    let namesakes = other.iter().filter(|theirs| theirs.name == known.name);
    let nearest = namesakes
        .map(|theirs| (difference(known, theirs), theirs))
        .min_by_key(|(difference, theirs)| {
            let distance = difference.as_ref().map_or(0, |difference| distance(difference.reason));
            (distance, theirs.payload_type() != known.payload_type())
        });
    let name = known.codec.encoding().unwrap_or("");
    match (nearest, side) {
        (Some((Some(difference), theirs)), _) => (
            difference.reason,
            format!(
                "the {that} has {name} as {}, which is another codec: {}",
                theirs.codec.format, difference.what
            ),
        ),
        (Some((None, theirs)), _) => (
            Reason::PairedAlready,
            format!(
                "the same as {} of the {that}, which goes with another payload type of the {this}",
                theirs.codec.format
            ),
        ),
        (None, Side::Offer) => (Reason::NotAnswered, format!("the answer does not have {name}")),
        (None, Side::Answer) => (Reason::NotOffered, format!("the offer does not have {name}")),
    }
}

/// Of two differences the smaller one tells more.
fn distance(reason: Reason) -> u8 {
    match reason {
        Reason::PacketizationMode | Reason::Tier => 1,
        Reason::Profile => 2,
        Reason::Channels => 3,
        _ => 4,
    }
}

/// The codecs of an m-line that is not in use.
pub(super) fn unused(offered: Option<&Section<'_>>, answered: Option<&Section<'_>>) -> Vec<CodecLeftOut> {
    let sides = [(Side::Offer, offered), (Side::Answer, answered)];
    let one = |side: Side, section: &Section<'_>| -> Vec<CodecLeftOut> {
        let known = Known::all(section);
        let left = known.iter().map(|known| CodecLeftOut {
            side,
            format: known.codec.format.to_owned(),
            encoding: known.codec.encoding().map(str::to_owned),
            clock_rate: known.codec.clock_rate(),
            reason: Reason::MediaNotAccepted,
            text: "the m-line is not in use".to_owned(),
            reference: "RFC 3264 §6".to_owned(),
            line: known.codec.rtpmap.as_ref().map(|(line, _)| line.number),
        });
        left.collect()
    };
    sides
        .into_iter()
        .filter_map(|(side, section)| Some(one(side, section?)))
        .flatten()
        .collect()
}
