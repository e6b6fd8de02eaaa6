//! [`Allocate`]: asks a TURN server for a relayed address, and gives it back (RFC 8656 §7, §8).
//!
//! ```text
//! Allocate, unsigned --401--> Allocate, signed --success--> Refresh, lifetime 0 --success--> done
//!        |                      |  ^                             ^
//!        | success: open relay  |  | 438: new nonce              |
//!        +----------------------+--+-----------------------------+
//!                     cancelled, or out of time: give back what there may be
//! ```
//!
//! Departures from RFC 8489 §9.2.5, which is otherwise followed to the letter: an error response without integrity is
//! believed when it comes twice, see [`Transaction`]; 300 (Try Alternate) is
//! believed at once, since §10 allows it to be unsigned.

use std::net::SocketAddr;
use std::time::Duration;

pub use crate::probe::allocation::{AllocateOptions, AllocateResult, RelayFamily, Relayed};
use crate::probe::attempt::{Answer, Attempt, Line, redirect, unknown_required};
use crate::probe::authentication::{Credentials, Refusal, Session, Verified, is_bid_down};
pub use crate::probe::release::Release;
use crate::probe::release::{Releasing, refresh};
use crate::probe::trace::{Failure, FailureKind, NoteKind, StepName, StepOutcome, StepRecord};
use crate::probe::transaction::{Transaction, TransactionStep};
use crate::probe::{Input, Probe, Step, Transmit};
use crate::proto::stun::{Class, ErrorCode, Message, Method};
use crate::time::At;

/// 438s in a row before it is called a loop.
const STALE_NONCES: u32 = 3;
/// IP protocol number of UDP, for REQUESTED-TRANSPORT.
const UDP: u8 = 17;

enum State {
    Idle,
    Asking(Box<Attempt>),
    Releasing(Box<Releasing>),
    /// One last message, not waited for.
    Leaving(Transmit),
    Done,
}

/// One allocation on one server, taken and given back.
///
/// The outcome is known before the probe is done: see [`outcome`](Allocate::outcome). A 300 ends it with
/// [`FailureKind::Redirect`]: the caller starts another probe, and guards against loops.
pub struct Allocate {
    line: Line,
    credentials: Option<Credentials>,
    family: Option<RelayFamily>,
    deadline: At,
    grace: Duration,
    session: Option<Session>,
    realm_changed: bool,
    state: State,
    outcome: Option<Result<Relayed, Failure>>,
    steps: Vec<StepRecord>,
    release: Release,
}

impl Allocate {
    /// A probe that begins at its first poll.
    pub fn new(options: AllocateOptions) -> Allocate {
        Allocate {
            line: Line::new(options.server, options.transport, options.new_id),
            credentials: options.credentials,
            family: options.family,
            deadline: options.deadline,
            grace: options.release_grace,
            session: None,
            realm_changed: false,
            state: State::Idle,
            outcome: None,
            steps: Vec::new(),
            release: Release::NotNeeded,
        }
    }

    /// The outcome, once it is known: one round trip before the probe is done.
    pub fn outcome(&self) -> Option<&Result<Relayed, Failure>> {
        self.outcome.as_ref()
    }

    /// All that is known. Before the end, the outcome is [`FailureKind::Cancelled`].
    pub fn result(&self) -> AllocateResult {
        let outcome = self
            .outcome
            .clone()
            .unwrap_or(Err(Failure::new(FailureKind::Cancelled)));
        let (steps, notes) = (self.steps.clone(), self.line.all_notes());
        AllocateResult {
            outcome,
            steps,
            notes,
            release: self.release,
        }
    }

    /// The next Allocate request, signed if we can.
    fn request(&mut self, now: At) -> Transaction {
        let (family, session) = (self.family, self.session.as_ref());
        self.line.request(Method::ALLOCATE, now, self.deadline, |request| {
            let mut request = request.requested_transport(UDP);
            if let Some(family) = family {
                request = request.requested_address_family(family.number());
            }
            match session {
                Some(session) => session.sign(request),
                None => request.build(),
            }
        })
    }

    /// Goes on with a new transaction in the same step.
    fn repeat(&mut self, now: At, mut attempt: Box<Attempt>) {
        attempt.replace(self.request(now));
        self.state = State::Asking(attempt);
    }

    /// Keeps the record of a step that has ended.
    fn record(&mut self, now: At, attempt: &Attempt, outcome: StepOutcome, answer: Option<Answer>) {
        let mut step = attempt.record(now, outcome, answer);
        step.facts.authentication = self.session.as_ref().map(Session::authentication);
        step.detail = match &self.outcome {
            Some(Err(failure)) => failure.detail.clone(),
            _ => None,
        };
        self.steps.push(step);
    }

    /// Ends the asking with `failure`. The state is set by the caller.
    fn fail(&mut self, now: At, attempt: &Attempt, failure: Failure, answer: Option<Answer>) {
        let outcome = failure.step_outcome();
        self.outcome = Some(Err(failure));
        self.record(now, attempt, outcome, answer);
    }

    /// Gives back what the server has, or with `allocate` may have, for us.
    fn give_back(&mut self, now: At, allocate: Option<Transaction>) {
        let (line, grace, session) = (&mut self.line, self.grace, self.session.clone());
        let releasing = match allocate {
            None => Releasing::held(line, now, grace, session),
            Some(allocate) => Releasing::unknown(line, now, grace, session, allocate),
        };
        self.release = releasing.release;
        self.state = State::Releasing(Box::new(releasing));
    }

    /// Leaves a server that does not answer: a dead one must not cost more than its deadline, so the release is sent
    /// but not waited for. Where the transport is a connection, closing it releases (RFC 8656 §3.1, §5).
    fn leave(&mut self, now: At) {
        let mut farewell = refresh(&mut self.line, now, now + self.grace, self.session.as_ref());
        self.state = match farewell.poll(now) {
            TransactionStep::Send(transmit) if !farewell.is_reliable() => State::Leaving(transmit),
            _ => State::Done,
        };
    }

    fn received(&mut self, now: At, from: SocketAddr, bytes: &[u8], mut attempt: Box<Attempt>) {
        let message = attempt.receive(now, from, bytes, &mut self.line);
        match message {
            None => self.state = State::Asking(attempt),
            Some(message) => {
                let answer = Answer::read(from, &message);
                match message.class() {
                    Class::Success => self.succeeded(now, &message, answer, attempt),
                    _ => self.rejected(now, &message, answer, attempt),
                }
            }
        }
    }

    /// Whether the response may be believed; if not, it is as if it had not come (RFC 8489 §9.2.5), and on a transport
    /// that delivers by itself, nothing better will come.
    fn distrust(&mut self, now: At, bytes: &[u8], kind: NoteKind, mut attempt: Box<Attempt>) {
        self.line.note(now, kind, bytes, None);
        attempt.transaction().discard(kind);
        if attempt.transaction().is_reliable() {
            let failure = attempt.transaction().failure();
            self.fail(now, &attempt, failure, None);
            self.give_back(now, Some(attempt.transaction().clone()));
        } else {
            self.state = State::Asking(attempt);
        }
    }

    fn succeeded(&mut self, now: At, message: &Message<'_>, answer: Answer, mut attempt: Box<Attempt>) {
        let bytes = message.bytes();
        if is_bid_down(message) {
            return self.distrust(now, bytes, NoteKind::BidDown, attempt);
        }
        match self.session.as_ref().map(|session| session.verify(message)) {
            Some(Verified::Wrong) => return self.distrust(now, bytes, NoteKind::WrongIntegrity, attempt),
            Some(Verified::Missing) => return self.distrust(now, bytes, NoteKind::NoIntegrity, attempt),
            Some(Verified::Valid) => {}
            None => {
                attempt.step = StepName::Allocate;
                self.line.note(now, NoteKind::OpenRelay, bytes, None);
            }
        }
        let facts = &answer.facts;
        let problem = unknown_required(message).map(|unknown| {
            self.line.note(now, NoteKind::UnknownAttributes, bytes, unknown.clone());
            format!("unknown attributes {unknown}")
        });
        match (problem, facts.relayed) {
            (None, Some(relayed)) => {
                if self
                    .family
                    .is_some_and(|family| (family == RelayFamily::V4) != relayed.is_ipv4())
                {
                    self.line
                        .note(now, NoteKind::UnexpectedFamily, bytes, relayed.to_string());
                }
                self.outcome = Some(Ok(Relayed {
                    relayed,
                    xor_mapped: facts.xor_mapped,
                    mapped: facts.mapped,
                    lifetime: facts.lifetime,
                    software: facts.software.clone(),
                    realm: self.session.as_ref().map(|session| session.realm().to_owned()),
                    authentication: self.session.as_ref().map(Session::authentication),
                }));
                self.record(now, &attempt, StepOutcome::Ok, Some(answer));
            }
            (problem, _) => {
                let words = problem.unwrap_or_else(|| "the response has no relayed address".to_owned());
                self.fail(
                    now,
                    &attempt,
                    Failure::new(FailureKind::Malformed).detail(words),
                    Some(answer),
                );
            }
        }
        self.give_back(now, None);
    }

    fn rejected(&mut self, now: At, message: &Message<'_>, answer: Answer, mut attempt: Box<Attempt>) {
        let Some(error) = answer.error.clone() else {
            let failure = Failure::new(FailureKind::Malformed).detail("the error response has no ERROR-CODE");
            return self.give_up(now, &attempt, failure, answer);
        };
        match ErrorCode(error.0) {
            ErrorCode::UNAUTHENTICATED => return self.challenged(now, message, answer, error, attempt),
            ErrorCode::STALE_NONCE => return self.stale(now, message, answer, error, attempt),
            ErrorCode::TRY_ALTERNATE => {
                if let Some(redirect) = redirect(self.line.server, message) {
                    let mut failure = Failure::with_error(FailureKind::Redirect, error);
                    failure.redirect = Some(redirect);
                    return self.give_up(now, &attempt, failure, answer);
                }
            }
            _ => {}
        }
        if self.session.is_some() && is_bid_down(message) {
            return self.distrust(now, message.bytes(), NoteKind::BidDown, attempt);
        }
        match self.session.as_ref().map(|session| session.verify(message)) {
            Some(Verified::Wrong) => return self.distrust(now, message.bytes(), NoteKind::WrongIntegrity, attempt),
            Some(Verified::Missing) => {
                self.line.note(
                    now,
                    NoteKind::UnsignedError,
                    message.bytes(),
                    format!("{} {}", error.0, error.1),
                );
                // A 5xx is asked again in any case.
                let asked_again = may_be_asked_again(error.0);
                if !attempt.transaction().believe_unsigned(&error) && !asked_again {
                    self.state = State::Asking(attempt);
                    return;
                }
            }
            Some(Verified::Valid) | None => {}
        }
        if may_be_asked_again(error.0) && !attempt.sent_again {
            self.line.note(
                now,
                NoteKind::ServerError,
                message.bytes(),
                format!("{} {}", error.0, error.1),
            );
            attempt.sent_again = true;
            return self.repeat(now, attempt);
        }
        self.give_up(now, &attempt, Failure::with_error(FailureKind::Rejected, error), answer);
    }

    /// The server said no, and that is that. Only after a 437 to a request that was sent more than once may there be
    /// an allocation, made by a transmission whose answer was lost.
    fn give_up(&mut self, now: At, attempt: &Attempt, failure: Failure, answer: Answer) {
        let ours = failure.code == Some(ErrorCode::ALLOCATION_MISMATCH.0) && attempt.transmissions() > 1;
        self.fail(now, attempt, failure, Some(answer));
        if ours {
            self.give_back(now, None);
        } else {
            self.state = State::Done;
        }
    }

    /// 401: the challenge if we had not signed, else a refusal; unless it is for another realm, once.
    fn challenged(
        &mut self,
        now: At,
        message: &Message<'_>,
        answer: Answer,
        error: (u16, String),
        attempt: Box<Attempt>,
    ) {
        let Some(credentials) = self.credentials.clone() else {
            let failure = Failure::with_error(FailureKind::MissingCredentials, error);
            return self.give_up(now, &attempt, failure, answer);
        };
        let first = self.session.is_none();
        let same_realm = self
            .session
            .as_ref()
            .is_some_and(|session| answer.facts.realm.as_deref() == Some(session.realm()));
        if !first && (same_realm || answer.facts.realm.is_none() || self.realm_changed) {
            return self.give_up(
                now,
                &attempt,
                Failure::with_error(FailureKind::Unauthorized, error),
                answer,
            );
        }
        match Session::new(message, &credentials) {
            Err(refusal) => self.refuse(now, refusal, error, answer, &attempt),
            Ok(session) if first => {
                self.record(now, &attempt, StepOutcome::Ok, Some(answer));
                self.session = Some(session);
                let request = self.request(now);
                self.state = State::Asking(Box::new(Attempt::new(StepName::Allocate, now, request)));
            }
            Ok(session) => {
                self.realm_changed = true;
                self.session = Some(session);
                self.repeat(now, attempt);
            }
        }
    }

    /// 438: the same with the new nonce.
    fn stale(
        &mut self,
        now: At,
        message: &Message<'_>,
        answer: Answer,
        error: (u16, String),
        mut attempt: Box<Attempt>,
    ) {
        // To a request without a nonce it can only be a clumsy challenge.
        let Some(session) = &self.session else {
            return self.challenged(now, message, answer, error, attempt);
        };
        self.line.note(now, NoteKind::StaleNonce, message.bytes(), None);
        attempt.stale_nonces += 1;
        if attempt.stale_nonces > STALE_NONCES {
            return self.give_up(
                now,
                &attempt,
                Failure::with_error(FailureKind::NonceLoop, error),
                answer,
            );
        }
        match session.renew(message) {
            Err(refusal) => self.refuse(now, refusal, error, answer, &attempt),
            Ok(session) => {
                self.session = Some(session);
                self.repeat(now, attempt);
            }
        }
    }

    fn refuse(&mut self, now: At, refusal: Refusal, error: (u16, String), answer: Answer, attempt: &Attempt) {
        let (kind, words) = refusal.failure();
        if refusal == Refusal::BidDown {
            self.line.note(now, NoteKind::BidDown, &[], None);
        }
        self.give_up(now, attempt, Failure::with_error(kind, error).detail(words), answer);
    }

    /// The time is up, or the path is broken, with the request unanswered.
    fn stop(&mut self, now: At, mut attempt: Box<Attempt>, failure: Failure) {
        let path_is_broken = matches!(failure.kind, FailureKind::Path(_) | FailureKind::NotStun);
        self.fail(now, &attempt, failure, None);
        if self.session.is_some() && !path_is_broken {
            self.give_back(now, Some(attempt.transaction().clone()));
        } else if attempt.transmissions() > 0 {
            self.leave(now);
        } else {
            self.state = State::Done;
        }
    }
}

/// Whether RFC 8489 §6.3.4 lets us send the request again at once: any 5xx but 508 (Insufficient Capacity), after which
/// RFC 8656 §7.4 wants a minute's pause.
fn may_be_asked_again(code: u16) -> bool {
    (500..=599).contains(&code) && ErrorCode(code) != ErrorCode::INSUFFICIENT_CAPACITY
}

impl Probe for Allocate {
    fn handle(&mut self, now: At, input: Input<'_>) {
        let state = std::mem::replace(&mut self.state, State::Done);
        match (state, input) {
            (State::Asking(mut attempt), Input::Received { from, bytes }) => {
                if attempt.transaction().is_over(now) {
                    // Too late to be the outcome, not too late to be given back.
                    let failure = attempt.transaction().failure();
                    self.stop(now, attempt, failure);
                    self.handle(now, Input::Received { from, bytes });
                } else {
                    self.received(now, from, bytes, attempt);
                }
            }
            (State::Asking(mut attempt), Input::Failed(error)) => match attempt.failed(now, &error, &mut self.line) {
                Some(failure) => self.stop(now, attempt, failure),
                None => self.state = State::Asking(attempt),
            },
            (State::Asking(mut attempt), Input::Cancel) => {
                self.fail(now, &attempt, Failure::new(FailureKind::Cancelled), None);
                if attempt.transmissions() > 0 {
                    self.give_back(now, Some(attempt.transaction().clone()));
                }
            }
            (State::Idle, Input::Cancel) => self.outcome = Some(Err(Failure::new(FailureKind::Cancelled))),
            (State::Idle, Input::Failed(error)) => {
                self.outcome = Some(Err(Failure::new(FailureKind::Path(error))));
            }
            (State::Releasing(mut releasing), input) => {
                releasing.handle(&mut self.line, now, input);
                self.state = State::Releasing(releasing);
            }
            (state, _) => self.state = state,
        }
    }

    fn poll(&mut self, now: At) -> Step {
        loop {
            match &mut self.state {
                State::Idle => {
                    let request = self.request(now);
                    self.state = State::Asking(Box::new(Attempt::new(StepName::Challenge, now, request)));
                }
                State::Asking(attempt) => match attempt.poll(now) {
                    TransactionStep::Send(transmit) => return Step::Send(transmit),
                    TransactionStep::Wait(at) => return Step::Wait(at),
                    TransactionStep::TimedOut => {
                        let failure = attempt.transaction().failure();
                        if let State::Asking(attempt) = std::mem::replace(&mut self.state, State::Done) {
                            self.stop(now, attempt, failure);
                        }
                    }
                },
                State::Releasing(releasing) => match releasing.poll(&mut self.line, now) {
                    Step::Done => {
                        self.release = releasing.release;
                        self.steps.extend(releasing.step.take());
                        self.state = State::Done;
                    }
                    step => return step,
                },
                State::Leaving(_) => {
                    if let State::Leaving(transmit) = std::mem::replace(&mut self.state, State::Done) {
                        return Step::Send(transmit);
                    }
                }
                State::Done => return Step::Done,
            }
        }
    }
}
