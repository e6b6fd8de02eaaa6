//! Descriptions as lines of a text: raw, indented, after time stamps, or with their line ends lost.

use std::borrow::Cow;

use super::{Damage, DamageKind, DescriptionType, Found, Wrapper};
use crate::proto::sdp::{Description, Line};

/// The types of lines.
const LETTERS: &[u8] = b"vosiuepcbtrzkam";

/// Whether a text begins with a line of SDP.
pub(super) fn looks_like_sdp(text: &str) -> bool {
    match text.as_bytes() {
        // `a=b` in source code is seldom at the very start; `v=` and `m=` it is in fragments.
        [letter, b'=', ..] => LETTERS.contains(letter),
        _ => false,
    }
}

/// Raw SDP: one description, or several one after another.
pub(super) fn raw(text: &str) -> Vec<Found<'_>> {
    if let Some(found) = one_line(text) {
        return vec![found];
    }
    let lines = Description::parse(text);
    let starts = starts(&lines);
    if starts.len() < 2 {
        // Blank lines before it are lines of it.
        return vec![found_at(Cow::Borrowed(text), Vec::new(), 1, 1, None)];
    }
    let mut found = Vec::new();
    for (index, start) in starts.iter().take(super::LIMIT).enumerate() {
        let next = starts.get(index + 1);
        // The first one has what stands before it.
        let from = if index == 0 { 0 } else { start.offset };
        let to = next.map_or(text.len(), |next| next.offset);
        let (sdp, _) = cut_tail(&text[from..to], next.is_some());
        let before = &text[..start.offset];
        let heading = before.lines().rev().take(3).filter(|line| !looks_like_sdp(line));
        let kind = heading.into_iter().find_map(DescriptionType::last_in);
        let line = if index == 0 { 1 } else { start.number };
        found.push(found_at(Cow::Borrowed(sdp), Vec::new(), line, 1, kind));
    }
    found
}

/// The `v=0` lines that begin a description: `o=` follows, and what came before has its own. Others are just repeated.
fn starts<'a>(lines: &Description<'a>) -> Vec<Line<'a>> {
    let mut starts: Vec<Line<'_>> = Vec::new();
    let mut has_origin = false;
    let mut lines = lines.lines().filter(|line| !line.is_blank()).peekable();
    while let Some(line) = lines.next() {
        let followed = lines.peek().is_some_and(|next| next.letter() == Some('o'));
        if line.text.trim_end() == "v=0" && (starts.is_empty() || (followed && has_origin)) {
            starts.push(line);
            has_origin = false;
        }
        if starts.len() > super::LIMIT {
            break;
        }
        has_origin |= line.letter() == Some('o');
    }
    starts
}

/// Lines at the end that are no SDP belong to what comes next: headings, blank lines.
fn cut_tail(text: &str, cut: bool) -> (&str, &str) {
    if !cut {
        return (text, "");
    }
    let lines = Description::parse(text);
    let last = lines.lines().rev().find(|line| looks_like_sdp(line.text));
    let end = last.map_or(text.len(), |line| {
        line.offset + line.text.len() + line.ending.as_str().len()
    });
    text.split_at(end)
}

/// `v=0 o=- 1 1 IN IP4 0.0.0.0 s=- t=0 0 m=…`: what is left when a text box eats the line ends.
fn one_line(text: &str) -> Option<Found<'_>> {
    let line = text.trim();
    if line.contains(['\r', '\n']) || !line.starts_with("v=0 ") || !line.contains(" o=") {
        return None;
    }
    let mut sdp = String::with_capacity(line.len() + 64);
    let mut words = line.split(' ').peekable();
    while let Some(word) = words.next() {
        sdp.push_str(word);
        match words.peek() {
            Some(next) if looks_like_sdp(next) => sdp.push_str("\r\n"),
            Some(_) => sdp.push(' '),
            None => sdp.push_str("\r\n"),
        }
    }
    let mut found = found_at(Cow::Owned(sdp), vec![Wrapper::OneLine], 1, 1, None);
    found.damage.push(Damage {
        kind: DamageKind::LineEndsLost,
        line: 1,
        column: 1 + text.len() - text.trim_start().len() + 3,
        sdp_line: 1,
        what: "blanks where line ends should be".to_owned(),
    });
    Some(found)
}

/// Descriptions within other lines: each begins with `v=0` at the end of a line, and goes on as long as lines of SDP
/// follow, at the same column or after a similar beginning.
pub(super) fn find(text: &str) -> Vec<Found<'_>> {
    if let Some(found) = one_line(text) {
        return vec![found];
    }
    let lines = Description::parse(text);
    let mut found = Vec::new();
    let mut number = 1;
    while let Some(line) = lines.line(number) {
        number += 1;
        let Some(prefix) = line.text.trim_end().strip_suffix("v=0") else {
            continue;
        };
        if prefix.ends_with(|c: char| c.is_alphanumeric() || c == '=') {
            continue;
        }
        let (sdp, places, next) = collect(&lines, line, prefix);
        number = next.max(number);
        let before = (line.number.saturating_sub(3)..line.number).filter_map(|number| lines.line(number));
        let before: Vec<&str> = before
            .map(|line| line.text)
            .filter(|text| !looks_like_sdp(text))
            .chain([prefix])
            .collect();
        let kind = before.iter().rev().find_map(|text| DescriptionType::last_in(text));
        let column = line.column(prefix.len());
        let indented = prefix.trim().is_empty();
        let wrappers = match (prefix.is_empty(), indented) {
            (true, _) => vec![Wrapper::Log],
            (false, true) => vec![Wrapper::Indented],
            (false, false) => vec![Wrapper::Log],
        };
        let mut one = found_at(Cow::Owned(sdp), wrappers, line.number, column, kind);
        one.places = places;
        if indented && !prefix.is_empty() {
            one.damage.push(Damage {
                kind: DamageKind::Indented,
                line: line.number,
                column: 1,
                sdp_line: 1,
                what: format!("{} before the lines", blanks(prefix)),
            });
        }
        found.push(one);
        if found.len() >= super::LIMIT {
            break;
        }
    }
    found
}

fn blanks(prefix: &str) -> String {
    match prefix.chars().count() {
        1 => "a blank".to_owned(),
        count => format!("{count} blanks"),
    }
}

/// The lines of a description, without what stands before them; where they stand; and the number of the line after it.
fn collect(lines: &Description<'_>, first: Line<'_>, prefix: &str) -> (String, Vec<(usize, usize)>, usize) {
    let mut sdp = String::new();
    let mut places = Vec::new();
    let mut blank: usize = 0;
    let mut number = first.number;
    let mut end = number + 1;
    while let Some(line) = lines.line(number) {
        number += 1;
        let Some(part) = part(line.text, prefix) else {
            // One empty line may be damage; two, or anything else, are the end.
            let rest = line.text.strip_prefix(prefix.trim_end()).unwrap_or(line.text);
            blank += 1;
            if blank > 1 || !rest.trim().is_empty() {
                break;
            }
            continue;
        };
        if line.number != first.number && part.trim_end() == "v=0" {
            break;
        }
        if blank > 0 {
            sdp.push_str(line.ending.as_str());
            places.push((line.number - 1, 1));
            blank = 0;
        }
        places.push((line.number, line.column_of(part).unwrap_or(1)));
        sdp.push_str(part);
        sdp.push_str(line.ending.as_str());
        end = number;
    }
    (sdp, places, end)
}

/// The SDP of a line: after `prefix`, after blanks, or after the first thing that may end a time stamp.
fn part<'a>(line: &'a str, prefix: &str) -> Option<&'a str> {
    let at_column = line.get(prefix.len()..).filter(|rest| looks_like_sdp(rest));
    if at_column.is_some() {
        return at_column;
    }
    let trimmed = line.trim_start();
    if looks_like_sdp(trimmed) {
        return Some(trimmed);
    }
    if prefix.trim().is_empty() {
        return None;
    }
    // A time stamp of another length: the same kind of character stands before the line.
    let last = prefix.chars().next_back()?;
    let longest = prefix.len() + 16;
    line.char_indices()
        .take_while(|(at, _)| *at <= longest)
        .filter(|(_, c)| *c == last)
        .map(|(at, c)| &line[at + c.len_utf8()..])
        .find(|rest| looks_like_sdp(rest))
}

fn found_at<'a>(
    sdp: Cow<'a, str>,
    wrappers: Vec<Wrapper>,
    line: usize,
    column: usize,
    kind: Option<DescriptionType>,
) -> Found<'a> {
    Found {
        kind,
        sdp,
        wrappers,
        place: String::new(),
        label: None,
        connection: None,
        time: None,
        line,
        column,
        places: Vec::new(),
        damage: Vec::new(),
    }
}
