//! RTCP: compound packets and what they report (RFC 3550 §6, RFC 4585, RFC 3611, RFC 8888), and SRTCP told from it.
//!
//! A datagram holds packets one behind the other, [`Packets`]; each has a header and a [`Body`]. Of SRTCP only the first
//! eight octets are in clear: ask [`Shape::of`] before reading, or encrypted octets are taken for reports.

mod body;
mod ccfb;
mod feedback;
mod report;
mod secure;
mod source;
mod twcc;
mod xr;

use std::fmt;

pub use body::Body;
pub use ccfb::{Ccfb, CcfbReport};
pub use feedback::{Bitrate, Feedback, FeedbackFormat, FullIntraRequests, Nacks, Remb, SliceLoss};
pub use report::{ReceiverReport, ReportBlock, SenderInfo, SenderReport};
pub use secure::Shape;
pub use source::{Application, Chunk, Goodbye, SdesItem, SourceDescription};
pub use twcc::{Arrival, TransportCc};
pub use xr::{Block, BlockType, Dlrr, ExtendedReport};

use crate::proto::reader::Damage;
use crate::proto::registry::registry;

/// Octets of the common header.
pub const HEADER: usize = 4;

registry! {
    /// What an RTCP packet is.
    pub struct PacketType(u8), unknown "{}";
    SMPTETC = 194, "SMPTETC", "RFC 5484";
    IJ = 195, "IJ", "RFC 5450";
    SR = 200, "SR", "RFC 3550 §6.4.1";
    RR = 201, "RR", "RFC 3550 §6.4.2";
    SDES = 202, "SDES", "RFC 3550 §6.5";
    BYE = 203, "BYE", "RFC 3550 §6.6";
    APP = 204, "APP", "RFC 3550 §6.7";
    RTPFB = 205, "RTPFB", "RFC 4585 §6.2";
    PSFB = 206, "PSFB", "RFC 4585 §6.3";
    XR = 207, "XR", "RFC 3611 §2";
    AVB = 208, "AVB", "IEEE 1733";
    RSI = 209, "RSI", "RFC 5760 §7.1";
    TOKEN = 210, "TOKEN", "RFC 6284 §3";
    IDMS = 211, "IDMS", "RFC 7272 §8";
    RGRS = 212, "RGRS", "RFC 8861 §3.1";
    SNM = 213, "SNM", "RFC 6679";
}

/// One packet of a compound packet: its header and what follows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    bytes: &'a [u8],
    first: u8,
    /// What it is.
    pub packet_type: PacketType,
    /// The length field: 32-bit words after the first one.
    pub words: u16,
    /// Where it begins in the datagram.
    pub offset: usize,
}

impl<'a> Packet<'a> {
    /// The five bits after padding: a count of reports or sources, or the format of a feedback message.
    pub fn count(&self) -> u8 {
        self.first & 0x1f
    }

    /// The padding bit: only the last packet of a compound packet may have it.
    pub fn has_padding(&self) -> bool {
        self.first & 0x20 != 0
    }

    /// Octets that it takes by its length field, the header included.
    pub fn octets(&self) -> usize {
        HEADER + 4 * usize::from(self.words)
    }

    /// The octets that are there, header included.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What follows the header, padding left out where its count can be believed.
    pub fn content(&self) -> &'a [u8] {
        let content = &self.bytes[HEADER..];
        match content.last() {
            Some(&padding) if self.has_padding() && self.is_whole() => {
                let end = content.len().saturating_sub(usize::from(padding));
                content.get(..end).unwrap_or(content)
            }
            _ => content,
        }
    }

    /// Whether nothing of it was cut.
    pub fn is_whole(&self) -> bool {
        self.bytes.len() == self.octets()
    }

    /// The first source after the header: who sent it (all but SDES, BYE and IJ have it there).
    pub fn sender(&self) -> Option<u32> {
        self.bytes[HEADER..].first_chunk().map(|ssrc| u32::from_be_bytes(*ssrc))
    }

    /// What it says. Only for RTCP in clear.
    pub fn body(&self) -> Body<'a> {
        Body::of(self)
    }
}

impl fmt::Debug for Packet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}] {} octets", self.packet_type, self.count(), self.bytes.len())
    }
}

/// Goes through the packets of a compound packet, up to the damage.
#[derive(Clone, Copy, Debug)]
pub struct Packets<'a> {
    bytes: &'a [u8],
    at: usize,
    damage: Option<Damage>,
}

impl<'a> Packets<'a> {
    /// The packets of a datagram in clear.
    pub const fn new(bytes: &'a [u8]) -> Packets<'a> {
        Packets {
            bytes,
            at: 0,
            damage: None,
        }
    }

    /// What ended it early: a cut packet (given out as far as it is there), or another version.
    pub fn damage(&self) -> Option<Damage> {
        self.damage
    }

    /// Where the next packet begins.
    pub fn offset(&self) -> usize {
        self.at
    }

    fn stop(&mut self, wanted: usize, available: usize, what: &'static str) {
        self.damage = Some(Damage {
            offset: self.at,
            wanted,
            available,
            what,
        });
        self.at = self.bytes.len();
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Packet<'a>;

    fn next(&mut self) -> Option<Packet<'a>> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let Some(&[first, packet_type, a, b]) = rest.first_chunk() else {
            self.stop(HEADER, rest.len(), "RTCP header");
            return None;
        };
        if first >> 6 != 2 {
            self.stop(2, usize::from(first >> 6), "RTCP version");
            return None;
        }
        let mut packet = Packet {
            bytes: rest,
            first,
            packet_type: PacketType(packet_type),
            words: u16::from_be_bytes([a, b]),
            offset: self.at,
        };
        match rest.get(..packet.octets()) {
            Some(bytes) => {
                packet.bytes = bytes;
                self.at += bytes.len();
            }
            None => self.stop(packet.octets(), rest.len(), "RTCP packet"),
        }
        Some(packet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RR without blocks, PLI, padded BYE.
    #[rustfmt::skip]
    const COMPOUND: [u8; 36] = [
        0x80, 201, 0, 1, 0, 0, 0, 1,
        0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2,
        0xa1, 203, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 8,
    ];

    #[test]
    fn a_compound_packet_is_walked() {
        let mut packets = Packets::new(&COMPOUND);
        let seen: Vec<_> = packets.by_ref().collect();
        assert_eq!(packets.damage(), None);
        assert_eq!(
            format!("{seen:?}"),
            "[RR[0] 8 octets, PSFB[1] 12 octets, BYE[1] 16 octets]"
        );
        assert_eq!(seen[1].offset, 8);
        assert_eq!(seen[1].sender(), Some(1));
        assert_eq!(seen[2].content(), [0, 0, 0, 1], "without padding");
    }

    #[test]
    fn damage_ends_it() {
        let mut bytes = COMPOUND;
        bytes[8] = 0x41;
        let mut packets = Packets::new(&bytes);
        assert_eq!(packets.by_ref().count(), 1);
        assert_eq!(packets.damage().map(|damage| damage.offset), Some(8));
        bytes = COMPOUND;
        bytes[35] = 200;
        let last = Packets::new(&bytes).last().unwrap();
        assert!(
            last.content().is_empty(),
            "padding longer than the packet leaves nothing"
        );
        assert_eq!(Packets::new(&[]).count(), 0);
    }

    #[test]
    fn every_cut_gives_what_is_there() {
        for cut in 0..COMPOUND.len() {
            let mut packets = Packets::new(&COMPOUND[..cut]);
            let total: usize = packets.by_ref().map(|packet| packet.bytes().len()).sum();
            let headers = [0, 8, 20, 36].contains(&cut);
            assert_eq!(packets.damage().is_none(), headers, "{cut}");
            assert!(total <= cut);
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..120)) {
            for packet in Packets::new(&bytes) {
                let _ = format!("{packet:?} {:?}", packet.body());
            }
            let _ = (Shape::of(&bytes, 0), Shape::of(&bytes, 7));
        }

        #[test]
        fn bodies_of_every_kind_do_not_panic(
            packet_type in 192u8..=213,
            count in 0u8..32,
            content in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..100),
        ) {
            let words = (content.len() / 4) as u8;
            let mut bytes = vec![0x80 | count, packet_type, 0, words];
            bytes.extend(&content[..4 * usize::from(words)]);
            for packet in Packets::new(&bytes) {
                proptest::prop_assert!(body::tests::exhaust(packet.body()) <= usize::from(u16::MAX));
            }
        }
    }
}
