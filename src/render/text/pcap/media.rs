//! RTP: the streams under the way that they go, so that a way without any is seen; and what RTCP says of them.

use std::io::{self, Write};

use super::{Paint, Style, more, number, rtcp, seconds, title, weightiest};
use crate::render::table::{Cell, Column, Table};
use crate::render::text::indented;
use crate::render::units::{bit_rate, count, duration};
use crate::report::pcap::{Pcap, RtpStream, Session};

/// A table of all, in groups.
pub fn write(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if report.rtp_streams.is_empty() && report.rtcp.is_empty() {
        return Ok(());
    }
    title("Media", style, out)?;
    let (mut shown, left) = weightiest(&report.rtp_streams, |stream| stream.packets);
    shown.sort_by_key(|stream| stream.session);
    let mut ways: Vec<(u32, String)> = Vec::new();
    let mut table = Table::new(&[
        Column::left("ssrc"),
        Column::left("type"),
        Column::right("packets"),
        Column::right("lost"),
        Column::right("jitter"),
        Column::right("rate"),
        Column::right("frames"),
        Column::left("seconds"),
    ]);
    let mut order: Vec<&RtpStream> = Vec::new();
    for stream in shown {
        let way = (stream.session, way(stream));
        if !ways.contains(&way) {
            ways.push(way);
        }
        order.push(stream);
    }
    order.sort_by_key(|stream| ways.iter().position(|known| *known == (stream.session, way(stream))));
    order.iter().for_each(|stream| table.row(row(stream)));
    let lines = indented(&table, style);
    // A cell that does not fit goes on in a line of its own; then what belongs to whom is not known.
    let mut rows = lines.iter().skip(1).filter(|_| lines.len() == order.len() + 1);
    let heading = lines.iter().take(usize::from(!order.is_empty()));
    heading.into_iter().try_for_each(|line| writeln!(out, "{line}"))?;
    let mut last = None;
    for stream in &order {
        let place = (stream.session, way(stream));
        if last.as_ref() != Some(&place) {
            let flow = style.paint(Paint::Cyan, &format!("flow {}", stream.session));
            writeln!(out, "  {flow}  {}", place.1)?;
            last = Some(place);
        }
        match rows.next() {
            Some(line) => writeln!(out, "{line}")?,
            None => writeln!(out, "{}", style.wrap("  ", &sentence(stream)))?,
        }
        for text in [name(stream), heard(stream)].into_iter().flatten() {
            writeln!(out, "{}", style.paint(Paint::Dim, &style.wrap("    ", &text)))?;
        }
    }
    more(left, "stream", style, out)?;
    for session in &report.sessions {
        if let Some(way) = silent(session) {
            let text = format!("  flow {}  {way}  no RTP", session.id);
            writeln!(out, "{}", style.paint(Paint::Yellow, &text))?;
        }
    }
    rtcp::write(report, style, out)?;
    writeln!(out)
}

/// `video, mid 1, rid h, track 7c1f...; sends again what 0x1234abcd lost`, as far as it was negotiated.
fn name(stream: &RtpStream) -> Option<String> {
    let mut facts: Vec<String> = stream.mid.iter().map(|mid| format!("mid {mid}")).collect();
    facts.extend(stream.rid.as_ref().map(|rid| format!("rid {rid}")));
    facts.extend(stream.track.as_ref().map(|track| format!("track {track}")));
    let what = match stream.role.as_deref() {
        Some("rtx") => "retransmissions of",
        _ => "protects",
    };
    facts.extend(stream.repairs.as_ref().map(|repaired| format!("{what} {repaired}")));
    if !facts.is_empty() {
        facts.splice(0..0, stream.kind.clone());
    }
    (!facts.is_empty()).then(|| facts.join(", "))
}

/// What receivers report and ask for.
fn heard(stream: &RtpStream) -> Option<String> {
    let mut facts = Vec::new();
    for one in stream.receptions.iter().take(2) {
        let mut parts = vec![format!("{:.1} % lost", one.lost_percent)];
        if one.worst_lost_percent > one.lost_percent {
            parts[0] += &format!(" (at worst {:.1} %)", one.worst_lost_percent);
        }
        parts.push(format!("{} in all", one.lost));
        parts.extend(one.jitter_ms.map(|jitter| format!("jitter {}", duration(jitter))));
        parts.extend(one.rtt_ms.map(|rtt| format!("round trip {}", duration(rtt.last))));
        facts.push(format!("received by {}: {}", one.reporter, parts.join(", ")));
    }
    let more = stream.receptions.len().saturating_sub(2);
    facts.extend((more > 0).then(|| format!("and by {more} more")));
    if let Some(feedback) = &stream.feedback {
        let counts = [
            (feedback.nacks, "NACK"),
            (feedback.plis, "PLI"),
            (feedback.firs, "FIR"),
            (feedback.slis, "SLI"),
        ];
        let asked = counts.iter().filter(|(number, _)| *number > 0);
        let mut asked: Vec<String> = asked.map(|(number, name)| format!("{number} {name}")).collect();
        if let (Some(first), 1..) = (asked.first_mut(), feedback.nacks) {
            *first += &format!(" for {}", count(number(feedback.nacked_packets), "packet"));
        }
        asked.extend(
            feedback
                .tmmbr_bps
                .map(|limit| format!("at most {}", bit_rate(limit as f64))),
        );
        facts.extend((!asked.is_empty()).then(|| format!("asked for: {}", asked.join(", "))));
    }
    (!facts.is_empty()).then(|| facts.join("; "))
}

/// From where to where; through a relay, what is behind it.
fn way(stream: &RtpStream) -> String {
    match (stream.relayed_src, stream.relayed_dst) {
        (Some(src), Some(dst)) => format!("{src} -> {dst}"),
        _ => format!("{} -> {}", stream.src, stream.dst),
    }
}

/// The way of a session on which nothing comes, though the other is used.
fn silent(session: &Session) -> Option<String> {
    let has = |way: &crate::report::pcap::Way| way.protocols.contains_key("rtp");
    match (has(&session.a_to_b), has(&session.b_to_a)) {
        (true, false) => Some(format!("{} -> {}", session.b, session.a)),
        (false, true) => Some(format!("{} -> {}", session.a, session.b)),
        _ => None,
    }
}

fn row(stream: &RtpStream) -> Vec<Cell> {
    let (lost, heavy) = lost(stream);
    vec![
        stream.ssrc.clone().into(),
        kind(stream).into(),
        stream.packets.to_string().into(),
        if heavy {
            Cell::painted(lost, Paint::Red)
        } else {
            lost.into()
        },
        stream.jitter_ms.map(duration).unwrap_or_default().into(),
        bits(stream).map(bit_rate).unwrap_or_default().into(),
        frames(stream).unwrap_or_default().into(),
        extent(stream).into(),
    ]
}

fn sentence(stream: &RtpStream) -> String {
    let mut facts = vec![
        format!("{} {}", stream.ssrc, kind(stream)),
        format!("{} packets", stream.packets),
    ];
    facts.push(format!("{} lost", lost(stream).0));
    facts.extend(stream.jitter_ms.map(|jitter| format!("jitter {}", duration(jitter))));
    facts.extend(bits(stream).map(bit_rate));
    facts.push(format!("{} s", extent(stream)));
    facts.join(", ")
}

/// `VP8 97`: the name where SDP tells, and the payload types.
fn kind(stream: &RtpStream) -> String {
    let types: Vec<String> = stream.payload_types.iter().take(4).map(ToString::to_string).collect();
    let more = if stream.payload_types.len() > 4 { "..." } else { "" };
    let types = format!("{}{more}", types.join("/"));
    match (&stream.encoding, &stream.role) {
        (Some(codec), Some(role)) if !codec.eq_ignore_ascii_case(role) => format!("{codec} ({role}) {types}"),
        (Some(codec), _) => format!("{codec} {types}"),
        (None, _) => types,
    }
}

/// How many, and in per cent where there are any; whether that is much.
fn lost(stream: &RtpStream) -> (String, bool) {
    if stream.lost == 0 {
        return ("0".to_owned(), false);
    }
    let percent = 100.0 * stream.lost as f64 / (stream.packets + stream.lost) as f64;
    (format!("{} ({percent:.1}%)", stream.lost), percent >= 5.0)
}

fn times(stream: &RtpStream) -> Option<(f64, f64)> {
    Some((stream.first_packet?.at_s, stream.last_packet?.at_s))
}

/// Bits a second over its life, where that is long enough to say.
fn bits(stream: &RtpStream) -> Option<f64> {
    let (first, last) = times(stream)?;
    (last - first >= 0.5).then(|| 8.0 * stream.bytes as f64 / (last - first))
}

fn frames(stream: &RtpStream) -> Option<String> {
    stream.frames_per_second.map(|frames| format!("{frames:.0}/s"))
}

fn extent(stream: &RtpStream) -> String {
    let Some((first, last)) = times(stream) else {
        return String::new();
    };
    let silent: f64 = stream.gaps.iter().map(|gap| gap.to.at_s - gap.from.at_s).sum();
    let gaps = match stream.gap_count {
        0 => String::new(),
        number => format!(", silent {number}x {silent:.1} s"),
    };
    format!("{}-{}{gaps}", seconds(first), seconds(last))
}
