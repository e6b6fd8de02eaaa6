//! Dumps of chrome://webrtc-internals, of every generation, and testRTC's exports in the same form.
//!
//! `stats` of a connection has a series for each member of each stats id: key `ID-MEMBER`, `values` a string that holds a JSON
//! array. Members that the page computes are in brackets and left out. Times:
//!
//! - since Chrome 117 there is a series `ID-timestamp`; a member with fewer values begins at its own `startTime`;
//! - before, values are spread evenly between `startTime` and `endTime`;
//! - those of API calls are numbers since Chrome 138 or so, and words in the user's language before (see [`clock`]).

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use serde_json::Value;

use super::clock;
use super::column::{Column, Sample};
use super::dump::{Dump, MediaCall, PeerConnection};
use super::event::{Event, cut};
use super::json::{Json, Kind, Result};
use super::members::sample;
use super::names::{Name, Names};
use super::object::{Axis, StatsObject};
use super::report::OBJECT;
use super::rtcstats::time_of;

/// The member `PeerConnections`.
pub fn connections<R: Read>(json: &mut Json<R>, dump: &mut Dump) -> Result<()> {
    let mut buffer = Vec::new();
    json.open()?;
    while let Some(id) = json.key()? {
        let mut connection = Connection::new(id, std::mem::take(&mut buffer));
        let result = connection.read(json, dump);
        buffer = std::mem::take(&mut connection.buffer);
        let (pc, calls) = connection.finish();
        match pc.is_navigator() {
            true => dump.media_calls.extend(calls),
            false => dump.peer_connections.push(pc),
        }
        result?;
    }
    Ok(())
}

/// The member `getUserMedia`: calls and what came of them.
pub fn media_calls<R: Read>(json: &mut Json<R>, dump: &mut Dump) -> Result<()> {
    let mut count = 0;
    json.open()?;
    while json.element()? {
        let entry = json.tree()?;
        dump.keep_call(media_call(&entry));
        count += 1;
    }
    dump.media_entries = Some(count);
    Ok(())
}

fn media_call(entry: &Value) -> MediaCall {
    let text = |name: &str| {
        entry[name]
            .as_str()
            .filter(|text| !text.is_empty() && *text != "null")
            .map(cut)
    };
    // The first rtcstats servers wrote events here.
    if let (Some(name), Some(value)) = (entry["type"].as_str(), entry.get("value")) {
        return MediaCall::new(time_of(&entry["time"]), name, value);
    }
    let method = text("request_type").unwrap_or_else(|| "getUserMedia".to_owned());
    let at_ms = entry["timestamp"].as_f64();
    let named = |names: [&str; 2]| {
        let parts = names.iter().filter_map(|name| {
            let value = text(name).or_else(|| (entry[name].as_str() == Some("")).then(String::new))?;
            let name = name.trim_end_matches("_track_info");
            Some(if value.is_empty() {
                name.to_owned()
            } else {
                format!("{name} {value}")
            })
        });
        parts.collect::<Vec<_>>().join(", ")
    };
    match (text("error"), entry.get("stream_id")) {
        (Some(error), _) => {
            let message = text("error_message")
                .map(|message| format!(": {message}"))
                .unwrap_or_default();
            MediaCall {
                at_ms,
                method,
                succeeded: Some(false),
                detail: format!("{error}{message}"),
            }
        }
        (None, Some(_)) => MediaCall {
            at_ms,
            method,
            succeeded: Some(true),
            detail: named(["audio_track_info", "video_track_info"]),
        },
        (None, None) => MediaCall {
            at_ms,
            method,
            succeeded: None,
            detail: named(["audio", "video"]),
        },
    }
}

/// A connection while it is read.
struct Connection {
    pc: PeerConnection,
    places: HashMap<Arc<str>, usize>,
    /// The object of the last key.
    last: usize,
    buffer: Vec<u8>,
    calls: Vec<MediaCall>,
    /// For each event, the time of the day where its time is in words.
    words: Vec<Option<f64>>,
}

/// One series while it is read.
#[derive(Default)]
struct OneSeries {
    start: Option<f64>,
    end: Option<f64>,
    kind: Option<Name>,
    values: Column,
    /// Members of values that are objects.
    parts: Vec<(Name, Column)>,
}

impl Connection {
    fn new(id: &str, buffer: Vec<u8>) -> Connection {
        Connection {
            pc: PeerConnection::new(Value::from(cut(id))),
            places: HashMap::new(),
            last: 0,
            buffer,
            calls: Vec::new(),
            words: Vec::new(),
        }
    }

    fn read<R: Read>(&mut self, json: &mut Json<R>, dump: &mut Dump) -> Result<()> {
        if json.kind()? != Kind::Object {
            return json.skip();
        }
        json.open()?;
        while let Some((key, kind)) = json.member()? {
            match key {
                "url" => self.pc.url = json.tree()?.as_str().map(cut),
                "rtcConfiguration" => self.pc.config = Some(json.tree()?).filter(|value| !value.is_null()),
                "constraints" => self.pc.constraints = Some(json.tree()?).filter(says_something),
                "updateLog" if kind == Kind::Array => self.events(json, dump)?,
                "stats" if kind == Kind::Object => self.stats(json, dump)?,
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    fn events<R: Read>(&mut self, json: &mut Json<R>, dump: &mut Dump) -> Result<()> {
        json.open()?;
        while json.element()? {
            let mut entry = json.tree()?;
            let written = entry
                .get("timestamp")
                .or(entry.get("time"))
                .cloned()
                .unwrap_or_default();
            let time = time_of(&written);
            let name = entry["type"].as_str().map_or_else(|| "None".to_owned(), cut);
            let value = entry.get_mut("value").map(Value::take).unwrap_or_default();
            if let Some(call) = name.strip_prefix("navigator.mediaDevices.") {
                self.calls.push(MediaCall::new(time, call, &value));
            }
            let event = Event::new(time, name.clone(), &name, &value);
            if dump.names.take(event.size()) {
                self.words
                    .push(written.as_str().filter(|_| time.is_none()).and_then(clock::time_of_day));
                self.pc.events.push(event);
            }
        }
        Ok(())
    }

    fn stats<R: Read>(&mut self, json: &mut Json<R>, dump: &mut Dump) -> Result<()> {
        json.open()?;
        while let Some(key) = json.key()? {
            let Some((id, member)) = split(key) else {
                json.skip()?;
                continue;
            };
            let member = dump.names.learn(member);
            let Some((place, is_new)) = self.place(id, &mut dump.names) else {
                json.skip()?;
                continue;
            };
            let mut series = OneSeries::default();
            let result = self.one(json, dump, &mut series, member);
            self.add(series, place, is_new, member, &mut dump.names);
            result?;
        }
        Ok(())
    }

    fn one<R: Read>(
        &mut self,
        json: &mut Json<R>,
        dump: &mut Dump,
        series: &mut OneSeries,
        member: Name,
    ) -> Result<()> {
        if json.kind()? != Kind::Object {
            return json.skip();
        }
        json.open()?;
        while let Some((key, kind)) = json.member()? {
            match key {
                "startTime" => series.start = time_of(&json.tree()?),
                "endTime" => series.end = time_of(&json.tree()?),
                "statsType" => series.kind = json.tree()?.as_str().map(|kind| dump.names.learn(kind)),
                "values" => match kind {
                    Kind::String => {
                        let start = json.offset();
                        let (mut inner, outer) = json.embedded(std::mem::take(&mut self.buffer));
                        let result = values(&mut inner, &mut dump.names, series, member);
                        self.buffer = inner.into_buffer();
                        outer?;
                        if let Err(mut stop) = result {
                            stop.offset += start;
                            dump.note(&stop, false);
                        }
                    }
                    Kind::Array => values(json, &mut dump.names, series, member)?,
                    _ => json.skip()?,
                },
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    /// The place of an object, and whether it is a new one.
    fn place(&mut self, id: &str, names: &mut Names) -> Option<(usize, bool)> {
        if self.pc.stats.get(self.last).is_some_and(|object| &*object.id == id) {
            return Some((self.last, false));
        }
        if let Some(place) = self.places.get(id) {
            self.last = *place;
            return Some((self.last, false));
        }
        if !names.take(OBJECT + id.len()) {
            return None;
        }
        let object = StatsObject::new(id);
        self.last = self.pc.stats.len();
        self.places.insert(object.id.clone(), self.last);
        self.pc.stats.push(object);
        Some((self.last, true))
    }

    fn add(&mut self, mut series: OneSeries, place: usize, is_new: bool, member: Name, names: &mut Names) {
        let object = &mut self.pc.stats[place];
        if is_new {
            object.kind = series
                .kind
                .or_else(|| by_prefix(&object.id).map(|kind| names.learn(kind)));
        }
        match names.text(member) {
            "type" => {
                if let Sample::Text(kind) = series.values.last() {
                    object.kind = Some(kind);
                }
                return;
            }
            "timestamp" => {
                series.values.shrink();
                object.times = series.values;
                return;
            }
            _ => {}
        }
        let (start, end) = (series.start.unwrap_or(0.0), series.end.or(series.start).unwrap_or(0.0));
        let length = series.values.len();
        for (name, mut values) in [(member, series.values)].into_iter().chain(series.parts) {
            values.fill(length);
            values.shrink();
            let Some(index) = object.place(name, object.members.len(), names) else {
                continue;
            };
            object.members[index].values = values;
            object.members[index].axis = Axis::Spread { start, end };
        }
    }

    /// Gives everything its time.
    fn finish(mut self) -> (PeerConnection, Vec<MediaCall>) {
        self.pc.stats.iter_mut().for_each(align);
        self.pc.places = std::mem::take(&mut self.places);
        if self.words.iter().any(Option::is_some) {
            let starts = self.pc.stats.iter().filter_map(StatsObject::start);
            let start = starts.filter(|start| *start > 0.0).reduce(f64::min);
            clock::place(&mut self.words, start);
            for (event, time) in self.pc.events.iter_mut().zip(&self.words) {
                event.at_ms = event.at_ms.or(*time);
            }
        }
        (self.pc, self.calls)
    }
}

/// Reads the list of values of a series.
fn values<R: Read>(json: &mut Json<R>, names: &mut Names, series: &mut OneSeries, member: Name) -> Result<()> {
    json.open()?;
    while json.element()? {
        if json.kind()? == Kind::Object {
            parts(json, names, series, member)?;
            series.values.push(Sample::Other);
            continue;
        }
        let held = Some(series.values.last());
        let value = sample(json.scalar()?, names, held);
        series.values.push(value);
    }
    Ok(())
}

/// Reads a value that is an object: each of its members is a series of its own.
fn parts<R: Read>(json: &mut Json<R>, names: &mut Names, series: &mut OneSeries, member: Name) -> Result<()> {
    let row = series.values.len();
    let mut hint = 0;
    json.open()?;
    while let Some(key) = json.key()? {
        let known = series
            .parts
            .iter()
            .enumerate()
            .cycle()
            .skip(hint)
            .take(series.parts.len());
        let known = known.map(|(place, (name, _))| (place, *name)).find(|(_, name)| {
            names
                .text(*name)
                .strip_prefix(names.text(member))
                .and_then(|rest| rest.strip_prefix('.'))
                == Some(key)
        });
        let place = match known {
            Some((place, _)) => place,
            None if series.parts.len() > 100 => {
                json.skip()?;
                continue;
            }
            None => {
                let name = format!("{}.{key}", names.text(member));
                series.parts.push((names.learn(&name), Column::default()));
                series.parts.len() - 1
            }
        };
        let values = &mut series.parts[place].1;
        values.fill(row);
        let value = sample(json.scalar()?, names, Some(values.last()));
        match values.len() > row {
            true => values.replace_last(value),
            false => values.push(value),
        }
        hint = place + 1;
    }
    Ok(())
}

/// Gives the members of an object the times of its series `timestamp`, if it has one.
fn align(object: &mut StatsObject) {
    let stamps = object.times.len();
    if stamps == 0 {
        return;
    }
    let mut whole: Option<Vec<f64>> = None;
    for index in 0..object.members.len() {
        let member = &object.members[index];
        let Axis::Spread { start, .. } = member.axis else {
            continue;
        };
        let length = member.values.len();
        let mut skip = stamps.saturating_sub(length);
        if skip > 0 {
            let whole = whole.get_or_insert_with(|| object.times().map(f64::trunc).collect());
            let hit = whole.iter().position(|time| (time - start).abs() < 1.5);
            skip = hit.filter(|hit| *hit <= skip).unwrap_or(skip);
        }
        let pad = length.saturating_sub(stamps);
        object.members[index].axis = Axis::From {
            skip: count(skip),
            pad: count(pad),
        };
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn says_something(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
        && value.as_str() != Some("")
        && value.as_object().is_none_or(|o| !o.is_empty())
}

/// `ID-MEMBER` in two. What is computed has its member in brackets, which may have a `-` inside.
fn split(key: &str) -> Option<(&str, &str)> {
    let (id, member) = key.rsplit_once('-')?;
    if member.contains('[') || (key.ends_with(']') && key.contains("-[")) {
        return None;
    }
    Some((id, member))
}

/// The type of an object by its id, as Chrome up to 110 made them, for dumps without `statsType`.
fn by_prefix(id: &str) -> Option<&'static str> {
    const PREFIXES: [(&str, &str); 15] = [
        ("RTCInboundRTP", "inbound-rtp"),
        ("RTCOutboundRTP", "outbound-rtp"),
        ("RTCRemoteInboundRtp", "remote-inbound-rtp"),
        ("RTCRemoteOutboundRTP", "remote-outbound-rtp"),
        ("RTCIceCandidatePair", "candidate-pair"),
        ("RTCTransport", "transport"),
        ("RTCCodec", "codec"),
        ("RTCMediaStreamTrack", "track"),
        ("RTCMediaStream", "stream"),
        ("RTCAudioSource", "media-source"),
        ("RTCVideoSource", "media-source"),
        ("RTCDataChannel", "data-channel"),
        ("RTCPeerConnection", "peer-connection"),
        ("RTCCertificate", "certificate"),
        ("RTCIceCandidate", "ice-candidate"),
    ];
    PREFIXES
        .iter()
        .find(|(prefix, _)| id.starts_with(prefix))
        .map(|(_, kind)| *kind)
}
