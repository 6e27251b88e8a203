//! Reading answers, leniently: what is missing, extra, null or of another type than described costs
//! a field, not the answer. An answer as a whole is unreadable when something in it that decides is:
//! no order id, a confirmed date that is no date, an order in a list that cannot be told.

use jiff::Timestamp;
use serde_json::Value;

use super::request::OrderRef;
use super::words;
use crate::carriers::error::{CarrierError, CarrierProblem, KeptBody};
use crate::carriers::hint::Hint;
use crate::carriers::http::{Cut, Response};
use crate::carriers::order::CarrierDocumentId;
use crate::domain::carrier::{
    Activation, CarrierComment, CarrierReason, CodeSystem, FocWindow, Messaging, NumberReading,
    OrderReading, OrderStatus, Portability,
};
use crate::domain::number::E164;

/// How many numbers an order's answer carries at most (the description of `include_phone_numbers`).
const EMBEDDED_NUMBERS_MAX: usize = 50;
/// Most objections of a refusal that are kept, and most characters of each text in them.
const PROBLEMS_MAX: usize = 50;
const PROBLEM_CHARS_MAX: usize = 2000;

/// What a request was about: "not found" means an order only if the request named one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Account,
    Order,
}

/// One page of a list.
#[derive(Debug)]
pub(super) struct Page<T> {
    /// As many as the carrier sent, so that a short page can be told.
    pub(super) items: Vec<T>,
    /// Whether it is the last one, if the list says so.
    pub(super) last: Option<bool>,
}

impl Page<Value> {
    fn map<T>(self, read: impl FnMut(&Value) -> T) -> Page<T> {
        Page {
            items: self.items.iter().map(read).collect(),
            last: self.last,
        }
    }
}

/// An order with what is needed to make its reading whole.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) reading: OrderReading,
    /// How many numbers the order has, if it says so.
    pub(super) total: Option<usize>,
    /// What goes for all numbers of the order.
    pub(super) rest: Shared,
    numbers_said: bool,
    messaging_said: bool,
}

/// A number of an order, and what its state says against a date that was confirmed.
#[derive(Debug)]
pub(super) struct Number {
    pub(super) reading: NumberReading,
    pub(super) trouble: Option<CarrierReason>,
}

/// What an order says about all of its numbers at once.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    activation: Activation,
    messaging: Messaging,
    /// The texts of the order are done, but not those of every number.
    texts_partly: bool,
}

impl Order {
    /// Whether the answer carried everything that a reading holds, the further numbers aside.
    pub(super) fn says_all(&self) -> bool {
        self.numbers_said && self.messaging_said
    }

    pub(super) fn has_all_numbers(&self) -> bool {
        let read = self.reading.numbers.len();
        match self.total {
            Some(total) => read >= total,
            None => self.numbers_said && read < EMBEDDED_NUMBERS_MAX,
        }
    }
}

/// Sorts an answer by its status: accepted, or the failure that it stands for.
pub(super) fn accepted(answer: &Response, about: About) -> Result<(), CarrierError> {
    let status = answer.status;
    Err(match status {
        200..=299 => match answer.cut {
            None => return Ok(()),
            Some(Cut::TooLarge(max)) => {
                unreadable(answer, format!("it is larger than {max} bytes"))
            }
            Some(Cut::Broken) => CarrierError::NoAnswer {
                why: "the answer broke off".into(),
            },
        },
        401 => CarrierError::Unauthorized,
        404 | 410 if about == About::Order => match serde_json::from_slice::<Value>(&answer.body) {
            Ok(body) if body.get("errors").is_some_and(Value::is_array) => CarrierError::NotFound,
            Err(_) if answer.body.is_empty() => CarrierError::NotFound,
            // A gateway's page says nothing about the order; "gone" must come from the carrier.
            _ => unreadable(
                answer,
                "it says that nothing is there, yet not in Telnyx's way; is base_url right?",
            ),
        },
        429 => CarrierError::RateLimited {
            retry_after: answer.retry_after,
        },
        408 | 500..=599 => CarrierError::Unavailable {
            status,
            retry_after: answer.retry_after,
        },
        400..=499 => CarrierError::Refused {
            status,
            problems: problems(&answer.body),
        },
        300..=399 => unreadable(
            answer,
            "it is a redirect, which is not followed because the key would go along; is base_url right?",
        ),
        _ => unreadable(answer, "its status means nothing here"),
    })
}

/// An answer that need not say anything.
pub(super) fn nothing(_answer: &Response) -> Result<(), CarrierError> {
    Ok(())
}

pub(super) fn portability(answer: &Response) -> Result<Vec<Portability>, CarrierError> {
    let rows = list(answer, 1)?.items;
    Ok(rows
        .iter()
        .filter_map(|row| {
            let portable = row.get("portable")?.as_bool()?;
            Some(Portability {
                number: number(row.get("phone_number")?)?,
                portable,
                fast_portable: row
                    .get("fast_portable")
                    .and_then(Value::as_bool)
                    .unwrap_or(false),
                reason: text(row, "/not_portable_reason").filter(|_| !portable),
                carrier_name: text(row, "/carrier_name"),
                kind: text(row, "/phone_number_type").map(|word| words::line_kind(&word)),
            })
        })
        .collect())
}

pub(super) fn order(answer: &Response, id: OrderRef<'_>) -> Result<Order, CarrierError> {
    let order = read_order(answer, &data(answer)?)?;
    if !id.is(&order.reading.external_id) {
        return Err(unreadable(
            answer,
            "it is about another order than the one asked for",
        ));
    }
    Ok(order)
}

/// The orders that a creation made: at least one.
pub(super) fn created(answer: &Response) -> Result<Vec<Order>, CarrierError> {
    let rows = match data(answer)? {
        Value::Array(rows) => rows,
        one => vec![one],
    };
    if rows.is_empty() {
        return Err(unreadable(answer, "it names no order"));
    }
    rows.iter().map(|row| read_order(answer, row)).collect()
}

/// A page of orders. One that cannot be read spoils the page: taking it for absent could open a
/// second order for the same numbers.
pub(super) fn orders(answer: &Response, page: usize) -> Result<Page<Order>, CarrierError> {
    let Page { items, last } = list(answer, page)?;
    let items = items
        .iter()
        .map(|row| read_order(answer, row))
        .collect::<Result<_, _>>()?;
    Ok(Page { items, last })
}

/// A page of an order's numbers. Rows of other orders are left out, should the filter be ignored.
pub(super) fn numbers(
    answer: &Response,
    page: usize,
    id: OrderRef<'_>,
    shared: &Shared,
) -> Result<Page<Option<Number>>, CarrierError> {
    let row = |row: &Value| {
        let order = text(row, "/porting_order_id");
        if order.is_none_or(|order| id.is(&order)) {
            read_number(row, shared)
        } else {
            None
        }
    };
    Ok(list(answer, page)?.map(row))
}

pub(super) fn comments(
    answer: &Response,
    page: usize,
) -> Result<Page<Option<CarrierComment>>, CarrierError> {
    Ok(list(answer, page)?.map(read_comment))
}

pub(super) fn comment(answer: &Response) -> Result<CarrierComment, CarrierError> {
    read_comment(&data(answer)?).ok_or_else(|| unreadable(answer, "the comment has no id"))
}

/// The description says `started_at` and `ended_at`, Telnyx's guide `start_time` and `end_time`.
pub(super) fn foc_windows(answer: &Response) -> Result<Vec<FocWindow>, CarrierError> {
    let rows = list(answer, 1)?.items;
    let windows: Vec<FocWindow> = rows
        .iter()
        .filter_map(|row| {
            let starts_at = instant(row, "/started_at").or_else(|| instant(row, "/start_time"))?;
            let ends_at = instant(row, "/ended_at").or_else(|| instant(row, "/end_time"))?;
            Some(FocWindow { starts_at, ends_at })
        })
        .filter(|window| window.starts_at <= window.ends_at)
        .collect();
    if windows.is_empty() && !rows.is_empty() {
        return Err(unreadable(
            answer,
            "none of the windows has a beginning and an end",
        ));
    }
    Ok(windows)
}

pub(super) fn events(answer: &Response, page: usize) -> Result<Page<Option<Hint>>, CarrierError> {
    Ok(list(answer, page)?.map(super::webhook::hint))
}

pub(super) fn document(answer: &Response) -> Result<CarrierDocumentId, CarrierError> {
    let id = text(&data(answer)?, "/id");
    id.map(CarrierDocumentId)
        .ok_or_else(|| unreadable(answer, "the document has no id"))
}

fn read_order(answer: &Response, row: &Value) -> Result<Order, CarrierError> {
    let external_id = text(row, "/id").filter(|id| OrderRef::new(id).is_some());
    let external_id = external_id.ok_or_else(|| unreadable(answer, "an order has no usable id"))?;
    // Older texts of Telnyx show the status as a plain word.
    let raw_status = text(row, "/status/value")
        .or_else(|| text(row, "/status"))
        .unwrap_or_default();
    let status = words::order_status(&raw_status);
    let confirmed = "/activation_settings/foc_datetime_actual";
    let confirmed_foc = instant(row, confirmed);
    if confirmed_foc.is_none() && text(row, confirmed).is_some() {
        return Err(unreadable(
            answer,
            "the confirmed date (foc_datetime_actual) is not an instant",
        ));
    }
    let order_activation = text(row, "/activation_settings/activation_status");
    let shared = Shared {
        activation: match (&order_activation, &status) {
            (Some(word), _) => words::activation(word),
            (None, OrderStatus::Ported) => Activation::Active,
            (None, OrderStatus::Cancelled) => Activation::Cancelled,
            (None, _) => Activation::Pending,
        },
        messaging: read_messaging(row.get("messaging")),
        texts_partly: text(row, "/messaging/messaging_port_status")
            .is_some_and(|word| word == "partial_port_complete"),
    };
    let rows = row.get("phone_numbers").and_then(Value::as_array);
    let numbers: Vec<Number> = rows
        .into_iter()
        .flatten()
        .filter_map(|row| read_number(row, &shared))
        .collect();
    let trouble = order_activation.and_then(|word| words::activation_trouble(&word));
    let total = row
        .get("porting_phone_numbers_count")
        .and_then(Value::as_u64);
    let mut order = Order {
        reading: OrderReading {
            external_id,
            customer_reference: text(row, "/customer_reference"),
            support_key: text(row, "/support_key"),
            status,
            raw_status,
            reasons: read_reasons(row),
            requested_foc: instant(row, "/activation_settings/foc_datetime_requested"),
            confirmed_foc,
            requirements_met: requirements_met(row),
            numbers: Vec::with_capacity(numbers.len()),
            updated_at: instant(row, "/updated_at"),
        },
        total: total.and_then(|total| usize::try_from(total).ok()),
        rest: shared,
        numbers_said: rows.is_some(),
        messaging_said: row.get("messaging").is_some_and(Value::is_object),
    };
    note_trouble(&mut order.reading, trouble);
    for number in numbers {
        note_trouble(&mut order.reading, number.trouble);
        order.reading.numbers.push(number.reading);
    }
    Ok(order)
}

/// Adds a reason that the order does not have yet, where reasons mean something: on a rejected order
/// and, as jeopardy, on a confirmed one.
pub(super) fn note_trouble(order: &mut OrderReading, trouble: Option<CarrierReason>) {
    let matters = matches!(
        order.status,
        OrderStatus::FocConfirmed | OrderStatus::Exception
    );
    if let Some(reason) = trouble
        && matters
        && order.reasons.iter().all(|known| known.code != reason.code)
    {
        order.reasons.push(reason);
    }
}

fn read_number(row: &Value, shared: &Shared) -> Option<Number> {
    let number = number(row.get("phone_number")?)?;
    let word = text(row, "/activation_status");
    let activation = match &word {
        Some(word) => words::activation(word),
        None => shared.activation.clone(),
    };
    Some(Number {
        reading: NumberReading {
            number,
            messaging: match &activation {
                // The order's texts are done: those of the numbers that ported.
                Activation::Active if shared.texts_partly => Messaging::Ported,
                Activation::Failed | Activation::Cancelled if shared.texts_partly => {
                    Messaging::Cancelled
                }
                _ => shared.messaging.clone(),
            },
            activation,
        },
        trouble: word.and_then(|word| words::activation_trouble(&word)),
    })
}

/// Telnyx speaks of an order's texts as a whole. Without a status word, the switches decide; without
/// those too, nothing has happened yet.
fn read_messaging(messaging: Option<&Value>) -> Messaging {
    let Some(messaging) = messaging else {
        return Messaging::Pending;
    };
    let switch = |name: &str| messaging.get(name).and_then(Value::as_bool);
    match text(messaging, "/messaging_port_status") {
        Some(word) => words::messaging(&word),
        None if switch("messaging_port_completed") == Some(true) => Messaging::Ported,
        None if switch("enable_messaging") == Some(false) => Messaging::NotApplicable,
        None => Messaging::Pending,
    }
}

fn read_reasons(order: &Value) -> Vec<CarrierReason> {
    let details = order.pointer("/status/details").and_then(Value::as_array);
    let reason = |detail: &Value| {
        let code = text(detail, "/code")
            .or_else(|| text(detail, ""))
            .unwrap_or_default();
        let text = text(detail, "/description").unwrap_or_default();
        (!code.is_empty() || !text.is_empty()).then_some(CarrierReason {
            system: CodeSystem::Telnyx,
            code,
            text,
        })
    };
    details.into_iter().flatten().filter_map(reason).collect()
}

/// The description says `requirements_met`, Telnyx's guide `requirements_status`.
fn requirements_met(order: &Value) -> Option<bool> {
    let met = |value: &Value| match value {
        Value::Bool(met) => Some(*met),
        Value::String(word) if word == "approved" => Some(true),
        Value::String(word) if word.starts_with("requirement-info-") => Some(false),
        _ => None,
    };
    let either = ["requirements_met", "requirements_status"];
    either.iter().find_map(|name| order.get(name).and_then(met))
}

pub(super) fn read_comment(row: &Value) -> Option<CarrierComment> {
    Some(CarrierComment {
        id: text(row, "/id")?,
        body: row
            .get("body")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        // A listing says created_at, a webhook inserted_at.
        at: instant(row, "/created_at").or_else(|| instant(row, "/inserted_at")),
        by: words::author(&text(row, "/user_type").unwrap_or_default()),
    })
}

fn problems(body: &[u8]) -> Vec<CarrierProblem> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Vec::new();
    };
    let problem = |row: &Value| {
        let detail = text(row, "/detail").or_else(|| text(row, "/message"));
        let title = text(row, "/title").or_else(|| text(row, ""));
        if title.is_none() && detail.is_none() {
            return None;
        }
        Some(CarrierProblem {
            code: text(row, "/code"),
            title: short(title.unwrap_or_else(|| "no title given".into())),
            detail: detail.map(short),
            pointer: text(row, "/source/pointer")
                .or_else(|| text(row, "/source/parameter"))
                .map(short),
        })
    };
    match body.get("errors").and_then(Value::as_array) {
        Some(rows) => rows.iter().take(PROBLEMS_MAX).filter_map(problem).collect(),
        // A gateway's single objection.
        None => problem(&body).into_iter().collect(),
    }
}

fn short(text: String) -> String {
    text.chars().take(PROBLEM_CHARS_MAX).collect()
}

fn json(answer: &Response) -> Result<Value, CarrierError> {
    serde_json::from_slice(&answer.body).map_err(|error| {
        // serde_json's text names the place and what it expected there, not what it found.
        unreadable(answer, format!("it is not JSON ({error})"))
    })
}

/// What the envelope holds, or the whole document when there is no envelope.
fn open(document: &mut Value) -> Value {
    match document.get_mut("data") {
        Some(data) => data.take(),
        None => document.take(),
    }
}

fn data(answer: &Response) -> Result<Value, CarrierError> {
    Ok(open(&mut json(answer)?))
}

/// Page number `page` of a list, row by row.
fn list(answer: &Response, page: usize) -> Result<Page<Value>, CarrierError> {
    let mut document = json(answer)?;
    let pages = document
        .pointer("/meta/total_pages")
        .and_then(Value::as_u64);
    match open(&mut document) {
        Value::Array(items) => Ok(Page {
            items,
            last: pages.map(|pages| page as u64 >= pages),
        }),
        _ => Err(unreadable(answer, "a list was expected")),
    }
}

fn unreadable(answer: &Response, why: impl Into<String>) -> CarrierError {
    let body = KeptBody::new(&answer.body);
    CarrierError::Unreadable {
        status: answer.status,
        why: why.into(),
        body,
    }
}

/// The text at a JSON pointer, without blanks around it; numbers are taken as they are written.
/// Nothing for an empty text, a null, or anything else.
pub(super) fn text(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(text) => Some(text.trim())
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn instant(value: &Value, pointer: &str) -> Option<Timestamp> {
    text(value, pointer)?.parse().ok()
}

/// A number. The description's own examples come with and without the plus.
fn number(value: &Value) -> Option<E164> {
    let text = text(value, "")?;
    if text.starts_with('+') {
        text.parse().ok()
    } else {
        format!("+{text}").parse().ok()
    }
}
