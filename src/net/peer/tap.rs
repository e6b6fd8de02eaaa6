//! [`Tap`]: every datagram of a call, with its time and direction, and what was inside it before it was encrypted.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::facts::SideFacts;
use crate::datagram::Transport;
use crate::net::clock::Clock;
use crate::secret::Secret;
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

    /// What passes at `inside` is seen as `outside` beyond the NAT of its peer.
    fn mapped(&mut self, inside: SocketAddr, outside: SocketAddr) {
        let _ = (inside, outside);
    }

    /// A line of the key log format: the secret of a DTLS connection.
    fn secret(&mut self, line: &str);
}

/// Where both peers tell what passes. What each of them does is kept apart, so that they do not wait for each other.
#[derive(Clone)]
pub struct Tap {
    clock: Clock,
    sides: [Arc<Mutex<SideFacts>>; 2],
    secrets: Arc<Mutex<Vec<Secret>>>,
    watch: Option<Arc<Mutex<Box<dyn Watch>>>>,
}

impl Tap {
    /// A tap with the times of `clock` that keeps the facts, and tells `watch` too.
    pub fn new(clock: Clock, watch: Option<Box<dyn Watch>>) -> Tap {
        Tap {
            clock,
            sides: Default::default(),
            secrets: Arc::default(),
            watch: watch.map(|watch| Arc::new(Mutex::new(watch))),
        }
    }

    /// The clock of the call.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// What one peer's datagrams say.
    pub fn facts(&self, side: Side) -> MutexGuard<'_, SideFacts> {
        lock(&self.sides[side.index()])
    }

    /// The lines of the key log.
    pub fn secrets(&self) -> Vec<Secret> {
        lock(&self.secrets).clone()
    }

    /// Datagrams pass between two addresses.
    pub fn tell<'a>(
        &self,
        side: Side,
        direction: Direction,
        way: (Transport, SocketAddr, SocketAddr),
        datagrams: impl Iterator<Item = &'a [u8]>,
    ) {
        let () = self.tell_if(side, direction, way, datagrams, || ((), true));
    }

    /// Does `send`, and tells of the datagrams if it says that they went, before anybody can tell of their answers: the other
    /// end runs at the same time.
    pub fn tell_if<'a, T>(
        &self,
        side: Side,
        direction: Direction,
        (transport, local, remote): (Transport, SocketAddr, SocketAddr),
        datagrams: impl Iterator<Item = &'a [u8]>,
        send: impl FnOnce() -> (T, bool),
    ) -> T {
        let mut watch = self.watch.as_ref().map(|watch| lock(watch));
        let mut facts = self.facts(side);
        // With the locks: times do not go back from one datagram to the next.
        let at = self.clock.now();
        let (done, went) = send();
        if !went {
            return done;
        }
        for bytes in datagrams {
            let datagram = Tapped {
                side,
                direction,
                at,
                transport,
                local,
                remote,
                bytes,
            };
            facts.datagram(&datagram);
            if let Some(watch) = &mut watch {
                watch.datagram(&datagram);
            }
        }
        done
    }

    /// A NAT has mapped an address.
    pub fn mapped(&self, inside: SocketAddr, outside: SocketAddr) {
        if let Some(watch) = &self.watch {
            lock(watch).mapped(inside, outside);
        }
    }

    /// An SCTP packet is about to be encrypted, or has been decrypted.
    pub fn sctp(&self, side: Side, direction: Direction, packet: &[u8]) {
        let at = self.clock.now();
        self.facts(side).sctp.packet(direction, at, packet);
    }

    /// A secret has been agreed on; each end tells it, and it is kept once.
    pub fn secret(&self, line: String) {
        let mut secrets = lock(&self.secrets);
        if secrets.iter().any(|known| known.expose() == line) {
            return;
        }
        if let Some(watch) = &self.watch {
            lock(watch).secret(&line);
        }
        secrets.push(Secret::new(line));
    }
}

/// What a lock guards; what a task that panicked left can still be read.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap").finish_non_exhaustive()
    }
}
