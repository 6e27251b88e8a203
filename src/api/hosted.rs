//! Hosted numbers: they text here, their calls stay with their provider.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::answer::{self, Answer};
use super::extract::{Asker, Body, MaybeBody, Path, Query, Terms};
use super::moves::{Nothing, ReasonInput};
use super::ports::{cursor, page_size};
use super::problem::Problem;
use super::views::{HostedNumber, HostedNumberPage, HostedStateWords, NumberKindWords};
use crate::app::hosted::{self, After, Asked, Hosted, Step, Typed, Which};
use crate::domain::hosted::Hosting;
use crate::domain::number::Kind;
use crate::domain::port::Problem as FieldProblem;
use crate::ids::AccountId;

/// Which hosted numbers are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct HostedQuery {
    /// Of this account; of all that the one who asks sees, if it is left out.
    #[param(value_type = Option<String>, example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: Option<AccountId>,
    /// In this state.
    #[param(value_type = Option<HostedStateWords>)]
    pub state: Option<String>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many at most.
    #[param(minimum = 1)]
    pub limit: Option<i64>,
}

/// A number whose texts are to come here.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHostedNumber {
    /// The number: a landline or toll-free number of the US or Canada.
    #[schema(example = "+14045550123")]
    pub number: String,
    /// What kind of line it is: the number does not tell. A mobile number cannot be hosted.
    #[serde(default)]
    #[schema(value_type = Option<NumberKindWords>)]
    pub kind: Option<Kind>,
    /// Who provides its calls. They stay there.
    #[schema(example = "Northline Telephone", min_length = 1, max_length = 100)]
    pub voice_provider: String,
    /// What the number is for.
    #[serde(default)]
    #[schema(example = "Front desk", max_length = 100)]
    pub description: Option<String>,
    /// For which account. The desk must say it; an agency may name a client; others have only their own.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: Option<AccountId>,
}

/// Where calls to a number are to go.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoiceRouteInput {
    /// The number on which they are to ring.
    #[schema(example = "+14045550100")]
    pub receiving: String,
}

fn which(text: &str) -> Result<Which, Problem> {
    Ok(text.parse::<Which>()?)
}

fn shown(one: &Hosted) -> Answer {
    Answer::new(StatusCode::OK, &HostedNumber::of(one))
}

/// List hosted numbers
///
/// Numbers that text here and keep their calls with their provider, also those that were refused or ended. The desk sees
/// all, an agency its clients' too. Those that wait for the desk come first, then those that are on; by number.
#[utoipa::path(get, path = "/hosted-numbers", operation_id = "list_hosted_numbers", tag = "Numbers", params(HostedQuery),
    responses((status = 200, description = "The hosted numbers", body = HostedNumberPage)))]
pub async fn list(
    State(api): State<Api>,
    Asker(caller): Asker,
    Query(query): Query<HostedQuery>,
) -> Result<Response, Problem> {
    let mut problems = Vec::new();
    let state = query.state.as_deref().and_then(|named| {
        let found = Hosting::NAMES.into_iter().find(|name| *name == named);
        if found.is_none() {
            let says = format!("Use one of these: {}.", Hosting::NAMES.join(", "));
            problems.push(FieldProblem::new("state", says));
        }
        found
    });
    let limit = page_size(&api, query.limit).unwrap_or_else(|problem| {
        problems.push(problem);
        1
    });
    let after = cursor::<After>(query.cursor.as_deref()).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let asked = Asked {
        account: query.account,
        state,
        after,
        limit: usize::try_from(limit).ok(),
        ..Asked::default()
    };
    let (all, next) = hosted::list(&api.app, &caller, &asked).await?;
    let items = all.iter().map(HostedNumber::of).collect();
    let next_cursor = next.map(|after| after.to_string());
    Ok(Answer::new(StatusCode::OK, &HostedNumberPage { items, next_cursor }).into_response())
}

/// Ask for a hosted number
///
/// The desk looks at it and turns its texts on, or says why not. A number that was refused or ended can be asked for again.
#[utoipa::path(post, path = "/hosted-numbers", operation_id = "request_hosted_number", tag = "Numbers", request_body = NewHostedNumber,
    responses((status = 201, description = "The hosted number, as it was asked for", body = HostedNumber)))]
pub async fn request(
    State(api): State<Api>,
    Asker(caller): Asker,
    terms: Terms,
    body: Body<NewHostedNumber>,
) -> Result<Response, Problem> {
    let (app, asker) = (&api.app, &caller);
    answer::make(
        &api,
        &caller,
        terms,
        &body.hash,
        false,
        |one: &Hosted| {
            let location = format!("/v1/hosted-numbers/{}", one.number.id);
            Answer::new(StatusCode::CREATED, &HostedNumber::of(one)).at(location)
        },
        |keep| async move {
            let new = body.value;
            let typed = Typed {
                number: new.number,
                kind: new.kind,
                voice_provider: new.voice_provider,
                description: new.description.unwrap_or_default(),
            };
            hosted::request(app, asker, new.account, &typed, keep).await
        },
    )
    .await
}

/// Look at a hosted number
///
/// By the number itself or by its id.
#[utoipa::path(get, path = "/hosted-numbers/{number}", operation_id = "get_hosted_number", tag = "Numbers",
    params(("number" = String, Path, description = "The number, such as +14045550123, or its id")),
    responses((status = 200, description = "The hosted number", body = HostedNumber)))]
pub async fn get(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let one = hosted::get(&api.app, &caller, which(&number)?).await?;
    Ok(shown(&one).into_response())
}

async fn take(
    api: &Api,
    caller: &crate::app::Caller,
    terms: Terms,
    hash: &[u8],
    number: &str,
    step: Step,
) -> Result<Response, Problem> {
    let which = which(number)?;
    answer::make(api, caller, terms, hash, false, shown, |keep| {
        hosted::step(&api.app, caller, which, step, keep)
    })
    .await
}

/// Withdraw what was asked for
///
/// As long as the desk has not decided.
#[utoipa::path(post, path = "/hosted-numbers/{number}/withdraw", operation_id = "withdraw_hosted_number", tag = "Numbers", request_body(content = Nothing, description = "Nothing, or an empty object"),
    params(("number" = String, Path, description = "The number, such as +14045550123, or its id")),
    responses((status = 200, description = "The hosted number, ended", body = HostedNumber)))]
pub async fn withdraw(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(number): Path<String>,
    terms: Terms,
    MaybeBody(body): MaybeBody<Nothing>,
) -> Result<Response, Problem> {
    take(&api, &caller, terms, &body.hash, &number, Step::Withdraw).await
}

/// Turn a hosted number's texts on
///
/// For the desk. A US local number needs its account's approved A2P 10DLC brand and campaign. Who asked is mailed.
#[utoipa::path(post, path = "/hosted-numbers/{number}/enable", operation_id = "enable_hosted_number", tag = "The desk", request_body(content = Nothing, description = "Nothing, or an empty object"),
    params(("number" = String, Path, description = "The number, such as +14045550123, or its id")),
    responses((status = 200, description = "The hosted number, enabled", body = HostedNumber)))]
pub async fn enable(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(number): Path<String>,
    terms: Terms,
    MaybeBody(body): MaybeBody<Nothing>,
) -> Result<Response, Problem> {
    take(&api, &caller, terms, &body.hash, &number, Step::Enable).await
}

/// Refuse a hosted number
///
/// For the desk. Who asked is mailed the reason, and may ask again.
#[utoipa::path(post, path = "/hosted-numbers/{number}/refuse", operation_id = "refuse_hosted_number", tag = "The desk", request_body = ReasonInput,
    params(("number" = String, Path, description = "The number, such as +14045550123, or its id")),
    responses((status = 200, description = "The hosted number, refused", body = HostedNumber)))]
pub async fn refuse(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(number): Path<String>,
    terms: Terms,
    body: Body<ReasonInput>,
) -> Result<Response, Problem> {
    let step = Step::Refuse(body.value.reason);
    take(&api, &caller, terms, &body.hash, &number, step).await
}

/// End a hosted number
///
/// For the desk. Its texts do not come here any more; its calls were never here.
#[utoipa::path(post, path = "/hosted-numbers/{number}/end", operation_id = "end_hosted_number", tag = "The desk", request_body = ReasonInput,
    params(("number" = String, Path, description = "The number, such as +14045550123, or its id")),
    responses((status = 200, description = "The hosted number, ended", body = HostedNumber)))]
pub async fn end(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(number): Path<String>,
    terms: Terms,
    body: Body<ReasonInput>,
) -> Result<Response, Problem> {
    let step = Step::End(body.value.reason);
    take(&api, &caller, terms, &body.hash, &number, step).await
}

/// Route a hosted number's calls
///
/// Always refused: the voice of a hosted number stays with its provider. `way_out` says what would move it.
#[utoipa::path(put, path = "/hosted-numbers/{number}/voice-route", operation_id = "set_hosted_voice_route", tag = "Numbers", request_body = VoiceRouteInput,
    params(("number" = String, Path, description = "The number, such as +14045550123, or its id")))]
pub async fn set_voice_route(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(number): Path<String>,
    body: Body<VoiceRouteInput>,
) -> Result<Response, Problem> {
    let which = which(&number)?;
    if body.value.receiving.trim().is_empty() {
        let says = "Say where the calls are to go.";
        return Err(Problem::invalid(vec![FieldProblem::new("receiving", says)]));
    }
    match hosted::set_voice_route(&api.app, &caller, which).await? {}
}
