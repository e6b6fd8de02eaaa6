//! `rtcdiag pcap` as users start it, on a capture made here: a client asks a STUN server, then checks a peer.

mod support;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rtcdiag::proto::stun::{AttributeType, Builder, Class, Key, Method, TransactionId};
use rtcdiag::secret::Secret;
use serde_json::Value;
use support::packets::{End, capture};

const CLIENT: End = ([10, 0, 0, 1], 5000);
const SERVER: End = ([198, 51, 100, 1], 3478);
const PEER: End = ([203, 0, 113, 9], 6000);

fn sample() -> Vec<u8> {
    let id = |number| TransactionId::new([number; 12]);
    let mapped = "192.0.2.77:7000".parse().unwrap();
    let key = Key::short_term(&Secret::new("the password of b"));
    let check = Builder::new(Class::Request, Method::BINDING, id(2))
        .text(AttributeType::USERNAME, "bbbb:aaaa")
        .text(AttributeType::SOFTWARE, "\u{1b}[2Jx")
        .message_integrity(&key)
        .fingerprint();
    let answer = Builder::new(Class::Success, Method::BINDING, id(2))
        .xor_address(AttributeType::XOR_MAPPED_ADDRESS, mapped)
        .message_integrity(&key);
    let answered =
        Builder::new(Class::Success, Method::BINDING, id(1)).xor_address(AttributeType::XOR_MAPPED_ADDRESS, mapped);
    capture(&[
        (
            CLIENT,
            SERVER,
            Builder::new(Class::Request, Method::BINDING, id(1)).build(),
        ),
        (SERVER, CLIENT, answered.build()),
        (CLIENT, PEER, check.build()),
        (PEER, CLIENT, answer.build()),
    ])
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn pcap(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rtcdiag"));
    command
        .env("NO_COLOR", "1")
        .env_remove("CLICOLOR_FORCE")
        .arg("pcap")
        .args(arguments);
    command
}

fn run(path: &Path, arguments: &[&str]) -> Output {
    pcap(&[&[path.to_str().unwrap()], arguments].concat()).output().unwrap()
}

fn document(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_whole_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "call.pcap", &sample());
    let report = &document(&run(&path, &["--json"]))["report"];
    assert_eq!(
        (&report["file"]["container"], &report["file"]["frames"]),
        (&"pcap".into(), &4.into())
    );
    assert_eq!(report["file"]["first"], "2023-11-14T22:13:20.000000000Z");
    assert_eq!(
        (&report["counts"]["stun"], &report["counts"]["udp"]),
        (&4.into(), &4.into())
    );
    let transactions = report["stun"]["transactions"].as_array().unwrap();
    assert_eq!(transactions.len(), 2);
    assert_eq!(
        (&transactions[0]["sent"], &transactions[0]["answered_by"]),
        (&vec![1].into(), &2.into())
    );
    assert_eq!(transactions[0]["rtt_ms"], 1.0);
    assert_eq!(report["bindings"][0]["mapped"][0], "192.0.2.77:7000");
    let ice = &report["ice"][0];
    assert_eq!(
        (&ice["local_ufrag"], &ice["remote_ufrag"]),
        (&"aaaa".into(), &"bbbb".into())
    );
    assert_eq!(ice["pairs"][0]["state"], "succeeded");
}

#[test]
fn lines_tell_everything_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "call.pcap", &sample());
    let with_view = lines(&run(&path, &["--transactions", "--format", "jsonl"]));
    let transactions = with_view.iter().filter(|line| line["kind"] == "stun_transaction");
    assert_eq!(transactions.count(), 2, "whatever text would show");
    let lines = lines(&run(&path, &["--messages", "--format", "jsonl"]));
    let of = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).count();
    assert_eq!((of("stun_message"), of("stun_transaction"), of("report")), (4, 2, 1));
    let last = lines.last().unwrap();
    assert_eq!((&last["kind"], &last["schema"]), (&"report".into(), &1.into()));
    assert!(last["report"]["stun"].get("transactions").is_none());
    assert_eq!(
        (&lines[3]["response_to"], &lines[3]["rtt_ms"]),
        (&3.into(), &1.0.into())
    );
}

#[test]
fn a_password_tells_whether_integrity_holds_and_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "call.pcap", &sample());
    for (password, valid) in [("the password of b", true), ("another", false)] {
        let secret = format!("bbbb:{password}");
        let file = written(folder.path(), "passwords", secret.as_bytes());
        let file = file.to_str().unwrap();
        let own = [
            vec!["--ice-password", &secret],
            vec!["--ice-password-file", file],
            vec!["--ice-password-env", "PWD_OF_B"],
        ];
        for arguments in own {
            let arguments = [&[path.to_str().unwrap(), "--messages", "--json"], &arguments[..]].concat();
            let output = pcap(&arguments).env("PWD_OF_B", &secret).output().unwrap();
            assert!(
                !String::from_utf8_lossy(&output.stdout).contains("the password"),
                "{output:?}"
            );
            let report = &document(&output)["report"];
            let messages = report["messages"].as_array().unwrap();
            let verdicts = messages.iter().flat_map(|one| one["attributes"].as_array().unwrap());
            let verdicts: Vec<&Value> = verdicts
                .filter(|one| one["type"] == "0x0008")
                .map(|one| &one["valid"])
                .collect();
            assert_eq!(verdicts, [&Value::from(valid), &Value::from(valid)], "{arguments:?}");
            let counted = if valid { "integrity_valid" } else { "integrity_invalid" };
            assert_eq!(report["stun"][counted], 2);
        }
    }
    let output = run(&path, &["--ice-password", "nocolon-hunter2"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        !String::from_utf8_lossy(&output.stderr).contains("hunter2"),
        "{output:?}"
    );
}

#[test]
fn filters() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "call.pcap", &sample());
    for (arguments, messages) in [
        (&["--frame", "2-3"][..], 2),
        (&["--host", "203.0.113.9"], 2),
        (&["--port", "3478"], 2),
        (&["--flow", "1"], 2),
        (&["--only", "ice"], 2),
        (&["--only", "turn,dtls"], 0),
        (&["--host", "203.0.113.9", "--frame", "4"], 1),
    ] {
        let arguments = [arguments, &["--messages", "--format", "jsonl"]].concat();
        let lines = lines(&run(&path, &arguments));
        let count = lines.iter().filter(|line| line["kind"] == "stun_message").count();
        assert_eq!(count, messages, "{arguments:?}");
    }
    let output = run(&path, &["--flow", "7"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.starts_with("error: there is no session 7: --flow\nhint: there are 2,"),
        "{said}"
    );
}

#[test]
fn text_is_fit_for_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "call.pcap", &sample());
    for arguments in [
        &[][..],
        &["--messages"],
        &["--transactions"],
        &["--messages", "--redact"],
    ] {
        let output = run(&path, arguments);
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(!text.contains('\u{1b}') && text.len() > 100, "{text}");
        assert!(
            !arguments.contains(&"--redact") || !text.contains("203.0.113.9"),
            "{text}"
        );
    }
    let text = String::from_utf8_lossy(&run(&path, &["--messages"]).stdout).into_owned();
    assert!(
        text.contains("\\x1b[2Jx") && text.contains("answers frame 3 after 1.0 ms"),
        "{text}"
    );
}

#[test]
fn what_is_no_capture_is_refused_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let text = written(folder.path(), "notes.txt", b"nothing but words, and many of them\n");
    for path in [text, folder.path().join("missing.pcap"), folder.path().to_owned()] {
        let output = run(&path, &["--json"]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with("error: ") && said.contains("\nhint: "), "{said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn several_files_and_a_cut_one() {
    let folder = tempfile::tempdir().unwrap();
    let whole = sample();
    let first = written(folder.path(), "1.pcap", &whole);
    let second = written(folder.path(), "2.pcap", &whole[..whole.len() - 9]);
    let report = &document(&run(&first, &[second.to_str().unwrap(), "--json"]))["report"];
    assert_eq!(report["files"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&report["files"][0]["truncated"], &report["files"][1]["truncated"]),
        (&false.into(), &true.into())
    );
    assert_eq!(report["stun"]["transactions"][0]["retransmissions"], 1);
}

/// Waits until the process has taken over the signal that would end it at once.
#[cfg(unix)]
fn until_it_hears_interrupts(pid: u32) {
    let status = format!("/proc/{pid}/status");
    let hears = || {
        let text = std::fs::read_to_string(&status).ok()?;
        let caught = text.lines().find_map(|line| line.strip_prefix("SigCgt:"))?;
        // One bit for each signal, from 1; SIGINT is 2.
        Some(u64::from_str_radix(caught.trim(), 16).is_ok_and(|caught| caught & 2 != 0))
    };
    let started = std::time::Instant::now();
    while hears() == Some(false) {
        assert!(started.elapsed().as_secs() < 60, "it never listens");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    if hears().is_none() {
        // No such file: this is not Linux.
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_that_is_stopped_gives_what_came() {
    let mut child = pcap(&["-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(&sample()).unwrap();
    pipe.flush().unwrap();
    until_it_hears_interrupts(child.id());
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    drop(pipe);
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&document["interrupted"], &document["report"]["file"]["frames"]),
        (&true.into(), &4.into())
    );
}
