//! IEEE 802.11, and what capture hardware puts before it: radiotap, PPI, Prism.

use crate::capture::link::{Inner, Layer};
use crate::capture::octets::Octets;
use crate::capture::packet::LinkType;

/// The frame is encrypted; the same bit of the second octet everywhere.
const PROTECTED: u8 = 0x40;

/// A data frame (IEEE 802.11 §9.2): header with its optional parts, then LLC, or several frames (A-MSDU).
pub fn open(octets: Octets<'_>, padded: bool) -> Option<Inner<'_>> {
    const DATA: u8 = 2;
    const TO_AND_FROM_DS: u8 = 0x03;
    const MORE_FRAGMENTS: u8 = 0x04;
    const ORDER: u8 = 0x80;
    let [control, flags] = octets.array::<2>(0)?;
    let subtype = control >> 4;
    let (version, kind) = (control & 3, control >> 2 & 3);
    // Frames without data have the third bit of the subtype.
    if version != 0 || kind != DATA || subtype & 4 != 0 || flags & PROTECTED != 0 {
        return None;
    }
    let fragment = octets.array(22).map(u16::from_le_bytes)? & 0x0f;
    if fragment != 0 || flags & MORE_FRAGMENTS != 0 {
        return None;
    }
    let mut length = 24;
    if flags & TO_AND_FROM_DS == TO_AND_FROM_DS {
        length += 6;
    }
    let mut aggregated = false;
    if subtype & 8 != 0 {
        aggregated = octets.u8(length)? & 0x80 != 0;
        length += 2;
        // HT Control.
        if flags & ORDER != 0 {
            length += 4;
        }
    }
    if padded {
        length = length.next_multiple_of(4);
    }
    let layer = if aggregated { Layer::Amsdu } else { Layer::Llc };
    Inner::after(octets, length, layer)
}

/// The frames of an A-MSDU (IEEE 802.11 §9.3.2.2): two addresses, a length, LLC; padded to four octets.
pub fn subframes(octets: Octets<'_>) -> impl Iterator<Item = Inner<'_>> {
    let mut rest = Some(octets);
    std::iter::from_fn(move || {
        let frame = rest.take()?;
        let length = usize::from(frame.u16(12)?);
        let inner = frame.skip(14)?;
        rest = frame.skip((14 + length).next_multiple_of(4));
        Some(Inner {
            layer: Layer::Llc,
            octets: inner.limit(length),
        })
    })
}

/// Radiotap (<https://www.radiotap.org>): little-endian; the flags say whether the 802.11 header is padded.
pub fn radiotap(octets: Octets<'_>) -> Option<Inner<'_>> {
    let length = usize::from(octets.array(2).map(u16::from_le_bytes)?);
    if length < 8 {
        return None;
    }
    let padded = radiotap_flags(octets).is_some_and(|flags| flags & 0x20 != 0);
    let layer = if padded { Layer::PaddedWlan } else { Layer::Wlan };
    Inner::after(octets, length, layer)
}

/// The flags field: the second, after a time of eight octets that stands at a multiple of eight. More words of present
/// bits follow while their last bit is set.
fn radiotap_flags(octets: Octets<'_>) -> Option<u8> {
    const TSFT: u32 = 1;
    const FLAGS: u32 = 2;
    const MORE: u32 = 1 << 31;
    let word = |at| octets.array(at).map(u32::from_le_bytes);
    let present = word(4)?;
    if present & FLAGS == 0 {
        return None;
    }
    let mut at = 8;
    let mut last = present;
    while last & MORE != 0 {
        last = word(at)?;
        at += 4;
    }
    if present & TSFT != 0 {
        at = at.next_multiple_of(8) + 8;
    }
    octets.u8(at)
}

/// Per-Packet Information: its length and link type, little-endian.
pub fn ppi(octets: Octets<'_>) -> Option<Inner<'_>> {
    const ITSELF: u32 = 192;
    let length = usize::from(octets.array(2).map(u16::from_le_bytes)?);
    let link_type = octets.array(4).map(u32::from_le_bytes)?;
    if length < 8 || link_type == ITSELF {
        return None;
    }
    Inner::after(octets, length, Layer::Link(LinkType(u16::try_from(link_type).ok()?)))
}

/// Prism monitor header: a message code and a length in host order; drivers also put AVS there, in network order.
pub fn prism(octets: Octets<'_>) -> Option<Inner<'_>> {
    const AVS: u32 = 0x8021_1000;
    let bare = Layer::Wlan;
    if octets.u32(0)? & 0xffff_f000 == AVS {
        return Inner::after(octets, usize::try_from(octets.u32(4)?).ok()?, bare);
    }
    let length = octets.u32(4)?;
    let length = usize::try_from(length.min(length.swap_bytes())).ok()?;
    Inner::after(octets, length.max(8), bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(control: u8, flags: u8, extra: usize) -> Vec<u8> {
        let mut frame = vec![0; 24 + extra];
        frame[..2].copy_from_slice(&[control, flags]);
        frame.extend([0xaa, 0xaa]);
        frame
    }

    #[test]
    fn the_header_has_optional_parts() {
        for (control, flags, extra, padded) in [
            (0x08, 0x01, 0, false),
            (0x08, 0x03, 6, false),
            (0x88, 0x01, 2, false),
            (0x88, 0x01, 4, true),
            (0x88, 0x81, 6, false),
            (0x88, 0x03, 8, false),
        ] {
            let frame = frame(control, flags, extra);
            let inner = open(Octets::whole(&frame), padded).unwrap();
            assert_eq!(
                (inner.layer, inner.octets.bytes),
                (Layer::Llc, &[0xaa, 0xaa][..]),
                "{control:x} {flags:x}"
            );
        }
    }

    #[test]
    fn what_has_no_readable_data_is_none() {
        for (control, flags, why) in [
            (0x80, 0x00, "a beacon"),
            (0x48, 0x01, "no data"),
            (0x08, 0x41, "encrypted"),
            (0x08, 0x05, "a fragment"),
        ] {
            assert_eq!(open(Octets::whole(&frame(control, flags, 0)), false), None, "{why}");
        }
        for cut in 0..26 {
            assert_eq!(open(Octets::whole(&frame(0x88, 0x01, 2)[..cut]), false), None, "{cut}");
        }
    }

    #[test]
    fn aggregated_frames_come_one_by_one() {
        let mut aggregate = frame(0x88, 0x01, 2);
        aggregate[24] = 0x80;
        let inner = open(Octets::whole(&aggregate), false).unwrap();
        assert_eq!(inner.layer, Layer::Amsdu);
        let mut bytes = vec![0; 12];
        bytes.extend([0, 3, 1, 2, 3, 0, 0, 0]);
        bytes.extend([0; 12]);
        bytes.extend([0, 2, 4, 5]);
        let found: Vec<&[u8]> = subframes(Octets::whole(&bytes))
            .map(|inner| inner.octets.bytes)
            .collect();
        assert_eq!(found, [&[1, 2, 3][..], &[4, 5]]);
        assert_eq!(subframes(Octets::whole(&[])).count(), 0);
    }

    #[test]
    fn radiotap_finds_its_flags() {
        let mut header = vec![0, 0, 25, 0, 3, 0, 0, 0];
        header.extend([0; 8]);
        header.push(0x20);
        header.extend([0; 8]);
        header.push(0x08);
        let inner = radiotap(Octets::whole(&header)).unwrap();
        assert_eq!((inner.layer, inner.octets.bytes), (Layer::PaddedWlan, &[0x08][..]));
        for cut in 0..25 {
            assert_eq!(radiotap(Octets::whole(&header[..cut])), None, "{cut}");
        }
    }
}
