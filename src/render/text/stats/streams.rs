//! Streams: a line that says what each is and what was counted, and a table of what it measured.

use std::io::{self, Write};

use serde_json::{Map, Number, Value};

use super::{field, short};
use crate::render::table::{Column, Table};
use crate::render::text::{Paint, Style, indented};
use crate::render::units;
use crate::report::stats::{
    DataChannel, Inbound, LegacySsrc, Metric, Outbound, PeerConnection, RemoteInbound, StreamHead,
};

/// So many streams of each kind are shown; a conference has hundreds.
const SHOWN: usize = 40;

/// All streams and data channels.
pub fn write(one: &PeerConnection, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for stream in one.inbound_rtp.iter().take(SHOWN) {
        heading("receives", &stream.head, style, out)?;
        field("counted", &inbound(stream), style, out)?;
        write_metrics(&[&stream.metrics], style, out)?;
    }
    more("receives", one.inbound_rtp.len(), out)?;
    for stream in one.outbound_rtp.iter().take(SHOWN) {
        heading("sends", &stream.head, style, out)?;
        field("counted", &outbound(stream), style, out)?;
        let ssrc = stream.head.ssrc.as_ref();
        let remote = one
            .remote_inbound_rtp
            .iter()
            .find(|remote| remote.head.ssrc.is_some() && remote.head.ssrc.as_ref() == ssrc);
        field("limited by", &limits(stream, style), style, out)?;
        field("other side", &remote.map(remote_words).unwrap_or_default(), style, out)?;
        let reported: Vec<Metric> = remote.map(reported).unwrap_or_default();
        write_metrics(&[&stream.metrics, &reported], style, out)?;
    }
    more("sends", one.outbound_rtp.len(), out)?;
    for stream in one.legacy_ssrc.iter().take(SHOWN) {
        write_legacy(stream, style, out)?;
    }
    more("", one.legacy_ssrc.len(), out)?;
    for channel in one.data_channels.iter().take(SHOWN) {
        write_channel(channel, style, out)?;
    }
    more("data channel", one.data_channels.len(), out)
}

fn more(what: &str, count: usize, out: &mut dyn Write) -> io::Result<()> {
    match count.checked_sub(SHOWN) {
        Some(more @ 1..) => writeln!(out, "\n  {what} … and {more} more"),
        _ => Ok(()),
    }
}

/// `receives video/VP8, mid 1, ssrc 3526379975 (IT01V3526379975)`
fn heading(what: &str, head: &StreamHead, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let codec = [&head.codec, &head.kind]
        .into_iter()
        .flatten()
        .find(|name| !name.is_empty());
    let codec = codec.map_or("media", String::as_str);
    let mut text = format!("{what} {}", short(codec, 60));
    for (name, value) in [("mid", &head.mid), ("rid", &head.rid)] {
        if let Some(value) = value {
            text.push_str(&format!(", {name} {}", short(value, 40)));
        }
    }
    if let Some(ssrc) = &head.ssrc {
        text.push_str(&format!(", ssrc {ssrc}"));
    }
    writeln!(
        out,
        "\n  {} {}",
        style.paint(Paint::Cyan, &text),
        style.paint(Paint::Dim, &format!("({})", short(&head.id, 60)))
    )
}

/// Numbers with names, those that are there.
struct Words(Vec<String>);

impl Words {
    fn count(&mut self, number: Option<&Number>, noun: &str) {
        if let Some(number) = number {
            self.0.push(format!("{number} {noun}"));
        }
    }

    /// Only if it is more than nothing.
    fn some(&mut self, counters: &Map<String, Value>, name: &str, noun: &str) {
        if let Some(number) = counters
            .get(name)
            .and_then(Value::as_f64)
            .filter(|number| *number > 0.0)
        {
            self.0.push(format!("{number} {noun}"));
        }
    }

    fn text(self) -> String {
        self.0.join(", ")
    }
}

fn inbound(stream: &Inbound) -> String {
    let counters = &stream.counters;
    let number = |name: &str| counters.get(name).and_then(Value::as_f64);
    let mut words = Words(Vec::new());
    words.count(stream.packets_received.as_ref(), "packets");
    if let Some(lost) = stream.packets_lost.as_ref().filter(|lost| lost.as_f64() != Some(0.0)) {
        let share = stream
            .loss_pct
            .map(|loss| format!(" ({loss:.2} %)"))
            .unwrap_or_default();
        words.0.push(format!("{lost} lost{share}"));
    }
    words.some(counters, "packets_discarded", "discarded");
    words.some(counters, "frames_decoded", "frames decoded");
    words.some(counters, "frames_dropped", "frames dropped");
    if let (Some(width), Some(height)) = (number("frame_width"), number("frame_height")) {
        words.0.push(format!("{width}x{height}"));
    }
    if let Some(freezes) = number("freeze_count").filter(|count| *count > 0.0) {
        let length = number("total_freezes_duration")
            .map(|length| format!(" ({length:.1} s)"))
            .unwrap_or_default();
        words
            .0
            .push(format!("{}{length}", units::count(freezes as usize, "freeze")));
    }
    if let (Some(concealed), Some(all)) = (number("concealed_samples"), number("total_samples_received"))
        && concealed > 0.0
        && all > 0.0
    {
        words.0.push(format!("{:.2} % concealed", 100.0 * concealed / all));
    }
    words.some(counters, "nack_count", "NACK");
    words.some(counters, "pli_count", "PLI");
    words.some(counters, "fir_count", "FIR");
    words.text()
}

fn outbound(stream: &Outbound) -> String {
    let counters = &stream.counters;
    let number = |name: &str| counters.get(name).and_then(Value::as_f64);
    let mut words = Words(Vec::new());
    words.count(stream.packets_sent.as_ref(), "packets");
    words.some(counters, "retransmitted_packets_sent", "sent again");
    words.some(counters, "frames_encoded", "frames encoded");
    if let (Some(width), Some(height)) = (number("frame_width"), number("frame_height")) {
        words.0.push(format!("{width}x{height}"));
    }
    words.some(counters, "nack_count", "NACK");
    words.some(counters, "pli_count", "PLI");
    words.some(counters, "fir_count", "FIR");
    if let Some(encoder) = &stream.encoder_implementation {
        words.0.push(format!("by {}", short(encoder, 60)));
    }
    words.text()
}

/// `bandwidth 12.0 s, cpu 3.1 s, now none`; nothing where nothing limited.
fn limits(stream: &Outbound, style: &Style) -> String {
    let reason = stream.quality_limitation_reason.as_deref().unwrap_or("none");
    let durations = stream.quality_limitation_durations.iter().filter_map(|(name, value)| {
        let seconds = value.as_f64().filter(|seconds| *seconds >= 0.1)?;
        (name != "none").then(|| format!("{name} {seconds:.1} s"))
    });
    let mut parts: Vec<String> = durations.collect();
    if parts.is_empty() && reason == "none" {
        return String::new();
    }
    parts.push(format!("at the end {reason}"));
    style.paint(Paint::Yellow, &parts.join(", "))
}

fn remote_words(remote: &RemoteInbound) -> String {
    let mut words = Words(Vec::new());
    words.count(remote.packets_lost.as_ref(), "lost");
    if let Some(rtt) = &remote.round_trip_time {
        words.0.push(format!(
            "RTCP round trip {} (max {})",
            units::duration(rtt.avg_ms),
            units::duration(rtt.max_ms)
        ));
    }
    words.text()
}

/// What the other side reports, so named.
fn reported(remote: &RemoteInbound) -> Vec<Metric> {
    let metrics = remote.metrics.iter();
    metrics
        .map(|metric| Metric {
            name: format!("remote {}", metric.name),
            ..metric.clone()
        })
        .collect()
}

fn write_legacy(stream: &LegacySsrc, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let head = StreamHead {
        id: stream.id.clone(),
        kind: stream.kind.clone(),
        ssrc: stream.ssrc.clone(),
        codec: stream.codec.clone(),
        ..StreamHead::default()
    };
    heading(
        if stream.direction == "send" {
            "sends"
        } else {
            "receives"
        },
        &head,
        style,
        out,
    )?;
    let mut words = Words(Vec::new());
    words.count(
        stream.packets_sent.as_ref().or(stream.packets_received.as_ref()),
        "packets",
    );
    words.count(
        stream.packets_lost.as_ref().filter(|lost| lost.as_f64() != Some(0.0)),
        "lost",
    );
    field("counted", &words.text(), style, out)?;
    write_metrics(&[&stream.metrics], style, out)
}

fn write_channel(channel: &DataChannel, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let label = channel.label.as_deref().unwrap_or_default();
    let state = channel.state.as_deref().unwrap_or_default();
    let text = format!("data channel `{}`", short(label, 60));
    writeln!(
        out,
        "\n  {} {}",
        style.paint(Paint::Cyan, &text),
        super::state_text(state, style)
    )?;
    let octets = |number: &Option<Number>| units::octets(number.as_ref().and_then(Number::as_f64).unwrap_or(0.0));
    let count = |number: &Option<Number>| number.as_ref().map_or_else(|| "0".to_owned(), Number::to_string);
    let text = format!(
        "sent {} messages ({}), received {} messages ({})",
        count(&channel.messages_sent),
        octets(&channel.bytes_sent),
        count(&channel.messages_received),
        octets(&channel.bytes_received)
    );
    field("counted", &text, style, out)?;
    write_metrics(&[&channel.metrics], style, out)
}

/// Metrics of more than one value, each a row. What was zero all the time says nothing, but for losses and rates.
fn write_metrics(lists: &[&[Metric]], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&[
        Column::left("metric"),
        Column::left("unit"),
        Column::right("min"),
        Column::right("median"),
        Column::right("p95"),
        Column::right("max"),
        Column::right("last"),
        Column::bars("over time"),
    ]);
    let mut any = false;
    let says_something = |metric: &&Metric| {
        let always = metric.name.contains("loss") || metric.name.starts_with("bitrate");
        metric.n > 1 && (always || metric.min != 0.0 || metric.max != 0.0)
    };
    for metric in lists.iter().flat_map(|list| list.iter()).filter(says_something) {
        any = true;
        let (unit, size) = units::of_row(&metric.unit, metric.max);
        let number = |value: f64| units::digits(value / size);
        table.row(vec![
            metric.name.replace('_', " ").into(),
            unit.into(),
            number(metric.min).into(),
            number(metric.median).into(),
            number(metric.p95).into(),
            number(metric.max).into(),
            number(metric.last).into(),
            metric.sparkline.clone().into(),
        ]);
    }
    if !any {
        return Ok(());
    }
    for line in indented(&table, style) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
