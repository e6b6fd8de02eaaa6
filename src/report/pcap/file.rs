//! The capture files.

use serde::{Deserialize, Serialize};

/// A capture file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Its name, as it was given.
    pub path: String,
    /// `pcap` or `pcapng`.
    pub container: String,
    /// `gzip`, `zstd`, `lz4`.
    pub compression: Option<String>,
    /// How many frames were read.
    pub frames: u64,
    /// Octets of the file.
    pub bytes: u64,
    /// The time of the first frame that has one.
    pub first: Option<String>,
    /// The latest time.
    pub last: Option<String>,
    /// Seconds between them.
    pub duration_s: Option<f64>,
    /// The interfaces it was captured on.
    pub interfaces: Vec<Interface>,
    /// Whether the file ends before it should.
    pub truncated: bool,
    /// Where it is damaged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub damage: Vec<Damage>,
    /// Comments of whoever captured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<Comment>,
    /// Packets that the capturing system dropped, as far as the file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<u64>,
    /// Blocks with keys of TLS or other protocols; they are not used.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_secrets: bool,
}

/// A place where a file is damaged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Damage {
    /// Octets from the start of the (uncompressed) file.
    pub offset: u64,
    /// What is wrong.
    pub what: String,
}

/// A comment in a pcapng file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comment {
    /// The frame it is about; it may be about the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
    /// Its text.
    pub text: String,
}

/// A network interface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interface {
    /// The LINKTYPE number.
    pub link_type: u16,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Octets kept of each packet at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snaplen: Option<u32>,
    /// The capture filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
}
