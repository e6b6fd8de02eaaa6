//! The descriptions of `fixtures/` that people look at: those of browsers are clean, the broken ones show what their names
//! say.
//!
//! `RTCDIAG_BLESS=1 cargo test --test sdp_fixtures -- --ignored` has the peers make those that are theirs anew.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::browser::Kind;
use support::sdp_call::{Call, Wanted, of_aiortc, of_browser};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Every description: `offer.json`, `answer.json`, `sdp/*`.
fn files() -> Vec<PathBuf> {
    let listed = std::fs::read_dir(folder().join("sdp")).expect("the fixtures");
    let mut files: Vec<PathBuf> = listed.flatten().map(|file| file.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sdp"));
    files.extend([folder().join("offer.json"), folder().join("answer.json")]);
    files.sort();
    files
}

fn is_broken(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with("broken-"))
}

/// `rtcdiag sdp --json FILES`.
fn sdp(files: &[&Path]) -> Value {
    let program = Command::new(env!("CARGO_BIN_EXE_rtcdiag"))
        .args(["sdp", "--json"])
        .args(files)
        .output();
    serde_json::from_slice(&program.expect("the program").stdout).expect("a document")
}

/// The codes of errors and warnings.
fn codes(document: &Value) -> Vec<&str> {
    let findings = document["findings"].as_array().expect("findings").iter();
    findings
        .filter(|finding| finding["severity"] == "error" || finding["severity"] == "warning")
        .filter_map(|finding| finding["code"].as_str())
        .collect()
}

#[test]
fn descriptions_of_peers_are_clean() {
    for file in files().iter().filter(|file| !is_broken(file)) {
        let document = sdp(&[file]);
        assert_eq!(codes(&document), Vec::<&str>::new(), "{}", file.display());
    }
}

#[test]
fn pairs_of_peers_are_clean() {
    let mut pairs = 0;
    for offer in files().iter().filter(|file| !is_broken(file)) {
        let name = offer.display().to_string();
        let Some(start) = name.strip_suffix("offer.sdp").or(name.strip_suffix("offer.json")) else {
            continue;
        };
        let answer = PathBuf::from(format!("{start}answer{}", &name[start.len() + "offer".len()..]));
        let document = sdp(&[offer, &answer]);
        assert_eq!(codes(&document), Vec::<&str>::new(), "{name}");
        let media = document["report"]["negotiation"]["media"].as_array().expect("media");
        assert!(media.iter().any(|media| media["accepted"] == true), "{name}");
        pairs += 1;
    }
    assert!(pairs > 8, "{pairs} pairs");
}

#[test]
fn a_wrong_setup_is_told() {
    let answer = folder().join("sdp/broken-setup-answer.json");
    let document = sdp(&[&folder().join("offer.json"), &answer]);
    assert!(
        codes(&document).contains(&"sdp-setup-actpass-in-answer"),
        "{document:#}"
    );
    let dtls = &document["report"]["negotiation"]["media"][0]["dtls"];
    assert!(dtls["client"].is_null() && dtls["problem"].is_string(), "{dtls:#}");
}

#[test]
fn different_profiles_of_h264_are_told() {
    let start = folder().join("sdp/broken-h264-profile");
    let [offer, answer] = ["offer", "answer"].map(|kind| PathBuf::from(format!("{}-{kind}.sdp", start.display())));
    let document = sdp(&[&offer, &answer]);
    let video = &document["report"]["negotiation"]["media"][1];
    assert_eq!(video["kind"], "video");
    assert!(video["offerer_sends"]["codec"].is_null(), "{video:#}");
    let left_out = video["codecs_left_out"].as_array().expect("codecs left out");
    let h264 = left_out.iter().filter(|codec| codec["encoding"] == "H264");
    let reasons: Vec<&Value> = h264.map(|codec| &codec["reason"]).collect();
    assert_eq!(reasons, ["profile", "profile"], "{video:#}");
}

/// Writes a call as `NAME-offer.sdp` and `NAME-answer.sdp`.
fn write(name: &str, call: &Call) {
    for description in [&call.offer, &call.answer] {
        let file = folder().join(format!("sdp/{name}-{}.sdp", description.sdp_type));
        std::fs::write(file, &description.sdp).expect("the file");
    }
}

#[test]
#[ignore = "writes the files"]
fn bless() {
    if std::env::var_os("RTCDIAG_BLESS").is_none() {
        return;
    }
    let names = [
        "av-data",
        "data-only",
        "recvonly",
        "answerer-prefers-another",
        "video-rejected",
    ];
    let chromium = of_browser(Kind::Chromium, &Wanted::all(&names)).expect("Chromium");
    for (call, name) in chromium
        .iter()
        .zip(["", "data-only", "recvonly", "answerer-prefers-h264", "video-rejected"])
    {
        if !name.is_empty() {
            write(&format!("chromium156-{name}"), call);
            continue;
        }
        for description in [&call.offer, &call.answer] {
            let file = folder().join(format!("{}.json", description.sdp_type));
            let json = serde_json::to_string(description).expect("JSON");
            std::fs::write(file, json + "\n").expect("the file");
        }
    }
    let names = ["av-data", "data-only", "simulcast"];
    for call in &of_browser(Kind::Firefox, &Wanted::all(&names)).expect("Firefox") {
        write(&format!("firefox153-{}", call.name), call);
    }
    let aiortc = of_aiortc(&Wanted::all(&["data-only"])).expect("aiortc");
    for call in &aiortc {
        write(&format!("aiortc116-{}", call.name), call);
    }
    let wanted = Wanted {
        name: "av-data",
        offer: Some(&chromium[0].offer),
    };
    let answered = of_aiortc(&[wanted]).expect("aiortc's answer");
    write("chromium156-to-aiortc116", &answered[0]);
}
