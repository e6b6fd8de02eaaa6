//! [`Shape`]: whether a datagram is RTCP in clear, SRTCP, or neither.

use crate::proto::rtcp::{HEADER, PacketType, Packets};

/// What a datagram looks like, by its lengths.
///
/// RTCP in clear is a row of packets that fills the datagram exactly. SRTCP (RFC 3711 §3.4) leaves the first eight octets
/// in clear and ends in a word with the E bit and a 31-bit index, with a tag behind (HMAC) or before it (AEAD, RFC 7714 §9.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// RTCP in clear.
    Clear,
    /// SRTCP.
    Secure {
        /// The E bit: all but the first eight octets is encrypted.
        encrypted: bool,
        /// The index of the packet; not known where its end was not captured.
        index: Option<u32>,
        /// Octets of the authentication tag: 10 (or 4) for HMAC-SHA1, 16 (or 8) for AEAD.
        tag: Option<u8>,
    },
}

/// Trailers, the most usual first: octets of the tag, octets of a master key identifier before it, and whether the index stands
/// behind both (AEAD) or before them. WebRTC has no MKI; Skype has one of an octet.
const TRAILERS: [(u8, u8, bool); 6] = [
    (10, 0, false),
    (16, 0, true),
    (10, 1, false),
    (4, 0, false),
    (8, 0, true),
    (10, 4, false),
];
/// The index counts packets from the session's start: more than this were no session but chance.
const HIGHEST_INDEX: u32 = 1 << 24;

impl Shape {
    /// The shape of a datagram, of which `missing` octets at its end were not captured. `None`: no RTCP.
    pub fn of(bytes: &[u8], missing: usize) -> Option<Shape> {
        let &[first, kind, a, b] = bytes.first_chunk()?;
        let octets = HEADER + 4 * usize::from(u16::from_be_bytes([a, b]));
        let total = bytes.len().saturating_add(missing);
        if first >> 6 != 2 || octets > total || !fits(kind, first & 0x1f, octets) {
            return None;
        }
        if missing > 0 {
            // The second header, where it was captured, tells clear from encrypted.
            return match bytes.get(octets..octets + HEADER) {
                None if octets == total => Some(Shape::Clear),
                None => Some(Shape::secure(true, None, None)),
                Some(_) if clear_up_to(bytes) == Some(bytes.len()) => Some(Shape::Clear),
                Some(_) => Some(Shape::secure(true, None, None)),
            };
        }
        match clear_up_to(bytes) {
            Some(end) if end == total => Some(Shape::Clear),
            end => Shape::of_trailer(bytes, octets, end),
        }
    }

    /// SRTCP by its trailer: `clear` is where a row of packets in clear ends.
    fn of_trailer(bytes: &[u8], first: usize, clear: Option<usize>) -> Option<Shape> {
        TRAILERS.iter().find_map(|&(tag, mki, index_last)| {
            let overhead = 4 + usize::from(mki + tag);
            let end = bytes.len().checked_sub(overhead)?;
            let at = if index_last { bytes.len() - 4 } else { end };
            let word = u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?);
            let (encrypted, index) = (word >> 31 == 1, word & 0x7fff_ffff);
            let ends_there = match encrypted {
                true => end >= first && (end - first).is_multiple_of(4),
                false => clear == Some(end),
            };
            (ends_there && index <= HIGHEST_INDEX).then_some(Shape::secure(encrypted, Some(index), Some(tag)))
        })
    }

    const fn secure(encrypted: bool, index: Option<u32>, tag: Option<u8>) -> Shape {
        Shape::Secure { encrypted, index, tag }
    }
}

/// Whether a packet of this type and count can have that many octets.
fn fits(kind: u8, count: u8, octets: usize) -> bool {
    let count = usize::from(count);
    match PacketType(kind) {
        PacketType::SR => octets >= 28 + 24 * count,
        PacketType::RR => octets >= 8 + 24 * count,
        PacketType::SDES => octets >= HEADER + 4 * count,
        PacketType::BYE => octets >= HEADER + 4 * count,
        PacketType::APP => octets >= 12,
        PacketType::RTPFB | PacketType::PSFB => octets >= 12 && count > 0,
        PacketType::XR => octets >= 8,
        known => known.name().is_some() && octets >= 8,
    }
}

/// Where a row of plausible packets ends; `None` where not even the first is one. A packet cut by the end of the
/// octets ends there.
fn clear_up_to(bytes: &[u8]) -> Option<usize> {
    let mut end = None;
    for packet in Packets::new(bytes) {
        if !fits(packet.packet_type.0, packet.count(), packet.octets()) {
            break;
        }
        end = Some(packet.offset + packet.bytes().len());
        if packet.has_padding() {
            break;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    const RR: [u8; 8] = [0x80, 201, 0, 1, 0, 0, 0, 1];
    const PLI: [u8; 12] = [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];

    /// SRTCP: the first eight octets of `clear`, the rest turned over, and the trailer.
    fn secured(clear: &[u8], tag: u8, index_last: bool, word: u32) -> Vec<u8> {
        let mut bytes: Vec<u8> = clear.to_vec();
        if word >> 31 == 1 {
            bytes[8..].iter_mut().for_each(|octet| *octet ^= 0x5a);
        }
        let tag = vec![0x77; usize::from(tag)];
        let word = word.to_be_bytes();
        match index_last {
            true => [bytes, tag, word.to_vec()].concat(),
            false => [bytes, word.to_vec(), tag].concat(),
        }
    }

    #[test]
    fn clear_packets_fill_the_datagram() {
        let both = [&RR[..], &PLI].concat();
        assert_eq!(Shape::of(&both, 0), Some(Shape::Clear));
        assert_eq!(Shape::of(&PLI, 0), Some(Shape::Clear), "reduced size, RFC 5506");
        for more in [1, 3, 4] {
            let longer = [&both[..], &vec![0xee; more]].concat();
            assert_eq!(Shape::of(&longer, 0), None, "{more} octets more");
        }
    }

    #[test]
    fn every_profile_is_recognized() {
        let clear = [&RR[..], &PLI].concat();
        for (tag, mki, index_last) in TRAILERS {
            let tag = tag + mki;
            let bytes = secured(&clear, tag, index_last, 0x8000_0007);
            let shape = Shape::of(&bytes, 0);
            // An HMAC tag of 4 octets and its index take as many octets as an AEAD tag of 8 less: only E and index tell.
            assert!(
                matches!(
                    shape,
                    Some(Shape::Secure {
                        encrypted: true,
                        index: Some(7),
                        ..
                    })
                ),
                "{tag} {shape:?}"
            );
            let bytes = secured(&clear, tag, index_last, 7);
            assert!(
                matches!(
                    Shape::of(&bytes, 0),
                    Some(Shape::Secure {
                        encrypted: false,
                        index: Some(7),
                        ..
                    })
                ),
                "{tag}"
            );
        }
    }

    #[test]
    fn a_report_alone_with_a_trailer_is_secure() {
        let bytes = secured(&RR, 10, false, 0x8000_0001);
        assert_eq!(bytes.len(), 22);
        assert_eq!(
            Shape::of(&bytes, 0),
            Some(Shape::Secure {
                encrypted: true,
                index: Some(1),
                tag: Some(10)
            })
        );
    }

    #[test]
    fn others_are_not_rtcp() {
        for (bytes, why) in [
            (&[][..], "nothing"),
            (&RR[..7], "cut"),
            (&[0x40, 201, 0, 1, 0, 0, 0, 1], "version"),
            (&[0x80, 193, 0, 1, 0, 0, 0, 1], "type"),
            (&[0x81, 201, 0, 1, 0, 0, 0, 1], "a block that is not there"),
            (&[0x80, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1], "feedback format 0"),
            (&[0x80, 201, 1, 0, 0, 0, 0, 1], "length"),
        ] {
            assert_eq!(Shape::of(bytes, 0), None, "{why}");
        }
        let noise = secured(&[&RR[..], &PLI].concat(), 10, false, 0xffff_ffff);
        assert_eq!(Shape::of(&noise, 0), None, "an index that no session reaches");
    }

    #[test]
    fn cut_by_the_snap_length() {
        let both = [&RR[..], &PLI].concat();
        let bytes = secured(&both, 10, false, 0x8000_0001);
        for cut in 4..both.len() {
            assert!(Shape::of(&both[..cut], both.len() - cut).is_some(), "{cut}");
            assert!(
                matches!(Shape::of(&bytes[..cut], bytes.len() - cut), Some(Shape::Secure { .. })) || cut < 12,
                "{cut}"
            );
        }
        for cut in 12..both.len() {
            assert_eq!(Shape::of(&both[..cut], both.len() - cut), Some(Shape::Clear), "{cut}");
        }
    }
}
