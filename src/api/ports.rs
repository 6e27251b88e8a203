//! Port requests: begin, list, look at, change.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Api;
use super::answer::{self, Answer};
use super::extract::{Asker, Body, Path, Query, Terms};
use super::form::{NewPort, PortPatch};
use super::problem::Problem;
use super::views::{Port, PortLine, PortPage};
use crate::app::ports::{self, Beginning, Extras, Filter, Guard};
use crate::app::{forms, numbers};
use crate::domain::port::{Details, Problem as FieldProblem, Status};
use crate::ids::{AccountId, PortId};

/// How a list is narrowed and paged.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only in these statuses, separated by commas.
    #[param(example = "in_review,rejected")]
    pub status: Option<String>,
    /// Only with a number, title, carrier or id that contains this.
    #[param(example = "404555")]
    pub q: Option<String>,
    /// Only of this account: any for the desk, a client for an agency. Others see only their own.
    #[param(value_type = Option<String>, example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: Option<AccountId>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many items a page has at most.
    #[param(example = 50, minimum = 1)]
    pub limit: Option<i64>,
}

/// How long a page is.
pub fn page_size(api: &Api, asked: Option<i64>) -> Result<i64, FieldProblem> {
    let limits = &api.app.config.limits;
    let most = i64::from(limits.api_page_size_max);
    match asked {
        None => Ok(i64::from(limits.api_page_size)),
        Some(asked) if (1..=most).contains(&asked) => Ok(asked),
        Some(_) => Err(FieldProblem::new(
            "limit",
            format!("A page has 1 to {most} items."),
        )),
    }
}

/// A cursor that is an id.
pub fn cursor<T: std::str::FromStr>(given: Option<&str>) -> Result<Option<T>, FieldProblem> {
    given.map(str::parse).transpose().map_err(|_| bad_cursor())
}

/// A cursor that nobody ever gave out.
pub fn bad_cursor() -> FieldProblem {
    FieldProblem::new(
        "cursor",
        "Pass a `next_cursor` exactly as you got it, or none to begin at the beginning.",
    )
}

fn filter_of(api: &Api, query: ListQuery) -> Result<Filter, Problem> {
    let mut problems = Vec::new();
    let mut statuses = Vec::new();
    for name in query
        .status
        .iter()
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        match Status::named(name) {
            Some(status) => statuses.push(status.name()),
            None => problems.push(FieldProblem::new(
                "status",
                format!(
                    "There is no such status. Known are: {}.",
                    Status::ALL.map(Status::name).join(", ")
                ),
            )),
        }
    }
    let limit = page_size(api, query.limit).unwrap_or_else(|problem| {
        problems.push(problem);
        1
    });
    let before = cursor::<PortId>(query.cursor.as_deref()).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    Ok(Filter {
        account: query.account,
        agency: None,
        statuses,
        text: query.q,
        for_desk: false,
        before,
        limit,
    })
}

/// List port requests
///
/// Newest first. One sees those of one's own account, an agency its clients' too, the desk all.
#[utoipa::path(get, path = "/ports", operation_id = "list_ports", tag = "Port requests", params(ListQuery),
    responses((status = 200, description = "A page of port requests", body = PortPage)))]
pub async fn list(
    State(api): State<Api>,
    Asker(caller): Asker,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let mut filter = filter_of(&api, query)?;
    let size = usize::try_from(filter.limit).unwrap_or(usize::MAX);
    filter.limit += 1;
    let mut items: Vec<PortLine> = ports::list(&api.app, &caller, filter)
        .await?
        .into_iter()
        .map(PortLine::from)
        .collect();
    let more = items.len() > size;
    items.truncate(size);
    let next_cursor = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Answer::new(StatusCode::OK, &PortPage { items, next_cursor }).into_response())
}

/// Begin a port request
///
/// Everything is optional: send what is known, and the rest later. What is sent is stored as a whole or not
/// at all. The request stays a draft until its Letter of Authorization is sent; `blockers` says what is
/// missing until then.
#[utoipa::path(post, path = "/ports", operation_id = "create_port", tag = "Port requests", request_body = NewPort,
    responses((status = 201, description = "The new port request", body = Port)))]
pub async fn create(
    State(api): State<Api>,
    Asker(caller): Asker,
    terms: Terms,
    body: Body<NewPort>,
) -> Result<Response, Problem> {
    let app = &api.app;
    let asker = &caller;
    answer::change(
        &api,
        &caller,
        terms,
        &body.hash,
        StatusCode::CREATED,
        |guard| async move { begin(app, asker, body.value, guard).await },
    )
    .await
}

async fn begin(
    app: &crate::app::App,
    caller: &crate::app::Caller,
    new: NewPort,
    guard: Guard,
) -> Result<ports::Handled, crate::app::AppError> {
    let mut problems = Vec::new();
    let mut new = new;
    let account = new.account;
    let typed = std::mem::take(&mut new.numbers)
        .into_iter()
        .map(Into::into)
        .collect();
    let list = numbers::read(app, app.clock.now(), typed).unwrap_or_else(|found| {
        problems.extend(found);
        Vec::new()
    });
    let agreement = new.agreement.take().and_then(|given| {
        forms::agreement(app, caller, &given.version, &given.accepted)
            .map_err(|found| problems.extend(found))
            .ok()
    });
    let found =
        forms::read(PortPatch::from(new).into(), &Details::default()).unwrap_or_else(|found| {
            problems.extend(found);
            forms::Changes::default()
        });
    if !problems.is_empty() {
        return Err(crate::app::AppError::Invalid(problems));
    }
    let mut title = String::new();
    let changes = found
        .changes
        .into_iter()
        .filter_map(|change| match change {
            crate::domain::port::Change::Title(text) => {
                title = text;
                None
            }
            change => Some(change),
        })
        .collect();
    let beginning = Beginning {
        title,
        account,
        changes,
        numbers: list,
        agreement,
        secrets: found
            .secrets
            .into_iter()
            .filter_map(|(field, text)| text.map(|text| (field, text)))
            .collect(),
    };
    ports::begin_port(app, caller, beginning, Extras::from(guard)).await
}

/// What is wrong with a body of [`create`] by itself: each field and what to do. Whether its numbers can be
/// taken, and whether its agreement stands, only the server knows.
pub fn check_new(body: &[u8]) -> Vec<(String, String)> {
    let problems = match super::extract::parse::<NewPort>(body) {
        Ok(new) => forms::read(PortPatch::from(new).into(), &Details::default())
            .err()
            .unwrap_or_default(),
        Err(problem) if problem.problems.is_empty() => {
            return vec![("body".to_owned(), problem.detail)];
        }
        Err(problem) => problem.problems,
    };
    problems
        .into_iter()
        .map(|problem| (problem.field, problem.says))
        .collect()
}

/// Look at a port request
///
/// With where it stands, what blocks it, what can be done with it, its numbers with their voice and text
/// tracks, its letter, its proof and its carrier orders. The `ETag` is its version.
#[utoipa::path(get, path = "/ports/{id}", operation_id = "get_port", tag = "Port requests",
    params(("id" = String, Path, description = "The port request")),
    responses((status = 200, description = "The port request", body = Port)))]
pub async fn get(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
) -> Result<Response, Problem> {
    let view = ports::view(&api.app, &caller, id).await?;
    Ok(Answer::port(&view, &caller, StatusCode::OK).into_response())
}

/// Change a port request's form
///
/// A JSON merge patch: what is left out stays as it is, `null` empties it, also inside addresses, customer
/// and signer. A change of something that is printed on the Letter of Authorization makes a letter void
/// that was sent or signed.
#[utoipa::path(patch, path = "/ports/{id}", operation_id = "change_port", tag = "Port requests",
    params(("id" = String, Path, description = "The port request")), request_body = PortPatch,
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn change(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    body: Body<PortPatch>,
) -> Result<Response, Problem> {
    let (app, asker) = (&api.app, &caller);
    answer::change(
        &api,
        &caller,
        terms,
        &body.hash,
        StatusCode::OK,
        |guard| async move { forms::edit(app, asker, id, body.value.into(), guard).await },
    )
    .await
}
