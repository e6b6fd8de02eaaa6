//! How far the clocks of two ends are apart.
//!
//! Each end writes times of its own clock. What happened at one end and was seen at the other ties them: sender reports of RTCP
//! (RFC 3550 §6.4.1) have the sender's time and are stamped on arrival; the count that a sender had reached, the receiver reaches
//! a little later; a description is applied by the other side after it was made. Delays of both directions bound the offset as in
//! NTP (RFC 5905 §8): half of their difference, give or take half of their sum.

use super::between::End;
use super::curve::{Curve, counts_alike, sequence};
use super::ends::Between;
use super::stream::{Stream, streams};
use crate::stats::event::Description;
use crate::stats::{Detail, Event};

/// What told the offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Both ends are in one file, with one clock.
    OneFile,
    /// Times of sender reports.
    Reports,
    /// When counts of packets were reached.
    Counts,
    /// When descriptions were made and applied.
    Signaling,
    /// Nothing: the clocks are taken for equal.
    Nothing,
}

/// The clock of the second end minus that of the first one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offset {
    /// In milliseconds.
    pub ms: f64,
    /// How far it may be from the truth, in milliseconds; nothing where that is not known.
    pub within_ms: Option<f64>,
    /// What told.
    pub means: Means,
}

/// Half a second is as good as one sample a second can do; reports that are worse are no better than counts.
const FINE: f64 = 500.0;
/// No estimate is better: clocks are read and written in milliseconds, by processes that wait for each other.
const BEST: f64 = 2.0;

/// The offset between two ends.
pub fn offset(a: &End<'_>, b: &End<'_>, between: Between, one_file: bool) -> Offset {
    if one_file {
        return Offset {
            ms: 0.0,
            within_ms: Some(0.0),
            means: Means::OneFile,
        };
    }
    // A server writes reports of its own.
    let reports = match between {
        Between::Server => None,
        _ => reports(a, b),
    };
    let counts = counts(a, b);
    let near = |one: &Offset, other: &Offset| {
        let within = one.within_ms.unwrap_or(0.0) + other.within_ms.unwrap_or(0.0) + 250.0;
        (one.ms - other.ms).abs() <= within
    };
    // Some browsers' reports have times of another clock than their statistics; it is those that are to be compared.
    let reports = reports.filter(|reports| counts.as_ref().is_none_or(|counts| near(reports, counts)));
    reports
        .filter(|reports| reports.within_ms.is_some_and(|within| within <= FINE))
        .or(counts)
        .or(reports)
        .or_else(|| signaling(a, b))
        .unwrap_or(Offset {
            ms: 0.0,
            within_ms: None,
            means: Means::Nothing,
        })
}

/// Of the delay there, by both clocks, and that back. One of them does, if the way takes `round_trip` both ways.
fn of_delays(there: Option<f64>, back: Option<f64>, round_trip: Option<f64>, means: Means) -> Option<Offset> {
    let (ms, within) = match (there, back) {
        (Some(there), Some(back)) => ((there - back) / 2.0, (there + back) / 2.0),
        (Some(there), None) => (there - round_trip? / 2.0, round_trip? / 2.0),
        (None, Some(back)) => (round_trip? / 2.0 - back, round_trip? / 2.0),
        (None, None) => return None,
    };
    // Nothing arrives before it was sent; what seems so was measured with other clocks.
    (within > -20.0).then_some(Offset {
        ms,
        within_ms: Some(within.abs().max(BEST)),
        means,
    })
}

fn reports(a: &End<'_>, b: &End<'_>) -> Option<Offset> {
    of_delays(report_delay(b), report_delay(a), round_trip(a, b), Means::Reports)
}

/// The shortest time from when the other end sent a report, by its clock, to when it came, by the clock of this one.
fn report_delay(end: &End<'_>) -> Option<f64> {
    let mut delays: Vec<f64> = Vec::new();
    for object in end.pc.typed(end.names, &["remote-outbound-rtp"]) {
        let Some(series) = object.member(end.names, "remoteTimestamp") else {
            continue;
        };
        let mut last = None;
        for (arrived, sent) in series.numbers(end.names) {
            // A report stays until the next one comes.
            if last != Some(sent) && sent > 0.0 && arrived > 0.0 {
                delays.push(arrived - sent);
            }
            last = Some(sent);
        }
    }
    // Chrome up to 96 wrote the time of the report itself for that of its arrival.
    let copied = delays.iter().all(|delay| *delay == 0.0);
    delays.into_iter().reduce(f64::min).filter(|_| !copied)
}

/// The shortest round-trip time that either end saw on the pair in use, in milliseconds.
fn round_trip(a: &End<'_>, b: &End<'_>) -> Option<f64> {
    let of = |end: &End<'_>| {
        let (pair, _) = super::pair::selected(end.pc, end.names)?;
        let times = pair.member(end.names, "currentRoundTripTime")?;
        let times = times.numbers(end.names).map(|(_, seconds)| seconds * 1000.0);
        times.filter(|time| *time > 0.0).reduce(f64::min)
    };
    match (of(a), of(b)) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn counts(a: &End<'_>, b: &End<'_>) -> Option<Offset> {
    let (of_a, of_b) = (streams(a.pc, a.names), streams(b.pc, b.names));
    let there = count_delay((a, &of_a), (b, &of_b));
    let back = count_delay((b, &of_b), (a, &of_a));
    let spread = |delay: Option<(f64, f64)>| delay.map_or(0.0, |(_, spread)| spread);
    let uncertain = spread(there).max(spread(back));
    // Without a way back, and without a time for it, what arrives is taken to have left just before.
    let round_trip = round_trip(a, b).or(Some(50.0));
    let mut offset = of_delays(
        there.map(|(delay, _)| delay),
        back.map(|(delay, _)| delay),
        round_trip,
        Means::Counts,
    )?;
    offset.within_ms = offset.within_ms.map(|within| within + uncertain);
    Some(offset)
}

/// How much later, by the receiver's clock, it has the count that the sender had, and how far such values are apart.
fn count_delay(
    (from, sent): (&End<'_>, &[Stream<'_>]),
    (to, received): (&End<'_>, &[Stream<'_>]),
) -> Option<(f64, f64)> {
    const FEW: usize = 4;
    let mut best: Option<(f64, f64)> = None;
    for sender in sent.iter().filter(|stream| !stream.inbound && stream.ssrc.is_some()) {
        let Some(receiver) = received
            .iter()
            .find(|stream| stream.inbound && stream.ssrc == sender.ssrc)
        else {
            continue;
        };
        if !counts_alike(receiver, to.names) {
            continue;
        }
        let curve = Curve::of(sender.object, from.names, "packetsSent");
        let mut last = f64::INFINITY;
        let mut delays = Vec::new();
        for (at, count) in sequence(receiver.object, to.names) {
            if count > last
                && let Some(then) = curve.when(count)
            {
                delays.push(at - then);
            }
            last = count;
        }
        if delays.len() < FEW {
            continue;
        }
        // Packets that are gone and were never missed make a receiver seem late, never early: what is least late is right.
        delays.sort_by(f64::total_cmp);
        let early = delays[delays.len() / 10];
        let spread = 2.0 * (delays[delays.len() / 4] - early);
        if best.is_none_or(|(delay, least)| (spread, early) < (least, delay)) {
            best = Some((early, spread));
        }
    }
    best
}

/// A description is made at one end before it is applied at the other.
fn signaling(a: &End<'_>, b: &End<'_>) -> Option<Offset> {
    let there = signaling_delay(a, b);
    let back = signaling_delay(b, a);
    match (there, back) {
        // People who paste descriptions take longer; that says little.
        (Some(_), Some(_)) => of_delays(there, back, None, Means::Signaling),
        _ => None,
    }
}

/// The shortest time from a description's being set at one end to the same at the other, by their clocks.
fn signaling_delay(from: &End<'_>, to: &End<'_>) -> Option<f64> {
    let set = |end: &End<'_>, method: &str| -> Vec<(f64, Vec<String>)> {
        let events = end.pc.events.iter().chain(&end.pc.history);
        let of = |event: &Event| match &event.detail {
            Detail::Description(description) if event.method == method => Some((event.at_ms?, ufrags(description))),
            _ => None,
        };
        events.filter_map(of).filter(|(_, ufrags)| !ufrags.is_empty()).collect()
    };
    let made = set(from, "setLocalDescription");
    let applied = set(to, "setRemoteDescription");
    let delays = applied.iter().filter_map(|(at, ufrags)| {
        let (then, _) = made.iter().find(|(_, others)| others == ufrags)?;
        Some(at - then)
    });
    delays.reduce(f64::min)
}

fn ufrags(description: &Description) -> Vec<String> {
    description.ufrags.clone()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::stats::{Dump, read};

    const START: f64 = 1_700_000_000_000.0;
    /// The second clock is ahead by so much.
    const AHEAD: f64 = 5_400.0;

    /// A dump of getStats() reports, once a second by a clock that is `ahead`.
    fn series(ahead: f64, says: impl Fn(f64) -> Vec<Value>) -> Dump {
        let line = |second: u32| {
            let at = f64::from(second) * 1000.0;
            let mut stats = says(at);
            let time = START + ahead + at;
            for object in &mut stats {
                if object["timestamp"].is_null() {
                    object["timestamp"] = json!(time);
                }
            }
            format!("{}\n", json!({"t": time, "stats": stats}))
        };
        read((0..20).map(line).collect::<String>().as_bytes()).unwrap()
    }

    fn between(a: &Dump, b: &Dump, way: Between) -> Offset {
        offset(&End::of(a, 0).unwrap(), &End::of(b, 0).unwrap(), way, false)
    }

    /// A report of the other end, sent 30 ms before it came, by the clock of its sender.
    fn report(at: f64, here: f64, there: f64, copied: bool) -> Value {
        let (sent, came) = (START + there + at - 230.0, START + here + at - 200.0);
        json!({
            "id": "RO", "type": "remote-outbound-rtp", "ssrc": 1, "remoteTimestamp": sent,
            "timestamp": if copied { sent } else { came }
        })
    }

    #[test]
    fn reports_of_both_ends_tell_it_exactly() {
        let a = series(0.0, |at| vec![report(at, 0.0, AHEAD, false)]);
        let b = series(AHEAD, |at| vec![report(at, AHEAD, 0.0, false)]);
        let found = between(&a, &b, Between::Nothing);
        assert_eq!((found.ms.round(), found.means), (AHEAD, Means::Reports));
        assert_eq!(found.within_ms.map(f64::round), Some(30.0));
        // Those that a server wrote tell nothing about the other end, nor do times that are copies.
        assert_eq!(between(&a, &b, Between::Server).means, Means::Nothing);
        let a = series(0.0, |at| vec![report(at, 0.0, AHEAD, true)]);
        let b = series(AHEAD, |at| vec![report(at, AHEAD, 0.0, true)]);
        assert_eq!(between(&a, &b, Between::Nothing).means, Means::Nothing);
    }

    fn count(kind: &str, member: &str, value: f64) -> Value {
        let mut object = json!({"id": kind, "type": kind, "kind": "audio", "ssrc": 7});
        object[member] = json!(value.round());
        object
    }

    #[test]
    fn counts_tell_it_where_reports_do_not_or_go_by_another_clock() {
        let a = |reports: bool| {
            series(0.0, move |at| {
                let mut says = vec![count("outbound-rtp", "packetsSent", 50.0 * at / 1000.0)];
                says.extend(reports.then(|| report(at, 0.0, AHEAD - 60_000.0, false)));
                says
            })
        };
        // It samples at other moments, and packets take 40 ms.
        let b = |reports: bool| {
            series(AHEAD + 333.0, move |at| {
                let came = (50.0 * (at + 333.0 - 40.0) / 1000.0).max(0.0);
                let mut says = vec![count("inbound-rtp", "packetsReceived", came)];
                says.extend(reports.then(|| report(at, AHEAD, 60_000.0, false)));
                says
            })
        };
        for reports in [false, true] {
            let found = between(&a(reports), &b(reports), Between::Nothing);
            assert_eq!(found.means, Means::Counts, "{found:?}");
            let within = found.within_ms.unwrap();
            assert!((found.ms - AHEAD).abs() <= within + 20.0 && within < 100.0, "{found:?}");
        }
    }

    #[test]
    fn descriptions_bound_it_where_nothing_was_sent() {
        let dump = |ahead: f64, local: (&str, f64), remote: (&str, f64)| {
            let event = |method: &str, (ufrag, at): (&str, f64)| {
                let sdp = format!("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:{ufrag}\r\n");
                json!({"type": method, "value": json!({"type": "offer", "sdp": sdp}).to_string(), "timestamp": START + ahead + at})
            };
            let log = [
                event("setLocalDescription", local),
                event("setRemoteDescription", remote),
            ];
            let dump = json!({"getUserMedia": [], "PeerConnections": {"1-1": {"stats": {}, "updateLog": log}}});
            read(dump.to_string().as_bytes()).unwrap()
        };
        let a = dump(0.0, ("aaaa", 0.0), ("bbbb", 700.0));
        let b = dump(AHEAD, ("bbbb", 400.0), ("aaaa", 200.0));
        let found = between(&a, &b, Between::Nothing);
        assert_eq!(
            (found.means, found.ms, found.within_ms),
            (Means::Signaling, AHEAD - 50.0, Some(250.0))
        );
        let nobody = dump(AHEAD, ("cccc", 400.0), ("dddd", 200.0));
        assert_eq!(between(&a, &nobody, Between::Unknown).means, Means::Nothing);
    }
}
