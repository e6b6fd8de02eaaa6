//! NATs and families: what the addresses that servers saw say about the network between.

use std::net::{IpAddr, SocketAddr};

use super::address::{is_usable, scope};
use super::catalog::candidates as catalog;
use super::words::evidence;
use crate::report::candidates::{Attempt, Candidates, LeftOut};
use crate::report::{Evidence, Finding};

/// Findings about NATs on the path, about ALGs and about missing address families.
pub fn check(report: &Candidates, findings: &mut Vec<Finding>) {
    check_families(report, findings);
    for attempt in report.attempts() {
        check_mapped(attempt, findings);
        check_alg(attempt, findings);
    }
    let mut sockets: Vec<SocketAddr> = report
        .attempts()
        .filter(|attempt| attempt.transport == "udp")
        .filter_map(|attempt| attempt.local)
        .collect();
    sockets.sort_unstable();
    sockets.dedup();
    let mut direct: Vec<IpAddr> = Vec::new();
    for socket in sockets {
        let seen = mappings(report, socket);
        // One word for each local address, however many of its sockets were used.
        if let Some((server, _)) = seen.iter().find(|(_, mapped)| *mapped == socket)
            && !direct.contains(&socket.ip())
        {
            direct.push(socket.ip());
            let summary = format!("{server} sees {socket} itself.");
            findings.push(catalog::NAT_NONE.finding(socket.ip().to_string(), summary, facts(&seen)));
        }
        check_mapping(socket, seen, findings);
    }
}

fn check_families(report: &Candidates, findings: &mut Vec<Finding>) {
    // An address that the user excluded is there all the same.
    let there = |ipv6: bool| {
        report.interfaces.iter().any(|interface| {
            let excluded = matches!(interface.reason, Some(LeftOut::Family | LeftOut::Interface));
            interface.address.is_ipv6() == ipv6 && !interface.address.is_loopback() && (interface.used || excluded)
        })
    };
    let entry = match (there(false), there(true)) {
        (true, false) => catalog::IPV4_ONLY,
        (false, true) => catalog::IPV6_ONLY,
        _ => return,
    };
    let facts = report
        .interfaces
        .iter()
        .filter(|interface| interface.used && !interface.address.is_loopback());
    let facts = facts
        .map(|interface| Evidence::new(&interface.name, interface.address.to_string()))
        .collect();
    findings.push(entry.finding("local addresses", format!("{}.", entry.title), facts));
}

fn check_mapped(attempt: &Attempt, findings: &mut Vec<Finding>) {
    let Some(mapped) = attempt.mapped_address.filter(|mapped| !is_usable(*mapped)) else {
        return;
    };
    let subject = attempt
        .address
        .map_or_else(|| attempt.transport.clone(), |address| address.to_string());
    let summary = format!("It sees us as {mapped}.");
    findings.push(catalog::MAPPED_UNUSABLE.finding(subject, summary, vec![evidence(attempt)]));
}

fn check_alg(attempt: &Attempt, findings: &mut Vec<Finding>) {
    let (Some(mapped), Some(plain)) = (attempt.mapped_address, attempt.plain_mapped_address) else {
        return;
    };
    if mapped == plain {
        return;
    }
    let subject = attempt
        .address
        .map_or_else(|| attempt.transport.clone(), |address| address.to_string());
    let summary = format!("XOR-MAPPED-ADDRESS is {mapped}, MAPPED-ADDRESS is {plain}.");
    findings.push(catalog::NAT_ALG.finding(subject, summary, vec![evidence(attempt)]));
}

/// A server, and the address that it saw.
type Mapping = (SocketAddr, SocketAddr);

/// How each server saw `socket`.
fn mappings(report: &Candidates, socket: SocketAddr) -> Vec<Mapping> {
    let mut seen: Vec<Mapping> = report
        .attempts()
        .filter(|attempt| attempt.transport == "udp" && attempt.local == Some(socket))
        .filter_map(|attempt| {
            Some((
                attempt.address?,
                attempt.mapped_address.filter(|mapped| is_usable(*mapped))?,
            ))
        })
        .collect();
    seen.sort_unstable();
    seen.dedup();
    seen
}

fn facts(mappings: &[Mapping]) -> Vec<Evidence> {
    let fact = |(server, mapped): &Mapping| Evidence::new(format!("seen by {server}"), mapped.to_string());
    mappings.iter().map(fact).collect()
}

/// What several servers saw of one UDP socket (RFC 4787 §4.1, RFC 5780 §4.3).
fn check_mapping(socket: SocketAddr, seen: Vec<Mapping>, findings: &mut Vec<Finding>) {
    // Servers at different depths of nested NATs see addresses of different scopes; only equals compare.
    let mut rest: Vec<Mapping> = seen.into_iter().filter(|(_, mapped)| *mapped != socket).collect();
    while let Some(&(first, mapped)) = rest.first() {
        let (group, others): (Vec<_>, Vec<_>) = rest
            .iter()
            .partition(|(_, other)| scope(other.ip()) == scope(mapped.ip()));
        rest = others;
        let Some(&(second, _)) = group.iter().find(|(server, _)| *server != first) else {
            continue;
        };
        let differing = group.iter().find(|(_, address)| *address != mapped);
        let finding = match differing {
            None => catalog::NAT_ENDPOINT_INDEPENDENT.finding(
                socket.to_string(),
                format!("{first} and {second} both see {socket} as {mapped}."),
                facts(&group),
            ),
            Some((server, address)) if server.ip() == first.ip() => catalog::NAT_ENDPOINT_DEPENDENT.finding(
                socket.to_string(),
                format!(
                    "Two ports of {} see {socket} as {mapped} and as {address}: address-and-port-dependent mapping.",
                    first.ip()
                ),
                facts(&group),
            ),
            Some((server, address)) => catalog::NAT_ENDPOINT_DEPENDENT.finding(
                socket.to_string(),
                format!("{first} sees {socket} as {mapped}, {server} sees it as {address}."),
                facts(&group),
            ),
        };
        findings.push(finding);
    }
}
