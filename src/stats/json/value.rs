//! Numbers and words, and small trees.

use std::io::Read;

use serde_json::{Map, Number, Value};

use super::{AHEAD, Json, Kind, Result};
use crate::stats::decimal::Decimal;

/// Digits of a number that are looked at. No double needs more.
const DIGITS: usize = 1 << 10;
/// Trees are built up to this depth and with so many values; what is beyond is passed over.
const TREE_DEPTH: usize = 32;
const TREE_VALUES: usize = 50_000;

/// A value that has no parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// `null`, and words that are no JSON.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number that is a decimal of up to 15 digits or so.
    Decimal(Decimal),
    /// Any other finite number.
    Float(f64),
    /// A string.
    Text(&'a str),
    /// Objects, arrays, numbers without bounds; they were passed over.
    Other,
}

impl<R: Read> Json<R> {
    /// The next value, if it has no parts.
    #[inline]
    pub fn scalar(&mut self) -> Result<Scalar<'_>> {
        Ok(match self.kind()? {
            Kind::Number => self.number()?,
            Kind::String => Scalar::Text(self.string()?),
            Kind::Word => self.word()?,
            Kind::Object | Kind::Array => {
                self.skip()?;
                Scalar::Other
            }
        })
    }

    /// A number of any kind, or nothing if the next value is none.
    pub fn f64(&mut self) -> Result<Option<f64>> {
        Ok(match self.scalar()? {
            Scalar::Decimal(decimal) => Some(decimal.to_f64()),
            Scalar::Float(number) => Some(number),
            _ => None,
        })
    }

    /// The next value as a tree: for what is small. Parts beyond the limits of this module are null.
    pub fn tree(&mut self) -> Result<Value> {
        let mut left = TREE_VALUES;
        self.branch(TREE_DEPTH, &mut left)
    }

    fn branch(&mut self, depth: usize, left: &mut usize) -> Result<Value> {
        if depth == 0 || *left == 0 {
            self.skip()?;
            return Ok(Value::Null);
        }
        *left -= 1;
        Ok(match self.kind()? {
            Kind::Object => {
                let mut members = Map::new();
                self.open()?;
                while let Some(key) = self.key()? {
                    let key = key.to_owned();
                    let value = self.branch(depth - 1, left)?;
                    members.insert(key, value);
                }
                Value::Object(members)
            }
            Kind::Array => {
                let mut values = Vec::new();
                self.open()?;
                while self.element()? {
                    values.push(self.branch(depth - 1, left)?);
                }
                Value::Array(values)
            }
            Kind::String | Kind::Number | Kind::Word => self.scalar()?.to_value(),
        })
    }

    /// Passes over the rest of a number or a word.
    pub(super) fn pass_plain(&mut self) -> Result<()> {
        loop {
            let rest = &self.window[self.at..self.end];
            let length = rest.iter().position(|octet| !is_plain(*octet)).unwrap_or(rest.len());
            self.at += length;
            if self.at < self.end || !self.refill() {
                return Ok(());
            }
        }
    }

    fn number(&mut self) -> Result<Scalar<'static>> {
        if self.end - self.at < AHEAD {
            self.more(AHEAD);
        }
        let rest = &self.window[self.at..self.end];
        let length = rest.iter().position(|octet| !is_plain(*octet)).unwrap_or(rest.len());
        if length > DIGITS {
            self.pass_plain()?;
            return Ok(Scalar::Other);
        }
        let text = &rest[..length];
        if let Some(decimal) = Decimal::parse(text) {
            self.at += length;
            return Ok(Scalar::Decimal(decimal));
        }
        let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
        match number {
            Some(number) => {
                self.at += length;
                Ok(if number.is_finite() {
                    Scalar::Float(number)
                } else {
                    Scalar::Other
                })
            }
            None if self.at + length == self.end && self.ended => Err(self.cut()),
            None => Err(self.expected("a number")),
        }
    }

    fn word(&mut self) -> Result<Scalar<'static>> {
        const WORDS: [(&[u8], Scalar<'static>); 6] = [
            (b"null", Scalar::Null),
            (b"true", Scalar::Bool(true)),
            (b"false", Scalar::Bool(false)),
            (b"NaN", Scalar::Null),
            (b"Infinity", Scalar::Null),
            (b"undefined", Scalar::Null),
        ];
        self.more(16);
        let rest = &self.window[self.at..self.end];
        let length = rest
            .iter()
            .position(|octet| !octet.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        match WORDS.iter().find(|(word, _)| *word == &rest[..length]) {
            Some((_, value)) => {
                self.at += length;
                Ok(*value)
            }
            None if self.at + length == self.end && self.ended => {
                self.at = self.end;
                Err(self.cut())
            }
            None => Err(self.expected("a value")),
        }
    }
}

impl Scalar<'_> {
    /// As a value of a tree.
    pub fn to_value(self) -> Value {
        match self {
            Scalar::Null | Scalar::Other => Value::Null,
            Scalar::Bool(value) => Value::Bool(value),
            Scalar::Decimal(decimal) => match decimal.to_i64() {
                Some(integer) => Value::from(integer),
                None => Number::from_f64(decimal.to_f64()).map_or(Value::Null, Value::Number),
            },
            Scalar::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
            Scalar::Text(text) => Value::from(text),
        }
    }
}

fn is_plain(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.')
}
