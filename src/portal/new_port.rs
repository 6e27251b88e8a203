//! Port New Numbers: one page with all of the form, as a draft that can be left and resumed.
//!
//! Every button of the page sends the whole form. What was typed comes back letter by letter whatever
//! happens; what can be read is saved when somebody saves.

mod lists;
mod read;
mod typed;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;

pub(super) use lists::{add as add_list, refused as refused_csv, review as review_list};

use super::errors::Answer;
use super::fields;
use super::port::{estimate_from, port_id};
use super::posted::Posted;
use super::session::{Portal, SignedIn};
use super::tell;
use super::views::form::{AddressInput, BadLine, NewPort, NumberInput, Statement, scopes};
use super::views::{Choice, Field, Link, Room, Tone};
use crate::app::ports::{Beginning, Extras, Filter, Handled, View};
use crate::app::{App, AppError, people, ports};
use crate::domain::address::{AddressKind, AddressText, PostalAddress};
use crate::domain::agreement;
use crate::domain::calendar::{Calendar, CarrierDays, PortDateLimits};
use crate::domain::import::manual;
use crate::domain::number::{clean_up, parse_typed};
use crate::domain::port::{Loa, Problem, Status, pin_needed};
use read::{Outcome, read};
use typed::{AddressTyped, ROWS_MAX, Row, Typed};

/// An empty form.
pub(super) async fn blank(State(portal): State<Portal>, who: SignedIn) -> Answer {
    let page = Draft::open(&portal.app, &who, None, Typed::blank())
        .await?
        .page()?;
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
    let typed = Typed::saved(&view.request, view.version);
    let page = Draft::open(app, &who, Some(view), typed).await?.page()?;
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
    let mut draft = Draft::open(app, &who, view, typed).await?;
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
        _ => return draft.save().await,
    }
    // Nothing was saved and nothing is wrong: the same form, one step on.
    let page = draft.page()?;
    who.page(&page)
}

/// Saves the draft and goes on to the review of the list.
async fn upload(mut draft: Draft<'_>, posted: Posted) -> Answer {
    let (app, who) = (draft.app, draft.who);
    let Some(file) = posted.file("list") else {
        draft.wrong("list", "Choose a file first.");
        return draft.refuse();
    };
    let at = match lists::keep(app, file).await {
        Ok(at) => at,
        Err(AppError::Invalid(problems)) => {
            draft.problems.extend(problems);
            return draft.refuse();
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
                "The file was not looked at yet: mend what is marked first, then choose it again.",
            );
            draft.refuse()
        }
    }
}

/// The form on its way: what was typed, and what is known around it.
struct Draft<'a> {
    app: &'a App,
    who: &'a SignedIn,
    view: Option<View>,
    typed: Typed,
    calendar: Calendar,
    accounts: Vec<Choice>,
    carriers: Vec<String>,
    problems: Vec<Problem>,
    line_errors: Vec<BadLine>,
    caution: String,
    focus: Option<String>,
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
        let lines = ports::list(
            app,
            &who.caller,
            Filter {
                limit: 100,
                ..Filter::default()
            },
        )
        .await?;
        let mut carriers: Vec<String> = lines
            .into_iter()
            .map(|line| line.losing_carrier)
            .filter(|name| !name.trim().is_empty())
            .collect();
        carriers.sort();
        carriers.dedup();
        let calendar = view.as_ref().map_or_else(
            || {
                Calendar::new(
                    app.config.operator.time_zone.clone(),
                    CarrierDays::default(),
                )
            },
            |view| view.calendar.clone(),
        );
        let caution = view.as_ref().map(caution).unwrap_or_default();
        Ok(Self {
            app,
            who,
            view,
            typed,
            calendar,
            accounts,
            carriers,
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
        self.typed
            .rows
            .retain(|row| !row.is_empty() || !row.was.is_empty());
        for (_, number, _) in &entry.accepted {
            self.typed.rows.push(Row {
                was: String::new(),
                number: number.to_string(),
                receiving: self.typed.lines_receiving.trim().to_owned(),
                source: self.typed.lines_source.trim().to_owned(),
            });
        }
        self.line_errors = entry
            .refused
            .iter()
            .map(|one| BadLine {
                line: u64::from(one.line),
                column: String::new(),
                value: one.value.clone(),
                reason: one.message(),
            })
            .collect();
        self.typed.lines = entry
            .refused
            .iter()
            .map(|one| one.raw.as_str())
            .collect::<Vec<_>>()
            .join("\n");
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
                "Saved. You can leave now and go on later; you find it in the list of ports.",
            ),
            Stored::No(draft) => draft.refuse(),
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
            Stored::No(draft) => draft.refuse(),
        }
    }

    /// Stores what was typed, all of it or nothing.
    async fn store(mut self, complete: bool) -> Result<Stored<'a>, super::errors::Fault> {
        let (app, who) = (self.app, self.who);
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
                let account = match self.typed.account.parse() {
                    Ok(account) if who.caller.is_desk() => Some(account),
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
            Ok(handled) => Ok(Stored::Yes(Box::new(handled))),
            Err(AppError::Stale) => {
                self.stale().await?;
                Ok(Stored::No(Box::new(self)))
            }
            Err(AppError::Refused(refusal)) => {
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
            "Somebody else changed this request while you had it open. Nothing of yours was saved yet. Open it in another tab to see what changed; if you save now, your form counts.",
        ));
        Ok(())
    }

    fn refuse(self) -> Answer {
        let who = self.who;
        let page = self.page()?;
        who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
    }

    /// The error beside a control, and whether it is the first on the page.
    fn field(&self, control: &str, value: &str) -> Field {
        let says = self
            .problems
            .iter()
            .find(|one| one.field == control)
            .map(|one| one.says.clone())
            .unwrap_or_default();
        let focus = match &self.focus {
            Some(focus) => focus == control,
            None => !says.is_empty() && self.first() == Some(control),
        };
        Field {
            value: value.to_owned(),
            error: says,
            focus,
        }
    }

    /// The first control with an error, in the order of the page.
    fn first(&self) -> Option<&str> {
        self.in_order()
            .into_iter()
            .map(|one| one.field.as_str())
            .find(|field| !field.is_empty() && !field.starts_with("s-"))
    }

    fn in_order(&self) -> Vec<&Problem> {
        let place = |control: &str| {
            let row = control
                .rsplit_once('-')
                .and_then(|(part, row)| Some((part, row.parse::<usize>().ok()?)));
            let at = |name: &str| ORDER.iter().position(|one| *one == name);
            match row {
                // Row by row, as they stand on the page.
                Some((part, row)) => (at("number"), row, at(part)),
                None => (at(control).or(Some(ORDER.len())), 0, None),
            }
        };
        let mut all: Vec<&Problem> = self.problems.iter().collect();
        all.sort_by_key(|one| place(&one.field));
        all
    }

    fn page(&self) -> Result<NewPort, AppError> {
        let typed = &self.typed;
        let app = self.app;
        let now = app.clock.now();
        let view = self.view.as_ref();
        let request = view.map(|view| &view.request);
        let kept = |mask: Option<&crate::domain::port::Mask>| {
            mask.map(|mask| mask.0.clone()).unwrap_or_default()
        };
        let details = request.map(|request| &request.details);
        let error_of = |control: &str| {
            self.problems
                .iter()
                .find(|one| one.field == control)
                .map(|one| one.says.clone())
                .unwrap_or_default()
        };
        let (action, heading) = match request {
            None => (
                "/numbers/ports/new".to_owned(),
                "Port New Numbers".to_owned(),
            ),
            Some(request) => (
                format!("/numbers/ports/{}/edit", request.id),
                match view.map(|view| view.standing.status) {
                    Some(Status::Draft) => "Port New Numbers".to_owned(),
                    _ => format!("Edit {}", tell::title(request)),
                },
            ),
        };
        let limits = &app.config.limits;
        Ok(NewPort {
            shell: self.who.shell(Room::Ports, &heading),
            heading,
            draft_id: request.map(|one| one.id.to_string()).unwrap_or_default(),
            caution: self.caution.clone(),
            version: typed.version,
            errors: self
                .in_order()
                .into_iter()
                .map(|one| Link::new(anchor(&one.field, &action), label(&one.field, &one.says)))
                .collect(),
            action,
            accounts: self.accounts.clone(),
            carrier: self.field("carrier", &typed.carrier),
            carriers: self.carriers.clone(),
            twilio_sid: self.field("twilio_sid", &typed.twilio_sid),
            twilio_sid_kept: kept(details.and_then(|one| one.twilio_account_sid.as_ref())),
            ask_twilio: typed.carrier.to_lowercase().contains("twilio"),
            rows: self.rows(),
            rows_beyond: request.map_or(0, |one| one.numbers.len().saturating_sub(ROWS_MAX)),
            rows_error: error_of("s-numbers"),
            sources: sources(typed),
            lines: self.field("lines", &typed.lines),
            line_errors: self.line_errors.clone(),
            lines_receiving: self.field("lines_receiving", &typed.lines_receiving),
            lines_source: self.field("lines_source", &typed.lines_source),
            file: self.field("list", ""),
            file_limits: format!(
                "Up to {} MB and {} rows.",
                limits.import_megabytes_max,
                thousands(limits.import_rows_max)
            ),
            scope: scopes(if typed.scope.is_empty() {
                "full"
            } else {
                &typed.scope
            }),
            new_btn: self.field("scope.new_btn", &typed.new_btn),
            first_name: self.field("first_name", &typed.first_name),
            last_name: self.field("last_name", &typed.last_name),
            business: self.field("business", &typed.business),
            account_number: self.field("account_number", &typed.account_number),
            account_number_kept: kept(details.and_then(|one| one.account_number.as_ref())),
            pin: self.field("pin", &typed.pin),
            pin_kept: kept(details.and_then(|one| one.pin.as_ref())),
            pin_because: request
                .and_then(pin_needed)
                .map(|number| {
                    format!(
                        "Required because {} is a mobile number. Ask your current carrier for a number transfer PIN.",
                        tell::number(number)
                    )
                })
                .unwrap_or_default(),
            btn: self.field("btn", &typed.btn),
            billing: self.address("billing", &typed.billing, AddressKind::Billing),
            service_differs: typed.service_differs,
            service: self.address("service", &typed.service, AddressKind::Service),
            wish: self.field("wish", &typed.wish),
            wish_from: self
                .calendar
                .possible_port_dates(PortDateLimits::default(), now)
                .0
                .to_string(),
            statements: agreement::STATEMENTS
                .iter()
                .map(|(name, text)| Statement {
                    name: (*name).to_owned(),
                    text: (*text).to_owned(),
                    ticked: typed.ticked.iter().any(|one| one == name),
                })
                .collect(),
            statements_error: error_of("s-agreement"),
            signer_name: self.field("signer_name", &typed.signer_name),
            signer_email: self.field("signer_email", &typed.signer_email),
            estimate: estimate_from(&self.calendar, now),
        })
    }

    fn rows(&self) -> Vec<NumberInput> {
        let kinds = self.view.as_ref().map(|view| &view.request);
        self.typed
            .rows
            .iter()
            .enumerate()
            .map(|(at, row)| {
                let id = |part: &str| format!("{part}-{}", at + 1);
                let number = parse_typed(&row.number).ok().map(|typed| typed.number);
                let kind = number.map(|number| {
                    let known = kinds.and_then(|request| request.find(number));
                    tell::kind(number, known.map_or_else(|| number.kind(), |one| one.kind))
                });
                NumberInput {
                    was: row.was.clone(),
                    number: self.field(&id("number"), &row.number),
                    receiving: self.field(&id("receiving"), &row.receiving),
                    source: self.field(&id("source"), &row.source),
                    kind: kind.unwrap_or_default(),
                }
            })
            .collect()
    }

    fn address(&self, which: &str, typed: &AddressTyped, kind: AddressKind) -> AddressInput {
        let text = AddressText {
            street: typed.street.clone(),
            extended: typed.unit.clone(),
            city: typed.city.clone(),
            state: typed.state.clone(),
            postal_code: typed.zip.clone(),
        };
        let warning = match PostalAddress::parse(kind, &text) {
            Ok(address) => address
                .warnings()
                .into_iter()
                .map(|one| one.text.into_owned())
                .collect::<Vec<_>>()
                .join(" "),
            Err(_) => String::new(),
        };
        let field = |part: &str, value: &str| self.field(&format!("{which}_{part}"), value);
        AddressInput {
            street: field("street", &typed.street),
            unit: field("unit", &typed.unit),
            city: field("city", &typed.city),
            state: field("state", &typed.state),
            zip: field("zip", &typed.zip),
            warning,
        }
    }
}

/// The controls in the order of the page.
const ORDER: [&str; 32] = [
    "",
    "account",
    "carrier",
    "twilio_sid",
    "s-numbers",
    "number",
    "receiving",
    "source",
    "lines",
    "lines_receiving",
    "lines_source",
    "list",
    "scope.new_btn",
    "first_name",
    "last_name",
    "business",
    "account_number",
    "pin",
    "btn",
    "billing_street",
    "billing_unit",
    "billing_city",
    "billing_state",
    "billing_zip",
    "service_street",
    "service_unit",
    "service_city",
    "service_state",
    "service_zip",
    "wish",
    "signer_name",
    "signer_email",
];

/// Where an entry of the summary leads.
fn anchor(control: &str, page: &str) -> String {
    match control {
        "" => page.to_owned(),
        "scope.new_btn" => "#new_btn".to_owned(),
        control => format!("#{control}"),
    }
}

/// What an entry of the summary says: rows are named, since their texts are alike.
fn label(control: &str, says: &str) -> String {
    match control.rsplit_once('-') {
        Some((_, row)) if row.parse::<usize>().is_ok() => format!("Row {row}: {says}"),
        _ => says.to_owned(),
    }
}

fn sources(typed: &Typed) -> Vec<String> {
    let mut all: Vec<String> = typed
        .rows
        .iter()
        .map(|row| row.source.trim().to_owned())
        .filter(|source| !source.is_empty())
        .collect();
    all.sort();
    all.dedup();
    all
}

/// What changing this request would lead to.
fn caution(view: &View) -> String {
    match &view.request.loa {
        Loa::Sent { signer, .. } => format!(
            "The letter is with {} for signing. If you change something that is printed on it (the carrier, the numbers, names or addresses), that letter stops counting and has to be sent again.",
            signer.name
        ),
        Loa::Signed { .. } => "The letter is signed. If you change something that is printed on it (the carrier, the numbers, names or addresses), it has to be signed again. The account number and the PIN are not on it.".to_owned(),
        _ => String::new(),
    }
}

/// `100,000`.
fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
