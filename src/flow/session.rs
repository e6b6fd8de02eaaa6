//! [`Session`]: everything that passed between two addresses over one transport, in the clear or through a TURN server.

use std::net::SocketAddr;

use crate::capture::IcmpError;
use crate::datagram::{Seen, Transport};

/// How many ICMP errors are kept of one session; further ones are only counted.
const ICMP_KEPT: usize = 32;

/// Which session: an index into [`Facts::sessions`](super::Facts::sessions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u32);

/// Which way something passed in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From [`Session::a`] to [`Session::b`].
    Forward,
    /// From `b` to `a`.
    Backward,
}

impl Direction {
    /// 0 for forward, 1 for backward: the place in arrays of two.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The other way.
    pub const fn reverse(self) -> Direction {
        match self {
            Direction::Forward => Direction::Backward,
            Direction::Backward => Direction::Forward,
        }
    }
}

/// What a piece of payload was. ChannelData and what stands in it count each in their own session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carried {
    /// STUN or TURN.
    Stun,
    /// STUN of RFC 3489, without cookie.
    ClassicStun,
    /// ChannelData (and Microsoft's multiplexed frames).
    ChannelData,
    /// DTLS.
    Dtls,
    /// RTP or SRTP.
    Rtp,
    /// RTCP or SRTCP.
    Rtcp,
    /// QUIC.
    Quic,
    /// ZRTP.
    Zrtp,
    /// TLS over TCP.
    Tls,
    /// SCTP outside of DTLS.
    Sctp,
    /// HTTP or WebSocket in the clear.
    Text,
    /// Anything else.
    Other,
}

impl Carried {
    /// All of them, in the order of [`Way::by_protocol`].
    pub const ALL: [Carried; 12] = [
        Carried::Stun,
        Carried::ClassicStun,
        Carried::ChannelData,
        Carried::Dtls,
        Carried::Rtp,
        Carried::Rtcp,
        Carried::Quic,
        Carried::Zrtp,
        Carried::Tls,
        Carried::Sctp,
        Carried::Text,
        Carried::Other,
    ];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Carried::Stun => "stun",
            Carried::ClassicStun => "classic_stun",
            Carried::ChannelData => "channel_data",
            Carried::Dtls => "dtls",
            Carried::Rtp => "rtp",
            Carried::Rtcp => "rtcp",
            Carried::Quic => "quic",
            Carried::Zrtp => "zrtp",
            Carried::Tls => "tls",
            Carried::Sctp => "sctp",
            Carried::Text => "text",
            Carried::Other => "other",
        }
    }

    /// Whether it is one of the protocols of WebRTC; TLS, QUIC, text and the rest may be anybody's.
    pub const fn is_ours(self) -> bool {
        !matches!(self, Carried::Quic | Carried::Tls | Carried::Text | Carried::Other)
    }
}

/// One direction of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// Pieces of payload: datagrams, messages of a stream.
    pub packets: u64,
    /// Octets of payload.
    pub bytes: u64,
    /// The first of them.
    pub first: Option<Seen>,
    /// The last of them.
    pub last: Option<Seen>,
    /// How many of each [`Carried`], by its number; 2^32 - 1 stands for more.
    pub by_protocol: [u32; Carried::ALL.len()],
    /// The last piece of media or data: DTLS, RTP or RTCP.
    pub last_media: Option<Seen>,
}

impl Way {
    /// How many pieces of one protocol.
    pub const fn count(&self, carried: Carried) -> u64 {
        self.by_protocol[carried as usize] as u64
    }

    /// Packets that were taken for something else turn out to be RTP.
    pub(super) fn reconsider(&mut self, packets: u32) {
        let [rtp, other] = [Carried::Rtp as usize, Carried::Other as usize];
        self.by_protocol[rtp] += packets.min(self.by_protocol[other]);
        self.by_protocol[other] = self.by_protocol[other].saturating_sub(packets);
    }

    pub(super) fn take(&mut self, seen: Seen, bytes: usize, carried: Carried) {
        self.packets += 1;
        self.bytes += bytes as u64;
        self.first.get_or_insert(seen);
        self.last = Some(seen);
        let count = &mut self.by_protocol[carried as usize];
        *count = count.saturating_add(1);
        if matches!(carried, Carried::Dtls | Carried::Rtp | Carried::Rtcp) {
            self.last_media = Some(seen);
        }
    }
}

/// A flow that is carried by another one: between a TURN client's relayed address and a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relay {
    /// The session between the client and the TURN server.
    pub outer: SessionId,
    /// The channel, where the first of it came in ChannelData.
    pub channel: Option<u16>,
    /// Whether [`Session::a`] is the relayed address; else it is the client's own, for the Allocate was not captured.
    pub relayed_known: bool,
    /// Whether [`Session::b`] is the peer; else it is the server, for nothing told which peer the channel is bound to.
    pub peer_known: bool,
}

/// What happened to a TCP connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tcp {
    /// The first SYN.
    pub syn: Option<Seen>,
    /// How often the SYN was sent.
    pub syns: u64,
    /// The first SYN with ACK.
    pub syn_ack: Option<Seen>,
    /// The first FIN of each side.
    pub fin: [Option<Seen>; 2],
    /// The first RST, and from which side.
    pub reset: Option<(Seen, Direction)>,
    /// Segments sent again, each way.
    pub retransmissions: [u64; 2],
    /// Octets that were never captured, each way.
    pub gaps: [u64; 2],
}

/// An ICMP error about a packet of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IcmpSeen {
    /// When the error was seen.
    pub seen: Seen,
    /// Which way the packet that it quotes went.
    pub quoted: Direction,
    /// The error.
    pub error: IcmpError,
    /// What the packet was.
    pub carried: Carried,
}

/// Everything between two addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its number.
    pub id: SessionId,
    /// UDP or TCP; UDP for what a TURN server relays.
    pub transport: Transport,
    /// Who was first seen to send; the client's side of a relayed flow.
    pub a: SocketAddr,
    /// The other side.
    pub b: SocketAddr,
    /// For a relayed flow: what carries it.
    pub inside: Option<Relay>,
    /// What passed each way.
    pub ways: [Way; 2],
    /// For TCP: how the connection went.
    pub tcp: Option<Box<Tcp>>,
    /// ICMP errors about its packets, the first ones.
    pub icmp: Vec<IcmpSeen>,
    /// All ICMP errors about its packets.
    pub icmp_count: u64,
}

impl Session {
    pub(super) fn new(id: SessionId, transport: Transport, a: SocketAddr, b: SocketAddr) -> Session {
        Session {
            id,
            transport,
            a,
            b,
            inside: None,
            ways: [Way::default(); 2],
            tcp: None,
            icmp: Vec::new(),
            icmp_count: 0,
        }
    }

    /// One direction.
    pub const fn way(&self, direction: Direction) -> &Way {
        &self.ways[direction as usize]
    }

    /// Who sends in this direction.
    pub const fn from(&self, direction: Direction) -> SocketAddr {
        match direction {
            Direction::Forward => self.a,
            Direction::Backward => self.b,
        }
    }

    /// Who receives in this direction.
    pub const fn to(&self, direction: Direction) -> SocketAddr {
        self.from(direction.reverse())
    }

    /// Pieces of one protocol, both ways.
    pub const fn count(&self, carried: Carried) -> u64 {
        self.ways[0].count(carried) + self.ways[1].count(carried)
    }

    /// Whether any protocol of WebRTC was seen in it.
    pub fn is_ours(&self) -> bool {
        Carried::ALL.iter().any(|&one| one.is_ours() && self.count(one) > 0)
    }

    /// The first thing seen in it.
    pub fn first(&self) -> Option<Seen> {
        self.ways.iter().filter_map(|way| way.first).min()
    }

    /// The last thing seen in it.
    pub fn last(&self) -> Option<Seen> {
        self.ways.iter().filter_map(|way| way.last).max()
    }

    pub(super) fn take_icmp(&mut self, icmp: IcmpSeen) {
        self.icmp_count += 1;
        if self.icmp.len() < ICMP_KEPT {
            self.icmp.push(icmp);
        }
    }
}
