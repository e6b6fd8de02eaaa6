//! A STUN message as a tree: what it is, between whom, and below that its attributes.

use std::io::{self, Write};

use super::{Paint, Style, method};
use crate::render::units::duration;
use crate::report::pcap::{Attribute, AttributeValue, StunMessage};

/// A longer value starts on a line of its own.
const NAME: usize = 24;

/// The message in a line or two, then its attributes; inside of TURN all of it stands further in.
pub fn message(message: &StunMessage, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let indent = if message.nested { "    " } else { "" };
    if message.nested {
        let line = format!("  {}", path(message));
        writeln!(out, "{}", style.paint(Paint::Dim, &line))?;
    }
    let title = format!("{} {}", method(&message.method), class(&message.class));
    let (src, dst) = match (message.relayed_src, message.relayed_dst) {
        (Some(src), Some(dst)) => (src.to_string(), dst.to_string()),
        _ => (message.src.clone(), message.dst.clone()),
    };
    let ends = format!("{src} -> {dst}  ({}, flow {})", message.transport, message.session);
    let paint = match message.class.as_ref() {
        "success" => Paint::Green,
        "error" => Paint::Yellow,
        _ => Paint::Bold,
    };
    let line = style.wrap(&format!("{indent}{title}  "), &ends);
    writeln!(out, "{}", line.replacen(&title, &style.paint(paint, &title), 1))?;
    for (fact, paint) in facts(message) {
        let text = style.wrap(&format!("{indent}  "), &fact);
        writeln!(
            out,
            "{}",
            paint.map_or_else(|| text.clone(), |paint| style.paint(paint, &text))
        )?;
    }
    let last = message.attributes.len().saturating_sub(1);
    for (place, one) in message.attributes.iter().enumerate() {
        let branch = if place == last { "`-" } else { "|-" };
        attribute(one, message, &format!("{indent}  {branch} "), style, out)?;
    }
    writeln!(out)
}

/// What it came in.
fn path(message: &StunMessage) -> String {
    let via = match (message.via.as_deref(), &message.channel) {
        (_, Some(channel)) => format!("ChannelData {channel}"),
        (Some("data-attribute"), _) => "DATA attribute".to_owned(),
        (Some(other), _) => other.to_owned(),
        (None, None) => "TURN".to_owned(),
    };
    format!("in a {via}, {} -> {}:", message.src, message.dst)
}

fn class(name: &str) -> &str {
    match name {
        "success" => "success response",
        "error" => "error response",
        other => other,
    }
}

/// What is not an attribute.
fn facts(message: &StunMessage) -> Vec<(String, Option<Paint>)> {
    let mut all = vec![(format!("frame {} at {:.6} s", message.frame, message.at_s), None)];
    if let Some(frame) = message.response_to {
        let after = message
            .rtt_ms
            .map(|ms| format!(" after {}", duration(ms)))
            .unwrap_or_default();
        all[0].0 += &format!(", answers frame {frame}{after}");
    }
    if let Some(frame) = message.retransmission_of {
        all[0].0 += &format!(", sent again (first in frame {frame})");
    }
    let mut header = format!("transaction {}, length {}", message.transaction_id, message.length);
    if message.classic {
        header += ", no magic cookie (RFC 3489)";
    }
    if let Some(length) = message.tcp_frame_length {
        header += &format!(", in an RFC 4571 frame of {length}");
    }
    if message.in_icmp {
        header += ", quoted in an ICMP error";
    }
    all.push((header, None));
    if message.truncated {
        all.push(("cut short by the capture".to_owned(), Some(Paint::Yellow)));
    } else if let Some(damage) = &message.damage {
        all.push((format!("damaged: {damage}"), Some(Paint::Red)));
    }
    all
}

fn attribute(
    attribute: &Attribute,
    message: &StunMessage,
    branch: &str,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let value = match (&attribute.value, &attribute.value_hex) {
        (Some(value), _) => text(attribute, value, message),
        (None, Some(hex)) => format!("cannot be read: {hex}"),
        (None, None) => match attribute.length {
            0 => String::new(),
            1 => "1 octet".to_owned(),
            length => format!("{length} octets"),
        },
    };
    let (verdict, paint) = verdict(attribute, message);
    let name = match attribute.name.as_ref() {
        "Unknown" => format!("unknown {}", attribute.kind),
        name => name.to_owned(),
    };
    let first = format!("{branch}{} {name:<NAME$} ", attribute.kind);
    let line = style.wrap(&first, &format!("{verdict}{value}"));
    let line = match attribute.valid {
        Some(_) => line.replacen(verdict.trim_end(), &style.paint(paint, verdict.trim_end()), 1),
        None => line,
    };
    writeln!(out, "{}", line.trim_end())
}

/// What holding it against what is known gave, and with what; empty for what cannot be held against anything.
fn verdict(attribute: &Attribute, message: &StunMessage) -> (String, Paint) {
    let is_integrity = attribute.name.contains("INTEGRITY");
    let by = message.integrity_by.as_ref().filter(|_| is_integrity);
    let by = by.map(|by| format!(" (password from {by})")).unwrap_or_default();
    match attribute.valid {
        Some(true) => (format!("right{by}  "), Paint::Green),
        Some(false) => (format!("WRONG{by}  "), Paint::Red),
        None if is_integrity => ("not checked (no password)  ".to_owned(), Paint::Dim),
        None => (String::new(), Paint::Dim),
    }
}

fn text(attribute: &Attribute, value: &AttributeValue, message: &StunMessage) -> String {
    match value {
        AttributeValue::Bool(reserve) if attribute.name == "EVEN-PORT" => match reserve {
            true => "even, and the next one reserved".to_owned(),
            false => "even".to_owned(),
        },
        AttributeValue::Bool(value) => value.to_string(),
        AttributeValue::Number(number) => amount(&attribute.name, *number),
        AttributeValue::Text(text) => match attribute.name.as_ref() {
            // A check names both agents, the one that it is sent to first (RFC 8445 §7.2.2).
            "USERNAME" if message.method == "binding" => match text.split_once(':') {
                Some((to, from)) => format!("{text}  (to {to}, from {from})"),
                None => text.clone(),
            },
            _ => text.clone(),
        },
        AttributeValue::List(list) => list.join(", "),
        AttributeValue::ErrorCode { code, reason } => format!("{code} {reason}"),
        AttributeValue::ChangeRequest { change_ip, change_port } => match (change_ip, change_port) {
            (true, true) => "from another address and port".to_owned(),
            (true, false) => "from another address".to_owned(),
            (false, true) => "from another port".to_owned(),
            (false, false) => "from the same address and port".to_owned(),
        },
        AttributeValue::NetworkInfo {
            network_id,
            network_cost,
        } => format!("network {network_id}, cost {network_cost}"),
    }
}

/// A number with what it means.
fn amount(name: &str, number: u64) -> String {
    match (name, number) {
        ("LIFETIME" | "CACHE-TIMEOUT", _) => format!("{number} s"),
        // RFC 8445 §5.1.2.1
        ("PRIORITY", _) => {
            let (kind, local, component) = (number >> 24, number >> 8 & 0xffff, 256 - (number & 0xff));
            format!("{number}  (type {kind}, local {local}, component {component})")
        }
        ("REQUESTED-TRANSPORT", 17) => "17 (UDP)".to_owned(),
        ("REQUESTED-TRANSPORT", 6) => "6 (TCP)".to_owned(),
        ("REQUESTED-ADDRESS-FAMILY" | "ADDITIONAL-ADDRESS-FAMILY", 1) => "1 (IPv4)".to_owned(),
        ("REQUESTED-ADDRESS-FAMILY" | "ADDITIONAL-ADDRESS-FAMILY", 2) => "2 (IPv6)".to_owned(),
        _ => number.to_string(),
    }
}
