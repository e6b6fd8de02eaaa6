//! How long a packet takes from its link layer to its UDP payload: what most of a capture is.

use std::hint::black_box;
use std::net::SocketAddr;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rtcdiag::capture::{Dissector, Endian, FrameKind, LinkType, Packet, Sink, TcpSignal, Time, Unit};
use rtcdiag::time::At;

/// Looks at what it gets, and keeps nothing.
struct Look;

impl Sink for Look {
    fn unit(&mut self, unit: &Unit<'_>) {
        black_box(unit);
    }

    fn tcp(&mut self, _: u64, _: At, _: SocketAddr, _: SocketAddr, signal: TcpSignal) {
        black_box(signal);
    }

    fn frame(&mut self, _: &Packet<'_>, _: At, kind: FrameKind) {
        black_box(kind);
    }
}

/// RTP of 1100 octets in UDP.
fn datagram() -> Vec<u8> {
    let mut datagram = vec![0x9c, 0x40, 0x9c, 0x41];
    datagram.extend(1108u16.to_be_bytes());
    datagram.extend([0, 0, 0x80, 0x60]);
    datagram.resize(1108, 0x55);
    datagram
}

fn ethernet_ipv4(tags: &[u8]) -> Vec<u8> {
    let mut frame = [&[2; 12][..], tags, &[0x08, 0x00, 0x45, 0]].concat();
    frame.extend(1128u16.to_be_bytes());
    frame.extend([0, 0, 0x40, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
    frame.extend(datagram());
    frame
}

fn ethernet_ipv6() -> Vec<u8> {
    let mut frame = [&[2; 12][..], &[0x86, 0xdd, 0x60, 0, 0, 0]].concat();
    frame.extend(1108u16.to_be_bytes());
    frame.extend([17, 64]);
    frame.extend([0xfd; 16]);
    frame.extend([0xfe; 16]);
    frame.extend(datagram());
    frame
}

fn layers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("layers");
    for (name, data) in [
        ("Ethernet, IPv4, UDP of 1100 octets", ethernet_ipv4(&[])),
        ("Ethernet, IPv6, UDP of 1100 octets", ethernet_ipv6()),
        ("the same with a VLAN", ethernet_ipv4(&[0x81, 0, 0, 5])),
    ] {
        let mut dissector = Dissector::default();
        let mut frame = 0;
        group.throughput(Throughput::Bytes(data.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                frame += 1;
                let packet = Packet {
                    frame,
                    time: Some(Time(1_700_000_000_000_000_000 + i128::from(frame) * 10_000)),
                    link_type: LinkType(1),
                    endian: Endian::Little,
                    fcs: 0,
                    interface: 0,
                    length: data.len() as u32,
                    data: &data,
                };
                dissector.packet(black_box(&packet), &mut Look);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, layers);
criterion_main!(benches);
