//! What was said: data channels, media, and what the network did to them.

use crate::cli;
use crate::net::peer::call::{Call, Media as Stream, PeerLog, Plan};
use crate::report::loopback::{DataChannel, Impairment, Media, RoundTrips};
use crate::time::millis;

/// What came of the data channels.
pub fn data_channel(call: &Call, plan: &Plan) -> DataChannel {
    let first = &plan.channels[0];
    let data = &call.data;
    let mut round_trips: Vec<f64> = data
        .pings
        .iter()
        .flatten()
        .map(|took| took.as_nanos() as f64 / 1e6)
        .collect();
    round_trips.sort_by(f64::total_cmp);
    // The smallest that at least so many of 100 do not exceed.
    let percentile = |percent: usize| round_trips[(round_trips.len() * percent).div_ceil(100).max(1) - 1];
    let seconds = data.took.as_secs_f64();
    let measured = plan.throughput.is_some() && seconds > 0.0;
    DataChannel {
        channels: plan.channels.len(),
        ordered: !first.unordered,
        max_retransmits: first.max_retransmits,
        max_packet_life_time_ms: first.max_packet_life_time,
        messages: data.messages + round_trips.len() as u64,
        bytes: data.bytes,
        message_size: measured.then_some(plan.message_size),
        messages_sent: measured.then_some(data.messages_sent),
        throughput_mbps: measured.then(|| round(data.bytes as f64 * 8e-6 / seconds)),
        measured_s: measured.then(|| round(seconds)),
        pings: data.pings.len(),
        pings_lost: data.pings.iter().filter(|took| took.is_none()).count(),
        rtt_ms: (!round_trips.is_empty()).then(|| RoundTrips {
            min: round(round_trips[0]),
            median: round(percentile(50)),
            p99: round(percentile(99)),
            max: round(percentile(100)),
        }),
        close_told_ms: data.close_told.map(millis),
    }
}

/// To three decimals.
fn round(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// What came of a stream of media.
pub fn media(call: &Call, stream: &Stream) -> Media {
    let Stream {
        plan, sent, received, ..
    } = stream;
    let sender: &PeerLog = &call.peers[stream.from.index()];
    let reported = sender.rtcp.about_ours.get(&stream.ssrc);
    let heard = reported.filter(|reported| reported.reports > 0);
    let span = received
        .first
        .zip(received.last)
        .map(|(first, last)| last.since(first).as_secs_f64());
    Media {
        kind: plan.codec.kind().name().to_owned(),
        from: stream.from.name().to_owned(),
        ssrc: stream.ssrc,
        codec: plan.codec.name().to_owned(),
        rid: stream.rid.map(str::to_owned),
        packets_sent: sent.packets,
        bytes_sent: sent.bytes,
        packets_received: received.packets,
        bytes_received: received.bytes,
        duplicates: received.duplicates,
        packets_lost: received.lost(),
        jitter_ms: (received.packets > 1).then(|| round(received.jitter * 1000.0)),
        kbps: span
            .filter(|span| *span > 0.0)
            .map(|span| round(received.bytes as f64 * 0.008 / span)),
        reported_fraction_lost: heard.map(|heard| heard.fraction_lost),
        reported_packets_lost: heard.map(|heard| heard.packets_lost),
        reported_jitter_ms: heard
            .map(|heard| round(f64::from(heard.jitter) * 1000.0 / f64::from(plan.codec.kind().clock_rate()))),
        rtt_ms: heard.and_then(|heard| heard.round_trip).map(millis),
        nacks: reported.map_or(0, |reported| reported.nacks),
    }
}

/// What was done to what each end sent.
pub fn impairment(call: &Call, plan: &Plan, options: &cli::Loopback) -> Vec<Impairment> {
    let both = options.impair.as_ref();
    let asked = [
        options.impair_up.as_ref().or(both),
        options.impair_down.as_ref().or(both),
    ];
    let mut impairments = Vec::new();
    for (index, direction) in ["up", "down"].into_iter().enumerate() {
        let (Some(counts), Some(asked)) = (call.peers[index].impaired, asked[index]) else {
            continue;
        };
        let lost = counts.lost + counts.dropped;
        impairments.push(Impairment {
            direction: direction.to_owned(),
            asked: asked.clone(),
            seed: plan.setups[index].impairment.map_or(0, |(_, seed)| seed),
            sent: counts.sent,
            lost: counts.lost,
            dropped: counts.dropped,
            duplicated: counts.duplicated,
            reordered: counts.reordered,
            delivered: counts.delivered,
            lost_percent: round(lost as f64 * 100.0 / counts.sent.max(1) as f64),
            mean_delay_ms: (counts.delivered > 0)
                .then(|| round(counts.delay.as_secs_f64() * 1000.0 / counts.delivered as f64)),
        });
    }
    impairments
}
