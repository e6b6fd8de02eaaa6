//! Requests and answers, paired.

use std::time::Duration;

use super::*;
use crate::datagram::Transport;
use crate::proto::stun::{Builder, ErrorCode, Method};
use crate::time::At;

const CLIENT: &str = "192.0.2.1:5000";
const SERVER: &str = "198.51.100.1:3478";
const OTHER: &str = "198.51.100.2:3479";

fn id(number: u8) -> TransactionId {
    TransactionId::new([number; 12])
}

/// Feeds one message: milliseconds, from, to, octets.
fn pass(exchanges: &mut Exchanges, ms: u64, src: &str, dst: &str, bytes: &[u8]) {
    let (src, dst) = (src.parse().unwrap(), dst.parse().unwrap());
    exchanges.observe(&Datagram {
        frame: 0,
        at: At::from_millis(ms),
        transport: Transport::Udp,
        src,
        dst,
        bytes,
    });
}

fn message(class: Class, number: u8) -> Vec<u8> {
    Builder::new(class, Method::BINDING, id(number)).build()
}

fn error(number: u8, code: ErrorCode) -> Vec<u8> {
    Builder::new(Class::Error, Method::BINDING, id(number))
        .error_code(code, "no")
        .build()
}

fn only(exchanges: &Exchanges) -> &Exchange {
    assert_eq!(exchanges.len(), 1);
    exchanges.get(&id(1), CLIENT.parse().unwrap()).unwrap()
}

#[test]
fn one_request_and_its_answer() {
    let mut exchanges = Exchanges::new();
    assert!(exchanges.is_empty());
    pass(&mut exchanges, 10, CLIENT, SERVER, &message(Class::Request, 1));
    assert_eq!(only(&exchanges).outcome(), Outcome::Unanswered);
    assert_eq!(only(&exchanges).rtt(), None);
    pass(&mut exchanges, 35, SERVER, CLIENT, &message(Class::Success, 1));
    let exchange = only(&exchanges);
    assert_eq!(exchange.outcome(), Outcome::Success);
    assert_eq!(exchange.rtt(), Some(Duration::from_millis(25)));
    assert_eq!(
        (exchange.retransmissions(), exchange.answered_from_elsewhere()),
        (0, None)
    );
    assert_eq!(
        (exchange.method, exchange.server),
        (Method::BINDING, SERVER.parse().unwrap())
    );
}

#[test]
fn a_request_sent_twice_has_no_known_round_trip_time() {
    let mut exchanges = Exchanges::new();
    pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Request, 1));
    pass(&mut exchanges, 500, CLIENT, SERVER, &message(Class::Request, 1));
    pass(&mut exchanges, 520, SERVER, CLIENT, &message(Class::Success, 1));
    pass(&mut exchanges, 530, SERVER, CLIENT, &message(Class::Success, 1));
    let exchange = only(&exchanges);
    assert_eq!(
        (exchange.rtt(), exchange.retransmissions(), exchange.answer_count()),
        (None, 1, 2)
    );
}

#[test]
fn the_first_answer_decides() {
    let mut exchanges = Exchanges::new();
    pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Request, 1));
    pass(&mut exchanges, 5, SERVER, CLIENT, &error(1, ErrorCode::STALE_NONCE));
    pass(&mut exchanges, 6, SERVER, CLIENT, &message(Class::Success, 1));
    assert_eq!(only(&exchanges).outcome(), Outcome::Error(ErrorCode::STALE_NONCE));
    assert_eq!(only(&exchanges).answer().unwrap().error_code, Some(438));
}

#[test]
fn an_answer_may_come_from_elsewhere() {
    let mut exchanges = Exchanges::new();
    pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Request, 1));
    pass(&mut exchanges, 9, OTHER, CLIENT, &message(Class::Success, 1));
    assert_eq!(only(&exchanges).answered_from_elsewhere(), Some(OTHER.parse().unwrap()));
    assert_eq!(only(&exchanges).outcome(), Outcome::Success);
}

#[test]
fn the_same_id_of_another_client_is_another_exchange() {
    let mut exchanges = Exchanges::new();
    pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Request, 1));
    pass(&mut exchanges, 1, OTHER, SERVER, &message(Class::Request, 1));
    pass(&mut exchanges, 2, SERVER, OTHER, &message(Class::Success, 1));
    let outcomes: Vec<_> = exchanges.iter().map(Exchange::outcome).collect();
    assert_eq!(outcomes, [Outcome::Unanswered, Outcome::Success]);
}

#[test]
fn exchanges_stand_in_the_order_of_first_sight() {
    let mut exchanges = Exchanges::new();
    for number in [3, 1, 2, 1] {
        pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Request, number));
    }
    let ids: Vec<_> = (&exchanges).into_iter().map(|one| one.transaction_id).collect();
    assert_eq!(ids, [id(3), id(1), id(2)]);
}

#[test]
fn indications_strays_and_other_protocols_make_no_exchange() {
    let mut exchanges = Exchanges::new();
    pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Indication, 1));
    pass(&mut exchanges, 0, SERVER, CLIENT, &message(Class::Success, 9));
    // A DTLS record: it has the size of a STUN message, and neither cookie nor sense.
    pass(
        &mut exchanges,
        0,
        CLIENT,
        SERVER,
        &[
            0x16, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9,
        ],
    );
    pass(&mut exchanges, 0, CLIENT, SERVER, &[]);
    assert_eq!((exchanges.len(), exchanges.unmatched()), (0, 1));
}

#[test]
fn frames_are_kept_and_scopes_told_apart() {
    let mut exchanges = Exchanges::new();
    let bytes = message(Class::Request, 1);
    let answer = message(Class::Success, 1);
    let pass = |exchanges: &mut Exchanges, scope, frame, from: &str, to: &str, bytes: &[u8]| {
        let datagram = Datagram {
            frame,
            at: At::from_millis(frame),
            transport: Transport::Udp,
            src: from.parse().unwrap(),
            dst: to.parse().unwrap(),
            bytes,
        };
        exchanges.pass(scope, &datagram, &Message::decode(bytes).unwrap())
    };
    assert_eq!(pass(&mut exchanges, 7, 1, CLIENT, SERVER, &bytes), Passed::Request(0));
    assert_eq!(pass(&mut exchanges, 0, 2, CLIENT, SERVER, &bytes), Passed::Request(1));
    assert_eq!(
        pass(&mut exchanges, 0, 3, CLIENT, SERVER, &bytes),
        Passed::Retransmission(1)
    );
    assert_eq!(pass(&mut exchanges, 7, 4, SERVER, CLIENT, &answer), Passed::Response(0));
    assert_eq!(
        pass(&mut exchanges, 7, 5, SERVER, CLIENT, &answer),
        Passed::Duplicate(0)
    );
    let frames: Vec<u64> = exchanges.at(1).unwrap().sent().map(|seen| seen.frame).collect();
    assert_eq!(frames, [2, 3]);
    let frames: Vec<u64> = exchanges
        .at(0)
        .unwrap()
        .answers()
        .map(|answer| answer.seen.frame)
        .collect();
    assert_eq!(frames, [4, 5]);
}

#[test]
fn of_too_many_the_oldest_are_forgotten() {
    let mut exchanges = Exchanges::with_most(2);
    for number in 1..=3 {
        pass(&mut exchanges, 0, CLIENT, SERVER, &message(Class::Request, number));
    }
    pass(&mut exchanges, 1, SERVER, CLIENT, &message(Class::Success, 1));
    pass(&mut exchanges, 1, SERVER, CLIENT, &message(Class::Success, 3));
    assert_eq!(
        (exchanges.len(), exchanges.forgotten(), exchanges.unmatched()),
        (2, 1, 1)
    );
    assert!(exchanges.at(0).is_none());
    assert_eq!(exchanges.at(2).unwrap().outcome(), Outcome::Success);
    assert!(exchanges.get(&id(1), CLIENT.parse().unwrap()).is_none());
}

#[test]
fn a_hundred_thousand_fit_in_little_memory() {
    assert!(size_of::<Exchange>() <= 144, "{}", size_of::<Exchange>());
}
