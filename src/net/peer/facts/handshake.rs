//! The handshake of DTLS: its flights, and the alerts that end it.

use std::time::Duration;

use super::SideFacts;
use crate::net::peer::tap::Direction;
use crate::proto::dtls::{Fragments, Kind, Records};
use crate::proto::tls::{ContentType, HandshakeType};
use crate::time::At;

/// An alert of DTLS in clear; the same one again is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// When it came first.
    pub at: At,
    /// Which way.
    pub direction: Direction,
    /// 1 is a warning, 2 is fatal.
    pub level: u8,
    /// Its number.
    pub description: u8,
    /// How often it came.
    pub count: u64,
}

/// Handshake messages sent in one go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// When it began.
    pub at: At,
    /// When its last datagram passed.
    pub until: At,
    /// Which way.
    pub direction: Direction,
    /// The names of its messages, each once; `Finished` where it is encrypted.
    pub messages: Vec<String>,
    /// Datagrams.
    pub datagrams: u64,
    /// Whether all its messages were sent before.
    pub is_repeated: bool,
}

impl SideFacts {
    pub(super) fn dtls(&mut self, direction: Direction, at: At, bytes: &[u8]) {
        let mut names = Vec::new();
        for record in Records::new(bytes) {
            match (record.kind, record.content_type) {
                (Kind::Plain, ContentType::HANDSHAKE) => {
                    names.extend(Fragments::new(record.fragment).map(|part| part.kind.to_string()));
                }
                (_, ContentType::HANDSHAKE) => {
                    self.finished[direction as usize].get_or_insert(at);
                    names.push(HandshakeType::FINISHED.to_string());
                }
                (Kind::Plain, ContentType::ALERT) => {
                    if let &[level, description, ..] = record.fragment {
                        self.alert(direction, at, level, description);
                    }
                }
                _ => {}
            }
        }
        if names.is_empty() {
            return;
        }
        names.dedup();
        /// What follows later than this is another flight, or the same one again.
        const TOGETHER: Duration = Duration::from_millis(400);
        let before = self.flights.iter().rev().find(|flight| flight.direction == direction);
        let was_sent = before.is_some_and(|flight| names.iter().all(|name| flight.messages.contains(name)));
        // The ClientHello after a HelloVerifyRequest is a new one.
        let is_asked_for = self.flights.last().is_some_and(|last| {
            last.direction != direction && last.messages.iter().any(|name| name == "hello_verify_request")
        });
        let is_repeated = was_sent && !is_asked_for;
        match self.flights.last_mut() {
            Some(last)
                if last.direction == direction
                    && at.since(last.until) < TOGETHER
                    && last.is_repeated == is_repeated =>
            {
                last.until = at;
                last.datagrams += 1;
                names.retain(|name| !last.messages.contains(name));
                last.messages.append(&mut names);
            }
            _ => self.flights.push(Flight {
                at,
                until: at,
                direction,
                messages: names,
                datagrams: 1,
                is_repeated,
            }),
        }
    }

    fn alert(&mut self, direction: Direction, at: At, level: u8, description: u8) {
        let is_it = |alert: &&mut Alert| {
            alert.direction == direction && alert.level == level && alert.description == description
        };
        match self.alerts.iter_mut().find(is_it) {
            Some(alert) => alert.count += 1,
            None => self.alerts.push(Alert {
                at,
                direction,
                level,
                description,
                count: 1,
            }),
        }
    }
}
