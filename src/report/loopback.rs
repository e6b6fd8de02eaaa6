//! The report of `rtcdiag loopback`: a whole call, as both ends saw it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A call between two peers of this process. Times are milliseconds since the run began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Loopback {
    /// How it ended.
    pub outcome: Outcome,
    /// The last stage that it reached: `create`, `describe`, `gather`, `check`, `connect`, `talk`.
    pub reached: String,
    /// What went from here to there.
    pub path: Option<Path>,
    /// Both ends.
    pub peers: Peers,
    /// How long each part of setting up took, over both ends.
    pub phases: Phases,
    /// The offer, as it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<SessionDescription>,
    /// The answer, as it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<SessionDescription>,
    /// What came of the data channels, if there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_channel: Option<DataChannel>,
    /// What came of each stream of media.
    pub media: Vec<Media>,
    /// What was done to the datagrams, by direction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub impairment: Vec<Impairment>,
    /// What was done wrong on purpose, and what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// What the library refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Refused>,
    /// What the library told only its log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub library_log: Vec<LogLine>,
    /// The files that were written.
    pub artifacts: Artifacts,
    /// Whether the statistics are to be shown.
    #[serde(skip)]
    pub show_stats: bool,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It connected, did what was asked, and was closed.
    Connected,
    /// It connected, and broke.
    Broken,
    /// One of the ends told that it failed.
    Failed,
    /// Its time was up.
    TimedOut,
    /// The library stopped working without a word.
    LibraryStopped,
    /// The library refused something.
    #[default]
    Refused,
    /// The user stopped it.
    Interrupted,
}

/// Which way datagrams went, by the pair that was nominated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// Type of the offerer's candidate: `host`, `srflx`, `prflx`, `relay`.
    pub offerer_type: String,
    /// Its address and port.
    pub offerer: String,
    /// Type of the answerer's candidate.
    pub answerer_type: String,
    /// Its address and port.
    pub answerer: String,
    /// `udp` or `tcp`.
    pub protocol: String,
}

/// Both ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Peers {
    /// Who made the offer.
    pub offerer: Peer,
    /// Who answered it.
    pub answerer: Peer,
}

impl Peers {
    /// Both, with their names.
    pub fn named(&self) -> [(&'static str, &Peer); 2] {
        [("offerer", &self.offerer), ("answerer", &self.answerer)]
    }
}

/// One end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Peer {
    /// What it told, in the order of time.
    pub events: Vec<Event>,
    /// What went on at it, in the order of the stages.
    pub stages: Vec<Stage>,
    /// How long each part took.
    pub phases: Phases,
    /// Its DTLS handshake.
    pub flights: Vec<Flight>,
    /// SCTP, as far as it could be seen before it was encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sctp: Option<Sctp>,
    /// What it sent.
    pub sent: Datagrams,
    /// What it received.
    pub received: Datagrams,
    /// Errors with which checks were answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub check_errors: Vec<CheckError>,
    /// Alerts of DTLS in clear.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<Alert>,
    /// Its statistics at the end: the objects of an RTCStatsReport.
    pub stats: Vec<Value>,
    /// The same each second before that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stats_history: Vec<Snapshot>,
}

/// An event, or a method that has done its work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at_ms: f64,
    /// Its name in the W3C's interface: `signalingstatechange`, `icecandidate`, `open`, `setLocalDescription`, ...
    pub event: String,
    /// The new state, or what came with it.
    pub value: Value,
}

/// Something with a beginning and, if it came to that, an end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// `create`, `describe`, `gather`, `check`, `connect`, `talk`.
    pub stage: String,
    /// The part of it: `dtls`, `sctp`, `data_channel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// When it began.
    pub started_ms: f64,
    /// How long it took; absent if it did not end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<f64>,
}

/// Parts of setting up a call, measured from the datagrams. What did not end is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Phases {
    /// From setLocalDescription to the last candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gathering_ms: Option<f64>,
    /// From the first connectivity check to the success of the one that nominates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ice_ms: Option<f64>,
    /// From the first ClientHello to the last Finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtls_ms: Option<f64>,
    /// From INIT to COOKIE ACK.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sctp_ms: Option<f64>,
    /// From DATA_CHANNEL_OPEN to DATA_CHANNEL_ACK.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_channel_ms: Option<f64>,
    /// From the first createOffer to the first octet of a message or of media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte_ms: Option<f64>,
    /// From the first createOffer to everything being open at both ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_ms: Option<f64>,
}

/// Handshake messages that went out in one go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flight {
    /// When it began.
    pub at_ms: f64,
    /// `sent` or `received`.
    pub direction: String,
    /// Its messages.
    pub messages: Vec<String>,
    /// Datagrams that it took.
    pub datagrams: u64,
    /// Whether it had been sent before.
    pub retransmission: bool,
}

/// SCTP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sctp {
    /// Data chunks sent.
    pub data_chunks_sent: u64,
    /// Data chunks received.
    pub data_chunks_received: u64,
    /// Data chunks sent again.
    pub retransmitted: u64,
    /// INIT chunks sent again.
    #[serde(default)]
    pub inits_repeated: u64,
    /// COOKIE ECHO chunks sent again.
    #[serde(default)]
    pub cookies_repeated: u64,
    /// DATA_CHANNEL_OPEN messages sent again.
    #[serde(default)]
    pub opens_repeated: u64,
}

/// Datagrams by what they carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Datagrams {
    /// All.
    pub datagrams: u64,
    /// Octets of their payload.
    pub bytes: u64,
    /// STUN, TURN included.
    pub stun: u64,
    /// TURN ChannelData.
    pub channel_data: u64,
    /// DTLS.
    pub dtls: u64,
    /// RTP.
    pub rtp: u64,
    /// RTCP.
    pub rtcp: u64,
}

/// An error response to connectivity checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckError {
    /// The number of the error; 0 if the response has none.
    pub code: u16,
    /// `sent` or `received`.
    pub direction: String,
    /// How many.
    pub count: u64,
}

/// An alert of DTLS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// When it came first.
    pub at_ms: f64,
    /// `sent` or `received`.
    pub direction: String,
    /// 1 is a warning, 2 is fatal.
    pub level: u8,
    /// Its number.
    pub description: u8,
    /// Its name.
    pub name: String,
    /// How often it came.
    pub count: u64,
}

/// Statistics at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When.
    pub at_ms: f64,
    /// The objects of an RTCStatsReport.
    pub stats: Vec<Value>,
}

/// The W3C's RTCSessionDescriptionInit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionDescription {
    /// `offer` or `answer`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its SDP.
    pub sdp: String,
}

/// What came of the data channels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataChannel {
    /// How many there were.
    pub channels: usize,
    /// Whether messages keep their order.
    pub ordered: bool,
    /// After how many retransmissions a message is given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_retransmits: Option<u16>,
    /// After how many milliseconds a message is given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_packet_life_time_ms: Option<u16>,
    /// Messages that arrived: pings and those of the measurement of throughput.
    pub messages: u64,
    /// Octets of the messages of the measurement of throughput that arrived.
    pub bytes: u64,
    /// Octets of each of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_size: Option<usize>,
    /// Messages sent for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages_sent: Option<u64>,
    /// Million bits a second that arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throughput_mbps: Option<f64>,
    /// How long it was measured, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_s: Option<f64>,
    /// Pings sent.
    pub pings: usize,
    /// Pings that did not come back.
    pub pings_lost: usize,
    /// Round trips of pings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<RoundTrips>,
    /// How long after close() of a channel the other end was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_told_ms: Option<f64>,
}

/// Round trips, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundTrips {
    /// The shortest.
    pub min: f64,
    /// Half are no longer.
    pub median: f64,
    /// 99 of 100 are no longer.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

/// A stream of media.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Media {
    /// `audio` or `video`.
    pub kind: String,
    /// Who sent it: `offerer` or `answerer`.
    pub from: String,
    /// Its SSRC.
    pub ssrc: u32,
    /// `opus`, `VP8`, `H264`.
    #[serde(default)]
    pub codec: String,
    /// Its layer, with simulcast: `q`, `h`, `f`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rid: Option<String>,
    /// Packets sent, without retransmissions.
    pub packets_sent: u64,
    /// Octets of payload sent.
    pub bytes_sent: u64,
    /// Packets that arrived, as the receiving application saw them.
    pub packets_received: u64,
    /// Octets of payload that arrived.
    pub bytes_received: u64,
    /// Packets that arrived once more than needed, mostly retransmissions that were asked for twice.
    pub duplicates: u64,
    /// Packets that did not arrive, not even later.
    pub packets_lost: u64,
    /// Interarrival jitter at the receiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter_ms: Option<f64>,
    /// Thousand bits of payload a second that arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kbps: Option<f64>,
    /// The share that the receiver reported lost in its last report, 0 to 1, as the sender heard it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_fraction_lost: Option<f64>,
    /// Packets that the receiver reported lost, as the sender heard it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_packets_lost: Option<i64>,
    /// Jitter that the receiver reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_jitter_ms: Option<f64>,
    /// The round trip by RTCP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f64>,
    /// NACKs that the sender received.
    pub nacks: u32,
}

impl Media {
    /// `audio from the offerer`, `video q from the offerer`.
    pub fn subject(&self) -> String {
        let layer = self.rid.as_ref().map(|rid| format!(" {rid}")).unwrap_or_default();
        format!("{}{layer} from the {}", self.kind, self.from)
    }
}

/// What was done to the datagrams of one direction; over TCP, to the messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Impairment {
    /// `up`: from the offerer to the answerer; `down`: back.
    pub direction: String,
    /// What was asked for.
    pub asked: String,
    /// The seed of the dice.
    pub seed: u64,
    /// Datagrams sent.
    pub sent: u64,
    /// Lost by chance.
    pub lost: u64,
    /// Dropped because they would have waited too long for the rate.
    pub dropped: u64,
    /// Delivered twice.
    pub duplicated: u64,
    /// Overtaken by the next one.
    pub reordered: u64,
    /// Delivered, copies included.
    pub delivered: u64,
    /// The share lost, in percent.
    pub lost_percent: f64,
    /// Mean time under way of those delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_delay_ms: Option<f64>,
}

/// What was done wrong on purpose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Its name.
    pub name: String,
    /// When it was brought about, if that was after connecting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<f64>,
    /// How long after that the offerer told of a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noticed_ms: Option<f64>,
    /// Datagrams that it swallowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swallowed: Option<u64>,
    /// The ICE restart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<Restart>,
}

/// An ICE restart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restart {
    /// When it was asked for.
    pub at_ms: f64,
    /// How long until a check of the new generation nominated a pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<f64>,
    /// The offerer's user name fragment before.
    pub ufrag_before: String,
    /// And after.
    pub ufrag_after: String,
    /// Pings afterwards.
    pub pings: usize,
    /// Those that came back.
    pub pings_answered: usize,
}

/// What the library refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Whose peer connection.
    pub peer: String,
    /// Which method.
    pub operation: String,
    /// What it said.
    pub message: String,
}

/// A line of the library's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// When.
    pub at_ms: f64,
    /// Which peer, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// `error` or `warning`.
    pub level: String,
    /// The module.
    pub target: String,
    /// The text.
    pub text: String,
}

/// The files that were written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifacts {
    /// The capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<String>,
    /// The key log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_log: Option<String>,
    /// The dump of statistics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stats: Option<String>,
    /// The descriptions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sdp: Vec<String>,
    /// This report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// What belongs to a bundle and was not written, as it can't be redacted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}
