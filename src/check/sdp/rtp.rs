//! RTP beside the payload types: header extensions, sources, MediaStreams, Plan B.

use foldhash::{HashMap, HashSet};

use super::Subject;
use super::out::Out;
use super::part::{Part, short};
use crate::check::catalog::sdp_lint as catalog;
use crate::proto::sdp::{ExtMap, Line};
use crate::report::Severity;

pub(super) fn check(subject: &Subject<'_>, part: &Part<'_>, out: &mut Out) {
    let mixed = subject.mixed || part.flag("extmap-allow-mixed").is_some();
    check_extensions(part, mixed, out);
    check_groups(part, out);
    check_msids(part, out);
    check_sources(part, out);
    if let Some(line) = part.flag("x-google-flag") {
        out.add(
            catalog::LEGACY_ATTRIBUTE,
            part,
            &[line],
            "`a=x-google-flag` is a switch of Plan B",
        );
    }
}

/// RFC 8285 §7: 4096 to 4351 stand for "an id that the answer chooses".
pub(super) const UNASSIGNED: std::ops::RangeInclusive<u32> = 4096..=4351;

/// Ids and URIs of header extensions.
pub(super) fn check_extensions(part: &Part<'_>, mixed: bool, out: &mut Out) {
    let mut ids: HashMap<u32, (Line<'_>, &str)> = HashMap::default();
    let mut uris: HashMap<(&str, bool), Line<'_>> = HashMap::default();
    for (line, map) in &part.extmaps {
        check_id(part, *line, map, mixed, out);
        let uri = map.encrypts.unwrap_or(map.uri);
        let encrypted = map.encrypts.is_some();
        if let Some((before, _)) = ids.insert(map.id, (*line, uri)) {
            let seen = format!("Two header extensions have the id {}", map.id);
            out.add(catalog::EXTMAP_ID_REUSED, part, &[before, *line], seen)
                .word(map.id);
        } else if let Some(before) = uris.insert((uri, encrypted), *line) {
            let seen = format!("{} has two ids", short(uri));
            out.add(catalog::EXTMAP_URI_TWICE, part, &[before, *line], seen)
                .mark(uri);
        }
    }
}

fn check_id(part: &Part<'_>, line: Line<'_>, map: &ExtMap<'_>, mixed: bool, out: &mut Out) {
    let id = map.id;
    match id {
        1..=14 => {}
        15 => {
            let seen = "A header extension has the id 15, which means \"stop reading\" in one-byte headers";
            out.add(catalog::EXTMAP_ID_RESERVED, part, &[line], seen).word(id);
        }
        16..=255 if !mixed => {
            let seen = format!("The extension id {id} needs two-byte headers, and there is no `a=extmap-allow-mixed`");
            out.add(catalog::EXTMAP_ID_TWO_BYTE, part, &[line], seen).word(id);
        }
        16..=255 => {
            let seen = format!("A header extension has the id {id}, which needs two-byte headers");
            out.add(catalog::EXTMAP_ID_OVER_14, part, &[line], seen).word(id);
        }
        id if UNASSIGNED.contains(&id) => {}
        id => {
            let seen = format!("A header extension has the id {id}; ids are 1 to 14, with two-byte headers to 255");
            out.add(catalog::EXTMAP_ID_INVALID, part, &[line], seen).word(id);
        }
    }
}

/// `a=ssrc-group` and the sources that it relates.
fn check_groups(part: &Part<'_>, out: &mut Out) {
    if part.ssrc_groups.is_empty() {
        return;
    }
    let declared: HashSet<u32> = part.ssrcs.iter().map(|(_, ssrc)| ssrc.id).collect();
    let cnames: HashMap<u32, &str> = part
        .ssrcs
        .iter()
        .filter(|(_, ssrc)| ssrc.attribute == "cname")
        .filter_map(|(_, ssrc)| Some((ssrc.id, ssrc.value?)))
        .collect();
    let mut paired: HashMap<u32, Line<'_>> = HashMap::default();
    for (line, group) in &part.ssrc_groups {
        let ids: Vec<u32> = group.ssrcs().collect();
        if let Some(id) = ids.iter().find(|id| !declared.contains(id)) {
            let seen = format!(
                "The {} group names the SSRC {id}, which no `a=ssrc` line declares",
                short(group.semantics)
            );
            out.add(catalog::SSRC_GROUP_UNDECLARED, part, &[*line], seen).word(id);
        }
        match group.semantics {
            "SIM" => {
                let seen = "`ssrc-group:SIM` is simulcast as in Plan B";
                out.add(catalog::PLAN_B_SIMULCAST, part, &[*line], seen);
            }
            "FID" => {
                let [stream, repair] = ids[..] else {
                    let count = match ids.len() {
                        1 => "one SSRC".to_owned(),
                        count => format!("{count} SSRCs"),
                    };
                    let seen = format!("The FID group has {count}, not a stream and its retransmission");
                    out.add_case(
                        catalog::FID_BROKEN,
                        Severity::Error,
                        "count",
                        &part.name(),
                        &[*line],
                        seen,
                    );
                    continue;
                };
                let before = [stream, repair].iter().find_map(|id| paired.get(id)).copied();
                let cname = |id| cnames.get(&id);
                if stream == repair {
                    let seen = "The FID group pairs an SSRC with itself";
                    out.add(catalog::FID_BROKEN, part, &[*line], seen).word(stream);
                } else if let Some(before) = before {
                    let seen = "An SSRC stands in two FID groups";
                    out.add(catalog::FID_BROKEN, part, &[before, *line], seen);
                } else if cname(stream)
                    .zip(cname(repair))
                    .is_some_and(|(one, other)| one != other)
                {
                    let seen = "The stream and its retransmission have different cnames";
                    out.add(catalog::FID_BROKEN, part, &[*line], seen);
                }
                paired.extend([(stream, *line), (repair, *line)]);
            }
            _ => {}
        }
    }
}

/// `a=msid` of the section, and `msid` of its sources.
fn check_msids(part: &Part<'_>, out: &mut Out) {
    let mut tracks = part.msids.iter().filter_map(|(line, msid)| Some((*line, msid.track?)));
    if let Some((line, track)) = tracks.next()
        && let Some((other_line, _)) = tracks.find(|(_, other)| *other != track)
    {
        let seen = "Two `a=msid` lines of one section name different tracks";
        out.add(catalog::MSID_CONTRADICTION, part, &[line, other_line], seen)
            .mark(track);
    }
    let mut of_sources: Vec<(Line<'_>, &str)> = Vec::new();
    let mut known: HashSet<&str> = HashSet::default();
    for (line, ssrc) in part.ssrcs.iter().filter(|(_, ssrc)| ssrc.attribute == "msid") {
        let mut words = ssrc.value.unwrap_or("").split_ascii_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some(_), Some(track), None) => {
                if known.insert(track) {
                    of_sources.push((*line, track));
                }
            }
            _ => {
                let seen = "The `msid` of a source is not a stream and a track";
                out.add(catalog::MSID_MALFORMED, part, &[*line], seen);
            }
        }
    }
    match of_sources[..] {
        [(first, _), (second, _), ..] => {
            let seen = format!("The sources of one section belong to {} tracks", of_sources.len());
            out.add(catalog::PLAN_B, part, &[first, second], seen)
                .mark(of_sources[0].1)
                .mark(of_sources[1].1);
        }
        [(line, track)] => {
            let own = part.msids.iter().find_map(|(line, msid)| Some((*line, msid.track?)));
            if let Some((own_line, own)) = own.filter(|(_, own)| *own != track) {
                let seen = format!("`a=msid` names the track {}, the source {}", short(own), short(track));
                out.add(catalog::MSID_CONTRADICTION, part, &[own_line, line], seen)
                    .mark(own)
                    .mark(track);
            }
        }
        [] => {}
    }
}

fn check_sources(part: &Part<'_>, out: &mut Out) {
    let mut named: HashSet<u32> = HashSet::default();
    let mut legacy = None;
    let mut all: Vec<(Line<'_>, u32)> = Vec::new();
    for (line, ssrc) in &part.ssrcs {
        match ssrc.attribute {
            "cname" => {
                named.insert(ssrc.id);
            }
            "mslabel" | "label" => legacy = legacy.or(Some(*line)),
            _ => {}
        }
        if all.last().is_none_or(|(_, last)| *last != ssrc.id) {
            all.push((*line, ssrc.id));
        }
    }
    if let Some(line) = legacy {
        let seen = "`mslabel` and `label` of sources are from before `msid`";
        out.add(catalog::LEGACY_ATTRIBUTE, part, &[line], seen);
    }
    let mut told = HashSet::default();
    for (line, id) in all {
        if !named.contains(&id) && told.insert(id) {
            let seen = format!("The SSRC {id} has no cname");
            out.add(catalog::SSRC_WITHOUT_CNAME, part, &[line], seen).word(id);
        }
    }
}
