//! TURN allocations.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::{Moment, Word, is_zero};

/// A TURN client and its server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Allocation {
    /// The session between them.
    pub session: u32,
    /// The client.
    pub client: SocketAddr,
    /// The server.
    pub server: SocketAddr,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// The relayed addresses.
    pub relayed: Vec<SocketAddr>,
    /// The client as the server sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapped: Option<SocketAddr>,
    /// USERNAME.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// REALM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realm: Option<String>,
    /// SOFTWARE of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// The server's demand for credentials.
    pub challenge: Option<Moment>,
    /// `not-sent`, `unanswered`, `accepted` or `rejected`.
    pub credentials: Word,
    /// Whether MESSAGE-INTEGRITY holds with the password that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrity_valid: Option<bool>,
    /// Where a 300 sent the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected_to: Option<SocketAddr>,
    /// When it was made.
    pub created: Option<Moment>,
    /// The lifetime last granted.
    pub lifetime_s: Option<u32>,
    /// Requests and how they ended.
    pub steps: Vec<TurnStep>,
    /// By method: requests, successes, errors, retransmissions.
    pub requests: BTreeMap<String, TurnTally>,
    /// Permissions.
    pub permissions: Vec<Permission>,
    /// Channels.
    pub channels: Vec<Channel>,
    /// What passed to and from each peer.
    pub peers: Vec<Peer>,
    /// Packets of data to peers.
    pub packets_to_peers: u64,
    /// Octets of data to peers.
    pub bytes_to_peers: u64,
    /// Packets of data from peers.
    pub packets_from_peers: u64,
    /// Octets of data from peers.
    pub bytes_from_peers: u64,
    /// `refused`, `unanswered`, `released`, `expired`, `closed` or `open`.
    pub ended: Word,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Moment>,
}

/// A request to a TURN server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnStep {
    /// `allocate`, ...
    pub method: Word,
    /// When it was first sent.
    pub asked: Moment,
    /// How often it was sent.
    pub transmissions: u32,
    /// Whether it had credentials.
    pub authenticated: bool,
    /// The first answer.
    pub answered: Option<Moment>,
    /// `success`, `error` or `unanswered`.
    pub outcome: Word,
    /// The code of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<u16>,
    /// Its reason phrase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The lifetime granted, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_s: Option<u32>,
    /// The peer it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<SocketAddr>,
    /// The channel it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

/// Requests of one method.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnTally {
    /// Without retransmissions.
    pub requests: u64,
    /// Answered with success.
    pub successes: u64,
    /// Refused.
    pub errors: u64,
    /// Sent again.
    pub retransmissions: u64,
}

/// A permission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Permission {
    /// The peer's address.
    pub ip: IpAddr,
    /// When it was installed.
    pub installed: Option<Moment>,
    /// When it was last refreshed.
    pub refreshed: Option<Moment>,
    /// The code of the last refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<u16>,
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// `0x4000` ...
    pub channel: String,
    /// The peer.
    pub peer: Option<SocketAddr>,
    /// When it was bound.
    pub bound: Option<Moment>,
    /// When the binding was last refreshed.
    pub refreshed: Option<Moment>,
    /// The code of the last refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<u16>,
}

/// A peer behind a relay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peer {
    /// The relayed flow.
    pub session: u32,
    /// The peer.
    pub peer: Option<SocketAddr>,
    /// What was sent to it before there was a permission.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sent_without_permission: u64,
}
