//! [`Filter`]: what of a capture is to be counted and shown. Everything is still learnt from: who is bound to which
//! channel, which password belongs to whom.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use crate::flow::{Session, SessionId};

/// Which frames, hosts, ports and sessions. Nothing set lets everything pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Frames, from 1.
    pub frames: Option<RangeInclusive<u64>>,
    /// Addresses, one of which must be the sender or the receiver.
    pub hosts: Vec<IpAddr>,
    /// Ports, one of which must be the sender's or the receiver's.
    pub ports: Vec<u16>,
    /// A session, and what it carries; or a relayed flow.
    pub session: Option<SessionId>,
}

impl Filter {
    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }

    /// Whether what a frame carries in a session, between these addresses, is to be counted and shown.
    pub(super) fn shows(&self, frame: u64, session: &Session, addresses: &[SocketAddr]) -> bool {
        let host = |ip: &IpAddr| addresses.iter().any(|one| one.ip() == *ip);
        let port = |port: &u16| addresses.iter().any(|one| one.port() == *port);
        let around = session.inside.map(|relay| relay.outer);
        self.frames.as_ref().is_none_or(|frames| frames.contains(&frame))
            && (self.hosts.is_empty() || self.hosts.iter().any(host))
            && (self.ports.is_empty() || self.ports.iter().any(port))
            && self
                .session
                .is_none_or(|wanted| wanted == session.id || Some(wanted) == around)
    }
}
