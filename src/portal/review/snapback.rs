//! Undoing a port: the desk asks the providers, and writes down what came of it.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::{Place, Refused, address, happen, page};
use crate::app::{App, AppError, ports};
use crate::domain::port::{Event, RefusalKind};
use crate::ids::PortId;
use crate::portal::errors::Answer;
use crate::portal::port::port_id;
use crate::portal::posted::Posted;
use crate::portal::session::Portal;
use crate::portal::views::Field;

/// Asks the providers to undo the port, until the end of a day.
pub(in crate::portal) async fn ask_snapback(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let (app, who) = (&portal.app, &posted.who);
    who.desk_only()?;
    let id = port_id(&id)?;
    let reason = posted.one("reason").trim().to_owned();
    let view = ports::view(app, &who.caller, id).await?;
    let day = posted.one("until").parse::<jiff::civil::Date>().ok();
    let end = day.and_then(|day| day.tomorrow().ok());
    let event = match end {
        _ if reason.is_empty() => Err(("reason", "Say why, in words for the customer.")),
        None => Err(("deadline", "Choose a day.")),
        Some(end) => Ok(Event::AskSnapback {
            reason,
            deadline: view.calendar.start_of(end),
        }),
    };
    let says = "Asked for. The customer is told; follow it up with the providers.";
    snapback(app, &posted, id, event, says).await
}

/// Takes down what came of the question whether a port is undone.
pub(in crate::portal) async fn end_snapback(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    posted.who.desk_only()?;
    let id = port_id(&id)?;
    let reason = posted.one("reason").trim().to_owned();
    let (event, says) = if posted.one("undone") == "yes" {
        let says = "The numbers are back at the losing provider.";
        (Ok(Event::ConfirmSnapback), says)
    } else if reason.is_empty() {
        let says = "Say why, in words for the customer.";
        (Err(("reason", says)), "")
    } else {
        let says = "The port stays as it was.";
        (Ok(Event::RefuseSnapback { reason }), says)
    };
    snapback(&portal.app, &posted, id, event, says).await
}

/// Lets it happen, or shows the page again with what is wrong with a field.
async fn snapback(
    app: &App,
    posted: &Posted,
    id: PortId,
    event: Result<Event, (&'static str, &'static str)>,
    says: &str,
) -> Answer {
    let mut who = posted.who.clone();
    let place = Place::of(app, posted, id).await?;
    let (wrong, done) = match event {
        Err((field, says)) => (Some((field.to_owned(), says.to_owned())), Ok(())),
        Ok(event) => {
            let done = happen(app, &who, id, vec![event], None).await;
            let wrong = match &done {
                Err(AppError::Refused(refusal)) if refusal.kind == RefusalKind::Invalid => refusal
                    .problems
                    .first()
                    .map(|problem| (problem.field.clone(), problem.says.clone())),
                _ => None,
            };
            (wrong, done)
        }
    };
    let Some((field, wrong)) = wrong else {
        return place.on(app, &who, done, says).await;
    };
    who.here = address(id, place.cut);
    let (reason, until) = (posted.one("reason"), posted.one("until"));
    let refused = Refused {
        cut: place.cut,
        snapback: if field == "deadline" {
            (Field::of(reason), Field::wrong(until, wrong).focused())
        } else {
            (Field::wrong(reason, wrong).focused(), Field::of(until))
        },
        ..Refused::default()
    };
    let page = page(app, &who, id, refused).await?;
    who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
