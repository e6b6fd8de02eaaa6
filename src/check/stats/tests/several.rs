//! Findings about several connections, about the reading, and about what a file lacks; and that every finding has its case.

use std::collections::BTreeSet;

use super::*;
use crate::check::stats::reading;
use crate::stats::facts::shape::CHROME_LIMIT;

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

fn has(findings: &[Finding], entry: &Entry) -> bool {
    codes(findings).contains(&entry.code)
}

/// A healthy call with these user fragments, that goes down at a time and fails ten seconds later, or comes back.
fn broken(local: &str, remote: &str, at_s: f64, for_good: bool) -> Made {
    let made = healthy()
        .describe("setLocalDescription", "offer", local, "sendrecv")
        .describe("setRemoteDescription", "answer", remote, "sendrecv");
    let then = if for_good { "failed" } else { "connected" };
    // Without the SSRCs of the others, which would make them ends of one call.
    let made = ["IA", "IV", "OA", "OV", "RA", "RV"]
        .iter()
        .fold(made, |made, id| made.without(id));
    made.states(
        "onconnectionstatechange",
        &[(at_s, "disconnected"), (at_s + 10.0, then)],
    )
}

#[test]
fn calls_that_fail_together() {
    let lost = [broken("a1", "b1", 20.0, true), broken("a2", "b2", 21.5, true)];
    let findings = of_dump(&[&lost[0], &lost[1]]);
    // It explains the two others, and comes before them.
    assert_eq!(
        (findings[0].code.as_str(), findings[0].severity),
        (catalog::TOGETHER.code, Severity::Error)
    );
    assert_eq!(findings[0].evidence.len(), 2);
    let each: Vec<_> = findings
        .iter()
        .filter(|finding| finding.code == catalog::PATH_LOST.code)
        .collect();
    assert!(
        each.len() == 2 && each.iter().all(|finding| finding.severity == Severity::Warning),
        "{findings:#?}"
    );
    // All came back: no error, and still first.
    let back = [broken("a1", "b1", 20.0, false), broken("a2", "b2", 21.5, false)];
    let findings = of_dump(&[&back[0], &back[1]]);
    assert_eq!(
        (findings[0].code.as_str(), findings[0].severity),
        (catalog::TOGETHER.code, Severity::Warning)
    );
    // One after the other; both ends of one call; one that was never connected.
    let later = broken("a2", "b2", 24.0, true);
    let other_end = broken("b1", "a1", 20.5, true);
    let never = unconnected(&[(0.1, "checking"), (20.0, "failed")]);
    for other in [&later, &other_end, &never] {
        let findings = of_dump(&[&lost[0], other]);
        assert!(
            !has(&findings, catalog::TOGETHER) && has(&findings, catalog::PATH_LOST),
            "{findings:#?}"
        );
        let worst = findings.iter().find(|finding| finding.code == catalog::PATH_LOST.code);
        assert_eq!(worst.unwrap().severity, Severity::Error);
    }
}

/// A connection with a data channel, and the descriptions of these ends.
fn with_data(local: &str, remote: &str, sent: f64, received: f64) -> Made {
    unconnected(&[(0.1, "checking"), (0.2, "connected")])
        .describe("setLocalDescription", "offer", local, "sendrecv")
        .describe("setRemoteDescription", "answer", remote, "sendrecv")
        .with("data-channel", "D1", "label", |_| "chat")
        .with("data-channel", "D1", "messagesSent", move |t| (sent * t).floor())
        .with("data-channel", "D1", "messagesReceived", move |t| {
            (received * t).floor()
        })
}

#[test]
fn both_ends_of_a_data_channel() {
    let (whole, less) = (with_data("b1", "a1", 0.0, 20.0), with_data("b1", "a1", 0.0, 18.0));
    let sender = with_data("a1", "b1", 20.0, 0.0);
    assert!(has(&of_dump(&[&sender, &less]), catalog::DATA_LOST));
    assert!(!has(&of_dump(&[&sender, &whole]), catalog::DATA_LOST));
    // The other end of another call.
    let stranger = with_data("b2", "a2", 0.0, 18.0);
    assert!(!has(&of_dump(&[&sender, &stranger]), catalog::DATA_LOST));
}

#[test]
fn fingerprints_of_both_ends() {
    let end = |local: &str, remote: &str, own: &str, told: &str| {
        let sdp = |ufrag: &str, fingerprint: &str| {
            format!(
                "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 {fingerprint}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:{ufrag}\r\n"
            )
        };
        let describe = |kind: &str, sdp: String| json!({"type": kind, "sdp": sdp}).to_string();
        let made = Made::default()
            .event(0.0, "setLocalDescription", describe("offer", sdp(local, own)))
            .event(0.0, "setRemoteDescription", describe("answer", sdp(remote, told)));
        made.states("oniceconnectionstatechange", &[(0.1, "checking"), (0.2, "connected")])
            .states("onconnectionstatechange", &[(0.3, "connecting"), (0.5, "failed")])
    };
    let ours = end("aaaa", "bbbb", "AA:01", "BB:02");
    let changed = of_dump(&[&ours, &end("bbbb", "aaaa", "BB:03", "AA:01")]);
    assert_eq!(changed[0].code, catalog::FINGERPRINT.code, "{changed:#?}");
    assert!(!has(
        &of_dump(&[&ours, &end("bbbb", "aaaa", "bb:02", "AA:01")]),
        catalog::FINGERPRINT
    ));
}

/// A series of so many samples, in the form of webrtc-internals, or as reports one after the other.
fn samples(count: usize, internals: bool) -> Vec<Finding> {
    let text = if internals {
        let values: Vec<usize> = (0..count).collect();
        let series = json!({"startTime": "2023-11-14T22:13:20.000Z", "endTime": "2023-11-14T23:13:20.000Z", "values": json!(values).to_string()});
        json!({"PeerConnections": {"1-1": {"stats": {"T-bytesSent": series}}}}).to_string()
    } else {
        let row =
            |at: usize| json!({"t": START + at as f64, "stats": [{"id": "T", "type": "transport", "bytesSent": at}]});
        (0..count).map(|at| row(at).to_string() + "\n").collect()
    };
    let dump = read(text.as_bytes()).unwrap();
    check(&dump, &[0], dump.start())
}

#[test]
fn as_many_samples_as_chrome_keeps() {
    let findings = samples(CHROME_LIMIT, true);
    let finding = findings
        .iter()
        .find(|finding| finding.code == catalog::LIMITED.code)
        .unwrap();
    assert_eq!(finding.severity, Severity::Info);
    assert!(finding.summary.contains("keeps 1000 samples") && !finding.evidence.is_empty());
    assert!(!has(&samples(CHROME_LIMIT - 1, true), catalog::LIMITED));
    assert!(!has(&samples(CHROME_LIMIT + 1, true), catalog::LIMITED));
    // Nobody else has such a limit.
    assert!(!has(&samples(CHROME_LIMIT, false), catalog::LIMITED));
}

#[test]
fn calls_without_statistics() {
    let connected: &[(f64, &str)] = &[(0.1, "checking"), (0.2, "connected")];
    let bare = unconnected(connected);
    assert!(bare.fires(catalog::LACKING.code));
    assert!(
        !bare
            .with("transport", "T1", "bytesSent", |t| t)
            .fires(catalog::LACKING.code)
    );
    // Without events, too, there was no call that could lack them.
    assert!(!Made::default().fires(catalog::LACKING.code));
    let lacking = unconnected(connected).findings();
    assert!(
        lacking
            .iter()
            .all(|finding| finding.code != catalog::LACKING.code || finding.severity == Severity::Info)
    );
}

fn reading_of(text: &str) -> Vec<Finding> {
    reading::check(&read(text.as_bytes()).unwrap(), "call.jsonl")
}

#[test]
fn damage_is_told() {
    let row = r#"{"t":1000,"stats":[{"id":"a","type":"transport","bytesSent":1}]}"#;
    let cut = &row[..row.len() - 5];
    assert_eq!(codes(&reading_of(&format!("{row}\n{cut}"))), [catalog::TRUNCATED.code]);
    assert_eq!(
        codes(&reading_of(&format!("{row}\nx\n{row}\n"))),
        [catalog::DAMAGED.code]
    );
    assert_eq!(codes(&reading_of(&format!("{row}\n{row}\n"))), [""; 0]);
    let empty = r#"{"getUserMedia":[],"PeerConnections":{}}"#;
    assert_eq!(codes(&reading_of(empty)), [catalog::EMPTY.code]);
}

/// Every finding of the catalog is fired by a case, and is not by a call as it should be. (What fires in the tests above, or in
/// those of `across`, is listed by hand, since each has cases of its own in which it does not.)
#[test]
fn every_finding_has_its_case() {
    const ELSEWHERE: &[&Entry] = &[
        catalog::TOGETHER,
        catalog::DATA_LOST,
        catalog::FINGERPRINT,
        catalog::LIMITED,
        catalog::LACKING,
        catalog::TRUNCATED,
        catalog::DAMAGED,
        catalog::EMPTY,
        catalog::ENDS_VANISH,
        catalog::ENDS_NOT_DECODED,
        catalog::ENDS_UNKNOWN,
        catalog::ENDS_CLOCKS,
    ];
    let tables = [setting_up_cases(), path_cases(), incoming_cases(), outgoing_cases()];
    let tables = tables.iter().flatten().map(|(entry, _)| entry.code);
    let fired: BTreeSet<&str> = tables
        .chain(ELSEWHERE.iter().map(|entry| entry.code))
        .chain([catalog::HEALTHY.code])
        .collect();
    let all: BTreeSet<&str> = catalog::ALL.iter().map(|entry| entry.code).collect();
    let without: Vec<_> = all.difference(&fired).collect();
    assert!(without.is_empty(), "no case fires {without:?}");
    assert_eq!(codes(&healthy().findings()), [catalog::HEALTHY.code]);
}
