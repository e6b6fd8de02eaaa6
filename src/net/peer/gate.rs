//! [`Gate`]: keeps a datagram back until the peer is ready for it.
//!
//! The library drops a DTLS record that arrives before its own ICE is connected, and an SCTP packet that arrives before its
//! own DTLS is; either costs a second, the first retransmission. Browsers keep them. So the socket does.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::Waker;

use crate::proto::demux::{Protocol, classify};

/// How far a peer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Ready {
    /// For STUN.
    Stun,
    /// For the handshake of DTLS.
    Dtls,
    /// For everything.
    All,
}

/// What a peer is ready for, and who waits for it to be ready for more.
#[derive(Debug, Default)]
pub struct Gate {
    ready: AtomicU8,
    waiting: Mutex<Vec<Waker>>,
}

impl Gate {
    /// The peer is ready for `more`; it never goes back.
    pub fn open(&self, more: Ready) {
        self.ready.fetch_max(more as u8, Ordering::AcqRel);
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Whether everything may pass.
    pub fn is_open(&self) -> bool {
        self.lets(Ready::All)
    }

    /// Whether what needs `needed` may pass.
    pub fn lets(&self, needed: Ready) -> bool {
        self.ready.load(Ordering::Acquire) >= needed as u8
    }

    /// Wakes `waker` when the gate opens further.
    pub fn wait(&self, waker: &Waker) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.iter().any(|other| other.will_wake(waker)) {
            waiting.push(waker.clone());
        }
    }
}

/// How far a peer must be to take `datagram`.
pub fn needs(datagram: &[u8]) -> Ready {
    const APPLICATION_DATA: u8 = 23;
    match classify(datagram) {
        Protocol::Dtls if datagram[0] == APPLICATION_DATA => Ready::All,
        Protocol::Dtls => Ready::Dtls,
        Protocol::Rtp | Protocol::Rtcp => Ready::All,
        _ => Ready::Stun,
    }
}
