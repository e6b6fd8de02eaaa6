//! [`Builder`]: writes a message.

use std::net::{IpAddr, SocketAddr};

use crate::proto::stun::integrity::{crc, hmac_sha1, hmac_sha256};
use crate::proto::stun::{
    AttributeType, Class, ErrorCode, HEADER, Key, MAGIC_COOKIE, Method, PasswordAlgorithm, TransactionId, user_hash,
};

/// Writes a message, attribute by attribute, in the order of the calls. Padding is zeros.
///
/// The integrity attributes and the fingerprint are computed over what was written before them, so their calls
/// come last, in the order of RFC 8489 §14.5 to §14.7. A message holds 65 532 octets of attributes; one that does
/// not fit any more is left out.
#[derive(Clone, Debug)]
pub struct Builder {
    bytes: Vec<u8>,
}

impl Builder {
    /// A message without attributes. A classic transaction id gives a classic message, which has no cookie.
    pub fn new(class: Class, method: Method, transaction_id: TransactionId) -> Builder {
        let mut bytes = Vec::with_capacity(128);
        bytes.extend(method.message_type(class, transaction_id.is_classic()).to_be_bytes());
        bytes.extend([0, 0]);
        if !transaction_id.is_classic() {
            bytes.extend(MAGIC_COOKIE.to_be_bytes());
        }
        bytes.extend(transaction_id.as_bytes());
        Builder { bytes }
    }

    /// Any attribute, its value in octets.
    pub fn attribute(mut self, attribute_type: AttributeType, value: &[u8]) -> Builder {
        let total = self.bytes.len() - HEADER + 4 + value.len().next_multiple_of(4);
        let Ok(length) = u16::try_from(total) else { return self };
        self.bytes.extend(attribute_type.0.to_be_bytes());
        // Not longer than the whole, which fits.
        self.bytes.extend((value.len() as u16).to_be_bytes());
        self.bytes.extend(value);
        self.bytes.resize(HEADER + total, 0);
        self.bytes[2..4].copy_from_slice(&length.to_be_bytes());
        self
    }

    /// An attribute without a value: DONT-FRAGMENT, USE-CANDIDATE.
    pub fn flag(self, attribute_type: AttributeType) -> Builder {
        self.attribute(attribute_type, &[])
    }

    /// A text.
    pub fn text(self, attribute_type: AttributeType, text: &str) -> Builder {
        self.attribute(attribute_type, text.as_bytes())
    }

    /// A number of 32 bits; also for REQUESTED-TRANSPORT and others whose first octets matter (`17 << 24`).
    pub fn u32(self, attribute_type: AttributeType, number: u32) -> Builder {
        self.attribute(attribute_type, &number.to_be_bytes())
    }

    /// A number of 64 bits.
    pub fn u64(self, attribute_type: AttributeType, number: u64) -> Builder {
        self.attribute(attribute_type, &number.to_be_bytes())
    }

    /// An address in the clear (RFC 8489 §14.1).
    pub fn address(self, attribute_type: AttributeType, address: SocketAddr) -> Builder {
        self.masked(attribute_type, address, [0; 16])
    }

    /// An address under XOR with cookie and transaction id (RFC 8489 §14.2).
    pub fn xor_address(self, attribute_type: AttributeType, address: SocketAddr) -> Builder {
        let mut mask = [0; 16];
        mask.copy_from_slice(&self.bytes[4..HEADER]);
        self.masked(attribute_type, address, mask)
    }

    /// REQUESTED-TRANSPORT: an IP protocol number, 17 for UDP, 6 for TCP.
    pub fn requested_transport(self, protocol: u8) -> Builder {
        self.attribute(AttributeType::REQUESTED_TRANSPORT, &[protocol, 0, 0, 0])
    }

    /// REQUESTED-ADDRESS-FAMILY: 1 for IPv4, 2 for IPv6.
    pub fn requested_address_family(self, family: u8) -> Builder {
        self.attribute(AttributeType::REQUESTED_ADDRESS_FAMILY, &[family, 0, 0, 0])
    }

    /// CHANNEL-NUMBER.
    pub fn channel_number(self, channel: u16) -> Builder {
        self.u32(AttributeType::CHANNEL_NUMBER, u32::from(channel) << 16)
    }

    /// CHANGE-REQUEST (RFC 5780 §7.2).
    pub fn change_request(self, change_ip: bool, change_port: bool) -> Builder {
        self.u32(
            AttributeType::CHANGE_REQUEST,
            u32::from(change_ip) << 2 | u32::from(change_port) << 1,
        )
    }

    /// ERROR-CODE; the class keeps three bits.
    pub fn error_code(self, code: ErrorCode, reason: &str) -> Builder {
        let head = [0, 0, ((code.0 / 100) & 7) as u8, (code.0 % 100) as u8];
        self.attribute(AttributeType::ERROR_CODE, &[&head, reason.as_bytes()].concat())
    }

    /// UNKNOWN-ATTRIBUTES.
    pub fn unknown_attributes(self, types: &[AttributeType]) -> Builder {
        let value: Vec<u8> = types.iter().flat_map(|one| one.0.to_be_bytes()).collect();
        self.attribute(AttributeType::UNKNOWN_ATTRIBUTES, &value)
    }

    /// USERHASH: sent instead of USERNAME (RFC 8489 §14.4).
    pub fn username_hash(self, username: &str, realm: &str) -> Builder {
        self.attribute(AttributeType::USERHASH, &user_hash(username, realm))
    }

    /// PASSWORD-ALGORITHMS, without parameters.
    pub fn password_algorithms(self, algorithms: &[PasswordAlgorithm]) -> Builder {
        let value: Vec<u8> = algorithms
            .iter()
            .flat_map(|one| (u32::from(one.0) << 16).to_be_bytes())
            .collect();
        self.attribute(AttributeType::PASSWORD_ALGORITHMS, &value)
    }

    /// PASSWORD-ALGORITHM, without parameters.
    pub fn password_algorithm(self, algorithm: PasswordAlgorithm) -> Builder {
        self.u32(AttributeType::PASSWORD_ALGORITHM, u32::from(algorithm.0) << 16)
    }

    /// MESSAGE-INTEGRITY over what was written until now.
    pub fn message_integrity(self, key: &Key) -> Builder {
        let value = hmac_sha1(key.as_bytes(), &self.bytes, self.length_with(20));
        self.attribute(AttributeType::MESSAGE_INTEGRITY, &value)
    }

    /// MESSAGE-INTEGRITY-SHA256, all 32 octets, over what was written until now.
    pub fn message_integrity_sha256(self, key: &Key) -> Builder {
        let value = hmac_sha256(key.as_bytes(), &self.bytes, self.length_with(32));
        self.attribute(AttributeType::MESSAGE_INTEGRITY_SHA256, &value)
    }

    /// FINGERPRINT over what was written until now.
    pub fn fingerprint(self) -> Builder {
        let value = crc(&self.bytes, self.length_with(4));
        self.u32(AttributeType::FINGERPRINT, value)
    }

    /// The message.
    pub fn build(self) -> Vec<u8> {
        self.bytes
    }

    fn length_with(&self, value: usize) -> usize {
        self.bytes.len() - HEADER + 4 + value
    }

    fn masked(self, attribute_type: AttributeType, address: SocketAddr, mask: [u8; 16]) -> Builder {
        let mut value = vec![0, if address.is_ipv4() { 1 } else { 2 }];
        value.extend(address.port().to_be_bytes());
        match address.ip() {
            IpAddr::V4(ip) => value.extend(ip.octets()),
            IpAddr::V6(ip) => value.extend(ip.octets()),
        }
        let masks = mask[..2].iter().chain(&mask);
        value[2..]
            .iter_mut()
            .zip(masks)
            .for_each(|(octet, mask)| *octet ^= mask);
        self.attribute(attribute_type, &value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::stun::{Message, Value};

    const ID: TransactionId = TransactionId::new(*b"0123456789ab");

    fn request() -> Builder {
        Builder::new(Class::Request, Method::ALLOCATE, ID)
    }

    #[test]
    fn values_are_padded_with_zeros_and_counted() {
        let bytes = request()
            .text(AttributeType::REALM, "abcde")
            .flag(AttributeType::DONT_FRAGMENT)
            .build();
        assert_eq!(&bytes[..8], [0x00, 0x03, 0x00, 0x10, 0x21, 0x12, 0xa4, 0x42]);
        assert_eq!(&bytes[20..], b"\x00\x14\x00\x05abcde\0\0\0\x00\x1a\x00\x00");
    }

    #[test]
    fn addresses_come_back_from_both_forms() {
        for address in [
            "192.0.2.1:32853",
            "0.0.0.0:0",
            "255.255.255.255:65535",
            "[2001:db8::1]:1",
            "[::]:0",
        ] {
            let address: SocketAddr = address.parse().unwrap();
            for id in [ID, TransactionId::classic(*b"0123456789abcdef")] {
                let bytes = Builder::new(Class::Success, Method::BINDING, id)
                    .address(AttributeType::MAPPED_ADDRESS, address)
                    .xor_address(AttributeType::XOR_MAPPED_ADDRESS, address)
                    .build();
                let message = Message::decode(&bytes).unwrap();
                assert_eq!(message.mapped_address(), Some(address));
                assert_eq!(message.xor_mapped_address(), Some(address));
            }
        }
    }

    #[test]
    fn every_helper_writes_what_the_reader_reads() {
        let bytes = request()
            .requested_transport(17)
            .requested_address_family(2)
            .channel_number(0x4001)
            .change_request(true, true)
            .error_code(ErrorCode::STALE_NONCE, "Stale Nonce")
            .unknown_attributes(&[AttributeType::DONT_FRAGMENT, AttributeType(0x7abc)])
            .username_hash("user", "realm")
            .password_algorithms(&[PasswordAlgorithm::SHA256, PasswordAlgorithm::MD5])
            .password_algorithm(PasswordAlgorithm::SHA256)
            .u64(AttributeType::ICE_CONTROLLING, 7)
            .build();
        let message = Message::decode(&bytes).unwrap();
        let get = |kind| message.get(kind).unwrap();
        assert_eq!(get(AttributeType::REQUESTED_TRANSPORT), Value::RequestedTransport(17));
        assert_eq!(get(AttributeType::REQUESTED_ADDRESS_FAMILY), Value::AddressFamily(2));
        assert_eq!(get(AttributeType::CHANNEL_NUMBER), Value::ChannelNumber(0x4001));
        assert_eq!(
            get(AttributeType::CHANGE_REQUEST),
            Value::ChangeRequest {
                change_ip: true,
                change_port: true
            }
        );
        assert_eq!(message.error_code(), Some((ErrorCode::STALE_NONCE, "Stale Nonce")));
        assert_eq!(
            message.unknown_attributes().collect::<Vec<_>>(),
            [AttributeType::DONT_FRAGMENT, AttributeType(0x7abc)]
        );
        assert_eq!(get(AttributeType::USERHASH), Value::Bytes(&user_hash("user", "realm")));
        let algorithms: Vec<_> = message.password_algorithms().unwrap().collect();
        assert_eq!(
            algorithms,
            [(PasswordAlgorithm::SHA256, &[][..]), (PasswordAlgorithm::MD5, &[][..])]
        );
        assert_eq!(get(AttributeType::ICE_CONTROLLING), Value::U64(7));
        assert_eq!(message.damage(), None);
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let huge = vec![7; 40_000];
        let bytes = request()
            .attribute(AttributeType::DATA, &huge)
            .attribute(AttributeType::DATA, &huge)
            .build();
        assert_eq!(bytes.len(), HEADER + 4 + 40_000);
        assert_eq!(
            request().attribute(AttributeType::DATA, &[0; 70_000]).build().len(),
            HEADER
        );
        let most = request()
            .attribute(AttributeType::DATA, &[0; 65_528])
            .fingerprint()
            .build();
        assert_eq!(Message::decode(&most).unwrap().damage(), None);
        assert_eq!(most.len(), HEADER + 65_532);
    }
}
