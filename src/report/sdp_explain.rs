//! `report.explanations[]` of `rtcdiag sdp --explain`: every line of a description and what it means.

use serde::{Deserialize, Serialize};

/// A description, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Which of `report.descriptions`, from 0.
    pub description: usize,
    /// Its lines, in order; blank ones left out.
    pub lines: Vec<LineMeaning>,
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineMeaning {
    /// Its number, from 1.
    pub line: usize,
    /// The media section that it is part of, from 0; absent for the session part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<usize>,
    /// The line as it stands there.
    pub text: String,
    /// What it means, one sentence.
    pub meaning: String,
    /// Where it is defined; absent if nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}
