//! What a live Chromium's own chrome://webrtc-internals saves of a call, read, and held against getStats() of the page.
//!
//! Both are samples of the same counters at other times. So each value that was read must lie between what the page saw before
//! and after the time that the browser gave to it: that holds however busy the machine is.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use rtcdiag::stats::clock;
use serde_json::{Value, json};
use support::devtools::{DevTools, Page, empty_page};
use support::peer::{Peer, need};

/// Both ends of a call in one page, of a camera, a microphone and a data channel; `taken` are the reports of both, four a second.
const CALL: &str = r#"
    const media = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 320, height: 240}});
    const ends = [new RTCPeerConnection(), new RTCPeerConnection()];
    const [a, b] = ends;
    a.onicecandidate = event => event.candidate && b.addIceCandidate(event.candidate);
    b.onicecandidate = event => event.candidate && a.addIceCandidate(event.candidate);
    for (const end of ends) media.getTracks().forEach(track => end.addTrack(track, media));
    const channel = a.createDataChannel('chat');
    channel.onopen = () => setInterval(() => channel.send('hello'), 100);
    await a.setLocalDescription();
    await b.setRemoteDescription(a.localDescription);
    await b.setLocalDescription();
    await a.setRemoteDescription(b.localDescription);
    window.taken = ends.map(() => []);
    window.take = async () => {
        for (const [index, end] of ends.entries()) taken[index].push([...(await end.getStats()).values()]);
    };
    setInterval(take, 250);
    const flows = end => end.filter(report =>
        report.filter(one => one.type == 'inbound-rtp' && one.packetsReceived > 20).length == 2).length;
    while (taken.some(end => flows(end) < 16)) await new Promise(next => setTimeout(next, 100));
"#;

/// Counters, and in which stats they are.
const COUNTERS: [(&str, &[&str]); 3] = [
    ("outbound_rtp", &["packetsSent", "bytesSent", "framesEncoded"]),
    ("inbound_rtp", &["packetsReceived", "bytesReceived", "framesDecoded"]),
    ("data_channels", &["messagesSent", "messagesReceived"]),
];

#[test]
fn what_webrtc_internals_saves_is_what_the_page_saw() {
    let Some(mut browser) = need(Peer::Chromium, DevTools::open()) else {
        return;
    };
    // It asks for statistics of its own accord, of calls that begin after it was opened.
    let internals = browser.page("chrome://webrtc-internals").unwrap();
    let url = empty_page().unwrap();
    let page = browser.page(&url).unwrap();
    browser.run(&page, CALL).unwrap();
    for (button, format) in [
        ("dump-click-target", "webrtc-internals"),
        ("dump-click-target-rtcstats", "rtcstats-dump"),
    ] {
        let report = saved(&mut browser, &internals, button);
        // Something after the last sample in the dump.
        let taken = browser.run(&page, "await take(); return taken").unwrap();
        let agent = browser.run(&page, "return navigator.userAgent").unwrap();
        assert_eq!(
            (&report["format"], report["gzip"].as_bool()),
            (&json!(format), Some(true))
        );
        let named = match report["user_agent"].as_str() {
            Some(written) => agent == written,
            // The other format has the brands only.
            None => format == "rtcstats-dump" && report["browser"].as_str().unwrap().starts_with("Chrom"),
        };
        assert!(named, "{agent}: {} {}", report["user_agent"], report["browser"]);
        assert_eq!(report["peer_connections"].as_array().unwrap().len(), 2);
        let got = report["media_calls"].as_array().unwrap().iter();
        assert_eq!(
            got.filter(|call| call["succeeded"] == true).count(),
            1,
            "{}",
            report["media_calls"]
        );
        for reports in taken.as_array().unwrap() {
            compare(&report, &Seen(reports.as_array().unwrap()), &url);
        }
    }
}

/// The report about what the page of the browser saves when this button is pressed: once there are a few samples in it.
fn saved(browser: &mut DevTools, internals: &Page, button: &str) -> Value {
    let press = format!("document.getElementById('{button}').click()");
    for _ in 0..60 {
        let file = browser.download(internals, &press).unwrap();
        let report = read(&file, &[]);
        let connections = report["peer_connections"].as_array().unwrap();
        if connections.len() == 2 && connections.iter().all(|pc| pc["samples"].as_u64() > Some(3)) {
            let ids: BTreeSet<&str> = connections.iter().flat_map(|pc| ids(pc)).collect();
            let values = read(&file, &ids.into_iter().collect::<Vec<_>>());
            // What `--id` leaves out is in the one, and values over time are in the other.
            let mut both = report.clone();
            for (index, pc) in list(&values, "peer_connections").iter().enumerate() {
                both["peer_connections"][index]["objects"] = pc["objects"].clone();
            }
            return both;
        }
        browser
            .run(internals, "await new Promise(next => setTimeout(next, 1000))")
            .unwrap();
    }
    panic!("webrtc-internals took no samples");
}

fn ids(pc: &Value) -> Vec<&str> {
    let lists = COUNTERS.iter().filter_map(|(list, _)| pc[list].as_array());
    lists.flatten().filter_map(|stream| stream["id"].as_str()).collect()
}

/// What `rtcdiag stats` says of a file, with every value of these stats.
fn read(file: &Path, ids: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rtcdiag"));
    command.args(["stats", "--json", "--series"]).arg(file);
    let output = command.args(ids.iter().flat_map(|id| ["--id", id])).output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = document["findings"].as_array().unwrap();
    let damaged = findings
        .iter()
        .any(|finding| finding["code"] == "stats-damaged" || finding["code"] == "stats-truncated");
    assert!(!damaged, "{findings:#?}");
    document["report"].clone()
}

/// The reports of one end that the page took.
struct Seen<'r>(&'r [Value]);

impl Seen<'_> {
    fn last(&self, kind: &str) -> Vec<&Value> {
        let last = self.0.last().unwrap().as_array().unwrap();
        last.iter().filter(|object| object["type"] == kind).collect()
    }

    /// The object of this id in the last report.
    fn find(&self, id: &Value) -> &Value {
        let last = self.0.last().unwrap().as_array().unwrap();
        last.iter().find(|object| object["id"] == *id).unwrap_or(&Value::Null)
    }

    /// What a counter was before and after a time, in milliseconds since 1970.
    fn around(&self, id: &str, member: &str, at: f64) -> (f64, f64) {
        const ROUNDED: f64 = 0.01;
        let (mut before, mut after) = (0.0, f64::INFINITY);
        for object in self.0.iter().flat_map(|report| report.as_array().unwrap()) {
            let (Some(time), Some(value)) = (object["timestamp"].as_f64(), object[member].as_f64()) else {
                continue;
            };
            if object["id"] != id {
                continue;
            }
            if time <= at + ROUNDED {
                before = value.max(before);
            }
            if time >= at - ROUNDED {
                after = value.min(after);
            }
        }
        (before, after)
    }
}

fn ssrcs<'v>(streams: impl IntoIterator<Item = &'v Value>) -> BTreeSet<u64> {
    streams
        .into_iter()
        .filter_map(|stream| stream["ssrc"].as_u64())
        .collect()
}

fn list<'v>(pc: &'v Value, name: &str) -> &'v [Value] {
    pc[name].as_array().map_or(&[], Vec::as_slice)
}

/// Holds the connection that has the same streams against what the page saw of it.
fn compare(report: &Value, seen: &Seen<'_>, url: &str) {
    let sent = ssrcs(seen.last("outbound-rtp"));
    assert_eq!(sent.len(), 2);
    let mut connections = list(report, "peer_connections").iter();
    let pc = connections
        .find(|pc| ssrcs(list(pc, "outbound_rtp")) == sent)
        .expect("the connection");
    assert_eq!(ssrcs(list(pc, "inbound_rtp")), ssrcs(seen.last("inbound-rtp")));
    assert_eq!(pc["url"], url);
    let states = ["connection", "ice_connection", "signaling"].map(|state| &pc["final_states"][state]);
    assert_eq!(states, ["connected", "connected", "stable"], "{}", pc["states"]);
    compare_codecs(pc, seen);
    compare_path(pc, seen);
    compare_counters(pc, seen, report["start"].as_str().and_then(clock::iso).unwrap());
}

fn compare_codecs(pc: &Value, seen: &Seen<'_>) {
    for (name, kind) in [("outbound_rtp", "outbound-rtp"), ("inbound_rtp", "inbound-rtp")] {
        for stream in list(pc, name) {
            let theirs = seen.find(&stream["id"]);
            assert_eq!(theirs["type"], kind, "{}", stream["id"]);
            assert_eq!(stream["codec"], seen.find(&theirs["codecId"])["mimeType"]);
            assert_eq!((&stream["mid"], &stream["kind"]), (&theirs["mid"], &theirs["kind"]));
        }
    }
    let codecs = |objects: Vec<&Value>, members: [&str; 3]| -> BTreeSet<String> {
        let codec = |object: &Value| members.map(|member| object[member].to_string()).join(" ");
        objects.into_iter().map(codec).collect()
    };
    assert_eq!(
        codecs(
            list(pc, "codecs").iter().collect(),
            ["mime_type", "payload_type", "clock_rate"]
        ),
        codecs(seen.last("codec"), ["mimeType", "payloadType", "clockRate"])
    );
}

fn compare_path(pc: &Value, seen: &Seen<'_>) {
    let pair = &pc["selected_pair"];
    let theirs = seen.find(&pair["id"]);
    // Long after the start, a pair does not change any more.
    assert_eq!(pair["id"], seen.last("transport")[0]["selectedCandidatePairId"]);
    for (end, id) in [("local", "localCandidateId"), ("remote", "remoteCandidateId")] {
        let (ours, theirs) = (&pair[end], seen.find(&theirs[id]));
        for (our, their) in [
            ("type", "candidateType"),
            ("address", "address"),
            ("port", "port"),
            ("protocol", "protocol"),
        ] {
            assert_eq!(ours[our], theirs[their], "{end} {our}");
        }
    }
    let ours: BTreeMap<&str, &Value> = list(pc, "candidates")
        .iter()
        .map(|candidate| (candidate["id"].as_str().unwrap(), &candidate["address"]))
        .collect();
    for kind in ["local-candidate", "remote-candidate"] {
        for theirs in seen.last(kind) {
            assert_eq!(
                ours.get(theirs["id"].as_str().unwrap()),
                Some(&&theirs["address"]),
                "{theirs}"
            );
        }
    }
}

fn compare_counters(pc: &Value, seen: &Seen<'_>, start: f64) {
    let mut compared = 0;
    for (name, members) in COUNTERS {
        for stream in list(pc, name) {
            let id = stream["id"].as_str().unwrap();
            let object = list(pc, "objects").iter().find(|object| object["id"] == id).unwrap();
            for member in list(object, "members")
                .iter()
                .filter(|member| members.contains(&member["name"].as_str().unwrap()))
            {
                for point in list(member, "points") {
                    let (at, value) = (start + 1000.0 * point[0].as_f64().unwrap(), point[1].as_f64().unwrap());
                    let (before, after) = seen.around(id, member["name"].as_str().unwrap(), at);
                    assert!(
                        (before..=after).contains(&value),
                        "{id} {} at {at}: {value} is not from {before} to {after}",
                        member["name"]
                    );
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 30, "{compared} values");
}
