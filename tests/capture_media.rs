//! RTP and RTCP of the captures of `../shared/corpus/pcap`, held against tshark: what it finds is there, and what it does not
//! find even by its loosest guess is not. Where tshark is not to be followed, [`EXCEPTIONS`] says why.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rtcdiag::capture::dissect::Dissector;
use rtcdiag::capture::{Input, Source};
use rtcdiag::flow::filter::Filter;
use rtcdiag::flow::passwords::Passwords;
use rtcdiag::flow::rtp::Stream;
use rtcdiag::flow::signaling::Known;
use rtcdiag::flow::{Capture, Facts};
use serde_json::Value;

/// Streams that we count differently: capture, SSRC, packets, lost, why we are right.
const EXCEPTIONS: &[(&str, u32, u64, u64, &str)] = &[
    (
        "ndpi-stun_google_meet.pcapng",
        0,
        31,
        0,
        "packets of nothing but padding, which tshark leaves out where the encrypted last octet is no count of it; the \
         sequence has no hole",
    ),
    ("ndpi-stun_google_meet.pcapng", 0, 104, 0, "as before"),
];

/// Captures of which tshark's own streams say less, and why.
const BEYOND: &[(&str, &str)] = &[
    (
        "derived-6in4.pcap",
        "the tables of tshark name the IPv4 addresses of the tunnel",
    ),
    (
        "derived-snaplen-60.pcap",
        "the RTP header was captured; tshark wants the ChannelData whole",
    ),
    (
        "srtp_decoder-WebRTC_PCMA_p2p_SDES_Call_1.pcap",
        "the same two sources over ICE-TCP, framed by RFC 4571: tshark looks for RTP in UDP only",
    ),
    ("derived-udp-length-0.pcap", "tshark stops at a UDP length of 0"),
];

/// Captures without any RTP, some of them full of noise that looks like it.
const WITHOUT: &[&str] = &[
    "ndpi-signal.pcap",
    "ndpi-telegram.pcap",
    "ndpi-telegram_videocall.pcapng",
    "ndpi-webex.pcap",
    "ndpi-viber.pcap",
    "ndpi-zoom_p2p.pcapng",
    "ndpi-sip_hello.pcapng",
    "ndpi-anyconnect-vpn.pcap",
    "nfstream-anyconnect-vpn.pcap",
    "mercury-emix.pcap",
    "pcapflowlab-pcap_flow_lab_showcase.pcap",
    "zoom-analysis-zoom_test.pcap",
];

/// Frames with RTCP, where tshark is wrong: the number, and why it is that.
const RTCP: &[(&str, u64)] = &[
    // SRTCP with tags of 80 bits, which tshark takes for RTP or for nothing: each has the E bit and the next index.
    ("ndpi-whatsapp_login_call.pcap", 58),
    ("ndpi-stun_google_meet.pcapng", 29),
    ("peafowl-hangout.pcap", 3),
    ("srtp_decoder-webrtc_opus_p2p.pcap", 8),
    ("srtp_decoder-WebRTC_OPUS_Turn_SDES_Call_1.pcap", 8),
];

fn captures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/pcap");
    let mut found = Vec::new();
    for folder in ["webrtc", "formats"] {
        let Ok(entries) = fs::read_dir(root.join(folder)) else {
            eprintln!("SKIPPED: no captures at {}", root.join(folder).display());
            continue;
        };
        let names = entries.map(|entry| entry.unwrap().path().display().to_string());
        found.extend(names.filter_map(|name| Some(PathBuf::from(name.strip_suffix(".summary.json")?))));
    }
    found.sort();
    found
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

fn read(path: &Path) -> Facts {
    let input = Input {
        name: path.display().to_string(),
        read: Box::new(File::open(path).unwrap()),
        size: None,
    };
    let mut source = Source::open(vec![input]).unwrap();
    let mut dissector = Dissector::default();
    let mut capture = Capture::new(Passwords::default(), Known::default(), Filter::default());
    while let Some(packet) = source.next() {
        dissector.packet(&packet, &mut capture);
    }
    dissector.finish(&mut capture);
    capture.finish()
}

fn golden(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(format!("{}.summary.json", path.display())).unwrap()).unwrap()
}

/// The two ends of a stream outside of TURN, in no order.
fn ends(facts: &Facts, stream: &Stream) -> BTreeSet<String> {
    let mut session = facts.session(stream.session);
    while let Some(relay) = &session.inside {
        session = facts.session(relay.outer);
    }
    BTreeSet::from([session.a.to_string(), session.b.to_string()])
}

/// SSRC and ends, packets and lost packets of a stream that tshark found.
fn wanted(stream: &Value) -> (u32, BTreeSet<String>, u64, u64) {
    let text = |key: &str| stream[key].as_str().unwrap();
    let number = |key: &str| stream[key].as_u64().unwrap();
    let ssrc = u32::from_str_radix(&text("ssrc")[2..], 16).unwrap();
    let span = (number("last_seq") + 65_536 - number("first_seq")) % 65_536 + 1;
    let packets = number("packets");
    let ends = BTreeSet::from([text("src").to_owned(), text("dst").to_owned()]);
    (ssrc, ends, packets, span.saturating_sub(packets))
}

#[test]
fn streams_are_those_of_tshark() {
    let mut wrong = Vec::new();
    for path in captures() {
        let (name, facts, golden) = (name(&path), read(&path), golden(&path));
        let found: Vec<_> = facts.media.streams().iter().map(|it| (it, ends(&facts, it))).collect();
        let streams: Vec<_> = golden["rtp_streams"].as_array().unwrap().iter().map(wanted).collect();
        for (ssrc, ends, packets, lost) in streams.iter().filter(|(_, _, packets, _)| *packets >= 20) {
            let same = found.iter().find(|(it, others)| it.ssrc == *ssrc && others == ends);
            let Some((stream, _)) = same else {
                wrong.push(format!("{name}: {ssrc:08x} between {ends:?} is missing"));
                continue;
            };
            let ours = (stream.packets, stream.lost());
            let near = |a: u64, b: u64| a.abs_diff(b) <= (packets / 50).max(1);
            let excepted = EXCEPTIONS
                .iter()
                .any(|it| (it.0, it.1, it.2, it.3) == (name, *ssrc, ours.0, ours.1));
            let agree = near(ours.0, *packets) && near(ours.1, *lost);
            if !agree && !excepted {
                wrong.push(format!(
                    "{name}: {ssrc:08x} {ours:?} packets and lost, not {:?}",
                    (packets, lost)
                ));
            }
        }
        for (stream, ends) in &found {
            let beyond = BEYOND.iter().any(|(other, _)| *other == name);
            if !beyond
                && !streams
                    .iter()
                    .any(|(ssrc, others, ..)| *ssrc == stream.ssrc && others == ends)
            {
                wrong.push(format!(
                    "{name}: {:08x} between {ends:?} is no stream to tshark",
                    stream.ssrc
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn noise_is_not_media() {
    for path in captures() {
        let facts = read(&path);
        if WITHOUT.contains(&name(&path)) {
            assert!(facts.media.streams().is_empty(), "{}", path.display());
        }
    }
}

#[test]
fn rtcp_is_found_encrypted_or_not() {
    for path in captures() {
        let (name, facts, golden) = (name(&path), read(&path), golden(&path));
        let told = golden["counts"]["rtcp"].as_u64().unwrap_or(0);
        match RTCP.iter().find(|(other, _)| *other == name) {
            Some((_, frames)) => assert_eq!(facts.media.rtcp_frames(), *frames, "{name}"),
            // What tshark finds without guessing must be there; pcapflowlab's has no lengths that fit.
            None if WITHOUT.contains(&name) => assert_eq!(facts.media.rtcp_frames(), 0, "{name}"),
            None => assert!(facts.media.rtcp_frames() >= told, "{name}: {told}"),
        }
        for stream in facts.media.streams() {
            let secure = facts.media.encrypted(stream);
            assert!(secure != Some(false) || !name.contains("SDES"), "{name} is SRTP");
            assert!(secure != Some(true) || !name.starts_with("freeswitch"), "{name} is RTP");
        }
    }
}
