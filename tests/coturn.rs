//! `rtcdiag candidates` against coturn on loopback: every transport, both families, good and bad credentials, good and bad
//! certificates, and every way in which coturn can refuse.

mod support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use support::certificates::Flaw;
use support::coturn::{Config, Coturn, PASSWORD, REALM, SECRET, USERNAME};
use support::forwarder::{Forwarder, at_once};
use support::program::{Run, candidates};
use support::report::Attempt;
use support::turn_client::Held;
use support::{findings, ports, rest};

const V4: &str = "127.0.0.1";
const V6: &str = "[::1]";

/// Hosts that coturn listens on here.
fn hosts() -> &'static [&'static str] {
    if ports::has_ipv6() { &[V4, V6] } else { &[V4] }
}

/// `turn:127.0.0.1:PORT` and the like.
fn url(scheme: &str, host: &str, coturn: &Coturn, query: &str) -> String {
    let port = match scheme {
        "stuns" | "turns" => coturn.tls_port(),
        _ => coturn.port(),
    };
    format!("{scheme}:{host}:{port}{query}")
}

fn udp(coturn: &Coturn) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, coturn.port()).into()
}

/// `--ca-file` for its certificate.
fn authority(coturn: &Coturn) -> String {
    let files = coturn.certificates.as_ref().expect("a coturn with TLS");
    files.authority.display().to_string()
}

#[track_caller]
fn assert_allocated<'a>(run: &'a Run, coturn: &Coturn, url: &str, told: &str) -> &'a Attempt {
    let attempt = run.attempt(url);
    assert_eq!(attempt.told(), told, "{}", run.stdout);
    assert_eq!(attempt.outcome, "ok");
    assert!(attempt.error.is_none(), "{attempt:?}");
    let relayed = attempt.relayed_address.expect("a relayed address");
    assert!(coturn.relays_at(relayed), "{relayed}");
    let mapped = attempt.mapped_address.expect("a mapped address");
    assert!(attempt.lifetime_s.is_some_and(|seconds| seconds > 0), "{attempt:?}");
    let finished = run.envelope.report.finished_ms;
    assert!(
        attempt.rtt_ms.is_some_and(|ms| 0.0 < ms && ms < finished),
        "{attempt:?}"
    );
    assert!(
        attempt
            .software
            .as_ref()
            .is_some_and(|name| name.starts_with("Coturn-")),
        "{attempt:?}"
    );

    let relays = run.candidates("relay");
    let relay = relays
        .iter()
        .find(|relay| relay.url.as_deref() == Some(url))
        .expect("a relay candidate of this server");
    assert_eq!(SocketAddr::from((relay.address, relay.port)), relayed);
    assert_eq!(relay.related_address, Some(mapped.ip()));
    assert_eq!(relay.related_port, Some(mapped.port()));
    // Between the peers it is always UDP; between us and the server it counts by what libwebrtc prefers.
    assert_eq!(relay.protocol, "udp");
    assert_eq!(relay.relay_protocol.as_deref(), Some(attempt.transport.as_str()));
    let preference = match attempt.transport.as_str() {
        "udp" => 2,
        "tcp" => 1,
        _ => 0,
    };
    assert_eq!(relay.type_preference(), preference);
    attempt
}

/// It failed with this kind of error and code, has no relay candidate, and the program says so with exit code 1.
#[track_caller]
fn assert_refused<'a>(run: &'a Run, url: &str, told: &str, kind: &str, code: Option<u16>) -> &'a Attempt {
    let attempt = run.attempt(url);
    assert_eq!(attempt.told(), told, "{}", run.stdout);
    assert_eq!(attempt.outcome, "failed");
    assert_eq!(
        (attempt.error_kind(), attempt.error_code()),
        (kind, code),
        "{attempt:?}"
    );
    assert!(attempt.relayed_address.is_none());
    assert!(run.candidates("relay").is_empty());
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    attempt
}

#[test]
fn the_codes_asked_for_here_are_explained() {
    for code in findings::ALL {
        let status = std::process::Command::new(env!("CARGO_BIN_EXE_rtcdiag"))
            .args(["explain", code])
            .stdout(std::process::Stdio::null())
            .status()
            .expect("the program starts");
        assert!(status.success(), "rtcdiag explain {code}");
    }
}

#[test]
fn the_yardstick_itself() {
    let Some(coturn) = Config::long_term().tls(Flaw::None).start() else {
        return;
    };
    let slow = Forwarder::start(udp(&coturn), at_once, at_once);
    assert_eq!(coturn.assert_all_released(), 0);
    let held = Held::allocate(udp(&coturn), USERNAME, PASSWORD);
    Held::allocate(slow.address(), USERNAME, PASSWORD).release();
    held.release();
    assert_eq!(coturn.assert_all_released(), 2);
}

// ---------------------------------------------------------------- Binding

#[test]
fn stun_over_udp_tcp_and_tls_on_both_families() {
    let Some(coturn) = Config::open().tls(Flaw::None).start() else {
        return;
    };
    for host in hosts() {
        let over_udp = url("stun", host, &coturn, "");
        let over_tcp = url("stun", host, &coturn, "?transport=tcp");
        let over_tls = url("stuns", host, &coturn, "");
        let run = candidates()
            .stun(&over_udp)
            .stun(&over_tcp)
            .stun(&over_tls)
            .args(&["--ca-file", &authority(&coturn)])
            .run();
        for (url, transport, told) in [
            (&over_udp, "udp", "binding:ok"),
            (&over_tcp, "tcp", "connect:ok binding:ok"),
            (&over_tls, "tls", "connect:ok tls:ok binding:ok"),
        ] {
            let attempt = run.attempt(url);
            assert_eq!(attempt.told(), told, "{}", run.stdout);
            assert_eq!(
                (attempt.outcome.as_str(), attempt.transport.as_str()),
                ("ok", transport)
            );
            let family = if *host == V4 { "ipv4" } else { "ipv6" };
            assert_eq!(attempt.family.as_deref(), Some(family));
            // Nothing rewrites addresses on loopback.
            assert_eq!(attempt.mapped_address, attempt.local, "{attempt:?}");
            assert!(attempt.mapped_address.is_some());
        }
        assert_eq!(run.code, Some(0), "{}", run.stdout);
        // RFC 7064 knows no transport; browsers refuse it.
        let odd = run.assert_finding(findings::URL_ODD);
        assert!(odd.subject.contains(&over_tcp), "{odd:?}");
    }
}

#[test]
fn the_contract_s_frame() {
    let Some(coturn) = Config::open().start() else { return };
    let run = candidates().stun(&url("stun", V4, &coturn, "")).run();
    let envelope = &run.envelope;
    assert_eq!((envelope.schema, envelope.tool.as_str()), (1, "rtcdiag"));
    assert_eq!(envelope.command, "candidates");
    assert_eq!(envelope.version, env!("CARGO_PKG_VERSION"));
    // 2026-11-20T09:00:00.000000000Z
    assert_eq!(envelope.started.len(), 30, "{}", envelope.started);
    assert!(envelope.started.ends_with('Z'));
    assert!(envelope.report.finished_ms > 0.0);
    for finding in &envelope.findings {
        assert!(
            ["error", "warning", "info"].contains(&finding.severity.as_str()),
            "{finding:?}"
        );
        assert!(!finding.summary.is_empty() && !finding.advice.is_empty() && !finding.reference.is_empty());
    }
    let attempt = run.attempt(&url("stun", V4, &coturn, ""));
    for pair in attempt.steps.windows(2) {
        assert!(pair[0].started_ms <= pair[1].started_ms, "{attempt:?}");
    }
    assert!(attempt.steps.iter().all(|step| step.took_ms >= 0.0));
}

#[test]
fn a_name_is_resolved_and_only_the_family_asked_for_is_used() {
    let Some(coturn) = Config::open().start() else { return };
    let url = url("stun", "localhost", &coturn, "");
    let run = candidates().stun(&url).args(&["-4"]).run();
    let attempt = run.attempt(&url);
    assert_eq!(attempt.steps.first().map(|step| step.step.as_str()), Some("resolve"));
    assert_eq!(attempt.address, Some(udp(&coturn)));
    assert_eq!(attempt.outcome, "ok");
}

#[test]
fn a_server_that_wants_credentials_for_binding() {
    let Some(coturn) = Config::long_term().option("--secure-stun").start() else {
        return;
    };
    let url = url("stun", V4, &coturn, "");
    let run = candidates().stun(&url).run();
    let attempt = run.attempt(&url);
    assert_eq!(
        (attempt.outcome.as_str(), attempt.error_code()),
        ("failed", Some(401)),
        "{}",
        run.stdout
    );
    assert_eq!(run.code, Some(1));
}

#[test]
fn a_server_without_stun_costs_its_timeout_and_delays_nobody() {
    let Some(coturn) = Config::long_term().option("--no-stun").start() else {
        return;
    };
    let dead = url("stun", V4, &coturn, "");
    let live = url("turn", V4, &coturn, "");
    let run = candidates()
        .stun(&dead)
        .turn(&live)
        .credentials(USERNAME, PASSWORD)
        .args(&["--timeout", "3"])
        .run();
    let attempt = run.attempt(&dead);
    assert_eq!(
        (attempt.outcome.as_str(), attempt.told().as_str()),
        ("timeout", "binding:timeout")
    );
    assert_eq!(attempt.error_kind(), "timeout");
    run.assert_finding(findings::TIMEOUT);
    let given_up = attempt.steps[0].started_ms + attempt.steps[0].took_ms;
    assert!(given_up >= 3000.0, "{}", run.stdout);
    let relay = assert_allocated(&run, &coturn, &live, "challenge:ok allocate:ok refresh:ok");
    assert!(
        relay.steps.iter().all(|step| step.started_ms + step.took_ms < given_up),
        "{relay:?}"
    );
}

// ---------------------------------------------------------------- allocations and credentials

#[test]
fn turn_over_udp_tcp_and_tls_on_both_families() {
    let Some(coturn) = Config::long_term().tls(Flaw::None).start() else {
        return;
    };
    for host in hosts() {
        for (scheme, query, transport, told) in [
            ("turn", "", "udp", "challenge:ok allocate:ok refresh:ok"),
            ("turn", "?transport=udp", "udp", "challenge:ok allocate:ok refresh:ok"),
            (
                "turn",
                "?transport=tcp",
                "tcp",
                "connect:ok challenge:ok allocate:ok refresh:ok",
            ),
            (
                "turns",
                "",
                "tls",
                "connect:ok tls:ok challenge:ok allocate:ok refresh:ok",
            ),
        ] {
            let url = url(scheme, host, &coturn, query);
            let run = candidates()
                .turn(&url)
                .credentials(USERNAME, PASSWORD)
                .args(&["--ca-file", &authority(&coturn)])
                .run();
            let attempt = assert_allocated(&run, &coturn, &url, told);
            assert_eq!(attempt.transport, transport);
            assert_eq!(attempt.realm.as_deref(), Some(REALM));
            assert_eq!(run.code, Some(0), "{}", run.stdout);
            run.assert_no_finding(findings::UNAUTHORIZED);
        }
    }
    assert_eq!(coturn.assert_all_released(), 4 * hosts().len());
}

#[test]
fn a_relay_address_of_the_family_asked_for() {
    let Some(coturn) = Config::long_term().start() else {
        return;
    };
    if !ports::has_ipv6() {
        eprintln!("SKIPPED: IPv6 relays: no ::1 here");
        return;
    }
    let url = url("turn", V4, &coturn, "");
    for (family, is_wanted) in [
        ("ipv4", SocketAddr::is_ipv4 as fn(&SocketAddr) -> bool),
        ("ipv6", SocketAddr::is_ipv6),
    ] {
        let run = candidates()
            .turn(&url)
            .credentials(USERNAME, PASSWORD)
            .args(&["--relay-family", family])
            .run();
        let attempt = assert_allocated(&run, &coturn, &url, "challenge:ok allocate:ok refresh:ok");
        assert!(attempt.relayed_address.as_ref().is_some_and(is_wanted), "{attempt:?}");
    }
    coturn.assert_all_released();
}

#[test]
fn an_ipv6_relay_where_there_is_none() {
    let Some(coturn) = Config::long_term().on(&[Ipv4Addr::LOCALHOST.into()]).start() else {
        return;
    };
    let url = url("turn", V4, &coturn, "");
    let run = candidates()
        .turn(&url)
        .credentials(USERNAME, PASSWORD)
        .args(&["--relay-family", "ipv6"])
        .run();
    assert_refused(&run, &url, "challenge:ok allocate:failed", "stun-error", Some(440));
    run.assert_finding(findings::FAMILY);
}

#[test]
fn credentials_from_the_environment_and_from_a_file() {
    let Some(coturn) = Config::long_term().start() else {
        return;
    };
    let url = url("turn", V4, &coturn, "");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("credential");
    std::fs::write(&file, format!("{PASSWORD}\n")).expect("a file");
    let by_env = candidates()
        .turn(&url)
        .args(&["--username", USERNAME, "--credential-env", "RTCDIAG_TEST_CREDENTIAL"])
        .env("RTCDIAG_TEST_CREDENTIAL", PASSWORD)
        .run();
    let by_file = candidates()
        .turn(&url)
        .args(&["--username", USERNAME, "--credential-file", &file.display().to_string()])
        .run();
    for run in [by_env, by_file] {
        assert_allocated(&run, &coturn, &url, "challenge:ok allocate:ok refresh:ok");
    }
}

#[test]
fn an_rtc_configuration_as_pasted_from_an_app() {
    let Some(coturn) = Config::long_term().start() else {
        return;
    };
    let stun = url("stun", V4, &coturn, "");
    let turn = [
        url("turn", V4, &coturn, "?transport=udp"),
        url("turn", V4, &coturn, "?transport=tcp"),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.json");
    let json = serde_json::json!({"iceServers": [
        {"urls": stun},
        {"urls": turn, "username": USERNAME, "credential": PASSWORD},
    ]});
    std::fs::write(&file, json.to_string()).expect("a file");
    let run = candidates().args(&["--ice-servers", &file.display().to_string()]).run();
    assert_eq!(run.attempt(&stun).outcome, "ok");
    assert_allocated(&run, &coturn, &turn[0], "challenge:ok allocate:ok refresh:ok");
    assert_allocated(
        &run,
        &coturn,
        &turn[1],
        "connect:ok challenge:ok allocate:ok refresh:ok",
    );
    assert_eq!(run.code, Some(0), "{}", run.stdout);
}

#[test]
fn a_wrong_password_and_an_unknown_user() {
    let Some(coturn) = Config::long_term().start() else {
        return;
    };
    for (username, password) in [(USERNAME, "wrong"), ("nobody", PASSWORD)] {
        for (query, told) in [
            ("", "challenge:ok allocate:failed"),
            ("?transport=tcp", "connect:ok challenge:ok allocate:failed"),
        ] {
            let url = url("turn", V4, &coturn, query);
            let run = candidates().turn(&url).credentials(username, password).run();
            let attempt = assert_refused(&run, &url, told, "unauthorized", Some(401));
            assert_eq!(attempt.realm.as_deref(), Some(REALM));
            let finding = run.assert_finding(findings::UNAUTHORIZED);
            assert_eq!(finding.severity, "error");
            assert!(!run.stdout.contains(password), "the password is printed");
        }
    }
    assert_eq!(coturn.assert_all_released(), 0);
}

#[test]
fn no_credentials_at_all() {
    let Some(coturn) = Config::long_term().start() else {
        return;
    };
    let url = url("turn", V4, &coturn, "");
    let run = candidates().turn(&url).run();
    let attempt = run.attempt(&url);
    assert_eq!(
        (attempt.outcome.as_str(), attempt.error_kind()),
        ("failed", "missing-credentials"),
        "{}",
        run.stdout
    );
    run.assert_finding(findings::CREDENTIALS_MISSING);
    run.assert_no_finding(findings::UNAUTHORIZED);
    assert_eq!(run.code, Some(1));
}

#[test]
fn a_server_that_wants_no_credentials() {
    let Some(coturn) = Config::open().start() else { return };
    let url = url("turn", V4, &coturn, "");
    let run = candidates().turn(&url).credentials(USERNAME, PASSWORD).run();
    let attempt = run.attempt(&url);
    assert_eq!(attempt.outcome, "ok", "{}", run.stdout);
    assert!(attempt.relayed_address.is_some());
    assert_eq!(attempt.step("refresh").map(|step| step.outcome.as_str()), Some("ok"));
    run.assert_finding(findings::OPEN_RELAY);
    assert_eq!(coturn.assert_all_released(), 1);
}

#[test]
fn time_limited_credentials_made_on_the_spot() {
    let Some(coturn) = Config::rest().start() else { return };
    let url = url("turn", V4, &coturn, "");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("secret");
    std::fs::write(&file, format!("{SECRET}\n")).expect("a file");
    let by_file = candidates()
        .turn(&url)
        .args(&["--turn-secret-file", &file.display().to_string()])
        .run();
    let by_env = candidates()
        .turn(&url)
        .args(&["--turn-secret-env", "RTCDIAG_TEST_SECRET", "--username", "bob"])
        .env("RTCDIAG_TEST_SECRET", SECRET)
        .run();
    for run in [by_file, by_env] {
        assert_allocated(&run, &coturn, &url, "challenge:ok allocate:ok refresh:ok");
        assert!(!run.stdout.contains(SECRET));
    }
    let wrong = candidates()
        .turn(&url)
        .args(&["--turn-secret-env", "RTCDIAG_TEST_SECRET"])
        .env("RTCDIAG_TEST_SECRET", "south wind")
        .run();
    assert_refused(&wrong, &url, "challenge:ok allocate:failed", "unauthorized", Some(401));
}

#[test]
fn time_limited_credentials_made_elsewhere_and_made_badly() {
    let Some(coturn) = Config::rest().start() else { return };
    let url = url("turn", V4, &coturn, "");
    let valid = format!("{}:alice", rest::unix_time(3600));
    let run = candidates()
        .turn(&url)
        .credentials(&valid, &rest::credential(SECRET, &valid))
        .run();
    assert_allocated(&run, &coturn, &url, "challenge:ok allocate:ok refresh:ok");

    // coturn takes the time before or behind the name, and cuts it to 32 bits, so what it makes of the last two by
    // themselves is its own affair: their secret is wrong too.
    let expired = format!("{}:alice", rest::unix_time(-3600));
    let reversed = format!("alice:{}", rest::unix_time(3600));
    let milliseconds = format!("{}:alice", rest::unix_time(3600) * 1000);
    for (username, credential, finding) in [
        (
            &expired,
            rest::credential(SECRET, &expired),
            findings::CREDENTIALS_EXPIRED,
        ),
        (&valid, rest::hex_credential(SECRET, &valid), findings::CREDENTIALS_HEX),
        (
            &reversed,
            rest::credential("south wind", &reversed),
            findings::CREDENTIALS_REVERSED,
        ),
        (
            &milliseconds,
            rest::credential("south wind", &milliseconds),
            findings::CREDENTIALS_MILLISECONDS,
        ),
    ] {
        let run = candidates().turn(&url).credentials(username, &credential).run();
        assert_refused(&run, &url, "challenge:ok allocate:failed", "unauthorized", Some(401));
        run.assert_finding(finding);
    }
}

// ---------------------------------------------------------------- refusals

/// Two names of one server, asked from one socket: it has one allocation for a pair of addresses, and would call the
/// second request a mismatch.
#[test]
fn one_server_by_two_names() {
    let Some(coturn) = Config::long_term().start() else {
        return;
    };
    let by_address = format!("turn:127.0.0.1:{}", coturn.port());
    let by_name = format!("turn:localhost:{}", coturn.port());
    let run = candidates()
        .turn(&by_address)
        .turn(&by_name)
        .credentials(USERNAME, PASSWORD)
        .args(&["-4"])
        .run();
    for url in [&by_address, &by_name] {
        assert_eq!(run.attempt(url).outcome, "ok", "{}", run.stdout);
    }
    assert_eq!(run.candidates("relay").len(), 2);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    coturn.assert_all_released();
}

#[test]
fn a_quota_that_is_used_up() {
    let Some(coturn) = Config::long_term().option("--user-quota=1").start() else {
        return;
    };
    let held = Held::allocate(udp(&coturn), USERNAME, PASSWORD);
    let url = url("turn", V4, &coturn, "");
    let run = candidates().turn(&url).credentials(USERNAME, PASSWORD).run();
    let attempt = assert_refused(&run, &url, "challenge:ok allocate:failed", "stun-error", Some(486));
    let reason = attempt.error.as_ref().and_then(|error| error.reason.as_deref());
    assert_eq!(reason, Some("Allocation Quota Reached"));
    run.assert_finding(findings::QUOTA);
    held.release();
    coturn.assert_all_released();
}

#[test]
fn allocations_are_given_back_over_every_transport() {
    let Some(coturn) = Config::long_term().option("--user-quota=1").tls(Flaw::None).start() else {
        return;
    };
    for (n, url) in [
        url("turn", V4, &coturn, ""),
        url("turn", V4, &coturn, "?transport=tcp"),
        url("turns", V4, &coturn, "?transport=tcp"),
        url("turn", V4, &coturn, ""),
    ]
    .iter()
    .enumerate()
    {
        // Would be 486 if the one before were still there.
        let run = candidates()
            .turn(url)
            .credentials(USERNAME, PASSWORD)
            .args(&["--ca-file", &authority(&coturn)])
            .run();
        let attempt = run.attempt(url);
        assert_eq!(attempt.outcome, "ok", "{}", run.stdout);
        assert_eq!(attempt.step("refresh").map(|step| step.outcome.as_str()), Some("ok"));
        assert_eq!(coturn.assert_all_released(), n + 1);
    }
}

#[test]
fn no_relay_over_udp() {
    let Some(coturn) = Config::long_term().option("--no-udp-relay").start() else {
        return;
    };
    let url = url("turn", V4, &coturn, "");
    let run = candidates().turn(&url).credentials(USERNAME, PASSWORD).run();
    let attempt = assert_refused(&run, &url, "challenge:ok allocate:failed", "stun-error", Some(442));
    run.assert_finding(findings::TRANSPORT);
    // coturn counts its padding as part of the reason phrase.
    let reason = attempt.error.as_ref().and_then(|error| error.reason.as_deref());
    assert_eq!(
        reason,
        Some("UDP Transport is not allowed by the TURN Server configuration")
    );
}

#[test]
fn denied_peers_do_not_matter_to_an_allocation() {
    let Some(coturn) = Config::long_term()
        .option("--denied-peer-ip=0.0.0.0-255.255.255.255")
        .start()
    else {
        return;
    };
    let url = url("turn", V4, &coturn, "");
    let run = candidates().turn(&url).credentials(USERNAME, PASSWORD).run();
    let attempt = run.attempt(&url);
    assert!(attempt.relayed_address.is_some(), "{}", run.stdout);
    assert_eq!(attempt.step("allocate").map(|step| step.outcome.as_str()), Some("ok"));
    // Should it try to reach a peer, then the server's 403 must be told.
    if let Some(permission) = attempt.step("permission") {
        assert_eq!(permission.outcome, "failed", "{permission:?}");
        assert!(
            permission.detail.as_ref().is_some_and(|detail| detail.contains("403")),
            "{permission:?}"
        );
    }
    assert_eq!(coturn.assert_all_released(), 1);
}

#[test]
fn a_redirection_is_followed_and_shown() {
    let Some(there) = Config::long_term().start() else {
        return;
    };
    let Some(here) = Config::long_term()
        .option(&format!("--alternate-server=127.0.0.1:{}", there.port()))
        .start()
    else {
        return;
    };
    let url = url("turn", V4, &here, "");
    let run = candidates().turn(&url).credentials(USERNAME, PASSWORD).run();
    let [first, second] = run.server(&url).attempts.as_slice() else {
        panic!("not two attempts: {}", run.stdout);
    };
    assert_eq!(
        (first.address, first.error_code()),
        (Some(udp(&here)), Some(300)),
        "{first:?}"
    );
    assert_eq!(
        (second.address, second.outcome.as_str()),
        (Some(udp(&there)), "ok"),
        "{second:?}"
    );
    assert!(second.relayed_address.is_some_and(|relayed| there.relays_at(relayed)));
    assert_eq!(second.told(), "challenge:ok allocate:ok refresh:ok");
    run.assert_finding(findings::REDIRECT);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert_eq!(run.candidates("relay").len(), 1);
    assert_eq!(there.assert_all_released(), 1);
}

#[test]
fn servers_that_send_each_other_clients() {
    let ports = [ports::free_block(), ports::free_block()];
    let start = |port: u16, other: u16| {
        let other = format!("--alternate-server=127.0.0.1:{other}");
        Config::long_term().option(&other).at(port).start()
    };
    let Some(here) = start(ports[0], ports[1]) else { return };
    let Some(there) = start(ports[1], ports[0]) else { return };
    let url = url("turn", V4, &here, "");
    let run = candidates().turn(&url).credentials(USERNAME, PASSWORD).run();
    let attempts = &run.server(&url).attempts;
    assert!((2..=10).contains(&attempts.len()), "{}", run.stdout);
    assert_eq!(
        attempts.last().map(Attempt::error_kind),
        Some("redirect-loop"),
        "{}",
        run.stdout
    );
    run.assert_finding(findings::REDIRECT_LOOP);
    assert_eq!(run.code, Some(1));
    assert_eq!(here.assert_all_released() + there.assert_all_released(), 0);
}

#[test]
fn a_nonce_that_went_stale_on_the_way() {
    let Some(coturn) = Config::long_term().option("--stale-nonce=1").start() else {
        return;
    };
    // The challenge passes at once. The request with its nonce is held, and so are its retransmissions (RFC 8489 §6.2.1:
    // 500 ms and 1500 ms later), until the nonce is too old. What follows passes again.
    let slow = Forwarder::start(
        udp(&coturn),
        |n| Duration::from_millis([0, 2500, 2000, 1000].get(n).copied().unwrap_or(0)),
        at_once,
    );
    let url = format!("turn:{}", slow.address());
    let run = candidates().turn(&url).credentials(USERNAME, PASSWORD).run();
    let attempt = run.attempt(&url);
    assert!(coturn.log().contains("error 438"), "{}", coturn.log());
    assert_eq!(attempt.outcome, "ok", "{}", run.stdout);
    assert!(attempt.relayed_address.is_some_and(|relayed| coturn.relays_at(relayed)));
    assert!(attempt.told().ends_with("allocate:ok refresh:ok"), "{attempt:?}");
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    coturn.assert_all_released();
}

#[test]
fn a_server_for_binding_only() {
    let Some(coturn) = Config::long_term().option("--stun-only").start() else {
        return;
    };
    let (stun, turn) = (url("stun", V4, &coturn, ""), url("turn", V4, &coturn, ""));
    let run = candidates()
        .stun(&stun)
        .turn(&turn)
        .credentials(USERNAME, PASSWORD)
        .args(&["--timeout", "3"])
        .run();
    assert_eq!(run.attempt(&stun).outcome, "ok");
    assert_eq!(run.attempt(&turn).outcome, "timeout", "{}", run.stdout);
    run.assert_finding(findings::NO_RELAY);
    assert_eq!(run.code, Some(1));
}

// ---------------------------------------------------------------- TLS

#[test]
fn what_tls_shows() {
    let Some(coturn) = Config::long_term().tls(Flaw::None).start() else {
        return;
    };
    let url = url("turns", V4, &coturn, "?transport=tcp");
    let run = candidates()
        .turn(&url)
        .credentials(USERNAME, PASSWORD)
        .args(&["--ca-file", &authority(&coturn)])
        .run();
    let attempt = assert_allocated(
        &run,
        &coturn,
        &url,
        "connect:ok tls:ok challenge:ok allocate:ok refresh:ok",
    );
    let detail = attempt.step("tls").and_then(|step| step.detail.as_deref());
    // Which version depends on how coturn was built.
    assert!(detail.is_some_and(|detail| detail.starts_with("TLS 1.")), "{detail:?}");
    assert!(run.stdout.contains("\"cipher_suite\": \"TLS_"), "{}", run.stdout);
    assert!(run.stdout.contains("rtcdiag test server"), "{}", run.stdout);
    assert!(run.stdout.contains("2999-01-01"), "{}", run.stdout);
}

#[test]
fn certificates_that_must_not_be_trusted() {
    for (flaw, know_authority, kind, finding) in [
        (Flaw::None, false, "tls-untrusted", findings::TLS_UNTRUSTED),
        (Flaw::Expired, true, "tls-expired", findings::TLS_EXPIRED),
        (Flaw::WrongName, true, "tls-name", findings::TLS_NAME),
    ] {
        let Some(coturn) = Config::long_term().tls(flaw).start() else {
            return;
        };
        for scheme in ["turns", "stuns"] {
            let url = url(scheme, V4, &coturn, "");
            let authority = authority(&coturn);
            let asked = || {
                let asked = match scheme {
                    "turns" => candidates().turn(&url).credentials(USERNAME, PASSWORD),
                    _ => candidates().stun(&url),
                };
                if know_authority {
                    asked.args(&["--ca-file", &authority])
                } else {
                    asked
                }
            };
            let run = asked().run();
            assert_refused(&run, &url, "connect:ok tls:failed", kind, None);
            let found = run.assert_finding(finding);
            assert_eq!(found.severity, "error");

            let run = asked().args(&["--insecure"]).run();
            assert_eq!(run.attempt(&url).outcome, "ok", "{}", run.stdout);
            run.assert_finding(findings::TLS_NOT_VERIFIED);
            assert_eq!(run.code, Some(0), "{}", run.stdout);
        }
    }
}

#[test]
fn a_port_that_does_not_speak_tls() {
    let Some(coturn) = Config::long_term().start() else {
        return;
    };
    let url = format!("turns:127.0.0.1:{}", coturn.port());
    let run = candidates()
        .turn(&url)
        .credentials(USERNAME, PASSWORD)
        .args(&["--timeout", "2"])
        .run();
    let attempt = run.attempt(&url);
    assert!(attempt.told().starts_with("connect:ok tls:"), "{}", run.stdout);
    assert_ne!(attempt.outcome, "ok");
    assert_eq!(run.code, Some(1));
}

// ---------------------------------------------------------------- nobody there, and Ctrl-C

#[test]
fn a_port_without_a_server() {
    let port = ports::free_block();
    for (url, told) in [
        (format!("stun:127.0.0.1:{port}"), "binding:failed"),
        (format!("stun:127.0.0.1:{port}?transport=tcp"), "connect:failed"),
    ] {
        let run = candidates().stun(&url).run();
        let attempt = run.attempt(&url);
        assert_eq!(
            (attempt.told().as_str(), attempt.error_kind()),
            (told, "refused"),
            "{}",
            run.stdout
        );
        run.assert_finding(findings::REFUSED);
        assert_eq!(run.code, Some(1));
    }
}

#[test]
fn a_name_that_does_not_exist() {
    let url = "stun:no-such-host.invalid";
    // A resolver may say nothing at all.
    let run = candidates().stun(url).args(&["--timeout", "5"]).run();
    let attempt = run.attempt(url);
    assert_eq!(
        attempt.steps.last().map(|step| step.step.as_str()),
        Some("resolve"),
        "{}",
        run.stdout
    );
    assert_ne!(attempt.outcome, "ok");
    assert_eq!(run.code, Some(1));
}

#[test]
fn ctrl_c_prints_what_is_known_and_releases() {
    let Some(coturn) = Config::long_term().option("--user-quota=1").start() else {
        return;
    };
    // Answers come back late enough for the interruption to fall between the request to allocate and its answer.
    let slow = Forwarder::start(udp(&coturn), at_once, |_| Duration::from_millis(400));
    let silent = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let silent = format!("stun:{}", silent.local_addr().expect("bound"));
    let quick = url("stun", V4, &coturn, "");
    let turn = format!("turn:{}", slow.address());
    let running = candidates()
        .stun(&quick)
        .stun(&silent)
        .turn(&turn)
        .credentials(USERNAME, PASSWORD)
        .args(&["--timeout", "90"])
        .start();
    let started = Instant::now();
    while coturn.log().matches("ALLOCATE processed, success").count() == 0 {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "no allocation: {}",
            coturn.log()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    running.interrupt();
    let run = running.wait();
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    // Of its own accord it would have gone on.
    assert!(run.elapsed < Duration::from_secs(90), "{:?}", run.elapsed);
    assert_eq!(run.attempt(&quick).outcome, "ok");
    assert_ne!(run.attempt(&silent).outcome, "ok");
    assert_eq!(coturn.assert_all_released(), 1);

    let again = url("turn", V4, &coturn, "");
    let run = candidates().turn(&again).credentials(USERNAME, PASSWORD).run();
    assert_allocated(&run, &coturn, &again, "challenge:ok allocate:ok refresh:ok");
}

#[test]
fn ctrl_c_during_nothing_but_waiting() {
    let silent = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let url = format!("stun:{}", silent.local_addr().expect("bound"));
    let running = candidates().stun(&url).args(&["--timeout", "90"]).start();
    // Its first request tells that it is under way.
    let mut buffer = [0; 64];
    silent
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a timeout");
    silent.recv_from(&mut buffer).expect("a request");
    running.interrupt();
    let run = running.wait();
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert!(!run.candidates("host").is_empty());
    let loopback: IpAddr = Ipv4Addr::LOCALHOST.into();
    assert!(run.candidates("host").iter().any(|host| host.address == loopback));
}
