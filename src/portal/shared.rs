//! What the portal's and the public pages share: the support block, a reader's zone, an error's status.

use axum::http::StatusCode;
use jiff::tz::TimeZone;

use super::views::Support;
use crate::app::{App, AppError, ports};
use crate::domain::port::{PortRequest, RefusalKind};

/// The operator's support block (R60-R65), with whether somebody answers now.
pub fn support(app: &App) -> Support {
    let operator = &app.config.operator;
    let settings = &operator.support;
    // Wire time: the telephone is answered in the real world.
    let open = settings.is_open(app.clock.wall());
    let zone = zone_name(&settings.time_zone);
    let hours = format!(
        "{}, {} to {} {zone}",
        days(&settings.days),
        hour(settings.opens),
        hour(settings.closes)
    );
    let now = if open {
        format!("Open now, until {} {zone}", hour(settings.closes))
    } else {
        format!("Closed now. {hours}")
    };
    Support {
        name: format!("{} support", operator.name),
        email: settings.email.clone(),
        phone: settings
            .phone
            .parse::<crate::domain::number::E164>()
            .map_or_else(|_| settings.phone.clone(), |number| number.national()),
        phone_e164: settings.phone.clone(),
        hours,
        open,
        now,
    }
}

fn days(days: &[crate::config::Day]) -> String {
    let names: Vec<String> = days.iter().map(|day| format!("{day:?}")).collect();
    match names.as_slice() {
        [first, .., last] if days.len() == 5 => format!("{} to {}", long(first), long(last)),
        _ => names
            .iter()
            .map(|name| long(name))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn long(short: &str) -> &'static str {
    match short {
        "Mon" => "Monday",
        "Tue" => "Tuesday",
        "Wed" => "Wednesday",
        "Thu" => "Thursday",
        "Fri" => "Friday",
        "Sat" => "Saturday",
        _ => "Sunday",
    }
}

fn hour(time: jiff::civil::Time) -> String {
    let twelve = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let half = if time.hour() < 12 { "am" } else { "pm" };
    if time.minute() == 0 {
        format!("{twelve} {half}")
    } else {
        format!("{twelve}:{:02} {half}", time.minute())
    }
}

/// A zone as people in it call it.
pub fn zone_name(zone: &TimeZone) -> String {
    match zone.iana_name() {
        Some("America/New_York") => "Eastern Time".to_owned(),
        Some("America/Chicago") => "Central Time".to_owned(),
        Some("America/Denver") => "Mountain Time".to_owned(),
        Some("America/Los_Angeles") => "Pacific Time".to_owned(),
        Some(name) => name.replace('_', " "),
        None => "local time".to_owned(),
    }
}

/// The zone in which a request's dates are shown: its numbers' NPAC region's.
pub fn zone_of(app: &App, request: &PortRequest) -> TimeZone {
    ports::calendar(app, request).zone().clone()
}

/// The HTTP status of an error's page.
pub fn status_of(error: &AppError) -> StatusCode {
    match error {
        AppError::Refused(refusal) => match refusal.kind {
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
        },
        AppError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        AppError::NotFound(_) => StatusCode::NOT_FOUND,
        AppError::Forbidden(_) => StatusCode::FORBIDDEN,
        AppError::Stale => StatusCode::CONFLICT,
        AppError::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
        AppError::Unavailable(..) => StatusCode::SERVICE_UNAVAILABLE,
        AppError::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
