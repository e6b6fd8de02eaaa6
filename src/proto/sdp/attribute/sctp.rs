//! Data channels: `sctp-port`, `max-message-size`, `sctpmap`, `dcmap`, `dcsa`.

use super::AttributeValue;
use crate::proto::sdp::cursor::{Cursor, digits};

/// `a=sctp-port` (RFC 8841 §5): the SCTP port inside DTLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SctpPort(pub u32);

impl<'a> AttributeValue<'a> for SctpPort {
    const NAME: &'static str = "sctp-port";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let word = cursor.wanted("a port from 0 to 65535")?;
        let port = cursor.parse(word, "a port from 0 to 65535")?;
        if port > 65535 {
            cursor.expected(word, "a port from 0 to 65535");
        }
        cursor.end();
        Some(SctpPort(port))
    }
}

/// `a=max-message-size` (RFC 8841 §6): in octets; 0 for any size, 65536 where nothing is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxMessageSize(pub u64);

impl<'a> AttributeValue<'a> for MaxMessageSize {
    const NAME: &'static str = "max-message-size";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let size = cursor.number("a number of octets")?;
        cursor.end();
        Some(MaxMessageSize(size))
    }
}

/// `a=sctpmap:PORT APP [STREAMS]` (drafts of RFC 8841 before 2015; old browsers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SctpMap<'a> {
    /// The SCTP port.
    pub port: u32,
    /// `webrtc-datachannel`.
    pub app: &'a str,
    /// How many streams.
    pub streams: Option<u64>,
}

impl<'a> AttributeValue<'a> for SctpMap<'a> {
    const NAME: &'static str = "sctpmap";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let port = cursor.number("a port from 0 to 65535")?;
        let app = cursor.wanted("an application such as `webrtc-datachannel`")?;
        let streams = cursor.word();
        let number = streams.and_then(digits);
        if let (Some(text), None) = (streams, number) {
            cursor.expected(text, "a number of streams");
        }
        // draft-ietf-mmusic-sctp-sdp-03 has `max-message-size=…` and the like here.
        let _ = cursor.remainder();
        Some(SctpMap {
            port,
            app,
            streams: number,
        })
    }
}

/// `a=dcmap:STREAM [PARAMETERS]` (RFC 8864 §5.1): a data channel announced in SDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DcMap<'a> {
    /// The SCTP stream.
    pub stream: u16,
    /// `label="…";subprotocol="…";max-retr=3` and so on.
    pub parameters: Option<&'a str>,
}

impl<'a> AttributeValue<'a> for DcMap<'a> {
    const NAME: &'static str = "dcmap";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let stream = cursor.number("a stream from 0 to 65535")?;
        Some(DcMap {
            stream,
            parameters: cursor.remainder(),
        })
    }
}
