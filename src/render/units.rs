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

/// Octets in the unit that suits them: `92 B`, `46 kB`, `1.2 GB`; a kB has 1000.
pub fn octets(number: u64) -> String {
    scaled(number as f64, "B")
}

/// Bits a second: `64 kbit/s`, `2.5 Mbit/s`.
pub fn rate(bits_per_second: f64) -> String {
    scaled(bits_per_second, "bit/s")
}

/// With two digits at least.
fn scaled(number: f64, unit: &str) -> String {
    const PREFIXES: [&str; 5] = ["", "k", "M", "G", "T"];
    let mut number = number;
    let mut prefixes = PREFIXES.iter();
    let mut prefix = "";
    while let Some(next) = prefixes.next() {
        prefix = next;
        if number < 999.5 || prefixes.len() == 0 {
            break;
        }
        number /= 1000.0;
    }
    match prefix {
        "" => format!("{number:.0} {unit}"),
        _ if number < 9.95 => format!("{number:.1} {prefix}{unit}"),
        _ => format!("{number:.0} {prefix}{unit}"),
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
    fn octets_and_rates() {
        for (number, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (9949, "9.9 kB"),
            (46_123, "46 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (1 << 30, "1.1 GB"),
            (u64::MAX, "18446744 TB"),
        ] {
            assert_eq!(octets(number), text);
        }
        assert_eq!(rate(64_000.0), "64 kbit/s");
    }

    #[test]
    fn counts() {
        assert_eq!(
            (count(1, "error"), count(0, "error")),
            ("1 error".into(), "0 errors".into())
        );
    }
}
