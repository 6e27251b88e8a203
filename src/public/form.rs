//! What somebody types on a public page.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::de::DeserializeOwned;

use crate::domain::typed;

/// A form whose values have no control characters but line ends and tabs.
pub(super) struct Plain<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Plain<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let Form(pairs) = Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(FormRejection::into_response)?;
        let mut plain = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in pairs {
            plain.append_pair(&name, &typed::plain(&value));
        }
        serde_urlencoded::from_str(&plain.finish())
            .map(Self)
            .map_err(|_| StatusCode::UNPROCESSABLE_ENTITY.into_response())
    }
}
