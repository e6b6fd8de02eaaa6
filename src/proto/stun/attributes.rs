//! [`Attributes`]: walks over a message's attributes, in order, and stops at damage.

use crate::proto::stun::{AttributeType, Damage, HEADER};

/// Octets before an attribute's value.
const ATTRIBUTE_HEADER: usize = 4;

/// One attribute, as it stands in the message (RFC 8489 §14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawAttribute<'a> {
    /// Its type.
    pub attribute_type: AttributeType,
    /// Octets from the start of the message to the attribute's type.
    pub offset: usize,
    /// Its value, without padding.
    pub value: &'a [u8],
    /// Its length field: octets of the value.
    pub length: u16,
}

/// The attributes of a message. Allocates nothing.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    /// The message up to the end of its attributes.
    bytes: &'a [u8],
    at: usize,
    padded: bool,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(bytes: &'a [u8], padded: bool) -> Attributes<'a> {
        Attributes {
            bytes,
            at: HEADER,
            padded,
        }
    }

    /// After the last attribute: what kept the walk from reaching the end of the message. A message whose last
    /// attribute lacks its padding gives that attribute, and is damaged.
    pub fn damage(&self) -> Option<Damage> {
        let available = self.bytes.len().saturating_sub(self.at);
        match self.bytes.get(self.at..) {
            None => {
                let missing = self.at - self.bytes.len();
                let offset = self.bytes.len();
                Some(Damage {
                    offset,
                    wanted: missing,
                    available: 0,
                    what: "padding of the last attribute",
                })
            }
            Some(&[]) => None,
            Some(&[_, _, high, low, ref rest @ ..]) => {
                let (wanted, available) = (usize::from(u16::from_be_bytes([high, low])), rest.len());
                let offset = self.at + ATTRIBUTE_HEADER;
                (available < wanted).then_some(Damage {
                    offset,
                    wanted,
                    available,
                    what: "attribute value",
                })
            }
            Some(_) => Some(Damage {
                offset: self.at,
                wanted: ATTRIBUTE_HEADER,
                available,
                what: "attribute header",
            }),
        }
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = RawAttribute<'a>;

    #[inline]
    fn next(&mut self) -> Option<RawAttribute<'a>> {
        let (&[a, b, c, d], rest) = self.bytes.get(self.at..)?.split_first_chunk()?;
        let length = u16::from_be_bytes([c, d]);
        let value = rest.get(..usize::from(length))?;
        let offset = self.at;
        let taken = if self.padded {
            value.len().next_multiple_of(4)
        } else {
            value.len()
        };
        self.at += ATTRIBUTE_HEADER + taken;
        Some(RawAttribute {
            attribute_type: AttributeType(u16::from_be_bytes([a, b])),
            offset,
            value,
            length,
        })
    }
}

impl std::iter::FusedIterator for Attributes<'_> {}
