//! [`At`]: the one clock, for live runs and for captures.
//!
//! A time is always a distance from the start of the run (or from the first frame of a capture).
//! Nothing in this module reads a clock: live time is made in `net`, virtual time in tests.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

/// Time since the run, or the capture, began. Nanosecond resolution, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At(Duration);

impl At {
    /// The start itself.
    pub const START: At = At(Duration::ZERO);

    /// The time `since` after the start.
    pub const fn new(since: Duration) -> At {
        At(since)
    }

    /// The time `ms` milliseconds after the start.
    pub const fn from_millis(ms: u64) -> At {
        At(Duration::from_millis(ms))
    }

    /// Time passed since the start.
    pub const fn since_start(self) -> Duration {
        self.0
    }

    /// Time passed since `earlier`; zero if `earlier` is in fact later.
    pub fn since(self, earlier: At) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// `duration` in milliseconds, rounded to whole microseconds.
pub fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

/// A span of seconds in its largest unit that keeps it at two or more: `90 seconds`, `3 hours`, `63 days`.
pub fn span(seconds: u64) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    match seconds {
        1 => "1 second".to_owned(),
        0..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds / MINUTE),
        7200..172_800 => format!("{} hours", seconds / HOUR),
        _ => format!("{} days", seconds / DAY),
    }
}

impl Add<Duration> for At {
    type Output = At;
    fn add(self, rhs: Duration) -> At {
        At(self.0.saturating_add(rhs))
    }
}

impl AddAssign<Duration> for At {
    fn add_assign(&mut self, rhs: Duration) {
        *self = *self + rhs;
    }
}

impl Sub<At> for At {
    type Output = Duration;
    fn sub(self, rhs: At) -> Duration {
        self.since(rhs)
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} s", self.0.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_never_go_below_zero() {
        let early = At::from_millis(5);
        let late = early + Duration::from_millis(7);
        assert_eq!(late - early, Duration::from_millis(7));
        assert_eq!(early - late, Duration::ZERO);
        assert_eq!(At::new(Duration::MAX) + Duration::MAX, At::new(Duration::MAX));
    }

    #[test]
    fn milliseconds_keep_microseconds() {
        assert_eq!(millis(Duration::from_nanos(1_234_567)), 1.234);
    }

    #[test]
    fn spans() {
        let day = 24 * 3600;
        for (seconds, text) in [
            (1, "1 second"),
            (90, "90 seconds"),
            (3600, "60 minutes"),
            (day, "24 hours"),
            (63 * day, "63 days"),
        ] {
            assert_eq!(span(seconds), text);
        }
    }
}
