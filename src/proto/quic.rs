//! QUIC, recognized and no more: by its version where a packet says one.

/// What says that a datagram is QUIC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recognized {
    /// A long header with a version that is known (RFC 8999 §5.1), or Version Negotiation.
    LongHeader {
        /// The version; 0 is Version Negotiation.
        version: u32,
    },
    /// The header of Google's QUIC before it had IETF's form, with its version: `Q043`.
    GoogleQuic {
        /// Its number.
        version: u16,
    },
}

/// Octets of the longest connection id that version 1 allows (RFC 9000 §17.2).
const LONGEST_ID: usize = 20;

/// What tells a datagram to be QUIC by itself. Short headers tell nothing: they are QUIC where a long one was before.
pub fn recognize(datagram: &[u8]) -> Option<Recognized> {
    long_header(datagram).or_else(|| google(datagram))
}

/// Whether a datagram can be a short header or another packet of a connection that was seen to be QUIC.
pub fn may_continue(datagram: &[u8]) -> bool {
    // RFC 9287 lets the fixed bit be anything, and Google's older packets have other flags: what is left is its size.
    datagram.len() >= 9
}

fn long_header(datagram: &[u8]) -> Option<Recognized> {
    let (&[first, a, b, c, d], rest) = datagram.split_first_chunk()?;
    let version = u32::from_be_bytes([a, b, c, d]);
    let recognized = match version {
        0 if first & 0x80 != 0 => {
            let (_, rest) = id(id(rest)?.1)?;
            let (versions, cut) = rest.as_chunks::<4>();
            cut.is_empty() && versions.iter().any(|version| is_version(u32::from_be_bytes(*version)))
        }
        _ if first & 0xc0 != 0xc0 || !is_version(version) => false,
        _ if has_old_ids(version) => true,
        _ => {
            let (destination, rest) = id(rest)?;
            let (source, _) = id(rest)?;
            destination.max(source) <= LONGEST_ID
        }
    };
    recognized.then_some(Recognized::LongHeader { version })
}

/// A connection id behind its length: its length, and what follows.
fn id(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&length, rest) = bytes.split_first()?;
    let length = usize::from(length);
    Some((length, rest.get(length..)?))
}

/// Whether the lengths of both connection ids share one octet, as they did up to draft 21 and Google's version 49.
fn has_old_ids(version: u32) -> bool {
    matches!(version, 0xff00_0000..=0xff00_0015 | 0x5130_3030..=0x5130_3439)
}

/// Versions 1 and 2, drafts, GREASE (RFC 9000 §15), Google's and Facebook's.
fn is_version(version: u32) -> bool {
    matches!(
        version,
        0x0000_0001 | 0x6b33_43cf | 0x709a_50c4 | 0xff00_0000..=0xff00_00ff
    ) || version & 0x0f0f_0f0f == 0x0a0a_0a0a
        || matches!(version.to_be_bytes(), [b'Q' | b'T', b'0', b'0'..=b'9', b'0'..=b'9'])
        || version & 0xffff_ff00 == 0xface_b000
}

/// The header that Google's QUIC had up to version 43: flags with VERSION set, eight octets of connection id, the version.
fn google(datagram: &[u8]) -> Option<Recognized> {
    let &[flags, .., q, zero, tens, ones] = datagram.first_chunk::<13>()?;
    let version = match [q, zero, tens, ones] {
        [b'Q', b'0', b'0'..=b'9', b'0'..=b'9'] => u16::from(tens - b'0') * 10 + u16::from(ones - b'0'),
        _ => return None,
    };
    // VERSION, and an eight-octet id: 0x08, or 0x0c before version 34.
    (flags & 0x09 == 0x09 && flags & 0xc0 == 0).then_some(Recognized::GoogleQuic { version })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(first: u8, version: u32, ids: (usize, usize), tail: usize) -> Vec<u8> {
        let mut bytes = vec![first];
        bytes.extend(version.to_be_bytes());
        for length in [ids.0, ids.1] {
            bytes.push(u8::try_from(length).unwrap());
            bytes.extend(vec![0x11; length]);
        }
        bytes.extend(vec![0x22; tail]);
        bytes
    }

    #[test]
    fn long_headers_of_known_versions() {
        for version in [1, 0x6b33_43cf, 0xff00_001d, 0x1a2a_3a4a, 0x5130_3530] {
            assert_eq!(
                recognize(&long(0xc3, version, (8, 0), 30)),
                Some(Recognized::LongHeader { version }),
                "{version:08x}"
            );
        }
        assert_eq!(
            recognize(b"\x80\0\0\0\0\x01A\x01B\x1a\x2a\x3a\x4a\0\0\0\x01"),
            Some(Recognized::LongHeader { version: 0 })
        );
        assert_eq!(
            recognize(b"\xc3Q046\x50ABCDEFGH\0\0\0\x01"),
            Some(Recognized::LongHeader { version: 0x5130_3436 })
        );
    }

    #[test]
    fn others_are_not() {
        assert_eq!(recognize(&[]), None);
        assert_eq!(recognize(&long(0xc3, 2, (8, 0), 30)), None, "an unknown version");
        assert_eq!(recognize(&long(0xc3, 1, (21, 0), 30)), None, "an id too long");
        assert_eq!(recognize(&long(0x43, 1, (8, 0), 30)), None, "a short header");
        assert_eq!(recognize(&long(0x80, 0, (8, 8), 8)), None, "no list of versions");
        let pcmu = [0x80, 0, 0, 0, 0, 0, 0, 0xa0, 1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(recognize(&pcmu), None, "RTP of sequence number 0");
    }

    #[test]
    fn google_quic_says_its_version() {
        let mut bytes = b"\x0d\x01\x02\x03\x04\x05\x06\x07\x08Q025\x01".to_vec();
        assert_eq!(recognize(&bytes), Some(Recognized::GoogleQuic { version: 25 }));
        bytes[0] = 0x0c;
        assert_eq!(recognize(&bytes), None, "flags without VERSION");
    }

    #[test]
    fn every_cut_of_the_header_is_nothing() {
        let bytes = long(0xc3, 1, (8, 8), 0);
        for cut in 0..bytes.len() {
            assert_eq!(recognize(&bytes[..cut]), None, "{cut}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)) {
            let _ = (recognize(&bytes), may_continue(&bytes));
        }
    }
}
