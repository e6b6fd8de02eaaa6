//! The report of `rtcdiag explain`: entries of the catalog of findings, STUN error codes, lines of SDP.

use serde::{Deserialize, Serialize};

use super::Severity;

/// What was asked for, or everything there is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Explain {
    /// The entries; a single one is shown in full.
    pub entries: Vec<Entry>,
}

/// One entry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// `finding`, `stun-error`, `sdp-line` or `sdp-attribute`.
    pub topic: String,
    /// The code: kebab-case of a finding, number of an error, `m=` or `a=setup` of a line.
    pub code: String,
    /// How bad it is by itself; findings have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// One line.
    pub title: String,
    /// What it means.
    pub what: String,
    /// Why it happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How to fix it; what is no problem has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fix: String,
    /// The texts it follows.
    pub reference: String,
    /// A line of SDP with this attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// Values of this attribute that have meanings of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Meaning>,
    /// The codes of findings about this attribute or type of line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
}

/// A value and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meaning {
    /// The value, as it stands after the colon.
    pub value: String,
    /// What it means, one sentence.
    pub meaning: String,
}
