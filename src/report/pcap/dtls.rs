//! DTLS and TLS: handshakes, their messages and certificates.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::{Moment, Word};

/// A DTLS handshake.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Dtls {
    /// The session.
    pub session: u32,
    /// Who sent the ClientHello.
    pub client: Option<SocketAddr>,
    /// The other side.
    pub server: Option<SocketAddr>,
    /// `complete`, `stuck`, `refused`, `resumed` or `unknown`.
    pub outcome: String,
    /// In words: what it waits for, who refused it and how.
    pub detail: String,
    /// From the first ClientHello to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<f64>,
    /// The first record.
    pub first: Option<Moment>,
    /// The version agreed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The cipher suite chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cipher_suite: Option<String>,
    /// The group of the key exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The SRTP profile chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srtp_profile: Option<String>,
    /// The client's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<Certificate>,
    /// The server's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_certificate: Option<Certificate>,
    /// Its flights.
    pub flights: Vec<Flight>,
    /// Flights sent again.
    pub retransmissions: u64,
    /// Alerts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<Alert>,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// As `a=fingerprint:sha-256` writes it.
    pub sha256: String,
    /// Its subject.
    pub subject: Option<String>,
    /// Kind and size of its key.
    pub key: Option<String>,
    /// From when it is valid.
    pub not_before: Option<String>,
    /// Until when it is valid.
    pub not_after: Option<String>,
}

/// A flight of a DTLS handshake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flight {
    /// When it began.
    #[serde(flatten)]
    pub at: Moment,
    /// Who sent it: `client` or `server`.
    pub from: Word,
    /// Its messages.
    pub messages: Vec<String>,
    /// How often it was sent again.
    pub retransmissions: u64,
}

/// An alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// Who sent it: `client` or `server`.
    pub from: Word,
    /// `warning` or `fatal`; an encrypted one has none.
    pub level: Option<String>,
    /// Its name.
    pub description: String,
}

/// A TLS handshake, as far as it is in clear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tls {
    /// The session.
    pub session: u32,
    /// Who sent the ClientHello.
    pub client: Option<SocketAddr>,
    /// The other side.
    pub server: Option<SocketAddr>,
    /// The name of SNI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// Application protocols that the client offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alpn: Vec<String>,
    /// The version agreed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The cipher suite chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cipher_suite: Option<String>,
    /// The server's certificate, where it is in clear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
    /// The ClientHello.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_hello: Option<Moment>,
    /// The ServerHello.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_hello: Option<Moment>,
    /// The alert with which it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Alert>,
}

/// A fragment of a DTLS handshake message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DtlsHandshake {
    /// The frame.
    pub frame: u64,
    /// Who sent it.
    pub src: String,
    /// To whom.
    pub dst: String,
    /// `client_hello`, ...; `encrypted` after the first epoch.
    #[serde(rename = "type")]
    pub kind: String,
    /// The version in the header of its record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_version: Option<String>,
    /// The version in the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_seq: Option<u16>,
    /// Octets of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// Where the fragment stands in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fragment_offset: Option<u32>,
    /// Octets of the fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fragment_length: Option<u32>,
    /// With the fragment that completes the message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cipher_suites: Vec<String>,
    /// Its SRTP profiles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub use_srtp: Vec<String>,
    /// The names of SNI.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub server_name: Vec<String>,
    /// The extension supported_versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supported_versions: Vec<String>,
    /// As `a=fingerprint` writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificate_sha256: Vec<String>,
}
