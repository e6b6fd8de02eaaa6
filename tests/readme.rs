//! README.md shows what the program prints: the commands about files of this repository are run as they stand there. What it leaves out
//! is a line `[...]`, with or without a word on what that is.

use std::process::Command;

const README: &str = include_str!("../README.md");

/// Commands with what is shown of their output.
fn shown() -> Vec<(&'static str, &'static str)> {
    let mut shown = Vec::new();
    let mut blocks = README.split("\n```").skip(1).step_by(2);
    let mut command = None;
    for block in blocks.by_ref() {
        let (language, text) = block.split_once('\n').unwrap_or((block, ""));
        match (language, command.take()) {
            ("console", _) => command = text.lines().next().and_then(|line| line.strip_prefix("$ ")),
            ("text", Some(command)) => shown.push((command, text)),
            _ => {}
        }
    }
    shown
}

fn is_left_out(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("[...") && line.ends_with(']')
}

/// Whether the lines that are shown are those printed, in order, with nothing else but where something is left out.
fn is_shown(shown: &[&str], printed: &[&str]) -> bool {
    match (shown, printed) {
        ([], []) => true,
        ([left_out, shown @ ..], printed) if is_left_out(left_out) => {
            (0..=printed.len()).any(|from| is_shown(shown, &printed[from..]))
        }
        ([line, shown @ ..], [first, printed @ ..]) => line.trim_end() == first.trim_end() && is_shown(shown, printed),
        _ => false,
    }
}

#[test]
fn commands_print_what_the_readme_shows() {
    let about_files = ["rtcdiag sdp ", "rtcdiag stats ", "rtcdiag pcap ", "rtcdiag explain "];
    let mut checked = 0;
    for (command, shown) in shown() {
        if !about_files.iter().any(|start| command.starts_with(start)) {
            continue;
        }
        let output = Command::new(env!("CARGO_BIN_EXE_rtcdiag"))
            .args(command.split(' ').skip(1))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_remove("COLUMNS")
            .env_remove("CLICOLOR_FORCE")
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let lines = |text: &'static str| text.lines().collect::<Vec<_>>();
        let is_same = is_shown(&lines(shown), &printed.trim_end().lines().collect::<Vec<_>>());
        assert!(is_same, "`{command}` prints:\n{printed}");
        checked += 1;
    }
    assert!(checked >= 7, "{checked}");
}

/// Every command names a subcommand and options that there are.
#[test]
fn commands_of_the_readme_are_understood() {
    let lines = README.lines().filter_map(|line| line.strip_prefix("$ "));
    let of_ours = lines.filter_map(|line| {
        line.strip_prefix("rtcdiag ")
            .or_else(|| line.strip_prefix("cargo run --release -- "))
    });
    let mut count = 0;
    for arguments in of_ours {
        // What follows is the shell's.
        let arguments = arguments.split([';', '|', '#']).next().unwrap_or_default();
        let arguments = std::iter::once("rtcdiag").chain(arguments.split_whitespace());
        let read = <rtcdiag::cli::Cli as clap::Parser>::try_parse_from(arguments.clone());
        assert!(read.is_ok(), "{:?}: {:?}", arguments.collect::<Vec<_>>(), read.err());
        count += 1;
    }
    assert!(count >= 12, "{count}");
}
