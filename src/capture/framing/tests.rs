use std::net::SocketAddr;

use proptest::prelude::*;

use super::*;
use crate::capture::packet::Packet;
use crate::capture::unit::{FrameKind, TcpSignal};
use crate::proto::stun::{Builder, Class, Method, TransactionId};

/// Keeps what it is given: frame, framing, octets, how many lack.
#[derive(Debug, Default, PartialEq)]
struct Seen(Vec<(u64, Framing, Vec<u8>, usize)>);

impl Sink for Seen {
    fn unit(&mut self, unit: &Unit<'_>) {
        self.0
            .push((unit.frame, unit.framing, unit.bytes.to_vec(), unit.missing));
    }
    fn tcp(&mut self, _: u64, _: At, _: SocketAddr, _: SocketAddr, _: TcpSignal) {}
    fn frame(&mut self, _: &Packet<'_>, _: At, _: FrameKind) {}
}

/// What arrives: octets, or how many do not.
enum Step<'a> {
    Push(&'a [u8]),
    Lost(u64),
}
use Step::{Lost, Push};

/// The units of a stream whose steps are frames 1, 2, 3 ...
fn units(steps: &[Step<'_>]) -> Vec<(u64, Framing, Vec<u8>, usize)> {
    let mut seen = Seen::default();
    let address = SocketAddr::from(([192, 0, 2, 1], 3478));
    let mut out = Out {
        sink: &mut seen,
        src: address,
        dst: address,
        icmp: None,
    };
    let mut framer = Framer::default();
    for (frame, step) in (1..).zip(steps) {
        let arrival = Arrival {
            frame,
            time: None,
            at: At::START,
        };
        match step {
            Push(bytes) => framer.push(bytes, arrival, &mut out),
            Lost(count) => framer.lost(*count, &mut out),
        }
    }
    framer.finish(&mut out);
    seen.0
}

fn binding(id: u8) -> Vec<u8> {
    Builder::new(Class::Request, Method::BINDING, TransactionId::new([id; 12]))
        .fingerprint()
        .build()
}

fn channel(data: &[u8]) -> Vec<u8> {
    [&[0x40, 0x01], &(data.len() as u16).to_be_bytes()[..], data].concat()
}

fn padded(mut message: Vec<u8>) -> Vec<u8> {
    message.resize(message.len().next_multiple_of(4), 0);
    message
}

fn rfc4571(packet: &[u8]) -> Vec<u8> {
    [&(packet.len() as u16).to_be_bytes()[..], packet].concat()
}

fn rtp(octets: usize) -> Vec<u8> {
    let mut packet = vec![0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2];
    packet.resize(octets, 0xaa);
    packet
}

fn tls(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3], &(body.len() as u16).to_be_bytes()[..], body].concat()
}

/// A name, a stream, and what it carries.
type Stream = (&'static str, Vec<u8>, Vec<(Framing, Vec<u8>)>);

/// Streams of every kind.
fn streams() -> Vec<Stream> {
    let (a, b) = (binding(1), binding(2));
    let five = channel(b"hello");
    let zeros = channel(&[0; 6]);
    let dtls = [&[22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20][..], &[7; 20]].concat();
    let multiplexed = [&[0xff, 0x10, 0, 12][..], &[9; 12]].concat();
    let microsoft = [
        &[0, 3, 0, 24][..],
        &[5; 16],
        &[0, 0x0f, 0, 4, 0x72, 0xc6, 0x4b, 0xc6],
        &[0; 16],
    ]
    .concat();
    let frame = |kind, body: &[u8]| [&[kind, 0][..], &(body.len() as u16).to_be_bytes(), body].concat();
    vec![
        (
            "STUN and ChannelData, padded",
            [
                a.clone(),
                padded(five.clone()),
                padded(zeros.clone()),
                channel(b""),
                b.clone(),
            ]
            .concat(),
            vec![
                (Framing::Stun, a.clone()),
                (Framing::Stun, five.clone()),
                (Framing::Stun, zeros.clone()),
                (Framing::Stun, channel(b"")),
                (Framing::Stun, b.clone()),
            ],
        ),
        (
            "ChannelData of a peer that does not pad",
            [a.clone(), five.clone(), five.clone(), channel(b"123456"), b.clone()].concat(),
            vec![
                (Framing::Stun, a.clone()),
                (Framing::Stun, five.clone()),
                (Framing::Stun, five.clone()),
                (Framing::Stun, channel(b"123456")),
                (Framing::Stun, b.clone()),
            ],
        ),
        (
            "multiplexed TURN",
            [a.clone(), multiplexed.clone(), b.clone()].concat(),
            vec![
                (Framing::Stun, a.clone()),
                (Framing::Stun, multiplexed),
                (Framing::Stun, b.clone()),
            ],
        ),
        (
            "the framing of MS-TURN",
            [frame(2, &microsoft), frame(3, b"data")].concat(),
            vec![(Framing::Stun, microsoft), (Framing::Stun, b"data".to_vec())],
        ),
        (
            "ICE-TCP",
            [
                rfc4571(&a),
                rfc4571(b""),
                rfc4571(&dtls),
                rfc4571(&rtp(100)),
                rfc4571(&b),
            ]
            .concat(),
            vec![
                (Framing::Rfc4571, a.clone()),
                (Framing::Rfc4571, dtls),
                (Framing::Rfc4571, rtp(100)),
                (Framing::Rfc4571, b.clone()),
            ],
        ),
        (
            "TLS",
            [tls(22, &[1; 300]), tls(20, &[1]), tls(23, &[9; 1000])].concat(),
            vec![
                (Framing::Tls, tls(22, &[1; 300])),
                (Framing::Tls, tls(20, &[1])),
                (Framing::Tls, tls(23, &[9; 1000])),
            ],
        ),
        (
            "TURN that hides behind a handshake",
            [tls(22, &[2; 70]), a.clone(), b.clone()].concat(),
            vec![
                (Framing::Tls, tls(22, &[2; 70])),
                (Framing::Stun, a),
                (Framing::Stun, b),
            ],
        ),
    ]
}

fn content(units: Vec<(u64, Framing, Vec<u8>, usize)>) -> Vec<(Framing, Vec<u8>)> {
    assert!(units.iter().all(|unit| unit.3 == 0));
    units
        .into_iter()
        .map(|(_, framing, bytes, _)| (framing, bytes))
        .collect()
}

#[test]
fn streams_of_every_kind_in_pieces_of_every_size() {
    for (name, stream, expected) in streams() {
        for size in 1..=stream.len() {
            let steps: Vec<_> = stream.chunks(size).map(Push).collect();
            assert_eq!(content(units(&steps)), expected, "{name} in pieces of {size}");
        }
    }
}

#[test]
fn a_message_has_the_last_frame_of_its_octets() {
    let (_, stream, expected) = streams().swap_remove(0);
    for size in 1..stream.len() {
        let steps: Vec<_> = stream.chunks(size).map(Push).collect();
        let mut at = 0;
        for ((frame, ..), (_, bytes)) in units(&steps).iter().zip(&expected) {
            assert_eq!(*frame as usize, (at + bytes.len()).div_ceil(size), "{size}");
            at += bytes.len().next_multiple_of(4);
        }
    }
}

#[test]
fn a_stream_cut_anywhere_gives_its_last_message_cut() {
    for (name, stream, expected) in streams() {
        for cut in 0..stream.len() {
            let units = units(&[Push(&stream[..cut])]);
            let whole = units
                .iter()
                .filter(|unit| unit.3 == 0 && unit.1 != Framing::Bytes)
                .count();
            for (unit, (framing, bytes)) in units.iter().zip(&expected).take(whole) {
                assert_eq!((unit.1, &unit.2), (*framing, bytes), "{name} {cut}");
            }
            for (_, _, bytes, missing) in &units[whole..] {
                if *missing > 0 {
                    let (_, expected) = &expected[whole];
                    assert!(expected.starts_with(bytes), "{name} {cut}");
                    assert_eq!(bytes.len() + missing, expected.len(), "{name} {cut}");
                }
            }
        }
    }
}

#[test]
fn lost_octets_cost_the_messages_that_they_are_of() {
    for (name, stream, expected) in streams() {
        let first = &expected[0].1;
        let second_at = stream.windows(first.len()).position(|part| part == first).unwrap() + first.len();
        // From inside the first message to just before its end: the second begins where it should.
        for lost in [1, 3, 7] {
            let cut = second_at - 8;
            let steps = [Push(&stream[..cut]), Lost(lost), Push(&stream[cut + lost as usize..])];
            let seen = units(&steps);
            assert_eq!((&seen[0].2[..], seen[0].3), (&first[..first.len() - 8], 8), "{name}");
            assert_eq!(content(seen[1..].to_vec()), expected[1..], "{name}");
        }
    }
}

#[test]
fn after_a_gap_the_next_stun_message_is_found_by_its_cookie() {
    let stream = [
        binding(1),
        padded(channel(b"hello")),
        binding(2),
        padded(channel(&[1; 40])),
        binding(3),
    ]
    .concat();
    // The header of the first ChannelData is lost, and the segments are cut anywhere.
    for size in 1..40 {
        let rest = &stream[34..];
        let mut steps = vec![Push(&stream[..28]), Lost(6)];
        steps.extend(rest.chunks(size).map(Push));
        let seen = units(&steps);
        let messages: Vec<_> = seen
            .into_iter()
            .filter(|unit| unit.1 == Framing::Stun)
            .map(|unit| unit.2)
            .collect();
        assert_eq!(
            messages,
            [binding(1), binding(2), channel(&[1; 40]), binding(3)],
            "{size}"
        );
    }
}

#[test]
fn after_a_gap_messages_are_found_where_segments_begin() {
    let record = tls(23, &[5; 100]);
    let seen = units(&[Push(&record), Lost(300), Push(&[0x77; 50]), Push(&record)]);
    assert_eq!(seen.iter().filter(|unit| unit.1 == Framing::Tls).count(), 2);
    let packet = rfc4571(&rtp(60));
    let seen = units(&[Push(&rfc4571(&binding(1))), Lost(300), Push(&[0x77; 50]), Push(&packet)]);
    assert_eq!(seen.iter().filter(|unit| unit.1 == Framing::Rfc4571).count(), 2);
}

#[test]
fn what_is_nothing_known_comes_as_it_is() {
    for text in [
        &b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"[..],
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\0\0\0\x08\x04\xd2\x16\x2f and so on",
        &[0; 100],
        &[0x80; 100],
        &[0x16; 100],
    ] {
        let seen = units(&[Push(text)]);
        assert_eq!(content(seen), [(Framing::Bytes, text.to_vec())], "{text:?}");
    }
}

#[test]
fn messages_between_octets_of_no_meaning_take_no_stack() {
    let piece = [&[0xee; 5][..], &binding(1), &[0xee; 3]].concat();
    let seen = units(&[Push(&piece.repeat(100_000))]);
    assert_eq!(seen.iter().filter(|unit| unit.1 == Framing::Stun).count(), 100_000);
}

#[test]
fn signaling_before_stun() {
    let seen = units(&[
        Push(b"CONNECT turn.example.org:3478 HTTP/1.1\r\n\r\n"),
        Push(&binding(1)),
    ]);
    assert_eq!(
        seen.iter().map(|unit| unit.1).collect::<Vec<_>>(),
        [Framing::Bytes, Framing::Stun]
    );
}

proptest! {
    #[test]
    fn no_octet_is_lost_or_made_up(
        bytes in prop::collection::vec(prop_oneof![Just(0u8), Just(0x40), Just(0x16), Just(3), any::<u8>()], 0..400),
        sizes in prop::collection::vec(1usize..50, 1..20),
    ) {
        let mut rest = &bytes[..];
        let mut steps = Vec::new();
        for size in sizes.iter().cycle().take(1000) {
            let (step, after) = rest.split_at(rest.len().min(*size));
            steps.push(Push(step));
            rest = after;
        }
        let seen = units(&steps);
        let framed: usize = seen.iter().map(|unit| unit.2.len() + if unit.1 == Framing::Rfc4571 { 2 } else { 0 }).sum();
        prop_assert!(framed <= bytes.len());
        if seen.iter().all(|unit| unit.1 == Framing::Bytes) {
            prop_assert_eq!(seen.into_iter().flat_map(|unit| unit.2).collect::<Vec<_>>(), bytes);
        }
    }
}
