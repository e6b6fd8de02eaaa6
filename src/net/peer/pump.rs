//! [`Pump`]: an impaired line with its task, which sends what is due. Datagrams and streams of a peer share it, as they share a path.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use webrtc::runtime::{AsyncTcpStream, AsyncUdpSocket};

use super::impair::{Counts, Impairment, Line};
use super::tap::Tap;

/// The line of one peer.
#[derive(Debug)]
pub struct Pump {
    line: Mutex<Line<Late>>,
    news: Notify,
}

/// Octets under way.
#[derive(Clone)]
pub struct Late {
    /// Where they go.
    pub to: Destination,
    /// What goes.
    pub bytes: Arc<[u8]>,
}

/// Where something goes.
#[derive(Clone)]
pub enum Destination {
    /// Out of a socket, to an address.
    Address(Arc<dyn AsyncUdpSocket>, SocketAddr),
    /// Along a stream.
    Stream(Arc<dyn AsyncTcpStream>),
}

impl Late {
    /// Sends it now.
    pub async fn send(&self) -> io::Result<()> {
        match &self.to {
            Destination::Address(socket, address) => socket.send_to(&self.bytes, *address).await.map(drop),
            Destination::Stream(stream) => stream.write_all(&self.bytes).await,
        }
    }
}

impl fmt::Debug for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            Destination::Address(_, address) => write!(f, "{} octets to {address}", self.bytes.len()),
            Destination::Stream(_) => write!(f, "{} octets of a stream", self.bytes.len()),
        }
    }
}

impl Pump {
    /// A pump for a line with this impairment and seed.
    pub fn new(impairment: Impairment, seed: u64) -> Pump {
        Pump {
            line: Mutex::new(Line::new(impairment, seed)),
            news: Notify::new(),
        }
    }

    /// What has become of what was sent so far.
    pub fn counts(&self) -> Counts {
        self.lock().counts()
    }

    /// Sends what is due, for ever.
    pub async fn run(&self, tap: Tap) {
        let clock = tap.clock();
        loop {
            let due = self.lock().next_due();
            let news = self.news.notified();
            match due {
                None => news.await,
                Some(due) if due > clock.now() => {
                    tokio::select! {
                        () = clock.sleep_until(due) => {}
                        () = news => {}
                    }
                }
                Some(_) => {}
            }
            loop {
                let next = self.lock().pop(clock.now());
                let Some(late) = next else { break };
                // A network that refuses is a network that loses.
                let _ = late.send().await;
            }
        }
    }

    /// Puts something on the line.
    pub fn push(&self, tap: &Tap, late: Late) {
        let length = late.bytes.len();
        self.lock().push(tap.clock().now(), length, late);
        self.news.notify_one();
    }

    /// Puts octets of a stream on the line once its queue has room: TCP loses nothing, it makes its writer wait.
    pub async fn write(&self, tap: &Tap, stream: &Arc<dyn AsyncTcpStream>, octets: &[u8]) {
        let clock = tap.clock();
        let late = Late {
            to: Destination::Stream(Arc::clone(stream)),
            bytes: octets.into(),
        };
        loop {
            let now = clock.now();
            let wait = {
                let mut line = self.lock();
                let wait = line.wait(now);
                if wait.is_zero() {
                    // With the lock: nobody else takes the room.
                    line.push(now, octets.len(), late);
                    break;
                }
                wait
            };
            clock.sleep_until(now + wait).await;
        }
        self.news.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Line<Late>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
