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
}

impl Column {
    /// For words.
    pub const fn left(heading: &'static str) -> Column {
        Column {
            heading,
            alignment: CellAlignment::Left,
        }
    }

    /// For numbers.
    pub const fn right(heading: &'static str) -> Column {
        Column {
            heading,
            alignment: CellAlignment::Right,
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
        let mut table = self.build(style);
        match style.width {
            Some(width) if width < self.width() => {
                table.set_content_arrangement(ContentArrangement::Dynamic);
                table.set_width(width.try_into().unwrap_or(u16::MAX));
            }
            _ => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        table.lines().map(|line| line.trim_end().to_owned()).collect()
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
}
