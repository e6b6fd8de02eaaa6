//! SCTP in clear: how each association went, and its data channels.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Paint, Style, at, more, weightiest};
use crate::render::table::{Column, Table};
use crate::render::text::indented;
use crate::render::units::{duration, octets};
use crate::report::pcap::{DataChannel, Pcap, Sctp, SctpStream};

/// Every association.
pub fn write(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let (shown, left) = weightiest(&report.sctp, |one| one.a_to_b.packets + one.b_to_a.packets);
    for one in shown {
        association(one, style, out)?;
        channels(one, style, out)?;
        writeln!(out)?;
    }
    more(left, "SCTP association", style, out)
}

fn association(one: &Sctp, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let heading = format!(
        "SCTP in flow {}: {} port {} with {} port {}",
        one.session, one.a, one.a_port, one.b, one.b_port
    );
    writeln!(out, "{}", style.paint(Paint::Bold, &style.wrap("", &heading)))?;
    let mut facts = Vec::new();
    match (one.initiator, one.init, one.established) {
        (Some(who), Some(_), Some(done)) => {
            let took = one
                .took_ms
                .map(|took| format!(" in {}", duration(took)))
                .unwrap_or_default();
            facts.push(format!("set up by {who}{took}, at {}", at(done)));
        }
        (Some(who), Some(init), None) => facts.push(format!("INIT of {who} at {}, and no COOKIE ACK", at(init))),
        _ => facts.push("begun before the capture".to_owned()),
    }
    let again = one.a_to_b.retransmissions + one.b_to_a.retransmissions;
    facts.extend((again > 0).then(|| format!("{again} chunks of data sent again")));
    if let (Some(who), Some(when)) = (one.ended_by, one.ended_at) {
        let cause = one.cause.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default();
        let how = if one.ended == "aborted" { "aborted" } else { "shut down" };
        facts.push(format!("{how} by {who} at {}{cause}", at(when)));
    }
    let unwell = one.ended == "aborted" || (one.init.is_some() && one.established.is_none());
    let text = style.wrap("  ", &facts.join("; "));
    writeln!(out, "{}", if unwell { style.paint(Paint::Red, &text) } else { text })
}

/// A row for each stream: the messages of both ways.
fn channels(one: &Sctp, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut rows: BTreeMap<u16, (Option<&DataChannel>, [Option<&SctpStream>; 2])> = BTreeMap::new();
    for channel in &one.channels {
        rows.entry(channel.id).or_default().0 = Some(channel);
    }
    for stream in &one.streams {
        rows.entry(stream.id).or_default().1[usize::from(stream.src != one.a)] = Some(stream);
    }
    let rows: Vec<_> = rows.into_iter().collect();
    if rows.is_empty() {
        return Ok(());
    }
    let (shown, left) = weightiest(&rows, |(_, (_, ways))| {
        ways.iter().flatten().map(|stream| stream.messages).sum()
    });
    let mut table = Table::new(&[
        Column::right("channel"),
        Column::left("label"),
        Column::left("delivers"),
        Column::left("opened"),
        Column::right("messages ->"),
        Column::right("<-"),
        Column::right("octets ->"),
        Column::right("<-"),
    ]);
    for (id, (channel, [there, back])) in shown {
        let messages = |stream: &Option<&SctpStream>| stream.map_or(0, |stream| stream.messages).to_string();
        let bytes = |stream: &Option<&SctpStream>| octets(stream.map_or(0, |stream| stream.bytes) as f64);
        table.row(vec![
            id.to_string().into(),
            channel.map_or("", |channel| channel.label.as_str()).to_owned().into(),
            channel.map(delivers).unwrap_or_default().into(),
            channel.map_or("no OPEN seen", opened).to_owned().into(),
            messages(there).into(),
            messages(back).into(),
            bytes(there).into(),
            bytes(back).into(),
        ]);
    }
    indented(&table, style)
        .iter()
        .try_for_each(|line| writeln!(out, "{line}"))?;
    more(left, "stream", style, out)
}

fn delivers(channel: &DataChannel) -> String {
    match channel.reliability {
        Some(limit) => format!("{} {limit}", channel.channel_type),
        None => channel.channel_type.clone(),
    }
}

fn opened(channel: &DataChannel) -> &'static str {
    match (channel.closed, channel.acknowledged) {
        (Some(_), _) => "closed",
        (None, Some(_)) => "yes",
        (None, None) => "no ACK",
    }
}
