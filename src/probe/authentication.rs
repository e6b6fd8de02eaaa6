//! The long-term credential mechanism, client side (RFC 8489 §9.2).
//!
//! A challenge (401, or 438 with a new nonce) plus our credentials make a session, which signs requests and
//! verifies responses. What is used when:
//!
//! | the challenge has | user is named by | key | integrity of requests |
//! | --- | --- | --- | --- |
//! | no PASSWORD-ALGORITHMS | USERNAME | MD5 | MESSAGE-INTEGRITY |
//! | PASSWORD-ALGORITHMS | USERNAME | the first listed that we know | MESSAGE-INTEGRITY-SHA256 |
//! | nonce with the "Username anonymity" bit | USERHASH instead | as above | as above |
//! | nonce with the "Password algorithms" bit, no PASSWORD-ALGORITHMS | nothing is sent: bid-down | | |

use crate::probe::trace::FailureKind;
use crate::proto::stun::{AttributeType, Builder, Key, Message, PasswordAlgorithm};
use crate::secret::Secret;

/// User name and password for a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The user name, as it goes into USERNAME.
    pub username: String,
    /// The password.
    pub password: Secret,
}

/// How requests were authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// How the key was made from the password (RFC 8489 §18.5).
    pub password_algorithm: PasswordAlgorithm,
    /// Whether requests carried MESSAGE-INTEGRITY-SHA256; else MESSAGE-INTEGRITY (SHA-1).
    pub sha256: bool,
    /// Whether the user was named by USERHASH; else by USERNAME.
    pub userhash: bool,
}

/// What is wrong with a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    NoRealm,
    NoNonce,
    BidDown,
    UnsupportedAlgorithm,
}

impl Refusal {
    /// As a failure kind, and in words.
    pub(crate) const fn failure(self) -> (FailureKind, &'static str) {
        match self {
            Refusal::NoRealm => (FailureKind::Malformed, "the challenge has no REALM"),
            Refusal::NoNonce => (FailureKind::Malformed, "the challenge has no NONCE"),
            Refusal::BidDown => (
                FailureKind::BidDown,
                "PASSWORD-ALGORITHMS is missing from the challenge",
            ),
            Refusal::UnsupportedAlgorithm => (FailureKind::UnsupportedAlgorithm, "no offered algorithm is known"),
        }
    }
}

/// Whether a response is from who shares our password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verified {
    Valid,
    Missing,
    Wrong,
}

/// A challenge taken up.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    credentials: Credentials,
    realm: String,
    nonce: Vec<u8>,
    /// The value of PASSWORD-ALGORITHMS as received: it has to go back unchanged.
    algorithms: Option<Vec<u8>>,
    algorithm: PasswordAlgorithm,
    userhash: bool,
    key: Key,
}

impl Session {
    /// Takes up a 401.
    pub(crate) fn new(challenge: &Message<'_>, credentials: &Credentials) -> Result<Session, Refusal> {
        let realm = challenge.realm().ok_or(Refusal::NoRealm)?;
        Session::with_realm(challenge, realm, credentials)
    }

    /// Takes up a 438; its realm counts if it has one, else the former stays.
    pub(crate) fn renew(&self, challenge: &Message<'_>) -> Result<Session, Refusal> {
        Session::with_realm(challenge, challenge.realm().unwrap_or(&self.realm), &self.credentials)
    }

    fn with_realm(challenge: &Message<'_>, realm: &str, credentials: &Credentials) -> Result<Session, Refusal> {
        let nonce = challenge
            .find(AttributeType::NONCE)
            .ok_or(Refusal::NoNonce)?
            .value
            .to_vec();
        if is_bid_down(challenge) {
            return Err(Refusal::BidDown);
        }
        let algorithms = challenge
            .find(AttributeType::PASSWORD_ALGORITHMS)
            .map(|list| list.value.to_vec());
        let algorithm = match algorithms {
            None => PasswordAlgorithm::MD5,
            Some(_) => challenge
                .password_algorithms()
                .into_iter()
                .flatten()
                .map(|(offered, _)| offered)
                .find(|offered| [PasswordAlgorithm::MD5, PasswordAlgorithm::SHA256].contains(offered))
                .ok_or(Refusal::UnsupportedAlgorithm)?,
        };
        let userhash = challenge
            .nonce_features()
            .is_some_and(|features| features.username_anonymity);
        let key = Key::long_term(&credentials.username, realm, &credentials.password, algorithm);
        let (credentials, realm) = (credentials.clone(), realm.to_owned());
        Ok(Session {
            credentials,
            realm,
            nonce,
            algorithms,
            algorithm,
            userhash,
            key,
        })
    }

    /// Adds who we are and the integrity, and finishes the request.
    pub(crate) fn sign(&self, request: Builder) -> Vec<u8> {
        let request = match self.userhash {
            true => request.username_hash(&self.credentials.username, &self.realm),
            false => request.text(AttributeType::USERNAME, &self.credentials.username),
        };
        let request = request
            .text(AttributeType::REALM, &self.realm)
            .attribute(AttributeType::NONCE, &self.nonce);
        match &self.algorithms {
            None => request.message_integrity(&self.key).build(),
            Some(algorithms) => request
                .attribute(AttributeType::PASSWORD_ALGORITHMS, algorithms)
                .password_algorithm(self.algorithm)
                .message_integrity_sha256(&self.key)
                .build(),
        }
    }

    /// Whether the response is authentic. Either integrity attribute will do; of two, the stronger decides.
    pub(crate) fn verify(&self, response: &Message<'_>) -> Verified {
        let key = self.key.as_bytes();
        match response
            .message_integrity_sha256(key)
            .or_else(|| response.message_integrity(key))
        {
            Some(true) => Verified::Valid,
            Some(false) => Verified::Wrong,
            None => Verified::Missing,
        }
    }

    /// The realm.
    pub(crate) fn realm(&self) -> &str {
        &self.realm
    }

    /// How requests are authenticated.
    pub(crate) fn authentication(&self) -> Authentication {
        Authentication {
            password_algorithm: self.algorithm,
            sha256: self.algorithms.is_some(),
            userhash: self.userhash,
        }
    }
}

/// Whether the nonce announces password algorithms while their list is missing (RFC 8489 §9.2.5).
pub(crate) fn is_bid_down(response: &Message<'_>) -> bool {
    response
        .nonce_features()
        .is_some_and(|features| features.password_algorithms)
        && response.find(AttributeType::PASSWORD_ALGORITHMS).is_none()
}
