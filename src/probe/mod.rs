//! Questions as state machines: what to send next, and what the answers meant.
//!
//! A probe has no socket and no clock. A driver (`net` for real sockets, a simulated network in tests) asks it
//! [`poll`](Probe::poll) for the next step and tells it with [`handle`](Probe::handle) what happened.
//! Time and randomness are arguments.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`transaction`] | one request: when to send it again, which answers are its own |
//! | [`authentication`] | the long-term credential mechanism, client side (RFC 8489 §9.2) |
//! | [`trace`] | what a report shows: steps, notes, failures |
//! | [`binding`] | asks a STUN server for our reflexive address |
//! | [`allocate`] | asks a TURN server for a relayed address, and gives it back |
//!
//! # The driver's side of the contract
//!
//! 1. Call `poll` until it says `Wait` or `Done`, sending what it asks for. A `Wait` is always for a time later than
//!    the `now` it was asked at, so this ends.
//! 2. Sleep until that time, or until something happens; tell the probe with `handle`; go on at 1.
//! 3. After [`Input::Cancel`] go on as before: the probe itself bounds how long it still needs.
//! 4. `Done` is final, and whatever arrives later is ignored.

pub mod allocate;
mod allocation;
mod attempt;
pub mod authentication;
pub mod binding;
mod release;
pub mod trace;
pub mod transaction;

use std::net::{IpAddr, SocketAddr};

use crate::proto::stun::TransactionId;
use crate::time::At;

/// A question asked over datagrams, or over whole messages of a stream.
pub trait Probe {
    /// Tells what happened at `now`. The driver calls [`poll`](Probe::poll) afterwards.
    fn handle(&mut self, now: At, input: Input<'_>);

    /// What to do next. Called again after every `Send`, after every `handle` and when the time of a `Wait` has come.
    fn poll(&mut self, now: At) -> Step;
}

impl<P: Probe + ?Sized> Probe for Box<P> {
    fn handle(&mut self, now: At, input: Input<'_>) {
        (**self).handle(now, input);
    }

    fn poll(&mut self, now: At) -> Step {
        (**self).poll(now)
    }
}

impl<P: Probe + ?Sized> Probe for &mut P {
    fn handle(&mut self, now: At, input: Input<'_>) {
        (**self).handle(now, input);
    }

    fn poll(&mut self, now: At) -> Step {
        (**self).poll(now)
    }
}

/// What can happen to a probe.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// A datagram, or one whole message of a stream, arrived.
    Received {
        /// Who sent it.
        from: SocketAddr,
        /// Its payload.
        bytes: &'a [u8],
    },
    /// The path reported a failure.
    Failed(PathError),
    /// The user wants to stop: give back what the server holds for us, then be done.
    Cancel,
}

/// What a probe wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send this, then poll again.
    Send(Transmit),
    /// Nothing to do before this time, unless something arrives.
    Wait(At),
    /// The question is answered, or given up.
    Done,
}

/// One message to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// To whom. On a stream: the other end.
    pub to: SocketAddr,
    /// The message.
    pub bytes: Vec<u8>,
}

/// A failure of the path under a probe, as the operating system reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathError {
    /// An ICMP or ICMPv6 error came back for a datagram of ours.
    Icmp {
        /// Whether it was ICMPv6.
        v6: bool,
        /// ICMP type.
        kind: u8,
        /// ICMP code.
        code: u8,
        /// The router or host that sent it, where known.
        from: Option<IpAddr>,
    },
    /// The other end closed the stream (FIN, or a TLS close_notify).
    Closed {
        /// Octets of an unfinished message that had arrived.
        pending: usize,
    },
    /// The other end reset the stream.
    Reset,
    /// The stream carries something that is neither STUN nor ChannelData.
    NotFramed {
        /// The first octets of it, at most 64.
        prefix: Vec<u8>,
    },
    /// Any other error of a socket call.
    Io {
        /// The call: `send`, `receive`, ...
        operation: &'static str,
        /// What the operating system said.
        message: String,
    },
}

/// Makes transaction ids: random in `net`, counted in tests.
pub type NewTransactionId = Box<dyn FnMut() -> TransactionId>;
