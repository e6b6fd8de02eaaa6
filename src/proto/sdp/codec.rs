//! [`codecs`]: the payload types of a media section, each with everything that is said about it.

use super::attribute::rtp::{Fmtp, RtcpFeedback, RtpMap};
use super::cursor::digits;
use super::description::Section;
use super::fields::MediaLine;
use super::fmtp::CodecConfig;
use super::line::Line;

/// One format of an `m=` line that carries RTP, with the lines about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Codec<'a> {
    /// As it stands in the `m=` line.
    pub format: &'a str,
    /// The payload type; `None` if the format is no number.
    pub payload_type: Option<u16>,
    /// The first `a=rtpmap` for it.
    pub rtpmap: Option<(Line<'a>, RtpMap<'a>)>,
    /// Further `a=rtpmap` lines for it: a defect, since only one can hold.
    pub other_rtpmaps: Vec<(Line<'a>, RtpMap<'a>)>,
    /// The `a=fmtp` lines for it, in order.
    pub fmtp: Vec<(Line<'a>, Fmtp<'a>)>,
    /// The `a=rtcp-fb` lines that hold for it, those for `*` included, in order.
    pub feedback: Vec<(Line<'a>, RtcpFeedback<'a>)>,
}

impl<'a> Codec<'a> {
    /// The encoding name: that of `a=rtpmap`, else that of the static payload type.
    pub fn encoding(&self) -> Option<&'a str> {
        match &self.rtpmap {
            Some((_, map)) => Some(map.encoding),
            None => self.assigned().map(|assigned| assigned.encoding),
        }
    }

    /// The clock rate in Hz, from `a=rtpmap` or the static payload type.
    pub fn clock_rate(&self) -> Option<u32> {
        match &self.rtpmap {
            Some((_, map)) => map.clock_rate,
            None => self.assigned().map(|assigned| assigned.clock_rate),
        }
    }

    /// The channels; 1 where nothing is written.
    pub fn channels(&self) -> u32 {
        match &self.rtpmap {
            Some((_, map)) => map.channels.unwrap_or(1),
            None => self.assigned().map_or(1, |assigned| assigned.channels),
        }
    }

    /// Whether it has this encoding name, in any case.
    pub fn is(&self, encoding: &str) -> bool {
        self.encoding().is_some_and(|own| own.eq_ignore_ascii_case(encoding))
    }

    /// What its first `a=fmtp` means.
    pub fn config(&self) -> CodecConfig<'a> {
        CodecConfig::new(
            self.encoding().unwrap_or(""),
            self.fmtp.first().map_or("", |(_, fmtp)| fmtp.config),
        )
    }

    /// The payload type that it retransmits, if it is `rtx`.
    pub fn apt(&self) -> Option<u16> {
        match self.config() {
            CodecConfig::Rtx(rtx) => rtx.apt,
            _ => None,
        }
    }

    /// Whether it repairs or goes along with other codecs (`rtx`, `red`, FEC, comfort noise, telephone events), so that
    /// it cannot be sent alone.
    pub fn is_auxiliary(&self) -> bool {
        const AUXILIARY: [&str; 7] = ["rtx", "red", "ulpfec", "flexfec", "flexfec-03", "CN", "telephone-event"];
        AUXILIARY.iter().any(|name| self.is(name))
    }

    /// What RFC 3551 §6 gives this payload type.
    fn assigned(&self) -> Option<StaticPayload> {
        static_payload(self.payload_type?)
    }
}

/// At most so many formats are looked at: RTP has 128 payload types.
const FORMATS: usize = 512;
/// A payload type that the line has more often gets its lines so many times.
const REPEATED: usize = 4;
/// At most so many `a=rtcp-fb:*` lines.
const WILDCARDS: usize = 256;

/// The codecs of a media section that carries RTP, in the order of its `m=` line (the writer's preference); empty for
/// other protocols. `a=rtpmap` lines for payload types that the `m=` line does not have are left out.
///
/// A payload type that the line has twice is listed twice. Beyond 512 formats nothing is looked at.
pub fn codecs<'d>(section: &Section<'d>) -> Vec<Codec<'d>> {
    match section.media() {
        Some(media) => assemble(&media, section.all(), section.all(), section.all()),
        None => Vec::new(),
    }
}

/// [`codecs`] of lines that have been read: all `a=rtpmap`, `a=fmtp` and `a=rtcp-fb` of the section.
pub fn assemble<'d>(
    media: &MediaLine<'d>,
    rtpmaps: impl Iterator<Item = (Line<'d>, RtpMap<'d>)>,
    fmtps: impl Iterator<Item = (Line<'d>, Fmtp<'d>)>,
    feedbacks: impl Iterator<Item = (Line<'d>, RtcpFeedback<'d>)>,
) -> Vec<Codec<'d>> {
    if !media.is_rtp() {
        return Vec::new();
    }
    let mut codecs: Vec<Codec<'d>> = media
        .formats()
        .take(FORMATS)
        .map(|format| Codec {
            format,
            payload_type: digits(format),
            rtpmap: None,
            other_rtpmaps: Vec::new(),
            fmtp: Vec::new(),
            feedback: Vec::new(),
        })
        .collect();
    // Payload types with their places, in order of both: a few dozen, which are found faster so than by hashing.
    let mut places: Vec<(u16, usize)> = Vec::with_capacity(codecs.len());
    places.extend((codecs.iter().enumerate()).filter_map(|(index, codec)| Some((codec.payload_type?, index))));
    places.sort_unstable();
    let at = |payload_type: u16| {
        let from = places.partition_point(|(own, _)| *own < payload_type);
        let same = places[from..].iter().take_while(move |(own, _)| *own == payload_type);
        same.take(REPEATED).map(|(_, index)| *index)
    };
    for (line, map) in rtpmaps {
        for index in at(map.payload_type) {
            let codec = &mut codecs[index];
            match codec.rtpmap {
                None => codec.rtpmap = Some((line, map)),
                Some(_) => codec.other_rtpmaps.push((line, map)),
            }
        }
    }
    for (line, fmtp) in fmtps {
        for index in fmtp.payload_type().into_iter().flat_map(at) {
            codecs[index].fmtp.push((line, fmtp));
        }
    }
    let mut wildcards = 0;
    for (line, feedback) in feedbacks {
        match feedback.payload_type {
            Some(payload_type) => {
                for index in at(payload_type) {
                    codecs[index].feedback.push((line, feedback));
                }
            }
            None if wildcards < WILDCARDS => {
                wildcards += 1;
                codecs
                    .iter_mut()
                    .for_each(|codec| codec.feedback.push((line, feedback)));
            }
            None => {}
        }
    }
    codecs
}

/// A payload type that has its meaning without `a=rtpmap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaticPayload {
    /// The payload type.
    pub payload_type: u16,
    /// The encoding name.
    pub encoding: &'static str,
    /// In Hz.
    pub clock_rate: u32,
    /// Channels of audio; 1 for video.
    pub channels: u32,
}

/// RFC 3551 §6, Tables 4 and 5.
const STATIC: [(u16, &str, u32, u32); 24] = [
    (0, "PCMU", 8000, 1),
    (3, "GSM", 8000, 1),
    (4, "G723", 8000, 1),
    (5, "DVI4", 8000, 1),
    (6, "DVI4", 16000, 1),
    (7, "LPC", 8000, 1),
    (8, "PCMA", 8000, 1),
    (9, "G722", 8000, 1),
    (10, "L16", 44100, 2),
    (11, "L16", 44100, 1),
    (12, "QCELP", 8000, 1),
    (13, "CN", 8000, 1),
    (14, "MPA", 90000, 1),
    (15, "G728", 8000, 1),
    (16, "DVI4", 11025, 1),
    (17, "DVI4", 22050, 1),
    (18, "G729", 8000, 1),
    (25, "CelB", 90000, 1),
    (26, "JPEG", 90000, 1),
    (28, "nv", 90000, 1),
    (31, "H261", 90000, 1),
    (32, "MPV", 90000, 1),
    (33, "MP2T", 90000, 1),
    (34, "H263", 90000, 1),
];

/// What RFC 3551 §6 gives a payload type below 96.
pub fn static_payload(payload_type: u16) -> Option<StaticPayload> {
    let at = STATIC.binary_search_by_key(&payload_type, |row| row.0).ok()?;
    let (payload_type, encoding, clock_rate, channels) = STATIC[at];
    Some(StaticPayload {
        payload_type,
        encoding,
        clock_rate,
        channels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::sdp::Description;

    const TEXT: &str = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97 0\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:* nack\r\n\
        a=rtcp-fb:96 ccm fir\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:96 H264/90000\r\na=rtpmap:98 VP9/90000\r\n";

    #[test]
    fn each_payload_type_has_what_is_said_about_it() {
        let description = Description::parse(TEXT);
        let codecs = codecs(&description.media_section(0).unwrap());
        let names: Vec<_> = codecs.iter().map(|codec| codec.encoding()).collect();
        assert_eq!(names, [Some("VP8"), Some("rtx"), Some("PCMU")]);
        assert_eq!(codecs[0].other_rtpmaps[0].1.encoding, "H264");
        assert_eq!(codecs[0].feedback.len(), 2);
        assert_eq!((codecs[1].feedback.len(), codecs[1].apt()), (1, Some(96)));
        assert!(codecs[1].is_auxiliary() && !codecs[0].is_auxiliary());
        assert_eq!((codecs[2].clock_rate(), codecs[2].channels()), (Some(8000), 1));
        assert!(super::codecs(&description.session()).is_empty());
    }

    #[test]
    fn static_payload_types_are_in_order() {
        assert!(STATIC.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(static_payload(111), None);
    }
}
