//! Runs `rtcdiag loopback` and looks into its document.

use std::process::{Command, Output};

use serde_json::Value;

/// The program with these arguments.
pub fn rtcdiag(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rtcdiag"));
    for variable in ["NO_COLOR", "CLICOLOR_FORCE", "RUST_LOG", "COLUMNS"] {
        command.env_remove(variable);
    }
    command.args(arguments).output().unwrap()
}

/// The document of a command that prints JSON.
pub fn document(arguments: &[&str]) -> Value {
    let output = rtcdiag(arguments);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// The document of a call, and the exit code.
pub fn loopback(arguments: &[&str]) -> (Value, Option<i32>) {
    let output = rtcdiag(&[&["loopback", "--json"], arguments].concat());
    let document = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (document, output.status.code())
}

/// The codes of its findings.
pub fn codes(document: &Value) -> Vec<&str> {
    let findings = document["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect()
}

/// The statistics of a type at one end.
pub fn stats<'d>(document: &'d Value, peer: &str, kind: &str) -> Vec<&'d Value> {
    let objects = document["report"]["peers"][peer]["stats"].as_array().unwrap();
    objects.iter().filter(|object| object["type"] == kind).collect()
}
