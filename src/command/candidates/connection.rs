//! What came of connecting and of the TLS handshake.

use super::failure::printable;
use super::outcome::{fail, step};
use crate::net::stream::{ConnectError, ConnectErrorKind};
use crate::net::tls::{CertificateInfo, TlsError, TlsErrorKind, TlsInfo, Verdict};
use crate::report::candidates::{Attempt, AttemptOutcome, Certificate, ErrorKind, Tls};
use crate::report::timestamp::rfc3339_seconds;

/// There is no connection.
pub fn not_connected(error: &ConnectError, attempt: &mut Attempt) {
    let kind = match error.kind {
        ConnectErrorKind::Refused => ErrorKind::Refused,
        ConnectErrorKind::Unreachable => ErrorKind::Unreachable,
        ConnectErrorKind::Timeout => ErrorKind::Timeout,
        ConnectErrorKind::AddressNotAvailable | ConnectErrorKind::Other => ErrorKind::Io,
    };
    fail(attempt, kind, None, Some(error.message.clone()));
    let times = (error.started, error.ended);
    attempt
        .steps
        .push(step("connect", attempt.outcome, times, error.message.clone()));
}

/// What a handshake showed; whether its verdict allows to go on.
pub fn handshake(info: &TlsInfo, now_unix: u64, attempt: &mut Attempt) -> bool {
    let shown = tls(info, now_unix);
    let times = (info.started, info.ended);
    if info.acceptable {
        let detail = format!("{}, {}", info.version, info.cipher_suite);
        attempt.steps.push(step("tls", AttemptOutcome::Ok, times, detail));
    } else {
        attempt
            .steps
            .push(step("tls", AttemptOutcome::Failed, times, shown.verdict.clone()));
        fail(attempt, verdict_kind(&info.verdict), None, Some(shown.verdict.clone()));
    }
    attempt.tls = Some(shown);
    info.acceptable
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
    match &error.kind {
        TlsErrorKind::NotTls { prefix } => reason.push_str(&format!(": {}", printable(prefix))),
        TlsErrorKind::Timeout { received } | TlsErrorKind::Closed { received } if *received > 0 => {
            reason.push_str(&format!(", after {received} octets"));
        }
        _ => {}
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
        // All of it: who mends one thing would meet the next.
        let all: Vec<_> = std::iter::once(&info.verdict)
            .chain(&info.also)
            .map(Verdict::to_string)
            .collect();
        all.join("; ")
    };
    Tls {
        version: info.version.clone(),
        cipher_suite: info.cipher_suite.clone(),
        key_exchange: info.key_exchange.clone(),
        verdict,
        chain: info.chain.iter().map(certificate).collect(),
    }
}
