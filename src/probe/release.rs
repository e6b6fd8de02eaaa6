//! [`Releasing`]: gives an allocation back with a Refresh of lifetime 0 (RFC 8656 §8), in bounded time.
//!
//! It also deals with an Allocate request whose outcome is not known, because the user or the deadline stopped us: the
//! server may have an allocation for us already, or get the request only later. So a release that finds nothing
//! (437) counts only if it was sent after the Allocate was answered; else it is repeated, until the grace is over.

use std::net::SocketAddr;
use std::time::Duration;

use crate::probe::attempt::{Answer, Attempt, Line};
use crate::probe::authentication::{Session, Verified};
use crate::probe::trace::{NoteKind, StepName, StepOutcome, StepRecord};
use crate::probe::transaction::{Transaction, TransactionStep};
use crate::probe::{Input, Step};
use crate::proto::stun::{AttributeType, Builder, Class, ErrorCode, Message, Method};
use crate::time::At;

/// What became of the allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// There was none.
    NotNeeded,
    /// It is being given back.
    Pending,
    /// The server gave it up, or said that it is gone.
    Released,
    /// The server did not answer in time. If there is an allocation, it ends with its lifetime.
    Unconfirmed,
    /// The server refused, with this error code.
    Refused(u16),
}

/// 438s met before we stop asking.
const STALE_NONCES: u32 = 3;
/// When to ask again whether a late Allocate has arrived meanwhile: one RTO.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// An allocation being given back, or one that may exist.
pub(super) struct Releasing {
    session: Option<Session>,
    until: At,
    attempt: Option<Attempt>,
    /// The Allocate request that is not answered yet.
    allocate: Option<Transaction>,
    /// When the present Refresh was due first, and when the Allocate succeeded.
    asked: At,
    allocated: Option<At>,
    pub(super) release: Release,
    pub(super) step: Option<StepRecord>,
}

impl Releasing {
    /// Gives back what the server has for us since `now`.
    pub(super) fn held(line: &mut Line, now: At, grace: Duration, session: Option<Session>) -> Releasing {
        Releasing::start(line, now, grace, session, None)
    }

    /// Gives back what the server may have, or may get, for the request `allocate`.
    pub(super) fn unknown(
        line: &mut Line,
        now: At,
        grace: Duration,
        session: Option<Session>,
        allocate: Transaction,
    ) -> Releasing {
        Releasing::start(line, now, grace, session, Some(allocate))
    }

    fn start(
        line: &mut Line,
        now: At,
        grace: Duration,
        session: Option<Session>,
        allocate: Option<Transaction>,
    ) -> Releasing {
        let until = now + grace;
        let refresh = refresh(line, now, until, session.as_ref());
        Releasing {
            session,
            until,
            attempt: Some(Attempt::new(StepName::Refresh, now, refresh)),
            allocated: allocate.is_none().then_some(now),
            allocate,
            asked: now,
            release: Release::Pending,
            step: None,
        }
    }

    pub(super) fn poll(&mut self, line: &mut Line, now: At) -> Step {
        let Some(attempt) = &mut self.attempt else {
            return Step::Done;
        };
        match attempt.poll(now) {
            TransactionStep::Send(transmit) => Step::Send(transmit),
            TransactionStep::Wait(at) => Step::Wait(at),
            TransactionStep::TimedOut => {
                self.finish(line, now, Release::Unconfirmed, StepOutcome::Timeout, None);
                Step::Done
            }
        }
    }

    pub(super) fn handle(&mut self, line: &mut Line, now: At, input: Input<'_>) {
        let late = matches!(input, Input::Received { bytes, .. } if self.is_allocate(bytes));
        let Some(attempt) = &mut self.attempt else { return };
        match input {
            Input::Received { from, bytes } if late => self.late(line, now, from, bytes),
            Input::Received { from, bytes } => {
                if let Some(message) = attempt.receive(now, from, bytes, line) {
                    self.answered(line, now, from, &message);
                }
            }
            Input::Failed(error) => {
                if attempt.failed(now, &error, line).is_some() {
                    self.finish(line, now, Release::Unconfirmed, StepOutcome::Failed, None);
                }
            }
            // Giving back is what we are doing.
            Input::Cancel => {}
        }
    }

    /// Whether `bytes` have the transaction id of the Allocate request on its way.
    fn is_allocate(&self, bytes: &[u8]) -> bool {
        let allocate = self.allocate.as_ref().map(Transaction::id);
        Message::decode(bytes).is_ok_and(|message| Some(message.transaction_id()) == allocate)
    }

    /// The Allocate was answered after all.
    fn late(&mut self, line: &mut Line, now: At, from: SocketAddr, bytes: &[u8]) {
        let Some(allocate) = &mut self.allocate else { return };
        let Some(message) = allocate.receive(now, from, bytes, &[], &mut line.notes) else {
            return;
        };
        let once = allocate.sent().len() == 1;
        if message.class() == Class::Success {
            // Authentic or not: asking to release what is not there does no harm.
            (self.allocated, self.allocate) = (Some(now), None);
        } else if once {
            self.finish(line, now, Release::NotNeeded, StepOutcome::Ok, None);
        } else {
            // One of its transmissions was refused, another may have been granted before: let the Refresh find out.
            self.allocate = None;
        }
    }

    fn answered(&mut self, line: &mut Line, now: At, from: SocketAddr, message: &Message<'_>) {
        let answer = Answer::read(from, message);
        let Some(attempt) = &mut self.attempt else { return };
        let verified = self
            .session
            .as_ref()
            .map_or(Verified::Valid, |session| session.verify(message));
        let code = answer.error.as_ref().map(|error| error.0);
        match (message.class(), code) {
            (Class::Success, _) if verified == Verified::Valid => {
                self.finish(line, now, Release::Released, StepOutcome::Ok, Some(answer));
            }
            (Class::Success, _) => {
                let kind = match verified {
                    Verified::Missing => NoteKind::NoIntegrity,
                    _ => NoteKind::WrongIntegrity,
                };
                line.note(now, kind, message.bytes(), None);
                attempt.transaction().discard(kind);
                if attempt.transaction().is_reliable() {
                    self.finish(line, now, Release::Unconfirmed, StepOutcome::Failed, Some(answer));
                }
            }
            (_, Some(code)) if code == ErrorCode::ALLOCATION_MISMATCH.0 => match self.allocated {
                Some(allocated) if allocated > self.asked => self.again(line, now, now),
                None if self.allocate.is_some() => self.again(line, now, now + ASK_AGAIN),
                _ => self.finish(line, now, Release::Released, StepOutcome::Ok, Some(answer)),
            },
            (_, Some(code)) if code == ErrorCode::STALE_NONCE.0 && attempt.stale_nonces < STALE_NONCES => {
                line.note(now, NoteKind::StaleNonce, message.bytes(), None);
                attempt.stale_nonces += 1;
                match self.session.as_ref().map(|session| session.renew(message)) {
                    Some(Ok(session)) => {
                        self.session = Some(session);
                        self.again(line, now, now);
                    }
                    _ => self.finish(line, now, Release::Refused(code), StepOutcome::Failed, Some(answer)),
                }
            }
            // A server that asks who we are has given nothing to an Allocate that did not say it.
            (_, Some(401)) if self.session.is_none() && self.allocated.is_none() => {
                self.finish(line, now, Release::NotNeeded, StepOutcome::Ok, Some(answer));
            }
            (_, Some(500..=599)) if !attempt.sent_again => {
                line.note(now, NoteKind::ServerError, message.bytes(), None);
                attempt.sent_again = true;
                self.again(line, now, now);
            }
            (_, code) => {
                self.finish(
                    line,
                    now,
                    Release::Refused(code.unwrap_or(0)),
                    StepOutcome::Failed,
                    Some(answer),
                );
            }
        }
    }

    /// Sends another Refresh at `at`. A Refresh after a 438 or 5xx keeps the time of the one it replaces only in the
    /// record; what counts for 437 is when it was sent itself.
    fn again(&mut self, line: &mut Line, now: At, at: At) {
        let refresh = refresh(line, at, self.until, self.session.as_ref());
        self.asked = at.max(now);
        if let Some(attempt) = &mut self.attempt {
            attempt.replace(refresh);
        }
    }

    fn finish(&mut self, line: &mut Line, now: At, release: Release, outcome: StepOutcome, answer: Option<Answer>) {
        if matches!(release, Release::Unconfirmed | Release::Refused(_)) {
            line.note(now, NoteKind::NotReleased, &[], None);
        }
        // A release that turned out to be pointless is no step.
        let told = |attempt: &Attempt| attempt.transmissions() > 0 && release != Release::NotNeeded;
        if let Some(attempt) = self.attempt.take().filter(told) {
            let mut step = attempt.record(now, outcome, answer);
            step.facts.authentication = self.session.as_ref().map(Session::authentication);
            self.step = Some(step);
        }
        self.release = release;
    }
}

/// A Refresh request that ends the allocation.
pub(super) fn refresh(line: &mut Line, at: At, until: At, session: Option<&Session>) -> Transaction {
    line.request(Method::REFRESH, at, until, |request: Builder| {
        let request = request.u32(AttributeType::LIFETIME, 0);
        match session {
            Some(session) => session.sign(request),
            None => request.build(),
        }
    })
}
