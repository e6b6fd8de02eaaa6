//! What `rtcdiag pcap` tells of media and data in clear: RTCP beside RTP, and SCTP with its data channels; and what a filter
//! must not hide. The captures are made here.

mod support;

use std::process::{Command, Output};

use rtcdiag::proto::stun::{AttributeType, Builder, Class, Method, TransactionId};
use serde_json::{Value, json};
use support::packets::{End, capture};

const A: End = ([192, 0, 2, 1], 5000);
const B: End = ([192, 0, 2, 2], 5000);
const B2: End = ([192, 0, 2, 2], 6000);

type Datagram = (End, End, Vec<u8>);

fn run(datagrams: &[Datagram], arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.pcap");
    std::fs::write(&path, capture(datagrams)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rtcdiag"));
    command.arg("pcap").arg(&path).args(arguments).env("NO_COLOR", "1");
    command.output().unwrap()
}

fn document(datagrams: &[Datagram], arguments: &[&str]) -> Value {
    let output = run(datagrams, &[arguments, &["--json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// With single blanks, wherever lines were broken.
fn text(datagrams: &[Datagram], arguments: &[&str]) -> String {
    let text = String::from_utf8(run(datagrams, arguments).stdout).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn rtp(ssrc: u32, number: u16) -> Vec<u8> {
    let mut bytes = vec![0x80, 8];
    bytes.extend(number.to_be_bytes());
    bytes.extend((u32::from(number) * 160).to_be_bytes());
    bytes.extend(ssrc.to_be_bytes());
    bytes.extend([0xd5; 160]);
    bytes
}

/// A call in clear: RTP of A, its sender reports, and what B says of it.
fn clear() -> Vec<Datagram> {
    let mut all: Vec<Datagram> = (0..20).map(|number| (A, B, rtp(7, number))).collect();
    let report = words(&[0x80c8_0006, 7, 0xe000_0000, 0x1234_0000, 3200, 20, 3200]);
    let names = [words(&[0x81ca_0003, 7]), b"\x01\x04a@ex\0\0".to_vec()].concat();
    all.push((A, B, [report, names].concat()));
    // Heard a 32nd part of a second ago; 64 of 256 lost.
    let heard = words(&[0x81c9_0007, 9, 7, 0x4000_0005, 19, 80, 0x0000_1234, 1]);
    let nack = words(&[0x81cd_0003, 9, 7, 0x0005_0001]);
    let pli = words(&[0x81ce_0002, 9, 7]);
    let remb = [words(&[0x8fce_0005, 9, 0]), b"REMB".to_vec(), words(&[0x0103_d090, 7])].concat();
    all.push((B, A, [heard, nack, pli, remb].concat()));
    all.extend((20..30).map(|number| (A, B, rtp(7, number))));
    all
}

#[test]
fn what_receivers_say_of_a_stream() {
    let report = &document(&clear(), &[])["report"];
    let stream = &report["rtp_streams"][0];
    assert_eq!(stream["receptions"][0]["reporter"], "0x00000009");
    assert_eq!(stream["receptions"][0]["lost_percent"], 25.0);
    assert_eq!(
        (&stream["receptions"][0]["lost"], &stream["receptions"][0]["jitter_ms"]),
        (&json!(5), &json!(10.0))
    );
    // Reports pass every millisecond here.
    let round_trip = stream["receptions"][0]["rtt_ms"]["last"].as_f64().unwrap();
    assert!(round_trip > 0.9 && round_trip <= 1.0, "{round_trip}");
    assert_eq!(
        stream["feedback"],
        json!({"nacks": 1, "nacked_packets": 2, "plis": 1, "firs": 0, "slis": 0})
    );
    let back = report["rtcp"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["src"] == "192.0.2.2:5000");
    let back = back.unwrap();
    assert_eq!(
        (&back["secure"], &back["remb"]["last_bps"]),
        (&json!(0), &json!(250_000))
    );
    let text = text(&clear(), &[]);
    for part in [
        "received by 0x00000009: 25.0 % lost, 5 in all, jitter 10 ms, round trip",
        "asked for: 1 NACK for 2 packets, 1 PLI",
        "REMB 250 kbit/s",
        "from a@ex",
    ] {
        assert!(text.contains(part), "{part} is missing from\n{text}");
    }
    assert!(!text.contains("encrypted"));
}

fn chunk(kind: u8, flags: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind, flags];
    bytes.extend((value.len() as u16 + 4).to_be_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn data(number: u32, protocol: u32, payload: &[u8]) -> Vec<u8> {
    chunk(
        0,
        3,
        &[words(&[number, 0x0002_0000, protocol]), payload.to_vec()].concat(),
    )
}

/// An SCTP packet with its checksum (CRC-32C).
fn sctp(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = words(&[0x1388_1388, 42, 0]);
    bytes.extend(chunks.concat());
    let crc = bytes.iter().fold(!0_u32, |crc, octet| {
        (0..8).fold(crc ^ u32::from(*octet), |crc, _| {
            (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg())
        })
    });
    bytes[8..12].copy_from_slice(&(!crc).to_le_bytes());
    bytes
}

fn channel() -> Vec<Datagram> {
    let open = [words(&[0x0301_0100, 3, 0x0004_0002]), b"chatv1".to_vec()].concat();
    vec![
        (A, B, sctp(&[chunk(1, 0, &[1; 16])])),
        (B, A, sctp(&[chunk(2, 0, &[1; 16])])),
        (A, B, sctp(&[chunk(10, 0, &[1; 4])])),
        (B, A, sctp(&[chunk(11, 0, &[])])),
        (A, B, sctp(&[data(1, 50, &open)])),
        (B, A, sctp(&[data(1, 50, &[2])])),
        (A, B, sctp(&[data(2, 51, b"hello"), data(3, 53, &[0; 100])])),
        (B, A, sctp(&[data(2, 51, b"hi")])),
        (B, A, sctp(&[chunk(6, 0, &words(&[0x000c_0004]))])),
    ]
}

#[test]
fn data_channels_in_clear() {
    let report = &document(&channel(), &["--only", "sctp"])["report"];
    assert_eq!(report["counts"]["sctp"], 9);
    let one = &report["sctp"][0];
    assert_eq!(
        (&one["initiator"], &one["took_ms"]),
        (&json!("192.0.2.1:5000"), &json!(3.0))
    );
    assert_eq!(
        (&one["ended"], &one["cause"]),
        (&json!("aborted"), &json!("User-Initiated Abort"))
    );
    let opened = &one["channels"][0];
    assert_eq!((&opened["label"], &opened["protocol"]), (&json!("chat"), &json!("v1")));
    assert_eq!(
        (&opened["reliability"], &opened["acknowledged"]["frame"]),
        (&json!(3), &json!(6))
    );
    assert_eq!(
        one["streams"][0]["by_protocol"],
        json!({"WebRTC Binary": 1, "WebRTC String": 1})
    );
    assert_eq!(
        (&one["streams"][0]["bytes"], &one["streams"][1]["messages"]),
        (&json!(105), &json!(1))
    );
    let shown = text(&channel(), &["--only", "sctp"]);
    for part in [
        "SCTP in flow 0",
        "set up by 192.0.2.1:5000 in 3.0 ms",
        "chat",
        "aborted by 192.0.2.2:5000",
    ] {
        assert!(shown.contains(part), "{part} is missing from\n{shown}");
    }
    // Other views have none of it.
    assert!(document(&channel(), &["--only", "dtls"])["report"]["sctp"].is_null());
    assert!(text(&channel(), &["--timeline"]).contains("opens data channel 2 \"chat\""));
}

/// Two agents check on two pairs; A sends on one of them and B on the other, each for ten seconds and more.
fn two_pairs() -> Vec<Datagram> {
    let check = |number: u8, class| {
        let builder = Builder::new(class, Method::BINDING, TransactionId::new([number; 12]));
        match class {
            Class::Request => builder.text(AttributeType::USERNAME, "bbbb:aaaa"),
            _ => builder.xor_address(AttributeType::XOR_MAPPED_ADDRESS, "192.0.2.1:5000".parse().unwrap()),
        }
        .build()
    };
    let mut all = Vec::new();
    for (number, peer) in [(1, B), (2, B2)] {
        all.push((A, peer, check(number, Class::Request)));
        all.push((peer, A, check(number, Class::Success)));
    }
    for number in 0..7000 {
        all.push((A, B, rtp(7, number)));
        all.push((B2, A, rtp(9, number)));
        if number % 1000 == 999 {
            let id = (number / 1000) as u8 + 10;
            for (peer, id) in [(B, id), (B2, id + 100)] {
                all.push((A, peer, check(id, Class::Request)));
                all.push((peer, A, check(id, Class::Success)));
            }
        }
    }
    all
}

#[test]
fn a_filter_does_not_make_media_one_way() {
    let all = two_pairs();
    let codes = |document: &Value| {
        let findings = document["findings"].as_array().unwrap().iter();
        findings
            .map(|one| one["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let whole = document(&all, &[]);
    let (flow, other) = match whole["report"]["sessions"][0]["b"].as_str() {
        Some("192.0.2.2:5000") => ("0", 1),
        _ => ("1", 0),
    };
    let part = document(&all, &["--flow", flow]);
    assert_eq!(codes(&whole), codes(&part));
    assert!(!codes(&part).iter().any(|code| code == "media-one-way"), "{part}");
    assert_eq!(part["report"]["hidden"]["media"][0]["session"], other);
    assert!(whole["report"]["hidden"].is_null());
    let said = text(&all, &["--flow", flow]);
    assert!(said.contains("The same agents also use flow"), "{said}");
}

#[test]
fn findings_of_other_sessions_are_counted() {
    // Beside the call somebody asks a server in vain.
    let server: End = ([198, 51, 100, 1], 3478);
    let request = Builder::new(Class::Request, Method::BINDING, TransactionId::new([9; 12])).build();
    let mut all = clear();
    all.extend((0..4).map(|_| (A, server, request.clone())));
    let findings = |arguments: &[&str]| document(&all, arguments)["findings"].as_array().unwrap().len();
    assert_eq!((findings(&[]), findings(&["--port", "3478"])), (1, 1));
    assert_eq!(
        (findings(&["--host", "192.0.2.2"]), findings(&["--only", "rtp"])),
        (0, 0)
    );
    let part = document(&all, &["--host", "192.0.2.2"]);
    assert_eq!(part["report"]["hidden"]["findings"], json!({"warning": 1}));
    let said = text(&all, &["--host", "192.0.2.2"]);
    assert!(
        said.contains("1 more finding is about what the filter leaves out: 1 warning")
            || said.contains("one more finding is about what the filter leaves out: 1 warning"),
        "{said}"
    );
    assert!(said.contains("in what is shown"), "{said}");
    // Frames before the first request.
    assert_eq!(
        (findings(&["--frame", "1-10"]), findings(&["--frame", "30-40"])),
        (0, 1)
    );
}
