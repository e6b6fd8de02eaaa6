//! [`Resolution`]: what a unit of time stamps is.

/// The value of `if_tsresol`: a negative power of ten, or of two if the highest bit is set (pcapng §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resolution(pub u8);

impl Resolution {
    /// `ticks` in nanoseconds; what is finer is cut off.
    #[inline]
    pub fn nanoseconds(self, ticks: u64) -> i128 {
        let ticks = i128::from(ticks);
        match self.0 {
            9 => ticks,
            exponent @ 0..9 => ticks * 10i128.pow(9 - u32::from(exponent)),
            exponent @ 10..128 => match 10i128.checked_pow(u32::from(exponent) - 9) {
                Some(divisor) => ticks / divisor,
                None => 0,
            },
            power_of_two => (ticks * 1_000_000_000) >> (power_of_two & 0x7f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resolution() {
        for (resolution, ticks, nanoseconds) in [
            (0, 7, 7_000_000_000),
            (3, 1500, 1_500_000_000),
            (6, 1_500_000, 1_500_000_000),
            (9, 123, 123),
            (12, 123_999, 123),
            (19, u64::MAX, 1_844_674_407),
            (47, u64::MAX, 0),
            (127, u64::MAX, 0),
            (0x80, 7, 7_000_000_000),
            (0x80 | 10, 1536, 1_500_000_000),
            (0x80 | 32, 3 << 31, 1_500_000_000),
            (0x80 | 63, 1 << 62, 500_000_000),
            (0xff, u64::MAX, 0),
        ] {
            assert_eq!(
                Resolution(resolution).nanoseconds(ticks),
                nanoseconds,
                "{resolution:#x}"
            );
        }
        for resolution in 0..=255 {
            assert!(Resolution(resolution).nanoseconds(u64::MAX) >= 0);
        }
    }
}
