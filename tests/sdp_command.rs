//! `rtcdiag sdp` as a whole: several descriptions, and which of them a finding is about.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const OFFER: &str = "fixtures/sdp/chromium156-av-data-offer.sdp";
const ANSWER: &str = "fixtures/sdp/chromium156-av-data-answer.sdp";

fn document(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_rtcdiag"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["sdp", "--json"])
        .args(arguments)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// A copy of a description with one change.
fn changed(folder: &Path, name: &str, file: &str, from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    assert!(text.contains(from), "{file} has no {from:?}");
    let path = folder.join(name);
    std::fs::write(&path, text.replace(from, to)).unwrap();
    path.to_string_lossy().into_owned()
}

fn finding<'d>(document: &'d Value, code: &str) -> &'d Value {
    let findings = document["findings"].as_array().unwrap();
    findings
        .iter()
        .find(|finding| finding["code"] == code)
        .unwrap_or_else(|| panic!("no {code} in {findings:#?}"))
}

/// Raw text does not say what it is; its place beside an offer does.
#[test]
fn the_second_of_two_texts_is_judged_as_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let answer = changed(folder.path(), "answer.sdp", ANSWER, "a=setup:active", "a=setup:actpass");
    let document = document(&[OFFER, &answer]);
    let finding = finding(&document, "sdp-setup-actpass-in-answer");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["evidence"][0]["description"], 2, "{finding:#}");
}

/// The same line in both descriptions, and a defect in the first only.
#[test]
fn a_finding_names_the_description_that_it_is_about() {
    let folder = tempfile::tempdir().unwrap();
    let offer = changed(folder.path(), "offer.sdp", OFFER, "t=0 0\r\n", "");
    let document = document(&[&offer, ANSWER]);
    let finding = finding(&document, "sdp-missing-timing");
    for fact in finding["evidence"].as_array().unwrap() {
        assert!(fact["line"].is_null() || fact["description"] == 1, "{finding:#}");
    }
    assert!(
        finding["subject"].as_str().unwrap().contains("description 1"),
        "{finding:#}"
    );
}

#[test]
fn an_offer_and_an_answer_without_a_common_codec() {
    let document = document(&[
        "fixtures/sdp/broken-h264-profile-offer.sdp",
        "fixtures/sdp/broken-h264-profile-answer.sdp",
    ]);
    let finding = finding(&document, "sdp-no-common-codec");
    assert_eq!(finding["severity"], "error");
    assert!(
        finding["evidence"][0]["value"].as_str().unwrap().contains("profile"),
        "{finding:#}"
    );
}
