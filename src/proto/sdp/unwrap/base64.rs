//! Base64 of JSON or SDP, as the examples of pion print it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::{Damage, DamageKind, Found, Positions, Wrapper, lift, line_count, search};

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const ENGINE: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);

/// Shorter texts are words.
const SHORTEST: usize = 16;

/// Whether a text consists of the characters of base64 (either alphabet) and blanks.
pub(super) fn looks_like(text: &str) -> bool {
    text.len() >= SHORTEST
        && text
            .bytes()
            .all(|octet| is_base64(octet) || octet.is_ascii_whitespace())
}

const fn is_base64(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'-' | b'_' | b'=')
}

/// The descriptions in a text that is base64 as a whole, or several words of it.
pub(super) fn find<'a>(text: &'a str, start: usize, depth: usize) -> Vec<Found<'a>> {
    let body = text[start..].trim_end();
    if !looks_like(body) {
        return Vec::new();
    }
    // Several in one text, each on a line of its own; else one that a terminal has wrapped.
    let begins = |word: &str| word.starts_with("eyJ") || word.starts_with("dj0");
    let words = body.split_ascii_whitespace().filter(|word| begins(word)).count();
    if words > 1 {
        return find_within(text, depth);
    }
    word(&mut Positions::new(text), body, depth)
}

/// The descriptions in words of base64 within other text.
pub(super) fn find_within(text: &str, depth: usize) -> Vec<Found<'_>> {
    let words = text.split(|c: char| !(c.is_ascii() && is_base64(c as u8)));
    let mut positions = Positions::new(text);
    words
        .filter(|word| word.len() >= 64 && (word.starts_with("eyJ") || word.starts_with("dj0")))
        .flat_map(|body| word(&mut positions, body, depth))
        .take(super::LIMIT)
        .collect()
}

/// One text of base64; `body` is a slice of the text.
fn word<'a>(positions: &mut Positions<'a>, body: &str, depth: usize) -> Vec<Found<'a>> {
    let start = body.as_ptr() as usize - positions.text.as_ptr() as usize;
    let mut digits: Vec<u8> = body
        .bytes()
        .filter(|octet| !octet.is_ascii_whitespace())
        .map(|octet| match octet {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        })
        .collect();
    // What follows the padding is something else.
    if let Some(padding) = memchr::memchr(b'=', &digits) {
        digits.truncate(padding);
    }
    // One digit alone is six bits: no octet.
    let cut = digits.len() % 4 == 1;
    if cut {
        digits.pop();
    }
    let Ok(octets) = ENGINE.decode(&digits) else {
        return Vec::new();
    };
    // The cut may be within a character.
    let inner = match std::str::from_utf8(&octets) {
        Ok(inner) => inner,
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&octets[..error.valid_up_to()]).unwrap_or(""),
        Err(_) => return Vec::new(),
    };
    let inner = search(inner, depth - 1);
    if inner.is_empty() {
        return Vec::new();
    }
    let mut found = lift(inner, Wrapper::Base64, positions.at(start), "");
    let end = positions.at(start + body.len());
    if let Some(last) = found.last_mut() {
        let truncated = last
            .damage
            .iter_mut()
            .find(|damage| damage.kind == DamageKind::Truncated);
        match truncated {
            Some(damage) => {
                (damage.line, damage.column) = end;
                damage.what = "the base64 ends before the description is complete".to_owned();
            }
            None if cut => last.damage.push(Damage {
                kind: DamageKind::Truncated,
                line: end.0,
                column: end.1,
                sdp_line: line_count(&last.sdp),
                what: "the base64 ends within a group of four digits".to_owned(),
            }),
            None => {}
        }
    }
    found
}
