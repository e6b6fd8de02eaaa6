//! The command line as users see it: transcripts in `tests/cli/` (`TRYCMD=overwrite cargo test --test cli` writes them anew),
//! and what a transcript can't show.

#[allow(dead_code, reason = "only a part of it is used here")]
#[path = "support/ports.rs"]
mod ports;

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn rtcdiag() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rtcdiag"));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

fn run(arguments: &[&str]) -> Output {
    rtcdiag().args(arguments).output().unwrap()
}

#[test]
fn transcripts() {
    trycmd::TestCases::new().env("NO_COLOR", "1").case("tests/cli/*.trycmd");
}

#[test]
fn explain_as_json() {
    let output = run(&["explain", "437", "--json"]);
    assert!(output.status.success() && output.stderr.is_empty());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&document["schema"], &document["tool"]), (&1.into(), &"rtcdiag".into()));
    assert_eq!(document["command"], "explain");
    let started = document["started"].as_str().unwrap();
    assert!(
        started.len() == "2026-11-20T09:00:00.000000000Z".len() && started.ends_with('Z'),
        "{started}"
    );
    assert_eq!(document["report"]["entries"][0]["code"], "437");
    assert_eq!(document["findings"], Value::Array(Vec::new()));
}

#[test]
fn explain_as_json_lines() {
    let output = run(&["--format", "jsonl", "explain"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, entries) = lines.split_last().unwrap();
    assert!(entries.len() > 20 && entries.iter().all(|line| line["kind"] == "entry"));
    assert_eq!((&last["kind"], &last["schema"]), (&"report".into(), &1.into()));
    assert!(last["report"].get("entries").is_none() && last.get("findings").is_none());
}

/// `rtcdiag explain | head -1`: the reader goes away while there is more to write.
#[test]
fn a_broken_pipe_is_success() {
    for arguments in [
        &["explain", "--json"][..],
        &["explain", "--format", "jsonl"],
        &["completions", "zsh"],
    ] {
        let mut child = rtcdiag()
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::with_capacity(16, child.stdout.take().unwrap())
            .read_line(&mut first)
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}

/// Nobody reads at all: the first write fails.
#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_reads_is_success() {
    for arguments in [&["explain", "437"][..], &["--help"], &["--version"]] {
        let mut child = rtcdiag();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = child
            .args(arguments)
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}

/// A full disk is not a reader that has enough.
#[cfg(target_os = "linux")]
#[test]
fn output_that_is_lost_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = rtcdiag()
        .args(["explain", "437"])
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.starts_with("error: cannot write (No space left on device): stdout"),
        "{stderr}"
    );
}

#[test]
fn color_follows_the_user_then_the_environment() {
    let colored = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = rtcdiag();
        command.args(arguments).envs(environment.iter().copied());
        command.output().unwrap().stdout.contains(&0x1b)
    };
    let explain = ["explain", "437"];
    let always = ["explain", "437", "--color", "always"];
    let never = ["explain", "437", "--color=never"];
    assert!(!colored(&explain, &[]), "a pipe is not a terminal");
    assert!(colored(&explain, &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&explain, &[("CLICOLOR_FORCE", "0")]));
    assert!(!colored(&explain, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(colored(&always, &[("NO_COLOR", "1")]));
    assert!(!colored(&never, &[("CLICOLOR_FORCE", "1")]));
    assert!(
        colored(&explain, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]),
        "an empty NO_COLOR is none"
    );
}

#[test]
fn json_has_no_color() {
    let output = rtcdiag()
        .args(["explain", "437", "--json", "--color", "always"])
        .output()
        .unwrap();
    assert!(!output.stdout.contains(&0x1b));
}

#[test]
fn errors_are_escaped_and_redacted() {
    let output = run(&["explain", "\u{1b}[2Jno\u{202e}such"]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("\\x1b[2jno\\u{202e}such") || stderr.contains("\\x1b[2Jno\\u{202e}such"),
        "{stderr}"
    );
    assert!(!stderr.contains(['\u{1b}', '\u{202e}']));

    let output = run(&["candidates", "--redact", "--stun", "stun:secret.company.test:99999"]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("error: ") && !stderr.contains("company"), "{stderr}");
}

/// A process may have few files open; a long list of servers must not seem to fail for that.
#[cfg(unix)]
#[test]
fn a_long_list_with_few_open_files() {
    let dead = ports::Dead::tcp(std::net::Ipv4Addr::LOCALHOST.into());
    let port = dead.address.port();
    let urls: Vec<String> = (0..100)
        .map(|_| format!("\"turn:localhost:{port}?transport=tcp\""))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.json");
    std::fs::write(&list, format!("[{{\"urls\": [{}]}}]", urls.join(", "))).unwrap();
    let output = Command::new("sh")
        .args(["-c", "ulimit -n 40 && exec \"$@\"", "sh", env!("CARGO_BIN_EXE_rtcdiag")])
        .args(["candidates", "--json", "-4", "--ice-servers"])
        .arg(&list)
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let servers = document["report"]["servers"].as_array().unwrap();
    assert_eq!(servers.len(), 100);
    for server in servers {
        for attempt in server["attempts"].as_array().unwrap() {
            assert_eq!(attempt["error"]["kind"], "refused", "{attempt}");
        }
    }
}

#[test]
fn the_embedded_server_over_ipv6() {
    if std::net::UdpSocket::bind("[::1]:0").is_err() {
        return;
    }
    for arguments in [
        &["candidates", "--embedded", "-6"][..],
        &["candidates", "--embedded", "--relay-family", "ipv6"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
}

/// What libraries tell can't be redacted, so it is left out, and that is said.
#[test]
fn redacted_traces_have_nothing_of_libraries() {
    let note = "note: --redact leaves out what -vvv adds: what the libraries tell\n";
    for (arguments, wanted) in [
        (&["explain", "437", "-vvv", "--redact"][..], note),
        (&["explain", "437", "-vv", "--redact"], ""),
        (&["explain", "437", "-vvv"], ""),
    ] {
        let stderr = String::from_utf8(run(arguments).stderr).unwrap();
        assert!(
            stderr.starts_with(wanted) && stderr.contains("note:") != wanted.is_empty(),
            "{arguments:?}: {stderr}"
        );
    }
}

/// One canary for each thing that is private in SDP, with every view and every format.
#[test]
fn redacted_sdp_gives_nothing_away() {
    const SDP: &str = "v=0\r\no=canaryuser 4611731400430051336 2 IN IP4 canaryhost.corp.test\r\ns=Canarytitle of Alice\r\n\
        i=Canaryinfo\r\nu=https://canaryuri.corp.test/canarypath\r\ne=canarymail@corp.test\r\np=+49 30 canaryphone\r\n\
        c=IN IP4 198.51.100.77\r\nt=0 0\r\nk=clear:canarykey\r\na=group:BUNDLE 0\r\na=msid-semantic: WMS canarystream\r\n\
        a=identity:Y2FuYXJ5aWRlbnRpdHk\r\na=key-mgmt:mikey Y2FuYXJ5bWlrZXk\r\na=keywds:canarykeywds\r\na=tls-id:canarytlsid0123456789\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\ni=canarymedia\r\na=mid:0\r\na=ice-ufrag:canaryufrag\r\na=ice-pwd:canarypassword01234567890\r\n\
        a=setup:actpass\r\na=rtcp-mux\r\na=sendrecv\r\na=rtpmap:111 opus/48000/2\r\na=label:canarylabel\r\n\
        a=msid:canarystream canarytrack\r\na=ssrc:1 cname:canarycname\r\na=ssrc:1 mslabel:canarymslabel\r\na=ssrc:1 label:canarylabel\r\n\
        a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:canarysrtpkey\r\na=zrtp-hash:1.10 canaryzrtp\r\n\
        a=candidate:8421630491 1 udp 2122260223 canary12-7045-4a2b.local 50000 typ host generation 0 ufrag canaryufrag\r\n\
        a=candidate:1 1 udp 2122260223 canaryfqdn.corp.test 50000 typ host\r\n";
    const SECRETS: [&str; 7] = [
        "canary",
        "corp.test",
        "4611731400430051336",
        "y2fuyxj5",
        "alice",
        "198.51.100.77",
        "8421630491",
    ];
    let directory = tempfile::tempdir().unwrap();
    let [first, second] = ["a.sdp", "b.sdp"].map(|name| directory.path().join(name).to_string_lossy().into_owned());
    std::fs::write(&first, SDP).unwrap();
    std::fs::write(
        &second,
        SDP.replace(" 2 IN", " 3 IN").replace("canarytlsid", "canaryother"),
    )
    .unwrap();
    for view in [
        &["--explain", &first][..],
        &[&first],
        &[&first, &second],
        &["--diff", &first, &second],
    ] {
        for format in ["text", "json", "jsonl", "sarif"] {
            let mut arguments = vec!["sdp", "--redact", "--format", format];
            arguments.extend(view);
            let output = run(&arguments);
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(
                text.len() > 200,
                "{arguments:?}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            for line in text.lines() {
                let lower = line.to_ascii_lowercase();
                for secret in SECRETS {
                    assert!(!lower.contains(secret), "{arguments:?}: {secret} in {line:.600}");
                }
            }
        }
    }
}
