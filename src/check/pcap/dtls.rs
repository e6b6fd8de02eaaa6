//! DTLS: whether the keys were agreed, and whether with the side that was described.

use std::time::Duration;

use super::said::{fact, lasted};
use super::{Told, with_others};
use crate::check::catalog::pcap as catalog;
use crate::check::words::times;
use crate::datagram::Seen;
use crate::flow::dtls::{Flight, Handshake, Outcome, Role, Waiting};
use crate::flow::ice::Association;
use crate::flow::signaling::{Credentials, Described, Source};
use crate::flow::{Direction, Facts, Session};
use crate::proto::sdp::Setup;
use crate::report::{Evidence, Severity};

/// A handshake that waits for so long is stuck; the first retransmissions come after one second at most.
const STUCK: Duration = Duration::from_secs(3);
/// A handshake that takes longer is slow.
const SLOW: Duration = Duration::from_secs(2);

/// Whether the certificates and the roles are those of the descriptions. Comes first: whoever sees another certificate than
/// was described hangs up, which looks like a broken path.
pub(super) fn check_identity(facts: &Facts, told: &mut Told) {
    for (session, handshakes) in all(facts) {
        told.about(with_others(facts, session.id));
        let sides = Sides::of(facts, session);
        for handshake in handshakes {
            if sides.check_fingerprints(handshake, told) {
                told.explained.insert(session.id);
            }
            sides.check_setup(handshake, told);
        }
    }
}

/// How the handshakes ended.
pub(super) fn check_outcome(facts: &Facts, told: &mut Told) {
    for (session, handshakes) in all(facts) {
        // The last one is the one that counts.
        let Some(handshake) = handshakes.last() else { continue };
        if told.explained.contains(&session.id) {
            continue;
        }
        told.about(with_others(facts, session.id));
        let broken = match handshake.outcome() {
            // What has media has keys; the alert closed the session, and the end of the handshake was not captured.
            Outcome::Refused { alert: None, .. } if has_media(facts, session) => false,
            Outcome::Refused { seen, .. } => refused(session, handshake, seen, told),
            Outcome::Stuck(waiting) => stuck(facts, session, handshake, waiting, told),
            Outcome::Complete {
                seen, took: Some(took), ..
            } => {
                slow(session, handshake, seen, took, told);
                false
            }
            Outcome::Complete { .. } | Outcome::Unknown => false,
        };
        if broken {
            told.explained.insert(session.id);
        }
    }
}

fn all(facts: &Facts) -> impl Iterator<Item = (&Session, &[Handshake])> {
    facts
        .dtls
        .iter()
        .map(|(id, dtls)| (facts.session(*id), dtls.handshakes.as_slice()))
}

fn subject(session: &Session) -> String {
    format!("DTLS between {} and {}", session.a, session.b)
}

fn refused(session: &Session, handshake: &Handshake, seen: Seen, told: &mut Told) -> bool {
    let outcome = handshake.outcome().to_string();
    let Outcome::Refused { alert, by, .. } = handshake.outcome() else {
        return false;
    };
    let meaning = alert
        .and_then(|alert| alert.description.entry())
        .map(|entry| entry.note)
        .filter(|note| !note.is_empty())
        .map(|note| format!(" It means: {note}."))
        .unwrap_or_default();
    let who = by.map_or_else(|| "One side".to_owned(), |by| format!("The {by}"));
    let what = alert.map_or_else(
        || "an encrypted alert".to_owned(),
        |alert| format!("the alert {}", alert.description),
    );
    let summary = format!("{who} ended the handshake with {what}.{meaning}");
    let evidence = vec![
        fact(handshake.first, "first record", subject(session)),
        fact(seen, "alert", outcome),
    ];
    told.push(catalog::DTLS_REFUSED.finding(subject(session), summary, evidence));
    true
}

fn has_media(facts: &Facts, session: &Session) -> bool {
    facts.media.streams().iter().any(|stream| stream.session == session.id)
}

fn stuck(facts: &Facts, session: &Session, handshake: &Handshake, waiting: Waiting, told: &mut Told) -> bool {
    let end = session.last().unwrap_or(handshake.last);
    // It waits since something new came last; what took long before that came in the end.
    let flight = handshake.flights.last();
    let since = flight.map_or(handshake.first, |flight| flight.last);
    let waited = end.at.since(since.at);
    let sent = flight.map_or(0, |flight| flight.retransmissions + 1);
    let seen_both_ways = session.ways.iter().all(|way| way.packets > 0);
    // Where only one side was captured, nothing can be said of the other; and what has media has keys.
    let has_media = has_media(facts, session);
    let data = handshake.data.iter().any(|data| data.records > 0);
    if !seen_both_ways || has_media || data || (waited < STUCK && sent < 3) {
        return false;
    }
    let mut evidence: Vec<Evidence> = handshake.flights.iter().take(6).enumerate().map(flight_fact).collect();
    evidence.extend(
        evidence
            .is_empty()
            .then(|| fact(handshake.first, "first record", subject(session))),
    );
    let summary = format!("The handshake is not complete after {}: {waiting}.", lasted(waited));
    told.push(catalog::DTLS_STUCK.finding(subject(session), summary, evidence));
    true
}

fn flight_fact((number, flight): (usize, &Flight)) -> Evidence {
    let steps: Vec<String> = flight.steps.iter().map(|step| step.what.to_string()).collect();
    let again = match flight.retransmissions {
        0 => String::new(),
        again => format!(", sent again {}", times(again)),
    };
    fact(
        flight.first,
        format!("flight {}", number + 1),
        format!("{}{again}", steps.join(", ")),
    )
}

fn slow(session: &Session, handshake: &Handshake, seen: Seen, took: Duration, told: &mut Told) {
    if took < SLOW {
        return;
    }
    let again = handshake.retransmissions();
    let summary = match again {
        0 => format!("The handshake took {}, though nothing was sent again.", lasted(took)),
        _ => format!(
            "The handshake took {}; flights were sent again {}.",
            lasted(took),
            times(again)
        ),
    };
    let mut evidence: Vec<Evidence> = handshake.flights.iter().take(6).enumerate().map(flight_fact).collect();
    evidence.push(fact(seen, "complete", subject(session)));
    told.push(catalog::DTLS_SLOW.finding(subject(session), summary, evidence));
}

/// Which description is that of which side of a session.
struct Sides<'a> {
    session: &'a Session,
    /// By [`Direction::index`] of what the side sends: what its descriptions say.
    described: [Vec<(&'a Described, &'a Credentials)>; 2],
}

impl<'a> Sides<'a> {
    fn of(facts: &'a Facts, session: &'a Session) -> Sides<'a> {
        let mut described = [Vec::new(), Vec::new()];
        let associations = facts
            .ice
            .iter()
            .filter(|one| one.pairs.iter().any(|pair| pair.session == session.id));
        for association in associations {
            for (side, direction) in [0, 1]
                .into_iter()
                .filter_map(|side| Some((side, direction(session, association, side)?)))
            {
                let ufrag = &association.sides[side].ufrag;
                for description in &facts.descriptions {
                    let own = description.credentials.iter().filter(|one| one.ufrag == *ufrag);
                    described[direction.index()].extend(own.map(|credentials| (description, credentials)));
                }
            }
        }
        Sides { session, described }
    }

    /// Whether a certificate is not the one described.
    fn check_fingerprints(&self, handshake: &Handshake, told: &mut Told) -> bool {
        let mut wrong = false;
        for way in [Direction::Forward, Direction::Backward] {
            let Some(certificate) = handshake.certificates[way.index()].first() else {
                continue;
            };
            let described: Vec<_> = self.described[way.index()]
                .iter()
                .flat_map(|(description, credentials)| {
                    credentials.fingerprints.iter().map(move |one| (description, one))
                })
                .collect();
            let is_it = |(hash, value): &(String, String)| {
                certificate
                    .fingerprint(hash)
                    .is_some_and(|own| own.eq_ignore_ascii_case(value))
            };
            if described.is_empty() || described.iter().any(|(_, one)| is_it(one)) {
                continue;
            }
            let who = handshake.role(way).map_or("one side", Role::name);
            let summary = format!(
                "The certificate of the {who}, {}, is not the one that its description announces.",
                self.session.from(way)
            );
            let mut evidence = vec![fact(handshake.last, "certificate sha-256", &certificate.sha256)];
            for (description, (hash, value)) in described.iter().take(4) {
                evidence.push(Evidence::new(
                    format!("a=fingerprint:{hash} in {}", place(&description.source)),
                    value,
                ));
            }
            told.push(catalog::FINGERPRINT_MISMATCH.finding(subject(self.session), summary, evidence));
            wrong = true;
        }
        wrong
    }

    /// Whether the ClientHello came from the side that was to wait for it.
    fn check_setup(&self, handshake: &Handshake, told: &mut Told) {
        let Some(client) = handshake.client else { return };
        for way in [client, client.reverse()] {
            let wanted = if way == client { Setup::Passive } else { Setup::Active };
            let contradicting = self.described[way.index()]
                .iter()
                .find(|(_, one)| one.setup == Some(wanted));
            let Some((description, _)) = contradicting else {
                continue;
            };
            let summary = format!(
                "{} announced a=setup:{}, and the ClientHello came from {}.",
                self.session.from(way),
                wanted.name(),
                self.session.from(client)
            );
            let evidence = vec![
                fact(handshake.first, "ClientHello", self.session.from(client)),
                Evidence::new(place(&description.source), format!("a=setup:{}", wanted.name())),
            ];
            let finding = catalog::SETUP_CONTRADICTED.finding(subject(self.session), summary, evidence);
            let complete = matches!(handshake.outcome(), Outcome::Complete { .. });
            told.push_at_most(if complete { Severity::Warning } else { Severity::Error }, finding);
            return;
        }
    }
}

/// Which way `side` of `association` sends in `session`.
pub(super) fn direction(session: &Session, association: &Association, side: usize) -> Option<Direction> {
    let pair = association.pairs.iter().find(|pair| pair.session == session.id)?;
    Some(if session.a == pair.addresses[side] {
        Direction::Forward
    } else {
        Direction::Backward
    })
}

/// Whether somebody closed the session at about `seen` or later.
pub(super) fn is_closed(facts: &Facts, session: &Session, seen: Seen) -> bool {
    let own = facts.dtls.iter().filter(|(id, _)| *id == session.id);
    let alerts = own
        .flat_map(|(_, dtls)| &dtls.handshakes)
        .flat_map(|handshake| &handshake.alerts);
    alerts
        .into_iter()
        .any(|alert| alert.seen.at + STUCK > seen.at && !alert.in_handshake)
}

fn place(source: &Source) -> String {
    match source {
        Source::File(name) => name.clone(),
        Source::Capture { seen, .. } => format!("frame {}", seen.frame),
    }
}
