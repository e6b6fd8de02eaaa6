//! What is done once the call is connected: pings, data, media, statistics each second; and what is broken then on purpose.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{Data, Ends, Fault, Live, MOMENT, Plan, Restart, Running, failed, lock};
use crate::net::clock::Clock;
use crate::net::peer::{Side, ufrag};
use crate::time::At;

/// Pings take no longer than this unless a duration is given.
const PINGING: Duration = Duration::from_secs(2);
/// Media flows for so long unless a duration is given: long enough for two reports of RTCP.
const MEDIA: Duration = Duration::from_millis(2500);

impl Running<'_> {
    /// What there is to do once connected.
    pub(super) async fn talk(&mut self, ends: &mut Ends, live: &mut dyn FnMut(Live<'_>)) {
        let (clock, plan, began) = (self.clock, self.plan, self.clock.now());
        // Relayed datagrams leave only when the library wakes.
        let hurry = plan.setups.iter().any(|setup| setup.relay_only);
        ends.peers.iter().for_each(|peer| peer.runtime.hurry(hurry));
        let media = ends.sending.iter().map(|(_, sending)| {
            let sending = Arc::clone(sending);
            tokio::spawn(async move { sending.run(clock).await }).abort_handle()
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
