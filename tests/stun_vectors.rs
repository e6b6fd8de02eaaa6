//! The test vectors of RFC 5769, and what can be held of RFC 8489's appendix B.1.

use rtcdiag::proto::stun::{
    AttributeType, Builder, Class, Key, Message, Method, PasswordAlgorithm, TransactionId, Value, user_hash,
};
use rtcdiag::secret::Secret;

/// RFC 5769 §2.1: a request with a fingerprint. Padding is spaces.
const REQUEST: &str = "\
    00010058 2112a442 b7e7a701 bc34d686 fa87dfae \
    80220010 5354554e 20746573 7420636c 69656e74 \
    00240004 6e0001ff 80290008 932ff9b1 51263b36 \
    00060009 6576746a 3a683676 59202020 \
    00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2 80280004 e57a3bcf";

/// RFC 5769 §2.2: its answer, IPv4.
const RESPONSE_V4: &str = "\
    0101003c 2112a442 b7e7a701 bc34d686 fa87dfae \
    8022000b 74657374 20766563 746f7220 00200008 0001a147 e112a643 \
    00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7 80280004 c07d4c96";

/// RFC 5769 §2.3: its answer, IPv6.
const RESPONSE_V6: &str = "\
    01010048 2112a442 b7e7a701 bc34d686 fa87dfae \
    8022000b 74657374 20766563 746f7220 00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9 \
    00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41 80280004 c8fb0b4c";

/// RFC 5769 §2.4: a request with long-term credentials. Padding is zeros.
const LONG_TERM: &str = "\
    00010060 2112a442 78ad3433 c6ad72c0 29da412e \
    00060012 e3839ee3 8388e383 aae38383 e382afe3 82b90000 \
    0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 36347341 \
    0014000b 6578616d 706c652e 6f726700 \
    00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666";

const SHORT_TERM_PASSWORD: &[u8] = b"VOkJxbRl1RmTxUk/WvJxBt";
const USERNAME: &str = "\u{30de}\u{30c8}\u{30ea}\u{30c3}\u{30af}\u{30b9}";
const REALM: &str = "example.org";

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

/// Holds what all four have in common, and that any flipped bit is noticed.
fn hold(bytes: &[u8], key: &[u8], fingerprint: Option<bool>) {
    let message = Message::decode(bytes).unwrap();
    assert_eq!(message.method(), Method::BINDING);
    assert_eq!(message.damage(), None);
    assert_eq!(message.message_integrity(key), Some(true));
    assert_eq!(message.message_integrity(b"wrong"), Some(false));
    assert_eq!(message.fingerprint(), fingerprint);
    let end = message.find(AttributeType::MESSAGE_INTEGRITY).unwrap().offset;
    for octet in (0..end).filter(|octet| ![2, 3].contains(octet)) {
        let mut changed = bytes.to_vec();
        changed[octet] ^= 0x01;
        let message = Message::decode(&changed).unwrap();
        // A changed attribute header may hide the integrity attribute altogether.
        assert_ne!(message.message_integrity(key), Some(true), "octet {octet}");
        assert_ne!(message.fingerprint(), Some(true), "octet {octet}");
    }
}

#[test]
fn rfc_5769_sample_request() {
    let bytes = octets(REQUEST);
    hold(&bytes, SHORT_TERM_PASSWORD, Some(true));
    let message = Message::decode(&bytes).unwrap();
    assert_eq!(message.class(), Class::Request);
    assert_eq!(message.transaction_id().to_string(), "b7e7a701bc34d686fa87dfae");
    assert_eq!(message.software(), Some("STUN test client"));
    assert_eq!(message.username(), Some("evtj:h6vY"));
    assert_eq!(message.get(AttributeType::PRIORITY), Some(Value::U32(0x6e00_01ff)));
    assert_eq!(
        message.get(AttributeType::ICE_CONTROLLED),
        Some(Value::U64(0x932f_f9b1_5126_3b36))
    );
    assert_eq!(
        message.get(AttributeType::FINGERPRINT),
        Some(Value::Fingerprint(0xe57a_3bcf))
    );
}

#[test]
fn rfc_5769_sample_responses() {
    for (hex, address) in [
        (RESPONSE_V4, "192.0.2.1:32853"),
        (RESPONSE_V6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
    ] {
        let bytes = octets(hex);
        hold(&bytes, SHORT_TERM_PASSWORD, Some(true));
        let message = Message::decode(&bytes).unwrap();
        assert_eq!(message.class(), Class::Success);
        assert_eq!(message.software(), Some("test vector"));
        assert_eq!(message.xor_mapped_address(), Some(address.parse().unwrap()));
    }
}

#[test]
fn rfc_5769_long_term_request_reads_and_writes() {
    let bytes = octets(LONG_TERM);
    // The password after SASLprep, as the vector gives it.
    let key = Key::long_term(USERNAME, REALM, &Secret::new("TheMatrIX"), PasswordAlgorithm::MD5);
    hold(&bytes, key.as_bytes(), None);
    let message = Message::decode(&bytes).unwrap();
    assert_eq!((message.username(), message.realm()), (Some(USERNAME), Some(REALM)));
    assert_eq!(message.nonce(), Some(&b"f//499k954d6OL34oL9FSTvy64sA"[..]));
    let built = Builder::new(Class::Request, Method::BINDING, message.transaction_id())
        .text(AttributeType::USERNAME, USERNAME)
        .attribute(AttributeType::NONCE, message.nonce().unwrap())
        .text(AttributeType::REALM, REALM)
        .message_integrity(&key)
        .build();
    assert_eq!(built, bytes);
}

/// The three vectors padded with spaces, padded with zeros: written anew they differ from the original only in
/// padding, integrity and fingerprint.
#[test]
fn rfc_5769_short_term_messages_write_the_same_but_for_padding() {
    for hex in [REQUEST, RESPONSE_V4, RESPONSE_V6] {
        let bytes = octets(hex);
        let message = Message::decode(&bytes).unwrap();
        let mut builder = Builder::new(message.class(), message.method(), message.transaction_id());
        for attribute in message.attributes() {
            builder = match message.value(&attribute) {
                Value::Fingerprint(_) => builder.fingerprint(),
                Value::Address(address) => builder.xor_address(attribute.attribute_type, address),
                Value::Text(text) => builder.text(attribute.attribute_type, text),
                Value::U32(number) => builder.u32(attribute.attribute_type, number),
                Value::U64(number) => builder.u64(attribute.attribute_type, number),
                _ => builder.message_integrity(&Key::from_bytes(SHORT_TERM_PASSWORD)),
            };
        }
        let mut built = builder.build();
        hold(&built, SHORT_TERM_PASSWORD, Some(true));
        assert_eq!(built.len(), bytes.len());
        let end = message.find(AttributeType::MESSAGE_INTEGRITY).unwrap().offset + 4;
        for attribute in message.attributes() {
            let padding = attribute.offset + 4 + attribute.value.len();
            for at in padding..padding.next_multiple_of(4) {
                assert_eq!((built[at], bytes[at]), (0, b' '));
                built[at] = b' ';
            }
        }
        assert_eq!(built[..end], bytes[..end]);
    }
}

#[test]
fn every_truncation_of_every_vector_is_told() {
    for hex in [REQUEST, RESPONSE_V4, RESPONSE_V6, LONG_TERM] {
        let bytes = octets(hex);
        let whole: Vec<_> = Message::decode(&bytes).unwrap().attributes().collect();
        for cut in 0..bytes.len() {
            match Message::decode(&bytes[..cut]) {
                Err(_) => assert!(cut < 20),
                Ok(message) => {
                    assert!(message.damage().is_some(), "{cut}");
                    let got: Vec<_> = message.attributes().collect();
                    assert_eq!(got, whole[..got.len()], "{cut}");
                    assert!(got.iter().all(|one| one.offset + 4 + one.value.len() <= cut));
                }
            }
        }
    }
}

/// RFC 8489's appendix B.1: its USERHASH is right. Its length field counts 20 octets more than the message has.
#[test]
fn rfc_8489_userhash() {
    let hash = "4a3cf38f ef6992bd a952c678 0417da0f 24819415 569e60b2 05c46e41 407f1704";
    assert_eq!(user_hash(USERNAME, REALM).to_vec(), octets(hash));
    let built = Builder::new(Class::Request, Method::BINDING, TransactionId::new([0; 12]))
        .username_hash(USERNAME, REALM)
        .message_integrity_sha256(&Key::from_bytes(*b"key"))
        .build();
    let message = Message::decode(&built).unwrap();
    assert_eq!(message.get(AttributeType::USERHASH), Some(Value::Bytes(&octets(hash))));
    assert_eq!(message.message_integrity_sha256(b"key"), Some(true));
}
