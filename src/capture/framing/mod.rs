//! [`Framer`]: from the octets of one direction of a TCP connection to messages.
//!
//! What a stream carries is told by its content, at its start, wherever what was expected does not follow, and at the
//! start of every segment of a stream that is nothing known. Octets that were lost cost the messages that they are
//! of: where the next one begins is known from the length of the one before, or found again.

mod detect;

use std::net::SocketAddr;

use self::detect::{Detected, Kind, Next};
use crate::capture::packet::Time;
use crate::capture::unit::{Framing, IcmpError, Sink, Unit};
use crate::datagram::Transport;
use crate::time::At;

/// The frame that brought some octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its number.
    pub frame: u64,
    /// When it was captured.
    pub time: Option<Time>,
    /// The same since the capture began.
    pub at: At,
}

impl Arrival {
    fn latest(self, other: Arrival) -> Arrival {
        if other.frame > self.frame { other } else { self }
    }
}

/// Where the messages of one direction go.
pub struct Out<'a, S> {
    /// Who takes them.
    pub sink: &'a mut S,
    /// Who sent them.
    pub src: SocketAddr,
    /// To whom.
    pub dst: SocketAddr,
    /// The ICMP error that quotes them.
    pub icmp: Option<IcmpError>,
}

impl<S: Sink> Out<'_, S> {
    fn unit(&mut self, bytes: &[u8], missing: usize, framing: Framing, arrival: Arrival) {
        self.sink.unit(&Unit {
            frame: arrival.frame,
            time: arrival.time,
            at: arrival.at,
            transport: Transport::Tcp,
            src: self.src,
            dst: self.dst,
            bytes,
            missing,
            framing,
            icmp: self.icmp,
        });
    }
}

/// Tells messages apart in a stream of octets.
#[derive(Debug, Default)]
pub struct Framer {
    state: State,
    /// The beginning of a message that is not whole.
    buffer: Vec<u8>,
    /// Which frames brought the buffer.
    marks: Vec<Mark>,
    /// Octets that the buffer must hold before it is worth looking at; 0 if that is not known.
    wanted: usize,
    /// Octets to come of a message that has been given out.
    skip: usize,
    /// Octets of padding that should come next.
    padding: usize,
}

/// What is known of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing yet.
    #[default]
    Start,
    /// At the start of a message of this kind, or inside it.
    Framed(Kind),
    /// Nothing known, or somewhere inside a message of a stream that was once framed.
    Unknown { framed_before: bool },
}

/// The frame that brought the octets of the buffer from the mark before up to `end`.
#[derive(Clone, Copy, Debug)]
struct Mark {
    end: usize,
    arrival: Arrival,
}

impl Framer {
    /// Octets of memory that it holds.
    pub fn held(&self) -> usize {
        self.buffer.capacity() + self.marks.capacity() * size_of::<Mark>()
    }

    /// Takes the next octets of the stream, and gives out the messages that they complete.
    pub fn push<S: Sink>(&mut self, bytes: &[u8], arrival: Arrival, out: &mut Out<'_, S>) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        let mut rest = &bytes[skipped..];
        // Messages begin where segments do, more often than not.
        if matches!(self.state, State::Unknown { .. })
            && !self.buffer.is_empty()
            && matches!(detect::detect(rest, self.proof()), Detected::Kind(_))
        {
            self.give_up(out);
        }
        while !rest.is_empty() {
            if self.buffer.is_empty() {
                let all = [Mark {
                    end: rest.len(),
                    arrival,
                }];
                let used = self.read(rest, &all, out);
                self.keep(&rest[used..], arrival);
                return;
            }
            let lacking = self.wanted.saturating_sub(self.buffer.len());
            let (more, after) = rest.split_at(if lacking == 0 {
                rest.len()
            } else {
                lacking.min(rest.len())
            });
            self.keep(more, arrival);
            rest = after;
            if self.buffer.len() >= self.wanted {
                self.read_buffer(out);
            }
        }
    }

    /// `count` octets of the stream will never come.
    pub fn lost<S: Sink>(&mut self, count: u64, out: &mut Out<'_, S>) {
        let mut count = usize::try_from(count).unwrap_or(usize::MAX);
        // What was begun is given out as far as it came, and its other octets passed over.
        self.skip += self.give_up(out);
        for part in [&mut self.skip, &mut self.padding] {
            let lost = count.min(*part);
            *part -= lost;
            count -= lost;
        }
        if count > 0 {
            let framed_before = self.state != State::Start && self.state != State::Unknown { framed_before: false };
            self.state = State::Unknown { framed_before };
        }
    }

    /// The stream has ended: gives out what is there of an unfinished message.
    pub fn finish<S: Sink>(&mut self, out: &mut Out<'_, S>) {
        self.give_up(out);
        *self = Framer::default();
    }

    /// Gives out the unfinished message in the buffer. Octets that it lacks.
    fn give_up<S: Sink>(&mut self, out: &mut Out<'_, S>) -> usize {
        if self.padding > 0 && !self.buffer.is_empty() {
            // What waits to be told from padding waits in vain.
            self.drop_front(self.padding.min(self.buffer.len()));
            self.padding = 0;
            self.read_buffer(out);
        }
        let buffer = std::mem::take(&mut self.buffer);
        let marks = std::mem::take(&mut self.marks);
        self.wanted = 0;
        let Some(arrival) = latest(&marks, 0, buffer.len()) else {
            return 0;
        };
        if let State::Framed(kind) = self.state
            && let Some(length) = kind.length(&buffer)
            && length > buffer.len()
        {
            let missing = length - buffer.len();
            self.padding = kind.padding(&buffer, length);
            give(kind, &buffer, missing, arrival, out);
            return missing;
        }
        out.unit(&buffer, 0, Framing::Bytes, arrival);
        0
    }

    /// Messages that must agree before a stream is taken for framed without any magic number.
    fn proof(&self) -> usize {
        if self.state == (State::Unknown { framed_before: false }) {
            2
        } else {
            1
        }
    }

    /// Appends to the buffer.
    fn keep(&mut self, bytes: &[u8], arrival: Arrival) {
        if bytes.is_empty() {
            return;
        }
        self.buffer.extend_from_slice(bytes);
        let end = self.buffer.len();
        match self.marks.last_mut() {
            // All of it is of one message, and not its end: only the last frame matters.
            Some(mark) if end < self.wanted => {
                *mark = Mark {
                    end,
                    arrival: mark.arrival.latest(arrival),
                }
            }
            _ => self.marks.push(Mark { end, arrival }),
        }
    }

    /// Gives out what is whole in the buffer, and keeps the rest of it.
    fn read_buffer<S: Sink>(&mut self, out: &mut Out<'_, S>) {
        let buffer = std::mem::take(&mut self.buffer);
        let marks = std::mem::take(&mut self.marks);
        let used = self.read(&buffer, &marks, out);
        if used < buffer.len() {
            (self.buffer, self.marks) = (buffer, marks);
            self.drop_front(used);
        }
    }

    /// Drops the first octets of the buffer.
    fn drop_front(&mut self, count: usize) {
        self.buffer.drain(..count);
        self.marks.retain_mut(|mark| {
            mark.end = mark.end.saturating_sub(count);
            mark.end > 0
        });
    }

    /// Gives out what is whole in `bytes`. Octets that are done with; `wanted` says what the others wait for.
    fn read<S: Sink>(&mut self, bytes: &[u8], marks: &[Mark], out: &mut Out<'_, S>) -> usize {
        let mut at = 0;
        self.wanted = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if self.padding > 0 {
                let Some(padding) = detect::padding(rest, self.padding) else {
                    self.wanted = rest.len() + 1;
                    return at;
                };
                at += padding;
                self.padding = 0;
                continue;
            }
            let next = match self.state {
                State::Framed(kind) => kind.next(rest),
                State::Start | State::Unknown { .. } => Next::Other,
            };
            match (self.state, next) {
                (State::Framed(kind), Next::Message(length)) => {
                    let arrival = latest(marks, at, at + length).unwrap_or(marks[0].arrival);
                    self.padding = kind.padding(rest, length);
                    give(kind, &rest[..length], 0, arrival, out);
                    at += length;
                }
                (_, Next::Incomplete(wanted)) => {
                    self.wanted = wanted;
                    return at;
                }
                _ => match detect::detect(rest, self.proof()) {
                    Detected::Kind(kind) if self.state != State::Framed(kind) => self.state = State::Framed(kind),
                    Detected::TooShort => {
                        self.wanted = rest.len() + 1;
                        return at;
                    }
                    _ => {
                        at += self.read_unknown(at, rest, marks, out);
                        if !matches!(self.state, State::Framed(_)) {
                            return at;
                        }
                    }
                },
            }
        }
        at
    }

    /// Passes over octets that are nothing known, up to the next STUN message. Octets that are done with.
    fn read_unknown<S: Sink>(&mut self, at: usize, rest: &[u8], marks: &[Mark], out: &mut Out<'_, S>) -> usize {
        let framed_before = !matches!(self.state, State::Start | State::Unknown { framed_before: false });
        let (passed, state) = match detect::find(rest) {
            Some((passed, kind)) => (passed, State::Framed(kind)),
            // The beginning of a message may stand at the end.
            None if framed_before => (
                rest.len().saturating_sub(detect::ENOUGH).max(1),
                State::Unknown { framed_before },
            ),
            None => (rest.len(), State::Unknown { framed_before }),
        };
        self.state = state;
        self.wanted = rest.len() - passed + 1;
        if let Some(arrival) = latest(marks, at, at + passed) {
            out.unit(&rest[..passed], 0, Framing::Bytes, arrival);
        }
        passed
    }
}

/// Gives one message out. `bytes` begin with its header and lack `missing`.
fn give<S: Sink>(kind: Kind, bytes: &[u8], missing: usize, arrival: Arrival, out: &mut Out<'_, S>) {
    let content = &bytes[kind.header().min(bytes.len())..];
    if !content.is_empty() {
        out.unit(content, missing, kind.framing(), arrival);
    }
}

/// The last frame that brought any of the octets from `start` to `end`.
fn latest(marks: &[Mark], start: usize, end: usize) -> Option<Arrival> {
    let mut from = 0;
    let mut latest: Option<Arrival> = None;
    for mark in marks {
        if mark.end > start && from < end {
            latest = Some(latest.map_or(mark.arrival, |before| before.latest(mark.arrival)));
        }
        from = mark.end;
    }
    latest
}

#[cfg(test)]
mod tests;
