//! From the options to what is to be done: which servers, with which credentials, from which addresses.

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use crate::cli;
use crate::error::Error;
use crate::net::interface::{Families, Selection};
use crate::net::server::EmbeddedServer;
use crate::net::tls::TlsOptions;
use crate::probe::allocate::RelayFamily;
use crate::proto::ice::{IceServer, IceTransportPolicy, ServerUrl, UrlQuirk, parse_ice_servers};
use crate::proto::turn_rest;
use crate::report::candidates::{ConfigurationError, CredentialNote, UrlNote};
use crate::secret::Secret;

/// How long credentials made from a shared secret are good: the run is over within minutes.
const REST_LIFETIME: Duration = Duration::from_secs(3600);

/// Octets read of a configuration; more is no configuration.
const CONFIGURATION_LIMIT: u64 = 4 * 1024 * 1024;

/// What is to be done.
#[derive(Debug)]
pub struct Plan {
    /// The servers, in the order in which they were named.
    pub servers: Vec<PlannedServer>,
    /// Entries of a configuration that can't be used.
    pub configuration_errors: Vec<ConfigurationError>,
    /// What is odd about the configuration.
    pub configuration_notes: Vec<String>,
    /// Which candidates are wanted.
    pub policy: IceTransportPolicy,
    /// Which local addresses.
    pub selection: Selection,
    /// TCP host candidates too.
    pub tcp: bool,
    /// Which family to ask relays for.
    pub relay_family: Option<RelayFamily>,
    /// How long a server may take.
    pub timeout: Duration,
    /// Whom to trust.
    pub tls: TlsOptions,
}

/// One server, as it will be asked.
#[derive(Debug)]
pub struct PlannedServer {
    /// URL and credentials.
    pub server: IceServer,
    /// What is odd about the URL.
    pub url_notes: Vec<UrlNote>,
    /// What is odd about the credentials.
    pub credential_notes: Vec<CredentialNote>,
}

/// Reads the options, and the files and variables that they name. `embedded` is the built-in server, if it was asked for.
///
/// # Errors
/// A URL that is none, a file or variable that can't be read, a configuration that is none.
pub fn plan(options: &cli::Candidates, embedded: Option<&EmbeddedServer>, now_unix: u64) -> Result<Plan, Error> {
    let mut servers = Vec::new();
    let mut plan_policy = None;
    let (mut configuration_errors, mut configuration_notes) = (Vec::new(), Vec::new());

    if let Some(path) = &options.ice_servers {
        let text = read_configuration(path)?;
        let configuration = parse_ice_servers(&text).map_err(|error| {
            let place = path.display();
            Error::new(format!("cannot use the ICE server list ({error})"))
                .at(place.to_string())
                .hint(error.hint())
        })?;
        plan_policy = configuration.ice_transport_policy;
        configuration_notes.extend(configuration.quirks.iter().map(ToString::to_string));
        configuration_errors.extend(configuration.refused.iter().map(|refused| ConfigurationError {
            entry: refused.path.clone(),
            url: refused.url.clone(),
            problem: refused.why.to_string(),
            instead: refused.why.hint().to_owned(),
        }));
        servers.extend(configuration.servers);
    }
    servers.extend(named_servers(options, now_unix)?);
    if let Some(embedded) = embedded {
        servers.extend(embedded_servers(embedded)?);
    }

    let policy = match options.policy {
        Some(cli::Policy::All) => IceTransportPolicy::All,
        Some(cli::Policy::Relay) => IceTransportPolicy::Relay,
        None => plan_policy.unwrap_or_default(),
    };
    Ok(Plan {
        servers: servers.into_iter().map(|server| planned(server, now_unix)).collect(),
        configuration_errors,
        configuration_notes,
        policy,
        selection: Selection {
            families: match (options.ipv4, options.ipv6) {
                (true, _) => Families::Ipv4,
                (_, true) => Families::Ipv6,
                _ => Families::Both,
            },
            interface: options.interface.clone(),
            include_loopback: options.include_loopback || options.embedded,
        },
        tcp: options.tcp,
        relay_family: options.relay_family.map(|family| match family {
            cli::Family::Ipv4 => RelayFamily::V4,
            cli::Family::Ipv6 => RelayFamily::V6,
        }),
        timeout: options.timeout,
        tls: TlsOptions {
            ca_file: options.ca_file.clone(),
            insecure: options.insecure,
        },
    })
}

/// The servers of `--stun` and `--turn`, with the credentials of the command line.
fn named_servers(options: &cli::Candidates, now_unix: u64) -> Result<Vec<IceServer>, Error> {
    let (username, credential) = credentials(options, now_unix)?;
    let stun = options.stun.iter().map(|text| (text, "--stun", false));
    let turn = options.turn.iter().map(|text| (text, "--turn", true));
    let mut servers = Vec::new();
    for (text, option, is_turn) in stun.chain(turn) {
        let url = parse_url(text, option)?;
        if url.scheme.is_turn() != is_turn {
            let other = if is_turn { "--stun" } else { "--turn" };
            return Err(Error::new(format!("{option} takes no `{}:` URL", url.scheme))
                .at(url.text)
                .hint(format!("give it with {other}")));
        }
        servers.push(IceServer {
            username: username.clone().filter(|_| is_turn),
            credential: credential.clone().filter(|_| is_turn),
            path: String::new(),
            url,
        });
    }
    Ok(servers)
}

fn parse_url(text: &str, option: &str) -> Result<ServerUrl, Error> {
    ServerUrl::parse(text).map_err(|error| Error::new(error.to_string()).at(option).hint(error.hint()))
}

fn credentials(options: &cli::Candidates, now_unix: u64) -> Result<(Option<String>, Option<Secret>), Error> {
    let shared = match (&options.turn_secret_env, &options.turn_secret_file) {
        (Some(variable), _) => Some(from_environment(variable, "--turn-secret-env")?),
        (_, Some(path)) => Some(from_file(path, "read the shared secret")?),
        _ => None,
    };
    if let Some(shared) = shared {
        let expires = now_unix.saturating_add(REST_LIFETIME.as_secs());
        let (username, credential) = turn_rest::make(&shared, options.username.as_deref(), expires);
        return Ok((Some(username), Some(credential)));
    }
    let credential = match (&options.credential, &options.credential_env, &options.credential_file) {
        (Some(credential), _, _) => Some(credential.clone()),
        (_, Some(variable), _) => Some(from_environment(variable, "--credential-env")?),
        (_, _, Some(path)) => Some(from_file(path, "read the credential")?),
        _ => None,
    };
    Ok((options.username.clone(), credential))
}

fn from_environment(variable: &str, option: &str) -> Result<Secret, Error> {
    match std::env::var(variable) {
        Ok(text) if !text.is_empty() => Ok(Secret::new(text)),
        Ok(_) => Err(Error::new(format!("the environment variable of {option} is empty")).at(variable)),
        Err(std::env::VarError::NotPresent) => {
            Err(Error::new(format!("the environment variable of {option} is not set"))
                .at(variable)
                .hint(format!(
                    "{option} takes the name of a variable, not its value; export it before the run"
                )))
        }
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Error::new(format!("the environment variable of {option} is not UTF-8")).at(variable))
        }
    }
}

/// The first line of a file, without its line end.
fn from_file(path: &Path, operation: &str) -> Result<Secret, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::file(operation, path, &error))?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Error::new(format!("cannot {operation} (the first line is empty)")).at(path.display().to_string()));
    }
    Ok(Secret::new(line))
}

fn read_configuration(path: &Path) -> Result<String, Error> {
    let operation = "read the ICE server list";
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin()
            .lock()
            .take(CONFIGURATION_LIMIT)
            .read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(CONFIGURATION_LIMIT).read_to_string(&mut text))
    };
    read.map_err(|error| Error::file(operation, path, &error))?;
    Ok(text)
}

fn embedded_servers(embedded: &EmbeddedServer) -> Result<Vec<IceServer>, Error> {
    let stun = parse_url(&embedded.stun_url(), "--embedded")?;
    let turn = parse_url(&embedded.turn_url(), "--embedded")?;
    Ok(vec![
        IceServer {
            url: stun,
            username: None,
            credential: None,
            path: String::new(),
        },
        IceServer {
            url: turn,
            username: Some(embedded.username().to_owned()),
            credential: Some(embedded.credential().clone()),
            path: String::new(),
        },
    ])
}

fn planned(server: IceServer, now_unix: u64) -> PlannedServer {
    let url_notes = server
        .url
        .quirks
        .iter()
        .filter(|quirk| **quirk != UrlQuirk::Dtls)
        .map(url_note)
        .collect();
    let credential_notes = if server.url.scheme.is_turn() {
        turn_rest::diagnose(server.username.as_deref(), server.credential.as_ref(), now_unix)
    } else {
        Vec::new()
    };
    let credential_notes = credential_notes
        .iter()
        .map(|quirk| CredentialNote {
            note: quirk.code().to_owned(),
            problem: quirk.to_string(),
            instead: quirk.advice().to_owned(),
        })
        .collect();
    PlannedServer {
        server,
        url_notes,
        credential_notes,
    }
}

fn url_note(quirk: &UrlQuirk) -> UrlNote {
    UrlNote {
        note: quirk.code().to_owned(),
        well_formed: matches!(quirk, UrlQuirk::StunOverTls | UrlQuirk::BlockedPort { .. }),
        problem: quirk.to_string(),
        browsers: quirk.browsers().to_owned(),
        instead: quirk.advice().to_owned(),
    }
}
