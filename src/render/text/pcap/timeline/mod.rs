//! `--timeline`: what happened in the order of time, each as an arrow between two hosts, with what it was beside it.
//!
//! [`events`] makes entries of the report, [`Entry::is_like`] those that become one row; `ladder` draws.

mod events;
mod ladder;

use std::io::{self, Write};
use std::net::SocketAddr;

use super::{Paint, Style, number};
use crate::render::units::count;
use crate::report::Finding;
use crate::report::pcap::Pcap;

use ladder::Ladder;

/// Rows shown from the beginning, of what failed in between, and from the end.
const FIRST: usize = 100;
const FAILED: usize = 40;
const LAST: usize = 60;

/// Something that happened.
#[derive(Clone, Debug)]
struct Entry {
    /// Seconds since the capture began, and the frame.
    at: f64,
    frame: u64,
    flow: Option<u32>,
    /// Who did it to whom; a verdict has neither.
    ends: Option<(SocketAddr, SocketAddr)>,
    head: Head,
    what: String,
    /// What is told only where it stands alone.
    note: String,
    /// The color of `what`, where it is not as it should be.
    paint: Option<Paint>,
    /// Whether others like it may be told with it: they pass all the time.
    repeats: bool,
    times: u64,
    until: f64,
}

/// What an arrow ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Head {
    /// It went there.
    There,
    /// There, and an answer came back.
    Both,
    /// Nothing came back.
    Lost,
}

impl Entry {
    /// Whether two can be told in one row.
    fn is_like(&self, other: &Entry) -> bool {
        (self.flow, self.ends, self.head, &self.what) == (other.flow, other.ends, other.head, &other.what)
    }

    fn text(&self) -> String {
        let during = self.until - self.at;
        match self.times {
            1 if self.note.is_empty() => self.what.clone(),
            1 => format!("{}, {}", self.what, self.note),
            times if during >= 0.001 => format!("{} (x{times} in {} s)", self.what, super::seconds(during)),
            times => format!("{} (x{times})", self.what),
        }
    }
}

/// A legend of the hosts, then the rows.
pub fn write(report: &Pcap, findings: &[Finding], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let rows = together(events::all(report, findings));
    if rows.is_empty() {
        return writeln!(out, "Nothing of WebRTC happens.\n");
    }
    let ladder = Ladder::new(report, &rows, style);
    ladder.legend(out)?;
    let shown = shown(&rows);
    let mut before = None;
    for (place, row) in rows.iter().enumerate() {
        if !shown[place] {
            continue;
        }
        if let Some(left) = before
            .map_or(Some(place), |before: usize| place.checked_sub(before + 1))
            .filter(|&left| left > 0)
        {
            ladder.pause(&format!("... {left} more ..."), out)?;
        } else if let Some(before) = before {
            let before: &Entry = &rows[before];
            let passed = row.at - before.until.max(before.at);
            if passed >= 1.0 {
                ladder.pause(&format!("{passed:.1} s"), out)?;
            }
        }
        before = Some(place);
        ladder.row(row, out)?;
    }
    let failed = rows
        .iter()
        .filter(|row| row.ends.is_some() && row.paint == Some(Paint::Red))
        .map(|row| row.times)
        .sum();
    let failed = if failed > 0 {
        format!(", {} without success", number(failed))
    } else {
        String::new()
    };
    let total = rows.iter().map(|row| row.times).sum();
    writeln!(out, "\n{}{failed}\n", count(number(total), "event"))
}

/// Puts what repeats into the row of its first time, as long as nothing else happens in between.
fn together(entries: Vec<Entry>) -> Vec<Entry> {
    let mut rows: Vec<Entry> = Vec::new();
    for entry in entries {
        let recent = rows.iter_mut().rev().take(16).take_while(|row| row.repeats);
        let mut like = recent.filter(|row| entry.repeats && row.is_like(&entry));
        match like.next() {
            Some(row) => {
                row.times += entry.times;
                row.until = entry.until;
            }
            None => rows.push(entry),
        }
    }
    rows
}

/// Which rows are shown: all, if they are not too many.
fn shown(rows: &[Entry]) -> Vec<bool> {
    if rows.len() <= FIRST + FAILED + LAST {
        return vec![true; rows.len()];
    }
    let mut failed = 0;
    let mut shown = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let is_edge = place < FIRST || place >= rows.len() - LAST;
        let keeps = !is_edge && row.paint.is_some() && failed < FAILED;
        failed += usize::from(keeps);
        shown.push(is_edge || keeps);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: f64, what: &str, repeats: bool) -> Entry {
        Entry {
            at,
            frame: 1,
            flow: Some(0),
            ends: None,
            head: Head::Both,
            what: what.to_owned(),
            note: "1 ms".to_owned(),
            paint: None,
            repeats,
            times: 1,
            until: at,
        }
    }

    #[test]
    fn what_repeats_is_one_row_until_something_else_happens() {
        let rows = together(vec![
            entry(0.0, "check", true),
            entry(1.0, "back", true),
            entry(2.0, "check", true),
            entry(3.0, "RTP", false),
            entry(4.0, "check", true),
        ]);
        let texts: Vec<String> = rows.iter().map(Entry::text).collect();
        assert_eq!(
            texts,
            ["check (x2 in 2.000 s)", "back, 1 ms", "RTP, 1 ms", "check, 1 ms"]
        );
    }

    #[test]
    fn of_many_rows_the_ends_and_the_failures_are_shown() {
        let mut rows: Vec<Entry> = (0..1000).map(|number| entry(f64::from(number), "x", false)).collect();
        rows[500].paint = Some(Paint::Red);
        let shown = shown(&rows);
        assert!(shown[0] && shown[FIRST - 1] && !shown[FIRST] && shown[500] && !shown[501] && shown[999]);
        assert_eq!(shown.iter().filter(|shown| **shown).count(), FIRST + LAST + 1);
    }
}
