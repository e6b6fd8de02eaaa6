//! `rtcdiag pcap`.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "the comments of options are their help texts"
)]

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::value::secret;
use crate::secret::Secret;

pub(super) const EXAMPLES: &str = "\
Examples:
  rtcdiag pcap call.pcapng                        what happened?
  rtcdiag pcap call.pcapng --messages             every STUN message, attribute by attribute
  rtcdiag pcap call.pcapng --transactions         who asked, who answered, how long it took
  rtcdiag pcap call.pcapng --timeline             arrows between the endpoints, in the order of time
  rtcdiag pcap call.pcapng --sdp offer.json --sdp answer.json
                                                  check passwords and candidates against the descriptions
  rtcdiag pcap client.pcap server.pcap.gz --host 192.0.2.1 --only ice
  tcpdump -w - udp | rtcdiag pcap -               until tcpdump is stopped";

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_frames() {
        for (text, wanted) in [("7", (7, 7)), ("7-9", (7, 9)), ("7-", (7, u64::MAX)), ("-9", (1, 9))] {
            assert_eq!(frames(text), Ok(wanted));
        }
        for bad in ["", "-", "0", "9-7", "x", "1-x", "1-2-3"] {
            assert!(frames(bad).is_err(), "{bad}");
        }
    }
}
