//! What RTP needs: `rtpmap`, `fmtp`, `rtcp-fb`, `extmap`, the directions, packet times and rates.

use super::AttributeValue;
use crate::proto::sdp::cursor::{Cursor, digits, is_token};
use crate::proto::sdp::fmtp::Parameters;

/// `a=sendrecv` and so on (RFC 8866 §6.7): which way media may flow, as the writer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Both ways; also where no direction is written.
    SendRecv,
    /// Only from the writer.
    SendOnly,
    /// Only to the writer.
    RecvOnly,
    /// Neither way.
    Inactive,
}

impl Direction {
    /// All of them.
    pub const ALL: [Direction; 4] = [
        Direction::SendRecv,
        Direction::SendOnly,
        Direction::RecvOnly,
        Direction::Inactive,
    ];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "sendonly",
            Direction::RecvOnly => "recvonly",
            Direction::Inactive => "inactive",
        }
    }

    /// The direction of this name.
    pub fn from_name(name: &str) -> Option<Direction> {
        Direction::ALL.into_iter().find(|direction| direction.name() == name)
    }

    /// From sending and receiving.
    pub const fn new(sends: bool, receives: bool) -> Direction {
        match (sends, receives) {
            (true, true) => Direction::SendRecv,
            (true, false) => Direction::SendOnly,
            (false, true) => Direction::RecvOnly,
            (false, false) => Direction::Inactive,
        }
    }

    /// Whether the writer may send.
    pub const fn sends(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::SendOnly)
    }

    /// Whether the writer wants to receive.
    pub const fn receives(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::RecvOnly)
    }

    /// The same, as the other side sees it.
    pub const fn reversed(self) -> Direction {
        Direction::new(self.receives(), self.sends())
    }
}

/// `a=rtpmap:PT NAME/CLOCK[/CHANNELS]` (RFC 8866 §6.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpMap<'a> {
    /// The payload type; over 127 is a defect.
    pub payload_type: u16,
    /// The encoding name, as written; names are compared without case.
    pub encoding: &'a str,
    /// In Hz.
    pub clock_rate: Option<u32>,
    /// Channels of audio; 1 where nothing is written.
    pub channels: Option<u32>,
}

impl<'a> AttributeValue<'a> for RtpMap<'a> {
    const NAME: &'static str = "rtpmap";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let payload_type = payload_type(cursor)?;
        let encoding = cursor.wanted("an encoding name and a clock rate, `NAME/CLOCK`")?;
        let mut parts = encoding.splitn(3, '/');
        let name = parts.next().unwrap_or("");
        if !is_token(name) {
            cursor.expected(encoding, "an encoding name");
        }
        let clock_rate = match parts.next() {
            Some(rate) => cursor.parse(rate, "a clock rate in Hz"),
            None => {
                cursor.expected(encoding, "a clock rate after the name, `NAME/CLOCK`");
                None
            }
        };
        let channels = parts.next().and_then(|channels| {
            let number = digits(channels);
            // Other parameters than the channels of audio are allowed by the grammar, and unknown.
            if number.is_none() && !is_token(channels) {
                cursor.expected(channels, "a number of channels");
            }
            number
        });
        cursor.end();
        Some(RtpMap {
            payload_type,
            encoding: name,
            clock_rate,
            channels,
        })
    }
}

/// A payload type, up to a blank.
pub(super) fn payload_type(cursor: &mut Cursor<'_>) -> Option<u16> {
    let word = cursor.wanted("a payload type from 0 to 127")?;
    let number = cursor.parse(word, "a payload type from 0 to 127")?;
    if number > 127 {
        cursor.expected(word, "a payload type from 0 to 127");
    }
    Some(number)
}

/// `a=fmtp:FORMAT CONFIG` (RFC 8866 §6.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fmtp<'a> {
    /// The format it is for: a payload type with RTP.
    pub format: &'a str,
    /// All that follows the blank, as it is.
    pub config: &'a str,
}

impl<'a> Fmtp<'a> {
    /// The payload type, if the format is one.
    pub fn payload_type(&self) -> Option<u16> {
        digits(self.format)
    }

    /// The config as `name=value` pairs.
    pub fn parameters(&self) -> Parameters<'a> {
        Parameters::new(self.config)
    }
}

impl<'a> AttributeValue<'a> for Fmtp<'a> {
    const NAME: &'static str = "fmtp";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let format = cursor.until(|octet| octet == b' ').unwrap_or("");
        if !is_token(format) {
            cursor.expected(format, "a payload type");
        }
        cursor.skip(b' ');
        let config = cursor.rest();
        if config.trim().is_empty() {
            cursor.expected(config, "parameters, `NAME=VALUE;NAME=VALUE`");
        }
        Some(Fmtp { format, config })
    }
}

/// `a=rtcp-fb:PT|* KIND [PARAMETER]` (RFC 4585 §4.2, RFC 5104 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtcpFeedback<'a> {
    /// The payload type; `None` for `*`, all of the section.
    pub payload_type: Option<u16>,
    /// `ack`, `nack`, `ccm`, `trr-int`, `goog-remb`, `transport-cc`, …
    pub kind: &'a str,
    /// What follows: `pli`, `fir`, …
    pub parameter: Option<&'a str>,
}

impl RtcpFeedback<'_> {
    /// Whether it holds for this payload type.
    pub fn applies_to(&self, payload_type: u16) -> bool {
        self.payload_type.is_none_or(|own| own == payload_type)
    }
}

impl<'a> AttributeValue<'a> for RtcpFeedback<'a> {
    const NAME: &'static str = "rtcp-fb";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let payload_type = if cursor.rest().starts_with("* ") {
            cursor.word();
            None
        } else {
            Some(payload_type(cursor)?)
        };
        let kind = cursor.wanted("a kind of feedback such as `nack` or `ccm`")?;
        if !is_token(kind) {
            cursor.expected(kind, "a kind of feedback such as `nack` or `ccm`");
        }
        let parameter = cursor.remainder();
        match (kind, parameter) {
            ("trr-int", Some(text)) if digits::<u64>(text).is_none() => {
                cursor.expected(text, "a number of milliseconds");
            }
            ("trr-int", None) => cursor.expected("", "a number of milliseconds"),
            ("ccm", None) => cursor.expected("", "a command such as `fir`"),
            _ => {}
        }
        Some(RtcpFeedback {
            payload_type,
            kind,
            parameter,
        })
    }
}

/// `a=extmap:ID[/DIRECTION] URI [CONFIG]` (RFC 8285 §5, RFC 6904 §4 for encrypted ones).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtMap<'a> {
    /// The id: 1 to 14, to 255 with two-byte headers; 4096 to 4351 for ids that the answer chooses.
    pub id: u32,
    /// The direction as written.
    pub direction: Option<&'a str>,
    /// Which extension.
    pub uri: &'a str,
    /// The extension that is encrypted, where `uri` is [`ExtMap::ENCRYPT`].
    pub encrypts: Option<&'a str>,
    /// What follows; empty where there is but a blank.
    pub config: Option<&'a str>,
}

impl ExtMap<'_> {
    /// The URI of RFC 6904 §4.
    pub const ENCRYPT: &'static str = "urn:ietf:params:rtp-hdrext:encrypt";
}

impl<'a> AttributeValue<'a> for ExtMap<'a> {
    const NAME: &'static str = "extmap";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let key = cursor.wanted("an id and a URI")?;
        let (id, direction) = match key.split_once('/') {
            Some((id, direction)) => (id, Some(direction)),
            None => (key, None),
        };
        let id = cursor.parse(id, "an id from 1 to 255")?;
        if let Some(direction) = direction
            && Direction::from_name(direction).is_none()
        {
            cursor.expected(direction, "sendrecv, sendonly, recvonly or inactive");
        }
        let uri = cursor.wanted("the URI of the extension")?;
        let encrypts = (uri == ExtMap::ENCRYPT)
            .then(|| cursor.wanted("the URI of the extension that is encrypted"))
            .flatten();
        // The blank after the URI has been passed over; a config that is empty is told from none.
        let after = encrypts.unwrap_or(uri);
        let end = after.as_ptr() as usize + after.len() - cursor.line().text.as_ptr() as usize;
        let config = cursor
            .line()
            .text
            .get(end + 1..)
            .map(|config| config.trim_matches([' ', '\t']));
        Some(ExtMap {
            id,
            direction,
            uri,
            encrypts,
            config,
        })
    }
}

/// `a=rtcp:PORT [IN IP4 ADDRESS]` (RFC 3605 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rtcp<'a> {
    /// The port; over 65535 is a defect.
    pub port: u32,
    /// The address, if it differs from that of `c=`.
    pub connection: Option<crate::proto::sdp::Connection<'a>>,
}

impl<'a> AttributeValue<'a> for Rtcp<'a> {
    const NAME: &'static str = "rtcp";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let word = cursor.wanted("a port")?;
        let port = cursor.parse(word, "a port from 0 to 65535")?;
        if port > 65535 {
            cursor.expected(word, "a port from 0 to 65535");
        }
        let connection = match cursor.at_end() {
            true => None,
            false => crate::proto::sdp::Connection::read(cursor),
        };
        cursor.end();
        Some(Rtcp { port, connection })
    }
}
