//! Webhooks out: the addresses that get them, and what became of each.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Api;
use super::accounts::AccountQuery;
use super::answer::{self, Answer};
use super::extract::{Asker, Body, Path, Query, Terms};
use super::problem::Problem;
use super::views::{Delivery, DeliveryList, Endpoint, EndpointList, NewEndpoint};
use crate::app::webhooks;
use crate::ids::{AccountId, DeliveryId, EndpointId};

/// An address that is to get webhooks.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEndpointInput {
    /// The address. It begins with `https://`.
    #[schema(example = "https://example.com/portolan")]
    pub url: String,
    /// For which account. The desk must say it; others have only their own.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: Option<AccountId>,
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
    let endpoints = webhooks::list_of(&api.app, &caller, query.account).await?;
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
                created_at: endpoint.created_at,
                secret: secret.expose_secret().to_owned(),
            };
            Answer::new(StatusCode::CREATED, &view)
        },
        |keep| async move {
            webhooks::add_once(app, asker, body.value.account, &body.value.url, keep).await
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
/// The newest 100, with what became of them.
#[utoipa::path(get, path = "/webhooks/{id}/deliveries", operation_id = "list_deliveries", tag = "Webhooks",
    params(("id" = String, Path, description = "The address")),
    responses((status = 200, description = "The webhooks", body = DeliveryList)))]
pub async fn deliveries(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<EndpointId>,
) -> Result<Response, Problem> {
    let deliveries = webhooks::deliveries(&api.app, &caller, id).await?;
    let items = deliveries.into_iter().map(Delivery::from).collect();
    Ok(Answer::new(StatusCode::OK, &DeliveryList { items }).into_response())
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
