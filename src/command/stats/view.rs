//! What the parts of the report share: the dump, what was asked for, and how values are written.

use serde_json::{Map, Number, Value};

use crate::cli;
use crate::report::stats::{Metric, Spread};
use crate::stats::facts::metric::{self, metrics};
use crate::stats::facts::rate::{self, rates};
use crate::stats::{Dump, Names, Sample, StatsObject};

/// Bars of a sparkline.
const BARS: usize = 24;

/// What is looked at.
#[derive(Clone, Copy)]
pub struct View<'v> {
    /// What was read.
    pub dump: &'v Dump,
    /// The first time in it, milliseconds since 1970.
    pub start: Option<f64>,
    /// What was asked for.
    pub options: &'v cli::Stats,
}

impl View<'_> {
    /// The texts of the dump.
    pub fn names(&self) -> &Names {
        &self.dump.names
    }

    /// Seconds since the start, to the microsecond.
    pub fn seconds(&self, at_ms: f64) -> f64 {
        r6((at_ms - self.start.unwrap_or(0.0)) / 1000.0)
    }

    /// Whether this object was asked for.
    pub fn wants(&self, id: &str) -> bool {
        self.options.id.is_empty() || self.options.id.iter().any(|wanted| wanted == id)
    }

    /// The last value of a member as a number.
    pub fn number(&self, object: &StatsObject, member: &str) -> Option<Number> {
        object.number(self.names(), member).and_then(number)
    }

    /// The last value of a member as a text.
    pub fn text(&self, object: &StatsObject, member: &str) -> Option<String> {
        object.text(self.names(), member)
    }

    /// Of some counters the last value, with their names as the report has them.
    pub fn counters(&self, object: &StatsObject, members: &[&str]) -> Map<String, Value> {
        let numbers = members.iter().filter_map(|member| {
            let value = object.number(self.names(), member)?;
            Some((snake(member), Value::Number(number(r6(value))?)))
        });
        numbers.collect()
    }

    /// How a member in seconds, or another unit of which `scale` is a millisecond, spreads.
    pub fn spread(&self, object: &StatsObject, member: &str, scale: f64) -> Option<Spread> {
        let values = object
            .member(self.names(), member)?
            .numbers(self.names())
            .map(|(_, value)| value * scale);
        let spread = rate::Spread::of(values)?;
        Some(Spread {
            avg_ms: r6(spread.mean),
            max_ms: r6(spread.max),
            n: spread.count,
        })
    }

    /// The bit rate of a counter of octets: its average, and with `--series` each interval.
    pub fn bit_rates(&self, object: &StatsObject, member: &str) -> (Option<f64>, Vec<Option<f64>>) {
        let Some(series) = object.member(self.names(), member) else {
            return (None, Vec::new());
        };
        let rates = rates(series.numbers(self.names()));
        let bits = |rate: f64| (8.0 * rate).round();
        let intervals = match self.options.series {
            true => rates.intervals.iter().map(|(_, rate)| rate.map(bits)).collect(),
            false => Vec::new(),
        };
        (rates.average.map(bits), intervals)
    }

    /// The metrics of an object.
    pub fn metrics(&self, object: &StatsObject) -> Vec<Metric> {
        metrics(object, self.names())
            .iter()
            .filter_map(|metric| self.metric(metric))
            .collect()
    }

    fn metric(&self, metric: &metric::Metric) -> Option<Metric> {
        let spread = rate::Spread::of(metric.points.iter().map(|(_, value)| *value))?;
        let points = match self.options.series {
            true => metric
                .points
                .iter()
                .map(|(time, value)| (self.seconds(*time), r6(*value)))
                .collect(),
            false => Vec::new(),
        };
        Some(Metric {
            name: metric.name.to_owned(),
            unit: metric.unit.to_owned(),
            n: spread.count,
            min: r6(spread.min),
            median: r6(spread.median),
            p95: r6(spread.p95),
            max: r6(spread.max),
            last: r6(metric.points.last()?.1),
            sparkline: sparkline(&metric.points),
            points,
        })
    }

    /// A value as JSON.
    pub fn value(&self, sample: Sample) -> Value {
        match sample {
            Sample::Absent | Sample::Null | Sample::Other => Value::Null,
            Sample::Bool(value) => Value::Bool(value),
            Sample::Decimal(decimal) => number(decimal.to_f64()).map_or(Value::Null, Value::Number),
            Sample::Float(float) => number(float).map_or(Value::Null, Value::Number),
            Sample::Quoted(decimal) => Value::String(decimal.to_string()),
            Sample::Text(text) => Value::String(self.names().text(text).to_owned()),
        }
    }
}

/// Six decimals are enough for anything here. A document has no room for what is not finite; only counters that are made up grow
/// so fast.
pub fn r6(value: f64) -> f64 {
    let value = if value.is_nan() {
        0.0
    } else {
        value.clamp(f64::MIN, f64::MAX)
    };
    if value.abs() < 1e12 {
        (value * 1e6).round() / 1e6
    } else {
        value
    }
}

/// A number as JSON: whole ones without a point.
pub fn number(value: f64) -> Option<Number> {
    match value {
        whole if whole.fract() == 0.0 && whole.abs() < 9_007_199_254_740_992.0 => Some(Number::from(whole as i64)),
        value => Number::from_f64(value),
    }
}

/// `framesDecoded` -> `frames_decoded`.
pub fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// How values went, as a row of bars: each the mean of its part of the time. The lowest bar is zero, or the smallest value where
/// that is far from zero.
pub fn sparkline(points: &[(f64, f64)]) -> String {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let (Some((start, _)), Some((end, _))) = (points.first(), points.last()) else {
        return String::new();
    };
    let bars = BARS.min(points.len());
    let mut sums = vec![(0.0, 0_u32); bars];
    for (time, value) in points {
        let share = if end > start {
            (time - start) / (end - start)
        } else {
            0.0
        };
        // Regular samples fall on the middle of a bar each, so that a little unevenness leaves no gap.
        let bar = (share * (bars - 1) as f64).round() as usize;
        sums[bar].0 += value;
        sums[bar].1 += 1;
    }
    let means: Vec<Option<f64>> = sums
        .iter()
        .map(|(sum, count)| (*count > 0).then(|| sum / f64::from(*count)))
        .collect();
    let of_all = |pick: fn(f64, f64) -> f64| means.iter().flatten().copied().reduce(pick).unwrap_or(0.0);
    let (low, high) = (of_all(f64::min), of_all(f64::max));
    let floor = if low > 0.0 && low > 0.7 * high {
        low
    } else {
        low.min(0.0)
    };
    let bar = |mean: &Option<f64>| match mean {
        None => ' ',
        Some(_) if high <= floor => LEVELS[0],
        Some(mean) => LEVELS[(((mean - floor) / (high - floor) * 7.0).round() as usize).min(7)],
    };
    means.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparklines() {
        let line = |values: &[f64]| {
            sparkline(
                &values
                    .iter()
                    .enumerate()
                    .map(|(t, v)| (t as f64, *v))
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(line(&[0.0, 1.0, 2.0, 7.0]), "▁▂▃█");
        assert_eq!(line(&[5.0, 5.0]), "▁▁");
        assert_eq!((line(&[]), line(&[3.0])), (String::new(), "▁".to_owned()));
        assert_eq!(line(&[1.0; 1000]).chars().count(), BARS);
    }

    #[test]
    fn numbers_of_documents_are_finite() {
        assert_eq!((r6(1.234_567_89), r6(-1e300)), (1.234_568, -1e300));
        assert_eq!(
            (r6(f64::INFINITY), r6(f64::NEG_INFINITY), r6(f64::NAN)),
            (f64::MAX, f64::MIN, 0.0)
        );
    }

    #[test]
    fn names_of_members() {
        assert_eq!(
            (snake("framesDecoded"), snake("ssrc")),
            ("frames_decoded".into(), "ssrc".into())
        );
    }
}
