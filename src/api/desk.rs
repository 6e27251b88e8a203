//! What needs a person at the desk, and its mailbox.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Api;
use super::answer::Answer;
use super::extract::{Asker, Path, Query};
use super::numbers::PageQuery;
use super::ports::{cursor, page_size};
use super::problem::Problem;
use super::views::{Attention, Desk, DeskLine, Mail, MailLine, MailPage, PortLine, Unreadable};
use crate::app::ports::{self, Filter};
use crate::app::{inbox, mailing};
use crate::ids::{MailId, PortId};

/// How mails are narrowed and paged.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct MailQuery {
    /// Only about this port request.
    #[param(value_type = Option<String>, example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub port: Option<PortId>,
    /// Only to this address.
    #[param(example = "maria@harbordental.example")]
    pub to: Option<String>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many items a page has at most.
    #[param(example = 50, minimum = 1)]
    pub limit: Option<i64>,
}

/// What needs a person?
///
/// For the desk: port requests with papers to check or something that only a person can decide, and what
/// could not be read of the carriers.
#[utoipa::path(get, path = "/desk", operation_id = "get_desk", tag = "The desk", params(PageQuery),
    responses((status = 200, description = "What needs a person", body = Desk)))]
pub async fn desk(
    State(api): State<Api>,
    Asker(caller): Asker,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let one = |problem| Problem::invalid(vec![problem]);
    let size = page_size(&api, query.limit).map_err(one)?;
    let before = cursor::<PortId>(query.cursor.as_deref()).map_err(one)?;
    let filter = Filter {
        before,
        limit: size + 1,
        ..Filter::default()
    };
    let app = &api.app;
    let mut lines = ports::desk(app, &caller, filter).await?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = lines.len() > size;
    lines.truncate(size);
    let next_cursor = lines
        .last()
        .filter(|_| more)
        .map(|(line, _)| line.id.to_string());
    let items = lines
        .into_iter()
        .map(|(line, attention)| DeskLine {
            port: PortLine::from(line),
            attention: attention
                .iter()
                .enumerate()
                .map(|(index, one)| Attention::of(index, one))
                .collect(),
        })
        .collect();
    let unreadable = inbox::list_unreadable(app, &caller)
        .await?
        .into_iter()
        .map(Unreadable::from)
        .collect();
    let counts = ports::counts(app, &caller).await?.into_iter().collect();
    let view = Desk {
        items,
        next_cursor,
        unreadable,
        counts,
    };
    Ok(Answer::new(StatusCode::OK, &view).into_response())
}

/// List mails
///
/// For the desk: every mail that was made, newest first.
#[utoipa::path(get, path = "/mails", operation_id = "list_mails", tag = "The desk", params(MailQuery),
    responses((status = 200, description = "A page of mails", body = MailPage)))]
pub async fn mails(
    State(api): State<Api>,
    Asker(caller): Asker,
    Query(query): Query<MailQuery>,
) -> Result<Response, Problem> {
    let one = |problem| Problem::invalid(vec![problem]);
    let size = page_size(&api, query.limit).map_err(one)?;
    let before = cursor::<MailId>(query.cursor.as_deref()).map_err(one)?;
    let mut mails = mailing::list(
        &api.app,
        &caller,
        query.port,
        query.to.as_deref(),
        before,
        size + 1,
    )
    .await?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = mails.len() > size;
    mails.truncate(size);
    let next_cursor = mails
        .last()
        .filter(|_| more)
        .map(|mail| mail.id.to_string());
    let items = mails.iter().map(MailLine::from).collect();
    Ok(Answer::new(StatusCode::OK, &MailPage { items, next_cursor }).into_response())
}

/// Read a mail
///
/// For the desk. Links for signing and uploading are shown only where no mail server is set up: there this
/// is the reader's mailbox.
#[utoipa::path(get, path = "/mails/{id}", operation_id = "get_mail", tag = "The desk",
    params(("id" = String, Path, description = "The mail")),
    responses((status = 200, description = "The mail", body = Mail)))]
pub async fn mail(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<MailId>,
) -> Result<Response, Problem> {
    let mail = mailing::read(&api.app, &caller, id).await?;
    let view = Mail::of(mail);
    Ok(Answer::new(StatusCode::OK, &view).into_response())
}
