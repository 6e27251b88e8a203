//! What became of a file with numbers.

use serde::Serialize;
use utoipa::ToSchema;

use super::words::ColumnMeaningWords;
use crate::app::import::Imported;
use crate::domain::import::Meaning;

/// What became of a file with numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportReport {
    /// Whether this was a try: nothing was stored.
    pub dry_run: bool,
    /// How many rows were taken.
    #[schema(example = 118)]
    pub accepted: usize,
    /// How many rows were sent back.
    #[schema(example = 2)]
    pub refused: usize,
    /// How many rows hold nothing.
    #[schema(example = 1)]
    pub skipped: usize,
    /// What each column was taken for, from the left.
    #[schema(value_type = Vec<ColumnMeaningWords>)]
    pub columns: Vec<&'static str>,
    /// The line that holds the headings.
    #[schema(example = 1)]
    pub heading_line: Option<u32>,
    /// The rows that were sent back, in the order of the file.
    pub problems: Vec<ImportProblem>,
    /// What is odd about rows that were taken all the same.
    pub warnings: Vec<ImportWarning>,
    /// What may have been forgotten.
    #[schema(example = json!(["3 rows have no Tracking Source. They can be set later."]))]
    pub reminders: Vec<String>,
}

/// A row that was sent back.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportProblem {
    /// Its line in the file.
    #[schema(example = 7)]
    pub line: u32,
    /// The column that is wrong.
    #[schema(example = "number")]
    pub column: &'static str,
    /// The reason's short name.
    #[schema(example = "scientific_notation")]
    pub reason: String,
    /// What stands in the cell.
    #[schema(example = "1.40456E+10")]
    pub value: String,
    /// What is wrong and what to do.
    pub says: String,
}

/// What is odd about a row.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportWarning {
    /// Its line in the file.
    #[schema(example = 9)]
    pub line: u32,
    /// What to look at.
    pub says: &'static str,
}

/// A column's name.
pub fn meaning_name(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Number => "number",
        Meaning::ReceivingNumber => "receiving_number",
        Meaning::Source => "source",
        Meaning::AccountName => "account_name",
        Meaning::Description => "description",
        Meaning::Pin => "pin",
        Meaning::Ignore => "ignore",
    }
}

impl ImportReport {
    /// The report.
    pub fn of(imported: &Imported, dry_run: bool) -> Self {
        Self {
            dry_run,
            accepted: imported.accepted,
            refused: imported.refused.len(),
            skipped: imported.skipped,
            columns: imported.columns.iter().copied().map(meaning_name).collect(),
            heading_line: imported.heading_line,
            problems: imported
                .refused
                .iter()
                .map(|one| ImportProblem {
                    line: one.line,
                    column: meaning_name(one.column),
                    reason: one.reason.clone(),
                    value: one.value.clone(),
                    says: one.says.clone(),
                })
                .collect(),
            warnings: imported
                .warnings
                .iter()
                .map(|(line, warning)| ImportWarning {
                    line: *line,
                    says: warning.text(),
                })
                .collect(),
            reminders: imported.reminders.clone(),
        }
    }
}
