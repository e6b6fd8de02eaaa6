//! What is worth looking at of an object, per interval: rates of counters, shares of two counters, measures.
//!
//! One table says how each metric comes about; reports, charts and verdicts read the same values.

use super::rate::rates;
use crate::stats::names::Names;
use crate::stats::object::StatsObject;

/// A metric over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// `bitrate`, `loss`, …
    pub name: &'static str,
    /// What it is measured in.
    pub unit: &'static str,
    /// Times (milliseconds since 1970) and values. Of rates the time is the end of the interval.
    pub points: Vec<(f64, f64)>,
}

/// How a metric comes about.
#[derive(Clone, Copy, Debug)]
enum How {
    /// The member times a factor.
    Value(&'static str, f64),
    /// The growth of the member in a second, times a factor.
    Rate(&'static str, f64),
    /// The growth of the first over that of the second, times a factor.
    Ratio(&'static str, &'static str, f64),
    /// The growth of the first over that of both, times a factor.
    Share(&'static str, &'static str, f64),
}

use How::{Rate, Ratio, Share, Value};

/// Types, the metric, its unit and how it comes about. The first that gives something counts.
#[rustfmt::skip]
const METRICS: &[(&str, &str, &str, How)] = &[
    ("inbound-rtp", "bitrate", "bit/s", Rate("bytesReceived", 8.0)),
    ("inbound-rtp", "packet_rate", "1/s", Rate("packetsReceived", 1.0)),
    ("inbound-rtp", "loss", "%", Share("packetsLost", "packetsReceived", 100.0)),
    ("inbound-rtp", "jitter", "ms", Value("jitter", 1000.0)),
    ("inbound-rtp", "jitter_buffer_delay", "ms", Ratio("jitterBufferDelay", "jitterBufferEmittedCount", 1000.0)),
    ("inbound-rtp", "frame_rate", "1/s", Value("framesPerSecond", 1.0)),
    ("inbound-rtp", "frame_rate", "1/s", Rate("framesDecoded", 1.0)),
    ("inbound-rtp", "frame_height", "px", Value("frameHeight", 1.0)),
    ("inbound-rtp", "decode_time", "ms", Ratio("totalDecodeTime", "framesDecoded", 1000.0)),
    ("inbound-rtp", "concealment", "%", Ratio("concealedSamples", "totalSamplesReceived", 100.0)),
    ("inbound-rtp", "audio_level", "", Value("audioLevel", 1.0)),
    ("outbound-rtp", "bitrate", "bit/s", Rate("bytesSent", 8.0)),
    ("outbound-rtp", "target_bitrate", "bit/s", Value("targetBitrate", 1.0)),
    ("outbound-rtp", "packet_rate", "1/s", Rate("packetsSent", 1.0)),
    ("outbound-rtp", "retransmissions", "%", Ratio("retransmittedPacketsSent", "packetsSent", 100.0)),
    ("outbound-rtp", "frame_rate", "1/s", Value("framesPerSecond", 1.0)),
    ("outbound-rtp", "frame_rate", "1/s", Rate("framesEncoded", 1.0)),
    ("outbound-rtp", "frame_height", "px", Value("frameHeight", 1.0)),
    ("outbound-rtp", "encode_time", "ms", Ratio("totalEncodeTime", "framesEncoded", 1000.0)),
    ("remote-inbound-rtp", "loss", "%", Value("fractionLost", 100.0)),
    ("remote-inbound-rtp", "jitter", "ms", Value("jitter", 1000.0)),
    ("remote-inbound-rtp", "rtt", "ms", Value("roundTripTime", 1000.0)),
    ("remote-outbound-rtp", "bitrate", "bit/s", Rate("bytesSent", 8.0)),
    ("candidate-pair", "rtt", "ms", Value("currentRoundTripTime", 1000.0)),
    ("candidate-pair", "bitrate_sent", "bit/s", Rate("bytesSent", 8.0)),
    ("candidate-pair", "bitrate_received", "bit/s", Rate("bytesReceived", 8.0)),
    ("candidate-pair", "available_outgoing", "bit/s", Value("availableOutgoingBitrate", 1.0)),
    ("transport", "bitrate_sent", "bit/s", Rate("bytesSent", 8.0)),
    ("transport", "bitrate_received", "bit/s", Rate("bytesReceived", 8.0)),
    ("media-source", "frame_rate", "1/s", Value("framesPerSecond", 1.0)),
    ("media-source", "audio_level", "", Value("audioLevel", 1.0)),
    ("data-channel", "bitrate_sent", "bit/s", Rate("bytesSent", 8.0)),
    ("data-channel", "bitrate_received", "bit/s", Rate("bytesReceived", 8.0)),
    ("ssrc", "bitrate", "bit/s", Rate("bytesSent", 8.0)),
    ("ssrc", "bitrate", "bit/s", Rate("bytesReceived", 8.0)),
    ("ssrc", "loss", "%", Share("packetsLost", "packetsReceived", 100.0)),
    ("ssrc", "jitter", "ms", Value("googJitterReceived", 1.0)),
    ("ssrc", "rtt", "ms", Value("googRtt", 1.0)),
    ("ssrc", "jitter_buffer_delay", "ms", Value("googJitterBufferMs", 1.0)),
    ("ssrc", "frame_rate", "1/s", Value("googFrameRateSent", 1.0)),
    ("ssrc", "frame_rate", "1/s", Value("googFrameRateReceived", 1.0)),
    ("ssrc", "frame_height", "px", Value("googFrameHeightSent", 1.0)),
    ("ssrc", "frame_height", "px", Value("googFrameHeightReceived", 1.0)),
    ("googCandidatePair", "rtt", "ms", Value("googRtt", 1.0)),
    ("googCandidatePair", "bitrate_sent", "bit/s", Rate("bytesSent", 8.0)),
    ("googCandidatePair", "bitrate_received", "bit/s", Rate("bytesReceived", 8.0)),
    ("VideoBwe", "available_outgoing", "bit/s", Value("googAvailableSendBandwidth", 1.0)),
    ("VideoBwe", "target_bitrate", "bit/s", Value("googTargetEncBitrate", 1.0)),
];

/// The metrics of an object that have values, in the order of the table.
pub fn metrics(object: &StatsObject, names: &Names) -> Vec<Metric> {
    let kind = object.kind(names).unwrap_or_default();
    let mut metrics: Vec<Metric> = Vec::new();
    for (of, name, unit, how) in METRICS {
        if *of != kind || metrics.iter().any(|metric| metric.name == *name) {
            continue;
        }
        let points = points(object, names, *how);
        if !points.is_empty() {
            metrics.push(Metric { name, unit, points });
        }
    }
    metrics
}

fn points(object: &StatsObject, names: &Names, how: How) -> Vec<(f64, f64)> {
    let numbers = |member: &str| object.member(names, member).map(|series| series.numbers(names));
    match how {
        Value(member, factor) => {
            let points = numbers(member).into_iter().flatten();
            points.map(|(time, value)| (time, value * factor)).collect()
        }
        Rate(member, factor) => {
            let Some(points) = numbers(member) else {
                return Vec::new();
            };
            let intervals = rates(points).intervals.into_iter();
            intervals
                .filter_map(|(time, rate)| Some((time, rate? * factor)))
                .collect()
        }
        Ratio(above, below, factor) => {
            let ratio = |a: f64, b: f64| (b > 0.0 && a >= 0.0).then(|| a / b * factor);
            growth(object, names, above, below, ratio)
        }
        Share(part, rest, factor) => {
            // Packets that were given up may come after all: a count of lost ones that falls is none lost.
            let share =
                |a: f64, b: f64| (a.max(0.0) + b > 0.0 && b >= 0.0).then(|| a.max(0.0) / (a.max(0.0) + b) * factor);
            growth(object, names, part, rest, share)
        }
    }
}

/// Both members grow: what `of` makes of that, per interval. Samples are matched by their times.
fn growth(
    object: &StatsObject,
    names: &Names,
    one: &str,
    other: &str,
    of: impl Fn(f64, f64) -> Option<f64>,
) -> Vec<(f64, f64)> {
    let (Some(one), Some(other)) = (object.member(names, one), object.member(names, other)) else {
        return Vec::new();
    };
    let mut others = other.numbers(names).peekable();
    let mut last: Option<(f64, f64, f64)> = None;
    let mut points = Vec::new();
    for (time, a) in one.numbers(names) {
        while others.next_if(|(at, _)| *at < time).is_some() {}
        let Some((_, b)) = others.next_if(|(at, _)| *at == time) else {
            continue;
        };
        if let Some((before, old_a, old_b)) = last
            && time > before
            && let Some(value) = of(a - old_a, b - old_b)
        {
            points.push((time, value));
        }
        last = Some((time, a, b));
    }
    points
}
