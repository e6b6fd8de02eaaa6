//! Strings: given out as they stand where that can be, else without their escapes.

use std::io::{Empty, Read};

use memchr::memchr2;

use super::{AHEAD, Json, Result};

/// Strings are kept up to this length; [`Json::embedded`] has its own limit.
pub const STRING: usize = 1 << 20;
/// A document in a string is read up to this length.
const EMBEDDED: usize = 64 << 20;

/// Where the inside of a string is.
#[derive(Clone, Copy, Debug)]
pub enum Inside {
    /// So many octets of the window from there on.
    Window(usize, usize),
    /// What was copied.
    Copy,
}

impl<R: Read> Json<R> {
    /// A string, up to `STRING` octets of it.
    pub fn string(&mut self) -> Result<&str> {
        if self.next_octet()? != Some(b'"') {
            return Err(self.stopped("a string"));
        }
        self.at += 1;
        let inside = self.quoted(STRING)?;
        Ok(self.text_of(inside))
    }

    /// A reader for the document in the next string. `buffer` is used for it.
    ///
    /// A string that is cut off gives what there is of it, and why it was cut.
    pub fn embedded(&mut self, buffer: Vec<u8>) -> (Json<Empty>, Result<()>) {
        let kept = std::mem::replace(&mut self.text, buffer);
        let result = match self.next_octet() {
            Ok(Some(b'"')) => {
                self.at += 1;
                self.copied(EMBEDDED)
            }
            Ok(_) => Err(self.stopped("a string")),
            Err(stop) => Err(stop),
        };
        let text = std::mem::replace(&mut self.text, kept);
        (Json::over(text), result)
    }

    /// The inside of a string whose quotation mark was taken: a part of the window if it is there as it is, else copied.
    pub(super) fn quoted(&mut self, limit: usize) -> Result<Inside> {
        if self.end - self.at < AHEAD {
            self.more(AHEAD);
        }
        if let Some(length) = memchr2(b'"', b'\\', &self.window[self.at..self.end])
            && self.window[self.at + length] == b'"'
        {
            let start = self.at;
            self.at += length + 1;
            if length <= limit && std::str::from_utf8(&self.window[start..start + length]).is_ok() {
                return Ok(Inside::Window(start, length));
            }
            self.at = start;
        }
        self.text.clear();
        self.copied(limit)?;
        if let Err(error) = std::str::from_utf8(&self.text) {
            // A letter that the limit cut in two is not damage.
            match error.error_len() {
                None => self.text.truncate(error.valid_up_to()),
                Some(_) => self.text = String::from_utf8_lossy(&self.text).into_owned().into_bytes(),
            }
        }
        Ok(Inside::Copy)
    }

    pub(super) fn text_of(&self, inside: Inside) -> &str {
        let octets = match inside {
            Inside::Window(start, length) => &self.window[start..start + length],
            Inside::Copy => &self.text,
        };
        std::str::from_utf8(octets).unwrap_or_default()
    }

    /// Copies the rest of a string to `text`, without its escapes; no more than `limit` octets of it are kept.
    pub(super) fn copied(&mut self, limit: usize) -> Result<()> {
        self.text.clear();
        loop {
            let rest = &self.window[self.at..self.end];
            let length = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            let room = limit.saturating_sub(self.text.len());
            self.text.extend_from_slice(&rest[..length.min(room)]);
            self.at += length;
            if self.at == self.end {
                if !self.refill() {
                    return Err(self.cut());
                }
                continue;
            }
            self.at += 1;
            if self.window[self.at - 1] == b'"' {
                return Ok(());
            }
            let room = limit.saturating_sub(self.text.len()) >= 4;
            let character = self.escape()?;
            if room {
                self.text
                    .extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }

    /// The character of an escape whose backslash was taken.
    fn escape(&mut self) -> Result<char> {
        self.more(12);
        let Some(&octet) = self.window[self.at..self.end].first() else {
            return Err(self.cut());
        };
        self.at += 1;
        Ok(match octet {
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => return self.unicode(),
            _ if octet.is_ascii() => char::from(octet),
            _ => {
                self.at -= 1;
                '\\'
            }
        })
    }

    fn unicode(&mut self) -> Result<char> {
        let Some(high) = self.hex() else {
            // Not four digits: cut, or no escape at all.
            return if self.end - self.at < 4 {
                Err(self.cut())
            } else {
                Ok(char::REPLACEMENT_CHARACTER)
            };
        };
        self.at += 4;
        if !(0xd800..0xdc00).contains(&high) {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if self.window[self.at..self.end].starts_with(b"\\u") {
            self.at += 2;
            if let Some(low) = self.hex().filter(|low| (0xdc00..0xe000).contains(low)) {
                self.at += 4;
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at -= 2;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&self) -> Option<u32> {
        let digits = self.window[self.at..self.end].get(..4)?;
        let digits = std::str::from_utf8(digits).ok()?;
        u32::from_str_radix(digits, 16).ok()
    }

    pub(super) fn pass_string(&mut self) -> Result<()> {
        loop {
            let rest = &self.window[self.at..self.end];
            let length = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            self.at += length;
            if self.at == self.end {
                if !self.refill() {
                    return Err(self.cut());
                }
                continue;
            }
            self.at += 1;
            if self.window[self.at - 1] == b'"' {
                return Ok(());
            }
            self.more(1);
            self.pass(1);
        }
    }

    /// The inside of a string where the window can be moved.
    pub(super) fn copy(&mut self, inside: Inside) -> Inside {
        if let Inside::Window(start, length) = inside {
            self.text.clear();
            self.text.extend_from_slice(&self.window[start..start + length]);
        }
        Inside::Copy
    }
}
