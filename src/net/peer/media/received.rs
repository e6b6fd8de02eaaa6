//! What arrives of media, as the receiving application sees it: each stream by its SSRC, of which a track with simulcast has several.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rtc::rtp::Header;
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};

use super::MediaKind;
use crate::net::clock::Clock;
use crate::time::At;

/// A track that arrives.
pub struct Receiving {
    /// What it is.
    pub kind: MediaKind,
    streams: Arc<Mutex<BTreeMap<u32, Received>>>,
}

impl Receiving {
    /// Takes what arrives on a track.
    pub async fn watch(track: Arc<dyn TrackRemote>, clock: Clock) -> Receiving {
        let kind = match track.kind().await {
            RtpCodecKind::Video => MediaKind::Video,
            _ => MediaKind::Audio,
        };
        let streams: Arc<Mutex<BTreeMap<u32, Received>>> = Arc::default();
        let into = Arc::clone(&streams);
        tokio::spawn(async move {
            while let Some(event) = track.poll().await {
                match event {
                    TrackRemoteEvent::OnRtpPacket(packet) => {
                        let Header {
                            sequence_number,
                            timestamp,
                            ssrc,
                            ..
                        } = packet.header;
                        lock(&into).entry(ssrc).or_default().packet(
                            clock.now(),
                            (sequence_number, timestamp),
                            packet.payload.len(),
                            kind.clock_rate(),
                        );
                    }
                    TrackRemoteEvent::OnEnded => break,
                    _ => {}
                }
            }
        });
        Receiving { kind, streams }
    }

    /// What has arrived so far of the stream with this SSRC.
    pub fn received(&self, ssrc: u32) -> Option<Received> {
        lock(&self.streams).get(&ssrc).cloned()
    }

    /// The SSRCs of which something has arrived.
    pub fn ssrcs(&self) -> Vec<u32> {
        lock(&self.streams).keys().copied().collect()
    }
}

/// What a lock guards; what a task that panicked left can still be read.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What arrived of a stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Received {
    /// Packets, each once.
    pub packets: u64,
    /// Packets that had come before: retransmissions that were asked for twice, or duplicates of the network.
    pub duplicates: u64,
    /// Octets of payload.
    pub bytes: u64,
    /// When the first came.
    pub first: Option<At>,
    /// When the last came.
    pub last: Option<At>,
    /// Interarrival jitter in seconds (RFC 3550 §6.4.1).
    pub jitter: f64,
    base: u32,
    highest: u32,
    transit: Option<f64>,
    /// A bit for each number that has come, from a half of all numbers below the first one.
    seen: Vec<u64>,
}

impl Received {
    /// Packets expected, by their numbers (RFC 3550 appendix A.3).
    pub fn expected(&self) -> u64 {
        match self.packets {
            0 => 0,
            _ => u64::from(self.highest.wrapping_sub(self.base)) + 1,
        }
    }

    /// Packets that did not come, not even late or again.
    pub fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.packets)
    }

    /// Takes a packet.
    pub fn packet(&mut self, at: At, (sequence, timestamp): (u16, u32), bytes: usize, clock_rate: u32) {
        if self.packets == 0 {
            // Room below, for packets that the first one overtook.
            self.base = 0x1_0000 | u32::from(sequence);
            self.highest = self.base;
            self.first = Some(at);
        }
        let ahead = sequence.wrapping_sub(self.highest as u16) as i16;
        let extended = self.highest.wrapping_add_signed(i32::from(ahead));
        if !self.is_new(extended) {
            self.duplicates += 1;
            return;
        }
        self.base = self.base.min(extended);
        self.packets += 1;
        self.bytes += bytes as u64;
        self.last = Some(at);
        let arrival = at.since_start().as_secs_f64();
        let transit = arrival - f64::from(timestamp) / f64::from(clock_rate);
        // Only what comes in order says something of the path; what comes again has waited for a request.
        if let Some(before) = self.transit.replace(transit).filter(|_| ahead > 0) {
            let difference = (transit - before).abs();
            // The timestamp has gone through zero.
            if difference < 1000.0 {
                self.jitter += (difference - self.jitter) / 16.0;
            }
        }
        if ahead > 0 {
            self.highest = extended;
        }
    }
}

impl Received {
    /// Notes that a packet has come; whether it is the first with this number.
    fn is_new(&mut self, extended: u32) -> bool {
        // The first number has this bit set, and later ones lie above it or, at most a half of 65536, below.
        let bit = extended.saturating_sub(0x8000) as usize;
        let (word, mask) = (bit / 64, 1 << (bit % 64));
        if self.seen.len() <= word {
            self.seen.resize(word + 1, 0);
        }
        let is_new = self.seen[word] & mask == 0;
        self.seen[word] |= mask;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(numbers: &[u16]) -> Received {
        let mut received = Received::default();
        for (index, number) in numbers.iter().enumerate() {
            let at = At::from_millis(20 * index as u64);
            received.packet(at, (*number, u32::from(*number).wrapping_mul(960)), 100, 48_000);
        }
        received
    }

    #[test]
    fn losses_are_counted_through_the_end_of_the_numbers() {
        assert_eq!(take(&[]).lost(), 0);
        assert_eq!(take(&[5, 6, 7]).lost(), 0);
        assert_eq!(take(&[5, 7, 9]).lost(), 2);
        assert_eq!(take(&[65_534, 65_535, 1, 2]).lost(), 1);
        assert_eq!(take(&[7, 5, 6, 8]).lost(), 0);
        let twice = take(&[5, 6, 6, 5, 8]);
        assert_eq!((twice.packets, twice.duplicates, twice.lost()), (3, 2, 1));
    }
}
