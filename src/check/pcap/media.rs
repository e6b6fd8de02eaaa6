//! Media: whether it flows both ways, goes on, and arrives.

use std::time::Duration;

use super::said::{fact, lasted};
use super::{Told, described, dtls};
use crate::check::catalog::pcap as catalog;
use crate::check::words::count;
use crate::datagram::Seen;
use crate::flow::rtp::{Stream, Wishes};
use crate::flow::{Carried, Direction, Facts, Session};
use crate::report::{Evidence, Severity};

/// Media of one side must have gone on for so long before the other side's silence means anything; receivers report at least
/// every five seconds or so (RFC 3550 §6.2), and most do every second.
const ONE_WAY: Duration = Duration::from_secs(6);
/// The same where the descriptions say that both send.
const ONE_WAY_AGREED: Duration = Duration::from_secs(3);
/// Media that stays away for so long while the session goes on has stopped.
const STOPPED: Duration = Duration::from_secs(4);
/// Packets that a stream needs for a rate of loss.
const ENOUGH: u64 = 100;
/// From here on loss is heard and seen whatever is done about it.
const HEAVY: f64 = 0.10;
/// From here on it is worth a word.
const NOTABLE: f64 = 0.03;
/// A pause in a stream in which packets were lost is worth a word from here on.
const GAP: Duration = Duration::from_secs(2);

/// Every finding about media.
pub(super) fn check(facts: &Facts, told: &mut Told) {
    for session in &facts.sessions {
        let streams: Vec<&Stream> = facts
            .media
            .streams()
            .iter()
            .filter(|stream| stream.session == session.id)
            .collect();
        if streams.is_empty() {
            continue;
        }
        let one = One {
            facts,
            session,
            streams,
        };
        one.check_loss(told);
        if !told.explained.contains(&session.id) {
            one.check_directions(told);
        }
    }
}

struct One<'a> {
    facts: &'a Facts,
    session: &'a Session,
    streams: Vec<&'a Stream>,
}

impl One<'_> {
    fn subject(&self) -> String {
        format!("media between {} and {}", self.session.a, self.session.b)
    }

    fn of(&self, way: Direction) -> impl Iterator<Item = &&Stream> {
        self.streams.iter().filter(move |stream| stream.direction == way)
    }

    /// From the first packet of media to the last one, this way.
    fn span(&self, way: Direction) -> Option<(Seen, Seen)> {
        let first = self.of(way).map(|stream| stream.first).min()?;
        let last = self.of(way).map(|stream| stream.last).max()?;
        Some((first, last))
    }

    fn rtcp(&self, way: Direction) -> Option<(Seen, Seen)> {
        self.facts
            .media
            .control_of(self.session.id, way)
            .map(|control| (control.first, control.last))
    }

    fn check_directions(&self, told: &mut Told) {
        for way in [Direction::Forward, Direction::Backward] {
            if self.one_way(way, told) || self.stopped(way, told) {
                return;
            }
        }
    }

    /// Media goes this way, and nothing of media comes back: no RTP, and no reports either.
    fn one_way(&self, way: Direction, told: &mut Told) -> bool {
        let back = way.reverse();
        let Some((first, last)) = self.span(way) else {
            return false;
        };
        let lasts = last.at.since(first.at);
        let silent = self.span(back).is_none() && self.rtcp(back).is_none();
        // The other side was captured, and is alive: its checks or its keys came meanwhile.
        let alive = self.session.way(back).last.is_some_and(|came| came.at >= first.at);
        let long = if self.both_send() { ONE_WAY_AGREED } else { ONE_WAY };
        if !silent || !alive || lasts < long {
            return false;
        }
        let summary = format!(
            "{} sent media for {}; from {} came neither RTP nor RTCP, though its other packets do.",
            self.session.from(way),
            lasted(lasts),
            self.session.from(back)
        );
        let mut evidence = vec![
            fact(first, "first RTP", self.session.from(way)),
            fact(last, "last RTP", self.session.from(way)),
        ];
        evidence.extend(
            self.session
                .way(back)
                .last
                .map(|came| fact(came, "last packet of any kind", self.session.from(back))),
        );
        told.push(catalog::MEDIA_ONE_WAY.finding(self.subject(), summary, evidence));
        true
    }

    /// Whether the descriptions of both sides say that both send.
    fn both_send(&self) -> bool {
        described::both_send(self.facts, self.session)
    }

    /// Media came this way, and then no more, while the session went on.
    fn stopped(&self, way: Direction, told: &mut Told) -> bool {
        let Some((first, last)) = self.span(way) else {
            return false;
        };
        let Some(end) = self.session.last() else { return false };
        let silent = end.at.since(last.at);
        let lasts = last.at.since(first.at);
        // Somebody who says goodbye, or whose reports go on, stopped on purpose.
        let goodbye = self
            .facts
            .media
            .control_of(self.session.id, way)
            .is_some_and(|control| !control.goodbyes.is_empty());
        let closed = dtls::is_closed(self.facts, self.session, last);
        let reports = self
            .rtcp(way)
            .is_some_and(|(_, rtcp)| rtcp.at.since(last.at) >= STOPPED / 2);
        let other = self
            .session
            .way(way)
            .last
            .is_some_and(|came| came.at.since(last.at) >= STOPPED / 2);
        let alive = self.session.count(Carried::Stun) > 0 && other;
        let went_on = self
            .span(way.reverse())
            .is_some_and(|(_, theirs)| theirs.at.since(last.at) >= STOPPED);
        if silent < STOPPED || lasts < Duration::from_secs(1) || goodbye || closed || reports || !(alive || went_on) {
            return false;
        }
        let mut evidence: Vec<Evidence> = self
            .of(way)
            .take(4)
            .map(|stream| {
                fact(
                    stream.last,
                    format!("last RTP of 0x{:08x}", stream.ssrc),
                    self.session.from(way),
                )
            })
            .collect();
        evidence.extend(
            self.session
                .way(way)
                .last
                .map(|came| fact(came, "last packet of any kind", self.session.from(way))),
        );
        let summary = format!(
            "Media of {} stopped after {}, RTCP too; for {} until the end nothing of it came, while the session went on.",
            self.session.from(way),
            lasted(lasts),
            lasted(silent)
        );
        told.push(catalog::MEDIA_STOPPED.finding(self.subject(), summary, evidence));
        true
    }

    fn check_loss(&self, told: &mut Told) {
        for way in [Direction::Forward, Direction::Backward] {
            let mut evidence = Vec::new();
            let mut worst = 0.0_f64;
            for stream in self.of(way) {
                let Some(rate) = self.rate(stream) else { continue };
                worst = worst.max(rate);
                let nacks = self
                    .facts
                    .media
                    .wishes(stream)
                    .map_or(0, |wishes: &Wishes| wishes.nacked_packets);
                let asked = if nacks > 0 {
                    format!("; {nacks} asked for again")
                } else {
                    String::new()
                };
                let value = format!(
                    "{:.1} % lost: {} of {}{asked}",
                    rate * 100.0,
                    scattered(stream),
                    scattered(stream) + stream.packets
                );
                evidence.push(fact(stream.first, format!("0x{:08x}", stream.ssrc), value));
            }
            if evidence.is_empty() {
                continue;
            }
            let summary = format!(
                "{} from {} lost up to {:.1} % of its packets before they were captured.",
                count(evidence.len(), "stream"),
                self.session.from(way),
                worst * 100.0
            );
            let finding = catalog::MEDIA_LOSS.finding(self.subject(), summary, evidence);
            told.push_at_most(
                if worst >= HEAVY {
                    Severity::Error
                } else {
                    Severity::Warning
                },
                finding,
            );
        }
        self.check_gaps(told);
    }

    /// The part of a stream's packets that was lost, if it is worth a word.
    fn rate(&self, stream: &Stream) -> Option<f64> {
        let lost = scattered(stream);
        let rate = lost as f64 / (lost + stream.packets) as f64;
        (stream.packets >= ENOUGH && rate >= NOTABLE).then_some(rate)
    }

    fn check_gaps(&self, told: &mut Told) {
        let gaps: Vec<Evidence> = self
            .streams
            .iter()
            .flat_map(|stream| stream.gaps().iter().map(move |gap| (stream, gap)))
            .filter(|(_, gap)| gap.duration() >= GAP && gap.lost > 0)
            .map(|(stream, gap)| {
                let value = format!(
                    "{} lost in {}",
                    count(usize::from(gap.lost), "packet"),
                    lasted(gap.duration())
                );
                fact(gap.from, format!("0x{:08x}", stream.ssrc), value)
            })
            .take(8)
            .collect();
        if !gaps.is_empty() {
            let summary = format!(
                "{} of two seconds or more, in which packets were lost.",
                count(gaps.len(), "pause")
            );
            told.push(catalog::MEDIA_GAP.finding(self.subject(), summary, gaps));
        }
    }
}

/// Packets lost one here and one there; what a long pause swallowed is told apart.
fn scattered(stream: &Stream) -> u64 {
    let paused: u64 = stream.gaps().iter().map(|gap| u64::from(gap.lost)).sum();
    stream.lost().saturating_sub(paused)
}
