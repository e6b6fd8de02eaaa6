//! [`Shape`]: how the octets of each attribute are to be read.

use crate::proto::stun::AttributeType;

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
