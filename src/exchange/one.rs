//! [`Exchange`]: one request with all its transmissions, and what came back.

use std::net::SocketAddr;
use std::time::Duration;

use crate::datagram::{Datagram, Seen, Transport};
use crate::proto::stun::{Class, ErrorCode, Message, Method, TransactionId};
use crate::time::At;

/// How many transmissions, and how many answers, are kept of one exchange; further ones are only counted.
const KEPT: usize = 64;

/// One response to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// When it was seen, and in which frame.
    pub seen: Seen,
    /// Who sent it.
    pub from: SocketAddr,
    /// [`Class::Success`] or [`Class::Error`].
    pub class: Class,
    /// The code of its ERROR-CODE, if it has one that can be read.
    pub error_code: Option<u16>,
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The first answer was a success response.
    Success,
    /// The first answer was an error response with this code; 0 if it names none.
    Error(ErrorCode),
    /// Nothing came back.
    Unanswered,
}

/// One request with all its transmissions, and what came back.
///
/// A capture has many, so the common one (sent once, answered once by whom was asked) takes little memory.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Of the request and of every answer.
    pub transaction_id: TransactionId,
    /// What was asked.
    pub method: Method,
    /// What carried the request.
    pub transport: Transport,
    /// The class of the first answer; none without an answer.
    pub(super) class: Option<Class>,
    error_code: Option<u16>,
    pub(super) scope: u32,
    /// Who asked.
    pub client: SocketAddr,
    /// Who was asked, by the first transmission.
    pub server: SocketAddr,
    sent: Short,
    answered: Short,
    more: Option<Box<More>>,
}

/// A [`Seen`] in 16 octets: nanoseconds fill 64 bits in 584 years.
#[derive(Clone, Copy, Debug, Default)]
struct Short {
    frame: u64,
    nanos: u64,
}

impl From<Seen> for Short {
    fn from(seen: Seen) -> Short {
        let nanos = u64::try_from(seen.at.since_start().as_nanos()).unwrap_or(u64::MAX);
        Short {
            frame: seen.frame,
            nanos,
        }
    }
}

impl From<Short> for Seen {
    fn from(short: Short) -> Seen {
        Seen {
            frame: short.frame,
            at: At::new(Duration::from_nanos(short.nanos)),
        }
    }
}

/// What only few exchanges have: retransmissions, further answers, an answer from elsewhere.
#[derive(Clone, Debug, Default)]
struct More {
    sent: Vec<Seen>,
    sent_count: usize,
    /// Who sent the first answer, if it was not the server that was asked.
    from: Option<SocketAddr>,
    answers: Vec<Answer>,
    answer_count: usize,
}

impl Exchange {
    pub(super) fn new(scope: u32, datagram: &Datagram<'_>, message: &Message<'_>) -> Exchange {
        Exchange {
            transaction_id: message.transaction_id(),
            method: message.method(),
            transport: datagram.transport,
            class: None,
            error_code: None,
            scope,
            client: datagram.src,
            server: datagram.dst,
            sent: datagram.seen().into(),
            answered: Short::default(),
            more: None,
        }
    }

    /// When the request was first sent.
    pub fn first_sent(&self) -> Seen {
        self.sent.into()
    }

    /// When the request was sent, and sent again; at least once. No more than some dozens are kept.
    pub fn sent(&self) -> impl Iterator<Item = Seen> {
        let again = self.more.iter().flat_map(|more| more.sent.iter().copied());
        std::iter::once(self.first_sent()).chain(again)
    }

    /// How often the request was sent.
    pub fn transmissions(&self) -> usize {
        1 + self.retransmissions()
    }

    /// How often the request was sent again.
    pub fn retransmissions(&self) -> usize {
        self.more.as_ref().map_or(0, |more| more.sent_count)
    }

    /// The first answer.
    pub fn answer(&self) -> Option<Answer> {
        let from = self.more.as_ref().and_then(|more| more.from).unwrap_or(self.server);
        self.class.map(|class| Answer {
            seen: self.answered.into(),
            from,
            class,
            error_code: self.error_code,
        })
    }

    /// What came back, in order; duplicates too. No more than some dozens are kept.
    pub fn answers(&self) -> impl Iterator<Item = Answer> {
        let again = self.more.iter().flat_map(|more| more.answers.iter().copied());
        self.answer().into_iter().chain(again)
    }

    /// How many answers came back, duplicates too.
    pub fn answer_count(&self) -> usize {
        usize::from(self.class.is_some()) + self.more.as_ref().map_or(0, |more| more.answer_count)
    }

    /// The round-trip time: known only if the request was sent once before its answer came, for else nobody can
    /// tell which transmission was answered (Karn's rule; RFC 8489 §6.2.1).
    pub fn rtt(&self) -> Option<Duration> {
        let (answer, sent) = (self.answer()?, self.first_sent());
        (self.retransmissions() == 0 && answer.seen.at >= sent.at).then(|| answer.seen.at.since(sent.at))
    }

    /// How it ended, by its first answer.
    pub fn outcome(&self) -> Outcome {
        match self.class {
            None => Outcome::Unanswered,
            Some(Class::Success) => Outcome::Success,
            Some(_) => Outcome::Error(ErrorCode(self.error_code.unwrap_or(0))),
        }
    }

    /// The first address that answered and was not asked. RFC 5780 servers do so on request.
    pub fn answered_from_elsewhere(&self) -> Option<SocketAddr> {
        self.answers()
            .map(|answer| answer.from)
            .find(|&from| from != self.server)
    }

    pub(super) fn is(&self, scope: u32, transaction_id: &TransactionId, client: SocketAddr) -> bool {
        self.scope == scope && self.client == client && self.transaction_id == *transaction_id
    }

    pub(super) fn send_again(&mut self, seen: Seen) {
        let more = self.more.get_or_insert_default();
        more.sent_count += 1;
        if more.sent.len() < KEPT {
            more.sent.push(seen);
        }
    }

    pub(super) fn take(&mut self, answer: Answer) {
        if self.class.is_none() {
            (self.class, self.error_code) = (Some(answer.class), answer.error_code);
            self.answered = answer.seen.into();
            if answer.from != self.server {
                self.more.get_or_insert_default().from = Some(answer.from);
            }
            return;
        }
        let more = self.more.get_or_insert_default();
        more.answer_count += 1;
        if more.answers.len() < KEPT {
            more.answers.push(answer);
        }
    }
}
