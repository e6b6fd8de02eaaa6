//! How long a packet of RTP takes: told from others, and counted in its stream.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use rtcdiag::datagram::Seen;
use rtcdiag::flow::rtp::Media;
use rtcdiag::flow::{Direction, SessionId};
use rtcdiag::proto::demux::{Context, identify};
use rtcdiag::time::At;

/// A packet of video with three header extensions.
fn packet(ssrc: u32) -> Vec<u8> {
    let mut bytes = vec![0x90, 111, 0, 0, 0, 0, 0, 0];
    bytes.extend(ssrc.to_be_bytes());
    bytes.extend([0xbe, 0xde, 0, 2, 0x10, 1, 0x22, 1, 2, 3, 0x30, 5]);
    bytes.resize(1100, 0x55);
    bytes
}

fn rtp(criterion: &mut Criterion) {
    let context = Context {
        source_port: 50_000,
        destination_port: 50_001,
        ..Context::default()
    };
    for streams in [1u32, 64] {
        let mut media = Media::default();
        (0..streams).for_each(|session| media.trust(SessionId(session)));
        let mut packets: Vec<_> = (0..streams).map(packet).collect();
        let mut count = 0u32;
        criterion.bench_function(&format!("a packet of one of {streams} streams"), |bencher| {
            bencher.iter(|| {
                let session = count % streams;
                let number = count / streams;
                let bytes = &mut packets[session as usize];
                bytes[2..4].copy_from_slice(&(number as u16).to_be_bytes());
                bytes[4..8].copy_from_slice(&number.wrapping_mul(3000).to_be_bytes());
                count += 1;
                let seen = Seen {
                    frame: u64::from(count),
                    at: At::new(Duration::from_micros(10 * u64::from(count))),
                };
                let protocol = identify(black_box(bytes), 0, &context);
                (
                    protocol,
                    media.rtp(SessionId(session), Direction::Forward, seen, bytes, 0),
                )
            });
        });
    }
}

criterion_group!(benches, rtp);
criterion_main!(benches);
