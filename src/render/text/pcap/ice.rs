//! ICE: two agents, what their checks found out pair by pair, and what became of the pair that was used.

use std::io::{self, Write};
use std::net::SocketAddr;

use super::{Paint, Style, at, more, number, seconds, weightiest};
use crate::render::table::{Cell, Column, Table};
use crate::render::text::indented;
use crate::render::units::{count, duration};
use crate::report::pcap::{Consent, Ice, IceCandidate, IceChecks, IcePair, Pcap};

/// Every pair of agents.
pub fn write(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let (shown, left) = weightiest(&report.ice, |ice| ice.pairs.iter().map(weight).sum());
    for ice in shown {
        agents(ice, style, out)?;
        pairs(ice, style, out)?;
        unpaired(ice, style, out)?;
        writeln!(out)?;
    }
    more(left, "pair of agents", style, out)
}

fn weight(pair: &IcePair) -> u64 {
    pair.sent.requests + pair.received.requests
}

fn agents(ice: &Ice, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let role = |controlling: Option<bool>| match controlling {
        Some(true) => " (controlling)",
        Some(false) => " (controlled)",
        None => "",
    };
    let remote = ice.controlling.map(|controlling| !controlling);
    let (local, other) = (&ice.local_ufrag, &ice.remote_ufrag);
    let heading = format!("ICE {local}{} with {other}{}", role(ice.controlling), role(remote));
    writeln!(out, "{}", style.paint(Paint::Bold, &heading))?;
    let mut facts = Vec::new();
    if ice.generation > 0 {
        facts.push(format!("restart {}", ice.generation));
    }
    facts.extend(ice.nomination.as_ref().map(|kind| format!("{kind} nomination")));
    match ice.nominated_pair.and_then(|used| used.nominated) {
        Some(moment) => facts.push(format!("pair nominated at {}", at(moment))),
        None if ice.nominated_pair.is_none() => facts.push("no pair was used".to_owned()),
        None => {}
    }
    if ice.role_conflicts > 0 {
        facts.push(count(number(ice.role_conflicts), "role conflict"));
    }
    writeln!(out, "{}", style.wrap("  ", &facts.join(", ")))?;
    for switch in &ice.switches {
        let to = ice.pairs.get(switch.to);
        let text = to
            .map(|pair| format!("{} -> {}", pair.local, pair.remote))
            .unwrap_or_default();
        let side = &switch.side;
        let line = format!("path changed at {}: the {side} side now sends on {text}", at(switch.at));
        writeln!(out, "{}", style.paint(Paint::Yellow, &style.wrap("  ", &line)))?;
    }
    match &ice.consent {
        Some(consent) => self::consent(consent, style, out),
        None => Ok(()),
    }
}

fn consent(consent: &Consent, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for gap in &consent.gaps {
        let side = if gap.side == "local" { "->" } else { "<-" };
        let end = if gap.recovered { "" } else { ", and none after that" };
        let checks = count(number(gap.requests), "check");
        let length = seconds(gap.duration_s);
        let text = format!(
            "no answer to {checks} ({side}) for {length} s from {}{end}",
            at(gap.from)
        );
        let paint = if gap.recovered { Paint::Yellow } else { Paint::Red };
        writeln!(out, "{}", style.paint(paint, &style.wrap("  ", &text)))?;
    }
    let lost = consent
        .lost
        .then(|| style.paint(Paint::Red, "  consent lost (RFC 7675)"));
    lost.map_or(Ok(()), |text| writeln!(out, "{text}"))
}

/// A table of the pairs under their local addresses.
fn pairs(ice: &Ice, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&[
        Column::left("checks answered, of those sent (+ again)"),
        Column::right("->"),
        Column::right("<-"),
        Column::right("rtt"),
        Column::left("state"),
    ]);
    let used = ice.nominated_pair.map(|used| used.pair);
    let is_used = |pair: &IcePair| {
        used.and_then(|at| ice.pairs.get(at))
            .is_some_and(|one| std::ptr::eq(one, pair))
    };
    // The one that was used is never left out.
    let (mut shown, left) = weightiest(&ice.pairs, |pair| weight(pair) + u64::from(is_used(pair)) * (1 << 40));
    shown.sort_by_key(|pair| {
        (
            ice.pairs.iter().position(|other| other.local == pair.local),
            !is_used(pair),
        )
    });
    let mut local = None;
    for pair in shown {
        if local != Some(pair.local) {
            local = Some(pair.local);
            let name = format!("from {}", candidate(&ice.local_candidates, pair.local));
            table.row(vec![name.into(), "".into(), "".into(), "".into(), "".into()]);
        }
        let rtt = pair.sent.rtt_ms.or(pair.received.rtt_ms).map(|rtt| duration(rtt.mean));
        table.row(vec![
            format!("  to {}", candidate(&ice.remote_candidates, pair.remote)).into(),
            answered(&pair.sent).into(),
            answered(&pair.received).into(),
            rtt.unwrap_or_default().into(),
            state(pair, is_used(pair)),
        ]);
    }
    indented(&table, style)
        .iter()
        .try_for_each(|line| writeln!(out, "{line}"))?;
    more(left, "pair", style, out)
}

/// `relay 192.0.2.1:50000`
fn candidate(all: &[IceCandidate], address: SocketAddr) -> String {
    let known = all.iter().find(|one| one.address == address);
    match known.and_then(|one| one.candidate_type.as_ref()) {
        Some(kind) => format!("{kind} {address}"),
        None => address.to_string(),
    }
}

/// `3 of 4`; `0 of 1 (+6)` was sent seven times.
fn answered(checks: &IceChecks) -> String {
    match (checks.requests, checks.retransmissions) {
        (0, _) => "-".to_owned(),
        (sent, 0) => format!("{} of {sent}", checks.successes),
        (sent, again) => format!("{} of {sent} (+{again})", checks.successes),
    }
}

fn state(pair: &IcePair, used: bool) -> Cell {
    let mut errors = pair.sent.errors.clone();
    for (code, times) in &pair.received.errors {
        *errors.entry(code.clone()).or_default() += times;
    }
    let refused = errors.iter().map(|(code, times)| match times {
        1 => format!("error {code}"),
        _ => format!("error {code} x{times}"),
    });
    let mut words = Vec::new();
    words.push(match (used, pair.nominated, pair.state.as_ref()) {
        (true, _, "succeeded") => "used".to_owned(),
        (true, _, state) => format!("used, {state}"),
        (false, true, "succeeded") => "nominated".to_owned(),
        (false, _, state) => state.to_owned(),
    });
    words.extend(refused);
    let wrong = |checks: &IceChecks| checks.integrity.map_or(0, |one| one.invalid);
    let wrong = wrong(&pair.sent) + wrong(&pair.received);
    words.extend((wrong > 0).then(|| format!("{wrong} with a wrong password")));
    let paint = match pair.state.as_ref() {
        "succeeded" => Paint::Green,
        "one-way" => Paint::Yellow,
        _ => Paint::Red,
    };
    Cell::painted(words.join(", "), paint)
}

/// Candidates that are in no pair: nobody checked from them, or to them.
fn unpaired(ice: &Ice, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let sides = [
        ("from local", &ice.local_candidates),
        ("to remote", &ice.remote_candidates),
    ];
    for (number, (side, candidates)) in sides.into_iter().enumerate() {
        let in_pair = |one: &IceCandidate| {
            let mut pairs = ice.pairs.iter().map(|pair| [pair.local, pair.remote][number]);
            pairs.any(|address| address == one.address)
        };
        let without = candidates.iter().filter(|one| !in_pair(one));
        // Reflexive ones are never checked from: their base is.
        let without = without.filter(|one| side == "to remote" || !is_reflexive(one));
        let names: Vec<String> = without.map(|one| candidate(candidates, one.address)).collect();
        if !names.is_empty() {
            let few: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
            let left = names.len() - few.len();
            let more = if left > 0 {
                format!(" and {left} more")
            } else {
                String::new()
            };
            let text = format!("no checks {side} {}{more}", few.join(", "));
            writeln!(out, "{}", style.paint(Paint::Dim, &style.wrap("  ", &text)))?;
        }
    }
    Ok(())
}

fn is_reflexive(candidate: &IceCandidate) -> bool {
    matches!(candidate.candidate_type.as_deref(), Some("srflx" | "prflx"))
}
