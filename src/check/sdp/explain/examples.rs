//! For `rtcdiag explain a=NAME`: a line as an example, and the values that have meanings of their own.

/// An attribute as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// The attribute.
    pub name: &'static str,
    /// A line that follows its grammar.
    pub line: &'static str,
    /// Values that mean different things, as they stand after the colon; nothing where any value will do.
    pub values: &'static [&'static str],
}

impl Example {
    /// The example of an attribute.
    pub fn find(name: &str) -> Option<&'static Example> {
        ALL.iter().find(|example| example.name == name)
    }
}

const fn row(name: &'static str, line: &'static str, values: &'static [&'static str]) -> Example {
    Example { name, line, values }
}

/// The examples, by name.
#[rustfmt::skip]
pub const ALL: &[Example] = &[
    row("bundle-only", "a=bundle-only", &[]),
    row("candidate", "a=candidate:842163049 1 udp 1677729535 192.0.2.7 50042 typ srflx raddr 10.0.0.5 rport 50042", &[
        "1 1 udp 2122260223 10.0.0.5 50042 typ host",
        "2 1 udp 1677729535 192.0.2.7 50042 typ srflx raddr 10.0.0.5 rport 50042",
        "3 1 udp 1862270975 192.0.2.7 50042 typ prflx raddr 10.0.0.5 rport 50042",
        "4 1 udp 8265471 198.51.100.4 61000 typ relay raddr 192.0.2.7 rport 50042",
    ]),
    row("connection", "a=connection:new", &[]),
    row("crypto", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj", &[]),
    row("dcmap", "a=dcmap:0 label=\"chat\";subprotocol=\"bfcp\"", &[]),
    row("dtls-id", "a=dtls-id:abc3de65cddef001be82", &[]),
    row("end-of-candidates", "a=end-of-candidates", &[]),
    row("extmap", "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", &[
        "1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "4 urn:ietf:params:rtp-hdrext:sdes:mid",
    ]),
    row("extmap-allow-mixed", "a=extmap-allow-mixed", &[]),
    row("fingerprint", "a=fingerprint:sha-256 6B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08", &[]),
    row("fmtp", "a=fmtp:111 minptime=10;useinbandfec=1", &[
        "111 minptime=10;useinbandfec=1",
        "97 apt=96",
        "102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
    ]),
    row("framerate", "a=framerate:30", &[]),
    row("group", "a=group:BUNDLE 0 1", &["BUNDLE 0 1", "LS 0 1", "FID 0 1"]),
    row("ice-lite", "a=ice-lite", &[]),
    row("ice-mismatch", "a=ice-mismatch", &[]),
    row("ice-options", "a=ice-options:trickle", &["trickle", "ice2", "renomination", "rtp+ecn"]),
    row("ice-pacing", "a=ice-pacing:50", &[]),
    row("ice-pwd", "a=ice-pwd:asd88fgpdd777uzjYhagZg", &[]),
    row("ice-ufrag", "a=ice-ufrag:8hhY", &[]),
    row("identity", "a=identity:eyJpZHAiOnsiZG9tYWluIjoiZXhhbXBsZS5vcmcifX0=", &[]),
    row("imageattr", "a=imageattr:96 recv [x=1280,y=720]", &[]),
    row("inactive", "a=inactive", &[]),
    row("max-message-size", "a=max-message-size:262144", &["262144", "0"]),
    row("maxprate", "a=maxprate:50.0", &[]),
    row("maxptime", "a=maxptime:60", &[]),
    row("mid", "a=mid:0", &[]),
    row("msid", "a=msid:stream-1 track-1", &["stream-1 track-1", "stream-1", "- track-1"]),
    row("msid-semantic", "a=msid-semantic: WMS *", &[]),
    row("ptime", "a=ptime:20", &[]),
    row("recvonly", "a=recvonly", &[]),
    row("rid", "a=rid:h send pt=96;max-width=1280", &["h send", "h recv"]),
    row("rtcp", "a=rtcp:9 IN IP4 0.0.0.0", &[]),
    row("rtcp-fb", "a=rtcp-fb:96 nack pli", &[
        "96 nack", "96 nack pli", "96 ccm fir", "96 goog-remb", "96 transport-cc", "96 rrtr",
    ]),
    row("rtcp-mux", "a=rtcp-mux", &[]),
    row("rtcp-mux-only", "a=rtcp-mux-only", &[]),
    row("rtcp-rsize", "a=rtcp-rsize", &[]),
    row("rtpmap", "a=rtpmap:111 opus/48000/2", &["111 opus/48000/2", "96 VP8/90000", "97 rtx/90000", "63 red/48000/2"]),
    row("sctp-port", "a=sctp-port:5000", &[]),
    row("sctpmap", "a=sctpmap:5000 webrtc-datachannel 1024", &[]),
    row("sendonly", "a=sendonly", &[]),
    row("sendrecv", "a=sendrecv", &[]),
    row("setup", "a=setup:actpass", &["actpass", "active", "passive", "holdconn"]),
    row("simulcast", "a=simulcast:send q;h;f", &["send q;h;f", "recv q;h;f", "send q,r;~h"]),
    row("ssrc", "a=ssrc:2503111365 cname:vyMtoBWGEZf6LyRc", &["1 cname:vyMtoBWGEZf6LyRc", "1 msid:stream-1 track-1"]),
    row("ssrc-group", "a=ssrc-group:FID 626373851 2103911911", &["FID 1 2", "FEC-FR 1 2", "SIM 1 2 3"]),
    row("tls-id", "a=tls-id:abc3de65cddef001be82", &[]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::sdp::attribute::{self, Shape};
    use crate::proto::sdp::{Description, defects};

    #[test]
    fn examples_follow_the_grammar() {
        for example in ALL {
            let values = example.values.iter().map(|value| format!("a={}:{value}", example.name));
            for line in values.chain([example.line.to_owned()]) {
                let text = format!("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n{line}\r\n");
                assert!(defects(&Description::parse(&text)).is_empty(), "{line}");
                assert!(
                    Description::parse(&line)
                        .lines()
                        .all(|line| line.is_attribute(example.name)),
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn every_attribute_with_a_shape_of_its_own_has_one() {
        for pair in ALL.windows(2) {
            assert!(pair[0].name < pair[1].name, "{}", pair[1].name);
        }
        let plain = |shape| {
            matches!(
                shape,
                Shape::Flag | Shape::Text | Shape::Token | Shape::Number | Shape::Decimal
            )
        };
        for entry in attribute::ALL.iter().filter(|entry| !plain(entry.shape)) {
            assert!(Example::find(entry.name).is_some(), "{}", entry.name);
        }
    }
}
