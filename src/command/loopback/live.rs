//! What is shown of a call while it goes on: a line for each end, once a second.

use std::cell::RefCell;

use serde_json::Value;

use crate::command::Context;
use crate::command::progress::Progress;
use crate::net::peer::Side;
use crate::net::peer::call::Live;

/// The lines; none if nobody looks.
pub struct Table {
    progress: Progress,
    /// Time, octets sent and received, of the second before.
    before: RefCell<[[f64; 3]; 2]>,
    shows: bool,
}

impl Table {
    /// A line for each end, if statistics are wanted and somebody looks.
    pub fn new(context: &Context<'_>, stats: bool) -> Table {
        let names = Side::BOTH.iter().map(|side| side.name()).filter(|_| stats);
        Table {
            progress: Progress::new(context, names),
            before: RefCell::default(),
            shows: stats && context.progress,
        }
    }

    /// Shows how it stands.
    pub fn tell(&self, live: &Live<'_>) {
        if !self.shows {
            return;
        }
        for side in Side::BOTH {
            let index = side.index();
            let mut before = self.before.borrow_mut();
            let line = line(
                live.at.since_start().as_secs_f64(),
                live.stats[index],
                &mut before[index],
            );
            self.progress.tell(index, line);
        }
    }

    /// Clears the lines, before the report is printed.
    pub fn finish(self) {
        self.progress.finish();
    }
}

/// Bit rates of the last second, loss, jitter, round trip; open channels where there is no media. It fits a terminal of 80 columns.
fn line(now: f64, stats: &[Value], before: &mut [f64; 3]) -> String {
    let of = |kind: &'static str| stats.iter().filter(move |object| object["type"] == kind);
    let sum = |kind, member: &str| of(kind).filter_map(|object| object[member].as_f64()).sum::<f64>();
    let largest = |kind, member: &str| of(kind).filter_map(|object| object[member].as_f64()).reduce(f64::max);
    let passed = [now, sum("transport", "bytesSent"), sum("transport", "bytesReceived")];
    let seconds = (passed[0] - before[0]).max(0.001);
    // Nothing can be said of the first second: it had no beginning.
    let rate = |index: usize| match before[0] {
        0.0 => "-".to_owned(),
        _ => format!("{:.2}", (passed[index] - before[index]) * 8e-6 / seconds),
    };
    let mut parts = vec![format!("out {}, in {} Mbit/s", rate(1), rate(2))];
    let (lost, received) = (sum("inbound-rtp", "packetsLost"), sum("inbound-rtp", "packetsReceived"));
    if received > 0.0 {
        parts.push(format!(
            "lost {:.1} %",
            lost.max(0.0) * 100.0 / (lost.max(0.0) + received)
        ));
    }
    if let Some(jitter) = largest("inbound-rtp", "jitter") {
        parts.push(format!("jitter {:.1} ms", jitter * 1000.0));
    }
    let round_trip =
        largest("remote-inbound-rtp", "roundTripTime").or_else(|| largest("candidate-pair", "currentRoundTripTime"));
    if let Some(round_trip) = round_trip {
        parts.push(format!("rtt {:.2} ms", round_trip * 1000.0));
    }
    let open = of("data-channel").filter(|channel| channel["state"] == "open").count();
    if open > 0 && received == 0.0 {
        parts.push(format!("{open} open channel{}", if open == 1 { "" } else { "s" }));
    }
    *before = passed;
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rates_are_of_the_last_second() {
        let stats = |sent: u64| {
            [
                json!({ "type": "transport", "bytesSent": sent, "bytesReceived": 0 }),
                json!({ "type": "inbound-rtp", "packetsLost": 1, "packetsReceived": 99, "jitter": 0.002 }),
            ]
        };
        let mut before = [0.0; 3];
        assert!(line(1.0, &stats(1_000), &mut before).starts_with("out -, in - Mbit/s, lost 1.0 %, jitter 2.0 ms"));
        assert!(line(2.0, &stats(126_000), &mut before).starts_with("out 1.00, in 0.00 Mbit/s"));
    }
}
