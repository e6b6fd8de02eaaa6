//! TCP: connecting, and messages over a stream from servers that behave and servers that do not.
#![allow(clippy::disallowed_methods, reason = "tests of sockets open sockets")]

mod net_support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use net_support::ports::Dead;
use net_support::{PATIENCE, patience, request, response, run, soon};
use rtcdiag::net::clock::Clock;
use rtcdiag::net::stream::{ConnectErrorKind, MessageStream, connect, listen};
use rtcdiag::probe::PathError;
use rtcdiag::proto::stun::MAGIC_COOKIE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A stream to a server that does `behave` with the first connection, and the server's task.
async fn with_server<F: Future<Output = ()> + 'static>(
    clock: &Clock,
    behave: impl FnOnce(TcpStream) -> F + 'static,
) -> (MessageStream, JoinHandle<()>) {
    let listener = TcpListener::bind((LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::task::spawn_local(async move { behave(listener.accept().await.unwrap().0).await });
    let connected = connect(Some(LOCALHOST), address, clock, patience(clock)).await.unwrap();
    assert_eq!(connected.remote, address);
    assert_eq!(connected.local.ip(), LOCALHOST);
    assert!(connected.ended >= connected.started);
    (MessageStream::tcp(connected, *clock), server)
}

async fn to_server<F: Future<Output = ()> + 'static>(
    clock: &Clock,
    behave: impl FnOnce(TcpStream) -> F + 'static,
) -> MessageStream {
    with_server(clock, behave).await.0
}

async fn next(stream: &mut MessageStream, clock: &Clock) -> Result<Vec<u8>, PathError> {
    let arrival = clock
        .within(patience(clock), stream.receive())
        .await
        .expect("nothing came");
    arrival.event.map(|(from, bytes)| {
        assert_eq!(from, stream.remote());
        bytes
    })
}

#[test]
fn request_and_answer() {
    run(async {
        let clock = Clock::start();
        let (mut stream, server) = with_server(&clock, async |mut socket| {
            let mut buffer = [0; 20];
            socket.read_exact(&mut buffer).await.unwrap();
            assert_eq!(buffer[..], request(1));
            socket.write_all(&[response(1), response(2)].concat()).await.unwrap();
            assert_eq!(socket.read(&mut buffer).await.unwrap(), 0, "a proper close");
        })
        .await;
        stream.send(&request(1)).unwrap();
        assert_eq!(next(&mut stream, &clock).await, Ok(response(1)));
        assert_eq!(
            next(&mut stream, &clock).await,
            Ok(response(2)),
            "two messages in one segment"
        );
        stream.close(patience(&clock)).await;
        server.await.unwrap();
    });
}

#[test]
fn drip_fed() {
    run(async {
        let clock = Clock::start();
        let mut stream = to_server(&clock, async |mut socket| {
            socket.set_nodelay(true).unwrap();
            for octet in [response(1), response(2)].concat() {
                socket.write_all(&[octet]).await.unwrap();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            std::future::pending().await
        })
        .await;
        // Giving up in between loses nothing.
        assert!(clock.within(soon(&clock, 8), stream.receive()).await.is_none());
        assert_eq!(next(&mut stream, &clock).await, Ok(response(1)));
        assert_eq!(next(&mut stream, &clock).await, Ok(response(2)));
    });
}

#[test]
fn closed_after_accept_and_in_the_middle() {
    run(async {
        let clock = Clock::start();
        let mut stream = to_server(&clock, async |socket| drop(socket)).await;
        assert_eq!(next(&mut stream, &clock).await, Err(PathError::Closed { pending: 0 }));
        // The failure is told once by receiving, and every time by sending.
        assert!(clock.within(soon(&clock, 20), stream.receive()).await.is_none());
        assert_eq!(stream.send(&request(1)), Err(PathError::Closed { pending: 0 }));

        let mut stream = to_server(&clock, async |mut socket| {
            socket.write_all(&response(1)[..13]).await.unwrap()
        })
        .await;
        assert_eq!(next(&mut stream, &clock).await, Err(PathError::Closed { pending: 13 }));
    });
}

#[test]
fn reset() {
    run(async {
        let clock = Clock::start();
        let mut stream = to_server(&clock, async |socket| {
            socket2::SockRef::from(&socket)
                .set_linger(Some(Duration::ZERO))
                .unwrap();
        })
        .await;
        assert_eq!(next(&mut stream, &clock).await, Err(PathError::Reset));
    });
}

#[test]
fn other_protocols_are_not_framed() {
    let greetings: [&[u8]; 6] = [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"220 mail.example.org ESMTP\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x15\x03\x03\x00\x02\x02\x46",             // a TLS alert
        b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00", // HTTP/2 settings
        b"\xff\xff",
    ];
    for greeting in greetings {
        run(async {
            let clock = Clock::start();
            let mut stream = to_server(&clock, async |mut socket| {
                socket.write_all(greeting).await.unwrap();
                std::future::pending().await
            })
            .await;
            assert_eq!(
                next(&mut stream, &clock).await,
                Err(PathError::NotFramed {
                    prefix: greeting.to_vec()
                })
            );
        });
    }
}

#[test]
fn channel_data_when_a_channel_is_bound() {
    run(async {
        let clock = Clock::start();
        let mut stream = to_server(&clock, async |mut socket| {
            socket
                .write_all(b"\x40\x00\x00\x05hello\0\0\0\x40\x01\x00\x00")
                .await
                .unwrap();
            std::future::pending().await
        })
        .await;
        stream.set_channel_data(true);
        assert_eq!(next(&mut stream, &clock).await.unwrap(), b"\x40\x00\x00\x05hello\0\0\0");
        assert_eq!(next(&mut stream, &clock).await.unwrap(), b"\x40\x01\x00\x00");
    });
}

#[test]
fn the_longest_message() {
    run(async {
        let clock = Clock::start();
        let mut message = vec![0_u8, 1, 0xff, 0xfc];
        message.extend(MAGIC_COOKIE.to_be_bytes());
        message.resize(20 + 0xfffc, 7);
        let expected = message.clone();
        let mut stream = to_server(&clock, async move |mut socket| {
            socket.write_all(&message).await.unwrap();
            std::future::pending().await
        })
        .await;
        assert_eq!(next(&mut stream, &clock).await.unwrap(), expected);
    });
}

#[test]
fn a_server_that_does_not_read_blocks_nobody() {
    run(async {
        let clock = Clock::start();
        let mut stream = to_server(&clock, async |socket| {
            let _open = socket;
            std::future::pending().await
        })
        .await;
        let block = vec![0; 64 * 1024];
        let error = loop {
            if let Err(error) = stream.send(&block) {
                break error;
            }
            let _ = clock.within(soon(&clock, 1), stream.receive()).await;
        };
        assert!(matches!(error, PathError::Io { operation: "send", .. }), "{error:?}");
        let closed = clock.within(patience(&clock), stream.close(soon(&clock, 50))).await;
        assert!(closed.is_some(), "closing waits for the server");
    });
}

#[test]
fn refused_and_silent() {
    run(async {
        let clock = Clock::start();
        let port = Dead::tcp(LOCALHOST);
        let dead = port.address;
        let error = connect(None, dead, &clock, patience(&clock)).await.unwrap_err();
        assert_eq!(
            (error.kind, error.operation, error.remote),
            (ConnectErrorKind::Refused, "connect", dead)
        );

        let foreign = "203.0.113.77".parse().unwrap();
        let error = connect(Some(foreign), dead, &clock, patience(&clock))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.operation),
            (ConnectErrorKind::AddressNotAvailable, "bind")
        );
    });
}

#[cfg(target_os = "linux")]
#[test]
fn no_answer_to_a_syn_ends_at_the_deadline() {
    run(async {
        let clock = Clock::start();
        // With its queue full Linux drops every SYN.
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::new(LOCALHOST, 0).into()).unwrap();
        socket.listen(0).unwrap();
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        let mut held = Vec::new();
        let error = loop {
            match connect(None, address, &clock, soon(&clock, 100)).await {
                Ok(connected) => held.push(connected),
                Err(error) => break error,
            }
            assert!(held.len() < 10, "the queue never fills");
        };
        assert_eq!(error.kind, ConnectErrorKind::Timeout);
        assert!(error.ended - error.started >= Duration::from_millis(90));
        // Long before Linux gives up by itself, after two minutes.
        assert!(error.ended - error.started < PATIENCE);
    });
}

#[test]
fn a_passive_port_is_open_while_held() {
    run(async {
        // An address that no other test uses, where there are such: nobody takes the port when it is free again.
        let ip = if cfg!(target_os = "linux") {
            "127.0.77.1".parse().unwrap()
        } else {
            LOCALHOST
        };
        let port = listen(ip).unwrap();
        let address = port.local;
        assert_ne!(address.port(), 0);
        assert!(TcpStream::connect(address).await.is_ok());
        drop(port);
        assert!(TcpStream::connect(address).await.is_err());
        let foreign = "203.0.113.77".parse().unwrap();
        assert_eq!(listen(foreign).unwrap_err().operation, "listen");
    });
}
