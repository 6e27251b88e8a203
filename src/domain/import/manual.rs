//! Numbers typed one a line, with a receiving number and a source for all of them.

use std::collections::HashMap;

use super::refusal::{of_line, of_place};
use super::{Meaning, Reason, Refused, SkipReason, Skipped, Warning, warnings};
use crate::domain::number::{E164, Line, parse_line};

/// What the lines hold.
#[derive(Debug, Default)]
pub struct ManualEntry {
    /// The numbers to take, with their lines and what is odd about them.
    pub accepted: Vec<(u32, E164, Vec<Warning>)>,
    /// The lines to send back, with the clean form where that is all that is wrong. Show them, and
    /// leave them in the box.
    pub refused: Vec<Refused>,
    /// Blank lines.
    pub skipped: Vec<Skipped>,
}

/// Reads the manual entry: one number a line, each with its country code and without dashes. Lines that
/// we could read but are written otherwise are sent back with the clean form; see
/// [`clean_up`](crate::domain::number::clean_up) for the button that takes it.
///
/// `receiving` is the number that all of them are forwarded to, if it is chosen already.
pub fn manual(text: &str, receiving: Option<E164>) -> ManualEntry {
    let mut entry = ManualEntry::default();
    let mut taken: HashMap<E164, u32> = HashMap::new();
    for (line, text) in (1..).zip(text.strip_prefix('\u{FEFF}').unwrap_or(text).lines()) {
        let refuse = |reason, detail, suggestion, of_line| Refused {
            line,
            reason,
            column: Meaning::Number,
            value: text.trim().to_owned(),
            raw: text.to_owned(),
            of_line,
            suggestion,
            detail,
        };
        let number = match parse_line(text) {
            Ok(Line::Number(number)) => number,
            Ok(Line::Blank) => {
                entry.skipped.push(Skipped {
                    line,
                    reason: SkipReason::Blank,
                });
                continue;
            }
            Err(error) => {
                let (reason, detail, suggestion) = of_line(&error);
                entry.refused.push(refuse(reason, detail, suggestion, None));
                continue;
            }
        };
        if let Err(error) = number.portable() {
            let (reason, detail) = of_place(&error);
            entry.refused.push(refuse(reason, detail, None, None));
        } else if receiving == Some(number) {
            entry.refused.push(refuse(
                Reason::SameAsOwnReceivingNumber,
                String::new(),
                None,
                None,
            ));
        } else if let Some(first) = taken.get(&number) {
            entry
                .refused
                .push(refuse(Reason::Duplicate, String::new(), None, Some(*first)));
        } else {
            taken.insert(number, line);
            entry.accepted.push((line, number, warnings(number)));
        }
    }
    if entry
        .accepted
        .iter()
        .any(|(_, number, _)| !number.is_toll_free())
    {
        for (_, _, warnings) in entry
            .accepted
            .iter_mut()
            .filter(|(_, number, _)| number.is_toll_free())
        {
            warnings.push(Warning::TollFreeAmongLocals);
        }
    }
    entry
}
