//! Free text: what of it is replaced, and what must not be touched.
//!
//! A user may be called `127` and a realm `3478`. So what has a shape (addresses with their ports, fingerprints, hosts
//! and ports of URLs) is found first, and names are only looked for around it. No place is replaced twice.

use std::ops::Range;

use super::Known;
use super::address;
use super::fingerprint;
use super::url::authorities;
use crate::secret::Private;

/// A place in a text, and what comes instead.
struct Span {
    place: Range<usize>,
    instead: String,
}

/// `text` with everything private replaced. Addresses stay with `keep_addresses`.
pub fn replace(known: &mut Known, text: &str, keep_addresses: bool) -> String {
    let spans = spans(known, text, keep_addresses);
    let mut spans = spans.iter().peekable();
    let mut replaced = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        // A name that was longer has swallowed it.
        while spans.next_if(|span| span.place.start < at).is_some() {}
        let span = spans.next_if(|span| span.place.start == at);
        let shaped = span.map_or(0, |span| span.place.len());
        let word = known.words.find(text, at).filter(|(_, length)| *length > shaped);
        match (word, span) {
            (Some((pseudonym, length)), _) => {
                replaced.push_str(pseudonym);
                at = before_span(at + length, spans.clone());
            }
            (None, Some(span)) => {
                replaced.push_str(&span.instead);
                // A name that begins in it and ends behind it.
                let behind = (at + 1..span.place.end)
                    .filter(|&start| text.is_char_boundary(start))
                    .find_map(|start| {
                        let (pseudonym, length) = known.words.find(text, start)?;
                        (start + length > span.place.end).then_some((pseudonym, start + length))
                    });
                at = span.place.end;
                if let Some((pseudonym, end)) = behind {
                    replaced.push_str(pseudonym);
                    at = before_span(end, spans.clone());
                }
            }
            (None, None) => {
                replaced.push(c);
                at += c.len_utf8();
            }
        }
    }
    replaced
}

/// `end`, or the start of the span that has it in its midst: spans are replaced as a whole.
fn before_span<'s>(end: usize, mut spans: impl Iterator<Item = &'s Span>) -> usize {
    let cut = spans.find(|span| span.place.end > end);
    cut.map_or(end, |span| span.place.start.min(end))
}

/// What has a shape: in order, none within another.
fn spans(known: &mut Known, text: &str, keep_addresses: bool) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for authority in authorities(text) {
        // Names even if they are words of ours, as in `turn:turn`.
        for (private, place) in [(Private::Username, authority.user), (Private::Host, authority.host)] {
            if let Some(place) = place
                && let Some(instead) = known.words.whole(private, &text[place.clone()])
            {
                spans.push(Span { place, instead });
            }
        }
        if let Some(place) = authority.port {
            let instead = text[place.clone()].to_owned();
            spans.push(Span { place, instead });
        }
    }
    for place in fingerprint::places(text) {
        if is_free(&spans, &place) {
            let instead = known.fingerprints.pseudonym(&text[place.clone()]);
            spans.push(Span { place, instead });
        }
    }
    if !keep_addresses {
        for found in address::find(text) {
            if is_free(&spans, &found.place) {
                let port = &text[found.place.clone()][found.length..];
                let instead = format!("{}{port}", known.addresses.pseudonym(found.address));
                spans.push(Span {
                    place: found.place,
                    instead,
                });
            }
        }
    }
    spans.sort_by_key(|span| span.place.start);
    spans
}

fn is_free(spans: &[Span], place: &Range<usize>) -> bool {
    spans
        .iter()
        .all(|span| span.place.end <= place.start || place.end <= span.place.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(names: &[(Private, &str)]) -> Known {
        let mut known = Known::default();
        for (private, name) in names {
            known.words.learn(*private, name);
        }
        known
    }

    #[test]
    fn names_do_not_break_what_has_a_shape() {
        for (name, text, redacted) in [
            ("203", "203.0.113.5:203, 203", "192.0.2.1:203, user-1"),
            ("3478", "[2a00::8]:3478 as 3478", "[2001:db8::1]:3478 as user-1"),
            ("fd00", "fd00::5 -> fd00", "fd00::1 -> user-1"),
            (
                "3478",
                "turn:turn.test:3478?transport=udp",
                "turn:host-1.example:3478?transport=udp",
            ),
            ("1", "at 127.0.0.1: 1", "at 127.0.0.1: user-1"),
        ] {
            let mut known = known(&[(Private::Username, name)]);
            known.words.learn_urls(text);
            assert_eq!(replace(&mut known, text, false), redacted, "{name}");
        }
        let pairs = vec!["ab"; 32].join(":");
        let redacted = replace(&mut known(&[(Private::Username, "ab")]), &format!("{pairs} ab"), false);
        assert_eq!(redacted, format!("{}01 user-1", "00:".repeat(31)));
    }

    #[test]
    fn names_with_a_shape_in_them_go_as_a_whole() {
        for (name, text, redacted) in [
            ("8.8.8.8-bob", "is 8.8.8.8-bob.", "is realm-1."),
            ("bob@8.8.8.8", "is bob@8.8.8.8.", "is realm-1."),
            ("turn:bob", "is turn:bob.", "is realm-1."),
            ("8.8.8.8", "is 8.8.8.8.", "is 192.0.2.1."),
            // Cut by an address on either side.
            ("bob 8", "is bob 8.8.8.8.", "is realm-1192.0.2.1."),
            ("8 bob", "is 8.8.8.8 bob.", "is 192.0.2.1realm-1."),
        ] {
            let mut known = known(&[(Private::Realm, name)]);
            known.words.learn_urls(text);
            assert_eq!(replace(&mut known, text, false), redacted, "{name}");
        }
    }
}
