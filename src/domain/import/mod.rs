//! Many numbers at once: from a file whose columns somebody named, or typed one a line.
//!
//! Good rows are kept and bad ones listed, each with its line, column, value and reason. Nothing is
//! guessed: a row is taken as it stands, cleaned of punctuation, or sent back.

mod headings;
mod manual;
mod refusal;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use super::number::{E164, NumberError, Region, Typed, parse_typed};
use super::table::{Row, RowFault, Table};

pub use headings::{Basis, Guess, guess, plain};
pub use manual::{ManualEntry, manual};
pub use refusal::{Reason, Refused, as_csv};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// Tracking Number to Port. Required.
    Number,
    /// Receiving Number, where calls are forwarded to. Required.
    ReceivingNumber,
    /// Tracking Source.
    Source,
    /// Account Name.
    AccountName,
    /// Description.
    Description,
    /// The number's port-out PIN. A secret.
    Pin,
    /// Nothing that we want.
    Ignore,
}

impl Meaning {
    /// All of them, in the order of the drop-down.
    pub const ALL: [Self; 7] = [
        Self::Number,
        Self::ReceivingNumber,
        Self::Source,
        Self::AccountName,
        Self::Description,
        Self::Pin,
        Self::Ignore,
    ];

    /// The words of the drop-down.
    pub fn label(self) -> &'static str {
        match self {
            Self::Number => "Tracking Number to Port",
            Self::ReceivingNumber => "Receiving Number",
            Self::Source => "Tracking Source",
            Self::AccountName => "Account Name",
            Self::Description => "Description",
            Self::Pin => "PIN",
            Self::Ignore => "(ignore)",
        }
    }

    /// Whether a mapping must name it.
    pub fn is_required(self) -> bool {
        matches!(self, Self::Number | Self::ReceivingNumber)
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// Which column means what, and where the data begin. Always complete: both required columns are named,
/// nothing is named twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "MappingParts", into = "MappingParts")]
pub struct Mapping(MappingParts);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct MappingParts {
    columns: Vec<Meaning>,
    heading_line: Option<u32>,
}

/// Why columns do not make a mapping.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// A required column is not named.
    #[error("Choose the column for {0}.")]
    Missing(Meaning),
    /// Two columns cannot mean the same.
    #[error("Columns {first} and {second} are both {meaning}. Choose one of them.")]
    Twice {
        /// What both are said to hold.
        meaning: Meaning,
        /// The first of them, counted from 1.
        first: usize,
        /// The second.
        second: usize,
    },
}

impl Mapping {
    /// Names the columns from the left; columns beyond the list are ignored. `heading_line` is the line
    /// of the file that holds the headings; it and all before it are no data.
    ///
    /// # Errors
    /// A required column is missing, or something is named twice.
    pub fn new(columns: Vec<Meaning>, heading_line: Option<u32>) -> Result<Self, MappingError> {
        for meaning in Meaning::ALL {
            let mut places = columns
                .iter()
                .enumerate()
                .filter(|(_, m)| **m == meaning)
                .map(|(i, _)| i + 1);
            match (places.next(), places.next()) {
                (None, _) if meaning.is_required() => return Err(MappingError::Missing(meaning)),
                (Some(first), Some(second)) if meaning != Meaning::Ignore => {
                    return Err(MappingError::Twice {
                        meaning,
                        first,
                        second,
                    });
                }
                _ => {}
            }
        }
        Ok(Self(MappingParts {
            columns,
            heading_line,
        }))
    }

    /// What each column holds, from the left.
    pub fn columns(&self) -> &[Meaning] {
        &self.0.columns
    }

    /// The line that holds the headings.
    pub fn heading_line(&self) -> Option<u32> {
        self.0.heading_line
    }

    /// The column of a meaning, counted from 0.
    pub fn column(&self, meaning: Meaning) -> Option<usize> {
        self.0.columns.iter().position(|m| *m == meaning)
    }
}

impl TryFrom<MappingParts> for Mapping {
    type Error = MappingError;
    fn try_from(parts: MappingParts) -> Result<Self, MappingError> {
        Self::new(parts.columns, parts.heading_line)
    }
}
impl From<Mapping> for MappingParts {
    fn from(mapping: Mapping) -> Self {
        mapping.0
    }
}

/// What a list holds after every check that needs the list alone. Whether a number has an open port
/// elsewhere, or is somebody's receiving number, is for those to say who know all ports.
#[derive(Debug, Default, Serialize)]
pub struct Import {
    /// The rows to take, in the order of the file.
    pub accepted: Vec<Accepted>,
    /// The rows to send back, in the order of the file.
    pub refused: Vec<Refused>,
    /// Rows that hold nothing. No error.
    pub skipped: Vec<Skipped>,
    /// What to remind the user of.
    pub reminders: Vec<Reminder>,
}

/// A row that can be taken.
#[derive(Debug, Serialize)]
pub struct Accepted {
    /// The line of the file on which the row begins.
    pub line: u32,
    /// The number to port.
    pub number: E164,
    /// Where its calls go.
    pub receiving_number: E164,
    /// Where its callers come from, such as `Google Ads`.
    pub source: Option<String>,
    /// The customer's name for the account that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// What the number is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its port-out PIN. Written out as `true` or `false` only.
    #[serde(rename = "pin_present", serialize_with = "presence")]
    pub pin: Option<SecretString>,
    /// Whether a number was typed in another notation than E.164.
    pub cleaned: bool,
    /// What to look at before it is sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

fn presence<S: Serializer>(pin: &Option<SecretString>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bool(pin.is_some())
}

/// What is odd about a row that is taken all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// Toll-free numbers move by another process (a RespOrg change) than the local ones beside it.
    TollFreeAmongLocals,
    /// Canada ports by its own rules.
    CanadianNumber,
    /// We know of nobody who holds numbers like this. New area codes come up every few months.
    NotInPlan,
    /// Five zeros at the end: what a spreadsheet leaves of a number that it once rounded.
    LooksRounded,
}

impl Warning {
    /// Plain words, and what to do.
    pub fn text(self) -> &'static str {
        match self {
            Self::TollFreeAmongLocals => {
                "Toll-free numbers are ported apart from local ones. This number becomes a port of its own."
            }
            Self::CanadianNumber => {
                "Canadian numbers are ported apart from US ones. This number becomes a port of its own."
            }
            Self::NotInPlan => {
                "We do not know this area code and exchange. Check the number against the phone bill."
            }
            Self::LooksRounded => {
                "The number ends in five zeros. If a spreadsheet rounded it, enter it again."
            }
        }
    }
}

/// A row that was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its line.
    pub line: u32,
    /// Why.
    pub reason: SkipReason,
}

/// Why a row was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// A blank line.
    Blank,
    /// Separators only.
    AllCellsEmpty,
    /// A title above the headings.
    AboveHeadings,
}

/// What the user may have forgotten. None of it stops the import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "reminder")]
pub enum Reminder {
    /// No column is mapped to Tracking Source.
    SourceNotMapped,
    /// The column is mapped, and rows leave it empty.
    SourceMissing {
        /// How many of the accepted rows.
        rows: usize,
    },
}

impl fmt::Display for Reminder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SourceNotMapped => f.write_str(
                "No column is chosen for Tracking Source. Choose one, or set the sources later.",
            ),
            Self::SourceMissing { rows: 1 } => {
                f.write_str("1 row has no Tracking Source. It can be set later.")
            }
            Self::SourceMissing { rows } => write!(
                f,
                "{rows} rows have no Tracking Source. They can be set later."
            ),
        }
    }
}

/// A row whose own cells are in order.
struct Draft<'a> {
    row: Row<'a>,
    number: Typed,
    receiving: Typed,
}

/// Checks a table by a mapping.
pub fn check(table: &Table, mapping: &Mapping) -> Import {
    let columns = Columns::of(mapping);
    let mut import = Import::default();
    let mut drafts = Vec::with_capacity(table.len());
    // A number that answers another row's calls must stay where it is, also if that row is sent back
    // for now: it will come again.
    let mut forwarded_to: HashMap<E164, u32> = HashMap::with_capacity(table.len());

    for row in table.rows() {
        let line = row.line();
        let skip = |reason| Skipped { line, reason };
        match mapping.heading_line() {
            Some(heading) if line == heading => continue,
            _ if row.is_blank() => {
                import.skipped.push(skip(SkipReason::Blank));
                continue;
            }
            _ if row.is_hollow() => {
                import.skipped.push(skip(SkipReason::AllCellsEmpty));
                continue;
            }
            Some(heading) if line < heading => {
                import.skipped.push(skip(SkipReason::AboveHeadings));
                continue;
            }
            _ => {}
        }
        let number = parse_typed(row.cell(columns.number));
        let receiving = parse_typed(row.cell(columns.receiving));
        match &receiving {
            // A row that forwards to itself says nothing about other rows.
            Ok(to) if number.as_ref().is_ok_and(|from| from.number == to.number) => {}
            Ok(to) => {
                forwarded_to.entry(to.number).or_insert(line);
            }
            Err(_) => {}
        }
        match columns.draft(row, number, receiving) {
            Ok(draft) => drafts.push(draft),
            Err(refused) => import.refused.push(*refused),
        }
    }

    let mut taken: HashMap<E164, u32> = HashMap::with_capacity(drafts.len());
    for draft in drafts {
        let (line, number) = (draft.row.line(), draft.number.number);
        let conflict = match (forwarded_to.get(&number), taken.get(&number)) {
            (Some(of_line), _) => Some((Reason::NumberIsReceivingNumber, *of_line)),
            (None, Some(of_line)) => Some((Reason::Duplicate, *of_line)),
            (None, None) => None,
        };
        if let Some((reason, of_line)) = conflict {
            let refused = columns.refused(draft.row, Meaning::Number, reason, String::new());
            import.refused.push(Refused {
                of_line: Some(of_line),
                ..refused
            });
            continue;
        }
        taken.insert(number, line);
        import.accepted.push(columns.accepted(&draft));
    }
    import.refused.sort_by_key(|refused| refused.line);
    warn_of_toll_free(&mut import.accepted);
    import.reminders = reminders(&columns, &import.accepted);
    import
}

/// Where the columns are.
struct Columns {
    number: usize,
    receiving: usize,
    source: Option<usize>,
    account_name: Option<usize>,
    description: Option<usize>,
    pin: Option<usize>,
}

impl Columns {
    fn of(mapping: &Mapping) -> Self {
        Self {
            // A mapping has both; a column that no row has would only find empty cells.
            number: mapping.column(Meaning::Number).unwrap_or(usize::MAX),
            receiving: mapping
                .column(Meaning::ReceivingNumber)
                .unwrap_or(usize::MAX),
            source: mapping.column(Meaning::Source),
            account_name: mapping.column(Meaning::AccountName),
            description: mapping.column(Meaning::Description),
            pin: mapping.column(Meaning::Pin),
        }
    }

    /// The checks that need one row alone.
    fn draft<'a>(
        &self,
        row: Row<'a>,
        number: Result<Typed, NumberError>,
        receiving: Result<Typed, NumberError>,
    ) -> Result<Draft<'a>, Box<Refused>> {
        let refuse =
            |meaning, (reason, detail)| Box::new(self.refused(row, meaning, reason, detail));
        if row.fault() == Some(RowFault::UnclosedQuote) {
            return Err(refuse(
                Meaning::Number,
                (Reason::QuoteNotClosed, String::new()),
            ));
        }
        let number = number
            .map_err(|error| refuse(Meaning::Number, refusal::of(&error, Meaning::Number)))?;
        number
            .number
            .portable()
            .map_err(|error| refuse(Meaning::Number, refusal::of_place(&error)))?;
        let receiving = receiving.map_err(|error| {
            refuse(
                Meaning::ReceivingNumber,
                refusal::of(&error, Meaning::ReceivingNumber),
            )
        })?;
        // Forwarding abroad or to a premium number is how stolen lines are turned into money.
        receiving
            .number
            .portable()
            .map_err(|error| refuse(Meaning::ReceivingNumber, refusal::of_place(&error)))?;
        if number.number == receiving.number {
            return Err(refuse(
                Meaning::ReceivingNumber,
                (Reason::SameAsOwnReceivingNumber, String::new()),
            ));
        }
        Ok(Draft {
            row,
            number,
            receiving,
        })
    }

    fn refused(&self, row: Row<'_>, column: Meaning, reason: Reason, detail: String) -> Refused {
        let cell = match column {
            Meaning::ReceivingNumber => row.cell(self.receiving),
            _ => row.cell(self.number),
        };
        Refused {
            line: row.line(),
            reason,
            column,
            value: cell.to_owned(),
            raw: self
                .pin
                .map_or_else(|| row.raw().to_owned(), |pin| row.raw_without(pin)),
            of_line: None,
            suggestion: None,
            detail,
        }
    }

    fn accepted(&self, draft: &Draft<'_>) -> Accepted {
        let text = |column: Option<usize>| {
            column
                .map(|column| draft.row.cell(column).trim())
                .filter(|cell| !cell.is_empty())
        };
        let number = draft.number.number;
        Accepted {
            line: draft.row.line(),
            number,
            receiving_number: draft.receiving.number,
            source: text(self.source).map(str::to_owned),
            account_name: text(self.account_name).map(str::to_owned),
            description: text(self.description).map(str::to_owned),
            // An apostrophe is how a spreadsheet is told to keep leading zeros.
            pin: text(self.pin)
                .map(|pin| SecretString::from(pin.strip_prefix('\'').unwrap_or(pin))),
            cleaned: draft.number.cleaned || draft.receiving.cleaned,
            warnings: warnings(number),
        }
    }
}

/// What is odd about a number by itself.
fn warnings(number: E164) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if number.region() == Region::Canada {
        warnings.push(Warning::CanadianNumber);
    }
    if !number.is_in_plan() {
        warnings.push(Warning::NotInPlan);
    }
    if number.digits().is_multiple_of(100_000) {
        warnings.push(Warning::LooksRounded);
    }
    warnings
}

fn warn_of_toll_free(accepted: &mut [Accepted]) {
    let is_toll_free = |row: &Accepted| row.number.is_toll_free();
    if accepted.iter().all(is_toll_free) {
        return;
    }
    for row in accepted.iter_mut().filter(|row| is_toll_free(row)) {
        row.warnings.push(Warning::TollFreeAmongLocals);
    }
}

fn reminders(columns: &Columns, accepted: &[Accepted]) -> Vec<Reminder> {
    let missing = accepted.iter().filter(|row| row.source.is_none()).count();
    match (columns.source, missing) {
        (None, _) => vec![Reminder::SourceNotMapped],
        (Some(_), 0) => Vec::new(),
        (Some(_), rows) => vec![Reminder::SourceMissing { rows }],
    }
}

impl Accepted {
    /// The PIN in clear, for whoever seals it.
    pub fn pin_in_clear(&self) -> Option<&str> {
        self.pin.as_ref().map(|pin| pin.expose_secret())
    }
}
