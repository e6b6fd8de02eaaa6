//! The report of `rtcdiag stats`: what was read, per peer connection.
//!
//! Most keys and formulae are a contract (`CONTRIBUTING.md`); times are seconds from the start of the file.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

/// Everything that was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// The first file.
    #[serde(flatten)]
    pub first: File,
    /// The others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<File>,
}

impl Stats {
    /// All files in order.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// Leaves out what `--series` adds: every value over time.
    pub fn drop_points(&mut self) {
        let files = std::iter::once(&mut self.first).chain(&mut self.more);
        for pc in files.flat_map(|file| &mut file.peer_connections) {
            pc.inbound_rtp.iter_mut().for_each(|stream| stream.bitrates_bps.clear());
            pc.outbound_rtp
                .iter_mut()
                .for_each(|stream| stream.bitrates_bps.clear());
            pc.legacy_ssrc.iter_mut().for_each(|stream| stream.bitrates_bps.clear());
            let inbound = pc.inbound_rtp.iter_mut().map(|stream| &mut stream.metrics);
            let outbound = pc.outbound_rtp.iter_mut().map(|stream| &mut stream.metrics);
            let remote = pc.remote_inbound_rtp.iter_mut().map(|stream| &mut stream.metrics);
            let legacy = pc.legacy_ssrc.iter_mut().map(|stream| &mut stream.metrics);
            let channels = pc.data_channels.iter_mut().map(|channel| &mut channel.metrics);
            let streams = inbound.chain(outbound).chain(remote).chain(legacy).chain(channels);
            for metric in streams.chain([&mut pc.pair_metrics]).flatten() {
                metric.points.clear();
            }
            for member in pc.objects.iter_mut().flat_map(|object| &mut object.members) {
                member.points.clear();
            }
        }
    }
}

/// One file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Its name, `-` for stdin.
    pub file: String,
    /// `webrtc-internals`, `rtcstats-dump`, `getstats-array`, …
    pub format: String,
    /// Whether it was packed.
    pub gzip: bool,
    /// Its octets, unpacked.
    pub bytes: u64,
    /// The user agent string, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The browser, from whatever tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// The first time in it, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// From the first to the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<f64>,
    /// Entries of webrtc-internals' list of getUserMedia calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub get_user_media_entries: Option<usize>,
    /// Events that are of no peer connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_events: Option<usize>,
    /// Calls for cameras, microphones and screens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media_calls: Vec<MediaCall>,
    /// How many peer connections are in it, also those that were not asked for.
    pub peer_connection_count: usize,
    /// Those that were asked for.
    pub peer_connections: Vec<PeerConnection>,
}

/// A call for a camera, a microphone or a screen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MediaCall {
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_s: Option<f64>,
    /// `getUserMedia`, `getDisplayMedia`, …
    pub method: String,
    /// Of an answer: whether it is media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeded: Option<bool>,
    /// What was asked for, what was got, or why not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// One peer connection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PeerConnection {
    /// As written.
    pub id: Value,
    /// The page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The configuration, text or tree, as written; credentials are not shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Value>,
    /// The constraints, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraints: Option<Value>,
    /// URLs of STUN and TURN servers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<String>,
    /// How many samples the longest series has.
    pub samples: usize,
    /// Whether these are the goog* stats of before the standard.
    pub legacy_stats: bool,
    /// How many events there are.
    pub events: usize,
    /// How many of each.
    pub event_types: Map<String, Value>,
    /// What those of them mean that are numbers.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub event_names: Map<String, Value>,
    /// Every state, in order, as written.
    pub states: States<Vec<Option<String>>>,
    /// The last of each, in the spelling of the W3C.
    pub final_states: States<Option<String>>,
    /// How many `icecandidateerror` events there are.
    pub candidate_errors: usize,
    /// How long the parts of setting up took.
    #[serde(default)]
    pub phases: Phases,
    /// Calls and events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<TimelineEntry>,
    /// The pair that was in use last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected_pair: Option<SelectedPair>,
    /// Every pair that was in use, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selections: Vec<Selection>,
    /// Round-trip times of that pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt: Option<Spread>,
    /// Octets, counted in three places.
    pub bytes: Bytes,
    /// DTLS and SRTP.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<Transport>,
    /// Local and remote candidates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<ListedCandidate>,
    /// All pairs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<Pair>,
    /// Metrics of the pair that was in use last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pair_metrics: Vec<Metric>,
    /// Streams that come in.
    pub inbound_rtp: Vec<Inbound>,
    /// Streams that go out.
    pub outbound_rtp: Vec<Outbound>,
    /// What the other side says about streams that go out.
    pub remote_inbound_rtp: Vec<RemoteInbound>,
    /// Codecs, each once.
    pub codecs: Vec<Codec>,
    /// Data channels.
    pub data_channels: Vec<DataChannel>,
    /// Streams of before the standard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legacy_ssrc: Vec<LegacySsrc>,
    /// `--id`: the stats that were asked for, member by member.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<Object>,
}

/// Something about each of the four states.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct States<T> {
    /// `connectionState`.
    pub connection: T,
    /// `iceConnectionState`.
    pub ice_connection: T,
    /// `iceGatheringState`.
    pub ice_gathering: T,
    /// `signalingState`.
    pub signaling: T,
}

/// How long the parts of setting up took, in milliseconds. First packets and frames are from the start of the connection to
/// the sample that shows them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Phases {
    /// From `gathering` to `complete`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gathering_ms: Option<f64>,
    /// From `checking` to `connected`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ice_ms: Option<f64>,
    /// From ICE connected to connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtls_ms: Option<f64>,
    /// To the first packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_packet_ms: Option<f64>,
    /// To the first frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_frame_ms: Option<f64>,
}

/// A call or an event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_s: Option<f64>,
    /// What, by its W3C name.
    pub event: String,
    /// What it says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// The candidate, of events about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<String>,
    /// Whether it is a failure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
}

/// The pair that was in use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SelectedPair {
    /// Its stats id.
    pub id: String,
    /// What told that it is the one.
    pub rule: String,
    /// `succeeded`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Value>,
    /// Whether it was nominated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nominated: Option<Value>,
    /// This side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<Candidate>,
    /// The other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<Candidate>,
}

/// What is known of a candidate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// `host`, `srflx`, `prflx`, `relay`; `local`, `stun`, … in legacy stats.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `udp`, `tcp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// The address, or a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<Number>,
    /// How the TURN server is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_protocol: Option<String>,
    /// `wifi`, `ethernet`, `cellular`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_type: Option<String>,
}

/// From when a pair was in use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// From when.
    pub at_s: f64,
    /// The stats id of the pair.
    pub id: String,
    /// What it is, in words.
    pub pair: String,
}

/// How a time spreads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The mean.
    pub avg_ms: f64,
    /// The largest.
    pub max_ms: f64,
    /// How many there are.
    pub n: usize,
}

/// Octets, counted in three places.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bytes {
    /// By all transports.
    pub transport: Octets,
    /// By the pair in use.
    pub pair: Octets,
    /// By all streams.
    pub rtp: Octets,
}

/// Octets both ways.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Octets {
    /// To the other side.
    pub sent: Option<Number>,
    /// From the other side.
    pub received: Option<Number>,
}

/// A transport: DTLS and SRTP over ICE.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Transport {
    /// Its stats id.
    pub id: String,
    /// `dtlsState`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtls_state: Option<String>,
    /// `iceState`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ice_state: Option<String>,
    /// `iceRole`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ice_role: Option<String>,
    /// `dtlsRole`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtls_role: Option<String>,
    /// `tlsVersion`: `FEFD` is DTLS 1.2, `FEFC` DTLS 1.3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_version: Option<String>,
    /// `dtlsCipher`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtls_cipher: Option<String>,
    /// `srtpCipher`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srtp_cipher: Option<String>,
    /// `selectedCandidatePairChanges`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair_changes: Option<Number>,
}

/// A candidate in the list of all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListedCandidate {
    /// Its stats id.
    pub id: String,
    /// `local` or `remote`.
    pub side: String,
    /// What it is.
    #[serde(flatten)]
    pub candidate: Candidate,
    /// Its priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Number>,
    /// The server it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A candidate pair.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Its stats id.
    pub id: String,
    /// Both candidates, in words.
    pub pair: String,
    /// `frozen`, `waiting`, `in-progress`, `failed`, `succeeded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Whether it was nominated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nominated: Option<bool>,
    /// Checks that went out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_sent: Option<Number>,
    /// How many of them were answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responses_received: Option<Number>,
    /// Checks that came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_received: Option<Number>,
    /// Octets.
    #[serde(flatten)]
    pub bytes: Octets,
}

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

/// `--id`: one stats object, member by member.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// Its stats id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// From when to when it was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_s: Option<f64>,
    /// The last sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_s: Option<f64>,
    /// Its members.
    pub members: Vec<Member>,
}

/// One member of a stats object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// By its W3C name.
    pub name: String,
    /// What it is measured in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// How many samples there are.
    pub samples: usize,
    /// The first value.
    #[serde(default)]
    pub first: Value,
    /// The last value.
    #[serde(default)]
    pub last: Value,
    /// How often the counter began anew.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub resets: usize,
    /// How many samples have the time of the one before.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub repeated: usize,
    /// How often the clock went back.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub backward: usize,
    /// How often samples are missing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub gaps: usize,
    /// Whether older samples were likely dropped: Chrome keeps 1000.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub limited: bool,
    /// How it went.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sparkline: String,
    /// `--series`: seconds from the start of the file, and values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<(f64, Value)>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
