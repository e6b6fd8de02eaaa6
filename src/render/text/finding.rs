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
    writeln!(
        out,
        "{}{} {}",
        style.paint(color(finding.severity), severity),
        style.paint(Paint::Bold, &format!("[{}]", finding.code)),
        finding.subject
    )?;
    writeln!(out, "{}", style.wrap("  ", &finding.summary))?;
    if finding.severity == Severity::Info {
        // Nothing needs to be done: `rtcdiag explain CODE` tells the rest to who wants to know.
        return Ok(());
    }
    for evidence in &finding.evidence {
        writeln!(out, "{}", style.wrap("    - ", &fact(evidence)))?;
    }
    let fix = style.wrap("  fix: ", &finding.advice);
    writeln!(out, "{}", fix.replacen("fix:", &style.paint(Paint::Green, "fix:"), 1))?;
    writeln!(
        out,
        "  {}",
        style.paint(Paint::Dim, &format!("see: {}", finding.reference))
    )
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
        Report::Sdp(_) => "Nothing is wrong with it.",
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
