//! `report.diff` of `rtcdiag stats --diff`: both ends of one call side by side, or what differs between two calls.
//!
//! Times are seconds of the first end's clock, from the start of the first file.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

pub use crate::report::sdp_diff::How;

/// What was compared, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Diff {
    /// Two ends of one call, or two calls.
    pub kind: Kind,
    /// Of two calls: whether anything differs. Of two ends: whether anything stopped on its way.
    pub changed: bool,
    /// The pairs of ends, in the order of the first file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends: Vec<Ends>,
    /// What differs between two calls as a whole: the browser, the number of connections, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub session: Vec<Change>,
    /// The peer connections of two calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<ConnectionDiff>,
    /// Peer connections that have nothing to be compared with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmatched: Vec<Which>,
    /// Findings that only one of two calls has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingDiff>,
}

/// What was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The two ends of one call.
    Ends,
    /// Two calls.
    #[default]
    Calls,
}

/// A peer connection of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Which {
    /// The file.
    pub file: String,
    /// Which file that is, from 1: a name may stand for two.
    pub file_number: usize,
    /// Its id, as written.
    pub peer_connection: Value,
    /// Its number in the file, from 1.
    pub number: usize,
}

/// The two ends of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ends {
    /// The first end.
    pub a: Which,
    /// The second end.
    pub b: Which,
    /// What says that they belong together.
    pub matched_by: Ties,
    /// `nothing`, `server` (an SFU hands streams on), `unknown`.
    pub between: String,
    /// How the clocks go.
    pub clocks: Clocks,
    /// The path as the first end sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_a: Option<Path>,
    /// The path as the second end sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_b: Option<Path>,
    /// Streams and directions of data channels: first what the first end sends.
    pub crossings: Vec<Crossing>,
}

/// What one end has and the other was told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ties {
    /// ICE user fragments.
    pub ice_ufrags: Vec<String>,
    /// Fingerprints of certificates.
    pub fingerprints: Vec<String>,
    /// SSRCs.
    pub ssrcs: Vec<String>,
}

/// How far two clocks are apart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Clocks {
    /// The second clock minus the first one.
    pub offset_ms: f64,
    /// How far that may be from the truth; absent where nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_ms: Option<f64>,
    /// `one-file`, `sender-reports`, `packet-counts`, `signaling`, `nothing`.
    pub by: String,
}

/// A path as one end sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// The type of its candidate: `host`, `srflx`, `prflx`, `relay`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<String>,
    /// That of the other side's candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// `udp`, `tcp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// How its TURN server is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_protocol: Option<String>,
    /// Round-trip time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<Middle>,
}

/// How a measure went, in short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Middle {
    /// The middle value.
    pub median: f64,
    /// One in twenty is larger.
    pub p95: f64,
    /// How many values there are.
    pub n: usize,
}

/// A stream, or one direction of a data channel, from end to end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// `a` or `b`: the end that sends.
    pub from: String,
    /// `audio`, `video`, `data`.
    pub kind: String,
    /// Its SSRC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssrc: Option<Number>,
    /// Its media section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
    /// Its layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rid: Option<String>,
    /// What the app calls it, of a data channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The stats id at the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<String>,
    /// The stats id at the receiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver_id: Option<String>,
    /// The codec, by the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codec_sent: Option<String>,
    /// The codec, by the receiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codec_received: Option<String>,
    /// Where it stopped, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Place>,
    /// What both ends counted, in the time that both saw; of what only one end has, what that counted.
    pub counted: Counts,
    /// That time; absent where they have none in common, and counts are what each end had last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_s: Option<f64>,
    /// Its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_s: Option<f64>,
    /// So many packets may seem missing because counts are not read at the same moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slack: Option<u64>,
    /// Whether both ends count packets that were sent again; if not, `missing` is what the receiver lost, and what was sent while
    /// nothing came.
    pub counts_alike: bool,
    /// The times in which it stopped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
    /// At most 20 intervals; with `--series` as many as there are samples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intervals: Vec<Interval>,
}

/// Where a stream stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// It was not sent.
    Sender,
    /// It was sent and did not arrive.
    Network,
    /// It arrived and was not decoded.
    Receiver,
}

/// What both ends counted. What neither a stream nor its browser counts is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Packets, or messages, that were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<u64>,
    /// Those that were received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<u64>,
    /// Those that were sent and did not arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<u64>,
    /// What the receiver itself counts as lost; it falls when packets come late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<i64>,
    /// What was sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_again: Option<u64>,
    /// Octets that were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_sent: Option<u64>,
    /// Octets that were received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_received: Option<u64>,
    /// Frames that were encoded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frames_encoded: Option<u64>,
    /// Frames that were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frames_sent: Option<u64>,
    /// Frames that arrived whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frames_received: Option<u64>,
    /// Frames that were decoded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frames_decoded: Option<u64>,
    /// Frames that were dropped at the receiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frames_dropped: Option<u64>,
}

/// What was counted in an interval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// From when.
    pub from_s: f64,
    /// To when.
    pub to_s: f64,
    /// What was counted.
    #[serde(flatten)]
    pub counted: Counts,
}

/// A time in which a stream stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// Where.
    pub stopped: Place,
    /// From when.
    pub from_s: f64,
    /// To when.
    pub to_s: f64,
    /// What was counted in it.
    #[serde(flatten)]
    pub counted: Counts,
}

/// Something that two calls have otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What is meant: `browser`, `path`, `servers`, …
    pub what: String,
    /// How it differs.
    pub how: How,
    /// In the first call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// In the second one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A peer connection in both calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConnectionDiff {
    /// In the first call.
    pub before: Which,
    /// In the second one.
    pub after: Which,
    /// What differs: configuration, states, path.
    pub changes: Vec<Change>,
    /// How long setting up took, and what the path measured.
    pub metrics: Vec<MetricDiff>,
    /// Its streams and data channels.
    pub streams: Vec<StreamDiff>,
}

/// A stream in both calls, or in one of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StreamDiff {
    /// `in`, `out`.
    pub direction: String,
    /// `audio`, `video`, `data`.
    pub kind: String,
    /// Its media section, in the first call that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
    /// Its layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rid: Option<String>,
    /// Whether only one call has it, and which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<How>,
    /// What differs: codec, encoder, size.
    pub changes: Vec<Change>,
    /// Everything that was measured.
    pub metrics: Vec<MetricDiff>,
}

/// A metric in both calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MetricDiff {
    /// `bitrate`, `loss`, `ice`, …
    pub name: String,
    /// `bit/s`, `ms`, `%`, …
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// In the first call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Middle>,
    /// In the second one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Middle>,
}

/// A finding that one call has and the other has not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingDiff {
    /// Its code.
    pub code: String,
    /// How bad it is.
    pub severity: crate::report::Severity,
    /// Only in the second call, or only in the first one.
    pub how: How,
    /// What it says there.
    pub summary: String,
    /// What it is about.
    pub subject: String,
}
