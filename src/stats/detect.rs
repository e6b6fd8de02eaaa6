//! Tells what a file is by its content, never by its name, and reads it.

use std::fmt;
use std::io::{self, Cursor, Read};

use flate2::read::MultiGzDecoder;
use serde_json::Value;

use super::browser;
use super::dump::{Dump, Format};
use super::event::cut;
use super::firefox;
use super::getstats;
use super::internals;
use super::json::{Json, Kind, Result, Stop};
use super::page;
use super::report::Series;
use super::rtcstats;

/// The beginning of every gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Pages are read whole; larger ones are cut.
const PAGE: u64 = 64 << 20;

/// A file that has no statistics of a call in it.
#[derive(Debug)]
pub enum NotStats {
    /// Nothing is in it.
    Empty,
    /// It cannot be read.
    Io(io::Error),
    /// What it is instead.
    Other {
        /// `a JSON object with the members a, b`, `a web page`, …
        what: String,
        /// What is wrong with it, if that kept it from being read further.
        damage: Option<Stop>,
    },
}

impl fmt::Display for NotStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotStats::Empty => f.write_str("there is nothing in it"),
            NotStats::Io(error) => write!(f, "cannot be read ({error})"),
            NotStats::Other { what, damage: None } => write!(f, "no statistics of a call, but {what}"),
            NotStats::Other {
                what,
                damage: Some(stop),
            } => {
                write!(
                    f,
                    "no statistics of a call, but {what}, and at octet {} {stop}",
                    stop.offset
                )
            }
        }
    }
}

impl std::error::Error for NotStats {}

/// Reads a dump or a report, packed by gzip or not.
///
/// Damage does not stop it: what is before it is kept, and [`Dump::damage`] says where it is.
///
/// # Errors
/// There is nothing of the kind in it.
pub fn read(source: impl Read) -> std::result::Result<Dump, NotStats> {
    let mut source = source;
    let mut head = Vec::new();
    source
        .by_ref()
        .take(GZIP.len() as u64)
        .read_to_end(&mut head)
        .map_err(NotStats::Io)?;
    let packed = head == GZIP;
    let source = Cursor::new(head).chain(source);
    match packed {
        true => unpacked(&mut Json::new(MultiGzDecoder::new(source)), true),
        false => unpacked(&mut Json::new(source), false),
    }
}

fn unpacked<R: Read>(json: &mut Json<R>, gzip: bool) -> std::result::Result<Dump, NotStats> {
    if json.ahead(3) == b"\xef\xbb\xbf" {
        json.pass(3);
    }
    if matches!(json.ahead(2), [0xff, 0xfe] | [0xfe, 0xff]) {
        return Err(other("text in UTF-16; save it as UTF-8"));
    }
    let mut dump = Dump {
        gzip,
        ..Dump::new(Format::Array)
    };
    if json.ahead(rtcstats::HEAD.len()) == rtcstats::HEAD {
        json.pass(rtcstats::HEAD.len());
        dump.format = Format::RtcstatsDump;
        let result = rtcstats::dump(json, &mut dump);
        return Ok(finish(dump, result, json));
    }
    let start = text_ahead(json);
    if start.trim_start().starts_with('<') {
        return page(json, dump);
    }
    let (result, seen) = match json.peek() {
        Ok(Some(Kind::Object)) => object(json, &mut dump),
        Ok(Some(Kind::Array)) => array(json, &mut dump),
        Ok(None) => return Err(NotStats::Empty),
        Ok(Some(_)) | Err(_) => {
            let start: String = start
                .trim_start()
                .chars()
                .take_while(|c| !c.is_control())
                .take(40)
                .collect();
            return Err(other(&format!("text that begins with `{start}`")));
        }
    };
    match (seen, result) {
        (Seen::Format(format), result) => {
            dump.format = format;
            Ok(finish(dump, result, json))
        }
        (Seen::Other(what), result) => Err(NotStats::Other {
            what,
            damage: result.err(),
        }),
    }
}

fn other(what: &str) -> NotStats {
    NotStats::Other {
        what: what.to_owned(),
        damage: None,
    }
}

fn text_ahead<R: Read>(json: &mut Json<R>) -> String {
    String::from_utf8_lossy(json.ahead(200)).into_owned()
}

/// What is told once all is read.
fn finish<R: Read>(mut dump: Dump, result: Result<()>, json: &mut Json<R>) -> Dump {
    match result.and_then(|()| json.peek()) {
        Ok(None) => {}
        // Behind the end of the document.
        Ok(Some(_)) => dump.note(&json.expected("the end of the input"), false),
        Err(stop) => dump.note(&stop, true),
    }
    dump.octets = json.offset();
    if dump.names.is_full() {
        let what = "there are more objects and texts than any call has; not all were kept".to_owned();
        dump.note_words(dump.octets, what, false);
    }
    if dump.browser.is_none() {
        dump.browser = dump.user_agent.as_deref().and_then(browser::of_user_agent);
    }
    if dump.browser.is_none() {
        let origins = dump
            .peer_connections
            .iter()
            .flat_map(|pc| &pc.events)
            .filter(|event| event.method.starts_with("setLocalDescription"));
        dump.browser = origins
            .filter_map(|event| match &event.detail {
                super::Detail::Description(description) => browser::of_origin(&description.origin),
                _ => None,
            })
            .next();
    }
    dump
}

fn page<R: Read>(json: &mut Json<R>, mut dump: Dump) -> std::result::Result<Dump, NotStats> {
    let mut octets = Vec::new();
    let failed = json.rest(PAGE, &mut octets);
    let text = String::from_utf8_lossy(&octets);
    if !text.contains(page::MARK) {
        return Err(other("a web page that is not about:webrtc"));
    }
    dump.format = Format::AboutWebrtcPage;
    page::read(&text, &mut dump);
    Ok(finish(dump, failed, json))
}

/// What was recognized.
enum Seen {
    Format(Format),
    Other(String),
}

/// What an object has told so far.
#[derive(Default)]
struct Members {
    internals: Option<usize>,
    format: Option<Format>,
    url: Option<String>,
    stats: bool,
    /// The name of the connection that the report is of.
    connection: Option<String>,
    /// All members are stats objects.
    map: bool,
    names: Vec<String>,
}

/// A file that begins with `{`.
fn object<R: Read>(json: &mut Json<R>, dump: &mut Dump) -> (Result<()>, Seen) {
    let mut members = Members {
        map: true,
        ..Members::default()
    };
    let mut series = getstats::series();
    series.begin();
    let mut time = None;
    let mut result = object_members(json, dump, &mut members, &mut series, &mut time);
    for pc in &mut dump.peer_connections {
        pc.url = pc.url.take().or_else(|| members.url.clone());
    }
    // A member that is there and empty is of another format.
    let internals = members.internals.filter(|count| *count > 0 || members.format.is_none());
    let format = internals.map(|_| Format::WebrtcInternals).or(members.format);
    if let Some(format) = format {
        return (result, Seen::Format(format));
    }
    if members.stats && series.count() > 0 {
        let time = time.or_else(|| series.latest()).unwrap_or(0.0);
        series.end(time, super::report::Delta::None);
        let mut streams = getstats::Streams::new(members.connection, series);
        if result.is_ok() {
            result = rows(json, dump, &mut streams);
        }
        streams.finish(dump);
        return (result, Seen::Format(Format::SeriesJsonl));
    }
    if members.map && series.count() > 0 {
        getstats::end(&mut series);
        let mut format = Format::Map;
        if result.is_ok() {
            (result, format) = reports(json, dump, &mut series, format);
        }
        dump.peer_connections.push(series.finish());
        return (result, Seen::Format(format));
    }
    (result, Seen::Other(describe(&members.names)))
}

fn describe(names: &[String]) -> String {
    match names {
        [] => "a JSON object without members".to_owned(),
        names => {
            let more = if names.len() > 8 { ", …" } else { "" };
            let names: Vec<String> = names
                .iter()
                .take(8)
                .map(|name| name.chars().take(40).collect())
                .collect();
            format!("a JSON object with the members {}{more}", names.join(", "))
        }
    }
}

fn object_members<R: Read>(
    json: &mut Json<R>,
    dump: &mut Dump,
    members: &mut Members,
    series: &mut Series,
    time: &mut Option<f64>,
) -> Result<()> {
    json.open()?;
    while let Some((key, kind)) = json.member()? {
        let key = key.to_owned();
        if members.names.len() < 9 {
            members.names.push(cut(&key));
        }
        match (key.as_str(), kind) {
            ("PeerConnections", Kind::Object) => {
                let before = dump.peer_connections.len();
                let result = internals::connections(json, dump);
                members.internals = Some(dump.peer_connections.len() - before);
                result?;
            }
            ("peerConnections", Kind::Object) => {
                members.format = Some(Format::RtcstatsJson);
                rtcstats::events_by_connection(json, dump)?;
            }
            ("reports", Kind::Array) => {
                members.format = Some(Format::FirefoxReport);
                dump.browser = dump.browser.take().or_else(|| Some(firefox::browser()));
                firefox::reports(json, dump)?;
            }
            ("series", Kind::Array) => {
                members.format = Some(Format::Series);
                getstats::list(json, dump)?;
            }
            ("getUserMedia", Kind::Array) => internals::media_calls(json, dump)?,
            ("UserAgent" | "userAgent", Kind::String) => dump.user_agent = Some(cut(json.string()?)),
            ("UserAgentData", _) => dump.browser = browser::of_data(&json.tree()?).or(dump.browser.take()),
            ("sessionData", _) => {
                dump.browser = browser::of_hardware(&json.tree()?["hardware"]).or(dump.browser.take())
            }
            ("url", Kind::String) => members.url = Some(cut(json.string()?)),
            (key, Kind::Number | Kind::String) if getstats::is_time(key) => *time = getstats::time(json)?.or(*time),
            (key, Kind::Number | Kind::String) if getstats::is_connection(key) => {
                members.connection = Some(getstats::connection(json)?);
            }
            ("stats", Kind::Array | Kind::Object) => {
                members.stats = true;
                getstats::report(json, series, &mut dump.names)?;
            }
            _ => {
                members.map &= getstats::map_entry(&key, json, series, &mut dump.names)?;
                continue;
            }
        }
        members.map = false;
    }
    Ok(())
}

/// More lines of `{"t", "stats"}`.
fn rows<R: Read>(json: &mut Json<R>, dump: &mut Dump, streams: &mut getstats::Streams) -> Result<()> {
    loop {
        let result = match json.peek() {
            Ok(None) => return Ok(()),
            Ok(Some(Kind::Object)) => json.open().and_then(|()| streams.row(json, dump)),
            Ok(Some(_)) => Err(json.expected("an object")),
            Err(stop) => Err(stop),
        };
        if let Err(stop) = result {
            rtcstats::go_on(json, dump, stop)?;
        }
    }
}

/// More reports behind the first one, as programs write them that append a line a second; how such a file is called.
fn reports<R: Read>(json: &mut Json<R>, dump: &mut Dump, series: &mut Series, first: Format) -> (Result<()>, Format) {
    let (mut format, mut begun) = (first, false);
    loop {
        let stop = match json.peek() {
            Ok(Some(Kind::Array | Kind::Object)) => {
                begun = true;
                let other = json.expected("the end of the input, or another report");
                series.begin();
                let result = getstats::report(json, series, &mut dump.names);
                let any = series.count() > 0;
                getstats::end(series);
                format = if any { Format::SeriesJsonl } else { format };
                match result {
                    Ok(_) if any => continue,
                    Ok(_) => {
                        dump.note(&other, false);
                        continue;
                    }
                    Err(stop) => stop,
                }
            }
            // What else there is behind the end is told in the end.
            Ok(_) if !begun => return (Ok(()), format),
            Ok(None) => return (Ok(()), format),
            Ok(Some(_)) => json.expected("a report"),
            Err(stop) => stop,
        };
        if let Err(stop) = rtcstats::go_on(json, dump, stop) {
            return (Err(stop), format);
        }
    }
}

/// A file that begins with `[`.
fn array<R: Read>(json: &mut Json<R>, dump: &mut Dump) -> (Result<()>, Seen) {
    let mut series = getstats::series();
    series.begin();
    let mut spelling = None;
    let result = elements(json, dump, &mut series, &mut spelling);
    let what = || Seen::Other("a JSON array without objects that have `id` and `type`".to_owned());
    match spelling {
        Some(Format::RtcstatsJsonl) => (result, Seen::Format(Format::RtcstatsJsonl)),
        Some(mut format) if series.count() > 0 => {
            getstats::end(&mut series);
            let mut result = result;
            if result.is_ok() {
                (result, format) = reports(json, dump, &mut series, format);
            }
            dump.peer_connections.push(series.finish());
            (result, Seen::Format(format))
        }
        _ => (result, what()),
    }
}

fn elements<R: Read>(
    json: &mut Json<R>,
    dump: &mut Dump,
    series: &mut Series,
    spelling: &mut Option<Format>,
) -> Result<()> {
    json.open()?;
    let mut first = true;
    while json.element()? {
        match json.kind()? {
            // `["getstats", …]`, one a line.
            Kind::String if first => {
                let name = name(json.tree()?);
                return events(json, dump, spelling, name, false);
            }
            // `["ID", {…}]`, or `["getstats", null, …]`.
            Kind::Array => {
                json.open()?;
                if !json.element()? {
                    continue;
                }
                let kind = json.kind()?;
                let id = name(json.tree()?);
                if kind == Kind::String && json.then_object()? {
                    *spelling = getstats::pair(&id, json, series, &mut dump.names)?.or(*spelling);
                } else if first && kind == Kind::String {
                    return events(json, dump, spelling, id, true);
                } else {
                    while json.element()? {
                        json.skip()?;
                    }
                }
            }
            _ => *spelling = getstats::element(json, series, &mut dump.names)?.or(*spelling),
        }
        first = false;
    }
    Ok(())
}

/// Events of rtcstats without its head. Any list of texts looks like one; events have times.
fn events<R: Read>(
    json: &mut Json<R>,
    dump: &mut Dump,
    spelling: &mut Option<Format>,
    name: String,
    listed: bool,
) -> Result<()> {
    let (result, timed) = rtcstats::jsonl(json, dump, name, listed);
    *spelling = timed.then_some(Format::RtcstatsJsonl);
    result
}

fn name(value: Value) -> String {
    match value {
        Value::String(text) => text,
        value => value.to_string(),
    }
}
