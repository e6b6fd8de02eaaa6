//! Headers between Ethernet and IP that are more than a tag: MPLS, NSH, MACsec.

use crate::capture::link::ethernet::typed;
use crate::capture::link::{Inner, Layer};
use crate::capture::octets::Octets;

/// An MPLS label stack (RFC 3032), and what its first four bits say of what follows: IP, or a pseudowire of Ethernet
/// behind a control word (RFC 4385 §3) or without one.
pub fn mpls(octets: Octets<'_>) -> Option<Inner<'_>> {
    let mut at = 0;
    while octets.u8(at + 2)? & 1 == 0 {
        at += 4;
    }
    let rest = octets.skip(at + 4)?;
    match rest.u8(0)? >> 4 {
        4 | 6 => Inner::after(rest, 0, Layer::Ip),
        0 if is_ethernet(rest.skip(4)?) => Inner::after(rest, 4, Layer::Ethernet),
        _ if is_ethernet(rest) => Inner::after(rest, 0, Layer::Ethernet),
        _ => None,
    }
}

/// Whether an EtherType that we know stands where Ethernet has it: labels do not say what they carry.
fn is_ethernet(octets: Octets<'_>) -> bool {
    matches!(
        octets.u16(12),
        Some(0x0800 | 0x86dd | 0x8100 | 0x88a8 | 0x8847 | 0x8864)
    )
}

/// The Network Service Header (RFC 8300 §2).
pub fn nsh(octets: Octets<'_>) -> Option<Inner<'_>> {
    let length = 4 * usize::from(octets.u8(1)? & 0x3f);
    let layer = match octets.u8(3)? {
        1 | 2 => Layer::Ip,
        3 => Layer::Ethernet,
        4 => Layer::EtherType(0x894f),
        5 => Layer::EtherType(0x8847),
        _ => return None,
    };
    Inner::after(octets, length.max(8), layer)
}

/// A MACsec tag (IEEE 802.1AE §9): what it protects without encrypting can be read.
pub fn macsec(octets: Octets<'_>) -> Option<Inner<'_>> {
    const HAS_CHANNEL: u8 = 0x20;
    const ENCRYPTED_OR_CHANGED: u8 = 0x0c;
    let flags = octets.u8(0)?;
    if flags & ENCRYPTED_OR_CHANGED != 0 {
        return None;
    }
    let length = if flags & HAS_CHANNEL != 0 { 14 } else { 6 };
    Some(typed(octets.u16(length)?, octets.skip(length + 2)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_end_at_the_bottom_of_the_stack() {
        let stack = [0, 1, 0, 64, 0, 2, 1, 64, 0x45, 0];
        let inner = mpls(Octets::whole(&stack)).unwrap();
        assert_eq!((inner.layer, inner.octets.bytes), (Layer::Ip, &[0x45, 0][..]));
        for cut in 0..9 {
            assert_eq!(mpls(Octets::whole(&stack[..cut])), None, "{cut}");
        }
    }

    #[test]
    fn a_pseudowire_has_a_control_word_or_not() {
        let mut wire = vec![0, 1, 1, 64, 0, 0, 0, 0];
        wire.extend([0x02; 12]);
        wire.extend([0x08, 0x00, 0x45]);
        let inner = mpls(Octets::whole(&wire)).unwrap();
        assert_eq!((inner.layer, inner.octets.bytes[0]), (Layer::Ethernet, 2));
        wire.drain(4..8);
        let inner = mpls(Octets::whole(&wire)).unwrap();
        assert_eq!((inner.layer, inner.octets.bytes[0]), (Layer::Ethernet, 2));
    }

    #[test]
    fn a_service_header_says_its_length() {
        let header = [0x00, 0x02, 0x01, 0x01, 0, 0, 0, 0, 0x45];
        assert_eq!(nsh(Octets::whole(&header)).unwrap().octets.bytes, [0x45]);
        for cut in 0..8 {
            assert_eq!(nsh(Octets::whole(&header[..cut])), None, "{cut}");
        }
    }

    #[test]
    fn what_macsec_encrypts_stays_closed() {
        let plain = [0x00, 0, 0, 0, 0, 1, 0x08, 0x00, 0x45];
        assert_eq!(macsec(Octets::whole(&plain)).unwrap().octets.bytes, [0x45]);
        assert_eq!(macsec(Octets::whole(&[0x0c, 0, 0, 0, 0, 1, 0x08, 0x00, 0x45])), None);
        assert_eq!(macsec(Octets::whole(&[])), None);
    }
}
