//! One chart: lines over time, with axes, a legend and marks; drawn on any canvas.

use super::canvas::{Anchor, Canvas, Point, Text};

const WIDTH: f64 = 940.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 12.0;
/// The size of the words of marks.
const MARK: f64 = 9.0;
/// The plain height of a chart, without its title, time axis and legend.
const PLOT: f64 = 120.0;
const TITLE: f64 = 24.0;
const AXIS: f64 = 20.0;
/// A row of the legend, and how many entries are in it.
const ROW: f64 = 16.0;
const IN_A_ROW: usize = 3;
/// Colors that color-blind people can tell apart (Okabe and Ito).
const COLORS: [&str; 7] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#555555",
];

/// A line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// What it is of.
    pub label: String,
    /// What it is measured in.
    pub unit: String,
    /// Seconds and values, in order.
    pub points: Vec<(f64, f64)>,
}

/// A place in time that something is to be said of.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Seconds.
    pub at: f64,
    /// How bad it is.
    pub color: &'static str,
    /// What.
    pub text: String,
}

/// A chart.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    /// Above it.
    pub title: String,
    /// At least one, each of two points or more.
    pub lines: Vec<Line>,
    /// Marked on the time axis.
    pub marks: Vec<Mark>,
}

impl Panel {
    fn height(&self) -> f64 {
        TITLE + PLOT + AXIS + ROW * self.lines.len().div_ceil(IN_A_ROW) as f64 + 14.0
    }
}

/// How much room charts below each other take.
pub(super) fn size(panels: &[Panel]) -> Point {
    let height: f64 = panels.iter().map(Panel::height).sum();
    (WIDTH, height.max(30.0))
}

/// How many panels go below each other in a height.
pub(super) fn fitting(panels: &[Panel], height: f64) -> usize {
    let mut low = 0.0;
    let fits = |panel: &&Panel| {
        low += panel.height();
        low <= height
    };
    panels.iter().take_while(fits).count()
}

/// Charts below each other.
pub(super) fn picture(panels: &[Panel], canvas: &mut dyn Canvas) {
    if panels.is_empty() {
        canvas.text(
            (10.0, 20.0),
            "There is nothing that was measured over time.",
            Text::PLAIN,
        );
    }
    // One time axis for all, so that they can be read together.
    let times = || {
        panels
            .iter()
            .flat_map(|panel| &panel.lines)
            .flat_map(|line| &line.points)
            .map(|(at, _)| *at)
    };
    let span = (
        times().fold(f64::INFINITY, f64::min),
        times().fold(f64::NEG_INFINITY, f64::max),
    );
    let mut top = 0.0;
    for panel in panels {
        draw(panel, span, top, canvas);
        top += panel.height();
    }
}

fn draw(panel: &Panel, (from, to): (f64, f64), top: f64, canvas: &mut dyn Canvas) {
    let most = panel
        .lines
        .iter()
        .flat_map(|line| &line.points)
        .map(|(_, value)| *value)
        .fold(0.0, f64::max);
    let most = if most > 0.0 { most } else { 1.0 };
    let (low, high) = (top + TITLE + PLOT, top + TITLE);
    let x = |at: f64| LEFT + (at - from) / (to - from).max(1e-9) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| low - value.max(0.0) / most * PLOT;
    let title = Text {
        bold: true,
        ..Text::PLAIN
    };
    canvas.text((LEFT, top + 15.0), &panel.title, title);
    let (middle, end) = (
        Text {
            anchor: Anchor::Middle,
            ..Text::PLAIN
        },
        Text {
            anchor: Anchor::End,
            ..Text::PLAIN
        },
    );
    for share in [0.0, 0.5, 1.0] {
        let at = y(most * share);
        canvas.rule((LEFT, at), (WIDTH - RIGHT, at), "#ddd", None);
        canvas.text((LEFT - 6.0, at + 4.0), &value(most * share, &panel.lines[0].unit), end);
    }
    for tick in ticks(from, to) {
        canvas.text((x(tick), low + 14.0), &format!("{tick} s"), middle);
    }
    let mut marks: Vec<&Mark> = panel
        .marks
        .iter()
        .filter(|mark| (from..=to).contains(&mark.at))
        .collect();
    marks.sort_by(|a, b| a.at.total_cmp(&b.at));
    // Where the words of each row end: those that would lie on others go one row down.
    let mut rows: Vec<f64> = Vec::new();
    for mark in marks {
        let at = x(mark.at);
        canvas.rule((at, high), (at, low), mark.color, Some(&mark.text));
        let small = Text {
            size: MARK,
            color: Some(mark.color),
            ..Text::PLAIN
        };
        let end = at + 0.6 * MARK * mark.text.chars().count() as f64;
        let row = rows.iter().position(|end| *end < at).unwrap_or(rows.len());
        match rows.get_mut(row) {
            Some(taken) => *taken = end,
            None => rows.push(end),
        }
        canvas.text((at + 3.0, high + MARK * (1.0 + 1.1 * row as f64)), &mark.text, small);
    }
    for (index, line) in panel.lines.iter().enumerate() {
        let color = COLORS[index % COLORS.len()];
        let points: Vec<Point> = line.points.iter().map(|(at, value)| (x(*at), y(*value))).collect();
        canvas.curve(&points, color);
        let (column, row) = (index % IN_A_ROW, index / IN_A_ROW);
        let left = LEFT + column as f64 * (WIDTH - LEFT) / IN_A_ROW as f64;
        let base = low + AXIS + ROW * (row as f64 + 0.8);
        canvas.block((left, base - 5.0), (14.0, 3.0), color);
        canvas.text((left + 19.0, base), &line.label, Text::PLAIN);
    }
}

/// A value with its unit, in thousands where it is large.
fn value(value: f64, unit: &str) -> String {
    let (value, prefix) = match value {
        value if unit == "bit/s" && value >= 1e6 => (value / 1e6, "M"),
        value if unit == "bit/s" && value >= 1e3 => (value / 1e3, "k"),
        value => (value, ""),
    };
    format!("{value:.1} {prefix}{unit}")
}

/// Round times within a span, about ten of them.
fn ticks(from: f64, to: f64) -> Vec<f64> {
    let rough = (to - from).max(1e-3) / 8.0;
    let scale = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|one| one * scale)
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * scale);
    let first = (from / step).ceil();
    (0..20)
        .map(|index| ((first + f64::from(index)) * step * 1000.0).round() / 1000.0)
        .take_while(|tick| *tick <= to)
        .collect()
}
