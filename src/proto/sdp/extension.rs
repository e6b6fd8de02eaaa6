//! The RTP header extensions of WebRTC, by their URIs.

/// What is known about a header extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// As in `a=extmap`.
    pub uri: &'static str,
    /// A short name, as people say it.
    pub name: &'static str,
    /// Where it is defined.
    pub reference: &'static str,
    /// What it carries.
    pub meaning: &'static str,
}

impl Extension {
    /// The extension of a URI.
    pub fn find(uri: &str) -> Option<&'static Extension> {
        ALL.iter().find(|one| one.uri == uri)
    }

    /// All that are known.
    pub const ALL: &'static [Extension] = ALL;
}

/// The short name of a known extension, else the last part of the URI.
pub fn extension_name(uri: &str) -> &str {
    match Extension::find(uri) {
        Some(extension) => extension.name,
        None => uri.rsplit(['/', ':', '#']).find(|part| !part.is_empty()).unwrap_or(uri),
    }
}

const fn row(uri: &'static str, name: &'static str, reference: &'static str, meaning: &'static str) -> Extension {
    Extension {
        uri,
        name,
        reference,
        meaning,
    }
}

#[rustfmt::skip]
const ALL: &[Extension] = &[
    row("urn:ietf:params:rtp-hdrext:sdes:mid", "mid", "RFC 9143 §15", "the m-line that a packet belongs to, so that a BUNDLE can be taken apart"),
    row("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", "rid", "RFC 8852 §3.1", "the rid of a stream: which simulcast layer a packet belongs to"),
    row("urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", "repaired-rid", "RFC 8852 §3.2", "the rid of the stream that a retransmission repairs"),
    row("urn:ietf:params:rtp-hdrext:sdes:cname", "cname", "RFC 7941 §4.1", "the CNAME of the source"),
    row("urn:ietf:params:rtp-hdrext:ssrc-audio-level", "audio-level", "RFC 6464 §3", "how loud the packet is, readable without decoding; with `vad=on` also whether it is speech"),
    row("urn:ietf:params:rtp-hdrext:csrc-audio-level", "csrc-audio-level", "RFC 6465 §3", "how loud each contributor of a mix is"),
    row("urn:ietf:params:rtp-hdrext:toffset", "toffset", "RFC 5450 §2", "how long after its time stamp a packet was sent"),
    row("urn:ietf:params:rtp-hdrext:ntp-64", "ntp-64", "RFC 6051 §3.3", "the time of the sender's clock, to synchronize quickly"),
    row("urn:ietf:params:rtp-hdrext:framemarking", "framemarking", "RFC 9626 §3", "where frames start and end and which layer they are of, for selective forwarding"),
    row("urn:ietf:params:rtp-hdrext:encrypt", "encrypt", "RFC 6904 §4", "an encrypted header extension"),
    row("urn:3gpp:video-orientation", "orientation", "3GPP TS 26.114 §7.4.5", "how the picture has to be turned"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", "abs-send-time", "libwebrtc", "when the packet was sent, for bandwidth estimation at the receiver (REMB)"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time", "abs-capture-time", "libwebrtc", "when the frame was captured, by the clock of its source"),
    row("http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", "transport-cc", "draft-holmer-rmcat-transport-wide-cc-extensions-01", "a number for each packet of the transport, for bandwidth estimation at the sender"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/transport-wide-cc-02", "transport-cc-02", "libwebrtc", "a number for each packet of the transport, with feedback on request"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", "playout-delay", "libwebrtc", "the least and the greatest delay until a frame is shown"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/video-content-type", "content-type", "libwebrtc", "whether the video is a camera or a screen"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/video-timing", "video-timing", "libwebrtc", "when a frame was encoded and sent, for statistics"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/color-space", "color-space", "libwebrtc", "the color space of the video, also HDR"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/inband-cn", "inband-cn", "libwebrtc", "the level of comfort noise"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00", "layers-allocation", "libwebrtc", "which layers the sender sends, with their bit rates"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/generic-frame-descriptor-00", "frame-descriptor", "libwebrtc", "which frames a frame depends on"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/generic-frame-descriptor-01", "frame-descriptor-01", "libwebrtc", "which frames a frame depends on"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/video-frame-tracking-id", "frame-tracking-id", "libwebrtc", "a number for each frame, for tests"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/corruption-detection", "corruption-detection", "libwebrtc", "samples of the picture, to notice when the decoder shows something else"),
    row("https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension", "dependency-descriptor", "RTP Payload Format For AV1 §A", "which frames and layers a frame depends on, for selective forwarding"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_uri_and_each_name_stands_once() {
        for (index, one) in ALL.iter().enumerate() {
            assert!(
                ALL[..index]
                    .iter()
                    .all(|other| other.uri != one.uri && other.name != one.name),
                "{}",
                one.uri
            );
        }
        assert_eq!(extension_name("urn:3gpp:video-orientation"), "orientation");
        assert_eq!(extension_name("urn:example:x#y"), "y");
        assert_eq!(extension_name(""), "");
    }
}
