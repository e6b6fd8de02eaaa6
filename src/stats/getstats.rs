//! getStats() reports as programs print them: one in any of four spellings, or several with their times.
//!
//! | spelling | as |
//! | --- | --- |
//! | array | `[{"id", "type", …}]`, what `[...report.values()]` gives; Chrome's getStats(callback) has `"stats": {…}` in it |
//! | map | `{"ID": {"type", …}}`, what `Object.fromEntries(report)` gives |
//! | pairs | `[["ID", {…}]]`, what `[...report]` gives |
//! | key-value | `[{"key": "ID", "value": {…}}]` |
//! | series | `{"series": [{"t": MS, "stats": REPORT}]}`, or JSON lines of the inner objects |

use std::io::Read;

use serde_json::Value;

use super::dump::{Dump, Format, PeerConnection};
use super::json::{Json, Kind, Result};
use super::names::Names;
use super::report::{Delta, Series};

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
    let mut series = series();
    let result = rows(json, &mut series, dump);
    dump.peer_connections.push(series.finish());
    result
}

fn rows<R: Read>(json: &mut Json<R>, series: &mut Series, dump: &mut Dump) -> Result<()> {
    json.open()?;
    while json.element()? {
        if json.kind()? != Kind::Object {
            json.skip()?;
            continue;
        }
        json.open()?;
        row(json, series, None, dump)?;
    }
    Ok(())
}

/// The members of `{"t", "stats"}`, after the brace; `first` is a key that was read already. Says whether there were both.
pub fn row<R: Read>(json: &mut Json<R>, series: &mut Series, first: Option<&str>, dump: &mut Dump) -> Result<bool> {
    let (mut time, mut stats) = (None, false);
    series.begin();
    let result = row_members(json, series, first, dump, &mut time, &mut stats);
    let latest = time.or_else(|| series.latest()).unwrap_or(0.0);
    series.end(latest, Delta::None);
    result.map(|()| time.is_some() && stats)
}

fn row_members<R: Read>(
    json: &mut Json<R>,
    series: &mut Series,
    first: Option<&str>,
    dump: &mut Dump,
    time: &mut Option<f64>,
    stats: &mut bool,
) -> Result<()> {
    let mut next = first.map(str::to_owned);
    loop {
        let key = match next.take() {
            Some(key) => key,
            None => match json.key()? {
                Some(key) => key.to_owned(),
                None => return Ok(()),
            },
        };
        match key.as_str() {
            "t" => *time = json.f64()?,
            "stats" => {
                *stats = true;
                report(json, series, &mut dump.names)?;
            }
            _ => json.skip()?,
        }
    }
}
