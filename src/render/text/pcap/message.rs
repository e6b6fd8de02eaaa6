//! A STUN message as a tree.

use std::io::{self, Write};

use super::{Paint, Style};
use crate::report::pcap::{Attribute, AttributeValue, StunMessage};

/// The message in a line, then its attributes.
pub fn message(message: &StunMessage, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("{} {}", message.method, message.class);
    let (frame, at) = (message.frame, message.at_s);
    let (transport, src, dst) = (&message.transport, &message.src, &message.dst);
    let title = style.paint(Paint::Bold, &title);
    writeln!(out, "frame {frame}  {at:.6} s  {transport} {src} -> {dst}  {title}")?;
    let mut notes = vec![
        format!("transaction {}", message.transaction_id),
        format!("length {}", message.length),
    ];
    notes.extend(message.classic.then(|| "RFC 3489".to_owned()));
    if let (Some(via), Some(from), Some(to)) = (&message.via, message.relayed_src, message.relayed_dst) {
        let channel = message
            .channel
            .as_ref()
            .map(|channel| format!(" {channel}"))
            .unwrap_or_default();
        notes.push(format!("in {via}{channel}: {from} -> {to}"));
    }
    notes.extend(message.in_icmp.then(|| "quoted in an ICMP error".to_owned()));
    notes.extend(
        message
            .retransmission_of
            .map(|frame| format!("sent again, first in frame {frame}")),
    );
    let rtt = message.rtt_ms.map(|ms| format!(" after {ms} ms")).unwrap_or_default();
    notes.extend(message.response_to.map(|frame| format!("answers frame {frame}{rtt}")));
    notes.extend(message.truncated.then(|| "cut short".to_owned()));
    writeln!(out, "  {}", notes.join(", "))?;
    message
        .attributes
        .iter()
        .try_for_each(|one| attribute(one, style, out))?;
    writeln!(out)
}

fn attribute(attribute: &Attribute, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let value = match (&attribute.value, &attribute.value_hex) {
        (Some(value), _) => text(value),
        (None, Some(hex)) => format!("not readable: {hex}"),
        (None, None) => format!("{} octets", attribute.length),
    };
    let verdict = match attribute.valid {
        Some(true) => style.paint(Paint::Green, " (holds)"),
        Some(false) => style.paint(Paint::Red, " (does not hold)"),
        None => String::new(),
    };
    writeln!(out, "  {} {}: {value}{verdict}", attribute.kind, attribute.name)
}

fn text(value: &AttributeValue) -> String {
    match value {
        AttributeValue::Bool(value) => value.to_string(),
        AttributeValue::Number(number) => number.to_string(),
        AttributeValue::Text(text) => text.clone(),
        AttributeValue::List(list) => list.join(", "),
        AttributeValue::ErrorCode { code, reason } => format!("{code} {reason}"),
        AttributeValue::ChangeRequest { change_ip, change_port } => {
            format!("change address: {change_ip}, change port: {change_port}")
        }
        AttributeValue::NetworkInfo {
            network_id,
            network_cost,
        } => format!("network {network_id}, cost {network_cost}"),
    }
}
