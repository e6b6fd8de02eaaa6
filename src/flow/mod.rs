//! What the payload of a capture says, told by session: facts with a time and a frame, and no judgment.
//!
//! | file | facts |
//! | --- | --- |
//! | [`counts`] | frames by protocol, STUN messages by type |
//! | [`session`] | 5-tuples, and the flows inside of TURN, with what passed each way |
//! | [`binding`] | STUN servers that were asked |
//! | [`turn`] | TURN allocations |
//! | [`dtls`] | DTLS handshakes |
//! | [`ice`] | connectivity checks by pair of ufrags |
//! | [`tls`] | TLS handshakes over TCP |
//! | [`signaling`] | session descriptions |

pub mod binding;
pub mod counts;
pub mod dtls;
mod hello;
pub mod ice;
pub mod session;
pub mod signaling;
pub mod tls;
pub mod turn;

use std::collections::BTreeMap;

use crate::exchange::Exchanges;

pub use counts::{Counts, StunCounts};
pub use hello::{Choice, Offer};
pub use session::{Carried, Direction, Session, SessionId};

/// Everything that a capture says.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Frames by what they carry.
    pub counts: Counts,
    /// STUN messages.
    pub stun: StunCounts,
    /// STUN requests and their answers; those inside of TURN too.
    pub exchanges: Exchanges,
    /// All sessions in the order of their first packets; a [`SessionId`] is an index.
    pub sessions: Vec<Session>,
    /// STUN servers asked, each with its client.
    pub bindings: Vec<binding::Binding>,
    /// TURN allocations, those that were refused too.
    pub allocations: Vec<turn::Allocation>,
    /// ICE, by pair of ufrags.
    pub ice: Vec<ice::Association>,
    /// Session descriptions known.
    pub descriptions: Vec<signaling::Described>,
    /// What was left out because there was too much of it: a noun in the plural, and how many.
    pub left_out: BTreeMap<&'static str, u64>,
}

impl Facts {
    /// A session.
    pub fn session(&self, id: SessionId) -> &Session {
        &self.sessions[id.0 as usize]
    }
}
