//! [`Exchanges`]: pairs requests with their responses, for live runs and captures alike.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::net::SocketAddr;
use std::time::Duration;

use foldhash::fast::RandomState;

use crate::datagram::{Datagram, Observer, Seen, Transport};
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
    class: Option<Class>,
    error_code: Option<u16>,
    scope: u32,
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
    fn new(scope: u32, datagram: &Datagram<'_>, message: &Message<'_>) -> Exchange {
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

    fn is(&self, scope: u32, transaction_id: &TransactionId, client: SocketAddr) -> bool {
        self.scope == scope && self.client == client && self.transaction_id == *transaction_id
    }

    fn send_again(&mut self, seen: Seen) {
        let more = self.more.get_or_insert_default();
        more.sent_count += 1;
        if more.sent.len() < KEPT {
            more.sent.push(seen);
        }
    }

    fn take(&mut self, answer: Answer) {
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

/// What a message meant to the exchanges; numbers count exchanges from 0, in the order of their first requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// The first transmission of a request.
    Request(u64),
    /// A request that was sent before.
    Retransmission(u64),
    /// The first response to a request.
    Response(u64),
    /// A further response.
    Duplicate(u64),
    /// A response whose request was never seen.
    Stray,
    /// An indication, which nobody answers.
    Indication,
}

/// All exchanges among the datagrams seen.
///
/// A request is known by its transaction id and its *client's* address: an RFC 5780 server answers from another
/// address. What passes inside a relayed flow has a scope of its own, for the same request may be seen again on its way
/// from the relay to the peer.
#[derive(Clone, Debug)]
pub struct Exchanges {
    list: VecDeque<Exchange>,
    /// How many have been let go, which were in front of `list`.
    forgotten: u64,
    most: usize,
    index: HashMap<u64, u64, RandomState>,
    hasher: RandomState,
    unmatched: u64,
}

impl Default for Exchanges {
    fn default() -> Exchanges {
        Exchanges::with_most(usize::MAX)
    }
}

impl Exchanges {
    /// Nothing seen yet, and nothing is ever forgotten: memory grows with the number of requests.
    pub fn new() -> Exchanges {
        Exchanges::default()
    }

    /// Nothing seen yet; of more than `most` exchanges the oldest are forgotten.
    pub fn with_most(most: usize) -> Exchanges {
        Exchanges {
            list: VecDeque::new(),
            forgotten: 0,
            most,
            index: HashMap::default(),
            hasher: RandomState::default(),
            unmatched: 0,
        }
    }

    /// The exchange of this transaction, begun by this client outside of any relayed flow.
    pub fn get(&self, transaction_id: &TransactionId, client: SocketAddr) -> Option<&Exchange> {
        self.find(0, transaction_id, client).and_then(|at| self.at(at))
    }

    /// The exchange of this number, as [`Passed`] tells it.
    pub fn at(&self, number: u64) -> Option<&Exchange> {
        let at = number.checked_sub(self.forgotten)?;
        self.list.get(usize::try_from(at).ok()?)
    }

    /// All of them, in the order in which their requests were first seen.
    pub fn iter(&self) -> std::collections::vec_deque::Iter<'_, Exchange> {
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

    /// How many were forgotten.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Responses whose request was never seen.
    pub fn unmatched(&self) -> u64 {
        self.unmatched
    }

    /// Takes in a message that passed in `scope`: 0, or a number for each relayed flow.
    pub fn pass(&mut self, scope: u32, datagram: &Datagram<'_>, message: &Message<'_>) -> Passed {
        match message.class() {
            Class::Request => self.request(scope, datagram, message),
            Class::Success | Class::Error => self.response(scope, datagram, message),
            Class::Indication => Passed::Indication,
        }
    }

    fn hash(&self, scope: u32, transaction_id: &TransactionId, client: SocketAddr) -> u64 {
        self.hasher.hash_one((scope, transaction_id, client))
    }

    fn find(&self, scope: u32, transaction_id: &TransactionId, client: SocketAddr) -> Option<u64> {
        let number = *self.index.get(&self.hash(scope, transaction_id, client))?;
        // The index has hashes only, with a secret seed: two that are equal by chance are not worth more memory.
        self.at(number)?.is(scope, transaction_id, client).then_some(number)
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Exchange> {
        let at = number.checked_sub(self.forgotten)?;
        self.list.get_mut(usize::try_from(at).ok()?)
    }

    fn request(&mut self, scope: u32, datagram: &Datagram<'_>, message: &Message<'_>) -> Passed {
        let id = message.transaction_id();
        if let Some(number) = self.find(scope, &id, datagram.src) {
            if let Some(exchange) = self.get_mut(number) {
                exchange.send_again(datagram.seen());
            }
            return Passed::Retransmission(number);
        }
        if self.list.len() >= self.most {
            self.forget_oldest();
        }
        let number = self.forgotten + self.list.len() as u64;
        self.index.insert(self.hash(scope, &id, datagram.src), number);
        self.list.push_back(Exchange::new(scope, datagram, message));
        Passed::Request(number)
    }

    fn response(&mut self, scope: u32, datagram: &Datagram<'_>, message: &Message<'_>) -> Passed {
        let number = self.find(scope, &message.transaction_id(), datagram.dst);
        let Some((number, exchange)) = number.and_then(|number| Some((number, self.get_mut(number)?))) else {
            self.unmatched += 1;
            return Passed::Stray;
        };
        let first = exchange.class.is_none();
        exchange.take(Answer {
            seen: datagram.seen(),
            from: datagram.src,
            class: message.class(),
            error_code: message.error_code().map(|(code, _)| code.0),
        });
        if first {
            Passed::Response(number)
        } else {
            Passed::Duplicate(number)
        }
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.list.pop_front() else { return };
        let hash = self.hash(oldest.scope, &oldest.transaction_id, oldest.client);
        if self.index.get(&hash) == Some(&self.forgotten) {
            self.index.remove(&hash);
        }
        self.forgotten += 1;
    }
}

impl<'a> IntoIterator for &'a Exchanges {
    type Item = &'a Exchange;
    type IntoIter = std::collections::vec_deque::Iter<'a, Exchange>;

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
        if message.is_plausible() {
            self.pass(0, datagram, &message);
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
            frame: 0,
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
            (exchange.rtt(), exchange.retransmissions(), exchange.answer_count()),
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
        assert_eq!(only(&exchanges).answer().unwrap().error_code, Some(438));
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

    #[test]
    fn frames_are_kept_and_scopes_told_apart() {
        let mut exchanges = Exchanges::new();
        let bytes = message(Class::Request, 1);
        let answer = message(Class::Success, 1);
        let pass = |exchanges: &mut Exchanges, scope, frame, from: &str, to: &str, bytes: &[u8]| {
            let datagram = Datagram {
                frame,
                at: At::from_millis(frame),
                transport: Transport::Udp,
                src: from.parse().unwrap(),
                dst: to.parse().unwrap(),
                bytes,
            };
            exchanges.pass(scope, &datagram, &Message::decode(bytes).unwrap())
        };
        assert_eq!(pass(&mut exchanges, 7, 1, CLIENT, SERVER, &bytes), Passed::Request(0));
        assert_eq!(pass(&mut exchanges, 0, 2, CLIENT, SERVER, &bytes), Passed::Request(1));
        assert_eq!(
            pass(&mut exchanges, 0, 3, CLIENT, SERVER, &bytes),
            Passed::Retransmission(1)
        );
        assert_eq!(pass(&mut exchanges, 7, 4, SERVER, CLIENT, &answer), Passed::Response(0));
        assert_eq!(
            pass(&mut exchanges, 7, 5, SERVER, CLIENT, &answer),
            Passed::Duplicate(0)
        );
        let frames: Vec<u64> = exchanges.at(1).unwrap().sent().map(|seen| seen.frame).collect();
        assert_eq!(frames, [2, 3]);
        let frames: Vec<u64> = exchanges
            .at(0)
            .unwrap()
            .answers()
            .map(|answer| answer.seen.frame)
            .collect();
        assert_eq!(frames, [4, 5]);
    }

    #[test]
    fn of_too_many_the_oldest_are_forgotten() {
        let mut exchanges = Exchanges::with_most(2);
        for number in 1..=3 {
            pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Request, number));
        }
        pass(&mut exchanges, 1, SERVER, CLIENT, &message(Class::Success, 1));
        pass(&mut exchanges, 1, SERVER, CLIENT, &message(Class::Success, 3));
        assert_eq!(
            (exchanges.len(), exchanges.forgotten(), exchanges.unmatched()),
            (2, 1, 1)
        );
        assert!(exchanges.at(0).is_none());
        assert_eq!(exchanges.at(2).unwrap().outcome(), Outcome::Success);
        assert!(exchanges.get(&id(1), CLIENT.parse().unwrap()).is_none());
    }

    #[test]
    fn a_hundred_thousand_fit_in_little_memory() {
        assert!(size_of::<Exchange>() <= 144, "{}", size_of::<Exchange>());
    }
}
