//! `rtcdiag sdp`: each description with a head and a table of its media sections.

use std::io::{self, Write};

use super::{Paint, Style};
use crate::render::table::{Cell, Column, Table};
use crate::render::units;
use crate::report::sdp::{Codec, Description, Media, Sdp};

/// So many media sections are shown; a call has a handful.
const SHOWN: usize = 200;

/// All but the findings.
pub fn write(report: &Sdp, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for (index, description) in report.descriptions.iter().enumerate() {
        write_head(description, index, report.descriptions.len(), style, out)?;
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
    let mut about = vec![units::count(description.media.len(), "media section")];
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
    for (media, effective) in description.media.iter().zip(&description.effective).take(SHOWN) {
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
    if description.media.len() > SHOWN {
        writeln!(out, "  and {} more", description.media.len() - SHOWN)?;
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
    let primary = media.codecs.iter().filter(|codec| apt(codec).is_none());
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
