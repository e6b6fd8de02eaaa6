//! The head: the file, when it was made, and what its frames carry.

use std::io::{self, Write};

use super::{Paint, Style, number, seconds};
use crate::render::units::count;
use crate::report::pcap::{Counts, File, Pcap};

/// A line for the file, one for its frames, and what else is worth knowing before reading on.
pub fn write(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let file = &report.file;
    if report.files.is_empty() {
        named(file, style, out)?;
    } else {
        for one in &report.files {
            named(one, style, out)?;
        }
        writeln!(out, "Together {}", extent(file))?;
    }
    writeln!(out, "{}", style.wrap("  ", &carried(&report.counts)))?;
    let mut notes = Vec::new();
    if report.counts.cut > 0 {
        let cut = count(number(report.counts.cut), "frame");
        notes.push(format!("{cut} cut short by the snap length"));
    }
    notes.extend(
        file.dropped
            .filter(|&dropped| dropped > 0)
            .map(|dropped| format!("{dropped} more dropped by the capturing system")),
    );
    notes.extend(file.truncated.then(|| "the file ends too early".to_owned()));
    if !notes.is_empty() {
        let text = style.wrap("  ", &notes.join("; "));
        writeln!(out, "{}", style.paint(Paint::Yellow, &text))?;
    }
    for interface in &file.interfaces {
        if let Some(filter) = &interface.filter {
            let name = interface.name.as_deref().unwrap_or("an interface");
            writeln!(
                out,
                "{}",
                style.wrap("  ", &format!("captured on {name} with the filter `{filter}`"))
            )?;
        }
    }
    for comment in file.comments.iter().take(10) {
        let about = comment
            .frame
            .map(|frame| format!(" on frame {frame}"))
            .unwrap_or_default();
        writeln!(
            out,
            "{}",
            style.wrap("  ", &format!("comment{about}: {}", comment.text))
        )?;
    }
    for one in &report.descriptions {
        let kind = one.kind.as_deref().unwrap_or("description");
        let place = match (one.at, one.src, one.dst) {
            (Some(at), Some(src), Some(dst)) => format!("in frame {}, {src} -> {dst}", at.frame),
            _ => format!("from {}", one.source),
        };
        let ufrags = match one.ice_ufrags.is_empty() {
            true => String::new(),
            false => format!(", ufrag {}", one.ice_ufrags.join(", ")),
        };
        writeln!(out, "{}", style.wrap("  ", &format!("{kind} {place}{ufrags}")))?;
    }
    writeln!(out)
}

fn named(file: &File, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut facts = vec![file.container.clone()];
    facts.extend(file.compression.clone());
    facts.push(extent(file));
    let line = style.wrap(&format!("{}  ", file.path), &facts.join(", "));
    writeln!(
        out,
        "{}",
        line.replacen(&file.path, &style.paint(Paint::Bold, &file.path), 1)
    )
}

/// `734 frames in 4.813 s from 2026-11-20 13:44:36.381 UTC`
fn extent(file: &File) -> String {
    let mut text = count(number(file.frames), "frame");
    if let Some(duration) = file.duration_s {
        text += &format!(" in {} s", seconds(duration));
    }
    if let Some(first) = &file.first {
        text += &format!(" from {}", utc(first));
    }
    text
}

/// RFC 3339 with nanoseconds, as people read it.
fn utc(time: &str) -> String {
    let Some((date, time)) = time.trim_end_matches('Z').split_once('T') else {
        return time.to_owned();
    };
    let end = time.find('.').map_or(time.len(), |point| (point + 4).min(time.len()));
    format!("{date} {} UTC", &time[..end])
}

fn carried(counts: &Counts) -> String {
    let kinds = [
        ("STUN", counts.stun),
        ("classic STUN", counts.classic_stun),
        ("ChannelData", counts.channel_data),
        ("DTLS", counts.dtls),
        ("RTP", counts.rtp),
        ("RTCP", counts.rtcp),
        ("SCTP", counts.sctp),
        ("ZRTP", counts.zrtp),
        ("QUIC", counts.quic),
        ("TLS", counts.tls),
        ("ICMP", counts.icmp),
        ("IP fragments", counts.fragments),
        ("other", counts.undecoded),
    ];
    let seen = kinds.iter().filter(|(_, number)| *number > 0);
    let seen: Vec<String> = seen.map(|(name, number)| format!("{number} {name}")).collect();
    match seen.is_empty() {
        true => "frames with nothing of WebRTC".to_owned(),
        false => format!("frames with {}", seen.join(", ")),
    }
}
