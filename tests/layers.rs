//! Who may import whom, read from the sources: the table of CONTRIBUTING.md, and the few things that live in one place.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A module and the modules that it may use; itself goes without saying.
const LAYERS: &[(&str, &[&str])] = &[
    ("time", FLOOR),
    ("secret", FLOOR),
    ("datagram", FLOOR),
    ("proto", FLOOR),
    ("report", &["proto", "time"]),
    ("exchange", &["proto", "datagram", "time"]),
    ("capture", &["proto", "datagram", "time"]),
    ("flow", &["proto", "capture", "exchange", "datagram", "time", "secret"]),
    ("probe", &["proto", "time", "secret", "datagram"]),
    ("stats", &["proto", "datagram", "time"]),
    (
        "check",
        &[
            "proto", "exchange", "capture", "flow", "stats", "report", "datagram", "time",
        ],
    ),
    ("net", &["probe", "proto", "exchange", "time", "secret", "datagram"]),
    ("render", &["report", "proto", "time", "secret"]),
    ("cli", &["secret"]),
    ("error", &["proto", "net"]),
    (
        "command",
        &[
            "time", "secret", "datagram", "proto", "report", "exchange", "capture", "flow", "stats", "probe", "check",
            "net", "cli", "error",
        ],
    ),
    ("lib", &["cli", "command", "render", "error", "report", "secret"]),
    ("main", &[]),
];

const FLOOR: &[&str] = &["time", "secret", "datagram"];

/// What only some files may name: the text, and the beginnings of the paths that may have it.
const PLACES: &[(&str, &[&str])] = &[
    ("println!", &[]),
    ("print!", &[]),
    ("eprintln!", &[]),
    ("eprint!", &[]),
    ("dbg!", &[]),
    ("io::stdout()", &["lib.rs", "render/"]),
    (
        "io::stderr()",
        &[
            "lib.rs",
            "render/",
            "command/candidates/progress.rs",
            "command/progress.rs",
        ],
    ),
    ("comfy_table", &["render/table.rs"]),
    ("indicatif", &["command/candidates/progress.rs", "command/progress.rs"]),
    ("Instant::now", &["net/"]),
    ("SystemTime::now", &["net/"]),
    (".elapsed()", &["net/"]),
    ("getrandom::", &["net/"]),
    ("Socket::bind", &["net/"]),
    ("TcpStream::connect", &["net/"]),
    ("TcpListener::bind", &["net/"]),
    ("socket2::", &["net/"]),
    ("lookup_host", &["net/"]),
    ("std::thread", &["net/"]),
];

fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
    let name = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
    found
        .iter()
        .map(|path| (name(path), product(&fs::read_to_string(path).unwrap())))
        .collect()
}

/// The source without comments and without the tests at its end, which may use what they need.
fn product(source: &str) -> String {
    let lines = source.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
    let code = lines.map(|line| match line.trim_start().starts_with("//") {
        true => "",
        false => line.split_once(" // ").map_or(line, |(code, _)| code),
    });
    code.collect::<Vec<_>>().join("\n")
}

/// The modules of this crate that a source names by `crate::MODULE` or `crate::{MODULE, ...}`.
fn used(source: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in source.match_indices("crate::") {
        let before = source[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &source[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => top_level(list),
            None => vec![rest],
        };
        for name in names {
            let end = name
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(name.len());
            used.insert(name[..end].to_owned());
        }
    }
    used.remove("");
    used
}

/// The members of a `{...}` list, nested lists left with their member.
fn top_level(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut members) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                members.push(list[start..at].trim());
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                members.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    members
}

/// The first word of the path: `render/text/mod.rs` is of `render`.
fn layer(path: &str) -> &str {
    path.split('/').next().unwrap().trim_end_matches(".rs")
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for (path, source) in sources() {
        let layer = layer(&path);
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
            wrong.push(format!("{path}: `{layer}` is not in the table"));
            continue;
        };
        for module in used(&source) {
            // Macros of the crate root are not modules.
            let is_module = LAYERS.iter().any(|(name, _)| *name == module);
            if is_module && module != layer && !allowed.contains(&module.as_str()) {
                wrong.push(format!("{path}: `{layer}` must not use `{module}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_of_the_table_is_there() {
    let there: BTreeSet<String> = sources().iter().map(|(path, _)| layer(path).to_owned()).collect();
    for (name, _) in LAYERS {
        assert!(there.contains(*name) || *name == "net", "{name}");
    }
}

#[test]
fn some_things_live_in_one_place() {
    let mut wrong = Vec::new();
    for (path, source) in sources() {
        for (what, places) in PLACES {
            let named = source.match_indices(what).any(|(at, _)| {
                let before = source[..at].chars().next_back();
                // `println!` is not `eprintln!`.
                what.starts_with('.') || !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
            });
            if named && !places.iter().any(|place| path.starts_with(place)) {
                wrong.push(format!("{path}: `{what}` belongs to {places:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reader_of_this_test_sees_what_it_should() {
    let source = "use crate::proto::stun;\nuse crate::{time, net::{udp, tls}, check};\nlet x = mycrate::cli::X; $crate::probe::y";
    let used: Vec<String> = used(source).into_iter().collect();
    assert_eq!(used, ["check", "net", "probe", "proto", "time"]);
    assert_eq!(
        product("a // b\n  // crate::net\nc\n#[cfg(test)]\nmod tests {}"),
        "a\n\nc"
    );
}
