//! Reports as text and JSON, against files: `tests/golden/`. `UPDATE_GOLDEN=1 cargo test --test render` writes them anew;
//! then look at the difference.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rtcdiag::render::redact::Private;
use rtcdiag::render::{Format, Redactor, Renderer, Style};
use rtcdiag::report::candidates::Candidates;
use rtcdiag::report::{Envelope, Event, Report, Severity};
use serde_json::Value;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn read<T: serde::de::DeserializeOwned>(name: &str) -> T {
    serde_json::from_str(&fs::read_to_string(golden(name)).unwrap()).unwrap()
}

fn report() -> Candidates {
    read("candidates.report.json")
}

fn envelope() -> Envelope {
    let started = "2026-11-20T09:00:00.000000000Z".to_owned();
    let report = Report::Candidates(report());
    Envelope {
        version: "0.0.0".to_owned(),
        ..Envelope::new("candidates", started, report, read("candidates.findings.json"))
    }
}

fn plain(format: Format) -> Renderer {
    Renderer {
        format,
        style: Style::PLAIN,
        quiet: false,
        redactor: None,
    }
}

fn print(renderer: &Renderer, envelope: &Envelope) -> String {
    let mut out = Vec::new();
    if let Report::Candidates(report) = &envelope.report {
        for candidate in &report.candidates {
            let event = Event::Candidate(Box::new(candidate.clone()));
            renderer.event(&event, &mut out).unwrap();
        }
        for server in &report.servers {
            for attempt in &server.attempts {
                let event = Event::Attempt {
                    url: server.url.clone(),
                    attempt: Box::new(attempt.clone()),
                };
                renderer.event(&event, &mut out).unwrap();
            }
        }
    }
    renderer.report(envelope, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn hold(name: &str, text: &str) {
    let path = golden(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
    }
    let wanted = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == wanted,
        "{name} has changed (UPDATE_GOLDEN=1 writes it anew); it is now\n{text}"
    );
}

#[test]
fn text_wide() {
    hold("candidates.txt", &print(&plain(Format::Text), &envelope()));
}

#[test]
fn text_on_terminals() {
    for width in [100, 120] {
        let mut renderer = plain(Format::Text);
        renderer.style.width = Some(width);
        let text = print(&renderer, &envelope());
        for line in text.lines() {
            assert!(line.chars().count() <= width, "{line}");
        }
        hold(&format!("candidates.{width}.txt"), &text);
    }
}

#[test]
fn text_in_color() {
    let mut renderer = plain(Format::Text);
    renderer.style.color = true;
    hold("candidates.color.txt", &print(&renderer, &envelope()));
}

#[test]
fn text_quiet() {
    let mut renderer = plain(Format::Text);
    renderer.quiet = true;
    hold("candidates.quiet.txt", &print(&renderer, &envelope()));
}

#[test]
fn any_width_will_do() {
    for width in [0, 1, 7, 20, 40, 79, 80, 120, 200, 100_000] {
        let mut renderer = plain(Format::Text);
        renderer.style.width = Some(width);
        assert!(!print(&renderer, &envelope()).is_empty());
    }
}

#[test]
fn nothing_from_outside_reaches_the_terminal_unescaped() {
    let text = print(&plain(Format::Text), &envelope());
    assert!(text.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')));
    assert!(text.contains("Evil\\x1b[2J\\u{202e}-1.0"));
}

#[test]
fn json() {
    let text = print(&plain(Format::Json), &envelope());
    hold("candidates.json", &text);
    let value: Value = serde_json::from_str(&text).unwrap();
    let read_back: Candidates = serde_json::from_value(value["report"].clone()).unwrap();
    assert_eq!(read_back, report());
}

#[test]
fn json_lines_say_everything_once() {
    let text = print(&plain(Format::Jsonl), &envelope());
    hold("candidates.jsonl", &text);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    let count = |kind| kinds.iter().filter(|other| **other == kind).count();
    assert_eq!(
        [count("candidate"), count("attempt"), count("finding"), count("report")],
        [5, 5, 3, 1]
    );
    let last = lines.last().unwrap();
    assert_eq!(last["kind"], "report");
    assert_eq!(last["schema"], 1);
    assert!(last.get("findings").is_none() && last["report"].get("candidates").is_none());
    assert_eq!(last["report"]["policy"], "all");
}

#[test]
fn an_interrupted_run_says_so() {
    let mut envelope = envelope();
    envelope.interrupted = true;
    envelope.findings.clear();
    let text = print(&plain(Format::Text), &envelope);
    assert!(
        text.ends_with("Interrupted: this is what was found out until then.\n"),
        "{text}"
    );
}

#[test]
fn all_well_says_so() {
    let mut envelope = envelope();
    envelope.findings.retain(|finding| finding.severity == Severity::Info);
    let text = print(&plain(Format::Text), &envelope);
    assert!(text.ends_with("Everything that was asked for works.\n"), "{text}");
}

#[test]
fn redacted_output_gives_nothing_away() {
    for format in [Format::Text, Format::Json, Format::Jsonl] {
        let redactor = Redactor::new();
        redactor.learn(Private::Username, "alice");
        let renderer = Renderer {
            redactor: Some(redactor),
            ..plain(format)
        };
        let text = print(&renderer, &envelope());
        for private in [
            "company",
            "alice",
            "93.184",
            "151.101",
            "192.168",
            "2a02",
            "2a04",
            "c4f2",
            "842163049",
            "abab",
            "cdcd",
            "Encrypt",
        ] {
            assert!(!text.contains(private), "{private}: {text}");
        }
        // What verdicts rest on is still there.
        for kept in [
            "10.0.0.1",
            "192.0.2.1",
            "2001:db8::1",
            "fe80::1",
            "127.0.0.1",
            "Coturn-4.6.1 'Gorst'",
            "host-1.example",
        ] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        if format == Format::Text {
            hold("candidates.redacted.txt", &text);
        }
    }
}

fn redacted(format: Format, names: &[(Private, &str)], envelope: &Envelope) -> String {
    let redactor = Redactor::new();
    for (private, name) in names {
        redactor.learn(*private, name);
    }
    let renderer = Renderer {
        redactor: Some(redactor),
        ..plain(format)
    };
    print(&renderer, envelope)
}

/// The report with a realm that its server chose, and a finding that quotes it.
fn envelope_with_realm(realm: &str) -> Envelope {
    let mut envelope = envelope();
    let Report::Candidates(report) = &mut envelope.report else {
        unreachable!()
    };
    for attempt in report.servers.iter_mut().flat_map(|server| &mut server.attempts) {
        attempt.realm = Some(realm.to_owned());
        attempt.notes.push(format!("it asked for ({realm}) over udp"));
    }
    envelope.findings[0].summary = format!("Refused ({realm}) at 203.0.113.5:3478.");
    envelope
}

/// Every string, with its path.
fn members(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((path.to_owned(), text.clone())),
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                members(value, &format!("{path}[{index}]"), found);
            }
        }
        Value::Object(object) => {
            for (key, value) in object {
                members(value, &format!("{path}.{key}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Prints in every format, and holds that documents are still what they were.
fn hold_types(names: &[(Private, &str)], realm: &str) {
    let envelope = envelope_with_realm(realm);
    let text = redacted(Format::Text, names, &envelope);
    assert!(
        text.starts_with("5 candidates in 5.00 s"),
        "{names:?}, {realm:?}: {text}"
    );

    let document: Value = serde_json::from_str(&redacted(Format::Json, names, &envelope)).unwrap();
    let read_back: Candidates = serde_json::from_value(document["report"].clone()).expect(realm);
    let before = report();
    assert_eq!(document["command"], "candidates");
    assert_eq!(document["started"], envelope.started);
    for (candidate, before) in read_back.candidates.iter().zip(&before.candidates) {
        assert_eq!(candidate.port, before.port);
        assert_eq!(candidate.address.is_ipv4(), before.address.is_ipv4());
        assert_eq!(candidate.candidate_type, before.candidate_type);
        // The attribute says the same as the members.
        let parts: Vec<&str> = candidate.candidate.split(' ').collect();
        assert_eq!(parts[0], format!("candidate:{}", candidate.foundation));
        assert_eq!(parts[4], candidate.address.to_string(), "{names:?}, {realm:?}");
        assert_eq!(parts[5], candidate.port.to_string());
    }
    let summary = document["findings"][0]["summary"].as_str().unwrap();
    assert!(summary.contains(":3478"), "{summary}");
    assert!(!summary.contains("203.0.113.5"), "{summary}");

    for line in redacted(Format::Jsonl, names, &envelope).lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        if value["kind"] != "report" {
            let _: Event = serde_json::from_value(value).expect(line);
        }
    }
}

const PRIVATE: [Private; 4] = [Private::Host, Private::Username, Private::Realm, Private::Password];

#[test]
fn names_like_words_and_numbers_break_nothing() {
    for name in [
        "ok",
        "failed",
        "timeout",
        "udp",
        "tcp",
        "tls",
        "127",
        "127.0",
        "fd00",
        "203",
        "192",
        "2a02",
        "host",
        "relay",
        "1",
        "0",
        "3478",
        "54321",
        "ipv4",
        "error",
        "warning",
        "attempt",
        "candidate",
        "candidates",
        "loopback",
        "link-local",
        "trusted",
        "::",
        ":",
        ".",
        "",
        " ",
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.7:54321",
        "[::1]:1",
        "2026",
        "report",
        "refused",
        "name-not-resolved",
        "realm-1",
        "user-1",
        "e",
        "null",
        "\"",
        "\\",
        "\u{1b}",
        "\u{202e}",
        "ü",
    ] {
        hold_types(&[], name);
        for private in PRIVATE {
            hold_types(&[(private, name)], "company.test");
        }
    }
}

#[test]
fn a_report_that_cannot_be_read_back_is_printed_as_json() {
    let mut envelope = envelope();
    let Report::Candidates(report) = &mut envelope.report else {
        unreachable!()
    };
    report.finished_ms = f64::NAN;
    let text = redacted(Format::Text, &[(Private::Username, "alice")], &envelope);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["report"]["finished_ms"], Value::Null);
    assert!(
        !text.contains("company") && !text.contains("alice") && !text.contains('\u{202e}'),
        "{text}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_names_break_nothing(
        one in any::<String>(),
        two in "[0-9a-f.:\\[\\]]{1,8}",
        three in "[a-z]{1,3}|[ -~]{1,12}",
        realm in "[0-9.:]{1,6}|[ -~]{0,12}|\\PC*",
        kinds in proptest::array::uniform3(0usize..4),
    ) {
        let names = [(PRIVATE[kinds[0]], &*one), (PRIVATE[kinds[1]], &*two), (PRIVATE[kinds[2]], &*three)];
        hold_types(&names, &realm);
    }

    /// Secrets that no other text has in it, so that each place where one is left is a leak.
    #[test]
    fn no_secret_is_left_in_any_text(rest in "[ -~]{0,16}|\\PC{0,8}", other in "[ -~]{0,4}", kind in 0usize..4) {
        let secret = format!("Zq{}", rest.trim());
        let realm = format!("{secret}@example");
        for (realm, names) in [
            (&*secret, &[(PRIVATE[kind], &*other)][..]),
            ("company.test", &[(PRIVATE[kind], &*secret), (PRIVATE[kind], &*other)][..]),
            (&*realm, &[(PRIVATE[kind], &*secret)][..]),
        ] {
            let mut envelope = envelope_with_realm(realm);
            for quoted in [
                format!("{secret}: no, user={secret}, \"{secret}\" {secret}"),
                format!("turn:{secret} and turn:{secret}@a.test:3478"),
                format!("10.1.2.3:5 {secret} 10.1.2.3"),
            ] {
                envelope.findings[1].evidence.push(rtcdiag::report::Evidence::value(quoted));
            }
            let document = serde_json::from_str(&redacted(Format::Json, names, &envelope)).unwrap();
            let mut strings = Vec::new();
            members(&document, "", &mut strings);
            for (path, text) in strings {
                prop_assert!(!text.contains(&secret), "{}: {}", path, text);
            }
            let text = redacted(Format::Text, names, &envelope);
            prop_assert!(!text.contains(&secret), "{}", text);
        }
    }
}
