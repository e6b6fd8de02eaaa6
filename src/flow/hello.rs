//! [`Offer`] and [`Choice`]: what a ClientHello offers and a ServerHello chose, kept after the octets are gone.

use crate::datagram::Seen;
use crate::proto::tls::{
    CipherSuite, ClientHello, Extensions, NamedGroup, ServerHello, SignatureScheme, SrtpProfile, Version,
};

/// What a client offers. All text is from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// When the ClientHello was whole.
    pub seen: Seen,
    /// Octets of the message.
    pub length: usize,
    /// Names this attempt: the same in all ClientHellos of one handshake.
    pub random: [u8; 32],
    /// `legacy_version`.
    pub legacy_version: Version,
    /// The highest version offered.
    pub version: Version,
    /// What `supported_versions` lists.
    pub supported_versions: Vec<Version>,
    /// Most wanted first.
    pub cipher_suites: Vec<CipherSuite>,
    /// Groups that it takes.
    pub groups: Vec<NamedGroup>,
    /// Groups for which it sends a key share, with the octets of each.
    pub key_shares: Vec<(NamedGroup, usize)>,
    /// Signature schemes that it takes.
    pub signature_schemes: Vec<SignatureScheme>,
    /// SRTP profiles, where it wants to do SRTP at all.
    pub srtp_profiles: Option<Vec<SrtpProfile>>,
    /// The host that it asks for.
    pub server_name: Option<String>,
    /// Application protocols.
    pub alpn: Vec<String>,
    /// The connection id that it wants to be addressed by; may be empty.
    pub connection_id: Option<Vec<u8>>,
    /// Whether it binds keys to the handshake.
    pub extended_master_secret: bool,
    /// Octets of the session id: a session that it wants to resume.
    pub session_id_length: usize,
    /// Octets of the cookie that answers a HelloVerifyRequest or a HelloRetryRequest.
    pub cookie_length: usize,
}

impl Offer {
    pub(super) fn new(hello: &ClientHello<'_>, length: usize, seen: Seen) -> Offer {
        let extensions = &hello.extensions;
        Offer {
            seen,
            length,
            random: hello.random,
            legacy_version: hello.version,
            version: hello.highest_version(),
            supported_versions: extensions.supported_versions(),
            cipher_suites: hello.cipher_suites.clone(),
            groups: extensions.supported_groups(),
            key_shares: extensions.client_key_shares(),
            signature_schemes: extensions.signature_schemes(),
            srtp_profiles: extensions.use_srtp().map(|srtp| srtp.profiles),
            server_name: extensions.server_name(),
            alpn: extensions.alpn(),
            connection_id: extensions.connection_id().map(<[u8]>::to_vec),
            extended_master_secret: extensions.has_extended_master_secret(),
            session_id_length: hello.session_id.len(),
            cookie_length: hello.cookie.len().max(extensions.cookie().map_or(0, <[u8]>::len)),
        }
    }

    /// Whether it sends a key share so long that it needs two datagrams.
    pub fn is_post_quantum(&self) -> bool {
        self.key_shares.iter().any(|(group, _)| group.is_post_quantum())
    }
}

/// What a server chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// When the ServerHello was whole.
    pub seen: Seen,
    /// The version of the connection.
    pub version: Version,
    /// The cipher suite.
    pub cipher_suite: Option<CipherSuite>,
    /// The SRTP profile. In 1.3 that is encrypted.
    pub srtp_profile: Option<SrtpProfile>,
    /// The group, which up to 1.2 only the ServerKeyExchange says.
    pub group: Option<NamedGroup>,
    /// The application protocol. In 1.3 that is encrypted.
    pub alpn: Option<String>,
    /// The connection id that the server wants to be addressed by; may be empty.
    pub connection_id: Option<Vec<u8>>,
    /// Whether keys are bound to the handshake.
    pub extended_master_secret: bool,
    /// Whether the server says that it speaks a higher version than this.
    pub downgrade: bool,
}

impl Choice {
    pub(super) fn new(hello: &ServerHello<'_>, seen: Seen) -> Choice {
        let extensions: &Extensions<'_> = &hello.extensions;
        let version = hello.selected_version();
        Choice {
            seen,
            version,
            cipher_suite: hello.cipher_suite,
            srtp_profile: extensions.use_srtp().and_then(|srtp| srtp.profiles.first().copied()),
            group: extensions.selected_group(),
            alpn: extensions.alpn().into_iter().next(),
            connection_id: extensions.connection_id().map(<[u8]>::to_vec),
            extended_master_secret: extensions.has_extended_master_secret(),
            downgrade: hello.is_downgrade() && !version.is_at_least_1_3(),
        }
    }
}
