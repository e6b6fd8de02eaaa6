//! What changed from one description of a session to the next, and whether it may (RFC 3264 §8, RFC 9429 §5.2.2).
//!
//! Lines are compared by what they mean: order counts only where it has a meaning, payload types are compared by number
//! and header extensions by URI. M-lines are compared by their index, since that is what makes them the same.

mod items;
mod rules;

use std::collections::HashMap;

use crate::proto::sdp::{Description, IcePwd, IceUfrag, Section};
use crate::report::sdp_diff::{Allowed, Change, Diff, Fate, How, MediaDiff};

use items::Item;
use rules::Rule;

/// What changed from `before` to `after`.
pub fn diff(before: &Description<'_>, after: &Description<'_>) -> Diff {
    let (origin_before, origin_after) = (before.origin(), after.origin());
    let mut diff = Diff {
        same_session: origin_before
            .zip(origin_after)
            .map(|(one, other)| one.same_session(&other)),
        version_before: origin_before.and_then(|origin| origin.version()),
        version_after: origin_after.and_then(|origin| origin.version()),
        ..Diff::default()
    };
    let (session_before, session_after) = (before.session(), after.session());
    diff.session = compare(&items::of(&session_before), &items::of(&session_after));
    diff.session.extend(ice(&session_before, &session_after));
    let count = before.media_count().max(after.media_count());
    diff.media = (0..count)
        .map(|index| media(index, before.media_section(index), after.media_section(index)))
        .collect();
    let all = || {
        diff.session
            .iter()
            .chain(diff.media.iter().flat_map(|media| &media.changes))
    };
    diff.ice_restart = all().any(|change| change.what == rules::ICE_RESTART.what);
    diff.dtls_restart = all().any(|change| {
        [rules::FINGERPRINT.what, rules::TLS_ID.what].contains(&change.what.as_str()) && change.how != How::Moved
    });
    diff.changed = all().next().is_some();
    if let Some(change) = version(&diff) {
        diff.session.insert(0, change);
    }
    if diff.same_session == Some(false) {
        let text = |description: &Description<'_>| {
            let line = description.session().of_type('o').next();
            (line.map(|line| line.value().to_owned()), line.map(|line| line.number))
        };
        diff.session
            .insert(0, change(rules::ORIGIN, "", How::Changed, text(before), text(after)));
    }
    diff
}

/// The version has to go up when something changes (RFC 3264 §8), by one (RFC 9429 §5.2.2).
fn version(diff: &Diff) -> Option<Change> {
    let (before, after) = diff.version_before.zip(diff.version_after)?;
    let rule = match (diff.changed, after.checked_sub(before)) {
        (false, Some(0..=1)) | (true, Some(1)) => return None,
        (true, Some(0)) => rules::VERSION_KEPT,
        (_, None) => rules::VERSION_LOWERED,
        (_, Some(_)) => rules::VERSION_SKIPPED,
    };
    let text = |version: u64| (Some(version.to_string()), None);
    Some(change(rule, "", How::Changed, text(before), text(after)))
}

fn media(index: usize, before: Option<Section<'_>>, after: Option<Section<'_>>) -> MediaDiff {
    let line = |section: &Option<Section<'_>>| Some(section.as_ref()?.media_line()?.number);
    let shown = [&after, &before].into_iter().flatten();
    let mut media = MediaDiff {
        index,
        mid: shown.clone().find_map(|section| section.mid()).map(str::to_owned),
        kind: shown
            .filter_map(|section| section.media())
            .next()
            .map_or("", |media| media.kind)
            .to_owned(),
        fate: Fate::Same,
        before_line: line(&before),
        after_line: line(&after),
        changes: Vec::new(),
    };
    media.fate = match (&before, &after) {
        (None, _) => Fate::Added,
        (_, None) => Fate::Removed,
        (Some(one), Some(other)) => fate(one, other),
    };
    if let (Fate::Same | Fate::Resumed, Some(one), Some(other)) = (media.fate, &before, &after) {
        media.changes = compare(&items::of(one), &items::of(other));
        media.changes.extend(ice(one, other));
        if media.fate == Fate::Same && !media.changes.is_empty() {
            media.fate = Fate::Changed;
        }
    }
    if let Some((rule, how)) = rules::of_fate(media.fate) {
        let text = |section: &Option<Section<'_>>| {
            let fields = section.as_ref().and_then(|section| section.media());
            let mid = section.as_ref().and_then(|section| section.mid());
            let mid = mid.map_or(String::new(), |mid| format!(" (mid {mid})"));
            (
                fields.map(|fields| format!("{} {}{mid}", fields.kind, fields.port_text)),
                line(section),
            )
        };
        media
            .changes
            .insert(0, change(rule, "", how, text(&before), text(&after)));
    }
    media
}

/// What became of an m-line that is in both.
fn fate(before: &Section<'_>, after: &Section<'_>) -> Fate {
    let other_mid = before.mid().zip(after.mid()).is_some_and(|(one, other)| one != other);
    let another = other_mid || before.media().map(|media| media.kind) != after.media().map(|media| media.kind);
    match (before.is_rejected(), after.is_rejected(), another) {
        (true, false, true) => Fate::Recycled,
        (true, false, false) => Fate::Resumed,
        (false, true, _) => Fate::Stopped,
        (false, false, true) => Fate::Replaced,
        // What a stopped m-line says has no meaning.
        (true, true, _) | (false, false, false) => Fate::Same,
    }
}

/// ICE credentials: both change in a restart, or neither (RFC 8839 §4.4.1.1.1).
fn ice(before: &Section<'_>, after: &Section<'_>) -> Option<Change> {
    let ufrag = |section: &Section<'_>| {
        section
            .first::<IceUfrag<'_>>()
            .map(|(line, ufrag)| (ufrag.0.to_owned(), line.number))
    };
    let pwd = |section: &Section<'_>| section.first::<IcePwd<'_>>().map(|(_, pwd)| pwd.0.to_owned());
    let (one, other) = (ufrag(before)?, ufrag(after)?);
    let other_pwd = pwd(before)? != pwd(after)?;
    let rule = match (one.0 != other.0, other_pwd) {
        (false, false) => return None,
        (true, true) => rules::ICE_RESTART,
        _ => rules::ICE_HALF_RESTART,
    };
    let text = |(text, line): (String, usize)| (Some(format!("ufrag {text}")), Some(line));
    Some(change(rule, "", How::Changed, text(one), text(other)))
}

fn change(
    rule: &'static Rule,
    detail: &str,
    how: How,
    before: (Option<String>, Option<usize>),
    after: (Option<String>, Option<usize>),
) -> Change {
    let (allowed, note) = rule.verdict(how);
    Change {
        what: match detail {
            "" => rule.what.to_owned(),
            detail => format!("{} {detail}", rule.what),
        },
        how,
        before: before.0,
        after: after.0,
        before_line: before.1,
        after_line: after.1,
        allowed,
        note: note.to_owned(),
        reference: rule.reference.to_owned(),
    }
}

/// The items of both by their keys: changed, removed, added, moved.
fn compare(before: &[Item], after: &[Item]) -> Vec<Change> {
    let index = |items: &[Item]| -> HashMap<String, usize> {
        let mut index = HashMap::new();
        for (at, item) in items.iter().enumerate() {
            index.entry(item.id()).or_insert(at);
        }
        index
    };
    let (in_before, in_after) = (index(before), index(after));
    let mut changes = Vec::new();
    for item in before {
        match in_after.get(&item.id()).map(|at| &after[*at]) {
            None => changes.push(change(item.rule, &item.key, How::Removed, item.shown(), (None, None))),
            Some(other) if other.value != item.value => {
                changes.push(change(item.rule, &item.key, How::Changed, item.shown(), other.shown()));
            }
            Some(_) => {}
        }
    }
    for item in after.iter().filter(|item| !in_before.contains_key(&item.id())) {
        changes.push(change(item.rule, &item.key, How::Added, (None, None), item.shown()));
    }
    changes.extend(moved(before, after, &in_before, &in_after));
    changes
}

/// The order of the payload types is a preference; those that both have may stand in another one.
fn moved(
    before: &[Item],
    after: &[Item],
    in_before: &HashMap<String, usize>,
    in_after: &HashMap<String, usize>,
) -> Option<Change> {
    let ordered = |items: &[Item], others: &HashMap<String, usize>| -> Vec<String> {
        // The place of retransmissions has no meaning.
        let both = items
            .iter()
            .filter(|item| item.rule.ordered && !item.value.starts_with("rtx/") && others.contains_key(&item.id()));
        both.map(|item| item.key.clone()).collect()
    };
    let (one, other) = (ordered(before, in_after), ordered(after, in_before));
    (one != other).then(|| {
        let text = |list: Vec<String>| (Some(list.join(" ")), None);
        change(rules::CODEC_ORDER, "", How::Moved, text(one), text(other))
    })
}

/// Whether a description of the same session may have all of these changes.
pub fn is_allowed(diff: &Diff) -> bool {
    let all = diff
        .session
        .iter()
        .chain(diff.media.iter().flat_map(|media| &media.changes));
    all.into_iter().all(|change| change.allowed != Allowed::No)
}

#[cfg(test)]
mod tests;
