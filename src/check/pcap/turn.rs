//! TURN: whether the server gave a relay, and whether it carried what it should.

use std::time::Duration;

use super::Told;
use super::said::{fact, lasted};
use crate::check::catalog::Entry;
use crate::check::catalog::{candidates, pcap as catalog};
use crate::check::words::times;
use crate::datagram::Seen;
use crate::flow::Facts;
use crate::flow::ice::Association;
use crate::flow::turn::{Allocation, Credentials, End, Step};
use crate::proto::stun::{ErrorCode, Method};
use crate::report::{Evidence, Finding, Severity};

/// Requests must have been sent for so long before their silence means anything.
const TRIED: Duration = Duration::from_secs(1);
/// A client that has credentials sends them long before this.
const NO_MORE: Duration = Duration::from_secs(2);

/// Every finding about TURN.
pub(super) fn check(facts: &Facts, told: &mut Told) {
    for allocation in &facts.allocations {
        let Some((finding, fatal)) = trouble(facts, allocation) else {
            continue;
        };
        let peers = allocation.peers.iter().map(|peer| peer.session);
        told.about(peers.chain([allocation.session]));
        // Another allocation of the same client that was made: this one's failure did not decide anything.
        let another = facts.allocations.iter().any(|other| {
            other.client.ip() == allocation.client.ip()
                && other.created.is_some()
                && other.session != allocation.session
        });
        let connected = facts.ice.iter().any(|association| {
            serves(facts, allocation, association) && association.pairs.iter().any(|pair| pair.nominated().is_some())
        });
        if connected && !fatal {
            // Servers refuse private addresses of peers; whoever found a path did not need it.
            told.push_at_most(Severity::Info, finding);
        } else if connected || (fatal && another && is_soft(&finding)) {
            told.push_at_most(Severity::Warning, finding);
        } else {
            told.refused.push(allocation.session);
            told.push(finding);
        }
    }
}

/// Servers that refuse one transport and serve another are no error; a used-up quota is one nevertheless.
fn is_soft(finding: &Finding) -> bool {
    finding.code != candidates::TURN_QUOTA.code
}

/// Whether `allocation` is of one of the two agents.
pub(super) fn serves(facts: &Facts, allocation: &Allocation, association: &Association) -> bool {
    let near = |ip| ip == allocation.client.ip() || allocation.relayed.iter().any(|relayed| relayed.ip() == ip);
    association.pairs.iter().any(|pair| {
        let session = facts.session(pair.session);
        pair.addresses.iter().any(|address| near(address.ip()))
            || session.inside.is_some_and(|relay| relay.outer == allocation.session)
    })
}

/// What went wrong with it, and whether there is no relay at all because of it.
fn trouble(facts: &Facts, allocation: &Allocation) -> Option<(Finding, bool)> {
    refused(facts, allocation)
        .map(|finding| (finding, true))
        .or_else(|| unanswered(allocation).map(|finding| (finding, true)))
        .or_else(|| no_permission(facts, allocation).map(|finding| (finding, false)))
        .or_else(|| expired(facts, allocation).map(|finding| (finding, false)))
}

fn subject(allocation: &Allocation) -> String {
    format!("TURN server {} ({})", allocation.server, allocation.transport)
}

fn step_fact(step: &Step) -> Option<Evidence> {
    let code = step.error?;
    let peer = step.peer.map(|peer| format!(" for {peer}")).unwrap_or_default();
    let reason = step.reason.as_deref().unwrap_or_default();
    Some(fact(
        step.answered?,
        format!("{}{peer}", method(step.method)),
        format!("{} {reason}", code.0),
    ))
}

fn method(method: Method) -> &'static str {
    match method {
        Method::ALLOCATE => "Allocate",
        Method::REFRESH => "Refresh",
        Method::CREATE_PERMISSION => "CreatePermission",
        Method::CHANNEL_BIND => "ChannelBind",
        _ => "request",
    }
}

/// Challenges are part of the protocol, not refusals.
fn is_challenge(step: &Step) -> bool {
    step.error == Some(ErrorCode::STALE_NONCE)
        || (step.error == Some(ErrorCode::UNAUTHENTICATED) && !step.authenticated)
}

fn refused(facts: &Facts, allocation: &Allocation) -> Option<Finding> {
    if allocation.created.is_some() || !matches!(allocation.end, End::Refused) || is_in_use(allocation) {
        return None;
    }
    let step = allocation
        .steps
        .iter()
        .rfind(|step| step.method == Method::ALLOCATE && step.error.is_some() && !is_challenge(step))
        .or_else(|| {
            allocation
                .steps
                .iter()
                .rfind(|step| step.method == Method::ALLOCATE && step.error.is_some())
        })?;
    let code = step.error?;
    // 0 stands for an ERROR-CODE that cannot be read; where packets were cut, that says nothing.
    if code.0 == 0 && facts.counts.cut > 0 {
        return None;
    }
    let entry = match allocation.credentials {
        Credentials::Rejected => candidates::CREDENTIALS_REJECTED,
        // Challenged, and the client never tried: it has none.
        Credentials::NotSent if code == ErrorCode::UNAUTHENTICATED => {
            gave_up(facts, allocation).then_some(candidates::CREDENTIALS_MISSING)?
        }
        // Challenged, and what the client sent then was not answered.
        Credentials::Unanswered if is_challenge(step) => return silent_since(allocation),
        _ => entry(code),
    };
    Some(entry.finding(subject(allocation), said(step, code), evidence(allocation)))
}

/// Whether it works, though the capture does not have the answer that made it.
fn is_in_use(allocation: &Allocation) -> bool {
    allocation.from_peers.0 > 0
        || allocation.refreshes.successes > 0
        || allocation.permissions.iter().any(|one| one.installed.is_some())
}

/// Whether the client had time to answer a challenge, and what it would have sent could be read.
fn gave_up(facts: &Facts, allocation: &Allocation) -> bool {
    let waited = allocation
        .steps
        .iter()
        .filter_map(|step| step.answered)
        .next_back()
        .zip(facts.end())
        .is_some_and(|(challenged, end)| end.at.since(challenged.at) >= NO_MORE);
    let again = allocation.allocates.errors > 1;
    facts.counts.cut == 0 && (waited || again)
}

/// The server sent a challenge, and was silent when it was met.
fn silent_since(allocation: &Allocation) -> Option<Finding> {
    let first = allocation
        .steps
        .iter()
        .find(|step| step.method == Method::ALLOCATE && step.authenticated)?;
    let last = last_asked(allocation)?;
    if last.at.since(first.asked.at) < TRIED && first.transmissions < 3 {
        return None;
    }
    let summary = format!(
        "Allocate with credentials was sent {}, and nothing came back, though the server had asked for them.",
        times(first.transmissions.into())
    );
    Some(catalog::TURN_UNANSWERED.finding(subject(allocation), summary, evidence(allocation)))
}

fn said(step: &Step, code: ErrorCode) -> String {
    let reason = step.reason.as_deref().filter(|reason| !reason.is_empty());
    let reason = reason.or(code.name()).unwrap_or("no reason");
    let peer = step.peer.map(|peer| format!(" for {peer}")).unwrap_or_default();
    format!(
        "The server answered {}{peer} with {} ({reason}).",
        method(step.method),
        code.0
    )
}

fn evidence(allocation: &Allocation) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = allocation.steps.iter().filter_map(step_fact).take(6).collect();
    if let (Some(first), Some(username)) = (evidence.first_mut(), &allocation.username) {
        first.id = first.id.take().map(|id| format!("{id} by {username}"));
    }
    evidence
}

/// The entry of an error code: the same as for a live server.
fn entry(code: ErrorCode) -> &'static Entry {
    match code {
        ErrorCode::TRY_ALTERNATE => candidates::TURN_TRY_ALTERNATE,
        ErrorCode::BAD_REQUEST => candidates::TURN_BAD_REQUEST,
        ErrorCode::UNAUTHENTICATED => candidates::CREDENTIALS_REJECTED,
        ErrorCode::FORBIDDEN => candidates::TURN_FORBIDDEN,
        ErrorCode::UNKNOWN_ATTRIBUTE => candidates::TURN_UNKNOWN_ATTRIBUTE,
        ErrorCode::ALLOCATION_MISMATCH => candidates::TURN_ALLOCATION_MISMATCH,
        ErrorCode::STALE_NONCE => candidates::TURN_NONCE_LOOP,
        ErrorCode::ADDRESS_FAMILY_NOT_SUPPORTED => candidates::TURN_ADDRESS_FAMILY,
        ErrorCode::WRONG_CREDENTIALS => candidates::TURN_WRONG_CREDENTIALS,
        ErrorCode::UNSUPPORTED_TRANSPORT_PROTOCOL => candidates::TURN_TRANSPORT_UNSUPPORTED,
        ErrorCode::PEER_ADDRESS_FAMILY_MISMATCH => candidates::TURN_PEER_FAMILY,
        ErrorCode::ALLOCATION_QUOTA_REACHED => candidates::TURN_QUOTA,
        ErrorCode::INSUFFICIENT_CAPACITY => candidates::TURN_CAPACITY,
        ErrorCode::SERVER_ERROR => candidates::TURN_SERVER_ERROR,
        _ => candidates::TURN_ERROR,
    }
}

fn unanswered(allocation: &Allocation) -> Option<Finding> {
    let first = allocation.steps.first()?;
    let sent: u64 = allocation.allocates.requests + allocation.allocates.retransmissions;
    let all = allocation.steps.iter().all(|step| step.answered.is_none());
    let tried = last_asked(allocation).is_some_and(|last| last.at.since(first.asked.at) >= TRIED) || sent >= 3;
    // Only what has been challenged is signed: the answers were not captured.
    let heard = allocation.steps.iter().any(|step| step.authenticated);
    if !matches!(allocation.end, End::Unanswered) || !all || !tried || heard || first.method != Method::ALLOCATE {
        return None;
    }
    let summary = format!("Allocate was sent {}, and nothing came back.", times(sent));
    let evidence = vec![fact(
        first.asked,
        "Allocate",
        format!("{} -> {}", allocation.client, allocation.server),
    )];
    Some(catalog::TURN_UNANSWERED.finding(subject(allocation), summary, evidence))
}

fn last_asked(allocation: &Allocation) -> Option<Seen> {
    allocation.steps.last().map(|step| step.asked)
}

/// A peer for whom a permission or a channel was refused, and none was ever given.
fn no_permission(facts: &Facts, allocation: &Allocation) -> Option<Finding> {
    let refused = allocation.steps.iter().filter(|step| {
        matches!(step.method, Method::CREATE_PERMISSION | Method::CHANNEL_BIND)
            && step.error.is_some()
            && !is_challenge(step)
    });
    let without = |step: &&Step| {
        !step.peer.is_some_and(|peer| {
            allocation
                .permissions
                .iter()
                .any(|one| one.ip == peer.ip() && one.installed.is_some())
        })
    };
    if let Some(step) = refused.clone().find(without) {
        let code = step.error?;
        return Some(entry(code).finding(subject(allocation), said(step, code), evidence(allocation)));
    }
    let silent = allocation.peers.iter().find(|traffic| {
        let back = &facts.session(traffic.session).ways[1];
        traffic.sent_without_permission >= 3 && back.packets == 0
    })?;
    let session = facts.session(silent.session);
    let peer = silent
        .peer
        .map_or_else(|| session.b.to_string(), |peer| peer.to_string());
    let summary = format!(
        "{} Send indications for {peer} had no permission, and nothing came back from it.",
        silent.sent_without_permission
    );
    let evidence = session
        .first()
        .map(|seen| fact(seen, "first of them", peer))
        .into_iter()
        .collect();
    Some(catalog::PERMISSION_MISSING.finding(subject(allocation), summary, evidence))
}

/// It ran out, and the client went on sending.
fn expired(facts: &Facts, allocation: &Allocation) -> Option<Finding> {
    let End::Expired(at) = allocation.end else { return None };
    let last = allocation
        .peers
        .iter()
        .filter_map(|peer| facts.session(peer.session).ways[0].last)
        .max()?;
    if last.at <= at.at + Duration::from_secs(5) {
        return None;
    }
    let summary = format!(
        "The lifetime of {} s ended; the client went on sending for {}.",
        allocation.lifetime.unwrap_or_default(),
        lasted(last.at.since(at.at))
    );
    let mut evidence: Vec<Evidence> = allocation
        .steps
        .iter()
        .filter(|step| step.method == Method::REFRESH)
        .filter_map(step_fact)
        .collect();
    evidence.extend(
        allocation
            .refreshed
            .map(|seen| fact(seen, "last lifetime granted", subject(allocation))),
    );
    evidence.push(fact(last, "last data", subject(allocation)));
    Some(catalog::ALLOCATION_EXPIRED.finding(subject(allocation), summary, evidence))
}
