//! `report.diff` of `rtcdiag sdp --diff A B`: what changed from one description to the next.

use serde::{Deserialize, Serialize};

/// What changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Diff {
    /// Whether both are of one session: the same `o=` but for the version. Absent if one has no `o=` that can be read.
    pub same_session: Option<bool>,
    /// The version of `o=` before.
    pub version_before: Option<u64>,
    /// The version of `o=` after.
    pub version_after: Option<u64>,
    /// Whether anything but the version changed.
    pub changed: bool,
    /// ICE starts anew on at least one transport: ufrag and password changed.
    pub ice_restart: bool,
    /// A new DTLS association is asked for on at least one transport.
    pub dtls_restart: bool,
    /// What changed in the session part.
    pub session: Vec<Change>,
    /// The m-lines of both, by index.
    pub media: Vec<MediaDiff>,
}

/// One m-line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MediaDiff {
    /// Its index, from 0.
    pub index: usize,
    /// Its name after, or else before.
    pub mid: Option<String>,
    /// `audio`, `video`, …, after or else before.
    pub kind: String,
    /// What became of it.
    pub fate: Fate,
    /// Its line before.
    pub before_line: Option<usize>,
    /// Its line after.
    pub after_line: Option<usize>,
    /// What changed in it.
    pub changes: Vec<Change>,
}

/// What became of an m-line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is as it was.
    #[default]
    Same,
    /// It is there, with changes.
    Changed,
    /// It is new.
    Added,
    /// It is gone; m-lines may not go (RFC 3264 §8).
    Removed,
    /// It has been stopped: port 0.
    Stopped,
    /// It was stopped and is in use again, as it was.
    Resumed,
    /// It was stopped and its place is used for a new one (RFC 9429 §5.2.2).
    Recycled,
    /// Another m-line is in its place, though it was in use.
    Replaced,
}

impl Fate {
    /// For people.
    pub const fn text(self) -> &'static str {
        match self {
            Fate::Same => "same",
            Fate::Changed => "changed",
            Fate::Added => "added",
            Fate::Removed => "removed",
            Fate::Stopped => "stopped",
            Fate::Resumed => "resumed",
            Fate::Recycled => "recycled for a new one",
            Fate::Replaced => "replaced by another one",
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What is meant: `direction`, `codec VP8/90000`, `candidate`, …
    pub what: String,
    /// How it changed.
    pub how: How,
    /// The value before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The value after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The line before, where it is one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_line: Option<usize>,
    /// The line after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_line: Option<usize>,
    /// Whether it may change from one description of a session to the next.
    pub allowed: Allowed,
    /// What it brings about, or why it may not be.
    pub note: String,
    /// The text that says so.
    pub reference: String,
}

/// How something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Only after.
    Added,
    /// Only before.
    Removed,
    /// Both, with other values.
    Changed,
    /// Both, in another place of an order that matters.
    Moved,
}

impl How {
    /// `+`, `-`, `~`, `>`.
    pub const fn sign(self) -> &'static str {
        match self {
            How::Added => "+",
            How::Removed => "-",
            How::Changed => "~",
            How::Moved => ">",
        }
    }
}

/// Whether a change may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Allowed {
    /// At any time.
    Yes,
    /// Together with something else, or only in an offer: the note says so.
    Conditional,
    /// Not in a description of the same session.
    No,
}
