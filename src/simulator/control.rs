//! The control API under `/control`: what a test, the demo or a curious person uses to set the stage and
//! to look behind it. JSON in, JSON out; errors are `{"error": "…"}`.
//!
//! | call | what |
//! |---|---|
//! | `GET /control/clock` | desk time, wire time, speed, next timer |
//! | `POST /control/clock/advance` | `{"seconds": n}`: moves a manual clock and does what falls due |
//! | `GET /control/public_key` | the key that verifies webhooks |
//! | `GET /control/scenarios` | the names |
//! | `GET, POST /control/providers` | losing providers; `POST` adds one or replaces the one with its key |
//! | `GET, POST /control/customers` | customer records with their scenario; `POST` takes one or a list |
//! | `PATCH /control/customers/{id}` | `{"locked": false}`, `{"scenario": …}`, `{"options": {…}}`, `{"record": {…}}` |
//! | `GET /control/orders`, `/control/orders/{id}` | orders with their inner state; no PIN, no account number |
//! | `POST /control/orders/{id}/actions` | `{"action": "exception", "code": …}`, `move_date`, `conflict`, `comment`, `split` |
//! | `GET /control/requests` | the request log: method, path, status; `?method=`, `?path=` (contains) |
//! | `GET /control/counters` | orders by reference, repeated confirmations, webhooks… |
//! | `GET /control/webhooks` | deliveries with their attempts; `?order=`, `?event_type=` |
//! | `GET, POST, DELETE /control/faults` | faults for coming calls; `POST` takes one or a list |
//! | `POST /control/faults/webhooks` | faults for coming webhooks |
//! | `POST, DELETE /control/outage` | `{"from": instant?, "hours": n}`: 503 on every call, webhooks held back |
//! | `POST /control/reset` | `{"customers": true}` also forgets the customers |

use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::calendar::later;
use super::listing::Query;
use super::matching::Reason;
use super::orders::{EXCEPTION_TYPES, Order, Status};
use super::providers::{Customer, Provider, Record};
use super::world::World;
use super::{Fault, Options, Scenario, Simulator, WebhookFaults, gate};
use crate::domain::number::E164;

/// Why the control API says no.
struct Refusal(StatusCode, String);

type Answer = Result<Json<Value>, Refusal>;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

fn unfit(text: impl Into<String>) -> Refusal {
    Refusal(StatusCode::UNPROCESSABLE_ENTITY, text.into())
}

fn nothing(what: &str) -> Refusal {
    Refusal(StatusCode::NOT_FOUND, format!("there is no such {what}"))
}

pub(super) fn router(simulator: &Simulator) -> Router {
    Router::new()
        .route("/clock", get(clock))
        .route("/clock/advance", post(advance))
        .route(
            "/public_key",
            get(async |State(s): State<Simulator>| Json(json!({"public_key": s.public_key()}))),
        )
        .route(
            "/scenarios",
            get(async || Json(json!({"scenarios": Scenario::ALL}))),
        )
        .route("/providers", get(providers).post(add_provider))
        .route("/customers", get(customers).post(add_customers))
        .route("/customers/{id}", patch(change_customer))
        .route("/orders", get(orders))
        .route("/orders/{id}", get(order))
        .route("/orders/{id}/actions", post(act))
        .route("/requests", get(requests))
        .route(
            "/counters",
            get(async |State(s): State<Simulator>| Json(json!(s.counters()))),
        )
        .route("/webhooks", get(webhooks))
        .route("/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/faults/webhooks", post(webhook_faults))
        .route("/outage", post(outage).delete(end_outage))
        .route("/reset", post(reset))
        .fallback(async || nothing("path"))
        .layer(middleware::from_fn_with_state(simulator.clone(), guard))
        .with_state(simulator.clone())
}

async fn guard(State(simulator): State<Simulator>, request: Request, next: Next) -> Response {
    let key = simulator.world().config.control_key.clone();
    if let Some(key) = key
        && !gate::bearer_is_one_of(request.headers(), &[key])
    {
        return Refusal(
            StatusCode::UNAUTHORIZED,
            "the control key is missing or wrong".into(),
        )
        .into_response();
    }
    let response = next.run(request).await;
    simulator.ring();
    response
}

/// An empty body counts as an empty object.
fn read<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Refusal> {
    let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(bytes).map_err(|error| unfit(error.to_string()))
}

/// One item or a list of them.
fn read_some<T: DeserializeOwned>(bytes: &Bytes) -> Result<Vec<T>, Refusal> {
    // Told apart by hand: the errors of an untagged enum do not say which field is wrong.
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[') {
        read(bytes)
    } else {
        Ok(vec![read(bytes)?])
    }
}

async fn clock(State(simulator): State<Simulator>) -> Json<Value> {
    let clock = &simulator.0.clock;
    Json(
        json!({"desk": clock.now(), "wire": clock.wall(), "speed": clock.speed(), "next_timer": simulator.next_due()}),
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u32,
}

async fn advance(State(simulator): State<Simulator>, bytes: Bytes) -> Answer {
    let by: Advance = read(&bytes)?;
    let before = simulator.0.clock.now();
    simulator
        .0
        .clock
        .advance(SignedDuration::from_secs(i64::from(by.seconds)));
    let webhooks = simulator.settle().await;
    let desk = simulator.0.clock.now();
    if desk == before && by.seconds > 0 {
        return Err(unfit(
            "this clock moves by itself; only a manual one can be advanced",
        ));
    }
    Ok(Json(json!({"desk": desk, "webhooks_tried": webhooks})))
}

async fn providers(State(simulator): State<Simulator>) -> Json<Value> {
    Json(json!({"providers": simulator.world().providers}))
}

async fn add_provider(State(simulator): State<Simulator>, bytes: Bytes) -> Answer {
    let provider: Provider = read(&bytes)?;
    let mut world = simulator.world();
    world.providers.retain(|p| p.key != provider.key);
    world.providers.push(provider);
    Ok(Json(json!({"providers": world.providers})))
}

fn customer_json(customer: &Customer) -> Value {
    json!({
        "id": customer.id,
        "provider": customer.provider,
        "scenario": customer.scenario,
        "options": customer.options,
        "billing_name": customer.record.billing_name,
        "locked": customer.record.locked,
        "has_pin": customer.record.pin.is_some(),
        "numbers": customer.numbers,
    })
}

async fn customers(State(simulator): State<Simulator>) -> Json<Value> {
    let list: Vec<Value> = simulator
        .world()
        .customers
        .iter()
        .map(customer_json)
        .collect();
    Json(json!({ "customers": list }))
}

async fn add_customers(
    State(simulator): State<Simulator>,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let new: Vec<Customer> = read_some(&bytes)?;
    let ids = simulator.add_customers(new).map_err(unfit)?;
    Ok((StatusCode::CREATED, Json(json!({ "customers": ids }))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerChange {
    locked: Option<bool>,
    scenario: Option<Scenario>,
    options: Option<Options>,
    record: Option<Record>,
}

async fn change_customer(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Answer {
    let change: CustomerChange = read(&bytes)?;
    let mut world = simulator.world();
    let customer = world
        .customers
        .iter_mut()
        .find(|c| c.id.as_deref() == Some(id.as_str()))
        .ok_or_else(|| nothing("customer"))?;
    if let Some(record) = change.record {
        customer.record = record;
    }
    if let Some(locked) = change.locked {
        customer.record.locked = locked;
    }
    customer.scenario = change.scenario.unwrap_or(customer.scenario);
    customer.options = change.options.unwrap_or(customer.options);
    Ok(Json(customer_json(customer)))
}

fn order_json(order: &Order) -> Value {
    let mut shown = order.json(true);
    for secret in [
        "/end_user/admin/pin_passcode",
        "/end_user/admin/account_number",
        "/end_user/admin/tax_identifier",
    ] {
        if let Some(value) = shown.pointer_mut(secret)
            && !value.is_null()
        {
            *value = json!("[hidden]");
        }
    }
    let history: Vec<Value> = order
        .history
        .iter()
        .map(|(at, what)| json!({"at": at, "what": what}))
        .collect();
    json!({
        "id": order.id,
        "order": shown,
        "losing_provider": order.provider,
        "scenario": order.scenario,
        "options": order.options,
        "status": order.status,
        "reasons": order.details,
        "submitted_at": order.submitted_at,
        "chased": order.chased,
        "plan": order.plan,
        "confirms_accepted": order.confirms_accepted,
        "confirms_refused": order.confirms_refused,
        "comments": order.comments.iter().map(|c| order.comment_json(c)).collect::<Vec<_>>(),
        "history": history,
    })
}

async fn orders(State(simulator): State<Simulator>, query: Query) -> Json<Value> {
    let world = simulator.present();
    let all = world.order_ids.iter().filter_map(|id| world.orders.get(id));
    let wanted = all.filter(|o| {
        query
            .get("customer_reference")
            .is_none_or(|want| o.reference() == Some(want))
    });
    Json(json!({"orders": wanted.map(order_json).collect::<Vec<_>>()}))
}

fn id_of(text: &str) -> Result<Uuid, Refusal> {
    Uuid::try_parse(text).map_err(|_| nothing("order"))
}

async fn order(State(simulator): State<Simulator>, Path(id): Path<String>) -> Answer {
    let world = simulator.present();
    world
        .orders
        .get(&id_of(&id)?)
        .map(|o| Json(order_json(o)))
        .ok_or_else(|| nothing("order"))
}

#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
enum Action {
    /// Rejects the order with any code, known or not.
    Exception {
        code: String,
        description: Option<String>,
    },
    /// Moves a confirmed date.
    MoveDate { to: Timestamp },
    /// A jeopardy of a day.
    Conflict {},
    /// The carrier writes a comment.
    Comment { body: String },
    /// Moves numbers to an order of their own at another provider.
    Split {
        numbers: Vec<E164>,
        provider: String,
    },
}

async fn act(State(simulator): State<Simulator>, Path(id): Path<String>, bytes: Bytes) -> Answer {
    let id = id_of(&id)?;
    let action: Action = read(&bytes)?;
    let mut world = simulator.present();
    let status = world
        .orders
        .get(&id)
        .map(|o| o.status)
        .ok_or_else(|| nothing("order"))?;
    perform(&mut world, id, status, action)?;
    world
        .orders
        .get(&id)
        .map(|o| Json(order_json(o)))
        .ok_or_else(|| nothing("order"))
}

fn perform(world: &mut World, id: Uuid, status: Status, action: Action) -> Result<(), Refusal> {
    let confirmed = status == Status::FocDateConfirmed;
    match action {
        Action::Exception { code, description } => {
            if !status.is_open() {
                return Err(unfit(format!("the order is {}", status.word())));
            }
            let known = EXCEPTION_TYPES
                .iter()
                .find(|(c, _)| *c == code)
                .map(|(_, text)| (*text).to_owned());
            let text = description.or(known).unwrap_or_default();
            world.reject(
                id,
                vec![Reason {
                    code,
                    description: text,
                }],
            );
        }
        Action::MoveDate { to } if confirmed => {
            world.set_date(id, to);
            world.carrier_comments(
                id,
                "The port date has changed. Please see the new FOC date on the order.",
            );
        }
        Action::Conflict {} if confirmed => world.begin_conflict(id),
        Action::MoveDate { .. } | Action::Conflict {} => {
            return Err(unfit("the order has no confirmed date"));
        }
        Action::Comment { body } => world.carrier_comments(id, body),
        Action::Split { numbers, provider } => {
            if world.provider(&provider).is_none() {
                return Err(unfit(format!("there is no losing provider `{provider}`")));
            }
            let Some(order) = world.orders.get(&id) else {
                return Err(nothing("order"));
            };
            let (moved, kept): (Vec<_>, Vec<_>) = order
                .numbers
                .iter()
                .cloned()
                .partition(|n| numbers.contains(&n.number));
            if moved.is_empty() || kept.is_empty() || !status.is_open() {
                return Err(unfit(
                    "a split moves some of an open order's numbers, not none and not all",
                ));
            }
            world.split_to(id, kept, moved, provider);
        }
    }
    Ok(())
}

async fn requests(State(simulator): State<Simulator>, query: Query) -> Json<Value> {
    let world = simulator.world();
    let wanted = world.requests.iter().filter(|line| {
        query
            .get("method")
            .is_none_or(|m| line.method.eq_ignore_ascii_case(m))
            && query.get("path").is_none_or(|p| line.path.contains(p))
    });
    Json(json!({"requests": wanted.collect::<Vec<_>>()}))
}

async fn webhooks(State(simulator): State<Simulator>, query: Query) -> Json<Value> {
    let world = simulator.present();
    let wanted = |event: &&super::webhooks::Event| {
        query
            .get("order")
            .is_none_or(|o| event.order.to_string() == o)
            && query
                .get("event_type")
                .is_none_or(|t| event.kind.word() == t)
    };
    let list: Vec<Value> = world
        .events
        .iter()
        .filter(wanted)
        .map(|event| {
            let deliveries: Vec<Value> = world
                .deliveries
                .values()
                .filter(|d| d.event == event.id)
                .map(|d| json!({"id": d.id, "url": d.url, "delivered": d.done, "given_up": d.given_up, "attempts": d.attempts}))
                .collect();
            json!({
                "event_id": event.id,
                "event_type": event.kind,
                "order": event.order,
                "occurred_at": event.at,
                "payload": event.payload,
                "deliveries": deliveries,
            })
        })
        .collect();
    Json(json!({"webhooks": list, "held_back": world.held.len()}))
}

async fn faults(State(simulator): State<Simulator>) -> Json<Value> {
    let world = simulator.world();
    Json(json!({"faults": world.faults, "webhooks": world.webhook_faults}))
}

async fn add_faults(State(simulator): State<Simulator>, bytes: Bytes) -> Answer {
    let new: Vec<Fault> = read_some(&bytes)?;
    new.into_iter().for_each(|fault| simulator.inject(fault));
    Ok(faults(State(simulator)).await)
}

async fn clear_faults(State(simulator): State<Simulator>) -> Json<Value> {
    {
        let mut world = simulator.world();
        world.faults.clear();
        world.webhook_faults = WebhookFaults::default();
    }
    faults(State(simulator)).await
}

async fn webhook_faults(State(simulator): State<Simulator>, bytes: Bytes) -> Answer {
    let new: WebhookFaults = read(&bytes)?;
    simulator.world().webhook_faults = new;
    Ok(faults(State(simulator)).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outage {
    from: Option<Timestamp>,
    hours: u32,
}

async fn outage(State(simulator): State<Simulator>, bytes: Bytes) -> Answer {
    let outage: Outage = read(&bytes)?;
    let mut world = simulator.present();
    let from = outage.from.unwrap_or(world.moment);
    let until = later(from, SignedDuration::from_hours(i64::from(outage.hours)));
    world.down = Some((from, until));
    Ok(Json(json!({"from": from, "until": until})))
}

async fn end_outage(State(simulator): State<Simulator>) -> Json<Value> {
    simulator.present().down = None;
    Json(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    #[serde(default)]
    customers: bool,
}

async fn reset(State(simulator): State<Simulator>, bytes: Bytes) -> Answer {
    let reset: Reset = read(&bytes)?;
    simulator.world().reset(reset.customers);
    Ok(Json(json!({})))
}
