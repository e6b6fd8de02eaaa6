//! [`Dissector`]: packets in, units out. It joins the layers below TCP with the streams of TCP.

use crate::capture::ip::fragments::FragmentFacts;
use crate::capture::layers::{Layers, Transports};
use crate::capture::packet::{Packet, Time};
use crate::capture::tcp::{Segment, Tcp};
use crate::capture::unit::{Sink, Unit};
use crate::time::At;

/// Takes packets in the order of their frames and hands what they carry to a [`Sink`].
#[derive(Debug, Default)]
pub struct Dissector {
    layers: Layers,
    tcp: Tcp,
    began: Option<Time>,
    at: At,
}

impl Dissector {
    /// Reads one packet. Units, what TCP says, and the end of the frame go to `sink`.
    #[inline]
    pub fn packet(&mut self, packet: &Packet<'_>, sink: &mut impl Sink) {
        if let Some(time) = packet.time {
            let began = *self.began.get_or_insert(time);
            self.at = At::new(time.since(began));
        }
        let mut joined = Joined {
            tcp: &mut self.tcp,
            sink,
        };
        let kind = self.layers.read(packet, self.at, &mut joined);
        sink.frame(packet, self.at, kind);
    }

    /// The capture ends: gives out what TCP still holds, and counts fragments that still wait as lost.
    pub fn finish(&mut self, sink: &mut impl Sink) {
        self.tcp.finish(sink);
        self.layers.finish();
    }

    /// When the first frame that says when was captured.
    pub fn began(&self) -> Option<Time> {
        self.began
    }

    /// What became of fragmented datagrams.
    pub fn fragments(&self) -> &FragmentFacts {
        self.layers.fragments()
    }

    /// Packets whose headers were nested deeper than is read.
    pub fn too_deep(&self) -> u64 {
        self.layers.too_deep()
    }

    /// The streams of TCP.
    pub fn tcp(&self) -> &Tcp {
        &self.tcp
    }
}

/// Datagrams go straight on, segments through TCP.
struct Joined<'a, S> {
    tcp: &'a mut Tcp,
    sink: &'a mut S,
}

impl<S: Sink> Transports for Joined<'_, S> {
    #[inline]
    fn datagram(&mut self, unit: &Unit<'_>) {
        self.sink.unit(unit);
    }

    fn segment(&mut self, segment: &Segment<'_>) {
        self.tcp.segment(segment, self.sink);
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use crate::capture::packet::{Endian, LinkType};
    use crate::capture::unit::{FrameKind, TcpSignal};

    /// The times of units, and the ends of frames.
    #[derive(Default)]
    struct Times(Vec<(u64, At)>, Vec<(u64, At, bool)>);

    impl Sink for Times {
        fn unit(&mut self, unit: &Unit<'_>) {
            self.0.push((unit.frame, unit.at));
        }

        fn tcp(&mut self, _: u64, _: At, _: SocketAddr, _: SocketAddr, _: TcpSignal) {}

        fn frame(&mut self, packet: &Packet<'_>, at: At, kind: FrameKind) {
            self.1.push((packet.frame, at, kind.udp));
        }
    }

    #[test]
    fn times_count_from_the_first_and_never_go_below_it() {
        // IPv4 and UDP, without payload.
        let data = [
            0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 0, 1, 0, 2, 0, 8, 0, 0,
        ];
        let mut dissector = Dissector::default();
        let mut sink = Times::default();
        let ms = 1_000_000;
        let times = [
            None,
            Some(Time(50 * ms)),
            Some(Time(53 * ms)),
            None,
            Some(Time(-9 * ms)),
            Some(Time(51 * ms)),
        ];
        for (frame, time) in (1..).zip(times) {
            let packet = Packet {
                frame,
                time,
                link_type: LinkType(101),
                endian: Endian::Little,
                fcs: 0,
                interface: 0,
                length: 28,
                data: &data,
            };
            dissector.packet(&packet, &mut sink);
        }
        dissector.finish(&mut sink);
        let expected = [0, 0, 3, 3, 0, 1].map(At::from_millis);
        let frames: Vec<(u64, At)> = (1..).zip(expected).collect();
        assert_eq!(sink.0, frames);
        assert!(sink.1.iter().map(|&(frame, at, _)| (frame, at)).eq(frames));
        assert!(sink.1.iter().all(|&(.., udp)| udp));
        assert_eq!(dissector.began(), Some(Time(50 * ms)));
    }
}
