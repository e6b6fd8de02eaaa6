//! [`Dump`]: what was read, whatever the format was.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::event::Event;
use super::json::Stop;
use super::names::Names;
use super::object::StatsObject;

/// Everything in a file.
#[derive(Debug)]
pub struct Dump {
    /// What it was.
    pub format: Format,
    /// Whether it was packed.
    pub gzip: bool,
    /// Octets, unpacked.
    pub octets: u64,
    /// The user agent string, as written.
    pub user_agent: Option<String>,
    /// The browser, from whatever tells.
    pub browser: Option<Browser>,
    /// Calls that ask for media, and what came of them.
    pub media_calls: Vec<MediaCall>,
    /// Entries of the list `getUserMedia`, if there is one.
    pub media_entries: Option<usize>,
    /// Events that are of no peer connection, if the format has such.
    pub client_events: Option<usize>,
    /// The peer connections, in the order of the file.
    pub peer_connections: Vec<PeerConnection>,
    /// The texts that names stand for.
    pub names: Names,
    /// Where reading stopped or stumbled.
    pub damage: Vec<Damage>,
}

impl Dump {
    /// An empty dump.
    pub(super) fn new(format: Format) -> Dump {
        Dump {
            format,
            gzip: false,
            octets: 0,
            user_agent: None,
            browser: None,
            media_calls: Vec::new(),
            media_entries: None,
            client_events: None,
            peer_connections: Vec::new(),
            names: Names::default(),
            damage: Vec::new(),
        }
    }

    /// The first time that anything is of, in milliseconds since 1970.
    pub fn start(&self) -> Option<f64> {
        self.peer_connections
            .iter()
            .flat_map(PeerConnection::times)
            .chain(self.call_times())
            .reduce(f64::min)
    }

    /// The last time that anything is of.
    pub fn end(&self) -> Option<f64> {
        self.peer_connections
            .iter()
            .flat_map(PeerConnection::times)
            .chain(self.call_times())
            .reduce(f64::max)
    }

    fn call_times(&self) -> impl Iterator<Item = f64> {
        self.media_calls
            .iter()
            .filter_map(|call| call.at_ms)
            .filter(|time| *time > 0.0)
    }

    /// Leaves out everything before `from` and after `to`, milliseconds since 1970.
    pub fn keep(&mut self, from: f64, to: f64) {
        let inside = |time: Option<f64>| time.is_none_or(|time| (from..=to).contains(&time));
        self.media_calls.retain(|call| inside(call.at_ms));
        for pc in &mut self.peer_connections {
            pc.events.retain(|event| inside(event.at_ms));
            pc.history.retain(|event| inside(event.at_ms));
            pc.stats.iter_mut().for_each(|object| object.keep(from, to));
            pc.stats.retain(|object| object.samples() > 0);
            let places = pc.stats.iter().enumerate();
            pc.places = places.map(|(place, object)| (object.id.clone(), place)).collect();
        }
    }

    /// Keeps where reading stopped, or stumbled and went on.
    pub(super) fn note(&mut self, stop: &Stop, fatal: bool) {
        self.note_words(stop.offset, stop.to_string(), fatal);
    }

    pub(super) fn note_words(&mut self, offset: u64, what: String, fatal: bool) {
        const MOST: usize = 100;
        // What ends everything is always told.
        if self.damage.len() < MOST || fatal {
            self.damage.push(Damage { offset, what, fatal });
        }
    }

    /// Keeps a call for media.
    pub(super) fn keep_call(&mut self, call: MediaCall) {
        if self.names.take(100 + call.detail.len()) {
            self.media_calls.push(call);
        }
    }

    /// Whether any stats are of the kind that Chrome had before the standard.
    pub fn is_legacy(&self) -> bool {
        self.peer_connections
            .iter()
            .any(|pc| pc.has_types(&self.names, &["googCandidatePair", "ssrc", "VideoBwe"]))
    }
}

/// A part that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The octet of the unpacked input, from 0.
    pub offset: u64,
    /// What is wrong there: `the input ends within a value`.
    pub what: String,
    /// Whether everything after it is missing, too.
    pub fatal: bool,
}

/// The formats, by what they are written by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// chrome://webrtc-internals, and testRTC's exports in the same form.
    WebrtcInternals,
    /// `RTCStatsDump`, then JSON lines: rtcstats, and Chromium's export of the same name.
    RtcstatsDump,
    /// JSON lines of arrays without that head: Jitsi's and older rtcstats servers.
    RtcstatsJsonl,
    /// One object with `peerConnections`: the first rtcstats servers.
    RtcstatsJson,
    /// What Firefox's about:webrtc copies.
    FirefoxReport,
    /// The page of about:webrtc, saved.
    AboutWebrtcPage,
    /// One getStats() report: an array of objects.
    Array,
    /// An object of objects.
    Map,
    /// An array of `[id, object]`.
    Pairs,
    /// An array of `{key, value}`.
    KeyValue,
    /// `{"series": [{"t", "stats"}]}`.
    Series,
    /// JSON lines of `{"t", "stats"}`.
    SeriesJsonl,
}

impl Format {
    /// The name in reports; `legacy` is whether the stats are those before the standard.
    pub fn name(self, legacy: bool) -> &'static str {
        match (self, legacy) {
            (Format::WebrtcInternals, _) => "webrtc-internals",
            (Format::RtcstatsDump, _) => "rtcstats-dump",
            (Format::RtcstatsJsonl, _) => "rtcstats-jsonl",
            (Format::RtcstatsJson, _) => "rtcstats-json",
            (Format::FirefoxReport, _) => "firefox-report",
            (Format::AboutWebrtcPage, _) => "about-webrtc-page",
            (Format::Array, false) => "getstats-array",
            (Format::Array, true) => "legacy-array",
            (Format::Map, false) => "getstats-map",
            (Format::Map, true) => "legacy-map",
            (Format::Pairs, false) => "getstats-pairs",
            (Format::Pairs, true) => "legacy-pairs",
            (Format::KeyValue, false) => "getstats-key-value",
            (Format::KeyValue, true) => "legacy-key-value",
            (Format::Series, false) => "getstats-series",
            (Format::Series, true) => "legacy-series",
            (Format::SeriesJsonl, false) => "getstats-series-jsonl",
            (Format::SeriesJsonl, true) => "legacy-series-jsonl",
        }
    }
}

/// Who made the dump.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Browser {
    /// `Chrome`, `Firefox`, `Safari`, …
    pub name: String,
    /// As exact as it is known: `156.0.8078.79`, `91`.
    pub version: Option<String>,
    /// `Linux`, `Windows`, …
    pub platform: Option<String>,
}

impl fmt::Display for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(version) = &self.version {
            write!(f, " {version}")?;
        }
        match &self.platform {
            Some(platform) => write!(f, " on {platform}"),
            None => Ok(()),
        }
    }
}

/// One peer connection.
#[derive(Debug)]
pub struct PeerConnection {
    /// As written; a number in some files.
    pub id: Value,
    /// The page.
    pub url: Option<String>,
    /// The configuration: text or tree, as written.
    pub config: Option<Value>,
    /// The constraints, as written.
    pub constraints: Option<Value>,
    /// Calls and events, in order.
    pub events: Vec<Event>,
    /// Descriptions that the browser kept apart from calls.
    pub history: Vec<Event>,
    /// The stats, in the order in which their ids came.
    pub stats: Vec<StatsObject>,
    /// Where in it each id is.
    pub(super) places: HashMap<Arc<str>, usize>,
    /// Whether the browser said that it is closed.
    pub closed: Option<bool>,
}

impl PeerConnection {
    /// One about which nothing is known yet.
    pub(super) fn new(id: Value) -> PeerConnection {
        PeerConnection {
            id,
            url: None,
            config: None,
            constraints: None,
            events: Vec::new(),
            history: Vec::new(),
            stats: Vec::new(),
            places: HashMap::new(),
            closed: None,
        }
    }

    /// Some times, the first and the last among them.
    fn times(&self) -> impl Iterator<Item = f64> {
        let events = self.events.iter().chain(&self.history).filter_map(|event| event.at_ms);
        let stats = self
            .stats
            .iter()
            .flat_map(|object| [object.start(), object.end()])
            .flatten();
        events.chain(stats).filter(|time| *time > 0.0)
    }

    /// The stats with this id.
    pub fn find(&self, id: &str) -> Option<&StatsObject> {
        self.stats.get(*self.places.get(id)?)
    }

    /// The stats of these types, in order.
    pub fn typed<'p>(&'p self, names: &Names, types: &[&str]) -> impl Iterator<Item = &'p StatsObject> + use<'p> {
        let kinds: Vec<_> = types.iter().filter_map(|kind| names.find(kind)).collect();
        self.stats
            .iter()
            .filter(move |object| object.kind.is_some_and(|kind| kinds.contains(&kind)))
    }

    /// Whether there are stats of one of these types.
    pub fn has_types(&self, names: &Names, types: &[&str]) -> bool {
        self.typed(names, types).next().is_some()
    }

    /// Whether these are the goog* stats that Chrome had before the standard.
    pub fn is_legacy(&self, names: &Names) -> bool {
        self.has_types(names, &["googCandidatePair", "ssrc", "VideoBwe", "googTrack"])
    }

    /// How many samples the longest series has.
    pub fn samples(&self) -> usize {
        self.stats.iter().map(StatsObject::samples).max().unwrap_or(0)
    }

    /// Whether this is no peer connection, but a list of calls of `navigator.mediaDevices`, which some writers put among them.
    pub(super) fn is_navigator(&self) -> bool {
        let calls = |event: &Event| event.method.starts_with("navigator.");
        self.stats.is_empty() && !self.events.is_empty() && self.events.iter().all(calls)
    }
}

/// A call that asks for a camera, a microphone or a screen, or what came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaCall {
    /// Milliseconds since 1970, where it is known.
    pub at_ms: Option<f64>,
    /// `getUserMedia`, `getDisplayMedia`, `enumerateDevices`, …
    pub method: String,
    /// Whether this is the answer, and if so, whether it is media.
    pub succeeded: Option<bool>,
    /// What was asked for, what was got, or why not.
    pub detail: String,
}
