//! [`StatsObject`]: one stats id over time. Its members are [`Column`]s; most share the times of the object.

use std::sync::Arc;

use super::column::{Column, Sample};
use super::names::{Name, Names};

/// The stats of one id.
#[derive(Clone, Debug)]
pub struct StatsObject {
    /// As written.
    pub id: Arc<str>,
    /// The last type that was written.
    pub(super) kind: Option<Name>,
    /// Milliseconds since 1970 of each row.
    pub(super) times: Column,
    /// In the order in which they were met.
    pub(super) members: Vec<Member>,
    /// The number of the last report that had this id, from 1.
    pub(super) seen: u32,
    /// Its place in that report.
    pub(super) slot: u32,
    /// The number of the last report that took it back.
    pub(super) removed: u32,
    /// The last time that was written beside the members.
    pub(super) stamp: Option<f64>,
}

/// One member over time.
#[derive(Clone, Debug)]
pub struct Member {
    /// What it is called.
    pub(super) name: Name,
    /// Its values.
    pub(super) values: Column,
    /// When they were.
    pub(super) axis: Axis,
}

/// How the times of a member come about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Axis {
    /// One value for each row of the object.
    Rows,
    /// The first `pad` values are of the first row; the others begin at row `skip`.
    From {
        /// Rows before the first value.
        skip: u32,
        /// Values before the first row.
        pad: u32,
    },
    /// Evenly between two times, in milliseconds since 1970.
    Spread {
        /// Of the first value.
        start: f64,
        /// Of the last one.
        end: f64,
    },
}

impl StatsObject {
    pub(super) fn new(id: &str) -> StatsObject {
        StatsObject {
            id: id.into(),
            kind: None,
            times: Column::default(),
            members: Vec::new(),
            seen: 0,
            slot: 0,
            removed: 0,
            stamp: None,
        }
    }

    /// The type: `inbound-rtp`, `candidate-pair`, …
    pub fn kind<'n>(&self, names: &'n Names) -> Option<&'n str> {
        self.kind.map(|kind| names.text(kind))
    }

    /// The member of this name.
    pub fn member(&self, names: &Names, name: &str) -> Option<Series<'_>> {
        let name = names.find(name)?;
        let member = self.members.iter().find(|member| member.name == name)?;
        Some(Series { object: self, member })
    }

    /// All members, in the order in which they were met.
    pub fn members(&self) -> impl Iterator<Item = Series<'_>> {
        self.members.iter().map(|member| Series { object: self, member })
    }

    /// How many samples the longest member has.
    pub fn samples(&self) -> usize {
        let members = self.members.iter().filter(|member| member.axis != Axis::Rows);
        members
            .map(|member| member.values.len())
            .chain([self.times.len()])
            .max()
            .unwrap_or(0)
    }

    /// When it was seen, in milliseconds since 1970.
    pub fn times(&self) -> impl Iterator<Item = f64> + '_ {
        self.times.iter().filter_map(Sample::number)
    }

    /// When it was first seen.
    pub fn start(&self) -> Option<f64> {
        let first = self.members().find_map(|series| series.points().next());
        self.times().next().or(first.map(|(time, _)| time))
    }

    /// When it was last seen.
    pub fn end(&self) -> Option<f64> {
        match self.times.last().number() {
            Some(time) => Some(time),
            None => self
                .members()
                .filter_map(|series| series.points().last().map(|(time, _)| time))
                .reduce(f64::max),
        }
    }

    /// Leaves out what was before `from` and after `to`.
    pub(super) fn keep(&mut self, from: f64, to: f64) {
        let inside = |time: &f64| (from..=to).contains(time);
        let kept: Vec<Member> = self
            .members
            .iter()
            .filter_map(|member| {
                let points: Vec<_> = Series { object: self, member }
                    .all()
                    .filter(|(time, _)| inside(time))
                    .collect();
                let (start, end) = (points.first()?.0, points.last()?.0);
                let axis = match member.axis {
                    Axis::Rows => Axis::Rows,
                    Axis::From { skip, .. } => {
                        let gone = self.times().take_while(|time| !inside(time)).count();
                        Axis::From {
                            skip: skip.saturating_sub(u32::try_from(gone).unwrap_or(u32::MAX)),
                            pad: 0,
                        }
                    }
                    Axis::Spread { .. } => Axis::Spread { start, end },
                };
                let mut values = Column::default();
                points.into_iter().for_each(|(_, sample)| values.push(sample));
                Some(Member {
                    name: member.name,
                    values,
                    axis,
                })
            })
            .collect();
        let mut times = Column::default();
        self.times
            .iter()
            .filter(|time| time.number().is_some_and(|time| inside(&time)))
            .for_each(|time| times.push(time));
        (self.members, self.times) = (kept, times);
    }

    /// The last value of a member, unless that is null.
    pub fn last(&self, names: &Names, name: &str) -> Option<Sample> {
        self.member(names, name)?
            .last()
            .filter(|sample| *sample != Sample::Null)
    }

    /// The last value of a member as a number.
    pub fn number(&self, names: &Names, name: &str) -> Option<f64> {
        to_number(names, self.last(names, name)?)
    }

    /// The last value of a member as a text; numbers are written out.
    pub fn text(&self, names: &Names, name: &str) -> Option<String> {
        Some(match self.last(names, name)? {
            Sample::Text(text) => names.text(text).to_owned(),
            Sample::Decimal(decimal) | Sample::Quoted(decimal) => decimal.to_string(),
            Sample::Float(number) => number.to_string(),
            Sample::Bool(value) => value.to_string(),
            Sample::Absent | Sample::Null | Sample::Other => return None,
        })
    }

    /// Whether the last value of a member is true, also in quotation marks.
    pub fn flag(&self, names: &Names, name: &str) -> Option<bool> {
        match self.last(names, name)? {
            Sample::Bool(value) => Some(value),
            Sample::Text(text) => match names.text(text) {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The place of a member, which may be a new one, if there is room for it. `hint` is where it is likely to be.
    pub(super) fn place(&mut self, name: Name, hint: usize, names: &mut Names) -> Option<usize> {
        /// No object has more members, and they are searched one by one.
        const MOST: usize = 2000;
        /// What a member takes beside its values.
        const MEMBER: usize = 120;
        if self.members.get(hint).is_some_and(|member| member.name == name) {
            return Some(hint);
        }
        let known = self.members.iter().position(|member| member.name == name);
        known.or_else(|| {
            if self.members.len() >= MOST || !names.take(MEMBER) {
                return None;
            }
            self.members.push(Member {
                name,
                values: Column::default(),
                axis: Axis::Rows,
            });
            Some(self.members.len() - 1)
        })
    }
}

/// A number, also one in quotation marks with zeros before it.
pub fn to_number(names: &Names, sample: Sample) -> Option<f64> {
    let Sample::Text(text) = sample else {
        return sample.number();
    };
    let text = names.text(text);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    if all_digits(whole) && all_digits(part) {
        text.parse().ok()
    } else {
        None
    }
}

/// A member and its times.
#[derive(Clone, Copy, Debug)]
pub struct Series<'d> {
    object: &'d StatsObject,
    member: &'d Member,
}

impl<'d> Series<'d> {
    /// What the member is called.
    pub fn name<'n>(&self, names: &'n Names) -> &'n str {
        names.text(self.member.name)
    }

    /// The last value that was there.
    pub fn last(&self) -> Option<Sample> {
        match self.member.values.last() {
            Sample::Absent => self
                .member
                .values
                .iter()
                .filter(|sample| *sample != Sample::Absent)
                .last(),
            sample => Some(sample),
        }
    }

    /// Times (milliseconds since 1970) and values; where it was not there, nothing is given out.
    pub fn points(self) -> impl Iterator<Item = (f64, Sample)> + 'd {
        self.all().filter(|(_, sample)| *sample != Sample::Absent)
    }

    fn all(self) -> impl Iterator<Item = (f64, Sample)> + 'd {
        let values = self.member.values.iter();
        let times: Box<dyn Iterator<Item = f64> + 'd> = match self.member.axis {
            Axis::Rows => Box::new(self.object.times()),
            Axis::From { skip, pad } => {
                let first = self.object.times().next().unwrap_or(0.0);
                let pad = std::iter::repeat_n(first, pad as usize);
                Box::new(pad.chain(self.object.times().skip(skip as usize)))
            }
            Axis::Spread { start, end } => {
                let steps = (self.member.values.len().max(2) - 1) as f64;
                Box::new((0_u64..).map(move |index| start + index as f64 * (end - start) / steps))
            }
        };
        times.zip(values)
    }

    /// Times and values that are numbers.
    pub fn numbers(self, names: &'d Names) -> impl Iterator<Item = (f64, f64)> + 'd {
        self.points()
            .filter_map(move |(time, sample)| Some((time, to_number(names, sample)?)))
    }
}
