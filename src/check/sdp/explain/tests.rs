use super::*;

/// The meaning of the last line of a video section.
fn meaning(line: &str) -> String {
    let text = format!(
        "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 111 96 97 98\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:96 H264/90000\r\n\
         a=rtpmap:97 rtx/90000\r\na=rtpmap:98 VP9/90000\r\n{line}\r\n"
    );
    explain(&Description::parse(&text), 0).lines.pop().unwrap().meaning
}

#[test]
fn values_are_told_in_words() {
    for (line, wanted) in [
        (
            "a=rtpmap:111 opus/48000/2",
            "Payload type 111 is Opus at 48000 Hz, 2 channels.",
        ),
        (
            "a=fmtp:111 minptime=10;useinbandfec=1",
            "opus (111): packets of at least 10 ms, in-band FEC is of use.",
        ),
        (
            "a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
            "H264 (96): Constrained Baseline profile, level 3.1; NAL units may be split over packets (mode 1); each way may have its own level.",
        ),
        ("a=fmtp:97 apt=96", "rtx (97): retransmits payload type 96."),
        ("a=fmtp:98 profile-id=2", "VP9 (98): profile 2: 10 or 12 bits, 4:2:0."),
        (
            "a=fmtp:120 apt=96",
            "Payload type 120, rtx by its parameters: retransmits payload type 96.",
        ),
        (
            "a=rtcp-fb:96 nack pli",
            "H264 (96): a new key frame may be asked for after loss (PLI).",
        ),
        (
            "a=rtcp-fb:100 ccm fir",
            "Payload type 100: a full picture may be demanded (FIR).",
        ),
        (
            "a=setup:actpass",
            "Who starts the DTLS handshake is left to the answer.",
        ),
        (
            "a=sendonly",
            "The writer will send video and does not want to receive it.",
        ),
        ("a=mid:0", "This media section is named `0`."),
        (
            "a=candidate:1 1 udp 1685987071 192.0.2.7 54321 typ srflx raddr 10.0.0.1 rport 5000",
            "Candidate 192.0.2.7:54321 over UDP: its address as a STUN server saw it (srflx), from 10.0.0.1 port 5000.",
        ),
        ("a=ssrc-group:FID 1 2", "Source 2 retransmits source 1."),
        (
            "a=simulcast:send h;~l",
            "Simulcast: the writer can send these at the same time: h, l (paused).",
        ),
        (
            "a=max-message-size:262144",
            "The writer takes data channel messages of up to 262144 octets.",
        ),
        (
            "b=TIAS:500000",
            "The writer wants to receive at most 500000 bit/s, without IP and UDP headers.",
        ),
        (
            "c=IN IP4 0.0.0.0",
            "No address yet: ICE candidates, here or later, say where media go.",
        ),
        ("x=1", "No type of line that SDP has: readers pass over `x=`."),
        ("nothing", "No line of SDP: a letter and `=` are missing."),
        (
            "a=x-unknown:1",
            "An attribute that is not known here; readers pass over what they do not know.",
        ),
    ] {
        assert_eq!(meaning(line), wanted, "{line}");
    }
}

#[test]
fn every_line_has_a_meaning_and_its_number() {
    let text = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\n\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n";
    let explanation = explain(&Description::parse(text), 3);
    assert_eq!(explanation.description, 3);
    let numbers: Vec<_> = explanation.lines.iter().map(|line| (line.line, line.media)).collect();
    assert_eq!(
        numbers,
        [(1, None), (2, None), (3, None), (5, None), (6, Some(0)), (7, Some(0))]
    );
    assert!(
        explanation.lines[4]
            .meaning
            .starts_with("M-line 0: application, data channels: SCTP inside DTLS over UDP;")
    );
}

#[test]
fn values_that_cannot_be_read_fall_back_on_the_registry() {
    for entry in crate::proto::sdp::attribute::ALL {
        for value in ["", ":", ":\u{0}", ": x y z"] {
            assert!(
                meaning(&format!("a={}{value}", entry.name)).ends_with('.'),
                "{}",
                entry.name
            );
        }
    }
    for letter in 'a'..='z' {
        assert!(!meaning(&format!("{letter}=")).is_empty());
    }
}

#[test]
fn the_registry_names_the_values_of_setup() {
    let entry = crate::proto::sdp::attribute::Entry::find("setup").unwrap();
    for value in ["active", "passive", "actpass", "holdconn"] {
        assert!(entry.meaning.contains(&format!("`{value}`")), "{value}");
    }
}
