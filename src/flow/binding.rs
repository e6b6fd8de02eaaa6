//! [`Binding`]: what a client asked of a STUN server: Binding requests without a USERNAME.

use std::net::SocketAddr;

use crate::datagram::{Seen, Transport};
use crate::flow::SessionId;
use crate::flow::ice::RoundTrips;
use crate::proto::stun::ErrorCode;

/// A client's address, a server, and what the server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The session between them.
    pub session: SessionId,
    /// Who asked.
    pub client: SocketAddr,
    /// Who was asked.
    pub server: SocketAddr,
    /// What carried it.
    pub transport: Transport,
    /// Whether the requests are those of RFC 3489.
    pub classic: bool,
    /// Requests, without retransmissions.
    pub requests: u64,
    /// Requests sent again.
    pub retransmissions: u64,
    /// Answered with success.
    pub successes: u64,
    /// Refused, by code: how often, and the first.
    pub errors: Vec<(ErrorCode, u64, Seen)>,
    /// The client as the server sees it, each with its first answer: more than one if the mapping changed.
    pub mapped: Vec<(SocketAddr, Seen)>,
    /// OTHER-ADDRESS or CHANGED-ADDRESS: the server can be asked how a NAT behaves (RFC 5780).
    pub other_address: Option<SocketAddr>,
    /// SOFTWARE of the server.
    pub software: Option<String>,
    /// Round-trip times.
    pub rtt: Option<RoundTrips>,
    /// The first request.
    pub first: Seen,
    /// The last message.
    pub last: Seen,
}
