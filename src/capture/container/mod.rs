//! The containers of packets: pcap and pcapng, read as streams, told by their content.
//!
//! `pcap-parser` has the numbers and the options of pcapng. The records themselves are read here, because a diagnostic
//! tool must read what it refuses: damage with its offset, both orders of every variant, obsolete blocks, every time
//! resolution. A test holds the two against each other.

mod facts;
mod fields;
mod pcap;
mod pcapng;
mod window;

use std::io::ErrorKind;
use std::ops::Range;

pub use facts::{Container, FileDamage, FileFacts, Interface, SecretsBlock};
pub use window::Window;

use crate::capture::packet::{Endian, LinkType, Time};

/// One packet as it stands in the window of its reader, which keeps it until the next one is asked for.
#[derive(Clone, Debug)]
pub struct Record {
    /// When it was captured, where the file says so.
    pub time: Option<Time>,
    /// The link layer.
    pub link_type: LinkType,
    /// The byte order of the section or file.
    pub endian: Endian,
    /// Octets of a frame check sequence at the end.
    pub fcs: u8,
    /// The interface, counted within this file from 0.
    pub interface: u32,
    /// Octets on the wire.
    pub length: u32,
    /// Where its octets stand, from the start of the window.
    pub data: Range<usize>,
}

/// A reader of one container.
#[derive(Debug)]
pub enum Reader {
    /// Of pcap.
    Pcap(pcap::Reader),
    /// Of pcapng.
    PcapNg(pcapng::Reader),
}

impl Reader {
    /// Reads the head of a capture; `None` if the content is that of neither container.
    pub fn open(window: &mut Window, facts: &mut FileFacts) -> Option<Reader> {
        if pcapng::Reader::detect(window) {
            facts.container = Container::PcapNg;
            return Some(Reader::PcapNg(pcapng::Reader::new()));
        }
        pcap::Reader::open(window, facts).map(Reader::Pcap)
    }

    /// The next packet. The one before is dropped from the window. `None` at the end or at damage, which `facts` tell.
    pub fn next(&mut self, window: &mut Window, facts: &mut FileFacts) -> Option<Record> {
        match self {
            Reader::Pcap(reader) => reader.next(window, facts),
            Reader::PcapNg(reader) => reader.next(window, facts),
        }
    }
}

/// The byte order in words.
fn order(endian: Endian) -> &'static str {
    match endian {
        Endian::Little => "little-endian",
        Endian::Big => "big-endian",
    }
}

/// Notes how the stream of `window` ended, where a piece of the container was wanted: at its end, if nothing is left.
#[cold]
fn end(window: &Window, facts: &mut FileFacts, wanted: &str) {
    let left = window.bytes().len();
    let (start, end) = (window.offset(), window.offset() + left as u64);
    match window.error() {
        // So say all decompressors.
        Some(error) if error.kind() == ErrorKind::UnexpectedEof => {
            facts.truncated = true;
            facts.damaged(end, "the compressed file is cut");
        }
        Some(error) => facts.damaged(end, format!("cannot be read on: {error}")),
        None if left > 0 => {
            facts.truncated = true;
            facts.damaged(start, format!("the file ends in {wanted}, after {left} octets of it"));
        }
        None => {}
    }
}

#[cfg(test)]
mod tests;
