//! Findings: severity, code and subject on the first line, then what was seen, on what it rests and what to do.

use std::io::{self, Write};

use super::{Paint, Style};
use crate::render::units;
use crate::report::candidates::Server;
use crate::report::{Envelope, Evidence, Finding, Report, Severity};

/// Findings in the order given; with `quiet` no infos.
pub fn write_all(findings: &[Finding], style: &Style, quiet: bool, out: &mut dyn Write) -> io::Result<()> {
    for finding in findings {
        if quiet && finding.severity == Severity::Info {
            continue;
        }
        write(finding, style, out)?;
        writeln!(out)?;
    }
    Ok(())
}

fn write(finding: &Finding, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let severity = finding.severity.name();
    let head = format!("{severity}[{}] ", finding.code);
    let painted = format!(
        "{}{} ",
        style.paint(color(finding.severity), severity),
        style.paint(Paint::Bold, &format!("[{}]", finding.code))
    );
    let text = style.hang(&head, 4, &finding.subject);
    writeln!(out, "{}", text.replacen(&head, &painted, 1))?;
    writeln!(out, "{}", style.wrap("  ", &finding.summary))?;
    if finding.severity == Severity::Info {
        // Nothing needs to be done: `rtcdiag explain CODE` tells the rest to who wants to know.
        return Ok(());
    }
    for evidence in &finding.evidence {
        // A line of a text that was read; what has a time or a frame is told in words.
        let is_text = evidence.at_s.is_none() && evidence.frame.is_none();
        match (evidence.line, &evidence.value) {
            (Some(line), Some(text)) if is_text => write_line(line, text, evidence, style, out)?,
            _ => writeln!(out, "{}", style.wrap("    - ", &fact(evidence)))?,
        }
    }
    let fix = style.wrap("  fix: ", &finding.advice);
    writeln!(out, "{}", fix.replacen("fix:", &style.paint(Paint::Green, "fix:"), 1))?;
    let see = style.wrap("  see: ", &finding.reference);
    see.lines().try_for_each(|line| {
        let (indent, text) = line.split_at(line.len() - line.trim_start().len());
        writeln!(out, "{indent}{}", style.paint(Paint::Dim, text))
    })
}

/// So much of a line is shown on a terminal of unknown width.
const WIDTH: usize = 200;

/// A line of a text with its number, and a mark below the column where the trouble begins.
fn write_line(number: u64, text: &str, evidence: &Evidence, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let place = match evidence.description {
        Some(description) => format!("{description}:{number}"),
        None => number.to_string(),
    };
    let gutter = format!("{place:>6} | ");
    if let Some(id) = &evidence.id {
        writeln!(out, "{}", style.wrap("    - ", id))?;
    }
    let room = style.width.unwrap_or(WIDTH).saturating_sub(gutter.len()).max(20);
    // Characters before the mark; it may stand one after the end.
    let length = text.chars().count();
    let before = |column: Option<u64>| usize::try_from(column?.checked_sub(1)?).ok();
    let mark = before(evidence.column).filter(|mark| *mark <= length);
    let marked = mark.map_or(0, |mark| {
        before(evidence.end_column).map_or(1, |end| end.saturating_sub(mark).max(1))
    });
    // Of a long line the part around the mark is shown.
    let from = match mark {
        Some(mark) if length > room && mark + marked.min(room / 2) + 10 > room => {
            let wanted = (mark + marked.min(room / 2) + 10).min(length);
            wanted.saturating_sub(room - 2).min(mark)
        }
        _ => 0,
    };
    let start = if from > 0 { "…" } else { "" };
    let shown: String = text.chars().skip(from).take(room - 2).collect();
    let shown_length = shown.chars().count();
    let end = if from + shown_length < length { "…" } else { "" };
    writeln!(out, "{}{start}{shown}{end}", style.paint(Paint::Dim, &gutter))?;
    if let Some(mark) = mark {
        let blanks = " ".repeat(gutter.len() - 2);
        let before = " ".repeat(mark - from + start.chars().count());
        let bar = style.paint(Paint::Dim, "| ");
        let carets = "^".repeat(marked.min((from + shown_length).saturating_sub(mark)).max(1));
        writeln!(out, "{blanks}{bar}{before}{}", style.paint(Paint::Red, &carets))?;
    }
    Ok(())
}

/// `0.123 s, frame 7, line 12: id: value`, of what there is.
fn fact(evidence: &Evidence) -> String {
    let place: Vec<String> = [
        evidence.at_s.map(|at| format!("{at:.3} s")),
        evidence.frame.map(|frame| format!("frame {frame}")),
        evidence.line.map(|line| format!("line {line}")),
        evidence.column.map(|column| format!("column {column}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let place = Some(place.join(", ")).filter(|place| !place.is_empty());
    let parts: Vec<String> = [place, evidence.id.clone(), evidence.value.clone()]
        .into_iter()
        .flatten()
        .collect();
    parts.join(": ")
}

/// The color of a severity.
pub fn color(severity: Severity) -> Paint {
    match severity {
        Severity::Info => Paint::Cyan,
        Severity::Warning => Paint::Yellow,
        Severity::Error => Paint::Red,
    }
}

/// The last line: how it stands.
pub fn write_verdict(envelope: &Envelope, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let fine = match &envelope.report {
        Report::Candidates(report) if !report.servers.iter().any(Server::is_ok) => "No server was asked.",
        Report::Candidates(_) => "Everything that was asked for works.",
        Report::Explain(_) => "",
        Report::Loopback(_) => "The call connected, and everything that was asked for works.",
        Report::Pcap(report) if report.hidden.is_some() => "No errors and no warnings in what is shown.",
        Report::Pcap(_) | Report::Sdp(_) | Report::Stats(_) => "No errors and no warnings.",
    };
    if envelope.interrupted {
        let text = "Interrupted: this is what was found out until then.";
        writeln!(out, "{}", style.paint(Paint::Yellow, text))?;
    }
    let number = |severity| {
        envelope
            .findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let counts: Vec<String> = [Severity::Error, Severity::Warning]
        .into_iter()
        .filter(|&severity| number(severity) > 0)
        .map(|severity| style.paint(color(severity), &units::count(number(severity), severity.name())))
        .collect();
    match (counts.is_empty(), envelope.interrupted) {
        (false, _) => writeln!(out, "{}", counts.join(", ")),
        (true, false) if fine.starts_with("No server") => writeln!(out, "{fine}"),
        (true, false) => writeln!(out, "{}", style.paint(Paint::Green, fine)),
        (true, true) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, column: u64, width: Option<usize>) -> String {
        let evidence = Evidence {
            column: Some(column),
            ..Evidence::default()
        };
        let style = Style { width, ..Style::PLAIN };
        let mut out = Vec::new();
        write_line(12, text, &evidence, &style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_mark_stands_below_its_column() {
        assert_eq!(marked("a=mid: 0", 7, None), "    12 | a=mid: 0\n       |       ^\n");
        assert_eq!(marked("a=mid", 6, None), "    12 | a=mid\n       |      ^\n");
        assert_eq!(marked("a=mid", 99, None), "    12 | a=mid\n");
        assert_eq!(marked("s=ä!", 4, None), "    12 | s=ä!\n       |    ^\n");
    }

    #[test]
    fn a_value_is_underlined_as_far_as_it_goes() {
        let underlined = |text: &str, from: u64, to: u64, width| {
            let evidence = Evidence {
                column: Some(from),
                end_column: Some(to),
                ..Evidence::default()
            };
            let mut out = Vec::new();
            let style = Style { width, ..Style::PLAIN };
            write_line(7, text, &evidence, &style, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            underlined("a=mid:abc", 7, 10, None),
            "     7 | a=mid:abc\n       |       ^^^\n"
        );
        let long = format!("{}{}", "a".repeat(100), "b".repeat(300));
        let shown = underlined(&long, 101, 401, Some(80));
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "{shown}");
        assert!(lines[1].ends_with(&"^".repeat(30)), "{shown}");
    }

    #[test]
    fn of_long_lines_the_part_around_the_mark_is_shown() {
        let text = format!("{}X{}", "a".repeat(300), "b".repeat(300));
        for width in [0, 20, 40, 80, 200] {
            let shown = marked(&text, 301, Some(width));
            let lines: Vec<Vec<char>> = shown.lines().map(|line| line.chars().collect()).collect();
            assert_eq!(lines[0][lines[1].len() - 1], 'X', "{shown}");
            assert!(lines[0].len() <= width.max(29), "{shown}");
        }
    }
}
