//! STUN in TCP streams of the captures beside the repository, held against tshark. Where the folder `shared` is
//! missing, this says so and checks nothing.
//!
//! The few lines below that go from a frame to its segment read Ethernet and IPv4 alone, so that a fault of the real
//! ones does not hide one of the streams.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use rtcdiag::capture::tcp::{Segment, Tcp};
use rtcdiag::capture::{FrameKind, Framing, Input, Packet, Sink, Source, TcpSignal, Unit};
use rtcdiag::proto::stun::MAGIC_COOKIE;
use rtcdiag::time::At;
use serde_json::Value;

/// The STUN messages that a capture carries over TCP, alone or in ChannelData: frame and transaction id.
#[derive(Debug, Default)]
struct Messages {
    stun: Vec<(u64, String)>,
    channel_data: u64,
}

impl Sink for Messages {
    fn unit(&mut self, unit: &Unit<'_>) {
        let mut message = unit.bytes;
        if matches!(unit.framing, Framing::Bytes | Framing::Tls) || unit.missing > 0 {
            return;
        }
        if (0x40..0x50).contains(&message[0]) {
            self.channel_data += 1;
            message = &message[4..];
        }
        if message.get(4..8) == Some(&MAGIC_COOKIE.to_be_bytes()[..]) {
            let id = message[8..20].iter().map(|octet| format!("{octet:02x}")).collect();
            self.stun.push((unit.frame, id));
        }
    }
    fn tcp(&mut self, _: u64, _: At, _: SocketAddr, _: SocketAddr, _: TcpSignal) {}
    fn frame(&mut self, _: &Packet<'_>, _: At, _: FrameKind) {}
}

fn segment<'a>(packet: &Packet<'a>) -> Option<Segment<'a>> {
    let ip = packet.data.get(12..)?.strip_prefix(&[8, 0])?;
    let header = usize::from(ip.first()? & 15) * 4;
    let length = usize::from(u16::from_be_bytes([*ip.get(2)?, *ip.get(3)?]));
    let is_fragment = (u16::from_be_bytes([*ip.get(6)?, *ip.get(7)?]) & 0x3fff) != 0;
    if ip.get(9) != Some(&6) || is_fragment {
        return None;
    }
    let address = |at: usize| Some(Ipv4Addr::from(*ip.get(at..)?.first_chunk::<4>()?));
    let tcp = &ip[header..ip.len().min(length)];
    let u16_at = |at: usize| Some(u16::from_be_bytes(*tcp.get(at..)?.first_chunk()?));
    let u32_at = |at: usize| Some(u32::from_be_bytes(*tcp.get(at..)?.first_chunk()?));
    let payload = tcp.get(usize::from(*tcp.get(12)? >> 4) * 4..)?;
    Some(Segment {
        frame: packet.frame,
        time: packet.time,
        at: At::new(std::time::Duration::from_nanos(
            packet.time.map_or(0, |time| time.0 as u64),
        )),
        src: (address(12)?, u16_at(0)?).into(),
        dst: (address(16)?, u16_at(2)?).into(),
        seq: u32_at(4)?,
        ack: u32_at(8)?,
        flags: *tcp.get(13)?,
        payload,
        missing: length.saturating_sub(ip.len()),
        icmp: None,
    })
}

fn messages(path: &Path) -> Messages {
    let read = Box::new(File::open(path).unwrap());
    let name = path.display().to_string();
    let mut source = Source::open(vec![Input { name, read, size: None }]).unwrap();
    let mut tcp = Tcp::default();
    let mut messages = Messages::default();
    while let Some(packet) = source.next() {
        if let Some(segment) = segment(&packet) {
            tcp.segment(&segment, &mut messages);
        }
    }
    tcp.finish(&mut messages);
    messages
}

#[test]
fn stun_over_tcp_is_that_of_tshark() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/pcap");
    if !corpus.is_dir() {
        eprintln!("SKIPPED: no captures at {}", corpus.display());
        return;
    }
    let mut compared = 0;
    for folder in ["formats", "webrtc"] {
        let mut goldens: Vec<PathBuf> = fs::read_dir(corpus.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().ends_with(".stun.jsonl"))
            .collect();
        goldens.sort();
        for golden in goldens {
            let path = PathBuf::from(golden.to_string_lossy().strip_suffix(".stun.jsonl").unwrap());
            let lines = fs::read_to_string(&golden).unwrap();
            let key = |message: &Value| {
                (
                    message["frame"].as_u64().unwrap(),
                    message["transaction_id"].as_str().unwrap().to_owned(),
                )
            };
            let expected: BTreeSet<_> = lines
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap())
                .filter(|message| message["ip_proto"] == "tcp" && message["via"] != "data-attribute")
                .map(|message| key(&message))
                .collect();
            if expected.is_empty() {
                continue;
            }
            let summary = fs::read_to_string(format!("{}.summary.json", path.display())).unwrap();
            let summary: Value = serde_json::from_str(&summary).unwrap();
            let left: BTreeSet<_> = summary["cookie_but_not_dissected"]
                .as_array()
                .unwrap()
                .iter()
                .map(key)
                .collect();
            let ours = messages(&path);
            let found: BTreeSet<_> = ours.stun.iter().cloned().collect();
            let name = path.display();
            let missed: Vec<_> = expected.difference(&found).collect();
            assert!(missed.is_empty(), "{name} misses {missed:?}");
            // What follows a lost segment tshark leaves alone.
            let more: Vec<_> = found.difference(&expected).filter(|key| !left.contains(key)).collect();
            assert!(more.is_empty(), "{name} has {more:?}");
            assert_eq!(found.len(), ours.stun.len(), "{name}: none twice");
            assert!(
                ours.channel_data >= summary["stun"]["channel_data_messages"].as_u64().unwrap(),
                "{name}"
            );
            compared += 1;
        }
    }
    assert!(compared > 5, "{compared}");
}
