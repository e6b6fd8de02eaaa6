//! [`Text`]: bytes as text, whatever their encoding.

use std::borrow::Cow;
use std::fmt;

use super::{Damage, DamageKind};

/// The text of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// The text; octets that are not UTF-8 became U+FFFD.
    pub text: Cow<'a, str>,
    /// What had to be done to the bytes.
    pub damage: Vec<Damage>,
}

/// Bytes that are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// gzip.
    Gzip,
    /// A capture: pcap or pcapng.
    Capture,
    /// Something else that is binary.
    Binary,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TextError::Gzip => "the input is compressed (gzip)",
            TextError::Capture => "the input is a packet capture",
            TextError::Binary => "the input is binary",
        })
    }
}

impl std::error::Error for TextError {}

impl TextError {
    /// What to do about it.
    pub const fn hint(self) -> &'static str {
        match self {
            TextError::Gzip => "unpack it: gzip -dc FILE | rtcdiag sdp -",
            TextError::Capture => "packets seldom hold SDP in the clear; take it from the application",
            TextError::Binary => "a session description is text that begins with `v=0`",
        }
    }
}

impl<'a> Text<'a> {
    /// Decodes UTF-8, with or without a byte order mark, or UTF-16 with one.
    ///
    /// # Errors
    /// [`TextError`] where the bytes are no text at all.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Text<'a>, TextError> {
        match bytes {
            [0x1f, 0x8b, ..] => return Err(TextError::Gzip),
            [0xd4, 0xc3, 0xb2, 0xa1, ..]
            | [0xa1, 0xb2, 0xc3, 0xd4, ..]
            | [0x4d, 0x3c, 0xb2, 0xa1, ..]
            | [0xa1, 0xb2, 0x3c, 0x4d, ..]
            | [0x0a, 0x0d, 0x0d, 0x0a, ..] => return Err(TextError::Capture),
            [0xff, 0xfe, rest @ ..] => return Ok(utf16(rest, u16::from_le_bytes)),
            [0xfe, 0xff, rest @ ..] => return Ok(utf16(rest, u16::from_be_bytes)),
            _ => {}
        }
        let (bytes, mut damage) = match bytes {
            [0xef, 0xbb, 0xbf, rest @ ..] => (rest, vec![mark("a byte order mark before the text")]),
            _ => (bytes, Vec::new()),
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(error) => {
                let zeros = bytes.iter().take(1024).filter(|octet| **octet == 0).count();
                if zeros > bytes.len().min(1024) / 16 {
                    return Err(TextError::Binary);
                }
                let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                let (line, column) = super::position(&valid, valid.len());
                damage.push(Damage {
                    kind: DamageKind::NotUtf8,
                    line,
                    column,
                    sdp_line: 0,
                    what: "octets that are not UTF-8".to_owned(),
                });
                String::from_utf8_lossy(bytes)
            }
        };
        Ok(Text { text, damage })
    }
}

fn utf16<'a>(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Text<'a> {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    let text: String = char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Text {
        text: Cow::Owned(text),
        damage: vec![mark("UTF-16 instead of UTF-8")],
    }
}

fn mark(what: &str) -> Damage {
    Damage {
        kind: DamageKind::ByteOrderMark,
        line: 1,
        column: 1,
        sdp_line: 0,
        what: what.to_owned(),
    }
}
