//! Media: RTP and RTCP as one session has them, SCTP with its channels, and what a datagram is taken for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcdiag::datagram::Seen;
use rtcdiag::flow::rtp::Media;
use rtcdiag::flow::{Direction, SessionId};
use rtcdiag::proto::demux::{Context, identify};
use rtcdiag::proto::rtcp::Packets;
use rtcdiag::proto::{dcep, sctp};

fuzz_target!(|input: &[u8]| {
    let mut media = Media::default();
    media.trust(SessionId(0));
    let mut frame = 0;
    // Datagrams of up to 255 octets, one behind the other: most facts need several.
    let mut rest = input;
    while let Some((&length, tail)) = rest.split_first() {
        let (datagram, tail) = tail.split_at(usize::from(length).min(tail.len()));
        rest = tail;
        frame += 1;
        let seen = Seen {
            frame,
            ..Seen::default()
        };
        let missing = frame as usize % 3;
        let _ = identify(datagram, missing, &Context::default());
        for direction in [Direction::Forward, Direction::Backward] {
            media.rtp(SessionId(0), direction, seen, datagram, missing);
            media.rtcp(SessionId(0), direction, seen, datagram, missing);
        }
        for packet in Packets::new(datagram) {
            let _ = format!("{:?}", packet.body());
        }
        if let Ok(packet) = sctp::Packet::decode(datagram) {
            for data in packet.chunks().filter_map(|chunk| chunk.data()) {
                let _ = dcep::Message::decode(data.payload);
            }
        }
    }
    for stream in media.streams() {
        let _ = (media.clock(stream), media.receptions(stream), media.encrypted(stream), stream.lost());
    }
});
