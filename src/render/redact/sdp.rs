//! Lines of SDP: what in them is private, by the letter of the line and the registry of attributes.

use std::net::IpAddr;
use std::ops::Range;

use super::{Known, candidate, scan};
use crate::proto::sdp::attribute::Entry;
use crate::secret::Private;

/// A part of a line, and what it is.
type Part = (Private, Range<usize>);

/// Learns what is private in a line of SDP, or in all lines of a description; nothing if `text` is neither.
pub fn learn(known: &mut Known, text: &str) {
    if is_description(text) {
        return text.lines().for_each(|line| learn(known, line));
    }
    if let Some(rest) = text.strip_prefix("a=candidate:") {
        return candidate::learn(known, &format!("candidate:{rest}"));
    }
    for (private, place) in parts(text) {
        known.words.learn(private, &text[place.clone()]);
        // A finding may quote one word of it.
        if private == Private::Text || private == Private::Password {
            for word in text[place]
                .split([' ', '\t', ';', '|', ':'])
                .filter(|word| word.len() >= 8)
            {
                known.words.learn(private, word);
            }
        }
    }
}

/// The line, or the description, without what is private in it; `None` if `text` has nothing of SDP that could be.
pub fn replace(known: &mut Known, text: &str) -> Option<String> {
    if is_description(text) {
        let mut replaced = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            let content = line.trim_end_matches(['\r', '\n']);
            match replace(known, content) {
                Some(instead) => replaced.push_str(&instead),
                None => replaced.push_str(&scan::replace(known, content, false)),
            }
            replaced.push_str(&line[content.len()..]);
        }
        return Some(replaced);
    }
    if let Some(rest) = text.strip_prefix("a=candidate:") {
        let replaced = candidate::replace(known, &format!("candidate:{rest}"));
        return Some(format!("a={replaced}"));
    }
    let parts = parts(text);
    if parts.is_empty() {
        return None;
    }
    let mut replaced = String::with_capacity(text.len());
    let mut done = 0;
    for (private, place) in parts {
        let own = &text[place.clone()];
        replaced.push_str(&scan::replace(known, &text[done..place.start], false));
        let instead = known.words.whole(private, own);
        replaced.push_str(&instead.unwrap_or_else(|| scan::replace(known, own, false)));
        done = place.end;
    }
    replaced.push_str(&scan::replace(known, &text[done..], false));
    Some(replaced)
}

/// Whether a text is a description with its lines (RFC 8866 §5.1), not one line of it.
fn is_description(text: &str) -> bool {
    text.starts_with("v=0") && text.contains('\n')
}

/// Learns the names of multicast DNS, and those that stand where an address should.
pub fn learn_names(known: &mut Known, key: &str, text: &str) {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    for word in text.split(|c| !is_name(c)) {
        if word.len() > ".local".len() && word.to_ascii_lowercase().ends_with(".local") {
            known.words.learn(Private::Host, word);
        }
    }
    if matches!(key, "address" | "raddr" | "related_address") && is_host(text) {
        known.words.learn(Private::Host, text);
    }
}

fn is_host(text: &str) -> bool {
    text.contains('.')
        && text.chars().any(|c| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && text.parse::<IpAddr>().is_err()
}

/// The private parts of a line, in order. Empty ones, and `-` for none, are left out.
fn parts(text: &str) -> Vec<Part> {
    let mut letters = text.bytes();
    let (Some(letter), Some(b'=')) = (letters.next(), letters.next()) else {
        return Vec::new();
    };
    let end = text.trim_end().len();
    let whole = |private| vec![(private, 2..end)];
    let mut parts = match letter {
        b's' | b'i' | b'e' | b'p' => whole(Private::Text),
        b'u' => match text.find("://") {
            Some(at) => {
                let start = at + 3;
                let length = text[start..].find(['/', ':', '?', ' ']).unwrap_or(text.len() - start);
                vec![
                    (Private::Host, start..start + length),
                    (Private::Text, (start + length + 1).min(end)..end),
                ]
            }
            None => whole(Private::Text),
        },
        // `clear`, `base64`, `uri` stay.
        b'k' => match text.find(':') {
            Some(at) => vec![(Private::Password, at + 1..end)],
            None if text == "k=prompt" => Vec::new(),
            None => whole(Private::Password),
        },
        b'o' => {
            let words = words(text, 2);
            let kinds = [(0, Private::Username), (1, Private::Session), (5, Private::Host)];
            kinds
                .into_iter()
                .filter_map(|(index, private)| Some((private, words.get(index)?.clone())))
                .filter(|(private, place)| {
                    *private != Private::Username || !text[place.clone()].starts_with("mozilla...")
                })
                .filter(|(private, place)| *private != Private::Host || is_host(&text[place.clone()]))
                .collect()
        }
        b'c' => words(text, 2)
            .into_iter()
            .skip(2)
            .filter(|place| is_host(&text[place.clone()]))
            .map(|place| (Private::Host, place))
            .collect(),
        b'a' => attribute(text, 2, end),
        _ => Vec::new(),
    };
    parts.retain(|(_, place)| place.start < place.end && &text[place.clone()] != "-");
    parts
}

/// The private parts of an attribute, whose name begins at `start`.
fn attribute(text: &str, start: usize, end: usize) -> Vec<Part> {
    let end = end.max(start);
    let Some(colon) = text[start..end].find(':') else {
        return Vec::new();
    };
    let (name, value) = (&text[start..start + colon], start + colon + 1);
    let each = |private: Private, skip: usize| -> Vec<Part> {
        let words = words(&text[..end], value).into_iter().skip(skip);
        words
            .filter(|place| &text[place.clone()] != "*")
            .map(|place| (private, place))
            .collect()
    };
    match name {
        "ssrc" => match text[value..end].find(' ') {
            // `a=ssrc:ID cname:VALUE`
            Some(blank) => attribute(text, value + blank + 1, end),
            None => Vec::new(),
        },
        "msid" => each(Private::Id, 0),
        // `WMS` first.
        "msid-semantic" => each(Private::Id, 1),
        "cname" | "mslabel" | "label" | "tls-id" | "dtls-id" | "x-rtp-session-id" => vec![(Private::Id, value..end)],
        "ice-ufrag" => vec![(Private::Ufrag, value..end)],
        "crypto" | "acap" => match text[value..end].find("inline:") {
            Some(at) => vec![(Private::Password, value + at..end)],
            None => vec![(Private::Password, value..end)],
        },
        // The name of the protocol stays.
        "key-mgmt" => match words(&text[..end], value).as_slice() {
            [_, first, ..] => vec![(Private::Password, first.start..end)],
            _ => vec![(Private::Password, value..end)],
        },
        "ice-pwd" | "identity" | "zrtp-hash" => vec![(Private::Password, value..end)],
        _ => match Entry::find(name) {
            Some(entry) if entry.is_private() => vec![(Private::Text, value..end)],
            _ => Vec::new(),
        },
    }
}

/// The words of a text from `start` on.
fn words(text: &str, start: usize) -> Vec<Range<usize>> {
    let mut at = start;
    let mut words = Vec::new();
    for word in text[start..].split(' ') {
        if !word.is_empty() {
            words.push(at..at + word.len());
        }
        at += word.len() + 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::Redactor;
    use crate::proto::sdp::attribute::ALL;
    use serde_json::{Value, json};

    #[test]
    fn each_private_attribute_is_replaced() {
        for entry in ALL.iter().filter(|entry| entry.is_private()) {
            let line = match entry.name {
                "cname" | "mslabel" => format!("a=ssrc:1 {}:CanarySecret", entry.name),
                "crypto" => "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:CanarySecret".to_owned(),
                "key-mgmt" => "a=key-mgmt:mikey CanarySecret".to_owned(),
                "msid-semantic" => "a=msid-semantic: WMS CanarySecret".to_owned(),
                name => format!("a={name}:CanarySecret"),
            };
            let mut value = json!({"text": line, "meaning": "It is CanarySecret."});
            Redactor::new().value(&mut value);
            let redacted = value.to_string();
            assert!(!redacted.contains("CanarySecret"), "{redacted}");
            let start = format!("a={}", entry.name);
            assert!(redacted.contains(&start) || redacted.contains(entry.name), "{redacted}");
        }
    }

    #[test]
    fn descriptions_are_read_line_by_line() {
        let sdp = "v=0\r\no=- 4611731400430051336 2 IN IP4 203.0.113.9\r\ns=-\r\na=ice-ufrag:CanaryU\r\na=ice-pwd:CanaryPassword\r\n\
            a=candidate:842163049 1 udp 5 203.0.113.9 6 typ host\r\na=mid:0\r\n";
        let mut value = json!({ "offer": { "sdp": sdp }, "log": "checks of CanaryU with CanaryPassword" });
        Redactor::new().value(&mut value);
        assert_eq!(
            value["offer"]["sdp"],
            "v=0\r\no=- 1001 2 IN IP4 192.0.2.1\r\ns=-\r\na=ice-ufrag:ufrag-1\r\na=ice-pwd:password-1\r\n\
            a=candidate:1 1 udp 5 192.0.2.1 6 typ host\r\na=mid:0\r\n"
        );
        assert_eq!(value["log"], "checks of ufrag-1 with password-1");
    }

    #[test]
    fn lines_keep_their_form() {
        for (line, redacted) in [
            ("s=-", "s=-"),
            ("s=Alice at work", "s=text-1"),
            (
                "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
                "o=- 1001 2 IN IP4 127.0.0.1",
            ),
            ("o=alice 1 1 IN IP4 pc.test", "o=user-1 1 1 IN IP4 host-1.example"),
            ("u=https://intern.test/alice", "u=https://host-1.example/text-1"),
            ("k=clear:KEYKEYKEY", "k=clear:password-1"),
            ("a=msid:- 7b1f0f2e-track", "a=msid:- id-1"),
            ("a=ssrc:5 cname:x7b1f0f2e", "a=ssrc:5 cname:id-1"),
            ("a=mid:0", "a=mid:0"),
            ("a=setup:actpass", "a=setup:actpass"),
            ("a=key-mgmt:mikey AAAABBBB", "a=key-mgmt:mikey password-1"),
        ] {
            let mut value = json!({ "text": line });
            Redactor::new().value(&mut value);
            let Value::String(got) = &value["text"] else { panic!() };
            assert_eq!(got, redacted, "{line}");
        }
    }
}
