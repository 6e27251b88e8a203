//! What happened to a port request, and what people wrote about it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Api;
use super::answer::{self, Answer};
use super::extract::{Asker, Body, Path, Query, Terms};
use super::numbers::PageQuery;
use super::ports::{bad_cursor, page_size};
use super::problem::Problem;
use super::views::{Event, EventPage, Port};
use crate::app::{Caller, ports};
use crate::domain::port::Fact;
use crate::ids::PortId;

/// A note to write.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteInput {
    /// The note.
    #[schema(
        example = "The front desk is reachable until 5 pm.",
        min_length = 1,
        max_length = 5000
    )]
    pub text: String,
    /// Whether only the desk sees it. Only the desk can write such notes.
    #[serde(default)]
    pub staff_only: bool,
}

async fn page(
    api: &Api,
    caller: &Caller,
    id: PortId,
    query: &PageQuery,
    wanted: fn(&Fact) -> bool,
) -> Result<Response, Problem> {
    let size = page_size(api, query.limit).map_err(|problem| Problem::invalid(vec![problem]))?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let after: i64 = match query.cursor.as_deref().map(str::parse) {
        None => 0,
        Some(Ok(after)) => after,
        Some(Err(_)) => return Err(Problem::invalid(vec![bad_cursor()])),
    };
    let page = ports::history_page(&api.app, caller, id, after, size, wanted).await?;
    let items = page
        .facts
        .iter()
        .map(|one| Event::of(one, &page.zone))
        .collect();
    let next_cursor = page.next.map(|seq| seq.to_string());
    Ok(Answer::new(StatusCode::OK, &EventPage { items, next_cursor }).into_response())
}

/// List what happened
///
/// The history of a port request, oldest first. Nothing is ever taken out of it. To follow a request, keep
/// the `seq` of the last event and pass it as `cursor`.
#[utoipa::path(get, path = "/ports/{id}/events", operation_id = "list_events", tag = "History and notes",
    params(("id" = String, Path, description = "The port request"), PageQuery),
    responses((status = 200, description = "A page of events", body = EventPage)))]
pub async fn events(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    page(&api, &caller, id, &query, |_| true).await
}

/// List notes
///
/// What people and carriers wrote, oldest first: a part of the history.
#[utoipa::path(get, path = "/ports/{id}/notes", operation_id = "list_notes", tag = "History and notes",
    params(("id" = String, Path, description = "The port request"), PageQuery),
    responses((status = 200, description = "A page of notes", body = EventPage)))]
pub async fn notes(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    page(&api, &caller, id, &query, |fact| {
        matches!(fact, Fact::NoteWritten { .. } | Fact::CarrierSpoke { .. })
    })
    .await
}

/// Write a note
///
/// The others who follow the port request get it by mail.
#[utoipa::path(post, path = "/ports/{id}/notes", operation_id = "write_note", tag = "History and notes",
    params(("id" = String, Path, description = "The port request")), request_body = NoteInput,
    responses((status = 201, description = "The port request", body = Port)))]
pub async fn write_note(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    body: Body<NoteInput>,
) -> Result<Response, Problem> {
    let (app, asker) = (&api.app, &caller);
    let note = body.value;
    answer::change(
        &api,
        &caller,
        terms,
        &body.hash,
        StatusCode::CREATED,
        |guard| async move {
            ports::write_note(app, asker, id, note.text, note.staff_only, guard).await
        },
    )
    .await
}
