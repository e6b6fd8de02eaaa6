//! DTLS handshakes of real products, held against tshark: `dtls_handshakes` of the captures of `../shared/corpus/pcap`.
//! Skipped, loudly, without the corpus beside the repository.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use rtcdiag::capture::layers::{Layers, Transports};
use rtcdiag::capture::tcp::Segment;
use rtcdiag::capture::{Input, Source, Unit};
use rtcdiag::datagram::Seen;
use rtcdiag::flow::Direction;
use rtcdiag::flow::dtls::{Dtls, Piece, Role};
use rtcdiag::proto::demux::{self, Protocol};
use rtcdiag::proto::dtls;
use rtcdiag::proto::stun::{AttributeType, Message, Value};
use rtcdiag::proto::tls::{NamedGroup, SrtpProfile, Version};
use rtcdiag::proto::turn::ChannelData;
use rtcdiag::time::At;
use serde_json::{Value as Json, json};

/// Captures of which we read more than tshark, and why we are right.
const MORE: &[(&str, &str)] = &[
    (
        "derived-icmp-port-unreachable.pcap",
        "an ICMP error quotes whole messages, then one that is cut: tshark shows none of them",
    ),
    (
        "derived-udp-length-0.pcap",
        "tshark stops at a UDP length of 0; the IP header says how long the payload is",
    ),
];

fn corpus(folder: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpus/pcap")
        .join(folder);
    if !folder.is_dir() {
        eprintln!("skipped: no captures at {}", folder.display());
        return None;
    }
    Some(folder)
}

/// The DTLS of a capture by session, and all pieces of handshake messages as the lists have them.
#[derive(Default)]
struct Collected {
    at: Seen,
    sessions: BTreeMap<(SocketAddr, SocketAddr), Dtls>,
    pieces: Vec<Json>,
}

impl Collected {
    fn take(&mut self, src: SocketAddr, dst: SocketAddr, bytes: &[u8], missing: usize) {
        match demux::classify(bytes) {
            Protocol::Dtls => self.dtls(src, dst, bytes, missing),
            Protocol::ChannelData => {
                if let Ok(data) = ChannelData::decode(bytes) {
                    self.take(src, dst, data.data(), missing);
                }
            }
            Protocol::Stun => {
                let data = Message::decode(bytes).ok().filter(Message::is_plausible);
                if let Some(Value::Bytes(data)) = data.and_then(|message| message.get(AttributeType::DATA)) {
                    self.take(src, dst, data, missing);
                }
            }
            _ => {}
        }
    }

    fn dtls(&mut self, src: SocketAddr, dst: SocketAddr, bytes: &[u8], missing: usize) {
        let (key, direction) = match src <= dst {
            true => ((src, dst), Direction::Forward),
            false => ((dst, src), Direction::Backward),
        };
        if !dtls::is_plausible(bytes, missing) && !self.sessions.contains_key(&key) {
            return;
        }
        let pieces = self
            .sessions
            .entry(key)
            .or_default()
            .feed(direction, self.at, bytes, missing);
        self.pieces.extend(pieces.iter().map(|piece| row(piece, src, dst)));
    }
}

impl Transports for Collected {
    fn datagram(&mut self, unit: &Unit<'_>) {
        self.take(unit.src, unit.dst, unit.bytes, unit.missing);
    }

    fn segment(&mut self, _: &Segment<'_>) {}
}

/// A piece with the keys of the lists.
fn row(piece: &Piece, src: SocketAddr, dst: SocketAddr) -> Json {
    let kind = piece
        .place
        .map_or("encrypted".to_owned(), |place| place.kind.to_string());
    let mut row = json!({"frame": piece.seen.frame, "src": src.to_string(), "dst": dst.to_string(), "type": kind});
    let mut put = |key: &str, value: Option<Json>| {
        if let Some(value) = value {
            row[key] = value;
        }
    };
    put(
        "record_version",
        piece.record_version.map(|version| json!(version.to_string())),
    );
    if let Some(place) = &piece.place {
        put("length", place.length.map(Json::from));
        put("message_seq", place.message_seq.map(Json::from));
        put("fragment_offset", place.offset.map(Json::from));
        put("fragment_length", place.fragment_length.map(Json::from));
    }
    let list = |texts: Vec<String>| (!texts.is_empty()).then(|| json!(texts));
    if let Some(whole) = &piece.whole {
        put("version", whole.version.map(|version| json!(version.to_string())));
        put(
            "cipher_suites",
            list(
                whole
                    .cipher_suites
                    .iter()
                    .map(|suite| format!("0x{:04x}", suite.0))
                    .collect(),
            ),
        );
        put(
            "use_srtp",
            list(whole.use_srtp.iter().map(ToString::to_string).collect()),
        );
        // Firefox lists a version of TLS too; the goldens have no names for these.
        let name = |version: &Version| match version.is_dtls() {
            true => version.to_string(),
            false => format!("0x{:04x}", version.0),
        };
        put(
            "supported_versions",
            list(whole.supported_versions.iter().map(name).collect()),
        );
        put("server_name", whole.server_name.as_ref().map(|name| json!([name])));
        put("certificate_sha256", list(whole.certificates.clone()));
    }
    row
}

fn read(path: &Path) -> Collected {
    let mut collected = Collected::default();
    let input = Input {
        name: path.display().to_string(),
        read: Box::new(fs::File::open(path).unwrap()),
        size: None,
    };
    let Ok(mut source) = Source::open(vec![input]) else {
        return collected;
    };
    let (mut layers, mut start) = (Layers::default(), None);
    while let Some(packet) = source.next() {
        let since = packet.time.map(|time| time.since(*start.get_or_insert(time)));
        collected.at = Seen {
            frame: packet.frame,
            at: since.map_or(collected.at.at, At::new),
        };
        layers.read(&packet, collected.at.at, &mut collected);
    }
    collected
}

/// Captures with what tshark says about them.
fn goldens(folder: &Path) -> Vec<(String, Json)> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            entry
                .unwrap()
                .file_name()
                .to_str()?
                .strip_suffix(".summary.json")
                .map(str::to_owned)
        })
        .collect();
    names.sort();
    let summary = |name: &String| fs::read_to_string(folder.join(format!("{name}.summary.json"))).unwrap();
    names
        .into_iter()
        .map(|name| (name.clone(), serde_json::from_str(&summary(&name)).unwrap()))
        .collect()
}

#[test]
fn every_handshake_message_is_tsharks() {
    let (mut same, mut differing) = (0, Vec::new());
    for folder in ["webrtc", "formats"].into_iter().filter_map(corpus) {
        for (name, summary) in goldens(&folder) {
            let cut = summary["frames_cut_by_snaplen"] != json!(0);
            let wanted = summary["dtls_handshakes"].as_array().unwrap();
            // Where a record is cut in its first octets, tshark says that it is encrypted.
            let wanted = wanted.iter().filter(|row| !(cut && row["type"] == "encrypted"));
            let mut got = read(&folder.join(&name)).pieces;
            for row in wanted {
                let fits = |have: &Json| {
                    ["frame", "type", "message_seq"]
                        .iter()
                        .all(|key| have[*key] == row[*key])
                };
                let Some(at) = got.iter().position(fits) else {
                    differing.push(format!("{name}: missing {row}"));
                    continue;
                };
                let have = got.remove(at);
                let keys = row
                    .as_object()
                    .unwrap()
                    .keys()
                    .map(String::as_str)
                    .chain(["cipher_suites", "certificate_sha256"]);
                match keys.filter(|key| have[*key] != row[*key]).collect::<Vec<_>>() {
                    keys if keys.is_empty() => same += 1,
                    keys => differing.push(format!("{name}: {keys:?}\n  want {row}\n  have {have}")),
                }
            }
            let more = MORE.iter().any(|(file, _)| *file == name);
            differing.extend(
                got.iter()
                    .filter(|_| !cut && !more)
                    .map(|row| format!("{name}: too many {row}")),
            );
        }
    }
    eprintln!("{same} handshake messages as tshark has them");
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// Sessions of the corpus by capture and client, with the outcomes of their handshakes, without times.
const OUTCOMES: &[(&str, &str, &[&str])] = &[
    (
        "arkime-wireshark-dtls12.pcap",
        "[2a03:39a0:1f:1000:38b6:67b7:3eea:fe28]:48809",
        &["complete"],
    ),
    (
        "covert-dtls-capture-chrome-Google_Chrome_124_0_6367_118_unknown.pcap",
        "",
        &["complete"],
    ),
    ("covert-dtls-capture-chrome_linux_138_0_7204_92.pcap", "", &["complete"]),
    // These captures of 1.3 end with the ServerHello.
    (
        "covert-dtls-capture-chrome_linux_147_0_7727_50.pcap",
        "",
        &["waiting for encrypted, the rest of flight 2 from the server"],
    ),
    ("covert-dtls-capture-firefox_linux_stable_153_0.pcap", "", &["complete"]),
    (
        "mercury-dtls_interleaved_client_hello.pcap",
        "",
        &["waiting for the rest of the client's client_hello, 104 of 307 octets"],
    ),
    ("mercury-emix.pcap", "172.16.20.190:64074", &["resumed"]),
    ("ndpi-anyconnect-vpn.pcap", "10.0.0.227:54107", &["resumed"]),
    (
        "ndpi-dtls.pcap",
        "10.191.227.13:54162",
        &[
            "both sides are DTLS clients: each sent a ClientHello, and none answers",
            "alert unexpected_message from the server",
        ],
    ),
    ("ndpi-dtls.pcap", "127.0.0.1:40983", &["complete"]),
    ("ndpi-dtls2.pcap", "61.68.110.153:53045", &["complete"]),
    ("ndpi-dtls_certificate.pcapng", "", &["not enough of it was captured"]),
    ("ndpi-stun_google_meet.pcapng", "142.250.82.76:19305", &["complete"]),
    // The same association as before, over another path.
    (
        "ndpi-stun_google_meet.pcapng",
        "142.250.82.76:3478",
        &["not enough of it was captured"],
    ),
    (
        "ndpi-viber.pcap",
        "18.195.4.121:443",
        &["the server never answered flight 1, up to client_hello, sent once"],
    ),
    ("zeek-dtls13-cid.pcap", "10.168.36.147:57488", &["complete"]),
    (
        "zeek-dtls13-cid.pcap",
        "10.168.36.147:58771",
        &["the server never answered flight 1, up to client_hello, sent 4 times"],
    ),
    ("zeek-dtls1_0.pcap", "104.236.167.107:4433", &["complete"]),
];

#[test]
fn handshakes_of_real_products_end_as_they_did() {
    let Some(folder) = corpus("webrtc") else {
        return;
    };
    for (name, end, outcomes) in OUTCOMES {
        let collected = read(&folder.join(name));
        let of = |key: &SocketAddr| end.is_empty() || key.to_string() == *end;
        let session = collected.sessions.iter().find(|((a, b), _)| of(a) || of(b));
        let (_, dtls) = session.unwrap_or_else(|| panic!("{name}: no DTLS of {end:?}"));
        let said = dtls.handshakes.iter().map(|handshake| handshake.outcome().to_string());
        let said: Vec<String> = said.map(|said| said.split(" in ").next().unwrap().to_owned()).collect();
        assert_eq!(said, *outcomes, "{name} {end}");
    }
}

#[test]
fn what_is_agreed_is_known() {
    let Some(folder) = corpus("webrtc") else {
        return;
    };
    let first = |name: &str| {
        let collected = read(&folder.join(name));
        collected.sessions.into_values().next().unwrap().handshakes.remove(0)
    };
    let handshake = first("covert-dtls-capture-chrome_linux_138_0_7204_92.pcap");
    assert_eq!(handshake.version(), Some(Version::DTLS_1_2));
    assert_eq!(handshake.group, Some(NamedGroup::X25519));
    assert_eq!(handshake.srtp_profile(), Some(SrtpProfile::SRTP_AES128_CM_HMAC_SHA1_80));
    assert!(
        handshake.certificate_requested && handshake.client_signature.is_some() && handshake.server_signature.is_some()
    );
    for role in [Role::Client, Role::Server] {
        let contents = handshake.certificate(role).unwrap().contents.as_ref().unwrap();
        assert_eq!(contents.subject, "CN=WebRTC");
        assert_eq!(contents.key.curve.as_deref(), Some("secp256r1"));
        assert!(contents.self_signed && contents.not_before < contents.not_after);
    }

    let handshake = first("covert-dtls-capture-chrome_linux_147_0_7727_50.pcap");
    let offer = handshake.offer.as_ref().unwrap();
    assert_eq!(
        (offer.version, handshake.version()),
        (Version::DTLS_1_3, Some(Version::DTLS_1_3))
    );
    assert!(offer.is_post_quantum());
    assert_eq!(handshake.group, Some(NamedGroup::X25519MLKEM768));
    assert_eq!(
        handshake.flights[0].steps[0].records, 2,
        "its ClientHello takes two datagrams"
    );
}
