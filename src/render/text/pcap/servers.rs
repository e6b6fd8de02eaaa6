//! STUN servers that were asked, and TURN allocations from the challenge to the end.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Paint, Style, at, method, more, number, title, weightiest};
use crate::render::table::{Cell, Column, Table};
use crate::render::text::indented;
use crate::render::units::{count, duration, octets};
use crate::report::pcap::{Allocation, Binding, Pcap, TurnStep};

/// Both.
pub fn write(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    bindings(&report.bindings, style, out)?;
    if report.turn.is_empty() {
        return Ok(());
    }
    let weight = |one: &Allocation| one.bytes_to_peers + one.bytes_from_peers + u64::from(one.relayed.is_empty());
    let (shown, left) = weightiest(&report.turn, weight);
    let mut heading = String::new();
    for one in shown {
        let server = server(one);
        if server != heading {
            title(&server, style, out)?;
            heading = server;
        }
        allocation(one, style, out)?;
    }
    more(left, "allocation", style, out)?;
    writeln!(out)
}

/// `TURN server 192.0.2.1:3478 over udp (Coturn-4.6.1, realm example.org)`
fn server(one: &Allocation) -> String {
    let mut about: Vec<String> = one.software.iter().cloned().collect();
    about.extend(one.realm.as_ref().map(|realm| format!("realm {realm}")));
    let about = match about.is_empty() {
        true => String::new(),
        false => format!(" ({})", about.join(", ")),
    };
    format!("TURN server {} over {}{about}", one.server, one.transport)
}

/// One line for each, so that what a NAT does is seen in a column: the same client, and as what it is seen.
fn bindings(bindings: &[Binding], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if bindings.is_empty() {
        return Ok(());
    }
    title("STUN servers", style, out)?;
    let (shown, left) = weightiest(bindings, |one| one.requests);
    let mut table = Table::new(&[
        Column::left("client"),
        Column::left("server"),
        Column::left("sees the client as"),
        Column::right("rtt"),
    ]);
    for one in shown {
        let mapped: Vec<String> = one.mapped.iter().map(ToString::to_string).collect();
        let seen = match (mapped.is_empty(), one.errors.is_empty()) {
            (false, _) => Cell::from(mapped.join(", ")),
            (true, false) => Cell::painted(refusals(&one.errors), Paint::Red),
            (true, true) if one.successes > 0 => Cell::from("(no address in the answer)"),
            (true, true) => Cell::painted("no answer", Paint::Red),
        };
        let answered = one.successes + one.errors.values().sum::<u64>();
        let rtt = one.rtt_ms.map(|rtt| duration(rtt.mean)).unwrap_or_default();
        let rtt = match answered < one.requests {
            true if answered > 0 => format!("{rtt}, {answered} of {}", one.requests),
            _ => rtt,
        };
        table.row(vec![
            one.client.to_string().into(),
            one.server.to_string().into(),
            seen,
            rtt.into(),
        ]);
    }
    indented(&table, style)
        .iter()
        .try_for_each(|line| writeln!(out, "{line}"))?;
    more(left, "binding", style, out)?;
    writeln!(out)
}

/// `error 401 x2, error 437`
fn refusals(errors: &BTreeMap<String, u64>) -> String {
    let one = |(code, times): (&String, &u64)| match times {
        1 => format!("error {code}"),
        _ => format!("error {code} x{times}"),
    };
    errors.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn allocation(one: &Allocation, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let flow = style.paint(Paint::Cyan, &format!("flow {}", one.session));
    let seen = one
        .mapped
        .map(|mapped| format!(", seen as {mapped}"))
        .unwrap_or_default();
    let client = format!("{}{seen}, {}", one.client, credentials(one));
    let client = style.wrap(&format!("  flow {}  ", one.session), &client);
    writeln!(out, "{}", client.replacen(&format!("flow {}", one.session), &flow, 1))?;
    let relayed = list(&one.relayed);
    let lifetime = one
        .lifetime_s
        .map(|lifetime| format!(" for {lifetime} s"))
        .unwrap_or_default();
    let (paint, verdict) = match (one.ended.as_ref(), relayed.is_empty()) {
        ("refused", _) => (Paint::Red, "refused".to_owned()),
        ("unanswered", _) => (Paint::Red, "no answer".to_owned()),
        (_, true) => (Paint::Dim, "no relayed address seen".to_owned()),
        (_, false) => (Paint::Green, format!("relayed {relayed}{lifetime}")),
    };
    let mut facts = vec![verdict.clone()];
    facts.extend(grants(one));
    facts.extend(passed(one));
    let text = style.wrap("    ", &facts.join("; "));
    writeln!(out, "{}", text.replacen(&verdict, &style.paint(paint, &verdict), 1))?;
    for text in troubles(&one.steps) {
        writeln!(out, "{}", style.paint(Paint::Red, &style.wrap("    ", &text)))?;
    }
    Ok(())
}

/// What was relayed, and how it ended.
fn passed(one: &Allocation) -> Vec<String> {
    let mut passed = Vec::new();
    if one.packets_to_peers + one.packets_from_peers > 0 {
        let [to, from] = [one.bytes_to_peers, one.bytes_from_peers].map(|number| octets(number as f64));
        let there = count(number(one.packets_to_peers), "packet");
        passed.push(format!(
            "{there} ({to}) to peers, {} ({from}) from them",
            one.packets_from_peers
        ));
    } else if !one.relayed.is_empty() {
        passed.push("nothing relayed".to_owned());
    }
    let early: u64 = one.peers.iter().map(|peer| peer.sent_without_permission).sum();
    if early > 0 {
        passed.push(format!("{} sent without a permission", count(number(early), "packet")));
    }
    let ended = one.ended_at.map(|end| format!(" at {}", at(end))).unwrap_or_default();
    match one.ended.as_ref() {
        "open" if !one.relayed.is_empty() => passed.push("open at the end".to_owned()),
        word @ ("released" | "expired" | "closed") => passed.push(format!("{word}{ended}")),
        _ => {}
    }
    passed
}

fn list(addresses: &[std::net::SocketAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `credentials of alice accepted`
fn credentials(one: &Allocation) -> String {
    let user = one
        .username
        .as_ref()
        .map(|user| format!(" of {user}"))
        .unwrap_or_default();
    let verdict = match one.credentials.as_ref() {
        "not-sent" if one.challenge.is_some() => "asked for, never sent",
        "not-sent" => "not asked for",
        "unanswered" => "sent, no answer",
        word => word,
    };
    let integrity = match one.integrity_valid {
        Some(true) => " (right, by the password given)",
        Some(false) => " (wrong, by the password given)",
        None => "",
    };
    format!("credentials{user} {verdict}{integrity}")
}

/// Requests that were refused or not answered, each kind once. The challenge is none of them: that is how it begins.
fn troubles(steps: &[TurnStep]) -> Vec<String> {
    let mut found: Vec<(String, u64, String)> = Vec::new();
    for step in steps {
        let challenge = step.error_code == Some(401) && !step.authenticated;
        if step.outcome == "success" || challenge {
            continue;
        }
        let peer = step.peer.map(|peer| format!(" for {peer}")).unwrap_or_default();
        let end = match step.error_code {
            Some(code) => format!("{code} {}", step.reason.as_deref().unwrap_or("")),
            None => "no answer".to_owned(),
        };
        let text = format!("{}{peer}: {}", method(&step.method), end.trim_end());
        match found.iter_mut().find(|(known, ..)| *known == text) {
            Some((_, times, _)) => *times += 1,
            None => found.push((text, 1, at(step.asked))),
        }
    }
    let left = found.len().saturating_sub(8);
    let one = |(text, times, when): (String, u64, String)| match times {
        1 => format!("{text}, at {when}"),
        _ => format!("{text}, {times} times, first at {when}"),
    };
    let mut lines: Vec<String> = found.into_iter().take(8).map(one).collect();
    lines.extend((left > 0).then(|| format!("and {left} more kinds of failure")));
    lines
}

/// Permissions and channels that were granted.
fn grants(one: &Allocation) -> Option<String> {
    let permissions = one.permissions.iter().filter(|one| one.installed.is_some());
    let bound = one.channels.iter().filter(|one| one.bound.is_some());
    let channels: Vec<String> = bound
        .map(|one| match one.peer {
            Some(peer) => format!("{} to {peer}", one.channel),
            None => one.channel.clone(),
        })
        .collect();
    let with_channel = |ip| {
        one.channels
            .iter()
            .any(|one| one.bound.is_some() && one.peer.is_some_and(|peer| peer.ip() == ip))
    };
    // A channel is a permission too.
    let permissions: Vec<String> = permissions
        .filter(|one| !with_channel(one.ip))
        .map(|one| one.ip.to_string())
        .collect();
    let mut facts = Vec::new();
    for (name, all) in [("permission", permissions), ("channel", channels)] {
        if !all.is_empty() {
            let few: Vec<&str> = all.iter().take(6).map(String::as_str).collect();
            let left = all.len() - few.len();
            let more = if left > 0 {
                format!(" and {left} more")
            } else {
                String::new()
            };
            let plural = if all.len() > 1 { "s" } else { "" };
            facts.push(format!("{name}{plural} {}{more}", few.join(", ")));
        }
    }
    (!facts.is_empty()).then(|| facts.join("; "))
}
