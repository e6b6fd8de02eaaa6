//! The path: interruptions, restarts, switches, relays, delay, and who closed.

use super::look::{Call, Points, Told, extent, runs, spread};
use super::setup::Outcome;
use super::thresholds as limits;
use crate::check::catalog::stats as catalog;
use crate::check::words::times;
use crate::report::{Evidence, Severity};
use crate::stats::StatsObject;
use crate::stats::facts::pair;

/// Every finding about the path of a connection that was set up.
pub(super) fn check(call: &Call<'_>, outcome: &Outcome, told: &mut Told) {
    if !outcome.ice {
        return;
    }
    if outcome.connected {
        check_interruptions(call, outcome, told);
    }
    check_restarts(call, told);
    check_switches(call, told);
    check_relay(call, told);
    check_delay(call, told);
    check_close(call, outcome, told);
}

/// What comes in over the path: octets of the pair in use, else of the transport, else packets of all streams.
fn arrivals(call: &Call<'_>) -> (String, Points) {
    let transports: Vec<&StatsObject> = call.pc.typed(call.names, &["transport"]).collect();
    if let [transport] = transports.as_slice() {
        let metrics = call.metrics(transport);
        if let Some((_, points)) = metrics.into_iter().find(|(name, _)| *name == "bitrate_received") {
            return (transport.id.to_string(), points);
        }
    }
    let video = call.way(true).filter(|stream| !stream.metric("packet_rate").is_empty());
    // One stream may pause; the busiest one says most.
    let busiest = video.max_by_key(|stream| call.number(stream.object, "packetsReceived").unwrap_or(0.0) as u64);
    busiest.map_or((String::new(), Vec::new()), |stream| {
        (stream.object.id.to_string(), stream.metric("packet_rate").to_vec())
    })
}

/// Nothing came for a while, or the states say so.
fn check_interruptions(call: &Call<'_>, outcome: &Outcome, told: &mut Told) {
    let mut facts = Vec::new();
    let mut spans: Vec<(f64, f64)> = Vec::new();
    let end = call.end().unwrap_or(0.0);
    // ICE agents without `connectionState` say it in `iceConnectionState`.
    let states = match call.states("connection") {
        states if states.is_empty() => call.states("iceconnection"),
        states => states,
    };
    let mut down: Option<f64> = None;
    let mut lost = None;
    // An agent whose first state here is `disconnected` was connected before what was asked for.
    let mut was_up = states.first().is_some_and(|(_, state)| *state == "disconnected");
    for (at, state) in &states {
        match *state {
            "disconnected" | "failed" if was_up => {
                facts.push(call.fact(*at, "state", (*state).to_owned()));
                down = down.or(*at);
                lost = *at;
            }
            "connected" | "completed" => {
                was_up = true;
                if let (Some(from), Some(to)) = (down.take(), *at) {
                    facts.push(call.fact(*at, "state", (*state).to_owned()));
                    spans.push((from, to));
                }
                lost = None;
            }
            "closed" => lost = None,
            _ => {}
        }
    }
    if let Some(from) = down.filter(|_| lost.is_some()) {
        spans.push((from, end));
    }
    let (id, points) = arrivals(call);
    for (from, to) in silences(&points) {
        let length = (to - from) / 1000.0;
        facts.push(call.fact(
            Some(from),
            &id,
            format!(
                "nothing came {}: {length:.1} s; {}",
                call.span(from, to),
                limits::SILENCE
            ),
        ));
        spans.push((from, to));
    }
    if spans.is_empty() {
        return;
    }
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut merged: Vec<(f64, f64)> = Vec::new();
    for (from, to) in spans {
        match merged.last_mut() {
            Some(last) if from <= last.1 + 1000.0 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    facts.sort_by(|a, b| a.at_s.unwrap_or(0.0).total_cmp(&b.at_s.unwrap_or(0.0)));
    facts.truncate(12);
    let failed_later = outcome.failed && lost.is_some();
    let longest = merged.iter().map(|(from, to)| (to - from) / 1000.0).fold(0.0, f64::max);
    let how_often = times(merged.len() as u64);
    // What all calls had together comes before what that was for one of them.
    let most = |told: &Told| {
        if told.shared {
            Severity::Warning
        } else {
            Severity::Error
        }
    };
    if lost.is_some() {
        let word = if failed_later {
            "failed"
        } else {
            "was still away when the file ends"
        };
        let summary = format!(
            "The path broke {} and {word}.",
            call.span(merged[merged.len() - 1].0, end)
        );
        told.push_at_most(most(told), call.finding(catalog::PATH_LOST, summary, facts));
    } else {
        let (from, to) = merged[0];
        let summary = format!(
            "Nothing came from the other side {}, then it came again: {how_often}, at most {longest:.1} s.",
            call.span(from, to)
        );
        told.push_at_most(most(told), call.finding(catalog::PATH_INTERRUPTED, summary, facts));
    }
    // Nobody reads of more of them, and every later check looks at each.
    merged.truncate(1000);
    told.explained.extend(merged);
}

/// Times in which nothing came at all, between times in which much came.
pub(super) fn silences(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let some: Vec<(f64, f64)> = points.iter().copied().filter(|(_, value)| *value > 0.0).collect();
    let Some(usual) = spread(&some).map(|spread| spread.median) else {
        return Vec::new();
    };
    let first = points.iter().position(|(_, value)| *value > usual / 4.0).unwrap_or(0);
    let last = points.iter().rposition(|(_, value)| *value > usual / 4.0).unwrap_or(0);
    if first >= last {
        return Vec::new();
    }
    let quiet = runs(&points[first..=last], |value| value < usual / 100.0);
    quiet
        .into_iter()
        .filter(|(from, to)| (to - from) / 1000.0 >= limits::SILENCE.value)
        .collect()
}

/// The local user fragment changed.
fn check_restarts(call: &Call<'_>, told: &mut Told) {
    let mut last: Option<&[String]> = None;
    let mut facts = Vec::new();
    for (at, description) in call.descriptions("setLocalDescription") {
        if description.ufrags.is_empty() {
            continue;
        }
        if last.is_some_and(|last| !last.iter().any(|ufrag| description.ufrags.contains(ufrag))) {
            facts.push(call.fact(at, "ufrag", description.ufrags[0].clone()));
        }
        last = Some(&description.ufrags);
    }
    if !facts.is_empty() {
        let summary = format!("ICE was restarted {}.", times(facts.len() as u64));
        told.push(call.finding(catalog::RESTART, summary, facts));
    }
}

fn check_switches(call: &Call<'_>, told: &mut Told) {
    let selections = pair::selections(call.pc, call.names);
    let mut changes: Vec<&(f64, String)> = selections
        .windows(2)
        .filter(|two| two[0].1 != two[1].1)
        .map(|two| &two[1])
        .collect();
    changes.dedup();
    if changes.is_empty() || call.pc.typed(call.names, &["transport"]).count() > 1 {
        return;
    }
    let selected = |(at, id): &&(f64, String)| call.fact(Some(*at), id, "selected from here on".to_owned());
    let mut facts: Vec<Evidence> = changes.iter().take(10).map(selected).collect();
    facts.push(Evidence::new(
        "changes",
        format!("{}; {}", changes.len(), limits::SWITCHES),
    ));
    let many = changes.len() as f64 > limits::SWITCHES.value;
    let summary = format!("The pair in use changed {}.", times(changes.len() as u64));
    let finding = call.finding(catalog::PAIR_SWITCHED, summary, facts);
    told.push_at_most(if many { Severity::Warning } else { Severity::Info }, finding);
}

/// A relay, and how it is reached.
fn check_relay(call: &Call<'_>, told: &mut Told) {
    let Some((pair, _)) = pair::selected(call.pc, call.names) else {
        return;
    };
    let local = pair
        .text(call.names, "localCandidateId")
        .and_then(|id| call.pc.find(&id));
    let kind_of = |pair: &StatsObject, end: &str| {
        let candidate = pair.text(call.names, end).and_then(|id| call.pc.find(&id))?;
        candidate.text(call.names, "candidateType")
    };
    let is_relay = |kind: Option<String>| kind.is_some_and(|kind| kind.starts_with("relay"));
    let relayed = |pair: &StatsObject| {
        is_relay(kind_of(pair, "localCandidateId")) || is_relay(kind_of(pair, "remoteCandidateId"))
    };
    let text = |member: &str| local.and_then(|local| local.text(call.names, member));
    if is_relay(kind_of(pair, "localCandidateId"))
        && let Some(over) = text("relayProtocol").filter(|over| over != "udp")
    {
        let evidence = vec![call.fact(pair.start(), &pair.id, format!("relayProtocol {over}"))];
        told.push(call.finding(
            catalog::RELAY_TCP,
            format!(
                "The relay is reached over {}: a lost packet holds up all that follow it.",
                over.to_uppercase()
            ),
            evidence,
        ));
    } else if text("protocol")
        .or_else(|| text("transport"))
        .is_some_and(|protocol| protocol.eq_ignore_ascii_case("tcp"))
    {
        let evidence = vec![call.fact(pair.start(), &pair.id, "protocol tcp".to_owned())];
        told.push(call.finding(
            catalog::RELAY_TCP,
            "The path is over TCP: a lost packet holds up all that follow it.",
            evidence,
        ));
    }
    let direct = call
        .pairs()
        .find(|other| call.succeeded(other) && !relayed(other) && kind_of(other, "localCandidateId").is_some());
    if relayed(pair)
        && let Some(direct) = direct
    {
        let evidence = vec![
            call.fact(pair.start(), &pair.id, "in use, through a relay".to_owned()),
            call.fact(direct.start(), &direct.id, "succeeded, without one".to_owned()),
        ];
        told.push(call.finding(
            catalog::RELAY_AVOIDABLE,
            "The call goes through a relay, though checks of a direct pair succeeded.",
            evidence,
        ));
    }
}

/// Round-trip times: high, or rising with what is sent.
fn check_delay(call: &Call<'_>, told: &mut Told) {
    let mut best: Option<(&StatsObject, Points)> = None;
    for stream in call.way(false) {
        if let Some((remote, _)) = &stream.remote {
            let points = told.unexplained(stream.remote_metric("rtt"));
            if best.as_ref().is_none_or(|(_, longest)| points.len() > longest.len()) {
                best = Some((remote, points));
            }
        }
    }
    if best.as_ref().is_none_or(|(_, points)| points.len() < 3)
        && let Some((pair, _)) = pair::selected(call.pc, call.names)
    {
        let points = call
            .metrics(pair)
            .into_iter()
            .find(|(name, _)| *name == "rtt")
            .map(|(_, points)| points);
        best = points.map(|points| (pair, told.unexplained(&points))).or(best);
    }
    let Some((object, points)) = best else { return };
    let Some(values) = spread(&points) else { return };
    let words = format!(
        "round-trip time: median {:.0} ms, 95 % {:.0} ms, at most {:.0} ms",
        values.median, values.p95, values.max
    );
    if values.median >= limits::RTT.value {
        let heavy = values.median >= limits::RTT_HEAVY.value;
        let limit = if heavy { limits::RTT_HEAVY } else { limits::RTT };
        let evidence = vec![call.measured(object, &words, extent(&points), limit)];
        let summary = format!(
            "The round-trip time is {:.0} ms in the middle, and {:.0} ms at most.",
            values.median, values.max
        );
        told.push(call.finding(catalog::RTT_HIGH, summary, evidence));
    }
    let queue = runs(&points, |value| value >= values.min + limits::QUEUE.value);
    let longest = queue.into_iter().max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)));
    if let Some((from, to)) = longest.filter(|(from, to)| (to - from) / 1000.0 >= limits::LASTING.value)
        && rises_with_load(call, &points)
    {
        let evidence = vec![call.measured(
            object,
            &format!("{words}, at least {:.0} ms", values.min),
            Some((from, to)),
            limits::QUEUE,
        )];
        let summary = format!(
            "The round-trip time rises from {:.0} ms to {:.0} ms as more is sent: a queue fills.",
            values.min, values.max
        );
        told.push(call.finding(catalog::BUFFERBLOAT, summary, evidence));
        told.explained.push((from, to));
    }
}

/// Whether the delay and the rate at which is sent go up and down together (Pearson's correlation).
fn rises_with_load(call: &Call<'_>, delays: &[(f64, f64)]) -> bool {
    const CLEARLY: f64 = 0.5;
    let video = call
        .way(false)
        .max_by_key(|stream| call.number(stream.object, "bytesSent").unwrap_or(0.0) as u64);
    let Some(rates) = video.map(|stream| stream.metric("bitrate")) else {
        return false;
    };
    // The interval in which the delay was measured; a day of samples must not be searched for each of them.
    let near = |at: f64| {
        rates
            .get(rates.partition_point(|(time, _)| *time < at))
            .or(rates.last())
    };
    let both: Vec<(f64, f64)> = delays
        .iter()
        .filter_map(|(at, delay)| Some((*delay, near(*at)?.1)))
        .collect();
    let count = both.len() as f64;
    if both.len() < 5 {
        return false;
    }
    let mean = |pick: fn(&(f64, f64)) -> f64| both.iter().map(pick).sum::<f64>() / count;
    let (x, y) = (mean(|both| both.0), mean(|both| both.1));
    let of = |value: fn(f64, f64) -> f64| both.iter().map(|(a, b)| value(a - x, b - y)).sum::<f64>();
    let (xy, xx, yy) = (of(|a, b| a * b), of(|a, _| a * a), of(|_, b| b * b));
    xx > 0.0 && yy > 0.0 && xy / (xx * yy).sqrt() >= CLEARLY
}

/// Who ended a connection that worked, where it tells.
fn check_close(call: &Call<'_>, outcome: &Outcome, told: &mut Told) {
    if !outcome.connected {
        return;
    }
    let closed_here = call.pc.events.iter().find(|event| event.method == "close");
    let dtls = call.pc.typed(call.names, &["transport"]).flat_map(|transport| {
        let states = call.texts(transport, "dtlsState");
        states
            .into_iter()
            .map(move |(at, state)| (at, transport.id.to_string(), state))
    });
    let closed_there = dtls.into_iter().find(|(_, _, state)| state == "closed");
    match (closed_here, closed_there) {
        (None, Some((at, id, state))) => {
            let evidence = vec![call.fact(
                Some(at),
                &id,
                format!("dtlsState {state}, and close() was not called here"),
            )];
            told.push(call.finding(
                catalog::CLOSED_THERE,
                "The other side ended the call: it closed DTLS.",
                evidence,
            ));
        }
        (Some(event), _) if event.at_ms.is_some() => {
            let evidence = vec![call.fact(event.at_ms, "close", "called by the page".to_owned())];
            told.push(call.finding(
                catalog::CLOSED_HERE,
                "This side ended the call: the page called close().",
                evidence,
            ));
        }
        _ => {}
    }
}
