//! What a datagram is, by its first octets, where several protocols share one 5-tuple.

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
}
