//! `rtcdiag loopback`: ways through a NAT and over TCP, codecs and layers of video, and what is kept for readers.

mod support;

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};
use support::loopback::{codes, document, loopback, rtcdiag, stats};

#[test]
fn behind_nats_the_ends_meet_at_the_addresses_outside() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("call");
    let path = |name: &str| bundle.join(name).to_string_lossy().into_owned();
    let (call, code) = loopback(&["--via", "srflx", "--pings", "20", "--bundle", &bundle.to_string_lossy()]);
    assert_eq!(code, Some(0), "{:#}", call["findings"]);
    let way = &call["report"]["path"];
    assert_eq!(
        (&way["offerer_type"], &way["answerer_type"]),
        (&json!("srflx"), &json!("srflx"))
    );
    assert_eq!(call["report"]["data_channel"]["pings_lost"], 0);

    for (peer, outside) in [("offerer", &way["offerer"]), ("answerer", &way["answerer"])] {
        let candidates = stats(&call, peer, "local-candidate");
        let of = |kind: &str| candidates.iter().find(|candidate| candidate["candidateType"] == kind);
        let (host, srflx) = (of("host").unwrap(), of("srflx").unwrap());
        assert_eq!(*outside, format!("127.0.0.1:{}", srflx["port"]));
        assert_ne!(host["port"], srflx["port"]);
        // What it is the address outside of, and who said so.
        assert_eq!(srflx["relatedPort"], host["port"], "{srflx}");
        assert!(
            srflx["url"].is_null() || srflx["url"].as_str().unwrap().starts_with("stun:"),
            "{srflx}"
        );
        let nominated: Vec<_> = stats(&call, peer, "candidate-pair")
            .into_iter()
            .filter(|pair| pair["nominated"] == true)
            .collect();
        assert_eq!(nominated.len(), 1, "{nominated:#?}");
        assert_eq!(nominated[0]["localCandidateId"], srflx["id"]);
    }

    // The capture is taken outside of both NATs: what is inside is told by the candidates alone.
    let pcap = document(&["pcap", "--json", &path("call.pcapng")]);
    let text = pcap.to_string();
    for (peer, outside) in [("offerer", &way["offerer"]), ("answerer", &way["answerer"])] {
        assert!(text.contains(outside.as_str().unwrap()), "{outside}");
        let sent = call["report"]["peers"][peer]["sent"]["datagrams"].as_u64().unwrap();
        let inside = stats(&call, peer, "local-candidate");
        let inside = inside
            .iter()
            .find(|candidate| candidate["candidateType"] == "host")
            .unwrap();
        assert!(
            sent > 0 && !text.contains(&format!("127.0.0.1:{}\"", inside["port"])),
            "{inside}"
        );
    }
    let sum = |key: &str| {
        let peers = &call["report"]["peers"];
        peers["offerer"]["sent"][key].as_u64().unwrap() + peers["answerer"]["sent"][key].as_u64().unwrap()
    };
    // Each stands there once; what the STUN server says is its own, to each question.
    assert_eq!(pcap["report"]["counts"]["dtls"], sum("dtls"));
    let stun = pcap["report"]["counts"]["stun"].as_u64().unwrap();
    assert!((sum("stun") + 2..=sum("stun") * 2).contains(&stun), "{stun}");
    let errors: Vec<_> = pcap["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn a_stun_server_that_does_not_answer_is_said() {
    // Bound, and silent.
    let server = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let url = format!("stun:{}", server.local_addr().unwrap());
    let (call, code) = loopback(&["--via", "srflx", "--stun", &url, "--timeout", "2"]);
    assert_eq!(code, Some(1));
    assert_eq!(codes(&call), ["call-no-candidates"], "{:#}", call["findings"]);
    // Nor does one that answers stand for the other end.
    for way in ["srflx", "relay"] {
        let (call, _) = loopback(&["--via", way, "--fault", "no-candidates", "--timeout", "2"]);
        assert_eq!(codes(&call), ["call-no-candidates"], "{way}: {:#}", call["findings"]);
    }
    for (arguments, word) in [
        (&["--via", "srflx", "--tcp"][..], "TCP"),
        (&["--via", "relay", "--stun", "stun:127.0.0.1:1"], "--stun"),
        (&["--via", "srflx", "--stun", "stuns:127.0.0.1:1"], "UDP"),
    ] {
        let output = rtcdiag(&[&["loopback"], arguments].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(word) && said.contains("hint:"), "{said}");
    }
}

#[test]
fn a_stream_of_tcp_has_the_delay_and_the_rate_of_its_path() {
    let (call, code) = loopback(&["--tcp", "--impair", "delay=15ms,jitter=5ms", "--pings", "20"]);
    assert_eq!(code, Some(0), "{:#}", call["findings"]);
    assert_eq!(call["report"]["path"]["protocol"], "tcp");
    let rtt = call["report"]["data_channel"]["rtt_ms"]["min"].as_f64().unwrap();
    assert!(rtt >= 20.0, "{rtt}");
    let impairment = call["report"]["impairment"].as_array().unwrap();
    assert_eq!(impairment.len(), 2);
    for direction in impairment {
        let delay = direction["mean_delay_ms"].as_f64().unwrap();
        assert!(
            delay >= 14.0 && direction["lost"] == 0 && direction["dropped"] == 0,
            "{direction}"
        );
    }

    // 8 Mbit/s are a megabyte a second; what is written faster waits and is not lost.
    let slow = [
        "--tcp",
        "--impair-up",
        "rate=8mbit",
        "--pings",
        "2",
        "--throughput",
        "1",
        "--message-size",
        "4096",
    ];
    let (call, code) = loopback(&slow);
    assert_eq!(code, Some(0), "{:#}", call["findings"]);
    let data = &call["report"]["data_channel"];
    let mbps = data["throughput_mbps"].as_f64().unwrap();
    assert!(mbps > 0.1 && mbps < 8.5, "{data}");
    assert_eq!(call["report"]["impairment"][0]["dropped"], 0);

    let output = rtcdiag(&["loopback", "--tcp", "--impair", "loss=1%"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("loss") && said.contains("hint:"), "{said}");
}

#[test]
fn a_stream_of_tcp_breaks_as_datagrams_do() {
    for (fault, finding) in [
        ("peer-dies", "call-peer-gone"),
        ("consent-blocked", "call-consent-lost"),
    ] {
        let (call, code) = loopback(&["--tcp", "--fault", fault]);
        assert_eq!(
            (code, codes(&call)),
            (Some(1), vec![finding]),
            "{fault}: {:#}",
            call["findings"]
        );
        let told = &call["report"]["fault"];
        assert!(
            told["noticed_ms"].is_f64() && told["swallowed"].as_u64() > Some(0),
            "{told}"
        );
    }
}

#[test]
fn simulcast_goes_through_in_three_layers() {
    let (call, code) = loopback(&["--video", "--simulcast", "--video-bitrate", "800k", "--duration", "2.5"]);
    assert_eq!(code, Some(0), "{:#}", call["findings"]);
    let media = call["report"]["media"].as_array().unwrap();
    let rids: Vec<_> = media.iter().map(|stream| (&stream["from"], &stream["rid"])).collect();
    let offerer = json!("offerer");
    assert_eq!(
        rids,
        [
            (&offerer, &json!("q")),
            (&offerer, &json!("h")),
            (&offerer, &json!("f")),
            (&json!("answerer"), &Value::Null)
        ]
    );
    for stream in media {
        let [sent, received] = ["packets_sent", "packets_received"].map(|key| stream[key].as_u64().unwrap());
        // What is under way at the end has been sent and has not arrived.
        assert!(sent > 50 && received + 5 >= sent && received <= sent, "{stream}");
    }
    let bytes = |index: usize| media[index]["bytes_sent"].as_f64().unwrap();
    assert!((bytes(2) / bytes(1) - 4.0).abs() < 1.0 && (bytes(1) / bytes(0) - 4.0).abs() < 1.0);

    let [offer, answer] = ["offer", "answer"].map(|kind| call["report"][kind]["sdp"].as_str().unwrap());
    for line in ["a=simulcast:send q;h;f", "a=rid:q send", "a=rid:h send", "a=rid:f send"] {
        assert!(offer.lines().any(|other| other == line), "{line}: {offer}");
    }
    assert!(answer.lines().any(|line| line == "a=simulcast:recv q;h;f"), "{answer}");
    // Which stream is which layer is told by the statistics as well.
    let sent: BTreeMap<_, _> = stats(&call, "offerer", "outbound-rtp")
        .iter()
        .map(|stream| (stream["ssrc"].as_u64(), stream["rid"].as_str()))
        .collect();
    for stream in &media[..3] {
        assert_eq!(sent[&stream["ssrc"].as_u64()], stream["rid"].as_str(), "{sent:?}");
    }
    assert_eq!(stats(&call, "answerer", "inbound-rtp").len(), 3);
}

#[test]
fn video_has_the_codec_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for (name, mime_type) in [("vp8", "video/VP8"), ("h264", "video/H264")] {
        let bundle = folder.path().join(name);
        let path = |file: &str| bundle.join(file).to_string_lossy().into_owned();
        let arguments = ["--video", "--video-codec", name, "--bundle", &bundle.to_string_lossy()];
        let (call, code) = loopback(&arguments);
        assert_eq!(code, Some(0), "{:#}", call["findings"]);
        let media = call["report"]["media"].as_array().unwrap();
        assert_eq!(media.len(), 2);
        for (stream, sender, receiver) in [(&media[0], "offerer", "answerer"), (&media[1], "answerer", "offerer")] {
            assert_eq!(stream["codec"], mime_type["video/".len()..]);
            assert!(stream["packets_received"].as_u64().unwrap() > 50, "{stream}");
            for (peer, kind) in [(sender, "outbound-rtp"), (receiver, "inbound-rtp")] {
                let streams = stats(&call, peer, kind);
                let codec = stats(&call, peer, "codec")
                    .into_iter()
                    .find(|codec| codec["id"] == streams[0]["codecId"])
                    .unwrap_or_else(|| panic!("{kind} of the {peer}: {streams:#?}"));
                assert_eq!(codec["mimeType"], mime_type, "{kind} of the {peer}");
            }
        }
        // The names of payload types stand in the descriptions.
        let pcap = document(&[
            "pcap",
            "--json",
            &path("call.pcapng"),
            "--sdp",
            &path("offer.json"),
            "--sdp",
            &path("answer.json"),
        ]);
        let streams = pcap["report"]["rtp_streams"].as_array().unwrap();
        assert_eq!(streams.len(), 2);
        for stream in streams {
            assert!(stream.to_string().contains(&mime_type["video/".len()..]), "{stream:#}");
        }
    }
}

#[test]
fn descriptions_are_kept_with_their_candidates() {
    let folder = tempfile::tempdir().unwrap();
    let (call, code) = loopback(&[
        "--audio",
        "--data",
        "--pings",
        "2",
        "--save-sdp",
        &folder.path().to_string_lossy(),
    ]);
    assert_eq!(code, Some(0), "{:#}", call["findings"]);
    for (kind, peer) in [("offer", "offerer"), ("answer", "answerer")] {
        let file = folder.path().join(format!("{kind}.json"));
        let sdp = document(&["sdp", "--json", &file.to_string_lossy()]);
        let section = &sdp["report"]["descriptions"][0]["media"][0];
        let ports: Vec<_> = section["candidates"]
            .as_array()
            .unwrap_or_else(|| panic!("{section:#}"))
            .iter()
            .map(|candidate| candidate["port"].clone())
            .collect();
        let gathered: Vec<_> = stats(&call, peer, "local-candidate")
            .iter()
            .map(|candidate| candidate["port"].clone())
            .collect();
        assert_eq!(ports, gathered, "{kind}");
        assert_eq!(section["end_of_candidates"], true);
        // The report has them as they were passed on, before there were any.
        assert!(!call["report"][kind]["sdp"].as_str().unwrap().contains("a=candidate:"));
        let errors = sdp["findings"].as_array().unwrap().iter();
        assert_eq!(
            errors.filter(|finding| finding["severity"] == "error").count(),
            0,
            "{:#}",
            sdp["findings"]
        );
    }
}

#[test]
fn what_the_library_logs_is_both_shown_and_judged() {
    // Its warnings are all that tells of a wrong password.
    let output = rtcdiag(&[
        "loopback",
        "-vv",
        "--json",
        "--fault",
        "wrong-password",
        "--timeout",
        "2",
    ]);
    let call: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(codes(&call), ["call-checks-refused"], "{:#}", call["findings"]);
    let lines = call["report"]["library_log"].as_array().unwrap();
    let text = lines[0]["text"].as_str().unwrap();
    let shown = String::from_utf8(output.stderr).unwrap();
    assert!(shown.contains(text), "{text} is not in {shown}");
    // Without -vv it is judged, and not shown.
    let output = rtcdiag(&["loopback", "--json", "--fault", "wrong-password", "--timeout", "2"]);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A capture of RTP in clear: what the sender of H.264 makes, before SRTP.
fn h264_in_clear() -> Vec<u8> {
    use rtcdiag::net::peer::impair::Dice;
    use rtcdiag::net::peer::media::{Codec, payload};
    // Microseconds, little-endian, LINKTYPE_RAW.
    let mut file = Vec::from(0xa1b2_c3d4_u32.to_le_bytes());
    file.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0]);
    let (mut sequence, mut dice) = (0_u16, Dice(1));
    for frame in 0..70_u32 {
        let payloads = payload::packets(Codec::H264, frame, frame % 60, 3000, &mut dice);
        let last = payloads.len() - 1;
        for (index, payload) in payloads.iter().enumerate() {
            let mut packet = vec![0x80, 125 | u8::from(index == last) << 7];
            packet.extend(sequence.to_be_bytes());
            packet.extend((frame * 3000).to_be_bytes());
            packet.extend([0, 0, 0, 1]);
            packet.extend(payload);
            sequence += 1;
            let length = packet.len() as u16;
            let mut datagram = vec![0x45, 0];
            datagram.extend((length + 28).to_be_bytes());
            datagram.extend([0, 0, 0x40, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]);
            datagram.extend([0x13, 0x8c, 0x13, 0x8e]);
            datagram.extend((length + 8).to_be_bytes());
            datagram.extend([0, 0]);
            datagram.extend(packet);
            let (seconds, micros) = (frame / 30, frame % 30 * 33_333);
            file.extend(seconds.to_le_bytes());
            file.extend(micros.to_le_bytes());
            file.extend((datagram.len() as u32).to_le_bytes());
            file.extend((datagram.len() as u32).to_le_bytes());
            file.extend(datagram);
        }
    }
    file
}

#[test]
fn tshark_takes_our_h264_for_h264() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("h264.pcap");
    std::fs::write(&file, h264_in_clear()).unwrap();
    let fields = |filter: &str, field: &str| {
        let decode = ["-d", "udp.port==5004,rtp", "-d", "rtp.pt==125,h264"];
        let mut command = Command::new("tshark");
        command
            .arg("-r")
            .arg(&file)
            .args(decode)
            .args(["-Y", filter, "-T", "fields", "-e", field]);
        let output = command.output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    // That it does not decode slices beyond their headers is no complaint about ours.
    let complaint = "_ws.malformed || (_ws.expert.severity >= 0x00400000 && !(_ws.expert.group == \"Undecoded\"))";
    let Some(complaints) = fields(complaint, "frame.number") else {
        eprintln!("skipped: there is no tshark");
        return;
    };
    assert_eq!(complaints, "");
    // Two key frames: parameter sets, and the size that they say.
    let width = "h264.pic_width_in_mbs_minus1";
    assert_eq!(fields(width, width).unwrap(), "39\n39\n");
    let frames_with = |filter: &str| fields(filter, "frame.number").unwrap().lines().count();
    assert_eq!(frames_with("h264.num_slice_groups_minus1"), 2);
    assert_eq!(frames_with("h264.slice_type"), 70);
}
