//! [`Line`]: what a bad network does to datagrams, reproducibly.
//!
//! A line takes datagrams with the time at which they were sent and gives them back when they are due. It has no clock
//! and no socket: the times are arguments, the dice are seeded. Datagrams stay in order unless `reorder` says otherwise,
//! as on most real paths: jitter alone makes a queue, not a shuffle. The octets of a stream take the same line, each piece of them as one
//! datagram; they wait for [room](Line::wait) where a datagram is dropped.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::time::At;

/// What is done to the datagrams of one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Impairment {
    /// The share of datagrams that are lost, 0 to 1.
    pub loss: f64,
    /// The mean number of datagrams lost in a row; 0 or 1 loses each by itself.
    pub burst: f64,
    /// The time under way.
    pub delay: Duration,
    /// How far the time under way strays from `delay`, evenly in both directions.
    pub jitter: Duration,
    /// Bits of payload a second; what comes faster waits.
    pub rate: Option<u64>,
    /// How long a datagram may wait for the rate before it is dropped.
    pub queue: Option<Duration>,
    /// The share of datagrams that are overtaken by the next one.
    pub reorder: f64,
    /// The share of datagrams that arrive twice.
    pub duplicate: f64,
}

/// A datagram waits so long for the rate unless [`Impairment::queue`] says otherwise.
pub const QUEUE: Duration = Duration::from_millis(200);
/// A datagram waits so long to be overtaken.
const OVERTAKEN: Duration = Duration::from_millis(50);

/// What has become of the datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Given to the line.
    pub sent: u64,
    /// Lost by chance.
    pub lost: u64,
    /// Dropped because the queue for the rate was full.
    pub dropped: u64,
    /// Let through a second time.
    pub duplicated: u64,
    /// Let through after a later one.
    pub reordered: u64,
    /// Given back, copies included.
    pub delivered: u64,
    /// The time that those given back were under way, in all.
    pub delay: Duration,
}

/// One direction of an impaired path, holding datagrams of type `T`.
#[derive(Debug)]
pub struct Line<T> {
    impairment: Impairment,
    dice: Dice,
    /// By the time that they are due, then in the order in which they came.
    queue: BTreeMap<(At, u64), Waiting<T>>,
    sequence: u64,
    /// When the last bit of what was sent so far has left.
    busy_until: At,
    /// Nothing that keeps its order is due before this.
    last_due: At,
    /// The datagram that waits to be overtaken, and how long.
    held: Option<(At, Waiting<T>)>,
    /// Whether the last datagram was lost, for bursts.
    losing: bool,
    counts: Counts,
}

#[derive(Clone, Debug)]
struct Waiting<T> {
    sent: At,
    datagram: T,
}

impl<T: Clone> Line<T> {
    /// A line with its own seed.
    pub fn new(impairment: Impairment, seed: u64) -> Line<T> {
        Line {
            impairment,
            dice: Dice(seed),
            queue: BTreeMap::new(),
            sequence: 0,
            busy_until: At::START,
            last_due: At::START,
            held: None,
            losing: false,
            counts: Counts::default(),
        }
    }

    /// Takes a datagram of `length` octets sent at `now`. Says whether it will arrive.
    pub fn push(&mut self, now: At, length: usize, datagram: T) -> bool {
        self.counts.sent += 1;
        // The dice are thrown for every datagram in the same order, whatever comes of it: a seed is one story.
        let lost = self.is_lost();
        let stray = self.dice.share();
        let overtaken = self.dice.share() < self.impairment.reorder;
        let duplicate = self.dice.share() < self.impairment.duplicate;
        let Some(left) = self.leaves(now, length) else {
            self.counts.dropped += 1;
            return false;
        };
        if lost {
            self.counts.lost += 1;
            return false;
        }
        let Impairment { delay, jitter, .. } = self.impairment;
        let under_way = (delay + jitter.mul_f64(2.0 * stray)).saturating_sub(jitter);
        let due = (left + under_way).max(self.last_due);
        self.last_due = due;
        let waiting = Waiting { sent: now, datagram };
        if duplicate {
            self.counts.duplicated += 1;
            self.insert(due, waiting.clone());
        }
        match self.held.take() {
            Some((_, held)) => {
                self.insert(due, waiting);
                self.insert(due, held);
                self.counts.reordered += 1;
            }
            None if overtaken => self.held = Some((due + OVERTAKEN, waiting)),
            None => self.insert(due, waiting),
        }
        true
    }

    /// How long a stream must wait until the queue for the rate has room; a datagram would be dropped in that time.
    pub fn wait(&self, now: At) -> Duration {
        let queue = self.impairment.queue.unwrap_or(QUEUE);
        self.busy_until.since(now).saturating_sub(queue)
    }

    /// When the next datagram is due; `None` while nothing is under way.
    pub fn next_due(&self) -> Option<At> {
        let first = self.queue.first_key_value().map(|((due, _), _)| *due);
        let held = self.held.as_ref().map(|(due, _)| *due);
        first.into_iter().chain(held).min()
    }

    /// The next datagram that is due at `now`.
    pub fn pop(&mut self, now: At) -> Option<T> {
        // Nobody came to overtake it.
        if let Some((_, held)) = self.held.take_if(|(due, _)| *due <= now) {
            self.insert(now, held);
        }
        let first = self.queue.first_entry().filter(|first| first.key().0 <= now)?;
        let waiting = first.remove();
        self.counts.delivered += 1;
        self.counts.delay += now.since(waiting.sent);
        Some(waiting.datagram)
    }

    /// What has become of the datagrams so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    fn insert(&mut self, due: At, waiting: Waiting<T>) {
        self.sequence += 1;
        self.queue.insert((due, self.sequence), waiting);
    }

    /// Two states, as Gilbert has it: runs of losses of the mean length wanted, and as many as give the share wanted.
    fn is_lost(&mut self) -> bool {
        let Impairment { loss, burst, .. } = self.impairment;
        let throw = self.dice.share();
        if burst <= 1.0 || loss >= 1.0 {
            return throw < loss;
        }
        let stop = 1.0 / burst;
        let start = (loss * stop / (1.0 - loss)).min(1.0);
        self.losing = if self.losing { throw >= stop } else { throw < start };
        self.losing
    }

    /// When the last bit has left at the rate; `None` if the queue is too long.
    fn leaves(&mut self, now: At, length: usize) -> Option<At> {
        let Some(rate) = self.impairment.rate else {
            return Some(now);
        };
        let starts = self.busy_until.max(now);
        if starts.since(now) > self.impairment.queue.unwrap_or(QUEUE) {
            return None;
        }
        let takes = Duration::from_secs_f64(length as f64 * 8.0 / rate.max(1) as f64);
        self.busy_until = starts + takes;
        Some(self.busy_until)
    }
}

/// Numbers that look thrown and follow from a seed: SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Clone, Copy, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below 1.
    pub fn share(&mut self) -> f64 {
        // The 53 bits that an f64 holds.
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Sends `count` datagrams, one each `gap`; when and in which order they arrive.
    fn through(impairment: Impairment, seed: u64, count: u32, gap: Duration) -> (Vec<(At, u32)>, Counts) {
        let mut line = Line::new(impairment, seed);
        let mut arrived = Vec::new();
        let drain = |line: &mut Line<u32>, until: At, arrived: &mut Vec<(At, u32)>| {
            while let Some(due) = line.next_due().filter(|due| *due <= until) {
                arrived.extend(line.pop(due).map(|number| (due, number)));
            }
        };
        for number in 0..count {
            let now = At::START + gap * number;
            drain(&mut line, now, &mut arrived);
            line.push(now, 1000, number);
        }
        drain(&mut line, At::from_millis(u64::MAX / 2), &mut arrived);
        (arrived, line.counts())
    }

    #[test]
    fn nothing_is_done_by_default() {
        let (arrived, counts) = through(Impairment::default(), 1, 100, MS);
        assert!(
            arrived
                .iter()
                .enumerate()
                .all(|(index, &(at, number))| { number as usize == index && at == At::START + MS * number })
        );
        assert_eq!((counts.delivered, counts.lost, counts.dropped), (100, 0, 0));
    }

    #[test]
    fn a_seed_is_one_story() {
        let bad = Impairment {
            loss: 0.1,
            jitter: 10 * MS,
            delay: 20 * MS,
            reorder: 0.1,
            duplicate: 0.1,
            ..Impairment::default()
        };
        assert_eq!(through(bad, 7, 1000, MS), through(bad, 7, 1000, MS));
        assert_ne!(through(bad, 7, 1000, MS), through(bad, 8, 1000, MS));
    }

    #[test]
    fn as_many_are_lost_as_were_asked_for() {
        for seed in 0..5 {
            for (loss, burst) in [(0.01, 0.0), (0.1, 0.0), (0.1, 4.0), (0.5, 2.0)] {
                let (arrived, counts) = through(
                    Impairment {
                        loss,
                        burst,
                        ..Impairment::default()
                    },
                    seed,
                    20_000,
                    MS,
                );
                let share = counts.lost as f64 / counts.sent as f64;
                // Bursts make the number of losses stray further; six standard deviations of 20 000 throws.
                let spread = (loss * (1.0 - loss) / 20_000.0).sqrt() * (2.0 * f64::max(burst, 1.0)).sqrt();
                assert!((share - loss).abs() < 6.0 * spread, "{share} for {loss}, seed {seed}");
                let mut runs = 0;
                for pair in arrived.windows(2) {
                    runs += u64::from(pair[1].1 != pair[0].1 + 1);
                }
                let mean = counts.lost as f64 / runs as f64;
                let wanted = f64::max(burst, 1.0 / (1.0 - loss));
                assert!((mean - wanted).abs() < wanted * 0.2, "runs of {mean} for {wanted}");
            }
        }
    }

    #[test]
    fn delays_are_those_asked_for_and_keep_the_order() {
        let bad = Impairment {
            delay: 50 * MS,
            jitter: 10 * MS,
            ..Impairment::default()
        };
        let (arrived, counts) = through(bad, 3, 5000, 40 * MS);
        assert!(
            arrived
                .windows(2)
                .all(|pair| pair[0].1 < pair[1].1 && pair[0].0 <= pair[1].0)
        );
        let under_way = |&(at, number): &(At, u32)| at.since(At::START + 40 * MS * number);
        assert!(
            arrived
                .iter()
                .map(under_way)
                .all(|took| (40 * MS..=60 * MS).contains(&took))
        );
        let mean = counts.delay / 5000;
        assert!((mean.as_secs_f64() - 0.050).abs() < 0.0006, "{mean:?}");
    }

    #[test]
    fn the_rate_makes_a_queue_and_the_queue_has_an_end() {
        let slow = Impairment {
            rate: Some(1_000_000),
            ..Impairment::default()
        };
        // 8 ms each: at one in 10 ms nothing waits, at one in 4 ms half of them find the queue full.
        let (arrived, counts) = through(slow, 1, 1000, 10 * MS);
        assert_eq!((arrived[0].0, counts.dropped), (At::from_millis(8), 0));
        let (arrived, counts) = through(slow, 1, 1000, 4 * MS);
        assert!((450..550).contains(&counts.dropped), "{counts:?}");
        let last = arrived.last().unwrap();
        assert!(last.0.since(At::START + 4 * MS * last.1) <= QUEUE + 16 * MS);
    }

    #[test]
    fn a_stream_that_waits_for_room_loses_nothing() {
        let slow = Impairment {
            rate: Some(1_000_000),
            ..Impairment::default()
        };
        let mut line = Line::new(slow, 1);
        let mut now = At::START;
        // 8 ms each: 26 of them fill the queue, the others wait.
        for number in 0..100_u32 {
            assert_eq!(line.wait(now).is_zero(), number <= 25, "{number}");
            now += line.wait(now);
            assert!(line.push(now, 1000, number));
        }
        assert_eq!(now, At::from_millis(99 * 8 - 200));
        assert_eq!(line.counts().dropped, 0);
    }

    #[test]
    fn some_are_overtaken_and_some_come_twice() {
        let bad = Impairment {
            reorder: 0.05,
            duplicate: 0.02,
            ..Impairment::default()
        };
        let (arrived, counts) = through(bad, 5, 10_000, MS);
        let late = arrived.windows(2).filter(|pair| pair[1].1 < pair[0].1).count();
        assert_eq!(late as u64, counts.reordered);
        assert!((400..600).contains(&late), "{late}");
        assert!((150..250).contains(&counts.duplicated), "{counts:?}");
        assert_eq!(arrived.len() as u64, 10_000 + counts.duplicated);
    }

    #[test]
    fn one_that_nobody_overtakes_still_arrives() {
        let bad = Impairment {
            reorder: 1.0,
            ..Impairment::default()
        };
        let (arrived, _) = through(bad, 5, 1, MS);
        assert_eq!(arrived, [(At::START + OVERTAKEN, 0)]);
    }
}
