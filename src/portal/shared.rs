//! What the portal's and the public pages share: the support block, a reader's zone, an error's status.

use axum::http::StatusCode;
use jiff::tz::TimeZone;

use super::views::Support;
use crate::app::support::{self, zone_name};
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
        phone: support::phone(settings),
        phone_e164: settings.phone.clone(),
        hours: support::hours(settings),
        open: settings.is_open(wall),
        now: if settings.is_open(wall) {
            format!("Open now, until {} {zone}", support::hour(settings.closes))
        } else {
            support::opens(settings, wall).map_or_else(
                || "Closed now".to_owned(),
                |when| format!("Closed now, opens {when}"),
            )
        },
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
