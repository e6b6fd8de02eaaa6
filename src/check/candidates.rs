//! What `rtcdiag candidates` gathered, judged as a whole.
//!
//! Each server is judged in [`server`], what the addresses say about the network between in [`nat`].

use super::catalog::candidates as catalog;
use super::words::{count, lower, sentence};
use super::{nat, server};
use crate::report::candidates::{Candidates, ErrorKind, LeftOut, Server};
use crate::report::{Evidence, Finding, Severity};

/// Every finding about what `rtcdiag candidates` gathered.
pub fn check(report: &Candidates) -> Vec<Finding> {
    let mut findings = Vec::new();
    check_configuration(report, &mut findings);
    for asked in &report.servers {
        server::check(report, asked, &mut findings);
    }
    nat::check(report, &mut findings);
    check_local_addresses(report, &mut findings);
    check_completeness(report, &mut findings);
    findings
}

fn check_configuration(report: &Candidates, findings: &mut Vec<Finding>) {
    for problem in &report.configuration_errors {
        let evidence = Evidence::new(&problem.entry, format!("{}; {}", problem.problem, problem.instead));
        findings.push(catalog::CONFIG_NOTE.finding(&problem.entry, sentence(&problem.problem), vec![evidence]));
    }
    if !report.configuration_notes.is_empty() {
        let facts = report.configuration_notes.iter().map(Evidence::value).collect();
        let summary = sentence(&report.configuration_notes.join("; "));
        findings.push(catalog::CONFIG_QUIRK.finding("ICE server list", summary, facts));
    }
    if report.servers.is_empty() && report.configuration_errors.is_empty() {
        let summary = "No STUN or TURN server was named, so none was asked: name one with --stun URL, --turn URL or \
                       --ice-servers FILE, or try --embedded.";
        findings.push(catalog::NO_SERVER_NAMED.finding("servers", summary, Vec::new()));
    }
}

fn check_local_addresses(report: &Candidates, findings: &mut Vec<Finding>) {
    if report.interfaces.iter().any(|interface| interface.used) {
        return;
    }
    let facts = report.interfaces.iter().filter_map(|interface| {
        let reason = interface.reason.filter(|reason| *reason != LeftOut::Loopback)?;
        Some(Evidence::new(
            format!("{} {}", interface.name, interface.address),
            reason.to_string(),
        ))
    });
    let summary = "No local address was left to gather host candidates from.";
    findings.push(catalog::NO_HOST.finding("host candidates", summary, facts.collect()));
}

/// Whether each kind of candidate is there that the servers were to give. Where the servers' own findings say why not,
/// these are consequences, and no errors of their own.
fn check_completeness(report: &Candidates, findings: &mut Vec<Finding>) {
    let has = |kind: &str| {
        report
            .candidates
            .iter()
            .any(|candidate| candidate.candidate_type == kind)
    };
    let interrupted = |server: &Server| {
        server.attempts.iter().any(|attempt| {
            attempt
                .error
                .as_ref()
                .is_some_and(|error| error.kind == ErrorKind::Interrupted)
        })
    };
    if report.servers.is_empty() || report.servers.iter().any(interrupted) {
        return;
    }
    let explained = |findings: &[Finding], turn_only: bool| {
        let mut servers = report
            .servers
            .iter()
            .filter(|server| server.is_turn() || !turn_only)
            .peekable();
        servers.peek().is_some()
            && servers.all(|server| {
                findings
                    .iter()
                    .any(|finding| finding.subject == server.url && finding.severity == Severity::Error)
            })
    };

    let mapped = report
        .attempts()
        .any(|attempt| attempt.transport == "udp" && attempt.mapped_address.is_some());
    if report.policy == "all" && !has("srflx") && !mapped {
        let asked = count(report.servers.len(), "server");
        let summary = format!("Of {asked} none told an outside address of a UDP socket.");
        let mut finding = catalog::NO_REFLEXIVE.finding("server-reflexive candidates", summary, Vec::new());
        if explained(findings, false) || !report.attempts().any(|attempt| attempt.transport == "udp") {
            lower(&mut finding, Severity::Info);
        }
        findings.push(finding);
    }
    let turn = report.servers.iter().filter(|server| server.is_turn()).count();
    if (turn > 0 || report.policy == "relay") && !has("relay") {
        let summary = match turn {
            0 => "Only relay candidates are wanted, and no TURN server was named.".to_owned(),
            _ => format!("Of {} none gave a relayed address.", count(turn, "TURN server")),
        };
        let mut finding = catalog::NO_RELAY.finding("relay candidates", summary, Vec::new());
        if explained(findings, true) {
            lower(&mut finding, Severity::Warning);
        }
        findings.push(finding);
    }
}
