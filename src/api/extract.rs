//! What handlers take out of a request. Whatever cannot be taken is a problem that names its field.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Api;
use super::problem::Problem;
use crate::app::Caller;
use crate::domain::typed;

/// Who asks. The layer that checks keys put it there.
#[derive(Clone, Debug)]
pub struct Asker(pub Caller);

impl FromRequestParts<Api> for Asker {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(super::auth::no_key)
    }
}

/// Ids in the path. One that has another form names nothing.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Api> for Path<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        axum::extract::Path::<T>::from_request_parts(parts, api)
            .await
            .map(|axum::extract::Path(found)| Self(found))
            .map_err(|_| {
                Problem::new(
                    StatusCode::NOT_FOUND,
                    "not_found",
                    "The id in the address is not valid.",
                )
            })
    }
}

/// The query. Unknown names are refused.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Api> for Query<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        let text = parts.uri.query().unwrap_or_default();
        let mut pairs = url::form_urlencoded::parse(text.as_bytes());
        if let Some((name, _)) = pairs.find(|(_, value)| !is_sound(value)) {
            return Err(Problem::field(name, UNSOUND));
        }
        let from =
            serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(text.as_bytes()));
        serde_path_to_error::deserialize(from)
            .map(Self)
            .map_err(|error| located(&error.path().to_string(), &error.inner().to_string()))
    }
}

/// A body of JSON, and what tells it from another one.
#[derive(Debug)]
pub struct Body<T> {
    /// What was sent.
    pub value: T,
    /// SHA-256 of its bytes.
    pub hash: [u8; 32],
}

/// A body that may be left out: nothing is the same as `{}`.
#[derive(Debug)]
pub struct MaybeBody<T>(pub Body<T>);

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim())
        .is_some_and(|kind| {
            kind.eq_ignore_ascii_case("application/json")
                || kind.eq_ignore_ascii_case("application/merge-patch+json")
        })
}

/// Why a body cannot be read.
pub fn unread(rejection: &BytesRejection) -> Problem {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE)
        }
        _ => Problem::new(
            StatusCode::BAD_REQUEST,
            "body_unreadable",
            "The request's body ended early. Send it again.",
        ),
    }
}

/// What is wrong at a place of what was sent, in words.
fn located(path: &str, serde_says: &str) -> Problem {
    let says = in_words(serde_says);
    let field = match path {
        "." | "?" | "" => "body",
        path => path,
    };
    Problem::field(field, says)
}

/// serde's remark without its jargon. The value itself is never repeated: it may be a secret.
fn in_words(serde_says: &str) -> String {
    let says = serde_says.split(" at line ").next().unwrap_or(serde_says);
    if says.starts_with("unknown field") {
        return match says.split_once("expected ") {
            Some((_, expected)) => {
                format!(
                    "There is no such field. Known here: {}.",
                    expected.trim_start_matches("one of ")
                )
            }
            None => "There is no such field.".to_owned(),
        };
    }
    if let Some(name) = says.strip_prefix("missing field ") {
        return format!("The field {name} is missing.");
    }
    if let Some((_, expected)) = says.split_once(", expected ") {
        return format!("Expected {expected}.");
    }
    let mut says = says.to_owned();
    if let Some(first) = says.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    if !says.ends_with('.') {
        says.push('.');
    }
    says
}

const UNSOUND: &str = "It has a control character in it, such as NUL. Only line ends and tabs are taken: leave the others out.";

/// Whether a text has no control characters but line ends and tabs.
fn is_sound(text: &str) -> bool {
    text.chars().all(|one| one == '\r' || typed::is_plain(one))
}

/// Whether JSON may hold control characters: escaped, or (DEL and those beyond ASCII) as they are.
fn may_be_unsound(bytes: &[u8]) -> bool {
    bytes.contains(&0x7f)
        || bytes
            .windows(2)
            .any(|pair| matches!(pair, [b'\\', b'u' | b'b' | b'f'] | [0xc2, 0x80..=0x9f]))
}

/// Where in JSON the first text with a control character stands.
fn unsound(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::String(text) => (!is_sound(text)).then(|| path.to_owned()),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .find_map(|(at, one)| unsound(one, &format!("{path}[{at}]"))),
        Value::Object(fields) => fields.iter().find_map(|(name, one)| {
            if !is_sound(name) {
                return Some(path.to_owned());
            }
            let dot = if path.is_empty() { "" } else { "." };
            unsound(one, &format!("{path}{dot}{name}"))
        }),
        _ => None,
    }
}

/// JSON, or what is wrong with it by its place.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if may_be_unsound(bytes)
        && let Ok(value) = serde_json::from_slice::<Value>(bytes)
        && let Some(path) = unsound(&value, "")
    {
        return Err(located(&path, UNSOUND));
    }
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut from).map_err(|error| {
        let inner = error.inner();
        if inner.is_data() {
            located(&error.path().to_string(), &inner.to_string())
        } else {
            not_json(inner)
        }
    })?;
    from.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "malformed_json",
        format!(
            "The body is not JSON: it goes wrong at line {}, column {}.",
            error.line(),
            error.column()
        ),
    )
}

impl<T: DeserializeOwned> FromRequest<Api> for Body<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send JSON, and say so: `content-type: application/json`.",
            ));
        }
        let bytes = Bytes::from_request(request, api)
            .await
            .map_err(|rejection| unread(&rejection))?;
        Ok(Self {
            value: parse(&bytes)?,
            hash: Sha256::digest(&bytes).into(),
        })
    }
}

impl<T: DeserializeOwned> FromRequest<Api> for MaybeBody<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let typed = is_json(request.headers());
        let bytes = Bytes::from_request(request, api)
            .await
            .map_err(|rejection| unread(&rejection))?;
        if !bytes.is_empty() && !typed {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send JSON, and say so: `content-type: application/json`. Or send no body.",
            ));
        }
        let value = parse(if bytes.is_empty() { b"{}" } else { &bytes })?;
        Ok(Self(Body {
            value,
            hash: Sha256::digest(&bytes).into(),
        }))
    }
}

/// On which terms something may be changed: only once (`Idempotency-Key`), only as it was seen (`If-Match`).
#[derive(Clone, Debug)]
pub struct Terms {
    /// The key.
    pub key: Option<String>,
    /// The version.
    pub expected: Option<i64>,
    /// Method and path: the same key for another request is another key's mistake.
    asked: String,
}

impl FromRequestParts<Api> for Terms {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        let key = match parts.headers.get("idempotency-key") {
            Some(value) if parts.method == Method::POST => Some(key_of(value.to_str().ok())?),
            _ => None,
        };
        let expected = match parts.headers.get(header::IF_MATCH) {
            Some(value) => version_of(value.to_str().unwrap_or_default())?,
            None => None,
        };
        Ok(Self {
            key,
            expected,
            asked: format!("{} {}", parts.method, parts.uri.path()),
        })
    }
}

impl Terms {
    /// What tells this request from another one with the same key.
    pub fn fingerprint(&self, body: &[u8]) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(self.asked.as_bytes());
        hash.update([0]);
        hash.update(body);
        hash.finalize().to_vec()
    }
}

fn key_of(given: Option<&str>) -> Result<String, Problem> {
    let key = given.unwrap_or_default().trim();
    if key.is_empty() || key.len() > 200 || !key.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
    {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "bad_idempotency_key",
            "The header `Idempotency-Key` must have 1 to 200 plain characters, such as a UUID.",
        ));
    }
    Ok(key.to_owned())
}

fn version_of(given: &str) -> Result<Option<i64>, Problem> {
    let given = given.trim();
    if given == "*" {
        return Ok(None);
    }
    given
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(|version| version.parse().ok())
        .map(Some)
        .ok_or_else(|| {
            Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "stale",
                "The header `If-Match` names no version that ever was.",
            )
            .way_out("Send the ETag exactly as you got it, quotation marks included.")
        })
}

/// A field that tells "leave it" (left out) from "empty it" (`null`).
pub fn given<'de, T, D>(from: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::<T>::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only read")]
        pin: String,
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only read")]
        list: Vec<Inner>,
    }

    fn refused(text: &str) -> (u16, String, String) {
        let problem = parse::<Outer>(text.as_bytes()).expect_err("refused");
        let field = problem
            .problems
            .first()
            .map_or_else(String::new, |one| one.field.clone());
        (problem.status.as_u16(), field, problem.detail)
    }

    #[test]
    fn a_control_character_is_named_by_its_place() {
        for (text, field) in [
            (r#"{"list":[{"pin":"1"},{"pin":"4\u0000"}]}"#, "list[1].pin"),
            (r#"{"list":[{"pin":"\b"}]}"#, "list[0].pin"),
            ("{\"list\":[{\"pin\":\"\u{7f}\"}]}", "list[0].pin"),
            ("{\"list\":[{\"pin\":\"\u{85}\"}]}", "list[0].pin"),
            (r#"{"a\u0000":1}"#, "body"),
            (r#""\u0007""#, "body"),
        ] {
            let (status, at, says) = refused(text);
            assert_eq!((status, at.as_str()), (422, field), "{text}");
            assert!(says.contains("control character"), "{says}");
        }
        for good in [r#"{"list":[{"pin":"a\n\tb\r\n\u00fc"}]}"#, r#"{"list":[]}"#] {
            assert!(parse::<Outer>(good.as_bytes()).is_ok(), "{good}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_place_and_never_repeated() {
        assert_eq!(
            refused(r#"{"list":[{"pin":"1"},{"pin":48213}]}"#),
            (422, "list[1].pin".into(), "Expected a string.".into())
        );
        assert_eq!(
            refused(r#"{"list":[{"pin":"1","nip":"2"}]}"#),
            (
                422,
                "list[0].nip".into(),
                "There is no such field. Known here: `pin`.".into()
            )
        );
        assert_eq!(
            refused(r#"{"list":[{}]}"#),
            (422, "list[0]".into(), "The field `pin` is missing.".into())
        );
        assert_eq!(refused(r#"{"list":"#).0, 400);
        assert_eq!(refused(r#"{"list":[]} x"#).0, 400);
    }

    #[test]
    fn a_version_is_what_an_etag_says() {
        assert_eq!(version_of("\"7\"").map_err(|e| e.status), Ok(Some(7)));
        assert_eq!(version_of("*").map_err(|e| e.status), Ok(None));
        for bad in ["7", "W/\"7\"", "\"x\"", "", "\""] {
            assert_eq!(
                version_of(bad).map_err(|e| e.status.as_u16()),
                Err(412),
                "{bad}"
            );
        }
    }
}
