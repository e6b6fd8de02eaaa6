//! Runs probes over real channels: polls the machine, moves the bytes, tells the time.
//!
//! Any number of [`run`]s go on at once on one thread, over shared sockets or streams of their own.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;

use tokio::sync::Notify;

use crate::datagram::{Datagram, Observer, Transport};
use crate::net::clock::Clock;
use crate::net::stream::MessageStream;
use crate::net::udp::{Arrival, Inbox};
use crate::probe::{Input, PathError, Probe, Step};
use crate::proto::stun::Message;
use crate::time::At;

/// What a probe talks over. Borrowed, so that one probe can follow another over the same channel.
pub enum Channel<'a> {
    /// A share of a UDP socket.
    Udp(&'a mut Inbox),
    /// A TCP or TLS connection.
    Stream(&'a mut MessageStream),
}

impl Channel<'_> {
    /// What carries the messages.
    pub fn transport(&self) -> Transport {
        match self {
            Channel::Udp(_) => Transport::Udp,
            Channel::Stream(stream) => stream.transport(),
        }
    }

    /// Our address.
    pub fn local(&self) -> SocketAddr {
        match self {
            Channel::Udp(inbox) => inbox.local(),
            Channel::Stream(stream) => stream.local(),
        }
    }

    fn send(&mut self, to: SocketAddr, bytes: &[u8]) -> Result<(), PathError> {
        match self {
            Channel::Udp(inbox) => inbox.send(to, bytes),
            // A stream has one other end, whatever the probe calls it.
            Channel::Stream(stream) => stream.send(bytes),
        }
    }

    async fn receive(&mut self) -> Arrival {
        match self {
            Channel::Udp(inbox) => inbox.receive().await,
            Channel::Stream(stream) => stream.receive().await,
        }
    }
}

/// The user's wish to stop, seen by every probe under way. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    shared: Rc<CancelState>,
}

#[derive(Debug, Default)]
struct CancelState {
    wanted: Cell<bool>,
    notify: Notify,
}

impl Cancel {
    /// Nobody wants to stop yet.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Asks every probe to stop, now and from now on.
    pub fn cancel(&self) {
        self.shared.wanted.set(true);
        self.shared.notify.notify_waiters();
    }

    /// Whether the user wants to stop.
    pub fn is_cancelled(&self) -> bool {
        self.shared.wanted.get()
    }

    /// Waits until the user wants to stop.
    pub async fn cancelled(&self) {
        let notified = self.shared.notify.notified();
        // One thread: nothing can happen between the question and the first poll of `notified`.
        if !self.is_cancelled() {
            notified.await;
        }
    }
}

/// Runs `probe` over `channel` until it is done. `observer` sees every message that passes, with the time at which it
/// was sent or arrived. After a cancel the probe is told once and keeps running: it bounds its own farewell.
pub async fn run(
    probe: &mut dyn Probe,
    mut channel: Channel<'_>,
    clock: &Clock,
    cancel: &Cancel,
    observer: &RefCell<dyn Observer>,
) {
    /// Sends in a row after which the other tasks get a turn.
    const BURST: u32 = 32;
    let mut told = false;
    let mut burst = 0;
    loop {
        match probe.poll(clock.now()) {
            Step::Done => return,
            Step::Send(transmit) => {
                let at = clock.now();
                let sent = channel.send(transmit.to, &transmit.bytes);
                match sent {
                    Ok(()) => observe(observer, &channel, at, channel.local(), transmit.to, &transmit.bytes),
                    Err(error) => probe.handle(clock.now(), Input::Failed(error)),
                }
                burst += 1;
                if burst % BURST == 0 {
                    tokio::task::yield_now().await;
                }
            }
            Step::Wait(until) => {
                burst = 0;
                tokio::select! {
                    // What has arrived counts before the time that has come.
                    biased;
                    arrival = channel.receive() => match arrival.event {
                        Ok((from, bytes)) => {
                            observe(observer, &channel, arrival.at, from, channel.local(), &bytes);
                            probe.handle(arrival.at, Input::Received { from, bytes: &bytes });
                        }
                        Err(error) => probe.handle(arrival.at, Input::Failed(error)),
                    },
                    () = cancel.cancelled(), if !told => {
                        told = true;
                        probe.handle(clock.now(), Input::Cancel);
                    }
                    () = clock.sleep_until(until) => {}
                }
            }
        }
    }
}

fn observe(
    observer: &RefCell<dyn Observer>,
    channel: &Channel<'_>,
    at: At,
    src: SocketAddr,
    dst: SocketAddr,
    bytes: &[u8],
) {
    if tracing::enabled!(tracing::Level::TRACE) {
        let what = match Message::decode(bytes) {
            Ok(message) => {
                let (method, class) = (message.method(), message.class());
                let attributes: Vec<String> = message
                    .attributes()
                    .map(|attribute| attribute.attribute_type.to_string())
                    .collect();
                format!(
                    "{method} {class} {} [{}]",
                    message.transaction_id(),
                    attributes.join(", ")
                )
            }
            Err(error) => error.to_string(),
        };
        tracing::trace!(
            "{src} -> {dst} over {}, {} octets: {what}",
            channel.transport(),
            bytes.len()
        );
    }
    observer.borrow_mut().observe(&Datagram {
        frame: 0,
        at,
        transport: channel.transport(),
        src,
        dst,
        bytes,
    });
}
