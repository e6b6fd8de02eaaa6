//! What a configuration names.

use serde_json::Value;

/// The URLs in a configuration, whatever its form.
pub fn servers(config: &Value) -> Vec<String> {
    const SCHEMES: [&str; 4] = ["stun:", "stuns:", "turn:", "turns:"];
    let text = match config {
        Value::String(text) => text.clone(),
        tree => tree.to_string(),
    };
    let words = text.split(|c: char| c.is_whitespace() || "\"',;[]{}()<>\\".contains(c));
    let mut servers: Vec<String> = Vec::new();
    for word in words.filter(|word| SCHEMES.iter().any(|scheme| word.starts_with(scheme))) {
        if !servers.iter().any(|server| server == word) {
            servers.push(word.to_owned());
        }
    }
    servers
}
