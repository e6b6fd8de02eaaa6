//! Makes text from outside harmless on a terminal.
//!
//! A server chooses its SOFTWARE, REALM and reason phrases, a certificate its names, a file its URLs. None of them may
//! move the cursor, change the title, hide text or turn its direction around. [`visible`] writes such characters as the
//! escapes that Rust and JSON use; [`document`] does so for every string of a report before it becomes text, so no
//! renderer has to think of it.

use std::borrow::Cow;
use std::fmt::Write;
use std::io;

use serde_json::Value;

use super::strings;
use crate::report::Envelope;

/// `text` with every character that is not plainly visible written as `\n`, `\x1b` or `\u{202e}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        let written = match c {
            '\n' => write!(safe, "\\n"),
            '\r' => write!(safe, "\\r"),
            '\t' => write!(safe, "\\t"),
            '\0'..='\x7f' if is_hidden(c) => write!(safe, "\\x{:02x}", u32::from(c)),
            _ if is_hidden(c) => write!(safe, "\\u{{{:x}}}", u32::from(c)),
            _ => write!(safe, "{c}"),
        };
        written.expect("a String takes everything");
    }
    Cow::Owned(safe)
}

/// Whether nothing in a document is hidden. A copy of a large one is dear, and seldom needed.
pub fn is_visible(document: &impl serde::Serialize) -> bool {
    serde_json::to_writer(Watch, document).is_ok()
}

/// The envelope with every string made [`visible`].
///
/// # Panics
/// If its numbers cannot be written as JSON (NaN). No text can cause it: what has a type is visible as it is.
pub fn document(envelope: &Envelope) -> Envelope {
    strings::envelope(envelope, &mut Visible).expect("a visible document can be read back")
}

/// A document as JSON with every string made [`visible`], in place.
pub fn value(value: &mut Value) {
    strings::walk(value, "", &mut |_, text| visible(text).into_owned());
}

/// Makes everything [`visible`].
struct Visible;

impl strings::Rewrite for Visible {
    fn learn(&mut self, _: &Value) {}

    fn rewrite(&mut self, part: &mut Value) {
        value(part);
    }
}

/// Takes JSON and fails at the first thing in it that is hidden: a control character is written as an escape of its own.
struct Watch;

impl io::Write for Watch {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let control = matches!(part, [b'\\', b'b' | b'f' | b'n' | b'r' | b't'] | [b'\\', b'u', ..]);
        let hidden = std::str::from_utf8(part).map_or(true, |part| part.chars().any(is_hidden));
        match control || hidden {
            true => Err(io::ErrorKind::InvalidData.into()),
            false => Ok(part.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Controls, line separators, and what Unicode calls default-ignorable: zero-width, bidirectional, tags.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_text_is_not_copied() {
        for text in ["", "Coturn-4.6.1 'Gorst'", "für 日本 🎉", "a\\b"] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn what_steers_a_terminal_becomes_visible() {
        for (text, safe) in [
            ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
            ("a\r\nerror: b\t\0\x7f", "a\\r\\nerror: b\\t\\x00\\x7f"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\u{202e}gpj.exe\u{2066}", "\\u{202e}gpj.exe\\u{2066}"),
            (
                "zero\u{200b}width\u{feff}\u{2028}",
                "zero\\u{200b}width\\u{feff}\\u{2028}",
            ),
        ] {
            assert_eq!(visible(text), safe);
        }
    }

    proptest! {
        #[test]
        fn what_is_hidden_in_a_document_is_seen(text in any::<String>()) {
            let seen = serde_json::to_writer(Watch, &text).is_err();
            prop_assert_eq!(seen, matches!(visible(&text), Cow::Owned(_)));
        }

        #[test]
        fn nothing_hidden_is_left(text in any::<String>()) {
            let safe = visible(&text).into_owned();
            prop_assert!(!safe.chars().any(is_hidden));
            prop_assert_eq!(visible(&safe), safe.as_str());
        }
    }
}
