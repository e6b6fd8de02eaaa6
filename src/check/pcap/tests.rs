//! Each finding by facts that fire it, and by the same facts without what is wrong.

mod described;

use super::check;
use crate::capture::IcmpError;
use crate::datagram::{Seen, Transport};
use crate::flow::agreed::Agreed;
use crate::flow::binding::Binding;
use crate::flow::ice::{Association, Candidate, Checks, Conflict, Learnt, Pair, Side, Silence, Switch};
use crate::flow::session::{IcmpSeen, Way};
use crate::flow::turn::{Allocation, Credentials, End, Permission, Step};
use crate::flow::{Carried, Direction, Facts, Session, SessionId};
use crate::proto::stun::{ErrorCode, Method};
use crate::report::Severity;
use crate::time::At;

const A: &str = "10.0.0.1:5000";
const B: &str = "198.51.100.1:6000";

fn seen(ms: u64) -> Seen {
    Seen {
        frame: ms / 10 + 1,
        at: At::from_millis(ms),
    }
}

fn way(first: u64, last: u64, media: Option<u64>) -> Way {
    Way {
        packets: 10,
        bytes: 1000,
        first: Some(seen(first)),
        last: Some(seen(last)),
        last_media: media.map(seen),
        ..Way::default()
    }
}

fn session(number: u32, ways: [Way; 2]) -> Session {
    let mut session = Session::new(
        SessionId(number),
        Transport::Udp,
        A.parse().unwrap(),
        B.parse().unwrap(),
    );
    session.ways = ways;
    session
}

fn asked(requests: u64, first: u64, last: u64) -> Checks {
    Checks {
        requests,
        retransmissions: requests,
        first: Some(seen(first)),
        last: Some(seen(last)),
        ..Checks::default()
    }
}

fn answered(requests: u64, first: u64, last: u64) -> Checks {
    Checks {
        successes: requests,
        first_success: Some(seen(first + 20)),
        last_success: Some(seen(last)),
        ..asked(requests, first, last)
    }
}

fn nominated(mut checks: Checks, at: u64) -> Checks {
    checks.use_candidates = 1;
    checks.use_candidate = Some(seen(at));
    checks.nominated = Some(seen(at + 20));
    checks
}

fn pair(checks: [Checks; 2]) -> Pair {
    Pair {
        session: SessionId(0),
        addresses: [A.parse().unwrap(), B.parse().unwrap()],
        transport: Transport::Udp,
        relayed: false,
        checks,
    }
}

fn association(pairs: Vec<Pair>, last: u64) -> Association {
    let side = |ufrag: &str| Side {
        ufrag: ufrag.to_owned(),
        ..Side::default()
    };
    Association {
        sides: [side("AAAA"), side("BBBB")],
        google_ice: false,
        selected: pairs.iter().position(|pair| pair.nominated().is_some()),
        pairs,
        pairs_dropped: 0,
        conflicts: vec![],
        restart_of: None,
        switches: vec![],
        first: seen(0),
        last: seen(last),
        nomination: None,
    }
}

fn facts(association: Association, session: Session) -> Facts {
    Facts {
        sessions: vec![session],
        ice: vec![association],
        ..Facts::default()
    }
}

/// Checks only, both ways, for `last` milliseconds.
fn checking(pairs: Vec<Pair>, last: u64) -> Facts {
    facts(
        association(pairs, last),
        session(0, [way(0, last, None), way(0, last, None)]),
    )
}

/// A path that was nominated at once, and used until `last`.
fn connected(last: u64) -> Facts {
    let checks = [nominated(answered(5, 0, last), 50), answered(5, 10, last)];
    let ways = [way(0, last, Some(last)), way(5, last, Some(last))];
    facts(association(vec![pair(checks)], last), session(0, ways))
}

#[track_caller]
fn codes(facts: &Facts) -> Vec<(String, Severity)> {
    check(&[], facts, &Agreed::of(facts))
        .into_iter()
        .map(|found| found.finding)
        .filter(|finding| finding.code != "capture-without-webrtc")
        .map(|finding| (finding.code, finding.severity))
        .collect()
}

#[track_caller]
fn only(facts: &Facts, code: &str) {
    assert_eq!(codes(facts), [(code.to_owned(), Severity::Error)]);
}

#[track_caller]
fn nothing(facts: &Facts) {
    assert_eq!(codes(facts), []);
}

#[test]
fn a_path_that_works_and_lasts() {
    nothing(&connected(60_000));
}

#[test]
fn no_answer_to_anything() {
    only(
        &checking(vec![pair([asked(4, 0, 8000), Checks::default()])], 8000),
        "ice-checks-unanswered",
    );
    only(
        &checking(vec![pair([asked(4, 0, 8000), asked(4, 0, 8000)])], 8000),
        "ice-checks-unanswered",
    );
    // Too short, or too few, to tell.
    nothing(&checking(vec![pair([asked(4, 0, 900), Checks::default()])], 900));
    nothing(&checking(vec![pair([asked(1, 0, 8000), Checks::default()])], 8000));
}

#[test]
fn a_relay_inside_tls_may_work() {
    let mut facts = checking(vec![pair([asked(4, 0, 8000), Checks::default()])], 8000);
    let mut tls = session(1, [way(0, 10_000, None), way(0, 10_000, None)]);
    tls.transport = Transport::Tcp;
    facts.sessions.push(tls);
    facts.tls.push((SessionId(1), crate::flow::tls::Tls::default()));
    // Signaling only.
    only(&facts, "ice-checks-unanswered");
    for way in &mut facts.sessions[1].ways {
        way.packets = 500;
    }
    let warning = ("ice-checks-unanswered".to_owned(), Severity::Warning);
    assert_eq!(codes(&facts), [warning]);
}

#[test]
fn answers_in_one_direction_only() {
    only(
        &checking(vec![pair([asked(4, 0, 8000), answered(1, 10, 8000)])], 8000),
        "ice-checks-one-way",
    );
    only(
        &checking(vec![pair([answered(1, 10, 8000), asked(4, 0, 8000)])], 8000),
        "ice-checks-one-way",
    );
    // An ICE-lite peer never checks.
    let lite = checking(
        vec![pair([nominated(answered(4, 0, 8000), 0), Checks::default()])],
        8000,
    );
    nothing(&lite);
}

fn refused(code: ErrorCode) -> Checks {
    Checks {
        errors: vec![(code, 3, seen(20))],
        ..asked(3, 0, 3000)
    }
}

#[test]
fn checks_refused() {
    for code in [ErrorCode::BAD_REQUEST, ErrorCode::UNAUTHENTICATED] {
        only(
            &checking(vec![pair([refused(code), Checks::default()])], 3000),
            "ice-checks-refused",
        );
    }
    // Silently, but the integrity tells.
    let mut silent = asked(4, 0, 8000);
    silent.integrity.invalid = 8;
    silent.integrity.first_invalid = Some(seen(0));
    only(
        &checking(vec![pair([silent, Checks::default()])], 8000),
        "ice-checks-refused",
    );
}

#[test]
fn role_conflicts() {
    let conflict = |ms| Conflict {
        seen: seen(ms),
        side: 0,
    };
    let mut stuck = association(vec![pair([refused(ErrorCode::ROLE_CONFLICT), Checks::default()])], 3000);
    stuck.conflicts = vec![conflict(20), conflict(500)];
    let ways = [way(0, 3000, None), way(0, 3000, None)];
    only(&facts(stuck, session(0, ways)), "ice-role-conflict");
    // Settled: no finding.
    let mut settled = connected(3000);
    settled.ice[0].conflicts = vec![conflict(20)];
    nothing(&settled);
}

#[test]
fn nobody_nominates() {
    let checks = || pair([answered(4, 0, 8000), answered(4, 0, 8000)]);
    only(&checking(vec![checks(), checks()], 8000), "ice-not-nominated");
    // Checks for consent look the same: the capture may have begun in the midst of a call.
    let mut late = checking(vec![checks()], 8000);
    assert_eq!(codes(&late), [("ice-not-nominated".to_owned(), Severity::Warning)]);
    // And with media, though it be of one side, it did.
    rtp(&mut late, 0, Direction::Forward, 0, 0..100);
    nothing(&late);
    nothing(&checking(
        vec![pair([answered(4, 0, 2000), answered(4, 0, 2000)])],
        2000,
    ));
}

#[test]
fn a_peer_that_answers_and_never_checks() {
    only(
        &checking(vec![pair([answered(4, 0, 8000), Checks::default()])], 8000),
        "ice-remote-never-checked",
    );
    // A server that only answers, in the midst of a call.
    let mut late = checking(vec![pair([answered(4, 0, 8000), Checks::default()])], 8000);
    rtp(&mut late, 0, Direction::Backward, 0, 0..100);
    nothing(&late);
}

#[test]
fn consent_lost() {
    let mut facts = connected(30_000);
    facts.sessions[0].ways[1] = way(5, 10_000, Some(10_000));
    facts.ice[0].pairs[0].checks[0].pending = Some((4, seen(12_000)));
    only(&facts, "ice-consent-lost");
    // One check that is under way at the end is nothing.
    facts.ice[0].pairs[0].checks[0].pending = Some((1, seen(29_900)));
    facts.sessions[0].ways[1] = way(5, 29_900, Some(29_900));
    nothing(&facts);
}

#[test]
fn a_silence_that_ended() {
    let mut facts = connected(60_000);
    let silence = |to| Silence {
        from: seen(20_000),
        to: seen(to),
        checks: 3,
        recovered: true,
    };
    facts.ice[0].pairs[0].checks[0].silences = vec![silence(29_000)];
    assert_eq!(codes(&facts), [("ice-consent-gap".to_owned(), Severity::Warning)]);
    facts.ice[0].pairs[0].checks[0].silences = vec![silence(22_000)];
    nothing(&facts);
}

fn unreachable(ms: u64, carried: Carried) -> IcmpSeen {
    IcmpSeen {
        seen: seen(ms),
        quoted: Direction::Forward,
        error: IcmpError {
            from: "198.51.100.1".parse().unwrap(),
            to: "10.0.0.1".parse().unwrap(),
            kind: 3,
            code: 3,
            mtu: None,
        },
        carried,
    }
}

#[test]
fn packets_into_icmp_errors() {
    let mut facts = connected(30_000);
    facts.sessions[0].ways[1] = way(5, 10_000, Some(10_000));
    facts.sessions[0].icmp = vec![unreachable(10_020, Carried::Rtp)];
    facts.sessions[0].icmp_count = 18;
    only(&facts, "icmp-unreachable");
    // A few at the end of a call are what hanging up looks like.
    facts.sessions[0].ways[0] = way(0, 10_060, Some(10_060));
    facts.sessions[0].icmp_count = 3;
    nothing(&facts);
    // Nothing listens anywhere.
    let mut nowhere = checking(vec![pair([asked(4, 0, 8000), Checks::default()])], 8000);
    nowhere.sessions[0].icmp = vec![unreachable(20, Carried::Stun)];
    nowhere.sessions[0].icmp_count = 8;
    only(&nowhere, "icmp-unreachable");
}

#[test]
fn a_mapping_that_changes() {
    let mut facts = connected(30_000);
    facts.sessions[0].ways[1] = way(5, 10_000, Some(10_000));
    let mut second = session(
        1,
        [way(13_000, 30_000, Some(30_000)), way(13_000, 30_000, Some(30_000))],
    );
    second.b = "198.51.100.1:7777".parse().unwrap();
    let mut elsewhere = pair([answered(2, 13_000, 30_000), answered(2, 13_000, 30_000)]);
    elsewhere.session = SessionId(1);
    elsewhere.addresses[1] = second.b;
    facts.sessions.push(second);
    facts.ice[0].pairs.push(elsewhere);
    facts.ice[0].switches = vec![Switch {
        seen: seen(13_000),
        from: 0,
        to: 1,
        side: 1,
    }];
    facts.ice[0].selected = Some(1);
    only(&facts, "nat-mapping-changed");
    // Two candidates of one machine are no change.
    facts.ice[0].sides[1].candidates = vec![Candidate {
        address: "198.51.100.1:7777".parse().unwrap(),
        transport: Transport::Udp,
        candidate_type: None,
        priority: None,
        learnt: Learnt::Sdp,
        seen: None,
    }];
    nothing(&facts);
}

#[test]
fn a_path_that_took_long() {
    let mut facts = connected(30_000);
    facts.ice[0].pairs[0].checks[0] = nominated(answered(5, 9000, 30_000), 9100);
    assert_eq!(codes(&facts), [("ice-slow".to_owned(), Severity::Warning)]);
    // The capture began when the path was in use already.
    facts.ice[0].first = seen(2000);
    nothing(&facts);
}

#[test]
fn consent_lost_of_a_call_that_the_capture_does_not_begin_with() {
    let mut facts = connected(30_000);
    let mut checks = asked(3, 12_000, 30_000);
    checks.pending = Some((3, seen(12_000)));
    facts.ice[0].pairs[0].checks = [checks, Checks::default()];
    facts.sessions[0].ways[1] = way(5, 10_000, Some(10_000));
    only(&facts, "ice-consent-lost");
    // Nothing ever came: it may have been captured on one side.
    facts.sessions[0].ways[1] = Way::default();
    nothing(&facts);
}

fn step(method: Method, ms: u64, error: Option<ErrorCode>, authenticated: bool) -> Step {
    Step {
        method,
        asked: seen(ms),
        transmissions: 1,
        authenticated,
        answered: Some(seen(ms + 10)),
        error,
        reason: None,
        lifetime_asked: None,
        lifetime: None,
        peer: None,
        channel: None,
    }
}

fn allocation(steps: Vec<Step>, end: End) -> Facts {
    let credentials = if steps.iter().any(|step| step.authenticated) {
        Credentials::Accepted
    } else {
        Credentials::NotSent
    };
    let one = Allocation {
        end,
        credentials,
        steps,
        ..Allocation::new(SessionId(0), A.parse().unwrap(), B.parse().unwrap(), Transport::Udp)
    };
    Facts {
        sessions: vec![session(0, [way(0, 100, None), way(0, 100, None)])],
        allocations: vec![one],
        ..Facts::default()
    }
}

#[test]
fn allocations_refused() {
    let challenge = || step(Method::ALLOCATE, 0, Some(ErrorCode::UNAUTHENTICATED), false);
    for (code, finding) in [
        (ErrorCode::ALLOCATION_QUOTA_REACHED, "turn-quota-reached"),
        (ErrorCode::FORBIDDEN, "turn-forbidden"),
        (ErrorCode::ALLOCATION_MISMATCH, "turn-allocation-mismatch"),
        (
            ErrorCode::UNSUPPORTED_TRANSPORT_PROTOCOL,
            "turn-transport-not-supported",
        ),
        (ErrorCode::INSUFFICIENT_CAPACITY, "turn-no-capacity"),
    ] {
        let steps = vec![challenge(), step(Method::ALLOCATE, 20, Some(code), true)];
        only(&allocation(steps, End::Refused), finding);
    }
    let mut rejected = allocation(
        vec![
            challenge(),
            step(Method::ALLOCATE, 20, Some(ErrorCode::UNAUTHENTICATED), true),
        ],
        End::Refused,
    );
    rejected.allocations[0].credentials = Credentials::Rejected;
    only(&rejected, "turn-credentials-rejected");
    let mut missing = allocation(vec![challenge()], End::Refused);
    missing
        .sessions
        .push(session(1, [way(0, 5000, None), way(0, 5000, None)]));
    only(&missing, "turn-credentials-missing");
    let mut made = allocation(vec![challenge(), step(Method::ALLOCATE, 20, None, true)], End::Open);
    made.allocations[0].created = Some(seen(30));
    nothing(&made);
}

#[test]
fn a_challenge_that_says_nothing_yet() {
    let challenge = || step(Method::ALLOCATE, 0, Some(ErrorCode::UNAUTHENTICATED), false);
    let later = || session(1, [way(0, 5000, None), way(0, 5000, None)]);
    // The capture ends with it.
    let mut facts = allocation(vec![challenge()], End::Refused);
    nothing(&facts);
    facts.sessions.push(later());
    only(&facts, "turn-credentials-missing");
    // What was sent then may have been cut.
    facts.counts.cut = 1;
    assert!(!codes(&facts).iter().any(|(code, _)| code == "turn-credentials-missing"));
    // The relay works: the answer that made it was not captured.
    facts.counts.cut = 0;
    facts.allocations[0].from_peers = (5, 500);
    nothing(&facts);
    // Credentials were sent, and nothing came back, or nothing yet.
    let mut asked = step(Method::ALLOCATE, 20, None, true);
    asked.answered = None;
    let mut facts = allocation(vec![challenge(), asked.clone()], End::Refused);
    facts.allocations[0].credentials = Credentials::Unanswered;
    facts.sessions.push(later());
    nothing(&facts);
    facts.allocations[0].steps[1].transmissions = 7;
    only(&facts, "turn-unanswered");
}

#[test]
fn an_answer_of_turn_that_was_cut() {
    let steps = vec![step(Method::ALLOCATE, 0, Some(ErrorCode(0)), false)];
    let mut facts = allocation(steps, End::Refused);
    only(&facts, "stun-error-response");
    facts.counts.cut = 1;
    assert!(!codes(&facts).iter().any(|(code, _)| code == "stun-error-response"));
}

#[test]
fn a_permission_refused() {
    let mut bind = step(Method::CHANNEL_BIND, 50, Some(ErrorCode::FORBIDDEN), true);
    bind.peer = Some(B.parse().unwrap());
    let mut facts = allocation(vec![step(Method::ALLOCATE, 20, None, true), bind], End::Open);
    facts.allocations[0].created = Some(seen(30));
    only(&facts, "turn-forbidden");
    facts.allocations[0].permissions = vec![Permission {
        ip: "198.51.100.1".parse().unwrap(),
        asked: seen(50),
        installed: Some(seen(60)),
        refreshed: None,
        refused: None,
    }];
    nothing(&facts);
}

#[test]
fn what_a_refused_relay_explains_is_no_error() {
    let mut facts = checking(vec![pair([asked(4, 0, 8000), Checks::default()])], 8000);
    let steps = vec![step(
        Method::ALLOCATE,
        20,
        Some(ErrorCode::ALLOCATION_QUOTA_REACHED),
        true,
    )];
    facts.allocations = allocation(steps, End::Refused).allocations;
    let expected = [
        ("turn-quota-reached", Severity::Error),
        ("ice-checks-unanswered", Severity::Warning),
    ];
    assert_eq!(
        codes(&facts),
        expected.map(|(code, severity)| (code.to_owned(), severity))
    );
    // And a refused relay that nobody needed is none either.
    facts.ice = connected(8000).ice;
    facts.sessions = connected(8000).sessions;
    assert_eq!(codes(&facts), [("turn-quota-reached".to_owned(), Severity::Warning)]);
}

#[test]
fn a_turn_server_that_is_silent() {
    let mut silent = step(Method::ALLOCATE, 0, None, false);
    silent.answered = None;
    let mut facts = allocation(vec![silent], End::Unanswered);
    facts.allocations[0].allocates.requests = 1;
    nothing(&facts);
    facts.allocations[0].allocates.retransmissions = 4;
    only(&facts, "turn-unanswered");
    // Signed requests follow a challenge: one direction was captured.
    let mut signed = step(Method::ALLOCATE, 100, None, true);
    signed.answered = None;
    facts.allocations[0].steps.push(signed);
    nothing(&facts);
}

#[test]
fn an_allocation_that_ran_out() {
    let mut facts = allocation(vec![step(Method::ALLOCATE, 0, None, true)], End::Expired(seen(600_000)));
    facts.allocations[0].created = Some(seen(10));
    facts.allocations[0].peers = vec![crate::flow::turn::PeerTraffic {
        session: SessionId(0),
        peer: None,
        sent_without_permission: 0,
    }];
    facts.sessions[0].ways[0] = way(0, 700_000, None);
    only(&facts, "turn-allocation-expired");
    facts.sessions[0].ways[0] = way(0, 590_000, None);
    nothing(&facts);
}

fn binding(server: &str, mapped: &str) -> Binding {
    Binding {
        session: SessionId(0),
        client: A.parse().unwrap(),
        server: server.parse().unwrap(),
        transport: Transport::Udp,
        classic: false,
        requests: 1,
        retransmissions: 0,
        successes: 1,
        errors: vec![],
        mapped: vec![(mapped.parse().unwrap(), seen(20))],
        other_address: None,
        software: None,
        rtt: None,
        first: seen(0),
        last: seen(20),
    }
}

/// A handshake whose ClientHello was sent at each of these times.
fn hello_at(times: &[u64], end: u64) -> Facts {
    let mut hello = vec![
        22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 54, 1, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0, 0, 42,
    ];
    hello.extend([0xfe, 0xfd]);
    hello.extend([7; 32]);
    hello.extend([0, 0, 0, 2, 0xc0, 0x2b, 1, 0]);
    let mut dtls = crate::flow::dtls::Dtls::default();
    for &ms in times {
        dtls.feed(Direction::Forward, seen(ms), &hello, 0);
    }
    let mut facts = Facts {
        sessions: vec![session(0, [way(0, end, None), way(0, end, None)])],
        ..Facts::default()
    };
    facts.dtls.push((SessionId(0), dtls));
    facts
}

#[test]
fn a_handshake_that_waits() {
    only(&hello_at(&[0, 1000, 3000], 3000), "dtls-stuck");
    only(&hello_at(&[0], 8000), "dtls-stuck");
    // Too short, or too few, to tell.
    nothing(&hello_at(&[0, 1000], 1500));
    // One direction only.
    let mut half = hello_at(&[0, 1000, 3000], 8000);
    half.sessions[0].ways[1] = Way::default();
    nothing(&half);
}

#[test]
fn a_handshake_that_goes_on_slowly() {
    // A server that sends its flight after four seconds, at the end of the capture.
    let mut facts = hello_at(&[0, 1000], 4000);
    let mut verify = vec![
        22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15, 3, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 3,
    ];
    verify.extend([0xfe, 0xff, 0]);
    facts.dtls[0].1.feed(Direction::Backward, seen(4000), &verify, 0);
    nothing(&facts);
}

/// Gives a session RTP of one source: each sequence number, and 20 ms times it after `start`.
fn rtp(facts: &mut Facts, session: u32, direction: Direction, start: u64, sequences: impl Iterator<Item = u16>) {
    facts.media.trust(SessionId(session));
    for number in sequences {
        let mut packet = vec![0x80, 96];
        packet.extend(number.to_be_bytes());
        packet.extend((u32::from(number) * 960).to_be_bytes());
        packet.extend(0x1234_5678_u32.to_be_bytes());
        packet.extend([0; 100]);
        let at = seen(start + u64::from(number) * 20);
        facts.media.rtp(SessionId(session), direction, at, &packet, 0);
    }
}

/// Two sessions of A: with B, and with another address.
fn two_paths(other: &str) -> Facts {
    let ways = || [way(0, 10_000, Some(10_000)), Way::default()];
    let mut second = session(1, ways());
    second.b = other.parse().unwrap();
    Facts {
        sessions: vec![session(0, ways()), second],
        ..Facts::default()
    }
}

#[test]
fn a_nat_that_maps_by_destination() {
    let of = |mapped: &str| Facts {
        bindings: vec![
            binding("192.0.2.1:3478", "203.0.113.7:5000"),
            binding("192.0.2.2:3478", mapped),
        ],
        ..Facts::default()
    };
    let warning = ("nat-mapping-endpoint-dependent".to_owned(), Severity::Warning);
    assert_eq!(codes(&of("203.0.113.7:5001")), [warning]);
    nothing(&of("203.0.113.7:5000"));
}

#[test]
fn servers_that_are_silent() {
    let mut silent = binding("192.0.2.1:3478", "203.0.113.7:5000");
    silent.mapped.clear();
    (silent.successes, silent.retransmissions) = (0, 5);
    let mut facts = Facts {
        bindings: vec![silent],
        ..Facts::default()
    };
    assert_eq!(codes(&facts), [("stun-unanswered".to_owned(), Severity::Warning)]);
    facts.bindings[0].retransmissions = 0;
    nothing(&facts);
}

#[test]
fn packets_lost() {
    let mut facts = two_paths("198.51.100.2:6000");
    rtp(
        &mut facts,
        0,
        Direction::Forward,
        0,
        (0..400).filter(|number| number % 5 != 0),
    );
    only(&facts, "media-loss");
    let mut some = two_paths("198.51.100.2:6000");
    rtp(
        &mut some,
        0,
        Direction::Forward,
        0,
        (0..400).filter(|number| number % 20 != 0),
    );
    assert_eq!(codes(&some), [("media-loss".to_owned(), Severity::Warning)]);
    let mut few = two_paths("198.51.100.2:6000");
    rtp(
        &mut few,
        0,
        Direction::Forward,
        0,
        (0..400).filter(|number| number % 100 != 0),
    );
    nothing(&few);
}

#[test]
fn packets_that_took_another_path() {
    // Without ICE: that of one socket to another address meanwhile.
    let elsewhere = |number: &u16| (100..200).contains(number);
    let mut facts = two_paths("198.51.100.2:6000");
    rtp(
        &mut facts,
        0,
        Direction::Forward,
        0,
        (0..400).filter(|number| !elsewhere(number)),
    );
    rtp(&mut facts, 1, Direction::Forward, 0, (0..400).filter(elsewhere));
    nothing(&facts);
}

#[test]
fn packets_lost_between_two_captures() {
    // The same packets on both sides of a NAT, all of them before it.
    let mut facts = two_paths("198.51.100.2:6000");
    rtp(
        &mut facts,
        0,
        Direction::Forward,
        30,
        (0..400).filter(|number| number % 5 != 0),
    );
    rtp(&mut facts, 1, Direction::Forward, 0, 0..400);
    only(&facts, "media-loss");
}
