//! Calling a port off; and what is said of one number.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::errors::{Answer, Fault};
use super::port::port_id;
use super::posted::Posted;
use super::session::{Portal, SignedIn};
use super::views::ports::{CancelPage, NumberPage};
use super::views::{Field, Room};
use super::{fields, tell};
use crate::app::forms::number_problem;
use crate::app::numbers::{DESCRIPTION_CHARACTERS_MAX, SOURCE_CHARACTERS_MAX};
use crate::app::ports::{Extras, Guard, View};
use crate::app::{AppError, numbers, ports};
use crate::domain::number::{E164, parse_typed};
use crate::domain::port::{Event, EventKind, NumberChange, PortNumber, Problem};
use crate::ids::NumberId;

pub(super) async fn show(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let view = ports::view(&portal.app, &who.caller, port_id(&id)?).await?;
    who.page(&page(&who, &view, Field::default()))
}

fn page(who: &SignedIn, view: &View, reason: Field) -> CancelPage {
    let request = &view.request;
    let mut follows = vec![
        "The numbers stay where they are, and nothing changes at your current provider.".to_owned(),
        "To try again later, you file a new request and the letter is signed again.".to_owned(),
    ];
    if request.released_at.is_some() {
        follows.insert(
            0,
            "We ask the gaining carrier to cancel. Until it answers, the port may still happen; close to the port date it can often no longer be stopped.".to_owned(),
        );
    } else {
        follows.insert(
            0,
            "Nothing is at a carrier yet: it is called off at once.".to_owned(),
        );
        if matches!(request.loa, crate::domain::port::Loa::Sent { .. }) {
            follows.push("The link for signing stops working.".to_owned());
        }
    }
    CancelPage {
        shell: who.shell(Room::Ports, "Cancel this port?"),
        port: tell::port_ref(view),
        follows,
        allowed: tell::act(EventKind::Cancel, view.standing.status, who.user.role),
        reason,
    }
}

pub(super) async fn cancel(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    let id = port_id(&id)?;
    let typed = posted.one("reason").trim();
    let reason: String = if typed.is_empty() {
        "no reason given".to_owned()
    } else {
        typed.to_owned()
    };
    let event = Event::Cancel { reason };
    let done = ports::handle(
        app,
        id,
        who.caller.scope(),
        &who.caller.actor,
        event,
        Extras::default(),
    )
    .await;
    match done {
        Ok(handled) if handled.request.released_at.is_none() => {
            who.done(&format!("/numbers/ports/{id}"), "The port is called off.")
        }
        Ok(_) => who.done(
            &format!("/numbers/ports/{id}"),
            "The carrier has been asked to cancel. We write to you when it answers.",
        ),
        Err(AppError::Refused(refusal)) => {
            who.here = format!("/numbers/ports/{id}/cancel");
            let view = ports::view(app, &who.caller, id).await?;
            let (status, reason) = match refusal.problems.first() {
                Some(problem) => (
                    StatusCode::UNPROCESSABLE_ENTITY,
                    Field::wrong(typed, &problem.says).focused(),
                ),
                None => (StatusCode::CONFLICT, Field::of(typed)),
            };
            let page = page(&who, &view, reason);
            who.page_with(status, &page)
        }
        Err(error) => Err(error.into()),
    }
}

fn find<'a>(view: &'a View, id: &str) -> Result<&'a PortNumber, Fault> {
    let gone = || Fault::from(AppError::NotFound("number"));
    let id: NumberId = id.parse().map_err(|_| gone())?;
    view.request
        .numbers
        .iter()
        .find(|one| one.id == id)
        .ok_or_else(gone)
}

pub(super) async fn show_number(
    State(portal): State<Portal>,
    who: SignedIn,
    Path((id, number)): Path<(String, String)>,
) -> Answer {
    let view = ports::view(&portal.app, &who.caller, port_id(&id)?).await?;
    let one = find(&view, &number)?;
    let typed = TypedNumber {
        receiving: one.receiving.map(|to| to.to_string()).unwrap_or_default(),
        source: one.source.clone().unwrap_or_default(),
        description: one.description.clone().unwrap_or_default(),
        wants_text: one.wants_text,
        version: view.version,
    };
    who.page(&number_page(&who, &view, one, &typed, &[]))
}

/// What somebody typed about one number.
struct TypedNumber {
    receiving: String,
    source: String,
    description: String,
    wants_text: bool,
    version: i64,
}

fn number_page(
    who: &SignedIn,
    view: &View,
    one: &PortNumber,
    typed: &TypedNumber,
    problems: &[Problem],
) -> NumberPage {
    let field = |name: &str, value: &str| {
        let says = problems.iter().find(|problem| problem.field == name);
        Field {
            value: value.to_owned(),
            error: says.map(|problem| problem.says.clone()).unwrap_or_default(),
            focus: problems.first().is_some_and(|first| first.field == name),
        }
    };
    let mut sources: Vec<String> = view
        .request
        .numbers
        .iter()
        .filter_map(|one| one.source.clone())
        .collect();
    sources.sort();
    sources.dedup();
    sources.truncate(100);
    NumberPage {
        shell: who.shell(Room::Ports, tell::number(one.number)),
        port: tell::port_ref(view),
        number_id: one.id.to_string(),
        number: tell::number(one.number),
        receiving: field("receiving", &typed.receiving),
        source: field("source", &typed.source),
        description: field("description", &typed.description),
        wants_text: typed.wants_text,
        texts_open: view.request.released_at.is_none(),
        sources,
        version: typed.version,
    }
}

/// R87: the receiving number can be changed or removed after the request exists.
pub(super) async fn change_number(
    State(portal): State<Portal>,
    Path((id, number)): Path<(String, String)>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    let view = ports::view(app, &who.caller, port_id(&id)?).await?;
    let one = find(&view, &number)?;
    let id = view.request.id;
    let mut typed = TypedNumber {
        receiving: posted.one("receiving").to_owned(),
        source: posted.one("source").to_owned(),
        description: posted.one("description").to_owned(),
        wants_text: posted.ticked("wants_text"),
        version: posted.one("version").parse().unwrap_or(0),
    };
    let refuse = |who: &mut SignedIn, typed: &TypedNumber, problems: Vec<Problem>| {
        who.here = format!("/numbers/ports/{id}/numbers/{}", one.id);
        let page = number_page(who, &view, one, typed, &problems);
        who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    let receiving = match receiving(&typed.receiving, one.number) {
        Ok(receiving) => receiving,
        Err(problem) => return refuse(&mut who, &typed, vec![problem]),
    };
    let filled = |text: &str| {
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let too_long: Vec<Problem> = [
        ("source", &typed.source, SOURCE_CHARACTERS_MAX),
        (
            "description",
            &typed.description,
            DESCRIPTION_CHARACTERS_MAX,
        ),
    ]
    .into_iter()
    .filter_map(|(field, text, most)| numbers::too_long(field, Some(text), most))
    .collect();
    if !too_long.is_empty() {
        return refuse(&mut who, &typed, too_long);
    }
    let mut changes = Vec::new();
    if receiving != one.receiving {
        changes.push(NumberChange::Receiving(receiving));
    }
    if filled(&typed.source) != one.source {
        changes.push(NumberChange::Source(filled(&typed.source)));
    }
    if filled(&typed.description) != one.description {
        changes.push(NumberChange::Description(filled(&typed.description)));
    }
    if view.request.released_at.is_none() && typed.wants_text != one.wants_text {
        changes.push(NumberChange::WantsText(typed.wants_text));
    }
    let to = format!("/numbers/ports/{id}#{}", one.id);
    if changes.is_empty() {
        return who.done(&to, "");
    }
    let guard = Guard {
        expected: Some(typed.version),
        ..Guard::default()
    };
    match numbers::change(app, &who.caller, id, one.number, changes, guard).await {
        Ok(_) => who.done(&to, "Saved."),
        Err(AppError::Stale) => {
            typed.version = view.version;
            let says = "Somebody else changed this request meanwhile. Look at it, and save again if yours is right.";
            refuse(&mut who, &typed, vec![Problem::new("receiving", says)])
        }
        Err(AppError::Refused(refusal)) if !refusal.is_forbidden() => {
            let says = refusal.to_string().trim().to_owned();
            refuse(&mut who, &typed, vec![Problem::new("receiving", says)])
        }
        Err(error) => {
            let problems = fields::problems(error)?;
            refuse(&mut who, &typed, problems)
        }
    }
}

fn receiving(typed: &str, own: E164) -> Result<Option<E164>, Problem> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let number = parse_typed(typed)
        .map_err(|error| number_problem("receiving", &error))?
        .number;
    if number == own {
        return Err(Problem::new(
            "receiving",
            "This is the number itself. Choose another one where its calls go.",
        ));
    }
    // Forwarding abroad or to a premium number is how stolen lines are turned into money.
    number.portable().map_err(|error| {
        Problem::new("receiving", format!("{error}; calls cannot be sent there."))
    })?;
    Ok(Some(number))
}
