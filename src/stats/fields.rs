//! [`Fields`]: the members of what an event says, in whichever of three forms it says it.

use serde_json::{Map, Value};

use super::json::Json;

/// The members of a value, in any of the forms.
#[derive(Debug)]
pub enum Fields<'v> {
    /// An object.
    Object(&'v Map<String, Value>),
    /// JSON in a string.
    Parsed(Map<String, Value>),
    /// `name: value, name: value`.
    Text(&'v str),
    /// Nothing of the kind.
    None,
}

impl<'v> Fields<'v> {
    /// The members of this value.
    pub fn of(value: &'v Value) -> Fields<'v> {
        match value {
            Value::Object(members) => Fields::Object(members),
            Value::String(text) if text.trim_start().starts_with('{') => {
                match Json::over(text.clone().into_bytes()).tree() {
                    Ok(Value::Object(members)) => Fields::Parsed(members),
                    _ => Fields::Text(text),
                }
            }
            Value::String(text) => Fields::Text(text),
            _ => Fields::None,
        }
    }

    /// A member as text.
    pub fn get(&self, name: &str) -> Option<String> {
        let value = match self {
            Fields::Object(members) => members.get(name)?,
            Fields::Parsed(members) => members.get(name)?,
            Fields::Text(text) => return written(text, name),
            Fields::None => return None,
        };
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }
}

/// The value of a member in `name: value, name: value`, where values may be in quotation marks. SDP goes to the end.
fn written(text: &str, name: &str) -> Option<String> {
    let start = text.match_indices(name).find_map(|(at, _)| {
        let before = &text[..at];
        let begins = before.is_empty() || before.ends_with(", ") || before.ends_with('\n') || before.ends_with("{ ");
        begins.then(|| text[at + name.len()..].strip_prefix(": ")).flatten()
    })?;
    if start.starts_with('"') {
        let (mut json, _) = (Json::over(start.as_bytes().to_vec()), ());
        return json.string().ok().map(str::to_owned);
    }
    if name == "sdp" {
        return Some(start.to_owned());
    }
    let end = start
        .find(", ")
        .into_iter()
        .chain(start.find('\n'))
        .min()
        .unwrap_or(start.len());
    Some(start[..end].trim_end_matches('\r').to_owned())
}
