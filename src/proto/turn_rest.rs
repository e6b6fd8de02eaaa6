//! Time-limited TURN credentials (draft-uberti-behave-turn-rest, coturn's `use-auth-secret`): [`make`] and [`diagnose`].
//!
//! The user name is `EXPIRY` or `EXPIRY:USER`, where EXPIRY is Unix time in seconds; the credential is
//! `base64(HMAC-SHA1(shared secret, user name))`. A server answers 401 to every mistake in them without saying which,
//! so what can be seen beforehand is worth seeing.

use std::fmt;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hmac::{Hmac, Mac};
use sha1::Sha1;

use crate::secret::Secret;
use crate::time::span;

/// The longest user name browsers take, in octets (RFC 8489 §14.3).
const LONGEST_USERNAME: usize = 509;

/// User name and credential that a server with the shared `secret` takes until `expires_unix` (seconds).
///
/// `user` only serves the server's logs; an empty one counts as none.
pub fn make(secret: &Secret, user: Option<&str>, expires_unix: u64) -> (String, Secret) {
    let username = match user {
        Some(user) if !user.is_empty() => format!("{expires_unix}:{user}"),
        _ => expires_unix.to_string(),
    };
    let credential = STANDARD.encode(hmac_sha1(secret.expose().as_bytes(), username.as_bytes()));
    (username, Secret::new(credential))
}

/// Something about credentials that makes a TURN server refuse them, or is likely to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CredentialQuirk {
    /// No user name, or an empty one: browsers throw an InvalidAccessError for `turn:` and `turns:`.
    MissingUsername,
    /// No credential, or an empty one: likewise.
    MissingCredential,
    /// More than the 509 octets that a USERNAME may have.
    UsernameTooLong {
        /// Its length in octets.
        octets: usize,
    },
    /// Blanks or a line end around the user name.
    BlanksAroundUsername,
    /// Blanks or a line end around the credential, as a shell or a file leaves them.
    BlanksAroundCredential,
    /// The time in the user name has passed.
    Expired {
        /// Seconds since then.
        by_s: u64,
    },
    /// The time in the user name is in milliseconds: servers read a date in the far future.
    Milliseconds,
    /// `3600:user`: a number of seconds from now instead of a time.
    Duration {
        /// The number.
        seconds: u64,
    },
    /// `user:expiry` instead of `expiry:user`. Coturn takes it all the same, others do not.
    Reversed,
    /// The credential is the HMAC in hexadecimal digits instead of base64.
    HexCredential,
    /// The credential is base64 of the HMAC's hexadecimal digits instead of its octets.
    Base64OfHex,
    /// The credential is in the URL-safe alphabet, or lacks its padding; servers compare the plain form.
    Base64Variant,
    /// The credential is as long as the HMAC of another hash function; servers use SHA-1.
    OtherHash {
        /// The length in octets: 16 is MD5, 32 SHA-256, 64 SHA-512.
        octets: usize,
    },
    /// The credential is no base64 at all.
    NotBase64,
}

impl CredentialQuirk {
    /// A stable kebab-case name.
    pub const fn code(&self) -> &'static str {
        match self {
            CredentialQuirk::MissingUsername => "missing-username",
            CredentialQuirk::MissingCredential => "missing-credential",
            CredentialQuirk::UsernameTooLong { .. } => "username-too-long",
            CredentialQuirk::BlanksAroundUsername => "blanks-around-username",
            CredentialQuirk::BlanksAroundCredential => "blanks-around-credential",
            CredentialQuirk::Expired { .. } => "expired",
            CredentialQuirk::Milliseconds => "milliseconds",
            CredentialQuirk::Duration { .. } => "duration",
            CredentialQuirk::Reversed => "reversed",
            CredentialQuirk::HexCredential => "hex-credential",
            CredentialQuirk::Base64OfHex => "base64-of-hex",
            CredentialQuirk::Base64Variant => "base64-variant",
            CredentialQuirk::OtherHash { .. } => "other-hash",
            CredentialQuirk::NotBase64 => "not-base64",
        }
    }

    /// What to do, one sentence.
    pub const fn advice(&self) -> &'static str {
        match self {
            CredentialQuirk::MissingUsername => "Give the user name; every TURN server wants one.",
            CredentialQuirk::MissingCredential => "Give the credential; every TURN server wants one.",
            CredentialQuirk::UsernameTooLong { .. } => "Use a shorter user name; a USERNAME has at most 509 octets.",
            CredentialQuirk::BlanksAroundUsername | CredentialQuirk::BlanksAroundCredential => {
                "Strip blanks and line ends from it; they count when the key is made."
            }
            CredentialQuirk::Expired { .. } => {
                "Ask the service for fresh credentials, and check the clocks of both machines."
            }
            CredentialQuirk::Milliseconds => {
                "Divide the time by 1000: it is in seconds, unlike JavaScript's `Date.now()`."
            }
            CredentialQuirk::Duration { .. } => "Add the number to the current Unix time in seconds.",
            CredentialQuirk::Reversed => "Put the time first: `EXPIRY:USER`, and compute the credential over that.",
            CredentialQuirk::HexCredential => "Encode the HMAC's octets with base64, not with hexadecimal digits.",
            CredentialQuirk::Base64OfHex => "Encode the HMAC's octets with base64, not its hexadecimal text.",
            CredentialQuirk::Base64Variant => "Use the standard base64 alphabet (`+` and `/`) with the padding `=`.",
            CredentialQuirk::OtherHash { .. } => "Use HMAC-SHA1, unless your server says otherwise.",
            CredentialQuirk::NotBase64 => {
                "If the server uses a shared secret, give base64(HMAC-SHA1(secret, user name)), not the secret itself."
            }
        }
    }
}

impl fmt::Display for CredentialQuirk {
    /// One sentence without its full stop; never any part of the credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CredentialQuirk::MissingUsername => f.write_str("there is no user name"),
            CredentialQuirk::MissingCredential => f.write_str("there is no credential"),
            CredentialQuirk::UsernameTooLong { octets } => write!(f, "the user name has {octets} octets"),
            CredentialQuirk::BlanksAroundUsername => f.write_str("the user name has blanks around it"),
            CredentialQuirk::BlanksAroundCredential => f.write_str("the credential has blanks around it"),
            CredentialQuirk::Expired { by_s } => write!(f, "the user name's time passed {} ago", span(*by_s)),
            CredentialQuirk::Milliseconds => f.write_str("the user name's time is in milliseconds"),
            CredentialQuirk::Duration { seconds } => {
                write!(f, "the user name begins with {seconds}, a duration instead of a time")
            }
            CredentialQuirk::Reversed => f.write_str("the user name ends with its time instead of beginning with it"),
            CredentialQuirk::HexCredential => f.write_str("the credential is in hexadecimal digits instead of base64"),
            CredentialQuirk::Base64OfHex => f.write_str("the credential is base64 of hexadecimal digits"),
            CredentialQuirk::Base64Variant => f.write_str("the credential is not in the standard form of base64"),
            CredentialQuirk::OtherHash { octets } => {
                write!(f, "the credential has {octets} octets; an HMAC-SHA1 has 20")
            }
            CredentialQuirk::NotBase64 => {
                f.write_str("the user name has a time, but the credential is no HMAC in base64")
            }
        }
    }
}

/// When a time-limited user name expires, in Unix time (seconds); `None` for an ordinary one.
///
/// Milliseconds and the reversed order are understood.
pub fn expires_unix(username: &str) -> Option<u64> {
    match time_in(username.trim())?.0 {
        Time::Seconds(seconds) => Some(seconds),
        Time::Milliseconds(ms) => Some(ms / 1000),
        Time::Duration(_) => None,
    }
}

/// What can be said about credentials for a TURN server before it is asked.
///
/// The form of the credential is only judged beside a user name with a time in it: elsewhere it may be anything.
pub fn diagnose(username: Option<&str>, credential: Option<&Secret>, now_unix: u64) -> Vec<CredentialQuirk> {
    let mut quirks = Vec::new();
    let username = username.unwrap_or_default();
    let credential = credential.map(Secret::expose).unwrap_or_default();
    if username.is_empty() {
        quirks.push(CredentialQuirk::MissingUsername);
    } else if username.len() > LONGEST_USERNAME {
        quirks.push(CredentialQuirk::UsernameTooLong { octets: username.len() });
    }
    if username.trim() != username {
        quirks.push(CredentialQuirk::BlanksAroundUsername);
    }
    let time = time_in(username.trim());
    if let Some((time, reversed)) = time {
        match time {
            Time::Seconds(expiry) if expiry <= now_unix => {
                quirks.push(CredentialQuirk::Expired {
                    by_s: now_unix - expiry,
                });
            }
            Time::Seconds(_) => {}
            Time::Milliseconds(_) => quirks.push(CredentialQuirk::Milliseconds),
            Time::Duration(seconds) => quirks.push(CredentialQuirk::Duration { seconds }),
        }
        if reversed {
            quirks.push(CredentialQuirk::Reversed);
        }
    }
    if credential.is_empty() {
        quirks.push(CredentialQuirk::MissingCredential);
        return quirks;
    }
    if credential.trim() != credential {
        quirks.push(CredentialQuirk::BlanksAroundCredential);
    }
    if time.is_some() {
        quirks.extend(form_of(credential.trim()));
    }
    quirks
}

#[derive(Clone, Copy)]
enum Time {
    Seconds(u64),
    Milliseconds(u64),
    Duration(u64),
}

/// The time in a user name, and whether it stands behind the user instead of before it.
fn time_in(username: &str) -> Option<(Time, bool)> {
    let Some((before, _)) = username.split_once(':') else {
        // A bare number below a plausible time is an ordinary account, such as an extension number.
        return time(username)
            .filter(|time| !matches!(time, Time::Duration(_)))
            .map(|time| (time, false));
    };
    if let Some(time) = time(before) {
        return Some((time, false));
    }
    let (_, after) = username.rsplit_once(':')?;
    time(after)
        .filter(|time| !matches!(time, Time::Duration(_)))
        .map(|time| (time, true))
}

/// Seconds from 2001-09-09 to 2100, the same in milliseconds, or a smaller number, by size.
fn time(text: &str) -> Option<Time> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match text.parse().ok()? {
        number @ 0..1_000_000_000 => Some(Time::Duration(number)),
        number @ 1_000_000_000..4_102_444_800 => Some(Time::Seconds(number)),
        number @ 1_000_000_000_000..4_102_444_800_000 => Some(Time::Milliseconds(number)),
        _ => None,
    }
}

/// What is wrong with a credential that should be base64 of twenty octets.
fn form_of(credential: &str) -> Option<CredentialQuirk> {
    // Of these lengths: HMAC-MD5, -SHA1, -SHA256 and -SHA512 in hexadecimal digits.
    if is_hex(credential.as_bytes()) && [32, 40, 64, 128].contains(&credential.len()) {
        return Some(CredentialQuirk::HexCredential);
    }
    let (octets, plain) = match STANDARD.decode(credential) {
        Ok(octets) => (octets, true),
        Err(_) => {
            let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
            let relaxed = [&base64::alphabet::STANDARD, &base64::alphabet::URL_SAFE]
                .into_iter()
                .find_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(credential).ok());
            match relaxed {
                Some(octets) => (octets, false),
                None => return Some(CredentialQuirk::NotBase64),
            }
        }
    };
    match octets.len() {
        20 if plain => None,
        20 => Some(CredentialQuirk::Base64Variant),
        32 | 40 | 64 | 128 if is_hex(&octets) => Some(CredentialQuirk::Base64OfHex),
        length @ (16 | 32 | 64) => Some(CredentialQuirk::OtherHash { octets: length }),
        // Any word of letters is base64 of something.
        _ => Some(CredentialQuirk::NotBase64),
    }
}

fn is_hex(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_hexdigit)
}

fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
    // An HMAC takes a key of any length, so the error never comes.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key) else {
        return [0; 20];
    };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: u64 = 1_795_000_000;

    fn codes(username: &str, credential: &str) -> Vec<&'static str> {
        diagnose(Some(username), Some(&Secret::new(credential)), NOW)
            .iter()
            .map(CredentialQuirk::code)
            .collect()
    }

    fn good(username: &str) -> [u8; 20] {
        hmac_sha1(b"north", username.as_bytes())
    }

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    #[test]
    fn the_hmac_is_that_of_rfc_2202() {
        assert_eq!(
            hex(&hmac_sha1(b"Jefe", b"what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        );
        assert_eq!(
            hex(&hmac_sha1(
                &[0xaa; 80],
                b"Test Using Larger Than Block-Size Key - Hash Key First"
            )),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112"
        );
    }

    #[test]
    fn makes_what_a_server_checks() {
        let secret = Secret::new("north");
        let (username, credential) = make(&secret, Some("alice"), 1_795_003_600);
        assert_eq!(username, "1795003600:alice");
        // printf 1795003600:alice | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(credential.expose(), "Tp795jkQlYK08ERTpHQEdcIDM1I=");
        assert_eq!(make(&secret, None, 7).0, "7");
        assert_eq!(make(&secret, Some(""), 7).0, "7");
        assert_eq!(expires_unix(&username), Some(1_795_003_600));
    }

    #[test]
    fn what_is_right_is_left_alone() {
        assert!(codes("alice", "hunter2").is_empty());
        assert!(codes("1001", "hunter2").is_empty(), "an extension number");
        assert!(codes("alice:bob", "hunter2").is_empty());
        assert!(codes("99999999999999999999:alice", "hunter2").is_empty());
        let (username, credential) = make(&Secret::new("north"), Some("alice"), NOW + 1);
        assert!(codes(&username, credential.expose()).is_empty());
        let (username, credential) = make(&Secret::new("north"), None, NOW + 86_400);
        assert!(codes(&username, credential.expose()).is_empty());
    }

    #[test]
    fn each_mistake_is_named() {
        let future = format!("{}:alice", NOW + 60);
        let right = STANDARD.encode(good(&future));
        let url_safe = right.replace('+', "-").replace('/', "_");
        let wrong_hash = STANDARD.encode([7; 32]);
        for (username, credential, expected) in [
            ("", "", &["missing-username", "missing-credential"][..]),
            ("alice", "", &["missing-credential"]),
            ("", "hunter2", &["missing-username"]),
            (&"a".repeat(510), "x", &["username-too-long"]),
            (
                "alice\n",
                "hunter2 ",
                &["blanks-around-username", "blanks-around-credential"],
            ),
            (&format!("{NOW}:alice"), &right, &["expired"]),
            ("1600000000", &right, &["expired"]),
            (&format!("{}000:alice", NOW + 60), &right, &["milliseconds"]),
            (&format!("{}000", NOW - 60), &right, &["milliseconds"]),
            ("86400:alice", &right, &["duration"]),
            (&format!("alice:{}", NOW + 60), &right, &["reversed"]),
            (&format!("a:b:{}000", NOW + 60), &right, &["milliseconds", "reversed"]),
            ("alice:1600000000", &right, &["expired", "reversed"]),
            (&future, &hex(&good(&future)), &["hex-credential"]),
            (&future, &hex(&good(&future)).to_uppercase(), &["hex-credential"]),
            (&future, &STANDARD.encode(hex(&good(&future))), &["base64-of-hex"]),
            (&future, right.trim_end_matches('='), &["base64-variant"]),
            (&future, url_safe.trim_end_matches('='), &["base64-variant"]),
            (&future, &wrong_hash, &["other-hash"]),
            (&future, "north", &["not-base64"]),
            (&future, "the secret itself!", &["not-base64"]),
            (&future, &format!("{right}\n"), &["blanks-around-credential"]),
            ("1600000000:x", &hex(&good("x")), &["expired", "hex-credential"]),
        ] {
            assert_eq!(codes(username, credential), expected, "{username:?}");
        }
        assert_eq!(
            diagnose(Some("1600000000"), None, 1_600_000_060)[0],
            CredentialQuirk::Expired { by_s: 60 }
        );
        assert_eq!(
            diagnose(None, None, 0),
            [CredentialQuirk::MissingUsername, CredentialQuirk::MissingCredential]
        );
    }

    #[test]
    fn times_are_read_in_every_form() {
        assert_eq!(expires_unix("1795003600"), Some(1_795_003_600));
        assert_eq!(expires_unix("1795003600123:alice"), Some(1_795_003_600));
        assert_eq!(expires_unix("alice:1795003600"), Some(1_795_003_600));
        for none in [
            "",
            ":",
            "alice",
            "3600:alice",
            "1795003600x",
            "+1795003600",
            "١٧٩٥٠٠٣٦٠٠",
        ] {
            assert_eq!(expires_unix(none), None, "{none}");
        }
    }

    #[test]
    fn nothing_said_repeats_the_credential() {
        for quirk in diagnose(Some("1600000000:alice"), Some(&Secret::new(" s3cr3t! ")), NOW) {
            let said = format!("{quirk} {quirk:?} {} {}", quirk.code(), quirk.advice());
            assert!(!said.contains("s3cr3t"), "{said}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(username in "[0-9:a-z \\PC]{0,40}", credential in "\\PC{0,60}", now: u64) {
            diagnose(Some(&username), Some(&Secret::new(credential)), now);
            expires_unix(&username);
        }

        #[test]
        fn what_is_made_is_found_right(secret in "\\PC{0,90}", user in "[a-z:]{0,9}", life in 1u64..1_000_000) {
            let (username, credential) = make(&Secret::new(secret), Some(&user), NOW + life);
            prop_assert_eq!(diagnose(Some(&username), Some(&credential), NOW), []);
            prop_assert_eq!(expires_unix(&username), Some(NOW + life));
        }
    }
}
