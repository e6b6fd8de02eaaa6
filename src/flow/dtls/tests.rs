//! Handshakes written by hand: every flight, every way to get stuck.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::time::At;

const CLIENT: Direction = Direction::Forward;
const SERVER: Direction = Direction::Backward;

/// One side that writes records.
#[derive(Clone, Copy)]
struct Writer {
    sequence: u64,
}

impl Writer {
    fn record(&mut self, content_type: u8, epoch: u16, content: &[u8]) -> Vec<u8> {
        let mut record = vec![content_type, 0xfe, 0xfd];
        record.extend(epoch.to_be_bytes());
        record.extend(&self.sequence.to_be_bytes()[2..]);
        record.extend((content.len() as u16).to_be_bytes());
        record.extend(content);
        self.sequence += 1;
        record
    }

    fn fragment(&mut self, kind: HandshakeType, seq: u16, body: &[u8], from: usize, to: usize) -> Vec<u8> {
        let u24 = |number: usize| (number as u32).to_be_bytes()[1..].to_vec();
        let content = [
            vec![kind.0],
            u24(body.len()),
            seq.to_be_bytes().to_vec(),
            u24(from),
            u24(to - from),
            body[from..to].to_vec(),
        ];
        self.record(22, 0, &content.concat())
    }

    fn message(&mut self, kind: HandshakeType, seq: u16, body: &[u8]) -> Vec<u8> {
        self.fragment(kind, seq, body, 0, body.len())
    }

    fn finish(&mut self) -> Vec<u8> {
        [self.record(20, 0, &[1]), self.record(22, 1, &[9; 40])].concat()
    }
}

fn client_hello(random: u8, cookie: &[u8]) -> Vec<u8> {
    let mut body = vec![0xfe, 0xfd];
    body.extend([random; 32]);
    body.push(0);
    body.push(cookie.len() as u8);
    body.extend(cookie);
    body.extend(b"\0\x02\xc0\x2b\x01\0\0\x09\0\x0e\0\x05\0\x02\0\x01\0");
    body
}

fn server_hello(version_1_3: bool) -> Vec<u8> {
    let mut body = vec![0xfe, 0xfd];
    body.extend([5; 32]);
    body.extend(b"\0\xc0\x2b\0");
    match version_1_3 {
        true => body.extend(b"\0\x0c\0\x2b\0\x02\xfe\xfc\0\x33\0\x02\0\x1d"),
        false => body.extend(b"\0\x09\0\x0e\0\x05\0\x02\0\x01\0"),
    }
    body
}

/// A session that is fed datagrams, one frame each, 10 ms apart.
struct Session {
    dtls: Dtls,
    frame: u64,
    sides: [Writer; 2],
}

impl Session {
    fn new() -> Session {
        Session {
            dtls: Dtls::default(),
            frame: 0,
            sides: [Writer { sequence: 0 }; 2],
        }
    }

    fn feed(&mut self, direction: Direction, datagram: &[u8]) -> Vec<Piece> {
        self.frame += 1;
        let at = At::from_millis(self.frame * 10);
        let seen = Seen { frame: self.frame, at };
        self.dtls.feed(direction, seen, datagram, 0)
    }

    fn send(&mut self, direction: Direction, write: impl Fn(&mut Writer) -> Vec<u8>) -> Vec<Piece> {
        let datagram = write(&mut self.sides[direction.index()]);
        self.feed(direction, &datagram)
    }

    fn hello(&mut self) {
        self.send(CLIENT, |side| {
            side.message(HandshakeType::CLIENT_HELLO, 0, &client_hello(1, b""))
        });
    }

    fn server_flight(&mut self) {
        self.send(SERVER, |side| {
            [
                side.message(HandshakeType::SERVER_HELLO, 0, &server_hello(false)),
                side.message(HandshakeType::CERTIFICATE, 1, b"\0\0\x06\0\0\x03abc"),
                side.message(HandshakeType::SERVER_KEY_EXCHANGE, 2, b"\x03\0\x1d\x01k\x04\x03\0\x01s"),
                side.message(HandshakeType::CERTIFICATE_REQUEST, 3, b"\x01\x40\0\x02\x04\x03\0\0"),
                side.message(HandshakeType::SERVER_HELLO_DONE, 4, b""),
            ]
            .concat()
        });
    }

    fn client_flight(&mut self) {
        self.send(CLIENT, |side| {
            [
                side.message(HandshakeType::CERTIFICATE, 1, b"\0\0\x06\0\0\x03def"),
                side.message(HandshakeType::CLIENT_KEY_EXCHANGE, 2, b"\x01k"),
                side.message(HandshakeType::CERTIFICATE_VERIFY, 3, b"\x04\x03\0\x01s"),
                side.finish(),
            ]
            .concat()
        });
    }

    fn last(&self) -> &Handshake {
        self.dtls.handshakes.last().unwrap()
    }

    fn says(&self) -> String {
        self.last().outcome().to_string()
    }
}

#[test]
fn a_handshake_step_by_step() {
    let mut session = Session::new();
    session.hello();
    assert_eq!(
        session.says(),
        "the server never answered flight 1, up to client_hello, sent once"
    );
    session.server_flight();
    assert_eq!(
        session.says(),
        "the client never answered flight 2, up to server_hello_done, sent once"
    );
    session.client_flight();
    assert_eq!(
        session.says(),
        "the server never answered flight 3, up to finished, sent once"
    );
    session.send(SERVER, Writer::finish);
    assert_eq!(session.says(), "complete in 30 ms");

    let handshake = session.last();
    assert_eq!(handshake.role(SERVER), Some(Role::Server));
    assert_eq!(
        (handshake.version(), handshake.srtp_profile().unwrap().0),
        (Some(Version::DTLS_1_2), 1)
    );
    assert_eq!(handshake.group.unwrap().to_string(), "x25519");
    assert!(handshake.certificate_requested);
    assert_eq!(handshake.certificate(Role::Server), Some(&Certificate::decode(b"abc")));
    assert_eq!(handshake.certificate(Role::Client), Some(&Certificate::decode(b"def")));
    let flights: Vec<usize> = handshake.flights.iter().map(|flight| flight.steps.len()).collect();
    assert_eq!((flights, handshake.retransmissions()), (vec![1, 5, 5, 2], 0));

    session.send(CLIENT, |side| side.record(23, 1, b"data"));
    session.send(CLIENT, |side| side.record(21, 1, b"alert"));
    session.send(SERVER, |side| side.record(22, 1, b"again"));
    let handshake = session.last();
    assert_eq!((handshake.data[0].records, handshake.data[0].bytes), (1, 4));
    assert!(!handshake.alerts[0].in_handshake && handshake.alerts[0].alert.is_none());
    assert_eq!((handshake.later_records, handshake.outcome().name()), (1, "complete"));
}

#[test]
fn pieces_say_where_they_stand_and_the_last_what_the_message_says() {
    let mut session = Session::new();
    let body = client_hello(1, b"");
    let (half, length) = (body.len() / 2, body.len());
    let piece = session
        .send(CLIENT, |side| {
            side.fragment(HandshakeType::CLIENT_HELLO, 0, &body, 0, half)
        })
        .remove(0);
    assert_eq!(piece.place.unwrap().fragment_length, Some(half));
    assert_eq!((piece.seen.frame, piece.whole), (1, None));
    assert_eq!(
        session.says(),
        format!(
            "waiting for the rest of the client's client_hello, {} of {length} octets",
            length - half
        )
    );
    let piece = session
        .send(CLIENT, |side| {
            side.fragment(HandshakeType::CLIENT_HELLO, 0, &body, half, length)
        })
        .remove(0);
    let whole = piece.whole.unwrap();
    assert_eq!(
        (whole.version, whole.cipher_suites[0].0),
        (Some(Version::DTLS_1_2), 0xc02b)
    );
    assert_eq!(piece.record_version, Some(Version::DTLS_1_2));
    assert_eq!(session.last().offer.as_ref().unwrap().length, length);
    let piece = session.send(CLIENT, |side| side.record(22, 1, &[9; 40])).remove(0);
    assert_eq!((piece.place, piece.whole), (None, None));
}

#[test]
fn a_header_that_the_capture_cut_is_a_piece_too() {
    let datagram = Writer { sequence: 0 }.message(HandshakeType::CLIENT_HELLO, 0, &client_hello(1, b""));
    for cut in 14..datagram.len() {
        let mut dtls = Dtls::default();
        let missing = datagram.len() - cut;
        let pieces = dtls.feed(CLIENT, Seen::default(), &datagram[..cut], missing);
        let place = pieces[0].place.unwrap();
        assert_eq!(place.kind, HandshakeType::CLIENT_HELLO);
        assert_eq!(place.length.is_some(), cut >= 17, "{cut}");
        assert_eq!(place.message_seq, (cut >= 19).then_some(0));
        assert_eq!((pieces.len(), &pieces[0].whole), (1, &None));
    }
}

#[test]
fn a_cookie_costs_two_flights_more() {
    let mut session = Session::new();
    session.hello();
    session.send(SERVER, |side| {
        side.message(HandshakeType::HELLO_VERIFY_REQUEST, 0, b"\xfe\xff\x01c")
    });
    assert_eq!(
        session.says(),
        "the client never answered flight 2, up to hello_verify_request, sent once"
    );
    session.send(CLIENT, |side| {
        side.message(HandshakeType::CLIENT_HELLO, 1, &client_hello(1, b"c"))
    });
    assert_eq!((session.dtls.handshakes.len(), session.last().flights.len()), (1, 3));
    assert_eq!(session.last().offer.as_ref().unwrap().cookie_length, 1);
    assert!(session.last().hello_verify_request.is_some());
}

#[test]
fn repetitions_are_counted_by_flight_and_copies_by_the_network_are_not() {
    let mut session = Session::new();
    session.hello();
    session.hello();
    session.hello();
    assert_eq!(
        session.says(),
        "the server never answered flight 1, up to client_hello, sent 3 times"
    );
    assert_eq!(
        session.last().flights[0]
            .again
            .iter()
            .map(|seen| seen.frame)
            .collect::<Vec<_>>(),
        [2, 3]
    );
    session.server_flight();
    session.server_flight();
    session.client_flight();
    session.client_flight();
    session.send(SERVER, Writer::finish);
    session.client_flight();
    session.send(SERVER, Writer::finish);
    let handshake = session.last();
    let counts: Vec<u64> = handshake.flights.iter().map(|flight| flight.retransmissions).collect();
    assert_eq!((counts, handshake.later_records), (vec![2, 1, 2, 1], 0));
    assert_eq!(handshake.outcome().name(), "complete");

    let mut copied = Session::new();
    let datagram = copied.sides[0].message(HandshakeType::CLIENT_HELLO, 0, &client_hello(1, b""));
    copied.feed(CLIENT, &datagram);
    copied.feed(CLIENT, &datagram);
    assert_eq!(copied.last().retransmissions(), 0);
}

#[test]
fn a_flight_that_lacks_something_says_what() {
    let mut session = Session::new();
    session.hello();
    session.send(SERVER, |side| {
        side.message(HandshakeType::SERVER_HELLO, 0, &server_hello(false))
    });
    assert_eq!(
        session.says(),
        "waiting for server_hello_done, the rest of flight 2 from the server"
    );
    session.send(SERVER, |side| side.message(HandshakeType::SERVER_HELLO_DONE, 4, b""));
    assert_eq!(session.says(), "waiting for message 1 of the server, in flight 2");
    session.send(CLIENT, |side| side.message(HandshakeType::CERTIFICATE, 1, b"\0\0\0"));
    assert_eq!(
        session.says(),
        "waiting for client_key_exchange, the rest of flight 3 from the client"
    );
    session.send(CLIENT, |side| side.message(HandshakeType::CLIENT_KEY_EXCHANGE, 2, b"k"));
    assert_eq!(
        session.says(),
        "waiting for change_cipher_spec, the rest of flight 3 from the client"
    );
    session.send(CLIENT, |side| side.record(20, 0, &[1]));
    assert_eq!(
        session.says(),
        "waiting for finished, the rest of flight 3 from the client"
    );
}

#[test]
fn alerts_refuse() {
    let mut session = Session::new();
    session.hello();
    session.server_flight();
    session.send(CLIENT, |side| side.record(21, 0, &[2, 42]));
    assert_eq!(session.says(), "alert bad_certificate from the client");
    assert_eq!(session.last().outcome().name(), "refused");

    let mut session = Session::new();
    session.hello();
    session.send(SERVER, |side| side.record(21, 0, &[1, 0]));
    assert_eq!(session.last().outcome().name(), "stuck", "a warning ends nothing");
    session.send(SERVER, |side| side.record(21, 1, &[0; 20]));
    assert_eq!(session.says(), "encrypted alert from the server");
}

#[test]
fn a_session_is_resumed() {
    let mut session = Session::new();
    session.hello();
    session.send(SERVER, |side| {
        [
            side.message(HandshakeType::SERVER_HELLO, 0, &server_hello(false)),
            side.finish(),
        ]
        .concat()
    });
    assert_eq!(
        session.says(),
        "the client never answered flight 2, up to finished, sent once"
    );
    session.send(CLIENT, Writer::finish);
    assert_eq!(session.says(), "resumed in 20 ms");
}

#[test]
fn in_1_3_keys_tell_how_far_it_came() {
    let mut session = Session::new();
    session.hello();
    session.send(SERVER, |side| {
        side.message(HandshakeType::SERVER_HELLO, 0, &server_hello(true))
    });
    assert_eq!(
        session.says(),
        "waiting for encrypted, the rest of flight 2 from the server"
    );
    session.feed(SERVER, b"\x2e\0\x01\0\x02ab\x2e\0\x02\0\x02cd");
    assert_eq!(
        session.says(),
        "the client never answered flight 2, up to encrypted, sent once"
    );
    session.feed(CLIENT, b"\x2e\0\x01\0\x02ab");
    assert_eq!(
        session.says(),
        "the server never answered flight 3, up to encrypted, sent once"
    );
    session.feed(SERVER, b"\x2f\0\x01\0\x02ok");
    assert_eq!(session.says(), "complete in 40 ms");
    assert_eq!(session.last().flights[1].steps[1].records, 2);
    assert_eq!(session.last().group.unwrap().to_string(), "x25519");
}

#[test]
fn a_new_random_is_a_new_handshake() {
    let mut session = Session::new();
    session.hello();
    session.server_flight();
    session.client_flight();
    session.send(SERVER, Writer::finish);
    session.send(CLIENT, |side| {
        side.message(HandshakeType::CLIENT_HELLO, 0, &client_hello(2, b""))
    });
    assert_eq!(session.dtls.handshakes.len(), 2);
    assert_eq!(session.dtls.handshakes[0].outcome().name(), "complete");
    assert_eq!(
        session.says(),
        "the server never answered flight 1, up to client_hello, sent once"
    );
}

#[test]
fn two_clients_never_meet() {
    let mut session = Session::new();
    session.hello();
    session.send(SERVER, |side| {
        side.message(HandshakeType::CLIENT_HELLO, 0, &client_hello(2, b""))
    });
    for handshake in &session.dtls.handshakes {
        assert_eq!(handshake.outcome(), Outcome::Stuck(Waiting::Server));
    }
    session.send(CLIENT, |side| {
        side.message(HandshakeType::SERVER_HELLO, 0, &server_hello(false))
    });
    assert!(
        session.dtls.handshakes.iter().all(|handshake| !handshake.two_clients),
        "one gave in"
    );
}

#[test]
fn what_began_before_the_capture_is_unknown() {
    let mut session = Session::new();
    session.send(CLIENT, |side| side.record(23, 1, b"data"));
    session.send(SERVER, |side| side.record(23, 1, b"data"));
    session.send(SERVER, |side| side.record(21, 1, b"alert"));
    assert_eq!(session.last().outcome(), Outcome::Unknown);
    session.hello();
    assert_eq!(session.dtls.handshakes.len(), 2);

    let mut lost = Session::new();
    lost.hello();
    lost.server_flight();
    lost.client_flight();
    lost.send(CLIENT, |side| side.record(23, 1, b"data"));
    lost.send(SERVER, |side| side.record(23, 1, b"data"));
    let Outcome::Complete { took, .. } = lost.last().outcome() else {
        panic!("data says that both had finished");
    };
    assert_eq!(took, Some(Duration::from_millis(40)));
}

#[test]
fn connection_ids_are_those_that_the_hellos_asked_for() {
    let hello = |kind_is_client: bool, id: &[u8]| {
        let mut body = if kind_is_client {
            client_hello(1, b"")
        } else {
            server_hello(false)
        };
        let extensions = body.len() - 11;
        body.truncate(extensions);
        body.extend(((id.len() + 5) as u16).to_be_bytes());
        body.extend([0, 54, 0, id.len() as u8 + 1, id.len() as u8]);
        body.extend(id);
        body
    };
    let mut session = Session::new();
    session.send(CLIENT, |side| {
        side.message(HandshakeType::CLIENT_HELLO, 0, &hello(true, b""))
    });
    session.send(SERVER, |side| {
        side.message(HandshakeType::SERVER_HELLO, 0, &hello(false, b"server"))
    });
    assert_eq!(
        session.dtls.ways.each_ref().map(|way| way.connection_id_length),
        [Some(6), Some(0)]
    );
    session.send(CLIENT, |side| side.record(20, 0, &[1]));
    session.feed(CLIENT, b"\x19\xfe\xfd\0\x01\0\0\0\0\0\0server\0\x02ab");
    assert!(
        session.last().finished[0].is_some(),
        "after a change of ciphers comes Finished"
    );
    session.feed(CLIENT, b"\x19\xfe\xfd\0\x01\0\0\0\0\0\x01server\0\x02ab");
    assert_eq!((session.last().data[0].records, session.last().data[0].bytes), (1, 2));
}

#[test]
fn what_is_kept_is_bounded() {
    let mut session = Session::new();
    for random in 0..200 {
        session.send(CLIENT, |side| {
            side.message(HandshakeType::CLIENT_HELLO, 0, &client_hello(random, b""))
        });
    }
    assert_eq!((session.dtls.handshakes.len() as u64, session.dtls.left_out), (32, 168));
    let mut session = Session::new();
    session.hello();
    for seq in 0..1000 {
        let direction = if seq % 2 == 0 { SERVER } else { CLIENT };
        session.send(direction, |side| side.message(HandshakeType(77), seq, b"x"));
        session.send(direction, |side| side.record(21, 0, &[1, 90]));
        session.hello();
    }
    let handshake = session.last();
    assert_eq!((handshake.flights.len(), handshake.alerts.len()), (KEPT, KEPT));
    assert_eq!(
        (handshake.flights[0].again.len(), handshake.flights[0].retransmissions),
        (KEPT, 1000)
    );
}

proptest! {
    #[test]
    fn datagrams_from_anywhere_are_taken(
        datagrams in prop::collection::vec((any::<bool>(), 18_u8..66, prop::collection::vec(any::<u8>(), 0..60)), 0..20),
    ) {
        let mut session = Session::new();
        for (forward, first, mut bytes) in datagrams {
            bytes.insert(0, first);
            session.feed(if forward { CLIENT } else { SERVER }, &bytes);
        }
        for handshake in &session.dtls.handshakes {
            let _ = handshake.outcome().to_string();
        }
    }

    /// Flips in a good handshake: whatever is told then, it is told without a fault.
    #[test]
    fn damaged_handshakes_are_taken(flips in prop::collection::vec((0_usize..4, any::<prop::sample::Index>(), any::<u8>()), 0..12)) {
        let mut good = Session::new();
        let [client, server] = &mut good.sides;
        let mut datagrams = [
            (CLIENT, client.message(HandshakeType::CLIENT_HELLO, 0, &client_hello(1, b""))),
            (SERVER, server.message(HandshakeType::SERVER_HELLO, 0, &server_hello(false))),
            (CLIENT, [client.message(HandshakeType::CLIENT_KEY_EXCHANGE, 1, b"k"), client.finish()].concat()),
            (SERVER, server.finish()),
        ];
        for (which, at, octet) in flips {
            let datagram = &mut datagrams[which].1;
            let at = at.index(datagram.len());
            datagram[at] = octet;
        }
        let mut session = Session::new();
        for (direction, datagram) in &datagrams {
            session.feed(*direction, datagram);
        }
        for handshake in &session.dtls.handshakes {
            let _ = handshake.outcome().to_string();
        }
    }
}

#[test]
fn an_encrypted_alert_of_which_the_other_side_was_not_captured() {
    let mut session = Session::new();
    session.server_flight();
    session.send(SERVER, Writer::finish);
    session.send(SERVER, |side| side.record(21, 1, b"close"));
    assert_eq!(session.says(), "not enough of it was captured");
    // Within a handshake that both sides take part in it is a refusal.
    let mut session = Session::new();
    session.hello();
    session.server_flight();
    session.client_flight();
    session.send(SERVER, |side| side.record(21, 1, b"alert"));
    assert_eq!(session.says(), "encrypted alert from the server");
}

#[test]
fn a_server_whose_clock_is_behind() {
    let mut session = Session::new();
    session.server_flight();
    session.send(SERVER, Writer::finish);
    session.hello();
    session.client_flight();
    assert_eq!(
        (session.dtls.handshakes.len(), session.says()),
        (1, "complete".to_owned())
    );
}
