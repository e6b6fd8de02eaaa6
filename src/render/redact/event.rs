//! What calls and events say of devices, tracks and streams: their ids and labels, in JSON, in JSON within a string of JSON, or
//! as `name: value, name: value`.

use crate::secret::Private;

use super::words::Words;

/// Members whose values people or programs chose.
const LABELS: &[&str] = &["label", "displayName", "userName", "name", "title", "mediaElementId"];
/// Strings in lists that are no names.
const PLAIN: &[&str] = &[
    "audio",
    "video",
    "audioinput",
    "audiooutput",
    "videoinput",
    "default",
    "communications",
    "user",
    "environment",
    "sendrecv",
    "sendonly",
    "recvonly",
    "inactive",
    "offer",
    "answer",
    "live",
    "ended",
    "open",
    "closed",
    "new",
    "connected",
];

/// Learns the names in a text.
pub fn learn(words: &mut Words, text: &str) {
    told(words, text);
    let mut rest = text;
    let mut key = None;
    while let Some(start) = rest.find(['"', '\'', ':']) {
        let (before, from) = rest.split_at(start);
        bare(words, before);
        let mark = &from[..1];
        if mark == ":" {
            rest = &from[1..];
            // `label: chat`: a name without quotation marks, up to the comma.
            let name = before.rsplit([' ', ',', '{', '\n']).next().unwrap_or_default();
            let value = rest.strip_prefix(' ').unwrap_or_default();
            if !name.is_empty() {
                key = Some(name);
                let end = value.find([',', '\n', '}']).unwrap_or(value.len());
                if !value.starts_with(['"', '\'', '{', '[']) {
                    named(words, name, &value[..end]);
                }
            }
            continue;
        }
        // Within a string that is in quotation marks itself they have a backslash before them, and so has the end.
        let (length, after) = match before.strip_suffix('\\') {
            Some(_) => inside(&from[1..], &format!("\\{mark}")),
            None => inside(&from[1..], mark),
        };
        let string = &from[1..1 + length];
        rest = &from[1 + after..];
        if rest.trim_start().starts_with(':') {
            key = Some(string);
            rest = rest.trim_start().strip_prefix(':').unwrap_or_default();
            continue;
        }
        match key.take().filter(|_| {
            before.trim_end_matches([' ', '\\']).ends_with(':') || before.trim_matches([' ', '\\']).is_empty()
        }) {
            Some(key) => named(words, key, string),
            None if string.contains(['{', '"']) => learn(words, string),
            None if PLAIN.contains(&string) => {}
            None => words.learn(Private::Id, string),
        }
    }
    bare(words, rest);
}

/// Learns what our own sentences have of it: labels of data channels, and addresses of which Chrome hides the end
/// (`10.99.0.x:33382`, `[2001:db8:0:1:x:x:x:x]:9`): the beginning is that of a network.
pub fn told(words: &mut Words, text: &str) {
    if let Some((_, label)) = text.split_once("data channel \"") {
        words.learn(Private::Text, label.split('"').next().unwrap_or_default());
    }
    for word in text.split([' ', '"', ',']) {
        let (start, _) = word.split_once(':').unwrap_or((word, ""));
        if let Some(network) = start.strip_suffix(".x")
            && network.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.')
        {
            words.learn(Private::Host, start);
        } else if word.contains(":x:x") {
            let address = word.trim_start_matches('[').split(']').next().unwrap_or_default();
            words.learn(Private::Host, address);
        }
    }
}

/// How long a string is up to its end, and where what follows begins.
fn inside(text: &str, end: &str) -> (usize, usize) {
    let mut from = 0;
    while let Some(at) = text[from..].find(end).map(|at| from + at) {
        let escaped = end.len() == 1 && text[..at].ends_with('\\');
        if !escaped {
            return (at, at + end.len());
        }
        from = at + end.len();
    }
    (text.len(), text.len())
}

fn named(words: &mut Words, name: &str, value: &str) {
    if value.contains(['{', '"']) {
        return learn(words, value);
    }
    let is_id = name.ends_with("Id") || matches!(name, "id" | "track" | "stream" | "streams" | "trackIdentifier");
    if LABELS.contains(&name) {
        words.learn(Private::Text, value);
    } else if (is_id && !PLAIN.contains(&value)) || is_id_like(value) {
        words.learn(Private::Id, value);
    }
}

/// Ids without any marks around them.
fn bare(words: &mut Words, text: &str) {
    let parts = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '{' | '}')));
    parts
        .filter(|part| is_id_like(part))
        .for_each(|part| words.learn(Private::Id, part));
}

/// Whether a word is made of random digits: `3b5e831d-dea4-4357-80f2-dd853d12db1d`, `AhX5ct21fpuWJJA3PFdtwESW1MqlWhYjC5Sh`.
fn is_id_like(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    word.len() >= 16
        && digits >= 2
        && letters >= 2
        && word
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || b"-_{}+=".contains(&octet))
}

#[cfg(test)]
mod tests {
    use super::super::{Known, scan};
    use super::*;

    fn redacted(text: &str) -> String {
        let mut known = Known::default();
        learn(&mut known.words, text);
        scan::replace(&mut known, text, false)
    }

    #[test]
    fn ids_and_labels_wherever_they_stand() {
        for (text, wanted) in [
            (
                r#"[["audio","3b5e831d-dea4-4357-80f2-dd853d12db1d","Alice's Headset","d7811752-06ed-4256-a2eb-b1ca021ba6bc"]]"#,
                r#"[["audio","id-1","id-2","id-3"]]"#,
            ),
            (
                r#"audio {"id":"3b5e831d-dea4-4357-80f2-dd853d12db1d","label":"Alice's Headset"}, video {"label":"cam_1"}"#,
                r#"audio {"id":"id-1","label":"text-1"}, video {"label":"text-2"}"#,
            ),
            (
                r#"{"audio":true,"video":"{\"deviceId\": {\"exact\": \"0123456789abcdef0123\"}, \"width\": 640}"}"#,
                r#"{"audio":true,"video":"{\"deviceId\": {\"exact\": \"id-1\"}, \"width\": 640}"}"#,
            ),
            ("label: secret talk, ordered: true", "label: text-1, ordered: true"),
            (
                "Caused by: addTrack\n\ngetTransceivers()[0]:{\n  mid:null,\n  kind:'audio',\n  sender:{\n    track:'3b5e831d-dea4-4357-80f2-dd853d12db1d',\n    streams:['my stream'],\n  },\n",
                "Caused by: addTrack\n\ngetTransceivers()[0]:{\n  mid:null,\n  kind:'audio',\n  sender:{\n    track:'id-1',\n    streams:['id-2'],\n  },\n",
            ),
            (
                r#"{"mid":"0","kind":"audio","direction":"sendrecv","label":"cut in the mi"#,
                r#"{"mid":"0","kind":"audio","direction":"sendrecv","label":"text-1"#,
            ),
            (
                "turn:t 10.99.0.x:33382 401, [2001:db8:0:1:x:x:x:x]:9 701",
                "turn:t host-1.example:33382 401, [host-2.example]:9 701",
            ),
            ("{2cb95795-3a24-cb45-a70d-cdf98af92f2f} is live", "id-1 is live"),
            ("", ""),
            (":\"':'\\\"", ":\"':'\\\""),
        ] {
            assert_eq!(redacted(text), wanted, "{text}");
        }
    }
}
