//! CSV and its relatives, after RFC 4180, with the two habits that lists in the wild have: the sign
//! between the cells is anything, and quotation marks stand where they should not.
//!
//! Our own reader rather than a crate's, for the line number and the text of every row, blank ones
//! too, and for a stray quotation mark to spoil one row instead of swallowing the rest of the file.
//! A property test holds it against the `csv` crate on what that crate writes.

use std::ops::Range;

use super::{CELL_BYTES, Limits, SheetError};
use crate::domain::table::{Builder, RowFault, Table};

/// In the order of preference, should two fit equally well.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many rows are looked at to find the delimiter.
const SAMPLE_ROWS: usize = 40;

pub(super) fn read(text: String, limits: &Limits) -> Result<(Table, char), SheetError> {
    let (delimiter, skip) = match declared(&text) {
        Some((delimiter, length)) => (delimiter, length),
        None => (guess(&text), 0),
    };
    let mut table = Builder::over(text.len());
    let (mut at, mut line) = (skip, 1 + u32::from(skip > 0));
    let (mut held, mut empty) = (0, 0);
    while at < text.len() {
        let row = row(&text, at, line, delimiter, limits, &mut table)?;
        table.row(line, at..row.end, row.fault)?;
        if row.hollow {
            empty += 1
        } else {
            held += 1
        }
        // Empty rows do not count, but a file of nothing else must end somewhere.
        if held > limits.rows || empty > 2 * limits.rows + 1000 {
            return Err(SheetError::TooManyRows { most: limits.rows });
        }
        (at, line) = (row.next, row.next_line);
    }
    if held == 0 {
        return Err(SheetError::Empty);
    }
    Ok((table.finish(text), char::from(delimiter)))
}

/// `sep=;` in the first line, which Excel writes and reads. Gives the delimiter and the line's length.
fn declared(text: &str) -> Option<(u8, usize)> {
    let line = text.split_inclusive('\n').next()?;
    match line.trim_end().as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', sign] if sign.is_ascii() => {
            Some((*sign, line.len()))
        }
        // A tab is white space too.
        _ if line.starts_with("sep=\t") => Some((b'\t', line.len())),
        _ => None,
    }
}

/// The sign that cuts the first rows into the most cells of the same number.
fn guess(text: &str) -> u8 {
    let score = |delimiter: u8| {
        let mut counts: Vec<usize> = Vec::with_capacity(SAMPLE_ROWS);
        let mut at = 0;
        while counts.len() < SAMPLE_ROWS && at < text.len() {
            let (mut cells, start) = (1, at);
            let mut clean = true;
            loop {
                let cell = cell(text.as_bytes(), at, delimiter);
                at = cell.next;
                // Something between a closing quotation mark and the delimiter: it is another one.
                clean &= cell.tail.is_empty();
                match cell.end {
                    End::Cell => cells += 1,
                    End::Row(_) | End::File => break,
                }
            }
            if !text.get(start..at).unwrap_or_default().trim().is_empty() {
                counts.push(if clean { cells } else { 1 });
            }
        }
        let usual = counts
            .iter()
            .copied()
            .max_by_key(|width| counts.iter().filter(|count| *count == width).count());
        let usual = usual.filter(|width| *width > 1)?;
        // The headings are the row that has every cell for sure.
        let headed = usize::from(counts.first() == Some(&usual)) + 1;
        Some(counts.iter().filter(|count| **count == usual).count() * (usual - 1) * headed)
    };
    // `max_by_key` takes the last of equals.
    DELIMITERS
        .into_iter()
        .rev()
        .max_by_key(|delimiter| score(*delimiter))
        .unwrap_or(b',')
}

struct Row {
    /// Where its text ends, without the line's end.
    end: usize,
    next: usize,
    next_line: u32,
    hollow: bool,
    fault: Option<RowFault>,
}

/// Reads the cells of a row into the table.
fn row(
    text: &str,
    start: usize,
    line: u32,
    delimiter: u8,
    limits: &Limits,
    table: &mut Builder,
) -> Result<Row, SheetError> {
    let (mut at, mut width, mut next_line) = (start, 0, line);
    let (mut hollow, mut fault) = (true, None);
    loop {
        let cell = cell(text.as_bytes(), at, delimiter);
        let content = text.get(cell.content.clone()).unwrap_or_default();
        let tail = text.get(cell.tail.clone()).unwrap_or_default();
        if content.len() + tail.len() > CELL_BYTES {
            return Err(SheetError::CellTooLong { line });
        }
        width += 1;
        if width > limits.columns {
            return Err(SheetError::TooManyColumns {
                line,
                most: limits.columns,
            });
        }
        hollow &= content.trim().is_empty();
        next_line += cell.breaks;
        if cell.unclosed {
            fault = Some(RowFault::UnclosedQuote);
        }
        if cell.doubled || !tail.is_empty() {
            table.cell_aside(&format!("{}{tail}", content.replace("\"\"", "\"")))?;
        } else {
            table.cell(cell.content)?;
        }
        let end = match cell.end {
            End::Cell => {
                at = cell.next;
                continue;
            }
            End::Row(length) => cell.next - length,
            End::File => cell.next,
        };
        next_line += u32::from(end != cell.next);
        return Ok(Row {
            end,
            next: cell.next,
            next_line,
            hollow,
            fault,
        });
    }
}

enum End {
    /// A delimiter follows.
    Cell,
    /// The row ends, with this many bytes of line end.
    Row(usize),
    File,
}

struct Cell {
    content: Range<usize>,
    /// What stands between a closing quotation mark and the delimiter. It belongs to the cell.
    tail: Range<usize>,
    /// Whether the content has doubled quotation marks, each of which means one.
    doubled: bool,
    unclosed: bool,
    /// Line breaks within the cell.
    breaks: u32,
    end: End,
    next: usize,
}

/// Reads the cell that begins at `at`. Looks no further than a cell may be long.
fn cell(bytes: &[u8], at: usize, delimiter: u8) -> Cell {
    if bytes.get(at) == Some(&b'"') {
        if let Some((close, doubled, breaks)) = closing_quote(bytes, at + 1) {
            let (tail_end, end, next) = unquoted(bytes, close + 1, delimiter);
            return Cell {
                content: at + 1..close,
                tail: close + 1..tail_end,
                doubled,
                unclosed: false,
                breaks,
                end,
                next,
            };
        }
        let (stop, end, next) = unquoted(bytes, at, delimiter);
        return Cell {
            content: at..stop,
            tail: stop..stop,
            doubled: false,
            unclosed: true,
            breaks: 0,
            end,
            next,
        };
    }
    let (stop, end, next) = unquoted(bytes, at, delimiter);
    Cell {
        content: at..stop,
        tail: stop..stop,
        doubled: false,
        unclosed: false,
        breaks: 0,
        end,
        next,
    }
}

/// Where the mark stands that closes a quoted cell, whether there are doubled ones before it, and how
/// many lines the cell runs over.
fn closing_quote(bytes: &[u8], from: usize) -> Option<(usize, bool, u32)> {
    let (mut at, mut doubled, mut breaks) = (from, false, 0);
    while at - from <= CELL_BYTES {
        match bytes.get(at)? {
            b'"' if bytes.get(at + 1) == Some(&b'"') => {
                doubled = true;
                at += 1;
            }
            b'"' => return Some((at, doubled, breaks)),
            b'\n' => breaks += 1,
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => breaks += 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Walks to the next delimiter or line end: where it stands, what it is, and where the next cell begins.
fn unquoted(bytes: &[u8], from: usize, delimiter: u8) -> (usize, End, usize) {
    let rest = bytes.get(from..).unwrap_or_default();
    let Some(length) = rest
        .iter()
        .position(|b| *b == delimiter || *b == b'\n' || *b == b'\r')
    else {
        return (bytes.len(), End::File, bytes.len());
    };
    let at = from + length;
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => (at, End::Row(2), at + 2),
        (Some(b'\n' | b'\r'), _) => (at, End::Row(1), at + 1),
        _ => (at, End::Cell, at + 1),
    }
}
