//! One media section: a line about it, its codecs as a table, then what else it says.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use crate::render::table::{Cell, Column, Table};
use crate::render::text::{Paint, Style};
use crate::render::units;
use crate::report::sdp::{Codec, Effective, Media, Ssrc};

/// So many entries of a list are written out.
const SHOWN: usize = 12;

/// The section, indented below its first line.
pub fn write(media: &Media, effective: &Effective, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("#{} {}", media.index, media.kind);
    let paint = if media.rejected { Paint::Dim } else { Paint::Bold };
    let rest = style.wrap(&format!("{title}, "), &about(media, effective).join(", "));
    writeln!(out, "{}", rest.replacen(&title, &style.paint(paint, &title), 1))?;
    if media.rejected {
        return Ok(());
    }
    if !media.codecs.is_empty() {
        for line in codecs(media).lines(style) {
            writeln!(out, "  {line}")?;
        }
    }
    let mut row = |name: &str, entries: Vec<String>, separator: &str| {
        if entries.is_empty() {
            return Ok(());
        }
        let mut text = entries.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(separator);
        if entries.len() > SHOWN {
            text.push_str(&format!("{separator}and {} more", entries.len() - SHOWN));
        }
        writeln!(out, "{}", style.wrap(&format!("  {name:<11} "), &text))
    };
    let extensions = media.extmap.iter().map(|one| format!("{} {}", one.id, short(&one.uri)));
    row("extensions", extensions.collect(), ", ")?;
    row("streams", streams(media), ", ")?;
    row("sources", sources(media), ", ")?;
    row("rids", rids(media), ", ")?;
    row("candidates", candidates(media), ", ")
}

fn about(media: &Media, effective: &Effective) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(mid) = &media.mid {
        words.push(format!("mid {mid}"));
    }
    if media.rejected {
        words.push("rejected".to_owned());
    } else {
        words.push(effective.direction.clone());
        match (media.bundle_only, media.port) {
            (true, _) => words.push("bundle-only".to_owned()),
            (false, Some(port)) => words.push(format!("port {port}")),
            (false, None) => words.push("no port".to_owned()),
        }
    }
    words.push(media.proto.clone());
    if media.rejected {
        return words;
    }
    if effective.transport != media.index {
        words.push(format!("transport of #{}", effective.transport));
    }
    for (name, is_there) in [
        ("rtcp-mux", media.rtcp_mux && !media.rtcp_mux_only),
        ("rtcp-mux-only", media.rtcp_mux_only),
        ("rtcp-rsize", media.rtcp_rsize),
        ("end-of-candidates", media.end_of_candidates),
        ("SDES", !media.crypto.is_empty()),
    ] {
        if is_there {
            words.push(name.to_owned());
        }
    }
    if let Some(port) = media.sctp_port.or(media.sctpmap.as_ref().map(|map| map.port)) {
        words.push(format!("SCTP port {port}"));
    }
    if let Some(size) = media.max_message_size {
        words.push(match size {
            0 => "messages of any size".to_owned(),
            size => format!(
                "messages up to {}",
                units::count(size.try_into().unwrap_or(usize::MAX), "octet")
            ),
        });
    }
    for limit in &media.common.bandwidth {
        words.push(format!("b={}:{}", limit.kind, limit.limit));
    }
    words
}

const COLUMNS: [Column; 5] = [
    Column::right("  pt"),
    Column::left("codec"),
    Column::left("repair"),
    Column::left("parameters"),
    Column::left("feedback"),
];

/// The codecs in order of preference; what retransmits another stands beside it.
fn codecs(media: &Media) -> Table {
    let types: HashSet<u16> = media.codecs.iter().filter_map(|codec| codec.pt).collect();
    let mut repairs: HashMap<u16, Vec<String>> = HashMap::new();
    for codec in &media.codecs {
        if let (Some(apt), Some(pt)) = (apt(codec), codec.pt) {
            repairs.entry(apt).or_default().push(format!("{} {pt}", name(codec)));
        }
    }
    let mut table = Table::new(&COLUMNS);
    for codec in &media.codecs {
        if apt(codec).is_some_and(|apt| types.contains(&apt)) {
            continue;
        }
        let rate = codec.clockrate.map(|rate| format!("/{rate}")).unwrap_or_default();
        let channels = codec
            .channels
            .filter(|channels| *channels > 1)
            .map(|n| format!("/{n}"))
            .unwrap_or_default();
        let parameters: Vec<&str> = codec.fmtp.iter().map(|fmtp| fmtp.raw.as_str()).collect();
        let repair = codec
            .pt
            .and_then(|pt| repairs.get(&pt))
            .map(|list| list.join(" "))
            .unwrap_or_default();
        table.row(vec![
            codec.pt.map_or("?".to_owned(), |pt| pt.to_string()).into(),
            Cell::painted(format!("{}{rate}{channels}", name(codec)), Paint::Cyan),
            repair.into(),
            // Breakable where a terminal is narrow.
            parameters.join(" ").replace(';', "; ").replace(";  ", "; ").into(),
            codec.rtcp_fb.join(", ").into(),
        ]);
    }
    table
}

fn name(codec: &Codec) -> String {
    codec.name.clone().unwrap_or_else(|| "?".to_owned())
}

/// The payload type that this one retransmits.
fn apt(codec: &Codec) -> Option<u16> {
    codec
        .fmtp
        .iter()
        .find_map(|fmtp| fmtp.params.get("apt")?.as_str()?.parse().ok())
}

/// What tells one extension from the others: `urn:ietf:params:rtp-hdrext:sdes:mid` is `sdes:mid`.
fn short(uri: &str) -> &str {
    match uri.strip_prefix("urn:ietf:params:rtp-hdrext:") {
        Some(name) => name,
        None => uri.rsplit('/').find(|part| !part.is_empty()).unwrap_or(uri),
    }
}

fn streams(media: &Media) -> Vec<String> {
    let stream = |track: &Option<String>, stream: &str| match track {
        Some(track) => format!("{stream} {track}"),
        None => stream.to_owned(),
    };
    media
        .msid
        .iter()
        .map(|msid| stream(&msid.track, &msid.stream))
        .collect()
}

/// `1234 (rtx 5678) cname x`.
fn sources(media: &Media) -> Vec<String> {
    let mut repaired: HashMap<u32, Vec<String>> = HashMap::new();
    let mut repairs: HashSet<u32> = HashSet::new();
    for group in &media.ssrc_groups {
        let what = match group.semantics.as_str() {
            "FID" => "rtx",
            "FEC-FR" | "FEC" => "fec",
            _ => continue,
        };
        if let [first, second] = group.ssrcs[..] {
            repaired.entry(first).or_default().push(format!("{what} {second}"));
            repairs.insert(second);
        }
    }
    let cname = |ssrc: &Ssrc| {
        ssrc.attributes
            .get("cname")
            .and_then(|value| value.as_str())
            .map(str::to_owned)
    };
    media
        .ssrcs
        .iter()
        .filter(|ssrc| !repairs.contains(&ssrc.id))
        .map(|ssrc| {
            let mut text = ssrc.id.to_string();
            if let Some(list) = repaired.get(&ssrc.id) {
                text.push_str(&format!(" ({})", list.join(", ")));
            }
            if let Some(cname) = cname(ssrc) {
                text.push_str(&format!(" cname {cname}"));
            }
            text
        })
        .collect()
}

fn rids(media: &Media) -> Vec<String> {
    let mut rids: Vec<String> = media
        .rids
        .iter()
        .map(|rid| match &rid.params {
            Some(params) => format!("{} {} ({params})", rid.direction, rid.id),
            None => format!("{} {}", rid.direction, rid.id),
        })
        .collect();
    if let Some(simulcast) = &media.simulcast {
        let ways = [("send", &simulcast.send), ("recv", &simulcast.recv)];
        rids.extend(
            ways.into_iter()
                .filter_map(|(way, list)| Some(format!("simulcast {way} {}", list.as_ref()?))),
        );
    }
    rids
}

fn candidates(media: &Media) -> Vec<String> {
    let candidate = |one: &crate::report::sdp::Candidate| {
        let port = one.port.map(|port| port.to_string()).unwrap_or_default();
        let address = match one.address.contains(':') {
            true => format!("[{}]:{port}", one.address),
            false => format!("{}:{port}", one.address),
        };
        let component = if one.component == 1 {
            String::new()
        } else {
            format!(" component {}", one.component)
        };
        let tcp = one
            .tcptype
            .as_deref()
            .map(|kind| format!(" {kind}"))
            .unwrap_or_default();
        format!("{} {}{tcp} {address}{component}", one.kind, one.protocol.to_lowercase())
    };
    media.candidates.iter().map(candidate).collect()
}
