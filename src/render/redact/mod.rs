//! `--redact`: output that can be shared. Private values become pseudonyms, the same one for the same value all through
//! a run, so that what fits together still does, and verdicts can be followed.
//!
//! - `address`: IP addresses, found anywhere, keep their family and class;
//! - `fingerprint`: hashes of certificates are known by their shape;
//! - `words`: names that are known to be private (hosts of URLs, user names, realms, certificates' names) are replaced
//!   wherever they occur; `url` finds the hosts, `scan` goes through a text;
//! - `sdp`: what is private in lines of SDP; `stun`: in attributes of STUN messages; `event`: in calls and events of browsers.
//!
//! It works on the written form of documents, by key where the key says what a string is, so it holds for any document.
//! What is not private stays: ports, times, sizes, SOFTWARE, names of interfaces. Names come from outside and can be any
//! text, so strings that have a type (addresses, words of this program) are left to it: see `Known::text`.

mod address;
mod candidate;
mod event;
mod fingerprint;
mod scan;
mod sdp;
mod stun;
mod url;
mod words;

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};

use super::strings;
use crate::report::candidates::LeftOut;

pub use crate::secret::Private;

use address::Addresses;
use fingerprint::Fingerprints;
use words::Words;

/// Gives the same pseudonym for the same value for as long as it, or a clone of it, lives.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    addresses: Addresses,
    fingerprints: Fingerprints,
    words: Words,
}

impl Redactor {
    /// Knows nothing yet.
    pub fn new() -> Redactor {
        Redactor::default()
    }

    /// Tells of a private name, so that it is replaced from now on wherever it occurs.
    pub fn learn(&self, private: Private, text: &str) {
        self.with(|known| known.words.learn(private, text));
    }

    /// Tells of a URL as the user typed it, right or wrong: what follows its scheme is taken for the host.
    pub fn learn_url(&self, url: &str) {
        self.with(|known| known.words.learn_url(url));
    }

    /// The report and the findings of an envelope, as JSON, in place. Its frame has nothing private.
    pub fn envelope(&self, envelope: &mut Value) {
        const PARTS: [&str; 2] = ["report", "findings"];
        self.with(|known| {
            // All is learned before any is replaced: a finding may name what only the report explains.
            PARTS.iter().for_each(|part| known.learn(&envelope[*part]));
            PARTS.iter().for_each(|part| known.replace(&mut envelope[*part]));
        });
    }

    /// Rewrites documents part by part.
    pub(super) fn parts(&self) -> Parts<'_> {
        Parts(self)
    }

    /// A document as JSON, in place.
    pub fn value(&self, value: &mut Value) {
        self.with(|known| {
            known.learn(value);
            known.replace(value);
        });
    }

    /// A line of text, such as a message on stderr.
    pub fn text(&self, text: &str) -> String {
        self.with(|known| {
            known.words.learn_urls(text);
            scan::replace(known, text, false)
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        // Half-learned names do no harm, so a panic elsewhere does not matter.
        work(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A [`Redactor`] that sees a document in parts.
pub(super) struct Parts<'r>(&'r Redactor);

impl strings::Rewrite for Parts<'_> {
    fn learn(&mut self, part: &Value) {
        self.0.with(|known| known.learn(part));
    }

    fn rewrite(&mut self, part: &mut Value) {
        self.0.with(|known| known.replace(part));
    }
}

impl Known {
    /// Looks for names before any is replaced: evidence may come before the key that tells.
    fn learn(&mut self, value: &Value) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.learn(value)),
            Value::Object(members) => {
                let certificate = members.contains_key("issuer") || members.contains_key("sha256");
                self.learn_own(members);
                for (key, value) in members {
                    match (key.as_str(), value) {
                        // What the program itself says; its examples are not private.
                        ("advice" | "reference" | "what" | "why" | "fix", _) => {}
                        ("subject" | "issuer", Value::String(text)) if certificate => {
                            self.words.learn(Private::Subject, text);
                        }
                        ("names", Value::Array(names)) if certificate => {
                            for name in names.iter().filter_map(Value::as_str) {
                                self.words.learn(Private::Host, name);
                            }
                        }
                        ("url", Value::String(text)) => self.words.learn_url(text),
                        // Of old connections; what programs put there is their own.
                        ("constraints", value) => self.learn_all(value),
                        ("candidate", Value::String(text)) => candidate::learn(self, text),
                        // A dump of webrtc-internals has a configuration as JSON in a string.
                        ("config", Value::String(text)) => {
                            self.words.learn_urls(text);
                            if let Ok(tree) = serde_json::from_str(text) {
                                self.learn(&tree);
                            }
                        }
                        (key, Value::String(text)) => {
                            match by_key(key, text) {
                                Some(private) => self.words.learn(private, text),
                                None => self.words.learn_urls(text),
                            }
                            self.learn_line(text);
                            sdp::learn_names(self, key, text);
                            event::told(&mut self.words, text);
                        }
                        (_, value) => self.learn(value),
                    }
                }
            }
            Value::String(text) => {
                self.words.learn_urls(text);
                self.learn_line(text);
                sdp::learn_names(self, "", text);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// A text that is SDP, or a candidate, wherever it stands.
    fn learn_line(&mut self, text: &str) {
        match candidate::is_attribute(text) {
            true => candidate::learn(self, text),
            false => sdp::learn(self, text),
        }
    }

    /// Every string, whatever it is called, but for truth values.
    fn learn_all(&mut self, value: &Value) {
        match value {
            Value::String(text) if matches!(text.as_str(), "true" | "false") => {}
            Value::String(text) => {
                self.words.learn(Private::Text, text);
                event::learn(&mut self.words, text);
            }
            Value::Array(values) => values.iter().for_each(|value| self.learn_all(value)),
            Value::Object(members) => members.values().for_each(|value| self.learn_all(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// What is known only by the object it stands in.
    fn learn_own(&mut self, members: &Map<String, Value>) {
        let text = |key: &str| members.get(key).and_then(Value::as_str);
        if is_session(members)
            && let Some(name) = text("name")
        {
            sdp::learn(self, &format!("s={name}"));
        }
        stun::learn(self, members);
        // A call or an event of a browser.
        for (what, says) in [("event", "value"), ("method", "detail")] {
            if let Some(said) = text(what).and(text(says)) {
                event::learn(&mut self.words, said);
            }
        }
        if let Some(label) = text("label").filter(|_| is_data_channel(members)) {
            self.words.learn(Private::Text, label);
        }
        // A member of stats.
        if let Some(private) = text("name").and_then(of_stats) {
            own_values(members).for_each(|value| self.words.learn(private, value));
        }
        // Of whoever captured.
        for comment in members.get("comments").and_then(Value::as_array).into_iter().flatten() {
            self.words.learn(Private::Text, comment["text"].as_str().unwrap_or(""));
        }
        // A change of an attribute.
        for value in [text("before"), text("after")].into_iter().flatten() {
            if let Some(what) = text("what") {
                sdp::learn(self, &format!("a={what}:{value}"));
            }
        }
        for value in members
            .get("msid_semantic")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            sdp::learn(self, &format!("a=msid-semantic:{}", value.as_str().unwrap_or("")));
        }
        // `a=ssrc:ID NAME:VALUE`
        if let (true, Some(Value::Object(attributes))) = (members.contains_key("id"), members.get("attributes")) {
            for (name, value) in attributes {
                sdp::learn(self, &format!("a={name}:{}", value.as_str().unwrap_or("")));
            }
        }
    }

    /// Replaces what is known only by the object it stands in.
    fn replace_own(&mut self, value: &mut Value) {
        match value {
            Value::Array(values) => values.iter_mut().for_each(|value| self.replace_own(value)),
            Value::Object(members) => {
                if is_session(members)
                    && let Some(Value::String(name)) = members.get_mut("name")
                    && let Some(instead) = sdp::replace(self, &format!("s={name}"))
                {
                    *name = instead[2..].to_owned();
                }
                stun::replace(members);
                self.replace_names(members);
                members.values_mut().for_each(|value| self.replace_own(value));
            }
            _ => {}
        }
    }

    /// Names that may be too short to be looked for anywhere.
    fn replace_names(&self, members: &mut Map<String, Value>) {
        let whole = |private: Private, value: &mut Value| {
            if let Some(name) = value.as_str().and_then(|text| self.words.whole(private, text)) {
                *value = Value::from(name);
            }
        };
        if is_data_channel(members)
            && let Some(label) = members.get_mut("label")
        {
            whole(Private::Text, label);
        }
        if let Some(private) = members.get("name").and_then(Value::as_str).and_then(of_stats) {
            let points = |value: &mut Value| match value {
                Value::Array(points) => points
                    .iter_mut()
                    .filter_map(|point| point.get_mut(1))
                    .for_each(|value| whole(private, value)),
                value => whole(private, value),
            };
            let values = members
                .iter_mut()
                .filter(|(key, _)| matches!(key.as_str(), "first" | "last" | "points"));
            values.for_each(|(_, value)| points(value));
        }
        if let Some(constraints) = members.get_mut("constraints") {
            strings::walk(constraints, "", &mut |_, text| {
                self.words.whole(Private::Text, text).unwrap_or_else(|| text.to_owned())
            });
        }
    }

    fn replace(&mut self, value: &mut Value) {
        self.replace_own(value);
        strings::walk(value, "", &mut |key, text| self.text(key, text));
    }

    /// A string of a document. Only free text is searched for names: words of this program stay, and what is an address
    /// stays one, so that the document can still be read as what it is.
    fn text(&mut self, key: &str, text: &str) -> String {
        if is_vocabulary(key, text) {
            return text.to_owned();
        }
        if let Some(private) = by_key(key, text)
            && let Some(pseudonym) = self.words.whole(private, text)
        {
            return pseudonym;
        }
        if let Some(line) = sdp::replace(self, text) {
            return line;
        }
        if let Some(address) = self.addresses.whole(text) {
            return address;
        }
        if key == "candidate" || candidate::is_attribute(text) {
            return candidate::replace(self, text);
        }
        // Where a page is on its host may be the name of a room, or a way into it.
        if key == "url"
            && let Some((origin, _)) = page(text)
        {
            return format!("{}…", scan::replace(self, origin, false));
        }
        // `Coturn-4.5.1.1` and `Chrome/156.0.0.0` are versions, not addresses.
        scan::replace(self, text, matches!(key, "software" | "user_agent" | "browser"))
    }
}

/// The session part of a description: its `name` is no word of ours.
fn is_session(members: &Map<String, Value>) -> bool {
    members.contains_key("timing") && members.contains_key("bundle")
}

/// The origin of a web page, and what follows it, if anything does.
fn page(url: &str) -> Option<(&str, &str)> {
    let scheme = ["https://", "http://"]
        .iter()
        .find(|scheme| url.starts_with(**scheme))?;
    let path = scheme.len() + url[scheme.len()..].find(['/', '?', '#'])? + 1;
    let (origin, rest) = url.split_at_checked(path)?;
    (!rest.is_empty()).then_some((origin, rest))
}

/// What a member of stats holds, by its name in the W3C's text.
fn of_stats(name: &str) -> Option<Private> {
    Some(match name {
        "label" => Private::Text,
        "trackIdentifier" | "trackId" | "streamIdentifier" | "googTrackId" => Private::Id,
        "usernameFragment" | "iceLocalUsernameFragment" => Private::Ufrag,
        "foundation" => Private::Foundation,
        "base64Certificate" => Private::Text,
        _ => return None,
    })
}

/// The texts that a member of stats had: the first, the last, and with their times all.
fn own_values(members: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let ends = ["first", "last"].iter().filter_map(|key| members.get(*key)?.as_str());
    let points = members.get("points").and_then(Value::as_array).into_iter().flatten();
    ends.chain(points.filter_map(|point| point[1].as_str()))
}

/// A data channel of a report about statistics.
fn is_data_channel(members: &Map<String, Value>) -> bool {
    ["state", "messages_sent", "messages_received", "bytes_sent"]
        .iter()
        .any(|key| members.contains_key(*key))
}

/// What a member holds, by its key.
fn by_key(key: &str, text: &str) -> Option<Private> {
    Some(match key {
        // In `o=` of SDP: no name, and that of the program.
        "username" if text == "-" || text.starts_with("mozilla...") => return None,
        // In `a=crypto` of SDP: an SRTP key.
        "params" if text.contains("inline:") => Private::Password,
        "realm" => Private::Realm,
        "username" | "user" => Private::Username,
        "password" | "credential" | "ice_pwd" | "pwd" => Private::Password,
        "ufrag" | "ice_ufrag" | "ice_ufrags" | "local_ufrag" | "remote_ufrag" | "ufrag_before" | "ufrag_after" => {
            Private::Ufrag
        }
        // Members of statistics (webrtc-stats).
        "usernameFragment" | "iceLocalUsernameFragment" => Private::Ufrag,
        "base64Certificate" => Private::Certificate,
        "trackIdentifier" if text != "-" => Private::Id,
        "server_name" => Private::Host,
        // Of a capture: it may name hosts and networks.
        "filter" if ["host", "net"].iter().any(|word| text.contains(word)) => Private::Text,
        "session_id" => Private::Session,
        "stream" | "track" | "cname" | "mslabel" | "tls_id" if text != "-" => Private::Id,
        "foundation" => Private::Foundation,
        _ => return None,
    })
}

/// Members that can only have words of this program or of an RFC: never changed, whatever a user is called.
fn is_vocabulary(key: &str, text: &str) -> bool {
    // Some reasons are codes, others are sentences.
    (key == "reason" && serde_json::from_value::<LeftOut>(text.into()).is_ok())
        || matches!(
            key,
            "kind"
                | "outcome"
                | "step"
                | "type"
                | "protocol"
                | "transport"
                | "family"
                | "policy"
                | "severity"
                | "code"
                | "note"
                | "topic"
                | "scheme"
                | "tcp_type"
                | "relay_protocol"
                | "password_algorithm"
                | "integrity"
                | "version"
                | "ice_state"
                | "ice_role"
                | "dtls_state"
                | "dtls_role"
                | "dtls_cipher"
                | "srtp_cipher"
                | "network_type"
                | "quality_limitation_reason"
                | "format"
                | "unit"
                | "rule"
                | "cipher_suite"
                | "not_before"
                | "not_after"
                | "reference"
                | "name"
                | "interface"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Finding;
    use serde_json::json;

    #[test]
    fn what_fits_together_still_does() {
        let redactor = Redactor::new();
        let mut event = json!({
            "kind": "attempt", "url": "turn:turn.company.test:3478?transport=tcp", "realm": "company.test",
            "address": "198.51.100.77:3478", "transport": "tcp", "software": "Coturn-4.5.1.1 'dan Eider'",
            "tls": {"chain": [{"subject": "CN=turn.company.test, O=Company", "issuer": "CN=Company CA",
                "names": ["turn.company.test", "*.company.test"], "sha256": "ab".repeat(32)}]},
            "candidate": "candidate:842163049 1 udp 1677729535 203.0.113.9 50000 typ srflx raddr 192.168.1.2 rport 5",
            "foundation": "842163049",
        });
        redactor.value(&mut event);
        assert_eq!(event["url"], "turn:host-1.example:3478?transport=tcp");
        assert_eq!(event["realm"], "realm-1");
        assert_eq!(event["address"], "192.0.2.1:3478");
        assert_eq!(event["software"], "Coturn-4.5.1.1 'dan Eider'");
        let certificate = &event["tls"]["chain"][0];
        assert_eq!(certificate["subject"], "CN=name-1");
        assert_eq!(certificate["names"], json!(["host-1.example", "*.realm-1"]));
        assert_eq!(certificate["sha256"], format!("{:064x}", 1));
        assert_eq!(event["foundation"], "1");
        assert_eq!(
            event["candidate"],
            "candidate:1 1 udp 1677729535 192.0.2.2 50000 typ srflx raddr 10.0.0.1 rport 5"
        );
        // A line of text much later.
        assert_eq!(
            redactor.text("connected to turn.company.test (198.51.100.77)"),
            "connected to host-1.example (192.0.2.1)"
        );
    }

    #[test]
    fn a_user_called_udp_breaks_nothing() {
        let redactor = Redactor::new();
        redactor.learn(Private::Username, "udp");
        redactor.learn(Private::Realm, "turn");
        let mut value =
            json!({"transport": "udp", "url": "turn:turn:3478?transport=udp", "realm": "turn", "username": "udp"});
        redactor.value(&mut value);
        assert_eq!(
            value,
            json!({"transport": "udp", "url": "turn:realm-1:3478?transport=udp", "realm": "realm-1", "username": "user-1"})
        );
    }

    #[test]
    fn configurations_in_strings_are_looked_into() {
        let config = json!({"iceServers": [{"urls": ["turn:turn.company.test"], "username": "alice"}]}).to_string();
        let mut report = json!({"config": config, "timeline": [
            {"event": "icecandidate", "candidate": "candidate:842163049 1 udp 1677729535 pc.company.test 50000 typ host ufrag abcd"}]});
        Redactor::new().value(&mut report);
        let text = report.to_string();
        assert!(
            !["alice", "company", "842163049", "abcd"]
                .iter()
                .any(|private| text.contains(private)),
            "{text}"
        );
    }

    #[test]
    fn findings_keep_their_advice() {
        let finding = Finding {
            code: "turn-timeout".into(),
            severity: crate::report::Severity::Error,
            subject: "turn:turn.company.test".into(),
            summary: "No answer from turn.company.test for alice.".into(),
            evidence: vec![crate::report::Evidence::new(
                "10.1.2.3:5 -> [2001:470::1]:3478",
                "timeout",
            )],
            advice: "Name a server: `--stun stun:stun.example.org`.".into(),
            reference: "RFC 8656 §7".into(),
        };
        let redactor = Redactor::new();
        redactor.learn(Private::Username, "alice");
        let mut value = serde_json::to_value(&finding).unwrap();
        redactor.value(&mut value);
        let redacted: Finding = serde_json::from_value(value).unwrap();
        assert_eq!(redacted.summary, "No answer from host-1.example for user-1.");
        assert_eq!(
            redacted.evidence[0].id.as_deref(),
            Some("10.0.0.1:5 -> [2001:db8::1]:3478")
        );
        assert_eq!(
            (redacted.advice, redacted.reference),
            (finding.advice, finding.reference)
        );
    }
}
