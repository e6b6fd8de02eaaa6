//! The command line: clap types and nothing else.
//!
//! Values stay as they were typed (URLs, file names); the commands give them a meaning. What clap can check by itself
//! (ranges, conflicts, what needs what) is checked here, so that a wrong command line fails before anything is done.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "the comments of options are their help texts"
)]

mod candidates;
mod loopback;
mod pcap;
mod sdp;
mod stats;
mod value;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};

pub use candidates::{Candidates, Family, Policy};
pub use loopback::{Direction, Fault, Loopback, Via, VideoCodec};
pub use pcap::{Pcap, Subject};
pub use sdp::{Profile, Sdp};
pub use stats::Stats;

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
    #[command(after_help = candidates::EXAMPLES)]
    Candidates(Box<Candidates>),

    /// Read session descriptions (SDP): what they say, and what is wrong with them
    ///
    /// Takes SDP as it was pasted: raw, as the JSON of createOffer and createAnswer, base64 of that, out of source code
    /// or a log, or a dump of webrtc-internals or rtcstats. Damage is named with its place, and the rest is still read.
    /// `--format sarif` writes the findings as SARIF 2.1.0, which code hosts and editors show at their lines.
    #[command(after_help = sdp::EXAMPLES)]
    Sdp(Sdp),

    /// Read a capture of WebRTC traffic: what happened, and what went wrong
    ///
    /// Takes pcap and pcapng, compressed or not, one file or several of the same traffic, or a capture under way from
    /// stdin. STUN, TURN and what it carries, ICE, DTLS, RTP and RTCP are found by themselves; no flags are needed.
    #[command(after_help = pcap::EXAMPLES)]
    Pcap(Box<Pcap>),

    /// Make a whole call between two peers in this process, and show it from every side
    ///
    /// Offer, answer, candidates, checks, DTLS, SCTP and media are those of a real call, over the loopback interface
    /// unless another path is asked for. No browser, no privileges and no network are needed.
    #[command(after_help = loopback::EXAMPLES)]
    Loopback(Box<Loopback>),
    /// Read getStats() reports and browsers' dumps of a call: what was measured, and how it went
    ///
    /// Takes whatever a browser or an app wrote: dumps of chrome://webrtc-internals of every generation, Firefox's
    /// about:webrtc (its report or the saved page), rtcstats dumps, getStats() reports as JSON in any spelling, one or
    /// many; packed by gzip or not. The format is told by the content. Damage is named with its place, and what is
    /// before it is read.
    #[command(after_help = stats::EXAMPLES)]
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::CommandFactory;

    use super::*;

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
