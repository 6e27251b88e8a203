//! Query strings and pages: `page[number]`, `page[size]`, `filter[a][b]`, `sort[value]`.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Value, json};

use super::errors::ApiError;

/// The most that one page holds, and how much it holds if nothing is said.
const PAGE_SIZE_MAX: usize = 250;
const PAGE_SIZE: usize = 20;

/// The query string, read once.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let text = parts.uri.query().unwrap_or_default();
        Ok(Self(
            url::form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
        ))
    }
}

impl Query {
    /// The first value of a parameter, such as `filter[customer_reference]`.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a parameter that may be repeated or hold a comma-separated list.
    pub(super) fn all(&self, names: &[&str]) -> Vec<&str> {
        let wanted = self
            .0
            .iter()
            .filter(|(key, _)| names.contains(&key.as_str()));
        wanted
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|v| !v.is_empty())
            .collect()
    }

    pub(super) fn is_false(&self, name: &str) -> bool {
        self.get(name) == Some("false")
    }

    /// `sort[value]` or plain `sort`.
    pub(super) fn sort(&self) -> &str {
        self.get("sort[value]")
            .or_else(|| self.get("sort"))
            .unwrap_or_default()
    }

    /// One page of a list, with its `meta`. Only what is on the page is rendered.
    ///
    /// # Errors
    /// 422 if the page's number or size is out of range.
    pub(super) fn page<T>(
        &self,
        items: Vec<T>,
        show: impl Fn(T) -> Value,
    ) -> Result<Value, ApiError> {
        let number = self.within("page[number]", 1, usize::MAX, 1)?;
        let size = self.within("page[size]", 1, PAGE_SIZE_MAX, PAGE_SIZE)?;
        let total = items.len();
        let data: Vec<Value> = items
            .into_iter()
            .skip((number - 1).saturating_mul(size))
            .take(size)
            .map(show)
            .collect();
        let meta = json!({
            "page_number": number,
            "page_size": size,
            "total_pages": total.div_ceil(size),
            "total_results": total,
        });
        Ok(json!({"data": data, "meta": meta}))
    }

    fn within(
        &self,
        name: &str,
        least: usize,
        most: usize,
        default: usize,
    ) -> Result<usize, ApiError> {
        let Some(text) = self.get(name) else {
            return Ok(default);
        };
        text.parse()
            .ok()
            .filter(|n| (least..=most).contains(n))
            .ok_or_else(|| ApiError::invalid_at(name, "is out of range"))
    }
}
