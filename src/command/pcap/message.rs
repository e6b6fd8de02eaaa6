//! A STUN message as the report tells it.

use crate::exchange::Passed;
use crate::flow::heard::{Heard, Known, Via};
use crate::proto::stun::{AttributeType, Message, RawAttribute, Value};
use crate::report::pcap::{Attribute, AttributeValue, StunMessage, Word};
use crate::report::timestamp::rfc3339_nanos;
use crate::time::millis;

/// A message in its place.
pub(super) fn message(heard: &Heard<'_>, known: &Known) -> StunMessage {
    let message = &heard.message;
    let nested = heard.via.is_some();
    let answers = matches!(known.passed, Some(Passed::Response(_) | Passed::Duplicate(_)));
    StunMessage {
        frame: heard.seen.frame,
        time: heard.time.map(|time| rfc3339_nanos(time.0)),
        at_s: heard.seen.at.since_start().as_nanos() as f64 / 1e9,
        transport: heard.transport.name().into(),
        src: heard.src.to_string(),
        dst: heard.dst.to_string(),
        session: heard.session.0,
        class: message.class().name().into(),
        method: named(message.method().name(), || message.method().to_string()),
        transaction_id: message.transaction_id().to_string(),
        length: message.length(),
        attributes: message.attributes().map(|one| attribute(heard, known, &one)).collect(),
        classic: message.is_classic(),
        nested,
        via: heard.via.map(|via| match via {
            Via::Data => "data-attribute".into(),
            Via::Channel(_) => "channel-data".into(),
        }),
        channel: match heard.via {
            Some(Via::Channel(number)) => Some(format!("0x{number:04x}")),
            _ => None,
        },
        relayed_src: Some(heard.logical.0).filter(|_| nested),
        relayed_dst: Some(heard.logical.1).filter(|_| nested),
        in_icmp: heard.in_icmp,
        tcp_frame_length: heard.tcp_frame_length,
        truncated: message.is_truncated(),
        damage: message.damage().map(|damage| damage.to_string()),
        response_to: known.request.filter(|_| answers).map(|seen| seen.frame),
        rtt_ms: known
            .request
            .filter(|_| answers)
            .map(|seen| millis(heard.seen.at.since(seen.at))),
        retransmission_of: known.request.filter(|_| !answers).map(|seen| seen.frame),
        integrity_by: known.integrity.from.clone(),
    }
}

fn named(name: Option<&'static str>, number: impl FnOnce() -> String) -> Word {
    name.map_or_else(|| number().into(), Word::Borrowed)
}

fn attribute(heard: &Heard<'_>, known: &Known, raw: &RawAttribute<'_>) -> Attribute {
    use AttributeType as A;
    let kind = raw.attribute_type;
    let (value, value_hex) = match value(&heard.message, raw) {
        Ok(value) => (value, None),
        Err(()) => (None, Some(hex(raw.value)).filter(|hex| !hex.is_empty())),
    };
    Attribute {
        kind: format!("0x{:04x}", kind.0),
        name: Word::Borrowed(kind.name().unwrap_or("Unknown")),
        length: raw.length,
        value,
        value_hex,
        valid: match kind {
            A::FINGERPRINT => heard.fingerprint,
            A::MESSAGE_INTEGRITY | A::MESSAGE_INTEGRITY_SHA256 | A::GOOG_MESSAGE_INTEGRITY_32 => known.integrity.valid,
            _ => None,
        },
    }
}

/// What the attribute says; an error if its octets do not say what they should.
fn value(message: &Message<'_>, raw: &RawAttribute<'_>) -> Result<Option<AttributeValue>, ()> {
    use AttributeValue as V;
    let plain = || Some(V::Text(hex(raw.value))).filter(|_| !raw.value.is_empty());
    Ok(match message.value(raw) {
        // What is in it, where it is STUN, is the next message.
        _ if raw.attribute_type == AttributeType::DATA => None,
        Value::Address(address) => Some(V::Text(address.to_string())),
        Value::Text(text) => Some(V::Text(text.to_owned())),
        Value::ErrorCode { code, reason } => Some(V::ErrorCode {
            code: code.0,
            reason: reason.to_owned(),
        }),
        Value::UnknownAttributes(types) => Some(V::List(types.map(|one| format!("0x{one:04x}")).collect())),
        Value::U32(number) if is_number(raw.attribute_type) => Some(V::Number(number.into())),
        Value::RequestedTransport(protocol) => Some(V::Number(protocol.into())),
        Value::AddressFamily(family) => Some(V::Number(family.into())),
        Value::ChannelNumber(channel) => Some(V::Text(format!("0x{channel:04x}"))),
        Value::ChangeRequest { change_ip, change_port } => Some(V::ChangeRequest { change_ip, change_port }),
        Value::EvenPort(reserve) => Some(V::Bool(reserve)),
        Value::Fingerprint(crc) => Some(V::Text(format!("0x{crc:08x}"))),
        Value::NetworkInfo {
            network_id,
            network_cost,
        } => Some(V::NetworkInfo {
            network_id,
            network_cost,
        }),
        Value::Bytes(_) if is_text(raw.attribute_type) => return Err(()),
        Value::Malformed(_) => return Err(()),
        _ => plain(),
    })
}

fn is_number(kind: AttributeType) -> bool {
    use AttributeType as A;
    matches!(kind, A::PRIORITY | A::LIFETIME | A::BANDWIDTH | A::CACHE_TIMEOUT)
}

fn is_text(kind: AttributeType) -> bool {
    kind.shape() == crate::proto::stun::Shape::Text
}

/// Lower-case hex digits.
pub(super) fn hex(octets: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * octets.len());
    for octet in octets {
        text.push(DIGITS[usize::from(octet >> 4)] as char);
        text.push(DIGITS[usize::from(octet & 15)] as char);
    }
    text
}
