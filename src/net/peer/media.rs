//! Synthetic media: well-formed packets of audio and video at a chosen rate, and what arrives of them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rtc::media_stream::MediaStreamTrack;
use rtc::rtp::{Header, Packet};
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::PeerConnection;
use webrtc::rtp_transceiver::RtpSender;

use super::impair::Dice;
use super::tap::Side;
use crate::net::clock::Clock;
use crate::net::random;
use crate::time::At;

/// Audio or video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MediaKind {
    /// Opus, a packet each 20 ms.
    Audio,
    /// VP8, 30 frames a second.
    Video,
}

impl MediaKind {
    /// `audio` or `video`.
    pub const fn name(self) -> &'static str {
        match self {
            MediaKind::Audio => "audio",
            MediaKind::Video => "video",
        }
    }

    /// The clock of its RTP timestamps, in Hz.
    pub const fn clock_rate(self) -> u32 {
        match self {
            MediaKind::Audio => 48_000,
            MediaKind::Video => 90_000,
        }
    }

    const fn frames_per_second(self) -> u32 {
        match self {
            MediaKind::Audio => 50,
            MediaKind::Video => 30,
        }
    }

    const fn codec_kind(self) -> RtpCodecKind {
        match self {
            MediaKind::Audio => RtpCodecKind::Audio,
            MediaKind::Video => RtpCodecKind::Video,
        }
    }

    fn codec(self) -> RTCRtpCodec {
        let (mime_type, channels, fmtp) = match self {
            MediaKind::Audio => ("audio/opus", 2, "minptime=10;useinbandfec=1"),
            MediaKind::Video => ("video/VP8", 0, ""),
        };
        RTCRtpCodec {
            mime_type: mime_type.to_owned(),
            clock_rate: self.clock_rate(),
            channels,
            sdp_fmtp_line: fmtp.to_owned(),
            rtcp_feedback: Vec::new(),
        }
    }
}

/// Which way media flows, as the offerer sees it (RFC 8866 §6.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MediaDirection {
    /// Both ways.
    #[default]
    SendRecv,
    /// From the offerer.
    SendOnly,
    /// From the answerer.
    RecvOnly,
}

impl MediaDirection {
    /// `sendrecv`, `sendonly` or `recvonly`.
    pub const fn name(self) -> &'static str {
        match self {
            MediaDirection::SendRecv => "sendrecv",
            MediaDirection::SendOnly => "sendonly",
            MediaDirection::RecvOnly => "recvonly",
        }
    }

    /// Whether this end sends.
    pub const fn sends(self, side: Side) -> bool {
        matches!(
            (self, side),
            (MediaDirection::SendRecv, _)
                | (MediaDirection::SendOnly, Side::Offerer)
                | (MediaDirection::RecvOnly, Side::Answerer)
        )
    }

    const fn transceiver(self) -> RTCRtpTransceiverDirection {
        match self {
            MediaDirection::SendRecv => RTCRtpTransceiverDirection::Sendrecv,
            MediaDirection::SendOnly => RTCRtpTransceiverDirection::Sendonly,
            MediaDirection::RecvOnly => RTCRtpTransceiverDirection::Recvonly,
        }
    }
}

/// Media of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaPlan {
    /// Audio or video.
    pub kind: MediaKind,
    /// Which way.
    pub direction: MediaDirection,
    /// Bits of payload a second.
    pub bitrate: u32,
}

/// A track that is sent.
pub struct Sending {
    /// What it is.
    pub plan: MediaPlan,
    /// Its SSRC.
    pub ssrc: u32,
    track: Arc<TrackLocalStaticRTP>,
    sender: Option<Arc<dyn RtpSender>>,
}

impl Sending {
    /// Adds a track to a peer connection; a transceiver without one where this end only receives.
    ///
    /// # Errors
    /// The library's.
    pub async fn add(
        connection: &Arc<dyn PeerConnection>,
        side: Side,
        plan: MediaPlan,
    ) -> webrtc::error::Result<Option<Sending>> {
        if !plan.direction.sends(side) {
            if side == Side::Offerer {
                let init = RTCRtpTransceiverInit {
                    direction: plan.direction.transceiver(),
                    ..RTCRtpTransceiverInit::default()
                };
                connection
                    .add_transceiver_from_kind(plan.kind.codec_kind(), Some(init))
                    .await?;
            }
            return Ok(None);
        }
        let ssrc = u32::from_be_bytes(random::bytes());
        let encoding = RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                ssrc: Some(ssrc),
                ..RTCRtpCodingParameters::default()
            },
            active: true,
            codec: plan.kind.codec(),
            ..RTCRtpEncodingParameters::default()
        };
        let name = format!("{}-{}", side.name(), plan.kind.name());
        let track = MediaStreamTrack::new(
            format!("{}-stream", side.name()),
            name.clone(),
            name,
            plan.kind.codec_kind(),
            vec![encoding],
        );
        let track = Arc::new(TrackLocalStaticRTP::new(track));
        let sender = if side == Side::Offerer {
            let init = RTCRtpTransceiverInit {
                direction: plan.direction.transceiver(),
                ..RTCRtpTransceiverInit::default()
            };
            let transceiver = connection
                .add_transceiver_from_track(Arc::clone(&track) as Arc<dyn TrackLocal>, Some(init))
                .await?;
            transceiver.sender().await?
        } else {
            Some(connection.add_track(Arc::clone(&track) as Arc<dyn TrackLocal>).await?)
        };
        Ok(Some(Sending {
            plan,
            ssrc,
            track,
            sender,
        }))
    }

    /// The payload type that was agreed on.
    pub async fn payload_type(&self) -> Option<u8> {
        let parameters = self.sender.as_ref()?.get_parameters().await.ok()?;
        let wanted = self.plan.kind.codec().mime_type;
        let codecs = &parameters.rtp_parameters.codecs;
        let codec = codecs
            .iter()
            .find(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case(&wanted));
        codec.map(|codec| codec.payload_type)
    }

    /// Sends until the task is aborted, counting into `sent`.
    pub async fn run(&self, clock: Clock, sent: Arc<Mutex<Sent>>) {
        let Some(payload_type) = self.payload_type().await else {
            return;
        };
        let MediaPlan { kind, bitrate, .. } = self.plan;
        let frames = kind.frames_per_second();
        let period = Duration::from_secs(1) / frames;
        // Headers and a description of the payload take their part of an MTU of 1200.
        const MOST: usize = 1100;
        let frame_size = (bitrate / 8 / frames).max(8) as usize;
        let mut dice = Dice(u64::from(self.ssrc));
        let (mut sequence, mut timestamp) = (dice.bits() as u16, dice.bits() as u32);
        let start = clock.now();
        for frame in 0.. {
            clock.sleep_until(start + period * frame).await;
            let is_key = frame % (frames * 2) == 0;
            let mut left = frame_size;
            while left > 0 {
                let size = left.min(MOST);
                let payload = payload(kind, left == frame_size, is_key, frame, size, &mut dice);
                left -= size;
                let length = payload.len() as u64;
                let packet = Packet {
                    header: Header {
                        version: 2,
                        marker: kind == MediaKind::Video && left == 0,
                        payload_type,
                        sequence_number: sequence,
                        timestamp,
                        ssrc: self.ssrc,
                        ..Header::default()
                    },
                    payload: payload.into(),
                };
                sequence = sequence.wrapping_add(1);
                if self.track.write_rtp(packet).await.is_err() {
                    return;
                }
                let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
                sent.packets += 1;
                sent.bytes += length;
            }
            timestamp = timestamp.wrapping_add(kind.clock_rate() / frames);
        }
    }
}

/// What was sent of a track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Packets, without retransmissions.
    pub packets: u64,
    /// Octets of payload.
    pub bytes: u64,
}

/// A payload of `size` octets that a depacketizer takes: for Opus a frame of 20 ms, for VP8 a part of a frame
/// (RFC 6716 §3.1, RFC 7741 §4). What is in the frames is noise.
fn payload(kind: MediaKind, is_first: bool, is_key: bool, frame: u32, size: usize, dice: &mut Dice) -> Vec<u8> {
    let mut payload = match kind {
        // CELT, fullband, 20 ms, stereo, one frame: configuration 31.
        MediaKind::Audio => vec![31 << 3 | 1 << 2],
        MediaKind::Video => {
            let id = (frame & 0x7fff) as u16 | 0x8000;
            // X; S where a partition begins; I: a picture id of 15 bits.
            let mut descriptor = vec![0x80 | u8::from(is_first) << 4, 0x80];
            descriptor.extend(id.to_be_bytes());
            if is_first {
                // The frame tag: bit 0 is clear in a key frame, then start code, width and height (RFC 6386 §9.1).
                descriptor.extend([u8::from(!is_key) | 1 << 4, 0, 0]);
                if is_key {
                    descriptor.extend([0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01]);
                }
            }
            descriptor
        }
    };
    while payload.len() < size {
        payload.push(dice.bits() as u8);
    }
    payload
}

/// A track that arrives.
pub struct Receiving {
    /// What it is.
    pub kind: MediaKind,
    received: Arc<Mutex<Received>>,
}

/// What arrived of a track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Received {
    /// Its SSRC.
    pub ssrc: u32,
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
    pub fn packet(&mut self, at: At, header: (u16, u32, u32), bytes: usize, clock_rate: u32) {
        let (sequence, timestamp, ssrc) = header;
        if self.packets == 0 {
            // Room below, for packets that the first one overtook.
            self.base = 0x1_0000 | u32::from(sequence);
            self.highest = self.base;
            self.first = Some(at);
        }
        let ahead = sequence.wrapping_sub(self.highest as u16) as i16;
        let extended = self.highest.wrapping_add_signed(i32::from(ahead));
        self.ssrc = ssrc;
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

impl Receiving {
    /// Takes what arrives on a track.
    pub async fn watch(track: Arc<dyn TrackRemote>, clock: Clock) -> Receiving {
        let kind = match track.kind().await {
            RtpCodecKind::Video => MediaKind::Video,
            _ => MediaKind::Audio,
        };
        let received = Arc::new(Mutex::new(Received::default()));
        let into = Arc::clone(&received);
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
                        into.lock().unwrap_or_else(PoisonError::into_inner).packet(
                            clock.now(),
                            (sequence_number, timestamp, ssrc),
                            packet.payload.len(),
                            kind.clock_rate(),
                        );
                    }
                    TrackRemoteEvent::OnEnded => break,
                    _ => {}
                }
            }
        });
        Receiving { kind, received }
    }

    /// What has arrived so far.
    pub fn received(&self) -> Received {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(numbers: &[u16]) -> Received {
        let mut received = Received::default();
        for (index, number) in numbers.iter().enumerate() {
            let at = At::from_millis(20 * index as u64);
            received.packet(at, (*number, u32::from(*number).wrapping_mul(960), 1), 100, 48_000);
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

    #[test]
    fn payloads_are_of_their_size_and_begin_as_they_should() {
        let mut dice = Dice(1);
        let opus = payload(MediaKind::Audio, true, true, 0, 80, &mut dice);
        assert_eq!((opus.len(), opus[0]), (80, 0xfc));
        let key = payload(MediaKind::Video, true, true, 60, 1100, &mut dice);
        assert_eq!((key.len(), &key[..4]), (1100, &[0x90, 0x80, 0x80, 60][..]));
        assert_eq!((key[4] & 1, &key[7..10]), (0, &[0x9d, 0x01, 0x2a][..]));
        let later = payload(MediaKind::Video, false, false, 61, 500, &mut dice);
        assert_eq!((later.len(), later[0]), (500, 0x80));
    }
}
