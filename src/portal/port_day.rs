//! Port day: test calls in and out, and test texts, recorded number by number (R6, R7, R33, R152 to R154).

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::errors::Answer;
use super::port::port_id;
use super::posted::Posted;
use super::session::{Portal, SignedIn};
use super::tell;
use super::views::port::{TestPage, TestRow};
use super::views::{Badge, Field, Room, Tone};
use crate::app::ports::{Extras, View};
use crate::app::{AppError, ports};
use crate::domain::number::E164;
use crate::domain::port::{Event, Test, TestKind, Text, Voice};

/// Numbers that the page shows at most; those without a passed test come first.
const SHOWN: usize = 100;

pub(super) async fn show(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let view = ports::view(&portal.app, &who.caller, port_id(&id)?).await?;
    who.page(&page(&who, &view, None))
}

fn badge(test: Option<&Test>) -> Badge {
    match test {
        None => Badge::new(Tone::Draft, "Not tested"),
        Some(test) if test.passed => Badge::new(Tone::Done, format!("Passed ({})", test.by)),
        Some(test) => Badge::new(Tone::Stop, format!("Failed ({})", test.by)),
    }
}

fn remark(test: Option<&Test>) -> String {
    test.map(|test| test.remark.clone()).unwrap_or_default()
}

/// `refused` is a remark as it was typed, with what is wrong with it.
fn page(who: &SignedIn, view: &View, refused: Option<(E164, Field)>) -> TestPage {
    let mut ported: Vec<_> = view
        .request
        .numbers
        .iter()
        .filter(|one| matches!(one.voice, Voice::Ported { .. }))
        .collect();
    let typed = |number: E164| refused.as_ref().filter(|(of, _)| *of == number);
    // What somebody has to mend is on the page, however many numbers there are.
    ported.sort_by_key(|one| (typed(one.number).is_none(), one.is_tested()));
    let left = ported.iter().filter(|one| !one.is_tested()).count();
    TestPage {
        shell: who.shell(Room::Ports, "Test calls"),
        port: tell::port_ref(view),
        left,
        total: ported.len(),
        rows: ported
            .into_iter()
            .take(SHOWN)
            .map(|one| TestRow {
                id: one.id.to_string(),
                number: tell::number(one.number),
                value: one.number.to_string(),
                remark: typed(one.number)
                    .map(|(_, remark)| remark.clone())
                    .unwrap_or_default(),
                expected: one.receiving.map(tell::number).unwrap_or_default(),
                voice: badge(one.voice_test.as_ref()),
                voice_remark: remark(one.voice_test.as_ref()),
                caller_id: badge(one.caller_id_test.as_ref()),
                caller_id_remark: remark(one.caller_id_test.as_ref()),
                texts: matches!(one.text, Text::Enabled { .. } | Text::WaitingRouting { .. })
                    .then(|| badge(one.text_test.as_ref())),
            })
            .collect(),
    }
}

/// Records one test.
pub(super) async fn record(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let who = &posted.who;
    let id = port_id(&id)?;
    let to = format!("/numbers/ports/{id}/test");
    let Ok(number) = posted.one("number").parse() else {
        return Err(AppError::NotFound("number").into());
    };
    let (kind, passed) = match posted.one("do") {
        "call_good" => (TestKind::Voice, true),
        "call_bad" => (TestKind::Voice, false),
        "out_good" => (TestKind::CallerId, true),
        "out_bad" => (TestKind::CallerId, false),
        "text_good" => (TestKind::Text, true),
        "text_bad" => (TestKind::Text, false),
        _ => return Err(AppError::NotFound("test").into()),
    };
    let remark = posted.one("remark").trim().to_owned();
    let event = Event::RecordTest {
        number,
        kind,
        passed,
        remark,
    };
    let done = ports::handle(
        &portal.app,
        id,
        who.caller.scope(),
        &who.caller.actor,
        event,
        Extras::default(),
    )
    .await;
    match done {
        Ok(_) if passed => who.done(&to, "Recorded: passed."),
        Ok(_) => Ok(who.go(
            &to,
            Tone::Act,
            "Recorded: failed. The porting desk has been told and is looking into it.",
        )),
        Err(AppError::Refused(refusal)) if !refusal.problems.is_empty() => {
            let says = refusal.problems.first().map(|problem| problem.says.clone());
            let remark = Field::wrong(posted.one("remark"), says.unwrap_or_default()).focused();
            let view = ports::view(&portal.app, &who.caller, id).await?;
            let mut who = who.clone();
            who.here = to;
            let page = page(&who, &view, Some((number, remark)));
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(AppError::Refused(refusal)) if !refusal.is_forbidden() => {
            Ok(who.go(&to, Tone::Stop, refusal.to_string().trim()))
        }
        Err(error) => Err(error.into()),
    }
}
