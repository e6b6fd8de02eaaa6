//! A call in which nothing was found says so, in one line.

use super::said::lasted;
use super::{Told, media};
use crate::check::catalog::pcap as catalog;
use crate::check::words::count;
use crate::flow::dtls::{Handshake, Outcome};
use crate::flow::ice::{Association, Pair};
use crate::flow::{Facts, SessionId};
use crate::report::Severity;

/// One line for every call that was set up and used, if nothing at all is wrong.
pub(super) fn check(facts: &Facts, told: &mut Told) {
    if told.found.iter().any(|one| one.finding.severity > Severity::Info) {
        return;
    }
    let totals = media::totals(facts);
    for association in &facts.ice {
        let Some(pair) = association.selected.and_then(|at| association.pairs.get(at)) else {
            continue;
        };
        let parts = parts(facts, association, pair, totals.get(&pair.session));
        // ICE alone is no call: nothing was seen to pass over it.
        if parts.len() < 2 {
            continue;
        }
        told.about(association.pairs.iter().map(|pair| pair.session));
        let subject = format!("{} <-> {}", pair.addresses[0], pair.addresses[1]);
        told.push(catalog::CALL_HEALTHY.finding(subject, format!("{}.", parts.join("; ")), vec![]));
    }
}

fn parts(facts: &Facts, association: &Association, pair: &Pair, media: Option<&(usize, u64, u64)>) -> Vec<String> {
    let path = pair
        .nominated()
        .or(pair.checks[0].first_success)
        .or(pair.checks[1].first_success);
    let relayed = if pair.relayed { " through a relay" } else { "" };
    let ice = path.map(|path| format!("a path{relayed} after {}", lasted(path.at.since(association.first.at))));
    let session = |id: SessionId| association.pairs.iter().any(|pair| pair.session == id);
    let own = facts.dtls.iter().filter(|(id, _)| session(*id));
    let handshakes: Vec<&Handshake> = own.flat_map(|(_, dtls)| &dtls.handshakes).collect();
    let dtls = handshakes.iter().find_map(|handshake| match handshake.outcome() {
        Outcome::Complete { took: Some(took), .. } => Some(format!("DTLS in {}", lasted(took))),
        _ => None,
    });
    let media = media.map(|&(streams, packets, lost)| {
        let rate = lost as f64 * 100.0 / (lost + packets) as f64;
        format!(
            "{}, {rate:.1} % of {} packets lost",
            count(streams, "stream"),
            packets + lost
        )
    });
    let data: u64 = handshakes
        .iter()
        .flat_map(|handshake| handshake.data.iter().map(|data| data.records))
        .sum();
    let data = (data > 0).then(|| format!("{data} records of data"));
    [ice, dtls, media, data].into_iter().flatten().collect()
}
