//! Time-limited TURN credentials (draft-uberti-behave-turn-rest), made here a second time so as not to trust our own.

use base64::Engine;
use hmac::{Hmac, Mac};
use sha1::Sha1;

/// HMAC-SHA1 of the username.
fn mac(secret: &str, username: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("HMAC takes any key");
    mac.update(username.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The credential that a server with this secret expects.
pub fn credential(secret: &str, username: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(mac(secret, username))
}

/// The same octets in hexadecimal, a common mistake.
pub fn hex_credential(secret: &str, username: &str) -> String {
    mac(secret, username)
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect()
}

/// Seconds since 1970, `offset` from now.
pub fn unix_time(offset: i64) -> i64 {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("a clock after 1970");
    i64::try_from(now.as_secs()).expect("a clock before the end of time") + offset
}
