//! Port New Numbers: the form (R81 to R109) and the review of an uploaded list (R95 to R99).

use askama::Template;

use super::common::*;
use crate::domain::losing_carrier;

/// The form for a new port.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/ports/new.html")]
pub struct NewPort {
    /// The shell.
    pub shell: Shell,
    /// What the page is called.
    pub heading: String,
    /// Where the form is sent to.
    pub action: String,
    /// The draft's id; empty before it was first saved.
    pub draft_id: String,
    /// What to know before anything is changed, such as that the letter has to be signed anew; may be empty.
    pub caution: String,
    /// The version that the form was opened with.
    pub version: i64,
    /// The form's own id, under which it is kept while somebody types.
    pub form_id: String,
    /// How many times it was kept.
    pub step: i64,
    /// That these are words typed earlier that were not saved; none if the form shows what is saved.
    pub left: Option<LeftHere>,
    /// All that was refused, for the summary on top: where and why.
    pub errors: Vec<Link>,
    /// The accounts that the reader may file for; one means that it is not asked.
    pub accounts: Vec<Choice>,
    /// The losing provider's name (R81, R82).
    pub carrier: Field,
    /// Names that are known, as suggestions.
    pub carriers: Vec<String>,
    /// What well-known carriers ask for; the one that is typed is shown.
    pub wants: Vec<CarrierWants>,
    /// The Twilio Account SID (R46, R47). Asked, never required.
    pub twilio_sid: Field,
    /// What is on file of it, masked; empty if nothing is.
    pub twilio_sid_kept: String,
    /// The rows of numbers (R83, R86 to R89).
    pub rows: Vec<NumberInput>,
    /// Whether each row needs a receiving number (R86).
    pub receiving_required: bool,
    /// Numbers of the request that are not among the rows, because there are too many for a form.
    pub rows_beyond: usize,
    /// About the rows as a whole, such as "Add at least one number."
    pub rows_error: String,
    /// Tracking sources that are known.
    pub sources: Vec<String>,
    /// Receiving numbers that were used before.
    pub receivings: Vec<String>,
    /// Manual Add: one number per line (R91 to R94).
    pub lines: Field,
    /// The lines that were refused, each with its number and reason.
    pub line_errors: Vec<BadLine>,
    /// The receiving number for all lines.
    pub lines_receiving: Field,
    /// The tracking source for all lines.
    pub lines_source: Field,
    /// The file chooser's error.
    pub file: Field,
    /// How large a file may be: "Up to 2 MB and 1,000 rows."
    pub file_limits: String,
    /// Whether the whole account moves, or what becomes of the rest.
    pub scope: Vec<Choice>,
    /// The billing number of what stays behind.
    pub new_btn: Field,
    /// First name on the bill (R35, R100).
    pub first_name: Field,
    /// Last name on the bill.
    pub last_name: Field,
    /// Business name on the bill (R34).
    pub business: Field,
    /// Service account number (R101).
    pub account_number: Field,
    /// What is on file of it, masked; empty if nothing is.
    pub account_number_kept: String,
    /// Account PIN (R38, R104, R105).
    pub pin: Field,
    /// What is on file of it, masked; empty if nothing is.
    pub pin_kept: String,
    /// Set when the PIN is required, with the mobile numbers named.
    pub pin_because: String,
    /// The billing telephone number (BTN), if it is not the first number.
    pub btn: Field,
    /// The billing address (R106, R107).
    pub billing: AddressInput,
    /// Whether the service address differs from the billing address.
    pub service_differs: bool,
    /// The service address (R36).
    pub service: AddressInput,
    /// The wish for a port date; empty means as soon as possible.
    pub wish: Field,
    /// The first day that can be asked for: "Monday, November 30".
    pub wish_from: String,
    /// The agreement's statements (R51 to R54, R108, R109).
    pub statements: Vec<Statement>,
    /// The agreement's error.
    pub statements_error: String,
    /// The signer's full name (R110 to R112).
    pub signer_name: Field,
    /// The signer's mail address (R39).
    pub signer_email: Field,
    /// How long it usually takes, in dates (R25 to R27).
    pub estimate: super::port::Estimate,
}

/// What is said above a form that was left while typing.
#[derive(Clone, Debug)]
pub struct LeftHere {
    /// When it was typed, and what else there is to know.
    pub says: String,
    /// What the button says that throws it away.
    pub instead: String,
    /// Other forms that were left.
    pub others: Vec<LeftForm>,
}

/// A form for a new port that was left while typing.
#[derive(Clone, Debug)]
pub struct LeftForm {
    /// What is in it: "Northline Telephone, (312) 555-0142 and 2 more".
    pub title: String,
    /// When it was typed.
    pub at: When,
    /// Where it goes on.
    pub href: String,
}

/// One row of the form.
#[derive(Clone, Debug, Default)]
pub struct NumberInput {
    /// The number that the row held when it was last saved; empty if it is new.
    pub was: String,
    /// The number to port.
    pub number: Field,
    /// The receiving number.
    pub receiving: Field,
    /// The tracking source.
    pub source: Field,
    /// What is known about the number: "Mobile", "Toll-free"; may be empty.
    pub kind: String,
    /// What kind it is, as somebody chose.
    pub kinds: Vec<Choice>,
}

/// The kinds to choose from. Toll-free numbers are known by their digits.
pub fn kinds(chosen: &str) -> Vec<Choice> {
    Choice::list(
        &[
            ("", "Not sure"),
            ("local", "Landline or internet"),
            ("mobile", "Mobile"),
        ],
        chosen,
    )
}

/// What a losing provider is known to ask for.
#[derive(Clone, Debug)]
pub struct CarrierWants {
    /// Its name.
    pub name: &'static str,
    /// Words that a typed name holds if it is meant, parted by bars.
    pub words: String,
    /// What it asks for, in sentences.
    pub wants: &'static [&'static str],
    /// Whether it is the one that is typed.
    pub shown: bool,
}

/// What is known of all losing providers, with the typed one shown.
pub fn wants(typed: &str) -> Vec<CarrierWants> {
    let meant = losing_carrier::known(typed).map(|one| one.name);
    losing_carrier::KNOWN
        .iter()
        .map(|one| CarrierWants {
            name: one.name,
            words: one.words.join("|"),
            wants: one.wants,
            shown: meant == Some(one.name),
        })
        .collect()
}

/// A line or cell that was refused.
#[derive(Clone, Debug)]
pub struct BadLine {
    /// The line, counted from 1 as in the file.
    pub line: u64,
    /// The column's heading; empty for Manual Add.
    pub column: String,
    /// What stood there.
    pub value: String,
    /// Why it was refused and what to do.
    pub reason: String,
}

/// An address, to be typed exactly as on the bill.
#[derive(Clone, Debug, Default)]
pub struct AddressInput {
    /// Street and house number.
    pub street: Field,
    /// Suite, floor, unit.
    pub unit: Field,
    /// City.
    pub city: Field,
    /// State, two letters.
    pub state: Field,
    /// Zip code.
    pub zip: Field,
    /// A remark that does not refuse anything, such as about a PO box.
    pub warning: String,
}

/// One statement of the agreement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The box's name in the form.
    pub name: String,
    /// The statement.
    pub text: String,
    /// Whether it is ticked.
    pub ticked: bool,
}

/// The review of an uploaded list: columns, and what becomes of each row.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/ports/upload.html")]
pub struct UploadReview {
    /// The shell.
    pub shell: Shell,
    /// The draft that the numbers go to.
    pub draft_id: String,
    /// Where the page's form is sent to.
    pub action: String,
    /// Where the refused rows can be downloaded.
    pub refused_href: String,
    /// The file's name.
    pub file: String,
    /// "CSV, semicolons, Latin-1" or "Excel workbook, sheet Numbers".
    pub format: String,
    /// The columns with their drop-downs and first values.
    pub columns: Vec<Column>,
    /// Whether the first row is a heading.
    pub heading: bool,
    /// What is missing or doubled in the mapping (R98).
    pub mapping_error: String,
    /// The reminder that no column holds the tracking source (R99).
    pub reminder: String,
    /// Rows that are taken.
    pub accepted: Vec<GoodRow>,
    /// How many rows are taken; `accepted` may hold only the first of them.
    pub accepted_count: usize,
    /// Rows that are refused.
    pub refused: Vec<BadLine>,
    /// How many are refused; `refused` may hold only the first of them.
    pub refused_count: usize,
    /// Rows that were left out without being wrong, such as empty ones and repetitions.
    pub skipped: Vec<BadLine>,
    /// How many were left out.
    pub skipped_count: usize,
    /// Whether the numbers can be added now.
    pub ready: bool,
}

/// A column of an uploaded list.
#[derive(Clone, Debug)]
pub struct Column {
    /// The drop-down's name in the form.
    pub name: String,
    /// The heading in the file, or "Column 3".
    pub heading: String,
    /// The first values.
    pub values: Vec<String>,
    /// What it may mean; one is chosen.
    pub meanings: Vec<Choice>,
}

/// A row that is taken.
#[derive(Clone, Debug)]
pub struct GoodRow {
    /// The line in the file.
    pub line: u64,
    /// The number.
    pub number: String,
    /// The receiving number.
    pub receiving: String,
    /// The tracking source.
    pub source: String,
    /// The kind, if known.
    pub kind: String,
}

/// States, the federal district and territories, as two letters.
pub const STATES: [&str; 56] = [
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA",
    "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM",
    "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA",
    "WV", "WI", "WY", "PR", "VI", "GU", "AS", "MP",
];

/// Whether the whole account moves, with one answer chosen.
pub fn scopes(chosen: &str) -> Vec<Choice> {
    Choice::list(
        &[
            (
                "full",
                "All numbers of the account move, and the account there ends",
            ),
            (
                "keep",
                "Only these numbers move; the others stay in service there",
            ),
            (
                "disconnect",
                "Only these numbers move; the others are disconnected there",
            ),
        ],
        chosen,
    )
}

/// The agreement (R51 to R54, R108): the boxes' names with their statements, and which wording it is.
pub use crate::domain::agreement::{STATEMENTS as AGREEMENT, VERSION as AGREEMENT_VERSION};

/// The agreement's statements, with the named ones ticked.
pub fn statements(ticked: &[&str]) -> Vec<Statement> {
    AGREEMENT
        .iter()
        .map(|(name, text)| Statement {
            name: (*name).into(),
            text: (*text).into(),
            ticked: ticked.contains(name),
        })
        .collect()
}
