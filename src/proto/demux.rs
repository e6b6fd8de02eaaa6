//! What a datagram is, where several protocols share one 5-tuple: [`classify`] decides as an endpoint does, which
//! knows that it talks WebRTC; [`identify`] as an onlooker must, to whom anything may be shown.

use crate::proto::reader::Damage;
use crate::proto::turn::ChannelData;
use crate::proto::{quic, rtcp, rtp, sctp, stun};

/// A protocol that WebRTC sends over one 5-tuple.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// STUN, TURN included.
    Stun,
    /// ZRTP (RFC 6189).
    Zrtp,
    /// DTLS.
    Dtls,
    /// TURN ChannelData.
    ChannelData,
    /// QUIC.
    Quic,
    /// RTP or SRTP.
    Rtp,
    /// RTCP or SRTCP.
    Rtcp,
    /// SCTP in clear.
    Sctp,
    /// None of them.
    Unknown,
}

impl Protocol {
    /// The name in reports, lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Protocol::Stun => "stun",
            Protocol::Zrtp => "zrtp",
            Protocol::Dtls => "dtls",
            Protocol::ChannelData => "channel_data",
            Protocol::Quic => "quic",
            Protocol::Rtp => "rtp",
            Protocol::Rtcp => "rtcp",
            Protocol::Sctp => "sctp",
            Protocol::Unknown => "unknown",
        }
    }
}

/// The protocol of a datagram by its first two octets (RFC 7983 §7 as updated by RFC 9443 §2; RFC 5761 §4 for RTCP).
///
/// This is the decision a WebRTC endpoint makes, so it looks no further than an endpoint does. A STUN message is
/// told from chance by [`Message::is_plausible`](crate::proto::stun::Message::is_plausible).
pub fn classify(datagram: &[u8]) -> Protocol {
    match datagram {
        [] => Protocol::Unknown,
        [0..=3, ..] => Protocol::Stun,
        [16..=19, ..] => Protocol::Zrtp,
        [20..=63, ..] => Protocol::Dtls,
        [64..=79, ..] => Protocol::ChannelData,
        [80..=127, ..] | [192..=255, ..] => Protocol::Quic,
        [128..=191, 192..=223, ..] => Protocol::Rtcp,
        [128..=191, ..] => Protocol::Rtp,
        _ => Protocol::Unknown,
    }
}

/// What was seen before between the two ends of a datagram, and their ports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Context {
    /// The sender's port.
    pub source_port: u16,
    /// The receiver's port.
    pub destination_port: u16,
    /// TURN: ChannelData of any channel is to be expected.
    pub turn: bool,
    /// A DTLS record: those of DTLS 1.3 without a version are to be expected.
    pub dtls: bool,
    /// QUIC that said its version: what is nothing else belongs to it.
    pub quic: bool,
}

impl Context {
    /// Name services: random ids in the first octets, counts that look like lengths behind them.
    fn is_name_service(&self) -> bool {
        let is_one = |port| matches!(port, 53 | 137 | 138 | 5353 | 5355);
        is_one(self.source_port) || is_one(self.destination_port)
    }

    /// UDP encapsulation of SCTP (RFC 6951 §4.1).
    fn is_sctp(&self) -> bool {
        self.source_port == 9899 || self.destination_port == 9899
    }
}

/// The protocol of a datagram, of which `missing` octets at its end were not captured, by more than its first octets:
/// lengths, versions and cookies must fit, so that others' protocols and noise are [`Unknown`](Protocol::Unknown).
///
/// [`Rtp`](Protocol::Rtp) is the exception: its header says too little. It means that this *can* be RTP; whether it is takes
/// several packets to tell (RFC 3550 appendix A.1).
pub fn identify(datagram: &[u8], missing: usize, context: &Context) -> Protocol {
    let names = context.is_name_service() && !context.turn;
    let protocol = match classify(datagram) {
        // RFC 5766 §11 lets channels begin with what is QUIC's in RFC 9443.
        Protocol::Quic if context.turn && datagram[0] < 0x80 => Protocol::ChannelData,
        protocol => protocol,
    };
    let fits = match protocol {
        Protocol::Rtp => !names && is_rtp(datagram, missing),
        Protocol::Stun => is_stun(datagram, missing),
        Protocol::Zrtp => datagram.get(4..8) == Some(b"ZRTP"),
        Protocol::Dtls => is_dtls(datagram, missing, context.dtls, names),
        Protocol::ChannelData => !names && is_channel_data(datagram, missing, context.turn),
        Protocol::Rtcp => !names && rtcp::Shape::of(datagram, missing).is_some(),
        Protocol::Quic | Protocol::Sctp | Protocol::Unknown => false,
    };
    if fits {
        protocol
    } else if has_cookie(datagram, missing) {
        Protocol::Stun
    } else if quic::recognize(datagram).is_some() || (context.quic && quic::may_continue(datagram)) {
        Protocol::Quic
    } else if is_sctp(datagram, context) {
        Protocol::Sctp
    } else {
        Protocol::Unknown
    }
}

/// The magic cookie, or a classic message that fits; one that was cut must at least have the right length.
fn is_stun(datagram: &[u8], missing: usize) -> bool {
    stun::Message::decode(datagram).is_ok_and(|message| {
        let total = stun::HEADER + usize::from(message.length());
        message.is_plausible()
            || (missing > 0
                && message.method().name().is_some()
                && message.length() % 4 == 0
                && total == datagram.len() + missing)
    })
}

/// The magic cookie, behind a message type that STUN does not have and before a length that fits: WhatsApp's 0x0800 and up.
fn has_cookie(datagram: &[u8], missing: usize) -> bool {
    stun::Message::decode(datagram).is_ok_and(|message| {
        !message.is_classic() && stun::HEADER + usize::from(message.length()) == datagram.len().saturating_add(missing)
    })
}

/// A record with a version of DTLS that ends within the datagram (RFC 6347 §4.1), or, where DTLS was seen before, one of
/// DTLS 1.3 (RFC 9147 §4) or with a connection id (RFC 9146 §4).
fn is_dtls(datagram: &[u8], missing: usize, seen: bool, names: bool) -> bool {
    match *datagram {
        // 0x0100 is what OpenSSL wrote before DTLS had a version, and AnyConnect still does.
        [20..=24 | 26, 0xfe, 0xff | 0xfd | 0xfc, ..] | [20..=24, 0x01, 0x00, ..] => {
            let Some(&[a, b]) = datagram.get(11..).and_then(|rest| rest.first_chunk()) else {
                return missing > 0 && seen;
            };
            let end = 13 + usize::from(u16::from_be_bytes([a, b]));
            (datagram[1] == 0xfe || !names) && end <= datagram.len() + missing
        }
        [25, 0xfe, 0xfd, ..] => datagram.len() + missing > 13,
        [32..=63, _, _, ..] => seen && !names,
        _ => false,
    }
}

/// Data as long as the header says, and no more behind it than padding, on a channel that RFC 8656 §12 has; or, where TURN was
/// seen before, that RFC 5766 §11 had.
fn is_channel_data(datagram: &[u8], missing: usize, turn: bool) -> bool {
    ChannelData::decode(datagram).is_ok_and(|message| {
        let fits = match message.damage() {
            None => true,
            Some(Damage { wanted, available, .. }) => missing > 0 && wanted > 0 && wanted <= available + missing,
        };
        fits && (turn || (message.is_assignable() && message.length() > 0))
    })
}

/// A header that fits into the datagram, and a payload type that RFC 5761 §4 leaves to RTP.
fn is_rtp(datagram: &[u8], missing: usize) -> bool {
    rtp::Packet::decode(datagram)
        .is_ok_and(|packet| !matches!(packet.payload_type(), 64..=95) && packet.damage(missing).is_none())
}

/// SCTP where it is to be expected: on its UDP port, or between the SCTP ports of data channels. Its checksum decides.
fn is_sctp(datagram: &[u8], context: &Context) -> bool {
    (context.is_sctp() || datagram.starts_with(&[0x13, 0x88, 0x13, 0x88]))
        && sctp::Packet::decode(datagram).is_ok_and(|packet| packet.is_checksum_valid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_octet_decides() {
        let ranges = [
            (0..=3, Protocol::Stun),
            (4..=15, Protocol::Unknown),
            (16..=19, Protocol::Zrtp),
            (20..=63, Protocol::Dtls),
            (64..=79, Protocol::ChannelData),
            (80..=127, Protocol::Quic),
            (128..=191, Protocol::Rtp),
            (192..=255, Protocol::Quic),
        ];
        for (range, protocol) in ranges {
            for first in range {
                assert_eq!(classify(&[first, 96, 0, 0]), protocol, "{first}");
                assert_eq!(classify(&[first]), protocol, "{first} alone");
            }
        }
        assert_eq!(classify(&[]), Protocol::Unknown);
    }

    #[test]
    fn rtcp_is_told_from_rtp_by_the_packet_type() {
        for (second, protocol) in [
            (191, Protocol::Rtp),
            (192, Protocol::Rtcp),
            (200, Protocol::Rtcp),
            (223, Protocol::Rtcp),
            (224, Protocol::Rtp),
        ] {
            assert_eq!(classify(&[0x80, second]), protocol, "{second}");
        }
    }

    const ANY: Context = Context {
        source_port: 50000,
        destination_port: 50001,
        turn: false,
        dtls: false,
        quic: false,
    };

    fn seen(bytes: &[u8]) -> Protocol {
        identify(bytes, 0, &ANY)
    }

    fn record(kind: u8, version: [u8; 2], length: u8) -> Vec<u8> {
        let mut bytes = vec![kind, version[0], version[1], 0, 0, 0, 0, 0, 0, 0, 1, 0, length];
        bytes.extend(vec![0; usize::from(length)]);
        bytes
    }

    #[test]
    fn each_protocol_by_itself() {
        let message = crate::proto::stun::Builder::new(
            stun::Class::Request,
            stun::Method::BINDING,
            stun::TransactionId::new(*b"0123456789ab"),
        );
        let message_bytes = message.build();
        assert_eq!(seen(&message_bytes), Protocol::Stun);
        let mut odd = message_bytes.clone();
        odd[0] = 8;
        assert_eq!(seen(&odd), Protocol::Stun, "WhatsApp's types");
        odd.push(0);
        assert_eq!(seen(&odd), Protocol::Unknown, "a cookie, but another length");
        assert_eq!(seen(b"\x10\x00\x00\x01ZRTP\0\0\0\0"), Protocol::Zrtp);
        assert_eq!(seen(&record(22, [0xfe, 0xff], 30)), Protocol::Dtls);
        assert_eq!(seen(&record(22, [0x01, 0x00], 30)), Protocol::Dtls);
        assert_eq!(seen(&[0x40, 1, 0, 4, 1, 2, 3, 4]), Protocol::ChannelData);
        assert_eq!(seen(&[0x40, 1, 0, 3, 1, 2, 3, 0]), Protocol::ChannelData, "padded");
        assert_eq!(seen(&[0x80, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9, 1, 2]), Protocol::Rtp);
        assert_eq!(seen(&[0x80, 201, 0, 1, 0, 0, 0, 1]), Protocol::Rtcp);
        assert_eq!(seen(b"\xc3Q046\x50ABCDEFGH\0\0\0\x01"), Protocol::Quic);
    }

    #[test]
    fn what_only_begins_like_them_is_unknown() {
        for (bytes, what) in [
            (&b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"[..], "nothing but zeros"),
            (b"\x13\x01 noise that begins like ZRTP", "ZRTP without its cookie"),
            (b"\x30\x84\x00\x00\x00\x20\x02\x01\x01\x63 LDAP", "LDAP"),
            (b"\x16\x03\x01\x00\x20 a record of TLS, not DTLS", "TLS"),
            (b"NOTIFY * HTTP/1.1\r\n\r\n", "SSDP"),
            (b"INVITE sip:a@example.org SIP/2.0\r\n\r\n", "SIP"),
            (b"\x80\x50\0\x01\0\0\0\x01\0\0\0\x01", "payload type 80"),
            (
                b"\x90\x60\0\x01\0\0\0\x01\0\0\0\x01\xbe\xde\0\x09",
                "an extension longer than the packet",
            ),
            (
                b"\x8f\x60\0\x01\0\0\0\x01\0\0\0\x01\xbe\xde\0\x09",
                "more contributing sources than octets",
            ),
            (b"\x80\xc9\0\x09\0\0\0\x01", "RTCP longer than the packet"),
            (b"\x5f a short header of something", "QUIC without a beginning"),
        ] {
            assert_eq!(seen(bytes), Protocol::Unknown, "{what}");
        }
        let mut long = record(22, [0xfe, 0xfd], 30);
        long.pop();
        assert_eq!(seen(&long), Protocol::Unknown, "a record longer than its datagram");
        assert_eq!(identify(&long, 1, &ANY), Protocol::Dtls, "unless the capture cut it");
    }

    #[test]
    fn what_was_seen_before_counts() {
        let unified = [0x2f, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        assert_eq!(seen(&unified), Protocol::Unknown);
        assert_eq!(identify(&unified, 0, &Context { dtls: true, ..ANY }), Protocol::Dtls);
        assert_eq!(identify(&[0x60, 0, 0, 1, 7], 0, &ANY), Protocol::Unknown);
        assert_eq!(
            identify(&[0x60, 0, 0, 1, 7], 0, &Context { turn: true, ..ANY }),
            Protocol::ChannelData
        );
        assert_eq!(identify(&[0x5f; 20], 0, &Context { quic: true, ..ANY }), Protocol::Quic);
    }

    #[test]
    fn names_are_asked_for_with_any_first_octet() {
        let dns = Context {
            destination_port: 53,
            ..ANY
        };
        for id in 0..=255 {
            let query = [id, 0x81, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, b'a', 0, 0, 1, 0, 1];
            assert_eq!(identify(&query, 0, &dns), Protocol::Unknown, "{id}");
        }
    }

    #[test]
    fn a_data_channel_in_clear_has_a_checksum() {
        let mut bytes = *b"\x13\x88\x13\x88\0\0\0\x01\0\0\0\0\x0b\0\0\x04";
        assert_eq!(seen(&bytes), Protocol::Unknown);
        let checksum = sctp::checksum(&bytes).to_le_bytes();
        bytes[8..12].copy_from_slice(&checksum);
        assert_eq!(seen(&bytes), Protocol::Sctp);
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics_and_nothing_changes_sides(
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60),
            missing in 0usize..2000,
            turn: bool, dtls: bool, quic: bool,
        ) {
            let found = identify(&bytes, missing, &Context { turn, dtls, quic, ..ANY });
            let other = matches!(
                found,
                Protocol::Unknown | Protocol::Quic | Protocol::Sctp | Protocol::ChannelData | Protocol::Stun
            );
            proptest::prop_assert!(other || found == classify(&bytes));
        }
    }
}
