//! The whole program against servers that misbehave, over real sockets: each is named for what it is, and none of them
//! makes the run hang or hides the others.

mod support;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Duration;

use rtcdiag::proto::stun::{AttributeType, Builder, Class, ErrorCode, Message, Method, TransactionId};
use support::ports::Dead;
use support::program::{Candidates, candidates};

/// What a UDP server answers to a request: datagrams, and whether each comes from another socket.
type Reply = Box<dyn FnMut(&Message<'_>, SocketAddr) -> Vec<(Vec<u8>, bool)> + Send>;

fn udp_server(mut reply: Reply) -> SocketAddr {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let elsewhere = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok((length, client)) = socket.recv_from(&mut buffer) {
            let Ok(message) = Message::decode(&buffer[..length]) else {
                continue;
            };
            for (datagram, from_elsewhere) in reply(&message, client) {
                let socket = if from_elsewhere { &elsewhere } else { &socket };
                let _ = socket.send_to(&datagram, client);
            }
        }
    });
    address
}

/// A server that answers every request like this.
fn answering(answer: impl Fn(&Message<'_>, SocketAddr) -> Vec<u8> + Send + 'static) -> SocketAddr {
    udp_server(Box::new(move |message, client| vec![(answer(message, client), false)]))
}

/// A TCP server that deals with every connection like this.
fn tcp_server(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            serve(stream);
        }
    });
    address
}

fn success(message: &Message<'_>, client: SocketAddr) -> Vec<u8> {
    Builder::new(Class::Success, message.method(), message.transaction_id())
        .xor_address(AttributeType::XOR_MAPPED_ADDRESS, client)
        .build()
}

fn error(message: &Message<'_>, code: ErrorCode) -> Builder {
    Builder::new(Class::Error, message.method(), message.transaction_id())
        .error_code(code, "no")
        .text(AttributeType::REALM, "example.org")
        .text(AttributeType::NONCE, "abcdef")
}

/// 401 to what has no credentials, and `code` to what has.
fn refusing(code: ErrorCode) -> SocketAddr {
    answering(move |message, _| {
        let challenged = message.find(AttributeType::USERNAME).is_some();
        error(message, if challenged { code } else { ErrorCode::UNAUTHENTICATED }).build()
    })
}

/// 300 (Try Alternate) to `next`, or to nowhere.
fn sending_on(next: impl Fn() -> Option<SocketAddr> + Send + 'static) -> SocketAddr {
    answering(move |message, _| {
        let answer = Builder::new(Class::Error, message.method(), message.transaction_id())
            .error_code(ErrorCode::TRY_ALTERNATE, "elsewhere");
        match next() {
            Some(next) => answer.address(AttributeType::ALTERNATE_SERVER, next).build(),
            None => answer.build(),
        }
    })
}

/// For servers that are asked until the time is up, as a good answer could still come.
fn impatient() -> Candidates {
    candidates().args(&["--timeout", "2"])
}

/// Whoever ends like this is not waited for longer than necessary.
fn until(kind: &str) -> Candidates {
    let waits = [
        "timeout",
        "not-stun",
        "wrong-transaction",
        "wrong-source",
        "malformed",
        "not-authentic",
    ];
    if waits.contains(&kind) {
        impatient()
    } else {
        candidates()
    }
}

/// The only attempt at `url` ends with this error, and the run with this finding and with exit code 1.
#[track_caller]
fn assert_told(run: Candidates, url: &str, kind: &str, finding: &str) {
    let run = run.run();
    let attempt = run.attempt(url);
    assert_eq!(attempt.error_kind(), kind, "{}", run.stdout);
    assert_ne!(attempt.outcome, "ok");
    let found = run.assert_finding(finding);
    assert_eq!((found.severity.as_str(), found.subject.as_str()), ("error", url));
    assert!(!found.evidence.is_empty(), "{found:?}");
    assert_eq!(run.code, Some(1), "{}", run.stderr);
}

#[track_caller]
fn stun(server: SocketAddr, kind: &str, finding: &str) {
    let url = format!("stun:{server}");
    assert_told(until(kind).stun(&url), &url, kind, finding);
}

#[track_caller]
fn stun_over_tcp(server: SocketAddr, kind: &str, finding: &str) {
    let url = format!("stun:{server}?transport=tcp");
    assert_told(until(kind).stun(&url), &url, kind, finding);
}

#[track_caller]
fn turn(server: SocketAddr, kind: &str, finding: &str) {
    let url = format!("turn:{server}");
    assert_told(
        until(kind).turn(&url).credentials("alice", "secret"),
        &url,
        kind,
        finding,
    );
}

// ---------------------------------------------------------------- UDP

#[test]
fn silence() {
    stun(udp_server(Box::new(|_, _| Vec::new())), "timeout", "server-timeout");
}

#[test]
fn nobody_there() {
    let port = Dead::udp(Ipv4Addr::LOCALHOST.into());
    stun(port.address, "refused", "server-refused");
}

#[test]
fn garbage() {
    stun(
        answering(|_, _| b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
        "not-stun",
        "not-a-stun-server",
    );
}

#[test]
fn another_transaction_id() {
    let other = |message: &Message<'_>, client| {
        Builder::new(Class::Success, message.method(), TransactionId::new([7; 12]))
            .xor_address(AttributeType::XOR_MAPPED_ADDRESS, client)
            .build()
    };
    stun(
        answering(other),
        "wrong-transaction",
        "answer-with-wrong-transaction-id",
    );
}

#[test]
fn an_answer_from_elsewhere() {
    let server = udp_server(Box::new(|message, client| vec![(success(message, client), true)]));
    stun(server, "wrong-source", "answer-from-elsewhere");
}

#[test]
fn a_truncated_answer() {
    let cut = |message: &Message<'_>, client| {
        let mut answer = success(message, client);
        answer.truncate(answer.len() - 3);
        answer
    };
    stun(answering(cut), "malformed", "malformed-answer");
}

#[test]
fn a_good_answer_behind_bad_ones_is_taken() {
    let server = udp_server(Box::new(|message, client| {
        vec![
            (b"garbage".to_vec(), false),
            (success(message, client), true),
            (success(message, client), false),
        ]
    }));
    let url = format!("stun:{server}");
    let run = candidates().stun(&url).run();
    assert_eq!(run.attempt(&url).outcome, "ok", "{}", run.stdout);
    assert_eq!(run.code, Some(0));
}

// ---------------------------------------------------------------- TURN

#[test]
fn every_error_code_is_told() {
    for (code, finding) in [
        (ErrorCode::BAD_REQUEST, "turn-bad-request"),
        (ErrorCode::FORBIDDEN, "turn-forbidden"),
        (ErrorCode::UNKNOWN_ATTRIBUTE, "turn-unknown-attribute"),
        (ErrorCode::ALLOCATION_MISMATCH, "turn-allocation-mismatch"),
        (
            ErrorCode::ADDRESS_FAMILY_NOT_SUPPORTED,
            "turn-address-family-not-supported",
        ),
        (ErrorCode::WRONG_CREDENTIALS, "turn-wrong-credentials"),
        (
            ErrorCode::UNSUPPORTED_TRANSPORT_PROTOCOL,
            "turn-transport-not-supported",
        ),
        (ErrorCode::PEER_ADDRESS_FAMILY_MISMATCH, "turn-peer-family-mismatch"),
        (ErrorCode::ALLOCATION_QUOTA_REACHED, "turn-quota-reached"),
        (ErrorCode::SERVER_ERROR, "turn-server-error"),
        (ErrorCode::INSUFFICIENT_CAPACITY, "turn-no-capacity"),
        (ErrorCode(555), "stun-error-response"),
    ] {
        let server = refusing(code);
        let url = format!("turn:{server}");
        let run = candidates().turn(&url).credentials("alice", "secret").run();
        let attempt = run.attempt(&url);
        assert_eq!(
            (attempt.error_kind(), attempt.error_code()),
            ("stun-error", Some(code.0)),
            "{}",
            run.stdout
        );
        assert_eq!(run.assert_finding(finding).severity, "error");
    }
}

#[test]
fn credentials_that_are_not_taken() {
    turn(
        refusing(ErrorCode::UNAUTHENTICATED),
        "unauthorized",
        "turn-credentials-rejected",
    );
}

#[test]
fn a_challenge_without_an_answer() {
    let url = format!("turn:{}", refusing(ErrorCode::UNAUTHENTICATED));
    assert_told(
        candidates().turn(&url),
        &url,
        "missing-credentials",
        "turn-credentials-missing",
    );
}

#[test]
fn a_nonce_that_is_always_stale() {
    turn(refusing(ErrorCode::STALE_NONCE), "nonce-loop", "turn-nonce-loop");
}

#[test]
fn an_unsigned_success() {
    let server = answering(|message, client| match message.find(AttributeType::USERNAME) {
        None => error(message, ErrorCode::UNAUTHENTICATED).build(),
        Some(_) => Builder::new(Class::Success, Method::ALLOCATE, message.transaction_id())
            .xor_address(AttributeType::XOR_RELAYED_ADDRESS, client)
            .u32(AttributeType::LIFETIME, 600)
            .build(),
    });
    turn(server, "not-authentic", "answer-not-authentic");
}

#[test]
fn an_open_relay_at_no_address() {
    let server = answering(|message, client| {
        Builder::new(Class::Success, message.method(), message.transaction_id())
            .xor_address(AttributeType::XOR_RELAYED_ADDRESS, "0.0.0.0:50000".parse().unwrap())
            .xor_address(AttributeType::XOR_MAPPED_ADDRESS, client)
            .u32(AttributeType::LIFETIME, 600)
            .build()
    });
    let url = format!("turn:{server}");
    let run = candidates().turn(&url).credentials("alice", "secret").run();
    assert_eq!(run.assert_finding("turn-open-relay").severity, "warning");
    assert_eq!(run.assert_finding("relay-address-unspecified").severity, "error");
}

#[test]
fn three_hundred_to_nowhere() {
    turn(sending_on(|| None), "redirect-loop", "turn-redirect-loop");
}

#[test]
fn three_hundred_in_a_circle() {
    let (tell, told) = std::sync::mpsc::channel();
    let first = {
        let next = std::sync::Mutex::new((told, None));
        sending_on(move || {
            let mut next = next.lock().unwrap();
            if next.1.is_none() {
                next.1 = next.0.recv().ok();
            }
            next.1
        })
    };
    let second = sending_on(move || Some(first));
    tell.send(second).unwrap();
    let url = format!("turn:{first}");
    let run = candidates().turn(&url).credentials("alice", "secret").run();
    let attempts = &run.server(&url).attempts;
    let chain: Vec<_> = attempts
        .iter()
        .map(|attempt| (attempt.address, attempt.error_kind()))
        .collect();
    assert_eq!(
        chain,
        [(Some(first), "redirected"), (Some(second), "redirect-loop")],
        "{}",
        run.stdout
    );
    run.assert_finding("turn-redirect-loop");
}

#[test]
fn three_hundred_to_a_server_that_works() {
    let good = answering(success);
    let url = format!("stun:{}", sending_on(move || Some(good)));
    let run = candidates().stun(&url).run();
    let attempts = &run.server(&url).attempts;
    let chain: Vec<_> = attempts
        .iter()
        .map(|attempt| (attempt.error_kind(), attempt.outcome.as_str()))
        .collect();
    assert_eq!(chain, [("redirected", "failed"), ("", "ok")], "{}", run.stdout);
    assert_eq!(run.assert_finding("turn-redirected").severity, "info");
    assert_eq!(run.code, Some(0), "{}", run.stdout);
}

/// A server that allocates for anybody, and answers a Refresh when `release` says so.
fn lending(release: impl Fn() -> bool + Send + 'static) -> SocketAddr {
    udp_server(Box::new(move |message, client| {
        let answer = Builder::new(Class::Success, message.method(), message.transaction_id());
        match message.method() {
            Method::ALLOCATE => vec![(
                answer
                    .xor_address(AttributeType::XOR_RELAYED_ADDRESS, "127.0.0.1:50000".parse().unwrap())
                    .xor_address(AttributeType::XOR_MAPPED_ADDRESS, client)
                    .u32(AttributeType::LIFETIME, 600)
                    .build(),
                false,
            )],
            Method::REFRESH if release() => vec![(answer.u32(AttributeType::LIFETIME, 0).build(), false)],
            _ => Vec::new(),
        }
    }))
}

/// The server answers the release only after the candidate has been seen: so it was told before the release.
#[test]
fn a_relay_is_told_as_soon_as_it_is_there() {
    let (seen, wait) = std::sync::mpsc::channel::<()>();
    let server = lending(move || wait.recv().is_ok());
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_rtcdiag"))
        .args([
            "candidates",
            "--format",
            "jsonl",
            "--interface",
            "lo",
            "--turn",
            &format!("turn:{server}"),
        ])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufReader::new(program.stdout.take().unwrap());
    let mut released = None;
    for line in std::io::BufRead::lines(lines) {
        let line: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        if line["kind"] == "candidate" && line["type"] == "relay" {
            seen.send(()).unwrap();
        }
        if line["kind"] == "attempt" {
            released = line["released"].as_bool();
        }
    }
    assert_eq!(released, Some(true));
    program.wait().unwrap();
}

#[test]
fn a_server_that_does_not_release() {
    let url = format!("turn:{}", lending(|| false));
    let run = candidates().turn(&url).run();
    assert_eq!(run.attempt(&url).outcome, "ok", "{}", run.stdout);
    assert_eq!(run.assert_finding("allocation-not-released").severity, "warning");
}

/// The second Ctrl-C does not wait for the release, and does not lose what was known.
#[cfg(unix)]
#[test]
fn interrupted_twice_while_releasing() {
    let (asked, wait) = std::sync::mpsc::channel();
    let url = format!("turn:{}", lending(move || asked.send(()).is_err()));
    let running = candidates().args(&["--timeout", "30"]).turn(&url).start();
    wait.recv().unwrap();
    running.interrupt();
    thread::sleep(Duration::from_millis(100));
    running.interrupt();
    let run = running.wait();
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert_eq!(run.attempt(&url).outcome, "ok", "{}", run.stdout);
    assert_eq!(run.candidates("relay").len(), 1);
    run.assert_no_finding("no-relay");
}

// ---------------------------------------------------------------- TCP

fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut request = vec![0; 20];
    stream.read_exact(&mut request).unwrap();
    let length = usize::from(u16::from_be_bytes([request[2], request[3]]));
    request.resize(20 + length, 0);
    stream.read_exact(&mut request[20..]).unwrap();
    request
}

/// Says nothing, or nothing more, as long as the client holds on.
fn until_closed(mut stream: TcpStream) {
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
}

#[test]
fn an_answer_octet_by_octet() {
    let server = tcp_server(|mut stream| {
        let request = read_request(&mut stream);
        let answer = success(&Message::decode(&request).unwrap(), stream.peer_addr().unwrap());
        for octet in answer {
            let _ = stream.write_all(&[octet]).and_then(|()| stream.flush());
            thread::sleep(Duration::from_millis(2));
        }
    });
    let url = format!("stun:{server}?transport=tcp");
    let run = candidates().stun(&url).run();
    assert_eq!(run.attempt(&url).outcome, "ok", "{}", run.stdout);
    assert_eq!(run.attempt(&url).mapped_address, run.attempt(&url).local);
}

#[test]
fn an_answer_that_never_ends() {
    let server = tcp_server(|mut stream| {
        let request = read_request(&mut stream);
        let answer = success(&Message::decode(&request).unwrap(), stream.peer_addr().unwrap());
        let _ = stream.write_all(&answer[..answer.len() - 1]);
        until_closed(stream);
    });
    stun_over_tcp(server, "timeout", "server-silent");
}

#[test]
fn closed_after_accept() {
    // Read first: closing a socket with octets unread resets the connection.
    let server = tcp_server(|mut stream| drop(read_request(&mut stream)));
    stun_over_tcp(server, "closed", "connection-closed");
}

#[test]
fn silent_after_accept() {
    let server = tcp_server(until_closed);
    stun_over_tcp(server, "timeout", "server-silent");
}

#[test]
fn a_web_server() {
    let server = tcp_server(|mut stream| {
        read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    });
    stun_over_tcp(server, "not-stun", "not-a-stun-server");
}

#[test]
fn nobody_listens() {
    let port = Dead::tcp(Ipv4Addr::LOCALHOST.into());
    stun_over_tcp(port.address, "refused", "server-refused");
}

// ---------------------------------------------------------------- together

/// Dead servers cost their timeout, all of them at the same time, and the live ones are told in their own time.
#[test]
fn the_dead_do_not_delay_the_living() {
    let live = format!("stun:{}", answering(success));
    let dead = [(); 5].map(|()| format!("stun:{}", udp_server(Box::new(|_, _| Vec::new()))));
    let asked = dead.iter().fold(impatient(), |asked, url| asked.stun(url));
    let run = asked.stun(&live).run();
    // When the only step of an attempt began and ended.
    let binding = |url: &String| {
        let step = run.attempt(url).step("binding").unwrap();
        (step.started_ms, step.started_ms + step.took_ms)
    };
    let dead = dead.each_ref().map(binding);
    let given_up = dead.iter().map(|(_, end)| *end).fold(f64::INFINITY, f64::min);
    assert!(given_up >= 2000.0, "{dead:?}");
    assert!(dead.iter().all(|(began, _)| *began < given_up), "{dead:?}");
    assert_eq!(run.attempt(&live).outcome, "ok", "{}", run.stdout);
    assert!(binding(&live).1 < given_up, "{dead:?}, {:?}", binding(&live));
}
