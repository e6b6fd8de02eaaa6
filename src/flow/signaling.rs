//! [`Described`]: session descriptions that we know, from files or from clear text in the capture itself.

use std::net::SocketAddr;

use crate::datagram::Seen;
use crate::proto::sdp::unwrap::DescriptionType;

/// Where a description stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In a file that the user named.
    File(String),
    /// In HTTP or WebSocket text of the capture.
    Capture {
        /// The frame that completed it.
        seen: Seen,
        /// Who sent it.
        src: SocketAddr,
        /// To whom.
        dst: SocketAddr,
    },
}

/// A session description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Where it stood.
    pub source: Source,
    /// Offer, answer, ...; unknown if nothing says.
    pub kind: Option<DescriptionType>,
    /// The text of it.
    pub sdp: String,
}
