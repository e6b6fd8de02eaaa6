//! TLS to a server, to learn everything about it and to talk over it.
//!
//! The handshake goes on whatever the certificate is worth, so that version, cipher suite, chain, names and dates are
//! known in any case. The verdict is part of the result; nothing is sent over the connection before the caller has
//! seen it and decided.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OnceCell, oneshot};

pub use crate::net::certificate::{CertificateInfo, Verdict};
use crate::net::clock::Clock;
use crate::net::reason;
use crate::net::trust::{Recorder, Trust};
use crate::time::At;

/// Whom to trust.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsOptions {
    /// Trust the certificates of this PEM file, and only these, instead of the platform's roots.
    pub ca_file: Option<PathBuf>,
    /// Talk to servers whose certificate is not trusted too. The verdict stays what it is.
    pub insecure: bool,
}

/// A `ca_file` that cannot serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", path.display())]
pub struct CaFileError {
    /// The file.
    pub path: PathBuf,
    /// The kind of error, if the file could not be read at all; none if what is in it will not do.
    pub io: Option<io::ErrorKind>,
    /// What is wrong with it.
    pub message: String,
}

/// What a handshake taught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsInfo {
    /// `TLS 1.2`, `TLS 1.3`.
    pub version: String,
    /// The IANA name: `TLS_AES_128_GCM_SHA256`.
    pub cipher_suite: String,
    /// The key exchange group: `X25519`, `secp256r1`.
    pub key_exchange: Option<String>,
    /// The presented certificates, the server's own first.
    pub chain: Vec<CertificateInfo>,
    /// The name asked for.
    pub server_name: String,
    /// Whether the server is the one asked for: the gravest thing that is wrong.
    pub verdict: Verdict,
    /// What else is wrong with the server's certificate.
    pub also: Vec<Verdict>,
    /// Whether the options let us talk to it: trusted, or `insecure`.
    pub acceptable: bool,
    /// When the handshake began, the loading of the platform's roots included.
    pub started: At,
    /// When it was complete.
    pub ended: At,
}

/// A complete handshake.
pub struct TlsSession {
    /// What it taught.
    pub info: TlsInfo,
    /// The connection; nothing has been sent over it yet.
    pub stream: TlsStream,
}

/// A connection over TLS.
pub type TlsStream = tokio_rustls::client::TlsStream<Listening>;

/// Why there was no handshake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("TLS with {remote}: {kind}")]
pub struct TlsError {
    /// The server.
    pub remote: SocketAddr,
    /// When the handshake began.
    pub started: At,
    /// When it failed.
    pub ended: At,
    /// What went wrong.
    pub kind: TlsErrorKind,
}

/// What went wrong in a handshake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsErrorKind {
    /// The host name cannot be a server name of TLS.
    #[error("{0:?} cannot be a server name")]
    BadName(String),
    /// The other end does not speak TLS.
    #[error("the other end does not speak TLS")]
    NotTls {
        /// The first octets it sent, at most 64.
        prefix: Vec<u8>,
    },
    /// The server refused with an alert; its name as in RFC 8446 §6: `handshake_failure`.
    #[error("alert {0}")]
    Alert(String),
    /// No version or parameter in common.
    #[error("{0}")]
    Version(String),
    /// The server closed the connection.
    #[error("closed by the server")]
    Closed {
        /// The number of octets it had sent.
        received: usize,
    },
    /// The server reset the connection.
    #[error("reset by the server")]
    Reset,
    /// Not complete by the deadline.
    #[error("no answer in time")]
    Timeout {
        /// The number of octets the server had sent.
        received: usize,
    },
    /// The server broke the rules of TLS.
    #[error("{0}")]
    Protocol(String),
    /// Any other error of a socket call.
    #[error("{0}")]
    Io(String),
}

/// Makes handshakes. The platform's roots are loaded when the first one needs them, once.
pub struct TlsClient {
    provider: Arc<CryptoProvider>,
    insecure: bool,
    named: Option<Arc<Trust>>,
    platform: OnceCell<Arc<Trust>>,
}

impl TlsClient {
    /// Reads the `ca_file`, if one is named.
    pub fn new(options: &TlsOptions) -> Result<TlsClient, CaFileError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let named = match &options.ca_file {
            Some(path) => Some(Arc::new(Trust::from_file(path, &provider)?)),
            None => None,
        };
        Ok(TlsClient {
            provider,
            insecure: options.insecure,
            named,
            platform: OnceCell::new(),
        })
    }

    /// Makes a handshake as a client of `server_name`, a DNS name or an IP address. Ends by `deadline`.
    pub async fn handshake(
        &self,
        stream: TcpStream,
        remote: SocketAddr,
        server_name: &str,
        clock: &Clock,
        deadline: At,
    ) -> Result<TlsSession, TlsError> {
        let started = clock.now();
        let fail = |kind| TlsError {
            remote,
            started,
            ended: clock.now(),
            kind,
        };
        let bare = server_name.trim_start_matches('[').trim_end_matches(']');
        let Ok(name) = ServerName::try_from(bare.to_owned()) else {
            return Err(fail(TlsErrorKind::BadName(server_name.to_owned())));
        };
        let Some(trust) = clock.within(deadline, self.trust()).await else {
            return Err(fail(TlsErrorKind::Timeout { received: 0 }));
        };
        let (verifier, record) = Recorder::new(trust, Arc::clone(&self.provider));
        let config = match self.config(verifier) {
            Ok(config) => config,
            Err(error) => return Err(fail(TlsErrorKind::Protocol(error.to_string()))),
        };
        let heard = Arc::new(Mutex::new(Heard::default()));
        let listening = Listening {
            stream,
            heard: Arc::clone(&heard),
        };
        let connect = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, listening);
        let stream = match clock.within(deadline, connect).await {
            Some(Ok(stream)) => stream,
            Some(Err(error)) => return Err(fail(error_kind(&error, &lock(&heard)))),
            None => {
                return Err(fail(TlsErrorKind::Timeout {
                    received: lock(&heard).count,
                }));
            }
        };
        let ended = clock.now();
        let info = self.info(&stream, lock(&record).clone(), bare, started, ended);
        Ok(TlsSession { info, stream })
    }

    fn config(&self, verifier: Recorder) -> Result<ClientConfig, rustls::Error> {
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        // Each handshake must be a full one: a resumed session shows no certificates.
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    async fn trust(&self) -> Arc<Trust> {
        if let Some(named) = &self.named {
            return Arc::clone(named);
        }
        let load = || async {
            // Reading the platform's roots takes milliseconds; on a thread of its own it disturbs no other probe.
            let (sender, receiver) = oneshot::channel();
            let provider = Arc::clone(&self.provider);
            let job = move || drop(sender.send(Trust::platform(provider)));
            let spawned = std::thread::Builder::new().name("roots".into()).spawn(job);
            let trust = match spawned {
                Ok(_) => receiver
                    .await
                    .unwrap_or_else(|_| Trust::none("loading the platform's roots failed".into())),
                Err(error) => Trust::none(reason(&error)),
            };
            Arc::new(trust)
        };
        Arc::clone(self.platform.get_or_init(load).await)
    }

    fn info(
        &self,
        stream: &TlsStream,
        mut problems: Vec<Verdict>,
        server_name: &str,
        started: At,
        ended: At,
    ) -> TlsInfo {
        let connection = stream.get_ref().1;
        let verdict = if problems.is_empty() {
            Verdict::Trusted
        } else {
            problems.remove(0)
        };
        let certificates = connection.peer_certificates().unwrap_or_default();
        TlsInfo {
            version: connection
                .protocol_version()
                .map_or_else(|| "unknown".into(), version_name),
            cipher_suite: connection
                .negotiated_cipher_suite()
                .map_or_else(|| "unknown".into(), |suite| suite_name(&format!("{:?}", suite.suite()))),
            key_exchange: connection
                .negotiated_key_exchange_group()
                .map(|group| format!("{:?}", group.name())),
            chain: certificates.iter().map(|der| CertificateInfo::from_der(der)).collect(),
            server_name: server_name.to_owned(),
            acceptable: verdict.is_trusted() || self.insecure,
            verdict,
            also: problems,
            started,
            ended,
        }
    }
}

/// A TCP stream that remembers how the other end began to speak.
#[derive(Debug)]
pub struct Listening {
    stream: TcpStream,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Debug, Default)]
struct Heard {
    prefix: Vec<u8>,
    count: usize,
}

impl AsyncRead for Listening {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        const PREFIX: usize = 64;
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let new = &buffer.filled()[before..];
        let mut heard = lock(&self.heard);
        let room = PREFIX.saturating_sub(heard.prefix.len()).min(new.len());
        heard.prefix.extend_from_slice(&new[..room]);
        heard.count = heard.count.saturating_add(new.len());
        drop(heard);
        result
    }
}

impl AsyncWrite for Listening {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn error_kind(error: &io::Error, heard: &Heard) -> TlsErrorKind {
    // The record types of TLS: change_cipher_spec, alert, handshake, application_data (RFC 8446 §5.1).
    let tls_record = heard.prefix.first().is_none_or(|first| (20..=23).contains(first));
    if !tls_record {
        return TlsErrorKind::NotTls {
            prefix: heard.prefix.clone(),
        };
    }
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match (inner, error.kind()) {
        (Some(rustls::Error::AlertReceived(alert)), _) => TlsErrorKind::Alert(alert_name(&format!("{alert:?}"))),
        (Some(error @ rustls::Error::PeerIncompatible(_)), _) => TlsErrorKind::Version(error.to_string()),
        (Some(rustls::Error::InvalidMessage(rustls::InvalidMessage::UnknownProtocolVersion)), _) => {
            TlsErrorKind::NotTls {
                prefix: heard.prefix.clone(),
            }
        }
        (Some(error), _) => TlsErrorKind::Protocol(error.to_string()),
        (None, io::ErrorKind::UnexpectedEof) => TlsErrorKind::Closed { received: heard.count },
        (None, io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => TlsErrorKind::Reset,
        (None, _) => TlsErrorKind::Io(reason(error)),
    }
}

/// `HandshakeFailure` -> `handshake_failure`, `UnknownCA` -> `unknown_ca`.
fn alert_name(debug: &str) -> String {
    match debug {
        // RFC 6066 §3 and RFC 4279 §2 have their own spelling.
        "UnrecognisedName" => return "unrecognized_name".into(),
        "UnknownPSKIdentity" => return "unknown_psk_identity".into(),
        _ => {}
    }
    let mut name = String::new();
    let mut after_lower = false;
    for c in debug.chars() {
        if c.is_ascii_uppercase() && after_lower {
            name.push('_');
        }
        after_lower = c.is_ascii_lowercase();
        name.push(c.to_ascii_lowercase());
    }
    name
}

fn version_name(version: ProtocolVersion) -> String {
    match version {
        ProtocolVersion::TLSv1_2 => "TLS 1.2".into(),
        ProtocolVersion::TLSv1_3 => "TLS 1.3".into(),
        other => format!("{other:?}"),
    }
}

/// rustls writes `TLS13_AES_...` where IANA has `TLS_AES_...`.
fn suite_name(debug: &str) -> String {
    debug.replacen("TLS13_", "TLS_", 1)
}

impl fmt::Debug for TlsSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSession")
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_rfcs() {
        assert_eq!(alert_name("HandshakeFailure"), "handshake_failure");
        assert_eq!(alert_name("UnknownCA"), "unknown_ca");
        assert_eq!(alert_name("UnrecognisedName"), "unrecognized_name");
        assert_eq!(alert_name("ProtocolVersion"), "protocol_version");
        assert_eq!(suite_name("TLS13_AES_128_GCM_SHA256"), "TLS_AES_128_GCM_SHA256");
        assert_eq!(version_name(ProtocolVersion::TLSv1_3), "TLS 1.3");
    }

    #[test]
    fn a_ca_file_must_hold_a_certificate() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        let options = TlsOptions {
            ca_file: Some(path.clone()),
            insecure: false,
        };
        let missing = TlsClient::new(&options).err().unwrap();
        assert_eq!(
            (missing.path, missing.io),
            (path.clone(), Some(io::ErrorKind::NotFound))
        );
        assert!(!missing.message.contains("os error"), "{}", missing.message);
        std::fs::write(&path, "no certificate").unwrap();
        assert!(
            TlsClient::new(&options)
                .err()
                .unwrap()
                .message
                .contains("no certificate")
        );
        std::fs::write(&path, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
        assert_eq!(TlsClient::new(&options).err().unwrap().io, None);
    }

    #[cfg(unix)]
    #[test]
    fn a_ca_file_without_end_is_not_read_to_its_end() {
        let options = TlsOptions {
            ca_file: Some("/dev/zero".into()),
            insecure: false,
        };
        let error = TlsClient::new(&options).err().unwrap();
        assert!(error.message.contains("larger than"), "{error}");
    }
}
