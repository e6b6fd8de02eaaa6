//! `rtcdiag loopback`.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "the comments of options are their help texts"
)]

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};

use super::value::seconds;

pub(super) const EXAMPLES: &str = "\
Examples:
  rtcdiag loopback --stats                        a call with a data channel, and its getStats()
  rtcdiag loopback --audio --video --stats --duration 10
  rtcdiag loopback --throughput 5                 how fast is a data channel here?
  rtcdiag loopback --impair loss=5%,delay=50ms --audio --seed 7
  rtcdiag loopback --via relay                    the same through a TURN server
  rtcdiag loopback --fault wrong-fingerprint      what does that look like?
  rtcdiag loopback --bundle call                  capture, keys, SDP and statistics, to be read again:
    rtcdiag sdp call/offer.json call/answer.json";

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
