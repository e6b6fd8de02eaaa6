//! [`Heard`]: a STUN message, and where it was heard.

use std::net::SocketAddr;

use crate::capture::Time;
use crate::datagram::{Seen, Transport};
use crate::exchange::Passed;
use crate::flow::passwords::Verdict;
use crate::flow::{Direction, SessionId};
use crate::proto::stun::Message;

/// In what a message was wrapped by TURN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// A DATA attribute.
    Data,
    /// ChannelData, or Microsoft's multiplexed frame (0xff10).
    Channel(u16),
}

/// A STUN message in its place.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    /// The message.
    pub message: Message<'a>,
    /// When and in which frame.
    pub seen: Seen,
    /// The time of the frame.
    pub time: Option<Time>,
    /// The innermost transport: for a nested message that between client and TURN server.
    pub transport: Transport,
    /// The innermost address of the sender, likewise.
    pub src: SocketAddr,
    /// The innermost address of the receiver, likewise.
    pub dst: SocketAddr,
    /// The session; the relayed flow for a nested message.
    pub session: SessionId,
    /// The session's addresses: relayed address and peer for a nested message, as far as they are known.
    pub logical: (SocketAddr, SocketAddr),
    /// Which way it goes in the session.
    pub direction: Direction,
    /// In what it is nested.
    pub via: Option<Via>,
    /// The length of RFC 4571 before it.
    pub tcp_frame_length: Option<u16>,
    /// Whether it is quoted in an ICMP error.
    pub in_icmp: bool,
    /// Octets of it that were not captured.
    pub missing: usize,
    /// Whether its FINGERPRINT holds.
    pub fingerprint: Option<bool>,
}

/// What is known of a message besides itself, when it is shown.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The request it repeats or answers.
    pub request: Option<Seen>,
    /// What it means to the exchanges; `None` for one in an ICMP error.
    pub passed: Option<Passed>,
    /// Whether MESSAGE-INTEGRITY holds.
    pub integrity: Verdict,
}
