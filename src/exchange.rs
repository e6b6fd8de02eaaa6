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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::stun::Builder;

    const CLIENT: &str = "192.0.2.1:5000";
    const SERVER: &str = "198.51.100.1:3478";
    const OTHER: &str = "198.51.100.2:3479";

    fn id(number: u8) -> TransactionId {
        TransactionId::new([number; 12])
    }

    /// Feeds one message: milliseconds, from, to, octets.
    fn pass(exchanges: &mut Exchanges, ms: u64, src: &str, dst: &str, bytes: &[u8]) {
        let (src, dst) = (src.parse().unwrap(), dst.parse().unwrap());
        exchanges.observe(&Datagram {
            at: At::from_millis(ms),
            transport: Transport::Udp,
            src,
            dst,
            bytes,
        });
    }

    fn message(class: Class, number: u8) -> Vec<u8> {
        Builder::new(class, Method::BINDING, id(number)).build()
    }

    fn error(number: u8, code: ErrorCode) -> Vec<u8> {
        Builder::new(Class::Error, Method::BINDING, id(number))
            .error_code(code, "no")
            .build()
    }

    fn only(exchanges: &Exchanges) -> &Exchange {
        assert_eq!(exchanges.len(), 1);
        exchanges.get(&id(1), CLIENT.parse().unwrap()).unwrap()
    }

    #[test]
    fn one_request_and_its_answer() {
        let mut exchanges = Exchanges::new();
        assert!(exchanges.is_empty());
        pass(&mut exchanges, 10, CLIENT, SERVER, &message(Class::Request, 1));
        assert_eq!(only(&exchanges).outcome(), Outcome::Unanswered);
        assert_eq!(only(&exchanges).rtt(), None);
        pass(&mut exchanges, 35, SERVER, CLIENT, &message(Class::Success, 1));
        let exchange = only(&exchanges);
        assert_eq!(exchange.outcome(), Outcome::Success);
        assert_eq!(exchange.rtt(), Some(Duration::from_millis(25)));
        assert_eq!(
            (exchange.retransmissions(), exchange.answered_from_elsewhere()),
            (0, None)
        );
        assert_eq!(
            (exchange.method, exchange.server),
            (Method::BINDING, SERVER.parse().unwrap())
        );
    }

    #[test]
    fn a_request_sent_twice_has_no_known_round_trip_time() {
        let mut exchanges = Exchanges::new();
        pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Request, 1));
        pass(&mut exchanges, 500, CLIENT, SERVER, &message(Class::Request, 1));
        pass(&mut exchanges, 520, SERVER, CLIENT, &message(Class::Success, 1));
        pass(&mut exchanges, 530, SERVER, CLIENT, &message(Class::Success, 1));
        let exchange = only(&exchanges);
        assert_eq!(
            (exchange.rtt(), exchange.retransmissions(), exchange.answers.len()),
            (None, 1, 2)
        );
    }

    #[test]
    fn the_first_answer_decides() {
        let mut exchanges = Exchanges::new();
        pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Request, 1));
        pass(&mut exchanges, 5, SERVER, CLIENT, &error(1, ErrorCode::STALE_NONCE));
        pass(&mut exchanges, 6, SERVER, CLIENT, &message(Class::Success, 1));
        assert_eq!(only(&exchanges).outcome(), Outcome::Error(ErrorCode::STALE_NONCE));
        assert_eq!(only(&exchanges).answers[0].error_code, Some(438));
    }

    #[test]
    fn an_answer_may_come_from_elsewhere() {
        let mut exchanges = Exchanges::new();
        pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Request, 1));
        pass(&mut exchanges, 9, OTHER, CLIENT, &message(Class::Success, 1));
        assert_eq!(only(&exchanges).answered_from_elsewhere(), Some(OTHER.parse().unwrap()));
        assert_eq!(only(&exchanges).outcome(), Outcome::Success);
    }

    #[test]
    fn the_same_id_of_another_client_is_another_exchange() {
        let mut exchanges = Exchanges::new();
        pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Request, 1));
        pass(&mut exchanges, 1, OTHER, SERVER, &message(Class::Request, 1));
        pass(&mut exchanges, 2, SERVER, OTHER, &message(Class::Success, 1));
        let outcomes: Vec<_> = exchanges.iter().map(Exchange::outcome).collect();
        assert_eq!(outcomes, [Outcome::Unanswered, Outcome::Success]);
    }

    #[test]
    fn exchanges_stand_in_the_order_of_first_sight() {
        let mut exchanges = Exchanges::new();
        for number in [3, 1, 2, 1] {
            pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Request, number));
        }
        let ids: Vec<_> = (&exchanges).into_iter().map(|one| one.transaction_id).collect();
        assert_eq!(ids, [id(3), id(1), id(2)]);
    }

    #[test]
    fn indications_strays_and_other_protocols_make_no_exchange() {
        let mut exchanges = Exchanges::new();
        pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Indication, 1));
        pass(&mut exchanges, 0, SERVER, CLIENT, &message(Class::Success, 9));
        // A DTLS record: it has the size of a STUN message, and neither cookie nor sense.
        pass(
            &mut exchanges,
            0,
            CLIENT,
            SERVER,
            &[
                0x16, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9,
            ],
        );
        pass(&mut exchanges, 0, CLIENT, SERVER, &[]);
        assert_eq!((exchanges.len(), exchanges.unmatched()), (0, 1));
    }
}
