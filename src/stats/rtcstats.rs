//! Dumps of rtcstats, of all its generations: events and getStats() reports in the order in which they came.
//!
//! - `RTCStatsDump`, an object on the second line, then arrays `[method, connection, value, …, delta_ms]`. Reports hold what
//!   changed; those that Chromium exports in this format are whole.
//! - The same without the head (older servers, Jitsi): times are absolute, an object that is missing is gone.
//! - One object (2016): `{"peerConnections": {"ID": [{"time", "type", "value"}]}}`, reports are whole.

use std::io::Read;

use serde_json::Value;

use super::browser;
use super::clock;
use super::connections::{Connections, Dialect};
use super::dump::{Dump, PeerConnection};
use super::event::{Event, cut};
use super::getstats;
use super::json::{Json, Kind, Result, Stop};
use super::report::{Delta, Series};

/// The first line of a dump.
pub const HEAD: &[u8] = b"RTCStatsDump";

const DUMP: Dialect = Dialect {
    relative: true,
    delta: Delta::Objects,
};
const JSONL: Dialect = Dialect {
    relative: false,
    delta: Delta::Members,
};

/// Reads what comes after [`HEAD`].
pub fn dump<R: Read>(json: &mut Json<R>, dump: &mut Dump) -> Result<()> {
    let mut connections = Connections::new(DUMP);
    let result = lines(json, dump, &mut connections);
    connections.finish(dump);
    result
}

/// Reads arrays one after the other. The bracket of the first one and `name`, its first element, were read already; `listed`
/// is whether all stand in one array. Says whether any of them has a time.
pub fn jsonl<R: Read>(json: &mut Json<R>, dump: &mut Dump, name: String, listed: bool) -> (Result<()>, bool) {
    let mut connections = Connections::new(JSONL);
    let result = match connections.event(json, dump, Some(name)) {
        Ok(()) if listed => elements(json, dump, &mut connections),
        Ok(()) => lines(json, dump, &mut connections),
        Err(stop) if listed => Err(stop),
        Err(stop) => go_on(json, dump, stop).and_then(|()| lines(json, dump, &mut connections)),
    };
    let timed = connections.is_timed();
    connections.finish(dump);
    (result, timed)
}

fn elements<R: Read>(json: &mut Json<R>, dump: &mut Dump, connections: &mut Connections) -> Result<()> {
    while json.element()? {
        match json.kind()? {
            Kind::Array => {
                json.open()?;
                connections.event(json, dump, None)?;
            }
            _ => json.skip()?,
        }
    }
    Ok(())
}

/// Lines: what is wrong with one does no harm to the others.
fn lines<R: Read>(json: &mut Json<R>, dump: &mut Dump, connections: &mut Connections) -> Result<()> {
    loop {
        match line(json, dump, connections) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(stop) => go_on(json, dump, stop)?,
        }
    }
}

fn line<R: Read>(json: &mut Json<R>, dump: &mut Dump, connections: &mut Connections) -> Result<bool> {
    match json.peek()? {
        Some(Kind::Array) => {
            json.open()?;
            connections.event(json, dump, None)?;
        }
        Some(Kind::Object) => head(&json.tree()?, dump),
        Some(_) => return Err(json.expected("an array")),
        None => return Ok(false),
    }
    Ok(true)
}

/// Goes to the next line, if there is one.
pub fn go_on<R: Read>(json: &mut Json<R>, dump: &mut Dump, stop: Stop) -> Result<()> {
    match json.skip_line() {
        true => {
            dump.note(&stop, false);
            Ok(())
        }
        false => Err(stop),
    }
}

/// The object on the second line.
fn head(value: &Value, dump: &mut Dump) {
    let agent = value
        .get("userAgent")
        .or(value.get("UserAgent"))
        .and_then(Value::as_str);
    dump.user_agent = agent.map(cut).or(dump.user_agent.take());
    dump.browser = browser::of_data(&value["userAgentData"]).or(dump.browser.take());
}

/// The member `peerConnections` of the first generation.
pub fn events_by_connection<R: Read>(json: &mut Json<R>, dump: &mut Dump) -> Result<()> {
    json.open()?;
    while let Some(id) = json.key()? {
        let mut series = Series::new(PeerConnection::new(Value::from(cut(id))));
        let result = events(json, &mut series, dump);
        dump.peer_connections.push(series.finish());
        result?;
    }
    Ok(())
}

fn events<R: Read>(json: &mut Json<R>, series: &mut Series, dump: &mut Dump) -> Result<()> {
    if json.kind()? != Kind::Array {
        return json.skip();
    }
    json.open()?;
    while json.element()? {
        match json.kind()? {
            Kind::Object => event(json, series, dump)?,
            _ => json.skip()?,
        }
    }
    Ok(())
}

/// `{"time", "type", "value"}`, in this order.
fn event<R: Read>(json: &mut Json<R>, series: &mut Series, dump: &mut Dump) -> Result<()> {
    let (mut time, mut name, mut value) = (None, None, Value::Null);
    let is_report = |name: &Option<String>| name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case("getstats"));
    json.open()?;
    while let Some(key) = json.key()? {
        match key {
            "time" => time = time_of(&json.tree()?),
            "type" => name = Some(cut(json.tree()?.as_str().unwrap_or("None"))),
            "value" if is_report(&name) => {
                series.begin();
                let result = getstats::report(json, series, &mut dump.names);
                series.end(time.unwrap_or(0.0), Delta::None);
                result?;
            }
            "value" => value = json.tree()?,
            _ => json.skip()?,
        }
    }
    if is_report(&name) {
        return Ok(());
    }
    let name = name.unwrap_or_else(|| "None".to_owned());
    if name == "create" {
        series.pc.config = Some(value.clone()).filter(|value| !value.is_null());
    }
    let event = Event::new(time, name.clone(), &name, &value);
    if dump.names.take(event.size()) {
        series.pc.events.push(event);
    }
    Ok(())
}

/// A time as a number or as text.
pub fn time_of(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => clock::iso(text),
        value => value.as_f64(),
    }
}
