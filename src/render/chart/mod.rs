//! Statistics as pictures: [`svg`] and [`png`], and a page around the first, [`html`], that needs nothing from elsewhere.
//!
//! One panel for each of bit rate, loss, jitter, round-trip time, height and rate of frames of a peer connection; its streams are
//! lines in it. Findings are marked where they were seen.

mod canvas;
mod panel;
mod raster;

use std::fmt::Write;
use std::io;

use canvas::Svg;
use panel::{Line, Mark, Panel};
use raster::Raster;

use crate::report::stats::{Metric, PeerConnection, Stats, StreamHead};
use crate::report::{Envelope, Finding, Report, Severity};

/// What the panels show: the metric and how its title says it.
const PANELS: &[(&str, &str)] = &[
    ("bitrate", "Bit rate"),
    (
        "available_outgoing",
        "What the path carries, as the sender estimates it",
    ),
    ("loss", "Loss"),
    ("jitter", "Jitter"),
    ("rtt", "Round-trip time"),
    ("frame_height", "Lines of a frame"),
    ("frame_rate", "Frames in a second"),
    ("concealment", "Audio that was made up"),
];

/// All charts of a report as one picture. Points must be in the report; nothing where it is none of statistics.
pub fn svg(envelope: &Envelope) -> String {
    let panels = all_panels(envelope);
    let mut picture = Svg::new(panel::size(&panels));
    panel::picture(&panels, &mut picture);
    picture.finish()
}

/// The same as pixels, two for each that the other picture is wide and high. Charts of which nobody would see anything, because
/// the picture were too tall, are left out.
///
/// # Errors
/// None that is not one of memory.
pub fn png(envelope: &Envelope) -> io::Result<Vec<u8>> {
    let mut panels = all_panels(envelope);
    panels.truncate(panel::fitting(&panels, raster::TALLEST));
    let mut picture = Raster::new(panel::size(&panels));
    panel::picture(&panels, &mut picture);
    picture.finish()
}

fn all_panels(envelope: &Envelope) -> Vec<Panel> {
    let stats = statistics(envelope).into_iter();
    stats.flat_map(|stats| panels(stats, &envelope.findings)).collect()
}

/// A page with the findings, the charts, and `text`, the report as people read it.
pub fn html(envelope: &Envelope, text: &str) -> String {
    let mut page = String::from(HEAD);
    let name = statistics(envelope)
        .map(|stats| stats.first.file.as_str())
        .unwrap_or_default();
    let _ = write!(page, "<h1>{}</h1>\n<h2>Findings</h2>\n<ul>\n", escaped(name));
    for finding in &envelope.findings {
        let _ = writeln!(
            page,
            "<li class=\"{}\"><b>{}</b> {} <code>{}</code><br>{}</li>",
            finding.severity.name(),
            finding.severity.name(),
            escaped(&finding.summary),
            escaped(&finding.code),
            escaped(&finding.subject)
        );
    }
    let _ = write!(
        page,
        "</ul>\n<h2>Charts</h2>\n{}\n<h2>Report</h2>\n<pre>{}</pre>\n</body>\n</html>\n",
        svg(envelope),
        escaped(text)
    );
    page
}

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<title>rtcdiag stats</title>
<style>
body { font: 15px/1.45 sans-serif; margin: 2em auto; max-width: 980px; padding: 0 1em; color: #222; background: #fff; }
li { margin: .5em 0; } .error b { color: #b00020; } .warning b { color: #a05a00; } .info b { color: #35618e; }
pre { overflow-x: auto; background: #f5f5f5; padding: 1em; font-size: 12px; } svg { max-width: 100%; height: auto; }
</style>
</head>
<body>
";

fn statistics(envelope: &Envelope) -> Option<&Stats> {
    match &envelope.report {
        Report::Stats(stats) => Some(stats),
        _ => None,
    }
}

fn panels(stats: &Stats, findings: &[Finding]) -> Vec<Panel> {
    let connections: Vec<&PeerConnection> = stats.files().flat_map(|file| &file.peer_connections).collect();
    let mut panels = Vec::new();
    for (index, pc) in connections.iter().enumerate() {
        let id = pc.id.as_str().map_or_else(|| pc.id.to_string(), str::to_owned);
        let marks: Vec<Mark> = findings
            .iter()
            .filter(|finding| is_about(finding, &id, index + 1))
            .filter_map(mark)
            .collect();
        let lines = lines(pc);
        for (name, title) in PANELS {
            let lines: Vec<Line> = lines
                .iter()
                .filter(|(of, _)| of == name)
                .map(|(_, line)| line.clone())
                .collect();
            if !lines.is_empty() {
                panels.push(Panel {
                    title: format!("{title}, peer connection {id}"),
                    lines,
                    marks: marks.clone(),
                });
            }
        }
    }
    panels
}

/// Whether a finding is about a peer connection, which its subject begins with, by id or by number.
fn is_about(finding: &Finding, id: &str, number: usize) -> bool {
    let names = |name: &str| {
        let rest = finding
            .subject
            .strip_prefix("peer connection ")
            .and_then(|rest| rest.strip_prefix(name));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(',') || rest.starts_with(" of "))
    };
    names(id) || names(&number.to_string()) || finding.subject.starts_with("all ")
}

fn mark(finding: &Finding) -> Option<Mark> {
    // What is only told stands in the list; marks of it would hide the others.
    if finding.severity == Severity::Info {
        return None;
    }
    let at = finding.evidence.iter().find_map(|evidence| evidence.at_s)?;
    Some(Mark {
        at,
        color: match finding.severity {
            Severity::Error => "#b00020",
            Severity::Warning | Severity::Info => "#d07a00",
        },
        text: finding.code.clone(),
    })
}

/// Every metric with its line, by name.
fn lines(pc: &PeerConnection) -> Vec<(String, Line)> {
    let mut lines = Vec::new();
    let mut add = |label: String, metrics: &[Metric]| {
        for metric in metrics.iter().filter(|metric| metric.points.len() > 1) {
            let line = Line {
                label: label.clone(),
                unit: metric.unit.clone(),
                points: metric.points.clone(),
            };
            lines.push((metric.name.clone(), line));
        }
    };
    for stream in &pc.inbound_rtp {
        add(label("in", &stream.head), &stream.metrics);
    }
    for stream in &pc.outbound_rtp {
        add(label("out", &stream.head), &stream.metrics);
    }
    for stream in &pc.remote_inbound_rtp {
        add(label("at the other side", &stream.head), &stream.metrics);
    }
    for stream in &pc.legacy_ssrc {
        let kind = stream.kind.as_deref().unwrap_or("stream");
        let ssrc = stream.ssrc.as_ref().map(ToString::to_string).unwrap_or_default();
        add(format!("{} {kind} {ssrc}", stream.direction), &stream.metrics);
    }
    add("pair in use".to_owned(), &pc.pair_metrics);
    lines
}

fn label(way: &str, head: &StreamHead) -> String {
    let kind = head.kind.as_deref().unwrap_or("stream");
    let rid = head.rid.as_ref().map(|rid| format!(" {rid}")).unwrap_or_default();
    let ssrc = head.ssrc.as_ref().map(|ssrc| format!(" {ssrc}")).unwrap_or_default();
    format!("{way} {kind}{rid}{ssrc}")
}

/// A text as XML has it; what steers a terminal or is not allowed in XML becomes `?`.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() => escaped.push('?'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Evidence;
    use crate::report::stats::{File, Inbound};

    fn envelope() -> Envelope {
        let metric = Metric {
            name: "bitrate".into(),
            unit: "bit/s".into(),
            points: (0..30).map(|t| (f64::from(t), f64::from(t) * 1000.0)).collect(),
            ..Metric::default()
        };
        let stream = Inbound {
            metrics: vec![metric],
            ..Inbound::default()
        };
        let pc = PeerConnection {
            id: "8-1".into(),
            inbound_rtp: vec![stream],
            ..PeerConnection::default()
        };
        let file = File {
            file: "<script>x</script>".into(),
            peer_connections: vec![pc],
            ..File::default()
        };
        let mut evidence = Evidence::value("x");
        evidence.at_s = Some(10.0);
        let finding = Finding {
            code: "stats-path-interrupted".into(),
            severity: Severity::Warning,
            subject: "peer connection 8-1".into(),
            summary: "a & b".into(),
            evidence: vec![evidence],
            advice: String::new(),
            reference: String::new(),
        };
        let stats = Stats {
            first: file,
            more: Vec::new(),
            diff: None,
        };
        Envelope::new("stats", String::new(), Report::Stats(Box::new(stats)), vec![finding])
    }

    #[test]
    fn a_picture_has_lines_and_marks() {
        let svg = svg(&envelope());
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
        assert_eq!(svg.matches("<polyline").count(), 1);
        assert!(
            svg.contains("stats-path-interrupted") && svg.contains("29.0 kbit/s"),
            "{svg}"
        );
    }

    #[test]
    fn pixels_are_those_of_the_other_picture() {
        let (svg, png) = (svg(&envelope()), png(&envelope()).unwrap());
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.ends_with(b"IEND\xaeB`\x82"));
        let length = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        let size = format!("width=\"{}\" height=\"{}\"", length(16) / 2, length(20) / 2);
        assert!(svg.contains(&size), "{size}");
        // More connections than a picture has room for are left out, not squeezed.
        let mut crowd = envelope();
        if let Report::Stats(stats) = &mut crowd.report {
            let one = stats.first.peer_connections[0].clone();
            stats.first.peer_connections = vec![one; 200];
        }
        let png = super::png(&crowd).unwrap();
        let height = f64::from(u32::from_be_bytes(png[20..24].try_into().unwrap()));
        assert!(
            height <= 2.0 * raster::TALLEST && height > 1.9 * raster::TALLEST,
            "{height}"
        );
    }

    #[test]
    fn text_of_outside_is_no_markup() {
        let page = html(&envelope(), "<b>\u{1b}[31m");
        assert!(!page.contains("<script") && page.contains("&lt;script&gt;") && page.contains("&lt;b&gt;?[31m"));
        assert!(page.contains("a &amp; b") && !page.contains("http://") || page.contains("http://www.w3.org/2000/svg"));
    }

    #[test]
    fn words_of_marks_at_one_time_stand_below_each_other() {
        let mut envelope = envelope();
        let again = envelope.findings[0].clone();
        envelope.findings.push(again);
        let drawn = svg(&envelope);
        let heights: Vec<&str> = drawn
            .split("<text ")
            .filter_map(|text| text.split("</text>").next())
            .filter(|text| text.ends_with(">stats-path-interrupted"))
            .filter_map(|text| text.split("y=\"").nth(1)?.split('"').next())
            .collect();
        assert!(heights.len() == 2 && heights[0] != heights[1], "{heights:?} {drawn}");
    }

    #[test]
    fn findings_of_others_are_not_marked() {
        let mut envelope = envelope();
        envelope.findings[0].subject = "peer connection 8-10".into();
        assert!(!svg(&envelope).contains("stats-path-interrupted"));
    }
}
