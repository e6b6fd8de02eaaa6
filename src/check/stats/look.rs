//! What the checks look at: a peer connection with its series, and the words about them.

use std::collections::HashMap;

use crate::report::{Evidence, Finding, Severity};
use crate::stats::event::Description;
use crate::stats::facts::ends::Marks;
use crate::stats::facts::metric::metrics;
use crate::stats::facts::rate::Spread;
use crate::stats::facts::stream::streams;
use crate::stats::{Detail, Dump, Event, Names, PeerConnection, Sample, StatsObject};

use super::thresholds::Threshold;
use crate::check::catalog::Entry;

/// Times (milliseconds since 1970) and values.
pub(super) type Points = Vec<(f64, f64)>;

/// A peer connection, as the checks see it.
pub(super) struct Call<'a> {
    /// The peer connection.
    pub pc: &'a PeerConnection,
    /// The texts of its dump.
    pub names: &'a Names,
    /// The start of the file, milliseconds since 1970.
    pub start: f64,
    /// `peer connection 8-1`.
    pub label: String,
    /// Whether Firefox wrote it, as far as the file tells.
    pub is_firefox: bool,
    /// The streams that come in and go out.
    pub streams: Vec<Stream<'a>>,
    /// What tells its other end.
    pub marks: Marks,
}

/// A stream of RTP.
pub(super) struct Stream<'a> {
    /// Its stats.
    pub object: &'a StatsObject,
    /// Whether it comes in.
    pub inbound: bool,
    /// `audio`, `video`, or nothing.
    pub kind: String,
    /// What is measured of it: names of metrics and their points.
    pub metrics: Vec<(&'static str, Points)>,
    /// What the other side says of it, with the metrics of that.
    pub remote: Option<(&'a StatsObject, Vec<(&'static str, Points)>)>,
}

impl Stream<'_> {
    /// The points of a metric; none where it was not measured.
    pub fn metric(&self, name: &str) -> &[(f64, f64)] {
        of(&self.metrics, name)
    }

    /// The same, of what the other side says.
    pub fn remote_metric(&self, name: &str) -> &[(f64, f64)] {
        self.remote.as_ref().map_or(&[], |(_, metrics)| of(metrics, name))
    }

    /// Whether it is video.
    pub fn is_video(&self) -> bool {
        self.kind == "video"
    }
}

fn of<'m>(metrics: &'m [(&'static str, Points)], name: &str) -> &'m [(f64, f64)] {
    metrics
        .iter()
        .find(|(one, _)| *one == name)
        .map_or(&[], |(_, points)| points)
}

impl<'a> Call<'a> {
    /// Of a peer connection of a dump; long ids give way to its number, from 1.
    pub fn new(dump: &'a Dump, number: usize, pc: &'a PeerConnection, start: f64) -> Call<'a> {
        let id = match &pc.id {
            serde_json::Value::String(id) => id.clone(),
            id => id.to_string(),
        };
        let id = if id.len() > 24 { number.to_string() } else { id };
        let mut call = Call {
            pc,
            names: &dump.names,
            start,
            label: format!("peer connection {id}"),
            is_firefox: dump.browser.as_ref().is_some_and(|browser| browser.name == "Firefox"),
            streams: Vec::new(),
            marks: Marks::of(pc, &dump.names),
        };
        call.streams = call.find_streams();
        call
    }

    fn find_streams(&self) -> Vec<Stream<'a>> {
        let (pc, names) = (self.pc, self.names);
        // What the other side says of a stream names it, or has its SSRC. (A conference has hundreds of each.)
        let (mut by_id, mut by_ssrc) = (HashMap::new(), HashMap::new());
        for remote in pc.typed(names, &["remote-inbound-rtp"]) {
            if let Some(id) = remote.text(names, "localId") {
                by_id.entry(id).or_insert(remote);
            }
            if let Some(ssrc) = remote.text(names, "ssrc") {
                by_ssrc.entry(ssrc).or_insert(remote);
            }
        }
        let found = streams(pc, names).into_iter();
        found
            .map(|stream| {
                let of_ssrc = || by_ssrc.get(stream.ssrc.as_ref()?);
                let remote = by_id
                    .get(&*stream.object.id)
                    .or_else(of_ssrc)
                    .copied()
                    .filter(|_| !stream.inbound);
                Stream {
                    object: stream.object,
                    inbound: stream.inbound,
                    kind: stream.kind,
                    metrics: self.metrics(stream.object),
                    remote: remote.map(|remote| (remote, self.metrics(remote))),
                }
            })
            .collect()
    }

    /// What is measured of an object.
    pub fn metrics(&self, object: &StatsObject) -> Vec<(&'static str, Points)> {
        let metrics = metrics(object, self.names).into_iter();
        metrics.map(|metric| (metric.name, metric.points)).collect()
    }

    /// The numbers of a member.
    pub fn points(&self, object: &StatsObject, member: &str) -> Points {
        let series = object.member(self.names, member);
        series
            .map(|series| series.numbers(self.names).collect())
            .unwrap_or_default()
    }

    /// The texts of a member, each where it changes.
    pub fn texts(&self, object: &StatsObject, member: &str) -> Vec<(f64, String)> {
        let Some(series) = object.member(self.names, member) else {
            return Vec::new();
        };
        let mut texts: Vec<(f64, String)> = Vec::new();
        for (at, sample) in series.points() {
            if let Sample::Text(text) = sample {
                let text = self.names.text(text);
                if texts.last().is_none_or(|(_, last)| last != text) {
                    texts.push((at, text.to_owned()));
                }
            }
        }
        texts
    }

    /// The last value of a member.
    pub fn number(&self, object: &StatsObject, member: &str) -> Option<f64> {
        object.number(self.names, member)
    }

    /// How much a counter grew over the call. Of one report: what it says.
    pub fn growth(&self, object: &StatsObject, member: &str) -> Option<f64> {
        let points = self.points(object, member);
        let (first, last) = (points.first()?, points.last()?);
        Some(if points.len() == 1 || last.1 < first.1 {
            last.1
        } else {
            last.1 - first.1
        })
    }

    /// The streams of one direction.
    pub fn way(&self, inbound: bool) -> impl Iterator<Item = &Stream<'a>> {
        self.streams.iter().filter(move |stream| stream.inbound == inbound)
    }

    /// Whether there is more than a single report.
    pub fn has_series(&self) -> bool {
        self.pc.samples() > 2
    }

    /// All states of this kind: `connection`, `iceconnection`.
    pub fn states(&self, state: &str) -> Vec<(Option<f64>, &'a str)> {
        let events = self.pc.events.iter().filter(|event| event.state() == Some(state));
        let text = |event: &'a Event| match &event.detail {
            Detail::State(text) => Some((event.at_ms, text.as_str())),
            _ => None,
        };
        events.filter_map(text).collect()
    }

    /// The descriptions that were applied: by `setLocalDescription` or `setRemoteDescription`. Of a call that leaves it to the
    /// browser to make one, the description is known once it has succeeded.
    pub fn descriptions(&self, method: &str) -> Vec<(Option<f64>, &'a Description)> {
        let events = self.pc.events.iter().chain(&self.pc.history);
        let applied = |event: &Event| {
            let done = event.method.strip_prefix(method);
            matches!(done, Some("" | "OnSuccess"))
        };
        let of = |event: &'a Event| match &event.detail {
            Detail::Description(description) if applied(event) => Some((event.at_ms, &**description)),
            _ => None,
        };
        events.filter_map(of).collect()
    }

    /// Seconds from the start of the file.
    pub fn seconds(&self, at_ms: f64) -> f64 {
        ((at_ms - self.start) * 1000.0).round() / 1e6
    }

    /// A fact, of a time where that is known.
    pub fn fact(&self, at_ms: Option<f64>, id: &str, value: String) -> Evidence {
        let mut evidence = Evidence::new(id, value);
        evidence.at_s = at_ms.map(|at| self.seconds(at));
        evidence
    }

    /// `from 8.0 s to 18.0 s`
    pub fn span(&self, from: f64, to: f64) -> String {
        format!("from {:.1} s to {:.1} s", self.seconds(from), self.seconds(to))
    }

    /// A value with the threshold it is held against, over a time.
    pub fn measured(
        &self,
        object: &StatsObject,
        value: &str,
        span: Option<(f64, f64)>,
        threshold: Threshold,
    ) -> Evidence {
        let when = span
            .map(|(from, to)| format!(" {}", self.span(from, to)))
            .unwrap_or_default();
        self.fact(
            span.map(|(from, _)| from),
            &object.id,
            format!("{value}{when}; {threshold}"),
        )
    }

    /// A finding about the whole connection.
    pub fn finding(&self, entry: &Entry, summary: impl Into<String>, evidence: Vec<Evidence>) -> Finding {
        entry.finding(self.label.clone(), summary, evidence)
    }

    /// A finding about a stream.
    pub fn of_stream(
        &self,
        entry: &Entry,
        stream: &Stream<'_>,
        summary: impl Into<String>,
        evidence: Vec<Evidence>,
    ) -> Finding {
        entry.finding(self.stream_words(stream), summary, evidence)
    }

    fn stream_words(&self, stream: &Stream<'_>) -> String {
        let way = if stream.inbound { "incoming" } else { "outgoing" };
        let kind = if stream.kind.is_empty() { "stream" } else { &stream.kind };
        let rid = stream
            .object
            .text(self.names, "rid")
            .map(|rid| format!(" layer {rid}"))
            .unwrap_or_default();
        let ssrc = stream
            .object
            .text(self.names, "ssrc")
            .map(|ssrc| format!(" {ssrc}"))
            .unwrap_or_default();
        format!("{}, {way} {kind}{rid}{ssrc}", self.label)
    }
}

/// What has been found, and what it explains.
#[derive(Default)]
pub(super) struct Told {
    /// The findings so far.
    pub findings: Vec<Finding>,
    /// The times whose trouble has its cause named already, milliseconds since 1970.
    pub explained: Vec<(f64, f64)>,
    /// Whether it went down with others, and that has been said of all of them.
    pub shared: bool,
    /// Whether the connection never came about, with its cause named.
    pub not_connected: bool,
    /// Whether the sender was held back by the path, with that said.
    pub narrow: bool,
    /// Whether the other end tells what is wrong with the two.
    pub at_other_end: bool,
    /// Whether the machine was too slow, with that said.
    pub slow: bool,
}

impl Told {
    /// Adds a finding.
    pub fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// The same, as a consequence of something that has been named, or beside something that works.
    pub fn push_at_most(&mut self, most: Severity, mut finding: Finding) {
        crate::check::words::lower(&mut finding, most);
        self.push(finding);
    }

    /// Whether a time is one whose trouble has been explained. Counters and reports trail behind by some seconds.
    pub fn explains(&self, at: f64) -> bool {
        const TRAILS: f64 = 5000.0;
        self.explained
            .iter()
            .any(|(from, to)| (*from..=to + TRAILS).contains(&at))
    }

    /// The points that have not been explained.
    pub fn unexplained(&self, points: &[(f64, f64)]) -> Points {
        points.iter().copied().filter(|(at, _)| !self.explains(*at)).collect()
    }
}

/// From the first to the last of some points.
pub(super) fn extent(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    Some((points.first()?.0, points.last()?.0))
}

/// How long some points last, in seconds.
pub(super) fn lasts(points: &[(f64, f64)]) -> f64 {
    extent(points).map_or(0.0, |(from, to)| (to - from) / 1000.0)
}

/// How values spread.
pub(super) fn spread(points: &[(f64, f64)]) -> Option<Spread> {
    Spread::of(points.iter().map(|(_, value)| *value))
}

/// The times over which a condition held: from the sample before it to the last one of it.
pub(super) fn runs(points: &[(f64, f64)], holds: impl Fn(f64) -> bool) -> Vec<(f64, f64)> {
    let mut runs: Vec<(f64, f64)> = Vec::new();
    let mut open = false;
    for (index, (at, value)) in points.iter().enumerate() {
        let now = holds(*value);
        match (now, open, runs.last_mut()) {
            (true, true, Some(run)) => run.1 = *at,
            (true, ..) => runs.push((points[index.saturating_sub(1)].0, *at)),
            _ => {}
        }
        open = now;
    }
    runs
}
