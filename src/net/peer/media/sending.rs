//! A track that is sent, in one stream or in the layers of simulcast.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rtc::media_stream::MediaStreamTrack;
use rtc::rtp::{Header, Packet};
use rtc::rtp_transceiver::RTCRtpTransceiverInit;
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters};
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::PeerConnection;
use webrtc::rtp_transceiver::{RtpSender, RtpTransceiver};

use super::{Codec, MediaKind, MediaPlan, payload};
use crate::net::clock::Clock;
use crate::net::peer::impair::Dice;
use crate::net::peer::tap::Side;
use crate::net::random;

/// The layers of simulcast: the rid, and the part that it has of the bit rate of the best one. Each has half the width and the height of the
/// next.
pub const LAYERS: [(&str, u32); 3] = [("q", 16), ("h", 4), ("f", 1)];

/// A stream of a track.
#[derive(Debug)]
pub struct Layer {
    /// Its name, with simulcast (RFC 8851).
    pub rid: Option<&'static str>,
    /// Its SSRC.
    pub ssrc: u32,
    bitrate: u32,
    sent: Mutex<Sent>,
}

impl Layer {
    /// What was sent of it so far.
    pub fn sent(&self) -> Sent {
        *self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was sent of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Packets, without retransmissions.
    pub packets: u64,
    /// Octets of payload.
    pub bytes: u64,
}

/// A track that is sent.
pub struct Sending {
    /// What it is.
    pub plan: MediaPlan,
    /// Its streams: one, or those of simulcast.
    pub layers: Vec<Layer>,
    track: Arc<TrackLocalStaticRTP>,
    sender: Option<Arc<dyn RtpSender>>,
    /// Where it came from at the offerer.
    transceiver: Option<Arc<dyn RtpTransceiver>>,
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
        let kind = plan.codec.kind();
        let init = RTCRtpTransceiverInit {
            direction: plan.direction.transceiver(),
            ..RTCRtpTransceiverInit::default()
        };
        if !plan.direction.sends(side) {
            if side == Side::Offerer {
                connection
                    .add_transceiver_from_kind(kind.codec_kind(), Some(init))
                    .await?;
            }
            return Ok(None);
        }
        let layers = layers(plan, side);
        let encodings = layers.iter().map(|layer| RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                rid: layer.rid.unwrap_or_default().to_owned(),
                ssrc: Some(layer.ssrc),
                ..RTCRtpCodingParameters::default()
            },
            active: true,
            codec: plan.codec.parameters(),
            ..RTCRtpEncodingParameters::default()
        });
        let name = format!("{}-{}", side.name(), kind.name());
        let track = MediaStreamTrack::new(
            format!("{}-stream", side.name()),
            name.clone(),
            name,
            kind.codec_kind(),
            encodings.collect(),
        );
        let track = Arc::new(TrackLocalStaticRTP::new(track));
        let local = Arc::clone(&track) as Arc<dyn TrackLocal>;
        let (sender, transceiver) = match side {
            Side::Offerer => {
                let transceiver = connection.add_transceiver_from_track(local, Some(init)).await?;
                (transceiver.sender().await?, Some(transceiver))
            }
            Side::Answerer => (Some(connection.add_track(local).await?), None),
        };
        Ok(Some(Sending {
            plan,
            layers,
            track,
            sender,
            transceiver,
        }))
    }

    /// Sends until the task is aborted.
    pub async fn run(&self, clock: Clock) {
        let Some(agreed) = self.agreed().await else { return };
        let MediaPlan { codec, .. } = self.plan;
        let frames = codec.kind().frames_per_second();
        let period = Duration::from_secs(1) / frames;
        let mut streams: Vec<Stream<'_>> = self.layers.iter().map(|layer| Stream::new(layer, &agreed)).collect();
        let start = clock.now();
        for frame in 0.. {
            clock.sleep_until(start + period * frame).await;
            for stream in &mut streams {
                for packet in stream.frame(codec, frame) {
                    let length = packet.payload.len() as u64;
                    if self.track.write_rtp(packet).await.is_err() {
                        return;
                    }
                    let mut sent = stream.layer.sent.lock().unwrap_or_else(PoisonError::into_inner);
                    sent.packets += 1;
                    sent.bytes += length;
                }
            }
        }
    }

    /// What the descriptions came to.
    async fn agreed(&self) -> Option<Agreed> {
        let parameters = self.sender.as_ref()?.get_parameters().await.ok()?.rtp_parameters;
        let wanted = self.plan.codec.parameters();
        let of_type =
            |codec: &&RTCRtpCodecParameters| codec.rtp_codec.mime_type.eq_ignore_ascii_case(&wanted.mime_type);
        let mut codecs = parameters.codecs.iter().filter(of_type);
        let exact = codecs
            .clone()
            .find(|codec| codec.rtp_codec.sdp_fmtp_line == wanted.sdp_fmtp_line);
        let payload_type = exact.or_else(|| codecs.next())?.payload_type;
        let mid = match &self.transceiver {
            Some(transceiver) => transceiver.mid().await.ok().flatten(),
            None => None,
        };
        let id = |uri: &str| {
            let extension = parameters
                .header_extensions
                .iter()
                .find(|extension| extension.uri == uri)?;
            u8::try_from(extension.id).ok()
        };
        Some(Agreed {
            payload_type,
            mid: id("urn:ietf:params:rtp-hdrext:sdes:mid").zip(mid),
            rid: id("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"),
        })
    }
}

fn layers(plan: MediaPlan, side: Side) -> Vec<Layer> {
    let layer = |rid, part| Layer {
        rid,
        ssrc: u32::from_be_bytes(random::bytes()),
        bitrate: plan.bitrate / part,
        sent: Mutex::default(),
    };
    match plan.simulcast && side == Side::Offerer {
        true => LAYERS.iter().map(|(rid, part)| layer(Some(*rid), *part)).collect(),
        false => vec![layer(None, 1)],
    }
}

/// What the descriptions came to.
struct Agreed {
    payload_type: u8,
    /// The header extension that says the section, and what it says (RFC 8843 §15).
    mid: Option<(u8, String)>,
    /// The header extension that says the rid (RFC 8852 §3.1).
    rid: Option<u8>,
}

/// A layer on its way.
struct Stream<'a> {
    layer: &'a Layer,
    dice: Dice,
    /// What each packet has.
    header: Header,
}

impl<'a> Stream<'a> {
    fn new(layer: &'a Layer, agreed: &Agreed) -> Stream<'a> {
        let mut dice = Dice(u64::from(layer.ssrc));
        let mut header = Header {
            version: 2,
            payload_type: agreed.payload_type,
            sequence_number: dice.bits() as u16,
            timestamp: dice.bits() as u32,
            ssrc: layer.ssrc,
            ..Header::default()
        };
        // The descriptions do not name the SSRCs of layers; the packets say which is which. Both values are short enough for a
        // one-octet header.
        if let (Some(rid), Some((mid_id, mid)), Some(rid_id)) = (layer.rid, &agreed.mid, agreed.rid) {
            for (id, value) in [(*mid_id, mid.as_str()), (rid_id, rid)] {
                let _ = header.set_extension(id, value.to_owned().into_bytes().into());
            }
        }
        Stream { layer, dice, header }
    }

    /// The packets of frame number `frame`.
    fn frame(&mut self, codec: Codec, frame: u32) -> Vec<Packet> {
        let kind = codec.kind();
        let per_second = kind.frames_per_second();
        let size = (self.layer.bitrate / 8 / per_second).max(8) as usize;
        // A key frame each two seconds.
        let payloads = payload::packets(codec, frame, frame % (per_second * 2), size, &mut self.dice);
        let last = payloads.len() - 1;
        let mut packets = Vec::with_capacity(payloads.len());
        for (index, payload) in payloads.into_iter().enumerate() {
            let header = Header {
                marker: kind == MediaKind::Video && index == last,
                ..self.header.clone()
            };
            self.header.sequence_number = self.header.sequence_number.wrapping_add(1);
            packets.push(Packet {
                header,
                payload: payload.into(),
            });
        }
        self.header.timestamp = self.header.timestamp.wrapping_add(kind.clock_rate() / per_second);
        packets
    }
}

#[cfg(test)]
mod tests {
    use super::super::MediaDirection;
    use super::*;

    fn plan(simulcast: bool) -> MediaPlan {
        MediaPlan {
            codec: Codec::Vp8,
            direction: MediaDirection::SendRecv,
            bitrate: 1_600_000,
            simulcast,
        }
    }

    #[test]
    fn only_the_offerer_sends_layers() {
        let rids = |simulcast, side| {
            let layers = layers(plan(simulcast), side);
            layers
                .iter()
                .map(|layer| (layer.rid, layer.bitrate))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            rids(true, Side::Offerer),
            [(Some("q"), 100_000), (Some("h"), 400_000), (Some("f"), 1_600_000)]
        );
        assert_eq!(rids(true, Side::Answerer), [(None, 1_600_000)]);
        assert_eq!(rids(false, Side::Offerer), [(None, 1_600_000)]);
    }

    #[test]
    fn packets_follow_each_other_and_say_their_layer() {
        let layers = layers(plan(true), Side::Offerer);
        let agreed = Agreed {
            payload_type: 96,
            mid: Some((3, "0".to_owned())),
            rid: Some(4),
        };
        let mut stream = Stream::new(&layers[2], &agreed);
        let (mut before, mut timestamps) = (None, Vec::new());
        for frame in 0..3 {
            let packets = stream.frame(Codec::Vp8, frame);
            assert!(packets.len() > 1);
            for (index, packet) in packets.iter().enumerate() {
                let Header {
                    sequence_number,
                    marker,
                    ssrc,
                    ..
                } = packet.header;
                assert_eq!((marker, ssrc), (index + 1 == packets.len(), layers[2].ssrc));
                assert!(before.is_none_or(|before: u16| before.wrapping_add(1) == sequence_number));
                before = Some(sequence_number);
                let says = |id| packet.header.get_extension(id).map(|value| value.to_vec());
                assert_eq!((says(3), says(4)), (Some(b"0".to_vec()), Some(b"f".to_vec())));
            }
            timestamps.push(packets[0].header.timestamp);
        }
        assert_eq!(timestamps[2].wrapping_sub(timestamps[0]), 6000);
    }
}
