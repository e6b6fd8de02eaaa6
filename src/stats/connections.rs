//! The peer connections of a list of events: one `[method, connection, value, …, time]` after the other.

use std::collections::HashMap;
use std::io::Read;

use serde_json::Value;

use super::clock;
use super::codes;
use super::dump::{Dump, MediaCall, PeerConnection};
use super::event::{Event, cut};
use super::json::{Json, Kind, Result};
use super::report::{Delta, Series};
use super::restore::Before;

/// What a connection takes beside its events and its stats.
pub const CONNECTION: usize = 1000;

/// How a writer of such lists counts time and what its reports leave out.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// Times are differences to the event before.
    pub relative: bool,
    /// What is missing in a report.
    pub delta: Delta,
}

/// The connections while they are read.
#[derive(Debug)]
pub struct Connections {
    dialect: Dialect,
    list: Vec<Series>,
    /// Of each, what later descriptions may leave out.
    before: Vec<Before>,
    places: HashMap<String, usize>,
    /// Milliseconds since 1970 of the last event.
    time: f64,
    /// How many events are of no connection.
    client: Option<usize>,
}

/// An event while it is read.
#[derive(Debug)]
struct Line {
    name: String,
    method: String,
    /// Nothing for events of no connection.
    place: Option<usize>,
    value: Value,
    /// The first value after the third one.
    extra: Option<Value>,
    time: Option<f64>,
    is_report: bool,
    /// The time that a report has for all its objects.
    stamp: Option<f64>,
}

impl Connections {
    /// None yet.
    pub fn new(dialect: Dialect) -> Connections {
        Connections {
            dialect,
            list: Vec::new(),
            before: Vec::new(),
            places: HashMap::new(),
            time: 0.0,
            client: None,
        }
    }

    /// Whether any event had a time.
    pub fn is_timed(&self) -> bool {
        self.time > 0.0
    }

    /// Hands all over to the dump.
    pub fn finish(self, dump: &mut Dump) {
        dump.client_events = self.client;
        let all = self.list.into_iter().map(Series::finish);
        // Chromium writes the calls of `navigator.mediaDevices` as those of a connection.
        dump.peer_connections
            .extend(all.filter(|pc| !(self.dialect.relative && pc.is_navigator())));
    }

    /// Reads the elements of an event, after the bracket. `name` is the first one, if it was read already.
    pub fn event<R: Read>(&mut self, json: &mut Json<R>, dump: &mut Dump, name: Option<String>) -> Result<()> {
        let name = match name {
            Some(name) => name,
            None if !json.element()? => return Ok(()),
            None => text_of(json.tree()?),
        };
        let mut line = Line {
            method: codes::method(&name).unwrap_or(&name).to_owned(),
            name,
            place: None,
            value: Value::Null,
            extra: None,
            time: None,
            is_report: false,
            stamp: None,
        };
        if !json.element()? {
            return Ok(());
        }
        let id = json.tree()?;
        line.place = self.place(id, dump);
        let result = self.rest(json, dump, &mut line);
        self.close(line, dump);
        result
    }

    fn rest<R: Read>(&mut self, json: &mut Json<R>, dump: &mut Dump, line: &mut Line) -> Result<()> {
        if !json.element()? {
            return Ok(());
        }
        if line.method.eq_ignore_ascii_case("getstats") && json.kind()? == Kind::Object {
            if let Some(place) = line.place {
                line.is_report = true;
                line.stamp = self.report(json, dump, place)?;
            } else {
                json.skip()?;
            }
        } else {
            line.value = json.tree()?;
            line.time = line.value.as_f64();
        }
        let mut count = 0;
        while json.element()? {
            let value = json.tree()?;
            line.time = value.as_f64();
            if count == 0 {
                line.extra = Some(value);
            }
            count += 1;
        }
        if count == 0 && !line.is_report {
            // Three elements: the last one is the time.
            line.value = Value::Null;
        }
        Ok(())
    }

    /// Reads a report; gives the time that it has for all its objects.
    fn report<R: Read>(&mut self, json: &mut Json<R>, dump: &mut Dump, place: usize) -> Result<Option<f64>> {
        let series = &mut self.list[place];
        let mut stamp = None;
        series.begin();
        json.open()?;
        while let Some(key) = json.key()? {
            if key == "timestamp" || key == "t" {
                stamp = match json.kind()? {
                    Kind::String => clock::iso(json.string()?),
                    _ => json.f64()?,
                };
                // Where the time is `t`, all other names are numbers, too.
                continue;
            }
            let id = key.to_owned();
            match json.kind()? {
                Kind::Object => {
                    series.expect(&id);
                    let members = series.read(json, &mut dump.names)?;
                    series.add(&id, members, self.dialect.delta, &mut dump.names);
                }
                kind => {
                    json.skip()?;
                    if kind == Kind::Word {
                        series.remove(&id);
                    }
                }
            }
        }
        Ok(stamp)
    }

    fn close(&mut self, mut line: Line, dump: &mut Dump) {
        if let Some(time) = line.time {
            self.time = if self.dialect.relative { self.time + time } else { time };
        }
        let Some(place) = line.place else {
            *self.client.get_or_insert(0) += 1;
            client_event(&line, self.time, dump);
            return;
        };
        let series = &mut self.list[place];
        if line.is_report {
            let mut time = self.time;
            if let Some(stamp) = line.stamp {
                series.stamp(stamp);
                time = stamp;
            }
            series.end(time, self.dialect.delta);
            return;
        }
        if line.method == "create" {
            if let Some(Value::String(url)) = &line.extra
                && self.dialect.relative
            {
                series.pc.url = Some(cut(url));
            }
            series.pc.config = Some(line.value.clone()).filter(|value| !value.is_null());
        }
        if line.method == "constraints" && !self.dialect.relative {
            series.pc.constraints = Some(line.value.clone()).filter(|value| !value.is_null());
        }
        media_call(&line, self.time, dump);
        self.before[place].restore(&line.method, &mut line.value, &mut dump.names);
        let event = Event::new(Some(self.time), line.name, &line.method, &line.value);
        if dump.names.take(event.size()) {
            series.pc.events.push(event);
        }
    }

    /// The place of a connection, which may be a new one; none for events of no connection.
    fn place(&mut self, id: Value, dump: &mut Dump) -> Option<usize> {
        if id.is_null() {
            return None;
        }
        let key = id.to_string();
        if let Some(place) = self.places.get(&key) {
            return Some(*place);
        }
        if !dump.names.take(CONNECTION + key.len()) {
            return None;
        }
        let mut series = Series::new(PeerConnection::new(id));
        series.coded = self.dialect.relative;
        self.places.insert(key, self.list.len());
        self.list.push(series);
        self.before.push(Before::default());
        Some(self.list.len() - 1)
    }
}

/// An event of no connection: who made the dump, and calls for media.
fn client_event(line: &Line, time: f64, dump: &mut Dump) {
    let text = |name: &str| line.value.get(name).and_then(Value::as_str).map(cut);
    match line.method.as_str() {
        "connectionInfo" => dump.user_agent = text("userAgent").or(dump.user_agent.take()),
        "create" => dump.browser = super::browser::of_data(&line.value["userAgentData"]).or(dump.browser.take()),
        _ => media_call(line, time, dump),
    }
}

/// `navigator.mediaDevices.getUserMedia`, `…OnSuccess`, `…OnFailure`; once without what is before the name.
fn media_call(line: &Line, time: f64, dump: &mut Dump) {
    let name = line
        .method
        .strip_prefix("navigator.")
        .map(|name| name.strip_prefix("mediaDevices.").unwrap_or(name));
    let name = name.or(Some(line.method.as_str()).filter(|name| name.starts_with("getUserMedia")));
    if let Some(name) = name {
        dump.keep_call(MediaCall::new(Some(time), name, &line.value));
    }
}

impl MediaCall {
    /// Of an event: `getUserMedia`, `getUserMediaOnSuccess`, `getUserMediaOnFailure`.
    pub(super) fn new(at_ms: Option<f64>, name: &str, value: &Value) -> MediaCall {
        let ends = |end: &str| name.strip_suffix(end);
        let (method, succeeded) = match (ends("OnSuccess"), ends("OnFailure").or(ends("OnError"))) {
            (Some(method), _) => (method, Some(true)),
            (None, Some(method)) => (method, Some(false)),
            (None, None) => (name, None),
        };
        let detail = match value {
            Value::Null => String::new(),
            Value::String(text) => cut(text),
            value => cut(&value.to_string()),
        };
        MediaCall {
            at_ms,
            method: method.to_owned(),
            succeeded,
            detail,
        }
    }
}

/// A name, which may be a number.
fn text_of(value: Value) -> String {
    match value {
        Value::String(text) => cut(&text),
        Value::Null => "None".to_owned(),
        value => cut(&value.to_string()),
    }
}
