//! [`Event`]: a call of the API or an event of it, and what there is to know about it.
//!
//! Their values are JSON, JSON in a string, or `name: value, name: value`. Here they become types; a description keeps what
//! verdicts need, not its text, which can be most of a dump.

use serde_json::Value;

use super::fields::Fields;
use crate::proto::sdp;

/// Longer texts are cut.
const LONGEST: usize = 2000;

/// One call or event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Milliseconds since 1970; nothing where it is not known.
    pub at_ms: Option<f64>,
    /// As written: `onicecandidate`, `icecandidate`, `20`.
    pub name: String,
    /// The W3C's name, of calls with what came of them: `icecandidate`, `setLocalDescriptionOnSuccess`.
    pub method: String,
    /// What it says.
    pub detail: Detail,
}

/// What an event says.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// Nothing.
    None,
    /// A state, without quotation marks.
    State(String),
    /// A session description.
    Description(Box<Description>),
    /// A candidate.
    Candidate(Box<Candidate>),
    /// A server that gave no candidate.
    CandidateError(Box<CandidateError>),
    /// Anything else, as text.
    Text(String),
}

/// What is kept of a session description.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// `offer`, `answer`, …
    pub kind: String,
    /// How long its text is.
    pub octets: usize,
    /// Every `a=ice-ufrag`, once.
    pub ufrags: Vec<String>,
    /// Every `a=fingerprint`, once: `sha-256 AB:…`.
    pub fingerprints: Vec<String>,
    /// The first `a=setup`.
    pub setup: Option<String>,
    /// The media sections.
    pub media: Vec<Media>,
    /// The username of `o=`, which tells some browsers.
    pub origin: String,
}

/// What is kept of a media section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// `audio`, `video`, `application`.
    pub kind: String,
    /// `a=mid`.
    pub mid: Option<String>,
    /// `sendrecv`, …; what holds where nothing is written.
    pub direction: String,
    /// Whether its port is 0 and it is not bundled only.
    pub rejected: bool,
}

/// A candidate of an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidate {
    /// The candidate-attribute; empty at the end of the candidates.
    pub text: String,
    /// The mid of its section.
    pub mid: Option<String>,
    /// The server that it is of.
    pub url: Option<String>,
}

/// The event `icecandidateerror`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CandidateError {
    /// The server.
    pub url: Option<String>,
    /// The local address it was asked from.
    pub address: Option<String>,
    /// A STUN error code, or 701.
    pub code: Option<i64>,
    /// What the server or the browser says.
    pub text: Option<String>,
}

impl Event {
    /// Of its parts as they were written. `method` is the name, unless the format has codes for names.
    pub fn new(at_ms: Option<f64>, name: String, method: &str, value: &Value) -> Event {
        let method = canonical(method);
        let detail = Detail::new(&method, value);
        Event {
            at_ms,
            name,
            method,
            detail,
        }
    }

    /// About how many octets it takes.
    pub(super) fn size(&self) -> usize {
        let detail = match &self.detail {
            Detail::None => 0,
            Detail::State(text) | Detail::Text(text) => text.len(),
            Detail::Candidate(candidate) => 150 + candidate.text.len(),
            Detail::CandidateError(_) => 300,
            Detail::Description(description) => 400 + 150 * description.media.len() + 120 * description.ufrags.len(),
        };
        150 + 2 * self.name.len() + detail
    }

    /// Whether this is a change of a state, and of which: `iceconnection`, `signaling`, …
    pub fn state(&self) -> Option<&str> {
        self.method.strip_suffix("statechange")
    }
}

/// Events have their names without `on`; Chrome wrote them so once, and with `on` now.
fn canonical(name: &str) -> String {
    const EVENTS: [&str; 16] = [
        "connectionstatechange",
        "iceconnectionstatechange",
        "icegatheringstatechange",
        "signalingstatechange",
        "dtlsstatechange",
        "icecandidate",
        "icecandidateerror",
        "negotiationneeded",
        "datachannel",
        "track",
        "addstream",
        "removestream",
        "removetrack",
        "ended",
        "mute",
        "unmute",
    ];
    let lower = name.to_ascii_lowercase();
    let bare = lower.strip_prefix("on").unwrap_or(&lower);
    match EVENTS.iter().find(|event| **event == bare) {
        Some(event) => (*event).to_owned(),
        None => name.to_owned(),
    }
}

impl Detail {
    fn new(method: &str, value: &Value) -> Detail {
        if method.ends_with("statechange") {
            return match value {
                Value::String(state) => Detail::State(cut(state.trim_matches('"'))),
                Value::Null => Detail::None,
                other => Detail::State(cut(&other.to_string())),
            };
        }
        let fields = Fields::of(value);
        match method {
            "icecandidate" | "addIceCandidate" => match Candidate::of(&fields) {
                Some(candidate) => Detail::Candidate(Box::new(candidate)),
                None => Detail::text(value),
            },
            "icecandidateerror" => Detail::CandidateError(Box::new(CandidateError::of(&fields))),
            _ if method.contains("Description")
                || method.ends_with("fferOnSuccess")
                || method.ends_with("nswerOnSuccess") =>
            {
                match Description::of(&fields) {
                    Some(description) => Detail::Description(Box::new(description)),
                    None => Detail::text(value),
                }
            }
            _ => Detail::text(value),
        }
    }

    fn text(value: &Value) -> Detail {
        match value {
            Value::Null => Detail::None,
            Value::String(text) if text.is_empty() => Detail::None,
            Value::String(text) => Detail::Text(cut(text)),
            other => Detail::Text(cut(&other.to_string())),
        }
    }
}

impl Candidate {
    fn of(fields: &Fields<'_>) -> Option<Candidate> {
        let text = fields.get("candidate")?;
        let text = text.strip_prefix("a=").unwrap_or(&text);
        let mid = fields.get("sdpMid").filter(|mid| !mid.is_empty());
        Some(Candidate {
            text: cut(text),
            mid,
            url: fields.get("url").filter(|url| !url.is_empty()),
        })
    }
}

impl CandidateError {
    fn of(fields: &Fields<'_>) -> CandidateError {
        let first = |names: [&str; 2]| {
            names
                .into_iter()
                .find_map(|name| fields.get(name))
                .filter(|text| !text.is_empty())
        };
        let address = first(["host_candidate", "hostCandidate"]).or_else(|| fields.get("address"));
        CandidateError {
            url: first(["url", "URL"]),
            address,
            code: first(["error_code", "errorCode"]).and_then(|code| code.parse().ok()),
            text: first(["error_text", "errorText"]),
        }
    }
}

impl Description {
    fn of(fields: &Fields<'_>) -> Option<Description> {
        let (kind, text) = (fields.get("type"), fields.get("sdp"));
        if kind.is_none() && text.is_none() {
            return None;
        }
        Some(Description::new(kind.unwrap_or_default(), &text.unwrap_or_default()))
    }

    /// What is kept of a description.
    pub fn new(kind: String, text: &str) -> Description {
        let read = sdp::Description::parse(text);
        let mut description = Description {
            kind: cut(&kind),
            octets: text.len(),
            ..Description::default()
        };
        for line in read.lines() {
            let Some(attribute) = line.attribute() else { continue };
            let value = attribute.value.unwrap_or_default();
            match attribute.name {
                "ice-ufrag" => add(&mut description.ufrags, value),
                "fingerprint" => add(&mut description.fingerprints, value),
                "setup" => _ = description.setup.get_or_insert_with(|| cut(value)),
                _ => {}
            }
        }
        for section in read.media() {
            let Some(media) = section.media() else { continue };
            description.media.push(Media {
                kind: cut(media.kind),
                mid: section.mid().map(cut),
                direction: section
                    .direction()
                    .map_or("sendrecv", |(_, direction)| direction.name())
                    .to_owned(),
                rejected: section.is_rejected(),
            });
        }
        let origin = read.session().of_type('o').next().map(|line| line.value());
        description.origin = cut(origin.and_then(|origin| origin.split(' ').next()).unwrap_or_default());
        description
    }
}

/// Adds a text to a list, once; lists of hundreds are none that anyone looks at.
fn add(list: &mut Vec<String>, text: &str) {
    if list.len() < 100 && !list.iter().any(|other| other == text) {
        list.push(cut(text));
    }
}

/// A text, no longer than `LONGEST`.
pub fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(method: &str, value: Value) -> Event {
        Event::new(None, method.to_owned(), method, &value)
    }

    #[test]
    fn states_lose_their_quotation_marks() {
        let one = event("oniceconnectionstatechange", json!("\"checking\""));
        assert_eq!(
            (one.method.as_str(), one.state()),
            ("iceconnectionstatechange", Some("iceconnection"))
        );
        assert_eq!(one.detail, Detail::State("checking".into()));
    }

    #[test]
    fn candidates_in_three_forms() {
        let text = "candidate:1 1 udp 1 10.0.0.1 9 typ host";
        for value in [
            json!({"sdpMid": "0", "sdpMLineIndex": 0, "candidate": text}),
            json!(json!({"sdpMid": "0", "candidate": text}).to_string()),
            json!(format!("sdpMid: 0, sdpMLineIndex: 0, candidate: {text}")),
            json!(format!("sdpMid: \"0\", candidate: \"{text}\"")),
        ] {
            let Detail::Candidate(candidate) = event("icecandidate", value).detail else {
                panic!()
            };
            assert_eq!((candidate.text.as_str(), candidate.mid.as_deref()), (text, Some("0")));
        }
    }

    #[test]
    fn descriptions_in_three_forms() {
        let sdp = "v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 1 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=recvonly\r\na=ice-ufrag:abcd\r\n";
        for value in [
            json!({"type": "offer", "sdp": sdp}),
            json!(json!({"type": "offer", "sdp": sdp}).to_string()),
            json!(format!("type: offer, sdp: {sdp}")),
            json!(format!("type: \"offer\", sdp: {}", json!(sdp))),
        ] {
            let Detail::Description(description) = event("setLocalDescription", value).detail else {
                panic!()
            };
            assert_eq!((description.kind.as_str(), description.octets), ("offer", sdp.len()));
            assert_eq!(description.ufrags, ["abcd"]);
            assert_eq!(description.media[0].direction, "recvonly");
            assert!(description.origin.starts_with("mozilla"));
        }
    }

    #[test]
    fn errors_of_servers() {
        for value in [
            json!({"url": "turn:t", "address": "10.0.0.x", "port": 5, "host_candidate": "10.0.0.x:5", "error_text": "Unauthorized.", "error_code": 401}),
            json!(
                "url: turn:t\naddress: 10.0.0.x\nport: 5\nhost_candidate: 10.0.0.x:5\nerror_text: Unauthorized.\nerror_code: 401"
            ),
        ] {
            let Detail::CandidateError(error) = event("icecandidateerror", value).detail else {
                panic!()
            };
            assert_eq!((error.url.as_deref(), error.code), (Some("turn:t"), Some(401)));
            assert_eq!(error.text.as_deref(), Some("Unauthorized."));
        }
    }
}
