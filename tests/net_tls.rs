//! TLS handshakes with servers whose certificates are made here: good ones, bad ones, and none at all.
#![allow(clippy::disallowed_methods, reason = "tests of sockets open sockets")]

mod net_support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use net_support::{PATIENCE, answer, patience, request, response, run};
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
use rtcdiag::net::clock::Clock;
use rtcdiag::net::stream::{MessageStream, connect};
use rtcdiag::net::tls::{TlsClient, TlsError, TlsErrorKind, TlsOptions, TlsSession, Verdict};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// An authority of our own, in a PEM file.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    _dir: TempDir,
    options: TlsOptions,
}

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = named("Test authority");
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let (dir, options) = ca_file(&pem);
        Authority {
            issuer: Issuer::new(params, key),
            _dir: dir,
            options,
        }
    }

    fn sign(&self, params: CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity {
            chain: vec![certificate.der().clone()],
            key,
        }
    }
}

struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

impl Identity {
    fn config(&self, versions: &[&'static SupportedProtocolVersion]) -> ServerConfig {
        let key = PrivateKeyDer::Pkcs8(self.key.serialize_der().into());
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), key)
            .unwrap()
    }

    fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::new(self.config(rustls::ALL_VERSIONS)))
    }
}

fn ca_file(pem: &str) -> (TempDir, TlsOptions) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.pem");
    std::fs::write(&path, pem).unwrap();
    (
        dir,
        TlsOptions {
            ca_file: Some(path),
            insecure: false,
        },
    )
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn params(names: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name = named("server");
    params
}

fn expired(names: &[&str]) -> CertificateParams {
    let mut params = params(names);
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    params
}

/// A handshake for `name` with a server that does `behave` with the connection.
async fn handshake<F: Future<Output = ()> + 'static>(
    options: &TlsOptions,
    name: &str,
    clock: &Clock,
    behave: impl FnOnce(TcpStream) -> F + 'static,
) -> Result<(TlsSession, SocketAddr, SocketAddr), TlsError> {
    handshake_within(PATIENCE, options, name, clock, behave).await
}

async fn handshake_within<F: Future<Output = ()> + 'static>(
    patience: Duration,
    options: &TlsOptions,
    name: &str,
    clock: &Clock,
    behave: impl FnOnce(TcpStream) -> F + 'static,
) -> Result<(TlsSession, SocketAddr, SocketAddr), TlsError> {
    let listener = TcpListener::bind((LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::task::spawn_local(async move { behave(listener.accept().await.unwrap().0).await });
    let connected = connect(None, address, clock, clock.now() + PATIENCE).await.unwrap();
    let client = TlsClient::new(options).unwrap();
    let session = client
        .handshake(connected.stream, address, name, clock, clock.now() + patience)
        .await?;
    Ok((session, connected.local, address))
}

/// What a handshake with a well-behaved server of this identity teaches.
async fn verdict(identity: &Identity, options: &TlsOptions, name: &str) -> rtcdiag::net::tls::TlsInfo {
    let clock = Clock::start();
    let acceptor = identity.acceptor();
    let serve = async move |socket| {
        let mut stream = acceptor.accept(socket).await.unwrap();
        let _ = stream.read(&mut [0; 1]).await;
    };
    handshake(options, name, &clock, serve).await.unwrap().0.info
}

#[test]
fn trusted_by_name_and_by_address() {
    run(async {
        let authority = Authority::new();
        let identity = authority.sign(params(&["turn.example.org", "127.0.0.1"]));
        let info = verdict(&identity, &authority.options, "turn.example.org").await;
        assert_eq!(
            (info.verdict, info.also, info.acceptable),
            (Verdict::Trusted, vec![], true)
        );
        assert_eq!(info.version, "TLS 1.3");
        assert!(info.cipher_suite.starts_with("TLS_"), "{}", info.cipher_suite);
        assert_eq!(info.key_exchange.as_deref(), Some("X25519"));
        assert_eq!(info.chain.len(), 1);
        assert_eq!(info.chain[0].names, ["turn.example.org", "127.0.0.1"]);
        assert_eq!(
            (&*info.chain[0].subject, &*info.chain[0].issuer),
            ("CN=server", "CN=Test authority")
        );
        assert!(!info.chain[0].self_signed);
        assert!(info.ended > info.started);

        for name in ["127.0.0.1", "[127.0.0.1]"] {
            let info = verdict(&identity, &authority.options, name).await;
            assert_eq!((info.verdict, &*info.server_name), (Verdict::Trusted, "127.0.0.1"));
        }
    });
}

#[test]
fn what_is_wrong_is_told_and_the_handshake_completes() {
    run(async {
        let authority = Authority::new();
        let options = &authority.options;

        let info = verdict(
            &authority.sign(params(&["other.example.org"])),
            options,
            "turn.example.org",
        )
        .await;
        let presented = vec!["other.example.org".to_owned()];
        assert_eq!(
            info.verdict,
            Verdict::NameMismatch {
                expected: "turn.example.org".into(),
                presented
            }
        );
        assert!(info.also.is_empty() && !info.acceptable);

        let info = verdict(&authority.sign(params(&["turn.example.org"])), options, "::1").await;
        assert!(
            matches!(&info.verdict, Verdict::NameMismatch { expected, .. } if expected == "::1"),
            "{info:?}"
        );

        let info = verdict(
            &authority.sign(expired(&["turn.example.org"])),
            options,
            "turn.example.org",
        )
        .await;
        assert_eq!(
            (info.verdict, info.also),
            (
                Verdict::Expired {
                    not_after: 1_609_459_200
                },
                vec![]
            )
        );

        let mut early = params(&["turn.example.org"]);
        early.not_before = rcgen::date_time_ymd(2100, 1, 1);
        early.not_after = rcgen::date_time_ymd(2101, 1, 1);
        let info = verdict(&authority.sign(early), options, "turn.example.org").await;
        assert_eq!(
            info.verdict,
            Verdict::NotYetValid {
                not_before: 4_102_444_800
            }
        );

        // Several things at once are all told.
        let info = verdict(
            &authority.sign(expired(&["other.example.org"])),
            options,
            "turn.example.org",
        )
        .await;
        let all: Vec<_> = std::iter::once(&info.verdict).chain(&info.also).collect();
        assert_eq!(all.len(), 2, "{all:?}");
        assert!(all.iter().any(|v| matches!(v, Verdict::Expired { .. })));
        assert!(all.iter().any(|v| matches!(v, Verdict::NameMismatch { .. })));

        let stranger = Authority::new().sign(params(&["turn.example.org"]));
        let info = verdict(&stranger, options, "turn.example.org").await;
        assert!(
            matches!(info.verdict, Verdict::Untrusted { self_signed: false, .. }),
            "{info:?}"
        );

        let insecure = TlsOptions {
            insecure: true,
            ..options.clone()
        };
        let info = verdict(&stranger, &insecure, "turn.example.org").await;
        assert!(
            info.acceptable && !info.verdict.is_trusted(),
            "the verdict stays what it is"
        );
    });
}

#[test]
fn self_signed_unless_named() {
    run(async {
        let authority = Authority::new();
        for is_ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
            let mut params = params(&["turn.example.org"]);
            params.is_ca = is_ca;
            let key = KeyPair::generate().unwrap();
            let certificate = params.self_signed(&key).unwrap();
            let identity = Identity {
                chain: vec![certificate.der().clone()],
                key,
            };

            let info = verdict(&identity, &authority.options, "turn.example.org").await;
            assert!(
                matches!(info.verdict, Verdict::Untrusted { self_signed: true, .. }),
                "{info:?}"
            );
            assert!(info.chain[0].self_signed);
            // The platform's roots do not know it either, if there are any.
            let info = verdict(&identity, &TlsOptions::default(), "turn.example.org").await;
            assert!(
                matches!(info.verdict, Verdict::Untrusted { self_signed: true, .. }),
                "{info:?}"
            );

            let (_dir, named) = ca_file(&certificate.pem());
            let info = verdict(&identity, &named, "turn.example.org").await;
            assert_eq!((info.verdict, info.also), (Verdict::Trusted, vec![]));
            let info = verdict(&identity, &named, "other.example.org").await;
            assert!(matches!(info.verdict, Verdict::NameMismatch { .. }), "{info:?}");
        }
    });
}

#[test]
fn nothing_is_sent_before_the_verdict_and_messages_pass_after_it() {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        run(async {
            let authority = Authority::new();
            let identity = authority.sign(params(&["turn.example.org"]));
            let clock = Clock::start();
            let acceptor = TlsAcceptor::from(Arc::new(identity.config(&[version])));
            let (quiet, was_quiet) = tokio::sync::oneshot::channel();
            let (done, server) = tokio::sync::oneshot::channel();
            let serve = async move |socket| {
                let mut stream = acceptor.accept(socket).await.unwrap();
                let mut buffer = [0; 100];
                let early = tokio::time::timeout(Duration::from_millis(50), stream.read(&mut buffer)).await;
                assert!(early.is_err(), "sent before the verdict");
                quiet.send(()).unwrap();
                let length = stream.read(&mut buffer).await.unwrap();
                stream.write_all(&answer(&buffer[..length])).await.unwrap();
                assert_eq!(stream.read(&mut buffer).await.unwrap(), 0, "a proper close");
                done.send(()).unwrap();
            };
            let (session, local, remote) = handshake(&authority.options, "turn.example.org", &clock, serve)
                .await
                .unwrap();
            let expected = if version.version == rustls::ProtocolVersion::TLSv1_2 {
                "TLS 1.2"
            } else {
                "TLS 1.3"
            };
            assert_eq!(session.info.version, expected);
            was_quiet.await.expect("nothing was sent");
            let mut stream = MessageStream::tls(session.stream, local, remote, clock);
            stream.send(&request(1)).unwrap();
            assert_eq!(stream.receive().await.event, Ok((remote, response(1))));
            stream.close(patience(&clock)).await;
            server.await.expect("the server saw what it should");
        });
    }
}

async fn failure<F: Future<Output = ()> + 'static>(behave: impl FnOnce(TcpStream) -> F + 'static) -> TlsErrorKind {
    failure_within(PATIENCE, behave).await
}

/// Of a server that waits for something.
async fn time_out<F: Future<Output = ()> + 'static>(behave: impl FnOnce(TcpStream) -> F + 'static) -> TlsErrorKind {
    failure_within(Duration::from_secs(1), behave).await
}

async fn failure_within<F: Future<Output = ()> + 'static>(
    patience: Duration,
    behave: impl FnOnce(TcpStream) -> F + 'static,
) -> TlsErrorKind {
    let authority = Authority::new();
    let clock = Clock::start();
    let error = handshake_within(patience, &authority.options, "turn.example.org", &clock, behave)
        .await
        .unwrap_err();
    assert!(error.ended >= error.started);
    error.kind
}

#[test]
fn servers_that_do_not_speak_tls() {
    run(async {
        let greeting = b"HTTP/1.1 400 Bad Request\r\n\r\n";
        let kind = failure(async |mut socket| {
            socket.write_all(greeting).await.unwrap();
            std::future::pending().await
        })
        .await;
        assert_eq!(
            kind,
            TlsErrorKind::NotTls {
                prefix: greeting.to_vec()
            }
        );

        let kind = time_out(async |socket| {
            let _open = socket;
            std::future::pending().await
        })
        .await;
        assert_eq!(kind, TlsErrorKind::Timeout { received: 0 });

        let kind = failure(async |mut socket| {
            // Read everything, or the close becomes a reset.
            let _ = socket.read(&mut [0; 4096]).await;
        })
        .await;
        assert_eq!(kind, TlsErrorKind::Closed { received: 0 });

        let kind = failure(async |socket| {
            socket2::SockRef::from(&socket)
                .set_linger(Some(Duration::ZERO))
                .unwrap();
        })
        .await;
        assert_eq!(kind, TlsErrorKind::Reset);

        let kind = failure(async |mut socket| {
            socket.write_all(b"\x15\x03\x03\x00\x02\x02\x28").await.unwrap();
            std::future::pending().await
        })
        .await;
        assert_eq!(kind, TlsErrorKind::Alert("handshake_failure".into()));

        let kind = time_out(async |mut socket| {
            socket.write_all(b"\x16\x03\x03\x00\x04\x02\xff").await.unwrap();
            std::future::pending().await
        })
        .await;
        assert_eq!(kind, TlsErrorKind::Timeout { received: 7 });
    });
}

#[test]
fn a_name_that_cannot_be_one() {
    run(async {
        let clock = Clock::start();
        let options = Authority::new().options;
        // The authority's directory is gone, but a file that was read stays read: options are checked by `new`.
        assert!(TlsClient::new(&options).is_err());
        let behave = async |socket: TcpStream| drop(socket);
        let error = handshake(&TlsOptions::default(), "not a name", &clock, behave)
            .await
            .unwrap_err();
        assert_eq!(error.kind, TlsErrorKind::BadName("not a name".into()));
    });
}
