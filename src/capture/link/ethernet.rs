//! Ethernet, what EtherTypes announce, and LLC with SNAP.

use crate::capture::link::{Inner, Layer, tags};
use crate::capture::octets::Octets;

/// Internet Protocol version 4.
pub const IPV4: u16 = 0x0800;
/// Internet Protocol version 6.
pub const IPV6: u16 = 0x86dd;
/// A session of PPP over Ethernet (RFC 2516).
pub const PPPOE_SESSION: u16 = 0x8864;
/// Transparent Ethernet bridging, as tunnels announce an Ethernet frame (RFC 1701).
pub const BRIDGED_ETHERNET: u16 = 0x6558;

/// Up to here the two octets after the addresses are a length, and LLC follows (IEEE 802.3 §3.2.6).
const LARGEST_LENGTH: u16 = 1500;

/// Two addresses, then an EtherType or a length.
#[inline]
pub fn open(octets: Octets<'_>) -> Option<Inner<'_>> {
    let kind = octets.u16(12)?;
    let rest = octets.skip(14)?;
    Some(typed(kind, rest))
}

/// What an EtherType or an 802.3 length before `rest` says of it.
#[inline]
pub fn typed(kind: u16, rest: Octets<'_>) -> Inner<'_> {
    match kind {
        IPV4 | IPV6 => Inner {
            layer: Layer::Ip,
            octets: rest,
        },
        0..=LARGEST_LENGTH => Inner {
            layer: Layer::Llc,
            octets: rest.limit(usize::from(kind)),
        },
        _ => Inner {
            layer: Layer::EtherType(kind),
            octets: rest,
        },
    }
}

/// What an EtherType announces (<https://www.iana.org/assignments/ieee-802-numbers>), as far as it leads to IP.
pub fn announced(kind: u16, octets: Octets<'_>) -> Option<Inner<'_>> {
    // A tag: some octets, then an EtherType.
    let tag = |length: usize| Some(typed(octets.u16(length)?, octets.skip(length + 2)?));
    match kind {
        IPV4 | IPV6 => Inner::after(octets, 0, Layer::Ip),
        // VLANs: IEEE 802.1Q, 802.1ad, and what was used before that.
        0x8100 | 0x88a8 | 0x9100 | 0x9200 | 0x9300 => tag(2),
        // E-TAG (802.1BR), VN-Tag, HSR (IEC 62439-3), IEEE 802.1CB R-TAG, Cisco MetaData.
        0x893f => tag(6),
        0x8926 | 0x892f | 0xf1c1 => tag(4),
        0x8909 => tag(6),
        // Frames of Ethernet behind a tag: Cisco FabricPath, and the service tag of IEEE 802.1ah.
        0x8903 => Inner::after(octets, 2, Layer::Ethernet),
        0x88e7 => Inner::after(octets, 4, Layer::Ethernet),
        0x88e5 => tags::macsec(octets),
        0x8847 | 0x8848 => tags::mpls(octets),
        0x894f => tags::nsh(octets),
        PPPOE_SESSION => {
            let length = usize::from(octets.u16(4)?);
            Inner::after(octets.skip(6)?.limit(length), 0, Layer::Ppp)
        }
        0x880b => Inner::after(octets, 0, Layer::Ppp),
        BRIDGED_ETHERNET => Inner::after(octets, 0, Layer::Ethernet),
        _ => None,
    }
}

/// IEEE 802.2 LLC: SNAP (RFC 1042), IP without SNAP, or a network layer protocol identifier (RFC 2684 §5.2).
pub fn llc(octets: Octets<'_>) -> Option<Inner<'_>> {
    match octets.array::<3>(0)? {
        [0xaa, 0xaa, 0x03] => snap(octets.skip(3)?),
        [0x06, 0x06, 0x03] => Inner::after(octets, 3, Layer::Ip),
        [0xfe, 0xfe, 0x03] if matches!(octets.u8(3)?, 0xcc | 0x8e) => Inner::after(octets, 4, Layer::Ip),
        _ => None,
    }
}

/// SNAP: an organization, and a type that it defines.
pub fn snap(octets: Octets<'_>) -> Option<Inner<'_>> {
    let kind = octets.u16(3)?;
    let rest = octets.skip(5)?;
    match octets.array::<3>(0)? {
        // Xerox, and bridge tunnels of Apple's (IEEE 802.1H).
        [0, 0, 0] | [0, 0, 0xf8] => Some(Inner {
            layer: Layer::EtherType(kind),
            octets: rest,
        }),
        // IEEE 802.1: bridged Ethernet, with its frame check sequence or without; on ATM two octets of padding precede.
        [0, 0x80, 0xc2] if matches!(kind, 1 | 7) => Inner::after(rest, 2, Layer::Ethernet),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_lengths_are_told_apart() {
        let mut frame = [0u8; 60];
        frame[12..14].copy_from_slice(&[0x08, 0x00]);
        assert_eq!(
            open(Octets::whole(&frame)),
            Inner::after(Octets::whole(&frame), 14, Layer::Ip)
        );
        frame[12..14].copy_from_slice(&[0x00, 0x0a]);
        let llc = open(Octets::whole(&frame)).unwrap();
        assert_eq!(
            (llc.layer, llc.octets.bytes.len()),
            (Layer::Llc, 10),
            "padding falls away"
        );
    }

    #[test]
    fn a_tag_announces_the_next() {
        let tagged = [0x00, 0x05, 0x08, 0x00, 0x45];
        let inner = announced(0x8100, Octets::whole(&tagged)).unwrap();
        assert_eq!((inner.layer, inner.octets.bytes), (Layer::Ip, &[0x45][..]));
        for cut in 0..4 {
            assert_eq!(announced(0x8100, Octets::whole(&tagged[..cut])), None, "{cut}");
        }
    }

    #[test]
    fn snap_leads_to_ethertypes() {
        let frame = [0xaa, 0xaa, 3, 0, 0, 0, 0x86, 0xdd, 0x60];
        let inner = llc(Octets::whole(&frame)).unwrap();
        assert_eq!((inner.layer, inner.octets.bytes), (Layer::EtherType(IPV6), &[0x60][..]));
        assert_eq!(llc(Octets::whole(&[0x42, 0x42, 3, 0])), None, "spanning tree");
        for cut in 0..8 {
            assert_eq!(llc(Octets::whole(&frame[..cut])), None, "{cut}");
        }
    }
}
