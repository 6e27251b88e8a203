//! Webhooks out: the addresses that get them, and what became of each.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::accounts::AccountQuery;
use super::answer::{self, Answer};
use super::extract::{Asker, Body, Path, Query, Terms};
use super::ports::{cursor, page_size};
use super::problem::Problem;
use super::views::{Delivery, DeliveryList, Endpoint, EndpointList, NewEndpoint};
use crate::app::webhooks;
use crate::domain::port::Problem as FieldProblem;
use crate::ids::{AccountId, DeliveryId, EndpointId};

/// An address that is to get webhooks.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEndpointInput {
    /// The address. It begins with `https://`.
    #[schema(example = "https://example.com/portolan")]
    pub url: String,
    /// The events that it gets, such as `port.completed`. Left out or empty: all.
    #[serde(default)]
    #[schema(example = json!(["port.port_date_set", "port.completed"]))]
    pub events: Vec<String>,
    /// For which account. The desk must say it; an agency may name a client; others have only their own.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: Option<AccountId>,
}

/// Changes of a webhook address. What is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointPatch {
    /// The events that it gets; empty: all.
    #[serde(default)]
    #[schema(example = json!(["port.port_date_set", "port.completed"]))]
    pub events: Option<Vec<String>>,
    /// Whether it has a pause.
    #[serde(default)]
    pub paused: Option<bool>,
}

/// How a list of webhooks is narrowed and paged.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Only in this state: `queued`, `delivered` or `failed`.
    #[param(example = "failed")]
    pub state: Option<String>,
    /// Only of this event.
    #[param(example = "port.completed")]
    pub event: Option<String>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many items a page has at most.
    #[param(example = 50, minimum = 1)]
    pub limit: Option<i64>,
}

/// The events as webhooks call them.
pub fn names(events: &[String]) -> Vec<String> {
    events.iter().map(|one| format!("port.{one}")).collect()
}

/// List webhook addresses
///
/// Those of an account.
#[utoipa::path(get, path = "/webhooks", operation_id = "list_webhooks", tag = "Webhooks", params(AccountQuery),
    responses((status = 200, description = "The addresses", body = EndpointList)))]
pub async fn list(
    State(api): State<Api>,
    Asker(caller): Asker,
    Query(query): Query<AccountQuery>,
) -> Result<Response, Problem> {
    let endpoints = webhooks::list(&api.app, &caller, query.account).await?;
    let items = endpoints.iter().map(Endpoint::from).collect();
    Ok(Answer::new(StatusCode::OK, &EndpointList { items }).into_response())
}

/// Add a webhook address
///
/// It gets one webhook for each event of the account's port requests, signed by the Standard Webhooks
/// rules. The signing secret is shown in this answer only.
#[utoipa::path(post, path = "/webhooks", operation_id = "create_webhook", tag = "Webhooks", request_body = NewEndpointInput,
    responses((status = 201, description = "The new address", body = NewEndpoint)))]
pub async fn create(
    State(api): State<Api>,
    Asker(caller): Asker,
    terms: Terms,
    body: Body<NewEndpointInput>,
) -> Result<Response, Problem> {
    let (app, asker) = (&api.app, &caller);
    answer::make(
        &api,
        &caller,
        terms,
        &body.hash,
        true,
        |(endpoint, secret): &(webhooks::Endpoint, SecretString)| {
            let view = NewEndpoint {
                id: endpoint.id.to_string(),
                account: endpoint.account.to_string(),
                url: endpoint.url.clone(),
                events: names(&endpoint.events),
                created_at: endpoint.created_at,
                secret: secret.expose_secret().to_owned(),
            };
            Answer::new(StatusCode::CREATED, &view)
        },
        |keep| async move {
            let new = body.value;
            webhooks::add_once(app, asker, new.account, &new.url, new.events, keep).await
        },
    )
    .await
}

/// Remove a webhook address
///
/// It gets nothing any more, also not what waits to be tried again.
#[utoipa::path(delete, path = "/webhooks/{id}", operation_id = "delete_webhook", tag = "Webhooks",
    params(("id" = String, Path, description = "The address")),
    responses((status = 204, description = "It is removed")))]
pub async fn delete(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<EndpointId>,
) -> Result<StatusCode, Problem> {
    webhooks::remove(&api.app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List an address's webhooks
///
/// Newest first, with what became of them.
#[utoipa::path(get, path = "/webhooks/{id}/deliveries", operation_id = "list_deliveries", tag = "Webhooks",
    params(("id" = String, Path, description = "The address"), DeliveryQuery),
    responses((status = 200, description = "The webhooks", body = DeliveryList)))]
pub async fn deliveries(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<EndpointId>,
    Query(query): Query<DeliveryQuery>,
) -> Result<Response, Problem> {
    let mut problems = Vec::new();
    if let Some(state) = &query.state
        && !["queued", "delivered", "failed"].contains(&state.as_str())
    {
        problems.push(FieldProblem::new(
            "state",
            "A webhook is queued, delivered or failed.",
        ));
    }
    let before = cursor::<DeliveryId>(query.cursor.as_deref()).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    let size = page_size(&api, query.limit).unwrap_or_else(|problem| {
        problems.push(problem);
        1
    });
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let wanted = webhooks::Wanted {
        state: query.state,
        event: query.event,
        before,
        limit: size.saturating_add(1),
    };
    let mut items: Vec<Delivery> = webhooks::deliveries(&api.app, &caller, id, &wanted)
        .await?
        .into_iter()
        .map(Delivery::from)
        .collect();
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = items.len() > size;
    items.truncate(size);
    let next_cursor = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Answer::new(StatusCode::OK, &DeliveryList { items, next_cursor }).into_response())
}

/// Change a webhook address
///
/// Which events it gets, and whether it has a pause. What happens during a pause waits, and is sent when it goes on.
#[utoipa::path(patch, path = "/webhooks/{id}", operation_id = "change_webhook", tag = "Webhooks",
    params(("id" = String, Path, description = "The address")), request_body = EndpointPatch,
    responses((status = 200, description = "The changed address", body = Endpoint)))]
pub async fn change(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<EndpointId>,
    body: Body<EndpointPatch>,
) -> Result<Response, Problem> {
    if let Some(events) = body.value.events {
        webhooks::set_events(&api.app, &caller, id, events).await?;
    }
    if let Some(paused) = body.value.paused {
        webhooks::pause(&api.app, &caller, id, paused).await?;
    }
    let endpoint = webhooks::endpoint(&api.app, &caller, id).await?;
    Ok(Answer::new(StatusCode::OK, &Endpoint::from(&endpoint)).into_response())
}

/// Send a test event
///
/// An event `test.ping` that says nothing, to see whether the address works. It is in the list of its webhooks.
#[utoipa::path(post, path = "/webhooks/{id}/test", operation_id = "test_webhook", tag = "Webhooks",
    params(("id" = String, Path, description = "The address")),
    responses((status = 202, description = "It is on its way")))]
pub async fn test(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<EndpointId>,
) -> Result<StatusCode, Problem> {
    webhooks::send_test(&api.app, &caller, id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Send a webhook again
///
/// With the same id and the same body.
#[utoipa::path(post, path = "/deliveries/{id}/replay", operation_id = "replay_delivery", tag = "Webhooks",
    params(("id" = String, Path, description = "The webhook")),
    responses((status = 202, description = "It is on its way again")))]
pub async fn replay(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<DeliveryId>,
) -> Result<StatusCode, Problem> {
    webhooks::replay(&api.app, &caller, id).await?;
    Ok(StatusCode::ACCEPTED)
}
