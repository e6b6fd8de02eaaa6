//! `rtcdiag sdp`: each description with a head, and a table for each media section.

mod section;

use std::io::{self, Write};

use super::{Paint, Style};
use crate::render::units;
use crate::report::sdp::{Description, Input, Media, Sdp};
use crate::report::{Envelope, Report};

/// So many descriptions are shown; there are more in dumps only.
const DESCRIPTIONS: usize = 1000;
/// So many media sections of each are shown; a call has a handful.
const SECTIONS: usize = 200;
/// So many entries of each list of a section are looked at.
const ENTRIES: usize = 1000;

/// The envelope with no more in it than [`write()`] shows.
pub fn shown(report: &Sdp, envelope: &Envelope) -> Envelope {
    let descriptions = report
        .descriptions
        .iter()
        .take(DESCRIPTIONS)
        .map(|description| Description {
            kind: description.kind.clone(),
            maker: description.maker.clone(),
            input: Input {
                sections: description.media.len(),
                ..description.input.clone()
            },
            session: description.session.clone(),
            media: description.media.iter().take(SECTIONS).map(section).collect(),
            effective: description.effective.iter().take(SECTIONS).cloned().collect(),
        });
    Envelope {
        schema: envelope.schema,
        tool: envelope.tool.clone(),
        version: envelope.version.clone(),
        command: envelope.command.clone(),
        started: envelope.started.clone(),
        interrupted: envelope.interrupted,
        report: Report::Sdp(Sdp {
            descriptions: descriptions.collect(),
        }),
        findings: envelope.findings.clone(),
    }
}

/// A section with lists of no more than [`ENTRIES`].
fn section(media: &Media) -> Media {
    fn first<T: Clone>(list: &[T]) -> Vec<T> {
        list[..list.len().min(ENTRIES)].to_vec()
    }
    Media {
        formats: first(&media.formats),
        codecs: first(&media.codecs),
        extmap: first(&media.extmap),
        ssrcs: first(&media.ssrcs),
        ssrc_groups: first(&media.ssrc_groups),
        candidates: first(&media.candidates),
        crypto: Vec::new(),
        rtpmap_conflicts: Vec::new(),
        index: media.index,
        kind: media.kind.clone(),
        port: media.port,
        number_of_ports: media.number_of_ports,
        proto: media.proto.clone(),
        rejected: media.rejected,
        mid: media.mid.clone(),
        common: media.common.clone(),
        bundle_only: media.bundle_only,
        rtcp_mux: media.rtcp_mux,
        rtcp_mux_only: media.rtcp_mux_only,
        rtcp_rsize: media.rtcp_rsize,
        rtcp: media.rtcp.clone(),
        msid: first(&media.msid),
        end_of_candidates: media.end_of_candidates,
        sctp_port: media.sctp_port,
        sctpmap: media.sctpmap.clone(),
        max_message_size: media.max_message_size,
        rids: first(&media.rids),
        simulcast: media.simulcast.clone(),
    }
}

/// All but the findings.
pub fn write(report: &Sdp, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let count = report.descriptions.len();
    for (index, description) in report.descriptions.iter().enumerate() {
        let title = match (&description.kind, count) {
            (Some(kind), 1) => kind.clone(),
            (None, 1) => "description".to_owned(),
            (Some(kind), _) => format!("{}. {kind}", index + 1),
            (None, _) => format!("{}. description", index + 1),
        };
        write_head(description, &title, style, out)?;
        for (media, effective) in description.media.iter().zip(&description.effective) {
            writeln!(out)?;
            section::write(media, effective, style, out)?;
        }
        if description.input.sections > description.media.len() {
            let more = description.input.sections - description.media.len();
            writeln!(out, "\nand {}", units::count(more, "more section"))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn write_head(description: &Description, title: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let input = &description.input;
    let mut about = vec![
        units::count(input.sections, "media section"),
        units::count(input.lines, "line"),
        match &input.place {
            Some(place) => format!("{} at {place}", input.wrapper),
            None => input.wrapper.clone(),
        },
    ];
    about.extend(input.label.clone());
    writeln!(out, "{} ({})", style.paint(Paint::Bold, title), about.join(", "))?;
    let mut row = |name: &str, text: String| {
        if text.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", style.wrap(&format!("  {name:<8} "), &text))
    };
    row("made by", made_by(description))?;
    let session = &description.session;
    if let Some(origin) = &session.origin {
        row(
            "session",
            format!("{}, version {}", origin.session_id, origin.session_version),
        )?;
    }
    for group in &session.groups {
        row(&group.semantics, group.mids.join(" "))?;
    }
    row("ICE", ice(description))?;
    row("DTLS", dtls(description))
}

fn made_by(description: &Description) -> String {
    match &description.maker {
        Some(maker) if maker.sure => maker.name.clone(),
        Some(maker) => format!("{}, by its habits", maker.name),
        None => String::new(),
    }
}

/// Each value once, in order of first sight.
fn distinct<'a, T: PartialEq + ?Sized>(values: impl Iterator<Item = &'a T>) -> Vec<&'a T> {
    let mut seen: Vec<&T> = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

fn ice(description: &Description) -> String {
    let open = || description.effective.iter();
    let ufrags = distinct(open().filter_map(|media| media.ice_ufrag.as_deref()));
    if ufrags.is_empty() {
        return String::new();
    }
    let mut words = vec![if description.session.ice_lite { "lite" } else { "full" }.to_owned()];
    words.extend(
        distinct(open().flat_map(|media| &media.ice_options).map(String::as_str))
            .iter()
            .map(|&tag| tag.to_owned()),
    );
    words.push(format!("ufrag {}", ufrags.join(" ")));
    let candidates = description.media.iter().map(|media| media.candidates.len()).sum();
    words.push(match candidates {
        0 => "no candidates".to_owned(),
        count => units::count(count, "candidate"),
    });
    words.join(", ")
}

fn dtls(description: &Description) -> String {
    let open = || description.effective.iter();
    let mut words: Vec<String> = Vec::new();
    let roles = distinct(open().filter_map(|media| media.setup.as_deref()));
    if !roles.is_empty() {
        words.push(roles.join(" "));
    }
    // Several hashes of one certificate: the first one is enough to compare.
    let fingerprints = distinct(open().flat_map(|media| &media.fingerprints));
    let mut hashes: Vec<&str> = Vec::new();
    for one in fingerprints {
        let first = hashes.is_empty() || hashes.contains(&one.hash.as_str());
        hashes.push(&one.hash);
        words.push(match first {
            true => format!("{} {}", one.hash, one.value),
            false => one.hash.clone(),
        });
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::sdp;
    use crate::proto::sdp::unwrap::unwrap;

    fn text(input: &str, width: Option<usize>) -> String {
        let descriptions = unwrap(input).unwrap();
        let report = Sdp {
            descriptions: descriptions
                .iter()
                .map(|found| Description::new("", found, &sdp::Description::parse(&found.sdp)))
                .collect(),
        };
        let mut out = Vec::new();
        write(&report, &Style { width, ..Style::PLAIN }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_section_is_a_table() {
        let text = text(
            "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97 98\r\n\
             a=mid:0\r\na=ice-ufrag:abcd\r\na=ice-pwd:x\r\na=setup:actpass\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n\
             a=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:98 rtx/90000\r\na=fmtp:98 apt=99\r\n\
             a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=ssrc-group:FID 1 2\r\na=ssrc:1 cname:c\r\na=ssrc:2 cname:c\r\n\
             a=candidate:1 1 udp 1 192.0.2.1 5 typ host\r\nm=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\n",
            None,
        );
        assert_eq!(
            text,
            "description (2 media sections, 24 lines, raw)\n  session  1, version 2\n  BUNDLE   0 1\n\
             \x20 ICE      full, ufrag abcd, 1 candidate\n  DTLS     actpass\n\n\
             #0 video, mid 0, sendrecv, port 9, UDP/TLS/RTP/SAVPF, rtcp-mux\n\
             \x20    pt  codec      repair  parameters  feedback\n\
             \x20    96  VP8/90000  rtx 97              nack pli\n\
             \x20    98  rtx/90000          apt=99\n\
             \x20 extensions  4 sdes:mid\n  sources     1 (rtx 2) cname c\n  candidates  host udp 192.0.2.1:5\n\n\
             #1 application, mid 1, rejected, UDP/DTLS/SCTP\n\n"
        );
    }

    #[test]
    fn narrow_terminals_are_kept_to() {
        let json = include_str!("../../../../fixtures/sdp/chromium-offer.json");
        for width in [60, 80, 120] {
            let text = text(json, Some(width));
            let longest = text.lines().map(|line| line.chars().count()).max();
            // A fingerprint is one word.
            assert!(longest.unwrap() <= width.max(106), "{width}: {longest:?}\n{text}");
        }
    }
}
