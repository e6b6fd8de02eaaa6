//! Reads one getStats() report after the other into the series of a peer connection.
//!
//! A report is a set of objects, in whatever spelling. The reader of each spelling hands the objects over one by one; here they
//! become rows. Objects come in the same order from report to report, and so do their members, which saves most look-ups.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use super::column::Sample;
use super::decimal::Decimal;
use super::dump::PeerConnection;
use super::json::{Json, Result};
use super::members::{Context, Members};
use super::names::Names;
use super::object::StatsObject;

/// What an object takes beside its id and its members.
pub const OBJECT: usize = 300;

/// What a report that lacks something means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delta {
    /// It is gone.
    None,
    /// An object that is missing is gone; a member that is missing has not changed.
    Members,
    /// Neither an object nor a member that is missing has changed.
    Objects,
}

/// The series of one peer connection while they are read.
#[derive(Debug)]
pub struct Series {
    /// What was read so far.
    pub pc: PeerConnection,
    places: HashMap<Arc<str>, usize>,
    /// The place of the object after the last one.
    expected: usize,
    /// The number of the report at hand, from 1.
    report: u32,
    /// The objects in it.
    rows: Vec<Row>,
    /// How many objects of it have both `id` and `type`.
    full: usize,
    scratch: Members,
    /// Whether names and types of members are written as rtcstats' numbers.
    pub coded: bool,
}

/// An object in the report at hand.
#[derive(Clone, Copy, Debug)]
struct Row {
    place: usize,
    /// Its time, if that is known already, and whether it says so itself.
    stamp: Option<f64>,
    own: bool,
}

impl Series {
    /// For a connection without stats yet.
    pub fn new(pc: PeerConnection) -> Series {
        Series {
            pc,
            places: HashMap::new(),
            expected: 0,
            report: 0,
            rows: Vec::new(),
            full: 0,
            scratch: Members::default(),
            coded: false,
        }
    }

    /// Begins a report.
    pub fn begin(&mut self) {
        self.report += 1;
        self.rows.clear();
        self.expected = 0;
        self.full = 0;
    }

    /// How many objects the report has so far.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// Ends a report: `time` is for objects that do not say when they were, milliseconds since 1970.
    pub fn end(&mut self, time: f64, delta: Delta) {
        // Chromium's own export writes whole reports in a format that has deltas.
        if delta == Delta::Objects && self.full < self.rows.len() {
            for (place, object) in self.pc.stats.iter().enumerate() {
                if object.seen + 1 == self.report && object.removed != self.report {
                    self.rows.push(Row {
                        place,
                        stamp: object.stamp,
                        own: false,
                    });
                }
            }
        }
        for row in self.rows.drain(..) {
            let object = &mut self.pc.stats[row.place];
            object.seen = self.report;
            let time = row.stamp.filter(|stamp| *stamp > 0.0).unwrap_or(time);
            object.times.push(number(time));
        }
    }

    /// Gives this time to all objects of the report at hand that did not say one themselves.
    pub fn stamp(&mut self, time: f64) {
        for row in self.rows.iter_mut().filter(|row| !row.own) {
            row.stamp = Some(time);
            self.pc.stats[row.place].stamp = Some(time);
        }
    }

    /// The latest time that objects of the report at hand say they are of.
    pub fn latest(&self) -> Option<f64> {
        self.rows.iter().filter_map(|row| row.stamp).reduce(f64::max)
    }

    /// Ends reading: every member has a value, or nothing, for each row.
    pub fn finish(mut self) -> PeerConnection {
        for object in &mut self.pc.stats {
            let rows = object.times.len();
            for member in &mut object.members {
                member.values.fill(rows);
                member.values.shrink();
            }
            object.times.shrink();
        }
        self.pc.places = self.places;
        self.pc
    }

    /// Takes an object back.
    pub fn remove(&mut self, id: &str) {
        if let Some(place) = self.places.get(id) {
            self.pc.stats[*place].removed = self.report;
        }
    }

    /// Reads the members of an object; [`Series::add`] takes them over.
    pub fn read<R: Read>(&mut self, json: &mut Json<R>, names: &mut Names) -> Result<Members> {
        let mut members = self.blank();
        let like = self.pc.stats.get(self.expected);
        members.read(
            json,
            &mut Context {
                names,
                like,
                coded: self.coded,
            },
            None,
        )?;
        Ok(members)
    }

    /// Adds an object to the report at hand.
    pub fn add(&mut self, id: &str, members: Members, delta: Delta, names: &mut Names) {
        if let Some(place) = self.place(id, names) {
            self.row(place, &members, delta, names);
            self.expected = place + 1;
        }
        self.scratch = members;
    }

    /// An object without members, to be filled by hand.
    pub fn blank(&mut self) -> Members {
        let mut members = std::mem::take(&mut self.scratch);
        members.clear();
        members
    }

    /// Passes over what was read.
    pub fn drop(&mut self, members: Members) {
        self.scratch = members;
    }

    /// Expects this object next.
    pub fn expect(&mut self, id: &str) {
        let expected = self.pc.stats.get(self.expected).is_some_and(|object| &*object.id == id);
        if !expected && let Some(place) = self.places.get(id) {
            self.expected = *place;
        }
    }

    fn place(&mut self, id: &str, names: &mut Names) -> Option<usize> {
        if self.pc.stats.get(self.expected).is_some_and(|object| &*object.id == id) {
            return Some(self.expected);
        }
        if let Some(place) = self.places.get(id) {
            return Some(*place);
        }
        if !names.take(OBJECT + id.len()) {
            return None;
        }
        let object = StatsObject::new(id);
        self.places.insert(object.id.clone(), self.pc.stats.len());
        self.pc.stats.push(object);
        Some(self.pc.stats.len() - 1)
    }

    fn row(&mut self, place: usize, members: &Members, delta: Delta, names: &mut Names) {
        let object = &mut self.pc.stats[place];
        let row = object.times.len();
        let again = object.seen == self.report;
        // What a delta does not mention stays, if there was something just before.
        let whole = members.id.is_some() && members.kind.is_some();
        let goes_on = match delta {
            Delta::None => false,
            Delta::Members => again || object.seen + 1 == self.report,
            Delta::Objects => !whole && (again || object.seen + 1 == self.report),
        };
        if !goes_on && !again {
            object.members.iter_mut().for_each(|member| member.values.fill(row));
        }
        object.seen = self.report;
        if members.kind.is_some() {
            object.kind = members.kind;
        }
        let mut hint = 0;
        for (name, value) in &members.values {
            let Some(place) = object.place(*name, hint, names) else {
                continue;
            };
            hint = place;
            let values = &mut object.members[hint].values;
            // The same id or member twice: the later one counts.
            if values.len() > row {
                values.replace_last(*value);
            } else {
                values.fill(row);
                values.push(*value);
            }
            hint += 1;
        }
        if !goes_on {
            for member in &mut object.members {
                if member.values.len() == row {
                    member.values.push(Sample::Absent);
                }
            }
        }
        self.full += usize::from(whole && !again);
        let stamp = match (members.timestamp, goes_on && delta == Delta::Objects) {
            (None, true) => object.stamp,
            (stamp, _) => stamp,
        };
        object.stamp = stamp;
        let own = members.timestamp.is_some();
        match self.rows.get_mut(object.slot as usize).filter(|_| again) {
            Some(row) => row.stamp = stamp,
            None => {
                object.slot = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
                self.rows.push(Row { place, stamp, own });
            }
        }
    }
}

/// A time or another number of our own as a sample.
pub fn number(number: f64) -> Sample {
    // Times have three decimals at most; others survive as they are.
    let thousandths = number * 1000.0;
    let decimal = (thousandths.abs() < 9e15)
        .then(|| Decimal::new(thousandths.round() as i64, 3))
        .flatten();
    match decimal {
        Some(decimal) if decimal.to_f64() == number => Sample::Decimal(decimal),
        _ => Sample::Float(number),
    }
}
