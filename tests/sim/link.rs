//! [`Link`]: the way between a host and the network, the same in both directions.

use std::time::Duration;

use super::random::Random;

/// What a link does to datagrams. The default does nothing at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Link {
    /// Time to cross it once.
    pub delay: Duration,
    /// Up to this much more, evenly. More than the distance of two datagrams reorders them.
    pub jitter: Duration,
    /// Probability that a datagram is lost.
    pub loss: f64,
    /// Probability that a datagram arrives twice, the second time with a jitter of its own.
    pub duplicate: f64,
    /// Probability that a datagram is held back for another `held`.
    pub reorder: f64,
    /// How long such a datagram is held back.
    pub held: Duration,
}

impl Link {
    /// A perfect link that takes `ms` milliseconds.
    pub fn of(ms: u64) -> Link {
        Link {
            delay: Duration::from_millis(ms),
            ..Link::default()
        }
    }

    pub fn loss(self, loss: f64) -> Link {
        Link { loss, ..self }
    }

    pub fn jitter(self, ms: u64) -> Link {
        Link {
            jitter: Duration::from_millis(ms),
            ..self
        }
    }

    pub fn duplicate(self, duplicate: f64) -> Link {
        Link { duplicate, ..self }
    }

    pub fn reorder(self, reorder: f64, ms: u64) -> Link {
        Link {
            reorder,
            held: Duration::from_millis(ms),
            ..self
        }
    }

    /// How long each copy of a datagram takes; none if it is lost. A stream only knows the delay.
    pub fn cross(&self, stream: bool, random: &mut Random) -> Vec<Duration> {
        if stream {
            return vec![self.delay];
        }
        if random.chance(self.loss) {
            return Vec::new();
        }
        let copies = if random.chance(self.duplicate) { 2 } else { 1 };
        let one = |_| {
            let held = if random.chance(self.reorder) {
                self.held
            } else {
                Duration::ZERO
            };
            self.delay + random.up_to(self.jitter) + held
        };
        (0..copies).map(one).collect()
    }
}
