//! Probes driven over real sockets: waiting, answers, failures, cancel, and what the observer sees.
#![allow(clippy::disallowed_methods, reason = "tests of sockets open sockets")]

mod net_support;

use std::net::{IpAddr, Ipv4Addr};

use net_support::ports::Dead;
use net_support::{Ask, answer, log, patience, request, response, run, soon};
use rtcdiag::datagram::Transport;
use rtcdiag::net::clock::Clock;
use rtcdiag::net::driver::{self, Cancel, Channel};
use rtcdiag::net::stream::{MessageStream, connect};
use rtcdiag::net::udp::UdpEndpoint;
use rtcdiag::probe::{PathError, Transmit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[test]
fn probes_share_a_socket_and_the_silent_server_delays_nobody() {
    run(async {
        let clock = Clock::start();
        let endpoint = UdpEndpoint::bind(LOCALHOST, clock).unwrap();
        let live = UdpSocket::bind((LOCALHOST, 0)).await.unwrap();
        let silent = UdpSocket::bind((LOCALHOST, 0)).await.unwrap();
        let (live_at, silent_at) = (live.local_addr().unwrap(), silent.local_addr().unwrap());
        tokio::task::spawn_local(async move {
            let mut buffer = [0; 100];
            let (length, from) = live.recv_from(&mut buffer).await.unwrap();
            live.send_to(&answer(&buffer[..length]), from).await.unwrap();
        });
        let (cancel, enough, log) = (Cancel::new(), Cancel::new(), log());
        let mut lucky = Ask::new(live_at, request(1), patience(&clock));
        let mut unlucky = Ask::new(silent_at, request(2), patience(&clock));
        let (mut one, mut two) = (endpoint.attach(), endpoint.attach());
        let lucky_run = async {
            driver::run(&mut lucky, Channel::Udp(&mut one), &clock, &cancel, &log).await;
            enough.cancel();
        };
        let unlucky_run = driver::run(&mut unlucky, Channel::Udp(&mut two), &clock, &enough, &log);
        tokio::join!(lucky_run, unlucky_run);
        assert_eq!(lucky.result, Some(Ok((live_at, response(1)))));
        assert!(unlucky.result.is_none() && unlucky.cancelled.is_some());

        let local = endpoint.local();
        let seen: Vec<_> = log
            .borrow()
            .0
            .iter()
            .map(|(_, t, src, dst, b)| (*t, *src, *dst, b.clone()))
            .collect();
        assert_eq!(seen.len(), 3);
        assert!(seen.contains(&(Transport::Udp, local, live_at, request(1))));
        assert!(seen.contains(&(Transport::Udp, local, silent_at, request(2))));
        assert!(seen.contains(&(Transport::Udp, live_at, local, response(1))));
        assert!(log.borrow().0.is_sorted_by_key(|(at, ..)| *at));
    });
}

#[test]
fn a_probe_that_hears_nothing_ends_at_its_deadline() {
    run(async {
        let clock = Clock::start();
        let endpoint = UdpEndpoint::bind(LOCALHOST, clock).unwrap();
        let silent = UdpSocket::bind((LOCALHOST, 0)).await.unwrap();
        let mut probe = Ask::new(silent.local_addr().unwrap(), request(1), soon(&clock, 200));
        let deadline = probe.deadline;
        let mut inbox = endpoint.attach();
        driver::run(&mut probe, Channel::Udp(&mut inbox), &clock, &Cancel::new(), &log()).await;
        assert!(probe.result.is_none() && probe.cancelled.is_none() && clock.now() >= deadline);
    });
}

#[test]
fn over_tcp() {
    run(async {
        let clock = Clock::start();
        let listener = TcpListener::bind((LOCALHOST, 0)).await.unwrap();
        let remote = listener.local_addr().unwrap();
        tokio::task::spawn_local(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 20];
            socket.read_exact(&mut buffer).await.unwrap();
            socket.write_all(&answer(&buffer)).await.unwrap();
        });
        let connected = connect(None, remote, &clock, patience(&clock)).await.unwrap();
        let mut stream = MessageStream::tcp(connected, clock);
        let (cancel, log) = (Cancel::new(), log());
        let mut probe = Ask::new(remote, request(1), patience(&clock));
        driver::run(&mut probe, Channel::Stream(&mut stream), &clock, &cancel, &log).await;
        assert_eq!(probe.result, Some(Ok((remote, response(1)))));
        let transports: Vec<_> = log
            .borrow()
            .0
            .iter()
            .map(|(_, t, src, dst, _)| (*t, *src, *dst))
            .collect();
        let local = stream.local();
        assert_eq!(
            transports,
            [(Transport::Tcp, local, remote), (Transport::Tcp, remote, local)]
        );

        // The server is gone now: a second probe over the same stream is told.
        let mut probe = Ask::new(remote, request(2), patience(&clock));
        driver::run(&mut probe, Channel::Stream(&mut stream), &clock, &cancel, &log).await;
        assert!(
            matches!(
                probe.result,
                Some(Err(PathError::Closed { pending: 0 } | PathError::Reset))
            ),
            "{:?}",
            probe.result
        );
    });
}

#[test]
fn a_cancelled_probe_says_farewell_and_ends() {
    run(async {
        let clock = Clock::start();
        let endpoint = UdpEndpoint::bind(LOCALHOST, clock).unwrap();
        let server = UdpSocket::bind((LOCALHOST, 0)).await.unwrap();
        let to = server.local_addr().unwrap();
        let (cancel, log) = (Cancel::new(), log());
        let mut probe = Ask::new(to, request(1), patience(&clock));
        probe.farewell = Some(Transmit { to, bytes: request(2) });
        let mut inbox = endpoint.attach();
        let other = cancel.clone();
        let receive = tokio::task::spawn_local(async move {
            let mut buffer = [0; 100];
            for expected in [request(1), request(2)] {
                let (length, _) = server.recv_from(&mut buffer).await.unwrap();
                assert_eq!(buffer[..length], expected);
                other.cancel();
            }
        });
        driver::run(&mut probe, Channel::Udp(&mut inbox), &clock, &cancel, &log).await;
        assert!(probe.cancelled.is_some() && probe.result.is_none());
        receive.await.unwrap();

        // A probe that starts after the cancel is told at once.
        assert!(cancel.is_cancelled());
        let mut late = Ask::new(to, request(3), patience(&clock));
        driver::run(&mut late, Channel::Udp(&mut inbox), &clock, &cancel, &log).await;
        assert!(late.cancelled.is_some());
        cancel.cancelled().await;
    });
}

#[cfg(target_os = "linux")]
#[test]
fn icmp_ends_the_probe_it_belongs_to() {
    run(async {
        let clock = Clock::start();
        let endpoint = UdpEndpoint::bind(LOCALHOST, clock).unwrap();
        let dead = Dead::udp(LOCALHOST);
        let (cancel, log) = (Cancel::new(), log());
        let mut probe = Ask::new(dead.address, request(1), patience(&clock));
        let mut inbox = endpoint.attach();
        driver::run(&mut probe, Channel::Udp(&mut inbox), &clock, &cancel, &log).await;
        assert_eq!(
            probe.result,
            Some(Err(PathError::Icmp {
                v6: false,
                kind: 3,
                code: 3,
                from: Some(LOCALHOST)
            }))
        );
    });
}
