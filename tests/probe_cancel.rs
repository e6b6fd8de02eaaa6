//! A probe leaves nothing behind: whenever it is cancelled or runs out of time, and whatever the network does, the server
//! has no allocation for it afterwards, unless no release could reach it.

mod sim;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rtcdiag::datagram::Transport;
use rtcdiag::probe::allocate::{Allocate, AllocateOptions, AllocateResult, Release};
use rtcdiag::probe::authentication::Credentials;
use rtcdiag::probe::binding::{Binding, BindingOptions};
use rtcdiag::probe::trace::{FailureKind, StepOutcome};
use rtcdiag::proto::stun::{Message, Method, PasswordAlgorithm};
use rtcdiag::secret::Secret;
use rtcdiag::time::At;
use sim::*;

const SERVER: &str = "198.51.100.1:3478";
const GRACE: u64 = 2000;

struct Run {
    result: AllocateResult,
    done: At,
    server: Rc<RefCell<TurnServer>>,
    network: Network,
}

/// One allocation over links of 25 ms each, so a round trip takes 100 ms when all goes well.
fn run(seed: u64, link: Link, server: TurnServer, transport: Transport, deadline: u64, cancel: Option<u64>) -> Run {
    let mut network = Network::new(seed);
    let client = network.host(ip("192.0.2.7"), link);
    network.host(ip("198.51.100.1"), Link::of(25));
    let server = Rc::new(RefCell::new(server));
    network.service(&[socket(SERVER)], server.clone());
    let from = network.socket(client, 4000, transport);
    let mut probe = Allocate::new(AllocateOptions {
        server: socket(SERVER),
        transport,
        credentials: Some(Credentials {
            username: "user".into(),
            password: Secret::new("pass"),
        }),
        family: None,
        deadline: At::from_millis(deadline),
        release_grace: ms(GRACE),
        new_id: ids(1),
    });
    let task = Task::new(&mut probe, from);
    let mut tasks = [match cancel {
        Some(at) => task.cancelled(At::from_millis(at)),
        None => task,
    }];
    network.run(&mut tasks);
    let done = tasks[0].done();
    network.drain();
    Run {
        result: probe.result(),
        done,
        server,
        network,
    }
}

impl Run {
    /// Whether a Refresh of ours arrived at the server after it had made its last allocation. One whose first copy came
    /// before that does not count: the server answers the others as it did the first (RFC 8489 §6.3.1).
    fn release_arrived(&self) -> bool {
        let made = self.server.borrow().made.last().copied().unwrap_or_default();
        let mut first = BTreeMap::new();
        for seen in self
            .network
            .log
            .iter()
            .filter(|seen| seen.fate == Fate::Delivered && seen.dst == socket(SERVER))
        {
            if let Ok(message) = Message::decode(&seen.bytes)
                && message.method() == Method::REFRESH
            {
                first.entry(message.transaction_id()).or_insert(seen.at);
            }
        }
        first.into_values().any(|at| at > made)
    }

    fn assert_nothing_is_left(&self, what: &str) {
        let left = self.server.borrow().allocations.len();
        assert!(
            left == 0 || !self.release_arrived(),
            "{what}: {left} allocations left: {:?}",
            self.result
        );
        if self.result.release == Release::Released || self.result.release == Release::NotNeeded {
            assert!(
                left == 0 || self.result.release == Release::NotNeeded,
                "{what}: {:?}",
                self.result
            );
        }
    }
}

fn auths() -> Vec<Auth> {
    let list = vec![PasswordAlgorithm::SHA256];
    vec![Auth::Classic, Auth::None, Auth::Algorithms { list, anonymous: true }]
}

#[test]
fn cancelled_at_any_time_a_probe_leaves_nothing_and_is_soon_done() {
    for auth in auths() {
        for transport in [Transport::Udp, Transport::Tcp] {
            for remembers in [true, false] {
                for cancel in 0..=360 {
                    let server = TurnServer {
                        remembers,
                        ..TurnServer::with(auth.clone())
                    };
                    let run = run(1, Link::of(25), server, transport, 5000, Some(cancel));
                    let what = format!("{auth:?} {transport} cancelled at {cancel} ms");
                    assert_eq!(run.server.borrow().allocations.len(), 0, "{what}: {:?}", run.result);
                    let round_trips = if auth == Auth::None { 1 } else { 2 };
                    let known = cancel >= 100 * round_trips;
                    assert_eq!(run.result.outcome.is_ok(), known, "{what}");
                    // The answer to the release is two round trips away at most: of the Allocate it follows, and its own.
                    assert!(
                        run.done <= At::from_millis(cancel.max(200) + 200),
                        "{what}: done at {}",
                        run.done
                    );
                    if !known {
                        let failure = run.result.outcome.as_ref().expect_err("cancelled");
                        assert_eq!(failure.kind, FailureKind::Cancelled, "{what}");
                        let cancelled = run
                            .result
                            .steps
                            .iter()
                            .filter(|step| step.outcome == StepOutcome::Cancelled);
                        assert_eq!(cancelled.count(), usize::from(cancel > 0), "{what}");
                    }
                    assert_ne!(run.result.release, Release::Pending);
                }
            }
        }
    }
}

#[test]
fn out_of_time_at_any_time_a_probe_leaves_nothing() {
    for auth in auths() {
        for deadline in 0..=360 {
            let run = run(
                1,
                Link::of(25),
                TurnServer::with(auth.clone()),
                Transport::Udp,
                deadline,
                None,
            );
            let what = format!("{auth:?} deadline {deadline} ms");
            assert_eq!(run.server.borrow().allocations.len(), 0, "{what}: {:?}", run.result);
            let round_trips = if auth == Auth::None { 1 } else { 2 };
            // Once the server has talked to us, a release is waited for.
            let asked = auth != Auth::None && deadline > 100;
            assert!(
                !asked || run.result.release == Release::Released,
                "{what}: {:?}",
                run.result
            );
            // An answer that comes at the very deadline is too late.
            assert_eq!(run.result.outcome.is_ok(), deadline > 100 * round_trips, "{what}");
            assert!(
                run.done <= At::from_millis(deadline + 200),
                "{what}: done at {}",
                run.done
            );
        }
    }
}

#[test]
fn an_allocation_whose_success_was_lost_is_given_back() {
    for (remembers, ok) in [(true, true), (false, false)] {
        let mut network = Network::new(1);
        let client = network.host(ip("192.0.2.7"), Link::of(25));
        network.host(ip("198.51.100.1"), Link::of(25));
        let server = Rc::new(RefCell::new(TurnServer {
            remembers,
            ..TurnServer::with(Auth::Classic)
        }));
        network.service(&[socket(SERVER)], Muffled::new(server.clone(), &[2]));
        let from = network.socket(client, 4000, Transport::Udp);
        let mut probe = Allocate::new(AllocateOptions {
            server: socket(SERVER),
            transport: Transport::Udp,
            credentials: Some(Credentials {
                username: "user".into(),
                password: Secret::new("pass"),
            }),
            family: None,
            deadline: At::from_millis(5000),
            release_grace: ms(GRACE),
            new_id: ids(1),
        });
        network.run(&mut [Task::new(&mut probe, from)]);
        let result = probe.result();
        // A server that does not know a retransmission by its transaction id says 437 to it.
        match result.outcome {
            Ok(_) => assert!(ok),
            Err(failure) => assert_eq!((ok, failure.code), (false, Some(437))),
        }
        let server = server.borrow();
        assert_eq!(
            (server.made.len(), server.allocations.len(), result.release),
            (1, 0, Release::Released)
        );
    }
}

#[test]
fn a_cancelled_release_goes_on() {
    let run = run(
        1,
        Link::of(25),
        TurnServer::with(Auth::Classic),
        Transport::Udp,
        5000,
        Some(250),
    );
    assert_eq!(
        (run.result.release, run.done),
        (Release::Released, At::from_millis(300))
    );
    assert!(run.result.outcome.is_ok());
}

#[test]
fn a_probe_cancelled_before_it_began_sends_nothing() {
    let (mut network, mut probe) = (
        Network::new(1),
        Binding::new(BindingOptions {
            server: socket(SERVER),
            transport: Transport::Udp,
            deadline: At::from_millis(5000),
            new_id: ids(1),
        }),
    );
    let host = network.host(ip("192.0.2.7"), Link::of(1));
    let from = network.socket(host, 4000, Transport::Udp);
    network.run(&mut [Task::new(&mut probe, from)
        .starting(At::from_millis(50))
        .cancelled(At::from_millis(10))]);
    assert_eq!(
        probe.result().outcome.expect_err("cancelled").kind,
        FailureKind::Cancelled
    );
    assert!(network.log.is_empty());
}

#[test]
fn a_silent_server_holds_a_cancelled_probe_for_the_grace_only() {
    let mut network = Network::new(1);
    let client = network.host(ip("192.0.2.7"), Link::of(25));
    network.host(ip("198.51.100.1"), Link::of(25));
    network.service(&[socket(SERVER)], Misbehaving::new(Misbehavior::Silent));
    let from = network.socket(client, 4000, Transport::Udp);
    let mut probe = Allocate::new(AllocateOptions {
        server: socket(SERVER),
        transport: Transport::Udp,
        credentials: None,
        family: None,
        deadline: At::from_millis(5000),
        release_grace: ms(GRACE),
        new_id: ids(1),
    });
    let mut tasks = [Task::new(&mut probe, from).cancelled(At::from_millis(700))];
    network.run(&mut tasks);
    assert_eq!(tasks[0].done(), At::from_millis(700 + GRACE));
    assert_eq!(probe.result().release, Release::Unconfirmed);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn on_any_network_a_probe_leaves_nothing_that_a_release_could_reach(
        seed in any::<u64>(),
        loss in 0.0..0.6f64,
        jitter in 0u64..700,
        duplicate in 0.0..0.3f64,
        reorder in 0.0..0.3f64,
        auth in 0usize..3,
        stale in 0usize..3,
        deadline in 0u64..6000,
        cancel in prop::option::of(0u64..6000),
    ) {
        let link = Link::of(25).loss(loss).jitter(jitter).duplicate(duplicate).reorder(reorder, 400);
        let server = TurnServer { stale, ..TurnServer::with(auths()[auth].clone()) };
        let run = run(seed, link, server, Transport::Udp, deadline, cancel);
        let end = At::from_millis(deadline.min(cancel.unwrap_or(deadline)) + GRACE);
        prop_assert!(run.done <= end, "done at {} instead of {end}", run.done);
        // With stale nonces a release may arrive and be refused; then its confirmation counts.
        if stale == 0 || run.result.release == Release::Released {
            run.assert_nothing_is_left("a bad network");
        }
    }
}
