//! What `rtcdiag sdp` tells of inputs with many descriptions, or with none.

use serde::{Deserialize, Serialize};

use super::sdp_negotiation::Negotiation;

/// An offer and its answer in a dump: the last ones of one peer connection, or of several with the same texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The peer connections, as the dump names them.
    pub connections: Vec<String>,
    /// The number of the offer (`input.number`).
    pub offer: usize,
    /// The number of the answer.
    pub answer: usize,
    /// What they agreed on.
    pub negotiation: Negotiation,
}

/// An input that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// The file, `-` for stdin.
    pub file: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to do about it.
    pub hints: Vec<String>,
}
