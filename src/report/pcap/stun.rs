//! STUN: its messages in numbers, transactions, servers.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::{Rtt, Word};

/// STUN messages and transactions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stun {
    /// All messages.
    pub messages: u64,
    /// Inside of TURN.
    pub nested: u64,
    /// Of RFC 3489.
    pub classic: u64,
    /// Quoted in ICMP errors.
    pub in_icmp: u64,
    /// Cut short.
    pub truncated: u64,
    /// By `method class`.
    pub by_type: BTreeMap<String, u64>,
    /// FINGERPRINTs that hold.
    pub fingerprint_valid: u64,
    /// FINGERPRINTs that do not.
    pub fingerprint_invalid: u64,
    /// MESSAGE-INTEGRITYs that hold with a known password.
    pub integrity_valid: u64,
    /// MESSAGE-INTEGRITYs that do not hold with the password known for them.
    pub integrity_invalid: u64,
    /// Answers to requests that were not captured.
    pub unmatched_responses: u64,
    /// Requests and their answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transactions: Vec<Transaction>,
}

/// A request and what came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// Hex digits.
    pub transaction_id: String,
    /// The method.
    pub method: Word,
    /// Who asked.
    pub client: SocketAddr,
    /// Who was asked.
    pub server: SocketAddr,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// The frames of all transmissions.
    pub sent: Vec<u64>,
    /// When it was first sent, in seconds since the capture began.
    pub sent_at_s: f64,
    /// The frame of the first answer.
    pub answered_by: Option<u64>,
    /// Who answered, if it was not the server that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_from: Option<SocketAddr>,
    /// `success`, `error` or `unanswered`.
    pub outcome: Word,
    /// The code of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<u16>,
    /// From the request to the answer, where it was sent once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f64>,
    /// How often it was sent again.
    pub retransmissions: u64,
}

/// A client's address and a STUN server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Binding {
    /// The session.
    pub session: u32,
    /// Who asked.
    pub client: SocketAddr,
    /// Who was asked.
    pub server: SocketAddr,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// Requests.
    pub requests: u64,
    /// Answered with success.
    pub successes: u64,
    /// Refused, by code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<String, u64>,
    /// The client as the server sees it.
    pub mapped: Vec<SocketAddr>,
    /// SOFTWARE of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// Round-trip times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<Rtt>,
}
