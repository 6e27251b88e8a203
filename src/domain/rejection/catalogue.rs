//! The catalogue of reasons as data, and how a code is found in it.
//!
//! Where the meanings come from: Bandwidth's published tables (its own four digits, the wireless and
//! wireline codes behind them, and Lumen's `LNP…` and five digits), Telnyx's API description and error
//! pages, Twilio's client libraries, and the OBF jeopardy codes as published by Brightspeed. Two
//! warnings: Bandwidth reads the wireless codes `1C` and `1M` otherwise than OBF does, so both readings
//! are here, each under its system; and one code often stands for "missing or wrong", in which case it
//! is found under "wrong", whose question fits both.

mod account;
mod customer_data;
mod dates;
mod features;
mod locks;
mod numbers;

use super::Reason;
use crate::domain::carrier::CodeSystem;

/// A part of the catalogue, with its heading.
const GROUPS: [(&str, &[Reason]); 6] = [
    ("Customer data", customer_data::REASONS),
    ("Numbers", numbers::REASONS),
    ("Conflicting orders and locks", locks::REASONS),
    ("Services on the line", features::REASONS),
    ("Account and documents", account::REASONS),
    ("Dates, process and delay", dates::REASONS),
];

/// All reasons by group: heading and reasons, in the catalogue's order.
pub fn catalogue() -> impl Iterator<Item = (&'static str, &'static [Reason])> {
    GROUPS.into_iter()
}

/// The reason of a name.
pub fn reason(id: &str) -> Option<&'static Reason> {
    all().find(|reason| reason.id == id)
}

fn all() -> impl Iterator<Item = &'static Reason> {
    GROUPS.into_iter().flat_map(|(_, reasons)| reasons)
}

/// The reason that a code means. Carriers are not consistent about case (`E6C`, `E6c`), so it is not
/// looked at; no two codes of a system differ by case alone.
pub(super) fn find(system: CodeSystem, code: &str) -> Option<&'static Reason> {
    position(system, code).map(|(_, reason)| reason)
}

/// The same, with the reason's place in the catalogue.
pub(super) fn position(system: CodeSystem, code: &str) -> Option<(usize, &'static Reason)> {
    let code = code.trim();
    let is_it =
        |(of, known): &(CodeSystem, &str)| *of == system && known.eq_ignore_ascii_case(code);
    all()
        .enumerate()
        .find(|(_, reason)| reason.codes.iter().any(is_it))
}
