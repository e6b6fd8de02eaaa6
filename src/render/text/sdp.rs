//! `rtcdiag sdp`: each description with a head and a table of its media sections.

use std::collections::HashSet;
use std::io::{self, Write};

use super::{Paint, Style};
use crate::render::table::{Cell, Column, Table};
use crate::render::units;
use crate::report::sdp::{Codec, Description, Input, Media, Sdp};
use crate::report::{Envelope, Report};

/// So many descriptions are shown; there are more in dumps only.
const DESCRIPTIONS: usize = 1000;
/// So many media sections of each are shown; a call has a handful.
const SECTIONS: usize = 200;
/// So many entries of each list of a section are looked at.
const ENTRIES: usize = 1000;

/// The envelope with no more in it than [`write`] shows.
pub fn shown(report: &Sdp, envelope: &Envelope) -> Envelope {
    let descriptions = report
        .descriptions
        .iter()
        .take(DESCRIPTIONS)
        .map(|description| Description {
            kind: description.kind.clone(),
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
        write_head(description, index, count, style, out)?;
        write_media(description, style, out)?;
        writeln!(out)?;
    }
    Ok(())
}

fn write_head(
    description: &Description,
    index: usize,
    count: usize,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let kind = description.kind.as_deref().unwrap_or("description");
    let mut title = kind.to_owned();
    if count > 1 {
        title = format!("{}. {title}", index + 1);
    }
    let input = &description.input;
    let mut about = vec![units::count(description.input.sections, "media section")];
    about.push(match input.place.as_deref() {
        Some(place) => format!("{} at {place}", input.wrapper),
        None => input.wrapper.clone(),
    });
    about.extend(input.label.clone());
    writeln!(out, "{} ({})", style.paint(Paint::Bold, &title), about.join(", "))?;
    let session = &description.session;
    if let Some(origin) = &session.origin {
        let words = format!("session {} version {}", origin.session_id, origin.session_version);
        writeln!(
            out,
            "{}",
            style.wrap(
                "  origin: ",
                &format!("{} {words} at {}", origin.username, origin.address)
            )
        )?;
    }
    for group in &session.groups {
        let text = format!("{} {}", group.semantics, group.mids.join(" "));
        writeln!(out, "{}", style.wrap("  group:  ", &text))?;
    }
    let mut ice = Vec::new();
    if session.ice_lite {
        ice.push("lite".to_owned());
    }
    if let Some(ufrag) = description
        .effective
        .iter()
        .find_map(|media| media.ice_ufrag.as_deref())
    {
        ice.push(format!("ufrag {ufrag}"));
    }
    if let Some(options) = description
        .effective
        .iter()
        .map(|media| &media.ice_options)
        .find(|list| !list.is_empty())
    {
        ice.push(options.join(" "));
    }
    if !ice.is_empty() {
        writeln!(out, "{}", style.wrap("  ICE:    ", &ice.join(", ")))?;
    }
    let mut dtls = Vec::new();
    if let Some(setup) = description.effective.iter().find_map(|media| media.setup.as_deref()) {
        dtls.push(format!("setup {setup}"));
    }
    if let Some(fingerprint) = description
        .effective
        .iter()
        .find_map(|media| media.fingerprints.first())
    {
        dtls.push(format!("{} fingerprint", fingerprint.hash));
    }
    if !dtls.is_empty() {
        writeln!(out, "{}", style.wrap("  DTLS:   ", &dtls.join(", ")))?;
    }
    Ok(())
}

const COLUMNS: [Column; 7] = [
    Column::right("#"),
    Column::left("kind"),
    Column::left("mid"),
    Column::left("direction"),
    Column::left("transport"),
    Column::left("codecs"),
    Column::right("candidates"),
];

fn write_media(description: &Description, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if description.media.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&COLUMNS);
    for (media, effective) in description.media.iter().zip(&description.effective).take(SECTIONS) {
        let state = match (media.rejected, media.bundle_only) {
            (true, _) => Cell::painted("rejected", Paint::Dim),
            (false, _) => effective.direction.clone().into(),
        };
        let count = match media.candidates.len() {
            0 => String::new(),
            count => count.to_string(),
        };
        table.row(vec![
            media.index.to_string().into(),
            media.kind.clone().into(),
            media.mid.clone().unwrap_or_default().into(),
            state,
            transport(media).into(),
            codecs(media).into(),
            count.into(),
        ]);
    }
    for line in table.lines(style) {
        writeln!(out, "  {line}")?;
    }
    if description.input.sections > description.media.len() {
        let more = description.input.sections - description.media.len();
        writeln!(out, "  and {}", units::count(more, "more section"))?;
    }
    Ok(())
}

fn transport(media: &Media) -> String {
    let port = media.port.map(|port| format!(" port {port}")).unwrap_or_default();
    let bundle = if media.bundle_only { ", bundle-only" } else { "" };
    format!("{}{port}{bundle}", media.proto)
}

/// `opus 111, VP8 96 (rtx 97), …`; formats where there are no codecs.
fn codecs(media: &Media) -> String {
    if media.codecs.is_empty() {
        return media.formats.join(" ");
    }
    let apt = |codec: &Codec| {
        codec
            .fmtp
            .iter()
            .find_map(|fmtp| fmtp.params.get("apt")?.as_str()?.parse::<u16>().ok())
    };
    let name = |codec: &Codec| codec.name.clone().unwrap_or_else(|| "?".to_owned());
    let number = |codec: &Codec| codec.pt.map(|pt| format!(" {pt}")).unwrap_or_default();
    let of: HashSet<u16> = media.codecs.iter().filter_map(|codec| codec.pt).collect();
    let primary = media
        .codecs
        .iter()
        .filter(|codec| apt(codec).is_none_or(|apt| !of.contains(&apt)));
    let shown = primary.map(|codec| {
        let repairs: Vec<String> = media
            .codecs
            .iter()
            .filter(|other| codec.pt.is_some() && apt(other) == codec.pt)
            .map(|other| format!("{}{}", name(other), number(other)))
            .collect();
        match repairs.is_empty() {
            true => format!("{}{}", name(codec), number(codec)),
            false => format!("{}{} ({})", name(codec), number(codec), repairs.join(", ")),
        }
    });
    shown.collect::<Vec<_>>().join(", ")
}
