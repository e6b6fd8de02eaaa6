//! [`Clock`]: the live source of [`At`], and the bridge to the runtime's timers.
//!
//! One clock is made when the run starts and copied to whoever needs it.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::time::At;

/// A monotonic clock with a wall-clock date for its start.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    started_wall: SystemTime,
}

impl Clock {
    /// Starts the run now.
    pub fn start() -> Clock {
        Clock {
            started: Instant::now(),
            started_wall: SystemTime::now(),
        }
    }

    /// Time since the start.
    pub fn now(&self) -> At {
        At::new(self.started.elapsed())
    }

    /// The date of the start, as time since 1970; zero if the system's clock is before that.
    pub fn started_since_epoch(&self) -> Duration {
        self.started_wall.duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    /// Seconds since 1970, now. Follows the monotonic clock: a date set during the run does not show.
    pub fn unix_now(&self) -> u64 {
        let wall = self.started_wall + self.started.elapsed();
        wall.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
    }

    /// The runtime's instant of `at`, for its timers. A time too far off to be represented is a century away.
    pub fn instant(&self, at: At) -> tokio::time::Instant {
        const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
        tokio::time::Instant::from_std(self.started + at.since_start().min(CENTURY))
    }

    /// Waits until `at`; returns at once if that has passed.
    pub async fn sleep_until(&self, at: At) {
        tokio::time::sleep_until(self.instant(at)).await;
    }

    /// What `future` gives, or `None` if it is not ready by `deadline`. The future is polled at least once.
    pub async fn within<T>(&self, deadline: At, future: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout_at(self.instant(deadline), future).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_forward_and_the_far_future_is_representable() {
        let clock = Clock::start();
        let early = clock.now();
        assert!(clock.now() >= early);
        assert!(clock.instant(At::new(Duration::MAX)) > clock.instant(At::START));
        assert!(clock.unix_now() > 1_700_000_000);
    }

    #[tokio::test]
    async fn a_deadline_in_the_past_ends_at_once() {
        let clock = Clock::start();
        assert_eq!(clock.within(At::START, std::future::pending::<()>()).await, None);
        assert_eq!(clock.within(At::START, async { 7 }).await, Some(7));
    }
}
