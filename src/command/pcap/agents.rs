//! TURN allocations and ICE agents as the report tells them.

use std::time::Duration;

use super::document::{errors, moment, rtt};
use crate::flow::ice::{Association, Candidate, Checks, Learnt, Pair, RoleTaken};
use crate::flow::turn::{Allocation, Credentials, End, Step, Tally};
use crate::flow::{Facts, ice};
use crate::proto::stun::Method;
use crate::report::pcap as report;
use crate::report::pcap::Word;

/// Without an answer for so long, consent is lost (RFC 7675 §5.1).
const CONSENT: Duration = Duration::from_secs(30);

/// One allocation.
pub(super) fn allocation(allocation: &Allocation) -> report::Allocation {
    let ended_at = match allocation.end {
        End::Released(seen) | End::Expired(seen) | End::Closed(seen) => Some(moment(seen)),
        End::Refused | End::Unanswered | End::Open => None,
    };
    let tallies = [
        (Method::ALLOCATE, &allocation.allocates),
        (Method::REFRESH, &allocation.refreshes),
        (Method::CREATE_PERMISSION, &allocation.create_permissions),
        (Method::CHANNEL_BIND, &allocation.channel_binds),
    ];
    let other = (allocation.others.requests > 0).then(|| ("other".to_owned(), tally(&allocation.others)));
    let asked = tallies.into_iter().filter(|(_, tally)| tally.requests > 0);
    report::Allocation {
        session: allocation.session.0,
        client: allocation.client,
        server: allocation.server,
        transport: allocation.transport.name().into(),
        relayed: allocation.relayed.clone(),
        mapped: allocation.mapped,
        username: allocation.username.clone(),
        realm: allocation.realm.clone(),
        software: allocation.software.clone(),
        challenge: allocation.challenge.map(moment),
        credentials: match allocation.credentials {
            Credentials::NotSent => "not-sent",
            Credentials::Unanswered => "unanswered",
            Credentials::Accepted => "accepted",
            Credentials::Rejected => "rejected",
        }
        .into(),
        integrity_valid: allocation.integrity,
        redirected_to: allocation.redirected_to,
        created: allocation.created.map(moment),
        lifetime_s: allocation.lifetime,
        steps: allocation.steps.iter().map(step).collect(),
        requests: asked
            .map(|(method, one)| (method.to_string(), tally(one)))
            .chain(other)
            .collect(),
        permissions: allocation
            .permissions
            .iter()
            .map(|one| report::Permission {
                ip: one.ip,
                installed: one.installed.map(moment),
                refreshed: one.refreshed.map(moment),
                error_code: one.refused.map(|(code, _)| code.0),
            })
            .collect(),
        channels: allocation
            .channels
            .iter()
            .map(|one| report::Channel {
                channel: format!("0x{:04x}", one.number),
                peer: one.peer,
                bound: one.bound.map(moment),
                refreshed: one.refreshed.map(moment),
                error_code: one.refused.map(|(code, _)| code.0),
            })
            .collect(),
        peers: allocation
            .peers
            .iter()
            .map(|one| report::Peer {
                session: one.session.0,
                peer: one.peer,
                sent_without_permission: one.sent_without_permission,
            })
            .collect(),
        packets_to_peers: allocation.to_peers.0,
        bytes_to_peers: allocation.to_peers.1,
        packets_from_peers: allocation.from_peers.0,
        bytes_from_peers: allocation.from_peers.1,
        ended: match allocation.end {
            End::Refused => "refused",
            End::Unanswered => "unanswered",
            End::Released(_) => "released",
            End::Expired(_) => "expired",
            End::Closed(_) => "closed",
            End::Open => "open",
        }
        .into(),
        ended_at,
    }
}

fn tally(tally: &Tally) -> report::TurnTally {
    report::TurnTally {
        requests: tally.requests,
        successes: tally.successes,
        errors: tally.errors,
        retransmissions: tally.retransmissions,
    }
}

fn step(step: &Step) -> report::TurnStep {
    report::TurnStep {
        method: step
            .method
            .name()
            .map_or_else(|| step.method.to_string().into(), Word::Borrowed),
        asked: moment(step.asked),
        transmissions: step.transmissions,
        authenticated: step.authenticated,
        answered: step.answered.map(moment),
        outcome: match (step.answered, step.error) {
            (None, _) => "unanswered",
            (Some(_), None) => "success",
            (Some(_), Some(_)) => "error",
        }
        .into(),
        error_code: step.error.map(|code| code.0),
        reason: step.reason.clone(),
        lifetime_s: step.lifetime,
        peer: step.peer,
        channel: step.channel.map(|number| format!("0x{number:04x}")),
    }
}

/// ICE, by pair of ufrags.
pub(super) fn associations(facts: &Facts) -> Vec<report::Ice> {
    let mut generations: Vec<u32> = Vec::new();
    for association in &facts.ice {
        let before = association.restart_of.and_then(|at| generations.get(at));
        generations.push(before.map_or(0, |generation| generation + 1));
    }
    let all = facts.ice.iter().zip(generations);
    all.map(|(one, generation)| association(one, generation)).collect()
}

fn association(association: &Association, generation: u32) -> report::Ice {
    let [local, remote] = &association.sides;
    let conflicts = association.conflicts.len() as u64;
    let roles = |side: &ice::Side| side.roles.iter().map(role).collect();
    let candidates = |side: &ice::Side| side.candidates.iter().map(candidate).collect();
    report::Ice {
        local_ufrag: local.ufrag.clone(),
        remote_ufrag: remote.ufrag.clone(),
        controlling: match (local.role(), remote.role()) {
            (Some(role), _) => Some(role == ice::Role::Controlling),
            (None, Some(role)) => Some(role != ice::Role::Controlling),
            (None, None) => None,
        },
        generation,
        restart_of: association.restart_of,
        local_password_from: local.password_from.clone(),
        remote_password_from: remote.password_from.clone(),
        first: moment(association.first),
        last: moment(association.last),
        local_roles: roles(local),
        remote_roles: roles(remote),
        local_candidates: candidates(local),
        remote_candidates: candidates(remote),
        pairs: association.pairs.iter().map(pair).collect(),
        nominated_pair: association.selected.map(|at| {
            let pair = &association.pairs[at];
            report::NominatedPair {
                pair: at,
                local: pair.addresses[0],
                remote: pair.addresses[1],
                nominated: pair.nominated().map(moment),
            }
        }),
        nomination: association.nomination.map(|one| one.name().into()),
        role_conflicts: conflicts,
        switches: association
            .switches
            .iter()
            .map(|one| report::IceSwitch {
                at: moment(one.seen),
                from: one.from,
                to: one.to,
                side: side(one.side),
            })
            .collect(),
        consent: association.selected.map(|at| consent(&association.pairs[at])),
    }
}

fn side(number: usize) -> Word {
    if number == 0 { "local" } else { "remote" }.into()
}

fn role(taken: &RoleTaken) -> report::IceRole {
    report::IceRole {
        at: moment(taken.seen),
        role: taken.role.name().into(),
        tie_breaker: format!("{:016x}", taken.tie_breaker),
    }
}

fn candidate(candidate: &Candidate) -> report::IceCandidate {
    report::IceCandidate {
        address: candidate.address,
        transport: candidate.transport.name().into(),
        candidate_type: candidate.candidate_type.map(|one| one.name().into()),
        priority: candidate.priority,
        learnt: match candidate.learnt {
            Learnt::Sdp => "sdp",
            Learnt::Check => "check",
            Learnt::Checked => "checked",
            Learnt::Mapped => "mapped",
        }
        .into(),
        first: candidate.seen.map(moment),
    }
}

fn pair(pair: &Pair) -> report::IcePair {
    let [ours, theirs] = &pair.checks;
    let state = match (ours.successes > 0, theirs.successes > 0) {
        (true, true) => "succeeded",
        // An agent without checks of its own (ICE lite) is not one that nobody answers.
        (true, false) if theirs.requests == 0 => "succeeded",
        (false, true) if ours.requests == 0 => "succeeded",
        (true, false) | (false, true) => "one-way",
        (false, false) if ours.errors.is_empty() && theirs.errors.is_empty() => "unanswered",
        (false, false) => "failed",
    };
    report::IcePair {
        session: pair.session.0,
        local: pair.addresses[0],
        remote: pair.addresses[1],
        transport: pair.transport.name().into(),
        relayed: pair.relayed,
        state: state.into(),
        nominated: pair.nominated().is_some(),
        sent: checks(ours),
        received: checks(theirs),
    }
}

fn checks(checks: &Checks) -> report::IceChecks {
    let integrity = checks.integrity;
    report::IceChecks {
        requests: checks.requests,
        retransmissions: checks.retransmissions,
        successes: checks.successes,
        errors: errors(&checks.errors),
        first: checks.first.map(moment),
        last: checks.last.map(moment),
        first_success: checks.first_success.map(moment),
        last_success: checks.last_success.map(moment),
        use_candidate: checks.use_candidate.map(moment),
        use_candidates: checks.use_candidates,
        rtt_ms: checks.rtt.as_ref().map(rtt),
        mapped: checks.mapped.iter().map(|(address, _)| *address).collect(),
        integrity: (integrity.valid + integrity.invalid > 0).then_some(report::Integrity {
            valid: integrity.valid,
            invalid: integrity.invalid,
        }),
        indications: checks.indications,
    }
}

fn consent(pair: &Pair) -> report::Consent {
    let mut gaps = Vec::new();
    for (number, checks) in pair.checks.iter().enumerate() {
        for silence in &checks.silences {
            gaps.push(report::ConsentGap {
                side: side(number),
                from: moment(silence.from),
                to: moment(silence.to),
                duration_s: silence.duration().as_secs_f64(),
                requests: silence.checks,
                recovered: silence.recovered,
            });
        }
    }
    let lost = |silence: &ice::Silence| !silence.recovered && silence.duration() >= CONSENT;
    report::Consent {
        sent: pair.checks[0].requests,
        received: pair.checks[1].requests,
        longest_interval_s: pair.checks[0].longest_interval.map(|longest| longest.as_secs_f64()),
        gaps,
        lost: pair.checks.iter().flat_map(|checks| &checks.silences).any(lost),
    }
}
