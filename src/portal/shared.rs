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
    let wall = app.clock.wall();
    let zone = zone_name(&settings.time_zone);
    Support {
        name: format!("{} support", operator.name),
        email: settings.email.clone(),
        phone: settings
            .phone
            .parse::<crate::domain::number::E164>()
            .map_or_else(|_| settings.phone.clone(), |number| number.national()),
        phone_e164: settings.phone.clone(),
        hours: format!(
            "{}, {} to {} {zone}",
            days(settings),
            hour(settings.opens),
            hour(settings.closes)
        ),
        open: settings.is_open(wall),
        now: if settings.is_open(wall) {
            format!("Open now, until {} {zone}", hour(settings.closes))
        } else {
            opens(settings, wall).map_or_else(
                || "Closed now".to_owned(),
                |when| format!("Closed now, opens {when}"),
            )
        },
    }
}

fn weekday(day: jiff::civil::Weekday) -> &'static str {
    use jiff::civil::Weekday;
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// "Monday to Friday" for days in a row, else each day.
fn days(settings: &crate::config::Support) -> String {
    let days: Vec<_> = settings.days.iter().map(|day| day.weekday()).collect();
    let in_a_row = days
        .windows(2)
        .all(|pair| matches!(pair, [one, next] if one.next() == *next));
    match days.as_slice() {
        [first, .., last] if in_a_row && days.len() > 2 => {
            format!("{} to {}", weekday(*first), weekday(*last))
        }
        _ => days
            .iter()
            .map(|day| weekday(*day))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// When somebody answers again: "today at 7 am", "Monday at 7 am".
fn opens(settings: &crate::config::Support, wall: jiff::Timestamp) -> Option<String> {
    let there = settings.time_zone.to_datetime(wall);
    (0..8_i64).find_map(|ahead| {
        let date = there
            .date()
            .checked_add(jiff::Span::new().days(ahead))
            .ok()?;
        let works = settings
            .days
            .iter()
            .any(|day| day.weekday() == date.weekday());
        if !works || (ahead == 0 && there.time() >= settings.opens) {
            return None;
        }
        let day = match ahead {
            0 => "today",
            1 => "tomorrow",
            _ => weekday(date.weekday()),
        };
        Some(format!("{day} at {}", hour(settings.opens)))
    })
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
