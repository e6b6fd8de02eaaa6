//! [`Passwords`]: what MESSAGE-INTEGRITY can be held against.

use std::collections::HashMap;

use crate::proto::stun::{AttributeType, Key, Message, PasswordAlgorithm, Value};
use crate::secret::Secret;

/// How many passwords are kept for one ufrag, and how many ufrags; a capture's own text may name any number.
const PER_UFRAG: usize = 8;
const UFRAGS: usize = 16_384;
/// How many long-term keys are kept: each costs a hash to make.
const LONG_TERM_KEYS: usize = 256;

/// Passwords of ICE agents by their ufrags, and those for TURN servers.
#[derive(Clone, Debug, Default)]
pub struct Passwords {
    ice: HashMap<String, Vec<IcePassword>>,
    turn: Vec<Secret>,
    long_term: HashMap<(String, String, bool), Vec<Key>>,
}

#[derive(Clone, Debug)]
struct IcePassword {
    key: Key,
    from: String,
}

/// A verdict about a message's integrity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it holds; unknown without a password.
    pub valid: Option<bool>,
    /// From where the password is that it holds with, or that it was held against.
    pub from: Option<String>,
}

impl Passwords {
    /// None known.
    pub fn new() -> Passwords {
        Passwords::default()
    }

    /// Learns the password of an ICE agent; `from` says from where it is known.
    pub fn learn_ice(&mut self, ufrag: &str, password: &Secret, from: &str) {
        if self.ice.len() >= UFRAGS && !self.ice.contains_key(ufrag) {
            return;
        }
        let key = Key::short_term(password);
        let known = self.ice.entry(ufrag.to_owned()).or_default();
        if known.len() < PER_UFRAG && known.iter().all(|one| one.key != key) {
            let from = from.to_owned();
            known.push(IcePassword { key, from });
        }
    }

    /// Learns a password for TURN servers.
    pub fn learn_turn(&mut self, password: Secret) {
        self.turn.push(password);
        self.long_term.clear();
    }

    /// Whether there is any password for TURN servers.
    pub fn has_turn(&self) -> bool {
        !self.turn.is_empty()
    }

    /// From where the password of this agent is known.
    pub fn source(&self, ufrag: &str) -> Option<&str> {
        Some(&self.ice.get(ufrag)?.first()?.from)
    }

    /// Holds a check, or the answer to one, against the passwords of the agent that it was sent to (RFC 8445 §7.1.2).
    pub fn check_ice(&self, message: &Message<'_>, ufrag: &str) -> Verdict {
        let Some(known) = self.ice.get(ufrag) else {
            return Verdict::default();
        };
        let holds = known
            .iter()
            .find(|one| integrity(message, one.key.as_bytes()) == Some(true));
        match holds.or(known.first()) {
            Some(one) => Verdict {
                valid: integrity(message, one.key.as_bytes()),
                from: Some(one.from.clone()),
            },
            None => Verdict::default(),
        }
    }

    /// Holds a message between a TURN client and its server against the passwords for TURN servers (RFC 8489 §9.2).
    pub fn check_turn(&mut self, message: &Message<'_>, username: &str, realm: &str) -> Verdict {
        if self.turn.is_empty() {
            return Verdict::default();
        }
        let sha256 = matches!(
            message.get(AttributeType::PASSWORD_ALGORITHM),
            Some(Value::PasswordAlgorithm {
                algorithm: PasswordAlgorithm::SHA256,
                ..
            })
        );
        let name = (username.to_owned(), realm.to_owned(), sha256);
        if self.long_term.len() >= LONG_TERM_KEYS && !self.long_term.contains_key(&name) {
            self.long_term.clear();
        }
        let algorithm = if sha256 {
            PasswordAlgorithm::SHA256
        } else {
            PasswordAlgorithm::MD5
        };
        let turn = &self.turn;
        let keys = self.long_term.entry(name).or_insert_with(|| {
            let key = |password| Key::long_term(username, realm, password, algorithm);
            turn.iter().map(key).collect()
        });
        let verdicts = keys.iter().map(|key| integrity(message, key.as_bytes()));
        let valid = verdicts.reduce(|one, other| if one == Some(true) { one } else { other });
        Verdict {
            valid: valid.flatten(),
            from: Some("the TURN password".to_owned()),
        }
    }
}

/// Whether every attribute of integrity holds; `None` if there is none.
fn integrity(message: &Message<'_>, key: &[u8]) -> Option<bool> {
    [
        message.message_integrity(key),
        message.message_integrity_sha256(key),
        message.goog_message_integrity_32(key),
    ]
    .into_iter()
    .flatten()
    .reduce(|one, other| one && other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::stun::{Builder, Class, Method, TransactionId};

    fn signed(key: &Key) -> Vec<u8> {
        Builder::new(Class::Request, Method::BINDING, TransactionId::new([1; 12]))
            .text(AttributeType::USERNAME, "b:a")
            .message_integrity(key)
            .build()
    }

    #[test]
    fn a_check_holds_with_one_of_the_receivers_passwords() {
        let mut passwords = Passwords::new();
        let right = Secret::new("right");
        let bytes = signed(&Key::short_term(&right));
        let message = Message::decode(&bytes).unwrap();
        assert_eq!(passwords.check_ice(&message, "b"), Verdict::default());
        passwords.learn_ice("b", &Secret::new("wrong"), "old.sdp");
        assert_eq!(passwords.check_ice(&message, "b").valid, Some(false));
        passwords.learn_ice("b", &right, "new.sdp");
        let verdict = passwords.check_ice(&message, "b");
        assert_eq!((verdict.valid, verdict.from.as_deref()), (Some(true), Some("new.sdp")));
        assert_eq!(passwords.check_ice(&message, "a"), Verdict::default());
        assert!(!format!("{passwords:?}").contains("right"));
    }

    #[test]
    fn a_turn_request_holds_with_the_long_term_key() {
        let mut passwords = Passwords::new();
        let right = Secret::new("right");
        let bytes = signed(&Key::long_term("u", "r", &right, PasswordAlgorithm::MD5));
        let message = Message::decode(&bytes).unwrap();
        assert_eq!(passwords.check_turn(&message, "u", "r").valid, None);
        passwords.learn_turn(right);
        passwords.learn_turn(Secret::new("wrong"));
        assert_eq!(passwords.check_turn(&message, "u", "r").valid, Some(true));
        assert_eq!(passwords.check_turn(&message, "u", "other").valid, Some(false));
    }
}
