//! [`Handshake`]: one DTLS handshake, from the first ClientHello to the last Finished, and what passed under its keys.

use std::fmt;

use crate::datagram::Seen;
use crate::flow::Direction;
use crate::flow::hello::{Choice, Offer};
use crate::proto::tls::{
    Alert, Certificate, CipherSuite, HandshakeType, NamedGroup, SignatureScheme, SrtpProfile, Version,
};

/// Who a side is in a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sends the ClientHello.
    Client,
    /// Answers it.
    Server,
}

impl Role {
    /// The name in reports: `client`, `server`.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Client => "client",
            Role::Server => "server",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One handshake. Whatever the capture does not show is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handshake {
    /// Its first record.
    pub first: Seen,
    /// Its last record that belongs to the handshake itself.
    pub last: Seen,
    /// The way that the client's records go.
    pub client: Option<Direction>,
    /// Both sides sent a ClientHello, and nobody answers: both think that they are the client.
    pub two_clients: bool,
    /// The random of the ClientHello, known even if the rest of it is not.
    pub random: Option<[u8; 32]>,
    /// The last whole ClientHello.
    pub offer: Option<Offer>,
    /// A HelloVerifyRequest.
    pub hello_verify_request: Option<Seen>,
    /// A HelloRetryRequest, and the group it wants.
    pub hello_retry_request: Option<(Seen, Option<NamedGroup>)>,
    /// The ServerHello.
    pub choice: Option<Choice>,
    /// The group of the key agreement, once the server has said it.
    pub group: Option<NamedGroup>,
    /// How the client signed.
    pub client_signature: Option<SignatureScheme>,
    /// How the server signed.
    pub server_signature: Option<SignatureScheme>,
    /// Whether the server asked for a certificate; in 1.3 that is encrypted.
    pub certificate_requested: bool,
    /// The certificates of each side, by [`Direction::index`], its own first; in 1.3 they are encrypted.
    pub certificates: [Vec<Certificate>; 2],
    /// The way each side sent its Finished, by [`Direction::index`].
    pub finished: [Option<Seen>; 2],
    /// Flights in order; those of 1.3 are told by keys.
    pub flights: Vec<Flight>,
    /// Alerts, until too many.
    pub alerts: Vec<AlertSeen>,
    /// Application data each way, by [`Direction::index`].
    pub data: [Data; 2],
    /// Encrypted handshake records after both had finished: a renegotiation, or tickets.
    pub later_records: u64,
    /// Whether records of 1.3 with the keys of the handshake came, by [`Direction::index`].
    pub(super) hidden: [bool; 2],
    /// When both sides had finished, or must have.
    pub(super) done: Option<Seen>,
    /// Flights and alerts that were left out because there were too many.
    pub left_out: u64,
}

/// Application data one way: its records are counted, not read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Data {
    /// The first record.
    pub first: Option<Seen>,
    /// The last record.
    pub last: Option<Seen>,
    /// How many.
    pub records: u64,
    /// Octets of them, encrypted.
    pub bytes: u64,
}

/// What one side sends before the other must answer (RFC 6347 §4.2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Which way.
    pub direction: Direction,
    /// When it began.
    pub first: Seen,
    /// When its last new message came.
    pub last: Seen,
    /// Its messages, in the order in which they came first.
    pub steps: Vec<Step>,
    /// When it was sent again, in whole or in part, until too often.
    pub again: Vec<Seen>,
    /// How often it was sent again.
    pub retransmissions: u64,
    /// How far the last repetition got: step and offset.
    pub(super) repeated: Option<(usize, usize)>,
}

/// One message of a flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub what: What,
    /// Its number, in clear.
    pub message_seq: Option<u16>,
    /// Octets of the message.
    pub length: usize,
    /// Octets of it that have not come.
    pub missing: usize,
    /// Its first record.
    pub first: Seen,
    /// The record that completed it.
    pub whole: Option<Seen>,
    /// Records that carried it, repetitions apart.
    pub records: u64,
    /// The number of its last record.
    pub(super) sequence: u64,
}

/// What a message of a flight is, as far as it can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// A message in clear.
    Message(HandshakeType),
    /// From here on this side encrypts (up to 1.2).
    ChangeCipherSpec,
    /// The first encrypted message up to 1.2, which is always Finished.
    Finished,
    /// Messages of 1.3 under the keys of the handshake.
    Encrypted,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Message(kind) => kind.fmt(f),
            What::ChangeCipherSpec => f.pad("change_cipher_spec"),
            What::Finished => f.pad("finished"),
            What::Encrypted => f.pad("encrypted"),
        }
    }
}

/// An alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertSeen {
    /// When.
    pub seen: Seen,
    /// Which way.
    pub direction: Direction,
    /// What it says; `None` if it is encrypted.
    pub alert: Option<Alert>,
    /// Whether it came before both sides had finished.
    pub in_handshake: bool,
}

impl Handshake {
    /// The role of the side that sends this way.
    pub fn role(&self, direction: Direction) -> Option<Role> {
        self.client.map(|client| {
            if client == direction {
                Role::Client
            } else {
                Role::Server
            }
        })
    }

    /// The way that this role sends.
    pub fn direction(&self, role: Role) -> Option<Direction> {
        self.client.map(|client| match role {
            Role::Client => client,
            Role::Server => client.reverse(),
        })
    }

    /// The version agreed on.
    pub fn version(&self) -> Option<Version> {
        self.choice.as_ref().map(|choice| choice.version)
    }

    /// The cipher suite agreed on.
    pub fn cipher_suite(&self) -> Option<CipherSuite> {
        self.choice.as_ref().and_then(|choice| choice.cipher_suite)
    }

    /// The SRTP profile agreed on; in 1.3 it is encrypted.
    pub fn srtp_profile(&self) -> Option<SrtpProfile> {
        self.choice.as_ref().and_then(|choice| choice.srtp_profile)
    }

    /// The certificate of a side, without those that vouch for it.
    pub fn certificate(&self, role: Role) -> Option<&Certificate> {
        self.certificates[self.direction(role)?.index()].first()
    }

    /// How often flights were sent again.
    pub fn retransmissions(&self) -> u64 {
        self.flights.iter().map(|flight| flight.retransmissions).sum()
    }

    /// Whether a ClientHello came, or a part of one.
    pub(super) fn has_client_hello(&self) -> bool {
        let what = What::Message(HandshakeType::CLIENT_HELLO);
        self.client.is_some_and(|client| self.step(client, what).is_some())
    }

    /// The step of this kind that this way brought last.
    pub(super) fn step(&self, direction: Direction, what: What) -> Option<&Step> {
        let flights = self.flights.iter().rev().filter(|flight| flight.direction == direction);
        flights.flat_map(|flight| &flight.steps).find(|step| step.what == what)
    }
}
