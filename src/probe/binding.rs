//! [`Binding`]: asks a STUN server which address it sees (RFC 8489 §2, §6.3.3).

use std::net::SocketAddr;

use crate::datagram::Transport;
use crate::probe::attempt::{Answer, Attempt, Line, redirect, unknown_required};
use crate::probe::trace::{Failure, FailureKind, Note, NoteKind, StepName, StepOutcome, StepRecord};
use crate::probe::transaction::TransactionStep;
use crate::probe::{Input, NewTransactionId, Probe, Step};
use crate::proto::stun::{Builder, Class, ErrorCode, Message, Method};
use crate::time::At;

/// What to ask whom.
pub struct BindingOptions {
    /// The server's address.
    pub server: SocketAddr,
    /// What carries the messages. Decides about retransmission only; the driver sends.
    pub transport: Transport,
    /// When to give up, whatever RFC 8489's timers say.
    pub deadline: At,
    /// Where transaction ids come from.
    pub new_id: NewTransactionId,
}

/// The answer of a STUN server. At least one of the two addresses is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reflexive {
    /// XOR-MAPPED-ADDRESS (RFC 8489 §14.2).
    pub xor_mapped: Option<SocketAddr>,
    /// MAPPED-ADDRESS (RFC 8489 §14.1): for old servers, and to see whether something rewrites packets.
    pub mapped: Option<SocketAddr>,
    /// SOFTWARE, as sent.
    pub software: Option<String>,
    /// OTHER-ADDRESS: where RFC 5780's tests go on.
    pub other_address: Option<SocketAddr>,
    /// RESPONSE-ORIGIN (RFC 5780 §7.3).
    pub response_origin: Option<SocketAddr>,
}

impl Reflexive {
    /// Our server-reflexive address: the XOR'ed one if there is one.
    pub fn address(&self) -> Option<SocketAddr> {
        self.xor_mapped.or(self.mapped)
    }
}

/// What a [`Binding`] found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingResult {
    /// The answer, or why there is none.
    pub outcome: Result<Reflexive, Failure>,
    /// The one step, once it has ended.
    pub steps: Vec<StepRecord>,
    /// What else was noticed.
    pub notes: Vec<Note>,
}

/// One Binding request to one server.
///
/// A 5xx is asked again once (RFC 8489 §6.3.4). A 300 ends it with [`FailureKind::Redirect`]: the caller starts
/// another probe, and guards against loops.
pub struct Binding {
    line: Line,
    deadline: At,
    attempt: Option<Attempt>,
    outcome: Option<Result<Reflexive, Failure>>,
    steps: Vec<StepRecord>,
}

impl Binding {
    /// A probe that begins at its first poll.
    pub fn new(options: BindingOptions) -> Binding {
        Binding {
            line: Line::new(options.server, options.transport, options.new_id),
            deadline: options.deadline,
            attempt: None,
            outcome: None,
            steps: Vec::new(),
        }
    }

    /// The outcome, once it is known.
    pub fn outcome(&self) -> Option<&Result<Reflexive, Failure>> {
        self.outcome.as_ref()
    }

    /// All that is known. Before the end, the outcome is [`FailureKind::Cancelled`].
    pub fn result(&self) -> BindingResult {
        let outcome = self
            .outcome
            .clone()
            .unwrap_or(Err(Failure::new(FailureKind::Cancelled)));
        BindingResult {
            outcome,
            steps: self.steps.clone(),
            notes: self.line.all_notes(),
        }
    }

    /// Ends the step and with it the probe.
    fn finish(&mut self, now: At, outcome: Result<Reflexive, Failure>, answer: Option<Answer>) {
        if let Some(attempt) = self.attempt.take() {
            let ended = outcome.as_ref().map_or_else(Failure::step_outcome, |_| StepOutcome::Ok);
            let mut step = attempt.record(now, ended, answer);
            step.detail = outcome.as_ref().err().and_then(|failure| failure.detail.clone());
            self.steps.push(step);
        }
        self.outcome = Some(outcome);
    }

    fn fail(&mut self, now: At, failure: Failure, answer: Option<Answer>) {
        self.finish(now, Err(failure), answer);
    }

    fn received(&mut self, now: At, from: SocketAddr, bytes: &[u8]) {
        let Some(attempt) = &mut self.attempt else { return };
        if attempt.transaction().is_over(now) {
            return;
        }
        let Some(message) = attempt.receive(now, from, bytes, &mut self.line) else {
            return;
        };
        let answer = Answer::read(from, &message);
        if let Some(unknown) = unknown_required(&message) {
            self.line.note(now, NoteKind::UnknownAttributes, bytes, unknown.clone());
            if message.class() == Class::Success {
                let failure = Failure::new(FailureKind::Malformed).detail(format!("unknown attributes {unknown}"));
                return self.fail(now, failure, Some(answer));
            }
        }
        match message.class() {
            Class::Success => self.succeeded(now, answer),
            _ => self.rejected(now, &message, answer),
        }
    }

    fn succeeded(&mut self, now: At, answer: Answer) {
        let facts = &answer.facts;
        let reflexive = Reflexive {
            xor_mapped: facts.xor_mapped,
            mapped: facts.mapped,
            software: facts.software.clone(),
            other_address: facts.other_address,
            response_origin: facts.response_origin,
        };
        if reflexive.address().is_some() {
            self.finish(now, Ok(reflexive), Some(answer));
        } else {
            let failure = Failure::new(FailureKind::Malformed).detail("the response has no mapped address");
            self.fail(now, failure, Some(answer));
        }
    }

    fn rejected(&mut self, now: At, message: &Message<'_>, answer: Answer) {
        let Some(error) = answer.error.clone() else {
            let failure = Failure::new(FailureKind::Malformed).detail("the error response has no ERROR-CODE");
            return self.fail(now, failure, Some(answer));
        };
        match (error.0, redirect(self.line.server, message)) {
            (code, Some(redirect)) if code == ErrorCode::TRY_ALTERNATE.0 => {
                let mut failure = Failure::with_error(FailureKind::Redirect, error);
                failure.redirect = Some(redirect);
                self.fail(now, failure, Some(answer));
            }
            (500..=599, _) if self.attempt.as_ref().is_some_and(|attempt| !attempt.sent_again) => {
                let detail = format!("{} {}", error.0, error.1);
                self.line.note(now, NoteKind::ServerError, message.bytes(), detail);
                let again = self.line.request(Method::BINDING, now, self.deadline, Builder::build);
                if let Some(attempt) = &mut self.attempt {
                    attempt.sent_again = true;
                    attempt.replace(again);
                }
            }
            _ => self.fail(now, Failure::with_error(FailureKind::Rejected, error), Some(answer)),
        }
    }
}

impl Probe for Binding {
    fn handle(&mut self, now: At, input: Input<'_>) {
        if self.outcome.is_some() {
            return;
        }
        match input {
            Input::Received { from, bytes } => self.received(now, from, bytes),
            Input::Failed(error) => {
                let line = &mut self.line;
                let failure = match &mut self.attempt {
                    Some(attempt) => attempt.failed(now, &error, line),
                    None => Some(Failure::new(FailureKind::Path(error))),
                };
                if let Some(failure) = failure {
                    self.fail(now, failure, None);
                }
            }
            Input::Cancel => self.fail(now, Failure::new(FailureKind::Cancelled), None),
        }
    }

    fn poll(&mut self, now: At) -> Step {
        if self.outcome.is_some() {
            return Step::Done;
        }
        let (line, deadline) = (&mut self.line, self.deadline);
        let attempt = self.attempt.get_or_insert_with(|| {
            Attempt::new(
                StepName::Binding,
                now,
                line.request(Method::BINDING, now, deadline, Builder::build),
            )
        });
        match attempt.poll(now) {
            TransactionStep::Send(transmit) => Step::Send(transmit),
            TransactionStep::Wait(at) => Step::Wait(at),
            TransactionStep::TimedOut => {
                let failure = attempt.transaction().failure();
                self.fail(now, failure, None);
                Step::Done
            }
        }
    }
}
