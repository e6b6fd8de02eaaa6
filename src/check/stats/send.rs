//! Streams that go out: whether they do, what held them back, and what the other side says of them.

use super::look::{Call, Points, Stream, Told, extent, lasts, spread};
use super::receive::{changed_codec, expects, fallback, grown, push, share_of_time};
use super::setup::Outcome;
use super::thresholds as limits;
use crate::check::catalog::stats as catalog;
use crate::report::Severity;
use crate::stats::{Sample, StatsObject};

/// Every finding about streams that go out.
pub(super) fn check(call: &Call<'_>, outcome: &Outcome, told: &mut Told) {
    if !outcome.connected {
        return;
    }
    check_flow(call, told);
    for stream in call.way(false) {
        check_limits(call, stream, told);
    }
    for stream in call.way(false) {
        check_remote(call, stream, told);
        if stream.is_video() {
            check_resolution(call, stream, told);
            check_key_frames(call, stream, told);
            check_black(call, stream, told);
        }
        check_retransmissions(call, stream, told);
        changed_codec(call, stream, told);
        fallback(call, stream, "encoderImplementation", told);
    }
    check_layers(call, told);
    check_microphone(call, told);
}

/// The media source of a stream.
fn source<'a>(call: &Call<'a>, stream: &Stream<'_>) -> Option<&'a StatsObject> {
    stream
        .object
        .text(call.names, "mediaSourceId")
        .and_then(|id| call.pc.find(&id))
}

fn sent(call: &Call<'_>, stream: &Stream<'_>) -> Points {
    call.points(stream.object, "packetsSent")
}

fn is_active(call: &Call<'_>, stream: &Stream<'_>) -> bool {
    stream.object.last(call.names, "active") != Some(Sample::Bool(false))
}

/// Nothing goes out of streams that are there.
fn check_flow(call: &Call<'_>, told: &mut Told) {
    if !call.has_series() || !told.explained.is_empty() || !expects(call, false) {
        return;
    }
    for kind in ["audio", "video"] {
        let streams: Vec<&Stream<'_>> = call.way(false).filter(|stream| stream.kind == kind).collect();
        let silent = |stream: &&Stream<'_>| {
            let points = sent(call, stream);
            // A sender without a track has no source: nothing is meant to go out.
            let fed = source(call, stream).is_some() || stream.object.kind(call.names) == Some("ssrc");
            is_active(call, stream)
                && fed
                && points.iter().all(|(_, packets)| *packets == 0.0)
                && lasts(&points) >= limits::LASTING.value
        };
        if let Some(first) = streams.first()
            && streams.iter().all(silent)
        {
            let points = sent(call, first);
            let evidence = vec![call.measured(first.object, "0 packets sent", extent(&points), limits::LASTING)];
            told.push(call.of_stream(
                catalog::NOTHING_SENT,
                first,
                "Nothing goes out, though the stream is there and the connection is up.",
                evidence,
            ));
        }
    }
}

/// Bandwidth or CPU held the encoder back.
fn check_limits(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    let reasons: Vec<(f64, String)> = call.texts(stream.object, "qualityLimitationReason");
    let whole = stream
        .object
        .member(call.names, "qualityLimitationReason")
        .map(|series| series.points().map(|(at, _)| (at, 0.0)).collect::<Points>());
    let Some((start, end)) = whole.as_deref().and_then(extent) else {
        return;
    };
    for (reason, entry) in [("bandwidth", catalog::BANDWIDTH), ("cpu", catalog::CPU)] {
        let mut seconds = 0.0;
        let mut spans = Vec::new();
        for (index, (from, text)) in reasons.iter().enumerate() {
            let to = reasons.get(index + 1).map_or(end, |(next, _)| *next);
            if text == reason {
                seconds += (to - from) / 1000.0;
                spans.push((*from, to));
            }
        }
        let length = (end - start) / 1000.0;
        let late = spans.iter().any(|(_, to)| (to - start) / 1000.0 > limits::RAMP.value);
        if seconds < limits::LASTING.value || !share_of_time(seconds, length, limits::LIMITED) || !late {
            continue;
        }
        let words = format!("held back by {reason} for {seconds:.0} s of {length:.0} s");
        let mut evidence = vec![call.measured(stream.object, &words, spans.first().copied(), limits::LIMITED)];
        let narrow = reason == "cpu" || is_narrow(call, stream);
        if reason == "bandwidth"
            && let Some((pair, points)) = available(call)
            && let Some(values) = spread(&points)
        {
            let words = format!(
                "availableOutgoingBitrate: median {:.0} kbit/s, at least {:.0} kbit/s",
                values.median / 1e3,
                values.min / 1e3
            );
            evidence.push(call.fact(extent(&points).map(|(from, _)| from), &pair.id, words));
        }
        let summary = match (reason, narrow) {
            ("cpu", _) => {
                format!("The encoder was held back for {seconds:.0} s of {length:.0} s: the machine was too busy.")
            }
            (_, true) => {
                format!("The encoder was held back for {seconds:.0} s of {length:.0} s: the path did not carry more.")
            }
            (_, false) => format!(
                "The encoder was held back for {seconds:.0} s of {length:.0} s, while the estimate of the path was rising."
            ),
        };
        let most = if narrow { Severity::Warning } else { Severity::Info };
        told.push_at_most(most, call.of_stream(entry, stream, summary, evidence));
        told.narrow |= reason == "bandwidth" && narrow;
        told.slow |= reason == "cpu";
    }
}

/// Whether the path is the limit: the estimate of what it carries fell, and is not far above what the encoder wants. An estimate
/// that only rises is one of a call that begins.
fn is_narrow(call: &Call<'_>, stream: &Stream<'_>) -> bool {
    const FELL: f64 = 0.8;
    const AMPLE: f64 = 2.0;
    let Some((_, points)) = available(call) else {
        return true;
    };
    let mut most = 0.0_f64;
    let mut fell = false;
    for (_, estimate) in &points {
        fell |= *estimate <= FELL * most;
        most = most.max(*estimate);
    }
    let wanted = spread(stream.metric("target_bitrate")).map(|target| target.median);
    let ample = wanted
        .zip(spread(&points))
        .is_some_and(|(wanted, path)| path.median >= AMPLE * wanted);
    fell && !ample
}

/// What the path carries, as the sender estimates it.
fn available<'a>(call: &Call<'a>) -> Option<(&'a StatsObject, Points)> {
    let (pair, _) = crate::stats::facts::pair::selected(call.pc, call.names)?;
    Some((pair, call.points(pair, "availableOutgoingBitrate"))).filter(|(_, points)| !points.is_empty())
}

/// What the other side reports: loss, or nothing at all.
fn check_remote(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    let points = sent(call, stream);
    let packets = call.growth(stream.object, "packetsSent").unwrap_or(0.0);
    let Some((remote, _)) = &stream.remote else {
        // Some browsers write no such stats at all.
        let elsewhere = call.streams.iter().any(|other| other.remote.is_some());
        if call.has_series()
            && elsewhere
            && packets > limits::LOSS_PACKETS.value
            && lasts(&points) >= 2.0 * limits::LASTING.value
        {
            let evidence = vec![call.measured(
                stream.object,
                &format!("{packets} packets sent, no report about them"),
                extent(&points),
                limits::LASTING,
            )];
            told.push(call.of_stream(
                catalog::NO_REPORTS,
                stream,
                "Packets go out, and the other side never reports about them.",
                evidence,
            ));
        }
        return;
    };
    let losses = call.points(remote, "packetsLost");
    let mut lost = call.growth(remote, "packetsLost").unwrap_or(0.0).max(0.0);
    let explained: f64 = losses
        .windows(2)
        .filter(|two| told.explains(two[1].0))
        .map(|two| (two[1].1 - two[0].1).max(0.0))
        .sum();
    lost = (lost - explained).max(0.0);
    let share = if packets > 0.0 { 100.0 * lost / packets } else { 0.0 };
    if packets >= limits::LOSS_PACKETS.value && share >= limits::LOSS.value && losses.len() > 1 {
        let heavy = share >= limits::LOSS_HEAVY.value;
        let limit = if heavy { limits::LOSS_HEAVY } else { limits::LOSS };
        let evidence = vec![call.measured(
            remote,
            &format!("{share:.1} % lost: {lost} of {packets} packets"),
            extent(&losses),
            limit,
        )];
        let finding = call.of_stream(
            catalog::LOSS_THERE,
            stream,
            format!("The other side reports that {share:.1} % of the packets did not arrive there."),
            evidence,
        );
        told.push_at_most(if heavy { Severity::Error } else { Severity::Warning }, finding);
    } else if explained > 0.0 {
        let evidence = vec![call.measured(
            remote,
            &format!("{explained} packets lost"),
            extent(&losses),
            limits::LOSS,
        )];
        let summary = format!("The other side missed {explained} packets, all in the time in which the path was down.");
        push(
            told,
            call.of_stream(catalog::LOSS_THERE, stream, summary, evidence),
            true,
        );
    }
}

/// Much smaller than what the source gives, for long. Layers are so on purpose.
fn check_resolution(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    if stream.object.text(call.names, "rid").is_some()
        || stream
            .object
            .text(call.names, "scalabilityMode")
            .is_some_and(|mode| mode.starts_with('S'))
    {
        return;
    }
    let id = stream.object.text(call.names, "mediaSourceId");
    let shares = |other: &Stream<'_>| other.object.text(call.names, "mediaSourceId") == id;
    if call.way(false).filter(|other| shares(other)).count() > 1 {
        return;
    }
    let Some(full) = source(call, stream).and_then(|source| call.number(source, "height")) else {
        return;
    };
    let width = source(call, stream)
        .and_then(|source| call.number(source, "width"))
        .unwrap_or(full);
    let heights = stream.metric("frame_height");
    let after: Points = match heights.first() {
        Some((start, _)) => heights
            .iter()
            .copied()
            .filter(|(at, _)| (at - start) / 1000.0 >= limits::RAMP.value)
            .collect(),
        None => return,
    };
    let Some(values) = spread(&after).filter(|_| lasts(&after) >= limits::LASTING.value) else {
        return;
    };
    // Turned by 90 degrees, the height is the width.
    if values.max < full.min(width) * limits::RESOLUTION.value {
        let words = format!("{:.0} lines of the source's {full:.0}", values.max);
        let evidence = vec![call.measured(stream.object, &words, extent(&after), limits::RESOLUTION)];
        let finding = call.of_stream(
            catalog::RESOLUTION,
            stream,
            format!("Video is sent small all the time: {words}."),
            evidence,
        );
        push(told, finding, told.narrow || told.slow);
    }
}

fn check_key_frames(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    let asked_by_pli = grown(call, stream, "pliCount", told);
    let (plis, firs) = (asked_by_pli.sum, grown(call, stream, "firCount", told).sum);
    let minutes = lasts(&call.points(stream.object, "pliCount")) / 60.0;
    let asked = plis + firs;
    if minutes <= 0.0 || asked < limits::KEY_FRAMES.value || asked / minutes.max(1.0) < limits::KEY_FRAMES.value {
        return;
    }
    let words = format!("{plis} PLI and {firs} FIR in {:.1} minutes", minutes);
    let evidence = vec![call.measured(stream.object, &words, asked_by_pli.span(), limits::KEY_FRAMES)];
    told.push(call.of_stream(
        catalog::KEY_FRAMES,
        stream,
        format!("The other side asks for key frames again and again: {words}."),
        evidence,
    ));
}

fn check_retransmissions(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    let nacks = call.growth(stream.object, "nackCount").unwrap_or(0.0);
    let again = call.growth(stream.object, "retransmittedPacketsSent");
    if nacks >= limits::NACKS.value && again == Some(0.0) && call.has_series() {
        let points = call.points(stream.object, "nackCount");
        let evidence = vec![call.measured(
            stream.object,
            &format!("{nacks} NACKs received, 0 packets sent again"),
            extent(&points),
            limits::NACKS,
        )];
        told.push(call.of_stream(
            catalog::NACK_UNANSWERED,
            stream,
            "The other side asks for lost packets, and none is sent again.",
            evidence,
        ));
    }
}

/// Frames with nothing in them.
fn check_black(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    let frames = call.growth(stream.object, "framesEncoded").unwrap_or(0.0);
    let octets = call.growth(stream.object, "bytesSent").unwrap_or(0.0);
    let height = call.number(stream.object, "frameHeight").unwrap_or(0.0);
    let points = sent(call, stream);
    if call.has_series()
        && told.explained.is_empty()
        && frames >= 100.0
        && octets > 0.0
        && height >= 180.0
        && octets / frames < limits::EMPTY_FRAME.value
    {
        let words = format!("{:.0} bytes in a frame of {height:.0} lines", octets / frames);
        let evidence = vec![call.measured(stream.object, &words, extent(&points), limits::EMPTY_FRAME)];
        told.push(call.of_stream(
            catalog::VIDEO_BLACK,
            stream,
            format!("The picture is black or does not move: {words}."),
            evidence,
        ));
    }
}

/// A layer of simulcast never went out, while others did.
fn check_layers(call: &Call<'_>, told: &mut Told) {
    let layers: Vec<&Stream<'_>> = call
        .way(false)
        .filter(|stream| stream.object.text(call.names, "rid").is_some())
        .collect();
    let packets = |stream: &Stream<'_>| call.number(stream.object, "packetsSent").unwrap_or(0.0);
    let some = layers.iter().any(|layer| packets(layer) > limits::LOSS_PACKETS.value);
    for layer in layers
        .iter()
        .filter(|layer| some && packets(layer) == 0.0 && is_active(call, layer))
    {
        let points = sent(call, layer);
        if lasts(&points) < limits::RAMP.value {
            continue;
        }
        let evidence = vec![call.measured(
            layer.object,
            "0 packets sent, while other layers go out",
            extent(&points),
            limits::RAMP,
        )];
        let finding = call.of_stream(
            catalog::LAYER_SILENT,
            layer,
            "This layer was never sent, though it is on.",
            evidence,
        );
        push(told, finding, told.narrow || told.slow);
    }
}

/// A source of audio in which nothing is heard.
fn check_microphone(call: &Call<'_>, told: &mut Told) {
    for source in call.pc.typed(call.names, &["media-source"]) {
        let levels = call.points(source, "audioLevel");
        let energy = call.growth(source, "totalAudioEnergy").unwrap_or(0.0);
        let used = call
            .way(false)
            .any(|stream| stream.object.text(call.names, "mediaSourceId").as_deref() == Some(&*source.id));
        if used
            && levels.len() > 2
            && energy == 0.0
            && lasts(&levels) >= limits::LASTING.value
            && levels.iter().all(|(_, level)| *level == 0.0)
        {
            let evidence = vec![call.measured(source, "audioLevel 0", extent(&levels), limits::LASTING)];
            told.push(call.finding(
                catalog::MICROPHONE_SILENT,
                format!("Not a sound comes from the microphone (source {}).", source.id),
                evidence,
            ));
        }
    }
}
