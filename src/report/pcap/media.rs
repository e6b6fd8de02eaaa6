//! RTP streams, and the descriptions that tell of them.

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
