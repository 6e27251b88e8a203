//! What can happen to a port request.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Api;
use super::answer;
use super::extract::{Asker, Body, MaybeBody, Path, Terms};
use super::problem::Problem;
use super::views::{Port, TestKindWords};
use crate::app::Caller;
use crate::app::forms::number_problem;
use crate::app::ports;
use crate::domain::number::{E164, parse_typed};
use crate::domain::port::{Event, Problem as FieldProblem, TestKind};
use crate::ids::{OrderId, PortId};

/// Nothing has to be said.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Why something is to happen.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonInput {
    /// The reason, in words for people.
    #[schema(
        example = "The office keeps its old provider.",
        min_length = 1,
        max_length = 1000
    )]
    pub reason: String,
}

/// Numbers to give up.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveUpInput {
    /// The numbers.
    #[schema(example = json!(["+14045550123"]), min_items = 1)]
    pub numbers: Vec<String>,
    /// Why they will not port.
    #[schema(
        example = "the losing provider has no such number",
        min_length = 1,
        max_length = 1000
    )]
    pub reason: String,
}

/// A date to take.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptDateInput {
    /// The carrier order whose date is earlier than asked.
    #[schema(value_type = String, example = "ord_019ab3f2c7d87a60b1f3d2a4c5e6f70a")]
    pub order: OrderId,
}

/// A port that is to be undone.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapbackInput {
    /// Why, in words for the customer.
    #[schema(
        example = "A number of another company was moved by mistake.",
        max_length = 1000
    )]
    pub reason: String,
    /// Until when the providers undo it.
    #[schema(value_type = String, format = DateTime, example = "2026-12-09T16:00:00Z")]
    pub deadline: Timestamp,
}

/// A test call or text.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestInput {
    /// The number that was called, called from or texted.
    #[schema(example = "+14045550123")]
    pub number: String,
    /// A call to the number, a call from it with the number as caller ID, or a text.
    #[schema(value_type = TestKindWords)]
    pub kind: TestKind,
    /// Whether it reached where it should.
    pub passed: bool,
    /// Where it should have gone and where it went.
    #[serde(default)]
    #[schema(example = "Rang at the front desk.", max_length = 1000)]
    pub remark: String,
}

/// Lets one event happen to a request, and answers with how it stands then.
pub async fn happen(
    api: &Api,
    caller: &Caller,
    id: PortId,
    terms: Terms,
    body: &[u8],
    event: Event,
) -> Result<Response, Problem> {
    let app = &api.app;
    answer::change(
        api,
        caller,
        terms,
        body,
        StatusCode::OK,
        |guard| async move {
            ports::handle(app, id, caller.scope(), &caller.actor, event, guard.into()).await
        },
    )
    .await
}

/// A text that must not be empty. How long it may be is the domain's to say.
fn said(field: &str, text: String) -> Result<String, Problem> {
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Err(Problem::field(field, "Say why."));
    }
    Ok(text)
}

fn number(field: &str, typed: &str) -> Result<E164, FieldProblem> {
    parse_typed(typed)
        .map(|typed| typed.number)
        .map_err(|error| number_problem(field, &error))
}

/// Submit a port request to the gaining carrier
///
/// For the desk, once the letter is signed and the proof of ownership is accepted. Refused with
/// everything that is in the way while there is something.
#[utoipa::path(post, path = "/ports/{id}/submit", operation_id = "submit_port", tag = "Carriers",
    params(("id" = String, Path, description = "The port request")), request_body(content = Nothing, description = "Nothing, or an empty object"),
    responses((status = 200, description = "The port request, on its way to the carrier", body = Port)))]
pub async fn submit(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    MaybeBody(body): MaybeBody<Nothing>,
) -> Result<Response, Problem> {
    happen(&api, &caller, id, terms, &body.hash, Event::Release).await
}

/// Send a corrected port request back to the carrier
///
/// After a rejection, when what was asked for is corrected: the carrier gets the next version (SUP 3).
#[utoipa::path(post, path = "/ports/{id}/resubmit", operation_id = "resubmit_port", tag = "Carriers",
    params(("id" = String, Path, description = "The port request")), request_body(content = Nothing, description = "Nothing, or an empty object"),
    responses((status = 200, description = "The port request, on its way back to the carrier", body = Port)))]
pub async fn resubmit(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    MaybeBody(body): MaybeBody<Nothing>,
) -> Result<Response, Problem> {
    happen(&api, &caller, id, terms, &body.hash, Event::Resubmit).await
}

/// Cancel a port request
///
/// At once while nothing is at a carrier; afterwards the carrier is asked, which may be too late. Not
/// possible once a port window has opened.
#[utoipa::path(post, path = "/ports/{id}/cancel", operation_id = "cancel_port", tag = "Port requests",
    params(("id" = String, Path, description = "The port request")), request_body = ReasonInput,
    responses((status = 200, description = "The port request, cancelled or about to be", body = Port)))]
pub async fn cancel(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    body: Body<ReasonInput>,
) -> Result<Response, Problem> {
    let event = Event::Cancel {
        reason: said("reason", body.value.reason)?,
    };
    happen(&api, &caller, id, terms, &body.hash, event).await
}

/// Give numbers up
///
/// For the desk: these numbers will not port with this request; the others go on.
#[utoipa::path(post, path = "/ports/{id}/give-up", operation_id = "give_up_numbers", tag = "Carriers",
    params(("id" = String, Path, description = "The port request")), request_body = GiveUpInput,
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn give_up(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    body: Body<GiveUpInput>,
) -> Result<Response, Problem> {
    let reason = said("reason", body.value.reason)?;
    let mut problems = Vec::new();
    let mut numbers = Vec::new();
    for (row, typed) in body.value.numbers.iter().enumerate() {
        match number(&format!("numbers[{row}]"), typed) {
            Ok(number) => numbers.push(number),
            Err(problem) => problems.push(problem),
        }
    }
    if body.value.numbers.is_empty() {
        problems.push(FieldProblem::new("numbers", "Name at least one number."));
    }
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let event = Event::GiveUp { numbers, reason };
    happen(&api, &caller, id, terms, &body.hash, event).await
}

/// Ask the providers to undo a port
///
/// For the desk, after numbers have moved that should not have. Providers undo a port on request for a short while only;
/// afterwards it is a new port.
#[utoipa::path(post, path = "/ports/{id}/snapback", operation_id = "ask_snapback", tag = "Carriers",
    params(("id" = String, Path, description = "The port request")), request_body = SnapbackInput,
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn ask_snapback(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    body: Body<SnapbackInput>,
) -> Result<Response, Problem> {
    let event = Event::AskSnapback {
        reason: said("reason", body.value.reason)?,
        deadline: body.value.deadline,
    };
    happen(&api, &caller, id, terms, &body.hash, event).await
}

/// Say that a port was undone
///
/// For the desk: the numbers are back at the losing provider.
#[utoipa::path(post, path = "/ports/{id}/snapback/confirm", operation_id = "confirm_snapback", tag = "Carriers",
    params(("id" = String, Path, description = "The port request")), request_body(content = Nothing, description = "Nothing, or an empty object"),
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn confirm_snapback(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    MaybeBody(body): MaybeBody<Nothing>,
) -> Result<Response, Problem> {
    let event = Event::ConfirmSnapback;
    happen(&api, &caller, id, terms, &body.hash, event).await
}

/// Say that a port is not undone
///
/// For the desk: the providers refused, and the port stays as it was.
#[utoipa::path(post, path = "/ports/{id}/snapback/refuse", operation_id = "refuse_snapback", tag = "Carriers",
    params(("id" = String, Path, description = "The port request")), request_body = ReasonInput,
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn refuse_snapback(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    body: Body<ReasonInput>,
) -> Result<Response, Problem> {
    let event = Event::RefuseSnapback {
        reason: said("reason", body.value.reason)?,
    };
    happen(&api, &caller, id, terms, &body.hash, event).await
}

/// Take a port date that is earlier than asked
///
/// Says that everybody is ready for it.
#[utoipa::path(post, path = "/ports/{id}/accept-date", operation_id = "accept_date", tag = "Carriers",
    params(("id" = String, Path, description = "The port request")), request_body = AcceptDateInput,
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn accept_date(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    body: Body<AcceptDateInput>,
) -> Result<Response, Problem> {
    let event = Event::AcceptDate {
        order: body.value.order,
    };
    happen(&api, &caller, id, terms, &body.hash, event).await
}

/// Record a test call or text
///
/// After a number has ported. When every ported number has passed its call test and texts are settled, the
/// port request is completed.
#[utoipa::path(post, path = "/ports/{id}/tests", operation_id = "record_test", tag = "Numbers",
    params(("id" = String, Path, description = "The port request")), request_body = TestInput,
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn record_test(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    body: Body<TestInput>,
) -> Result<Response, Problem> {
    let test = body.value;
    let number =
        number("number", &test.number).map_err(|problem| Problem::invalid(vec![problem]))?;
    let event = Event::RecordTest {
        number,
        kind: test.kind,
        passed: test.passed,
        remark: test.remark.trim().to_owned(),
    };
    happen(&api, &caller, id, terms, &body.hash, event).await
}

/// Ask for an update
///
/// The desk gets it on its list and answers with a note.
#[utoipa::path(post, path = "/ports/{id}/ask-for-update", operation_id = "ask_for_update", tag = "History and notes",
    params(("id" = String, Path, description = "The port request")), request_body(content = Nothing, description = "Nothing, or an empty object"),
    responses((status = 200, description = "The port request", body = Port)))]
pub async fn ask_for_update(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    terms: Terms,
    MaybeBody(body): MaybeBody<Nothing>,
) -> Result<Response, Problem> {
    happen(&api, &caller, id, terms, &body.hash, Event::AskForUpdate).await
}

/// Clear a line of the desk's list
///
/// For the desk. `index` is the line's place in the request's `attention`; send `If-Match`, so that it is
/// still the same line.
#[utoipa::path(delete, path = "/ports/{id}/attention/{index}", operation_id = "clear_attention", tag = "The desk",
    params(("id" = String, Path, description = "The port request"), ("index" = usize, Path, description = "The line's place, from 0")),
    responses((status = 200, description = "The changed port request", body = Port)))]
pub async fn clear_attention(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path((id, index)): Path<(PortId, usize)>,
    terms: Terms,
) -> Result<Response, Problem> {
    happen(
        &api,
        &caller,
        id,
        terms,
        &[],
        Event::ClearAttention { index },
    )
    .await
}
