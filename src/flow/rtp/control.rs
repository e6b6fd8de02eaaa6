//! [`Control`]: what RTCP says in one direction of a session.

use std::time::Duration;

use crate::datagram::Seen;
use crate::flow::rtp::{Reception, nearest_clock};
use crate::flow::{Direction, SessionId};
use crate::proto::rtcp::{
    Body, Feedback, FeedbackFormat, PacketType, Packets, ReportBlock, SdesItem, SenderInfo, Shape,
};
use crate::time::At;

/// How many sources, names and the like are kept of one direction; further ones are only counted.
const KEPT: usize = 256;
/// How many sender reports of a source are remembered for the round trip.
const RECENT: usize = 8;
/// Longer names and reasons are cut.
const TEXT: usize = 256;

/// Sources that left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goodbye {
    /// When.
    pub seen: Seen,
    /// Who.
    pub sources: Vec<u32>,
    /// Why, where it is said.
    pub reason: Option<String>,
}

/// A source that sends, by its own reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Who.
    pub ssrc: u32,
    /// Its reports.
    pub reports: u64,
    /// The first of them.
    pub first: SenderInfo,
    /// The last of them.
    pub last: SenderInfo,
}

impl Sender {
    /// The clock of its RTP timestamps, by the first and the last report.
    pub fn clock(&self) -> Option<u32> {
        let seconds = self.last.ntp.wrapping_sub(self.first.ntp) as f64 / 2f64.powi(32);
        let ticks = f64::from(self.last.rtp.wrapping_sub(self.first.rtp));
        (1.0..10_000.0)
            .contains(&seconds)
            .then(|| nearest_clock(ticks / seconds))
            .flatten()
    }
}

/// Feedback about one media source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The media source.
    pub ssrc: u32,
    /// NACK messages.
    pub nacks: u64,
    /// Packets that they ask for.
    pub nacked_packets: u64,
    /// Picture loss indications.
    pub plis: u64,
    /// Full intra requests, repetitions too.
    pub firs: u64,
    /// Slice loss indications.
    pub slis: u64,
    /// The last limit of a TMMBR, in bit/s.
    pub tmmbr: Option<u64>,
}

/// Receivers' estimates of the bitrate (REMB).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimates {
    /// How many.
    pub count: u64,
    /// The lowest, in bit/s.
    pub lowest: u64,
    /// The highest, in bit/s.
    pub highest: u64,
    /// The last, in bit/s.
    pub last: u64,
}

/// Feedback about each packet of a transport: TWCC and CCFB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TransportFeedback {
    /// Messages.
    pub messages: u64,
    /// Packets that arrived, by them.
    pub arrived: u64,
    /// Packets that had not arrived, by them. TWCC tells some again that arrive later.
    pub missing: u64,
}

/// The RTCP of one direction of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// The session.
    pub session: SessionId,
    /// Which way it goes there.
    pub direction: Direction,
    /// Datagrams.
    pub datagrams: u64,
    /// Those of them that are SRTCP: only the first packet's type and sender can be read.
    pub secure: u64,
    /// The first of them.
    pub first: Seen,
    /// The last of them.
    pub last: Seen,
    /// Packets by type; of SRTCP the first one of each datagram.
    pub by_type: Vec<(PacketType, u64)>,
    /// Who sends them.
    pub sources: Vec<u32>,
    /// Canonical names.
    pub cnames: Vec<(u32, String)>,
    /// Who left.
    pub goodbyes: Vec<Goodbye>,
    /// Who sends media, by its reports.
    pub senders: Vec<Sender>,
    /// What is reported about media of the other direction.
    pub receptions: Vec<Reception>,
    /// What is asked for from media of the other direction.
    pub wishes: Vec<Wishes>,
    /// REMB.
    pub estimates: Option<Estimates>,
    /// TWCC and CCFB.
    pub transport: TransportFeedback,
    /// Entries that found no room in one of the lists above.
    pub left_out: u64,
    clocks: Vec<Clock>,
    /// Entries that may still be kept in all lists of all directions; only of use while a datagram is taken.
    room: usize,
}

/// When the last reports of a source passed, by the times written in them.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Clock {
    ssrc: u32,
    recent: [(u32, At); RECENT],
    next: usize,
}

/// What `Control` says of one side's clock to the other.
pub(super) struct Echo {
    /// Who reports.
    pub reporter: u32,
    /// The source whose report it repeats.
    pub ssrc: u32,
    /// The middle bits of that report's time, and how long ago it came, in 1/65536 s.
    pub last: u32,
    pub delay: u32,
}

impl Control {
    pub(super) fn new(session: SessionId, direction: Direction, seen: Seen) -> Control {
        Control {
            session,
            direction,
            datagrams: 0,
            secure: 0,
            first: seen,
            last: seen,
            by_type: Vec::new(),
            sources: Vec::new(),
            cnames: Vec::new(),
            goodbyes: Vec::new(),
            senders: Vec::new(),
            receptions: Vec::new(),
            wishes: Vec::new(),
            estimates: None,
            transport: TransportFeedback::default(),
            left_out: 0,
            clocks: Vec::new(),
            room: 0,
        }
    }

    /// Takes a datagram of this shape, and no more entries than there is `room`. Gives out what it repeats of the other side's
    /// clock.
    pub(super) fn take(&mut self, seen: Seen, bytes: &[u8], shape: Shape, room: &mut usize) -> Vec<Echo> {
        self.room = *room;
        self.datagrams += 1;
        self.last = seen;
        let readable = match shape {
            Shape::Clear => usize::MAX,
            Shape::Secure { .. } => {
                self.secure += 1;
                1
            }
        };
        let mut echoes = Vec::new();
        for packet in Packets::new(bytes).take(readable) {
            count(&mut self.by_type, packet.packet_type);
            // SDES and BYE begin with a list, which is that of the sender all the same.
            if let Some(ssrc) = packet.sender() {
                self.keep(|control| &mut control.sources, |kept| *kept == ssrc, || ssrc);
            }
            if shape == Shape::Clear {
                self.read(seen, packet.body(), &mut echoes);
            }
        }
        *room = self.room;
        echoes
    }

    fn read(&mut self, seen: Seen, body: Body<'_>, echoes: &mut Vec<Echo>) {
        match body {
            Body::SenderReport(report) => {
                self.sender(seen.at, report.ssrc, report.sender);
                report.blocks().for_each(|block| {
                    self.reception(seen, report.ssrc, block, echoes);
                });
            }
            Body::ReceiverReport(report) => report.blocks().for_each(|block| {
                self.reception(seen, report.ssrc, block, echoes);
            }),
            Body::SourceDescription(list) => {
                for chunk in list.chunks() {
                    if let Some((_, name)) = chunk.items().find(|(item, _)| *item == SdesItem::CNAME) {
                        self.keep(
                            |control| &mut control.cnames,
                            |(ssrc, _)| *ssrc == chunk.ssrc,
                            || (chunk.ssrc, text(name)),
                        );
                    }
                }
            }
            Body::Goodbye(goodbye) => {
                let leaving = Goodbye {
                    seen,
                    sources: goodbye.sources().collect(),
                    reason: goodbye.reason().map(|reason| text(reason.as_bytes())),
                };
                self.keep(|control| &mut control.goodbyes, |_| false, || leaving);
            }
            Body::Feedback(feedback) => self.feedback(&feedback),
            Body::ExtendedReport(report) => {
                for block in report.blocks() {
                    if let Some(time) = block.reference_time() {
                        self.clock(seen.at, report.ssrc, (time >> 16) as u32);
                    }
                    echoes.extend(block.dlrr().map(|echo| Echo {
                        reporter: report.ssrc,
                        ssrc: echo.ssrc,
                        last: echo.last_rr,
                        delay: echo.delay_since_last_rr,
                    }));
                }
            }
            Body::Application(_) | Body::Other => {}
        }
    }

    fn sender(&mut self, at: At, ssrc: u32, info: SenderInfo) {
        let fresh = || Sender {
            ssrc,
            reports: 0,
            first: info,
            last: info,
        };
        if let Some(sender) = self.keep(|control| &mut control.senders, |kept| kept.ssrc == ssrc, fresh) {
            sender.reports += 1;
            sender.last = info;
        }
        self.clock(at, ssrc, info.ntp_middle());
    }

    fn clock(&mut self, at: At, ssrc: u32, time: u32) {
        let fresh = || Clock {
            ssrc,
            recent: [(0, At::START); RECENT],
            next: 0,
        };
        if let Some(clock) = self.keep(|control| &mut control.clocks, |kept| kept.ssrc == ssrc, fresh) {
            clock.recent[clock.next] = (time, at);
            clock.next = (clock.next + 1) % RECENT;
        }
    }

    fn reception(&mut self, seen: Seen, reporter: u32, block: ReportBlock, echoes: &mut Vec<Echo>) {
        let fresh = || Reception::new(reporter, seen, block);
        let is_same = |kept: &Reception| kept.reporter == reporter && kept.ssrc == block.ssrc;
        if let Some(reception) = self.keep(|control| &mut control.receptions, is_same, fresh) {
            reception.take(seen, block);
        }
        echoes.push(Echo {
            reporter,
            ssrc: block.ssrc,
            last: block.last_sr,
            delay: block.delay_since_last_sr,
        });
    }

    fn feedback(&mut self, feedback: &Feedback<'_>) {
        match feedback.format {
            FeedbackFormat::PLI => self.wish(feedback.media, |wishes| wishes.plis += 1),
            FeedbackFormat::SLI => self.wish(feedback.media, |wishes| wishes.slis += 1),
            _ => {}
        }
        if let Some(nacks) = feedback.nacks() {
            self.wish(feedback.media, |wishes| {
                wishes.nacks += 1;
                wishes.nacked_packets += u64::from(nacks.count());
            });
        }
        for (ssrc, _) in feedback.full_intra_requests().into_iter().flatten() {
            self.wish(ssrc, |wishes| wishes.firs += 1);
        }
        if feedback.format == FeedbackFormat::TMMBR {
            for limit in feedback.bitrates().into_iter().flatten() {
                self.wish(limit.ssrc, |wishes| wishes.tmmbr = Some(limit.bits_per_second));
            }
        }
        if let Some(remb) = feedback.remb() {
            let last = remb.bitrate();
            let before = self.estimates.unwrap_or(Estimates {
                count: 0,
                lowest: last,
                highest: last,
                last,
            });
            self.estimates = Some(Estimates {
                count: before.count + 1,
                lowest: before.lowest.min(last),
                highest: before.highest.max(last),
                last,
            });
        }
        if let Some(twcc) = feedback.transport_cc() {
            let (arrived, missing) = twcc.arrived_and_lost();
            self.arrivals(u64::from(arrived), u64::from(missing));
        }
        if let Some(ccfb) = feedback.ccfb() {
            let packets = ccfb.reports().flat_map(|report| report.packets());
            let (arrived, all) = packets.fold((0, 0), |(arrived, all), (_, time)| {
                (arrived + u64::from(time.is_some()), all + 1)
            });
            self.arrivals(arrived, all - arrived);
        }
    }

    fn arrivals(&mut self, arrived: u64, missing: u64) {
        self.transport.messages += 1;
        self.transport.arrived += arrived;
        self.transport.missing += missing;
    }

    fn wish(&mut self, ssrc: u32, change: impl FnOnce(&mut Wishes)) {
        let fresh = || Wishes {
            ssrc,
            ..Wishes::default()
        };
        if let Some(wishes) = self.keep(|control| &mut control.wishes, |kept| kept.ssrc == ssrc, fresh) {
            change(wishes);
        }
    }

    /// How long ago the report passed here that another side's report repeats: the round trip between the capture and that side,
    /// with the time that it took to answer taken off.
    pub(super) fn round_trip(&self, now: At, echo: &Echo) -> Option<Duration> {
        let clock = self.clocks.iter().find(|clock| clock.ssrc == echo.ssrc)?;
        let (_, sent) = clock.recent.iter().find(|(time, _)| *time == echo.last && *time != 0)?;
        let delay = Duration::from_secs_f64(f64::from(echo.delay) / 65536.0);
        now.since(*sent).checked_sub(delay)
    }

    /// The entry of a list that is the same, or a new one at its end; `None` if there is no room for it.
    fn keep<T>(
        &mut self,
        list: impl Fn(&mut Control) -> &mut Vec<T>,
        is_same: impl Fn(&T) -> bool,
        fresh: impl FnOnce() -> T,
    ) -> Option<&mut T> {
        let (room, kept) = (self.room, list(self));
        if let Some(place) = kept.iter().position(is_same) {
            return list(self).get_mut(place);
        }
        if kept.len() >= KEPT || room == 0 {
            self.left_out += 1;
            return None;
        }
        kept.push(fresh());
        self.room -= 1;
        list(self).last_mut()
    }
}

fn count(counts: &mut Vec<(PacketType, u64)>, packet_type: PacketType) {
    // At most 256 kinds.
    match counts.iter_mut().find(|(other, _)| *other == packet_type) {
        Some((_, count)) => *count += 1,
        None => counts.push((packet_type, 1)),
    }
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets.get(..TEXT).unwrap_or(octets)).into_owned()
}
