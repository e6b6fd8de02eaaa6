//! The candidate strings that `rtcdiag candidates` prints, read by others: Chromium's `RTCIceCandidate` and aiortc.

mod support;

use std::io::Write;
use std::process::{Command, Stdio};

use support::browser::{Kind, run_in};
use support::candidate_parser::Parsed;
use support::peer::{Peer, need, output};
use support::program::{Run, candidates_anywhere};

/// Every type of candidate there is: host over UDP and TCP, server-reflexive, relay.
fn gather() -> Run {
    let run = candidates_anywhere()
        .args(&["--embedded", "--include-loopback", "--tcp"])
        .run();
    for candidate_type in ["host", "srflx", "relay"] {
        assert!(
            !run.candidates(candidate_type).is_empty(),
            "no {candidate_type}: {}",
            run.stdout
        );
    }
    let hosts = run.candidates("host");
    assert!(hosts.iter().any(|host| host.protocol == "udp"));
    for tcp_type in ["active", "passive"] {
        assert!(
            hosts.iter().any(|host| host.tcp_type.as_deref() == Some(tcp_type)),
            "no {tcp_type}"
        );
    }
    run
}

fn lines(run: &Run) -> Vec<&str> {
    let all = run.envelope.report.candidates.iter();
    all.map(|candidate| candidate.candidate.as_str()).collect()
}

#[track_caller]
fn assert_read_as_told(run: &Run, parsed: &[Parsed]) {
    assert_eq!(parsed.len(), run.envelope.report.candidates.len());
    for (candidate, parsed) in run.envelope.report.candidates.iter().zip(parsed) {
        parsed.assert_is(candidate);
    }
}

/// What Chromium makes of `lines`.
fn ask_chromium(lines: &[&str]) -> Result<Vec<Parsed>, String> {
    // A candidate that it cannot parse leaves all members null, and throws only sometimes.
    let script = r"
        const members = ['foundation', 'component', 'protocol', 'priority', 'address', 'port', 'type', 'relatedAddress',
          'relatedPort', 'tcpType'];
        const read = line => {
          try {
            const parsed = new RTCIceCandidate({candidate: line, sdpMid: '0'});
            return Object.fromEntries(members.map(member => [member, parsed[member]]));
          } catch (error) { return {error: String(error)}; }
        };
        return lines.map(read);";
    let json = serde_json::to_string(lines).map_err(|error| error.to_string())?;
    let parsed = run_in(Kind::Chromium, &format!("const lines = {json};{script}"))?;
    serde_json::from_value(parsed).map_err(|error| error.to_string())
}

/// What aiortc makes of `lines`. It takes them without `candidate:`, as they stand in its own SDP parser.
fn ask_aiortc(lines: &[&str]) -> Result<Vec<Parsed>, String> {
    let script = r#"
import json, sys
from aiortc.sdp import candidate_from_sdp
def read(line):
    try:
        c = candidate_from_sdp(line.removeprefix("candidate:"))
        return {"foundation": c.foundation, "component": {1: "rtp"}.get(c.component), "protocol": c.protocol,
                "priority": c.priority, "address": c.ip, "port": c.port, "type": c.type, "relatedAddress": c.relatedAddress,
                "relatedPort": c.relatedPort, "tcpType": c.tcpType}
    except Exception as error:
        return {"error": repr(error)}
print(json.dumps([read(line) for line in json.load(sys.stdin)]))
"#;
    let python = std::env::var("RTCDIAG_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    output(Command::new(&python).args(["-c", "import aiortc"]))?;
    let mut child = Command::new(&python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{python}: {error}"))?;
    let json = serde_json::to_vec(lines).map_err(|error| error.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(&json).map_err(|error| error.to_string())?;
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

#[test]
fn chromium_reads_them() {
    // Asked with a known good and a known bad line first: a browser that cannot start is not our fault, and one that
    // takes everything proves nothing.
    let known = [
        "candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host",
        "candidate:nonsense",
    ];
    let Some(parsed) = need(Peer::Chromium, ask_chromium(&known)) else {
        return;
    };
    assert_eq!(parsed[0].port, Some(5000));
    assert_eq!(parsed[1].port, None);
    let run = gather();
    let parsed = ask_chromium(&lines(&run)).expect("a verdict");
    assert_read_as_told(&run, &parsed);
}

#[test]
fn aiortc_reads_them() {
    let known = [
        "candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host",
        "candidate:nonsense",
    ];
    let Some(parsed) = need(Peer::Aiortc, ask_aiortc(&known)) else {
        return;
    };
    assert_eq!(parsed[0].port, Some(5000));
    assert!(parsed[1].error.is_some());
    let run = gather();
    let parsed = ask_aiortc(&lines(&run)).expect("a verdict");
    assert_read_as_told(&run, &parsed);
}
