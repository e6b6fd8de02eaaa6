//! `rtcdiag candidates`: gathers ICE candidates from all servers at once.

use super::Context;
use crate::cli;
use crate::error::Error;
use crate::report::Envelope;

/// Gathers, checks, reports.
pub fn run(_options: cli::Candidates, _context: &mut Context<'_>) -> Result<Envelope, Error> {
    Err(Error::new("not built yet"))
}
