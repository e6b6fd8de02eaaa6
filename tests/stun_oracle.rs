//! The `stun` crate as an oracle, both ways, and properties that hold for any message and any octets.

use std::net::{IpAddr, SocketAddr};

use proptest::collection::vec;
use proptest::prelude::*;
use rtcdiag::proto::demux::classify;
use rtcdiag::proto::stun::{
    AttributeType, Builder, Class, Damage, ErrorCode, Key, Message, Method, TransactionId, Value,
};
use rtcdiag::proto::turn::{ChannelData, Frame, frame};
use rtcdiag::secret::Secret;
use stun::addr::MappedAddress;
use stun::agent::TransactionId as TheirId;
use stun::attributes::{ATTR_NONCE, ATTR_REALM, ATTR_SOFTWARE, ATTR_USERNAME, AttrType};
use stun::error_code::{ErrorCode as TheirCode, ErrorCodeAttribute};
use stun::fingerprint::FINGERPRINT;
use stun::integrity::MessageIntegrity;
use stun::message::{Getter, Message as Theirs, MessageType, Setter};
use stun::textattrs::TextAttribute;
use stun::xoraddr::XorMappedAddress;

/// What both libraries can say.
#[derive(Clone, Debug)]
struct Said {
    message_type: u16,
    id: [u8; 12],
    software: String,
    username: String,
    realm: String,
    nonce: String,
    address: SocketAddr,
    relayed: SocketAddr,
    code: u16,
    reason: String,
    unknown: (u16, Vec<u8>),
    password: String,
}

fn any_address() -> impl Strategy<Value = SocketAddr> {
    (any::<IpAddr>(), any::<u16>()).prop_map(|(ip, port)| SocketAddr::new(ip, port))
}

fn any_said() -> impl Strategy<Value = Said> {
    let texts = ("[ -~]{0,64}", "\\PC{0,40}", "[a-z.]{0,30}", "[!-~]{0,60}");
    let addresses = (any_address(), any_address());
    let error = (300u16..700, "[ -~]{0,40}");
    // A number that neither library reads.
    let unknown = (0x7000u16..0x7fff, vec(any::<u8>(), 0..40));
    (
        0u16..0x4000,
        any::<[u8; 12]>(),
        texts,
        addresses,
        error,
        unknown,
        "[ -~]{1,40}",
    )
        .prop_map(
            |(
                message_type,
                id,
                (software, username, realm, nonce),
                (address, relayed),
                (code, reason),
                unknown,
                password,
            )| {
                Said {
                    message_type,
                    id,
                    software,
                    username,
                    realm,
                    nonce,
                    address,
                    relayed,
                    code,
                    reason,
                    unknown,
                    password,
                }
            },
        )
}

fn ours(said: &Said) -> Vec<u8> {
    let (method, class) = Method::from_message_type(said.message_type, false);
    Builder::new(class, method, TransactionId::new(said.id))
        .text(AttributeType::SOFTWARE, &said.software)
        .text(AttributeType::USERNAME, &said.username)
        .text(AttributeType::REALM, &said.realm)
        .text(AttributeType::NONCE, &said.nonce)
        .xor_address(AttributeType::XOR_MAPPED_ADDRESS, said.address)
        .address(AttributeType::MAPPED_ADDRESS, said.address)
        .xor_address(AttributeType::XOR_RELAYED_ADDRESS, said.relayed)
        .error_code(ErrorCode(said.code), &said.reason)
        .attribute(AttributeType(said.unknown.0), &said.unknown.1)
        .message_integrity(&Key::short_term(&Secret::new(&said.password)))
        .fingerprint()
        .build()
}

fn theirs(said: &Said) -> Vec<u8> {
    let mut kind = MessageType::default();
    kind.read_value(said.message_type);
    let text = |attr, text: &str| TextAttribute::new(attr, text.to_string());
    let xor = |address: SocketAddr| XorMappedAddress {
        ip: address.ip(),
        port: address.port(),
    };
    let mut message = Theirs::new();
    message.typ = kind;
    message.transaction_id = TheirId(said.id);
    message.write_header();
    text(ATTR_SOFTWARE, &said.software).add_to(&mut message).unwrap();
    text(ATTR_USERNAME, &said.username).add_to(&mut message).unwrap();
    text(ATTR_REALM, &said.realm).add_to(&mut message).unwrap();
    text(ATTR_NONCE, &said.nonce).add_to(&mut message).unwrap();
    xor(said.address).add_to(&mut message).unwrap();
    MappedAddress {
        ip: said.address.ip(),
        port: said.address.port(),
    }
    .add_to(&mut message)
    .unwrap();
    xor(said.relayed).add_to_as(&mut message, AttrType(0x0016)).unwrap();
    let reason = said.reason.clone().into_bytes();
    ErrorCodeAttribute {
        code: TheirCode(said.code),
        reason,
    }
    .add_to(&mut message)
    .unwrap();
    message.add(AttrType(said.unknown.0), &said.unknown.1);
    MessageIntegrity::new_short_term_integrity(said.password.clone())
        .add_to(&mut message)
        .unwrap();
    FINGERPRINT.add_to(&mut message).unwrap();
    message.raw
}

fn hold_our_reading(said: &Said, bytes: &[u8]) {
    let message = Message::decode(bytes).unwrap();
    assert_eq!((message.message_type(), message.damage()), (said.message_type, None));
    assert_eq!(message.transaction_id(), TransactionId::new(said.id));
    assert_eq!(message.software(), Some(&*said.software));
    assert_eq!(message.username(), Some(&*said.username));
    assert_eq!(message.realm(), Some(&*said.realm));
    assert_eq!(message.nonce(), Some(said.nonce.as_bytes()));
    assert_eq!(message.xor_mapped_address(), Some(said.address));
    assert_eq!(message.mapped_address(), Some(said.address));
    assert_eq!(message.xor_relayed_address(), Some(said.relayed));
    assert_eq!(message.error_code(), Some((ErrorCode(said.code), &*said.reason)));
    assert_eq!(
        message.get(AttributeType(said.unknown.0)),
        Some(Value::Bytes(&said.unknown.1))
    );
    assert_eq!(message.message_integrity(said.password.as_bytes()), Some(true));
    assert_eq!(message.fingerprint(), Some(true));
}

fn hold_their_reading(said: &Said, bytes: &[u8]) {
    let mut message = Theirs::new();
    message.unmarshal_binary(bytes).unwrap();
    assert_eq!(
        (message.typ.value(), message.transaction_id.0),
        (said.message_type, said.id)
    );
    for (attr, text) in [
        (ATTR_SOFTWARE, &said.software),
        (ATTR_USERNAME, &said.username),
        (ATTR_REALM, &said.realm),
        (ATTR_NONCE, &said.nonce),
    ] {
        assert_eq!(&TextAttribute::get_from_as(&message, attr).unwrap().text, text);
    }
    let mut xor = XorMappedAddress::default();
    xor.get_from(&message).unwrap();
    assert_eq!(SocketAddr::new(xor.ip, xor.port), said.address);
    xor.get_from_as(&message, AttrType(0x0016)).unwrap();
    assert_eq!(SocketAddr::new(xor.ip, xor.port), said.relayed);
    let mut plain = MappedAddress::default();
    plain.get_from(&message).unwrap();
    assert_eq!(SocketAddr::new(plain.ip, plain.port), said.address);
    let mut error = ErrorCodeAttribute::default();
    error.get_from(&message).unwrap();
    assert_eq!((error.code.0, &error.reason[..]), (said.code, said.reason.as_bytes()));
    assert_eq!(message.get(AttrType(said.unknown.0)).unwrap(), said.unknown.1);
    FINGERPRINT.check(&message).unwrap();
    MessageIntegrity::new_short_term_integrity(said.password.clone())
        .check(&mut message)
        .unwrap();
}

/// Message type, transaction id, attributes.
type Parts = (u16, [u8; 12], Vec<(u16, Vec<u8>)>);

/// A message of any attributes with any octets.
fn any_message() -> impl Strategy<Value = Parts> {
    (
        0u16..0x4000,
        any::<[u8; 12]>(),
        vec((any::<u16>(), vec(any::<u8>(), 0..50)), 0..12),
    )
}

fn build((message_type, id, attributes): &Parts) -> Vec<u8> {
    let (method, class) = Method::from_message_type(*message_type, false);
    let start = Builder::new(class, method, TransactionId::new(*id));
    attributes
        .iter()
        .fold(start, |builder, (kind, value)| {
            builder.attribute(AttributeType(*kind), value)
        })
        .build()
}

/// Calls everything that reads octets; a panic fails the test.
fn read_everything(bytes: &[u8]) {
    classify(bytes);
    if let Frame::Message(length) = frame(bytes) {
        assert!(length <= bytes.len());
    }
    if let Ok(message) = ChannelData::decode(bytes) {
        let _ = (message.data(), message.damage());
    }
    let Ok(message) = Message::decode(bytes) else { return };
    for attribute in message.attributes() {
        assert!(attribute.offset + 4 + attribute.value.len() <= bytes.len());
        assert_eq!(attribute.value.len(), usize::from(attribute.length));
        match message.value(&attribute) {
            Value::Malformed(Damage { offset, .. }) => assert!(offset <= bytes.len()),
            Value::UnknownAttributes(list) | Value::U16List(list) => assert!(list.count() * 2 <= attribute.value.len()),
            Value::PasswordAlgorithms(list) => assert!(list.count() * 4 <= attribute.value.len()),
            _ => {}
        }
    }
    let _ = (
        message.damage(),
        message.is_plausible(),
        message.nonce_features(),
        message.fingerprint(),
    );
    let _ = (
        message.message_integrity(b"key"),
        message.message_integrity_sha256(b"key"),
    );
    let _ = (message.goog_message_integrity_32(b"key"), format!("{message:?}"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ours_reads_theirs_and_theirs_reads_ours(said in any_said()) {
        let (mine, other) = (ours(&said), theirs(&said));
        prop_assert_eq!(&mine, &other, "the same octets, too");
        hold_our_reading(&said, &other);
        hold_their_reading(&said, &mine);
    }

    #[test]
    fn long_term_keys_are_theirs(username in "\\PC{0,20}", realm in "\\PC{0,20}", password in "\\PC{0,20}") {
        use rtcdiag::proto::stun::PasswordAlgorithm;
        let key = Key::long_term(&username, &realm, &Secret::new(&password), PasswordAlgorithm::MD5);
        let other = MessageIntegrity::new_long_term_integrity(username, realm, password);
        prop_assert_eq!(key.as_bytes(), &other.0[..]);
    }

    #[test]
    fn any_attributes_come_back_in_order(message in any_message()) {
        let bytes = build(&message);
        let decoded = Message::decode(&bytes).unwrap();
        prop_assert_eq!(decoded.damage(), None);
        prop_assert_eq!(decoded.message_type(), message.0);
        let (method, class) = Method::from_message_type(message.0, false);
        prop_assert_eq!((decoded.method(), decoded.class()), (method, class));
        prop_assert!(Class::ALL.contains(&class));
        let got: Vec<_> = decoded.attributes().map(|one| (one.attribute_type.0, one.value.to_vec())).collect();
        prop_assert_eq!(got, message.2);
        prop_assert_eq!(frame(&bytes), Frame::Message(bytes.len()));
        read_everything(&bytes);
    }

    #[test]
    fn any_cut_and_any_changed_octet_is_read_without_panic(
        message in any_message(), cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), octet: u8,
    ) {
        let mut bytes = build(&message);
        let whole: Vec<_> = Message::decode(&bytes).unwrap().attributes().map(|one| one.offset).collect();
        let cut = cut.index(bytes.len());
        read_everything(&bytes[..cut]);
        if let Ok(short) = Message::decode(&bytes[..cut]) {
            let got: Vec<_> = short.attributes().map(|one| one.offset).collect();
            prop_assert_eq!(&got[..], &whole[..got.len()]);
            prop_assert!(short.damage().is_some());
        }
        let at = at.index(bytes.len());
        bytes[at] = octet;
        read_everything(&bytes);
    }

    #[test]
    fn any_octets_are_read_without_panic(bytes in vec(any::<u8>(), 0..200), stun: bool) {
        let mut bytes = bytes;
        if stun && bytes.len() >= 8 {
            bytes[0] &= 0x3f;
            bytes[4..8].copy_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
        }
        read_everything(&bytes);
    }
}
