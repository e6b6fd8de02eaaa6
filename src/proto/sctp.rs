//! SCTP packets (RFC 9260) as data channels use them (RFC 8831): inside DTLS, so seen only where that is open.

use crate::proto::reader::Damage;
use crate::proto::registry::registry;

/// Octets of the common header.
pub const HEADER: usize = 12;

registry! {
    /// A chunk type.
    pub struct ChunkType(u8), unknown "{}";
    DATA = 0, "DATA", "RFC 9260 §3.3.1";
    INIT = 1, "INIT", "RFC 9260 §3.3.2";
    INIT_ACK = 2, "INIT ACK", "RFC 9260 §3.3.3";
    SACK = 3, "SACK", "RFC 9260 §3.3.4";
    HEARTBEAT = 4, "HEARTBEAT", "RFC 9260 §3.3.5";
    HEARTBEAT_ACK = 5, "HEARTBEAT ACK", "RFC 9260 §3.3.6";
    ABORT = 6, "ABORT", "RFC 9260 §3.3.7";
    SHUTDOWN = 7, "SHUTDOWN", "RFC 9260 §3.3.8";
    SHUTDOWN_ACK = 8, "SHUTDOWN ACK", "RFC 9260 §3.3.9";
    ERROR = 9, "ERROR", "RFC 9260 §3.3.10";
    COOKIE_ECHO = 10, "COOKIE ECHO", "RFC 9260 §3.3.11";
    COOKIE_ACK = 11, "COOKIE ACK", "RFC 9260 §3.3.12";
    SHUTDOWN_COMPLETE = 14, "SHUTDOWN COMPLETE", "RFC 9260 §3.3.13";
    AUTH = 15, "AUTH", "RFC 4895 §4.1";
    I_DATA = 64, "I-DATA", "RFC 8260 §2.1";
    RE_CONFIG = 130, "RE-CONFIG", "RFC 6525 §3.1";
    PAD = 132, "PAD", "RFC 4820 §3";
    FORWARD_TSN = 192, "FORWARD TSN", "RFC 3758 §3.2";
    I_FORWARD_TSN = 194, "I-FORWARD TSN", "RFC 8260 §2.3.1";
}

registry! {
    /// A payload protocol identifier: what a message of a data channel is (RFC 8831 §8).
    pub struct PayloadProtocol(u32), unknown "{}";
    DCEP = 50, "WebRTC DCEP", "RFC 8832 §8.1";
    STRING = 51, "WebRTC String", "RFC 8831 §8";
    BINARY_PARTIAL = 52, "WebRTC Binary Partial", "RFC 8831 §8", "deprecated";
    BINARY = 53, "WebRTC Binary", "RFC 8831 §8";
    STRING_PARTIAL = 54, "WebRTC String Partial", "RFC 8831 §8", "deprecated";
    STRING_EMPTY = 56, "WebRTC String Empty", "RFC 8831 §8";
    BINARY_EMPTY = 57, "WebRTC Binary Empty", "RFC 8831 §8";
}

registry! {
    /// Why an association was aborted, or what was wrong with a chunk.
    pub struct CauseCode(u16), unknown "{}";
    INVALID_STREAM = 1, "Invalid Stream Identifier", "RFC 9260 §3.3.10.1";
    MISSING_PARAMETER = 2, "Missing Mandatory Parameter", "RFC 9260 §3.3.10.2";
    STALE_COOKIE = 3, "Stale Cookie", "RFC 9260 §3.3.10.3";
    OUT_OF_RESOURCE = 4, "Out of Resource", "RFC 9260 §3.3.10.4";
    UNRESOLVABLE_ADDRESS = 5, "Unresolvable Address", "RFC 9260 §3.3.10.5";
    UNRECOGNIZED_CHUNK = 6, "Unrecognized Chunk Type", "RFC 9260 §3.3.10.6";
    INVALID_PARAMETER = 7, "Invalid Mandatory Parameter", "RFC 9260 §3.3.10.7";
    UNRECOGNIZED_PARAMETERS = 8, "Unrecognized Parameters", "RFC 9260 §3.3.10.8";
    NO_USER_DATA = 9, "No User Data", "RFC 9260 §3.3.10.9";
    COOKIE_WHILE_SHUTTING_DOWN = 10, "Cookie Received While Shutting Down", "RFC 9260 §3.3.10.10";
    RESTART_WITH_NEW_ADDRESSES = 11, "Restart of an Association with New Addresses", "RFC 9260 §3.3.10.11";
    USER_INITIATED_ABORT = 12, "User-Initiated Abort", "RFC 9260 §3.3.10.12";
    PROTOCOL_VIOLATION = 13, "Protocol Violation", "RFC 9260 §3.3.10.13";
}

/// An SCTP packet, seen through its octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The sender's SCTP port.
    pub source_port: u16,
    /// The receiver's SCTP port.
    pub destination_port: u16,
    /// The verification tag: 0 with INIT only.
    pub verification_tag: u32,
    bytes: &'a [u8],
}

/// One chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// What it is.
    pub chunk_type: ChunkType,
    /// Flags, each type's own.
    pub flags: u8,
    /// The length field: octets with the four of its header, without padding.
    pub length: u16,
    /// What follows its header, as far as it is there.
    pub value: &'a [u8],
}

/// A piece of a user message (RFC 9260 §3.3.1, RFC 8260 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Data<'a> {
    /// The transmission sequence number.
    pub tsn: u32,
    /// The stream: the id of the data channel.
    pub stream: u16,
    /// What it is; `None` in a later fragment of an I-DATA message, which does not say.
    pub protocol: Option<PayloadProtocol>,
    /// The first fragment of its message.
    pub begins: bool,
    /// The last fragment of its message.
    pub ends: bool,
    /// The user's octets.
    pub payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Looks at `bytes` as an SCTP packet.
    ///
    /// # Errors
    /// Fewer than 12 octets.
    pub fn decode(bytes: &'a [u8]) -> Result<Packet<'a>, Damage> {
        let Some(&[a, b, c, d, e, f, g, h, ..]) = bytes.first_chunk::<HEADER>() else {
            return Err(Damage {
                offset: 0,
                wanted: HEADER,
                available: bytes.len(),
                what: "SCTP header",
            });
        };
        Ok(Packet {
            source_port: u16::from_be_bytes([a, b]),
            destination_port: u16::from_be_bytes([c, d]),
            verification_tag: u32::from_be_bytes([e, f, g, h]),
            bytes,
        })
    }

    /// Whether the checksum is right (CRC-32C, least significant octet first, RFC 9260 §6.8). It makes SCTP certain;
    /// a data channel may leave it 0 (RFC 9653).
    pub fn is_checksum_valid(&self) -> bool {
        self.bytes[8..HEADER] == checksum(self.bytes).to_le_bytes()
    }

    /// The chunks in order, up to the damage.
    pub fn chunks(&self) -> impl Iterator<Item = Chunk<'a>> + use<'a> {
        let mut rest = &self.bytes[HEADER..];
        std::iter::from_fn(move || {
            let (&[chunk_type, flags, a, b], tail) = rest.split_first_chunk()?;
            let length = u16::from_be_bytes([a, b]);
            let octets = usize::from(length).checked_sub(4)?;
            rest = tail.get(octets.next_multiple_of(4)..).unwrap_or(&[]);
            Some(Chunk {
                chunk_type: ChunkType(chunk_type),
                flags,
                length,
                value: tail.get(..octets).unwrap_or(tail),
            })
        })
    }
}

impl<'a> Chunk<'a> {
    /// The piece of a message that a DATA or I-DATA chunk carries.
    pub fn data(&self) -> Option<Data<'a>> {
        let (&[a, b, c, d, e, f, ..], _) = self.value.split_first_chunk::<12>()?;
        let (begins, ends) = (self.flags & 2 != 0, self.flags & 1 != 0);
        let (protocol, payload) = match self.chunk_type {
            ChunkType::DATA => (self.word(8), self.value.get(12..)?),
            // The same word is a fragment's number in all but the first (RFC 8260 §2.1).
            ChunkType::I_DATA => (self.word(12).filter(|_| begins), self.value.get(16..)?),
            _ => return None,
        };
        Some(Data {
            tsn: u32::from_be_bytes([a, b, c, d]),
            stream: u16::from_be_bytes([e, f]),
            protocol: protocol.map(PayloadProtocol),
            begins,
            ends,
            payload,
        })
    }

    /// The first cause that an ABORT or an ERROR gives.
    pub fn cause(&self) -> Option<CauseCode> {
        match self.chunk_type {
            ChunkType::ABORT | ChunkType::ERROR => {
                let code = self.value.first_chunk()?;
                Some(CauseCode(u16::from_be_bytes(*code)))
            }
            _ => None,
        }
    }

    fn word(&self, at: usize) -> Option<u32> {
        self.value
            .get(at..)?
            .first_chunk()
            .map(|word| u32::from_be_bytes(*word))
    }
}

/// The checksum that a packet of at least 12 octets should have; what stands in its place counts as 0.
pub(crate) fn checksum(packet: &[u8]) -> u32 {
    !crc32c(crc32c(crc32c(!0, &packet[..8]), &[0; 4]), &packet[HEADER..])
}

/// CRC-32C of `bytes`, going on from `crc` (RFC 9260 appendix A).
fn crc32c(crc: u32, bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(crc, |crc, octet| TABLE[usize::from(crc as u8 ^ octet)] ^ (crc >> 8))
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let (mut crc, mut bit) = (index as u32, 0);
        while bit < 8 {
            crc = (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg());
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::dcep::Message;

    fn packet(chunks: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![0x13, 0x88, 0x13, 0x88, 1, 2, 3, 4, 0, 0, 0, 0];
        bytes.extend(chunks.concat());
        let crc = checksum(&bytes).to_le_bytes();
        bytes[8..12].copy_from_slice(&crc);
        bytes
    }

    #[rustfmt::skip]
    const OPEN: [u8; 36] = [
        0, 3, 0, 34, 0, 0, 0, 7, 0, 2, 0, 0, 0, 0, 0, 50,
        3, 0, 1, 0, 0, 0, 0, 0, 0, 4, 0, 2, b'c', b'h', b'a', b't', b'v', b'1', 0, 0,
    ];
    const SACK: [u8; 16] = [3, 0, 0, 16, 0, 0, 0, 6, 0, 0, 0xff, 0xff, 0, 0, 0, 0];

    #[test]
    fn crc_of_the_check_word() {
        assert_eq!(!crc32c(!0, b"123456789"), 0xe306_9283);
    }

    #[test]
    fn chunks_and_their_data() {
        let bytes = packet(&[&SACK, &OPEN]);
        let packet = Packet::decode(&bytes).unwrap();
        assert_eq!((packet.source_port, packet.verification_tag), (5000, 0x0102_0304));
        assert!(packet.is_checksum_valid());
        let chunks: Vec<_> = packet.chunks().collect();
        let types: Vec<_> = chunks.iter().map(|chunk| chunk.chunk_type).collect();
        assert_eq!(types, [ChunkType::SACK, ChunkType::DATA]);
        assert_eq!(chunks[0].data(), None);
        let data = chunks[1].data().unwrap();
        assert_eq!((data.tsn, data.stream, data.begins, data.ends), (7, 2, true, true));
        assert_eq!(data.protocol, Some(PayloadProtocol::DCEP));
        let Some(Message::Open(open)) = Message::decode(data.payload) else {
            panic!("no OPEN");
        };
        assert_eq!((open.label_lossy(), open.protocol), ("chat".into(), &b"v1"[..]));
    }

    #[test]
    fn interleaved_data_says_what_it_is_once() {
        let mut chunk = [
            64, 2, 0, 21, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 51, b'x', 0, 0, 0,
        ];
        let bytes = packet(&[&chunk]);
        let data = Packet::decode(&bytes).unwrap().chunks().next().unwrap().data().unwrap();
        assert_eq!(
            (data.protocol, data.payload),
            (Some(PayloadProtocol::STRING), &b"x"[..])
        );
        chunk[1] = 1;
        let bytes = packet(&[&chunk]);
        let data = Packet::decode(&bytes).unwrap().chunks().next().unwrap().data().unwrap();
        assert_eq!((data.protocol, data.ends), (None, true));
    }

    #[test]
    fn a_length_below_its_header_ends_the_chunks() {
        let bytes = packet(&[&[0, 0, 0, 3], &SACK]);
        assert_eq!(Packet::decode(&bytes).unwrap().chunks().count(), 0);
        assert!(Packet::decode(&[]).is_err());
    }

    #[test]
    fn every_cut_gives_what_is_there() {
        let bytes = packet(&[&SACK, &OPEN]);
        for cut in 0..bytes.len() {
            let packet = Packet::decode(&bytes[..cut]);
            assert_eq!(packet.is_ok(), cut >= HEADER, "{cut}");
            if let Ok(packet) = packet {
                assert!(!packet.is_checksum_valid(), "{cut}");
                assert!(packet.chunks().filter_map(|chunk| chunk.data()).count() <= 1);
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..100)) {
            if let Ok(packet) = Packet::decode(&bytes) {
                let _ = packet.is_checksum_valid();
                for data in packet.chunks().filter_map(|chunk| chunk.data()) {
                    let _ = Message::decode(data.payload);
                }
            }
        }
    }
}
