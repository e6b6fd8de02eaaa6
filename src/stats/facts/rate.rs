//! Counters as rates, and how measures spread.

/// How fast a counter grew.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    /// For each interval between samples its end (milliseconds since 1970), and the growth in a second; nothing where the
    /// counter went down. Intervals in which the clock did not move forward are left out.
    pub intervals: Vec<(f64, Option<f64>)>,
    /// From the first sample to the last; nothing if the counter is lower at the end.
    pub average: Option<f64>,
}

/// The rates of a counter, from its times (milliseconds since 1970) and values.
pub fn rates(points: impl Iterator<Item = (f64, f64)>) -> Rates {
    let mut rates = Rates::default();
    let mut first: Option<(f64, f64)> = None;
    let mut last: Option<(f64, f64)> = None;
    for (time, value) in points {
        if let Some((before, old)) = last
            && time > before
        {
            let rate = (value >= old).then(|| (value - old) / ((time - before) / 1000.0));
            rates.intervals.push((time, rate));
        }
        first.get_or_insert((time, value));
        last = Some((time, value));
    }
    if let (Some((start, from)), Some((end, to))) = (first, last)
        && end > start
        && to >= from
    {
        rates.average = Some((to - from) / ((end - start) / 1000.0));
    }
    rates
}

/// How a measure spreads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// How many values there are, one or more.
    pub count: usize,
    /// The smallest.
    pub min: f64,
    /// The mean.
    pub mean: f64,
    /// The middle one.
    pub median: f64,
    /// One in twenty is larger.
    pub p95: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    /// Of these values; nothing if there are none.
    pub fn of(values: impl Iterator<Item = f64>) -> Option<Spread> {
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        if values.is_empty() {
            return None;
        }
        // The sum in the order of time, as everybody else adds it up.
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.sort_by(f64::total_cmp);
        let rank = |share: f64| values[((values.len() as f64 * share).ceil() as usize).clamp(1, values.len()) - 1];
        let middle = values.len() / 2;
        let median = match values.len() % 2 {
            0 => (values[middle - 1] + values[middle]) / 2.0,
            _ => values[middle],
        };
        Some(Spread {
            count: values.len(),
            min: values[0],
            mean,
            median,
            p95: rank(0.95),
            max: values[values.len() - 1],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_that_start_anew_have_no_rate_there() {
        let points = [
            (0.0, 0.0),
            (1000.0, 100.0),
            (1000.0, 150.0),
            (2000.0, 50.0),
            (4000.0, 250.0),
        ];
        let rates = rates(points.into_iter());
        assert_eq!(
            rates.intervals,
            [(1000.0, Some(100.0)), (2000.0, None), (4000.0, Some(100.0))]
        );
        assert_eq!(rates.average, Some(62.5));
    }

    #[test]
    fn spreads() {
        let spread = Spread::of((1..=20).map(f64::from)).unwrap();
        assert_eq!(
            (spread.min, spread.median, spread.p95, spread.max),
            (1.0, 10.5, 19.0, 20.0)
        );
        assert_eq!(Spread::of([3.0].into_iter()).unwrap().p95, 3.0);
        assert_eq!(Spread::of([f64::NAN].into_iter()), None);
    }
}
