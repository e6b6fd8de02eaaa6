//! The report of `rtcdiag candidates --json`, read as a script would: by the names of the interface contract.
//!
//! The types are written down again here on purpose. What the contract demands is not optional, so that a missing key
//! fails every test.

use std::net::{IpAddr, SocketAddr};

use serde::Deserialize;

/// The whole document.
#[derive(Clone, Debug, Deserialize)]
pub struct Envelope {
    pub schema: u32,
    pub tool: String,
    pub version: String,
    pub command: String,
    pub started: String,
    pub report: Report,
    pub findings: Vec<Finding>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Report {
    pub candidates: Vec<Candidate>,
    pub servers: Vec<Server>,
    pub finished_ms: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Candidate {
    pub candidate: String,
    pub component: u16,
    pub foundation: String,
    pub protocol: String,
    pub priority: u32,
    pub address: IpAddr,
    pub port: u16,
    #[serde(rename = "type")]
    pub candidate_type: String,
    pub related_address: Option<IpAddr>,
    pub related_port: Option<u16>,
    pub tcp_type: Option<String>,
    pub relay_protocol: Option<String>,
    pub url: Option<String>,
    pub interface: Option<String>,
    pub gathered_ms: f64,
}

impl Candidate {
    /// RFC 8445 §5.1.2.1: 126 for host, 100 for srflx, ...
    pub fn type_preference(&self) -> u32 {
        self.priority >> 24
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct Server {
    pub url: String,
    pub attempts: Vec<Attempt>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Attempt {
    pub address: Option<SocketAddr>,
    pub family: Option<String>,
    pub transport: String,
    pub local: Option<SocketAddr>,
    pub outcome: String,
    pub steps: Vec<Step>,
    pub rtt_ms: Option<f64>,
    pub mapped_address: Option<SocketAddr>,
    pub relayed_address: Option<SocketAddr>,
    pub lifetime_s: Option<u32>,
    pub software: Option<String>,
    pub realm: Option<String>,
    pub error: Option<AttemptError>,
}

impl Attempt {
    /// The steps' names and outcomes without `resolve`, which an address in the URL may or may not have, and without
    /// what goes beyond an allocation: `challenge:ok allocate:ok refresh:ok`.
    pub fn told(&self) -> String {
        let told: Vec<String> = self
            .steps
            .iter()
            .filter(|step| !["resolve", "permission", "echo"].contains(&step.step.as_str()))
            .map(|step| format!("{}:{}", step.step, step.outcome))
            .collect();
        told.join(" ")
    }

    /// The step of this name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.step == name)
    }

    /// The STUN error code, if the attempt ended with one.
    pub fn error_code(&self) -> Option<u16> {
        self.error.as_ref().and_then(|error| error.code)
    }

    /// The kind of error that it ended with, or nothing.
    pub fn error_kind(&self) -> &str {
        self.error.as_ref().map_or("", |error| error.kind.as_str())
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct Step {
    pub step: String,
    pub outcome: String,
    pub started_ms: f64,
    pub took_ms: f64,
    pub detail: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct AttemptError {
    pub code: Option<u16>,
    pub reason: Option<String>,
    pub kind: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Finding {
    pub code: String,
    pub severity: String,
    pub subject: String,
    pub summary: String,
    pub evidence: Vec<serde_json::Value>,
    pub advice: String,
    pub reference: String,
}
