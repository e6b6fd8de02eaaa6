//! SARIF 2.1.0 (OASIS): the findings as results with places in files, for code hosts and editors.
//!
//! A finding is one result. Its first line is the location, the other ones are related locations. Lines are those of
//! the file where lines of the description are lines of it (raw SDP, a log). In JSON, base64 and source code a whole
//! description mostly stands on one line, with `\r\n` written out: the location is the line at which that begins, and the
//! message says which line of the description is meant.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::report::sdp::{Description, Sdp};
use crate::report::{Envelope, Evidence, Finding, Report, Severity};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The findings of `rtcdiag sdp`; other reports have no places, and give an empty list.
pub fn document(envelope: &Envelope, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &log(envelope))?;
    writeln!(out)
}

fn log(envelope: &Envelope) -> Value {
    let none = Sdp::default();
    let report = match &envelope.report {
        Report::Sdp(report) => report,
        _ => &none,
    };
    let rules = rules(envelope, report);
    let index = |code: &str| rules.iter().position(|rule| rule["id"] == code);
    let files = files(report);
    let results: Vec<Value> = envelope
        .findings
        .iter()
        .map(|finding| result(finding, index(&finding.code), report, &files))
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": envelope.tool,
                "version": envelope.version,
                "semanticVersion": envelope.version,
                "rules": rules,
            }},
            "invocations": [{
                "executionSuccessful": !envelope.interrupted,
                "startTimeUtc": envelope.started,
            }],
            "artifacts": files.iter().map(|file| json!({ "location": { "uri": uri(file) } })).collect::<Vec<_>>(),
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// One rule for each code, as the catalog has it.
fn rules(envelope: &Envelope, report: &Sdp) -> Vec<Value> {
    let mut rules: Vec<Value> = Vec::new();
    for finding in &envelope.findings {
        if rules.iter().any(|rule| rule["id"] == finding.code.as_str()) {
            continue;
        }
        let known = report.rules.iter().find(|entry| entry.code == finding.code);
        let title = known.map_or(finding.summary.as_str(), |entry| &entry.title);
        let what = known.map_or(finding.summary.as_str(), |entry| &entry.what);
        let why = known.and_then(|entry| entry.why.as_deref()).unwrap_or("");
        let severity = known.and_then(|entry| entry.severity).unwrap_or(finding.severity);
        let help = [why, &finding.advice, &format!("See {}.", finding.reference)];
        let help: Vec<&str> = help.into_iter().filter(|text| !text.is_empty()).collect();
        rules.push(json!({
            "id": finding.code,
            "shortDescription": { "text": title },
            "fullDescription": { "text": what },
            "help": { "text": help.join(" ") },
            "defaultConfiguration": { "level": level(severity) },
            "properties": { "tags": ["webrtc", "sdp"] },
        }));
    }
    rules
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// The files, each once, in their order.
fn files(report: &Sdp) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for description in &report.descriptions {
        if !files.contains(&description.input.file) {
            files.push(description.input.file.clone());
        }
    }
    files
}

/// A file name as a URI reference (RFC 3986): everything but what may stand in a path is percent-encoded.
fn uri(file: &str) -> String {
    if file == "-" {
        return "stdin".to_owned();
    }
    let mut uri = String::with_capacity(file.len() + 8);
    if file.starts_with('/') {
        uri.push_str("file://");
    }
    for octet in file.replace('\\', "/").bytes() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(octet)),
            _ => uri.push_str(&format!("%{octet:02X}")),
        }
    }
    uri
}

fn result(finding: &Finding, rule: Option<usize>, report: &Sdp, files: &[String]) -> Value {
    let with_line: Vec<&Evidence> = finding.evidence.iter().filter(|fact| fact.line.is_some()).collect();
    let whole = Evidence::default();
    let first = with_line.first().copied().unwrap_or(&whole);
    let description = described(first, report);
    let wrapped = description.is_some_and(is_wrapped);
    let place = match first.line {
        Some(line) if wrapped && first.in_file.is_none() => format!(" (line {line} of the description)"),
        _ => String::new(),
    };
    let mut result = Map::new();
    result.insert("ruleId".to_owned(), finding.code.clone().into());
    if let Some(rule) = rule {
        result.insert("ruleIndex".to_owned(), rule.into());
    }
    result.insert("level".to_owned(), level(finding.severity).into());
    let text = format!("{}: {}{place} {}", finding.subject, finding.summary, finding.advice);
    result.insert("message".to_owned(), json!({ "text": text }));
    result.insert("locations".to_owned(), json!([location(first, report, files)]));
    let related = with_line.iter().skip(1).enumerate().map(|(index, fact)| {
        let mut location = location(fact, report, files);
        location["id"] = (index + 1).into();
        let text = fact.id.as_ref().or(fact.value.as_ref()).cloned().unwrap_or_default();
        location["message"] = json!({ "text": text });
        location
    });
    let related: Vec<Value> = related.collect();
    if !related.is_empty() {
        result.insert("relatedLocations".to_owned(), related.into());
    }
    let print = fingerprint(finding, first);
    result.insert("partialFingerprints".to_owned(), json!({ "rtcdiag/v1": print }));
    result.into()
}

/// The description that a line is of: the first, where there is no more than one.
fn described<'r>(fact: &Evidence, report: &'r Sdp) -> Option<&'r Description> {
    let number = usize::try_from(fact.description.unwrap_or(0)).ok()?;
    let named = report.descriptions.iter().find(|one| one.input.number == number);
    named.or(report.descriptions.first())
}

fn is_wrapped(description: &Description) -> bool {
    description.input.wrapper != "raw"
}

fn location(fact: &Evidence, report: &Sdp, files: &[String]) -> Value {
    let description = described(fact, report);
    let file = description.map_or("-", |description| description.input.file.as_str());
    let start = description.map_or(1, |description| description.input.line.max(1) as u64);
    let mut region = Map::new();
    // The line of the file, and how many characters stand before the description in it.
    let place = match (fact.line, fact.in_file) {
        (Some(_), Some(place)) => Some((place.line, place.column.saturating_sub(1))),
        (Some(line), None) if description.is_some_and(|one| !is_wrapped(one)) => Some((start + line - 1, 0)),
        _ => None,
    };
    region.insert("startLine".to_owned(), place.map_or(start, |(line, _)| line).into());
    if let Some((_, before)) = place {
        if let Some(column) = fact.column {
            region.insert("startColumn".to_owned(), (column + before).into());
            // The column after the last character (§3.30.8).
            if let Some(end) = fact.end_column {
                region.insert("endColumn".to_owned(), (end + before).into());
            }
        }
        if let Some(text) = &fact.value {
            region.insert("snippet".to_owned(), json!({ "text": text }));
        }
    }
    let mut artifact = Map::new();
    artifact.insert("uri".to_owned(), uri(file).into());
    if let Some(index) = files.iter().position(|one| one == file) {
        artifact.insert("index".to_owned(), index.into());
    }
    json!({ "physicalLocation": { "artifactLocation": artifact, "region": region } })
}

/// What stays when lines above come and go: the rule and the text of the line.
fn fingerprint(finding: &Finding, first: &Evidence) -> String {
    let mut hash = Sha256::new();
    for part in [Some(finding.code.as_str()), first.value.as_deref(), first.id.as_deref()] {
        hash.update(part.unwrap_or(""));
        hash.update([0]);
    }
    hash.finalize()
        .iter()
        .take(16)
        .map(|octet| format!("{octet:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Place;
    use crate::report::sdp::Input;
    use crate::report::{explain, sdp};

    fn description(file: &str, number: usize, wrapper: &str, line: usize) -> Description {
        Description {
            kind: None,
            input: Input {
                file: file.to_owned(),
                number,
                wrapper: wrapper.to_owned(),
                line,
                ..Input::default()
            },
            made_by: None,
            session: sdp::Session::default(),
            media: Vec::new(),
            effective: Vec::new(),
        }
    }

    fn finding(severity: Severity, evidence: Vec<Evidence>) -> Finding {
        Finding {
            code: "sdp-bad-origin".to_owned(),
            severity,
            subject: "offer".to_owned(),
            summary: "Line 2 is wrong.".to_owned(),
            evidence,
            advice: "Write another one.".to_owned(),
            reference: "RFC 8866 §5.2".to_owned(),
        }
    }

    fn line(description: Option<u64>, line: u64, column: Option<u64>) -> Evidence {
        Evidence {
            description,
            line: Some(line),
            column,
            value: Some(format!("a={line}")),
            ..Evidence::default()
        }
    }

    fn envelope() -> Envelope {
        let rule = explain::Entry {
            topic: "finding".to_owned(),
            code: "sdp-bad-origin".to_owned(),
            severity: Some(Severity::Error),
            title: "The origin is wrong".to_owned(),
            what: "What it is.".to_owned(),
            why: Some("Why it is.".to_owned()),
            fix: "Fix it.".to_owned(),
            reference: "RFC 8866 §5.2".to_owned(),
            ..explain::Entry::default()
        };
        let report = Sdp {
            descriptions: vec![
                description("my offer.sdp", 1, "raw", 3),
                description("/tmp/a.json", 2, "json", 7),
            ],
            rules: vec![rule],
            ..Sdp::default()
        };
        let findings = vec![
            finding(Severity::Error, vec![line(Some(1), 2, Some(5)), line(Some(1), 9, None)]),
            finding(Severity::Info, vec![line(Some(2), 4, Some(1))]),
            finding(Severity::Warning, Vec::new()),
        ];
        Envelope::new(
            "sdp",
            "2026-11-20T09:00:00.000000000Z".to_owned(),
            Report::Sdp(report),
            findings,
        )
    }

    /// What SARIF 2.1.0 demands: §3.13 sarifLog, §3.14 run, §3.18 tool, §3.19 toolComponent, §3.27 result, §3.30 region.
    fn validate(log: &Value) {
        assert_eq!(log["version"], "2.1.0");
        for run in log["runs"].as_array().unwrap() {
            let driver = &run["tool"]["driver"];
            assert!(driver["name"].is_string());
            let rules = driver["rules"].as_array().unwrap();
            for (index, rule) in rules.iter().enumerate() {
                assert!(rule["id"].is_string());
                assert!(rules[..index].iter().all(|other| other["id"] != rule["id"]));
                for text in ["shortDescription", "fullDescription", "help"] {
                    assert!(rule[text]["text"].as_str().is_some_and(|text| !text.is_empty()));
                }
            }
            for invocation in run["invocations"].as_array().unwrap() {
                assert!(invocation["executionSuccessful"].is_boolean());
            }
            for result in run["results"].as_array().unwrap() {
                assert!(result["message"]["text"].is_string());
                assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
                let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
                assert_eq!(rules[rule]["id"], result["ruleId"]);
                assert!(
                    result["partialFingerprints"]
                        .as_object()
                        .is_some_and(|prints| !prints.is_empty())
                );
                let related = result["relatedLocations"].as_array().cloned().unwrap_or_default();
                for location in result["locations"].as_array().unwrap().iter().chain(&related) {
                    let physical = &location["physicalLocation"];
                    let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
                    assert!(!uri.is_empty() && uri.is_ascii() && !uri.contains(' '));
                    let index = physical["artifactLocation"]["index"].as_u64().unwrap();
                    assert_eq!(
                        run["artifacts"][usize::try_from(index).unwrap()]["location"]["uri"],
                        uri
                    );
                    assert!(physical["region"]["startLine"].as_u64().unwrap() >= 1);
                    let column = &physical["region"]["startColumn"];
                    assert!(column.is_null() || column.as_u64().unwrap() >= 1);
                }
            }
        }
    }

    #[test]
    fn the_members_that_sarif_demands_are_there() {
        let mut out = Vec::new();
        document(&envelope(), &mut out).unwrap();
        let log: Value = serde_json::from_slice(&out).unwrap();
        validate(&log);
        let results = log["runs"][0]["results"].as_array().unwrap();
        let of = |index: usize| results[index]["locations"][0]["physicalLocation"].clone();
        assert_eq!(
            log["runs"][0]["tool"]["driver"]["rules"][0]["shortDescription"]["text"],
            "The origin is wrong"
        );
        // Worst first; the description begins at line 3 of its file.
        assert_eq!(of(0)["artifactLocation"]["uri"], "my%20offer.sdp");
        assert_eq!(
            (&of(0)["region"]["startLine"], &of(0)["region"]["startColumn"]),
            (&json!(4), &json!(5))
        );
        assert_eq!(
            results[0]["relatedLocations"][0]["physicalLocation"]["region"]["startLine"],
            11
        );
        assert_eq!(
            (&results[1]["level"], &of(1)["region"]["startLine"]),
            (&json!("warning"), &json!(3))
        );
        assert_eq!(of(2)["artifactLocation"]["uri"], "file:///tmp/a.json");
        assert_eq!(of(2)["region"], json!({ "startLine": 7 }));
        assert!(
            results[2]["message"]["text"]
                .as_str()
                .unwrap()
                .contains("(line 4 of the description)")
        );
    }

    #[test]
    fn lines_of_a_log_are_lines_of_the_file() {
        let report = Sdp {
            descriptions: vec![description("a.log", 1, "log", 3)],
            ..Sdp::default()
        };
        let fact = Evidence {
            column: Some(3),
            end_column: Some(5),
            in_file: Some(Place { line: 14, column: 21 }),
            ..line(None, 2, None)
        };
        let region = &location(&fact, &report, &[])["physicalLocation"]["region"];
        assert_eq!(
            (&region["startLine"], &region["startColumn"], &region["endColumn"]),
            (&json!(14), &json!(23), &json!(25))
        );
    }

    #[test]
    fn fingerprints_hold_when_lines_move() {
        let one = finding(Severity::Error, vec![line(None, 2, None)]);
        let mut moved = one.clone();
        moved.evidence[0].line = Some(20);
        assert_eq!(
            fingerprint(&one, &one.evidence[0]),
            fingerprint(&moved, &moved.evidence[0])
        );
        let other = line(None, 3, None);
        assert_ne!(fingerprint(&one, &one.evidence[0]), fingerprint(&one, &other));
    }

    #[test]
    fn nothing_found_is_a_run_without_results() {
        let mut envelope = envelope();
        envelope.findings.clear();
        let log = log(&envelope);
        validate(&log);
        assert_eq!(log["runs"][0]["results"], json!([]));
        let explain = Report::Explain(explain::Explain::default());
        validate(&super::log(&Envelope::new(
            "explain",
            String::new(),
            explain,
            Vec::new(),
        )));
    }
}
