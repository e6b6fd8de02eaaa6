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
