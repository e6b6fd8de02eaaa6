//! [`Message`]: a view over the octets of a STUN message that loses nothing.

use std::fmt;

use crate::proto::stun::{
    AttributeType, Attributes, Class, Damage, HEADER, MAGIC_COOKIE, Method, RawAttribute, TransactionId,
};

/// What the first attribute of an MS-TURN message is: MAGIC-COOKIE with its value.
const MS_TURN_START: [u8; 8] = [0x00, 0x0f, 0x00, 0x04, 0x72, 0xc6, 0x4b, 0xc6];

/// Why octets are no STUN message at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotStun {
    /// Fewer than the 20 octets of a header.
    TooShort {
        /// Octets there are.
        available: usize,
    },
    /// One of the first two bits is set (RFC 8489 §5).
    FirstBits {
        /// The first octet.
        first: u8,
    },
}

impl fmt::Display for NotStun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotStun::TooShort { available } => write!(f, "{available} octets, a STUN header has {HEADER}"),
            NotStun::FirstBits { first } => write!(f, "first octet 0x{first:02x}, STUN begins with two zero bits"),
        }
    }
}

impl std::error::Error for NotStun {}

/// A STUN message, seen through its octets (RFC 8489 §5). Copying it copies a reference; reading it allocates nothing.
///
/// Everything that has a header decodes: unknown methods and attributes, messages without cookie (RFC 3489), a
/// length field that lies, a cut or trailing octets. [`damage`](Self::damage) tells what is wrong and where.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    bytes: &'a [u8],
    /// Where the attributes end: by the length field, or by the end of the octets.
    end: usize,
    padded: bool,
}

impl<'a> Message<'a> {
    /// Looks at `bytes` as a STUN message.
    ///
    /// # Errors
    /// Fewer than 20 octets, or one of the first two bits set.
    pub fn decode(bytes: &'a [u8]) -> Result<Message<'a>, NotStun> {
        let Some(header) = bytes.first_chunk::<HEADER>() else {
            return Err(NotStun::TooShort { available: bytes.len() });
        };
        if header[0] >= 0x40 {
            return Err(NotStun::FirstBits { first: header[0] });
        }
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let mut message = Message {
            bytes,
            end: bytes.len().min(HEADER + length),
            padded: true,
        };
        if message.is_ms_turn() {
            message.padded = false;
        } else if message.is_classic() {
            message.padded = message.is_padded_classic();
        }
        Ok(message)
    }

    /// The class.
    pub fn class(&self) -> Class {
        Method::from_message_type(self.message_type(), self.is_classic()).1
    }

    /// The method.
    pub fn method(&self) -> Method {
        Method::from_message_type(self.message_type(), self.is_classic()).0
    }

    /// The first two octets.
    pub fn message_type(&self) -> u16 {
        u16::from_be_bytes([self.bytes[0], self.bytes[1]])
    }

    /// The header's length field: octets after the header, if it is right.
    pub fn length(&self) -> u16 {
        u16::from_be_bytes([self.bytes[2], self.bytes[3]])
    }

    /// The four octets where the magic cookie stands, whatever they are.
    pub fn cookie(&self) -> u32 {
        u32::from_be_bytes([self.bytes[4], self.bytes[5], self.bytes[6], self.bytes[7]])
    }

    /// Whether the magic cookie is missing: a message of RFC 3489, or chance.
    pub fn is_classic(&self) -> bool {
        self.cookie() != MAGIC_COOKIE
    }

    /// Whether the first attribute is MS-TURN's MAGIC-COOKIE. The attributes of such a message are not padded.
    pub fn is_ms_turn(&self) -> bool {
        self.bytes[HEADER..].starts_with(&MS_TURN_START)
    }

    /// The transaction id: 12 octets, or 16 in a classic message.
    pub fn transaction_id(&self) -> TransactionId {
        let mut id = [0; 16];
        id.copy_from_slice(&self.bytes[4..HEADER]);
        let [_, _, _, _, short @ ..] = id;
        if self.is_classic() {
            TransactionId::classic(id)
        } else {
            TransactionId::new(short)
        }
    }

    /// The attributes in order, duplicates and unknown ones included, up to the first damage.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes::new(&self.bytes[..self.end], self.padded)
    }

    /// The first attribute of this type.
    pub fn find(&self, attribute_type: AttributeType) -> Option<RawAttribute<'a>> {
        self.attributes()
            .find(|attribute| attribute.attribute_type == attribute_type)
    }

    /// The attribute that is cut by the end of the octets: its type, what there is of its value, and its length field.
    pub fn cut_attribute(&self) -> Option<(AttributeType, &'a [u8], u16)> {
        let mut attributes = self.attributes();
        attributes.by_ref().for_each(drop);
        let offset = attributes.damage()?.offset;
        let &[a, b, c, d] = self.bytes.get(offset.checked_sub(4)?..offset)?.first_chunk()?;
        let length = u16::from_be_bytes([c, d]);
        let value = self.bytes.get(offset..self.end)?;
        (offset > HEADER && value.len() < usize::from(length)).then_some((
            AttributeType(u16::from_be_bytes([a, b])),
            value,
            length,
        ))
    }

    /// All the octets it was decoded from, trailing ones included.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The octets after the end that the length field tells.
    pub fn trailing(&self) -> &'a [u8] {
        &self.bytes[self.end..]
    }

    /// Whether the octets end before the length field says.
    pub fn is_truncated(&self) -> bool {
        self.bytes.len() < HEADER + usize::from(self.length())
    }

    /// The first thing wrong with the message's frame: an attribute or the message cut short, a length field that
    /// is no multiple of four, octets after the end. `None`: the attributes fill the message exactly.
    pub fn damage(&self) -> Option<Damage> {
        let mut attributes = self.attributes();
        attributes.by_ref().for_each(drop);
        let length = usize::from(self.length());
        if let Some(damage) = attributes.damage() {
            Some(damage)
        } else if self.is_truncated() {
            let (offset, available) = (self.bytes.len(), self.bytes.len() - HEADER);
            Some(Damage {
                offset,
                wanted: length,
                available,
                what: "message cut short",
            })
        } else if self.padded && length % 4 != 0 {
            let wanted = length.next_multiple_of(4);
            Some(Damage {
                offset: 2,
                wanted,
                available: length,
                what: "message length not a multiple of four",
            })
        } else if !self.trailing().is_empty() {
            let available = self.trailing().len();
            Some(Damage {
                offset: self.end,
                wanted: 0,
                available,
                what: "octets after the message",
            })
        } else {
            None
        }
    }

    /// Whether this is STUN rather than chance: it has the cookie, or it is a classic message of a known method
    /// whose attributes fill it exactly.
    pub fn is_plausible(&self) -> bool {
        !self.is_classic() || (self.method().name().is_some() && self.damage().is_none())
    }

    /// Whether the attributes of a classic message are padded. RFC 3489 has only multiples of four; where an
    /// implementation has others, what fills the message exactly decides.
    fn is_padded_classic(&self) -> bool {
        let fits = |padded| {
            let mut attributes = Attributes::new(&self.bytes[..self.end], padded);
            attributes.by_ref().for_each(drop);
            attributes.damage().is_none()
        };
        fits(true) || !fits(false)
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Message({} {} {}",
            self.method(),
            self.class(),
            self.transaction_id()
        )?;
        for attribute in self.attributes() {
            write!(f, " {}[{}]", attribute.attribute_type, attribute.length)?;
        }
        match self.damage() {
            Some(damage) => write!(f, " damage: {damage})"),
            None => write!(f, ")"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::stun::Builder;

    const ID: TransactionId = TransactionId::new(*b"0123456789ab");

    fn sample() -> Vec<u8> {
        Builder::new(Class::Success, Method::ALLOCATE, ID)
            .text(AttributeType::SOFTWARE, "rtcdiag test")
            .text(AttributeType::REALM, "example.org")
            .attribute(AttributeType(0x7abc), &[1, 2, 3])
            .text(AttributeType::SOFTWARE, "again")
            .u32(AttributeType::LIFETIME, 600)
            .fingerprint()
            .build()
    }

    fn types(message: &Message<'_>) -> Vec<u16> {
        message
            .attributes()
            .map(|attribute| attribute.attribute_type.0)
            .collect()
    }

    #[test]
    fn a_sound_message_reads_whole() {
        let bytes = sample();
        let message = Message::decode(&bytes).unwrap();
        assert_eq!((message.class(), message.method()), (Class::Success, Method::ALLOCATE));
        assert_eq!(
            (message.transaction_id(), message.cookie(), message.is_classic()),
            (ID, MAGIC_COOKIE, false)
        );
        assert_eq!(usize::from(message.length()), bytes.len() - HEADER);
        assert_eq!(types(&message), [0x8022, 0x0014, 0x7abc, 0x8022, 0x000d, 0x8028]);
        assert_eq!(message.software(), Some("rtcdiag test"), "the first of two");
        assert_eq!(message.damage(), None);
        assert!(message.is_plausible() && message.trailing().is_empty());
        let unknown = message.find(AttributeType(0x7abc)).unwrap();
        assert_eq!((unknown.value, unknown.length, unknown.offset), (&[1, 2, 3][..], 3, 52));
    }

    #[test]
    fn a_header_alone_is_a_message() {
        let bytes = Builder::new(Class::Request, Method(0xabc), ID).build();
        let message = Message::decode(&bytes).unwrap();
        assert_eq!(
            (message.method().0, types(&message).len(), message.damage()),
            (0xabc, 0, None)
        );
    }

    #[test]
    fn what_has_no_header_is_not_stun() {
        assert_eq!(Message::decode(&[]), Err(NotStun::TooShort { available: 0 }));
        assert_eq!(Message::decode(&[0; 19]), Err(NotStun::TooShort { available: 19 }));
        assert_eq!(Message::decode(&[0x40; 20]), Err(NotStun::FirstBits { first: 0x40 }));
        assert_eq!(Message::decode(&[0x80; 20]), Err(NotStun::FirstBits { first: 0x80 }));
    }

    #[test]
    fn cut_anywhere_it_gives_the_attributes_before_the_cut() {
        let bytes = sample();
        let whole = Message::decode(&bytes).unwrap();
        let ends: Vec<usize> = whole.attributes().map(|one| one.offset + 4 + one.value.len()).collect();
        for cut in 0..bytes.len() {
            let Ok(message) = Message::decode(&bytes[..cut]) else {
                assert!(cut < HEADER);
                continue;
            };
            let count = ends.iter().filter(|&&end| end <= cut).count();
            assert!(message.attributes().eq(whole.attributes().take(count)), "{cut}");
            assert!(message.is_truncated());
            let damage = message.damage().unwrap();
            assert!(
                damage.offset <= cut && damage.wanted > damage.available,
                "{cut}: {damage}"
            );
        }
    }

    #[test]
    fn a_length_field_that_lies_is_damage_at_its_place() {
        let mut bytes = sample();
        let length = bytes.len() - HEADER;
        let damage = |bytes: &[u8]| Message::decode(bytes).unwrap().damage();

        bytes[2..4].copy_from_slice(&(length as u16 + 4).to_be_bytes());
        assert_eq!(damage(&bytes).unwrap().what, "message cut short");
        bytes[2..4].copy_from_slice(&(length as u16 - 8).to_be_bytes());
        let trailing = damage(&bytes).unwrap();
        assert_eq!(
            (trailing.what, trailing.offset, trailing.available),
            ("octets after the message", bytes.len() - 8, 8)
        );
        bytes[2..4].copy_from_slice(&(length as u16 - 6).to_be_bytes());
        let header = damage(&bytes).unwrap();
        assert_eq!((header.what, header.available), ("attribute header", 2));
        assert_eq!(types(&Message::decode(&bytes).unwrap()).len(), 5);
    }

    #[test]
    fn an_attribute_that_reaches_too_far_ends_the_walk() {
        let mut bytes = sample();
        bytes[39] = 200;
        let message = Message::decode(&bytes).unwrap();
        assert_eq!(types(&message), [0x8022]);
        let damage = message.damage().unwrap();
        assert_eq!(
            (damage.offset, damage.wanted, damage.available),
            (40, 200, bytes.len() - 40)
        );
        assert_eq!(
            damage.to_string(),
            format!("octet 40: attribute value (200 wanted, {} found)", bytes.len() - 40)
        );
    }

    #[test]
    fn missing_padding_of_the_last_attribute_is_told() {
        let mut bytes = Builder::new(Class::Request, Method::BINDING, ID)
            .text(AttributeType::REALM, "abcde")
            .build();
        bytes.truncate(29);
        bytes[3] = 9;
        let message = Message::decode(&bytes).unwrap();
        assert_eq!(message.realm(), Some("abcde"));
        assert_eq!(message.damage().map(|one| (one.offset, one.wanted)), Some((29, 3)));
    }

    #[test]
    fn classic_messages_have_sixteen_octets_of_id() {
        let id = TransactionId::classic([9; 16]);
        let bytes = Builder::new(Class::Request, Method::BINDING, id)
            .u32(AttributeType::CHANGE_REQUEST, 6)
            .build();
        let message = Message::decode(&bytes).unwrap();
        assert!(message.is_classic() && message.is_plausible());
        assert_eq!(message.transaction_id(), id);
        assert_eq!(types(&message), [3]);
        assert!(
            !Message::decode(&bytes[..24]).unwrap().is_plausible(),
            "a classic message must be whole"
        );
    }

    #[test]
    fn unpadded_attributes_are_told_by_what_fits() {
        // RFC 3489, with an odd length and no padding.
        let classic = [
            &[0, 1, 0, 14][..],
            &[9; 16],
            &[0, 6, 0, 5],
            b"hello",
            &[0x7f, 1, 0, 1, 8],
        ]
        .concat();
        let message = Message::decode(&classic).unwrap();
        assert_eq!((types(&message), message.damage()), (vec![6, 0x7f01], None));
        // MS-TURN says so in its first attribute.
        let start = [&[0, 3, 0, 22][..], &[9; 16], &MS_TURN_START];
        let ms = [&start.concat()[..], &[0, 6, 0, 5], b"hello", &[0x7f, 1, 0, 1, 8]].concat();
        let message = Message::decode(&ms).unwrap();
        assert_eq!((types(&message), message.damage()), (vec![15, 6, 0x7f01], None));
        assert!(message.is_ms_turn());
    }
}
