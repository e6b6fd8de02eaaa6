//! Simulcast (RFC 8853 §5.3): which layers each side sends.

use foldhash::{HashMap, HashSet};

use crate::proto::sdp::{Rid, Section, Simulcast, SimulcastStreams};
use crate::report::sdp_negotiation::{Layer, LeftOut, SimulcastAgreed};

/// `None` if neither side asked for it.
pub(super) fn agreed(offered: &Section<'_>, answered: &Section<'_>) -> Option<SimulcastAgreed> {
    let (offer, answer) = (written(offered), written(answered));
    if offer.is_none() && answer.is_none() {
        return None;
    }
    let rids = (Rids::of(offered), Rids::of(answered));
    let mut left_out = LeftOut::default();
    let offerer_sends = layers(send(&offer), recv(&answer), &rids, &mut left_out);
    let answerer_sends = layers(recv(&offer), send(&answer), &rids, &mut left_out);
    Some(SimulcastAgreed {
        offerer_sends,
        answerer_sends,
        left_out,
    })
}

fn written<'d>(section: &Section<'d>) -> Option<Simulcast<'d>> {
    section.first().map(|(_, simulcast)| simulcast)
}

fn send<'d>(simulcast: &Option<Simulcast<'d>>) -> Option<&'d str> {
    simulcast.as_ref()?.send.map(|list| list.0)
}

fn recv<'d>(simulcast: &Option<Simulcast<'d>>) -> Option<&'d str> {
    simulcast.as_ref()?.recv.map(|list| list.0)
}

/// The restrictions of the rids of a section.
struct Rids<'d>(HashMap<&'d str, &'d str>);

impl<'d> Rids<'d> {
    fn of(section: &Section<'d>) -> Rids<'d> {
        let rids = section.all::<Rid<'_>>();
        Rids(rids.map(|(_, rid)| (rid.id, rid.parameters.unwrap_or(""))).collect())
    }
}

/// The layers of one way: those of the answer that were offered, in its order; the rest is left out.
fn layers(
    offered: Option<&str>,
    answered: Option<&str>,
    rids: &(Rids<'_>, Rids<'_>),
    left_out: &mut LeftOut,
) -> Vec<Layer> {
    let all = |list: Option<&str>| -> Vec<String> {
        let rids = list.into_iter().flat_map(|list| SimulcastStreams(list).rids());
        rids.map(|one| one.rid.to_owned()).collect()
    };
    let (offer, answer): (HashSet<String>, HashSet<String>) =
        (all(offered).into_iter().collect(), all(answered).into_iter().collect());
    left_out
        .offer
        .extend(all(offered).into_iter().filter(|rid| !answer.contains(rid)));
    left_out
        .answer
        .extend(all(answered).into_iter().filter(|rid| !offer.contains(rid)));
    let paused_in_offer: HashSet<&str> = offered
        .into_iter()
        .flat_map(|list| SimulcastStreams(list).rids())
        .filter(|one| one.paused)
        .map(|one| one.rid)
        .collect();
    let streams = answered.into_iter().flat_map(|list| SimulcastStreams(list).streams());
    streams
        .filter_map(|alternatives| {
            let kept: Vec<_> = alternatives.iter().filter(|one| offer.contains(one.rid)).collect();
            let first = kept.first()?;
            Some(Layer {
                paused: first.paused || paused_in_offer.contains(first.rid),
                restrictions: restrictions(first.rid, rids),
                rids: kept.iter().map(|one| one.rid.to_owned()).collect(),
            })
        })
        .collect()
}

/// What both sides have written about a rid; both hold (RFC 8851 §6).
fn restrictions(rid: &str, rids: &(Rids<'_>, Rids<'_>)) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in [rids.0.0.get(rid), rids.1.0.get(rid)].into_iter().flatten() {
        for one in text.split(';').map(str::trim).filter(|one| !one.is_empty()).take(64) {
            if !all.iter().any(|other| other == one) {
                all.push(one.to_owned());
            }
        }
    }
    all
}
