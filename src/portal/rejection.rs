//! What a rejection asks of the customer: plain questions, the fields to mend, and one button.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};

use super::errors::{Answer, Fault};
use super::port::port_id;
use super::posted::Posted;
use super::session::{Portal, SignedIn};
use super::views::port::{FixField, FixPage, FixQuestion};
use super::views::{Field as FieldView, Link, Room, Tone};
use super::{fields, tell};
use crate::app::forms::{self, AddressForm, Form, Patch};
use crate::app::ports::{Extras, StoredFact, View};
use crate::app::{App, AppError, letters, ports};
use crate::domain::carrier::CarrierReason;
use crate::domain::field::Field;
use crate::domain::port::{
    Address, Ball, Event, Fact, Loa, Mask, PortRequest, Problem, Status, Voice, words,
};
use crate::domain::rejection::{Playbook, playbook};

/// How much the box of one free answer takes, in characters. All answers together become a note, whose length the rule book
/// limits.
pub(super) const ANSWER_MAX: usize = 2_000;

/// An input of the page, by the control that holds it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Input {
    /// A field of the form, by its control's name in the new-port form.
    Control(&'static str),
    /// A free answer about this field, which the desk reads.
    Free(Field),
}

const BILLING: [&str; 5] = [
    "billing_street",
    "billing_unit",
    "billing_city",
    "billing_state",
    "billing_zip",
];
const SERVICE: [&str; 5] = [
    "service_street",
    "service_unit",
    "service_city",
    "service_state",
    "service_zip",
];

/// Which inputs the answer to a question about a field goes into.
fn inputs(field: Field, request: &PortRequest) -> Vec<Input> {
    let own_service = request.details.service.is_some();
    let all = |controls: [&'static str; 5]| controls.into_iter().map(Input::Control).collect();
    match field {
        Field::CarrierName => vec![Input::Control("carrier")],
        Field::FirstName => vec![Input::Control("first_name")],
        Field::LastName => vec![Input::Control("last_name")],
        Field::AuthorizedPerson => {
            vec![Input::Control("first_name"), Input::Control("last_name")]
        }
        Field::BusinessName => vec![Input::Control("business")],
        Field::AccountNumber => vec![Input::Control("account_number")],
        Field::Pin => vec![Input::Control("pin")],
        Field::TwilioAccountSid => vec![Input::Control("twilio_sid")],
        Field::Btn => vec![Input::Control("btn")],
        Field::BillingAddress => all(BILLING),
        Field::BillingStreet => vec![Input::Control("billing_street")],
        Field::BillingExtended => vec![Input::Control("billing_unit")],
        Field::BillingCity => vec![Input::Control("billing_city")],
        Field::BillingState => vec![Input::Control("billing_state")],
        Field::BillingPostalCode => vec![Input::Control("billing_zip")],
        // Without a service address of its own the billing address is the service address.
        Field::ServiceAddress if own_service => all(SERVICE),
        Field::ServiceAddress => all(BILLING),
        Field::ServiceStreet if own_service => vec![Input::Control("service_street")],
        Field::ServiceStreet => vec![Input::Control("billing_street")],
        Field::ServiceExtended if own_service => vec![Input::Control("service_unit")],
        Field::ServiceExtended => vec![Input::Control("billing_unit")],
        Field::ServiceCity if own_service => vec![Input::Control("service_city")],
        Field::ServiceCity => vec![Input::Control("billing_city")],
        Field::ServiceState if own_service => vec![Input::Control("service_state")],
        Field::ServiceState => vec![Input::Control("billing_state")],
        Field::ServicePostalCode | Field::PostalCode if own_service => {
            vec![Input::Control("service_zip"), Input::Control("billing_zip")]
        }
        Field::ServicePostalCode | Field::PostalCode => vec![Input::Control("billing_zip")],
        Field::PortDate => vec![Input::Control("wish")],
        // What the form has no box for is a word to the desk.
        other => vec![Input::Free(other)],
    }
}

fn label(control: &str) -> &'static str {
    match control {
        "carrier" => "Carrier Name",
        "first_name" => "First Name",
        "last_name" => "Last Name",
        "business" => "Business Name",
        "account_number" => "Service Account Number",
        "pin" => "Account PIN",
        "twilio_sid" => "Twilio Account SID",
        "btn" => "Billing telephone number (BTN)",
        "billing_street" => "Billing address: street",
        "billing_unit" => "Billing address: suite or unit",
        "billing_city" => "Billing address: city",
        "billing_state" => "Billing address: state",
        "billing_zip" => "Billing address: Zip Code",
        "service_street" => "Service address: street",
        "service_unit" => "Service address: suite or unit",
        "service_city" => "Service address: city",
        "service_state" => "Service address: state",
        "service_zip" => "Service address: Zip Code",
        "wish" => "Preferred port date",
        _ => "Your answer",
    }
}

/// Whether the control holds a secret: what is on file is never shown, so it has to be typed anew.
fn is_secret(control: &str) -> bool {
    matches!(control, "account_number" | "pin" | "twilio_sid")
}

/// What the request says now: the text, or a mask.
fn now_in(request: &PortRequest, control: &str) -> String {
    let details = &request.details;
    let part = |address: &Address, part: &str| match part {
        "street" => address.street.clone(),
        "unit" => address.extended.clone(),
        "city" => address.city.clone(),
        "state" => address.state.clone(),
        _ => address.postal_code.clone(),
    };
    let masked = |mask: &Option<Mask>| mask.as_ref().map(|mask| mask.0.clone()).unwrap_or_default();
    match control {
        "carrier" => details.losing_carrier.clone(),
        "first_name" => details.customer.first_name.clone(),
        "last_name" => details.customer.last_name.clone(),
        "business" => details.customer.business_name.clone(),
        "account_number" => masked(&details.account_number),
        "pin" => masked(&details.pin),
        "twilio_sid" => masked(&details.twilio_account_sid),
        "btn" => request.btn().map(|btn| btn.to_string()).unwrap_or_default(),
        "wish" => details
            .requested_date
            .map(|date| date.to_string())
            .unwrap_or_default(),
        other => match other.split_once('_') {
            Some(("billing", name)) => part(&details.billing, name),
            Some(("service", name)) => part(request.service_address(), name),
            _ => String::new(),
        },
    }
}

/// The standing rejection of a request.
struct Rejected {
    reasons: Vec<CarrierReason>,
    book: Playbook,
    numbers: Vec<String>,
}

fn rejected(request: &PortRequest) -> Rejected {
    let mut reasons: Vec<CarrierReason> = Vec::new();
    let mut numbers = Vec::new();
    for one in &request.numbers {
        if let Voice::Rejected { reasons: said } = &one.voice {
            numbers.push(tell::number(one.number));
            for reason in said {
                if !reasons.contains(reason) {
                    reasons.push(reason.clone());
                }
            }
        }
    }
    if numbers.len() == request.numbers.len() {
        numbers.clear();
    }
    Rejected {
        book: playbook(&reasons),
        reasons,
        numbers,
    }
}

/// What was typed, and what is wrong with it, by control.
#[derive(Default)]
struct Typed {
    values: Vec<(String, String)>,
    problems: Vec<Problem>,
}

fn free_name(field: Field) -> String {
    format!("answer-{}", field.path().replace('.', "-"))
}

fn page(app: &App, who: &SignedIn, view: &View, history: &[StoredFact], typed: &Typed) -> FixPage {
    let request = &view.request;
    let zone = view.calendar.zone();
    let now = app.clock.now();
    let Rejected {
        reasons,
        book,
        numbers,
    } = rejected(request);
    let asked = history
        .iter()
        .rev()
        .find(|one| matches!(one.fact, Fact::NumbersRejected { .. }));
    let mended = history
        .iter()
        .rev()
        .take_while(|one| !matches!(one.fact, Fact::NumbersRejected { .. }))
        .find(|one| matches!(one.fact, Fact::Edited { .. } | Fact::LetterSigned { .. }))
        .map(|one| {
            format!(
                "You corrected this on {}.",
                tell::when(one.at, zone, now).text
            )
        })
        .unwrap_or_default();
    let asks: Vec<_> = book.customer_questions().collect();
    let several = asks.len() > 1;
    let mut seen: Vec<Input> = Vec::new();
    let questions: Vec<FixQuestion> = asks
        .iter()
        .map(|ask| {
            let fresh: Vec<Input> = inputs(ask.field, request)
                .into_iter()
                .filter(|one| !seen.contains(one))
                .collect();
            seen.extend(&fresh);
            FixQuestion {
                ask: if several {
                    ask.ask.to_owned()
                } else {
                    String::new()
                },
                help: ask.help.to_owned(),
                fields: fresh
                    .into_iter()
                    .map(|input| fix_field(request, input, typed, !mended.is_empty()))
                    .collect(),
                links: links(request, ask.field),
            }
        })
        .collect();
    let question = match asks.as_slice() {
        [one] => one.ask.to_owned(),
        [] => "The losing provider rejected the request".to_owned(),
        many => format!("{} questions of the losing provider", many.len()),
    };
    let advice: Vec<&str> = book.known.iter().map(|one| one.plain).collect();
    FixPage {
        shell: who.shell(Room::Ports, question.clone()),
        port: tell::port_ref(view),
        asker: tell::carrier(request),
        asked: tell::when(asked.map_or(request.last_movement, |one| one.at), zone, now),
        question,
        advice: advice.join(" "),
        raw: reasons
            .iter()
            .map(|one| {
                if one.text.is_empty() {
                    one.code.clone()
                } else {
                    format!("{}: {}", one.code, one.text)
                }
            })
            .collect::<Vec<_>>()
            .join("\n"),
        numbers,
        resign: seen.iter().any(|input| match input {
            Input::Control(control) => !is_secret(control) && *control != "wish",
            Input::Free(_) => false,
        }),
        sent_when_signed: view.sent_when_signed,
        errors: above(typed, &questions),
        questions,
        mended,
        after: format!(
            "We send the request again as its next version. {} usually answers within a few business days.",
            words::capital(&tell::carrier(request))
        ),
        version: view.version,
    }
}

/// What is wrong and stands beside none of the fields.
fn above(typed: &Typed, questions: &[FixQuestion]) -> Vec<String> {
    let is_shown = |name: &str| {
        let mut shown = questions.iter().flat_map(|one| &one.fields);
        shown.any(|field| field.name == name)
    };
    typed
        .problems
        .iter()
        .filter(|problem| !is_shown(&problem.field))
        .map(|problem| problem.says.clone())
        .collect()
}

fn fix_field(request: &PortRequest, input: Input, typed: &Typed, mended: bool) -> FixField {
    let (name, text, long, stored) = match input {
        Input::Control(control) => (
            control.to_owned(),
            label(control).to_owned(),
            false,
            now_in(request, control),
        ),
        Input::Free(field) => (
            free_name(field),
            words::capital(field.label()),
            true,
            String::new(),
        ),
    };
    let secret = is_secret(&name);
    let value = typed
        .values
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.clone())
        .unwrap_or_else(|| {
            if secret {
                String::new()
            } else {
                stored.clone()
            }
        });
    let error = typed
        .problems
        .iter()
        .find(|one| one.field == name)
        .map(|one| one.says.clone())
        .unwrap_or_default();
    let focus = match typed.problems.first() {
        Some(first) => first.field == name,
        None => false,
    };
    FixField {
        hint: if long {
            "The porting desk reads this. Do not write a PIN or a password here.".to_owned()
        } else {
            String::new()
        },
        label: text,
        sent: stored,
        field: FieldView {
            value,
            error,
            focus,
        },
        long,
        input: if name == "wish" { "date" } else { "text" }.to_owned(),
        optional: name.ends_with("_unit") || (secret && mended),
        name,
    }
}

/// Where else something may have to be done.
fn links(request: &PortRequest, field: Field) -> Vec<Link> {
    let id = request.id;
    let to = |part: &str, text: &str| vec![Link::new(format!("/numbers/ports/{id}/{part}"), text)];
    match field {
        Field::Proof => to("proof", "Send another proof"),
        Field::Loa => to("letter", "To the Letter of Authorization"),
        Field::PortType | Field::NewBtn | Field::RemainingNumbers | Field::Numbers => {
            to("edit", "Open the form")
        }
        _ => Vec::new(),
    }
}

/// Whether there is a question for the customer at all; otherwise where they are sent instead.
fn elsewhere(who: &SignedIn, view: &View) -> Option<axum::response::Response> {
    let id = view.request.id;
    let to = format!("/numbers/ports/{id}");
    if view.standing.status != Status::Rejected {
        return Some(who.go(&to, Tone::Info, "Nothing is asked at the moment."));
    }
    if view.standing.ball == Ball::Desk && !who.caller.is_desk() {
        return Some(who.go(
            &to,
            Tone::Info,
            "The porting desk is looking into this rejection. You do not need to do anything.",
        ));
    }
    if !matches!(view.request.loa, Loa::Signed { .. }) {
        return Some(who.go(
            &format!("{to}/letter"),
            Tone::Info,
            if view.sent_when_signed {
                "The letter has to be signed first. We send the correction as soon as it is signed."
            } else {
                "The letter has to be signed first; then the correction can be sent."
            },
        ));
    }
    None
}

pub(super) async fn show(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let app = &portal.app;
    let view = ports::view(app, &who.caller, port_id(&id)?).await?;
    if let Some(instead) = elsewhere(&who, &view) {
        return Ok(instead);
    }
    let history = ports::history_seen(app, &who.caller, view.request.id).await?;
    who.page(&page(app, &who, &view, &history, &Typed::default()))
}

pub(super) async fn answer(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    let view = ports::view(app, &who.caller, port_id(&id)?).await?;
    if let Some(instead) = elsewhere(&who, &view) {
        return Ok(instead);
    }
    let request = &view.request;
    let id = request.id;
    who.here = format!("/numbers/ports/{id}/answer");
    let history = ports::history_seen(app, &who.caller, id).await?;
    let shown = page(app, &who, &view, &history, &Typed::default());
    let mut typed = Typed::default();
    for field in shown.questions.iter().flat_map(|one| &one.fields) {
        let value = posted.one(&field.name).to_owned();
        if !field.optional && value.trim().is_empty() {
            typed.problems.push(Problem::new(
                &field.name,
                format!("{}: fill it in.", field.label),
            ));
        }
        typed.values.push((field.name.clone(), value));
    }
    if let Some((_, wish)) = typed.values.iter().find(|(name, _)| name == "wish")
        && let Err(says) = fields::port_date(wish, &view.calendar, app.clock.now())
    {
        typed.problems.push(Problem::new("wish", says));
    }
    let changes = match forms::read(form(&typed, request), &request.details) {
        Ok(changes) => changes,
        Err(found) => {
            typed.problems.extend(
                found
                    .into_iter()
                    .map(|one| Problem::new(fields::control(&one.field), one.says)),
            );
            forms::Changes::default()
        }
    };
    if !typed.problems.is_empty() {
        let page = page(app, &who, &view, &history, &typed);
        return who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let secrets = changes
        .secrets
        .into_iter()
        .map(|(field, text)| {
            let place = ports::secret_place(id, field);
            (
                field,
                text.map(|text| app.vault.seal(&place, text.expose_secret())),
            )
        })
        .collect();
    let mut events = vec![Event::Edit {
        changes: changes.changes,
    }];
    if let Some(text) = note(&typed) {
        events.push(Event::Note {
            note: app.ids.next(app.clock.now()),
            text,
            staff_only: false,
            attachments: Vec::new(),
        });
    }
    let extras = Extras {
        secrets,
        expected: posted.one("version").parse().ok(),
        ..Extras::default()
    };
    let handled = match ports::handle_all(
        app,
        id,
        who.caller.scope(),
        &who.caller.actor,
        events,
        extras,
    )
    .await
    {
        Ok(handled) => handled,
        Err(error) => {
            let (status, problems) = match error {
                AppError::Stale => (
                    StatusCode::CONFLICT,
                    vec![Problem::new(
                        "",
                        "Somebody else changed this request meanwhile. Look at what it says now, and send your answer once more.",
                    )],
                ),
                AppError::Refused(refusal)
                    if refusal.problems.is_empty() && !refusal.is_forbidden() =>
                {
                    (
                        StatusCode::UNPROCESSABLE_ENTITY,
                        vec![Problem::new("", refusal.to_string().trim())],
                    )
                }
                other => (
                    StatusCode::UNPROCESSABLE_ENTITY,
                    fields::problems(other)?
                        .into_iter()
                        .map(|one| match one.field.as_str() {
                            // All free answers are one note: none of them alone is too long.
                            "text" => Problem::new("", one.says),
                            field => Problem::new(fields::control(field), one.says),
                        })
                        .collect(),
                ),
            };
            typed.problems = problems;
            let view = ports::view(app, &who.caller, id).await?;
            let page = page(app, &who, &view, &history, &typed);
            return who.page_with(status, &page);
        }
    };
    finish(app, &who, &handled.request).await
}

/// The correction is stored; now either the letter goes out anew, or the order goes back.
async fn finish(app: &App, who: &SignedIn, request: &PortRequest) -> Answer {
    let id = request.id;
    let to = format!("/numbers/ports/{id}");
    if !request.is_signed() {
        return match letters::send(app, &who.caller, id, None).await {
            Ok(_) => {
                let view = ports::view(app, &who.caller, id).await?;
                let then = if view.sent_when_signed {
                    "We send the correction as soon as it is signed."
                } else {
                    "After that the correction can be sent."
                };
                who.done(
                    &to,
                    &format!("Corrected. The letter was sent to be signed again. {then}"),
                )
            }
            Err(AppError::Refused(_) | AppError::Invalid(_)) => Ok(who.go(
                &format!("{to}/letter"),
                Tone::Act,
                "Corrected. The letter has to be signed again: send it.",
            )),
            Err(error) => Err(error.into()),
        };
    }
    let resubmitted = ports::handle(
        app,
        id,
        who.caller.scope(),
        &who.caller.actor,
        Event::Resubmit,
        Extras::default(),
    )
    .await;
    match resubmitted {
        Ok(_) => who.done(
            &to,
            "Thank you. The corrected request goes back to the carrier.",
        ),
        // The correction is stored all the same; the page says what is still in the way.
        Err(AppError::Refused(refusal)) if !refusal.is_forbidden() => Ok(who.go(
            &to,
            Tone::Act,
            &format!("Your correction is saved. {}", refusal.to_string().trim()),
        )),
        Err(error) => Err(Fault::from(error)),
    }
}

/// What was typed as a form: only what was asked.
fn form(typed: &Typed, request: &PortRequest) -> Form {
    let get = |control: &str| -> Patch<String> {
        typed
            .values
            .iter()
            .find(|(name, _)| name == control)
            .map(|(_, value)| Some(value.clone()))
    };
    let secret = |control: &str| -> Patch<SecretString> {
        get(control)
            .flatten()
            .filter(|text| !text.trim().is_empty())
            .map(|text| Some(SecretString::from(text)))
    };
    let address = |which: &str| -> Option<AddressForm> {
        let form = AddressForm {
            street: get(&format!("{which}_street")),
            extended: get(&format!("{which}_unit")),
            city: get(&format!("{which}_city")),
            state: get(&format!("{which}_state")),
            postal_code: get(&format!("{which}_zip")),
        };
        let any = form.street.is_some()
            || form.extended.is_some()
            || form.city.is_some()
            || form.state.is_some()
            || form.postal_code.is_some();
        any.then_some(form)
    };
    Form {
        losing_carrier: get("carrier"),
        first_name: get("first_name"),
        last_name: get("last_name"),
        business_name: get("business"),
        account_number: secret("account_number"),
        pin: secret("pin"),
        twilio_account_sid: secret("twilio_sid"),
        billing: address("billing").map(Some),
        service: address("service")
            .filter(|_| request.details.service.is_some())
            .map(Some),
        // The BTN that is shown may be the first number, which nobody typed.
        btn: get("btn").filter(|typed| {
            typed.as_deref().map(str::trim) != request.btn().map(|btn| btn.to_string()).as_deref()
        }),
        requested_date: get("wish").map(|text| text.and_then(|text| text.trim().parse().ok())),
        ..Form::default()
    }
}

/// The free answers as one note.
fn note(typed: &Typed) -> Option<String> {
    let said: Vec<String> = Field::ALL
        .iter()
        .filter_map(|field| {
            let name = free_name(*field);
            let (_, text) = typed.values.iter().find(|(key, _)| *key == name)?;
            let text = text.trim();
            (!text.is_empty()).then(|| format!("{}: {text}", words::capital(field.label())))
        })
        .collect();
    if said.is_empty() {
        return None;
    }
    Some(said.join("\n"))
}
