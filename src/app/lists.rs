//! Number lists as files: kept between the upload and the moment when somebody has said what each column
//! means.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::{App, AppError, Caller};
use crate::db::known;
use crate::documents::sheet::{self, Format, Limits};
use crate::domain::table::Table;

/// A list that was read.
#[derive(Debug)]
pub struct List {
    /// Its rows.
    pub table: Table,
    /// How it was written, for people: "CSV with commas, UTF-8".
    pub format: String,
}

/// Keeps a file if it can be read as a list, and says under which hash.
///
/// # Errors
/// A problem with the field `list` when it cannot.
pub async fn keep(app: &App, bytes: Bytes) -> Result<String, AppError> {
    read(app, bytes.clone()).await?;
    Ok(app.blobs.put(bytes).await?)
}

/// A list that was kept, as it came.
pub async fn file(app: &App, sha256: &str) -> Result<Bytes, AppError> {
    Ok(app.blobs.get(sha256).await?)
}

/// Reads a list that was kept.
pub async fn open(app: &App, sha256: &str) -> Result<List, AppError> {
    read(app, app.blobs.get(sha256).await?).await
}

/// What tells lists of one kind from others: the words of their first row.
fn headings_of(list: &List) -> Option<[u8; 32]> {
    let first = list.table.rows().next()?;
    let mut hash = Sha256::new();
    for cell in first.cells() {
        hash.update(cell.trim().to_lowercase());
        // Between two cells, so that no other cells are the same.
        hash.update([0]);
    }
    Some(hash.finalize().into())
}

/// What the caller said the last time that the columns of such a list mean.
pub async fn columns(app: &App, caller: &Caller, list: &List) -> Result<Option<String>, AppError> {
    let Some(headings) = headings_of(list) else {
        return Ok(None);
    };
    let mut read = app.db.glimpse().await?;
    Ok(known::columns(&mut read, caller.user, headings).await?)
}

/// Remembers what the columns of such a list mean.
pub async fn keep_columns(
    app: &App,
    caller: &Caller,
    list: &List,
    meanings: &str,
) -> Result<(), AppError> {
    let Some(headings) = headings_of(list) else {
        return Ok(());
    };
    let mut tx = app.db.write().await?;
    let now = app.clock.now();
    known::keep_columns(&mut tx, caller.user, headings, meanings, now).await?;
    Ok(tx.commit().await?)
}

async fn read(app: &App, bytes: Bytes) -> Result<List, AppError> {
    let limits = Limits {
        bytes: app.config.limits.import_bytes_max(),
        // One more for the headings.
        rows: (app.config.limits.import_rows_max as usize).saturating_add(1),
        ..Limits::default()
    };
    let sheet = tokio::task::spawn_blocking(move || sheet::read(&bytes, &limits))
        .await
        .map_err(AppError::broken)?
        .map_err(|error| AppError::field("list", sentence(&error.to_string())))?;
    Ok(List {
        format: words(&sheet.format),
        table: sheet.table,
    })
}

fn words(format: &Format) -> String {
    match format {
        Format::Delimited {
            encoding,
            delimiter,
        } => {
            let with = match delimiter {
                ',' => "commas",
                ';' => "semicolons",
                '\t' => "tabs",
                '|' => "bars",
                _ => "another separator",
            };
            format!("Text with {with}, {encoding}")
        }
        Format::Workbook { sheet, others } if others.is_empty() => {
            format!("Excel workbook, sheet {sheet}")
        }
        Format::Workbook { sheet, others } => format!(
            "Excel workbook, sheet {sheet}; not read: {}",
            others.join(", ")
        ),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
