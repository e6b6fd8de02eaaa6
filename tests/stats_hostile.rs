//! Dumps that were cut, damaged, or made to do harm, all the way through: read, judged, and written as everything that can be
//! written of them. Nothing may panic, and nothing may take memory or time that is not in proportion to the file.
//!
//! `RTCDIAG_MUTATIONS=5000 cargo test --test stats_hostile -- --nocapture` changes the files that there are that often.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::Parser;
use flate2::read::MultiGzDecoder;
use proptest::prelude::*;
use rtcdiag::cli::{Cli, Command};
use rtcdiag::command::{self, Output};
use rtcdiag::render::{Format, Picture, Redactor, Renderer, Style};
use rtcdiag::report::Envelope;

/// Reads a file and writes everything that there is to be written of it; how many octets that is.
fn through(octets: &[u8]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    fs::write(path("dump"), octets).unwrap();
    let mut written = 0;
    // With `--id` there are values of all kinds in the report.
    for id in ["--series", "--id=T01"] {
        let arguments = ["rtcdiag", "stats", &path("dump"), "--csv", &path("csv"), id];
        let Command::Stats(options) = Cli::try_parse_from(arguments).unwrap().command else {
            unreachable!()
        };
        let output = match command::stats::run(&options) {
            // There is no such id.
            Ok(Output::Partial(output, _)) => *output,
            Ok(output) => output,
            // What is none says so.
            Err(_) => return written,
        };
        let Output::Report(envelope) = output else {
            unreachable!()
        };
        written += fs::metadata(path("csv")).unwrap().len() as usize + render(&envelope);
    }
    written
}

fn render(envelope: &Envelope) -> usize {
    let mut out = Vec::new();
    for (format, width, redact) in [
        (Format::Text, Some(80), false),
        (Format::Text, None, true),
        (Format::Json, None, false),
        (Format::Jsonl, None, true),
    ] {
        let renderer = Renderer {
            format,
            style: Style { width, ..Style::PLAIN },
            quiet: false,
            redactor: redact.then(Redactor::new),
        };
        renderer.report(envelope, &mut out).unwrap();
        let picture = if format == Format::Text {
            Picture::Html
        } else {
            Picture::Svg
        };
        out.extend(renderer.charts(envelope, picture).unwrap());
    }
    // What steers a terminal came from outside, if there is any.
    assert!(!out.contains(&0x1b) && !out.contains(&0x07), "control characters");
    let pixels = Renderer {
        format: Format::Text,
        style: Style::PLAIN,
        quiet: false,
        redactor: None,
    };
    out.len() + pixels.charts(envelope, Picture::Png).unwrap().len()
}

/// Own captures, unpacked, and those beside the repository where there are any.
fn dumps() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = ["fixtures/stats", "../shared/corpus/stats"]
        .iter()
        .filter_map(|folder| fs::read_dir(root.join(folder)).ok())
        .flat_map(|entries| entries.map(|entry| entry.unwrap().path()))
        .filter(|path| {
            !path.to_string_lossy().ends_with(".facts.json") && path.extension().is_none_or(|end| end != "md")
        })
        .collect();
    files.sort();
    files.iter().map(|path| unpacked(fs::read(path).unwrap())).collect()
}

fn unpacked(octets: Vec<u8>) -> Vec<u8> {
    let mut text = Vec::new();
    match octets.starts_with(&[0x1f, 0x8b]) {
        true => MultiGzDecoder::new(octets.as_slice()).read_to_end(&mut text).unwrap(),
        false => return octets,
    };
    text
}

/// Numbers that are too large, too small, or none.
const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "-0",
    "1e308",
    "-1e308",
    "1e999",
    "1e-999",
    "9007199254740993",
    "-9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999999999999",
    "0.1e-7",
    "4294967296",
    "1795164625280.678",
    "NaN",
    "null",
    "true",
    "\"x\"",
    "\"1e400\"",
    "[]",
    "{}",
    "1.7976931348623157e308",
    "253402300800000",
    "-62135596800001",
    "8640000000000001",
];

/// Texts to put somewhere.
const TEXTS: &[&str] = &[
    "\\u0000",
    "\\ud800",
    "\u{1b}[2J",
    "\\u001b]0;x\\u0007",
    "\",\"",
    "}",
    "]",
    "{\"a\":",
    "[[[[",
    "\\",
    "\"",
    "%s%n",
    "../..",
    "\u{202e}",
    "\r\n",
    "</pre><script>",
    "nan",
    ",,",
    "\u{feff}",
];

/// A change of a file: what kind, where (in thousandths and odd octets), and with what.
type Change = (u8, u32, u32);

fn change(text: &mut Vec<u8>, (kind, place, with): Change) {
    if text.is_empty() {
        return;
    }
    let at = place as usize % text.len();
    let with = with as usize;
    match kind % 10 {
        0 => text.truncate(at),
        1 => text[at] = with as u8,
        2 | 3 => {
            // The next number becomes another one.
            let Some(start) = (at..text.len()).find(|at| text[*at].is_ascii_digit()) else {
                return;
            };
            let length = text[start..]
                .iter()
                .take_while(|octet| octet.is_ascii_digit() || **octet == b'.')
                .count();
            text.splice(start..start + length, NUMBERS[with % NUMBERS.len()].bytes());
        }
        4 => drop(text.splice(at..at, TEXTS[with % TEXTS.len()].bytes())),
        5 => drop(text.drain(at..text.len().min(at + with % 2000))),
        6 => {
            // A part again.
            let part = text[at..text.len().min(at + with % 5000)].to_vec();
            text.splice(at..at, part);
        }
        7 => {
            // A part somewhere else.
            let part: Vec<u8> = text.drain(at..text.len().min(at + with % 3000)).collect();
            let to = if text.is_empty() { 0 } else { with % text.len() };
            text.splice(to..to, part);
        }
        8 => {
            // A value becomes deep, or long.
            let Some(start) = (at..text.len()).find(|at| text[*at] == b':') else {
                return;
            };
            let value = match with % 3 {
                0 => "[".repeat(100_000),
                1 => "{\"stats\":".repeat(100_000),
                _ => format!("\"{}\",\"x\":", "ä\\n".repeat(350_000)),
            };
            text.splice(start + 1..start + 1, value.bytes());
        }
        _ => {
            // The id of one is that of another.
            let Some(start) = text.windows(6).skip(at).position(|six| six == b"\"id\":\"") else {
                return;
            };
            text.splice(at + start + 6..(at + start + 9).min(text.len()), "T01".bytes());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn changed_dumps_do_no_harm(
        file in any::<prop::sample::Index>(),
        changes in proptest::collection::vec(any::<Change>(), 1..6),
    ) {
        let mut text = file.get(&dumps()).clone();
        changes.into_iter().for_each(|one| change(&mut text, one));
        through(&text);
    }
}

/// As often as `RTCDIAG_MUTATIONS` says, for a night.
#[test]
fn a_campaign_if_it_is_asked_for() {
    let count: u64 = std::env::var("RTCDIAG_MUTATIONS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(0);
    let dumps = dumps();
    let mut state = std::env::var("RTCDIAG_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(1_u64);
    let mut random = || {
        // The generator of Steele, Lea and Flood (SplitMix64).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    for run in 0..count {
        let file = random() as usize % dumps.len();
        let mut text = dumps[file].clone();
        let changes: Vec<Change> = (0..random() % 6 + 1)
            .map(|_| (random() as u8, random() as u32, random() as u32))
            .collect();
        changes.iter().for_each(|one| change(&mut text, *one));
        let kept = std::env::temp_dir().join("rtcdiag-mutation");
        fs::File::create(&kept).unwrap().write_all(&text).unwrap();
        let octets = text.len();
        let result = std::panic::catch_unwind(|| through(&text));
        match result {
            Ok(written) if run % 100 == 0 => eprintln!("run {run}: file {file}, {octets} octets, {written} written"),
            Ok(_) => {}
            Err(_) => {
                let keep = std::env::temp_dir().join(format!("rtcdiag-mutation-{run}"));
                fs::rename(&kept, &keep).unwrap();
                panic!("run {run}: file {file}, {changes:?}: {}", keep.display());
            }
        }
    }
}

#[test]
fn files_that_are_made_to_do_harm() {
    let row = |inside: &str| format!("{{\"t\":1000,\"stats\":[{inside}]}}\n");
    let object = |id: &str, member: &str| format!("{{\"id\":\"{id}\",\"type\":\"inbound-rtp\",{member}}}");
    let long = "y".repeat(1 << 20);
    let many = |count: usize, of: &dyn Fn(usize) -> String| (0..count).map(of).collect::<Vec<_>>().join(",");
    let pair = |index: usize| {
        format!(
            "{{\"id\":\"P{index}\",\"type\":\"candidate-pair\",\"localCandidateId\":\"P{}\",\"remoteCandidateId\":\"x\"}}",
            index / 2
        )
    };
    for text in [
        row(&object("a", &format!("\"label\":\"{long}\""))),
        row(&object(&long, "\"v\":1")),
        row(&object("a", &format!("\"{long}\":1"))),
        // One id again and again in one report.
        row(&many(10_000, &|_| object("a", "\"v\":1"))),
        row(&many(6_000, &|index| object(&format!("{}", index % 3_000), "\"v\":1"))),
        // Many members; many pairs that name others.
        row(&object("a", &many(5_000, &|index| format!("\"m{index}\":{index}")))),
        row(&many(4_000, &pair)),
        // Times at both ends of all that can be said.
        format!(
            "{}{}",
            row("").replace("1000", "-1e300"),
            row(&object("a", "\"bytesReceived\":1e308")).repeat(3)
        ),
        format!(
            "{}{}",
            row(&object("a", "\"timestamp\":-8.64e15,\"packetsReceived\":-5")),
            row(&object(
                "a",
                "\"timestamp\":8.64e15,\"packetsReceived\":18446744073709551615"
            ))
        ),
        // A counter that grows beyond all numbers.
        format!(
            "{}{}",
            row(&object("a", "\"timestamp\":1000,\"bytesReceived\":0")),
            row(&object("a", "\"timestamp\":1001,\"bytesReceived\":1e308"))
        ),
        // Many connections.
        format!(
            "RTCStatsDump\n{{}}\n{}",
            many(1000, &|index| format!("[\"create\",\"{index}\",null,1]")).replace("],[", "]\n[")
        ),
    ] {
        through(text.as_bytes());
    }
}
