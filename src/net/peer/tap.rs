//! [`Tap`]: every datagram of a call, with its time and direction, and what was inside it before it was encrypted.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::datagram::Transport;
use crate::net::clock::Clock;
use crate::time::At;

/// The two ends of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Who makes the offer.
    Offerer,
    /// Who answers it.
    Answerer,
}

impl Side {
    /// Both, the offerer first.
    pub const BOTH: [Side; 2] = [Side::Offerer, Side::Answerer];

    /// `offerer` or `answerer`.
    pub const fn name(self) -> &'static str {
        match self {
            Side::Offerer => "offerer",
            Side::Answerer => "answerer",
        }
    }

    /// The other end.
    pub const fn other(self) -> Side {
        match self {
            Side::Offerer => Side::Answerer,
            Side::Answerer => Side::Offerer,
        }
    }

    /// 0 for the offerer, 1 for the answerer.
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Out of a peer or into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Sent by the peer.
    Sent,
    /// Received by the peer.
    Received,
}

/// A datagram, or a message of ICE-TCP without its framing, as one of the peers saw it.
#[derive(Clone, Copy, Debug)]
pub struct Tapped<'a> {
    /// Which peer.
    pub side: Side,
    /// Which way.
    pub direction: Direction,
    /// When: as it was handed to the socket, or came from it.
    pub at: At,
    /// What carried it.
    pub transport: Transport,
    /// The peer's own address.
    pub local: SocketAddr,
    /// The other one.
    pub remote: SocketAddr,
    /// Its payload.
    pub bytes: &'a [u8],
}

/// Something that watches a call. It is called on the call's own threads: what takes long here makes the call slow.
pub trait Watch: Send {
    /// A datagram passes.
    fn datagram(&mut self, datagram: &Tapped<'_>);

    /// An SCTP packet is about to be encrypted, or has been decrypted.
    fn sctp(&mut self, side: Side, direction: Direction, at: At, packet: &[u8]);

    /// A line of the key log format: the secret of a DTLS connection.
    fn secret(&mut self, line: &str);
}

/// Where both peers tell what passes.
#[derive(Clone)]
pub struct Tap {
    clock: Clock,
    watch: Arc<Mutex<dyn Watch>>,
}

impl Tap {
    /// A tap that tells `watch`, with the times of `clock`.
    pub fn new(clock: Clock, watch: Arc<Mutex<dyn Watch>>) -> Tap {
        Tap { clock, watch }
    }

    /// The clock of the call.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Whoever watches.
    pub fn watch(&self) -> MutexGuard<'_, dyn Watch + 'static> {
        // A watcher that panicked once has told so; the others still want to see.
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap").finish_non_exhaustive()
    }
}
