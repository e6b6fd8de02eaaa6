//! ICE: whether a path was found, by which check it failed, and whether it lasted.

mod failure;
mod path;

use std::time::Duration;

use super::Told;
use crate::check::words::count;
use crate::datagram::Seen;
use crate::flow::ice::{Association, Checks, Pair};
use crate::flow::{Direction, Facts, Session};

/// Every finding about ICE.
pub(super) fn check(facts: &Facts, told: &mut Told) {
    for association in &facts.ice {
        told.about(association.pairs.iter().map(|pair| pair.session));
        let one = One { facts, association };
        if one.is_connected() {
            one.check_path(told);
        } else {
            one.check_failure(told);
        }
    }
}

/// One pair of agents.
struct One<'a> {
    facts: &'a Facts,
    association: &'a Association,
}

impl<'a> One<'a> {
    fn session(&self, pair: &Pair) -> &'a Session {
        self.facts.session(pair.session)
    }

    /// Whether the path was used: media or keys both ways, or a nomination that was answered.
    fn is_connected(&self) -> bool {
        self.association.pairs.iter().any(|pair| {
            let session = self.session(pair);
            let used = session.ways.iter().all(|way| way.last_media.is_some());
            let answered = pair
                .checks
                .iter()
                .all(|checks| checks.successes > 0 || checks.requests == 0);
            used || (answered && pair.nominated().is_some())
        })
    }

    fn sum(&self, side: usize, number: impl Fn(&Checks) -> u64) -> u64 {
        self.association
            .pairs
            .iter()
            .map(|pair| number(&pair.checks[side]))
            .sum()
    }

    fn subject(&self) -> String {
        let [a, b] = [0, 1].map(|side| self.association.sides[side].ufrag.as_str());
        format!("ICE between {a} and {b}")
    }

    /// From the first check to the last one.
    fn tried_for(&self) -> Duration {
        self.association.last.at.since(self.association.first.at)
    }

    /// A pair as it is spoken of.
    fn pair_name(&self, pair: &Pair) -> String {
        let relayed = if pair.relayed { " (relayed)" } else { "" };
        format!("{} <-> {}{relayed}", pair.addresses[0], pair.addresses[1])
    }

    fn ufrag(&self, side: usize) -> &'a str {
        &self.association.sides[side].ufrag
    }

    fn first_success(&self) -> Option<Seen> {
        let all = self.association.pairs.iter().flat_map(|pair| pair.checks.iter());
        all.filter_map(|checks| checks.first_success).min()
    }

    fn direction(&self, pair: &Pair, side: usize) -> Direction {
        if self.session(pair).a == pair.addresses[side] {
            Direction::Forward
        } else {
            Direction::Backward
        }
    }
}

fn count_u64(number: u64, noun: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), noun)
}
