//! Whole files, format by format, and what damage does to them.

use std::io::Write;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::stats::facts::{metric, pair, phase};

fn dump(text: &str) -> Dump {
    read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A member of an object of the first connection: its times and numbers.
fn numbers(dump: &Dump, id: &str, member: &str) -> Vec<(f64, f64)> {
    let object = dump.peer_connections[0].find(id).unwrap();
    object
        .member(&dump.names, member)
        .unwrap()
        .numbers(&dump.names)
        .collect()
}

const INTERNALS: &str = r#"{
 "getUserMedia": [{"origin": "https://a.test", "request_type": "getUserMedia", "timestamp": 999.5, "video": "{}"},
   {"error": "NotAllowedError", "error_message": "denied", "request_type": "getUserMedia", "timestamp": 1000.5}],
 "PeerConnections": {
  "1-1": {
   "pid": 7, "url": "https://a.test", "rtcConfiguration": "{\"iceServers\":[{\"urls\":[\"stun:s.test\"]}]}", "constraints": "",
   "stats": {
    "T01-dtlsState": {"startTime": "1970-01-01T00:00:01.000Z", "endTime": "1970-01-01T00:00:03.000Z", "statsType": "transport", "values": "[\"new\",\"connected\",\"connected\"]"},
    "T01-bytesSent": {"startTime": "1970-01-01T00:00:02.000Z", "endTime": "1970-01-01T00:00:03.000Z", "statsType": "transport", "values": "[100,350]"},
    "T01-timestamp": {"startTime": "1970-01-01T00:00:01.000Z", "endTime": "1970-01-01T00:00:03.000Z", "statsType": "transport", "values": "[1000.1,2000.2,3000.3]"},
    "T01-[bytesSent_in_bits/s]": {"startTime": "1970-01-01T00:00:02.000Z", "endTime": "1970-01-01T00:00:03.000Z", "statsType": "transport", "values": "[1,2]"},
    "T01-[a-b]": {"values": "[1]"},
    "OT-durations": {"startTime": "1970-01-01T00:00:01.000Z", "endTime": "1970-01-01T00:00:03.000Z", "statsType": "outbound-rtp", "values": "[{\"cpu\":0,\"none\":1},{\"cpu\":0.5,\"none\":1.5}]"}
   },
   "updateLog": [
    {"timestamp": 1000, "type": "oniceconnectionstatechange", "value": "\"checking\""},
    {"timestamp": 1250, "type": "oniceconnectionstatechange", "value": "\"connected\""}]
  },
  "-": {"stats": {}, "updateLog": [{"time": 1, "type": "navigator.mediaDevices.getUserMedia", "value": "audio: true"}]}
 },
 "UserAgent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/537.36"
}"#;

#[test]
fn internals() {
    let dump = dump(INTERNALS);
    assert_eq!(
        (dump.format, dump.gzip, dump.peer_connections.len()),
        (Format::WebrtcInternals, false, 1)
    );
    assert_eq!(dump.octets, INTERNALS.len() as u64);
    assert_eq!(dump.browser.as_ref().unwrap().to_string(), "Chrome 156.0.0.0 on Linux");
    // A member that begins later than its object does.
    assert_eq!(numbers(&dump, "T01", "bytesSent"), [(2000.2, 100.0), (3000.3, 350.0)]);
    // Without a series of times they are spread evenly.
    assert_eq!(numbers(&dump, "OT", "durations.cpu"), [(1000.0, 0.0), (3000.0, 0.5)]);
    let pc = &dump.peer_connections[0];
    assert!(pc.find("T01").unwrap().member(&dump.names, "b]").is_none());
    assert_eq!((pc.samples(), pc.constraints.as_ref()), (3, None));
    assert_eq!(
        pc.find("T01").unwrap().text(&dump.names, "dtlsState").as_deref(),
        Some("connected")
    );
    assert_eq!(phase::phases(pc, &dump.names).ice.length(), Some(250.0));
    let calls: Vec<_> = dump
        .media_calls
        .iter()
        .map(|call| (call.succeeded, call.detail.as_str()))
        .collect();
    assert_eq!(
        calls,
        [
            (None, "video {}"),
            (Some(false), "NotAllowedError: denied"),
            (None, "audio: true")
        ]
    );
}

#[test]
fn internals_with_times_in_words() {
    let text = INTERNALS.replace("\"timestamp\": 1000,", "\"time\": \"1/1/1970, 2:00:01 AM\",");
    let text = text.replace("\"timestamp\": 1250,", "\"time\": \"1/1/1970, 2:00:03 AM\",");
    let dump = dump(&text);
    let times: Vec<_> = dump.peer_connections[0]
        .events
        .iter()
        .map(|event| event.at_ms)
        .collect();
    assert_eq!(times, [Some(1000.0), Some(3000.0)]);
}

const RTCSTATS: &str = r#"RTCStatsDump
{"fileFormat":3,"userAgent":"Mozilla/5.0 Firefox/140.0"}
["create",null,{"userAgentData":{"brands":[{"brand":"Chromium","version":"140"}]}},5000]
["create","PC",{"bundlePolicy":"max-bundle"},"https://a.test",10]
[24,"PC","connected",5]
["navigator.mediaDevices.getUserMedia","PC-0",{"audio":true},0]
["getStats","PC",{"O":{"type":"outbound-rtp","timestamp":5020,"bytesSent":100,"mid":"0"},"C":{"type":"codec","timestamp":5020,"mimeType":"audio/opus"}},5]
["getStats","PC",{"O":{"timestamp":6020,"bytesSent":300}},1000]
["getStats","PC",{"O":{"timestamp":7020,"bytesSent":350},"C":null},1000]
["getStats","PC",{"O":{"timestamp":8020,"bytesSent":400}},1000]
"#;

#[test]
fn rtcstats_with_deltas() {
    let dump = dump(RTCSTATS);
    assert_eq!(
        (dump.format, dump.client_events, dump.peer_connections.len()),
        (Format::RtcstatsDump, Some(1), 1)
    );
    let pc = &dump.peer_connections[0];
    assert_eq!((pc.url.as_deref(), pc.events.len()), (Some("https://a.test"), 2));
    assert_eq!(
        (pc.events[1].name.as_str(), pc.events[1].method.as_str()),
        ("24", "iceconnectionstatechange")
    );
    assert_eq!(pc.events[1].at_ms, Some(5015.0));
    assert_eq!(numbers(&dump, "O", "bytesSent").len(), 4);
    // What is not mentioned stays.
    let o = pc.find("O").unwrap();
    assert_eq!(o.member(&dump.names, "mid").unwrap().points().count(), 4);
    // An object that is not mentioned stays, with its old time; one that is null goes.
    assert_eq!(pc.find("C").unwrap().times().collect::<Vec<_>>(), [5020.0, 5020.0]);
}

#[test]
fn rtcstats_of_chromium_is_whole() {
    let text = RTCSTATS.replace("\"type\":\"outbound-rtp\"", "\"id\":\"O\",\"type\":\"outbound-rtp\"");
    let text = text.replace("\"type\":\"codec\"", "\"id\":\"C\",\"type\":\"codec\"");
    let text = text.replace(
        r#"{"O":{"timestamp":6020,"#,
        r#"{"O":{"id":"O","type":"outbound-rtp","timestamp":6020,"#,
    );
    let dump = dump(&text);
    let pc = &dump.peer_connections[0];
    // The second report lacks the codec, so it is gone, and `mid` is too.
    assert_eq!(pc.find("C").unwrap().samples(), 1);
    assert_eq!(
        pc.find("O")
            .unwrap()
            .member(&dump.names, "mid")
            .unwrap()
            .points()
            .count(),
        1
    );
}

#[test]
fn rtcstats_with_codes() {
    let text = r#"RTCStatsDump
{"fileFormat":3}
["g","PC",{"0":{"type":2,"10":77,"80":100},"1":{"type":14,"6":"video/VP8","timestamp":900},"t":1000},1001]
["g","PC",{"0":{"80":300},"t":2000},1000]
"#;
    let dump = dump(text);
    let pc = &dump.peer_connections[0];
    assert_eq!(numbers(&dump, "0", "bytesSent"), [(1000.0, 100.0), (2000.0, 300.0)]);
    assert_eq!(pc.find("0").unwrap().kind(&dump.names), Some("outbound-rtp"));
    assert_eq!(
        pc.find("1").unwrap().text(&dump.names, "mimeType").as_deref(),
        Some("video/VP8")
    );
    assert!(pc.events.is_empty());
}

#[test]
fn rtcstats_lines() {
    let text = r#"["connectionInfo",null,{"userAgent":"Mozilla/5.0 Version/17.0 Safari/605"} ,1000]
["create","PC_0",{"iceServers":[{"urls":"turns:t.test"}]},2000]
["constraints","PC_0",{"optional":[]},2001]
["getstats","PC_0",{"O":{"timestamp":0,"type":"outbound-rtp","bytesSent":"100","mid":0},"timestamp":"1970-01-01T00:00:03.000Z"},3001]
["getstats","PC_0",{"O":{"timestamp":0,"bytesSent":"300"},"timestamp":"bad"},4001]
["getstats","PC_0",{"timestamp":"1970-01-01T00:00:05.000Z"},5001]
["getstats","PC_0",{"O":{"timestamp":5900,"bytesSent":"10"}},6001]
["e2eRtt",null,{"x":1}]
"#;
    let dump = dump(text);
    assert_eq!((dump.format, dump.client_events), (Format::RtcstatsJsonl, Some(2)));
    assert_eq!(dump.browser.as_ref().unwrap().to_string(), "Safari 17.0");
    assert_eq!(
        numbers(&dump, "O", "bytesSent"),
        [(3000.0, 100.0), (4001.0, 300.0), (5900.0, 10.0)]
    );
    // It was gone in between, so `mid` does not stay.
    let o = dump.peer_connections[0].find("O").unwrap();
    assert_eq!(o.member(&dump.names, "mid").unwrap().points().count(), 2);
    assert!(dump.peer_connections[0].config.is_some() && dump.peer_connections[0].constraints.is_some());
}

#[test]
fn rtcstats_of_2016() {
    let text = r#"{"PeerConnections":{},"url":"https://a.test","userAgent":"x","peerConnections":{"PC_0":[
        {"time":"1970-01-01T00:00:01.000Z","type":"create","value":{"nullConfig":true}},
        {"time":"1970-01-01T00:00:02.000Z","type":"getStats","value":{"c":{"id":"c","timestamp":"1970-01-01T00:00:01.900Z","type":"googCandidatePair","googActiveConnection":"true","googRtt":"12"}}}]}}"#;
    let dump = dump(text);
    assert_eq!(
        (dump.format.name(dump.is_legacy()), dump.peer_connections.len()),
        ("rtcstats-json", 1)
    );
    let pc = &dump.peer_connections[0];
    assert_eq!((pc.url.as_deref(), pc.events.len()), (Some("https://a.test"), 1));
    let (pair, rule) = pair::selected(pc, &dump.names).unwrap();
    assert_eq!((&*pair.id, rule), ("c", pair::Rule::Active));
    assert_eq!(numbers(&dump, "c", "googRtt"), [(1900.0, 12.0)]);
}

#[test]
fn firefox() {
    let text = r#"{"reports":[{"iceCandidatePairStats":[{"id":"p","timestamp":1000,"type":"candidate-pair","selected":true,"bytesSent":5}],
        "bandwidthEstimations":[{"rttMs":1}],"rawLocalCandidates":["x"],"closed":true,"configuration":{"bundlePolicy":"balanced"},
        "pcid":"{x} 1 (id=2 url=https://a.test/)","sdpHistory":[{"isLocal":true,"isOffer":true,"timestamp":900,"sdp":"v=0\r\no=mozilla...THIS_IS_SDPARTA-91.0 1 0 IN IP4 0.0.0.0\r\n"}],
        "timestamp":1001}],"sdpHistories":[]}"#;
    let dump = dump(text);
    assert_eq!(
        (dump.format, dump.browser.as_ref().unwrap().to_string()),
        (Format::FirefoxReport, "Firefox 91.0".into())
    );
    let pc = &dump.peer_connections[0];
    assert_eq!(
        (pc.url.as_deref(), pc.closed, pc.history.len()),
        (Some("https://a.test/"), Some(true), 1)
    );
    assert_eq!(pair::selected(pc, &dump.names).unwrap().1, pair::Rule::Selected);
    assert_eq!(pc.stats.len(), 1);
}

#[test]
fn one_report_in_every_spelling() {
    let members = json!({"id": "a", "type": "inbound-rtp", "timestamp": 5.0, "ssrc": 7});
    let score = json!({"id": "Scores"});
    for (value, name) in [
        (json!([members, score]), "getstats-array"),
        (json!({"a": members}), "getstats-map"),
        (json!([["a", members]]), "getstats-pairs"),
        (json!([{"key": "a", "value": members}]), "getstats-key-value"),
        (json!({"series": [{"t": 5, "stats": [members]}]}), "getstats-series"),
        (json!({"t": 5, "stats": {"a": members}}), "getstats-series-jsonl"),
        (
            json!([{"id": "a", "type": "ssrc", "timestamp": "1970-01-01T00:00:00.005Z", "stats": {"ssrc": "7"}}]),
            "legacy-array",
        ),
    ] {
        let dump = dump(&value.to_string());
        assert_eq!(dump.format.name(dump.is_legacy()), name);
        assert_eq!(numbers(&dump, "a", "ssrc"), [(5.0, 7.0)], "{name}");
        assert_eq!(dump.peer_connections[0].stats.len(), 1);
    }
}

#[test]
fn lines_of_reports_go_on_after_damage() {
    let row = |t: i64| json!({"t": t, "stats": [{"id": "a", "type": "inbound-rtp", "bytesReceived": t}]}).to_string();
    let text = format!("{}\n{}\nnonsense here\n{}\n", row(1000), row(2000), row(4000));
    let dump = dump(&text);
    assert_eq!(
        numbers(&dump, "a", "bytesReceived"),
        [(1000.0, 1000.0), (2000.0, 2000.0), (4000.0, 4000.0)]
    );
    assert_eq!((dump.damage.len(), dump.damage[0].fatal), (1, false));
    let metrics = metric::metrics(dump.peer_connections[0].find("a").unwrap(), &dump.names);
    assert_eq!(metrics[0].points, [(2000.0, 8000.0), (4000.0, 8000.0)]);
}

#[test]
fn lines_of_bare_reports() {
    let report = |at: i64| json!([{"id": "a", "type": "inbound-rtp", "timestamp": at, "bytesReceived": at}]);
    let map = |at: i64| json!({"a": {"type": "inbound-rtp", "timestamp": at, "bytesReceived": at}});
    let pairs = |at: i64| json!([["a", {"type": "inbound-rtp", "timestamp": at, "bytesReceived": at}]]);
    for rows in [
        [1000, 2000, 3000].map(report),
        [1000, 2000, 3000].map(map),
        [1000, 2000, 3000].map(pairs),
    ] {
        let text = rows.map(|row| row.to_string() + "\n").concat();
        let dump = dump(&text);
        assert_eq!((dump.format, dump.damage.len()), (Format::SeriesJsonl, 0), "{text}");
        assert_eq!(
            numbers(&dump, "a", "bytesReceived"),
            [(1000.0, 1000.0), (2000.0, 2000.0), (3000.0, 3000.0)]
        );
    }
    // What is no report is told, and the others are read all the same.
    let text = format!("{}\n[1,2]\nnonsense\n{}\n[{{\"id\":", report(1000), report(2000));
    let dump = dump(&text);
    assert_eq!(numbers(&dump, "a", "bytesReceived").len(), 2);
    assert_eq!(
        dump.damage.iter().map(|damage| damage.fatal).collect::<Vec<_>>(),
        [false, false, true]
    );
}

#[test]
fn lines_of_several_connections() {
    let row = |pc: &str, at: i64, late: bool| {
        let stats = format!(r#""stats":[{{"id":"a","type":"inbound-rtp","bytesReceived":{at}}}]"#);
        let pc = format!(r#""pc":{pc}"#);
        let (one, other) = if late { (&stats, &pc) } else { (&pc, &stats) };
        format!("{{\"t\":{at},{one},{other}}}\n")
    };
    for late in [false, true] {
        let lines = [
            row("\"x\"", 1000, late),
            row("7", 1001, late),
            row("\"x\"", 2000, late),
            row("7", 2001, late),
        ];
        let dump = dump(&lines.concat());
        assert_eq!(dump.format, Format::SeriesJsonl);
        let ids: Vec<&Value> = dump.peer_connections.iter().map(|pc| &pc.id).collect();
        assert_eq!(ids, ["x", "7"], "late {late}");
        for (pc, values) in dump.peer_connections.iter().zip([[1000.0, 2000.0], [1001.0, 2001.0]]) {
            let series = pc.find("a").unwrap().member(&dump.names, "bytesReceived").unwrap();
            assert_eq!(
                series.numbers(&dump.names).collect::<Vec<_>>(),
                values.map(|value| (value, value))
            );
        }
    }
    // Times have several names, and may be texts.
    let text = r#"{"timestamp":"1970-01-01T00:00:01.000Z","stats":[{"id":"a","type":"t","v":1}]}"#;
    assert_eq!(numbers(&dump(text), "a", "v"), [(1000.0, 1.0)]);
}

#[test]
fn descriptions_of_rtcstats_are_made_whole() {
    let text = r#"RTCStatsDump
{"fileFormat":3}
[3,"PC",{"type":"offer","sdp":"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:abcd\r\na=recvonly\r\n"},"2-0",1000]
[6,"PC",{"type":"offer","sdp":"v=\r\nm=\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n"},"6-0",1]
[24,"PC","checking",1]
"#;
    let dump = dump(text);
    let events = &dump.peer_connections[0].events;
    let Detail::Description(description) = &events[1].detail else {
        panic!("{events:?}")
    };
    assert_eq!(description.ufrags, ["abcd"]);
    let media: Vec<_> = description
        .media
        .iter()
        .map(|media| (media.kind.as_str(), media.direction.as_str()))
        .collect();
    assert_eq!(media, [("audio", "recvonly"), ("video", "sendrecv")]);
    assert_eq!(
        (events[2].name.as_str(), events[2].method.as_str()),
        ("24", "iceconnectionstatechange")
    );
}

#[test]
fn the_page_of_firefox() {
    let text = r#"<html><body><h3 data-l10n-id="about-webrtc-connection-closed" data-l10n-args="{&quot;id&quot;:&quot;2&quot;,&quot;url&quot;:&quot;https://a.test/&quot;,&quot;now&quot;:&quot;1970-01-01T00:00:01.000Z&quot;}">x</h3>
        <div>RTCConfiguration<br>iceTransportPolicy: relay<br>iceServers: <div>urls: ["turn:t.test"]<br></div></div>
        <h5>video/VP8 - SSRC 77</h5><div><span data-l10n-id="about-webrtc-type-local">Local</span><span>09:06 inbound-rtp</span><span data-l10n-id="about-webrtc-received-label" data-l10n-args="{&quot;packets&quot;:1123}">Received</span></div>
        <h4>ICE</h4><table><tr><th data-l10n-id="about-webrtc-ice-state">s</th><th data-l10n-id="about-webrtc-nominated">n</th><th data-l10n-id="about-webrtc-selected">s</th><th data-l10n-id="about-webrtc-local-candidate">l</th><th data-l10n-id="about-webrtc-remote-candidate">r</th></tr>
        <tr><td>failed</td><td>false</td><td>true</td><td>10.0.0.80:50160/udp(relay-tcp) [non-proxied]</td><td>10.0.0.81:5/udp(host)</td></tr></table></body></html>"#;
    let dump = dump(text);
    assert_eq!((dump.format, dump.peer_connections.len()), (Format::AboutWebrtcPage, 1));
    let pc = &dump.peer_connections[0];
    assert_eq!((pc.url.as_deref(), pc.closed), (Some("https://a.test/"), Some(true)));
    assert_eq!(pc.config.as_ref().unwrap()["iceServers"][0]["urls"][0], "turn:t.test");
    assert_eq!(numbers(&dump, "inbound-rtp 77", "packetsReceived"), [(1000.0, 1123.0)]);
    let (pair, _) = pair::selected(pc, &dump.names).unwrap();
    let local = pc.find(&pair.text(&dump.names, "localCandidateId").unwrap()).unwrap();
    let member = |name: &str| local.text(&dump.names, name).unwrap();
    assert_eq!(
        (member("address"), member("port"), member("relayProtocol")),
        ("10.0.0.80".into(), "50160".into(), "tcp".into())
    );
}

#[test]
fn gzip_and_marks() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(INTERNALS.as_bytes()).unwrap();
    let mut packed = packed.finish().unwrap();
    let whole = read(packed.as_slice()).unwrap();
    assert!(whole.gzip && whole.damage.is_empty());
    packed.truncate(packed.len() - 20);
    // Cut gzip is a cut file.
    let cut = read(packed.as_slice()).unwrap();
    assert!(cut.gzip && cut.damage.len() == 1 && cut.damage[0].fatal);
    let marked = format!("\u{feff}{INTERNALS}");
    assert_eq!(dump(&marked).peer_connections.len(), 1);
}

#[test]
fn what_is_none_says_what_it_is() {
    for (text, what) in [
        ("", "there is nothing in it"),
        ("  \n", "there is nothing in it"),
        ("hello", "text that begins with `hello`"),
        ("[]", "a JSON array without"),
        ("[1,2]", "a JSON array without"),
        ("[\"a\",\"b\"]", "a JSON array without"),
        ("{}", "a JSON object without members"),
        (r#"{"a":1,"b":{"c":2}}"#, "a JSON object with the members a, b"),
        ("{\"id\":1}\n{\"id\":2}", "a JSON object with the members id"),
        ("<html></html>", "a web page"),
        ("{\"a\":", "a JSON object"),
    ] {
        let error = read(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(what), "{text}: {error}");
    }
}

#[test]
fn cut_anywhere_what_was_read_is_kept() {
    for text in [INTERNALS, RTCSTATS] {
        let mut last = 0;
        for end in 0..text.len() {
            if !text.is_char_boundary(end) {
                continue;
            }
            let Ok(dump) = read(&text.as_bytes()[..end]) else {
                continue;
            };
            let count: usize = dump
                .peer_connections
                .iter()
                .map(|pc| pc.events.len() + pc.stats.len())
                .sum();
            // `-`, which is no connection, is not known to be none before its calls are read.
            assert!(count + 1 >= last, "{end}: {count} after {last}");
            last = count.max(last);
            for damage in &dump.damage {
                assert!(damage.offset <= end as u64);
            }
        }
        assert!(last > 2);
    }
}

#[test]
fn hostile_documents() {
    let deep = "[".repeat(200_000);
    assert!(read(deep.as_bytes()).is_err());
    let deep = format!("{{\"a\":{}", "{\"b\":".repeat(200_000));
    assert!(read(deep.as_bytes()).is_err());
    let deep = format!("[{{\"id\":\"a\",\"type\":\"t\",\"x\":{}", "{\"stats\":".repeat(200_000));
    assert!(read(deep.as_bytes()).is_err());
    let huge = format!(
        "[{{\"id\":\"a\",\"type\":\"t\",\"x\":{},\"y\":1e999,\"z\":-1e-400,\"w\":12}}]",
        "9".repeat(3_000_000)
    );
    assert_eq!(numbers(&dump(&huge), "a", "w"), [(0.0, 12.0)]);
    let long = format!(
        "[{{\"id\":\"a\",\"type\":\"t\",\"x\":\"{}\",\"w\":12}}]",
        "ä\\n\\u00e4".repeat(400_000)
    );
    assert_eq!(numbers(&dump(&long), "a", "w"), [(0.0, 12.0)]);
    let surrogates = "[{\"id\":\"a\",\"type\":\"\\ud800\\ud800\\udc00\\udfff \\uZZZZ\",\"w\":1}]";
    assert_eq!(numbers(&dump(surrogates), "a", "w").len(), 1);
}

/// A source that gives a few octets at a time.
struct Trickle<'t>(&'t [u8], usize);

impl std::io::Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.1.min(self.0.len()).min(buffer.len());
        let (now, rest) = self.0.split_at(length);
        buffer[..length].copy_from_slice(now);
        self.0 = rest;
        Ok(length)
    }
}

#[test]
fn where_the_input_is_divided_does_not_matter() {
    let row = |t: usize| {
        let text = "\\\"\\n\\ud83d\\ude00é".repeat(t % 90);
        format!(
            "{{\"t\": {t}, \"stats\" : [ {{\"id\":\"a\",\"type\":\"t\",\"text\":\"{text}\",\"v\": {t}.25 , \"deep\":{{\"x\":true}}}} ] }}\n"
        )
    };
    let text: String = (1..600).map(row).collect();
    let values = |dump: &Dump| (numbers(dump, "a", "v"), dump.octets, dump.damage.clone());
    let whole = values(&dump(&text));
    assert_eq!(whole.0.len(), 599);
    assert!(whole.2.is_empty() && whole.1 == text.len() as u64);
    for step in [1, 2, 3, 7, 1000, 4096] {
        assert_eq!(values(&read(Trickle(text.as_bytes(), step)).unwrap()), whole, "{step}");
    }
}

/// Every file that this project has made is read without damage, in all its octets.
#[test]
fn fixtures() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stats");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            continue;
        }
        let dump = read(std::fs::File::open(&path).unwrap()).unwrap();
        assert!(
            dump.damage.is_empty() && !dump.peer_connections.is_empty(),
            "{}",
            path.display()
        );
        assert!(
            dump.peer_connections
                .iter()
                .all(|pc| pc.samples() + pc.events.len() > 0),
            "{}",
            path.display()
        );
        count += 1;
    }
    assert!(count >= 9);
}

proptest! {
    #[test]
    fn nothing_crashes(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(octets.as_slice());
    }

    #[test]
    fn changed_octets_do_no_harm(place in 0_usize..4000, with in any::<u8>(), which in 0_usize..2) {
        let mut octets = [INTERNALS, RTCSTATS][which].as_bytes().to_vec();
        let place = place % octets.len();
        octets[place] = with;
        if let Ok(dump) = read(octets.as_slice()) {
            for pc in &dump.peer_connections {
                let _ = (pc.samples(), pair::selected(pc, &dump.names), phase::phases(pc, &dump.names));
                for object in &pc.stats {
                    let _ = metric::metrics(object, &dump.names);
                }
            }
        }
    }

    #[test]
    fn numbers_come_back(values in proptest::collection::vec(-1e15_f64..1e15, 1..50)) {
        let stats = |value: &f64| json!({"id": "a", "type": "t", "v": value});
        let rows: Vec<_> = values.iter().enumerate().map(|(t, v)| json!({"t": t + 1, "stats": [stats(v)]})).collect();
        let dump = dump(&json!({"series": rows}).to_string());
        let read: Vec<f64> = numbers(&dump, "a", "v").into_iter().map(|(_, value)| value).collect();
        prop_assert_eq!(read, values);
    }

    #[test]
    fn windows_leave_out_what_is_outside(from in 0_u32..4000, length in 0_u32..4000) {
        let (from, to) = (f64::from(from), f64::from(from + length));
        let mut dump = dump(INTERNALS);
        let before = numbers(&dump, "T01", "bytesSent");
        dump.keep(from, to);
        let inside: Vec<_> = before.into_iter().filter(|(time, _)| (from..=to).contains(time)).collect();
        match dump.peer_connections[0].find("T01").and_then(|object| object.member(&dump.names, "bytesSent")) {
            Some(series) => prop_assert_eq!(series.numbers(&dump.names).collect::<Vec<_>>(), inside),
            None => prop_assert!(inside.is_empty()),
        }
    }
}
