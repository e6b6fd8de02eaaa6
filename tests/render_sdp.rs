//! `rtcdiag sdp` as text, against files: `tests/golden/sdp/`. `UPDATE_GOLDEN=1 cargo test --test render_sdp` writes them
//! anew; then look at the difference. The offer and the answer are captures of Chromium made for this project.

use std::fs;
use std::path::{Path, PathBuf};

use rtcdiag::check::sdp::diff::diff;
use rtcdiag::check::sdp::explain::explain;
use rtcdiag::check::sdp::negotiate::negotiate;
use rtcdiag::check::sdp::origin::made_by;
use rtcdiag::proto::sdp::Description;
use rtcdiag::proto::sdp::unwrap::unwrap;
use rtcdiag::render::{Format, Renderer, Style};
use rtcdiag::report::sdp::{self, Sdp};
use rtcdiag::report::sdp_dump::Pair;
use rtcdiag::report::{Envelope, Evidence, Finding, Report, Severity};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/sdp")
        .join(name)
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

/// The SDP of a file with one description.
fn text(name: &str) -> String {
    let input = fs::read_to_string(golden(name)).unwrap();
    unwrap(&input).unwrap()[0].sdp.to_string()
}

/// The report on these texts, without what is made of them together.
fn report(texts: &[&str]) -> Sdp {
    let describe = |(index, text): (usize, &&str)| {
        let found = unwrap(text).unwrap();
        let description = Description::parse(&found[0].sdp);
        let mut one = sdp::Description::new("a.sdp", &found[0], &description);
        one.input.number = index + 1;
        one.made_by = made_by(&description);
        one
    };
    Sdp {
        descriptions: texts.iter().enumerate().map(describe).collect(),
        ..Sdp::default()
    }
}

fn print(report: Sdp, findings: Vec<Finding>, width: Option<usize>) -> String {
    let renderer = Renderer {
        format: Format::Text,
        style: Style { width, ..Style::PLAIN },
        quiet: false,
        redactor: None,
    };
    let started = "2026-11-20T09:00:00.000000000Z".to_owned();
    let envelope = Envelope::new("sdp", started, Report::Sdp(report), findings);
    let mut out = Vec::new();
    renderer.report(&envelope, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn pair() -> Sdp {
    let (offer, answer) = (text("offer.json"), text("answer.json"));
    Sdp {
        negotiation: Some(negotiate(&Description::parse(&offer), &Description::parse(&answer))),
        ..report(&[&offer, &answer])
    }
}

/// An offer, and the next one of the session: the second m-line paused, another order of codecs, ICE restarted.
fn reoffer() -> Sdp {
    let before = text("offer.json");
    let line = |start: &str| before.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
    let codecs = line("m=video");
    let mut formats: Vec<&str> = codecs.split(' ').collect();
    formats.swap(3, 5);
    let at = before.rfind("a=sendrecv").unwrap();
    let after = format!("{}a=recvonly{}", &before[..at], &before[at + "a=sendrecv".len()..])
        .replace(&codecs, &formats.join(" "))
        .replace(" 2 IN IP4", " 3 IN IP4")
        .replace(&line("a=ice-ufrag"), "a=ice-ufrag:next")
        .replace(&line("a=ice-pwd"), "a=ice-pwd:0123456789012345678901");
    Sdp {
        diff: Some(diff(&Description::parse(&before), &Description::parse(&after))),
        ..report(&[&before, &after])
    }
}

/// Three descriptions of one peer connection, and the first one again of the other side.
fn dump() -> Sdp {
    let (offer, answer) = (text("offer.json"), text("answer.json"));
    let mut report = report(&[&offer, &offer, &answer, &offer]);
    for (index, one) in report.descriptions.iter_mut().enumerate() {
        one.kind = Some(if index == 2 { "answer" } else { "offer" }.to_owned());
        one.input.wrapper = "webrtc-internals".to_owned();
        one.input.label = Some("setLocalDescription".to_owned());
        one.input.connection = Some(format!("8-{}", 1 + index / 3));
        one.input.time = Some("2026-11-20T09:36:37.213110000Z".to_owned());
        one.input.same_as = [None, Some(1), None, Some(1)][index];
    }
    Sdp {
        listed: true,
        pairs: vec![Pair {
            connections: vec!["8-1".to_owned(), "8-2".to_owned()],
            offer: 1,
            answer: 3,
            negotiation: negotiate(&Description::parse(&offer), &Description::parse(&answer)),
        }],
        ..report
    }
}

fn explained() -> Sdp {
    let offer = text("offer.json");
    Sdp {
        explanations: vec![explain(&Description::parse(&offer), 0)],
        ..report(&[&offer])
    }
}

fn finding() -> Finding {
    Finding {
        code: "sdp-example".to_owned(),
        severity: Severity::Error,
        subject: "offer".to_owned(),
        summary: "Line 2, column 3: this is wrong.".to_owned(),
        evidence: vec![Evidence {
            line: Some(2),
            column: Some(3),
            value: Some("o=- 1001 1 IN".to_owned()),
            ..Evidence::default()
        }],
        advice: "Write it as it should be.".to_owned(),
        reference: "RFC 8866 §5.2".to_owned(),
    }
}

#[test]
fn one_description() {
    hold(
        "offer.txt",
        &print(report(&[&text("offer.json")]), vec![finding()], None),
    );
}

#[test]
fn a_pair() {
    hold("pair.txt", &print(pair(), Vec::new(), None));
}

#[test]
fn a_dump() {
    hold("dump.txt", &print(dump(), Vec::new(), Some(100)));
}

#[test]
fn a_reoffer() {
    hold("diff.txt", &print(reoffer(), Vec::new(), None));
}

#[test]
fn every_line_explained() {
    hold("explain.txt", &print(explained(), Vec::new(), Some(100)));
}

#[test]
fn terminals_of_80_and_of_100_columns_are_not_exceeded() {
    for width in [80, 100] {
        for report in [report(&[&text("offer.json")]), pair(), reoffer(), explained(), dump()] {
            for line in print(report, vec![finding()], Some(width)).lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }
}

#[test]
fn any_width_will_do() {
    for width in [0, 1, 20, 40, 79, 200, 100_000] {
        for report in [report(&[&text("offer.json")]), pair(), reoffer(), explained()] {
            assert!(!print(report, vec![finding()], Some(width)).is_empty());
        }
    }
}

#[test]
fn every_part_can_be_read_back() {
    for report in [pair(), reoffer(), explained(), dump()] {
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(serde_json::from_value::<Sdp>(json).unwrap(), report);
    }
}

#[test]
fn a_diff_fits_a_narrow_terminal() {
    for width in [60, 80, 120] {
        let text = print(reoffer(), Vec::new(), Some(width));
        let changes = text.lines().skip_while(|line| !line.starts_with("m-line"));
        for line in changes {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}
