//! One server: what each attempt at it came to, and why.

use super::address::{Scope, scope};
use super::catalog::Entry;
use super::catalog::candidates as catalog;
use super::words::{count, evidence, lower, sentence};
use crate::report::candidates::{Attempt, AttemptError, Candidates, CredentialNote, ErrorKind, Server, UrlNote};
use crate::report::{Evidence, Finding, Severity};
use crate::time::span;

/// A certificate with less than this left is mentioned: a renewal that works has happened long before.
const EXPIRES_SOON_S: i64 = 7 * 24 * 3600;

/// Every finding about `server`, one of the servers of `report`.
pub fn check(report: &Candidates, server: &Server, findings: &mut Vec<Finding>) {
    check_url(server, findings);
    let explained = check_credentials(server, findings);
    check_failures(report, server, explained, findings);
    for attempt in &server.attempts {
        check_redirect(server, attempt, findings);
        check_release(server, attempt, findings);
    }
    check_certificates(server, findings);
    check_relays(server, findings);
}

fn check_url(server: &Server, findings: &mut Vec<Finding>) {
    let (well_formed, malformed): (Vec<&UrlNote>, Vec<&UrlNote>) =
        server.url_notes.iter().partition(|note| note.well_formed);
    let facts = |notes: &[&UrlNote]| -> Vec<Evidence> {
        notes
            .iter()
            .map(|note| Evidence::new(&note.note, format!("{} {}", note.browsers, note.instead)))
            .collect()
    };
    if !malformed.is_empty() {
        let problems: Vec<_> = malformed.iter().map(|note| note.problem.as_str()).collect();
        let summary = sentence(&problems.join("; "));
        findings.push(catalog::URL_NOTE.finding(&server.url, summary, facts(&malformed)));
    }
    if !well_formed.is_empty() {
        let browsers: Vec<_> = well_formed.iter().map(|note| note.browsers.as_str()).collect();
        findings.push(catalog::URL_BROWSERS.finding(&server.url, browsers.join(" "), facts(&well_formed)));
    }
}

/// What is odd about the credentials matters only where the server did not take them: a username like
/// `1700000000:alice` is nothing but a name for a server that keeps a list of users.
///
/// Returns whether a refusal of the credentials is explained by it.
fn check_credentials(server: &Server, findings: &mut Vec<Finding>) -> bool {
    if server.is_ok() {
        return false;
    }
    let refused: Vec<&Attempt> = server.attempts.iter().filter(|attempt| is_refusal(attempt)).collect();
    let mut explained = false;
    let mut notes: Vec<&CredentialNote> = server.credential_notes.iter().collect();
    while let Some(first) = notes.first() {
        let entry = credential_entry(first);
        let (same, rest): (Vec<_>, Vec<_>) = notes.iter().partition(|note| credential_entry(note) == entry);
        notes = rest;
        // The 401 itself says so, with better evidence.
        if entry == catalog::CREDENTIALS_MISSING && !refused.is_empty() {
            continue;
        }
        let problems: Vec<_> = same.iter().map(|note| note.problem.as_str()).collect();
        let mut facts: Vec<_> = same
            .iter()
            .map(|note| Evidence::new(&note.note, &note.instead))
            .collect();
        facts.extend(refused.iter().map(|attempt| evidence(attempt)));
        let mut finding = entry.finding(&server.url, sentence(&problems.join(", and ")), facts);
        if refused.is_empty() {
            lower(&mut finding, Severity::Warning);
        } else {
            explained = true;
        }
        findings.push(finding);
    }
    explained
}

fn credential_entry(note: &CredentialNote) -> &'static Entry {
    match note.note.as_str() {
        "expired" => catalog::CREDENTIALS_EXPIRED,
        "milliseconds" => catalog::CREDENTIALS_MILLISECONDS,
        "reversed" => catalog::CREDENTIALS_REVERSED,
        "hex-credential" | "base64-of-hex" => catalog::CREDENTIALS_HEX,
        "missing-username" | "missing-credential" => catalog::CREDENTIALS_MISSING,
        _ => catalog::CREDENTIALS_FORM,
    }
}

/// Whether the server refused the credentials. Some servers say 400 where 401 is meant.
fn is_refusal(attempt: &Attempt) -> bool {
    attempt.error.as_ref().is_some_and(|error| {
        matches!(error.kind, ErrorKind::Unauthorized | ErrorKind::MissingCredentials)
            || (error.kind == ErrorKind::StunError && error.code == Some(400))
    })
}

/// One finding for each kind of failure of a server, with every attempt that failed so as evidence.
fn check_failures(report: &Candidates, server: &Server, explained: bool, findings: &mut Vec<Finding>) {
    let mut failed: Vec<(&'static Entry, &Attempt, &AttemptError)> = Vec::new();
    for attempt in &server.attempts {
        let Some(error) = &attempt.error else { continue };
        // What is wrong with the credentials has been said.
        if explained && error.kind == ErrorKind::Unauthorized {
            continue;
        }
        failed.extend(failure_entry(attempt, error).map(|entry| (entry, attempt, error)));
    }
    while let Some(&(entry, first, error)) = failed.first() {
        let (same, rest): (Vec<_>, Vec<_>) = failed
            .iter()
            .partition(|(other, _, found)| *other == entry && found.code == error.code);
        failed = rest;
        let facts = same.iter().map(|(_, attempt, _)| evidence(attempt)).collect();
        let mut summary = failure_summary(first, error, same.len());
        let held = held_at(report, first);
        if error.code == Some(486) && held > 0 {
            summary.push_str(&format!(
                " This run itself held {} there.",
                count(held, "other allocation")
            ));
        }
        let mut finding = entry.finding(&server.url, summary, facts);
        if server.is_ok() || (error.code == Some(486) && held > 0) {
            lower(&mut finding, Severity::Warning);
        }
        findings.push(finding);
    }
}

/// How many allocations this run has been given at the machine that `attempt` asked.
fn held_at(report: &Candidates, attempt: &Attempt) -> usize {
    let ip = attempt.address.map(|address| address.ip());
    let there = |other: &&Attempt| other.address.map(|address| address.ip()) == ip && other.relayed_address.is_some();
    report.attempts().filter(there).count()
}

fn failure_entry(attempt: &Attempt, error: &AttemptError) -> Option<&'static Entry> {
    Some(match error.kind {
        ErrorKind::NameNotResolved => catalog::NAME_NOT_RESOLVED,
        ErrorKind::ResolveTimeout => catalog::RESOLVE_TIMEOUT,
        ErrorKind::NoAddressOfFamily => catalog::NO_ADDRESS_OF_FAMILY,
        ErrorKind::Timeout if attempt.passed("connect") => catalog::SERVER_SILENT,
        ErrorKind::Timeout => catalog::SERVER_TIMEOUT,
        ErrorKind::Refused => catalog::SERVER_REFUSED,
        ErrorKind::Unreachable => catalog::UNREACHABLE,
        ErrorKind::Closed => catalog::CONNECTION_CLOSED,
        ErrorKind::Reset => catalog::CONNECTION_RESET,
        ErrorKind::TlsName => catalog::TLS_NAME_MISMATCH,
        ErrorKind::TlsExpired => catalog::TLS_EXPIRED,
        ErrorKind::TlsNotYetValid => catalog::TLS_NOT_YET_VALID,
        ErrorKind::TlsUntrusted => catalog::TLS_UNTRUSTED,
        ErrorKind::NotTls => catalog::TLS_NOT_TLS,
        ErrorKind::Tls => catalog::TLS_FAILED,
        ErrorKind::NotStun => catalog::NOT_STUN,
        ErrorKind::Malformed => catalog::MALFORMED_ANSWER,
        ErrorKind::WrongSource => catalog::ANSWER_FROM_ELSEWHERE,
        ErrorKind::NotAuthentic => catalog::NOT_AUTHENTIC,
        ErrorKind::WrongTransaction => catalog::ANSWER_TO_ANOTHER,
        ErrorKind::BidDown => catalog::BID_DOWN,
        ErrorKind::PasswordAlgorithm => catalog::PASSWORD_ALGORITHM,
        ErrorKind::Unauthorized => catalog::CREDENTIALS_REJECTED,
        ErrorKind::MissingCredentials => catalog::CREDENTIALS_MISSING,
        ErrorKind::NonceLoop => catalog::TURN_NONCE_LOOP,
        ErrorKind::RedirectLoop => catalog::TURN_REDIRECT_LOOP,
        ErrorKind::StunError => error_code_entry(error.code),
        ErrorKind::Unsupported => catalog::UNSUPPORTED,
        ErrorKind::Io => catalog::NETWORK_ERROR,
        ErrorKind::Redirected | ErrorKind::Interrupted => return None,
    })
}

fn error_code_entry(code: Option<u16>) -> &'static Entry {
    match code {
        Some(400) => catalog::TURN_BAD_REQUEST,
        Some(403) => catalog::TURN_FORBIDDEN,
        Some(420) => catalog::TURN_UNKNOWN_ATTRIBUTE,
        Some(437) => catalog::TURN_ALLOCATION_MISMATCH,
        Some(440) => catalog::TURN_ADDRESS_FAMILY,
        Some(441) => catalog::TURN_WRONG_CREDENTIALS,
        Some(442) => catalog::TURN_TRANSPORT_UNSUPPORTED,
        Some(443) => catalog::TURN_PEER_FAMILY,
        Some(486) => catalog::TURN_QUOTA,
        Some(500) => catalog::TURN_SERVER_ERROR,
        Some(508) => catalog::TURN_CAPACITY,
        _ => catalog::TURN_ERROR,
    }
}

fn failure_summary(attempt: &Attempt, error: &AttemptError, count: usize) -> String {
    let target = attempt
        .address
        .map_or_else(|| "The server".to_owned(), |address| address.to_string());
    let step = attempt.deciding_step().map_or("start", |step| step.step.as_str());
    let more = if count > 1 {
        format!(" ({count} attempts)")
    } else {
        String::new()
    };
    let said = match (&error.code, &error.reason) {
        (Some(code), Some(reason)) if !reason.is_empty() => format!(": {code} {}", reason.trim_end_matches('.')),
        (Some(code), _) => format!(": {code}"),
        (None, Some(reason)) => format!(": {}", reason.trim_end_matches('.')),
        (None, None) => String::new(),
    };
    let over = &attempt.transport;
    match error.kind {
        ErrorKind::NameNotResolved | ErrorKind::ResolveTimeout => format!("The lookup failed{said}{more}."),
        ErrorKind::Timeout if attempt.passed("connect") => {
            format!("{target} took the connection and sent no usable answer at the step `{step}`{more}.")
        }
        ErrorKind::Timeout => format!("Nothing usable came back from {target} over {over} at the step `{step}`{more}."),
        ErrorKind::Unsupported | ErrorKind::NoAddressOfFamily => format!("{target} was not asked{said}{more}."),
        _ => format!("{target} over {over} failed at the step `{step}`{said}{more}."),
    }
}

fn check_redirect(server: &Server, attempt: &Attempt, findings: &mut Vec<Finding>) {
    let (Some(from), Some(to)) = (attempt.address, attempt.redirected_to) else {
        return;
    };
    findings.push(catalog::TURN_TRY_ALTERNATE.finding(
        &server.url,
        format!("{from} answered 300 (Try Alternate) and named {to}."),
        vec![evidence(attempt)],
    ));
}

fn check_release(server: &Server, attempt: &Attempt, findings: &mut Vec<Finding>) {
    let (Some(false), Some(address)) = (attempt.released, attempt.address) else {
        return;
    };
    let refresh = attempt.steps.iter().rfind(|step| step.step == "refresh");
    let detail = refresh
        .and_then(|step| step.detail.clone())
        .unwrap_or_else(|| "no answer".to_owned());
    findings.push(catalog::ALLOCATION_NOT_RELEASED.finding(
        &server.url,
        format!("{address} did not confirm that it gave the allocation up."),
        vec![Evidence::new("refresh", detail)],
    ));
}

fn check_certificates(server: &Server, findings: &mut Vec<Finding>) {
    let shown = server
        .attempts
        .iter()
        .filter_map(|attempt| Some((attempt, attempt.tls.as_ref()?)));
    for (attempt, tls) in shown {
        let Some(leaf) = tls.chain.first().filter(|_| attempt.passed("tls")) else {
            continue;
        };
        let (entry, summary, fact) = if tls.verdict != "trusted" {
            let summary = format!("The certificate of {} was not accepted: {}.", leaf.subject, tls.verdict);
            (catalog::TLS_NOT_VERIFIED, summary, tls.verdict.clone())
        } else if (0..EXPIRES_SOON_S).contains(&leaf.expires_in_s) {
            let left = span(leaf.expires_in_s.unsigned_abs());
            let summary = format!("The certificate of {} ends in {left}.", leaf.subject);
            (catalog::TLS_EXPIRES_SOON, summary, leaf.not_after.clone())
        } else {
            continue;
        };
        let id = attempt
            .address
            .map_or_else(|| leaf.subject.clone(), |address| address.to_string());
        findings.push(entry.finding(&server.url, summary, vec![Evidence::new(id, fact)]));
        // One server has one certificate, however many addresses it was asked at.
        break;
    }
}

fn check_relays(server: &Server, findings: &mut Vec<Finding>) {
    for attempt in &server.attempts {
        let (Some(relayed), Some(address)) = (attempt.relayed_address, attempt.address) else {
            continue;
        };
        if attempt.authentication.is_none() {
            let summary = format!("{address} allocated {relayed} without credentials.");
            findings.push(catalog::TURN_OPEN_RELAY.finding(&server.url, summary, vec![evidence(attempt)]));
        }
        let entry = match (scope(relayed.ip()), scope(address.ip())) {
            (Scope::Unspecified, _) => catalog::RELAY_ADDRESS_UNSPECIFIED,
            (Scope::Loopback, Scope::Private | Scope::Public) => catalog::RELAY_ADDRESS_LOOPBACK,
            (Scope::Private | Scope::LinkLocal, Scope::Public) => catalog::RELAY_ADDRESS_PRIVATE,
            _ => continue,
        };
        let summary = format!("The server at {address} relays from {relayed}.");
        findings.push(entry.finding(&server.url, summary, vec![evidence(attempt)]));
    }
}
