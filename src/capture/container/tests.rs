//! Files made by hand, read by [`Source`].

use proptest::prelude::*;

use super::*;
use crate::capture::source::{Input, Source};

/// Writes numbers in one byte order.
#[derive(Clone, Copy)]
struct Order(Endian);

impl Order {
    fn u16(self, number: u16) -> [u8; 2] {
        match self.0 {
            Endian::Little => number.to_le_bytes(),
            Endian::Big => number.to_be_bytes(),
        }
    }
    fn u32(self, number: u32) -> [u8; 4] {
        match self.0 {
            Endian::Little => number.to_le_bytes(),
            Endian::Big => number.to_be_bytes(),
        }
    }
    fn u32s(self, numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|&number| self.u32(number)).collect()
    }
    /// A block of pcapng.
    fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let body = padded(body.to_vec());
        let length = self.u32(12 + body.len() as u32);
        [&self.u32(kind), &length, &body[..], &length].concat()
    }
    fn option(self, code: u16, value: &[u8]) -> Vec<u8> {
        [
            &self.u16(code)[..],
            &self.u16(value.len() as u16),
            &padded(value.to_vec()),
        ]
        .concat()
    }
    fn section(self) -> Vec<u8> {
        let version = [self.u16(1), self.u16(0)].concat();
        let head = [&self.u32(0x1a2b_3c4d)[..], &version, &[0xff; 8]].concat();
        self.block(
            0x0a0d_0d0a,
            &[head, self.option(3, b"Linux"), self.option(4, b"dumpcap")].concat(),
        )
    }
    fn interface(self, link_type: u16, snaplen: u32, options: &[Vec<u8>]) -> Vec<u8> {
        self.block(
            1,
            &[&self.u16(link_type)[..], &[0; 2], &self.u32(snaplen), &options.concat()].concat(),
        )
    }
    fn enhanced(self, interface: u32, ticks: u64, packet: &[u8], options: &[u8]) -> Vec<u8> {
        let length = packet.len() as u32;
        let head = self.u32s(&[interface, (ticks >> 32) as u32, ticks as u32, length, length + 5]);
        self.block(6, &[head, padded(packet.to_vec()), options.to_vec()].concat())
    }
}

const LE: Order = Order(Endian::Little);
const BE: Order = Order(Endian::Big);

fn padded(mut octets: Vec<u8>) -> Vec<u8> {
    octets.resize(octets.len().next_multiple_of(4), 0);
    octets
}

/// A pcap file of two packets, 1.5 and 2.5 seconds after 1970.
fn pcap(order: Order, magic: u32, network: u32, more: usize, record_header: usize) -> Vec<u8> {
    let half = if [0xa1b2_3c4d, 0x1c00_01ac].contains(&magic) {
        500_000_000
    } else {
        500_000
    };
    let mut file = [&order.u32(magic)[..], &order.u16(2), &order.u16(4), &[0; 8]].concat();
    file.extend(order.u32s(&[65_535, network]));
    file.resize(24 + more, 0);
    for (seconds, packet) in [(1, &b"hello"[..]), (2, b"world!!")] {
        let mut head = order.u32s(&[seconds, half, packet.len() as u32, packet.len() as u32 + 2]);
        head.resize(record_header, 0xee);
        file.extend([&head[..], packet].concat());
    }
    file
}

/// A packet as these tests look at it.
#[derive(Debug, PartialEq)]
struct Seen {
    time: Option<i128>,
    link_type: u16,
    endian: Endian,
    fcs: u8,
    interface: u32,
    length: u32,
    data: Vec<u8>,
}

fn input(name: &str, octets: Vec<u8>) -> Input {
    let size = Some(octets.len() as u64);
    Input {
        name: name.to_owned(),
        read: Box::new(std::io::Cursor::new(octets)),
        size,
    }
}

fn read_all(files: Vec<Vec<u8>>) -> (Vec<Seen>, Vec<FileFacts>) {
    let inputs = files.into_iter().map(|octets| input("x", octets)).collect();
    let mut source = Source::open(inputs).unwrap();
    let mut seen = Vec::new();
    while let Some(packet) = source.next() {
        seen.push(Seen {
            time: packet.time.map(|time| time.0),
            link_type: packet.link_type.0,
            endian: packet.endian,
            fcs: packet.fcs,
            interface: packet.interface,
            length: packet.length,
            data: packet.data.to_vec(),
        });
    }
    (seen, source.files().to_vec())
}

fn read(file: Vec<u8>) -> (Vec<Seen>, FileFacts) {
    let (seen, mut facts) = read_all(vec![file]);
    (seen, facts.swap_remove(0))
}

const SECOND: i128 = 1_000_000_000;

#[test]
fn every_variant_of_pcap() {
    for (magic, more, record_header, name) in [
        (0xa1b2_c3d4, 0, 16, "microseconds"),
        (0xa1b2_3c4d, 0, 16, "nanoseconds"),
        (0xa1b2_cd34, 0, 24, "modified, microseconds"),
        (
            0xa1b2_cd34,
            0,
            28,
            "modified, microseconds, record headers of 28 octets",
        ),
        (0xa1b2_c3d4, 0, 24, "microseconds, record headers of 24 octets"),
        (0xa1b2_c3d4, 0, 20, "microseconds, record headers of 20 octets"),
        (0x1c00_01ac, 4, 16, "IXIA, nanoseconds"),
        (0x1c00_01ab, 4, 16, "IXIA, microseconds"),
    ] {
        for (order, words) in [(LE, "little-endian"), (BE, "big-endian")] {
            let (seen, facts) = read(pcap(order, magic, 101, more, record_header));
            assert_eq!(facts.variant, format!("{words}, {name}"));
            assert_eq!(
                (facts.damage.len(), facts.truncated, facts.frames),
                (0, false, 2),
                "{name}"
            );
            assert_eq!(
                (facts.first, facts.last),
                (Some(Time(SECOND * 3 / 2)), Some(Time(SECOND * 5 / 2)))
            );
            assert_eq!(
                (seen[0].time, seen[0].length, &seen[0].data[..]),
                (Some(SECOND * 3 / 2), 7, &b"hello"[..])
            );
            assert_eq!(
                (seen[1].link_type, seen[1].endian, &seen[1].data[..]),
                (101, order.0, &b"world!!"[..])
            );
        }
    }
}

#[test]
fn the_upper_bits_of_the_link_type_tell_the_fcs() {
    for (network, link_type, fcs) in [
        (1, 1, 0),
        (0x2400_0001, 1, 4),
        (0x1400_0069, 105, 2),
        // Without the flag they mean nothing.
        (0x3000_0084, 132, 0),
    ] {
        let (seen, facts) = read(pcap(LE, 0xa1b2_c3d4, network, 0, 16));
        assert_eq!((seen[0].link_type, seen[0].fcs), (link_type, fcs), "{network:#x}");
        assert_eq!(facts.interfaces[0].link_type, LinkType(link_type));
    }
}

#[test]
fn a_record_that_is_too_long_ends_the_file_and_takes_no_memory() {
    let mut file = pcap(LE, 0xa1b2_c3d4, 1, 0, 16);
    file[24 + 21 + 8..][..4].copy_from_slice(&[0xff; 4]);
    let (seen, facts) = read(file);
    assert_eq!((seen.len(), facts.truncated), (1, false));
    assert_eq!(facts.damage[0].offset, 45);
    assert!(facts.damage[0].what.contains("4294967295"), "{:?}", facts.damage);
}

/// A file with everything: three sections of both orders, all kinds of blocks.
fn everything() -> Vec<u8> {
    let mut file = Vec::new();
    for order in [LE, BE, LE] {
        let names = [
            &order.u16(1)[..],
            &order.u16(15),
            &[192, 0, 2, 1],
            b"a.example\0b\0",
            &order.u16(0),
            &order.u16(0),
        ];
        let offset = match order.0 {
            Endian::Little => 100i64.to_le_bytes(),
            Endian::Big => 100i64.to_be_bytes(),
        };
        let dropped = match order.0 {
            Endian::Little => 7u64.to_le_bytes(),
            Endian::Big => 7u64.to_be_bytes(),
        };
        let comment = order.option(1, b"look here");
        file.extend(
            [
                order.section(),
                order.block(0xbad, b"custom, without a packet"),
                order.interface(1, 4, &[order.option(2, b"eth0"), order.option(11, b"\0udp")]),
                order.enhanced(
                    0,
                    3_000_000,
                    b"micro",
                    &[comment, order.option(2, &order.u32(4 << 5))].concat(),
                ),
                order.block(3, &[&order.u32(9)[..], b"snap"].concat()),
                order.interface(
                    113,
                    0,
                    &[order.option(9, &[3]), order.option(14, &offset), order.option(13, &[4])],
                ),
                order.enhanced(1, 3500, b"milli", &[]),
                order.block(
                    2,
                    &[
                        &order.u16(1)[..],
                        &order.u16(0),
                        &order.u32s(&[0, 4500, 3, 3]),
                        &padded(b"old".to_vec()),
                    ]
                    .concat(),
                ),
                order.block(4, &names.concat()),
                order.block(5, &[order.u32s(&[1, 0, 0]), order.option(5, &dropped)].concat()),
                order.block(10, &[&order.u32s(&[0x544c_534b, 6])[..], b"secret"].concat()),
                order.block(0x4000_1234, b"nobody knows"),
                order.interface(101, 0, &[order.option(9, &[0x80 | 10])]),
                order.enhanced(2, 1536, b"binary", &[]),
            ]
            .concat(),
        );
    }
    file
}

#[test]
fn every_block_of_pcapng_in_sections_of_both_orders() {
    let (seen, facts) = read(everything());
    assert_eq!(facts.damage, []);
    for (section, packets) in seen.chunks(5).enumerate() {
        let interface = section as u32 * 3;
        let endian = if section == 1 { Endian::Big } else { Endian::Little };
        let packet = |time, link_type, fcs, number, length, data: &[u8]| Seen {
            time,
            link_type,
            endian,
            fcs,
            interface: interface + number,
            length,
            data: data.to_vec(),
        };
        let expected = [
            packet(Some(3 * SECOND), 1, 4, 0, 10, b"micro"),
            packet(None, 1, 0, 0, 9, b"snap"),
            packet(Some(103 * SECOND + SECOND / 2), 113, 4, 1, 10, b"milli"),
            packet(Some(104 * SECOND + SECOND / 2), 113, 4, 1, 3, b"old"),
            packet(Some(SECOND * 3 / 2), 101, 0, 2, 11, b"binary"),
        ];
        assert_eq!(packets, expected, "section {section}");
    }
    assert_eq!((seen.len(), facts.interfaces.len()), (15, 9));
    assert_eq!(facts.variant, "3 sections, the last little-endian");
    assert_eq!(facts.writer.as_deref(), Some("dumpcap, Linux"));
    let comments: Vec<_> = facts.comments.iter().map(|(frame, text)| (*frame, &text[..])).collect();
    assert_eq!(
        comments,
        [(Some(1), "look here"), (Some(6), "look here"), (Some(11), "look here")]
    );
    assert_eq!(
        facts.names[..2],
        [
            ([192, 0, 2, 1].into(), "a.example".to_owned()),
            ([192, 0, 2, 1].into(), "b".to_owned())
        ]
    );
    assert_eq!(facts.dropped, Some(21));
    assert_eq!(
        facts.secrets[0],
        SecretsBlock {
            kind: 0x544c_534b,
            bytes: b"secret".to_vec()
        }
    );
    assert!(!format!("{facts:?}").contains("secret\""), "secrets are not shown");
    let interface = &facts.interfaces[3];
    assert_eq!(
        (interface.index, interface.name.as_deref(), interface.filter.as_deref()),
        (3, Some("eth0"), Some("udp"))
    );
}

#[test]
fn damage_of_pcapng_is_told_with_its_offset() {
    let section = LE.section();
    let at = section.len() as u64;
    let packet = LE.enhanced(0, 0, b"hello", &[]);
    let interface = LE.interface(1, 0, &[]);
    let mut ends_differ = packet.clone();
    *ends_differ.last_mut().unwrap() = 1;
    let mut overlong = packet.clone();
    overlong[20] = 0xff;
    let mut endless = packet.clone();
    endless[4..8].copy_from_slice(&[0xf0, 0xff, 0xff, 0x7f]);
    let mut tiny = packet.clone();
    tiny[4..8].copy_from_slice(&[8, 0, 0, 0]);
    let mut future = section.clone();
    future[12] = 9;
    let before = at + interface.len() as u64;
    for (blocks, offset, what) in [
        (vec![&section, &packet], at, "interface 0 where 0 are described"),
        (
            vec![&section, &interface, &ends_differ],
            before,
            "40 octets long by its beginning, 16777256 by its end",
        ),
        (
            vec![&section, &interface, &overlong],
            before,
            "a packet of 255 octets in a block that has 8 for it",
        ),
        (vec![&section, &interface, &endless], before, "more than it can have"),
        (vec![&section, &interface, &tiny], before, "a block of 8 octets"),
        (vec![&section, &future], at, "a section of version 9.0"),
    ] {
        // Nothing after it is read.
        let blocks: Vec<_> = blocks
            .into_iter()
            .chain([&interface, &packet])
            .flatten()
            .copied()
            .collect();
        let (seen, facts) = read(blocks);
        assert_eq!(
            (seen.len(), facts.damage.len(), facts.truncated),
            (0, 1, false),
            "{what}: {:?}",
            facts.damage
        );
        assert_eq!(facts.damage[0].offset, offset, "{what}");
        assert!(facts.damage[0].what.contains(what), "{what}: {:?}", facts.damage);
    }
}

#[test]
fn a_block_too_large_to_be_of_use_is_passed_over() {
    let large = LE.block(0xbad, &vec![7; 17 << 20]);
    let file = [
        LE.section(),
        LE.interface(1, 0, &[]),
        large,
        LE.enhanced(0, 0, b"hello", &[]),
    ]
    .concat();
    let (seen, facts) = read(file);
    assert_eq!((seen.len(), facts.damage), (1, vec![]));
}

#[test]
fn a_file_cut_anywhere_is_read_to_the_cut() {
    for (file, ends) in [
        (pcap(LE, 0xa1b2_c3d4, 1, 0, 16), [24, 45, 68].as_slice()),
        (pcap(BE, 0xa1b2_cd34, 1, 0, 24), &[24, 53, 84]),
    ] {
        for cut in 4..=file.len() {
            let (seen, facts) = read(file[..cut].to_vec());
            let whole = ends.iter().filter(|&&end| end <= cut).count().saturating_sub(1);
            assert_eq!(seen.len(), whole, "{cut}");
            assert_eq!(facts.truncated, !ends.contains(&cut), "{cut}");
            assert_eq!(facts.damage.is_empty(), ends.contains(&cut), "{cut}");
        }
    }
    let file = everything();
    let mut before = 0;
    for cut in 12..=file.len() {
        let (seen, facts) = read(file[..cut].to_vec());
        assert!(seen.len() == before || seen.len() == before + 1);
        before = seen.len();
        assert_eq!(facts.truncated, !facts.damage.is_empty(), "{cut}");
    }
    assert_eq!(before, 15);
}

#[test]
fn files_are_merged_by_time_and_keep_their_own_order() {
    let interface = || LE.interface(1, 0, &[]);
    let file = |packets: &[(Option<u64>, &[u8])]| {
        let mut file = [LE.section(), interface()].concat();
        for (time, data) in packets {
            file.extend(match time {
                Some(time) => LE.enhanced(0, *time, data, &[]),
                None => LE.block(3, &[&LE.u32(data.len() as u32)[..], data].concat()),
            });
        }
        file
    };
    // The second goes back in time, and has a packet without one.
    let first = file(&[(Some(10), b"a1"), (Some(20), b"a2"), (Some(40), b"a3")]);
    let second = file(&[(Some(20), b"b1"), (None, b"b2"), (Some(15), b"b3"), (Some(50), b"b4")]);
    let third = pcap(BE, 0xa1b2_3c4d, 101, 0, 16);
    let (seen, facts) = read_all(vec![first, second, third]);
    let order: Vec<_> = seen.iter().map(|seen| (seen.interface, &seen.data[..])).collect();
    let expected: [(u32, &[u8]); 9] = [
        (0, b"a1"),
        (0, b"a2"),
        (1, b"b1"),
        (1, b"b2"),
        (1, b"b3"),
        (0, b"a3"),
        (1, b"b4"),
        (2, b"hello"),
        (2, b"world!!"),
    ];
    assert_eq!(order, expected);
    assert_eq!(facts.iter().map(|file| file.frames).collect::<Vec<_>>(), [3, 4, 2]);
    assert_eq!(facts[2].interfaces[0].index, 2);
}

#[test]
fn progress_counts_octets_of_the_file() {
    let file = everything();
    let size = file.len() as u64;
    let mut source = Source::open(vec![input("x", file)]).unwrap();
    assert_eq!(source.size(), Some(size));
    while source.next().is_some() {}
    assert_eq!((source.progress(), source.files()[0].bytes), (size, size));
}

proptest! {
    #[test]
    fn damage_never_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), is_pcapng: bool) {
        let mut file = if is_pcapng { everything() } else { pcap(LE, 0xa1b2_c3d4, 1, 0, 16) };
        for (index, octet) in changes {
            let at = 12 + index.index(file.len() - 12);
            file[at] = octet;
        }
        let (seen, facts) = read(file);
        prop_assert!(seen.len() <= 15);
        prop_assert_eq!(facts.frames as usize, seen.len());
    }
}
