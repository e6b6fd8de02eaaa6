//! From the report to what happened when.

use std::collections::HashMap;
use std::net::SocketAddr;

use super::{Entry, Head};
use crate::render::text::Paint;
use crate::render::text::pcap::{method, protocol, seconds};
use crate::render::units::duration;
use crate::report::pcap::{Dtls, Ice, Moment, Pcap, RtpStream, Sctp, Session, Transaction, TurnStep};
use crate::report::{Finding, Severity};

/// Everything, in the order of time.
pub fn all(report: &Pcap, findings: &[Finding]) -> Vec<Entry> {
    let mut entries = Vec::new();
    transactions(report, &mut entries);
    report
        .sessions
        .iter()
        .for_each(|session| self::session(session, &mut entries));
    report.ice.iter().for_each(|ice| self::ice(ice, &mut entries));
    report.dtls.iter().for_each(|dtls| self::dtls(dtls, &mut entries));
    tls(report, &mut entries);
    report.rtp_streams.iter().for_each(|stream| rtp(stream, &mut entries));
    report.sctp.iter().for_each(|sctp| self::sctp(sctp, &mut entries));
    described(report, &mut entries);
    allocations(report, &mut entries);
    verdicts(findings, &mut entries);
    entries.sort_by(|one, other| one.at.total_cmp(&other.at).then(one.frame.cmp(&other.frame)));
    entries
}

fn entry(moment: Moment, flow: Option<u32>, ends: Option<(SocketAddr, SocketAddr)>, what: impl Into<String>) -> Entry {
    Entry {
        at: moment.at_s,
        frame: moment.frame,
        flow,
        ends,
        head: Head::There,
        what: what.into(),
        note: String::new(),
        paint: None,
        repeats: false,
        times: 1,
        until: moment.at_s,
    }
}

/// What of the report tells more about a request, by its first frame and who sent it.
struct Context<'r> {
    sessions: HashMap<(SocketAddr, SocketAddr), u32>,
    steps: HashMap<(u64, SocketAddr), &'r TurnStep>,
    checks: HashMap<(SocketAddr, SocketAddr), Option<u64>>,
}

impl<'r> Context<'r> {
    fn new(report: &'r Pcap) -> Context<'r> {
        let mut sessions = HashMap::new();
        for session in &report.sessions {
            sessions.insert((session.a, session.b), session.id);
            sessions.insert((session.b, session.a), session.id);
        }
        let steps = report
            .turn
            .iter()
            .flat_map(|one| one.steps.iter().map(move |step| (one.client, step)));
        let steps = steps.map(|(client, step)| ((step.asked.frame, client), step)).collect();
        let mut checks = HashMap::new();
        for pair in report.ice.iter().flat_map(|ice| &ice.pairs) {
            let nominated = |moment: Option<Moment>| moment.map(|moment| moment.frame);
            checks.insert((pair.local, pair.remote), nominated(pair.sent.use_candidate));
            checks.insert((pair.remote, pair.local), nominated(pair.received.use_candidate));
        }
        Context {
            sessions,
            steps,
            checks,
        }
    }

    /// What was asked.
    fn asked(&self, one: &Transaction) -> String {
        let first = one.sent.first().copied().unwrap_or_default();
        if let Some(step) = self.steps.get(&(first, one.client)) {
            let mut text = method(&one.method);
            text += &step
                .channel
                .as_ref()
                .map(|channel| format!(" {channel}"))
                .unwrap_or_default();
            text += &step.peer.map(|peer| format!(" for {peer}")).unwrap_or_default();
            if step.lifetime_s == Some(0) {
                text += " to release it";
            }
            return text;
        }
        match self.checks.get(&(one.client, one.server)) {
            Some(nominated) if *nominated == Some(first) => "ICE check with USE-CANDIDATE".to_owned(),
            Some(_) if one.method == "binding" => "ICE check".to_owned(),
            _ => method(&one.method),
        }
    }

    fn reason(&self, one: &Transaction) -> Option<&str> {
        let step = self.steps.get(&(*one.sent.first()?, one.client))?;
        step.reason.as_deref()
    }
}

fn transactions(report: &Pcap, entries: &mut Vec<Entry>) {
    let context = Context::new(report);
    for one in &report.stun.transactions {
        let moment = Moment {
            frame: one.sent.first().copied().unwrap_or_default(),
            at_s: one.sent_at_s,
        };
        let flow = context.sessions.get(&(one.client, one.server)).copied();
        let asked = context.asked(one);
        let (head, what, paint) = match (one.outcome.as_ref(), one.error_code) {
            ("success", _) => (Head::Both, asked, None),
            ("unanswered", _) => (Head::Lost, format!("{asked}: NO ANSWER"), Some(Paint::Red)),
            (_, code) => {
                let reason = context
                    .reason(one)
                    .map(|reason| format!(" {reason}"))
                    .unwrap_or_default();
                let code = code.map(|code| format!(" {code}")).unwrap_or_default();
                (Head::Both, format!("{asked}: error{code}{reason}"), Some(Paint::Yellow))
            }
        };
        let mut notes = Vec::new();
        notes.extend((one.retransmissions > 0).then(|| format!("sent {} times", one.retransmissions + 1)));
        notes.extend(one.rtt_ms.map(|rtt| format!("answered in {}", duration(rtt))));
        notes.extend(one.answered_from.map(|from| format!("by {from}")));
        entries.push(Entry {
            head,
            paint,
            note: notes.join(", "),
            repeats: true,
            ..entry(moment, flow, Some((one.client, one.server)), what)
        });
    }
}

/// What a session itself tells: TCP, ICMP errors.
fn session(session: &Session, entries: &mut Vec<Entry>) {
    let flow = Some(session.id);
    let there = (session.a, session.b);
    if let Some(tcp) = &session.tcp {
        if let Some(syn) = tcp.syn {
            let sent = if tcp.syns > 1 {
                format!("SYN sent {} times", tcp.syns)
            } else {
                String::new()
            };
            let connected = entry(syn, flow, Some(there), "TCP connection");
            entries.push(match (tcp.syn_ack, tcp.reset) {
                (Some(_), _) => Entry {
                    head: Head::Both,
                    note: sent,
                    ..connected
                },
                (None, reset) => Entry {
                    head: if reset.is_some() { Head::There } else { Head::Lost },
                    what: if reset.is_some() {
                        "TCP connection refused"
                    } else {
                        "TCP connection: NO ANSWER"
                    }
                    .to_owned(),
                    note: sent,
                    paint: Some(Paint::Red),
                    ..connected
                },
            });
        }
        if let (Some(reset), Some(_)) = (tcp.reset, tcp.syn_ack.or(session.a_to_b.last)) {
            entries.push(Entry {
                paint: Some(Paint::Yellow),
                ..entry(reset, flow, Some(there), "TCP reset")
            });
        }
        entries.extend(
            tcp.fin
                .map(|fin| entry(fin, flow, Some(there), "TCP connection closed")),
        );
    }
    for one in &session.icmp {
        let about = protocol(&one.protocol);
        let ends = (SocketAddr::new(one.from, 0), one.about_sender);
        let what = format!("ICMP {} about {about} to {}", one.meaning, one.about_receiver);
        entries.push(Entry {
            paint: Some(Paint::Red),
            repeats: true,
            ..entry(one.at, flow, Some(ends), what)
        });
    }
}

fn ice(ice: &Ice, entries: &mut Vec<Entry>) {
    for switch in &ice.switches {
        let Some(pair) = ice.pairs.get(switch.to) else { continue };
        let ends = match switch.side.as_ref() {
            "local" => (pair.local, pair.remote),
            _ => (pair.remote, pair.local),
        };
        let what = format!("path changed: sends on {} -> {} now", ends.0, ends.1);
        entries.push(Entry {
            paint: Some(Paint::Yellow),
            ..entry(switch.at, Some(pair.session), Some(ends), what)
        });
    }
    let used = ice.nominated_pair.and_then(|used| ice.pairs.get(used.pair));
    let Some((consent, pair)) = ice.consent.as_ref().zip(used) else {
        return;
    };
    for gap in &consent.gaps {
        let ends = if gap.side == "local" {
            (pair.local, pair.remote)
        } else {
            (pair.remote, pair.local)
        };
        let end = if gap.recovered { "" } else { ", to the end" };
        let what = format!(
            "the last answer to a check; then none for {} s{end}",
            seconds(gap.duration_s)
        );
        let paint = if gap.recovered { Paint::Yellow } else { Paint::Red };
        entries.push(Entry {
            head: Head::Lost,
            paint: Some(paint),
            ..entry(gap.from, Some(pair.session), Some(ends), what)
        });
    }
}

fn dtls(dtls: &Dtls, entries: &mut Vec<Entry>) {
    let flow = Some(dtls.session);
    let ends = |from: &str| {
        let (client, server) = dtls.client.zip(dtls.server)?;
        Some(if from == "client" {
            (client, server)
        } else {
            (server, client)
        })
    };
    let last = dtls.flights.len().saturating_sub(1);
    for (place, flight) in dtls.flights.iter().enumerate() {
        let messages: Vec<String> = flight.messages.iter().map(|message| camel(message)).collect();
        let stuck = place == last && dtls.outcome == "stuck";
        let sent = flight.retransmissions + 1;
        entries.push(Entry {
            head: if stuck { Head::Lost } else { Head::There },
            note: if sent > 1 {
                format!("sent {sent} times")
            } else {
                String::new()
            },
            paint: stuck.then_some(Paint::Red),
            ..entry(
                flight.at,
                flow,
                ends(&flight.from),
                format!("DTLS {}", messages.join(", ")),
            )
        });
    }
    for alert in &dtls.alerts {
        let level = alert
            .level
            .as_ref()
            .map(|level| format!("{level} "))
            .unwrap_or_default();
        let what = match alert.description.as_str() {
            "encrypted" => "DTLS alert (encrypted)".to_owned(),
            name => format!("DTLS {level}alert {name}"),
        };
        let fatal = alert.level.as_deref() == Some("fatal");
        let paint = fatal.then_some(Paint::Red);
        entries.push(Entry {
            paint,
            ..entry(alert.at, flow, ends(&alert.from), what)
        });
    }
}

/// `client_hello`: `ClientHello`.
fn camel(name: &str) -> String {
    match name.contains('_') || name.chars().all(|c| c.is_ascii_lowercase()) {
        true => method(&name.replace('_', "-")),
        false => name.to_owned(),
    }
}

fn tls(report: &Pcap, entries: &mut Vec<Entry>) {
    for tls in &report.tls {
        let Some((client, server)) = tls.client.zip(tls.server) else {
            continue;
        };
        let flow = Some(tls.session);
        let name = tls
            .server_name
            .as_ref()
            .map(|name| format!(" for {name}"))
            .unwrap_or_default();
        let hello = |moment| entry(moment, flow, Some((client, server)), format!("TLS ClientHello{name}"));
        entries.extend(tls.client_hello.map(hello));
        let version = tls.version.as_deref().unwrap_or("TLS");
        let answer = |moment| entry(moment, flow, Some((server, client)), format!("ServerHello, {version}"));
        entries.extend(tls.server_hello.map(answer));
        if let Some(alert) = &tls.refused {
            let ends = if alert.from == "client" {
                (client, server)
            } else {
                (server, client)
            };
            let what = format!("TLS alert {}", alert.description);
            entries.push(Entry {
                paint: Some(Paint::Red),
                ..entry(alert.at, flow, Some(ends), what)
            });
        }
    }
}

fn rtp(stream: &RtpStream, entries: &mut Vec<Entry>) {
    let relayed = stream.relayed_src.zip(stream.relayed_dst);
    let Some(ends) = relayed.or_else(|| stream.src.parse().ok().zip(stream.dst.parse().ok())) else {
        return;
    };
    let (flow, ends) = (Some(stream.session), Some(ends));
    let name = match &stream.encoding {
        Some(codec) => format!("{} ({codec})", stream.ssrc),
        None => stream.ssrc.clone(),
    };
    entries.extend(
        stream
            .first_packet
            .map(|first| entry(first, flow, ends, format!("RTP {name} begins"))),
    );
    entries.extend(stream.last_packet.map(|last| {
        let lost = if stream.lost > 0 {
            format!(", {} lost", stream.lost)
        } else {
            String::new()
        };
        entry(
            last,
            flow,
            ends,
            format!("RTP {name} ends after {} packets{lost}", stream.packets),
        )
    }));
    for gap in &stream.gaps {
        let lost = if gap.lost > 0 {
            format!(", {} lost", gap.lost)
        } else {
            String::new()
        };
        let what = format!("RTP {name} silent for {} s{lost}", seconds(gap.to.at_s - gap.from.at_s));
        entries.push(Entry {
            head: Head::Lost,
            paint: Some(Paint::Yellow),
            ..entry(gap.from, flow, ends, what)
        });
    }
}

/// Descriptions that the capture has itself.
fn sctp(sctp: &Sctp, entries: &mut Vec<Entry>) {
    let flow = Some(sctp.session);
    let ends = |from: SocketAddr| Some((from, if from == sctp.a { sctp.b } else { sctp.a }));
    if let Some((init, who)) = sctp.init.zip(sctp.initiator) {
        let done = sctp.took_ms.map(|took| format!("set up in {}", duration(took)));
        entries.push(Entry {
            note: done.unwrap_or_default(),
            ..entry(init, flow, ends(who), "SCTP INIT")
        });
    }
    for channel in &sctp.channels {
        let what = format!("opens data channel {} \"{}\"", channel.id, channel.label);
        entries.push(entry(channel.opened, flow, ends(channel.opener), what));
    }
    if let Some((when, who)) = sctp.ended_at.zip(sctp.ended_by) {
        let cause = sctp
            .cause
            .as_ref()
            .map(|cause| format!(": {cause}"))
            .unwrap_or_default();
        let (what, paint) = match sctp.ended.as_ref() {
            "aborted" => ("ABORT", Some(Paint::Red)),
            _ => ("SHUTDOWN", None),
        };
        entries.push(Entry {
            paint,
            ..entry(when, flow, ends(who), format!("SCTP {what}{cause}"))
        });
    }
}

fn described(report: &Pcap, entries: &mut Vec<Entry>) {
    for one in &report.descriptions {
        if let (Some(at), Some(src), Some(dst)) = (one.at, one.src, one.dst) {
            let kind = one.kind.as_deref().unwrap_or("description");
            entries.push(entry(at, None, Some((src, dst)), format!("SDP {kind}")));
        }
    }
}

/// Ends that are no answer to a request.
fn allocations(report: &Pcap, entries: &mut Vec<Entry>) {
    for one in &report.turn {
        if let ("expired", Some(end)) = (one.ended.as_ref(), one.ended_at) {
            let ends = Some((one.client, one.server));
            let what = "TURN allocation expired";
            entries.push(Entry {
                paint: Some(Paint::Yellow),
                ..entry(end, Some(one.session), ends, what)
            });
        }
    }
}

/// Where the findings fall.
fn verdicts(findings: &[Finding], entries: &mut Vec<Entry>) {
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Info) {
        let place = finding.evidence.iter().find_map(|one| Some((one.frame?, one.at_s?)));
        if let Some((frame, at_s)) = place {
            let paint = match finding.severity {
                Severity::Error => Paint::Red,
                _ => Paint::Yellow,
            };
            let what = format!("{}[{}] {}", finding.severity.name(), finding.code, finding.subject);
            let moment = Moment { frame, at_s };
            entries.push(Entry {
                paint: Some(paint),
                ..entry(moment, None, None, what)
            });
        }
    }
}
