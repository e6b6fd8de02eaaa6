//! `rtcdiag candidates`.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "the comments of options are their help texts"
)]

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueEnum, ValueHint};

use super::value::{seconds, secret};
use crate::secret::Secret;

pub(super) const EXAMPLES: &str = "\
Gathers host, server-reflexive and relay candidates as a browser does, from all servers at once, and
says for each address of each server how far it got, how long that took and what came back.
No server is contacted that you did not name. TURN allocations are released at the end.

Examples:
  Try it on the built-in server, without any network:
    rtcdiag candidates --embedded
  One STUN server, and one TURN server over every transport:
    rtcdiag candidates --stun stun:stun.example.org \\
      --turn turn:turn.example.org --turn 'turn:turn.example.org?transport=tcp' \\
      --turn turns:turn.example.org --username alice --credential-env TURN_PASSWORD
  The configuration of an app, pasted from its source or from webrtc-internals:
    rtcdiag candidates --ice-servers config.json
  Credentials made from the secret that the app and the TURN server share:
    rtcdiag candidates --turn turn:turn.example.org --turn-secret-env TURN_SECRET";

/// The options of `rtcdiag candidates`.
#[derive(Clone, Debug, Args)]
#[command(group = ArgGroup::new("named_server").args(["stun", "turn"]).multiple(true))]
pub struct Candidates {
    /// A STUN server, RFC 7064: stun:HOST[:PORT] or stuns:HOST[:PORT]; may be repeated
    #[arg(long, value_name = "URL", help_heading = "Servers", value_hint = ValueHint::Url)]
    pub stun: Vec<String>,

    /// A TURN server, RFC 7065: turn:HOST[:PORT][?transport=udp|tcp] or turns:...; may be repeated
    #[arg(long, value_name = "URL", help_heading = "Servers", value_hint = ValueHint::Url)]
    pub turn: Vec<String>,

    /// Read an RTCConfiguration or its iceServers, JSON or JavaScript object text ("-" is stdin)
    #[arg(long, value_name = "FILE", help_heading = "Servers", value_hint = ValueHint::FilePath)]
    pub ice_servers: Option<PathBuf>,

    /// Start a STUN and TURN server on 127.0.0.1 (::1 with -6) for this run, with made-up credentials
    #[arg(long, help_heading = "Servers")]
    pub embedded: bool,

    /// The user name for the servers of --stun and --turn
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Credentials",
        requires = "named_server",
        allow_hyphen_values = true
    )]
    pub username: Option<String>,

    /// The password. Other users of this machine can see it in the process list, and the shell
    /// remembers it: better take one of the next two
    #[arg(long, value_name = "PASSWORD", help_heading = "Credentials", value_parser = secret)]
    #[arg(requires = "username", group = "password", allow_hyphen_values = true)]
    pub credential: Option<Secret>,

    /// Take the password from this environment variable
    #[arg(
        long,
        value_name = "VAR",
        help_heading = "Credentials",
        requires = "username",
        group = "password",
        allow_hyphen_values = true
    )]
    pub credential_env: Option<String>,

    /// Take the password from the first line of this file
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Credentials",
        requires = "username",
        group = "password",
        allow_hyphen_values = true
    )]
    #[arg(value_hint = ValueHint::FilePath)]
    pub credential_file: Option<PathBuf>,

    /// Make time-limited credentials (TURN REST API) from the shared secret in this environment
    /// variable; --username is then the part after the time
    #[arg(
        long,
        value_name = "VAR",
        help_heading = "Credentials",
        requires = "named_server",
        group = "password",
        allow_hyphen_values = true
    )]
    pub turn_secret_env: Option<String>,

    /// The same, with the shared secret on the first line of this file
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Credentials",
        requires = "named_server",
        group = "password",
        allow_hyphen_values = true
    )]
    #[arg(value_hint = ValueHint::FilePath)]
    pub turn_secret_file: Option<PathBuf>,

    /// Which candidates to gather: relay leaves out all others, as iceTransportPolicy does [default:
    /// what --ice-servers says, else all]
    #[arg(
        long,
        value_enum,
        value_name = "all|relay",
        hide_possible_values = true,
        help_heading = "Gathering"
    )]
    pub policy: Option<Policy>,

    /// Only use IPv4 between this machine and the servers
    #[arg(short = '4', long, help_heading = "Gathering", conflicts_with = "ipv6")]
    pub ipv4: bool,

    /// Only use IPv6 between this machine and the servers
    #[arg(short = '6', long, help_heading = "Gathering")]
    pub ipv6: bool,

    /// Only use the addresses of this network interface
    #[arg(long, value_name = "NAME", help_heading = "Gathering")]
    pub interface: Option<String>,

    /// Use loopback addresses too; RFC 8445 leaves them out
    #[arg(long, help_heading = "Gathering")]
    pub include_loopback: bool,

    /// Gather TCP host candidates too (RFC 6544)
    #[arg(long, help_heading = "Gathering")]
    pub tcp: bool,

    /// Ask TURN servers for a relay address of this family [default: the server's choice]
    #[arg(
        long,
        value_enum,
        value_name = "ipv4|ipv6",
        hide_possible_values = true,
        help_heading = "Gathering"
    )]
    pub relay_family: Option<Family>,

    /// How long a server may take, in seconds; fractions are fine
    #[arg(long, value_name = "SECONDS", help_heading = "Gathering", value_parser = seconds, default_value = "5")]
    pub timeout: Duration,

    /// Trust the certificates in this PEM file, and no others
    #[arg(long, value_name = "FILE", help_heading = "TLS", value_hint = ValueHint::FilePath)]
    pub ca_file: Option<PathBuf>,

    /// Go on in spite of a bad certificate, though anybody in between may read along; it is reported
    /// all the same
    #[arg(long, help_heading = "TLS")]
    pub insecure: bool,
}

/// `--policy`, the W3C's RTCIceTransportPolicy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Policy {
    /// All candidates
    All,
    /// Relay candidates only
    Relay,
}

/// `--relay-family`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Family {
    /// IPv4
    #[value(name = "ipv4")]
    Ipv4,
    /// IPv6
    #[value(name = "ipv6")]
    Ipv6,
}
