//! What the tests of `net` share: a runtime like the program's, deadlines, dead ports, a probe made of closures.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::Duration;

#[path = "../support/ports.rs"]
pub mod ports;

use rtcdiag::datagram::{Datagram, Observer, Transport};
use rtcdiag::net::clock::Clock;
use rtcdiag::probe::{Input, PathError, Probe, Step, Transmit};
use rtcdiag::proto::stun::{Builder, Class, Message, Method, TransactionId};
use rtcdiag::time::At;

/// For what happens at once on an idle machine: so long it may take on a busy one.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a test as the program runs its work; a test that hangs ends after two minutes.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let guarded = async { tokio::time::timeout(4 * PATIENCE, test).await.expect("the test hangs") };
    tokio::task::LocalSet::new().block_on(&runtime, guarded)
}

/// The end of our patience, from now.
pub fn patience(clock: &Clock) -> At {
    clock.now() + PATIENCE
}

/// `ms` milliseconds from now: for what is to end by the deadline, or not to happen before it.
pub fn soon(clock: &Clock, ms: u64) -> At {
    clock.now() + Duration::from_millis(ms)
}

pub fn id(n: u8) -> TransactionId {
    TransactionId::new([n; 12])
}

pub fn request(n: u8) -> Vec<u8> {
    Builder::new(Class::Request, Method::BINDING, id(n)).build()
}

pub fn response(n: u8) -> Vec<u8> {
    Builder::new(Class::Success, Method::BINDING, id(n)).build()
}

/// Answers a request with the same transaction id.
pub fn answer(request: &[u8]) -> Vec<u8> {
    let message = Message::decode(request).unwrap();
    Builder::new(Class::Success, message.method(), message.transaction_id()).build()
}

/// Writes down what passes.
#[derive(Default)]
pub struct Log(pub Vec<(At, Transport, SocketAddr, SocketAddr, Vec<u8>)>);

impl Observer for Log {
    fn observe(&mut self, datagram: &Datagram<'_>) {
        self.0.push((
            datagram.at,
            datagram.transport,
            datagram.src,
            datagram.dst,
            datagram.bytes.to_vec(),
        ));
    }
}

pub fn log() -> RefCell<Log> {
    RefCell::new(Log::default())
}

/// Sends one message and waits for what comes back, or for the deadline, or for a cancel.
pub struct Ask {
    pub transmit: Option<Transmit>,
    pub deadline: At,
    pub farewell: Option<Transmit>,
    pub cancelled: Option<At>,
    pub result: Option<Result<(SocketAddr, Vec<u8>), PathError>>,
}

impl Ask {
    pub fn new(to: SocketAddr, bytes: Vec<u8>, deadline: At) -> Ask {
        Ask {
            transmit: Some(Transmit { to, bytes }),
            deadline,
            farewell: None,
            cancelled: None,
            result: None,
        }
    }
}

impl Probe for Ask {
    fn handle(&mut self, now: At, input: Input<'_>) {
        match input {
            Input::Received { from, bytes } => self.result = Some(Ok((from, bytes.to_vec()))),
            Input::Failed(error) => self.result = Some(Err(error)),
            Input::Cancel => {
                self.cancelled = Some(now);
                self.transmit = self.farewell.take();
                self.deadline = now + Duration::from_millis(50);
            }
        }
    }

    fn poll(&mut self, now: At) -> Step {
        match self.transmit.take() {
            Some(transmit) => Step::Send(transmit),
            None if self.result.is_some() || now >= self.deadline => Step::Done,
            None => Step::Wait(self.deadline),
        }
    }
}
