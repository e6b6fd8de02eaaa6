//! What is odd about a series as such. None of it is a verdict about the call, but verdicts must know of it.

use super::unit::is_counter;
use crate::stats::names::Names;
use crate::stats::object::Series;

/// Chrome keeps so many samples of each series and drops older ones.
pub const CHROME_LIMIT: usize = 1000;

/// What is odd, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Samples.
    pub samples: usize,
    /// A counter fell: it began anew.
    pub resets: usize,
    /// A sample has the time of the one before: it was not measured anew.
    pub repeated: usize,
    /// The clock went back.
    pub backward: usize,
    /// The clock went on by more than ten times the usual step, and by five seconds or more: the machine slept, or the page did.
    pub gaps: usize,
}

impl Shape {
    /// Of a series.
    pub fn of(series: Series<'_>, names: &Names) -> Shape {
        let counts = is_counter(series.name(names));
        let mut shape = Shape::of_times(series.points().map(|(time, _)| time));
        if counts {
            let mut last = f64::NEG_INFINITY;
            for (_, value) in series.numbers(names) {
                shape.resets += usize::from(value < last);
                last = value;
            }
        }
        shape
    }

    /// Of the times of samples, in milliseconds.
    pub fn of_times(times: impl Iterator<Item = f64>) -> Shape {
        let times: Vec<f64> = times.collect();
        let mut steps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mut shape = Shape {
            samples: times.len(),
            ..Shape::default()
        };
        shape.repeated = steps.iter().filter(|step| **step == 0.0).count();
        shape.backward = steps.iter().filter(|step| **step < 0.0).count();
        steps.retain(|step| *step > 0.0);
        steps.sort_by(f64::total_cmp);
        if let Some(usual) = steps.get(steps.len() / 2) {
            shape.gaps = steps
                .iter()
                .filter(|step| **step > 10.0 * usual && **step >= 5000.0)
                .count();
        }
        shape
    }

    /// Whether older samples were likely dropped.
    pub const fn is_limited(&self) -> bool {
        self.samples == CHROME_LIMIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks() {
        let times = [
            0.0, 1000.0, 2000.0, 2000.0, 3000.0, 60_000.0, 61_000.0, 60_500.0, 61_500.0,
        ];
        let shape = Shape::of_times(times.into_iter());
        assert_eq!(
            (shape.samples, shape.repeated, shape.backward, shape.gaps),
            (9, 1, 1, 1)
        );
        assert_eq!(Shape::of_times(std::iter::empty()), Shape::default());
        assert!(Shape::of_times((0..1000).map(f64::from)).is_limited());
    }
}
