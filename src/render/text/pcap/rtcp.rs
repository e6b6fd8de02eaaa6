//! RTCP: what it says of whole sessions. What it says of a stream stands with the stream.

use std::io::{self, Write};

use super::{Paint, Style, more, number};
use crate::render::units::{bit_rate, count};
use crate::report::pcap::{Pcap, Rtcp};

/// So many lines.
const FEW: usize = 8;

/// A line for each way with RTCP in clear, and one for all that is encrypted.
pub fn write(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let (secure, clear): (Vec<&Rtcp>, Vec<&Rtcp>) = report.rtcp.iter().partition(|one| 2 * one.secure > one.datagrams);
    for one in clear.iter().take(FEW) {
        let flow = format!("  flow {}  ", one.session);
        let text = format!("{} -> {}  {}", one.src, one.dst, said(one));
        let line = style.wrap(&flow, &text);
        let flow = flow.trim_end();
        writeln!(out, "{}", line.replacen(flow, &style.paint(Paint::Cyan, flow), 1))?;
    }
    more(clear.len().saturating_sub(FEW), "way with RTCP", style, out)?;
    if secure.is_empty() {
        return Ok(());
    }
    let datagrams: u64 = secure.iter().map(|one| one.datagrams).sum();
    let mut flows: Vec<u32> = secure.iter().map(|one| one.session).collect();
    flows.sort_unstable();
    flows.dedup();
    let names: Vec<String> = flows.iter().take(FEW).map(ToString::to_string).collect();
    let rest = if flows.len() > FEW { ", ..." } else { "" };
    let flow = if flows.len() == 1 { "flow" } else { "flows" };
    let text = format!(
        "RTCP of {flow} {}{rest} is encrypted: what {} of SRTCP report and ask for cannot be read.",
        names.join(", "),
        count(number(datagrams), "datagram")
    );
    writeln!(out, "{}", style.paint(Paint::Dim, &style.wrap("  ", &text)))
}

fn said(one: &Rtcp) -> String {
    let types: Vec<String> = one
        .by_type
        .iter()
        .map(|(kind, number)| format!("{number} {kind}"))
        .collect();
    let mut facts = vec![format!("RTCP: {}", types.join(", "))];
    facts.extend(one.remb.map(|remb| match remb.lowest_bps == remb.highest_bps {
        true => format!("REMB {}", bit_rate(remb.last_bps as f64)),
        false => format!(
            "REMB {} at last, {} to {}",
            bit_rate(remb.last_bps as f64),
            bit_rate(remb.lowest_bps as f64),
            bit_rate(remb.highest_bps as f64)
        ),
    }));
    facts.extend(one.transport_feedback.map(|feedback| {
        let packets = feedback.arrived + feedback.missing;
        format!(
            "transport feedback {}: {} of {packets} packets had not arrived",
            count(number(feedback.messages), "time"),
            feedback.missing
        )
    }));
    facts.extend(one.names.first().map(|name| format!("from {}", name.cname)));
    facts.extend(one.goodbyes.first().map(|bye| {
        let reason = bye
            .reason
            .as_ref()
            .map(|reason| format!(" ({reason})"))
            .unwrap_or_default();
        format!("BYE in frame {}{reason}", bye.at.frame)
    }));
    facts.join("; ")
}
