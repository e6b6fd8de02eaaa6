//! Setting up: servers, candidates, checks, DTLS. The cause comes first; what follows from it is lowered.

use std::collections::BTreeMap;

use super::look::{Call, Told};
use super::thresholds as limits;
use crate::check::catalog::stats as catalog;
use crate::check::words::{count, lower, times};
use crate::report::{Evidence, Finding, Severity};
use crate::stats::event::CandidateError;
use crate::stats::facts::config::servers;
use crate::stats::{Detail, StatsObject};

/// What came of setting up.
pub(super) struct Outcome {
    /// When ICE and DTLS were first connected, milliseconds since 1970, if events or series tell.
    pub connected_at: Option<f64>,
    /// Whether it was ever connected.
    pub connected: bool,
    /// Whether ICE was, at least.
    pub ice: bool,
    /// When it failed.
    pub failed_at: Option<f64>,
    /// Whether it said that it failed.
    pub failed: bool,
    /// Whether both descriptions were applied, as far as events tell; else whether there are candidates of both sides.
    pub negotiated: bool,
}

/// What came of setting up, from events, states in stats, and packets.
pub(super) fn outcome(call: &Call<'_>) -> Outcome {
    let connection = call.states("connection");
    let ice = call.states("iceconnection");
    let transports: Vec<&StatsObject> = call.pc.typed(call.names, &["transport"]).collect();
    let states = |member: &str| -> Vec<(f64, String)> {
        transports
            .iter()
            .flat_map(|transport| call.texts(transport, member))
            .collect()
    };
    let (ice_states, dtls_states) = (states("iceState"), states("dtlsState"));
    let up = |state: &str| matches!(state, "connected" | "completed");
    let arrived = call
        .way(true)
        .any(|stream| call.number(stream.object, "packetsReceived").unwrap_or(0.0) > 0.0);
    let dtls_failed = dtls_states.iter().any(|(_, state)| state == "failed");
    let ice_up = ice.iter().any(|(_, state)| up(state))
        || ice_states.iter().any(|(_, state)| up(state))
        || call.pairs().any(|pair| call.succeeded(pair));
    let by_dtls = dtls_states.iter().any(|(_, state)| state == "connected");
    // Browsers say `connected` of a connection for a moment even where DTLS then fails.
    let by_state = connection.iter().any(|(_, state)| *state == "connected") && !dtls_failed;
    let unsaid = connection.is_empty() && dtls_states.is_empty() && ice_up;
    let failed = connection.iter().chain(&ice).find(|(_, state)| *state == "failed");
    let applied = |method: &str| !call.descriptions(method).is_empty();
    let candidates = |kind: &str| call.pc.has_types(call.names, &[kind]);
    Outcome {
        connected_at: connection
            .iter()
            .find(|(_, state)| *state == "connected")
            .or_else(|| ice.iter().find(|(_, state)| up(state)))
            .and_then(|(at, _)| *at),
        connected: arrived || by_dtls || by_state || (unsaid && !dtls_failed),
        ice: ice_up || arrived,
        failed_at: failed.and_then(|(at, _)| *at),
        failed: failed.is_some() || dtls_failed || ice_states.iter().any(|(_, state)| state == "failed"),
        negotiated: (applied("setLocalDescription") && applied("setRemoteDescription"))
            || (call.pc.events.is_empty() && candidates("local-candidate")),
    }
}

/// Every finding about setting up.
pub(super) fn check(call: &Call<'_>, outcome: &Outcome, told: &mut Told) {
    check_servers(call, outcome, told);
    if !outcome.ice {
        check_ice(call, outcome, told);
    } else if !outcome.connected {
        check_dtls(call, outcome, told);
    }
    told.not_connected = !outcome.connected;
}

impl<'a> Call<'a> {
    /// The candidate pairs.
    pub fn pairs(&self) -> impl Iterator<Item = &'a StatsObject> + use<'a> {
        self.pc
            .typed(self.names, &["candidate-pair", "candidatepair", "googCandidatePair"])
    }

    /// Whether checks of a pair succeeded.
    pub fn succeeded(&self, pair: &StatsObject) -> bool {
        pair.text(self.names, "state").as_deref() == Some("succeeded")
            || self.number(pair, "responsesReceived").unwrap_or(0.0) > 0.0
            || pair.flag(self.names, "googWritable") == Some(true)
    }

    /// How many candidates of one side are known: from events, or from stats.
    fn candidates(&self, method: &str, types: &[&str]) -> usize {
        let of_event = |detail: &Detail| matches!(detail, Detail::Candidate(candidate) if !candidate.text.is_empty());
        let events = self
            .pc
            .events
            .iter()
            .filter(|event| event.method.starts_with(method) && of_event(&event.detail));
        events.count().max(self.pc.typed(self.names, types).count())
    }

    /// The STUN and TURN servers of the configuration.
    fn servers(&self) -> Vec<String> {
        self.pc.config.as_ref().map(servers).unwrap_or_default()
    }

    fn local_candidates(&self) -> usize {
        self.candidates("icecandidate", &["local-candidate", "localcandidate"])
    }

    fn remote_candidates(&self) -> usize {
        self.candidates("addIceCandidate", &["remote-candidate", "remotecandidate"])
    }
}

/// When a server gave no candidate, and what was said.
type Refusal<'a> = (Option<f64>, &'a CandidateError);

/// Errors of STUN and TURN servers, by URL and code.
fn check_servers(call: &Call<'_>, outcome: &Outcome, told: &mut Told) {
    let mut servers: BTreeMap<(String, i64), Vec<Refusal<'_>>> = BTreeMap::new();
    for event in &call.pc.events {
        if let Detail::CandidateError(error) = &event.detail {
            let url = error.url.clone().unwrap_or_else(|| "a server".to_owned());
            servers
                .entry((url, error.code.unwrap_or(0)))
                .or_default()
                .push((event.at_ms, error));
        }
    }
    // What a server says of us explains more than that another one was silent.
    let mut servers: Vec<_> = servers.into_iter().collect();
    servers.sort_by_key(|((_, code), _)| *code == 701);
    let relays = relays(call);
    for ((url, code), errors) in servers {
        let entry = if code == 701 {
            catalog::SERVER_UNREACHABLE
        } else {
            catalog::SERVER_REFUSED
        };
        let said = errors
            .iter()
            .find_map(|(_, error)| error.text.clone())
            .unwrap_or_default();
        let meaning = meaning(code);
        let evidence = errors.iter().take(5).map(|(at, error)| {
            let from = error
                .address
                .as_ref()
                .map(|address| format!(" from {address}"))
                .unwrap_or_default();
            call.fact(
                *at,
                &url,
                format!("{code} {}{from}", error.text.clone().unwrap_or_default()),
            )
        });
        let said = said.trim_end_matches('.');
        let summary = format!("{url}: {code} {said}: {meaning}; {}.", times(errors.len() as u64));
        let mut finding = call.finding(entry, summary, evidence.collect());
        if outcome.ice {
            // The call found its way; where a relay was found all the same, one address of several could not ask.
            lower(
                &mut finding,
                if code == 701 || relays {
                    Severity::Info
                } else {
                    Severity::Warning
                },
            );
        } else if code == 701 && call.local_candidates() > 0 {
            // There was something to connect with: the checks tell more.
            lower(&mut finding, Severity::Warning);
        }
        told.push(finding);
    }
}

fn relays(call: &Call<'_>) -> bool {
    let mut candidates = call.pc.typed(call.names, &["local-candidate", "localcandidate"]);
    candidates.any(|candidate| {
        candidate
            .text(call.names, "candidateType")
            .as_deref()
            .is_some_and(|kind| kind.starts_with("relay"))
    })
}

fn meaning(code: i64) -> &'static str {
    match code {
        400 => "the server did not understand the request",
        401 => "user name or password are wrong, or have expired",
        403 => "the server forbids it",
        437 => "another allocation has these ports",
        438 => "the nonce was stale again and again",
        440 | 443 => "the server does not relay in this address family",
        441 => "the allocation belongs to another user",
        442 => "the server does not relay over this transport",
        486 => "this user has no allocations left",
        500 => "the server had an error of its own",
        508 => "the server has no ports left",
        701 => "no answer came: the server is down, its name has no address, or a firewall is between",
        _ => "the server refused",
    }
}

/// ICE never connected: which kind of failure it is.
fn check_ice(call: &Call<'_>, outcome: &Outcome, told: &mut Told) {
    let (local, remote) = (call.local_candidates(), call.remote_candidates());
    let gathering = call.states("icegathering");
    let stuck = gathering.last().is_some_and(|(_, state)| *state == "gathering");
    let named = told.findings.iter().any(|finding| finding.severity == Severity::Error);
    let facts = ice_facts(call, local, remote, outcome);
    // A getStats() report alone may be of any moment; events tell that this was all.
    let asked = outcome.failed || (outcome.negotiated && !call.pc.events.is_empty());
    let checks: f64 = call.pairs().filter_map(|pair| call.number(pair, "requestsSent")).sum();
    let finding = if local == 0 && stuck && outcome.negotiated {
        let summary = "Gathering began and never ended: no candidate was found, and the servers that were named have not answered.";
        call.finding(catalog::GATHERING_STUCK, summary, facts)
    } else if local == 0 && (asked || !call.pc.stats.is_empty()) {
        let ended = if outcome.failed {
            "ICE failed"
        } else {
            "there was nothing to connect with"
        };
        call.finding(
            catalog::NO_LOCAL_CANDIDATES,
            format!("No local candidate was found, and {ended}."),
            facts,
        )
    } else if remote == 0 && outcome.failed && !call.is_firefox && !call.has_series() && call.pc.events.is_empty() {
        // Chromium drops pairs and the other side's candidates when it has failed, and fails only if there were some.
        let summary =
            "ICE failed; the report was taken after it, and has no pairs and no candidate of the other side any more.";
        call.finding(catalog::ICE_FAILED, summary, facts)
    } else if remote == 0 && local > 0 && stuck && !call.servers().is_empty() {
        let servers = call.servers().join(", ");
        let summary = format!(
            "Gathering began and never ended ({servers} did not answer), and no candidate of the other side came either."
        );
        call.finding(catalog::GATHERING_STUCK, summary, facts)
    } else if remote == 0 && local > 0 && (asked || call.pc.events.is_empty()) {
        let summary = format!(
            "This side has {}, and no candidate of the other side ever came.",
            count(local, "candidate")
        );
        call.finding(catalog::NO_REMOTE_CANDIDATES, summary, facts)
    } else if (checks > 0.0 || call.pairs().next().is_some()) && (asked || call.has_series() || checks > 20.0) {
        let sent = if checks > 0.0 {
            format!("{checks} checks were sent")
        } else {
            "Checks were sent".to_owned()
        };
        let pairs = count(call.pairs().count(), "pair");
        call.finding(
            catalog::NO_ANSWERS,
            format!("{sent} on {pairs} of candidates, and none was answered."),
            facts,
        )
    } else if outcome.failed {
        call.finding(
            catalog::ICE_FAILED,
            "ICE failed; the file does not tell how the checks went.",
            facts,
        )
    } else if outcome.negotiated && call.pc.closed != Some(true) {
        call.finding(
            catalog::NEVER_CONNECTED,
            "Both descriptions were applied, and no path was found while the file was written.",
            facts,
        )
    } else {
        return;
    };
    // That a server refused explains that there is no candidate, and often that no path was found.
    let most = match (named, outcome.failed || asked) {
        (true, _) => Severity::Warning,
        (false, true) => Severity::Error,
        (false, false) => Severity::Warning,
    };
    let most = match call.pc.events.is_empty() && !outcome.failed {
        // The first moments of a call look just the same.
        true if call.pc.samples() <= 1 && local == 0 => Severity::Info,
        true if call.pc.samples() <= 1 => Severity::Warning,
        _ if call.has_series() && !named => Severity::Error,
        _ => most,
    };
    told.push_at_most(most, finding);
}

fn ice_facts(call: &Call<'_>, local: usize, remote: usize, outcome: &Outcome) -> Vec<Evidence> {
    let mut facts = vec![
        Evidence::new("local candidates", local.to_string()),
        Evidence::new("remote candidates", remote.to_string()),
    ];
    let states = call
        .states("iceconnection")
        .into_iter()
        .chain(call.states("connection"));
    facts.extend(states.map(|(at, state)| call.fact(at, "state", state.to_owned())));
    if outcome.failed && outcome.failed_at.is_none() {
        facts.push(Evidence::new("state", "failed"));
    }
    facts.truncate(8);
    for pair in call.pairs().take(5) {
        let number = |member: &str| {
            call.number(pair, member)
                .map_or("?".to_owned(), |number| number.to_string())
        };
        let state = pair.text(call.names, "state").unwrap_or_default();
        let (sent, answered) = (number("requestsSent"), number("responsesReceived"));
        facts.push(call.fact(
            pair.start(),
            &pair.id,
            format!("{state}: {sent} checks sent, {answered} answered"),
        ));
    }
    facts
}

/// ICE is connected, and the connection is not.
fn check_dtls(call: &Call<'_>, outcome: &Outcome, told: &mut Told) {
    let mut facts: Vec<Evidence> = Vec::new();
    let mut dtls = None;
    for transport in call.pc.typed(call.names, &["transport"]) {
        for (at, state) in call.texts(transport, "dtlsState") {
            facts.push(call.fact(Some(at), &transport.id, format!("dtlsState {state}")));
            dtls = Some(state);
        }
    }
    let states = call.states("connection");
    facts.extend(
        states
            .iter()
            .map(|(at, state)| call.fact(*at, "state", format!("connection {state}"))),
    );
    let ice_at = call
        .states("iceconnection")
        .into_iter()
        .find(|(_, state)| matches!(*state, "connected" | "completed"));
    let took = ice_at
        .and_then(|(at, _)| at)
        .zip(outcome.failed_at)
        .map(|(from, to)| (to - from) / 1000.0);
    let states = call
        .states("connection")
        .into_iter()
        .chain(call.states("iceconnection"));
    let broke = states.into_iter().any(|(_, state)| state == "disconnected");
    if broke && dtls.as_deref() != Some("failed") {
        let summary = "Checks were answered; then the path broke, before the DTLS handshake was complete.";
        told.push(call.finding(catalog::PATH_LOST, summary, facts));
        return;
    }
    if dtls.as_deref() == Some("failed") || outcome.failed {
        let how = match took {
            Some(took) if took < limits::LASTING.value => {
                facts.push(Evidence::new(
                    "DTLS",
                    format!(
                        "failed {took:.3} s after ICE was connected: refused, not timed out; {}",
                        limits::LASTING
                    ),
                ));
                "at once: a certificate whose fingerprint is not the one in the description, or an alert of the other side"
            }
            Some(_) => "after a while: handshake messages were lost, or the other side did not take part",
            None => "so media and data cannot flow",
        };
        told.push(call.finding(
            catalog::DTLS_FAILED,
            format!("ICE found a path; then DTLS failed, {how}."),
            facts,
        ));
        return;
    }
    let waits = ice_at
        .and_then(|(at, _)| at)
        .zip(call.end())
        .map_or(0.0, |(from, to)| (to - from) / 1000.0);
    if waits >= limits::DTLS_TIME.value {
        facts.push(Evidence::new(
            "DTLS",
            format!("not connected after {waits:.1} s; {}", limits::DTLS_TIME),
        ));
        let summary = format!("ICE has been connected for {waits:.0} s, and the DTLS handshake is not complete.");
        told.push(call.finding(catalog::DTLS_TIMEOUT, summary, facts));
    }
}

impl Call<'_> {
    /// The last time that anything of it is of.
    pub fn end(&self) -> Option<f64> {
        let events = self.pc.events.iter().filter_map(|event| event.at_ms);
        events
            .chain(self.pc.stats.iter().filter_map(StatsObject::end))
            .reduce(f64::max)
    }
}

/// What says that the certificate of the one end is not the one in the description that the other end has.
pub(super) fn fingerprints(ours: &Call<'_>, theirs: &Call<'_>) -> Option<Finding> {
    let known = |call: &Call<'_>, method: &str| -> Vec<String> {
        let all = call.descriptions(method).into_iter();
        all.flat_map(|(_, description)| description.fingerprints.iter().map(|text| text.to_ascii_lowercase()))
            .collect()
    };
    let own = known(theirs, "setLocalDescription");
    let told = known(ours, "setRemoteDescription");
    let wrong = told
        .iter()
        .find(|fingerprint| !own.is_empty() && !own.contains(fingerprint))?;
    let facts = vec![
        Evidence::new("certificate of the other end", own[0].clone()),
        Evidence::new("fingerprint in its description, as applied here", wrong.clone()),
    ];
    let summary = "The description that was applied has another fingerprint than the other end's certificate: it was changed on the way, or is of another session.";
    Some(ours.finding(catalog::FINGERPRINT, summary, facts))
}
