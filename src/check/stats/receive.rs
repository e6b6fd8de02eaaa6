//! Streams that come in: whether they do, and how well.

use std::collections::BTreeSet;

use super::look::{Call, Stream, Told, extent, lasts, runs, spread};
use super::setup::Outcome;
use super::thresholds::{self as limits, Threshold};
use crate::check::catalog::stats as catalog;
use crate::report::{Finding, Severity};

/// Every finding about streams that come in.
pub(super) fn check(call: &Call<'_>, outcome: &Outcome, told: &mut Told) {
    if !outcome.connected {
        return;
    }
    check_flow(call, outcome, told);
    for stream in call.way(true) {
        check_loss(call, stream, told);
        check_jitter(call, stream, told);
        if stream.is_video() {
            check_freezes(call, stream, told);
            check_dropped(call, stream, told);
        } else {
            check_concealment(call, stream, told);
            check_skew(call, stream, told);
        }
        check_buffer(call, stream, told);
        check_decoder(call, stream, told);
    }
}

/// A consequence of something that was named is only told; by itself it is worth a look.
pub(super) fn push(told: &mut Told, finding: Finding, explained: bool) {
    let most = if explained { Severity::Info } else { Severity::Error };
    told.push_at_most(most, finding);
}

/// How a counter grew.
#[derive(Default)]
pub(super) struct Grown {
    /// How much, in times that nothing else explains.
    pub sum: f64,
    /// These times.
    pub times: Vec<(f64, f64)>,
    /// Whether it grew also in times that something explains.
    pub explained: bool,
}

impl Grown {
    /// From the first to the last of the times.
    pub fn span(&self) -> Option<(f64, f64)> {
        Some((self.times.first()?.0, self.times.last()?.1))
    }
}

/// How a counter grew.
pub(super) fn grown(call: &Call<'_>, stream: &Stream<'_>, member: &str, told: &Told) -> Grown {
    let points = call.points(stream.object, member);
    let mut grown = Grown::default();
    if let [(at, value)] = points[..] {
        (grown.sum, grown.times) = (value, vec![(at, at)]);
    }
    for step in points.windows(2).filter(|two| two[1].1 > two[0].1) {
        if told.explains(step[1].0) {
            grown.explained = true;
        } else {
            grown.sum += step[1].1 - step[0].1;
            grown.times.push((step[0].0, step[1].0));
        }
    }
    grown
}

/// Whether media comes although it was negotiated.
fn check_flow(call: &Call<'_>, outcome: &Outcome, told: &mut Told) {
    if !call.has_series() || !told.explained.is_empty() {
        return;
    }
    let from = outcome.connected_at.or_else(|| {
        call.streams
            .iter()
            .filter_map(|stream| stream.object.start())
            .reduce(f64::min)
    });
    let Some((from, to)) = from
        .zip(call.end())
        .filter(|(from, to)| (to - from) / 1000.0 >= limits::LASTING.value)
    else {
        return;
    };
    // A part of a call may begin with counters that stand still since before.
    let sum = |inbound: bool, member: &str| -> f64 {
        let grown = call
            .way(inbound)
            .filter_map(|stream| call.growth(stream.object, member));
        grown.sum()
    };
    let (received, sent) = (sum(true, "packetsReceived"), sum(false, "packetsSent"));
    if received > 0.0 || !expects(call, true) {
        return;
    }
    let object = call.way(true).map(|stream| stream.object).next();
    let id = object.map_or("inbound-rtp", |object| &*object.id);
    let words = format!(
        "0 packets received {}, {sent} sent; {}",
        call.span(from, to),
        limits::LASTING
    );
    let evidence = vec![call.fact(Some(from), id, words)];
    if sent > limits::LOSS_PACKETS.value {
        let summary = "Media goes out and none comes in, though the descriptions agree on both.";
        told.push(call.finding(catalog::ONE_WAY, summary, evidence));
    } else {
        let summary = "No media came in, though the descriptions agree on it and the connection is up.";
        // Where nothing goes out either, the connection may be a spare one.
        let most = if sent > 0.0 { Severity::Warning } else { Severity::Info };
        told.push_at_most(most, call.finding(catalog::NOTHING_RECEIVED, summary, evidence));
    }
}

/// Whether media of one direction was agreed on: by the descriptions that were applied last, else by the streams themselves.
pub(super) fn expects(call: &Call<'_>, inbound: bool) -> bool {
    let (local, remote) = (
        call.descriptions("setLocalDescription"),
        call.descriptions("setRemoteDescription"),
    );
    let (Some((_, local)), Some((_, remote))) = (local.last(), remote.last()) else {
        return call.way(inbound).next().is_some();
    };
    let (receiver, sender) = if inbound { (local, remote) } else { (remote, local) };
    let of = |media: &&crate::stats::event::Media| matches!(media.kind.as_str(), "audio" | "video") && !media.rejected;
    let takes = |direction: &str| matches!(direction, "sendrecv" | "recvonly");
    let gives = |direction: &str| matches!(direction, "sendrecv" | "sendonly");
    receiver.media.iter().filter(of).any(|media| {
        takes(&media.direction)
            && sender
                .media
                .iter()
                .filter(of)
                .any(|other| other.mid == media.mid && gives(&other.direction))
    })
}

/// How many packets a stream lost, and how many it had, in the times that nothing else explains.
fn check_loss(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    let Grown {
        sum: lost, explained, ..
    } = grown(call, stream, "packetsLost", told);
    let received = grown(call, stream, "packetsReceived", told).sum;
    // Late packets are taken back: what is left at the end counts.
    let net = call.growth(stream.object, "packetsLost").unwrap_or(0.0).max(0.0);
    let lost = lost.min(net);
    let points = stream.metric("loss");
    let share = if received + lost > 0.0 {
        100.0 * lost / (received + lost)
    } else {
        0.0
    };
    let enough = received + lost >= limits::LOSS_PACKETS.value;
    let words = format!("{share:.1} % lost: {lost} of {} packets", received + lost);
    if enough && share >= limits::LOSS.value {
        let heavy = share >= limits::LOSS_HEAVY.value;
        let limit = if heavy { limits::LOSS_HEAVY } else { limits::LOSS };
        let evidence = vec![call.measured(stream.object, &words, extent(points), limit)];
        let finding = call.of_stream(
            catalog::LOSS,
            stream,
            format!("{share:.1} % of the packets did not arrive here."),
            evidence,
        );
        // What the sender's queue dropped follows from a path that is too narrow.
        told.push_at_most(if heavy { Severity::Error } else { Severity::Warning }, finding);
        return;
    }
    if explained && net > 0.0 && lost < net {
        let evidence = vec![call.measured(
            stream.object,
            &format!("{} packets lost", net - lost),
            extent(points),
            limits::LOSS,
        )];
        let summary = format!(
            "{} packets did not arrive here, all in the time in which the path was down.",
            net - lost
        );
        told.push_at_most(Severity::Info, call.of_stream(catalog::LOSS, stream, summary, evidence));
    }
    bursts(call, stream, points, told);
}

/// Single intervals with much loss in a stream that has little.
pub(super) fn bursts(call: &Call<'_>, stream: &Stream<'_>, points: &[(f64, f64)], told: &mut Told) {
    let lost = call.points(stream.object, "packetsLost");
    let fresh: Vec<(f64, f64)> = told.unexplained(points);
    // A share of a handful of packets is no rate.
    let heavy = lost.windows(2).filter(|two| two[1].1 - two[0].1 >= 10.0);
    let heavy: BTreeSet<u64> = heavy.map(|two| two[1].0.to_bits()).collect();
    let many = |at: f64| heavy.contains(&at.to_bits());
    let bad: Vec<&(f64, f64)> = fresh
        .iter()
        .filter(|(at, share)| *share >= limits::BURST.value && many(*at))
        .collect();
    let Some(worst) = bad.iter().map(|(_, share)| *share).reduce(f64::max) else {
        return;
    };
    let facts = bad.iter().take(8).map(|(at, share)| {
        call.fact(
            Some(*at),
            &stream.object.id,
            format!("{share:.0} % lost; {}", limits::BURST),
        )
    });
    let summary = format!("Packets were lost in bursts: up to {worst:.0} % of them between two samples.");
    told.push(call.of_stream(catalog::LOSS_BURST, stream, summary, facts.collect()));
}

fn check_jitter(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    let points = told.unexplained(stream.metric("jitter"));
    let Some(values) = spread(&points).filter(|values| values.median >= limits::JITTER.value && values.count > 2)
    else {
        return;
    };
    // A frame of video is many packets sent at once: audio over the same path says more.
    let audio = |other: &Stream<'_>| !other.is_video() && !other.metric("jitter").is_empty();
    if stream.is_video() && call.way(true).any(audio) {
        return;
    }
    let words = format!("jitter: median {:.0} ms, at most {:.0} ms", values.median, values.max);
    let evidence = vec![call.measured(stream.object, &words, extent(&points), limits::JITTER)];
    told.push(call.of_stream(
        catalog::JITTER,
        stream,
        format!("Packets come unevenly: {words}."),
        evidence,
    ));
}

fn check_freezes(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    let grown = grown(call, stream, "freezeCount", told);
    let freezes = grown.sum;
    let durations = call.points(stream.object, "totalFreezesDuration");
    let step = |two: &[(f64, f64)]| two[1].1 - two[0].1;
    let fresh = durations.windows(2).filter(|two| !told.explains(two[1].0));
    let (mut total, mut longest) = (0.0_f64, 0.0_f64);
    for two in fresh {
        total += step(two).max(0.0);
        longest = longest.max(step(two));
    }
    if let [(_, only)] = durations[..] {
        total = only;
    }
    let whole = lasts(&durations);
    // A first sample that has freezes already is the start of a call.
    let share = if whole > 0.0 { 100.0 * total / whole } else { 0.0 };
    if freezes > 0.0
        && (share >= limits::FROZEN.value && total >= limits::FREEZE.value || (whole == 0.0 && total >= 5.0))
    {
        let words = format!("{freezes} freezes, {total:.1} s in all, the longest at most {longest:.1} s");
        let evidence = vec![call.measured(stream.object, &words, grown.span(), limits::FROZEN)];
        let narrow = told.narrow;
        push(
            told,
            call.of_stream(
                catalog::FREEZES,
                stream,
                format!("The picture stood still: {words}."),
                evidence,
            ),
            narrow,
        );
    } else if grown.explained {
        let all = call.growth(stream.object, "totalFreezesDuration").unwrap_or(0.0);
        let evidence = vec![call.measured(
            stream.object,
            &format!("{all:.1} s of freezes"),
            extent(&durations),
            limits::FROZEN,
        )];
        push(
            told,
            call.of_stream(
                catalog::FREEZES,
                stream,
                "The picture stood still while the path was down.",
                evidence,
            ),
            true,
        );
    }
}

fn check_dropped(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    let drops = grown(call, stream, "framesDropped", told);
    let (dropped, received) = (drops.sum, grown(call, stream, "framesReceived", told).sum);
    let share = if received > 0.0 {
        100.0 * dropped / received
    } else {
        0.0
    };
    if received < 100.0 || share < limits::DROPPED.value || !call.has_series() {
        return;
    }
    let words = format!("{dropped} of {received} frames ({share:.1} %)");
    let evidence = vec![call.measured(
        stream.object,
        &format!("dropped {words}"),
        drops.span(),
        limits::DROPPED,
    )];
    told.push(call.of_stream(
        catalog::FRAMES_DROPPED,
        stream,
        format!("{words} came and were not shown."),
        evidence,
    ));
}

fn check_concealment(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    let concealed = grown(call, stream, "concealedSamples", told);
    let silent = grown(call, stream, "silentConcealedSamples", told).sum;
    let samples = grown(call, stream, "totalSamplesReceived", told).sum;
    let heard = (concealed.sum - silent).max(0.0);
    let share = if samples > 0.0 { 100.0 * heard / samples } else { 0.0 };
    // Some seconds at 48 kHz; what is made up before the first packet is silence.
    if !call.has_series() || samples < 240_000.0 || share < limits::CONCEALED.value {
        if concealed.explained {
            let all = call.growth(stream.object, "concealedSamples").unwrap_or(0.0);
            let evidence = vec![call.measured(
                stream.object,
                &format!("{all} samples made up"),
                extent(&call.points(stream.object, "concealedSamples")),
                limits::CONCEALED,
            )];
            push(
                told,
                call.of_stream(
                    catalog::CONCEALMENT,
                    stream,
                    "Audio was made up while the path was down.",
                    evidence,
                ),
                true,
            );
        }
        return;
    }
    let evidence = vec![call.measured(
        stream.object,
        &format!("{share:.1} % of the samples made up"),
        concealed.span(),
        limits::CONCEALED,
    )];
    let lossy = told
        .findings
        .iter()
        .any(|finding| finding.code == catalog::LOSS.code && finding.severity > Severity::Info);
    let finding = call.of_stream(
        catalog::CONCEALMENT,
        stream,
        format!("{share:.1} % of the audio was made up by the receiver."),
        evidence,
    );
    push(told, finding, lossy);
}

/// Stretching or squeezing one way only, all the time.
fn check_skew(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    let growth = |member: &str| call.growth(stream.object, member).unwrap_or(0.0);
    let (inserted, removed) = (
        growth("insertedSamplesForDeceleration"),
        growth("removedSamplesForAcceleration"),
    );
    let samples = growth("totalSamplesReceived");
    if !call.has_series() || samples < 1_440_000.0 || !told.explained.is_empty() {
        return;
    }
    let share = 100.0 * (inserted - removed).abs() / samples;
    let (more, less) = (inserted.max(removed), inserted.min(removed));
    if share >= limits::SKEW.value && less < more / 5.0 {
        let words = format!("{inserted} samples inserted, {removed} removed, of {samples}: {share:.2} %");
        let evidence = vec![call.measured(
            stream.object,
            &words,
            extent(&call.points(stream.object, "totalSamplesReceived")),
            limits::SKEW,
        )];
        let faster = if removed > inserted { "faster" } else { "slower" };
        told.push(call.of_stream(
            catalog::CLOCK_SKEW,
            stream,
            format!("Audio comes {faster} than it is played, all the time."),
            evidence,
        ));
    }
}

fn check_buffer(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    let points = told.unexplained(stream.metric("jitter_buffer_delay"));
    let long = runs(&points, |value| value >= limits::BUFFER.value);
    let longest = long.into_iter().max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)));
    if let Some((from, to)) = longest.filter(|(from, to)| (to - from) / 1000.0 >= limits::LASTING.value) {
        let most = points.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        let evidence = vec![call.measured(
            stream.object,
            &format!("jitter buffer: up to {most:.0} ms"),
            Some((from, to)),
            limits::BUFFER,
        )];
        told.push(call.of_stream(
            catalog::BUFFER_GROWS,
            stream,
            format!("What arrives waits up to {most:.0} ms in the jitter buffer."),
            evidence,
        ));
    }
    let flushes = grown(call, stream, "jitterBufferFlushes", told);
    if flushes.sum > 0.0 && !flushes.explained && call.has_series() {
        let facts = flushes
            .times
            .iter()
            .take(5)
            .map(|(_, to)| call.fact(Some(*to), &stream.object.id, "jitterBufferFlushes grew".to_owned()));
        let summary = format!(
            "The jitter buffer was emptied {}: audio was thrown away.",
            crate::check::words::times(flushes.sum as u64)
        );
        told.push_at_most(
            Severity::Info,
            call.of_stream(catalog::BUFFER_FLUSHED, stream, summary, facts.collect()),
        );
    }
}

fn check_decoder(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    changed_codec(call, stream, told);
    fallback(call, stream, "decoderImplementation", told);
}

/// The codec of a stream changed while it went on.
pub(super) fn changed_codec(call: &Call<'_>, stream: &Stream<'_>, told: &mut Told) {
    let name = |id: &str| {
        call.pc
            .find(id)
            .and_then(|codec| codec.text(call.names, "mimeType"))
            .unwrap_or_else(|| id.to_owned())
    };
    let mut changes = call.texts(stream.object, "codecId");
    changes.truncate(100);
    changes.iter_mut().for_each(|(_, id)| *id = name(id));
    changes.dedup_by(|a, b| a.1 == b.1);
    if changes.len() > 1 {
        let names: Vec<&str> = changes.iter().take(6).map(|(_, name)| name.as_str()).collect();
        let facts = changes
            .iter()
            .skip(1)
            .take(6)
            .map(|(at, name)| call.fact(Some(*at), &stream.object.id, name.clone()));
        told.push(call.of_stream(
            catalog::CODEC_CHANGED,
            stream,
            format!("The codec changed: {}.", names.join(", then ")),
            facts.collect(),
        ));
    }
}

/// From a codec in hardware to one in software.
pub(super) fn fallback(call: &Call<'_>, stream: &Stream<'_>, member: &str, told: &mut Told) {
    let implementations = call.texts(stream.object, member);
    let soft = |name: &str| {
        ["libvpx", "openh264", "libaom", "dav1d", "ffmpeg", "fallback"]
            .iter()
            .any(|one| name.to_ascii_lowercase().contains(one))
    };
    let hard = |name: &str| !soft(name) && !matches!(name, "" | "unknown");
    let fell = implementations
        .windows(2)
        .find(|two| hard(&two[0].1) && soft(&two[1].1));
    let named = || {
        implementations
            .iter()
            .find(|(_, name)| name.contains("fallback from") && !name.contains("from: unknown"))
    };
    let (at, words) = match (fell, named()) {
        (Some(two), _) => (two[1].0, format!("{} -> {}", two[0].1, two[1].1)),
        (None, Some((at, name))) => (*at, name.clone()),
        (None, None) => return,
    };
    let evidence = vec![call.fact(Some(at), &stream.object.id, format!("{member}: {words}"))];
    told.push(call.of_stream(
        catalog::FALLBACK,
        stream,
        format!("Hardware was given up for software: {words}."),
        evidence,
    ));
}

/// A threshold that a share of the time is held against.
pub(super) fn share_of_time(seconds: f64, whole: f64, limit: Threshold) -> bool {
    whole > 0.0 && 100.0 * seconds / whole >= limit.value
}
