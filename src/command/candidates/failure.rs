//! Why a probe failed, in the terms and words of its report.

use super::outcome::fail;
use crate::probe::PathError;
use crate::probe::trace::{Failure, FailureKind, Note, NoteKind};
use crate::proto::icmp;
use crate::proto::stun::ErrorCode;
use crate::report::candidates::{Attempt, ErrorKind};

/// Ends `attempt` with `failure`. A redirection may name the next server's domain.
pub fn take_failure(failure: Failure, notes: &[Note], attempt: &mut Attempt) -> Option<String> {
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
    let reason = reason(&failure, notes);
    fail(attempt, kind, failure.code, reason);
    failure.redirect.and_then(|redirect| redirect.domain)
}

/// In the words of the server or of the operating system, if there are any.
fn reason(failure: &Failure, notes: &[Note]) -> Option<String> {
    let said = failure
        .reason
        .as_deref()
        .map(|reason| reason.trim_end_matches('\0'))
        .filter(|said| !said.is_empty());
    let seen = match &failure.kind {
        FailureKind::Path(error) => return Some(path_reason(error)),
        FailureKind::NotStun => first_octets(notes, NoteKind::NotStun),
        FailureKind::WrongTransaction => first_octets(notes, NoteKind::WrongTransaction),
        _ => None,
    };
    let name = failure.code.and_then(|code| ErrorCode(code).name());
    seen.or_else(|| said.or(failure.detail.as_deref()).or(name).map(str::to_owned))
}

/// What came instead of an answer.
fn first_octets(notes: &[Note], kind: NoteKind) -> Option<String> {
    let note = notes.iter().find(|note| note.kind == kind && !note.prefix.is_empty())?;
    Some(format!("{} octets came: {}", note.length, printable(&note.prefix)))
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
            let protocol = if *v6 { "ICMPv6" } else { "ICMP" };
            let from = from.map(|from| format!(" from {from}")).unwrap_or_default();
            format!(
                "{} ({protocol} type {kind} code {code}{from})",
                icmp::name(*v6, *kind, *code)
            )
        }
        PathError::Closed { pending: 0 } => "closed by the server".to_owned(),
        PathError::Closed { pending } => format!("closed by the server after {pending} octets of a message"),
        PathError::Reset => "reset by the server".to_owned(),
        PathError::NotFramed { prefix } => format!("neither STUN nor ChannelData: {}", printable(prefix)),
        PathError::Io { operation, message } => format!("{operation}: {message}"),
    }
}

/// Octets as text where they are text, else as hexadecimal digits.
pub fn printable(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) if text.chars().all(|c| !c.is_control() || c.is_ascii_whitespace()) => format!("{text:?}"),
        _ => octets.iter().map(|octet| format!("{octet:02x}")).collect(),
    }
}

/// The code with the server's own words, else with those of the RFC. Some servers pad the reason with zeros.
pub fn error_text(code: u16, reason: &str) -> String {
    match (reason.trim_end_matches('\0'), ErrorCode(code).name()) {
        ("", Some(name)) => format!("{code} {name}"),
        ("", None) => code.to_string(),
        (reason, _) => format!("{code} {reason}"),
    }
}

/// A note as a line.
pub fn note_text(note: &Note) -> String {
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
        text.push_str(&format!(" [{} octets: {}]", note.length, printable(&note.prefix)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_text_where_they_are_text() {
        assert_eq!(printable(b"HTTP/1.1 400 Bad\r\n"), r#""HTTP/1.1 400 Bad\r\n""#);
        assert_eq!(printable(&[0x16, 3, 1]), "160301");
        assert_eq!(printable(b"\x1b[2J"), "1b5b324a");
    }

    #[test]
    fn icmp_errors_have_names() {
        let error = PathError::Icmp {
            v6: false,
            kind: 3,
            code: 3,
            from: Some("192.0.2.1".parse().unwrap()),
        };
        assert_eq!(
            path_reason(&error),
            "port unreachable (ICMP type 3 code 3 from 192.0.2.1)"
        );
        assert_eq!(path_kind(&error), ErrorKind::Refused);
        let error = PathError::Icmp {
            v6: true,
            kind: 1,
            code: 0,
            from: None,
        };
        assert_eq!(path_reason(&error), "no route to destination (ICMPv6 type 1 code 0)");
        assert_eq!(path_kind(&error), ErrorKind::Unreachable);
    }

    #[test]
    fn a_reason_padded_with_zeros_is_read_without_them() {
        assert_eq!(error_text(442, "no\0\0"), "442 no");
        assert_eq!(error_text(401, ""), "401 Unauthenticated");
        assert_eq!(error_text(499, ""), "499");
    }
}
