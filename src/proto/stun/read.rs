//! Short ways to the attributes that most callers want. Each gives the first of its type, `None` if it is absent or
//! malformed.

use std::net::SocketAddr;

use crate::proto::stun::{Algorithms, AttributeType, ErrorCode, Message, Numbers, SecurityFeatures, Value};

impl<'a> Message<'a> {
    /// The value of the first attribute of this type.
    pub fn get(&self, attribute_type: AttributeType) -> Option<Value<'a>> {
        self.find(attribute_type).map(|attribute| self.value(&attribute))
    }

    /// The first attribute of this type that reads as an address, XOR undone.
    pub fn address(&self, attribute_type: AttributeType) -> Option<SocketAddr> {
        match self.get(attribute_type)? {
            Value::Address(address) => Some(address),
            _ => None,
        }
    }

    /// The first attribute of this type, as text.
    pub fn text(&self, attribute_type: AttributeType) -> Option<&'a str> {
        self.find(attribute_type)
            .and_then(|attribute| str::from_utf8(attribute.value).ok())
    }

    /// MAPPED-ADDRESS: what the server saw, in the clear.
    pub fn mapped_address(&self) -> Option<SocketAddr> {
        self.address(AttributeType::MAPPED_ADDRESS)
    }

    /// XOR-MAPPED-ADDRESS: what the server saw; also under 0x8020, its number before RFC 5389.
    pub fn xor_mapped_address(&self) -> Option<SocketAddr> {
        self.address(AttributeType::XOR_MAPPED_ADDRESS)
            .or_else(|| self.address(AttributeType::MS_XOR_MAPPED_ADDRESS))
    }

    /// XOR-RELAYED-ADDRESS: the relay's address.
    pub fn xor_relayed_address(&self) -> Option<SocketAddr> {
        self.address(AttributeType::XOR_RELAYED_ADDRESS)
    }

    /// XOR-PEER-ADDRESS: the peer behind the relay.
    pub fn xor_peer_address(&self) -> Option<SocketAddr> {
        self.address(AttributeType::XOR_PEER_ADDRESS)
    }

    /// ALTERNATE-SERVER: where 300 points to.
    pub fn alternate_server(&self) -> Option<SocketAddr> {
        self.address(AttributeType::ALTERNATE_SERVER)
    }

    /// ALTERNATE-DOMAIN: the name that the alternate server's certificate has.
    pub fn alternate_domain(&self) -> Option<&'a str> {
        self.text(AttributeType::ALTERNATE_DOMAIN)
    }

    /// OTHER-ADDRESS (RFC 5780), or CHANGED-ADDRESS (RFC 3489): the server's other address and port.
    pub fn other_address(&self) -> Option<SocketAddr> {
        self.address(AttributeType::OTHER_ADDRESS)
            .or_else(|| self.address(AttributeType::CHANGED_ADDRESS))
    }

    /// RESPONSE-ORIGIN (RFC 5780), or SOURCE-ADDRESS (RFC 3489): where the server says it answers from.
    pub fn response_origin(&self) -> Option<SocketAddr> {
        self.address(AttributeType::RESPONSE_ORIGIN)
            .or_else(|| self.address(AttributeType::SOURCE_ADDRESS))
    }

    /// ERROR-CODE: code and reason phrase.
    pub fn error_code(&self) -> Option<(ErrorCode, &'a str)> {
        match self.get(AttributeType::ERROR_CODE)? {
            Value::ErrorCode { code, reason } => Some((code, reason)),
            _ => None,
        }
    }

    /// REALM.
    pub fn realm(&self) -> Option<&'a str> {
        self.text(AttributeType::REALM)
    }

    /// NONCE, in octets: it is to be sent back as it came.
    pub fn nonce(&self) -> Option<&'a [u8]> {
        self.find(AttributeType::NONCE).map(|attribute| attribute.value)
    }

    /// What the nonce says about the server's security features.
    pub fn nonce_features(&self) -> Option<SecurityFeatures> {
        SecurityFeatures::of_nonce(self.nonce()?)
    }

    /// SOFTWARE.
    pub fn software(&self) -> Option<&'a str> {
        self.text(AttributeType::SOFTWARE)
    }

    /// USERNAME.
    pub fn username(&self) -> Option<&'a str> {
        self.text(AttributeType::USERNAME)
    }

    /// LIFETIME, in seconds.
    pub fn lifetime(&self) -> Option<u32> {
        match self.get(AttributeType::LIFETIME)? {
            Value::U32(seconds) => Some(seconds),
            _ => None,
        }
    }

    /// PASSWORD-ALGORITHMS, in the server's order; `None` if the attribute is absent.
    pub fn password_algorithms(&self) -> Option<Algorithms<'a>> {
        self.find(AttributeType::PASSWORD_ALGORITHMS)
            .map(|attribute| Algorithms::new(attribute.value))
    }

    /// The types of UNKNOWN-ATTRIBUTES; none if the attribute is absent.
    pub fn unknown_attributes(&self) -> impl Iterator<Item = AttributeType> + use<'a> {
        let value = self
            .find(AttributeType::UNKNOWN_ATTRIBUTES)
            .map_or(&[][..], |attribute| attribute.value);
        Numbers::new(value).map(AttributeType)
    }
}
