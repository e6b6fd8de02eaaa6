//! Calls between real peers in network namespaces, each with one known cause of trouble, captured by tcpdump: the first
//! error that `rtcdiag pcap` names is that cause, and it names no other.
//!
//! `RTCDIAG_KEEP_CAPTURES=FOLDER` keeps the captures and the descriptions.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::aiortc::{Call, Role, python};
use support::browser::{Browser, Kind};
use support::capture::Capture;
use support::certificates::Flaw;
use support::coturn::{Config, Coturn, PASSWORD, USERNAME};
use support::namespaces::{Namespaces, Nat, OUTSIDE, SERVERS, server};
use support::peer::{Peer, need, output};
use tempfile::TempDir;

/// Where the capture is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before the NAT, where the offerer is.
    Client,
    /// Behind it, where the answerer and the servers are.
    Outside,
}

/// How to reach the TURN server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    No,
    Udp,
    Tcp,
    Tls,
}

/// One call. Packets are dropped by the rules of a chain that every forwarded packet passes.
struct Scenario {
    name: &'static str,
    nat: Nat,
    at: At,
    /// Options of the server.
    server: &'static [&'static str],
    /// What the offerer asks besides STUN.
    turn: Turn,
    /// What is wrong with what a side is given.
    offerer: &'static [&'static str],
    answerer: &'static [&'static str],
    /// Rules from the beginning.
    rules: &'static str,
    /// Whether it connects.
    connects: bool,
    /// What happens a while after it connected: rules, or a side's end.
    then: Then,
    /// How long the call lasts after that, or after the sides know each other where they do not connect; longer if the cause is
    /// not to be seen by then.
    seconds: u64,
    /// Whether the descriptions are given to the program.
    sdp: bool,
    /// The first error, and the other errors that may stand beside it; `None`: no error at all, and no warning.
    cause: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Nothing,
    Rules(&'static str),
    Kill(Role),
    /// The NAT loses its mappings.
    Forget,
}

/// A healthy call, to be changed by one thing.
const HEALTHY: Scenario = Scenario {
    name: "healthy",
    nat: Nat::Masquerade,
    at: At::Client,
    server: &[],
    turn: Turn::No,
    offerer: &[],
    answerer: &[],
    rules: "",
    connects: true,
    then: Then::Nothing,
    seconds: 4,
    sdp: true,
    cause: None,
};

/// Drops what passes between the peers: they have ephemeral ports, the server and its relays lower ones.
const BETWEEN_PEERS: &str = "udp sport >= 32768 udp dport >= 32768 drop";

#[test]
fn a_healthy_call() {
    HEALTHY.holds();
}

#[test]
fn a_healthy_call_without_its_descriptions() {
    Scenario {
        name: "healthy-no-sdp",
        sdp: false,
        ..HEALTHY
    }
    .holds();
}

#[test]
fn through_turn_over_udp() {
    through_turn("relay-udp", Turn::Udp);
}

#[test]
fn through_turn_over_tcp() {
    through_turn("relay-tcp", Turn::Tcp);
}

#[test]
fn through_turn_over_tls() {
    through_turn("relay-tls", Turn::Tls);
}

fn through_turn(name: &'static str, turn: Turn) {
    Scenario { name, turn, ..HEALTHY }.holds();
}

#[test]
fn a_wrong_ice_password() {
    Scenario {
        name: "wrong-password",
        // The answerer believes a wrong password of the offerer, and the offerer one of the answerer: nothing connects.
        offerer: &["password"],
        answerer: &["password"],
        connects: false,
        cause: Some("ice-checks-refused"),
        ..HEALTHY
    }
    .holds();
}

#[test]
fn all_udp_between_the_peers_dropped() {
    Scenario {
        name: "dropped-both-ways",
        rules: BETWEEN_PEERS,
        connects: false,
        seconds: 8,
        cause: Some("ice-checks-unanswered"),
        ..HEALTHY
    }
    .holds();
}

#[test]
fn udp_towards_the_answerer_dropped() {
    Scenario {
        name: "dropped-one-way",
        rules: "iifname \"in0\" udp sport >= 32768 udp dport >= 32768 drop",
        connects: false,
        seconds: 8,
        cause: Some("ice-checks-one-way"),
        ..HEALTHY
    }
    .holds();
}

#[test]
fn a_certificate_that_is_not_the_one_described() {
    Scenario {
        name: "wrong-fingerprint",
        offerer: &["fingerprint"],
        connects: false,
        seconds: 5,
        cause: Some("dtls-fingerprint-mismatch"),
        ..HEALTHY
    }
    .holds();
}

#[test]
fn dtls_dropped() {
    Scenario {
        name: "dtls-dropped",
        // The answerer is the client of DTLS: only on its side there is something to be seen.
        at: At::Outside,
        // DTLS by its first octet.
        rules: "meta l4proto udp @th,64,8 20-63 drop",
        connects: false,
        seconds: 8,
        cause: Some("dtls-stuck"),
        ..HEALTHY
    }
    .holds();
}

#[test]
fn a_peer_that_dies() {
    Scenario {
        name: "peer-killed",
        then: Then::Kill(Role::Answerer),
        seconds: 12,
        cause: Some("icmp-unreachable"),
        ..HEALTHY
    }
    .holds();
}

#[test]
fn a_path_that_breaks_mid_call() {
    Scenario {
        name: "consent-lost",
        then: Then::Rules(BETWEEN_PEERS),
        seconds: 14,
        cause: Some("ice-consent-lost"),
        ..HEALTHY
    }
    .holds();
}

#[test]
fn media_from_one_side_only() {
    Scenario {
        name: "media-one-way",
        // RTP and RTCP by their version, from the answerer.
        rules: "iifname \"out0\" meta l4proto udp @th,64,2 2 drop",
        cause: Some("media-one-way"),
        ..HEALTHY
    }
    .holds();
}

#[test]
fn media_that_stops() {
    Scenario {
        name: "media-stopped",
        then: Then::Rules("iifname \"out0\" meta l4proto udp @th,64,2 2 drop"),
        seconds: 8,
        cause: Some("media-stopped"),
        ..HEALTHY
    }
    .holds();
}

#[test]
fn every_fifth_packet_lost() {
    Scenario {
        name: "heavy-loss",
        rules: "iifname \"out0\" meta l4proto udp @th,64,2 2 numgen random mod 100 < 20 drop",
        seconds: 6,
        cause: Some("media-loss"),
        ..HEALTHY
    }
    .holds();
}

#[test]
fn a_turn_server_that_refuses_the_peer() {
    Scenario {
        name: "turn-forbidden",
        turn: Turn::Udp,
        server: &["--denied-peer-ip=0.0.0.0-255.255.255.255"],
        connects: false,
        cause: Some("turn-forbidden"),
        ..HEALTHY
    }
    .holds();
}

/// Chromium calls aiortc; the signaling passes in the clear, in the capture.
#[test]
fn chromium_calls_aiortc() {
    let Some(python) = python() else { return };
    let Some(namespaces) = Namespaces::make(Nat::Masquerade) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("{}:8080", SERVERS[0]);
    let mut call = Call::new(folder.path(), &json!({"seconds": 600, "video": true, "http": address}));
    let file = folder.path().join("capture.pcap");
    let Some(capture) = Capture::start(&namespaces.client(), "up0", &file) else {
        return;
    };
    call.start(Role::Answerer, namespaces.command(&namespaces.outside(), &python));
    call.wait_for_file("listening");
    let opened = Browser::open(Kind::Chromium, &format!("http://{address}/"), |program| {
        namespaces.command(&namespaces.client(), program)
    });
    let Some(browser) = need(Peer::Chromium, opened) else {
        return;
    };
    call.wait_for(Role::Offerer, "connected");
    sleep(4);
    let file = capture.stop();
    drop(browser);
    call.end();
    keep("chromium-aiortc", folder.path());
    let run = Run::of(&file, &[]);
    run.assert_cause("chromium-aiortc", None);
}

#[test]
fn a_wrong_turn_password() {
    let arguments = ["--username", USERNAME, "--credential", "wrong", "--turn", "turn:SERVER"];
    asked("turn-credentials", &[], &arguments, Some("turn-credentials-rejected"));
}

#[test]
fn a_turn_user_without_allocations_left() {
    let arguments = [
        "--username",
        USERNAME,
        "--credential",
        PASSWORD,
        "--turn",
        "turn:SERVER",
        "--turn",
        "turn:SERVER?transport=tcp",
    ];
    asked(
        "turn-quota",
        &["--user-quota=1"],
        &arguments,
        Some("turn-quota-reached"),
    );
}

#[test]
fn a_server_asked_for_candidates() {
    let arguments = [
        "--username",
        USERNAME,
        "--credential",
        PASSWORD,
        "--stun",
        "stun:SERVER",
        "--turn",
        "turn:SERVER",
    ];
    asked("candidates", &[], &arguments, None);
}

/// What passes when `rtcdiag candidates` asks a server.
fn asked(name: &str, server_options: &[&str], arguments: &[&str], cause: Option<&str>) {
    let Some(namespaces) = Namespaces::make(Nat::Masquerade) else {
        return;
    };
    let outside = namespaces.outside();
    let mut config = Config::long_term()
        .on(&[server(1)])
        .within(&["ip", "netns", "exec", &outside]);
    for option in server_options {
        config = config.option(option);
    }
    let Some(coturn) = config.start() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("capture.pcap");
    let Some(capture) = Capture::start(&namespaces.client(), "up0", &file) else {
        return;
    };
    let address = format!("{}:{}", SERVERS[1], coturn.port());
    let ran = namespaces
        .command(&namespaces.client(), env!("CARGO_BIN_EXE_rtcdiag"))
        .args(["candidates", "--json", "--timeout", "30"])
        .args(arguments.iter().map(|argument| argument.replace("SERVER", &address)))
        .output()
        .expect("the program");
    let file = capture.stop();
    assert!(!ran.stdout.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
    keep(name, folder.path());
    Run::of(&file, &[]).assert_cause(name, cause);
}

/// The NAT forgets the offerer's mapping, and gives it another port: seen from outside, packets come from elsewhere.
#[test]
fn a_mapping_that_changes_mid_call() {
    Scenario {
        name: "mapping-changed",
        nat: Nat::FullyRandom,
        at: At::Outside,
        // Else the answerer's checks of the host candidate would pass without any mapping.
        rules: "iifname \"out0\" ct state new drop",
        then: Then::Forget,
        seconds: 9,
        cause: Some("nat-mapping-changed"),
        ..HEALTHY
    }
    .holds();
}

/// Says that a scenario is played once more, as the world failed to play it.
fn again(name: &str, why: &str, said: &str) {
    use std::io::Write;
    // Not eprintln!, whose output the harness swallows when the test passes.
    let _ = writeln!(std::io::stderr(), "{name}: not played: {why}; once more. It was {said}");
}

/// Which side did not get to run, if one says so.
fn held_up(folder: &Path) -> Option<String> {
    [Role::Offerer, Role::Answerer].into_iter().find_map(|role| {
        let text = std::fs::read_to_string(folder.join(format!("{}.json", role.name()))).ok()?;
        let seconds = serde_json::from_str::<Value>(&text).ok()?["held_up_s"].as_f64()?;
        (seconds > HELD_UP).then(|| format!("the machine held up the {} for {seconds:.2} s", role.name()))
    })
}

/// Copies what a scenario left, where that is asked for.
fn keep(name: &str, folder: &Path) {
    let Some(keep) = std::env::var_os("RTCDIAG_KEEP_CAPTURES") else {
        return;
    };
    let keep = PathBuf::from(keep).join(name);
    std::fs::create_dir_all(&keep).expect("a folder");
    for entry in std::fs::read_dir(folder).expect("the folder").flatten() {
        let _ = std::fs::copy(entry.path(), keep.join(entry.file_name()));
    }
}

/// A side that did not get to run for so long did not play its part: media paused, answers came late.
const HELD_UP: f64 = 0.4;

impl Scenario {
    fn holds(&self) {
        let Some((run, not_played)) = self.play() else { return };
        match (run.judge(self.name, self.cause), not_played) {
            (Ok(()), _) => {}
            (Err(said), None) => panic!("{said}"),
            (Err(said), Some(why)) => {
                again(self.name, &why, &said);
                let Some((run, _)) = self.play() else { return };
                run.assert_cause(self.name, self.cause);
            }
        }
    }

    /// What the program says of it; and why the world was not as wanted, if it was not.
    fn play(&self) -> Option<(Run, Option<String>)> {
        let world = World::make(self)?;
        let folder = world.folder.path().to_owned();
        let (file, not_played) = world.play()?;
        keep(self.name, &folder);
        let run = Run::of(&file, &self.descriptions(&folder));
        Some((run, not_played.or_else(|| held_up(&folder))))
    }

    /// As each side gave them to the other.
    fn descriptions(&self, folder: &Path) -> Vec<PathBuf> {
        let all = ["offer.json", "answer.json"].map(|name| folder.join(name));
        if self.sdp { all.to_vec() } else { vec![] }
    }
}

/// Where a scenario plays. The peers stop before the server, the server before its namespace goes.
struct World<'a> {
    scenario: &'a Scenario,
    python: PathBuf,
    server: Coturn,
    folder: TempDir,
    namespaces: Namespaces,
}

impl<'a> World<'a> {
    fn make(scenario: &'a Scenario) -> Option<World<'a>> {
        let python = python()?;
        let namespaces = Namespaces::make(scenario.nat)?;
        let outside = namespaces.outside();
        let mut config = Config::long_term()
            .on(&[server(1)])
            .within(&["ip", "netns", "exec", &outside]);
        for option in scenario.server {
            config = config.option(option);
        }
        if scenario.turn == Turn::Tls {
            config = config.tls(Flaw::None);
        }
        let server = config.start()?;
        Some(World {
            scenario,
            python,
            server,
            folder: tempfile::tempdir().expect("a folder"),
            namespaces,
        })
    }

    /// What the offerer asks. Only the relayed candidate of a relayed call is told to the other side.
    fn ice_servers(&self) -> Value {
        let (host, port) = (SERVERS[1], self.server.port());
        let stun = json!({"urls": format!("stun:{host}:{port}")});
        let url = match self.scenario.turn {
            Turn::No => return json!([stun]),
            Turn::Udp => format!("turn:{host}:{port}?transport=udp"),
            Turn::Tcp => format!("turn:{host}:{port}?transport=tcp"),
            Turn::Tls => format!("turns:{host}:{}?transport=tcp", self.server.tls_port()),
        };
        json!([{"urls": url, "username": USERNAME, "credential": PASSWORD}])
    }

    fn call(&self) -> Value {
        let scenario = self.scenario;
        let relayed = scenario.turn != Turn::No;
        json!({
            "seconds": 600,
            "video": true,
            "offerer": {
                "ice_servers": self.ice_servers(),
                "faults": scenario.offerer,
                "candidates": relayed.then_some("relay"),
            },
            "answerer": {"faults": scenario.answerer},
        })
    }

    /// The rules of the middle; in a relayed call nothing passes but what the relay carries.
    fn rules(&self) -> String {
        let direct = if self.scenario.turn == Turn::No {
            ""
        } else {
            BETWEEN_PEERS
        };
        format!("{direct}\n{}", self.scenario.rules)
    }

    fn drop(&self, rules: &str) {
        let table =
            format!("table ip faults {{\n chain forward {{\n type filter hook forward priority 0\n {rules}\n }}\n}}\n");
        self.namespaces.nft(&table).expect("nft takes the rules");
    }

    /// Lets the NAT forget until the offerer's packets come from another port, which can take more than one try: a port is
    /// drawn, and a kernel may keep a mapping. Whether they do.
    fn forget(&self, capture: &Capture) -> bool {
        let mapped = || capture.senders(&format!("udp and src host {OUTSIDE} and dst host {}", SERVERS[0]));
        let before = mapped();
        (0..3).any(|_| {
            self.forget_once();
            let started = Instant::now();
            // Media comes at once, a check after five seconds at the latest.
            while mapped() == before && started.elapsed() < Duration::from_secs(10) {
                sleep(1);
            }
            mapped() != before
        })
    }

    /// Mappings end a second after their last packet, and for three seconds none passes.
    fn forget_once(&self) {
        let middle = self.namespaces.middle();
        let sh = |script: &str| {
            let mut command = self.namespaces.command(&middle, "sh");
            output(command.args(["-c", script])).expect("the NAT obeys");
        };
        sh("for name in udp_timeout udp_timeout_stream; do echo 1 > /proc/sys/net/netfilter/nf_conntrack_$name; done");
        // A mapping takes on the new lifetime with its next packet, not before; media comes every 20 ms.
        std::thread::sleep(Duration::from_millis(500));
        let table = "table ip silence {\n chain early {\n type filter hook prerouting priority raw\n meta l4proto udp drop\n }\n}\n";
        self.namespaces.nft(table).expect("nft takes the rules");
        sleep(3);
        sh(
            "for name in udp_timeout udp_timeout_stream; do echo 120 > /proc/sys/net/netfilter/nf_conntrack_$name; done",
        );
        self.namespaces
            .nft("delete table ip silence\n")
            .expect("nft takes the rules");
    }

    /// Plays it; the capture, and what of it could not be played.
    fn play(&self) -> Option<(PathBuf, Option<String>)> {
        let scenario = self.scenario;
        let folder = self.folder.path();
        self.drop(&self.rules());
        let (client, outside) = (self.namespaces.client(), self.namespaces.outside());
        let (namespace, device) = match scenario.at {
            At::Client => (&client, "up0"),
            At::Outside => (&outside, "down0"),
        };
        let capture = Capture::start(namespace, device, &folder.join("capture.pcap"))?;
        let mut call = Call::new(folder, &self.call());
        let mut offerer = self.namespaces.command(&client, &self.python);
        if let Some(files) = &self.server.certificates {
            offerer.env("SSL_CERT_FILE", &files.authority);
        }
        call.start(Role::Offerer, offerer);
        call.start(Role::Answerer, self.namespaces.command(&outside, &self.python));
        if scenario.connects {
            call.wait_for(Role::Offerer, "connected");
            call.wait_for(Role::Answerer, "connected");
        } else {
            call.wait_for(Role::Offerer, "connecting");
            call.wait_for(Role::Answerer, "connecting");
        }
        let mut not_played = None;
        match scenario.then {
            Then::Nothing => {}
            Then::Rules(rules) => {
                sleep(3);
                self.drop(rules);
            }
            Then::Kill(role) => {
                sleep(3);
                call.kill(role);
            }
            Then::Forget => {
                sleep(3);
                if !self.forget(&capture) {
                    not_played = Some("the NAT did not change the mapping".to_owned());
                }
            }
        }
        sleep(scenario.seconds);
        // What follows (closing) is not part of the story where something is cut off.
        let Some(cause) = scenario.cause else {
            call.end();
            return Some((capture.stop(), not_played));
        };
        self.wait_until_told(&capture, cause);
        let file = capture.stop();
        call.end();
        Some((file, not_played))
    }

    /// Gives a cause that is not to be seen yet some time to show: a busy machine sends less in the same time.
    fn wait_until_told(&self, capture: &Capture, cause: &str) {
        let descriptions = self.scenario.descriptions(self.folder.path());
        for _ in 0..10 {
            if capture.so_far(|file| Run::of(file, &descriptions).codes("error").contains(&cause)) {
                return;
            }
            sleep(2);
        }
    }
}

fn sleep(seconds: u64) {
    std::thread::sleep(Duration::from_secs(seconds));
}

/// What the program says of a capture.
struct Run {
    document: Value,
    text: String,
}

impl Run {
    fn of(file: &Path, descriptions: &[PathBuf]) -> Run {
        let output = |format: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_rtcdiag"));
            command.args(["pcap", "--format", format]).arg(file);
            for description in descriptions {
                command.arg("--sdp").arg(description);
            }
            let output = command.output().expect("the program");
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.code().is_some_and(|code| code < 2),
                "{}: {stderr}",
                output.status
            );
            String::from_utf8_lossy(&output.stdout).into_owned()
        };
        Run {
            document: serde_json::from_str(&output("json")).expect("JSON"),
            text: output("text"),
        }
    }

    fn codes(&self, severity: &str) -> Vec<&str> {
        let findings = self.document["findings"].as_array().expect("findings");
        findings
            .iter()
            .filter(|finding| finding["severity"] == severity)
            .filter_map(|finding| finding["code"].as_str())
            .collect()
    }

    #[track_caller]
    fn assert_cause(&self, name: &str, cause: Option<&str>) {
        self.judge(name, cause).unwrap_or_else(|said| panic!("{said}"));
    }

    /// Whether the cause is the only error; what was said instead.
    fn judge(&self, name: &str, cause: Option<&str>) -> Result<(), String> {
        let (errors, warnings) = (self.codes("error"), self.codes("warning"));
        let right = match cause {
            None => errors.is_empty() && warnings.is_empty(),
            Some(cause) => !errors.is_empty() && errors.iter().all(|&code| code == cause),
        };
        match right {
            true => Ok(()),
            false => Err(format!(
                "{name}: errors {errors:?}, warnings {warnings:?}\n{}",
                self.text
            )),
        }
    }
}
