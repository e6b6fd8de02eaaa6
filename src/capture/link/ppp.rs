//! PPP, and the framings of serial lines that announce IP: Cisco HDLC, Frame Relay.

use crate::capture::link::ethernet::snap;
use crate::capture::link::{Inner, Layer};
use crate::capture::octets::Octets;

/// PPP (RFC 1661 §2; RFC 1662 for address and control): the protocol may be compressed to one octet, which is odd.
pub fn open(octets: Octets<'_>) -> Option<Inner<'_>> {
    let octets = match octets.array::<2>(0)? {
        [0xff, 0x03] => octets.skip(2)?,
        // Cisco's address octets (unicast, broadcast), which no protocol of PPP begins with.
        [0x0f | 0x8f, 0x00] => return cisco(octets),
        _ => octets,
    };
    let first = octets.u8(0)?;
    let (protocol, rest) = match first & 1 {
        1 => (u16::from(first), octets.skip(1)?),
        _ => (octets.u16(0)?, octets.skip(2)?),
    };
    match protocol {
        0x0021 | 0x0057 => Inner::after(rest, 0, Layer::Ip),
        // Bridging (RFC 3518 §4.2): flags, the type of the medium (1 Ethernet), the frame.
        0x0031 if rest.u8(1)? == 1 => Inner::after(rest, 2, Layer::Ethernet),
        // Multilink (RFC 1990 §3): a fragment that is first and last is a whole packet.
        0x003d if rest.u8(0)? & 0xc0 == 0xc0 => Inner::after(rest, 4, Layer::Ppp),
        0x0281 | 0x0283 => Inner::after(rest, 0, Layer::EtherType(0x8847)),
        _ => None,
    }
}

/// Cisco HDLC: address, control, EtherType; PPP in the framing of HDLC has other addresses.
pub fn cisco(octets: Octets<'_>) -> Option<Inner<'_>> {
    match octets.array::<2>(0)? {
        [0xff, 0x03] => Inner::after(octets, 0, Layer::Ppp),
        _ => Inner::after(octets, 4, Layer::EtherType(octets.u16(2)?)),
    }
}

/// Frame Relay (RFC 2427 §3): an address of two to four octets, control, and a network layer protocol identifier. Cisco's
/// own form has an EtherType after the address.
pub fn frame_relay(octets: Octets<'_>) -> Option<Inner<'_>> {
    let last_of_address = (1..4).find(|&at| octets.u8(at).is_some_and(|octet| octet & 1 == 1))?;
    let rest = octets.skip(last_of_address + 1)?;
    if rest.u8(0)? != 0x03 {
        return Inner::after(rest, 2, Layer::EtherType(rest.u16(0)?));
    }
    // A padding octet brings the identifier to an even place.
    let at = if rest.u8(1)? == 0 { 2 } else { 1 };
    match rest.u8(at)? {
        0xcc | 0x8e => Inner::after(rest, at + 1, Layer::Ip),
        0x80 => snap(rest.skip(at + 1)?),
        0xcf => Inner::after(rest, at + 1, Layer::Ppp),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(bytes: &[u8]) -> Option<(Layer, &[u8])> {
        open(Octets::whole(bytes)).map(|inner| (inner.layer, inner.octets.bytes))
    }

    #[test]
    fn address_control_and_a_zero_octet_may_be_left_out() {
        for header in [
            &[0xff, 0x03, 0x00, 0x21][..],
            &[0x00, 0x21],
            &[0xff, 0x03, 0x21],
            &[0x21],
            &[0x0f, 0, 8, 0],
        ] {
            let mut frame = header.to_vec();
            frame.push(0x45);
            let (layer, rest) = opened(&frame).unwrap();
            assert!(matches!(layer, Layer::Ip | Layer::EtherType(0x0800)), "{header:02x?}");
            assert_eq!(rest, [0x45], "{header:02x?}");
        }
    }

    #[test]
    fn what_is_not_ip_or_not_there_is_none() {
        assert_eq!(opened(&[0xff, 0x03, 0xc0, 0x21, 1]), None, "LCP");
        assert_eq!(
            opened(&[0x00, 0x3d, 0x80, 0, 0, 1]),
            None,
            "the first of several fragments"
        );
        let whole = [0xff, 0x03, 0x00, 0x3d, 0xc0, 0, 0, 1, 0x00, 0x21];
        for cut in 0..8 {
            assert_eq!(opened(&whole[..cut]), None, "{cut}");
        }
        assert_eq!(opened(&whole), Some((Layer::Ppp, &[0x00, 0x21][..])));
    }

    #[test]
    fn frame_relay_has_two_forms() {
        let standard = frame_relay(Octets::whole(&[0x18, 0x41, 0x03, 0xcc, 0x45])).unwrap();
        assert_eq!((standard.layer, standard.octets.bytes), (Layer::Ip, &[0x45][..]));
        let cisco = frame_relay(Octets::whole(&[0x18, 0x41, 0x86, 0xdd, 0x60])).unwrap();
        assert_eq!(
            (cisco.layer, cisco.octets.bytes),
            (Layer::EtherType(0x86dd), &[0x60][..])
        );
        let snap = frame_relay(Octets::whole(&[0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0, 0x45])).unwrap();
        assert_eq!((snap.layer, snap.octets.bytes), (Layer::EtherType(0x0800), &[0x45][..]));
        for cut in 0..4 {
            assert_eq!(
                frame_relay(Octets::whole(&[0x18, 0x41, 0x03, 0xcc][..cut])),
                None,
                "{cut}"
            );
        }
    }
}
