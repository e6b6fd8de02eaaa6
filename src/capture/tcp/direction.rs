//! [`Direction`]: what one side of a TCP connection sends, put in order.

use std::collections::VecDeque;
use std::time::Duration;

use super::Facts;
use crate::capture::framing::{Arrival, Framer, Out};
use crate::capture::unit::{Sink, TcpSignal};
use crate::time::At;

/// Octets that wait behind others, for one direction.
const MAX_WAITING: usize = 256 * 1024;

/// A chunk that waits costs at least this, so that small ones are few.
const CHUNK_COST: usize = size_of::<Chunk>();

/// How long octets that were acknowledged may still turn up: captures put frames of two queues in the wrong order.
const GRACE: Duration = Duration::from_millis(20);

/// Sequence numbers further away than any window belong to another connection.
const FAR: u64 = 1 << 26;

/// Ranges that were passed over and are remembered.
const MAX_HOLES: usize = 8;

/// One direction of a connection. Places in the stream are sequence numbers, made wide enough never to wrap.
#[derive(Debug, Default)]
pub(super) struct Direction {
    /// The sequence number of its SYN.
    initial: Option<u32>,
    /// The place of the next octet to be given out, once any is known.
    next: Option<u64>,
    /// What came too early, in order, without overlaps.
    waiting: VecDeque<Chunk>,
    waiting_cost: usize,
    /// What was passed over, the latest last: octets that come late are not seen for the second time.
    holes: Vec<(u64, u64)>,
    /// The furthest that the other side acknowledged.
    acknowledged: u64,
    /// Since when the octets that lack are known to have been received.
    lacking_since: Option<At>,
    ended: bool,
    framer: Framer,
}

/// Octets that came too early.
#[derive(Debug)]
struct Chunk {
    start: u64,
    bytes: Box<[u8]>,
    /// Octets after them that were not captured.
    missing: usize,
    arrival: Arrival,
}

/// What a SYN is to a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Its first.
    First,
    /// Seen before.
    Again,
    /// That of another connection between the same addresses: this one must be finished first.
    Anew,
}

impl Chunk {
    fn end(&self) -> u64 {
        self.start + (self.bytes.len() + self.missing) as u64
    }

    fn cost(&self) -> usize {
        self.bytes.len() + CHUNK_COST
    }
}

impl Direction {
    /// Octets of memory that it holds for others to come.
    pub fn held(&self) -> usize {
        self.waiting_cost + self.framer.held()
    }

    /// Takes a SYN with the sequence number `seq`.
    pub fn starts(&mut self, seq: u32) -> Start {
        let first = seq.wrapping_add(1);
        match (self.initial, self.next) {
            (Some(initial), _) if initial == seq => return Start::Again,
            (None, None) => self.next = Some(wide(first)),
            // Captured after the data that it came before.
            (None, Some(next))
                if !self.ended && (0..FAR as i32).contains(&(next as u32).wrapping_sub(first).cast_signed()) => {}
            _ => return Start::Anew,
        }
        self.initial = Some(seq);
        Start::First
    }

    /// Takes a FIN or RST; true for the first.
    pub fn ends(&mut self) -> bool {
        !std::mem::replace(&mut self.ended, true)
    }

    /// Takes an acknowledgment of the other side.
    pub fn acknowledged(&mut self, ack: u32) {
        if let Some(place) = self.place(ack) {
            self.acknowledged = self.acknowledged.max(place);
        }
    }

    /// Takes the payload of a segment, followed by `missing` octets that were not captured.
    pub fn data<S: Sink>(
        &mut self,
        seq: u32,
        payload: &[u8],
        missing: usize,
        arrival: Arrival,
        facts: &mut Facts,
        out: &mut Out<'_, S>,
    ) {
        if self.next.is_none() {
            // The capture began in mid-stream. What came before may still follow, if it was out of order.
            let start = wide(seq);
            self.next = Some(start);
            self.holes.push((start - FAR, start));
        }
        let (next, start) = match (self.next, self.place(seq)) {
            (Some(next), Some(start)) => (next, start),
            _ => {
                self.finish(out);
                self.next = Some(wide(seq));
                (wide(seq), wide(seq))
            }
        };
        let end = start + (payload.len() + missing) as u64;
        if end <= next {
            self.late(start, payload, arrival, out);
            return;
        }
        let known = next.saturating_sub(start) as usize;
        let fresh = payload.get(known..).unwrap_or(&[]);
        let start = start.max(next);
        let missing = (end - start) as usize - fresh.len();
        if start == next && self.waiting.is_empty() {
            self.give(fresh, missing, arrival, out);
            return;
        }
        let chunk = Chunk {
            start,
            bytes: fresh.into(),
            missing,
            arrival,
        };
        if !self.wait(chunk, facts) {
            out.sink
                .tcp(arrival.frame, arrival.at, out.src, out.dst, TcpSignal::Retransmission);
        }
        self.give_waiting(out);
    }

    /// Passes over octets that lack, if it is known by now that they will not come.
    pub fn pass_over<S: Sink>(&mut self, now: Arrival, out: &mut Out<'_, S>) {
        while self.waiting_cost > MAX_WAITING {
            self.skip(now, out);
        }
        match self.waiting.front() {
            Some(front) if front.start <= self.acknowledged => {
                if now.at - *self.lacking_since.get_or_insert(now.at) >= GRACE {
                    self.skip(now, out);
                }
            }
            _ => self.lacking_since = None,
        }
    }

    /// Gives out everything that waits, and the beginnings of messages, but goes on.
    pub fn give_up<S: Sink>(&mut self, out: &mut Out<'_, S>) {
        while let Some(front) = self.waiting.front() {
            let arrival = front.arrival;
            self.skip(arrival, out);
        }
        self.framer.lost(0, out);
    }

    /// Gives out everything that waits, and begins anew.
    pub fn finish<S: Sink>(&mut self, out: &mut Out<'_, S>) {
        self.give_up(out);
        self.framer.finish(out);
        *self = Direction::default();
    }

    /// The place of a sequence number, near the next octet; `None` if it is too far from it.
    fn place(&self, seq: u32) -> Option<u64> {
        let next = self.next?;
        let distance = i64::from(seq.wrapping_sub(next as u32).cast_signed());
        (distance.unsigned_abs() < FAR).then(|| next.wrapping_add_signed(distance))
    }

    /// Gives out the next octets.
    fn give<S: Sink>(&mut self, bytes: &[u8], missing: usize, arrival: Arrival, out: &mut Out<'_, S>) {
        self.framer.push(bytes, arrival, out);
        if missing > 0 {
            self.framer.lost(missing as u64, out);
        }
        self.next = self.next.map(|next| next + (bytes.len() + missing) as u64);
    }

    /// Gives out what waited for the octets that just came.
    fn give_waiting<S: Sink>(&mut self, out: &mut Out<'_, S>) {
        while let Some(front) = self.waiting.front()
            && let Some(next) = self.next
            && front.start <= next
            && let Some(chunk) = self.waiting.pop_front()
        {
            self.waiting_cost -= chunk.cost();
            self.lacking_since = None;
            if chunk.end() > next {
                let fresh = chunk.bytes.get((next - chunk.start) as usize..).unwrap_or(&[]);
                self.give(fresh, (chunk.end() - next) as usize - fresh.len(), chunk.arrival, out);
            }
        }
    }

    /// Passes over the octets that lack before the first that wait.
    fn skip<S: Sink>(&mut self, now: Arrival, out: &mut Out<'_, S>) {
        let (Some(next), Some(front)) = (self.next, self.waiting.front()) else {
            return;
        };
        let start = front.start;
        let octets = start.saturating_sub(next);
        out.sink
            .tcp(now.frame, now.at, out.src, out.dst, TcpSignal::Gap { octets });
        self.framer.lost(octets, out);
        self.remember(next, start);
        self.next = Some(start);
        self.give_waiting(out);
    }

    /// Takes octets that come after later ones were given out: new ones if they were passed over.
    fn late<S: Sink>(&mut self, start: u64, payload: &[u8], arrival: Arrival, out: &mut Out<'_, S>) {
        let end = start + payload.len() as u64;
        let hole = self.holes.iter().position(|&(from, to)| start < to && end > from);
        let is_keep_alive = payload.len() <= 1 && Some(end) == self.next;
        match hole {
            _ if is_keep_alive => {}
            None => out
                .sink
                .tcp(arrival.frame, arrival.at, out.src, out.dst, TcpSignal::Retransmission),
            Some(hole) => {
                let (from, to) = self.holes.swap_remove(hole);
                let (fresh_start, fresh_end) = (start.max(from), end.min(to));
                for (from, to) in [(from, fresh_start), (fresh_end, to)] {
                    if from < to {
                        self.remember(from, to);
                    }
                }
                let fresh = &payload[(fresh_start - start) as usize..(fresh_end - start) as usize];
                // Its place in the stream is gone; messages that begin in it can still be read.
                Framer::default().push(fresh, arrival, out);
            }
        }
    }

    fn remember(&mut self, from: u64, to: u64) {
        if self.holes.len() == MAX_HOLES {
            self.holes.remove(0);
        }
        self.holes.push((from, to));
    }

    /// Keeps what of `chunk` is new; false if nothing is. Where two chunks overlap the first one holds.
    fn wait(&mut self, chunk: Chunk, facts: &mut Facts) -> bool {
        let Chunk {
            mut start,
            bytes,
            missing,
            arrival,
        } = chunk;
        let (from, end) = (start, start + (bytes.len() + missing) as u64);
        let mut place = self.waiting.partition_point(|other| other.end() <= start);
        let mut is_new = false;
        while start < end {
            // Up to the next chunk that waits; then over it.
            let (stop, over) = match self.waiting.get(place) {
                Some(other) if other.start < end => {
                    if differ(other, from, &bytes) {
                        facts.conflicts += 1;
                    }
                    (other.start.max(start), other.end())
                }
                _ => (end, end),
            };
            if start < stop {
                let cut = |at: u64| bytes.len().min((at - from) as usize);
                let piece = &bytes[cut(start)..cut(stop)];
                let missing = (stop - start) as usize - piece.len();
                let piece = Chunk {
                    start,
                    bytes: piece.into(),
                    missing,
                    arrival,
                };
                self.waiting_cost += piece.cost();
                self.waiting.insert(place, piece);
                place += 1;
                is_new = true;
            }
            start = over;
            place += 1;
        }
        is_new
    }
}

/// Whether `bytes`, which stand at `start`, are others than those of `chunk` where the two overlap.
fn differ(chunk: &Chunk, start: u64, bytes: &[u8]) -> bool {
    let from = chunk.start.max(start);
    let here = bytes.get((from - start) as usize..).unwrap_or(&[]);
    let there = chunk.bytes.get((from - chunk.start) as usize..).unwrap_or(&[]);
    here.iter().zip(there).any(|(a, b)| a != b)
}

/// A sequence number as a place, with room before it.
fn wide(seq: u32) -> u64 {
    (1 << 32) | u64::from(seq)
}
