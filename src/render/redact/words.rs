//! Names that are private because of what they are: hosts, users, realms, certificates.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::secret::Private;

use super::url::authorities;

/// The names learned so far, and what stands for them.
#[derive(Debug, Default)]
pub struct Words {
    pseudonyms: HashMap<String, String>,
    /// Those to look for in any text, and how long they are: a dump has thousands of ids.
    anywhere: HashSet<String>,
    lengths: BTreeSet<usize>,
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
    // Ids of streams and tracks in small programs, and titles.
    "application",
    "audio",
    "camera",
    "data",
    "image",
    "main",
    "message",
    "microphone",
    "screen",
    "session",
    "stream",
    "text",
    "track",
    "video",
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
                let name = host(text);
                if name.parse::<std::net::IpAddr>().is_err() {
                    self.remember(private, &name);
                }
            }
            _ => self.remember(private, text),
        }
    }

    fn remember(&mut self, private: Private, text: &str) {
        if text.is_empty() || text == "localhost" || self.pseudonyms.contains_key(text) {
            return;
        }
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if private == Private::Session && digits && text.len() < 6 {
            return; // `0` or `1`: tells nothing
        }
        let pseudonym = self.name(private);
        self.pseudonyms.insert(text.to_owned(), pseudonym);
        // A full stop or a blank by itself is no secret, but every sentence is full of them.
        let mark = text.chars().all(|c| !c.is_alphanumeric()) && text.chars().nth(1).is_none();
        // `1` as the name of a stream is only replaced where that stands.
        let slight = matches!(private, Private::Id | Private::Text) && (text.len() < 4 || (digits && text.len() < 6));
        if !mark && !slight && !VOCABULARY.contains(&text) {
            self.lengths.insert(text.len());
            self.anywhere.insert(text.to_owned());
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
            Private::Certificate => format!("certificate-{count}"),
            Private::Foundation => count.to_string(),
            // A number, as the grammar wants it.
            Private::Session => (1000 + *count).to_string(),
            Private::Id => format!("id-{count}"),
            Private::Text => format!("text-{count}"),
        }
    }

    /// Learns the hosts of `stun:`, `stuns:`, `turn:` and `turns:` URLs in a text, and the user before an `@`.
    pub fn learn_urls(&mut self, text: &str) {
        for authority in authorities(text) {
            if let Some(user) = authority.user {
                self.learn(Private::Username, &text[user]);
            }
            if let Some(host) = authority.host {
                self.learn(Private::Host, &text[host]);
            }
        }
    }

    /// Learns the host of what is meant to be a URL: of a wrong one too, since an error will quote it.
    pub fn learn_url(&mut self, url: &str) {
        self.learn_urls(url);
        if authorities(url).is_empty() {
            // `HOST:PORT` has no scheme.
            let rest = match url.split_once(':') {
                Some((scheme, rest)) if !scheme.contains('.') => rest,
                _ => url,
            };
            self.learn_urls(&format!("stun:{rest}"));
        }
    }

    /// What stands for the whole of `text`, which is a `private`, if it is known.
    pub fn whole(&self, private: Private, text: &str) -> Option<String> {
        match private {
            Private::Foundation => self.foundations.get(text).cloned(),
            // Its parts were learned each by itself; the time stays.
            Private::Username if text.contains(':') => {
                let parts = text.split(':').map(|part| match is_time(part) || part.is_empty() {
                    true => Some(part),
                    false => self.pseudonyms.get(part).map(String::as_str),
                });
                parts.collect::<Option<Vec<&str>>>().map(|parts| parts.join(":"))
            }
            Private::Host => self.pseudonyms.get(&host(text)).cloned(),
            _ => self.pseudonyms.get(text).cloned(),
        }
    }

    /// The longest known name that stands in `text` at `at`, not as a part of a longer word: its pseudonym and its length.
    pub fn find(&self, text: &str, at: usize) -> Option<(&str, usize)> {
        let (before, rest) = (text[..at].chars().next_back(), &text[at..]);
        // Within a word none begins.
        if before.is_some_and(is_word) && rest.starts_with(is_word) {
            return None;
        }
        let known = self.lengths.iter().rev().find_map(|length| {
            let word = rest.get(..*length)?;
            let goes_on = (before.is_some_and(is_word) && word.starts_with(is_word))
                || (rest[word.len()..].starts_with(is_word) && word.ends_with(is_word));
            self.known(word).filter(|_| !goes_on)
        })?;
        Some((&self.pseudonyms[known], known.len()))
    }

    /// The name that this is. Of all names only those of hosts have no case.
    fn known(&self, word: &str) -> Option<&String> {
        let has_case = || word.bytes().any(|octet| octet.is_ascii_uppercase());
        let host = || {
            self.anywhere
                .get(&word.to_ascii_lowercase())
                .filter(|word| self.is_host(word))
        };
        self.anywhere.get(word).or_else(|| has_case().then(host).flatten())
    }

    fn is_host(&self, word: &str) -> bool {
        self.pseudonyms
            .get(word)
            .is_some_and(|pseudonym| pseudonym.starts_with("host-"))
    }
}

/// Seconds or milliseconds since 1970, as they stand in user names.
fn is_time(text: &str) -> bool {
    (9..=13).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

/// A host name as it is compared: without case, wildcard and full stop.
fn host(text: &str) -> String {
    text.trim_start_matches("*.").trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::{Known, scan};
    use super::*;

    fn learned(names: &[(Private, &str)]) -> Known {
        let mut known = Known::default();
        for (private, name) in names {
            known.words.learn(*private, name);
        }
        known
    }

    fn redact(known: &mut Known, text: &str) -> String {
        known.words.learn_urls(text);
        scan::replace(known, text, false)
    }

    #[test]
    fn hosts_of_urls() {
        let mut known = Known::default();
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
            assert_eq!(redact(&mut known, text), redacted, "{text}");
        }
    }

    #[test]
    fn wrong_urls_have_hosts_too() {
        let mut known = Known::default();
        for url in [
            "trun:turn.company.test",
            "https://meet.company.test/x",
            "stun.company.test:3478",
        ] {
            known.words.learn_url(url);
        }
        let text = redact(
            &mut known,
            "unknown scheme: trun:turn.company.test, https://meet.company.test/x, stun.company.test:3478",
        );
        assert_eq!(
            text,
            "unknown scheme: trun:host-1.example, https://host-2.example/x, host-3.example:3478"
        );
    }

    #[test]
    fn rest_user_names_keep_their_time() {
        let mut known = learned(&[
            (Private::Username, "1700000000:alice"),
            (Private::Username, "1800000000"),
        ]);
        assert_eq!(
            redact(&mut known, "1700000000:alice, 1800000000, malice"),
            "1700000000:user-1, 1800000000, malice"
        );
        let whole = |text| known.words.whole(Private::Username, text);
        assert_eq!(whole("1700000000:alice").as_deref(), Some("1700000000:user-1"));
        assert_eq!(whole("bob:alice"), None);
    }

    #[test]
    fn foundations_are_replaced_in_their_own_places_only() {
        let known = learned(&[(Private::Foundation, "7"), (Private::Username, "7")]);
        assert_eq!(known.words.whole(Private::Foundation, "7").as_deref(), Some("1"));
        assert_eq!(known.words.whole(Private::Username, "7").as_deref(), Some("user-1"));
    }

    #[test]
    fn marks_are_no_secrets() {
        let mut known = learned(&[(Private::Password, "."), (Private::Password, "!?")]);
        assert_eq!(redact(&mut known, "It is. Well!?"), "It is. Wellpassword-2");
        assert_eq!(known.words.whole(Private::Password, ".").as_deref(), Some("password-1"));
    }
}
