//! [`parse_ice_servers`]: an RTCConfiguration or its `iceServers`, as pasted from an app or from a service's answer.
//!
//! One URL gives one [`IceServer`]. What a browser would refuse in one URL does not hide the others here, and what
//! is only misspelled is read and named ([`ConfigQuirk`]). No error text repeats a credential.

use serde_json::{Map, Value};

use crate::proto::ice::config;
use crate::proto::ice::error::IceServersErrorKind;
use crate::proto::ice::url::ServerUrl;
use crate::proto::turn_rest::{self, CredentialQuirk};
use crate::secret::Secret;

pub use crate::proto::ice::error::{IceServersError, Refusal};
pub use crate::proto::ice::quirk::ConfigQuirk;

/// One URL with the credentials that stand beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IceServer {
    /// The URL.
    pub url: ServerUrl,
    /// `username`, as given; may be empty.
    pub username: Option<String>,
    /// `credential`, as given; may be empty.
    pub credential: Option<Secret>,
    /// Where it stands, such as `iceServers[1].urls[0]`; empty for servers that come from elsewhere.
    pub path: String,
}

impl IceServer {
    /// A server that stands in no configuration.
    pub fn new(url: ServerUrl, username: Option<String>, credential: Option<Secret>) -> IceServer {
        IceServer {
            url,
            username,
            credential,
            path: String::new(),
        }
    }

    /// What can be said about the credentials at `now_unix` (seconds) before a TURN server is asked; nothing for STUN.
    pub fn credential_quirks(&self, now_unix: u64) -> Vec<CredentialQuirk> {
        if self.url.scheme.is_turn() {
            turn_rest::diagnose(self.username.as_deref(), self.credential.as_ref(), now_unix)
        } else {
            Vec::new()
        }
    }
}

/// Which candidates a connection may use (`iceTransportPolicy`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IceTransportPolicy {
    /// All of them.
    #[default]
    All,
    /// Relayed ones only.
    Relay,
}

impl IceTransportPolicy {
    /// `all` or `relay`.
    pub const fn name(self) -> &'static str {
        match self {
            IceTransportPolicy::All => "all",
            IceTransportPolicy::Relay => "relay",
        }
    }
}

/// What a configuration says about servers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IceServers {
    /// The servers, one for each URL, in order.
    pub servers: Vec<IceServer>,
    /// What could not be used; a browser throws on the first of these.
    pub refused: Vec<Refused>,
    /// `iceTransportPolicy`, where it is given and known.
    pub ice_transport_policy: Option<IceTransportPolicy>,
    /// What was read although it is not as it should be.
    pub quirks: Vec<ConfigQuirk>,
}

/// A URL or a server that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where it stands, such as `iceServers[1].urls[0]`.
    pub path: String,
    /// The URL, a password in it blanked out; empty where there is none.
    pub url: String,
    /// Why.
    pub why: Refusal,
}

/// Reads the ICE servers of an RTCConfiguration, of its `iceServers`, or of one server.
///
/// JSON, JSON5 and plain JavaScript object text are taken, with what commonly stands around it
/// (`const config = …;`, `new RTCPeerConnection(…)`), and the answers of services that hand out credentials (an object with
/// `iceServers` or `ice_servers` somewhere inside, `uris` and `password` as in draft-uberti-rtcweb-turn-rest).
///
/// # Errors
/// [`IceServersError`] where the text is no data or holds no servers at all. A single bad URL is not an error: it
/// stands in [`IceServers::refused`].
pub fn parse_ice_servers(text: &str) -> Result<IceServers, IceServersError> {
    let config = config::read(text)?;
    let mut reader = Reader(IceServers::default());
    if let Some((line, column)) = config.partly_read {
        reader.0.quirks.push(ConfigQuirk::PartlyRead { line, column });
    }
    match &config.value {
        Value::Array(_) => reader.servers("iceServers", &config.value)?,
        Value::Object(object) => {
            if !reader.configuration("", object)? {
                return Err(IceServersError::new(IceServersErrorKind::NoServers, None));
            }
        }
        _ => return Err(IceServersError::new(IceServersErrorKind::NoServers, None)),
    }
    Ok(reader.0)
}

/// The other names under which members are met, and whether to remark on them.
const ICE_SERVERS: &[&str] = &["iceServers", "ice_servers", "iceservers"];
const URLS: &[&str] = &["urls", "url", "uris", "uri"];
const USERNAME: &[&str] = &["username", "userName", "user"];
const CREDENTIAL: &[&str] = &["credential", "password", "credentials", "pass"];
const POLICY: &[&str] = &["iceTransportPolicy", "iceTransports"];

struct Reader(IceServers);

impl Reader {
    /// Looks for servers in this object, and below it where a service has wrapped its answer. Whether any were found.
    fn configuration(&mut self, path: &str, object: &Map<String, Value>) -> Result<bool, IceServersError> {
        if let Some(servers) = self.member(path, object, ICE_SERVERS) {
            self.policy(path, object);
            self.servers(&join(path, "iceServers"), servers)?;
            return Ok(true);
        }
        if URLS.iter().any(|name| object.contains_key(*name)) {
            self.server(if path.is_empty() { "iceServers[0]" } else { path }, object);
            return Ok(true);
        }
        for (name, value) in object {
            if let Value::Object(inner) = value
                && self.configuration(&join(path, &name.escape_debug().to_string()), inner)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn policy(&mut self, path: &str, object: &Map<String, Value>) {
        match self.member(path, object, POLICY) {
            None | Some(Value::Null) => {}
            Some(Value::String(name)) if name == "all" => self.0.ice_transport_policy = Some(IceTransportPolicy::All),
            Some(Value::String(name)) if name == "relay" => {
                self.0.ice_transport_policy = Some(IceTransportPolicy::Relay)
            }
            Some(Value::String(name)) => self.0.quirks.push(ConfigQuirk::UnknownPolicy { found: name.clone() }),
            Some(other) => self.0.quirks.push(ConfigQuirk::UnknownPolicy {
                found: type_name(other).to_owned(),
            }),
        }
    }

    fn servers(&mut self, path: &str, value: &Value) -> Result<(), IceServersError> {
        match value {
            Value::Array(list) => {
                for (index, server) in list.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    match server {
                        Value::Object(server) => self.server(&path, server),
                        Value::String(url) => {
                            self.not_wrapped(&path, "a server: `{ urls: \"…\" }`");
                            self.url(path, url, None, None);
                        }
                        other => self.wrong_type(path, "a server", other),
                    }
                }
            }
            Value::Object(server) => {
                self.not_wrapped(path, "a list");
                self.server(&format!("{path}[0]"), server);
            }
            Value::Null => {}
            other => {
                let kind = IceServersErrorKind::WrongType {
                    expected: "a list of servers",
                    found: type_name(other),
                };
                return Err(IceServersError::new(kind, None));
            }
        }
        Ok(())
    }

    fn server(&mut self, path: &str, server: &Map<String, Value>) {
        let username = self
            .member(path, server, USERNAME)
            .and_then(|value| self.text(path, "username", value));
        let mut credential = self
            .member(path, server, CREDENTIAL)
            .and_then(|value| self.text(path, "credential", value));
        match server.get("credentialType") {
            None | Some(Value::Null) => {}
            Some(Value::String(kind)) if kind == "password" => {}
            Some(kind) => {
                let found = kind.as_str().unwrap_or(type_name(kind)).to_owned();
                self.0.quirks.push(ConfigQuirk::CredentialType {
                    path: path.to_owned(),
                    found,
                });
                credential = None;
            }
        }
        let credential = credential.map(Secret::new);

        let urls = join(path, "urls");
        match self.member(path, server, URLS) {
            None | Some(Value::Null) => self.refuse(path.to_owned(), Refusal::NoUrls),
            Some(Value::String(url)) => self.url(urls, url, username, credential),
            Some(Value::Array(list)) if list.is_empty() => self.refuse(urls, Refusal::EmptyUrls),
            Some(Value::Array(list)) => {
                for (index, url) in list.iter().enumerate() {
                    let path = format!("{urls}[{index}]");
                    match url {
                        Value::String(url) => self.url(path, url, username.clone(), credential.clone()),
                        other => self.wrong_type(path, "a URL", other),
                    }
                }
            }
            Some(other) => self.wrong_type(urls, "a URL or a list of URLs", other),
        }
    }

    fn url(&mut self, path: String, url: &str, username: Option<String>, credential: Option<Secret>) {
        match ServerUrl::parse(url) {
            Ok(url) => self.0.servers.push(IceServer {
                url,
                username,
                credential,
                path,
            }),
            Err(error) => {
                let url = error.text.clone();
                self.0.refused.push(Refused {
                    path,
                    url,
                    why: Refusal::Url(error),
                });
            }
        }
    }

    /// The member under the first of `names` that is there; the first name is the right one.
    fn member<'v>(&mut self, path: &str, object: &'v Map<String, Value>, names: &[&'static str]) -> Option<&'v Value> {
        let (found, value) = names.iter().find_map(|name| Some((*name, object.get(*name)?)))?;
        let meant = names[0];
        if found != meant {
            self.0.quirks.push(ConfigQuirk::Renamed {
                path: path.to_owned(),
                found: found.to_owned(),
                meant,
            });
        }
        Some(value)
    }

    /// The text of a user name or credential; numbers and truth values become text, as in JavaScript.
    fn text(&mut self, path: &str, name: &str, value: &Value) -> Option<String> {
        let text = match value {
            Value::String(text) => return Some(text.clone()),
            Value::Null => return None,
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Array(_) | Value::Object(_) => None,
        };
        self.0.quirks.push(ConfigQuirk::NotText {
            path: join(path, name),
            found: type_name(value),
        });
        text
    }

    fn not_wrapped(&mut self, path: &str, expected: &'static str) {
        self.0.quirks.push(ConfigQuirk::NotWrapped {
            path: path.to_owned(),
            expected,
        });
    }

    fn wrong_type(&mut self, path: String, expected: &'static str, found: &Value) {
        self.refuse(
            path,
            Refusal::WrongType {
                expected,
                found: type_name(found),
            },
        );
    }

    fn refuse(&mut self, path: String, why: Refusal) {
        self.0.refused.push(Refused {
            path,
            url: String::new(),
            why,
        });
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
