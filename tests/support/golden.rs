//! Reports beside golden ones that other programs made: keys in the spelling of ours, and what counts as nothing.

use serde_json::Value;

/// `iceUfrag` -> `ice_ufrag`; what is below the keys `data` (in our spelling) is kept as it is.
pub fn snake(value: &Value, data: &[&str]) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| {
                let mut name = String::new();
                for c in key.chars() {
                    if c.is_ascii_uppercase() {
                        name.push('_');
                    }
                    name.push(c.to_ascii_lowercase());
                }
                let is_data = data.contains(&name.as_str());
                (name, if is_data { value.clone() } else { snake(value, data) })
            })
            .collect(),
        Value::Array(values) => values.iter().map(|value| snake(value, data)).collect(),
        other => other.clone(),
    }
}

/// null, absent, `[]` and `{}` count as equal.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.iter().all(is_empty),
        Value::Object(members) => members.values().all(is_empty),
        _ => false,
    }
}
