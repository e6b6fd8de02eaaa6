//! Numbers with their units, as people read them.

/// Milliseconds as seconds with three decimals: the time column of tables.
pub fn seconds(ms: f64) -> String {
    format!("{:.3}", ms / 1000.0)
}

/// A duration given in milliseconds: `0.42 ms`, `3.1 ms`, `21 ms`, `5.00 s`.
pub fn duration(ms: f64) -> String {
    if ms < 0.995 {
        format!("{ms:.2} ms")
    } else if ms < 9.95 {
        format!("{ms:.1} ms")
    } else if ms < 999.5 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.2} s", ms / 1000.0)
    }
}

/// Octets: `812 B`, `4.1 kB`, `1.32 GB`.
pub fn octets(octets: f64) -> String {
    scaled(octets, &["B", "kB", "MB", "GB", "TB"])
}

/// Bits in a second: `48 kbit/s`, `2.41 Mbit/s`.
pub fn bit_rate(bits: f64) -> String {
    scaled(bits, &["bit/s", "kbit/s", "Mbit/s", "Gbit/s"])
}

/// Three digits and a unit, each of which is a thousand of the one before.
fn scaled(value: f64, units: &[&str]) -> String {
    let (mut value, mut units) = (value, units.iter().peekable());
    let mut unit = units.next().copied().unwrap_or_default();
    let whole = value.fract() == 0.0 && value.abs() < 1000.0;
    while value.abs() >= 999.5
        && let Some(next) = units.next()
    {
        (value, unit) = (value / 1000.0, next);
    }
    match whole {
        true => format!("{value} {unit}"),
        false => format!("{} {unit}", three_digits(value)),
    }
}

/// The unit for a row of numbers of which this is the highest, and how many of the unit that they are given in it is.
pub fn of_row(unit: &str, highest: f64) -> (&str, f64) {
    match (unit, highest) {
        ("bit/s", 1e6..) => ("Mbit/s", 1e6),
        ("bit/s", 1e3..) => ("kbit/s", 1e3),
        ("ms", 10e3..) => ("s", 1e3),
        ("1/s", _) => ("/s", 1.0),
        (unit, _) => (unit, 1.0),
    }
}

/// A whole number as it is, else three digits: `0`, `0.42`, `24.2`, `1280`.
pub fn digits(value: f64) -> String {
    match value.fract() == 0.0 {
        true => value.to_string(),
        false => three_digits(value),
    }
}

fn three_digits(value: f64) -> String {
    match value.abs() {
        0.0..9.995 => format!("{value:.2}"),
        9.995..99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// `1 error`, `2 errors`.
pub fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_two_to_three_digits() {
        for (ms, text) in [
            (0.0, "0.00 ms"),
            (0.4242, "0.42 ms"),
            (0.999, "1.0 ms"),
            (3.16, "3.2 ms"),
            (21.4, "21 ms"),
            (999.4, "999 ms"),
            (999.6, "1.00 s"),
            (5000.0, "5.00 s"),
        ] {
            assert_eq!(duration(ms), text);
        }
        assert_eq!(seconds(1234.56), "1.235");
    }

    #[test]
    fn octets_and_rates_keep_three_digits() {
        for (number, text) in [
            (0.0, "0 B"),
            (812.0, "812 B"),
            (1000.0, "1.00 kB"),
            (41_234.0, "41.2 kB"),
            (999_600.0, "1.00 MB"),
            (1.32e9, "1.32 GB"),
        ] {
            assert_eq!(octets(number), text);
        }
        assert_eq!(bit_rate(2_412_000.0), "2.41 Mbit/s");
        assert_eq!(bit_rate(0.4), "0.40 bit/s");
    }

    #[test]
    fn rows_of_numbers_have_one_unit() {
        assert_eq!(of_row("bit/s", 999.0), ("bit/s", 1.0));
        assert_eq!(of_row("bit/s", 25_300.0), ("kbit/s", 1e3));
        assert_eq!(of_row("ms", 12_000.0), ("s", 1e3));
        assert_eq!(of_row("%", 12_000.0), ("%", 1.0));
        let texts = [0.0, 0.4242, 24.0, 24.24, 1280.4].map(digits);
        assert_eq!(texts, ["0", "0.42", "24", "24.2", "1280"]);
    }

    #[test]
    fn counts() {
        assert_eq!(
            (count(1, "error"), count(0, "error")),
            ("1 error".into(), "0 errors".into())
        );
    }
}
