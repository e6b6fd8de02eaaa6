//! Whatever `rtcdiag stats` may be given: read, judged, and written in every form.
#![no_main]

use std::fs;

use clap::Parser;
use libfuzzer_sys::fuzz_target;
use rtcdiag::cli::{Cli, Command};
use rtcdiag::command::{self, Output};
use rtcdiag::render::{Format, Picture, Redactor, Renderer, Style};

fuzz_target!(|bytes: &[u8]| {
    // The command takes files; those of one process follow each other.
    let folder = std::env::temp_dir().join(format!("rtcdiag-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    fs::write(path("dump"), bytes).expect("a file");
    let arguments = ["rtcdiag", "stats", &path("dump"), "--series", "--csv", &path("csv")];
    let Ok(Cli { command: Command::Stats(options), .. }) = Cli::try_parse_from(arguments) else {
        unreachable!()
    };
    let Ok(Output::Report(envelope)) = command::stats::run(&options) else { return };
    let forms = [(Format::Text, Some(80), false), (Format::Json, None, false), (Format::Jsonl, None, true)];
    for (format, width, redact) in forms {
        let renderer = Renderer {
            format,
            style: Style { width, ..Style::PLAIN },
            quiet: false,
            redactor: redact.then(Redactor::new),
        };
        let mut out = Vec::new();
        renderer.report(&envelope, &mut out).expect("written to memory");
        for picture in [Picture::Svg, Picture::Png, Picture::Html] {
            let _ = renderer.charts(&envelope, picture).expect("drawn");
        }
    }
});
