//! [`Service`]: what answers at an address; and small helpers for the tests.

use std::cell::RefCell;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use rtcdiag::probe::{NewTransactionId, PathError};
use rtcdiag::proto::stun::TransactionId;
use rtcdiag::time::At;

/// Something that answers.
pub trait Service {
    /// A datagram from `from` arrived at `to`.
    fn receive(&mut self, now: At, to: SocketAddr, from: SocketAddr, bytes: &[u8]) -> Vec<Reaction>;
}

/// What a service does.
#[derive(Clone, Debug)]
pub enum Reaction {
    /// Sends a datagram (or a message on the stream), some time later.
    Send {
        from: SocketAddr,
        to: SocketAddr,
        bytes: Vec<u8>,
        after: Duration,
    },
    /// Breaks the path to `to`: closes or resets the stream, or makes an ICMP error.
    Break {
        from: SocketAddr,
        to: SocketAddr,
        error: PathError,
    },
}

impl Reaction {
    /// Answers at once.
    pub fn send(from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) -> Reaction {
        Reaction::Send {
            from,
            to,
            bytes,
            after: Duration::ZERO,
        }
    }
}

/// So that a test can look at a service after the run.
impl<S: Service> Service for Rc<RefCell<S>> {
    fn receive(&mut self, now: At, to: SocketAddr, from: SocketAddr, bytes: &[u8]) -> Vec<Reaction> {
        self.borrow_mut().receive(now, to, from, bytes)
    }
}

/// A service some of whose answers, counted from 1, never leave.
pub struct Muffled<S> {
    service: S,
    muted: Vec<usize>,
    count: usize,
}

impl<S> Muffled<S> {
    pub fn new(service: S, muted: &[usize]) -> Muffled<S> {
        Muffled {
            service,
            muted: muted.to_vec(),
            count: 0,
        }
    }
}

impl<S: Service> Service for Muffled<S> {
    fn receive(&mut self, now: At, to: SocketAddr, from: SocketAddr, bytes: &[u8]) -> Vec<Reaction> {
        let reactions = self.service.receive(now, to, from, bytes);
        self.count += 1;
        if self.muted.contains(&self.count) {
            Vec::new()
        } else {
            reactions
        }
    }
}

/// Transaction ids that count up, told apart by `who`.
pub fn ids(who: u8) -> NewTransactionId {
    let mut count = 0u64;
    Box::new(move || {
        count += 1;
        let mut id = [who; 12];
        id[4..].copy_from_slice(&count.to_be_bytes());
        TransactionId::new(id)
    })
}

pub fn ip(text: &str) -> IpAddr {
    text.parse().expect("an IP address")
}

pub fn socket(text: &str) -> SocketAddr {
    text.parse().expect("a socket address")
}

pub fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
