//! The probes on a network in virtual time: NATs of every kind, loss, exact times, the long-term credential mechanism.

mod sim;

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use rtcdiag::datagram::Transport;
use rtcdiag::probe::PathError;
use rtcdiag::probe::Probe;
use rtcdiag::probe::allocate::{Allocate, AllocateOptions, AllocateResult, RelayFamily, Release};
use rtcdiag::probe::authentication::Credentials;
use rtcdiag::probe::binding::{Binding, BindingOptions};
use rtcdiag::probe::trace::{FailureKind, NoteKind, StepName, StepOutcome};
use rtcdiag::proto::stun::{AttributeType, Builder, Class, Message, Method, PasswordAlgorithm, TransactionId};
use rtcdiag::secret::Secret;
use rtcdiag::time::At;
use sim::*;

const SERVER: &str = "198.51.100.1:3478";

fn binding(server: SocketAddr, deadline: u64, who: u8) -> Binding {
    let deadline = At::from_millis(deadline);
    Binding::new(BindingOptions {
        server,
        transport: Transport::Udp,
        deadline,
        new_id: ids(who),
    })
}

fn options(transport: Transport) -> AllocateOptions {
    AllocateOptions {
        server: socket(SERVER),
        transport,
        credentials: Some(Credentials {
            username: "user".into(),
            password: Secret::new("pass"),
        }),
        family: None,
        deadline: At::from_millis(5000),
        release_grace: ms(2000),
        new_id: ids(1),
    }
}

/// A client 25 ms and a server another 25 ms from the middle: a round trip is 100 ms.
fn pair(seed: u64, link: Link, transport: Transport) -> (Network, SocketId) {
    let mut network = Network::new(seed);
    let client = network.host(ip("192.0.2.7"), link);
    network.host(ip("198.51.100.1"), Link::of(25));
    let socket = network.socket(client, 4000, transport);
    (network, socket)
}

/// Runs one allocation; the server is looked at when all that was on its way has arrived.
fn allocate(server: TurnServer, options: AllocateOptions) -> (AllocateResult, Rc<RefCell<TurnServer>>, Network) {
    let (mut network, socket_id) = pair(1, Link::of(25), options.transport);
    let server = Rc::new(RefCell::new(server));
    network.service(&[socket(SERVER)], server.clone());
    let mut probe = Allocate::new(options);
    network.run(&mut [Task::new(&mut probe, socket_id)]);
    network.drain();
    (probe.result(), server, network)
}

fn failure(result: &AllocateResult) -> FailureKind {
    result.outcome.as_ref().expect_err("a failure").kind.clone()
}

fn notes(result: &AllocateResult) -> Vec<NoteKind> {
    result.notes.iter().map(|note| note.kind).collect()
}

// ---- NATs ----------------------------------------------------------------------------------------------------------

/// Three servers, asked from one socket behind a NAT: two on one host, one elsewhere. Their views of us.
fn views(nat: Nat) -> Vec<SocketAddr> {
    let servers = ["198.51.100.1:3478", "198.51.100.1:3479", "203.0.113.1:3478"].map(socket);
    let mut network = Network::new(7);
    let nat = network.nat(nat);
    let client = network.host_behind(nat, ip("10.0.0.2"), Link::of(10));
    for address in ["198.51.100.1", "203.0.113.1"] {
        network.host(ip(address), Link::of(40));
    }
    for server in servers {
        network.service(&[server], StunServer::new(server));
    }
    let from = network.socket(client, 5000, Transport::Udp);
    let mut probes: Vec<Binding> = servers
        .iter()
        .zip(1..)
        .map(|(server, who)| binding(*server, 5000, who))
        .collect();
    let mut tasks: Vec<Task<'_>> = probes.iter_mut().map(|probe| Task::new(probe, from)).collect();
    network.run(&mut tasks);
    let views = probes
        .iter()
        .map(|probe| probe.result().outcome.expect("an answer").address());
    views.map(|view| view.expect("an address")).collect()
}

#[test]
fn servers_asked_from_one_socket_see_what_the_mapping_behavior_says() {
    for mapping in Behavior::ALL {
        for filtering in Behavior::ALL {
            for port_preservation in [true, false] {
                let nat = Nat::new(ip("192.0.2.1"), mapping, filtering);
                let views = views(Nat {
                    port_preservation,
                    ..nat
                });
                assert!(views.iter().all(|view| view.ip() == ip("192.0.2.1")));
                let same = (views[0] == views[1], views[0] == views[2], views[1] == views[2]);
                let expected = match mapping {
                    Behavior::EndpointIndependent => (true, true, true),
                    Behavior::AddressDependent => (true, false, false),
                    Behavior::AddressAndPortDependent => (false, false, false),
                };
                assert_eq!(
                    same, expected,
                    "{mapping:?} {filtering:?} {port_preservation}: {views:?}"
                );
                assert_eq!(views[0].port() == 5000, port_preservation);
            }
        }
    }
}

#[test]
fn an_answer_from_elsewhere_arrives_as_the_filtering_behavior_lets_it_and_is_never_taken() {
    for mapping in Behavior::ALL {
        for filtering in Behavior::ALL {
            for (source, passes) in [
                ("203.0.113.1:9", filtering == Behavior::EndpointIndependent),
                ("198.51.100.1:9", filtering != Behavior::AddressAndPortDependent),
            ] {
                let mut network = Network::new(1);
                let nat = network.nat(Nat::new(ip("192.0.2.1"), mapping, filtering));
                let client = network.host_behind(nat, ip("10.0.0.2"), Link::of(10));
                network.host(ip("198.51.100.1"), Link::of(40));
                let wrong = Misbehavior::WrongSource(socket(source));
                network.service(&[socket(SERVER)], Misbehaving::new(wrong));
                let from = network.socket(client, 5000, Transport::Udp);
                let mut probe = binding(socket(SERVER), 5000, 1);
                network.run(&mut [Task::new(&mut probe, from)]);
                let result = probe.result();
                let kind = result.outcome.expect_err("no answer").kind;
                let expected = if passes {
                    FailureKind::WrongSource
                } else {
                    FailureKind::Timeout
                };
                assert_eq!(kind, expected, "{mapping:?} {filtering:?} {source}");
                assert_eq!(
                    result.notes.first().map(|note| (note.from, note.count)),
                    passes.then_some((Some(socket(source)), 4))
                );
            }
        }
    }
}

#[test]
fn the_simulated_nat_keeps_and_forgets_its_mappings() {
    let mut random = sim::random::Random::new(1);
    let [inside, other, remote] = ["10.0.0.2:5000", "10.0.0.3:5000", "198.51.100.1:3478"].map(socket);
    let behavior = Behavior::EndpointIndependent;
    let mut nat = Nat::new(ip("192.0.2.1"), behavior, behavior);
    let at = |seconds: u64| At::from_millis(seconds * 1000);
    let outside = nat.outbound(at(0), inside, remote, &mut random);
    assert_eq!(outside, socket("192.0.2.1:5000"));
    assert_ne!(
        nat.outbound(at(0), other, remote, &mut random).port(),
        5000,
        "the port is taken"
    );
    assert_eq!(nat.inbound(at(119), remote, outside), Some(inside));
    assert_eq!(nat.inbound(at(120), remote, outside), None, "the mapping has timed out");
    assert_eq!(nat.outbound(at(119), inside, remote, &mut random), outside);
    assert_eq!(
        nat.inbound(at(238), remote, outside),
        Some(inside),
        "and was refreshed by what went out"
    );
}

#[test]
fn hairpinning_and_nats_behind_nats() {
    for hairpinning in [true, false] {
        let behavior = Behavior::EndpointIndependent;
        let mut network = Network::new(1);
        let outer = network.nat(Nat {
            hairpinning,
            ..Nat::new(ip("192.0.2.1"), behavior, behavior)
        });
        let inner = network.nat_behind(outer, Nat::new(ip("100.64.0.1"), behavior, behavior));
        let one = network.host_behind(inner, ip("10.0.0.2"), Link::of(5));
        let two = network.host_behind(outer, ip("100.64.0.9"), Link::of(5));
        network.host(ip("198.51.100.1"), Link::of(20));
        network.service(&[socket(SERVER)], StunServer::new(socket(SERVER)));
        let (one, two) = (
            network.socket(one, 5000, Transport::Udp),
            network.socket(two, 6000, Transport::Udp),
        );
        let mut probes = [binding(socket(SERVER), 5000, 1), binding(socket(SERVER), 5000, 2)];
        let [first, second] = &mut probes;
        network.run(&mut [Task::new(first, one), Task::new(second, two)]);
        let seen = probes.map(|probe| probe.result().outcome.expect("an answer").address());
        assert_eq!(
            seen,
            ["192.0.2.1:5000", "192.0.2.1:6000"].map(|address| Some(socket(address)))
        );
        network.send(two, socket("192.0.2.1:5000"), b"hello".to_vec());
        network.drain();
        let last = network.log.last().expect("a log");
        assert_eq!(last.bytes, b"hello");
        match hairpinning {
            true => assert_eq!((last.fate, last.src), (Fate::Delivered, socket("192.0.2.1:6000"))),
            false => assert_eq!(last.fate, Fate::Filtered),
        }
    }
}

#[test]
fn a_stun_server_with_a_second_address_answers_change_request() {
    let second = socket("198.51.100.2:3479");
    let server = StunServer::with_second(socket(SERVER), second);
    let addresses = server.addresses();
    let mut network = Network::new(1);
    let client = network.host(ip("192.0.2.7"), Link::of(1));
    for address in ["198.51.100.1", "198.51.100.2"] {
        network.host(ip(address), Link::of(1));
    }
    network.service(&addresses, server);
    let from = network.socket(client, 4000, Transport::Udp);
    let mut probe = binding(socket(SERVER), 5000, 1);
    network.run(&mut [Task::new(&mut probe, from)]);
    let answer = probe.result().outcome.expect("an answer");
    assert_eq!(
        (answer.other_address, answer.response_origin),
        (Some(second), Some(socket(SERVER)))
    );
    for (change_ip, change_port, origin) in [
        (true, true, "198.51.100.2:3479"),
        (false, true, "198.51.100.1:3479"),
        (true, false, "198.51.100.2:3478"),
    ] {
        let request = Builder::new(Class::Request, Method::BINDING, TransactionId::new([3; 12]));
        network.send(
            from,
            socket(SERVER),
            request.change_request(change_ip, change_port).build(),
        );
        network.drain();
        assert_eq!(network.log.last().map(|last| last.src), Some(socket(origin)));
    }
}

// ---- Times ---------------------------------------------------------------------------------------------------------

#[test]
fn a_reflexive_address_takes_one_round_trip_and_a_relayed_one_two() {
    let (mut network, from) = pair(1, Link::of(25), Transport::Udp);
    network.service(&[socket(SERVER)], StunServer::new(socket(SERVER)));
    let mut probe = binding(socket(SERVER), 5000, 1);
    let mut tasks = [Task::new(&mut probe, from).starting(At::from_millis(30))];
    network.run(&mut tasks);
    assert_eq!(tasks[0].done(), At::from_millis(130));
    let result = probe.result();
    let step = &result.steps[0];
    assert_eq!((step.step, step.outcome), (StepName::Binding, StepOutcome::Ok));
    assert_eq!(
        (step.started, step.ended, &step.sent[..]),
        (At::from_millis(30), At::from_millis(130), &[At::from_millis(30)][..])
    );
    assert_eq!(step.facts.xor_mapped, Some(socket("192.0.2.7:4000")));
    assert_eq!(step.facts.software.as_deref(), Some("sim"));

    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls, Transport::Dtls] {
        let (result, server, network) = allocate(TurnServer::with(Auth::Classic), options(transport));
        let relayed = result.outcome.expect("an allocation");
        assert_eq!(relayed.relayed, socket("198.51.100.9:49152"));
        assert_eq!(relayed.xor_mapped, Some(socket("192.0.2.7:4000")));
        assert_eq!(
            (relayed.lifetime, relayed.realm.as_deref()),
            (Some(Duration::from_secs(600)), Some("example.org"))
        );
        let steps: Vec<_> = result
            .steps
            .iter()
            .map(|step| (step.step, step.outcome, step.ended))
            .collect();
        let expected = [
            (StepName::Challenge, 100),
            (StepName::Allocate, 200),
            (StepName::Refresh, 300),
        ];
        assert_eq!(
            steps,
            expected.map(|(step, ended)| (step, StepOutcome::Ok, At::from_millis(ended)))
        );
        assert_eq!(result.steps[0].error, Some((401, "Unauthenticated".to_owned())));
        assert!(
            result
                .steps
                .iter()
                .all(|step| step.ended - step.started == ms(100) && step.transaction_ids.len() == 1)
        );
        assert_eq!(result.notes, []);
        assert_eq!(
            (result.release, server.borrow().allocations.len()),
            (Release::Released, 0)
        );
        assert_eq!(network.now(), At::from_millis(300));
    }
}

#[test]
fn retransmissions_leave_at_the_times_of_the_rfc() {
    for (transport, deadline, expected, end) in [
        (
            Transport::Udp,
            100_000,
            vec![0, 500, 1500, 3500, 7500, 15_500, 31_500],
            39_500,
        ),
        (Transport::Udp, 5000, vec![0, 500, 1500, 3500], 5000),
        (Transport::Tcp, 100_000, vec![0], 39_500),
        (Transport::Tcp, 5000, vec![0], 5000),
    ] {
        let (mut network, from) = pair(1, Link::of(25), transport);
        network.service(&[socket(SERVER)], Misbehaving::new(Misbehavior::Silent));
        let deadline = At::from_millis(deadline);
        let mut probe = Binding::new(BindingOptions {
            server: socket(SERVER),
            transport,
            deadline,
            new_id: ids(1),
        });
        let mut tasks = [Task::new(&mut probe, from)];
        network.run(&mut tasks);
        assert_eq!(tasks[0].done(), At::from_millis(end));
        let sent = network
            .log
            .iter()
            .filter(|seen| seen.fate == Fate::Sent)
            .map(|seen| seen.at);
        let sent: Vec<At> = sent.collect();
        assert_eq!(sent, expected.into_iter().map(At::from_millis).collect::<Vec<_>>());
        let result = probe.result();
        assert_eq!(result.steps[0].sent, sent);
        assert_eq!(result.steps[0].outcome, StepOutcome::Timeout);
        assert_eq!(result.outcome.expect_err("no answer").kind, FailureKind::Timeout);
    }
}

#[test]
fn a_dead_turn_server_costs_its_timeout_and_no_more() {
    let (mut network, from) = pair(1, Link::of(25), Transport::Udp);
    network.service(&[socket(SERVER)], Misbehaving::new(Misbehavior::Silent));
    let mut probe = Allocate::new(options(Transport::Udp));
    let mut tasks = [Task::new(&mut probe, from)];
    network.run(&mut tasks);
    assert_eq!(tasks[0].done(), At::from_millis(5000));
    let result = probe.result();
    assert_eq!(
        (failure(&result), result.release),
        (FailureKind::Timeout, Release::NotNeeded)
    );
    assert_eq!(
        result
            .steps
            .iter()
            .map(|step| (step.step, step.outcome))
            .collect::<Vec<_>>(),
        [(StepName::Challenge, StepOutcome::Timeout)]
    );
}

#[test]
fn a_closed_port_is_told_after_the_second_transmission() {
    let (mut network, from) = pair(1, Link::of(25), Transport::Udp);
    let mut probe = binding(socket(SERVER), 5000, 1);
    let mut tasks = [Task::new(&mut probe, from)];
    network.run(&mut tasks);
    assert_eq!(tasks[0].done(), At::from_millis(600));
    let unreachable = PathError::Icmp {
        v6: false,
        kind: 3,
        code: 3,
        from: Some(ip("198.51.100.1")),
    };
    assert_eq!(
        probe.result().outcome.expect_err("no answer").kind,
        FailureKind::Path(unreachable)
    );

    let (mut network, from) = pair(1, Link::of(25), Transport::Tcp);
    let mut probe = binding(socket(SERVER), 5000, 1);
    network.run(&mut [Task::new(&mut probe, from)]);
    // The probe was made for UDP; what counts is that a reset is never taken for a stray ICMP.
    assert_eq!(
        probe.result().outcome.expect_err("no answer").kind,
        FailureKind::Path(PathError::Reset)
    );
}

#[test]
fn a_stray_icmp_error_does_not_end_a_probe() {
    let (mut network, from) = pair(1, Link::of(25), Transport::Udp);
    let stray = Misbehavior::Unreachable {
        until: 2,
        kind: 3,
        code: 3,
    };
    network.service(&[socket(SERVER)], Misbehaving::new(stray));
    let mut probe = binding(socket(SERVER), 5000, 1);
    network.run(&mut [Task::new(&mut probe, from)]);
    let result = probe.result();
    assert!(result.outcome.is_ok());
    assert_eq!(
        result
            .notes
            .iter()
            .map(|note| (note.kind, note.count))
            .collect::<Vec<_>>(),
        [(NoteKind::Icmp, 1)]
    );
}

#[test]
fn soft_icmp_errors_explain_a_time_out() {
    let (mut network, from) = pair(1, Link::of(25), Transport::Udp);
    let host_unreachable = Misbehavior::Unreachable {
        until: 99,
        kind: 3,
        code: 1,
    };
    network.service(&[socket(SERVER)], Misbehaving::new(host_unreachable));
    let mut probe = binding(socket(SERVER), 5000, 1);
    let mut tasks = [Task::new(&mut probe, from)];
    network.run(&mut tasks);
    assert_eq!(tasks[0].done(), At::from_millis(5000));
    let kind = probe.result().outcome.expect_err("no answer").kind;
    assert!(
        matches!(kind, FailureKind::Path(PathError::Icmp { code: 1, .. })),
        "{kind:?}"
    );
}

// ---- Loss ----------------------------------------------------------------------------------------------------------

/// A link that does everything links do, all in moderation but the loss.
fn bad_link(loss: f64) -> Link {
    Link::of(25).loss(loss).jitter(40).duplicate(0.1).reorder(0.1, 300)
}

#[test]
fn reflexive_and_relayed_addresses_are_found_under_loss() {
    let (mut reflexive, mut relayed) = (0, 0);
    for seed in 0..200 {
        let (mut network, from) = pair(seed, bad_link(0.3), Transport::Udp);
        network.host(ip("203.0.113.1"), Link::of(25));
        let stun = socket("203.0.113.1:3478");
        network.service(&[stun], StunServer::new(stun));
        let turn = Rc::new(RefCell::new(TurnServer::with(Auth::Classic)));
        network.service(&[socket(SERVER)], turn.clone());
        let mut one = binding(stun, 39_500, 1);
        let options = AllocateOptions {
            deadline: At::from_millis(39_500),
            release_grace: ms(20_000),
            new_id: ids(2),
            ..options(Transport::Udp)
        };
        let mut two = Allocate::new(options);
        network.run(&mut [Task::new(&mut one, from), Task::new(&mut two, from)]);
        network.drain();
        let (one, two) = (one.result(), two.result());
        match &one.outcome {
            Ok(answer) => {
                reflexive += 1;
                assert_eq!(answer.address(), Some(socket("192.0.2.7:4000")));
            }
            Err(failure) => assert_eq!(failure.kind, FailureKind::Timeout, "seed {seed}"),
        }
        match &two.outcome {
            Ok(_) => relayed += 1,
            Err(failure) => assert_eq!(failure.kind, FailureKind::Timeout, "seed {seed}"),
        }
        let turn = turn.borrow();
        if two.release == Release::Released {
            assert_eq!(turn.allocations.len(), 0, "seed {seed}");
        }
        assert!(turn.made.len() <= 1, "one allocation at most, seed {seed}");
    }
    // A try succeeds with probability 0.7 * 0.7; seven of them fail with 0.009.
    assert!(reflexive >= 190, "{reflexive} of 200");
    assert!(relayed >= 190, "{relayed} of 200");
}

#[test]
fn one_seed_gives_one_course_of_events() {
    let course = |seed| {
        let (mut network, from) = pair(seed, bad_link(0.3), Transport::Udp);
        network.service(&[socket(SERVER)], TurnServer::with(Auth::Classic));
        let mut probe = Allocate::new(options(Transport::Udp));
        network.run(&mut [Task::new(&mut probe, from)]);
        network.drain();
        (network.log, probe.result())
    };
    assert_eq!(course(5), course(5));
    assert_ne!(course(5).0, course(6).0);
}

// ---- Authentication ------------------------------------------------------------------------------------------------

#[test]
fn every_kind_of_long_term_authentication_works() {
    let (md5, sha256) = (PasswordAlgorithm::MD5, PasswordAlgorithm::SHA256);
    let list = |list: &[PasswordAlgorithm], anonymous| Auth::Algorithms {
        list: list.to_vec(),
        anonymous,
    };
    for (auth, algorithm, is_sha256, userhash) in [
        (Auth::Classic, md5, false, false),
        (Auth::Anonymous, md5, false, true),
        (list(&[sha256], false), sha256, true, false),
        (list(&[md5], false), md5, true, false),
        (list(&[sha256, md5], false), sha256, true, false),
        (list(&[md5, sha256], true), md5, true, true),
        (list(&[PasswordAlgorithm(0x7777), sha256], true), sha256, true, true),
    ] {
        for stale in 0..=3 {
            let server = TurnServer {
                stale,
                ..TurnServer::with(auth.clone())
            };
            let (result, server, network) = allocate(server, options(Transport::Udp));
            let relayed = result.outcome.as_ref().expect("an allocation");
            let authentication = relayed.authentication.expect("authenticated");
            assert_eq!(authentication.password_algorithm, algorithm, "{auth:?}");
            assert_eq!(
                (authentication.sha256, authentication.userhash),
                (is_sha256, userhash),
                "{auth:?}"
            );
            assert_eq!(result.steps[1].facts.authentication, Some(authentication));
            assert_eq!(result.steps[1].transaction_ids.len(), 1 + stale);
            assert_eq!(
                result
                    .notes
                    .iter()
                    .map(|note| (note.kind, note.count as usize))
                    .collect::<Vec<_>>(),
                if stale == 0 {
                    vec![]
                } else {
                    vec![(NoteKind::StaleNonce, stale)]
                }
            );
            assert_eq!(
                (result.release, server.borrow().allocations.len()),
                (Release::Released, 0)
            );
            // What was sent names the user in one way, and is signed in one way.
            for seen in network
                .log
                .iter()
                .filter(|seen| seen.fate == Fate::Sent && seen.dst == socket(SERVER))
                .skip(1)
            {
                let message = Message::decode(&seen.bytes).expect("STUN");
                let has = |attribute| message.find(attribute).is_some();
                assert_eq!(has(AttributeType::USERHASH), userhash);
                assert_eq!(has(AttributeType::USERNAME), !userhash);
                assert_eq!(has(AttributeType::MESSAGE_INTEGRITY_SHA256), is_sha256);
                assert_eq!(has(AttributeType::MESSAGE_INTEGRITY), !is_sha256);
                assert_eq!(has(AttributeType::PASSWORD_ALGORITHM), is_sha256);
            }
        }
    }
}

#[test]
fn a_stale_nonce_may_also_meet_the_release() {
    let (mut network, from) = pair(1, Link::of(25), Transport::Udp);
    let server = Rc::new(RefCell::new(TurnServer::with(Auth::Classic)));
    network.service(&[socket(SERVER)], server.clone());
    struct Meddling<'s>(Allocate, &'s RefCell<TurnServer>);
    impl Probe for Meddling<'_> {
        fn handle(&mut self, now: At, input: rtcdiag::probe::Input<'_>) {
            self.0.handle(now, input);
        }
        fn poll(&mut self, now: At) -> rtcdiag::probe::Step {
            let before = self.0.outcome().is_some();
            if before && self.0.result().steps.len() == 2 && now == At::from_millis(200) {
                self.1.borrow_mut().stale = 2;
            }
            self.0.poll(now)
        }
    }
    let mut probe = Meddling(Allocate::new(options(Transport::Udp)), &server);
    network.run(&mut [Task::new(&mut probe, from)]);
    let result = probe.0.result();
    assert!(result.outcome.is_ok());
    assert_eq!(
        (result.release, server.borrow().allocations.len()),
        (Release::Released, 0)
    );
    assert_eq!(result.steps[2].transaction_ids.len(), 3);
}

#[test]
fn the_challenge_is_told_from_the_refusal() {
    let wrong = |username: &str, password: &str| AllocateOptions {
        credentials: Some(Credentials {
            username: username.into(),
            password: Secret::new(password),
        }),
        ..options(Transport::Udp)
    };
    for auth in [
        Auth::Classic,
        Auth::Algorithms {
            list: vec![PasswordAlgorithm::SHA256],
            anonymous: true,
        },
    ] {
        for options in [wrong("user", "wrong"), wrong("nobody", "pass")] {
            let (result, server, _) = allocate(TurnServer::with(auth.clone()), options);
            let failure = result.outcome.expect_err("refused");
            assert_eq!((failure.kind, failure.code), (FailureKind::Unauthorized, Some(401)));
            let steps: Vec<_> = result
                .steps
                .iter()
                .map(|step| (step.step, step.outcome, step.ended))
                .collect();
            let expected = [
                (StepName::Challenge, StepOutcome::Ok, At::from_millis(100)),
                (StepName::Allocate, StepOutcome::Failed, At::from_millis(200)),
            ];
            assert_eq!(steps, expected);
            assert!(server.borrow().made.is_empty());
        }
        let none = AllocateOptions {
            credentials: None,
            ..options(Transport::Udp)
        };
        let (result, ..) = allocate(TurnServer::with(auth), none);
        assert_eq!(failure(&result), FailureKind::MissingCredentials);
        assert_eq!(result.steps[0].facts.realm.as_deref(), Some("example.org"));
    }
}

#[test]
fn nonces_without_end_are_a_loop() {
    let server = TurnServer {
        stale: usize::MAX,
        ..TurnServer::with(Auth::Classic)
    };
    let (result, ..) = allocate(server, options(Transport::Udp));
    assert_eq!(failure(&result), FailureKind::NonceLoop);
    assert_eq!(result.outcome.expect_err("a loop").code, Some(438));
    assert_eq!(result.steps[1].transaction_ids.len(), 4);
    assert_eq!(result.steps[1].ended, At::from_millis(500));
}

#[test]
fn bidding_down_is_noticed() {
    let auth = Auth::Algorithms {
        list: vec![PasswordAlgorithm::SHA256],
        anonymous: false,
    };
    let server = TurnServer {
        tampering: Tampering::StripAlgorithms,
        ..TurnServer::with(auth)
    };
    let (result, server, network) = allocate(server, options(Transport::Udp));
    assert_eq!(
        (failure(&result), notes(&result)),
        (FailureKind::BidDown, vec![NoteKind::BidDown])
    );
    assert_eq!(network.now(), At::from_millis(100), "nothing more was sent");
    assert!(server.borrow().made.is_empty());

    let auth = Auth::Algorithms {
        list: vec![PasswordAlgorithm(0x7777)],
        anonymous: false,
    };
    let (result, ..) = allocate(TurnServer::with(auth), options(Transport::Udp));
    assert_eq!(failure(&result), FailureKind::UnsupportedAlgorithm);
}

#[test]
fn a_response_that_is_not_authentic_is_no_answer_but_the_allocation_is_given_back() {
    for (tampering, kind, note) in [
        (
            Tampering::WrongIntegrity,
            FailureKind::Integrity,
            NoteKind::WrongIntegrity,
        ),
        (Tampering::NoIntegrity, FailureKind::Integrity, NoteKind::NoIntegrity),
        (Tampering::BidDownSuccess, FailureKind::BidDown, NoteKind::BidDown),
    ] {
        for (transport, ended) in [(Transport::Udp, 5000), (Transport::Tcp, 200)] {
            let server = TurnServer {
                tampering,
                ..TurnServer::with(Auth::Classic)
            };
            let (result, server, _) = allocate(server, options(transport));
            assert_eq!(failure(&result), kind, "{tampering:?} {transport}");
            assert_eq!(notes(&result)[0], note);
            assert_eq!(result.steps[1].ended, At::from_millis(ended));
            assert_eq!((server.borrow().made.len(), server.borrow().allocations.len()), (1, 0));
        }
    }
    for tampering in [Tampering::NoRelayedAddress, Tampering::UnknownAttribute] {
        let server = TurnServer {
            tampering,
            ..TurnServer::with(Auth::Classic)
        };
        let (result, server, _) = allocate(server, options(Transport::Udp));
        assert_eq!(
            (failure(&result), result.release),
            (FailureKind::Malformed, Release::Released)
        );
        assert_eq!((server.borrow().made.len(), server.borrow().allocations.len()), (1, 0));
    }
}

#[test]
fn every_error_code_is_carried_signed_or_not_early_or_late() {
    for (code, reason) in [
        (400, "Bad Request"),
        (403, "Forbidden"),
        (420, "Unknown Attribute"),
        (437, "Allocation Mismatch"),
        (440, "Address Family not Supported"),
        (441, "Wrong Credentials"),
        (442, "Unsupported Transport Protocol"),
        (486, "Allocation Quota Reached"),
        (508, "Insufficient Capacity"),
        (699, ""),
    ] {
        for (signs_errors, transport, ended) in [
            (true, Transport::Udp, 200),
            (false, Transport::Udp, 700),
            (true, Transport::Tls, 200),
            (false, Transport::Tls, 200),
        ] {
            let server = TurnServer {
                signs_errors,
                refuse: Some((code, reason)),
                ..TurnServer::with(Auth::Classic)
            };
            let (result, ..) = allocate(server, options(transport));
            let failure = result.outcome.as_ref().expect_err("refused");
            assert_eq!(
                (&failure.kind, failure.code, failure.reason.as_deref()),
                (&FailureKind::Rejected, Some(code), Some(reason))
            );
            assert_eq!(
                result.steps[1].ended,
                At::from_millis(ended),
                "{code} {signs_errors} {transport}"
            );
            assert_eq!(result.steps[1].error, Some((code, reason.to_owned())));
            assert_eq!(notes(&result).contains(&NoteKind::UnsignedError), !signs_errors);
        }
        let server = TurnServer {
            refuse_early: Some((code, reason)),
            ..TurnServer::with(Auth::Classic)
        };
        let (result, ..) = allocate(server, options(Transport::Udp));
        assert_eq!(result.outcome.expect_err("refused").code, Some(code));
        assert_eq!(result.steps[0].step, StepName::Challenge);
    }
}

#[test]
fn a_server_error_is_asked_again_once() {
    for (refusals, ok) in [(1, true), (2, false)] {
        let server = TurnServer {
            refuse: Some((500, "Server Error")),
            refusals,
            ..TurnServer::with(Auth::Classic)
        };
        let (result, server, _) = allocate(server, options(Transport::Udp));
        assert_eq!(result.outcome.is_ok(), ok);
        assert_eq!(result.steps[1].transaction_ids.len(), 2);
        assert_eq!(notes(&result), [NoteKind::ServerError]);
        assert_eq!(server.borrow().allocations.len(), 0);
    }
}

#[test]
fn redirects_name_the_server_of_our_family_and_its_domain() {
    let alternates = vec![socket("[2001:db8::5]:3478"), socket("203.0.113.5:3478")];
    for early in [true, false] {
        let told = Some((300, "Try Alternate"));
        let server = TurnServer {
            refuse: told.filter(|_| !early),
            refuse_early: told.filter(|_| early),
            alternates: alternates.clone(),
            alternate_domain: Some("other.example".into()),
            ..TurnServer::with(Auth::Classic)
        };
        let (result, ..) = allocate(server, options(Transport::Udp));
        let failure = result.outcome.expect_err("redirected");
        assert_eq!((failure.kind, failure.code), (FailureKind::Redirect, Some(300)));
        let redirect = failure.redirect.expect("where to");
        assert_eq!(
            (redirect.server, redirect.domain.as_deref()),
            (alternates[1], Some("other.example"))
        );
    }
}

#[test]
fn families_and_open_relays() {
    let v6 = || AllocateOptions {
        family: Some(RelayFamily::V6),
        ..options(Transport::Udp)
    };
    let server = TurnServer {
        relay6: Some(ip("2001:db8::9")),
        ..TurnServer::with(Auth::Classic)
    };
    let (result, ..) = allocate(server, v6());
    let relayed = result.outcome.expect("an allocation");
    assert_eq!(
        (relayed.relayed, relayed.lifetime),
        (socket("[2001:db8::9]:49152"), Some(Duration::from_secs(600)))
    );

    let (result, ..) = allocate(TurnServer::with(Auth::Classic), v6());
    assert_eq!(result.outcome.expect_err("no IPv6").code, Some(440));

    let (result, server, network) = allocate(TurnServer::with(Auth::None), options(Transport::Udp));
    assert_eq!(result.outcome.as_ref().expect("an allocation").authentication, None);
    assert_eq!(notes(&result), [NoteKind::OpenRelay]);
    let steps: Vec<_> = result.steps.iter().map(|step| step.step).collect();
    assert_eq!(steps, [StepName::Allocate, StepName::Refresh]);
    assert_eq!(
        (network.now(), server.borrow().allocations.len()),
        (At::from_millis(200), 0)
    );
}
