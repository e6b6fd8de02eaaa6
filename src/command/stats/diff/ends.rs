//! Both ends of one call.

use super::super::Looked;
use super::super::view::number;
use super::{Input, Pair, empty, is_empty, label, which};
use crate::check::catalog::stats::HEALTHY;
use crate::check::stats::across;
use crate::cli;
use crate::report::stats::diff::{self as document, Clocks, Diff, Ends, Kind, Middle, Path, Ties};
use crate::report::stats::{Candidate, File, PeerConnection};
use crate::report::{Finding, Severity};
use crate::stats::facts::between::{Call, Crossing, End};
use crate::stats::facts::ends::Between;
use crate::stats::facts::offset::Means;
use crate::stats::facts::passage::{self, Counts, Interval, sum};
use crate::stats::{Names, StatsObject};

/// So many intervals can be read; `--series` asks for all.
const INTERVALS: usize = 20;

/// Compares the ends of each pair; what that shows is added to the findings.
pub(super) fn diff(inputs: &[Input], pairs: &[Pair], options: &cli::Stats, every: bool, looked: &mut Looked) -> Diff {
    let mut diff = empty(Kind::Ends);
    let other = inputs.len() - 1;
    let start = inputs[0].start.unwrap_or(0.0);
    let mut findings = Vec::new();
    for pair in pairs {
        let (Some(a), Some(b)) = (End::of(&inputs[0].dump, pair.a), End::of(&inputs[other].dump, pair.b)) else {
            continue;
        };
        let call = Call::new(a, b, pair.link.clone(), pair.offset, options.from.is_some());
        let labels = [label(inputs, 0, pair.a), label(inputs, other, pair.b)];
        findings.extend(across::check(&call, &labels, start, other > 0));
        let shape = Shape { start, every };
        let report = |file: usize, index: usize| connection(&looked.files[file], &inputs[file].chosen, index);
        let ends = Ends {
            a: which(inputs, 0, pair.a),
            b: which(inputs, other, pair.b),
            matched_by: Ties {
                ice_ufrags: pair.link.ufrags.clone(),
                fingerprints: pair.link.certificates.clone(),
                ssrcs: pair.link.ssrcs.clone(),
            },
            between: match pair.link.between {
                Between::Nothing => "nothing",
                Between::Server => "server",
                Between::Unknown => "unknown",
            }
            .to_owned(),
            clocks: Clocks {
                offset_ms: r3(pair.offset.ms),
                within_ms: pair.offset.within_ms.map(r3),
                by: match pair.offset.means {
                    Means::OneFile => "one-file",
                    Means::Reports => "sender-reports",
                    Means::Counts => "packet-counts",
                    Means::Signaling => "signaling",
                    Means::Nothing => "nothing",
                }
                .to_owned(),
            },
            path_a: report(0, pair.a).and_then(path),
            path_b: report(other, pair.b).and_then(path),
            crossings: call
                .crossings()
                .map(|crossing| shape.crossing(&call, crossing))
                .collect(),
        };
        diff.changed |= ends.crossings.iter().any(|crossing| crossing.stopped.is_some());
        diff.ends.push(ends);
    }
    for (file, input) in inputs.iter().enumerate() {
        for (index, pc) in input.dump.peer_connections.iter().enumerate() {
            let paired = pairs
                .iter()
                .any(|pair| file == 0 && pair.a == index || file == other && pair.b == index);
            if input.chosen.contains(&index) && !paired && !is_empty(pc) {
                diff.unmatched.push(which(inputs, file, index));
            }
        }
    }
    // What both ends show together may be bad where each by itself looks well.
    if findings
        .iter()
        .any(|finding: &Finding| finding.severity > Severity::Info)
    {
        looked.findings.retain(|finding| finding.code != HEALTHY.code);
    }
    // What both ends show together comes before what each shows alone.
    findings.append(&mut looked.findings);
    looked.findings = findings;
    diff
}

/// The report about a connection, by its index in the dump.
fn connection<'f>(file: &'f File, chosen: &[usize], index: usize) -> Option<&'f PeerConnection> {
    let place = chosen.iter().position(|one| *one == index)?;
    file.peer_connections.get(place)
}

fn path(report: &PeerConnection) -> Option<Path> {
    let pair = report.selected_pair.as_ref()?;
    let kind = |candidate: &Option<Candidate>| candidate.as_ref()?.kind.clone();
    let rtt = report.pair_metrics.iter().find(|metric| metric.name == "rtt");
    Some(Path {
        local: kind(&pair.local),
        remote: kind(&pair.remote),
        protocol: pair.local.as_ref().and_then(|local| local.protocol.clone()),
        relay_protocol: pair.local.as_ref().and_then(|local| local.relay_protocol.clone()),
        rtt_ms: rtt.map(|rtt| Middle {
            median: rtt.median,
            p95: rtt.p95,
            n: rtt.n,
        }),
    })
}

/// Milliseconds, to the microsecond.
fn r3(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}

/// How crossings are written.
struct Shape {
    /// The start of the first file, milliseconds since 1970.
    start: f64,
    /// Whether every interval was asked for.
    every: bool,
}

impl Shape {
    fn seconds(&self, at: f64) -> f64 {
        // A tenth of a millisecond is finer than any sample is.
        ((at - self.start) * 10.0).round() / 1e4
    }

    fn crossing(&self, call: &Call<'_>, crossing: &Crossing<'_>) -> document::Crossing {
        let (from, to) = call.ends(crossing.from_a);
        let either = |member: &str| {
            let of = |object: Option<&StatsObject>, names: &Names| object?.text(names, member);
            of(crossing.sender, from.names).or_else(|| of(crossing.receiver, to.names))
        };
        let has = Has::of(crossing, from.names, to.names);
        let mut document = document::Crossing {
            from: if crossing.from_a { "a" } else { "b" }.to_owned(),
            kind: crossing.kind.clone(),
            ssrc: either("ssrc").and_then(|ssrc| number(ssrc.parse().ok()?)),
            mid: either("mid"),
            rid: either("rid"),
            label: either("label"),
            sender_id: crossing.sender.map(|object| object.id.to_string()),
            receiver_id: crossing.receiver.map(|object| object.id.to_string()),
            codec_sent: crossing.sender.and_then(|object| codec(from, object)),
            codec_received: crossing.receiver.and_then(|object| codec(to, object)),
            stopped: crossing.stopped(call.others_arrive(crossing)).map(place),
            counts_alike: true,
            ..document::Crossing::default()
        };
        let Some(passage) = &crossing.passage else {
            document.counted = alone(crossing, from.names, to.names);
            return document;
        };
        document.counts_alike = passage.alike;
        document.counted = has.counts(&passage.total);
        if let (Some(first), Some(last)) = (passage.intervals.first(), passage.intervals.last()) {
            document.from_s = Some(self.seconds(first.from));
            document.to_s = Some(self.seconds(last.to));
            document.slack = Some(passage.slack.ceil() as u64);
        } else {
            // Counts of other moments do not tell what is missing.
            document.counted.missing = None;
        }
        let spans = passage.spans().into_iter();
        document.spans = spans
            .map(|span| document::Span {
                stopped: place(span.place),
                from_s: self.seconds(span.from),
                to_s: self.seconds(span.to),
                counted: has.counts(&span.counts),
            })
            .collect();
        let rows = if self.every {
            1
        } else {
            passage.intervals.len().div_ceil(INTERVALS).max(1)
        };
        let intervals = passage.intervals.chunks(rows);
        document.intervals = intervals.filter_map(|rows| self.interval(rows, &has)).collect();
        document
    }

    fn interval(&self, rows: &[Interval], has: &Has) -> Option<document::Interval> {
        Some(document::Interval {
            from_s: self.seconds(rows.first()?.from),
            to_s: self.seconds(rows.last()?.to),
            counted: has.counts(&sum(rows)),
        })
    }
}

fn place(place: passage::Place) -> document::Place {
    match place {
        passage::Place::Sender => document::Place::Sender,
        passage::Place::Network => document::Place::Network,
        passage::Place::Receiver => document::Place::Receiver,
    }
}

fn codec(end: &End<'_>, object: &StatsObject) -> Option<String> {
    let codec = object.text(end.names, "codecId").and_then(|id| end.pc.find(&id));
    let name = codec.and_then(|codec| codec.text(end.names, "mimeType"));
    name.or_else(|| object.text(end.names, "googCodecName"))
}

/// What one end counted last, of what the other has not.
fn alone(crossing: &Crossing<'_>, from: &Names, to: &Names) -> document::Counts {
    let last = |object: Option<&StatsObject>, names: &Names, member: &str| {
        let value = object?.number(names, member)?;
        Some(value.max(0.0) as u64)
    };
    let sent = |member: &str| last(crossing.sender, from, member);
    let received = |member: &str| last(crossing.receiver, to, member);
    document::Counts {
        sent: sent("packetsSent"),
        sent_again: sent("retransmittedPacketsSent"),
        bytes_sent: sent("bytesSent"),
        frames_encoded: sent("framesEncoded"),
        frames_sent: sent("framesSent"),
        received: received("packetsReceived"),
        bytes_received: received("bytesReceived"),
        frames_received: received("framesReceived"),
        frames_decoded: received("framesDecoded"),
        frames_dropped: received("framesDropped"),
        ..document::Counts::default()
    }
}

/// Which counters there are.
struct Has {
    lost: bool,
    again: bool,
    frames: bool,
    dropped: bool,
}

impl Has {
    fn of(crossing: &Crossing<'_>, from: &Names, to: &Names) -> Has {
        let sent = |member: &str| {
            crossing
                .sender
                .is_some_and(|object| object.member(from, member).is_some())
        };
        let received = |member: &str| {
            crossing
                .receiver
                .is_some_and(|object| object.member(to, member).is_some())
        };
        Has {
            lost: received("packetsLost"),
            again: sent("retransmittedPacketsSent"),
            frames: sent("framesEncoded") && received("framesDecoded"),
            dropped: received("framesDropped"),
        }
    }

    fn counts(&self, counts: &Counts) -> document::Counts {
        let count = |value: f64| Some(value.round().max(0.0) as u64);
        let only = |there: bool, value: f64| if there { count(value) } else { None };
        document::Counts {
            sent: count(counts.sent),
            received: count(counts.received),
            missing: count(counts.missing),
            lost: self.lost.then_some(counts.lost.round() as i64),
            sent_again: only(self.again, counts.again),
            bytes_sent: count(counts.bytes_sent),
            bytes_received: count(counts.bytes_received),
            frames_encoded: only(self.frames, counts.frames_encoded),
            frames_sent: only(self.frames, counts.frames_sent),
            frames_received: only(self.frames, counts.frames_received),
            frames_decoded: only(self.frames, counts.frames_decoded),
            frames_dropped: only(self.frames && self.dropped, counts.frames_dropped),
        }
    }
}
