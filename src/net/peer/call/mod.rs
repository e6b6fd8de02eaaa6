//! [`run`]: a whole call between two peers of this process, and everything that it told.
//!
//! Descriptions and candidates pass from one to the other as an application's server would pass them on. Everything ends: a
//! call that does not connect is given up at its deadline, or when the library stops working.

mod fault;
mod model;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, watch};
use webrtc::peer_connection::{RTCIceCandidateInit, RTCSessionDescription};

use super::data::{Channel, ChannelPlan};
use super::events::Event;
use super::facts::Facts;
use super::log;
use super::media::{MediaPlan, Receiving, Sending, Sent};
use super::tap::{Side, Tap};
use super::{Outlets, Peer, PeerError, ufrag};
use crate::net::clock::Clock;
use crate::proto::ice::Candidate;
use crate::time::At;

use fault::spoil;
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
    sending: Vec<(Side, Arc<Sending>, Arc<Mutex<Sent>>)>,
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
            ends.sending.push((side, Arc::new(sending), Arc::default()));
        }
        Ok(())
    }

    /// Offer and answer, each made, set, passed on and set; from then on candidates are passed on.
    async fn describe(&mut self, ends: &mut Ends) -> Result<(), PeerError> {
        let is_first = ends.sdp[0].is_none();
        let offerer = ends.peer(Side::Offerer);
        let offer = offerer.told("createOffer", offerer.connection.create_offer(None).await)?;
        let told = self.pass(ends, Side::Offerer, offer).await?;
        ends.peer(Side::Answerer).set_remote(told).await?;
        if is_first {
            for plan in &self.plan.media {
                self.add_media(ends, Side::Answerer, *plan).await?;
            }
        }
        let answerer = ends.peer(Side::Answerer);
        let answer = answerer.told("createAnswer", answerer.connection.create_answer(None).await)?;
        let told = self.pass(ends, Side::Answerer, answer).await?;
        // What waits for the answerer's remote description has waited long enough.
        ends.peer(Side::Offerer).set_remote(told).await?;
        self.call.described.get_or_insert(self.clock.now());
        if is_first {
            for side in Side::BOTH {
                if let Some(candidates) = ends.candidates[side.index()].take() {
                    self.trickle(ends.peer(side.other()), candidates);
                }
            }
        }
        Ok(())
    }

    /// Sets a description at its maker; what the other end is told.
    async fn pass(
        &mut self,
        ends: &mut Ends,
        side: Side,
        description: RTCSessionDescription,
    ) -> Result<RTCSessionDescription, PeerError> {
        let peer = ends.peer(side);
        peer.set_local(description.clone()).await?;
        let at = self.clock.now();
        let sdp = with_trickle(&description.sdp);
        let told = self.plan.fault.and_then(|fault| spoil(fault, side, &sdp));
        self.call.descriptions.push(Description {
            side,
            kind: description.sdp_type.to_string(),
            sdp: sdp.clone(),
            told: told.clone(),
            at,
        });
        ends.sdp[side.index()] = Some(sdp.clone());
        let sdp = told.unwrap_or(sdp);
        let read = match side {
            Side::Offerer => RTCSessionDescription::offer(sdp),
            Side::Answerer => RTCSessionDescription::answer(sdp),
        };
        ends.peer(side).told("setLocalDescription", read)
    }

    /// Passes candidates on to `to` as they come.
    fn trickle(&self, to: &Peer, mut candidates: mpsc::UnboundedReceiver<RTCIceCandidateInit>) {
        let connection = Arc::clone(&to.connection);
        let events = to.events.clone();
        let (only, fault) = (self.plan.only, self.plan.fault);
        tokio::spawn(async move {
            while let Some(candidate) = candidates.recv().await {
                let read = Candidate::parse(&candidate.candidate).ok();
                let is_wanted = only.is_none_or(|only| read.is_some_and(|read| read.candidate_type == only));
                if !is_wanted || fault == Some(Fault::NoCandidates) {
                    continue;
                }
                let text = candidate.candidate.clone();
                match connection.add_ice_candidate(candidate).await {
                    Ok(()) => events.tell("addIceCandidate", text),
                    Err(error) => events.tell(
                        "error",
                        serde_json::json!({ "operation": "addIceCandidate", "message": error.to_string() }),
                    ),
                }
            }
        });
    }

    /// What there is to do once connected.
    async fn talk(&mut self, ends: &mut Ends, live: &mut dyn FnMut(Live<'_>)) {
        let (clock, plan, began) = (self.clock, self.plan, self.clock.now());
        // Relayed datagrams leave only when the library wakes.
        let hurry = plan.setups.iter().any(|setup| setup.relay_only);
        ends.peers.iter().for_each(|peer| peer.runtime.hurry(hurry));
        let media = ends.sending.iter().map(|(_, sending, sent)| {
            let (sending, sent) = (Arc::clone(sending), Arc::clone(sent));
            tokio::spawn(async move { sending.run(clock, sent).await }).abort_handle()
        });
        let media: Vec<_> = media.collect();
        let mut history: [Vec<(At, Vec<Value>)>; 2] = Default::default();
        let mut data = Data::default();
        let mut stop = self.stop.clone();
        let work = async {
            exchange(plan, clock, ends, &mut data).await;
            let least = if plan.media.is_empty() { Duration::ZERO } else { MEDIA };
            clock.sleep_until(began + plan.duration.unwrap_or(least)).await;
        };
        let watching = async {
            for second in 1.. {
                clock.sleep_until(began + Duration::from_secs(second)).await;
                let at = clock.now();
                let stats = [
                    self.stats(ends, Side::Offerer).await,
                    self.stats(ends, Side::Answerer).await,
                ];
                live(Live {
                    at,
                    stats: [&stats[0], &stats[1]],
                });
                let [offerer, answerer] = stats;
                history[0].push((at, offerer));
                history[1].push((at, answerer));
            }
        };
        let died = async {
            let [offerer, answerer] = &ends.peers;
            tokio::select! {
                () = offerer.runtime.ended() => Side::Offerer,
                () = answerer.runtime.ended() => Side::Answerer,
            }
        };
        let (mut interrupted, mut dead) = (false, None);
        tokio::select! {
            () = work => {}
            () = watching => {}
            side = died => dead = Some(side),
            _ = stop.wait_for(|stop| *stop) => interrupted = true,
        }
        media.iter().for_each(tokio::task::AbortHandle::abort);
        self.call.data = data;
        self.call.interrupted |= interrupted;
        self.call.died.extend(dead);
        for (log, history) in self.call.peers.iter_mut().zip(history) {
            log.history = history;
        }
        if let (Some(fault), false) = (plan.fault, interrupted) {
            ends.peers.iter().for_each(|peer| peer.runtime.hurry(true));
            self.break_it(ends, fault).await;
        }
    }

    /// Brings about what is to be done wrong after the call has connected, and waits for what becomes of it.
    async fn break_it(&mut self, ends: &mut Ends, fault: Fault) {
        use std::sync::atomic::Ordering::Relaxed;
        let faults = &ends.peer(Side::Answerer).wire.faults;
        match fault {
            Fault::PeerDies => faults.dead.store(true, Relaxed),
            Fault::ConsentBlocked => faults.no_stun.store(true, Relaxed),
            Fault::IceRestart => return self.restart(ends).await,
            Fault::WrongFingerprint | Fault::WrongPassword | Fault::NoCandidates | Fault::DtlsRoleClash => return,
        }
        let now = self.clock.now();
        self.call.broken = Some(now);
        let mut stop = self.stop.clone();
        tokio::select! {
            _ = failed(ends.peer(Side::Offerer)) => self.clock.sleep_until(self.clock.now() + MOMENT).await,
            () = self.clock.sleep_until(now + self.plan.timeout) => {}
            _ = stop.wait_for(|stop| *stop) => self.call.interrupted = true,
        }
    }

    async fn restart(&mut self, ends: &mut Ends) {
        let at = self.clock.now();
        let before = ends.sdp[0].as_deref().and_then(ufrag).unwrap_or_default();
        let offerer = ends.peer(Side::Offerer);
        let asked = offerer.told("restartIce", offerer.connection.restart_ice().await);
        let described = match asked {
            Ok(()) => self.describe(ends).await,
            Err(error) => Err(error),
        };
        if let Err(error) = described {
            self.call.errors.push(error);
        }
        let after = ends.sdp[0].as_deref().and_then(ufrag).unwrap_or_default();
        let wanted = after.clone();
        let nominated = async {
            loop {
                if let Some(at) = self.tap.facts(Side::Offerer).nominated_by(&wanted) {
                    return at;
                }
                self.clock
                    .sleep_until(self.clock.now() + Duration::from_millis(2))
                    .await;
            }
        };
        let took = self.clock.within(at + self.plan.timeout, nominated).await;
        let mut works = Vec::new();
        if let (Some(_), Some(channel)) = (took, ends.opened.first()) {
            // A channel that carries a ping has survived.
            works = channel
                .ping(&self.clock, 3, 1 << 32, Duration::ZERO, self.clock.now() + MOMENT)
                .await;
        }
        self.call.restart = Some(Restart {
            at,
            took: took.map(|nominated| nominated.since(at)),
            ufrags: (before, after),
            pings: (works.iter().flatten().count(), works.len()),
        });
    }

    async fn close(&mut self, ends: Ends) {
        for side in Side::BOTH {
            self.call.peers[side.index()].stats_at = self.clock.now();
            self.call.peers[side.index()].stats = self.stats(&ends, side).await;
        }
        for (side, sending, sent) in &ends.sending {
            let tracks = lock(&ends.arrived[side.other().index()].tracks);
            let received = tracks.iter().find(|track| track.kind == sending.plan.kind);
            self.call.media.push(Media {
                plan: sending.plan,
                from: *side,
                ssrc: sending.ssrc,
                sent: *lock(sent),
                received: received.map(Receiving::received).unwrap_or_default(),
            });
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

/// Pings, and as much as goes through.
async fn exchange(plan: &Plan, clock: Clock, ends: &Ends, data: &mut Data) {
    let Some(channel) = ends.opened.first() else { return };
    let until = clock.now() + plan.duration.unwrap_or(PINGING);
    // Over a whole second pings are spread out; else they follow one another.
    let gap = plan.duration.map_or(Duration::ZERO, |duration| {
        (duration.saturating_sub(plan.throughput.unwrap_or_default()) / plan.pings.max(1))
            .min(Duration::from_millis(100))
    });
    data.pings = channel.ping(&clock, plan.pings, 1, gap, until).await;
    let Some(throughput) = plan.throughput else { return };
    let counts = lock(&ends.arrived[1].channels)
        .iter()
        .find(|other| other.label == channel.label)
        .map(|other| Arc::clone(&other.counts));
    let Some(counts) = counts else { return };
    let began = clock.now();
    data.messages_sent = channel.pour(&clock, plan.message_size, began + throughput).await;
    use std::sync::atomic::Ordering::Relaxed;
    data.messages = counts.messages.load(Relaxed);
    data.bytes = counts.bytes.load(Relaxed);
    data.took = clock.now().since(began);
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
/// Pings take no longer than this unless a duration is given.
const PINGING: Duration = Duration::from_secs(2);
/// Media flows for so long unless a duration is given: long enough for two reports of RTCP.
const MEDIA: Duration = Duration::from_millis(2500);

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

/// What arrives at a peer: channels that the other end opens, tracks that it sends.
#[derive(Clone, Default)]
struct Arrived {
    channels: Arc<Mutex<Vec<Channel>>>,
    tracks: Arc<Mutex<Vec<Receiving>>>,
}

impl Arrived {
    /// Takes them as they come, as long as the peer lives.
    fn take(&self, peer: &Peer, outlets: Outlets, clock: Clock) -> mpsc::UnboundedReceiver<RTCIceCandidateInit> {
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

/// The description with `a=ice-options:trickle` (RFC 8840 §4.1.1), which the library leaves out though candidates follow.
fn with_trickle(sdp: &str) -> String {
    match sdp.find("\r\nm=") {
        Some(at) if !sdp.contains("a=ice-options:") => format!("{}\r\na=ice-options:trickle{}", &sdp[..at], &sdp[at..]),
        _ => sdp.to_owned(),
    }
}

/// What a lock guards; a task that panicked has told so, and what it left can still be read.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
