//! SCTP in clear, with its data channels.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::{Moment, Word, is_zero};

/// An SCTP association that is not inside of DTLS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sctp {
    /// The session.
    pub session: u32,
    /// One end, and its SCTP port.
    pub a: SocketAddr,
    /// The other end.
    pub b: SocketAddr,
    /// The SCTP port of `a`.
    pub a_port: u16,
    /// The SCTP port of `b`.
    pub b_port: u16,
    /// The first packet.
    pub first: Moment,
    /// The last packet.
    pub last: Moment,
    /// The first INIT.
    pub init: Option<Moment>,
    /// Who sent it.
    pub initiator: Option<SocketAddr>,
    /// The COOKIE ACK.
    pub established: Option<Moment>,
    /// From the INIT to the COOKIE ACK.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<f64>,
    /// `open`, `shut-down` or `aborted`.
    pub ended: Word,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Moment>,
    /// Who ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<SocketAddr>,
    /// The cause that an ABORT gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What passed from `a` to `b`.
    pub a_to_b: SctpWay,
    /// What passed from `b` to `a`.
    pub b_to_a: SctpWay,
    /// Data channels that were opened.
    pub channels: Vec<DataChannel>,
    /// User messages by stream.
    pub streams: Vec<SctpStream>,
    /// Streams, channels and the like that found no room.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
}

/// One direction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SctpWay {
    /// Packets.
    pub packets: u64,
    /// Chunks by type.
    pub chunks: BTreeMap<String, u64>,
    /// Chunks of data that were sent again.
    pub retransmissions: u64,
}

/// A data channel that was opened by DCEP (RFC 8832).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataChannel {
    /// The stream: its id.
    pub id: u16,
    /// Its label.
    pub label: String,
    /// Its subprotocol.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub protocol: String,
    /// How it delivers.
    pub channel_type: String,
    /// Retransmissions, or milliseconds, after which a message is given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reliability: Option<u32>,
    /// Its priority.
    pub priority: u16,
    /// The DATA_CHANNEL_OPEN.
    pub opened: Moment,
    /// Who sent it.
    pub opener: SocketAddr,
    /// The DATA_CHANNEL_ACK.
    pub acknowledged: Option<Moment>,
    /// When its stream was first reset: closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Moment>,
}

/// The user messages of one stream in one direction, those of DCEP left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SctpStream {
    /// The stream: the id of the data channel.
    pub id: u16,
    /// Who sends.
    pub src: SocketAddr,
    /// Messages.
    pub messages: u64,
    /// Octets of them.
    pub bytes: u64,
    /// Messages by payload protocol: `WebRTC String`, ...
    pub by_protocol: BTreeMap<String, u64>,
    /// The first.
    pub first: Moment,
    /// The last.
    pub last: Moment,
}
