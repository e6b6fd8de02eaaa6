//! Reports as text and JSON, against files: `tests/golden/`. `UPDATE_GOLDEN=1 cargo test --test render` writes them anew;
//! then look at the difference.

use std::fs;
use std::path::{Path, PathBuf};

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
