//! [`Table`]: finds the session that a packet belongs to, fast, and bounds how many there are.

use std::collections::HashMap;
use std::net::SocketAddr;

use foldhash::fast::RandomState;

use crate::datagram::Transport;
use crate::flow::session::{Direction, Relay, Session, SessionId};

/// How many sessions are kept. Those without any protocol of WebRTC make room for others.
const MOST: usize = 32_768;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// The lower address first.
    Tuple(Transport, SocketAddr, SocketAddr),
    /// A peer, seen in the session between a TURN client and its server.
    Peer(SessionId, SocketAddr),
    /// A channel of that session.
    Channel(SessionId, u16),
}

/// All sessions, and who finds them.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub sessions: Vec<Session>,
    index: HashMap<Key, SessionId, RandomState>,
    /// The last one found: packets come in trains.
    last: Option<(Key, SessionId)>,
    /// Where the search for a session that is not needed goes on.
    hand: usize,
    /// Packets whose session found no place.
    pub left_out: u64,
}

impl Table {
    /// The session between two addresses, and the direction of what `src` sends.
    pub fn tuple(&mut self, transport: Transport, src: SocketAddr, dst: SocketAddr) -> Option<(SessionId, Direction)> {
        let key = tuple_key(transport, src, dst);
        let id = match self.last {
            Some((last, id)) if last == key => id,
            _ => match self.index.get(&key) {
                Some(&id) => id,
                None => self.add(key, |id| Session::new(id, transport, src, dst))?,
            },
        };
        self.last = Some((key, id));
        let forward = self.get(id).a == src;
        Some((
            id,
            if forward {
                Direction::Forward
            } else {
                Direction::Backward
            },
        ))
    }

    /// The relayed flow to this peer. `relayed` is the relayed address, where it is known; else `client` stands for it.
    pub fn peer(
        &mut self,
        outer: SessionId,
        client: SocketAddr,
        relayed: Option<SocketAddr>,
        peer: SocketAddr,
    ) -> Option<SessionId> {
        let key = Key::Peer(outer, peer);
        if let Some(&id) = self.index.get(&key) {
            return Some(id);
        }
        self.add(key, |id| {
            let mut session = Session::new(id, Transport::Udp, relayed.unwrap_or(client), peer);
            session.inside = Some(Relay {
                outer,
                channel: None,
                relayed_known: relayed.is_some(),
                peer_known: true,
            });
            session
        })
    }

    /// The relayed flow of this channel: that of its peer, if the binding was seen; else one of its own.
    pub fn channel(
        &mut self,
        outer: SessionId,
        number: u16,
        client: SocketAddr,
        server: SocketAddr,
        relayed: Option<SocketAddr>,
    ) -> Option<SessionId> {
        let key = Key::Channel(outer, number);
        if let Some(&id) = self.index.get(&key) {
            return Some(id);
        }
        self.add(key, |id| {
            let mut session = Session::new(id, Transport::Udp, relayed.unwrap_or(client), server);
            session.inside = Some(Relay {
                outer,
                channel: Some(number),
                relayed_known: relayed.is_some(),
                peer_known: false,
            });
            session
        })
    }

    /// A channel was bound to a peer. What passed on it before, when nobody knew, is that peer's.
    pub fn bind(
        &mut self,
        outer: SessionId,
        number: u16,
        client: SocketAddr,
        relayed: Option<SocketAddr>,
        peer: SocketAddr,
    ) -> Option<SessionId> {
        let (channel, by_peer) = (Key::Channel(outer, number), Key::Peer(outer, peer));
        if let (Some(&id), None) = (self.index.get(&channel), self.index.get(&by_peer)) {
            let session = self.get_mut(id);
            if let Some(relay) = session.inside.as_mut().filter(|relay| !relay.peer_known) {
                relay.peer_known = true;
                session.b = peer;
                self.index.insert(by_peer, id);
                return Some(id);
            }
        }
        let id = self.peer(outer, client, relayed, peer)?;
        if let Some(relay) = &mut self.get_mut(id).inside {
            relay.channel.get_or_insert(number);
        }
        self.index.insert(channel, id);
        Some(id)
    }

    pub fn get(&self, id: SessionId) -> &Session {
        &self.sessions[id.0 as usize]
    }

    pub fn get_mut(&mut self, id: SessionId) -> &mut Session {
        &mut self.sessions[id.0 as usize]
    }

    fn add(&mut self, key: Key, make: impl FnOnce(SessionId) -> Session) -> Option<SessionId> {
        let id = if self.sessions.len() < MOST {
            let id = SessionId(self.sessions.len() as u32);
            self.sessions.push(make(id));
            id
        } else {
            let Some(id) = self.spare() else {
                self.left_out += 1;
                return None;
            };
            *self.get_mut(id) = make(id);
            id
        };
        self.index.insert(key, id);
        Some(id)
    }

    /// A session that nobody needs, taken out of the index.
    fn spare(&mut self) -> Option<SessionId> {
        // A look at a few is enough: a capture full of other traffic has one soon; one full of WebRTC has none.
        for _ in 0..64 {
            self.hand = (self.hand + 1) % self.sessions.len();
            let session = &self.sessions[self.hand];
            if session.inside.is_none() && !session.is_ours() {
                let (id, key) = (session.id, tuple_key(session.transport, session.a, session.b));
                self.index.remove(&key);
                self.last = None;
                self.left_out += 1;
                return Some(id);
            }
        }
        None
    }
}

fn tuple_key(transport: Transport, src: SocketAddr, dst: SocketAddr) -> Key {
    if src <= dst {
        Key::Tuple(transport, src, dst)
    } else {
        Key::Tuple(transport, dst, src)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn both_directions_are_one_session() {
        let mut table = Table::default();
        let (a, b) = (address("192.0.2.9:1"), address("192.0.2.1:2"));
        let first = table.tuple(Transport::Udp, a, b);
        assert_eq!(first, Some((SessionId(0), Direction::Forward)));
        assert_eq!(
            table.tuple(Transport::Udp, b, a),
            Some((SessionId(0), Direction::Backward))
        );
        assert_eq!(
            table.tuple(Transport::Tcp, b, a),
            Some((SessionId(1), Direction::Forward))
        );
    }

    #[test]
    fn a_channel_becomes_its_peers_flow_when_it_is_bound() {
        let mut table = Table::default();
        let (client, server) = (address("192.0.2.9:1"), address("198.51.100.1:3478"));
        let peer = address("203.0.113.5:7");
        let (outer, _) = table.tuple(Transport::Udp, client, server).unwrap();
        let early = table.channel(outer, 0x4000, client, server, None).unwrap();
        assert!(!table.get(early).inside.unwrap().peer_known);
        assert_eq!(table.bind(outer, 0x4000, client, None, peer), Some(early));
        assert_eq!(table.peer(outer, client, None, peer), Some(early));
        assert_eq!(table.get(early).b, peer);
        let other = address("203.0.113.5:8");
        let by_peer = table.peer(outer, client, None, other).unwrap();
        assert_eq!(table.bind(outer, 0x4001, client, None, other), Some(by_peer));
        assert_eq!(table.channel(outer, 0x4001, client, server, None), Some(by_peer));
    }

    #[test]
    fn foreign_sessions_make_room() {
        let mut table = Table::default();
        let server = address("198.51.100.1:3478");
        for number in 0..MOST as u32 + 100 {
            let client = SocketAddr::from((number.to_be_bytes(), 9));
            assert!(table.tuple(Transport::Udp, client, server).is_some());
        }
        assert_eq!((table.sessions.len(), table.left_out), (MOST, 100));
        assert!(table.index.len() <= MOST);
    }
}
