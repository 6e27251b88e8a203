//! Why a row is sent back, in words for the person who has to mend it.

use serde::{Deserialize, Serialize};

use super::Meaning;
use crate::domain::number::{E164, LineError, NotPortable, NumberError};
use crate::domain::port::words;

/// A row that is sent back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The line of the file on which the row begins.
    pub line: u32,
    /// Why.
    pub reason: Reason,
    /// Which column is to be mended.
    pub column: Meaning,
    /// What the column holds.
    pub value: String,
    /// The whole line, with a PIN masked.
    pub raw: String,
    /// The other row of a conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_line: Option<u32>,
    /// How it should be written, if that is all that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<E164>,
    /// What exactly is wrong with the number, where the reason alone does not say.
    #[serde(skip)]
    pub(super) detail: String,
}

/// Why a row is sent back. The words are part of the API; new ones may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No number to port.
    NumberMissing,
    /// No receiving number.
    ReceivingNumberMissing,
    /// Too short, too long, or no number at all.
    NumberInvalid,
    /// The same of the receiving number.
    ReceivingNumberInvalid,
    /// The area code cannot exist.
    AreaCodeInvalid,
    /// The exchange begins with 0 or 1.
    ExchangeInvalid,
    /// The exchange is a service code, such as 911.
    N11Exchange,
    /// A spreadsheet rounded it: digits are lost.
    ScientificNotation,
    /// Outside the North American plan.
    NotNanp,
    /// In the plan, but of another country than the US and Canada.
    OtherCountry,
    /// Area code 900 or exchange 976.
    PremiumRate,
    /// An area code of special services.
    ServiceCode,
    /// The number stands in an earlier row, which stays.
    Duplicate,
    /// Another row forwards to the number; it must keep working where it is.
    NumberIsReceivingNumber,
    /// The row forwards the number to itself.
    SameAsOwnReceivingNumber,
    /// A quotation mark opens a cell and is never closed.
    QuoteNotClosed,
    /// Manual entry: the country code is missing.
    CountryCodeMissing,
    /// Manual entry: there are dashes.
    Dashes,
    /// Manual entry: other signs than digits.
    Notation,
}

/// The reason and the exact fault of a number that could not be read.
pub(super) fn of(error: &NumberError, column: Meaning) -> (Reason, String) {
    let receiving = column == Meaning::ReceivingNumber;
    let reason = match error {
        NumberError::Empty if receiving => Reason::ReceivingNumberMissing,
        NumberError::Empty => Reason::NumberMissing,
        NumberError::ScientificNotation => Reason::ScientificNotation,
        NumberError::AreaCode { .. } => Reason::AreaCodeInvalid,
        NumberError::Exchange { .. } => Reason::ExchangeInvalid,
        NumberError::N11Exchange { .. } => Reason::N11Exchange,
        _ if receiving => Reason::ReceivingNumberInvalid,
        _ => Reason::NumberInvalid,
    };
    (reason, format!("{error}. {}", error.advice()))
}

/// The reason for a number of a place or a kind that is not taken here.
pub(super) fn of_place(error: &NotPortable) -> (Reason, String) {
    let reason = match error {
        NotPortable::Premium(_) => Reason::PremiumRate,
        NotPortable::Service(_) => Reason::ServiceCode,
        NotPortable::NanpCountry(..) => Reason::OtherCountry,
        NotPortable::World(_) => Reason::NotNanp,
    };
    (reason, error.to_string())
}

/// The reason for a line of the manual entry that is not written as asked.
pub(super) fn of_line(error: &LineError) -> (Reason, String, Option<E164>) {
    match error {
        LineError::Notation {
            country_code_missing,
            dashes,
            cleaned,
        } => {
            let reason = match (country_code_missing, dashes) {
                (true, _) => Reason::CountryCodeMissing,
                (false, true) => Reason::Dashes,
                (false, false) => Reason::Notation,
            };
            (reason, error.to_string(), Some(*cleaned))
        }
        LineError::Number(error) => {
            let suggestion = match error {
                NumberError::NotInPlan { suggestion } => *suggestion,
                _ => None,
            };
            let (reason, detail) = of(error, Meaning::Number);
            (reason, detail, suggestion)
        }
    }
}

impl Refused {
    /// What is wrong and what to do, for the person who typed it. Line and column stand in front of it
    /// wherever it is shown.
    pub fn message(&self) -> String {
        let of_line = self
            .of_line
            .map_or_else(|| "another row".to_owned(), |line| format!("line {line}"));
        match self.reason {
            Reason::NumberMissing => "There is no number to port. Enter it, or remove the row.".into(),
            Reason::ReceivingNumberMissing => "There is no receiving number. Enter the number that calls are forwarded to.".into(),
            Reason::Duplicate => format!("The same number is in {of_line}, which is kept. Remove one of the two rows."),
            Reason::NumberIsReceivingNumber => format!(
                "The row of {of_line} forwards its calls to this number, so it cannot be ported with it. Choose another receiving number there, or remove this row."
            ),
            Reason::SameAsOwnReceivingNumber => {
                "The number to port is its own receiving number. Choose another number to forward its calls to.".into()
            }
            Reason::QuoteNotClosed => {
                "A cell of this row begins with a quotation mark that is not closed. Remove it, or close it.".into()
            }
            Reason::NotNanp if self.column == Meaning::ReceivingNumber => {
                format!("{}. Calls are forwarded within the US and Canada only.", words::capital(&self.detail))
            }
            Reason::NotNanp => format!("{}. Open a ticket, and the desk will see whether it can be ported.", words::capital(&self.detail)),
            Reason::OtherCountry | Reason::PremiumRate | Reason::ServiceCode => format!("{}.", words::capital(&self.detail)),
            Reason::CountryCodeMissing | Reason::Dashes | Reason::Notation => format!("{}.", words::capital(&self.detail)),
            Reason::NumberInvalid
            | Reason::ReceivingNumberInvalid
            | Reason::AreaCodeInvalid
            | Reason::ExchangeInvalid
            | Reason::N11Exchange
            | Reason::ScientificNotation => words::capital(&self.detail),
        }
    }
}

/// The refused rows as a CSV file to download, mend and keep.
pub fn as_csv(refused: &[Refused]) -> String {
    let mut text = String::from("Line,Column,Value,What to do,Row\r\n");
    for row in refused {
        let line = row.line.to_string();
        let message = row.message();
        let cells = [&line, row.column.label(), &row.value, &message, &row.raw];
        text.push_str(&cells.map(cell).join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell in quotation marks. One that a spreadsheet would calculate gets an apostrophe in front, which
/// keeps it as it is.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
