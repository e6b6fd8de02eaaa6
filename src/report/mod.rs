//! The documents: what a command found out, as plain data.
//!
//! Text and JSON are rendered from the same value, so they cannot disagree. Everything here can be written *and* read
//! back: redaction works on the written form, and a saved report is a fixture. Key names are the contract with scripts.

pub mod candidates;
pub mod explain;
pub mod finding;
pub mod loopback;
pub mod pcap;
pub mod sdp;
pub mod sdp_diff;
pub mod sdp_dump;
pub mod sdp_explain;
pub mod sdp_negotiation;
pub mod stats;
pub mod timestamp;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use finding::{Evidence, Finding, Place, Severity};

/// The number of the JSON contract; raised when a key changes its meaning or goes away.
pub const SCHEMA: u32 = 1;

/// The frame around every report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<R = Report> {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Always `rtcdiag`.
    pub tool: String,
    /// The program's version.
    pub version: String,
    /// The subcommand.
    pub command: String,
    /// When the run began, RFC 3339 in UTC with nine decimals.
    pub started: String,
    /// Whether the user stopped the run; the report is then partial.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// What the command found out.
    pub report: R,
    /// What it means, worst first.
    pub findings: Vec<Finding>,
}

impl Envelope {
    /// The frame of a finished run of `command` that began at `started` (RFC 3339).
    pub fn new(command: &str, started: String, report: Report, mut findings: Vec<Finding>) -> Envelope {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Envelope {
            schema: SCHEMA,
            tool: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: command.to_owned(),
            started,
            interrupted: false,
            report,
            findings,
        }
    }

    /// The severity of the worst finding.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

/// One variant per command that reports.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Report {
    /// `rtcdiag candidates`.
    Candidates(candidates::Candidates),
    /// `rtcdiag explain`.
    Explain(explain::Explain),
    /// `rtcdiag loopback`.
    Loopback(Box<loopback::Loopback>),
    /// `rtcdiag pcap`.
    Pcap(Box<pcap::Pcap>),
    /// `rtcdiag sdp`.
    Sdp(sdp::Sdp),
    /// `rtcdiag stats`.
    Stats(Box<stats::Stats>),
}

impl Report {
    /// Whether parts of it are printed as soon as they are known, by `jsonl`.
    pub const fn is_streamed(&self) -> bool {
        matches!(self, Report::Candidates(_) | Report::Explain(_) | Report::Pcap(_))
    }

    /// Takes out of the written report what `jsonl` has printed one by one, as [`Event`]s.
    pub fn strip_streamed(&self, written: &mut Value) {
        let Value::Object(members) = written else { return };
        match self {
            Report::Candidates(_) => {
                members.shift_remove("candidates");
                for server in members
                    .get_mut("servers")
                    .and_then(Value::as_array_mut)
                    .into_iter()
                    .flatten()
                {
                    server
                        .as_object_mut()
                        .and_then(|server| server.shift_remove("attempts"));
                }
            }
            Report::Explain(_) => {
                members.shift_remove("entries");
            }
            Report::Pcap(_) => {
                members
                    .get_mut("stun")
                    .and_then(Value::as_object_mut)
                    .and_then(|stun| stun.shift_remove("transactions"));
            }
            Report::Loopback(_) | Report::Sdp(_) | Report::Stats(_) => {}
        }
    }
}

/// A part of a report, told as soon as it is known: one line of `jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A candidate was gathered.
    Candidate(Box<candidates::Candidate>),
    /// An attempt at a server ended.
    Attempt {
        /// The server's URL, as the user gave it.
        url: String,
        /// What happened.
        #[serde(flatten)]
        attempt: Box<candidates::Attempt>,
    },
    /// A STUN message of a capture.
    StunMessage(Box<pcap::StunMessage>),
    /// A STUN request of a capture, and what came back.
    StunTransaction(Box<pcap::Transaction>),
    /// An entry of a catalog.
    Entry(Box<explain::Entry>),
    /// A finding.
    Finding(Box<Finding>),
}
