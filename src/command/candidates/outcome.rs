//! What came of an attempt, as its report says it: steps, facts, how it ended.

use super::failure::{error_text, note_text, take_failure};
use crate::exchange::Exchanges;
use crate::probe::allocate::{AllocateResult, Release};
use crate::probe::binding::BindingResult;
use crate::probe::trace::{Facts, Note, NoteKind, StepName, StepOutcome, StepRecord};
use crate::report::candidates::{Attempt, AttemptError, AttemptOutcome, Authentication, ErrorKind, Step};
use crate::time::{At, millis};

/// Ends `attempt` with an error.
pub fn fail(attempt: &mut Attempt, kind: ErrorKind, code: Option<u16>, reason: Option<String>) {
    attempt.outcome = match kind {
        ErrorKind::Timeout | ErrorKind::ResolveTimeout => AttemptOutcome::Timeout,
        _ => AttemptOutcome::Failed,
    };
    attempt.error = Some(AttemptError { code, reason, kind });
}

/// The record of a step that took place outside a probe.
pub fn step(
    name: &str,
    outcome: AttemptOutcome,
    (started, ended): (At, At),
    detail: impl Into<Option<String>>,
) -> Step {
    Step {
        step: name.to_owned(),
        outcome,
        started_ms: millis(started.since_start()),
        took_ms: millis(ended - started),
        detail: detail.into(),
    }
}

/// What an allocation came to. A redirection may name the next server's domain.
pub fn allocated(result: AllocateResult, exchanges: &Exchanges, attempt: &mut Attempt) -> Option<String> {
    take_steps(exchanges, &result.steps, attempt);
    attempt.released = match result.release {
        Release::NotNeeded | Release::Pending => None,
        Release::Released => Some(true),
        Release::Unconfirmed | Release::Refused(_) => Some(false),
    };
    let domain = match result.outcome {
        Ok(relayed) => {
            attempt.outcome = AttemptOutcome::Ok;
            attempt.relayed_address = Some(relayed.relayed);
            attempt.mapped_address = relayed.xor_mapped;
            attempt.plain_mapped_address = relayed.mapped;
            attempt.lifetime_s = relayed
                .lifetime
                .and_then(|lifetime| u32::try_from(lifetime.as_secs()).ok());
            let integrity = |sha256| {
                if sha256 {
                    "MESSAGE-INTEGRITY-SHA256"
                } else {
                    "MESSAGE-INTEGRITY"
                }
            };
            attempt.authentication = relayed.authentication.map(|authentication| Authentication {
                password_algorithm: authentication.password_algorithm.to_string(),
                integrity: integrity(authentication.sha256).to_owned(),
                userhash: authentication.userhash,
            });
            None
        }
        Err(failure) => {
            // Whatever a failed request may have left behind was given back too; that is not how it failed.
            attempt.steps.retain(|step| step.step != StepName::Refresh.name());
            if attempt.relayed_address.is_none() && attempt.released == Some(false) {
                // Sent in case that the server has an allocation for us; nothing says that it has.
                attempt.released = None;
            }
            take_failure(failure, &result.notes, attempt)
        }
    };
    take_notes(&result.notes, attempt);
    domain
}

/// What a Binding request came to. A redirection may name the next server's domain.
pub fn bound(result: BindingResult, exchanges: &Exchanges, attempt: &mut Attempt) -> Option<String> {
    take_steps(exchanges, &result.steps, attempt);
    let domain = match result.outcome {
        Ok(reflexive) => {
            attempt.outcome = AttemptOutcome::Ok;
            attempt.mapped_address = reflexive.address();
            attempt.plain_mapped_address = reflexive.mapped.filter(|_| reflexive.xor_mapped.is_some());
            None
        }
        Err(failure) => take_failure(failure, &result.notes, attempt),
    };
    take_notes(&result.notes, attempt);
    domain
}

/// The user stopped the run in this step.
pub fn interrupted(name: &str, times: (At, At), attempt: &mut Attempt) {
    attempt
        .steps
        .push(step(name, AttemptOutcome::Failed, times, "interrupted".to_owned()));
    fail(attempt, ErrorKind::Interrupted, None, None);
}

/// The end of an attempt, for a line of progress.
pub fn in_short(attempt: &Attempt) -> String {
    let over = attempt.transport.as_str();
    let address = attempt
        .address
        .map(|address| format!("{address} over {over}: "))
        .unwrap_or_default();
    let said = match (&attempt.error, attempt.relayed_address, attempt.mapped_address) {
        (Some(error), _, _) => error.kind.to_string(),
        (None, Some(relayed), _) => format!("relayed {relayed}"),
        (None, None, Some(mapped)) => format!("mapped {mapped}"),
        (None, None, None) => attempt.outcome.name().to_owned(),
    };
    format!("{address}{said}")
}

fn take_steps(exchanges: &Exchanges, records: &[StepRecord], attempt: &mut Attempt) {
    for record in records {
        let outcome = match record.outcome {
            StepOutcome::Ok => AttemptOutcome::Ok,
            StepOutcome::Timeout => AttemptOutcome::Timeout,
            StepOutcome::Failed | StepOutcome::Cancelled => AttemptOutcome::Failed,
        };
        let times = (record.started, record.ended);
        attempt
            .steps
            .push(step(record.step.name(), outcome, times, step_detail(record)));
        attempt.software = record.facts.software.clone().or(attempt.software.take());
        attempt.realm = record.facts.realm.clone().or(attempt.realm.take());
        let Some(local) = attempt.local else { continue };
        for exchange in record.transaction_ids.iter().filter_map(|id| exchanges.get(id, local)) {
            attempt.retransmissions += u32::try_from(exchange.retransmissions()).unwrap_or(u32::MAX);
            attempt.rtt_ms = attempt.rtt_ms.or_else(|| exchange.rtt().map(millis));
        }
    }
}

/// What was noticed beside the answers, except for what the report says elsewhere.
fn take_notes(notes: &[Note], attempt: &mut Attempt) {
    let said = |note: &&Note| matches!(note.kind, NoteKind::OpenRelay | NoteKind::NotReleased | NoteKind::Icmp);
    attempt
        .notes
        .extend(notes.iter().filter(|note| !said(note)).map(note_text));
}

/// What came of a step, in a few words.
fn step_detail(record: &StepRecord) -> Option<String> {
    let Facts {
        xor_mapped,
        mapped,
        relayed,
        lifetime,
        ..
    } = &record.facts;
    if let Some((code, reason)) = &record.error {
        let normal = record.step == StepName::Challenge && record.outcome == StepOutcome::Ok;
        let remark = if normal { " (the normal challenge)" } else { "" };
        return Some(format!("{}{remark}", error_text(*code, reason)));
    }
    let mut words = Vec::new();
    words.extend((record.outcome == StepOutcome::Cancelled).then(|| "interrupted".to_owned()));
    words.extend(relayed.map(|relayed| format!("relayed {relayed}")));
    words.extend(xor_mapped.or(*mapped).map(|mapped| format!("mapped {mapped}")));
    if record.step == StepName::Refresh {
        words.extend((record.outcome == StepOutcome::Ok).then(|| "released".to_owned()));
    } else {
        words.extend(lifetime.map(|lifetime| format!("lifetime {} s", lifetime.as_secs())));
    }
    words.extend(record.detail.clone());
    (!words.is_empty()).then(|| words.join(", "))
}
