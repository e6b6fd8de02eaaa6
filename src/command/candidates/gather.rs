//! From local addresses and from what servers said to ICE candidates (RFC 8445 §5.1).

use std::net::{IpAddr, SocketAddr};

use crate::datagram::Transport;
use crate::proto::ice::priority::{for_server, foundation, tcp_local_preference, type_preference};
use crate::proto::ice::{Candidate as Attribute, CandidateType, Preferences, TcpType};
use crate::report::candidates::{Attempt, Candidate};
use crate::time::{At, millis};

/// RTP, and everything else where RTCP is multiplexed: the only component that browsers gather.
const COMPONENT: u16 = 1;

/// The port of an active TCP candidate, which accepts nothing (RFC 6544 §4.1).
const DISCARD: u16 = 9;

/// What a candidate is based on: a local address, and how much it is preferred.
#[derive(Clone, Debug)]
pub struct Base {
    /// The UDP socket.
    pub local: SocketAddr,
    /// Its interface.
    pub interface: String,
    /// RFC 8421 §4, RFC 8445 §5.1.2.1.
    pub local_preference: u16,
}

/// Which server a candidate came from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The server's URL, as the user gave it.
    pub url: &'a str,
    /// Its place among the servers, from 0.
    pub index: usize,
    /// The transport to it.
    pub transport: Transport,
}

/// The candidates so far, without redundant ones.
#[derive(Debug, Default)]
pub struct Gathered {
    candidates: Vec<(Candidate, SocketAddr)>,
}

impl Gathered {
    /// The host candidate of a UDP socket.
    pub fn host(&mut self, base: &Base, at: At) -> Option<Candidate> {
        let wanted = Wanted::new(CandidateType::Host, base.local, Transport::Udp, base.local_preference);
        self.add(wanted, base, base.local, at)
    }

    /// A TCP host candidate (RFC 6544 §4.1): active, or passive with the port that listens.
    pub fn tcp_host(&mut self, base: &Base, listening: Option<u16>, at: At) -> Option<Candidate> {
        let tcp_type = if listening.is_some() {
            TcpType::Passive
        } else {
            TcpType::Active
        };
        let address = SocketAddr::new(base.local.ip(), listening.unwrap_or(DISCARD));
        let local_preference = tcp_local_preference(CandidateType::Host, tcp_type, base.local_preference);
        let wanted = Wanted {
            tcp_type: Some(tcp_type),
            ..Wanted::new(CandidateType::Host, address, Transport::Tcp, local_preference)
        };
        self.add(wanted, base, address, at)
    }

    /// What one attempt at a server gave: a server-reflexive candidate if the mapped address is one of a UDP socket and
    /// differs from the socket's own (RFC 8445 §5.1.3), and a relayed one if there is a relayed address.
    pub fn server(&mut self, base: &Base, source: Source<'_>, attempt: &Attempt, reflexive: bool) -> Vec<Candidate> {
        let Some(server) = attempt.address.map(|address| address.ip()) else {
            return Vec::new();
        };
        let at = gathered_at(attempt);
        let local_preference = for_server(base.local_preference, source.index);
        let mut found = Vec::new();
        if let Some(mapped) = attempt
            .mapped_address
            .filter(|_| reflexive && source.transport == Transport::Udp)
        {
            let wanted = Wanted {
                related: Some(base.local),
                server: Some((server, source)),
                ..Wanted::new(CandidateType::ServerReflexive, mapped, Transport::Udp, local_preference)
            };
            found.extend(self.add(wanted, base, base.local, at));
        }
        if let Some(relayed) = attempt.relayed_address {
            // The related address of a relayed candidate is the mapped one (RFC 8839 §5.1).
            let related = attempt.mapped_address.or(Some(base.local));
            let wanted = Wanted {
                related,
                server: Some((server, source)),
                ..Wanted::new(CandidateType::Relay, relayed, Transport::Udp, local_preference)
            };
            found.extend(self.add(wanted, base, relayed, at));
        }
        found
    }

    /// All of them, highest priority first.
    pub fn into_sorted(self) -> Vec<Candidate> {
        let mut candidates: Vec<_> = self.candidates.into_iter().map(|(candidate, _)| candidate).collect();
        candidates.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.candidate.cmp(&b.candidate)));
        candidates
    }

    /// A candidate is redundant if another one has its address, its base and its protocol (RFC 8445 §5.1.3): the first
    /// to come stays, as in browsers, whatever the later one's priority.
    fn add(&mut self, wanted: Wanted<'_>, base: &Base, candidate_base: SocketAddr, at: At) -> Option<Candidate> {
        let redundant = self.candidates.iter().any(|(candidate, other_base)| {
            SocketAddr::new(candidate.address, candidate.port) == wanted.address
                && *other_base == candidate_base
                && candidate.protocol == wanted.protocol()
        });
        if redundant {
            return None;
        }
        let candidate = wanted.build(base, candidate_base.ip(), at);
        self.candidates.push((candidate.clone(), candidate_base));
        Some(candidate)
    }
}

/// When the step that brought the addresses ended; a refresh that follows does not count.
fn gathered_at(attempt: &Attempt) -> At {
    let step = attempt
        .steps
        .iter()
        .rfind(|step| matches!(step.step.as_str(), "binding" | "challenge" | "allocate"));
    let ended_ms = step.map_or(0.0, |step| step.started_ms + step.took_ms);
    At::new(std::time::Duration::try_from_secs_f64(ended_ms / 1000.0).unwrap_or_default())
}

/// A candidate before it has its foundation, priority and text.
struct Wanted<'a> {
    candidate_type: CandidateType,
    address: SocketAddr,
    transport: Transport,
    local_preference: u16,
    tcp_type: Option<TcpType>,
    related: Option<SocketAddr>,
    server: Option<(IpAddr, Source<'a>)>,
}

impl Wanted<'_> {
    fn new(candidate_type: CandidateType, address: SocketAddr, transport: Transport, local_preference: u16) -> Self {
        Wanted {
            candidate_type,
            address,
            transport,
            local_preference,
            tcp_type: None,
            related: None,
            server: None,
        }
    }

    fn protocol(&self) -> &'static str {
        self.transport.name()
    }

    fn build(&self, base: &Base, candidate_base: IpAddr, at: At) -> Candidate {
        // For a relayed candidate, what differs between transports is the way to the server.
        let way = match self.server {
            Some((_, source)) if self.candidate_type == CandidateType::Relay => source.transport,
            _ => self.transport,
        };
        let server = self.server.map(|(ip, _)| ip);
        let foundation = foundation(self.candidate_type, candidate_base, server, way);
        let preferences = Preferences {
            type_preference: type_preference(self.candidate_type, way),
            local_preference: self.local_preference,
            component: COMPONENT,
        };
        let attribute = Attribute {
            foundation: foundation.clone(),
            component: COMPONENT,
            protocol: self.protocol().to_owned(),
            priority: preferences.priority(),
            address: self.address.ip().to_string(),
            port: self.address.port(),
            candidate_type: self.candidate_type,
            related: self.related.map(|related| (related.ip().to_string(), related.port())),
            tcp_type: self.tcp_type,
            extensions: Vec::new(),
        };
        Candidate {
            candidate: attribute.to_string(),
            component: COMPONENT,
            foundation,
            protocol: attribute.protocol,
            priority: attribute.priority,
            address: self.address.ip(),
            port: self.address.port(),
            candidate_type: self.candidate_type.to_string(),
            related_address: self.related.map(|related| related.ip()),
            related_port: self.related.map(|related| related.port()),
            tcp_type: self.tcp_type.map(|tcp_type| tcp_type.to_string()),
            relay_protocol: (self.candidate_type == CandidateType::Relay).then(|| way.to_string()),
            url: self.server.map(|(_, source)| source.url.to_owned()),
            interface: Some(base.interface.clone()),
            gathered_ms: millis(at.since_start()),
        }
    }
}
