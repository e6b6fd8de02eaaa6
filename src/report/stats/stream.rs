//! Streams of RTP, codecs and data channels.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::Spread;

/// How a metric went.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// `bitrate`, `loss`, `jitter`, `rtt`, …
    pub name: String,
    /// `bit/s`, `ms`, `%`, …
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// How many values there are.
    pub n: usize,
    /// The smallest.
    pub min: f64,
    /// The middle one.
    pub median: f64,
    /// One in twenty is larger.
    pub p95: f64,
    /// The largest.
    pub max: f64,
    /// The last.
    pub last: f64,
    /// How it went, as a row of small bars from zero or the smallest to the largest.
    pub sparkline: String,
    /// `--series`: seconds from the start of the file, and values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<(f64, f64)>,
}

/// What every RTP stream has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StreamHead {
    /// Its stats id.
    pub id: String,
    /// `audio`, `video`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its SSRC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssrc: Option<Number>,
    /// Its media section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
    /// Its layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rid: Option<String>,
    /// `video/VP8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codec: Option<String>,
}

/// A stream that comes in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inbound {
    /// What it is.
    #[serde(flatten)]
    pub head: StreamHead,
    /// Packets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packets_received: Option<Number>,
    /// Packets that did not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packets_lost: Option<Number>,
    /// Of all that were sent, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_pct: Option<f64>,
    /// The last jitter, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter: Option<f64>,
    /// The largest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter_max: Option<f64>,
    /// Octets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_received: Option<Number>,
    /// Octets, headers left out, as a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avg_bitrate_bps: Option<f64>,
    /// `--series`: for each interval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bitrates_bps: Vec<Option<f64>>,
    /// Counters as they stood last, by their W3C names.
    #[serde(flatten)]
    pub counters: Map<String, Value>,
    /// What it measured over time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
}

/// A stream that goes out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outbound {
    /// What it is.
    #[serde(flatten)]
    pub head: StreamHead,
    /// Packets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packets_sent: Option<Number>,
    /// Octets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_sent: Option<Number>,
    /// Octets, headers left out, as a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avg_bitrate_bps: Option<f64>,
    /// `--series`: for each interval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bitrates_bps: Vec<Option<f64>>,
    /// `none`, `cpu`, `bandwidth`, `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality_limitation_reason: Option<String>,
    /// Seconds spent with each reason.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub quality_limitation_durations: Map<String, Value>,
    /// Which encoder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder_implementation: Option<String>,
    /// Counters as they stood last, by their W3C names.
    #[serde(flatten)]
    pub counters: Map<String, Value>,
    /// What it measured over time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
}

/// What the other side says about a stream that goes out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RemoteInbound {
    /// What it is.
    #[serde(flatten)]
    pub head: StreamHead,
    /// Packets that did not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packets_lost: Option<Number>,
    /// From 0 to 1, in the last report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fraction_lost: Option<f64>,
    /// The last jitter, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter: Option<f64>,
    /// Round-trip times by RTCP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip_time: Option<Spread>,
    /// What it measured over time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
}

/// A codec.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Codec {
    /// `video/VP8`.
    pub mime_type: Option<String>,
    /// The payload type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_type: Option<Number>,
    /// In Hz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_rate: Option<Number>,
    /// Of audio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<Number>,
    /// Its `a=fmtp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdp_fmtp_line: Option<String>,
}

/// A data channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataChannel {
    /// Its stats id.
    pub id: String,
    /// What the app calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// `connecting`, `open`, `closing`, `closed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Messages out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages_sent: Option<Number>,
    /// Messages in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages_received: Option<Number>,
    /// Octets out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_sent: Option<Number>,
    /// Octets in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_received: Option<Number>,
    /// What it measured over time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
}

/// A stream of before the standard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LegacySsrc {
    /// Its stats id.
    pub id: String,
    /// Its SSRC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssrc: Option<Number>,
    /// `audio`, `video`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `VP8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codec: Option<String>,
    /// `send` or `recv`.
    pub direction: String,
    /// Packets out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packets_sent: Option<Number>,
    /// Packets in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packets_received: Option<Number>,
    /// Packets that did not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packets_lost: Option<Number>,
    /// Octets out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_sent: Option<Number>,
    /// Octets in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_received: Option<Number>,
    /// Round-trip times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goog_rtt: Option<Spread>,
    /// The last jitter, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goog_jitter_received: Option<Number>,
    /// As a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avg_bitrate_bps: Option<f64>,
    /// `--series`: for each interval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bitrates_bps: Vec<Option<f64>>,
    /// What it measured over time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
}
