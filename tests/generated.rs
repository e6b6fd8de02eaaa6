//! `completions/` and `man/` are what the program writes: `UPDATE_GENERATED=1 cargo test --test generated` writes them
//! anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const SHELLS: &[(&str, &str)] = &[
    ("bash", "rtcdiag.bash"),
    ("zsh", "_rtcdiag"),
    ("fish", "rtcdiag.fish"),
    ("elvish", "rtcdiag.elv"),
    ("powershell", "_rtcdiag.ps1"),
];

fn rtcdiag(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_rtcdiag"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    output.stdout
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    entries.map(|path| (name(&path), fs::read(&path).unwrap())).collect()
}

fn hold(folder: &str, wanted: &BTreeMap<String, Vec<u8>>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for name in files(&folder).keys() {
            fs::remove_file(folder.join(name)).unwrap();
        }
        for (name, bytes) in wanted {
            fs::write(folder.join(name), bytes).unwrap();
        }
    }
    let there = files(&folder);
    let differ: Vec<_> = wanted
        .iter()
        .filter(|(name, bytes)| there.get(*name) != Some(bytes))
        .map(|(name, _)| name)
        .chain(there.keys().filter(|name| !wanted.contains_key(*name)))
        .collect();
    assert!(
        differ.is_empty(),
        "{}: {differ:?} differ from what the program writes; UPDATE_GENERATED=1 writes them anew",
        folder.display()
    );
}

#[test]
fn completions() {
    let scripts = SHELLS
        .iter()
        .map(|(shell, file)| ((*file).to_owned(), rtcdiag(&["completions", shell])));
    hold("completions", &scripts.collect());
}

#[test]
fn manual_pages() {
    let folder = tempfile::tempdir().unwrap();
    rtcdiag(&["man", folder.path().to_str().unwrap()]);
    let pages = files(folder.path());
    assert!(pages.contains_key("rtcdiag.1") && pages.contains_key("rtcdiag-candidates.1"));
    assert_eq!(pages["rtcdiag.1"], rtcdiag(&["man"]));
    hold("man", &pages);
}

#[test]
fn completions_name_every_option() {
    let bash = String::from_utf8(rtcdiag(&["completions", "bash"])).unwrap();
    for option in [
        "--turn-secret-file",
        "--relay-family",
        "--redact",
        "--format",
        "explain",
    ] {
        assert!(bash.contains(option), "{option}");
    }
}
