//! [`Handshake`]: sends a flight of DTLS again when the other end repeats its own, or when nothing comes.
//!
//! RFC 6347 §4.2.4 asks for both. The library does not do the first, and what is worse, a repeated flight stops its timer for the
//! second, so that a single lost ServerHello would end every call. What is sent again is what was sent before, octet for octet: where it had arrived, replay
//! protection drops it.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use crate::proto::dtls::{Fragments, Kind, Records};
use crate::proto::tls::{ContentType, HandshakeType};
use crate::time::At;

/// A flight is not sent again sooner than this after the last time.
const PAUSE: Duration = Duration::from_millis(100);
/// When nothing has come for so long the flight is sent again. The library's own timer, of a second, comes first where it still runs.
const SILENCE: Duration = Duration::from_millis(1200);
/// Datagrams of a flight that are kept.
const MOST: usize = 32;

/// The handshake of one peer.
#[derive(Debug, Default)]
pub struct Handshake {
    /// What was sent since something new was heard.
    flight: Vec<(SocketAddr, Vec<u8>)>,
    /// The messages in clear that were heard: type and number.
    heard: HashSet<(u8, u16)>,
    /// Something new was heard since the last datagram was sent.
    news: bool,
    last: Option<At>,
    /// A ClientHello was sent.
    is_client: bool,
}

impl Handshake {
    /// A datagram is sent.
    pub fn sent(&mut self, at: At, to: SocketAddr, datagram: &[u8]) {
        if std::mem::take(&mut self.news) || self.flight.first().is_some_and(|(_, first)| is_same(first, datagram)) {
            self.flight.clear();
        }
        if self.flight.len() < MOST {
            self.flight.push((to, datagram.to_vec()));
        }
        self.last = Some(at);
        self.is_client |= first_message(datagram).is_some_and(|(kind, _, _)| kind == HandshakeType::CLIENT_HELLO);
    }

    /// Whether this end began the handshake. The last flight is then the other end's, and when that has come nothing more is to be
    /// heard of the handshake (RFC 6347 §4.2.4).
    pub fn is_client(&self) -> bool {
        self.is_client
    }

    /// A datagram is received. What is to be sent again, if all of it was heard before.
    pub fn received(&mut self, at: At, datagram: &[u8]) -> Vec<(SocketAddr, Vec<u8>)> {
        let (mut known, mut new) = (false, false);
        for record in Records::new(datagram) {
            match (record.kind, record.content_type) {
                (Kind::Plain, ContentType::HANDSHAKE) => {
                    for part in Fragments::new(record.fragment) {
                        // Parts of one message share their number; a later part of it is no repetition, but the first one is.
                        let is_new = self.heard.insert((part.kind.0, part.message_seq));
                        new |= is_new || part.offset > 0;
                        known |= !is_new;
                    }
                }
                // Finished: whether it was heard before can't be seen.
                (_, ContentType::HANDSHAKE) => new |= !known,
                _ => {}
            }
        }
        self.news |= new;
        let is_due = self.last.is_none_or(|last| at.since(last) >= PAUSE);
        if new || !known || !is_due {
            return Vec::new();
        }
        self.last = Some(at);
        self.flight.clone()
    }

    /// What is to be sent again because nothing new has come since it was sent.
    pub fn overdue(&mut self, at: At) -> Vec<(SocketAddr, Vec<u8>)> {
        let is_due = self.last.is_some_and(|last| at.since(last) >= SILENCE);
        if self.news || !is_due {
            return Vec::new();
        }
        self.last = Some(at);
        self.flight.clone()
    }
}

/// Whether both begin with the same handshake message.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    first_message(one).is_some_and(|message| first_message(other) == Some(message))
}

/// The handshake message that a datagram begins with: what it is, its number, and where in it the datagram begins.
fn first_message(datagram: &[u8]) -> Option<(HandshakeType, u16, usize)> {
    let record = Records::new(datagram).next()?;
    if record.kind != Kind::Plain || record.content_type != ContentType::HANDSHAKE {
        return None;
    }
    let part = Fragments::new(record.fragment).next()?;
    Some((part.kind, part.message_seq, part.offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record with one handshake message of one octet.
    fn message(kind: u8, number: u16, record: u8) -> Vec<u8> {
        let mut bytes = vec![22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, record, 0, 13];
        bytes.extend([kind, 0, 0, 1, (number >> 8) as u8, number as u8, 0, 0, 0, 0, 0, 1, 0]);
        bytes
    }

    #[test]
    fn a_repeated_flight_is_answered_with_the_last_one() {
        let to = "127.0.0.1:9".parse().unwrap();
        let mut server = Handshake::default();
        let ms = At::from_millis;
        assert!(server.received(ms(0), &message(1, 0, 0)).is_empty());
        server.sent(ms(0), to, &message(3, 0, 0));
        assert!(server.received(ms(10), &message(1, 1, 1)).is_empty());
        server.sent(ms(10), to, &message(2, 1, 1));
        server.sent(ms(10), to, &message(11, 2, 2));
        assert!(!server.is_client());
        let again = server.received(ms(1000), &message(1, 1, 2));
        assert_eq!(again, [(to, message(2, 1, 1)), (to, message(11, 2, 2))]);
        // Not for each copy of it.
        assert!(server.received(ms(1050), &message(1, 1, 3)).is_empty());
        assert_eq!(server.received(ms(2000), &message(1, 1, 4)).len(), 2);
    }

    #[test]
    fn silence_is_answered_too() {
        let to = "127.0.0.1:9".parse().unwrap();
        let mut client = Handshake::default();
        assert!(client.overdue(At::from_millis(9000)).is_empty());
        client.sent(At::from_millis(0), to, &message(1, 0, 0));
        assert!(client.is_client());
        assert!(client.overdue(At::from_millis(1100)).is_empty());
        assert_eq!(client.overdue(At::from_millis(1300)).len(), 1);
        assert!(client.overdue(At::from_millis(1400)).is_empty());
        client.received(At::from_millis(1500), &message(2, 0, 0));
        assert!(client.overdue(At::from_millis(9000)).is_empty());
    }

    #[test]
    fn what_the_library_repeats_itself_is_kept_once() {
        let to = "127.0.0.1:9".parse().unwrap();
        let mut client = Handshake::default();
        client.sent(At::from_millis(0), to, &message(1, 0, 0));
        client.sent(At::from_millis(1000), to, &message(1, 0, 1));
        client.received(At::from_millis(1100), &message(2, 0, 0));
        let again = client.received(At::from_millis(1900), &message(2, 0, 1));
        assert_eq!(again, [(to, message(1, 0, 1))]);
    }

    #[test]
    fn damage_and_other_things_are_nothing() {
        let mut peer = Handshake::default();
        let whole = message(1, 0, 0);
        for cut in 0..whole.len() {
            assert!(peer.received(At::START, &whole[..cut]).is_empty());
        }
        assert!(
            peer.received(At::START, b"\x15\xfe\xfd\0\0\0\0\0\0\0\0\0\x02\x02\x2a")
                .is_empty()
        );
    }
}
