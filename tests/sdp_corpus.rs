//! Descriptions of many programs, with facts that other readers found in them. They are not part of the repository: where
//! the folder `shared` beside it is missing, this says so and checks nothing.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use rtcdiag::check::sdp::{LintContext, judge};
use rtcdiag::proto::sdp::unwrap::{Text, unwrap};
use rtcdiag::proto::sdp::{Description, defects};
use rtcdiag::report::sdp;
use serde_json::Value;
use support::golden::{is_empty, snake};

/// Members below which all is data, not names of ours.
const DATA: &[&str] = &["params", "attributes"];

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/sdp");
    if !folder.is_dir() {
        eprintln!("SKIPPED: no descriptions at {}", folder.display());
        return None;
    }
    Some(folder)
}

/// The descriptions of a folder, without what stands beside them.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.to_string_lossy().ends_with(".facts.json"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn report(path: &Path) -> sdp::Description {
    let bytes = fs::read(path).unwrap();
    let text = Text::from_bytes(&bytes).unwrap();
    let found = unwrap(&text.text).unwrap();
    let description = Description::parse(&found[0].sdp);
    assert_eq!(description.write(), found[0].sdp.as_ref(), "{}", path.display());
    sdp::Description::new("", &found[0], &description)
}

/// What the other readers do not read, or read only up to a blank.
fn is_unread(path: &str, wanted: &Value, got: &Value) -> bool {
    let last = path.rsplit('/').next().unwrap_or("");
    let longer = |wanted: &Value| {
        wanted
            .as_str()
            .zip(got.as_str())
            .is_some_and(|(a, b)| b.starts_with(&format!("{a} ")))
    };
    match last {
        "origin" | "simulcast" | "number_of_ports" => is_empty(wanted),
        "config" | "params" => longer(wanted),
        _ if path.contains("/rtcp_fb/") => longer(wanted) && wanted.as_str().is_some_and(|text| text.contains(' ')),
        _ => false,
    }
}

fn compare(path: &str, wanted: &Value, got: &Value, differences: &mut Vec<String>) {
    if is_unread(path, wanted, got) || (is_empty(wanted) && is_empty(got)) {
        return;
    }
    match (wanted, got) {
        (Value::Object(wanted), Value::Object(got)) => {
            for (key, value) in wanted {
                compare(
                    &format!("{path}/{key}"),
                    value,
                    got.get(key).unwrap_or(&Value::Null),
                    differences,
                );
            }
        }
        (Value::Array(wanted), Value::Array(got)) => {
            let bandwidth = path.ends_with("/bandwidth");
            let known = |value: &&Value| {
                !bandwidth
                    || ["AS", "CT", "RR", "RS", "TIAS"]
                        .iter()
                        .any(|kind| value["type"] == *kind)
            };
            let got: Vec<&Value> = got.iter().filter(known).collect();
            for index in 0..wanted.len().max(got.len()) {
                let wanted = wanted.get(index).unwrap_or(&Value::Null);
                compare(
                    &format!("{path}/{index}"),
                    wanted,
                    got.get(index).copied().unwrap_or(&Value::Null),
                    differences,
                );
            }
        }
        _ if wanted.as_f64().is_some() && wanted.as_f64() == got.as_f64() => {}
        _ if wanted == got => {}
        _ => differences.push(format!("{path}: wanted {wanted}, got {got}")),
    }
}

#[test]
fn every_fact_is_found() {
    let Some(folder) = corpus() else { return };
    let mut differences = Vec::new();
    for path in ["webrtc", "other"].iter().flat_map(|name| files(&folder.join(name))) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let facts = fs::read_to_string(path.with_file_name(format!("{name}.facts.json"))).unwrap();
        let facts = snake(&serde_json::from_str(&facts).unwrap(), DATA);
        let report = serde_json::to_value(report(&path)).unwrap();
        compare(
            &format!("{name}/session"),
            &facts["session"],
            &report["session"],
            &mut differences,
        );
        for (index, media) in facts["media"].as_array().unwrap().iter().enumerate() {
            // Without a port the other readers did not read the line.
            let unread = if media["port"].is_null() {
                &["port", "formats", "codecs"][..]
            } else {
                &[]
            };
            let mut media = media.clone();
            unread
                .iter()
                .for_each(|key| drop(media.as_object_mut().unwrap().remove(*key)));
            compare(
                &format!("{name}/media/{index}"),
                &media,
                &report["media"][index],
                &mut differences,
            );
        }
        compare(
            &format!("{name}/effective"),
            &facts["effective"],
            &report["effective"],
            &mut differences,
        );
        assert_eq!(
            report["input"]["line_endings"], facts["input"]["line_endings"],
            "{name}"
        );
        assert_eq!(report["type"], facts["input"]["type"], "{name}");
        assert_eq!(report["input"]["where"], facts["input"]["where"], "{name}");
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn reports_can_be_read_back() {
    let Some(folder) = corpus() else { return };
    for path in ["webrtc", "other"].iter().flat_map(|name| files(&folder.join(name))) {
        let report = report(&path);
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(
            serde_json::from_str::<sdp::Description>(&text).unwrap(),
            report,
            "{}",
            path.display()
        );
    }
}

#[test]
fn every_defect_is_named_by_its_line() {
    let Some(folder) = corpus() else { return };
    let manifest: Value = serde_json::from_str(&fs::read_to_string(folder.join("MANIFEST.json")).unwrap()).unwrap();
    let mut missed = Vec::new();
    for entry in manifest.as_array().unwrap() {
        let name = entry["file"].as_str().unwrap();
        let bytes = fs::read(folder.join(name)).unwrap();
        let text = Text::from_bytes(&bytes).unwrap();
        let Ok(found) = unwrap(&text.text) else {
            assert_eq!(name, "malformed/pasted-no-sdp-member.json");
            continue;
        };
        let description = Description::parse(&found[0].sdp);
        let findings = judge(&description, &found[0].damage, &LintContext::default());
        let lines: Vec<u64> = findings
            .iter()
            .flat_map(|finding| finding.evidence.iter().filter_map(|fact| fact.line))
            .collect();
        let both = ["defects", "softFindings"]
            .iter()
            .filter_map(|key| entry[*key].as_array())
            .flatten();
        for defect in both {
            let line = defect["line"].as_u64().unwrap();
            // A JSON string is a wrapping as good as any.
            let harmless = name == "malformed/pasted-quoted-string.sdp";
            let named = match line {
                0 => harmless || !findings.is_empty(),
                line => lines.contains(&line),
            };
            if !named {
                missed.push(format!("{name}: {defect}"));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn browsers_write_well_formed_descriptions() {
    let Some(folder) = corpus() else { return };
    for path in files(&folder.join("webrtc")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !["chrome", "chromium", "firefox", "aiortc116", "jsep"]
            .iter()
            .any(|maker| name.starts_with(maker))
        {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let text = Text::from_bytes(&bytes).unwrap();
        let found = unwrap(&text.text).unwrap();
        assert_eq!(found[0].damage, [], "{name}");
        let defects = defects(&Description::parse(&found[0].sdp)).list.len();
        assert_eq!(defects, 0, "{name}");
    }
}

#[test]
fn dumps_give_all_their_descriptions() {
    let Some(folder) = corpus() else { return };
    let folder = folder.with_file_name("stats");
    let mut seen = 0;
    for path in files(&folder) {
        let bytes = fs::read(&path).unwrap();
        let Ok(text) = Text::from_bytes(&bytes) else { continue };
        let wanted = text.text.matches("v=0\\r\\n").count() + text.text.matches("v=0\\\\r\\\\n").count();
        if wanted == 0 {
            continue;
        }
        seen += 1;
        let found = unwrap(&text.text).unwrap();
        assert_eq!(found.len(), wanted, "{}", path.display());
        for one in &found {
            let description = Description::parse(&one.sdp);
            assert!(
                one.damage.is_empty() && description.origin().is_some(),
                "{}: {one:?}",
                path.display()
            );
        }
    }
    assert!(seen > 0);
}
