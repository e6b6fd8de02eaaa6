//! 5-tuples and relayed flows.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::{Moment, Word, is_zero};

/// A 5-tuple, or a flow inside of TURN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Its number, from 0: for `--flow`.
    pub id: u32,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// Who was first seen to send; the client's side of a relayed flow.
    pub a: SocketAddr,
    /// The other side.
    pub b: SocketAddr,
    /// For a relayed flow: the session between client and TURN server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<u32>,
    /// For a relayed flow: its channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// For a relayed flow: whether `a` is the relayed address, and `b` the peer; else they are client and server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addresses_known: Option<bool>,
    /// What passed from `a` to `b`.
    pub a_to_b: Way,
    /// What passed from `b` to `a`.
    pub b_to_a: Way,
    /// How the TCP connection went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp: Option<Tcp>,
    /// ICMP errors about its packets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub icmp: Vec<Icmp>,
    /// How many there were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub icmp_count: u64,
}

/// One direction of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Way {
    /// Datagrams, or messages of a stream.
    pub packets: u64,
    /// Octets of payload.
    pub bytes: u64,
    /// The first.
    pub first: Option<Moment>,
    /// The last.
    pub last: Option<Moment>,
    /// How many of each protocol.
    pub protocols: BTreeMap<String, u64>,
}

/// How a TCP connection went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tcp {
    /// The first SYN.
    pub syn: Option<Moment>,
    /// How often the SYN was sent.
    pub syns: u64,
    /// Its answer.
    pub syn_ack: Option<Moment>,
    /// The first FIN.
    pub fin: Option<Moment>,
    /// The first RST.
    pub reset: Option<Moment>,
    /// Segments sent again.
    pub retransmissions: u64,
    /// Octets that were never captured.
    pub missing_bytes: u64,
}

/// An ICMP error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Icmp {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// Who sent it.
    pub from: IpAddr,
    /// The ICMP type.
    #[serde(rename = "type")]
    pub kind: u8,
    /// The ICMP code.
    pub code: u8,
    /// What that means.
    pub meaning: Word,
    /// Who sent the packet that it is about.
    pub about_sender: SocketAddr,
    /// To whom that was sent.
    pub about_receiver: SocketAddr,
    /// What that was.
    pub protocol: Word,
    /// The MTU of the next hop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u32>,
}
