//! Answers, and those that are given again under the same `Idempotency-Key`.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Api;
use super::extract::Terms;
use super::problem::Problem;
use super::views::Port;
use crate::app::answers::{self, Keep, Remembered};
use crate::app::ports::{self, Guard, Handled, View};
use crate::app::{AppError, Caller};

/// Says that an answer was given before.
const REPLAYED: &str = "idempotency-replayed";

/// An answer with a body of JSON.
#[derive(Clone, Debug)]
pub struct Answer {
    status: StatusCode,
    body: String,
    etag: Option<String>,
    location: Option<String>,
}

impl Answer {
    /// An answer with this body.
    pub fn new(status: StatusCode, body: &impl Serialize) -> Self {
        // The views are plain structures: they always have a JSON form.
        let body = serde_json::to_string(body).unwrap_or_default();
        Self {
            status,
            body,
            etag: None,
            location: None,
        }
    }

    /// With a request's version as ETag.
    pub fn version(mut self, version: i64) -> Self {
        self.etag = Some(format!("\"{version}\""));
        self
    }

    /// With the address of what was made.
    pub fn at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    /// A port request as this caller sees it, with its version as ETag.
    pub fn port(view: &View, caller: &Caller, status: StatusCode) -> Self {
        let mut answer = Self::new(status, &Port::of(view, caller)).version(view.version);
        if status == StatusCode::CREATED {
            answer.location = Some(format!("/v1/ports/{}", view.request.id));
        }
        answer
    }

    fn remembered(&self, request_hash: Vec<u8>) -> Remembered {
        Remembered {
            request_hash,
            status: self.status.as_u16(),
            body: self.body.clone(),
            etag: self.etag.clone(),
            location: self.location.clone(),
        }
    }

    fn of(remembered: Remembered) -> Self {
        Self {
            status: StatusCode::from_u16(remembered.status).unwrap_or(StatusCode::OK),
            body: remembered.body,
            etag: remembered.etag,
            location: remembered.location,
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (
            self.status,
            [(header::CONTENT_TYPE, "application/json")],
            self.body,
        )
            .into_response();
        let headers = response.headers_mut();
        for (name, value) in [(header::ETAG, self.etag), (header::LOCATION, self.location)] {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// Where an answer that is being remembered is left for the one who gives it.
type Slot = Arc<Mutex<Option<Answer>>>;

fn keep<T>(
    caller: &Caller,
    key: String,
    hash: Vec<u8>,
    secret: bool,
    slot: &Slot,
    answer: impl Fn(&T) -> Answer + Send + Sync + 'static,
) -> Keep<T> {
    let slot = slot.clone();
    Keep {
        scope: scope(caller),
        key,
        secret,
        answer: Arc::new(move |about: &T| {
            let answer = answer(about);
            let remembered = answer.remembered(hash.clone());
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
            remembered
        }),
    }
}

fn scope(caller: &Caller) -> String {
    caller.user.to_string()
}

/// Gives an answer again, if there was one under this key.
async fn replay(
    api: &Api,
    caller: &Caller,
    key: &str,
    hash: &[u8],
) -> Result<Option<Response>, Problem> {
    let Some(remembered) = answers::recall(&api.app, &scope(caller), key).await? else {
        return Ok(None);
    };
    if remembered.request_hash != hash {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request already.",
        )
        .way_out(
            "Use a new key for each new request, and the same one only to repeat a request.",
        ));
    }
    let mut response = Answer::of(remembered).into_response();
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(Some(response))
}

/// Makes something once: without a key each time, with a key the first time only.
///
/// `act` stores what it makes together with the [`Keep`] in one commit, so that there is never one
/// without the other, also when twenty equal requests come at once.
pub async fn make<T, F>(
    api: &Api,
    caller: &Caller,
    terms: Terms,
    body: &[u8],
    secret: bool,
    answer: impl Fn(&T) -> Answer + Clone + Send + Sync + 'static,
    act: impl FnOnce(Option<Keep<T>>) -> F,
) -> Result<Response, Problem>
where
    F: Future<Output = Result<T, AppError>>,
{
    let hash = terms.fingerprint(body);
    let Some(key) = terms.key else {
        return Ok(answer(&act(None).await?).into_response());
    };
    if let Some(response) = replay(api, caller, &key, &hash).await? {
        return Ok(response);
    }
    let slot = Slot::default();
    let keep = keep(
        caller,
        key.clone(),
        hash.clone(),
        secret,
        &slot,
        answer.clone(),
    );
    match act(Some(keep)).await {
        Ok(made) => {
            let kept = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            Ok(kept.unwrap_or_else(|| answer(&made)).into_response())
        }
        // An equal request was faster: its answer is ours.
        Err(error) => match replay(api, caller, &key, &hash).await? {
            Some(response) => Ok(response),
            None => Err(error.into()),
        },
    }
}

/// Lets something happen to a port request, on the request's terms, and answers with how it stands then.
pub async fn change<F>(
    api: &Api,
    caller: &Caller,
    terms: Terms,
    body: &[u8],
    status: StatusCode,
    act: impl FnOnce(Guard) -> F,
) -> Result<Response, Problem>
where
    F: Future<Output = Result<Handled, AppError>>,
{
    let asker = caller.clone();
    let answer = move |view: &View| Answer::port(view, &asker, status);
    change_and_say(api, caller, terms, body, answer, act).await
}

/// [`change`], with an answer of one's own.
pub async fn change_and_say<F>(
    api: &Api,
    caller: &Caller,
    terms: Terms,
    body: &[u8],
    answer: impl Fn(&View) -> Answer + Clone + Send + Sync + 'static,
    act: impl FnOnce(Guard) -> F,
) -> Result<Response, Problem>
where
    F: Future<Output = Result<Handled, AppError>>,
{
    let hash = terms.fingerprint(body);
    let expected = terms.expected;
    let Some(key) = terms.key else {
        let guard = Guard {
            expected,
            remember: None,
        };
        let handled = act(guard).await?;
        let view = ports::view_of(&api.app, caller, handled).await?;
        return Ok(answer(&view).into_response());
    };
    if let Some(response) = replay(api, caller, &key, &hash).await? {
        return Ok(response);
    }
    let slot = Slot::default();
    let remember = keep(
        caller,
        key.clone(),
        hash.clone(),
        false,
        &slot,
        answer.clone(),
    );
    let guard = Guard {
        expected,
        remember: Some(remember),
    };
    match act(guard).await {
        Ok(handled) => {
            let kept = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            match kept {
                Some(answer) => Ok(answer.into_response()),
                None => {
                    let view = ports::view_of(&api.app, caller, handled).await?;
                    Ok(answer(&view).into_response())
                }
            }
        }
        Err(error) => match replay(api, caller, &key, &hash).await? {
            Some(response) => Ok(response),
            None => Err(error.into()),
        },
    }
}
