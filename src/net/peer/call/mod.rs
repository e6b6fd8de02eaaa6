//! [`run`]: a whole call between two peers of this process, and everything that it told.
//!
//! Descriptions and candidates pass from one to the other as an application's server would pass them on. Everything ends: a
//! call that does not connect is given up at its deadline, or when the library stops working.

mod arrived;
mod fault;
mod model;
mod signaling;
mod talk;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, watch};
use webrtc::peer_connection::RTCIceCandidateInit;

use super::data::{Channel, ChannelPlan};
use super::events::Event;
use super::facts::Facts;
use super::log;
use super::media::{MediaPlan, Sending};
use super::tap::{Side, Tap};
use super::{Peer, PeerError};
use crate::net::clock::Clock;
use crate::time::At;

use arrived::Arrived;
pub use model::*;

/// Makes the call. `live` is told once a second while it goes on; the call ends early when `stop` becomes true.
pub async fn run(plan: &Plan, tap: &Tap, stop: watch::Receiver<bool>, live: &mut dyn FnMut(Live<'_>)) -> Call {
    let clock = tap.clock();
    log::collect(clock);
    let mut call = Call {
        began: clock.now(),
        ..Call::default()
    };
    let deadline = call.began + plan.timeout;
    let mut running = Running {
        plan,
        clock,
        tap,
        stop,
        call: &mut call,
    };
    match running.create().await {
        Ok(mut ends) => {
            let outcome = running.connect(&mut ends, deadline).await;
            match outcome {
                Ok(true) => running.talk(&mut ends, live).await,
                Ok(false) => {}
                Err(error) => running.call.errors.push(error),
            }
            running.close(ends).await;
        }
        Err(error) => running.call.errors.push(error),
    }
    call.closed = clock.now();
    call.log = log::collected();
    call.facts = Facts::new(Side::BOTH.map(|side| tap.facts(side).clone()));
    call
}

struct Running<'a> {
    plan: &'a Plan,
    clock: Clock,
    tap: &'a Tap,
    stop: watch::Receiver<bool>,
    call: &'a mut Call,
}

/// Both peers with what they have.
struct Ends {
    peers: [Peer; 2],
    /// Own candidates, until they are passed on.
    candidates: [Option<mpsc::UnboundedReceiver<RTCIceCandidateInit>>; 2],
    /// The channels that the offerer has opened.
    opened: Vec<Channel>,
    arrived: [Arrived; 2],
    sending: Vec<(Side, Arc<Sending>)>,
    sdp: [Option<String>; 2],
}

impl Ends {
    fn peer(&self, side: Side) -> &Peer {
        &self.peers[side.index()]
    }
}

impl Running<'_> {
    async fn create(&mut self) -> Result<Ends, PeerError> {
        let (offerer, offerer_out) = Peer::new(Side::Offerer, &self.plan.setups[0], self.tap).await?;
        let (answerer, answerer_out) = Peer::new(Side::Answerer, &self.plan.setups[1], self.tap).await?;
        self.call.created = Some(self.clock.now());
        let arrived = [Arrived::default(), Arrived::default()];
        let candidates = [
            Some(arrived[0].take(&offerer, offerer_out, self.clock)),
            Some(arrived[1].take(&answerer, answerer_out, self.clock)),
        ];
        Ok(Ends {
            peers: [offerer, answerer],
            candidates,
            opened: Vec::new(),
            arrived,
            sending: Vec::new(),
            sdp: [None, None],
        })
    }

    /// Brings the call up. False: it did not connect.
    async fn connect(&mut self, ends: &mut Ends, deadline: At) -> Result<bool, PeerError> {
        let offerer = ends.peer(Side::Offerer);
        let mut opened = Vec::new();
        for plan in &self.plan.channels {
            let made = offerer
                .connection
                .create_data_channel(&plan.label, Some(plan.init()))
                .await;
            let channel = offerer.told("createDataChannel", made)?;
            opened.push(Channel::watch(
                plan.label.clone(),
                channel,
                offerer.events.clone(),
                false,
            ));
        }
        ends.opened = opened;
        for plan in &self.plan.media {
            self.add_media(ends, Side::Offerer, *plan).await?;
        }
        self.describe(ends).await?;

        let mut stop = self.stop.clone();
        let both = {
            let clock = self.clock;
            let [offerer, answerer] = &ends.peers;
            tokio::select! {
                () = connected(&ends.peers, &self.plan.channels) => Ok(()),
                _ = failed(offerer) => Err(Ended::Failed),
                _ = failed(answerer) => Err(Ended::Failed),
                () = self.refused() => Err(Ended::Failed),
                () = offerer.runtime.ended() => Err(Ended::Died(Side::Offerer)),
                () = answerer.runtime.ended() => Err(Ended::Died(Side::Answerer)),
                () = clock.sleep_until(deadline) => Err(Ended::Late),
                _ = stop.wait_for(|stop| *stop) => Err(Ended::Stopped),
            }
        };
        match both {
            Ok(()) => {
                self.call.connected = Some(self.clock.now());
                return Ok(true);
            }
            // What the other end makes of it takes a moment.
            Err(Ended::Failed) => self.clock.sleep_until(self.clock.now() + MOMENT).await,
            Err(Ended::Died(side)) => self.call.died.push(side),
            Err(Ended::Late) => self.call.timed_out = true,
            Err(Ended::Stopped) => self.call.interrupted = true,
        }
        Ok(false)
    }

    /// Waits until one of the ends has refused DTLS with a fatal alert (RFC 5246 §7.2.2). The library goes on regardless, and tells
    /// nobody.
    async fn refused(&self) {
        const FATAL: u8 = 2;
        let is_refused = || {
            let mut sides = Side::BOTH.into_iter();
            sides.any(|side| self.tap.facts(side).alerts.iter().any(|alert| alert.level == FATAL))
        };
        while !is_refused() {
            self.clock
                .sleep_until(self.clock.now() + Duration::from_millis(10))
                .await;
        }
    }

    async fn add_media(&mut self, ends: &mut Ends, side: Side, plan: MediaPlan) -> Result<(), PeerError> {
        let peer = ends.peer(side);
        let added = Sending::add(&peer.connection, side, plan).await;
        if let Some(sending) = peer.told("addTransceiver", added)? {
            ends.sending.push((side, Arc::new(sending)));
        }
        Ok(())
    }

    async fn close(&mut self, ends: Ends) {
        for side in Side::BOTH {
            self.call.peers[side.index()].stats_at = self.clock.now();
            self.call.peers[side.index()].stats = self.stats(&ends, side).await;
        }
        for (side, sending) in &ends.sending {
            let tracks = lock(&ends.arrived[side.other().index()].tracks);
            self.call.media.extend(sending.layers.iter().map(|layer| {
                Media {
                    plan: sending.plan,
                    from: *side,
                    ssrc: layer.ssrc,
                    rid: layer.rid,
                    sent: layer.sent(),
                    received: tracks
                        .iter()
                        .find_map(|track| track.received(layer.ssrc))
                        .unwrap_or_default(),
                }
            }));
        }
        ends.peers.iter().for_each(|peer| peer.runtime.hurry(true));
        let [offerer_events, answerer_events] = Side::BOTH.map(|side| ends.peer(side).events.clone());
        if self.call.connected.is_some()
            && self.call.died.is_empty()
            && let Some(channel) = ends.opened.first()
        {
            let asked = self.clock.now();
            let closed = channel.channel.close().await.is_ok();
            let told = answerer_events.wait(|event| event.name == "close" && event.at >= asked);
            if closed && let Some(told) = self.clock.within(asked + MOMENT, told).await {
                self.call.data.close_told = Some(told.at.since(asked));
            }
            // The end that closes hears of it too, and not always first.
            let own = offerer_events.wait(|event| event.name == "close" && event.at >= asked);
            let _ = self.clock.within(self.clock.now() + MOMENT, own).await;
        }
        for (index, peer) in ends.peers.iter().enumerate() {
            let closed = peer.connection.close().await;
            peer.events.tell("close()", Value::Null);
            // What the library says to that is told with the other errors.
            let _ = peer.told("close", closed);
            if index == 0 && self.call.connected.is_some() {
                // What does the other end see of it?
                self.clock.sleep_until(self.clock.now() + MOMENT).await;
            }
        }
        for (index, peer) in ends.peers.iter().enumerate() {
            let log = &mut self.call.peers[index];
            log.events = peer.events.all();
            log.rtcp = peer.rtcp.reports();
            log.impaired = peer.wire.line.as_ref().map(|pump| pump.counts());
            log.swallowed = peer.wire.faults.swallowed.load(std::sync::atomic::Ordering::Relaxed);
        }
    }

    /// The statistics of one peer now.
    async fn stats(&self, ends: &Ends, side: Side) -> Vec<Value> {
        let remote = ends.peer(side.other()).candidates();
        ends.peer(side).stats(remote).await
    }
}

/// Why a call has not connected.
enum Ended {
    Failed,
    Died(Side),
    Late,
    Stopped,
}

/// What the other end makes of something takes no longer than this.
const MOMENT: Duration = Duration::from_millis(50);

/// Waits until everything asked for is open at both ends. Tracks are told with their first packets, so not waited for.
async fn connected(peers: &[Peer; 2], channels: &[ChannelPlan]) {
    let up = |peer: &Peer| {
        let events = peer.events.clone();
        let labels: Vec<String> = channels.iter().map(|channel| channel.label.clone()).collect();
        async move {
            let is_connected = |event: &Event| event.name == "connectionstatechange" && event.value == "connected";
            events.wait(is_connected).await;
            for label in labels {
                events
                    .wait(|event| event.name == "open" && event.value == label.as_str())
                    .await;
            }
        }
    };
    tokio::join!(up(&peers[0]), up(&peers[1]));
}

/// Waits until a peer tells that its connection has failed or is closed.
async fn failed(peer: &Peer) -> Side {
    let is_over = |event: &Event| {
        event.name == "connectionstatechange" && (event.value == "failed" || event.value == "closed")
            || event.name == "iceconnectionstatechange" && event.value == "failed"
    };
    peer.events.wait(is_over).await;
    peer.side
}

/// What a lock guards; a task that panicked has told so, and what it left can still be read.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
