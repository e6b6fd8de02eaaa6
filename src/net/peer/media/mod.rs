//! Synthetic media: well-formed packets of audio and video at a chosen rate, and what arrives of them.

pub mod payload;
mod received;
mod sending;

use rtc::rtp_transceiver::RTCRtpTransceiverDirection;
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodec, RtpCodecKind};

use super::tap::Side;

pub use received::{Received, Receiving};
pub use sending::{LAYERS, Layer, Sending, Sent};

/// Audio or video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MediaKind {
    /// A packet each 20 ms.
    Audio,
    /// 30 frames a second.
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
}

/// How media is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// RFC 7587.
    Opus,
    /// RFC 7741.
    Vp8,
    /// RFC 6184, Constrained Baseline, packetization mode 1.
    H264,
}

impl Codec {
    /// Audio or video.
    pub const fn kind(self) -> MediaKind {
        match self {
            Codec::Opus => MediaKind::Audio,
            Codec::Vp8 | Codec::H264 => MediaKind::Video,
        }
    }

    /// The name in `a=rtpmap`, and in the media type.
    pub const fn name(self) -> &'static str {
        match self {
            Codec::Opus => "opus",
            Codec::Vp8 => "VP8",
            Codec::H264 => "H264",
        }
    }

    fn parameters(self) -> RTCRtpCodec {
        let (channels, fmtp) = match self {
            Codec::Opus => (2, "minptime=10;useinbandfec=1"),
            Codec::Vp8 => (0, ""),
            Codec::H264 => (
                0,
                "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
            ),
        };
        RTCRtpCodec {
            mime_type: format!("{}/{}", self.kind().name(), self.name()),
            clock_rate: self.kind().clock_rate(),
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
    /// How it is encoded, and so whether it is audio or video.
    pub codec: Codec,
    /// Which way.
    pub direction: MediaDirection,
    /// Bits of payload a second; with simulcast those of the best layer.
    pub bitrate: u32,
    /// The offerer sends it in [layers](LAYERS) (RFC 8853); the answerer has not been asked for any and sends one.
    pub simulcast: bool,
}
