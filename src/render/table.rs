//! Tables without lines: the only place that knows comfy-table.

use comfy_table::{Attribute, CellAlignment, Color, ColumnConstraint, ContentArrangement, presets};

use super::text::{Paint, Style};

/// Rows under headings. Columns in which no row has anything are not printed.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

/// A heading, and how its column stands.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    heading: &'static str,
    alignment: CellAlignment,
    bars: bool,
}

impl Column {
    /// For words.
    pub const fn left(heading: &'static str) -> Column {
        Column {
            heading,
            alignment: CellAlignment::Left,
            bars: false,
        }
    }

    /// For rows of bars over time: drawn with fewer bars, never wrapped, where the terminal is narrow.
    pub const fn bars(heading: &'static str) -> Column {
        Column {
            bars: true,
            ..Column::left(heading)
        }
    }

    /// For numbers.
    pub const fn right(heading: &'static str) -> Column {
        Column {
            heading,
            alignment: CellAlignment::Right,
            bars: false,
        }
    }
}

/// What stands in one place.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    paint: Option<Paint>,
}

impl Cell {
    /// In a color, if there are colors.
    pub fn painted(text: impl Into<String>, paint: Paint) -> Cell {
        Cell {
            text: text.into(),
            paint: Some(paint),
        }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell {
            text: text.into(),
            paint: None,
        }
    }
}

impl Table {
    /// An empty table.
    pub fn new(columns: &[Column]) -> Table {
        Table {
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row: one cell for each column.
    pub fn row(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(cells);
    }

    /// The width it takes when nothing is wrapped.
    pub fn width(&self) -> usize {
        let mut table = self.build(&Style::PLAIN);
        table.discover_columns();
        let widths = table.column_max_content_widths();
        // Two blanks between columns.
        widths
            .iter()
            .map(|width| usize::from(*width) + 2)
            .sum::<usize>()
            .saturating_sub(2)
    }

    /// The heading and the rows, each a line; a table wider than the terminal is wrapped in its cells.
    pub fn lines(&self, style: &Style) -> Vec<String> {
        let narrow = style
            .width
            .and_then(|width| self.width().checked_sub(width))
            .filter(|excess| *excess > 0);
        let squeezed = narrow.map(|excess| self.with_fewer_bars(excess));
        let fitting = squeezed.as_ref().unwrap_or(self);
        let mut table = fitting.build(style);
        match style.width {
            Some(width) if width < fitting.width() => {
                table.set_content_arrangement(ContentArrangement::Dynamic);
                table.set_width(width.try_into().unwrap_or(u16::MAX));
            }
            _ => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        table.lines().map(|line| line.trim_end().to_owned()).collect()
    }

    /// The same table, narrower by so many columns as its bars can spare.
    fn with_fewer_bars(&self, excess: usize) -> Table {
        const FEWEST: usize = 8;
        let mut table = self.clone();
        for (index, _) in self.columns.iter().enumerate().filter(|(_, column)| column.bars) {
            let widest = self.rows.iter().map(|row| row[index].text.chars().count()).max();
            let most = widest.unwrap_or(0).saturating_sub(excess).max(FEWEST);
            for row in &mut table.rows {
                row[index].text = fewer_bars(&row[index].text, most);
            }
        }
        table
    }

    fn build(&self, style: &Style) -> comfy_table::Table {
        let shown: Vec<usize> = (0..self.columns.len())
            .filter(|&index| self.rows.iter().any(|row| !row[index].text.is_empty()))
            .collect();
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING);
        if style.color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(shown.iter().map(|&index| {
            let column = self.columns[index];
            comfy_table::Cell::new(column.heading)
                .add_attribute(Attribute::Bold)
                .set_alignment(column.alignment)
        }));
        for row in &self.rows {
            table.add_row(shown.iter().map(|&index| {
                let cell = comfy_table::Cell::new(&row[index].text).set_alignment(self.columns[index].alignment);
                match row[index].paint {
                    Some(Paint::Red) => cell.fg(Color::DarkRed),
                    Some(Paint::Green) => cell.fg(Color::DarkGreen),
                    Some(Paint::Yellow) => cell.fg(Color::DarkYellow),
                    Some(Paint::Cyan) => cell.fg(Color::DarkCyan),
                    Some(Paint::Bold) => cell.add_attribute(Attribute::Bold),
                    Some(Paint::Dim) => cell.add_attribute(Attribute::Dim),
                    None => cell,
                }
            }));
        }
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((if index == 0 { 0 } else { 2 }, 0));
            column.set_constraint(ColumnConstraint::LowerBoundary(comfy_table::Width::Fixed(5)));
        }
        table
    }
}

/// At most so many bars, each the highest of those that it stands for (the code points of bars rise with their height, and
/// are higher than that of the blank).
fn fewer_bars(bars: &str, most: usize) -> String {
    let bars: Vec<char> = bars.chars().collect();
    let most = most.min(bars.len());
    (0..most)
        .map(|index| index * bars.len() / most..(index + 1) * bars.len() / most)
        .filter_map(|part| bars[part].iter().max().copied())
        .collect()
}

/// How wide the terminal on stdout is; nothing if it is none.
pub fn terminal_width() -> Option<usize> {
    comfy_table::Table::new().width().map(usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&[Column::left("name"), Column::left("never"), Column::right("port")]);
        table.row(vec!["a".into(), "".into(), "9".into()]);
        table.row(vec![Cell::painted("long name", Paint::Red), "".into(), "65535".into()]);
        table
    }

    #[test]
    fn columns_are_aligned_and_empty_ones_left_out() {
        let table = table();
        let lines = table.lines(&Style::PLAIN);
        assert_eq!(lines, ["name        port", "a              9", "long name  65535"]);
        assert_eq!(table.width(), 16);
    }

    #[test]
    fn colors_come_only_when_asked_for() {
        let style = Style {
            color: true,
            ..Style::PLAIN
        };
        assert!(table().lines(&style).concat().contains("\x1b["));
        assert!(!table().lines(&Style::PLAIN).concat().contains('\x1b'));
    }

    #[test]
    fn narrow_terminals_wrap_cells() {
        let style = Style {
            width: Some(12),
            ..Style::PLAIN
        };
        assert!(table().lines(&style).iter().all(|line| line.len() <= 12));
    }

    #[test]
    fn bars_are_fewer_on_a_narrow_terminal() {
        let mut table = Table::new(&[Column::left("metric"), Column::bars("over time")]);
        table.row(vec!["loss".into(), "▁▂▃▄▅▆▇█▁▂▃▄▅▆▇ ".into()]);
        let bars = |width| {
            let style = Style {
                width: Some(width),
                ..Style::PLAIN
            };
            table.lines(&style)[1].clone()
        };
        assert_eq!(bars(80), "loss    ▁▂▃▄▅▆▇█▁▂▃▄▅▆▇");
        assert_eq!(bars(20), "loss    ▁▂▄▅▆█▁▂▄▅▆▇");
    }

    #[test]
    fn fewer_bars_keep_the_peaks() {
        for (most, fewer) in [(0, ""), (1, "█"), (2, "▂█"), (3, "▁▃█"), (5, "▁▂▃▁█"), (9, "▁▂▃▁█")]
        {
            assert_eq!(fewer_bars("▁▂▃▁█", most), fewer, "{most}");
        }
    }
}
