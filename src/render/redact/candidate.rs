//! The candidate-attribute (RFC 8839 §5.1): `candidate:FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ TYPE ...`.

use super::{Known, scan, sdp};
use crate::secret::Private;

/// Words of its grammar.
const GRAMMAR: &[&str] = &[
    "udp",
    "tcp",
    "typ",
    "host",
    "srflx",
    "prflx",
    "relay",
    "raddr",
    "rport",
    "tcptype",
    "active",
    "passive",
    "so",
    "generation",
    "ufrag",
    "network-id",
    "network-cost",
];

/// Whether a text that says nothing of itself is such an attribute.
pub fn is_attribute(text: &str) -> bool {
    text.starts_with("candidate:") && text.split(' ').nth(6) == Some("typ")
}

/// Learns the foundation, the address if it is a name, and the ufrag of an attribute.
pub fn learn(known: &mut Known, text: &str) {
    let Some(rest) = text.strip_prefix("candidate:") else {
        return;
    };
    let mut before = "";
    for (index, token) in rest.split(' ').enumerate() {
        match (index, before) {
            (0, _) => known.words.learn(Private::Foundation, token),
            (4, _) | (_, "raddr") => sdp::learn_names(known, "address", token),
            (_, "ufrag") => known.words.learn(Private::Ufrag, token),
            _ => {}
        }
        before = token;
    }
}

/// The attribute with its foundation, its addresses and its ufrag replaced. Numbers and words of the grammar stay,
/// whatever a user is called.
pub fn replace(known: &mut Known, text: &str) -> String {
    let Some(rest) = text.strip_prefix("candidate:") else {
        return scan::replace(known, text, false);
    };
    let mut replaced = Vec::new();
    let mut before = "";
    for (index, token) in rest.split(' ').enumerate() {
        let whole = match (index, before) {
            (0, _) => known.words.whole(Private::Foundation, token),
            (_, "ufrag") => known.words.whole(Private::Ufrag, token),
            _ => known.addresses.whole(token),
        };
        let stays = before != "ufrag"
            && (token.bytes().all(|byte| byte.is_ascii_digit())
                || GRAMMAR.iter().any(|word| token.eq_ignore_ascii_case(word)));
        replaced.push(match whole {
            Some(pseudonym) => pseudonym,
            None if stays => token.to_owned(),
            None => scan::replace(known, token, false),
        });
        before = token;
    }
    format!("candidate:{}", replaced.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_called_like_its_parts_break_nothing() {
        let mut known = Known::default();
        for name in [
            "1",
            "udp",
            "203",
            "typ",
            "srflx",
            "50000",
            "generation",
            "candidate",
            "x",
        ] {
            known.words.learn(Private::Username, name);
        }
        known.words.learn(Private::Foundation, "842163049");
        known.words.learn(Private::Ufrag, "4711");
        let text = "candidate:842163049 1 udp 1677729535 203.0.113.9 50000 typ srflx raddr 192.168.1.2 rport 5 \
            generation 0 ufrag 4711 note x";
        assert_eq!(
            replace(&mut known, text),
            "candidate:1 1 udp 1677729535 192.0.2.1 50000 typ srflx raddr 10.0.0.1 rport 5 \
            generation 0 ufrag ufrag-1 note user-9"
        );
    }
}
