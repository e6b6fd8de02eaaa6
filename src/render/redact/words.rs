//! Names that are private because of what they are: hosts, users, realms, certificates; and fingerprints by their shape.

use std::collections::HashMap;

/// What a private name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Private {
    /// A host name, as in a URL or a certificate; `*.` before it stays.
    Host,
    /// A user name; the time in one of the TURN REST API stays.
    Username,
    /// The REALM of a server.
    Realm,
    /// A password or credential.
    Password,
    /// A user name fragment of ICE.
    Ufrag,
    /// A distinguished name of a certificate.
    Subject,
    /// The foundation of a candidate: made of addresses, which it could give away. Only replaced in its own places.
    Foundation,
    /// A hash of a certificate.
    Fingerprint,
}

/// The names learned so far, and what stands for them.
#[derive(Debug, Default)]
pub struct Words {
    pseudonyms: HashMap<String, String>,
    /// Those to look for in any text, the longest first.
    anywhere: Vec<String>,
    foundations: HashMap<String, String>,
    counts: HashMap<Private, usize>,
}

/// Words that stand in our own sentences and in URLs; as a name they are only replaced where the key says so.
const VOCABULARY: &[&str] = &[
    "stun",
    "stuns",
    "turn",
    "turns",
    "transport",
    "udp",
    "tcp",
    "tls",
    "dtls",
    "candidate",
    "typ",
    "host",
    "srflx",
    "prflx",
    "relay",
    "raddr",
    "rport",
    "localhost",
    "rtcdiag",
    "error",
    "warning",
    "hint",
    "fix",
    "CN",
    "O",
    "OU",
];

impl Words {
    /// Remembers a name. What is empty or an address is not a name.
    pub fn learn(&mut self, private: Private, text: &str) {
        match private {
            Private::Foundation => {
                let next = self.foundations.len() + 1;
                self.foundations
                    .entry(text.to_owned())
                    .or_insert_with(|| next.to_string());
            }
            Private::Username => {
                // `1700000000:alice`, also the other way round: the time is what verdicts rest on.
                for part in text.split(':').filter(|part| !is_time(part)) {
                    self.remember(private, part);
                }
            }
            Private::Host => {
                let name = text.trim_start_matches("*.").trim_end_matches('.');
                if name.parse::<std::net::IpAddr>().is_err() {
                    self.remember(private, &name.to_ascii_lowercase());
                }
            }
            _ => self.remember(private, text),
        }
    }

    fn remember(&mut self, private: Private, text: &str) {
        if text.is_empty() || text == "localhost" || self.pseudonyms.contains_key(text) {
            return;
        }
        let pseudonym = self.name(private);
        self.pseudonyms.insert(text.to_owned(), pseudonym);
        if !VOCABULARY.contains(&text) {
            let place = self.anywhere.partition_point(|other| other.len() >= text.len());
            self.anywhere.insert(place, text.to_owned());
        }
    }

    fn name(&mut self, private: Private) -> String {
        let count = self.counts.entry(private).or_default();
        *count += 1;
        match private {
            Private::Host => format!("host-{count}.example"),
            Private::Username => format!("user-{count}"),
            Private::Realm => format!("realm-{count}"),
            Private::Password => format!("password-{count}"),
            Private::Ufrag => format!("ufrag-{count}"),
            Private::Subject => format!("CN=name-{count}"),
            Private::Foundation | Private::Fingerprint => count.to_string(),
        }
    }

    /// Learns the hosts of `stun:`, `stuns:`, `turn:` and `turns:` URLs in a text, and the user before an `@`.
    pub fn learn_urls(&mut self, text: &str) {
        for (start, length) in urls(text) {
            let authority = &text[start..start + length];
            let host = match authority.rsplit_once('@') {
                Some((user, host)) => {
                    self.learn(Private::Username, user);
                    host
                }
                None => authority,
            };
            let host = host.split(':').next().unwrap_or_default();
            if !host.starts_with('[') {
                self.learn(Private::Host, host);
            }
        }
    }

    /// Learns the host of what is meant to be a URL: of a wrong one too, since an error will quote it.
    pub fn learn_url(&mut self, url: &str) {
        self.learn_urls(url);
        if urls(url).is_empty() {
            // `HOST:PORT` has no scheme.
            let rest = match url.split_once(':') {
                Some((scheme, rest)) if !scheme.contains('.') => rest,
                _ => url,
            };
            self.learn_urls(&format!("stun:{rest}"));
        }
    }

    /// What stands for the whole of `text`, if it is known.
    pub fn whole(&self, text: &str) -> Option<String> {
        let known = self.foundations.get(text).or_else(|| self.pseudonyms.get(text));
        known.cloned()
    }

    /// A candidate-attribute with its foundation replaced: `candidate:FOUNDATION ...`.
    pub fn candidate(&self, text: &str) -> String {
        let replaced = text.strip_prefix("candidate:").and_then(|rest| {
            let (foundation, rest) = rest.split_once(' ')?;
            Some(format!("candidate:{} {rest}", self.foundations.get(foundation)?))
        });
        replaced.unwrap_or_else(|| text.to_owned())
    }

    /// `text` with all known names and all fingerprints replaced.
    pub fn replace(&mut self, text: &str) -> String {
        // Hosts of URLs first: these are names even if they are words of ours, as in `turn:turn`.
        let mut replaced = String::with_capacity(text.len());
        let mut done = 0;
        for (start, length) in urls(text) {
            replaced.push_str(&self.replace_words(&text[done..start]));
            let authority = &text[start..start + length];
            let (user, host) = match authority.rsplit_once('@') {
                Some((user, host)) => (Some(user), host),
                None => (None, authority),
            };
            if let Some(user) = user {
                replaced.push_str(
                    &self
                        .pseudonyms
                        .get(user)
                        .cloned()
                        .unwrap_or_else(|| self.replace_words(user)),
                );
                replaced.push('@');
            }
            let name_length = host.find(':').unwrap_or(host.len());
            match self.pseudonyms.get(&host[..name_length].to_ascii_lowercase()) {
                Some(pseudonym) if !host.starts_with('[') => {
                    replaced.push_str(pseudonym);
                    replaced.push_str(&host[name_length..]);
                }
                _ => replaced.push_str(host),
            }
            done = start + length;
        }
        replaced.push_str(&self.replace_words(&text[done..]));
        self.replace_fingerprints(&replaced)
    }

    fn replace_words(&self, text: &str) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        let mut before = None;
        while let Some(c) = rest.chars().next() {
            let known = self.anywhere.iter().find(|word| {
                self.starts_with(rest, word)
                    && !(before.is_some_and(is_word) && word.starts_with(is_word))
                    && !(rest[word.len()..].starts_with(is_word) && word.ends_with(is_word))
            });
            let (piece, length) = match known {
                Some(word) => (self.pseudonyms[word].as_str(), word.len()),
                None => (&rest[..c.len_utf8()], c.len_utf8()),
            };
            replaced.push_str(piece);
            before = rest[..length].chars().last();
            rest = &rest[length..];
        }
        replaced
    }

    /// Of all names only those of hosts have no case.
    fn starts_with(&self, text: &str, word: &str) -> bool {
        let start = text.get(..word.len());
        start.is_some_and(|start| start == word || (self.is_host(word) && start.eq_ignore_ascii_case(word)))
    }

    fn is_host(&self, word: &str) -> bool {
        self.pseudonyms
            .get(word)
            .is_some_and(|pseudonym| pseudonym.starts_with("host-"))
    }

    /// Hashes keep their form, so that they are still taken for hashes: `00:00:...:01`.
    fn replace_fingerprints(&mut self, text: &str) -> String {
        const OCTETS: [usize; 5] = [20, 28, 32, 48, 64];
        let is_part = |c: char| c.is_ascii_hexdigit() || c == ':';
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(is_part) {
            let (before, from) = rest.split_at(start);
            let length = from.find(|c| !is_part(c)).unwrap_or(from.len());
            let run = &from[..length];
            replaced.push_str(before);
            let pairs = run.len() == run.split(':').count() * 3 - 1 && run.split(':').all(|pair| pair.len() == 2);
            let octets = if pairs { run.len().div_ceil(3) } else { run.len() / 2 };
            let plain = !run.contains(':') && run.len() % 2 == 0;
            if (pairs || plain) && OCTETS.contains(&octets) {
                let key = run.replace(':', "").to_ascii_lowercase();
                let number = match self.pseudonyms.get(&key) {
                    Some(number) => number.clone(),
                    None => {
                        let number = self.name(Private::Fingerprint);
                        self.pseudonyms.insert(key, number.clone());
                        number
                    }
                };
                let digits = format!("{:0>width$}", number, width = octets * 2);
                if pairs {
                    let pairs: Vec<&str> = (0..octets).map(|octet| &digits[octet * 2..octet * 2 + 2]).collect();
                    replaced.push_str(&pairs.join(":"));
                } else {
                    replaced.push_str(&digits);
                }
            } else {
                replaced.push_str(run);
            }
            rest = &from[length..];
        }
        replaced.push_str(rest);
        replaced
    }
}

/// Seconds or milliseconds since 1970, as they stand in user names.
fn is_time(text: &str) -> bool {
    (9..=13).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

/// Where the authorities of URLs of our schemes stand: offset and length, in order.
fn urls(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (colon, _) in text.match_indices(':') {
        let scheme = text[..colon]
            .rfind(|c: char| !c.is_ascii_alphanumeric())
            .map_or(0, |before| {
                before + text[before..].chars().next().map_or(1, char::len_utf8)
            });
        let is_ours = ["stun", "stuns", "turn", "turns"]
            .iter()
            .any(|ours| text[scheme..colon].eq_ignore_ascii_case(ours));
        if !is_ours || found.last().is_some_and(|(start, length)| colon < start + length) {
            continue;
        }
        let rest = &text[colon + 1..];
        let start = colon + 1 + (rest.len() - rest.trim_start_matches('/').len());
        let ends =
            |c: char| c.is_whitespace() || matches!(c, '?' | '/' | '"' | '\'' | '`' | ',' | ';' | ')' | '>' | '#');
        let mut length = text[start..].find(ends).unwrap_or(text.len() - start);
        // The colon or full stop of the sentence around it.
        length = text[start..start + length].trim_end_matches([':', '.']).len();
        if length > 0 {
            found.push((start, length));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redact(words: &mut Words, text: &str) -> String {
        words.learn_urls(text);
        words.replace(text)
    }

    #[test]
    fn hosts_of_urls() {
        let mut words = Words::default();
        for (text, redacted) in [
            ("turn:turn.company.test", "turn:host-1.example"),
            (
                "TURNS:Turn.Company.Test:5349?transport=tcp",
                "TURNS:host-1.example:5349?transport=tcp",
            ),
            ("stun://bob@stun.company.test/", "stun://user-1@host-2.example/"),
            (
                "error: no answer: stuns:other.test: hint",
                "error: no answer: stuns:host-3.example: hint",
            ),
            (
                "(turn:turn.company.test) and `stun:stun`.",
                "(turn:host-1.example) and `stun:host-4.example`.",
            ),
            (
                "stun:[2001:db8::1]:3478 stun:192.0.2.1",
                "stun:[2001:db8::1]:3478 stun:192.0.2.1",
            ),
            ("return:x.test turn: stun:", "return:x.test turn: stun:"),
            ("turn:localhost:3478", "turn:localhost:3478"),
            (
                "Stun is turned: turn.company.test-2, x.turn.company.test",
                "Stun is turned: turn.company.test-2, x.host-1.example",
            ),
        ] {
            assert_eq!(redact(&mut words, text), redacted, "{text}");
        }
    }

    #[test]
    fn wrong_urls_have_hosts_too() {
        let mut words = Words::default();
        for url in [
            "trun:turn.company.test",
            "https://meet.company.test/x",
            "stun.company.test:3478",
        ] {
            words.learn_url(url);
        }
        let text = words
            .replace("unknown scheme: trun:turn.company.test, https://meet.company.test/x, stun.company.test:3478");
        assert_eq!(
            text,
            "unknown scheme: trun:host-1.example, https://host-2.example/x, host-3.example:3478"
        );
    }

    #[test]
    fn rest_user_names_keep_their_time() {
        let mut words = Words::default();
        words.learn(Private::Username, "1700000000:alice");
        words.learn(Private::Username, "1800000000");
        assert_eq!(
            words.replace("1700000000:alice, 1800000000, malice"),
            "1700000000:user-1, 1800000000, malice"
        );
    }

    #[test]
    fn fingerprints_keep_their_form() {
        let mut words = Words::default();
        let hex = "AB".repeat(32);
        let pairs = vec!["ab"; 32].join(":");
        let one = format!("{}01", "00:".repeat(31));
        assert_eq!(words.replace(&format!("sha-256 {pairs}.")), format!("sha-256 {one}."));
        assert_eq!(words.replace(&hex), format!("{:064x}", 1));
        assert_eq!(words.replace(&"cd".repeat(20)), format!("{:040x}", 2));
        for text in ["0011223344556677889900aa", "12:34:56", "dead:beef::", ":::"] {
            assert_eq!(words.replace(text), text);
        }
    }
}
