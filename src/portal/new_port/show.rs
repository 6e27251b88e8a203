//! The form as a page: what was typed, what is wrong with it, what is on file.

use std::collections::BTreeSet;

use super::Draft;
use super::typed::{AddressTyped, ROWS_MAX, Typed};
use crate::app::AppError;
use crate::app::numbers::Used;
use crate::app::ports::View;
use crate::domain::address::{AddressKind, AddressText, PostalAddress};
use crate::domain::agreement;
use crate::domain::calendar::PortDateLimits;
use crate::domain::losing_carrier::KNOWN;
use crate::domain::number::{E164, parse_typed};
use crate::domain::port::{Loa, Problem, Status, pin_needed, words};
use crate::portal::port::estimate_from;
use crate::portal::tell;
use crate::portal::views::form::{
    AddressInput, NewPort, NumberInput, Statement, kinds, scopes, wants,
};
use crate::portal::views::{Field, Link, Room};

impl Draft<'_> {
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

    pub(super) fn page(&self) -> Result<NewPort, AppError> {
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
            form_id: self.form.id.to_string(),
            step: self.form.step,
            left: self.form.left_words(self),
            errors: self
                .in_order()
                .into_iter()
                .map(|one| Link::new(anchor(&one.field, &action), label(&one.field, &one.says)))
                .collect(),
            action,
            accounts: self.accounts.clone(),
            carrier: self.field("carrier", &typed.carrier),
            carriers: carriers(&self.used),
            wants: wants(&typed.carrier),
            twilio_sid: self.field("twilio_sid", &typed.twilio_sid),
            twilio_sid_kept: kept(details.and_then(|one| one.twilio_account_sid.as_ref())),
            rows: self.rows(),
            receiving_required: self.app.config.ports.receiving_number_required,
            rows_beyond: request.map_or(0, |one| one.numbers.len().saturating_sub(ROWS_MAX)),
            rows_error: error_of("s-numbers"),
            sources: sources(typed, &self.used),
            receivings: receivings(typed, &self.used),
            lines: self.field("lines", &typed.lines),
            line_errors: self.line_errors.clone(),
            lines_receiving: self.field("lines_receiving", &typed.lines_receiving),
            lines_source: self.field("lines_source", &typed.lines_source),
            file: self.field("list", ""),
            file_limits: format!(
                "Up to {} MB and {} rows.",
                limits.import_megabytes_max,
                words::count(limits.import_rows_max as usize)
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
                .or_else(|| {
                    let mobile = typed.rows.iter().find(|row| row.kind == "mobile")?;
                    Some(parse_typed(&mobile.number).ok()?.number)
                })
                .filter(|_| details.is_none_or(|one| one.pin.is_none()))
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
            wish_from: tell::long_day(
                self.calendar
                    .possible_port_dates(PortDateLimits::default(), now)
                    .0,
            ),
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
        let saved = self.view.as_ref().map(|view| &view.request);
        self.typed
            .rows
            .iter()
            .enumerate()
            .map(|(at, row)| {
                let id = |part: &str| format!("{part}-{}", at + 1);
                let number = parse_typed(&row.number).ok().map(|typed| typed.number);
                let kind = number.map(|number| {
                    let known = saved.and_then(|request| request.find(number));
                    tell::kind(number, known.map_or_else(|| number.kind(), |one| one.kind))
                });
                NumberInput {
                    was: row.was.clone(),
                    number: self.field(&id("number"), &row.number),
                    receiving: self.field(&id("receiving"), &row.receiving),
                    source: self.field(&id("source"), &row.source),
                    kind: kind.unwrap_or_default(),
                    kinds: kinds(&row.kind),
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

/// What was typed or used before, each once.
fn once(all: impl Iterator<Item = String>) -> Vec<String> {
    all.filter(|text| !text.is_empty())
        .collect::<BTreeSet<String>>()
        .into_iter()
        .collect()
}

fn sources(typed: &Typed, used: &Used) -> Vec<String> {
    let here = typed.rows.iter().map(|row| row.source.trim().to_owned());
    once(here.chain(used.sources.iter().cloned()))
}

fn receivings(typed: &Typed, used: &Used) -> Vec<String> {
    let here = typed.rows.iter().map(|row| row.receiving.trim().to_owned());
    once(here.chain(used.receiving.iter().map(E164::to_string)))
}

fn carriers(used: &Used) -> Vec<String> {
    let known = KNOWN.iter().map(|one| one.name.to_owned());
    once(used.carriers.iter().cloned().chain(known))
}

/// What changing this request would lead to.
pub(super) fn caution(view: &View) -> String {
    match &view.request.loa {
        Loa::Sent { signer, .. } => format!(
            "The letter is with {} for signing. If you change something that is printed on it (the carrier, the numbers, names or addresses), that letter is no longer valid and has to be sent again.",
            signer.name
        ),
        Loa::Signed { .. } => "The letter is signed. If you change something that is printed on it (the carrier, the numbers, names or addresses), it has to be signed again. The account number and the PIN are not on it.".to_owned(),
        _ => String::new(),
    }
}
