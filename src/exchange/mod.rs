//! [`Exchanges`]: pairs requests with their responses, for live runs and captures alike.

mod one;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::net::SocketAddr;

use foldhash::fast::RandomState;

use crate::datagram::{Datagram, Observer};
use crate::proto::stun::{Class, Message, TransactionId};

pub use one::{Answer, Exchange, Outcome};

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
