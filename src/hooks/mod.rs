//! Carriers' webhooks in: is it really from the carrier? Then it is taken down at once, and looked into
//! by a job. Nothing is concluded from a webhook; it only says where to look.

use std::str::FromStr;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use crate::app::{App, AppError, inbox};
use crate::carriers::telnyx::webhook::{self, PublicKey, WebhookRefused};

/// The name by which Telnyx's orders are stored.
const TELNYX: &str = "telnyx";

#[derive(Clone)]
struct Hooks {
    app: App,
    telnyx: Option<PublicKey>,
}

/// The carriers' way in: `POST /hooks/telnyx`.
pub fn router(app: App) -> Router {
    let telnyx = app
        .config
        .carriers
        .telnyx
        .public_key
        .as_deref()
        .map(PublicKey::from_str)
        .transpose()
        .unwrap_or_else(|error| {
            tracing::error!(%error, "carriers.telnyx.public_key cannot be used; webhooks of Telnyx are refused");
            None
        });
    let most = app.config.limits.request_bytes_max();
    Router::new()
        .route("/hooks/telnyx", post(telnyx_hook))
        .layer(DefaultBodyLimit::max(most))
        .with_state(Hooks { app, telnyx })
}

/// A short answer in plain words: carriers show it to their staff, and to nobody else.
fn answer(status: StatusCode, says: impl Into<String>) -> Response {
    (status, format!("{}\n", says.into())).into_response()
}

async fn telnyx_hook(
    State(hooks): State<Hooks>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Some(key) = &hooks.telnyx else {
        tracing::warn!(
            "a webhook of Telnyx came, but carriers.telnyx.public_key is not set: nobody can tell whether it is real"
        );
        return answer(
            StatusCode::SERVICE_UNAVAILABLE,
            "webhooks of Telnyx are not set up here",
        );
    };
    let body = match body {
        Ok(body) => body,
        Err(refused) => return answer(refused.status(), "the body could not be read"),
    };
    let app = &hooks.app;
    let tolerance = Duration::from_secs(u64::from(
        app.config.carriers.telnyx.webhook_tolerance_seconds,
    ));
    if let Err(refused) = webhook::verify(&headers, &body, key, app.clock.wall(), tolerance) {
        tracing::warn!(reason = %refused, "a webhook that claims to be of Telnyx was refused");
        let status = match refused {
            WebhookRefused::Header(_) => StatusCode::BAD_REQUEST,
            WebhookRefused::Stale | WebhookRefused::Signature => StatusCode::UNAUTHORIZED,
        };
        return answer(status, refused.to_string());
    }
    let stored = match webhook::read(&body) {
        Ok(hint) => inbox::receive(app, TELNYX, &hint, &body).await,
        Err(unreadable) => {
            // It is theirs, so it is taken and shown to the desk: sending it again would not help.
            inbox::unreadable(app, TELNYX, "webhook", None, &body, &unreadable.to_string()).await
        }
    };
    match stored {
        Ok(()) => answer(StatusCode::OK, "thank you"),
        Err(error) => {
            let status = match &error {
                AppError::Unavailable(..) => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            };
            tracing::error!(%error, cause = ?std::error::Error::source(&error).map(ToString::to_string), "a webhook of Telnyx could not be stored; Telnyx sends it again");
            answer(status, "it could not be stored; please send it again")
        }
    }
}
