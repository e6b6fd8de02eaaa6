//! What octets of a TCP stream are, and how long the message is that they begin with.

use memchr::memmem;

use crate::capture::unit::Framing;
use crate::proto::stun::{HEADER, MAGIC_COOKIE};

/// Octets that are enough to tell every kind, but for chains of messages.
pub(super) const ENOUGH: usize = 9;

/// How messages stand in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// STUN, ChannelData and Microsoft's multiplexed TURN: all have a length at octet 2.
    Stun,
    /// RFC 4571: a length of two octets, then a packet.
    Rfc4571,
    /// [MS-TURN] 2.1.4: type 2 or 3, zero, a length of two octets, then a STUN message or data.
    MsTurn,
    /// TLS records.
    Tls,
}

/// What stands where a message of a known kind should begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A whole message of this many octets.
    Message(usize),
    /// A part of one that must be this long, or longer, to be looked at again.
    Incomplete(usize),
    /// Something else.
    Other,
}

/// What stands where anything may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detected {
    /// A message of this kind.
    Kind(Kind),
    /// Too little to tell.
    TooShort,
    /// Nothing known.
    Nothing,
}

impl Kind {
    /// Octets before what is given out.
    pub fn header(self) -> usize {
        match self {
            Kind::Stun | Kind::Tls => 0,
            Kind::Rfc4571 => 2,
            Kind::MsTurn => 4,
        }
    }

    /// How to call the framing of what is given out.
    pub fn framing(self) -> Framing {
        match self {
            Kind::Stun | Kind::MsTurn => Framing::Stun,
            Kind::Rfc4571 => Framing::Rfc4571,
            Kind::Tls => Framing::Tls,
        }
    }

    /// Octets of the message that begins here, without padding, once its header is there and can be one.
    pub fn length(self, bytes: &[u8]) -> Option<usize> {
        let u16_at = |at: usize| Some(usize::from(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?)));
        match self {
            Kind::Stun if is_stun(bytes) => Some(HEADER + u16_at(2)?),
            Kind::Stun if is_channel(bytes) || is_multiplexed(bytes) => Some(4 + u16_at(2)?),
            Kind::Rfc4571 if bytes.starts_with(&[0, 0]) => Some(2), // an empty frame keeps alive
            Kind::Rfc4571 if is_packet(bytes.get(2..)?) => Some(2 + u16_at(0)?),
            Kind::MsTurn if matches!(bytes, [2 | 3, 0, ..]) => Some(4 + u16_at(2)?),
            Kind::Tls if is_tls(bytes) => Some(5 + u16_at(3)?),
            _ => None,
        }
    }

    /// Octets of padding that should follow a message of `length` octets (RFC 8656 §12.5).
    pub fn padding(self, bytes: &[u8], length: usize) -> usize {
        if self == Kind::Stun && is_channel(bytes) {
            length.next_multiple_of(4) - length
        } else {
            0
        }
    }

    /// The message of this kind that begins here.
    pub fn next(self, bytes: &[u8]) -> Next {
        match self.length(bytes) {
            Some(length) if length <= bytes.len() => Next::Message(length),
            Some(length) => Next::Incomplete(length),
            None if self.may_begin(bytes) => Next::Incomplete(bytes.len() + 1),
            None => Next::Other,
        }
    }

    /// Whether fewer octets than a header may be the beginning of one.
    fn may_begin(self, bytes: &[u8]) -> bool {
        match self {
            Kind::Stun => match bytes {
                [0..=0x3f, ..] => bytes.len() < 8 && cookie_may_be_at(bytes, 4),
                [0x40..=0x7f, ..] => bytes.len() < 4,
                [0xff] | [0xff, 0x10] | [0xff, 0x10, _] => true,
                _ => false,
            },
            Kind::Rfc4571 => bytes.len() < 3,
            Kind::MsTurn => matches!(bytes, [2 | 3] | [2 | 3, 0] | [2 | 3, 0, _]),
            Kind::Tls => matches!(
                bytes,
                [20..=24] | [20..=24, 3] | [20..=24, 3, 0..=4] | [20..=24, 3, 0..=4, _]
            ),
        }
    }
}

/// What these octets begin with. Chance must not suffice: either there is a magic number, or `proof` messages at least
/// follow each other.
pub(super) fn detect(bytes: &[u8], proof: usize) -> Detected {
    let kind = if is_stun(bytes) {
        Kind::Stun
    } else if is_tls(bytes) {
        Kind::Tls
    } else if is_ms_turn(bytes) {
        Kind::MsTurn
    } else if is_packet_for_sure(bytes) || is_chain(Kind::Rfc4571, bytes, proof) {
        Kind::Rfc4571
    } else if begins_with_channel(bytes) && is_chain(Kind::Stun, bytes, proof) {
        Kind::Stun
    } else if may_become_known(bytes) {
        return Detected::TooShort;
    } else {
        return Detected::Nothing;
    };
    Detected::Kind(kind)
}

/// The first STUN message after the start of `bytes`, by its magic cookie: where it begins, and in which framing.
pub(super) fn find(bytes: &[u8]) -> Option<(usize, Kind)> {
    memmem::find_iter(bytes, &MAGIC_COOKIE.to_be_bytes()).find_map(|cookie| {
        let start = cookie
            .checked_sub(4)
            .filter(|&start| start > 0 && is_sane_stun(&bytes[start..]))?;
        match start
            .checked_sub(2)
            .filter(|&start| is_packet_for_sure(&bytes[start..]))
        {
            Some(start) if start > 0 => Some((start, Kind::Rfc4571)),
            _ => Some((start, Kind::Stun)),
        }
    })
}

/// How many of `padding` octets of padding really stand here: all, or none if the peer does not pad. `None` if that
/// cannot be told yet.
pub(super) fn padding(bytes: &[u8], padding: usize) -> Option<usize> {
    let begins = |bytes: &[u8]| is_stun(bytes) || begins_with_channel(bytes) || is_multiplexed(bytes);
    if bytes.len() < padding + ENOUGH && bytes[..bytes.len().min(padding)].iter().any(|&octet| octet != 0) {
        return None;
    }
    if bytes.len() < padding {
        return None;
    }
    let is_unpadded = !begins(&bytes[padding..]) && bytes.len() > padding && begins(bytes);
    Some(if is_unpadded { 0 } else { padding })
}

/// A STUN message with its magic cookie.
fn is_stun(bytes: &[u8]) -> bool {
    matches!(bytes, [0..=0x3f, _, _, _, cookie @ ..] if cookie.starts_with(&MAGIC_COOKIE.to_be_bytes()))
}

/// The same where it may be chance: lengths of STUN are multiples of four, attributes of Microsoft aside.
fn is_sane_stun(bytes: &[u8]) -> bool {
    is_stun(bytes) && bytes[3] & 3 == 0
}

fn cookie_may_be_at(bytes: &[u8], at: usize) -> bool {
    let there = bytes.get(at..).unwrap_or(&[]);
    MAGIC_COOKIE.to_be_bytes().starts_with(&there[..there.len().min(4)])
}

/// A channel number of RFC 5766, in a stream known to be TURN.
fn is_channel(bytes: &[u8]) -> bool {
    matches!(bytes, [0x40..=0x7f, _, _, _, ..])
}

/// A channel number of RFC 8656 and a length that a relay meets, in a stream not known: no four letters.
fn begins_with_channel(bytes: &[u8]) -> bool {
    matches!(bytes, [0x40..=0x4f, _, 0..=0x0f, _, ..])
}

/// Multiplexed TURN ([MS-TURN] 2.2.3): a channel that is none, a length, a session id of eight octets, data.
fn is_multiplexed(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0x10, high, low, ..] if u16::from_be_bytes([*high, *low]) >= 8)
}

/// The header of a TLS record (RFC 8446 §5.1): at most 2^14 octets, and 2048 for what older versions add.
fn is_tls(bytes: &[u8]) -> bool {
    matches!(bytes, [20..=24, 3, 0..=4, high, low, ..] if (1..=18_432).contains(&u16::from_be_bytes([*high, *low])))
}

/// What can stand in an RFC 4571 frame of a WebRTC peer, by its first octet (RFC 7983).
fn is_packet(packet: &[u8]) -> bool {
    match packet {
        [0..=3, ..] => packet.len() < 8 || is_stun(packet),
        [20..=79 | 128..=191, ..] => true,
        _ => false,
    }
}

/// An RFC 4571 frame that holds a STUN message or a DTLS record exactly.
fn is_packet_for_sure(bytes: &[u8]) -> bool {
    let [high, low, packet @ ..] = bytes else {
        return false;
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    match packet {
        [_, _, a, b, ..] if is_stun(packet) => HEADER + usize::from(u16::from_be_bytes([*a, *b])) == length,
        [20..=26, 0xfe, 0xff | 0xfd | 0xfc, 0, 0 | 1, ..] => length > 13,
        _ => false,
    }
}

/// A frame of [MS-TURN] 2.1.4 around a message whose first attribute is Microsoft's magic cookie.
fn is_ms_turn(bytes: &[u8]) -> bool {
    const COOKIE: [u8; 8] = [0, 0x0f, 0, 4, 0x72, 0xc6, 0x4b, 0xc6];
    matches!(bytes, [2, 0, _, _, 0..=3, ..]) && bytes.get(4 + HEADER..).is_some_and(|rest| rest.starts_with(&COOKIE))
}

/// Whether `proof` messages or more follow each other to the very end of the segment, or three whole ones.
fn is_chain(kind: Kind, bytes: &[u8], proof: usize) -> bool {
    let mut at = 0;
    let mut count = 0;
    while let Next::Message(length) = kind.next(&bytes[at..]) {
        // Of the content of RFC 4571 only RTP is left, which has 12 octets; empty frames prove nothing.
        if kind == Kind::Rfc4571 && (length < 14 || !matches!(bytes[at + 2], 128..=191)) {
            return false;
        }
        let padding = kind.padding(&bytes[at..], length);
        at += length;
        count += 1;
        let is_end = at == bytes.len() || at + padding == bytes.len();
        if is_end || count == 3 {
            return count >= proof;
        }
        at += padding;
        if at > bytes.len() {
            return false;
        }
    }
    false
}

/// Whether a few more octets can make a magic number of what is here.
fn may_become_known(bytes: &[u8]) -> bool {
    let stun = matches!(bytes, [0..=0x3f, ..]) && bytes.len() < 8 && cookie_may_be_at(bytes, 4);
    let rfc4571 = bytes.len() < 10
        && matches!(bytes.get(2), None | Some(0..=3 | 20..=26))
        && match bytes.get(2) {
            Some(20..=26) => bytes.len() < 7 && bytes.get(3).is_none_or(|&version| version == 0xfe),
            _ => cookie_may_be_at(bytes, 6),
        };
    let ms_turn = matches!(bytes, [2] | [2, 0, ..]) && bytes.len() < 4 + HEADER + 8;
    stun || rfc4571 || ms_turn || Kind::Tls.may_begin(bytes)
}
