//! What stands beside an event, for people: the JSON in it becomes words. `--json` has it as it was written.

use serde_json::{Deserializer, Value};

use crate::render::sanitize;

/// A longer text is left as it is; it will be cut anyway.
const LONGEST: usize = 64 * 1024;

/// The text with all JSON objects and arrays in it as words: `{"kind":"audio","direction":"sendrecv"}` is `audio, direction
/// sendrecv`. Members without a value, and ids made of random digits, are left out.
pub fn words(text: &str) -> String {
    if text.len() > LONGEST {
        return text.to_owned();
    }
    let mut said = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '[']) {
        let mut values = Deserializer::from_str(&rest[at..]).into_iter::<Value>();
        let Some(Ok(value)) = values.next() else { break };
        said.push_str(&rest[..at]);
        // Escapes of JSON are read here for the first time.
        said.push_str(&sanitize::visible(&of(&value)));
        rest = &rest[at + values.byte_offset()..];
    }
    said + rest
}

fn of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if is_random(text) => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(values) => {
            let lists = values.iter().any(|value| value.is_array() || value.is_object());
            joined(values.iter().map(of), if lists { "; " } else { " " })
        }
        Value::Object(members) => joined(members.iter().map(|(name, value)| member(name, value)), ", "),
    }
}

fn member(name: &str, value: &Value) -> String {
    match (name, value) {
        // A transceiver is known by its mid and kind, which stand beside these.
        ("sender" | "receiver" | "streams" | "transceiverIndex", _) => String::new(),
        ("kind" | "label", value) => of(value),
        (name, Value::Object(_)) => match of(value) {
            inner if inner.is_empty() => String::new(),
            inner => format!("{name} ({inner})"),
        },
        (name, value) => match of(value) {
            value if value.is_empty() => String::new(),
            value => format!("{name} {value}"),
        },
    }
}

fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
}

/// Ids of tracks, streams, devices and groups: UUIDs and digests.
fn is_random(text: &str) -> bool {
    text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_words() {
        for (text, said) in [
            ("", ""),
            ("stable", "stable"),
            (r#"{"voiceActivityDetection":true}"#, "voiceActivityDetection true"),
            (
                r#"{"mid":null,"kind":"audio","sender":{"track":"x"},"direction":"sendrecv","currentDirection":null}"#,
                "audio, direction sendrecv",
            ),
            (
                r#"audio {"id":"7824974e-86aa-4233-8b9a-90d4298c5eac","label":"Fake Input"}, video {"label":"Cam"}"#,
                "audio Fake Input, video Cam",
            ),
            (
                r#"[["audio","cbff0905-b526-43f9-80bd-379acf2dd782","Mic"],["video","Cam"]]"#,
                "audio Mic; video Cam",
            ),
            (
                r#"{"audio":true,"video":{"width":640}}"#,
                "audio true, video (width 640)",
            ),
            (r#"{"a":{}} {"b":"#, r#" {"b":"#),
            ("[not json", "[not json"),
            (r#"{"label":"\u001b[31m"}"#, r"\x1b[31m"),
        ] {
            assert_eq!(words(text), said, "{text}");
        }
    }

    #[test]
    fn hostile_nesting_is_left_as_it_is() {
        let deep = "[".repeat(60_000);
        assert_eq!(words(&deep), deep);
        let long = "{}".repeat(LONGEST);
        assert_eq!(words(&long), long);
    }
}
