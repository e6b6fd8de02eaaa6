//! The embedded server: it answers through its NAT, allocates for its user only, and stops when dropped.
#![allow(clippy::disallowed_methods, reason = "tests of sockets open sockets")]

mod net_support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use net_support::{Ask, id, log, patience, request, run, soon};
use rtcdiag::net::clock::Clock;
use rtcdiag::net::driver::{self, Cancel, Channel};
use rtcdiag::net::server::{EmbeddedServer, Family, REALM};
use rtcdiag::net::udp::{Inbox, UdpEndpoint};
use rtcdiag::proto::stun::{AttributeType, Builder, Class, ErrorCode, Key, Message, Method, PasswordAlgorithm};
use rtcdiag::secret::Secret;
use tokio::net::UdpSocket;

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

async fn ask(clock: &Clock, inbox: &mut Inbox, to: SocketAddr, bytes: Vec<u8>) -> Option<Vec<u8>> {
    let mut probe = Ask::new(to, bytes, patience(clock));
    driver::run(&mut probe, Channel::Udp(inbox), clock, &Cancel::new(), &log()).await;
    probe.result.map(|result| result.unwrap().1)
}

fn address(server: &EmbeddedServer) -> SocketAddr {
    server.address(Family::Ipv4).unwrap()
}

fn allocate(n: u8) -> Builder {
    Builder::new(Class::Request, Method::ALLOCATE, id(n)).attribute(AttributeType::REQUESTED_TRANSPORT, &[17, 0, 0, 0])
}

fn key(server: &EmbeddedServer, credential: &Secret) -> Key {
    Key::long_term(server.username(), REALM, credential, PasswordAlgorithm::MD5)
}

fn authenticated(builder: Builder, server: &EmbeddedServer, nonce: &[u8], key: &Key) -> Vec<u8> {
    builder
        .text(AttributeType::USERNAME, server.username())
        .text(AttributeType::REALM, REALM)
        .attribute(AttributeType::NONCE, nonce)
        .message_integrity(key)
        .build()
}

#[test]
fn binding_through_the_nat() {
    run(async {
        let clock = Clock::start();
        let server = EmbeddedServer::start().await.unwrap();
        let one = UdpEndpoint::bind(LOCALHOST, clock).unwrap();
        let two = UdpEndpoint::bind(LOCALHOST, clock).unwrap();
        let mut mapped = Vec::new();
        for (endpoint, n) in [(&one, 1), (&one, 2), (&two, 3)] {
            let mut inbox = endpoint.attach();
            let bytes = ask(&clock, &mut inbox, address(&server), request(n))
                .await
                .expect("an answer");
            let address = Message::decode(&bytes).unwrap().xor_mapped_address().unwrap();
            assert_ne!(address, endpoint.local(), "there is a NAT");
            mapped.push(address);
        }
        assert_eq!(mapped[0], mapped[1], "one inside address, one mapping");
        assert_ne!(mapped[0], mapped[2]);
        assert_eq!(
            server.stun_url(Family::Ipv4),
            Some(format!("stun:{}", address(&server)))
        );
        assert_eq!(
            server.turn_url(Family::Ipv4),
            Some(format!("turn:{}?transport=udp", address(&server)))
        );
    });
}

#[test]
fn allocates_for_its_user() {
    run(async {
        let clock = Clock::start();
        let server = EmbeddedServer::start().await.unwrap();
        let endpoint = UdpEndpoint::bind(LOCALHOST, clock).unwrap();
        let mut inbox = endpoint.attach();
        let to = address(&server);

        let challenge = ask(&clock, &mut inbox, to, allocate(1).build()).await.unwrap();
        let challenge = Message::decode(&challenge).unwrap();
        assert_eq!(challenge.error_code().unwrap().0, ErrorCode::UNAUTHENTICATED);
        assert_eq!(challenge.realm(), Some(REALM));
        let nonce = challenge.nonce().unwrap().to_owned();

        let wrong = key(&server, &Secret::new("wrong"));
        let refused = ask(
            &clock,
            &mut inbox,
            to,
            authenticated(allocate(2), &server, &nonce, &wrong),
        )
        .await
        .unwrap();
        assert_eq!(Message::decode(&refused).unwrap().class(), Class::Error);

        let key = key(&server, server.credential());
        let bytes = ask(
            &clock,
            &mut inbox,
            to,
            authenticated(allocate(3), &server, &nonce, &key),
        )
        .await
        .unwrap();
        let success = Message::decode(&bytes).unwrap();
        assert_eq!(success.class(), Class::Success);
        assert_eq!(success.message_integrity(key.as_bytes()), Some(true));
        let relayed = success.xor_relayed_address().unwrap();
        assert!(relayed.ip().is_loopback());

        // With a permission, data of a peer comes through.
        let peer = UdpSocket::bind((LOCALHOST, 0)).await.unwrap();
        let permission = Builder::new(Class::Request, Method::CREATE_PERMISSION, id(4))
            .xor_address(AttributeType::XOR_PEER_ADDRESS, peer.local_addr().unwrap());
        let bytes = ask(&clock, &mut inbox, to, authenticated(permission, &server, &nonce, &key))
            .await
            .unwrap();
        assert_eq!(Message::decode(&bytes).unwrap().class(), Class::Success);
        peer.send_to(b"hello", relayed).await.unwrap();
        let (_, bytes) = inbox.receive().await.event.unwrap();
        let data = Message::decode(&bytes).unwrap();
        assert_eq!((data.class(), data.method()), (Class::Indication, Method::DATA));
        assert_eq!(data.find(AttributeType::DATA).unwrap().value, b"hello");

        let release = Builder::new(Class::Request, Method::REFRESH, id(5)).u32(AttributeType::LIFETIME, 0);
        let bytes = ask(&clock, &mut inbox, to, authenticated(release, &server, &nonce, &key))
            .await
            .unwrap();
        assert_eq!(Message::decode(&bytes).unwrap().class(), Class::Success);
    });
}

/// Where the machine has IPv6, both the way to the server and the relay can be of it.
#[test]
fn both_families() {
    run(async {
        let clock = Clock::start();
        let server = EmbeddedServer::start().await.unwrap();
        let Some(to) = server.address(Family::Ipv6) else {
            assert!(UdpSocket::bind("[::1]:0").await.is_err());
            return;
        };
        assert_eq!(server.stun_url(Family::Ipv6), Some(format!("stun:[::1]:{}", to.port())));
        let endpoint = UdpEndpoint::bind(to.ip(), clock).unwrap();
        let mut inbox = endpoint.attach();
        let bytes = ask(&clock, &mut inbox, to, request(1)).await.expect("an answer");
        let mapped = Message::decode(&bytes).unwrap().xor_mapped_address().unwrap();
        assert!(mapped.is_ipv6() && mapped != endpoint.local(), "{mapped}");

        let challenge = ask(&clock, &mut inbox, to, allocate(2).build()).await.unwrap();
        let nonce = Message::decode(&challenge).unwrap().nonce().unwrap().to_owned();
        let key = key(&server, server.credential());
        // REQUESTED-ADDRESS-FAMILY (RFC 8656 §18.6): IPv6.
        let wanted = allocate(3).attribute(AttributeType::REQUESTED_ADDRESS_FAMILY, &[2, 0, 0, 0]);
        let bytes = ask(&clock, &mut inbox, to, authenticated(wanted, &server, &nonce, &key))
            .await
            .unwrap();
        let success = Message::decode(&bytes).unwrap();
        assert_eq!(success.class(), Class::Success, "{success:?}");
        assert_eq!(success.xor_relayed_address().unwrap().ip(), to.ip());
    });
}

#[test]
fn secrets_are_made_up_and_never_shown() {
    run(async {
        let one = EmbeddedServer::start().await.unwrap();
        let two = EmbeddedServer::start().await.unwrap();
        assert_ne!(one.credential(), two.credential());
        assert!(!format!("{one:?}").contains(one.credential().expose()));
    });
}

#[test]
fn stops_when_dropped() {
    run(async {
        let clock = Clock::start();
        let server = EmbeddedServer::start().await.unwrap();
        let address = server.address(Family::Ipv4).unwrap();
        drop(server);
        tokio::task::yield_now().await;
        let socket = UdpSocket::bind((LOCALHOST, 0)).await.unwrap();
        socket.send_to(&request(1), address).await.unwrap();
        let mut buffer = [0; 100];
        assert!(
            clock
                .within(soon(&clock, 100), socket.recv_from(&mut buffer))
                .await
                .is_none()
        );
    });
}
