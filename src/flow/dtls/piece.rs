//! [`Piece`]: one fragment of a handshake message as it passed, with what the whole message says where this completes it.

use crate::datagram::Seen;
use crate::flow::Direction;
use crate::proto::dtls::{Fragment, Message};
use crate::proto::tls::{
    Certificate, CertificateChain, CipherSuite, ClientHello, Flavor, HandshakeType, HelloVerifyRequest, ServerHello,
    SrtpProfile, Version,
};

/// One fragment in a handshake record, or one such record that is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// When it passed.
    pub seen: Seen,
    /// Which way.
    pub direction: Direction,
    /// The version in the header of its record.
    pub record_version: Option<Version>,
    /// Where in which message it stands; `None` if it is encrypted.
    pub place: Option<Place>,
    /// What the whole message says, if this completes it.
    pub whole: Option<Whole>,
}

/// The header of a fragment. Where the capture cut it, what was not captured is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What the message is.
    pub kind: HandshakeType,
    /// Octets of the whole message.
    pub length: Option<usize>,
    /// Its number.
    pub message_seq: Option<u16>,
    /// Where the fragment begins in the message.
    pub offset: Option<usize>,
    /// Octets of the fragment.
    pub fragment_length: Option<usize>,
}

impl Place {
    pub(super) fn of(fragment: &Fragment<'_>) -> Place {
        Place {
            kind: fragment.kind,
            length: Some(fragment.length),
            message_seq: Some(fragment.message_seq),
            offset: Some(fragment.offset),
            fragment_length: Some(fragment.fragment_length),
        }
    }

    /// What is left of a header that the capture cut.
    pub(super) fn cut(rest: &[u8]) -> Option<Place> {
        let number = |range: std::ops::Range<usize>| {
            let octets = rest.get(range)?;
            Some(octets.iter().fold(0, |number, octet| number << 8 | usize::from(*octet)))
        };
        Some(Place {
            kind: HandshakeType(*rest.first()?),
            length: number(1..4),
            message_seq: number(4..6).and_then(|seq| u16::try_from(seq).ok()),
            offset: number(6..9),
            fragment_length: number(9..12),
        })
    }
}

/// What a whole message says, as far as lists of handshakes show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whole {
    /// The version in the message itself.
    pub version: Option<Version>,
    /// Offered, or the one that is chosen.
    pub cipher_suites: Vec<CipherSuite>,
    /// Offered, or the one that is chosen.
    pub use_srtp: Vec<SrtpProfile>,
    /// Offered, or the one that is chosen, by extension.
    pub supported_versions: Vec<Version>,
    /// The host that the client asks for.
    pub server_name: Option<String>,
    /// Of each certificate, as `a=fingerprint:sha-256` writes it.
    pub certificates: Vec<String>,
}

impl Whole {
    pub(super) fn of(message: &Message<'_>) -> Whole {
        let body = &message.body;
        let whole = match message.kind {
            HandshakeType::CLIENT_HELLO => ClientHello::decode(body, Flavor::Dtls).ok().map(|hello| Whole {
                version: Some(hello.version),
                use_srtp: hello
                    .extensions
                    .use_srtp()
                    .map(|srtp| srtp.profiles)
                    .unwrap_or_default(),
                supported_versions: hello.extensions.supported_versions(),
                server_name: hello.extensions.server_name(),
                cipher_suites: hello.cipher_suites,
                certificates: Vec::new(),
            }),
            HandshakeType::SERVER_HELLO => ServerHello::decode(body).ok().map(|hello| Whole {
                version: Some(hello.version),
                cipher_suites: hello.cipher_suite.into_iter().collect(),
                use_srtp: hello
                    .extensions
                    .use_srtp()
                    .map(|srtp| srtp.profiles)
                    .unwrap_or_default(),
                supported_versions: hello.extensions.selected_version().into_iter().collect(),
                ..Whole::default()
            }),
            HandshakeType::HELLO_VERIFY_REQUEST => HelloVerifyRequest::decode(body).ok().map(|request| Whole {
                version: Some(request.version),
                ..Whole::default()
            }),
            HandshakeType::CERTIFICATE => {
                let chain = CertificateChain::decode(body);
                let fingerprints = chain
                    .certificates
                    .into_iter()
                    .map(|der| Certificate::decode(der).sha256);
                Some(Whole {
                    certificates: fingerprints.collect(),
                    ..Whole::default()
                })
            }
            _ => None,
        };
        whole.unwrap_or_default()
    }
}
