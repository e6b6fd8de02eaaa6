//! [`Network`]: where everything is, what is on its way, and the driver that runs probes on it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rtcdiag::datagram::Transport;
use rtcdiag::probe::{Input, PathError, Probe, Step};
use rtcdiag::proto::stun::{Message, TransactionId};
use rtcdiag::time::At;

use super::link::Link;
use super::nat::Nat;
use super::random::Random;
use super::service::{Reaction, Service};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostId(usize);
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NatId(usize);
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketId(usize);

struct Host {
    ip: IpAddr,
    behind: Option<NatId>,
    link: Link,
    /// Answers with ICMP port unreachable where nobody listens.
    icmp: bool,
}

struct Socket {
    address: SocketAddr,
    host: HostId,
    transport: Transport,
}

#[derive(Clone, Debug)]
enum Payload {
    Bytes(Vec<u8>),
    Broken {
        error: PathError,
        quoted: Option<TransactionId>,
    },
}

#[derive(Clone, Debug)]
struct Packet {
    src: SocketAddr,
    dst: SocketAddr,
    payload: Payload,
    stream: bool,
}

#[derive(Clone, Debug)]
enum Event {
    /// A packet has crossed its sender's link into this realm.
    Route(Option<NatId>, Packet),
    /// A packet has crossed the link of the host it is for.
    Deliver(HostId, Packet),
    /// A service's delayed answer leaves.
    Leave(HostId, Packet),
}

/// What happened to a datagram at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Sent,
    Lost,
    /// No mapping, or filtered.
    Filtered,
    NoRoute,
    Delivered,
    Closed,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    pub at: At,
    pub fate: Fate,
    pub src: SocketAddr,
    pub dst: SocketAddr,
    pub bytes: Vec<u8>,
}

/// A probe to be run on a socket.
pub struct Task<'p> {
    probe: &'p mut dyn Probe,
    socket: SocketId,
    start: At,
    cancel: Option<At>,
    wait: At,
    done: Option<At>,
    asked: BTreeSet<SocketAddr>,
    used: BTreeSet<TransactionId>,
}

impl<'p> Task<'p> {
    pub fn new(probe: &'p mut dyn Probe, socket: SocketId) -> Task<'p> {
        let (asked, used) = Default::default();
        Task {
            probe,
            socket,
            start: At::START,
            cancel: None,
            wait: At::START,
            done: None,
            asked,
            used,
        }
    }

    pub fn starting(self, at: At) -> Task<'p> {
        Task {
            start: at,
            wait: at,
            ..self
        }
    }

    pub fn cancelled(self, at: At) -> Task<'p> {
        Task {
            cancel: Some(at),
            ..self
        }
    }

    /// When the probe said that it is done.
    pub fn done(&self) -> At {
        self.done.expect("the probe ran")
    }

    fn is_running(&self, now: At) -> bool {
        self.done.is_none() && self.start <= now
    }

    /// The next time this task wants attention for its own reasons.
    fn due(&self) -> Option<At> {
        let cancel = self.cancel.unwrap_or(self.wait).max(self.start);
        self.done.is_none().then(|| self.wait.min(cancel))
    }
}

/// The network.
pub struct Network {
    now: At,
    random: Random,
    hosts: Vec<Host>,
    nats: Vec<(Nat, Option<NatId>)>,
    sockets: Vec<Socket>,
    services: Vec<(HostId, Box<dyn Service>)>,
    listening: BTreeMap<SocketAddr, usize>,
    queue: BinaryHeap<Reverse<(At, u64)>>,
    events: BTreeMap<u64, Event>,
    count: u64,
    pub log: Vec<Sighting>,
}

impl Network {
    /// No run may take longer: a probe that does hangs.
    const LIMIT: At = At::from_millis(3_600_000);

    pub fn new(seed: u64) -> Network {
        Network {
            now: At::START,
            random: Random::new(seed),
            hosts: Vec::new(),
            nats: Vec::new(),
            sockets: Vec::new(),
            services: Vec::new(),
            listening: BTreeMap::new(),
            queue: BinaryHeap::new(),
            events: BTreeMap::new(),
            count: 0,
            log: Vec::new(),
        }
    }

    pub fn now(&self) -> At {
        self.now
    }

    /// A host of the public network.
    pub fn host(&mut self, ip: IpAddr, link: Link) -> HostId {
        self.hosts.push(Host {
            ip,
            behind: None,
            link,
            icmp: true,
        });
        HostId(self.hosts.len() - 1)
    }

    /// A NAT with its outside in the public network.
    pub fn nat(&mut self, nat: Nat) -> NatId {
        self.nats.push((nat, None));
        NatId(self.nats.len() - 1)
    }

    /// A NAT with its outside inside another one, as with carriers.
    pub fn nat_behind(&mut self, outer: NatId, nat: Nat) -> NatId {
        self.nats.push((nat, Some(outer)));
        NatId(self.nats.len() - 1)
    }

    pub fn host_behind(&mut self, nat: NatId, ip: IpAddr, link: Link) -> HostId {
        self.hosts.push(Host {
            ip,
            behind: Some(nat),
            link,
            icmp: true,
        });
        HostId(self.hosts.len() - 1)
    }

    /// A host that drops what nobody listens for, as firewalls do.
    pub fn stealth(&mut self, host: HostId) {
        self.hosts[host.0].icmp = false;
    }

    pub fn socket(&mut self, host: HostId, port: u16, transport: Transport) -> SocketId {
        let address = SocketAddr::new(self.hosts[host.0].ip, port);
        self.sockets.push(Socket {
            address,
            host,
            transport,
        });
        SocketId(self.sockets.len() - 1)
    }

    /// A service at one or more addresses. The first address says on which host's link its answers leave.
    pub fn service(&mut self, addresses: &[SocketAddr], service: impl Service + 'static) {
        let host = self
            .hosts
            .iter()
            .position(|host| host.ip == addresses[0].ip())
            .expect("a host of that address");
        self.services.push((HostId(host), Box::new(service)));
        self.listening
            .extend(addresses.iter().map(|address| (*address, self.services.len() - 1)));
    }

    /// Sends a datagram from a socket, beside all probes.
    pub fn send(&mut self, socket: SocketId, to: SocketAddr, bytes: Vec<u8>) {
        let Socket {
            address,
            host,
            transport,
        } = &self.sockets[socket.0];
        let (host, stream) = (*host, transport.is_reliable());
        let packet = Packet {
            src: *address,
            dst: to,
            payload: Payload::Bytes(bytes),
            stream,
        };
        self.leave(host, packet);
    }

    /// Runs probes until all are done.
    pub fn run(&mut self, tasks: &mut [Task<'_>]) {
        loop {
            self.poll(tasks);
            let due = tasks.iter().filter_map(Task::due).min();
            let Some(due) = due else { return };
            match self.queue.peek() {
                Some(Reverse((at, _))) if *at <= due => {
                    self.now = *at;
                    self.step(tasks);
                }
                _ => {
                    assert!(due >= self.now && due <= Network::LIMIT, "a probe hangs");
                    self.now = due;
                }
            }
        }
    }

    /// Lets all that is on its way arrive.
    pub fn drain(&mut self) {
        while let Some(Reverse((at, _))) = self.queue.peek() {
            self.now = *at;
            self.step(&mut []);
        }
    }

    /// Lets time pass.
    pub fn wait(&mut self, duration: Duration) {
        self.drain();
        self.now += duration;
    }

    /// Polls every task that is due, and tells those to be cancelled.
    fn poll(&mut self, tasks: &mut [Task<'_>]) {
        let now = self.now;
        for task in tasks.iter_mut().filter(|task| task.is_running(now)) {
            if task.cancel.is_some_and(|at| at <= now) {
                task.cancel = None;
                task.probe.handle(now, Input::Cancel);
            } else if task.wait > now {
                continue;
            }
            self.drive(task);
        }
    }

    fn drive(&mut self, task: &mut Task<'_>) {
        for _ in 0..1000 {
            match task.probe.poll(self.now) {
                Step::Send(transmit) => {
                    task.asked.insert(transmit.to);
                    if let Ok(message) = Message::decode(&transmit.bytes) {
                        task.used.insert(message.transaction_id());
                    }
                    self.send(task.socket, transmit.to, transmit.bytes);
                }
                Step::Wait(at) => {
                    assert!(at > self.now, "a wait for {at} at {}", self.now);
                    task.wait = at;
                    return;
                }
                Step::Done => {
                    task.done = Some(self.now);
                    return;
                }
            }
        }
        panic!("a probe sends without end");
    }

    fn schedule(&mut self, after: Duration, event: Event) {
        self.count += 1;
        self.queue.push(Reverse((self.now + after, self.count)));
        self.events.insert(self.count, event);
    }

    fn see(&mut self, fate: Fate, packet: &Packet) {
        let Packet { src, dst, .. } = *packet;
        if let Payload::Bytes(bytes) = &packet.payload {
            self.log.push(Sighting {
                at: self.now,
                fate,
                src,
                dst,
                bytes: bytes.clone(),
            });
        }
    }

    /// A packet enters its sender's link.
    fn leave(&mut self, host: HostId, packet: Packet) {
        self.see(Fate::Sent, &packet);
        let Host { link, behind, .. } = self.hosts[host.0];
        let copies = link.cross(packet.stream, &mut self.random);
        if copies.is_empty() {
            self.see(Fate::Lost, &packet);
        }
        for after in copies {
            self.schedule(after, Event::Route(behind, packet.clone()));
        }
    }

    /// The next event happens.
    fn step(&mut self, tasks: &mut [Task<'_>]) {
        let Some(Reverse((_, count))) = self.queue.pop() else {
            return;
        };
        match self.events.remove(&count).expect("the event of the queue") {
            Event::Route(realm, packet) => self.route(realm, packet),
            Event::Deliver(host, packet) => self.deliver(host, packet, tasks),
            Event::Leave(host, packet) => self.leave(host, packet),
        }
    }

    /// Finds the way of a packet within a realm, into NATs and out of them.
    fn route(&mut self, realm: Option<NatId>, mut packet: Packet) {
        let now = self.now;
        let inner = self
            .nats
            .iter()
            .position(|(nat, outer)| *outer == realm && nat.external == packet.dst.ip());
        if let Some(inner) = inner {
            return match self.nats[inner].0.inbound(now, packet.src, packet.dst) {
                Some(inside) => {
                    packet.dst = inside;
                    self.route(Some(NatId(inner)), packet);
                }
                None => self.see(Fate::Filtered, &packet),
            };
        }
        let here = self
            .hosts
            .iter()
            .position(|host| host.behind == realm && host.ip == packet.dst.ip());
        if let Some(host) = here {
            let copies = self.hosts[host].link.cross(packet.stream, &mut self.random);
            if copies.is_empty() {
                self.see(Fate::Lost, &packet);
            }
            for after in copies {
                self.schedule(after, Event::Deliver(HostId(host), packet.clone()));
            }
            return;
        }
        let Some(NatId(index)) = realm else {
            return self.see(Fate::NoRoute, &packet);
        };
        let (nat, outer) = &mut self.nats[index];
        let outer = *outer;
        let hairpin = nat.external == packet.dst.ip();
        if hairpin && !nat.hairpinning {
            return self.see(Fate::Filtered, &packet);
        }
        packet.src = nat.outbound(now, packet.src, packet.dst, &mut self.random);
        if !hairpin {
            return self.route(outer, packet);
        }
        match nat.inbound(now, packet.src, packet.dst) {
            Some(inside) => {
                packet.dst = inside;
                self.route(realm, packet);
            }
            None => self.see(Fate::Filtered, &packet),
        }
    }

    fn deliver(&mut self, host: HostId, packet: Packet, tasks: &mut [Task<'_>]) {
        if let Some(index) = self.sockets.iter().position(|socket| socket.address == packet.dst) {
            self.see(Fate::Delivered, &packet);
            return self.tell(SocketId(index), packet, tasks);
        }
        let Packet {
            src,
            dst,
            payload: Payload::Bytes(bytes),
            stream,
        } = &packet
        else {
            return;
        };
        if let Some(&index) = self.listening.get(dst) {
            self.see(Fate::Delivered, &packet);
            let (at, service) = &mut self.services[index];
            let (at, reactions) = (*at, service.receive(self.now, *dst, *src, bytes));
            for reaction in reactions {
                let stream = *stream;
                match reaction {
                    Reaction::Send { from, to, bytes, after } => {
                        let packet = Packet {
                            src: from,
                            dst: to,
                            payload: Payload::Bytes(bytes),
                            stream,
                        };
                        if after.is_zero() {
                            self.leave(at, packet);
                        } else {
                            self.schedule(after, Event::Leave(at, packet));
                        }
                    }
                    Reaction::Break { from, to, error } => {
                        self.break_path(at, from, to, error, bytes, stream);
                    }
                }
            }
            return;
        }
        self.see(Fate::Closed, &packet);
        if *stream {
            self.break_path(host, *dst, *src, PathError::Reset, bytes, true);
        } else if self.hosts[host.0].icmp {
            let v6 = dst.is_ipv6();
            let (kind, code) = if v6 { (1, 4) } else { (3, 3) };
            let error = PathError::Icmp {
                v6,
                kind,
                code,
                from: Some(dst.ip()),
            };
            self.break_path(host, *dst, *src, error, bytes, false);
        }
    }

    /// Sends a failure of the path back to where `bytes` came from.
    fn break_path(
        &mut self,
        host: HostId,
        from: SocketAddr,
        to: SocketAddr,
        error: PathError,
        bytes: &[u8],
        stream: bool,
    ) {
        let quoted = Message::decode(bytes).ok().map(|message| message.transaction_id());
        self.leave(
            host,
            Packet {
                src: from,
                dst: to,
                payload: Payload::Broken { error, quoted },
                stream,
            },
        );
    }

    /// Gives a packet to the probes of a socket: by transaction id, else to all that have asked its sender.
    fn tell(&mut self, socket: SocketId, packet: Packet, tasks: &mut [Task<'_>]) {
        let id = match &packet.payload {
            Payload::Bytes(bytes) => Message::decode(bytes).ok().map(|message| message.transaction_id()),
            Payload::Broken { quoted, .. } => *quoted,
        };
        let now = self.now;
        let mut there: Vec<_> = tasks
            .iter_mut()
            .filter(|task| task.socket == socket && task.is_running(now))
            .collect();
        let by_id = there
            .iter()
            .position(|task| id.is_some_and(|id| task.used.contains(&id)));
        let chosen: Vec<usize> = match by_id {
            Some(index) => vec![index],
            None => (0..there.len())
                .filter(|&index| there[index].asked.contains(&packet.src))
                .collect(),
        };
        for index in chosen {
            let task = &mut there[index];
            match &packet.payload {
                Payload::Bytes(bytes) => task.probe.handle(
                    now,
                    Input::Received {
                        from: packet.src,
                        bytes,
                    },
                ),
                Payload::Broken { error, .. } => task.probe.handle(now, Input::Failed(error.clone())),
            }
            self.drive(task);
        }
    }
}
