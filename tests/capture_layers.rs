//! What the layers below WebRTC are read as, frame by frame, held against tshark: the captures of `../shared/corpus/pcap`.
//!
//! `formats/` has a table of all frames: innermost addresses, transport, ports and payload length. `webrtc/` has the
//! addresses of each STUN message. Where tshark is not to be followed, [`EXCEPTIONS`] says why.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use rtcdiag::capture::layers::{Layers, Transports};
use rtcdiag::capture::tcp::Segment;
use rtcdiag::capture::{Endian, LinkType, Packet, Unit};
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

/// A packet with its own octets.
struct Owned {
    link_type: u16,
    endian: Endian,
    fcs: u8,
    interface: u32,
    length: u32,
    data: Vec<u8>,
}

fn unpacked(path: &Path) -> Vec<u8> {
    let file = fs::read(path).unwrap();
    let mut bytes = Vec::new();
    match file.get(..4) {
        // A file cut short gives what stands before the cut.
        Some([0x1f, 0x8b, ..]) => drop(flate2::read::MultiGzDecoder::new(&file[..]).read_to_end(&mut bytes)),
        Some([0x28, 0xb5, 0x2f, 0xfd]) => {
            let mut decoder = ruzstd::decoding::StreamingDecoder::new(&file[..]).unwrap();
            drop(decoder.read_to_end(&mut bytes));
        }
        _ => bytes = file,
    }
    bytes
}

/// The packets of a capture, by the plainest reading of both formats.
fn packets(bytes: &[u8]) -> Vec<Owned> {
    match bytes.get(..4) {
        Some([0x0a, 0x0d, 0x0d, 0x0a]) => pcapng(bytes),
        Some([0xd4 | 0x4d | 0x34, 0xc3 | 0x3c | 0xcd, 0xb2, 0xa1]) => pcap(bytes, Endian::Little),
        Some([0xa1, 0xb2, ..]) => pcap(bytes, Endian::Big),
        _ => Vec::new(),
    }
}

fn number(bytes: &[u8], at: usize, endian: Endian) -> Option<u32> {
    let raw = *bytes.get(at..)?.first_chunk()?;
    Some(match endian {
        Endian::Little => u32::from_le_bytes(raw),
        Endian::Big => u32::from_be_bytes(raw),
    })
}

fn pcap(bytes: &[u8], endian: Endian) -> Vec<Owned> {
    let link = number(bytes, 20, endian).unwrap_or(0);
    let minor = number(bytes, 4, endian).unwrap_or(0) >> 16;
    let header = if bytes[0] == 0x34 || bytes[3] == 0x34 { 24 } else { 16 };
    let mut found = Vec::new();
    let mut at = 24;
    let read = |at: usize| -> Option<Owned> {
        let (captured, length) = (number(bytes, at + 8, endian)?, number(bytes, at + 12, endian)?);
        // Version 2.3 has the two the other way round in old files.
        let swapped = minor <= 3 && captured > length;
        let (captured, length) = if swapped {
            (length, captured)
        } else {
            (captured, length)
        };
        Some(Owned {
            link_type: link as u16,
            endian,
            fcs: if link & 0x0400_0000 != 0 {
                (link >> 28) as u8 * 2
            } else {
                0
            },
            interface: 0,
            length,
            data: bytes.get(at + header..at + header + captured as usize)?.to_vec(),
        })
    };
    while let Some(packet) = read(at) {
        at += header + packet.data.len();
        found.push(packet);
    }
    found
}

fn pcapng(bytes: &[u8]) -> Vec<Owned> {
    let mut found = Vec::new();
    let (mut at, mut endian) = (0, Endian::Little);
    let (mut links, mut before): (Vec<(u16, u32)>, u32) = (Vec::new(), 0);
    while let Some(kind) = number(bytes, at, endian) {
        if kind == 0x0a0d_0d0a {
            endian = if bytes.get(at + 8) == Some(&0x4d) {
                Endian::Little
            } else {
                Endian::Big
            };
            before += links.len() as u32;
            links.clear();
        }
        let Some(length) = number(bytes, at + 4, endian).filter(|&length| length >= 12) else {
            break;
        };
        let Some(block) = bytes.get(at..at + length as usize) else {
            break;
        };
        at += (length as usize).next_multiple_of(4);
        let field = |at| number(block, at, endian).unwrap_or(0);
        let half = |value: u32, first: bool| match (endian, first) {
            (Endian::Little, true) | (Endian::Big, false) => value as u16,
            _ => (value >> 16) as u16,
        };
        let (interface, from, captured, length) = match kind {
            1 => {
                links.push((half(field(8), true), field(12)));
                continue;
            }
            2 => (u32::from(half(field(8), true)), 28, field(20), field(24)),
            6 => (field(8), 28, field(20), field(24)),
            3 => {
                let limit = links.first().map_or(0, |link| link.1);
                let kept = if limit == 0 { field(8) } else { field(8).min(limit) };
                (0, 12, kept.min(length.saturating_sub(16)), field(8))
            }
            _ => continue,
        };
        let (Some(link), Some(data)) = (links.get(interface as usize), block.get(from..from + captured as usize))
        else {
            continue;
        };
        found.push(Owned {
            link_type: link.0,
            endian,
            fcs: 0,
            interface: before + interface,
            length,
            data: data.to_vec(),
        });
    }
    found
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

/// What each frame of a capture carries.
fn read(path: &Path) -> Vec<Vec<Seen>> {
    let mut layers = Layers::default();
    let mut frames = Vec::new();
    for (index, packet) in packets(&unpacked(path)).iter().enumerate() {
        let packet = Packet {
            frame: index as u64 + 1,
            time: None,
            link_type: LinkType(packet.link_type),
            endian: packet.endian,
            fcs: packet.fcs,
            interface: packet.interface,
            length: packet.length,
            data: &packet.data,
        };
        let mut out = Collected::default();
        let kind = layers.read(&packet, At::START, &mut out);
        let udp = out.0.iter().any(|seen| seen.transport == Transport::Udp);
        let tcp = out.0.iter().any(|seen| seen.transport == Transport::Tcp);
        assert_eq!((kind.udp, kind.tcp), (udp, tcp), "{} {}", path.display(), packet.frame);
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
