//! What happened to a port request, and what people wrote about it.

use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::Api;
use super::answer::{self, Answer};
use super::extract::{Asker, Body, Path, Query, Terms};
use super::numbers::PageQuery;
use super::papers::broken_form;
use super::ports::{bad_cursor, page_size};
use super::problem::Problem;
use super::views::{Event, EventPage, Port};
use crate::app::notes::{self, Draft, SentFile};
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

/// A note with files.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a multipart form")]
pub struct NoteUpload {
    /// The note. It may be left out where the files speak for themselves.
    #[schema(max_length = 5000)]
    text: Option<String>,
    /// `true` if only the desk is to see it. Only the desk can write such notes.
    staff_only: Option<bool>,
    /// The files, at most ten: PDF, JPEG, PNG, HEIC or plain text. The field is repeated for each.
    #[schema(value_type = Vec<String>, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<Vec<u8>>,
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
/// The others who follow the port request get it by mail. With files, send a form; its files are documents of
/// the port request then (`GET /v1/ports/{id}/documents`), and those of a note for the desk are for the desk alone.
#[utoipa::path(post, path = "/ports/{id}/notes", operation_id = "write_note", tag = "History and notes",
    params(("id" = String, Path, description = "The port request")),
    request_body(content((NoteInput = "application/json"), (NoteUpload = "multipart/form-data")), description = "The note, or a form with the note and its files"),
    responses((status = 201, description = "The port request", body = Port)))]
pub async fn write_note(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    request: Request,
) -> Result<Response, Problem> {
    let (draft, hash) = draft_of(&api, request).await?;
    let (app, asker) = (&api.app, &caller);
    answer::change(
        &api,
        &caller,
        terms,
        &hash,
        StatusCode::CREATED,
        |guard| async move {
            let written = notes::write(app, asker, id, draft, guard).await?;
            Ok(written.handled)
        },
    )
    .await
}

/// A note as JSON or as a form. Parts of a form may be sent again with another boundary, so they are what is
/// compared.
async fn draft_of(api: &Api, request: Request) -> Result<(Draft, [u8; 32]), Problem> {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .to_ascii_lowercase()
                .starts_with("multipart/form-data")
        });
    if !is_form {
        // Only files may be as large as this route takes.
        let small = api.app.config.limits.request_bytes_max();
        let mut request = request;
        DefaultBodyLimit::max(small).apply(&mut request);
        let body = Body::<NoteInput>::from_request(request, api).await?;
        let draft = Draft {
            text: body.value.text,
            staff_only: body.value.staff_only,
            files: Vec::new(),
        };
        return Ok((draft, body.hash));
    }
    let mut form = Multipart::from_request(request, api)
        .await
        .map_err(|_| Problem::of_status(StatusCode::BAD_REQUEST))?;
    let mut draft = Draft::default();
    while let Some(field) = form.next_field().await.map_err(|e| broken_form(&e))? {
        match field.name() {
            Some("text") => draft.text = field.text().await.map_err(|e| broken_form(&e))?,
            Some("staff_only") => {
                let text = field.text().await.map_err(|e| broken_form(&e))?;
                draft.staff_only = match text.trim() {
                    "true" => true,
                    "false" | "" => false,
                    _ => return Err(Problem::field("staff_only", "Expected `true` or `false`.")),
                };
            }
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(|e| broken_form(&e))?;
                draft.files.push(SentFile::whole(name, bytes));
            }
            _ => {
                let name = field.name().unwrap_or_default().to_owned();
                return Err(Problem::field(
                    name,
                    "There is no such field. Known here: `text`, `staff_only`, `file`.",
                ));
            }
        }
    }
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    part(draft.text.as_bytes());
    part(&[u8::from(draft.staff_only)]);
    for file in &draft.files {
        part(file.name.as_bytes());
        part(&file.bytes);
    }
    Ok((draft, hash.finalize().into()))
}
