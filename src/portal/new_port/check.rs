//! Says while somebody goes on typing what is known about a number: whether it can be ported, and what kind it is.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use serde::Serialize;

use crate::app::numbers::{self, Standing};
use crate::app::{App, AppError};
use crate::domain::carrier::LineKind;
use crate::domain::number::{Kind, parse_typed};
use crate::portal::errors::Answer;
use crate::portal::port::port_id;
use crate::portal::posted::Posted;
use crate::portal::session::{Portal, SignedIn};
use crate::portal::tell;

/// How long the gaining carrier has to answer. The form does not wait for it, but a person does.
const PATIENCE: Duration = Duration::from_secs(8);

/// What the page shows below the row.
#[derive(Debug, Default, Serialize)]
struct Found {
    /// `ok`, `stop` or `plain`.
    tone: &'static str,
    /// In words, for people.
    says: String,
    /// `mobile`, `local` or empty.
    kind: &'static str,
}

impl Found {
    fn stop(says: impl Into<String>) -> Self {
        Self {
            tone: "stop",
            says: says.into(),
            kind: "",
        }
    }
}

pub(in crate::portal) async fn check(State(portal): State<Portal>, posted: Posted) -> Answer {
    let found = found(&portal.app, &posted.who, &posted).await?;
    Ok(Json(found).into_response())
}

async fn found(
    app: &App,
    who: &SignedIn,
    fields: &crate::portal::posted::Fields,
) -> Result<Found, crate::portal::errors::Fault> {
    let number = match parse_typed(fields.one("number")) {
        Ok(typed) => typed.number,
        Err(error) => {
            return Ok(Found::stop(
                crate::app::forms::number_problem("number", &error).says,
            ));
        }
    };
    if let Err(error) = number.portable() {
        return Ok(Found::stop(format!("{error}.")));
    }
    let here = match fields.one("draft") {
        "" => None,
        id => Some(port_id(id)?),
    };
    match numbers::standing(app, &who.caller, number, here).await? {
        Standing::Free => {}
        Standing::Receiving => {
            return Ok(Found::stop(
                "This number is set up as a receiving number here. Remove it there first.",
            ));
        }
        Standing::Ported => {
            return Ok(Found::stop("This number is on another open port request."));
        }
    }
    let place = tell::kind(number, number.kind());
    let plain = |says: String| Found {
        tone: "plain",
        says,
        kind: "",
    };
    let asked = tokio::time::timeout(PATIENCE, numbers::portability(app, &[number])).await;
    let answer = match asked {
        Ok(Ok(answers)) => answers.into_iter().find(|one| one.number == number),
        // Nobody could be asked; the number is checked again when the form is saved.
        Ok(Err(AppError::Unavailable(..))) | Err(_) => return Ok(plain(place)),
        Ok(Err(error)) => return Err(error.into()),
    };
    let Some(answer) = answer else {
        return Ok(plain(place));
    };
    if !answer.portable {
        let reason = answer.reason.unwrap_or_default();
        return Ok(Found::stop(match reason.trim() {
            "" => "The gaining carrier cannot take this number.".to_owned(),
            reason => format!("The gaining carrier cannot take this number: {reason}"),
        }));
    }
    let (kind, told) = match answer.kind {
        Some(LineKind::Mobile) => ("mobile", Kind::Mobile),
        Some(LineKind::Local) => ("local", Kind::Local),
        _ => ("", number.kind()),
    };
    let mut says = "Can be ported.".to_owned();
    let known = tell::kind(number, told);
    if !known.is_empty() {
        says = format!("{says} {known}.");
    }
    if let Some(carrier) = answer.carrier_name.filter(|name| !name.trim().is_empty()) {
        says = format!("{says} It is with {} now.", carrier.trim());
    }
    Ok(Found {
        tone: "ok",
        says,
        kind,
    })
}
