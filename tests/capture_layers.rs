//! What the layers below WebRTC are read as, frame by frame, held against tshark: the captures of `../shared/corpus/pcap`.
//!
//! `formats/` has a table of all frames: innermost addresses, transport, ports and payload length. `webrtc/` has the
//! addresses of each STUN message. Where tshark is not to be followed, [`EXCEPTIONS`] says why.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use rtcdiag::capture::layers::{Layers, Transports};
use rtcdiag::capture::tcp::Segment;
use rtcdiag::capture::{Input, Source, Unit};
use rtcdiag::datagram::Transport;
use rtcdiag::time::At;

/// Frames that we read differently, and why we are right: the name of the capture, its frames (none: all that differ),
/// the reason.
const EXCEPTIONS: &[(&str, &[u64], &str)] = &[
    (
        "derived-udp-length-0.pcap",
        &[],
        "tshark stops at a UDP length of 0; the IP header says how long the payload is",
    ),
    (
        "pcapplusplus-ipv6_options.pcap",
        &[3],
        "the route has addresses left: the packet is for the last, as tshark's own list of packets says",
    ),
    ("zeek-ipv6-hbh-routing0.pcap", &[1], "as before"),
    (
        "zeek-ipv6-mobile-hoa.pcap",
        &[1],
        "a home address option: it is the sender's, as tshark's own list of packets says",
    ),
    ("zeek-ipv6-mobility-dst-opts.pcap", &[3], "as before"),
    (
        "zeek-ipv6-mobility-dst-opts.pcap",
        &[1],
        "tshark gives up on an option longer than its header; the header itself says where UDP begins",
    ),
    (
        "zeek-teredo_bubble_with_payload.pcap",
        &[],
        "tshark knows Teredo by port 3544 only; between peers it uses any",
    ),
];

fn corpus(folder: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpus/pcap")
        .join(folder);
    if !folder.is_dir() {
        eprintln!("skipped: no captures at {}", folder.display());
        return None;
    }
    Some(folder)
}

/// A datagram or segment, as the tables of frames have it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    transport: Transport,
    src: SocketAddr,
    dst: SocketAddr,
    payload: usize,
}

#[derive(Default)]
struct Collected(Vec<Seen>);

impl Transports for Collected {
    fn datagram(&mut self, unit: &Unit<'_>) {
        let Unit {
            transport,
            src,
            dst,
            bytes,
            missing,
            ..
        } = *unit;
        self.0.push(Seen {
            transport,
            src,
            dst,
            payload: bytes.len() + missing,
        });
    }

    fn segment(&mut self, segment: &Segment<'_>) {
        let Segment {
            src,
            dst,
            payload,
            missing,
            ..
        } = *segment;
        self.0.push(Seen {
            transport: Transport::Tcp,
            src,
            dst,
            payload: payload.len() + missing,
        });
    }
}

/// What each frame of a capture carries. Nothing, if the file is no capture.
fn read(path: &Path) -> Vec<Vec<Seen>> {
    let input = Input {
        name: path.display().to_string(),
        read: Box::new(fs::File::open(path).unwrap()),
        size: None,
    };
    let Ok(mut source) = Source::open(vec![input]) else {
        return Vec::new();
    };
    let mut layers = Layers::default();
    let mut frames = Vec::new();
    while let Some(packet) = source.next() {
        let mut out = Collected::default();
        let kind = layers.read(&packet, At::START, &mut out);
        let carries = |transport| out.0.iter().any(|seen| seen.transport == transport);
        let found = (carries(Transport::Udp), carries(Transport::Tcp));
        assert_eq!((kind.udp, kind.tcp), found, "{} {}", path.display(), packet.frame);
        frames.push(out.0);
    }
    frames
}

/// One line of a table: what tshark says about a frame. `None` where it found no transport.
fn expected(line: &str) -> Option<Seen> {
    let columns: Vec<&str> = line.split('\t').collect();
    let number = |at: usize| columns[at].parse().unwrap_or(0);
    let address = |host: usize, port: usize| SocketAddr::new(columns[host].parse().unwrap(), number(port) as u16);
    let transport = match columns[9] {
        "udp" => Some(Transport::Udp),
        "tcp" => Some(Transport::Tcp),
        _ => None,
    };
    transport.map(|transport| Seen {
        transport,
        src: address(7, 10),
        dst: address(8, 11),
        payload: number(12),
    })
}

fn excepted(name: &str, frame: u64) -> bool {
    EXCEPTIONS
        .iter()
        .any(|(file, frames, _)| *file == name && (frames.is_empty() || frames.contains(&frame)))
}

#[test]
fn frames_are_read_as_tshark_reads_them() {
    let Some(folder) = corpus("formats") else {
        return;
    };
    let (mut same, mut differing) = (0, Vec::new());
    let mut used = BTreeMap::new();
    for table in files(&folder, ".frames.tsv") {
        let name = table.file_name().unwrap().to_string_lossy().replace(".frames.tsv", "");
        let frames = read(&folder.join(&name));
        let text = fs::read_to_string(&table).unwrap();
        // To tshark, Custom Blocks are frames, too; no packet of the corpus is but data.
        let lines = text
            .lines()
            .skip(1)
            .filter(|line| line.split('\t').nth(6) != Some("data"));
        let lines: Vec<&str> = lines.collect();
        if lines.len() != frames.len() {
            differing.push(format!("{name}: {} frames, we read {}", lines.len(), frames.len()));
        }
        for (index, line) in lines.into_iter().enumerate() {
            let (frame, wanted) = (index as u64 + 1, expected(line));
            let got = frames.get(index).and_then(|seen| seen.last());
            match wanted.as_ref() == got {
                true => same += 1,
                false if excepted(&name, frame) => *used.entry(name.clone()).or_insert(0) += 1,
                false => {
                    let layers = line.split('\t').nth(6).unwrap();
                    differing.push(format!(
                        "{name} {frame}: {layers}\n  tshark {wanted:?}\n  we     {got:?}"
                    ));
                }
            }
        }
    }
    println!("{same} frames alike, excepted {used:?}");
    assert!(
        differing.is_empty(),
        "{}\n{} differ, {same} alike",
        differing.join("\n"),
        differing.len()
    );
    assert!(same > 5000);
    for (name, ..) in EXCEPTIONS {
        assert!(used.contains_key(*name), "{name} is no exception any more");
    }
}

#[test]
fn stun_messages_lie_between_the_right_addresses() {
    let Some(folder) = corpus("webrtc") else {
        return;
    };
    let (mut same, mut differing) = (0, Vec::new());
    for golden in files(&folder, ".stun.jsonl") {
        let name = golden.file_name().unwrap().to_string_lossy().replace(".stun.jsonl", "");
        let frames = read(&folder.join(&name));
        for line in fs::read_to_string(&golden).unwrap().lines() {
            let message: serde_json::Value = serde_json::from_str(line).unwrap();
            let frame = message["frame"].as_u64().unwrap();
            let address = |key: &str| message[key].as_str().unwrap().parse::<SocketAddr>().unwrap();
            let (src, dst) = (address("src"), address("dst"));
            let found = frames[frame as usize - 1]
                .iter()
                .any(|seen| (seen.src, seen.dst) == (src, dst));
            match found {
                true => same += 1,
                false => differing.push(format!(
                    "{name} {frame}: {src} {dst}, we {:?}",
                    frames[frame as usize - 1]
                )),
            }
        }
    }
    assert!(
        differing.is_empty(),
        "{}\n{} differ, {same} alike",
        differing.join("\n"),
        differing.len()
    );
    assert!(same > 2000);
}

#[test]
fn malformed_captures_are_read_to_their_end() {
    let Some(folder) = corpus("malformed") else {
        return;
    };
    let frames: usize = files(&folder, "").iter().map(|path| read(path).len()).sum();
    assert!(frames > 1000, "{frames}");
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries
        .filter(|path| path.is_file() && path.to_string_lossy().ends_with(ending))
        .collect();
    found.sort();
    found
}
