//! A first guess at what the columns mean, for the user to correct.

use super::{Mapping, MappingError, Meaning};
use crate::domain::number::parse_typed;
use crate::domain::table::{Row, Table};

/// How many rows from the top may hold the headings, titles above them included.
const HEADING_ROWS: usize = 10;

/// How many rows are looked at to see which columns hold numbers.
const SAMPLE_ROWS: usize = 50;

/// What we think that the columns mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// A meaning for each column, from the left.
    pub columns: Vec<Meaning>,
    /// The line that holds the headings, if there is one.
    pub heading_line: Option<u32>,
    /// What the guess is based on.
    pub basis: Basis,
}

/// What a guess is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The words of the headings. Good enough to act upon.
    Headings,
    /// There are no headings that we know; the first two columns of numbers were taken in that order.
    /// To be shown to somebody before it is used.
    Contents,
}

impl Guess {
    /// The guess as a mapping, if it is complete.
    ///
    /// # Errors
    /// What the user still has to choose.
    pub fn mapping(&self) -> Result<Mapping, MappingError> {
        Mapping::new(self.columns.clone(), self.heading_line)
    }
}

/// Words that stand over columns, small letters and digits only. The first in the list is the best.
const NAMES: &[(Meaning, &[&str])] = &[
    (
        Meaning::Number,
        &[
            "trackingnumbertoport",
            "numbertoport",
            "numberstoport",
            "phonenumbertoport",
            "telephonenumbertoport",
            "portingnumber",
            "portnumber",
            "portednumber",
            "trackingnumber",
            "phonenumber",
            "telephonenumber",
            "telephone",
            "number",
            "phone",
            "tn",
            "did",
            "ptn",
            "trackingnumbers",
            "phonenumbers",
            "numbers",
        ],
    ),
    (
        Meaning::ReceivingNumber,
        &[
            "receivingnumber",
            "forwardingreceivingnumber",
            "forwardingnumber",
            "forwardtonumber",
            "forwardto",
            "forwardsto",
            "destinationnumber",
            "targetnumber",
            "ringtonumber",
            "ringto",
            "ringsto",
            "terminatingnumber",
            "terminationnumber",
            "receiving",
            "forwarding",
            "destination",
            "receivingnumbers",
        ],
    ),
    (
        Meaning::Source,
        &[
            "trackingsource",
            "source",
            "marketingsource",
            "campaignsource",
            "leadsource",
            "trackingsources",
        ],
    ),
    (
        Meaning::AccountName,
        &["accountname", "account", "subaccount", "subaccountname"],
    ),
    (Meaning::Description, &["description", "numberdescription"]),
    (
        Meaning::Pin,
        &[
            "pin",
            "accountpin",
            "portoutpin",
            "portpin",
            "transferpin",
            "numbertransferpin",
            "passcode",
        ],
    ),
];

/// Guesses the mapping: by the headings if there are any that we know, else by which columns hold numbers.
pub fn guess(table: &Table) -> Guess {
    let headed = table
        .rows()
        .take(HEADING_ROWS)
        .filter(|row| !looks_like_data(row))
        .map(|row| (row.line(), by_headings(&row)))
        .max_by_key(|(line, columns)| {
            let known = columns
                .iter()
                .filter(|meaning| **meaning != Meaning::Ignore)
                .count();
            let required = columns
                .iter()
                .filter(|meaning| meaning.is_required())
                .count();
            (required, known, std::cmp::Reverse(*line))
        })
        .filter(|(_, columns)| columns.iter().any(|meaning| meaning.is_required()));
    if let Some((line, columns)) = headed {
        return Guess {
            columns,
            heading_line: Some(line),
            basis: Basis::Headings,
        };
    }

    let columns = by_contents(table);
    // Words in the first row over numbers in the rows below are headings, though in words of their own.
    let first = table.rows().find(|row| !row.is_hollow());
    let heading_line = first
        .filter(|row| !looks_like_data(row) && numbers(&columns).next().is_some())
        .map(|row| row.line());
    Guess {
        columns,
        heading_line,
        basis: Basis::Contents,
    }
}

fn numbers(columns: &[Meaning]) -> impl Iterator<Item = &Meaning> {
    columns.iter().filter(|meaning| meaning.is_required())
}

/// Headings have no telephone numbers among them.
fn looks_like_data(row: &Row<'_>) -> bool {
    row.cells().any(|cell| parse_typed(cell).is_ok())
}

/// Each meaning goes to the column whose heading is the best of its names; the leftmost of equals.
fn by_headings(row: &Row<'_>) -> Vec<Meaning> {
    let headings: Vec<String> = row.cells().map(plain).collect();
    let mut columns = vec![Meaning::Ignore; headings.len()];
    for (meaning, names) in NAMES {
        let best = names
            .iter()
            .find_map(|name| headings.iter().position(|heading| heading == name));
        if let Some(column) = best.and_then(|best| columns.get_mut(best)) {
            *column = *meaning;
        }
    }
    columns
}

/// A heading without what does not matter: "Forwarding/Receiving Number *" and "forwarding_receiving_number"
/// are the same.
pub fn plain(heading: &str) -> String {
    heading
        .chars()
        .filter(|sign| sign.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The first two columns that hold a number in most rows that have any: the one to port, then the
/// receiving one.
fn by_contents(table: &Table) -> Vec<Meaning> {
    let width = table.width();
    let mut hits = vec![0_usize; width];
    let mut rows = 0;
    for row in table.rows().filter(looks_like_data).take(SAMPLE_ROWS) {
        rows += 1;
        for (hit, cell) in hits.iter_mut().zip(row.cells()) {
            *hit += usize::from(parse_typed(cell).is_ok());
        }
    }
    let mut wanted = [Meaning::Number, Meaning::ReceivingNumber].into_iter();
    hits.into_iter()
        .map(|hit| {
            if hit * 2 > rows {
                wanted.next().unwrap_or(Meaning::Ignore)
            } else {
                Meaning::Ignore
            }
        })
        .collect()
}
