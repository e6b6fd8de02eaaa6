//! [`ServerUrl`]: the `stun:`, `stuns:`, `turn:` and `turns:` URLs of RFC 7064 and RFC 7065.
//!
//! ```text
//! scheme ":" host [ ":" port ] [ "?transport=" ( "udp" / "tcp" ) ]      the query with turn and turns only
//! ```
//!
//! What is beyond doubt but not quite right is read all the same and named as a [`UrlQuirk`], with what browsers make
//! of it; what could mean two things is a [`UrlError`].

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::datagram::Transport;

pub use crate::proto::ice::error::{UrlError, UrlPart};
pub use crate::proto::ice::quirk::UrlQuirk;

/// What is asked of the server, and whether through TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// `stun:`
    Stun,
    /// `stuns:`
    Stuns,
    /// `turn:`
    Turn,
    /// `turns:`
    Turns,
}

impl Scheme {
    /// All four.
    pub const ALL: [Scheme; 4] = [Scheme::Stun, Scheme::Stuns, Scheme::Turn, Scheme::Turns];

    /// The name, without the colon.
    pub const fn name(self) -> &'static str {
        match self {
            Scheme::Stun => "stun",
            Scheme::Stuns => "stuns",
            Scheme::Turn => "turn",
            Scheme::Turns => "turns",
        }
    }

    /// Whether it names a relay, which wants credentials.
    pub const fn is_turn(self) -> bool {
        matches!(self, Scheme::Turn | Scheme::Turns)
    }

    /// Whether TLS (or DTLS) is used.
    pub const fn is_secure(self) -> bool {
        matches!(self, Scheme::Stuns | Scheme::Turns)
    }

    /// 3478, or 5349 with TLS (RFC 8489 §18.6).
    pub const fn default_port(self) -> u16 {
        if self.is_secure() { 5349 } else { 3478 }
    }

    /// UDP, or TLS over TCP (RFC 7064 §3.2, RFC 7065 §3.2).
    pub const fn default_transport(self) -> Transport {
        if self.is_secure() {
            Transport::Tls
        } else {
            Transport::Udp
        }
    }

    /// The same question with TLS.
    const fn secure(self) -> Scheme {
        if self.is_turn() { Scheme::Turns } else { Scheme::Stuns }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The server's name or address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// A name to resolve, in lower case.
    Name(String),
    /// An IP address literal.
    Ip(IpAddr),
}

impl fmt::Display for Host {
    /// As in a URL: IPv6 in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Name(name) => f.write_str(name),
            Host::Ip(IpAddr::V4(ip)) => ip.fmt(f),
            Host::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
        }
    }
}

/// One URL of an ICE server.
///
/// `Display` gives the canonical text: lower case, no default port, `?transport=` only where it changes anything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServerUrl {
    /// The scheme; `turns` also for `turn:…?transport=tls`, which means that.
    pub scheme: Scheme,
    /// The name or address.
    pub host: Host,
    /// The port, the default one if none was given; never 0.
    pub port: u16,
    /// The port as it was given.
    pub explicit_port: Option<u16>,
    /// What carries the messages: `udp`, `tcp`, `tls` or `dtls`.
    pub transport: Transport,
    /// The text as it was given, except that a password before an `@` is blanked out.
    pub text: String,
    /// What is not quite right, in the order of the text.
    pub quirks: Vec<UrlQuirk>,
}

impl ServerUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`UrlError`] for anything that is not a STUN or TURN URL or could mean two things: an unknown scheme or
    /// transport, no host, an IPv6 address without brackets, a port outside 1..=65535, blanks, an unknown query.
    pub fn parse(text: &str) -> Result<ServerUrl, UrlError> {
        let mut reader = Reader {
            text,
            quirks: Vec::new(),
        };
        let (scheme, after_scheme) = reader.scheme()?;
        let (authority, query) = reader.split(after_scheme)?;
        let authority = reader.authority(authority, scheme)?;
        let (host, explicit_port) = reader.host_and_port(authority, scheme)?;
        let (scheme, transport) = reader.transport(query, scheme)?;
        let port = explicit_port.unwrap_or(scheme.default_port());
        reader.note_browser_limits(scheme, port, transport);
        let Reader { quirks, .. } = reader;
        Ok(ServerUrl {
            scheme,
            host,
            port,
            explicit_port,
            transport,
            text: without_password(text),
            quirks,
        })
    }
}

impl FromStr for ServerUrl {
    type Err = UrlError;
    fn from_str(text: &str) -> Result<ServerUrl, UrlError> {
        ServerUrl::parse(text)
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme, self.host)?;
        if self.port != self.scheme.default_port() {
            write!(f, ":{}", self.port)?;
        }
        match self.transport {
            transport if transport == self.scheme.default_transport() => Ok(()),
            Transport::Udp | Transport::Dtls => f.write_str("?transport=udp"),
            Transport::Tcp | Transport::Tls => f.write_str("?transport=tcp"),
        }
    }
}

/// The text and what was noticed on the way through it. A `&str` argument is always a part of `text`.
struct Reader<'a> {
    text: &'a str,
    quirks: Vec<UrlQuirk>,
}

impl<'a> Reader<'a> {
    fn scheme(&mut self) -> Result<(Scheme, &'a str), UrlError> {
        // Browsers strip blanks around a URL before they look at it.
        let text = self.text.trim_matches([' ', '\t', '\r', '\n']);
        if text.len() != self.text.len() {
            self.quirks.push(UrlQuirk::SurroundingBlanks);
        }
        if text.is_empty() {
            return Err(self.error(
                UrlPart::Scheme,
                self.text,
                "nothing is there",
                "write `stun:HOST` or `turn:HOST`",
            ));
        }
        if let Some(blank) = text.find(|c: char| c.is_whitespace() || c.is_control()) {
            let part = if text[..blank].contains(':') {
                UrlPart::Host
            } else {
                UrlPart::Scheme
            };
            return Err(self.error(
                part,
                &text[blank..],
                "a blank or control character",
                "give one URL, without blanks",
            ));
        }
        let scheme = text.split_once(':').and_then(|(name, after)| {
            let scheme = Scheme::ALL
                .into_iter()
                .find(|scheme| scheme.name().eq_ignore_ascii_case(name))?;
            Some((scheme, name, after))
        });
        let Some((scheme, name, after)) = scheme else {
            let hint = match text.split_once(':') {
                Some((name, _)) if !name.contains(['.', '[', '/']) && name != "localhost" => {
                    "the schemes are stun, stuns, turn and turns".to_owned()
                }
                _ => format!("write `stun:{0}` or `turn:{0}`", without_password(text)),
            };
            return Err(self.error(UrlPart::Scheme, text, "not a STUN or TURN scheme", &hint));
        };
        if name != scheme.name() {
            self.quirks.push(UrlQuirk::SchemeCase);
        }
        Ok((scheme, after))
    }

    /// What stands before the question mark and what behind it.
    fn split(&self, after_scheme: &'a str) -> Result<(&'a str, Option<&'a str>), UrlError> {
        if let Some(at) = after_scheme.find('#') {
            let part = if after_scheme[..at].contains('?') {
                UrlPart::Query
            } else {
                UrlPart::Host
            };
            return Err(self.error(
                part,
                &after_scheme[at..],
                "a fragment",
                "leave out `#` and what follows it",
            ));
        }
        Ok(match after_scheme.split_once('?') {
            Some((authority, query)) => (authority, Some(query)),
            None => (after_scheme, None),
        })
    }

    /// Strips slashes around the authority and the user information before it.
    fn authority(&mut self, authority: &'a str, scheme: Scheme) -> Result<&'a str, UrlError> {
        let mut rest = authority.trim_start_matches('/');
        if rest.len() != authority.len() {
            self.quirks.push(UrlQuirk::Slashes);
        }
        if let Some((user_info, after)) = rest.rsplit_once('@') {
            let (username, password) = match user_info.split_once(':') {
                Some((username, _)) => (username, true),
                None => (user_info, false),
            };
            self.quirks.push(UrlQuirk::UserInfo {
                username: username.to_owned(),
                password,
            });
            rest = after;
        }
        if let Some(slash) = rest.find('/') {
            if !rest[slash..].bytes().all(|b| b == b'/') {
                let hint = format!("the form is `{scheme}:HOST:PORT`, without a path");
                return Err(self.error(UrlPart::Host, &rest[slash..], "a path after the host", &hint));
            }
            self.quirks.push(UrlQuirk::TrailingSlash);
            rest = &rest[..slash];
        }
        Ok(rest)
    }

    fn host_and_port(&mut self, authority: &'a str, scheme: Scheme) -> Result<(Host, Option<u16>), UrlError> {
        let (host, port) = if let Some(bracketed) = authority.strip_prefix('[') {
            let Some((literal, after)) = bracketed.split_once(']') else {
                return Err(self.error(
                    UrlPart::Host,
                    authority,
                    "the bracket is not closed",
                    "write `[2001:db8::1]`",
                ));
            };
            let Ok(ip) = literal.parse::<Ipv6Addr>() else {
                let (problem, hint) = if literal.contains('%') {
                    (
                        "a zone identifier",
                        "an address with a zone cannot stand in a URL (RFC 3986 §3.2.2)",
                    )
                } else if literal.parse::<Ipv4Addr>().is_ok() {
                    ("an IPv4 address in brackets", "write IPv4 addresses without brackets")
                } else {
                    (
                        "not an IPv6 address",
                        "write an address like `[2001:db8::1]`, or a name without brackets",
                    )
                };
                return Err(self.error(UrlPart::Host, literal, problem, hint));
            };
            let port = match after.strip_prefix(':') {
                Some(port) => Some(port),
                None if after.is_empty() => None,
                None => {
                    return Err(self.error(
                        UrlPart::Port,
                        after,
                        "no colon between host and port",
                        "write `[IPV6]:PORT`",
                    ));
                }
            };
            (Host::Ip(ip.into()), port)
        } else {
            if authority.parse::<Ipv6Addr>().is_ok() {
                let hint = format!("write it in brackets: `{scheme}:[{authority}]`");
                return Err(self.error(UrlPart::Host, authority, "an IPv6 address without brackets", &hint));
            }
            let (host, port) = match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            };
            (self.name_or_ipv4(host, scheme)?, port)
        };
        let port = port.map(|port| self.port(port)).transpose()?.flatten();
        Ok((host, port))
    }

    fn name_or_ipv4(&self, host: &'a str, scheme: Scheme) -> Result<Host, UrlError> {
        if host.is_empty() {
            return Err(self.error(
                UrlPart::Host,
                host,
                "no host",
                &format!("write `{scheme}:HOST` or `{scheme}:HOST:PORT`"),
            ));
        }
        if let Some(at) = host.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))) {
            let hint = match host[at..].chars().next() {
                Some(',' | ';') => "give one URL at a time, and a colon before the port",
                Some(c) if !c.is_ascii() => "write an international name in its `xn--` form",
                _ => "a host name has letters, digits, hyphens and dots",
            };
            return Err(self.error(UrlPart::Host, &host[at..], "a character that no host name has", hint));
        }
        if let Ok(ip) = host.parse::<Ipv4Addr>() {
            return Ok(Host::Ip(ip.into()));
        }
        let labels = host.strip_suffix('.').unwrap_or(host);
        if labels.split('.').any(|label| label.is_empty() || label.len() > 63) || labels.len() > 253 {
            let hint = "the parts between dots have 1 to 63 characters, 253 in all";
            return Err(self.error(UrlPart::Host, host, "not a host name", hint));
        }
        // As in browsers' URLs, a last part of digits makes it an IPv4 address, and this one is not valid.
        if labels
            .rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(self.error(
                UrlPart::Host,
                host,
                "not an IPv4 address",
                "write four numbers from 0 to 255",
            ));
        }
        Ok(Host::Name(host.to_ascii_lowercase()))
    }

    /// The port; none for an empty one, which RFC 3986 allows.
    fn port(&mut self, port: &'a str) -> Result<Option<u16>, UrlError> {
        if port.is_empty() {
            self.quirks.push(UrlQuirk::EmptyPort);
            return Ok(None);
        }
        let problem = match port.find(|c: char| !c.is_ascii_digit()) {
            Some(_) => "the port is not a number",
            None => match port.parse::<u16>() {
                Ok(0) => "0 is not a port",
                Ok(number) => return Ok(Some(number)),
                Err(_) => "the port is too large",
            },
        };
        Err(self.error(UrlPart::Port, port, problem, "a port is a number from 1 to 65535"))
    }

    /// The effective transport, and the scheme, which `?transport=tls` changes.
    fn transport(&mut self, query: Option<&'a str>, scheme: Scheme) -> Result<(Scheme, Transport), UrlError> {
        let default = (scheme, scheme.default_transport());
        let Some(query) = query else { return Ok(default) };
        if query.is_empty() {
            self.quirks.push(UrlQuirk::EmptyQuery);
            return Ok(default);
        }
        if !scheme.is_turn() {
            self.quirks.push(UrlQuirk::StunQuery);
        }
        let mut value = None;
        let mut extra = Vec::new();
        for parameter in query.split('&') {
            match parameter.split_once('=') {
                Some((name, given)) if name.eq_ignore_ascii_case("transport") => {
                    if value.replace(given).is_some() {
                        return Err(self.error(
                            UrlPart::Query,
                            parameter,
                            "a second transport",
                            "give `transport=` once",
                        ));
                    }
                    if name != "transport" {
                        self.quirks.push(UrlQuirk::ParameterCase);
                    }
                }
                _ => extra.push(parameter),
            }
        }
        let Some(value) = value else {
            let hint = match extra.first() {
                Some(word) if ["udp", "tcp"].contains(&word.to_ascii_lowercase().as_str()) => {
                    format!("write `?transport={}`", word.to_ascii_lowercase())
                }
                _ => "the only parameter is `?transport=udp` or `?transport=tcp`".to_owned(),
            };
            return Err(self.error(UrlPart::Query, query, "an unknown parameter", &hint));
        };
        if !extra.is_empty() {
            self.quirks.push(UrlQuirk::ExtraParameters);
        }

        let lower = value.to_ascii_lowercase();
        let (scheme, transport) = match (lower.as_str(), scheme.is_secure()) {
            ("udp", false) => (scheme, Transport::Udp),
            ("udp", true) => (scheme, Transport::Dtls),
            ("tcp", false) => (scheme, Transport::Tcp),
            ("tcp", true) => (scheme, Transport::Tls),
            ("tls", _) => (scheme.secure(), Transport::Tls),
            ("dtls", _) => (scheme.secure(), Transport::Dtls),
            _ => {
                let hint = if scheme.is_turn() {
                    "write `udp` or `tcp`"
                } else {
                    "leave out the query"
                };
                return Err(self.error(UrlPart::Transport, value, "an unknown transport", hint));
            }
        };
        if value != lower {
            self.quirks.push(UrlQuirk::TransportCase);
        }
        if lower.ends_with("tls") {
            self.quirks.push(UrlQuirk::TransportTls);
        }
        Ok((scheme, transport))
    }

    /// What is right by the RFCs, and yet not what a browser would do.
    fn note_browser_limits(&mut self, scheme: Scheme, port: u16, transport: Transport) {
        if scheme == Scheme::Stuns {
            self.quirks.push(UrlQuirk::StunOverTls);
        }
        if transport == Transport::Dtls {
            self.quirks.push(UrlQuirk::Dtls);
        }
        if scheme.is_turn() && port < 1024 && ![53, 80, 443].contains(&port) {
            self.quirks.push(UrlQuirk::BlockedPort { port });
        }
    }

    /// An error at the beginning of `rest`, which must be a part of the text.
    fn error(&self, part: UrlPart, rest: &str, problem: &'static str, hint: &str) -> UrlError {
        let offset = (rest.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let before = self.text.get(..offset).unwrap_or(self.text);
        let column = before.chars().count() + 1;
        UrlError {
            part,
            column,
            problem,
            text: without_password(self.text),
            hint: hint.to_owned(),
        }
    }
}

/// The text with `user:password@` turned into `user:(redacted)@`, however broken the rest is.
fn without_password(text: &str) -> String {
    let Some((before, host)) = text.rsplit_once('@') else {
        return text.to_owned();
    };
    let (scheme, user_info) = match before.split_once(':') {
        Some((scheme, rest))
            if Scheme::ALL
                .iter()
                .any(|known| known.name().eq_ignore_ascii_case(scheme.trim())) =>
        {
            (format!("{scheme}:"), rest)
        }
        _ => (String::new(), before),
    };
    match user_info.split_once(':') {
        Some((user, _)) => format!("{scheme}{user}:(redacted)@{host}"),
        None => text.to_owned(),
    }
}
