//! What charts are drawn on: [`Canvas`], and the one of them that is SVG.

use std::fmt::Write;

use super::escaped;

/// Takes what a chart is made of. Lengths are CSS pixels, colors `#rgb` or `#rrggbb`.
pub(super) trait Canvas {
    /// A thin straight line; a dashed one marks something, which `title` may say.
    fn rule(&mut self, from: Point, to: Point, color: &str, mark: Option<&str>);
    /// A line through points.
    fn curve(&mut self, points: &[Point], color: &str);
    /// A filled rectangle, by its upper left corner and its size.
    fn block(&mut self, corner: Point, size: Point, color: &str);
    /// A line of text.
    fn text(&mut self, at: Point, text: &str, style: Text<'_>);
}

/// x to the right, y down.
pub(super) type Point = (f64, f64);

/// The size of text that does not say otherwise.
pub(super) const SIZE: f64 = 11.0;
/// Of the lines of curves.
pub(super) const STROKE: f64 = 1.5;
/// Dashes and gaps of marks.
pub(super) const DASH: (f64, f64) = (4.0, 3.0);

/// How a text is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'t> {
    /// Where the point is that it is placed by, which is on the base line.
    pub anchor: Anchor,
    /// Whether it is a heading.
    pub bold: bool,
    /// Its size.
    pub size: f64,
    /// Its color; black if there is none.
    pub color: Option<&'t str>,
}

/// Which part of a text is at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Text<'_> {
    /// Plain text.
    pub const PLAIN: Text<'static> = Text {
        anchor: Anchor::Start,
        bold: false,
        size: SIZE,
        color: None,
    };
}

/// A picture as SVG.
pub(super) struct Svg(String);

impl Svg {
    /// An empty picture of this size.
    pub fn new((width, height): Point) -> Svg {
        Svg(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"{SIZE}\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
        ))
    }

    /// The whole document.
    pub fn finish(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }
}

impl Canvas for Svg {
    fn rule(&mut self, from: Point, to: Point, color: &str, mark: Option<&str>) {
        let ends = format!(
            "x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"",
            from.0, from.1, to.0, to.1
        );
        let _ = match mark {
            None => writeln!(self.0, "<line {ends} stroke=\"{color}\"/>"),
            Some(title) => writeln!(
                self.0,
                "<line {ends} stroke=\"{color}\" stroke-dasharray=\"{} {}\"><title>{}</title></line>",
                DASH.0,
                DASH.1,
                escaped(title)
            ),
        };
    }

    fn curve(&mut self, points: &[Point], color: &str) {
        let mut list = String::new();
        for (x, y) in points {
            let _ = write!(list, "{x:.1},{y:.1} ");
        }
        let list = list.trim_end();
        let _ = writeln!(
            self.0,
            "<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"{STROKE}\" points=\"{list}\"/>"
        );
    }

    fn block(&mut self, (x, y): Point, (width, height): Point, color: &str) {
        let _ = writeln!(
            self.0,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width}\" height=\"{height}\" fill=\"{color}\"/>"
        );
    }

    fn text(&mut self, (x, y): Point, text: &str, style: Text<'_>) {
        let mut attributes = String::new();
        match style.anchor {
            Anchor::Start => {}
            Anchor::Middle => attributes.push_str(" text-anchor=\"middle\""),
            Anchor::End => attributes.push_str(" text-anchor=\"end\""),
        }
        if style.bold {
            attributes.push_str(" font-weight=\"bold\"");
        }
        if let Some(color) = style.color {
            let _ = write!(attributes, " fill=\"{color}\"");
        }
        if style.size != SIZE {
            let _ = write!(attributes, " font-size=\"{}\"", style.size);
        }
        let _ = writeln!(
            self.0,
            "<text x=\"{x:.1}\" y=\"{y:.1}\"{attributes}>{}</text>",
            escaped(text)
        );
    }
}
