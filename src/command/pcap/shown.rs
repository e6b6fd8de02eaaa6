//! What of the facts the options want to see. Counters leave out by themselves what the filter does not let pass; what was
//! learnt from it all the same (allocations, agents, exchanges) is left out here.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::SocketAddr;

use crate::check::pcap::Found;
use crate::cli::{self, Subject};
use crate::datagram::{Seen, Transport};
use crate::exchange::Exchange;
use crate::flow::ice::{Association, Pair};
use crate::flow::session::Carried;
use crate::flow::turn::{self, Allocation};
use crate::flow::{Facts, Session, SessionId};
use crate::report::pcap::HiddenSession;

/// The options, held against the facts.
pub(super) struct Shown<'a> {
    options: &'a cli::Pcap,
    facts: &'a Facts,
    /// Sessions by their ends, either first; only where it matters.
    sessions: HashMap<(SocketAddr, SocketAddr, Transport), SessionId>,
    /// Who checks whom.
    checks: HashSet<(SocketAddr, SocketAddr)>,
}

impl<'a> Shown<'a> {
    pub fn new(options: &'a cli::Pcap, facts: &'a Facts) -> Shown<'a> {
        let mut shown = Shown {
            options,
            facts,
            sessions: HashMap::new(),
            checks: HashSet::new(),
        };
        if shown.filters_sessions() {
            for session in &facts.sessions {
                shown
                    .sessions
                    .insert((session.a, session.b, session.transport), session.id);
                shown
                    .sessions
                    .insert((session.b, session.a, session.transport), session.id);
            }
        }
        if !options.only.is_empty() {
            for pair in facts.ice.iter().flat_map(|one| &one.pairs) {
                let [local, remote] = pair.addresses;
                shown.checks.extend([(local, remote), (remote, local)]);
            }
        }
        shown
    }

    fn filters_sessions(&self) -> bool {
        self.options.flow.is_some() || !self.options.host.is_empty() || !self.options.port.is_empty()
    }

    /// Whether the report is to be about this.
    pub fn wants(&self, subject: Subject) -> bool {
        self.options.only.is_empty() || self.options.only.contains(&subject)
    }

    /// Whether something in these frames is to be shown.
    fn frames(&self, first: Seen, last: Seen) -> bool {
        let overlaps = |(from, to): (u64, u64)| first.frame <= to && last.frame >= from;
        self.options.frame.is_none_or(overlaps)
    }

    /// Whether a session is to be shown, be it for what is around it.
    pub fn session(&self, session: &Session) -> bool {
        let outer = session.inside.map(|relay| self.facts.session(relay.outer));
        let ends: Vec<SocketAddr> = [Some(session), outer]
            .into_iter()
            .flatten()
            .flat_map(|one| [one.a, one.b])
            .collect();
        let (hosts, ports) = (&self.options.host, &self.options.port);
        let is_wanted = |flow: u32| session.id.0 == flow || outer.is_some_and(|outer| outer.id.0 == flow);
        self.options.flow.is_none_or(is_wanted)
            && (hosts.is_empty() || ends.iter().any(|end| hosts.contains(&end.ip())))
            && (ports.is_empty() || ends.iter().any(|end| ports.contains(&end.port())))
    }

    /// Whether a session has to do with what the report is to be about.
    pub fn about(&self, session: &Session) -> bool {
        use Carried as C;
        let carries = |kinds: &[Carried]| kinds.iter().any(|&kind| session.count(kind) > 0);
        let about = |subject: &Subject| match subject {
            Subject::Stun => carries(&[C::Stun, C::ClassicStun, C::ChannelData]),
            Subject::Turn => {
                let of_client = |one: &Allocation| one.session == session.id;
                session.inside.is_some() || self.facts.allocations.iter().any(of_client)
            }
            Subject::Ice => self.checks.contains(&(session.a, session.b)),
            Subject::Dtls => carries(&[C::Dtls]),
            Subject::Rtp => carries(&[C::Rtp, C::Rtcp]),
            Subject::Sctp => carries(&[C::Sctp]),
            Subject::Sdp => carries(&[C::Text]),
        };
        self.options.only.is_empty() || self.options.only.iter().any(about)
    }

    fn id(&self, id: SessionId) -> bool {
        self.session(self.facts.session(id))
    }

    /// A request with its answer.
    pub fn exchange(&self, exchange: &Exchange) -> bool {
        let ends = (exchange.client, exchange.server);
        let last = exchange.answer().map_or(exchange.first_sent(), |answer| answer.seen);
        let in_session = || {
            let known = self.sessions.get(&(ends.0, ends.1, exchange.transport));
            known.is_none_or(|id| self.id(*id))
        };
        let about = |subject: &Subject| match subject {
            Subject::Stun => true,
            Subject::Turn => turn::is_turn(exchange.method),
            Subject::Ice => self.checks.contains(&ends),
            Subject::Dtls | Subject::Rtp | Subject::Sctp | Subject::Sdp => false,
        };
        self.frames(exchange.first_sent(), last)
            && (!self.filters_sessions() || in_session())
            && (self.options.only.is_empty() || self.options.only.iter().any(about))
    }

    /// A TURN allocation: one whose session is shown, and that did something in the frames.
    pub fn allocation(&self, one: &Allocation) -> bool {
        let passed = one.to_peers.0 + one.from_peers.0 > 0;
        let step = |step: &turn::Step| self.frames(step.asked, step.answered.unwrap_or(step.asked));
        self.id(one.session) && (passed || one.steps.iter().any(step))
    }

    /// Two agents: they check in a session that is shown, and in the frames.
    pub fn agents(&self, one: &Association) -> bool {
        self.frames(one.first, one.last) && one.pairs.iter().any(|pair| self.id(pair.session))
    }

    /// What belongs to a session, from its first frame to its last.
    pub fn of_session(&self, id: SessionId, first: Seen, last: Seen) -> bool {
        self.frames(first, last) && self.id(id)
    }

    /// Whether a finding is about a session that is shown, or about the capture as such.
    pub fn finding(&self, found: &Found) -> bool {
        let is_shown = |id: &SessionId| {
            let session = self.facts.session(*id);
            let span = session.first().zip(session.last());
            self.session(session) && self.about(session) && span.is_none_or(|(first, last)| self.frames(first, last))
        };
        let frames = || found.finding.evidence.iter().filter_map(|evidence| evidence.frame);
        let in_frames = |(from, to): (u64, u64)| {
            let (first, last) = (frames().min(), frames().max());
            first.is_none_or(|first| first <= to) && last.is_none_or(|last| last >= from)
        };
        (found.sessions.is_empty() || found.sessions.iter().any(is_shown)) && self.options.frame.is_none_or(in_frames)
    }

    /// Sessions that are not shown, though two agents with a session that is have media or keys there.
    pub fn media_elsewhere(&self) -> Vec<HiddenSession> {
        let mut found: BTreeMap<SessionId, HiddenSession> = BTreeMap::new();
        if !self.filters_sessions() {
            return Vec::new();
        }
        for association in &self.facts.ice {
            let (shown, hidden): (Vec<&Pair>, Vec<&Pair>) =
                association.pairs.iter().partition(|pair| self.id(pair.session));
            if shown.is_empty() {
                continue;
            }
            for session in hidden.into_iter().map(|pair| self.facts.session(pair.session)) {
                let (rtp, dtls) = (session.count(Carried::Rtp), session.count(Carried::Dtls));
                if rtp + dtls > 0 {
                    found.entry(session.id).or_insert(HiddenSession {
                        session: session.id.0,
                        a: session.a,
                        b: session.b,
                        rtp,
                        dtls,
                    });
                }
            }
        }
        found.into_values().collect()
    }
}
