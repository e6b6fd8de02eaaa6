//! The IPv4 header (RFC 791 §3.1).

use std::net::{IpAddr, Ipv4Addr};

use crate::capture::ip::{Fragment, Header};
use crate::capture::octets::Octets;

/// Reads a header; checksums are not looked at, network cards fill them in after the capture. A length of 0 is that of a
/// packet still to be cut by the card (TSO): it ends where the frame does.
#[inline]
pub fn read(octets: Octets<'_>) -> Option<Header<'_>> {
    const MORE_FRAGMENTS: u16 = 0x2000;
    const OFFSET: u16 = 0x1fff;
    let fixed = octets.bytes.first_chunk::<20>()?;
    let header = 4 * usize::from(fixed[0] & 0x0f);
    let total = usize::from(u16::from_be_bytes([fixed[2], fixed[3]]));
    if fixed[0] >> 4 != 4 || header < fixed.len() || (total < header && total != 0) {
        return None;
    }
    let packet = if total == 0 { octets } else { octets.limit(total) };
    let place = u16::from_be_bytes([fixed[6], fixed[7]]);
    let fragment = (place & (MORE_FRAGMENTS | OFFSET) != 0).then(|| Fragment {
        id: u32::from(u16::from_be_bytes([fixed[4], fixed[5]])),
        offset: 8 * usize::from(place & OFFSET),
        more: place & MORE_FRAGMENTS != 0,
    });
    Some(Header {
        src: IpAddr::V4(Ipv4Addr::new(fixed[12], fixed[13], fixed[14], fixed[15])),
        dst: IpAddr::V4(Ipv4Addr::new(fixed[16], fixed[17], fixed[18], fixed[19])),
        protocol: fixed[9],
        fragment,
        payload: packet.skip(header)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: [u8; 28] = [
        0x46, 0, 0, 26, 0x12, 0x34, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 1, 1, 1, 1, 7, 8, 0xee, 0xee,
    ];

    #[test]
    fn options_and_padding_are_no_payload() {
        let header = read(Octets::whole(&PACKET)).unwrap();
        assert_eq!(header.payload, Octets::whole(&[7, 8]));
        assert_eq!(
            (header.src.to_string(), header.dst.to_string()),
            ("192.0.2.1".into(), "192.0.2.2".into())
        );
        assert_eq!((header.protocol, header.fragment), (17, None));
    }

    #[test]
    fn what_was_not_captured_is_missing() {
        for cut in 0..PACKET.len() {
            let header = read(Octets {
                bytes: &PACKET[..cut],
                missing: PACKET.len() - cut,
            });
            match cut {
                0..24 => assert_eq!(header, None, "{cut}"),
                _ => assert_eq!(header.unwrap().payload.missing, 26usize.saturating_sub(cut), "{cut}"),
            }
        }
    }

    #[test]
    fn lengths_out_of_range() {
        let with = |at: usize, value: u8| {
            let mut packet = PACKET;
            packet[at] = value;
            packet
        };
        assert_eq!(read(Octets::whole(&with(0, 0x44))), None, "shorter than a header");
        assert_eq!(read(Octets::whole(&with(3, 23))), None, "shorter than this header");
        let offloaded = with(3, 0);
        assert_eq!(
            read(Octets::whole(&offloaded)).unwrap().payload.bytes,
            [7, 8, 0xee, 0xee]
        );
    }

    #[test]
    fn a_fragment_says_where_it_stands() {
        let mut packet = PACKET;
        packet[6..8].copy_from_slice(&[0x20, 0x03]);
        let place = Fragment {
            id: 0x1234,
            offset: 24,
            more: true,
        };
        assert_eq!(read(Octets::whole(&packet)).unwrap().fragment, Some(place));
        packet[6..8].copy_from_slice(&[0x40, 0x00]);
        assert_eq!(
            read(Octets::whole(&packet)).unwrap().fragment,
            None,
            "must not be fragmented"
        );
    }
}
