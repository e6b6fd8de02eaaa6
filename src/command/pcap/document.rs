//! From facts to the report.

use std::collections::BTreeMap;

use super::shown::Shown;
use super::{agents, media, sctp};
use crate::capture::Time;
use crate::capture::container::FileFacts;
use crate::cli::{self, Subject};
use crate::datagram::Seen;
use crate::exchange::{Exchange, Outcome};
use crate::flow::agreed::Agreed;
use crate::flow::session::{self, Carried, Way};
use crate::flow::tls::Tls;
use crate::flow::{Direction, Facts, HandshakePiece, Session, binding, dtls, ice};
use crate::proto::stun::ErrorCode;
use crate::proto::tls::certificate::Contents;
use crate::proto::tls::{Certificate, Version};
use crate::report::pcap::{self as report, Moment, Pcap, Word};
use crate::report::timestamp::{rfc3339_nanos, rfc3339_seconds};
use crate::time::millis;

/// Everything that the facts say and the options want; the STUN transactions are left to the caller.
pub(super) fn report(
    (facts, agreed): (&Facts, &Agreed),
    files: &[FileFacts],
    began: Option<Time>,
    options: &cli::Pcap,
    shown: &Shown<'_>,
) -> Pcap {
    let all: Vec<report::File> = files.iter().map(file).collect();
    let wants = |subject| shown.wants(subject);
    let sessions = facts
        .sessions
        .iter()
        .filter(|session| session.first().is_some() && shown.session(session));
    let (ours, other): (Vec<&Session>, Vec<&Session>) = sessions.partition(|one| one.is_ours());
    let ours = ours.into_iter().filter(|session| shown.about(session));
    let mut document = Pcap {
        file: together(&all),
        counts: counts(facts),
        sessions: ours.map(session).collect(),
        other_sessions: other.len() as u64,
        left_out: facts
            .left_out
            .iter()
            .map(|(what, count)| ((*what).to_owned(), *count))
            .collect(),
        ..Pcap::default()
    };
    if all.len() > 1 {
        document.files = all;
    }
    document.view.messages = options.messages;
    document.view.transactions = options.transactions;
    document.view.timeline = options.timeline;
    if wants(Subject::Stun) {
        document.stun = stun(facts);
        let asked = facts
            .bindings
            .iter()
            .filter(|one| shown.of_session(one.session, one.first, one.last));
        document.bindings = asked.map(binding).collect();
    }
    if wants(Subject::Stun) || wants(Subject::Turn) {
        let named = facts.allocations.iter().filter(|one| shown.allocation(one));
        document.turn = named.map(agents::allocation).collect();
    }
    if wants(Subject::Stun) || wants(Subject::Ice) {
        document.ice = agents::associations(facts, shown);
    }
    if wants(Subject::Dtls) {
        document.dtls = handshakes(facts);
        let tls = facts.tls.iter().map(|(id, tls)| (facts.session(*id), tls));
        document.tls = tls
            .filter(|(session, _)| shown.session(session))
            .map(|(session, tls)| tls_of(session, tls))
            .collect();
        document.dtls_handshakes = facts.handshake_pieces.iter().map(piece).collect();
    }
    if wants(Subject::Rtp) {
        document.rtp_streams = media::streams(facts, agreed, began);
        document.rtcp = facts
            .media
            .controls()
            .iter()
            .map(|one| media::rtcp(facts, one))
            .collect();
    }
    if wants(Subject::Sctp) {
        document.sctp = facts
            .sctp
            .iter()
            .map(|(id, one)| sctp::association(facts.session(*id), one))
            .collect();
    }
    if wants(Subject::Sdp) {
        document.descriptions = facts.descriptions.iter().map(media::description).collect();
    }
    document
}

/// A moment of the capture.
pub(super) fn moment(seen: Seen) -> Moment {
    Moment {
        frame: seen.frame,
        at_s: seen.at.since_start().as_nanos() as f64 / 1e9,
    }
}

/// Round-trip times.
pub(super) fn rtt(times: &ice::RoundTrips) -> report::Rtt {
    report::Rtt {
        min: millis(times.min),
        mean: millis(times.mean()),
        max: millis(times.max),
    }
}

/// Errors, by code.
pub(super) fn errors(errors: &[(ErrorCode, u64, Seen)]) -> BTreeMap<String, u64> {
    errors
        .iter()
        .map(|(code, count, _)| (code.0.to_string(), *count))
        .collect()
}

fn file(facts: &FileFacts) -> report::File {
    let interface = |one: &crate::capture::container::Interface| report::Interface {
        link_type: one.link_type.0,
        name: one.name.clone(),
        snaplen: Some(one.snaplen).filter(|&snaplen| snaplen > 0),
        filter: one.filter.clone(),
    };
    let damage = |one: &crate::capture::container::FileDamage| report::Damage {
        offset: one.offset,
        what: one.what.to_string(),
    };
    let comment = |(frame, text): &(Option<u64>, String)| report::Comment {
        frame: *frame,
        text: text.clone(),
    };
    report::File {
        path: facts.name.clone(),
        container: facts.container.name().to_owned(),
        compression: facts.compression.map(str::to_owned),
        frames: facts.frames,
        bytes: facts.bytes,
        first: facts.first.map(|time| rfc3339_nanos(time.0)),
        last: facts.last.map(|time| rfc3339_nanos(time.0)),
        duration_s: duration(facts.first, facts.last),
        interfaces: facts.interfaces.iter().map(interface).collect(),
        truncated: facts.truncated,
        damage: facts.damage.iter().map(damage).collect(),
        comments: facts.comments.iter().map(comment).collect(),
        dropped: facts.dropped,
        has_secrets: !facts.secrets.is_empty(),
    }
}

fn duration(first: Option<Time>, last: Option<Time>) -> Option<f64> {
    Some(last?.since(first?).as_nanos() as f64 / 1e9)
}

/// The first file, with what all have together.
fn together(files: &[report::File]) -> report::File {
    let Some(mut all) = files.first().cloned() else {
        return report::File::default();
    };
    for file in &files[1..] {
        all.frames += file.frames;
        all.bytes += file.bytes;
        // RFC 3339 in UTC sorts as time does.
        all.first = [all.first.take(), file.first.clone()].into_iter().flatten().min();
        all.last = all.last.take().max(file.last.clone());
        all.truncated |= file.truncated;
        all.interfaces.extend(file.interfaces.iter().cloned());
        all.duration_s = None;
    }
    all
}

fn counts(facts: &Facts) -> report::Counts {
    let counts = &facts.counts;
    report::Counts {
        stun: counts.of(Carried::Stun),
        classic_stun: counts.of(Carried::ClassicStun),
        channel_data: counts.of(Carried::ChannelData),
        dtls: counts.of(Carried::Dtls),
        rtp: counts.of(Carried::Rtp),
        rtcp: counts.of(Carried::Rtcp),
        quic: counts.of(Carried::Quic),
        tls: counts.of(Carried::Tls),
        zrtp: counts.of(Carried::Zrtp),
        sctp: counts.of(Carried::Sctp),
        udp: counts.udp,
        tcp: counts.tcp,
        icmp: counts.icmp,
        fragments: counts.fragments,
        undecoded: counts.undecoded,
        cut: counts.cut,
    }
}

fn stun(facts: &Facts) -> report::Stun {
    let stun = &facts.stun;
    let by_type = stun.by_type.iter();
    report::Stun {
        messages: stun.messages,
        nested: stun.nested,
        classic: stun.classic,
        in_icmp: stun.in_icmp,
        truncated: stun.truncated,
        by_type: by_type
            .map(|((method, class), count)| (format!("{method} {class}"), *count))
            .collect(),
        fingerprint_valid: stun.fingerprint_valid,
        fingerprint_invalid: stun.fingerprint_invalid,
        integrity_valid: stun.integrity_valid,
        integrity_invalid: stun.integrity_invalid,
        unmatched_responses: facts.exchanges.unmatched(),
        transactions: Vec::new(),
    }
}

/// A request and what came back.
pub(super) fn transaction(exchange: &Exchange) -> report::Transaction {
    let (outcome, error_code) = match exchange.outcome() {
        Outcome::Success => ("success", None),
        Outcome::Error(code) => ("error", Some(code.0).filter(|&code| code != 0)),
        Outcome::Unanswered => ("unanswered", None),
    };
    report::Transaction {
        transaction_id: exchange.transaction_id.to_string(),
        method: match exchange.method.name() {
            Some(name) => Word::Borrowed(name),
            None => exchange.method.to_string().into(),
        },
        client: exchange.client,
        server: exchange.server,
        transport: exchange.transport.name().into(),
        sent: exchange.sent().map(|seen| seen.frame).collect(),
        sent_at_s: moment(exchange.first_sent()).at_s,
        answered_by: exchange.answer().map(|answer| answer.seen.frame),
        answered_from: exchange.answered_from_elsewhere(),
        outcome: outcome.into(),
        error_code,
        rtt_ms: exchange.rtt().map(millis),
        retransmissions: exchange.retransmissions() as u64,
    }
}

fn session(session: &Session) -> report::Session {
    let relay = session.inside;
    let error = |one: &session::IcmpSeen| report::Icmp {
        at: moment(one.seen),
        from: one.error.from,
        kind: one.error.kind,
        code: one.error.code,
        meaning: one.error.meaning().into(),
        about_sender: session.from(one.quoted),
        about_receiver: session.to(one.quoted),
        protocol: one.carried.name().into(),
        mtu: one.error.mtu,
    };
    report::Session {
        id: session.id.0,
        transport: session.transport.name().into(),
        a: session.a,
        b: session.b,
        inside: relay.map(|relay| relay.outer.0),
        channel: relay
            .and_then(|relay| relay.channel)
            .map(|number| format!("0x{number:04x}")),
        addresses_known: relay.map(|relay| relay.relayed_known && relay.peer_known),
        a_to_b: way(session.way(Direction::Forward)),
        b_to_a: way(session.way(Direction::Backward)),
        tcp: session.tcp.as_deref().map(|tcp| report::Tcp {
            syn: tcp.syn.map(moment),
            syns: tcp.syns,
            syn_ack: tcp.syn_ack.map(moment),
            fin: tcp.fin.iter().flatten().min().copied().map(moment),
            reset: tcp.reset.map(|(seen, _)| moment(seen)),
            retransmissions: tcp.retransmissions.iter().sum(),
            missing_bytes: tcp.gaps.iter().sum(),
        }),
        icmp: session.icmp.iter().map(error).collect(),
        icmp_count: session.icmp_count,
    }
}

fn way(way: &Way) -> report::Way {
    let seen = |carried: &&Carried| way.count(**carried) > 0;
    report::Way {
        packets: way.packets,
        bytes: way.bytes,
        first: way.first.map(moment),
        last: way.last.map(moment),
        protocols: Carried::ALL
            .iter()
            .filter(seen)
            .map(|carried| (carried.name().to_owned(), way.count(*carried)))
            .collect(),
    }
}

fn binding(binding: &binding::Binding) -> report::Binding {
    report::Binding {
        session: binding.session.0,
        client: binding.client,
        server: binding.server,
        transport: binding.transport.name().into(),
        requests: binding.requests,
        successes: binding.successes,
        errors: errors(&binding.errors),
        mapped: binding.mapped.iter().map(|(address, _)| *address).collect(),
        software: binding.software.clone(),
        rtt_ms: binding.rtt.as_ref().map(rtt),
    }
}

fn handshakes(facts: &Facts) -> Vec<report::Dtls> {
    let of = |(id, dtls): &(crate::flow::SessionId, dtls::Dtls)| {
        let session = facts.session(*id);
        let one = move |handshake: &dtls::Handshake| handshake_of(session, handshake);
        dtls.handshakes.iter().map(one).collect::<Vec<_>>()
    };
    facts.dtls.iter().flat_map(of).collect()
}

fn handshake_of(session: &Session, handshake: &dtls::Handshake) -> report::Dtls {
    let outcome = handshake.outcome();
    let role = |direction| handshake.role(direction).map_or("unknown", dtls::Role::name);
    let certificate = |role| handshake.certificate(role).map(certificate);
    let flight = |flight: &dtls::Flight| report::Flight {
        at: moment(flight.first),
        from: role(flight.direction).into(),
        messages: flight.steps.iter().map(|step| step.what.to_string()).collect(),
        retransmissions: flight.retransmissions,
    };
    let alert = |seen: &dtls::AlertSeen| report::Alert {
        at: moment(seen.seen),
        from: role(seen.direction).into(),
        level: seen.alert.map(|alert| alert.level.to_string()),
        description: match seen.alert {
            Some(alert) => alert.description.to_string(),
            None => "encrypted".to_owned(),
        },
    };
    report::Dtls {
        session: session.id.0,
        client: handshake.client.map(|direction| session.from(direction)),
        server: handshake.client.map(|direction| session.to(direction)),
        outcome: outcome.name().to_owned(),
        detail: outcome.to_string(),
        took_ms: match outcome {
            dtls::Outcome::Complete { took, .. } => took.map(millis),
            _ => None,
        },
        first: Some(moment(handshake.first)),
        version: handshake.version().map(|version| version.to_string()),
        cipher_suite: handshake.cipher_suite().map(|suite| suite.to_string()),
        group: handshake.group.map(|group| group.to_string()),
        srtp_profile: handshake.srtp_profile().map(|profile| profile.to_string()),
        client_certificate: certificate(dtls::Role::Client),
        server_certificate: certificate(dtls::Role::Server),
        flights: handshake.flights.iter().map(flight).collect(),
        retransmissions: handshake.retransmissions(),
        alerts: handshake.alerts.iter().map(alert).collect(),
    }
}

fn tls_of(session: &Session, tls: &Tls) -> report::Tls {
    let (offer, choice) = (tls.offer.as_ref(), tls.choice.as_ref());
    let side = |direction| {
        if tls.client == Some(direction) {
            "client"
        } else {
            "server"
        }
    };
    report::Tls {
        session: session.id.0,
        client: tls.client.map(|direction| session.from(direction)),
        server: tls.client.map(|direction| session.to(direction)),
        server_name: offer.and_then(|offer| offer.server_name.clone()),
        alpn: offer.map(|offer| offer.alpn.clone()).unwrap_or_default(),
        version: choice.map(|choice| choice.version.to_string()),
        cipher_suite: choice
            .and_then(|choice| choice.cipher_suite)
            .map(|suite| suite.to_string()),
        certificate: tls.certificates.first().map(certificate),
        client_hello: offer.map(|offer| moment(offer.seen)),
        server_hello: choice.map(|choice| moment(choice.seen)),
        refused: tls.refusal().map(|(seen, direction, alert)| report::Alert {
            at: moment(seen),
            from: side(direction).into(),
            level: Some(alert.level.to_string()),
            description: alert.description.to_string(),
        }),
    }
}

fn certificate(certificate: &Certificate) -> report::Certificate {
    let contents = certificate.contents.as_ref().ok();
    report::Certificate {
        sha256: certificate.sha256.clone(),
        subject: contents.map(|one| one.subject.clone()),
        key: contents.map(key),
        not_before: contents.map(|one| rfc3339_seconds(one.not_before)),
        not_after: contents.map(|one| rfc3339_seconds(one.not_after)),
    }
}

/// `ECDSA secp256r1`, `RSA 2048`.
fn key(contents: &Contents) -> String {
    let key = &contents.key;
    match (&key.curve, key.bits) {
        (Some(curve), _) => format!("{} {curve}", key.algorithm),
        (None, Some(bits)) => format!("{} {bits}", key.algorithm),
        (None, None) => key.algorithm.clone(),
    }
}

fn piece(piece: &HandshakePiece) -> report::DtlsHandshake {
    let one = &piece.piece;
    let whole = one.whole.as_ref();
    let version = |version: Version| version.to_string();
    report::DtlsHandshake {
        frame: one.seen.frame,
        src: piece.src.to_string(),
        dst: piece.dst.to_string(),
        kind: one
            .place
            .map_or_else(|| "encrypted".to_owned(), |place| place.kind.to_string()),
        record_version: one.record_version.map(version),
        version: whole.and_then(|whole| whole.version).map(version),
        message_seq: one.place.and_then(|place| place.message_seq),
        length: one.place.and_then(|place| place.length).map(number),
        fragment_offset: one.place.and_then(|place| place.offset).map(number),
        fragment_length: one.place.and_then(|place| place.fragment_length).map(number),
        cipher_suites: list(
            whole,
            |whole| &whole.cipher_suites,
            |suite| format!("0x{:04x}", suite.0),
        ),
        use_srtp: list(whole, |whole| &whole.use_srtp, ToString::to_string),
        server_name: whole.and_then(|whole| whole.server_name.clone()).into_iter().collect(),
        supported_versions: list(whole, |whole| &whole.supported_versions, |one| version(*one)),
        certificate_sha256: whole.map(|whole| whole.certificates.clone()).unwrap_or_default(),
    }
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn list<T>(
    whole: Option<&dtls::Whole>,
    of: impl Fn(&dtls::Whole) -> &Vec<T>,
    name: impl Fn(&T) -> String,
) -> Vec<String> {
    whole
        .map(|whole| of(whole).iter().map(name).collect())
        .unwrap_or_default()
}
