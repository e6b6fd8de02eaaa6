//! [`Nat`]: a network address translator, described in the terms of RFC 4787.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rtcdiag::time::At;

use super::random::Random;

/// What a mapping, or a filter, depends on (RFC 4787 §4.1, §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behavior {
    EndpointIndependent,
    AddressDependent,
    AddressAndPortDependent,
}

impl Behavior {
    pub const ALL: [Behavior; 3] = [
        Behavior::EndpointIndependent,
        Behavior::AddressDependent,
        Behavior::AddressAndPortDependent,
    ];

    /// What of the remote address counts.
    fn part(self, remote: SocketAddr) -> Option<(IpAddr, Option<u16>)> {
        match self {
            Behavior::EndpointIndependent => None,
            Behavior::AddressDependent => Some((remote.ip(), None)),
            Behavior::AddressAndPortDependent => Some((remote.ip(), Some(remote.port()))),
        }
    }
}

/// A NAT, and its table.
#[derive(Clone, Debug)]
pub struct Nat {
    pub external: IpAddr,
    pub mapping: Behavior,
    pub filtering: Behavior,
    /// Uses the inside port outside, too, while it is free (RFC 4787 §4.2.1); else any.
    pub port_preservation: bool,
    /// Lets inside hosts reach each other by their outside addresses (RFC 4787 §6).
    pub hairpinning: bool,
    /// A mapping ends when nothing went out through it for so long (RFC 4787 §4.3).
    pub timeout: Duration,
    pub table: Vec<Mapping>,
}

#[derive(Clone, Debug)]
pub struct Mapping {
    inside: SocketAddr,
    towards: Option<(IpAddr, Option<u16>)>,
    outside: SocketAddr,
    refreshed: At,
    /// Whom it talked to, and when last.
    peers: BTreeMap<SocketAddr, At>,
}

impl Nat {
    /// A well-behaved NAT but for the two behaviors: ports kept, no hairpinning, mappings of two minutes.
    pub fn new(external: IpAddr, mapping: Behavior, filtering: Behavior) -> Nat {
        Nat {
            external,
            mapping,
            filtering,
            port_preservation: true,
            hairpinning: false,
            timeout: Duration::from_secs(120),
            table: Vec::new(),
        }
    }

    /// The outside source of a datagram from `inside` to `remote`; makes or refreshes the mapping.
    pub fn outbound(&mut self, now: At, inside: SocketAddr, remote: SocketAddr, random: &mut Random) -> SocketAddr {
        let timeout = self.timeout;
        self.table.retain(|mapping| now - mapping.refreshed < timeout);
        let towards = self.mapping.part(remote);
        let known = self
            .table
            .iter()
            .position(|mapping| mapping.inside == inside && mapping.towards == towards);
        let index = known.unwrap_or_else(|| {
            let outside = SocketAddr::new(self.external, self.free_port(inside.port(), random));
            self.table.push(Mapping {
                inside,
                towards,
                outside,
                refreshed: now,
                peers: BTreeMap::new(),
            });
            self.table.len() - 1
        });
        let mapping = &mut self.table[index];
        mapping.refreshed = now;
        mapping.peers.insert(remote, now);
        mapping.outside
    }

    /// The inside destination of a datagram from `remote` to `outside`; none if there is no mapping, or it is filtered.
    pub fn inbound(&self, now: At, remote: SocketAddr, outside: SocketAddr) -> Option<SocketAddr> {
        let alive = |at: At| now - at < self.timeout;
        let mapping = self
            .table
            .iter()
            .find(|mapping| mapping.outside == outside && alive(mapping.refreshed))?;
        let wanted = self.filtering.part(remote);
        let mut peers = mapping.peers.iter().filter(|(_, at)| alive(**at));
        peers
            .any(|(peer, _)| self.filtering.part(*peer) == wanted)
            .then_some(mapping.inside)
    }

    fn free_port(&self, wished: u16, random: &mut Random) -> u16 {
        let is_free = |port: u16| self.table.iter().all(|mapping| mapping.outside.port() != port);
        if self.port_preservation && is_free(wished) {
            return wished;
        }
        loop {
            let port = 1024 + random.below(64_512) as u16;
            if is_free(port) && port != wished {
                return port;
            }
        }
    }
}
