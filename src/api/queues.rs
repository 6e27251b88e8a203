//! The desk's queues, who has what, and what is done to many at once.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::answer::{self, Answer};
use super::extract::{Asker, Body, MaybeBody, Path, Query, Terms};
use super::moves::Nothing;
use super::ports::{bad_cursor, page_size};
use super::problem::Problem;
use super::views::{
    BulkActionWords, BulkReport, DateRuleWords, Port, QueueItem, QueuePage, QueueWords,
};
use crate::app::bulk::{self, Action, DateRule, Target};
use crate::app::desk::{self, Asked, Cut};
use crate::domain::port::{Problem as FieldProblem, Queue};
use crate::ids::{PortId, UserId};

/// What of the desk's table is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct QueueQuery {
    /// Looks in all port requests instead: by number, carrier order, company, person, account, carrier or id.
    #[param(example = "harbor")]
    pub q: Option<String>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many items a page has at most.
    #[param(example = 50, minimum = 1)]
    pub limit: Option<i64>,
}

/// Taking a request.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimInput {
    /// Who was seen having it, when it is to be taken over from them.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "user_019ab3f2c7d87a60b1f3d2a4c5e6f702")]
    pub over: Option<UserId>,
}

/// Handing a request to somebody at the desk.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignInput {
    /// To whom.
    #[schema(value_type = String, example = "user_019ab3f2c7d87a60b1f3d2a4c5e6f702")]
    pub to: UserId,
    /// Who was seen having it, when that is somebody else than the one who asks.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "user_019ab3f2c7d87a60b1f3d2a4c5e6f703")]
    pub over: Option<UserId>,
}

/// A request that a bulk action is for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkTarget {
    /// Which.
    #[schema(value_type = String, example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub id: PortId,
    /// The version that was looked at. Only a dry run goes without: it takes the request as it stands.
    #[serde(default)]
    #[schema(example = 7)]
    pub version: Option<i64>,
}

/// One action for many requests.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkInput {
    /// Whether to say only what would happen.
    pub dry_run: bool,
    /// What is to be done.
    #[schema(value_type = BulkActionWords)]
    pub action: String,
    /// The requests.
    #[schema(min_items = 1, max_items = 200)]
    pub ports: Vec<BulkTarget>,
    /// With `submit`: the gaining carrier; the one that is set up if it is left out.
    #[serde(default)]
    #[schema(example = "telnyx")]
    pub carrier: Option<String>,
    /// With `submit`: which date is asked for.
    #[serde(default)]
    #[schema(value_type = Option<DateRuleWords>)]
    pub date: Option<String>,
    /// With `note`: the note. With `ask_carrier`: what the carrier's staff is written; nothing only reads the orders.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub text: Option<String>,
    /// With `note`: whether only the desk sees it.
    #[serde(default)]
    pub staff_only: bool,
    /// With `assign`: to whom.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "user_019ab3f2c7d87a60b1f3d2a4c5e6f702")]
    pub to: Option<UserId>,
    /// With `claim` and `assign`: also those that somebody else has.
    #[serde(default)]
    pub over: bool,
    /// With `clear_attention`: only what put the request in this queue.
    #[serde(default)]
    #[schema(value_type = Option<QueueWords>)]
    pub queue: Option<String>,
    /// With `cancel`: why, in words for the customers.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub reason: Option<String>,
}

/// Look into a queue of the desk
///
/// For the desk. `all` is everything on its table, `mine` what the one who asks has. The longest waiting come first.
#[utoipa::path(get, path = "/desk/queues/{queue}", operation_id = "get_queue", tag = "The desk",
    params(("queue" = QueueWords, Path, description = "The queue"), QueueQuery),
    responses((status = 200, description = "A page of the queue", body = QueuePage)))]
pub async fn queue(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(name): Path<String>,
    Query(query): Query<QueueQuery>,
) -> Result<Response, Problem> {
    caller.desk_only()?;
    let cut = match name.as_str() {
        "all" => Cut::All,
        "mine" => Cut::Mine(caller.user),
        name => Queue::named(name)
            .map(Cut::Of)
            .ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))?,
    };
    let one = |problem| Problem::invalid(vec![problem]);
    let asked = Asked {
        cut,
        text: query.q.unwrap_or_default(),
        after: query
            .cursor
            .map(|cursor| cursor.parse().map_err(|()| one(bad_cursor())))
            .transpose()?,
        limit: page_size(&api, query.limit).map_err(one)?,
    };
    let table = desk::table(&api.app, &caller, &asked).await?;
    let page = QueuePage {
        items: table.items.iter().map(QueueItem::from).collect(),
        next_cursor: table.next.map(|after| after.to_string()),
        counts: QueuePage::counts(&table.counts),
    };
    Ok(Answer::new(StatusCode::OK, &page).into_response())
}

/// Take a port request
///
/// For the desk: the others see that you work on it. Refused while somebody else has it, unless `over` names them.
#[utoipa::path(post, path = "/ports/{id}/claim", operation_id = "claim_port", tag = "The desk",
    params(("id" = String, Path, description = "The port request")), request_body(content = ClaimInput, description = "Whom it is taken over from, or nothing"),
    responses((status = 200, description = "The port request", body = Port)))]
pub async fn claim(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    MaybeBody(body): MaybeBody<ClaimInput>,
) -> Result<Response, Problem> {
    let (app, asker, over) = (&api.app, &caller, body.value.over);
    answer::change(
        &api,
        &caller,
        terms,
        &body.hash,
        StatusCode::OK,
        |guard| async move { desk::claim(app, asker, id, over, guard).await },
    )
    .await
}

/// Give a port request back
///
/// For the desk: who has it does not have it any more. An administrator may do it for them.
#[utoipa::path(post, path = "/ports/{id}/release", operation_id = "release_port", tag = "The desk",
    params(("id" = String, Path, description = "The port request")), request_body(content = Nothing, description = "Nothing, or an empty object"),
    responses((status = 200, description = "The port request", body = Port)))]
pub async fn release(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    MaybeBody(body): MaybeBody<Nothing>,
) -> Result<Response, Problem> {
    let (app, asker) = (&api.app, &caller);
    answer::change(
        &api,
        &caller,
        terms,
        &body.hash,
        StatusCode::OK,
        |guard| async move { desk::release(app, asker, id, guard).await },
    )
    .await
}

/// Hand a port request to somebody
///
/// For the desk. What somebody else has is handed on only if `over` names them.
#[utoipa::path(post, path = "/ports/{id}/assign", operation_id = "assign_port", tag = "The desk",
    params(("id" = String, Path, description = "The port request")), request_body = AssignInput,
    responses((status = 200, description = "The port request", body = Port)))]
pub async fn assign(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    body: Body<AssignInput>,
) -> Result<Response, Problem> {
    let (app, asker, given) = (&api.app, &caller, body.value);
    answer::change(
        &api,
        &caller,
        terms,
        &body.hash,
        StatusCode::OK,
        |guard| async move { desk::assign(app, asker, id, given.to, given.over, guard).await },
    )
    .await
}

/// Do one thing to many port requests
///
/// For the desk. With `dry_run` nothing happens, and the answer says for each request what would: its status, what goes
/// into its history, who is mailed what, and why it would be refused. Without it each request is changed by itself, in a
/// transaction of its own: those that are refused keep none of the others from it. It wants the `version` of each request that
/// you looked at: one that changed meanwhile is left alone, and a repetition does nothing twice.
#[utoipa::path(post, path = "/desk/bulk", operation_id = "bulk_ports", tag = "The desk", request_body = BulkInput,
    responses((status = 200, description = "The expected result, or the result", body = BulkReport)))]
pub async fn bulk(
    State(api): State<Api>,
    Asker(caller): Asker,
    body: Body<BulkInput>,
) -> Result<Response, Problem> {
    caller.desk_only()?;
    let app = &api.app;
    let given = body.value;
    let dry_run = given.dry_run;
    // Many requests take a while, and whoever lost the answer asks again: the version is what keeps it from happening twice.
    let unseen: Vec<FieldProblem> = given
        .ports
        .iter()
        .enumerate()
        .filter(|(_, one)| !dry_run && one.version.is_none())
        .map(|(at, _)| {
            FieldProblem::new(
                format!("ports[{at}].version"),
                "Say which version you looked at: the dry run names it.",
            )
        })
        .collect();
    if !unseen.is_empty() {
        return Err(Problem::invalid(unseen));
    }
    let targets = given
        .ports
        .iter()
        .map(|one| Target {
            port: one.id,
            version: one.version,
        })
        .collect();
    let action = action(given, &app.config.carriers.default)
        .map_err(|problem| Problem::invalid(vec![problem]))?;
    let report = if dry_run {
        bulk::look(app, &caller, action, targets).await?
    } else {
        bulk::run(app, &caller, action, targets).await?
    };
    Ok(Answer::new(StatusCode::OK, &BulkReport::of(&report, dry_run)).into_response())
}

fn action(given: BulkInput, default_carrier: &str) -> Result<Action, FieldProblem> {
    Ok(match given.action.as_str() {
        "accept_proofs" => Action::AcceptProofs,
        "submit" => Action::Submit {
            carrier: given.carrier.unwrap_or_else(|| default_carrier.to_owned()),
            date: match given.date.as_deref() {
                None | Some("as_wished") => DateRule::AsWished,
                Some("earliest") => DateRule::Earliest,
                Some(_) => {
                    return Err(FieldProblem::new("date", "Say `as_wished` or `earliest`."));
                }
            },
        },
        "ask_carrier" => Action::AskCarrier { text: given.text },
        "claim" => Action::Claim { over: given.over },
        "assign" => Action::Assign {
            to: given
                .to
                .ok_or_else(|| FieldProblem::new("to", "Say to whom."))?,
            over: given.over,
        },
        "release" => Action::Release,
        "note" => Action::Note {
            text: given.text.unwrap_or_default(),
            staff_only: given.staff_only,
        },
        "clear_attention" => Action::ClearAttention {
            queue: match given.queue.as_deref() {
                None => None,
                Some(name) => Some(
                    Queue::named(name)
                        .ok_or_else(|| FieldProblem::new("queue", "There is no such queue."))?,
                ),
            },
        },
        "cancel" => Action::Cancel {
            reason: given.reason.unwrap_or_default(),
        },
        _ => {
            return Err(FieldProblem::new(
                "action",
                "There is no such action. The API's description lists them.",
            ));
        }
    })
}
