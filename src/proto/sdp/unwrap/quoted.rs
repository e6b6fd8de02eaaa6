//! String literals: SDP in source code (`"v=0\r\n" + "o=…"`), in JSON inside a log line, or with its line ends typed out.

use std::borrow::Cow;

use super::json::unescape;
use super::{Damage, DamageKind, DescriptionType, Found, Positions, Wrapper, lift, line_count, position, search};

/// How far around a literal its type is looked for.
const NEAR: usize = 240;

/// `v=0\r\no=…` with backslashes instead of line ends, without quotation marks around it.
pub(super) fn typed_out<'a>(text: &'a str, depth: usize) -> Option<Vec<Found<'a>>> {
    let first = text.trim_start().lines().next()?;
    if !(first.contains("\\n") || first.contains("\\r")) || !first.starts_with("v=0") {
        return None;
    }
    let plain = unescape(text);
    Some(lift(search(&plain, depth - 1), Wrapper::Quoted, (1, 1), ""))
}

/// The descriptions in string literals within a text.
pub(super) fn find(text: &str, depth: usize) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    let mut positions = Positions::new(text);
    let mut at = 0;
    while let Some(step) = memchr::memmem::find(&text.as_bytes()[at..], b"v=0") {
        let start = at + step;
        at = start + 3;
        let Some(literals) = Literals::around(text, start) else {
            continue;
        };
        at = literals.end.max(at);
        let inner = search(&literals.value, depth - 1);
        let place = positions.at(start);
        let kind = nearby_type(text, start, literals.end);
        for mut one in lift(inner, Wrapper::Quoted, place, "") {
            one.wrappers.dedup();
            one.kind = one.kind.or(kind);
            if !literals.whole {
                let (line, column) = position(text, text.len());
                one.damage.retain(|damage| damage.kind != DamageKind::Truncated);
                one.damage.push(Damage {
                    kind: DamageKind::Truncated,
                    line,
                    column,
                    sdp_line: line_count(&one.sdp),
                    what: "the input ends within a string".to_owned(),
                });
            }
            found.push(one);
        }
        if found.len() >= super::LIMIT {
            break;
        }
    }
    found
}

/// String literals that make up one text.
struct Literals<'a> {
    value: Cow<'a, str>,
    /// The octet after the last one.
    end: usize,
    /// Whether the last one is closed.
    whole: bool,
}

impl<'a> Literals<'a> {
    /// The literals that begin with the `v=0` at `start`: a quotation mark stands right before it.
    fn around(text: &'a str, start: usize) -> Option<Literals<'a>> {
        let bytes = text.as_bytes();
        let mark = *bytes.get(start.checked_sub(1)?)?;
        if !matches!(mark, b'"' | b'\'' | b'`') {
            return None;
        }
        // `\"v=0\\r\\n…\"`: the mark itself is escaped, by so many backslashes.
        let escapes = bytes[..start - 1]
            .iter()
            .rev()
            .take_while(|octet| **octet == b'\\')
            .count();
        let mut value = String::new();
        let mut array = false;
        let mut at = start;
        loop {
            let (end, next, whole) = close(bytes, at, mark, escapes);
            let raw = &text[at..end];
            let piece = unescape(raw);
            if value.is_empty() && !next_literal(bytes, next, mark) {
                return Some(Literals {
                    value: piece,
                    end: next,
                    whole,
                });
            }
            value.push_str(&piece);
            // Lines in an array, to be joined: each without its line end.
            let joined = piece.ends_with('\n') || piece.ends_with('\r') || piece.is_empty();
            match whole.then(|| following(bytes, next, mark)).flatten() {
                Some((opening, separator)) => {
                    array |= separator == b',' && !joined;
                    if array && !joined {
                        value.push_str("\r\n");
                    }
                    at = opening + 1;
                }
                None => {
                    if array && !joined {
                        value.push_str("\r\n");
                    }
                    return Some(Literals {
                        value: Cow::Owned(value),
                        end: next,
                        whole,
                    });
                }
            }
        }
    }
}

/// Where a literal ends: the octet of its end, the octet after its mark, and whether the mark is there. A mark with
/// more backslashes before it than the opening one is part of the text.
fn close(bytes: &[u8], from: usize, mark: u8, escapes: usize) -> (usize, usize, bool) {
    let mut at = from;
    let mut backslashes = 0;
    while let Some(&octet) = bytes.get(at) {
        match octet {
            b'\\' => backslashes += 1,
            _ if octet == mark && backslashes <= escapes => return (at - backslashes, at + 1, true),
            _ => backslashes = 0,
        }
        at += 1;
    }
    (bytes.len(), bytes.len(), false)
}

fn next_literal(bytes: &[u8], at: usize, mark: u8) -> bool {
    following(bytes, at, mark).is_some()
}

/// The next literal, if only blanks, `+`, `.`, `\` or `,` stand between: its mark, and what stood between.
fn following(bytes: &[u8], from: usize, mark: u8) -> Option<(usize, u8)> {
    let mut separator = b' ';
    for (at, &octet) in bytes.iter().enumerate().skip(from) {
        match octet {
            _ if octet == mark => {
                // After a comma only a line of SDP goes on: `{"sdp": "v=0…", "type": …}` does not.
                let line = matches!(bytes.get(at + 1..at + 3), Some([letter, b'=']) if letter.is_ascii_lowercase());
                return (separator != b',' || line).then_some((at, separator));
            }
            b' ' | b'\t' | b'\r' | b'\n' | b'\\' => {}
            b'+' | b'.' | b',' if separator == b' ' => separator = octet,
            _ => return None,
        }
    }
    None
}

/// `"type": "offer"` and the like before or after a literal.
fn nearby_type(text: &str, start: usize, end: usize) -> Option<DescriptionType> {
    let mut from = start.saturating_sub(NEAR);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut to = text.len().min(end + 60);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let after = text.get(end..to).unwrap_or("");
    let after = after.split(['}', '\n']).next().unwrap_or("");
    let named = |text: &str| {
        let value = &text[text.rfind("type")? + 4..];
        let word: String = value
            .chars()
            .skip_while(|c| !c.is_ascii_alphabetic())
            .take_while(char::is_ascii_alphabetic)
            .collect();
        DescriptionType::from_name(&word)
    };
    let before = &text[from..start];
    named(before)
        .or_else(|| named(after))
        .or_else(|| DescriptionType::last_in(before))
}
