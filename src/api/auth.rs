//! Who asks, and how often they may.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use super::Api;
use super::extract::Asker;
use super::problem::Problem;
use crate::app::{Caller, people};

/// Nobody knows who asks.
pub fn no_key() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "no_key",
        "The request carries no API key that is valid here.",
    )
    .way_out("Send `authorization: Bearer portolan_…`. A key is made in the portal under Settings, or with `POST /v1/api-keys`.")
}

/// Lets through who carries a key, as often as they may.
pub async fn check(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let key = key_of(&request).map(str::to_owned);
    match asker(&api, key.as_deref(), request.method()).await {
        Ok(asker) => {
            request.extensions_mut().insert(asker);
            next.run(request).await
        }
        Err(problem) => {
            let unknown = problem.status == StatusCode::UNAUTHORIZED;
            let mut response = problem.into_response();
            if unknown {
                response.headers_mut().insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"portolan\""),
                );
            }
            response
        }
    }
}

fn key_of(request: &Request) -> Option<&str> {
    request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key.trim())
}

async fn asker(api: &Api, key: Option<&str>, method: &Method) -> Result<Asker, Problem> {
    let key = key.ok_or_else(no_key)?;
    let (user, read_only) = people::user_of_key(&api.app, key)
        .await?
        .ok_or_else(no_key)?;
    // Only keys that somebody was given get here, so the table of paces stays small.
    api.pace.take(&Sha256::digest(key.as_bytes()).into())?;
    // What a read-only user may do is the domain's to say; a key that only reads is refused at the door.
    if read_only && method != Method::GET && method != Method::HEAD {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "read_only_key",
            "This API key only reads.",
        )
        .way_out("Use a key with full rights, or ask an administrator for one."));
    }
    Ok(Asker(Caller::of(&user)))
}
