//! Questions about numbers. Nothing is stored.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Api;
use super::answer::Answer;
use super::extract::{Asker, Body};
use super::problem::Problem;
use super::views::{NumberCheck, NumberCheckList, PortabilityLine, PortabilityList};
use crate::app::forms::number_problem;
use crate::app::numbers::{self, QUESTION_MAX};
use crate::domain::number::{E164, parse_typed};
use crate::domain::port::Problem as FieldProblem;

/// As many numbers are checked at once at most.
const CHECKS_MAX: usize = 10_000;

/// Numbers to look at.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckInput {
    /// The numbers as they were typed.
    #[schema(example = json!(["(404) 555-0123", "+18005550199"]), min_items = 1)]
    pub numbers: Vec<String>,
}

fn count(numbers: &[String], most: usize) -> Result<(), Problem> {
    if numbers.is_empty() {
        return Err(Problem::field("numbers", "Name at least one number."));
    }
    if numbers.len() > most {
        return Err(Problem::field(
            "numbers",
            format!("Name at most {most} numbers at once."),
        ));
    }
    Ok(())
}

/// Read numbers
///
/// What each number says about itself: whether it can be read, its E.164 form, its kind and place, and
/// whether it could be ported here. No carrier is asked.
#[utoipa::path(post, path = "/number-checks", operation_id = "check_numbers", tag = "Numbers", request_body = CheckInput,
    responses((status = 200, description = "One line for each number, in the same order", body = NumberCheckList)))]
pub async fn numbers(Asker(_asker): Asker, body: Body<CheckInput>) -> Result<Response, Problem> {
    let typed = body.value.numbers;
    count(&typed, CHECKS_MAX)?;
    let items = typed.into_iter().map(NumberCheck::read).collect();
    Ok(Answer::new(StatusCode::OK, &NumberCheckList { items }).into_response())
}

/// Ask the gaining carrier which numbers it can take
///
/// At most 100 at once. Nothing is ordered.
#[utoipa::path(post, path = "/portability-checks", operation_id = "check_portability", tag = "Numbers", request_body = CheckInput,
    responses((status = 200, description = "One line for each number, in the same order", body = PortabilityList)))]
pub async fn portability(
    State(api): State<Api>,
    Asker(_asker): Asker,
    body: Body<CheckInput>,
) -> Result<Response, Problem> {
    let typed = body.value.numbers;
    count(&typed, QUESTION_MAX)?;
    let mut problems: Vec<FieldProblem> = Vec::new();
    let mut asked: Vec<E164> = Vec::new();
    for (row, typed) in typed.iter().enumerate() {
        match parse_typed(typed) {
            Ok(read) => asked.push(read.number),
            Err(error) => problems.push(number_problem(&format!("numbers[{row}]"), &error)),
        }
    }
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let said = numbers::portability(&api.app, &asked).await?;
    let said: HashMap<E164, _> = said.iter().map(|one| (one.number, one)).collect();
    let items = asked
        .iter()
        .map(|number| PortabilityLine::of(*number, said.get(number).copied()))
        .collect();
    Ok(Answer::new(StatusCode::OK, &PortabilityList { items }).into_response())
}
