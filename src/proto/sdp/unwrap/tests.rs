//! What people paste.

use super::*;

const SDP: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n";

/// Kind, line and column of the input, line of the SDP.
type Place = (&'static str, usize, usize, usize);

/// Type, wrapper, place, SDP, damage.
type Row = (Option<&'static str>, String, String, String, Vec<Place>);

fn rows(text: &str) -> Vec<Row> {
    let found = unwrap(text).unwrap_or_default();
    found
        .into_iter()
        .map(|found| {
            let damage = found
                .damage
                .iter()
                .map(|d| (d.kind.code(), d.line, d.column, d.sdp_line))
                .collect();
            (
                found.kind.map(DescriptionType::name),
                found.wrapper(),
                found.place.clone(),
                found.sdp.replace("\r\n", "\n"),
                damage,
            )
        })
        .collect()
}

fn lf() -> String {
    SDP.replace("\r\n", "\n")
}

/// The one description of a text, which is [`SDP`].
fn one(text: &str) -> (Option<&'static str>, String, String, Vec<Place>) {
    let mut rows = rows(text);
    assert_eq!(rows.len(), 1, "{text}");
    let (kind, wrapper, place, sdp, damage) = rows.remove(0);
    assert_eq!(sdp, lf(), "{text}");
    (kind, wrapper, place, damage)
}

fn json(kind: &str) -> String {
    serde_json::json!({ "type": kind, "sdp": SDP }).to_string()
}

#[test]
fn raw_in_all_line_ends() {
    for end in ["\r\n", "\n", "\r"] {
        let text = SDP.replace("\r\n", end);
        let found = unwrap(&text).unwrap();
        assert_eq!(
            (found.len(), found[0].sdp.as_ref(), found[0].wrapper().as_str()),
            (1, text.as_str(), "raw")
        );
    }
}

#[test]
fn several_raw_ones() {
    let text = format!("{SDP}{SDP}");
    assert_eq!(
        rows(&text).iter().map(|row| row.3.clone()).collect::<Vec<_>>(),
        [lf(), lf()]
    );
    let text = format!("{SDP}\r\n--- the answer ---\r\n{SDP}");
    let found = rows(&text);
    assert_eq!(
        (found.len(), found[0].3.as_str(), found[1].0),
        (2, lf().as_str(), Some("answer"))
    );
}

#[test]
fn json_in_all_forms() {
    let none: Vec<Place> = Vec::new();
    let object = json("offer");
    assert_eq!(
        one(&object),
        (Some("offer"), "json".into(), "/sdp".into(), none.clone())
    );
    let nested = format!("{{\"a\": [1, {{\"x/y\": {object}}}], \"b\": null}}");
    assert_eq!(
        one(&nested),
        (Some("offer"), "json".into(), "/a/1/x~1y/sdp".into(), none.clone())
    );
    let reversed = serde_json::json!({ "sdp": SDP, "type": "answer" }).to_string();
    assert_eq!(one(&reversed).0, Some("answer"));
    let string = serde_json::json!(SDP).to_string();
    assert_eq!(one(&string), (None, "json".into(), String::new(), none.clone()));
    let twice = serde_json::json!({ "message": object }).to_string();
    assert_eq!(
        one(&twice),
        (Some("offer"), "json".into(), "/message/sdp".into(), none.clone())
    );
    let named = serde_json::json!({ "answer": { "sdp": SDP } }).to_string();
    assert_eq!(one(&named).0, Some("answer"));
    let lines = format!("{object}\n{}\n", json("answer"));
    let kinds: Vec<_> = rows(&lines).iter().map(|row| (row.0, row.2.clone())).collect();
    assert_eq!(
        kinds,
        [
            (Some("offer"), "/sdp".to_owned()),
            (Some("answer"), "/1/sdp".to_owned())
        ]
    );
    assert_eq!(rows("{\"type\": \"rollback\"}")[0].0, Some("rollback"));
}

#[test]
fn json_that_is_cut_is_read_so_far() {
    let object = json("offer");
    for end in object.find("m=audio").unwrap()..object.len() {
        let found = rows(&object[..end]);
        assert_eq!(found.len(), 1, "{end}");
        assert_eq!(found[0].0, Some("offer"));
        let lines = found[0].3.lines().count();
        assert_eq!(found[0].4, [("truncated", 1, end + 1, lines)], "{end}");
        assert!(
            lf().starts_with(&found[0].3.replace('\r', "")),
            "{end}: {:?}",
            found[0].3
        );
    }
}

#[test]
fn base64_whole_wrapped_and_cut() {
    use ::base64::Engine as _;
    let text = ::base64::engine::general_purpose::STANDARD.encode(json("answer"));
    assert_eq!(
        one(&text),
        (Some("answer"), "base64-json".into(), "/sdp".into(), vec![])
    );
    assert_eq!(one(text.trim_end_matches('=')).1, "base64-json");
    let wrapped: Vec<String> = text
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    assert_eq!(one(&wrapped.join("\n")).1, "base64-json");
    assert_eq!(one(&format!("Paste this: {text} (end)")).1, "base64-json");
    let raw = ::base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(SDP);
    assert_eq!(one(&raw).1, "base64");
    for end in text.len() / 2..text.len() - 4 {
        let found = rows(&text[..end]);
        assert_eq!(found.len(), 1, "{end}");
        assert_eq!((found[0].4[0].0, found[0].4[0].2), ("truncated", end + 1), "{end}");
    }
    let two = format!("{text}\n{text}\n");
    assert_eq!(rows(&two).len(), 2);
}

#[test]
fn source_code() {
    let lines: Vec<&str> = SDP.split_terminator("\r\n").collect();
    let joined: Vec<String> = lines.iter().map(|line| format!("    \"{line}\\r\\n\"")).collect();
    for (between, wrapper) in [(" +\n", "string"), ("\n", "string"), (" .\n", "string")] {
        let text = format!("const offer =\n{};\n", joined.join(between));
        let (kind, found, _, damage) = one(&text);
        assert_eq!(
            (kind, found.as_str(), damage.len()),
            (Some("offer"), wrapper, 0),
            "{text}"
        );
    }
    let array: Vec<String> = lines.iter().map(|line| format!("'{line}'")).collect();
    assert_eq!(
        one(&format!("var sdp = [{}, ''].join('\\r\\n');", array.join(",\n"))).1,
        "string"
    );
    assert_eq!(one(&format!("let answer = `{}`;", lf())).0, Some("answer"));
    let typed = SDP.replace("\r\n", "\\r\\n");
    assert_eq!(one(&typed).1, "string");
    assert_eq!(one(&format!("sdp: '{typed}', type: 'pranswer'")).0, Some("pranswer"));
}

#[test]
fn logs() {
    let object = json("offer");
    assert_eq!(
        one(&format!("12:00:01.5 [ws] <- {object}\n12:00:02 done\n")).0,
        Some("offer")
    );
    let escaped = serde_json::json!({ "message": object }).to_string();
    assert_eq!(one(&format!("INFO {escaped}")).0, Some("offer"));
    let stamped: String = lf()
        .lines()
        .enumerate()
        .map(|(at, line)| format!("[0{at}:00:1{at}] {line}\n"))
        .collect();
    let text = format!("[00:00:00] set remote answer\n{stamped}[00:00:09] done\n");
    let (kind, wrapper, _, damage) = one(&text);
    assert_eq!((kind, wrapper.as_str(), damage.len()), (Some("answer"), "log", 0));
    let first = format!("I/webrtc( 12): offer:\n{}done\n", lf());
    assert_eq!((one(&first).0, one(&first).1.as_str()), (Some("offer"), "log"));
    let quoted: String = lf().lines().map(|line| format!("> {line}\n")).collect();
    assert_eq!(one(&quoted).1, "log");
}

#[test]
fn paste_damage_has_its_place() {
    let indented: String = lf().lines().map(|line| format!("    {line}\n")).collect();
    assert_eq!(one(&indented).3, [("indented", 1, 1, 1)]);
    let html = SDP.replace("\r\n", "<br>\r\n");
    let (_, wrapper, _, damage) = one(&html);
    assert_eq!(
        (wrapper.as_str(), damage.as_slice()),
        ("html", &[("html-escaped", 1, 4, 1)][..])
    );
    let html = format!("<pre>{}</pre>", lf());
    assert_eq!(one(&html).1, "html");
    let entities = json("offer").replace('"', "&quot;");
    assert_eq!(
        (one(&entities).0, one(&entities).1.as_str()),
        (Some("offer"), "html-json")
    );
    let line = lf().replace('\n', " ");
    assert_eq!(one(line.trim_end()).3, [("line-ends-lost", 1, 4, 1)]);
}

#[test]
fn dumps() {
    let internals = serde_json::json!({ "PeerConnections": { "1-2": { "updateLog": [
        { "time": "x", "type": "createOffer", "value": "" },
        { "time": "x", "type": "setLocalDescription", "value": format!("type: offer, sdp: {SDP}") },
        { "time": "x", "type": "setRemoteDescription", "value": json("answer") },
    ] } } });
    let found = unwrap(&internals.to_string()).map(|found| {
        let row = |found: &Found<'_>| {
            (
                found.kind.map(DescriptionType::name),
                found.wrapper(),
                found.label.clone(),
            )
        };
        found.iter().map(row).collect::<Vec<_>>()
    });
    let label = |text: &str| Some(text.to_owned());
    assert_eq!(
        found.unwrap(),
        [
            (
                Some("offer"),
                "webrtc-internals".to_owned(),
                label("setLocalDescription")
            ),
            (
                Some("answer"),
                "webrtc-internals".to_owned(),
                label("setRemoteDescription")
            )
        ]
    );
    let stats = format!(
        "RTCStatsDump\n{{\"fileFormat\":3}}\n[\"createOfferOnSuccess\",\"8-1\",{},1]\n",
        json("offer")
    );
    let found = unwrap(&stats).unwrap();
    assert_eq!(
        (found[0].wrapper().as_str(), found[0].label.as_deref()),
        ("rtcstats", Some("createOfferOnSuccess"))
    );
}

#[test]
fn what_holds_no_sdp_says_why() {
    for (text, start) in [
        ("", "the input is empty"),
        (" \n", "the input is empty"),
        (
            "{\"type\": \"offer\"}",
            "no session description in this JSON (it has type)",
        ),
        (
            "{\"a\": 1",
            "no session description in this JSON, which is broken at line 1, column 8",
        ),
        (
            "{\"type\":\"offer\",\"sdp\":\"[object Object]\"}",
            "`[object Object]` instead of a session description at line 1, column 24",
        ),
        ("[object RTCSessionDescription]", "`[object Object]` instead"),
        ("candidate:1 1 udp 1 192.0.2.1 1 typ host", "only ICE candidates"),
        (
            "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=",
            "no session description in this base64",
        ),
        (
            "<!DOCTYPE html><html></html>",
            "no session description in this web page",
        ),
        ("hello", "no session description in this text (it begins with `hello`)"),
    ] {
        let error = unwrap(text).unwrap_err();
        assert!(error.to_string().starts_with(start), "{text}: {error}");
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn bytes_become_text() {
    assert_eq!(Text::from_bytes(&[0x1f, 0x8b, 8]), Err(TextError::Gzip));
    assert_eq!(
        Text::from_bytes(b"\xef\xbb\xbfv=0").map(|t| (t.text.into_owned(), t.damage.len())),
        Ok(("v=0".to_owned(), 0))
    );
    let utf16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain("v=0\r\n".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(
        Text::from_bytes(&utf16).map(|t| t.text.into_owned()),
        Ok("v=0\r\n".to_owned())
    );
    let latin = Text::from_bytes(b"v=0\r\ns=Gr\xfc\xdfe\r\n").unwrap();
    assert_eq!(
        (latin.text.as_ref(), latin.damage[0].line, latin.damage[0].column),
        ("v=0\r\ns=Gr\u{fffd}\u{fffd}e\r\n", 2, 5)
    );
    assert_eq!(Text::from_bytes(&[0, 1, 2, 0xff, 0]), Err(TextError::Binary));
}

#[test]
fn marks_of_line_ends() {
    for mark in ["↵", "<CR><LF>", "↵\n"] {
        let sdp = SDP.replace("\r\n", mark);
        for text in [
            sdp.clone(),
            format!("\"{sdp}\""),
            format!("{{type: \"offer\", sdp: \"{sdp}\"}}"),
        ] {
            let (_, wrapper, _, damage) = one(&text);
            assert!(wrapper.starts_with("one-line"), "{wrapper}");
            assert!(damage.iter().any(|damage| damage.0 == "line-ends-lost"), "{damage:?}");
        }
    }
}

#[test]
fn percent_encoded() {
    let encode = |text: &str, blank: &str| -> String {
        text.bytes()
            .map(|octet| match octet {
                b' ' => blank.to_owned(),
                octet if octet.is_ascii_alphanumeric() => char::from(octet).to_string(),
                octet => format!("%{octet:02X}"),
            })
            .collect()
    };
    let sdp = encode(SDP, "%20");
    assert_eq!(one(&sdp).1, "percent");
    assert_eq!(one(&format!("POST /x?type=offer&sdp={sdp}&x=1")).1, "percent");
    assert_eq!(one(&encode(SDP, "+")).1, "percent");
    let whole = one(&format!("https://x.test/#{}", encode(&json("offer"), "%20")));
    assert_eq!((whole.0, whole.1.as_str()), (Some("offer"), "percent-json"));
}

#[test]
fn no_description_yet() {
    let error = unwrap(r#"{"type": "offer", "sdp": null}"#).unwrap_err();
    assert_eq!(error, NoSdp::NullSdp { line: 1, column: 26 });
}

#[test]
fn reports_of_firefox() {
    for (offerer, kinds) in [(true, ["offer", "answer"]), (false, ["answer", "offer"])] {
        let text = serde_json::json!({"pcid": "1", "localSdp": SDP, "remoteSdp": SDP, "offerer": offerer}).to_string();
        let rows = rows(&text);
        assert_eq!(rows.iter().map(|row| row.0.unwrap_or("")).collect::<Vec<_>>(), kinds);
    }
}

#[test]
fn gzip() {
    use std::io::Write as _;
    let pack = |bytes: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    };
    let packed = pack(json("offer").as_bytes());
    let text = Text::from_bytes(&packed).unwrap();
    let mut found = unwrap(&text.text).unwrap();
    text.tell(&mut found);
    assert_eq!((found[0].wrapper().as_str(), found[0].sdp.as_ref()), ("gzip-json", SDP));
    assert_eq!(Text::from_bytes(&packed[..5]), Err(TextError::Gzip));
    assert_eq!(Text::from_bytes(&pack(&packed)), Err(TextError::Gzip));
    let cut = Text::from_bytes(&packed[..packed.len() - 4]).unwrap();
    assert_eq!(cut.damage[0].kind, DamageKind::Truncated);
    let bomb = pack(&vec![b'v'; 257 << 20]);
    assert_eq!(Text::from_bytes(&bomb), Err(TextError::GzipTooLarge));
}

#[test]
fn a_byte_order_mark_of_utf8_is_no_damage() {
    let bytes = format!("\u{feff}{SDP}");
    let text = Text::from_bytes(bytes.as_bytes()).unwrap();
    assert_eq!((text.text.as_ref(), text.damage), (SDP, vec![]));
}
