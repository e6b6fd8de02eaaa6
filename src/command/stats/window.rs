//! `--from` and `--to`: only what was between two times.

use crate::cli;
use crate::error::Error;
use crate::stats::{Dump, clock};

/// Leaves out what was before and after. Times are seconds after `start` (milliseconds since 1970), or RFC 3339 by a clock that
/// the dump's is `ahead` of, in milliseconds.
pub fn apply(dump: &mut Dump, options: &cli::Stats, start: Option<f64>, ahead: f64) -> Result<(), Error> {
    if options.from.is_none() && options.to.is_none() {
        return Ok(());
    }
    let start = start.unwrap_or(0.0);
    let from = time(options.from.as_deref(), "--from", start, ahead)?.unwrap_or(f64::NEG_INFINITY);
    let to = time(options.to.as_deref(), "--to", start, ahead)?.unwrap_or(f64::INFINITY);
    if from > to {
        return Err(Error::new("the end is before the beginning").at("--to"));
    }
    dump.keep(from, to);
    Ok(())
}

fn time(text: Option<&str>, option: &str, start: f64, ahead: f64) -> Result<Option<f64>, Error> {
    let Some(text) = text else { return Ok(None) };
    let seconds = text.parse::<f64>().ok().filter(|seconds| seconds.is_finite());
    match seconds
        .map(|seconds| start + seconds * 1000.0)
        .or_else(|| clock::iso(text).map(|time| time + ahead))
    {
        Some(time) => Ok(Some(time)),
        None => Err(Error::new(format!("`{text}` is no time"))
            .at(option)
            .hint("give seconds from the start of the file, or a time such as 2026-11-20T09:00:00Z")),
    }
}
