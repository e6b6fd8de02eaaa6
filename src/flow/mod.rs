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
//! | [`rtp`] | RTP and RTCP by session, direction and SSRC |
//! | [`sctp`] | SCTP in clear, data channels |
//! | [`tls`] | TLS handshakes over TCP |
//! | [`signaling`] | session descriptions |
//! | [`agreed`] | what they say of media, and the names of the streams |

pub mod agreed;
pub mod binding;
pub mod capture;
pub mod counts;
pub mod dtls;
pub mod filter;
pub mod heard;
mod hello;
pub mod ice;
pub mod passwords;
pub mod rtp;
pub mod sctp;
pub mod session;
pub mod signaling;
mod table;
pub mod tls;
pub mod turn;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::datagram::Seen;
use crate::exchange::Exchanges;
use crate::proto::stun::ErrorCode;

pub use capture::Capture;
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
    /// DTLS, by session, in the order of the first records. Where ICE agents change the path, it stays with the first.
    pub dtls: Vec<(SessionId, dtls::Dtls)>,
    /// Every fragment of a DTLS handshake message, and from where to where it went.
    pub handshake_pieces: Vec<HandshakePiece>,
    /// TLS over TCP, by session, in the order of the first records.
    pub tls: Vec<(SessionId, tls::Tls)>,
    /// RTP and RTCP.
    pub media: rtp::Media,
    /// SCTP in clear, by session, in the order of the first packets.
    pub sctp: Vec<(SessionId, sctp::Sctp)>,
    /// Session descriptions known.
    pub descriptions: Vec<signaling::Described>,
    /// What was left out because there was too much of it: a noun in the plural, and how many.
    pub left_out: BTreeMap<&'static str, u64>,
}

/// A fragment of a DTLS handshake message, with the innermost addresses around it.
#[derive(Clone, Debug)]
pub struct HandshakePiece {
    /// Who sent it; the TURN client or server where it is relayed.
    pub src: SocketAddr,
    /// To whom.
    pub dst: SocketAddr,
    /// The session; the relayed flow where it is relayed.
    pub session: SessionId,
    /// What it is. Its direction is that in the session of [`Facts::dtls`] that it belongs to.
    pub piece: dtls::Piece,
}

impl Facts {
    /// So many of these were left out, if any.
    pub fn leave_out(&mut self, what: &'static str, count: u64) {
        if count > 0 {
            *self.left_out.entry(what).or_default() += count;
        }
    }

    /// When the last packet of any session was seen.
    pub fn end(&self) -> Option<Seen> {
        self.sessions.iter().filter_map(Session::last).max()
    }

    /// A session.
    pub fn session(&self, id: SessionId) -> &Session {
        &self.sessions[id.0 as usize]
    }
}

/// How many error codes are counted apart in one place.
const CODES: usize = 32;

/// Counts an error by its code.
fn count_error(errors: &mut Vec<(ErrorCode, u64, Seen)>, code: ErrorCode, seen: Seen) {
    if let Some((_, count, _)) = errors.iter_mut().find(|(known, ..)| *known == code) {
        *count += 1;
    } else if errors.len() < CODES {
        errors.push((code, 1, seen));
    }
}
