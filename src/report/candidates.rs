//! The report of `rtcdiag candidates`: candidates, servers, and how each was reached.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

/// Everything that was gathered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Candidates {
    /// The ICE candidates, highest priority first.
    pub candidates: Vec<Candidate>,
    /// The servers that the user named, in that order.
    pub servers: Vec<Server>,
    /// Entries of a pasted configuration that could not be used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configuration_errors: Vec<ConfigurationError>,
    /// What was read from a pasted configuration although it is not as it should be, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configuration_notes: Vec<String>,
    /// The local addresses, those used and those left out.
    pub interfaces: Vec<Interface>,
    /// `all` or `relay` (W3C RTCIceTransportPolicy).
    pub policy: String,
    /// When the last server was done, in milliseconds since the start.
    pub finished_ms: f64,
}

/// One ICE candidate (RFC 8445 §5.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The candidate-attribute as browsers take it, `candidate:...` (RFC 8839 §5.1).
    pub candidate: String,
    /// 1 for RTP, and for everything under rtcp-mux.
    pub component: u16,
    /// Equal for candidates of one type, base, server address and transport (RFC 8445 §5.1.1.3).
    pub foundation: String,
    /// `udp` or `tcp`.
    pub protocol: String,
    /// RFC 8445 §5.1.2.
    pub priority: u32,
    /// Where a peer would send to.
    pub address: IpAddr,
    /// 9 for an active TCP candidate (RFC 6544 §4.1).
    pub port: u16,
    /// `host`, `srflx` or `relay`.
    #[serde(rename = "type")]
    pub candidate_type: String,
    /// The base of a reflexive, the mapped address of a relay candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub related_address: Option<IpAddr>,
    /// The port that belongs to `related_address`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub related_port: Option<u16>,
    /// `active`, `passive` or `so` (RFC 6544).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp_type: Option<String>,
    /// Between us and the TURN server: `udp`, `tcp` or `tls` (W3C RTCIceServerTransportProtocol).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_protocol: Option<String>,
    /// The server it was learned from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The network interface of its base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// When it was learned, in milliseconds since the start.
    pub gathered_ms: f64,
}

/// A server, by the URL that named it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Server {
    /// As the user gave it.
    pub url: String,
    /// `stun`, `stuns`, `turn` or `turns`.
    pub scheme: String,
    /// What is odd about the URL, where it was accepted all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub url_notes: Vec<UrlNote>,
    /// What is odd about its credentials, seen without asking the server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credential_notes: Vec<CredentialNote>,
    /// Why it was not asked at all, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// One for each pair of a local and a server address, and for each redirection.
    #[serde(default)]
    pub attempts: Vec<Attempt>,
}

impl Candidates {
    /// Every attempt at every server.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.servers.iter().flat_map(|server| &server.attempts)
    }
}

impl Server {
    /// Whether the server was asked for a relayed address.
    pub fn is_turn(&self) -> bool {
        self.scheme.starts_with("turn")
    }

    /// Whether any attempt gave what was asked for.
    pub fn is_ok(&self) -> bool {
        self.attempts
            .iter()
            .any(|attempt| attempt.outcome == AttemptOutcome::Ok)
    }
}

/// An entry of a pasted configuration that could not be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfigurationError {
    /// Which entry: `iceServers[1].urls[0]`.
    pub entry: String,
    /// The URL, if there was one.
    pub url: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to write instead.
    pub instead: String,
}

/// Something in a URL that is understood, and not quite right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UrlNote {
    /// Kebab-case, stable: `slashes`, `stun-query`, ...
    pub note: String,
    /// Whether the URL is written as the RFC says; what is odd is then only that browsers do something else.
    pub well_formed: bool,
    /// What is odd, as the end of a sentence about the URL.
    pub problem: String,
    /// What browsers make of it.
    pub browsers: String,
    /// What to write instead.
    pub instead: String,
}

/// What stands out in a pair of username and credential, seen without asking the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CredentialNote {
    /// Kebab-case, stable: `expired`, `milliseconds`, `reversed`, `hex-credential`, `missing-credential`, ...
    pub note: String,
    /// What is odd, one sentence without its full stop; never a part of the credential.
    pub problem: String,
    /// What to do, one sentence.
    pub instead: String,
}

/// One try to reach one address of a server from one local address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The server's address; unknown if its name was not resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<SocketAddr>,
    /// `ipv4` or `ipv6`; unknown with the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// `udp`, `tcp`, `tls` or `dtls`.
    pub transport: String,
    /// Our address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<SocketAddr>,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// What was done, in order; the failed step is the last.
    pub steps: Vec<Step>,
    /// Round-trip time of the first request that was sent once (Karn's rule).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f64>,
    /// How many requests were sent again.
    #[serde(default)]
    pub retransmissions: u32,
    /// XOR-MAPPED-ADDRESS: how the server sees us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapped_address: Option<SocketAddr>,
    /// MAPPED-ADDRESS, if the server sent it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain_mapped_address: Option<SocketAddr>,
    /// XOR-RELAYED-ADDRESS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed_address: Option<SocketAddr>,
    /// LIFETIME of the allocation, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_s: Option<u32>,
    /// SOFTWARE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// REALM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realm: Option<String>,
    /// Whether the server gave the allocation up again; absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<bool>,
    /// How the requests were authenticated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
    /// What TLS showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Where 300 (Try Alternate) sent us; the next attempt goes there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected_to: Option<SocketAddr>,
    /// The server whose 300 (Try Alternate) sent us here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected_from: Option<SocketAddr>,
    /// What else came back: answers from elsewhere, octets that are not STUN.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<AttemptError>,
}

impl Attempt {
    /// An attempt at `address` over `transport` (`udp`, `tcp`, `tls`, `dtls`) of which nothing is known yet.
    pub fn begun(transport: &str, address: Option<SocketAddr>) -> Attempt {
        Attempt {
            address,
            family: address.map(|address| if address.is_ipv4() { "ipv4" } else { "ipv6" }.to_owned()),
            transport: transport.to_owned(),
            local: None,
            outcome: AttemptOutcome::Failed,
            steps: Vec::new(),
            rtt_ms: None,
            retransmissions: 0,
            mapped_address: None,
            plain_mapped_address: None,
            relayed_address: None,
            lifetime_s: None,
            software: None,
            realm: None,
            released: None,
            authentication: None,
            tls: None,
            redirected_to: None,
            redirected_from: None,
            notes: Vec::new(),
            error: None,
        }
    }

    /// The step that decided: the first that did not end well, else the one that gave the addresses.
    pub fn deciding_step(&self) -> Option<&Step> {
        let failed = self
            .steps
            .iter()
            .find(|step| step.outcome != AttemptOutcome::Ok && step.step != "refresh");
        failed.or_else(|| self.steps.iter().rfind(|step| step.step != "refresh"))
    }

    /// Whether this step was taken and ended well.
    pub fn passed(&self, name: &str) -> bool {
        self.steps
            .iter()
            .any(|step| step.step == name && step.outcome == AttemptOutcome::Ok)
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttemptOutcome {
    /// It gave what was asked for.
    Ok,
    /// It was refused, or could not be done.
    Failed,
    /// Nothing came back in time.
    Timeout,
}

impl AttemptOutcome {
    /// `ok`, `failed` or `timeout`.
    pub const fn name(self) -> &'static str {
        match self {
            AttemptOutcome::Ok => "ok",
            AttemptOutcome::Failed => "failed",
            AttemptOutcome::Timeout => "timeout",
        }
    }
}

/// One step of an attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// `resolve`, `connect`, `tls`, `binding`, `challenge`, `allocate`, `permission`, `echo` or `refresh`.
    pub step: String,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// Milliseconds since the start of the run.
    pub started_ms: f64,
    /// Milliseconds.
    pub took_ms: f64,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Long-term authentication as it was done (RFC 8489 §9.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Authentication {
    /// PASSWORD-ALGORITHM: `MD5` or `SHA-256`.
    pub password_algorithm: String,
    /// `MESSAGE-INTEGRITY` or `MESSAGE-INTEGRITY-SHA256`.
    pub integrity: String,
    /// Whether the name went as USERHASH.
    pub userhash: bool,
}

/// What a TLS handshake showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tls {
    /// `TLS 1.2` or `TLS 1.3`.
    pub version: String,
    /// The cipher suite, IANA name.
    pub cipher_suite: String,
    /// The key exchange group, IANA name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_exchange: Option<String>,
    /// `trusted`, or all that is wrong with the certificate.
    pub verdict: String,
    /// The certificates, the server's own first.
    pub chain: Vec<Certificate>,
}

/// One certificate of a chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// Distinguished name.
    pub subject: String,
    /// Distinguished name.
    pub issuer: String,
    /// DNS names and addresses it is good for (subjectAltName).
    pub names: Vec<String>,
    /// RFC 3339.
    pub not_before: String,
    /// RFC 3339.
    pub not_after: String,
    /// Seconds left; negative if it has expired.
    pub expires_in_s: i64,
    /// SHA-256 of the DER, lower-case hex.
    pub sha256: String,
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptError {
    /// STUN error code, if the server sent one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// In the words of the server or of the operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The class of the failure.
    pub kind: ErrorKind,
}

/// The classes of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// The name does not exist, or has no address.
    NameNotResolved,
    /// The name servers did not answer in time.
    ResolveTimeout,
    /// Addresses, but none of a family that is in use here.
    NoAddressOfFamily,
    /// Nothing came back in time.
    Timeout,
    /// TCP reset on connect, or ICMP port unreachable.
    Refused,
    /// Another ICMP error, or no route.
    Unreachable,
    /// The server closed the connection without an answer.
    Closed,
    /// The server reset the connection.
    Reset,
    /// The certificate is for other names.
    TlsName,
    /// The certificate has expired.
    TlsExpired,
    /// The certificate is not valid yet.
    TlsNotYetValid,
    /// No trusted root, self-signed, bad signature, revoked.
    TlsUntrusted,
    /// The other end does not speak TLS.
    NotTls,
    /// The TLS handshake failed otherwise.
    Tls,
    /// What came back is not STUN.
    NotStun,
    /// What came back is damaged STUN.
    Malformed,
    /// Answers came, all with transaction ids that were never used.
    WrongTransaction,
    /// The answer came from another address than was asked.
    WrongSource,
    /// The answer's integrity does not fit the password.
    NotAuthentic,
    /// The nonce announces password algorithms whose list is missing.
    BidDown,
    /// No password algorithm in common.
    PasswordAlgorithm,
    /// A STUN error response; `code` says which.
    StunError,
    /// 401 in spite of credentials.
    Unauthorized,
    /// 401, and no credentials were given.
    MissingCredentials,
    /// 438 again and again.
    NonceLoop,
    /// 300: another attempt follows.
    Redirected,
    /// 300 in a circle, too often, or without an address.
    RedirectLoop,
    /// Something that this program can't do.
    Unsupported,
    /// The user stopped the run.
    Interrupted,
    /// Any other error of the operating system.
    Io,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// A local address, used or left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interface {
    /// `eth0`, `wlan0`, ...
    pub name: String,
    /// The address.
    pub address: IpAddr,
    /// Whether candidates were gathered from it.
    pub used: bool,
    /// Why it was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<LeftOut>,
}

/// Why a local address was left out (RFC 8445 §5.1.1.1, or the user's wish).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// Loopback; `--include-loopback` takes it in.
    Loopback,
    /// Link-local.
    LinkLocal,
    /// The interface is down.
    Down,
    /// Site-local, IPv4-mapped or IPv4-compatible IPv6: deprecated kinds of addresses.
    DeprecatedKind,
    /// The address's preferred lifetime is over, or it is not in use yet.
    NotPreferred,
    /// A temporary (privacy) address of the same network is used instead.
    TemporaryPreferred,
    /// Another family was asked for with -4 or -6.
    Family,
    /// Another interface was asked for with --interface.
    Interface,
    /// The same address is used on another interface.
    Duplicate,
    /// It could not be bound.
    BindFailed,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LeftOut::Loopback => "loopback",
            LeftOut::LinkLocal => "link-local",
            LeftOut::Down => "interface down",
            LeftOut::DeprecatedKind => "deprecated kind of address",
            LeftOut::NotPreferred => "address not preferred",
            LeftOut::TemporaryPreferred => "a temporary address is used instead",
            LeftOut::Family => "not of the address family asked for",
            LeftOut::Interface => "excluded by --interface",
            LeftOut::Duplicate => "the same address is on another interface",
            LeftOut::BindFailed => "could not be bound",
        })
    }
}
