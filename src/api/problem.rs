//! Everything that goes wrong, as `application/problem+json` (RFC 9457): what is wrong, which field,
//! and the way out.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::AppError;
use crate::domain::port::{Problem as FieldProblem, Refusal, RefusalKind};

/// The media type of all errors.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What went wrong and how to go on.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Names the kind of problem; the same kind always has the same name.
    #[serde(rename = "type")]
    #[schema(example = "/problems/letter_unsigned")]
    pub kind: String,
    /// The kind of problem in a few words.
    #[schema(example = "Not possible now")]
    pub title: String,
    /// The status of the answer.
    #[schema(example = 409)]
    pub status: u16,
    /// What is wrong, in a sentence for people.
    #[schema(example = "The Letter of Authorization is not signed yet.")]
    pub detail: String,
    /// The path that was asked.
    #[schema(example = "/v1/ports/port_019ab3f2c7d87a60b1f3d2a4c5e6f708/proof")]
    pub instance: String,
    /// Each field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<FieldProblemBody>,
    /// What would make it possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "The phone bill can be uploaded after the letter is signed.")]
    pub way_out: Option<String>,
    /// Names this one answer in the desk's log; also in the header `x-operation-id`.
    #[schema(example = "op_5f1c2a9b03d4e7f6")]
    pub operation_id: String,
}

/// One field that is wrong.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FieldProblem)]
pub struct FieldProblemBody {
    /// The field, as a path into what was sent.
    #[schema(example = "numbers[2].receiving")]
    pub field: String,
    /// What is wrong with it and what to do.
    #[schema(
        example = "It has 9 digits, which is too short. Enter all ten digits, area code first."
    )]
    pub says: String,
}

/// A problem on its way to becoming an answer; [`super::finish`] adds what only it knows.
#[derive(Clone, Debug)]
pub struct Problem {
    pub(super) status: StatusCode,
    pub(super) rule: &'static str,
    pub(super) title: &'static str,
    pub(super) detail: String,
    pub(super) problems: Vec<FieldProblem>,
    pub(super) way_out: Option<String>,
    pub(super) retry_after: Option<u64>,
    /// For the log only.
    pub(super) cause: Option<String>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(status: StatusCode, rule: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            rule,
            title: title(status),
            detail: detail.into(),
            problems: Vec::new(),
            way_out: None,
            retry_after: None,
            cause: None,
        }
    }

    /// With what would make it possible.
    pub fn way_out(mut self, way_out: impl Into<String>) -> Self {
        let way_out = way_out.into();
        self.way_out = (!way_out.is_empty()).then_some(way_out);
        self
    }

    /// With the fields that are wrong.
    pub fn fields(mut self, problems: Vec<FieldProblem>) -> Self {
        self.problems = problems;
        self
    }

    /// Fields that cannot be used.
    pub fn invalid(problems: Vec<FieldProblem>) -> Self {
        let detail = match problems.as_slice() {
            [] => "Something is wrong with what was sent.".to_owned(),
            [one] => one.says.clone(),
            [one, rest @ ..] => format!("{} ({} more)", one.says, rest.len()),
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail).fields(problems)
    }

    /// One field that cannot be used.
    pub fn field(field: impl Into<String>, says: impl Into<String>) -> Self {
        Self::invalid(vec![FieldProblem::new(field, says)])
    }

    /// There is no such thing, or none that the caller may know of.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("There is no such {what}."),
        )
    }

    /// For an answer that some layer made without saying more than its status.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::new(
                status,
                "no_such_path",
                "There is nothing at this address. The addresses are listed at /v1/docs.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(
                status,
                "method_not_allowed",
                "This address does not answer to this method. The header `allow` lists those that it answers to.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::new(status, "too_large", "What was sent is too large.")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(
                status,
                "unsupported_media_type",
                "The header `content-type` names a type that is not taken here.",
            ),
            StatusCode::REQUEST_TIMEOUT => Self::new(
                status,
                "timeout",
                "The request took too long to arrive. Send it again.",
            ),
            status if status.is_server_error() => Self::broken(),
            status => Self::new(status, "refused", "The request cannot be answered."),
        }
    }

    /// It took longer than an answer may take.
    pub fn too_slow() -> Self {
        Self {
            retry_after: Some(10),
            cause: Some("it took longer than `server.request_timeout_seconds`".to_owned()),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "too_slow",
                "The answer took too long. Whether it happened is not known here.",
            )
            .way_out(
                "Look whether it happened, or repeat the request with the same `Idempotency-Key`.",
            )
        }
    }

    /// Something that should have worked.
    pub fn broken() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "broken",
            "Something went wrong on our side.",
        )
        .way_out("Try again. If it stays, tell the desk the operation id.")
    }

    /// The answer's body.
    pub(super) fn body(&self, instance: &str, operation_id: &str) -> ProblemBody {
        ProblemBody {
            kind: format!("/problems/{}", self.rule),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            instance: instance.to_owned(),
            problems: self
                .problems
                .iter()
                .map(|one| FieldProblemBody {
                    field: one.field.clone(),
                    says: one.says.clone(),
                })
                .collect(),
            way_out: self.way_out.clone(),
            operation_id: operation_id.to_owned(),
        }
    }
}

/// The kind of problem in a few words.
fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "The request cannot be read",
        401 => "Not signed in",
        403 => "Not permitted",
        404 => "Not found",
        405 => "Method not allowed",
        409 => "Not possible now",
        412 => "Changed meanwhile",
        413 => "Too large",
        415 => "Wrong type",
        422 => "Something must be corrected",
        429 => "Too often",
        503 => "Not available right now",
        status if status >= 500 => "Our mistake",
        _ => "Refused",
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.kind {
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
        };
        Self::new(status, refusal.rule, refusal.says)
            .way_out(refusal.way_out)
            .fields(refusal.problems)
    }
}

/// An error's causes, outermost first. They are written by us and hold no bodies and no secrets.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = String::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let says = error.to_string();
        match error {
            AppError::Refused(refusal) => refusal.into(),
            AppError::Invalid(problems) => Self::invalid(problems),
            AppError::NotFound(what) => Self::not_found(what),
            AppError::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, "forbidden", says),
            AppError::Stale => Self::new(StatusCode::PRECONDITION_FAILED, "stale", says)
                .way_out("Get it again, look at what changed, and send your change with the new ETag in `If-Match`."),
            AppError::TooOften(seconds) => Self {
                retry_after: Some(seconds),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_often", says)
            },
            AppError::Unavailable(..) => Self {
                retry_after: Some(10),
                cause: Some(causes(&error)),
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", says)
            },
            AppError::Broken(_) => Self {
                cause: Some(causes(&error)),
                ..Self::broken()
            },
        }
    }
}

impl Problem {
    /// The whole answer.
    pub(super) fn answer(&self, instance: &str, operation_id: &str) -> Response {
        let mut response = (self.status, Json(self.body(instance, operation_id))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.answer("", "");
        response.extensions_mut().insert(self);
        response
    }
}
