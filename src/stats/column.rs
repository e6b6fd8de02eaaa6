//! [`Column`]: the values of one member over time, in few octets.
//!
//! A dump of an hour has a million numbers, most of them counters that grow by little or do not change at all. A column is a
//! list of varints, the lowest two bits of which say what they are:
//!
//! | bits | what |
//! | --- | --- |
//! | 0 | a decimal: the difference to the last mantissa, of the same scale |
//! | 1 | the last value, so many times more |
//! | 2 | a decimal of another scale: that, and the mantissa in a second varint |
//! | 3 | anything else: see `OTHERS` and `Column::write` |
//!
//! What is written last is held back, so that repetitions cost nothing and the last value can still be replaced.

use super::decimal::Decimal;
use super::names::Name;

/// What a member was at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// It was not there.
    Absent,
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number.
    Decimal(Decimal),
    /// A number in quotation marks, as legacy stats have them.
    Quoted(Decimal),
    /// A number that is no [`Decimal`].
    Float(f64),
    /// A string.
    Text(Name),
    /// A list or an object that was not looked into.
    Other,
}

impl Sample {
    /// A number, also one in quotation marks.
    pub fn number(self) -> Option<f64> {
        match self {
            Sample::Decimal(decimal) | Sample::Quoted(decimal) => Some(decimal.to_f64()),
            Sample::Float(number) => Some(number),
            _ => None,
        }
    }
}

/// Values that need no more than their number.
const OTHERS: [Sample; 5] = [
    Sample::Absent,
    Sample::Null,
    Sample::Bool(true),
    Sample::Bool(false),
    Sample::Other,
];
/// Octets of a double follow.
const FLOAT: u64 = OTHERS.len() as u64;
/// Names begin here.
const NAMES: u64 = FLOAT + 1;

const DELTA: u64 = 0;
const REPEAT: u64 = 1;
const ANEW: u64 = 2;
const OTHER: u64 = 3;

/// The values, from the first to the last.
#[derive(Clone, Debug)]
pub struct Column {
    octets: Vec<u8>,
    /// The value held back, and how often it was there.
    held: Sample,
    times: u32,
    length: u32,
    state: State,
}

/// What differences are taken from.
#[derive(Clone, Copy, Debug)]
struct State {
    mantissa: i64,
    scale: u8,
    quoted: bool,
}

const START: State = State {
    mantissa: 0,
    scale: 0,
    quoted: false,
};

impl Default for Column {
    fn default() -> Column {
        Column {
            octets: Vec::new(),
            held: Sample::Absent,
            times: 0,
            length: 0,
            state: START,
        }
    }
}

impl Column {
    /// How many values there are, absent ones counted.
    pub const fn len(&self) -> usize {
        self.length as usize
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The last value.
    pub const fn last(&self) -> Sample {
        self.held
    }

    /// Adds a value.
    #[inline]
    pub fn push(&mut self, value: Sample) {
        if value == self.held && self.times > 0 {
            self.times += 1;
        } else {
            self.flush();
            self.held = value;
            self.times = 1;
        }
        self.length += 1;
    }

    /// Adds the last value again until there are `length` values; [`Sample::Absent`] if there is none yet.
    pub fn fill(&mut self, length: usize) {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.times += length.saturating_sub(self.length);
        self.length = self.length.max(length);
    }

    /// Puts another value in the place of the last one.
    pub fn replace_last(&mut self, value: Sample) {
        match self.times {
            0 => return self.push(value),
            1 => {}
            _ => {
                self.times -= 1;
                self.flush();
                self.times = 1;
            }
        }
        self.held = value;
    }

    /// Gives back memory that is not needed.
    pub fn shrink(&mut self) {
        self.octets.shrink_to_fit();
    }

    fn flush(&mut self) {
        if self.times == 0 {
            return;
        }
        self.write(self.held);
        if self.times > 1 {
            self.varint(u64::from(self.times - 1) << 2 | REPEAT);
        }
    }

    fn write(&mut self, value: Sample) {
        match value {
            Sample::Decimal(decimal) => self.write_decimal(decimal, false),
            Sample::Quoted(decimal) => self.write_decimal(decimal, true),
            Sample::Float(number) => {
                self.varint(FLOAT << 2 | OTHER);
                self.octets.extend_from_slice(&number.to_le_bytes());
            }
            Sample::Text(name) => self.varint((u64::from(name.number()) + NAMES) << 2 | OTHER),
            value => {
                let index = OTHERS.iter().position(|other| *other == value).unwrap_or_default();
                self.varint((index as u64) << 2 | OTHER);
            }
        }
    }

    fn write_decimal(&mut self, decimal: Decimal, quoted: bool) {
        let state = self.state;
        // Writers leave zeros at the end out; those in quotation marks must come back as they were.
        let same = match quoted {
            false => decimal.rescaled(state.scale),
            true => Some(decimal).filter(|decimal| decimal.scale() == state.scale),
        };
        match same.filter(|_| quoted == state.quoted) {
            Some(decimal) => {
                let delta = decimal.mantissa() - state.mantissa;
                self.varint(zigzag(delta) << 2 | DELTA);
                self.state.mantissa = decimal.mantissa();
            }
            None => {
                self.varint((u64::from(decimal.scale()) << 1 | u64::from(quoted)) << 2 | ANEW);
                self.varint(zigzag(decimal.mantissa()));
                self.state = State {
                    mantissa: decimal.mantissa(),
                    scale: decimal.scale(),
                    quoted,
                };
            }
        }
    }

    #[inline]
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.octets.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.octets.push(value as u8);
    }

    /// The values in order.
    pub fn iter(&self) -> Samples<'_> {
        Samples {
            rest: &self.octets,
            column: self,
            state: START,
            value: Sample::Absent,
            times: 0,
            held: self.times,
        }
    }
}

impl<'c> IntoIterator for &'c Column {
    type Item = Sample;
    type IntoIter = Samples<'c>;
    fn into_iter(self) -> Samples<'c> {
        self.iter()
    }
}

/// The values of a [`Column`].
#[derive(Clone, Debug)]
pub struct Samples<'c> {
    rest: &'c [u8],
    column: &'c Column,
    state: State,
    value: Sample,
    /// How often the value comes again.
    times: u64,
    /// How often the one held back comes.
    held: u32,
}

impl Iterator for Samples<'_> {
    type Item = Sample;

    fn next(&mut self) -> Option<Sample> {
        if self.times > 0 {
            self.times -= 1;
            return Some(self.value);
        }
        if self.rest.is_empty() {
            self.held = self.held.checked_sub(1)?;
            return Some(self.column.held);
        }
        let header = self.varint();
        let argument = header >> 2;
        self.value = match header & 3 {
            DELTA => {
                self.state.mantissa = self.state.mantissa.wrapping_add(unzigzag(argument));
                self.decimal()
            }
            REPEAT => {
                self.times = argument;
                return self.next();
            }
            ANEW => {
                let mantissa = unzigzag(self.varint());
                self.state = State {
                    mantissa,
                    scale: (argument >> 1) as u8,
                    quoted: argument & 1 == 1,
                };
                self.decimal()
            }
            _ => self.other(argument),
        };
        Some(self.value)
    }
}

impl Samples<'_> {
    fn decimal(&self) -> Sample {
        match Decimal::new(self.state.mantissa, self.state.scale) {
            Some(decimal) if self.state.quoted => Sample::Quoted(decimal),
            Some(decimal) => Sample::Decimal(decimal),
            None => Sample::Other,
        }
    }

    fn other(&mut self, argument: u64) -> Sample {
        match argument {
            FLOAT => {
                let (octets, rest) = self.rest.split_first_chunk().unwrap_or((&[0; 8], &[]));
                self.rest = rest;
                Sample::Float(f64::from_le_bytes(*octets))
            }
            NAMES.. => Sample::Text(Name::new((argument - NAMES) as u32)),
            _ => OTHERS[argument as usize],
        }
    }

    fn varint(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        while let Some((octet, rest)) = self.rest.split_first() {
            self.rest = rest;
            value |= u64::from(octet & 0x7f) << shift;
            shift += 7;
            if octet & 0x80 == 0 || shift > 63 {
                break;
            }
        }
        value
    }
}

const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text.as_bytes()).unwrap()
    }

    fn sample() -> impl Strategy<Value = Sample> {
        prop_oneof![
            Just(Sample::Absent),
            Just(Sample::Null),
            any::<bool>().prop_map(Sample::Bool),
            Just(Sample::Other),
            (-1000_i64..1000, 0_u8..4).prop_map(|(m, s)| Sample::Decimal(Decimal::new(m, s).unwrap())),
            (-(1_i64 << 53)..=1 << 53, 0_u8..=22).prop_map(|(m, s)| Sample::Decimal(Decimal::new(m, s).unwrap())),
            (0_i64..1000, 0_u8..4).prop_map(|(m, s)| Sample::Quoted(Decimal::new(m, s).unwrap())),
            any::<f64>()
                .prop_filter("a number", |n| !n.is_nan())
                .prop_map(Sample::Float),
            any::<u32>().prop_map(|number| Sample::Text(Name::new(number))),
        ]
    }

    /// Numbers may come back with more zeros.
    fn same(a: Sample, b: Sample) -> bool {
        match (a, b) {
            (Sample::Decimal(a), Sample::Decimal(b)) => a.to_f64() == b.to_f64(),
            (a, b) => a == b,
        }
    }

    #[test]
    fn counters_take_little() {
        let mut column = Column::default();
        for index in 0..1000 {
            column.push(Sample::Decimal(Decimal::new(1_000_000 + index * 50, 0).unwrap()));
        }
        assert!(column.octets.len() < 2010, "{}", column.octets.len());
        let mut constant = Column::default();
        (0..1000).for_each(|_| constant.push(Sample::Text(Name::new(7))));
        assert_eq!((constant.octets.len(), constant.iter().count()), (0, 1000));
        let mut seconds = Column::default();
        for text in ["12.345", "12.34", "12.3", "13"] {
            seconds.push(Sample::Decimal(decimal(text)));
        }
        let values: Vec<f64> = seconds.iter().filter_map(Sample::number).collect();
        assert_eq!(values, [12.345, 12.34, 12.3, 13.0]);
    }

    #[test]
    fn gaps_are_filled() {
        let mut column = Column::default();
        column.fill(2);
        column.push(Sample::Bool(true));
        column.fill(5);
        column.replace_last(Sample::Null);
        let values: Vec<Sample> = column.iter().collect();
        let yes = Sample::Bool(true);
        assert_eq!(values, [Sample::Absent, Sample::Absent, yes, yes, Sample::Null]);
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(values in proptest::collection::vec((sample(), 1_usize..4), 0..60)) {
            let mut column = Column::default();
            let mut expected: Vec<Sample> = Vec::new();
            for (value, times) in values {
                for _ in 0..times {
                    column.push(value);
                    expected.push(value);
                }
                if times == 3 {
                    column.replace_last(Sample::Null);
                    *expected.last_mut().unwrap() = Sample::Null;
                }
            }
            prop_assert_eq!(column.len(), expected.len());
            let values: Vec<Sample> = column.iter().collect();
            prop_assert_eq!(values.len(), expected.len());
            for (a, b) in values.into_iter().zip(expected) {
                prop_assert!(same(a, b), "{:?} {:?}", a, b);
            }
        }
    }
}
