//! STUN messages, each with its attributes.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::Word;

/// A STUN message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StunMessage {
    /// The frame that completed it.
    pub frame: u64,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Seconds since the capture began.
    pub at_s: f64,
    /// `udp` or `tcp`.
    pub transport: Word,
    /// The innermost address of the sender: of the TURN client or server where it is nested.
    pub src: String,
    /// That of the receiver.
    pub dst: String,
    /// The session: the relayed one where it is nested.
    pub session: u32,
    /// `request`, `indication`, `success` or `error`.
    pub class: Word,
    /// The method.
    pub method: Word,
    /// Hex digits.
    pub transaction_id: String,
    /// The length field of its header.
    pub length: u16,
    /// Its attributes, in order.
    pub attributes: Vec<Attribute>,
    /// Of RFC 3489.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub classic: bool,
    /// Inside of TURN.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nested: bool,
    /// `data-attribute` or `channel-data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Word>,
    /// The channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// For a nested one: who sent it on the other side of the relay, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed_src: Option<SocketAddr>,
    /// For a nested one: to whom it goes in the end, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed_dst: Option<SocketAddr>,
    /// Quoted in an ICMP error.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_icmp: bool,
    /// The length of RFC 4571 before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp_frame_length: Option<u16>,
    /// Cut short.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// What is wrong with it, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
    /// The frame of the request that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_to: Option<u64>,
    /// Milliseconds since that request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f64>,
    /// The frame in which the same request was first sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retransmission_of: Option<u64>,
    /// Whose password its MESSAGE-INTEGRITY was held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrity_by: Option<String>,
}

/// An attribute of a STUN message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// `0x0006`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name; `Unknown` if it has none.
    pub name: Word,
    /// Its length field.
    pub length: u16,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<AttributeValue>,
    /// Its octets, where they do not say what they should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_hex: Option<String>,
    /// Whether FINGERPRINT holds; MESSAGE-INTEGRITY where a password is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<bool>,
}

/// What an attribute says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AttributeValue {
    /// EVEN-PORT.
    Bool(bool),
    /// PRIORITY, LIFETIME, ...
    Number(u64),
    /// Text, an address, hex digits.
    Text(String),
    /// UNKNOWN-ATTRIBUTES.
    List(Vec<String>),
    /// ERROR-CODE.
    ErrorCode {
        /// Class times 100, plus number.
        code: u16,
        /// The reason phrase.
        reason: String,
    },
    /// CHANGE-REQUEST.
    ChangeRequest {
        /// Answer from the other address.
        change_ip: bool,
        /// Answer from the other port.
        change_port: bool,
    },
    /// GOOG-NETWORK-INFO.
    NetworkInfo {
        /// The sender's number for the network.
        network_id: u16,
        /// 0 (cheap) to 999.
        network_cost: u16,
    },
}
