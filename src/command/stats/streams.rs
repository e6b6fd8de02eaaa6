//! RTP streams, codecs and data channels.

use serde_json::{Map, Value};

use super::view::{View, r6};
use crate::report::stats::{Codec, DataChannel, Inbound, LegacySsrc, Outbound, RemoteInbound, StreamHead};
use crate::stats::facts::rate::Spread;
use crate::stats::{PeerConnection, Sample, StatsObject};

/// The streams of a type: those that describe the other side's view are none, where Firefox has them so.
fn streams<'p>(view: &View<'_>, pc: &'p PeerConnection, kind: &str) -> impl Iterator<Item = &'p StatsObject> {
    let is_remote = |object: &StatsObject| object.last(view.names(), "isRemote") == Some(Sample::Bool(true));
    let streams: Vec<_> = pc
        .typed(view.names(), &[kind])
        .filter(|object| !is_remote(object))
        .collect();
    let wanted = |object: &&StatsObject| view.wants(&object.id);
    streams.into_iter().filter(wanted).collect::<Vec<_>>().into_iter()
}

fn head(view: &View<'_>, pc: &PeerConnection, object: &StatsObject) -> StreamHead {
    let codec = view.text(object, "codecId").and_then(|id| pc.find(&id));
    StreamHead {
        id: object.id.to_string(),
        kind: view.text(object, "kind").or_else(|| view.text(object, "mediaType")),
        ssrc: view.number(object, "ssrc"),
        mid: view.text(object, "mid"),
        rid: view.text(object, "rid"),
        codec: codec.and_then(|codec| view.text(codec, "mimeType")),
    }
}

/// Streams that come in.
pub fn inbound(view: &View<'_>, pc: &PeerConnection) -> Vec<Inbound> {
    const COUNTERS: [&str; 22] = [
        "framesDecoded",
        "framesDropped",
        "freezeCount",
        "totalFreezesDuration",
        "nackCount",
        "pliCount",
        "firCount",
        "concealedSamples",
        "totalSamplesReceived",
        "frameWidth",
        "frameHeight",
        "framesReceived",
        "keyFramesDecoded",
        "pauseCount",
        "totalPausesDuration",
        "packetsDiscarded",
        "concealmentEvents",
        "silentConcealedSamples",
        "retransmittedPacketsReceived",
        "fecPacketsReceived",
        "jitterBufferDelay",
        "jitterBufferEmittedCount",
    ];
    let stream = |object: &StatsObject| {
        let number = |member: &str| object.number(view.names(), member);
        let loss = number("packetsLost")
            .zip(number("packetsReceived"))
            .filter(|(lost, received)| lost + received > 0.0);
        let jitter = object.member(view.names(), "jitter");
        let jitter: Vec<f64> = jitter
            .into_iter()
            .flat_map(|series| series.numbers(view.names()))
            .map(|(_, v)| v)
            .collect();
        let (average, intervals) = view.bit_rates(object, "bytesReceived");
        Inbound {
            head: head(view, pc, object),
            packets_received: view.number(object, "packetsReceived"),
            packets_lost: view.number(object, "packetsLost"),
            loss_pct: loss.map(|(lost, received)| r6(100.0 * lost / (lost + received))),
            jitter: jitter.last().copied().map(r6),
            jitter_max: Spread::of(jitter.iter().copied()).map(|spread| r6(spread.max)),
            bytes_received: view.number(object, "bytesReceived"),
            avg_bitrate_bps: average,
            bitrates_bps: intervals,
            counters: view.counters(object, &COUNTERS),
            metrics: view.metrics(object),
        }
    };
    streams(view, pc, "inbound-rtp").map(stream).collect()
}

/// Streams that go out.
pub fn outbound(view: &View<'_>, pc: &PeerConnection) -> Vec<Outbound> {
    const COUNTERS: [&str; 13] = [
        "framesEncoded",
        "frameWidth",
        "frameHeight",
        "nackCount",
        "pliCount",
        "retransmittedPacketsSent",
        "firCount",
        "framesSent",
        "keyFramesEncoded",
        "hugeFramesSent",
        "targetBitrate",
        "qualityLimitationResolutionChanges",
        "totalPacketSendDelay",
    ];
    let stream = |object: &StatsObject| {
        let (average, intervals) = view.bit_rates(object, "bytesSent");
        Outbound {
            head: head(view, pc, object),
            packets_sent: view.number(object, "packetsSent"),
            bytes_sent: view.number(object, "bytesSent"),
            avg_bitrate_bps: average,
            bitrates_bps: intervals,
            quality_limitation_reason: view.text(object, "qualityLimitationReason"),
            quality_limitation_durations: durations(view, object),
            encoder_implementation: view.text(object, "encoderImplementation"),
            counters: view.counters(object, &COUNTERS),
            metrics: view.metrics(object),
        }
    };
    streams(view, pc, "outbound-rtp").map(stream).collect()
}

fn durations(view: &View<'_>, object: &StatsObject) -> Map<String, Value> {
    let members = object.members().filter_map(|series| {
        let reason = series.name(view.names()).strip_prefix("qualityLimitationDurations.")?;
        Some((reason.to_owned(), view.value(series.last()?)))
    });
    members.collect()
}

/// What the other side says.
pub fn remote_inbound(view: &View<'_>, pc: &PeerConnection) -> Vec<RemoteInbound> {
    let objects = pc
        .typed(view.names(), &["remote-inbound-rtp"])
        .filter(|object| view.wants(&object.id));
    let stream = |object: &StatsObject| RemoteInbound {
        head: head(view, pc, object),
        packets_lost: view.number(object, "packetsLost"),
        fraction_lost: object.number(view.names(), "fractionLost").map(r6),
        jitter: object.number(view.names(), "jitter").map(r6),
        round_trip_time: view.spread(object, "roundTripTime", 1000.0),
        metrics: view.metrics(object),
    };
    objects.map(stream).collect()
}

/// Codecs, each once, in the order of their names, payload types and parameters.
pub fn codecs(view: &View<'_>, pc: &PeerConnection) -> Vec<Codec> {
    let mut codecs: Vec<Codec> = Vec::new();
    for object in pc.typed(view.names(), &["codec"]) {
        let codec = Codec {
            mime_type: view.text(object, "mimeType"),
            payload_type: view.number(object, "payloadType"),
            clock_rate: view.number(object, "clockRate"),
            channels: view.number(object, "channels"),
            sdp_fmtp_line: view.text(object, "sdpFmtpLine"),
        };
        if !codecs.contains(&codec) {
            codecs.push(codec);
        }
    }
    let payload_type = |codec: &Codec| {
        codec
            .payload_type
            .as_ref()
            .and_then(|number| number.as_i64())
            .unwrap_or(0)
    };
    codecs.sort_by(|a, b| {
        let key = |codec: &Codec| {
            (
                codec.mime_type.clone(),
                payload_type(codec),
                codec.sdp_fmtp_line.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    codecs
}

/// Data channels.
pub fn data_channels(view: &View<'_>, pc: &PeerConnection) -> Vec<DataChannel> {
    let objects = pc
        .typed(view.names(), &["data-channel", "datachannel"])
        .filter(|object| view.wants(&object.id));
    let channel = |object: &StatsObject| DataChannel {
        id: object.id.to_string(),
        label: view.text(object, "label"),
        state: view.text(object, "state"),
        messages_sent: view.number(object, "messagesSent"),
        messages_received: view.number(object, "messagesReceived"),
        bytes_sent: view.number(object, "bytesSent"),
        bytes_received: view.number(object, "bytesReceived"),
        metrics: view.metrics(object),
    };
    objects.map(channel).collect()
}

/// Streams of before the standard.
pub fn legacy(view: &View<'_>, pc: &PeerConnection) -> Vec<LegacySsrc> {
    let objects = pc
        .typed(view.names(), &["ssrc"])
        .filter(|object| view.wants(&object.id));
    let stream = |object: &StatsObject| {
        let sends = |member| object.member(view.names(), member).is_some();
        let (average, intervals) = view.bit_rates(
            object,
            if sends("bytesSent") {
                "bytesSent"
            } else {
                "bytesReceived"
            },
        );
        LegacySsrc {
            id: object.id.to_string(),
            ssrc: view.number(object, "ssrc"),
            kind: view.text(object, "mediaType"),
            codec: view.text(object, "googCodecName"),
            direction: if sends("packetsSent") { "send" } else { "recv" }.to_owned(),
            packets_sent: view.number(object, "packetsSent"),
            packets_received: view.number(object, "packetsReceived"),
            packets_lost: view.number(object, "packetsLost"),
            bytes_sent: view.number(object, "bytesSent"),
            bytes_received: view.number(object, "bytesReceived"),
            goog_rtt: view.spread(object, "googRtt", 1.0),
            goog_jitter_received: view.number(object, "googJitterReceived"),
            avg_bitrate_bps: average,
            bitrates_bps: intervals,
            metrics: view.metrics(object),
        }
    };
    objects.map(stream).collect()
}
