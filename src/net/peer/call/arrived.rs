//! What the other end opens and sends.

use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;
use webrtc::peer_connection::RTCIceCandidateInit;

use super::lock;
use crate::net::clock::Clock;
use crate::net::peer::data::Channel;
use crate::net::peer::media::Receiving;
use crate::net::peer::{Outlets, Peer};

/// What arrives at a peer: channels that the other end opens, tracks that it sends.
#[derive(Clone, Default)]
pub struct Arrived {
    pub channels: Arc<Mutex<Vec<Channel>>>,
    pub tracks: Arc<Mutex<Vec<Receiving>>>,
}

impl Arrived {
    /// Takes them as they come, as long as the peer lives.
    pub fn take(&self, peer: &Peer, outlets: Outlets, clock: Clock) -> mpsc::UnboundedReceiver<RTCIceCandidateInit> {
        let Outlets {
            candidates,
            mut channels,
            mut tracks,
        } = outlets;
        let (arrived, events) = (self.clone(), peer.events.clone());
        tokio::spawn(async move {
            while let Some(channel) = channels.recv().await {
                let label = channel.label().await.unwrap_or_default();
                events.tell("datachannel", label.as_str());
                let channel = Channel::watch(label, channel, events.clone(), true);
                lock(&arrived.channels).push(channel);
            }
        });
        let (arrived, events) = (self.clone(), peer.events.clone());
        tokio::spawn(async move {
            while let Some(track) = tracks.recv().await {
                let receiving = Receiving::watch(track, clock).await;
                events.tell("track", receiving.kind.name());
                lock(&arrived.tracks).push(receiving);
            }
        });
        candidates
    }
}
