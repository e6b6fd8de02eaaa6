//! [`Decimal`]: a number as it was written, exact and small.
//!
//! Stats are counters and rounded measures. Kept as digits and a scale, neighbors of a series differ by little, which
//! `column` makes use of; kept as doubles they would differ in every octet.

use std::fmt;

/// `mantissa / 10^scale`. The mantissa is exact as a double, so the quotient is the double nearest to what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    mantissa: i64,
    scale: u8,
}

/// Powers of ten that are exact as doubles.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];
/// Mantissas beyond are not exact.
const LARGEST: i64 = 1 << 53;

impl Decimal {
    /// Of its parts; the scale is at most 22.
    pub const fn new(mantissa: i64, scale: u8) -> Option<Decimal> {
        if scale as usize >= POWERS.len() || mantissa > LARGEST || mantissa < -LARGEST {
            return None;
        }
        Some(Decimal { mantissa, scale })
    }

    /// The digits, without the point.
    pub const fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// How many of them stand after the point.
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// A JSON number without an exponent; nothing for any other text, and where there are too many digits. `-0` is none.
    #[inline]
    pub fn parse(text: &[u8]) -> Option<Decimal> {
        let (negative, digits) = match text {
            [b'-', digits @ ..] => (true, digits),
            digits => (false, digits),
        };
        // 16 digits are below 2^63, whatever they are.
        if digits.is_empty() || digits.len() > 18 {
            return None;
        }
        let (mut mantissa, mut point) = (0_i64, None);
        for (index, octet) in digits.iter().enumerate() {
            match octet {
                b'0'..=b'9' => mantissa = mantissa * 10 + i64::from(octet - b'0'),
                b'.' if point.is_none() && index > 0 => point = Some(index),
                _ => return None,
            }
        }
        let scale = match point {
            Some(point) => digits.len() - point - 1,
            None => 0,
        };
        if (point.is_some() && scale == 0) || (negative && mantissa == 0) {
            return None;
        }
        Decimal::new(if negative { -mantissa } else { mantissa }, scale as u8)
    }

    /// A number in quotation marks, as legacy stats have them; only where [`fmt::Display`] writes the same text again.
    pub fn parse_quoted(text: &str) -> Option<Decimal> {
        let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
        match digits {
            [b'0', b'0'..=b'9', ..] => None,
            _ => Decimal::parse(text.as_bytes()),
        }
    }

    /// The same number with more digits after the point, if that is still exact.
    pub fn rescaled(self, scale: u8) -> Option<Decimal> {
        let more = scale.checked_sub(self.scale)?;
        let mantissa = self.mantissa.checked_mul(10_i64.checked_pow(u32::from(more))?)?;
        Decimal::new(mantissa, scale)
    }

    /// As a double.
    pub fn to_f64(self) -> f64 {
        self.mantissa as f64 / POWERS[usize::from(self.scale)]
    }

    /// As an integer, if it is written as one.
    pub const fn to_i64(self) -> Option<i64> {
        if self.scale == 0 { Some(self.mantissa) } else { None }
    }
}

impl fmt::Display for Decimal {
    /// As it was written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs();
        match self.scale {
            0 => write!(f, "{sign}{digits}"),
            scale => {
                let unit = 10_u128.pow(u32::from(scale));
                let digits = u128::from(digits);
                write!(
                    f,
                    "{sign}{}.{:0width$}",
                    digits / unit,
                    digits % unit,
                    width = usize::from(scale)
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_plain_numbers() {
        for text in [
            "",
            "-",
            ".5",
            "5.",
            "1e3",
            "-0",
            "-0.0",
            "1.2.3",
            "99999999999999999",
            "abc",
        ] {
            assert_eq!(Decimal::parse(text.as_bytes()), None, "{text}");
        }
        let decimal = Decimal::parse(b"1795164625280.678").unwrap();
        assert_eq!((decimal.mantissa(), decimal.scale()), (1_795_164_625_280_678, 3));
        assert_eq!(decimal.rescaled(4).map(Decimal::to_f64), None);
        assert_eq!(
            Decimal::parse(b"1.5").unwrap().rescaled(3).unwrap().to_string(),
            "1.500"
        );
    }

    proptest! {
        #[test]
        fn quoted_numbers_are_written_as_they_were(text in "-?[0-9]{1,5}(\\.[0-9]{1,5})?") {
            if let Some(decimal) = Decimal::parse_quoted(&text) {
                prop_assert_eq!(decimal.to_string(), text);
            }
        }

        #[test]
        fn doubles_are_those_of_the_standard_library(text in "-?[0-9]{1,12}(\\.[0-9]{1,12})?") {
            if let Some(decimal) = Decimal::parse(text.as_bytes()) {
                prop_assert_eq!(decimal.to_f64(), text.parse::<f64>().unwrap());
                prop_assert_eq!(decimal.rescaled(decimal.scale()), Some(decimal));
            }
        }
    }
}
