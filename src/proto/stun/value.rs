//! [`Value`]: what an attribute's octets mean, by its type.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::proto::reader::Reader;
use crate::proto::stun::list::algorithm;
use crate::proto::stun::{
    Algorithms, AttributeType, Damage, ErrorCode, Message, Numbers, PasswordAlgorithm, RawAttribute, Shape,
};

/// What an attribute means. A value of the wrong shape is [`Malformed`](Value::Malformed), never an error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A transport address; XOR is undone.
    Address(SocketAddr),
    /// UTF-8 text.
    Text(&'a str),
    /// Octets: of no known shape, or text that is not UTF-8.
    Bytes(&'a [u8]),
    /// A 16-bit number.
    U16(u16),
    /// A 32-bit number.
    U32(u32),
    /// A 64-bit number.
    U64(u64),
    /// A list of 16-bit numbers.
    U16List(Numbers<'a>),
    /// Present, without a value.
    Flag,
    /// ERROR-CODE.
    ErrorCode {
        /// Class times 100, plus number.
        code: ErrorCode,
        /// The reason phrase; cut where it stops being UTF-8.
        reason: &'a str,
    },
    /// UNKNOWN-ATTRIBUTES: the numbers are attribute types.
    UnknownAttributes(Numbers<'a>),
    /// ADDRESS-ERROR-CODE (RFC 8656 §18.12).
    AddressErrorCode {
        /// 1 for IPv4, 2 for IPv6.
        family: u8,
        /// Class times 100, plus number.
        code: ErrorCode,
        /// The reason phrase; cut where it stops being UTF-8.
        reason: &'a str,
    },
    /// CHANGE-REQUEST (RFC 5780 §7.2).
    ChangeRequest {
        /// Answer from the other address.
        change_ip: bool,
        /// Answer from the other port.
        change_port: bool,
    },
    /// CHANNEL-NUMBER.
    ChannelNumber(u16),
    /// EVEN-PORT: whether the next port is to be reserved too.
    EvenPort(bool),
    /// REQUESTED-TRANSPORT: the IP protocol number, 17 for UDP, 6 for TCP.
    RequestedTransport(u8),
    /// REQUESTED-ADDRESS-FAMILY and ADDITIONAL-ADDRESS-FAMILY: 1 for IPv4, 2 for IPv6.
    AddressFamily(u8),
    /// FINGERPRINT, as it stands; [`Message::fingerprint`] tells whether it holds.
    Fingerprint(u32),
    /// PASSWORD-ALGORITHMS.
    PasswordAlgorithms(Algorithms<'a>),
    /// PASSWORD-ALGORITHM.
    PasswordAlgorithm {
        /// Which one.
        algorithm: PasswordAlgorithm,
        /// Its parameters, empty for those that are defined.
        parameters: &'a [u8],
    },
    /// ICMP (RFC 8656 §18.13): an ICMP error that a peer's packet met.
    Icmp {
        /// ICMP type.
        kind: u8,
        /// ICMP code.
        code: u16,
        /// The error's own data: the next-hop MTU of "fragmentation needed" and "packet too big".
        data: u32,
    },
    /// TRANSACTION_TRANSMIT_COUNTER (RFC 7982).
    TransmitCounter {
        /// How often the request was sent until now.
        request: u8,
        /// How often the response was.
        response: u8,
    },
    /// GOOG-NETWORK-INFO.
    NetworkInfo {
        /// The sender's number for the network.
        network_id: u16,
        /// 0 (cheap) to 999.
        network_cost: u16,
    },
    /// MS-SEQUENCE-NUMBER.
    SequenceNumber {
        /// Which connection.
        connection_id: [u8; 20],
        /// Counts up.
        number: u32,
    },
    /// MS-SERVICE-QUALITY.
    ServiceQuality {
        /// 1 audio, 2 video, 3 supplemental video, 4 data.
        stream_type: u16,
        /// 0 best effort, 1 reliable.
        quality: u16,
    },
    /// The octets do not have the shape that the type asks for.
    Malformed(Damage),
}

impl<'a> Message<'a> {
    /// What this attribute of the message means.
    pub fn value(&self, attribute: &RawAttribute<'a>) -> Value<'a> {
        read(self, attribute).unwrap_or_else(Value::Malformed)
    }
}

fn read<'a>(message: &Message<'_>, attribute: &RawAttribute<'a>) -> Result<Value<'a>, Damage> {
    let mut reader = Reader::at_offset(attribute.value, attribute.offset + 4);
    let value = match attribute.attribute_type.shape() {
        Shape::Address => return address(&mut reader, &[0; 16]).map(Value::Address),
        Shape::XorAddress => {
            let mut mask = [0; 16];
            mask.copy_from_slice(&message.bytes()[4..20]);
            return address(&mut reader, &mask).map(Value::Address);
        }
        Shape::Text => return Ok(str::from_utf8(attribute.value).map_or(Value::Bytes(attribute.value), Value::Text)),
        Shape::Bytes => return Ok(Value::Bytes(attribute.value)),
        Shape::U16 => {
            let number = reader.u16("16-bit number")?;
            // RESPONSE-PORT stands in four octets in some implementations.
            if reader.remaining() == 2 {
                reader.u16("reserved")?;
            }
            Value::U16(number)
        }
        Shape::U32 => Value::U32(reader.u32("32-bit number")?),
        Shape::U64 => Value::U64(reader.u64("64-bit number")?),
        Shape::U16List => {
            let numbers = Numbers::new(reader.rest());
            reader.bytes(attribute.value.len() & !1, "list of 16-bit numbers")?;
            if attribute.attribute_type == AttributeType::UNKNOWN_ATTRIBUTES {
                Value::UnknownAttributes(numbers)
            } else {
                Value::U16List(numbers)
            }
        }
        Shape::Flag => Value::Flag,
        Shape::ErrorCode => {
            reader.u16("reserved")?;
            let (code, reason) = code(&mut reader)?;
            Value::ErrorCode { code, reason }
        }
        Shape::AddressErrorCode => {
            let family = reader.u8("address family")?;
            reader.u8("reserved")?;
            let (code, reason) = code(&mut reader)?;
            Value::AddressErrorCode { family, code, reason }
        }
        Shape::ChangeRequest => {
            let bits = reader.u32("change request")?;
            Value::ChangeRequest {
                change_ip: bits & 4 != 0,
                change_port: bits & 2 != 0,
            }
        }
        Shape::ChannelNumber => {
            let channel = reader.u16("channel number")?;
            reader.u16("reserved")?;
            Value::ChannelNumber(channel)
        }
        Shape::EvenPort => {
            let bits = reader.u8("even port")?;
            // One octet by RFC 8656 §18.7; RFC 5766's drafts and some clients send four.
            if reader.remaining() == 3 {
                reader.bytes(3, "reserved")?;
            }
            Value::EvenPort(bits & 0x80 != 0)
        }
        Shape::RequestedTransport => {
            let protocol = reader.u8("protocol")?;
            reader.bytes(3, "reserved")?;
            Value::RequestedTransport(protocol)
        }
        Shape::AddressFamily => {
            let family = reader.u8("address family")?;
            reader.bytes(3, "reserved")?;
            Value::AddressFamily(family)
        }
        Shape::Fingerprint => Value::Fingerprint(reader.u32("fingerprint")?),
        Shape::PasswordAlgorithms => {
            let list = Algorithms::new(reader.rest());
            while !reader.is_empty() {
                algorithm(&mut reader)?;
            }
            Value::PasswordAlgorithms(list)
        }
        Shape::PasswordAlgorithm => {
            let (algorithm, parameters) = algorithm(&mut reader)?;
            Value::PasswordAlgorithm { algorithm, parameters }
        }
        Shape::Icmp => {
            reader.u16("reserved")?;
            // Seven bits of type and nine of code: ICMPv6 errors, too, have types below 128.
            let bits = reader.u16("ICMP type and code")?;
            Value::Icmp {
                kind: (bits >> 9) as u8,
                code: bits & 0x1ff,
                data: reader.u32("ICMP data")?,
            }
        }
        Shape::TransmitCounter => {
            reader.u16("reserved")?;
            Value::TransmitCounter {
                request: reader.u8("request count")?,
                response: reader.u8("response count")?,
            }
        }
        Shape::NetworkInfo => Value::NetworkInfo {
            network_id: reader.u16("network id")?,
            network_cost: reader.u16("network cost")?,
        },
        Shape::SequenceNumber => Value::SequenceNumber {
            connection_id: reader.array("connection id")?,
            number: reader.u32("number")?,
        },
        Shape::ServiceQuality => Value::ServiceQuality {
            stream_type: reader.u16("stream type")?,
            quality: reader.u16("service quality")?,
        },
    };
    if reader.is_empty() {
        return Ok(value);
    }
    let (offset, available) = (reader.offset(), reader.remaining());
    Err(Damage {
        offset,
        wanted: 0,
        available,
        what: "octets after the value",
    })
}

/// An address (RFC 8489 §14.1), each octet of port and address under XOR with `mask`.
fn address(reader: &mut Reader<'_>, mask: &[u8; 16]) -> Result<SocketAddr, Damage> {
    reader.u8("reserved")?;
    let offset = reader.offset();
    let family = reader.u8("address family")?;
    let port = reader.u16("port")? ^ u16::from_be_bytes([mask[0], mask[1]]);
    let ip = match family {
        1 => {
            let mut octets = reader.array::<4>("IPv4 address")?;
            octets.iter_mut().zip(mask).for_each(|(octet, mask)| *octet ^= mask);
            IpAddr::V4(Ipv4Addr::from(octets))
        }
        2 => {
            let mut octets = reader.array::<16>("IPv6 address")?;
            octets.iter_mut().zip(mask).for_each(|(octet, mask)| *octet ^= mask);
            IpAddr::V6(Ipv6Addr::from(octets))
        }
        _ => {
            return Err(Damage {
                offset,
                wanted: 1,
                available: 1,
                what: "address family neither IPv4 nor IPv6",
            });
        }
    };
    if reader.is_empty() {
        return Ok(SocketAddr::new(ip, port));
    }
    let (offset, available) = (reader.offset(), reader.remaining());
    Err(Damage {
        offset,
        wanted: 0,
        available,
        what: "octets after the address",
    })
}

/// Class, number and reason (RFC 8489 §14.8).
fn code<'a>(reader: &mut Reader<'a>) -> Result<(ErrorCode, &'a str), Damage> {
    let class = u16::from(reader.u8("error class")? & 0x07);
    let number = u16::from(reader.u8("error number")?);
    let reason = reader.bytes(reader.remaining(), "reason")?;
    let reason = match str::from_utf8(reason) {
        Ok(text) => text,
        Err(error) => str::from_utf8(&reason[..error.valid_up_to()]).unwrap_or_default(),
    };
    Ok((ErrorCode(class * 100 + number), reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::stun::{Builder, Class, Method, TransactionId};

    fn with_value<T>(kind: AttributeType, octets: &[u8], look: impl Fn(Value<'_>) -> T) -> T {
        let id = TransactionId::new(*b"0123456789ab");
        let bytes = Builder::new(Class::Success, Method::BINDING, id)
            .attribute(kind, octets)
            .build();
        let message = Message::decode(&bytes).unwrap();
        look(message.get(kind).unwrap())
    }

    /// A good value of every shape: type, octets, what it means.
    fn good() -> Vec<(AttributeType, Vec<u8>, Value<'static>)> {
        use AttributeType as A;
        let v4 = "192.0.2.1:32853".parse().unwrap();
        let v6 = "[2001:db8::1]:1".parse().unwrap();
        let octets = |text: &str| text.as_bytes().to_vec();
        let v6_octets = [&[0, 2, 0, 1, 0x20, 1, 0x0d, 0xb8][..], &[0; 11], &[1]].concat();
        vec![
            (
                A::MAPPED_ADDRESS,
                vec![0, 1, 0x80, 0x55, 192, 0, 2, 1],
                Value::Address(v4),
            ),
            (A::OTHER_ADDRESS, v6_octets, Value::Address(v6)),
            (
                A::XOR_PEER_ADDRESS,
                vec![0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43],
                Value::Address(v4),
            ),
            (A::REALM, octets("example.org"), Value::Text("example.org")),
            (A::DATA, vec![1, 2], Value::Bytes(&[1, 2])),
            (A(0x7abc), vec![3], Value::Bytes(&[3])),
            (A::RESPONSE_PORT, vec![0x12, 0x34], Value::U16(0x1234)),
            (A::RESPONSE_PORT, vec![0x12, 0x34, 0, 0], Value::U16(0x1234)),
            (A::LIFETIME, vec![0, 0, 2, 0x58], Value::U32(600)),
            (
                A::ICE_CONTROLLED,
                vec![1, 2, 3, 4, 5, 6, 7, 8],
                Value::U64(0x0102_0304_0506_0708),
            ),
            (A::GOOG_MISC_INFO, vec![0, 1], Value::U16List(Numbers::new(&[0, 1]))),
            (
                A::UNKNOWN_ATTRIBUTES,
                vec![0, 0x1a],
                Value::UnknownAttributes(Numbers::new(&[0, 0x1a])),
            ),
            (A::USE_CANDIDATE, vec![], Value::Flag),
            (
                A::ERROR_CODE,
                [&[0, 0, 4, 38][..], b"Stale Nonce"].concat(),
                Value::ErrorCode {
                    code: ErrorCode::STALE_NONCE,
                    reason: "Stale Nonce",
                },
            ),
            (
                A::ADDRESS_ERROR_CODE,
                vec![2, 0, 4, 40],
                Value::AddressErrorCode {
                    family: 2,
                    code: ErrorCode::ADDRESS_FAMILY_NOT_SUPPORTED,
                    reason: "",
                },
            ),
            (
                A::CHANGE_REQUEST,
                vec![0, 0, 0, 4],
                Value::ChangeRequest {
                    change_ip: true,
                    change_port: false,
                },
            ),
            (A::CHANNEL_NUMBER, vec![0x40, 1, 0, 0], Value::ChannelNumber(0x4001)),
            (A::EVEN_PORT, vec![0x80], Value::EvenPort(true)),
            (A::EVEN_PORT, vec![0, 0, 0, 0], Value::EvenPort(false)),
            (A::REQUESTED_TRANSPORT, vec![17, 0, 0, 0], Value::RequestedTransport(17)),
            (A::REQUESTED_ADDRESS_FAMILY, vec![2, 0, 0, 0], Value::AddressFamily(2)),
            (
                A::FINGERPRINT,
                vec![0xef, 0x25, 0xd4, 0xfe],
                Value::Fingerprint(0xef25_d4fe),
            ),
            (
                A::PASSWORD_ALGORITHMS,
                vec![0, 2, 0, 0],
                Value::PasswordAlgorithms(Algorithms::new(&[0, 2, 0, 0])),
            ),
            (
                A::PASSWORD_ALGORITHM,
                vec![0, 9, 0, 1, 7, 0, 0, 0],
                Value::PasswordAlgorithm {
                    algorithm: PasswordAlgorithm(9),
                    parameters: &[7],
                },
            ),
            (
                A::ICMP,
                vec![0, 0, 0x06, 4, 0, 0, 5, 0xdc],
                Value::Icmp {
                    kind: 3,
                    code: 4,
                    data: 1500,
                },
            ),
            (
                A::TRANSACTION_TRANSMIT_COUNTER,
                vec![0, 0, 3, 1],
                Value::TransmitCounter {
                    request: 3,
                    response: 1,
                },
            ),
            (
                A::GOOG_NETWORK_INFO,
                vec![0, 3, 0, 10],
                Value::NetworkInfo {
                    network_id: 3,
                    network_cost: 10,
                },
            ),
            (
                A::MS_SEQUENCE_NUMBER,
                [&[5; 20][..], &[0, 0, 0, 2]].concat(),
                Value::SequenceNumber {
                    connection_id: [5; 20],
                    number: 2,
                },
            ),
            (
                A::MS_SERVICE_QUALITY,
                vec![0, 1, 0, 0],
                Value::ServiceQuality {
                    stream_type: 1,
                    quality: 0,
                },
            ),
        ]
    }

    #[test]
    fn every_shape_reads() {
        for (kind, octets, meaning) in good() {
            with_value(kind, &octets, |value| assert_eq!(value, meaning, "{kind}"));
        }
    }

    #[test]
    fn every_cut_and_every_excess_is_malformed_or_another_good_value() {
        for (kind, octets, _) in good() {
            // Texts, lists and octets have no length of their own.
            if matches!(
                kind.shape(),
                Shape::Text | Shape::Bytes | Shape::U16List | Shape::ErrorCode | Shape::AddressErrorCode
            ) {
                continue;
            }
            let other: Vec<usize> = good()
                .iter()
                .filter(|one| one.0 == kind)
                .map(|one| one.1.len())
                .collect();
            for length in (0..octets.len() + 2).filter(|length| !other.contains(length)) {
                let mut wrong = octets.clone();
                wrong.resize(length, 0);
                let empty_list = kind == AttributeType::PASSWORD_ALGORITHMS && length == 0;
                let no_padding = kind == AttributeType::PASSWORD_ALGORITHM && (5..8).contains(&length);
                with_value(kind, &wrong, |value| {
                    assert!(
                        empty_list || no_padding || matches!(value, Value::Malformed(_)),
                        "{kind} {length}: {value:?}"
                    );
                });
            }
        }
    }

    #[test]
    fn damage_counts_from_the_start_of_the_message() {
        with_value(AttributeType::LIFETIME, &[1, 2], |value| {
            let Value::Malformed(damage) = value else {
                panic!("{value:?}")
            };
            assert_eq!((damage.offset, damage.wanted, damage.available), (24, 4, 2));
        });
        with_value(AttributeType::MAPPED_ADDRESS, &[0, 7, 0, 0, 1, 2, 3, 4], |value| {
            let Value::Malformed(damage) = value else {
                panic!("{value:?}")
            };
            assert_eq!(
                (damage.offset, damage.what),
                (25, "address family neither IPv4 nor IPv6")
            );
        });
    }

    #[test]
    fn text_that_is_not_utf_8_stays_octets() {
        with_value(AttributeType::SOFTWARE, &[b'a', 0xff], |value| {
            assert_eq!(value, Value::Bytes(&[b'a', 0xff]))
        });
        with_value(AttributeType::ERROR_CODE, &[0, 0, 5, 0, b'a', 0xff, b'b'], |value| {
            assert_eq!(
                value,
                Value::ErrorCode {
                    code: ErrorCode::SERVER_ERROR,
                    reason: "a"
                }
            );
        });
    }

    #[test]
    fn an_odd_list_is_malformed_and_an_empty_one_is_empty() {
        with_value(AttributeType::UNKNOWN_ATTRIBUTES, &[0, 1, 2], |value| {
            assert!(matches!(value, Value::Malformed(_)))
        });
        with_value(AttributeType::UNKNOWN_ATTRIBUTES, &[], |value| {
            assert_eq!(value, Value::UnknownAttributes(Numbers::new(&[])));
        });
    }
}
