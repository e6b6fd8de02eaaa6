//! IP headers, of both versions: addresses, what follows, and whether it is a fragment.

pub mod fragments;
pub mod v4;
pub mod v6;

use std::net::IpAddr;

use crate::capture::octets::Octets;

/// The protocol numbers that lead on (<https://www.iana.org/assignments/protocol-numbers>).
pub mod protocol {
    /// ICMP for IPv4.
    pub const ICMP: u8 = 1;
    /// TCP.
    pub const TCP: u8 = 6;
    /// UDP.
    pub const UDP: u8 = 17;
    /// IP in IP: version 4 (RFC 2003), version 6 (RFC 4213, 6in4).
    pub const IPV4: u8 = 4;
    /// See [`IPV4`].
    pub const IPV6: u8 = 41;
    /// Generic Routing Encapsulation.
    pub const GRE: u8 = 47;
    /// Authentication Header.
    pub const AH: u8 = 51;
    /// ICMP for IPv6.
    pub const ICMPV6: u8 = 58;
    /// IP within IP, as some write it.
    pub const IPIP: u8 = 94;
    /// EtherIP (RFC 3378).
    pub const ETHERIP: u8 = 97;
    /// MPLS in IP (RFC 4023).
    pub const MPLS: u8 = 137;
    /// Ethernet (RFC 8986 §10.1).
    pub const ETHERNET: u8 = 143;
}

/// What an IP header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The sender: the home address, where an IPv6 extension header has one.
    pub src: IpAddr,
    /// The receiver: the last of an IPv6 route, where an extension header has one.
    pub dst: IpAddr,
    /// What `payload` begins with.
    pub protocol: u8,
    /// Where `payload` stands in its datagram, if that came in several packets.
    pub fragment: Option<Fragment>,
    /// What follows the header, by its own length.
    pub payload: Octets<'a>,
}

/// The place of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The identification that all fragments of a datagram share.
    pub id: u32,
    /// Octets before it.
    pub offset: usize,
    /// More follow.
    pub more: bool,
}

/// Reads a header of the version that the first four bits tell. `None` where it is cut or no header.
#[inline]
pub fn read(octets: Octets<'_>) -> Option<Header<'_>> {
    match octets.u8(0)? >> 4 {
        4 => v4::read(octets),
        6 => v6::read(octets),
        _ => None,
    }
}

impl Header<'_> {
    /// Goes past the headers that may stand between IP and what it carries: an Authentication Header (RFC 4302 §2), and
    /// the extension headers of IPv6. In a reassembled datagram they may stand, too. `None` where one is cut.
    #[inline]
    pub fn extend(&mut self) -> Option<()> {
        while self.fragment.is_none() {
            match self.protocol {
                protocol::UDP | protocol::TCP => break,
                protocol::AH => self.skip(4 * (2 + usize::from(self.payload.u8(1)?)))?,
                0 | 43 | 44 | 60 | 135 | 139 | 140 if self.src.is_ipv6() => v6::extend(self)?,
                _ => break,
            }
        }
        Some(())
    }

    /// Goes past a header of `length` octets, of which the first says what follows.
    fn skip(&mut self, length: usize) -> Option<()> {
        self.protocol = self.payload.u8(0)?;
        self.payload = self.payload.skip(length)?;
        Some(())
    }
}
