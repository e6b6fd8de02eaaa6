//! The messages that open a data channel (DCEP, RFC 8832 §5).

use std::borrow::Cow;

use crate::proto::registry::registry;

registry! {
    /// How a channel delivers (RFC 8832 §5.1).
    pub struct ChannelType(u8), unknown "0x{:02x}";
    RELIABLE = 0x00, "reliable", "RFC 8832 §5.1";
    PARTIAL_RELIABLE_REXMIT = 0x01, "partial reliable, retransmits", "RFC 8832 §5.1";
    PARTIAL_RELIABLE_TIMED = 0x02, "partial reliable, timed", "RFC 8832 §5.1";
    RELIABLE_UNORDERED = 0x80, "reliable, unordered", "RFC 8832 §5.1";
    PARTIAL_RELIABLE_REXMIT_UNORDERED = 0x81, "partial reliable, retransmits, unordered", "RFC 8832 §5.1";
    PARTIAL_RELIABLE_TIMED_UNORDERED = 0x82, "partial reliable, timed, unordered", "RFC 8832 §5.1";
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// DATA_CHANNEL_OPEN.
    Open(Open<'a>),
    /// DATA_CHANNEL_ACK.
    Ack,
    /// Another type.
    Unknown(u8),
}

/// Asks for a channel on the stream that it came on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open<'a> {
    /// How it delivers.
    pub channel_type: ChannelType,
    /// Its priority: 128, 256, 512, 1024 for very low to high.
    pub priority: u16,
    /// Retransmissions, or milliseconds, after which a message is given up.
    pub reliability: u32,
    /// Its label, as far as it is there.
    pub label: &'a [u8],
    /// Its subprotocol, as far as it is there.
    pub protocol: &'a [u8],
    /// Whether label and protocol are as long as they should be.
    pub is_whole: bool,
}

impl<'a> Message<'a> {
    /// Reads a message of payload protocol 50. `None`: nothing there, or an OPEN of fewer than 12 octets.
    pub fn decode(bytes: &'a [u8]) -> Option<Message<'a>> {
        match bytes {
            [] => None,
            [0x02, ..] => Some(Message::Ack),
            [0x03, ..] => Open::decode(bytes).map(Message::Open),
            [other, ..] => Some(Message::Unknown(*other)),
        }
    }
}

impl<'a> Open<'a> {
    fn decode(bytes: &'a [u8]) -> Option<Open<'a>> {
        let (&[_, channel_type, a, b, c, d, e, f, g, h, i, j], rest) = bytes.split_first_chunk()?;
        let label = usize::from(u16::from_be_bytes([g, h]));
        let protocol = usize::from(u16::from_be_bytes([i, j]));
        let (label_bytes, tail) = rest.split_at_checked(label).unwrap_or((rest, &[]));
        Some(Open {
            channel_type: ChannelType(channel_type),
            priority: u16::from_be_bytes([a, b]),
            reliability: u32::from_be_bytes([c, d, e, f]),
            label: label_bytes,
            protocol: tail.get(..protocol).unwrap_or(tail),
            is_whole: rest.len() >= label + protocol,
        })
    }

    /// The label as text, octets that are not UTF-8 replaced.
    pub fn label_lossy(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: [u8; 18] = [
        3, 0x81, 1, 0, 0, 0, 0, 5, 0, 4, 0, 2, b'c', b'h', b'a', b't', b'v', b'1',
    ];

    fn open(bytes: &[u8]) -> Option<Open<'_>> {
        match Message::decode(bytes) {
            Some(Message::Open(open)) => Some(open),
            _ => None,
        }
    }

    #[test]
    fn an_open_message() {
        let open = open(&OPEN).unwrap();
        assert_eq!(open.channel_type, ChannelType::PARTIAL_RELIABLE_REXMIT_UNORDERED);
        assert_eq!((open.priority, open.reliability, open.is_whole), (256, 5, true));
        assert_eq!((&*open.label_lossy(), open.protocol), ("chat", &b"v1"[..]));
    }

    #[test]
    fn others() {
        assert_eq!(Message::decode(&[2]), Some(Message::Ack));
        assert_eq!(Message::decode(&[9, 9]), Some(Message::Unknown(9)));
        assert_eq!(Message::decode(&[]), None);
    }

    #[test]
    fn every_cut_and_a_wrong_length() {
        for cut in 0..OPEN.len() {
            let open = open(&OPEN[..cut]);
            assert_eq!(open.is_some(), cut >= 12, "{cut}");
            assert!(open.is_none_or(|open| !open.is_whole), "{cut}");
        }
        let mut bytes = OPEN;
        bytes[8] = 0xff;
        let open = open(&bytes).unwrap();
        assert_eq!(
            (open.label, open.protocol, open.is_whole),
            (&b"chatv1"[..], &[][..], false)
        );
    }
}
