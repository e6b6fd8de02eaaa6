//! [`Record`]: one record of TLS over TCP, and [`Joiner`]: the handshake messages that records of one direction carry.

use super::{ContentType, HandshakeType, Version, u24};
use crate::proto::reader::{Damage, Reader};

/// One TLS record (RFC 8446 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// What it carries; all is application data once 1.3 has keys.
    pub content_type: ContentType,
    /// Says little: 1.2 and 1.3 write that of older versions.
    pub version: Version,
    /// The octets that its content should have.
    pub length: usize,
    /// Those that are there.
    pub fragment: &'a [u8],
}

impl<'a> Record<'a> {
    /// Octets of its header.
    pub const HEADER: usize = 5;
    /// More octets than this no record may carry (RFC 5246 §6.2.3).
    pub const MAXIMUM: usize = (1 << 14) + 2048;

    /// Reads the record at the start of `bytes`; its end may be missing.
    ///
    /// # Errors
    /// Where the header is cut.
    pub fn decode(bytes: &'a [u8]) -> Result<Record<'a>, Damage> {
        let mut reader = Reader::new(bytes);
        let content_type = ContentType(reader.u8("content type of a record")?);
        let version = Version(reader.u16("version of a record")?);
        let length = usize::from(reader.u16("length of a record")?);
        let fragment = reader.rest().get(..length).unwrap_or(reader.rest());
        Ok(Record {
            content_type,
            version,
            length,
            fragment,
        })
    }

    /// Whether these octets begin like a TLS record: a known content type, a version from SSL 3.0 to 1.3, and a length
    /// that is allowed.
    pub fn is_plausible(bytes: &[u8]) -> bool {
        Record::decode(bytes).is_ok_and(|record| {
            (20..=24).contains(&record.content_type.0)
                && (0x0300..=0x0304).contains(&record.version.0)
                && (1..=Record::MAXIMUM).contains(&record.length)
        })
    }

    /// Octets that are missing at its end.
    pub const fn missing(&self) -> usize {
        self.length - self.fragment.len()
    }
}

/// Joins the handshake messages of one direction of a TLS connection, while they are in clear.
#[derive(Clone, Debug, Default)]
pub struct Joiner {
    pending: Vec<u8>,
    taken: usize,
}

impl Joiner {
    /// Octets that are kept for a message that is not whole; longer ones are given up.
    pub const BOUND: usize = 128 * 1024;

    /// Takes the content of one handshake record.
    pub fn push(&mut self, fragment: &[u8]) {
        self.pending.drain(..self.taken);
        self.taken = 0;
        if self.pending.len() + fragment.len() <= Joiner::BOUND {
            self.pending.extend_from_slice(fragment);
        }
    }

    /// The next whole message: its type and its body.
    pub fn next_message(&mut self) -> Option<(HandshakeType, &[u8])> {
        let (kind, length) = self.header()?;
        let start = self.taken + 4;
        let body = self.pending.get(start..start + length)?;
        self.taken = start + length;
        Some((kind, body))
    }

    /// The message of which only a part has come: its type, the octets of its body, and how many of them came.
    pub fn unfinished(&self) -> Option<(HandshakeType, usize, usize)> {
        let (kind, length) = self.header()?;
        Some((kind, length, self.pending.len() - self.taken - 4))
    }

    fn header(&self) -> Option<(HandshakeType, usize)> {
        let mut reader = Reader::new(self.pending.get(self.taken..)?);
        let kind = reader.u8("handshake type").ok()?;
        Some((HandshakeType(kind), u24(&mut reader, "length").ok()?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_record() {
        let bytes = b"\x16\x03\x01\0\x03abcd";
        let record = Record::decode(bytes).unwrap();
        assert_eq!(record.content_type, ContentType::HANDSHAKE);
        assert_eq!((record.version, record.fragment), (Version::TLS_1_0, &b"abc"[..]));
        assert!(Record::is_plausible(bytes));
        for cut in 0..bytes.len() {
            match Record::decode(&bytes[..cut]) {
                Ok(record) => assert_eq!(record.missing(), 8_usize.saturating_sub(cut)),
                Err(_) => assert!(cut < Record::HEADER),
            }
        }
    }

    #[test]
    fn other_octets_are_no_record() {
        for bytes in [
            &b""[..],
            b"\x16\x03",
            b"GET / HTTP",
            b"\x16\x03\x09\0\x01x",
            b"\x16\x03\x01\0\0",
            b"\x16\x03\x01\xff\xff",
            b"\x16\xfe\xfd\0\0\0\0",
        ] {
            assert!(!Record::is_plausible(bytes), "{bytes:x?}");
        }
    }

    #[test]
    fn what_is_too_long_is_given_up() {
        let mut joiner = Joiner::default();
        joiner.push(b"\x0b\xff\xff\xff");
        for _ in 0..100 {
            joiner.push(&[0; 16384]);
            assert!(joiner.pending.len() <= Joiner::BOUND);
        }
        assert_eq!(joiner.next_message(), None);
        assert!(joiner.unfinished().is_some());
    }

    proptest! {
        #[test]
        fn messages_come_back_however_they_are_cut(
            messages in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)), 0..6),
            cuts in prop::collection::vec(1_usize..30, 1..8),
        ) {
            let mut stream = Vec::new();
            for (kind, body) in &messages {
                stream.extend([*kind, 0, 0, body.len() as u8]);
                stream.extend(body);
            }
            let (mut joiner, mut got, mut cuts) = (Joiner::default(), Vec::new(), cuts.iter().cycle());
            let mut rest = &stream[..];
            while !rest.is_empty() {
                let (fragment, after) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
                rest = after;
                joiner.push(fragment);
                while let Some((kind, body)) = joiner.next_message() {
                    got.push((kind.0, body.to_vec()));
                }
            }
            prop_assert_eq!(got, messages);
            prop_assert_eq!(joiner.unfinished(), None);
        }

        #[test]
        fn octets_from_anywhere_are_read(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Record::decode(&bytes).map(|record| record.missing());
        }
    }
}
