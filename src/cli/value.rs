//! Values that options of several commands take.

use std::time::Duration;

use crate::secret::Secret;

pub(super) fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text))
}

/// The bounds of `--timeout`, in seconds.
const TIMEOUT: std::ops::RangeInclusive<f64> = 0.01..=600.0;

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "not a number of seconds, such as 5 or 0.5".to_owned())?;
    if !TIMEOUT.contains(&seconds) {
        return Err(format!(
            "must lie between {} and {} seconds",
            TIMEOUT.start(),
            TIMEOUT.end()
        ));
    }
    Ok(Duration::from_secs_f64(seconds))
}
