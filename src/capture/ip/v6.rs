//! The IPv6 header and its extension headers (RFC 8200 §3, §4).

use std::net::{IpAddr, Ipv6Addr};

use crate::capture::ip::{Fragment, Header};
use crate::capture::octets::Octets;

const FIXED: usize = 40;

/// Reads the fixed header. A payload length of 0 is that of a jumbogram (RFC 2675) or of a packet still to be cut by the
/// network card: it ends where the frame does.
#[inline]
pub fn read(octets: Octets<'_>) -> Option<Header<'_>> {
    let fixed = octets.bytes.first_chunk::<FIXED>()?;
    if fixed[0] >> 4 != 6 {
        return None;
    }
    let length = usize::from(u16::from_be_bytes([fixed[4], fixed[5]]));
    let packet = if length == 0 {
        octets
    } else {
        octets.limit(FIXED + length)
    };
    Some(Header {
        src: address(octets, 8)?,
        dst: address(octets, 24)?,
        protocol: fixed[6],
        fragment: None,
        payload: packet.skip(FIXED)?,
    })
}

fn address(octets: Octets<'_>, at: usize) -> Option<IpAddr> {
    octets.array::<16>(at).map(|octets| IpAddr::V6(Ipv6Addr::from(octets)))
}

/// Goes past one extension header: hop-by-hop, routing, fragment, destination options, mobility, HIP, Shim6.
pub fn extend(header: &mut Header<'_>) -> Option<()> {
    let here = header.payload;
    let length = 8 * (1 + usize::from(here.u8(1)?));
    match header.protocol {
        43 => header.dst = final_destination(here).unwrap_or(header.dst),
        60 => header.src = home_address(here.limit(length)).unwrap_or(header.src),
        44 => {
            let place = here.u16(2)?;
            let fragment = Fragment {
                id: here.u32(4)?,
                offset: usize::from(place & 0xfff8),
                more: place & 1 != 0,
            };
            // A fragment that is all there is (RFC 6946) needs nothing put together.
            let alone = fragment.offset == 0 && !fragment.more;
            header.fragment = (!alone).then_some(fragment);
            return header.skip(8);
        }
        _ => {}
    }
    header.skip(length)
}

/// The last address of a route on which some are still to be visited: of type 0 (RFC 2460 §4.4) and 2 (RFC 6275 §6.4)
/// it stands last, of type 4 (RFC 8754 §2) first.
fn final_destination(routing: Octets<'_>) -> Option<IpAddr> {
    let [_, length, kind, left] = routing.array::<4>(0)?;
    match kind {
        _ if left == 0 => None,
        0 | 2 if length >= 2 => address(routing, 8 * usize::from(length) - 8),
        4 if length >= 2 => address(routing, 8),
        _ => None,
    }
}

/// The home address among destination options (RFC 6275 §6.3).
fn home_address(options: Octets<'_>) -> Option<IpAddr> {
    const PAD1: u8 = 0;
    const HOME_ADDRESS: u8 = 201;
    let mut at = 2;
    loop {
        match options.u8(at)? {
            PAD1 => at += 1,
            HOME_ADDRESS => return address(options, at + 2),
            _ => at += 2 + usize::from(options.u8(at + 1)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::ip::protocol;

    fn packet(next: u8, rest: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x60, 0, 0, 0, 0, rest.len() as u8, next, 64];
        packet.extend([0xfd; 16]);
        packet.extend([0xfe; 16]);
        packet.extend(rest);
        packet
    }

    fn extended_of(bytes: &[u8]) -> Option<Header<'_>> {
        let mut header = read(Octets::whole(bytes))?;
        header.extend()?;
        Some(header)
    }

    #[test]
    fn headers_form_a_chain() {
        let mut rest = vec![60, 0, 1, 4, 0, 0, 0, 0];
        rest.extend([51, 0, 1, 4, 0, 0, 0, 0]);
        rest.extend([17, 1, 0, 0, 0, 0, 0, 0]);
        rest.extend([0; 4]);
        rest.extend([7, 8]);
        let mut bytes = packet(0, &rest);
        bytes.extend([0xee; 3]);
        let header = extended_of(&bytes).unwrap();
        assert_eq!(
            (header.protocol, header.payload),
            (protocol::UDP, Octets::whole(&[7, 8]))
        );
        for cut in 0..68 {
            assert!(extended_of(&bytes[..cut]).is_none(), "{cut}");
        }
    }

    #[test]
    fn a_route_and_a_home_address_name_the_ends() {
        let mut rest = vec![60, 2, 0, 1, 0, 0, 0, 0];
        rest.extend([0xaa; 16]);
        rest.extend([17, 2, 1, 2, 0, 0, 201, 16]);
        rest.extend([0xbb; 16]);
        let bytes = packet(43, &rest);
        let header = extended_of(&bytes).unwrap();
        assert_eq!(header.dst, IpAddr::from([0xaa; 16]));
        assert_eq!(header.src, IpAddr::from([0xbb; 16]));
    }

    #[test]
    fn a_fragment_alone_is_whole() {
        let bytes = packet(44, &[17, 0, 0, 0, 0, 0, 0, 9, 7]);
        let header = extended_of(&bytes).unwrap();
        assert_eq!((header.fragment, header.payload.bytes), (None, &[7][..]));
        let bytes = packet(44, &[17, 0, 0, 8, 0, 0, 0, 9, 7]);
        let place = Fragment {
            id: 9,
            offset: 8,
            more: false,
        };
        assert_eq!(extended_of(&bytes).unwrap().fragment, Some(place));
    }

    #[test]
    fn a_length_of_zero_reaches_to_the_end() {
        let mut bytes = packet(17, &[1, 2, 3]);
        bytes[5] = 0;
        assert_eq!(read(Octets::whole(&bytes)).unwrap().payload.bytes, [1, 2, 3]);
    }
}
