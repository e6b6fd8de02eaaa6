//! Two calls: what is otherwise in the second one, A being the first and B the second.

use std::io::{self, Write};

use super::{SHOWN, field, name, short, write_table};
use crate::render::table::{Cell, Column, Table};
use crate::render::text::{Paint, Style};
use crate::render::units;
use crate::report::Severity;
use crate::report::stats::diff::{Change, ConnectionDiff, Diff, How, MetricDiff, Middle, StreamDiff};

pub(super) fn write(diff: &Diff, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let what = if diff.changed {
        "two calls"
    } else {
        "two calls: nothing but numbers differs"
    };
    writeln!(out, "{}", style.paint(Paint::Bold, what))?;
    write_changes(&diff.session, style, out)?;
    for (how, label) in [(How::Removed, "only in A"), (How::Added, "only in B")] {
        let findings = diff.findings.iter().filter(|finding| finding.how == how);
        for (index, finding) in findings.take(SHOWN).enumerate() {
            let paint = match finding.severity {
                Severity::Error => Paint::Red,
                Severity::Warning => Paint::Yellow,
                Severity::Info => Paint::Dim,
            };
            let label = if index == 0 { label } else { "" };
            let text = format!(
                "{} {}: {}",
                style.paint(paint, finding.severity.name()),
                finding.code,
                finding.summary
            );
            field(label, &text, style, out)?;
        }
    }
    writeln!(out)?;
    for connection in diff.connections.iter().take(SHOWN) {
        write_connection(connection, style, out)?;
    }
    match diff.connections.len().checked_sub(SHOWN) {
        Some(more @ 1..) => writeln!(out, "… and {more} more peer connections\n"),
        _ => Ok(()),
    }
}

fn write_connection(connection: &ConnectionDiff, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let heading = format!(
        "A: {}, B: {}",
        name(&connection.before, false),
        name(&connection.after, false)
    );
    writeln!(out, "{}", style.paint(Paint::Bold, &heading))?;
    write_changes(&connection.changes, style, out)?;
    if connection.changes.is_empty() {
        field("the same", "configuration, path and states", style, out)?;
    }
    write_metrics(&connection.metrics, style, out)?;
    for stream in connection.streams.iter().take(SHOWN) {
        write_stream(stream, style, out)?;
    }
    if let Some(more @ 1..) = connection.streams.len().checked_sub(SHOWN) {
        writeln!(out, "\n  … and {more} more streams")?;
    }
    writeln!(out)
}

fn write_changes(changes: &[Change], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    const VALUE: usize = 200;
    for change in changes {
        let paint = match change.how {
            How::Added => Paint::Green,
            How::Removed => Paint::Red,
            How::Changed | How::Moved => Paint::Yellow,
        };
        let value = |text: &Option<String>| {
            text.as_deref()
                .map_or_else(|| "nothing".to_owned(), |text| short(text, VALUE))
        };
        let first = format!("  {} ", change.how.sign());
        let text = format!(
            "{}: A {}, B {}",
            change.what,
            value(&change.before),
            value(&change.after)
        );
        let lines = style.wrap(&first, &text);
        writeln!(out, "{}", lines.replacen(&first, &style.paint(paint, &first), 1))?;
    }
    Ok(())
}

fn write_stream(stream: &StreamDiff, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let way = match stream.direction.as_str() {
        "in" => "receives",
        "out" => "sends",
        _ => "data channel",
    };
    let mut heading = match stream.kind.as_str() {
        "data" => way.to_owned(),
        kind => format!("{way} {kind}"),
    };
    for (name, value) in [("mid", &stream.mid), ("rid", &stream.rid)] {
        if let Some(value) = value {
            let name = if stream.kind == "data" { "" } else { name };
            heading.push_str(&format!(", {name} {}", short(value, 40)).replace(",  ", ", "));
        }
    }
    let only = match stream.how {
        Some(How::Added) => ": only in B",
        Some(_) => ": only in A",
        None => "",
    };
    writeln!(
        out,
        "\n  {}{}",
        style.paint(Paint::Cyan, &heading),
        style.paint(Paint::Yellow, only)
    )?;
    write_changes(&stream.changes, style, out)?;
    write_metrics(&stream.metrics, style, out)
}

/// Medians and the values that one in twenty is above. What is zero in both says nothing.
fn write_metrics(metrics: &[MetricDiff], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&[
        Column::left("metric"),
        Column::left("unit"),
        Column::right("A"),
        Column::right("B"),
        Column::right("A p95"),
        Column::right("B p95"),
        Column::right("B to A"),
    ]);
    let zero = |middle: Option<Middle>| middle.is_none_or(|middle| middle.median == 0.0 && middle.p95 == 0.0);
    let mut any = false;
    for metric in metrics
        .iter()
        .filter(|metric| !zero(metric.before) || !zero(metric.after))
    {
        any = true;
        // The unit is that of the lower one, or it would be all zeros beside the other.
        let both = [metric.before, metric.after].into_iter().flatten();
        let lower = both
            .map(|middle| middle.p95)
            .filter(|p95| *p95 > 0.0)
            .fold(f64::INFINITY, f64::min);
        let (unit, size) = units::of_row(&metric.unit, lower);
        let value = |middle: Option<Middle>, of: fn(Middle) -> f64| -> Cell {
            let number = middle.map(|middle| units::digits(of(middle) / size));
            number.unwrap_or_else(|| "-".to_owned()).into()
        };
        let p95 = |middle: Option<Middle>| middle.filter(|middle| middle.n > 1);
        table.row(vec![
            metric.name.replace('_', " ").into(),
            unit.into(),
            value(metric.before, |middle| middle.median),
            value(metric.after, |middle| middle.median),
            value(p95(metric.before), |middle| middle.p95),
            value(p95(metric.after), |middle| middle.p95),
            factor(metric),
        ]);
    }
    match any {
        true => write_table("medians", &table, style, out),
        false => Ok(()),
    }
}

/// How many times the first median the second one is; marked where that is half or double.
fn factor(metric: &MetricDiff) -> Cell {
    let (Some(before), Some(after)) = (metric.before, metric.after) else {
        return "".into();
    };
    if before.median <= 0.0 || after.median < 0.0 {
        return "".into();
    }
    let times = after.median / before.median;
    let text = match times {
        ..0.01 => "below x0.01".to_owned(),
        0.01..100.0 => format!("x{times:.2}"),
        _ => "x100 and more".to_owned(),
    };
    match times {
        0.5..=2.0 => text.into(),
        _ => Cell::painted(text, Paint::Yellow),
    }
}
