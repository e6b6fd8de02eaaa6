//! Link layers: from a link type down to the network layer, one header at a time.
//!
//! [`open`] takes one header off; who calls it repeats that until a network layer ([`Layer::is_network`]) or nothing
//! known stands there. Headers that carry several packets (A-MSDU) are split by [`wlan::subframes`].

pub mod cooked;
pub mod ethernet;
pub mod ppp;
pub mod tags;
pub mod wlan;

use crate::capture::octets::Octets;
use crate::capture::packet::{Endian, LinkType};

/// What a stretch of octets begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The header of a link type, as capture files number them.
    Link(LinkType),
    /// An Ethernet header.
    Ethernet,
    /// What an EtherType announces.
    EtherType(u16),
    /// An IEEE 802.2 LLC header.
    Llc,
    /// PPP, its protocol field first; the address and control octets may stand before it.
    Ppp,
    /// An IEEE 802.11 header, without what capture hardware puts before it.
    Wlan,
    /// The same; between the header and what follows, the hardware has padded to four octets.
    PaddedWlan,
    /// The subframes of an IEEE 802.11 A-MSDU.
    Amsdu,
    /// A GRE header, from a cooked capture of a tunnel.
    Gre,
    /// IP of the version that its first four bits tell.
    Ip,
}

impl Layer {
    /// Whether links end here: the rest is for the network layer, or for several packets in one.
    pub const fn is_network(self) -> bool {
        matches!(self, Layer::Ip | Layer::Gre | Layer::Amsdu)
    }
}

/// A layer and its octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inner<'a> {
    /// What the octets begin with.
    pub layer: Layer,
    /// The octets.
    pub octets: Octets<'a>,
}

impl<'a> Inner<'a> {
    /// What follows the first `count` octets of `octets` is `layer`.
    #[inline]
    pub fn after(octets: Octets<'a>, count: usize, layer: Layer) -> Option<Inner<'a>> {
        Some(Inner {
            layer,
            octets: octets.skip(count)?,
        })
    }
}

/// Takes one header off. `None` where it is cut or carries nothing that leads to IP. `endian` is that of the machine
/// that captured, for headers in host order.
#[inline]
pub fn open(layer: Layer, octets: Octets<'_>, endian: Endian) -> Option<Inner<'_>> {
    match layer {
        Layer::Ethernet => ethernet::open(octets),
        Layer::EtherType(kind) => ethernet::announced(kind, octets),
        Layer::Link(LinkType(1)) => ethernet::open(octets),
        Layer::Link(link_type) => captured(link_type, octets, endian),
        Layer::Llc => ethernet::llc(octets),
        Layer::Ppp => ppp::open(octets),
        Layer::Wlan => wlan::open(octets, false),
        Layer::PaddedWlan => wlan::open(octets, true),
        Layer::Ip | Layer::Gre | Layer::Amsdu => None,
    }
}

/// The header that a link type stands for (<https://www.tcpdump.org/linktypes.html>).
fn captured(link_type: LinkType, octets: Octets<'_>, endian: Endian) -> Option<Inner<'_>> {
    let after = |count, layer| Inner::after(octets, count, layer);
    match link_type.0 {
        0 | 108 => cooked::loopback(octets),
        // IEEE 802.5 and FDDI: access and frame control, two addresses; a route, which the first bit of the source announces.
        6 => after(token_ring_header(octets)?, Layer::Llc),
        7 => cooked::arcnet(octets, 2),
        // SLIP: a pseudo-header of the capturing kernel.
        8 => after(16, Layer::Ip),
        9 | 50 => after(0, Layer::Ppp),
        10 => after(13, Layer::Llc),
        12 | 14 | 101 | 228 | 229 => after(0, Layer::Ip),
        51 => after(0, Layer::EtherType(ethernet::PPPOE_SESSION)),
        // Classical IP over ATM (RFC 2684).
        100 => after(0, Layer::Llc),
        104 => ppp::cisco(octets),
        105 => after(0, Layer::Wlan),
        107 => ppp::frame_relay(octets),
        // OpenBSD: the encapsulation of IPsec, and the log of pf.
        109 => after(12, Layer::Ip),
        113 => cooked::sll(octets),
        117 => after(usize::from(octets.u8(0)?).next_multiple_of(4), Layer::Ip),
        119 => wlan::prism(octets),
        // IP over Fibre Channel (RFC 2625).
        122 => after(16, Layer::Llc),
        127 => wlan::radiotap(octets),
        129 => cooked::arcnet(octets, 4),
        // IP over IEEE 1394, as macOS captures it.
        138 => after(18, Layer::EtherType(octets.u16(16)?)),
        149 | 258 => cooked::pktap(octets),
        163 => after(usize::try_from(octets.u32(4)?).ok()?, Layer::Wlan),
        // An octet of direction, then the frame.
        166 | 204 => after(1, Layer::Ppp),
        205 => ppp::cisco(octets.skip(1)?),
        206 => ppp::frame_relay(octets.skip(1)?),
        192 => wlan::ppi(octets),
        197 => cooked::erf(octets),
        // Solaris IPNET.
        226 => after(24, Layer::Ip),
        239 => cooked::nflog(octets, endian),
        // Hilscher netANALYZER: four octets of its own, in the second form the preamble too.
        240 => after(4, Layer::Ethernet),
        241 => after(12, Layer::Ethernet),
        242 => after(44, Layer::EtherType(octets.u16(40)?)),
        // IEEE 802.3br mPackets: preamble and start of frame.
        274 => after(8, Layer::Ethernet),
        276 => cooked::sll2(octets),
        // Tags of switch chips, inside the Ethernet header or before it.
        281 | 284 => after(18, Layer::EtherType(octets.u16(16)?)),
        282 => after(4, Layer::Ethernet),
        285 => after(22, Layer::EtherType(octets.u16(20)?)),
        _ => None,
    }
}

/// The length of an IEEE 802.5 header with its route, if it has one.
fn token_ring_header(octets: Octets<'_>) -> Option<usize> {
    let routed = octets.u8(8)? & 0x80 != 0;
    let route = if routed { usize::from(octets.u8(14)? & 0x1f) } else { 0 };
    Some(14 + route)
}
