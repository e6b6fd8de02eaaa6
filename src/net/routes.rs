//! Who gets what arrives at a shared UDP socket. Pure bookkeeping; the socket is in [`udp`](crate::net::udp).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::SocketAddr;

use tokio::sync::mpsc;

use crate::net::udp::Arrival;
use crate::proto::stun::TransactionId;

/// Who gets what.
#[derive(Default)]
pub(super) struct Routes {
    next: u64,
    members: BTreeMap<u64, Member>,
    by_id: HashMap<TransactionId, u64>,
}

struct Member {
    queue: mpsc::Sender<Arrival>,
    sent_to: HashSet<SocketAddr>,
}

/// What became of one arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Delivery {
    /// Inboxes that got it.
    pub(super) reached: u64,
    /// Inboxes that were full.
    pub(super) overflowed: u64,
}

impl Delivery {
    fn to(
        members: impl Iterator<Item = impl std::ops::Deref<Target = Member>>,
        event: impl Fn() -> Arrival,
    ) -> Delivery {
        let mut delivery = Delivery::default();
        for member in members {
            match member.queue.try_send(event()) {
                Ok(()) => delivery.reached += 1,
                Err(_) => delivery.overflowed += 1,
            }
        }
        delivery
    }
}

impl Routes {
    /// Attaches an inbox; gives its key.
    pub(super) fn add(&mut self, queue: mpsc::Sender<Arrival>) -> u64 {
        let key = self.next;
        self.next += 1;
        self.members.insert(
            key,
            Member {
                queue,
                sent_to: HashSet::new(),
            },
        );
        key
    }

    /// Detaches an inbox.
    pub(super) fn remove(&mut self, key: u64) {
        self.members.remove(&key);
        self.by_id.retain(|_, owner| *owner != key);
    }

    /// Notes that an inbox sends to `to`, and in which transaction.
    pub(super) fn sent(&mut self, key: u64, to: SocketAddr, id: Option<TransactionId>) {
        if let Some(member) = self.members.get_mut(&key) {
            member.sent_to.insert(to);
        }
        if let Some(id) = id {
            self.by_id.insert(id, key);
        }
    }

    /// By transaction id, else by the address of the other end.
    pub(super) fn deliver(
        &self,
        other: SocketAddr,
        id: Option<&TransactionId>,
        event: impl Fn() -> Arrival,
    ) -> Delivery {
        if id.is_some_and(|id| self.by_id.contains_key(id)) {
            return id.map_or_else(Delivery::default, |id| self.deliver_by_id(id, event));
        }
        Delivery::to(
            self.members.values().filter(|member| member.sent_to.contains(&other)),
            event,
        )
    }

    /// By transaction id alone.
    pub(super) fn deliver_by_id(&self, id: &TransactionId, event: impl Fn() -> Arrival) -> Delivery {
        Delivery::to(
            self.by_id.get(id).and_then(|key| self.members.get(key)).into_iter(),
            event,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::At;

    fn id(n: u8) -> TransactionId {
        TransactionId::new([n; 12])
    }

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    fn arrival() -> Arrival {
        Arrival {
            at: At::START,
            event: Ok((address(1), Vec::new())),
        }
    }

    #[test]
    fn by_transaction_then_by_address() {
        let mut routes = Routes::default();
        let (one, mut at_one) = mpsc::channel(8);
        let (two, mut at_two) = mpsc::channel(8);
        let (one, two) = (routes.add(one), routes.add(two));
        routes.sent(one, address(1), Some(id(1)));
        routes.sent(two, address(1), Some(id(2)));
        routes.sent(two, address(2), None);

        // The transaction decides, wherever the answer comes from.
        assert_eq!(
            routes.deliver(address(9), Some(&id(2)), arrival),
            Delivery {
                reached: 1,
                overflowed: 0
            }
        );
        assert!(at_one.try_recv().is_err() && at_two.try_recv().is_ok());
        // An unknown transaction, or none: everyone who talks to that address.
        assert_eq!(routes.deliver(address(1), Some(&id(7)), arrival).reached, 2);
        assert_eq!(routes.deliver(address(2), None, arrival).reached, 1);
        assert_eq!(routes.deliver(address(3), None, arrival), Delivery::default());
        assert_eq!((at_one.len(), at_two.len()), (1, 2));

        routes.remove(two);
        assert_eq!(routes.deliver(address(9), Some(&id(2)), arrival), Delivery::default());
        assert_eq!(routes.deliver(address(1), None, arrival).reached, 1);
    }

    #[test]
    fn a_full_inbox_drops_and_says_so() {
        let mut routes = Routes::default();
        let (queue, _receiver) = mpsc::channel(1);
        let key = routes.add(queue);
        routes.sent(key, address(1), None);
        assert_eq!(
            routes.deliver(address(1), None, arrival),
            Delivery {
                reached: 1,
                overflowed: 0
            }
        );
        assert_eq!(
            routes.deliver(address(1), None, arrival),
            Delivery {
                reached: 0,
                overflowed: 1
            }
        );
    }
}
