//! RTP streams, what RTCP says, and the descriptions that tell of them.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::{Moment, Word, is_zero};

/// An RTP stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RtpStream {
    /// Who sent it; for relayed ones the TURN client or server.
    pub src: String,
    /// To whom.
    pub dst: String,
    /// The session: the relayed one where it is relayed.
    pub session: u32,
    /// For a relayed one: who sent it on the other side of the relay, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed_src: Option<SocketAddr>,
    /// For a relayed one: to whom it goes in the end, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed_dst: Option<SocketAddr>,
    /// `0x1234abcd`.
    pub ssrc: String,
    /// The payload types seen.
    pub payload_types: Vec<u8>,
    /// The encoding of most packets, by SDP or by a static payload type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The clock of the timestamps, by which `jitter_ms` is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_hz: Option<u32>,
    /// `audio` or `video`, as negotiated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The m-line that it belongs to; what its packets say, though no description has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
    /// The place of the m-line, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub m_line: Option<usize>,
    /// How the m-line is known: `mid` (a header extension), `ssrc` or `payload-type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named_by: Option<Word>,
    /// The layer of simulcast, or that which it repairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rid: Option<String>,
    /// The MediaStream of `a=msid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// The track of `a=msid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<String>,
    /// The SSRC whose packets it sends again or protects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repairs: Option<String>,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// Packets.
    pub packets: u64,
    /// Octets, with RTP headers.
    pub bytes: u64,
    /// Packets missing in the sequence.
    pub lost: u64,
    /// Packets that came late.
    pub out_of_order: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// RFC 3550 §A.8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter_ms: Option<f64>,
    /// The time of the first packet.
    pub first: Option<String>,
    /// The time of the last packet.
    pub last: Option<String>,
    /// Whether it is SRTP, as far as can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// `rtx`, `fec`, ...: what it is for, if not for media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Word>,
    /// Different timestamps a second: pictures of video, packets of audio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frames_per_second: Option<f64>,
    /// Its first packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_packet: Option<Moment>,
    /// Its last packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_packet: Option<Moment>,
    /// The longest times of a second and more without a packet, in the order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<RtpGap>,
    /// How many there were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub gap_count: u64,
    /// What receivers report of it, where RTCP is in clear.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receptions: Vec<Reception>,
    /// What receivers ask of it, where RTCP is in clear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<Feedback>,
}

/// A time without packets in the middle of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RtpGap {
    /// The last packet before it.
    pub from: Moment,
    /// The first packet after it.
    pub to: Moment,
    /// Packets missing across it; none if the sender was silent.
    pub lost: u64,
}

/// What one receiver reports of a stream (RFC 3550 §6.4.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reception {
    /// The SSRC of who reports.
    pub reporter: String,
    /// How many reports.
    pub reports: u64,
    /// The first of them.
    pub first: Moment,
    /// The last of them.
    pub last: Moment,
    /// Lost since the report before the last one.
    pub lost_percent: f64,
    /// The worst of all reports.
    pub worst_lost_percent: f64,
    /// Lost since reception began; less than 0 where duplicates outnumber losses.
    pub lost: i32,
    /// Of the last report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter_ms: Option<f64>,
    /// The worst of all reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_jitter_ms: Option<f64>,
    /// Between where the capture was made and the receiver, by LSR and DLSR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<ReportedRtt>,
}

/// Round trips by what reports repeat of the sender's clock.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportedRtt {
    /// How many.
    pub count: u64,
    /// The shortest.
    pub min: f64,
    /// The longest.
    pub max: f64,
    /// The last.
    pub last: f64,
}

/// What receivers ask of the sender of a stream (RFC 4585 §6, RFC 5104 §4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Feedback {
    /// NACK messages.
    pub nacks: u64,
    /// Packets that they ask for again.
    pub nacked_packets: u64,
    /// Picture loss indications.
    pub plis: u64,
    /// Full intra requests.
    pub firs: u64,
    /// Slice loss indications.
    pub slis: u64,
    /// The last limit of a TMMBR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tmmbr_bps: Option<u64>,
}

/// The RTCP of one direction of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rtcp {
    /// The session: the relayed one where it is relayed.
    pub session: u32,
    /// Who sent it; behind a relay, as far as known.
    pub src: SocketAddr,
    /// To whom.
    pub dst: SocketAddr,
    /// Datagrams.
    pub datagrams: u64,
    /// Those of them that are SRTCP: they are not decrypted, and only the type and sender of their first packet are in clear.
    pub secure: u64,
    /// The first of them.
    pub first: Moment,
    /// The last of them.
    pub last: Moment,
    /// Packets by type; of SRTCP the first one of each datagram.
    pub by_type: BTreeMap<String, u64>,
    /// The SSRCs of who sends them.
    pub sources: Vec<String>,
    /// Canonical names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<RtcpName>,
    /// Who left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goodbyes: Vec<RtcpBye>,
    /// Receivers' estimates of the bitrate (REMB).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remb: Option<Remb>,
    /// Feedback about each packet of the transport (TWCC, RFC 8888).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport_feedback: Option<TransportFeedback>,
    /// Entries that found no room.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
}

/// A canonical name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RtcpName {
    /// The SSRC.
    pub ssrc: String,
    /// Its CNAME.
    pub cname: String,
}

/// Sources that left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RtcpBye {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// Their SSRCs.
    pub ssrcs: Vec<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Estimates of the bitrate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remb {
    /// How many.
    pub count: u64,
    /// The lowest.
    pub lowest_bps: u64,
    /// The highest.
    pub highest_bps: u64,
    /// The last.
    pub last_bps: u64,
}

/// Feedback about the packets of a transport.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransportFeedback {
    /// Messages.
    pub messages: u64,
    /// Packets that arrived, by them.
    pub arrived: u64,
    /// Packets that had not arrived, by them.
    pub missing: u64,
}

/// A session description.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// The file, or `capture`.
    pub source: String,
    /// When the capture had all of it.
    #[serde(default, flatten, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
    /// Who sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub src: Option<SocketAddr>,
    /// To whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dst: Option<SocketAddr>,
    /// `offer`, `answer`, ...
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its ufrags.
    pub ice_ufrags: Vec<String>,
    /// Its fingerprints.
    pub fingerprints: Vec<String>,
}
