//! Which peer connections are the two ends of one call, by what one has and the other was told: ICE user fragments,
//! certificates, SSRCs.

use std::collections::BTreeSet;

use super::stream::streams;
use crate::stats::names::Names;
use crate::stats::{Detail, Event, PeerConnection};

type Texts = BTreeSet<String>;

/// What tells a peer connection from others, and what it knows of its other end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// User fragments of its own, of every generation of ICE.
    pub ufrags: Texts,
    /// User fragments that it was told.
    pub remote_ufrags: Texts,
    /// Fingerprints of its own certificates: hexadecimal digits, upper-case, with colons.
    pub certificates: Texts,
    /// Fingerprints of the other side.
    pub remote_certificates: Texts,
    /// SSRCs of streams that go out.
    pub sends: Texts,
    /// SSRCs of streams that come in.
    pub receives: Texts,
}

/// What is between two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// ICE or DTLS connects them: there is no one between them but relays.
    Nothing,
    /// They have streams in common and no path: a server (an SFU) hands them on.
    Server,
    /// They have streams in common, and nothing tells of paths.
    Unknown,
}

/// Why two peer connections belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// User fragments of one that the other was told.
    pub ufrags: Vec<String>,
    /// Fingerprints of one that the other was told.
    pub certificates: Vec<String>,
    /// SSRCs that one sends and the other receives.
    pub ssrcs: Vec<String>,
    /// What is between them.
    pub between: Between,
}

impl Marks {
    /// Of a peer connection.
    pub fn of(pc: &PeerConnection, names: &Names) -> Marks {
        let mut marks = Marks::default();
        for event in pc.events.iter().chain(&pc.history) {
            marks.add_event(event);
        }
        marks.add_stats(pc, names);
        for stream in streams(pc, names) {
            let list = if stream.inbound {
                &mut marks.receives
            } else {
                &mut marks.sends
            };
            list.extend(stream.ssrc.filter(|ssrc| ssrc != "0"));
        }
        marks
    }

    /// Whether they are surely the ends of one call: each was told a user fragment of the other, or each sends what the other
    /// receives. (An SFU hands streams on with their SSRCs, one way; an offer can be given to two.)
    pub fn meet(&self, other: &Marks) -> bool {
        let both =
            |own: [&Texts; 2], others: [&Texts; 2]| own.iter().zip(others).all(|(own, other)| !own.is_disjoint(other));
        both(
            [&self.ufrags, &self.remote_ufrags],
            [&other.remote_ufrags, &other.ufrags],
        ) || both([&self.sends, &self.receives], [&other.receives, &other.sends])
    }

    /// Descriptions and candidates of events.
    fn add_event(&mut self, event: &Event) {
        let method = event.method.as_str();
        let local = method.starts_with("setLocalDescription") || method.starts_with("create");
        match &event.detail {
            Detail::Description(description) if local || method.starts_with("setRemoteDescription") => {
                let (ufrags, certificates) = self.of_side(local);
                ufrags.extend(description.ufrags.iter().cloned());
                certificates.extend(description.fingerprints.iter().map(|text| digits(text)));
            }
            Detail::Candidate(candidate) => {
                let mut words = candidate.text.split(' ').skip_while(|word| *word != "ufrag").skip(1);
                let (ufrags, _) = self.of_side(method == "icecandidate");
                ufrags.extend(words.next().map(str::to_owned));
            }
            _ => {}
        }
    }

    /// Transports, candidates and certificates.
    fn add_stats(&mut self, pc: &PeerConnection, names: &Names) {
        for transport in pc.typed(names, &["transport"]) {
            self.ufrags.extend(transport.text(names, "iceLocalUsernameFragment"));
            for (member, local) in [("localCertificateId", true), ("remoteCertificateId", false)] {
                let certificate = transport.text(names, member).and_then(|id| pc.find(&id));
                let fingerprint = certificate.and_then(|certificate| certificate.text(names, "fingerprint"));
                self.of_side(local).1.extend(fingerprint.map(|text| digits(&text)));
            }
        }
        for (kind, local) in [("local-candidate", true), ("remote-candidate", false)] {
            for candidate in pc.typed(names, &[kind]) {
                self.of_side(local).0.extend(candidate.text(names, "usernameFragment"));
            }
        }
        for texts in [&mut self.ufrags, &mut self.remote_ufrags] {
            texts.remove("");
        }
    }

    fn of_side(&mut self, local: bool) -> (&mut Texts, &mut Texts) {
        match local {
            true => (&mut self.ufrags, &mut self.certificates),
            false => (&mut self.remote_ufrags, &mut self.remote_certificates),
        }
    }
}

/// The fingerprint without the name of its hash: `sha-256 ab:cd` -> `AB:CD`.
fn digits(text: &str) -> String {
    text.rsplit(' ').next().unwrap_or_default().to_ascii_uppercase()
}

/// Whether two peer connections are the ends of one call, and what says so.
pub fn link(a: &Marks, b: &Marks) -> Option<Link> {
    let common = |one: [&Texts; 2], other: [&Texts; 2]| -> Vec<String> {
        let sides = one.into_iter().zip(other);
        sides
            .flat_map(|(one, other)| one.intersection(other).cloned())
            .collect()
    };
    let ufrags = common([&a.ufrags, &a.remote_ufrags], [&b.remote_ufrags, &b.ufrags]);
    let certificates = common(
        [&a.certificates, &a.remote_certificates],
        [&b.remote_certificates, &b.certificates],
    );
    let ssrcs = common([&a.sends, &a.receives], [&b.receives, &b.sends]);
    if ufrags.is_empty() && certificates.is_empty() && ssrcs.is_empty() {
        return None;
    }
    // One that was told other fragments than the other has talks to somebody else.
    let told = |one: &Marks, other: &Marks| !one.ufrags.is_empty() && !other.remote_ufrags.is_empty();
    let between = match (ufrags.is_empty() && certificates.is_empty(), told(a, b) || told(b, a)) {
        (false, _) => Between::Nothing,
        (true, true) => Between::Server,
        (true, false) => Between::Unknown,
    };
    Some(Link {
        ufrags,
        certificates,
        ssrcs,
        between,
    })
}

impl Link {
    /// How much speaks for it.
    fn weight(&self) -> usize {
        1000 * (self.ufrags.len().min(2) + self.certificates.len().min(2)) + self.ssrcs.len().min(999)
    }
}

/// The pairs of two lists that are the ends of one call, each connection in one pair at most: first those for which most speaks.
pub fn pairs(a: &[Marks], b: &[Marks]) -> Vec<(usize, usize, Link)> {
    let all = a.iter().enumerate().flat_map(|(index, one)| {
        let linked = b.iter().enumerate();
        linked.filter_map(move |(other, two)| Some((index, other, link(one, two)?)))
    });
    best(all.collect(), false)
}

/// The same within one list.
pub fn pairs_within(all: &[Marks]) -> Vec<(usize, usize, Link)> {
    let linked = all.iter().enumerate().flat_map(|(index, one)| {
        let others = all.iter().enumerate().skip(index + 1);
        others.filter_map(move |(other, two)| Some((index, other, link(one, two)?)))
    });
    best(linked.collect(), true)
}

/// Those for which most speaks, each connection once. In `one_list` both numbers count the same connections.
fn best(mut all: Vec<(usize, usize, Link)>, one_list: bool) -> Vec<(usize, usize, Link)> {
    all.sort_by_key(|(_, _, link)| std::cmp::Reverse(link.weight()));
    let mut used = BTreeSet::new();
    all.retain(|(a, b, _)| {
        let (a, b) = ((false, *a), (!one_list, *b));
        !used.contains(&a) && !used.contains(&b) && used.insert(a) && used.insert(b)
    });
    all.sort_by_key(|(a, b, _)| (*a, *b));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Texts {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    fn marks(ufrag: &str, remote: &str, sends: &[&str], receives: &[&str]) -> Marks {
        Marks {
            ufrags: texts(&[ufrag]),
            remote_ufrags: texts(&[remote]),
            sends: texts(sends),
            receives: texts(receives),
            ..Marks::default()
        }
    }

    #[test]
    fn ends_know_each_other() {
        let (a, b) = (
            marks("aaaa", "bbbb", &["1"], &["2"]),
            marks("bbbb", "aaaa", &["2"], &["1"]),
        );
        let found = link(&a, &b).unwrap();
        assert_eq!((found.ufrags.len(), found.ssrcs.len()), (2, 2));
        assert_eq!(found.between, Between::Nothing);
        assert_eq!(link(&a, &a), None);
        assert_eq!(link(&a, &marks("cccc", "dddd", &["3"], &["4"])), None);
    }

    #[test]
    fn what_a_server_hands_on_is_no_path() {
        let (a, b) = (
            marks("aaaa", "xxxx", &["1"], &["2"]),
            marks("bbbb", "yyyy", &["2"], &["1"]),
        );
        assert_eq!(link(&a, &b).unwrap().between, Between::Server);
        let bare = |sends: &[&str], receives: &[&str]| Marks {
            sends: texts(sends),
            receives: texts(receives),
            ..Marks::default()
        };
        assert_eq!(
            link(&bare(&["1"], &[]), &bare(&[], &["1"])).unwrap().between,
            Between::Unknown
        );
        // Both receive the same stream of a third one: they are not each other's ends.
        assert_eq!(link(&bare(&[], &["1"]), &bare(&[], &["1"])), None);
    }

    #[test]
    fn each_connection_is_in_one_pair() {
        let list = [
            marks("a", "b", &["1"], &["2"]),
            marks("c", "d", &[], &["1"]),
            marks("b", "a", &["2"], &["1"]),
            marks("d", "c", &[], &[]),
        ];
        let found: Vec<(usize, usize)> = pairs_within(&list).into_iter().map(|(a, b, _)| (a, b)).collect();
        assert_eq!(found, [(0, 2), (1, 3)]);
        let found: Vec<(usize, usize)> = pairs(&list[..2], &list[2..])
            .into_iter()
            .map(|(a, b, _)| (a, b))
            .collect();
        assert_eq!(found, [(0, 0), (1, 1)]);
    }

    #[test]
    fn fingerprints_lose_their_hash() {
        assert_eq!(
            (digits("sha-256 ab:0c"), digits("AB:0C")),
            ("AB:0C".into(), "AB:0C".into())
        );
    }
}
