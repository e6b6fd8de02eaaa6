//! What `rtcdiag stats` writes beside its report: CSV, charts and pages; and that it agrees with a live browser.

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use support::browser::{Kind, once_more_if_silent, run_in, screenshot};
use support::peer::{Peer, need};

const OUTAGE: &str = "fixtures/stats/chromium156-av-outage-rtcstats.gz";

fn rtcdiag(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rtcdiag"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("stats")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn values_as_csv() {
    let output = rtcdiag(&[
        OUTAGE,
        "--csv",
        "-",
        "--select",
        "inbound-rtp.*V*.packetsLost",
        "--peer-connection",
        "1",
    ]);
    assert_eq!(output.status.code(), Some(0));
    let csv = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines[0], "file,peer_connection,time_s,type,id,member,value");
    assert_eq!(lines.len(), 26 + 2, "{csv}");
    assert!(lines[1].ends_with(",inbound-rtp,IT01V3526379975,packetsLost,0") && lines[26].ends_with("packetsLost,383"));
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let output = rtcdiag(&[
        OUTAGE,
        "--csv",
        path,
        "--select",
        "inbound-rtp.*V*.packetsLost",
        "--peer-connection",
        "1",
    ]);
    assert!(!output.stdout.is_empty() && text(file.path()) == csv);
    assert_eq!(rtcdiag(&[OUTAGE, "--csv", "-", "--redact"]).status.code(), Some(2));
}

#[test]
fn charts_have_lines_and_findings() {
    let folder = tempfile::tempdir().unwrap();
    let svg = folder.path().join("call.svg");
    let output = rtcdiag(&[OUTAGE, "--plot", svg.to_str().unwrap(), "--json"]);
    let svg = text(&svg);
    assert!(svg.starts_with("<svg ") && svg.matches("<polyline").count() > 10);
    assert!(svg.contains("stats-path-interrupted") && svg.contains("Round-trip time, peer connection 8-1"));
    // The points are drawn, and are in the report only if --series asks for them.
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let metric = &report["report"]["peer_connections"][0]["inbound_rtp"][0]["metrics"][0];
    assert!(metric["name"].is_string() && metric["points"].is_null());
    assert_eq!(rtcdiag(&[OUTAGE, "--plot", "call.gif"]).status.code(), Some(2));
}

#[test]
fn a_page_needs_nothing_else_and_shows_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.html");
    rtcdiag(&[OUTAGE, "--html", path.to_str().unwrap()]);
    let page = text(&path);
    for outside in ["<script", " src=", "href=", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("stats-path-interrupted") && page.contains("<polyline"));
    let shot: PathBuf = folder.path().join("call.png");
    let url = format!("file://{}", path.display());
    let Some(()) = need(Peer::Chromium, once_more_if_silent(|| screenshot(&url, &shot))) else {
        return;
    };
    // An empty page is a few kilobytes.
    let octets = std::fs::metadata(&shot).map(|shot| shot.len()).unwrap_or(0);
    assert!(octets > 50_000, "{octets} octets");
}

/// Two ends in one page, a moving picture and a data channel; getStats() of the sender twice a second, and its last report.
const LIVE: &str = r#"
    const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
    a.onicecandidate = event => event.candidate && b.addIceCandidate(event.candidate);
    b.onicecandidate = event => event.candidate && a.addIceCandidate(event.candidate);
    const canvas = Object.assign(document.createElement('canvas'), {width: 320, height: 240});
    const context = canvas.getContext('2d');
    let tick = 0;
    const paint = setInterval(() => {
        for (let i = 0; i < 40; i++) {
            context.fillStyle = `hsl(${(tick * 7 + i * 31) % 360} 80% 50%)`;
            context.fillRect((i * 53 + tick * 3) % 320, (i * 37 + tick * 5) % 240, 40, 30);
        }
        tick++;
    }, 40);
    a.addTrack(canvas.captureStream(25).getVideoTracks()[0]);
    const channel = a.createDataChannel('chat');
    channel.onopen = () => setInterval(() => channel.send('hello'), 100);
    await a.setLocalDescription();
    await b.setRemoteDescription(a.localDescription);
    await b.setLocalDescription();
    await a.setRemoteDescription(b.localDescription);
    const lines = [];
    // On a busy machine it takes a while until enough was sent.
    for (let sent = 0; lines.length < 14 || sent <= 50 && lines.length < 100;) {
        await new Promise(resolve => setTimeout(resolve, 500));
        const stats = [...(await a.getStats()).values()];
        sent = stats.find(one => one.type === 'outbound-rtp')?.packetsSent ?? 0;
        lines.push(JSON.stringify({t: performance.timeOrigin + performance.now(), stats}));
    }
    clearInterval(paint);
    return lines;
"#;

#[test]
fn a_live_call_is_read_as_the_page_saw_it() {
    let Some(lines) = need(Peer::Chromium, run_in(Kind::Chromium, LIVE)) else {
        return;
    };
    let lines: Vec<&str> = lines
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.jsonl");
    std::fs::write(&path, lines.join("\n")).unwrap();
    let output = rtcdiag(&[path.to_str().unwrap(), "--json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let pc = &document["report"]["peer_connections"][0];
    let last: Value = serde_json::from_str(lines[lines.len() - 1]).unwrap();
    let of_type = |kind: &str| {
        let mut stats = last["stats"].as_array().unwrap().iter();
        stats.find(|object| object["type"] == kind).unwrap().clone()
    };
    let outbound = of_type("outbound-rtp");
    assert_eq!(pc["outbound_rtp"][0]["packets_sent"], outbound["packetsSent"]);
    assert_eq!(pc["outbound_rtp"][0]["bytes_sent"], outbound["bytesSent"]);
    assert_eq!(pc["outbound_rtp"][0]["frames_encoded"], outbound["framesEncoded"]);
    assert_eq!(
        pc["data_channels"][0]["messages_sent"],
        of_type("data-channel")["messagesSent"]
    );
    assert_eq!(pc["samples"], lines.len());
    assert!(outbound["packetsSent"].as_u64().unwrap() > 50);
    let errors: Vec<&Value> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}
