//! Who made a description, as far as it shows: names that makers write into `o=`, `s=` and `a=tool`, else the habits of
//! their writers: the order of attributes, the form of the session id.
//!
//! A guess for people, on which no verdict rests: anybody may write anything, and servers pass on what browsers wrote.

use crate::proto::sdp::{Description, Origin};
use crate::report::sdp::MadeBy;

/// Where a name stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The user name of `o=`.
    Username,
    /// `s=`.
    Name,
    /// `a=tool`.
    Tool,
}

use Place::{Name, Tool, Username};

/// Beginnings of texts that makers write, in any case; what follows is the version, if it starts with a digit.
const NAMES: [(Place, &str, &str); 34] = [
    (Username, "mozilla...THIS_IS_SDPARTA-", "Firefox"),
    (Username, "Mozilla-SIPUA-", "Firefox"),
    (Username, "rtc", "libdatachannel"),
    (Username, "mediasoup-client", "mediasoup-client"),
    (Username, "mediasoup", "mediasoup"),
    (Username, "str0m-", "str0m"),
    (Username, "FreeSWITCH", "FreeSWITCH"),
    (Username, "Asterisk", "Asterisk"),
    (Username, "FFmpeg", "FFmpeg"),
    (
        Username,
        "thisisadapterortc",
        "Edge before Chromium (adapter.js over ORTC)",
    ),
    (Username, "Sonus_UAC", "Sonus"),
    (Username, "baresip", "baresip"),
    (Name, "FreeSWITCH", "FreeSWITCH"),
    (Name, "Asterisk", "Asterisk"),
    (Name, "Kurento Media Server", "Kurento"),
    (Name, "VideoRoom ", "Janus (VideoRoom)"),
    (Name, "AudioBridge ", "Janus (AudioBridge)"),
    (Name, "Mountpoint ", "Janus (Streaming)"),
    (Name, "Streaming Test", "Janus (Streaming)"),
    (Name, "EchoTest", "Janus (EchoTest)"),
    (Name, "VideoCall ", "Janus (VideoCall)"),
    (Name, "SIP Gateway", "Janus (SIP)"),
    (Name, "semantic-sdp", "Medooze"),
    (Name, "Pion WebRTC", "pion"),
    (Name, "FFmpegPublishSession", "FFmpeg"),
    (Name, "pjmedia", "PJSIP"),
    (Name, "<CounterPath ", "CounterPath (eyeBeam, Bria)"),
    (Name, "Talk", "Linphone"),
    (Tool, "LIVE555 Streaming Media v", "LIVE555"),
    (Tool, "GStreamer", "GStreamer"),
    (Tool, "libavformat ", "FFmpeg"),
    (Tool, "baresip ", "baresip"),
    (Tool, "vlc ", "VLC"),
    (Tool, "Wirecast ", "Wirecast"),
];

/// The maker; `None` if nothing tells.
pub fn made_by(description: &Description<'_>) -> Option<MadeBy> {
    let origin = description.origin();
    named(description, origin.as_ref()).or_else(|| by_habit(description, origin.as_ref()?))
}

fn named(description: &Description<'_>, origin: Option<&Origin<'_>>) -> Option<MadeBy> {
    let session = description.session();
    let name = session.of_type('s').next().map(|line| line.value());
    let tool = session.attribute("tool").and_then(|attribute| attribute.value);
    NAMES.iter().find_map(|(place, beginning, maker)| {
        let (label, text) = match place {
            Username => ("o=", origin.map(|origin| origin.username)?),
            Name => ("s=", name?),
            Tool => ("a=tool:", tool?.trim()),
        };
        let start = text.get(..beginning.len())?;
        let rest = &text[beginning.len()..];
        // A short name must be the whole text: `rtc` is no `rtcweb`.
        let whole = beginning.len() > 4 || rest.is_empty();
        (start.eq_ignore_ascii_case(beginning) && whole).then(|| MadeBy {
            name: (*maker).to_owned(),
            version: version(maker, rest),
            certain: true,
            clues: vec![format!("{label}{}", shortened(text))],
        })
    })
}

/// The word that follows a name, if it is a version.
fn version(maker: &str, rest: &str) -> Option<String> {
    let word = rest.trim_start_matches([' ', '-', '/']).split(' ').next()?;
    let version = word.starts_with(|first: char| first.is_ascii_digit()) && word.len() <= 24;
    let word = Some(word).filter(|_| version)?;
    Some(match (maker, word) {
        // Later versions go on writing 99.0.
        ("Firefox", "99.0") => "99 or later".to_owned(),
        // A number after the name of a Janus plugin is that of the room.
        (maker, _) if maker.starts_with("Janus") => return None,
        (_, word) => word.to_owned(),
    })
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

/// What a description looks like, for the habits.
struct Looks<'d> {
    origin: &'d Origin<'d>,
    /// The names of the attributes of the session part, repetitions left out.
    session: Vec<&'d str>,
    /// The same of the first media section that is in use.
    media: Vec<&'d str>,
    description: &'d Description<'d>,
}

/// So many attributes are looked at; the order shows in the first ones.
const LOOKED_AT: usize = 400;

fn names<'d>(attributes: impl Iterator<Item = crate::proto::sdp::Attribute<'d>>) -> Vec<&'d str> {
    let mut names: Vec<&str> = attributes.take(LOOKED_AT).map(|attribute| attribute.name).collect();
    names.dedup();
    names
}

impl Looks<'_> {
    /// Whether these stand in the media section in this order, others between them or not.
    fn in_order(&self, wanted: &[&str]) -> bool {
        let mut rest = self.media.iter();
        wanted.iter().all(|name| rest.any(|own| own == name))
    }

    fn begins(&self, wanted: &[&str]) -> bool {
        self.media.starts_with(wanted)
    }

    fn digits(&self) -> usize {
        self.origin.session_id.len()
    }

    /// Whether some line has this in it.
    fn mentions(&self, text: &str) -> bool {
        self.description
            .lines()
            .take(10 * LOOKED_AT)
            .any(|line| line.text.contains(text))
    }
}

/// A maker and what tells.
type Guess = Option<(&'static str, Vec<&'static str>)>;

fn by_habit(description: &Description<'_>, origin: &Origin<'_>) -> Option<MadeBy> {
    let live = description.media().take(100).find(|section| !section.is_rejected());
    let looks = Looks {
        origin,
        session: names(description.session().attributes()),
        media: names(live.or_else(|| description.media_section(0))?.attributes()),
        description,
    };
    let habits: [fn(&Looks<'_>) -> Guess; 6] = [janus, aiortc, gstreamer, pion, jitsi, libwebrtc];
    let (name, clues) = habits.iter().find_map(|habit| habit(&looks))?;
    Some(MadeBy {
        name: name.to_owned(),
        version: None,
        certain: false,
        clues: clues.into_iter().map(str::to_owned).collect(),
    })
}

fn janus(looks: &Looks<'_>) -> Guess {
    let named = ["a=msid:janus ", "cname:janus"].iter().any(|name| looks.mentions(name));
    named.then(|| ("Janus", vec!["streams and sources are named janus"]))
}

fn aiortc(looks: &Looks<'_>) -> Guess {
    let origin = looks.origin;
    let same = origin.session_id == origin.session_version && looks.digits() == 10 && origin.address == "0.0.0.0";
    let ordered = looks.in_order(&["mid", "ice-ufrag", "ice-pwd", "fingerprint", "setup"]);
    (same && ordered && looks.session.contains(&"msid-semantic"))
        .then(|| ("aiortc", vec!["o= has one time as id and version", "setup comes last"]))
}

fn gstreamer(looks: &Looks<'_>) -> Guess {
    let origin = looks.origin;
    let ordered =
        looks.begins(&["setup", "ice-ufrag", "ice-pwd"]) || looks.begins(&["ice-ufrag", "ice-pwd", "rtcp-mux"]);
    let session = looks.session.first() == Some(&"ice-options") && origin.address == "0.0.0.0";
    (ordered && session).then(|| {
        (
            "GStreamer (webrtcbin)",
            vec!["ice-options begin the session part", "setup comes first"],
        )
    })
}

/// pion, and its translation to Rust, which kept its habits.
fn pion(looks: &Looks<'_>) -> Guess {
    let position = |name: &str| looks.session.iter().position(|own| *own == name);
    let session = position("fingerprint")
        .zip(position("group"))
        .is_some_and(|(fingerprint, group)| fingerprint < group);
    let ordered =
        looks.begins(&["setup", "mid", "ice-ufrag", "ice-pwd"]) || looks.begins(&["mid", "ice-ufrag", "ice-pwd"]);
    (session && ordered && looks.origin.address == "0.0.0.0").then(|| {
        (
            "pion or webrtc-rs",
            vec![
                "the fingerprint stands before the group in the session part",
                "mid comes before ice-ufrag",
            ],
        )
    })
}

/// lib-jitsi-meet makes SDP from Jingle.
fn jitsi(looks: &Looks<'_>) -> Guess {
    let ordered =
        looks.begins(&["rtpmap"]) && looks.in_order(&["rtcp", "setup", "mid", "ice-ufrag", "ice-pwd", "fingerprint"]);
    (ordered && looks.mentions("a=rtcp:1 IN IP4 0.0.0.0")).then(|| {
        (
            "lib-jitsi-meet (from Jingle)",
            vec!["codecs come before the transport", "a=rtcp:1 IN IP4 0.0.0.0"],
        )
    })
}

fn libwebrtc(looks: &Looks<'_>) -> Guess {
    let origin = looks.origin;
    let id = origin.username == "-" && looks.digits() >= 15 && origin.address == "127.0.0.1";
    if !id || !looks.in_order(&["ice-ufrag", "ice-pwd", "fingerprint", "setup", "mid"]) {
        return None;
    }
    let mut clues = vec![
        "o= has a random 63-bit id at 127.0.0.1",
        "ice-ufrag comes before fingerprint, setup and mid",
    ];
    // Constrained High at level 3.1 comes from the hardware codecs of Apple and Android, which Chrome does not use so.
    if looks.mentions("profile-level-id=640c1f") {
        clues.push("H.264 with profile-level-id 640c1f");
        return Some(("Safari, or an app for iOS, macOS or Android (libwebrtc)", clues));
    }
    if looks.mentions("profile-level-id=4d001f") || looks.mentions("profile-level-id=42001f") {
        clues.push("H.264 with the profiles of Chromium");
        return Some(("Chrome, Edge or another Chromium (libwebrtc)", clues));
    }
    Some(("Chrome, Safari or another user of libwebrtc", clues))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn of(text: &str) -> Option<(String, Option<String>)> {
        made_by(&Description::parse(text)).map(|maker| (maker.name, maker.version))
    }

    fn named(origin: &str, name: &str) -> Option<(String, Option<String>)> {
        of(&format!(
            "v=0\r\no={origin} 1 1 IN IP4 192.0.2.1\r\ns={name}\r\nt=0 0\r\n"
        ))
    }

    #[test]
    fn names_tell() {
        let maker = |name: &str, version: Option<&str>| Some((name.to_owned(), version.map(str::to_owned)));
        for (origin, name, wanted) in [
            (
                "mozilla...THIS_IS_SDPARTA-58.0.1",
                "-",
                maker("Firefox", Some("58.0.1")),
            ),
            (
                "mozilla...THIS_IS_SDPARTA-99.0",
                "-",
                maker("Firefox", Some("99 or later")),
            ),
            ("rtc", "-", maker("libdatachannel", None)),
            ("rtcweb", "-", None),
            ("str0m-0.6.2", "-", maker("str0m", Some("0.6.2"))),
            ("-", "FreeSWITCH", maker("FreeSWITCH", None)),
            ("-", "VideoRoom 404986692241682", maker("Janus (VideoRoom)", None)),
            ("-", "Asterisk PBX 18.9", maker("Asterisk", None)),
            ("-", "-", None),
        ] {
            assert_eq!(named(origin, name), wanted, "{origin} {name}");
        }
        let tool = "v=0\r\na=tool:LIVE555 Streaming Media v2009.09.28\r\n";
        assert_eq!(of(tool), maker("LIVE555", Some("2009.09.28")));
        assert_eq!(of(""), None);
    }

    #[test]
    fn habits_tell() {
        let webrtc = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n\
            a=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:a\r\na=ice-pwd:b\r\na=fingerprint:sha-256 AA\r\na=setup:active\r\na=mid:0\r\n";
        let name = |text: &str| of(text).map(|(name, _)| name).unwrap_or_default();
        assert_eq!(name(webrtc), "Chrome, Safari or another user of libwebrtc");
        let with = |id: &str| name(&format!("{webrtc}a=fmtp:96 profile-level-id={id}\r\n"));
        assert!(with("640c1f").starts_with("Safari") && with("4d001f").starts_with("Chrome, Edge"));
        assert_eq!(name(&webrtc.replace("127.0.0.1", "192.0.2.1")), "");
    }

    /// The names of the files say who made them.
    #[test]
    fn captures_are_told_apart() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/sdp/webrtc");
        let Ok(entries) = std::fs::read_dir(&folder) else {
            eprintln!("skipped: no {}", folder.display());
            return;
        };
        let mut wrong = Vec::new();
        let mut seen = 0;
        for path in entries.map(|entry| entry.unwrap().path()) {
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            if !file.ends_with(".sdp") {
                continue;
            }
            let wanted = [
                ("chrome86-kurento-pc18084-9-1-answer", "Kurento"),
                ("chrome", "libwebrtc"),
                ("firefox", "Firefox"),
                ("fuzzcorpus-firefox", "Firefox"),
                ("aiortc-firefox58", "Firefox"),
                ("aiortc-freeswitch", "FreeSWITCH"),
                ("aiortc116", "aiortc"),
                ("gstreamer-webrtcbin", "GStreamer"),
                ("pionwebrtc-av", "pion"),
                ("pionwebrtc-janus", "Janus"),
                ("medooze-av-ice", "Medooze"),
                ("jitsi-google-standard-stats-sfu-pc0-1-offer", "lib-jitsi-meet"),
                ("jitsi-google-standard-stats-sfu-pc0-1-answer", "libwebrtc"),
                ("jsep", ""),
            ];
            let Some((_, wanted)) = wanted.iter().find(|(start, _)| file.starts_with(start)) else {
                continue;
            };
            let text = std::fs::read_to_string(&path).unwrap();
            let name = of(&text).map(|(name, _)| name).unwrap_or_default();
            seen += 1;
            if !name.contains(wanted) || name.is_empty() != wanted.is_empty() {
                wrong.push(format!("{file}: {name:?}, not {wanted:?}"));
            }
        }
        assert!(wrong.is_empty() && seen > 20, "{wrong:#?}");
    }
}
