//! Tunnels in UDP: VXLAN, Geneve, GTP-U, Teredo, L2TP, GRE, MPLS, LISP, TZSP.
//!
//! Any application may use their ports. So each header is checked as far as it can be, STUN is never taken for one, and
//! the caller looks whether IP stands inside.

use std::net::Ipv6Addr;

use crate::capture::link::{Inner, Layer};
use crate::capture::octets::Octets;

const VXLAN: u16 = 4789;
/// What Linux used before the port was assigned.
const VXLAN_OF_LINUX: u16 = 8472;
const VXLAN_GPE: u16 = 4790;
const GENEVE: u16 = 6081;
const GTP_U: u16 = 2152;
const L2TP: u16 = 1701;
const GRE: u16 = 4754;
const MPLS: u16 = 6635;
const LISP: u16 = 4341;
const TZSP: u16 = 37_008;

/// What stands inside a UDP payload that went from port `from` to port `to`, if it is that of a tunnel.
#[inline]
pub fn open(from: u16, to: u16, payload: Octets<'_>) -> Option<Inner<'_>> {
    let inner = match (to, from) {
        (VXLAN | VXLAN_OF_LINUX, _) => vxlan(payload),
        (VXLAN_GPE, _) => vxlan_gpe(payload),
        (GENEVE, _) => geneve(payload),
        (GTP_U, _) | (_, GTP_U) => gtp(payload),
        (L2TP, _) | (_, L2TP) => l2tp(payload),
        (GRE, _) => Inner::after(payload, 0, Layer::Gre),
        (MPLS, _) => Inner::after(payload, 0, Layer::EtherType(0x8847)),
        (LISP, _) => lisp(payload),
        (TZSP, _) => tzsp(payload),
        // Teredo peers use any port (RFC 4380 §5.2.1), but their packets are like no other.
        _ if matches!(payload.bytes.first(), Some(0x60..=0x6f | 0)) => teredo(payload),
        _ => return None,
    };
    inner.filter(|_| !is_stun(payload))
}

fn is_stun(payload: Octets<'_>) -> bool {
    const MAGIC_COOKIE: u32 = 0x2112_a442;
    payload.u32(4) == Some(MAGIC_COOKIE) && payload.bytes[0] < 4
}

/// RFC 7348 §5: a flag, a network identifier, Ethernet. What is reserved is not looked at: some use it.
fn vxlan(octets: Octets<'_>) -> Option<Inner<'_>> {
    const HAS_IDENTIFIER: u8 = 0x08;
    match octets.u8(0)? & HAS_IDENTIFIER {
        0 => None,
        _ => Inner::after(octets, 8, Layer::Ethernet),
    }
}

/// The generic protocol extension of VXLAN: it says what follows.
fn vxlan_gpe(octets: Octets<'_>) -> Option<Inner<'_>> {
    const HAS_PROTOCOL: u8 = 0x04;
    if octets.u8(0)? & HAS_PROTOCOL == 0 {
        return vxlan(octets);
    }
    let layer = match octets.u8(3)? {
        1 | 2 => Layer::Ip,
        3 => Layer::Ethernet,
        4 => Layer::EtherType(0x894f),
        5 => Layer::EtherType(0x8847),
        _ => return None,
    };
    Inner::after(octets, 8, layer)
}

/// RFC 8926 §3.4: version 0, the length of the options, an EtherType.
fn geneve(octets: Octets<'_>) -> Option<Inner<'_>> {
    let first = octets.u8(0)?;
    let kind = octets.u16(2)?;
    if first >> 6 != 0 || kind < 0x0600 {
        return None;
    }
    Inner::after(octets, 8 + 4 * usize::from(first & 0x3f), Layer::EtherType(kind))
}

/// GTP-U version 1 (3GPP TS 29.281 §5): a T-PDU, behind extension headers.
fn gtp(octets: Octets<'_>) -> Option<Inner<'_>> {
    const T_PDU: u8 = 255;
    let [flags, kind] = octets.array::<2>(0)?;
    let length = usize::from(octets.u16(2)?);
    if flags >> 4 != 3 || kind != T_PDU {
        return None;
    }
    let octets = octets.limit(8 + length);
    let mut at = 8;
    if flags & 7 != 0 {
        at = 12;
        let mut next = if flags & 4 != 0 { octets.u8(11)? } else { 0 };
        while next != 0 {
            // Its length counts words of four octets; the last octet says what follows.
            at += 4 * usize::from(octets.u8(at)?.max(1));
            next = octets.u8(at - 1)?;
        }
    }
    Inner::after(octets, at, Layer::Ip)
}

/// L2TP version 2 (RFC 2661 §3.1): a data message carries PPP.
fn l2tp(octets: Octets<'_>) -> Option<Inner<'_>> {
    const CONTROL: u16 = 0x8000;
    const LENGTH: u16 = 0x4000;
    const SEQUENCE: u16 = 0x0800;
    const OFFSET: u16 = 0x0200;
    let flags = octets.u16(0)?;
    if flags & CONTROL != 0 || flags & 0x000f != 2 {
        return None;
    }
    let mut at = 6;
    let mut octets = octets;
    if flags & LENGTH != 0 {
        octets = octets.limit(usize::from(octets.u16(2)?));
        at += 2;
    }
    if flags & SEQUENCE != 0 {
        at += 4;
    }
    if flags & OFFSET != 0 {
        at += 2 + usize::from(octets.u16(at)?);
    }
    Inner::after(octets, at, Layer::Ppp)
}

/// RFC 9300 §5.3: a header of eight octets, then IP.
fn lisp(octets: Octets<'_>) -> Option<Inner<'_>> {
    Inner::after(octets, 8, Layer::Ip)
}

/// TaZmen Sniffer Protocol, by which routers send what they capture: tags up to an end tag, then a frame.
fn tzsp(octets: Octets<'_>) -> Option<Inner<'_>> {
    const PADDING: u8 = 0;
    const END: u8 = 1;
    let [version, kind] = octets.array::<2>(0)?;
    if version != 1 || kind > 1 {
        return None;
    }
    let layer = match octets.u16(2)? {
        1 => Layer::Ethernet,
        18 => Layer::Wlan,
        _ => return None,
    };
    let mut at = 4;
    loop {
        match octets.u8(at)? {
            END => return Inner::after(octets, at + 1, layer),
            PADDING => at += 1,
            _ => at += 2 + usize::from(octets.u8(at + 1)?),
        }
    }
}

/// Teredo (RFC 4380 §5.1.1): IPv6, behind an authentication header, an origin indication or both. One of the addresses
/// is of Teredo, and the length is exact but for trailers (RFC 6081 §4).
fn teredo(octets: Octets<'_>) -> Option<Inner<'_>> {
    let mut rest = octets;
    if rest.u16(0)? == 1 {
        let lengths = usize::from(rest.u8(2)?) + usize::from(rest.u8(3)?);
        rest = rest.skip(13 + lengths)?;
    }
    if rest.u16(0)? == 0 {
        rest = rest.skip(8)?;
    }
    let length = ipv6_length(rest)?;
    let of_teredo = [8, 24].into_iter().any(|at| {
        let address = rest.array::<16>(at).map(Ipv6Addr::from);
        address.is_some_and(|address| address.segments()[..2] == [0x2001, 0])
    });
    // The server asks and answers from link-local addresses before the client has one of Teredo.
    let qualifies = [8, 24].into_iter().all(|at| {
        rest.u16(at)
            .is_some_and(|word| word & 0xffc0 == 0xfe80 || word == 0xff02)
    });
    if length > rest.total() || !(of_teredo || qualifies) {
        return None;
    }
    Inner::after(rest, 0, Layer::Ip)
}

/// Octets of an IPv6 packet by its header.
fn ipv6_length(octets: Octets<'_>) -> Option<usize> {
    (octets.u8(0)? >> 4 == 6).then_some(())?;
    Some(40 + usize::from(octets.u16(4)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Opens `header` with an octet after it, at every cut as well.
    fn opened(port: u16, header: &[u8]) -> Option<(Layer, usize)> {
        for cut in 0..header.len() {
            let inner = open(40_000, port, Octets::whole(&header[..cut]));
            assert!(inner.is_none(), "{port} {cut}");
        }
        let mut bytes = header.to_vec();
        bytes.push(0x45);
        open(40_000, port, Octets::whole(&bytes)).map(|inner| (inner.layer, inner.octets.total()))
    }

    #[test]
    fn headers_are_taken_off() {
        for (port, header, layer) in [
            (VXLAN, &[8, 0, 0, 0, 0, 0, 1, 0][..], Layer::Ethernet),
            (VXLAN, &[8, 1, 2, 3, 0, 0, 1, 9], Layer::Ethernet),
            (VXLAN_GPE, &[0x0c, 0, 0, 4, 0, 0, 1, 0], Layer::EtherType(0x894f)),
            (
                GENEVE,
                &[1, 0, 0x65, 0x58, 0, 0, 1, 0, 1, 2, 3, 4],
                Layer::EtherType(0x6558),
            ),
            (GTP_U, &[0x30, 255, 0, 1, 0, 0, 0, 1], Layer::Ip),
            (GTP_U, &[0x32, 255, 0, 5, 0, 0, 0, 1, 0, 1, 0, 0], Layer::Ip),
            (
                GTP_U,
                &[0x34, 255, 0, 9, 0, 0, 0, 1, 0, 1, 0, 0x85, 1, 9, 9, 0],
                Layer::Ip,
            ),
            (L2TP, &[0x00, 0x02, 0, 1, 0, 1], Layer::Ppp),
            (L2TP, &[0x4a, 0x02, 0, 16, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0], Layer::Ppp),
            (LISP, &[0, 0, 0, 0, 0, 0, 0, 0], Layer::Ip),
            (TZSP, &[1, 0, 0, 1, 0, 10, 1, 7, 1], Layer::Ethernet),
        ] {
            assert_eq!(opened(port, header), Some((layer, 1)), "{port} {header:02x?}");
        }
    }

    #[test]
    fn other_payload_at_their_ports_stays_closed() {
        let stun = [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let rtp = [0x80, 0x60, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9];
        for port in [VXLAN, VXLAN_GPE, GENEVE, GTP_U, L2TP, LISP, TZSP, GRE, MPLS, 3544] {
            assert_eq!(open(40_000, port, Octets::whole(&stun)), None, "{port}");
        }
        for port in [VXLAN, VXLAN_GPE, GENEVE, GTP_U, L2TP, TZSP, 3544] {
            assert_eq!(open(40_000, port, Octets::whole(&rtp)), None, "{port}");
        }
        assert_eq!(
            opened(L2TP, &[0xc8, 0x02, 0, 12, 0, 1, 0, 0]),
            None,
            "a control message"
        );
        assert_eq!(
            opened(GTP_U, &[0x32, 1, 0, 4, 0, 0, 0, 0, 0, 1, 0]),
            None,
            "an echo request"
        );
    }

    #[test]
    fn teredo_is_told_by_its_addresses_at_any_port() {
        let mut packet = vec![0x60, 0, 0, 0, 0, 1, 59, 64];
        packet.extend([0x20, 0x01, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        packet.extend([0x20, 0x01, 0x48, 0x60, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        packet.push(0);
        let origin = [0, 0, 1, 2, 3, 4, 5, 6];
        let authentication = [0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0];
        for indications in [
            vec![],
            origin.to_vec(),
            authentication.to_vec(),
            [&authentication[..], &origin].concat(),
        ] {
            let bytes = [&indications[..], &packet].concat();
            let inner = open(50_000, 40_000, Octets::whole(&bytes)).unwrap();
            assert_eq!((inner.layer, inner.octets.bytes), (Layer::Ip, &packet[..]));
            assert_eq!(
                open(50_000, 40_000, Octets::whole(&bytes[..bytes.len() - 1])),
                None,
                "too short"
            );
        }
        packet[8] = 0x2a;
        assert_eq!(open(50_000, 3544, Octets::whole(&packet)), None, "no address of Teredo");
    }
}
