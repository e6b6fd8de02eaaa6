//! Which candidate pair a peer connection used.

use crate::stats::names::Names;
use crate::stats::object::StatsObject;
use crate::stats::{PeerConnection, Sample};

/// What told which pair it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `selectedCandidatePairId` of a transport, what the standard says.
    Transport,
    /// `selected` of a pair, what Firefox has.
    Selected,
    /// The nominated and succeeded pair that carried most.
    Nominated,
    /// `googActiveConnection` of a pair, before the standard.
    Active,
}

impl Rule {
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::Transport => "transport.selectedCandidatePairId",
            Rule::Selected => "candidate-pair.selected",
            Rule::Nominated => "nominated and succeeded",
            Rule::Active => "googActiveConnection",
        }
    }
}

/// The pair that was in use last, and what told so.
pub fn selected<'p>(pc: &'p PeerConnection, names: &Names) -> Option<(&'p StatsObject, Rule)> {
    let of_transport = pc
        .typed(names, &["transport"])
        .filter_map(|transport| pc.find(&transport.text(names, "selectedCandidatePairId")?));
    let named = || pc.typed(names, &["candidate-pair", "candidatepair"]);
    let is_true = |object: &&StatsObject, member| object.last(names, member) == Some(Sample::Bool(true));
    of_transport
        .last()
        .map(|pair| (pair, Rule::Transport))
        .or_else(|| {
            named()
                .filter(|pair| is_true(pair, "selected"))
                .last()
                .map(|pair| (pair, Rule::Selected))
        })
        .or_else(|| most_used(pc, names).map(|pair| (pair, Rule::Nominated)))
        .or_else(|| {
            let mut pairs = pc.typed(names, &["googCandidatePair"]);
            let pair = pairs.find(|pair| pair.flag(names, "googActiveConnection") == Some(true))?;
            Some((pair, Rule::Active))
        })
}

fn most_used<'p>(pc: &'p PeerConnection, names: &Names) -> Option<&'p StatsObject> {
    let octets = |pair: &StatsObject| {
        pair.number(names, "bytesSent").unwrap_or(0.0) + pair.number(names, "bytesReceived").unwrap_or(0.0)
    };
    let works = |pair: &&StatsObject| {
        pair.last(names, "nominated") == Some(Sample::Bool(true))
            && pair.text(names, "state").as_deref() == Some("succeeded")
    };
    let pairs = pc.typed(names, &["candidate-pair"]).filter(works);
    // Of equals the first one.
    pairs.reduce(|best, pair| if octets(pair) > octets(best) { pair } else { best })
}

/// Every pair that a transport had selected, in order, with the time from which it was, in milliseconds since 1970.
pub fn selections(pc: &PeerConnection, names: &Names) -> Vec<(f64, String)> {
    let mut selections: Vec<(f64, String)> = Vec::new();
    for transport in pc.typed(names, &["transport"]) {
        let Some(series) = transport.member(names, "selectedCandidatePairId") else {
            continue;
        };
        let mut last = None;
        for (time, sample) in series.points() {
            if last != Some(sample)
                && let Sample::Text(id) = sample
            {
                selections.push((time, names.text(id).to_owned()));
            }
            last = Some(sample);
        }
    }
    selections.sort_by(|a, b| a.0.total_cmp(&b.0));
    selections
}
