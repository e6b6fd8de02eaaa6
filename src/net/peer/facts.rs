//! [`Facts`]: what the datagrams of a call say of its progress. No socket and no clock: it watches, live or in a test.
//!
//! The library tells its states late; the wire does not. ICE is measured from the first check to the nomination, DTLS by its
//! flights, SCTP and the opening of data channels by their chunks.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use super::sctp::SctpFacts;
use super::tap::{Direction, Side, Tapped};
use crate::datagram::Transport;
use crate::proto::demux::{Protocol, classify};
use crate::proto::dtls::{Fragments, Kind, Records};
use crate::proto::stun::{AttributeType, Class, Message, Method, TransactionId, Value};
use crate::proto::tls::{ContentType, HandshakeType};
use crate::proto::turn::ChannelData;
use crate::time::At;

/// What both peers' datagrams say.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    sides: [SideFacts; 2],
}

/// What one peer's datagrams say.
#[derive(Clone, Debug, Default)]
pub struct SideFacts {
    /// Datagrams by protocol: sent, received.
    pub counts: [Counts; 2],
    /// The pairs of addresses that anything passed between, in the order of time.
    pub pairs: Vec<Pair>,
    /// Requests under way: pair, time.
    requests: HashMap<TransactionId, (usize, At)>,
    /// Allocations by the own address and the server's.
    relays: HashMap<(SocketAddr, SocketAddr), Relay>,
    /// Nominations by the user name that they were asked with.
    nominations: Vec<(String, At)>,
    last_pair: usize,
    /// The first connectivity check, sent or received.
    pub first_check: Option<At>,
    /// The first success of a check that nominates.
    pub nominated: Option<At>,
    /// Error responses to checks: code, which way, how many.
    pub check_errors: Vec<(u16, Direction, u64)>,
    /// The handshake, one entry a flight.
    pub flights: Vec<Flight>,
    /// The alerts in clear.
    pub alerts: Vec<Alert>,
    /// The first encrypted record of the handshake each way: Finished.
    pub finished: [Option<At>; 2],
    /// SCTP.
    pub sctp: SctpFacts,
    /// The first packet of media, sent or received.
    pub first_rtp: Option<At>,
}

/// An alert of DTLS in clear; the same one again is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// When it came first.
    pub at: At,
    /// Which way.
    pub direction: Direction,
    /// 1 is a warning, 2 is fatal.
    pub level: u8,
    /// Its number.
    pub description: u8,
    /// How often it came.
    pub count: u64,
}

/// What is known of a TURN allocation, from the requests for it.
#[derive(Clone, Debug, Default)]
struct Relay {
    address: Option<SocketAddr>,
    channels: HashMap<u16, SocketAddr>,
}

/// Datagrams and octets by protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub datagrams: u64,
    /// Their payload.
    pub bytes: u64,
    /// STUN, TURN included.
    pub stun: u64,
    /// TURN ChannelData.
    pub channel_data: u64,
    /// DTLS.
    pub dtls: u64,
    /// RTP.
    pub rtp: u64,
    /// RTCP.
    pub rtcp: u64,
}

/// A pair of addresses, as one peer sees it.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The peer's own address.
    pub local: SocketAddr,
    /// The other one.
    pub remote: SocketAddr,
    /// What carries it.
    pub transport: Transport,
    /// Binding requests sent.
    pub requests_sent: u64,
    /// Those of them that were sent after the nomination: consent (RFC 7675).
    pub consent_requests_sent: u64,
    /// Binding requests received.
    pub requests_received: u64,
    /// Responses sent.
    pub responses_sent: u64,
    /// Responses received.
    pub responses_received: u64,
    /// Error responses received.
    pub errors_received: u64,
    /// The last round trip of a check.
    pub round_trip: Option<Duration>,
    /// The sum of all.
    pub total_round_trip: Duration,
    /// Whether a check with USE-CANDIDATE succeeded.
    pub nominated: bool,
    /// Other datagrams, sent and received.
    pub packets: [u64; 2],
    /// Their payload.
    pub bytes: [u64; 2],
    /// When the last of them passed.
    pub last: [Option<At>; 2],
    nominating: Vec<(TransactionId, String)>,
}

/// Handshake messages sent in one go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// When it began.
    pub at: At,
    /// When its last datagram passed.
    pub until: At,
    /// Which way.
    pub direction: Direction,
    /// The names of its messages, each once; `Finished` where it is encrypted.
    pub messages: Vec<String>,
    /// Datagrams.
    pub datagrams: u64,
    /// Whether all its messages were sent before.
    pub is_repeated: bool,
}

impl Facts {
    /// Of both ends, the offerer first.
    pub fn new(sides: [SideFacts; 2]) -> Facts {
        Facts { sides }
    }

    /// What one peer's datagrams say.
    pub fn of(&self, side: Side) -> &SideFacts {
        &self.sides[side.index()]
    }
}

impl SideFacts {
    /// When a check with this user name fragment first nominated a pair.
    pub fn nominated_by(&self, ufrag: &str) -> Option<At> {
        let is_of = |user: &str| user.split(':').any(|part| part == ufrag);
        let mut nominations = self.nominations.iter();
        nominations.find(|(user, _)| is_of(user)).map(|(_, at)| *at)
    }

    /// A datagram passes.
    pub fn datagram(&mut self, datagram: &Tapped<'_>) {
        let way = datagram.direction as usize;
        let counts = &mut self.counts[way];
        counts.datagrams += 1;
        counts.bytes += datagram.bytes.len() as u64;
        let protocol = classify(datagram.bytes);
        match protocol {
            Protocol::Stun => counts.stun += 1,
            Protocol::ChannelData => counts.channel_data += 1,
            Protocol::Dtls => counts.dtls += 1,
            Protocol::Rtp => {
                counts.rtp += 1;
                self.first_rtp.get_or_insert(datagram.at);
            }
            Protocol::Rtcp => counts.rtcp += 1,
            _ => {}
        }
        self.passes(datagram, protocol);
    }

    /// A datagram between two addresses, or between a relay and a peer of it.
    fn passes(&mut self, datagram: &Tapped<'_>, protocol: Protocol) {
        let way = datagram.direction as usize;
        let pair = self.pair(datagram);
        if protocol == Protocol::Stun {
            if let Ok(message) = Message::decode(datagram.bytes) {
                match message.method() {
                    Method::BINDING => self.stun(pair, datagram, &message),
                    _ => self.turn(datagram, &message),
                }
            }
            return;
        }
        if protocol == Protocol::ChannelData
            && let Ok(data) = ChannelData::decode(datagram.bytes)
            && let Some(relay) = self.relays.get(&(datagram.local, datagram.remote))
            && let (Some(local), Some(remote)) = (relay.address, relay.channels.get(&data.channel()).copied())
        {
            return self.relayed(datagram, local, remote, data.data());
        }
        let pair = &mut self.pairs[pair];
        pair.packets[way] += 1;
        pair.bytes[way] += datagram.bytes.len() as u64;
        pair.last[way] = Some(datagram.at);
        // Once data flows there is no handshake to be read.
        const APPLICATION_DATA: u8 = 23;
        if protocol == Protocol::Dtls && datagram.bytes[0] != APPLICATION_DATA {
            self.dtls(datagram.direction, datagram.at, datagram.bytes);
        }
    }

    /// What TURN tells: where the relay is, which channel leads where, and data for a peer or from it.
    fn turn(&mut self, datagram: &Tapped<'_>, message: &Message<'_>) {
        let address = |kind: AttributeType| match message.value(&message.find(kind)?) {
            Value::Address(address) => Some(address),
            _ => None,
        };
        let relay = self.relays.entry((datagram.local, datagram.remote)).or_default();
        match (message.method(), message.class()) {
            (Method::ALLOCATE, Class::Success) => relay.address = address(AttributeType::XOR_RELAYED_ADDRESS),
            (Method::CHANNEL_BIND, Class::Request) => {
                let channel = message
                    .find(AttributeType::CHANNEL_NUMBER)
                    .map(|number| message.value(&number));
                if let (Some(Value::ChannelNumber(channel)), Some(peer)) =
                    (channel, address(AttributeType::XOR_PEER_ADDRESS))
                {
                    relay.channels.insert(channel, peer);
                }
            }
            (_, Class::Indication) => {
                let data = message.find(AttributeType::DATA).map(|data| data.value);
                let peer = address(AttributeType::XOR_PEER_ADDRESS);
                if let (Some(local), Some(remote), Some(data)) = (relay.address, peer, data) {
                    self.relayed(datagram, local, remote, data);
                }
            }
            _ => {}
        }
    }

    /// What goes through a relay is what passes between the relay and its peer. Relays within relays are none of ours.
    fn relayed(&mut self, datagram: &Tapped<'_>, local: SocketAddr, remote: SocketAddr, bytes: &[u8]) {
        let inner = Tapped {
            local,
            remote,
            bytes,
            ..*datagram
        };
        let protocol = classify(bytes);
        if protocol == Protocol::Rtp {
            self.first_rtp.get_or_insert(datagram.at);
        }
        let is_turn = Message::decode(bytes).is_ok_and(|message| message.method() != Method::BINDING);
        if protocol != Protocol::ChannelData && !(protocol == Protocol::Stun && is_turn) {
            self.passes(&inner, protocol);
        }
    }

    /// The index of the datagram's pair. Most belong to the one before.
    fn pair(&mut self, datagram: &Tapped<'_>) -> usize {
        let is_it = |pair: &Pair| pair.remote == datagram.remote && pair.local == datagram.local;
        if !self.pairs.get(self.last_pair).is_some_and(is_it) {
            self.last_pair = self.pairs.iter().position(is_it).unwrap_or(self.pairs.len());
        }
        if self.last_pair == self.pairs.len() {
            self.pairs.push(Pair {
                local: datagram.local,
                remote: datagram.remote,
                transport: datagram.transport,
                requests_sent: 0,
                consent_requests_sent: 0,
                requests_received: 0,
                responses_sent: 0,
                responses_received: 0,
                errors_received: 0,
                round_trip: None,
                total_round_trip: Duration::ZERO,
                nominated: false,
                packets: [0; 2],
                bytes: [0; 2],
                last: [None; 2],
                nominating: Vec::new(),
            });
        }
        self.last_pair
    }

    fn stun(&mut self, index: usize, datagram: &Tapped<'_>, message: &Message<'_>) {
        let (at, sent) = (datagram.at, datagram.direction == Direction::Sent);
        let id = message.transaction_id();
        let pair = &mut self.pairs[index];
        match message.class() {
            // What is asked of servers has no priority.
            Class::Request if message.find(AttributeType::PRIORITY).is_none() && !pair.nominated => {}
            Class::Request => {
                self.first_check.get_or_insert(at);
                if message.find(AttributeType::USE_CANDIDATE).is_some() {
                    let user = message.find(AttributeType::USERNAME).map(|user| user.value);
                    let user = String::from_utf8_lossy(user.unwrap_or_default()).into_owned();
                    pair.nominating.push((id, user));
                }
                if sent {
                    pair.requests_sent += 1;
                    pair.consent_requests_sent += u64::from(pair.nominated);
                    self.requests.entry(id).or_insert((index, at));
                } else {
                    pair.requests_received += 1;
                }
            }
            Class::Success | Class::Error => {
                let is_error = message.class() == Class::Error;
                if sent {
                    pair.responses_sent += 1;
                } else if let Some((_, asked)) = self.requests.remove(&id) {
                    pair.responses_received += 1;
                    pair.errors_received += u64::from(is_error);
                    if !is_error {
                        let took = at.since(asked);
                        pair.round_trip = Some(took);
                        pair.total_round_trip += took;
                    }
                } else {
                    // Of a server, or the second answer to a request.
                    return;
                }
                if is_error {
                    let code = message.find(AttributeType::ERROR_CODE).map(|code| message.value(&code));
                    let code = match code {
                        Some(Value::ErrorCode { code, .. }) => code.0,
                        _ => 0,
                    };
                    self.check_error(code, datagram.direction);
                } else if let Some((_, user)) = pair.nominating.iter().find(|(asked, _)| *asked == id) {
                    pair.nominated = true;
                    self.nominated.get_or_insert(at);
                    self.nominations.push((user.clone(), at));
                }
            }
            Class::Indication => {}
        }
    }

    fn alert(&mut self, direction: Direction, at: At, level: u8, description: u8) {
        let is_it = |alert: &&mut Alert| {
            alert.direction == direction && alert.level == level && alert.description == description
        };
        match self.alerts.iter_mut().find(is_it) {
            Some(alert) => alert.count += 1,
            None => self.alerts.push(Alert {
                at,
                direction,
                level,
                description,
                count: 1,
            }),
        }
    }

    fn check_error(&mut self, code: u16, direction: Direction) {
        let known = self
            .check_errors
            .iter_mut()
            .find(|(c, d, _)| *c == code && *d == direction);
        match known {
            Some((_, _, count)) => *count += 1,
            None => self.check_errors.push((code, direction, 1)),
        }
    }

    fn dtls(&mut self, direction: Direction, at: At, bytes: &[u8]) {
        let mut names = Vec::new();
        for record in Records::new(bytes) {
            match (record.kind, record.content_type) {
                (Kind::Plain, ContentType::HANDSHAKE) => {
                    names.extend(Fragments::new(record.fragment).map(|part| part.kind.to_string()));
                }
                (_, ContentType::HANDSHAKE) => {
                    self.finished[direction as usize].get_or_insert(at);
                    names.push(HandshakeType::FINISHED.to_string());
                }
                (Kind::Plain, ContentType::ALERT) => {
                    if let &[level, description, ..] = record.fragment {
                        self.alert(direction, at, level, description);
                    }
                }
                _ => {}
            }
        }
        if names.is_empty() {
            return;
        }
        names.dedup();
        /// What follows later than this is another flight, or the same one again.
        const TOGETHER: Duration = Duration::from_millis(400);
        let before = self.flights.iter().rev().find(|flight| flight.direction == direction);
        let was_sent = before.is_some_and(|flight| names.iter().all(|name| flight.messages.contains(name)));
        // The ClientHello after a HelloVerifyRequest is a new one.
        let is_asked_for = self.flights.last().is_some_and(|last| {
            last.direction != direction && last.messages.iter().any(|name| name == "hello_verify_request")
        });
        let is_repeated = was_sent && !is_asked_for;
        match self.flights.last_mut() {
            Some(last)
                if last.direction == direction
                    && at.since(last.until) < TOGETHER
                    && last.is_repeated == is_repeated =>
            {
                last.until = at;
                last.datagrams += 1;
                names.retain(|name| !last.messages.contains(name));
                last.messages.append(&mut names);
            }
            _ => self.flights.push(Flight {
                at,
                until: at,
                direction,
                messages: names,
                datagrams: 1,
                is_repeated,
            }),
        }
    }
}
