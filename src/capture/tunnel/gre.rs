//! Generic Routing Encapsulation (RFC 2784, RFC 2890), with the forms of PPTP (RFC 2637), WCCP, ERSPAN and EoIP.

use crate::capture::link::{Inner, Layer, ethernet};
use crate::capture::octets::Octets;

const SEQUENCE: u16 = 0x1000;

/// Takes a GRE header off.
pub fn open(octets: Octets<'_>) -> Option<Inner<'_>> {
    const CHECKSUM: u16 = 0x8000;
    const ROUTING: u16 = 0x4000;
    const KEY: u16 = 0x2000;
    const ACKNOWLEDGMENT: u16 = 0x0080;
    let flags = octets.u16(0)?;
    let kind = octets.u16(2)?;
    let version = flags & 7;
    let mut at = 4;
    for (present, length) in [
        (flags & (CHECKSUM | ROUTING) != 0 && version == 0, 4),
        (flags & KEY != 0, 4),
        (flags & SEQUENCE != 0, 4),
        (flags & ACKNOWLEDGMENT != 0 && version == 1, 4),
    ] {
        at += if present { length } else { 0 };
    }
    if flags & ROUTING != 0 && version == 0 {
        at = after_routes(octets, at)?;
    }
    let rest = octets.skip(at)?;
    match kind {
        0x88be => erspan(rest, flags & SEQUENCE != 0),
        0x22eb => erspan3(rest),
        // EoIP of MikroTik: the key of version 1, a length and the number of the tunnel, precedes Ethernet.
        0x6400 if version == 1 => Inner::after(rest, 0, Layer::Ethernet),
        // WCCP: from its second version on a redirect header of four octets precedes.
        0x883e if rest.u8(0)? >> 4 != 4 => Inner::after(rest, 4, Layer::Ip),
        0x883e => Inner::after(rest, 0, Layer::Ip),
        _ => Some(ethernet::typed(kind, rest)).filter(|_| kind >= 0x0600),
    }
}

/// Past source routes (RFC 1701): each has a family, an offset, a length; one of family and length 0 ends them.
fn after_routes(octets: Octets<'_>, mut at: usize) -> Option<usize> {
    loop {
        let family = octets.u16(at)?;
        let length = octets.u8(at + 3)?;
        at += 4 + usize::from(length);
        if family == 0 && length == 0 {
            return Some(at);
        }
    }
}

/// ERSPAN type I, which has no header, or type II, told by the sequence number of GRE.
fn erspan(octets: Octets<'_>, second: bool) -> Option<Inner<'_>> {
    Inner::after(octets, if second { 8 } else { 0 }, Layer::Ethernet)
}

/// ERSPAN type III: 12 octets, 8 more where the last bit says so; the frame is Ethernet or IP.
fn erspan3(octets: Octets<'_>) -> Option<Inner<'_>> {
    let last = octets.u16(10)?;
    let length = if last & 1 != 0 { 20 } else { 12 };
    match last >> 10 & 0x1f {
        0 => Inner::after(octets, length, Layer::Ethernet),
        2 => Inner::after(octets, length, Layer::Ip),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optional_fields_are_counted() {
        for (flags, optional) in [
            (0x0000, 0),
            (0x8000, 4),
            (0x2000, 4),
            (0x3000, 8),
            (0xb000, 12),
            (0x3081, 12),
        ] {
            let mut bytes = u16::to_be_bytes(flags).to_vec();
            bytes.extend([0x08, 0x00]);
            bytes.extend(vec![0; optional]);
            bytes.push(0x45);
            let inner = open(Octets::whole(&bytes)).unwrap();
            assert_eq!(
                (inner.layer, inner.octets.bytes),
                (Layer::Ip, &[0x45][..]),
                "{flags:04x}"
            );
            for cut in 0..bytes.len() - 1 {
                assert_eq!(open(Octets::whole(&bytes[..cut])), None, "{flags:04x} {cut}");
            }
        }
    }

    #[test]
    fn eoip_carries_ethernet() {
        let inner = open(Octets::whole(&[0x20, 0x01, 0x64, 0, 0, 1, 25, 0, 2])).unwrap();
        assert_eq!((inner.layer, inner.octets.bytes), (Layer::Ethernet, &[2][..]));
    }

    #[test]
    fn routes_are_skipped() {
        let bytes = [0x40, 0, 8, 0, 0, 0, 0, 0, 0, 2, 0, 2, 9, 9, 0, 0, 0, 0, 0x45];
        assert_eq!(open(Octets::whole(&bytes)).unwrap().octets.bytes, [0x45]);
    }

    #[test]
    fn mirrored_frames_have_a_header_by_type() {
        let mut second = vec![0x10, 0, 0x88, 0xbe, 0, 0, 0, 1];
        second.extend([0x10; 8]);
        second.push(2);
        let inner = open(Octets::whole(&second)).unwrap();
        assert_eq!((inner.layer, inner.octets.bytes), (Layer::Ethernet, &[2][..]));
        let first = [0, 0, 0x88, 0xbe, 2];
        assert_eq!(open(Octets::whole(&first)).unwrap().octets.bytes, [2]);
        let mut third = vec![0x10, 0, 0x22, 0xeb, 0, 0, 0, 1];
        third.extend([0; 11]);
        third.push(1);
        third.extend([0; 8]);
        third.push(2);
        assert_eq!(open(Octets::whole(&third)).unwrap().octets.bytes, [2]);
    }
}
