//! [`SctpFacts`]: how SCTP and the opening of data channels go, from packets in clear.

use super::tap::Direction;
use crate::proto::dcep;
use crate::proto::sctp::{self, ChunkType, PayloadProtocol};
use crate::time::At;

/// The progress of SCTP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SctpFacts {
    /// The first INIT, sent or received.
    pub init: Option<At>,
    /// COOKIE ACK: the association stands.
    pub established: Option<At>,
    /// The first DATA_CHANNEL_OPEN.
    pub open: Option<At>,
    /// The first DATA_CHANNEL_ACK.
    pub ack: Option<At>,
    /// The first octet of a message of the user.
    pub first_message: Option<At>,
    /// ABORT chunks.
    pub aborts: u64,
    /// Data chunks sent and received.
    pub data: [u64; 2],
    /// Of those sent, the ones whose number was sent before.
    pub retransmitted: u64,
    /// RE-CONFIG chunks: streams reset, a channel closed (RFC 6525).
    pub resets: [u64; 2],
    /// What was sent more than once to set up: each time the library waits a second at first, and twice as long after that.
    pub repeated: Repeated,
    highest: Option<u32>,
    /// What was sent of the association so far.
    sent: Repeated,
}

/// Packets that set up an association and a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeated {
    /// INIT chunks.
    pub inits: u64,
    /// COOKIE ECHO chunks.
    pub cookies: u64,
    /// DATA_CHANNEL_OPEN messages.
    pub opens: u64,
}

impl SctpFacts {
    /// An SCTP packet passes.
    pub fn packet(&mut self, direction: Direction, at: At, packet: &[u8]) {
        let Ok(packet) = sctp::Packet::decode(packet) else {
            return;
        };
        let way = direction as usize;
        for chunk in packet.chunks() {
            if direction == Direction::Sent {
                match chunk.chunk_type {
                    ChunkType::INIT => counted(&mut self.sent.inits, &mut self.repeated.inits),
                    ChunkType::COOKIE_ECHO => counted(&mut self.sent.cookies, &mut self.repeated.cookies),
                    _ => {}
                }
            }
            match chunk.chunk_type {
                ChunkType::INIT => _ = self.init.get_or_insert(at),
                ChunkType::COOKIE_ACK => _ = self.established.get_or_insert(at),
                ChunkType::ABORT => self.aborts += 1,
                ChunkType::RE_CONFIG => self.resets[way] += 1,
                ChunkType::DATA | ChunkType::I_DATA => {
                    let Some(data) = chunk.data() else { continue };
                    self.data[way] += 1;
                    let is_again = direction == Direction::Sent && !self.is_new(data.tsn);
                    let is_open = || matches!(dcep::Message::decode(data.payload), Some(dcep::Message::Open(_)));
                    if is_again && data.protocol == Some(PayloadProtocol::DCEP) && is_open() {
                        self.repeated.opens += 1;
                    }
                    if self.first_message.is_none() || self.ack.is_none() {
                        self.begins(at, &data);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a chunk with this number is sent for the first time.
    fn is_new(&mut self, tsn: u32) -> bool {
        // Serial number arithmetic (RFC 1982).
        let is_new = self
            .highest
            .is_none_or(|highest| (tsn.wrapping_sub(highest) as i32) > 0);
        match is_new {
            true => self.highest = Some(tsn),
            false => self.retransmitted += 1,
        }
        is_new
    }

    fn begins(&mut self, at: At, data: &sctp::Data<'_>) {
        match data.protocol {
            Some(PayloadProtocol::DCEP) => match dcep::Message::decode(data.payload) {
                Some(dcep::Message::Open(_)) => _ = self.open.get_or_insert(at),
                Some(dcep::Message::Ack) => _ = self.ack.get_or_insert(at),
                _ => {}
            },
            Some(_) => _ = self.first_message.get_or_insert(at),
            None => {}
        }
    }
}

/// One more was sent; all after the first are repetitions.
fn counted(sent: &mut u64, repeated: &mut u64) {
    *repeated += u64::from(*sent > 0);
    *sent += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_counted_from_the_second_on() {
        let packet = |kind: u8| {
            let mut bytes = vec![0x13, 0x88, 0x13, 0x88, 0, 0, 0, 0, 0, 0, 0, 0];
            bytes.extend([kind, 0, 0, 20, 0, 0, 0, 1, 0, 0, 5, 220, 0, 1, 0, 1, 0, 0, 0, 1]);
            bytes
        };
        let mut facts = SctpFacts::default();
        for (direction, kind) in [
            (Direction::Sent, 1),
            (Direction::Received, 1),
            (Direction::Sent, 1),
            (Direction::Sent, 10),
            (Direction::Sent, 1),
            (Direction::Sent, 10),
        ] {
            facts.packet(direction, At::START, &packet(kind));
        }
        let repeated = Repeated {
            inits: 2,
            cookies: 1,
            opens: 0,
        };
        assert_eq!((facts.repeated, facts.init), (repeated, Some(At::START)));
    }

    #[test]
    fn damage_is_nothing() {
        let mut facts = SctpFacts::default();
        for length in 0..12 {
            facts.packet(Direction::Sent, At::START, &[1; 12][..length]);
        }
        assert_eq!(facts, SctpFacts::default());
    }
}
