//! Descriptions of real peers, cut at every octet, changed at random and made up: nothing panics, nothing is lost, what
//! stands before the damage is read as before.

use proptest::prelude::*;
use rtcdiag::proto::sdp::effective::{Bundles, effective};
use rtcdiag::proto::sdp::unwrap::{DamageKind, Found, Text, unwrap};
use rtcdiag::proto::sdp::{Description, Value, codecs, defects};
use rtcdiag::report::sdp;

const CHROMIUM: &str = include_str!("../fixtures/sdp/chromium-offer.json");
const FIREFOX: &str = include_str!("../fixtures/sdp/firefox-offer.sdp");
const AIORTC: &str = include_str!("../fixtures/sdp/aiortc-offer.sdp");

/// The SDP of the only description in a text.
fn only(text: &str) -> String {
    let found = unwrap(text).unwrap();
    assert_eq!(found.len(), 1);
    found[0].sdp.clone().into_owned()
}

fn real() -> [String; 3] {
    [CHROMIUM, FIREFOX, AIORTC].map(only)
}

/// Everything that can be asked of a description.
fn ask(text: &str) -> sdp::Description {
    let description = Description::parse(text);
    assert_eq!(description.write(), text);
    assert!(
        description
            .lines()
            .enumerate()
            .all(|(index, line)| line.number == index + 1)
    );
    let sections: usize = description.sections().map(|section| section.lines().len()).sum();
    assert_eq!(sections, description.line_count());
    for defect in &defects(&description).list {
        let line = description.line(defect.line);
        assert_eq!(line.is_some(), defect.line > 0);
        if let Some(line) = line {
            assert!(
                (1..=line.text.chars().count() + 1).contains(&defect.column),
                "{defect:?}"
            );
        }
    }
    let bundles = Bundles::of(&description);
    for section in description.media() {
        let index = section.index().unwrap();
        let effective = effective(&description, &bundles, index).unwrap();
        let _ = (
            effective.ice_ufrag(),
            effective.setup(),
            effective.fingerprints(),
            effective.rtcp_mux(),
        );
        for codec in codecs(&section) {
            let _ = codec.config();
        }
    }
    for attribute in description
        .sections()
        .flat_map(|section| section.attributes().collect::<Vec<_>>())
    {
        let _ = Value::decode(&attribute);
    }
    let found = Found {
        kind: None,
        sdp: text.into(),
        wrappers: Vec::new(),
        place: String::new(),
        label: None,
        connection: None,
        time: None,
        places: Vec::new(),
        line: 1,
        column: 1,
        damage: Vec::new(),
    };
    sdp::Description::new("", &found, &description)
}

#[test]
fn real_descriptions_have_no_defects() {
    for text in real() {
        let description = Description::parse(&text);
        assert_eq!(defects(&description).list, [], "{text}");
        assert!(description.media_count() > 0);
    }
}

#[test]
fn cut_anywhere_the_whole_lines_are_read_as_before() {
    for text in real() {
        let whole = Description::parse(&text);
        let report = ask(&text);
        for end in 0..text.len() {
            let cut = ask(&text[..end]);
            let description = Description::parse(&text[..end]);
            let read = description.lines().rev().skip(1);
            assert!(
                read.zip(whole.lines().take(description.line_count().saturating_sub(1)).rev())
                    .all(|(a, b)| a == b)
            );
            // All sections but the last are whole.
            let sections = cut.media.len().saturating_sub(1);
            assert_eq!(cut.media[..sections], report.media[..sections]);
        }
    }
}

#[test]
fn json_cut_anywhere_is_read_so_far_and_said_to_be_cut() {
    let start = CHROMIUM.find("v=0").unwrap() + "v=0\\r\\no=".len();
    let whole = only(CHROMIUM);
    for end in start..CHROMIUM.trim_end().len() {
        let found = unwrap(&CHROMIUM[..end]).unwrap();
        assert_eq!(found.len(), 1, "{end}");
        let damage = &found[0].damage;
        assert_eq!((damage.len(), damage[0].kind), (1, DamageKind::Truncated), "{end}");
        assert_eq!(damage[0].column, CHROMIUM[..end].chars().count() + 1);
        assert!(whole.starts_with(found[0].sdp.as_ref()), "{end}");
    }
}

#[test]
fn a_line_after_the_damage_is_read_as_well() {
    for text in real() {
        let lines: Vec<&str> = text.split_inclusive("\r\n").collect();
        for index in 0..lines.len() {
            if lines[index].starts_with("m=") {
                continue;
            }
            let mut damaged: Vec<&str> = lines.clone();
            damaged[index] = "\u{0}junk\r\n";
            let damaged = damaged.concat();
            let description = Description::parse(&damaged);
            let found = defects(&description);
            assert!(
                found.list.iter().any(|defect| defect.line == index + 1),
                "line {}",
                index + 1
            );
            assert_eq!(description.media_count(), Description::parse(&text).media_count());
        }
    }
}

fn sdp_like() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "rtpmap",
        "fmtp",
        "rtcp-fb",
        "extmap",
        "ssrc",
        "ssrc-group",
        "msid",
        "group",
        "mid",
        "candidate",
        "fingerprint",
        "setup",
        "rid",
        "simulcast",
        "imageattr",
        "crypto",
        "rtcp",
        "sctp-port",
        "sctpmap",
        "max-message-size",
        "ice-ufrag",
        "ice-pwd",
        "ice-options",
        "identity",
        "tls-id",
        "ptime",
        "framerate",
        "dcmap",
        "bundle-only",
        "x",
    ]);
    let attribute = (names, "[ -~äé\u{2028}]{0,40}").prop_map(|(name, value)| format!("a={name}:{value}"));
    let word = prop::sample::select(vec![
        "IN", "IP4", "0", "96", "udp", "typ", "host", "send", "recv", "*", "~1;2,3", "[x=1]", "/",
    ]);
    let words = prop::collection::vec(word, 0..12).prop_map(|words| words.join(" "));
    let names = prop::sample::select(vec![
        "a=candidate:",
        "a=simulcast:",
        "a=imageattr:",
        "m=",
        "o=",
        "c=",
        "a=rtpmap:",
        "a=rid:",
    ]);
    let filled = (names, words).prop_map(|(name, words)| format!("{name}{words}"));
    let line = prop_oneof![
        attribute,
        filled,
        "[a-z]=[ -~]{0,30}",
        "[ -~]{0,20}",
        Just("m=audio 9 RTP/AVP 96 97".to_owned())
    ];
    let end = prop::sample::select(vec!["\r\n", "\n", "\r", "\r\r\n", ""]);
    prop::collection::vec((line, end).prop_map(|(line, end)| line + end), 0..20).prop_map(|lines| lines.concat())
}

proptest! {
    #[test]
    fn anything_is_read_and_written_back(text in any::<String>()) {
        ask(&text);
        let _ = unwrap(&text);
    }

    #[test]
    fn what_looks_like_sdp_is_read_and_written_back(text in sdp_like()) {
        ask(&text);
    }

    #[test]
    fn real_descriptions_changed_anywhere(which in 0usize..3, at in any::<prop::sample::Index>(), octet in any::<u8>()) {
        let mut bytes = real()[which].clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = octet;
        let text = Text::from_bytes(&bytes).unwrap();
        ask(&text.text);
    }

    #[test]
    fn wrapped_in_anything(
        sdp in sdp_like(),
        before in "[ -~\n]{0,30}",
        after in "[ -~\n]{0,30}",
        way in 0usize..6,
    ) {
        let sdp = format!("v=0\r\n{sdp}");
        let json = serde_json::json!({ "type": "offer", "sdp": &sdp }).to_string();
        let text = match way {
            0 => format!("{before}{json}{after}"),
            1 => format!("{before}{}{after}", sdp.replace('\r', "\\r").replace('\n', "\\n")),
            2 => format!("{before}\"{}\"{after}", sdp.escape_debug()),
            3 => format!("{before}<pre>{}</pre>{after}", sdp.replace('<', "&lt;")),
            4 => format!("{before}{}{after}", serde_json::Value::String(json)),
            _ => format!("{before}\n{sdp}{after}"),
        };
        let _ = unwrap(&text);
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)).step_by(7) {
            let _ = unwrap(&text[..end]);
        }
    }

    #[test]
    fn json_gives_back_what_was_put_in(sdp in sdp_like(), nested in 0usize..4) {
        let sdp = format!("v=0\r\n{sdp}");
        let mut value = serde_json::json!({ "type": "answer", "sdp": &sdp });
        for level in 0..nested {
            value = if level % 2 == 0 { serde_json::json!({ "a/b": [1, value] }) } else { serde_json::json!([value, null]) };
        }
        let text = value.to_string();
        let found = unwrap(&text).unwrap();
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(found[0].sdp.as_ref(), sdp.as_str());
        prop_assert_eq!(found[0].kind.map(|kind| kind.name()), Some("answer"));
        prop_assert_eq!(value.pointer(&found[0].place).and_then(|sdp| sdp.as_str()), Some(sdp.as_str()));
    }
}

#[test]
fn bytes_are_text_or_not() {
    for bytes in [
        &b""[..],
        b"\xff",
        b"\xff\xfe",
        b"\xff\xfev",
        b"\xfe\xff\0",
        b"\xef\xbb",
        b"\xef\xbb\xbf",
        b"v=0\r\ns=\xe4\xe4",
    ] {
        if let Ok(text) = Text::from_bytes(bytes) {
            let _ = unwrap(&text.text);
        }
    }
}
