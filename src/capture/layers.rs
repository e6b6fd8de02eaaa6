//! [`Layers`]: from a packet down to the UDP datagrams and TCP segments in it, through whatever stands between.

use std::net::{IpAddr, SocketAddr};

use crate::capture::ip::fragments::{FragmentFacts, Fragments};
use crate::capture::ip::{self, Fragment, Header, protocol};
use crate::capture::link::{self, Layer, wlan};
use crate::capture::octets::Octets;
use crate::capture::packet::Packet;
use crate::capture::tcp::Segment;
use crate::capture::unit::{FrameKind, Framing, IcmpError, Unit};
use crate::capture::{icmp, tunnel};
use crate::datagram::Transport;
use crate::time::At;

/// IP headers and tunnels in one another; more is an attempt to make us work.
const DEEPEST: u8 = 16;
/// Headers of links before an IP header: tags, labels.
const MOST_HEADERS: usize = 32;

/// Takes what packets carry above IP.
pub trait Transports {
    /// The payload of a UDP datagram.
    fn datagram(&mut self, unit: &Unit<'_>);

    /// A TCP segment, not yet in order.
    fn segment(&mut self, segment: &Segment<'_>);
}

/// Reads packets. Keeps nothing between them but fragments.
#[derive(Debug, Default)]
pub struct Layers {
    fragments: Fragments,
    too_deep: u64,
}

impl Layers {
    /// Reads one packet, captured `at`.
    #[inline]
    pub fn read(&mut self, packet: &Packet<'_>, at: At, out: &mut impl Transports) -> FrameKind {
        let octets = without_fcs(packet);
        let kind = FrameKind {
            cut: octets.missing > 0,
            ..FrameKind::default()
        };
        let mut reading = Reading {
            layers: self,
            out,
            packet,
            at,
            kind,
            depth: 0,
            icmp: None,
        };
        reading.link(Layer::Link(packet.link_type), octets);
        let mut kind = reading.kind;
        kind.undecoded = !(kind.udp || kind.tcp || kind.icmp || kind.fragment);
        kind
    }

    /// The capture ends: fragments that still wait are lost.
    pub fn finish(&mut self) {
        self.fragments.finish();
    }

    /// What became of fragmented datagrams.
    pub fn fragments(&self) -> &FragmentFacts {
        self.fragments.facts()
    }

    /// Packets whose headers were nested deeper than is read.
    pub fn too_deep(&self) -> u64 {
        self.too_deep
    }
}

/// The octets of a packet without the frame check sequence, as far as that was captured.
#[inline]
fn without_fcs<'a>(packet: &Packet<'a>) -> Octets<'a> {
    let length = usize::try_from(packet.length).unwrap_or(usize::MAX);
    let whole = Octets {
        bytes: packet.data,
        missing: length.saturating_sub(packet.data.len()),
    };
    whole.limit(whole.total().saturating_sub(usize::from(packet.fcs)))
}

/// One packet being read.
struct Reading<'a, T> {
    layers: &'a mut Layers,
    out: &'a mut T,
    packet: &'a Packet<'a>,
    at: At,
    kind: FrameKind,
    depth: u8,
    /// The ICMP error that quotes what is being read.
    icmp: Option<IcmpError>,
}

impl<T: Transports> Reading<'_, T> {
    /// Goes down from `layer`. Whether an IP header stood there.
    #[inline]
    fn link(&mut self, mut layer: Layer, mut octets: Octets<'_>) -> bool {
        for _ in 0..MOST_HEADERS {
            match layer {
                Layer::Ip => return self.ip(octets),
                Layer::Gre => return self.tunneled(tunnel::gre::open(octets)),
                Layer::Amsdu => return self.aggregate(octets),
                _ => {}
            }
            let Some(inner) = link::open(layer, octets, self.packet.endian) else {
                return false;
            };
            (layer, octets) = (inner.layer, inner.octets);
        }
        self.layers.too_deep += 1;
        false
    }

    /// Several frames in one.
    fn aggregate(&mut self, octets: Octets<'_>) -> bool {
        let mut found = false;
        for inner in wlan::subframes(octets) {
            found |= self.link(inner.layer, inner.octets);
        }
        found
    }

    /// What a tunnel carries. Whether an IP header stood there.
    fn tunneled(&mut self, inner: Option<link::Inner<'_>>) -> bool {
        let Some(inner) = inner else {
            return false;
        };
        self.deeper(|reading| reading.link(inner.layer, inner.octets))
            .unwrap_or(false)
    }

    /// Reads what is inside something else, if that is not too deep.
    fn deeper<R>(&mut self, read: impl FnOnce(&mut Self) -> R) -> Option<R> {
        if self.depth >= DEEPEST {
            self.layers.too_deep += 1;
            return None;
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        Some(result)
    }

    /// An IP packet. Whether it is one.
    #[inline]
    fn ip(&mut self, octets: Octets<'_>) -> bool {
        let Some(mut header) = ip::read(octets) else {
            return false;
        };
        self.extended(&mut header);
        true
    }

    /// The headers between IP and transport.
    #[inline]
    fn extended(&mut self, header: &mut Header<'_>) {
        if header.extend().is_none() {
            return;
        }
        match header.fragment {
            None => self.upper(header),
            Some(_) if self.icmp.is_some() => self.quoted_fragment(header),
            Some(place) => self.fragment(header, place),
        }
    }

    /// Puts fragments together, and reads on when the last has come.
    fn fragment(&mut self, header: &Header<'_>, place: Fragment) {
        self.kind.fragment = true;
        let packet = self.packet;
        let fragments = &mut self.layers.fragments;
        let Some(whole) = fragments.add(header, place, packet.interface, packet.frame, self.at) else {
            return;
        };
        let payload = Octets {
            bytes: &whole.bytes,
            missing: whole.missing,
        };
        let mut datagram = Header {
            protocol: whole.protocol,
            fragment: None,
            payload,
            ..*header
        };
        self.deeper(|reading| reading.extended(&mut datagram));
        self.layers.fragments.give_back(whole);
    }

    /// A fragment that an ICMP error quotes: the first has the ports. How long its datagram is, only UDP says.
    fn quoted_fragment(&mut self, header: &Header<'_>) {
        self.kind.fragment = true;
        if header.fragment.is_some_and(|place| place.offset == 0) {
            let bytes = header.payload.bytes;
            let length = header.payload.u16(4).filter(|_| header.protocol == protocol::UDP);
            let missing = length.map_or(0, |length| usize::from(length).saturating_sub(bytes.len()));
            let payload = Octets { bytes, missing };
            self.upper(&Header { payload, ..*header });
        }
    }

    /// What IP carries: a transport, a message, or another packet.
    #[inline]
    fn upper(&mut self, header: &Header<'_>) {
        let within = |layer| link::Inner::after(header.payload, 0, layer);
        let inner = match header.protocol {
            protocol::UDP => return self.udp(header),
            protocol::TCP => return self.tcp(header),
            protocol::ICMP | protocol::ICMPV6 => return self.icmp(header),
            protocol::IPV4 | protocol::IPV6 | protocol::IPIP => within(Layer::Ip),
            protocol::GRE => within(Layer::Gre),
            protocol::MPLS => within(Layer::EtherType(0x8847)),
            protocol::ETHERNET => within(Layer::Ethernet),
            protocol::ETHERIP => link::Inner::after(header.payload, 2, Layer::Ethernet),
            _ => None,
        };
        self.tunneled(inner);
    }

    /// A UDP datagram (RFC 768), or what a tunnel has inside it.
    #[inline]
    fn udp(&mut self, header: &Header<'_>) {
        const HEADER: usize = 8;
        let Some(&fixed) = header.payload.bytes.first_chunk::<HEADER>() else {
            return;
        };
        let [from, to, length] = [0, 2, 4].map(|at| u16::from_be_bytes([fixed[at], fixed[at + 1]]));
        // 0 in jumbograms (RFC 2675 §4) and before the network card has cut the packet. What else cannot be is not
        // believed: IP knows better.
        let total = header.payload.total();
        let length = match usize::from(length) {
            length if (HEADER..=total).contains(&length) => length,
            _ => total,
        };
        let Some(payload) = header.payload.limit(length).skip(HEADER) else {
            return;
        };
        if self.tunneled(tunnel::udp::open(from, to, payload)) {
            return;
        }
        self.kind.udp = true;
        self.out.datagram(&Unit {
            frame: self.packet.frame,
            time: self.packet.time,
            at: self.at,
            transport: Transport::Udp,
            src: SocketAddr::new(header.src, from),
            dst: SocketAddr::new(header.dst, to),
            bytes: payload.bytes,
            missing: payload.missing,
            framing: Framing::Datagram,
            icmp: self.icmp,
        });
    }

    /// A TCP segment (RFC 9293 §3.1). An ICMP error may quote eight octets of it: the ports and the sequence number.
    fn tcp(&mut self, header: &Header<'_>) {
        const HEADER: usize = 20;
        let octets = header.payload;
        let (Some(from), Some(to), Some(seq)) = (octets.u16(0), octets.u16(2), octets.u32(4)) else {
            return;
        };
        let length = octets.u8(12).map_or(HEADER, |offset| 4 * usize::from(offset >> 4));
        if length < HEADER || length > octets.total() {
            return;
        }
        let payload = octets.skip(length).unwrap_or(Octets {
            bytes: &[],
            missing: octets.total() - length,
        });
        self.kind.tcp = true;
        self.out.segment(&Segment {
            frame: self.packet.frame,
            time: self.packet.time,
            at: self.at,
            src: SocketAddr::new(header.src, from),
            dst: SocketAddr::new(header.dst, to),
            seq,
            ack: octets.u32(8).unwrap_or(0),
            flags: octets.u8(13).unwrap_or(0),
            payload: payload.bytes,
            missing: payload.missing,
            icmp: self.icmp,
        });
    }

    /// An ICMP message, and the packet that it quotes.
    fn icmp(&mut self, header: &Header<'_>) {
        let expected = match header.src {
            IpAddr::V4(_) => protocol::ICMP,
            IpAddr::V6(_) => protocol::ICMPV6,
        };
        if header.protocol != expected {
            return;
        }
        self.kind.icmp = true;
        if let Some((error, quote)) = icmp::quoted(header) {
            let outer = self.icmp.replace(error);
            self.tunneled(link::Inner::after(quote, 0, Layer::Ip));
            self.icmp = outer;
        }
    }
}

#[cfg(test)]
mod tests;
