//! DTLS and SDES: `fingerprint`, `setup`, `connection`, `tls-id`, `identity`, `crypto`.

use super::AttributeValue;
use crate::proto::sdp::cursor::{Cursor, is_token};

/// `a=fingerprint:HASH XX:XX:…` (RFC 8122 §5): the hash of the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint<'a> {
    /// `sha-256`, …, as written; compared without case.
    pub hash: &'a str,
    /// Pairs of hex digits with colons between them.
    pub value: &'a str,
}

impl Fingerprint<'_> {
    /// The octets, if it is made of pairs of hex digits.
    pub fn octets(&self) -> Option<Vec<u8>> {
        self.length()?;
        self.value
            .split(':')
            .map(|pair| u8::from_str_radix(pair, 16).ok())
            .collect()
    }

    /// How many octets it has, if it is made of pairs of hex digits with colons between them.
    pub fn length(&self) -> Option<usize> {
        let well_formed = self.value.bytes().enumerate().all(|(at, octet)| match at % 3 {
            2 => octet == b':',
            _ => octet.is_ascii_hexdigit(),
        });
        (well_formed && self.value.len() % 3 == 2).then_some(self.value.len() / 3 + 1)
    }

    /// How many octets this hash has; `None` for a hash that is not known.
    pub fn wanted_length(&self) -> Option<usize> {
        const LENGTHS: [(&str, usize); 7] = [
            ("sha-256", 32),
            ("sha-1", 20),
            ("sha-512", 64),
            ("sha-384", 48),
            ("sha-224", 28),
            ("md5", 16),
            ("md2", 16),
        ];
        let hash = LENGTHS.iter().find(|(name, _)| name.eq_ignore_ascii_case(self.hash));
        hash.map(|(_, length)| *length)
    }

    /// Whether the hash is one that must not be used any more (RFC 8122 §5, RFC 8844 §2).
    pub fn is_weak(&self) -> bool {
        ["md2", "md5", "sha-1"]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(self.hash))
    }

    /// Whether two mean the same certificate.
    pub fn same(&self, other: &Fingerprint<'_>) -> bool {
        self.hash.eq_ignore_ascii_case(other.hash) && self.value.eq_ignore_ascii_case(other.value)
    }
}

impl<'a> AttributeValue<'a> for Fingerprint<'a> {
    const NAME: &'static str = "fingerprint";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let hash = cursor.wanted("a hash function such as `sha-256`")?;
        if !is_token(hash) {
            cursor.expected(hash, "a hash function such as `sha-256`");
        }
        let value = cursor.wanted("pairs of hex digits with colons between them")?;
        let fingerprint = Fingerprint { hash, value };
        match (fingerprint.length(), fingerprint.wanted_length()) {
            (None, _) => cursor.expected(value, "pairs of hex digits with colons between them"),
            (Some(length), Some(wanted)) if length != wanted => {
                cursor.expected(value, "as many pairs of hex digits as the hash has octets");
            }
            _ => {}
        }
        cursor.end();
        Some(fingerprint)
    }
}

/// `a=setup` (RFC 4145 §4, RFC 8842 §5): who starts the DTLS handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setup {
    /// The writer starts: it is the DTLS client.
    Active,
    /// The writer waits: it is the DTLS server.
    Passive,
    /// The other side chooses; only in offers.
    ActPass,
    /// No connection now.
    HoldConn,
}

impl Setup {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Setup::Active => "active",
            Setup::Passive => "passive",
            Setup::ActPass => "actpass",
            Setup::HoldConn => "holdconn",
        }
    }

    /// The role of this name.
    pub fn from_name(name: &str) -> Option<Setup> {
        [Setup::Active, Setup::Passive, Setup::ActPass, Setup::HoldConn]
            .into_iter()
            .find(|setup| setup.name().eq_ignore_ascii_case(name))
    }
}

impl<'a> AttributeValue<'a> for Setup {
    const NAME: &'static str = "setup";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let name = cursor.wanted("active, passive, actpass or holdconn")?;
        let setup = Setup::from_name(name);
        if setup.is_none() {
            cursor.expected(name, "active, passive, actpass or holdconn");
        }
        cursor.end();
        setup
    }
}

/// `a=connection:new|existing` (RFC 4145 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionReuse<'a>(pub &'a str);

impl<'a> AttributeValue<'a> for ConnectionReuse<'a> {
    const NAME: &'static str = "connection";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let word = cursor.wanted("new or existing")?;
        if !matches!(word, "new" | "existing") {
            cursor.expected(word, "new or existing");
        }
        cursor.end();
        Some(ConnectionReuse(word))
    }
}

/// `a=tls-id` (RFC 8842 §4): 20 to 255 characters; a new one means a new DTLS association. Drafts called it `dtls-id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsId<'a>(pub &'a str);

impl<'a> AttributeValue<'a> for TlsId<'a> {
    const NAME: &'static str = "tls-id";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let id = cursor.wanted("20 to 255 letters, digits, `+`, `/`, `-` or `_`")?;
        let legal = |octet: u8| octet.is_ascii_alphanumeric() || b"+/-_".contains(&octet);
        if !(20..=255).contains(&id.len()) || !id.bytes().all(legal) {
            cursor.expected(id, "20 to 255 letters, digits, `+`, `/`, `-` or `_`");
        }
        cursor.end();
        Some(TlsId(id))
    }
}

/// `a=identity:ASSERTION [EXTENSIONS]` (RFC 8827 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<'a> {
    /// The assertion, base64.
    pub assertion: &'a str,
    /// What follows.
    pub extensions: Option<&'a str>,
}

impl<'a> AttributeValue<'a> for Identity<'a> {
    const NAME: &'static str = "identity";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let assertion = cursor.wanted("an identity assertion in base64")?;
        let base64 = |octet: u8| octet.is_ascii_alphanumeric() || b"+/=".contains(&octet);
        if !assertion.bytes().all(base64) {
            cursor.expected(assertion, "an identity assertion in base64");
        }
        Some(Identity {
            assertion,
            extensions: cursor.remainder(),
        })
    }
}

/// `a=crypto:TAG SUITE KEYS [SESSION-PARAMETERS]` (RFC 4568 §9.1): SDES, keys in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crypto<'a> {
    /// Pairs the lines of offer and answer.
    pub tag: u32,
    /// `AES_CM_128_HMAC_SHA1_80`, …
    pub suite: &'a str,
    /// `inline:…`, several with `;` between them. Secret.
    pub keys: &'a str,
    /// `KDR=…`, `UNENCRYPTED_SRTP`, …
    pub session_parameters: Option<&'a str>,
}

impl<'a> AttributeValue<'a> for Crypto<'a> {
    const NAME: &'static str = "crypto";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let tag = cursor.number("a tag (a number)")?;
        let suite = cursor.wanted("a crypto suite such as `AES_CM_128_HMAC_SHA1_80`")?;
        if !suite
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || octet == b'_')
        {
            cursor.expected(suite, "a crypto suite such as `AES_CM_128_HMAC_SHA1_80`");
        }
        let keys = cursor.wanted("`inline:` and a key")?;
        if !keys.split(';').all(|key| key.contains(':')) {
            cursor.expected(keys, "`inline:` and a key");
        }
        Some(Crypto {
            tag,
            suite,
            keys,
            session_parameters: cursor.remainder(),
        })
    }
}
