//! [`FileFacts`]: what a capture file says about itself, besides its packets.

use std::fmt;
use std::net::IpAddr;

use crate::capture::packet::{LinkType, Time};

/// The format of a capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// The format of libpcap (draft-ietf-opsawg-pcap).
    Pcap,
    /// draft-ietf-opsawg-pcapng.
    PcapNg,
}

impl Container {
    /// The name in reports: `pcap`, `pcapng`.
    pub const fn name(self) -> &'static str {
        match self {
            Container::Pcap => "pcap",
            Container::PcapNg => "pcapng",
        }
    }
}

/// Facts of one capture file, complete when its last packet has been given out.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// The name that the input was given with.
    pub name: String,
    /// Its format.
    pub container: Container,
    /// The format more exactly, in a few words: byte order, resolution of times, kind of records.
    pub variant: String,
    /// `gzip`, `zstd` or `lz4`, if it is compressed.
    pub compression: Option<&'static str>,
    /// Packets given out so far.
    pub frames: u64,
    /// Octets of the file: those read so far, and after the end its size.
    pub bytes: u64,
    /// Octets of the packets that were given out so far, as captured.
    pub packet_bytes: u64,
    /// Its interfaces, in the order in which they appear.
    pub interfaces: Vec<Interface>,
    /// The earliest time of a packet.
    pub first: Option<Time>,
    /// The latest time of a packet.
    pub last: Option<Time>,
    /// Whether the file ends in the middle of something.
    pub truncated: bool,
    /// What is wrong with it, in order. Nothing after the last is read if the file is damaged.
    pub damage: Vec<FileDamage>,
    /// Comments of packets (with the frame) and of anything else.
    pub comments: Vec<(Option<u64>, String)>,
    /// Names of addresses (Name Resolution Blocks).
    pub names: Vec<(IpAddr, String)>,
    /// Decryption Secrets Blocks.
    pub secrets: Vec<SecretsBlock>,
    /// Packets that the capturing machine says it missed (Interface Statistics Blocks).
    pub dropped: Option<u64>,
    /// What wrote the file, on which system: `dumpcap 4.2, Linux 6.1`.
    pub writer: Option<String>,
    /// Comments, names and secrets that were too many to be kept.
    pub left_out: u64,
    secret_octets: usize,
}

/// An interface of a capture. A pcap file has exactly one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its number in [`Packet::interface`](crate::capture::Packet), counted over all files of the run.
    pub index: u32,
    /// What its packets begin with.
    pub link_type: LinkType,
    /// `eth0`.
    pub name: Option<String>,
    /// What a person would call it.
    pub description: Option<String>,
    /// Octets kept of each packet at most; 0 if there is no limit.
    pub snaplen: u32,
    /// The capture filter.
    pub filter: Option<String>,
    /// The operating system that it is of.
    pub os: Option<String>,
    /// The resolution of its times: a power of ten, or of two with the highest bit set. 6 are microseconds.
    pub tsresol: u8,
    /// Seconds added to its times.
    pub tsoffset: i64,
    /// Packets received, by the last statistics.
    pub received: Option<u64>,
    /// Packets missed, by the last statistics.
    pub dropped: Option<u64>,
}

impl Interface {
    /// An interface of which only this is known; its times are microseconds.
    pub(super) fn new(link_type: LinkType, snaplen: u32) -> Interface {
        Interface {
            index: 0,
            link_type,
            name: None,
            description: None,
            snaplen,
            filter: None,
            os: None,
            tsresol: 6,
            tsoffset: 0,
            received: None,
            dropped: None,
        }
    }
}

/// Damage of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDamage {
    /// Octets from the start of the (decompressed) file to the block or record that cannot be read.
    pub offset: u64,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for FileDamage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "octet {}: {}", self.offset, self.what)
    }
}

/// Key material that the file carries (Decryption Secrets Block).
#[derive(Clone, PartialEq, Eq)]
pub struct SecretsBlock {
    /// The secrets type: 0x544c534b is a TLS key log.
    pub kind: u32,
    /// The secrets.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for SecretsBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SecretsBlock({:#010x}, {} octets, redacted)",
            self.kind,
            self.bytes.len()
        )
    }
}

/// Comments and names kept of one file.
const MAX_TEXTS: usize = 10_000;

/// Octets of secrets kept of one file.
const MAX_SECRETS: usize = 4 << 20;

impl FileFacts {
    /// Facts of the file `name`, of which nothing has been read.
    pub fn new(name: String) -> FileFacts {
        FileFacts {
            name,
            container: Container::Pcap,
            variant: String::new(),
            compression: None,
            frames: 0,
            bytes: 0,
            packet_bytes: 0,
            interfaces: Vec::new(),
            first: None,
            last: None,
            truncated: false,
            damage: Vec::new(),
            comments: Vec::new(),
            names: Vec::new(),
            secrets: Vec::new(),
            dropped: None,
            writer: None,
            left_out: 0,
            secret_octets: 0,
        }
    }

    /// Notes damage at `offset`; the first thousand are enough.
    pub(super) fn damaged(&mut self, offset: u64, what: impl Into<String>) {
        if self.damage.len() < 1000 {
            let what = what.into();
            self.damage.push(FileDamage { offset, what });
        }
    }

    /// Keeps a comment.
    pub(crate) fn comment(&mut self, frame: Option<u64>, text: String) {
        if self.comments.len() < MAX_TEXTS {
            self.comments.push((frame, text));
        } else {
            self.left_out += 1;
        }
    }

    /// Keeps a name.
    pub(super) fn name(&mut self, address: IpAddr, name: String) {
        if self.names.len() < MAX_TEXTS {
            self.names.push((address, name));
        } else {
            self.left_out += 1;
        }
    }

    /// Keeps secrets.
    pub(super) fn secret(&mut self, kind: u32, bytes: &[u8]) {
        if self.secret_octets + bytes.len() <= MAX_SECRETS && self.secrets.len() < MAX_TEXTS {
            self.secret_octets += bytes.len();
            let bytes = bytes.to_vec();
            self.secrets.push(SecretsBlock { kind, bytes });
        } else {
            self.left_out += 1;
        }
    }

    /// Counts a packet that is given out.
    pub(crate) fn count(&mut self, time: Option<Time>, octets: usize) {
        self.frames += 1;
        self.packet_bytes += octets as u64;
        if let Some(time) = time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = Some(self.last.map_or(time, |last| last.max(time)));
        }
    }
}
