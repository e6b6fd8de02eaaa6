//! How fast descriptions are read, and how that grows with their size: MB/s of the SDP text.
//!
//! `lines` finds the lines and the sections; `values` decodes every attribute; `defects` decodes every line and looks for
//! what breaks the grammar; `lint` applies all rules; `report` makes the whole report. A long line, many media sections and a
//! group that names all of them must not be slower. `fixtures` are the real descriptions of `fixtures/sdp`, one after the
//! other, which `scripts/bench` gives to node's sdp-transform as well.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rtcdiag::check::sdp::{LintContext, lint};
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

/// Media sections with nothing in them but their names.
fn bare(sections: usize) -> String {
    let mut text = HEAD.to_owned();
    for mid in 0..sections {
        let _ = write!(text, "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:{mid}\r\n");
    }
    text
}

/// The descriptions of `fixtures/sdp`.
fn fixtures() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sdp");
    let files = std::fs::read_dir(folder).expect("the fixtures");
    let mut files: Vec<_> = files.flatten().map(|file| file.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sdp"));
    files.sort();
    let texts = files.iter().map(std::fs::read_to_string);
    texts.collect::<Result<_, _>>().expect("the fixtures")
}

fn report(text: &str) -> sdp::Description {
    let found = Found {
        kind: None,
        sdp: Cow::Borrowed(text),
        wrappers: Vec::new(),
        place: String::new(),
        label: None,
        connection: None,
        time: None,
        places: Vec::new(),
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

fn lint_alone(text: &str) -> usize {
    let context = LintContext {
        sdp_type: None,
        profile: None,
    };
    lint(&Description::parse(text), &context).len()
}

/// Reads a description in one of the ways; a number that depends on all of it.
type Read = fn(&str) -> usize;

fn bench(criterion: &mut Criterion) {
    let inputs = [
        ("fixtures", fixtures()),
        ("3 sections", vec![offer(3)]),
        ("30 sections", vec![offer(30)]),
        ("1,000 sections", vec![offer(1000)]),
        ("1,000 bare sections", vec![bare(1000)]),
        ("100,000 bare sections", vec![bare(100_000)]),
        (
            "a line of 10 MB",
            vec![format!("{HEAD}a=tool:{}\r\n", "x".repeat(10_000_000))],
        ),
        (
            "a list of 10 MB",
            vec![format!("{HEAD}a=group:BUNDLE{}\r\n", " 1234".repeat(2_000_000))],
        ),
    ];
    let mut group = criterion.benchmark_group("sdp");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    let kinds: [(&str, Read); 5] = [
        ("lines", |text| Description::parse(text).line_count()),
        ("values", decode),
        ("defects", |text| defects(&Description::parse(text)).list.len()),
        ("lint", lint_alone),
        ("report", |text| report(text).media.len()),
    ];
    for (name, texts) in &inputs {
        let size: usize = texts.iter().map(String::len).sum();
        group.throughput(Throughput::Bytes(size as u64));
        for (kind, read) in kinds {
            group.bench_with_input(BenchmarkId::new(kind, name), texts, |bencher, texts| {
                bencher.iter(|| texts.iter().map(|text| read(black_box(text))).sum::<usize>());
            });
        }
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
