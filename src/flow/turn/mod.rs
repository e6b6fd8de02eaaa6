//! [`Allocation`]: what a TURN client asked of its server, what it got, and what passed through it (RFC 8656).

mod answers;
mod track;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::datagram::{Seen, Transport};
use crate::flow::SessionId;
use crate::proto::stun::{ErrorCode, Method};

pub(super) use track::{Asked, ChannelPlace, Tracker};

/// One request of a client, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Allocate, Refresh, CreatePermission, ChannelBind; Connect and ConnectionBind of RFC 6062.
    pub method: Method,
    /// When it was first sent.
    pub asked: Seen,
    /// How often it was sent.
    pub transmissions: u32,
    /// Whether it had a MESSAGE-INTEGRITY.
    pub authenticated: bool,
    /// The first answer, if there was one.
    pub answered: Option<Seen>,
    /// Why it was refused, if it was.
    pub error: Option<ErrorCode>,
    /// The reason phrase of the refusal.
    pub reason: Option<String>,
    /// LIFETIME of the request, in seconds.
    pub lifetime_asked: Option<u32>,
    /// LIFETIME of the answer, in seconds.
    pub lifetime: Option<u32>,
    /// XOR-PEER-ADDRESS of the request; the first of several.
    pub peer: Option<SocketAddr>,
    /// CHANNEL-NUMBER of the request.
    pub channel: Option<u16>,
}

impl Step {
    /// Whether it was answered with success.
    pub const fn succeeded(&self) -> bool {
        self.answered.is_some() && self.error.is_none()
    }
}

/// How many requests of a kind there were, and how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests, without retransmissions.
    pub requests: u64,
    /// Answered with success.
    pub successes: u64,
    /// Refused.
    pub errors: u64,
    /// Sent again.
    pub retransmissions: u64,
}

/// What became of the credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credentials {
    /// None were sent.
    #[default]
    NotSent,
    /// Sent, and nothing came back.
    Unanswered,
    /// Sent, and the server went on to do, or to refuse for another reason, what was asked.
    Accepted,
    /// Sent, and refused with 401, or with 400 or 441 where nothing was ever accepted.
    Rejected,
}

/// A permission for packets of a peer's address (RFC 8656 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The peer's address; ports do not matter.
    pub ip: IpAddr,
    /// When it was first asked for, by CreatePermission or ChannelBind.
    pub asked: Seen,
    /// When it was first installed, if it was.
    pub installed: Option<Seen>,
    /// When it was last refreshed, by CreatePermission or ChannelBind.
    pub refreshed: Option<Seen>,
    /// The last refusal.
    pub refused: Option<(ErrorCode, Seen)>,
}

/// A channel bound to a peer (RFC 8656 §12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its number.
    pub number: u16,
    /// The peer; unknown if the binding was not captured.
    pub peer: Option<SocketAddr>,
    /// When it was first bound, if it was.
    pub bound: Option<Seen>,
    /// When the binding was last refreshed.
    pub refreshed: Option<Seen>,
    /// The last refusal.
    pub refused: Option<(ErrorCode, Seen)>,
}

/// What passed between the client and one peer through the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerTraffic {
    /// The relayed flow: its addresses, what it carried, and how much.
    pub session: SessionId,
    /// The peer, if it is known.
    pub peer: Option<SocketAddr>,
    /// Send indications without any permission for the peer's address; the server drops them.
    pub sent_without_permission: u64,
}

/// How an allocation ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// There never was one: refused.
    Refused,
    /// There never was one: no answer.
    Unanswered,
    /// The client gave it back: Refresh with a lifetime of zero, answered or not.
    Released(Seen),
    /// Its lifetime ran out before the capture ended.
    Expired(Seen),
    /// The TCP connection to the server was closed.
    Closed(Seen),
    /// It was still there when the capture ended.
    #[default]
    Open,
}

/// A TURN client and its server: one 5-tuple, and all that was asked over it until it was given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The session between them.
    pub session: SessionId,
    /// The client, as seen where the capture was made.
    pub client: SocketAddr,
    /// The server.
    pub server: SocketAddr,
    /// Between client and server.
    pub transport: Transport,
    /// XOR-RELAYED-ADDRESS: one, or one of each family (RFC 8656 §7.2).
    pub relayed: Vec<SocketAddr>,
    /// XOR-MAPPED-ADDRESS: the client as the server sees it.
    pub mapped: Option<SocketAddr>,
    /// REQUESTED-TRANSPORT: 17 for UDP, 6 for TCP (RFC 6062).
    pub requested_transport: Option<u8>,
    /// USERNAME.
    pub username: Option<String>,
    /// REALM.
    pub realm: Option<String>,
    /// SOFTWARE of the server.
    pub software: Option<String>,
    /// The first 401 to a request without credentials.
    pub challenge: Option<Seen>,
    /// What became of the credentials.
    pub credentials: Credentials,
    /// Whether MESSAGE-INTEGRITY of its requests holds with a password that we know.
    pub integrity: Option<bool>,
    /// ALTERNATE-SERVER of a 300.
    pub redirected_to: Option<SocketAddr>,
    /// When it was made, if that was captured.
    pub created: Option<Seen>,
    /// The lifetime last granted, in seconds.
    pub lifetime: Option<u32>,
    /// When that was granted.
    pub refreshed: Option<Seen>,
    /// The longest time between two grants of a lifetime, without its being longer than that.
    pub longest_without_refresh: Option<Duration>,
    /// Its requests in order, the first and the failed ones; see `steps_dropped`.
    pub steps: Vec<Step>,
    /// How many further requests are only counted.
    pub steps_dropped: u64,
    /// Allocate.
    pub allocates: Tally,
    /// Refresh.
    pub refreshes: Tally,
    /// CreatePermission.
    pub create_permissions: Tally,
    /// ChannelBind.
    pub channel_binds: Tally,
    /// Any other method: Connect, ConnectionBind, those of the drafts.
    pub others: Tally,
    /// Every permission asked for.
    pub permissions: Vec<Permission>,
    /// Every channel seen.
    pub channels: Vec<Channel>,
    /// Each peer.
    pub peers: Vec<PeerTraffic>,
    /// Octets of peers' data to the server: packets, octets.
    pub to_peers: (u64, u64),
    /// Octets of peers' data from the server: packets, octets.
    pub from_peers: (u64, u64),
    /// How it ended.
    pub end: End,
}

/// Whether a method is one of TURN's.
pub fn is_turn(method: Method) -> bool {
    matches!(
        method,
        Method::ALLOCATE
            | Method::REFRESH
            | Method::SEND
            | Method::DATA
            | Method::CREATE_PERMISSION
            | Method::CHANNEL_BIND
            | Method::CONNECT
            | Method::CONNECTION_BIND
            | Method::CONNECTION_ATTEMPT
            | Method::SET_ACTIVE_DESTINATION
    )
}
