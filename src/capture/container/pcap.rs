//! The format of libpcap (draft-ietf-opsawg-pcap), with the variants that never were in a document.

use super::fields::Fields;
use super::{Container, FileFacts, Interface, Record, Window};
use crate::capture::packet::{Endian, LinkType, Time};

/// The largest record that is believed where the file's snap length allows no more, as in libpcap and Wireshark.
const MAX_RECORD: u32 = 256 * 1024;

/// The largest record that is believed at all.
const MAX_SNAPLEN: u32 = 16 << 20;

/// Octets of the file header; IXIA adds four.
const HEADER: usize = 24;

/// Reads the records of a pcap file.
#[derive(Debug)]
pub struct Reader {
    endian: Endian,
    /// Nanoseconds in a unit of the lower half of time stamps.
    unit: i128,
    /// Octets before the packet: 16, or more in the variants.
    record_header: usize,
    /// Up to version 2.3 some writers had the two lengths in the other order.
    swapped: bool,
    link_type: LinkType,
    fcs: u8,
    max_record: u32,
    /// Octets of the record given out last.
    current: usize,
    done: bool,
}

/// What a magic number says: nanoseconds in a unit of time, the sizes that record headers may have, octets in addition
/// to the file header, and the name of the variant.
type Variant = (i128, &'static [usize], usize, &'static str);

fn variant(magic: u32) -> Option<Variant> {
    Some(match magic {
        // Patches to libpcap (ss990417), and Nokia, made record headers larger under the same number.
        0xa1b2_c3d4 => (1000, &[16, 24, 20], 0, "microseconds"),
        0xa1b2_3c4d => (1, &[16], 0, "nanoseconds"),
        // Kuznetzov's patches: ss991029, ss990915.
        0xa1b2_cd34 => (1000, &[24, 28], 0, "modified, microseconds"),
        0x1c00_01ac => (1, &[16], 4, "IXIA, nanoseconds"),
        0x1c00_01ab => (1000, &[16], 4, "IXIA, microseconds"),
        _ => return None,
    })
}

impl Reader {
    /// Reads the file header; `None` if it is none.
    pub fn open(window: &mut Window, facts: &mut FileFacts) -> Option<Reader> {
        window.ensure(HEADER);
        let bytes = window.bytes();
        let orders = [Endian::Little, Endian::Big];
        let (endian, (unit, record_headers, more, name)) = orders.into_iter().find_map(|endian| {
            let magic = Fields { bytes, endian }.u32(0)?;
            Some((endian, variant(magic)?))
        })?;
        facts.container = Container::Pcap;
        facts.variant = format!("{}, {name}", super::order(endian));
        let fields = Fields { bytes, endian };
        let (Some(major), Some(minor), Some(snaplen), Some(network)) =
            (fields.u16(4), fields.u16(6), fields.u32(16), fields.u32(20))
        else {
            facts.truncated = true;
            facts.damaged(0, format!("the file header is cut: {} of {HEADER} octets", bytes.len()));
            return Some(Reader::ended());
        };
        if (major, minor) != (2, 4) {
            facts.variant += &format!(", version {major}.{minor}");
        }
        let link_type = LinkType(network as u16);
        let tsresol = if unit == 1 { 9 } else { 6 };
        let interface = Interface::new(link_type, snaplen);
        facts.interfaces.push(Interface { tsresol, ..interface });
        window.consume(HEADER);
        if !window.skip(more as u64) {
            facts.truncated = true;
        }
        let mut reader = Reader {
            endian,
            unit,
            record_header: record_headers[0],
            swapped: major != 2 || minor <= 3,
            link_type,
            fcs: fcs(network),
            max_record: snaplen.clamp(MAX_RECORD, MAX_SNAPLEN),
            current: 0,
            done: false,
        };
        reader.guess_record_header(window, record_headers);
        if reader.record_header != record_headers[0] {
            facts.variant += &format!(", record headers of {} octets", reader.record_header);
        }
        Some(reader)
    }

    /// A reader that has nothing to read.
    fn ended() -> Reader {
        Reader {
            endian: Endian::Little,
            unit: 1,
            record_header: 16,
            swapped: false,
            link_type: LinkType(0),
            fcs: 0,
            max_record: 0,
            current: 0,
            done: true,
        }
    }

    /// Takes another size of record headers only where the first cannot be right and the other can.
    fn guess_record_header(&mut self, window: &mut Window, sizes: &[usize]) {
        window.ensure(16 * 1024);
        if self.records(window.bytes(), sizes[0]).is_some() {
            return;
        }
        let others = sizes[1..].iter().copied();
        let fits = |&size: &usize| self.records(window.bytes(), size).is_some_and(|count| count >= 2);
        if let Some(size) = others.into_iter().find(fits) {
            self.record_header = size;
        }
    }

    /// Records at the start of `bytes`, up to three, if their headers have this size; the end of the file counts as
    /// one where it follows a record. `None` if one of them makes no sense.
    fn records(&self, bytes: &[u8], header: usize) -> Option<usize> {
        let mut at = 0;
        for count in 0..3 {
            if at == bytes.len() {
                return Some(count + 1);
            }
            let bytes = bytes.get(at..).unwrap_or(&[]);
            let fields = Fields {
                bytes,
                endian: self.endian,
            };
            let (Some(fraction), Some(captured), Some(length)) = (fields.u32(4), fields.u32(8), fields.u32(12)) else {
                return Some(count);
            };
            let is_sane = i128::from(fraction) * self.unit < 1_000_000_000
                && (1..=self.max_record).contains(&captured)
                && (captured <= length || self.swapped)
                && length <= MAX_SNAPLEN;
            if !is_sane {
                return None;
            }
            at += header + captured as usize;
        }
        Some(3)
    }

    /// The next packet.
    pub fn next(&mut self, window: &mut Window, facts: &mut FileFacts) -> Option<Record> {
        window.consume(self.current);
        self.current = 0;
        if self.done {
            return None;
        }
        if !window.ensure(self.record_header) {
            return self.end(window, facts, "the header of a record");
        }
        let fields = Fields {
            bytes: window.bytes(),
            endian: self.endian,
        };
        let (seconds, fraction) = (fields.u32(0)?, fields.u32(4)?);
        let (mut captured, mut length) = (fields.u32(8)?, fields.u32(12)?);
        if self.swapped && captured > length {
            (captured, length) = (length, captured);
        }
        if captured > self.max_record {
            self.done = true;
            facts.damaged(
                window.offset(),
                format!("a record of {captured} octets, which is more than a packet has"),
            );
            return None;
        }
        let size = self.record_header + captured as usize;
        if !window.ensure(size) {
            return self.end(window, facts, "a packet");
        }
        self.current = size;
        Some(Record {
            time: Some(Time(
                i128::from(seconds) * 1_000_000_000 + i128::from(fraction) * self.unit,
            )),
            link_type: self.link_type,
            endian: self.endian,
            fcs: self.fcs,
            interface: 0,
            length,
            data: self.record_header..size,
        })
    }

    #[cold]
    fn end(&mut self, window: &Window, facts: &mut FileFacts, what: &str) -> Option<Record> {
        self.done = true;
        super::end(window, facts, what);
        None
    }
}

/// Octets of the frame check sequence by the upper bits of the link type field: a count of 16-bit words, if the flag
/// says that it is one.
fn fcs(network: u32) -> u8 {
    if network & 0x0400_0000 != 0 {
        (network >> 28) as u8 * 2
    } else {
        0
    }
}
