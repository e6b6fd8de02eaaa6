//! [`Value`]: what an attribute's octets mean, by its type.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::proto::reader::Reader;
use crate::proto::stun::{AttributeType, Damage, ErrorCode, Message, PasswordAlgorithm, RawAttribute};

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
    /// UNKNOWN-ATTRIBUTES: types, each readable with [`Numbers`].
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
        code: u8,
        /// The error's own data: the next-hop MTU of "fragmentation needed" and "packet too big".
        data: u32,
    },
    /// TRANSACTION_TRANSMIT_COUNTER (RFC 7982 §3.2).
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

/// How the octets of a type are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// An address in the clear.
    Address,
    /// An address under XOR (RFC 8489 §14.2).
    XorAddress,
    /// Text.
    Text,
    /// Octets.
    Bytes,
    /// A 16-bit number, maybe with two octets after it that mean nothing.
    U16,
    /// A 32-bit number.
    U32,
    /// A 64-bit number.
    U64,
    /// Many 16-bit numbers.
    U16List,
    /// Nothing.
    Flag,
    /// A code and a reason.
    ErrorCode,
    /// As ERROR-CODE, for one address family.
    AddressErrorCode,
    /// Two bits.
    ChangeRequest,
    /// 16 bits, and 16 reserved.
    ChannelNumber,
    /// One bit.
    EvenPort,
    /// 8 bits, and 24 reserved.
    RequestedTransport,
    /// 8 bits, and 24 reserved.
    AddressFamily,
    /// 32 bits.
    Fingerprint,
    /// Many algorithms with their parameters.
    PasswordAlgorithms,
    /// One of them.
    PasswordAlgorithm,
    /// Type, code and data.
    Icmp,
    /// Two counters.
    TransmitCounter,
    /// Two numbers of 16 bits.
    NetworkInfo,
    /// 20 octets and a number.
    SequenceNumber,
    /// Two numbers of 16 bits.
    ServiceQuality,
}

impl AttributeType {
    /// How its value is to be read.
    pub const fn shape(self) -> Shape {
        use AttributeType as A;
        match self {
            A::MAPPED_ADDRESS | A::RESPONSE_ADDRESS | A::SOURCE_ADDRESS | A::CHANGED_ADDRESS => Shape::Address,
            A::REFLECTED_FROM | A::DESTINATION_ADDRESS | A::ALTERNATE_SERVER => Shape::Address,
            A::RESPONSE_ORIGIN | A::OTHER_ADDRESS | A::MS_ALT_MAPPED_ADDRESS => Shape::Address,
            A::XOR_MAPPED_ADDRESS | A::MS_XOR_MAPPED_ADDRESS | A::XOR_PEER_ADDRESS => Shape::XorAddress,
            A::XOR_RELAYED_ADDRESS | A::XOR_REFLECTED_FROM => Shape::XorAddress,
            A::USERNAME | A::REALM | A::NONCE | A::SOFTWARE | A::ALTERNATE_DOMAIN => Shape::Text,
            A::THIRD_PARTY_AUTHORIZATION | A::ORIGIN => Shape::Text,
            A::MS_CANDIDATE_IDENTIFIER | A::MS_ALTERNATE_HOST_NAME => Shape::Text,
            A::RESPONSE_PORT => Shape::U16,
            A::PRIORITY | A::LIFETIME | A::BANDWIDTH | A::CACHE_TIMEOUT | A::CONNECTION_ID => Shape::U32,
            A::MS_VERSION | A::MS_IMPLEMENTATION_VERSION | A::GOOG_CONNECTION_ID => Shape::U32,
            A::GOOG_RETRANSMIT_COUNT | A::MAGIC_COOKIE => Shape::U32,
            A::ICE_CONTROLLED | A::ICE_CONTROLLING => Shape::U64,
            A::GOOG_MISC_INFO => Shape::U16List,
            A::USE_CANDIDATE | A::DONT_FRAGMENT => Shape::Flag,
            A::ERROR_CODE => Shape::ErrorCode,
            A::UNKNOWN_ATTRIBUTES => Shape::U16List,
            A::ADDRESS_ERROR_CODE => Shape::AddressErrorCode,
            A::CHANGE_REQUEST => Shape::ChangeRequest,
            A::CHANNEL_NUMBER => Shape::ChannelNumber,
            A::EVEN_PORT => Shape::EvenPort,
            A::REQUESTED_TRANSPORT => Shape::RequestedTransport,
            A::REQUESTED_ADDRESS_FAMILY | A::ADDITIONAL_ADDRESS_FAMILY => Shape::AddressFamily,
            A::FINGERPRINT => Shape::Fingerprint,
            A::PASSWORD_ALGORITHMS => Shape::PasswordAlgorithms,
            A::PASSWORD_ALGORITHM => Shape::PasswordAlgorithm,
            A::ICMP => Shape::Icmp,
            A::TRANSACTION_TRANSMIT_COUNTER => Shape::TransmitCounter,
            A::GOOG_NETWORK_INFO => Shape::NetworkInfo,
            A::MS_SEQUENCE_NUMBER => Shape::SequenceNumber,
            A::MS_SERVICE_QUALITY => Shape::ServiceQuality,
            _ => Shape::Bytes,
        }
    }
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
            let numbers = Numbers(reader.rest());
            let odd = attribute.value.len() % 2;
            reader.bytes(attribute.value.len() - odd, "list")?;
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
            let list = Algorithms(reader.rest());
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
            // Seven bits of type and nine of code (RFC 8656 §18.13): types are below 128 in ICMP, and ICMPv6
            // errors too.
            let bits = reader.u16("ICMP type and code")?;
            Value::Icmp {
                kind: (bits >> 9) as u8,
                code: bits as u8,
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

/// One algorithm with its parameters (RFC 8489 §14.11).
fn algorithm<'a>(reader: &mut Reader<'a>) -> Result<(PasswordAlgorithm, &'a [u8]), Damage> {
    let number = reader.u16("algorithm")?;
    let length = usize::from(reader.u16("length of the parameters")?);
    let parameters = reader.bytes(length, "parameters")?;
    // Padding may be missing at the very end.
    let padding = (length.next_multiple_of(4) - length).min(reader.remaining());
    reader.bytes(padding, "padding")?;
    Ok((PasswordAlgorithm(number), parameters))
}

/// A list of 16-bit numbers; also an iterator over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers<'a>(&'a [u8]);

impl Iterator for Numbers<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        let (&first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_be_bytes(first))
    }
}

/// The algorithms of PASSWORD-ALGORITHMS with their parameters, in the server's order; also an iterator over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Algorithms<'a>(&'a [u8]);

impl<'a> Iterator for Algorithms<'a> {
    type Item = (PasswordAlgorithm, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = Reader::new(self.0);
        let item = algorithm(&mut reader).ok()?;
        self.0 = reader.rest();
        Some(item)
    }
}

impl<'a> Algorithms<'a> {
    /// The list in these octets; empty for `&[]`.
    pub(super) const fn new(bytes: &'a [u8]) -> Algorithms<'a> {
        Algorithms(bytes)
    }
}

impl<'a> Numbers<'a> {
    /// The list in these octets; empty for `&[]`.
    pub(super) const fn new(bytes: &'a [u8]) -> Numbers<'a> {
        Numbers(bytes)
    }
}
