//! What both ends of a call show together: what one sent and the other did not get, or got and did not decode; streams that only
//! one knows; clocks that go apart. Unlike what an end says of the other by RTCP, it rests on the counts of both.

use super::thresholds::{self as limits, Threshold};
use crate::check::catalog::{Entry, stats as catalog};
use crate::check::words::lower;
use crate::report::{Evidence, Finding, Severity};
use crate::stats::StatsObject;
use crate::stats::facts::between::{Call, Crossing};
use crate::stats::facts::ends::Between;
use crate::stats::facts::offset::Means;
use crate::stats::facts::passage::{Passage, Place};

/// Every finding about the two ends, which `labels` name. Times are from `start`, milliseconds since 1970 by the first one's
/// clock. Ends of `two_files` have not been looked at together before.
pub fn check(call: &Call<'_>, labels: &[String; 2], start: f64, two_files: bool) -> Vec<Finding> {
    let look = Look { call, labels, start };
    let mut findings = Vec::new();
    for from_a in [true, false] {
        findings.extend(look.vanished(&call.streams, from_a, catalog::ENDS_VANISH, limits::LOSS));
        if two_files {
            findings.extend(look.vanished(&call.channels, from_a, catalog::DATA_LOST, limits::MESSAGES));
        }
    }
    for crossing in &call.streams {
        findings.extend(look.not_decoded(crossing));
        findings.extend(look.unknown(crossing));
    }
    // What a server hands on it may thin out on purpose.
    if call.link.between == Between::Server {
        findings.iter_mut().for_each(|finding| lower(finding, Severity::Info));
    }
    findings.extend(look.clocks());
    findings
}

/// Of more streams the evidence is not told.
const EVIDENCE: usize = 12;

/// The names of the end that sends and of the other one.
fn ends(from_a: bool) -> (&'static str, &'static str) {
    if from_a { ("A", "B") } else { ("B", "A") }
}

/// A stream of which much is missing.
struct Gone<'c> {
    crossing: &'c Crossing<'c>,
    passage: &'c Passage,
    sender: &'c StatsObject,
    receiver: &'c StatsObject,
    from: f64,
    to: f64,
    sent: f64,
    missing: f64,
    /// What went missing in short times, and the worst of those.
    bursts: f64,
    worst: Option<(f64, f64)>,
    /// Whether that is the only one.
    once: bool,
}

impl<'c> Gone<'c> {
    fn of(crossing: &'c Crossing<'c>, limit: Threshold) -> Option<Gone<'c>> {
        let (passage, sender, receiver) = seen(crossing)?;
        let total = &passage.total;
        let share = 100.0 * total.missing / total.sent.max(1.0);
        if total.sent < limits::LOSS_PACKETS.value || total.missing <= passage.slack || share < limit.value {
            return None;
        }
        let (from, to) = extent(passage)?;
        let mut spans = passage.spans();
        spans.retain(|span| span.place == Place::Network);
        // What lasts for most of the call is no burst.
        let length: f64 = spans.iter().map(|span| span.to - span.from).sum();
        if length > (to - from) / 2.0 {
            spans.clear();
        }
        let worst = spans
            .iter()
            .max_by(|a, b| a.counts.missing.total_cmp(&b.counts.missing));
        Some(Gone {
            crossing,
            passage,
            sender,
            receiver,
            from,
            to,
            sent: total.sent,
            missing: total.missing,
            bursts: spans.iter().map(|span| span.counts.missing).sum(),
            worst: worst.map(|span| (span.from, span.to)),
            once: spans.len() == 1,
        })
    }
}

struct Look<'c> {
    call: &'c Call<'c>,
    labels: &'c [String; 2],
    start: f64,
}

impl Look<'_> {
    fn seconds(&self, at: f64) -> f64 {
        ((at - self.start) * 1000.0).round() / 1e6
    }

    fn span(&self, from: f64, to: f64) -> String {
        format!("from {:.1} s to {:.1} s", self.seconds(from), self.seconds(to))
    }

    /// `peer connection 8-1, A, to peer connection 8-2, B`
    fn subject(&self, from_a: bool) -> String {
        let [a, b] = self.labels;
        match from_a {
            true => format!("{a}, A, to {b}, B"),
            false => format!("{b}, B, to {a}, A"),
        }
    }

    /// `audio 1867461035`
    fn name(&self, crossing: &Crossing<'_>) -> String {
        let (from, to) = self.call.ends(crossing.from_a);
        let of = |member: &str| {
            let sender = crossing.sender.and_then(|object| object.text(from.names, member));
            sender.or_else(|| crossing.receiver.and_then(|object| object.text(to.names, member)))
        };
        let kind = if crossing.kind.is_empty() {
            "stream"
        } else {
            &crossing.kind
        };
        let name = of("ssrc").or_else(|| of("label")).unwrap_or_default();
        format!("{kind} {name}").trim_end().to_owned()
    }

    fn finding(&self, entry: &Entry, crossing: &Crossing<'_>, summary: String, evidence: Vec<Evidence>) -> Finding {
        let subject = format!("{}, {}", self.subject(crossing.from_a), self.name(crossing));
        entry.finding(subject, summary, evidence)
    }

    fn evidence(&self, object: &StatsObject, at: f64, text: String) -> Evidence {
        let mut evidence = Evidence::new(&*object.id, text);
        evidence.at_s = Some(self.seconds(at));
        evidence
    }

    /// Sent by one, and not received by the other: all streams of a direction together, for they share the path.
    fn vanished(&self, all: &[Crossing<'_>], from_a: bool, entry: &Entry, limit: Threshold) -> Option<Finding> {
        let streams = all.iter().filter(|crossing| crossing.from_a == from_a);
        let gone: Vec<Gone<'_>> = streams.filter_map(|crossing| Gone::of(crossing, limit)).collect();
        let first = gone.first()?;
        let sum = |of: fn(&Gone<'_>) -> f64| gone.iter().map(of).sum::<f64>();
        let (sent, missing, bursts) = (sum(|one| one.sent), sum(|one| one.missing), sum(|one| one.bursts));
        let worst = gone
            .iter()
            .filter_map(|one| one.worst)
            .max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)));
        let most = if gone.iter().all(|one| one.once) {
            ""
        } else {
            "in bursts, most "
        };
        let when = match worst {
            Some((from, to)) if bursts >= 0.9 * missing => format!("nearly all of them {most}{}", self.span(from, to)),
            Some((from, to)) if bursts >= 0.5 * missing => format!("{bursts:.0} of them {most}{}", self.span(from, to)),
            _ => "spread over the call".to_owned(),
        };
        let (one, other) = ends(from_a);
        let share = 100.0 * missing / sent.max(1.0);
        let what = if first.crossing.kind == "data" {
            "messages"
        } else {
            "packets"
        };
        let summary = format!(
            "{missing:.0} of {sent:.0} {what} ({share:.1} %) that {one} sent never arrived at {other}: {when}."
        );
        let evidence = gone.iter().flat_map(|one| self.gone(one)).take(EVIDENCE);
        let evidence = evidence
            .chain([Evidence::new("share", format!("{share:.1} %; {limit}"))])
            .collect();
        let mut finding = entry.finding(self.subject(from_a), summary, evidence);
        // A path that was down for a while is no path that loses all the time.
        if 100.0 * (missing - bursts).max(0.0) / sent.max(1.0) < limits::LOSS_HEAVY.value {
            lower(&mut finding, Severity::Warning);
        }
        Some(finding)
    }

    fn gone(&self, one: &Gone<'_>) -> [Evidence; 2] {
        let at = one.worst.map_or(one.from, |(from, _)| from);
        let total = &one.passage.total;
        let name = self.name(one.crossing);
        let again = match total.again {
            again if again >= 1.0 => format!(", {again:.0} of them again"),
            _ => String::new(),
        };
        let own = match one.crossing.kind.as_str() {
            "data" => String::new(),
            _ => format!("; the receiver itself counts {:.0} as lost", total.lost),
        };
        let span = self.span(one.from, one.to);
        [
            self.evidence(one.sender, at, format!("{name}: {:.0} sent{again}, {span}", total.sent)),
            self.evidence(one.receiver, at, format!("{name}: {:.0} received{own}", total.received)),
        ]
    }

    /// Received, and not decoded.
    fn not_decoded(&self, crossing: &Crossing<'_>) -> Option<Finding> {
        let (passage, sender, receiver) = seen(crossing)?;
        if crossing.stopped(true) != Some(Place::Receiver) {
            return None;
        }
        let total = &passage.total;
        let (start, end) = extent(passage)?;
        let (from, to) = ends(crossing.from_a);
        let summary = format!(
            "{:.0} packets of {from}'s video arrived at {to}, and of {:.0} frames it decoded {:.0}.",
            total.received, total.frames_sent, total.frames_decoded
        );
        let evidence = vec![
            self.evidence(
                sender,
                start,
                format!("{:.0} frames sent {}", total.frames_sent, self.span(start, end)),
            ),
            self.evidence(
                receiver,
                start,
                format!(
                    "{:.0} frames received, {:.0} decoded, {:.0} dropped",
                    total.frames_received, total.frames_decoded, total.frames_dropped
                ),
            ),
        ];
        let mut finding = self.finding(catalog::ENDS_NOT_DECODED, crossing, summary, evidence);
        if total.frames_decoded >= 1.0 {
            lower(&mut finding, Severity::Warning);
        }
        Some(finding)
    }

    /// Sent, and the other end has no such stream.
    fn unknown(&self, crossing: &Crossing<'_>) -> Option<Finding> {
        let (Some(sender), None) = (crossing.sender, crossing.receiver) else {
            return None;
        };
        let (from, to) = self.call.ends(crossing.from_a);
        // Layers go to servers, which choose among them.
        if sender.text(from.names, "rid").is_some() || sender.text(from.names, "ssrc").is_none() {
            return None;
        }
        let ahead = if crossing.from_a {
            self.call.offset.ms
        } else {
            -self.call.offset.ms
        };
        // Only what the other end has been seen after counts.
        let last = to.pc.stats.iter().filter_map(StatsObject::end).reduce(f64::max)? - ahead;
        let points = sender.member(from.names, "packetsSent")?.numbers(from.names);
        let points: Vec<(f64, f64)> = points.take_while(|(at, _)| *at <= last).collect();
        let (first, end) = (points.first()?, points.last()?);
        let since = points.iter().find(|(_, count)| *count > 0.0)?.0;
        if end.1 < limits::LOSS_PACKETS.value || (end.0 - since.max(first.0)) / 1000.0 < limits::LASTING.value {
            return None;
        }
        let arrives = self.call.others_arrive(crossing);
        let (one, other) = ends(crossing.from_a);
        let why = match arrives {
            true => "other streams arrive there, so this one came and was not assigned, or is filtered out",
            false => "nothing else arrives there either",
        };
        let summary = format!(
            "{one} sent {:.0} packets of a stream that {other} does not know: {why}.",
            end.1
        );
        let at = if crossing.from_a {
            since
        } else {
            since - self.call.offset.ms
        };
        let evidence = vec![self.evidence(
            sender,
            at,
            format!("{:.0} packets sent; {}", end.1, limits::LOSS_PACKETS),
        )];
        Some(self.finding(catalog::ENDS_UNKNOWN, crossing, summary, evidence))
    }

    /// Clocks of two machines that cannot be read together.
    fn clocks(&self) -> Option<Finding> {
        let offset = self.call.offset;
        let sure = matches!(offset.means, Means::Reports | Means::Counts);
        let within = offset.within_ms.filter(|_| sure)?;
        if (offset.ms.abs() - within) / 1000.0 < limits::CLOCKS.value {
            return None;
        }
        let way = if offset.ms > 0.0 { "ahead of" } else { "behind" };
        let seconds = offset.ms.abs() / 1000.0;
        let summary = format!("The clock of B is {seconds:.2} s {way} that of A, give or take {within:.0} ms.");
        let by = match offset.means {
            Means::Reports => "by the times of RTCP sender reports",
            _ => "by when counts of packets were reached",
        };
        let evidence = vec![Evidence::new(
            "clock offset",
            format!("{:.0} ms {by}; {}", offset.ms, limits::CLOCKS),
        )];
        Some(catalog::ENDS_CLOCKS.finding(self.subject(true), summary, evidence))
    }
}

/// What became of a stream that both ends know, and that was seen for a while.
fn seen<'c>(crossing: &'c Crossing<'_>) -> Option<(&'c Passage, &'c StatsObject, &'c StatsObject)> {
    let passage = crossing.passage.as_ref()?;
    let (from, to) = extent(passage)?;
    let long = (to - from) / 1000.0 >= limits::LASTING.value;
    Some((passage, crossing.sender?, crossing.receiver?)).filter(|_| long)
}

fn extent(passage: &Passage) -> Option<(f64, f64)> {
    Some((passage.intervals.first()?.from, passage.intervals.last()?.to))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::stats::facts::between::End;
    use crate::stats::facts::ends::{Marks, link};
    use crate::stats::facts::offset::offset;
    use crate::stats::{Dump, read};

    const START: f64 = 1_700_000_000_000.0;

    /// What an end says in a second of the call, but for times.
    type Says = fn(f64) -> Vec<Value>;

    /// Half a minute, a report a second, by a clock that is `ahead`.
    fn end(ahead: f64, says: Says) -> Dump {
        let lines = (0..30).map(|second| {
            let time = START + ahead + f64::from(second) * 1000.0;
            let mut stats = says(f64::from(second));
            stats.iter_mut().for_each(|object| object["timestamp"] = json!(time));
            format!("{}\n", json!({"t": time, "stats": stats}))
        });
        read(lines.collect::<String>().as_bytes()).unwrap()
    }

    fn transport(ufrag: &str) -> Value {
        json!({"id": "T", "type": "transport", "iceLocalUsernameFragment": ufrag})
    }

    fn remote(ufrag: &str) -> Value {
        json!({"id": "R", "type": "remote-candidate", "usernameFragment": ufrag})
    }

    fn out(ssrc: u32, kind: &str, packets: f64, frames: f64) -> Value {
        json!({"id": format!("O{ssrc}"), "type": "outbound-rtp", "kind": kind, "ssrc": ssrc, "packetsSent": packets, "framesEncoded": frames})
    }

    fn into(ssrc: u32, kind: &str, packets: f64, frames: f64) -> Value {
        json!({
            "id": format!("I{ssrc}"), "type": "inbound-rtp", "kind": kind, "ssrc": ssrc, "packetsReceived": packets,
            "packetsLost": 0, "retransmittedPacketsReceived": 0, "framesReceived": frames, "framesDecoded": frames
        })
    }

    fn sender(at: f64) -> Vec<Value> {
        vec![
            transport("aaaa"),
            remote("bbbb"),
            out(7, "audio", 50.0 * at, 0.0),
            out(8, "video", 60.0 * at, 25.0 * at),
        ]
    }

    fn receiver(at: f64) -> Vec<Value> {
        vec![
            transport("bbbb"),
            remote("aaaa"),
            into(7, "audio", 50.0 * at, 0.0),
            into(8, "video", 60.0 * at, 25.0 * at),
        ]
    }

    fn findings(a: &Dump, b: &Dump) -> Vec<Finding> {
        let (one, other) = (End::of(a, 0).unwrap(), End::of(b, 0).unwrap());
        let link = link(&Marks::of(one.pc, one.names), &Marks::of(other.pc, other.names)).unwrap();
        let offset = offset(&one, &other, link.between, false);
        let call = Call::new(one, other, link, offset, false);
        check(
            &call,
            &["peer connection 1".to_owned(), "peer connection 2".to_owned()],
            START,
            true,
        )
    }

    fn found(ahead: f64, says: Says) -> Vec<(String, Severity)> {
        let findings = findings(&end(0.0, sender), &end(ahead, says));
        findings
            .into_iter()
            .map(|finding| (finding.code, finding.severity))
            .collect()
    }

    #[test]
    fn ends_that_agree_say_nothing() {
        assert_eq!(found(0.0, receiver), []);
        assert_eq!(found(-400.0, receiver), []);
    }

    #[test]
    fn each_finding_fires() {
        let cases: [(&Entry, Severity, f64, Says); 6] = [
            (catalog::ENDS_VANISH, Severity::Error, 0.0, |at| {
                vec![
                    transport("bbbb"),
                    remote("aaaa"),
                    into(7, "audio", 42.0 * at, 0.0),
                    into(8, "video", 60.0 * at, 25.0 * at),
                ]
            }),
            (catalog::ENDS_VANISH, Severity::Warning, 0.0, |at| {
                vec![
                    transport("bbbb"),
                    remote("aaaa"),
                    into(7, "audio", 47.0 * at, 0.0),
                    into(8, "video", 60.0 * at, 25.0 * at),
                ]
            }),
            (catalog::ENDS_NOT_DECODED, Severity::Error, 0.0, |at| {
                vec![
                    transport("bbbb"),
                    remote("aaaa"),
                    into(7, "audio", 50.0 * at, 0.0),
                    into(8, "video", 60.0 * at, 0.0),
                ]
            }),
            (catalog::ENDS_NOT_DECODED, Severity::Warning, 0.0, |at| {
                let mut says = receiver(at);
                says[3]["framesDecoded"] = json!(10.0 * at);
                says
            }),
            (catalog::ENDS_UNKNOWN, Severity::Warning, 0.0, |at| {
                vec![transport("bbbb"), remote("aaaa"), into(7, "audio", 50.0 * at, 0.0)]
            }),
            (catalog::ENDS_CLOCKS, Severity::Info, 90_000.0, receiver),
        ];
        for (entry, severity, ahead, says) in cases {
            assert_eq!(found(ahead, says), [(entry.code.to_owned(), severity)]);
        }
    }

    #[test]
    fn what_is_missing_is_placed_and_counted() {
        let gone = |at: f64| {
            let came = 50.0 * if at < 10.0 { at } else { (at - 8.0).max(10.0) };
            vec![
                transport("bbbb"),
                remote("aaaa"),
                into(7, "audio", came, 0.0),
                into(8, "video", 60.0 * at, 25.0 * at),
            ]
        };
        let findings = findings(&end(0.0, sender), &end(30_000.0, gone));
        let summary = &findings
            .iter()
            .find(|finding| finding.code == catalog::ENDS_VANISH.code)
            .unwrap()
            .summary;
        // Two milliseconds of doubt about the clocks are a part of a packet.
        let missing: f64 = summary.split(' ').next().unwrap().parse().unwrap();
        assert!((missing - 400.0).abs() <= 2.0, "{summary}");
        assert!(summary.contains(" of 1450 packets (27."), "{summary}");
        assert!(summary.contains("from 10.0 s to 18.0 s"), "{summary}");
        let at = findings[0].evidence[0].at_s.unwrap();
        assert!((at - 10.0).abs() < 0.1, "{at}");
    }

    #[test]
    fn a_receiver_that_leaves_retransmissions_out_loses_nothing() {
        let other = |at: f64| {
            let mut says = receiver(at);
            says[3] = json!({"id": "I8", "type": "inbound-rtp", "kind": "video", "ssrc": 8, "packetsReceived": 40.0 * at, "packetsLost": 0});
            says
        };
        assert_eq!(found(0.0, other), []);
    }

    #[test]
    fn what_a_server_leaves_out_is_only_told() {
        let behind = |at: f64| vec![transport("cccc"), remote("dddd"), into(7, "audio", 30.0 * at, 0.0)];
        let found = found(0.0, behind);
        assert!(
            found.iter().any(|(code, _)| code == catalog::ENDS_VANISH.code),
            "{found:?}"
        );
        assert!(
            found.iter().all(|(_, severity)| *severity == Severity::Info),
            "{found:?}"
        );
    }
}
