//! What TURN adds to STUN: ChannelData messages, and finding whole messages in a stream.

use crate::proto::reader::Damage;
use crate::proto::stun::{HEADER, MAGIC_COOKIE};

/// Octets before the data of a ChannelData message.
pub const CHANNEL_DATA_HEADER: usize = 4;

/// A ChannelData message (RFC 8656 §12.4): a view, as tolerant as that of STUN messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelData<'a> {
    bytes: &'a [u8],
    channel: u16,
    length: u16,
}

impl<'a> ChannelData<'a> {
    /// Reads the header. Cut data, padding and trailing octets are tolerated and told by [`damage`](Self::damage).
    ///
    /// # Errors
    /// Fewer than four octets, or a first octet outside 64 to 127: the channels that RFC 5766 §11 knew. RFC 8656
    /// §12 leaves only 0x4000 to 0x4FFF; see [`is_assignable`](Self::is_assignable).
    pub fn decode(bytes: &'a [u8]) -> Result<ChannelData<'a>, Damage> {
        let Some(&[a, b, c, d]) = bytes.first_chunk() else {
            let (wanted, available) = (CHANNEL_DATA_HEADER, bytes.len());
            return Err(Damage {
                offset: 0,
                wanted,
                available,
                what: "ChannelData header",
            });
        };
        if !(0x40..=0x7f).contains(&a) {
            return Err(Damage {
                offset: 0,
                wanted: 2,
                available: 2,
                what: "not a channel number",
            });
        }
        Ok(ChannelData {
            bytes,
            channel: u16::from_be_bytes([a, b]),
            length: u16::from_be_bytes([c, d]),
        })
    }

    /// The channel number.
    pub fn channel(&self) -> u16 {
        self.channel
    }

    /// Whether RFC 8656 §12 lets a client bind this channel (0x4000 to 0x4FFF).
    pub fn is_assignable(&self) -> bool {
        (0x4000..=0x4fff).contains(&self.channel)
    }

    /// The header's length field: octets of data, without padding.
    pub fn length(&self) -> u16 {
        self.length
    }

    /// The data that is there: as long as the length field says, or up to the end of the bytes.
    pub fn data(&self) -> &'a [u8] {
        let data = &self.bytes[CHANNEL_DATA_HEADER..];
        data.get(..usize::from(self.length)).unwrap_or(data)
    }

    /// All the bytes it was decoded from.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Data cut short, or more octets than padding explains (up to three octets: RFC 8656 §12.5).
    pub fn damage(&self) -> Option<Damage> {
        let (length, there) = (usize::from(self.length), self.bytes.len() - CHANNEL_DATA_HEADER);
        if there < length {
            Some(Damage {
                offset: CHANNEL_DATA_HEADER,
                wanted: length,
                available: there,
                what: "channel data",
            })
        } else if there >= length + 4 {
            let (offset, available) = (CHANNEL_DATA_HEADER + length, there - length);
            Some(Damage {
                offset,
                wanted: 0,
                available,
                what: "octets after the channel data",
            })
        } else {
            None
        }
    }
}

/// What stands at the front of a stream's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A whole message of this many octets, the padding of ChannelData included.
    Message(usize),
    /// A message of which more octets must come.
    Incomplete {
        /// Octets the buffer must hold for a whole message, as far as can be told by now. Asking earlier does no
        /// harm, and may find that the stream is [`NotFramed`](Frame::NotFramed).
        wanted: usize,
    },
    /// Neither STUN nor ChannelData: the stream cannot be read on.
    NotFramed,
}

/// The first message in `buffer`, read from TCP or TLS (RFC 8489 §6.2.2, RFC 8656 §12.5).
///
/// STUN is 20 octets and what its length field says; ChannelData is 4 octets and its length, padded to a multiple
/// of four. Something else is told as early as it shows: no magic cookie (TLS where none was expected, RFC 3489),
/// no channel that RFC 8656 §12 has, or the answer of a web server, which begins like channel 0x4854.
pub fn frame(buffer: &[u8]) -> Frame {
    let Some(&first) = buffer.first() else {
        return Frame::Incomplete {
            wanted: CHANNEL_DATA_HEADER,
        };
    };
    let is_stun = first < 0x40;
    let head = &buffer[..buffer.len().min(8)];
    let cookie = MAGIC_COOKIE.to_be_bytes();
    if is_stun && head.iter().skip(4).ne(cookie.iter().take(head.len().saturating_sub(4))) {
        return Frame::NotFramed;
    }
    if first >= 0x50 || head.starts_with(b"HTTP/") {
        return Frame::NotFramed;
    }
    let Some(&[_, _, high, low]) = buffer.first_chunk() else {
        return Frame::Incomplete {
            wanted: if is_stun { HEADER } else { CHANNEL_DATA_HEADER },
        };
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    let wanted = if is_stun {
        HEADER + length
    } else {
        CHANNEL_DATA_HEADER + length.next_multiple_of(4)
    };
    if buffer.len() < wanted {
        Frame::Incomplete { wanted }
    } else {
        Frame::Message(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::stun::{Builder, Class, Method, TransactionId};

    const FIVE: [u8; 12] = [0x40, 0x01, 0x00, 0x05, b'h', b'e', b'l', b'l', b'o', 0, 0, 0];

    #[test]
    fn channel_data_with_and_without_padding() {
        for bytes in [&FIVE[..9], &FIVE[..10], &FIVE] {
            let message = ChannelData::decode(bytes).unwrap();
            assert_eq!(
                (message.channel(), message.length(), message.data()),
                (0x4001, 5, &b"hello"[..])
            );
            assert_eq!(message.damage(), None);
            assert!(message.is_assignable());
        }
    }

    #[test]
    fn channel_data_of_the_wrong_length_gives_what_is_there() {
        let cut = ChannelData::decode(&FIVE[..7]).unwrap();
        assert_eq!(cut.data(), b"hel");
        assert_eq!(
            cut.damage(),
            Some(Damage {
                offset: 4,
                wanted: 5,
                available: 3,
                what: "channel data"
            })
        );
        let long = [&FIVE[..], &[1]].concat();
        let long = ChannelData::decode(&long).unwrap();
        assert_eq!(long.data(), b"hello");
        assert_eq!(
            long.damage().map(|damage| (damage.offset, damage.available)),
            Some((9, 4))
        );
    }

    #[test]
    fn empty_or_foreign_octets_are_no_channel_data() {
        for bytes in [&[][..], &FIVE[..3], &[0x3f, 0xff, 0, 0], &[0x80, 0, 0, 0]] {
            assert!(ChannelData::decode(bytes).is_err(), "{bytes:?}");
        }
        assert_eq!(
            ChannelData::decode(&[0x7f, 0xff, 0, 0]).map(|old| old.is_assignable()),
            Ok(false)
        );
    }

    #[test]
    fn channel_data_cut_anywhere_never_panics() {
        for cut in 0..FIVE.len() {
            if let Ok(message) = ChannelData::decode(&FIVE[..cut]) {
                assert_eq!(message.damage().is_some(), cut < 9, "{cut}");
            }
        }
    }

    fn binding() -> Vec<u8> {
        Builder::new(Class::Request, Method::BINDING, TransactionId::new([7; 12]))
            .fingerprint()
            .build()
    }

    #[test]
    fn a_stream_gives_message_after_message() {
        let mut stream = [&binding()[..], &FIVE, &[0x40, 0, 0, 0], &binding()].concat();
        let mut lengths = Vec::new();
        while let Frame::Message(length) = frame(&stream) {
            lengths.push(length);
            stream.drain(..length);
        }
        assert_eq!(lengths, [28, 12, 4, 28]);
        assert!(stream.is_empty());
    }

    #[test]
    fn a_message_that_drips_in_is_incomplete_until_its_end() {
        for message in [binding(), FIVE.to_vec()] {
            for cut in 0..message.len() {
                let Frame::Incomplete { wanted } = frame(&message[..cut]) else {
                    panic!("{cut}")
                };
                assert!(cut < wanted && wanted <= message.len(), "{cut}: {wanted}");
            }
            assert_eq!(frame(&message), Frame::Message(message.len()));
        }
    }

    #[test]
    fn what_is_not_framed_is_told_early() {
        for other in [
            &b"HTTP/"[..],
            b"S",                                // SSH-2.0
            b"\x15\x03\x03\x00\x02\x02",         // a TLS alert
            b"\x16\x03\x03\x00\x7a",             // a TLS handshake
            b"\x00\x01\x00\x00\x21\x12\xa4\x43", // almost the cookie
            b"\x80",
            b"\xff",
        ] {
            assert_eq!(frame(other), Frame::NotFramed, "{other:02x?}");
        }
    }
}
