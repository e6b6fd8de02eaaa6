//! One peer connection: configuration, states, candidates and pairs, transports.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::{Codec, DataChannel, Inbound, LegacySsrc, Metric, Object, Outbound, RemoteInbound};

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
