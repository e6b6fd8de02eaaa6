//! [`Facts`]: what the datagrams of a call say of its progress. No socket and no clock: it watches, live or in a test.
//!
//! The library tells its states late; the wire does not. ICE is measured from the first check to the nomination, DTLS by its
//! flights, SCTP and the opening of data channels by their chunks.

mod handshake;
mod ice;

use std::collections::HashMap;
use std::net::SocketAddr;

use super::sctp::SctpFacts;
use super::tap::{Direction, Side, Tapped};
use crate::proto::demux::{Protocol, classify};
use crate::proto::stun::{Message, Method, TransactionId};
use crate::proto::turn::ChannelData;
use crate::time::At;

pub use handshake::{Alert, Flight};
pub use ice::Pair;
use ice::Relay;

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
}
