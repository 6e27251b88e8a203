//! Number lists as people have them: CSV, TSV or semicolons in any of the usual encodings, or an Excel
//! workbook. Bytes in, a [`Table`] out; what the columns mean is `domain::import`'s business.

mod delimited;
mod workbook;

#[cfg(test)]
mod tests;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::domain::table::{Table, TooLarge};

/// How much a file may hold. The customer's form takes less than the desk's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file as it came.
    pub bytes: usize,
    /// Rows that hold anything, headings included.
    pub rows: usize,
    /// Cells of a row.
    pub columns: usize,
}

impl Default for Limits {
    /// 2 MB, 1,000 numbers and a row of headings, 50 columns.
    fn default() -> Self {
        Self {
            bytes: 2_000_000,
            rows: 1_001,
            columns: 50,
        }
    }
}

/// A cell longer than this is no cell: mostly a quotation mark that swallowed the lines after it.
const CELL_BYTES: usize = 10_000;

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its rows.
    pub table: Table,
    /// How it was written, to be shown beside the preview.
    pub format: Format,
}

/// How a file was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text with cells separated by one sign.
    Delimited {
        /// The encoding by its web name, such as `UTF-8` or `windows-1252`.
        encoding: &'static str,
        /// The sign between two cells.
        delimiter: char,
    },
    /// An Excel workbook.
    Workbook {
        /// The sheet that was read: the first visible one that holds anything.
        sheet: String,
        /// Other visible sheets, which were not read.
        others: Vec<String>,
    },
}

/// Why a file cannot be read as a list.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// No bytes, or no cell that holds anything.
    #[error("the file is empty; choose a file with one number in each row")]
    Empty,
    /// Too many bytes.
    #[error("the file has {bytes} bytes and may have {most}; split it into smaller files")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// Too many rows.
    #[error("the file has more than {most} rows; split it into smaller files")]
    TooManyRows {
        /// The limit.
        most: usize,
    },
    /// A row that is too wide.
    #[error("line {line} has more than {most} columns; remove the columns that are not needed")]
    TooManyColumns {
        /// Where.
        line: u32,
        /// The limit.
        most: usize,
    },
    /// A cell that is too long.
    #[error(
        "line {line} has a cell of more than {CELL_BYTES} bytes; this is not a list of numbers"
    )]
    CellTooLong {
        /// Where.
        line: u32,
    },
    /// Neither text nor a workbook.
    #[error("this is not a table; save it as CSV or as an Excel workbook (.xlsx)")]
    NotATable,
    /// An Excel file of before 2007, or one with a password: both look alike from outside.
    #[error(
        "this is an old Excel file (.xls) or one with a password; save it as .xlsx without a password, or as CSV"
    )]
    OldExcel,
    /// A workbook that cannot be opened.
    #[error("this Excel workbook is damaged; open it, save it again, or save it as CSV")]
    Damaged(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
}

impl From<TooLarge> for SheetError {
    fn from(_: TooLarge) -> Self {
        Self::TooLarge {
            bytes: usize::MAX,
            most: u32::MAX as usize,
        }
    }
}

/// Reads a file by its content; its name and the type that a browser gave it do not matter.
///
/// # Errors
/// Why it cannot be read as a list at all. Faults of single rows are no error: they stand in the rows.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Sheet, SheetError> {
    if bytes.len() > limits.bytes {
        return Err(SheetError::TooLarge {
            bytes: bytes.len(),
            most: limits.bytes,
        });
    }
    match bytes {
        [] => Err(SheetError::Empty),
        [b'P', b'K', 3 | 5, ..] => workbook::read(bytes, limits),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Err(SheetError::OldExcel),
        [b'%', b'P', b'D', b'F', ..] => Err(SheetError::NotATable),
        _ => {
            let (text, encoding) = decode(bytes)?;
            let (table, delimiter) = delimited::read(text, limits)?;
            Ok(Sheet {
                table,
                format: Format::Delimited {
                    encoding,
                    delimiter,
                },
            })
        }
    }
}

/// Finds the encoding: a byte order mark, else UTF-8 if it fits, else a guess by the letters in it.
fn decode(bytes: &[u8]) -> Result<(String, &'static str), SheetError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let body = bytes.get(mark..).unwrap_or_default();
        let text = encoding.decode_without_bom_handling(body).0.into_owned();
        return text_only(text, encoding);
    }
    if let Ok(text) = str::from_utf8(bytes) {
        return text_only(text.to_owned(), UTF_8);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    // A guess that does not even decode is worth less than what Excel writes in the US.
    let (text, encoding) = match guess.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => (text, guess),
        None => (
            WINDOWS_1252.decode_without_bom_handling(bytes).0,
            WINDOWS_1252,
        ),
    };
    text_only(text.into_owned(), encoding)
}

/// Pictures and programs have zero bytes; text does not.
fn text_only(
    text: String,
    encoding: &'static Encoding,
) -> Result<(String, &'static str), SheetError> {
    if text.contains('\0') {
        return Err(SheetError::NotATable);
    }
    Ok((text, encoding.name()))
}
