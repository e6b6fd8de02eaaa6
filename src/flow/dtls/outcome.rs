//! [`Outcome`]: how a handshake ended, or what it waits for.
//!
//! A handshake that waits may only have been cut off by the end of the capture: whoever judges compares
//! [`Handshake::last`] with that.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use super::facts::{AlertSeen, Flight, Handshake, Role, What};
use crate::datagram::Seen;
use crate::flow::Direction;
use crate::proto::tls::{Alert, HandshakeType, Version};
use crate::time::millis;

/// How a handshake ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Both sides have finished.
    Complete {
        /// When it was so.
        seen: Seen,
        /// From the first ClientHello; `None` where the capture does not have that.
        took: Option<Duration>,
        /// Whether it resumed an earlier session, without certificates.
        resumed: bool,
    },
    /// One side ended it with an alert.
    Refused {
        /// When.
        seen: Seen,
        /// What it said; `None` if it was encrypted.
        alert: Option<Alert>,
        /// Who sent it, where that is known.
        by: Option<Role>,
    },
    /// It waits for something.
    Stuck(Waiting),
    /// The capture has too little of it: it began before, or only one side was captured.
    Unknown,
}

/// What a handshake waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// For the end of a message of which a part came.
    RestOf {
        /// The message.
        message: HandshakeType,
        /// Who sends it.
        from: Role,
        /// Octets that did not come.
        missing: usize,
        /// Octets that it has.
        length: usize,
    },
    /// For an answer to a flight.
    Answer {
        /// Who should answer.
        from: Role,
        /// The number of the flight, from 1.
        flight: usize,
        /// The message that the flight ended with, as far as it came.
        to: What,
        /// How often the flight was sent, the first time included.
        sent: u64,
    },
    /// For more of a flight that began.
    RestOfFlight {
        /// Who sends it.
        from: Role,
        /// The number of the flight, from 1.
        flight: usize,
        /// The message that it must still bring.
        next: What,
    },
    /// For a message between others that came.
    Message {
        /// Its number.
        message_seq: u16,
        /// Who sends it.
        from: Role,
        /// The number of the flight, from 1.
        flight: usize,
    },
    /// For one of the sides to be the server.
    Server,
}

impl Outcome {
    /// The name in reports: `complete`, `resumed`, `refused`, `stuck`, `unknown`.
    pub const fn name(&self) -> &'static str {
        match self {
            Outcome::Complete { resumed: false, .. } => "complete",
            Outcome::Complete { resumed: true, .. } => "resumed",
            Outcome::Refused { .. } => "refused",
            Outcome::Stuck(_) => "stuck",
            Outcome::Unknown => "unknown",
        }
    }
}

/// In words: `complete in 61 ms`, `alert bad_certificate from the client`.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Complete { took, resumed, .. } => {
                f.write_str(if *resumed { "resumed" } else { "complete" })?;
                match took.map(millis) {
                    Some(ms) if ms < 10.0 => write!(f, " in {ms:.1} ms"),
                    Some(ms) => write!(f, " in {ms:.0} ms"),
                    None => Ok(()),
                }
            }
            Outcome::Refused { alert, by, .. } => {
                match alert {
                    Some(alert) => write!(f, "alert {}", alert.description)?,
                    None => f.write_str("encrypted alert")?,
                }
                by.map_or(Ok(()), |by| write!(f, " from the {by}"))
            }
            Outcome::Stuck(waiting) => waiting.fmt(f),
            Outcome::Unknown => f.write_str("not enough of it was captured"),
        }
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Waiting::RestOf {
                message,
                from,
                missing,
                length,
            } => write!(
                f,
                "waiting for the rest of the {from}'s {message}, {missing} of {length} octets"
            ),
            Waiting::Answer { from, flight, to, sent } => {
                write!(f, "the {from} never answered flight {flight}, up to {to}")?;
                match sent {
                    1 => f.write_str(", sent once"),
                    _ => write!(f, ", sent {sent} times"),
                }
            }
            Waiting::RestOfFlight { from, flight, next } => {
                write!(f, "waiting for {next}, the rest of flight {flight} from the {from}")
            }
            Waiting::Message {
                message_seq,
                from,
                flight,
            } => write!(f, "waiting for message {message_seq} of the {from}, in flight {flight}"),
            Waiting::Server => f.write_str("both sides are DTLS clients: each sent a ClientHello, and none answers"),
        }
    }
}

impl Handshake {
    /// How it ended, or what it waits for.
    pub fn outcome(&self) -> Outcome {
        if let Some(seen) = self.done {
            let hello = self
                .flights
                .first()
                .filter(|flight| Some(flight.direction) == self.client);
            return Outcome::Complete {
                seen,
                took: hello.map(|flight| seen.at.since(flight.first.at)),
                resumed: self.is_resumed(),
            };
        }
        if let Some(AlertSeen {
            seen, direction, alert, ..
        }) = self.alerts.iter().find(|alert| self.refuses(alert))
        {
            return Outcome::Refused {
                seen: *seen,
                alert: *alert,
                by: self.role(*direction),
            };
        }
        match self.client {
            Some(client) if self.has_client_hello() => Outcome::Stuck(self.waiting(client)),
            _ => Outcome::Unknown,
        }
    }

    /// Whether the server went on without certificates and keys, as it does with a session that it knows.
    fn is_resumed(&self) -> bool {
        let Some(server) = self.client.map(Direction::reverse) else {
            return false;
        };
        let has = |what| self.step(server, what).is_some_and(|step| step.whole.is_some());
        !self.version().is_some_and(Version::is_at_least_1_3)
            && has(What::Message(HandshakeType::SERVER_HELLO))
            && has(What::ChangeCipherSpec)
            && !has(What::Message(HandshakeType::SERVER_HELLO_DONE))
            && self
                .step(server.reverse(), What::Message(HandshakeType::CLIENT_KEY_EXCHANGE))
                .is_none()
    }

    /// An encrypted alert may also close a session whose handshake is complete: where nothing of the other side was captured,
    /// that cannot be told.
    fn refuses(&self, seen: &AlertSeen) -> bool {
        let version = self.version().unwrap_or(Version::DTLS_1_2);
        let other = seen.direction.reverse();
        let both_sides = || self.flights.iter().any(|flight| flight.direction == other);
        let refuses = |alert: Option<Alert>| alert.map_or_else(both_sides, |alert| alert.is_fatal(version));
        seen.in_handshake && refuses(seen.alert)
    }

    /// What a handshake that is neither complete nor refused waits for.
    fn waiting(&self, client: Direction) -> Waiting {
        if self.two_clients {
            return Waiting::Server;
        }
        let Some((at, flight)) = self.flights.iter().enumerate().next_back() else {
            return Waiting::Server;
        };
        let role = |direction| {
            if direction == client {
                Role::Client
            } else {
                Role::Server
            }
        };
        let from = role(flight.direction);
        if let Some((step, message)) = flight.steps.iter().find_map(|step| match step.what {
            What::Message(message) if step.whole.is_none() => Some((step, message)),
            _ => None,
        }) {
            return Waiting::RestOf {
                message,
                from,
                missing: step.missing,
                length: step.length,
            };
        }
        if let Some(message_seq) = flight.gap() {
            return Waiting::Message {
                message_seq,
                from,
                flight: at + 1,
            };
        }
        match self.next_of(flight.direction, from) {
            Some(next) => Waiting::RestOfFlight {
                from,
                flight: at + 1,
                next,
            },
            None => Waiting::Answer {
                from: role(flight.direction.reverse()),
                flight: at + 1,
                to: flight.steps.last().map_or(What::Encrypted, |step| step.what),
                sent: flight.retransmissions + 1,
            },
        }
    }

    /// What the side that sent last must still send before it is the other's turn.
    fn next_of(&self, direction: Direction, role: Role) -> Option<What> {
        let message = |kind| {
            let what = What::Message(kind);
            self.step(direction, what).is_none().then_some(what)
        };
        let finish = || match self.finished[direction.index()] {
            Some(_) => None,
            None if self.step(direction, What::ChangeCipherSpec).is_none() => Some(What::ChangeCipherSpec),
            None => Some(What::Finished),
        };
        let choice = self.choice.as_ref()?;
        if choice.version.is_at_least_1_3() {
            return (!self.hidden[direction.index()]).then_some(What::Encrypted);
        }
        let server_is_done = self
            .step(direction.reverse(), What::Message(HandshakeType::SERVER_HELLO_DONE))
            .is_some();
        match role {
            // It has finished, or has come to its last flight.
            Role::Server if self.finished[direction.reverse().index()].is_some() => finish(),
            Role::Server if self.step(direction, What::ChangeCipherSpec).is_some() => finish(),
            Role::Server => message(HandshakeType::SERVER_HELLO_DONE),
            Role::Client if server_is_done => message(HandshakeType::CLIENT_KEY_EXCHANGE).or_else(finish),
            Role::Client => finish(),
        }
    }
}

impl Flight {
    /// The number of a message that did not come, between those that did.
    fn gap(&self) -> Option<u16> {
        let numbers: BTreeSet<u16> = self.steps.iter().filter_map(|step| step.message_seq).collect();
        let mut expected = *numbers.first()?;
        for number in numbers {
            if number != expected {
                return Some(expected);
            }
            expected = number.wrapping_add(1);
        }
        None
    }
}
