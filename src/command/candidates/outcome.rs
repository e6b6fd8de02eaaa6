//! What came of an attempt, as its report says it: steps, facts, errors.

use std::net::SocketAddr;

use crate::datagram::Transport;
use crate::exchange::Exchanges;
use crate::net::stream::{ConnectError, ConnectErrorKind};
use crate::net::tls::{CertificateInfo, TlsError, TlsErrorKind, TlsInfo, Verdict};
use crate::probe::PathError;
use crate::probe::allocate::{AllocateResult, Release};
use crate::probe::binding::BindingResult;
use crate::probe::trace::{Facts, Failure, FailureKind, Note, StepName, StepOutcome, StepRecord};
use crate::proto::stun::ErrorCode;
use crate::report::candidates::{
    Attempt, AttemptError, AttemptOutcome, Authentication, Certificate, ErrorKind, Step, Tls,
};
use crate::report::timestamp::rfc3339_seconds;
use crate::time::{At, millis};

/// An attempt that has not begun: all there is to say about a server that could not be asked.
pub fn not_made(transport: Transport, address: Option<SocketAddr>) -> Attempt {
    Attempt {
        address,
        family: address.map(|address| if address.is_ipv4() { "ipv4" } else { "ipv6" }.to_owned()),
        transport: transport.to_string(),
        local: None,
        outcome: AttemptOutcome::Failed,
        steps: Vec::new(),
        rtt_ms: None,
        retransmissions: 0,
        mapped_address: None,
        plain_mapped_address: None,
        relayed_address: None,
        lifetime_s: None,
        software: None,
        realm: None,
        authentication: None,
        tls: None,
        redirected_to: None,
        redirected_from: None,
        notes: Vec::new(),
        error: None,
    }
}

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
    take_steps(exchanges, &result.steps, &result.notes, attempt);
    let domain = match result.outcome {
        Ok(relayed) => {
            attempt.outcome = AttemptOutcome::Ok;
            attempt.relayed_address = Some(relayed.relayed);
            attempt.mapped_address = relayed.xor_mapped;
            attempt.plain_mapped_address = relayed.mapped;
            attempt.lifetime_s = relayed
                .lifetime
                .and_then(|lifetime| u32::try_from(lifetime.as_secs()).ok());
            attempt.authentication = relayed.authentication.map(|authentication| Authentication {
                password_algorithm: authentication.password_algorithm.to_string(),
                integrity: if authentication.sha256 {
                    "MESSAGE-INTEGRITY-SHA256"
                } else {
                    "MESSAGE-INTEGRITY"
                }
                .to_owned(),
                userhash: authentication.userhash,
            });
            None
        }
        Err(failure) => take_failure(failure, attempt),
    };
    match result.release {
        Release::Unconfirmed => attempt.notes.push("the server did not confirm the release".to_owned()),
        Release::Refused(code) => attempt.notes.push(format!("the server refused the release: {code}")),
        Release::NotNeeded | Release::Pending | Release::Released => {}
    }
    domain
}

/// What a Binding request came to. A redirection may name the next server's domain.
pub fn bound(result: BindingResult, exchanges: &Exchanges, attempt: &mut Attempt) -> Option<String> {
    take_steps(exchanges, &result.steps, &result.notes, attempt);
    match result.outcome {
        Ok(reflexive) => {
            attempt.outcome = AttemptOutcome::Ok;
            attempt.mapped_address = reflexive.address();
            attempt.plain_mapped_address = reflexive.mapped.filter(|_| reflexive.xor_mapped.is_some());
            None
        }
        Err(failure) => take_failure(failure, attempt),
    }
}

/// What a handshake showed; whether its verdict allows to go on.
pub fn handshake(info: &TlsInfo, now_unix: u64, attempt: &mut Attempt) -> bool {
    attempt.tls = Some(tls(info, now_unix));
    let outcome = if info.acceptable {
        AttemptOutcome::Ok
    } else {
        AttemptOutcome::Failed
    };
    let detail = format!("{}, {}", info.version, info.cipher_suite);
    attempt
        .steps
        .push(step("tls", outcome, (info.started, info.ended), detail));
    if !info.acceptable {
        fail(
            attempt,
            verdict_kind(&info.verdict),
            None,
            Some(info.verdict.to_string()),
        );
    }
    info.acceptable
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

fn take_steps(exchanges: &Exchanges, records: &[StepRecord], notes: &[Note], attempt: &mut Attempt) {
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
    attempt.notes.extend(notes.iter().map(note_text));
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

/// The code with the server's own words, else with those of the RFC. Some servers pad the reason with zeros.
fn error_text(code: u16, reason: &str) -> String {
    match (reason.trim_end_matches('\0'), ErrorCode(code).name()) {
        ("", Some(name)) => format!("{code} {name}"),
        ("", None) => code.to_string(),
        (reason, _) => format!("{code} {reason}"),
    }
}

fn note_text(note: &Note) -> String {
    let mut text = note.kind.name().replace('-', " ");
    if note.count > 1 {
        text.push_str(&format!(" ({} times)", note.count));
    }
    if let Some(from) = note.from {
        text.push_str(&format!(" from {from}"));
    }
    if let Some(detail) = &note.detail {
        text.push_str(&format!(": {detail}"));
    }
    if !note.prefix.is_empty() {
        text.push_str(&format!(" [{} octets: {}]", note.length, note.prefix_hex()));
    }
    text
}

fn take_failure(failure: Failure, attempt: &mut Attempt) -> Option<String> {
    attempt.redirected_to = failure.redirect.as_ref().map(|redirect| redirect.server);
    let kind = match &failure.kind {
        FailureKind::Timeout => ErrorKind::Timeout,
        // Try Alternate, without an alternate.
        FailureKind::Rejected if failure.code == Some(ErrorCode::TRY_ALTERNATE.0) => ErrorKind::RedirectLoop,
        FailureKind::Rejected => ErrorKind::StunError,
        FailureKind::Unauthorized => ErrorKind::Unauthorized,
        FailureKind::MissingCredentials => ErrorKind::MissingCredentials,
        FailureKind::NonceLoop => ErrorKind::NonceLoop,
        FailureKind::Redirect => ErrorKind::Redirected,
        FailureKind::NotStun => ErrorKind::NotStun,
        FailureKind::Malformed => ErrorKind::Malformed,
        FailureKind::WrongTransaction => ErrorKind::WrongTransaction,
        FailureKind::WrongSource => ErrorKind::WrongSource,
        FailureKind::Integrity => ErrorKind::NotAuthentic,
        FailureKind::BidDown => ErrorKind::BidDown,
        FailureKind::UnsupportedAlgorithm => ErrorKind::PasswordAlgorithm,
        FailureKind::Path(error) => path_kind(error),
        FailureKind::Cancelled => ErrorKind::Interrupted,
    };
    let reason = match (&failure.kind, &failure.reason) {
        (FailureKind::Path(error), _) => Some(path_reason(error)),
        (_, Some(reason)) if !reason.trim_end_matches('\0').is_empty() => {
            Some(reason.trim_end_matches('\0').to_owned())
        }
        _ => {
            let name = failure.code.and_then(|code| ErrorCode(code).name()).map(str::to_owned);
            failure.detail.clone().or(name)
        }
    };
    fail(attempt, kind, failure.code, reason);
    failure.redirect.and_then(|redirect| redirect.domain)
}

fn path_kind(error: &PathError) -> ErrorKind {
    match error {
        // Port unreachable: ICMP type 3 code 3, ICMPv6 type 1 code 4.
        PathError::Icmp {
            v6: false,
            kind: 3,
            code: 3,
            ..
        }
        | PathError::Icmp {
            v6: true,
            kind: 1,
            code: 4,
            ..
        } => ErrorKind::Refused,
        PathError::Icmp { .. } => ErrorKind::Unreachable,
        PathError::Closed { .. } => ErrorKind::Closed,
        PathError::Reset => ErrorKind::Reset,
        PathError::NotFramed { .. } => ErrorKind::NotStun,
        PathError::Io { .. } => ErrorKind::Io,
    }
}

fn path_reason(error: &PathError) -> String {
    match error {
        PathError::Icmp { v6, kind, code, from } => {
            let name = if *v6 { "ICMPv6" } else { "ICMP" };
            let from = from.map(|from| format!(" from {from}")).unwrap_or_default();
            format!("{name} type {kind} code {code}{from}")
        }
        PathError::Closed { pending: 0 } => "closed by the server".to_owned(),
        PathError::Closed { pending } => format!("closed by the server after {pending} octets of a message"),
        PathError::Reset => "reset by the server".to_owned(),
        PathError::NotFramed { prefix } => format!("neither STUN nor ChannelData: {}", printable(prefix)),
        PathError::Io { operation, message } => format!("{operation}: {message}"),
    }
}

/// Octets as text where they are text, else as hexadecimal digits.
fn printable(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) if text.chars().all(|c| !c.is_control() || c.is_ascii_whitespace()) => format!("{text:?}"),
        _ => octets.iter().map(|octet| format!("{octet:02x}")).collect(),
    }
}

/// There is no connection.
pub fn not_connected(error: &ConnectError, attempt: &mut Attempt) {
    let kind = match error.kind {
        ConnectErrorKind::Refused => ErrorKind::Refused,
        ConnectErrorKind::Unreachable => ErrorKind::Unreachable,
        ConnectErrorKind::Timeout => ErrorKind::Timeout,
        ConnectErrorKind::AddressNotAvailable | ConnectErrorKind::Other => ErrorKind::Io,
    };
    fail(
        attempt,
        kind,
        None,
        Some(format!("{}: {}", error.operation, error.message)),
    );
    attempt.steps.push(step(
        "connect",
        attempt.outcome,
        (error.started, error.ended),
        error.message.clone(),
    ));
}

/// There is no TLS.
pub fn no_handshake(error: &TlsError, attempt: &mut Attempt) {
    let kind = match &error.kind {
        TlsErrorKind::NotTls { .. } => ErrorKind::NotTls,
        TlsErrorKind::Closed { .. } => ErrorKind::Closed,
        TlsErrorKind::Reset => ErrorKind::Reset,
        TlsErrorKind::Timeout { .. } => ErrorKind::Timeout,
        TlsErrorKind::Io(_) => ErrorKind::Io,
        TlsErrorKind::BadName(_) | TlsErrorKind::Alert(_) | TlsErrorKind::Version(_) | TlsErrorKind::Protocol(_) => {
            ErrorKind::Tls
        }
    };
    let mut reason = error.kind.to_string();
    if let TlsErrorKind::NotTls { prefix } = &error.kind {
        reason.push_str(&format!(": {}", printable(prefix)));
    }
    fail(attempt, kind, None, Some(reason.clone()));
    attempt
        .steps
        .push(step("tls", attempt.outcome, (error.started, error.ended), reason));
}

fn verdict_kind(verdict: &Verdict) -> ErrorKind {
    match verdict {
        Verdict::NameMismatch { .. } => ErrorKind::TlsName,
        Verdict::Expired { .. } => ErrorKind::TlsExpired,
        Verdict::NotYetValid { .. } => ErrorKind::TlsNotYetValid,
        Verdict::Untrusted { .. } => ErrorKind::TlsUntrusted,
        Verdict::Other(_) | Verdict::Trusted => ErrorKind::Tls,
    }
}

fn tls(info: &TlsInfo, now_unix: u64) -> Tls {
    let now = i64::try_from(now_unix).unwrap_or(i64::MAX);
    let certificate = |certificate: &CertificateInfo| Certificate {
        subject: certificate.subject.clone(),
        issuer: certificate.issuer.clone(),
        names: certificate.names.clone(),
        not_before: rfc3339_seconds(certificate.not_before),
        not_after: rfc3339_seconds(certificate.not_after),
        expires_in_s: certificate.not_after.saturating_sub(now),
        sha256: certificate.sha256.clone(),
    };
    let verdict = if info.verdict.is_trusted() {
        "trusted".to_owned()
    } else {
        info.verdict.to_string()
    };
    Tls {
        version: info.version.clone(),
        cipher_suite: info.cipher_suite.clone(),
        verdict,
        chain: info.chain.iter().map(certificate).collect(),
    }
}
