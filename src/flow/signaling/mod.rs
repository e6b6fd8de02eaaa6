//! [`Described`]: session descriptions that we know, from files or from clear text in the capture itself.

mod http;
mod stream;
mod websocket;

use std::net::{IpAddr, SocketAddr};

use crate::datagram::{Seen, Transport};
use crate::flow::SessionId;
use crate::flow::ice::{Candidate, Learnt};
use crate::flow::passwords::Passwords;
use crate::flow::rtp::{Format, Media};
use crate::proto::ice;
use crate::proto::sdp::unwrap::{self, DescriptionType};
use crate::proto::sdp::{CandidateLine, Description, Fingerprint, IcePwd, IceUfrag, RtpMap, Section, Setup};
use crate::secret::Secret;

pub(super) use stream::Streams;

/// How many descriptions, and how many trickled candidates, are kept.
const MOST: usize = 1024;
/// Octets of all descriptions together.
const OCTETS: usize = 32 << 20;
/// Longer texts are no signaling.
const LONGEST: usize = 1 << 20;

/// Where a description stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In a file that the user named.
    File(String),
    /// In HTTP, WebSocket or SIP text of the capture.
    Capture {
        /// The frame that completed it.
        seen: Seen,
        /// Who sent it.
        src: SocketAddr,
        /// To whom.
        dst: SocketAddr,
    },
}

/// A session description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Where it stood.
    pub source: Source,
    /// Offer, answer, ...; unknown if nothing says.
    pub kind: Option<DescriptionType>,
    /// The text of it.
    pub sdp: String,
    /// What it says of ICE and DTLS, once for each ufrag.
    pub credentials: Vec<Credentials>,
}

/// What a description says of one ICE agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Its ufrag.
    pub ufrag: String,
    /// `a=fingerprint`: the hash, in lower case, and the value, in upper case.
    pub fingerprints: Vec<(String, String)>,
    /// `a=setup`.
    pub setup: Option<Setup>,
    /// Its candidates that have an IP address.
    pub candidates: Vec<Candidate>,
}

/// A candidate in a message of its own (trickle ICE).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trickled {
    /// Where it stood.
    pub source: Source,
    /// Whose it is, if it says so.
    pub ufrag: Option<String>,
    /// The candidate.
    pub candidate: Candidate,
}

/// Everything known from descriptions.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The descriptions.
    pub descriptions: Vec<Described>,
    /// The candidates.
    pub trickled: Vec<Trickled>,
    /// What was not kept.
    pub left_out: u64,
}

impl Described {
    /// Tells the media what the description says of payload types, and of keys for SRTP: for the sessions of its agents, and,
    /// where nothing else is said, for all.
    pub(super) fn tell(&self, media: &mut Media, sessions: &[SessionId]) {
        let description = Description::parse(&self.sdp);
        for section in description.media() {
            for (_, map) in section.all::<RtpMap<'_>>() {
                let (Ok(number), Some(clock)) = (u8::try_from(map.payload_type), map.clock_rate) else {
                    continue;
                };
                let own = sessions.iter().map(|id| Some(*id));
                for session in own.chain([None]) {
                    media.set_format(session, number, Format::new(map.encoding, clock));
                }
            }
            if section.has("crypto") || section.has("fingerprint") || description.session().has("fingerprint") {
                sessions.iter().for_each(|id| media.protect(*id));
            }
        }
    }
}

impl Known {
    /// Takes every description and candidate in a text; their passwords are learnt too. Says whether there was any.
    pub fn read(&mut self, text: &str, source: &Source, passwords: &mut Passwords) -> bool {
        if text.len() > LONGEST {
            return false;
        }
        let mut any = false;
        for found in unwrap::unwrap(text).unwrap_or_default() {
            any = true;
            if self
                .descriptions
                .iter()
                .any(|one| one.sdp == found.sdp && one.source == *source)
            {
                continue;
            }
            let octets: usize = self.descriptions.iter().map(|one| one.sdp.len()).sum();
            if self.descriptions.len() >= MOST || octets + found.sdp.len() > OCTETS {
                self.left_out += 1;
                continue;
            }
            let credentials = credentials(&found.sdp, source, passwords);
            self.descriptions.push(Described {
                source: source.clone(),
                kind: found.kind,
                sdp: found.sdp.into_owned(),
                credentials,
            });
        }
        any || self.trickled(text, source)
    }

    /// Candidates that stand alone: `{"candidate": "candidate:...", "usernameFragment": "..."}`.
    fn trickled(&mut self, text: &str, source: &Source) -> bool {
        let before = self.trickled.len();
        for (at, _) in text.match_indices("candidate:").take(MOST) {
            let rest = &text[at..];
            let end = rest.find(['"', '\'', '\\', '\r', '\n', '<']).unwrap_or(rest.len());
            let Ok(candidate) = ice::Candidate::parse(&rest[..end]) else {
                continue;
            };
            if self.trickled.len() >= MOST {
                self.left_out += 1;
                return true;
            }
            let ufrag = candidate
                .extension("ufrag")
                .or_else(|| fragment(text))
                .map(str::to_owned);
            if let Some(candidate) = known(&candidate) {
                self.trickled.push(Trickled {
                    source: source.clone(),
                    ufrag,
                    candidate,
                });
            }
        }
        self.trickled.len() > before
    }
}

/// The value of `usernameFragment` in a JSON text.
fn fragment(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("\"usernameFragment\"")?;
    let (_, rest) = rest.split_once('"')?;
    Some(rest.split_once('"')?.0).filter(|ufrag| !ufrag.is_empty())
}

/// What a description says of each ufrag in it; its passwords are learnt.
fn credentials(sdp: &str, source: &Source, passwords: &mut Passwords) -> Vec<Credentials> {
    let description = Description::parse(sdp);
    let session = description.session();
    let mut all: Vec<Credentials> = Vec::new();
    let from = match source {
        Source::File(name) => name.clone(),
        Source::Capture { seen, .. } => format!("frame {}", seen.frame),
    };
    for media in description.media() {
        let Some(ufrag) = own_or::<IceUfrag<'_>>(&media, &session) else {
            continue;
        };
        let index = all.iter().position(|one| one.ufrag == ufrag.0).unwrap_or_else(|| {
            all.push(Credentials {
                ufrag: ufrag.0.to_owned(),
                ..Credentials::default()
            });
            all.len() - 1
        });
        if let Some(password) = own_or::<IcePwd<'_>>(&media, &session) {
            passwords.learn_ice(ufrag.0, &Secret::new(password.0), &from);
        }
        let one = &mut all[index];
        one.setup = one.setup.or(own_or::<Setup>(&media, &session));
        let fingerprints = session.all::<Fingerprint<'_>>().chain(media.all::<Fingerprint<'_>>());
        for (_, fingerprint) in fingerprints {
            let fingerprint = (
                fingerprint.hash.to_ascii_lowercase(),
                fingerprint.value.to_ascii_uppercase(),
            );
            if !one.fingerprints.contains(&fingerprint) {
                one.fingerprints.push(fingerprint);
            }
        }
        for line in media.attribute_lines("candidate") {
            if let Some(candidate) = CandidateLine::strict(&line).ok().as_ref().and_then(known)
                && one.candidates.len() < 256
            {
                one.candidates.push(candidate);
            }
        }
    }
    all
}

fn own_or<'d, T: crate::proto::sdp::AttributeValue<'d>>(media: &Section<'d>, session: &Section<'d>) -> Option<T> {
    media
        .first::<T>()
        .or_else(|| session.first::<T>())
        .map(|(_, value)| value)
}

/// A candidate as facts know it; one with a name in place of an address is none.
fn known(candidate: &ice::Candidate) -> Option<Candidate> {
    let ip: IpAddr = candidate.ip()?;
    Some(Candidate {
        address: SocketAddr::new(ip, candidate.port),
        transport: if candidate.protocol.eq_ignore_ascii_case("tcp") {
            Transport::Tcp
        } else {
            Transport::Udp
        },
        candidate_type: Some(candidate.candidate_type),
        priority: Some(candidate.priority),
        learnt: Learnt::Sdp,
        seen: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 aa:bb\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:secretsecretsecretsecr\r\n\
        a=setup:actpass\r\na=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host\r\n\
        a=candidate:2 1 udp 2130706431 x.local 5000 typ host\r\n";

    #[test]
    fn a_description_tells_agents_and_passwords() {
        let mut known = Known::default();
        let mut passwords = Passwords::new();
        let source = Source::File("offer.sdp".to_owned());
        assert!(known.read(OFFER, &source, &mut passwords));
        let [described] = known.descriptions.as_slice() else {
            panic!("{known:?}")
        };
        let [one] = described.credentials.as_slice() else {
            panic!("{described:?}")
        };
        assert_eq!((one.ufrag.as_str(), one.setup), ("abcd", Some(Setup::ActPass)));
        assert_eq!(one.fingerprints, [("sha-256".to_owned(), "AA:BB".to_owned())]);
        assert_eq!(one.candidates.len(), 1, "names are no addresses");
        assert_eq!(passwords.source("abcd"), Some("offer.sdp"));
    }

    #[test]
    fn a_trickled_candidate_knows_its_agent() {
        let mut known = Known::default();
        let source = Source::File("log".to_owned());
        let text = r#"{"candidate":"candidate:1 1 udp 2122260223 192.0.2.1 5000 typ host generation 0","sdpMid":"0","usernameFragment":"wxyz"}"#;
        assert!(known.read(text, &source, &mut Passwords::new()));
        assert_eq!(known.trickled[0].ufrag.as_deref(), Some("wxyz"));
        assert!(!known.read("no candidate: here", &source, &mut Passwords::new()));
    }
}
