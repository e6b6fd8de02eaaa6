//! `report.negotiation` of `rtcdiag sdp OFFER ANSWER`: what the two agreed on, m-line by m-line.
//!
//! The offerer wrote the offer, the answerer the answer. Who is which is never left to "local" and "remote", since a
//! file does not say on whose side it was saved.

use serde::{Deserialize, Serialize};

/// What an offer and an answer agreed on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Negotiation {
    /// One entry for each m-line of the offer, and of the answer where it has more.
    pub media: Vec<Media>,
    /// The BUNDLE groups of the answer, which are those that hold.
    pub bundle: Vec<Bundle>,
}

/// A BUNDLE group that holds (RFC 9143 §7.3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// The names of the m-lines in it, rejected ones left out.
    pub mids: Vec<String>,
    /// The m-line whose transport all of them use.
    pub transport_mid: Option<String>,
    /// Names that the offer had in the group and the answer took out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken_out: Vec<String>,
    /// Names that the offer did not have in this group: they cannot be in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_offered: Vec<String>,
}

/// One m-line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Media {
    /// Its index, from 0.
    pub index: usize,
    /// `a=mid`, of the answer or else of the offer.
    pub mid: Option<String>,
    /// `audio`, `video`, `application`, …
    pub kind: String,
    /// The transport protocol of the answer, or else of the offer.
    pub protocol: String,
    /// The line numbers of the `m=` lines.
    pub offer_line: Option<usize>,
    /// Of the answer; absent if it has no such m-line.
    pub answer_line: Option<usize>,
    /// Whether the m-line is in use: neither side has rejected it.
    pub accepted: bool,
    /// Why it is not in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_accepted: Option<Refusal>,
    /// Which way media may flow.
    pub direction: Directions,
    /// What the offerer sends; absent where it sends no RTP.
    pub offerer_sends: Option<Sending>,
    /// What the answerer sends.
    pub answerer_sends: Option<Sending>,
    /// The codecs that both have, in the order of the answer.
    pub codecs: Vec<CodecPair>,
    /// The codecs that only one side has, and why.
    pub codecs_left_out: Vec<CodecLeftOut>,
    /// The header extensions that both have.
    pub extensions: Vec<Extension>,
    /// The header extensions that only one side has: URIs.
    pub extensions_left_out: LeftOut,
    /// Whether one-byte and two-byte header extensions may be mixed.
    pub extmap_allow_mixed: bool,
    /// Whether RTP and RTCP share a port; absent where there is no RTP.
    pub rtcp_mux: Option<bool>,
    /// Whether reduced-size RTCP may be sent (RFC 5506); absent where there is no RTP.
    pub rtcp_rsize: Option<bool>,
    /// The transport below.
    pub transport: Transport,
    /// Who starts the DTLS handshake; absent without DTLS.
    pub dtls: Option<Dtls>,
    /// Who does what in ICE; absent without ICE.
    pub ice: Option<Ice>,
    /// Data channels; absent without SCTP.
    pub sctp: Option<Sctp>,
    /// Simulcast; absent if neither side asked for it.
    pub simulcast: Option<SimulcastAgreed>,
}

/// Why an m-line is not in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The offer itself has port 0.
    RejectedInOffer,
    /// The answer has port 0.
    RejectedInAnswer,
    /// The answer has no such m-line.
    MissingInAnswer,
    /// Only the answer has it.
    MissingInOffer,
    /// The answer has another kind of media in this place, so it is not the same m-line.
    AnotherKind,
}

impl Refusal {
    /// For people.
    pub const fn text(self) -> &'static str {
        match self {
            Refusal::RejectedInOffer => "the offer has port 0: the m-line is stopped",
            Refusal::RejectedInAnswer => "the answer has port 0: rejected",
            Refusal::MissingInAnswer => "the answer has no such m-line",
            Refusal::MissingInOffer => "the offer has no such m-line",
            Refusal::AnotherKind => "the answer has another kind of media in this place",
        }
    }
}

/// `sendrecv`, `sendonly`, `recvonly` or `inactive`, inherited values included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directions {
    /// What the offer says.
    pub offered: Option<String>,
    /// What the answer says.
    pub answered: Option<String>,
    /// What holds, as the offerer sees it.
    pub offerer: String,
    /// What holds, as the answerer sees it.
    pub answerer: String,
}

/// What one side sends (RFC 3264 §6.1 and §7: payload types and order are the receiver's).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sending {
    /// The codec that is sent first, unless the application picks another; absent if none is left.
    pub codec: Option<SentCodec>,
    /// All codecs that may be sent, the receiver's preference first; RTX, RED and FEC are within them.
    pub alternatives: Vec<SentCodec>,
    /// Payload types that go along with any of them: FEC, comfort noise, telephone events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub companions: Vec<SentCodec>,
    /// What is to be known about the choice: whose order holds where the two have different ones, and what browsers do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The payload type that browsers send in place of `codec`, if they can encode it: they do not always go by the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browsers_send: Option<u16>,
    /// `b=` of the receiver for this m-line, bit/s: the most that may be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bitrate: Option<u64>,
}

/// A codec as one side sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCodec {
    /// The payload type on the wire: that of the receiver's description.
    pub payload_type: u16,
    /// The encoding name.
    pub encoding: String,
    /// In Hz.
    pub clock_rate: Option<u32>,
    /// 1 unless written.
    pub channels: u32,
    /// The receiver's parameters, which the sender has to keep to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fmtp: Option<String>,
    /// The highest level that may be sent (H.264 and H.265, AV1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// The payload type of its retransmissions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtx_payload_type: Option<u16>,
    /// The payload type of RED around it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub red_payload_type: Option<u16>,
}

/// A codec that both sides have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodecPair {
    /// The encoding name.
    pub encoding: String,
    /// In Hz.
    pub clock_rate: Option<u32>,
    /// 1 unless written.
    pub channels: u32,
    /// The payload type of the offer.
    pub offer_payload_type: u16,
    /// The payload type of the answer; mostly the same.
    pub answer_payload_type: u16,
    /// `a=fmtp` of the offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_fmtp: Option<String>,
    /// `a=fmtp` of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_fmtp: Option<String>,
    /// The payload type of the offer that it retransmits; RTX only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retransmits: Option<u16>,
    /// The feedback that both have: `nack pli`.
    pub rtcp_fb: Vec<String>,
    /// Feedback that only the offer has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rtcp_fb_offer_only: Vec<String>,
    /// Feedback that only the answer has; it does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rtcp_fb_answer_only: Vec<String>,
    /// Where the texts take the two for one codec and browsers do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A codec that is not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodecLeftOut {
    /// `offer` or `answer`: who has it.
    pub side: Side,
    /// As in the `m=` line.
    pub format: String,
    /// The encoding name, where it is known.
    pub encoding: Option<String>,
    /// In Hz.
    pub clock_rate: Option<u32>,
    /// Why.
    pub reason: Reason,
    /// The reason as a sentence, with the values that differ.
    pub text: String,
    /// The text it follows.
    pub reference: String,
    /// The line that says what the codec is, in the description that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// Who wrote something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The offer.
    Offer,
    /// The answer.
    Answer,
}

impl Side {
    /// `offer` or `answer`.
    pub const fn name(self) -> &'static str {
        match self {
            Side::Offer => "offer",
            Side::Answer => "answer",
        }
    }

    /// The other one.
    pub const fn other(self) -> Side {
        match self {
            Side::Offer => Side::Answer,
            Side::Answer => Side::Offer,
        }
    }
}

/// Why a codec is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The m-line is not in use at all.
    MediaNotAccepted,
    /// The answer does not list it: the answerer does not have it, or does not want it.
    NotAnswered,
    /// The answer lists it although it was not offered.
    NotOffered,
    /// A dynamic payload type without `a=rtpmap`: nobody can tell what it is.
    NoRtpMap,
    /// The same codec with another clock rate.
    ClockRate,
    /// The same codec with another number of channels.
    Channels,
    /// Another profile of H.264, H.265, VP9 or AV1.
    Profile,
    /// Another packetization mode of H.264.
    PacketizationMode,
    /// Another tier of H.265 or AV1, or transmission mode of H.265.
    Tier,
    /// Retransmissions of a codec that is not used.
    RtxOfUnused,
    /// Retransmissions without `apt`.
    RtxWithoutApt,
    /// RED around a codec that is not used.
    RedOfUnused,
    /// The other side has the retransmissions for another codec.
    OtherApt,
    /// The other side has the codec once, and it is paired with another payload type of this side.
    PairedAlready,
}

/// A header extension that both sides have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Which.
    pub uri: String,
    /// The id in the offer.
    pub offer_id: u32,
    /// The id in the answer, which is the one that is used both ways.
    pub answer_id: u32,
    /// Which way it is sent, as the offerer sees it.
    pub direction: String,
}

/// What only one side has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// In the offer only.
    pub offer: Vec<String>,
    /// In the answer only.
    pub answer: Vec<String>,
}

/// The transport of an m-line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transport {
    /// Whether it is shared in a BUNDLE group.
    pub bundled: bool,
    /// The m-line whose transport it uses; its own name unless bundled.
    pub mid: Option<String>,
    /// The index of that m-line.
    pub index: usize,
}

/// DTLS (RFC 8842 §5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dtls {
    /// `a=setup` of the offer.
    pub offered: Option<String>,
    /// `a=setup` of the answer.
    pub answered: Option<String>,
    /// The side that starts the handshake; absent where the two cannot work.
    pub client: Option<String>,
    /// The side that waits.
    pub server: Option<String>,
    /// Hash functions of the offerer's certificate.
    pub offer_fingerprints: Vec<String>,
    /// Hash functions of the answerer's certificate.
    pub answer_fingerprints: Vec<String>,
    /// Why there is no handshake, where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// ICE of the transport.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ice {
    /// The side that chooses the pair: `offerer` or `answerer` (RFC 8445 §6.1.1).
    pub controlling: String,
    /// The offerer's.
    pub offerer: IceSide,
    /// The answerer's.
    pub answerer: IceSide,
}

/// ICE of one side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceSide {
    /// Lite: it only answers checks.
    pub lite: bool,
    /// Candidates may follow the description.
    pub trickle: bool,
    /// It is RFC 8445, not its predecessor.
    pub ice2: bool,
    /// The user name fragment.
    pub ufrag: Option<String>,
    /// How many candidates the description has.
    pub candidates: usize,
    /// What they have for addresses: `ipv4`, `ipv6`, `name` (mDNS names too).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub families: Vec<String>,
    /// It says that no more will follow.
    pub end_of_candidates: bool,
}

/// Data channels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sctp {
    /// The SCTP port of the offerer.
    pub offer_port: Option<u32>,
    /// The SCTP port of the answerer.
    pub answer_port: Option<u32>,
    /// The largest message that the offerer may send, octets: what the answer takes. Absent: any size.
    pub offerer_may_send: Option<u64>,
    /// The largest message that the answerer may send, octets.
    pub answerer_may_send: Option<u64>,
}

/// Simulcast and rids (RFC 8853 §5.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulcastAgreed {
    /// The layers that the offerer sends.
    pub offerer_sends: Vec<Layer>,
    /// The layers that the answerer sends.
    pub answerer_sends: Vec<Layer>,
    /// Rids of the offer that the answer left out, and of the answer that nobody offered.
    pub left_out: LeftOut,
}

/// One layer: alternatives of one stream, the best first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// The rids; one, unless there are alternatives.
    pub rids: Vec<String>,
    /// Whether it starts paused.
    pub paused: bool,
    /// The restrictions that the two sides have written, as `max-width=1280`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restrictions: Vec<String>,
}
