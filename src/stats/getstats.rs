//! getStats() reports as programs print them: one in any of four spellings, or several with their times.
//!
//! | spelling | as |
//! | --- | --- |
//! | array | `[{"id", "type", …}]`, what `[...report.values()]` gives; Chrome's getStats(callback) has `"stats": {…}` in it |
//! | map | `{"ID": {"type", …}}`, what `Object.fromEntries(report)` gives |
//! | pairs | `[["ID", {…}]]`, what `[...report]` gives |
//! | key-value | `[{"key": "ID", "value": {…}}]` |
//! | series | `{"series": [{"t": MS, "stats": REPORT}]}`, JSON lines of the inner objects, or of reports in any spelling |
//!
//! A line may name the connection that its report is of; each has series of its own.

use std::collections::HashMap;
use std::io::Read;

use serde_json::Value;

use super::connections::CONNECTION;
use super::dump::{Dump, Format, PeerConnection};
use super::event::cut;
use super::json::{Json, Kind, Result};
use super::names::Names;
use super::report::{Delta, Series};
use super::rtcstats::time_of;

/// The series of a file that names no peer connection.
pub fn series() -> Series {
    Series::new(PeerConnection::new(Value::from("0")))
}

/// Reads a report in any of the spellings, and says which one it is; nothing if it is none.
pub fn report<R: Read>(json: &mut Json<R>, series: &mut Series, names: &mut Names) -> Result<Option<Format>> {
    match json.kind()? {
        Kind::Object => {
            let mut all = true;
            json.open()?;
            while let Some(key) = json.key()? {
                let id = key.to_owned();
                all &= map_entry(&id, json, series, names)?;
            }
            Ok((all && series.count() > 0).then_some(Format::Map))
        }
        Kind::Array => {
            let mut spelling = None;
            json.open()?;
            while json.element()? {
                spelling = element(json, series, names)?.or(spelling);
            }
            Ok(spelling)
        }
        _ => {
            json.skip()?;
            Ok(None)
        }
    }
}

/// An object whose id is its key. False if it is no stats object.
pub fn map_entry<R: Read>(id: &str, json: &mut Json<R>, series: &mut Series, names: &mut Names) -> Result<bool> {
    if json.kind()? != Kind::Object {
        json.skip()?;
        return Ok(false);
    }
    series.expect(id);
    let members = series.read(json, names)?;
    match members.kind {
        Some(_) => {
            series.add(id, members, Delta::None, names);
            Ok(true)
        }
        None => {
            series.drop(members);
            Ok(false)
        }
    }
}

/// An element of a list of stats objects; nothing if it is none.
pub fn element<R: Read>(json: &mut Json<R>, series: &mut Series, names: &mut Names) -> Result<Option<Format>> {
    match json.kind()? {
        Kind::Object => object(json, series, names),
        Kind::Array => {
            json.open()?;
            if !json.element()? {
                return Ok(None);
            }
            if json.kind()? != Kind::String {
                json.skip()?;
                rest(json)?;
                return Ok(None);
            }
            let id = json.string()?.to_owned();
            pair(&id, json, series, names)
        }
        _ => {
            json.skip()?;
            Ok(None)
        }
    }
}

/// The rest of `[id, object]`, after the id.
pub fn pair<R: Read>(id: &str, json: &mut Json<R>, series: &mut Series, names: &mut Names) -> Result<Option<Format>> {
    let mut spelling = None;
    if json.element()? {
        if json.kind()? == Kind::Object {
            series.expect(id);
            let members = series.read(json, names)?;
            series.add(id, members, Delta::None, names);
            spelling = Some(Format::Pairs);
        } else {
            json.skip()?;
        }
        rest(json)?;
    }
    Ok(spelling)
}

/// Passes over the rest of an array.
fn rest<R: Read>(json: &mut Json<R>) -> Result<()> {
    while json.element()? {
        json.skip()?;
    }
    Ok(())
}

/// `{"id", "type", …}` or `{"key", "value"}`. What has no type is an addition of some library and ignored.
pub fn object<R: Read>(json: &mut Json<R>, series: &mut Series, names: &mut Names) -> Result<Option<Format>> {
    let members = series.read(json, names)?;
    let (id, format) = match (members.key, members.id) {
        (Some(key), _) => (key, Format::KeyValue),
        (None, Some(id)) => (id, Format::Array),
        (None, None) => {
            series.drop(members);
            return Ok(None);
        }
    };
    let id = names.text(id).to_owned();
    match members.kind.is_some() || format == Format::KeyValue {
        true => series.add(&id, members, Delta::None, names),
        false => series.drop(members),
    }
    Ok(Some(format))
}

/// Ends a report without a time of its own: it is of the time of its latest object.
pub fn end(series: &mut Series) {
    let time = series.latest().unwrap_or(0.0);
    series.end(time, Delta::None);
}

/// `[{"t", "stats"}]`.
pub fn list<R: Read>(json: &mut Json<R>, dump: &mut Dump) -> Result<()> {
    let mut streams = Streams::default();
    let result = rows(json, &mut streams, dump);
    streams.finish(dump);
    result
}

fn rows<R: Read>(json: &mut Json<R>, streams: &mut Streams, dump: &mut Dump) -> Result<()> {
    json.open()?;
    while json.element()? {
        if json.kind()? != Kind::Object {
            json.skip()?;
            continue;
        }
        json.open()?;
        streams.row(json, dump)?;
    }
    Ok(())
}

/// Whether a member beside `stats` says when they were.
pub fn is_time(key: &str) -> bool {
    matches!(key, "t" | "timestamp" | "time" | "ts")
}

/// Whether a member beside `stats` says of which connection they are.
pub fn is_connection(key: &str) -> bool {
    matches!(
        key,
        "pc" | "pcId"
            | "pcid"
            | "pc_id"
            | "peerConnection"
            | "peerConnectionId"
            | "peer_connection"
            | "connection"
            | "connectionId"
    )
}

/// The value of [`is_time`], in milliseconds since 1970.
pub fn time<R: Read>(json: &mut Json<R>) -> Result<Option<f64>> {
    Ok(time_of(&json.tree()?))
}

/// The value of [`is_connection`].
pub fn connection<R: Read>(json: &mut Json<R>) -> Result<String> {
    Ok(match json.tree()? {
        Value::String(name) => cut(&name),
        name => cut(&name.to_string()),
    })
}

/// The connections of a list of reports, by their names; those without a name are of one.
#[derive(Debug, Default)]
pub struct Streams {
    list: Vec<Series>,
    places: HashMap<Option<String>, usize>,
    /// Whether lines name the connection behind the report.
    late: bool,
}

/// What a line has told so far.
#[derive(Debug, Default)]
struct Row {
    time: Option<f64>,
    name: Option<String>,
    /// The report, if it comes before the name.
    held: Option<Value>,
    /// Which connection it went to.
    place: Option<usize>,
}

impl Streams {
    /// With the first report, of the connection of this name.
    pub fn new(name: Option<String>, first: Series) -> Streams {
        let mut streams = Streams {
            late: name.is_some(),
            ..Streams::default()
        };
        streams.list.push(first);
        streams.places.insert(name, 0);
        streams
    }

    /// Reads the members of `{"t", "stats"}`, after the brace.
    pub fn row<R: Read>(&mut self, json: &mut Json<R>, dump: &mut Dump) -> Result<()> {
        let mut row = Row::default();
        let mut result = self.members(json, &mut row, dump);
        if let Some(held) = row.held.take() {
            let mut held = Json::over(held.to_string().into_bytes());
            let series = self.begin(&mut row, dump);
            result = result.and(report(&mut held, series, &mut dump.names).map(|_| ()));
        }
        self.end(&mut row);
        result
    }

    fn members<R: Read>(&mut self, json: &mut Json<R>, row: &mut Row, dump: &mut Dump) -> Result<()> {
        while let Some((key, kind)) = json.member()? {
            match (key, kind) {
                // Of which connection it is comes later.
                ("stats", _) if self.late && row.name.is_none() => row.held = Some(json.tree()?),
                ("stats", _) => {
                    let series = self.begin(row, dump);
                    report(json, series, &mut dump.names)?;
                }
                (key, Kind::Number | Kind::String) if is_time(key) => row.time = time(json)?.or(row.time),
                (key, Kind::Number | Kind::String) if is_connection(key) => {
                    self.late |= row.place.is_some();
                    row.name = Some(connection(json)?);
                }
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    /// The series that a report goes to, which it begins.
    fn begin(&mut self, row: &mut Row, dump: &mut Dump) -> &mut Series {
        let known = self.places.get(&row.name).copied();
        let known = known.or_else(|| (!self.list.is_empty() && !dump.names.take(CONNECTION)).then_some(0));
        let index = known.unwrap_or_else(|| {
            self.list.push(series());
            self.places.insert(row.name.clone(), self.list.len() - 1);
            self.list.len() - 1
        });
        if row.place != Some(index) {
            self.end(row);
            row.place = Some(index);
            self.list[index].begin();
        }
        &mut self.list[index]
    }

    /// Ends the report of a line, if there is one.
    fn end(&mut self, row: &mut Row) {
        if let Some(place) = row.place.take() {
            let series = &mut self.list[place];
            let latest = row.time.or_else(|| series.latest()).unwrap_or(0.0);
            series.end(latest, Delta::None);
        }
    }

    /// Hands all over to the dump.
    pub fn finish(self, dump: &mut Dump) {
        let mut names = vec![None; self.list.len()];
        self.places.into_iter().for_each(|(name, place)| names[place] = name);
        for (series, name) in self.list.into_iter().zip(names) {
            let mut pc = series.finish();
            if let Some(name) = name {
                pc.id = Value::from(name);
            }
            dump.peer_connections.push(pc);
        }
    }
}
