//! A description against the one that the same side made before (RFC 3264 §8, RFC 9429 §5.2.2).

use std::collections::HashMap;

use super::bundle::{Meaning, meanings};
use super::out::Out;
use super::part::{Part, short};
use super::{FIRST as OLD, LintContext, Profile, SECOND as NEW, Subject};
use crate::check::catalog::sdp_lint as catalog;
use crate::proto::sdp::{Description, ExtMap, Line, Setup};
use crate::report::{Finding, Severity};

/// Every finding about a new description of one side that only its last one shows. Evidence is of
/// description 1, the old one, or 2, the new one.
pub fn lint_reoffer(old: &Description<'_>, new: &Description<'_>, context: &LintContext) -> Vec<Finding> {
    let profile = context.profile.unwrap_or_else(|| Profile::of(old));
    let context = LintContext {
        profile: Some(profile),
        ..*context
    };
    let (before, after) = (Subject::new(old, &context), Subject::new(new, &context));
    let mut out = Out::about(profile, NEW);
    if let Some((line, other)) = is_answer_to(&before, &after) {
        let seen = "These look like an offer and its answer, not like two descriptions of one side: for what they agreed on, use `rtcdiag sdp OFFER ANSWER`";
        out.add(catalog::DIFF_OF_PAIR, &after.session, &[other], seen);
        out.also(OLD, &[line]);
        return out.finish();
    }
    check_origin(old, new, &after, &mut out);
    if new.media_count() < old.media_count() {
        let last = new.media().next_back().and_then(|section| section.media_line());
        let lines: Vec<Line<'_>> = last.into_iter().collect();
        let seen = format!(
            "There were {} media sections, and there are {}",
            old.media_count(),
            new.media_count()
        );
        let entry = catalog::REOFFER_M_LINE_REMOVED;
        out.add_as(entry, entry.severity, "media sections", &lines, seen);
    }
    check_transport(&before.session, &after.session, &mut out);
    for (index, (was, is)) in old.media().zip(new.media()).enumerate() {
        let (was, is) = (Part::of(&was), Part::of(&is));
        if !check_place(index, &was, &is, &mut out) || was.is_rejected() || is.is_rejected() {
            continue;
        }
        check_transport(&was, &is, &mut out);
        check_payloads(&was, &is, &mut out);
        check_bundle(&before, &after, index, &is, &mut out);
    }
    out.finish()
}

/// The lines that tell, if the second is the answer to the first: the roles are those of offer and answer, the session is
/// another one, and section by section the kinds are the same.
fn is_answer_to<'d>(before: &Subject<'d>, after: &Subject<'d>) -> Option<(Line<'d>, Line<'d>)> {
    let (old, new) = (
        before.session.section.description(),
        after.session.section.description(),
    );
    let role = |description: &'d Description<'d>| -> Option<(Line<'d>, Setup)> {
        description.sections().find_map(|section| section.first::<Setup>())
    };
    let ((line, offered), (other, answered)) = role(old).zip(role(new))?;
    let roles = offered == Setup::ActPass && matches!(answered, Setup::Active | Setup::Passive);
    let another = old
        .origin()
        .zip(new.origin())
        .is_some_and(|(one, other)| !one.same_session(&other));
    let kinds = |description: &'d Description<'d>| {
        description
            .media()
            .map(|section| (section.media().map_or("", |media| media.kind), section.mid()))
    };
    (roles && another && kinds(old).eq(kinds(new))).then_some((line, other))
}

fn check_origin(old: &Description<'_>, new: &Description<'_>, after: &Subject<'_>, out: &mut Out) {
    let (Some(was), Some(is)) = (old.origin(), new.origin()) else {
        return;
    };
    let lines: Vec<Line<'_>> = after.session.section.of_type('o').take(1).collect();
    if !was.same_session(&is) {
        let seen = "The `o=` line has another name, session id or address than before";
        out.add(catalog::REOFFER_ORIGIN, &after.session, &lines, seen);
        return;
    }
    let (Some(before), Some(now)) = (was.version(), is.version()) else {
        return;
    };
    if now < before || (now == before && old.text() != new.text()) {
        let seen = match now == before {
            true => format!("The description has changed, and its version is {now} as before"),
            false => format!("The version went back from {before} to {now}"),
        };
        out.add(catalog::REOFFER_VERSION, &after.session, &lines, seen);
    }
}

/// A section keeps its place; the place of a rejected one may be used again. Whether it is the same section.
fn check_place(index: usize, was: &Part<'_>, is: &Part<'_>, out: &mut Out) -> bool {
    let reused = was.is_rejected();
    let same_mid = was.mid().is_none() || is.mid().is_none() || was.mid() == is.mid();
    let (Some(before), Some(now)) = (was.media, is.media) else {
        return false;
    };
    if reused && !same_mid {
        return false;
    }
    if !same_mid {
        let seen = format!(
            "Section {index} had the mid `{}` and has `{}`",
            short(was.mid().unwrap_or("")),
            short(is.mid().unwrap_or(""))
        );
        out.add(catalog::REOFFER_M_LINE_ORDER, is, &[is.head], seen);
        return false;
    }
    if before.kind != now.kind && !reused {
        let seen = format!("Section {index} was {} and is {}", short(before.kind), short(now.kind));
        out.add(catalog::REOFFER_M_LINE_ORDER, is, &[is.head], seen);
        return false;
    }
    let sctp = |protocol: &str| protocol.contains("SCTP");
    if before.protocol != now.protocol && !was.is_rejected() && !is.is_rejected() {
        let seen = format!(
            "The protocol was `{}` and is `{}`",
            short(before.protocol),
            short(now.protocol)
        );
        // Firefox knows all that WebRTC needs, and was asked about another one.
        let tcp = now.protocol == "TCP/TLS/RTP/SAVPF";
        let entry = catalog::PROTOCOL_CHANGED;
        let case = if tcp { "" } else { "known" };
        out.add_case(entry, entry.severity, case, &is.name(), &[is.head], seen);
        return sctp(before.protocol) == sctp(now.protocol);
    }
    true
}

/// An ICE restart changes ufrag and password; a new certificate needs one.
fn check_transport(was: &Part<'_>, is: &Part<'_>, out: &mut Out) {
    let (Some((_, old_ufrag)), Some((ufrag_line, ufrag))) = (was.ufrags.first(), is.ufrags.first()) else {
        return;
    };
    let (Some((_, old_pwd)), Some((pwd_line, pwd))) = (was.pwds.first(), is.pwds.first()) else {
        return;
    };
    let restart = old_ufrag != ufrag;
    if restart != (old_pwd != pwd) {
        let seen = match restart {
            true => "The ufrag is new and the password is the old one",
            false => "The password is new and the ufrag is the old one",
        };
        out.add(catalog::ICE_RESTART_HALF, is, &[*ufrag_line, *pwd_line], seen);
    }
    if let (Some((_, old)), Some((line, new))) = (was.fingerprints.first(), is.fingerprints.first())
        && !restart
        && !was.fingerprints.iter().any(|(_, one)| one.same(new))
        && !is.fingerprints.iter().any(|(_, one)| one.same(old))
    {
        let seen = "The fingerprint is new and the ICE credentials are the old ones";
        out.add(catalog::REOFFER_FINGERPRINT, is, &[*line], seen);
    }
}

fn check_payloads(was: &Part<'_>, is: &Part<'_>, out: &mut Out) {
    let before: HashMap<u16, (Line<'_>, Meaning<'_>)> = meanings(was)
        .map(|(payload_type, line, meaning)| (payload_type, (line, meaning)))
        .collect();
    for (payload_type, line, meaning) in meanings(is) {
        if let Some((old, other)) = before
            .get(&payload_type)
            .filter(|(_, other)| !other.same_codec(&meaning))
        {
            let (other, own) = (other.name(), meaning.name());
            let seen = format!("Payload type {payload_type} was {other} and is {own}");
            out.add(catalog::REOFFER_PAYLOAD, is, &[line], seen);
            out.also(OLD, &[*old]);
        }
    }
    check_extensions(was, is, out);
}

/// An id keeps its extension, and an extension its id (RFC 8285 §7).
fn check_extensions(was: &Part<'_>, is: &Part<'_>, out: &mut Out) {
    let ids: HashMap<u32, (Line<'_>, &str)> = was
        .extmaps
        .iter()
        .map(|(line, map)| (map.id, (*line, map.uri)))
        .collect();
    let mut uris: HashMap<&str, Vec<(Line<'_>, ExtMap<'_>)>> = HashMap::new();
    for (line, map) in &was.extmaps {
        uris.entry(map.uri).or_default().push((*line, *map));
    }
    for (line, map) in &is.extmaps {
        let moved = || {
            let before = uris.get(map.uri)?.iter().take(16);
            let mut before = before.filter(|(_, old)| old.encrypts == map.encrypts);
            let kept = |old: &ExtMap<'_>| old.id == map.id || super::rtp::UNASSIGNED.contains(&old.id);
            let first = before.clone().next();
            first.filter(|_| !before.any(|(_, old)| kept(old)))
        };
        let (old, case, seen) = if let Some((old, uri)) = ids.get(&map.id).filter(|(_, uri)| *uri != map.uri) {
            let (was, is) = (short(uri), short(map.uri));
            (
                old,
                "changed",
                format!("The extension id {} was {was} and is {is}", map.id),
            )
        } else if let Some((old, before)) = moved() {
            let uri = short(map.uri);
            (
                old,
                "moved",
                format!("The header extension {uri} had the id {} and has {}", before.id, map.id),
            )
        } else {
            continue;
        };
        // Browsers take the second, as long as nothing else had the new id.
        let severity = if case == "moved" {
            Severity::Warning
        } else {
            Severity::Error
        };
        out.add_case(catalog::REOFFER_EXTMAP, severity, case, &is.name(), &[*line], seen);
        out.also(OLD, &[*old]);
    }
}

fn check_bundle(before: &Subject<'_>, after: &Subject<'_>, index: usize, is: &Part<'_>, out: &mut Out) {
    let Some(group) = before.bundles.group_of(index) else {
        return;
    };
    if after.bundles.group_of(index).is_none() && group.members.len() > 1 {
        let seen = "The section was in the BUNDLE and is not any more";
        out.add(catalog::REOFFER_LEFT_BUNDLE, is, &[is.head], seen);
    }
}
