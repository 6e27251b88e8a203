//! Telnyx's v2 porting API, as its published description says.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Simulator;
use super::documents;
use super::errors::ApiError;
use super::fields::{self, text_at};
use super::gate::{Unknown, gate};
use super::listing::Query;
use super::orders::{Activation, EXCEPTION_TYPES, Order, Status};
use super::world::World;
use crate::domain::number::E164;

/// Longest comment that is taken.
const COMMENT_MAX: usize = 10_000;

type Answer = Result<Response, ApiError>;

pub(super) fn router(simulator: &Simulator) -> Router {
    Router::new()
        .route("/portability_checks", post(check_portability))
        .route("/porting_orders", get(list).post(create))
        .route("/porting_orders/exception_types", get(exception_types))
        .route(
            "/porting_orders/{id}",
            get(show).patch(patch).delete(remove),
        )
        .route("/porting_orders/{id}/actions/confirm", post(confirm))
        .route("/porting_orders/{id}/actions/cancel", post(cancel))
        .route("/porting_orders/{id}/allowed_foc_windows", get(foc_windows))
        .route("/porting_orders/{id}/comments", get(comments).post(comment))
        .route("/porting_orders/{id}/requirements", get(requirements))
        .route("/porting_orders/{id}/sub_request", get(sub_request))
        .route("/porting_orders/{id}/loa_template", get(loa_template))
        .route(
            "/porting_orders/{id}/additional_documents",
            get(documents::list_additional).post(documents::add_additional),
        )
        .route(
            "/porting_orders/{id}/additional_documents/{document}",
            delete(documents::remove_additional),
        )
        .route("/porting_phone_numbers", get(porting_numbers))
        .route("/porting/events", get(events))
        .route("/porting/events/{id}", get(event))
        .route("/porting/events/{id}/republish", post(republish))
        .route("/documents", get(documents::list).post(documents::upload))
        .route(
            "/documents/{id}",
            get(documents::show).delete(documents::remove),
        )
        .route("/documents/{id}/download", get(documents::download))
        .route("/phone_numbers", get(phone_numbers))
        .fallback(async || ApiError::not_found("path"))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(middleware::from_fn_with_state(simulator.clone(), gate))
        .layer(DefaultBodyLimit::max(documents::BODY_MAX))
        .with_state(simulator.clone())
}

pub(super) fn answer(status: StatusCode, body: Value) -> Response {
    (status, axum::Json(body)).into_response()
}

/// The body as JSON, whatever its content type says.
pub(super) fn parse(bytes: &Bytes) -> Result<Value, ApiError> {
    serde_json::from_slice(bytes).map_err(|_| ApiError::body_not_json())
}

/// An id in a path.
pub(super) fn id_of(text: &str, what: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|_| ApiError::not_found(what))
}

fn order_id(text: &str) -> Result<Uuid, ApiError> {
    id_of(text, "porting order")
}

fn numbers_in(body: &Value) -> Result<Vec<E164>, ApiError> {
    let Some(list) = body.get("phone_numbers") else {
        return Err(ApiError::missing(&["/phone_numbers"]));
    };
    let Some(list) = list.as_array() else {
        return Err(ApiError::invalid_at("/phone_numbers", "must be a list"));
    };
    let numbers = list.iter().enumerate().map(|(index, item)| {
        let number = item.as_str().and_then(|text| text.parse().ok());
        number.ok_or_else(|| ApiError::not_e164(&format!("/phone_numbers/{index}")))
    });
    numbers.collect()
}

fn optional_text(body: &Value, name: &str) -> Result<Option<String>, ApiError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(ApiError::invalid_at(&format!("/{name}"), "must be a text")),
    }
}

/// One order, with the link to its numbers that the API puts beside it.
fn with_order(world: &World, id: Uuid, query: &Query) -> Answer {
    let order = world.order(id)?;
    let link = format!("/v2/porting_phone_numbers?filter[porting_order_id]={id}");
    let body = json!({"data": order.json(!query.is_false("include_phone_numbers")), "meta": {"phone_numbers_url": link}});
    Ok(answer(StatusCode::OK, body))
}

async fn check_portability(State(simulator): State<Simulator>, bytes: Bytes) -> Answer {
    let numbers = numbers_in(&parse(&bytes)?)?;
    let world = simulator.present();
    let results: Vec<Value> = numbers
        .iter()
        .map(|number| {
            let reason = world.not_portable(*number);
            json!({
                "record_type": "portability_check_result",
                "phone_number": number,
                "portable": reason.is_none(),
                "fast_portable": false,
                "not_portable_reason": reason.unwrap_or_default(),
            })
        })
        .collect();
    Ok(answer(StatusCode::CREATED, json!({ "data": results })))
}

async fn create(State(simulator): State<Simulator>, bytes: Bytes) -> Answer {
    let body = parse(&bytes)?;
    let numbers = numbers_in(&body)?;
    let (reference, group) = (
        optional_text(&body, "customer_reference")?,
        optional_text(&body, "customer_group_reference")?,
    );
    let mut world = simulator.present();
    let ids = world.create(&numbers, reference, group)?;
    let orders: Vec<Value> = ids
        .iter()
        .filter_map(|id| world.orders.get(id))
        .map(|o| o.json(true))
        .collect();
    Ok(answer(StatusCode::CREATED, json!({ "data": orders })))
}

async fn list(State(simulator): State<Simulator>, query: Query) -> Answer {
    let world = simulator.present();
    let mut orders: Vec<&Order> = world
        .order_ids
        .iter()
        .filter_map(|id| world.orders.get(id))
        .filter(|order| matches(order, &query))
        .collect();
    match query.sort() {
        "created_at" => orders.sort_by_key(|o| o.created_at),
        "activation_settings.foc_datetime_requested" => orders.sort_by_key(|o| o.foc_requested()),
        "-activation_settings.foc_datetime_requested" => {
            orders.sort_by_key(|o| std::cmp::Reverse(o.foc_requested()))
        }
        // The newest first.
        _ => orders.reverse(),
    }
    let with_numbers = !query.is_false("include_phone_numbers");
    let page = query.page(orders, |o| o.json(with_numbers))?;
    Ok(answer(StatusCode::OK, page))
}

fn matches(order: &Order, query: &Query) -> bool {
    let is = |name: &str, have: &str| query.get(name).is_none_or(|want| want == have);
    let contains = |name: &str, have: &str| {
        query
            .get(name)
            .is_none_or(|want| have.to_lowercase().contains(&want.to_lowercase()))
    };
    let text = |pointer| text_at(&order.data, pointer);
    let bound = |name: &str| {
        query
            .get(name)
            .and_then(|text| text.parse::<Timestamp>().ok())
    };
    // The description has no filter by status; it is taken here all the same.
    let states = query.all(&[
        "filter[status]",
        "filter[status.value]",
        "filter[status][in]",
        "filter[status][in][]",
        "filter[status][]",
    ]);
    let digits = query
        .get("filter[phone_numbers][phone_number][contains]")
        .map(|t| t.trim_start_matches(['+', ' ']).to_owned());
    let requested = order.foc_requested();
    is("filter[customer_reference]", text("/customer_reference"))
        && is(
            "filter[customer_group_reference]",
            text("/customer_group_reference"),
        )
        && is(
            "filter[parent_support_key]",
            if order.support_key.is_some() {
                &order.parent_key
            } else {
                ""
            },
        )
        && is("filter[misc][type]", text("/misc/type"))
        && is("filter[activation_settings][fast_port_eligible]", "false")
        && contains(
            "filter[end_user][admin][entity_name]",
            text("/end_user/admin/entity_name"),
        )
        && contains(
            "filter[end_user][admin][auth_person_name]",
            text("/end_user/admin/auth_person_name"),
        )
        && contains("filter[phone_numbers][carrier_name]", &order.provider_name)
        && is("filter[phone_numbers][country_code]", "US")
        && (states.is_empty() || states.contains(&order.status.word()))
        && digits.is_none_or(|want| {
            order
                .numbers
                .iter()
                .any(|n| n.number.to_string().contains(&want))
        })
        && bound("filter[activation_settings][foc_datetime_requested][gt]")
            .is_none_or(|at| requested.is_some_and(|have| have > at))
        && bound("filter[activation_settings][foc_datetime_requested][lt]")
            .is_none_or(|at| requested.is_some_and(|have| have < at))
}

async fn show(State(simulator): State<Simulator>, Path(id): Path<String>, query: Query) -> Answer {
    with_order(&simulator.present(), order_id(&id)?, &query)
}

async fn patch(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    query: Query,
    bytes: Bytes,
) -> Answer {
    let id = order_id(&id)?;
    let read = fields::read(&parse(&bytes)?)?;
    let mut world = simulator.present();
    world.patch(id, &read)?;
    let mut response = with_order(&world, id, &query)?;
    response.extensions_mut().insert(Unknown(read.unknown));
    Ok(response)
}

async fn remove(State(simulator): State<Simulator>, Path(id): Path<String>) -> Answer {
    simulator.present().delete(order_id(&id)?)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn confirm(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    query: Query,
) -> Answer {
    let id = order_id(&id)?;
    let mut world = simulator.present();
    world.confirm(id)?;
    with_order(&world, id, &query)
}

async fn cancel(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    query: Query,
) -> Answer {
    let id = order_id(&id)?;
    let mut world = simulator.present();
    world.cancel(id)?;
    with_order(&world, id, &query)
}

async fn foc_windows(State(simulator): State<Simulator>, Path(id): Path<String>) -> Answer {
    let id = order_id(&id)?;
    let mut world = simulator.present();
    let moment = world.moment;
    let windows = world.windows(world.order(id)?, false);
    world.order_mut(id)?.windows_shown_at = Some(moment);
    let data: Vec<Value> =
        windows.iter().map(|w| json!({"record_type": "porting_allowed_foc_window", "started_at": w.opens, "ended_at": w.closes})).collect();
    let meta = json!({"page_number": 1, "page_size": data.len(), "total_pages": 1, "total_results": data.len()});
    Ok(answer(StatusCode::OK, json!({"data": data, "meta": meta})))
}

async fn comments(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    query: Query,
) -> Answer {
    let world = simulator.present();
    let order = world.order(order_id(&id)?)?;
    let page = query.page(order.comments.iter().collect(), |c| order.comment_json(c))?;
    Ok(answer(StatusCode::OK, page))
}

async fn comment(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Answer {
    let id = order_id(&id)?;
    let body = optional_text(&parse(&bytes)?, "body")?.unwrap_or_default();
    if body.trim().is_empty() {
        return Err(ApiError::missing(&["/body"]));
    }
    if body.len() > COMMENT_MAX {
        return Err(ApiError::invalid_at("/body", "is too long"));
    }
    let mut world = simulator.present();
    let comment = world.customer_comments(id, body)?;
    let data = world.order(id)?.comment_json(&comment);
    Ok(answer(StatusCode::CREATED, json!({ "data": data })))
}

async fn requirements(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    query: Query,
) -> Answer {
    let world = simulator.present();
    let page = query.page(world.order(order_id(&id)?)?.requirements_json(), |r| r)?;
    Ok(answer(StatusCode::OK, page))
}

async fn sub_request(State(simulator): State<Simulator>, Path(id): Path<String>) -> Answer {
    let world = simulator.present();
    let order = world.order(order_id(&id)?)?;
    let Some(key) = &order.support_key else {
        return Err(ApiError::not_found("sub request; the order is a draft"));
    };
    let v1 = |key: &str| key.split_once('_').map_or(key, |(_, rest)| rest).to_owned();
    Ok(answer(
        StatusCode::OK,
        json!({"data": {"sub_request_id": v1(key), "port_request_id": v1(&order.parent_key)}}),
    ))
}

async fn loa_template(State(simulator): State<Simulator>, Path(id): Path<String>) -> Answer {
    let world = simulator.present();
    let order = world.order(order_id(&id)?)?;
    let mut lines = vec!["Letter of Authorization".to_owned(), String::new()];
    lines.push(format!("Losing provider: {}", order.provider_name));
    lines.push("I authorize the transfer of these telephone numbers:".to_owned());
    lines.extend(
        order
            .numbers
            .iter()
            .take(40)
            .map(|n| format!("    {}", n.number)),
    );
    lines.push(String::new());
    lines.push("Name, signature, date: ______________________________".to_owned());
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"loa_template.pdf\"",
        ),
    ];
    Ok((headers, super::pdf::one_page(&lines)).into_response())
}

async fn exception_types() -> Response {
    let data: Vec<Value> = EXCEPTION_TYPES
        .iter()
        .map(|(code, description)| json!({"code": code, "description": description}))
        .collect();
    answer(StatusCode::OK, json!({ "data": data }))
}

async fn porting_numbers(
    State(simulator): State<Simulator>,
    query: Query,
    headers: HeaderMap,
) -> Answer {
    let world = simulator.present();
    let states = query.all(&["filter[porting_order_status]"]);
    let wanted = |order: &&Order| {
        let of_order = query
            .get("filter[porting_order_id]")
            .is_none_or(|id| id == order.id.to_string());
        of_order && (states.is_empty() || states.contains(&order.status.word()))
    };
    let orders = world
        .order_ids
        .iter()
        .filter_map(|id| world.orders.get(id))
        .filter(wanted);
    let numbers: Vec<Value> = orders
        .flat_map(|order| order.numbers.iter().map(|n| order.number_json(n)))
        .collect();
    let as_csv = headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.starts_with("text/csv"));
    if !as_csv {
        return Ok(answer(StatusCode::OK, query.page(numbers, |n| n)?));
    }
    let mut csv = String::from(
        "phone_number,phone_number_type,porting_order_id,support_key,porting_order_status\r\n",
    );
    for number in &numbers {
        let columns = [
            "/phone_number",
            "/phone_number_type",
            "/porting_order_id",
            "/support_key",
            "/porting_order_status",
        ];
        csv.push_str(&columns.map(|pointer| text_at(number, pointer)).join(","));
        csv.push_str("\r\n");
    }
    Ok(([(header::CONTENT_TYPE, "text/csv")], csv).into_response())
}

fn event_json(event: &super::webhooks::Event) -> Value {
    let mut payload = event.payload.clone();
    strip_nulls(&mut payload);
    json!({
        "id": event.id,
        "record_type": "porting_event",
        "event_type": event.kind,
        "porting_order_id": event.order,
        "available_notification_methods": ["email", "webhook"],
        "payload": payload,
        "payload_status": if event.told { "completed" } else { "created" },
        "created_at": event.at,
        "updated_at": event.at,
    })
}

/// The events API leaves out what has no value; webhooks show it as null.
fn strip_nulls(value: &mut Value) {
    if let Value::Object(object) = value {
        object.retain(|_, v| !v.is_null());
        object.values_mut().for_each(strip_nulls);
    }
}

async fn events(State(simulator): State<Simulator>, query: Query) -> Answer {
    let world = simulator.present();
    let bound = |name: &str| {
        query
            .get(name)
            .and_then(|text| text.parse::<Timestamp>().ok())
    };
    let (from, until) = (
        bound("filter[created_at][gte]"),
        bound("filter[created_at][lte]"),
    );
    let wanted = |event: &&super::webhooks::Event| {
        query
            .get("filter[porting_order_id]")
            .is_none_or(|id| id == event.order.to_string())
            && query
                .get("filter[type]")
                .is_none_or(|kind| kind == event.kind.word())
            && from.is_none_or(|at| event.at >= at)
            && until.is_none_or(|at| event.at <= at)
    };
    let list = world.events.iter().rev().filter(wanted).collect();
    Ok(answer(StatusCode::OK, query.page(list, event_json)?))
}

async fn event(State(simulator): State<Simulator>, Path(id): Path<String>) -> Answer {
    let id = id_of(&id, "event")?;
    let world = simulator.present();
    let event = world
        .events
        .iter()
        .find(|e| e.id == id)
        .ok_or_else(|| ApiError::not_found("event"))?;
    Ok(answer(StatusCode::OK, json!({"data": event_json(event)})))
}

async fn republish(State(simulator): State<Simulator>, Path(id): Path<String>) -> Answer {
    let id = id_of(&id, "event")?;
    let mut world = simulator.present();
    let moment = world.moment;
    if world.send_event(id, moment) {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(ApiError::not_found("event"))
    }
}

/// The numbers that have arrived.
async fn phone_numbers(State(simulator): State<Simulator>, query: Query) -> Answer {
    let world = simulator.present();
    let wanted = query
        .get("filter[phone_number]")
        .map(|t| t.trim_start_matches(['+', ' ']).to_owned());
    let ported = world
        .order_ids
        .iter()
        .filter_map(|id| world.orders.get(id))
        .filter(|o| o.status == Status::Ported);
    let arrived = ported.flat_map(|order| {
        order
            .numbers
            .iter()
            .filter(|n| n.activation == Activation::Active)
            .map(move |n| (order, n))
    });
    let list = arrived
        .filter(|(_, n)| {
            wanted
                .as_ref()
                .is_none_or(|w| n.number.to_string().contains(w.as_str()))
        })
        .collect();
    let page = query.page(list, |(order, number)| order.arrived_json(number))?;
    Ok(answer(StatusCode::OK, page))
}
