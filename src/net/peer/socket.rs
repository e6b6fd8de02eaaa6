//! [`Socket`]: a UDP socket that tells the tap, impairs what it sends, and keeps back what comes too early.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Transmit};

use super::gate;
use super::handshake::Handshake;
use super::nat::Nat;
use super::pump::{Destination, Late};
use super::runs::Runs;
use super::tap::Direction;
use super::wire::Wire;
use crate::datagram::Transport;

/// The socket.
pub struct Socket {
    inner: Arc<dyn AsyncUdpSocket>,
    local: SocketAddr,
    /// What stands before the peer: then `inner` is outside of it, and `local` inside.
    nat: Option<Nat>,
    wire: Arc<Wire>,
    early: Mutex<VecDeque<(RecvMeta, Vec<u8>)>>,
    handshake: Arc<Mutex<Handshake>>,
    /// Whether the task that looks for silence runs.
    reminds: AtomicBool,
    runs: Mutex<Runs>,
}

impl Socket {
    /// Wraps a socket of the inner runtime, which lies outside of `nat` if there is one.
    pub fn new(inner: Arc<dyn AsyncUdpSocket>, nat: Option<Nat>, wire: Arc<Wire>) -> io::Result<Socket> {
        let mut local = inner.local_addr()?;
        if let Some(nat) = &nat {
            wire.tap.mapped(nat.inside()?, local);
            local = nat.inside()?;
        }
        Ok(Socket {
            local,
            nat,
            inner,
            wire,
            early: Mutex::default(),
            handshake: Arc::default(),
            reminds: AtomicBool::new(false),
            runs: Mutex::default(),
        })
    }

    fn tell<'a>(&self, direction: Direction, remote: SocketAddr, datagrams: impl Iterator<Item = &'a [u8]>) {
        self.wire.stir();
        let way = (Transport::Udp, self.local, remote);
        self.wire.tap.tell(self.wire.side, direction, way, datagrams);
    }

    /// Receives as the inner socket does, and tells.
    fn receive(
        &self,
        context: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        loop {
            let received = self.inner.poll_recv(context, bufs, meta);
            let Poll::Ready(Ok(count)) = received else {
                return received;
            };
            let mut kept = 0;
            for index in 0..count {
                let from = meta[index];
                if self.nat.as_ref().is_some_and(|nat| !nat.lets_in(from.addr)) {
                    continue;
                }
                if self.wire.faults.are_there() && self.wire.faults.swallows(&bufs[index][..from.len]) {
                    continue;
                }
                let filled = &bufs[index][..from.len];
                self.tell(Direction::Received, from.addr, filled.chunks(from.stride.max(1)));
                let datagrams = filled.chunks(from.stride.max(1));
                datagrams
                    .filter(|datagram| is_handshake(datagram))
                    .for_each(|datagram| self.again(datagram));
                if self.is_over(filled, from.stride) {
                    continue;
                }
                if kept < index {
                    let moved = filled.to_vec();
                    bufs[kept][..from.len].copy_from_slice(&moved);
                    meta[kept] = from;
                }
                kept += 1;
            }
            if kept > 0 {
                return Poll::Ready(Ok(kept));
            }
        }
    }

    /// Whether these datagrams are of a handshake that is over for this end. When the server's last flight comes once more, the library
    /// repeats the client's, to which that of the server repeats its own, and so on for as long as the call lasts.
    fn is_over(&self, filled: &[u8], stride: usize) -> bool {
        let mut datagrams = filled.chunks(stride.max(1));
        !filled.is_empty()
            && datagrams.all(is_handshake)
            && self.wire.gate.is_open()
            && lock(&self.handshake).is_client()
    }

    /// Sends the last flight of the handshake again, if `datagram` asks for that.
    fn again(&self, datagram: &[u8]) {
        let at = self.wire.tap.clock().now();
        let again = lock(&self.handshake).received(at, datagram);
        if !again.is_empty() {
            let (wire, inner, local) = (Arc::clone(&self.wire), Arc::clone(&self.inner), self.local);
            tokio::spawn(async move { send_again(&wire, &inner, local, again).await });
        }
    }

    /// Keeps what is sent of the handshake, and looks from then on whether anything comes of it.
    fn keep(&self, destination: SocketAddr, datagram: &[u8]) {
        let at = self.wire.tap.clock().now();
        lock(&self.handshake).sent(at, destination, datagram);
        if !self.reminds.swap(true, Ordering::Relaxed) {
            let handshake = Arc::clone(&self.handshake);
            let (wire, inner, local) = (Arc::clone(&self.wire), Arc::clone(&self.inner), self.local);
            tokio::spawn(async move {
                let clock = wire.tap.clock();
                // The task ends with the handshake, or with the socket.
                while !wire.gate.is_open() && Arc::strong_count(&handshake) > 1 {
                    clock.sleep_until(clock.now() + LOOK).await;
                    let overdue = lock(&handshake).overdue(clock.now());
                    send_again(&wire, &inner, local, overdue).await;
                }
            });
        }
    }

    /// The next datagram that has waited and that the peer is ready for by now.
    fn take_early(&self, bufs: &mut [IoSliceMut<'_>], meta: &mut [RecvMeta]) -> Option<usize> {
        let mut early = lock(&self.early);
        let index = early
            .iter()
            .position(|(_, bytes)| self.wire.gate.lets(gate::needs(bytes)))?;
        let (from, bytes) = early.remove(index)?;
        self.wire.stir();
        let length = bytes.len().min(bufs[0].len());
        bufs[0][..length].copy_from_slice(&bytes[..length]);
        meta[0] = from;
        meta[0].len = length;
        meta[0].stride = length.max(1);
        Some(1)
    }
}

/// Whether a datagram is of a DTLS handshake: it begins with a message of it, or with the change of ciphers. A server may be asked for its
/// last flight when it has long been done.
fn is_handshake(datagram: &[u8]) -> bool {
    matches!(datagram.first(), Some(20 | 22))
}

/// How often it is looked whether a handshake has gone silent.
const LOOK: std::time::Duration = std::time::Duration::from_millis(100);

/// Sends datagrams as the library would have sent them.
async fn send_again(
    wire: &Wire,
    inner: &Arc<dyn AsyncUdpSocket>,
    local: SocketAddr,
    datagrams: Vec<(SocketAddr, Vec<u8>)>,
) {
    for (destination, bytes) in datagrams {
        if wire.faults.are_there() && wire.faults.swallows(&bytes) {
            continue;
        }
        let way = (Transport::Udp, local, destination);
        wire.tap
            .tell(wire.side, Direction::Sent, way, std::iter::once(&bytes[..]));
        let late = Late {
            to: Destination::Address(Arc::clone(inner), destination),
            bytes: bytes.into(),
        };
        match &wire.line {
            Some(pump) => pump.push(&wire.tap, late),
            // A network that refuses is a network that loses.
            None => _ = late.send().await,
        }
    }
}

/// What a lock guards; what a task that panicked left can still be used.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// More early datagrams than this are dropped, as a full buffer would.
const EARLY: usize = 256;

impl AsyncUdpSocket for Socket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.local)
    }

    fn poll_send(&self, context: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let length = transmit.contents.len();
        let segment = transmit.segment_size.unwrap_or(length).max(1);
        if self.wire.faults.are_there() && self.wire.faults.swallows(transmit.contents) {
            return Poll::Ready(Ok(length));
        }
        if let Some(nat) = &self.nat {
            nat.sends_to(transmit.destination);
        }
        let datagrams = || transmit.contents.chunks(segment);
        let handshakes = datagrams().filter(|datagram| is_handshake(datagram));
        handshakes.for_each(|datagram| self.keep(transmit.destination, datagram));
        let Some(pump) = &self.wire.line else {
            let mut send = || {
                let sent = self.inner.poll_send(context, transmit);
                let went = matches!(sent, Poll::Ready(Ok(_)));
                (sent, went)
            };
            // Checks and handshakes are answered at once; media and data need no lock while they are sent.
            if transmit.contents.first().is_some_and(|first| *first <= 22) {
                self.wire.stir();
                let way = (Transport::Udp, self.local, transmit.destination);
                let tap = &self.wire.tap;
                return tap.tell_if(self.wire.side, Direction::Sent, way, datagrams(), send);
            }
            let (sent, went) = send();
            if went {
                lock(&self.runs).sent(length, segment);
                self.tell(Direction::Sent, transmit.destination, datagrams());
            }
            return sent;
        };
        self.tell(Direction::Sent, transmit.destination, datagrams());
        for bytes in datagrams() {
            let late = Late {
                to: Destination::Address(Arc::clone(&self.inner), transmit.destination),
                bytes: bytes.into(),
            };
            pump.push(&self.wire.tap, late);
        }
        Poll::Ready(Ok(length))
    }

    fn poll_recv(
        &self,
        context: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        loop {
            let is_open = self.wire.gate.is_open();
            if !is_open {
                // Before looking: a gate that opens in between wakes.
                self.wire.gate.wait(context.waker());
            }
            if let Some(count) = self.take_early(bufs, meta) {
                return Poll::Ready(Ok(count));
            }
            if is_open {
                return self.receive(context, bufs, meta);
            }
            match self.receive(context, bufs, meta) {
                Poll::Ready(Ok(count)) => {
                    let mut early = lock(&self.early);
                    for (buffer, meta) in bufs.iter().zip(meta.iter()).take(count) {
                        for bytes in buffer[..meta.len].chunks(meta.stride.max(1)) {
                            if early.len() < EARLY {
                                early.push_back((*meta, bytes.to_vec()));
                            }
                        }
                    }
                }
                other => return other,
            }
        }
    }

    fn max_gso_segments(&self) -> usize {
        lock(&self.runs).longest(self.inner.max_gso_segments())
    }

    fn max_gro_segments(&self) -> usize {
        self.inner.max_gro_segments()
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("local", &self.local)
            .finish_non_exhaustive()
    }
}
