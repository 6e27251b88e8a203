//! Tables for people: columns under grey headings, no lines between them. On a terminal they fit its width; in a
//! file or pipe nothing is cut.

use super::{Error, Ink, Ui};

/// The space between two columns.
const GAP: usize = 2;
/// A column is not made narrower than this.
const NARROWEST: usize = 8;

/// What happens to a cell that is wider than there is room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It keeps its width.
    Whole,
    /// Its end is cut off.
    Cut,
    /// Its end is cut off, but rather another column goes than more than down to this.
    CutTo(usize),
    /// It goes on in the next line.
    Wrap,
}

impl Fit {
    /// How narrow a column of this natural width may become before others are left out for it.
    fn least(self, natural: usize) -> usize {
        match self {
            Self::Whole => natural,
            Self::CutTo(least) => natural.min(least),
            // Names that are cut to less than this say little.
            Self::Cut | Self::Wrap => natural.min(14),
        }
    }
}

/// A text in its colour.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    text: String,
    ink: Option<Ink>,
}

impl Cell {
    /// With this colour.
    pub(super) fn ink(text: impl Into<String>, ink: Ink) -> Self {
        Self {
            ink: Some(ink),
            ..Self::from(text.into())
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        // A line break would break the table.
        let text = match text.contains('\n') {
            true => text.split_whitespace().collect::<Vec<_>>().join(" "),
            false => text,
        };
        Self { text, ink: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<(&'static str, Fit)>,
    rows: Vec<Vec<Cell>>,
    indent: usize,
}

impl Table {
    /// A table with these columns.
    pub(super) fn new(columns: &[(&'static str, Fit)]) -> Self {
        Self {
            columns: columns.to_vec(),
            rows: Vec::new(),
            indent: 0,
        }
    }

    /// Moved to the right.
    pub(super) fn indented(mut self, by: usize) -> Self {
        self.indent = by;
        self
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Leaves out columns in which no row has anything.
    pub(super) fn without_empty(mut self) -> Self {
        for at in (0..self.columns.len()).rev() {
            let empty = |row: &Vec<Cell>| row.get(at).is_none_or(|cell| cell.text.is_empty());
            if self.rows.iter().all(empty) {
                self.drop_at(at);
            }
        }
        self
    }

    /// Leaves out the first of these columns, then the next, while the table is wider than the terminal.
    pub(super) fn fitting(mut self, ui: &Ui, droppable: &[&str]) -> Self {
        let Some(room) = ui.width() else {
            return self;
        };
        for name in droppable {
            let least: usize = self
                .natural()
                .iter()
                .zip(&self.columns)
                .map(|(width, (_, fit))| fit.least(*width) + GAP)
                .sum();
            if least + self.indent <= room + GAP {
                break;
            }
            if let Some(at) = self.columns.iter().position(|(known, _)| known == name) {
                self.drop_at(at);
            }
        }
        self
    }

    fn drop_at(&mut self, at: usize) {
        self.columns.remove(at);
        for row in &mut self.rows {
            if at < row.len() {
                row.remove(at);
            }
        }
    }

    fn natural(&self) -> Vec<usize> {
        self.columns
            .iter()
            .enumerate()
            .map(|(at, (head, _))| {
                self.rows
                    .iter()
                    .filter_map(|row| row.get(at))
                    .map(|cell| width(&cell.text))
                    .chain([width(head)])
                    .max()
                    .unwrap_or(0)
            })
            .collect()
    }

    /// How wide each column becomes: the widest that may shrink give up room first.
    fn widths(&self, room: Option<usize>) -> Vec<usize> {
        let natural = self.natural();
        let mut widths = natural.clone();
        let Some(room) = room else {
            return widths;
        };
        let gaps = GAP * widths.len().saturating_sub(1) + self.indent;
        let least = |at: usize, fit: &Fit| natural.get(at).map_or(0, |width| fit.least(*width));
        for hard in [false, true] {
            while widths.iter().sum::<usize>() + gaps > room {
                let widest = widths
                    .iter_mut()
                    .zip(&self.columns)
                    .enumerate()
                    .filter(|(at, (width, (_, fit)))| match hard {
                        false => **width > least(*at, fit),
                        true => *fit != Fit::Whole && **width > NARROWEST,
                    })
                    .map(|(_, (width, _))| width)
                    .max_by_key(|width| **width);
                match widest {
                    Some(width) => *width -= 1,
                    None => break,
                }
            }
        }
        widths
    }

    /// Writes it as data.
    ///
    /// # Errors
    /// When the output is closed or full.
    pub(super) fn show(&self, ui: &mut Ui) -> Result<(), Error> {
        for line in self.lines(ui.width(), |ink, text| ui.paint(ink, text)) {
            ui.line(line)?;
        }
        Ok(())
    }

    fn lines(&self, room: Option<usize>, paint: impl Fn(Ink, &str) -> String) -> Vec<String> {
        let widths = self.widths(room);
        let heads: Vec<Cell> = self
            .columns
            .iter()
            .map(|(head, _)| Cell::ink(*head, Ink::Faint))
            .collect();
        let has_heads = self.columns.iter().any(|(head, _)| !head.is_empty());
        let mut lines = Vec::new();
        for row in has_heads.then_some(&heads).into_iter().chain(&self.rows) {
            let cells: Vec<Vec<String>> = row
                .iter()
                .zip(&widths)
                .zip(&self.columns)
                .map(|((cell, width), (_, fit))| match fit {
                    Fit::Whole => vec![cell.text.clone()],
                    Fit::Cut | Fit::CutTo(_) => vec![cut(&cell.text, *width)],
                    Fit::Wrap => wrap(&cell.text, *width),
                })
                .collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(0);
            for at in 0..height {
                let mut line = " ".repeat(self.indent);
                let mut owed = 0;
                for ((parts, cell), width_of) in cells.iter().zip(row).zip(&widths) {
                    let text = parts.get(at).map_or("", String::as_str);
                    if !text.is_empty() {
                        line.push_str(&" ".repeat(owed));
                        owed = 0;
                        match cell.ink {
                            Some(ink) => line.push_str(&paint(ink, text)),
                            None => line.push_str(text),
                        }
                    }
                    owed += (width_of + GAP).saturating_sub(width(text));
                }
                lines.push(line);
            }
        }
        lines
    }
}

/// How much room a text takes on a terminal.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// The beginning of a text that does not fit.
pub(super) fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let kept: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A text in lines that fit. A word that is longer than a line is broken.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let mut word: &str = word;
        if used > 0 && used + 1 + width(word) > room {
            lines.push(String::new());
            used = 0;
        }
        while width(word) > room {
            let at = word
                .char_indices()
                .nth(room)
                .map_or(word.len(), |(at, _)| at);
            let (head, rest) = word.split_at(at);
            if let Some(last) = lines.last_mut() {
                last.push_str(head);
            }
            lines.push(String::new());
            word = rest;
        }
        if let Some(last) = lines.last_mut() {
            if used > 0 {
                last.push(' ');
                used += 1;
            }
            last.push_str(word);
            used += width(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(table: &Table, room: Option<usize>) -> Vec<String> {
        table.lines(room, |_, text| text.to_owned())
    }

    #[test]
    fn columns_stand_under_each_other_and_shrink_to_the_terminal() {
        let mut table = Table::new(&[
            ("ID", Fit::Whole),
            ("TITLE", Fit::Cut),
            ("STATUS", Fit::Whole),
        ]);
        table.row([
            "a1".into(),
            "Harbor Dental Group, LLC".into(),
            "In review".into(),
        ]);
        table.row(["b2".into(), Cell::default(), "Draft".into()]);
        assert_eq!(
            plain(&table, None),
            [
                "ID  TITLE                     STATUS",
                "a1  Harbor Dental Group, LLC  In review",
                "b2                            Draft",
            ]
        );
        let narrow = plain(&table, Some(30));
        assert_eq!(narrow[1], "a1  Harbor Dental…   In review");
        assert!(narrow.iter().all(|line| width(line) <= 30), "{narrow:?}");
    }

    #[test]
    fn long_texts_go_on_in_the_next_line() {
        let mut table = Table::new(&[("LINE", Fit::Whole), ("WHAT TO DO", Fit::Wrap)]).indented(2);
        table.row([
            "7".into(),
            "Format the column as text and enter it again.".into(),
        ]);
        assert_eq!(
            plain(&table, Some(28)),
            [
                "  LINE  WHAT TO DO",
                "  7     Format the column as",
                "        text and enter it",
                "        again.",
            ]
        );
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("", 3), [""]);
    }

    #[test]
    fn a_line_break_in_a_cell_breaks_no_table_and_empty_columns_are_left_out() {
        let mut table = Table::new(&[("A", Fit::Whole), ("B", Fit::Whole), ("C", Fit::Whole)]);
        table.row(["one\n two".into(), Cell::default(), "c".into()]);
        let table = table.without_empty();
        assert_eq!(plain(&table, None), ["A        C", "one two  c"]);
    }
}
