//! One peer connection.

use std::io::{self, Write};

use serde_json::{Number, Value};

use super::{field, lists, state_text, streams};
use crate::render::text::{Paint, Style};
use crate::render::units;
use crate::report::stats::{Candidate, Metric, PeerConnection, Phases, Transport};

/// So many changes of a pair are shown.
const SHOWN: usize = 8;

/// What is known of a connection, what matters first.
pub fn write(one: &PeerConnection, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let id = match &one.id {
        Value::String(id) => id.clone(),
        Value::Null => String::new(),
        id => id.to_string(),
    };
    let url = one.url.as_deref().unwrap_or_default();
    // Firefox has the page in the id, after a blank.
    let id = match id.split_once(' ') {
        Some((short, more)) if more.contains("url=") => short,
        _ => &id,
    };
    let head = format!("peer connection {id}");
    let text = style.hang("", 2, &format!("{head}  {url}"));
    writeln!(
        out,
        "{}",
        text.trim_end().replacen(&head, &style.paint(Paint::Bold, &head), 1)
    )?;
    field("state", &states(one, style), style, out)?;
    field("failures", &failures(one), style, out)?;
    field("path", &path(one), style, out)?;
    write_selections(one, style, out)?;
    field("round trip", &round_trip(one), style, out)?;
    field("traffic", &traffic(one), style, out)?;
    for transport in &one.transports {
        field("DTLS", &dtls(transport, style), style, out)?;
    }
    field("set up", &phases(&one.phases), style, out)?;
    field("servers", &one.servers.join(", "), style, out)?;
    field("policies", &policies(one.config.as_ref()), style, out)?;
    let legacy = if one.legacy_stats {
        ", of before the standard"
    } else {
        ""
    };
    field("samples", &format!("{}{legacy}", one.samples), style, out)?;
    streams::write(one, style, out)?;
    lists::write(one, style, out)
}

fn states(one: &PeerConnection, style: &Style) -> String {
    let states = &one.final_states;
    let parts = [
        ("connection", &states.connection),
        ("ICE", &states.ice_connection),
        ("gathering", &states.ice_gathering),
        ("signaling", &states.signaling),
    ];
    let parts = parts
        .into_iter()
        .filter_map(|(name, state)| Some(format!("{name} {}", state_text(state.as_ref()?, style))));
    parts.collect::<Vec<_>>().join(", ")
}

/// How often what went wrong.
fn failures(one: &PeerConnection) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for entry in one.timeline.iter().filter(|entry| entry.failed) {
        let what = match entry.event.strip_suffix("statechange") {
            Some(state) => format!("{state} {}", entry.value),
            None => entry.event.clone(),
        };
        match counts.iter_mut().find(|(other, _)| *other == what) {
            Some((_, count)) => *count += 1,
            None => counts.push((what, 1)),
        }
    }
    let parts = counts.into_iter().map(|(what, count)| {
        if count == 1 {
            what
        } else {
            format!("{what} ({count} times)")
        }
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn path(one: &PeerConnection) -> String {
    let Some(pair) = &one.selected_pair else {
        return match one.pairs.len() {
            0 => String::new(),
            count => format!("none of {} was in use", units::count(count, "pair")),
        };
    };
    let unknown = || "?".to_owned();
    let local = pair.local.as_ref().map_or_else(unknown, candidate);
    let remote = pair.remote.as_ref().map_or_else(unknown, candidate);
    format!("{local} -> {remote}")
}

fn candidate(candidate: &Candidate) -> String {
    let address = match (&candidate.address, &candidate.port) {
        (Some(address), Some(port)) if address.contains(':') => Some(format!("[{address}]:{port}")),
        (Some(address), Some(port)) => Some(format!("{address}:{port}")),
        (address, _) => address.clone(),
    };
    let relay = candidate
        .relay_protocol
        .as_ref()
        .map(|protocol| format!("(TURN over {protocol})"));
    let network = candidate
        .network_type
        .as_ref()
        .filter(|kind| *kind != "unknown")
        .map(|kind| format!("on {kind}"));
    let parts = [
        candidate.kind.clone(),
        candidate.protocol.clone(),
        address,
        relay,
        network,
    ];
    parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The pairs one after the other, if there was more than one.
fn write_selections(one: &PeerConnection, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if one.selections.len() < 2 {
        return Ok(());
    }
    for (index, selection) in one.selections.iter().take(SHOWN).enumerate() {
        let label = if index == 0 { "was" } else { "" };
        field(
            label,
            &format!("{:.3} s: {}", selection.at_s, selection.pair),
            style,
            out,
        )?;
    }
    match one.selections.len().checked_sub(SHOWN) {
        Some(more @ 1..) => field("", &format!("and {more} more"), style, out),
        _ => Ok(()),
    }
}

fn metric<'m>(metrics: &'m [Metric], name: &str) -> Option<&'m Metric> {
    metrics.iter().find(|metric| metric.name == name)
}

fn round_trip(one: &PeerConnection) -> String {
    let Some(rtt) = metric(&one.pair_metrics, "rtt") else {
        return String::new();
    };
    let [median, p95, max] = [rtt.median, rtt.p95, rtt.max].map(units::duration);
    format!("median {median}, p95 {p95}, max {max}  {}", rtt.sparkline)
}

fn traffic(one: &PeerConnection) -> String {
    let counted = |number: &Option<Number>| {
        number
            .as_ref()
            .and_then(Number::as_f64)
            .is_some_and(|octets| octets > 0.0)
    };
    let mut bytes = [&one.bytes.transport, &one.bytes.pair, &one.bytes.rtp].into_iter();
    // Not every browser counts in all three places.
    let Some(bytes) = bytes.find(|bytes| counted(&bytes.sent) || counted(&bytes.received)) else {
        let known = one.bytes.transport.sent.is_some() || one.bytes.pair.sent.is_some();
        return if known { "none".to_owned() } else { String::new() };
    };
    let octets = |number: &Option<Number>| units::octets(number.as_ref().and_then(Number::as_f64).unwrap_or(0.0));
    let rate = |name: &str| {
        let rate = metric(&one.pair_metrics, name)?;
        Some(format!(" at {} (median)", units::bit_rate(rate.median)))
    };
    let sent = rate("bitrate_sent").unwrap_or_default();
    let received = rate("bitrate_received").unwrap_or_default();
    let mut text = format!(
        "sent {}{sent}, received {}{received}",
        octets(&bytes.sent),
        octets(&bytes.received)
    );
    if let Some(estimate) = metric(&one.pair_metrics, "available_outgoing") {
        text.push_str(&format!("; estimate for sending {}", units::bit_rate(estimate.last)));
    }
    text
}

fn dtls(transport: &Transport, style: &Style) -> String {
    let version = transport
        .tls_version
        .as_deref()
        .map(|version| match version.to_ascii_uppercase().as_str() {
            "FEFF" => "DTLS 1.0".to_owned(),
            "FEFD" => "DTLS 1.2".to_owned(),
            "FEFC" => "DTLS 1.3".to_owned(),
            other => format!("version {other}"),
        });
    let role = transport
        .dtls_role
        .as_ref()
        .filter(|role| *role != "unknown")
        .map(|role| format!("as {role}"));
    let ice = transport
        .ice_role
        .as_ref()
        .filter(|role| *role != "unknown")
        .map(|role| format!("ICE {role}"));
    let state = transport.dtls_state.as_ref().map(|state| state_text(state, style));
    let srtp = transport
        .srtp_cipher
        .as_ref()
        .map(|cipher| match cipher.starts_with("SRTP") {
            true => cipher.clone(),
            false => format!("SRTP {cipher}"),
        });
    let parts = [state, version, transport.dtls_cipher.clone(), role, srtp, ice];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn phases(phases: &Phases) -> String {
    let parts = [
        ("gathering", phases.gathering_ms),
        ("ICE", phases.ice_ms),
        ("DTLS", phases.dtls_ms),
        ("first packet by", phases.first_packet_ms),
        ("first frame by", phases.first_frame_ms),
    ];
    let parts = parts
        .into_iter()
        .filter_map(|(name, time)| Some(format!("{name} {}", units::duration(time?))));
    parts.collect::<Vec<_>>().join(", ")
}

/// The policies of a configuration, where it is a tree or JSON.
fn policies(config: Option<&Value>) -> String {
    let parsed = match config {
        Some(Value::String(text)) => serde_json::from_str(text).ok(),
        Some(tree) => Some(tree.clone()),
        None => None,
    };
    let parsed: Value = parsed.unwrap_or_default();
    let members = ["iceTransportPolicy", "bundlePolicy", "rtcpMuxPolicy", "sdpSemantics"];
    let parts = members
        .iter()
        .filter_map(|name| Some(format!("{name} {}", parsed[name].as_str()?)));
    parts.collect::<Vec<_>>().join(", ")
}
