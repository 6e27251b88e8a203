//! What an address says after its question mark.

use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::domain::typed;

/// The longest word that a page looks for, in characters.
const WORD_MAX: usize = 100;

/// The names and values of an address. What a page does not ask for is left alone: somebody's address may carry more.
#[derive(Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads what stands after the question mark.
    pub(super) fn read(text: &str) -> Self {
        Self(
            url::form_urlencoded::parse(text.as_bytes())
                .map(|(name, value)| (name.into_owned(), typed::plain(&value)))
                .collect(),
        )
    }

    /// The first value of this name, as it came; empty where there is none.
    pub(super) fn one(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// What somebody looks for: without blanks around it, and not longer than anything that could be found.
    pub(super) fn word(&self, name: &str) -> String {
        self.one(name).trim().chars().take(WORD_MAX).collect()
    }

    /// The value as what it should be; nothing where it is not.
    pub(super) fn parsed<T: FromStr>(&self, name: &str) -> Option<T> {
        self.one(name).trim().parse().ok()
    }

    /// Whether the address names this at all, with a value or without.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::read(parts.uri.query().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_for_what_is_asked_and_no_more() {
        let query = Query::read("q=+Smith%20%26+Co+&page=3&page=4&tick&other=%FF");
        assert_eq!(query.one("q"), " Smith & Co ");
        assert_eq!(query.word("q"), "Smith & Co");
        assert_eq!(query.parsed::<i64>("page"), Some(3));
        assert_eq!(query.parsed::<i64>("q"), None);
        assert_eq!(query.parsed::<i64>("after"), None);
        assert!(query.has("tick") && !query.has("tock"));
        assert_eq!(query.one("other"), "\u{fffd}");
        assert_eq!(Query::read("q=a%00b").word("q"), "ab");
        assert_eq!(
            Query::read(&format!("q={}", "x".repeat(500)))
                .word("q")
                .len(),
            WORD_MAX
        );
    }
}
