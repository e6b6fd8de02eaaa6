//! `rtcdiag sdp`.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "the comments of options are their help texts"
)]

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

pub(super) const EXAMPLES: &str = "\
Examples:
  rtcdiag sdp offer.json                what does this offer say, and is it right?
  rtcdiag sdp offer.json answer.json    what did the two agree on, and what fell out?
  rtcdiag sdp --diff before.sdp now.sdp what changed in the re-offer, and may it?
  rtcdiag sdp --explain offer.sdp       every line, and what it means
  rtcdiag sdp webrtc_internals_dump.txt which descriptions are in it, and what each pair agreed on
  rtcdiag sdp webrtc_internals_dump.txt --pick 2
  rtcdiag sdp *.sdp --format sarif      findings for code hosts, with lines and columns
  pbpaste | rtcdiag sdp -               whatever is in the clipboard";

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
