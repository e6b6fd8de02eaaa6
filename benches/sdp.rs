//! How fast descriptions are read, and how that grows with their size: MB/s of the SDP text.
//!
//! `lines` finds the lines and the sections; `defects` decodes every line and looks for what is wrong; `report` makes the
//! whole report. A long line, many media sections and a group that names all of them must not be slower.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rtcdiag::proto::sdp::unwrap::{Found, unwrap};
use rtcdiag::proto::sdp::{Description, Value, defects};
use rtcdiag::report::sdp;

const HEAD: &str = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

/// What browsers write, with this many media sections.
fn offer(sections: usize) -> String {
    let mut text = HEAD.to_owned();
    text.push_str("a=group:BUNDLE");
    for mid in 0..sections {
        let _ = write!(text, " {mid}");
    }
    text.push_str("\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS *\r\n");
    for mid in 0..sections {
        text.push_str("m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n");
        text.push_str("a=candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.17 rport 46154 generation 0 network-cost 999\r\n");
        text.push_str("a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=ice-options:trickle\r\n");
        text.push_str("a=fingerprint:sha-256 0F:74:31:25:CB:A2:13:EC:28:6F:6D:2C:61:FF:5D:C2:BC:B9:DB:3D:98:14:8D:1A:BB:EA:33:0C:A4:60:A8:8E\r\n");
        let _ = write!(text, "a=setup:actpass\r\na=mid:{mid}\r\n");
        text.push_str("a=extmap:14 urn:ietf:params:rtp-hdrext:toffset\r\na=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n");
        text.push_str("a=sendrecv\r\na=msid:stream track\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:96 VP8/90000\r\n");
        text.push_str(
            "a=rtcp-fb:96 goog-remb\r\na=rtcp-fb:96 ccm fir\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\n",
        );
        text.push_str("a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:102 H264/90000\r\n");
        text.push_str("a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f\r\n");
        text.push_str("a=rtpmap:103 rtx/90000\r\na=fmtp:103 apt=102\r\na=ssrc-group:FID 2231627014 632943048\r\n");
        text.push_str("a=ssrc:2231627014 cname:4TOk42mSjXCkVIa6\r\na=ssrc:632943048 cname:4TOk42mSjXCkVIa6\r\n");
    }
    text
}

fn report(text: &str) -> sdp::Description {
    let found = Found {
        kind: None,
        sdp: Cow::Borrowed(text),
        wrappers: Vec::new(),
        place: String::new(),
        label: None,
        line: 1,
        column: 1,
        damage: Vec::new(),
    };
    sdp::Description::new("", &found, &Description::parse(text))
}

fn decode(text: &str) -> usize {
    let description = Description::parse(text);
    let attributes = description.lines().filter_map(|line| line.attribute());
    attributes
        .filter(|attribute| Value::decode(attribute).value.is_some())
        .count()
}

fn bench(criterion: &mut Criterion) {
    let inputs = [
        ("3 sections", offer(3)),
        ("30 sections", offer(30)),
        ("1,000 sections", offer(1000)),
        (
            "100,000 bare sections",
            HEAD.to_owned() + &"m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n".repeat(100_000),
        ),
        (
            "a line of 10 MB",
            format!("{HEAD}a=tool:{}\r\n", "x".repeat(10_000_000)),
        ),
        (
            "a list of 10 MB",
            format!("{HEAD}a=group:BUNDLE{}\r\n", " 1234".repeat(2_000_000)),
        ),
    ];
    let mut group = criterion.benchmark_group("sdp");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    for (name, text) in &inputs {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::new("lines", name), text, |bencher, text| {
            bencher.iter(|| Description::parse(black_box(text)).line_count());
        });
        group.bench_with_input(BenchmarkId::new("values", name), text, |bencher, text| {
            bencher.iter(|| decode(black_box(text)));
        });
        group.bench_with_input(BenchmarkId::new("defects", name), text, |bencher, text| {
            bencher.iter(|| defects(&Description::parse(black_box(text))).list.len());
        });
        group.bench_with_input(BenchmarkId::new("report", name), text, |bencher, text| {
            bencher.iter(|| report(black_box(text)).media.len());
        });
    }
    let json = serde_json::json!({ "type": "offer", "sdp": offer(1000) }).to_string();
    group.throughput(Throughput::Bytes(json.len() as u64));
    group.bench_function("unwrap/JSON", |bencher| {
        bencher.iter(|| unwrap(black_box(&json)).map(|found| found.len()));
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
