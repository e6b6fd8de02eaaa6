//! [`TransactionId`]: which request an answer belongs to.

use std::fmt;

/// The transaction id of a message: 12 octets (RFC 8489 §5), or 16 in RFC 3489's messages, which have no cookie.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId {
    classic: bool,
    octets: [u8; 16],
}

impl TransactionId {
    /// An id of 12 octets.
    pub const fn new(id: [u8; 12]) -> TransactionId {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = id;
        TransactionId {
            classic: false,
            octets: [a, b, c, d, e, f, g, h, i, j, k, l, 0, 0, 0, 0],
        }
    }

    /// An id of 16 octets, as in RFC 3489 §11.1.
    pub const fn classic(id: [u8; 16]) -> TransactionId {
        TransactionId {
            classic: true,
            octets: id,
        }
    }

    /// Whether it is one of 16 octets.
    pub const fn is_classic(&self) -> bool {
        self.classic
    }

    /// Its 12 or 16 octets.
    pub fn as_bytes(&self) -> &[u8] {
        if self.classic { &self.octets } else { &self.octets[..12] }
    }
}

/// Lower-case hex, 24 or 32 digits.
impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransactionId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_of_both_lengths() {
        let id = TransactionId::new(*b"\x00\x01\xfe\xff\x04\x05\x06\x07\x08\x09\x0a\x0b");
        assert_eq!(id.to_string(), "0001feff0405060708090a0b");
        assert_eq!(id.as_bytes().len(), 12);
        let classic = TransactionId::classic([0x2a; 16]);
        assert_eq!(classic.to_string(), "2a".repeat(16));
        assert_eq!(format!("{id:?}"), "TransactionId(0001feff0405060708090a0b)");
    }

    #[test]
    fn a_classic_id_is_never_one_of_twelve_octets() {
        assert_ne!(TransactionId::new([0; 12]), TransactionId::classic([0; 16]));
    }
}
