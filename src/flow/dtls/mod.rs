//! DTLS handshakes of one session: who sent what when, what was agreed, and how it ended.
//!
//! | file | facts |
//! | --- | --- |
//! | `facts` | [`Handshake`], its [`Flight`]s and [`Step`]s, alerts, application data |
//! | `flight` | which flight a message belongs to, and whether it is a repetition |
//! | `outcome` | [`Outcome`]: complete, refused, or what it waits for |
//! | `piece` | [`Piece`]: each fragment of a handshake message as it passed |

mod facts;
mod flight;
mod outcome;
mod piece;
#[cfg(test)]
mod tests;

pub use facts::{AlertSeen, Data, Flight, Handshake, Role, Step, What};
pub use outcome::{Outcome, Waiting};
pub use piece::{Piece, Place, Whole};

use crate::datagram::Seen;
use crate::flow::Direction;
use crate::flow::hello::{Choice, Offer};
use crate::proto::dtls::{Fragment, Fragments, Kind, Message, Reassembler, Record, Records};
use crate::proto::tls::{
    Alert, Certificate, CertificateChain, CertificateVerify, CipherSuite, ClientHello, ContentType, Flavor,
    HandshakeType, ServerHello, ServerKeyExchange, Version,
};

/// Handshakes kept of one session; further ones are only counted.
const HANDSHAKES: usize = 32;
/// Flights kept of one handshake, messages of one flight, alerts of one handshake, times of repetitions of one flight.
const KEPT: usize = 64;

/// All DTLS of one session.
#[derive(Clone, Debug, Default)]
pub struct Dtls {
    /// Handshakes in the order in which they began. One that began before the capture, or of which only data under its keys
    /// was seen, is there too.
    pub handshakes: Vec<Handshake>,
    /// Handshakes that were left out because there were too many.
    pub left_out: u64,
    /// By [`Direction::index`].
    ways: [Way; 2],
}

/// One direction, over all of its handshakes.
#[derive(Clone, Debug, Default)]
struct Way {
    reassembler: Reassembler,
    /// Octets of the connection ids on the records that go this way, once the receiver has asked for them.
    connection_id_length: Option<usize>,
}

impl Dtls {
    /// Takes a datagram, of which `missing` octets at the end were not captured. Gives the pieces of handshake
    /// messages in it; there are none but in handshakes.
    pub fn feed(&mut self, direction: Direction, seen: Seen, datagram: &[u8], missing: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut records = Records::new(datagram);
        if let Some(length) = self.ways[direction.index()].connection_id_length {
            records = records.with_connection_id_length(length);
        }
        for record in records {
            match (record.kind, record.content_type) {
                (Kind::Plain, ContentType::HANDSHAKE) => self.plain(direction, seen, &record, missing, &mut pieces),
                (Kind::Plain, ContentType::CHANGE_CIPHER_SPEC) => {
                    self.step(direction, seen, &record, What::ChangeCipherSpec);
                }
                (Kind::Plain, ContentType::ALERT) => {
                    if let Ok(alert) = Alert::decode(record.fragment) {
                        self.alert(direction, seen, Some(alert));
                    }
                }
                (Kind::Plain, _) => {}
                (Kind::Encrypted, ContentType::HANDSHAKE) => {
                    pieces.push(Piece {
                        seen,
                        direction,
                        record_version: record.version,
                        place: None,
                        whole: None,
                    });
                    self.encrypted_handshake(direction, seen, &record);
                }
                (Kind::Encrypted, ContentType::ALERT) => self.alert(direction, seen, None),
                (Kind::Encrypted, _) => self.data(direction, seen, &record),
                (Kind::ConnectionId, _) if self.owes_finished(direction) => {
                    self.encrypted_handshake(direction, seen, &record);
                }
                (Kind::ConnectionId, _) => self.data(direction, seen, &record),
                (Kind::Unified, _) if record.epoch == HANDSHAKE_EPOCH => self.hidden(direction, seen, &record),
                (Kind::Unified, _) => self.data(direction, seen, &record),
            }
        }
        pieces
    }

    /// The handshake that goes on now; one whose beginning was not seen is begun.
    fn current(&mut self, seen: Seen) -> &mut Handshake {
        if self.handshakes.is_empty() {
            self.begin(seen);
        }
        let last = self.handshakes.len() - 1;
        &mut self.handshakes[last]
    }

    fn begin(&mut self, seen: Seen) {
        self.handshakes.push(Handshake {
            first: seen,
            last: seen,
            ..Handshake::default()
        });
    }

    /// A handshake record in clear.
    fn plain(
        &mut self,
        direction: Direction,
        seen: Seen,
        record: &Record<'_>,
        missing: usize,
        pieces: &mut Vec<Piece>,
    ) {
        let piece = |place, whole| Piece {
            seen,
            direction,
            record_version: record.version,
            place,
            whole,
        };
        let mut fragments = Fragments::new(record.fragment);
        for fragment in fragments.by_ref() {
            let message = self.ways[direction.index()].reassembler.push(&fragment);
            self.fragment(direction, seen, record, &fragment, message.as_ref());
            pieces.push(piece(Some(Place::of(&fragment)), message.as_ref().map(Whole::of)));
        }
        if missing > 0 && fragments.damage().is_some() {
            pieces.push(piece(Place::cut(fragments.rest()), None));
        }
    }

    /// A fragment in clear, and the message that it completes.
    fn fragment(
        &mut self,
        direction: Direction,
        seen: Seen,
        record: &Record<'_>,
        fragment: &Fragment<'_>,
        message: Option<&Message<'_>>,
    ) {
        let at = match fragment.kind {
            HandshakeType::CLIENT_HELLO => self.of_client_hello(direction, seen, fragment, message),
            _ => {
                self.current(seen);
                Some(self.handshakes.len() - 1)
            }
        };
        let Some(at) = at else {
            return;
        };
        let missing = match message {
            Some(_) => 0,
            None => self.ways[direction.index()]
                .reassembler
                .missing(fragment.message_seq)
                .unwrap_or(fragment.length),
        };
        let handshake = &mut self.handshakes[at];
        handshake.bring(
            direction,
            seen,
            fragment.offset,
            Step {
                what: What::Message(fragment.kind),
                message_seq: Some(fragment.message_seq),
                length: fragment.length,
                missing,
                first: seen,
                whole: message.map(|_| seen),
                records: 1,
                sequence: record.sequence,
            },
        );
        if let Some(message) = message {
            self.message(at, direction, seen, message);
        }
    }

    /// The handshake that a fragment of a ClientHello belongs to: that with the same random, else a new one.
    fn of_client_hello(
        &mut self,
        direction: Direction,
        seen: Seen,
        fragment: &Fragment<'_>,
        message: Option<&Message<'_>>,
    ) -> Option<usize> {
        let body = message.map_or(fragment.bytes, |message| &message.body);
        let starts = message.is_some() || fragment.offset == 0;
        let random = starts.then(|| ClientHello::peek_random(body)).flatten();
        let known = |handshake: &Handshake| match (handshake.random, random) {
            (Some(one), Some(other)) => one == other && handshake.client == Some(direction),
            // Without a random in one of them, all that can be said is that it may be.
            _ => {
                handshake.client.is_none_or(|client| client == direction)
                    && (handshake.is_fresh() || handshake.overtook_its_hello(seen))
            }
        };
        let at = match self.handshakes.iter().rposition(known) {
            Some(at) => at,
            None if self.handshakes.len() == HANDSHAKES => {
                self.left_out += 1;
                return None;
            }
            None => self.begin_against(direction, seen),
        };
        let handshake = &mut self.handshakes[at];
        handshake.client.get_or_insert(direction);
        handshake.random = handshake.random.or(random);
        Some(at)
    }

    /// Begins a handshake with a ClientHello of this way; one of the other way that nobody answers means two clients.
    fn begin_against(&mut self, direction: Direction, seen: Seen) -> usize {
        let unanswered = |handshake: &Handshake| {
            handshake.client == Some(direction.reverse())
                && handshake
                    .flights
                    .iter()
                    .all(|flight| flight.direction == direction.reverse())
        };
        let two_clients = self.handshakes.last().is_some_and(unanswered);
        if two_clients && let Some(last) = self.handshakes.last_mut() {
            last.two_clients = true;
        }
        self.begin(seen);
        let at = self.handshakes.len() - 1;
        self.handshakes[at].two_clients = two_clients;
        at
    }

    /// A whole message in clear.
    fn message(&mut self, at: usize, direction: Direction, seen: Seen, message: &Message<'_>) {
        let body = &message.body;
        let handshake = &mut self.handshakes[at];
        let (suite, version) = (
            handshake.cipher_suite().unwrap_or(CipherSuite::TLS_NULL_WITH_NULL_NULL),
            handshake.version().unwrap_or(Version::DTLS_1_2),
        );
        match message.kind {
            HandshakeType::CLIENT_HELLO => {
                if let Ok(hello) = ClientHello::decode(body, Flavor::Dtls) {
                    handshake.offer = Some(Offer::new(&hello, body.len(), seen));
                }
            }
            HandshakeType::SERVER_HELLO => {
                handshake.client.get_or_insert(direction.reverse());
                if let Ok(hello) = ServerHello::decode(body) {
                    self.server_hello(at, seen, &hello);
                }
            }
            HandshakeType::HELLO_VERIFY_REQUEST => {
                handshake.client.get_or_insert(direction.reverse());
                handshake.hello_verify_request = Some(seen);
            }
            HandshakeType::CERTIFICATE => {
                let chain = CertificateChain::decode(body).certificates;
                let kept = chain.into_iter().take(CERTIFICATES).map(Certificate::decode);
                handshake.certificates[direction.index()] = kept.collect();
            }
            HandshakeType::SERVER_KEY_EXCHANGE => {
                if let Ok(exchange) = ServerKeyExchange::decode(body, suite, version) {
                    handshake.group = exchange.group;
                    handshake.server_signature = exchange.signature_scheme;
                }
            }
            HandshakeType::CERTIFICATE_REQUEST => handshake.certificate_requested = true,
            HandshakeType::CERTIFICATE_VERIFY => {
                let verify = CertificateVerify::decode(body, version).ok();
                handshake.client_signature = verify.and_then(|verify| verify.signature_scheme);
            }
            _ => {}
        }
    }

    fn server_hello(&mut self, at: usize, seen: Seen, hello: &ServerHello<'_>) {
        self.handshakes
            .iter_mut()
            .for_each(|handshake| handshake.two_clients = false);
        let handshake = &mut self.handshakes[at];
        if hello.is_hello_retry_request() {
            handshake.hello_retry_request = Some((seen, hello.extensions.selected_group()));
            return;
        }
        let choice = Choice::new(hello, seen);
        handshake.group = choice.group;
        // Each side's records carry the id that the other asked for, if both speak of them at all.
        let wanted = |id: &Option<Vec<u8>>| id.as_ref().map(Vec::len);
        let offered = handshake.offer.as_ref().and_then(|offer| wanted(&offer.connection_id));
        if let (Some(client), Some(by_client), Some(by_server)) =
            (handshake.client, offered, wanted(&choice.connection_id))
        {
            self.ways[client.index()].connection_id_length = Some(by_server);
            self.ways[client.reverse().index()].connection_id_length = Some(by_client);
        }
        self.handshakes[at].choice = Some(choice);
    }

    /// A step without a number in clear.
    fn step(&mut self, direction: Direction, seen: Seen, record: &Record<'_>, what: What) {
        let length = record.fragment.len();
        let step = Step {
            what,
            message_seq: None,
            length,
            missing: 0,
            first: seen,
            whole: Some(seen),
            records: 1,
            sequence: record.sequence,
        };
        self.current(seen).bring(direction, seen, 0, step);
    }

    /// Whether this side has changed ciphers, and its Finished has not come.
    fn owes_finished(&self, direction: Direction) -> bool {
        self.handshakes.last().is_some_and(|handshake| {
            handshake.finished[direction.index()].is_none()
                && handshake.step(direction, What::ChangeCipherSpec).is_some()
        })
    }

    /// An encrypted handshake record up to 1.2: Finished, or one of a handshake within this.
    fn encrypted_handshake(&mut self, direction: Direction, seen: Seen, record: &Record<'_>) {
        let handshake = self.current(seen);
        if handshake.done.is_some() && !handshake.repeats_finished(direction) {
            handshake.later_records += 1;
            return;
        }
        handshake.finished[direction.index()].get_or_insert(seen);
        if handshake.finished.iter().all(Option::is_some) {
            handshake.done.get_or_insert(seen);
        }
        self.step(direction, seen, record, What::Finished);
    }

    /// A record of 1.3 under the keys of the handshake.
    fn hidden(&mut self, direction: Direction, seen: Seen, record: &Record<'_>) {
        let handshake = self.current(seen);
        handshake.hidden[direction.index()] = true;
        if handshake.done.is_some() {
            handshake.later_records += 1;
            return;
        }
        self.step(direction, seen, record, What::Encrypted);
    }

    fn data(&mut self, direction: Direction, seen: Seen, record: &Record<'_>) {
        let handshake = self.current(seen);
        let data = &mut handshake.data[direction.index()];
        data.first.get_or_insert(seen);
        data.last = Some(seen);
        data.records += 1;
        data.bytes += (record.fragment.len() + record.missing) as u64;
        if handshake.done.is_none() && handshake.must_be_done() {
            handshake.done = Some(seen);
        }
    }

    fn alert(&mut self, direction: Direction, seen: Seen, alert: Option<Alert>) {
        let handshake = self.current(seen);
        handshake.last = seen;
        if handshake.alerts.len() == KEPT {
            handshake.left_out += 1;
            return;
        }
        let in_handshake = handshake.done.is_none() && handshake.has_hello();
        handshake.alerts.push(AlertSeen {
            seen,
            direction,
            alert,
            in_handshake,
        });
    }
}

/// The epoch of 1.3 in which the handshake is encrypted (RFC 9147 §6.1).
const HANDSHAKE_EPOCH: u16 = 2;
/// Certificates kept of one side.
const CERTIFICATES: usize = 10;
