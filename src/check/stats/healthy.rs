//! A call in which nothing was found says so, in one line.

use super::look::{Call, Told, spread};
use super::setup::Outcome;
use crate::check::catalog::stats as catalog;
use crate::check::words::count;
use crate::report::Severity;
use crate::stats::facts::{pair, phase};

/// One line for a connection that was set up and used, if nothing at all is wrong with it.
pub(super) fn check(call: &Call<'_>, outcome: &Outcome, told: &mut Told) {
    if !outcome.connected || told.at_other_end || told.findings.iter().any(|finding| finding.severity > Severity::Info)
    {
        return;
    }
    let parts = parts(call);
    // ICE alone is no call: nothing was seen to pass over it.
    if parts.len() < 2 {
        return;
    }
    told.push(call.finding(catalog::HEALTHY, format!("{}.", parts.join("; ")), vec![]));
}

fn parts(call: &Call<'_>) -> Vec<String> {
    let phases = phase::phases(call.pc, call.names);
    let took = phases
        .ice
        .length()
        .map(|took| format!(" after {took:.0} ms"))
        .unwrap_or_default();
    let mut parts = vec![format!("connected{took}")];
    for (inbound, words, packets) in [(true, "in", "packetsReceived"), (false, "out", "packetsSent")] {
        let streams = call
            .way(inbound)
            .filter(|stream| call.number(stream.object, packets).unwrap_or(0.0) > 0.0);
        let streams: Vec<_> = streams.collect();
        if !streams.is_empty() {
            let sum = |member: &str| -> f64 {
                streams
                    .iter()
                    .filter_map(|stream| call.number(stream.object, member))
                    .sum()
            };
            let (all, lost) = (sum(packets), sum("packetsLost").max(0.0));
            let loss = if inbound {
                format!(", {:.1} % lost", 100.0 * lost / (all + lost))
            } else {
                String::new()
            };
            parts.push(format!(
                "{} {words}: {all} packets{loss}",
                count(streams.len(), "stream")
            ));
        }
    }
    let messages: f64 = call
        .pc
        .typed(call.names, &["data-channel", "datachannel"])
        .flat_map(|channel| {
            [
                call.number(channel, "messagesSent"),
                call.number(channel, "messagesReceived"),
            ]
        })
        .flatten()
        .sum();
    if messages > 0.0 {
        parts.push(format!("{messages} messages of data"));
    }
    let rtt = pair::selected(call.pc, call.names).and_then(|(pair, _)| {
        let metrics = call.metrics(pair);
        spread(&metrics.iter().find(|(name, _)| *name == "rtt")?.1)
    });
    if let Some(rtt) = rtt.filter(|_| parts.len() > 1) {
        parts.push(format!("round-trip time {:.0} ms", rtt.median));
    }
    parts
}
