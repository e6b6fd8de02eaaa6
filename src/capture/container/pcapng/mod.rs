//! pcapng (draft-ietf-opsawg-pcapng): sections of blocks.
//!
//! Blocks are told by the lengths at both of their ends. Where these disagree nothing after is to be trusted, and the
//! file is damaged. Inside a block, options that cannot be read cost only themselves.

mod describe;
mod options;
mod resolution;

use pcap_parser::{DSB_MAGIC, EPB_MAGIC, IDB_MAGIC, ISB_MAGIC, NRB_MAGIC, SHB_MAGIC, SPB_MAGIC};

use self::options::Options;
use self::resolution::Resolution;
use super::fields::Fields;
use super::{FileFacts, Record, Window};
use crate::capture::packet::{Endian, LinkType, Time};

/// The obsolete Packet Block, which pcap-parser does not know.
const PACKET: u32 = 2;

/// What a Section Header Block has behind its length.
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

/// The largest block that is looked into. Larger ones that are not needed are skipped.
const MAX_BLOCK: u32 = 16 << 20;

/// Interfaces of one section, and kept of one file.
const MAX_INTERFACES: usize = 1 << 16;

/// Reads the packets of a pcapng file.
#[derive(Debug)]
pub struct Reader {
    endian: Endian,
    /// Those of the section.
    interfaces: Vec<Scale>,
    sections: u32,
    /// Octets of the block given out last.
    current: usize,
    done: bool,
    /// Comments of the packet given out last.
    comments: Vec<String>,
}

/// What the packets of an interface need to be read.
#[derive(Clone, Copy, Debug)]
struct Scale {
    link_type: LinkType,
    snaplen: u32,
    fcs: u8,
    resolution: Resolution,
    /// Nanoseconds.
    offset: i128,
    /// Its place among the interfaces of the file.
    index: u32,
}

impl Reader {
    /// Whether a Section Header Block begins here.
    pub fn detect(window: &mut Window) -> bool {
        window.ensure(12);
        window.bytes().starts_with(&SHB_MAGIC.to_be_bytes()) && section_order(window.bytes()).is_some()
    }

    /// A reader at the start of the first section.
    pub(super) fn new() -> Reader {
        Reader {
            endian: Endian::Little,
            interfaces: Vec::new(),
            sections: 0,
            current: 0,
            done: false,
            comments: Vec::new(),
        }
    }

    /// Comments of the packet given out last.
    pub fn comments(&mut self) -> std::vec::Drain<'_, String> {
        self.comments.drain(..)
    }

    /// The next packet; all other blocks on the way are read into `facts`.
    pub fn next(&mut self, window: &mut Window, facts: &mut FileFacts) -> Option<Record> {
        loop {
            window.consume(self.current);
            self.current = 0;
            if self.done {
                return None;
            }
            match self.block(window, facts) {
                Ok(Some(record)) => return Some(record),
                Ok(None) => {}
                Err(Stop) => self.done = true,
            }
        }
    }

    /// Reads one block. A record, if it is a packet.
    fn block(&mut self, window: &mut Window, facts: &mut FileFacts) -> Result<Option<Record>, Stop> {
        if !window.ensure(12) {
            super::end(window, facts, "the header of a block");
            return Err(Stop);
        }
        if window.bytes().starts_with(&SHB_MAGIC.to_be_bytes()) {
            let order = section_order(window.bytes());
            self.endian = order.ok_or_else(|| stop(window, facts, "a section header without byte-order magic"))?;
        }
        let endian = self.endian;
        let header = Fields {
            bytes: window.bytes(),
            endian,
        };
        let (kind, length) = header.u32(0).zip(header.u32(4)).ok_or(Stop)?;
        if length < 12 {
            return Err(stop(
                window,
                facts,
                format!("a block of {length} octets; 12 are the least"),
            ));
        }
        if length > MAX_BLOCK {
            return self.skip(kind, length, window, facts);
        }
        let size = length as usize;
        if !window.ensure(size) {
            super::end(window, facts, "a block");
            return Err(Stop);
        }
        let bytes = window.bytes().get(..size).ok_or(Stop)?;
        let again = Fields { bytes, endian }.u32(size - 4);
        if again != Some(length) {
            let again = again.unwrap_or(0);
            let what = format!("a block that is {length} octets long by its beginning, {again} by its end");
            return Err(stop(window, facts, what));
        }
        self.current = size;
        let body = Fields {
            bytes: &bytes[8..size - 4],
            endian,
        };
        let offset = window.offset();
        match kind {
            EPB_MAGIC => return self.packet(body.u32(0), body, offset, facts).map(Some),
            PACKET => return self.packet(body.u16(0).map(u32::from), body, offset, facts).map(Some),
            SPB_MAGIC => return self.simple_packet(body, offset, facts).map(Some),
            SHB_MAGIC => self.section(body, offset, facts)?,
            IDB_MAGIC => self.interface(body, offset, facts)?,
            NRB_MAGIC => describe::names(body, facts),
            ISB_MAGIC => describe::statistics(body, &self.interfaces, facts),
            DSB_MAGIC => describe::secrets(body, facts),
            // Custom Blocks are no packets, whatever is in them; of others nothing is known.
            _ => {}
        }
        Ok(None)
    }

    /// Passes over a block that is too large to be looked into.
    fn skip(
        &mut self,
        kind: u32,
        length: u32,
        window: &mut Window,
        facts: &mut FileFacts,
    ) -> Result<Option<Record>, Stop> {
        if matches!(kind, EPB_MAGIC | PACKET | SPB_MAGIC | SHB_MAGIC | IDB_MAGIC) {
            let what = format!("a block of type {kind:#x} and {length} octets, which is more than it can have");
            return Err(stop(window, facts, what));
        }
        let start = window.offset();
        let passed = window.skip(u64::from(length) - 4) && window.ensure(4);
        let again = Fields {
            bytes: window.bytes(),
            endian: self.endian,
        }
        .u32(0);
        if !passed {
            facts.truncated = true;
            facts.damaged(start, format!("the file ends in a block of {length} octets"));
            Err(Stop)
        } else if again != Some(length) {
            facts.damaged(start, format!("a block of {length} octets that does not end there"));
            Err(Stop)
        } else {
            self.current = 4;
            Ok(None)
        }
    }

    /// An Enhanced Packet Block, or the obsolete Packet Block: they differ in the width of the interface.
    fn packet(
        &mut self,
        interface: Option<u32>,
        body: Fields<'_>,
        offset: u64,
        facts: &mut FileFacts,
    ) -> Result<Record, Stop> {
        let head = (interface, body.u32(4), body.u32(8), body.u32(12), body.u32(16));
        let (Some(interface), Some(high), Some(low), Some(captured), Some(length)) = head else {
            facts.damaged(offset, "a packet block that is too short");
            return Err(Stop);
        };
        let Some(&scale) = self.interfaces.get(interface as usize) else {
            let count = self.interfaces.len();
            facts.damaged(
                offset,
                format!("a packet of interface {interface} where {count} are described"),
            );
            return Err(Stop);
        };
        let rest = body.from(20);
        if captured as usize > rest.len() {
            facts.damaged(
                offset,
                format!(
                    "a packet of {captured} octets in a block that has {} for it",
                    rest.len()
                ),
            );
            return Err(Stop);
        }
        let mut fcs = scale.fcs;
        let padded = captured.next_multiple_of(4) as usize;
        if rest.len() >= padded + 4 {
            let options = Fields {
                bytes: &rest[padded..],
                endian: self.endian,
            };
            for (code, value) in Options::new(options) {
                match (code, value.bytes) {
                    (options::COMMENT, text) => self.comments.push(options::text(text)),
                    // epb_flags: bits 5 to 8 are octets of the FCS, if not 0.
                    (2, _) => match value.u32(0).unwrap_or(0) >> 5 & 0xf {
                        0 => {}
                        octets => fcs = octets as u8,
                    },
                    _ => {}
                }
            }
        }
        let ticks = u64::from(high) << 32 | u64::from(low);
        Ok(Record {
            time: Some(Time(scale.resolution.nanoseconds(ticks) + scale.offset)),
            link_type: scale.link_type,
            endian: self.endian,
            fcs,
            interface: scale.index,
            length,
            data: 28..28 + captured as usize,
        })
    }

    /// A Simple Packet Block: of the first interface, without a time, cut at the snap length without saying so.
    fn simple_packet(&mut self, body: Fields<'_>, offset: u64, facts: &mut FileFacts) -> Result<Record, Stop> {
        let (Some(length), Some(&scale)) = (body.u32(0), self.interfaces.first()) else {
            facts.damaged(offset, "a simple packet block before any interface");
            return Err(Stop);
        };
        let limit = if scale.snaplen == 0 { u32::MAX } else { scale.snaplen };
        let captured = (length.min(limit) as usize).min(body.from(4).len());
        Ok(Record {
            time: None,
            link_type: scale.link_type,
            endian: self.endian,
            fcs: scale.fcs,
            interface: scale.index,
            length,
            data: 12..12 + captured,
        })
    }

    /// A Section Header Block: interfaces begin anew.
    fn section(&mut self, body: Fields<'_>, offset: u64, facts: &mut FileFacts) -> Result<(), Stop> {
        self.interfaces.clear();
        self.sections += 1;
        let (major, minor) = (body.u16(4).unwrap_or(0), body.u16(6).unwrap_or(0));
        if major != 1 {
            facts.damaged(
                offset,
                format!("a section of version {major}.{minor}; only 1.x is known"),
            );
            return Err(Stop);
        }
        describe::section(
            Fields {
                bytes: body.from(16),
                ..body
            },
            offset,
            facts,
        );
        facts.variant = match self.sections {
            1 => super::order(self.endian).to_owned(),
            count => format!("{count} sections, the last {}", super::order(self.endian)),
        };
        Ok(())
    }

    /// An Interface Description Block.
    fn interface(&mut self, body: Fields<'_>, offset: u64, facts: &mut FileFacts) -> Result<(), Stop> {
        let (Some(link_type), Some(snaplen)) = (body.u16(0), body.u32(4)) else {
            facts.damaged(offset, "an interface description that is too short");
            return Err(Stop);
        };
        if self.interfaces.len() >= MAX_INTERFACES {
            facts.damaged(offset, format!("more than {MAX_INTERFACES} interfaces"));
            return Err(Stop);
        }
        let options = Fields {
            bytes: body.from(8),
            ..body
        };
        let (interface, fcs) = describe::interface(LinkType(link_type), snaplen, options, offset, facts);
        self.interfaces.push(Scale {
            link_type: interface.link_type,
            snaplen,
            fcs,
            resolution: Resolution(interface.tsresol),
            offset: i128::from(interface.tsoffset) * 1_000_000_000,
            index: facts.interfaces.len().min(MAX_INTERFACES - 1) as u32,
        });
        if facts.interfaces.len() < MAX_INTERFACES {
            facts.interfaces.push(interface);
        }
        Ok(())
    }
}

/// Nothing more can be read; `FileFacts` say why.
struct Stop;

#[cold]
fn stop(window: &Window, facts: &mut FileFacts, what: impl Into<String>) -> Stop {
    facts.damaged(window.offset(), what);
    Stop
}

/// The byte order of the section that begins with these octets.
fn section_order(bytes: &[u8]) -> Option<Endian> {
    [Endian::Little, Endian::Big]
        .into_iter()
        .find(|&endian| Fields { bytes, endian }.u32(8) == Some(BYTE_ORDER_MAGIC))
}
