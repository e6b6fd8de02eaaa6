//! Offers and answers of real peers: `rtcdiag sdp` finds nothing wrong with them, and what it says they agreed on is what
//! the peers themselves say.

mod support;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::process::Command;

use serde_json::Value;
use support::browser::Kind;
use support::peer::{Peer, need};
use support::sdp_call::{Call, Description, Facts, Transceiver, Wanted, answers_of_browser, of_aiortc, of_browser};

/// Calls that every peer makes.
const EVERY: &[&str] = &[
    "av-data",
    "data-only",
    "recvonly",
    "sendonly",
    "answerer-prefers-another",
    "answer-inactive",
];
/// And the browsers besides.
const BROWSERS: &[&str] = &[
    "simulcast",
    "simulcast-refused",
    "offerer-prefers-vp9",
    "video-rejected",
];

/// What is wrong indeed: with `setCodecPreferences`, Firefox 153 leaves the `a=rtcp-fb` lines of the codecs that it takes out,
/// and Chromium refuses that.
const WRONG_INDEED: &[(&str, &str)] = &[
    (
        "Firefox answerer-prefers-another",
        "sdp-rtcp-fb-for-absent-payload-type",
    ),
    ("Firefox offerer-prefers-vp9", "sdp-rtcp-fb-for-absent-payload-type"),
];

/// `rtcdiag sdp --json` of these descriptions, each in a file.
fn sdp(descriptions: &[&Description]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_rtcdiag"));
    command.args(["sdp", "--json"]);
    for description in descriptions {
        let file = folder.path().join(format!("{}.json", description.sdp_type));
        std::fs::write(&file, serde_json::to_vec(description).expect("JSON")).expect("a file");
        command.arg(file);
    }
    let output = command.output().expect("the program");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let stderr = String::from_utf8_lossy(&output.stderr);
        panic!("{error}: {}: {stderr}", output.status)
    })
}

/// What is not as the peers say.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn unless_same<T: PartialEq + Debug>(&mut self, what: &str, ours: T, theirs: T) {
        if ours != theirs {
            self.0.push(format!("{what}: we say {ours:?}, the peer {theirs:?}"));
        }
    }

    /// Neither alone nor together is anything wrong with the descriptions.
    fn unless_clean(&mut self, what: &str, call: &Call) {
        let before = self.0.len();
        for descriptions in [vec![&call.offer], vec![&call.answer], vec![&call.offer, &call.answer]] {
            let document = sdp(&descriptions);
            for finding in document["findings"].as_array().expect("findings") {
                let is_bad = finding["severity"] == "error" || finding["severity"] == "warning";
                let is_so = |(call, code): &(&str, &str)| *call == what && finding["code"] == *code;
                if is_bad && !WRONG_INDEED.iter().any(is_so) {
                    self.0
                        .push(format!("{what}: {} descriptions: {finding:#}", descriptions.len()));
                }
            }
        }
        if self.0.len() > before {
            self.0.push(format!("{}\n{}", call.offer.sdp, call.answer.sdp));
        }
    }
}

/// What one side says, against the negotiation.
struct Held<'a> {
    what: String,
    negotiation: &'a Value,
    /// `offerer` or `answerer`.
    side: &'static str,
    facts: &'a Facts,
}

impl Held<'_> {
    fn list(&self) -> &[Value] {
        self.negotiation["media"].as_array().expect("media")
    }

    fn media(&self, mid: &str) -> &Value {
        let found = self.list().iter().find(|media| media["mid"] == mid);
        found.unwrap_or_else(|| panic!("{}: no mid {mid}", self.what))
    }

    /// What this side is to send.
    fn sends(&self, mid: &str) -> &Value {
        &self.media(mid)[format!("{}_sends", self.side)]
    }

    /// Whether the answer has the codec of this payload type of the offer. Browsers that answer also send what only the
    /// offer has: there `setCodecPreferences` is about receiving alone. RFC 3264 §6.1 wants a format of both.
    fn is_answered(&self, mid: &str, payload_type: u64) -> bool {
        let codecs = self.media(mid)["codecs"].as_array().into_iter().flatten();
        let side = if self.side == "offerer" { "answer" } else { "offer" };
        codecs
            .into_iter()
            .any(|codec| codec[format!("{side}_payload_type")] == payload_type)
    }

    fn is_browser(&self) -> bool {
        ["Chromium ", "Firefox "].iter().any(|name| self.what.starts_with(name))
    }

    fn check(&self, wrong: &mut Wrong) {
        for transceiver in &self.facts.transceivers {
            self.check_transceiver(transceiver, wrong);
        }
        for sent in &self.facts.sent {
            let mid = sent.mid.as_deref().expect("statistics with mid");
            let what = format!("{} mid {mid}: payload type sent", self.what);
            let sends = self.sends(mid);
            let ours = match sends["browsers_send"].as_u64() {
                Some(browsers) if self.is_browser() => Some(browsers),
                _ => sends["codec"]["payload_type"].as_u64(),
            };
            wrong.unless_same(&what, ours, Some(sent.payload_type));
            if let Some(rid) = &sent.rid
                && self.facts.sent.len() > 1
            {
                wrong.unless_same(&format!("{what}: rid {rid}"), self.layers(mid).contains(rid), true);
            }
        }
        let first = &self.list()[0];
        if let Some(role) = &self.facts.dtls_role {
            let ours = ["client", "server"]
                .into_iter()
                .find(|&role| first["dtls"][role] == self.side);
            wrong.unless_same(&format!("{}: DTLS role", self.what), ours, Some(role));
        }
        if let Some(role) = &self.facts.ice_role {
            let controlling = first["ice"]["controlling"] == self.side;
            let what = format!("{}: ICE controlling", self.what);
            wrong.unless_same(&what, controlling, role == "controlling");
        }
        if let Some(size) = self.facts.max_message_size {
            let sctp = self
                .list()
                .iter()
                .map(|media| &media["sctp"])
                .find(|sctp| sctp.is_object());
            let ours = sctp.and_then(|sctp| sctp[format!("{}_may_send", self.side)].as_f64());
            wrong.unless_same(&format!("{}: largest message", self.what), ours, Some(size));
        }
    }

    fn check_transceiver(&self, transceiver: &Transceiver, wrong: &mut Wrong) {
        let what = format!("{} mid {}", self.what, transceiver.mid);
        let media = self.media(&transceiver.mid);
        wrong.unless_same(
            &format!("{what}: kind"),
            media["kind"].as_str(),
            Some(&transceiver.kind),
        );
        let direction = match transceiver.current_direction.as_deref() {
            Some("stopped") => None,
            direction => direction,
        };
        let ours = match media["accepted"].as_bool() {
            Some(true) => media["direction"][self.side].as_str(),
            _ => None,
        };
        wrong.unless_same(&format!("{what}: direction"), ours, direction);
        if !direction.is_some_and(|direction| direction.starts_with("send")) {
            return;
        }
        let theirs = transceiver.codecs.iter();
        let theirs = theirs.filter(|codec| !is_companion(&codec.mime_type));
        let theirs: Vec<u64> = theirs
            .map(|codec| codec.payload_type)
            .filter(|&payload_type| self.is_answered(&transceiver.mid, payload_type))
            .collect();
        let sends = &self.sends(&transceiver.mid)["alternatives"];
        let ours = sends.as_array().into_iter().flatten();
        let ours: Vec<u64> = ours.filter_map(|codec| codec["payload_type"].as_u64()).collect();
        wrong.unless_same(&format!("{what}: codecs"), ours, theirs);
        if let Some(theirs) = &transceiver.header_extensions {
            let ours = media["extensions"].as_array().into_iter().flatten();
            let ours: BTreeSet<(&str, u64)> = ours
                .filter_map(|extension| Some((extension["uri"].as_str()?, extension["answer_id"].as_u64()?)))
                .filter(|(uri, _)| !is_dropped_by_chromium(uri))
                .collect();
            let theirs = theirs.iter().map(|extension| (extension.uri.as_str(), extension.id));
            let theirs: BTreeSet<(&str, u64)> = theirs.filter(|(uri, _)| !is_dropped_by_chromium(uri)).collect();
            wrong.unless_same(&format!("{what}: header extensions"), ours, theirs);
        }
        let ours = self.layers(&transceiver.mid);
        // One encoding with a rid is no simulcast.
        let theirs = match transceiver.rids.as_slice() {
            [] | [_] => &[],
            rids => rids,
        };
        wrong.unless_same(&format!("{what}: layers"), ours.as_slice(), theirs);
    }

    /// The rids of what this side sends.
    fn layers(&self, mid: &str) -> Vec<String> {
        let layers = self.media(mid)["simulcast"][format!("{}_sends", self.side)].as_array();
        let rids = layers
            .into_iter()
            .flatten()
            .filter_map(|layer| layer["rids"][0].as_str());
        rids.map(str::to_owned).collect()
    }
}

/// FEC, RTX and the like are not what is encoded.
fn is_companion(mime_type: &str) -> bool {
    let name = mime_type.rsplit('/').next().unwrap_or_default().to_lowercase();
    ["rtx", "red", "ulpfec", "flexfec-03", "cn", "telephone-event"].contains(&name.as_str())
}

/// Chromium negotiates it and then leaves it out, as it has better ones for the same purpose.
fn is_dropped_by_chromium(uri: &str) -> bool {
    uri == "urn:ietf:params:rtp-hdrext:toffset"
}

#[track_caller]
fn assert_all_agree(peer: &str, calls: &[Call]) {
    let mut wrong = Wrong::default();
    for call in calls {
        wrong.unless_clean(&format!("{peer} {}", call.name), call);
        let document = sdp(&[&call.offer, &call.answer]);
        let negotiation = &document["report"]["negotiation"];
        for (side, facts) in [("offerer", &call.offerer), ("answerer", &call.answerer)] {
            let Some(facts) = facts else { continue };
            let what = format!("{peer} {} {side}", call.name);
            let held = Held {
                what,
                negotiation,
                side,
                facts,
            };
            held.check(&mut wrong);
        }
    }
    assert!(wrong.0.is_empty(), "{}", wrong.0.join("\n"));
}

fn with_simulcast() -> Vec<&'static str> {
    [EVERY, BROWSERS].concat()
}

#[test]
fn chromium_agrees() {
    let wanted = with_simulcast();
    let Some(calls) = need(Peer::Chromium, of_browser(Kind::Chromium, &Wanted::all(&wanted))) else {
        return;
    };
    assert_eq!(calls.len(), wanted.len());
    for facts in calls.iter().flat_map(|call| [&call.offerer, &call.answerer]).flatten() {
        assert!(facts.connected, "the two sides in Chromium do not connect");
    }
    // Otherwise nothing was held against what is really sent.
    let sent = calls.iter().filter_map(|call| call.offerer.as_ref());
    assert!(sent.map(|facts| facts.sent.len()).sum::<usize>() > 5);
    assert_all_agree("Chromium", &calls);
}

#[test]
fn firefox_agrees() {
    let wanted = with_simulcast();
    let Some(calls) = need(Peer::Firefox, of_browser(Kind::Firefox, &Wanted::all(&wanted))) else {
        return;
    };
    assert_eq!(calls.len(), wanted.len());
    assert_all_agree("Firefox", &calls);
    // The other browser is the judge of what we call wrong, and of what we do not.
    let offers = calls.iter().map(|call| Wanted {
        name: "data-only",
        offer: Some(&call.offer),
    });
    let offers: Vec<Wanted<'_>> = offers.collect();
    let Some(answers) = need(Peer::Chromium, answers_of_browser(Kind::Chromium, &offers)) else {
        return;
    };
    assert_eq!(answers.len(), calls.len());
    for (call, answered) in calls.iter().zip(answers) {
        let name = format!("Firefox {}", call.name);
        let is_refused = WRONG_INDEED.iter().any(|(call, _)| *call == name) && call.name.starts_with("offerer");
        assert_eq!(answered.is_err(), is_refused, "{name}: {answered:?}");
    }
}

#[test]
fn aiortc_agrees() {
    let Some(calls) = need(Peer::Aiortc, of_aiortc(&Wanted::all(EVERY))) else {
        return;
    };
    assert_eq!(calls.len(), EVERY.len());
    assert_all_agree("aiortc", &calls);
}

#[test]
fn chromium_and_aiortc_agree_with_each_other() {
    // Offers first, then each answers those of the other.
    let from_chromium = [EVERY, &["simulcast-refused"]].concat();
    let Some(chromium) = need(Peer::Chromium, of_browser(Kind::Chromium, &Wanted::all(&from_chromium))) else {
        return;
    };
    let Some(aiortc) = need(Peer::Aiortc, of_aiortc(&Wanted::all(EVERY))) else {
        return;
    };
    fn wanted(calls: &[Call]) -> Vec<Wanted<'_>> {
        let wanted = calls.iter();
        wanted
            .map(|call| Wanted {
                name: &call.name,
                offer: Some(&call.offer),
            })
            .collect()
    }
    let answered = of_aiortc(&wanted(&chromium)).expect("aiortc's answers");
    assert_eq!(answered.len(), chromium.len());
    assert_all_agree("Chromium to aiortc", &answered);
    let answered = of_browser(Kind::Chromium, &wanted(&aiortc)).expect("Chromium's answers");
    assert_eq!(answered.len(), aiortc.len());
    assert_all_agree("aiortc to Chromium", &answered);
}
