//! URLs of STUN and TURN servers, found anywhere in a text, right or wrong.

use std::ops::Range;

use super::address::address_at;

/// What stands between the scheme and the query of a URL, as places in its text.
#[derive(Debug, PartialEq, Eq)]
pub struct Authority {
    /// What stands before an `@`.
    pub user: Option<Range<usize>>,
    /// The host, if it is a name and not an address.
    pub host: Option<Range<usize>>,
    /// `:3478` after a name.
    pub port: Option<Range<usize>>,
}

/// The authorities of all `stun:`, `stuns:`, `turn:` and `turns:` URLs, in order.
pub fn authorities(text: &str) -> Vec<Authority> {
    let places = places(text).into_iter();
    places.map(|place| authority(text, place)).collect()
}

fn authority(text: &str, place: Range<usize>) -> Authority {
    let at = text[place.clone()].rfind('@').map(|at| place.start + at);
    let start = at.map_or(place.start, |at| at + 1);
    let rest = &text[start..place.end];
    let is_address = rest.starts_with('[') || address_at(rest).is_some();
    let length = rest.find(':').unwrap_or(rest.len());
    let host = (length > 0 && !is_address).then_some(start..start + length);
    let digits = rest.get(length + 1..).unwrap_or_default();
    let is_port = host.is_some() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    Authority {
        user: at.map(|at| place.start..at),
        host,
        port: is_port.then_some(start + length..place.end),
    }
}

fn places(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (colon, _) in text.match_indices(':') {
        let scheme = text[..colon]
            .rfind(|c: char| !c.is_ascii_alphanumeric())
            .map_or(0, |before| {
                before + text[before..].chars().next().map_or(1, char::len_utf8)
            });
        let is_ours = ["stun", "stuns", "turn", "turns"]
            .iter()
            .any(|ours| text[scheme..colon].eq_ignore_ascii_case(ours));
        if !is_ours || found.last().is_some_and(|last| colon < last.end) {
            continue;
        }
        let rest = &text[colon + 1..];
        let start = colon + 1 + (rest.len() - rest.trim_start_matches('/').len());
        let ends =
            |c: char| c.is_whitespace() || matches!(c, '?' | '/' | '"' | '\'' | '`' | ',' | ';' | ')' | '>' | '#');
        let mut length = text[start..].find(ends).unwrap_or(text.len() - start);
        // The colon or full stop of the sentence around it.
        length = text[start..start + length].trim_end_matches([':', '.']).len();
        if length > 0 {
            found.push(start..start + length);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_users_and_ports() {
        for (text, parts) in [
            ("turn:a.test", &["a.test"][..]),
            ("(TURNS:a.test:443?transport=tcp)", &["a.test", ":443"]),
            ("stun://bob@a.test/ and stun:b:x", &["bob", "a.test", "b"]),
            ("stun:[2001:db8::1]:3478 stun:192.0.2.1:5 stun:2001:db8::1", &[]),
            ("stun:127.test:1", &["127.test", ":1"]),
            ("return:x turn: stun:", &[]),
        ] {
            let found: Vec<&str> = authorities(text)
                .into_iter()
                .flat_map(|authority| [authority.user, authority.host, authority.port])
                .flatten()
                .map(|place| &text[place])
                .collect();
            assert_eq!(found, parts, "{text}");
        }
    }
}
