//! [`Text`]: bytes as text, whatever their encoding.

use std::borrow::Cow;
use std::fmt;
use std::io::{ErrorKind, Read};

use flate2::read::MultiGzDecoder;

use super::{Damage, DamageKind, Found, Wrapper};

/// What is compressed may not become larger than this, octets.
const LARGEST: u64 = 256 << 20;

/// The text of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// The text; octets that are not UTF-8 became U+FFFD.
    pub text: Cow<'a, str>,
    /// What had to be done to the bytes.
    pub damage: Vec<Damage>,
    /// Whether it was compressed.
    pub gzip: bool,
}

/// Bytes that are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// gzip that cannot be unpacked, or has gzip in it again.
    Gzip,
    /// gzip that becomes too large.
    GzipTooLarge,
    /// A capture: pcap or pcapng.
    Capture,
    /// Something else that is binary.
    Binary,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TextError::Gzip => "the input is compressed (gzip) and cannot be unpacked",
            TextError::GzipTooLarge => "the input is compressed (gzip) and too large when it is unpacked",
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
            TextError::Gzip => "check that all of the file was copied: gzip -t FILE",
            TextError::GzipTooLarge => "take out what matters: gzip -dc FILE | head -c 200M | rtcdiag sdp -",
            TextError::Capture => "packets seldom hold SDP in the clear; take it from the application",
            TextError::Binary => "a session description is text that begins with `v=0`",
        }
    }
}

impl<'a> Text<'a> {
    /// Decodes UTF-8, with or without a byte order mark, or UTF-16 with one; unpacks gzip before.
    ///
    /// # Errors
    /// [`TextError`] where the bytes are no text at all.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Text<'a>, TextError> {
        match bytes.starts_with(&GZIP) {
            true => unpacked(bytes, LARGEST),
            false => decoded(bytes),
        }
    }

    /// Tells the descriptions of the text what was done to the bytes.
    pub fn tell(&self, found: &mut [Found<'_>]) {
        if let Some(first) = found.first_mut() {
            first.damage.splice(0..0, self.damage.iter().cloned());
        }
        for one in found.iter_mut().filter(|_| self.gzip) {
            one.wrappers.insert(0, Wrapper::Gzip);
        }
    }
}

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What is in gzip, as far as it goes.
fn unpacked<'a>(bytes: &[u8], largest: u64) -> Result<Text<'a>, TextError> {
    let mut inner = Vec::new();
    let result = MultiGzDecoder::new(bytes).take(largest + 1).read_to_end(&mut inner);
    let cut = match result {
        Ok(_) => false,
        Err(error) if error.kind() == ErrorKind::UnexpectedEof && !inner.is_empty() => true,
        Err(_) => return Err(TextError::Gzip),
    };
    if inner.len() as u64 > largest {
        return Err(TextError::GzipTooLarge);
    }
    let Text { text, mut damage, .. } = decoded(&inner)?;
    if cut {
        let (line, column) = super::position(&text, text.len());
        damage.push(Damage {
            kind: DamageKind::Truncated,
            line,
            column,
            sdp_line: 0,
            what: "the gzip data end before they are complete".to_owned(),
        });
    }
    Ok(Text {
        text: Cow::Owned(text.into_owned()),
        damage,
        gzip: true,
    })
}

fn decoded(bytes: &[u8]) -> Result<Text<'_>, TextError> {
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
    // A byte order mark of UTF-8 does no harm to what is pasted.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut damage = Vec::new();
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
    Ok(Text {
        text,
        damage,
        gzip: false,
    })
}

fn utf16<'a>(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Text<'a> {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    let text: String = char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Text {
        text: Cow::Owned(text),
        damage: vec![mark("UTF-16 instead of UTF-8")],
        gzip: false,
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
