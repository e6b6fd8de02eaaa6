//! [`Handler`]: takes the library's events, tells them by the names of the W3C, and hands on what comes with them.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use webrtc::data_channel::DataChannel;
use webrtc::media_stream::track_remote::TrackRemote;
use webrtc::peer_connection::{
    PeerConnectionEventHandler, RTCIceCandidateInit, RTCIceConnectionState, RTCIceGatheringState,
    RTCPeerConnectionIceEvent, RTCPeerConnectionState, RTCSignalingState,
};

use super::Outlets;
use super::events::Events;
use super::gate::Ready;
use super::wire::Wire;

/// Takes the library's events. It runs on the peer's own task, so it does nothing but tell.
pub struct Handler {
    events: Events,
    wire: Arc<Wire>,
    candidates: mpsc::UnboundedSender<RTCIceCandidateInit>,
    channels: mpsc::UnboundedSender<Arc<dyn DataChannel>>,
    tracks: mpsc::UnboundedSender<Arc<dyn TrackRemote>>,
}

impl Handler {
    /// A handler that tells `events` and opens the gate of `wire`, and what it hands on.
    pub fn new(events: Events, wire: Arc<Wire>) -> (Handler, Outlets) {
        let (candidates, candidates_out) = mpsc::unbounded_channel();
        let (channels, channels_out) = mpsc::unbounded_channel();
        let (tracks, tracks_out) = mpsc::unbounded_channel();
        let handler = Handler {
            events,
            wire,
            candidates,
            channels,
            tracks,
        };
        let outlets = Outlets {
            candidates: candidates_out,
            channels: channels_out,
            tracks: tracks_out,
        };
        (handler, outlets)
    }
}

#[async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_negotiation_needed(&self) {
        self.events.tell("negotiationneeded", Value::Null);
    }

    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        let Ok(mut candidate) = event.candidate.to_json() else {
            return;
        };
        // Everything is bundled on the first section (RFC 8843 §7.2).
        candidate.sdp_mid = Some("0".to_owned());
        candidate.sdp_mline_index = Some(0);
        let mut value = json!({
            "candidate": candidate.candidate,
            "sdpMid": candidate.sdp_mid,
            "sdpMLineIndex": candidate.sdp_mline_index,
        });
        if !event.url.is_empty() {
            value["url"] = event.url.into();
        }
        self.events.tell("icecandidate", value);
        // Nobody takes them any more when the call is over.
        let _ = self.candidates.send(candidate);
    }

    async fn on_signaling_state_change(&self, state: RTCSignalingState) {
        self.events.tell("signalingstatechange", state.to_string());
    }

    async fn on_ice_connection_state_change(&self, state: RTCIceConnectionState) {
        if matches!(
            state,
            RTCIceConnectionState::Connected | RTCIceConnectionState::Completed
        ) {
            self.wire.gate.open(Ready::Dtls);
        }
        self.events.tell("iceconnectionstatechange", state.to_string());
    }

    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.events.tell("icecandidate", Value::Null);
        }
        self.events.tell("icegatheringstatechange", state.to_string());
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        if state == RTCPeerConnectionState::Connected {
            self.wire.gate.open(Ready::All);
        }
        self.events.tell("connectionstatechange", state.to_string());
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        let _ = self.channels.send(channel);
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let _ = self.tracks.send(track);
    }
}
