//! Percent-encoding (RFC 3986 §2.1), as in URLs and forms: SDP or JSON.

use super::{Found, Positions, Wrapper, lift, search};

/// The descriptions in words that are percent-encoded.
pub(super) fn find(text: &str, depth: usize) -> Vec<Found<'_>> {
    let mut positions = Positions::new(text);
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '&' | '<' | '>' | '#');
    let mut found = Vec::new();
    for word in text.split(ends) {
        let Some(at) = start(word) else { continue };
        let body = &word[at..];
        let inner = search_in(body, depth);
        let place = positions.at(body.as_ptr() as usize - text.as_ptr() as usize);
        found.extend(lift(inner, Wrapper::Percent, place, ""));
        if found.len() >= super::LIMIT {
            break;
        }
    }
    found
}

fn search_in<'a>(body: &str, depth: usize) -> Vec<Found<'a>> {
    let decoded = decode(body);
    let inner = search(&decoded, depth - 1);
    inner
        .into_iter()
        .map(|one| Found {
            sdp: one.sdp.into_owned().into(),
            ..one
        })
        .collect()
}

/// Where what is encoded begins in a word: the name of a form's field may stand before.
fn start(word: &str) -> Option<usize> {
    let lower = word.to_ascii_lowercase();
    if let Some(at) = lower.find("v=0%0") {
        return Some(at);
    }
    let at = lower.find("v%3d0%")?;
    Some(lower[..at].rfind(['=', '?']).map_or(0, |before| before + 1))
}

/// Octets that are not UTF-8 become U+FFFD. `+` is a blank where forms write it.
fn decode(text: &str) -> String {
    let form = !text.contains("%20") && text.contains('+');
    let bytes = text.as_bytes();
    let mut octets = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&octet) = bytes.get(at) {
        let digits = text
            .get(at + 1..at + 3)
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match (octet, digits.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(value)) => {
                octets.push(value);
                at += 3;
                continue;
            }
            (b'+', _) if form => octets.push(b' '),
            _ => octets.push(octet),
        }
        at += 1;
    }
    String::from_utf8_lossy(&octets).into_owned()
}
