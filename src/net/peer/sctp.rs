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
    highest: Option<u32>,
}

impl SctpFacts {
    /// An SCTP packet passes.
    pub fn packet(&mut self, direction: Direction, at: At, packet: &[u8]) {
        let Ok(packet) = sctp::Packet::decode(packet) else {
            return;
        };
        let way = direction as usize;
        for chunk in packet.chunks() {
            match chunk.chunk_type {
                ChunkType::INIT => _ = self.init.get_or_insert(at),
                ChunkType::COOKIE_ACK => _ = self.established.get_or_insert(at),
                ChunkType::ABORT => self.aborts += 1,
                ChunkType::RE_CONFIG => self.resets[way] += 1,
                ChunkType::DATA | ChunkType::I_DATA => {
                    let Some(data) = chunk.data() else { continue };
                    self.data[way] += 1;
                    if direction == Direction::Sent {
                        self.numbered(data.tsn);
                    }
                    if self.first_message.is_none() || self.ack.is_none() {
                        self.begins(at, &data);
                    }
                }
                _ => {}
            }
        }
    }

    fn numbered(&mut self, tsn: u32) {
        // Serial number arithmetic (RFC 1982).
        let is_new = self
            .highest
            .is_none_or(|highest| (tsn.wrapping_sub(highest) as i32) > 0);
        match is_new {
            true => self.highest = Some(tsn),
            false => self.retransmitted += 1,
        }
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
