//! Blocks that describe: sections, interfaces, names, statistics, secrets.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::fields::Fields;
use super::super::{FileFacts, Interface};
use super::Scale;
use super::options::{COMMENT, Options, text};
use crate::capture::packet::LinkType;

/// The options of a Section Header Block.
pub(super) fn section(options: Fields<'_>, offset: u64, facts: &mut FileFacts) {
    let mut writer = Vec::new();
    let mut options = Options::new(options);
    for (code, value) in options.by_ref() {
        match code {
            COMMENT => facts.comment(None, text(value.bytes)),
            // shb_os, shb_userappl; the hardware is not telling.
            3 => writer.push(text(value.bytes)),
            4 => writer.insert(0, text(value.bytes)),
            _ => {}
        }
    }
    if options.is_damaged() {
        facts.damaged(offset, "a section header with an option that is longer than its block");
    }
    if !writer.is_empty() {
        facts.writer = Some(writer.join(", "));
    }
}

/// An interface, and the octets of FCS at the end of its packets.
pub(super) fn interface(
    link_type: LinkType,
    snaplen: u32,
    options: Fields<'_>,
    offset: u64,
    facts: &mut FileFacts,
) -> (Interface, u8) {
    let mut interface = Interface::new(link_type, snaplen);
    let mut fcs = 0;
    let mut options = Options::new(options);
    for (code, value) in options.by_ref() {
        let bytes = value.bytes;
        match code {
            COMMENT => facts.comment(None, text(bytes)),
            2 => interface.name = Some(text(bytes)),
            3 => interface.description = Some(text(bytes)),
            9 => interface.tsresol = bytes.first().copied().unwrap_or(interface.tsresol),
            // The first octet says of which kind the filter is; 0 is text.
            11 if bytes.first() == Some(&0) => interface.filter = Some(text(&bytes[1..])),
            12 => interface.os = Some(text(bytes)),
            // Octets by most writers, bits by some.
            13 => {
                fcs = bytes
                    .first()
                    .map_or(0, |&length| if length >= 16 { length / 8 } else { length })
            }
            14 => interface.tsoffset = value.u64(0).map_or(0, |offset| offset as i64),
            _ => {}
        }
    }
    if options.is_damaged() {
        facts.damaged(
            offset,
            "an interface description with an option that is longer than its block",
        );
    }
    (interface, fcs)
}

/// A Name Resolution Block: records of an address and its names, each ended by a zero.
pub(super) fn names(body: Fields<'_>, facts: &mut FileFacts) {
    let mut at = 0;
    while let Some((kind, length)) = body.u16(at).zip(body.u16(at + 2)) {
        let length = usize::from(length);
        let value = body.from(at + 4);
        let value = &value[..length.min(value.len())];
        let (address, names) = match kind {
            0 => break,
            1 => value
                .split_first_chunk()
                .map_or((None, value), |(v4, rest)| (Some(Ipv4Addr::from(*v4).into()), rest)),
            2 => value.split_first_chunk().map_or((None, value), |(v6, rest)| {
                (Some(Ipv6Addr::from(<[u8; 16]>::clone(v6)).into()), rest)
            }),
            _ => (None, value),
        };
        if let Some(address) = address {
            let names = names.split(|&octet| octet == 0).filter(|name| !name.is_empty());
            names.for_each(|name| facts.name(address, text(name)));
        }
        at += 4 + length.next_multiple_of(4);
    }
}

/// An Interface Statistics Block: counts from the start of the capture, so the last one holds.
pub(super) fn statistics(body: Fields<'_>, interfaces: &[Scale], facts: &mut FileFacts) {
    let scale = body.u32(0).and_then(|interface| interfaces.get(interface as usize));
    let mut received = None;
    let mut dropped = None;
    for (code, value) in Options::new(Fields {
        bytes: body.from(12),
        ..body
    }) {
        match code {
            COMMENT => facts.comment(None, text(value.bytes)),
            4 => received = value.u64(0),
            // isb_ifdrop by the interface, isb_osdrop by the system.
            5 | 7 => dropped = Some(value.u64(0).unwrap_or(0).saturating_add(dropped.unwrap_or(0))),
            _ => {}
        }
    }
    let Some(interface) = scale.and_then(|scale| facts.interfaces.get_mut(scale.index as usize)) else {
        return;
    };
    interface.received = received.or(interface.received);
    if let Some(dropped) = dropped {
        let before = interface.dropped.replace(dropped).unwrap_or(0);
        let others = facts.dropped.unwrap_or(0).saturating_sub(before);
        facts.dropped = Some(others.saturating_add(dropped));
    }
}

/// A Decryption Secrets Block.
pub(super) fn secrets(body: Fields<'_>, facts: &mut FileFacts) {
    if let Some((kind, length)) = body.u32(0).zip(body.u32(4)) {
        let rest = body.from(8);
        facts.secret(kind, &rest[..rest.len().min(length as usize)]);
    }
}
