//! The numbers of a port request.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::answer::{self, Answer};
use super::extract::{Asker, Body, Path, Query, Terms, given};
use super::form::NumberInput;
use super::ports::{bad_cursor, page_size};
use super::problem::Problem;
use super::views::{Number, NumberKindWords, NumberPage, Port};
use crate::app::forms::Patch;
use crate::app::{numbers, ports};
use crate::domain::number::{E164, Kind, parse_typed};
use crate::domain::port::{Event, NumberChange};
use crate::ids::PortId;

/// How a list is paged.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many items a page has at most.
    #[param(example = 50, minimum = 1)]
    pub limit: Option<i64>,
}

/// Numbers to put on a port request.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumbersInput {
    /// The numbers: all of them are taken, or none.
    #[schema(min_items = 1)]
    pub numbers: Vec<NumberInput>,
}

/// Changes of one number. What is left out stays as it is; `null` empties it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberPatch {
    /// Where its calls are to ring.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "+14045550100")]
    pub receiving: Patch<String>,
    /// The tracking source.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Google Ads")]
    pub source: Patch<String>,
    /// What the customer calls it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Front desk")]
    pub description: Patch<String>,
    /// Whether texts are wanted.
    #[serde(default)]
    pub wants_text: Option<bool>,
    /// What kind of line it is, when the customer knows better than the number tells.
    #[serde(default)]
    #[schema(value_type = Option<NumberKindWords>)]
    pub kind: Option<Kind>,
}

/// A number in an address: in E.164 form, with or without its plus.
pub fn number_in_path(text: &str) -> Result<E164, Problem> {
    parse_typed(text)
        .map(|typed| typed.number)
        .map_err(|_| Problem::not_found("number"))
}

/// List a port request's numbers
///
/// In the order in which they were given.
#[utoipa::path(get, path = "/ports/{id}/numbers", operation_id = "list_port_numbers", tag = "Numbers",
    params(("id" = String, Path, description = "The port request"), PageQuery),
    responses((status = 200, description = "A page of numbers", body = NumberPage)))]
pub async fn list(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let size = page_size(&api, query.limit).map_err(|problem| Problem::invalid(vec![problem]))?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let from: usize = match query.cursor.as_deref().map(str::parse) {
        None => 0,
        Some(Ok(from)) => from,
        Some(Err(_)) => return Err(Problem::invalid(vec![bad_cursor()])),
    };
    let view = ports::view(&api.app, &caller, id).await?;
    let all = &view.request.numbers;
    let items: Vec<Number> = all.iter().skip(from).take(size).map(Number::from).collect();
    let end = from.saturating_add(items.len());
    let next_cursor = (end < all.len()).then(|| end.to_string());
    Ok(Answer::new(StatusCode::OK, &NumberPage { items, next_cursor }).into_response())
}

/// Put numbers on a port request
///
/// All of them are taken, or none. A number can be on one open port request only. A letter that was sent or
/// signed becomes void.
#[utoipa::path(post, path = "/ports/{id}/numbers", operation_id = "add_port_numbers", tag = "Numbers",
    params(("id" = String, Path, description = "The port request")), request_body = NumbersInput,
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn add(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    body: Body<NumbersInput>,
) -> Result<Response, Problem> {
    let (app, asker) = (&api.app, &caller);
    let typed = body.value.numbers.into_iter().map(Into::into).collect();
    answer::change(
        &api,
        &caller,
        terms,
        &body.hash,
        StatusCode::OK,
        |guard| async move { numbers::add(app, asker, id, typed, guard).await },
    )
    .await
}

/// Change what is said of one number
///
/// Also while it is at the carriers: where its calls are to ring can be set up before port day.
#[utoipa::path(patch, path = "/ports/{id}/numbers/{number}", operation_id = "change_port_number", tag = "Numbers",
    params(("id" = String, Path, description = "The port request"), ("number" = String, Path, description = "The number, such as +14045550123")),
    request_body = NumberPatch,
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn change(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path((id, number)): Path<(PortId, String)>,
    terms: Terms,
    body: Body<NumberPatch>,
) -> Result<Response, Problem> {
    let number = number_in_path(&number)?;
    let changes = changes_of(body.value)?;
    let (app, asker) = (&api.app, &caller);
    answer::change(
        &api,
        &caller,
        terms,
        &body.hash,
        StatusCode::OK,
        |guard| async move { numbers::change(app, asker, id, number, changes, guard).await },
    )
    .await
}

fn changes_of(patch: NumberPatch) -> Result<Vec<NumberChange>, Problem> {
    let mut changes = Vec::new();
    if let Some(typed) = patch.receiving {
        let receiving = numbers::receiving("receiving", typed.as_deref())
            .map_err(|problem| Problem::invalid(vec![problem]))?;
        changes.push(NumberChange::Receiving(receiving));
    }
    let too_long: Vec<_> = [
        ("source", &patch.source, numbers::SOURCE_CHARACTERS_MAX),
        (
            "description",
            &patch.description,
            numbers::DESCRIPTION_CHARACTERS_MAX,
        ),
    ]
    .into_iter()
    .filter_map(|(field, text, most)| {
        numbers::too_long(field, text.as_ref().and_then(|text| text.as_deref()), most)
    })
    .collect();
    if !too_long.is_empty() {
        return Err(Problem::invalid(too_long));
    }
    if let Some(source) = patch.source {
        changes.push(NumberChange::Source(source));
    }
    if let Some(description) = patch.description {
        changes.push(NumberChange::Description(description));
    }
    if let Some(wants) = patch.wants_text {
        changes.push(NumberChange::WantsText(wants));
    }
    if let Some(kind) = patch.kind {
        changes.push(NumberChange::Kind(kind));
    }
    Ok(changes)
}

/// Take a number off a port request
///
/// Until the desk has released the request; afterwards the desk can give a number up.
#[utoipa::path(delete, path = "/ports/{id}/numbers/{number}", operation_id = "remove_port_number", tag = "Numbers",
    params(("id" = String, Path, description = "The port request"), ("number" = String, Path, description = "The number, such as +14045550123")),
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn remove(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path((id, number)): Path<(PortId, String)>,
    terms: Terms,
) -> Result<Response, Problem> {
    let number = number_in_path(&number)?;
    let event = Event::RemoveNumbers {
        numbers: vec![number],
    };
    super::moves::happen(&api, &caller, id, terms, &[], event).await
}
