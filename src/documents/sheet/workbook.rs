//! Excel workbooks (`.xlsx`), by calamine, with the file's claims about its own size checked first.

use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};
use zip::ZipArchive;

use super::{CELL_BYTES, Format, Limits, Sheet, SheetError};
use crate::domain::table::{Builder, Table};

/// How many times its size a workbook may unpack to. Lists come to ten or twenty; the format allows a
/// thousand.
const UNPACKED_TIMES: u64 = 50;

/// Parts of a workbook: a list has about ten.
const PARTS: usize = 1_000;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Sheet, SheetError> {
    // calamine takes some of a damaged file's word on trust. One bad upload must not end a worker.
    catch_unwind(AssertUnwindSafe(|| {
        check_parts(bytes, (limits.bytes as u64).saturating_mul(UNPACKED_TIMES))?;
        read_checked(bytes, limits)
    }))
    .unwrap_or(Err(SheetError::Damaged(None)))
}

/// Unpacks everything once without keeping it. Refuses what would unpack to more than memory can hold,
/// and string tables that announce more strings than they have room for: room is made for them on
/// the announcement alone, and to run out of memory ends the process.
fn check_parts(bytes: &[u8], mut left: u64) -> Result<(), SheetError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > PARTS {
        return Err(SheetError::Damaged(None));
    }
    let mut part = Vec::new();
    for index in 0..archive.len() {
        part.clear();
        let file = archive.by_index(index).map_err(damaged)?;
        let size = file
            .take(left.saturating_add(1))
            .read_to_end(&mut part)
            .map_err(damaged)?;
        left = left
            .checked_sub(size as u64)
            .ok_or(SheetError::Damaged(None))?;
        if announces_too_much(&part) {
            return Err(SheetError::Damaged(None));
        }
    }
    Ok(())
}

fn announces_too_much(part: &[u8]) -> bool {
    const ATTRIBUTE: &[u8] = b"uniqueCount";
    // XML in a wide encoding would hide the attribute from us. Excel writes UTF-8 only.
    if matches!(
        part,
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, b'<', ..] | [b'<', 0, ..]
    ) {
        return true;
    }
    let mut rest = part;
    while let Some(at) = rest
        .windows(ATTRIBUTE.len())
        .position(|window| window == ATTRIBUTE)
    {
        rest = rest.get(at + ATTRIBUTE.len()..).unwrap_or_default();
        let digits = rest
            .iter()
            .skip_while(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'"' | b'\'' | b'+'))
            .take_while(|b| b.is_ascii_digit());
        let count = digits.fold(0_usize, |count, digit| {
            count
                .saturating_mul(10)
                .saturating_add(usize::from(digit - b'0'))
        });
        if count > part.len() {
            return true;
        }
    }
    false
}

fn read_checked(bytes: &[u8], limits: &Limits) -> Result<Sheet, SheetError> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let visible: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    for name in &visible {
        if let Some(table) = cells(&mut workbook, name, limits)? {
            let others = visible
                .iter()
                .filter(|other| *other != name)
                .cloned()
                .collect();
            return Ok(Sheet {
                table,
                format: Format::Workbook {
                    sheet: name.clone(),
                    others,
                },
            });
        }
    }
    Err(SheetError::Empty)
}

/// A sheet's rows that hold anything. `None` if none does. The sheet's stated dimensions are not believed:
/// one cell in the last corner would make 17 billion.
fn cells(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    limits: &Limits,
) -> Result<Option<Table>, SheetError> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(damaged)?;
    let mut cells: Vec<(u32, u32, String)> = Vec::new();
    let most_cells = limits.rows.saturating_mul(limits.columns);
    while let Some(cell) = reader.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        let Some(value) = shown(cell.get_value()) else {
            continue;
        };
        let line = row.saturating_add(1);
        if value.len() > CELL_BYTES {
            return Err(SheetError::CellTooLong { line });
        }
        if column as usize >= limits.columns {
            return Err(SheetError::TooManyColumns {
                line,
                most: limits.columns,
            });
        }
        if cells.len() >= most_cells {
            return Err(SheetError::TooManyRows { most: limits.rows });
        }
        cells.push((row, column, value));
    }
    // Almost always in order already. Of two claims on one place, the later stands.
    cells.sort_by_key(|(row, column, _)| (*row, *column));

    let mut table = Builder::over(0);
    let mut rows = 0;
    let mut row: Vec<&str> = Vec::new();
    for group in cells.chunk_by(|(a, _, _), (b, _, _)| a == b) {
        row.clear();
        for (_, column, value) in group {
            row.resize(*column as usize, "");
            row.push(value);
        }
        rows += 1;
        if rows > limits.rows {
            return Err(SheetError::TooManyRows { most: limits.rows });
        }
        let line = group.first().map_or(0, |(row, _, _)| row.saturating_add(1));
        table.row_of(line, row.iter().copied())?;
    }
    Ok((rows > 0).then(|| table.finish(String::new())))
}

/// A cell as text, numbers with all their digits. `None` if it is empty.
fn shown(value: &DataRef<'_>) -> Option<String> {
    let text = match value {
        DataRef::Empty => return None,
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        // `Display` writes neither exponent nor `.0`: 16785550152.
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(date) => date.to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

fn damaged(error: impl std::error::Error + Send + Sync + 'static) -> SheetError {
    SheetError::Damaged(Some(Box::new(error)))
}
