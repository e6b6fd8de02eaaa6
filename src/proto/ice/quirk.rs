//! [`UrlQuirk`] and [`ConfigQuirk`]: what is not quite right about a server URL or a configuration, and what browsers
//! make of it.
//!
//! "Chromium" here is Blink's check followed by libwebrtc's (`pc/ice_server_parsing.cc`, `p2p/base/turn_port.cc`);
//! "Firefox" its `IceServerParser` of 2026. A URL that either refuses makes the whole `RTCPeerConnection` constructor
//! throw, with all other servers.

use std::fmt;

/// Something in a URL that this program could read, and others may not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UrlQuirk {
    /// Blanks or line ends around the URL.
    SurroundingBlanks,
    /// A scheme with capital letters.
    SchemeCase,
    /// `stun://host`: slashes before the host.
    Slashes,
    /// `turn:user@host`, from drafts before RFC 7065.
    UserInfo {
        /// What stands before the `@`, up to a colon.
        username: String,
        /// Whether a colon and more followed; that text is not kept.
        password: bool,
    },
    /// `turn:host/`
    TrailingSlash,
    /// `stun:host:`
    EmptyPort,
    /// `turn:host?`
    EmptyQuery,
    /// `stun:host?transport=tcp`: RFC 7064 has no query.
    StunQuery,
    /// `?TRANSPORT=…`
    ParameterCase,
    /// `?transport=TCP`
    TransportCase,
    /// `?transport=tls` or `dtls`, where the scheme should say it.
    TransportTls,
    /// Parameters beside `transport`.
    ExtraParameters,
    /// `stuns:`, which no browser speaks.
    StunOverTls,
    /// `turns:host?transport=udp`, TURN over DTLS (RFC 7350), which no browser speaks.
    Dtls,
    /// A TURN server on a port that Chromium never contacts.
    BlockedPort {
        /// The port.
        port: u16,
    },
}

impl UrlQuirk {
    /// A stable kebab-case name.
    pub const fn code(&self) -> &'static str {
        match self {
            UrlQuirk::SurroundingBlanks => "surrounding-blanks",
            UrlQuirk::SchemeCase => "scheme-case",
            UrlQuirk::Slashes => "slashes",
            UrlQuirk::UserInfo { .. } => "user-info",
            UrlQuirk::TrailingSlash => "trailing-slash",
            UrlQuirk::EmptyPort => "empty-port",
            UrlQuirk::EmptyQuery => "empty-query",
            UrlQuirk::StunQuery => "stun-query",
            UrlQuirk::ParameterCase => "parameter-case",
            UrlQuirk::TransportCase => "transport-case",
            UrlQuirk::TransportTls => "transport-tls",
            UrlQuirk::ExtraParameters => "extra-parameters",
            UrlQuirk::StunOverTls => "stun-over-tls",
            UrlQuirk::Dtls => "dtls",
            UrlQuirk::BlockedPort { .. } => "blocked-port",
        }
    }

    /// What browsers do with such a URL, one sentence.
    pub const fn browsers(&self) -> &'static str {
        match self {
            UrlQuirk::SurroundingBlanks => "Browsers strip the blanks; native libraries refuse the URL.",
            UrlQuirk::SchemeCase => "Browsers take it; libwebrtc used without a browser refuses it.",
            UrlQuirk::Slashes
            | UrlQuirk::UserInfo { .. }
            | UrlQuirk::TrailingSlash
            | UrlQuirk::StunQuery
            | UrlQuirk::ParameterCase
            | UrlQuirk::TransportTls
            | UrlQuirk::ExtraParameters => "Chromium and Firefox refuse it with a SyntaxError.",
            UrlQuirk::EmptyPort | UrlQuirk::EmptyQuery => "Firefox takes it; Chromium refuses it with a SyntaxError.",
            UrlQuirk::TransportCase => "Chromium takes it; Firefox refuses it with a SyntaxError.",
            UrlQuirk::StunOverTls => {
                "Chromium sends plain STUN over UDP instead (to port 3478 if none is given); Firefox throws a NotSupportedError."
            }
            UrlQuirk::Dtls => "Chromium connects with TLS over TCP instead.",
            UrlQuirk::BlockedPort { .. } => {
                "Chromium contacts TURN servers only on ports 53, 80, 443 and from 1024 on."
            }
        }
    }

    /// What to write instead, one sentence.
    pub const fn advice(&self) -> &'static str {
        match self {
            UrlQuirk::SurroundingBlanks => "Remove the blanks.",
            UrlQuirk::SchemeCase => "Write the scheme in lower case.",
            UrlQuirk::Slashes => "Write the host right after the colon, without slashes.",
            UrlQuirk::UserInfo { .. } => "Give user name and credential beside the URL, not in it.",
            UrlQuirk::TrailingSlash => "Remove the slash at the end.",
            UrlQuirk::EmptyPort => "Give a port after the colon, or remove the colon.",
            UrlQuirk::EmptyQuery => "Remove the question mark.",
            UrlQuirk::StunQuery => "Remove the query: a STUN URL has none.",
            UrlQuirk::ParameterCase | UrlQuirk::TransportCase => {
                "Write `transport=udp` or `transport=tcp` in lower case."
            }
            UrlQuirk::TransportTls => "For TLS use the scheme `turns:`, with `?transport=tcp` or no query.",
            UrlQuirk::ExtraParameters => "Keep only `transport=udp` or `transport=tcp`.",
            UrlQuirk::StunOverTls => "Use `stun:` for browsers; STUN over TLS gives them no candidate.",
            UrlQuirk::Dtls => "Use `turn:…?transport=udp`, or `turns:` with `?transport=tcp`.",
            UrlQuirk::BlockedPort { .. } => "Let the server listen on 3478, 5349, 443, 80 or 53.",
        }
    }
}

impl fmt::Display for UrlQuirk {
    /// What was seen, as the end of a sentence about the URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UrlQuirk::SurroundingBlanks => f.write_str("it has blanks around it"),
            UrlQuirk::SchemeCase => f.write_str("its scheme has capital letters"),
            UrlQuirk::Slashes => f.write_str("it has slashes before the host"),
            UrlQuirk::UserInfo { password: false, .. } => f.write_str("it has a user name before the host"),
            UrlQuirk::UserInfo { password: true, .. } => {
                f.write_str("it has a user name and a password before the host")
            }
            UrlQuirk::TrailingSlash => f.write_str("it ends its host with a slash"),
            UrlQuirk::EmptyPort => f.write_str("it has a colon but no port"),
            UrlQuirk::EmptyQuery => f.write_str("it has a question mark but no query"),
            UrlQuirk::StunQuery => f.write_str("it is a STUN URL with a query"),
            UrlQuirk::ParameterCase => f.write_str("its parameter `transport` has capital letters"),
            UrlQuirk::TransportCase => f.write_str("its transport has capital letters"),
            UrlQuirk::TransportTls => f.write_str("it asks for TLS as a transport, not by the scheme"),
            UrlQuirk::ExtraParameters => f.write_str("it has parameters beside `transport`"),
            UrlQuirk::StunOverTls => f.write_str("it asks for STUN over TLS"),
            UrlQuirk::Dtls => f.write_str("it asks for DTLS"),
            UrlQuirk::BlockedPort { port } => write!(f, "its TURN server is on port {port}"),
        }
    }
}

/// Something in a configuration that this program could read, and browsers will not, or not so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConfigQuirk {
    /// A member of another name was taken for the right one: `url` or `uris` for `urls`, `password` for `credential`.
    Renamed {
        /// The object it stands in.
        path: String,
        /// The name that is there.
        found: String,
        /// The name in the W3C text.
        meant: &'static str,
    },
    /// `credentialType` is not `password`; `oauth` was removed from the W3C text and works nowhere.
    CredentialType {
        /// The server.
        path: String,
        /// The type that was asked for.
        found: String,
    },
    /// A user name or credential that is no string; JavaScript makes one of it.
    NotText {
        /// The member.
        path: String,
        /// The type that is there.
        found: &'static str,
    },
    /// `iceServers` is one server, not a list of them, or a server is only a URL.
    NotWrapped {
        /// The member.
        path: String,
        /// What it should be.
        expected: &'static str,
    },
    /// `iceTransportPolicy` is neither `all` nor `relay`: a TypeError in browsers.
    UnknownPolicy {
        /// The value.
        found: String,
    },
    /// A member beside `iceServers` is computed or broken; only `iceServers` was read.
    PartlyRead {
        /// The line of that member, from 1.
        line: usize,
        /// Its column, from 1.
        column: usize,
    },
}

impl ConfigQuirk {
    /// A stable kebab-case name.
    pub const fn code(&self) -> &'static str {
        match self {
            ConfigQuirk::Renamed { .. } => "renamed-member",
            ConfigQuirk::CredentialType { .. } => "credential-type",
            ConfigQuirk::NotText { .. } => "not-text",
            ConfigQuirk::NotWrapped { .. } => "not-wrapped",
            ConfigQuirk::UnknownPolicy { .. } => "unknown-policy",
            ConfigQuirk::PartlyRead { .. } => "partly-read",
        }
    }
}

impl fmt::Display for ConfigQuirk {
    /// One sentence without its full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigQuirk::Renamed { path, found, meant } => {
                write!(
                    f,
                    "{} has `{}`, which browsers ignore; the name is `{meant}`",
                    At(path),
                    found.escape_debug()
                )
            }
            ConfigQuirk::CredentialType { path, found } => {
                write!(
                    f,
                    "{} asks for the credential type `{}`; only `password` exists",
                    At(path),
                    found.escape_debug()
                )
            }
            ConfigQuirk::NotText { path, found } => write!(f, "{} is {found}; it should be a string", At(path)),
            ConfigQuirk::NotWrapped { path, expected } => write!(f, "{} should be {expected}", At(path)),
            ConfigQuirk::UnknownPolicy { found } => {
                write!(
                    f,
                    "the transport policy `{}` is neither `all` nor `relay`",
                    found.escape_debug()
                )
            }
            ConfigQuirk::PartlyRead { line, column } => {
                write!(
                    f,
                    "only `iceServers` was read: line {line}, column {column} is no plain data"
                )
            }
        }
    }
}

/// A path in a message; the document itself has none.
struct At<'a>(&'a str);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "the configuration" } else { self.0 })
    }
}
