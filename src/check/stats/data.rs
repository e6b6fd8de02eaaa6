//! Data channels: what waits in them.

use super::look::{Call, Told, lasts, runs};
use super::thresholds as limits;
use crate::check::catalog::stats as catalog;

/// Every finding about data channels.
pub(super) fn check(call: &Call<'_>, told: &mut Told) {
    for channel in call.pc.typed(call.names, &["data-channel", "datachannel"]) {
        // Not of the standard: some apps and rtcstats add it to the stats.
        let points = call.points(channel, "bufferedAmount");
        let full = runs(&points, |value| value >= limits::BACKLOG.value);
        let Some((from, to)) = full.into_iter().max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0))) else {
            continue;
        };
        if (to - from) / 1000.0 < limits::LASTING.value && lasts(&points) > 0.0 {
            continue;
        }
        let most = points.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        let evidence = vec![call.measured(
            channel,
            &format!("bufferedAmount up to {most} bytes"),
            Some((from, to)),
            limits::BACKLOG,
        )];
        let label = channel.text(call.names, "label").unwrap_or_default();
        let summary = format!("Up to {most} bytes wait in the data channel \"{label}\" to be sent.");
        told.push(call.finding(catalog::DATA_BACKLOG, summary, evidence));
    }
}
