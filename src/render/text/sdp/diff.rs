//! `--diff`: what changed, and whether it may.

use std::io::{self, Write};

use super::{Paint, SHOWN, Style, heading, more, short, write_table};
use crate::render::table::{Cell, Column, Table};
use crate::report::sdp_diff::{Allowed, Change, Diff, Fate, How};

/// So much of a value is shown.
const VALUE: usize = 60;
/// So many changes of one m-line are shown.
const CHANGES: usize = 200;

pub(super) fn write(diff: &Diff, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let about = format!("({})", summary(diff).join(", "));
    heading("What changed ", Paint::Bold, &about, style, out)?;
    if !diff.session.is_empty() {
        writeln!(out, "\n{}", style.paint(Paint::Bold, "session part"))?;
        write_changes(&diff.session, style, out)?;
    }
    let shown = diff.media.iter().filter(|media| media.fate != Fate::Same);
    for media in shown.clone().take(SHOWN) {
        let mid = media
            .mid
            .as_ref()
            .map_or(String::new(), |mid| format!(", mid {}", short(mid, 40)));
        let title = format!("m-line {}: {}", media.index, short(&media.kind, 40));
        writeln!(out)?;
        heading(
            &title,
            Paint::Bold,
            &format!("{mid}, {}", media.fate.text()),
            style,
            out,
        )?;
        write_changes(&media.changes, style, out)?;
    }
    if let Some(more) = more(shown.count(), SHOWN) {
        writeln!(out, "\n{more} m-lines")?;
    }
    writeln!(out)
}

fn summary(diff: &Diff) -> Vec<String> {
    let mut parts = vec![match diff.same_session {
        Some(true) => "same session".to_owned(),
        Some(false) => "another session".to_owned(),
        None => "no o= to compare".to_owned(),
    }];
    parts.extend(
        diff.version_before
            .zip(diff.version_after)
            .map(|(before, after)| match before == after {
                true => format!("version {before} in both"),
                false => format!("version {before} -> {after}"),
            }),
    );
    if !diff.changed {
        parts.push("nothing changed".to_owned());
    }
    if diff.ice_restart {
        parts.push("ICE restart".to_owned());
    }
    if diff.dtls_restart {
        parts.push("other DTLS certificate or association".to_owned());
    }
    let same = diff.media.iter().filter(|media| media.fate == Fate::Same).count();
    parts.push(format!("{same} of {} m-lines as they were", diff.media.len()));
    parts
}

/// Below this many columns the reasons stand on lines of their own.
const NARROW: usize = 140;

const COLUMNS: [Column; 5] = [
    Column::left(""),
    Column::left("what"),
    Column::left("value"),
    Column::left("may it?"),
    Column::left("because"),
];

fn write_changes(changes: &[Change], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let narrow = style.width.filter(|width| *width < NARROW);
    let longest = narrow.map_or(VALUE, |width| VALUE.min(width.saturating_sub(8).max(16)));
    let mut table = Table::new(&COLUMNS);
    for change in changes.iter().take(CHANGES) {
        let value = |text: &Option<String>| text.as_deref().map_or(String::new(), |text| short(text, longest));
        let (before, after) = (value(&change.before), value(&change.after));
        let shown = match (before.is_empty(), after.is_empty()) {
            (false, false) => format!("{before} -> {after}"),
            (true, false) => after,
            _ => before,
        };
        let (verdict, paint) = match change.allowed {
            Allowed::Yes => ("yes", Paint::Green),
            Allowed::Conditional => ("depends", Paint::Yellow),
            Allowed::No => ("no", Paint::Red),
        };
        let sign = match change.how {
            How::Added => Paint::Green,
            How::Removed => Paint::Red,
            How::Changed | How::Moved => Paint::Yellow,
        };
        if narrow.is_some() {
            let first = format!("  {} ", change.how.sign());
            let text = style.wrap(&first, &format!("{}: {shown}", short(&change.what, longest)));
            writeln!(out, "{}", text.replacen(&first, &style.paint(sign, &first), 1))?;
            let first = format!("      {verdict}: ");
            let text = style.wrap(&first, &format!("{} ({})", change.note, change.reference));
            writeln!(out, "{}", text.replacen(&first, &style.paint(paint, &first), 1))?;
            continue;
        }
        table.row(vec![
            Cell::painted(change.how.sign(), sign),
            short(&change.what, 80).into(),
            shown.into(),
            Cell::painted(verdict, paint),
            format!("{} ({})", change.note, change.reference).into(),
        ]);
    }
    if narrow.is_none() {
        write_table(&table, style, out)?;
    }
    match more(changes.len(), CHANGES) {
        Some(more) => writeln!(out, "  {more} changes"),
        None => Ok(()),
    }
}
