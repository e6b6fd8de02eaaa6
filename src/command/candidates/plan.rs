//! From the options to what is to be done: which servers, with which credentials, from which addresses.

use std::time::Duration;

use crate::cli;
use crate::command::input::{from_environment, from_file, ice_servers};
use crate::error::Error;
use crate::net::interface::{Families, Selection};
use crate::net::server::{EmbeddedServer, Family};
use crate::net::tls::TlsOptions;
use crate::probe::allocate::RelayFamily;
use crate::proto::ice::{IceServer, IceTransportPolicy, ServerUrl, UrlQuirk};
use crate::proto::turn_rest;
use crate::report::candidates::{ConfigurationError, CredentialNote, UrlNote};
use crate::secret::Secret;

/// How long credentials made from a shared secret are good: the run is over within minutes.
const REST_LIFETIME: Duration = Duration::from_secs(3600);

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
        let configuration = ice_servers(path)?;
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
        let family = if options.ipv6 { Family::Ipv6 } else { Family::Ipv4 };
        servers.extend(embedded_servers(embedded, family)?);
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
        let (username, credential) = (username.clone(), credential.clone());
        servers.push(IceServer::new(
            url,
            username.filter(|_| is_turn),
            credential.filter(|_| is_turn),
        ));
    }
    Ok(servers)
}

fn parse_url(text: &str, option: &str) -> Result<ServerUrl, Error> {
    ServerUrl::parse(text).map_err(|error| {
        let place = if error.text.is_empty() {
            option
        } else {
            error.text.as_str()
        };
        Error::new(error.what()).at(place).hint(error.hint())
    })
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

fn embedded_servers(embedded: &EmbeddedServer, family: Family) -> Result<Vec<IceServer>, Error> {
    let (Some(stun), Some(turn)) = (embedded.stun_url(family), embedded.turn_url(family)) else {
        return Err(
            Error::new("this machine has no IPv6 loopback address for the embedded server")
                .at("--embedded -6")
                .hint("leave out -6"),
        );
    };
    let (username, credential) = (embedded.username().to_owned(), embedded.credential().clone());
    Ok(vec![
        IceServer::new(parse_url(&stun, "--embedded")?, None, None),
        IceServer::new(parse_url(&turn, "--embedded")?, Some(username), Some(credential)),
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
    let credential_notes = server
        .credential_quirks(now_unix)
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    /// What is said about a command line that can't be carried out.
    fn refused(arguments: &[&str]) -> Error {
        let all = ["rtcdiag", "candidates"].iter().chain(arguments);
        let cli::Command::Candidates(options) = cli::Cli::try_parse_from(all).unwrap().command else {
            panic!("another command");
        };
        plan(&options, None, 1_795_000_000).expect_err("nothing to refuse")
    }

    const TURN: [&str; 4] = ["--turn", "turn:turn.example", "--username", "alice"];

    #[test]
    fn wrong_urls_are_said_in_one_shape() {
        for (arguments, said) in [
            (["--stun", "foo:x"], "not a STUN or TURN scheme: foo:x"),
            (["--stun", "stun:"], "no host (column 6): stun:"),
            (["--turn", "turn:a:0"], "0 is not a port (column 8): turn:a:0"),
            (["--turn", ""], "nothing is there: --turn"),
            (["--turn", "stun:a"], "--turn takes no `stun:` URL: stun:a"),
        ] {
            let error = refused(&arguments);
            assert_eq!(error.to_string(), said);
            assert!(!error.hints.is_empty(), "{error:?}");
        }
    }

    #[test]
    fn variables_that_are_not_there() {
        let of = |name: &str| refused(&[&TURN[..], &["--credential-env", name]].concat());
        assert_eq!(
            of("RTCDIAG_TEST_NOT_SET").to_string(),
            "the environment variable of --credential-env is not set: RTCDIAG_TEST_NOT_SET"
        );
        for value in ["hunter2 secret", "-hunter2", "--hunter2", "2hunter2", "hunter2=", ""] {
            let error = of(value);
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
            assert!(error.hints[0].contains("not its value"), "{error:?}");
        }
    }

    #[test]
    fn files_are_read_with_a_bound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let name = path.to_str().unwrap();
        std::fs::write(&path, vec![b' '; 5 << 20]).unwrap();
        let list = refused(&["--ice-servers", name]);
        assert_eq!(
            list.to_string(),
            format!("cannot read the ICE server list (larger than 4 MiB): {name}")
        );
        for option in ["--credential-file", "--turn-secret-file"] {
            let error = refused(&[&TURN[..], &[option, name]].concat());
            assert!(error.what.contains("larger than 64 KiB"), "{error:?}");
        }
        std::fs::write(&path, "s\u{fc}\nmore").unwrap();
        assert_eq!(from_file(&path, "read it").unwrap().expose(), "s\u{fc}");
        std::fs::write(&path, [0xff]).unwrap();
        let error = from_file(&path, "read it").unwrap_err();
        assert!(
            error.what.contains("not UTF-8") && error.hints[0].contains("UTF-8"),
            "{error:?}"
        );
        std::fs::write(&path, "\nsecret").unwrap();
        assert!(
            from_file(&path, "read it")
                .unwrap_err()
                .what
                .contains("first line is empty")
        );
    }
}
