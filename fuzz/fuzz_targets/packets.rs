//! Packets of any link type, several of them: fragments may be put together.
#![no_main]

use std::net::SocketAddr;

use libfuzzer_sys::fuzz_target;
use rtcdiag::capture::{Dissector, Endian, FrameKind, LinkType, Packet, Sink, TcpSignal, Unit};
use rtcdiag::time::At;

/// Frames come one by one, and what is in them has their number or that of one before.
struct Count(u64);

impl Sink for Count {
    fn unit(&mut self, unit: &Unit<'_>) {
        assert!(unit.frame <= self.0 + 1);
    }

    fn tcp(&mut self, frame: u64, _: At, _: SocketAddr, _: SocketAddr, _: TcpSignal) {
        assert!(frame <= self.0 + 1);
    }

    fn frame(&mut self, packet: &Packet<'_>, _: At, _: FrameKind) {
        self.0 += 1;
        assert_eq!(packet.frame, self.0);
    }
}

fuzz_target!(|input: (u16, bool, u8, Vec<(Vec<u8>, u16)>)| {
    let (link_type, little, fcs, packets) = input;
    let mut dissector = Dissector::default();
    let mut sink = Count(0);
    for (data, missing) in &packets {
        let packet = Packet {
            frame: sink.0 + 1,
            time: None,
            link_type: LinkType(link_type),
            endian: if little { Endian::Little } else { Endian::Big },
            fcs: fcs & 7,
            interface: 0,
            length: data.len() as u32 + u32::from(*missing),
            data,
        };
        dissector.packet(&packet, &mut sink);
    }
    dissector.finish(&mut sink);
});
