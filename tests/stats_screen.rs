//! What `rtcdiag stats` shows: that it fits the terminal, and that `--redact` leaves nothing private in it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Parser;
use flate2::read::MultiGzDecoder;
use rtcdiag::cli::{Cli, Command};
use rtcdiag::command::{self, Output};
use rtcdiag::render::{Format, Redactor, Renderer, Style};
use rtcdiag::report::{Envelope, Report};

/// Dumps of our own, and those of the corpus beside the repository, which is missing elsewhere.
fn dumps(own: bool) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["fixtures/stats", "../shared/corpus/stats"] {
        let Ok(entries) = fs::read_dir(root.join(folder)) else {
            eprintln!("SKIPPED: no statistics at {folder}");
            continue;
        };
        // From the root, as a user would name them.
        files.extend(entries.map(|entry| Path::new(folder).join(entry.unwrap().file_name())));
    }
    let is_own =
        |name: &str| name.contains("chromium156-") || name.contains("firefox153esr-") || name.contains("/chrome");
    files.retain(|path| {
        let name = path.to_string_lossy();
        !name.ends_with(".md")
            && !name.ends_with(".facts.json")
            && !name.ends_with("MANIFEST.json")
            && (!own || is_own(&name))
    });
    files.sort();
    files
}

fn envelope(path: &Path, more: &[String]) -> Option<Envelope> {
    let arguments = ["rtcdiag", "stats", &path.to_string_lossy()].map(str::to_owned);
    let Command::Stats(options) = Cli::try_parse_from(arguments.iter().chain(more)).unwrap().command else {
        unreachable!()
    };
    match command::stats::run(&options) {
        Ok(Output::Report(envelope)) => Some(*envelope),
        // Not every file has all ids.
        Ok(Output::Partial(output, _)) => match *output {
            Output::Report(envelope) => Some(*envelope),
            _ => unreachable!(),
        },
        Ok(_) => unreachable!(),
        // One of the corpus is none.
        Err(_) => None,
    }
}

fn shown(envelope: &Envelope, format: Format, width: Option<usize>, redact: bool) -> String {
    let renderer = Renderer {
        format,
        style: Style { width, ..Style::PLAIN },
        quiet: false,
        redactor: redact.then(Redactor::new),
    };
    let mut out = Vec::new();
    renderer.report(envelope, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    std::env::set_current_dir(env!("CARGO_MANIFEST_DIR")).unwrap();
    for path in dumps(false) {
        let ways = [&[][..], &["--diff".to_owned()]];
        for (envelope, width) in ways
            .iter()
            .filter_map(|more| envelope(&path, more))
            .flat_map(|one| [(one.clone(), 80), (one, 100)])
        {
            let text = shown(&envelope, Format::Text, Some(width), false);
            let wide = text.lines().find(|line| line.chars().count() > width);
            assert_eq!(wide, None, "{} at {width}", path.display());
        }
    }
}

/// The text of a dump, unpacked.
fn text_of(path: &Path) -> String {
    let octets = fs::read(path).unwrap();
    let mut text = String::new();
    match octets.starts_with(&[0x1f, 0x8b]) {
        true => {
            _ = MultiGzDecoder::new(octets.as_slice())
                .read_to_string(&mut text)
                .unwrap()
        }
        false => text = String::from_utf8(octets).unwrap(),
    }
    text
}

/// What is private in a dump of our own: what looks like a UUID, what follows these words, and addresses of its network.
fn private(text: &str) -> BTreeSet<String> {
    let is_uuid = |word: &&str| word.len() == 36 && [8, 13, 18, 23].iter().all(|at| word.as_bytes()[*at] == b'-');
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let uuids = words
        .filter(is_uuid)
        .filter(|uuid| uuid.bytes().any(|octet| octet != b'-' && octet != uuid.as_bytes()[0]));
    let mut private: BTreeSet<String> = uuids.map(str::to_owned).collect();
    for (before, end) in [
        ("a=ice-ufrag:", "\\"),
        ("a=ice-pwd:", "\\"),
        ("a=fingerprint:sha-256 ", "\\"),
        ("fake_device_", "\""),
        ("Fake Default ", "\""),
    ] {
        for (at, _) in text.match_indices(before) {
            let rest = &text[at
                + if before.ends_with([':', ' ']) && before.starts_with("a=") {
                    before.len()
                } else {
                    0
                }..];
            private.insert(
                rest[..rest.find(end).unwrap_or(rest.len())]
                    .trim_end_matches('\\')
                    .to_owned(),
            );
        }
    }
    private.extend(["10.99.0.", "fd99::"].map(str::to_owned));
    private.retain(|word| word.len() > 3);
    private
}

#[test]
fn nothing_private_is_left_in_what_is_redacted() {
    std::env::set_current_dir(env!("CARGO_MANIFEST_DIR")).unwrap();
    for path in dumps(true) {
        let text = text_of(&path);
        let plain = envelope(&path, &["--series".to_owned()]).unwrap();
        let Report::Stats(report) = &plain.report else {
            unreachable!()
        };
        // The ids of connections are no names of anything, whatever they look like.
        let ids: Vec<String> = report
            .first
            .peer_connections
            .iter()
            .map(|pc| pc.id.to_string())
            .collect();
        let private: Vec<String> = private(&text)
            .into_iter()
            .filter(|word| !ids.iter().any(|id| id.contains(word.as_str())))
            .collect();
        let of_stats =
            ["T01", "D1", "SA1", "SV3", "CIT01_111_minptime=10;useinbandfec=1"].map(|id| format!("--id={id}"));
        let more: Vec<String> = of_stats.into_iter().chain(["--series".to_owned()]).collect();
        let some = envelope(&path, &more).unwrap();
        for (what, envelope) in [("all", &plain), ("some", &some)] {
            for format in [Format::Text, Format::Json, Format::Jsonl] {
                let shown = shown(envelope, format, Some(80), true).replace("\n               ", "");
                let left = private.iter().find(|word| shown.contains(word.as_str()));
                assert_eq!(left, None, "{what} of {} as {format:?}:\n{shown}", path.display());
            }
        }
    }
}
