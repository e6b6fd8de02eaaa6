//! [`Jitter`]: interarrival jitter (RFC 3550 §6.4.1, appendix A.8), and the clock of RTP timestamps told from arrivals.

use std::time::Duration;

/// Clock rates that payload types of WebRTC and telephony have, in Hz. The jitter is followed for each, because it may only
/// later be known which one it is; eight of them are two vectors of a processor.
pub const CLOCKS: [u32; 8] = [8000, 12_000, 16_000, 24_000, 32_000, 44_100, 48_000, 90_000];
const RATES: [f32; CLOCKS.len()] = [8e3, 12e3, 16e3, 24e3, 32e3, 44.1e3, 48e3, 90e3];
/// How near a measured rate must be to one of [`CLOCKS`].
const TOLERANCE: f64 = 0.04;
/// How long a stream must be watched before its clock can be told from arrivals.
const WATCHED: Duration = Duration::from_secs(2);

/// The jitter of one stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jitter {
    timestamp: u32,
    /// In timestamp units, by the clock of the same place.
    now: [f32; CLOCKS.len()],
    worst: [f32; CLOCKS.len()],
    /// Ticks and time that passed, restarts left out.
    ticks: i64,
    seconds: f64,
}

impl Jitter {
    /// A stream that begins with this timestamp.
    pub fn new(timestamp: u32) -> Jitter {
        Jitter {
            timestamp,
            now: [0.0; CLOCKS.len()],
            worst: [0.0; CLOCKS.len()],
            ticks: 0,
            seconds: 0.0,
        }
    }

    /// Takes the next packet in the order of arrival, so many seconds after the one before (less than none where the clock of the
    /// capture stepped back).
    #[inline]
    pub fn take(&mut self, seconds: f64, timestamp: u32) {
        let ticks = timestamp.wrapping_sub(self.timestamp) as i32;
        let (passed, gone) = (seconds as f32, ticks as f32);
        for (place, rate) in RATES.iter().enumerate() {
            let difference = (passed * rate - gone).abs();
            self.now[place] += (difference - self.now[place]) / 16.0;
            if self.now[place] > self.worst[place] {
                self.worst[place] = self.now[place];
            }
        }
        self.ticks += i64::from(ticks);
        self.seconds += seconds;
        self.timestamp = timestamp;
    }

    /// Goes on from a packet of which the timestamp has nothing to do with the one before: the sender has begun anew.
    pub fn resume(&mut self, timestamp: u32) {
        self.timestamp = timestamp;
    }

    /// The jitter now, and the worst it was. `None` if the clock is none of [`CLOCKS`].
    pub fn at_clock(&self, hz: u32) -> Option<(Duration, Duration)> {
        let place = CLOCKS.iter().position(|clock| *clock == hz)?;
        let duration = |ticks: f32| Duration::try_from_secs_f64(f64::from(ticks) / f64::from(hz)).ok();
        Some((duration(self.now[place])?, duration(self.worst[place])?))
    }

    /// The clock by how fast the timestamps went while time passed.
    pub fn clock_by_arrival(&self) -> Option<u32> {
        (self.seconds >= WATCHED.as_secs_f64())
            .then(|| nearest_clock(self.ticks as f64 / self.seconds))
            .flatten()
    }
}

/// The one of [`CLOCKS`] that a measured rate in Hz stands for.
pub fn nearest_clock(hz: f64) -> Option<u32> {
    CLOCKS
        .into_iter()
        .find(|clock| (hz / f64::from(*clock) - 1.0).abs() < TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(packets: &[(u64, u32)]) -> Jitter {
        let mut jitter = Jitter::new(packets[0].1);
        for pair in packets.windows(2) {
            jitter.take((pair[1].0 as f64 - pair[0].0 as f64) / 1000.0, pair[1].1);
        }
        jitter
    }

    fn ms(jitter: &Jitter, hz: u32) -> f64 {
        jitter.at_clock(hz).unwrap().0.as_secs_f64() * 1000.0
    }

    /// The estimator of RFC 3550 A.8, written as it stands there.
    fn reference(packets: &[(u64, u32)], hz: u32) -> f64 {
        let transit = |(ms, timestamp): (u64, u32)| ms as f64 * f64::from(hz) / 1000.0 - f64::from(timestamp);
        let mut estimate = 0.0;
        for pair in packets.windows(2) {
            let d = (transit(pair[1]) - transit(pair[0])).abs();
            estimate += (1.0 / 16.0) * (d - estimate);
        }
        estimate * 1000.0 / f64::from(hz)
    }

    #[test]
    fn the_estimator_of_appendix_a_8() {
        let even: Vec<_> = (0..100).map(|n| (20 * n, 160 * n as u32)).collect();
        let late: Vec<_> = (0..100).map(|n| (20 * n + n % 3 * 7, 160 * n as u32)).collect();
        let burst: Vec<_> = (0..100).map(|n| (n / 5 * 100, 160 * n as u32)).collect();
        for (what, packets) in [("even", even), ("late", late), ("in bursts", burst)] {
            let (ours, theirs) = (ms(&after(&packets), 8000), reference(&packets, 8000));
            assert!((ours - theirs).abs() < 1e-4, "{what}: {ours} {theirs}");
        }
        assert!(ms(&after(&[(0, 0), (20, 160), (40, 320)]), 8000) < 1e-4);
        assert!(
            (ms(&after(&[(0, 0), (36, 160)]), 8000) - 1.0).abs() < 1e-6,
            "16 ms late, a sixteenth of it"
        );
    }

    #[test]
    fn timestamps_wrap_and_may_go_back() {
        let packets = [(0, u32::MAX - 79), (20, 80), (25, 80), (30, u32::MAX - 79)];
        let jitter = after(&packets);
        assert!(ms(&jitter, 8000) < 4.0);
    }

    #[test]
    fn the_clock_is_told_by_arrivals() {
        for hz in CLOCKS {
            let packets: Vec<_> = (0..150u64)
                .map(|n| (20 * n + n % 2 * 15, (u64::from(hz) * n / 50) as u32))
                .collect();
            assert_eq!(
                f64::from(RATES[CLOCKS.iter().position(|clock| *clock == hz).unwrap()]),
                f64::from(hz)
            );
            assert_eq!(after(&packets).clock_by_arrival(), Some(hz));
            assert_eq!(after(&packets[..50]).clock_by_arrival(), None, "too short");
        }
        let still: Vec<_> = (0..200u64).map(|n| (20 * n, 7)).collect();
        assert_eq!(after(&still).clock_by_arrival(), None);
        assert!(after(&still).at_clock(12345).is_none());
    }

    #[test]
    fn a_clock_that_steps_back_does_no_harm() {
        let jitter = after(&[(100, 0), (50, 160), (0, 320)]);
        assert!(jitter.at_clock(8000).is_some());
        assert_eq!(jitter.clock_by_arrival(), None);
    }
}
