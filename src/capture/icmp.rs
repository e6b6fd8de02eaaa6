//! ICMP and ICMPv6 messages that quote the packet which caused them (RFC 792, RFC 4443, RFC 4884).

use std::net::IpAddr;

use crate::capture::ip::Header;
use crate::capture::octets::Octets;
use crate::capture::unit::IcmpError;

const LARGEST_PACKET: usize = 65_535;

/// The message that `header` carries and the beginning of the packet that it quotes, if it is of a kind that quotes.
pub fn quoted<'a>(header: &Header<'a>) -> Option<(IcmpError, Octets<'a>)> {
    let message = header.payload;
    let [kind, code] = message.array::<2>(0)?;
    let rest = message.skip(8)?;
    let v4 = matches!(header.src, IpAddr::V4(_));
    // RFC 4884 §3: the length of the quote in words, where extensions follow it.
    let (words, mtu) = match (v4, kind) {
        (true, 3) => (
            4 * usize::from(message.u8(5)?),
            (code == 4).then(|| message.u16(6).map(u32::from)),
        ),
        (true, 11 | 12) => (4 * usize::from(message.u8(5)?), None),
        // Source quench, and a better route.
        (true, 4 | 5) => (0, None),
        (false, 1 | 3) => (8 * usize::from(message.u8(4)?), None),
        (false, 2) => (0, Some(message.u32(4))),
        (false, 4) => (0, None),
        _ => return None,
    };
    let error = IcmpError {
        from: header.src,
        to: header.dst,
        kind,
        code,
        // Routers from before RFC 1191 leave it 0.
        mtu: mtu.flatten().filter(|&mtu| mtu != 0),
    };
    let quote = if words == 0 { rest } else { rest.limit(words) };
    // How much of the packet is not quoted, the packet says.
    let missing = LARGEST_PACKET;
    Some((error, Octets { missing, ..quote }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::ip::protocol;

    fn header(v4: bool, bytes: &[u8]) -> Header<'_> {
        let (src, dst) = match v4 {
            true => (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2])),
            false => (IpAddr::from([1u8; 16]), IpAddr::from([2u8; 16])),
        };
        let protocol = if v4 { protocol::ICMP } else { protocol::ICMPV6 };
        Header {
            src,
            dst,
            protocol,
            fragment: None,
            payload: Octets::whole(bytes),
        }
    }

    #[test]
    fn errors_quote_and_tell_an_mtu() {
        let message = [3, 4, 0, 0, 0, 0, 0x05, 0x14, 0x45, 0];
        let header = header(true, &message);
        let (error, quote) = quoted(&header).unwrap();
        assert_eq!(
            (error.kind, error.code, error.mtu, error.from),
            (3, 4, Some(1300), header.src)
        );
        assert_eq!(quote.bytes, [0x45, 0]);
    }

    #[test]
    fn extensions_are_no_part_of_the_quote() {
        let message = [1, 4, 0, 0, 1, 0, 0, 0, 0x60, 2, 3, 4, 5, 6, 7, 8, 0x20, 0, 0, 0];
        let (error, quote) = quoted(&header(false, &message)).unwrap();
        assert_eq!((error.kind, error.mtu, quote.bytes.len()), (1, None, 8));
        let message = [11, 0, 0, 0, 0, 1, 0, 0, 0x45, 2, 3, 4, 0x20, 0, 0, 0];
        assert_eq!(quoted(&header(true, &message)).unwrap().1.bytes.len(), 4);
    }

    #[test]
    fn echoes_and_cut_messages_quote_nothing() {
        assert!(quoted(&header(true, &[8, 0, 0, 0, 0, 1, 0, 1, 0x45])).is_none());
        assert!(quoted(&header(false, &[135, 0, 0, 0, 0, 0, 0, 0, 0x60])).is_none());
        for cut in 0..8 {
            assert!(
                quoted(&header(true, &[3, 3, 0, 0, 0, 0, 0, 0][..cut])).is_none(),
                "{cut}"
            );
        }
    }
}
