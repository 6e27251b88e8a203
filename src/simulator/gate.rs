//! The gate before every call of the carrier's API: outages, keys, injected faults, and the request log.

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::Simulator;
use super::connection::Cut;
use super::errors::ApiError;
use super::faults::{self, FaultKind};
use super::world::{RequestLine, World};

/// The longest that an answer is delayed.
const SLOW_MAX_MILLIS: u64 = 600_000;
/// The word that no published description knows.
const UNKNOWN_WORD: &str = "under-review";

/// Attributes in a request that the API does not know; a handler leaves them on its answer for the log.
#[derive(Clone, Debug, Default)]
pub(super) struct Unknown(pub Vec<String>);

pub(super) async fn gate(
    State(simulator): State<Simulator>,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    let cut = request
        .extensions()
        .get::<ConnectInfo<Cut>>()
        .map(|ConnectInfo(cut)| cut.clone());
    let (refusal, fault) = {
        let mut world = simulator.present();
        let refusal = refuse(&world, request.headers());
        // A call that is refused anyway leaves the faults for the next one.
        let fault = if refusal.is_none() {
            faults::take(&mut world.faults, &method, &path)
        } else {
            None
        };
        (refusal, fault)
    };
    let response = match (refusal, &fault) {
        (Some(error), _) => error.into_response(),
        (None, Some(FaultKind::TooManyRequests { retry_after })) => {
            ApiError::too_many(retry_after.unwrap_or(1)).into_response()
        }
        (None, Some(FaultKind::Status { status })) => ApiError::with_status(
            StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        )
        .into_response(),
        (None, Some(FaultKind::DropBefore)) => dropped(cut.as_ref()),
        (None, Some(FaultKind::DropAfter)) => {
            next.run(request).await;
            dropped(cut.as_ref())
        }
        (None, Some(FaultKind::Slow { millis })) => {
            let answer = next.run(request).await;
            tokio::time::sleep(std::time::Duration::from_millis(
                (*millis).min(SLOW_MAX_MILLIS),
            ))
            .await;
            answer
        }
        (None, Some(FaultKind::Malformed)) => rewritten(next.run(request).await, cut_in_half).await,
        (None, Some(FaultKind::UnknownStatus { word })) => {
            let word = word.clone().unwrap_or_else(|| UNKNOWN_WORD.to_owned());
            rewritten(next.run(request).await, |bytes| {
                with_unknown_status(bytes, &word)
            })
            .await
        }
        (None, None) => next.run(request).await,
    };
    let unanswered = matches!(fault, Some(FaultKind::DropAfter | FaultKind::DropBefore));
    let line = RequestLine {
        at: simulator.0.clock.now(),
        method,
        path,
        status: if unanswered {
            0
        } else {
            response.status().as_u16()
        },
        fault: fault.map(|f| f.name().to_owned()),
        unknown_attributes: response
            .extensions()
            .get::<Unknown>()
            .cloned()
            .unwrap_or_default()
            .0,
    };
    simulator.world().log_request(line);
    simulator.ring();
    response
}

fn refuse(world: &World, headers: &HeaderMap) -> Option<ApiError> {
    if world.is_down() {
        return Some(ApiError::down());
    }
    (!bearer_is_one_of(headers, &world.config.api_keys)).then(ApiError::unauthenticated)
}

/// Whether the request carries one of the keys; with no keys configured, whether it carries any.
pub(super) fn bearer_is_one_of(headers: &HeaderMap, keys: &[String]) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .unwrap_or_default()
        .trim();
    !given.is_empty()
        && (keys.is_empty()
            || keys.iter().any(|key| {
                bool::from(subtle::ConstantTimeEq::ct_eq(
                    key.as_bytes(),
                    given.as_bytes(),
                ))
            }))
}

/// No answer: cuts the connection, or, where the server cannot, breaks off the body at once.
fn dropped(cut: Option<&Cut>) -> Response {
    if let Some(cut) = cut {
        cut.now();
    }
    let broken = futures::stream::once(async {
        Err::<bytes::Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    Body::from_stream(broken).into_response()
}

async fn rewritten(response: Response, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(change(&bytes)))
}

fn cut_in_half(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().take(bytes.len() / 2).collect()
}

fn with_unknown_status(bytes: &[u8], word: &str) -> Vec<u8> {
    let Ok(mut body) = serde_json::from_slice::<Value>(bytes) else {
        return bytes.to_vec();
    };
    let change = |order: &mut Value| {
        if let Some(value) = order.pointer_mut("/status/value") {
            *value = Value::String(word.to_owned());
        }
    };
    match body.get_mut("data") {
        Some(Value::Array(list)) => list.iter_mut().for_each(change),
        Some(one) => change(one),
        None => {}
    }
    body.to_string().into_bytes()
}
