//! What is sent, against what was described.

use super::*;
use crate::flow::passwords::Passwords;
use crate::flow::signaling::{Known, Source};

const MID: u8 = 3;
const RID: u8 = 4;

/// A description of audio and video. `video` is what else stands in its m-line.
fn sdp(ufrag: &str, video: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE a v\r\na=ice-ufrag:{ufrag}\r\n\
         m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:a\r\na=rtpmap:111 opus/48000/2\r\na=ssrc:7 cname:x\r\n\
         a=extmap:{MID} urn:ietf:params:rtp-hdrext:sdes:mid\r\n\
         m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:v\r\na=rtpmap:96 VP8/90000\r\n\
         a=extmap:{MID} urn:ietf:params:rtp-hdrext:sdes:mid\r\n\
         a=extmap:{RID} urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n{video}"
    )
}

/// A call that works, and in which both agents described themselves.
fn call(ours: &str, theirs: &str) -> Facts {
    let mut facts = connected(5000);
    let mut known = Known::default();
    for (ufrag, video) in [("AAAA", ours), ("BBBB", theirs)] {
        let source = Source::File(ufrag.to_owned());
        assert!(known.read(&sdp(ufrag, video), &source, &mut Passwords::new()));
    }
    facts.descriptions = known.descriptions;
    facts.media.trust(SessionId(0));
    facts
}

/// Packets of one source, each with these header extensions.
fn send(facts: &mut Facts, direction: Direction, ssrc: u32, payload_type: u8, extensions: &[(u8, &str)]) {
    for number in 0..50_u16 {
        let mut packet = vec![if extensions.is_empty() { 0x80 } else { 0x90 }, payload_type];
        packet.extend(number.to_be_bytes());
        packet.extend((u32::from(number) * 960).to_be_bytes());
        packet.extend(ssrc.to_be_bytes());
        if !extensions.is_empty() {
            let mut elements = Vec::new();
            for (id, value) in extensions {
                elements.push(id << 4 | (value.len() as u8 - 1));
                elements.extend(value.as_bytes());
            }
            elements.resize(elements.len().next_multiple_of(4), 0);
            packet.extend([0xbe, 0xde, 0, elements.len() as u8 / 4]);
            packet.extend(elements);
        }
        packet.extend([0; 60]);
        let at = seen(100 + u64::from(number) * 20);
        facts.media.rtp(SessionId(0), direction, at, &packet, 0);
    }
}

/// Media both ways as it was described, and one stream more.
fn with(ours: &str, theirs: &str, payload_type: u8, extensions: &[(u8, &str)]) -> Facts {
    let mut facts = call(ours, theirs);
    send(&mut facts, Direction::Forward, 7, 111, &[(MID, "a")]);
    send(&mut facts, Direction::Backward, 7, 111, &[]);
    send(&mut facts, Direction::Forward, 8, payload_type, extensions);
    facts
}

#[track_caller]
fn warns(facts: &Facts, code: &str) {
    assert_eq!(codes(facts), [(code.to_owned(), Severity::Warning)]);
}

#[track_caller]
fn is_healthy(facts: &Facts) {
    let quiet = codes(facts).into_iter().all(|(_, severity)| severity == Severity::Info);
    assert!(quiet, "{:?}", codes(facts));
}

const LAYERS: &str = "a=rid:h send\r\na=simulcast:send h\r\n";

#[test]
fn what_was_described_is_fine() {
    is_healthy(&with("", "", 96, &[]));
    is_healthy(&with("", "", 96, &[(MID, "v")]));
    is_healthy(&with(LAYERS, "", 96, &[(MID, "v"), (RID, "h")]));
}

#[test]
fn a_payload_type_that_nobody_described() {
    warns(&with("", "", 97, &[(MID, "v")]), "rtp-payload-type-not-negotiated");
}

#[test]
fn a_header_extension_that_nobody_described() {
    warns(&with("", "", 96, &[(9, "x")]), "rtp-header-extension-not-negotiated");
}

#[test]
fn a_direction_that_nobody_allows() {
    let code = "rtp-direction-not-negotiated";
    for extensions in [&[][..], &[(MID, "v")]] {
        warns(&with("a=recvonly\r\n", "", 96, extensions), code);
        warns(&with("", "a=sendonly\r\n", 96, extensions), code);
        warns(&with("a=inactive\r\n", "a=inactive\r\n", 96, extensions), code);
        is_healthy(&with("a=sendonly\r\n", "a=recvonly\r\n", 96, extensions));
    }
    // A later description allows it.
    let mut facts = with("a=recvonly\r\n", "a=sendonly\r\n", 96, &[]);
    let again = [("AAAA", "a=sendrecv\r\n"), ("BBBB", "a=sendrecv\r\n")].map(|(ufrag, video)| {
        let mut known = Known::default();
        known.read(
            &sdp(ufrag, video),
            &Source::File("later".to_owned()),
            &mut Passwords::new(),
        );
        known.descriptions.remove(0)
    });
    facts.descriptions.extend(again);
    is_healthy(&facts);
}

#[test]
fn names_that_nobody_described() {
    let code = "rtp-stream-name-not-negotiated";
    warns(&with("", "", 96, &[(MID, "x")]), code);
    warns(&with(LAYERS, "", 96, &[(MID, "v"), (RID, "q")]), code);
    // The source of another m-line.
    let mut facts = call("", "");
    send(&mut facts, Direction::Forward, 7, 111, &[(MID, "v")]);
    send(&mut facts, Direction::Backward, 8, 96, &[]);
    warns(&facts, code);
}

#[test]
fn one_side_alone_is_no_measure_of_numbers() {
    let mut facts = with("", "", 97, &[(9, "x")]);
    facts.descriptions.truncate(1);
    is_healthy(&facts);
}
