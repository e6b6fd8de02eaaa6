//! [`Gate`]: keeps a datagram back until the peer is ready for it.
//!
//! The library drops a check that arrives before both descriptions are set; one that arrives before its sender's candidate was told makes a
//! peer-reflexive candidate, and when the same address is told then, the pair that works is not taken while that other one might be better:
//! either costs 200 ms, the time between checks. It drops a DTLS record that arrives before its own ICE is connected, and an SCTP packet that
//! arrives before its own DTLS is: either costs a second, the first retransmission. So the socket keeps them, as browsers do.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};

use crate::proto::demux::{Protocol, classify};
use crate::proto::stun::{AttributeType, Message, Method};
use crate::proto::turn::ChannelData;

/// How far a peer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Ready {
    /// For what servers answer.
    Servers,
    /// For the checks of the other end: it has both descriptions and a candidate.
    Checks,
    /// For the handshake of DTLS.
    Dtls,
    /// For everything.
    All,
}

/// What a peer is ready for, and who waits for it to be ready for more.
#[derive(Debug, Default)]
pub struct Gate {
    ready: AtomicU8,
    is_described: AtomicBool,
    is_told: AtomicBool,
    waiting: Mutex<Vec<Waker>>,
}

impl Gate {
    /// The peer is ready for `more`; it never goes back.
    pub fn open(&self, more: Ready) {
        self.ready.fetch_max(more as u8, Ordering::AcqRel);
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Both descriptions are set.
    pub fn described(&self) {
        self.is_described.store(true, Ordering::SeqCst);
        self.check();
    }

    /// The peer has been told a candidate of the other end, or need not wait for one.
    pub fn told(&self) {
        self.is_told.store(true, Ordering::SeqCst);
        self.check();
    }

    fn check(&self) {
        if self.is_described.load(Ordering::SeqCst) && self.is_told.load(Ordering::SeqCst) {
            self.open(Ready::Checks);
        }
    }

    /// Whether everything may pass.
    pub fn is_open(&self) -> bool {
        self.lets(Ready::All)
    }

    /// Whether what needs `needed` may pass.
    pub fn lets(&self, needed: Ready) -> bool {
        self.ready.load(Ordering::Acquire) >= needed as u8
    }

    /// Waits until what needs `needed` may pass.
    pub async fn opened(&self, needed: Ready) {
        std::future::poll_fn(|context| {
            // Before looking: a gate that opens in between wakes.
            self.wait(context.waker());
            match self.lets(needed) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }

    /// Wakes `waker` when the gate opens further.
    pub fn wait(&self, waker: &Waker) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.iter().any(|other| other.will_wake(waker)) {
            waiting.push(waker.clone());
        }
    }
}

/// How far a peer must be to take `datagram`, or what a relay has put into it.
pub fn needs(datagram: &[u8]) -> Ready {
    let inner = match classify(datagram) {
        Protocol::ChannelData => ChannelData::decode(datagram).ok().map(|data| data.data()),
        Protocol::Stun => Message::decode(datagram)
            .ok()
            .filter(|message| message.method() == Method::DATA)
            .and_then(|message| Some(message.find(AttributeType::DATA)?.value)),
        _ => None,
    };
    plain_needs(inner.unwrap_or(datagram))
}

fn plain_needs(datagram: &[u8]) -> Ready {
    const APPLICATION_DATA: u8 = 23;
    /// The type of a Binding request (RFC 8489 §5).
    const BINDING_REQUEST: &[u8] = &[0, 1];
    match classify(datagram) {
        Protocol::Stun if datagram.starts_with(BINDING_REQUEST) => Ready::Checks,
        Protocol::Dtls if datagram[0] == APPLICATION_DATA => Ready::All,
        Protocol::Dtls => Ready::Dtls,
        Protocol::Rtp | Protocol::Rtcp => Ready::All,
        _ => Ready::Servers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_datagram_waits_for_what_it_needs() {
        let gate = Gate::default();
        let request = *b"\0\x01\0\0\x21\x12\xa4\x42abcdefghijkl";
        let response = *b"\x01\x01\0\0\x21\x12\xa4\x42abcdefghijkl";
        let hello = *b"\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\0";
        let data = *b"\x17\xfe\xfd\0\x01\0\0\0\0\0\x01\0\0";
        let lets = |gate: &Gate| [&response[..], &request, &hello, &data].map(|datagram| gate.lets(needs(datagram)));
        assert_eq!(lets(&gate), [true, false, false, false]);
        gate.open(Ready::Checks);
        assert_eq!(lets(&gate), [true, true, false, false]);
        gate.open(Ready::Dtls);
        gate.open(Ready::Checks);
        assert_eq!(lets(&gate), [true, true, true, false]);
        gate.open(Ready::All);
        assert!(lets(&gate).iter().all(|lets| *lets) && gate.is_open());

        // What a relay carries needs what it is.
        let in_channel = [&[0x40, 0, 0, 13][..], &hello].concat();
        let indication = [&b"\0\x17\0\x18\x21\x12\xa4\x42abcdefghijkl\0\x13\0\x14"[..], &request].concat();
        assert_eq!([needs(&in_channel), needs(&indication)], [Ready::Dtls, Ready::Checks]);
        assert_eq!(needs(&indication[..30]), Ready::Servers);
    }

    #[test]
    fn checks_wait_for_descriptions_and_a_candidate() {
        for first in [Gate::described, Gate::told] {
            let gate = Gate::default();
            first(&gate);
            assert!(!gate.lets(Ready::Checks));
            gate.described();
            gate.told();
            assert!(gate.lets(Ready::Checks) && !gate.lets(Ready::Dtls));
        }
    }
}
