//! [`Exchanges`]: pairs requests with their responses, for live runs and captures alike.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use crate::datagram::{Datagram, Observer, Transport};
use crate::proto::stun::{Class, ErrorCode, Message, Method, TransactionId};
use crate::time::At;

/// One response to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// When it was seen.
    pub at: At,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Of the request and of every answer.
    pub transaction_id: TransactionId,
    /// What was asked.
    pub method: Method,
    /// Who asked.
    pub client: SocketAddr,
    /// Who was asked, by the first transmission.
    pub server: SocketAddr,
    /// What carried the request.
    pub transport: Transport,
    /// When the request was sent, and sent again; never empty.
    pub sent: Vec<At>,
    /// What came back, in order; duplicates too.
    pub answers: Vec<Answer>,
}

impl Exchange {
    /// The round-trip time: known only if the request was sent once before its answer came, for else nobody can
    /// tell which transmission was answered (Karn's rule; RFC 8489 §6.2.1).
    pub fn rtt(&self) -> Option<Duration> {
        let (answer, &[sent]) = (self.answers.first()?, self.sent.as_slice()) else {
            return None;
        };
        (answer.at >= sent).then(|| answer.at.since(sent))
    }

    /// How often the request was sent again.
    pub fn retransmissions(&self) -> usize {
        self.sent.len().saturating_sub(1)
    }

    /// How it ended, by its first answer.
    pub fn outcome(&self) -> Outcome {
        match self.answers.first() {
            None => Outcome::Unanswered,
            Some(answer) if answer.class == Class::Success => Outcome::Success,
            Some(answer) => Outcome::Error(ErrorCode(answer.error_code.unwrap_or(0))),
        }
    }

    /// The first address that answered and was not asked. RFC 5780 servers do so on request.
    pub fn answered_from_elsewhere(&self) -> Option<SocketAddr> {
        self.answers
            .iter()
            .map(|answer| answer.from)
            .find(|&from| from != self.server)
    }
}

/// All exchanges among the datagrams seen.
///
/// A request is known by its transaction id and its *client's* address: an RFC 5780 server answers from another
/// address. Nothing is ever forgotten, so memory grows with the number of requests, as a report of them does.
#[derive(Clone, Debug, Default)]
pub struct Exchanges {
    list: Vec<Exchange>,
    index: HashMap<(TransactionId, SocketAddr), usize>,
    unmatched: usize,
}

impl Exchanges {
    /// Nothing seen yet.
    pub fn new() -> Exchanges {
        Exchanges::default()
    }

    /// The exchange of this transaction, begun by this client.
    pub fn get(&self, transaction_id: &TransactionId, client: SocketAddr) -> Option<&Exchange> {
        self.index.get(&(*transaction_id, client)).map(|&at| &self.list[at])
    }

    /// All of them, in the order in which their requests were first seen.
    pub fn iter(&self) -> std::slice::Iter<'_, Exchange> {
        self.list.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether no request was seen.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Responses whose request was never seen.
    pub fn unmatched(&self) -> usize {
        self.unmatched
    }

    fn request(&mut self, datagram: &Datagram<'_>, message: &Message<'_>) {
        let key = (message.transaction_id(), datagram.src);
        if let Some(&at) = self.index.get(&key) {
            self.list[at].sent.push(datagram.at);
            return;
        }
        self.index.insert(key, self.list.len());
        self.list.push(Exchange {
            transaction_id: key.0,
            method: message.method(),
            client: datagram.src,
            server: datagram.dst,
            transport: datagram.transport,
            sent: vec![datagram.at],
            answers: Vec::new(),
        });
    }

    fn response(&mut self, datagram: &Datagram<'_>, message: &Message<'_>) {
        let Some(&at) = self.index.get(&(message.transaction_id(), datagram.dst)) else {
            self.unmatched += 1;
            return;
        };
        self.list[at].answers.push(Answer {
            at: datagram.at,
            from: datagram.src,
            class: message.class(),
            error_code: message.error_code().map(|(code, _)| code.0),
        });
    }
}

impl<'a> IntoIterator for &'a Exchanges {
    type Item = &'a Exchange;
    type IntoIter = std::slice::Iter<'a, Exchange>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Observer for Exchanges {
    /// Takes requests and responses in; indications, and what is not STUN, pass by.
    fn observe(&mut self, datagram: &Datagram<'_>) {
        let Ok(message) = Message::decode(datagram.bytes) else {
            return;
        };
        if !message.is_plausible() {
            return;
        }
        match message.class() {
            Class::Request => self.request(datagram, &message),
            Class::Success | Class::Error => self.response(datagram, &message),
            Class::Indication => {}
        }
    }
}
