//! `rtcdiag loopback` as a whole: the contract's keys, statistics as the W3C has them, faults and their findings, what is kept and read
//! back, and impairments that are those asked for.

use std::collections::BTreeMap;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The members that the text of webrtc-stats allows, by type.
const MEMBERS: &str = include_str!("support/webrtc_stats.txt");

fn rtcdiag(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rtcdiag"));
    for variable in ["NO_COLOR", "CLICOLOR_FORCE", "RUST_LOG", "COLUMNS"] {
        command.env_remove(variable);
    }
    command.args(arguments).output().unwrap()
}

/// The document of a run, and its exit code.
fn loopback(arguments: &[&str]) -> (Value, Option<i32>) {
    let output = rtcdiag(&[&["loopback", "--json"], arguments].concat());
    let document = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (document, output.status.code())
}

fn codes(document: &Value) -> Vec<&str> {
    let findings = document["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect()
}

fn stats<'d>(document: &'d Value, peer: &str, kind: &str) -> Vec<&'d Value> {
    let objects = document["report"]["peers"][peer]["stats"].as_array().unwrap();
    objects.iter().filter(|object| object["type"] == kind).collect()
}

fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    let lines = MEMBERS
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let (kind, members) = line.split_once(": ").unwrap();
            (kind, members.split(' ').collect())
        })
        .collect()
}

#[test]
fn a_call_connects_and_says_what_the_contract_says() {
    let (document, code) = loopback(&["--pings", "20"]);
    assert_eq!((code, codes(&document)), (Some(0), vec![]), "{document:#}");
    let report = &document["report"];
    for phase in [
        "gathering_ms",
        "ice_ms",
        "dtls_ms",
        "sctp_ms",
        "data_channel_ms",
        "total_ms",
    ] {
        assert!(
            report["phases"][phase].as_f64().is_some_and(|ms| ms > 0.0),
            "{phase}: {report:#}"
        );
    }
    assert_eq!(
        (&report["offer"]["type"], &report["answer"]["type"]),
        (&"offer".into(), &"answer".into())
    );
    assert!(report["offer"]["sdp"].as_str().unwrap().starts_with("v=0\r\n"));
    assert_eq!(report["data_channel"]["messages"], 20);
    let rtt = &report["data_channel"]["rtt_ms"];
    let [min, median, p99, max] = ["min", "median", "p99", "max"].map(|key| rtt[key].as_f64().unwrap());
    assert!(0.0 < min && min <= median && median <= p99 && p99 <= max, "{rtt}");
    for peer in ["offerer", "answerer"] {
        let events = report["peers"][peer]["events"].as_array().unwrap();
        let last = |name: &str| {
            events
                .iter()
                .rfind(|event| event["event"] == name)
                .map(|event| &event["value"])
        };
        let has = |name: &str, value: &str| {
            events
                .iter()
                .any(|event| event["event"] == name && event["value"] == value)
        };
        assert_eq!(last("signalingstatechange"), Some(&"stable".into()));
        assert_eq!(last("icegatheringstatechange"), Some(&"complete".into()));
        assert!(has("iceconnectionstatechange", "connected") && has("connectionstatechange", "connected"));
        assert!(has("open", "rtcdiag") && has("close", "rtcdiag"), "{events:#?}");
        assert!(events.iter().any(|event| event["value"]["candidate"].is_string()));
        assert!(
            events
                .iter()
                .any(|event| event["event"] == "icecandidate" && event["value"].is_null())
        );
        let times: Vec<f64> = events.iter().map(|event| event["at_ms"].as_f64().unwrap()).collect();
        assert!(times.is_sorted());
    }
}

#[test]
fn statistics_are_those_of_the_w3c() {
    let (document, code) = loopback(&["--data", "--audio", "--video", "--duration", "2.5"]);
    assert_eq!(code, Some(0), "{:?}", codes(&document));
    let allowed = allowed();
    for peer in ["offerer", "answerer"] {
        let objects = document["report"]["peers"][peer]["stats"].as_array().unwrap();
        let ids: Vec<&str> = objects.iter().map(|object| object["id"].as_str().unwrap()).collect();
        for object in objects {
            let kind = object["type"].as_str().unwrap();
            let members = &allowed[kind];
            for (member, value) in object.as_object().unwrap() {
                let known =
                    ["id", "type", "timestamp"].contains(&member.as_str()) || members.contains(&member.as_str());
                assert!(known, "{kind} has no {member}");
                assert!(
                    !value.is_null() && (value != "" || member == "protocol"),
                    "{kind} {member}: {value}"
                );
                let refers = member.ends_with("Id") && !["transportId"].contains(&member.as_str());
                if let (true, Some(id)) = (refers, value.as_str()) {
                    assert!(ids.contains(&id), "{kind} {member} names {id}, which is not there");
                }
            }
            // Milliseconds since 1970, not seconds.
            assert!(object["timestamp"].as_f64().unwrap() > 1.6e12, "{object}");
        }
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "{ids:?}");

        let pair = stats(&document, peer, "candidate-pair")[0];
        assert_eq!(
            (&pair["state"], &pair["nominated"]),
            (&"succeeded".into(), &true.into())
        );
        assert_eq!(
            stats(&document, peer, "local-candidate")[0]["priority"],
            2_130_706_431_u32
        );
        let transport = stats(&document, peer, "transport")[0];
        assert_eq!(
            (&transport["tlsVersion"], &transport["dtlsState"]),
            (&"FEFD".into(), &"connected".into())
        );
        assert!(transport["iceLocalUsernameFragment"].as_str().unwrap().len() >= 4);
        for inbound in stats(&document, peer, "inbound-rtp") {
            // In seconds, within one process, be the machine busy; in milliseconds or ticks of a clock it would be more.
            assert!(inbound["jitter"].as_f64().unwrap() < 1.0, "{inbound}");
            assert!(inbound["remoteId"].is_string(), "{inbound}");
        }
        let remote = stats(&document, peer, "remote-inbound-rtp");
        assert_eq!(remote.len(), 2, "{remote:#?}");
        for report in remote {
            let took = report["roundTripTime"].as_f64().unwrap();
            assert!((0.0..2.0).contains(&took), "{report}");
            assert!(report["roundTripTimeMeasurements"].as_u64().unwrap() > 0 && report["packetsLost"] == 0);
        }
        for report in stats(&document, peer, "remote-outbound-rtp") {
            assert!(report["packetsSent"].as_u64().unwrap() > 0 && report["reportsSent"].as_u64().unwrap() > 0);
        }
        for certificate in stats(&document, peer, "certificate") {
            // A DER sequence begins with 0x30, which base64 makes an M.
            assert!(
                certificate["base64Certificate"].as_str().unwrap().starts_with("MI"),
                "{certificate}"
            );
        }
        assert!(!stats(&document, peer, "codec").is_empty());
    }
    let media = document["report"]["media"].as_array().unwrap();
    assert_eq!(media.len(), 4);
    for stream in media {
        let [sent, received] = ["packets_sent", "packets_received"].map(|key| stream[key].as_u64().unwrap());
        // What is under way at the end has been sent and has not arrived; on a busy machine that is more.
        assert!(sent > 50 && received * 10 > sent * 8 && received <= sent, "{stream}");
        assert_eq!(stream["packets_lost"], 0);
    }
}

#[test]
fn each_fault_has_its_finding() {
    for (fault, finding, wanted) in [
        ("wrong-fingerprint", "call-fingerprint-mismatch", 1),
        ("wrong-password", "call-checks-refused", 1),
        ("no-candidates", "call-no-candidates", 1),
        ("dtls-role-clash", "call-dtls-role-clash", 1),
        ("peer-dies", "call-peer-gone", 1),
        ("consent-blocked", "call-consent-lost", 1),
        ("ice-restart", "call-ice-restarted", 0),
    ] {
        // These two do not end before.
        let timeout = match fault {
            "no-candidates" => "2",
            "wrong-password" => "4",
            _ => "60",
        };
        let (document, code) = loopback(&["--fault", fault, "--timeout", timeout]);
        assert!(
            codes(&document).contains(&finding),
            "{fault}: {:#}",
            document["findings"]
        );
        assert_eq!(code, Some(wanted), "{fault}");
        let errors = document["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["severity"] == "error");
        assert_eq!(
            errors.count(),
            usize::from(wanted == 1),
            "{fault}: {:#}",
            document["findings"]
        );
    }
}

#[test]
fn other_paths_connect_too() {
    for (arguments, kind, protocol) in [
        (&["-6"][..], "host", "udp"),
        (&["--tcp"], "host", "tcp"),
        (&["--via", "relay"], "relay", "udp"),
    ] {
        if arguments == ["-6"] && std::net::UdpSocket::bind("[::1]:0").is_err() {
            eprintln!("skipped: this machine has no ::1");
            continue;
        }
        let (document, code) = loopback(&[arguments, &["--pings", "5"]].concat());
        let path = &document["report"]["path"];
        assert_eq!(code, Some(0), "{arguments:?}: {:#}", document["findings"]);
        assert_eq!(
            (&path["offerer_type"], &path["protocol"]),
            (&kind.into(), &protocol.into()),
            "{arguments:?}"
        );
        assert!(
            document["report"]["phases"]["dtls_ms"].is_f64(),
            "{arguments:?}: {:#}",
            document["report"]["phases"]
        );
    }
}

#[test]
fn what_is_asked_for_is_what_is_done_to_the_datagrams() {
    let arguments = ["--impair", "delay=15ms,jitter=5ms", "--pings", "30"];
    let (document, code) = loopback(&arguments);
    assert_eq!(code, Some(0), "{:#}", document["findings"]);
    for direction in document["report"]["impairment"].as_array().unwrap() {
        let delay = direction["mean_delay_ms"].as_f64().unwrap();
        // Timers are late on a busy machine, never early.
        assert!(delay >= 14.0 && direction["lost"] == 0, "{direction}");
    }
    // The quickest of many goes as on an idle machine.
    let rtt = document["report"]["data_channel"]["rtt_ms"]["min"].as_f64().unwrap();
    assert!((20.0..100.0).contains(&rtt), "{rtt}");

    // One direction only, and with loss: the other one has none.
    let (document, _) = loopback(&[
        "--impair-up",
        "loss=20%",
        "--audio=sendonly",
        "--duration",
        "5",
        "--seed",
        "3",
        "--timeout",
        "60",
    ]);
    let impairment = document["report"]["impairment"].as_array().unwrap();
    assert_eq!((impairment.len(), &impairment[0]["direction"]), (1, &"up".into()));
    let media = &document["report"]["media"][0];
    let [sent, lost] = ["packets_sent", "packets_lost"].map(|key| media[key].as_f64().unwrap());
    assert!(sent > 100.0 && (0.05..0.4).contains(&(lost / sent)), "{media}");
    assert!(codes(&document).contains(&"call-media-lost"));
    let reported = media["reported_packets_lost"].as_f64().unwrap();
    assert!((reported - lost).abs() <= sent * 0.3, "{media}");
}

#[test]
fn a_bundle_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("call");
    let path = |name: &str| bundle.join(name).to_string_lossy().into_owned();
    let (document, code) = loopback(&["--audio", "--data", "--bundle", &bundle.to_string_lossy()]);
    assert_eq!(code, Some(0), "{:#}", document["findings"]);

    let output = rtcdiag(&["sdp", "--json", &path("offer.json"), &path("answer.json")]);
    let sdp: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(sdp["report"]["descriptions"][1]["type"], "answer");
    assert!(sdp["report"]["negotiation"]["media"].as_array().unwrap().len() >= 2);

    let output = rtcdiag(&["pcap", "--json", &path("call.pcapng")]);
    let pcap: Value = serde_json::from_slice(&output.stdout).unwrap();
    let offerer = &document["report"]["peers"]["offerer"];
    let answerer = &document["report"]["peers"]["answerer"];
    let sum = |key: &str| offerer["sent"][key].as_u64().unwrap() + answerer["sent"][key].as_u64().unwrap();
    let counts = &pcap["report"]["counts"];
    for (counted, key) in [
        ("stun", "stun"),
        ("dtls", "dtls"),
        ("rtp", "rtp"),
        ("rtcp", "rtcp"),
        ("udp", "datagrams"),
    ] {
        assert_eq!(counts[counted].as_u64().unwrap(), sum(key), "{key}");
    }
    let transactions = pcap["report"]["stun"]["transactions"].as_array().unwrap();
    assert!(
        transactions
            .iter()
            .all(|transaction| transaction["retransmissions"] == 0),
        "{transactions:#?}"
    );
    let took = pcap["report"]["dtls"][0]["took_ms"].as_f64().unwrap();
    let measured = document["report"]["phases"]["dtls_ms"].as_f64().unwrap();
    // What came was captured when it was sent, and on a busy machine it is taken in later.
    let total = document["report"]["phases"]["total_ms"].as_f64().unwrap();
    assert!(took <= measured + 2.0 && measured <= total, "{took} {measured} {total}");
    let streams = pcap["report"]["rtp_streams"].as_array().unwrap();
    for stream in document["report"]["media"].as_array().unwrap() {
        let ssrc = format!("0x{:08x}", stream["ssrc"].as_u64().unwrap());
        let seen = streams
            .iter()
            .find(|seen| seen["ssrc"] == ssrc.as_str())
            .unwrap_or_else(|| panic!("{ssrc}"));
        // A packet counts as sent when the library takes it; the last ones may not have left.
        let [captured, sent, arrived] = [&seen["packets"], &stream["packets_sent"], &stream["packets_received"]];
        let [captured, sent, arrived] = [captured, sent, arrived].map(|packets| packets.as_u64().unwrap());
        assert!(
            arrived <= captured && captured <= sent + 1 && captured * 10 > sent * 8 && seen["duplicates"] == 0,
            "{seen} {stream}"
        );
    }

    let dump: Value = serde_json::from_str(&std::fs::read_to_string(path("stats.json")).unwrap()).unwrap();
    assert_eq!(dump["PeerConnections"].as_object().unwrap().len(), 2);
    let help = String::from_utf8(rtcdiag(&["--help"]).stdout).unwrap();
    if help.lines().any(|line| line.trim_start().starts_with("stats ")) {
        let output = rtcdiag(&["stats", "--json", &path("stats.json")]);
        let stats: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(stats["report"]["peer_connection_count"], 2, "{output:?}");
    }
    private(&path("keys.log"));
    private(&path("call.pcapng"));
    tshark(&path("call.pcapng"), sum("stun"), sum("dtls"));
}

#[cfg(unix)]
fn private(path: &str) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{path}");
}

#[cfg(not(unix))]
fn private(_: &str) {}

/// tshark reads the capture without a complaint, finds the same messages, and decrypts DTLS with the secrets in the file.
fn tshark(capture: &str, stun: u64, dtls: u64) {
    let run = |arguments: &[&str]| {
        let output = Command::new("tshark")
            .arg("-r")
            .arg(capture)
            .args(arguments)
            .output()
            .ok()?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let Some(messages) = run(&["-Y", "stun", "-T", "fields", "-e", "frame.number"]) else {
        eprintln!("skipped: there is no tshark");
        return;
    };
    assert_eq!(messages.lines().count() as u64, stun);
    let records = run(&["-Y", "dtls", "-T", "fields", "-e", "frame.number"]).unwrap();
    assert_eq!(records.lines().count() as u64, dtls);
    // Comments are of the level "comment"; of SRTCP tshark says that it is encrypted, or takes it for RTCP in clear and is
    // surprised at what stands there. All else is a complaint.
    let complaints = run(&[
        "-Y",
        "(_ws.malformed || _ws.expert.severity > 0x00100000) && !srtcp && !rtcp",
        "-T",
        "fields",
        "-e",
        "frame.number",
    ]);
    assert_eq!(complaints.unwrap(), "");
    assert!(run(&["-x"]).unwrap().contains("Decrypted DTLS"));
}

/// 200 connects with nothing in the way, and 100 through a bad network: each connects or says why not, and none takes for ever.
#[test]
#[ignore = "takes minutes; scripts/bench measures the same"]
fn many_calls_connect() {
    for round in 0..200 {
        let started = Instant::now();
        let (document, code) = loopback(&["--pings", "1"]);
        assert_eq!(code, Some(0), "round {round}: {:#}", document["findings"]);
        assert!(started.elapsed() < Duration::from_secs(5), "round {round}");
    }
    let mut connected = 0;
    for seed in 0..100 {
        let seed = seed.to_string();
        let (document, code) = loopback(&[
            "--pings",
            "1",
            "--impair",
            "loss=10%,delay=50ms",
            "--seed",
            &seed,
            "--timeout",
            "20",
        ]);
        match code {
            Some(0) => connected += 1,
            _ => assert!(!codes(&document).is_empty(), "seed {seed}: {document:#}"),
        }
    }
    eprintln!("{connected} of 100 connected at 10 % loss and 50 ms");
}

#[test]
fn nonsense_is_refused() {
    for (arguments, hint) in [
        (&["--impair", "loss=200%"][..], "loss=5%"),
        (&["--tcp", "--via", "relay"], "take one"),
        (&["--interface", "no-such-interface"], "interfaces of this machine"),
    ] {
        let output = rtcdiag(&[&["loopback"], arguments].concat());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.starts_with("error: ") && stderr.contains(hint), "{stderr}");
    }
}
