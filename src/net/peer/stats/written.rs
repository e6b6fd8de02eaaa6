//! What the library writes, of what it fills.

use serde_json::{Map, Value};
use webrtc::peer_connection::RTCStatsReportEntry;

/// Those of candidates.
const CANDIDATE: &[&str] = &[
    "transportId",
    "address",
    "port",
    "protocol",
    "candidateType",
    "foundation",
    "usernameFragment",
];

/// The members that the library fills, by type; beside `id`, `type` and `timestamp`.
const FILLED: &[(&str, &[&str])] = &[
    ("peer-connection", &["dataChannelsOpened", "dataChannelsClosed"]),
    (
        "transport",
        &[
            "packetsSent",
            "packetsReceived",
            "bytesSent",
            "bytesReceived",
            "iceRole",
            "iceState",
            "dtlsState",
            "dtlsRole",
            "dtlsCipher",
            "srtpCipher",
            "selectedCandidatePairId",
            "selectedCandidatePairChanges",
            "localCertificateId",
            "remoteCertificateId",
        ],
    ),
    (
        "candidate-pair",
        &[
            "transportId",
            "localCandidateId",
            "remoteCandidateId",
            "state",
            "nominated",
            "packetsSent",
            "packetsReceived",
            "bytesSent",
            "bytesReceived",
            "lastPacketSentTimestamp",
            "lastPacketReceivedTimestamp",
            "totalRoundTripTime",
            "currentRoundTripTime",
            "requestsSent",
            "requestsReceived",
            "responsesSent",
            "responsesReceived",
            "consentRequestsSent",
        ],
    ),
    ("local-candidate", CANDIDATE),
    ("remote-candidate", CANDIDATE),
    (
        "certificate",
        &["fingerprint", "fingerprintAlgorithm", "base64Certificate"],
    ),
    (
        "codec",
        &["payloadType", "mimeType", "clockRate", "channels", "sdpFmtpLine"],
    ),
    (
        "data-channel",
        &[
            "label",
            "protocol",
            "state",
            "dataChannelIdentifier",
            "messagesSent",
            "bytesSent",
            "messagesReceived",
            "bytesReceived",
        ],
    ),
    (
        "inbound-rtp",
        &[
            "ssrc",
            "kind",
            "transportId",
            "codecId",
            "mid",
            "trackIdentifier",
            "packetsReceived",
            "packetsLost",
            "jitter",
            "bytesReceived",
            "headerBytesReceived",
            "nackCount",
            "pliCount",
            "firCount",
            "retransmittedPacketsReceived",
            "retransmittedBytesReceived",
            "rtxSsrc",
            "lastPacketReceivedTimestamp",
        ],
    ),
    (
        "outbound-rtp",
        &[
            "ssrc",
            "kind",
            "transportId",
            "codecId",
            "mid",
            "rid",
            "active",
            "packetsSent",
            "bytesSent",
            "headerBytesSent",
            "retransmittedPacketsSent",
            "retransmittedBytesSent",
            "rtxSsrc",
        ],
    ),
    (
        "remote-inbound-rtp",
        &["ssrc", "kind", "transportId", "codecId", "localId"],
    ),
    (
        "remote-outbound-rtp",
        &["ssrc", "kind", "transportId", "codecId", "localId"],
    ),
];

/// Members that say nothing when they are empty or zero.
const NEVER_EMPTY: &[&str] = &[
    "sdpFmtpLine",
    "srtpCipher",
    "dtlsCipher",
    "rid",
    "mid",
    "codecId",
    "transportId",
    "selectedCandidatePairId",
    "localCertificateId",
    "remoteCertificateId",
    "trackIdentifier",
    "usernameFragment",
    "localId",
    "foundation",
];

/// An entry as the library writes it, of what it fills. What it declares and never makes is left out.
pub fn written(entry: &RTCStatsReportEntry) -> Option<Map<String, Value>> {
    let value = match entry {
        RTCStatsReportEntry::PeerConnection(stats) => serde_json::to_value(stats),
        RTCStatsReportEntry::Transport(stats) => serde_json::to_value(stats),
        RTCStatsReportEntry::IceCandidatePair(stats) => serde_json::to_value(stats),
        RTCStatsReportEntry::LocalCandidate(stats) | RTCStatsReportEntry::RemoteCandidate(stats) => {
            serde_json::to_value(stats)
        }
        RTCStatsReportEntry::Certificate(stats) => serde_json::to_value(stats),
        RTCStatsReportEntry::Codec(stats) => serde_json::to_value(stats),
        RTCStatsReportEntry::DataChannel(stats) => serde_json::to_value(stats),
        RTCStatsReportEntry::InboundRtp(stats) => serde_json::to_value(stats),
        RTCStatsReportEntry::OutboundRtp(stats) => serde_json::to_value(stats),
        RTCStatsReportEntry::RemoteInboundRtp(stats) => serde_json::to_value(stats),
        RTCStatsReportEntry::RemoteOutboundRtp(stats) => serde_json::to_value(stats),
        _ => return None,
    };
    let Ok(Value::Object(all)) = value else { return None };
    let kind = all.get("type")?.as_str()?.to_owned();
    let (_, filled) = FILLED.iter().find(|(name, _)| *name == kind)?;
    let mut object = Map::new();
    for name in ["id", "type", "timestamp"].iter().chain(*filled) {
        let Some(value) = all.get(*name) else { continue };
        let says_nothing = NEVER_EMPTY.contains(name) && value == "" || *name == "rtxSsrc" && value == 0;
        if !says_nothing && !value.is_null() {
            object.insert((*name).to_owned(), value.clone());
        }
    }
    Some(object)
}
