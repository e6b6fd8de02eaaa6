//! From local addresses and from what servers said to ICE candidates (RFC 8445 §5.1).

use std::net::{IpAddr, SocketAddr};

use crate::check::address::is_usable;
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
            .filter(|mapped| reflexive && source.transport == Transport::Udp && *mapped != base.local)
            .filter(|mapped| attempt.local == Some(base.local) && is_usable(*mapped))
        {
            let wanted = Wanted {
                related: Some(base.local),
                server: Some((server, source)),
                ..Wanted::new(CandidateType::ServerReflexive, mapped, Transport::Udp, local_preference)
            };
            found.extend(self.add(wanted, base, base.local, at));
        }
        if let Some(relayed) = attempt.relayed_address.filter(|relayed| is_usable(*relayed)) {
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
    fn add(&mut self, mut wanted: Wanted<'_>, base: &Base, candidate_base: SocketAddr, at: At) -> Option<Candidate> {
        let redundant = self.candidates.iter().any(|(candidate, other_base)| {
            SocketAddr::new(candidate.address, candidate.port) == wanted.address
                && *other_base == candidate_base
                && candidate.protocol == wanted.protocol()
        });
        if redundant {
            return None;
        }
        // Several addresses of one server share its preference; no two candidates may (RFC 8445 §5.1.2).
        while wanted.local_preference > 0
            && self
                .candidates
                .iter()
                .any(|(candidate, _)| candidate.priority == wanted.priority())
        {
            wanted.local_preference -= 1;
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

    /// For a relayed candidate, what differs between transports is the way to the server.
    fn way(&self) -> Transport {
        match self.server {
            Some((_, source)) if self.candidate_type == CandidateType::Relay => source.transport,
            _ => self.transport,
        }
    }

    fn priority(&self) -> u32 {
        let preferences = Preferences {
            type_preference: type_preference(self.candidate_type, self.way()),
            local_preference: self.local_preference,
            component: COMPONENT,
        };
        preferences.priority()
    }

    fn build(&self, base: &Base, candidate_base: IpAddr, at: At) -> Candidate {
        let way = self.way();
        let server = self.server.map(|(ip, _)| ip);
        let foundation = foundation(self.candidate_type, candidate_base, server, way);
        let attribute = Attribute {
            foundation: foundation.clone(),
            component: COMPONENT,
            protocol: self.protocol().to_owned(),
            priority: self.priority(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::candidates::outcome::step;
    use crate::report::candidates::AttemptOutcome;

    const SERVER: Source<'_> = Source {
        url: "turn:turn.example",
        index: 0,
        transport: Transport::Udp,
    };

    fn base(local: &str) -> Base {
        Base {
            local: local.parse().unwrap(),
            interface: "eth0".to_owned(),
            local_preference: 65_535,
        }
    }

    /// An attempt from 10.0.0.5:4000 that took from 10 ms to 30 ms, and 20 ms more to release.
    fn attempt(mapped: Option<&str>, relayed: Option<&str>) -> Attempt {
        let mut attempt = Attempt::begun("udp", Some("198.51.100.1:3478".parse().unwrap()));
        attempt.local = Some("10.0.0.5:4000".parse().unwrap());
        attempt.mapped_address = mapped.map(|mapped| mapped.parse().unwrap());
        attempt.relayed_address = relayed.map(|relayed| relayed.parse().unwrap());
        for (name, from, to) in [("allocate", 10, 30), ("refresh", 30, 50)] {
            attempt.steps.push(step(
                name,
                AttemptOutcome::Ok,
                (At::from_millis(from), At::from_millis(to)),
                None,
            ));
        }
        attempt
    }

    fn lines(candidates: Vec<Candidate>) -> Vec<String> {
        candidates.into_iter().map(|candidate| candidate.candidate).collect()
    }

    #[test]
    fn host_candidates_over_udp_and_tcp() {
        let (mut gathered, base) = (Gathered::default(), base("10.0.0.5:4000"));
        assert!(gathered.host(&base, At::START).is_some());
        assert!(gathered.tcp_host(&base, None, At::START).is_some());
        assert!(gathered.tcp_host(&base, Some(7000), At::START).is_some());
        let lines = lines(gathered.into_sorted());
        let without_foundation: Vec<_> = lines.iter().map(|line| line.split_once(' ').unwrap().1).collect();
        assert_eq!(
            without_foundation,
            [
                "1 udp 2130706431 10.0.0.5 4000 typ host",
                "1 tcp 1524629503 10.0.0.5 9 typ host tcptype active",
                "1 tcp 1520435199 10.0.0.5 7000 typ host tcptype passive",
            ]
        );
    }

    #[test]
    fn a_turn_server_gives_a_reflexive_and_a_relayed_candidate() {
        let (mut gathered, base) = (Gathered::default(), base("10.0.0.5:4000"));
        let attempt = attempt(Some("203.0.113.9:4321"), Some("198.51.100.1:50000"));
        let found = gathered.server(&base, SERVER, &attempt, true);
        let [srflx, relay] = &found[..] else {
            panic!("{found:?}")
        };
        assert!(
            srflx
                .candidate
                .ends_with("203.0.113.9 4321 typ srflx raddr 10.0.0.5 rport 4000"),
            "{srflx:?}"
        );
        assert!(
            relay
                .candidate
                .ends_with("198.51.100.1 50000 typ relay raddr 203.0.113.9 rport 4321"),
            "{relay:?}"
        );
        assert_eq!((srflx.priority >> 24, relay.priority >> 24), (100, 2));
        assert_eq!(relay.relay_protocol.as_deref(), Some("udp"));
        assert_eq!(relay.url.as_deref(), Some("turn:turn.example"));
        assert_eq!(srflx.gathered_ms, 30.0, "when it was known, not when it was given back");
    }

    #[test]
    fn what_is_the_same_is_gathered_once() {
        let (mut gathered, base) = (Gathered::default(), base("10.0.0.5:4000"));
        let seen = attempt(Some("203.0.113.9:4321"), None);
        assert_eq!(gathered.server(&base, SERVER, &seen, true).len(), 1);
        let other = Source {
            index: 1,
            url: "stun:other.example",
            ..SERVER
        };
        assert_eq!(gathered.server(&base, other, &seen, true), []);
        // Without a NAT the reflexive address is that of the host candidate.
        assert_eq!(
            gathered.server(&base, SERVER, &attempt(Some("10.0.0.5:4000"), None), true),
            []
        );
    }

    #[test]
    fn relays_of_several_servers_have_different_priorities() {
        let (mut gathered, base) = (Gathered::default(), base("10.0.0.5:4000"));
        gathered.server(&base, SERVER, &attempt(None, Some("198.51.100.1:50000")), true);
        let tls = Source {
            index: 1,
            transport: Transport::Tls,
            ..SERVER
        };
        gathered.server(&base, tls, &attempt(None, Some("198.51.100.1:50001")), true);
        let third = Source { index: 2, ..SERVER };
        gathered.server(&base, third, &attempt(None, Some("198.51.100.1:50002")), true);
        let priorities: Vec<_> = gathered.into_sorted().iter().map(|found| found.priority >> 8).collect();
        assert_eq!(priorities, [(2 << 16) + 65_535, (2 << 16) + 65_533, 65_534]);
    }

    #[test]
    fn only_a_udp_socket_of_our_own_is_reflexive() {
        let (mut gathered, base) = (Gathered::default(), base("10.0.0.5:4000"));
        let seen = attempt(Some("203.0.113.9:4321"), None);
        let tcp = Source {
            transport: Transport::Tcp,
            ..SERVER
        };
        assert_eq!(
            gathered.server(&base, tcp, &seen, true),
            [],
            "the address of a connection"
        );
        assert_eq!(
            gathered.server(&base, SERVER, &seen, false),
            [],
            "the policy wants relays only"
        );
        let mut elsewhere = seen;
        elsewhere.local = Some("10.0.0.5:4001".parse().unwrap());
        assert_eq!(
            gathered.server(&base, SERVER, &elsewhere, true),
            [],
            "a socket without a host candidate"
        );
    }
}
