//! [`Curve`]: a counter that can be asked at any time, though it was read once a second; and how far a receiver is in a stream.

use super::stream::Stream;
use crate::stats::names::Names;
use crate::stats::object::StatsObject;

/// A counter over time: milliseconds and values, never falling. Between samples it grows evenly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve(Vec<(f64, f64)>);

impl Curve {
    /// Of a member; empty where it is not there. A counter that begins anew goes on from where it was.
    pub fn of(object: &StatsObject, names: &Names, member: &str) -> Curve {
        let series = object.member(names, member);
        let points = series.into_iter().flat_map(|series| series.numbers(names));
        Curve::from(points)
    }

    /// The same of a member that may fall: packets that were given up may come after all.
    pub(super) fn of_any(object: &StatsObject, names: &Names, member: &str) -> Curve {
        let series = object.member(names, member);
        let mut curve: Vec<(f64, f64)> = Vec::new();
        for (at, value) in series.into_iter().flat_map(|series| series.numbers(names)) {
            if curve.last().is_none_or(|(then, _)| *then < at) {
                curve.push((at, value));
            }
        }
        Curve(curve)
    }

    fn from(points: impl Iterator<Item = (f64, f64)>) -> Curve {
        let mut curve: Vec<(f64, f64)> = Vec::new();
        let (mut base, mut last) = (0.0, 0.0);
        for (at, value) in points {
            if value < last {
                base += last;
            }
            last = value;
            match curve.last_mut() {
                Some((then, count)) if *then >= at => *count = base + value,
                _ => curve.push((at, base + value)),
            }
        }
        Curve(curve)
    }

    /// The same on a clock that is behind by so much.
    pub(super) fn earlier(mut self, ms: f64) -> Curve {
        self.0.iter_mut().for_each(|(at, _)| *at -= ms);
        self
    }

    /// Nothing was counted from `start` to `end`, when the other statistics were there already, and this was not.
    pub(super) fn since(mut self, quiet: Option<(f64, f64)>) -> Curve {
        if let (Some((start, end)), Some((first, _))) = (quiet, self.0.first().copied())
            && end < first
        {
            self.0
                .splice(0..0, [(start, 0.0), (end.max(start + 1.0).min(first - 0.5), 0.0)]);
        }
        self
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was counted last; zero if nothing was.
    pub fn last(&self) -> f64 {
        self.0.last().map_or(0.0, |(_, value)| *value)
    }

    /// The value at a time; before the first sample that, and after the last one that.
    pub fn at(&self, at: f64) -> f64 {
        let after = self.0.partition_point(|(time, _)| *time <= at);
        match (
            after.checked_sub(1).and_then(|before| self.0.get(before)),
            self.0.get(after),
        ) {
            (Some((then, low)), Some((next, high))) => low + (high - low) * (at - then) / (next - then),
            (Some((_, value)), None) | (None, Some((_, value))) => *value,
            (None, None) => 0.0,
        }
    }

    /// When it had this value; nothing where it was never on its way through it.
    pub fn when(&self, value: f64) -> Option<f64> {
        let after = self.0.partition_point(|(_, count)| *count < value);
        let (next, high) = *self.0.get(after)?;
        let (then, low) = *self.0.get(after.checked_sub(1)?)?;
        Some(then + (next - then) * (value - low) / (high - low))
    }

    /// How much it grows from one time to another.
    pub(super) fn growth(&self, from: f64, to: f64) -> f64 {
        self.at(to) - self.at(from)
    }

    pub(super) fn extent(&self) -> Option<(f64, f64)> {
        Some((self.0.first()?.0, self.0.last()?.0))
    }

    /// The usual time between samples.
    pub(super) fn step(&self) -> Option<f64> {
        let mut steps: Vec<f64> = self.0.windows(2).map(|two| two[1].0 - two[0].0).collect();
        steps.sort_by(f64::total_cmp);
        steps.get(steps.len() / 2).copied()
    }
}

/// Whether a receiver counts packets as senders do, with those that were sent again.
pub fn counts_alike(receiver: &Stream<'_>, names: &Names) -> bool {
    receiver.kind == "audio" || receiver.object.member(names, "retransmittedPacketsReceived").is_some()
}

/// How far a receiver is in the sequence: what came, and what it counts as lost.
pub fn sequence(receiver: &StatsObject, names: &Names) -> Vec<(f64, f64)> {
    let lost = Curve::of_any(receiver, names, "packetsLost");
    let received = receiver.member(names, "packetsReceived");
    let points = received.into_iter().flat_map(|series| series.numbers(names));
    points.map(|(at, count)| (at, count + lost.at(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn curve(values: &[(f64, f64)]) -> Curve {
        Curve::from(values.iter().copied())
    }

    #[test]
    fn a_counter_can_be_asked_at_any_time() {
        let curve = curve(&[(0.0, 10.0), (1000.0, 30.0), (1000.0, 30.0), (2000.0, 5.0)]);
        assert_eq!((curve.at(-5.0), curve.at(500.0), curve.at(9000.0)), (10.0, 20.0, 35.0));
        assert_eq!(
            (curve.when(20.0), curve.when(10.0), curve.when(36.0)),
            (Some(500.0), None, None)
        );
        assert_eq!(Curve::default().at(1.0), 0.0);
        let late = curve.clone().since(Some((-2000.0, -1000.0)));
        assert_eq!((late.at(-1500.0), late.at(0.0)), (0.0, 10.0));
        assert_eq!(curve.clone().since(Some((-1.0, 5.0))), curve);
    }

    proptest! {
        #[test]
        fn counters_never_fall(values in proptest::collection::vec((0.0_f64..1e9, 0.0_f64..1e9), 0..40), at in proptest::collection::vec(-1e9_f64..2e9, 0..10)) {
            let curve = curve(&values);
            let mut at = at;
            at.sort_by(f64::total_cmp);
            let asked: Vec<f64> = at.iter().map(|at| curve.at(*at)).collect();
            prop_assert!(asked.windows(2).all(|two| two[0] <= two[1] + 1e-3), "{asked:?}");
            prop_assert!(asked.iter().all(|value| value.is_finite()));
        }
    }
}
