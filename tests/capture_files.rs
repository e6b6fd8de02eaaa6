//! Capture files of many programs, held against what tshark and pcap-parser read in them. They are not part of the
//! repository: where the folder `shared` beside it is missing, this says so and checks nothing.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{Block, LegacyPcapReader, PcapBlockOwned, PcapError, PcapNGReader};
use rtcdiag::capture::container::FileFacts;
use rtcdiag::capture::{Input, NotACapture, Source};

/// One packet, as far as the readers can be compared.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    /// Seconds with nine decimals; empty where the file does not say.
    time: String,
    captured: usize,
    length: u32,
    link_type: u16,
    interface: u32,
    data: Vec<u8>,
}

fn corpus(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpus/pcap")
        .join(folder);
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("SKIPPED: no captures at {}", folder.display());
        return Vec::new();
    };
    let beside = [".tsv", ".jsonl", ".json", ".tshark-args"];
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| !beside.iter().any(|end| path.to_string_lossy().ends_with(end)))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn beside(path: &Path, end: &str) -> String {
    fs::read_to_string(format!("{}{end}", path.display())).unwrap()
}

fn open(paths: &[&Path]) -> Result<Source, NotACapture> {
    let input = |path: &&Path| Input {
        name: path.display().to_string(),
        read: Box::new(File::open(path).unwrap()),
        size: Some(path.metadata().unwrap().len()),
    };
    Source::open(paths.iter().map(input).collect())
}

fn read(path: &Path) -> (Vec<Seen>, FileFacts) {
    let mut source = open(&[path]).unwrap();
    let mut seen = Vec::new();
    while let Some(packet) = source.next() {
        assert_eq!(packet.frame as usize, seen.len() + 1);
        seen.push(Seen {
            time: packet.time.map_or(String::new(), |time| {
                format!(
                    "{}.{:09}",
                    time.0.div_euclid(1_000_000_000),
                    time.0.rem_euclid(1_000_000_000)
                )
            }),
            captured: packet.data.len(),
            length: packet.length,
            link_type: packet.link_type.0,
            interface: packet.interface,
            data: packet.data.to_vec(),
        });
    }
    assert!(source.next().is_none(), "the end is the end");
    let facts = source.files()[0].clone();
    assert_eq!(facts.frames, seen.len() as u64);
    assert_eq!(facts.bytes, path.metadata().unwrap().len());
    (seen, facts)
}

/// The LINKTYPEs of what tshark calls an encapsulation.
fn link_types(encapsulation: &str) -> &'static [u16] {
    match encapsulation {
        "1" => &[1],
        "4" => &[9, 50],
        "7" => &[12, 14, 101, 228],
        "9" => &[129],
        "15" => &[0],
        "20" => &[105],
        "23" => &[127],
        "25" => &[113],
        "28" => &[104],
        "97" => &[192],
        "129" => &[228],
        "130" => &[229],
        "141" => &[239],
        "171" => &[258],
        "174" => &[108],
        "180" => &[242],
        "185" => &[271],
        "210" => &[276],
        _ => &[],
    }
}

/// A time as tshark prints it, with its fraction below a second: it lets 1.5 million microseconds stand as such.
fn normal(time: &str) -> String {
    let Some((seconds, fraction)) = time.split_once('.') else {
        return time.to_owned();
    };
    let nanoseconds: u64 = fraction.parse().unwrap();
    let seconds = seconds.parse::<u64>().unwrap() + nanoseconds / 1_000_000_000;
    format!("{seconds}.{:09}", nanoseconds % 1_000_000_000)
}

/// Where tshark 4.0 is not to be followed.
fn tshark_is_wrong(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy();
    // Times finer than nanoseconds overflow in it; those of this file are the times of derived-base.
    name == "derived-tsresol-pico-and-tsoffset.pcapng"
        // Seconds are unsigned (draft-ietf-opsawg-pcap §5): this is the year 2061, not 1925.
        || name == "tcpdump-timestamp_invalid_nano.pcap"
}

#[test]
fn frames_are_those_of_tshark() {
    for path in corpus("formats") {
        let (seen, facts) = read(&path);
        let table = beside(&path, ".frames.tsv");
        let rows = table.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
        // tshark counts Custom Blocks and journal entries as frames; they have no transport, and none of ours.
        let rows: Vec<_> = rows
            .filter(|row| !row[6].starts_with("file-pcapng") && !row[5].is_empty())
            .collect();
        let name = path.display();
        assert_eq!(seen.len(), rows.len(), "{name}: {:?}", facts.damage);
        for (frame, (seen, row)) in seen.iter().zip(rows).enumerate() {
            let [_, time, captured, length, interface, encapsulation, ..] = row[..] else {
                panic!("{name}");
            };
            let here = format!("{name} frame {}", frame + 1);
            assert_eq!(seen.captured.to_string(), captured, "{here}");
            assert_eq!(seen.length.to_string(), length, "{here}");
            assert!(
                link_types(encapsulation).contains(&seen.link_type),
                "{here}: {encapsulation}, {seen:?}"
            );
            // tshark counts interfaces by section.
            if !interface.is_empty() && !facts.variant.contains("sections") {
                assert_eq!(seen.interface.to_string(), interface, "{here}");
            }
            if !tshark_is_wrong(&path) {
                assert_eq!(seen.time, normal(time), "{here}");
            }
        }
    }
}

#[test]
fn times_finer_than_nanoseconds() {
    let files = corpus("formats");
    let find = |name: &str| files.iter().find(|path| path.ends_with(name)).map(|path| read(path).0);
    let (Some(fine), Some(base)) = (
        find("derived-tsresol-pico-and-tsoffset.pcapng"),
        find("derived-base.pcap"),
    ) else {
        return;
    };
    // The others were captured years before: too far from the offset for 64 bits of picoseconds.
    for (fine, base) in fine.iter().zip(base).take(16) {
        assert_eq!((&fine.time, fine.length), (&base.time, base.length));
    }
}

#[test]
fn every_capture_of_webrtc_is_read_whole() {
    for path in corpus("webrtc") {
        let (seen, facts) = read(&path);
        let summary: serde_json::Value = serde_json::from_str(&beside(&path, ".summary.json")).unwrap();
        assert_eq!(seen.len() as u64, summary["frames"], "{}", path.display());
        assert!(
            facts.damage.is_empty() && !facts.truncated,
            "{}: {:?}",
            path.display(),
            facts.damage
        );
    }
}

/// What pcap-parser reads up to what it refuses; `None` where it does not begin.
fn read_by_pcap_parser(path: &Path) -> Option<Vec<(usize, Vec<u8>)>> {
    let file = File::open(path).unwrap();
    let is_pcapng = fs::read(path).unwrap().starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]);
    let mut reader: Box<dyn PcapReaderIterator> = if is_pcapng {
        Box::new(PcapNGReader::new(1 << 20, file).ok()?)
    } else {
        Box::new(LegacyPcapReader::new(1 << 20, file).ok()?)
    };
    let mut seen = Vec::new();
    loop {
        match reader.next() {
            Ok((offset, block)) => {
                match block {
                    PcapBlockOwned::Legacy(packet) => seen.push((packet.origlen as usize, packet.data.to_vec())),
                    PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                        let data = packet.packet_data().to_vec();
                        seen.push((packet.origlen as usize, data));
                    }
                    PcapBlockOwned::NG(Block::SimplePacket(_)) => return None, // it does not know the snap length
                    PcapBlockOwned::NG(Block::Unknown(block)) if block.block_type == 2 => return None, // obsolete
                    _ => {}
                }
                reader.consume(offset);
            }
            Err(PcapError::Incomplete(_)) => {
                reader.refill().unwrap();
            }
            Err(_) => return Some(seen),
        }
    }
}

#[test]
fn packets_are_those_of_pcap_parser() {
    let mut compared = 0;
    for path in corpus("formats").into_iter().chain(corpus("webrtc")) {
        let name = path.to_string_lossy();
        if name.contains("minor3-swapped") {
            continue; // pcap-parser reads the lengths as they stand
        }
        let Some(theirs) = read_by_pcap_parser(&path) else {
            continue;
        };
        let ours: Vec<_> = read(&path)
            .0
            .into_iter()
            .map(|seen| (seen.length as usize, seen.data))
            .collect();
        assert!(
            ours == theirs,
            "{name}: {} packets, {} by pcap-parser",
            ours.len(),
            theirs.len()
        );
        compared += 1;
    }
    assert!(compared == 0 || compared > 150, "{compared}");
}

#[test]
fn broken_files_are_read_to_the_damage() {
    // Frames that tshark reads, where it reads the container at all.
    let Some(index) = corpus("malformed")
        .first()
        .map(|path| path.parent().unwrap().join("INDEX.tsv"))
    else {
        return;
    };
    for line in fs::read_to_string(index).unwrap().lines().skip(1) {
        let row: Vec<&str> = line.split('\t').collect();
        let path = corpus_file("malformed", row[0]);
        let (seen, facts) = read(&path);
        let complaint = row[5];
        if complaint.is_empty() {
            assert!(facts.damage.is_empty(), "{}: {:?}", row[0], facts.damage);
        }
        if complaint.contains("damaged or corrupt") || complaint.contains("cut short") {
            assert!(!facts.damage.is_empty(), "{}: {complaint}", row[0]);
        }
        assert_eq!(
            facts.truncated,
            complaint.contains("cut short"),
            "{}: {:?}",
            row[0],
            facts.damage
        );
        // tshark stops at options that are too long, at link types that it does not know, and takes one fuzzed file for
        // one with larger record headers.
        let excepted = ["network type", "handle option", "16711424-byte"];
        if !excepted.iter().any(|text| complaint.contains(text)) {
            assert_eq!(seen.len().to_string(), row[3], "{}: {:?}", row[0], facts.damage);
        }
    }
}

fn corpus_file(folder: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpus/pcap")
        .join(folder)
        .join(name)
}

#[test]
fn what_is_no_capture_is_said_to_be_what_it_looks_like() {
    for (octets, looks_like) in [
        (&b""[..], "nothing: it is empty"),
        (b"v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\n", "text"),
        (b"<html>", "XML or HTML"),
        (b"PK\x03\x04junk", "a ZIP archive; extract it first"),
        (b"\xff\xfe\xfd\xfc\xfb\xfa", "nothing known"),
    ] {
        let read: Box<dyn Read> = Box::new(octets);
        let input = Input {
            name: "x".into(),
            read,
            size: None,
        };
        assert_eq!(Source::open(vec![input]).unwrap_err().looks_like, looks_like);
    }
}
