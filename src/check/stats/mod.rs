//! Checks of statistics of calls.
//!
//! - [`reading`]: what could not be read;
//! - [`across`]: what both ends of a call show together;
//! - [`thresholds`]: every number that something is held against, with its source;
//! - `look`: a peer connection as the checks see it; `setup`: servers, ICE, DTLS; `path`: interruptions, relays, delay;
//!   `send`, `receive` and `data`: what goes over it; `ends`: both ends of one call; `healthy`: nothing is wrong.
//!
//! Causes come first: the worst findings before the others, and among equals those of all calls before those of one, and those
//! of the path before those of streams. What a finding explains is lowered.

pub mod across;
pub mod reading;
pub mod thresholds;

mod data;
mod ends;
mod healthy;
mod look;
mod path;
mod receive;
mod send;
mod setup;

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::check::catalog::stats as catalog;
use crate::check::words::lower;
use crate::report::{Evidence, Finding, Severity};
use crate::stats::facts::shape::CHROME_LIMIT;
use crate::stats::{Dump, Format, PeerConnection};

use look::{Call, Told};
use setup::Outcome;

/// Among more connections than these nobody looks for both ends of a call: each would be held against all others.
const MOST: usize = 100;

/// Every finding about peer connections of a dump, those with these indices. Times are from `start`, milliseconds since 1970.
pub fn check(dump: &Dump, chosen: &[usize], start: Option<f64>) -> Vec<Finding> {
    let start = start.or(dump.start()).unwrap_or(0.0);
    let of = |index: &usize| Some(Call::new(dump, index + 1, dump.peer_connections.get(*index)?, start));
    let calls: Vec<Call<'_>> = chosen.iter().filter_map(of).collect();
    let outcomes: Vec<Outcome> = calls.iter().map(setup::outcome).collect();
    let (mut findings, explained) = together(&calls, &outcomes);
    for (index, (call, outcome)) in calls.iter().zip(&outcomes).enumerate() {
        let mut told = Told {
            shared: explained.contains(&index),
            ..Told::default()
        };
        let others = calls.iter().enumerate().filter(|(other, _)| *other != index);
        // Dumps with both ends are made by tests and demos: they have few connections.
        let few = calls.len() <= MOST;
        let other_ends: Vec<(usize, &Call<'_>)> = others
            .filter(|(_, other)| few && call.marks.meet(&other.marks))
            .collect();
        if !outcome.connected && outcome.ice {
            told.findings.extend(
                other_ends
                    .iter()
                    .find_map(|(_, other)| setup::fingerprints(call, other)),
            );
        }
        setup::check(call, outcome, &mut told);
        // Of both ends one says it for the two.
        for (other, end) in &other_ends {
            let lost = ends::check_data(call, end);
            told.at_other_end |= !lost.is_empty();
            if *other > index {
                told.findings.extend(lost);
            }
        }
        path::check(call, outcome, &mut told);
        send::check(call, outcome, &mut told);
        receive::check(call, outcome, &mut told);
        data::check(call, &mut told);
        healthy::check(call, outcome, &mut told);
        check_lacks(dump, call, &mut told);
        findings.extend(told.findings);
    }
    findings.sort_by_key(|finding| Reverse(finding.severity));
    findings
}

/// Connections of different calls that failed at the same time: what they share failed, not one of the calls. Also which of the
/// calls that explains.
fn together(calls: &[Call<'_>], outcomes: &[Outcome]) -> (Vec<Finding>, BTreeSet<usize>) {
    let close = |one: f64, other: f64| (one - other).abs() / 1000.0 <= thresholds::TOGETHER.value;
    let mut failures: Vec<(f64, usize)> = Vec::new();
    let mut ends: Vec<(usize, usize)> = Vec::new();
    for (index, (call, outcome)) in calls.iter().zip(outcomes).enumerate() {
        let Some(at) = went_down(call).filter(|_| outcome.ice) else {
            continue;
        };
        // The two ends of one call fail together anyway.
        let other = failures
            .iter()
            .find(|(time, other)| close(*time, at) && call.marks.meet(&calls[*other].marks));
        match other {
            Some((_, other)) => ends.push((*other, index)),
            None => failures.push((at, index)),
        }
    }
    failures.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut findings, mut explained) = (Vec::new(), BTreeSet::new());
    let mut rest = failures.as_slice();
    while let Some(((first, _), _)) = rest.split_first() {
        let count = rest.iter().take_while(|(at, _)| close(*at, *first)).count();
        let (group, later) = rest.split_at(count);
        rest = later;
        if count < 2 {
            continue;
        }
        let fact =
            |(at, index): &(f64, usize)| calls[*index].fact(Some(*at), &calls[*index].label, "went down".to_owned());
        let summary = format!(
            "{count} connections of different calls went down within {} s: what they share was the cause, this machine, its network, or the server that all go to.",
            thresholds::TOGETHER.value
        );
        let facts: Vec<Evidence> = group.iter().take(10).map(fact).collect();
        let mut finding = catalog::TOGETHER.finding("all peer connections", summary, facts);
        if group.iter().all(|(_, index)| came_back(&calls[*index])) {
            lower(&mut finding, Severity::Warning);
        }
        findings.push(finding);
        explained.extend(group.iter().map(|(_, index)| *index));
    }
    let others: Vec<usize> = ends
        .iter()
        .filter(|(one, _)| explained.contains(one))
        .map(|(_, other)| *other)
        .collect();
    explained.extend(others);
    (findings, explained)
}

/// When a connection was first disconnected, or failed.
fn went_down(call: &Call<'_>) -> Option<f64> {
    let states = [call.states("connection"), call.states("iceconnection")];
    let mut states = states.into_iter().flatten();
    states.find(|(_, state)| matches!(*state, "disconnected" | "failed"))?.0
}

/// Whether a connection is not left disconnected or failed in the end.
fn came_back(call: &Call<'_>) -> bool {
    let states = [call.states("connection"), call.states("iceconnection")];
    let mut last = states.iter().filter_map(|states| states.last());
    last.all(|(_, state)| !matches!(*state, "disconnected" | "failed"))
}

/// What the file does not have.
fn check_lacks(dump: &Dump, call: &Call<'_>, told: &mut Told) {
    let samples = call.pc.samples();
    if dump.format == Format::WebrtcInternals && samples == CHROME_LIMIT {
        let summary = format!(
            "Chrome keeps {CHROME_LIMIT} samples of each series, and there are as many: the beginning of the call is likely missing."
        );
        told.push(call.finding(
            catalog::LIMITED,
            summary,
            vec![Evidence::new("samples", samples.to_string())],
        ));
    } else if samples == 0 && !empty(call.pc) {
        told.push_at_most(
            Severity::Info,
            call.finding(
                catalog::LACKING,
                "There are no statistics of this connection, only calls and events.",
                vec![],
            ),
        );
    }
}

fn empty(pc: &PeerConnection) -> bool {
    pc.events.is_empty() && pc.history.is_empty()
}
