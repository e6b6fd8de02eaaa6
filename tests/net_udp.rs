//! One UDP socket among several probes: who gets which answer, who gets which ICMP error.
#![allow(clippy::disallowed_methods, reason = "tests of sockets open sockets")]

mod net_support;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use net_support::ports::Dead;
use net_support::{answer, patience, request, response, run, soon};
use rtcdiag::net::clock::Clock;
use rtcdiag::net::udp::{Inbox, UdpEndpoint};
use rtcdiag::probe::PathError;
use tokio::net::UdpSocket;

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

async fn server() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind((LOCALHOST, 0)).await.unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// What comes next.
async fn next(inbox: &mut Inbox, clock: &Clock) -> Option<Result<(SocketAddr, Vec<u8>), PathError>> {
    clock
        .within(patience(clock), inbox.receive())
        .await
        .map(|arrival| arrival.event)
}

async fn is_quiet(inbox: &mut Inbox, clock: &Clock) -> bool {
    clock.within(soon(clock, 50), inbox.receive()).await.is_none()
}

#[test]
fn answers_go_to_the_probe_that_asked() {
    run(async {
        let clock = Clock::start();
        let endpoint = UdpEndpoint::bind(LOCALHOST, clock).unwrap();
        let ((one, one_at), (two, two_at)) = (server().await, server().await);
        let (mut first, mut second) = (endpoint.attach(), endpoint.attach());
        first.send(one_at, &request(1)).unwrap();
        second.send(one_at, &request(2)).unwrap();
        second.send(two_at, &request(3)).unwrap();

        let mut buffer = [0; 100];
        let (length, from) = one.recv_from(&mut buffer).await.unwrap();
        assert_eq!(from, endpoint.local(), "one socket for all");
        one.send_to(&answer(&buffer[..length]), from).await.unwrap();
        assert_eq!(next(&mut first, &clock).await, Some(Ok((one_at, response(1)))));
        assert!(is_quiet(&mut second, &clock).await);

        // From the wrong server: the transaction decides.
        two.send_to(&response(2), endpoint.local()).await.unwrap();
        assert_eq!(next(&mut second, &clock).await, Some(Ok((two_at, response(2)))));
        assert!(is_quiet(&mut first, &clock).await);
    });
}

#[test]
fn other_datagrams_go_to_whoever_talks_to_their_sender() {
    run(async {
        let clock = Clock::start();
        let endpoint = UdpEndpoint::bind(LOCALHOST, clock).unwrap();
        let ((one, one_at), (two, two_at), (stranger, _)) = (server().await, server().await, server().await);
        let (mut first, mut second) = (endpoint.attach(), endpoint.attach());
        first.send(one_at, &request(1)).unwrap();
        second.send(one_at, &request(2)).unwrap();
        second.send(two_at, &request(3)).unwrap();

        one.send_to(&response(9), endpoint.local()).await.unwrap();
        assert_eq!(next(&mut first, &clock).await, Some(Ok((one_at, response(9)))));
        assert_eq!(next(&mut second, &clock).await, Some(Ok((one_at, response(9)))));
        two.send_to(b"garbage", endpoint.local()).await.unwrap();
        assert_eq!(next(&mut second, &clock).await, Some(Ok((two_at, b"garbage".to_vec()))));
        two.send_to(b"", endpoint.local()).await.unwrap();
        assert_eq!(next(&mut second, &clock).await, Some(Ok((two_at, Vec::new()))));
        assert!(is_quiet(&mut first, &clock).await);

        assert_eq!(endpoint.counters().unmatched, 0);
        stranger.send_to(&response(9), endpoint.local()).await.unwrap();
        assert!(is_quiet(&mut first, &clock).await && is_quiet(&mut second, &clock).await);
        assert_eq!(endpoint.counters().unmatched, 1);
    });
}

#[test]
fn an_inbox_that_is_gone_gets_nothing() {
    run(async {
        let clock = Clock::start();
        let endpoint = UdpEndpoint::bind(LOCALHOST, clock).unwrap();
        let (one, one_at) = server().await;
        let (first, mut second) = (endpoint.attach(), endpoint.attach());
        first.send(one_at, &request(1)).unwrap();
        second.send(one_at, &request(2)).unwrap();
        drop(first);
        one.send_to(&response(1), endpoint.local()).await.unwrap();
        // Now it is a message of an unknown transaction.
        assert_eq!(next(&mut second, &clock).await, Some(Ok((one_at, response(1)))));
        // The last inbox keeps the socket open.
        let local = endpoint.local();
        drop(endpoint);
        one.send_to(&response(2), local).await.unwrap();
        assert_eq!(next(&mut second, &clock).await, Some(Ok((one_at, response(2)))));
    });
}

#[test]
fn an_address_that_is_not_ours_cannot_be_bound() {
    run(async {
        let foreign = "203.0.113.77".parse().unwrap();
        let error = UdpEndpoint::bind(foreign, Clock::start()).err().unwrap();
        assert_eq!(
            (error.operation, error.address),
            ("bind", Some(SocketAddr::new(foreign, 0)))
        );
        assert_eq!(error.kind, std::io::ErrorKind::AddrNotAvailable);
    });
}

#[cfg(target_os = "linux")]
mod icmp {
    use super::*;

    #[test]
    fn port_unreachable_reaches_the_right_probe_only() {
        run(async {
            let clock = Clock::start();
            let endpoint = UdpEndpoint::bind(LOCALHOST, clock).unwrap();
            let (live, live_at) = server().await;
            let port = Dead::udp(LOCALHOST);
            let dead = port.address;
            let (mut unlucky, mut lucky) = (endpoint.attach(), endpoint.attach());
            let expected = PathError::Icmp {
                v6: false,
                kind: 3,
                code: 3,
                from: Some(LOCALHOST),
            };
            for round in 0..20 {
                unlucky.send(dead, &request(100 + round)).unwrap();
                // The error is pending on the socket by now; it must not hit this one.
                lucky.send(live_at, &request(round)).unwrap();
                let mut buffer = [0; 100];
                let (length, from) = live.recv_from(&mut buffer).await.unwrap();
                assert_eq!(buffer[..length], request(round));
                live.send_to(&answer(&buffer[..length]), from).await.unwrap();
                assert_eq!(next(&mut lucky, &clock).await, Some(Ok((live_at, response(round)))));
                assert_eq!(next(&mut unlucky, &clock).await, Some(Err(expected.clone())));
            }
            assert!(is_quiet(&mut lucky, &clock).await && is_quiet(&mut unlucky, &clock).await);
            assert_eq!(endpoint.counters(), Default::default());
        });
    }

    #[test]
    fn two_probes_at_one_dead_port_get_one_error_each() {
        run(async {
            let clock = Clock::start();
            let endpoint = UdpEndpoint::bind(LOCALHOST, clock).unwrap();
            let port = Dead::udp(LOCALHOST);
            let dead = port.address;
            let (mut first, mut second) = (endpoint.attach(), endpoint.attach());
            first.send(dead, &request(1)).unwrap();
            second.send(dead, &request(2)).unwrap();
            assert!(matches!(
                next(&mut first, &clock).await,
                Some(Err(PathError::Icmp { .. }))
            ));
            assert!(matches!(
                next(&mut second, &clock).await,
                Some(Err(PathError::Icmp { .. }))
            ));
            assert!(is_quiet(&mut first, &clock).await && is_quiet(&mut second, &clock).await);
            // Without a transaction the destination decides: both.
            first.send(dead, b"no STUN").unwrap();
            assert!(matches!(
                next(&mut first, &clock).await,
                Some(Err(PathError::Icmp { .. }))
            ));
            assert!(matches!(
                next(&mut second, &clock).await,
                Some(Err(PathError::Icmp { .. }))
            ));
        });
    }

    #[test]
    fn icmpv6_too() {
        run(async {
            let clock = Clock::start();
            let localhost = IpAddr::V6(Ipv6Addr::LOCALHOST);
            let Ok(endpoint) = UdpEndpoint::bind(localhost, clock) else {
                eprintln!("skipped: no IPv6 loopback here");
                return;
            };
            let mut inbox = endpoint.attach();
            let dead = Dead::udp(localhost);
            inbox.send(dead.address, &request(1)).unwrap();
            let expected = PathError::Icmp {
                v6: true,
                kind: 1,
                code: 4,
                from: Some(localhost),
            };
            assert_eq!(next(&mut inbox, &clock).await, Some(Err(expected)));
        });
    }

    #[test]
    fn an_error_of_a_send_itself_is_reported_by_the_send() {
        run(async {
            let clock = Clock::start();
            let endpoint = UdpEndpoint::bind(LOCALHOST, clock).unwrap();
            let mut inbox = endpoint.attach();
            // From 127.0.0.1 nothing can leave this host.
            let outside = SocketAddr::from(([203, 0, 113, 1], 3478));
            let error = inbox.send(outside, &request(1)).unwrap_err();
            assert!(matches!(error, PathError::Io { operation: "send", .. }), "{error:?}");
            let (_live, live_at) = server().await;
            let too_long = inbox.send(live_at, &[0; 70_000]).unwrap_err();
            assert!(
                matches!(too_long, PathError::Io { operation: "send", .. }),
                "{too_long:?}"
            );
            inbox.send(live_at, &request(2)).unwrap();
            assert!(is_quiet(&mut inbox, &clock).await);
        });
    }
}
