//! The command line: clap types and nothing else.
//!
//! Values stay as they were typed (URLs, file names); the commands give them a meaning. What clap can check by itself
//! (ranges, conflicts, what needs what) is checked here, so that a wrong command line fails before anything is done.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "the comments of options are their help texts"
)]

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, ArgGroup, Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::secret::Secret;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  rtcdiag candidates --embedded                      try it without any network
  rtcdiag candidates --stun stun:stun.example.org    how does the outside see me?
  rtcdiag candidates --ice-servers config.json       check what my app is configured with
  rtcdiag pcap call.pcapng                           what happened in this call?
  rtcdiag explain 437                                what does this STUN error mean?

Exit codes:
  0  fine            1    something does not work (a finding of severity error)
  2  could not run   130  interrupted; what was found out is printed all the same";

const CANDIDATES_EXAMPLES: &str = "\
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

const SDP_EXAMPLES: &str = "\
Examples:
  rtcdiag sdp offer.json                what does this offer say, and is it right?
  rtcdiag sdp offer.json answer.json    what did the two agree on, and what fell out?
  rtcdiag sdp --diff before.sdp now.sdp what changed in the re-offer, and may it?
  rtcdiag sdp --explain offer.sdp       every line, and what it means
  rtcdiag sdp webrtc_internals_dump.txt which descriptions are in it, and what each pair agreed on
  rtcdiag sdp webrtc_internals_dump.txt --pick 2
  rtcdiag sdp *.sdp --format sarif      findings for code hosts, with lines and columns
  pbpaste | rtcdiag sdp -               whatever is in the clipboard";

const PCAP_EXAMPLES: &str = "\
Examples:
  rtcdiag pcap call.pcapng                        what happened?
  rtcdiag pcap call.pcapng --messages             every STUN message, attribute by attribute
  rtcdiag pcap call.pcapng --transactions         who asked, who answered, how long it took
  rtcdiag pcap call.pcapng --timeline             arrows between the endpoints, in the order of time
  rtcdiag pcap call.pcapng --sdp offer.json --sdp answer.json
                                                  check passwords and candidates against the descriptions
  rtcdiag pcap client.pcap server.pcap.gz --host 192.0.2.1 --only ice
  tcpdump -w - udp | rtcdiag pcap -               until tcpdump is stopped";

const LOOPBACK_EXAMPLES: &str = "\
Examples:
  rtcdiag loopback --stats                        a call with a data channel, and its getStats()
  rtcdiag loopback --audio --video --stats --duration 10
  rtcdiag loopback --throughput 5                 how fast is a data channel here?
  rtcdiag loopback --impair loss=5%,delay=50ms --audio --seed 7
  rtcdiag loopback --via relay                    the same through a TURN server
  rtcdiag loopback --fault wrong-fingerprint      what does that look like?
  rtcdiag loopback --bundle call                  capture, keys, SDP and statistics, to be read again:
    rtcdiag sdp call/offer.json call/answer.json";

const STATS_EXAMPLES: &str = "\
Examples:
  rtcdiag stats webrtc_internals_dump.txt            how did the call go?
  rtcdiag stats dump.gz --peer-connection 2          one of several connections
  rtcdiag stats dump.gz --from 30 --to 60            half a minute of it
  rtcdiag stats dump.gz --id IT01V3526379975         every member of one stats object
  rtcdiag stats dump.gz --json --series | jq         everything, with all values over time
  rtcdiag stats dump.gz --csv - --select 'inbound-rtp.*.packetsLost'
  rtcdiag stats dump.gz --html call.html             a page to pass on
  rtcdiag stats --diff caller.gz callee.gz           both ends: where did packets vanish?
  rtcdiag stats --diff yesterday.gz today.gz         two calls: what is otherwise?";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  rtcdiag explain                       everything there is, one line each
  rtcdiag explain no-server-named       a finding
  rtcdiag explain 437                   an error number of STUN, TURN or ICE
  rtcdiag explain a=setup               an attribute or a type of line of SDP
  rtcdiag explain 'a=fmtp:111 apt=96'   a whole line of SDP";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  rtcdiag completions bash > ~/.local/share/bash-completion/completions/rtcdiag
  rtcdiag completions zsh  > ~/.zfunc/_rtcdiag
  rtcdiag completions fish > ~/.config/fish/completions/rtcdiag.fish";

/// Why does my WebRTC call not connect, or sound bad? Says what works, what does not, why, and what to do about it.
#[derive(Debug, Parser)]
#[command(name = "rtcdiag", version, styles = STYLES, after_help = EXAMPLES, max_term_width = 100)]
#[command(
    propagate_version = false,
    disable_help_subcommand = true,
    subcommand_required = true
)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Global {
    /// How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as
    /// SARIF for code hosts
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "text|json|jsonl|sarif",
        hide_possible_values = true,
        default_value_t,
        hide_default_value = true
    )]
    pub format: Format,

    /// Short for --format json
    #[arg(long, global = true, conflicts_with = "format")]
    pub json: bool,

    /// When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "auto|always|never",
        hide_possible_values = true,
        default_value_t,
        hide_default_value = true
    )]
    pub color: ColorChoice,

    /// Print warnings and errors only, and no progress
    #[arg(short, long, global = true)]
    pub quiet: bool,

    /// Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,

    /// Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output
    #[arg(long, global = true)]
    pub redact: bool,
}

impl Global {
    /// The format asked for, by either option.
    pub const fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }
}

/// `--format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables and sentences
    #[default]
    Text,
    /// One JSON document at the end
    Json,
    /// One JSON object a line, as results come in
    Jsonl,
    /// SARIF 2.1.0 for code hosts; with `rtcdiag sdp`
    Sarif,
}

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless the environment says otherwise
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Gather ICE candidates and check every STUN and TURN server
    #[command(after_help = CANDIDATES_EXAMPLES)]
    Candidates(Box<Candidates>),

    /// Read session descriptions (SDP): what they say, and what is wrong with them
    ///
    /// Takes SDP as it was pasted: raw, as the JSON of createOffer and createAnswer, base64 of that, out of source code
    /// or a log, or a dump of webrtc-internals or rtcstats. Damage is named with its place, and the rest is still read.
    /// `--format sarif` writes the findings as SARIF 2.1.0, which code hosts and editors show at their lines.
    #[command(after_help = SDP_EXAMPLES)]
    Sdp(Sdp),

    /// Read a capture of WebRTC traffic: what happened, and what went wrong
    ///
    /// Takes pcap and pcapng, compressed or not, one file or several of the same traffic, or a capture under way from
    /// stdin. STUN, TURN and what it carries, ICE, DTLS, RTP and RTCP are found by themselves; no flags are needed.
    #[command(after_help = PCAP_EXAMPLES)]
    Pcap(Box<Pcap>),

    /// Make a whole call between two peers in this process, and show it from every side
    ///
    /// Offer, answer, candidates, checks, DTLS, SCTP and media are those of a real call, over the loopback interface
    /// unless another path is asked for. No browser, no privileges and no network are needed.
    #[command(after_help = LOOPBACK_EXAMPLES)]
    Loopback(Box<Loopback>),
    /// Read getStats() reports and browsers' dumps of a call: what was measured, and how it went
    ///
    /// Takes whatever a browser or an app wrote: dumps of chrome://webrtc-internals of every generation, Firefox's
    /// about:webrtc (its report or the saved page), rtcstats dumps, getStats() reports as JSON in any spelling, one or
    /// many; packed by gzip or not. The format is told by the content. Damage is named with its place, and what is
    /// before it is read.
    #[command(after_help = STATS_EXAMPLES)]
    Stats(Stats),

    /// Say what a finding, a STUN/TURN error or a line of SDP means
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),

    /// Print the completion script of a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(Completions),

    /// Print the manual page, or write all of them to a folder
    #[command(hide = true)]
    Man(Man),
}

/// The options of `rtcdiag stats`.
#[derive(Clone, Debug, Args)]
pub struct Stats {
    /// Dumps or reports ("-" is stdin)
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// Only this peer connection: its id, or its number from 1
    #[arg(long, value_name = "N")]
    pub peer_connection: Option<String>,

    /// Only what was from this time on: seconds from the start of the file, or a time (RFC 3339)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,

    /// Only what was up to this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,

    /// Compare: both ends of one call, where the files (or one file) hold them, and so where packets vanished; else two
    /// calls
    #[arg(long)]
    pub diff: bool,

    /// Only the stats with this id, with all their members; may be repeated
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub id: Vec<String>,

    /// With --json: all values over time, too
    #[arg(long)]
    pub series: bool,

    /// Write values over time as CSV to a file; "-" is stdout, instead of the report
    #[arg(long, value_name = "FILE", help_heading = "Export", value_hint = ValueHint::FilePath)]
    pub csv: Option<PathBuf>,

    /// With --csv: only what TYPE.ID.MEMBER matches, with * and ?: inbound-rtp.*.packetsLost; may be repeated
    #[arg(long, value_name = "PATTERN", help_heading = "Export", requires = "csv")]
    pub select: Vec<String>,

    /// Draw bit rate, loss, jitter, round-trip time and frames over time into an SVG or PNG file, with findings marked
    #[arg(long, value_name = "FILE.svg|FILE.png", help_heading = "Export", value_hint = ValueHint::FilePath)]
    pub plot: Option<PathBuf>,

    /// Write a page with findings, charts and report; it needs no other file and no network
    #[arg(long, value_name = "FILE", help_heading = "Export", value_hint = ValueHint::FilePath)]
    pub html: Option<PathBuf>,
}

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

/// The options of `rtcdiag sdp`.
#[derive(Clone, Debug, Args)]
pub struct Sdp {
    /// Files with descriptions ("-" is stdin)
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// Only the Nth description, from 1 through all files, as lists and heads number them; may be repeated
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub pick: Vec<u32>,

    /// Tell what changed from the first description to the second one of the same session (a re-offer), and whether it
    /// may, in place of what an offer and an answer agreed on
    #[arg(long)]
    pub diff: bool,

    /// Tell of every line what it means
    #[arg(long)]
    pub explain: bool,

    /// For whom the descriptions are: the rules of WebRTC or of SIP, or what one browser refuses [default: webrtc where
    /// there is DTLS, else sip]
    #[arg(long, value_enum, value_name = "PROFILE")]
    pub profile: Option<Profile>,
}

/// The options of `rtcdiag pcap`.
#[derive(Clone, Debug, Args)]
pub struct Pcap {
    /// Captures: pcap or pcapng, also compressed ("-" is stdin); several are merged by time
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// Show every STUN message with its attributes, as a tree
    #[arg(long, help_heading = "Views")]
    pub messages: bool,

    /// Show every STUN request with its answer
    #[arg(long, help_heading = "Views")]
    pub transactions: bool,

    /// Show what happened in the order of time, as arrows between the endpoints
    #[arg(long, help_heading = "Views")]
    pub timeline: bool,

    /// Only this session, by its number, and what it carries
    #[arg(long, value_name = "N", help_heading = "Filters")]
    pub flow: Option<u32>,

    /// Only these frames: a number, or a range such as 10-20, 10- or -20
    #[arg(long, value_name = "A-B", help_heading = "Filters", value_parser = frames, allow_hyphen_values = true)]
    pub frame: Option<(u64, u64)>,

    /// Only what is about these; may be repeated, or a list with commas
    #[arg(
        long,
        value_enum,
        value_name = "PROTOCOL",
        help_heading = "Filters",
        value_delimiter = ','
    )]
    pub only: Vec<Subject>,

    /// Only what this address sends or receives, also through a relay; may be repeated
    #[arg(long, value_name = "IP", help_heading = "Filters")]
    pub host: Vec<IpAddr>,

    /// Only what is sent from or to this port; may be repeated
    #[arg(long, value_name = "PORT", help_heading = "Filters")]
    pub port: Vec<u16>,

    /// A session description of the call: its passwords and candidates are used; may be repeated
    #[arg(long, value_name = "FILE", help_heading = "What is known of the call", value_hint = ValueHint::FilePath)]
    pub sdp: Vec<PathBuf>,

    /// The password of an ICE agent, to hold its checks against; may be repeated
    #[arg(
        long,
        value_name = "UFRAG:PWD",
        help_heading = "What is known of the call",
        value_parser = secret,
        allow_hyphen_values = true
    )]
    pub ice_password: Vec<Secret>,

    /// Take UFRAG:PWD from this environment variable
    #[arg(long, value_name = "VAR", help_heading = "What is known of the call")]
    pub ice_password_env: Option<String>,

    /// Take UFRAG:PWD from the lines of this file
    #[arg(long, value_name = "FILE", help_heading = "What is known of the call", value_hint = ValueHint::FilePath)]
    pub ice_password_file: Option<PathBuf>,

    /// Take the password for TURN servers from this environment variable
    #[arg(long, value_name = "VAR", help_heading = "What is known of the call")]
    pub turn_password_env: Option<String>,

    /// Take the password for TURN servers from the first line of this file
    #[arg(long, value_name = "FILE", help_heading = "What is known of the call", value_hint = ValueHint::FilePath)]
    pub turn_password_file: Option<PathBuf>,
}

/// `--only`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// STUN, TURN and ICE messages
    Stun,
    /// TURN allocations and their messages
    Turn,
    /// Connectivity checks
    Ice,
    /// DTLS handshakes
    Dtls,
    /// RTP and RTCP
    Rtp,
    /// SCTP and data channels in clear
    Sctp,
    /// Session descriptions in the capture
    Sdp,
}

/// `--profile`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Any WebRTC endpoint
    Webrtc,
    /// SIP: no ICE, no DTLS and no BUNDLE is demanded
    Sip,
    /// Chrome, and all that is Chromium
    Chrome,
    /// Firefox
    Firefox,
    /// Safari
    Safari,
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

/// The options of `rtcdiag loopback`.
#[derive(Clone, Debug, Args)]
pub struct Loopback {
    /// Show the statistics of both ends; on a terminal once a second while the call goes on
    #[arg(long, help_heading = "Output")]
    pub stats: bool,

    /// Open a data channel; the default unless media is asked for
    #[arg(long, help_heading = "Data")]
    pub data: bool,

    /// Open so many data channels
    #[arg(long, value_name = "N", help_heading = "Data", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub channels: u16,

    /// Let messages overtake each other
    #[arg(long, help_heading = "Data")]
    pub unordered: bool,

    /// Give a message up after so many retransmissions
    #[arg(long, value_name = "N", help_heading = "Data")]
    pub max_retransmits: Option<u16>,

    /// Give a message up after so many milliseconds
    #[arg(long, value_name = "MS", help_heading = "Data", conflicts_with = "max_retransmits")]
    pub max_lifetime: Option<u16>,

    /// Send so many pings, at most for two seconds or for --duration
    #[arg(long, value_name = "N", help_heading = "Data", default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub pings: u32,

    /// Send as much as goes through for so long, and measure it
    #[arg(long, value_name = "SECONDS", help_heading = "Data", value_parser = seconds)]
    pub throughput: Option<Duration>,

    /// Octets of each message for --throughput
    #[arg(long, value_name = "BYTES", help_heading = "Data", default_value_t = 65_536, value_parser = message_size)]
    pub message_size: usize,

    /// Send synthetic audio: Opus, a packet each 20 ms [default direction: sendrecv]
    #[arg(
        long,
        value_enum,
        value_name = "sendrecv|sendonly|recvonly",
        hide_possible_values = true,
        help_heading = "Media",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "sendrecv"
    )]
    pub audio: Option<Direction>,

    /// Send synthetic video, 30 frames a second [default direction: sendrecv]
    #[arg(
        long,
        value_enum,
        value_name = "sendrecv|sendonly|recvonly",
        hide_possible_values = true,
        help_heading = "Media",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "sendrecv"
    )]
    pub video: Option<Direction>,

    /// The codec of the video
    #[arg(
        long,
        value_enum,
        value_name = "vp8|h264",
        hide_possible_values = true,
        help_heading = "Media",
        default_value = "vp8",
        requires = "video"
    )]
    pub video_codec: VideoCodec,

    /// Send the offerer's video in three layers, the rids q, h and f, with 1/16, 1/4 and all of the rate
    #[arg(long, help_heading = "Media", requires = "video")]
    pub simulcast: bool,

    /// Bits a second of audio, such as 32k
    #[arg(long, value_name = "RATE", help_heading = "Media", default_value = "32k", value_parser = bitrate, requires = "audio")]
    pub audio_bitrate: u32,

    /// Bits a second of video, such as 500k or 2m
    #[arg(long, value_name = "RATE", help_heading = "Media", default_value = "500k", value_parser = bitrate, requires = "video")]
    pub video_bitrate: u32,

    /// How long to talk once connected [default: until the pings are back; 2.5 with media]
    #[arg(long, value_name = "SECONDS", help_heading = "Call", value_parser = seconds)]
    pub duration: Option<Duration>,

    /// How long the call may take to connect, and a fault to be noticed
    #[arg(long, value_name = "SECONDS", help_heading = "Call", value_parser = seconds, default_value = "15")]
    pub timeout: Duration,

    /// Break the call on purpose, to see what that looks like
    #[arg(long, value_enum, value_name = "FAULT", help_heading = "Call")]
    pub fault: Option<Fault>,

    /// Which way: directly, through a NAT before each end (its address outside from the built-in STUN server), or through a relay at
    /// both ends (the built-in TURN server), unless others are named
    #[arg(
        long,
        value_enum,
        value_name = "host|srflx|relay",
        hide_possible_values = true,
        help_heading = "Path",
        default_value_t,
        hide_default_value = true
    )]
    pub via: Via,

    /// The STUN server for --via srflx, over UDP; may be repeated
    #[arg(long, value_name = "URL", help_heading = "Path", value_hint = ValueHint::Url)]
    pub stun: Vec<String>,

    /// The TURN server for --via relay, over UDP; may be repeated
    #[arg(long, value_name = "URL", help_heading = "Path", value_hint = ValueHint::Url, requires = "username")]
    pub turn: Vec<String>,

    /// The user name for --turn
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Path",
        requires = "turn",
        requires = "credential_env",
        allow_hyphen_values = true
    )]
    pub username: Option<String>,

    /// Take the password for --turn from this environment variable
    #[arg(
        long,
        value_name = "VAR",
        help_heading = "Path",
        requires = "username",
        allow_hyphen_values = true
    )]
    pub credential_env: Option<String>,

    /// Read an RTCConfiguration or its iceServers, JSON or JavaScript object text ("-" is stdin)
    #[arg(long, value_name = "FILE", help_heading = "Path", value_hint = ValueHint::FilePath)]
    pub ice_servers: Option<PathBuf>,

    /// Use TCP between the ends (ICE-TCP, RFC 6544) in place of UDP
    #[arg(long, help_heading = "Path")]
    pub tcp: bool,

    /// Use IPv4; the default
    #[arg(short = '4', long, help_heading = "Path", conflicts_with = "ipv6")]
    pub ipv4: bool,

    /// Use IPv6
    #[arg(short = '6', long, help_heading = "Path")]
    pub ipv6: bool,

    /// Use the addresses of this network interface, in place of loopback
    #[arg(long, value_name = "NAME", help_heading = "Path")]
    pub interface: Option<String>,

    /// Impair both directions: loss=5%,burst=3,delay=50ms,jitter=10ms,rate=2mbit,queue=200ms,reorder=1%,duplicate=1%; with
    /// --tcp delay, jitter, rate and queue only: TCP repairs the rest
    #[arg(long, value_name = "LIST", help_heading = "Impairment")]
    pub impair: Option<String>,

    /// Impair what the offerer sends
    #[arg(long, value_name = "LIST", help_heading = "Impairment")]
    pub impair_up: Option<String>,

    /// Impair what the answerer sends
    #[arg(long, value_name = "LIST", help_heading = "Impairment")]
    pub impair_down: Option<String>,

    /// The seed of the dice: the same seed treats the same datagrams the same way
    #[arg(long, value_name = "N", help_heading = "Impairment", default_value_t = 1)]
    pub seed: u64,

    /// Write every datagram that either end sees to a pcapng file, an interface for each end, with the secrets to decrypt it
    #[arg(long, value_name = "FILE", help_heading = "What to keep", value_hint = ValueHint::FilePath)]
    pub capture: Option<PathBuf>,

    /// Write the secrets of DTLS to a file, as SSLKEYLOGFILE does: whoever has it can read the call
    #[arg(long, value_name = "FILE", help_heading = "What to keep", value_hint = ValueHint::FilePath)]
    pub key_log: Option<PathBuf>,

    /// Write offer and answer to this folder, with the candidates that were gathered for them
    #[arg(long, value_name = "DIR", help_heading = "What to keep", value_hint = ValueHint::DirPath)]
    pub save_sdp: Option<PathBuf>,

    /// Write the statistics of both ends as a dump of webrtc-internals
    #[arg(long, value_name = "FILE", help_heading = "What to keep", value_hint = ValueHint::FilePath)]
    pub save_stats: Option<PathBuf>,

    /// Write all of that, and the report, to this folder; with --redact without capture and key log
    #[arg(
        long,
        value_name = "DIR",
        help_heading = "What to keep",
        value_hint = ValueHint::DirPath,
        conflicts_with_all = ["capture", "key_log", "save_sdp", "save_stats"]
    )]
    pub bundle: Option<PathBuf>,
}

/// `--audio` and `--video`: which way, as the offerer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    /// Both ways
    Sendrecv,
    /// From the offerer
    Sendonly,
    /// From the answerer
    Recvonly,
}

/// `--video-codec`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum VideoCodec {
    /// VP8 (RFC 7741)
    #[default]
    Vp8,
    /// H.264 (RFC 6184), Constrained Baseline
    H264,
}

/// `--via`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Via {
    /// Host candidates
    #[default]
    Host,
    /// Server-reflexive candidates, through a NAT at both ends
    Srflx,
    /// Relay candidates at both ends
    Relay,
}

/// `--fault`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Fault {
    /// The answerer is told a wrong certificate fingerprint
    WrongFingerprint,
    /// The answerer is told a wrong ICE password
    WrongPassword,
    /// No candidates are passed on
    NoCandidates,
    /// Both ends are told to be the DTLS client
    DtlsRoleClash,
    /// The answerer's network goes away in the middle of the call
    PeerDies,
    /// STUN is blocked in the middle of the call
    ConsentBlocked,
    /// ICE is restarted, which should work
    IceRestart,
}

/// The argument of `rtcdiag explain`.
#[derive(Clone, Debug, Args)]
pub struct Explain {
    /// The code of a finding, an error number, or a line of SDP; without it everything is listed
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// The argument of `rtcdiag completions`.
#[derive(Clone, Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// The argument of `rtcdiag man`.
#[derive(Clone, Debug, Args)]
pub struct Man {
    /// Where to write rtcdiag.1 and one page for each command; without it rtcdiag.1 goes to stdout
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub directory: Option<PathBuf>,
}

/// `A-B`, `A-`, `-B` or `A`.
fn frames(text: &str) -> Result<(u64, u64), String> {
    let number = |text: &str, default| match text {
        "" => Ok(default),
        text => text.parse().map_err(|_| format!("`{text}` is not a number of a frame")),
    };
    let (first, last) = match text.split_once('-') {
        Some(("", "")) => return Err("a number, or a range such as 10-20, is wanted".to_owned()),
        Some((first, last)) => (number(first, 1)?, number(last, u64::MAX)?),
        None => (number(text, 0)?, number(text, 0)?),
    };
    match first {
        0 => Err("frames are counted from 1".to_owned()),
        _ if first > last => Err(format!("{last} comes before {first}")),
        _ => Ok((first, last)),
    }
}

/// A data channel carries no longer messages here: what both ends announce in `a=max-message-size`.
fn message_size(text: &str) -> Result<usize, String> {
    const MOST: usize = 65_536;
    match text.parse() {
        Ok(size) if (1..=MOST).contains(&size) => Ok(size),
        _ => Err(format!("must lie between 1 and {MOST} octets")),
    }
}

/// `500k`, `2m` or a plain number, in bits a second.
fn bitrate(text: &str) -> Result<u32, String> {
    let lower = text.to_ascii_lowercase();
    let (number, unit) = match lower.strip_suffix('k') {
        Some(number) => (number, 1e3),
        None => lower
            .strip_suffix('m')
            .map_or((lower.as_str(), 1.0), |number| (number, 1e6)),
    };
    match number.parse::<f64>().map(|number| number * unit) {
        Ok(rate) if (6_000.0..=100e6).contains(&rate) => Ok(rate as u32),
        _ => Err("a rate between 6k and 100m is wanted, such as 500k".to_owned()),
    }
}

fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text))
}

/// The bounds of `--timeout`, in seconds.
const TIMEOUT: std::ops::RangeInclusive<f64> = 0.01..=600.0;

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "not a number of seconds, such as 5 or 0.5".to_owned())?;
    if !TIMEOUT.contains(&seconds) {
        return Err(format!(
            "must lie between {} and {} seconds",
            TIMEOUT.start(),
            TIMEOUT.end()
        ));
    }
    Ok(Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn candidates(arguments: &[&str]) -> Result<Candidates, clap::Error> {
        let all = ["rtcdiag", "candidates"].iter().chain(arguments);
        Cli::try_parse_from(all).map(|cli| match cli.command {
            Command::Candidates(options) => *options,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn clap_finds_no_fault() {
        Cli::command().debug_assert();
    }

    #[test]
    fn timeouts_take_fractions_and_refuse_nonsense() {
        assert_eq!(candidates(&[]).unwrap().timeout, Duration::from_secs(5));
        assert_eq!(
            candidates(&["--timeout", "0.25"]).unwrap().timeout,
            Duration::from_millis(250)
        );
        for bad in ["0", "-1", "NaN", "inf", "1e9", "5s", ""] {
            assert!(candidates(&[&format!("--timeout={bad}")]).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn ranges_of_frames() {
        for (text, wanted) in [("7", (7, 7)), ("7-9", (7, 9)), ("7-", (7, u64::MAX)), ("-9", (1, 9))] {
            assert_eq!(frames(text), Ok(wanted));
        }
        for bad in ["", "-", "0", "9-7", "x", "1-x", "1-2-3"] {
            assert!(frames(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_excludes_and_what_needs_each_other() {
        let turn = ["--turn", "turn:t.example", "--username", "u"];
        for bad in [
            &["-4", "-6"][..],
            &["--username", "u"],
            &["--turn-secret-env", "S"],
            &["--turn", "turn:t.example", "--credential", "c"],
            &[&turn[..], &["--credential", "c", "--credential-env", "C"]].concat(),
            &[&turn[..], &["--credential-file", "c", "--turn-secret-file", "s"]].concat(),
            &["--json", "--format", "text"],
        ] {
            assert!(candidates(bad).is_err(), "{bad:?}");
        }
        for good in [
            &["-4", "--relay-family", "ipv6", "--embedded"][..],
            &turn,
            &[&turn[..], &["--stun", "stun:s.example", "--turn-secret-env", "S"]].concat(),
            &["--stun", "stuns:s.example", "--turn-secret-file", "s"],
            &["--ice-servers", "-", "--policy", "relay"],
        ] {
            assert!(candidates(good).is_ok(), "{:?}", candidates(good));
        }
    }

    #[test]
    fn names_and_passwords_may_begin_with_a_hyphen() {
        for password in ["-hunter2", "--hunter2", "-4", "--", "--insecure"] {
            let options = candidates(&["--turn=turn:t", "--username", "-u", "--credential", password]).unwrap();
            assert_eq!(options.username.as_deref(), Some("-u"));
            assert_eq!(options.credential.unwrap().expose(), password);
            assert!(!options.insecure && !options.ipv4);
        }
    }

    #[test]
    fn debug_does_not_show_the_password() {
        let options = candidates(&["--turn=turn:t", "--username=u", "--credential=hunter2"]).unwrap();
        assert!(!format!("{options:?}").contains("hunter2"));
    }

    #[test]
    fn global_options_stand_anywhere() {
        let cli = Cli::try_parse_from(["rtcdiag", "-v", "explain", "--json", "-v"]).unwrap();
        assert_eq!(cli.global.format(), Format::Json);
    }
}
