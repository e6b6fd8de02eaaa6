//! What TURN adds to STUN: ChannelData messages, and finding whole messages in a stream.

use crate::proto::reader::Damage;

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
    /// A message of which more octets must come: `wanted` in all, as far as can be told.
    Incomplete {
        /// Octets the buffer must hold before asking again.
        wanted: usize,
    },
    /// Neither STUN nor ChannelData: the stream cannot be read on.
    NotFramed,
}

/// The first message in `buffer`, read from TCP or TLS (RFC 8489 §6.2.2, RFC 8656 §12.5).
///
/// STUN is 20 octets and what its length field says; ChannelData is 4 octets and its length, padded to a multiple
/// of four.
pub fn frame(buffer: &[u8]) -> Frame {
    let length = match *buffer {
        [] => {
            return Frame::Incomplete {
                wanted: CHANNEL_DATA_HEADER,
            };
        }
        [0x80..=0xff, ..] => return Frame::NotFramed,
        [_] | [_, _] | [_, _, _] => {
            return Frame::Incomplete {
                wanted: CHANNEL_DATA_HEADER,
            };
        }
        [_, _, high, low, ..] => usize::from(u16::from_be_bytes([high, low])),
    };
    let wanted = if buffer[0] < 0x40 {
        20 + length
    } else {
        CHANNEL_DATA_HEADER + length.next_multiple_of(4)
    };
    if buffer.len() < wanted {
        Frame::Incomplete { wanted }
    } else {
        Frame::Message(wanted)
    }
}
