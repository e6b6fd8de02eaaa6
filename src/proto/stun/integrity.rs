//! Integrity and fingerprint, computed over the original octets (RFC 8489 §14.5 to §14.7, §9).

use std::fmt;

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;

use crate::proto::registry::registry;
use crate::proto::stun::{AttributeType, HEADER, Message, RawAttribute};
use crate::secret::Secret;

registry! {
    /// How a long-term password becomes a key (RFC 8489 §18.5).
    pub struct PasswordAlgorithm(u16), unknown "0x{:04x}";
    MD5 = 0x0001, "MD5", "RFC 8489 §18.5.1.1";
    SHA256 = 0x0002, "SHA-256", "RFC 8489 §18.5.1.2";
}

/// A key for MESSAGE-INTEGRITY and MESSAGE-INTEGRITY-SHA256. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl Key {
    /// The key of the short-term mechanism: the password itself (RFC 8489 §9.1.1). ICE uses this one.
    pub fn short_term(password: &Secret) -> Key {
        Key(password.expose().as_bytes().to_vec())
    }

    /// The key of the long-term mechanism: a hash of `username:realm:password` (RFC 8489 §9.2.2, §18.5.1).
    ///
    /// An algorithm that is neither MD5 nor SHA-256 gives the MD5 key, which servers understand when none was
    /// agreed. The texts are taken as they are: OpaqueString preparation (RFC 8265) changes only what is not ASCII,
    /// and neither browsers nor coturn do it.
    pub fn long_term(username: &str, realm: &str, password: &Secret, algorithm: PasswordAlgorithm) -> Key {
        let parts = [username, ":", realm, ":", password.expose()];
        Key(if algorithm == PasswordAlgorithm::SHA256 {
            hash::<Sha256>(&parts)
        } else {
            hash::<Md5>(&parts)
        })
    }

    /// A key that is already known, in octets.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Key {
        Key(bytes.into())
    }

    /// The key's octets.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(redacted)")
    }
}

/// The value of USERHASH: SHA-256 of `username:realm` (RFC 8489 §14.4).
pub fn user_hash(username: &str, realm: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [username, ":", realm] {
        hash.update(part);
    }
    hash.finalize().into()
}

/// MESSAGE-INTEGRITY over a message that ends right before that attribute.
pub(super) fn hmac_sha1(key: &[u8], before: &[u8], length: usize) -> [u8; 20] {
    mac::<Hmac<Sha1>>(key, before, length).finalize().into_bytes().into()
}

/// MESSAGE-INTEGRITY-SHA256 over a message that ends right before that attribute.
pub(super) fn hmac_sha256(key: &[u8], before: &[u8], length: usize) -> [u8; 32] {
    mac::<Hmac<Sha256>>(key, before, length).finalize().into_bytes().into()
}

/// FINGERPRINT over a message that ends right before that attribute.
pub(super) fn crc(before: &[u8], length: usize) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    for piece in pieces(before, &(length as u16).to_be_bytes()) {
        crc.update(piece);
    }
    crc.finalize() ^ 0x5354_554e
}

impl Message<'_> {
    /// Whether FINGERPRINT holds (RFC 8489 §14.7); `None` if there is none.
    pub fn fingerprint(&self) -> Option<bool> {
        let attribute = self.find(AttributeType::FINGERPRINT)?;
        let (before, length) = self.before(&attribute);
        Some(attribute.value == crc(before, length).to_be_bytes())
    }

    /// Whether MESSAGE-INTEGRITY holds with this key (RFC 8489 §14.5); `None` if there is none.
    ///
    /// In a classic message the text is padded with zeros to a multiple of 64 octets (RFC 3489 §11.2.8).
    pub fn message_integrity(&self, key: &[u8]) -> Option<bool> {
        let attribute = self.find(AttributeType::MESSAGE_INTEGRITY)?;
        let (before, length) = self.before(&attribute);
        let mut mac = mac::<Hmac<Sha1>>(key, before, length);
        if self.is_classic() {
            mac.update(&[0; 64][..before.len().next_multiple_of(64) - before.len()]);
        }
        Some(mac.verify_slice(attribute.value).is_ok())
    }

    /// Whether MESSAGE-INTEGRITY-SHA256 holds with this key (RFC 8489 §14.6); `None` if there is none.
    ///
    /// It may be cut to a multiple of four octets, of which there are at least sixteen.
    pub fn message_integrity_sha256(&self, key: &[u8]) -> Option<bool> {
        let attribute = self.find(AttributeType::MESSAGE_INTEGRITY_SHA256)?;
        let (before, length) = self.before(&attribute);
        let sound = matches!(attribute.value.len(), 16 | 20 | 24 | 28 | 32);
        Some(
            sound
                && mac::<Hmac<Sha256>>(key, before, length)
                    .verify_truncated_left(attribute.value)
                    .is_ok(),
        )
    }

    /// Whether GOOG-MESSAGE-INTEGRITY-32, which has four octets of the usual, holds with this key.
    pub fn goog_message_integrity_32(&self, key: &[u8]) -> Option<bool> {
        let attribute = self.find(AttributeType::GOOG_MESSAGE_INTEGRITY_32)?;
        let (before, length) = self.before(&attribute);
        let sound = attribute.value.len() == 4;
        Some(
            sound
                && mac::<Hmac<Sha1>>(key, before, length)
                    .verify_truncated_left(attribute.value)
                    .is_ok(),
        )
    }

    /// The octets before an attribute, and what the length field would say if the message ended after it.
    fn before(&self, attribute: &RawAttribute<'_>) -> (&[u8], usize) {
        (
            &self.bytes()[..attribute.offset],
            attribute.offset - HEADER + 4 + attribute.value.len(),
        )
    }
}

/// The mac of `before`, its length field replaced by `length`.
fn mac<M: Mac + KeyInit>(key: &[u8], before: &[u8], length: usize) -> M {
    // HMAC takes a key of any length.
    let mut mac = <M as Mac>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes any key"));
    for piece in pieces(before, &(length as u16).to_be_bytes()) {
        mac.update(piece);
    }
    mac
}

/// A message in three pieces, the middle one being another length field. `message` has at least a header.
fn pieces<'a>(message: &'a [u8], length: &'a [u8; 2]) -> [&'a [u8]; 3] {
    [&message[..2], length, &message[4..]]
}

fn hash<D: Digest>(parts: &[&str]) -> Vec<u8> {
    let mut hash = D::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::stun::{Builder, Class, Method, TransactionId};

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    fn request() -> Builder {
        let id = TransactionId::new(*b"0123456789ab");
        Builder::new(Class::Request, Method::REFRESH, id).text(AttributeType::USERNAME, "user")
    }

    #[test]
    fn long_term_keys_are_hashes_of_username_realm_and_password() {
        // printf %s user:realm:pass | md5sum, and sha256sum (RFC 8489 §9.2.2 has the MD5 one).
        let password = Secret::new("pass");
        let key = Key::long_term("user", "realm", &password, PasswordAlgorithm::MD5);
        assert_eq!(hex(key.as_bytes()), "8493fbc53ba582fb4c044c456bdc40eb");
        assert_eq!(Key::long_term("user", "realm", &password, PasswordAlgorithm(77)), key);
        let key = Key::long_term("user", "realm", &password, PasswordAlgorithm::SHA256);
        assert_eq!(
            hex(key.as_bytes()),
            "07e934117abd40836e7c6329b54731b2b2d2a5f9a71f544922d75e0730d8251b"
        );
        assert_eq!(format!("{key:?}"), "Key(redacted)");
    }

    #[test]
    fn what_is_written_holds_and_any_change_before_it_does_not() {
        let key = Key::short_term(&Secret::new("secret"));
        let bytes = request()
            .message_integrity(&key)
            .message_integrity_sha256(&key)
            .fingerprint()
            .build();
        let check = |bytes: &[u8]| {
            let message = Message::decode(bytes).unwrap();
            let key = key.as_bytes();
            (
                message.message_integrity(key),
                message.message_integrity_sha256(key),
                message.fingerprint(),
            )
        };
        assert_eq!(check(&bytes), (Some(true), Some(true), Some(true)));
        for at in [0, 5, 12, 25] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            // An octet of the cookie makes it a classic message; the check fails all the same.
            assert_eq!(check(&changed), (Some(false), Some(false), Some(false)), "octet {at}");
        }
        let mut changed = bytes.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(check(&changed), (Some(true), Some(true), Some(false)));
    }

    #[test]
    fn another_key_does_not_hold_and_an_absent_attribute_is_not_known() {
        let bytes = request().message_integrity(&Key::from_bytes(*b"one")).build();
        let message = Message::decode(&bytes).unwrap();
        assert_eq!(message.message_integrity(b"two"), Some(false));
        assert_eq!(message.message_integrity_sha256(b"one"), None);
        assert_eq!(message.goog_message_integrity_32(b"one"), None);
        assert_eq!(message.fingerprint(), None);
    }

    #[test]
    fn sha256_may_be_cut_to_sixteen_octets_but_not_further() {
        let key = b"key";
        for length in 0..=36 {
            let before = request().build();
            let whole = hmac_sha256(key, &before, before.len() - HEADER + 4 + length);
            let mut value = whole.to_vec();
            value.resize(length, 0);
            let bytes = request()
                .attribute(AttributeType::MESSAGE_INTEGRITY_SHA256, &value)
                .build();
            let holds = Message::decode(&bytes).unwrap().message_integrity_sha256(key);
            assert_eq!(holds, Some(matches!(length, 16 | 20 | 24 | 28 | 32)), "{length}");
        }
    }

    #[test]
    fn the_short_integrity_of_goog_ping_has_four_octets() {
        let before = request().build();
        let whole = hmac_sha1(b"key", &before, before.len() - HEADER + 8);
        let bytes = request()
            .attribute(AttributeType::GOOG_MESSAGE_INTEGRITY_32, &whole[..4])
            .build();
        let message = Message::decode(&bytes).unwrap();
        assert_eq!(message.goog_message_integrity_32(b"key"), Some(true));
        assert_eq!(message.goog_message_integrity_32(b"kez"), Some(false));
    }

    #[test]
    fn wrong_lengths_never_hold() {
        let bytes = request()
            .attribute(AttributeType::MESSAGE_INTEGRITY, &[0; 19])
            .attribute(AttributeType::FINGERPRINT, &[0; 3])
            .build();
        let message = Message::decode(&bytes).unwrap();
        assert_eq!(
            (message.message_integrity(b""), message.fingerprint()),
            (Some(false), Some(false))
        );
    }

    #[test]
    fn a_classic_message_is_padded_to_64_octets() {
        let id = TransactionId::classic([3; 16]);
        let start = Builder::new(Class::Request, Method::BINDING, id).text(AttributeType::USERNAME, "user");
        let mut text = start.clone().build();
        text[3] += 24;
        text.resize(64, 0);
        let mut mac = <Hmac<Sha1> as Mac>::new_from_slice(b"key").unwrap();
        mac.update(&text);
        let bytes = start
            .attribute(AttributeType::MESSAGE_INTEGRITY, &mac.finalize().into_bytes())
            .build();
        assert_eq!(Message::decode(&bytes).unwrap().message_integrity(b"key"), Some(true));
    }
}
