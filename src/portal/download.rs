//! Lists to take away as a file.

use std::borrow::Cow;

use axum::http::header;
use axum::response::IntoResponse as _;

use super::errors::{Answer, Fault};
use crate::app::AppError;
use crate::domain::table::safe_cell;

/// A list for a spreadsheet, as CSV of RFC 4180. What somebody typed stays text: no cell is a formula to the
/// program that opens it. Rows may be shorter than the headings.
pub(super) fn csv_file<R>(
    name: &'static str,
    headings: &[&str],
    rows: impl IntoIterator<Item = R>,
) -> Answer
where
    R: IntoIterator<Item = String>,
{
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(Vec::new());
    let broken = |error: csv::Error| Fault::from(AppError::broken(error));
    writer.write_record(headings).map_err(broken)?;
    for row in rows {
        let cells = row.into_iter().map(|cell| match safe_cell(&cell) {
            Cow::Borrowed(_) => cell,
            Cow::Owned(safe) => safe,
        });
        writer.write_record(cells).map_err(broken)?;
    }
    let text = writer.into_inner().map_err(AppError::broken)?;
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        text,
    )
        .into_response())
}
