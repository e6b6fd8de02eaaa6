//! RTP and SRTP packets (RFC 3550 §5.1, RFC 3711 §3.1): a view that loses nothing and trusts nothing.
//!
//! SRTP leaves the header and its extension in clear, so one view reads both. What SRTP encrypts with the payload, the
//! count of padding octets too, is only given where the caller knows that the packet is in clear.

mod extension;
mod profile;

use std::fmt;

pub use extension::{Element, Elements, Extension, Form};
pub use profile::{static_clock, static_name};

use crate::proto::reader::Damage;

/// Octets of the fixed header.
pub const HEADER: usize = 12;

/// An RTP or SRTP packet, seen through its octets. Reading it allocates nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    bytes: &'a [u8],
    header: [u8; HEADER],
}

impl<'a> Packet<'a> {
    /// Looks at `bytes` as an RTP packet. Contributing sources, the extension and padding may be cut or nonsense: see
    /// [`damage`](Self::damage).
    ///
    /// # Errors
    /// Fewer than 12 octets, or a version other than 2.
    pub fn decode(bytes: &'a [u8]) -> Result<Packet<'a>, Damage> {
        let Some(&header) = bytes.first_chunk::<HEADER>() else {
            return Err(Damage {
                offset: 0,
                wanted: HEADER,
                available: bytes.len(),
                what: "RTP header",
            });
        };
        if header[0] >> 6 != 2 {
            return Err(Damage {
                offset: 0,
                wanted: 2,
                available: usize::from(header[0] >> 6),
                what: "RTP version",
            });
        }
        Ok(Packet { bytes, header })
    }

    /// The padding bit.
    pub fn has_padding(&self) -> bool {
        self.header[0] & 0x20 != 0
    }

    /// The extension bit.
    pub fn has_extension(&self) -> bool {
        self.header[0] & 0x10 != 0
    }

    /// The marker bit: for video, as a rule, the last packet of a frame.
    pub fn marker(&self) -> bool {
        self.header[1] & 0x80 != 0
    }

    /// The payload type, 0 to 127.
    pub fn payload_type(&self) -> u8 {
        self.header[1] & 0x7f
    }

    /// The sequence number.
    pub fn sequence(&self) -> u16 {
        u16::from_be_bytes([self.header[2], self.header[3]])
    }

    /// The timestamp, in units of the payload type's clock.
    pub fn timestamp(&self) -> u32 {
        u32::from_be_bytes([self.header[4], self.header[5], self.header[6], self.header[7]])
    }

    /// The synchronization source.
    pub fn ssrc(&self) -> u32 {
        u32::from_be_bytes([self.header[8], self.header[9], self.header[10], self.header[11]])
    }

    /// Contributing sources by the header's count, 0 to 15.
    pub fn csrc_count(&self) -> usize {
        usize::from(self.header[0] & 0x0f)
    }

    /// The contributing sources that are there.
    pub fn csrcs(&self) -> impl Iterator<Item = u32> + 'a {
        let (list, _) = self.bytes[HEADER..].as_chunks::<4>();
        list.iter()
            .take(self.csrc_count())
            .map(|csrc| u32::from_be_bytes(*csrc))
    }

    /// The header extension, where the bit is set and its four-octet header is there.
    pub fn extension(&self) -> Option<Extension<'a>> {
        match self.has_extension() {
            true => Extension::at(self.bytes, HEADER + 4 * self.csrc_count()),
            false => None,
        }
    }

    /// Where the payload begins by the header: may lie behind the end of what is there.
    pub fn payload_offset(&self) -> usize {
        let fixed = HEADER + 4 * self.csrc_count();
        match self.extension() {
            Some(extension) => fixed + extension.octets(),
            None if self.has_extension() => fixed + extension::HEADER,
            None => fixed,
        }
    }

    /// Everything after the header and its extension: encrypted payload with its tag for SRTP, padding included.
    pub fn body(&self) -> &'a [u8] {
        self.bytes.get(self.payload_offset()..).unwrap_or(&[])
    }

    /// The payload of a packet in clear, without its padding. `None` where the count of padding octets is 0 or larger
    /// than what is there, which is how an encrypted packet looks.
    pub fn payload(&self) -> Option<&'a [u8]> {
        let body = self.body();
        match (self.has_padding(), body.last()) {
            (false, _) => Some(body),
            (true, Some(&padding)) if padding > 0 => body.get(..body.len().checked_sub(usize::from(padding))?),
            (true, _) => None,
        }
    }

    /// All the octets it was decoded from.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Contributing sources or an extension that reach behind the end; `missing` octets were not captured.
    pub fn damage(&self, missing: usize) -> Option<Damage> {
        let (wanted, available) = (self.payload_offset(), self.bytes.len().saturating_add(missing));
        (wanted > available).then_some(Damage {
            offset: HEADER,
            wanted: wanted - HEADER,
            available: available - HEADER,
            what: "contributing sources and header extension",
        })
    }
}

impl fmt::Debug for Packet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Packet(pt {} seq {} time {} ssrc {:#010x}, {} octets)",
            self.payload_type(),
            self.sequence(),
            self.timestamp(),
            self.ssrc(),
            self.bytes.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Version 2, padding, extension, two contributing sources, marker, payload type 111.
    #[rustfmt::skip]
    const WHOLE: [u8; 37] = [
        0xb2, 0xef, 0x12, 0x34, 0, 0, 0x03, 0xc0, 0xde, 0xad, 0xbe, 0xef,
        0, 0, 0, 1, 0, 0, 0, 2,
        0xbe, 0xde, 0, 1, 0x10, 0x7f, 0, 0,
        b'p', b'a', b'y', b'l', b'o', b'a', b'd', 0, 2,
    ];

    #[test]
    fn every_field_is_read() {
        let packet = Packet::decode(&WHOLE).unwrap();
        assert!(packet.has_padding() && packet.has_extension() && packet.marker());
        assert_eq!((packet.payload_type(), packet.sequence()), (111, 0x1234));
        assert_eq!((packet.timestamp(), packet.ssrc()), (960, 0xdead_beef));
        assert_eq!(packet.csrcs().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(packet.payload_offset(), 28);
        assert_eq!(packet.payload(), Some(&b"payload"[..]));
        assert_eq!(packet.body().len(), 9);
        assert_eq!(packet.damage(0), None);
        assert_eq!(
            format!("{packet:?}"),
            "Packet(pt 111 seq 4660 time 960 ssrc 0xdeadbeef, 37 octets)"
        );
    }

    #[test]
    fn padding_that_cannot_be_is_no_payload() {
        let mut bytes = WHOLE;
        for count in [0, 10, 255] {
            bytes[36] = count;
            assert_eq!(Packet::decode(&bytes).unwrap().payload(), None, "{count}");
        }
        bytes[36] = 9;
        assert_eq!(Packet::decode(&bytes).unwrap().payload(), Some(&[][..]));
    }

    #[test]
    fn wrong_lengths_are_told() {
        let mut bytes = WHOLE;
        bytes[23] = 200;
        let packet = Packet::decode(&bytes).unwrap();
        assert_eq!(packet.payload_offset(), 824);
        assert!(packet.body().is_empty());
        assert!(packet.damage(0).is_some());
        assert_eq!(packet.damage(800), None, "not captured is not damaged");
        bytes[0] = 0x8f;
        assert_eq!(
            Packet::decode(&bytes).unwrap().csrcs().count(),
            6,
            "as many as there are"
        );
    }

    #[test]
    fn other_versions_and_nothing_are_errors() {
        assert!(Packet::decode(&[]).is_err());
        for first in [0x00, 0x40, 0xc0] {
            let mut bytes = WHOLE;
            bytes[0] = first;
            assert_eq!(Packet::decode(&bytes).unwrap_err().what, "RTP version");
        }
    }

    #[test]
    fn every_cut_is_read_as_far_as_it_goes() {
        for cut in 0..WHOLE.len() {
            let packet = Packet::decode(&WHOLE[..cut]);
            assert_eq!(packet.is_ok(), cut >= HEADER, "{cut}");
            if let Ok(packet) = packet {
                assert_eq!(packet.damage(0).is_some(), cut < 28, "{cut}");
                let _ = (
                    packet.csrcs().count(),
                    packet.payload(),
                    packet.extension().map(|it| it.elements().count()),
                );
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80), missing: usize) {
            if let Ok(packet) = Packet::decode(&bytes) {
                let _ = (packet.csrcs().count(), packet.payload(), packet.damage(missing));
                proptest::prop_assert!(packet.body().len() <= bytes.len());
                for element in packet.extension().iter().flat_map(|it| it.elements()) {
                    proptest::prop_assert!(element.data.len() <= 255);
                }
            }
        }
    }
}
