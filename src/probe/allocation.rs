//! What to ask a TURN server, and what came of it: the options and the result of
//! [`Allocate`](crate::probe::allocate::Allocate).

use std::net::SocketAddr;
use std::time::Duration;

use crate::datagram::Transport;
use crate::probe::NewTransactionId;
use crate::probe::authentication::{Authentication, Credentials};
use crate::probe::release::Release;
use crate::probe::trace::{Failure, Note, StepRecord};
use crate::time::At;

/// The address family of a relayed address (RFC 8656 §18.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelayFamily {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl RelayFamily {
    /// The number in REQUESTED-ADDRESS-FAMILY.
    pub(super) const fn number(self) -> u8 {
        match self {
            RelayFamily::V4 => 1,
            RelayFamily::V6 => 2,
        }
    }
}

/// What to ask whom.
pub struct AllocateOptions {
    /// The server's address.
    pub server: SocketAddr,
    /// What carries the messages between us and the server; the relay itself is always UDP. The driver sends.
    pub transport: Transport,
    /// Who we are, for the server's 401.
    pub credentials: Option<Credentials>,
    /// REQUESTED-ADDRESS-FAMILY. `None` leaves the attribute out, which means IPv4 and suits old servers.
    pub family: Option<RelayFamily>,
    /// When to give up getting an allocation, whatever RFC 8489's timers say.
    pub deadline: At,
    /// How long giving it back may take beyond that.
    pub release_grace: Duration,
    /// Where transaction ids come from.
    pub new_id: NewTransactionId,
}

/// What a TURN server gave us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relayed {
    /// XOR-RELAYED-ADDRESS.
    pub relayed: SocketAddr,
    /// XOR-MAPPED-ADDRESS: our address as the server sees it.
    pub xor_mapped: Option<SocketAddr>,
    /// MAPPED-ADDRESS, which TURN servers do not send; some old ones did.
    pub mapped: Option<SocketAddr>,
    /// LIFETIME.
    pub lifetime: Option<Duration>,
    /// SOFTWARE, as sent.
    pub software: Option<String>,
    /// The realm we authenticated in.
    pub realm: Option<String>,
    /// How we authenticated; `None` on an open relay.
    pub authentication: Option<Authentication>,
}

/// What an [`Allocate`](crate::probe::allocate::Allocate) found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocateResult {
    /// The answer, or why there is none.
    pub outcome: Result<Relayed, Failure>,
    /// The steps that have ended, in order: challenge, allocate, refresh.
    pub steps: Vec<StepRecord>,
    /// What else was noticed.
    pub notes: Vec<Note>,
    /// What became of the allocation.
    pub release: Release,
}
