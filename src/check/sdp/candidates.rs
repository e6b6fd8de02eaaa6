//! Candidates: what each line says, and what all of them leave out.

use std::net::IpAddr;

use foldhash::HashMap;

use super::Subject;
use super::out::Out;
use super::part::{Part, Transport, has_trickle, short};
use crate::check::address::{Scope, scope};
use crate::check::catalog::sdp_lint as catalog;
use crate::proto::ice::Preferences;
use crate::proto::sdp::{CandidateLine, Line};
use crate::report::Severity;

/// Whether it can be reached from everywhere.
pub(super) fn is_public(ip: IpAddr) -> bool {
    scope(ip) == Scope::Public
}

/// The candidates of one section.
pub(super) fn check(part: &Part<'_>, out: &mut Out) {
    let mux = part.flag("rtcp-mux").is_some() || part.is_sctp();
    let mut seen: HashMap<(u32, &str, &str, u32, &str), Line<'_>> = HashMap::default();
    for (line, candidate) in &part.candidates {
        check_line(part, *line, candidate, out);
        check_address(part, *line, candidate, out);
        if candidate.component == 2 && mux {
            let text = "A candidate is for component 2 (RTCP), which is not used when RTCP shares the port of RTP";
            out.add(catalog::CANDIDATE_COMPONENT_2, part, &[*line], text)
                .token(1, candidate.component);
        }
        let key = (
            candidate.component,
            protocol(candidate.protocol),
            candidate.address,
            candidate.port,
            candidate.tcp_type.unwrap_or(""),
        );
        if let Some(before) = seen.get(&key) {
            let text = format!(
                "Two candidates have the address {} and the port {}",
                short(candidate.address),
                candidate.port
            );
            out.add(catalog::CANDIDATE_DUPLICATE, part, &[*before, *line], text)
                .mark(candidate.address);
        } else {
            seen.insert(key, *line);
        }
    }
}

/// One spelling of those that are known.
fn protocol(text: &str) -> &str {
    let known = ["udp", "tcp"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(text));
    known.unwrap_or(text)
}

fn check_line(part: &Part<'_>, line: Line<'_>, candidate: &CandidateLine<'_>, out: &mut Out) {
    if candidate.foundation.is_empty() {
        out.add(
            catalog::CANDIDATE_FOUNDATION,
            part,
            &[line],
            "A candidate has no foundation",
        );
    }
    let tcp = candidate.protocol.eq_ignore_ascii_case("tcp");
    if !tcp && !candidate.protocol.eq_ignore_ascii_case("udp") {
        let text = format!("A candidate has the transport `{}`", short(candidate.protocol));
        // RFC 8839 §5.1: others are passed over. Chromium knows these two besides, and refuses the rest.
        let known = ["ssltcp", "tls"]
            .iter()
            .any(|known| candidate.protocol.eq_ignore_ascii_case(known));
        let entry = catalog::CANDIDATE_TRANSPORT;
        let (severity, case) = match known {
            true => (Severity::Info, "known"),
            false => (entry.severity, "unknown"),
        };
        out.add_case(entry, severity, case, &part.name(), &[line], text)
            .mark(candidate.protocol);
    }
    if tcp && candidate.tcp_type.is_none() {
        let text = "A TCP candidate has no `tcptype`";
        out.add(catalog::CANDIDATE_TCPTYPE, part, &[line], text)
            .mark(candidate.protocol);
    }
    let derived = matches!(candidate.kind, "srflx" | "prflx" | "relay");
    if derived && (candidate.related_address.is_none() || candidate.related_port.is_none()) {
        let text = format!("A {} candidate has no `raddr` and `rport`", candidate.kind);
        out.add(catalog::CANDIDATE_RELATED, part, &[line], text)
            .mark(candidate.kind);
    }
    // Active TCP candidates have no port; old browsers wrote 0 where 9 belongs.
    if candidate.port == 0 && candidate.tcp_type != Some("active") {
        out.add(
            catalog::CANDIDATE_PORT_ZERO,
            part,
            &[line],
            "A candidate has the port 0",
        )
        .token(5, candidate.port);
    }
    if candidate.port > 65535 {
        let text = format!("A candidate has the port {}, over 65535", candidate.port);
        out.add(catalog::CANDIDATE_PORT, part, &[line], text)
            .token(5, candidate.port);
    }
    check_priority(part, line, candidate, out);
}

fn check_priority(part: &Part<'_>, line: Line<'_>, candidate: &CandidateLine<'_>, out: &mut Out) {
    let text = match u32::try_from(candidate.priority) {
        Err(_) => return, // a defect
        Ok(priority @ (0 | 0x8000_0000..)) => format!("The priority {priority} is not between 1 and 2^31 − 1"),
        Ok(priority) => {
            let parts = Preferences::split(priority);
            let component = u32::from(parts.component);
            if component != candidate.component {
                format!(
                    "The priority {priority} ends in {} where component {} has {}",
                    priority & 0xff,
                    candidate.component,
                    256u32.saturating_sub(candidate.component)
                )
            } else if parts.type_preference > 126 {
                format!(
                    "The priority {priority} has the type preference {}, over 126",
                    parts.type_preference
                )
            } else if candidate.kind == "relay" && parts.type_preference > 100 {
                format!("The priority {priority} ranks a relay like a direct path")
            } else {
                return;
            }
        }
    };
    out.add(catalog::CANDIDATE_PRIORITY, part, &[line], text)
        .token(3, candidate.priority);
}

fn check_address(part: &Part<'_>, line: Line<'_>, candidate: &CandidateLine<'_>, out: &mut Out) {
    let address = candidate.address;
    let Ok(ip) = address.parse::<IpAddr>() else {
        let local = address.to_ascii_lowercase();
        if local.trim_end_matches('.').ends_with(".local") {
            let text = "A candidate has an mDNS name in place of its address";
            out.add(catalog::CANDIDATE_MDNS, part, &[line], text).mark(address);
        } else {
            let bare = address.trim_start_matches('[').trim_end_matches(']');
            let (bare, zone) = bare
                .split_once('%')
                .map_or((bare, None), |(bare, zone)| (bare, Some(zone)));
            let known = bare.parse::<IpAddr>().is_ok();
            let numbers = address.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.');
            let text = match (known, zone) {
                (true, Some(_)) => format!("A candidate names an interface in its address {}", short(address)),
                (true, None) => format!("A candidate has its address in brackets: {}", short(address)),
                _ if numbers || address.contains(':') => {
                    format!("A candidate has {}, which is no IP address", short(address))
                }
                _ => format!("A candidate has the name {} in place of an address", short(address)),
            };
            out.add(catalog::CANDIDATE_NAME, part, &[line], text).mark(address);
        }
        return;
    };
    match scope(ip) {
        Scope::Unspecified => {
            let text = format!("A candidate has the address {ip}");
            out.add(catalog::CANDIDATE_UNSPECIFIED, part, &[line], text)
                .mark(address);
        }
        Scope::Loopback => {
            let text = format!("A candidate has the loopback address {ip}");
            out.add(catalog::CANDIDATE_LOOPBACK, part, &[line], text).mark(address);
        }
        Scope::LinkLocal => {
            let text = format!("A candidate has the link-local address {ip}");
            out.add(catalog::CANDIDATE_LINK_LOCAL, part, &[line], text)
                .mark(address);
        }
        Scope::Private | Scope::Public => {}
    }
}

/// What all candidates together leave out.
pub(super) fn check_all(subject: &Subject<'_>, transports: &[Transport<'_>], out: &mut Out) {
    let mut families = (0, 0, 0);
    // While candidates may follow nobody knows what all of them are.
    let (trickle, end) = (has_trickle(&subject.session), subject.session.flag("end-of-candidates"));
    let open = |section: &Transport<'_>| {
        let gathered = section.candidates > 0 && !section.rejected;
        gathered && (trickle || section.trickle) && end.or(section.end_of_candidates).is_none()
    };
    if transports.iter().any(open) {
        return;
    }
    for section in transports.iter().filter(|section| !section.rejected) {
        families.0 += section.families.0;
        families.1 += section.families.1;
        families.2 += section.families.2;
    }
    let first = transports.iter().find_map(|section| section.first_candidate);
    let (entry, text) = match families {
        (1.., 0, 0) => (catalog::CANDIDATES_IPV4_ONLY, "All candidates have IPv4 addresses"),
        (0, 1.., 0) => (catalog::CANDIDATES_IPV6_ONLY, "All candidates have IPv6 addresses"),
        _ => return,
    };
    let lines: Vec<Line<'_>> = first.into_iter().collect();
    out.add_as(entry, entry.severity, "candidates", &lines, text);
}
