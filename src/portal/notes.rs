//! The notes of a port: every event, and every word between the customer and the desk.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::errors::Answer;
use super::port::{self, port_id};
use super::posted::Posted;
use super::session::{Portal, SignedIn};
use super::views::port::NotesPage;
use super::views::{Act, Field, Note, NoteKind, Room};
use super::{fields, tell};
use crate::app::ports::{Extras, StoredFact, View};
use crate::app::{App, AppError, ports};
use crate::domain::port::{Attention, Event, EventKind, Fact, words};

/// The history as entries of the notes, oldest first.
pub(super) fn entries(
    history: &[StoredFact],
    view: &View,
    zone: &TimeZone,
    now: Timestamp,
) -> Vec<Note> {
    history
        .iter()
        .map(|one| {
            let (id, kind, attachments) = match &one.fact {
                Fact::NoteWritten {
                    note,
                    staff_only,
                    attachments,
                    ..
                } => {
                    let kind = if *staff_only {
                        NoteKind::Staff
                    } else {
                        NoteKind::Comment
                    };
                    (note.to_string(), kind, attachments.as_slice())
                }
                fact if fact.is_staff_only() => (one.id.to_string(), NoteKind::Staff, &[][..]),
                _ => (one.id.to_string(), NoteKind::Event, &[][..]),
            };
            let files = attachments
                .iter()
                .filter_map(|id| view.documents.iter().find(|document| document.id == *id))
                .map(|document| {
                    super::views::Link::new(format!("/documents/{}", document.id), &document.name)
                })
                .collect();
            Note {
                id,
                by: one.actor.name.clone(),
                role: tell::role(one.actor.role).to_owned(),
                at: tell::when(one.at, zone, now),
                kind,
                text: words::say(&one.fact, zone),
                files,
            }
        })
        .collect()
}

pub(super) async fn show(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let view = ports::view(&portal.app, &who.caller, port_id(&id)?).await?;
    let page = page(&portal.app, &who, &view, Field::default(), false).await?;
    who.page(&page)
}

async fn page(
    app: &App,
    who: &SignedIn,
    view: &View,
    text: Field,
    staff_only: bool,
) -> Result<NotesPage, AppError> {
    let request = &view.request;
    let now = app.clock.now();
    let history = port::history(app, who, request.id).await?;
    let silent = view.calendar.silent_days(request.last_movement, now);
    let asked = request.attention.contains(&Attention::UpdateAsked);
    let ask = match tell::act(EventKind::AskForUpdate, view.standing.status, who.user.role) {
        Act::Open if asked => {
            Act::Closed("You have asked. We look into it and answer here and by email.".to_owned())
        }
        // Before anything was sent there is no news to wait for, and a button that is always there
        // would be the wrong one of two most of the time.
        Act::Closed(_) => Act::Hidden,
        other => other,
    };
    Ok(NotesPage {
        shell: who.shell(Room::Ports, "Notes"),
        port: tell::port_ref(view),
        notes: entries(&history, view, view.calendar.zone(), now),
        text,
        desk: who.caller.is_desk(),
        staff_only,
        ask,
        silence: if silent >= app.config.silence.chase_business_days
            && view.standing.status.is_open()
            && request.released_at.is_some()
        {
            format!("No news for {silent} business days.")
        } else {
            String::new()
        },
        mailed_to: if who.caller.is_desk() {
            format!("{} gets each entry by email.", view.submitter)
        } else {
            "You and the porting team get each entry by email.".to_owned()
        },
    })
}

pub(super) async fn write(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    let id = port_id(&id)?;
    let text = posted.one("text").trim().to_owned();
    let staff_only = who.caller.is_desk() && posted.ticked("staff_only");
    let note = app.ids.next(app.clock.now());
    let event = Event::Note {
        note,
        text: text.clone(),
        staff_only,
        attachments: Vec::new(),
    };
    let written = ports::handle(
        app,
        id,
        who.caller.scope(),
        &who.caller.actor,
        event,
        Extras::default(),
    )
    .await;
    match written {
        Ok(_) => who.done(
            &format!("/numbers/ports/{id}/notes#{note}"),
            "Your note was added.",
        ),
        Err(error) => {
            let problems = fields::problems(error)?;
            let says = problems
                .first()
                .map(|problem| problem.says.clone())
                .unwrap_or_default();
            who.here = format!("/numbers/ports/{id}/notes");
            let view = ports::view(app, &who.caller, id).await?;
            let page = page(
                app,
                &who,
                &view,
                Field::wrong(text, says).focused(),
                staff_only,
            )
            .await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// R130: the customer asks for news.
pub(super) async fn ask_for_update(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let id = port_id(&id)?;
    let who = &posted.who;
    ports::handle(
        &portal.app,
        id,
        who.caller.scope(),
        &who.caller.actor,
        Event::AskForUpdate,
        Extras::default(),
    )
    .await?;
    who.done(
        &format!("/numbers/ports/{id}/notes"),
        "We have been asked. We look into it and answer here and by email.",
    )
}
