//! The probes against servers as they should not be, in virtual time: each is named for what it is, none costs more than
//! its deadline, none makes a probe hang.

mod sim;

use std::net::SocketAddr;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rtcdiag::datagram::Transport;
use rtcdiag::probe::PathError;
use rtcdiag::probe::allocate::{Allocate, AllocateOptions};
use rtcdiag::probe::authentication::Credentials;
use rtcdiag::probe::binding::{Binding, BindingOptions, BindingResult};
use rtcdiag::probe::trace::{FailureKind, NoteKind};
use rtcdiag::secret::Secret;
use rtcdiag::time::At;
use sim::*;

const SERVER: &str = "198.51.100.1:3478";
const DEADLINE: At = At::from_millis(5000);

/// A client and a server 100 ms apart there and back; the server also owns the address of `WrongSource`.
fn network(vice: Misbehavior, transport: Transport) -> (Network, SocketId) {
    let mut network = Network::new(1);
    let client = network.host(ip("192.0.2.7"), Link::of(25));
    network.host(ip("198.51.100.1"), Link::of(25));
    network.service(&[socket(SERVER)], Misbehaving::new(vice));
    let socket = network.socket(client, 4000, transport);
    (network, socket)
}

fn binding(vice: Misbehavior, transport: Transport) -> (BindingResult, At) {
    let (mut network, from) = network(vice, transport);
    let options = BindingOptions {
        server: socket(SERVER),
        transport,
        deadline: DEADLINE,
        new_id: ids(1),
    };
    let mut probe = Binding::new(options);
    let mut tasks = [Task::new(&mut probe, from)];
    network.run(&mut tasks);
    let done = tasks[0].done();
    (probe.result(), done)
}

fn elsewhere() -> SocketAddr {
    socket("198.51.100.77:3478")
}

/// Vice, how the probe fails, when, and what it notes how often.
type Case = (Misbehavior, FailureKind, u64, Option<(NoteKind, u32)>);

fn cases() -> Vec<Case> {
    use FailureKind as Kind;
    use Misbehavior::*;
    let html = b"<!DOCTYPE html><html></html>".to_vec();
    let late = 5000;
    vec![
        (Silent, Kind::Timeout, late, None),
        (Answers(html), Kind::NotStun, late, Some((NoteKind::NotStun, 4))),
        (Answers(Vec::new()), Kind::NotStun, late, Some((NoteKind::NotStun, 4))),
        (Answers(vec![0; 20]), Kind::NotStun, late, Some((NoteKind::NotStun, 4))),
        (Answers(vec![1; 400]), Kind::NotStun, late, Some((NoteKind::NotStun, 4))),
        (
            Answers(vec![0xff; 1400]),
            Kind::NotStun,
            late,
            Some((NoteKind::NotStun, 4)),
        ),
        (Echoes, Kind::Malformed, late, Some((NoteKind::NotAResponse, 4))),
        (
            WrongTransactionId,
            Kind::WrongTransaction,
            late,
            Some((NoteKind::WrongTransaction, 4)),
        ),
        (
            WrongSource(elsewhere()),
            Kind::WrongSource,
            late,
            Some((NoteKind::WrongSource, 4)),
        ),
        (Truncates(1), Kind::Malformed, late, Some((NoteKind::Damaged, 4))),
        (Truncates(8), Kind::Malformed, late, Some((NoteKind::Damaged, 4))),
        (Truncates(20), Kind::Malformed, late, Some((NoteKind::Damaged, 4))),
        (Truncates(21), Kind::NotStun, late, Some((NoteKind::NotStun, 4))),
        (Appends(4), Kind::Malformed, late, Some((NoteKind::Damaged, 4))),
        (
            WrongFingerprint,
            Kind::Malformed,
            late,
            Some((NoteKind::WrongFingerprint, 4)),
        ),
        (WrongMethod, Kind::Malformed, late, Some((NoteKind::WrongMethod, 4))),
        (NoAddress, Kind::Malformed, 100, None),
        (
            UnknownAttribute,
            Kind::Malformed,
            100,
            Some((NoteKind::UnknownAttributes, 1)),
        ),
        (NoErrorCode, Kind::Malformed, 100, None),
        (Error(400, "Bad Request"), Kind::Rejected, 100, None),
        (Error(401, "Unauthenticated"), Kind::Rejected, 100, None),
        (
            Error(500, "Server Error"),
            Kind::Rejected,
            200,
            Some((NoteKind::ServerError, 1)),
        ),
        (Redirects(vec![elsewhere()]), Kind::Redirect, 100, None),
        (Redirects(Vec::new()), Kind::Rejected, 100, None),
    ]
}

#[test]
fn each_vice_is_named_and_costs_its_deadline_at_most() {
    // The whole answer is a header, an address of 12 octets and a fingerprint of 8: cut by 21 the header is not whole.
    for (vice, kind, done, note) in cases() {
        let (result, at) = binding(vice.clone(), Transport::Udp);
        let failure = result.outcome.expect_err("no answer");
        assert_eq!((failure.kind, at), (kind, At::from_millis(done)), "{vice:?}");
        let notes: Vec<_> = result.notes.iter().map(|note| (note.kind, note.count)).collect();
        assert_eq!(notes, note.into_iter().collect::<Vec<_>>(), "{vice:?}");
        assert_eq!(result.steps.len(), 1);
    }
}

#[test]
fn on_a_stream_the_same_vices_have_the_same_names() {
    for (vice, kind, done, note) in cases() {
        // A stream has one other end, so there is no wrong source; and nothing is sent again.
        if matches!(vice, Misbehavior::WrongSource(_)) {
            continue;
        }
        let (result, at) = binding(vice.clone(), Transport::Tcp);
        let failure = result.outcome.expect_err("no answer");
        assert_eq!((failure.kind, at), (kind, At::from_millis(done)), "{vice:?}");
        let notes: Vec<_> = result.notes.iter().map(|note| (note.kind, note.count)).collect();
        assert_eq!(
            notes,
            note.map(|(kind, _)| (kind, 1)).into_iter().collect::<Vec<_>>(),
            "{vice:?}"
        );
    }
}

#[test]
fn notes_say_who_sent_what() {
    let (result, _) = binding(
        Misbehavior::Answers(b"HTTP/1.1 400 Bad Request\r\n".to_vec()),
        Transport::Udp,
    );
    let note = &result.notes[0];
    assert_eq!((note.from, note.count, note.length), (Some(socket(SERVER)), 4, 26));
    assert_eq!(note.prefix_hex(), "485454502f312e312034303020426164");
    assert_eq!((note.first, note.last), (At::from_millis(100), At::from_millis(3600)));

    let (result, _) = binding(Misbehavior::WrongSource(elsewhere()), Transport::Udp);
    assert_eq!(result.notes[0].from, Some(elsewhere()));
    assert_eq!(result.notes[0].detail.as_deref(), Some("asked 198.51.100.1:3478"));

    let (result, _) = binding(Misbehavior::WrongTransactionId, Transport::Udp);
    assert_eq!(
        result.notes[0].detail.as_deref(),
        Some("transaction eeeeeeeeeeeeeeeeeeeeeeee")
    );
}

#[test]
fn what_a_good_enough_server_does_wrong_does_no_harm() {
    use Misbehavior::*;
    for (vice, done) in [
        (OldStyle, 100),
        (FailsUntil(2), 200),
        (Repeats(3), 100),
        (
            Unreachable {
                until: 2,
                kind: 3,
                code: 3,
            },
            600,
        ),
        (
            Unreachable {
                until: 4,
                kind: 3,
                code: 1,
            },
            3600,
        ),
        (Floods(300), 100),
    ] {
        let (result, at) = binding(vice.clone(), Transport::Udp);
        let answer = result.outcome.expect("an answer");
        assert_eq!(answer.address(), Some(socket("192.0.2.7:4000")), "{vice:?}");
        assert_eq!(at, At::from_millis(done), "{vice:?}");
    }
}

#[test]
fn a_stream_that_breaks_ends_the_probe_at_once() {
    for (error, kind) in [
        (PathError::Closed { pending: 7 }, None),
        (PathError::Reset, None),
        (
            PathError::Io {
                operation: "receive",
                message: "broken".into(),
            },
            None,
        ),
        (
            PathError::NotFramed {
                prefix: b"SSH-2.0-x".to_vec(),
            },
            Some(FailureKind::NotStun),
        ),
    ] {
        let (result, at) = binding(Misbehavior::Breaks(error.clone()), Transport::Tls);
        assert_eq!(at, At::from_millis(100));
        assert_eq!(
            result.outcome.expect_err("no answer").kind,
            kind.unwrap_or(FailureKind::Path(error))
        );
    }
}

fn allocate(vice: Misbehavior, transport: Transport) -> (FailureKind, At) {
    let (mut network, from) = network(vice, transport);
    let mut probe = Allocate::new(AllocateOptions {
        server: socket(SERVER),
        transport,
        credentials: Some(Credentials {
            username: "user".into(),
            password: Secret::new("pass"),
        }),
        family: None,
        deadline: DEADLINE,
        release_grace: ms(1000),
        new_id: ids(1),
    });
    let mut tasks = [Task::new(&mut probe, from)];
    network.run(&mut tasks);
    let done = tasks[0].done();
    (probe.result().outcome.expect_err("no allocation").kind, done)
}

#[test]
fn a_turn_probe_names_the_same_vices() {
    use Misbehavior::*;
    for (vice, kind, done, _) in cases() {
        // These answer with a Binding success, which to an Allocate is another method.
        let kind = match vice {
            WrongSource(_) | WrongTransactionId | Truncates(21) | Answers(_) | Echoes | Silent => kind,
            Truncates(_) | Appends(_) | WrongFingerprint | UnknownAttribute | WrongMethod => FailureKind::Malformed,
            Error(401, _) => FailureKind::Malformed,
            _ => kind,
        };
        let done = match vice {
            UnknownAttribute => 5000,
            // A success without an address may still be an allocation: it is given back, which fails the same way.
            NoAddress => 200,
            _ => done,
        };
        let (failed, at) = allocate(vice.clone(), Transport::Udp);
        assert_eq!(failed, kind, "{vice:?}");
        assert!(at <= At::from_millis(done.max(200) + 1000), "{vice:?} at {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn no_answer_whatever_makes_a_probe_hang(octets in prop::collection::vec(any::<u8>(), 0..80), stun in any::<bool>()) {
        let mut octets = octets;
        if stun && octets.len() >= 8 {
            octets[0] &= 0x3f;
            octets[4..8].copy_from_slice(&0x2112_a442u32.to_be_bytes());
        }
        let (result, done) = binding(Misbehavior::Answers(octets.clone()), Transport::Udp);
        prop_assert!(result.outcome.is_err());
        prop_assert!(done <= DEADLINE);
        let (_, done) = allocate(Misbehavior::Answers(octets), Transport::Udp);
        prop_assert!(done <= DEADLINE + ms(1000));
    }
}
