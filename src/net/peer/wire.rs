//! [`Wire`]: what the sockets and streams of one peer share: who watches, what happens to what passes, and what is broken on purpose.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use tokio::sync::watch;

use super::gate::Gate;
use super::pump::Pump;
use super::tap::{Side, Tap};
use crate::proto::demux::{Protocol, classify};

/// What the sockets of one peer share.
#[derive(Debug)]
pub struct Wire {
    /// Whose sockets they are.
    pub side: Side,
    /// Who watches.
    pub tap: Tap,
    /// What the peer is ready for.
    pub gate: Gate,
    /// What happens to what it sends.
    pub line: Option<Pump>,
    /// Faults, while the call runs.
    pub faults: Faults,
    /// Whether the peer is behind a NAT.
    pub behind_nat: bool,
    /// How many turns the library should take before it sleeps.
    turns: AtomicU8,
    /// Streams of ICE-TCP that the peer reads from, ever.
    pub streams: watch::Sender<usize>,
}

impl Wire {
    /// What the sockets of `side` share; told to `tap`, impaired by `line`.
    pub fn new(side: Side, tap: Tap, line: Option<Pump>, behind_nat: bool) -> Wire {
        Wire {
            side,
            tap,
            gate: Gate::default(),
            line,
            faults: Faults::default(),
            behind_nat,
            turns: AtomicU8::default(),
            streams: watch::Sender::new(0),
        }
    }

    /// Something has passed, or is about to.
    pub fn stir(&self) {
        /// What comes through a relay is unpacked in the first turn, answered in the second, and the answer is packed and sent in the third.
        const TURNS: u8 = 3;
        self.turns.store(TURNS, Ordering::Relaxed);
    }

    /// Whether the library should take another turn at once, because something has passed not long ago.
    pub fn takes_turn(&self) -> bool {
        let less = |turns: u8| turns.checked_sub(1);
        self.turns
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_ok()
    }
}

/// Ways to break a peer's network on purpose.
#[derive(Debug, Default)]
pub struct Faults {
    /// Nothing leaves or arrives any more.
    pub dead: AtomicBool,
    /// STUN neither leaves nor arrives any more.
    pub no_stun: AtomicBool,
    /// Datagrams that were swallowed so.
    pub swallowed: AtomicU64,
}

impl Faults {
    /// Whether nothing passes; then these octets are swallowed.
    pub fn is_dead(&self, octets: &[u8]) -> bool {
        let is_dead = self.dead.load(Ordering::Relaxed);
        self.swallowed
            .fetch_add(u64::from(is_dead && !octets.is_empty()), Ordering::Relaxed);
        is_dead
    }

    /// Whether this does not pass; then it is swallowed.
    pub fn swallows(&self, datagram: &[u8]) -> bool {
        let swallows = self.dead.load(Ordering::Relaxed)
            || self.no_stun.load(Ordering::Relaxed) && classify(datagram) == Protocol::Stun;
        if swallows {
            self.swallowed.fetch_add(1, Ordering::Relaxed);
        }
        swallows
    }

    /// Whether there is any.
    pub fn are_there(&self) -> bool {
        self.dead.load(Ordering::Relaxed) || self.no_stun.load(Ordering::Relaxed)
    }
}
