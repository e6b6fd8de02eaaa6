//! What one end sent against what the other one got of it: counters of both, on one clock, interval by interval.
//!
//! Both ends count the same packets, but not at the same moments, and not all of them alike: a sender counts what it sends again
//! (RTX, and padding that probes the path) with the stream, some receivers do not.

use super::curve::Curve;
use crate::stats::names::Names;
use crate::stats::object::StatsObject;

/// What is counted of a stream or a data channel, by the members of both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Members {
    sent: &'static str,
    received: &'static str,
    bytes_sent: &'static str,
    bytes_received: &'static str,
}

/// Of a stream of RTP.
pub const RTP: Members = Members {
    sent: "packetsSent",
    received: "packetsReceived",
    bytes_sent: "bytesSent",
    bytes_received: "bytesReceived",
};

/// Of a data channel.
pub const DATA: Members = Members {
    sent: "messagesSent",
    received: "messagesReceived",
    bytes_sent: "bytesSent",
    bytes_received: "bytesReceived",
};

/// What both ends counted in some time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Packets or messages that one sent.
    pub sent: f64,
    /// Those that the other got.
    pub received: f64,
    /// Those that were sent and did not arrive, up to the end of what both saw.
    pub missing: f64,
    /// What the receiver itself counts as lost.
    pub lost: f64,
    /// What the sender sent again.
    pub again: f64,
    /// Octets that one sent.
    pub bytes_sent: f64,
    /// Octets that the other got.
    pub bytes_received: f64,
    /// Frames that were encoded.
    pub frames_encoded: f64,
    /// Frames that were sent.
    pub frames_sent: f64,
    /// Frames that arrived whole.
    pub frames_received: f64,
    /// Frames that were decoded.
    pub frames_decoded: f64,
    /// Frames that arrived and were not decoded, or not shown.
    pub frames_dropped: f64,
}

/// Counts of a time, in milliseconds of the first end's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interval {
    /// From when.
    pub from: f64,
    /// To when.
    pub to: f64,
    /// What was counted.
    pub counts: Counts,
}

/// What became of a stream between two ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Passage {
    /// Every interval, one after the other; none where the ends have no time in common.
    pub intervals: Vec<Interval>,
    /// All of them together; without intervals what each end counted last.
    pub total: Counts,
    /// Whether both ends count the same packets; if not, what is missing is what the receiver lost or did not get at all.
    pub alike: bool,
    /// So many may be on their way, or seem so, because the clocks are not read at the same moment.
    pub slack: f64,
    /// Whether frames are counted at both ends.
    pub frames: bool,
    /// Whether it is meant to go on all the time, as media do and messages do not.
    pub steady: bool,
}

/// One end of a stream: its statistics, and how far its clock is ahead of the first end's, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Side<'d> {
    /// The statistics.
    pub object: &'d StatsObject,
    /// The texts of its dump.
    pub names: &'d Names,
    /// How far ahead its clock is.
    pub ahead: f64,
    /// When the connection was seen before this stream was there.
    pub quiet: Option<(f64, f64)>,
}

impl Side<'_> {
    fn curve(&self, member: &str) -> Curve {
        Curve::of(self.object, self.names, member)
            .since(self.quiet)
            .earlier(self.ahead)
    }

    /// The sum of counters of which writers have one or the other.
    fn first(&self, members: &[&str]) -> Curve {
        let curves = members.iter().map(|member| self.curve(member));
        curves.into_iter().find(|curve| !curve.is_empty()).unwrap_or_default()
    }
}

/// Intervals are not shorter, in milliseconds.
const SHORTEST: f64 = 1000.0;
/// So many intervals at full rate may have passed before the first one.
const LEAD: f64 = 3.0;
/// More intervals are none that anybody reads; they get longer instead.
const MOST: f64 = 5000.0;

/// How counts are to be read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Whether both ends count the same packets.
    pub alike: bool,
    /// Whether the beginning may have been left out.
    pub cut: bool,
    /// How far the clocks may be off, with the time that packets take, in milliseconds.
    pub uncertain: f64,
}

/// Compares two ends.
pub fn passage(from: &Side<'_>, to: &Side<'_>, members: Members, reading: Reading) -> Passage {
    let Reading { alike, cut, uncertain } = reading;
    let (sent, received) = (from.curve(members.sent), to.curve(members.received));
    let lost = Curve::of_any(to.object, to.names, "packetsLost")
        .since(to.quiet)
        .earlier(to.ahead);
    let curves = [
        from.first(&["retransmittedPacketsSent"]),
        from.curve(members.bytes_sent),
        to.curve(members.bytes_received),
        from.curve("framesEncoded"),
        from.first(&["framesSent", "framesEncoded"]),
        to.first(&["framesReceived", "framesDecoded"]),
        to.curve("framesDecoded"),
        to.curve("framesDropped"),
    ];
    let counts = |value: &dyn Fn(&Curve) -> f64| Counts {
        sent: value(&sent),
        received: value(&received),
        missing: 0.0,
        lost: value(&lost),
        again: value(&curves[0]),
        bytes_sent: value(&curves[1]),
        bytes_received: value(&curves[2]),
        frames_encoded: value(&curves[3]),
        frames_sent: value(&curves[4]),
        frames_received: value(&curves[5]),
        frames_decoded: value(&curves[6]),
        frames_dropped: value(&curves[7]),
    };
    let steady = members == RTP;
    let frames = !curves[3].is_empty() && !curves[6].is_empty();
    let common = sent.extent().zip(received.extent());
    let common = common
        .map(|((a, b), (c, d))| (a.max(c), b.min(d)))
        .filter(|(a, b)| b > a);
    let Some((start, end)) = common else {
        return Passage {
            total: counts(&|curve| curve.last()),
            alike,
            frames,
            steady,
            ..Passage::default()
        };
    };
    let step = sent.step().into_iter().chain(received.step()).fold(SHORTEST, f64::max);
    let step = step.max((end - start) / MOST);
    let number = ((end - start) / step).round().max(1.0);
    let edge = |index: f64| start + (end - start) * index / number;
    let mut intervals: Vec<Interval> = (0..number as u32)
        .map(|index| {
            let (from, to) = (edge(f64::from(index)), edge(f64::from(index) + 1.0));
            Interval {
                from,
                to,
                counts: counts(&|curve| curve.growth(from, to)),
            }
        })
        .collect();
    // What was counted before the first sample of both belongs to the call, too, if that was not long.
    let first = counts(&|curve| curve.at(start));
    let peak = |of: fn(&Counts) -> f64| {
        intervals
            .iter()
            .map(|interval| of(&interval.counts))
            .fold(0.0, f64::max)
    };
    let short =
        first.sent <= LEAD * peak(|counts| counts.sent) && first.received <= LEAD * peak(|counts| counts.received);
    if !cut && short && first.sent > 0.0 {
        let lead = Interval {
            from: start - step,
            to: start,
            counts: first,
        };
        intervals.insert(0, lead);
    }
    match alike {
        true => missing_by_both(&mut intervals),
        false => missing_by_receiver(&mut intervals),
    }
    let mut total = sum(&intervals);
    // A sender that does not count what it sends again makes up for what is lost.
    total.missing = total.missing.max(total.lost);
    let peak = intervals
        .iter()
        .map(|interval| interval.counts.sent / (interval.to - interval.from))
        .fold(0.0, f64::max);
    Passage {
        intervals,
        total,
        alike,
        slack: peak * (uncertain + 0.25 * step),
        frames,
        steady,
    }
}

/// What was sent and never arrived is how far the receiver is behind; what it makes up for later was only on its way. So missing
/// by a time is what is behind at every later time.
fn missing_by_both(intervals: &mut [Interval]) {
    let mut behind: Vec<f64> = Vec::with_capacity(intervals.len());
    let mut sum = 0.0;
    for interval in intervals.iter() {
        sum += interval.counts.sent - interval.counts.received;
        behind.push(sum);
    }
    let mut least = f64::INFINITY;
    for value in behind.iter_mut().rev() {
        least = least.min(*value);
        *value = least.max(0.0);
    }
    let mut before = 0.0;
    for (interval, behind) in intervals.iter_mut().zip(behind) {
        interval.counts.missing = behind - before;
        before = behind;
    }
}

/// Where the counts are of different packets: what the receiver lost, and what was sent while nothing came at all. It learns of
/// that when the next packet comes, and counts it then.
fn missing_by_receiver(intervals: &mut [Interval]) {
    let mut owed = 0.0;
    for interval in intervals.iter_mut() {
        let counts = &mut interval.counts;
        if counts.received < 0.5 {
            counts.missing = (counts.sent - counts.again).max(0.0);
            owed += counts.missing;
        } else {
            let lost = counts.lost.max(0.0);
            counts.missing = (lost - owed).max(0.0);
            owed = if lost > 0.0 { 0.0 } else { owed };
        }
    }
}

/// The sum of intervals.
pub fn sum(intervals: &[Interval]) -> Counts {
    let mut sum = Counts::default();
    for Interval { counts, .. } in intervals {
        sum.sent += counts.sent;
        sum.received += counts.received;
        sum.missing += counts.missing;
        sum.lost += counts.lost;
        sum.again += counts.again;
        sum.bytes_sent += counts.bytes_sent;
        sum.bytes_received += counts.bytes_received;
        sum.frames_encoded += counts.frames_encoded;
        sum.frames_sent += counts.frames_sent;
        sum.frames_received += counts.frames_received;
        sum.frames_decoded += counts.frames_decoded;
        sum.frames_dropped += counts.frames_dropped;
    }
    sum
}

/// Where in its way a stream stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It was not sent.
    Sender,
    /// It was sent and did not arrive.
    Network,
    /// It arrived and was not decoded.
    Receiver,
}

/// A time in which a stream stopped somewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Where.
    pub place: Place,
    /// From when, in milliseconds of the first end's clock.
    pub from: f64,
    /// To when.
    pub to: f64,
    /// What was counted in it.
    pub counts: Counts,
}

impl Passage {
    /// The times in which it stopped: every packet in five missing, or nothing at all sent or decoded for two seconds. What goes
    /// missing here and there all the time is in none of them.
    pub fn spans(&self) -> Vec<Span> {
        const PART: f64 = 0.2;
        const FEW: f64 = 3.0;
        const SHORT: f64 = 2000.0;
        let place = |counts: &Counts| match counts {
            counts if counts.sent < 0.5 => self.steady.then_some(Place::Sender),
            counts if counts.missing >= (counts.sent * PART).max(FEW) => Some(Place::Network),
            // Whoever sees nothing yet waits for a key frame.
            counts
                if self.frames
                    && counts.frames_sent >= 1.0
                    && counts.received >= FEW
                    && counts.frames_decoded < 0.5 =>
            {
                Some(Place::Receiver)
            }
            _ => None,
        };
        let runs = self
            .intervals
            .chunk_by(|one, next| place(&one.counts) == place(&next.counts));
        let spans = runs.filter_map(|run| {
            let (first, last) = (run.first()?, run.last()?);
            let span = Span {
                place: place(&first.counts)?,
                from: first.from,
                to: last.to,
                counts: sum(run),
            };
            let lasts = span.to - span.from >= SHORT;
            (lasts || span.place == Place::Network && span.counts.missing >= 5.0).then_some(span)
        });
        spans.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn intervals(counts: &[(f64, f64, f64)]) -> Vec<Interval> {
        let interval = |(index, (sent, received, lost)): (usize, &(f64, f64, f64))| Interval {
            from: index as f64 * 1000.0,
            to: (index + 1) as f64 * 1000.0,
            counts: Counts {
                sent: *sent,
                received: *received,
                lost: *lost,
                ..Counts::default()
            },
        };
        counts.iter().enumerate().map(interval).collect()
    }

    fn missing(intervals: &[Interval]) -> Vec<f64> {
        intervals.iter().map(|interval| interval.counts.missing).collect()
    }

    #[test]
    fn what_comes_late_is_not_missing() {
        let mut late = intervals(&[(50.0, 30.0, 0.0), (50.0, 70.0, 0.0), (50.0, 50.0, 0.0)]);
        missing_by_both(&mut late);
        assert_eq!(missing(&late), [0.0, 0.0, 0.0]);
        let mut gone = intervals(&[(50.0, 45.0, 0.0), (50.0, 0.0, 0.0), (50.0, 52.0, 0.0)]);
        missing_by_both(&mut gone);
        assert_eq!(missing(&gone), [5.0, 48.0, 0.0]);
    }

    #[test]
    fn what_was_missed_in_silence_is_counted_once() {
        let mut gone = intervals(&[
            (50.0, 48.0, 0.0),
            (50.0, 0.0, 0.0),
            (50.0, 0.0, 0.0),
            (50.0, 40.0, 105.0),
            (50.0, 40.0, 7.0),
        ]);
        missing_by_receiver(&mut gone);
        assert_eq!(missing(&gone), [0.0, 50.0, 50.0, 5.0, 7.0]);
    }

    #[test]
    fn times_have_a_place() {
        let mut list = intervals(&[
            (50.0, 50.0, 0.0),
            (50.0, 0.0, 0.0),
            (50.0, 2.0, 0.0),
            (0.0, 0.0, 0.0),
            (0.0, 0.0, 0.0),
        ]);
        missing_by_both(&mut list);
        let passage = Passage {
            intervals: list,
            steady: true,
            ..Passage::default()
        };
        let spans = passage.spans();
        let places: Vec<(Place, f64, f64)> = spans.iter().map(|span| (span.place, span.from, span.to)).collect();
        assert_eq!(
            places,
            [(Place::Network, 1000.0, 3000.0), (Place::Sender, 3000.0, 5000.0)]
        );
        assert_eq!(spans[0].counts.missing, 98.0);
    }

    proptest! {
        #[test]
        fn what_is_missing_adds_up(counts in proptest::collection::vec((0.0_f64..1e6, 0.0_f64..1e6, -10.0_f64..1e6), 0..50)) {
            let mut list = intervals(&counts);
            missing_by_both(&mut list);
            prop_assert!(missing(&list).iter().all(|missing| *missing >= 0.0));
            let behind: f64 = counts.iter().map(|(sent, received, _)| sent - received).sum();
            prop_assert!((missing(&list).iter().sum::<f64>() - behind.max(0.0)).abs() < 1.0);
            missing_by_receiver(&mut list);
            prop_assert!(missing(&list).iter().all(|missing| *missing >= 0.0));
        }
    }
}
