//! Servers: what each attempt at a STUN or TURN server came to, and why.
//!
//! What the gathered addresses say about the network (NATs, families) is judged in [`nat`].

use super::address::{Scope, scope};
use super::catalog::Entry;
use super::catalog::candidates as catalog;
use super::nat;
use crate::report::candidates::{
    Attempt, AttemptError, AttemptOutcome, Candidates, CredentialNote, ErrorKind, LeftOut, Server, UrlNote,
};
use crate::report::{Evidence, Finding, Severity};
use crate::time::span;

/// A certificate with less than this left is mentioned: a renewal that works has happened long before.
const EXPIRES_SOON_S: i64 = 7 * 24 * 3600;

/// Every finding about what `rtcdiag candidates` gathered.
pub fn check(report: &Candidates) -> Vec<Finding> {
    let mut findings = Vec::new();
    for problem in &report.configuration_errors {
        let evidence = Evidence::new(&problem.entry, format!("{}; {}", problem.problem, problem.instead));
        findings.push(catalog::CONFIG_NOTE.finding(&problem.entry, sentence(&problem.problem), vec![evidence]));
    }
    if !report.configuration_notes.is_empty() {
        let facts = report.configuration_notes.iter().map(Evidence::value).collect();
        let summary = sentence(&report.configuration_notes.join("; "));
        findings.push(catalog::CONFIG_QUIRK.finding("ICE server list", summary, facts));
    }
    for server in &report.servers {
        check_server(server, &mut findings);
    }
    nat::check(report, &mut findings);
    check_completeness(report, &mut findings);
    findings
}

fn check_server(server: &Server, findings: &mut Vec<Finding>) {
    check_url(server, findings);
    check_credentials(server, findings);
    check_failures(server, findings);
    for attempt in &server.attempts {
        check_redirect(server, attempt, findings);
    }
    check_certificates(server, findings);
    check_relays(server, findings);
}

fn check_url(server: &Server, findings: &mut Vec<Finding>) {
    let (well_formed, malformed): (Vec<&UrlNote>, Vec<&UrlNote>) =
        server.url_notes.iter().partition(|note| note.well_formed);
    for (entry, notes) in [(catalog::URL_NOTE, malformed), (catalog::URL_BROWSERS, well_formed)] {
        if notes.is_empty() {
            continue;
        }
        let problems: Vec<_> = notes.iter().map(|note| note.problem.as_str()).collect();
        let facts = notes
            .iter()
            .map(|note| Evidence::new(&note.note, format!("{} {}", note.browsers, note.instead)));
        findings.push(entry.finding(&server.url, sentence(&problems.join("; ")), facts.collect()));
    }
}

/// What is odd about the credentials matters only where the server did not take them: a username like
/// `1700000000:alice` is nothing but a name for a server that keeps a list of users.
fn check_credentials(server: &Server, findings: &mut Vec<Finding>) {
    if server.is_ok() {
        return;
    }
    let refused: Vec<&Attempt> = server.attempts.iter().filter(|attempt| is_refusal(attempt)).collect();
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
        }
        findings.push(finding);
    }
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
fn check_failures(server: &Server, findings: &mut Vec<Finding>) {
    let mut failed: Vec<(&Attempt, &AttemptError)> = server
        .attempts
        .iter()
        .filter_map(|attempt| attempt.error.as_ref().map(|error| (attempt, error)))
        .collect();
    while let Some(&(first, error)) = failed.first() {
        let key = |error: &AttemptError| (error.kind, error.code);
        let (same, rest): (Vec<_>, Vec<_>) = failed.iter().partition(|(_, other)| key(other) == key(error));
        failed = rest;
        let Some(entry) = failure_entry(error) else { continue };
        let facts = same.iter().map(|(attempt, _)| evidence(attempt)).collect();
        let mut finding = entry.finding(&server.url, failure_summary(server, first, error, same.len()), facts);
        if server.is_ok() {
            lower(&mut finding, Severity::Warning);
        }
        findings.push(finding);
    }
}

fn failure_entry(error: &AttemptError) -> Option<&'static Entry> {
    Some(match error.kind {
        ErrorKind::NameNotResolved => catalog::NAME_NOT_RESOLVED,
        ErrorKind::ResolveTimeout => catalog::RESOLVE_TIMEOUT,
        ErrorKind::NoAddressOfFamily => catalog::NO_ADDRESS_OF_FAMILY,
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

fn failure_summary(server: &Server, attempt: &Attempt, error: &AttemptError, count: usize) -> String {
    let target = attempt
        .address
        .map_or_else(|| server.url.clone(), |address| address.to_string());
    let step = attempt.steps.last().map_or("start", |step| step.step.as_str());
    let more = if count > 1 {
        format!(" ({count} attempts)")
    } else {
        String::new()
    };
    let said = match (&error.code, &error.reason) {
        (Some(code), Some(reason)) if !reason.is_empty() => format!(": {code} {reason}"),
        (Some(code), _) => format!(": {code}"),
        (None, Some(reason)) => format!(": {}", reason.trim_end_matches('.')),
        (None, None) => String::new(),
    };
    let over = &attempt.transport;
    match error.kind {
        ErrorKind::NameNotResolved | ErrorKind::ResolveTimeout | ErrorKind::NoAddressOfFamily => {
            format!("The lookup failed{said}{more}.")
        }
        ErrorKind::Timeout => format!("Nothing came back from {target} over {over} at the step `{step}`{more}."),
        ErrorKind::Unsupported => format!("{target} was not asked{said}{more}."),
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

fn check_certificates(server: &Server, findings: &mut Vec<Finding>) {
    let shown = server
        .attempts
        .iter()
        .filter_map(|attempt| Some((attempt, attempt.tls.as_ref()?)));
    for (attempt, tls) in shown {
        let passed = attempt
            .steps
            .iter()
            .any(|step| step.step == "tls" && step.outcome == AttemptOutcome::Ok);
        let Some(leaf) = tls.chain.first().filter(|_| passed) else {
            continue;
        };
        let entry = if tls.verdict != "trusted" {
            catalog::TLS_NOT_VERIFIED
        } else if (0..EXPIRES_SOON_S).contains(&leaf.expires_in_s) {
            catalog::TLS_EXPIRES_SOON
        } else {
            continue;
        };
        let (summary, fact) = if entry == catalog::TLS_NOT_VERIFIED {
            (
                format!("The certificate of {} was not accepted: {}.", leaf.subject, tls.verdict),
                tls.verdict.clone(),
            )
        } else {
            let left = span(leaf.expires_in_s.unsigned_abs());
            (
                format!("The certificate of {} ends in {left}.", leaf.subject),
                leaf.not_after.clone(),
            )
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

fn check_completeness(report: &Candidates, findings: &mut Vec<Finding>) {
    let has = |kind: &str| {
        report
            .candidates
            .iter()
            .any(|candidate| candidate.candidate_type == kind)
    };
    let interrupted = attempts(report).any(|attempt| {
        attempt
            .error
            .as_ref()
            .is_some_and(|error| error.kind == ErrorKind::Interrupted)
    });

    if !report.interfaces.iter().any(|interface| interface.used) {
        let facts = report.interfaces.iter().filter_map(|interface| {
            let reason = interface.reason.filter(|reason| *reason != LeftOut::Loopback)?;
            Some(Evidence::new(
                format!("{} {}", interface.name, interface.address),
                reason.to_string(),
            ))
        });
        let summary = "No local address was left to gather host candidates from.";
        findings.push(catalog::NO_HOST.finding("host candidates", summary, facts.collect()));
    }
    if report.servers.is_empty() && report.configuration_errors.is_empty() {
        let summary = "No STUN or TURN server was named, so none was asked.";
        findings.push(catalog::NO_SERVER_NAMED.finding("servers", summary, Vec::new()));
    }
    if interrupted {
        return;
    }
    let mapped = attempts(report).any(|attempt| attempt.transport == "udp" && attempt.mapped_address.is_some());
    if report.policy == "all" && !report.servers.is_empty() && !has("srflx") && !mapped {
        let summary = format!(
            "{} asked, none told an outside address of a UDP socket.",
            count(report.servers.len(), "server")
        );
        let mut finding = catalog::NO_REFLEXIVE.finding("server-reflexive candidates", summary, Vec::new());
        if !attempts(report).any(|attempt| attempt.transport == "udp") {
            lower(&mut finding, Severity::Info);
        }
        findings.push(finding);
    }
    let turn = report.servers.iter().filter(|server| server.is_turn()).count();
    if turn > 0 && !has("relay") {
        let summary = format!("{} asked, none gave a relayed address.", count(turn, "TURN server"));
        findings.push(catalog::NO_RELAY.finding("relay candidates", summary, Vec::new()));
    }
}

fn attempts(report: &Candidates) -> impl Iterator<Item = &Attempt> {
    report.servers.iter().flat_map(|server| &server.attempts)
}

/// What one attempt shows: who asked whom, and how it ended.
pub(super) fn evidence(attempt: &Attempt) -> Evidence {
    let local = attempt.local.map(|local| format!("{local} -> ")).unwrap_or_default();
    let address = attempt
        .address
        .map_or_else(|| "?".to_owned(), |address| address.to_string());
    let last = attempt.steps.last();
    let value = match (last, &attempt.error) {
        (Some(step), Some(error)) => {
            let said = error
                .reason
                .clone()
                .or_else(|| step.detail.clone())
                .unwrap_or_else(|| error.kind.to_string());
            let code = error.code.map(|code| format!("{code} ")).unwrap_or_default();
            format!("{}: {code}{said}", step.step)
        }
        (Some(step), None) => format!(
            "{}: {}",
            step.step,
            step.detail.as_deref().unwrap_or(attempt.outcome.name())
        ),
        (None, _) => attempt.outcome.name().to_owned(),
    };
    let mut fact = Evidence::new(format!("{} {local}{address}", attempt.transport), value);
    fact.at_s = last.map(|step| (step.started_ms + step.took_ms) / 1000.0);
    fact
}

fn lower(finding: &mut Finding, most: Severity) {
    finding.severity = finding.severity.min(most);
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("One {noun} was")
    } else {
        format!("{number} {noun}s were")
    }
}
