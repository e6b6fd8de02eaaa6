//! [`Association`]: the connectivity checks of two ICE agents, told by their pair of ufrags (RFC 8445).
//!
//! A check's USERNAME names both agents, the receiver's ufrag first; every restart has new ones (RFC 8445 §9), so that a
//! pair of ufrags is a generation.

mod finish;
mod track;

use std::net::SocketAddr;
use std::time::Duration;

use crate::datagram::{Seen, Transport};
use crate::flow::SessionId;
use crate::proto::ice::CandidateType;
use crate::proto::stun::ErrorCode;

pub(super) use finish::Addresses;
pub(super) use track::{Asked, Tracker};

/// An agent's role (RFC 8445 §6.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Sends ICE-CONTROLLING, and nominates.
    Controlling,
    /// Sends ICE-CONTROLLED.
    Controlled,
}

impl Role {
    /// `controlling` or `controlled`.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Controlling => "controlling",
            Role::Controlled => "controlled",
        }
    }
}

/// A role that an agent took, until the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleTaken {
    /// The first check with it.
    pub seen: Seen,
    /// The role.
    pub role: Role,
    /// The tie-breaker (RFC 8445 §7.1.3).
    pub tie_breaker: u64,
}

/// From what a candidate was learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Learnt {
    /// A session description or an `addIceCandidate` message.
    Sdp,
    /// It sent a check.
    Check,
    /// A check was sent to it.
    Checked,
    /// XOR-MAPPED-ADDRESS of an answer to a check.
    Mapped,
}

/// A transport address of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The address.
    pub address: SocketAddr,
    /// UDP or TCP.
    pub transport: Transport,
    /// Its type, as SDP says, or as can be told from TURN allocations and answers of STUN servers in the capture.
    pub candidate_type: Option<CandidateType>,
    /// From SDP, or the PRIORITY of its checks, which is that of a peer-reflexive candidate (RFC 8445 §7.1.1).
    pub priority: Option<u32>,
    /// How it was first learnt.
    pub learnt: Learnt,
    /// When it was first seen; absent if only SDP tells of it.
    pub seen: Option<Seen>,
}

/// One agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Its ufrag.
    pub ufrag: String,
    /// Whether its password is known, and from where: the name of a file, an option, a frame.
    pub password_from: Option<String>,
    /// Its roles in order; more than one after a conflict.
    pub roles: Vec<RoleTaken>,
    /// Its candidates, as far as they are known.
    pub candidates: Vec<Candidate>,
}

impl Side {
    /// The role it had in the end.
    pub fn role(&self) -> Option<Role> {
        self.roles.last().map(|taken| taken.role)
    }
}

/// Verdicts of MESSAGE-INTEGRITY.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Integrity {
    /// It holds with the password that we know.
    pub valid: u64,
    /// It does not.
    pub invalid: u64,
    /// No password is known.
    pub unknown: u64,
    /// There is no MESSAGE-INTEGRITY.
    pub missing: u64,
    /// The first that does not hold.
    pub first_invalid: Option<Seen>,
}

/// A time without any answer although checks were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The last answer before it; the first check if there was none.
    pub from: Seen,
    /// The first answer after it; the last check if none came any more.
    pub to: Seen,
    /// Checks that were not answered in it.
    pub checks: u64,
    /// Whether an answer ended it.
    pub recovered: bool,
}

impl Silence {
    /// How long it took.
    pub fn duration(&self) -> Duration {
        self.to.at.since(self.from.at)
    }
}

/// The checks that one side sent on a pair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// Requests, without retransmissions. GOOG-PING counts as a check.
    pub requests: u64,
    /// Requests sent again.
    pub retransmissions: u64,
    /// Of the requests, how many were GOOG-PING (libwebrtc).
    pub goog_pings: u64,
    /// Answered with success.
    pub successes: u64,
    /// Refused, by code: how often, and the first.
    pub errors: Vec<(ErrorCode, u64, Seen)>,
    /// The first request.
    pub first: Option<Seen>,
    /// The last request.
    pub last_request: Option<Seen>,
    /// The last transmission of any request.
    pub last: Option<Seen>,
    /// The first success.
    pub first_success: Option<Seen>,
    /// The last success.
    pub last_success: Option<Seen>,
    /// Shortest, longest and sum of the round-trip times, and of how many.
    pub rtt: Option<RoundTrips>,
    /// PRIORITY of the last request.
    pub priority: Option<u32>,
    /// The first request with USE-CANDIDATE.
    pub use_candidate: Option<Seen>,
    /// The last request with USE-CANDIDATE.
    pub last_use_candidate: Option<Seen>,
    /// How many requests had USE-CANDIDATE.
    pub use_candidates: u64,
    /// The first success to a request with USE-CANDIDATE: the pair is nominated.
    pub nominated: Option<Seen>,
    /// The last one.
    pub last_nominated: Option<Seen>,
    /// Values of NOMINATION (renomination), each with its first request.
    pub nominations: Vec<(u32, Seen)>,
    /// XOR-MAPPED-ADDRESS of the successes, each with its first: more than one if the mapping changed.
    pub mapped: Vec<(SocketAddr, Seen)>,
    /// Of the requests.
    pub integrity: Integrity,
    /// Of the answers.
    pub answer_integrity: Integrity,
    /// Binding indications: keepalives (RFC 8445 §11).
    pub indications: u64,
    /// The longest time between two requests.
    pub longest_interval: Option<Duration>,
    /// Long times without an answer, in order: candidates for lost consent (RFC 7675).
    pub silences: Vec<Silence>,
    /// Requests since the last answer, and the first of them.
    pub pending: Option<(u64, Seen)>,
}

/// Round-trip times of answers to requests that were sent once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundTrips {
    /// The shortest.
    pub min: Duration,
    /// The longest.
    pub max: Duration,
    /// All together.
    pub sum: Duration,
    /// How many.
    pub count: u32,
}

impl RoundTrips {
    /// The mean.
    pub fn mean(&self) -> Duration {
        self.sum / self.count.max(1)
    }

    pub(super) fn take(all: &mut Option<RoundTrips>, one: Option<Duration>) {
        let Some(one) = one else { return };
        match all {
            Some(all) => {
                all.min = all.min.min(one);
                all.max = all.max.max(one);
                all.sum = all.sum.saturating_add(one);
                all.count = all.count.saturating_add(1);
            }
            None => {
                *all = Some(RoundTrips {
                    min: one,
                    max: one,
                    sum: one,
                    count: 1,
                });
            }
        }
    }
}

/// A candidate pair, as it was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The session that its checks pass in.
    pub session: SessionId,
    /// The addresses, of side 0 and of side 1.
    pub addresses: [SocketAddr; 2],
    /// UDP or TCP.
    pub transport: Transport,
    /// Whether it is a relayed flow, seen between the TURN client and its server.
    pub relayed: bool,
    /// The checks that side 0 sent, and those that side 1 sent.
    pub checks: [Checks; 2],
}

impl Pair {
    /// Whether a check was answered with success, either way.
    pub const fn works(&self) -> bool {
        self.checks[0].successes + self.checks[1].successes > 0
    }

    /// Checks of both sides.
    pub const fn requests(&self) -> u64 {
        self.checks[0].requests + self.checks[1].requests
    }

    /// The first nomination of either side.
    pub fn nominated(&self) -> Option<Seen> {
        self.checks.iter().filter_map(|checks| checks.nominated).min()
    }
}

/// How the controlling agent nominates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nomination {
    /// A pair is nominated by a later check, after it worked (RFC 8445 §8.1.1).
    Regular,
    /// Every check has USE-CANDIDATE (RFC 5245 §8.1.1.2).
    Aggressive,
    /// With the NOMINATION attribute (draft-thatcher-ice-renomination).
    Renomination,
}

impl Nomination {
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Nomination::Regular => "regular",
            Nomination::Aggressive => "aggressive",
            Nomination::Renomination => "renomination",
        }
    }
}

/// A role conflict (RFC 8445 §7.3.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The 487.
    pub seen: Seen,
    /// Which side's check was refused.
    pub side: usize,
}

/// Media or data moved from one pair to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The first media on the new pair.
    pub seen: Seen,
    /// The pair before: an index into [`Association::pairs`].
    pub from: usize,
    /// The pair since.
    pub to: usize,
    /// Which side sends on it.
    pub side: usize,
}

/// Two ICE agents and one generation of their credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Association {
    /// The agents. Side 0 is the one on the machine where the capture was made, as far as that can be told; else the one
    /// that sent the first check.
    pub sides: [Side; 2],
    /// Whether the ufrags come without a colon between them (libjingle before ICE).
    pub google_ice: bool,
    /// The pairs that were checked, in the order of their first checks.
    pub pairs: Vec<Pair>,
    /// Pairs beyond those that are kept.
    pub pairs_dropped: u64,
    /// 487s.
    pub conflicts: Vec<Conflict>,
    /// The generation before: an index into [`Facts::ice`](super::Facts::ice), where new ufrags came up on an address that
    /// had others.
    pub restart_of: Option<usize>,
    /// Changes of the path that is used.
    pub switches: Vec<Switch>,
    /// The first check.
    pub first: Seen,
    /// The last message.
    pub last: Seen,
    /// How pairs are nominated, if any was.
    pub nomination: Option<Nomination>,
    /// The pair that is used: the one with media last, else the one that was nominated last.
    pub selected: Option<usize>,
}
