//! A file that was given to the wrong command: which one reads it.

use std::fs::File;
use std::io::{Cursor, Read as _};
use std::path::Path;

use crate::capture::source::{Input, Source};
use crate::proto::sdp::unwrap::{self, Text};
use crate::stats;

/// So much of a file tells what it is.
const HEAD: u64 = 256 << 10;

/// A hint that names the command that reads this file, if one does; to be asked only by one that does not. What came
/// from stdin cannot be looked at again.
pub fn hint(path: &Path) -> Option<String> {
    let mut head = Vec::new();
    if path == Path::new("-") || !path.is_file() {
        return None;
    }
    File::open(path).ok()?.take(HEAD).read_to_end(&mut head).ok()?;
    let command = reader(head)?;
    Some(format!("`rtcdiag {command} {}` reads it", path.display()))
}

/// The command that reads what begins so.
fn reader(head: Vec<u8>) -> Option<&'static str> {
    if stats::read(head.as_slice()).is_ok() {
        return Some("stats");
    }
    let describes = Text::from_bytes(&head).is_ok_and(|text| unwrap::unwrap(&text.text).is_ok());
    if describes {
        return Some("sdp");
    }
    let input = Input {
        name: String::new(),
        read: Box::new(Cursor::new(head)),
        size: None,
    };
    Source::open(vec![input]).is_ok().then_some("pcap")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_each_command_are_told() {
        for (file, said) in [
            (
                "fixtures/capture.pcap",
                Some("`rtcdiag pcap fixtures/capture.pcap` reads it"),
            ),
            (
                "fixtures/offer.json",
                Some("`rtcdiag sdp fixtures/offer.json` reads it"),
            ),
            (
                "fixtures/stats/chromium156-av-outage-rtcstats.gz",
                Some("`rtcdiag stats fixtures/stats/chromium156-av-outage-rtcstats.gz` reads it"),
            ),
            ("Cargo.toml", None),
            ("src", None),
            ("-", None),
            ("missing", None),
        ] {
            assert_eq!(hint(Path::new(file)).as_deref(), said, "{file}");
        }
    }
}
