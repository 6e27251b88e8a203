//! Who asks, and their keys.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Api;
use super::answer::{self, Answer};
use super::extract::{Asker, Body, Path, Terms};
use super::problem::Problem;
use super::views::{ApiKey, ApiKeyList, Me, NewApiKey};
use crate::app::people;
use crate::ids::ApiKeyId;

/// A key to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKeyInput {
    /// What the key is for.
    #[schema(example = "Nightly import", min_length = 1, max_length = 100)]
    pub name: String,
    /// Whether it only reads: every request but GET is refused.
    #[serde(default)]
    pub read_only: bool,
    /// After how many days it stops working by itself. Left out: it works until it is revoked.
    #[serde(default)]
    #[schema(example = 365, minimum = 1, maximum = 3650)]
    pub expires_in_days: Option<u32>,
}

/// Who am I?
///
/// The user whose rights the key has.
#[utoipa::path(get, path = "/me", operation_id = "get_me", tag = "Accounts and keys",
    responses((status = 200, description = "Who asks", body = Me)))]
pub async fn me(Asker(caller): Asker) -> Response {
    let view = Me {
        id: caller.user.to_string(),
        name: caller.actor.name.clone(),
        role: caller.actor.role.name().to_owned(),
        account: caller.account.map(|id| id.to_string()),
    };
    Answer::new(StatusCode::OK, &view).into_response()
}

/// List your API keys
///
/// Also the revoked ones. The keys themselves are not stored and cannot be shown.
#[utoipa::path(get, path = "/api-keys", operation_id = "list_api_keys", tag = "Accounts and keys",
    responses((status = 200, description = "Your keys", body = ApiKeyList)))]
pub async fn list_keys(State(api): State<Api>, Asker(caller): Asker) -> Result<Response, Problem> {
    let keys = people::api_keys(&api.app, &caller).await?;
    let items = keys.iter().map(ApiKey::from).collect();
    Ok(Answer::new(StatusCode::OK, &ApiKeyList { items }).into_response())
}

/// Make an API key
///
/// It has your rights, or those to read alone. It is shown in this answer only. An account's keys are made by its
/// administrator.
#[utoipa::path(post, path = "/api-keys", operation_id = "create_api_key", tag = "Accounts and keys", request_body = NewApiKeyInput,
    responses((status = 201, description = "The new key", body = NewApiKey)))]
pub async fn create_key(
    State(api): State<Api>,
    Asker(caller): Asker,
    terms: Terms,
    body: Body<NewApiKeyInput>,
) -> Result<Response, Problem> {
    let app = &api.app;
    let asker = &caller;
    answer::make(
        &api,
        &caller,
        terms,
        &body.hash,
        true,
        |(key, secret): &(people::ApiKey, SecretString)| {
            let view = NewApiKey {
                id: key.id.to_string(),
                name: key.name.clone(),
                created_at: key.created_at,
                secret: secret.expose_secret().to_owned(),
            };
            Answer::new(StatusCode::CREATED, &view)
        },
        |keep| async move {
            let new = people::NewKey {
                name: body.value.name,
                read_only: body.value.read_only,
                days: body.value.expires_in_days,
            };
            people::add_api_key_once(app, asker, new, keep).await
        },
    )
    .await
}

/// Revoke an API key
///
/// It stops working at once.
#[utoipa::path(delete, path = "/api-keys/{id}", operation_id = "revoke_api_key", tag = "Accounts and keys",
    params(("id" = String, Path, description = "The key")),
    responses((status = 204, description = "It is revoked")))]
pub async fn revoke_key(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    people::revoke_api_key(&api.app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
