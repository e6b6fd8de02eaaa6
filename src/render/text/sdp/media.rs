//! The m-lines of a description: a heading, a table of codecs, and what else each says.

use std::collections::HashMap;
use std::io::{self, Write};

use super::{Paint, SHOWN, Style, codec_name, field, more, short, write_table};
use crate::proto::sdp::{extension_name, static_payload};
use crate::render::table::{Cell, Column, Table};
use crate::report::sdp::{Codec, Description, Effective, Media};

/// So many entries of a list are shown.
const LISTED: usize = 60;

pub(super) fn write_all(description: &Description, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for (media, effective) in description.media.iter().zip(&description.effective).take(SHOWN) {
        writeln!(out)?;
        write(media, effective, description, style, out)?;
    }
    if let Some(more) = more(description.media.len().max(description.input.sections), SHOWN) {
        writeln!(out, "\n{more} m-lines")?;
    }
    Ok(())
}

fn write(
    media: &Media,
    effective: &Effective,
    description: &Description,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let title = format!("m-line {}: {}, ", media.index, short(&media.kind, 40));
    let mut about = Vec::new();
    about.extend(media.mid.as_ref().map(|mid| format!("mid {}", short(mid, 40))));
    about.push(match media.rejected {
        true => "rejected".to_owned(),
        false => effective.direction.clone(),
    });
    about.push(transport(media, effective, description));
    let paint = if media.rejected { Paint::Dim } else { Paint::Bold };
    super::heading(&title, paint, &about.join(", "), style, out)?;
    if media.rejected {
        return Ok(());
    }
    write_table(&codecs(media), style, out)?;
    if media.codecs.is_empty() {
        field(
            "formats",
            &media.formats.iter().take(LISTED).cloned().collect::<Vec<_>>().join(" "),
            style,
            out,
        )?;
    }
    field("data", &data_channels(media), style, out)?;
    field("extensions", &extensions(media), style, out)?;
    field("sends", &sources(media), style, out)?;
    field("simulcast", &simulcast(media), style, out)?;
    field("RTCP", &rtcp(media), style, out)?;
    field("limits", &limits(media), style, out)?;
    write_candidates(media, style, out)
}

fn transport(media: &Media, effective: &Effective, description: &Description) -> String {
    let port = media.port.map_or(String::new(), |port| format!(" port {port}"));
    let mut text = format!("{}{port}", short(&media.proto, 40));
    if media.bundle_only {
        text.push_str(", bundle-only");
    }
    if effective.bundled && effective.transport != media.index {
        let of = description.media.get(effective.transport);
        let name = of
            .and_then(|media| media.mid.clone())
            .unwrap_or_else(|| effective.transport.to_string());
        text.push_str(&format!(", over the transport of {}", short(&name, 40)));
    }
    text
}

// --- codecs ---

const CODECS: [Column; 6] = [
    Column::right("pt"),
    Column::left("codec"),
    Column::left("rtx"),
    Column::left("red"),
    Column::left("parameters"),
    Column::left("feedback"),
];

/// The codecs in order; retransmissions and RED stand with what they carry.
fn codecs(media: &Media) -> Table {
    let mut rtx: HashMap<u16, u16> = HashMap::new();
    let mut red: HashMap<u16, u16> = HashMap::new();
    for codec in &media.codecs {
        let Some(own) = codec.pt else { continue };
        match (name(codec).to_ascii_lowercase().as_str(), carried(codec)) {
            ("rtx", Some(carried)) => {
                rtx.entry(carried).or_insert(own);
            }
            ("red", Some(carried)) => {
                red.entry(carried).or_insert(own);
            }
            _ => {}
        }
    }
    let present = |carried: u16| media.codecs.iter().any(|codec| codec.pt == Some(carried));
    let mut table = Table::new(&CODECS);
    for (index, codec) in media.codecs.iter().take(LISTED * 2).enumerate() {
        let goes_along = ["rtx", "red"]
            .iter()
            .any(|name_of| name(codec).eq_ignore_ascii_case(name_of));
        if goes_along && carried(codec).is_some_and(present) {
            continue;
        }
        let of = |map: &HashMap<u16, u16>| {
            codec
                .pt
                .and_then(|pt| map.get(&pt))
                .map_or(String::new(), u16::to_string)
        };
        let assigned = codec.pt.and_then(static_payload);
        let rate = codec.clockrate.or_else(|| assigned.map(|assigned| assigned.clock_rate));
        let format = media.formats.get(index).cloned().unwrap_or_default();
        let parameters: Vec<&str> = codec.fmtp.iter().take(4).map(|fmtp| fmtp.raw.as_str()).collect();
        let mut feedback = codec.rtcp_fb.clone();
        feedback.dedup();
        let main = !is_helper(&name(codec));
        let shown = codec_name(&name(codec), rate, codec.channels);
        table.row(vec![
            codec.pt.map_or(format, |pt| pt.to_string()).into(),
            if main {
                Cell::painted(shown, Paint::Cyan)
            } else {
                shown.into()
            },
            of(&rtx).into(),
            of(&red).into(),
            short(&parameters.join(" + "), 100).into(),
            short(&feedback.join(", "), 100).into(),
        ]);
    }
    table
}

fn is_helper(name: &str) -> bool {
    let helpers = ["rtx", "red", "ulpfec", "flexfec", "flexfec-03", "cn", "telephone-event"];
    helpers.contains(&name.to_ascii_lowercase().as_str())
}

fn name(codec: &Codec) -> String {
    let assigned = || {
        codec
            .pt
            .and_then(static_payload)
            .map(|assigned| assigned.encoding.to_owned())
    };
    codec.name.clone().or_else(assigned).unwrap_or_else(|| "?".to_owned())
}

/// The payload type that `rtx` retransmits, or that `red` carries first.
fn carried(codec: &Codec) -> Option<u16> {
    let raw = &codec.fmtp.first()?.raw;
    let apt = raw.split(';').find_map(|part| part.trim().strip_prefix("apt="));
    apt.or_else(|| raw.split('/').next())?.trim().parse().ok()
}

// --- the rest ---

fn data_channels(media: &Media) -> String {
    let mut parts = Vec::new();
    parts.extend(media.sctp_port.map(|port| format!("SCTP port {port}")));
    parts.extend(
        media
            .sctpmap
            .as_ref()
            .map(|map| format!("SCTP port {} (sctpmap)", map.port)),
    );
    parts.extend(media.max_message_size.map(|size| match size {
        0 => "messages of any size".to_owned(),
        size => format!("messages of up to {size} octets"),
    }));
    parts.join(", ")
}

fn extensions(media: &Media) -> String {
    let mut list: Vec<String> = media
        .extmap
        .iter()
        .take(LISTED)
        .map(|one| {
            let uri = one.wraps.as_deref().unwrap_or(&one.uri);
            let encrypted = if one.wraps.is_some() { " (encrypted)" } else { "" };
            let direction = one
                .direction
                .as_ref()
                .map_or(String::new(), |direction| format!("/{direction}"));
            format!("{}{direction} {}{encrypted}", one.id, short(extension_name(uri), 40))
        })
        .collect();
    list.extend(more(media.extmap.len(), LISTED));
    list.join(", ")
}

fn sources(media: &Media) -> String {
    let mut parts = Vec::new();
    for msid in media.msid.iter().take(8) {
        parts.push(match &msid.track {
            Some(track) => format!("track {} of stream {}", short(track, 48), short(&msid.stream, 48)),
            None => format!("stream {}", short(&msid.stream, 48)),
        });
    }
    // The second of a pair goes with the first.
    let mut repairs: HashMap<u32, (&str, u32)> = HashMap::new();
    let mut repairing = Vec::new();
    for group in media.ssrc_groups.iter().take(LISTED) {
        if let ("FID" | "FEC-FR", [one, other]) = (group.semantics.as_str(), group.ssrcs.as_slice()) {
            let what = if group.semantics == "FID" { "rtx" } else { "fec" };
            repairs.entry(*one).or_insert((what, *other));
            repairing.push(*other);
        }
    }
    let mut ssrcs: Vec<String> = media
        .ssrcs
        .iter()
        .take(LISTED)
        .filter(|ssrc| !repairing.contains(&ssrc.id))
        .map(|ssrc| match repairs.get(&ssrc.id) {
            Some((what, repair)) => format!("{} ({what} {repair})", ssrc.id),
            None => ssrc.id.to_string(),
        })
        .collect();
    ssrcs.extend(more(media.ssrcs.len(), LISTED));
    if !ssrcs.is_empty() {
        parts.push(format!("ssrc {}", ssrcs.join(", ")));
    }
    for group in media
        .ssrc_groups
        .iter()
        .filter(|group| group.semantics == "SIM")
        .take(4)
    {
        parts.push(format!("{} layers (Plan B)", group.ssrcs.len()));
    }
    parts.join("; ")
}

fn simulcast(media: &Media) -> String {
    let mut parts = Vec::new();
    if let Some(simulcast) = &media.simulcast {
        parts.extend(
            simulcast
                .send
                .as_ref()
                .map(|list| format!("sends {}", short(list, 100))),
        );
        parts.extend(
            simulcast
                .recv
                .as_ref()
                .map(|list| format!("receives {}", short(list, 100))),
        );
    }
    let rids = media.rids.iter().take(LISTED).map(|rid| {
        let parameters = rid
            .params
            .as_ref()
            .map_or(String::new(), |text| format!(" ({})", short(text, 60)));
        format!("{} {}{parameters}", rid.direction, rid.id)
    });
    let rids: Vec<String> = rids.collect();
    if !rids.is_empty() {
        parts.push(format!("rids: {}", rids.join(", ")));
    }
    parts.join("; ")
}

fn rtcp(media: &Media) -> String {
    if media.codecs.is_empty() {
        return String::new();
    }
    let mut parts = Vec::new();
    parts.push(match (media.rtcp_mux, media.rtcp_mux_only) {
        (true, true) => "shares the port of RTP, and cannot do otherwise",
        (true, false) => "shares the port of RTP",
        (false, _) => "on a port of its own",
    });
    if media.rtcp_rsize {
        parts.push("reduced size");
    }
    parts.join(", ")
}

fn limits(media: &Media) -> String {
    let limits = media.common.bandwidth.iter().take(8);
    let text = limits.map(|limit| format!("{} {}", limit.kind, limit.limit));
    text.collect::<Vec<_>>().join(", ")
}

// --- candidates ---

const CANDIDATES: [Column; 6] = [
    Column::left("candidate"),
    Column::left("protocol"),
    Column::left("address"),
    Column::right("port"),
    Column::right("priority"),
    Column::left("related"),
];

fn write_candidates(media: &Media, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&CANDIDATES);
    for candidate in media.candidates.iter().take(LISTED) {
        let tcp = candidate
            .tcptype
            .as_ref()
            .map_or(String::new(), |kind| format!(" {kind}"));
        let related = match (&candidate.raddr, candidate.rport) {
            (Some(address), Some(port)) => format!("{address} port {port}"),
            (Some(address), None) => address.clone(),
            (None, _) => String::new(),
        };
        let rtcp = if candidate.component == 2 { " (RTCP)" } else { "" };
        table.row(vec![
            format!("{}{rtcp}", candidate.kind).into(),
            format!("{}{tcp}", candidate.protocol.to_ascii_lowercase()).into(),
            short(&candidate.address, 60).into(),
            candidate.port.map_or(String::new(), |port| port.to_string()).into(),
            candidate.priority.to_string().into(),
            related.into(),
        ]);
    }
    if !media.candidates.is_empty() {
        write_table(&table, style, out)?;
    }
    if let Some(more) = more(media.candidates.len(), LISTED) {
        writeln!(out, "  {more}")?;
    }
    Ok(())
}
