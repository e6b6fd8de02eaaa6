//! [`Transaction`]: one request, sent again until it is answered or its time is up (RFC 8489 §6.2).
//!
//! It knows when to send and which incoming message is its answer. It does not know what an answer means: that is
//! the probe's part. Whatever is not an answer becomes a [`Note`](crate::probe::trace::Note) and is else ignored, as
//! RFC 8489 §6.3 wants it; when the time is up, what was heard tells why.
//!
//! ICMP errors: RFC 8489 §6.2.1 lets a hard error fail the transaction. ICMP is easily forged and one stray message
//! proves little, so here a hard error counts only when a *second transmission* meets one too, at the price of one RTO.
//! Soft errors (network or host unreachable, time exceeded) are noted; at the deadline they explain the silence.

use std::net::SocketAddr;
use std::time::Duration;

use crate::datagram::Transport;
use crate::probe::trace::{Failure, FailureKind, NoteKind, Notes};
use crate::probe::{PathError, Transmit};
use crate::proto::stun::{Class, Message, Method, TransactionId};
use crate::time::At;

/// The timers of RFC 8489 §6.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// First retransmission timeout; doubled after each transmission.
    pub rto: Duration,
    /// Rc: how often a request is sent at most.
    pub transmissions: u32,
    /// Rm: how many times `rto` to wait after the last transmission.
    pub last_wait: u32,
    /// Ti: how long to wait on a transport that delivers by itself.
    pub reliable_wait: Duration,
}

impl Default for Timing {
    /// RTO 500 ms, Rc 7, Rm 16, Ti 39.5 s: sent at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s, given up at 39.5 s.
    fn default() -> Timing {
        Timing {
            rto: Duration::from_millis(500),
            transmissions: 7,
            last_wait: 16,
            reliable_wait: Duration::from_millis(39_500),
        }
    }
}

/// What a transaction wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransactionStep {
    /// Send the request, for the first time or again.
    Send(Transmit),
    /// Nothing before this time.
    Wait(At),
    /// The time is up.
    TimedOut,
}

/// One request on its way.
#[derive(Clone, Debug)]
pub struct Transaction {
    id: TransactionId,
    method: Method,
    server: SocketAddr,
    reliable: bool,
    request: Vec<u8>,
    timing: Timing,
    next: Option<At>,
    give_up: At,
    sent: Vec<At>,
    heard: Vec<NoteKind>,
    unsigned: Option<(u16, String)>,
    icmp: Option<PathError>,
    hard_error_after: Option<usize>,
}

impl Transaction {
    /// A request to be sent to `server` at `start`, and given up at `deadline` whatever the timers say.
    pub fn new(
        (id, method, request): (TransactionId, Method, Vec<u8>),
        server: SocketAddr,
        transport: Transport,
        start: At,
        deadline: At,
    ) -> Transaction {
        Transaction {
            id,
            method,
            server,
            reliable: transport.is_reliable(),
            request,
            timing: Timing::default(),
            next: Some(start),
            give_up: deadline,
            sent: Vec::new(),
            heard: Vec::new(),
            unsigned: None,
            icmp: None,
            hard_error_after: None,
        }
    }

    /// The transaction id.
    pub fn id(&self) -> TransactionId {
        self.id
    }

    /// When the request was sent, so far.
    pub fn sent(&self) -> &[At] {
        &self.sent
    }

    /// Whether the transport delivers by itself.
    pub fn is_reliable(&self) -> bool {
        self.reliable
    }

    /// Whether the time is up at `now`, even if nobody has polled yet.
    pub fn is_over(&self, now: At) -> bool {
        now >= self.give_up
    }

    /// What to do at `now`. The deadline wins over a transmission due at the same time.
    pub fn poll(&mut self, now: At) -> TransactionStep {
        if self.is_over(now) {
            return TransactionStep::TimedOut;
        }
        match self.next {
            Some(due) if now >= due => {
                self.sent.push(now);
                self.schedule(now);
                TransactionStep::Send(Transmit {
                    to: self.server,
                    bytes: self.request.clone(),
                })
            }
            Some(due) => TransactionStep::Wait(due.min(self.give_up)),
            None => TransactionStep::Wait(self.give_up),
        }
    }

    /// Sets the timers after a transmission at `now`. Intervals run from when the request was really sent, so a
    /// driver that was late does not send a burst.
    fn schedule(&mut self, now: At) {
        let sent = self.sent.len() as u32;
        self.next = None;
        if self.reliable {
            self.give_up = self.give_up.min(now + self.timing.reliable_wait);
        } else if sent < self.timing.transmissions {
            self.next = Some(now + self.timing.rto.saturating_mul(1 << (sent - 1).min(31)));
        } else {
            self.give_up = self
                .give_up
                .min(now + self.timing.rto.saturating_mul(self.timing.last_wait));
        }
    }

    /// Looks at an incoming message. The answer to this request is returned whole and undamaged; anything else is noted.
    /// `used` are all transaction ids the probe has used, to tell a late or repeated answer from a foreign one.
    pub(crate) fn receive<'a>(
        &mut self,
        now: At,
        from: SocketAddr,
        bytes: &'a [u8],
        used: &[TransactionId],
        notes: &mut Notes,
    ) -> Option<Message<'a>> {
        let mut note = |kind, detail: Option<String>| {
            notes.add(now, kind, Some(from), bytes, detail);
            // What a stranger sends does not explain the server's silence; our own answer from elsewhere does.
            if from == self.server || kind == NoteKind::WrongSource {
                hear(&mut self.heard, kind);
            }
        };
        // Without the cookie, only a well-formed message of a known method is taken for STUN.
        let Some(message) = Message::decode(bytes).ok().filter(Message::is_plausible) else {
            note(NoteKind::NotStun, None);
            return None;
        };
        let id = message.transaction_id();
        if !matches!(message.class(), Class::Success | Class::Error) {
            note(
                NoteKind::NotAResponse,
                Some(format!("{} {}", message.method(), message.class().name())),
            );
        } else if id != self.id && used.contains(&id) {
            notes.add(now, NoteKind::Duplicate, Some(from), bytes, format!("transaction {id}"));
        } else if id != self.id {
            note(NoteKind::WrongTransaction, Some(format!("transaction {id}")));
        } else if from != self.server && !self.reliable {
            note(NoteKind::WrongSource, Some(format!("asked {}", self.server)));
        } else if message.method() != self.method {
            note(NoteKind::WrongMethod, Some(message.method().to_string()));
        } else if let Some(damage) = message.damage() {
            note(NoteKind::Damaged, Some(damage.to_string()));
        } else if message.fingerprint() == Some(false) {
            note(NoteKind::WrongFingerprint, None);
        } else {
            return Some(message);
        }
        None
    }

    /// Keeps in mind why an answer was discarded, for [`failure`](Transaction::failure).
    pub(crate) fn discard(&mut self, kind: NoteKind) {
        hear(&mut self.heard, kind);
    }

    /// Takes an error response without integrity in answer to a signed request. Whether it may be believed: on a
    /// reliable transport at once; else when the same code comes a second time, which an RTO later it will.
    ///
    /// RFC 8489 §9.2.5 has such a response discarded until the time-out. Too many servers never sign their errors
    /// (pion and its relatives), and their users want the code, so we only ask twice.
    pub(crate) fn believe_unsigned(&mut self, error: &(u16, String)) -> bool {
        let again = self.unsigned.as_ref().is_some_and(|before| before.0 == error.0);
        self.unsigned = Some(error.clone());
        again || self.reliable
    }

    /// Takes an error of the path. A failure, if that ends the transaction.
    pub(crate) fn failed(&mut self, now: At, error: &PathError, notes: &mut Notes) -> Option<Failure> {
        match error {
            PathError::Icmp { from, .. } if !self.reliable => {
                notes.add(
                    now,
                    NoteKind::Icmp,
                    from.map(|ip| SocketAddr::new(ip, 0)),
                    &[],
                    describe(error),
                );
                let hard = is_hard(error);
                if hard || self.icmp.is_none() {
                    self.icmp = Some(error.clone());
                }
                let transmission = self.sent.len();
                let repeated = hard && self.hard_error_after.is_some_and(|before| transmission > before);
                if hard && self.hard_error_after.is_none() {
                    self.hard_error_after = Some(transmission);
                }
                repeated.then(|| Failure::new(FailureKind::Path(error.clone())))
            }
            PathError::NotFramed { prefix } => {
                notes.add(now, NoteKind::NotStun, Some(self.server), prefix, None);
                Some(Failure::new(FailureKind::NotStun))
            }
            other => Some(Failure::new(FailureKind::Path(other.clone()))),
        }
    }

    /// Why there is no answer, now that the time is up: the most telling of all that was heard.
    pub(crate) fn failure(&self) -> Failure {
        if let Some(error) = &self.unsigned {
            return Failure::with_error(FailureKind::Rejected, error.clone())
                .detail("the error response is not signed");
        }
        let order = [
            (
                NoteKind::WrongIntegrity,
                FailureKind::Integrity,
                "the response's integrity does not match the password",
            ),
            (
                NoteKind::NoIntegrity,
                FailureKind::Integrity,
                "the response has no integrity",
            ),
            (
                NoteKind::BidDown,
                FailureKind::BidDown,
                "PASSWORD-ALGORITHMS is missing from the response",
            ),
            (NoteKind::Damaged, FailureKind::Malformed, "the response is damaged"),
            (
                NoteKind::WrongFingerprint,
                FailureKind::Malformed,
                "the response's FINGERPRINT does not match",
            ),
            (
                NoteKind::WrongMethod,
                FailureKind::Malformed,
                "the response is to another method",
            ),
            (
                NoteKind::WrongSource,
                FailureKind::WrongSource,
                "the response came from another address",
            ),
            (
                NoteKind::WrongTransaction,
                FailureKind::WrongTransaction,
                "the response has a foreign transaction id",
            ),
            (NoteKind::NotStun, FailureKind::NotStun, "what came back is not STUN"),
            (
                NoteKind::NotAResponse,
                FailureKind::Malformed,
                "what came back is not a response",
            ),
        ];
        if let Some((_, kind, words)) = order.into_iter().find(|(note, ..)| self.heard.contains(note)) {
            return Failure::new(kind).detail(words);
        }
        match &self.icmp {
            Some(error) => Failure::new(FailureKind::Path(error.clone())),
            None => Failure::new(FailureKind::Timeout),
        }
    }
}

/// Adds `kind` if it is new.
fn hear(heard: &mut Vec<NoteKind>, kind: NoteKind) {
    if !heard.contains(&kind) {
        heard.push(kind);
    }
}

/// Whether an ICMP error says that this very request will never be received (RFC 1122 §4.2.3.9, RFC 4443 §3.1;
/// the administrative prohibitions of RFC 1812 §5.2.7.1 are a policy and stay, so they count too).
fn is_hard(error: &PathError) -> bool {
    match error {
        PathError::Icmp {
            v6: false,
            kind: 3,
            code,
            ..
        } => matches!(code, 2 | 3 | 9 | 10 | 13),
        PathError::Icmp {
            v6: true,
            kind: 1,
            code,
            ..
        } => matches!(code, 1 | 4 | 5 | 6),
        _ => false,
    }
}

/// An ICMP error in words.
fn describe(error: &PathError) -> Option<String> {
    let PathError::Icmp { v6, kind, code, .. } = error else {
        return None;
    };
    Some(format!(
        "{} type {kind} code {code}",
        if *v6 { "ICMPv6" } else { "ICMP" }
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::stun::{AttributeType, Builder, ErrorCode};

    const ID: TransactionId = TransactionId::new([7; 12]);

    fn server() -> SocketAddr {
        "192.0.2.1:3478".parse().unwrap()
    }

    fn transaction(transport: Transport, deadline: At) -> Transaction {
        let request = Builder::new(Class::Request, Method::BINDING, ID).build();
        Transaction::new((ID, Method::BINDING, request), server(), transport, At::START, deadline)
    }

    /// Polls through to the end: the times of sending, and the time of giving up.
    fn play(mut transaction: Transaction) -> (Vec<u64>, u64) {
        let (mut now, mut sent) = (At::START, Vec::new());
        let ms = |at: At| at.since_start().as_millis() as u64;
        loop {
            match transaction.poll(now) {
                TransactionStep::Send(transmit) => {
                    assert_eq!(transmit.to, server());
                    sent.push(ms(now));
                }
                TransactionStep::Wait(at) => {
                    assert!(at > now);
                    now = at;
                }
                TransactionStep::TimedOut => return (sent, ms(now)),
            }
        }
    }

    #[test]
    fn retransmits_at_the_times_of_the_rfc() {
        let late = At::from_millis(100_000);
        let times = vec![0, 500, 1500, 3500, 7500, 15_500, 31_500];
        assert_eq!(play(transaction(Transport::Udp, late)), (times.clone(), 39_500));
        assert_eq!(play(transaction(Transport::Dtls, late)), (times, 39_500));
        assert_eq!(play(transaction(Transport::Tcp, late)), (vec![0], 39_500));
        assert_eq!(play(transaction(Transport::Tls, late)), (vec![0], 39_500));
    }

    #[test]
    fn the_deadline_always_wins() {
        assert_eq!(
            play(transaction(Transport::Udp, At::from_millis(5000))),
            (vec![0, 500, 1500, 3500], 5000)
        );
        assert_eq!(
            play(transaction(Transport::Udp, At::from_millis(1500))),
            (vec![0, 500], 1500)
        );
        assert_eq!(
            play(transaction(Transport::Tcp, At::from_millis(5000))),
            (vec![0], 5000)
        );
        assert_eq!(play(transaction(Transport::Udp, At::START)), (vec![], 0));
    }

    #[test]
    fn a_late_driver_does_not_burst() {
        let mut transaction = transaction(Transport::Udp, At::from_millis(60_000));
        assert!(matches!(transaction.poll(At::START), TransactionStep::Send(_)));
        assert!(matches!(
            transaction.poll(At::from_millis(4000)),
            TransactionStep::Send(_)
        ));
        assert_eq!(
            transaction.poll(At::from_millis(4000)),
            TransactionStep::Wait(At::from_millis(5000))
        );
    }

    #[test]
    fn only_its_own_whole_answer_is_taken() {
        let now = At::from_millis(10);
        let answer = Builder::new(Class::Success, Method::BINDING, ID)
            .xor_address(AttributeType::XOR_MAPPED_ADDRESS, "198.51.100.7:4242".parse().unwrap())
            .fingerprint()
            .build();
        let other = TransactionId::new([8; 12]);
        let elsewhere: SocketAddr = "192.0.2.2:3478".parse().unwrap();
        let indication = Builder::new(Class::Indication, Method::BINDING, ID).build();
        let foreign = Builder::new(Class::Success, Method::BINDING, other).build();
        let allocate = Builder::new(Class::Error, Method::ALLOCATE, ID)
            .error_code(ErrorCode(400), "")
            .build();
        let mut broken = answer.clone();
        *broken.last_mut().unwrap() ^= 1;
        type Case<'a> = (&'a [u8], SocketAddr, &'a [TransactionId], NoteKind, FailureKind);
        let cases: [Case<'_>; 9] = [
            (b"", server(), &[], NoteKind::NotStun, FailureKind::NotStun),
            (
                b"SIP/2.0 400 Bad Request\r\n\r\n",
                server(),
                &[],
                NoteKind::NotStun,
                FailureKind::NotStun,
            ),
            (
                &indication,
                server(),
                &[],
                NoteKind::NotAResponse,
                FailureKind::Malformed,
            ),
            (
                &foreign,
                server(),
                &[],
                NoteKind::WrongTransaction,
                FailureKind::WrongTransaction,
            ),
            (&foreign, server(), &[other], NoteKind::Duplicate, FailureKind::Timeout),
            (&answer, elsewhere, &[], NoteKind::WrongSource, FailureKind::WrongSource),
            (&allocate, server(), &[], NoteKind::WrongMethod, FailureKind::Malformed),
            (
                &answer[..answer.len() - 4],
                server(),
                &[],
                NoteKind::Damaged,
                FailureKind::Malformed,
            ),
            (
                &broken,
                server(),
                &[],
                NoteKind::WrongFingerprint,
                FailureKind::Malformed,
            ),
        ];
        for (bytes, from, used, note, failure) in cases {
            let (mut transaction, mut notes) = (transaction(Transport::Udp, At::from_millis(500)), Notes::default());
            assert!(transaction.receive(now, from, bytes, used, &mut notes).is_none());
            assert_eq!(notes.list().iter().map(|note| note.kind).collect::<Vec<_>>(), [note]);
            assert_eq!(transaction.failure().kind, failure, "{note:?}");
        }
        let (mut transaction, mut notes) = (transaction(Transport::Udp, At::from_millis(500)), Notes::default());
        assert!(transaction.receive(now, server(), &answer, &[ID], &mut notes).is_some());
        assert!(notes.list().is_empty());
        for cut in 0..answer.len() {
            assert!(
                transaction
                    .receive(now, server(), &answer[..cut], &[ID], &mut notes)
                    .is_none(),
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn junk_from_a_stranger_does_not_explain_silence() {
        let (mut transaction, mut notes) = (transaction(Transport::Udp, At::from_millis(500)), Notes::default());
        let stranger = "203.0.113.9:9".parse().unwrap();
        assert!(
            transaction
                .receive(At::START, stranger, b"\xff\xff", &[], &mut notes)
                .is_none()
        );
        assert_eq!(notes.list().len(), 1);
        assert_eq!(transaction.failure().kind, FailureKind::Timeout);
    }

    #[test]
    fn a_hard_icmp_error_must_repeat_for_a_second_transmission() {
        let port_unreachable = PathError::Icmp {
            v6: false,
            kind: 3,
            code: 3,
            from: Some(server().ip()),
        };
        let (mut transaction, mut notes) = (transaction(Transport::Udp, At::from_millis(5000)), Notes::default());
        let _ = transaction.poll(At::START);
        assert_eq!(
            transaction.failed(At::from_millis(1), &port_unreachable, &mut notes),
            None
        );
        assert_eq!(
            transaction.failed(At::from_millis(2), &port_unreachable, &mut notes),
            None
        );
        assert!(matches!(
            transaction.poll(At::from_millis(500)),
            TransactionStep::Send(_)
        ));
        let failure = transaction.failed(At::from_millis(501), &port_unreachable, &mut notes);
        assert_eq!(
            failure.map(|failure| failure.kind),
            Some(FailureKind::Path(port_unreachable))
        );
        assert_eq!((notes.list().len(), notes.list()[0].count), (1, 3));
    }

    #[test]
    fn soft_icmp_errors_only_explain_the_time_out() {
        let host_unreachable = PathError::Icmp {
            v6: true,
            kind: 1,
            code: 3,
            from: None,
        };
        let (mut transaction, mut notes) = (transaction(Transport::Udp, At::from_millis(5000)), Notes::default());
        for ms in [0, 500, 1500] {
            let _ = transaction.poll(At::from_millis(ms));
            assert_eq!(
                transaction.failed(At::from_millis(ms), &host_unreachable, &mut notes),
                None
            );
        }
        assert_eq!(transaction.failure().kind, FailureKind::Path(host_unreachable));
    }
}
