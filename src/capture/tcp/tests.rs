use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::capture::packet::Packet;
use crate::capture::unit::{FrameKind, Framing, Unit};
use crate::proto::stun::{Builder, Class, Method, TransactionId};

/// Keeps what it is given.
#[derive(Debug, Default)]
struct Seen {
    units: Vec<(u64, Framing, Vec<u8>, usize)>,
    signals: Vec<(u64, TcpSignal)>,
}

impl Sink for Seen {
    fn unit(&mut self, unit: &Unit<'_>) {
        self.units
            .push((unit.frame, unit.framing, unit.bytes.to_vec(), unit.missing));
    }
    fn tcp(&mut self, frame: u64, _: At, _: SocketAddr, _: SocketAddr, signal: TcpSignal) {
        self.signals.push((frame, signal));
    }
    fn frame(&mut self, _: &Packet<'_>, _: At, _: FrameKind) {}
}

impl Seen {
    /// Octets of every message, and the frame it is of.
    fn messages(&self) -> Vec<(u64, Vec<u8>)> {
        let messages = self.units.iter().filter(|unit| unit.1 == Framing::Stun && unit.3 == 0);
        messages.map(|unit| (unit.0, unit.2.clone())).collect()
    }

    fn gaps(&self) -> Vec<u64> {
        let gap = |signal: &(u64, TcpSignal)| match signal.1 {
            TcpSignal::Gap { octets } => Some(octets),
            _ => None,
        };
        self.signals.iter().filter_map(gap).collect()
    }

    fn count(&self, signal: TcpSignal) -> usize {
        self.signals.iter().filter(|(_, seen)| *seen == signal).count()
    }
}

fn client() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 50_000))
}

fn server() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 2], 3478))
}

/// A segment of the client; frame and time are set by `run`: one a millisecond.
fn segment(seq: u32, flags: u8, payload: &[u8]) -> Segment<'_> {
    let (src, dst) = (client(), server());
    Segment {
        frame: 0,
        time: None,
        at: At::START,
        src,
        dst,
        seq,
        ack: 0,
        flags,
        payload,
        missing: 0,
        icmp: None,
    }
}

/// A segment of the server that acknowledges.
fn ack(ack: u32) -> Segment<'static> {
    let (src, dst) = (server(), client());
    Segment {
        src,
        dst,
        ack,
        ..segment(9000, ACK, &[])
    }
}

fn run(segments: &[Segment<'_>]) -> (Seen, Facts) {
    let mut seen = Seen::default();
    let mut tcp = Tcp::default();
    for (frame, segment) in (1..).zip(segments) {
        let at = At::new(Duration::from_millis(frame));
        tcp.segment(&Segment { frame, at, ..*segment }, &mut seen);
    }
    tcp.finish(&mut seen);
    assert_eq!(tcp.held, 0);
    (seen, tcp.facts())
}

fn message(id: u8) -> Vec<u8> {
    Builder::new(Class::Request, Method::BINDING, TransactionId::new([id; 12]))
        .fingerprint()
        .build()
}

const LENGTH: usize = 28;

/// Five messages of 28 octets.
fn stream() -> Vec<u8> {
    (1..=5).flat_map(message).collect()
}

/// The frames of the messages that come from `pieces` of the stream, given as ranges, with a SYN before them.
fn frames(initial: u32, pieces: &[(usize, usize)]) -> (Vec<u64>, Seen) {
    let stream = stream();
    let first = initial.wrapping_add(1);
    let mut segments = vec![segment(initial, SYN, &[])];
    segments.extend(
        pieces
            .iter()
            .map(|&(from, to)| segment(first.wrapping_add(from as u32), ACK, &stream[from..to])),
    );
    let (seen, _) = run(&segments);
    for (_, bytes) in seen.messages() {
        assert!(stream.chunks(LENGTH).any(|message| message == bytes));
    }
    (seen.messages().into_iter().map(|(frame, _)| frame).collect(), seen)
}

#[test]
fn segments_in_every_order() {
    type Row = (&'static str, &'static [(usize, usize)], &'static [u64]);
    // Pieces in the order in which they come (the SYN is frame 1), and the frame of each message.
    let table: &[Row] = &[
        ("one segment", &[(0, 140)], &[2, 2, 2, 2, 2]),
        (
            "a segment for each",
            &[(0, 28), (28, 56), (56, 84), (84, 112), (112, 140)],
            &[2, 3, 4, 5, 6],
        ),
        ("cut across", &[(0, 30), (30, 100), (100, 140)], &[2, 3, 3, 4, 4]),
        ("backwards", &[(84, 140), (28, 84), (0, 28)], &[4, 3, 3, 2, 2]),
        ("the first comes last", &[(40, 140), (0, 40)], &[3, 3, 2, 2, 2]),
        ("sent again", &[(0, 60), (0, 60), (60, 140), (0, 60)], &[2, 2, 4, 4, 4]),
        (
            "sent again in larger pieces",
            &[(0, 28), (28, 40), (0, 140)],
            &[2, 4, 4, 4, 4],
        ),
        (
            "overlapping out of order",
            &[(60, 100), (50, 140), (0, 70)],
            &[4, 4, 3, 3, 3],
        ),
        ("inside another", &[(56, 140), (84, 100), (0, 56)], &[4, 4, 2, 2, 2]),
        ("around another", &[(84, 100), (56, 140), (0, 56)], &[4, 4, 3, 3, 3]),
        ("a piece never comes", &[(0, 28), (28, 40), (56, 140)], &[2, 4, 4, 4]),
        ("a boundary never comes", &[(0, 30), (50, 56), (70, 140)], &[2, 4, 4]),
        ("the end never comes", &[(0, 130)], &[2, 2, 2, 2]),
    ];
    for &(name, pieces, expected) in table {
        for initial in [0, 77, 0xffff_ffff, 0xffff_ff80, 0x7fff_ffc0] {
            assert_eq!(frames(initial, pieces).0, expected, "{name}, from {initial:#x}");
        }
    }
}

#[test]
fn segments_of_one_octet() {
    let pieces: Vec<_> = (0..140).map(|at| (at, at + 1)).collect();
    assert_eq!(frames(1, &pieces).0, [29, 57, 85, 113, 141]);
    let backwards: Vec<_> = pieces.iter().rev().copied().collect();
    assert_eq!(frames(1, &backwards).0, [141, 113, 85, 57, 29]);
}

#[test]
fn what_was_sent_again_and_what_lacks_is_said() {
    let (_, seen) = frames(7, &[(0, 60), (0, 60), (60, 140), (20, 140)]);
    assert_eq!(seen.count(TcpSignal::Retransmission), 2);
    assert!(seen.gaps().is_empty());
    let (_, seen) = frames(7, &[(0, 28), (56, 84), (56, 84), (100, 140)]);
    assert_eq!(seen.count(TcpSignal::Retransmission), 1);
    assert_eq!(seen.gaps(), [28, 16]);
}

#[test]
fn a_message_with_a_hole_is_given_out_up_to_the_hole() {
    let (_, seen) = frames(7, &[(0, 50), (60, 140)]);
    let cut: Vec<_> = seen
        .units
        .iter()
        .filter(|unit| unit.3 > 0)
        .map(|unit| (unit.2.len(), unit.3))
        .collect();
    assert_eq!(cut, [(22, 6)]);
    assert_eq!(seen.messages().len(), 3, "the third has lost its beginning");
}

#[test]
fn octets_that_the_other_side_has_are_not_waited_for() {
    let (stream, last) = (stream(), message(9));
    let mut segments = vec![
        segment(0, SYN, &[]),
        segment(1, ACK, &stream[..28]),
        segment(57, ACK, &stream[56..]),
    ];
    // An acknowledgment of the hole, and twenty milliseconds of others.
    segments.extend([ack(141); 25]);
    segments.push(segment(141, ACK, &last));
    let (seen, _) = run(&segments);
    assert_eq!(seen.gaps(), [28]);
    assert_eq!(seen.signals.last().map(|signal| signal.0), Some(24));
    assert_eq!(seen.messages().len(), 5);
    // Without any they are, up to the end of the capture.
    let fewer: Vec<_> = segments
        .iter()
        .filter(|segment| segment.src == client())
        .copied()
        .collect();
    let (seen, _) = run(&fewer);
    assert_eq!((seen.gaps(), seen.messages().len()), (vec![28], 5));
}

#[test]
fn octets_that_come_after_they_were_passed_over_are_read_by_themselves() {
    let stream = stream();
    let mut segments = vec![
        segment(0, SYN, &[]),
        segment(1, ACK, &stream[..28]),
        segment(57, ACK, &stream[56..]),
    ];
    segments.extend([ack(141); 25]);
    segments.extend([segment(29, ACK, &stream[28..56]); 2]);
    let (seen, _) = run(&segments);
    assert_eq!(
        seen.messages().iter().map(|message| message.0).collect::<Vec<_>>(),
        [2, 3, 3, 3, 29]
    );
    assert_eq!(seen.count(TcpSignal::Retransmission), 1);
}

#[test]
fn a_capture_that_begins_in_mid_stream() {
    let stream = stream();
    // At a message, out of order, and inside a message.
    let (seen, _) = run(&[segment(1028, ACK, &stream[28..84]), segment(1000, ACK, &stream[..28])]);
    assert_eq!(seen.messages().len(), 3);
    let (seen, _) = run(&[segment(1010, ACK, &stream[10..84]), segment(1084, ACK, &stream[84..])]);
    assert_eq!(seen.messages().len(), 4);
    let (seen, _) = run(&[segment(1010, ACK, &stream[10..20]), segment(1020, ACK, &stream[20..])]);
    assert_eq!(seen.messages().len(), 4);
}

#[test]
fn keep_alives_are_neither_data_nor_sent_again() {
    let stream = stream();
    let (seen, _) = run(&[
        segment(0, SYN, &[]),
        segment(1, ACK, &stream[..28]),
        segment(28, ACK, &[0]),
        segment(28, ACK, &[]),
        segment(29, ACK, &stream[28..]),
    ]);
    assert_eq!(seen.messages().len(), 5);
    assert_eq!(seen.count(TcpSignal::Retransmission), 0);
}

#[test]
fn a_syn_may_bring_data() {
    let (seen, _) = run(&[segment(5, SYN, &message(1)), segment(6 + 28, ACK, &message(2))]);
    assert_eq!(seen.messages().len(), 2);
}

#[test]
fn beginnings_and_ends_are_said_once() {
    let answer = Segment {
        src: server(),
        dst: client(),
        ..segment(900, SYN | ACK, &[])
    };
    let (seen, _) = run(&[
        segment(5, SYN, &[]),
        segment(5, SYN, &[]),
        answer,
        answer,
        segment(6, FIN | ACK, &[]),
        segment(6, FIN | ACK, &[]),
        Segment {
            src: server(),
            dst: client(),
            ..segment(901, RST, &[])
        },
    ]);
    use TcpSignal::{Fin, Reset, Retransmission, Syn, SynAck};
    let signals: Vec<_> = seen.signals.into_iter().map(|(_, signal)| signal).collect();
    assert_eq!(signals, [Syn, Retransmission, SynAck, Retransmission, Fin, Reset]);
}

#[test]
fn the_same_addresses_may_connect_again() {
    let half = &message(1)[..20];
    let (seen, _) = run(&[
        segment(5, SYN, &[]),
        segment(6, ACK, half),
        segment(700_000, SYN, &[]),
        segment(700_001, ACK, &message(2)),
        // And without a SYN that was captured.
        segment(2_000_000_000, ACK, &message(3)),
    ]);
    assert_eq!(
        seen.messages().into_iter().map(|message| message.0).collect::<Vec<_>>(),
        [4, 5]
    );
    assert_eq!(seen.units[0].3, 8, "what was begun is given out");
    assert_eq!(seen.count(TcpSignal::Syn), 2);
}

#[test]
fn octets_beyond_the_snap_length_lack() {
    let stream = stream();
    let cut = |seq, from: usize, to: usize, missing| Segment {
        missing,
        ..segment(seq, ACK, &stream[from..to])
    };
    let (seen, _) = run(&[
        segment(0, SYN, &[]),
        cut(1, 0, 40, 16),
        cut(57, 56, 84, 0),
        cut(85, 84, 130, 10),
    ]);
    assert_eq!(seen.messages().len(), 3);
    let cut: Vec<_> = seen
        .units
        .iter()
        .filter(|unit| unit.3 > 0)
        .map(|unit| (unit.0, unit.2.len(), unit.3))
        .collect();
    assert_eq!(cut, [(2, 12, 16), (4, 18, 10)]);
    assert!(seen.gaps().is_empty(), "the frame says that it is cut");
}

#[test]
fn overlaps_that_differ_are_counted_and_the_first_holds() {
    let stream = stream();
    let (seen, facts) = run(&[
        segment(0, SYN, &[]),
        segment(57, ACK, &stream[56..]),
        segment(57, ACK, &[0; 84]),
        segment(1, ACK, &stream[..56]),
    ]);
    assert_eq!((seen.messages().len(), facts.conflicts), (5, 1));
}

#[test]
fn a_quoted_segment_stands_by_itself() {
    let from = [192, 0, 2, 7].into();
    let error = IcmpError {
        from,
        to: from,
        kind: 3,
        code: 4,
        mtu: None,
    };
    let message = message(1);
    let quote = Segment {
        icmp: Some(error),
        missing: 8,
        ..segment(1, ACK, &message[..20])
    };
    let (seen, facts) = run(&[segment(0, SYN, &[]), quote, segment(1, ACK, &message)]);
    assert_eq!(
        seen.units,
        [
            (2, Framing::Stun, message[..20].to_vec(), 8),
            (3, Framing::Stun, message.clone(), 0)
        ]
    );
    assert_eq!(facts.connections, 1);
}

#[test]
fn memory_is_bounded() {
    let mut seen = Seen::default();
    let mut tcp = Tcp::default();
    let octets = vec![0x41; 20_000];
    for number in 0..20_000u32 {
        let src = SocketAddr::from((number.to_be_bytes(), 1));
        // One octet is missing before all of these.
        let early = Segment {
            src,
            frame: number.into(),
            ..segment(100, ACK, &octets[..number as usize])
        };
        tcp.segment(
            &Segment {
                payload: &[],
                flags: SYN,
                seq: 0,
                ..early
            },
            &mut seen,
        );
        tcp.segment(&early, &mut seen);
        assert!(tcp.held <= MAX_HELD && tcp.connections.len() <= MAX_CONNECTIONS);
        assert_eq!(tcp.places.len(), tcp.connections.len());
        seen.units.clear();
    }
    let facts = tcp.facts();
    assert!(facts.forgotten > 0 && facts.relieved > 0, "{facts:?}");
    // A single stream, in octets that all wait.
    let mut tcp = Tcp::default();
    tcp.segment(&segment(0, SYN, &[]), &mut seen);
    for number in 0..50_000u32 {
        tcp.segment(&segment(10 + number * 2, ACK, &[1]), &mut seen);
        assert!(tcp.held < 1 << 20);
        seen.units.clear();
    }
}

prop_compose! {
    /// Where five messages are cut, and in which order the pieces come; some come twice.
    fn pieces()(cuts in prop::collection::vec(1usize..140, 0..12), copies in prop::collection::vec(0usize..12, 0..6))
        (pieces in Just({
            let mut cuts = cuts;
            cuts.extend([0, 140]);
            cuts.sort_unstable();
            cuts.dedup();
            let mut pieces: Vec<_> = cuts.windows(2).map(|pair| (pair[0], pair[1])).collect();
            // Copies that reach over other pieces.
            for copy in copies {
                let (from, to) = (pieces[copy % pieces.len()].0, pieces[(copy * 7 + 3) % pieces.len()].1);
                if from < to {
                    pieces.push((from, to));
                }
            }
            pieces
        }).prop_shuffle()) -> Vec<(usize, usize)> { pieces }
}

proptest! {
    #[test]
    fn order_and_copies_change_nothing_but_the_frames(pieces in pieces(), initial: u32) {
        let (frames, seen) = frames(initial, &pieces);
        // An octet is of the first frame that brings it, a message of the last of its octets.
        let expected: Vec<u64> = (0..5).map(|message| {
            let octets = message * LENGTH..(message + 1) * LENGTH;
            let first = |octet| pieces.iter().position(|&(from, to)| from <= octet && octet < to).unwrap();
            octets.map(first).max().unwrap() as u64 + 2
        }).collect();
        prop_assert_eq!(frames, expected);
        prop_assert!(seen.gaps().is_empty());
        let messages: Vec<u8> = seen.messages().into_iter().flat_map(|message| message.1).collect();
        prop_assert_eq!(messages, stream());
    }

    #[test]
    fn any_segments_end_well(
        segments in prop::collection::vec((any::<u8>(), any::<bool>(), 0u32..400, 0usize..200, any::<u8>()), 0..60),
        far: bool,
    ) {
        let octets = [0x55; 200];
        let all: Vec<_> = segments.iter().map(|&(flags, from_client, seq, length, missing)| {
            let (src, dst) = if from_client { (client(), server()) } else { (server(), client()) };
            let seq = if far { seq.wrapping_mul(0x0123_4567) } else { seq };
            let missing = if missing > 200 { usize::from(missing) } else { 0 };
            Segment { src, dst, ack: seq, missing, ..segment(seq, flags, &octets[..length]) }
        }).collect();
        let (seen, _) = run(&all);
        let there: usize = all.iter().map(|segment| segment.payload.len()).sum();
        let given: usize = seen.units.iter().map(|unit| unit.2.len()).sum();
        prop_assert!(given <= there);
    }
}
