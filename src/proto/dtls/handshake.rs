//! [`Fragment`]: a piece of a handshake message, or all of it (RFC 6347 §4.2.2, RFC 9147 §5.5).

use crate::proto::reader::{Damage, Reader};
use crate::proto::tls::{HandshakeType, u24};

/// One piece of a handshake message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// What the message is.
    pub kind: HandshakeType,
    /// Octets that the whole message has.
    pub length: usize,
    /// Its number among the messages of this side, from 0; the same when it is sent again.
    pub message_seq: u16,
    /// Where this piece stands in the message.
    pub offset: usize,
    /// Octets that this piece should have.
    pub fragment_length: usize,
    /// The octets of it that are there.
    pub bytes: &'a [u8],
}

impl<'a> Fragment<'a> {
    /// Octets of its header.
    pub const HEADER: usize = 12;

    fn decode(reader: &mut Reader<'a>) -> Result<Fragment<'a>, Damage> {
        let kind = HandshakeType(reader.u8("handshake type")?);
        let length = u24(reader, "length of a handshake message")?;
        let message_seq = reader.u16("message sequence")?;
        let offset = u24(reader, "fragment offset")?;
        let fragment_length = u24(reader, "fragment length")?;
        let there = fragment_length.min(reader.remaining());
        Ok(Fragment {
            kind,
            length,
            message_seq,
            offset,
            fragment_length,
            bytes: reader.bytes(there, "fragment")?,
        })
    }

    /// Whether it is the whole message.
    pub fn is_whole(&self) -> bool {
        self.offset == 0 && self.bytes.len() == self.length
    }

    /// Whether it lies inside of its message.
    pub fn is_inside(&self) -> bool {
        self.offset + self.fragment_length <= self.length
    }
}

/// The fragments in the content of one handshake record in clear, in order, up to the damage.
#[derive(Clone, Debug)]
pub struct Fragments<'a> {
    reader: Reader<'a>,
    damage: Option<Damage>,
}

impl<'a> Fragments<'a> {
    /// Reads the content of a handshake record.
    pub const fn new(content: &'a [u8]) -> Fragments<'a> {
        Fragments {
            reader: Reader::new(content),
            damage: None,
        }
    }

    /// What is wrong after the last fragment: a header that is cut.
    pub const fn damage(&self) -> Option<Damage> {
        self.damage
    }

    /// What is left where a header is cut.
    pub fn rest(&self) -> &'a [u8] {
        self.reader.rest()
    }
}

impl<'a> Iterator for Fragments<'a> {
    type Item = Fragment<'a>;

    fn next(&mut self) -> Option<Fragment<'a>> {
        if self.reader.is_empty() || self.damage.is_some() {
            return None;
        }
        let start = self.reader;
        match Fragment::decode(&mut self.reader) {
            Ok(fragment) => Some(fragment),
            Err(damage) => {
                self.reader = start;
                self.damage = Some(damage);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TWO: &[u8] = b"\x01\0\0\x08\0\x05\0\0\x02\0\0\x03abc\x0e\0\0\0\0\x06\0\0\0\0\0\0";

    #[test]
    fn two_fragments_in_a_record() {
        let mut fragments = Fragments::new(TWO);
        let first = fragments.next().unwrap();
        assert_eq!(
            (first.kind, first.length, first.message_seq),
            (HandshakeType::CLIENT_HELLO, 8, 5)
        );
        assert_eq!((first.offset, first.fragment_length, first.bytes), (2, 3, &b"abc"[..]));
        assert!(first.is_inside() && !first.is_whole());
        let second = fragments.next().unwrap();
        assert_eq!(second.kind, HandshakeType::SERVER_HELLO_DONE);
        assert!(second.is_whole() && second.is_inside());
        assert_eq!((fragments.next(), fragments.damage()), (None, None));
    }

    #[test]
    fn every_cut_is_said() {
        for cut in 0..TWO.len() {
            let mut fragments = Fragments::new(&TWO[..cut]);
            let got: Vec<_> = fragments.by_ref().collect();
            assert_eq!(got.len(), usize::from(cut >= 12) + usize::from(cut >= 27), "{cut}");
            assert_eq!(
                fragments.damage().is_some(),
                (1..12).contains(&cut) || (16..27).contains(&cut),
                "{cut}"
            );
            if let Some(first) = got.first() {
                assert_eq!(first.bytes.len(), 3.min(cut - 12));
            }
        }
    }

    proptest! {
        #[test]
        fn content_from_anywhere_is_read(content in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut fragments = Fragments::new(&content);
            let octets: usize = fragments.by_ref().map(|fragment| Fragment::HEADER + fragment.bytes.len()).sum();
            prop_assert_eq!(octets + fragments.rest().len(), content.len());
        }
    }
}
