//! What can be told of ICE only when the whole capture has been seen: candidate types, nomination, which pair was used.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

use super::track::end_silence;
use super::{Association, Candidate, Learnt, Nomination, Tracker};
use crate::datagram::Seen;
use crate::flow::signaling::Known;
use crate::flow::table::Table;
use crate::flow::{binding, passwords::Passwords, turn};
use crate::proto::ice::CandidateType;

/// What other facts say about addresses.
pub(in crate::flow) struct Addresses {
    /// Relayed addresses of TURN allocations.
    relayed: HashSet<SocketAddr>,
    /// What STUN and TURN servers said that clients are seen as.
    mapped: HashSet<SocketAddr>,
    /// Clients of STUN and TURN servers, as captured.
    clients: HashSet<SocketAddr>,
}

impl Addresses {
    pub fn new(bindings: &[binding::Binding], allocations: &[turn::Allocation]) -> Addresses {
        let mapped = bindings
            .iter()
            .flat_map(|one| one.mapped.iter().map(|(address, _)| *address));
        let clients = bindings.iter().map(|one| one.client);
        Addresses {
            relayed: allocations.iter().flat_map(|one| one.relayed.iter().copied()).collect(),
            mapped: mapped.chain(allocations.iter().filter_map(|one| one.mapped)).collect(),
            clients: clients.chain(allocations.iter().map(|one| one.client)).collect(),
        }
    }

    /// The type of a candidate that no SDP tells, as far as it can be told; `described` is whether there is SDP that tells
    /// the other ones of its side.
    fn type_of(&self, candidate: &Candidate, described: bool) -> Option<CandidateType> {
        let address = candidate.address;
        if self.relayed.contains(&address) {
            Some(CandidateType::Relay)
        } else if self.clients.contains(&address) || (candidate.learnt != Learnt::Mapped && is_private(address.ip())) {
            Some(CandidateType::Host)
        } else if self.mapped.contains(&address) {
            Some(CandidateType::ServerReflexive)
        } else if candidate.learnt == Learnt::Mapped || (described && candidate.learnt == Learnt::Check) {
            Some(CandidateType::PeerReflexive)
        } else {
            None
        }
    }
}

impl Tracker {
    /// The capture is over.
    pub fn finish(&mut self, table: &Table, addresses: &Addresses, passwords: &Passwords, known: &Known) {
        let described = || known.descriptions.iter().flat_map(|one| &one.credentials);
        for association in &mut self.list {
            for checks in association.pairs.iter_mut().flat_map(|pair| &mut pair.checks) {
                end_silence(checks, None);
            }
            for side in &mut association.sides {
                side.password_from = passwords.source(&side.ufrag).map(str::to_owned);
                let own = described().filter(|one| one.ufrag == side.ufrag);
                let mut candidates: Vec<_> = own.flat_map(|one| &one.candidates).copied().collect();
                let own = known
                    .trickled
                    .iter()
                    .filter(|one| one.ufrag.as_deref() == Some(&side.ufrag));
                candidates.extend(own.map(|one| one.candidate));
                let described = !candidates.is_empty();
                for candidate in candidates {
                    describe(side, candidate);
                }
                for candidate in &mut side.candidates {
                    if candidate.candidate_type.is_none() {
                        candidate.candidate_type = addresses.type_of(candidate, described);
                    }
                }
            }
            if score(association, 1, addresses) > score(association, 0, addresses) {
                association.swap();
            }
            association.nomination = nomination(association);
            association.selected = selected(association, table);
        }
    }
}

/// What SDP says of a candidate counts more than what was seen of it.
fn describe(side: &mut super::Side, candidate: Candidate) {
    let same = |one: &&mut Candidate| one.address == candidate.address && one.transport == candidate.transport;
    match side.candidates.iter_mut().find(same) {
        Some(known) => {
            known.candidate_type = candidate.candidate_type;
            known.priority = candidate.priority;
            known.learnt = Learnt::Sdp;
        }
        None => super::track::learn(side, candidate),
    }
}

/// How much speaks for the capture having been made where this side is.
fn score(association: &Association, side: usize, addresses: &Addresses) -> usize {
    let candidates = &association.sides[side].candidates;
    let ours = |one: &&Candidate| addresses.clients.contains(&one.address) || addresses.relayed.contains(&one.address);
    let relayed = association.pairs.iter().filter(|pair| pair.relayed);
    // The first address of a relayed flow is that of the TURN client's side.
    let relays = relayed.filter(|pair| addresses.relayed.contains(&pair.addresses[side]));
    4 * candidates.iter().filter(ours).count() + 4 * relays.count()
}

impl Association {
    /// Makes side 1 side 0.
    fn swap(&mut self) {
        self.sides.swap(0, 1);
        for pair in &mut self.pairs {
            pair.addresses.swap(0, 1);
            pair.checks.swap(0, 1);
        }
        for conflict in &mut self.conflicts {
            conflict.side = 1 - conflict.side;
        }
        for switch in &mut self.switches {
            switch.side = 1 - switch.side;
        }
    }
}

fn nomination(association: &Association) -> Option<Nomination> {
    let checks = || association.pairs.iter().flat_map(|pair| &pair.checks);
    let mut nominating = checks().filter(|checks| checks.use_candidates > 0).peekable();
    if checks().any(|checks| !checks.nominations.is_empty()) {
        return Some(Nomination::Renomination);
    }
    nominating.peek()?;
    // Aggressive: USE-CANDIDATE is in the very first check, before anybody can know that the pair works.
    let aggressive = nominating.all(|checks| checks.use_candidate == checks.first);
    Some(if aggressive {
        Nomination::Aggressive
    } else {
        Nomination::Regular
    })
}

/// The pair with media last; without media, the one nominated last, of the highest priority where all are. A pair with media
/// both ways works, though the capture may have begun after its checks.
fn selected(association: &Association, table: &Table) -> Option<usize> {
    let ways = |at: usize| &table.get(association.pairs[at].session).ways;
    let media = |at: usize| -> Option<Seen> { ways(at).iter().filter_map(|way| way.last_media).max() };
    let used = |at: usize| ways(at).iter().all(|way| way.last_media.is_some());
    let working = || (0..association.pairs.len()).filter(|&at| association.pairs[at].works() || used(at));
    if let Some((_, at)) = working().filter_map(|at| Some((media(at)?, at))).max() {
        return Some(at);
    }
    let nominated = |at: usize| {
        association.pairs[at]
            .checks
            .iter()
            .filter_map(|one| one.last_nominated)
            .max()
    };
    working()
        .filter_map(|at| Some((nominated(at)?, at)))
        .max()
        .map(|(_, at)| at)
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}
