//! [`Limit`]: how much goes on at once. So many have their turn, the others wait for theirs, first come first served.
//!
//! Without it a long list of servers needs more sockets and threads than a process may have, and servers that were never
//! asked would seem to have failed.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::net::clock::Clock;
use crate::net::driver::Cancel;

/// Turns at once, where the operating system allows that many.
const AT_ONCE: usize = 64;

/// So many turns at once.
#[derive(Debug)]
pub struct Limit {
    turns: Semaphore,
}

/// A turn; over when dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    waited: Duration,
    _permit: SemaphorePermit<'a>,
}

impl Limit {
    /// At most `at_once` turns at once; at least one.
    pub fn new(at_once: usize) -> Limit {
        Limit {
            turns: Semaphore::new(at_once.max(1)),
        }
    }

    /// As many as this process can afford when each turn takes a socket: 64, or less if it may open few files.
    pub fn affordable() -> Limit {
        Limit::new(affordable())
    }

    /// Waits for a turn. None after a cancel: then nothing is begun any more.
    pub async fn turn(&self, clock: &Clock, cancel: &Cancel) -> Option<Turn<'_>> {
        let asked = clock.now();
        let permit = tokio::select! {
            biased;
            () = cancel.cancelled() => return None,
            permit = self.turns.acquire() => permit.ok()?,
        };
        Some(Turn {
            waited: clock.now() - asked,
            _permit: permit,
        })
    }
}

impl Turn<'_> {
    /// How long it took until it came: what a deadline set before has to be moved by.
    pub fn waited(&self) -> Duration {
        self.waited
    }
}

/// How many files a class of work may hold open, so that all classes together stay well below what the process may:
/// sockets, name lookups with two files each, local addresses, the embedded server.
pub(super) fn affordable() -> usize {
    share(open_files())
}

fn share(open_files: u64) -> usize {
    usize::try_from(open_files / 8).unwrap_or(AT_ONCE).clamp(2, AT_ONCE)
}

#[cfg(target_os = "linux")]
fn open_files() -> u64 {
    use nix::sys::resource::{Resource, getrlimit};
    getrlimit(Resource::RLIMIT_NOFILE).map_or(256, |(soft, _)| soft)
}

/// The default of macOS, the lowest there is.
#[cfg(not(target_os = "linux"))]
fn open_files() -> u64 {
    256
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_turn_after_the_other_and_none_after_a_cancel() {
        let (clock, cancel, limit) = (Clock::start(), Cancel::new(), Limit::new(1));
        let first = limit.turn(&clock, &cancel).await.unwrap();
        let soon = || clock.now() + Duration::from_millis(20);
        assert!(clock.within(soon(), limit.turn(&clock, &cancel)).await.is_none());
        let release = async {
            clock.sleep_until(soon()).await;
            drop(first);
        };
        let (second, ()) = tokio::join!(limit.turn(&clock, &cancel), release);
        assert!(second.is_some_and(|turn| turn.waited() >= Duration::from_millis(20)));
        cancel.cancel();
        assert!(limit.turn(&clock, &cancel).await.is_none());
    }

    #[test]
    fn few_files_mean_few_turns() {
        assert_eq!([0, 40, 256, 1024, u64::MAX].map(share), [2, 5, 32, 64, 64]);
    }
}
