//! What an application's server does: descriptions and candidates pass from one end to the other.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use webrtc::peer_connection::{RTCIceCandidateInit, RTCSessionDescription};

use super::fault::spoil;
use super::{Description, Ends, Fault, MOMENT, Running};
use crate::net::peer::{Peer, PeerError, Side, Tap};
use crate::proto::ice::Candidate;

impl Running<'_> {
    /// Offer and answer, each made, set, passed on and set; from then on candidates are passed on.
    pub(super) async fn describe(&mut self, ends: &mut Ends) -> Result<(), PeerError> {
        let is_first = ends.sdp[0].is_none();
        let offerer = ends.peer(Side::Offerer);
        let offer = offerer.told("createOffer", offerer.connection.create_offer(None).await)?;
        let told = self.pass(ends, Side::Offerer, offer).await?;
        ends.peer(Side::Answerer).set_remote(told).await?;
        if is_first && self.plan.setups[Side::Answerer.index()].udp.is_empty() {
            self.connect_streams(ends).await;
        }
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
            Side::Answerer => RTCSessionDescription::answer(without_received_layers(&sdp)),
        };
        ends.peer(side).told("setLocalDescription", read)
    }

    /// Tells the answerer the offerer's candidates at once and waits until it is connected to them. The library sends its first check
    /// before its TCP connection is there, loses it, and sends the next 200 ms later; so checks begin when the connection is there.
    async fn connect_streams(&self, ends: &mut Ends) {
        let Some(candidates) = ends.candidates[Side::Offerer.index()].take() else {
            return;
        };
        let answerer = ends.peer(Side::Answerer);
        self.trickle(answerer, candidates);
        let mut streams = answerer.wire.streams.subscribe();
        let connected = streams.wait_for(|streams| *streams > 0);
        // If nothing comes of it, the checks tell.
        let _ = self.clock.within(self.clock.now() + 2 * MOMENT, connected).await;
    }

    /// Passes candidates on to `to` as they come.
    ///
    /// The offerer is told later in two cases. Its library does not check what it hears checks from (RFC 8445 §7.3.1.4): a check of its own
    /// that is lost it sends again after 200 ms, and a pair that works it does not nominate for so long while a better one might. So the
    /// answerer opens its NAT or its relay before the offerer sends, and over TCP the connection that is there is taken before there is another.
    fn trickle(&self, to: &Peer, mut candidates: mpsc::UnboundedReceiver<RTCIceCandidateInit>) {
        let (connection, wire) = (Arc::clone(&to.connection), Arc::clone(&to.wire));
        let events = to.events.clone();
        let (only, fault) = (self.plan.only, self.plan.fault);
        let (tap, clock, setup) = (self.tap.clone(), self.clock, &self.plan.setups[to.side.index()]);
        let is_ready: fn(&Tap) -> bool = match to.side {
            Side::Offerer if setup.behind_nat || setup.relay_only => {
                |tap| tap.facts(Side::Answerer).first_check.is_some()
            }
            Side::Offerer if setup.udp.is_empty() => |tap| tap.facts(Side::Offerer).nominated.is_some(),
            _ => |_| true,
        };
        tokio::spawn(async move {
            // If nothing comes of it, the offerer has to try.
            let until = clock.now() + Duration::from_secs(1);
            while !is_ready(&tap) && clock.now() < until {
                clock.sleep_until(clock.now() + Duration::from_millis(1)).await;
            }
            while let Some(candidate) = candidates.recv().await {
                let read = Candidate::parse(&candidate.candidate).ok();
                let is_wanted = only.is_none_or(|only| read.is_some_and(|read| read.candidate_type == only));
                if !is_wanted || fault == Some(Fault::NoCandidates) {
                    continue;
                }
                let text = candidate.candidate.clone();
                match connection.add_ice_candidate(candidate).await {
                    Ok(()) => {
                        wire.gate.told();
                        events.tell("addIceCandidate", text);
                    }
                    Err(error) => events.tell(
                        "error",
                        serde_json::json!({ "operation": "addIceCandidate", "message": error.to_string() }),
                    ),
                }
            }
        });
    }
}

/// The description with `a=ice-options:trickle` (RFC 8840 §4.1.1), which the library leaves out though candidates follow.
fn with_trickle(sdp: &str) -> String {
    match sdp.find("\r\nm=") {
        Some(at) if !sdp.contains("a=ice-options:") => format!("{}\r\na=ice-options:trickle{}", &sdp[..at], &sdp[at..]),
        _ => sdp.to_owned(),
    }
}

/// An answer without the layers that the answerer says it receives (RFC 8853 §5.3.2), as the library of the offerer needs it: it takes them for
/// layers that the answerer sends, waits for packets that name one, and drops the stream that comes.
fn without_received_layers(sdp: &str) -> String {
    let is_received = |line: &str| match line.strip_prefix("a=rid:") {
        Some(rid) => rid.split_whitespace().nth(1) == Some("recv"),
        None => line.starts_with("a=simulcast:recv ") && !line.contains(" send "),
    };
    sdp.split_inclusive("\r\n").filter(|line| !is_received(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_received_layers_are_left_out() {
        let kept = "v=0\r\nm=video 9\r\na=rid:x send pt=96\r\na=simulcast:send x\r\na=recvonly\r\n";
        assert_eq!(without_received_layers(kept), kept);
        let received = "a=rid:q recv\r\na=rid:h recv max-width=320\r\na=simulcast:recv q;h\r\n";
        assert_eq!(
            without_received_layers(&kept.replace("a=recv", &format!("{received}a=recv"))),
            kept
        );
    }

    #[test]
    fn a_description_says_that_candidates_follow() {
        let sdp = "v=0\r\ns=-\r\nm=audio 9\r\n";
        assert_eq!(
            with_trickle(sdp),
            "v=0\r\ns=-\r\na=ice-options:trickle\r\nm=audio 9\r\n"
        );
        assert_eq!(with_trickle(&with_trickle(sdp)), with_trickle(sdp));
    }
}
