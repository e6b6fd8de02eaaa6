//! Descriptions as they lie in files, without the program's own reader.

use std::path::Path;

use base64::Engine;

/// The description of a `.sdp`, `.json` or `.b64` file: the first member `sdp` there is.
pub fn unwrap(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match path.extension()?.to_str()? {
        "json" => member(&serde_json::from_str(&text).ok()?),
        "b64" => {
            let json = base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()?;
            member(&serde_json::from_slice(&json).ok()?)
        }
        _ => Some(text),
    }
}

fn member(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Object(map) => match map.get("sdp") {
            Some(serde_json::Value::String(sdp)) => Some(sdp.clone()),
            _ => map.values().find_map(member),
        },
        serde_json::Value::Array(list) => list.iter().find_map(member),
        _ => None,
    }
}
