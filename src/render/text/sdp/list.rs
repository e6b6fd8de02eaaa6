//! The list of the descriptions in a dump.

use std::io::{self, Write};

use super::{Paint, Style, short, write_table};
use crate::render::table::{Cell, Column, Table};
use crate::render::units;
use crate::report::sdp::{Description, Sdp};

/// So many are listed.
const LISTED: usize = 1000;

const COLUMNS: [Column; 9] = [
    Column::right("no"),
    Column::left("file"),
    Column::left("connection"),
    Column::left("time"),
    Column::left("from"),
    Column::left("type"),
    Column::right("m-lines"),
    Column::right("octets"),
    Column::left(""),
];

pub(super) fn write(report: &Sdp, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let all = &report.descriptions;
    let distinct = all.iter().filter(|one| one.input.same_as.is_none()).count();
    let mut files: Vec<&str> = all.iter().map(|one| one.input.file.as_str()).collect();
    files.dedup();
    let wrapper = all.first().map_or("", |one| one.input.wrapper.as_str());
    let about = match files[..] {
        [file] if !file.is_empty() && file != "-" => format!("{file}, {wrapper}"),
        [_] => wrapper.to_owned(),
        _ => units::count(files.len(), "file"),
    };
    let title = units::count(all.len(), "description");
    let differing = match distinct == all.len() {
        true => String::new(),
        false => format!(", {distinct} different ones"),
    };
    writeln!(out, "{}{differing} ({about})", style.paint(Paint::Bold, &title))?;
    let mut table = Table::new(&COLUMNS);
    for one in all.iter().take(LISTED) {
        table.row(row(one, files.len() > 1));
    }
    write_table(&table, style, out)?;
    if let Some(more) = super::more(all.len(), LISTED) {
        writeln!(out, "  {more}")?;
    }
    let first = all.first().map_or(1, |one| one.input.number);
    let second = all.iter().skip(1).find(|one| one.input.same_as.is_none());
    let second = second.map_or(first + 1, |one| one.input.number);
    let hint = format!(
        "`--pick {first}` shows one of them in full, `--pick {first} --pick {second}` what two of them agreed on; with \
         `--diff` what changed between them."
    );
    writeln!(out, "\n{}\n", style.wrap("", &hint))
}

fn row(one: &Description, with_file: bool) -> Vec<Cell> {
    let input = &one.input;
    let text = |text: &Option<String>| text.as_deref().map_or(String::new(), |text| short(text, 40));
    let from = input.label.clone().or_else(|| input.place.clone());
    vec![
        input.number.to_string().into(),
        (if with_file {
            short(&input.file, 40)
        } else {
            String::new()
        })
        .into(),
        text(&input.connection).into(),
        input.time.as_deref().map_or(String::new(), time).into(),
        text(&from).into(),
        text(&one.kind).into(),
        input.sections.to_string().into(),
        input.sdp_bytes.to_string().into(),
        match input.same_as {
            Some(number) => Cell::painted(format!("same as {number}"), Paint::Dim),
            None => "".into(),
        },
    ]
}

/// Of a time of day as RFC 3339 has it, hours to milliseconds; anything else as it is.
fn time(text: &str) -> String {
    match (text.len(), text.get(11..23)) {
        (30, Some(clock)) if text.ends_with('Z') => clock.to_owned(),
        _ => short(text, 30),
    }
}
