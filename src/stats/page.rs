//! The page of Firefox's about:webrtc, saved. It shows less than [`super::firefox`] has, but that is often all there is.
//!
//! The words on it are in the user's language; what they are stands in `data-l10n-id`, their numbers in `data-l10n-args`.

use serde_json::{Map, Value, json};

use super::browser;
use super::clock;
use super::column::Sample;
use super::decimal::Decimal;
use super::dump::{Dump, PeerConnection};
use super::event::cut;
use super::firefox;
use super::members::Members;
use super::names::Names;
use super::report::{Delta, Series, number};

/// What such a page has, in any language.
pub const MARK: &str = "about-webrtc-";

/// Reads a whole page.
pub fn read(page: &str, dump: &mut Dump) {
    dump.browser = Some(firefox::browser());
    if let Some((_, origin)) = page.split_once("o=mozilla...")
        && let Some(browser) =
            browser::of_origin(&format!("mozilla...{}", origin.split(' ').next().unwrap_or_default()))
    {
        dump.browser = Some(browser);
    }
    let mut reader = Reader {
        dump,
        series: None,
        now: 0.0,
        label: String::new(),
        stream: None,
        table: Table::default(),
    };
    Items { rest: page }.for_each(|item| reader.item(item));
    reader.end();
}

/// A part of a page.
enum Item<'p> {
    Open { tag: &'p str, attributes: &'p str },
    Close(&'p str),
    Text(&'p str),
}

/// The parts in order.
struct Items<'p> {
    rest: &'p str,
}

impl<'p> Iterator for Items<'p> {
    type Item = Item<'p>;

    fn next(&mut self) -> Option<Item<'p>> {
        if self.rest.is_empty() {
            return None;
        }
        let Some(tag) = self.rest.strip_prefix('<') else {
            let end = self.rest.find('<').unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some(Item::Text(text));
        };
        // `>` may stand in an attribute.
        let mut quoted = false;
        let end = tag.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let (inside, rest) = tag.split_at(end.unwrap_or(tag.len()));
        self.rest = rest.strip_prefix('>').unwrap_or(rest);
        Some(match inside.strip_prefix('/') {
            Some(name) => Item::Close(name.trim()),
            None => {
                let end = inside.find(|c: char| c.is_whitespace()).unwrap_or(inside.len());
                Item::Open {
                    tag: &inside[..end],
                    attributes: &inside[end..],
                }
            }
        })
    }
}

/// The value of an attribute, unescaped.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    let value = attributes.split_once(&format!("{name}=\""))?.1.split('"').next()?;
    Some(unescape(value))
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

/// A table while it is read.
#[derive(Default)]
struct Table {
    columns: Vec<String>,
    cells: Vec<String>,
    in_cell: bool,
}

/// An RTP stream of the page: `audio/opus - SSRC 112856456`.
struct Stream {
    codec: String,
    ssrc: String,
    /// `inbound-rtp`, …, of the line at hand, and what it says.
    kind: Option<String>,
    values: Vec<(&'static str, f64)>,
}

struct Reader<'d> {
    dump: &'d mut Dump,
    series: Option<Series>,
    /// When the page was made.
    now: f64,
    /// What the last text with a name was.
    label: String,
    stream: Option<Stream>,
    table: Table,
}

impl Reader<'_> {
    fn item(&mut self, item: Item<'_>) {
        match item {
            Item::Open { tag, attributes } => self.open(tag, attributes),
            Item::Close("td") => self.table.in_cell = false,
            Item::Close("tr") => self.row(),
            Item::Close("table") => self.table = Table::default(),
            Item::Close(_) => {}
            Item::Text(text) => self.text(&unescape(text)),
        }
    }

    fn open(&mut self, tag: &str, attributes: &str) {
        match tag {
            "td" => {
                self.table.cells.push(String::new());
                self.table.in_cell = true;
            }
            "h4" | "h5" => self.flush(true),
            "div" => self.flush(false),
            _ => {}
        }
        let Some(id) = attribute(attributes, "data-l10n-id") else {
            return;
        };
        let Some(id) = id.strip_prefix(MARK) else { return };
        let arguments = attribute(attributes, "data-l10n-args").and_then(|text| serde_json::from_str(&text).ok());
        let arguments: Map<String, Value> = arguments.unwrap_or_default();
        match id {
            "connection-open" | "connection-closed" => self.begin(&arguments, id == "connection-closed"),
            _ if tag == "th" => self.table.columns.push(id.to_owned()),
            _ => self.count(id, &arguments),
        }
        self.label = id.to_owned();
    }

    /// A new connection.
    fn begin(&mut self, arguments: &Map<String, Value>, closed: bool) {
        self.end();
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).map(cut);
        let mut pc = PeerConnection::new(text("id").map_or(Value::Null, Value::from));
        pc.url = text("url");
        pc.closed = Some(closed);
        self.now = text("now").and_then(|now| clock::iso(&now)).unwrap_or(0.0);
        let mut series = Series::new(pc);
        series.begin();
        self.series = Some(series);
    }

    fn end(&mut self) {
        self.flush(true);
        if let Some(mut series) = self.series.take() {
            series.end(self.now, Delta::None);
            self.dump.peer_connections.push(series.finish());
        }
    }

    fn text(&mut self, text: &str) {
        if self.table.in_cell {
            if let Some(cell) = self.table.cells.last_mut() {
                cell.push_str(text);
            }
            return;
        }
        let text = text.trim();
        let Some(series) = &mut self.series else { return };
        if self.label == "peerconnection-id-label" && text.starts_with('{') {
            series.pc.id = Value::from(cut(text));
            self.label.clear();
        } else if let Some((codec, ssrc)) = text.split_once(" - SSRC ") {
            self.stream = Some(Stream {
                codec: cut(codec),
                ssrc: cut(ssrc),
                kind: None,
                values: Vec::new(),
            });
        } else if let Some(policy) = text.strip_prefix("bundlePolicy: ") {
            config(&mut series.pc).insert("bundlePolicy".to_owned(), json!(cut(policy)));
        } else if let Some(policy) = text.strip_prefix("iceTransportPolicy: ") {
            config(&mut series.pc).insert("iceTransportPolicy".to_owned(), json!(cut(policy)));
        } else if let Some(urls) = text
            .strip_prefix("urls: ")
            .and_then(|urls| serde_json::from_str::<Value>(urls).ok())
        {
            let servers = config(&mut series.pc).entry("iceServers").or_insert_with(|| json!([]));
            servers
                .as_array_mut()
                .into_iter()
                .for_each(|list| list.push(json!({"urls": urls.clone()})));
        } else if let Some(stream) = &mut self.stream {
            if let Some(kind) = text.split(' ').next_back().filter(|kind| kind.ends_with("bound-rtp")) {
                stream.kind = Some(kind.to_owned());
            } else if let Some(rtt) = text
                .strip_prefix("RTT: ")
                .and_then(|rtt| rtt.split(' ').next()?.parse::<f64>().ok())
            {
                stream.values.push(("roundTripTime", rtt / 1000.0));
            }
        }
    }

    /// A number with a name.
    fn count(&mut self, id: &str, arguments: &Map<String, Value>) {
        let Some(stream) = &mut self.stream else { return };
        let (name, argument) = match id {
            "received-label" => ("packetsReceived", "packets"),
            "sent-label" => ("packetsSent", "packets"),
            "lost-label" => ("packetsLost", "packets"),
            "jitter-label" => ("jitter", "jitter"),
            _ => return,
        };
        if let Some(number) = arguments.get(argument).and_then(Value::as_f64) {
            stream.values.push((name, number));
        }
    }

    /// The line of a stream ends; with `all` the stream does, too.
    fn flush(&mut self, all: bool) {
        if let (Some(stream), Some(series)) = (&mut self.stream, &mut self.series)
            && let Some(kind) = stream.kind.take()
        {
            let names = &mut self.dump.names;
            let mut members = series.blank();
            members.kind = Some(names.learn(&kind));
            let media = stream.codec.split('/').next().unwrap_or_default();
            push(&mut members, names, "kind", media);
            push(&mut members, names, "ssrc", &stream.ssrc);
            for (name, value) in stream.values.drain(..) {
                members.push_sample(names.learn(name), number(value));
            }
            series.add(&format!("{kind} {}", stream.ssrc), members, Delta::None, names);
        }
        if all {
            self.stream = None;
        }
    }

    /// A row of the table of pairs, by the names of its columns.
    fn row(&mut self) {
        let cells = std::mem::take(&mut self.table.cells);
        let Some(series) = &mut self.series else { return };
        if cells.len() != self.table.columns.len() || !self.table.columns.iter().any(|column| column == "ice-state") {
            return;
        }
        let cell = |name: &str| {
            let place = self.table.columns.iter().position(|column| column.starts_with(name))?;
            Some(cells[place].trim())
        };
        let names = &mut self.dump.names;
        let ends = [
            ("local-candidate", cell("local-candidate")),
            ("remote-candidate", cell("remote-candidate")),
        ];
        for (kind, text) in ends {
            candidate(kind, text.unwrap_or_default(), series, names);
        }
        let mut members = series.blank();
        members.kind = Some(names.learn("candidate-pair"));
        for (name, column) in [
            ("state", "ice-state"),
            ("nominated", "nominated"),
            ("selected", "selected"),
            ("localCandidateId", "local-candidate"),
            ("remoteCandidateId", "remote-candidate"),
            ("priority", "priority"),
            ("bytesSent", "ice-pair-bytes-sent"),
            ("bytesReceived", "ice-pair-bytes-received"),
        ] {
            if let Some(text) = cell(column) {
                push(&mut members, names, name, text);
            }
        }
        let id = format!("pair {}", series.count());
        series.add(&id, members, Delta::None, names);
    }
}

/// `10.99.0.1:50062/udp(relay-udp) [non-proxied]`
fn candidate(kind: &str, text: &str, series: &mut Series, names: &mut Names) {
    let mut members = series.blank();
    members.kind = Some(names.learn(kind));
    if let Some((address, rest)) = text.split_once('/') {
        let (address, port) = address.rsplit_once(':').unwrap_or((address, ""));
        let (protocol, rest) = rest.split_once('(').unwrap_or((rest, ""));
        let kind = rest.split(')').next().unwrap_or_default();
        let (kind, relay) = kind.split_once('-').unwrap_or((kind, ""));
        for (name, text) in [
            ("address", address),
            ("port", port),
            ("protocol", protocol),
            ("candidateType", kind),
            ("relayProtocol", relay),
        ] {
            if !text.is_empty() {
                push(&mut members, names, name, text);
            }
        }
    }
    series.add(text, members, Delta::None, names);
}

fn config(pc: &mut PeerConnection) -> &mut Map<String, Value> {
    let config = pc.config.get_or_insert_with(|| json!({}));
    if !config.is_object() {
        *config = json!({});
    }
    config.as_object_mut().expect("it was made an object just now")
}

/// Adds a text of the page as what it is.
fn push(members: &mut Members, names: &mut Names, name: &str, text: &str) {
    let value = match (text, Decimal::parse(text.as_bytes())) {
        (_, Some(decimal)) => Sample::Decimal(decimal),
        ("true", _) => Sample::Bool(true),
        ("false", _) => Sample::Bool(false),
        (text, None) => Sample::Text(names.learn(text)),
    };
    members.push_sample(names.learn(name), value);
}
