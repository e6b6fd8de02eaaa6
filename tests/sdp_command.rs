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

/// The output as it is: exit code, stdout, stderr.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rtcdiag"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("sdp")
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A dump of webrtc-internals: two peer connections of one page, that call each other, and a third one that only offers.
fn dump(folder: &Path) -> String {
    let read = |file: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let entry = |name: &str, kind: &str, file: &str, timestamp: f64| {
        let value = serde_json::json!({"type": kind, "sdp": read(file)}).to_string();
        serde_json::json!({"type": name, "value": value, "timestamp": timestamp})
    };
    let log = |entries: Vec<Value>| serde_json::json!({"updateLog": entries, "stats": {}});
    let third = "fixtures/sdp/chromium156-data-only-offer.sdp";
    let dump = serde_json::json!({"PeerConnections": {
        "8-1": log(vec![
            entry("createOfferOnSuccess", "offer", OFFER, 1_795_164_997_213.11),
            entry("setLocalDescription", "offer", OFFER, 1_795_164_997_214.0),
            entry("setRemoteDescription", "answer", ANSWER, 1_795_164_997_300.0),
        ]),
        "8-2": log(vec![
            entry("setRemoteDescription", "offer", OFFER, 1_795_164_997_220.0),
            entry("setLocalDescription", "answer", ANSWER, 1_795_164_997_290.0),
        ]),
        "8-3": log(vec![entry("setLocalDescription", "offer", third, 1_795_164_998_000.0)]),
    }, "UserAgent": "x"});
    let path = folder.join("dump.txt");
    std::fs::write(&path, serde_json::to_string_pretty(&dump).unwrap()).unwrap();
    path.to_string_lossy().into_owned()
}

#[test]
fn files_that_cannot_be_read_do_not_keep_the_others_from_being_reported() {
    let folder = tempfile::tempdir().unwrap();
    let (empty, no_sdp) = (folder.path().join("empty.sdp"), folder.path().join("notes.txt"));
    std::fs::write(&empty, "").unwrap();
    std::fs::write(&no_sdp, "nothing to see").unwrap();
    let [empty, no_sdp] = [&empty, &no_sdp].map(|path| path.to_str().unwrap());
    let directory = folder.path().to_str().unwrap();
    let arguments = ["no/such/file", OFFER, directory, empty, no_sdp];
    let (code, stdout, stderr) = run(&arguments);
    assert_eq!(code, 2);
    assert!(
        stdout.contains("m-line 2: application") && stdout.contains(OFFER),
        "{stdout}"
    );
    let errors: Vec<&str> = stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 4, "{stderr}");
    for (error, file) in errors.iter().zip(["no/such/file", directory, empty, no_sdp]) {
        assert!(
            error.ends_with(&format!(": {file}")),
            "in the order of the files: {stderr}"
        );
    }
    assert_eq!(stderr.matches("hint: ").count(), 4, "{stderr}");
    let (code, stdout, _) = run(&[&arguments[..], &["--json"]].concat());
    let document: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        (code, document["report"]["descriptions"].as_array().unwrap().len()),
        (2, 1)
    );
    assert_eq!(document["report"]["unread"][3]["file"], no_sdp);
    let (code, stdout, stderr) = run(&["no/such/file", empty]);
    assert_eq!(
        (code, stdout.as_str(), stderr.matches("error: ").count()),
        (2, "", 2),
        "{stderr}"
    );
    // Nothing is compared with what is not there.
    let (code, stdout, _) = run(&["--diff", "no/such/file", OFFER]);
    assert!(code == 2 && stdout.contains(OFFER), "{stdout}");
}

#[test]
fn a_dump_is_a_list_first_and_its_calls_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = dump(folder.path());
    let (_, text, _) = run(&[&path]);
    let rows: Vec<Vec<&str>> = text
        .lines()
        .take(8)
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0][..5], ["6", "descriptions,", "3", "different", "ones"]);
    assert_eq!(
        rows[1],
        ["no", "connection", "time", "from", "type", "m-lines", "octets"]
    );
    assert_eq!(
        rows[2][..6],
        ["1", "8-1", "08:56:37.213", "createOfferOnSuccess", "offer", "3"]
    );
    assert_eq!(rows[3][7..], ["same", "as", "1"]);
    assert_eq!(rows[6][7..], ["same", "as", "3"]);
    assert!(
        text.contains("Offer 1 and answer 3 (peer connections 8-1, 8-2)"),
        "{text}"
    );
    assert!(!text.contains("made by:"), "no description in full: {text}");
    let document = document(&[&path]);
    let report = &document["report"];
    assert_eq!(
        report["pairs"].as_array().unwrap().len(),
        1,
        "the third one has no answer"
    );
    assert_eq!(
        (&report["pairs"][0]["offer"], &report["pairs"][0]["answer"]),
        (&1.into(), &3.into())
    );
    assert_eq!(report["descriptions"][4]["input"]["same_as"], 3);
    assert_eq!(
        report["descriptions"][4]["input"]["time"],
        "2026-11-20T08:56:37.290000000Z"
    );
    for finding in document["findings"].as_array().unwrap() {
        for fact in finding["evidence"].as_array().unwrap() {
            let number = &fact["description"];
            assert!(
                ["1", "3", "6"].contains(&number.to_string().as_str()),
                "each text once: {finding:#}"
            );
        }
    }
}

#[test]
fn picked_descriptions_keep_their_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let path = dump(folder.path());
    let (_, text, _) = run(&[&path, "--pick", "6"]);
    assert!(
        text.starts_with("6. offer ") && text.contains("m-line 0: application"),
        "{text}"
    );
    assert!(text.contains("offer (description 6), m=application"), "{text}");
    let document = document(&[&path, "--pick", "1", "--pick", "5"]);
    assert_eq!(document["report"]["descriptions"][1]["input"]["number"], 5);
    assert!(document["report"]["negotiation"].is_object());
}

/// A saved page of about:webrtc is rightly escaped; the same in SDP is damage.
#[test]
fn pages_are_no_damage() {
    let sdp = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(OFFER)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let codes = |name: &str, text: String| -> Vec<String> {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let document = document(&[path.to_str().unwrap()]);
        assert_eq!(
            document["report"]["descriptions"][0]["input"]["wrapper"]
                .as_str()
                .unwrap()
                .split('-')
                .next(),
            Some("html")
        );
        let findings = document["findings"].as_array().unwrap();
        findings
            .iter()
            .map(|finding| finding["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let page = format!("<html><body><h4>Local SDP</h4><p>a &amp; b</p><pre>{sdp}</pre></body></html>");
    assert!(!codes("page.html", page).contains(&"sdp-html-escaped".to_owned()));
    let pasted = sdp.replace("\r\n", "<br>\n");
    assert!(codes("pasted.txt", pasted).contains(&"sdp-html-escaped".to_owned()));
}

#[test]
fn sarif_has_lines_and_columns_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let offer = changed(
        folder.path(),
        "offer.sdp",
        OFFER,
        "a=group:BUNDLE 0 1 2",
        "a=group:BUNDLE 0 1 2 9",
    );
    let region = |path: &str| {
        let (_, text, _) = run(&[path, "--format", "sarif"]);
        let log: Value = serde_json::from_str(&text).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        let result = results
            .iter()
            .find(|result| result["ruleId"] == "sdp-group-unknown-mid")
            .unwrap();
        result["locations"][0]["physicalLocation"]["region"].clone()
    };
    let own = region(&offer);
    assert_eq!(
        (&own["startColumn"], &own["endColumn"]),
        (&22.into(), &23.into()),
        "{own}"
    );
    let text = std::fs::read_to_string(&offer).unwrap();
    let log: String = text.lines().map(|line| format!("[12:00:01] {line}\n")).collect();
    let path = folder.path().join("a.log");
    std::fs::write(&path, format!("starting\n{log}")).unwrap();
    let logged = region(path.to_str().unwrap());
    assert_eq!(
        logged["startLine"].as_u64(),
        own["startLine"].as_u64().map(|line| line + 1)
    );
    assert_eq!(
        (&logged["startColumn"], &logged["endColumn"]),
        (&33.into(), &34.into()),
        "{logged}"
    );
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
