//! No path was found: by which check it failed.

use std::net::SocketAddr;
use std::time::Duration;

use super::super::Told;
use super::super::said::{fact, lasted};
use super::{One, count_u64};
use crate::check::catalog::Entry;
use crate::check::catalog::pcap as catalog;
use crate::check::words::{capital, count, times};
use crate::datagram::Seen;
use crate::flow::dtls::Outcome;
use crate::flow::ice::{Checks, Pair};
use crate::flow::{Carried, Session, SessionId};
use crate::proto::stun::ErrorCode;
use crate::report::{Evidence, Severity};

/// Checks are sent for at least as long before their silence means anything.
const TRIED: Duration = Duration::from_secs(2);
/// So many transmissions of checks without an answer mean something.
const ENOUGH: u64 = 4;
/// How long the controlling side may take to nominate after a first success.
const NOMINATE: Duration = Duration::from_secs(5);
/// Packets a second each way that media through a relay has, and signaling has not.
const LIVELY: f64 = 10.0;

impl<'a> One<'a> {
    pub(super) fn check_failure(&self, told: &mut Told) {
        let Some((entry, summary, evidence)) = self.cause() else {
            return;
        };
        let finding = entry.finding(self.subject(), summary, evidence);
        // A call without a relay because the server refused one: that is the cause, and has been named.
        let sessions = || self.association.pairs.iter().map(|pair| pair.session);
        let explained = told.explains_ice(self.facts, self.association);
        told.explained.extend(sessions());
        let unsure = entry.code == catalog::NOT_NOMINATED.code && self.may_have_begun_before();
        let most = if explained || unsure || self.may_be_inside_tls() {
            Severity::Warning
        } else {
            Severity::Error
        };
        told.push_at_most(most, finding);
    }

    /// Whether one of the agents has so lively a TLS connection that a TURN server may be behind it, whose relay works: what
    /// passes inside cannot be seen.
    fn may_be_inside_tls(&self) -> bool {
        let pairs = &self.association.pairs;
        self.facts.tls.iter().any(|(id, _)| {
            let session = self.facts.session(*id);
            let [first, last] = [session.first(), session.last()];
            let lasts = last
                .zip(first)
                .map_or(Duration::ZERO, |(last, first)| last.at.since(first.at));
            let lively = |packets: u64| packets as f64 >= LIVELY * lasts.as_secs_f64();
            let ours = [session.a.ip(), session.b.ip()];
            lasts >= TRIED
                && session.ways.iter().all(|way| lively(way.packets))
                && last.is_some_and(|last| last.at > self.association.first.at + TRIED)
                && pairs
                    .iter()
                    .any(|pair| pair.addresses.iter().any(|address| ours.contains(&address.ip())))
        })
    }

    fn cause(&self) -> Option<(&'static Entry, String, Vec<Evidence>)> {
        self.role_conflict()
            .or_else(|| self.refused())
            .or_else(|| self.all_icmp())
            .or_else(|| self.one_way())
            .or_else(|| self.unanswered())
            .or_else(|| self.remote_silent())
            .or_else(|| self.not_nominated())
    }

    /// Which refusals there are besides role conflicts.
    fn errors(&self) -> impl Iterator<Item = (&'a Pair, usize, ErrorCode, u64, Seen)> {
        let pairs = self.association.pairs.iter();
        pairs.flat_map(|pair| {
            [0, 1].into_iter().flat_map(move |side| {
                let errors = pair.checks[side].errors.iter();
                errors.map(move |&(code, number, seen)| (pair, side, code, number, seen))
            })
        })
    }

    fn role_conflict(&self) -> Option<(&'static Entry, String, Vec<Evidence>)> {
        let conflicts = &self.association.conflicts;
        let others = self.errors().any(|(_, _, code, _, _)| code != ErrorCode::ROLE_CONFLICT);
        if conflicts.len() < 2 || others {
            return None;
        }
        let mut evidence: Vec<Evidence> = conflicts
            .iter()
            .take(3)
            .map(|conflict| {
                fact(
                    conflict.seen,
                    "487",
                    format!("to a check of {}", self.ufrag(conflict.side)),
                )
            })
            .collect();
        for side in &self.association.sides {
            let roles = side.roles.iter();
            evidence.extend(roles.map(|taken| {
                let value = format!("{}, tie-breaker {:016x}", taken.role.name(), taken.tie_breaker);
                fact(taken.seen, &side.ufrag, value)
            }));
        }
        let summary = format!(
            "Checks were refused {} with 487, and no pair works.",
            times(conflicts.len() as u64)
        );
        Some((catalog::ROLE_CONFLICT, summary, evidence))
    }

    fn refused(&self) -> Option<(&'static Entry, String, Vec<Evidence>)> {
        let mut evidence = Vec::new();
        let mut total = 0;
        let mut codes: Vec<ErrorCode> = Vec::new();
        for (pair, side, code, number, seen) in self.errors() {
            // 0 stands for an ERROR-CODE that cannot be read.
            if code == ErrorCode::ROLE_CONFLICT || code.0 == 0 {
                continue;
            }
            total += number;
            if !codes.contains(&code) {
                codes.push(code);
            }
            let what = format!(
                "{} {} to {} of {}",
                code.0,
                name(code),
                count_u64(number, "check"),
                self.ufrag(side)
            );
            evidence.push(fact(seen, self.pair_name(pair), what));
        }
        let wrong: Vec<(&Pair, usize, Seen)> = self.invalid().collect();
        for &(pair, side, seen) in &wrong {
            let what = format!(
                "MESSAGE-INTEGRITY of {} does not match the password of {}",
                self.ufrag(side),
                self.ufrag(1 - side)
            );
            evidence.push(fact(seen, self.pair_name(pair), what));
        }
        if evidence.is_empty() || (total < 2 && !self.tried()) {
            return None;
        }
        let mut summary = if total > 0 {
            let codes: Vec<String> = codes
                .iter()
                .map(|code| format!("{} ({})", code.0, name(*code)))
                .collect();
            format!(
                "{} refused with {}.",
                capital(&count_was(total, "check")),
                codes.join(", ")
            )
        } else {
            "Checks were not answered, and their MESSAGE-INTEGRITY is not that of the password in the description."
                .to_owned()
        };
        if total > 0 && !wrong.is_empty() {
            summary.push_str(" Their MESSAGE-INTEGRITY is not that of the password in the description.");
        }
        evidence.truncate(8);
        Some((catalog::CHECKS_REFUSED, summary, evidence))
    }

    /// Checks whose integrity does not hold, though we know the password.
    fn invalid(&self) -> impl Iterator<Item = (&'a Pair, usize, Seen)> {
        let pairs = self.association.pairs.iter();
        pairs.flat_map(|pair| {
            [0, 1].into_iter().filter_map(move |side| {
                let integrity = &pair.checks[side].integrity;
                let seen = integrity.first_invalid?;
                (integrity.valid == 0).then_some((pair, side, seen))
            })
        })
    }

    /// Whether enough was tried for silence to mean something.
    fn tried(&self) -> bool {
        let sent = |checks: &Checks| checks.requests + checks.retransmissions;
        self.tried_for() >= TRIED && self.sum(0, sent) + self.sum(1, sent) >= ENOUGH
    }

    /// Every pair that was checked met an ICMP error, and none works.
    fn all_icmp(&self) -> Option<(&'static Entry, String, Vec<Evidence>)> {
        let pairs = &self.association.pairs;
        let quoted = |pair: &Pair| {
            self.session(pair)
                .icmp
                .iter()
                .find(|icmp| icmp.carried == Carried::Stun)
                .copied()
        };
        if pairs.is_empty() || !self.tried() || pairs.iter().any(|pair| pair.works() || quoted(pair).is_none()) {
            return None;
        }
        let evidence = pairs.iter().take(8).filter_map(|pair| {
            let icmp = quoted(pair)?;
            Some(fact(icmp.seen, self.pair_name(pair), icmp.error.meaning()))
        });
        let summary = format!("ICMP errors answered the checks on {}.", every(pairs.len()));
        Some((catalog::ICMP_UNREACHABLE, summary, evidence.collect()))
    }

    /// The checks of one side are never answered; those of the other are, and it does not notice.
    fn one_way(&self) -> Option<(&'static Entry, String, Vec<Evidence>)> {
        let sent = |checks: &Checks| checks.requests + checks.retransmissions;
        let [answered, asked] = [
            [0, 1].map(|side| self.sum(side, |checks| checks.successes)),
            [0, 1].map(|side| self.sum(side, sent)),
        ];
        let lost = (0..2).find(|&side| answered[side] == 0 && asked[side] >= ENOUGH / 2 && answered[1 - side] > 0)?;
        if !self.tried() {
            return None;
        }
        let heard = 1 - lost;
        let mut evidence: Vec<Evidence> = Vec::new();
        for pair in self.association.pairs.iter().filter(|pair| pair.works()).take(4) {
            let (there, back) = (&pair.checks[lost], &pair.checks[heard]);
            let seen = there.first.or(back.first)?;
            let value = format!(
                "checks of {}: {} sent, none answered; of {}: {} sent, {} answered",
                self.ufrag(lost),
                sent(there),
                self.ufrag(heard),
                sent(back),
                back.successes
            );
            evidence.push(fact(seen, self.pair_name(pair), value));
        }
        let (from, to) = self.one_way_addresses(lost);
        let summary = format!(
            "Packets from {from} do not reach {to}: none of {} was answered, while those of the other side arrive.",
            count_u64(asked[lost], "check")
        );
        Some((catalog::CHECKS_ONE_WAY, summary, evidence))
    }

    fn one_way_addresses(&self, side: usize) -> (String, String) {
        let pair = self
            .association
            .pairs
            .iter()
            .find(|pair| pair.works())
            .or(self.association.pairs.first());
        pair.map_or_else(
            || (self.ufrag(side).to_owned(), self.ufrag(1 - side).to_owned()),
            |pair| (pair.addresses[side].to_string(), pair.addresses[1 - side].to_string()),
        )
    }

    fn unanswered(&self) -> Option<(&'static Entry, String, Vec<Evidence>)> {
        let pairs = &self.association.pairs;
        if pairs.iter().any(Pair::works) || !self.tried() || self.is_half_captured() {
            return None;
        }
        let sent = |checks: &Checks| checks.requests + checks.retransmissions;
        let [ours, theirs] = [0, 1].map(|side| self.sum(side, sent));
        let tried = lasted(self.tried_for());
        let summary = match (ours, theirs) {
            (0, _) | (_, 0) => {
                let side = usize::from(ours == 0);
                format!(
                    "{} sent {} on {} in {tried}; nothing came back, and no check of {} was seen.",
                    self.ufrag(side),
                    count_u64(ours.max(theirs), "check"),
                    count(pairs.len(), "pair"),
                    self.ufrag(1 - side)
                )
            }
            _ => format!(
                "Both sides sent checks ({ours} and {theirs}) on {} for {tried}, and none was answered.",
                count(pairs.len(), "pair")
            ),
        };
        let evidence = pairs.iter().take(8).filter_map(|pair| {
            let side = usize::from(pair.checks[0].requests == 0);
            let value = format!("sent {}, not answered", times(sent(&pair.checks[side])));
            Some(fact(pair.checks[side].first?, self.pair_name(pair), value))
        });
        Some((catalog::CHECKS_UNANSWERED, summary, evidence.collect()))
    }

    /// Whether only one direction was captured: of a TCP connection, which cannot live so, or of everything that the asking
    /// machine does.
    fn is_half_captured(&self) -> bool {
        self.association.pairs.iter().all(|pair| {
            let session = self.session(pair);
            let outer = session.inside.map(|relay| self.facts.session(relay.outer));
            let carrier = outer.unwrap_or(session);
            let side = usize::from(pair.checks[0].requests == 0);
            let asking = if outer.is_some() {
                None
            } else {
                Some(pair.addresses[side].ip())
            };
            let both_ways = |session: &Session| session.ways.iter().all(|way| way.packets > 0);
            let heard = |ip| {
                let sessions = self.facts.sessions.iter();
                sessions.into_iter().any(|one| {
                    (one.a.ip() == ip && one.ways[1].packets > 0) || (one.b.ip() == ip && one.ways[0].packets > 0)
                })
            };
            !both_ways(carrier) && !asking.is_some_and(heard)
        })
    }

    /// One side's checks are answered, the other one never checks, and nobody nominates.
    fn remote_silent(&self) -> Option<(&'static Entry, String, Vec<Evidence>)> {
        let silent = (0..2).find(|&side| self.sum(side, |checks| checks.requests) == 0)?;
        let first = self.first_success()?;
        if self.association.last.at.since(first.at) < NOMINATE || self.asked_for_nomination() || self.is_in_use() {
            return None;
        }
        let answered = self.sum(1 - silent, |checks| checks.successes);
        let summary = format!(
            "{} answered {} of {} and sent none; no pair was nominated.",
            self.ufrag(silent),
            count_u64(answered, "check"),
            self.ufrag(1 - silent)
        );
        Some((
            catalog::REMOTE_NEVER_CHECKED,
            summary,
            vec![fact(first, "first answer", self.subject())],
        ))
    }

    fn asked_for_nomination(&self) -> bool {
        let all = self.association.pairs.iter().flat_map(|pair| pair.checks.iter());
        all.into_iter().any(|checks| checks.use_candidates > 0)
    }

    /// Whether media flows, be it one way, or keys were agreed: the nomination came before the capture began.
    fn is_in_use(&self) -> bool {
        let own = |session: SessionId| self.association.pairs.iter().any(|pair| pair.session == session);
        let handshakes = || {
            let own = self.facts.dtls.iter().filter(|(session, _)| own(*session));
            own.flat_map(|(_, dtls)| &dtls.handshakes)
        };
        self.facts.media.streams().iter().any(|stream| own(stream.session))
            || handshakes().any(|handshake| matches!(handshake.outcome(), Outcome::Complete { .. }))
    }

    /// Whether the capture may have begun after the nomination: it has but the checks on one pair, which may be all for
    /// consent, and nothing of what agents do first.
    fn may_have_begun_before(&self) -> bool {
        let [pair] = self.association.pairs.as_slice() else {
            return false;
        };
        let gathered = |address: SocketAddr| {
            let servers = self.facts.bindings.iter().map(|one| one.client);
            let relays = self.facts.allocations.iter().map(|one| one.client);
            servers.chain(relays).any(|client| client == address)
        };
        !pair.addresses.into_iter().any(gathered)
    }

    fn not_nominated(&self) -> Option<(&'static Entry, String, Vec<Evidence>)> {
        let first = self.first_success()?;
        let waited = self.association.last.at.since(first.at);
        let both = (0..2).all(|side| self.sum(side, |checks| checks.successes) > 0);
        if !both || waited < NOMINATE || self.asked_for_nomination() || self.is_in_use() {
            return None;
        }
        let mut evidence = vec![fact(first, "first answer", self.subject())];
        for side in &self.association.sides {
            let role = side.roles.last();
            evidence.extend(role.map(|taken| fact(taken.seen, &side.ufrag, taken.role.name())));
        }
        let summary = format!(
            "Checks succeed both ways since {}, and none had USE-CANDIDATE.",
            lasted(waited)
        );
        Some((catalog::NOT_NOMINATED, summary, evidence))
    }
}

fn name(code: ErrorCode) -> &'static str {
    code.name().unwrap_or("unknown")
}

fn every(pairs: usize) -> String {
    if pairs == 1 {
        "the only pair".to_owned()
    } else {
        format!("all {pairs} pairs")
    }
}

fn count_was(number: u64, noun: &str) -> String {
    format!(
        "{} {}",
        count_u64(number, noun),
        if number == 1 { "was" } else { "were" }
    )
}
