//! `rtcdiag pcap` as text, against files: `tests/golden/pcap/`. `UPDATE_GOLDEN=1 cargo test --test render_pcap` writes them
//! anew; then look at the difference. The captures are those of `fixtures/`; what is said of them stands in other tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rtcdiag::render::{Format, Renderer, Style};
use rtcdiag::report::pcap::{Pcap, StunMessage};
use rtcdiag::report::{Envelope, Event, Evidence, Finding, Report, Severity};
use serde_json::Value;

const CAPTURES: [&str; 5] = [
    "capture.pcap",
    "pcap/binding.pcap",
    "pcap/symmetric-nat.pcap",
    "pcap/wrong-password.pcap",
    "pcap/consent-lost.pcap",
];

/// The columns of a pipe.
const PIPED: Option<usize> = Some(100);

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/pcap")
        .join(name)
}

fn hold(name: &str, text: &str) {
    let path = golden(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let wanted = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == wanted,
        "{name} has changed (UPDATE_GOLDEN=1 writes it anew); it is now\n{text}"
    );
}

fn rtcdiag(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_rtcdiag"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"))
        .env("NO_COLOR", "1")
        .arg("pcap")
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{output:?}");
    output.stdout
}

/// What the program finds in a capture, with its messages; `arguments` are options.
fn report(arguments: &[&str]) -> Pcap {
    let mut all = arguments.to_vec();
    all.extend(["--json", "--messages"]);
    let document: Value = serde_json::from_slice(&rtcdiag(&all)).unwrap();
    serde_json::from_value(document["report"].clone()).unwrap()
}

fn renderer(width: Option<usize>) -> Renderer {
    Renderer {
        format: Format::Text,
        style: Style { width, ..Style::PLAIN },
        quiet: false,
        redactor: None,
    }
}

fn print(report: &Pcap, findings: &[Finding], width: Option<usize>) -> String {
    let report = Report::Pcap(Box::new(report.clone()));
    let started = "2026-11-20T09:00:00.000000000Z".to_owned();
    let envelope = Envelope::new("pcap", started, report, findings.to_vec());
    let mut out = Vec::new();
    renderer(width).report(&envelope, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn messages(messages: &[StunMessage]) -> String {
    let mut out = Vec::new();
    for message in messages {
        let event = Event::StunMessage(Box::new(message.clone()));
        renderer(PIPED).event(&event, &mut out).unwrap();
    }
    String::from_utf8(out).unwrap()
}

fn stem(path: &str) -> &str {
    path.trim_start_matches("pcap/").trim_end_matches(".pcap")
}

#[test]
fn the_story() {
    for path in CAPTURES {
        hold(&format!("{}.txt", stem(path)), &print(&report(&[path]), &[], PIPED));
    }
}

#[test]
fn the_story_on_a_narrow_terminal() {
    let report = report(&[
        "capture.pcap",
        "--sdp",
        "pcap/call-offer.json",
        "--sdp",
        "pcap/call-answer.json",
    ]);
    let text = print(&report, &[], Some(80));
    assert!(text.contains("VP8 97") && text.contains("opus 96"));
    hold("capture.80.txt", &text);
}

#[test]
fn requests_and_answers() {
    for path in ["capture.pcap", "pcap/wrong-password.pcap"] {
        let mut report = report(&[path]);
        report.view.transactions = true;
        hold(&format!("{}.transactions.txt", stem(path)), &print(&report, &[], PIPED));
    }
}

#[test]
fn what_happened_when() {
    let finding = Finding {
        code: "ice-consent-lost".to_owned(),
        severity: Severity::Error,
        subject: "192.168.1.20:43361 <-> 203.0.113.1:39625".to_owned(),
        summary: "Nothing came any more.".to_owned(),
        evidence: vec![Evidence {
            at_s: Some(11.108),
            frame: Some(46),
            ..Evidence::default()
        }],
        advice: "Restart ICE.".to_owned(),
        reference: "RFC 7675 §5.1".to_owned(),
    };
    for (path, findings) in [("capture.pcap", &[][..]), ("pcap/consent-lost.pcap", &[finding])] {
        let mut report = report(&[path]);
        report.view.timeline = true;
        let text = print(&report, findings, PIPED);
        assert_eq!(text.matches("error[ice-consent-lost]").count(), 2 * findings.len());
        hold(&format!("{}.timeline.txt", stem(path)), &text);
    }
}

#[test]
fn messages_as_trees() {
    for path in ["pcap/binding.pcap", "pcap/symmetric-nat.pcap"] {
        let text = messages(&report(&[path]).messages);
        hold(&format!("{}.messages.txt", stem(path)), &text);
    }
    let report = report(&["capture.pcap", "--sdp", "pcap/call-offer.json", "--frame", "-40"]);
    let text = messages(&report.messages);
    for part in [
        "in a ChannelData 0x4000",
        "401 Unauthorized",
        "right (password from pcap/call-offer.json)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    hold("capture.messages.txt", &text);
}

#[test]
fn everything_fits() {
    for path in CAPTURES {
        let mut report = report(&[path]);
        for width in [80, 100] {
            for view in 0..3 {
                (report.view.transactions, report.view.timeline) = (view == 1, view == 2);
                for line in print(&report, &[], Some(width)).lines() {
                    assert!(line.chars().count() <= width, "{path} {width}: {line}");
                }
            }
        }
    }
}

#[test]
fn any_width_will_do() {
    for path in CAPTURES {
        let mut report = report(&[path]);
        for width in [0, 1, 7, 20, 40, 100_000] {
            for view in 0..3 {
                (report.view.transactions, report.view.timeline) = (view == 1, view == 2);
                assert!(!print(&report, &[], Some(width)).is_empty());
            }
        }
    }
}

#[test]
fn text_from_the_network_cannot_steer_a_terminal() {
    const EVIL: &str = "evil\u{1b}[2J\u{202e}";
    let mut report = report(&["capture.pcap", "--frame", "-40"]);
    for allocation in &mut report.turn {
        allocation.username = Some(EVIL.to_owned());
        allocation.realm = Some(EVIL.to_owned());
        allocation.software = Some(EVIL.to_owned());
    }
    for ice in &mut report.ice {
        ice.local_ufrag = EVIL.to_owned();
    }
    for message in &mut report.messages {
        message.damage = Some(EVIL.to_owned());
    }
    report.file.path = EVIL.to_owned();
    let mut text = messages(&report.messages);
    report.messages.clear();
    for view in 0..3 {
        (report.view.transactions, report.view.timeline) = (view == 1, view == 2);
        text += &print(&report, &[], PIPED);
    }
    assert!(text.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')));
    assert!(text.contains("evil\\x1b[2J\\u{202e}"));
}

/// Every address, name and key of the call, in every view and format.
#[test]
fn redacted_output_gives_nothing_away() {
    let offer =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pcap/call-offer.json")).unwrap();
    let offer: Value = serde_json::from_str(&offer).unwrap();
    let line = |prefix: &str| {
        let sdp = offer["sdp"].as_str().unwrap();
        let line = sdp.lines().find_map(|line| line.strip_prefix(prefix));
        line.unwrap().to_owned()
    };
    let certificate = report(&["capture.pcap"]).dtls[0].client_certificate.clone().unwrap();
    let subject = certificate.subject.unwrap();
    assert!(subject.len() > 10);
    let private = [
        line("a=ice-ufrag:"),
        line("a=ice-pwd:"),
        line("a=fingerprint:sha-256 "),
        "alice".to_owned(),
        "example.org".to_owned(),
        "192.168.1.20".to_owned(),
        "203.0.113.".to_owned(),
        "198.51.100.".to_owned(),
        subject.trim_start_matches("CN=").to_owned(),
    ];
    for view in [&[][..], &["--transactions"], &["--timeline"], &["--messages"]] {
        for format in ["text", "json", "jsonl"] {
            let mut arguments = vec!["capture.pcap", "--redact", "--format", format];
            arguments.extend(["--sdp", "pcap/call-offer.json", "--sdp", "pcap/call-answer.json"]);
            arguments.extend(view);
            let text = String::from_utf8(rtcdiag(&arguments)).unwrap();
            assert!(text.len() > 500, "{arguments:?}");
            for line in text.lines() {
                for private in &private {
                    assert!(!line.contains(private), "{arguments:?}: {private} in {line:.400}");
                }
            }
        }
    }
}

/// `--flow`, `--frame`, `--host`, `--port` and `--only` hold in every view.
#[test]
fn filters_hold_in_every_view() {
    // Flow 0: a STUN server. Flow 1 and 2: allocations that are not used.
    let port = |report: &Pcap, flow: usize| report.sessions[flow].a.port().to_string();
    let all = report(&["capture.pcap"]);
    let [first, second] = [port(&all, 0), port(&all, 1)];
    for filter in [
        &["--flow", "1"][..],
        &["--port", &second],
        &["--flow", "1", "--host", "198.51.100.10"],
    ] {
        for view in [&[][..], &["--transactions"], &["--timeline"], &["--messages"]] {
            let mut arguments = vec!["capture.pcap"];
            arguments.extend(filter.iter().chain(view));
            let text = String::from_utf8(rtcdiag(&arguments)).unwrap();
            assert!(
                text.contains(&second) && !text.contains(&first),
                "{arguments:?}: {text}"
            );
        }
    }
    let report = |arguments: &[&str]| {
        let mut all = vec!["capture.pcap"];
        all.extend(arguments);
        report(&all)
    };
    let turn = report(&["--only", "turn"]);
    assert!(turn.ice.is_empty() && turn.bindings.is_empty() && turn.rtp_streams.is_empty() && turn.dtls.is_empty());
    assert_eq!(turn.turn.len(), all.turn.len());
    assert!(turn.stun.transactions.iter().all(|one| one.method != "binding"));
    assert!(turn.sessions.len() < all.sessions.len());
    let ice = report(&["--only", "ice"]);
    assert!(ice.turn.is_empty() && ice.bindings.is_empty() && ice.ice == all.ice);
    assert!(!ice.stun.transactions.is_empty() && ice.stun.transactions.iter().all(|one| one.method == "binding"));
    let early = report(&["--frame", "-12"]);
    assert!(early.ice.is_empty() && early.rtp_streams.is_empty() && early.dtls.is_empty());
    assert!(early.stun.transactions.iter().all(|one| one.sent[0] <= 12));
    assert!(early.messages.iter().all(|one| one.frame <= 12));
    let nobody = report(&["--host", "192.0.2.99"]);
    assert!(nobody.sessions.is_empty() && nobody.turn.is_empty() && nobody.ice.is_empty());
    assert!(nobody.stun.transactions.is_empty() && nobody.messages.is_empty());
}
