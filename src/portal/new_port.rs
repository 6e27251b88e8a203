//! Port New Numbers: one page with all of the form, as a draft that can be left and resumed.
//!
//! Every button of the page sends the whole form. What was typed comes back letter by letter whatever
//! happens; what can be read is saved when somebody saves.

mod check;
mod keep;
mod lists;
mod read;
mod show;
mod typed;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use keep::Form;
use secrecy::ExposeSecret as _;

pub(super) use check::check;
pub(super) use keep::{keep, left};
pub(super) use lists::{add as add_list, refused as refused_csv, review as review_list};

use super::errors::Answer;
use super::fields;
use super::port::port_id;
use super::posted::Posted;
use super::query::Query;
use super::session::{Portal, SignedIn};
use super::views::form::BadLine;
use super::views::{Choice, Tone};
use crate::app::numbers::{self, Used};
use crate::app::ports::{Beginning, Extras, Handled, View};
use crate::app::{App, AppError, people, ports};
use crate::domain::calendar::{Calendar, CarrierDays};
use crate::domain::import::manual;
use crate::domain::number::{E164, clean_up, parse_typed};
use crate::domain::port::{EventKind, Problem, moves};
use read::{Outcome, read};
use show::caution;
use typed::{Row, Typed};

/// An empty form.
pub(super) async fn blank(State(portal): State<Portal>, who: SignedIn, query: Query) -> Answer {
    who.caller.filing_only()?;
    let app = &portal.app;
    let (typed, form) = Form::begun(app, &who, &query).await?;
    let page = Draft::open(app, &who, None, typed, form).await?.page()?;
    who.page(&page)
}

/// A draft, or a request whose form can still be changed.
pub(super) async fn resume(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let app = &portal.app;
    let view = ports::view(app, &who.caller, port_id(&id)?).await?;
    let saved = Typed::saved(&view.request, view.version);
    let (typed, form) = Form::changing(app, &who, &view, saved).await?;
    let page = Draft::open(app, &who, Some(view), typed, form)
        .await?
        .page()?;
    who.page(&page)
}

/// Any button of the empty form.
pub(super) async fn begin(State(portal): State<Portal>, posted: Posted) -> Answer {
    sent(&portal.app, posted, None).await
}

/// Any button of a draft's form.
pub(super) async fn edit(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let id = port_id(&id)?;
    let view = ports::view(&portal.app, &posted.who.caller, id).await?;
    sent(&portal.app, posted, Some(view)).await
}

/// A list with nothing but its headings, to fill in.
pub(super) async fn template() -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"numbers-to-port.csv\"",
            ),
        ],
        "Tracking Number to Port,Receiving Number,Tracking Source,Description\r\n",
    )
        .into_response()
}

async fn sent(app: &App, posted: Posted, view: Option<View>) -> Answer {
    let who = posted.who.clone();
    let typed = Typed::sent(&posted);
    let form = Form::sent(app, &posted);
    let mut draft = Draft::open(app, &who, view, typed, form).await?;
    match posted.one("do") {
        "add_row" => draft.add_row(),
        "add_lines" => draft.add_lines(),
        "clean_lines" => draft.typed.lines = clean_up(&draft.typed.lines),
        "same_signer" => {
            let name = format!("{} {}", draft.typed.first_name, draft.typed.last_name);
            draft.typed.signer_name = name.trim().to_owned();
            draft.focus = Some("signer_email".to_owned());
        }
        "upload" => return upload(draft, posted).await,
        "continue" => return draft.finish().await,
        "discard" => return draft.discard().await,
        _ => return draft.save().await,
    }
    // Nothing was saved and nothing is wrong: the same form, one step on.
    draft.keep().await?;
    let page = draft.page()?;
    who.page(&page)
}

/// Saves the draft and goes on to the review of the list.
async fn upload(mut draft: Draft<'_>, posted: Posted) -> Answer {
    let (app, who) = (draft.app, draft.who);
    let Some(file) = posted.file("list") else {
        draft.wrong("list", "Choose a file first.");
        return draft.refuse().await;
    };
    let at = match lists::keep(app, file).await {
        Ok(at) => at,
        Err(AppError::Invalid(problems)) => {
            draft.problems.extend(problems);
            return draft.refuse().await;
        }
        Err(error) => return Err(error.into()),
    };
    match draft.store(false).await? {
        Stored::Yes(handled) => {
            let id = handled.request.id;
            Ok(who.go(&lists::address(app, id, &at), Tone::Info, ""))
        }
        Stored::No(draft) => {
            let mut draft = *draft;
            draft.wrong(
                "list",
                "The file has not been read yet: correct what is marked first, then choose it again.",
            );
            draft.refuse().await
        }
    }
}

/// The form on its way: what was typed, and what is known around it.
struct Draft<'a> {
    app: &'a App,
    who: &'a SignedIn,
    view: Option<View>,
    typed: Typed,
    form: Form,
    calendar: Calendar,
    accounts: Vec<Choice>,
    used: Arc<Used>,
    problems: Vec<Problem>,
    line_errors: Vec<BadLine>,
    caution: String,
    focus: Option<String>,
}

fn bad_line(line: u32, value: &str, reason: String) -> BadLine {
    BadLine {
        line: u64::from(line),
        column: String::new(),
        value: value.to_owned(),
        reason,
    }
}

/// What became of saving a form.
enum Stored<'a> {
    Yes(Box<Handled>),
    /// With all that is wrong.
    No(Box<Draft<'a>>),
}

impl<'a> Draft<'a> {
    async fn open(
        app: &'a App,
        who: &'a SignedIn,
        view: Option<View>,
        typed: Typed,
        form: Form,
    ) -> Result<Self, AppError> {
        let accounts = match &view {
            // A request stays in its account.
            Some(_) => Vec::new(),
            None => people::accounts(app, &who.caller)
                .await?
                .into_iter()
                .map(|one| Choice {
                    chosen: one.id.to_string() == typed.account,
                    value: one.id.to_string(),
                    label: one.name,
                })
                .collect(),
        };
        let used = numbers::used(app, &who.caller).await?;
        let calendar = view.as_ref().map_or_else(
            || Calendar::new(app.operator().time_zone.clone(), CarrierDays::default()),
            |view| view.calendar.clone(),
        );
        let caution = view.as_ref().map(caution).unwrap_or_default();
        Ok(Self {
            app,
            who,
            view,
            typed,
            form,
            calendar,
            accounts,
            used,
            problems: Vec::new(),
            line_errors: Vec::new(),
            caution,
            focus: None,
        })
    }

    fn wrong(&mut self, control: &str, says: &str) {
        self.problems.push(Problem::new(control, says));
    }

    fn add_row(&mut self) {
        self.typed.rows.push(Row::default());
        self.focus = Some(format!("number-{}", self.typed.rows.len()));
    }

    /// Manual Add: good lines become rows, bad ones stay in the box with what is wrong (R91 to R94).
    fn add_lines(&mut self) {
        let receiving = match self.typed.lines_receiving.trim() {
            "" => None,
            text => match parse_typed(text) {
                Ok(typed) => Some(typed.number),
                Err(error) => {
                    let problem = crate::app::forms::number_problem("lines_receiving", &error);
                    self.problems.push(problem);
                    None
                }
            },
        };
        if self.typed.lines.trim().is_empty() {
            self.wrong("lines", "Write at least one number, with its country code.");
        }
        if !self.problems.is_empty() {
            return;
        }
        let entry = manual(&self.typed.lines, receiving);
        let there: HashMap<E164, usize> = self
            .typed
            .rows
            .iter()
            .enumerate()
            .filter_map(|(at, row)| Some((parse_typed(&row.number).ok()?.number, at + 1)))
            .collect();
        let mut bad: Vec<(BadLine, String)> = entry
            .refused
            .iter()
            .map(|one| {
                (
                    bad_line(one.line, &one.value, one.message()),
                    one.raw.clone(),
                )
            })
            .collect();
        let mut fresh = Vec::new();
        for (line, number, _) in &entry.accepted {
            match there.get(number) {
                None => fresh.push(Row {
                    was: String::new(),
                    number: number.to_string(),
                    receiving: self.typed.lines_receiving.trim().to_owned(),
                    source: self.typed.lines_source.trim().to_owned(),
                    kind: String::new(),
                }),
                Some(row) => {
                    let says = format!("This number is in row {row} already. Remove the line.");
                    let text = number.to_string();
                    bad.push((bad_line(*line, &text, says), text));
                }
            }
        }
        bad.sort_by_key(|(one, _)| one.line);
        self.typed
            .rows
            .retain(|row| !row.is_empty() || !row.was.is_empty());
        self.typed.rows.extend(fresh);
        let (errors, lines): (Vec<BadLine>, Vec<String>) = bad.into_iter().unzip();
        self.line_errors = errors;
        self.typed.lines = lines.join("\n");
        if self.typed.rows.is_empty() {
            self.typed.rows.push(Row::default());
        }
        self.focus = Some(if self.line_errors.is_empty() {
            format!("receiving-{}", self.typed.rows.len())
        } else {
            "lines".to_owned()
        });
    }

    /// "Save and finish later": whatever can be read is stored; what is missing may be missing.
    async fn save(self) -> Answer {
        let who = self.who;
        match self.store(false).await? {
            Stored::Yes(handled) => who.done(
                &format!("/numbers/ports/{}/edit", handled.request.id),
                "Saved. You can leave now and continue later; you find it in the list of ports.",
            ),
            Stored::No(draft) => draft.refuse().await,
        }
    }

    /// "Continue to Letter of Authorization" (R109).
    async fn finish(self) -> Answer {
        let who = self.who;
        match self.store(true).await? {
            Stored::Yes(handled) => Ok(who.go(
                &format!("/numbers/ports/{}/letter", handled.request.id),
                Tone::Done,
                "",
            )),
            Stored::No(draft) => draft.refuse().await,
        }
    }

    /// Stores what was typed, all of it or nothing.
    async fn store(mut self, complete: bool) -> Result<Stored<'a>, super::errors::Fault> {
        let (app, who) = (self.app, self.who);
        // Who may not has no use for a list of what is missing.
        match &self.view {
            None => who.caller.filing_only()?,
            Some(_) => moves::permit(EventKind::Edit, who.user.role).map_err(AppError::from)?,
        }
        let now = app.clock.now();
        let Outcome { read, problems } = read(
            app,
            &who.caller,
            &self.typed,
            self.view.as_ref().map(|view| &view.request),
            &self.calendar,
            now,
            complete,
        );
        self.problems = problems;
        let Some(read) = read.filter(|_| self.problems.is_empty()) else {
            return Ok(Stored::No(Box::new(self)));
        };
        let stored = match &self.view {
            None => {
                // Only the desk and an agency choose; where there is but one account, nobody is asked.
                let account = match (self.typed.account.parse(), self.accounts.as_slice()) {
                    (Ok(account), _) if who.caller.sees_several() => Some(account),
                    (_, [only]) => only.value.parse().ok(),
                    _ => None,
                };
                let secrets = read
                    .changes
                    .secrets
                    .into_iter()
                    .filter_map(|(field, text)| text.map(|text| (field, text)))
                    .collect();
                let beginning = Beginning {
                    title: String::new(),
                    account,
                    changes: read.changes.changes,
                    numbers: read.numbers,
                    agreement: read.agreement,
                    secrets,
                };
                ports::begin_port(app, &who.caller, beginning, Extras::default()).await
            }
            Some(view) => {
                let id = view.request.id;
                let mut read = read;
                let secrets = std::mem::take(&mut read.changes.secrets)
                    .into_iter()
                    .map(|(field, text)| {
                        let sealed = text.map(|text| {
                            let place = ports::secret_place(id, field);
                            app.vault.seal(&place, text.expose_secret())
                        });
                        (field, sealed)
                    })
                    .collect();
                let events = read::events(read, &self.typed, &view.request);
                let extras = Extras {
                    secrets,
                    expected: Some(self.typed.version),
                    ..Extras::default()
                };
                let scope = who.caller.scope();
                ports::handle_all(app, id, scope, &who.caller.actor, events, extras).await
            }
        };
        match stored {
            Ok(handled) => {
                self.form.end(app, who, Some(handled.request.id)).await?;
                Ok(Stored::Yes(Box::new(handled)))
            }
            Err(AppError::Stale) => {
                self.stale().await?;
                Ok(Stored::No(Box::new(self)))
            }
            Err(AppError::Refused(refusal)) if !refusal.is_forbidden() => {
                let row = self
                    .typed
                    .rows
                    .iter()
                    .position(|row| {
                        parse_typed(&row.number)
                            .is_ok_and(|typed| refusal.says.contains(&typed.number.to_string()))
                    })
                    .map(|at| format!("number-{}", at + 1));
                let control = row.unwrap_or_else(|| "s-numbers".to_owned());
                self.problems
                    .push(Problem::new(control, refusal.to_string().trim()));
                Ok(Stored::No(Box::new(self)))
            }
            Err(error) => {
                self.problems = fields::problems(error)?
                    .into_iter()
                    .map(|one| Problem::new(fields::control(&one.field), one.says))
                    .collect();
                Ok(Stored::No(Box::new(self)))
            }
        }
    }

    /// Somebody else saved the request meanwhile. What was typed stays and can be saved over it.
    async fn stale(&mut self) -> Result<(), AppError> {
        let Some(view) = &self.view else {
            return Ok(());
        };
        let fresh = ports::view(self.app, &self.who.caller, view.request.id).await?;
        self.typed.version = fresh.version;
        self.view = Some(fresh);
        self.problems.push(Problem::new(
            "",
            "Somebody else changed this request while you had it open. Nothing of yours was saved yet. Open it in another tab to see what changed; if you save now, your form replaces it.",
        ));
        Ok(())
    }

    /// The form once more, with what is wrong; nothing typed is lost, whatever becomes of the answer.
    async fn refuse(mut self) -> Answer {
        self.keep().await?;
        let who = self.who;
        let page = self.page()?;
        who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
    }
}
