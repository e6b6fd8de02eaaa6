//! Payload types: each has one meaning, and what is said about one is said about one that is there.

use super::Subject;
use super::out::Out;
use super::part::{Part, short};
use crate::check::catalog::sdp_lint as catalog;
use crate::proto::sdp::fmtp::CodecConfig;
use crate::proto::sdp::{Codec, Line, static_payload};

/// RFC 5761 §4: with rtcp-mux these payload types look like RTCP packet types.
const RTCP_RANGE: std::ops::RangeInclusive<u16> = 64..=95;

/// The payload types of an `m=` line.
struct Listed {
    /// Those below 128.
    legal: u128,
    /// The others, a mistake, in order.
    others: Vec<u16>,
}

impl Listed {
    fn of(codecs: &[Codec<'_>]) -> Listed {
        let all = || codecs.iter().filter_map(|codec| codec.payload_type);
        let mut others: Vec<u16> = all().filter(|number| *number >= 128).collect();
        others.sort_unstable();
        Listed {
            legal: all()
                .filter(|number| *number < 128)
                .fold(0, |legal, number| legal | 1 << number),
            others,
        }
    }

    fn has(&self, payload_type: u16) -> bool {
        match payload_type {
            0..=127 => self.legal & (1 << payload_type) != 0,
            other => self.others.binary_search(&other).is_ok(),
        }
    }
}

pub(super) fn check(subject: &Subject<'_>, part: &Part<'_>, out: &mut Out) {
    if !part.is_rtp() {
        return;
    }
    let codecs = part.codecs();
    let listed = Listed::of(codecs);
    let mut seen = 0u128;
    for codec in codecs {
        let Some(payload_type) = codec.payload_type.filter(|number| *number < 128) else {
            continue;
        };
        let before = seen;
        seen |= 1 << payload_type;
        if seen == before {
            let text = format!("Payload type {payload_type} stands in the `m=` line twice");
            out.add(catalog::PAYLOAD_LISTED_TWICE, part, &[part.head], text)
                .mark(codec.format);
            continue;
        }
        check_rtpmap(subject, part, codec, payload_type, out);
        check_parameters(part, codec, payload_type, &listed, out);
    }
    check_absent(part, &listed, out);
}

fn check_rtpmap(subject: &Subject<'_>, part: &Part<'_>, codec: &Codec<'_>, payload_type: u16, out: &mut Out) {
    let Some((line, map)) = &codec.rtpmap else {
        // Lines that cannot be read are defects of their own.
        let readable = || part.section.attribute_lines("rtpmap").count() == part.rtpmaps.len();
        // Below 35 the numbers without a meaning are reserved, and nobody gives them one.
        if payload_type >= 35 && static_payload(payload_type).is_none() && readable() {
            let text = format!("Payload type {payload_type} has no `a=rtpmap`");
            out.add(catalog::RTPMAP_MISSING, part, &[part.head], text)
                .mark(codec.format);
        }
        return;
    };
    for (other_line, other) in &codec.other_rtpmaps {
        let same = other.encoding.eq_ignore_ascii_case(map.encoding)
            && other.clock_rate == map.clock_rate
            && other.channels.unwrap_or(1) == map.channels.unwrap_or(1);
        let (entry, text) = match same {
            true => (
                catalog::RTPMAP_REPEATED,
                format!("Payload type {payload_type} has the same `a=rtpmap` twice"),
            ),
            false => (
                catalog::PAYLOAD_TWO_MEANINGS,
                format!(
                    "Payload type {payload_type} is {} and {}",
                    short(map.encoding),
                    short(other.encoding)
                ),
            ),
        };
        out.add(entry, part, &[*line, *other_line], text).mark(other.encoding);
    }
    let mux = part.flag("rtcp-mux").is_some();
    if mux && RTCP_RANGE.contains(&payload_type) {
        let text = format!("Payload type {payload_type} cannot be told from RTCP on a port that both share");
        out.add(catalog::PAYLOAD_RTCP_RANGE, part, &[*line], text)
            .word(payload_type);
    }
    if subject.is_webrtc() && codec.is("opus") && (map.clock_rate, map.channels) != (Some(48_000), Some(2)) {
        let text = "Opus is not written `opus/48000/2`";
        out.add(catalog::OPUS_RTPMAP, part, &[*line], text).mark(map.encoding);
    }
}

/// `a=fmtp` that points at other payload types, or asks for bit rates.
fn check_parameters(part: &Part<'_>, codec: &Codec<'_>, payload_type: u16, listed: &Listed, out: &mut Out) {
    let fmtp = codec.fmtp.first().map(|(line, _)| *line);
    let points = codec.is("rtx") || codec.is("red");
    match points.then(|| codec.config()) {
        Some(CodecConfig::Rtx(rtx)) => match (rtx.apt, fmtp) {
            (None, _) => {
                let apt = codec.fmtp.iter().find_map(|(_, fmtp)| fmtp.parameters().get("apt")?);
                let text = match apt {
                    Some(apt) => format!(
                        "The retransmission payload type {payload_type} has the `apt` {}, which is no payload type",
                        short(apt)
                    ),
                    None => format!("The retransmission payload type {payload_type} has no `apt`"),
                };
                let lines: Vec<Line<'_>> = codec.rtpmap.iter().map(|(line, _)| *line).chain(fmtp).collect();
                out.add(catalog::RTX_WITHOUT_APT, part, &lines, text);
            }
            (Some(apt), Some(line)) if !listed.has(apt) => {
                let text = format!("Payload type {payload_type} retransmits {apt}, which is not in the `m=` line");
                out.add(catalog::RTX_APT_ABSENT, part, &[line], text)
                    .mark(apt_of(codec));
            }
            _ => {}
        },
        Some(CodecConfig::Red(red)) => {
            if let Some(line) = fmtp
                && let Some(absent) = red.payload_types.iter().find(|one| !listed.has(u16::from(**one)))
            {
                let text = format!("Payload type {payload_type} wraps {absent}, which is not in the `m=` line");
                out.add(catalog::RED_ABSENT, part, &[line], text).word(absent);
            }
        }
        _ => {}
    }
    for (line, fmtp) in &codec.fmtp {
        let google = fmtp.config.contains("x-google-");
        if google && fmtp.parameters().iter().any(|(name, _)| name.starts_with("x-google-")) {
            let text = format!("`{}` is known to Chromium alone", short(fmtp.config));
            out.add(catalog::BITRATE_MUNGING, part, &[*line], text)
                .mark(fmtp.config);
        }
    }
}

/// The value of `apt` as it is written.
fn apt_of<'d>(codec: &Codec<'d>) -> &'d str {
    let mut parameters = codec
        .fmtp
        .iter()
        .flat_map(|(_, fmtp)| fmtp.parameters().iter().collect::<Vec<_>>());
    parameters
        .find(|(name, _)| *name == "apt")
        .and_then(|(_, value)| value)
        .unwrap_or("")
}

/// Lines about payload types that the `m=` line does not have.
fn check_absent(part: &Part<'_>, listed: &Listed, out: &mut Out) {
    for (line, map) in &part.rtpmaps {
        if !listed.has(map.payload_type) {
            let text = format!(
                "`a=rtpmap` is about payload type {}, which is not in the `m=` line",
                map.payload_type
            );
            out.add(catalog::RTPMAP_ABSENT, part, &[*line], text)
                .word(map.payload_type);
        }
    }
    for (line, fmtp) in &part.fmtps {
        if let Some(payload_type) = fmtp.payload_type().filter(|one| !listed.has(*one)) {
            let text = format!("`a=fmtp` is about payload type {payload_type}, which is not in the `m=` line");
            out.add(catalog::FMTP_ABSENT, part, &[*line], text).word(payload_type);
        }
    }
    for (line, feedback) in &part.feedbacks {
        if let Some(payload_type) = feedback.payload_type.filter(|one| !listed.has(*one)) {
            let text = format!("`a=rtcp-fb` is about payload type {payload_type}, which is not in the `m=` line");
            out.add(catalog::FEEDBACK_ABSENT, part, &[*line], text)
                .word(payload_type);
        }
    }
}
