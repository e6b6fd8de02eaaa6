//! A path was found: whether it came soon, and whether it lasted.

use std::net::SocketAddr;
use std::time::Duration;

use super::super::Told;
use super::super::said::{fact, lasted};
use super::{One, count_u64};
use crate::check::catalog::pcap as catalog;
use crate::check::words::{capital, count};
use crate::datagram::Seen;
use crate::flow::Direction;
use crate::flow::ice::{Checks, Learnt, Pair, Silence};
use crate::report::Severity;

/// Without any packet from the peer for so long, the path is broken (browsers say `disconnected` then).
const BROKEN: Duration = Duration::from_secs(5);
/// Without any packet for so long nobody comes back by himself.
const GONE: Duration = Duration::from_secs(10);
/// A silence from which it recovered is worth a word from here on.
const GAP: Duration = Duration::from_secs(5);
/// A connection that takes longer is slow.
const SLOW: Duration = Duration::from_secs(3);
/// How long packets of an old mapping may still come after the first of the new one.
const OVERLAP: Duration = Duration::from_secs(1);
/// For so long somebody must go on sending into ICMP errors; at the end of every call a few are seen.
const INTO_THE_VOID: Duration = Duration::from_secs(2);

impl One<'_> {
    pub(super) fn check_path(&self, told: &mut Told) {
        self.check_slow(told);
        let Some(pair) = self.association.selected.and_then(|at| self.association.pairs.get(at)) else {
            return;
        };
        if told.explained.contains(&pair.session) {
            return;
        }
        let broke = self.mapping_changed(told) || self.void(pair, told) || self.consent(pair, told);
        if broke {
            told.explained.insert(pair.session);
        }
    }

    fn check_slow(&self, told: &mut Told) {
        let nominated = self.association.pairs.iter().filter_map(Pair::nominated).min();
        let Some(done) = nominated.or_else(|| self.first_success()) else {
            return;
        };
        let took = done.at.since(self.association.first.at);
        if took < SLOW || self.is_mid_call() {
            return;
        }
        let in_vain = self.association.pairs.iter().filter(|pair| !pair.works()).count();
        let summary = format!(
            "{} from the first check to the nomination; {} never answered.",
            capital(&lasted(took)),
            count_was_pairs(in_vain)
        );
        let evidence = vec![
            fact(self.association.first, "first check", self.subject()),
            fact(done, "nominated", self.selected_name()),
        ];
        told.push(catalog::CONNECTED_SLOWLY.finding(self.subject(), summary, evidence));
    }

    /// Whether the capture began after the first check: something else came before that.
    fn is_mid_call(&self) -> bool {
        self.association.restart_of.is_none()
            && self.association.pairs.iter().any(|pair| {
                let first = self.session(pair).first();
                first.is_some_and(|first| first < self.association.first)
            })
    }

    fn selected_name(&self) -> String {
        let selected = self.association.selected.and_then(|at| self.association.pairs.get(at));
        selected.map_or_else(|| self.subject(), |pair| self.pair_name(pair))
    }

    /// Somebody goes on sending, and gets ICMP errors for it.
    fn void(&self, pair: &Pair, told: &mut Told) -> bool {
        let session = self.session(pair);
        let worked = pair.checks.iter().filter_map(|checks| checks.first_success).min();
        let Some(first) = session.icmp.iter().find(|icmp| Some(icmp.seen) > worked) else {
            return false;
        };
        let sender = first.quoted;
        let went_on = session.way(sender).last.map(|last| last.at.since(first.seen.at));
        let came = session.way(sender.reverse()).last;
        let silent = came.is_none_or(|came| came.at <= first.seen.at);
        if session.icmp_count < 3 || went_on.is_none_or(|went_on| went_on < INTO_THE_VOID) || !silent {
            return false;
        }
        let (from, to) = (session.from(sender), session.to(sender));
        let summary = format!(
            "{from} goes on sending to {to} for {}, and gets {}: {}.",
            lasted(went_on.unwrap_or_default()),
            count_u64(session.icmp_count, "ICMP error"),
            first.error.meaning()
        );
        let mut evidence = Vec::new();
        evidence.extend(came.map(|came| fact(came, format!("last packet from {to}"), self.pair_name(pair))));
        evidence.push(fact(
            first.seen,
            format!("ICMP from {}", first.error.from),
            first.error.meaning(),
        ));
        told.push(catalog::ICMP_UNREACHABLE.finding(self.pair_name(pair), summary, evidence));
        true
    }

    fn consent(&self, pair: &Pair, told: &mut Told) -> bool {
        for (side, checks) in pair.checks.iter().enumerate() {
            for silence in checks
                .silences
                .iter()
                .filter(|silence| silence.recovered && silence.duration() >= GAP)
            {
                self.gap(pair, side, silence, told);
            }
        }
        (0..2).any(|side| self.lost(pair, side, told))
    }

    fn gap(&self, pair: &Pair, side: usize, silence: &Silence, told: &mut Told) {
        let summary = format!(
            "{} of {} got no answer for {}.",
            capital(&count_u64(silence.checks, "check")),
            self.ufrag(side),
            lasted(silence.duration())
        );
        let evidence = vec![
            fact(silence.from, "last answer before", self.pair_name(pair)),
            fact(silence.to, "first answer after", self.pair_name(pair)),
        ];
        told.push(catalog::CONSENT_GAP.finding(self.pair_name(pair), summary, evidence));
    }

    /// The checks of `side` are no longer answered, and nothing else comes from the other side either.
    fn lost(&self, pair: &Pair, side: usize, told: &mut Told) -> bool {
        let Some((unanswered, since)) = unanswered(&pair.checks[side]) else {
            return false;
        };
        let session = self.session(pair);
        let away = if session.a == pair.addresses[side] {
            Direction::Forward
        } else {
            Direction::Backward
        };
        let (sent, came) = (session.way(away).last, session.way(away.reverse()).last);
        let (Some(sent), Some(came)) = (sent, came) else {
            return false;
        };
        let silent = sent.at.since(came.at);
        // Its answers may have come before the capture began; media tells as well that it was there.
        let was_there = pair.checks[side].first_success.is_some() || session.way(away.reverse()).last_media.is_some();
        if unanswered < 2 || silent < BROKEN || !was_there {
            return false;
        }
        let summary = format!(
            "Nothing came from {} any more for {}, until the end; {} of {} got no answer.",
            pair.addresses[1 - side],
            lasted(silent),
            count_u64(unanswered, "check"),
            pair.addresses[side],
        );
        let evidence = vec![
            fact(
                came,
                format!("last packet from {}", pair.addresses[1 - side]),
                self.pair_name(pair),
            ),
            fact(since, "no answer since", self.pair_name(pair)),
            fact(
                sent,
                format!("last packet from {}", pair.addresses[side]),
                self.pair_name(pair),
            ),
        ];
        let finding = catalog::CONSENT_LOST.finding(self.pair_name(pair), summary, evidence);
        // For a few seconds at the end of a capture it may also be that somebody hung up without a word.
        told.push_at_most(
            if silent < GONE {
                Severity::Warning
            } else {
                Severity::Error
            },
            finding,
        );
        true
    }

    /// One side's packets came from one address and then from another one of the same machine, after the first had died.
    fn mapping_changed(&self, told: &mut Told) -> bool {
        for switch in &self.association.switches {
            let pair = |at: usize| self.association.pairs.get(at);
            let (Some(from), Some(to)) = (pair(switch.from), pair(switch.to)) else {
                continue;
            };
            let side = switch.side;
            let (old, new) = (from.addresses[side], to.addresses[side]);
            let same_peer = from.addresses[1 - side] == to.addresses[1 - side];
            if !same_peer || old.ip() != new.ip() || old.port() == new.port() || self.was_known(side, new) {
                continue;
            }
            let died = self.session(from).way(self.direction(from, side)).last;
            if died.is_none_or(|died| died.at > switch.seen.at + OVERLAP) {
                continue;
            }
            let summary = format!("Packets from {old} come from {new} since {}.", switch.seen.at);
            let mut evidence = vec![fact(
                switch.seen,
                format!("first packet from {new}"),
                self.pair_name(to),
            )];
            evidence.extend(died.map(|died| fact(died, format!("last packet from {old}"), self.pair_name(from))));
            told.push(catalog::MAPPING_CHANGED.finding(self.pair_name(to), summary, evidence));
            return true;
        }
        false
    }

    /// Whether this address of `side` was known before a packet came from it, by a description or because its peer checked
    /// it: it is then another socket, not another mapping.
    fn was_known(&self, side: usize, address: SocketAddr) -> bool {
        let mut candidates = self.association.sides[side].candidates.iter();
        candidates.any(|candidate| candidate.address == address && candidate.learnt != Learnt::Check)
    }
}

/// Checks since the last answer, and the first of them or that answer.
fn unanswered(checks: &Checks) -> Option<(u64, Seen)> {
    let silence = checks.silences.last().filter(|silence| !silence.recovered);
    checks.pending.or(silence.map(|silence| (silence.checks, silence.from)))
}

fn count_was_pairs(number: usize) -> String {
    format!("{} {}", count(number, "pair"), if number == 1 { "was" } else { "were" })
}
