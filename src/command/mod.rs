//! One file for each subcommand: options -> facts -> checks -> report.
//!
//! A command prints nothing and knows no format. It tells results as they come through [`Context::emit`] and gives back
//! its whole [`Envelope`]; `lib::run` renders both.

pub mod candidates;
pub mod completions;
pub mod explain;
pub mod man;

use std::time::SystemTime;

use time::OffsetDateTime;
use time::macros::format_description;

use crate::cli::Command;
use crate::error::Error;
use crate::report::{Envelope, Event};

/// What a command may do beside its work.
pub struct Context<'a> {
    /// Tells a result as soon as it is known. Every entry of the report's streamed keys is told, once, in the form that
    /// it has in the report.
    pub emit: &'a mut dyn FnMut(Event),
    /// Tells of a private name (of a file or the environment, say) before it can turn up in any message, so that it can
    /// be redacted. Those of the command line and of URLs are known already.
    pub conceal: &'a mut dyn FnMut(Private, &str),
    /// Whether to show progress: stderr is a terminal, and nobody asked for quiet or for tracing.
    pub progress: bool,
    /// Whether stderr has colors.
    pub color: bool,
}

/// What a name is that should not be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Private {
    /// A host name.
    Host,
    /// A user name.
    Username,
    /// The REALM of a server.
    Realm,
    /// A password.
    Password,
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
}

/// Runs a command.
pub fn run(command: Command, context: &mut Context<'_>) -> Result<Output, Error> {
    let report = |envelope| Output::Report(Box::new(envelope));
    match command {
        Command::Candidates(options) => candidates::run(options, context).map(report),
        Command::Explain(options) => explain::run(options, context).map(report),
        Command::Completions(options) => Ok(Output::Bytes(completions::run(&options))),
        Command::Man(options) => man::run(&options),
    }
}

/// The time now, as [`rfc3339`].
pub fn now() -> String {
    rfc3339(SystemTime::now())
}

/// RFC 3339 in UTC with nine decimals: `2026-11-20T09:00:00.000000000Z`.
pub fn rfc3339(time: SystemTime) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:9]Z");
    // Only fails for years of more than four digits.
    OffsetDateTime::from(time).format(format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_have_nine_decimals() {
        let time = SystemTime::UNIX_EPOCH + Duration::new(1_795_165_200, 5_000);
        assert_eq!(rfc3339(time), "2026-11-20T09:00:00.000005000Z");
    }
}
