//! `rtcdiag stats --diff`: both ends of a call show where packets vanished, whatever wrote them down and by whichever clock; two
//! calls show what is otherwise.

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use support::browser::{Kind, run_in};
use support::peer::which;

const OUTAGE: &str = "fixtures/stats/chromium156-av-outage-rtcstats.gz";

fn rtcdiag(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rtcdiag"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .unwrap()
}

/// The whole document of a comparison.
fn diff(arguments: &[&str]) -> Value {
    let output = rtcdiag(&[&["stats", "--json", "--diff"], arguments].concat());
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The streams of the first pair of ends.
fn crossings(document: &Value) -> &[Value] {
    list(&document["report"]["diff"]["ends"][0]["crossings"])
}

fn codes(document: &Value) -> Vec<&str> {
    list(&document["findings"])
        .iter()
        .filter_map(|finding| finding["code"].as_str())
        .collect()
}

/// `a video network`, one for each stream; `-` where it went through.
fn places(document: &Value) -> Vec<String> {
    let ends = list(&document["report"]["diff"]["ends"]).iter();
    let all = ends.flat_map(|ends| list(&ends["crossings"]));
    let word = |crossing: &Value, key: &str| crossing[key].as_str().unwrap_or("-").to_owned();
    all.map(|crossing| ["from", "kind", "stopped"].map(|key| word(crossing, key)).join(" "))
        .collect()
}

/// Own captures with both ends in one file, and where each stream stopped. Those that are not named went through.
const CAPTURES: &[(&str, &[&str], &[&str])] = &[
    (
        "chromium156-av-outage-",
        &[
            "a audio network",
            "a video network",
            "b audio network",
            "b video network",
        ],
        &["stats-ends-packets-vanish", "stats-ends-packets-vanish"],
    ),
    (
        "chromium156-data-only-unreliable-loss-",
        &["a data network", "b data network"],
        &["stats-data-lost", "stats-data-lost"],
    ),
    (
        "chromium156-dtls-failed-fingerprint-",
        &["a audio sender", "a video sender"],
        &[],
    ),
    (
        "chromium156-ice-failed-unreachable-",
        &["a audio sender", "a video sender"],
        &[],
    ),
    (
        "firefox153esr-ice-failed-unreachable-report",
        &["a audio sender", "a video sender"],
        &[],
    ),
    (
        "firefox153esr-ice-stuck-no-candidates-report",
        &["b audio sender", "b video sender"],
        &[],
    ),
];

#[test]
fn captures_of_both_ends_show_where_packets_vanished() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/stats");
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    };
    let both = ["-internals.", "-rtcstats.", "-report.json"];
    let own = ["chromium156-", "firefox153esr-"];
    let mut judged = 0;
    for file in files.map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let is_own = own.iter().any(|own| name.starts_with(own)) && both.iter().any(|part| name.contains(part));
        if name.ends_with(".facts.json") || !is_own {
            continue;
        }
        let document = diff(&[file.to_str().unwrap()]);
        let known = CAPTURES.iter().find(|(part, ..)| name.starts_with(part));
        let places = places(&document);
        let ends = list(&document["report"]["diff"]["ends"]);
        assert!(
            !ends.is_empty() && ends.iter().all(|ends| ends["between"] == "nothing"),
            "{name}"
        );
        let gone: Vec<&str> = codes(&document)
            .into_iter()
            .filter(|code| code.starts_with("stats-ends") || *code == "stats-data-lost")
            .collect();
        match known {
            Some((_, expected, findings)) => {
                assert_eq!(places, *expected, "{name}");
                assert_eq!(gone, *findings, "{name}");
            }
            None => {
                assert!(places.iter().all(|place| place.ends_with(" -")), "{name}: {places:?}");
                assert!(gone.is_empty(), "{name}: {gone:?}");
            }
        }
        judged += 1;
    }
    assert!(judged > 15, "only {judged} captures were judged");
}

#[test]
fn an_outage_is_placed_in_time_and_counted() {
    let document = diff(&[OUTAGE]);
    let ends = &document["report"]["diff"]["ends"][0];
    assert_eq!(
        (&ends["clocks"]["by"], &ends["clocks"]["offset_ms"]),
        (&json!("one-file"), &json!(0.0))
    );
    assert_eq!(ends["matched_by"]["ssrcs"].as_array().unwrap().len(), 4);
    let video = crossings(&document).iter().find(|one| one["kind"] == "video").unwrap();
    // What the receiver itself counts as lost by the end is what is missing.
    assert_eq!(
        (&video["counted"]["missing"], &video["counted"]["lost"]),
        (&json!(393), &json!(393))
    );
    let audio = crossings(&document).iter().find(|one| one["kind"] == "audio").unwrap();
    // Of audio it never learns, and the counts of both ends tell.
    assert_eq!(audio["counted"]["lost"], 0);
    assert!(
        (495..=510).contains(&audio["counted"]["missing"].as_u64().unwrap()),
        "{}",
        audio["counted"]
    );
    let span = &audio["spans"][0];
    let at = |key: &str| span[key].as_f64().unwrap();
    assert!(
        (7.0..9.5).contains(&at("from_s")) && (17.5..20.0).contains(&at("to_s")),
        "{span}"
    );
    // Intervals add up to the whole.
    let sum = |key: &str| -> u64 {
        list(&audio["intervals"])
            .iter()
            .map(|one| one[key].as_u64().unwrap())
            .sum()
    };
    assert!(list(&audio["intervals"]).len() <= 20);
    assert!(sum("sent").abs_diff(audio["counted"]["sent"].as_u64().unwrap()) <= 20);
    let every = diff(&[OUTAGE, "--series"]);
    assert!(list(&crossings(&every)[0]["intervals"]).len() > list(&audio["intervals"]).len());
}

#[test]
fn windows_and_connections_are_those_that_were_asked_for() {
    let before = diff(&[OUTAGE, "--to", "7"]);
    assert!(
        places(&before).iter().all(|place| place.ends_with(" -")),
        "{:?}",
        places(&before)
    );
    let during = diff(&[OUTAGE, "--from", "9", "--to", "14"]);
    let audio = &crossings(&during)[0]["counted"];
    assert_eq!((&audio["received"], &audio["sent"]), (&json!(0), &audio["missing"]));
    let one = diff(&[OUTAGE, "--peer-connection", "2"]);
    assert_eq!(list(&one["report"]["diff"]["ends"]).len(), 1);
    assert_eq!(
        rtcdiag(&["stats", "--diff", OUTAGE, "--peer-connection", "7"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn the_text_says_where_within_eighty_columns() {
    let output = text(&rtcdiag(&["stats", "--diff", OUTAGE]));
    for part in [
        "both ends of a call",
        "vanished on the way to B",
        "one file, one clock",
        "did not arrive",
    ] {
        assert!(output.contains(part), "{part}: {output}");
    }
    // Rows of tables begin with a span of seconds; text is wrapped to the terminal, and there is none.
    let is_span = |word: &str| {
        let ends = word.split_once('-');
        ends.is_some_and(|(from, to)| from.parse::<f64>().is_ok() && to.parse::<f64>().is_ok())
    };
    let rows = output
        .lines()
        .filter(|line| line.split_whitespace().next().is_some_and(is_span));
    assert!(rows.clone().count() > 20 && rows.into_iter().all(|line| line.chars().count() <= 80));
}

#[test]
fn what_cannot_be_compared_is_told() {
    let error = |arguments: &[&str]| {
        let output = rtcdiag(&[&["stats", "--diff"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let alone = "fixtures/stats/chromium156-data-only-a-pairs.json";
    assert!(error(&[alone]).contains("does not hold both ends"));
    assert!(error(&[alone, alone, alone]).contains("two files"));
    assert!(error(&["fixtures/stats/none.json", alone]).contains("none.json"));
}

#[test]
fn two_calls_differ_in_path_and_findings() {
    let document = diff(&[OUTAGE, "fixtures/stats/chromium156-ice-failed-unreachable-rtcstats.gz"]);
    let diff = &document["report"]["diff"];
    assert_eq!((&diff["kind"], &diff["changed"]), (&json!("calls"), &json!(true)));
    let only = |how: &str| -> Vec<&str> {
        let findings = list(&diff["findings"]).iter().filter(|finding| finding["how"] == how);
        findings.filter_map(|finding| finding["code"].as_str()).collect()
    };
    assert!(
        only("removed").contains(&"stats-path-interrupted"),
        "{:?}",
        only("removed")
    );
    assert!(
        only("added").iter().any(|code| code.starts_with("stats-ice-")),
        "{:?}",
        only("added")
    );
    let connection = &diff["connections"][0];
    let changes = list(&connection["changes"]);
    let path = changes.iter().find(|change| change["what"] == "path").unwrap();
    assert_eq!((&path["how"], &path["after"]), (&json!("removed"), &Value::Null));
    let state = changes
        .iter()
        .find(|change| change["what"] == "state at the end")
        .unwrap();
    assert_eq!(state["before"], "connected");
    let streams = list(&connection["streams"]);
    let incoming = streams.iter().find(|stream| stream["direction"] == "in").unwrap();
    assert_eq!(incoming["how"], "removed");
    let bitrate = list(&incoming["metrics"])
        .iter()
        .find(|metric| metric["name"] == "bitrate")
        .unwrap();
    assert!(bitrate["before"]["median"].as_f64().unwrap() > 10_000.0 && bitrate["after"].is_null());
    let output = text(&rtcdiag(&[
        "stats",
        "--diff",
        OUTAGE,
        "fixtures/stats/chromium156-data-only-internals.gz",
    ]));
    assert!(
        output.contains("two calls") && output.contains("only in A") && output.contains("medians"),
        "{output}"
    );
}

#[test]
fn our_own_calls_have_both_ends_in_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("call.json");
    let file = file.to_str().unwrap();
    let call = [
        "loopback",
        "--audio",
        "--duration",
        "9",
        "--impair-up",
        "loss=30%",
        "--seed",
        "5",
        "--save-stats",
        file,
    ];
    let output = rtcdiag(&call);
    assert!(Path::new(file).exists(), "{}", String::from_utf8_lossy(&output.stderr));
    let document = diff(&[file]);
    let crossings = crossings(&document);
    let audio = |from: &str| {
        crossings
            .iter()
            .find(|one| one["kind"] == "audio" && one["from"] == from)
            .unwrap()
    };
    // The loss is on the way of the offerer, which is the first connection. What a busy machine has not taken yet at the end is
    // little beside it.
    let missing = |from: &str| {
        let counted = &audio(from)["counted"];
        counted["missing"].as_f64().unwrap() / counted["sent"].as_f64().unwrap()
    };
    assert!(
        (0.15..0.6).contains(&missing("a")) && missing("b") < 0.1,
        "{} {}",
        missing("a"),
        missing("b")
    );
    assert_eq!(audio("a")["stopped"], "network");
    assert!(
        codes(&document).contains(&"stats-ends-packets-vanish"),
        "{:?}",
        codes(&document)
    );
}

/// A call of two ends in one page, of which each is written down by itself, twice a second.
const LIVE: &str = r#"
    const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
    a.onicecandidate = event => event.candidate && b.addIceCandidate(event.candidate);
    b.onicecandidate = event => event.candidate && a.addIceCandidate(event.candidate);
    const canvas = Object.assign(document.createElement('canvas'), {width: 320, height: 240});
    const context = canvas.getContext('2d');
    let tick = 0;
    const paint = setInterval(() => {
        context.fillStyle = `hsl(${tick * 7 % 360} 80% 50%)`;
        context.fillRect((tick * 3) % 320, (tick * 5) % 240, 90, 70);
        tick++;
    }, 40);
    a.addTrack(canvas.captureStream(25).getVideoTracks()[0]);
    const channel = a.createDataChannel('chat');
    channel.onopen = () => setInterval(() => channel.send('hello'), 50);
    await a.setLocalDescription();
    await b.setRemoteDescription(a.localDescription);
    await b.setLocalDescription();
    await a.setRemoteDescription(b.localDescription);
    const ends = [[], []];
    for (let i = 0; i < 20; i++) {
        await new Promise(resolve => setTimeout(resolve, 500));
        for (const [index, pc] of [a, b].entries()) {
            ends[index].push({t: performance.timeOrigin + performance.now(), stats: [...(await pc.getStats()).values()]});
        }
    }
    clearInterval(paint);
    return ends;
"#;

/// The second clock is ahead by so many milliseconds.
const AHEAD: f64 = 754_321.0;

/// One end as JSON lines, with times of a clock that is ahead, and that of the other end in its reports.
fn written(end: &Value, ahead: f64, other: f64, path: PathBuf) -> String {
    let mut lines = String::new();
    for sample in list(end) {
        let mut sample = sample.clone();
        let later = |value: &Value, by: f64| json!(value.as_f64().unwrap() + by);
        sample["t"] = later(&sample["t"], ahead);
        for object in sample["stats"].as_array_mut().unwrap() {
            let own = ["timestamp", "lastPacketReceivedTimestamp", "lastPacketSentTimestamp"].map(|time| (time, ahead));
            for (time, by) in own.into_iter().chain([("remoteTimestamp", other)]) {
                if object.get(time).is_some_and(Value::is_number) {
                    object[time] = later(&object[time], by);
                }
            }
        }
        lines.push_str(&format!("{sample}\n"));
    }
    std::fs::write(&path, lines).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn two_ends_of_a_live_call_meet_by_any_clock() {
    if which("chromium").is_err() {
        eprintln!("skipped: there is no Chromium");
        return;
    }
    let ends = run_in(Kind::Chromium, LIVE).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for offset in [0.0, AHEAD] {
        let a = written(&ends[0], 0.0, offset, folder.path().join("a.jsonl"));
        let b = written(&ends[1], offset, 0.0, folder.path().join("b.jsonl"));
        let document = diff(&[&a, &b]);
        let ends = &document["report"]["diff"]["ends"][0];
        assert_eq!(ends["between"], "nothing", "{ends}");
        let clocks = &ends["clocks"];
        // A busy machine reads them late, and says by how much it may be wrong.
        let away = (clocks["offset_ms"].as_f64().unwrap() - offset).abs();
        let within = clocks["within_ms"].as_f64().unwrap_or(f64::INFINITY);
        assert!(away <= within + 1500.0, "{clocks}");
        assert_eq!(crossings(&document).len(), 3);
        for crossing in crossings(&document) {
            assert_ne!(crossing["stopped"], "network", "{crossing:#}");
        }
        let video = crossings(&document).iter().find(|one| one["kind"] == "video").unwrap();
        let sent = &document["report"]["peer_connections"][0]["outbound_rtp"][0]["packets_sent"];
        assert!(video["counted"]["sent"].as_u64().unwrap() <= sent.as_u64().unwrap() && sent.as_u64().unwrap() > 50);
        if offset > 0.0 {
            assert!(codes(&document).contains(&"stats-ends-clocks-differ"), "{clocks}");
        }
    }
    // Where nothing comes from the middle on, it is seen that packets are missing.
    let mut lossy = ends[1].clone();
    let samples = lossy.as_array_mut().unwrap();
    let middle = samples.len() / 2;
    let mut stats = list(&samples[middle]["stats"]).iter();
    let came = stats.find(|object| object["type"] == "inbound-rtp").unwrap()["packetsReceived"].clone();
    for sample in &mut samples[middle..] {
        let stats = sample["stats"].as_array_mut().unwrap().iter_mut();
        let incoming = stats.filter(|object| object["type"] == "inbound-rtp");
        incoming.for_each(|object| object["packetsReceived"] = came.clone());
    }
    let a = written(&ends[0], 0.0, AHEAD, folder.path().join("a.jsonl"));
    let b = written(&lossy, AHEAD, 0.0, folder.path().join("b.jsonl"));
    let document = diff(&[&a, &b]);
    let video = crossings(&document).iter().find(|one| one["kind"] == "video").unwrap();
    let count = |key: &str| video["counted"][key].as_f64().unwrap();
    assert_eq!(video["stopped"], "network", "{video:#}");
    assert!(count("missing") > 0.2 * count("sent"), "{}", video["counted"]);
}
