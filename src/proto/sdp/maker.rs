//! [`maker`]: which program made a description, as far as its marks tell.
//!
//! A guess for people: descriptions pass through servers and scripts that change them, and keep the marks of their origin.

use super::attribute::source::{MsidSemantic, Ssrc};
use super::description::Description;
use super::fields::Origin;

/// A program that may have made a description, and what it is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maker {
    /// Its name.
    pub name: &'static str,
    /// Whether it writes its name there; else it is known by its habits.
    pub sure: bool,
}

/// What a user name of `o=` begins with, or a session name, or `a=tool`: programs that name themselves.
const NAMES: [(&str, &str); 16] = [
    ("mozilla...THIS_IS_SDPARTA", "Firefox"),
    ("mediasoup", "mediasoup"),
    ("str0m", "str0m"),
    ("FreeSWITCH", "FreeSWITCH"),
    ("Asterisk", "Asterisk"),
    ("FFmpeg", "FFmpeg"),
    ("Kamailio", "Kamailio"),
    ("rtc", "libdatachannel"),
    ("GStreamer", "GStreamer"),
    ("thisisadapterortc", "adapter.js"),
    ("semantic-sdp", "semantic-sdp (Medooze)"),
    ("VideoRoom", "Janus"),
    ("Streaming Test", "Janus"),
    ("janus", "Janus"),
    ("pjmedia", "PJSIP"),
    ("Kurento", "Kurento"),
];

/// The program that made a description; `None` where nothing tells.
pub fn maker(description: &Description<'_>) -> Option<Maker> {
    let session = description.session();
    let origin = description.origin()?;
    let name = session.of_type('s').next().map_or("", |line| line.value());
    let tool = session.attribute("tool").and_then(|tool| tool.value).unwrap_or("");
    for text in [origin.username, name, tool] {
        let known = |(mark, _): &&(&str, &str)| match *mark {
            // Three letters are only a name when they are all there is.
            "rtc" => text == "rtc",
            mark => text
                .get(..mark.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(mark)),
        };
        if let Some((_, name)) = NAMES.iter().find(known) {
            return Some(Maker { name, sure: true });
        }
    }
    habits(description, &origin).map(|name| Maker { name, sure: false })
}

fn habits(description: &Description<'_>, origin: &Origin<'_>) -> Option<&'static str> {
    let session = description.session();
    let media = || description.media().take(8);
    let msid =
        |text: &str| media().any(|section| section.attribute("msid").is_some_and(|msid| msid.value == Some(text)));
    if msid("janus janus0") || msid("janus janusv0") {
        return Some("Janus");
    }
    let host = |section: super::Section<'_>| {
        let mut cnames = section.all::<Ssrc<'_>>().take(8);
        cnames.any(|(_, ssrc)| ssrc.attribute == "cname" && ssrc.value.is_some_and(|value| value.contains("@host-")))
    };
    if media().any(host) {
        return Some("GStreamer webrtcbin");
    }
    if origin.username != "-" || !media().any(|section| section.has("ice-ufrag")) && !session.has("ice-ufrag") {
        return None;
    }
    let semantic = session.first::<MsidSemantic<'_>>();
    let spaced = semantic.is_some_and(|(line, _)| line.text.starts_with("a=msid-semantic: WMS"));
    let long = origin.session_id.len() >= 15;
    // Seconds since 1970 of the years 2017 to 2065.
    let unix_time = matches!(origin.version(), Some(1_500_000_000..3_000_000_000));
    match (origin.address, semantic) {
        ("127.0.0.1", Some(_)) if spaced && long => Some("libwebrtc (Chrome, Edge, Safari or an app built on it)"),
        ("0.0.0.0", _) if long && unix_time && session.has("fingerprint") => Some("pion or webrtc-rs"),
        ("0.0.0.0", Some((_, semantic))) if origin.session_id == origin.session_version && semantic.text == "*" => {
            Some("aiortc")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(session: &str) -> Option<(&'static str, bool)> {
        let text = format!("v=0\r\n{session}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=ice-ufrag:abcd\r\n");
        maker(&Description::parse(&text)).map(|maker| (maker.name, maker.sure))
    }

    #[test]
    fn programs_are_known_by_name_or_habit() {
        for (session, wanted) in [
            (
                "o=mozilla...THIS_IS_SDPARTA-99.0 1 0 IN IP4 0.0.0.0\r\ns=-\r\n",
                Some(("Firefox", true)),
            ),
            ("o=rtc 1 0 IN IP4 127.0.0.1\r\ns=-\r\n", Some(("libdatachannel", true))),
            ("o=rtcx 1 0 IN IP4 127.0.0.1\r\ns=-\r\n", None),
            (
                "o=- 1 0 IN IP4 192.0.2.1\r\ns=VideoRoom 1234\r\n",
                Some(("Janus", true)),
            ),
            (
                "o=- 4962303333179871722 2 IN IP4 127.0.0.1\r\ns=-\r\na=msid-semantic: WMS\r\n",
                Some(("libwebrtc (Chrome, Edge, Safari or an app built on it)", false)),
            ),
            (
                "o=- 4962303333179871722 1700000000 IN IP4 0.0.0.0\r\ns=-\r\na=fingerprint:sha-256 00\r\n",
                Some(("pion or webrtc-rs", false)),
            ),
            (
                "o=- 4004155279 4004155279 IN IP4 0.0.0.0\r\ns=-\r\na=msid-semantic:WMS *\r\n",
                Some(("aiortc", false)),
            ),
            ("o=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n", None),
            ("", None),
        ] {
            assert_eq!(name(session), wanted, "{session}");
        }
    }
}
