//! [`Message`]: a view over the octets of a STUN message that loses nothing.

use std::fmt;

use crate::proto::stun::{
    AttributeType, Attributes, Class, Damage, HEADER, MAGIC_COOKIE, Method, RawAttribute, TransactionId,
};

/// What the first attribute of an MS-TURN message is: MAGIC-COOKIE with its value (MS-TURN §2.2.2.1).
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
