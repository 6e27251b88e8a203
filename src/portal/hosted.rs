//! Hosted numbers: they text here, and their calls stay with their provider (R9 to R13).

use axum::extract::Path;
use axum::http::StatusCode;

use super::errors::Answer;
use super::fields::field;
use super::posted::Posted;
use super::query::Query;
use super::session::SignedIn;
use super::settings::choice;
use super::views::hosted::{HostedList, HostedPage, HostedRow, HostedState};
use super::views::{Badge, Choice, Field, Link, Room, Tone};
use super::{fields, tell};
use crate::app::hosted::{self, Asked, Hosted, Step, Typed, Which};
use crate::app::{App, AppError, people};
use crate::domain::hosted::{Hosting, PortHere};
use crate::domain::number::Kind;
use crate::domain::port::{Problem, Refusal, RefusalKind};

const LIST: &str = "/numbers/hosted";
/// What kind of line a number is, as people say it.
const KINDS: [(&str, &str); 3] = [
    ("local", "Landline or internet line"),
    ("toll_free", "Toll-free"),
    ("mobile", "Mobile"),
];
/// As many numbers need no search.
const AT_A_GLANCE: usize = 8;

fn address(one: &Hosted) -> String {
    format!("{LIST}/{}", one.number.id)
}

fn row(app: &App, one: &Hosted) -> HostedRow {
    let number = &one.number;
    let (state, texts) = match &number.state {
        // One that is live needs somebody's decision, whatever a port says of it.
        state if one.is_ported() && !state.is_live() => {
            (HostedState::Ported, Badge::new(Tone::Done, "Ported here"))
        }
        Hosting::Requested { .. } => (HostedState::Waits, Badge::new(Tone::Wait, "Requested")),
        Hosting::Enabled { .. } => (HostedState::On, Badge::new(Tone::Done, "On")),
        Hosting::Refused { .. } => (HostedState::Over, Badge::new(Tone::Stop, "Refused")),
        Hosting::Ended { .. } => (HostedState::Over, Badge::new(Tone::Draft, "Ended")),
    };
    let asked_by = match &number.state {
        Hosting::Requested { name, .. } => name.clone(),
        _ => String::new(),
    };
    HostedRow {
        id: number.id.to_string(),
        number: tell::number(number.number),
        description: number.description.clone(),
        account: one.account_name.clone(),
        texts,
        since: tell::when(
            number.state.at(),
            &app.operator().time_zone,
            app.clock.now(),
        ),
        reason: number.state.reason().unwrap_or_default().to_owned(),
        provider: number.voice_provider.clone(),
        asked_by,
        state,
        lacks_campaign: one.lacks_campaign,
        ported: one.is_ported(),
        may_enable: one.may_enable(),
        elsewhere: one.elsewhere.as_ref().map(|other| {
            let whose = &other.account_name;
            let text = if other.done {
                format!("It was ported here for {whose}")
            } else {
                format!("A port request of {whose} has it")
            };
            Link::new(format!("/numbers/ports/{}", other.port), text)
        }),
    }
}

/// The form as it was typed.
#[derive(Default)]
struct Form {
    account: String,
    kind: String,
    typed: Typed,
}

/// What is wrong with a field; empty if nothing is.
fn said_of(problems: &[Problem], name: &str) -> String {
    field(problems, name, "").error
}

async fn list_page(
    who: &SignedIn,
    search: &str,
    form: &Form,
    problems: &[Problem],
) -> Result<HostedList, AppError> {
    let app = &who.app;
    let asked = Asked {
        digits: search.chars().filter(char::is_ascii_digit).collect(),
        ..Asked::default()
    };
    let (all, more) = hosted::list(app, &who.caller, &asked).await?;
    let several = who.caller.sees_several();
    let mut accounts = Vec::new();
    if several {
        // An agency's people who choose none mean the agency; the desk has no account of its own.
        if who.caller.is_desk() {
            accounts.push(Choice {
                value: String::new(),
                label: "Choose an account".to_owned(),
                chosen: form.account.is_empty(),
            });
        }
        let seen = people::accounts(app, &who.caller).await?;
        accounts.extend(seen.iter().map(|one| choice(one, &form.account)));
    }
    Ok(HostedList {
        shell: who.shell(Room::Hosted, "Hosted Numbers"),
        desk: who.caller.is_desk(),
        rows: all.iter().map(|one| row(app, one)).collect(),
        more: more.is_some(),
        many_accounts: several,
        searches: all.len() > AT_A_GLANCE || !search.is_empty(),
        search: search.to_owned(),
        number: field(problems, "number", &form.typed.number),
        kinds: Choice::list(&KINDS, &form.kind),
        kind_error: said_of(problems, "kind"),
        provider: field(problems, "voice_provider", &form.typed.voice_provider),
        description: field(problems, "description", &form.typed.description),
        accounts,
        account_error: said_of(problems, "account"),
    })
}

pub(super) async fn list(who: SignedIn, query: Query) -> Answer {
    let mut form = Form::default();
    if let Some(again) = query.parsed::<crate::ids::HostedId>("again") {
        let one = hosted::get(&who.app, &who.caller, Which::Id(again)).await?;
        form = Form {
            account: one.number.account.to_string(),
            kind: String::new(),
            typed: Typed {
                number: tell::number(one.number.number),
                kind: None,
                voice_provider: one.number.voice_provider,
                description: one.number.description,
            },
        };
    }
    let page = list_page(&who, &query.word("q"), &form, &[]).await?;
    who.page(&page)
}

pub(super) async fn ask(posted: Posted) -> Answer {
    let who = &posted.who;
    let form = Form {
        account: posted.one("account").to_owned(),
        kind: posted.one("kind").to_owned(),
        typed: Typed {
            number: posted.one("number").to_owned(),
            kind: (posted.one("kind") == "mobile").then_some(Kind::Mobile),
            voice_provider: posted.one("voice_provider").to_owned(),
            description: posted.one("description").to_owned(),
        },
    };
    let account = form.account.parse().ok();
    let account = account.filter(|_| who.caller.sees_several());
    match hosted::request(&who.app, &who.caller, account, &form.typed, None).await {
        Ok(one) => who.done(
            &address(&one),
            if who.caller.is_desk() {
                "It is in the list. Turn its texts on when everything is right."
            } else {
                "We have your request. You get a mail when its texts are on."
            },
        ),
        Err(error) => {
            let problems = fields::problems(error)?;
            let page = list_page(who, "", &form, &problems).await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// What was just tried on a number's page and does not go.
#[derive(Default)]
struct Tried {
    refusal: String,
    reason: Field,
    receiving: Field,
}

fn page(who: &SignedIn, one: &Hosted, tried: Tried) -> HostedPage {
    let port = match one.port {
        PortHere::None => None,
        PortHere::UnderWay(id) => Some(Link::new(format!("/numbers/ports/{id}"), "To its port")),
        PortHere::Done(id) => Some(Link::new(format!("/numbers/ports/{id}"), "Open its port")),
    };
    let row = row(&who.app, one);
    let mut shell = who.shell(Room::Hosted, row.number.clone());
    // Also when the page answers a form, which was sent elsewhere.
    shell.here = address(one);
    HostedPage {
        shell,
        desk: who.caller.is_desk(),
        many_accounts: who.caller.sees_several(),
        one: row,
        port,
        refusal: tried.refusal,
        reason: tried.reason,
        receiving: tried.receiving,
    }
}

pub(super) async fn show(who: SignedIn, Path(id): Path<String>) -> Answer {
    let one = hosted::get(&who.app, &who.caller, id.parse()?).await?;
    who.page(&page(&who, &one, Tried::default()))
}

async fn take(posted: &Posted, id: &str, step: Step, says: &str) -> Answer {
    let who = &posted.who;
    let which: Which = id.parse()?;
    let (status, tried) = match hosted::step(&who.app, &who.caller, which, step, None).await {
        Ok(one) => {
            let number = tell::number(one.number.number);
            return who.done(&address(&one), &format!("{number}: {says}"));
        }
        Err(AppError::Invalid(problems)) => {
            let reason = field(&problems, "reason", posted.one("reason"));
            let tried = Tried {
                reason,
                ..Tried::default()
            };
            (StatusCode::UNPROCESSABLE_ENTITY, tried)
        }
        Err(AppError::Refused(
            refusal @ Refusal {
                kind: RefusalKind::Conflict,
                ..
            },
        )) => {
            let tried = Tried {
                refusal: refusal.to_string(),
                reason: Field::of(posted.one("reason")),
                ..Tried::default()
            };
            (StatusCode::CONFLICT, tried)
        }
        Err(other) => return Err(other.into()),
    };
    let one = hosted::get(&who.app, &who.caller, which).await?;
    who.page_with(status, &page(who, &one, tried))
}

pub(super) async fn withdraw(Path(id): Path<String>, posted: Posted) -> Answer {
    take(&posted, &id, Step::Withdraw, "withdrawn.").await
}

pub(super) async fn enable(Path(id): Path<String>, posted: Posted) -> Answer {
    take(
        &posted,
        &id,
        Step::Enable,
        "texts are on. Who asked is told.",
    )
    .await
}

pub(super) async fn refuse(Path(id): Path<String>, posted: Posted) -> Answer {
    let step = Step::Refuse(posted.one("reason").to_owned());
    take(&posted, &id, step, "refused. Who asked is told.").await
}

pub(super) async fn end(Path(id): Path<String>, posted: Posted) -> Answer {
    let step = Step::End(posted.one("reason").to_owned());
    take(&posted, &id, step, "its texts here are ended.").await
}

/// R12: refused in words, with the way out beside them.
pub(super) async fn route(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let which: Which = id.parse()?;
    let refusal = match hosted::set_voice_route(&who.app, &who.caller, which).await {
        Err(AppError::Refused(refusal)) if !refusal.is_forbidden() => refusal,
        Err(other) => return Err(other.into()),
        Ok(never) => match never {},
    };
    let one = hosted::get(&who.app, &who.caller, which).await?;
    let receiving = Field::wrong(posted.one("receiving"), refusal.to_string()).focused();
    let tried = Tried {
        receiving,
        ..Tried::default()
    };
    who.page_with(StatusCode::CONFLICT, &page(who, &one, tried))
}
