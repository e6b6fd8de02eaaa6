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
    fn counts() {
        assert_eq!(
            (count(1, "error"), count(0, "error")),
            ("1 error".into(), "0 errors".into())
        );
    }
}
