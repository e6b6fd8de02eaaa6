//! What a call between two peers came to: how far it got, and why no further.

use super::catalog::{self, loopback as entries};
use crate::report::loopback::{Loopback, Media, Outcome, Peer};
use crate::report::{Evidence, Finding};

/// The findings of a call.
pub fn check(report: &Loopback) -> Vec<Finding> {
    let mut findings = Vec::new();
    match report.outcome {
        Outcome::Connected => {}
        Outcome::Broken => broken(report, &mut findings),
        Outcome::Interrupted => return findings,
        Outcome::Refused => findings.push(refused(report)),
        Outcome::LibraryStopped => findings.push(stopped(report)),
        Outcome::Failed | Outcome::TimedOut => findings.push(cause(report)),
    }
    if let Some(restart) = report.fault.as_ref().and_then(|fault| fault.restart.as_ref()) {
        let works = restart.took_ms.is_some() && restart.pings_answered == restart.pings;
        let summary = match restart.took_ms {
            Some(took) if works => format!("The new generation of ICE nominated a pair {took} ms after restartIce()."),
            Some(took) => format!(
                "A pair was nominated after {took} ms, and of {} pings {} came back.",
                restart.pings, restart.pings_answered
            ),
            None => "No check of the new generation nominated a pair.".to_owned(),
        };
        let evidence = vec![
            Evidence::new("ice-ufrag before", &restart.ufrag_before),
            Evidence::new("ice-ufrag after", &restart.ufrag_after),
        ];
        let entry = if works {
            entries::RESTARTED
        } else {
            entries::RESTART_FAILED
        };
        findings.push(entry.finding("ICE restart", summary, evidence));
    }
    if report.outcome == Outcome::Connected {
        talk(report, &mut findings);
    }
    repeated(report, &mut findings);
    logged(report, &mut findings);
    findings
}

/// The cause of a call that did not connect, from the outside in: candidates, checks, DTLS, SCTP.
fn cause(report: &Loopback) -> Finding {
    let [(_, offerer), (_, answerer)] = report.peers.named();
    let told = |peer: &Peer| peer.events.iter().any(|event| event.event == "addIceCandidate");
    let is_nominated = |peer: &Peer| {
        let mut stages = peer.stages.iter();
        stages.any(|stage| stage.stage == "check" && stage.took_ms.is_some())
    };
    // What servers answered is STUN too.
    let is_checked = |peer: &Peer| peer.stages.iter().any(|stage| stage.stage == "check");
    if !told(offerer) && !told(answerer) && !is_checked(offerer) && !is_checked(answerer) {
        let gathered = |peer: &Peer| {
            let candidates = peer.events.iter().filter(|event| event.event == "icecandidate");
            candidates.filter(|event| !event.value.is_null()).count().to_string()
        };
        let evidence = vec![
            Evidence::new("gathered by the offerer", gathered(offerer)),
            Evidence::new("gathered by the answerer", gathered(answerer)),
        ];
        let summary = "Neither end was told a candidate of the other, so neither sent a check.";
        return entries::NO_REMOTE_CANDIDATES.finding("candidates", summary, evidence);
    }
    if !is_nominated(offerer) && !is_nominated(answerer) {
        return unchecked(report);
    }
    let is_complete = |peer: &Peer| {
        let mut stages = peer.stages.iter();
        stages.any(|stage| stage.part.as_deref() == Some("dtls") && stage.took_ms.is_some())
    };
    if !is_complete(offerer) || !is_complete(answerer) {
        return handshake(report);
    }
    let summary = format!(
        "DTLS was complete; the data channel was not open at both ends {}.",
        when(report)
    );
    let mut evidence = stages(report);
    evidence.extend(set_up_again(report));
    catalog::loopback::CHANNEL_NOT_OPEN.finding("data channel", summary, evidence)
}

/// No pair was nominated.
fn unchecked(report: &Loopback) -> Finding {
    let refusals = report.peers.named().into_iter().flat_map(|(name, peer)| {
        peer.check_errors.iter().map(move |error| {
            Evidence::new(
                format!("{name}, {}", error.direction),
                format!("error {}: {} times", error.code, error.count),
            )
        })
    });
    let refusals: Vec<Evidence> = refusals.collect();
    if !refusals.is_empty() {
        let summary = "Checks arrived and were refused with an error.";
        return entries::CHECKS_REFUSED.finding("connectivity checks", summary, refusals);
    }
    let mismatch: Vec<Evidence> = report
        .library_log
        .iter()
        .filter(|line| line.text.contains("integrity") || line.text.contains("Integrity"))
        .take(3)
        .map(|line| Evidence {
            at_s: Some(line.at_ms / 1000.0),
            ..Evidence::new(&line.target, &line.text)
        })
        .collect();
    let mut evidence = Vec::new();
    for (name, peer) in report.peers.named() {
        evidence.push(Evidence::new(
            name,
            format!(
                "STUN messages sent: {}, received: {}",
                peer.sent.stun, peer.received.stun
            ),
        ));
    }
    if !mismatch.is_empty() {
        evidence.extend(mismatch);
        let summary = "Checks arrived and were dropped: their MESSAGE-INTEGRITY does not fit the password.";
        return entries::CHECKS_REFUSED.finding("connectivity checks", summary, evidence);
    }
    let summary = format!(
        "Of the checks of both ends none was answered with success {}.",
        when(report)
    );
    entries::CHECKS_UNANSWERED.finding("connectivity checks", summary, evidence)
}

/// A pair was nominated, and DTLS did not end.
fn handshake(report: &Loopback) -> Finding {
    let hellos = |peer: &Peer| {
        let sent = peer.flights.iter().filter(|flight| flight.direction == "sent");
        sent.flat_map(|flight| &flight.messages)
            .any(|message| message == "client_hello")
    };
    let [(_, offerer), (_, answerer)] = report.peers.named();
    let mut evidence = Vec::new();
    for (name, peer) in report.peers.named() {
        for flight in peer.flights.iter().filter(|flight| flight.direction == "sent").take(6) {
            evidence.push(Evidence {
                at_s: Some(flight.at_ms / 1000.0),
                ..Evidence::new(format!("{name} sent"), flight.messages.join(", "))
            });
        }
        for alert in peer.alerts.iter().filter(|alert| alert.direction == "sent") {
            evidence.push(Evidence {
                at_s: Some(alert.at_ms / 1000.0),
                ..Evidence::new(
                    format!("{name} sent"),
                    format!("alert: {}{}", alert.name, times(alert.count)),
                )
            });
        }
    }
    if hellos(offerer) == hellos(answerer) {
        let summary = match hellos(offerer) {
            true => "Both ends sent a ClientHello, and neither answered the other's.",
            false => "Neither end sent a ClientHello.",
        };
        return entries::ROLE_CLASH.finding("DTLS", summary, evidence);
    }
    let certificate = report
        .peers
        .named()
        .iter()
        .flat_map(|(_, peer)| &peer.alerts)
        .any(|alert| alert.description == 42 || alert.description == 46);
    let logged = report
        .library_log
        .iter()
        .find(|line| line.text.to_lowercase().contains("fingerprint"));
    if let Some(line) = logged {
        evidence.push(Evidence {
            at_s: Some(line.at_ms / 1000.0),
            ..Evidence::new(&line.target, &line.text)
        });
    }
    if certificate || logged.is_some() {
        let summary = "The certificate that came in the handshake is not the one that the description promised.";
        return entries::FINGERPRINT_MISMATCH.finding("DTLS", summary, evidence);
    }
    let summary = format!("The handshake had not ended {}.", when(report));
    entries::DTLS_INCOMPLETE.finding("DTLS", summary, evidence)
}

/// Connected, and then not any more.
fn broken(report: &Loopback, findings: &mut Vec<Finding>) {
    let Some(fault) = &report.fault else {
        findings.push(entries::NOT_CONNECTED.finding("call", "The call broke after it had connected.", stages(report)));
        return;
    };
    let noticed = |ms: f64| format!("The offerer told of the failure {:.1} s after it began.", ms / 1000.0);
    let states: Vec<Evidence> = report
        .peers
        .offerer
        .events
        .iter()
        .filter(|event| event.event.ends_with("connectionstatechange") && Some(event.at_ms) >= fault.at_ms)
        .map(|event| Evidence {
            at_s: Some(event.at_ms / 1000.0),
            ..Evidence::new(
                format!("offerer: {}", event.event),
                event.value.as_str().unwrap_or_default(),
            )
        })
        .collect();
    match (fault.name.as_str(), fault.noticed_ms) {
        ("consent-blocked", Some(ms)) => {
            findings.push(entries::CONSENT_LOST.finding("consent", noticed(ms), states));
        }
        ("consent-blocked", None) => {
            let summary = "STUN was blocked, and the connection went on as if nothing had happened.";
            findings.push(entries::CONSENT_NOT_ENFORCED.finding("consent", summary, states));
        }
        (_, Some(ms)) => findings.push(entries::PEER_GONE.finding("answerer", noticed(ms), states)),
        (_, None) => {
            let summary = "The answerer went silent, and the offerer did not notice in the time allowed.";
            findings.push(entries::PEER_GONE.finding("answerer", summary, states));
        }
    }
}

/// What went less well in a call that works.
fn talk(report: &Loopback, findings: &mut Vec<Finding>) {
    if let Some(data) = &report.data_channel
        && data.pings_lost > 0
    {
        let summary = format!("Of {} pings {} did not come back.", data.pings, data.pings_lost);
        findings.push(entries::PINGS_LOST.finding("data channel", summary, Vec::new()));
    }
    for media in &report.media {
        let subject = media.subject();
        if media.packets_sent > 0 && media.packets_received == 0 {
            let summary = format!("{} packets were sent.", media.packets_sent);
            findings.push(entries::MEDIA_NOT_RECEIVED.finding(subject, summary, Vec::new()));
        } else if media.packets_lost > 0 {
            findings.push(entries::MEDIA_LOST.finding(subject, lost(media), Vec::new()));
        }
    }
}

fn lost(media: &Media) -> String {
    let expected = media.packets_received + media.packets_lost;
    let percent = media.packets_lost as f64 * 100.0 / expected.max(1) as f64;
    format!(
        "Of {expected} packets {} did not arrive, {percent:.1} %.",
        media.packets_lost
    )
}

fn repeated(report: &Loopback, findings: &mut Vec<Finding>) {
    let mut evidence = Vec::new();
    for (name, peer) in report.peers.named() {
        let again = peer
            .flights
            .iter()
            .filter(|flight| flight.retransmission && flight.direction == "sent");
        evidence.extend(again.map(|flight| Evidence {
            at_s: Some(flight.at_ms / 1000.0),
            ..Evidence::new(format!("{name} sent again"), flight.messages.join(", "))
        }));
    }
    if report.outcome == Outcome::Connected && !evidence.is_empty() {
        let count = super::words::count(evidence.len(), "flight");
        let summary = format!("Setting up DTLS took {count} more than needed.");
        findings.push(entries::HANDSHAKE_REPEATED.finding("DTLS", summary, evidence));
    }
    let again = set_up_again(report);
    if report.outcome == Outcome::Connected && !again.is_empty() {
        let phases = &report.phases;
        let took = phases.sctp_ms.unwrap_or_default() + phases.data_channel_ms.unwrap_or_default();
        let summary = format!("SCTP and the data channel took {:.1} s to set up.", took / 1000.0);
        findings.push(entries::CHANNEL_REPEATED.finding("data channel", summary, again));
    }
}

/// What was sent more than once until the channel was open.
fn set_up_again(report: &Loopback) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for (name, peer) in report.peers.named() {
        let Some(sctp) = &peer.sctp else { continue };
        for (count, what) in [
            (sctp.inits_repeated, "INIT"),
            (sctp.cookies_repeated, "COOKIE ECHO"),
            (sctp.opens_repeated, "DATA_CHANNEL_OPEN"),
        ] {
            if count > 0 {
                evidence.push(Evidence::new(
                    format!("{name} sent again"),
                    format!("{what}{}", times(count)),
                ));
            }
        }
    }
    evidence
}

fn logged(report: &Loopback, findings: &mut Vec<Finding>) {
    let errors = report.library_log.iter().filter(|line| line.level == "error");
    let evidence: Vec<Evidence> = errors
        .map(|line| Evidence {
            at_s: Some(line.at_ms / 1000.0),
            ..Evidence::new(line.peer.as_deref().unwrap_or(&line.target), &line.text)
        })
        .collect();
    if !evidence.is_empty() && report.outcome != Outcome::LibraryStopped {
        let summary = format!("It logged {}.", super::words::count(evidence.len(), "error"));
        findings.push(entries::LIBRARY_LOGGED.finding("library", summary, evidence.into_iter().take(5).collect()));
    }
}

fn stopped(report: &Loopback) -> Finding {
    let errors = report.library_log.iter().filter(|line| line.level == "error");
    let evidence = errors
        .map(|line| Evidence {
            at_s: Some(line.at_ms / 1000.0),
            ..Evidence::new(line.peer.as_deref().unwrap_or("library"), &line.text)
        })
        .collect();
    let summary = format!("It stopped while the call was at the stage `{}`.", report.reached);
    entries::LIBRARY_STOPPED.finding("library", summary, evidence)
}

fn refused(report: &Loopback) -> Finding {
    let evidence = report
        .errors
        .iter()
        .map(|error| Evidence::new(format!("{} of the {}", error.operation, error.peer), &error.message));
    let summary = match report.errors.first() {
        Some(error) => format!(
            "{} of the {} failed: {}.",
            error.operation,
            error.peer,
            error.message.trim_end_matches('.')
        ),
        None => "A step failed.".to_owned(),
    };
    entries::REFUSED.finding("call", summary, evidence.collect())
}

/// How far each end got.
fn stages(report: &Loopback) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for (name, peer) in report.peers.named() {
        if let Some(last) = peer.stages.last() {
            let how = if last.took_ms.is_some() { "done" } else { "not done" };
            evidence.push(Evidence {
                at_s: Some(last.started_ms / 1000.0),
                ..Evidence::new(name, format!("{}: {how}", last.part.as_deref().unwrap_or(&last.stage)))
            });
        }
    }
    evidence
}

fn times(count: u64) -> String {
    match count {
        1 => String::new(),
        _ => format!(" ({count} times)"),
    }
}

/// When the call was given up.
fn when(report: &Loopback) -> &'static str {
    match report.outcome {
        Outcome::TimedOut => "when the time for the call was up",
        _ => "when the call failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::loopback::Sctp;

    #[test]
    fn what_a_channel_waited_for_is_named() {
        let codes = |inits_repeated: u64, outcome: Outcome| {
            let mut report = Loopback {
                outcome,
                ..Loopback::default()
            };
            report.peers.answerer.sctp = Some(Sctp {
                inits_repeated,
                ..Sctp::default()
            });
            let findings = check(&report);
            let codes: Vec<String> = findings.iter().map(|finding| finding.code.clone()).collect();
            (codes, findings.first().map_or(0, |finding| finding.evidence.len()))
        };
        assert_eq!(codes(0, Outcome::Connected), (vec![], 0));
        assert_eq!(
            codes(2, Outcome::Connected),
            (vec!["call-channel-repeated".to_owned()], 1)
        );
        // A call that was given up has findings of its own.
        assert!(
            !codes(2, Outcome::TimedOut)
                .0
                .contains(&"call-channel-repeated".to_owned())
        );
    }
}
