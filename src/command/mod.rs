//! One file for each subcommand: options -> facts -> checks -> report.
//!
//! A command prints nothing and knows no format. It tells results as they come through [`Context::emit`] and gives back
//! its whole [`Envelope`]; `lib::run` renders both.

pub mod candidates;
pub mod completions;
pub mod explain;
mod input;
pub mod loopback;
pub mod man;
mod other;
pub mod pcap;
pub mod progress;
pub mod sdp;
pub mod stats;

use crate::cli::Command;
use crate::error::Error;
use crate::net::clock::Clock;
use crate::report::timestamp::rfc3339;
use crate::report::{Envelope, Event};
use crate::secret::Private;

/// What a command may do beside its work.
pub struct Context<'a> {
    /// Tells a result as soon as it is known. Every entry of the report's streamed keys is told, once, in the form that
    /// it has in the report.
    /// Says whether anybody still reads; if not, the command may as well come to its end.
    pub emit: &'a mut dyn FnMut(Event) -> bool,
    /// Tells of a private name (of a file or the environment, say) before it can turn up in any message, so that it can
    /// be redacted. Those of the command line and of URLs are known already.
    pub conceal: &'a mut dyn FnMut(Private, &str),
    /// Makes a text fit for stderr: without control characters, and redacted if that was asked for.
    pub show: &'a dyn Fn(&str) -> String,
    /// Whether results are printed as they are told; if not, the report must hold them.
    pub streams: bool,
    /// Whether to show progress: stderr is a terminal, and nobody asked for quiet or for tracing.
    pub progress: bool,
    /// Whether stderr has colors.
    pub color: bool,
}

/// What came of a command.
#[derive(Debug)]
pub enum Output {
    /// To be rendered.
    Report(Box<Envelope>),
    /// Some inputs could not be read: the report on the others is to be rendered, then what is wrong with those.
    Partial(Box<Envelope>, Error),
    /// To be written as it is.
    Bytes(Vec<u8>),
    /// Nothing to print.
    Nothing,
}

/// Runs a command.
pub fn run(command: Command, context: &mut Context<'_>) -> Result<Output, Error> {
    let report = |envelope| Output::Report(Box::new(envelope));
    match command {
        Command::Candidates(options) => candidates::run(&options, context).map(report),
        Command::Explain(options) => explain::run(&options, context).map(report),
        Command::Loopback(options) => loopback::run(&options, context).map(report),
        Command::Pcap(options) => pcap::run(&options, context).map(report),
        Command::Sdp(options) => sdp::run(&options).map(|(envelope, unread)| match unread {
            None => report(envelope),
            Some(error) => Output::Partial(Box::new(envelope), error),
        }),
        Command::Stats(options) => stats::run(&options),
        Command::Completions(options) => Ok(Output::Bytes(completions::run(&options))),
        Command::Man(options) => man::run(&options),
    }
}

/// When the run of a command that asks nothing of the network began: now.
fn now() -> String {
    rfc3339(Clock::start().started_since_epoch())
}
