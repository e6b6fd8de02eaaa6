//! Each finding by a small dump made by hand. `several` has those of more than one connection, of other formats and of the
//! reading, and holds that no finding is left out.

mod several;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::check;
use crate::check::catalog::{Entry, stats as catalog};
use crate::report::{Finding, Severity};
use crate::stats::read;

/// When the made-up calls begin, milliseconds since 1970.
const START: f64 = 1_700_000_000_000.0;
/// How many samples they have, one a second.
const SAMPLES: usize = 40;

/// Members by their names: a value a second.
type Members = BTreeMap<&'static str, Vec<Value>>;

/// A dump of webrtc-internals, made by hand.
#[derive(Clone, Default)]
struct Made {
    events: Vec<Value>,
    /// By the ids of stats: the type, and by their names the members.
    stats: BTreeMap<&'static str, (&'static str, Members)>,
    config: &'static str,
}

impl Made {
    fn event(mut self, at_s: f64, kind: &str, value: impl Into<Value>) -> Made {
        self.events
            .push(json!({"type": kind, "value": value.into(), "timestamp": START + at_s * 1000.0}));
        self
    }

    fn states(mut self, kind: &str, states: &[(f64, &str)]) -> Made {
        for (at_s, state) in states {
            self = self.event(*at_s, kind, format!("\"{state}\""));
        }
        self
    }

    fn describe(self, method: &str, kind: &str, ufrag: &str, direction: &str) -> Made {
        let sdp = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na={direction}\r\na=ice-ufrag:{ufrag}\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na={direction}\r\n"
        );
        self.event(0.0, method, json!({"type": kind, "sdp": sdp}).to_string())
    }

    /// A member as a function of seconds.
    fn with<V: Into<Value>>(
        mut self,
        kind: &'static str,
        id: &'static str,
        member: &'static str,
        of: impl Fn(f64) -> V,
    ) -> Made {
        let values = (0..SAMPLES).map(|second| of(second as f64).into()).collect();
        let object = self.stats.entry(id).or_insert_with(|| (kind, BTreeMap::new()));
        object.1.insert(member, values);
        self
    }

    fn without(mut self, id: &str) -> Made {
        self.stats.remove(id);
        self
    }

    fn findings(&self) -> Vec<Finding> {
        of_dump(&[self])
    }

    /// As it stands in a dump.
    fn connection(&self) -> Value {
        let mut stats = Map::new();
        let mut add = |kind: &str, id: &str, member: &str, values: &[Value]| {
            let series = json!({"startTime": "2023-11-14T22:13:20.000Z", "endTime": "2023-11-14T22:13:59.000Z", "statsType": kind, "values": json!(values).to_string()});
            stats.insert(format!("{id}-{member}"), series);
        };
        let times: Vec<Value> = (0..SAMPLES)
            .map(|second| json!(START + second as f64 * 1000.0))
            .collect();
        for (id, (kind, members)) in &self.stats {
            add(kind, id, "timestamp", &times);
            members
                .iter()
                .for_each(|(member, values)| add(kind, id, member, values));
        }
        json!({"rtcConfiguration": self.config, "stats": stats, "updateLog": self.events})
    }

    fn fires(&self, code: &str) -> bool {
        self.findings().iter().any(|finding| finding.code == code)
    }
}

/// What is found in a dump of these connections.
fn of_dump(all: &[&Made]) -> Vec<Finding> {
    let connections = all.iter().enumerate();
    let connections: Map<String, Value> = connections
        .map(|(index, made)| (format!("1-{}", index + 1), made.connection()))
        .collect();
    let dump = json!({"getUserMedia": [], "PeerConnections": connections}).to_string();
    let dump = read(dump.as_bytes()).unwrap();
    let chosen: Vec<usize> = (0..all.len()).collect();
    check(&dump, &chosen, dump.start())
}

/// A call as it should be.
fn healthy() -> Made {
    let made = Made::default()
        .describe("setLocalDescription", "offer", "aaaa", "sendrecv")
        .describe("setRemoteDescription", "answer", "bbbb", "sendrecv")
        .states("oniceconnectionstatechange", &[(0.1, "checking"), (0.2, "connected")])
        .states("onconnectionstatechange", &[(0.1, "connecting"), (0.3, "connected")]);
    let made = made
        .with("local-candidate", "L1", "candidateType", |_| "host")
        .with("remote-candidate", "R1", "candidateType", |_| "host")
        .with("candidate-pair", "P1", "state", |_| "succeeded")
        .with("candidate-pair", "P1", "localCandidateId", |_| "L1")
        .with("candidate-pair", "P1", "remoteCandidateId", |_| "R1")
        .with("candidate-pair", "P1", "currentRoundTripTime", |_| 0.02)
        .with("candidate-pair", "P1", "availableOutgoingBitrate", |t| {
            300_000.0 + 50_000.0 * t
        })
        .with("transport", "T1", "selectedCandidatePairId", |_| "P1")
        .with("transport", "T1", "dtlsState", |_| "connected")
        .with("transport", "T1", "bytesReceived", |t| t * 120_000.0);
    let made = made
        .with("inbound-rtp", "IA", "kind", |_| "audio")
        .with("inbound-rtp", "IA", "ssrc", |_| 1)
        .with("inbound-rtp", "IA", "packetsReceived", |t| 50.0 * t)
        .with("inbound-rtp", "IA", "packetsLost", |_| 0)
        .with("inbound-rtp", "IA", "jitter", |_| 0.004)
        .with("inbound-rtp", "IA", "totalSamplesReceived", |t| 48_000.0 * t)
        .with("inbound-rtp", "IA", "concealedSamples", |_| 960)
        .with("inbound-rtp", "IA", "silentConcealedSamples", |_| 0)
        .with("inbound-rtp", "IV", "kind", |_| "video")
        .with("inbound-rtp", "IV", "ssrc", |_| 2)
        .with("inbound-rtp", "IV", "packetsReceived", |t| 100.0 * t)
        .with("inbound-rtp", "IV", "packetsLost", |_| 0)
        .with("inbound-rtp", "IV", "framesReceived", |t| 25.0 * t)
        .with("inbound-rtp", "IV", "framesDropped", |_| 0)
        .with("inbound-rtp", "IV", "freezeCount", |_| 0)
        .with("inbound-rtp", "IV", "totalFreezesDuration", |_| 0);
    let made = made
        .with("media-source", "SA", "audioLevel", |t| 0.1 + t / 1000.0)
        .with("media-source", "SA", "totalAudioEnergy", |t| t)
        .with("media-source", "SV", "height", |_| 720)
        .with("media-source", "SV", "width", |_| 1280)
        .with("outbound-rtp", "OA", "kind", |_| "audio")
        .with("outbound-rtp", "OA", "ssrc", |_| 3)
        .with("outbound-rtp", "OA", "mediaSourceId", |_| "SA")
        .with("outbound-rtp", "OA", "packetsSent", |t| 50.0 * t)
        .with("outbound-rtp", "OV", "kind", |_| "video")
        .with("outbound-rtp", "OV", "ssrc", |_| 4)
        .with("outbound-rtp", "OV", "mediaSourceId", |_| "SV")
        .with("outbound-rtp", "OV", "packetsSent", |t| 100.0 * t)
        .with("outbound-rtp", "OV", "bytesSent", |t| 100_000.0 * t)
        .with("outbound-rtp", "OV", "framesEncoded", |t| 25.0 * t)
        .with("outbound-rtp", "OV", "frameHeight", |_| 720)
        .with("outbound-rtp", "OV", "pliCount", |_| 1)
        .with("outbound-rtp", "OV", "nackCount", |_| 2)
        .with("outbound-rtp", "OV", "retransmittedPacketsSent", |_| 2)
        .with("outbound-rtp", "OV", "qualityLimitationReason", |t| {
            if t < 5.0 { "bandwidth" } else { "none" }
        })
        .with("outbound-rtp", "OV", "encoderImplementation", |_| "libvpx");
    let remote = |made: Made, id, ssrc| {
        made.with("remote-inbound-rtp", id, "ssrc", move |_| ssrc)
            .with("remote-inbound-rtp", id, "packetsLost", |_| 0)
            .with("remote-inbound-rtp", id, "roundTripTime", |_| 0.02)
    };
    remote(remote(made, "RA", 3), "RV", 4)
}

/// A connection that never got further than descriptions and what `states` says.
fn unconnected(states: &[(f64, &str)]) -> Made {
    Made::default()
        .describe("setLocalDescription", "offer", "aaaa", "sendrecv")
        .describe("setRemoteDescription", "answer", "bbbb", "sendrecv")
        .states("oniceconnectionstatechange", states)
}

const CANDIDATE: &str = r#"{"sdpMid":"0","candidate":"candidate:1 1 udp 2 10.0.0.1 5000 typ host"}"#;

#[test]
fn a_call_as_it_should_be_fires_nothing_else() {
    let findings = healthy().findings();
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, [catalog::HEALTHY.code], "{findings:#?}");
    assert!(
        findings[0].summary.contains("2 streams in: 5850 packets, 0.0 % lost"),
        "{}",
        findings[0].summary
    );
}

fn setting_up_cases() -> Vec<Case> {
    let checking: &[(f64, &str)] = &[(0.1, "checking"), (15.0, "failed")];
    let error = |code: i64| json!({"url": "turn:t", "error_code": code, "error_text": "x"}).to_string();
    let both = unconnected(checking)
        .event(0.1, "icecandidate", CANDIDATE)
        .event(0.2, "addIceCandidate", CANDIDATE);
    let dtls = |state: &'static str| healthy_without_media().with("transport", "T1", "dtlsState", move |_| state);
    vec![
        (
            catalog::SERVER_REFUSED,
            unconnected(&[]).event(0.1, "icecandidateerror", error(401)),
        ),
        (
            catalog::SERVER_UNREACHABLE,
            unconnected(&[]).event(0.1, "icecandidateerror", error(701)),
        ),
        (catalog::NO_LOCAL_CANDIDATES, unconnected(checking)),
        (
            catalog::NO_REMOTE_CANDIDATES,
            unconnected(checking).event(0.1, "icecandidate", CANDIDATE),
        ),
        (catalog::ICE_FAILED, both.clone()),
        (
            catalog::NEVER_CONNECTED,
            unconnected(&[(0.1, "checking")])
                .event(0.1, "icecandidate", CANDIDATE)
                .event(0.2, "addIceCandidate", CANDIDATE),
        ),
        (
            catalog::NO_ANSWERS,
            both.with("candidate-pair", "P1", "requestsSent", |t| 10.0 * t),
        ),
        (
            catalog::GATHERING_STUCK,
            unconnected(&[]).states("onicegatheringstatechange", &[(0.1, "gathering")]),
        ),
        (catalog::DTLS_FAILED, dtls("failed")),
        (catalog::DTLS_TIMEOUT, dtls("connecting")),
    ]
}

#[test]
fn setting_up() {
    for (entry, made) in setting_up_cases() {
        let findings = made.findings();
        assert_eq!(
            findings.first().map(|finding| finding.code.as_str()),
            Some(entry.code),
            "{findings:#?}"
        );
    }
}

/// ICE is connected, and nothing goes over it.
fn healthy_without_media() -> Made {
    let mut made =
        unconnected(&[(0.1, "checking"), (0.2, "connected")]).with("candidate-pair", "P1", "state", |_| "succeeded");
    made.config = "{}";
    made
}

#[test]
fn a_refusal_comes_before_what_follows_from_it() {
    let made = unconnected(&[(0.1, "checking"), (15.0, "failed")]);
    let error = json!({"url": "turn:t", "error_code": 401, "error_text": "Unauthorized"}).to_string();
    let findings = made.event(0.1, "icecandidateerror", error).findings();
    assert_eq!(findings[0].code, catalog::SERVER_REFUSED.code);
    assert_eq!(
        (findings[1].code.as_str(), findings[1].severity),
        (catalog::NO_LOCAL_CANDIDATES.code, Severity::Warning)
    );
}

fn path_cases() -> Vec<Case> {
    let gone = |t: f64| 120_000.0 * if t < 10.0 { t } else { (t - 8.0).max(10.0) };
    vec![
        (
            catalog::PATH_INTERRUPTED,
            healthy().with("transport", "T1", "bytesReceived", move |t| {
                if (10.0..20.0).contains(&t) {
                    1_200_000.0
                } else {
                    gone(t)
                }
            }),
        ),
        (
            catalog::PATH_LOST,
            healthy().states("onconnectionstatechange", &[(20.0, "disconnected"), (30.0, "failed")]),
        ),
        (
            catalog::RESTART,
            healthy().describe("setLocalDescription", "offer", "cccc", "sendrecv"),
        ),
        (
            catalog::PAIR_SWITCHED,
            healthy().with("transport", "T1", "selectedCandidatePairId", |t| {
                if t < 20.0 { "P0" } else { "P1" }
            }),
        ),
        (
            catalog::RELAY_TCP,
            healthy()
                .with("local-candidate", "L1", "candidateType", |_| "relay")
                .with("local-candidate", "L1", "relayProtocol", |_| "tls"),
        ),
        (
            catalog::RELAY_AVOIDABLE,
            healthy()
                .with("local-candidate", "L1", "candidateType", |_| "relay")
                .with("local-candidate", "L2", "candidateType", |_| "host")
                .with("candidate-pair", "P2", "state", |_| "succeeded")
                .with("candidate-pair", "P2", "localCandidateId", |_| "L2"),
        ),
        (
            catalog::RTT_HIGH,
            healthy().with("remote-inbound-rtp", "RA", "roundTripTime", |_| 0.3),
        ),
        (
            catalog::BUFFERBLOAT,
            healthy()
                .with("remote-inbound-rtp", "RA", "roundTripTime", |t| {
                    if t < 20.0 { 0.02 } else { 0.18 }
                })
                .with("outbound-rtp", "OV", "bytesSent", |t| {
                    if t < 20.0 { 10_000.0 * t } else { 200_000.0 * (t - 19.0) }
                }),
        ),
        (catalog::CLOSED_HERE, healthy().event(39.0, "close", "")),
        (
            catalog::CLOSED_THERE,
            healthy().with("transport", "T1", "dtlsState", |t| {
                if t < 38.0 { "connected" } else { "closed" }
            }),
        ),
    ]
}

#[test]
fn the_path() {
    each_fires(path_cases());
}

fn incoming_cases() -> Vec<Case> {
    let nothing = healthy().with("inbound-rtp", "IA", "packetsReceived", |_| 0).with(
        "inbound-rtp",
        "IV",
        "packetsReceived",
        |_| 0,
    );
    let quiet = ["OA", "OV"]
        .into_iter()
        .fold(nothing.clone(), |made, id| made.without(id));
    vec![
        (catalog::ONE_WAY, nothing),
        // A part of a call, in which nothing comes any more.
        (
            catalog::ONE_WAY,
            ["IA", "IV"].into_iter().fold(healthy(), |made, id| {
                made.with("inbound-rtp", id, "packetsReceived", |_| 500)
            }),
        ),
        (catalog::NOTHING_RECEIVED, quiet),
        (
            catalog::LOSS,
            healthy().with("inbound-rtp", "IV", "packetsLost", |t| 12.0 * t),
        ),
        (
            catalog::LOSS_BURST,
            healthy().with("inbound-rtp", "IV", "packetsLost", |t| if t < 20.0 { 0 } else { 40 }),
        ),
        (catalog::JITTER, healthy().with("inbound-rtp", "IA", "jitter", |_| 0.06)),
        (
            catalog::FREEZES,
            healthy()
                .with("inbound-rtp", "IV", "freezeCount", |t| (t / 10.0).floor())
                .with("inbound-rtp", "IV", "totalFreezesDuration", |t| {
                    (t / 10.0).floor() * 1.5
                }),
        ),
        (
            catalog::FRAMES_DROPPED,
            healthy().with("inbound-rtp", "IV", "framesDropped", |t| 3.0 * t),
        ),
        (
            catalog::CONCEALMENT,
            healthy().with("inbound-rtp", "IA", "concealedSamples", |t| 4800.0 * t),
        ),
        (
            catalog::CLOCK_SKEW,
            healthy().with("inbound-rtp", "IA", "removedSamplesForAcceleration", |t| 480.0 * t),
        ),
        (
            catalog::BUFFER_GROWS,
            healthy()
                .with("inbound-rtp", "IA", "jitterBufferDelay", |t| 48_000.0 * 0.9 * t)
                .with("inbound-rtp", "IA", "jitterBufferEmittedCount", |t| 48_000.0 * t),
        ),
        (
            catalog::BUFFER_FLUSHED,
            healthy().with(
                "inbound-rtp",
                "IA",
                "jitterBufferFlushes",
                |t| if t < 20.0 { 0 } else { 2 },
            ),
        ),
        (
            catalog::FALLBACK,
            healthy().with("inbound-rtp", "IV", "decoderImplementation", |t| {
                if t < 20.0 { "VaapiVideoDecoder" } else { "libvpx" }
            }),
        ),
    ]
}

#[test]
fn streams_that_come_in() {
    each_fires(incoming_cases());
}

fn outgoing_cases() -> Vec<Case> {
    let layer = |made: Made, id, rid: &'static str, packets: f64| {
        made.with("outbound-rtp", id, "kind", |_| "video")
            .with("outbound-rtp", id, "rid", move |_| rid)
            .with("outbound-rtp", id, "packetsSent", move |t| packets * t)
    };
    vec![
        (
            catalog::NOTHING_SENT,
            healthy().with("outbound-rtp", "OA", "packetsSent", |_| 0),
        ),
        (catalog::NO_REPORTS, healthy().without("RV")),
        (
            catalog::LOSS_THERE,
            healthy().with("remote-inbound-rtp", "RV", "packetsLost", |t| 6.0 * t),
        ),
        (
            catalog::BANDWIDTH,
            healthy()
                .with("outbound-rtp", "OV", "qualityLimitationReason", |_| "bandwidth")
                .with("candidate-pair", "P1", "availableOutgoingBitrate", |t| {
                    if t < 3.0 { 500_000 } else { 300_000 }
                }),
        ),
        (
            catalog::CPU,
            healthy().with("outbound-rtp", "OV", "qualityLimitationReason", |_| "cpu"),
        ),
        (
            catalog::RESOLUTION,
            healthy().with("outbound-rtp", "OV", "frameHeight", |_| 180),
        ),
        (
            catalog::KEY_FRAMES,
            healthy().with("outbound-rtp", "OV", "pliCount", |t| t),
        ),
        (
            catalog::NACK_UNANSWERED,
            healthy().with("outbound-rtp", "OV", "nackCount", |t| 3.0 * t).with(
                "outbound-rtp",
                "OV",
                "retransmittedPacketsSent",
                |_| 0,
            ),
        ),
        (
            catalog::VIDEO_BLACK,
            healthy().with("outbound-rtp", "OV", "bytesSent", |t| 25.0 * 40.0 * t),
        ),
        (
            catalog::LAYER_SILENT,
            layer(layer(healthy(), "O1", "h", 50.0), "O2", "f", 0.0),
        ),
        (
            catalog::MICROPHONE_SILENT,
            healthy().with("media-source", "SA", "audioLevel", |_| 0).with(
                "media-source",
                "SA",
                "totalAudioEnergy",
                |_| 0,
            ),
        ),
        (
            catalog::CODEC_CHANGED,
            healthy().with(
                "outbound-rtp",
                "OV",
                "codecId",
                |t| if t < 20.0 { "VP8" } else { "H264" },
            ),
        ),
        (
            catalog::DATA_BACKLOG,
            healthy().with("data-channel", "D1", "bufferedAmount", |t| 100_000.0 * t),
        ),
    ]
}

#[test]
fn streams_that_go_out() {
    each_fires(outgoing_cases());
}

/// A finding, and a call that has it.
type Case = (&'static Entry, Made);

fn each_fires(cases: Vec<Case>) {
    for (entry, made) in cases {
        assert!(made.fires(entry.code), "{}: {:#?}", entry.code, made.findings());
        assert!(!healthy().fires(entry.code));
        let evidence = made
            .findings()
            .into_iter()
            .find(|finding| finding.code == entry.code)
            .unwrap()
            .evidence;
        assert!(!evidence.is_empty(), "{} has no evidence", entry.code);
    }
}
