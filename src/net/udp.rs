//! [`UdpEndpoint`]: one UDP socket of one host address, shared by all probes.
//!
//! Sharing is what makes mappings comparable: a NAT with endpoint-independent mapping shows the same outside address
//! to every server only for one inside socket. Each probe attaches an [`Inbox`]. What arrives goes to the inbox that
//! sent the STUN transaction, else to every inbox that has sent to that address, else it is dropped and counted.
//! On Linux ICMP errors take the same way, by the datagram that they quote.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::net::clock::Clock;
#[cfg(target_os = "linux")]
use crate::net::routes::Delivery;
use crate::net::routes::Routes;
use crate::net::{NetError, reason};
use crate::probe::PathError;
use crate::proto::stun::{Message, TransactionId};
use crate::time::At;

/// Datagrams that an inbox holds before it drops new ones: far more than a probe ever has under way.
const INBOX_CAPACITY: usize = 256;

/// One UDP socket. Clones share it; it is closed when the last clone and the last inbox are gone.
#[derive(Clone)]
pub struct UdpEndpoint {
    inner: Rc<Inner>,
}

/// One probe's share of a [`UdpEndpoint`].
pub struct Inbox {
    inner: Rc<Inner>,
    key: u64,
    queue: mpsc::Receiver<Arrival>,
}

/// Something that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When the socket gave it.
    pub at: At,
    /// A message and who sent it, or an error of the path.
    pub event: Result<(SocketAddr, Vec<u8>), PathError>,
}

/// What happened to datagrams that reached no probe, or never left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UdpCounters {
    /// Received, but no inbox had to do with their sender.
    pub unmatched: u64,
    /// Received, but the inbox was full.
    pub overflowed: u64,
    /// ICMP errors that fit no inbox.
    pub unmatched_errors: u64,
    /// Not sent, because the socket's send buffer was full: lost like on a congested path.
    pub send_buffer_full: u64,
}

impl UdpEndpoint {
    /// Binds a port of the system's choice on `ip`. Must be called inside a `LocalSet`.
    pub fn bind(ip: IpAddr, clock: Clock) -> Result<UdpEndpoint, NetError> {
        let address = SocketAddr::new(ip, 0);
        let fail = |operation, error: io::Error| NetError::new(operation, Some(address), &error);
        let domain = Domain::for_address(address);
        let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP)).map_err(|e| fail("socket", e))?;
        if ip.is_ipv6() {
            socket.set_only_v6(true).map_err(|e| fail("socket", e))?;
        }
        #[cfg(target_os = "linux")]
        crate::net::errqueue::enable(&socket, ip.is_ipv6()).map_err(|e| fail("socket", e))?;
        socket.set_nonblocking(true).map_err(|e| fail("socket", e))?;
        socket.bind(&address.into()).map_err(|e| fail("bind", e))?;
        let socket = UdpSocket::from_std(socket.into()).map_err(|e| fail("socket", e))?;
        let local = socket.local_addr().map_err(|e| fail("local address", e))?;
        let shared = Rc::new(Shared {
            socket,
            local,
            clock,
            routes: RefCell::new(Routes::default()),
            counters: Cell::new(UdpCounters::default()),
        });
        let task = tokio::task::spawn_local(receive(Rc::clone(&shared)));
        Ok(UdpEndpoint {
            inner: Rc::new(Inner { shared, task }),
        })
    }

    /// The socket's own address.
    pub fn local(&self) -> SocketAddr {
        self.inner.shared.local
    }

    /// A new inbox.
    pub fn attach(&self) -> Inbox {
        let (sender, queue) = mpsc::channel(INBOX_CAPACITY);
        let key = self.inner.shared.routes.borrow_mut().add(sender);
        Inbox {
            inner: Rc::clone(&self.inner),
            key,
            queue,
        }
    }

    /// What reached no probe so far.
    pub fn counters(&self) -> UdpCounters {
        self.inner.shared.counters.get()
    }
}

impl Inbox {
    /// The socket's own address.
    pub fn local(&self) -> SocketAddr {
        self.inner.shared.local
    }

    /// Sends one datagram, without waiting. From now on answers to its STUN transaction, and anything else from `to`,
    /// come to this inbox.
    pub fn send(&self, to: SocketAddr, bytes: &[u8]) -> Result<(), PathError> {
        let shared = &self.inner.shared;
        shared.routes.borrow_mut().sent(self.key, to, transaction_id(bytes));
        shared.send(to, bytes)
    }

    /// The next arrival. Safe to cancel.
    pub async fn receive(&mut self) -> Arrival {
        match self.queue.recv().await {
            Some(arrival) => arrival,
            // The sender lives in the routes until this inbox is dropped.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.inner.shared.routes.borrow_mut().remove(self.key);
    }
}

struct Inner {
    shared: Rc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Shared {
    socket: UdpSocket,
    local: SocketAddr,
    clock: Clock,
    routes: RefCell<Routes>,
    counters: Cell<UdpCounters>,
}

impl Shared {
    fn send(&self, to: SocketAddr, bytes: &[u8]) -> Result<(), PathError> {
        // A send reports errors that earlier datagrams met, perhaps those of other probes. Such an error is gone once
        // reported, so only an error that stays is the datagram's own.
        const ATTEMPTS: usize = 4;
        let mut last = None;
        for _ in 0..ATTEMPTS {
            match SockRef::from(&self.socket).send_to(bytes, &to.into()) {
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.count(|counters| counters.send_buffer_full += 1);
                    return Ok(());
                }
                Err(error) => last = Some(error),
            }
            self.take_errors();
        }
        let message = last.map_or_else(String::new, |error| reason(&error));
        Err(PathError::Io {
            operation: "send",
            message,
        })
    }

    fn count(&self, change: impl FnOnce(&mut UdpCounters)) {
        let mut counters = self.counters.get();
        change(&mut counters);
        self.counters.set(counters);
    }

    fn deliver(&self, from: SocketAddr, bytes: &[u8]) {
        let event = || Arrival {
            at: self.clock.now(),
            event: Ok((from, bytes.to_vec())),
        };
        let delivery = self
            .routes
            .borrow()
            .deliver(from, transaction_id(bytes).as_ref(), event);
        self.count(|counters| {
            counters.unmatched += u64::from(delivery.reached == 0 && delivery.overflowed == 0);
            counters.overflowed += delivery.overflowed;
        });
    }

    /// Empties the error queue into the inboxes.
    #[cfg(target_os = "linux")]
    fn take_errors(&self) {
        while let Ok(queued) = crate::net::errqueue::next(&self.socket) {
            let event = || Arrival {
                at: self.clock.now(),
                event: Err(queued.error.clone()),
            };
            let id = transaction_id(&queued.quoted);
            let routes = self.routes.borrow();
            let delivery = match (queued.destination, id) {
                (Some(destination), id) => routes.deliver(destination, id.as_ref(), event),
                (None, Some(id)) => routes.deliver_by_id(&id, event),
                (None, None) => Delivery::default(),
            };
            drop(routes);
            self.count(|counters| {
                counters.unmatched_errors += u64::from(delivery.reached == 0 && delivery.overflowed == 0);
                counters.overflowed += delivery.overflowed;
            });
        }
    }

    /// Forgets a pending error: here nothing tells for which datagram it was.
    #[cfg(not(target_os = "linux"))]
    fn take_errors(&self) {
        let _ = self.socket.take_error();
    }
}

/// The receiving side of one socket; runs until aborted.
async fn receive(shared: Rc<Shared>) {
    const BACK_OFF: Duration = Duration::from_millis(10);
    let mut buffer = vec![0_u8; 65_536];
    let interest = if cfg!(target_os = "linux") {
        Interest::READABLE | Interest::ERROR
    } else {
        Interest::READABLE
    };
    loop {
        let Ok(ready) = shared.socket.ready(interest).await else {
            tokio::time::sleep(BACK_OFF).await;
            continue;
        };
        if ready.is_error() {
            // Empty the queue first and say that it was empty: an error that comes in between raises a new event.
            let drained: io::Result<()> = shared.socket.try_io(Interest::ERROR, || {
                shared.take_errors();
                Err(io::ErrorKind::WouldBlock.into())
            });
            drop(drained);
        }
        let mut failures = 0;
        loop {
            match shared.socket.try_recv_from(&mut buffer) {
                Ok((length, from)) => shared.deliver(from, &buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // A pending error shows here too; its details are in the error queue.
                Err(_) => {
                    shared.take_errors();
                    failures += 1;
                    if failures > 64 {
                        tokio::time::sleep(BACK_OFF).await;
                        break;
                    }
                }
            }
        }
    }
}

fn transaction_id(bytes: &[u8]) -> Option<TransactionId> {
    Message::decode(bytes).ok().map(|message| message.transaction_id())
}
