//! Dumps of many browsers and apps, with the facts that another reader found in them. They are not part of the repository:
//! where the folder `shared` beside it is missing, this says so and checks nothing.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use rtcdiag::cli::{Cli, Command};
use rtcdiag::command::{self, Output};
use rtcdiag::report::Report;
use serde_json::Value;
use support::golden::{is_empty, snake};

/// Members below which all is data, not names of ours.
const DATA: &[&str] = &["config", "constraints", "event_types"];

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/stats");
    if !folder.is_dir() {
        eprintln!("SKIPPED: no statistics at {}", folder.display());
        return None;
    }
    Some(folder)
}

fn report(path: &Path) -> Result<Value, String> {
    let arguments = ["rtcdiag", "stats", &path.to_string_lossy(), "--series"].map(str::to_owned);
    let Command::Stats(options) = Cli::try_parse_from(arguments).unwrap().command else {
        panic!()
    };
    let output = command::stats::run(&options).map_err(|error| error.to_string())?;
    let Output::Report(envelope) = output else { panic!() };
    let Report::Stats(report) = envelope.report else {
        panic!()
    };
    Ok(serde_json::to_value(report).unwrap())
}

fn compare(path: &str, wanted: &Value, got: &Value, differences: &mut Vec<String>, count: &mut usize) {
    if is_empty(wanted) && is_empty(got) {
        return;
    }
    match (wanted, got) {
        (Value::Object(wanted), Value::Object(got)) => {
            for (key, value) in wanted {
                let got = got.get(key).unwrap_or(&Value::Null);
                compare(&format!("{path}/{key}"), value, got, differences, count);
            }
        }
        (Value::Array(wanted), Value::Array(got)) => {
            for index in 0..wanted.len().max(got.len()) {
                let [wanted, got] = [wanted, got].map(|list| list.get(index).unwrap_or(&Value::Null));
                compare(&format!("{path}/{index}"), wanted, got, differences, count);
            }
        }
        _ => {
            *count += 1;
            let close = wanted.as_f64().zip(got.as_f64()).is_some_and(|(wanted, got)| {
                let room = if path.contains("bitrate") { 1.0 } else { 1e-6 };
                (wanted - got).abs() <= room + 1e-6 * wanted.abs()
            });
            if wanted != got && !close {
                differences.push(format!("{path}: wanted {wanted}, got {got}"));
            }
        }
    }
}

#[test]
fn every_fact_is_found() {
    let Some(folder) = corpus() else { return };
    let (mut differences, mut count, mut files) = (Vec::new(), 0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let facts = PathBuf::from(format!("{}.facts.json", path.display()));
        let Ok(facts) = fs::read_to_string(facts) else { continue };
        let wanted = snake(&serde_json::from_str(&facts).unwrap(), DATA);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        files += 1;
        match report(&path) {
            Ok(got) => {
                for key in [
                    "format",
                    "gzip",
                    "user_agent",
                    "bytes",
                    "peer_connection_count",
                    "peer_connections",
                ] {
                    compare(
                        &format!("{name}/{key}"),
                        &wanted[key],
                        &got[key],
                        &mut differences,
                        &mut count,
                    );
                }
            }
            Err(error) if wanted["format"] == "unrecognised" => assert!(error.contains("no statistics"), "{error}"),
            Err(error) => differences.push(format!("{name}: {error}")),
        }
    }
    assert!(files > 20 && count > 5000, "{files} files, {count} facts");
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}
