//! The domain's names of fields, and the form's controls that hold them.

use jiff::Timestamp;
use jiff::civil::Date;

use super::views::Field;
use crate::app::AppError;
use crate::domain::calendar::{Calendar, PortDateLimits};
use crate::domain::port::{Problem, Refusal, RefusalKind};

/// Field names of the domain with the names of the controls in the new-port form.
const CONTROLS: [(&str, &str); 24] = [
    ("account", "account"),
    ("losing_carrier", "carrier"),
    ("carrier_name", "carrier"),
    ("customer.first_name", "first_name"),
    ("customer.last_name", "last_name"),
    ("customer.business_name", "business"),
    ("account_number", "account_number"),
    ("pin", "pin"),
    ("twilio_account_sid", "twilio_sid"),
    ("btn", "btn"),
    ("requested_date", "wish"),
    ("billing_address.street", "billing_street"),
    ("billing_address.extended", "billing_unit"),
    ("billing_address.city", "billing_city"),
    ("billing_address.state", "billing_state"),
    ("billing_address.postal_code", "billing_zip"),
    ("service_address.street", "service_street"),
    ("service_address.extended", "service_unit"),
    ("service_address.city", "service_city"),
    ("service_address.state", "service_state"),
    ("service_address.postal_code", "service_zip"),
    ("signer.name", "signer_name"),
    ("signer.email", "signer_email"),
    ("agreement", "s-agreement"),
];

/// A field with what is wrong with it.
pub(super) fn field(problems: &[Problem], name: &str, value: &str) -> Field {
    Field {
        value: value.to_owned(),
        error: problems
            .iter()
            .find(|one| one.field == name)
            .map(|one| one.says.clone())
            .unwrap_or_default(),
        focus: problems.first().is_some_and(|first| first.field == name),
    }
}

/// The control of a field: `numbers[2].receiving` is `receiving-3`. A field that the form does not have is
/// itself.
pub(super) fn control(field: &str) -> String {
    if let Some((_, control)) = CONTROLS.iter().find(|(name, _)| *name == field) {
        return (*control).to_owned();
    }
    if let Some((row, part)) = row_of(field) {
        return format!("{part}-{}", row + 1);
    }
    if field == "numbers" {
        return "s-numbers".to_owned();
    }
    field.to_owned()
}

/// The row and the part of `numbers[2].receiving`.
pub(super) fn row_of(field: &str) -> Option<(usize, &str)> {
    let (row, part) = field.strip_prefix("numbers[")?.split_once("].")?;
    Some((row.parse().ok()?, part))
}

/// Where on the form a field is: `#first_name`.
pub(super) fn control_of(field: &str) -> String {
    format!("#{}", control(field))
}

/// A date that somebody typed as the port date they wish, if it can be asked for; nothing typed is no wish.
///
/// # Errors
/// What to type instead.
pub(super) fn port_date(
    typed: &str,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<Option<Date>, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let date = typed
        .parse()
        .map_err(|_| "That is not a date. Write it as 2026-12-08.".to_owned())?;
    calendar
        .check_port_date(date, PortDateLimits::default(), now)
        .map_err(|refused| refused.to_string())?;
    Ok(Some(date))
}

/// What is wrong with a form, if that is what an error is about; any other error is given back.
pub(super) fn problems(error: AppError) -> Result<Vec<Problem>, AppError> {
    match error {
        AppError::Invalid(problems) => Ok(problems),
        AppError::Refused(Refusal {
            problems,
            kind: RefusalKind::Invalid | RefusalKind::Conflict,
            ..
        }) if !problems.is_empty() => Ok(problems),
        other => Err(other),
    }
}
