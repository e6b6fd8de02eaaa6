//! Putting fragments of IP datagrams together (RFC 791 §3.2, RFC 815, RFC 8200 §4.5), in bounded memory.
//!
//! Fragments may come in any order, twice, and overlap; where they disagree, what came first is kept. A datagram that
//! is complete is remembered for a while, so that copies of its fragments begin no new one.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use foldhash::fast::RandomState;

use crate::capture::ip::{Fragment, Header};
use crate::capture::octets::Octets;
use crate::time::At;

/// How long a datagram may take (Linux: `ipfrag_time`).
const PATIENCE: Duration = Duration::from_secs(30);
/// Datagrams in the works, and such as are remembered.
const MOST_DATAGRAMS: usize = 4096;
/// Octets kept, over all of them.
const MOST_OCTETS: usize = 4 << 20;
/// Pieces of one datagram; the smallest usual MTU, 576, needs 120.
const MOST_PIECES: usize = 1024;
/// What an IP datagram can hold (RFC 791 §3.1).
const LARGEST_DATAGRAM: usize = 65_535;
/// Lost datagrams that are told one by one.
const MOST_TOLD: usize = 64;

/// What became of fragmented datagrams.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FragmentFacts {
    /// Datagrams put together.
    pub reassembled: u64,
    /// Datagrams of which fragments were never seen within 30 s, or up to the end of the capture.
    pub lost: u64,
    /// Datagrams given up because a bound on memory was hit.
    pub evicted: u64,
    /// Fragments that brought nothing new.
    pub duplicates: u64,
    /// Fragments that overlapped others and said something else there.
    pub conflicts: u64,
    /// The first of those lost or given up.
    pub incomplete: Vec<Incomplete>,
}

/// A datagram of which fragments are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// The frame of the first of its fragments that came.
    pub frame: u64,
    /// Who sent it.
    pub src: IpAddr,
    /// To whom.
    pub dst: IpAddr,
    /// What it carries, by its protocol number, if its beginning came.
    pub protocol: Option<u8>,
    /// The first four octets of what it carries: the ports, for UDP and TCP.
    pub ports: Option<(u16, u16)>,
    /// Octets that came.
    pub octets: usize,
    /// Octets that it should have, if its end came.
    pub total: Option<usize>,
}

/// A datagram put together. Hand it back by [`Fragments::give_back`], for its memory.
#[derive(Debug)]
pub struct Whole {
    /// What the payload begins with.
    pub protocol: u8,
    /// The octets up to the first that were not captured.
    pub bytes: Vec<u8>,
    /// Octets after these.
    pub missing: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    interface: u32,
    src: IpAddr,
    dst: IpAddr,
    id: u32,
    /// Of IPv4 it is part of the key; of IPv6 it stands in the first fragment only.
    protocol: u8,
}

/// A stretch of a datagram. Stretches do not overlap.
#[derive(Clone, Copy, Debug)]
struct Piece {
    offset: usize,
    length: usize,
    /// Where its octets stand in [`Entry::octets`], and how many were captured.
    at: usize,
    captured: usize,
}

#[derive(Debug)]
struct Entry {
    serial: u64,
    began: At,
    frame: u64,
    protocol: Option<u8>,
    total: Option<usize>,
    pieces: Vec<Piece>,
    octets: Vec<u8>,
    done: bool,
}

/// Datagrams in the works.
#[derive(Debug, Default)]
pub struct Fragments {
    entries: HashMap<Key, Entry, RandomState>,
    /// The entries by age. What has been replaced stays here until its turn, told by its serial number.
    queue: VecDeque<(u64, Key)>,
    serial: u64,
    octets: usize,
    spare: Vec<u8>,
    facts: FragmentFacts,
}

impl Fragments {
    /// Takes a fragment, seen on `interface` in `frame`. Gives the datagram that it completes.
    pub fn add(&mut self, header: &Header<'_>, place: Fragment, interface: u32, frame: u64, at: At) -> Option<Whole> {
        let end = place.offset + header.payload.total();
        if header.payload.total() == 0 || end > LARGEST_DATAGRAM {
            return None;
        }
        let key = Key {
            interface,
            src: header.src,
            dst: header.dst,
            id: place.id,
            protocol: if header.src.is_ipv4() { header.protocol } else { 0 },
        };
        self.expire(at);
        if self
            .entries
            .get(&key)
            .is_some_and(|entry| entry.done && !entry.holds(place.offset, header.payload))
        {
            // The identification is used again, for another datagram.
            self.remove(&key);
        }
        self.make_room(header.payload.bytes.len());
        let entry = self.entries.entry(key).or_insert_with(|| {
            self.serial += 1;
            self.queue.push_back((self.serial, key));
            Entry::new(self.serial, frame, at)
        });
        if entry.done {
            self.facts.duplicates += 1;
            return None;
        }
        if place.offset == 0 {
            entry.protocol.get_or_insert(header.protocol);
        }
        if !place.more {
            entry.total.get_or_insert(end);
        }
        let before = entry.octets.len();
        match entry.insert(place.offset, header.payload) {
            Inserted::New => {}
            Inserted::Duplicate => self.facts.duplicates += 1,
            Inserted::Conflict => self.facts.conflicts += 1,
        }
        self.octets += entry.octets.len() - before;
        let whole = entry.whole(&mut self.spare)?;
        self.facts.reassembled += 1;
        Some(whole)
    }

    /// Takes the memory of a datagram back, for the next.
    pub fn give_back(&mut self, whole: Whole) {
        self.spare = whole.bytes;
    }

    /// Counts what is still incomplete as lost: the capture ends.
    pub fn finish(&mut self) {
        while let Some((serial, key)) = self.queue.pop_front() {
            self.give_up(serial, &key, |facts| &mut facts.lost);
        }
    }

    /// What became of fragmented datagrams so far.
    pub fn facts(&self) -> &FragmentFacts {
        &self.facts
    }

    /// Lets go of what waited too long.
    fn expire(&mut self, now: At) {
        while let Some(&(serial, key)) = self.queue.front() {
            let entry = self.entries.get(&key).filter(|entry| entry.serial == serial);
            if entry.is_some_and(|entry| now.since(entry.began) <= PATIENCE) {
                return;
            }
            self.queue.pop_front();
            self.give_up(serial, &key, |facts| &mut facts.lost);
        }
    }

    /// Lets go of the oldest, until `octets` more have room.
    fn make_room(&mut self, octets: usize) {
        while self.queue.len() >= MOST_DATAGRAMS || self.octets + octets > MOST_OCTETS {
            let Some((serial, key)) = self.queue.pop_front() else {
                return;
            };
            self.give_up(serial, &key, |facts| &mut facts.evicted);
        }
    }

    fn give_up(&mut self, serial: u64, key: &Key, count: impl FnOnce(&mut FragmentFacts) -> &mut u64) {
        if self.entries.get(key).is_none_or(|entry| entry.serial != serial) {
            return;
        }
        let Some(entry) = self.remove(key).filter(|entry| !entry.done) else {
            return;
        };
        *count(&mut self.facts) += 1;
        if self.facts.incomplete.len() < MOST_TOLD {
            self.facts.incomplete.push(entry.incomplete(key));
        }
    }

    fn remove(&mut self, key: &Key) -> Option<Entry> {
        let entry = self.entries.remove(key)?;
        self.octets -= entry.octets.len();
        Some(entry)
    }
}

enum Inserted {
    New,
    Duplicate,
    Conflict,
}

impl Entry {
    fn new(serial: u64, frame: u64, began: At) -> Entry {
        Entry {
            serial,
            began,
            frame,
            protocol: None,
            total: None,
            pieces: Vec::new(),
            octets: Vec::new(),
            done: false,
        }
    }

    /// Keeps what is new of `payload`, which stands at `offset`.
    fn insert(&mut self, offset: usize, payload: Octets<'_>) -> Inserted {
        if self.pieces.len() >= MOST_PIECES {
            return Inserted::Duplicate;
        }
        let agrees = self.agrees(offset, payload);
        let end = offset + payload.total();
        let mut index = self.pieces.partition_point(|piece| piece.end() <= offset);
        let mut from = offset;
        let mut new = false;
        while from < end {
            let until = self.pieces.get(index).map_or(end, |piece| piece.offset.min(end));
            if from < until {
                let captured = payload.bytes.get(from - offset..).unwrap_or(&[]);
                let captured = &captured[..captured.len().min(until - from)];
                let piece = Piece {
                    offset: from,
                    length: until - from,
                    at: self.octets.len(),
                    captured: captured.len(),
                };
                self.octets.extend_from_slice(captured);
                self.pieces.insert(index, piece);
                index += 1;
                new = true;
            }
            from = self.pieces.get(index).map_or(end, Piece::end);
            index += 1;
        }
        match (agrees, new) {
            (false, _) => Inserted::Conflict,
            (true, true) => Inserted::New,
            (true, false) => Inserted::Duplicate,
        }
    }

    /// Whether `payload` says nothing else than is known where it overlaps.
    fn agrees(&self, offset: usize, payload: Octets<'_>) -> bool {
        let end = offset + payload.bytes.len();
        let first = self.pieces.partition_point(|piece| piece.end() <= offset);
        let overlapping = self.pieces[first..].iter().take_while(|piece| piece.offset < end);
        overlapping.into_iter().all(|piece| {
            let (from, until) = (piece.offset.max(offset), (piece.offset + piece.captured).min(end));
            from >= until || {
                let known = &self.octets[piece.at + from - piece.offset..piece.at + until - piece.offset];
                known == &payload.bytes[from - offset..until - offset]
            }
        })
    }

    /// Whether a datagram that is complete has `payload` at `offset`: it is a copy then.
    fn holds(&self, offset: usize, payload: Octets<'_>) -> bool {
        self.total.is_some_and(|total| offset + payload.total() <= total) && self.agrees(offset, payload)
    }

    /// The datagram, if nothing is missing but what was not captured.
    fn whole(&mut self, spare: &mut Vec<u8>) -> Option<Whole> {
        let total = self.total?;
        let mut reached = 0;
        for piece in &self.pieces {
            if piece.offset > reached || reached >= total {
                break;
            }
            reached = piece.end();
        }
        if reached < total {
            return None;
        }
        self.done = true;
        let mut bytes = std::mem::take(spare);
        bytes.clear();
        for piece in &self.pieces {
            bytes.extend_from_slice(&self.octets[piece.at..piece.at + piece.captured]);
            if piece.captured < piece.length {
                break;
            }
        }
        bytes.truncate(total);
        Some(Whole {
            protocol: self.protocol?,
            missing: total - bytes.len(),
            bytes,
        })
    }

    fn incomplete(&self, key: &Key) -> Incomplete {
        let first = self
            .pieces
            .first()
            .filter(|piece| piece.offset == 0 && piece.captured >= 4);
        let ports = first.and_then(|piece| {
            let octets = Octets::whole(self.octets.get(piece.at..)?);
            Some((octets.u16(0)?, octets.u16(2)?))
        });
        Incomplete {
            frame: self.frame,
            src: key.src,
            dst: key.dst,
            protocol: self.protocol.or((key.protocol != 0).then_some(key.protocol)),
            ports,
            octets: self.pieces.iter().map(|piece| piece.length).sum(),
            total: self.total,
        }
    }
}

impl Piece {
    fn end(&self) -> usize {
        self.offset + self.length
    }
}

#[cfg(test)]
mod tests;
