//! The JSON API, `/v1`. Handlers only translate: they take out what was sent, make one call of a use
//! case, and show what came of it.
//!
//! What holds for every operation is done once, around them: who asks ([`auth`]), what went wrong
//! ([`problem`]), what is only to happen once ([`answer`]), and the description ([`openapi`]).

mod accounts;
mod answer;
mod auth;
mod checks;
mod desk;
mod docs;
mod extract;
mod form;
mod history;
mod hosted;
mod import;
mod moves;
mod numbers;
mod openapi;
mod papers;
mod people;
mod ports;
mod problem;
mod queues;
mod views;
mod webhooks;

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, OriginalUri, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::web::Pace;
use problem::Problem;

pub use ports::check_new as check_new_port;
pub use views::{ImportReport, NumberCheck};

/// The header that names an answer in the desk's log.
const OPERATION: &str = "x-operation-id";

/// The header with the desk's time. All moments in answers are of the desk's calendar, which may run fast.
const DESK_TIME: &str = "x-desk-time";

/// How many of the largest files one note may bring.
const NOTE_FILES_AT_ONCE: usize = 5;
/// A multipart body is larger than its file by its boundaries and the fields beside it.
const MULTIPART_SLACK: usize = 64 * 1024;

/// What handlers share.
#[derive(Clone)]
struct Api {
    app: App,
    /// How often each key may ask, by the key's hash.
    pace: Pace<[u8; 32]>,
}

/// The API below `/v1`, with its description at `/v1/openapi.json` and `/v1/docs`.
pub fn router(app: App) -> Router {
    let api = Api {
        pace: Pace::per_minute(app.config.limits.api_requests_per_minute),
        app,
    };
    let (operations, document) = operations(&api).split_for_parts();
    let operations = operations
        .route_layer(from_fn_with_state(api.clone(), auth::check))
        .merge(openapi::pages(document))
        .fallback(|| async { Problem::of_status(StatusCode::NOT_FOUND) })
        .with_state(api.clone());
    Router::new()
        .nest("/v1", operations)
        .layer(CatchPanicLayer::custom(|_| {
            Problem::broken().into_response()
        }))
        .layer(from_fn_with_state(api, finish))
}

/// The description of the API: OpenAPI 3.1.
pub fn document(app: &App) -> OpenApi {
    let api = Api {
        pace: Pace::per_minute(1),
        app: app.clone(),
    };
    operations(&api).into_openapi()
}

/// All operations with their descriptions.
fn operations(api: &Api) -> OpenApiRouter<Api> {
    let limits = &api.app.config.limits;
    let uploads = OpenApiRouter::new()
        .routes(routes!(papers::send_proof))
        .layer(DefaultBodyLimit::max(
            limits.upload_bytes_max().saturating_add(MULTIPART_SLACK),
        ));
    let notes = OpenApiRouter::new()
        .routes(routes!(history::notes, history::write_note))
        .layer(DefaultBodyLimit::max(
            NOTE_FILES_AT_ONCE
                .saturating_mul(limits.upload_bytes_max())
                .saturating_add(MULTIPART_SLACK),
        ));
    let imports =
        OpenApiRouter::new()
            .routes(routes!(import::import))
            .layer(DefaultBodyLimit::max(
                limits.import_bytes_max().saturating_add(MULTIPART_SLACK),
            ));
    let others = OpenApiRouter::new()
        .routes(routes!(people::me))
        .routes(routes!(people::list_keys, people::create_key))
        .routes(routes!(people::revoke_key))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::get, accounts::change))
        .routes(routes!(
            accounts::receiving_numbers,
            accounts::add_receiving_number
        ))
        .routes(routes!(accounts::delete_receiving_number))
        .routes(routes!(hosted::list, hosted::request))
        .routes(routes!(hosted::get))
        .routes(routes!(hosted::withdraw))
        .routes(routes!(hosted::enable))
        .routes(routes!(hosted::refuse))
        .routes(routes!(hosted::end))
        .routes(routes!(hosted::set_voice_route))
        .routes(routes!(ports::list, ports::create))
        .routes(routes!(ports::get, ports::change))
        .routes(routes!(numbers::list, numbers::add))
        .routes(routes!(numbers::change, numbers::remove))
        .routes(routes!(papers::statements))
        .routes(routes!(papers::agree))
        .routes(routes!(papers::preview_loa))
        .routes(routes!(papers::send_loa))
        .routes(routes!(papers::resend_loa))
        .routes(routes!(papers::accept_proof))
        .routes(routes!(papers::refuse_proof))
        .routes(routes!(papers::documents))
        .routes(routes!(papers::document))
        .routes(routes!(moves::submit))
        .routes(routes!(moves::resubmit))
        .routes(routes!(moves::cancel))
        .routes(routes!(moves::give_up))
        .routes(routes!(moves::ask_snapback))
        .routes(routes!(moves::confirm_snapback))
        .routes(routes!(moves::refuse_snapback))
        .routes(routes!(moves::accept_date))
        .routes(routes!(moves::record_test))
        .routes(routes!(moves::ask_for_update))
        .routes(routes!(moves::clear_attention))
        .routes(routes!(history::events))
        .routes(routes!(desk::desk))
        .routes(routes!(queues::queue))
        .routes(routes!(queues::claim))
        .routes(routes!(queues::release))
        .routes(routes!(queues::assign))
        .routes(routes!(queues::bulk))
        .routes(routes!(desk::mails))
        .routes(routes!(desk::mail))
        .routes(routes!(checks::numbers))
        .routes(routes!(checks::portability))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::delete, webhooks::change))
        .routes(routes!(webhooks::test))
        .routes(routes!(webhooks::deliveries))
        .routes(routes!(webhooks::replay))
        .layer(DefaultBodyLimit::max(limits.request_bytes_max()));
    let mut all = OpenApiRouter::with_openapi(openapi::frame())
        .merge(uploads)
        .merge(notes)
        .merge(imports)
        .merge(others);
    openapi::complete(all.get_openapi_mut());
    all
}

/// Around everything: each answer has an operation id, each failure is a problem, and what went wrong on
/// our side is in the log under that id.
async fn finish(State(api): State<Api>, request: Request, next: Next) -> Response {
    let mut random = [0_u8; 8];
    api.app.ids.fill(&mut random);
    let operation = format!("op_{}", hex::encode(random));
    let path = request
        .extensions()
        .get::<OriginalUri>()
        .map_or_else(|| request.uri().path(), |uri| uri.path())
        .to_owned();
    let method = request.method().clone();
    // A little before the whole server's own limit, which knows nothing of problems.
    let limit = Duration::from_secs(u64::from(api.app.config.server.request_timeout_seconds))
        .saturating_sub(Duration::from_millis(500));
    let mut response = match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::too_slow().into_response(),
    };
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let problem = response
            .extensions_mut()
            .remove::<Problem>()
            .unwrap_or_else(|| Problem::of_status(status));
        let problem = match status {
            StatusCode::PAYLOAD_TOO_LARGE => problem.way_out(api.app.config.limits.in_words()),
            _ => problem,
        };
        if status.is_server_error() {
            let cause = problem.cause.as_deref().unwrap_or("unknown");
            tracing::error!(
                operation,
                %method,
                path,
                status = status.as_u16(),
                cause,
                "an API request failed"
            );
        }
        let headers = std::mem::take(response.headers_mut());
        response = problem.answer(&path, &operation);
        for (name, value) in headers {
            if let Some(name) = name
                && name != header::CONTENT_TYPE
                && name != header::CONTENT_LENGTH
            {
                response.headers_mut().insert(name, value);
            }
        }
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(operation) {
        headers.insert(OPERATION, value);
    }
    if let Ok(value) = HeaderValue::try_from(api.app.clock.now().to_string()) {
        headers.insert(DESK_TIME, value);
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
