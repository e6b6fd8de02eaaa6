//! Attributes of STUN messages, as the report of a capture has them: `{"type": "0x0006", "name": "USERNAME", ...}`.

use serde_json::{Map, Value};

use super::Known;
use crate::secret::Private;

/// Whether an object is an attribute; then its name.
fn name(members: &Map<String, Value>) -> Option<&str> {
    let is_one = members.contains_key("length") && members.get("type")?.as_str()?.starts_with("0x");
    members.get("name")?.as_str().filter(|_| is_one)
}

/// Names that an attribute says.
pub fn learn(known: &mut Known, members: &Map<String, Value>) {
    let (Some(name), Some(value)) = (name(members), members.get("value").and_then(Value::as_str)) else {
        return;
    };
    match name {
        "USERNAME" => match value.split_once(':') {
            // The TURN REST API writes a time before the name; a check names two agents (RFC 8445 §7.2.2).
            Some((time, _)) if time.len() >= 9 && time.bytes().all(|byte| byte.is_ascii_digit()) => {
                known.words.learn(Private::Username, value);
            }
            Some((receiver, sender)) => {
                [receiver, sender]
                    .iter()
                    .for_each(|ufrag| known.words.learn(Private::Ufrag, ufrag));
            }
            None => known.words.learn(Private::Username, value),
        },
        "REALM" => known.words.learn(Private::Realm, value),
        "ORIGIN" => known.words.learn_url(value),
        "ALTERNATE-DOMAIN" => known.words.learn(Private::Host, value),
        _ => {}
    }
}

/// Takes away octets of which nobody knows what they say.
pub fn replace(members: &mut Map<String, Value>) {
    let opaque = matches!(
        name(members),
        Some("Unknown" | "ACCESS-TOKEN" | "MOBILITY-TICKET" | "RESERVATION-TOKEN")
    );
    if name(members).is_some() {
        members.remove("value_hex");
    }
    if opaque {
        members.remove("value");
    }
}

#[cfg(test)]
mod tests {
    use super::super::Redactor;
    use serde_json::json;

    #[test]
    fn attributes_give_nothing_away() {
        let redactor = Redactor::new();
        let mut message = json!({"attributes": [
            {"type": "0x0006", "name": "USERNAME", "length": 9, "value": "GHf/:vd9e"},
            {"type": "0x0006", "name": "USERNAME", "length": 16, "value": "1700000000:bella"},
            {"type": "0x0006", "name": "USERNAME", "length": 5, "value": "alice"},
            {"type": "0x0014", "name": "REALM", "length": 11, "value": "company.test"},
            {"type": "0x802f", "name": "ORIGIN", "length": 20, "value": "https://meet.corp.test"},
            {"type": "0xc057", "name": "Unknown", "length": 4, "value": "c0a80102"},
            {"type": "0x0020", "name": "XOR-MAPPED-ADDRESS", "length": 3, "value_hex": "c0a801"},
            {"type": "0x0020", "name": "XOR-MAPPED-ADDRESS", "length": 8, "value": "203.0.113.9:5000"},
            {"type": "0x8022", "name": "SOFTWARE", "length": 6, "value": "Coturn"},
        ]});
        redactor.value(&mut message);
        let values: Vec<&str> = message["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["value"].as_str().unwrap_or("-"))
            .collect();
        assert_eq!(
            values,
            [
                "ufrag-1:ufrag-2",
                "1700000000:user-1",
                "user-2",
                "realm-1",
                "https://host-1.example",
                "-",
                "-",
                "192.0.2.1:5000",
                "Coturn"
            ]
        );
        assert!(!message.to_string().contains("c0a8"));
    }

    #[test]
    fn what_is_no_attribute_stays() {
        let redactor = Redactor::new();
        let mut other = json!({"name": "USERNAME", "value": "alice", "value_hex": "00"});
        let before = other.clone();
        redactor.value(&mut other);
        assert_eq!(other, before);
    }
}
