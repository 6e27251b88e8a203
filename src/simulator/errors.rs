//! Errors in the envelope that the Telnyx API uses:
//! `{"errors": [{"code", "title", "detail", "source": {"pointer"}, "meta": {"url"}}]}`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// One complaint about one place in the request's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pointed {
    pointer: String,
    detail: String,
}

impl Pointed {
    pub(super) fn new(pointer: &str, detail: &str) -> Self {
        let name = pointer.rsplit('/').next().unwrap_or(pointer);
        Self {
            pointer: pointer.to_owned(),
            detail: format!("{name} {detail}"),
        }
    }
}

/// An answer that is not a success.
#[derive(Clone, Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    complaints: Vec<Pointed>,
    /// Seconds, on a 429.
    retry_after: Option<u32>,
}

impl ApiError {
    fn plain(status: StatusCode, code: &'static str, title: &'static str, detail: &str) -> Self {
        let complaints = vec![Pointed {
            pointer: String::new(),
            detail: detail.to_owned(),
        }];
        Self {
            status,
            code,
            title,
            complaints,
            retry_after: None,
        }
    }

    /// 401.
    pub(super) fn unauthenticated() -> Self {
        Self::plain(
            StatusCode::UNAUTHORIZED,
            "10009",
            "Authentication failed",
            "No valid API key in the Authorization header",
        )
    }

    /// 404.
    pub(super) fn not_found(what: &str) -> Self {
        Self::plain(
            StatusCode::NOT_FOUND,
            "10005",
            "Resource not found",
            &format!("There is no such {what}"),
        )
    }

    /// 405.
    pub(super) fn method_not_allowed() -> Self {
        Self::plain(
            StatusCode::METHOD_NOT_ALLOWED,
            "10015",
            "Bad Request",
            "This path does not take this method",
        )
    }

    /// 400: the body cannot be read at all.
    pub(super) fn body_not_json() -> Self {
        Self::plain(
            StatusCode::BAD_REQUEST,
            "10015",
            "Bad Request",
            "The body is not the JSON object that this path takes",
        )
    }

    /// 422: values that do not fit.
    pub(super) fn invalid(complaints: Vec<Pointed>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: "10015",
            title: "Bad Request",
            complaints,
            retry_after: None,
        }
    }

    /// 422: one value that does not fit.
    pub(super) fn invalid_at(pointer: &str, detail: &str) -> Self {
        Self::invalid(vec![Pointed::new(pointer, detail)])
    }

    /// 422: required values are missing.
    pub(super) fn missing(pointers: &[&str]) -> Self {
        let complaints = pointers
            .iter()
            .map(|p| Pointed::new(p, "is required"))
            .collect();
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: "10004",
            title: "Missing required parameter",
            complaints,
            retry_after: None,
        }
    }

    /// 422: a number that is not in +E.164 form.
    pub(super) fn not_e164(pointer: &str) -> Self {
        let complaints = vec![Pointed::new(pointer, "must be in +E.164 format")];
        let title = "Phone number must be in +E.164 format";
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: "10016",
            title,
            complaints,
            retry_after: None,
        }
    }

    /// 422: a document or other resource that does not exist (any more).
    pub(super) fn no_such_associate(pointer: &str) -> Self {
        let complaints = vec![Pointed::new(pointer, "does not exist")];
        let title = "Associated resource does not exist";
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: "10017",
            title,
            complaints,
            retry_after: None,
        }
    }

    /// 422: the order's state does not allow it.
    pub(super) fn state(detail: &str) -> Self {
        Self::plain(
            StatusCode::UNPROCESSABLE_ENTITY,
            "10015",
            "Bad Request",
            detail,
        )
    }

    /// 429 with `Retry-After`.
    pub(super) fn too_many(retry_after: u32) -> Self {
        let mut error = Self::plain(
            StatusCode::TOO_MANY_REQUESTS,
            "10011",
            "Too many requests",
            "You have exceeded the maximum number of allowed requests",
        );
        error.retry_after = Some(retry_after);
        error
    }

    /// 503: the whole API is down.
    pub(super) fn down() -> Self {
        Self::plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "10007",
            "Unexpected error",
            "The service is not available at the moment",
        )
    }

    /// Any status, for injected faults.
    pub(super) fn with_status(status: StatusCode) -> Self {
        Self::plain(
            status,
            "10007",
            "Unexpected error",
            "An unexpected error occurred",
        )
    }

    /// The places complained about.
    #[cfg(test)]
    pub(super) fn pointers(&self) -> impl Iterator<Item = &str> {
        self.complaints.iter().map(|c| c.pointer.as_str())
    }

    fn body(&self) -> Value {
        let errors: Vec<Value> = self
            .complaints
            .iter()
            .map(|complaint| {
                let mut error = json!({
                    "code": self.code,
                    "title": self.title,
                    "detail": complaint.detail,
                    "meta": {"url": format!("https://developers.telnyx.com/docs/overview/errors/{}", self.code)},
                });
                if !complaint.pointer.is_empty()
                    && let Some(object) = error.as_object_mut()
                {
                    object.insert("source".into(), json!({"pointer": complaint.pointer}));
                }
                error
            })
            .collect();
        json!({ "errors": errors })
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(self.body())).into_response();
        if let Some(seconds) = self.retry_after
            && let Ok(value) = HeaderValue::from_str(&seconds.to_string())
        {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    }
}
