//! [`Tracker`]: follows TURN requests and their answers, allocation by allocation.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use super::answers::{ask_permission, granted, is_authenticated, peer_of, peers, push_step, refused, tally};
use super::{Allocation, Channel, Credentials, End, PeerTraffic, Step};
use crate::datagram::{Seen, Transport};
use crate::flow::heard::Heard;
use crate::flow::table::Table;
use crate::flow::{Direction, SessionId};
use crate::proto::stun::{AttributeType, Class, ErrorCode, Method, Value};

/// How many allocations are kept.
const MOST: usize = 8192;
/// How many requests are kept of one allocation; further ones are only counted, unless they fail.
pub(super) const STEPS: usize = 96;
/// How many peers, permissions and channels are kept of one allocation.
pub(super) const PEERS: usize = 4096;
/// How many requests may wait for their answers with the peers that they name.
const WAITING: usize = 4096;

/// The lifetime of an allocation whose answer was not captured (RFC 8656 §2.2).
const DEFAULT_LIFETIME: u32 = 600;

/// Allocations, and which of them a session has now.
#[derive(Debug, Default)]
pub(in crate::flow) struct Tracker {
    pub list: Vec<Allocation>,
    current: HashMap<SessionId, u32>,
    /// The peers that a request names, by the number of its exchange.
    waiting: HashMap<u64, Vec<IpAddr>>,
    /// Where a peer's traffic stands, by the relayed flow.
    peers: HashMap<SessionId, (u32, u32)>,
    pub left_out: u64,
}

/// Which request of which allocation.
#[derive(Clone, Copy, Debug)]
pub(in crate::flow) struct Asked {
    pub allocation: u32,
    /// [`u32::MAX`] for one that is only counted.
    step: u32,
}

impl Tracker {
    /// The allocation that this session has now.
    pub fn of(&self, session: SessionId) -> Option<&Allocation> {
        self.current.get(&session).map(|&at| &self.list[at as usize])
    }

    /// A request, first sent.
    pub fn request(&mut self, heard: &Heard<'_>, exchange: u64) -> Option<Asked> {
        let message = &heard.message;
        let method = message.method();
        let at = self.allocation(heard, heard.direction, method == Method::ALLOCATE)?;
        let allocation = &mut self.list[at as usize];
        let authenticated = is_authenticated(message);
        if authenticated {
            if let (Some(name), true) = (message.username(), allocation.username.is_none()) {
                allocation.username = Some(name.to_owned());
            }
            if let (Some(realm), true) = (message.realm(), allocation.realm.is_none()) {
                allocation.realm = Some(realm.to_owned());
            }
            if allocation.credentials == Credentials::NotSent {
                allocation.credentials = Credentials::Unanswered;
            }
        }
        if let Some(Value::RequestedTransport(protocol)) = message.get(AttributeType::REQUESTED_TRANSPORT) {
            allocation.requested_transport = Some(protocol);
        }
        let channel = match message.get(AttributeType::CHANNEL_NUMBER) {
            Some(Value::ChannelNumber(channel)) => Some(channel),
            _ => None,
        };
        let step = Step {
            method,
            asked: heard.seen,
            transmissions: 1,
            authenticated,
            answered: None,
            error: None,
            reason: None,
            lifetime_asked: message.lifetime(),
            lifetime: None,
            peer: message.xor_peer_address(),
            channel,
        };
        if matches!(method, Method::CREATE_PERMISSION | Method::CHANNEL_BIND) {
            let peers = peers(message);
            for &ip in &peers {
                ask_permission(allocation, ip, heard.seen);
            }
            if self.waiting.len() >= WAITING {
                self.waiting.clear();
            }
            self.waiting.insert(exchange, peers);
        }
        if method == Method::REFRESH && step.lifetime_asked == Some(0) {
            allocation.end = End::Released(heard.seen);
        }
        tally(allocation, method).requests += 1;
        let kept = push_step(allocation, step);
        Some(Asked {
            allocation: at,
            step: kept,
        })
    }

    /// A request that was sent before.
    pub fn again(&mut self, asked: Asked, heard: &Heard<'_>) {
        let allocation = &mut self.list[asked.allocation as usize];
        tally(allocation, heard.message.method()).retransmissions += 1;
        if let Some(step) = allocation.steps.get_mut(asked.step as usize) {
            step.transmissions += 1;
        }
    }

    /// The first answer to a request.
    pub fn answer(&mut self, asked: Asked, exchange: u64, heard: &Heard<'_>, table: &mut Table) {
        let message = &heard.message;
        let method = message.method();
        let allocation = &mut self.list[asked.allocation as usize];
        let named = self.waiting.remove(&exchange).unwrap_or_default();
        if allocation.software.is_none() {
            allocation.software = message.software().map(str::to_owned);
        }
        let error = (message.class() == Class::Error).then(|| message.error_code().unwrap_or((ErrorCode(0), "")));
        let mut step = match allocation.steps.get(asked.step as usize) {
            Some(step) => step.clone(),
            None => Step {
                method,
                asked: heard.seen,
                transmissions: 1,
                authenticated: true,
                answered: None,
                error: None,
                reason: None,
                lifetime_asked: None,
                lifetime: None,
                peer: None,
                channel: None,
            },
        };
        step.answered = Some(heard.seen);
        step.lifetime = message.lifetime();
        if let Some((code, reason)) = error {
            step.error = Some(code);
            step.reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
            tally(allocation, method).errors += 1;
            refused(allocation, &step, &named, message, heard.seen);
        } else {
            tally(allocation, method).successes += 1;
            granted(allocation, &step, &named, message, heard.seen, table);
        }
        if let Some(kept) = allocation.steps.get_mut(asked.step as usize) {
            *kept = step;
        } else if step.error.is_some() && allocation.steps.len() < 2 * STEPS {
            allocation.steps.push(step);
        }
    }

    /// The relayed flow of a Send or Data indication, or of a Send request of the drafts: who is its peer, and which way
    /// the data goes.
    pub fn data(&mut self, heard: &Heard<'_>, table: &mut Table) -> Option<(SessionId, Direction)> {
        let from_client = heard.message.method() == Method::SEND;
        let client_sends = if from_client {
            heard.direction
        } else {
            heard.direction.reverse()
        };
        let at = self.allocation(heard, client_sends, false)?;
        let peer = peer_of(&heard.message)?;
        let allocation = &self.list[at as usize];
        let relayed = allocation.relayed_for(peer.ip());
        let session = table.peer(heard.session, allocation.client, relayed, peer)?;
        let direction = if from_client {
            Direction::Forward
        } else {
            Direction::Backward
        };
        let index = self.peer_index(at, session, Some(peer))?;
        let allocation = &mut self.list[at as usize];
        let may = allocation.permissions.iter().any(|one| one.ip == peer.ip());
        // An allocation that began before the capture may have permissions that nobody saw.
        if from_client && !may && allocation.created.is_some() && !heard.message.is_classic() {
            allocation.peers[index].sent_without_permission += 1;
        }
        Some((session, direction))
    }

    /// The relayed flow of a ChannelData message that passed in `outer`.
    pub fn channel_data(
        &mut self,
        place: &ChannelPlace,
        number: u16,
        table: &mut Table,
    ) -> Option<(SessionId, Direction)> {
        let at = match self.current.get(&place.outer) {
            Some(&at) => at,
            None => self.begin(place.outer, place.client(), place.server(), place.transport)?,
        };
        let allocation = &mut self.list[at as usize];
        let (client, server) = (allocation.client, allocation.server);
        let known = allocation.channels.iter().find(|one| one.number == number);
        let peer = known.and_then(|channel| channel.peer);
        if known.is_none() && allocation.channels.len() < PEERS {
            allocation.channels.push(Channel {
                number,
                peer: None,
                bound: None,
                refreshed: None,
                refused: None,
            });
        }
        let relayed = match peer {
            Some(peer) => allocation.relayed_for(peer.ip()),
            None => allocation.relayed.first().copied(),
        };
        let session = table.channel(place.outer, number, client, server, relayed)?;
        let direction = if place.src == client {
            Direction::Forward
        } else {
            Direction::Backward
        };
        self.peer_index(at, session, peer)?;
        Some((session, direction))
    }

    /// Data of this many octets passed in a relayed flow.
    pub fn count(&mut self, session: SessionId, direction: Direction, bytes: usize) {
        let Some(&(at, _)) = self.peers.get(&session) else {
            return;
        };
        let allocation = &mut self.list[at as usize];
        let (packets, octets) = match direction {
            Direction::Forward => &mut allocation.to_peers,
            Direction::Backward => &mut allocation.from_peers,
        };
        *packets += 1;
        *octets += bytes as u64;
    }

    /// The capture is over: which allocations ended, and how.
    pub fn finish(&mut self, table: &Table, end: Seen) {
        for allocation in &mut self.list {
            for peer in &mut allocation.peers {
                let session = table.get(peer.session);
                peer.peer = Some(session.b).filter(|_| session.inside.is_some_and(|relay| relay.peer_known));
            }
            if allocation.end != End::Open {
                continue;
            }
            let asked = allocation.allocates.requests > 0;
            let tcp = table.get(allocation.session).tcp.as_deref();
            let closed = tcp.and_then(|tcp| tcp.fin[0].or(tcp.fin[1]).or(tcp.reset.map(|(seen, _)| seen)));
            let lifetime = allocation.lifetime.unwrap_or(DEFAULT_LIFETIME);
            let granted = allocation.refreshed.or(allocation.created);
            let expiry = granted.map(|seen| seen.at + std::time::Duration::from_secs(lifetime.into()));
            allocation.end = if asked && allocation.created.is_none() && allocation.allocates.errors > 0 {
                End::Refused
            } else if asked && allocation.created.is_none() && allocation.refreshes.successes == 0 {
                End::Unanswered
            } else if let Some(seen) = closed {
                End::Closed(seen)
            } else if let Some(at) = expiry.filter(|&at| at < end.at) {
                End::Expired(Seen {
                    frame: granted.map_or(0, |seen| seen.frame),
                    at,
                })
            } else {
                End::Open
            };
        }
    }

    /// The allocation of the session of a message; begun if there is none, or if the last one is over and another is
    /// asked for.
    fn allocation(&mut self, heard: &Heard<'_>, client_sends: Direction, anew: bool) -> Option<u32> {
        if let Some(&at) = self.current.get(&heard.session) {
            let over = matches!(self.list[at as usize].end, End::Released(_));
            if !(over && anew) {
                return Some(at);
            }
        }
        let (client, server) = match heard.direction == client_sends {
            true => heard.logical,
            false => (heard.logical.1, heard.logical.0),
        };
        self.begin(heard.session, client, server, heard.transport)
    }

    fn begin(
        &mut self,
        session: SessionId,
        client: SocketAddr,
        server: SocketAddr,
        transport: Transport,
    ) -> Option<u32> {
        if self.list.len() >= MOST {
            self.left_out += 1;
            return None;
        }
        let at = self.list.len() as u32;
        self.current.insert(session, at);
        self.list.push(Allocation::new(session, client, server, transport));
        Some(at)
    }

    fn peer_index(&mut self, at: u32, session: SessionId, peer: Option<SocketAddr>) -> Option<usize> {
        if let Some(&(of, index)) = self.peers.get(&session)
            && of == at
        {
            return Some(index as usize);
        }
        let peers = &mut self.list[at as usize].peers;
        if peers.len() >= PEERS {
            return None;
        }
        self.peers.insert(session, (at, peers.len() as u32));
        peers.push(PeerTraffic {
            session,
            peer,
            sent_without_permission: 0,
        });
        Some(peers.len() - 1)
    }
}

/// Where a ChannelData message passed.
#[derive(Clone, Copy, Debug)]
pub(in crate::flow) struct ChannelPlace {
    pub outer: SessionId,
    pub src: SocketAddr,
    pub dst: SocketAddr,
    pub transport: Transport,
}

impl ChannelPlace {
    /// Nothing was seen of how this began: the client is told by the ports of TURN servers, else by who was first seen.
    fn client(&self) -> SocketAddr {
        let is_server = |port| matches!(port, 3478 | 3479 | 5349 | 443 | 80 | 19302..=19309);
        if is_server(self.src.port()) && !is_server(self.dst.port()) {
            self.dst
        } else {
            self.src
        }
    }

    fn server(&self) -> SocketAddr {
        if self.client() == self.src { self.dst } else { self.src }
    }
}
