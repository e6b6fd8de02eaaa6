//! [`Stream`]: the packets of one SSRC in one direction of a session.

use std::time::Duration;

use crate::datagram::Seen;
use crate::flow::rtp::{Jitter, Sequence, Step};
use crate::flow::{Direction, SessionId};
use crate::proto::rtp::Packet;
use crate::time::At;

/// No packet for as long as this is a gap.
pub const SILENCE: Duration = Duration::from_secs(1);
/// How many gaps are kept of one stream, the longest ones.
const GAPS_KEPT: usize = 16;
/// How many payload types are told apart in one stream; further ones count with the last of them.
const TYPES_KEPT: usize = 16;
/// How many values of header extensions are kept of one stream.
const VALUES_KEPT: usize = 16;
/// Values of header extensions that are longer are not kept: `mid` and `rid` are short.
const VALUE_OCTETS: usize = 32;

/// A time without packets in the middle of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The last packet before it.
    pub from: Seen,
    /// The first packet after it.
    pub to: Seen,
    /// Packets missing in the sequence across it: 0 if the sender was silent, else they were lost.
    pub lost: u16,
}

impl Gap {
    /// How long it was.
    pub fn duration(&self) -> Duration {
        self.to.at.since(self.from.at)
    }
}

/// Packets of one payload type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadType {
    /// Its number, 0 to 127.
    pub number: u8,
    /// Packets.
    pub packets: u64,
    /// Octets of payload with its tag, padding included, headers left out.
    pub payload: u64,
}

/// What a stream needs of a packet: kept where the packet itself is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    pub seen: Seen,
    pub sequence: u16,
    pub timestamp: u32,
    pub payload_type: u8,
    pub marker: bool,
    /// Octets of the whole packet, of its payload, and of these those captured.
    pub octets: u32,
    pub payload: u32,
}

impl Sample {
    pub fn new(seen: Seen, packet: &Packet<'_>, missing: usize) -> Sample {
        let octets = packet.bytes().len().saturating_add(missing);
        Sample {
            seen,
            sequence: packet.sequence(),
            timestamp: packet.timestamp(),
            payload_type: packet.payload_type(),
            marker: packet.marker(),
            octets: octets as u32,
            payload: octets.saturating_sub(packet.payload_offset()) as u32,
        }
    }
}

/// A stream of RTP or SRTP.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// The session.
    pub session: SessionId,
    /// Which way it goes there.
    pub direction: Direction,
    /// Its synchronization source.
    pub ssrc: u32,
    /// Packets, duplicates too.
    pub packets: u64,
    /// Octets of all packets, RTP headers included.
    pub bytes: u64,
    /// Its first packet.
    pub first: Seen,
    /// Its last packet.
    pub last: Seen,
    /// Its payload types in the order in which they came.
    pub payload_types: Vec<PayloadType>,
    /// Packets with the marker bit.
    pub markers: u64,
    /// Pictures, or for audio packets of sound: how often the timestamp went on.
    pub frames: u64,
    /// Losses, duplicates, reordering.
    pub sequence: Sequence,
    /// Interarrival jitter.
    pub jitter: Jitter,
    /// How many gaps there were.
    pub gap_count: u64,
    /// How long they were altogether.
    pub gap_total: Duration,
    gaps: Vec<Gap>,
    extensions: [u64; 4],
    values: Vec<(u8, Box<[u8]>)>,
    timestamp: u32,
    /// The place of the last packet's payload type.
    current: usize,
    /// Packets of G.711 of whole milliseconds, and those with an SRTP tag more.
    g711: [u32; 2],
}

impl Stream {
    pub(super) fn new(session: SessionId, direction: Direction, ssrc: u32, first: &Sample) -> Stream {
        let mut stream = Stream {
            session,
            direction,
            ssrc,
            packets: 0,
            bytes: 0,
            first: first.seen,
            last: first.seen,
            payload_types: Vec::new(),
            markers: 0,
            frames: 1,
            sequence: Sequence::new(first.sequence),
            jitter: Jitter::new(first.timestamp),
            gap_count: 0,
            gap_total: Duration::ZERO,
            gaps: Vec::new(),
            extensions: [0; 4],
            values: Vec::new(),
            timestamp: first.timestamp,
            current: 0,
            g711: [0; 2],
        };
        stream.count(first);
        stream
    }

    /// The next packet in the order of arrival.
    #[inline]
    pub(super) fn take(&mut self, sample: &Sample) {
        let passed = seconds_between(self.last.at, sample.seen.at);
        let silent = passed >= SILENCE.as_secs_f64();
        let room = if silent { self.room(passed) } else { 0 };
        let step = self.sequence.take(sample.sequence, room);
        match step {
            Step::Next { .. } | Step::Late => self.jitter.take(passed, sample.timestamp),
            Step::Restart => self.jitter.resume(sample.timestamp),
            Step::Duplicate | Step::Stray => {}
        }
        if sample.timestamp != self.timestamp && matches!(step, Step::Next { .. } | Step::Restart) {
            self.timestamp = sample.timestamp;
            self.frames += 1;
        }
        if silent {
            self.gap(sample.seen, step);
        }
        self.last = sample.seen;
        self.count(sample);
    }

    /// What does not depend on the packet before.
    fn count(&mut self, sample: &Sample) {
        self.packets += 1;
        self.bytes += u64::from(sample.octets);
        self.markers += u64::from(sample.marker);
        let number = sample.payload_type;
        if self
            .payload_types
            .get(self.current)
            .is_none_or(|it| it.number != number)
        {
            self.current = self.place_of(number);
        }
        let kept = &mut self.payload_types[self.current];
        kept.packets += 1;
        kept.payload += u64::from(sample.payload);
        // An octet is an eighth of a millisecond, and SRTP tags of HMAC-SHA1 are 10 or 4 octets (RFC 5764 §4.1.2).
        if matches!(number, 0 | 8) && sample.payload > 0 {
            match sample.payload % 8 {
                0 => self.g711[0] += 1,
                2 | 4 => self.g711[1] += 1,
                _ => {}
            }
        }
    }

    #[cold]
    fn place_of(&mut self, number: u8) -> usize {
        if let Some(place) = self.payload_types.iter().position(|it| it.number == number) {
            return place;
        }
        if self.payload_types.len() < TYPES_KEPT {
            self.payload_types.push(PayloadType {
                number,
                packets: 0,
                payload: 0,
            });
        }
        self.payload_types.len() - 1
    }

    /// How many packets a pause could have held at twice the rate so far.
    #[cold]
    fn room(&self, passed: f64) -> u16 {
        let lasted = self.last.at.since(self.first.at).as_secs_f64();
        let expected = 2.0 * self.packets as f64 / lasted.max(0.1) * passed;
        // Never half a cycle: what is further ahead may as well be behind.
        expected.min(32_000.0) as u16
    }

    #[cold]
    fn gap(&mut self, to: Seen, step: Step) {
        let gap = Gap {
            from: self.last,
            to,
            lost: match step {
                Step::Next { skipped } => skipped,
                _ => 0,
            },
        };
        self.gap_count += 1;
        self.gap_total = self.gap_total.saturating_add(gap.duration());
        if self.gaps.len() < GAPS_KEPT {
            self.gaps.push(gap);
            return;
        }
        let shortest = self.gaps.iter().enumerate().min_by_key(|(_, kept)| kept.duration());
        if let Some((place, kept)) = shortest
            && kept.duration() < gap.duration()
        {
            self.gaps.remove(place);
            self.gaps.push(gap);
        }
    }

    /// Notes which header extensions a packet has, and the first value of each.
    #[inline]
    pub(super) fn note_extensions(&mut self, packet: &Packet<'_>) {
        let Some(extension) = packet.extension() else { return };
        for element in extension.elements() {
            let (word, bit) = (usize::from(element.id / 64), 1 << (element.id % 64));
            if self.extensions[word] & bit == 0 {
                self.extensions[word] |= bit;
                self.keep(element.id, element.data);
            }
        }
    }

    #[cold]
    fn keep(&mut self, id: u8, value: &[u8]) {
        if self.values.len() < VALUES_KEPT && value.len() <= VALUE_OCTETS {
            self.values.push((id, value.into()));
        }
    }

    /// Packets that did not arrive where the capture was made, between the first and the last.
    pub fn lost(&self) -> u64 {
        self.sequence.lost()
    }

    /// The longest gaps in the order of time, at most sixteen.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// The ids of the header extensions seen, in ascending order.
    pub fn extensions(&self) -> impl Iterator<Item = u8> {
        (0..=255u8).filter(|id| self.extensions[usize::from(id / 64)] >> (id % 64) & 1 == 1)
    }

    /// The first value that a header extension had, if it was short: a `mid`, a `rid`.
    pub fn extension_value(&self, id: u8) -> Option<&[u8]> {
        let (_, value) = self.values.iter().find(|(other, _)| *other == id)?;
        Some(value)
    }

    /// The payload type of the most packets.
    pub fn main_payload_type(&self) -> u8 {
        let main = self.payload_types.iter().max_by_key(|it| it.packets);
        main.map_or(0, |it| it.number)
    }

    /// Between the first packet and the last.
    pub fn duration(&self) -> Duration {
        self.last.at.since(self.first.at)
    }

    /// Frames a second; `None` for streams that are too short to say.
    pub fn frame_rate(&self) -> Option<f64> {
        let seconds = self.duration().as_secs_f64();
        (seconds >= 1.0).then(|| self.frames.saturating_sub(1) as f64 / seconds)
    }

    /// Whether the sizes of G.711 packets show the tag of SRTP, or that there is none. `None` for other payload types.
    pub(super) fn is_tagged(&self) -> Option<bool> {
        let [plain, tagged] = self.g711;
        match () {
            () if plain >= 3 && plain > 20 * tagged => Some(false),
            () if tagged >= 3 && tagged > 20 * plain => Some(true),
            () => None,
        }
    }
}

/// Negative where the clock stepped back.
#[inline]
fn seconds_between(earlier: At, later: At) -> f64 {
    let (earlier, later) = (earlier.since_start(), later.since_start());
    let seconds = later.as_secs().wrapping_sub(earlier.as_secs()) as i64;
    let nanos = i64::from(later.subsec_nanos()) - i64::from(earlier.subsec_nanos());
    seconds as f64 + nanos as f64 * 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(frame: u64, ms: u64, sequence: u16, timestamp: u32, payload: u32) -> Sample {
        Sample {
            seen: Seen {
                frame,
                at: At::from_millis(ms),
            },
            sequence,
            timestamp,
            payload_type: 8,
            marker: false,
            octets: payload + 12,
            payload,
        }
    }

    fn stream(samples: &[Sample]) -> Stream {
        let mut stream = Stream::new(SessionId(0), Direction::Forward, 7, &samples[0]);
        samples[1..].iter().for_each(|sample| stream.take(sample));
        stream
    }

    #[test]
    fn counts_frames_and_gaps() {
        let stream = stream(&[
            sample(1, 0, 1, 0, 160),
            sample(2, 20, 2, 0, 160),
            sample(3, 40, 3, 160, 160),
            // Silence of the sender, then a loss.
            sample(4, 2040, 4, 16_160, 160),
            sample(9, 5040, 154, 40_160, 160),
        ]);
        assert_eq!((stream.packets, stream.bytes, stream.frames), (5, 860, 4));
        assert_eq!((stream.lost(), stream.gap_count), (149, 2));
        let gaps: Vec<_> = stream
            .gaps()
            .iter()
            .map(|gap| (gap.from.frame, gap.to.frame, gap.lost))
            .collect();
        assert_eq!(gaps, [(3, 4, 0), (4, 9, 149)]);
        assert_eq!(stream.gap_total, Duration::from_secs(5));
        assert_eq!(stream.is_tagged(), Some(false));
        assert!((stream.frame_rate().unwrap() - 3.0 / 5.04).abs() < 1e-9);
    }

    #[test]
    fn only_the_longest_gaps_are_kept_in_their_order() {
        let mut samples = vec![sample(0, 0, 0, 0, 160)];
        let mut at = 0;
        for place in 1..=100u16 {
            at += 1000 + u64::from(place % 50) * 10;
            samples.push(sample(u64::from(place), at, place, u32::from(place) * 160, 160));
        }
        let stream = stream(&samples);
        assert_eq!((stream.gap_count, stream.gaps().len()), (100, GAPS_KEPT));
        assert!(
            stream
                .gaps()
                .iter()
                .all(|gap| gap.duration() >= Duration::from_millis(1420))
        );
        assert!(stream.gaps().is_sorted_by_key(|gap| gap.from.frame));
    }

    #[test]
    fn srtp_shows_in_the_sizes_of_g711() {
        let tagged: Vec<_> = (0..5)
            .map(|n| sample(n, 20 * n, n as u16, 160 * n as u32, 170))
            .collect();
        assert_eq!(stream(&tagged).is_tagged(), Some(true));
        let mixed: Vec<_> = (0..6)
            .map(|n| sample(n, 20 * n, n as u16, 160, 160 + n as u32 % 2 * 10))
            .collect();
        assert_eq!(stream(&mixed).is_tagged(), None);
    }

    #[test]
    fn extensions_keep_their_first_value() {
        let mut stream = stream(&[sample(1, 0, 1, 0, 160)]);
        for value in [b"a", b"b"] {
            let mut bytes = vec![0x90, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 0xbe, 0xde, 0, 1, 0x40];
            bytes.extend(value);
            bytes.extend([0, 0]);
            stream.note_extensions(&Packet::decode(&bytes).unwrap());
        }
        assert_eq!(stream.extensions().collect::<Vec<_>>(), [4]);
        assert_eq!(stream.extension_value(4), Some(&b"a"[..]));
        assert_eq!(stream.extension_value(5), None);
    }
}
