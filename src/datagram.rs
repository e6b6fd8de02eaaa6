//! [`Datagram`]: bytes that passed between two addresses at a time, and who may watch them.
//!
//! A live run and a capture differ only in where datagrams come from. A message taken from a stream
//! (TCP, TLS) is a datagram too: its framing is gone and its transport says where it was.

use std::fmt;
use std::net::SocketAddr;

use crate::time::At;

/// What carried a message between client and server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// UDP.
    Udp,
    /// TCP, in the clear.
    Tcp,
    /// TLS over TCP (`stuns:`, `turns:`).
    Tls,
    /// DTLS over UDP (`turns:?transport=udp`, RFC 7350).
    Dtls,
}

impl Transport {
    /// The name in reports: `udp`, `tcp`, `tls`, `dtls`.
    pub const fn name(self) -> &'static str {
        match self {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
            Transport::Tls => "tls",
            Transport::Dtls => "dtls",
        }
    }

    /// Whether the transport itself delivers: no retransmission of requests (RFC 8489 §6.2.2).
    pub const fn is_reliable(self) -> bool {
        matches!(self, Transport::Tcp | Transport::Tls)
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// When something was seen, and in which frame of a capture.
///
/// Ordered by frame: the clock of a capture may step back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seen {
    /// The frame, from 1; 0 in live runs.
    pub frame: u64,
    /// When.
    pub at: At,
}

/// One datagram, or one message of a stream, seen at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// The frame of the capture that it stood in, from 1; 0 in live runs.
    pub frame: u64,
    /// When it was sent (by us) or received.
    pub at: At,
    /// What carried it.
    pub transport: Transport,
    /// Who sent it.
    pub src: SocketAddr,
    /// To whom.
    pub dst: SocketAddr,
    /// The payload, without any header of the transport.
    pub bytes: &'a [u8],
}

impl Datagram<'_> {
    /// When and in which frame it was seen.
    pub fn seen(&self) -> Seen {
        Seen {
            frame: self.frame,
            at: self.at,
        }
    }
}

/// Something that watches datagrams pass, and cannot change them.
pub trait Observer {
    /// Sees one datagram, in the order of time.
    fn observe(&mut self, datagram: &Datagram<'_>);
}
