//! Both ends of a call that stand in one file.

use super::look::Call;
use super::thresholds as limits;
use crate::check::catalog::stats as catalog;
use crate::report::Finding;
use crate::stats::StatsObject;

fn channels<'a>(call: &Call<'a>) -> Vec<&'a StatsObject> {
    call.pc.typed(call.names, &["data-channel", "datachannel"]).collect()
}

/// What one end sent and the other did not get, of data channels: both counts are there only if both ends are.
pub(super) fn check_data(a: &Call<'_>, b: &Call<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in channels(a) {
        let key = |call: &Call<'_>, channel: &StatsObject| {
            (
                channel.text(call.names, "label"),
                channel.text(call.names, "dataChannelIdentifier"),
            )
        };
        let Some(other) = channels(b).into_iter().find(|other| key(b, other) == key(a, one)) else {
            continue;
        };
        for (from, to, sender, receiver) in [(a, b, one, other), (b, a, other, one)] {
            let (sent, received) = (
                from.points(sender, "messagesSent"),
                to.points(receiver, "messagesReceived"),
            );
            let (Some((at, sent)), Some((_, received))) = (sent.last(), received.last()) else {
                continue;
            };
            // What is on the way while the samples are taken is not missing.
            let missing = sent - received;
            let counts = from.points(sender, "messagesSent");
            let step = counts.windows(2).map(|two| two[1].1 - two[0].1).fold(0.0, f64::max);
            if *sent < limits::LOSS_PACKETS.value
                || missing <= step.max(0.0) * 0.2
                || 100.0 * missing / sent < limits::MESSAGES.value
            {
                continue;
            }
            let share = 100.0 * missing / sent;
            let evidence = vec![
                from.measured(
                    sender,
                    &format!("messagesSent {sent}"),
                    Some((from.start, *at)),
                    limits::MESSAGES,
                ),
                to.fact(
                    Some(*at),
                    &receiver.id,
                    format!("{}: messagesReceived {received}", to.label),
                ),
            ];
            let summary = format!(
                "{missing} of {sent} messages ({share:.1} %) did not arrive at {}.",
                to.label
            );
            findings.push(from.finding(catalog::DATA_LOST, summary, evidence));
        }
    }
    findings
}
