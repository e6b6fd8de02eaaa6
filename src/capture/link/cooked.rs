//! Headers that capturing systems put in the place of a link layer: loopback, Linux cooked, NFLOG, PKTAP, ERF, ARCNET.

use crate::capture::link::ethernet::{IPV4, IPV6, typed};
use crate::capture::link::{Inner, Layer};
use crate::capture::octets::Octets;
use crate::capture::packet::{Endian, LinkType};

/// BSD loopback (NULL, LOOP): an address family in the byte order of the machine that captured or, for LOOP, of the
/// network. Files are moved between machines, so that the order is told by the number: families are small.
pub fn loopback(octets: Octets<'_>) -> Option<Inner<'_>> {
    let family = octets.u32(0)?;
    let family = family.min(family.swap_bytes());
    match family {
        _ if is_ip_family(family) => Inner::after(octets, 4, Layer::Ip),
        0x0600..=0xffff => Inner::after(octets, 4, Layer::EtherType(family as u16)),
        // Some write an EtherType behind two octets of their own, or PPP.
        _ if matches!(octets.u16(2), Some(IPV4 | IPV6)) => Inner::after(octets, 4, Layer::Ip),
        _ if octets.bytes.starts_with(&[0xff, 0x03]) => Inner::after(octets, 0, Layer::Ppp),
        _ => None,
    }
}

/// `AF_INET`, and `AF_INET6` of Linux, Windows, NetBSD and OpenBSD, FreeBSD, Solaris, macOS.
const fn is_ip_family(family: u32) -> bool {
    matches!(family, 2 | 10 | 23 | 24 | 26 | 28 | 30)
}

/// Linux cooked capture v1: packet type, ARPHRD type, address, protocol.
pub fn sll(octets: Octets<'_>) -> Option<Inner<'_>> {
    cooked(octets.u16(2)?, octets.u16(14)?, octets.skip(16)?)
}

/// Linux cooked capture v2: protocol, interface, ARPHRD type, packet type, address.
pub fn sll2(octets: Octets<'_>) -> Option<Inner<'_>> {
    cooked(octets.u16(8)?, octets.u16(0)?, octets.skip(20)?)
}

/// What the ARPHRD type of a device and the protocol field of a cooked header say of `rest`.
fn cooked(device: u16, protocol: u16, rest: Octets<'_>) -> Option<Inner<'_>> {
    const FRAME_RELAY: u16 = 770;
    const GRE: u16 = 778;
    const WLAN: u16 = 801;
    const RADIOTAP: u16 = 803;
    const GRE6: u16 = 823;
    let layer = match (device, protocol) {
        (FRAME_RELAY, _) => Layer::Link(LinkType(107)),
        (WLAN, _) => Layer::Wlan,
        (RADIOTAP, _) => Layer::Link(LinkType(127)),
        (GRE | GRE6, 0) => Layer::Gre,
        // ETH_P_802_3, ETH_P_ALL and ETH_P_802_2.
        (_, 0x0001 | 0x0003 | 0x0004) => Layer::Llc,
        _ => return Some(typed(protocol, rest)).filter(|_| protocol >= 0x0600),
    };
    Inner::after(rest, 0, layer)
}

/// Linux netfilter log: family, version, resource, then attributes whose lengths are in host order; one is the packet.
pub fn nflog(octets: Octets<'_>, endian: Endian) -> Option<Inner<'_>> {
    const PAYLOAD: u16 = 9;
    if !is_ip_family(u32::from(octets.u8(0)?)) {
        return None;
    }
    let host = |octets: Octets<'_>, at| {
        let raw = octets.array(at)?;
        Some(match endian {
            Endian::Little => u16::from_le_bytes(raw),
            Endian::Big => u16::from_be_bytes(raw),
        })
    };
    let mut rest = octets.skip(4)?;
    loop {
        let length = usize::from(host(rest, 0)?);
        if host(rest, 2)? & 0x7fff == PAYLOAD {
            return Inner::after(rest.limit(length), 4, Layer::Ip);
        }
        rest = rest.skip(length.max(4).next_multiple_of(4))?;
    }
}

/// macOS PKTAP: the length of the header, what follows (1: a packet) and its link type, all little-endian.
pub fn pktap(octets: Octets<'_>) -> Option<Inner<'_>> {
    let field = |at| octets.array(at).map(u32::from_le_bytes);
    let length = usize::try_from(field(0)?).ok()?;
    let link_type = u16::try_from(field(8)?).ok()?;
    // A header in a header is nobody's; it would only let the file choose how deep we go.
    if length < 12 || matches!(link_type, 149 | 258) {
        return None;
    }
    // DLT_RAW is 12 on the machines that write this; the other numbers in use are those of link types.
    Inner::after(octets, length, Layer::Link(LinkType(link_type)))
}

/// Endace ERF: 16 octets, extension headers of 8 while their first bit says so, and for Ethernet two of padding.
pub fn erf(octets: Octets<'_>) -> Option<Inner<'_>> {
    const MORE: u8 = 0x80;
    let kind = octets.u8(8)?;
    let mut at = 16;
    let mut more = kind & MORE != 0;
    while more {
        more = octets.u8(at)? & MORE != 0;
        at += 8;
    }
    match kind & !MORE {
        // Ethernet: plain, colored, with a hash or a DSM color.
        2 | 11 | 16 | 20 => Inner::after(octets, at + 2, Layer::Ethernet),
        22 | 23 => Inner::after(octets, at, Layer::Ip),
        _ => None,
    }
}

/// ARCNET (RFC 1201 §2): the type stands at `at`, after the addresses (and, on Linux, an offset); then the header of
/// the fragments, whose exception packets are four octets longer on BSD.
pub fn arcnet(octets: Octets<'_>, at: usize) -> Option<Inner<'_>> {
    let kind = octets.u8(at)?;
    let flag = octets.u8(at + 1)?;
    // The older protocols of RFC 1051 have no fragments.
    let simple = matches!(kind, 240 | 241);
    let header = match (simple, flag) {
        (true, _) => 1,
        (false, 0xff) => 8,
        (false, 0) => 4,
        // A fragment of a packet.
        (false, _) => return None,
    };
    match kind {
        // IP of RFC 1201 and 1051, and IPv6.
        212 | 240 | 196 => Inner::after(octets, at + header, Layer::Ip),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(inner: Option<Inner<'_>>) -> Option<(Layer, &[u8])> {
        inner.map(|inner| (inner.layer, inner.octets.bytes))
    }

    #[test]
    fn loopback_families_in_both_orders() {
        for header in [
            [2, 0, 0, 0],
            [0, 0, 0, 2],
            [30, 0, 0, 0],
            [0, 0, 0, 24],
            [28, 0, 0, 0],
            [0, 0, 0, 10],
            [15, 0, 8, 0],
        ] {
            let mut bytes = header.to_vec();
            bytes.push(0x45);
            assert_eq!(
                rest(loopback(Octets::whole(&bytes))),
                Some((Layer::Ip, &[0x45][..])),
                "{header:?}"
            );
        }
        assert_eq!(loopback(Octets::whole(&[7, 0, 0, 0, 0x45])), None);
        assert_eq!(loopback(Octets::whole(&[2, 0, 0])), None);
    }

    #[test]
    fn cooked_headers_say_protocol_and_device() {
        let mut v1 = vec![0; 16];
        v1[14..16].copy_from_slice(&[0x08, 0x00]);
        v1.push(0x45);
        assert_eq!(rest(sll(Octets::whole(&v1))), Some((Layer::Ip, &[0x45][..])));
        v1[14..16].copy_from_slice(&[0x00, 0x04]);
        assert_eq!(rest(sll(Octets::whole(&v1))), Some((Layer::Llc, &[0x45][..])));
        let mut v2 = vec![0; 20];
        v2[..2].copy_from_slice(&[0x86, 0xdd]);
        v2.push(0x60);
        assert_eq!(rest(sll2(Octets::whole(&v2))), Some((Layer::Ip, &[0x60][..])));
        for cut in 0..20 {
            assert_eq!(sll2(Octets::whole(&v2[..cut])), None, "{cut}");
        }
    }

    #[test]
    fn nflog_attributes_are_walked_in_host_order() {
        let little = [2, 0, 0, 0, 5, 0, 10, 0, 0, 0, 0, 0, 5, 0, 9, 0, 0x45];
        assert_eq!(
            rest(nflog(Octets::whole(&little), Endian::Little)),
            Some((Layer::Ip, &[0x45][..]))
        );
        let big = [2, 0, 0, 0, 0, 5, 0, 10, 0, 0, 0, 0, 0, 5, 0, 9, 0x45];
        assert_eq!(
            rest(nflog(Octets::whole(&big), Endian::Big)),
            Some((Layer::Ip, &[0x45][..]))
        );
        assert_eq!(
            nflog(Octets::whole(&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0]), Endian::Little),
            None,
            "length 0 ends"
        );
        for cut in 0..16 {
            assert_eq!(nflog(Octets::whole(&little[..cut]), Endian::Little), None, "{cut}");
        }
    }

    #[test]
    fn lengths_of_headers_are_followed() {
        let mut tap = vec![0; 20];
        tap[0] = 20;
        tap[8] = 12;
        tap.push(0x45);
        assert_eq!(
            rest(pktap(Octets::whole(&tap))),
            Some((Layer::Link(LinkType(12)), &[0x45][..]))
        );
        let mut record = vec![0; 24];
        record[8] = 2 | 0x80;
        record.extend([0, 0, 0x02]);
        assert_eq!(rest(erf(Octets::whole(&record))), Some((Layer::Ethernet, &[0x02][..])));
        let arc = [1, 2, 0, 0, 212, 0, 0, 1, 0x45];
        assert_eq!(rest(arcnet(Octets::whole(&arc), 4)), Some((Layer::Ip, &[0x45][..])));
    }
}
