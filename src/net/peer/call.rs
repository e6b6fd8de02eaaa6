//! [`run`]: a whole call between two peers of this process, and everything that it told.
//!
//! Descriptions and candidates pass from one to the other as an application's server would pass them on. Everything ends: a
//! call that does not connect is given up at its deadline, or when the library stops working.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, watch};
use webrtc::peer_connection::{RTCIceCandidateInit, RTCSessionDescription};

use super::data::{Channel, ChannelPlan};
use super::events::Event;
use super::facts::Facts;
use super::impair::Counts as Impaired;
use super::log::{self, Lines};
use super::media::{MediaPlan, Received, Receiving, Sending, Sent};
use super::rtcp::Reports;
use super::tap::{Side, Tap};
use super::{Outlets, Peer, PeerError, Setup, ufrag};
use crate::net::clock::Clock;
use crate::proto::ice::{Candidate, CandidateType};
use crate::time::At;

/// What to do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The peers, the offerer first.
    pub setups: [Setup; 2],
    /// Data channels that the offerer opens.
    pub channels: Vec<ChannelPlan>,
    /// Media.
    pub media: Vec<MediaPlan>,
    /// Only candidates of this type are passed on.
    pub only: Option<CandidateType>,
    /// What is done wrong on purpose.
    pub fault: Option<Fault>,
    /// The call is given up when it has not connected by then.
    pub timeout: Duration,
    /// How long to talk once connected; without one, as long as the pings take, and a moment for media.
    pub duration: Option<Duration>,
    /// Pings over the first data channel.
    pub pings: u32,
    /// How long to send as much as goes through.
    pub throughput: Option<Duration>,
    /// Octets of its messages.
    pub message_size: usize,
}

/// What can be done wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The answerer is told another fingerprint than that of the offerer's certificate.
    WrongFingerprint,
    /// The answerer is told another ICE password than the offerer's.
    WrongPassword,
    /// Candidates are passed on to nobody.
    NoCandidates,
    /// Both ends are told to be the DTLS client.
    DtlsRoleClash,
    /// The answerer's network goes away after the call has connected.
    PeerDies,
    /// STUN no longer passes at the answerer after the call has connected.
    ConsentBlocked,
    /// ICE is restarted after the call has connected, and everything is right.
    IceRestart,
}

/// The stages of a call, as it goes from one to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Peer connections are made.
    Create,
    /// Offer and answer are made and set.
    Describe,
    /// Candidates are gathered and passed on.
    Gather,
    /// ICE checks which pairs of candidates work.
    Check,
    /// DTLS and SCTP are set up.
    Connect,
    /// Data and media flow.
    Talk,
    /// It ends.
    Close,
}

impl Stage {
    /// The name: `create`, `describe`, ...
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Create => "create",
            Stage::Describe => "describe",
            Stage::Gather => "gather",
            Stage::Check => "check",
            Stage::Connect => "connect",
            Stage::Talk => "talk",
            Stage::Close => "close",
        }
    }
}

/// Everything that a call told.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// When each part of the work of the application began and ended.
    pub began: At,
    /// When both peer connections were made.
    pub created: Option<At>,
    /// When the answer was set at the offerer.
    pub described: Option<At>,
    /// When everything asked for was open at both ends.
    pub connected: Option<At>,
    /// When it was given up or closed.
    pub closed: At,
    /// What each peer told.
    pub peers: [PeerLog; 2],
    /// The descriptions as they were made.
    pub descriptions: Vec<Description>,
    /// What the library refused.
    pub errors: Vec<PeerError>,
    /// What the library told its log only.
    pub log: Lines,
    /// What the datagrams say.
    pub facts: Facts,
    /// The library stopped working for these peers before the end.
    pub died: Vec<Side>,
    /// The call was given up because its time was up.
    pub timed_out: bool,
    /// The user wanted it to stop.
    pub interrupted: bool,
    /// What came of the data channels.
    pub data: Data,
    /// What came of the media, a stream each.
    pub media: Vec<Media>,
    /// The ICE restart.
    pub restart: Option<Restart>,
    /// When the fault was brought about, if that was after connecting.
    pub broken: Option<At>,
}

/// What one peer told.
#[derive(Clone, Debug, Default)]
pub struct PeerLog {
    /// Its events.
    pub events: Vec<Event>,
    /// Its statistics at the end.
    pub stats: Vec<Value>,
    /// When they were taken.
    pub stats_at: At,
    /// Its statistics each second before that, with their times.
    pub history: Vec<(At, Vec<Value>)>,
    /// What RTCP told.
    pub rtcp: Reports,
    /// What happened to what it sent.
    pub impaired: Option<Impaired>,
    /// Datagrams swallowed by a fault.
    pub swallowed: u64,
}

/// A description on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Whose.
    pub side: Side,
    /// `offer` or `answer`.
    pub kind: String,
    /// Its SDP.
    pub sdp: String,
    /// What the other end was told, where a fault changed it.
    pub told: Option<String>,
    /// When it was set by its maker.
    pub at: At,
}

/// What came of the data channels.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// Round trips of pings, in their order; `None` is one that never came back.
    pub pings: Vec<Option<Duration>>,
    /// Messages sent for the measurement of throughput.
    pub messages_sent: u64,
    /// Messages that arrived of it.
    pub messages: u64,
    /// Octets that arrived.
    pub bytes: u64,
    /// How long they took.
    pub took: Duration,
    /// Whether closing a channel was told to the other end.
    pub close_told: Option<Duration>,
}

/// What came of a stream of media.
#[derive(Clone, Debug)]
pub struct Media {
    /// Audio or video.
    pub plan: MediaPlan,
    /// Who sent it.
    pub from: Side,
    /// Its SSRC.
    pub ssrc: u32,
    /// What was sent.
    pub sent: Sent,
    /// What arrived.
    pub received: Received,
}

/// An ICE restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restart {
    /// When it was asked for.
    pub at: At,
    /// How long until a check of the new generation nominated; `None` if that did not happen.
    pub took: Option<Duration>,
    /// The user name fragments of the offerer before and after.
    pub ufrags: (String, String),
    /// Pings over the first channel afterwards: that came back, of those sent.
    pub pings: (usize, usize),
}

/// What can be seen of a call while it goes on.
#[derive(Debug)]
pub struct Live<'a> {
    /// Now.
    pub at: At,
    /// Statistics of both ends.
    pub stats: [&'a [Value]; 2],
}

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
        let told = self.plan.fault.and_then(|fault| spoil(fault, side, &description.sdp));
        self.call.descriptions.push(Description {
            side,
            kind: description.sdp_type.to_string(),
            sdp: description.sdp.clone(),
            told: told.clone(),
            at,
        });
        ends.sdp[side.index()] = Some(description.sdp.clone());
        let Some(sdp) = told else { return Ok(description) };
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
        let answerer_events = ends.peer(Side::Answerer).events.clone();
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

/// The description as it is told to the other end, if a fault changes it.
fn spoil(fault: Fault, side: Side, sdp: &str) -> Option<String> {
    let line = |line: &str| -> Option<String> {
        match (fault, side) {
            (Fault::WrongFingerprint, Side::Offerer) => {
                let (name, digest) = line.strip_prefix("a=fingerprint:")?.split_once(' ')?;
                let other = if digest.starts_with('0') { "1" } else { "0" };
                Some(format!("a=fingerprint:{name} {other}{}", digest.get(1..)?))
            }
            (Fault::WrongPassword, Side::Offerer) => {
                line.strip_prefix("a=ice-pwd:")?;
                Some("a=ice-pwd:thisIsNotThePassword24ch".to_owned())
            }
            // The offerer, told that the other end is passive, becomes the client, as the other end is already.
            (Fault::DtlsRoleClash, Side::Answerer) => {
                line.strip_prefix("a=setup:active")?;
                Some("a=setup:passive".to_owned())
            }
            (Fault::NoCandidates, _) => line.strip_prefix("a=candidate:").map(|_| String::new()),
            _ => None,
        }
    };
    let mut changed = false;
    let mut told = String::with_capacity(sdp.len());
    for original in sdp.split_inclusive("\r\n") {
        match line(original.trim_end()) {
            Some(other) => {
                changed = true;
                if !other.is_empty() {
                    told.push_str(&other);
                    told.push_str("\r\n");
                }
            }
            None => told.push_str(original),
        }
    }
    changed.then_some(told)
}

/// What a lock guards; a task that panicked has told so, and what it left can still be read.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDP: &str = "v=0\r\na=setup:active\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n\
        a=fingerprint:sha-256 0A:BC\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n";

    #[test]
    fn faults_change_one_line_and_no_other() {
        for (fault, side, from, to) in [
            (Fault::WrongFingerprint, Side::Offerer, "0A:BC", "1A:BC"),
            (Fault::DtlsRoleClash, Side::Answerer, "setup:active", "setup:passive"),
            (
                Fault::WrongPassword,
                Side::Offerer,
                "0123456789012345678901",
                "thisIsNotThePassword24ch",
            ),
            (
                Fault::NoCandidates,
                Side::Answerer,
                "a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n",
                "",
            ),
        ] {
            assert_eq!(spoil(fault, side, SDP), Some(SDP.replace(from, to)), "{fault:?}");
        }
        assert_eq!(spoil(Fault::WrongPassword, Side::Answerer, SDP), None);
        assert_eq!(spoil(Fault::PeerDies, Side::Offerer, SDP), None);
        assert_eq!(ufrag(SDP).as_deref(), Some("abcd"));
    }
}
