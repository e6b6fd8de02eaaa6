//! The report of `rtcdiag explain`: entries of the catalog of findings, and STUN error codes.

use serde::{Deserialize, Serialize};

use super::Severity;

/// What was asked for, or everything there is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Explain {
    /// The entries; a single one is shown in full.
    pub entries: Vec<Entry>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// `finding` or `stun-error`.
    pub topic: String,
    /// The code: kebab-case of a finding, number of an error.
    pub code: String,
    /// How bad it is by itself; absent for STUN errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// One line.
    pub title: String,
    /// What it means.
    pub what: String,
    /// Why it happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How to fix it.
    pub fix: String,
    /// The texts it follows.
    pub reference: String,
}
