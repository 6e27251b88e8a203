//! A table as somebody's file had it: rows of cells with the line each began on, and the line itself.
//!
//! All text lives in one string; rows and cells are ranges in it. A list of 100,000 rows costs four
//! allocations, not a million.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// Rows of cells. Cells may hold secrets (a PIN column), so `Debug` shows the size only.
#[derive(Clone, Default)]
pub struct Table {
    text: String,
    cells: Vec<Span>,
    rows: Vec<RowAt>,
}

#[derive(Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
}

#[derive(Clone, Copy)]
struct RowAt {
    line: u32,
    raw: Span,
    first: u32,
    count: u32,
    fault: Option<RowFault>,
}

/// What made a row unreadable as it stands. Its cells are our best reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFault {
    /// A quotation mark opens a cell and nothing closes it.
    UnclosedQuote,
}

/// One row.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    at: RowAt,
}

/// The table has grown past what it can address: 4 GiB of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the table is larger than 4 GiB")]
pub struct TooLarge;

/// Makes a [`Table`] from a text while somebody walks over it: cells first, then the row they are in.
pub struct Builder {
    table: Table,
    /// The length of the text; what is added aside comes after it.
    base: usize,
}

impl Span {
    fn of(range: Range<usize>) -> Result<Self, TooLarge> {
        let short = |at: usize| u32::try_from(at).map_err(|_| TooLarge);
        Ok(Self {
            start: short(range.start)?,
            end: short(range.end)?,
        })
    }

    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Builder {
    /// For a text of this many bytes, which is handed to [`Builder::finish`].
    pub fn over(base: usize) -> Self {
        Self {
            table: Table::default(),
            base,
        }
    }

    /// Adds a cell that is a part of the text.
    ///
    /// # Errors
    /// The table is too large.
    pub fn cell(&mut self, range: Range<usize>) -> Result<(), TooLarge> {
        self.table.cells.push(Span::of(range)?);
        Ok(())
    }

    /// Adds a cell that is not in the text as it stands, such as one whose doubled quotes were undone.
    ///
    /// # Errors
    /// The table is too large.
    pub fn cell_aside(&mut self, cell: &str) -> Result<(), TooLarge> {
        let start = self.base + self.table.text.len();
        self.table.text.push_str(cell);
        self.cell(start..start + cell.len())
    }

    /// Ends a row: all cells since the last one. `line` counts from 1; `raw` is the line in the text.
    ///
    /// # Errors
    /// The table is too large.
    pub fn row(
        &mut self,
        line: u32,
        raw: Range<usize>,
        fault: Option<RowFault>,
    ) -> Result<(), TooLarge> {
        let first = self
            .table
            .rows
            .last()
            .map_or(0, |row| row.first + row.count);
        let end = u32::try_from(self.table.cells.len()).map_err(|_| TooLarge)?;
        self.table.rows.push(RowAt {
            line,
            raw: Span::of(raw)?,
            first,
            count: end - first,
            fault,
        });
        Ok(())
    }

    /// Ends a row whose cells were all added aside. Its raw line is the cells with commas between.
    ///
    /// # Errors
    /// The table is too large.
    pub fn row_of<'c>(
        &mut self,
        line: u32,
        cells: impl IntoIterator<Item = &'c str>,
    ) -> Result<(), TooLarge> {
        let start = self.base + self.table.text.len();
        for (i, cell) in cells.into_iter().enumerate() {
            if i > 0 {
                self.table.text.push(',');
            }
            self.cell_aside(cell)?;
        }
        self.row(line, start..self.base + self.table.text.len(), None)
    }

    /// The table, over the text that it was made from.
    pub fn finish(mut self, mut text: String) -> Table {
        text.push_str(&self.table.text);
        self.table.text = text;
        self.table
    }
}

impl Table {
    /// A table from rows that are already apart.
    ///
    /// # Errors
    /// The table is too large.
    pub fn from_rows<'c, R>(rows: impl IntoIterator<Item = (u32, R)>) -> Result<Self, TooLarge>
    where
        R: IntoIterator<Item = &'c str>,
    {
        let mut builder = Builder::over(0);
        for (line, cells) in rows {
            builder.row_of(line, cells)?;
        }
        Ok(builder.finish(String::new()))
    }

    /// How many rows there are, blank lines included.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row at all.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows in the order of the file.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.rows.iter().map(|at| Row {
            table: self,
            at: *at,
        })
    }

    /// The number of cells of the widest row.
    pub fn width(&self) -> usize {
        self.rows
            .iter()
            .map(|row| row.count as usize)
            .max()
            .unwrap_or(0)
    }

    fn at(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Table({} rows, {} cells)",
            self.rows.len(),
            self.cells.len()
        )
    }
}

impl<'a> Row<'a> {
    /// The line of the file on which it begins; the first is 1. Of a workbook, the row.
    pub fn line(&self) -> u32 {
        self.at.line
    }

    /// How many cells it has.
    pub fn len(&self) -> usize {
        self.at.count as usize
    }

    /// Whether it has no cells.
    pub fn is_empty(&self) -> bool {
        self.at.count == 0
    }

    /// A cell, counted from 0. Empty if the row is shorter.
    pub fn cell(&self, column: usize) -> &'a str {
        self.span(column).map_or("", |span| self.table.at(span))
    }

    fn span(&self, column: usize) -> Option<Span> {
        if column >= self.len() {
            return None;
        }
        self.table
            .cells
            .get(self.at.first as usize + column)
            .copied()
    }

    /// Its cells.
    pub fn cells(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let row = *self;
        (0..self.len()).map(move |column| row.cell(column))
    }

    /// The line as the file has it, without its end.
    pub fn raw(&self) -> &'a str {
        self.table.at(self.at.raw)
    }

    /// The line with one cell masked, for columns that hold secrets.
    pub fn raw_without(&self, column: usize) -> String {
        let Some(secret) = self.span(column).filter(|span| span.start < span.end) else {
            return self.raw().to_owned();
        };
        let raw = self.at.raw;
        if raw.start <= secret.start && secret.end <= raw.end {
            let at = |from: u32, to: u32| {
                self.table.at(Span {
                    start: from,
                    end: to,
                })
            };
            return format!(
                "{}{MASK}{}",
                at(raw.start, secret.start),
                at(secret.end, raw.end)
            );
        }
        // The cell was rewritten while it was read; so is the line.
        let cells: Vec<&str> = self
            .cells()
            .enumerate()
            .map(|(i, cell)| if i == column { MASK } else { cell })
            .collect();
        cells.join(",")
    }

    /// Whether the line is blank: nothing but white space.
    pub fn is_blank(&self) -> bool {
        self.raw().trim().is_empty()
    }

    /// Whether the line has cells, all of them empty.
    pub fn is_hollow(&self) -> bool {
        self.cells().all(|cell| cell.trim().is_empty())
    }

    /// What made it unreadable as it stands.
    pub fn fault(&self) -> Option<RowFault> {
        self.at.fault
    }
}

/// Stands for a secret wherever one would be shown.
const MASK: &str = "••••";

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row(line {}, {} cells)", self.at.line, self.at.count)
    }
}

/// A cell as it can be given to a spreadsheet program: what would be taken for a formula gets an apostrophe in front,
/// so that nobody's name or note computes anything on somebody else's machine (OWASP, "CSV Injection"). A number in
/// E.164 form is left as it is.
pub fn safe_cell(text: &str) -> Cow<'_, str> {
    let is_number = text
        .strip_prefix('+')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_number && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_would_compute_gets_an_apostrophe() {
        for (text, safe) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2", "'-2"),
            ("+1 (404) 555", "'+1 (404) 555"),
            ("\t=1", "'\t=1"),
            ("+14045550123", "+14045550123"),
            ("Harbor Dental = best", "Harbor Dental = best"),
            ("", ""),
            ("+", "'+"),
        ] {
            assert_eq!(safe_cell(text), safe);
        }
    }

    #[test]
    fn a_row_is_short_of_cells_without_harm_and_masks_a_secret() {
        let table = Table::from_rows([(1, vec!["+14045550123", "0042", "x"]), (7, vec!["a"])])
            .expect("small");
        let rows: Vec<Row<'_>> = table.rows().collect();
        assert_eq!(
            (rows[1].line(), rows[1].cell(0), rows[1].cell(5)),
            (7, "a", "")
        );
        assert_eq!(rows[0].raw(), "+14045550123,0042,x");
        assert_eq!(rows[0].raw_without(1), "+14045550123,••••,x");
        assert_eq!(rows[1].raw_without(1), "a");
        assert!(!format!("{table:?} {:?}", rows[0]).contains("0042"));
    }
}
