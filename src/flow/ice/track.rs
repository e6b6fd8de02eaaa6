//! [`Tracker`]: follows connectivity checks and their answers.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::net::SocketAddr;
use std::time::Duration;

use foldhash::fast::RandomState;

use super::{
    Association, Candidate, Checks, Conflict, Learnt, Pair, Role, RoleTaken, RoundTrips, Side, Silence, Switch,
};
use crate::datagram::{Seen, Transport};
use crate::exchange::Exchange;
use crate::flow::heard::Heard;
use crate::flow::passwords::Verdict;
use crate::flow::{Direction, SessionId, count_error};
use crate::proto::stun::{AttributeType, Class, ErrorCode, Message, Method, Value};

/// How many associations are kept.
const MOST: usize = 8192;
/// How many pairs are kept of one.
const PAIRS: usize = 1024;
/// How many candidates of a side, conflicts, switches, silences, mapped addresses are kept of one.
const CANDIDATES: usize = 256;
const EVENTS: usize = 64;
/// A silence that is told has this many unanswered checks and takes this long: less is loss, or a check under way.
const SILENT_CHECKS: u64 = 3;
const SILENT_TIME: Duration = Duration::from_secs(5);

/// Which check: association, pair, and the side that asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::flow) struct Asked {
    pub association: u32,
    pub pair: u32,
    pub side: u8,
    pub use_candidate: bool,
}

/// All associations, and where each session stands.
#[derive(Debug, Default)]
pub(in crate::flow) struct Tracker {
    pub list: Vec<Association>,
    index: HashMap<u64, u32, RandomState>,
    pairs: HashMap<(u32, SessionId), u32, RandomState>,
    /// The association and pair that a session belongs to now, and which side [`Direction::Forward`] is.
    by_session: HashMap<SessionId, (u32, u32, u8), RandomState>,
    /// The association that a local address was last seen in, to know restarts.
    by_address: HashMap<(Transport, SocketAddr), u32, RandomState>,
    /// The pair that each side last sent media on.
    media: Vec<[Option<u32>; 2]>,
    pub left_out: u64,
}

impl Tracker {
    /// The ufrags of a check: the receiver's, then the sender's.
    pub fn ufrags(username: &str) -> Option<(&str, &str, bool)> {
        if let Some((receiver, sender)) = username.split_once(':') {
            // MS-ICE2 puts a version after a second colon, and zeros.
            let sender = sender.split(':').next().unwrap_or(sender);
            return Some((receiver, sender.trim_end_matches('\0'), false));
        }
        // libjingle before ICE: two ufrags of the same length, without anything between them.
        let half = username.len() / 2;
        (username.len() >= 8 && username.len().is_multiple_of(2) && username.is_char_boundary(half))
            .then(|| (&username[..half], &username[half..], true))
    }

    /// Whether checks were seen in this session: a Binding request without USERNAME is then one of them.
    pub fn knows(&self, session: SessionId) -> bool {
        self.by_session.contains_key(&session)
    }

    /// The ufrag of the side that the asker of a check asked.
    pub fn asked_ufrag(&self, asked: Asked) -> &str {
        &self.list[asked.association as usize].sides[1 - usize::from(asked.side)].ufrag
    }

    /// A check with the ufrags of its USERNAME, first sent.
    pub fn request(&mut self, heard: &Heard<'_>, username: &str, relayed: bool, verdict: &Verdict) -> Option<Asked> {
        let (receiver, sender, google) = Tracker::ufrags(username)?;
        let association = self.association(heard, receiver, sender, google)?;
        let sides = &self.list[association as usize].sides;
        let side = match sides[0].ufrag == sides[1].ufrag {
            // Nothing but the addresses tells the two apart.
            true => usize::from(
                sides[0]
                    .candidates
                    .first()
                    .is_some_and(|one| one.address != heard.logical.0),
            ),
            false => usize::from(sides[0].ufrag != sender),
        };
        let pair = self.pair(association, heard, side, relayed)?;
        Some(self.check(association, pair, side, heard, verdict))
    }

    /// A check without USERNAME in a session that has checks: GOOG-PING, or a consent check of an old implementation.
    pub fn request_of_session(&mut self, heard: &Heard<'_>, verdict: &Verdict) -> Option<Asked> {
        let (association, pair, side) = self.place(heard.session, heard.direction)?;
        Some(self.check(association, pair, side, heard, verdict))
    }

    /// The ufrag of the receiver of what is sent in a session.
    pub fn receiver(&self, session: SessionId, direction: Direction) -> Option<&str> {
        let (association, _, side) = self.place(session, direction)?;
        Some(&self.list[association as usize].sides[1 - side].ufrag)
    }

    /// A check that was sent before.
    pub fn again(&mut self, asked: Asked, heard: &Heard<'_>) {
        let checks = self.checks(asked);
        checks.retransmissions += 1;
        checks.last = Some(heard.seen);
        self.list[asked.association as usize].last = heard.seen;
    }

    /// The first answer to a check.
    pub fn answer(&mut self, asked: Asked, heard: &Heard<'_>, exchange: &Exchange, verdict: &Verdict) {
        let message = &heard.message;
        let association = &mut self.list[asked.association as usize];
        association.last = heard.seen;
        let side = usize::from(asked.side);
        let checks = &mut association.pairs[asked.pair as usize].checks[side];
        RoundTrips::take(&mut checks.rtt, exchange.rtt());
        count_integrity(&mut checks.answer_integrity, message, verdict, heard.seen);
        // Any answer but "who are you" shows that the path and the peer are there; consent takes only success.
        if message.class() == Class::Success {
            end_silence(checks, Some(heard.seen));
            checks.successes += 1;
            checks.first_success.get_or_insert(heard.seen);
            checks.last_success = Some(heard.seen);
            if asked.use_candidate {
                checks.nominated.get_or_insert(heard.seen);
                checks.last_nominated = Some(heard.seen);
            }
            let mapped = message.xor_mapped_address().or_else(|| message.mapped_address());
            if let Some(mapped) = mapped {
                if checks.mapped.iter().all(|(known, _)| *known != mapped) && checks.mapped.len() < EVENTS {
                    checks.mapped.push((mapped, heard.seen));
                }
                let transport = association.pairs[asked.pair as usize].transport;
                let candidate = Candidate {
                    address: mapped,
                    transport,
                    candidate_type: None,
                    priority: None,
                    learnt: Learnt::Mapped,
                    seen: Some(heard.seen),
                };
                learn(&mut association.sides[side], candidate);
            }
        } else {
            let code = message.error_code().map_or(ErrorCode(0), |(code, _)| code);
            count_error(&mut checks.errors, code, heard.seen);
            if code == ErrorCode::ROLE_CONFLICT && association.conflicts.len() < EVENTS {
                let seen = heard.seen;
                association.conflicts.push(Conflict { seen, side });
            }
        }
    }

    /// A Binding indication in a session that has checks: a keepalive.
    pub fn indication(&mut self, heard: &Heard<'_>) {
        if let Some((association, pair, side)) = self.place(heard.session, heard.direction) {
            let association = &mut self.list[association as usize];
            association.last = heard.seen;
            association.pairs[pair as usize].checks[side].indications += 1;
        }
    }

    /// Media or data in a session.
    pub fn media(&mut self, session: SessionId, direction: Direction, seen: Seen) {
        let Some((association, pair, side)) = self.place(session, direction) else {
            return;
        };
        let last = &mut self.media[association as usize][side];
        let before = last.replace(pair);
        let Some(before) = before.filter(|&before| before != pair) else {
            return;
        };
        let switches = &mut self.list[association as usize].switches;
        if switches.len() < EVENTS {
            let (from, to) = (before as usize, pair as usize);
            switches.push(Switch { seen, from, to, side });
        }
    }

    /// The association, the pair and the sending side of what passes in a session.
    pub fn place(&self, session: SessionId, direction: Direction) -> Option<(u32, u32, usize)> {
        let &(association, pair, forward) = self.by_session.get(&session)?;
        let side = match direction {
            Direction::Forward => forward,
            Direction::Backward => 1 - forward,
        };
        Some((association, pair, usize::from(side)))
    }

    /// The first generation of an association.
    pub fn origin(&self, association: u32) -> u32 {
        let mut at = association;
        // Each restarts one that came before it.
        while let Some(before) = self.list[at as usize].restart_of {
            at = before as u32;
        }
        at
    }

    fn checks(&mut self, asked: Asked) -> &mut Checks {
        let association = &mut self.list[asked.association as usize];
        &mut association.pairs[asked.pair as usize].checks[usize::from(asked.side)]
    }

    fn association(&mut self, heard: &Heard<'_>, receiver: &str, sender: &str, google: bool) -> Option<u32> {
        let (low, high) = if receiver <= sender {
            (receiver, sender)
        } else {
            (sender, receiver)
        };
        let hash = self.index.hasher().hash_one((low, high));
        if let Some(&at) = self.index.get(&hash) {
            return Some(at);
        }
        if self.list.len() >= MOST {
            self.left_out += 1;
            return None;
        }
        let at = self.list.len() as u32;
        self.index.insert(hash, at);
        let side = |ufrag: &str| Side {
            ufrag: ufrag.to_owned(),
            ..Side::default()
        };
        let (src, dst) = heard.logical;
        let before = |address| self.by_address.get(&(heard.transport, address)).copied();
        self.list.push(Association {
            sides: [side(sender), side(receiver)],
            google_ice: google,
            pairs: Vec::new(),
            pairs_dropped: 0,
            conflicts: Vec::new(),
            restart_of: before(src).or(before(dst)).map(|at| at as usize),
            switches: Vec::new(),
            first: heard.seen,
            last: heard.seen,
            nomination: None,
            selected: None,
        });
        self.media.push([None; 2]);
        Some(at)
    }

    /// The pair of a session, and from now on the place of that session.
    fn pair(&mut self, association: u32, heard: &Heard<'_>, side: usize, relayed: bool) -> Option<u32> {
        let (src, dst) = heard.logical;
        let key = (association, heard.session);
        let pair = match self.pairs.get(&key) {
            Some(&pair) => pair,
            None => {
                let pairs = &mut self.list[association as usize].pairs;
                if pairs.len() >= PAIRS {
                    self.list[association as usize].pairs_dropped += 1;
                    return None;
                }
                pairs.push(Pair {
                    session: heard.session,
                    addresses: if side == 0 { [src, dst] } else { [dst, src] },
                    transport: heard.transport,
                    relayed,
                    checks: Default::default(),
                });
                let pair = (pairs.len() - 1) as u32;
                self.pairs.insert(key, pair);
                pair
            }
        };
        let forward = match heard.direction {
            Direction::Forward => side,
            Direction::Backward => 1 - side,
        };
        self.by_session
            .insert(heard.session, (association, pair, forward as u8));
        self.by_address.insert((heard.transport, src), association);
        Some(pair)
    }

    fn check(&mut self, at: u32, pair: u32, side: usize, heard: &Heard<'_>, verdict: &Verdict) -> Asked {
        let message = &heard.message;
        let seen = heard.seen;
        let use_candidate = message.find(AttributeType::USE_CANDIDATE).is_some();
        let association = &mut self.list[at as usize];
        association.last = seen;
        let number = |kind| match message.get(kind) {
            Some(Value::U32(number)) => Some(number),
            _ => None,
        };
        let priority = number(AttributeType::PRIORITY);
        take_role(&mut association.sides[side], message, seen);
        let transport = association.pairs[pair as usize].transport;
        let (src, dst) = heard.logical;
        for (side, address, learnt, priority) in [
            (side, src, Learnt::Check, priority),
            (1 - side, dst, Learnt::Checked, None),
        ] {
            let candidate = Candidate {
                address,
                transport,
                candidate_type: None,
                priority,
                learnt,
                seen: Some(seen),
            };
            learn(&mut association.sides[side], candidate);
        }
        let checks = &mut association.pairs[pair as usize].checks[side];
        checks.requests += 1;
        if message.method() == Method::GOOG_PING {
            checks.goog_pings += 1;
        }
        if let Some(last) = checks.last_request {
            checks.longest_interval = checks.longest_interval.max(Some(seen.at.since(last.at)));
        }
        checks.last_request = Some(seen);
        checks.first.get_or_insert(seen);
        checks.last = Some(seen);
        checks.priority = priority.or(checks.priority);
        let (count, first) = checks.pending.unwrap_or((0, seen));
        checks.pending = Some((count + 1, first));
        if use_candidate {
            checks.use_candidate.get_or_insert(seen);
            checks.last_use_candidate = Some(seen);
            checks.use_candidates += 1;
        }
        // Four octets, that of libwebrtc; the number may be another's attribute.
        if let Some(value) = message.find(AttributeType::GOOG_NOMINATION).map(|one| one.value)
            && let Ok(value) = <[u8; 4]>::try_from(value)
        {
            let value = u32::from_be_bytes(value);
            let known = checks.nominations.iter().any(|(known, _)| *known == value);
            if !known && checks.nominations.len() < EVENTS {
                checks.nominations.push((value, seen));
            }
        }
        count_integrity(&mut checks.integrity, message, verdict, seen);
        Asked {
            association: at,
            pair,
            side: side as u8,
            use_candidate,
        }
    }
}

/// Ends a time without answers, at an answer or at the end of the capture, and keeps it if it was long.
pub(super) fn end_silence(checks: &mut Checks, answer: Option<Seen>) {
    let Some((count, first)) = checks.pending.take() else {
        return;
    };
    let from = checks.last_success.unwrap_or(first);
    let Some(to) = answer.or(checks.last) else { return };
    let silence = Silence {
        from,
        to,
        checks: count,
        recovered: answer.is_some(),
    };
    if count >= SILENT_CHECKS && silence.duration() >= SILENT_TIME && checks.silences.len() < EVENTS {
        checks.silences.push(silence);
    }
}

fn take_role(side: &mut Side, message: &Message<'_>, seen: Seen) {
    let tie_breaker = |kind| match message.get(kind) {
        Some(Value::U64(number)) => Some(number),
        _ => None,
    };
    let role = match tie_breaker(AttributeType::ICE_CONTROLLING) {
        Some(number) => Some((Role::Controlling, number)),
        None => tie_breaker(AttributeType::ICE_CONTROLLED).map(|number| (Role::Controlled, number)),
    };
    let Some((role, tie_breaker)) = role else { return };
    let same = side
        .roles
        .last()
        .is_some_and(|last| last.role == role && last.tie_breaker == tie_breaker);
    if !same && side.roles.len() < EVENTS {
        side.roles.push(RoleTaken {
            seen,
            role,
            tie_breaker,
        });
    }
}

/// Adds a candidate; one that is known only gains a priority.
pub(super) fn learn(side: &mut Side, candidate: Candidate) {
    let same = |one: &&mut Candidate| one.address == candidate.address && one.transport == candidate.transport;
    if let Some(known) = side.candidates.iter_mut().find(same) {
        known.priority = known.priority.or(candidate.priority);
        known.seen = known.seen.or(candidate.seen);
    } else if side.candidates.len() < CANDIDATES {
        side.candidates.push(candidate);
    }
}

fn count_integrity(count: &mut super::Integrity, message: &Message<'_>, verdict: &Verdict, seen: Seen) {
    let signed = message.attributes().any(|one| {
        matches!(
            one.attribute_type,
            AttributeType::MESSAGE_INTEGRITY
                | AttributeType::MESSAGE_INTEGRITY_SHA256
                | AttributeType::GOOG_MESSAGE_INTEGRITY_32
        )
    });
    match verdict.valid {
        _ if !signed => count.missing += 1,
        Some(true) => count.valid += 1,
        Some(false) => {
            count.invalid += 1;
            count.first_invalid.get_or_insert(seen);
        }
        None => count.unknown += 1,
    }
}
