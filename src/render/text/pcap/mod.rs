//! The text of `rtcdiag pcap`: the capture as a whole, then sessions, TURN, ICE, DTLS and media.

mod message;

use std::io::{self, Write};

use super::{Paint, Style, indented};
use crate::render::table::{Cell, Column, Table};
use crate::render::units::{count, duration};
use crate::report::pcap::{Allocation, Dtls, Ice, Pcap, RtpStream, Session, Transaction};

pub use message::message;

/// The head of the report, then what was found session by session.
pub fn write(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if report.view.messages {
        return Ok(());
    }
    head(report, style, out)?;
    if report.view.transactions {
        return transactions(&report.stun.transactions, style, out);
    }
    sessions(report, style, out)?;
    for allocation in &report.turn {
        turn(allocation, style, out)?;
    }
    for one in &report.ice {
        ice(one, style, out)?;
    }
    for one in &report.dtls {
        dtls(one, style, out)?;
    }
    streams(&report.rtp_streams, style, out)?;
    for (what, number) in &report.left_out {
        writeln!(out, "Left out, because there were too many: {number} {what}.")?;
    }
    Ok(())
}

fn head(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let file = &report.file;
    let mut facts = vec![file.container.clone()];
    facts.extend(file.compression.clone());
    facts.push(count(usize::try_from(file.frames).unwrap_or(usize::MAX), "frame"));
    facts.extend(file.duration_s.map(|seconds| format!("{seconds:.3} s")));
    facts.extend(file.first.as_ref().map(|first| format!("from {first}")));
    writeln!(out, "{}  {}", style.paint(Paint::Bold, &file.path), facts.join(", "))?;
    for other in report.files.iter().skip(1) {
        writeln!(out, "{}  {}", style.paint(Paint::Bold, &other.path), other.container)?;
    }
    let counts = &report.counts;
    let kinds = [
        ("STUN", counts.stun),
        ("classic STUN", counts.classic_stun),
        ("ChannelData", counts.channel_data),
        ("DTLS", counts.dtls),
        ("RTP", counts.rtp),
        ("RTCP", counts.rtcp),
        ("QUIC", counts.quic),
        ("TLS", counts.tls),
        ("ICMP", counts.icmp),
        ("undecoded", counts.undecoded),
    ];
    let seen = kinds.iter().filter(|(_, number)| *number > 0);
    let seen: Vec<String> = seen.map(|(name, number)| format!("{number} {name}")).collect();
    let line = if seen.is_empty() {
        "nothing of WebRTC".to_owned()
    } else {
        seen.join(", ")
    };
    writeln!(out, "{}\n", style.wrap("Frames with ", &line))
}

fn sessions(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if !report.sessions.is_empty() {
        writeln!(out, "{}", style.paint(Paint::Bold, "Sessions"))?;
        let mut table = Table::new(&[
            Column::right("flow"),
            Column::left("transport"),
            Column::left("a"),
            Column::left("b"),
            Column::left("through"),
            Column::right("a to b"),
            Column::right("b to a"),
            Column::left("carries"),
        ]);
        for session in &report.sessions {
            table.row(session_row(session));
        }
        indented(&table, style)
            .iter()
            .try_for_each(|line| writeln!(out, "{line}"))?;
    }
    if report.other_sessions > 0 {
        let other = usize::try_from(report.other_sessions).unwrap_or(usize::MAX);
        writeln!(out, "  {} of other traffic", count(other, "session"))?;
    }
    writeln!(out)
}

fn session_row(session: &Session) -> Vec<Cell> {
    let through = match (session.inside, &session.channel) {
        (Some(outer), Some(channel)) => format!("flow {outer}, {channel}"),
        (Some(outer), None) => format!("flow {outer}"),
        (None, _) => String::new(),
    };
    let [there, back] = [&session.a_to_b, &session.b_to_a];
    let mut carries: Vec<String> = Vec::new();
    for name in there.protocols.keys().chain(back.protocols.keys()) {
        let number = |way: &crate::report::pcap::Way| way.protocols.get(name).copied().unwrap_or(0);
        let one = format!("{name} {}", number(there) + number(back));
        if !carries.contains(&one) {
            carries.push(one);
        }
    }
    if session.icmp_count > 0 {
        carries.push(format!("ICMP errors {}", session.icmp_count));
    }
    vec![
        session.id.to_string().into(),
        session.transport.to_string().into(),
        session.a.to_string().into(),
        session.b.to_string().into(),
        through.into(),
        there.packets.to_string().into(),
        back.packets.to_string().into(),
        carries.join(", ").into(),
    ]
}

fn turn(allocation: &Allocation, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("TURN {} -> {}", allocation.client, allocation.server);
    writeln!(out, "{}  flow {}", style.paint(Paint::Bold, &title), allocation.session)?;
    let relayed: Vec<String> = allocation.relayed.iter().map(ToString::to_string).collect();
    let lifetime = allocation.lifetime_s.map(|seconds| format!(", lifetime {seconds} s"));
    let relayed = if relayed.is_empty() {
        "no relayed address seen".to_owned()
    } else {
        relayed.join(", ")
    };
    let (credentials, lifetime) = (&allocation.credentials, lifetime.unwrap_or_default());
    let ended = &allocation.ended;
    writeln!(out, "  {relayed}{lifetime}; credentials {credentials}; {ended}")?;
    for step in allocation.steps.iter().filter(|step| step.outcome != "success") {
        let code = step.error_code.map(|code| format!(" {code}")).unwrap_or_default();
        let reason = step
            .reason
            .as_deref()
            .map(|reason| format!(" {reason}"))
            .unwrap_or_default();
        writeln!(
            out,
            "  frame {}: {} {}{code}{reason}",
            step.asked.frame, step.method, step.outcome
        )?;
    }
    let (to, from) = (allocation.bytes_to_peers, allocation.bytes_from_peers);
    writeln!(out, "  {to} octets to peers, {from} from peers\n")
}

fn ice(ice: &Ice, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("ICE {} : {}", ice.local_ufrag, ice.remote_ufrag);
    let mut facts = Vec::new();
    facts.extend(
        ice.controlling
            .map(|controlling| if controlling { "controlling" } else { "controlled" }.to_owned()),
    );
    facts.extend(ice.nomination.as_ref().map(|kind| format!("{kind} nomination")));
    facts.extend(
        ice.restart_of
            .map(|_| format!("restart, generation {}", ice.generation)),
    );
    if ice.role_conflicts > 0 {
        facts.push(count(
            usize::try_from(ice.role_conflicts).unwrap_or(usize::MAX),
            "role conflict",
        ));
    }
    writeln!(out, "{}  {}", style.paint(Paint::Bold, &title), facts.join(", "))?;
    let mut table = Table::new(&[
        Column::left("local"),
        Column::left("remote"),
        Column::left("state"),
        Column::right("sent"),
        Column::right("answered"),
        Column::right("received"),
        Column::right("answered"),
        Column::right("rtt"),
        Column::left(""),
    ]);
    for (index, pair) in ice.pairs.iter().enumerate() {
        let paint = match pair.state.as_ref() {
            "succeeded" => Paint::Green,
            "one-way" => Paint::Yellow,
            _ => Paint::Red,
        };
        let rtt = pair.sent.rtt_ms.or(pair.received.rtt_ms).map(|rtt| duration(rtt.mean));
        let used = ice.nominated_pair.is_some_and(|used| used.pair == index);
        let mark = match (used, pair.nominated) {
            (true, _) => "used",
            (false, true) => "nominated",
            (false, false) => "",
        };
        table.row(vec![
            pair.local.to_string().into(),
            pair.remote.to_string().into(),
            Cell::painted(pair.state.to_string(), paint),
            pair.sent.requests.to_string().into(),
            pair.sent.successes.to_string().into(),
            pair.received.requests.to_string().into(),
            pair.received.successes.to_string().into(),
            rtt.unwrap_or_default().into(),
            mark.into(),
        ]);
    }
    indented(&table, style)
        .iter()
        .try_for_each(|line| writeln!(out, "{line}"))?;
    writeln!(out)
}

fn dtls(dtls: &Dtls, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let ends = match (dtls.client, dtls.server) {
        (Some(client), Some(server)) => format!("{client} -> {server}"),
        _ => format!("flow {}", dtls.session),
    };
    let paint = match dtls.outcome.as_str() {
        "complete" | "resumed" => Paint::Green,
        "unknown" => Paint::Dim,
        _ => Paint::Red,
    };
    let title = style.paint(Paint::Bold, &format!("DTLS {ends}"));
    writeln!(out, "{title}  {}", style.paint(paint, &dtls.detail))?;
    let parts = [&dtls.version, &dtls.cipher_suite, &dtls.group, &dtls.srtp_profile];
    let agreed: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    if !agreed.is_empty() {
        writeln!(out, "  {}", agreed.join(", "))?;
    }
    writeln!(out)
}

fn streams(streams: &[RtpStream], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if streams.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", style.paint(Paint::Bold, "Media"))?;
    let mut table = Table::new(&[
        Column::left("ssrc"),
        Column::left("from"),
        Column::left("to"),
        Column::left("types"),
        Column::right("packets"),
        Column::right("lost"),
        Column::right("jitter"),
    ]);
    for stream in streams {
        let types: Vec<String> = stream.payload_types.iter().map(ToString::to_string).collect();
        table.row(vec![
            stream.ssrc.clone().into(),
            stream.src.clone().into(),
            stream.dst.clone().into(),
            types.join(", ").into(),
            stream.packets.to_string().into(),
            stream.lost.to_string().into(),
            stream.jitter_ms.map(duration).unwrap_or_default().into(),
        ]);
    }
    indented(&table, style)
        .iter()
        .try_for_each(|line| writeln!(out, "{line}"))?;
    writeln!(out)
}

/// A table for so many rows at once: the heading comes again, and no more is held than these.
const ROWS: usize = 1000;

fn transactions(all: &[Transaction], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for some in all.chunks(ROWS) {
        let table = transaction_table(some);
        table.lines(style).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    writeln!(out)
}

fn transaction_table(some: &[Transaction]) -> Table {
    let mut table = Table::new(&[
        Column::right("frame"),
        Column::right("time"),
        Column::left("method"),
        Column::left("client"),
        Column::left("server"),
        Column::right("sent"),
        Column::left("outcome"),
        Column::right("answer"),
        Column::right("rtt"),
    ]);
    for one in some {
        let outcome = match one.error_code {
            Some(code) => format!("{} {code}", one.outcome),
            None => one.outcome.to_string(),
        };
        let paint = if one.outcome == "success" {
            Paint::Green
        } else {
            Paint::Yellow
        };
        table.row(vec![
            one.sent.first().map(ToString::to_string).unwrap_or_default().into(),
            format!("{:.3}", one.sent_at_s).into(),
            one.method.to_string().into(),
            one.client.to_string().into(),
            one.server.to_string().into(),
            (one.retransmissions + 1).to_string().into(),
            Cell::painted(outcome, paint),
            one.answered_by
                .map(|frame| frame.to_string())
                .unwrap_or_default()
                .into(),
            one.rtt_ms.map(duration).unwrap_or_default().into(),
        ]);
    }
    table
}
