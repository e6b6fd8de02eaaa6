//! Every finding of `rtcdiag candidates`: a table of reports, each with exactly the codes that it must fire.

use std::collections::BTreeSet;

use rtcdiag::check::candidates::check;
use rtcdiag::check::catalog;
use rtcdiag::report::candidates::*;
use rtcdiag::report::{Finding, Severity};

/// A report with one used IPv4 and one used IPv6 address, a host and a srflx candidate, and `servers`.
fn report(servers: Vec<Server>) -> Candidates {
    Candidates {
        candidates: vec![candidate("host"), candidate("srflx"), candidate("relay")],
        servers,
        configuration_errors: Vec::new(),
        configuration_notes: Vec::new(),
        interfaces: vec![interface("10.0.0.5", None), interface("2001:db8::5", None)],
        policy: "all".to_owned(),
        finished_ms: 1.0,
    }
}

fn interface(address: &str, reason: Option<LeftOut>) -> Interface {
    Interface {
        name: "eth0".to_owned(),
        address: address.parse().unwrap(),
        used: reason.is_none(),
        reason,
    }
}

fn candidate(kind: &str) -> Candidate {
    Candidate {
        candidate: format!("candidate:1 1 udp 1 203.0.113.9 4000 typ {kind}"),
        component: 1,
        foundation: "1".to_owned(),
        protocol: "udp".to_owned(),
        priority: 1,
        address: "203.0.113.9".parse().unwrap(),
        port: 4000,
        candidate_type: kind.to_owned(),
        related_address: None,
        related_port: None,
        tcp_type: None,
        relay_protocol: None,
        url: None,
        interface: None,
        gathered_ms: 0.0,
    }
}

fn server(scheme: &str, attempts: Vec<Attempt>) -> Server {
    Server {
        url: format!("{scheme}:server.example"),
        scheme: scheme.to_owned(),
        url_notes: Vec::new(),
        credential_notes: Vec::new(),
        skipped: None,
        attempts,
    }
}

/// A STUN attempt from 10.0.0.5:4000 that was seen as 203.0.113.9:4000.
fn good() -> Attempt {
    Attempt {
        local: Some("10.0.0.5:4000".parse().unwrap()),
        outcome: AttemptOutcome::Ok,
        steps: vec![step("binding", AttemptOutcome::Ok)],
        rtt_ms: Some(1.0),
        mapped_address: Some("203.0.113.9:4000".parse().unwrap()),
        ..Attempt::begun("udp", Some("198.51.100.1:3478".parse().unwrap()))
    }
}

fn relayed(relayed: &str) -> Attempt {
    Attempt {
        relayed_address: Some(relayed.parse().unwrap()),
        lifetime_s: Some(600),
        authentication: Some(Authentication {
            password_algorithm: "MD5".to_owned(),
            integrity: "MESSAGE-INTEGRITY".to_owned(),
            userhash: false,
        }),
        ..good()
    }
}

fn seen_by(server: &str, mapped: &str) -> Attempt {
    Attempt {
        address: Some(server.parse().unwrap()),
        mapped_address: Some(mapped.parse().unwrap()),
        ..good()
    }
}

fn step(name: &str, outcome: AttemptOutcome) -> Step {
    Step {
        step: name.to_owned(),
        outcome,
        started_ms: 0.0,
        took_ms: 1.0,
        detail: None,
    }
}

fn failed(kind: ErrorKind, code: Option<u16>) -> Attempt {
    Attempt {
        outcome: if kind == ErrorKind::Timeout {
            AttemptOutcome::Timeout
        } else {
            AttemptOutcome::Failed
        },
        steps: vec![step("allocate", AttemptOutcome::Failed)],
        mapped_address: None,
        error: Some(AttemptError {
            code,
            reason: Some("what it said".to_owned()),
            kind,
        }),
        ..good()
    }
}

fn tls(verdict: &str, expires_in_s: i64, outcome: AttemptOutcome) -> Attempt {
    Attempt {
        transport: "tls".to_owned(),
        steps: vec![
            step("connect", AttemptOutcome::Ok),
            step("tls", outcome),
            step("binding", AttemptOutcome::Ok),
        ],
        tls: Some(Tls {
            version: "TLSv1.3".to_owned(),
            cipher_suite: "TLS13_AES_128_GCM_SHA256".to_owned(),
            key_exchange: None,
            verdict: verdict.to_owned(),
            chain: vec![Certificate {
                subject: "CN=server.example".to_owned(),
                issuer: "CN=ca".to_owned(),
                names: vec!["server.example".to_owned()],
                not_before: String::new(),
                not_after: String::new(),
                expires_in_s,
                sha256: String::new(),
            }],
        }),
        ..good()
    }
}

/// A TURN server that fails like this, asked beside a good one, so that nothing else is missing.
fn failing(kind: ErrorKind, code: Option<u16>) -> Candidates {
    report(vec![server("turn", vec![failed(kind, code)])])
}

fn with_note(note: &str, attempt: Attempt) -> Candidates {
    let mut server = server("turn", vec![attempt]);
    server.credential_notes = vec![CredentialNote {
        note: note.to_owned(),
        problem: "the user name is odd".to_owned(),
        instead: "Do better.".to_owned(),
    }];
    report(vec![server])
}

/// Name of the case, the report, and the codes that it must fire, worst first by table.
fn cases() -> Vec<(&'static str, Candidates, Vec<&'static str>)> {
    use ErrorKind::*;
    let mut cases = vec![
        (
            "all is well",
            report(vec![
                server("stun", vec![good()]),
                server("turn", vec![relayed("198.51.100.1:50000")]),
            ]),
            vec![],
        ),
        ("no server named", report(vec![]), vec!["no-server-named"]),
        ("name", failing(NameNotResolved, None), vec!["name-not-resolved"]),
        (
            "lookup timeout",
            failing(ResolveTimeout, None),
            vec!["name-lookup-timeout"],
        ),
        ("family", failing(NoAddressOfFamily, None), vec!["no-address-of-family"]),
        ("timeout", failing(Timeout, None), vec!["server-timeout"]),
        ("refused", failing(Refused, None), vec!["server-refused"]),
        ("unreachable", failing(Unreachable, None), vec!["server-unreachable"]),
        ("closed", failing(Closed, None), vec!["connection-closed"]),
        ("reset", failing(Reset, None), vec!["connection-reset"]),
        ("io", failing(Io, None), vec!["network-error"]),
        ("tls name", failing(TlsName, None), vec!["tls-name-mismatch"]),
        ("tls expired", failing(TlsExpired, None), vec!["tls-expired"]),
        ("tls early", failing(TlsNotYetValid, None), vec!["tls-not-yet-valid"]),
        ("tls untrusted", failing(TlsUntrusted, None), vec!["tls-untrusted"]),
        ("not tls", failing(NotTls, None), vec!["tls-not-tls"]),
        ("tls failed", failing(Tls, None), vec!["tls-failed"]),
        ("not stun", failing(NotStun, None), vec!["not-a-stun-server"]),
        ("malformed", failing(Malformed, None), vec!["malformed-answer"]),
        ("elsewhere", failing(WrongSource, None), vec!["answer-from-elsewhere"]),
        (
            "not authentic",
            failing(NotAuthentic, None),
            vec!["answer-not-authentic"],
        ),
        (
            "wrong id",
            failing(WrongTransaction, None),
            vec!["answer-with-wrong-transaction-id"],
        ),
        (
            "bid down",
            failing(BidDown, None),
            vec!["turn-password-algorithms-removed"],
        ),
        (
            "algorithm",
            failing(PasswordAlgorithm, None),
            vec!["turn-password-algorithm-unknown"],
        ),
        (
            "rejected",
            failing(Unauthorized, Some(401)),
            vec!["turn-credentials-rejected"],
        ),
        (
            "challenged without credentials",
            failing(MissingCredentials, Some(401)),
            vec!["turn-credentials-missing"],
        ),
        ("nonce loop", failing(NonceLoop, Some(438)), vec!["turn-nonce-loop"]),
        (
            "redirect loop",
            failing(RedirectLoop, Some(300)),
            vec!["turn-redirect-loop"],
        ),
        (
            "unsupported",
            failing(Unsupported, None),
            vec!["transport-not-supported"],
        ),
        ("400", failing(StunError, Some(400)), vec!["turn-bad-request"]),
        ("403", failing(StunError, Some(403)), vec!["turn-forbidden"]),
        ("420", failing(StunError, Some(420)), vec!["turn-unknown-attribute"]),
        ("437", failing(StunError, Some(437)), vec!["turn-allocation-mismatch"]),
        (
            "440",
            failing(StunError, Some(440)),
            vec!["turn-address-family-not-supported"],
        ),
        ("441", failing(StunError, Some(441)), vec!["turn-wrong-credentials"]),
        (
            "442",
            failing(StunError, Some(442)),
            vec!["turn-transport-not-supported"],
        ),
        ("443", failing(StunError, Some(443)), vec!["turn-peer-family-mismatch"]),
        ("486", failing(StunError, Some(486)), vec!["turn-quota-reached"]),
        ("500", failing(StunError, Some(500)), vec!["turn-server-error"]),
        ("508", failing(StunError, Some(508)), vec!["turn-no-capacity"]),
        ("446", failing(StunError, Some(446)), vec!["stun-error-response"]),
        ("interrupted", failing(Interrupted, None), vec![]),
        (
            "certificate for long",
            report(vec![server(
                "stuns",
                vec![tls("trusted", 90 * 86_400, AttemptOutcome::Ok)],
            )]),
            vec![],
        ),
        (
            "certificate for days",
            report(vec![server("stuns", vec![tls("trusted", 86_400, AttemptOutcome::Ok)])]),
            vec!["tls-expires-soon"],
        ),
        (
            "insecure",
            report(vec![server("stuns", vec![tls("expired", -5, AttemptOutcome::Ok)])]),
            vec!["tls-not-verified"],
        ),
        (
            "open relay",
            report(vec![server(
                "turn",
                vec![Attempt {
                    authentication: None,
                    ..relayed("198.51.100.1:50000")
                }],
            )]),
            vec!["turn-open-relay"],
        ),
        (
            "private relay",
            report(vec![server("turn", vec![relayed("10.0.0.9:50000")])]),
            vec!["relay-address-private"],
        ),
        (
            "unspecified relay",
            report(vec![server("turn", vec![relayed("0.0.0.0:50000")])]),
            vec!["relay-address-unspecified"],
        ),
        (
            "loopback relay",
            report(vec![server("turn", vec![relayed("127.0.0.1:50000")])]),
            vec!["relay-address-loopback"],
        ),
        (
            "loopback relay of a loopback server",
            report(vec![server(
                "turn",
                vec![Attempt {
                    address: Some("127.0.0.1:3478".parse().unwrap()),
                    ..relayed("127.0.0.1:50000")
                }],
            )]),
            vec![],
        ),
        (
            "private relay of a private server",
            report(vec![server(
                "turn",
                vec![Attempt {
                    address: Some("10.0.0.1:3478".parse().unwrap()),
                    ..relayed("10.0.0.1:50000")
                }],
            )]),
            vec![],
        ),
        (
            "expired, and rejected",
            with_note("expired", failed(Unauthorized, Some(401))),
            vec!["turn-credentials-expired"],
        ),
        (
            "expired by its looks, and accepted",
            with_note("expired", relayed("198.51.100.1:50000")),
            vec![],
        ),
        (
            "milliseconds",
            with_note("milliseconds", failed(Unauthorized, Some(401))),
            vec!["turn-credentials-milliseconds"],
        ),
        (
            "reversed",
            with_note("reversed", failed(Unauthorized, Some(401))),
            vec!["turn-credentials-reversed"],
        ),
        (
            "hex",
            with_note("hex-credential", failed(StunError, Some(400))),
            vec!["turn-credentials-hex", "turn-bad-request"],
        ),
        (
            "missing, and asked for",
            with_note("missing-credential", failed(MissingCredentials, Some(401))),
            vec!["turn-credentials-missing"],
        ),
        (
            "missing, and no answer",
            with_note("missing-credential", failed(Timeout, None)),
            vec!["turn-credentials-missing", "server-timeout"],
        ),
    ];

    let redirected = Attempt {
        redirected_to: Some("198.51.100.2:3478".parse().unwrap()),
        ..failed(Redirected, Some(300))
    };
    cases.push((
        "redirected",
        report(vec![server("turn", vec![redirected, relayed("198.51.100.2:50000")])]),
        vec!["turn-redirected"],
    ));

    let mut silent = failed(Timeout, None);
    silent.transport = "tcp".to_owned();
    silent.steps = vec![
        step("connect", AttemptOutcome::Ok),
        step("binding", AttemptOutcome::Timeout),
    ];
    cases.push((
        "connected, and no answer",
        report(vec![server("stun", vec![silent])]),
        vec!["server-silent"],
    ));

    let unreleased = Attempt {
        released: Some(false),
        ..relayed("198.51.100.1:50000")
    };
    cases.push((
        "not released",
        report(vec![server("turn", vec![unreleased])]),
        vec!["allocation-not-released"],
    ));
    let released = Attempt {
        released: Some(true),
        ..relayed("198.51.100.1:50000")
    };
    cases.push(("released", report(vec![server("turn", vec![released])]), vec![]));
    cases.push((
        "an impossible mapped address",
        report(vec![server("stun", vec![seen_by("198.51.100.1:3478", "0.0.0.0:0")])]),
        vec!["mapped-address-unusable"],
    ));

    let with_url_note = |well_formed: bool| {
        let mut server = server("stun", vec![good()]);
        server.url_notes = vec![UrlNote {
            note: "a-note".to_owned(),
            well_formed,
            problem: "it has slashes before the host".to_owned(),
            browsers: "Browsers refuse it.".to_owned(),
            instead: "Leave them out.".to_owned(),
        }];
        report(vec![server])
    };
    cases.push(("misspelled", with_url_note(false), vec!["url-outdated-or-misspelled"]));
    cases.push(("not for browsers", with_url_note(true), vec!["url-not-for-browsers"]));

    let mut refused = report(vec![server("stun", vec![good()])]);
    refused.configuration_errors = vec![ConfigurationError {
        entry: "iceServers[0]".to_owned(),
        url: String::new(),
        problem: "no urls".to_owned(),
        instead: "add urls".to_owned(),
    }];
    cases.push(("configuration", refused, vec!["ice-servers-entry-refused"]));

    let mut quirky = report(vec![server("stun", vec![good()])]);
    quirky.configuration_notes = vec!["iceServers[0] has `url`; the name is `urls`".to_owned()];
    cases.push(("configuration with old names", quirky, vec!["ice-servers-misspelled"]));
    cases.push((
        "blanks in the credential",
        with_note("blanks-around-credential", failed(Unauthorized, Some(401))),
        vec!["turn-credentials-malformed"],
    ));

    let two = |first: Attempt, second: Attempt| report(vec![server("stun", vec![first]), server("stun", vec![second])]);
    cases.push((
        "one mapping for two servers",
        two(good(), seen_by("192.0.2.7:3478", "203.0.113.9:4000")),
        vec!["nat-mapping-endpoint-independent"],
    ));
    cases.push((
        "another mapping for another server",
        two(good(), seen_by("192.0.2.7:3478", "203.0.113.9:4001")),
        vec!["nat-mapping-endpoint-dependent"],
    ));
    cases.push((
        "another mapping for another port",
        two(good(), seen_by("198.51.100.1:3479", "203.0.113.9:4001")),
        vec!["nat-mapping-endpoint-dependent"],
    ));
    cases.push((
        "a server inside, another outside",
        two(good(), seen_by("10.0.0.1:3478", "10.0.0.5:4000")),
        vec!["nat-none"],
    ));
    cases.push((
        "a server between two NATs",
        two(good(), seen_by("100.64.0.1:3478", "100.64.7.7:4000")),
        vec![],
    ));
    cases.push((
        "an ALG",
        report(vec![server(
            "stun",
            vec![Attempt {
                plain_mapped_address: Some("10.0.0.5:4000".parse().unwrap()),
                ..good()
            }],
        )]),
        vec!["alg-rewrites-addresses"],
    ));
    cases.push((
        "both forms agree",
        report(vec![server(
            "stun",
            vec![Attempt {
                plain_mapped_address: good().mapped_address,
                ..good()
            }],
        )]),
        vec![],
    ));

    let without = |kind: &str, mut report: Candidates| {
        report.candidates.retain(|candidate| candidate.candidate_type != kind);
        report
    };
    cases.push((
        "no srflx",
        without("srflx", failing(Timeout, None)),
        vec!["server-timeout", "no-server-reflexive"],
    ));
    cases.push((
        "no relay",
        without("relay", failing(Timeout, None)),
        vec!["server-timeout", "no-relay"],
    ));
    cases.push((
        "no relay after Ctrl-C",
        without("relay", failing(Interrupted, None)),
        vec![],
    ));
    let mut relay_only = without("relay", report(vec![server("stun", vec![])]));
    relay_only.policy = "relay".to_owned();
    cases.push(("only relays wanted, and no TURN server", relay_only, vec!["no-relay"]));
    cases.push((
        "no relay, none asked",
        without("relay", report(vec![server("stun", vec![good()])])),
        vec![],
    ));
    cases.push((
        "no srflx for lack of a NAT",
        without(
            "srflx",
            report(vec![server("stun", vec![seen_by("192.0.2.7:3478", "10.0.0.5:4000")])]),
        ),
        vec!["nat-none"],
    ));

    let addresses = |interfaces: Vec<Interface>| Candidates {
        interfaces,
        ..report(vec![server("stun", vec![good()])])
    };
    cases.push((
        "only IPv4",
        addresses(vec![interface("10.0.0.5", None)]),
        vec!["ipv4-only"],
    ));
    cases.push((
        "only IPv6",
        addresses(vec![interface("2001:db8::5", None)]),
        vec!["ipv6-only"],
    ));
    cases.push((
        "IPv6 excluded by the user",
        addresses(vec![
            interface("10.0.0.5", None),
            interface("2001:db8::5", Some(LeftOut::Family)),
        ]),
        vec![],
    ));
    cases.push((
        "no address",
        addresses(vec![interface("127.0.0.1", Some(LeftOut::Loopback))]),
        vec!["no-host-candidate"],
    ));
    cases
}

fn codes(findings: &[Finding]) -> BTreeSet<&str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn each_case_fires_its_codes_and_no_others() {
    for (name, report, expected) in cases() {
        let findings = check(&report);
        assert_eq!(
            codes(&findings),
            expected.iter().copied().collect(),
            "{name}: {findings:#?}"
        );
        for finding in &findings {
            assert!(
                !finding.summary.is_empty() && finding.summary.ends_with('.'),
                "{name}: {:?}",
                finding.summary
            );
        }
    }
}

#[test]
fn every_code_fires_somewhere_and_is_silent_elsewhere() {
    let cases = cases();
    for entry in catalog::candidates::ALL {
        assert!(
            cases.iter().any(|(_, _, codes)| codes.contains(&entry.code)),
            "{} never fires",
            entry.code
        );
        assert!(
            cases.iter().any(|(_, _, codes)| !codes.contains(&entry.code)),
            "{} always fires",
            entry.code
        );
    }
}

#[test]
fn a_server_that_works_at_one_address_gets_warnings_for_the_others() {
    let both = report(vec![server(
        "turn",
        vec![failed(ErrorKind::Timeout, None), relayed("198.51.100.1:50000")],
    )]);
    let findings = check(&both);
    assert_eq!(codes(&findings), BTreeSet::from(["server-timeout"]));
    assert_eq!(findings[0].severity, Severity::Warning);
}

#[test]
fn equal_failures_of_one_server_are_one_finding() {
    let mut second = failed(ErrorKind::Timeout, None);
    second.address = Some("192.0.2.2:3478".parse().unwrap());
    let findings = check(&report(vec![server(
        "turn",
        vec![failed(ErrorKind::Timeout, None), second],
    )]));
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].evidence.len(), 2);
    assert!(findings[0].summary.contains("(2 attempts)"), "{}", findings[0].summary);
}

/// Three URLs of one server, as they are usually given: with a quota of two, the third is refused because of the others.
#[test]
fn a_quota_that_this_run_used_up_is_a_warning() {
    let refused = server("turn", vec![failed(ErrorKind::StunError, Some(486))]);
    let alone = check(&report(vec![refused.clone()]));
    assert_eq!(
        (alone[0].code.as_str(), alone[0].severity),
        ("turn-quota-reached", Severity::Error)
    );
    let beside = check(&report(vec![
        server("turn", vec![relayed("198.51.100.1:50000")]),
        refused,
    ]));
    assert_eq!(
        (beside[0].code.as_str(), beside[0].severity),
        ("turn-quota-reached", Severity::Warning)
    );
    assert!(
        beside[0]
            .summary
            .ends_with("This run itself held one other allocation there."),
        "{}",
        beside[0].summary
    );
}

#[test]
fn what_follows_from_other_findings_is_no_error_of_its_own() {
    let mut failing = failing(ErrorKind::Timeout, None);
    failing.candidates.clear();
    let severities: Vec<_> = check(&failing)
        .into_iter()
        .map(|finding| (finding.code, finding.severity))
        .collect();
    let expected = [
        ("server-timeout", Severity::Error),
        ("no-server-reflexive", Severity::Info),
        ("no-relay", Severity::Warning),
    ];
    assert_eq!(severities, expected.map(|(code, severity)| (code.to_owned(), severity)));
}

/// An open relay or a failure is told by its own step, not by the release that follows.
#[test]
fn the_step_that_decided_is_the_evidence() {
    let mut attempt = failed(ErrorKind::Malformed, None);
    attempt.steps = vec![
        step("challenge", AttemptOutcome::Ok),
        step("allocate", AttemptOutcome::Failed),
        step("refresh", AttemptOutcome::Ok),
    ];
    let findings = check(&report(vec![server("turn", vec![attempt])]));
    assert_eq!(findings[0].evidence[0].value.as_deref(), Some("allocate: what it said"));
    assert!(findings[0].summary.contains("`allocate`"), "{}", findings[0].summary);
}

#[test]
fn doubtful_credentials_are_a_warning_while_the_server_is_silent() {
    let silent = with_note("expired", failed(ErrorKind::Timeout, None));
    let finding = check(&silent)
        .into_iter()
        .find(|finding| finding.code == "turn-credentials-expired")
        .unwrap();
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(finding.summary, "The user name is odd.");
}
