//! Conversations made by hand, and what is told of them.

use std::cell::RefCell;

use proptest::prelude::*;

use super::*;
use crate::flow::ice::{Nomination, Role};
use crate::flow::signaling::Source;
use crate::flow::turn::{Credentials, End};
use crate::proto::ice::CandidateType;
use crate::proto::stun::{AttributeType, Builder, Class, ErrorCode, Key, Method, PasswordAlgorithm, TransactionId};
use crate::secret::Secret;

const A: &str = "10.0.0.1:5000";
const B: &str = "203.0.113.9:6000";
const SERVER: &str = "198.51.100.1:3478";
const RELAYED: &str = "198.51.100.1:50000";

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn id(number: u8) -> TransactionId {
    TransactionId::new([number; 12])
}

/// Feeds datagrams, each in a frame of its own: milliseconds, from, to, octets.
struct Feed<'w> {
    capture: Capture<'w>,
    frame: u64,
}

impl<'w> Feed<'w> {
    fn new() -> Feed<'w> {
        Feed::with(Passwords::new(), Filter::default())
    }

    fn with(passwords: Passwords, filter: Filter) -> Feed<'w> {
        let capture = Capture::new(passwords, signaling::Known::default(), filter);
        Feed { capture, frame: 0 }
    }

    fn pass(&mut self, ms: u64, src: &str, dst: &str, bytes: &[u8]) {
        self.frame += 1;
        let at = At::from_millis(ms);
        let unit = Unit {
            frame: self.frame,
            time: None,
            at,
            transport: Transport::Udp,
            src: address(src),
            dst: address(dst),
            bytes,
            missing: 0,
            framing: Framing::Datagram,
            icmp: None,
        };
        self.capture.unit(&unit);
        let packet = Packet {
            frame: self.frame,
            time: None,
            link_type: crate::capture::LinkType(1),
            endian: crate::capture::Endian::Little,
            fcs: 0,
            interface: 0,
            length: bytes.len() as u32,
            data: bytes,
        };
        let kind = FrameKind {
            udp: true,
            ..FrameKind::default()
        };
        self.capture.frame(&packet, at, kind);
    }
}

fn check(number: u8, username: &str, role: AttributeType, nominates: bool, key: &Key) -> Vec<u8> {
    let check = Builder::new(Class::Request, Method::BINDING, id(number))
        .text(AttributeType::USERNAME, username)
        .u32(AttributeType::PRIORITY, 1_853_824_767)
        .u64(role, 7);
    let check = if nominates {
        check.flag(AttributeType::USE_CANDIDATE)
    } else {
        check
    };
    check.message_integrity(key).fingerprint().build()
}

fn success(number: u8, mapped: &str, key: &Key) -> Vec<u8> {
    Builder::new(Class::Success, Method::BINDING, id(number))
        .xor_address(AttributeType::XOR_MAPPED_ADDRESS, address(mapped))
        .message_integrity(key)
        .fingerprint()
        .build()
}

fn key(password: &str) -> Key {
    Key::short_term(&Secret::new(password))
}

#[test]
fn two_agents_check_each_other_and_one_nominates() {
    let mut passwords = Passwords::new();
    passwords.learn_ice("bbbb", &Secret::new("secret of b"), "b.sdp");
    passwords.learn_ice("aaaa", &Secret::new("another secret"), "a.sdp");
    let mut feed = Feed::with(passwords, Filter::default());
    let (to_a, to_b) = (key("secret of a"), key("secret of b"));
    let (controlling, controlled) = (AttributeType::ICE_CONTROLLING, AttributeType::ICE_CONTROLLED);
    feed.pass(0, A, B, &check(1, "bbbb:aaaa", controlling, false, &to_b));
    feed.pass(500, A, B, &check(1, "bbbb:aaaa", controlling, false, &to_b));
    feed.pass(520, B, A, &success(1, "192.0.2.77:7000", &to_b));
    feed.pass(530, B, A, &check(2, "aaaa:bbbb", controlled, false, &to_a));
    feed.pass(531, A, B, &success(2, B, &to_a));
    feed.pass(600, A, B, &check(3, "bbbb:aaaa", controlling, true, &to_b));
    feed.pass(640, B, A, &success(3, "192.0.2.77:7000", &to_b));
    let facts = feed.capture.finish();

    let [ice] = facts.ice.as_slice() else {
        panic!("{:?}", facts.ice)
    };
    let [a, b] = &ice.sides;
    assert_eq!((a.ufrag.as_str(), a.role()), ("aaaa", Some(Role::Controlling)));
    assert_eq!((b.ufrag.as_str(), b.role()), ("bbbb", Some(Role::Controlled)));
    assert_eq!((ice.nomination, ice.selected), (Some(Nomination::Regular), Some(0)));
    let [pair] = ice.pairs.as_slice() else {
        panic!("{ice:?}")
    };
    assert_eq!(pair.addresses, [address(A), address(B)]);
    let [ours, theirs] = &pair.checks;
    assert_eq!((ours.requests, ours.retransmissions, ours.successes), (2, 1, 2));
    assert_eq!((theirs.requests, theirs.successes), (1, 1));
    assert_eq!(pair.nominated().map(|seen| seen.frame), Some(7));
    // Karn: the first was sent twice.
    assert_eq!(ours.rtt.map(|rtt| (rtt.count, rtt.mean().as_millis())), Some((1, 40)));
    assert_eq!((ours.integrity.valid, ours.answer_integrity.valid), (2, 2));
    assert_eq!(
        theirs.integrity.invalid, 1,
        "the password known for a is not the one that b used"
    );
    let types: Vec<_> = a
        .candidates
        .iter()
        .map(|one| (one.address, one.candidate_type))
        .collect();
    let mapped = (address("192.0.2.77:7000"), Some(CandidateType::PeerReflexive));
    assert_eq!(types, [(address(A), Some(CandidateType::Host)), mapped]);
    assert_eq!(facts.stun.by_type[&(Method::BINDING, Class::Request)], 4);
    assert_eq!((facts.counts.of(Carried::Stun), facts.counts.frames), (7, 7));
}

#[test]
fn a_role_conflict_and_a_restart() {
    let mut feed = Feed::new();
    let none = key("");
    feed.pass(0, A, B, &check(1, "b:a", AttributeType::ICE_CONTROLLING, false, &none));
    let conflict = Builder::new(Class::Error, Method::BINDING, id(1))
        .error_code(ErrorCode::ROLE_CONFLICT, "Role Conflict")
        .build();
    feed.pass(10, B, A, &conflict);
    feed.pass(20, A, B, &check(2, "b:a", AttributeType::ICE_CONTROLLED, false, &none));
    feed.pass(
        9000,
        A,
        B,
        &check(3, "d:c", AttributeType::ICE_CONTROLLED, false, &none),
    );
    let facts = feed.capture.finish();
    let [first, second] = facts.ice.as_slice() else {
        panic!("{:?}", facts.ice)
    };
    assert_eq!((first.conflicts.len(), first.sides[0].roles.len()), (1, 2));
    assert_eq!((first.restart_of, second.restart_of), (None, Some(0)));
    assert_eq!(first.pairs[0].checks[0].errors[0].0, ErrorCode::ROLE_CONFLICT);
}

#[test]
fn checks_without_answers_are_a_silence() {
    let mut feed = Feed::new();
    let none = key("");
    for number in 0..10 {
        let at = 5000 * u64::from(number);
        feed.pass(
            at,
            A,
            B,
            &check(number, "b:a", AttributeType::ICE_CONTROLLING, true, &none),
        );
        if number == 0 {
            feed.pass(at + 20, B, A, &success(number, A, &none));
        }
    }
    let facts = feed.capture.finish();
    let [silence] = facts.ice[0].pairs[0].checks[0].silences.as_slice() else {
        panic!("{facts:?}")
    };
    assert_eq!((silence.checks, silence.recovered, silence.from.frame), (9, false, 2));
    assert_eq!(silence.duration().as_millis(), 44_980);
    assert_eq!(facts.ice[0].nomination, Some(Nomination::Aggressive));
}

#[test]
fn a_server_is_asked_for_an_address() {
    let mut feed = Feed::new();
    feed.pass(
        0,
        A,
        SERVER,
        &Builder::new(Class::Request, Method::BINDING, id(1)).build(),
    );
    feed.pass(30, SERVER, A, &success(1, "192.0.2.77:7000", &key("")));
    let facts = feed.capture.finish();
    let [binding] = facts.bindings.as_slice() else {
        panic!("{facts:?}")
    };
    assert_eq!((binding.requests, binding.successes), (1, 1));
    assert_eq!(binding.mapped[0].0, address("192.0.2.77:7000"));
    assert!(facts.ice.is_empty() && facts.allocations.is_empty());
}

/// An allocation with a permission and a channel; `inner` is sent through each.
fn relay(feed: &mut Feed<'_>, inner: &[u8]) {
    let long_term = Key::long_term("alice", "example.org", &Secret::new("pw"), PasswordAlgorithm::MD5);
    let ask = |method, number| Builder::new(Class::Request, method, id(number));
    let named = |builder: Builder| {
        let builder = builder.text(AttributeType::USERNAME, "alice");
        let builder = builder
            .text(AttributeType::REALM, "example.org")
            .text(AttributeType::NONCE, "n");
        builder.message_integrity(&long_term).build()
    };
    feed.pass(0, A, SERVER, &ask(Method::ALLOCATE, 1).requested_transport(17).build());
    let challenge = Builder::new(Class::Error, Method::ALLOCATE, id(1))
        .error_code(ErrorCode::UNAUTHENTICATED, "Unauthorized")
        .text(AttributeType::REALM, "example.org");
    feed.pass(10, SERVER, A, &challenge.build());
    feed.pass(20, A, SERVER, &named(ask(Method::ALLOCATE, 2).requested_transport(17)));
    let granted = Builder::new(Class::Success, Method::ALLOCATE, id(2))
        .xor_address(AttributeType::XOR_RELAYED_ADDRESS, address(RELAYED))
        .u32(AttributeType::LIFETIME, 600);
    feed.pass(30, SERVER, A, &granted.build());
    let send = Builder::new(Class::Indication, Method::SEND, id(3))
        .xor_address(AttributeType::XOR_PEER_ADDRESS, address(B))
        .attribute(AttributeType::DATA, inner)
        .build();
    // Before there is a permission: the server drops it.
    feed.pass(31, A, SERVER, &send);
    let permission = ask(Method::CREATE_PERMISSION, 4).xor_address(AttributeType::XOR_PEER_ADDRESS, address(B));
    feed.pass(40, A, SERVER, &named(permission));
    feed.pass(
        50,
        SERVER,
        A,
        &Builder::new(Class::Success, Method::CREATE_PERMISSION, id(4)).build(),
    );
    feed.pass(60, A, SERVER, &send);
    let bind = ask(Method::CHANNEL_BIND, 5)
        .channel_number(0x4000)
        .xor_address(AttributeType::XOR_PEER_ADDRESS, address(B));
    feed.pass(70, A, SERVER, &named(bind));
    feed.pass(
        80,
        SERVER,
        A,
        &Builder::new(Class::Success, Method::CHANNEL_BIND, id(5)).build(),
    );
    let mut data = vec![0x40, 0, 0, inner.len() as u8];
    data.extend(inner);
    feed.pass(90, SERVER, A, &data);
    feed.pass(
        99,
        A,
        SERVER,
        &named(ask(Method::REFRESH, 6).u32(AttributeType::LIFETIME, 0)),
    );
}

#[test]
fn a_relay_from_the_challenge_to_the_end() {
    let mut passwords = Passwords::new();
    passwords.learn_turn(Secret::new("pw"));
    let mut feed = Feed::with(passwords, Filter::default());
    let inner = check(9, "b:a", AttributeType::ICE_CONTROLLING, false, &key(""));
    relay(&mut feed, &inner);
    let facts = feed.capture.finish();

    let [turn] = facts.allocations.as_slice() else {
        panic!("{:?}", facts.allocations)
    };
    assert_eq!((turn.client, turn.server), (address(A), address(SERVER)));
    assert_eq!(
        (turn.relayed.as_slice(), turn.lifetime),
        (&[address(RELAYED)][..], Some(600))
    );
    assert_eq!(turn.challenge.map(|seen| seen.frame), Some(2));
    assert_eq!((turn.credentials, turn.integrity), (Credentials::Accepted, Some(true)));
    assert!(matches!(turn.end, End::Released(seen) if seen.frame == 12));
    assert_eq!(
        (turn.allocates.requests, turn.allocates.errors, turn.allocates.successes),
        (2, 1, 1)
    );
    assert_eq!(turn.permissions.len(), 1);
    assert_eq!(turn.permissions[0].installed.map(|seen| seen.frame), Some(7));
    assert_eq!(
        (turn.channels[0].number, turn.channels[0].peer),
        (0x4000, Some(address(B)))
    );
    assert_eq!((turn.to_peers.0, turn.from_peers.0), (2, 1));
    assert_eq!((turn.peers.len(), turn.peers[0].sent_without_permission), (1, 1));

    let inner = facts.session(turn.peers[0].session);
    assert_eq!(
        (inner.a, inner.b, inner.count(Carried::Stun)),
        (address(RELAYED), address(B), 3)
    );
    let [ice] = facts.ice.as_slice() else {
        panic!("{:?}", facts.ice)
    };
    assert_eq!(ice.pairs[0].addresses, [address(RELAYED), address(B)]);
    assert!(ice.pairs[0].relayed);
    assert_eq!((facts.stun.nested, facts.counts.of(Carried::ChannelData)), (3, 1));
}

#[test]
fn a_filter_shows_a_relayed_flow_alone_and_learns_from_all() {
    let inner = check(9, "b:a", AttributeType::ICE_CONTROLLING, false, &key(""));
    for (filter, messages) in [
        (Filter::default(), 14),
        (
            Filter {
                session: Some(SessionId(1)),
                ..Filter::default()
            },
            3,
        ),
        (
            Filter {
                frames: Some(11..=11),
                ..Filter::default()
            },
            1,
        ),
        (
            Filter {
                hosts: vec![address(B).ip()],
                ..Filter::default()
            },
            3,
        ),
    ] {
        let seen = RefCell::new(Vec::new());
        let mut watch = |heard: &Heard<'_>, _: &Known| seen.borrow_mut().push(heard.logical);
        let mut feed = Feed::with(Passwords::new(), filter);
        feed.capture = feed.capture.watched(&mut watch);
        relay(&mut feed, &inner);
        let facts = feed.capture.finish();
        assert_eq!((facts.stun.messages, seen.borrow().len() as u64), (messages, messages));
        let relayed = (address(B), address(RELAYED));
        assert!(messages == 14 || seen.borrow().contains(&relayed), "{seen:?}");
    }
}

#[test]
fn sip_tells_a_password() {
    let mut feed = Feed::new();
    let sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
        a=ice-ufrag:bbbb\r\na=ice-pwd:secretOfBsecretOfBsecretOfB\r\n";
    let invite = format!("INVITE sip:b SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n{sdp}");
    feed.pass(0, A, SERVER, invite.as_bytes());
    let to_b = key("secretOfBsecretOfBsecretOfB");
    feed.pass(
        9,
        A,
        B,
        &check(1, "bbbb:aaaa", AttributeType::ICE_CONTROLLING, false, &to_b),
    );
    let facts = feed.capture.finish();
    assert_eq!(facts.descriptions.len(), 1);
    assert_eq!(facts.ice[0].pairs[0].checks[0].integrity.valid, 1);
    assert_eq!(facts.ice[0].sides[1].password_from.as_deref(), Some("frame 1"));
}

#[test]
fn a_description_names_the_payload_types_of_its_agents() {
    let sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
        a=ice-ufrag:bbbb\r\na=ice-pwd:secretOfBsecretOfBsecretOfB\r\na=fingerprint:sha-256 AA\r\na=rtpmap:111 opus/48000/2\r\n";
    let (mut known, mut passwords) = (signaling::Known::default(), Passwords::new());
    assert!(known.read(sdp, &Source::File("b.sdp".to_owned()), &mut passwords));
    let mut feed = Feed::new();
    feed.capture = Capture::new(passwords, known, Filter::default());
    feed.pass(
        0,
        A,
        B,
        &check(1, "bbbb:aaaa", AttributeType::ICE_CONTROLLING, false, &key("")),
    );
    for number in 0..5 {
        let packet = [0x80, 111, 0, number, 0, 0, number, 0, 0, 0, 0, 7, 1, 2, 3, 4];
        feed.pass(20 * u64::from(number), A, B, &packet);
    }
    let facts = feed.capture.finish();
    let [stream] = facts.media.streams() else {
        panic!("{:?}", facts.media)
    };
    assert_eq!(
        (facts.media.encoding(stream), facts.media.clock(stream)),
        (Some("opus"), Some(48_000))
    );
    assert_eq!(facts.media.encrypted(stream), Some(true));
    assert_eq!((stream.packets, facts.counts.of(Carried::Rtp)), (5, 5));
    assert_eq!(facts.sessions[0].count(Carried::Rtp), 5, "those held at first too");
}

#[test]
fn relays_within_relays_come_to_an_end() {
    let mut inner = check(9, "b:a", AttributeType::ICE_CONTROLLING, false, &key(""));
    for _ in 0..40 {
        let mut outer = vec![0x40, 1];
        outer.extend((inner.len() as u16).to_be_bytes());
        outer.extend(&inner);
        inner = outer;
    }
    let mut feed = Feed::new();
    feed.pass(0, A, SERVER, &inner);
    assert_eq!(feed.capture.finish().left_out["messages within messages"], 1);
}

fn octets() -> impl Strategy<Value = Vec<u8>> {
    let noise = prop::collection::vec(any::<u8>(), 0..80);
    let check = (0..4u8, any::<bool>(), 0..3u8).prop_map(|(number, nominates, name)| {
        let name = ["b:a", "a:b", "abcdefgh"][usize::from(name)];
        check(number, name, AttributeType::ICE_CONTROLLED, nominates, &key("k"))
    });
    let turn = (0..4u8, 0..13u16, 0..4usize).prop_map(|(number, method, class)| {
        Builder::new(Class::ALL[class], Method(method), id(number))
            .xor_address(AttributeType::XOR_PEER_ADDRESS, address(B))
            .xor_address(AttributeType::XOR_RELAYED_ADDRESS, address(RELAYED))
            .channel_number(0x4000 + method)
            .u32(AttributeType::LIFETIME, 0)
            .attribute(AttributeType::DATA, &[0x40, 0, 0, 4, 1, 2, 3, 4])
            .build()
    });
    let answer = (0..4u8).prop_map(|number| success(number, A, &key("k")));
    let channel = (0..4u8, any::<[u8; 4]>()).prop_map(|(number, data)| {
        let [a, b, c, d] = data;
        vec![0x40, number, 0, 4, a, b, c, d]
    });
    prop_oneof![noise, check, turn, answer, channel]
}

proptest! {
    #[test]
    fn whatever_comes_in_whatever_order_is_survived(
        datagrams in prop::collection::vec((octets(), 0..3usize, 0..3usize, 0..100u64, 0..30usize), 0..60),
    ) {
        let ends = [A, B, SERVER];
        let mut feed = Feed::new();
        for (bytes, from, to, ms, cut) in &datagrams {
            let kept = bytes.len().saturating_sub(*cut);
            feed.pass(*ms, ends[*from], ends[*to], &bytes[..kept]);
        }
        let facts = feed.capture.finish();
        prop_assert_eq!(facts.counts.frames, datagrams.len() as u64);
        for allocation in &facts.allocations {
            prop_assert!((allocation.session.0 as usize) < facts.sessions.len());
        }
    }
}
