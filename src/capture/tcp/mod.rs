//! TCP: segments to streams to messages.
//!
//! Octets are given out in order, each once, with the frame that brought them. What was not captured is passed over
//! when that shows: the other side acknowledges it, too much waits behind it, or the capture ends.

mod direction;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::SocketAddr;

use foldhash::fast::RandomState;

use self::direction::{Direction, Start};
use crate::capture::framing::{Arrival, Framer, Out};
use crate::capture::packet::Time;
use crate::capture::unit::{IcmpError, Sink, TcpSignal};
use crate::time::At;

/// The FIN flag (RFC 9293 §3.1).
pub const FIN: u8 = 0x01;
/// The SYN flag.
pub const SYN: u8 = 0x02;
/// The RST flag.
pub const RST: u8 = 0x04;
/// The ACK flag.
pub const ACK: u8 = 0x10;

/// One TCP segment of a capture.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// The frame it stands in.
    pub frame: u64,
    /// When that was captured.
    pub time: Option<Time>,
    /// The same since the capture began.
    pub at: At,
    /// The sender.
    pub src: SocketAddr,
    /// The receiver.
    pub dst: SocketAddr,
    /// The sequence number of its first octet, or of its SYN.
    pub seq: u32,
    /// The acknowledgment number; means something only with [`ACK`].
    pub ack: u32,
    /// The flags octet of the header.
    pub flags: u8,
    /// Its payload, as captured.
    pub payload: &'a [u8],
    /// Octets of payload that were not captured.
    pub missing: usize,
    /// The ICMP error that quotes it.
    pub icmp: Option<IcmpError>,
}

/// What was noticed, and which bounds were hit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Connections seen.
    pub connections: u64,
    /// Segments that bring other octets than those before them for the same place.
    pub conflicts: u64,
    /// Connections forgotten because there were too many at once.
    pub forgotten: u64,
    /// Connections whose unfinished messages were given out early because all together held too much.
    pub relieved: u64,
}

/// Connections followed at once.
const MAX_CONNECTIONS: usize = 16_384;

/// Octets held of all connections together.
const MAX_HELD: usize = 16 << 20;

/// All TCP connections of a capture.
#[derive(Debug, Default)]
pub struct Tcp {
    places: HashMap<(SocketAddr, SocketAddr), usize, RandomState>,
    /// In the order in which they were first seen, so that results do not depend on hashes.
    connections: Vec<Connection>,
    held: usize,
    facts: Facts,
}

/// One connection; addresses in order.
#[derive(Debug)]
struct Connection {
    low: SocketAddr,
    high: SocketAddr,
    /// What `low` sends, then what `high` sends.
    directions: [Direction; 2],
    last_frame: u64,
}

impl Tcp {
    /// Takes one segment, in the order of the capture, and gives out what it completes.
    pub fn segment(&mut self, segment: &Segment<'_>, sink: &mut impl Sink) {
        if segment.icmp.is_some() {
            quoted(segment, sink);
            return;
        }
        let from_low = segment.src <= segment.dst;
        let (low, high) = if from_low {
            (segment.src, segment.dst)
        } else {
            (segment.dst, segment.src)
        };
        if self.connections.len() >= MAX_CONNECTIONS && !self.places.contains_key(&(low, high)) {
            self.forget(sink);
        }
        let place = match self.places.entry((low, high)) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                self.facts.connections += 1;
                self.connections.push(Connection {
                    low,
                    high,
                    directions: Default::default(),
                    last_frame: 0,
                });
                *entry.insert(self.connections.len() - 1)
            }
        };
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        let before = connection.held();
        connection.segment(segment, from_low, &mut self.facts, sink);
        self.held = self.held - before + connection.held();
        if self.held > MAX_HELD {
            self.relieve(sink);
        }
    }

    /// The capture has ended: gives out what still waits.
    pub fn finish(&mut self, sink: &mut impl Sink) {
        for mut connection in std::mem::take(&mut self.connections) {
            connection.finish(sink);
        }
        self.places.clear();
        self.held = 0;
    }

    /// What was noticed so far.
    pub fn facts(&self) -> Facts {
        self.facts
    }

    /// Forgets the half of the connections that was silent for longest.
    fn forget(&mut self, sink: &mut impl Sink) {
        let mut last: Vec<u64> = self
            .connections
            .iter()
            .map(|connection| connection.last_frame)
            .collect();
        let middle = last.len() / 2;
        let (_, &mut limit, _) = last.select_nth_unstable(middle);
        self.facts.forgotten += middle as u64;
        let all = std::mem::take(&mut self.connections);
        self.places.clear();
        for mut connection in all {
            if connection.last_frame < limit {
                self.held -= connection.held();
                connection.finish(sink);
            } else {
                self.places
                    .insert((connection.low, connection.high), self.connections.len());
                self.connections.push(connection);
            }
        }
    }

    /// Makes those connections give up what they hold that were silent for longest, until half is free.
    fn relieve(&mut self, sink: &mut impl Sink) {
        let mut holding: Vec<usize> = (0..self.connections.len()).collect();
        holding.retain(|&place| self.connections[place].held() > 0);
        holding.sort_unstable_by_key(|&place| self.connections[place].last_frame);
        for place in holding {
            if self.held <= MAX_HELD / 2 {
                break;
            }
            let connection = &mut self.connections[place];
            self.held -= connection.held();
            connection.give_up(sink);
            self.held += connection.held();
            self.facts.relieved += 1;
        }
    }
}

impl Connection {
    fn segment(&mut self, segment: &Segment<'_>, from_low: bool, facts: &mut Facts, sink: &mut impl Sink) {
        let Segment {
            src,
            dst,
            frame,
            at,
            seq,
            flags,
            ..
        } = *segment;
        self.last_frame = frame;
        let arrival = Arrival {
            frame,
            time: segment.time,
            at,
        };
        let mut seq = seq;
        if flags & SYN != 0 {
            let start = self.directions[usize::from(!from_low)].starts(seq);
            if start == Start::Anew {
                // The same addresses again: of the answer the other direction is already that of the new connection.
                self.finish_direction(from_low, sink);
                if flags & ACK == 0 {
                    self.finish_direction(!from_low, sink);
                }
                self.directions[usize::from(!from_low)].starts(seq);
            }
            let signal = match (start, flags & ACK) {
                (Start::Again, _) => TcpSignal::Retransmission,
                (_, 0) => TcpSignal::Syn,
                _ => TcpSignal::SynAck,
            };
            sink.tcp(frame, at, src, dst, signal);
            seq = seq.wrapping_add(1);
        }
        let [low, high] = &mut self.directions;
        let (own, other) = if from_low { (low, high) } else { (high, low) };
        let mut out = Out {
            sink,
            src,
            dst,
            icmp: None,
        };
        if !segment.payload.is_empty() || segment.missing > 0 {
            own.data(seq, segment.payload, segment.missing, arrival, facts, &mut out);
        }
        if flags & (FIN | RST) != 0 && own.ends() {
            let signal = if flags & RST != 0 {
                TcpSignal::Reset
            } else {
                TcpSignal::Fin
            };
            out.sink.tcp(frame, at, src, dst, signal);
        }
        own.pass_over(arrival, &mut out);
        if flags & ACK != 0 {
            other.acknowledged(segment.ack);
            let mut back = Out {
                sink: out.sink,
                src: dst,
                dst: src,
                icmp: None,
            };
            other.pass_over(arrival, &mut back);
        }
    }

    fn finish(&mut self, sink: &mut impl Sink) {
        self.finish_direction(true, sink);
        self.finish_direction(false, sink);
    }

    fn finish_direction(&mut self, from_low: bool, sink: &mut impl Sink) {
        let (src, dst) = if from_low {
            (self.low, self.high)
        } else {
            (self.high, self.low)
        };
        let mut out = Out {
            sink,
            src,
            dst,
            icmp: None,
        };
        self.directions[usize::from(!from_low)].finish(&mut out);
    }

    fn give_up(&mut self, sink: &mut impl Sink) {
        for (direction, src, dst) in [(0, self.low, self.high), (1, self.high, self.low)] {
            let mut out = Out {
                sink: &mut *sink,
                src,
                dst,
                icmp: None,
            };
            self.directions[direction].give_up(&mut out);
        }
    }

    fn held(&self) -> usize {
        self.directions.iter().map(Direction::held).sum()
    }
}

/// A segment quoted in an ICMP error: its messages, if it begins with one, outside of any stream.
fn quoted(segment: &Segment<'_>, sink: &mut impl Sink) {
    let Segment {
        frame,
        time,
        at,
        src,
        dst,
        icmp,
        ..
    } = *segment;
    let mut out = Out { sink, src, dst, icmp };
    let mut framer = Framer::default();
    framer.push(segment.payload, Arrival { frame, time, at }, &mut out);
    framer.lost(segment.missing as u64, &mut out);
    framer.finish(&mut out);
}

#[cfg(test)]
mod tests;
