//! The report of `rtcdiag loopback` as text: the way, the time line of both ends, data, media, statistics.

use std::io::{self, Write};

use serde_json::Value;

use super::{Paint, Style, indented};
use crate::render::table::{Cell, Column, Table};
use crate::render::units;
use crate::report::loopback::{Impairment, Loopback, Outcome, Peer, Stage};

/// Prints the report.
pub fn write(report: &Loopback, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    head(report, style, out)?;
    time_line(report, style, out)?;
    data(report, style, out)?;
    media(report, style, out)?;
    impairment(report, style, out)?;
    if report.show_stats {
        stats(report, style, out)?;
    }
    artifacts(report, style, out)
}

fn heading(text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", style.paint(Paint::Bold, text))
}

fn lines(table: &Table, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for line in indented(table, style) {
        writeln!(out, "{line}")?;
    }
    writeln!(out)
}

fn head(report: &Loopback, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let total = report.phases.total_ms.map(units::duration);
    let (text, paint) = match (report.outcome, total) {
        (Outcome::Connected, Some(total)) => (format!("Connected in {total}"), Paint::Green),
        (Outcome::Broken, Some(total)) => (format!("Connected in {total}, then broken"), Paint::Red),
        (Outcome::Interrupted, _) => (format!("Interrupted at the stage `{}`", report.reached), Paint::Yellow),
        (_, Some(total)) => (format!("Connected in {total}, then stopped"), Paint::Red),
        (_, None) => (
            format!("Not connected: it got as far as `{}`", report.reached),
            Paint::Red,
        ),
    };
    writeln!(out, "{}", style.paint(paint, &text))?;
    if let Some(path) = &report.path {
        // The port of an end that opens TCP connections and takes none (RFC 6544 §4.5).
        let opens = |address: &str| match path.protocol == "tcp" && address.ends_with(":9") {
            true => " (opens the connection)",
            false => "",
        };
        let text = format!(
            "{} {}{} to {} {}{} over {}",
            path.offerer_type,
            path.offerer,
            opens(&path.offerer),
            path.answerer_type,
            path.answerer,
            opens(&path.answerer),
            path.protocol.to_uppercase()
        );
        writeln!(out, "{}", style.wrap("path: ", &text))?;
    }
    if let Some(fault) = &report.fault {
        writeln!(out, "done on purpose: {}", style.paint(Paint::Yellow, &fault.name))?;
    }
    writeln!(out)
}

/// What each stage is about.
fn about(stage: &Stage) -> (&'static str, &'static str) {
    match (stage.stage.as_str(), stage.part.as_deref()) {
        ("create", _) => ("create", "two peer connections"),
        ("describe", _) => ("describe", "offer and answer"),
        ("gather", _) => ("gather", "candidates"),
        ("check", _) => ("check", "ICE, check to nomination"),
        ("connect", Some("dtls")) => ("connect", "DTLS, hello to Finished"),
        ("connect", Some("sctp")) => ("connect", "SCTP, INIT to COOKIE ACK"),
        ("connect", _) => ("connect", "channel, OPEN to ACK"),
        _ => ("talk", "data and media"),
    }
}

fn time_line(report: &Loopback, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    heading("Time line", style, out)?;
    let mut table = Table::new(&[
        Column::left("stage"),
        Column::left(""),
        Column::right("offerer at"),
        Column::right("took"),
        Column::right("answerer at"),
        Column::right("took"),
    ]);
    const ORDER: [(&str, Option<&str>); 8] = [
        ("create", None),
        ("describe", None),
        ("gather", None),
        ("check", None),
        ("connect", Some("dtls")),
        ("connect", Some("sctp")),
        ("connect", Some("data_channel")),
        ("talk", None),
    ];
    let find = |peer: &Peer, (stage, part): (&str, Option<&str>)| {
        let mut stages = peer.stages.iter();
        stages.find(|s| s.stage == stage && s.part.as_deref() == part).cloned()
    };
    for key in ORDER {
        let both = report.peers.named().map(|(_, peer)| find(peer, key));
        let Some(any) = both.iter().flatten().next() else {
            continue;
        };
        let (stage, what) = about(any);
        let mut row: Vec<Cell> = vec![stage.into(), Cell::painted(what, Paint::Dim)];
        for stage in &both {
            let at = stage.as_ref().map(|stage| format!("{:.2} ms", stage.started_ms));
            row.push(at.unwrap_or_default().into());
            row.push(match stage {
                None => "".into(),
                Some(Stage {
                    took_ms: Some(took), ..
                }) => units::duration(*took).into(),
                Some(_) => Cell::painted("no end", Paint::Red),
            });
        }
        table.row(row);
    }
    lines(&table, style, out)?;
    states(report, style, out)
}

/// The states that each end went through.
fn states(report: &Loopback, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    heading("States", style, out)?;
    let mut table = Table::new(&[Column::left(""), Column::left("offerer"), Column::left("answerer")]);
    for (name, event) in [
        ("signaling", "signalingstatechange"),
        ("gathering", "icegatheringstatechange"),
        ("ICE", "iceconnectionstatechange"),
        ("connection", "connectionstatechange"),
    ] {
        let mut row: Vec<Cell> = vec![name.into()];
        for (_, peer) in report.peers.named() {
            let states = peer.events.iter().filter(|e| e.event == event);
            let states: Vec<&str> = states.filter_map(|e| e.value.as_str()).collect();
            row.push(states.join(", ").into());
        }
        table.row(row);
    }
    let mut row: Vec<Cell> = vec!["data channel".into()];
    for (_, peer) in report.peers.named() {
        let mut states: Vec<&str> = Vec::new();
        for event in &peer.events {
            if matches!(
                event.event.as_str(),
                "datachannel" | "open" | "closing" | "close" | "channelerror"
            ) && states.last() != Some(&event.event.as_str())
            {
                states.push(&event.event);
            }
        }
        row.push(match states.as_slice() {
            [] => "never open".into(),
            states => states.join(", ").into(),
        });
    }
    if report.data_channel.is_some() {
        table.row(row);
    }
    lines(&table, style, out)
}

fn data(report: &Loopback, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let Some(data) = &report.data_channel else {
        return Ok(());
    };
    if report.phases.total_ms.is_none() {
        return Ok(());
    }
    heading("Data channel", style, out)?;
    let order = if data.ordered { "ordered" } else { "unordered" };
    let reliable = match (data.max_retransmits, data.max_packet_life_time_ms) {
        (Some(count), _) => format!("at most {}", units::count(count.into(), "retransmission")),
        (_, Some(ms)) => format!("given up after {ms} ms"),
        _ => "reliable".to_owned(),
    };
    writeln!(out, "  {}, {order}, {reliable}", units::count(data.channels, "channel"))?;
    if let Some(rtt) = &data.rtt_ms {
        let us = |ms: f64| {
            if ms < 1.0 {
                format!("{:.0} µs", ms * 1000.0)
            } else {
                units::duration(ms)
            }
        };
        let lost = match data.pings_lost {
            0 => String::new(),
            lost => format!(", {lost} lost"),
        };
        let text = format!(
            "min {}, median {}, p99 {}, max {}{lost}",
            us(rtt.min),
            us(rtt.median),
            us(rtt.p99),
            us(rtt.max)
        );
        let first = format!("  {}: ", units::count(data.pings, "ping"));
        writeln!(out, "{}", style.wrap(&first, &text))?;
    } else if data.pings > 0 {
        writeln!(out, "  {}: none came back", units::count(data.pings, "ping"))?;
    }
    if let (Some(mbps), Some(size), Some(seconds)) = (data.throughput_mbps, data.message_size, data.measured_s) {
        // Of the messages that arrived, the pings are none.
        let text = format!(
            "{:.1} MB/s ({mbps:.0} Mbit/s), {} of {size} octets in {seconds:.1} s",
            mbps / 8.0,
            units::count(
                usize::try_from(data.bytes / size.max(1) as u64).unwrap_or(usize::MAX),
                "message"
            )
        );
        writeln!(out, "{}", style.wrap("  throughput: ", &text))?;
    }
    if let Some(told) = data.close_told_ms {
        writeln!(
            out,
            "  close: the answerer was told {} after close()",
            units::duration(told)
        )?;
    }
    writeln!(out)
}

fn media(report: &Loopback, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if report.media.is_empty() {
        return Ok(());
    }
    heading("Media", style, out)?;
    let mut table = Table::new(&[
        Column::left("stream"),
        Column::left("codec"),
        Column::right("sent"),
        Column::right("received"),
        Column::right("lost"),
        Column::right("jitter"),
        Column::right("kbit/s"),
    ]);
    let some = |number: Option<f64>| number.map(units::duration).unwrap_or_default();
    for stream in &report.media {
        let lost: Cell = match stream.packets_lost {
            0 => "0".into(),
            lost => Cell::painted(lost.to_string(), Paint::Yellow),
        };
        table.row(vec![
            stream.subject().into(),
            stream.codec.as_str().into(),
            stream.packets_sent.to_string().into(),
            stream.packets_received.to_string().into(),
            lost,
            some(stream.jitter_ms).into(),
            stream.kbps.map(|kbps| format!("{kbps:.0}")).unwrap_or_default().into(),
        ]);
    }
    lines(&table, style, out)?;
    heading("What the senders were told of it (RTCP)", style, out)?;
    let mut table = Table::new(&[
        Column::left("stream"),
        Column::right("lost"),
        Column::right("jitter"),
        Column::right("RTT"),
        Column::right("NACKs"),
    ]);
    for stream in &report.media {
        let lost = stream.reported_packets_lost.map(|lost| lost.to_string());
        table.row(vec![
            stream.subject().into(),
            lost.unwrap_or_else(|| "no report".to_owned()).into(),
            some(stream.reported_jitter_ms).into(),
            some(stream.rtt_ms).into(),
            stream.nacks.to_string().into(),
        ]);
    }
    lines(&table, style, out)
}

fn impairment(report: &Loopback, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if report.impairment.is_empty() {
        return Ok(());
    }
    heading("Impairment", style, out)?;
    for Impairment {
        direction,
        asked,
        seed,
        sent,
        lost,
        dropped,
        duplicated,
        reordered,
        lost_percent,
        mean_delay_ms,
        ..
    } in &report.impairment
    {
        let mut came = vec![format!(
            "of {sent} datagrams {} lost ({lost_percent:.1} %)",
            lost + dropped
        )];
        for (count, what) in [
            (dropped, "of them by a full queue"),
            (duplicated, "delivered twice"),
            (reordered, "overtaken"),
        ] {
            if *count > 0 {
                came.push(format!("{count} {what}"));
            }
        }
        if let Some(delay) = mean_delay_ms {
            came.push(format!("mean delay {}", units::duration(*delay)));
        }
        let way = match direction.as_str() {
            "up" => "offerer to answerer",
            _ => "answerer to offerer",
        };
        writeln!(
            out,
            "{}",
            style.hang("  ", 4, &format!("{way}, asked for {asked} (seed {seed}):"))
        )?;
        writeln!(out, "{}", style.wrap("    ", &came.join(", ")))?;
    }
    writeln!(out)
}

/// The members that are worth a line, by type, in this order.
const SHOWN: &[(&str, &[&str])] = &[
    (
        "transport",
        &[
            "iceRole",
            "iceState",
            "dtlsState",
            "dtlsRole",
            "tlsVersion",
            "packetsSent",
            "packetsReceived",
            "bytesSent",
            "bytesReceived",
        ],
    ),
    (
        "candidate-pair",
        &[
            "state",
            "nominated",
            "currentRoundTripTime",
            "requestsSent",
            "responsesReceived",
            "packetsSent",
            "packetsReceived",
            "bytesSent",
            "bytesReceived",
        ],
    ),
    (
        "data-channel",
        &[
            "label",
            "state",
            "messagesSent",
            "messagesReceived",
            "bytesSent",
            "bytesReceived",
        ],
    ),
    (
        "outbound-rtp",
        &[
            "kind",
            "packetsSent",
            "bytesSent",
            "retransmittedPacketsSent",
            "nackCount",
        ],
    ),
    (
        "remote-inbound-rtp",
        &["kind", "packetsLost", "fractionLost", "jitter", "roundTripTime"],
    ),
    (
        "inbound-rtp",
        &[
            "kind",
            "packetsReceived",
            "packetsLost",
            "jitter",
            "bytesReceived",
            "nackCount",
        ],
    ),
    (
        "remote-outbound-rtp",
        &["kind", "packetsSent", "bytesSent", "reportsSent"],
    ),
];

fn stats(report: &Loopback, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    heading("Statistics (all members with --json)", style, out)?;
    let [offerer, answerer] = report.peers.named().map(|(_, peer)| &peer.stats);
    // Too long for a column, and the same at both ends.
    let transport = offerer.iter().find(|object| object["type"] == "transport");
    let ciphers = ["dtlsCipher", "srtpCipher"].into_iter();
    let ciphers: Vec<&str> = ciphers.filter_map(|member| transport?[member].as_str()).collect();
    if !ciphers.is_empty() {
        writeln!(out, "{}", style.wrap("  ciphers: ", &ciphers.join(", ")))?;
    }
    let mut table = Table::new(&[
        Column::left("type"),
        Column::left("member"),
        Column::right("offerer"),
        Column::right("answerer"),
    ]);
    for (kind, members) in SHOWN {
        // The library lists streams in any order; those of both ends that stand beside each other should be of a kind.
        let of = |stats: &[Value]| -> Vec<Value> {
            let mut objects: Vec<Value> = stats.iter().filter(|object| object["type"] == *kind).cloned().collect();
            objects.sort_by_key(|object| object["kind"].as_str().map(str::to_owned));
            objects
        };
        let (left, right) = (of(offerer), of(answerer));
        for index in 0..left.len().max(right.len()) {
            let mut name = *kind;
            for member in *members {
                let value = |objects: &[Value]| {
                    objects
                        .get(index)
                        .map(|object| shown(member, &object[*member]))
                        .unwrap_or_default()
                };
                let (a, b) = (value(&left), value(&right));
                if a.is_empty() && b.is_empty() {
                    continue;
                }
                table.row(vec![
                    Cell::painted(std::mem::take(&mut name), Paint::Cyan),
                    (*member).into(),
                    a.into(),
                    b.into(),
                ]);
            }
        }
    }
    lines(&table, style, out)
}

/// A member of statistics; spans of seconds in the unit that fits.
fn shown(member: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => match (member, text.as_str()) {
            ("tlsVersion", "FEFD") => "DTLS 1.2".to_owned(),
            ("tlsVersion", "FEFC") => "DTLS 1.3".to_owned(),
            _ => text.clone(),
        },
        Value::Number(number) if matches!(member, "jitter" | "roundTripTime" | "currentRoundTripTime") => {
            units::duration(number.as_f64().unwrap_or_default() * 1000.0)
        }
        other => other.to_string(),
    }
}

fn artifacts(report: &Loopback, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let kept = &report.artifacts;
    let named = [
        ("capture", &kept.capture),
        ("key log", &kept.key_log),
        ("statistics", &kept.stats),
        ("report", &kept.report),
    ];
    let mut files: Vec<(&str, &str)> = named
        .iter()
        .filter_map(|(what, file)| file.as_deref().map(|file| (*what, file)))
        .collect();
    files.extend(kept.sdp.iter().map(|file| ("description", file.as_str())));
    if files.is_empty() {
        return Ok(());
    }
    heading("Kept", style, out)?;
    for (what, file) in files {
        writeln!(out, "  {what}: {}", style.paint(Paint::Cyan, file))?;
    }
    if kept.key_log.is_some() || kept.capture.is_some() {
        let text = "capture and key log hold the secrets of this call: whoever has them can read all of it";
        writeln!(out, "{}", style.wrap("  note: ", text))?;
    }
    if !kept.left_out.is_empty() {
        let text = format!("left out, as they cannot be redacted: {}", kept.left_out.join(", "));
        writeln!(out, "{}", style.wrap("  note: ", &text))?;
    }
    writeln!(out)
}
