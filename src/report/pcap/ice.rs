//! ICE: two agents, their candidates and pairs, and what became of the path.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::{Moment, Rtt, Word, is_zero};

/// Two ICE agents and one generation of their credentials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ice {
    /// The ufrag of the agent where the capture was made, or of the first to check.
    pub local_ufrag: String,
    /// The other one.
    pub remote_ufrag: String,
    /// Whether the local agent was controlling in the end.
    pub controlling: Option<bool>,
    /// The generation, from 0: how many pairs of ufrags there were before on the same addresses.
    pub generation: u32,
    /// Which entry of this list it restarted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_of: Option<usize>,
    /// From where the local agent's password is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_password_from: Option<String>,
    /// From where the remote agent's password is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_password_from: Option<String>,
    /// The first check.
    pub first: Moment,
    /// The last message.
    pub last: Moment,
    /// Roles and tie-breakers of the local agent.
    pub local_roles: Vec<IceRole>,
    /// Roles and tie-breakers of the remote agent.
    pub remote_roles: Vec<IceRole>,
    /// Candidates of the local agent.
    pub local_candidates: Vec<IceCandidate>,
    /// Candidates of the remote agent.
    pub remote_candidates: Vec<IceCandidate>,
    /// The pairs that were checked.
    pub pairs: Vec<IcePair>,
    /// The pair that was used in the end.
    pub nominated_pair: Option<NominatedPair>,
    /// `regular`, `aggressive` or `renomination`.
    pub nomination: Option<Word>,
    /// 487s.
    pub role_conflicts: u64,
    /// Changes of the path.
    pub switches: Vec<IceSwitch>,
    /// Checks of the pair that is used, over its life (RFC 7675).
    pub consent: Option<Consent>,
}

/// A role that an agent took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IceRole {
    /// The first check with it.
    #[serde(flatten)]
    pub at: Moment,
    /// `controlling` or `controlled`.
    pub role: Word,
    /// Hex digits.
    pub tie_breaker: String,
}

/// A candidate of an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IceCandidate {
    /// Its address.
    pub address: SocketAddr,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// `host`, `srflx`, `prflx` or `relay`, as far as can be told.
    #[serde(rename = "type")]
    pub candidate_type: Option<Word>,
    /// As SDP or its checks say.
    pub priority: Option<u32>,
    /// `sdp`, `check`, `checked` or `mapped`: how it was first learnt.
    pub learnt: Word,
    /// When it was first seen.
    pub first: Option<Moment>,
}

/// A pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IcePair {
    /// The session its checks pass in.
    pub session: u32,
    /// The local address.
    pub local: SocketAddr,
    /// The remote address.
    pub remote: SocketAddr,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// Whether it goes through a TURN server of the local side.
    pub relayed: bool,
    /// `succeeded`, `one-way`, `failed` or `unanswered`: whether checks of both, of one or of no side were answered with
    /// success; `failed` if there were only errors.
    pub state: Word,
    /// Whether it was nominated.
    pub nominated: bool,
    /// Checks of the local agent.
    pub sent: IceChecks,
    /// Checks of the remote agent.
    pub received: IceChecks,
}

/// The checks of one agent on a pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IceChecks {
    /// Without retransmissions.
    pub requests: u64,
    /// Sent again.
    pub retransmissions: u64,
    /// Answered with success.
    pub successes: u64,
    /// Refused, by code.
    pub errors: BTreeMap<String, u64>,
    /// The first.
    pub first: Option<Moment>,
    /// The last.
    pub last: Option<Moment>,
    /// The first success.
    pub first_success: Option<Moment>,
    /// The last success.
    pub last_success: Option<Moment>,
    /// The first with USE-CANDIDATE.
    pub use_candidate: Option<Moment>,
    /// How many had USE-CANDIDATE.
    pub use_candidates: u64,
    /// Round-trip times.
    pub rtt_ms: Option<Rtt>,
    /// XOR-MAPPED-ADDRESS of the answers.
    pub mapped: Vec<SocketAddr>,
    /// MESSAGE-INTEGRITY of the requests, where a password is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrity: Option<Integrity>,
    /// Binding indications.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub indications: u64,
}

/// Verdicts of MESSAGE-INTEGRITY.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Integrity {
    /// It holds.
    pub valid: u64,
    /// It does not.
    pub invalid: u64,
}

/// The pair that was used.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NominatedPair {
    /// Which entry of `pairs`.
    pub pair: usize,
    /// The local address.
    pub local: SocketAddr,
    /// The remote address.
    pub remote: SocketAddr,
    /// When it was nominated.
    pub nominated: Option<Moment>,
}

/// A change of the path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IceSwitch {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// The entry of `pairs` before.
    pub from: usize,
    /// The entry of `pairs` since.
    pub to: usize,
    /// Who sends on it: `local` or `remote`.
    pub side: Word,
}

/// Checks of the pair that is used, over its life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consent {
    /// Requests of the local agent.
    pub sent: u64,
    /// Requests of the remote agent.
    pub received: u64,
    /// The longest time between two requests of the local agent, in seconds.
    pub longest_interval_s: Option<f64>,
    /// Times of five seconds and more without an answer, though requests were sent.
    pub gaps: Vec<ConsentGap>,
    /// Whether the last of them was longer than the 30 seconds of RFC 7675, without an answer after it.
    pub lost: bool,
}

/// A time without answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsentGap {
    /// Whose requests: `local` or `remote`.
    pub side: Word,
    /// The last answer before it.
    pub from: Moment,
    /// The first answer after it, or the last request.
    pub to: Moment,
    /// How long.
    pub duration_s: f64,
    /// Requests in it.
    pub requests: u64,
    /// Whether an answer ended it.
    pub recovered: bool,
}
