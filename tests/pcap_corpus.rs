//! `rtcdiag pcap --messages --format jsonl` and `--json` on every capture of the corpus, against what tshark finds there.
//!
//! Every STUN message of tshark's must be there, in its frame, with its attributes; so must every DTLS handshake message.
//! What we find beyond that is right too, where a message with the magic cookie stands in the capture. Where tshark is wrong:
//!
//! - a message of a type that it does not know (WhatsApp's), and messages after a lost or repeated TCP segment, it leaves out;
//! - an attribute of length 0xffff makes it show another one that is not there;
//! - a message that the snap length cut it shows without what it cannot read whole;
//! - pcapng Custom Blocks it counts as frames, and times finer than nanoseconds overflow in it: neither is compared here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The captures of a folder that have a golden.
fn captures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpus/pcap")
        .join(folder);
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: no captures in {}", folder.display());
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| {
            let name = entry.ok()?.path().to_str()?.strip_suffix(".stun.jsonl")?.to_owned();
            Some(PathBuf::from(name))
        })
        .collect();
    found.sort();
    found
}

fn beside(capture: &Path, suffix: &str) -> String {
    let path = format!("{}{suffix}", capture.display());
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn pcap(capture: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_rtcdiag"))
        .arg("pcap")
        .arg(capture)
        .args(arguments)
        .output()
        .unwrap();
    match output.status.code() {
        Some(0 | 1) => Some(String::from_utf8(output.stdout).unwrap()),
        Some(2) => {
            assert!(output.stderr.starts_with(b"error"), "{}", capture.display());
            None
        }
        other => panic!("{}: {other:?}", capture.display()),
    }
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What tells a message from others, and what must be right of it.
fn facts(message: &Value, transport: &str) -> Vec<String> {
    let mut facts = vec![message[transport].to_string()];
    let same = ["src", "dst", "class", "method", "transaction_id", "length"];
    facts.extend(same.iter().map(|key| message[*key].to_string()));
    let flags = ["classic", "nested", "via", "channel", "in_icmp", "tcp_frame_length"];
    facts.extend(
        flags
            .iter()
            .map(|key| message.get(*key).map(Value::to_string).unwrap_or_default()),
    );
    facts
}

fn types(message: &Value) -> Vec<String> {
    let attributes = message["attributes"].as_array().unwrap();
    attributes
        .iter()
        .map(|one| format!("{}/{}", one["type"], one["length"]))
        .collect()
}

/// Whether tshark shows attributes beyond the end of the message.
fn overruns(message: &Value) -> bool {
    let attributes = message["attributes"].as_array().unwrap().iter();
    attributes
        .map(|one| 4 + one["length"].as_u64().unwrap_or(0))
        .sum::<u64>()
        > message["length"].as_u64().unwrap()
}

/// Whether Custom Blocks, which tshark counts as frames, shift the numbers.
fn has_custom_blocks(summary: &Value) -> bool {
    summary["encap_types"].as_object().unwrap().contains_key("")
}

fn hold_messages(capture: &Path) -> usize {
    let name = capture.display();
    let golden = lines(&beside(capture, ".stun.jsonl"));
    let summary: Value = serde_json::from_str(&beside(capture, ".summary.json")).unwrap();
    let Some(text) = pcap(capture, &["--messages", "--format", "jsonl"]) else {
        assert!(golden.is_empty(), "{name} was refused");
        return 0;
    };
    let mut ours: Vec<Value> = lines(&text);
    ours.retain(|line| line["kind"] == "stun_message");
    let cut = summary["frames_cut_by_snaplen"] != 0;
    for wanted in &golden {
        let key = facts(wanted, "ip_proto");
        let frame = &wanted["frame"];
        let at = ours
            .iter()
            .position(|one| facts(one, "transport") == key && (has_custom_blocks(&summary) || one["frame"] == *frame));
        let Some(at) = at else {
            panic!("{name}: frame {frame}, {key:?} is missing");
        };
        let one = ours.remove(at);
        let (mut theirs, ours) = (types(wanted), types(&one));
        if overruns(wanted) || cut || wanted["in_icmp"] == true {
            theirs.truncate(ours.len());
        }
        assert_eq!(ours, theirs, "{name}: frame {frame}");
        for (ours, theirs) in one["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .zip(wanted["attributes"].as_array().unwrap())
        {
            if let Some(valid) = theirs.get("valid") {
                assert_eq!(ours.get("valid"), Some(valid), "{name}: frame {frame}");
            }
        }
    }
    // Whatever is left has the magic cookie before its id, somewhere in the capture.
    let octets = fs::read(capture).unwrap();
    if !matches!(octets.first(), Some(0x1f | 0x28 | 0x04)) {
        for one in &ours {
            let id = one["transaction_id"].as_str().unwrap();
            let id: Vec<u8> = (0..id.len() / 2)
                .map(|at| u8::from_str_radix(&id[2 * at..2 * at + 2], 16).unwrap())
                .collect();
            let message = [&[0x21, 0x12, 0xa4, 0x42], &id[..]].concat();
            let there = octets.windows(message.len()).any(|window| window == message);
            assert!(there, "{name}: {one} is no message");
        }
    }
    golden.len()
}

fn hold_handshakes(capture: &Path) -> usize {
    let name = capture.display();
    let summary: Value = serde_json::from_str(&beside(capture, ".summary.json")).unwrap();
    let golden = summary["dtls_handshakes"].as_array().unwrap();
    let cut = summary["frames_cut_by_snaplen"] != 0;
    let Some(text) = pcap(capture, &["--json"]) else {
        return 0;
    };
    let document: Value = serde_json::from_str(&text).unwrap();
    let report = &document["report"];
    let key = |one: &Value| {
        let keys = [
            "type",
            "message_seq",
            "cipher_suites",
            "certificate_sha256",
            "src",
            "dst",
        ];
        let mut facts: Vec<String> = keys
            .iter()
            .map(|key| one.get(*key).map(Value::to_string).unwrap_or_default())
            .collect();
        if !has_custom_blocks(&summary) {
            facts.push(one["frame"].to_string());
        }
        facts
    };
    let ours: BTreeSet<Vec<String>> = report["dtls_handshakes"].as_array().unwrap().iter().map(key).collect();
    for wanted in golden {
        // Of a record that was cut in its first octets tshark says that it is encrypted.
        if !(cut && wanted["type"] == "encrypted") {
            assert!(ours.contains(&key(wanted)), "{name}: {wanted} is missing");
        }
    }
    if !has_custom_blocks(&summary) {
        assert_eq!(report["file"]["frames"], summary["frames"], "{name}");
    }
    golden.len()
}

#[test]
fn every_stun_message_and_every_handshake_message_is_found() {
    let (mut messages, mut handshakes) = (0, 0);
    for capture in ["webrtc", "formats"].iter().flat_map(|folder| captures(folder)) {
        messages += hold_messages(&capture);
        handshakes += hold_handshakes(&capture);
    }
    eprintln!("{messages} STUN messages and {handshakes} handshake messages");
}

#[test]
fn what_is_broken_is_read_or_refused_and_never_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/pcap/malformed");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: no captures in {}", folder.display());
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension != "tsv") {
            for arguments in [&[][..], &["--json"], &["--messages", "--format", "jsonl"]] {
                pcap(&path, arguments);
            }
        }
    }
}
