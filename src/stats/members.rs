//! [`Members`]: what one object of a report says.
//!
//! Members come in the same order from report to report, so each is looked for where it was the last time.

use std::io::Read;

use super::clock;
use super::codes;
use super::column::Sample;
use super::decimal::Decimal;
use super::json::{Json, Kind, Result, Scalar};
use super::names::{Name, Names};
use super::object::StatsObject;

/// So far ahead of the expected place a member is looked for before all are searched.
const NEAR: usize = 4;

/// What one object of a report says.
#[derive(Debug, Default)]
pub struct Members {
    /// The member `id`.
    pub id: Option<Name>,
    /// The member `type`.
    pub kind: Option<Name>,
    /// The member `timestamp`: milliseconds since 1970. Zero is kept; what it means differs.
    pub timestamp: Option<f64>,
    /// The member `key`, beside a `value` that has the others.
    pub key: Option<Name>,
    pub(super) values: Vec<(Name, Sample)>,
}

/// What is known when an object is read.
pub(super) struct Context<'a> {
    pub(super) names: &'a mut Names,
    /// An object that is likely to have the same members.
    pub(super) like: Option<&'a StatsObject>,
    /// Whether names and types are numbers.
    pub(super) coded: bool,
}

impl Members {
    pub(super) fn clear(&mut self) {
        self.values.clear();
        (self.id, self.kind, self.timestamp, self.key) = (None, None, None, None);
    }

    /// Adds a member.
    pub fn push_sample(&mut self, name: Name, value: Sample) {
        self.values.push((name, value));
    }

    /// Reads an object into this. Members of a member that is an object are called `member.part`; `within` is that member.
    pub(super) fn read<R: Read>(
        &mut self,
        json: &mut Json<R>,
        context: &mut Context<'_>,
        within: Option<&str>,
    ) -> Result<()> {
        let mut hint = 0;
        json.open()?;
        while let Some(key) = json.key()? {
            let key = if context.coded {
                codes::property(key).unwrap_or(key)
            } else {
                key
            };
            let inside = within.is_some_and(|within| !within.is_empty());
            if let Some(special) = Special::of(key).filter(|_| !inside) {
                self.special(special, json, context)?;
                continue;
            }
            let name = match within.filter(|within| !within.is_empty()) {
                None => context.look_up(key, &mut hint),
                Some(within) => context.look_up(&format!("{within}.{key}"), &mut hint),
            };
            if within.is_none() && json.kind()? == Kind::Object {
                self.nested(name, json, context)?;
                continue;
            }
            let like = context.like.and_then(|object| object.members.get(hint.wrapping_sub(1)));
            let held = like
                .filter(|member| member.name == name)
                .map(|member| member.values.last());
            let value = sample(json.scalar()?, context.names, held);
            self.values.push((name, value));
        }
        Ok(())
    }

    /// Reads a member that is an object itself.
    fn nested<R: Read>(&mut self, name: Name, json: &mut Json<R>, context: &mut Context<'_>) -> Result<()> {
        let own = (self.id, self.kind, self.timestamp);
        let name = context.names.text(name).to_owned();
        match name.as_str() {
            // Chrome's old getStats(callback) has the members one level down.
            "stats" => {
                self.read(json, context, Some(""))?;
                (self.id, self.kind, self.timestamp) = own;
                Ok(())
            }
            "value" => self.read(json, context, Some("")),
            name => self.read(json, context, Some(name)),
        }
    }

    fn special<R: Read>(&mut self, special: Special, json: &mut Json<R>, context: &mut Context<'_>) -> Result<()> {
        let names = &mut *context.names;
        match (special, json.scalar()?) {
            (Special::Timestamp, Scalar::Decimal(decimal)) => self.timestamp = Some(decimal.to_f64()),
            (Special::Timestamp, Scalar::Float(number)) => self.timestamp = Some(number),
            (Special::Timestamp, Scalar::Text(text)) => self.timestamp = clock::iso(text),
            (Special::Id, Scalar::Text(text)) => self.id = Some(names.learn(text)),
            (Special::Id, Scalar::Decimal(decimal)) => self.id = Some(names.learn(&decimal.to_string())),
            (Special::Key, Scalar::Text(text)) => self.key = Some(names.learn(text)),
            (Special::Type, Scalar::Text(text)) => {
                let known = context
                    .like
                    .and_then(|object| object.kind)
                    .filter(|kind| names.text(*kind) == text);
                self.kind = Some(known.unwrap_or_else(|| names.learn(text)));
            }
            (Special::Type, Scalar::Decimal(decimal)) if context.coded => {
                self.kind = codes::stats_type(decimal.to_i64()).map(|kind| names.learn(kind));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Members that are about the object, not about the call.
#[derive(Clone, Copy, Debug)]
enum Special {
    Id,
    Type,
    Timestamp,
    Key,
}

impl Special {
    fn of(key: &str) -> Option<Special> {
        Some(match key {
            "id" => Special::Id,
            "type" => Special::Type,
            "timestamp" => Special::Timestamp,
            "key" => Special::Key,
            _ => return None,
        })
    }
}

impl Context<'_> {
    /// The name of a key: likely that of the member after the last one. `hint` is the place after it.
    fn look_up(&mut self, key: &str, hint: &mut usize) -> Name {
        let members = self.like.map_or(&[][..], |object| &object.members);
        let near = members.iter().enumerate().skip(*hint).take(NEAR);
        for (place, member) in near {
            if self.names.text(member.name) == key {
                *hint = place + 1;
                return member.name;
            }
        }
        let name = self.names.learn(key);
        if let Some(place) = members.iter().position(|member| member.name == name) {
            *hint = place + 1;
        }
        name
    }
}

/// A value as it is kept. `held` is what it was before, which it may still be.
pub fn sample(scalar: Scalar<'_>, names: &mut Names, held: Option<Sample>) -> Sample {
    match scalar {
        Scalar::Null => Sample::Null,
        Scalar::Bool(value) => Sample::Bool(value),
        Scalar::Decimal(decimal) => Sample::Decimal(decimal),
        Scalar::Float(number) => Sample::Float(number),
        Scalar::Other => Sample::Other,
        Scalar::Text(text) => match held {
            Some(Sample::Text(name)) if names.text(name) == text => Sample::Text(name),
            _ => match Decimal::parse_quoted(text) {
                Some(decimal) => Sample::Quoted(decimal),
                None => Sample::Text(names.learn(text)),
            },
        },
    }
}
