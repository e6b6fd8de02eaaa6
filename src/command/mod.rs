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

use serde_json::Value;

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
    /// Takes what is private out of a document that the command itself writes to a file; `None` if that was not asked for.
    pub redact: Option<&'a dyn Fn(&mut Value)>,
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
    /// To be written as it is.
    Bytes(Vec<u8>),
    /// Nothing to print.
    Nothing,
    /// Some inputs could not be read: what came of the others, then what is wrong with those.
    Partial(Box<Output>, Error),
}

impl Output {
    fn report(envelope: Envelope) -> Output {
        Output::Report(Box::new(envelope))
    }

    /// With what is wrong, if anything is.
    fn but(self, unread: Option<Error>) -> Output {
        match unread {
            None => self,
            Some(error) => Output::Partial(Box::new(self), error),
        }
    }
}

/// Runs a command.
pub fn run(command: Command, context: &mut Context<'_>) -> Result<Output, Error> {
    crate::net::peer::log::install();
    match command {
        Command::Candidates(options) => candidates::run(&options, context).map(Output::report),
        Command::Explain(options) => explain::run(&options, context).map(Output::report),
        Command::Loopback(options) => loopback::run(&options, context).map(Output::report),
        Command::Pcap(options) => pcap::run(&options, context).map(Output::report),
        Command::Sdp(options) => sdp::run(&options).map(|(envelope, unread)| Output::report(envelope).but(unread)),
        Command::Stats(options) => stats::run(&options),
        Command::Completions(options) => Ok(Output::Bytes(completions::run(&options))),
        Command::Man(options) => man::run(&options),
    }
}

/// When the run of a command that asks nothing of the network began: now.
fn now() -> String {
    rfc3339(Clock::start().started_since_epoch())
}
