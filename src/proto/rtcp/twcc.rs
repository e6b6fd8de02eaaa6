//! Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1): when each packet
//! of a transport, whatever its source, arrived.

use std::time::Duration;

/// What the deltas count, in µs.
const TICK_MICROS: i64 = 250;

/// A feedback message, seen through its octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransportCc<'a> {
    /// The transport-wide sequence number of the first packet.
    pub base: u16,
    /// How many packets it tells of.
    pub count: u16,
    /// The receiver's time that the deltas begin at, in units of 64 ms; 24 bits, signed.
    pub reference: i32,
    /// The number of the message, for telling lost ones.
    pub number: u8,
    rest: &'a [u8],
}

/// What became of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its transport-wide sequence number.
    pub sequence: u16,
    /// When it arrived, in µs from the message's reference time; `None`: it did not, by then.
    pub since_reference_us: Option<i64>,
}

impl<'a> TransportCc<'a> {
    pub(super) fn decode(content: &'a [u8]) -> Option<TransportCc<'a>> {
        let (&[a, b, c, d, e, f, g, number], rest) = content.split_first_chunk()?;
        Some(TransportCc {
            base: u16::from_be_bytes([a, b]),
            count: u16::from_be_bytes([c, d]),
            // The sign is bit 23.
            reference: i32::from_be_bytes([e, f, g, 0]) >> 8,
            number,
            rest,
        })
    }

    /// The reference time by the receiver's clock, which begins anywhere.
    pub fn reference_time(&self) -> Duration {
        Duration::from_millis(64 * u64::from(self.reference as u32 & 0xff_ffff))
    }

    /// What became of each packet, up to the damage: at most [`count`](Self::count).
    pub fn arrivals(&self) -> impl Iterator<Item = Arrival> + use<'a> {
        let symbols = Symbols::new(self.rest, self.count);
        let mut deltas = {
            let mut walk = symbols;
            walk.by_ref().for_each(drop);
            walk.rest
        };
        let (base, mut now) = (self.base, 0i64);
        symbols.zip(0u16..).map_while(move |(symbol, index)| {
            let arrived = match (symbol, deltas) {
                (1, [delta, rest @ ..]) => {
                    deltas = rest;
                    Some(i64::from(*delta))
                }
                (2, [a, b, rest @ ..]) => {
                    deltas = rest;
                    Some(i64::from(i16::from_be_bytes([*a, *b])))
                }
                (1 | 2, _) => return None,
                _ => None,
            };
            Some(Arrival {
                sequence: base.wrapping_add(index),
                since_reference_us: arrived.map(|ticks| {
                    now += ticks * TICK_MICROS;
                    now
                }),
            })
        })
    }

    /// How many packets arrived, and how many did not, as far as the message can be read.
    pub fn arrived_and_lost(&self) -> (u32, u32) {
        self.arrivals()
            .fold((0, 0), |(arrived, lost), packet| match packet.since_reference_us {
                Some(_) => (arrived + 1, lost),
                None => (arrived, lost + 1),
            })
    }
}

/// The status symbols of the chunks (§3.1.2): 0 not received, 1 small delta, 2 large delta, 3 reserved.
#[derive(Clone, Copy)]
struct Symbols<'a> {
    rest: &'a [u8],
    /// Symbols still to come.
    left: u16,
    chunk: u16,
    /// Symbols still in `chunk`.
    in_chunk: u16,
}

impl<'a> Symbols<'a> {
    fn new(rest: &'a [u8], count: u16) -> Symbols<'a> {
        Symbols {
            rest,
            left: count,
            chunk: 0,
            in_chunk: 0,
        }
    }
}

impl Iterator for Symbols<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if self.left == 0 {
            return None;
        }
        while self.in_chunk == 0 {
            let (chunk, rest) = self.rest.split_first_chunk()?;
            self.rest = rest;
            self.chunk = u16::from_be_bytes(*chunk);
            self.in_chunk = match self.chunk >> 14 {
                0 | 1 => self.chunk & 0x1fff,
                2 => 14,
                _ => 7,
            };
        }
        self.left -= 1;
        self.in_chunk -= 1;
        Some(match self.chunk >> 14 {
            0 | 1 => self.chunk >> 13 & 3,
            2 => self.chunk >> self.in_chunk & 1,
            _ => self.chunk >> (2 * self.in_chunk) & 3,
        } as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten packets from 65534 on: a run of three small deltas, a vector of seven two-bit symbols.
    #[rustfmt::skip]
    const WHOLE: [u8; 19] = [
        0xff, 0xfe, 0, 10, 0xff, 0xff, 0xff, 7,
        0x20, 3,
        // small, lost, large, lost, lost, small, lost
        0b1101_0010, 0b0000_0100,
        4, 8, 0, 2, 0xff, 0xfc, 1,
    ];

    fn read(bytes: &[u8]) -> Option<Vec<(u16, Option<i64>)>> {
        let message = TransportCc::decode(bytes)?;
        let arrivals = message.arrivals();
        Some(arrivals.map(|it| (it.sequence, it.since_reference_us)).collect())
    }

    #[test]
    fn arrivals_of_runs_and_vectors() {
        let message = TransportCc::decode(&WHOLE).unwrap();
        assert_eq!((message.base, message.count, message.number), (65534, 10, 7));
        assert_eq!(message.reference, -1);
        assert_eq!(message.arrived_and_lost(), (6, 4));
        let times = [1000, 3000, 3000, 3500, -1, 2500, -1, -1, 2750, -1].map(|time| (time >= 0).then_some(time));
        let numbers = (0..10).map(|index| 65534u16.wrapping_add(index));
        assert_eq!(read(&WHOLE).unwrap(), numbers.zip(times).collect::<Vec<_>>());
    }

    #[test]
    fn one_bit_vectors_and_runs_of_lost_packets() {
        let bytes = [0, 1, 0, 16, 0, 0, 1, 0, 0x00, 2, 0b1010_0000, 0b0000_0001, 8, 8];
        let seen = read(&bytes).unwrap();
        let arrived: Vec<_> = seen.iter().filter(|(_, time)| time.is_some()).collect();
        assert_eq!(arrived, [&(3, Some(2000)), &(16, Some(4000))]);
        let message = TransportCc::decode(&bytes).unwrap();
        assert_eq!(message.reference_time(), Duration::from_millis(64));
    }

    #[test]
    fn a_count_of_more_than_the_chunks_tell_ends_with_them() {
        let mut bytes = WHOLE;
        bytes[2] = 0xff;
        assert!(read(&bytes).unwrap().len() <= 10);
        assert_eq!(read(&[0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]), Some(vec![]));
    }

    #[test]
    fn every_cut_gives_what_is_there() {
        let whole = read(&WHOLE).unwrap();
        for cut in 0..WHOLE.len() {
            let seen = read(&WHOLE[..cut]);
            assert_eq!(seen.is_some(), cut >= 8, "{cut}");
            // Where no chunk is cut the beginning is right; a cut chunk's octets are no deltas.
            assert!(cut < 12 || whole.starts_with(&seen.unwrap()), "{cut}");
        }
    }
}
