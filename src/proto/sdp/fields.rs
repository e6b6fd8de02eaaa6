//! The lines that are no attributes: `o= c= b= t= m=`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::cursor::{Cursor, Decoded, digits, is_token};
use super::defect::DefectKind;
use super::line::Line;

/// `o=`: who made the description, and which version of it this is (RFC 8866 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// `-` or a login name.
    pub username: &'a str,
    /// Unique among the sessions of the maker: digits, by the grammar.
    pub session_id: &'a str,
    /// Raised with each change: digits, by the grammar.
    pub session_version: &'a str,
    /// `IN`.
    pub net_type: &'a str,
    /// `IP4` or `IP6`.
    pub address_type: &'a str,
    /// Of the machine that made it; no more than a part of the name today.
    pub address: &'a str,
}

impl<'a> Origin<'a> {
    /// The version as a number.
    pub fn version(&self) -> Option<u64> {
        digits(self.session_version)
    }

    /// The origin is the same session when all but the version are the same (RFC 3264 §8).
    pub fn same_session(&self, other: &Origin<'_>) -> bool {
        let identity =
            |o: &Origin<'_>| [o.username, o.session_id, o.net_type, o.address_type, o.address].map(str::to_owned);
        identity(self) == identity(other)
    }

    /// Reads an `o=` line. It has a value only with all six fields.
    pub fn decode(line: Line<'a>) -> Decoded<'a, Origin<'a>> {
        let mut cursor = Cursor::value(line, DefectKind::BadOrigin);
        if cursor.rest().starts_with(' ') {
            cursor.expected_as(DefectKind::Blank, cursor.rest(), "a username right after `o=`");
        }
        let words: Vec<&str> = cursor
            .rest()
            .split(' ')
            .filter(|word| !word.is_empty())
            .take(7)
            .collect();
        let [username, session_id, session_version, net_type, address_type, address] = words[..] else {
            cursor.expected(
                cursor.rest(),
                "six fields: username, session id, session version, `IN`, `IP4` or `IP6`, address",
            );
            return cursor.finish(None);
        };
        for id in [session_id, session_version] {
            if digits::<u128>(id).is_none() {
                cursor.expected(id, "a number");
            }
        }
        network(&mut cursor, net_type, address_type);
        self::address(&mut cursor, address_type, address);
        cursor.finish(Some(Origin {
            username,
            session_id,
            session_version,
            net_type,
            address_type,
            address,
        }))
    }
}

/// `c=`: where media are to be sent (RFC 8866 §5.7); in WebRTC the default candidate, mostly `0.0.0.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection<'a> {
    /// `IN`.
    pub net_type: &'a str,
    /// `IP4` or `IP6`.
    pub address_type: &'a str,
    /// The address, with `/TTL` or `/COUNT` for multicast.
    pub address: &'a str,
}

impl<'a> Connection<'a> {
    /// Reads a `c=` line.
    pub fn decode(line: Line<'a>) -> Decoded<'a, Connection<'a>> {
        let mut cursor = Cursor::value(line, DefectKind::BadConnection);
        let connection = Connection::read(&mut cursor);
        cursor.end();
        cursor.finish(connection)
    }

    /// Reads `IN IP4 ADDRESS`, as it also stands in `a=rtcp`.
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Option<Connection<'a>> {
        cursor.no_blank();
        let net_type = cursor.wanted("the network type `IN`")?;
        let address_type = cursor.wanted("`IP4` or `IP6`")?;
        network(cursor, net_type, address_type);
        let address = cursor.wanted("an address")?;
        self::address(cursor, address_type, address);
        Some(Connection {
            net_type,
            address_type,
            address,
        })
    }

    /// The version of IP: the digit of `IP4` or `IP6`.
    pub fn ip_version(&self) -> Option<u8> {
        ip_version(self.address_type)
    }
}

/// The digit of `IP4` or `IP6`.
pub fn ip_version(address_type: &str) -> Option<u8> {
    match address_type.strip_prefix("IP")?.as_bytes() {
        [digit] if digit.is_ascii_digit() => Some(digit - b'0'),
        _ => None,
    }
}

/// An address of the wrong family, or one that is none. Names are fine.
fn address<'a>(cursor: &mut Cursor<'a>, address_type: &str, address: &'a str) {
    let host = address.split('/').next().unwrap_or("");
    let digits = host.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.');
    match address_type {
        "IP4" if (digits || host.contains(':')) && host.parse::<Ipv4Addr>().is_err() => {
            cursor.expected(address, "an IPv4 address or a name");
        }
        "IP6" if (digits || host.contains(':')) && host.parse::<Ipv6Addr>().is_err() => {
            cursor.expected(address, "an IPv6 address or a name");
        }
        _ => {}
    }
}

fn network<'a>(cursor: &mut Cursor<'a>, net_type: &'a str, address_type: &'a str) {
    // RFC 3108 and RFC 7195 register ATM, TN and PSTN with address types of their own.
    match net_type {
        "IN" if !matches!(address_type, "IP4" | "IP6") => cursor.expected(address_type, "`IP4` or `IP6`"),
        "IN" | "ATM" | "TN" | "PSTN" => {}
        _ => cursor.expected(net_type, "the network type `IN`"),
    }
}

/// `b=`: a limit of bandwidth (RFC 8866 §5.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bandwidth<'a> {
    /// `AS` and `CT` in kbit/s, `TIAS` (RFC 3890), `RR` and `RS` (RFC 3556) in bit/s.
    pub kind: &'a str,
    /// The number, in the unit of the kind.
    pub limit: u64,
}

impl<'a> Bandwidth<'a> {
    /// Reads a `b=` line.
    pub fn decode(line: Line<'a>) -> Decoded<'a, Bandwidth<'a>> {
        let mut cursor = Cursor::value(line, DefectKind::BadBandwidth);
        cursor.no_blank();
        let kind = cursor.until(|octet| octet == b':').unwrap_or("");
        if !is_token(kind) {
            cursor.expected(kind, "a type such as `AS` or `TIAS`");
        }
        if !cursor.skip(b':') {
            cursor.expected(cursor.rest(), "`:` and a number");
            return cursor.finish(None);
        }
        let limit = cursor.number("a number");
        cursor.end();
        cursor.finish(limit.map(|limit| Bandwidth { kind, limit }))
    }

    /// The limit in bit/s, for the types that are known.
    pub fn bits_per_second(&self) -> Option<u64> {
        match self.kind {
            "AS" | "CT" => self.limit.checked_mul(1000),
            "TIAS" | "RR" | "RS" => Some(self.limit),
            _ => None,
        }
    }
}

/// `t=`: when the session starts and stops, in seconds since 1900; `0 0` for ever (RFC 8866 §5.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Start.
    pub start: u64,
    /// Stop.
    pub stop: u64,
}

impl Timing {
    /// Reads a `t=` line.
    pub fn decode(line: Line<'_>) -> Decoded<'_, Timing> {
        let mut cursor = Cursor::value(line, DefectKind::BadTiming);
        cursor.no_blank();
        let start = cursor.number("a start time (0 in WebRTC)");
        let stop = start.and_then(|_| cursor.number("a stop time (0 in WebRTC)"));
        cursor.end();
        cursor.finish(start.zip(stop).map(|(start, stop)| Timing { start, stop }))
    }
}

/// `m=`: what is sent, where and how (RFC 8866 §5.14). Fields that are missing are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaLine<'a> {
    /// `audio`, `video`, `application`, …
    pub kind: &'a str,
    /// The port as it stands there.
    pub port_text: &'a str,
    /// The port; 0 rejects the section (or goes with `a=bundle-only`), 9 is a placeholder. Over 65535 is a defect.
    pub port: Option<u64>,
    /// The number after `PORT/`.
    pub port_count: Option<u64>,
    /// `UDP/TLS/RTP/SAVPF`, `UDP/DTLS/SCTP`, …
    pub protocol: &'a str,
    /// The rest of the line: payload types, or names of formats.
    pub format_text: &'a str,
}

impl<'a> MediaLine<'a> {
    /// Reads an `m=` line. It always has a value: fields that are not there are empty.
    pub fn decode(line: Line<'a>) -> Decoded<'a, MediaLine<'a>> {
        let mut cursor = Cursor::value(line, DefectKind::BadMedia);
        let media = MediaLine::read(&mut cursor);
        cursor.finish(Some(media))
    }

    /// The fields alone.
    pub fn of(line: Line<'a>) -> MediaLine<'a> {
        MediaLine::read(&mut Cursor::value(line, DefectKind::BadMedia))
    }

    fn read(cursor: &mut Cursor<'a>) -> MediaLine<'a> {
        cursor.no_blank();
        let kind = cursor.wanted("a kind of media such as `audio`").unwrap_or("");
        if !kind.is_empty() && !is_token(kind) {
            cursor.expected(kind, "a kind of media such as `audio`");
        }
        let port_text = cursor.wanted("a port").unwrap_or("");
        let (port, port_count) = match port_text.split_once('/') {
            Some((port, count)) => (port, Some(count)),
            None => (port_text, None),
        };
        let port_count = port_count.and_then(|count| cursor.parse(count, "a number of ports"));
        let port = digits(port);
        if !port_text.is_empty() && port.is_none_or(|port: u64| port > 65535) {
            cursor.expected_as(DefectKind::BadMediaPort, port_text, "a port from 0 to 65535");
        }
        let protocol = cursor.wanted("a protocol such as `UDP/TLS/RTP/SAVPF`").unwrap_or("");
        if !protocol.is_empty() && !protocol.split('/').all(is_token) {
            cursor.expected(protocol, "a protocol such as `UDP/TLS/RTP/SAVPF`");
        }
        let format_text = cursor.remainder().unwrap_or("");
        let media = MediaLine {
            kind,
            port_text,
            port,
            port_count,
            protocol,
            format_text,
        };
        if format_text.is_empty() && !protocol.is_empty() {
            cursor.expected(cursor.rest(), "at least one format");
        }
        if media.is_rtp() {
            for format in media.formats() {
                if digits::<u8>(format).is_none_or(|number| number > 127) {
                    cursor.expected_as(DefectKind::BadPayloadType, format, "a payload type from 0 to 127");
                }
            }
        }
        media
    }

    /// The formats: payload types with RTP, else names such as `webrtc-datachannel`.
    pub fn formats(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        self.format_text.split([' ', '\t']).filter(|format| !format.is_empty())
    }

    /// The formats that are payload types.
    pub fn payload_types(&self) -> impl Iterator<Item = u8> + Clone + use<'a> {
        let rtp = self.is_rtp();
        self.formats().filter(move |_| rtp).filter_map(digits)
    }

    /// Whether it carries RTP.
    pub fn is_rtp(&self) -> bool {
        self.protocol.contains("RTP/")
    }

    /// Whether it carries SCTP over DTLS: data channels.
    pub fn is_sctp(&self) -> bool {
        self.protocol.contains("SCTP")
    }

    /// Whether DTLS is part of the protocol.
    pub fn is_dtls(&self) -> bool {
        self.protocol.contains("TLS")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::sdp::line::LineEnding;

    fn line(text: &str) -> Line<'_> {
        Line {
            number: 1,
            offset: 0,
            text,
            ending: LineEnding::None,
        }
    }

    /// Kind and column of each defect.
    fn places<T>(decoded: &Decoded<'_, T>) -> Vec<(&'static str, usize)> {
        let defects = decoded.defects.iter();
        defects.map(|defect| (defect.kind.code(), defect.column)).collect()
    }

    #[test]
    fn origins() {
        let good = Origin::decode(line("o=- 4611 2 IN IP4 127.0.0.1"));
        assert!(good.defects.is_empty());
        assert_eq!(good.value.map(|o| (o.session_id, o.version())), Some(("4611", Some(2))));
        for (text, wanted) in [
            ("o=", vec![("bad-origin", 3)]),
            ("o=RTSP Session 1 2 IN IP4 0.0.0.0", vec![("bad-origin", 3)]),
            ("o= 1 2 IN IP4 0.0.0.0", vec![("stray-blank", 3), ("bad-origin", 3)]),
            ("o=- 1 x IN IP4 0.0.0.0", vec![("bad-origin", 7)]),
            ("o=- 1 2 INVALID IP4 0.0.0.0", vec![("bad-origin", 9)]),
            ("o=- 1 2 IN IP5 0.0.0.0", vec![("bad-origin", 12)]),
            ("o=- 1 2 IN IP4 ::1", vec![("bad-origin", 16)]),
            ("o=- 1 2 IN IP4 256.0.0.1", vec![("bad-origin", 16)]),
            ("o=- 1 2 IN IP6 host.example", vec![]),
        ] {
            assert_eq!(places(&Origin::decode(line(text))), wanted, "{text}");
        }
    }

    #[test]
    fn connections_bandwidths_and_times() {
        assert_eq!(
            Connection::decode(line("c=IN IP6 ::1"))
                .value
                .and_then(|c| c.ip_version()),
            Some(6)
        );
        assert_eq!(
            places(&Connection::decode(line("c=IN 2001:db8::2"))),
            [("bad-connection", 6), ("bad-connection", 17)]
        );
        let tias = Bandwidth::decode(line("b=TIAS:500000")).value;
        assert_eq!(tias.and_then(|b| b.bits_per_second()), Some(500_000));
        assert_eq!(
            Bandwidth::decode(line("b=X-YZ:128")).value.map(|b| b.kind),
            Some("X-YZ")
        );
        assert_eq!(places(&Bandwidth::decode(line("b=AS:-1"))), [("bad-bandwidth", 6)]);
        assert_eq!(places(&Bandwidth::decode(line("b=AS"))), [("bad-bandwidth", 5)]);
        assert_eq!(Timing::decode(line("t=0 0")).value, Some(Timing { start: 0, stop: 0 }));
        assert_eq!(places(&Timing::decode(line("t=0"))), [("bad-timing", 4)]);
        assert_eq!(
            places(&Timing::decode(line("t=a b"))),
            [("bad-timing", 3), ("bad-timing", 5)]
        );
    }

    #[test]
    fn media_lines() {
        let media = MediaLine::of(line("m=video 5000/2 UDP/TLS/RTP/SAVPF 96  97"));
        assert_eq!((media.port, media.port_count), (Some(5000), Some(2)));
        assert_eq!(media.formats().collect::<Vec<_>>(), ["96", "97"]);
        assert!(media.is_rtp() && media.is_dtls() && !media.is_sctp());
        for (text, wanted) in [
            ("m=audio 9 UDP/TLS/RTP/SAVPF 0", vec![]),
            ("m=application 9 UDP/DTLS/SCTP webrtc-datachannel", vec![]),
            ("m=...", vec![("bad-media", 6), ("bad-media", 6)]),
            ("m=audio 492170 RTP/AVP 0", vec![("bad-media-port", 9)]),
            ("m=video 0 *", vec![("bad-media", 12)]),
            ("m=* 0 RTP/AVP *", vec![("bad-payload-type", 15)]),
            ("m=audio 9 RTP/AVP 200", vec![("bad-payload-type", 19)]),
            (
                "m=application/TP-LINK 0 RTP/AVP smart/1/90000",
                vec![("bad-media", 3), ("bad-payload-type", 33)],
            ),
        ] {
            assert_eq!(places(&MediaLine::decode(line(text))), wanted, "{text}");
        }
    }
}
