//! [`Unit`]: what the layers below WebRTC carried, and [`Sink`]: who takes it.

use std::net::{IpAddr, SocketAddr};

use crate::capture::packet::{Packet, Time};
use crate::datagram::Transport;
use crate::proto::icmp;
use crate::time::At;

/// How the octets of a [`Unit`] were told from those around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Framing {
    /// A whole UDP payload.
    Datagram,
    /// A STUN message or a ChannelData message in a TCP stream: self-delimiting, padded to four octets (RFC 8656 §12.5).
    Stun,
    /// A packet behind a 16-bit length in a TCP stream (RFC 4571 §2; ICE-TCP, RFC 6544 §10.1). The length itself is `length` of it.
    Rfc4571,
    /// A TLS record in a TCP stream, its five-octet header included.
    Tls,
    /// A piece of a TCP stream that is text (HTTP, WebSocket) or nothing known: octets in order, without any boundary.
    Bytes,
}

/// An ICMP or ICMPv6 error message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IcmpError {
    /// Who sent it.
    pub from: IpAddr,
    /// To whom.
    pub to: IpAddr,
    /// The ICMP type: 3 destination unreachable, 11 time exceeded, 12 parameter problem; for IPv6 1, 2 (packet too big), 3, 4.
    pub kind: u8,
    /// The ICMP code.
    pub code: u8,
    /// The MTU of the next hop, where the message tells one.
    pub mtu: Option<u32>,
}

impl IcmpError {
    /// What it means.
    pub const fn meaning(&self) -> &'static str {
        icmp::name(self.from.is_ipv6(), self.kind, self.code)
    }
}

/// One piece of payload above UDP or TCP, with where and when it passed.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// The frame that brought its last-arriving octet, from 1.
    pub frame: u64,
    /// When that frame was captured.
    pub time: Option<Time>,
    /// The same since the capture began: never negative; a frame without a time has that of the one before.
    pub at: At,
    /// [`Transport::Udp`] or [`Transport::Tcp`].
    pub transport: Transport,
    /// The innermost address and port of the sender (tunnels, ICMP errors).
    pub src: SocketAddr,
    /// The innermost address and port of the receiver.
    pub dst: SocketAddr,
    /// The octets.
    pub bytes: &'a [u8],
    /// Octets that should follow `bytes` and were not captured (snap length, quoted in an ICMP error). 0 if it is whole.
    pub missing: usize,
    /// How it was framed.
    pub framing: Framing,
    /// The ICMP error that quotes it; it then passed before, and `src`/`dst` are those of the quoted packet.
    pub icmp: Option<IcmpError>,
}

/// What happened to a TCP connection that is not payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TcpSignal {
    /// SYN without ACK from `src`.
    Syn,
    /// SYN and ACK from `src`.
    SynAck,
    /// FIN from `src`.
    Fin,
    /// RST from `src`.
    Reset,
    /// A segment seen before.
    Retransmission,
    /// Octets that were never captured, or came too late to be kept; the stream goes on after them.
    Gap {
        /// How many.
        octets: u64,
    },
}

/// What one frame carried below WebRTC: for counting. Tunnels count by their innermost layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameKind {
    /// An innermost UDP header (also inside an ICMP error).
    pub udp: bool,
    /// An innermost TCP header (also inside an ICMP error).
    pub tcp: bool,
    /// ICMP or ICMPv6, any type.
    pub icmp: bool,
    /// A fragment of an IP datagram.
    pub fragment: bool,
    /// Nothing that could be read up to a transport: an unknown link type, protocol, or damage.
    pub undecoded: bool,
    /// Cut by the snap length.
    pub cut: bool,
}

/// Takes what a capture carries, in the order of its frames.
pub trait Sink {
    /// One piece of payload. Several may come from one frame, or none.
    fn unit(&mut self, unit: &Unit<'_>);

    /// Something about a TCP connection.
    fn tcp(&mut self, frame: u64, at: At, src: SocketAddr, dst: SocketAddr, signal: TcpSignal);

    /// The end of a frame, after all of its units.
    fn frame(&mut self, packet: &Packet<'_>, at: At, kind: FrameKind);
}
