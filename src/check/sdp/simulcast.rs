//! Simulcast: `a=rid` and `a=simulcast` (RFC 8851, RFC 8853).

use foldhash::{HashMap, HashSet};

use super::out::Out;
use super::part::{Part, short};
use crate::check::catalog::sdp_lint as catalog;
use crate::proto::sdp::{Line, Rid, SimulcastStreams};

pub(super) fn check(part: &Part<'_>, out: &mut Out) {
    if part.rids.is_empty() && part.simulcasts.is_empty() {
        return;
    }
    let mut rids: HashMap<&str, (Line<'_>, Rid<'_>)> = HashMap::default();
    let listed: HashSet<&str> = part.media.iter().flat_map(|media| media.formats()).collect();
    for (line, rid) in &part.rids {
        if let Some((before, _)) = rids.insert(rid.id, (*line, *rid)) {
            let seen = format!("The rid `{}` is defined twice", short(rid.id));
            out.add(catalog::RID_DUPLICATE, part, &[before, *line], seen)
                .word(rid.id);
        }
        if let Some(absent) = rid.payload_types().find(|one| !listed.contains(one.trim())) {
            let seen = format!(
                "The rid `{}` is limited to payload type {}, which is not in the `m=` line",
                short(rid.id),
                short(absent)
            );
            out.add(catalog::RID_PAYLOAD_ABSENT, part, &[*line], seen).mark(absent);
        }
    }
    if let [(first, _), .., (last, _)] = part.simulcasts[..] {
        let seen = "The section has more than one `a=simulcast` line";
        let entry = catalog::SIMULCAST_MALFORMED;
        out.add_case(entry, entry.severity, "lines", &part.name(), &[first, last], seen);
    }
    let Some((line, simulcast)) = part.simulcasts.first() else {
        return;
    };
    if simulcast.draft.is_some() {
        let seen = "`a=simulcast` has the form of drafts before 2016";
        out.add(catalog::SIMULCAST_DRAFT, part, &[*line], seen);
        // Firefox wrote `rid=`, and defined the rids; others wrote payload types.
        if simulcast.draft.is_some_and(|text| !text.contains("rid=")) {
            return;
        }
    }
    let mut all = HashSet::default();
    for (direction, streams) in [("send", simulcast.send), ("recv", simulcast.recv)] {
        if let Some(streams) = streams {
            check_streams(part, *line, direction, streams, &rids, &mut all, out);
        }
    }
    if let Some(direction) = part.direction() {
        let useless = (simulcast.send.is_some() && simulcast.recv.is_none() && !direction.sends())
            || (simulcast.recv.is_some() && simulcast.send.is_none() && !direction.receives());
        // A section that is put on hold keeps its simulcast.
        if useless && (direction.sends() || direction.receives()) {
            let seen = format!(
                "The section is {} and has simulcast the other way only",
                direction.name()
            );
            out.add(catalog::SIMULCAST_DIRECTION, part, &[*line], seen)
                .word(if simulcast.send.is_some() { "send" } else { "recv" });
        }
    }
}

fn check_streams<'d>(
    part: &Part<'_>,
    line: Line<'_>,
    direction: &str,
    streams: SimulcastStreams<'d>,
    rids: &HashMap<&str, (Line<'_>, Rid<'_>)>,
    all: &mut HashSet<&'d str>,
    out: &mut Out,
) {
    for one in streams.rids() {
        if one.rid.is_empty() {
            let seen = "The list of streams has an empty place";
            let entry = catalog::SIMULCAST_MALFORMED;
            out.add_case(entry, entry.severity, "empty", &part.name(), &[line], seen);
            continue;
        }
        if !all.insert(one.rid) {
            let seen = format!("The rid `{}` stands in `a=simulcast` twice", short(one.rid));
            out.add(catalog::SIMULCAST_MALFORMED, part, &[line], seen).mark(one.rid);
        }
        match rids.get(one.rid) {
            None => {
                let seen = format!(
                    "`a=simulcast` names the rid `{}`, which no `a=rid` line defines",
                    short(one.rid)
                );
                out.add(catalog::SIMULCAST_UNDEFINED_RID, part, &[line], seen)
                    .mark(one.rid);
            }
            Some((rid_line, rid)) if rid.direction != direction => {
                let seen = format!(
                    "The rid `{}` is for `{}` and stands under `{direction}`",
                    short(one.rid),
                    short(rid.direction)
                );
                out.add(catalog::RID_DIRECTION, part, &[*rid_line, line], seen)
                    .mark(rid.direction)
                    .mark(one.rid);
            }
            Some(_) => {}
        }
    }
}
