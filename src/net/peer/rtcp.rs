//! [`Observer`]: what RTCP tells the two ends of each other, which the library's statistics leave at zero.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rtc::interceptor::{Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::reception_report::ReceptionReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;

use crate::net::clock::Clock;
use crate::time::At;

/// What has come of one peer's RTCP, by SSRC.
#[derive(Clone, Debug, Default)]
pub struct Reports {
    /// What the other end says of our streams.
    pub about_ours: BTreeMap<u32, AboutOurs>,
    /// What the other end says of its own streams.
    pub about_theirs: BTreeMap<u32, AboutTheirs>,
    /// Middle 32 bits of the NTP time of each Sender Report that we have sent, and when.
    sent: VecDeque<(u32, At)>,
}

/// Of a stream that we send.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AboutOurs {
    /// Reports about it.
    pub reports: u64,
    /// When the last one came.
    pub at: At,
    /// Of the packets since the report before, 0 to 1.
    pub fraction_lost: f64,
    /// In all; negative where more arrived than were sent.
    pub packets_lost: i64,
    /// Interarrival jitter in units of the RTP clock.
    pub jitter: u32,
    /// The last round trip.
    pub round_trip: Option<Duration>,
    /// The sum of all round trips.
    pub total_round_trip: Duration,
    /// How many.
    pub round_trips: u64,
    /// Requests that came for it.
    pub nacks: u32,
    /// Picture Loss Indications that came for it.
    pub plis: u32,
    /// Full Intra Requests that came for it.
    pub firs: u32,
}

/// Of a stream that we receive.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AboutTheirs {
    /// Sender Reports about it.
    pub reports: u64,
    /// When the last one came.
    pub at: At,
    /// The sender's clock then, NTP.
    pub ntp: u64,
    /// Packets that it had sent.
    pub packets: u32,
    /// Octets of payload that it had sent.
    pub octets: u32,
}

impl Reports {
    fn sent(&mut self, at: At, report: &SenderReport) {
        /// A round trip of more reports than this is none.
        const KEPT: usize = 64;
        if self.sent.len() == KEPT {
            self.sent.pop_front();
        }
        self.sent.push_back(((report.ntp_time >> 16) as u32, at));
    }

    fn received(&mut self, at: At, packet: &dyn rtc::rtcp::Packet) {
        let packet = packet.as_any();
        if let Some(report) = packet.downcast_ref::<SenderReport>() {
            let theirs = self.about_theirs.entry(report.ssrc).or_default();
            *theirs = AboutTheirs {
                reports: theirs.reports + 1,
                at,
                ntp: report.ntp_time,
                packets: report.packet_count,
                octets: report.octet_count,
            };
            report.reports.iter().for_each(|block| self.block(at, block));
        } else if let Some(report) = packet.downcast_ref::<ReceiverReport>() {
            report.reports.iter().for_each(|block| self.block(at, block));
        } else if let Some(nack) = packet.downcast_ref::<TransportLayerNack>() {
            self.about_ours.entry(nack.media_ssrc).or_default().nacks += 1;
        } else if let Some(pli) = packet.downcast_ref::<PictureLossIndication>() {
            self.about_ours.entry(pli.media_ssrc).or_default().plis += 1;
        } else if let Some(fir) = packet.downcast_ref::<FullIntraRequest>() {
            for entry in &fir.fir {
                self.about_ours.entry(entry.ssrc).or_default().firs += 1;
            }
        }
    }

    /// RFC 3550 §6.4.1. The round trip is our own time since the report that is named, less the delay there: nobody's wall
    /// clock has a part in it.
    fn block(&mut self, at: At, block: &ReceptionReport) {
        let named = self.sent.iter().rev().find(|(ntp, _)| *ntp == block.last_sender_report);
        let round_trip = named.filter(|_| block.last_sender_report != 0).map(|(_, sent)| {
            let delay = Duration::from_secs_f64(f64::from(block.delay) / 65536.0);
            at.since(*sent).saturating_sub(delay)
        });
        let ours = self.about_ours.entry(block.ssrc).or_default();
        ours.reports += 1;
        ours.at = at;
        ours.fraction_lost = f64::from(block.fraction_lost) / 256.0;
        // 24 bits, signed.
        ours.packets_lost = i64::from((block.total_lost << 8) as i32 >> 8);
        ours.jitter = block.jitter;
        if let Some(round_trip) = round_trip {
            ours.round_trip = Some(round_trip);
            ours.total_round_trip += round_trip;
            ours.round_trips += 1;
        }
    }
}

/// The reports of one peer, shared with the interceptor that fills them.
#[derive(Clone, Debug)]
pub struct Shared {
    clock: Clock,
    reports: Arc<Mutex<Reports>>,
}

impl Shared {
    /// Nothing yet.
    pub fn new(clock: Clock) -> Shared {
        Shared {
            clock,
            reports: Arc::default(),
        }
    }

    /// What has come so far.
    pub fn reports(&self) -> Reports {
        self.lock().clone()
    }

    /// The interceptor. It belongs next to the wire, where it sees what all others make.
    pub fn observer(&self) -> Observer {
        Observer {
            shared: self.clone(),
            reads: VecDeque::new(),
            writes: VecDeque::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Reports> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passes everything on, and looks.
pub struct Observer {
    shared: Shared,
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Observer {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(packets) = &message.message.packet {
            let at = self.shared.clock.now();
            let mut reports = self.shared.lock();
            packets.iter().for_each(|packet| reports.received(at, &**packet));
        }
        self.reads.push_back(message);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.reads.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(packets) = &message.message.packet {
            let at = self.shared.clock.now();
            let reports = packets.iter().filter_map(|packet| packet.as_any().downcast_ref());
            reports.for_each(|report| self.shared.lock().sent(at, report));
        }
        self.writes.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writes.pop_front()
    }
}

impl Interceptor for Observer {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(ntp: u64, blocks: Vec<ReceptionReport>) -> SenderReport {
        SenderReport {
            ssrc: 7,
            ntp_time: ntp,
            packet_count: 10,
            octet_count: 1000,
            reports: blocks,
            ..SenderReport::default()
        }
    }

    fn block(last_sender_report: u32, delay: u32, total_lost: u32) -> ReceptionReport {
        ReceptionReport {
            ssrc: 1,
            fraction_lost: 64,
            total_lost,
            jitter: 9,
            last_sender_report,
            delay,
            ..ReceptionReport::default()
        }
    }

    #[test]
    fn round_trips_come_from_the_report_that_is_named() {
        let mut reports = Reports::default();
        reports.sent(At::from_millis(1000), &report(0x1234_5678_9abc_def0, Vec::new()));
        // 65536 units a second: 250 ms of delay at the other end.
        reports.received(At::from_millis(1300), &report(1, vec![block(0x5678_9abc, 16384, 3)]));
        let ours = reports.about_ours[&1];
        assert_eq!(ours.round_trip, Some(Duration::from_millis(50)));
        assert_eq!((ours.fraction_lost, ours.packets_lost, ours.round_trips), (0.25, 3, 1));
        let theirs = reports.about_theirs[&7];
        assert_eq!((theirs.reports, theirs.packets, theirs.octets), (1, 10, 1000));
    }

    #[test]
    fn no_round_trip_is_made_up() {
        let mut reports = Reports::default();
        let receiver = |block| ReceiverReport {
            reports: vec![block],
            ..ReceiverReport::default()
        };
        reports.received(At::from_millis(10), &receiver(block(0, 0, 0xff_ffff)));
        reports.received(At::from_millis(20), &receiver(block(77, 0, 0xff_ffff)));
        let ours = reports.about_ours[&1];
        assert_eq!((ours.round_trip, ours.round_trips, ours.reports), (None, 0, 2));
        assert_eq!(ours.packets_lost, -1);
    }
}
