//! [`Line`] and [`Attempt`]: what the probes share. A line is one server asked over one transport; an attempt is one
//! step on it, which may take more than one transaction (438, 5xx).

use std::net::SocketAddr;

use crate::datagram::Transport;
use crate::probe::trace::{Facts, Failure, Note, NoteKind, Notes, Redirect, StepName, StepOutcome, StepRecord};
use crate::probe::transaction::{Transaction, TransactionStep};
use crate::probe::{NewTransactionId, PathError};
use crate::proto::stun::{AttributeType, Builder, Class, Message, Method, TransactionId, Value};
use crate::time::At;

/// One server, asked over one transport.
pub(crate) struct Line {
    pub(crate) server: SocketAddr,
    pub(crate) transport: Transport,
    pub(crate) notes: Notes,
    new_id: NewTransactionId,
    used: Vec<TransactionId>,
}

impl Line {
    pub(crate) fn new(server: SocketAddr, transport: Transport, new_id: NewTransactionId) -> Line {
        Line {
            server,
            transport,
            notes: Notes::default(),
            new_id,
            used: Vec::new(),
        }
    }

    /// A new request; `fill` adds the attributes and finishes it.
    pub(crate) fn request(
        &mut self,
        method: Method,
        start: At,
        deadline: At,
        fill: impl FnOnce(Builder) -> Vec<u8>,
    ) -> Transaction {
        let id = (self.new_id)();
        self.used.push(id);
        let bytes = fill(Builder::new(Class::Request, method, id));
        Transaction::new((id, method, bytes), self.server, self.transport, start, deadline)
    }

    /// Notes something about the server's message `bytes`.
    pub(crate) fn note(&mut self, now: At, kind: NoteKind, bytes: &[u8], detail: impl Into<Option<String>>) {
        self.notes.add(now, kind, Some(self.server), bytes, detail);
    }

    /// The notes so far.
    pub(crate) fn all_notes(&self) -> Vec<Note> {
        self.notes.list().to_vec()
    }
}

/// One step on its way.
pub(crate) struct Attempt {
    /// What it is about. An unauthenticated Allocate becomes the challenge or, on an open relay, the allocation.
    pub(crate) step: StepName,
    /// 438s met.
    pub(crate) stale_nonces: u32,
    /// Whether a 5xx had its second chance.
    pub(crate) sent_again: bool,
    started: At,
    transaction: Transaction,
    earlier_ids: Vec<TransactionId>,
    earlier_sent: Vec<At>,
}

impl Attempt {
    pub(crate) fn new(step: StepName, started: At, transaction: Transaction) -> Attempt {
        Attempt {
            step,
            stale_nonces: 0,
            sent_again: false,
            started,
            transaction,
            earlier_ids: Vec::new(),
            earlier_sent: Vec::new(),
        }
    }

    /// Goes on with another transaction.
    pub(crate) fn replace(&mut self, transaction: Transaction) {
        let before = std::mem::replace(&mut self.transaction, transaction);
        self.earlier_ids.push(before.id());
        self.earlier_sent.extend_from_slice(before.sent());
    }

    pub(crate) fn transaction(&mut self) -> &mut Transaction {
        &mut self.transaction
    }

    pub(crate) fn poll(&mut self, now: At) -> TransactionStep {
        self.transaction.poll(now)
    }

    /// The answer to the present transaction, if `bytes` are one.
    pub(crate) fn receive<'a>(
        &mut self,
        now: At,
        from: SocketAddr,
        bytes: &'a [u8],
        line: &mut Line,
    ) -> Option<Message<'a>> {
        self.transaction.receive(now, from, bytes, &line.used, &mut line.notes)
    }

    /// See [`Transaction::failed`].
    pub(crate) fn failed(&mut self, now: At, error: &PathError, line: &mut Line) -> Option<Failure> {
        self.transaction.failed(now, error, &mut line.notes)
    }

    /// How often anything was sent in this step.
    pub(crate) fn transmissions(&self) -> usize {
        self.earlier_sent.len() + self.transaction.sent().len()
    }

    /// The record of the step, which ends at `now`. `answer` is the response that ended it, if one did.
    pub(crate) fn record(&self, now: At, outcome: StepOutcome, answer: Option<Answer>) -> StepRecord {
        let (facts, error) = answer.map(|answer| (answer.facts, answer.error)).unwrap_or_default();
        StepRecord {
            step: self.step,
            started: self.started,
            ended: now,
            outcome,
            transaction_ids: self
                .earlier_ids
                .iter()
                .copied()
                .chain([self.transaction.id()])
                .collect(),
            sent: self
                .earlier_sent
                .iter()
                .chain(self.transaction.sent())
                .copied()
                .collect(),
            error,
            facts,
            detail: None,
        }
    }
}

/// What a response said, in short.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) facts: Facts,
    pub(crate) error: Option<(u16, String)>,
}

impl Answer {
    pub(crate) fn read(from: SocketAddr, message: &Message<'_>) -> Answer {
        Answer {
            facts: Facts::read(from, message),
            error: message.error_code().map(|(code, reason)| (code.0, reason.to_owned())),
        }
    }
}

/// The comprehension-required attributes of `message` that no registry knows (RFC 8489 §6.3.3), in words.
pub(crate) fn unknown_required(message: &Message<'_>) -> Option<String> {
    let unknown: Vec<String> = message
        .attributes()
        .map(|attribute| attribute.attribute_type)
        .filter(|kind: &AttributeType| kind.is_comprehension_required() && kind.name().is_none())
        .map(|kind| kind.to_string())
        .collect();
    (!unknown.is_empty()).then(|| unknown.join(", "))
}

/// ALTERNATE-SERVER and ALTERNATE-DOMAIN of a 300 (RFC 8489 §10), preferring our own address family.
pub(crate) fn redirect(asked: SocketAddr, message: &Message<'_>) -> Option<Redirect> {
    let servers = message
        .attributes()
        .filter(|attribute| attribute.attribute_type == AttributeType::ALTERNATE_SERVER)
        .filter_map(|attribute| match message.value(&attribute) {
            Value::Address(address) => Some(address),
            _ => None,
        });
    let servers: Vec<SocketAddr> = servers.collect();
    let server = servers
        .iter()
        .find(|server| server.is_ipv4() == asked.is_ipv4())
        .or(servers.first())
        .copied()?;
    Some(Redirect {
        server,
        domain: message.alternate_domain().map(str::to_owned),
    })
}
