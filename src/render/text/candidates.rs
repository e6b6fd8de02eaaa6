//! `rtcdiag candidates`: the candidates, what happened at each server, and the local addresses left out.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::SocketAddr;

use super::{Paint, Style};
use crate::render::table::{Cell, Column, Table};
use crate::render::units;
use crate::report::candidates::{
    Attempt, AttemptOutcome, Candidate, Candidates, Certificate, ErrorKind, Server, Step, Tls,
};
use crate::time::span;

/// All but the findings.
pub fn write(report: &Candidates, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    write_candidates(report, style, out)?;
    write_servers(report, style, out)?;
    write_left_out(report, style, out)
}

fn heading(text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", style.paint(Paint::Bold, text))
}

// --- the candidates ---

fn write_candidates(report: &Candidates, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut title = format!(
        "{} in {}",
        units::count(report.candidates.len(), "candidate"),
        units::duration(report.finished_ms)
    );
    if report.policy == "relay" {
        title.push_str(" (policy: relay only)");
    }
    heading(&title, style, out)?;
    if report.candidates.is_empty() {
        return writeln!(out);
    }
    writeln!(out)?;
    // What does not fit beside a candidate goes to a line of its own below it.
    let fits = |columns: &usize| {
        let width = table(&report.candidates, *columns).width();
        style.width.is_none_or(|available| width <= available)
    };
    let columns = LAYOUTS.into_iter().find(fits).unwrap_or(LEAST);
    let lines = table(&report.candidates, columns).lines(style);
    // Where even the least is too wide cells are wrapped, and lines are not rows any more.
    let rows_are_lines = lines.len() == report.candidates.len() + 1;
    for (index, line) in lines.iter().enumerate() {
        writeln!(out, "{line}")?;
        if rows_are_lines && let Some(candidate) = index.checked_sub(1).and_then(|index| report.candidates.get(index)) {
            write_origin(candidate, columns, style, out)?;
        }
    }
    if !rows_are_lines {
        for candidate in &report.candidates {
            write_origin(candidate, columns, style, out)?;
        }
    }
    writeln!(out)
}

/// How many of [`COLUMNS`] there are, on wide and on narrower terminals.
const LAYOUTS: [usize; 2] = [COLUMNS.len(), WITHOUT_ORIGIN];
const WITHOUT_ORIGIN: usize = 9;
const LEAST: usize = 7;

/// The columns of a full table.
const COLUMNS: [Column; 12] = [
    Column::right("time s"),
    Column::left("type"),
    Column::left("protocol"),
    Column::left("address"),
    Column::right("port"),
    Column::left("priority"),
    Column::right("comp."),
    Column::left("foundation"),
    Column::left("interface"),
    Column::left("related"),
    Column::left("relay via"),
    Column::left("server"),
];

fn table(candidates: &[Candidate], columns: usize) -> Table {
    let mut table = Table::new(&COLUMNS[..columns]);
    for candidate in candidates {
        let text = |text: &Option<String>| Cell::from(text.as_deref().unwrap_or_default());
        let mut cells: Vec<Cell> = vec![
            units::seconds(candidate.gathered_ms).into(),
            Cell::painted(candidate.candidate_type.as_str(), color(&candidate.candidate_type)),
            protocol(candidate).into(),
            candidate.address.to_string().into(),
            candidate.port.to_string().into(),
            priority(candidate.priority).into(),
            candidate.component.to_string().into(),
            candidate.foundation.as_str().into(),
            text(&candidate.interface),
            related(candidate).unwrap_or_default().into(),
            text(&candidate.relay_protocol),
            text(&candidate.url),
        ];
        cells.truncate(columns);
        table.row(cells);
    }
    table
}

/// The columns that are left out, in one line; none if there is nothing in them.
fn write_origin(candidate: &Candidate, columns: usize, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let (url, protocol) = (candidate.url.as_ref(), candidate.relay_protocol.as_ref());
    let origin = [
        url.map(|url| format!("from {url}")),
        protocol.map(|protocol| format!("relay via {protocol}")),
        related(candidate).map(|related| format!("related {related}")),
    ];
    let base = [
        candidate.interface.as_ref().map(|name| format!("interface {name}")),
        Some(format!("foundation {}", candidate.foundation)),
    ];
    let origin = origin.into_iter().filter(|_| columns <= WITHOUT_ORIGIN);
    let base = base.into_iter().filter(|_| columns <= LEAST);
    let parts: Vec<String> = origin.chain(base).flatten().collect();
    if parts.is_empty() {
        return Ok(());
    }
    let text = style.wrap("       ", &parts.join(", "));
    writeln!(out, "{}", style.paint(Paint::Dim, &text))
}

fn color(candidate_type: &str) -> Paint {
    match candidate_type {
        "relay" => Paint::Yellow,
        "srflx" | "prflx" => Paint::Green,
        _ => Paint::Cyan,
    }
}

/// `udp`, or with the direction of TCP (RFC 6544): `tcp passive`.
fn protocol(candidate: &Candidate) -> String {
    match &candidate.tcp_type {
        Some(tcp_type) => format!("{} {tcp_type}", candidate.protocol),
        None => candidate.protocol.clone(),
    }
}

/// `type preference | local preference | 256 - component` (RFC 8445 §5.1.2.1).
fn priority(priority: u32) -> String {
    format!(
        "{} | {} | {}",
        priority >> 24,
        (priority >> 8) & 0xffff,
        priority & 0xff
    )
}

fn related(candidate: &Candidate) -> Option<String> {
    match (candidate.related_address, candidate.related_port) {
        (Some(address), Some(port)) => Some(SocketAddr::new(address, port).to_string()),
        (Some(address), None) => Some(address.to_string()),
        (None, _) => None,
    }
}

// --- the servers ---

/// What is odd about URLs and credentials is left to the findings, which know whether it matters.
fn write_servers(report: &Candidates, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for server in &report.servers {
        heading(&server.url, style, out)?;
        if let Some(reason) = &server.skipped {
            let text = style.wrap("  not asked: ", reason);
            writeln!(out, "{}", style.paint(Paint::Yellow, &text))?;
        }
        for (attempt, depth) in chains(server) {
            write_attempt(attempt, depth, style, out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The attempts, each followed by those that its redirection led to, with the number of redirections before it.
fn chains(server: &Server) -> Vec<(&Attempt, usize)> {
    let attempts = &server.attempts;
    let mut ordered: Vec<(usize, usize)> = Vec::new();
    let starts = (0..attempts.len()).filter(|&index| attempts[index].redirected_from.is_none());
    // The second round takes up what no chain leads to, so that nothing is ever left out.
    for start in starts.chain(0..attempts.len()) {
        let mut next = Some(start).filter(|start| ordered.iter().all(|(index, _)| index != start));
        let mut depth = usize::from(attempts[start].redirected_from.is_some());
        while let Some(index) = next {
            ordered.push((index, depth));
            depth += 1;
            let from = &attempts[index];
            next = from.redirected_to.and_then(|to| {
                (0..attempts.len()).find(|&other| {
                    let other_attempt = &attempts[other];
                    ordered.iter().all(|(index, _)| *index != other)
                        && other_attempt.redirected_from == from.address
                        && other_attempt.address == Some(to)
                        && same_host(other_attempt.local, from.local)
                })
            });
        }
    }
    ordered
        .into_iter()
        .map(|(index, depth)| (&attempts[index], depth))
        .collect()
}

/// Whether both are of one host address; a redirected attempt over TCP has a new port.
fn same_host(one: Option<SocketAddr>, other: Option<SocketAddr>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.ip() == other.ip(),
        _ => true,
    }
}

fn write_attempt(attempt: &Attempt, depth: usize, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let (word, paint) = outcome(attempt);
    let arrow = match depth {
        0 => String::new(),
        depth => format!("{}-> ", "   ".repeat(depth - 1)),
    };
    let first = format!("  {arrow}{word:<8}");
    let indent = " ".repeat(first.len());
    let text = style.wrap(&first, &route(attempt));
    writeln!(out, "{}", text.replacen(word, &style.paint(paint, word), 1))?;
    let why = why(attempt).filter(|why| why != word);
    if let Some(why) = &why {
        let text = style.wrap(&indent, why);
        writeln!(out, "{}", style.paint(paint, &text))?;
    }
    let steps: Vec<String> = attempt.steps.iter().map(|one| step(one, why.as_deref())).collect();
    let facts = [gained(attempt), identity(attempt)];
    for text in [steps.join(" > ")].into_iter().chain(facts) {
        if !text.is_empty() {
            writeln!(out, "{}", style.wrap(&indent, &text))?;
        }
    }
    if let Some(tls) = &attempt.tls {
        writeln!(out, "{}", style.wrap(&indent, &tls_line(tls)))?;
        for (index, certificate) in tls.chain.iter().enumerate() {
            let text = style.wrap(&format!("{indent}  "), &certificate_line(certificate, index));
            let expired = certificate.expires_in_s < 0;
            writeln!(out, "{}", if expired { style.paint(Paint::Red, &text) } else { text })?;
        }
    }
    for note in &attempt.notes {
        writeln!(out, "{}", style.wrap(&format!("{indent}note: "), note))?;
    }
    Ok(())
}

/// From where to where, and how fast.
fn route(attempt: &Attempt) -> String {
    let address = attempt
        .address
        .map_or_else(|| "no address".to_owned(), |address| address.to_string());
    let mut text = format!("{address} over {}", attempt.transport);
    if let Some(local) = attempt.local {
        text.push_str(&format!(" from {local}"));
    }
    if let Some(rtt_ms) = attempt.rtt_ms {
        text.push_str(&format!(", rtt {}", units::duration(rtt_ms)));
    }
    if attempt.retransmissions > 0 {
        let count = units::count(attempt.retransmissions as usize, "retransmission");
        text.push_str(&format!(", {count}"));
    }
    text
}

/// The word for how it ended. A redirection is an error of the protocol, but no failure.
fn outcome(attempt: &Attempt) -> (&'static str, Paint) {
    match (attempt.outcome, attempt.error.as_ref().map(|error| error.kind)) {
        (_, Some(ErrorKind::Redirected)) => ("moved", Paint::Yellow),
        (_, Some(ErrorKind::Interrupted)) => ("stopped", Paint::Yellow),
        (AttemptOutcome::Ok, _) => ("ok", Paint::Green),
        (AttemptOutcome::Failed, _) => ("failed", Paint::Red),
        (AttemptOutcome::Timeout, _) => ("timeout", Paint::Red),
    }
}

/// `437 Allocation Mismatch`, and where a redirection leads.
fn why(attempt: &Attempt) -> Option<String> {
    let error = attempt.error.as_ref()?;
    let mut text = String::new();
    if let Some(code) = error.code {
        text.push_str(&format!("{code} "));
    }
    match &error.reason {
        Some(reason) if !reason.is_empty() => text.push_str(reason),
        _ => text.push_str(&error.kind.to_string().replace('-', " ")),
    }
    if let Some(to) = attempt.redirected_to {
        text.push_str(&format!(", on to {to}"));
    }
    Some(text)
}

/// `allocate 21 ms`; the one that failed also says how, unless that is what `said` ends with.
fn step(step: &Step, said: Option<&str>) -> String {
    let text = format!("{} {}", step.step, units::duration(step.took_ms));
    let word = match step.outcome {
        AttemptOutcome::Ok => return text,
        AttemptOutcome::Failed => "failed",
        AttemptOutcome::Timeout => "timeout",
    };
    match step
        .detail
        .as_deref()
        .filter(|detail| !said.is_some_and(|said| said.ends_with(detail)))
    {
        Some(detail) => format!("{text} ({word}: {detail})"),
        None => format!("{text} ({word})"),
    }
}

/// The addresses that came of it.
fn gained(attempt: &Attempt) -> String {
    let plain = attempt
        .plain_mapped_address
        .filter(|plain| Some(*plain) != attempt.mapped_address);
    let parts: Vec<String> = [
        attempt.mapped_address.map(|address| format!("mapped {address}")),
        plain.map(|address| format!("MAPPED-ADDRESS says {address}")),
        attempt.relayed_address.map(|address| format!("relayed {address}")),
        attempt.lifetime_s.map(|lifetime_s| format!("lifetime {lifetime_s} s")),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join(", ")
}

/// Who the server says it is.
fn identity(attempt: &Attempt) -> String {
    let authentication = attempt.authentication.as_ref().map(|authentication| {
        let userhash = if authentication.userhash { ", USERHASH" } else { "" };
        format!(
            "auth {}, {}{userhash}",
            authentication.password_algorithm, authentication.integrity
        )
    });
    let parts: Vec<String> = [
        attempt
            .software
            .as_ref()
            .map(|software| format!("software \"{software}\"")),
        attempt.realm.as_ref().map(|realm| format!("realm \"{realm}\"")),
        authentication,
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join(", ")
}

fn tls_line(tls: &Tls) -> String {
    let verdict = if tls.verdict == "trusted" {
        "certificate trusted"
    } else {
        &tls.verdict
    };
    let group = tls
        .key_exchange
        .as_ref()
        .map(|group| format!(", {group}"))
        .unwrap_or_default();
    format!("{} {}{group}, {verdict}", tls.version, tls.cipher_suite)
}

fn certificate_line(certificate: &Certificate, index: usize) -> String {
    let days = certificate.not_after.split('T').next().unwrap_or_default();
    let left = span(certificate.expires_in_s.unsigned_abs());
    let expiry = if certificate.expires_in_s < 0 {
        format!("expired {left} ago ({days})")
    } else {
        format!("expires in {left} ({days})")
    };
    let names = if certificate.names.is_empty() {
        String::new()
    } else {
        format!(" for {}", certificate.names.join(", "))
    };
    let issuer = if certificate.issuer == certificate.subject {
        "self-signed".to_owned()
    } else {
        format!("by {}", certificate.issuer)
    };
    format!("{index}: {}{names}, {issuer}, {expiry}", certificate.subject)
}

// --- the local addresses ---

fn write_left_out(report: &Candidates, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for interface in report.interfaces.iter().filter(|interface| !interface.used) {
        let reason = interface
            .reason
            .map_or_else(|| "not used".to_owned(), |reason| reason.to_string());
        let addresses = by_reason.entry(reason).or_default();
        addresses.push(format!("{} {}", interface.name, interface.address));
    }
    if by_reason.is_empty() {
        return Ok(());
    }
    heading("Local addresses left out", style, out)?;
    for (reason, addresses) in by_reason {
        let first = format!("  {reason}: ");
        writeln!(out, "{}", style.wrap(&first, &addresses.join(", ")))?;
    }
    writeln!(out)
}
