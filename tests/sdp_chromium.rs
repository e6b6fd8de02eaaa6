//! What Chromium's `setRemoteDescription` says to the descriptions of the table, beside what we say: recorded in
//! `fixtures/sdp/mutations.tsv`, and asked again where there is a Chromium.
//!
//! With `RTCDIAG_BLESS=1` the file is written anew.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rtcdiag::check::sdp::{CHROMIUM, refusal};
use support::browser::run_in_chromium;
use support::peer::{Peer, need};
use support::sdp_mutations::{Base, Mutation, all};

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    key: String,
    codes: String,
    /// `accepts`, `-` for not asked, or what it says.
    verdict: String,
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sdp/mutations.tsv")
}

fn recorded() -> Vec<Row> {
    let text = std::fs::read_to_string(file()).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut cells = line.split('\t').map(str::to_owned);
            let mut next = || cells.next().unwrap_or_default();
            Row {
                key: next(),
                codes: next(),
                verdict: next(),
            }
        })
        .collect()
}

fn key(mutation: &Mutation) -> String {
    format!("{}/{}", mutation.base.name(), mutation.name)
}

/// Whether Chromium can be asked: answers have to be for an offer that it made.
fn can_be_asked(mutation: &Mutation) -> bool {
    mutation.before.is_empty() && mutation.base != Base::SimulcastAnswer
}

/// The message without the words around it and without what changes from case to case.
fn class(message: &str) -> String {
    let mut text = message;
    for start in [
        "OperationError: ",
        "InvalidAccessError: ",
        "TypeError: ",
        "Failed to execute 'setRemoteDescription' on 'RTCPeerConnection': ",
        "Failed to parse SessionDescription. ",
        "Failed to set remote offer sdp: ",
        "Failed to set remote answer sdp: ",
    ] {
        text = text.strip_prefix(start).unwrap_or(text);
    }
    text.replace(['\t', '\r', '\n'], " ").trim().to_owned()
}

const SCRIPT: &str = r"
    const verdicts = {version: navigator.userAgent.match(/Chrome\/(\d+)/)?.[1]};
    for (const one of cases) {
      const pc = new RTCPeerConnection();
      try {
        if (one.base === 'answer') {
          pc.addTransceiver('audio');
          pc.addTransceiver('video');
          pc.createDataChannel('x');
          await pc.setLocalDescription(await pc.createOffer());
          await pc.setRemoteDescription({type: 'answer', sdp: one.text});
        } else {
          if (one.before !== null) {
            await pc.setRemoteDescription({type: 'offer', sdp: one.before});
            await pc.setLocalDescription(await pc.createAnswer());
          }
          await pc.setRemoteDescription({type: 'offer', sdp: one.text});
        }
        verdicts[one.key] = 'accepts';
      } catch (error) { verdicts[one.key] = String(error); }
      pc.close();
    }
    return verdicts;
";

fn ask(mutations: &[Mutation]) -> Result<(String, BTreeMap<String, String>), String> {
    let cases: Vec<serde_json::Value> = mutations
        .iter()
        .map(|mutation| {
            let before = (mutation.base == Base::Reoffer).then(|| mutation.text_before());
            serde_json::json!({
                "key": key(mutation), "base": mutation.base.name(), "text": mutation.text(), "before": before,
            })
        })
        .collect();
    let json = serde_json::to_string(&cases).map_err(|error| error.to_string())?;
    // `</script>` can't stand in it, and these can't stand in a script of old.
    let json = json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028");
    let value = run_in_chromium(&format!("const cases = {json};{SCRIPT}"))?;
    let mut verdicts: BTreeMap<String, String> = serde_json::from_value(value).map_err(|error| error.to_string())?;
    let version = verdicts.remove("version").unwrap_or_default();
    Ok((version, verdicts))
}

#[test]
fn chromium_says_what_is_recorded() {
    let table = all();
    let asked: Vec<Mutation> = table.iter().copied().filter(can_be_asked).collect();
    let Some((version, verdicts)) = need(Peer::Chromium, ask(&asked)) else { return };
    let rows: Vec<Row> = table
        .iter()
        .map(|mutation| Row {
            key: key(mutation),
            codes: mutation.codes.join(" "),
            verdict: match verdicts.get(&key(mutation)) {
                None => "-".to_owned(),
                Some(said) => class(said),
            },
        })
        .collect();
    if std::env::var_os("RTCDIAG_BLESS").is_some() {
        let mut text = format!(
            "# Chromium {version}: what setRemoteDescription says to each description of tests/support/sdp_mutations.rs, beside\n\
             # our codes. Written by `RTCDIAG_BLESS=1 cargo test --test sdp_chromium`; `-`: not asked.\n"
        );
        for row in &rows {
            text.push_str(&format!("{}\t{}\t{}\n", row.key, row.codes, row.verdict));
        }
        std::fs::write(file(), text).expect("the file");
        return;
    }
    if !CHROMIUM.ends_with(&format!(" {version}")) {
        eprintln!("SKIPPED: the verdicts are those of {CHROMIUM}, and this is Chromium {version}");
        return;
    }
    let known: BTreeMap<String, Row> = recorded().into_iter().map(|row| (row.key.clone(), row)).collect();
    for row in rows {
        assert_eq!(known.get(&row.key), Some(&row), "RTCDIAG_BLESS=1 writes the file anew");
    }
}

/// The file has every row of the table, and the program says of each code what the file says.
#[test]
fn the_program_says_what_is_recorded() {
    let rows = recorded();
    let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    let table = all();
    assert_eq!(keys, table.iter().map(key).collect::<Vec<_>>());
    let mut refused: BTreeMap<&str, bool> = BTreeMap::new();
    for (row, mutation) in rows.iter().zip(&table) {
        assert_eq!(row.codes, mutation.codes.join(" "), "{}", row.key);
        if let ([code], false) = (mutation.codes, row.verdict == "-") {
            // Refused, if every description with this defect was.
            let all = refused.entry(code).or_insert(true);
            *all &= row.verdict != "accepts";
            if let Some(refusal) = refusal(code)
                && row.verdict != "accepts"
            {
                assert!(row.verdict.starts_with(refusal.chromium), "{}: {}", row.key, row.verdict);
            }
        }
    }
    for (code, refused) in refused {
        assert_eq!(refusal(code).is_some(), refused, "{code}");
    }
    for row in rows.iter().filter(|row| row.codes.is_empty()) {
        assert!(matches!(row.verdict.as_str(), "accepts" | "-"), "{}: {}", row.key, row.verdict);
    }
}
