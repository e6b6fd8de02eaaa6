//! [`Finding`]: a verdict with its evidence.

use serde::{Deserialize, Serialize};

/// How bad it is. Ordered: `Info < Warning < Error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know; nothing to do.
    Info,
    /// Works, but not as well, or not for everyone.
    Warning,
    /// Does not work. The exit code becomes 1.
    Error,
}

impl Severity {
    /// `info`, `warning` or `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One verdict. The code is stable; `rtcdiag explain CODE` tells more about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Kebab-case, stable.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about, one line: a server URL, a line of SDP, a stream.
    pub subject: String,
    /// What was seen, one sentence.
    pub summary: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// What to do about it.
    pub advice: String,
    /// The text it follows: `RFC 8445 §7.2.5.1`.
    pub reference: String,
}

/// One fact under a finding. Only the members that say something are there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// When, in seconds since the run or the capture began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_s: Option<f64>,
    /// The frame of a capture, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
    /// The description that the line is of, from 1, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<u64>,
    /// The line of a text, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The column of that line, in characters from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// The column after the last character of what is wrong there, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u64>,
    /// Where the line stands in the file, if it is wrapped in lines of its own: a log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_file: Option<Place>,
    /// Which of several: an address pair, a stats id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The line, from 1.
    pub line: u64,
    /// The column, in characters from 1.
    pub column: u64,
}

impl Evidence {
    /// A fact about `id`.
    pub fn new(id: impl Into<String>, value: impl Into<String>) -> Evidence {
        Evidence {
            id: Some(id.into()),
            value: Some(value.into()),
            ..Evidence::default()
        }
    }

    /// A fact that needs no name.
    pub fn value(value: impl Into<String>) -> Evidence {
        Evidence {
            value: Some(value.into()),
            ..Evidence::default()
        }
    }
}
