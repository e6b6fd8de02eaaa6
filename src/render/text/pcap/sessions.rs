//! Who talked to whom: a line for the ends, one for what passed each way, and one for each handshake.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Paint, Style, at, more, number, protocol, seconds, title, weightiest};
use crate::render::units::{count, octets};
use crate::report::pcap::{Dtls, Icmp, Pcap, Session, Tcp, Tls, Way};

/// The sessions, weightiest first to be kept, in the order in which they began; how many others there are.
pub fn write(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if report.sessions.is_empty() && report.other_sessions == 0 {
        return Ok(());
    }
    if !report.sessions.is_empty() {
        title("Sessions (packets there/back)", style, out)?;
    }
    let trouble = |session: &Session| {
        report
            .dtls
            .iter()
            .any(|dtls| dtls.session == session.id && !is_fine(dtls))
    };
    // What went wrong is worth more than any number of packets.
    let weight = |session: &Session| packets(session) + if trouble(session) { 1 << 40 } else { 0 };
    let (shown, left) = weightiest(&report.sessions, weight);
    let last = shown.iter().map(|session| session.id).max().unwrap_or_default();
    let digits = last.to_string().len();
    let ends = shown
        .iter()
        .map(|session| ends(session).chars().count())
        .max()
        .unwrap_or(0);
    for session in &shown {
        let id = format!("{:>digits$}", session.id);
        let start = format!("  {id}  {}  ", session.transport);
        let indent = " ".repeat(start.len());
        let ends_and_time = format!("{:<ends$}  {}", self::ends(session), extent(session));
        let passed = passed(session);
        let fits = |text: &str| indent.len() + text.chars().count() <= style.width.unwrap_or(usize::MAX);
        let whole = format!("{ends_and_time}  {passed}");
        let (first, rest) = match () {
            () if fits(&whole) => (whole, None),
            () if fits(&ends_and_time) => (ends_and_time, Some(passed)),
            () => (self::ends(session), Some(format!("{}, {passed}", extent(session)))),
        };
        // Of lines that fit the blanks stay as they are.
        let first = if fits(&first) {
            format!("{start}{first}")
        } else {
            style.wrap(&start, &first)
        };
        writeln!(
            out,
            "{}",
            first.trim_end().replacen(&id, &style.paint(Paint::Cyan, &id), 1)
        )?;
        if let Some(rest) = rest {
            writeln!(out, "{}", style.wrap(&indent, &rest))?;
        }
        details(report, session, &indent, style, out)?;
    }
    more(left, "session", style, out)?;
    if report.other_sessions > 0 {
        let other = count(number(report.other_sessions), "session");
        writeln!(
            out,
            "  {}",
            style.paint(Paint::Dim, &format!("and {other} of other traffic"))
        )?;
    }
    elsewhere(report, style, out)?;
    writeln!(out)
}

/// TLS in sessions that carry nothing else of WebRTC, as far as can be seen: `turns:`, signaling.
fn elsewhere(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    const FEW: usize = 6;
    let is_shown = |tls: &&Tls| report.sessions.iter().any(|session| session.id == tls.session);
    let mut others: Vec<&Tls> = report.tls.iter().filter(|tls| !is_shown(tls)).collect();
    // What was refused may be what is asked about.
    others.sort_by_key(|tls| tls.refused.is_none() && tls.server_hello.is_some());
    for tls in others.iter().take(FEW) {
        let (Some(client), Some(server)) = (tls.client, tls.server) else {
            continue;
        };
        let id = style.paint(Paint::Cyan, &tls.session.to_string());
        writeln!(out, "  {id}  tcp  {client} <-> {server}")?;
        self::tls(tls, &" ".repeat(tls.session.to_string().len() + 9), style, out)?;
    }
    more(others.len().saturating_sub(FEW), "session with TLS", style, out)
}

fn packets(session: &Session) -> u64 {
    session.a_to_b.packets + session.b_to_a.packets
}

fn is_fine(dtls: &Dtls) -> bool {
    matches!(dtls.outcome.as_str(), "complete" | "resumed" | "unknown")
}

/// `10.0.0.1:5000 <-> 192.0.2.1:3478`: the arrow says who was heard.
fn ends(session: &Session) -> String {
    let arrow = match (session.a_to_b.packets, session.b_to_a.packets) {
        (1.., 0) => "-> ",
        (0, 1..) => " <-",
        _ => "<->",
    };
    format!("{} {arrow} {}", session.a, session.b)
}

/// From when to when.
fn extent(session: &Session) -> String {
    let ways = [&session.a_to_b, &session.b_to_a];
    let first = ways
        .iter()
        .filter_map(|way| way.first)
        .map(|one| one.at_s)
        .min_by(f64::total_cmp);
    let last = ways
        .iter()
        .filter_map(|way| way.last)
        .map(|one| one.at_s)
        .max_by(f64::total_cmp);
    match (first, last) {
        (Some(first), Some(last)) if seconds(first) != seconds(last) => {
            format!("{}-{} s", seconds(first), seconds(last))
        }
        (Some(first), _) => format!("{} s", seconds(first)),
        _ => String::new(),
    }
}

/// How much of what passed, and in what.
fn passed(session: &Session) -> String {
    let mut facts = vec![octets((session.a_to_b.bytes + session.b_to_a.bytes) as f64)];
    facts.push(carried(&session.a_to_b, &session.b_to_a));
    if let Some(outer) = session.inside {
        let channel = session.channel.as_ref().map(|channel| format!(" on channel {channel}"));
        facts.push(format!("in flow {outer}{}", channel.unwrap_or_default()));
        let unsure = session.addresses_known == Some(false);
        facts.extend(unsure.then(|| "whose relayed address is not known".to_owned()));
    }
    facts.join(", ")
}

fn details(report: &Pcap, session: &Session, indent: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if let Some(text) = session.tcp.as_ref().and_then(tcp) {
        writeln!(out, "{}", style.paint(Paint::Yellow, &style.wrap(indent, &text)))?;
    }
    for tls in report.tls.iter().filter(|tls| tls.session == session.id) {
        self::tls(tls, indent, style, out)?;
    }
    for dtls in report.dtls.iter().filter(|dtls| dtls.session == session.id) {
        self::dtls(dtls, indent, style, out)?;
    }
    if let Some(text) = icmp(&session.icmp, session.icmp_count) {
        writeln!(out, "{}", style.paint(Paint::Yellow, &style.wrap(indent, &text)))?;
    }
    Ok(())
}

/// `STUN 2/2, RTP 321/0`
fn carried(there: &Way, back: &Way) -> String {
    let mut names: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for (index, way) in [there, back].into_iter().enumerate() {
        for (name, number) in &way.protocols {
            names.entry(name).or_default()[index] = *number;
        }
    }
    let mut all: Vec<_> = names.into_iter().collect();
    // In the order in which a call needs them.
    const ORDER: [&str; 6] = ["stun", "classic_stun", "channel_data", "tls", "dtls", "rtp"];
    all.sort_by_key(|(name, _)| ORDER.iter().position(|other| other == name).unwrap_or(ORDER.len()));
    let one = |(name, [there, back]): &(&str, [u64; 2])| format!("{} {there}/{back}", protocol(name));
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What of a TCP connection is not as it should be.
fn tcp(tcp: &Tcp) -> Option<String> {
    let mut facts = Vec::new();
    if let (Some(syn), None, None) = (tcp.syn, tcp.syn_ack, tcp.reset) {
        let times = if tcp.syns > 1 {
            format!(", sent {} times", tcp.syns)
        } else {
            String::new()
        };
        facts.push(format!("nobody answered the SYN of {}{times}", at(syn)));
    }
    facts.extend(tcp.reset.map(|reset| format!("reset at {}", at(reset))));
    if tcp.retransmissions > 0 {
        facts.push(format!("{} sent again", count(number(tcp.retransmissions), "segment")));
    }
    if tcp.missing_bytes > 0 {
        facts.push(format!("{} not captured", octets(tcp.missing_bytes as f64)));
    }
    (!facts.is_empty()).then(|| format!("TCP: {}", facts.join(", ")))
}

fn icmp(all: &[Icmp], number: u64) -> Option<String> {
    let first = all.first()?;
    let others = if number > 1 {
        format!(", and {} more", number - 1)
    } else {
        String::new()
    };
    let mtu = first.mtu.map(|mtu| format!(" (MTU {mtu})")).unwrap_or_default();
    let (meaning, from, when) = (&first.meaning, first.from, at(first.at));
    let about = protocol(&first.protocol);
    Some(format!(
        "ICMP {meaning}{mtu} from {from} about {about} to {} at {when}{others}",
        first.about_receiver
    ))
}

fn dtls(dtls: &Dtls, indent: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let paint = match dtls.outcome.as_str() {
        "complete" | "resumed" => Paint::Green,
        "unknown" => Paint::Dim,
        _ => Paint::Red,
    };
    let name = dtls.version.as_deref().unwrap_or("DTLS");
    let mut facts = vec![dtls.detail.clone()];
    facts.extend(dtls.client.map(|client| format!("client {client}")));
    let agreed = [&dtls.cipher_suite, &dtls.group, &dtls.srtp_profile];
    facts.extend(agreed.into_iter().flatten().cloned());
    if dtls.retransmissions > 0 && dtls.outcome == "complete" {
        facts.push(format!("{} sent again", count(number(dtls.retransmissions), "flight")));
    }
    let text = style.wrap(indent, &format!("{name}: {}", facts.join(", ")));
    writeln!(
        out,
        "{}",
        text.replacen(&dtls.detail, &style.paint(paint, &dtls.detail), 1)
    )
}

fn tls(tls: &Tls, indent: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut facts = Vec::new();
    facts.extend(tls.server_name.as_ref().map(|name| format!("for {name}")));
    if !tls.alpn.is_empty() {
        facts.push(format!("ALPN {}", tls.alpn.join(", ")));
    }
    facts.extend(tls.cipher_suite.clone());
    facts.extend(
        tls.certificate
            .as_ref()
            .and_then(|one| one.subject.as_ref())
            .map(|subject| format!("certificate of {subject}")),
    );
    let (paint, verdict) = match (&tls.refused, tls.client_hello, tls.server_hello) {
        (Some(alert), ..) => (
            Paint::Red,
            format!("refused by the {} with {}", alert.from, alert.description),
        ),
        (None, Some(_), None) => (Paint::Red, "no ServerHello".to_owned()),
        _ => (Paint::Green, "agreed".to_owned()),
    };
    let name = tls.version.as_deref().unwrap_or("TLS");
    facts.insert(0, verdict.clone());
    let text = style.wrap(indent, &format!("{name}: {}", facts.join(", ")));
    writeln!(out, "{}", text.replacen(&verdict, &style.paint(paint, &verdict), 1))
}
