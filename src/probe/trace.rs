//! What a probe has to tell: its steps in order, what it noticed beside them, and why it failed.
//!
//! Plain values, no verdicts: `check` turns them into findings and `report` into documents.

use std::net::SocketAddr;
use std::time::Duration;

use crate::probe::PathError;
use crate::probe::authentication::Authentication;
use crate::proto::stun::{AttributeType, Message, TransactionId};
use crate::time::At;

/// What a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepName {
    /// A Binding request (RFC 8489 §2).
    Binding,
    /// An Allocate request without credentials, which a TURN server answers with 401 (RFC 8489 §9.2.3.1).
    Challenge,
    /// The Allocate request that counts (RFC 8656 §7).
    Allocate,
    /// A CreatePermission request (RFC 8656 §10).
    Permission,
    /// Data sent through the relay and back.
    Echo,
    /// The Refresh request with lifetime 0 that gives the allocation back (RFC 8656 §8).
    Refresh,
}

impl StepName {
    /// The name in reports: `binding`, `challenge`, ...
    pub const fn name(self) -> &'static str {
        match self {
            StepName::Binding => "binding",
            StepName::Challenge => "challenge",
            StepName::Allocate => "allocate",
            StepName::Permission => "permission",
            StepName::Echo => "echo",
            StepName::Refresh => "refresh",
        }
    }
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepOutcome {
    /// As it should. For a challenge: it was answered with 401, or needed none.
    Ok,
    /// With an answer, or an error of the path, that ends the probe.
    Failed,
    /// Nothing usable came in time.
    Timeout,
    /// The user stopped it.
    Cancelled,
}

impl StepOutcome {
    /// The name in reports: `ok`, `failed`, `timeout`, `cancelled`.
    pub const fn name(self) -> &'static str {
        match self {
            StepOutcome::Ok => "ok",
            StepOutcome::Failed => "failed",
            StepOutcome::Timeout => "timeout",
            StepOutcome::Cancelled => "cancelled",
        }
    }
}

/// One step of a probe: one request, with its repetitions under new nonces if there were any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRecord {
    /// What it is about.
    pub step: StepName,
    /// When the step began; the first transmission is due at this time.
    pub started: At,
    /// When its outcome was known.
    pub ended: At,
    /// How it ended.
    pub outcome: StepOutcome,
    /// The transactions used, in order; more than one after 438 (Stale Nonce) or 5xx.
    pub transaction_ids: Vec<TransactionId>,
    /// When something was sent, over all transactions.
    pub sent: Vec<At>,
    /// The error code and reason phrase of the last answer, if it was an error. A challenge has its 401 here.
    pub error: Option<(u16, String)>,
    /// What the last answer said.
    pub facts: Facts,
    /// A few words more where the outcome alone does not say it.
    pub detail: Option<String>,
}

/// What one response said about us and about its server. Absent attributes are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Where the response came from.
    pub from: Option<SocketAddr>,
    /// XOR-MAPPED-ADDRESS (RFC 8489 §14.2).
    pub xor_mapped: Option<SocketAddr>,
    /// MAPPED-ADDRESS (RFC 8489 §14.1).
    pub mapped: Option<SocketAddr>,
    /// XOR-RELAYED-ADDRESS (RFC 8656 §18.5), the first one.
    pub relayed: Option<SocketAddr>,
    /// LIFETIME, whole seconds (RFC 8656 §18.2).
    pub lifetime: Option<Duration>,
    /// SOFTWARE (RFC 8489 §14.14), as sent: not fit for a terminal before it is escaped.
    pub software: Option<String>,
    /// REALM (RFC 8489 §14.9), as sent.
    pub realm: Option<String>,
    /// OTHER-ADDRESS (RFC 5780 §7.4).
    pub other_address: Option<SocketAddr>,
    /// RESPONSE-ORIGIN (RFC 5780 §7.3).
    pub response_origin: Option<SocketAddr>,
    /// UNKNOWN-ATTRIBUTES of a 420 (RFC 8489 §14.13).
    pub unknown_attributes: Vec<AttributeType>,
    /// How the request was authenticated, if it was.
    pub authentication: Option<Authentication>,
}

impl Facts {
    /// Reads what `message` says.
    pub fn read(from: SocketAddr, message: &Message<'_>) -> Facts {
        Facts {
            from: Some(from),
            xor_mapped: message.xor_mapped_address(),
            mapped: message.mapped_address(),
            relayed: message.xor_relayed_address(),
            lifetime: message.lifetime().map(|seconds| Duration::from_secs(seconds.into())),
            software: message.software().map(str::to_owned),
            realm: message.realm().map(str::to_owned),
            other_address: message.other_address(),
            response_origin: message.response_origin(),
            unknown_attributes: message.unknown_attributes().collect(),
            authentication: None,
        }
    }
}

/// Where a server sends us instead of answering: 300 (Try Alternate), RFC 8489 §10.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// ALTERNATE-SERVER: of our own address family if the server named one of it, else the first named.
    pub server: SocketAddr,
    /// ALTERNATE-DOMAIN: the name the alternate server's certificate has.
    pub domain: Option<String>,
}

/// Why a probe has no answer to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Nothing came back before the deadline.
    Timeout,
    /// The server answered with an error of its own (`code`, `reason`).
    Rejected,
    /// 401 (Unauthenticated) after we authenticated: user name or password are wrong, or expired.
    Unauthorized,
    /// The server wants credentials and none were given.
    MissingCredentials,
    /// 438 (Stale Nonce) again and again, each time for the nonce just given.
    NonceLoop,
    /// 300 (Try Alternate); `redirect` says where to.
    Redirect,
    /// What came back is not STUN.
    NotStun,
    /// What came back is STUN, but damaged, or lacks what it must have.
    Malformed,
    /// Answers came, with transaction ids that we never used.
    WrongTransaction,
    /// The answer came from another address than the one asked.
    WrongSource,
    /// The answer's integrity is wrong or missing: it is not from who shares our password (RFC 8489 §9.2.5).
    Integrity,
    /// The nonce announces password algorithms and their list is missing: someone may have removed it (RFC 8489 §9.2.1).
    BidDown,
    /// The server offers password algorithms, none of which is MD5 or SHA-256.
    UnsupportedAlgorithm,
    /// The path reported a failure.
    Path(PathError),
    /// The user stopped the probe first.
    Cancelled,
}

impl FailureKind {
    /// The name in reports, kebab-case.
    pub const fn name(&self) -> &'static str {
        match self {
            FailureKind::Timeout => "timeout",
            FailureKind::Rejected => "rejected",
            FailureKind::Unauthorized => "unauthorized",
            FailureKind::MissingCredentials => "missing-credentials",
            FailureKind::NonceLoop => "nonce-loop",
            FailureKind::Redirect => "redirect",
            FailureKind::NotStun => "not-stun",
            FailureKind::Malformed => "malformed",
            FailureKind::WrongTransaction => "wrong-transaction",
            FailureKind::WrongSource => "wrong-source",
            FailureKind::Integrity => "integrity",
            FailureKind::BidDown => "bid-down",
            FailureKind::UnsupportedAlgorithm => "unsupported-algorithm",
            FailureKind::Path(_) => "path",
            FailureKind::Cancelled => "cancelled",
        }
    }
}

/// Why, and what the server said to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub kind: FailureKind,
    /// The STUN error code, if an error response decided it.
    pub code: Option<u16>,
    /// Its reason phrase, as sent.
    pub reason: Option<String>,
    /// Where to go instead, with [`FailureKind::Redirect`].
    pub redirect: Option<Redirect>,
    /// A few words more, ours.
    pub detail: Option<String>,
}

impl Failure {
    /// A failure without an error code.
    pub fn new(kind: FailureKind) -> Failure {
        Failure {
            kind,
            code: None,
            reason: None,
            redirect: None,
            detail: None,
        }
    }

    /// A failure that an error response decided.
    pub fn with_error(kind: FailureKind, (code, reason): (u16, String)) -> Failure {
        Failure {
            code: Some(code),
            reason: Some(reason),
            ..Failure::new(kind)
        }
    }

    /// The same with a few words more.
    pub fn detail(mut self, words: impl Into<String>) -> Failure {
        self.detail = Some(words.into());
        self
    }

    /// How the step that met this failure ended.
    pub fn step_outcome(&self) -> StepOutcome {
        match self.kind {
            FailureKind::Timeout => StepOutcome::Timeout,
            FailureKind::Cancelled => StepOutcome::Cancelled,
            _ => StepOutcome::Failed,
        }
    }
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoteKind {
    /// Something that is not STUN at all.
    NotStun,
    /// A STUN message that ends early or is otherwise broken.
    Damaged,
    /// A response with a transaction id never used by this probe.
    WrongTransaction,
    /// A response to our request, from an address we did not ask.
    WrongSource,
    /// A response to our request of another method.
    WrongMethod,
    /// A request or an indication, where only responses are expected.
    NotAResponse,
    /// One more response to a request that had its answer already.
    Duplicate,
    /// FINGERPRINT does not match (RFC 8489 §14.7).
    WrongFingerprint,
    /// MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 does not match.
    WrongIntegrity,
    /// A success response without integrity, though the request had it.
    NoIntegrity,
    /// An error response without integrity, though the request had it. Common: many servers never sign errors.
    UnsignedError,
    /// A response with comprehension-required attributes that we do not know (RFC 8489 §6.3.3).
    UnknownAttributes,
    /// A response whose nonce announces password algorithms, without their list (RFC 8489 §9.2.5).
    BidDown,
    /// 438 (Stale Nonce): the nonce was renewed.
    StaleNonce,
    /// A 5xx after which the request was sent once more.
    ServerError,
    /// The server allocated without asking who we are.
    OpenRelay,
    /// The relayed address is not of the family asked for.
    UnexpectedFamily,
    /// An ICMP error came back. It ends the probe only when repeated.
    Icmp,
    /// The server did not confirm that it gave the allocation up.
    NotReleased,
}

impl NoteKind {
    /// The name in reports, kebab-case.
    pub const fn name(self) -> &'static str {
        match self {
            NoteKind::NotStun => "not-stun",
            NoteKind::Damaged => "damaged",
            NoteKind::WrongTransaction => "wrong-transaction",
            NoteKind::WrongSource => "wrong-source",
            NoteKind::WrongMethod => "wrong-method",
            NoteKind::NotAResponse => "not-a-response",
            NoteKind::Duplicate => "duplicate",
            NoteKind::WrongFingerprint => "wrong-fingerprint",
            NoteKind::WrongIntegrity => "wrong-integrity",
            NoteKind::NoIntegrity => "no-integrity",
            NoteKind::UnsignedError => "unsigned-error",
            NoteKind::UnknownAttributes => "unknown-attributes",
            NoteKind::BidDown => "bid-down",
            NoteKind::StaleNonce => "stale-nonce",
            NoteKind::ServerError => "server-error",
            NoteKind::OpenRelay => "open-relay",
            NoteKind::UnexpectedFamily => "unexpected-family",
            NoteKind::Icmp => "icmp",
            NoteKind::NotReleased => "not-released",
        }
    }
}

/// Something noticed that is not an answer. Equal kinds from one address are counted, not repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// Who sent it, where known; with port 0 for ICMP.
    pub from: Option<SocketAddr>,
    /// When it was first seen.
    pub first: At,
    /// When it was last seen.
    pub last: At,
    /// How often.
    pub count: u32,
    /// Length of the first one's payload in octets; 0 where there is none.
    pub length: usize,
    /// Its first octets, at most 16.
    pub prefix: Vec<u8>,
    /// A few words on the first one: where the damage is, which transaction id, which code.
    pub detail: Option<String>,
}

impl Note {
    /// The first octets as lower-case hex digits.
    pub fn prefix_hex(&self) -> String {
        self.prefix.iter().map(|octet| format!("{octet:02x}")).collect()
    }
}

/// The notes of one probe. Bounded: a server that floods us costs no memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    list: Vec<Note>,
}

impl Notes {
    /// Different notes kept; what comes later is dropped, what is kept goes on counting.
    const LIMIT: usize = 64;
    /// Octets kept of a payload.
    const PREFIX: usize = 16;

    /// Counts one more of `kind` from `from`.
    pub(crate) fn add(
        &mut self,
        now: At,
        kind: NoteKind,
        from: Option<SocketAddr>,
        bytes: &[u8],
        detail: impl Into<Option<String>>,
    ) {
        if let Some(note) = self.list.iter_mut().find(|note| note.kind == kind && note.from == from) {
            note.last = now;
            note.count = note.count.saturating_add(1);
        } else if self.list.len() < Self::LIMIT {
            let prefix = bytes[..bytes.len().min(Self::PREFIX)].to_vec();
            let detail = detail.into();
            self.list.push(Note {
                kind,
                from,
                first: now,
                last: now,
                count: 1,
                length: bytes.len(),
                prefix,
                detail,
            });
        }
    }

    /// All notes, in order of first sight.
    pub(crate) fn list(&self) -> &[Note] {
        &self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_notes_are_counted_and_different_ones_are_bounded() {
        let mut notes = Notes::default();
        let server: SocketAddr = "192.0.2.1:3478".parse().unwrap();
        notes.add(
            At::from_millis(1),
            NoteKind::NotStun,
            Some(server),
            b"HTTP/1.1 400 Bad Request",
            None,
        );
        notes.add(At::from_millis(9), NoteKind::NotStun, Some(server), b"other", None);
        assert_eq!(notes.list().len(), 1);
        let note = &notes.list()[0];
        assert_eq!(
            (note.count, note.first, note.last, note.length),
            (2, At::from_millis(1), At::from_millis(9), 24)
        );
        assert_eq!(note.prefix_hex(), "485454502f312e312034303020426164");
        for port in 1..1000 {
            notes.add(
                At::START,
                NoteKind::WrongSource,
                Some(SocketAddr::new(server.ip(), port)),
                &[],
                None,
            );
        }
        assert_eq!(notes.list().len(), Notes::LIMIT);
    }
}
