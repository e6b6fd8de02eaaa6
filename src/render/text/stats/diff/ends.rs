//! Both ends of a call: who they are and how their clocks go, then every stream with where it stopped.

use std::io::{self, Write};

use super::{SHOWN, field, name, short, write_table};
use crate::render::table::{Cell, Column, Table};
use crate::render::text::{Paint, Style};
use crate::render::units;
use crate::report::stats::diff::{Counts, Crossing, Diff, Ends, Interval, Path, Place};

/// Rows of a table of intervals; with `--series` there may be any number.
const ROWS: usize = 200;

pub(super) fn write(diff: &Diff, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for ends in diff.ends.iter().take(SHOWN) {
        write_ends(ends, style, out)?;
    }
    match diff.ends.len().checked_sub(SHOWN) {
        Some(more @ 1..) => writeln!(out, "… and {more} more pairs of ends\n"),
        _ => Ok(()),
    }
}

fn write_ends(ends: &Ends, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", style.paint(Paint::Bold, "both ends of a call"))?;
    let two_files = ends.a.file_number != ends.b.file_number;
    field("A", &name(&ends.a, two_files), style, out)?;
    field("B", &name(&ends.b, two_files), style, out)?;
    field("known by", &ties(ends), style, out)?;
    field("clocks", &clocks(ends), style, out)?;
    field("path by A", &path(ends.path_a.as_ref()), style, out)?;
    field("path by B", &path(ends.path_b.as_ref()), style, out)?;
    if ends.crossings.is_empty() {
        field("streams", "none: nothing was sent from end to end", style, out)?;
    }
    for crossing in ends.crossings.iter().take(SHOWN) {
        write_crossing(crossing, style, out)?;
    }
    if let Some(more @ 1..) = ends.crossings.len().checked_sub(SHOWN) {
        writeln!(out, "\n  … and {more} more streams")?;
    }
    writeln!(out)
}

/// `2 ICE user fragments, 2 certificates, 4 SSRCs`
fn ties(ends: &Ends) -> String {
    let ties = &ends.matched_by;
    let counts = [
        (ties.ice_ufrags.len(), "ICE user fragment"),
        (ties.fingerprints.len(), "certificate"),
        (ties.ssrcs.len(), "SSRC"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = counts.map(|(count, noun)| units::count(count, noun)).collect();
    let words = words.join(", ");
    match ends.between.as_str() {
        "server" => format!(
            "{words}; their ICE agents do not know each other: a server (SFU) hands the streams on, and what vanished \
             may have been left out by it"
        ),
        "unknown" => format!("{words}; whether a server is between them, nothing tells"),
        _ => words,
    }
}

fn clocks(ends: &Ends) -> String {
    let clocks = &ends.clocks;
    let by = match clocks.by.as_str() {
        "one-file" => return "one file, one clock; times are seconds from its start".to_owned(),
        "nothing" => return "nothing tells how far they are apart; they are taken for equal".to_owned(),
        "sender-reports" => "by RTCP sender reports",
        "packet-counts" => "by when counts of packets were reached",
        _ => "by when descriptions were made and applied",
    };
    let way = if clocks.offset_ms < 0.0 { "behind" } else { "ahead of" };
    let within = match clocks.within_ms {
        Some(within) => format!(", give or take {}", units::duration(within)),
        None => String::new(),
    };
    let offset = units::duration(clocks.offset_ms.abs());
    format!("B's is {offset} {way} A's{within}, {by}; times are A's")
}

/// `host -> relay udp, round trip 21 ms (p95 40 ms)`
fn path(path: Option<&Path>) -> String {
    let Some(path) = path else {
        return "no pair was in use".to_owned();
    };
    let kind = |kind: &Option<String>| kind.clone().unwrap_or_else(|| "?".to_owned());
    let mut text = format!("{} -> {}", kind(&path.local), kind(&path.remote));
    if let Some(protocol) = &path.protocol {
        text.push_str(&format!(" {protocol}"));
    }
    if let Some(protocol) = &path.relay_protocol {
        text.push_str(&format!(" (TURN over {protocol})"));
    }
    if let Some(rtt) = &path.rtt_ms {
        let [median, p95] = [rtt.median, rtt.p95].map(units::duration);
        text.push_str(&format!(", round trip {median} (p95 {p95})"));
    }
    text
}

fn write_crossing(crossing: &Crossing, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let (from, to) = if crossing.from == "a" { ("A", "B") } else { ("B", "A") };
    let codec = [&crossing.codec_sent, &crossing.codec_received]
        .into_iter()
        .flatten()
        .next();
    let what = codec.unwrap_or(&crossing.kind);
    let mut heading = format!("{from} -> {to}  {}", short(what, 60));
    for (name, value) in [
        ("mid", &crossing.mid),
        ("rid", &crossing.rid),
        ("channel", &crossing.label),
    ] {
        if let Some(value) = value {
            heading.push_str(&format!(", {name} {}", short(value, 40)));
        }
    }
    if let Some(ssrc) = &crossing.ssrc {
        heading.push_str(&format!(", ssrc {ssrc}"));
    }
    writeln!(out, "\n  {}", style.paint(Paint::Cyan, &heading))?;
    let paint = match crossing.stopped {
        None => Paint::Green,
        Some(Place::Sender) => Paint::Yellow,
        Some(_) => Paint::Red,
    };
    field("verdict", &style.paint(paint, &verdict(crossing, from, to)), style, out)?;
    field("sent", &sent(crossing), style, out)?;
    field("received", &received(crossing), style, out)?;
    if let (Some(one), Some(other)) = (&crossing.codec_sent, &crossing.codec_received)
        && !one.eq_ignore_ascii_case(other)
    {
        field(
            "codec",
            &format!("{from} says {}, {to} says {}", short(one, 60), short(other, 60)),
            style,
            out,
        )?;
    }
    for (index, span) in crossing.spans.iter().take(SHOWN).enumerate() {
        let counted = &span.counted;
        let what = match span.stopped {
            Place::Sender => format!("{from} sent nothing"),
            Place::Network => format!("{} of {} did not arrive", number(counted.missing), number(counted.sent)),
            Place::Receiver => format!("{} arrived, nothing was decoded", number(counted.received)),
        };
        let label = if index == 0 { "when" } else { "" };
        let text = format!("{:.1} s to {:.1} s: {what}", span.from_s, span.to_s);
        field(label, &text, style, out)?;
    }
    let many = crossing.intervals.len() > 1;
    if many && (crossing.stopped.is_some() || !crossing.spans.is_empty()) {
        return write_intervals(crossing, style, out);
    }
    Ok(())
}

fn noun(crossing: &Crossing) -> &'static str {
    if crossing.kind == "data" { "messages" } else { "packets" }
}

fn number(count: Option<u64>) -> String {
    count.map_or_else(|| "?".to_owned(), |count| count.to_string())
}

fn verdict(crossing: &Crossing, from: &str, to: &str) -> String {
    let counted = &crossing.counted;
    let what = noun(crossing);
    if crossing.sender_id.is_none() {
        return format!("{from} has no statistics of it");
    }
    if crossing.stopped == Some(Place::Sender) || counted.sent == Some(0) {
        return format!("nothing was sent by {from}");
    }
    if crossing.receiver_id.is_none() {
        let sent = number(counted.sent);
        return format!("{to} has no stream with this SSRC; {from} sent {sent} {what} of it");
    }
    if crossing.from_s.is_none() {
        return "both ends have it, at no time in common: counts are the last of each".to_owned();
    }
    match crossing.stopped {
        Some(Place::Receiver) => format!(
            "arrived at {to}, and of {} frames {} were decoded there",
            number(counted.frames_sent),
            number(counted.frames_decoded)
        ),
        Some(Place::Network) => {
            let share = match (counted.missing, counted.sent) {
                (Some(missing), Some(sent)) if sent > 0 => format!(" ({:.1} %)", 100.0 * missing as f64 / sent as f64),
                _ => String::new(),
            };
            format!(
                "{} of {} {what}{share} vanished on the way to {to}",
                number(counted.missing),
                number(counted.sent)
            )
        }
        Some(Place::Sender) | None => format!("what {from} sent arrived at {to}"),
    }
}

/// `1662 packets (90 of them again), 1.57 MB; 502 frames`
fn sent(crossing: &Crossing) -> String {
    let counted = &crossing.counted;
    let Some(sent) = counted.sent else { return String::new() };
    let mut text = format!("{sent} {}", noun(crossing));
    if let Some(again) = counted.sent_again.filter(|again| *again > 0) {
        text.push_str(&format!(" ({again} of them again)"));
    }
    if let Some(octets) = counted.bytes_sent {
        text.push_str(&format!(", {}", units::octets(octets as f64)));
    }
    if let Some(encoded) = counted.frames_encoded {
        text.push_str(&format!("; {encoded} frames encoded"));
        if let Some(sent) = counted.frames_sent.filter(|sent| *sent != encoded) {
            text.push_str(&format!(", {sent} sent"));
        }
    }
    text
}

/// `1269 packets, 1.20 MB, 393 lost by its own count; 337 frames whole, 337 decoded, 68 dropped`
fn received(crossing: &Crossing) -> String {
    let counted = &crossing.counted;
    let Some(received) = counted.received else {
        return String::new();
    };
    let mut text = format!("{received} {}", noun(crossing));
    if let Some(octets) = counted.bytes_received {
        text.push_str(&format!(", {}", units::octets(octets as f64)));
    }
    if let Some(lost) = counted.lost.filter(|lost| *lost != 0) {
        text.push_str(&format!(", {lost} lost by its own count"));
    }
    if let Some(whole) = counted.frames_received {
        text.push_str(&format!("; {whole} frames whole"));
    }
    for (count, what) in [(counted.frames_decoded, "decoded"), (counted.frames_dropped, "dropped")] {
        if let Some(count) = count.filter(|count| what == "decoded" || *count > 0) {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    if !crossing.counts_alike && counted.sent.is_some() {
        text.push_str("; packets that were sent again are not among them");
    }
    text
}

fn write_intervals(crossing: &Crossing, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let frames = crossing.counted.frames_sent.is_some();
    let lost = crossing.counted.lost.is_some();
    let mut columns = vec![
        Column::right("seconds"),
        Column::right("sent"),
        Column::right("arrived"),
        Column::right("missing"),
    ];
    if lost {
        columns.push(Column::right("lost"));
    }
    if frames {
        columns.extend(["frames", "whole", "decoded"].map(Column::right));
    }
    let mut table = Table::new(&columns);
    for interval in crossing.intervals.iter().take(ROWS) {
        table.row(row(interval, lost, frames));
    }
    write_table("from end to end", &table, style, out)?;
    match crossing.intervals.len().checked_sub(ROWS) {
        Some(more @ 1..) => writeln!(out, "  … and {more} more (--json has all)"),
        _ => Ok(()),
    }
}

fn row(interval: &Interval, lost: bool, frames: bool) -> Vec<Cell> {
    let Counts {
        sent,
        received,
        missing,
        frames_sent,
        frames_received,
        frames_decoded,
        ..
    } = interval.counted;
    let is_much = missing
        .zip(sent)
        .is_some_and(|(missing, sent)| missing > 2 && 5 * missing >= sent);
    let red = |count: Option<u64>, bad: bool| match bad {
        true => Cell::painted(number(count), Paint::Red),
        false => number(count).into(),
    };
    let mut cells = vec![
        format!("{:.1}-{:.1}", interval.from_s, interval.to_s).into(),
        number(sent).into(),
        number(received).into(),
        red(missing, is_much),
    ];
    if lost {
        cells.push(interval.counted.lost.unwrap_or_default().to_string().into());
    }
    if frames {
        let stuck = frames_decoded == Some(0) && frames_sent.is_some_and(|sent| sent > 0);
        cells.extend([
            number(frames_sent).into(),
            number(frames_received).into(),
            red(frames_decoded, stuck),
        ]);
    }
    cells
}
