//! Accounts and their receiving numbers.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::answer::{self, Answer};
use super::extract::{Asker, Body, Path, Query, Terms};
use super::numbers::number_in_path;
use super::problem::Problem;
use super::views::{Account, AccountList, ReceivingNumber, ReceivingNumberList};
use crate::app::{numbers, people};
use crate::domain::number::E164;
use crate::ids::AccountId;

/// An account to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Its name.
    #[schema(example = "Harbor Dental Group", min_length = 1, max_length = 100)]
    pub name: String,
    /// Whether it has an approved A2P 10DLC brand and campaign.
    #[serde(default)]
    pub campaign_approved: bool,
    /// The agency whose client it is. An agency's administrator need not say it.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub parent: Option<AccountId>,
    /// Whether it may have client accounts.
    #[serde(default)]
    pub is_agency: bool,
}

/// Changes of an account.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountPatch {
    /// Whether it has an approved A2P 10DLC brand and campaign. Texts of its US local numbers wait for it.
    #[serde(default)]
    pub campaign_approved: Option<bool>,
    /// Whether it may have client accounts. For the desk's administrator.
    #[serde(default)]
    pub is_agency: Option<bool>,
}

/// Of which account.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct AccountQuery {
    /// The account. The desk must say it; an agency may name a client; others have only their own.
    #[param(value_type = Option<String>, example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: Option<AccountId>,
}

/// A number to which calls are forwarded.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceivingNumberInput {
    /// The number.
    #[schema(example = "+14045550100")]
    pub number: String,
    /// For which account. The desk must say it; an agency may name a client; others have only their own.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: Option<AccountId>,
}

/// List accounts
///
/// The desk sees all, an agency its clients' too, others see their own.
#[utoipa::path(get, path = "/accounts", operation_id = "list_accounts", tag = "Accounts and keys",
    responses((status = 200, description = "The accounts", body = AccountList)))]
pub async fn list(State(api): State<Api>, Asker(caller): Asker) -> Result<Response, Problem> {
    let accounts = people::accounts(&api.app, &caller).await?;
    let items = accounts.into_iter().map(Account::from).collect();
    Ok(Answer::new(StatusCode::OK, &AccountList { items }).into_response())
}

/// Make an account
///
/// For the desk's administrator, and for the administrator of an agency, whose client it then is.
#[utoipa::path(post, path = "/accounts", operation_id = "create_account", tag = "Accounts and keys", request_body = NewAccount,
    responses((status = 201, description = "The new account", body = Account)))]
pub async fn create(
    State(api): State<Api>,
    Asker(caller): Asker,
    terms: Terms,
    body: Body<NewAccount>,
) -> Result<Response, Problem> {
    let (app, asker) = (&api.app, &caller);
    answer::make(
        &api,
        &caller,
        terms,
        &body.hash,
        false,
        |account: &people::Account| {
            let location = format!("/v1/accounts/{}", account.id);
            Answer::new(StatusCode::CREATED, &Account::from(account.clone())).at(location)
        },
        |keep| async move {
            let new = body.value;
            let new = people::NewAccount {
                name: new.name,
                campaign_approved: new.campaign_approved,
                parent: new.parent,
                is_agency: new.is_agency,
            };
            people::add_account_once(app, Some(asker), new, keep).await
        },
    )
    .await
}

/// Look at an account
///
/// One's own, or any for the desk.
#[utoipa::path(get, path = "/accounts/{id}", operation_id = "get_account", tag = "Accounts and keys",
    params(("id" = String, Path, description = "The account")),
    responses((status = 200, description = "The account", body = Account)))]
pub async fn get(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<AccountId>,
) -> Result<Response, Problem> {
    let account = people::account(&api.app, &caller, id).await?;
    Ok(Answer::new(StatusCode::OK, &Account::from(account)).into_response())
}

/// Change an account
///
/// For the desk. When a campaign is approved, texts that waited for it go on by themselves.
#[utoipa::path(patch, path = "/accounts/{id}", operation_id = "change_account", tag = "Accounts and keys",
    params(("id" = String, Path, description = "The account")), request_body = AccountPatch,
    responses((status = 200, description = "The changed account", body = Account)))]
pub async fn change(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<AccountId>,
    body: Body<AccountPatch>,
) -> Result<Response, Problem> {
    let AccountPatch {
        campaign_approved,
        is_agency,
    } = body.value;
    let account =
        people::change_account(&api.app, &caller, id, campaign_approved, is_agency).await?;
    Ok(Answer::new(StatusCode::OK, &Account::from(account)).into_response())
}

/// List receiving numbers
///
/// The numbers to which an account's calls are forwarded. A number that is one of them cannot be ported at
/// the same time.
#[utoipa::path(get, path = "/receiving-numbers", operation_id = "list_receiving_numbers", tag = "Numbers", params(AccountQuery),
    responses((status = 200, description = "The receiving numbers", body = ReceivingNumberList)))]
pub async fn receiving_numbers(
    State(api): State<Api>,
    Asker(caller): Asker,
    Query(query): Query<AccountQuery>,
) -> Result<Response, Problem> {
    let numbers = people::receiving_numbers(&api.app, &caller, query.account).await?;
    let items = numbers.into_iter().map(ReceivingNumber::from).collect();
    Ok(Answer::new(StatusCode::OK, &ReceivingNumberList { items }).into_response())
}

fn receiving(typed: &str) -> Result<E164, Problem> {
    match numbers::receiving("number", Some(typed)) {
        Ok(Some(number)) => Ok(number),
        Ok(None) => Err(Problem::field("number", "Enter the number.")),
        Err(problem) => Err(Problem::invalid(vec![problem])),
    }
}

/// Set a number up as a receiving number
///
/// Doing it twice changes nothing.
#[utoipa::path(post, path = "/receiving-numbers", operation_id = "add_receiving_number", tag = "Numbers", request_body = ReceivingNumberInput,
    responses((status = 201, description = "The receiving number", body = ReceivingNumber)))]
pub async fn add_receiving_number(
    State(api): State<Api>,
    Asker(caller): Asker,
    body: Body<ReceivingNumberInput>,
) -> Result<Response, Problem> {
    let number = receiving(&body.value.number)?;
    people::add_receiving_number(&api.app, &caller, body.value.account, number).await?;
    Ok(Answer::new(StatusCode::CREATED, &ReceivingNumber::from(number)).into_response())
}

/// Remove a receiving number
///
/// A port that it blocked goes on by itself.
#[utoipa::path(delete, path = "/receiving-numbers/{number}", operation_id = "delete_receiving_number", tag = "Numbers",
    params(("number" = String, Path, description = "The number, such as +14045550100"), AccountQuery),
    responses((status = 204, description = "It is removed")))]
pub async fn delete_receiving_number(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(number): Path<String>,
    Query(query): Query<AccountQuery>,
) -> Result<StatusCode, Problem> {
    let number = number_in_path(&number)?;
    people::remove_receiving_number(&api.app, &caller, query.account, number).await?;
    Ok(StatusCode::NO_CONTENT)
}
