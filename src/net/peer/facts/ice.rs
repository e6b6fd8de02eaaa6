//! ICE and TURN: which pairs of addresses are checked, what comes of it, and what relays carry.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use super::SideFacts;
use crate::datagram::Transport;
use crate::net::peer::tap::{Direction, Tapped};
use crate::proto::demux::{Protocol, classify};
use crate::proto::stun::{AttributeType, Class, Message, Method, TransactionId, Value};
use crate::time::At;

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
    /// Where the peer is seen from the other end: XOR-MAPPED-ADDRESS of the last success.
    pub mapped: Option<SocketAddr>,
    nominating: Vec<(TransactionId, String)>,
}

/// What is known of a TURN allocation, from the requests for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Relay {
    pub(super) address: Option<SocketAddr>,
    pub(super) channels: HashMap<u16, SocketAddr>,
}

/// The address in an attribute of a message.
fn address(message: &Message<'_>, kind: AttributeType) -> Option<SocketAddr> {
    match message.value(&message.find(kind)?) {
        Value::Address(address) => Some(address),
        _ => None,
    }
}

impl SideFacts {
    /// The index of the datagram's pair. Most belong to the one before.
    pub(super) fn pair(&mut self, datagram: &Tapped<'_>) -> usize {
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
                mapped: None,
                nominating: Vec::new(),
            });
        }
        self.last_pair
    }

    pub(super) fn stun(&mut self, index: usize, datagram: &Tapped<'_>, message: &Message<'_>) {
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
                        pair.mapped = address(message, AttributeType::XOR_MAPPED_ADDRESS);
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

    /// What TURN tells: where the relay is, which channel leads where, and data for a peer or from it.
    pub(super) fn turn(&mut self, datagram: &Tapped<'_>, message: &Message<'_>) {
        let address = |kind| address(message, kind);
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
    pub(super) fn relayed(&mut self, datagram: &Tapped<'_>, local: SocketAddr, remote: SocketAddr, bytes: &[u8]) {
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
}
