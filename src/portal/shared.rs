//! What the portal's and the public pages share: the support block, a reader's zone, an error's status.

use axum::http::StatusCode;
use jiff::tz::TimeZone;

use super::views::{Link, Look, Support};
use crate::app::operator::Operator;
use crate::app::support::{self, zone_name};
use crate::app::{App, AppError, ports};
use crate::config::Color;
use crate::domain::port::{PortRequest, RefusalKind};

/// The operator's support block (R60-R65), with whether somebody answers now, and how the operator's pages look.
pub fn support(app: &App) -> Support {
    let operator = app.operator();
    let settings = &operator.support;
    // Wire time: the telephone is answered in the real world.
    let wall = app.clock.wall();
    let zone = zone_name(&settings.time_zone);
    let open = settings.is_open(wall);
    Support {
        name: support::name(&operator),
        email: settings.email.clone(),
        phone: support::phone(settings),
        phone_e164: settings.phone.clone(),
        hours: support::hours(settings),
        open,
        now: match support::closes(settings, wall).filter(|_| open) {
            Some(closes) => format!("Open now, until {} {zone}", support::hour(closes)),
            None => support::opens(settings, wall).map_or_else(
                || "Closed now".to_owned(),
                |when| format!("Closed now, opens {when}"),
            ),
        },
        look: look(&operator),
    }
}

/// The accent of our own stylesheet, which needs no other one beside it.
const OWN_ACCENT: Color = Color::rgb(0x0b, 0x64, 0x83);

fn look(operator: &Operator) -> Look {
    let accent = operator.accent_color;
    let legal = [
        ("Terms", &operator.terms_url),
        ("Privacy", &operator.privacy_url),
    ];
    Look {
        css: (accent != OWN_ACCENT).then(|| {
            let digits = accent.to_string();
            format!("/look/{}/accent.css", digits.trim_start_matches('#'))
        }),
        logo: operator
            .logo
            .as_ref()
            .map(|logo| format!("/look/{}/logo", logo.hash)),
        legal: legal
            .into_iter()
            .filter_map(|(text, url)| url.as_ref().map(|url| Link::new(url.as_str(), text)))
            .collect(),
        imprint: operator.imprint.trim().to_owned(),
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
