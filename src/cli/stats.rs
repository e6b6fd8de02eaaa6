//! `rtcdiag stats`.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "the comments of options are their help texts"
)]

use std::path::PathBuf;

use clap::{Args, ValueHint};

pub(super) const EXAMPLES: &str = "\
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
