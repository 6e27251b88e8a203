//! The HTTP client of the commands that work through a server's API: where it is, which key it is shown, and
//! what its answers mean for the command line.

mod connection;
mod problem;

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{self, HeaderMap};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::{Error, Kind};

pub(super) use connection::ConnectionArgs;

/// The most bytes that are read of an answer.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Pauses before a request that got no answer is repeated.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(3),
];
/// The longest wait that a server's `retry-after` can ask of a command: longer, and people wonder what it does.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server's API, asked with one key.
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    key: SecretString,
    /// Whether somebody said where the server is.
    chosen: bool,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({})", self.base)
    }
}

/// A request on its way.
pub(super) struct Call<'a> {
    client: &'a Client,
    method: Method,
    url: Url,
    once: Option<String>,
    etag: Option<String>,
    body: Option<(&'static str, Vec<u8>)>,
}

/// An answer that is no error.
#[derive(Debug)]
pub(super) struct Reply {
    /// The version of what was asked for.
    pub(super) etag: Option<String>,
    /// The desk's time, which runs fast in a demo.
    pub(super) desk_time: Option<Timestamp>,
    /// Whether this very request was answered before, and this is the answer from then.
    pub(super) replayed: bool,
    /// The body.
    pub(super) body: Value,
}

impl Reply {
    /// The body as one of our structures. What a terminal could take for a command of its own is taken out.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let mut body = self.body.clone();
        without_controls(&mut body);
        serde_json::from_value(body).map_err(|error| {
            Error::unavailable(error)
                .context("the server's answer has another shape than this program knows")
                .hint(
                    "server and command line are of different versions; use the same on both sides",
                )
        })
    }
}

/// Takes out what moves a terminal's cursor or colours: texts of customers and carriers are only to be read.
pub(super) fn without_controls(value: &mut Value) {
    match value {
        Value::String(text) => {
            if text.chars().any(|sign| sign.is_control() && sign != '\n') {
                text.retain(|sign| !sign.is_control() || sign == '\n');
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_controls),
        Value::Object(fields) => fields.values_mut().for_each(without_controls),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Why there is no answer to read.
enum Silence {
    /// Nothing reached the server.
    NotReached(String),
    /// It was sent, and what became of it is not known.
    NoAnswer(String),
    /// The server is there and asks to come back later.
    Later(Error, Option<Duration>),
    /// An answer that is an error.
    Refused(Error),
}

impl Client {
    /// Where the server is, without a slash at its end.
    pub(super) fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// The key, to derive names of requests from that nobody else can make.
    pub(super) fn key(&self) -> &SecretString {
        &self.key
    }

    /// Asks for something below `/v1`.
    pub(super) fn get(&self, path: &[&str]) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// Makes or changes something below `/v1`.
    pub(super) fn post(&self, path: &[&str]) -> Call<'_> {
        self.call(Method::POST, path)
    }

    fn call(&self, method: Method, path: &[&str]) -> Call<'_> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(path);
        }
        Call {
            client: self,
            method,
            url,
            once: None,
            etag: None,
            body: None,
        }
    }

    fn away(&self, why: String) -> Error {
        let error = Error::unavailable(anyhow::Error::msg(why))
            .context(format!("nothing answers at {}", self.base()));
        if self.chosen {
            error.hint(
                "see whether the address is right, and whether the server runs (`portolan serve`)",
            )
        } else {
            error.hint("start the server (`portolan serve`), or say where it is with --server URL or PORTOLAN_SERVER")
        }
    }
}

impl Call<'_> {
    /// With a parameter of the query.
    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.url
            .query_pairs_mut()
            .append_pair(name, &value.to_string());
        self
    }

    /// With a body of JSON.
    pub(super) fn json(self, body: &Value) -> Self {
        self.bytes("application/json", body.to_string().into_bytes())
    }

    /// With a body.
    pub(super) fn bytes(mut self, kind: &'static str, body: Vec<u8>) -> Self {
        self.body = Some((kind, body));
        self
    }

    /// To happen only once under this name, however often it is sent.
    pub(super) fn once(mut self, name: impl Into<String>) -> Self {
        self.once = Some(name.into());
        self
    }

    /// To happen only if nobody changed it since this version.
    pub(super) fn only_if(mut self, etag: Option<String>) -> Self {
        self.etag = etag;
        self
    }

    /// Sends it and waits for the answer. What may be sent twice is sent again when its answer was lost.
    ///
    /// # Errors
    /// What the server refuses, and when it does not answer.
    pub(super) async fn send(self) -> Result<Reply, Error> {
        let repeatable = self.method == Method::GET || self.once.is_some();
        let mut pauses = PAUSES.into_iter();
        loop {
            let silence = match self.try_send().await {
                Ok(reply) => return Ok(reply),
                Err(silence) => silence,
            };
            let pause = pauses.next().filter(|_| repeatable);
            let (pause, error) = match silence {
                Silence::Refused(error) => return Err(error),
                Silence::NotReached(why) => return Err(self.client.away(why)),
                Silence::Later(error, wait) => {
                    let pause = pause.map(|pause| wait.unwrap_or(pause));
                    (pause.filter(|pause| *pause <= PATIENCE), error)
                }
                Silence::NoAnswer(why) => {
                    let error = Error::unavailable(anyhow::Error::msg(why))
                        .context(format!("{} did not answer", self.client.base()));
                    let error = if self.method == Method::GET {
                        error.hint("try again")
                    } else {
                        error.hint(
                            "whether it happened is not known here; `portolan port show` tells",
                        )
                    };
                    (pause, error)
                }
            };
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(error),
            }
        }
    }

    async fn try_send(&self) -> Result<Reply, Silence> {
        let mut request = self
            .client
            .http
            .request(self.method.clone(), self.url.clone())
            .bearer_auth(self.client.key.expose_secret())
            .header(header::ACCEPT, "application/json");
        if let Some(name) = &self.once {
            request = request.header("idempotency-key", name);
        }
        if let Some(etag) = &self.etag {
            request = request.header(header::IF_MATCH, etag);
        }
        if let Some((kind, body)) = &self.body {
            request = request
                .header(header::CONTENT_TYPE, *kind)
                .body(body.clone());
        }
        let mut answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() || error.is_builder() => {
                return Err(Silence::NotReached(bottom(&error.without_url())));
            }
            Err(error) => return Err(Silence::NoAnswer(bottom(&error.without_url()))),
        };
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut body = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => return Err(Silence::NoAnswer(bottom(&error.without_url()))),
            }
            if body.len() > ANSWER_BYTES_MAX {
                return Err(Silence::Refused(problem::not_ours(
                    self.client.base(),
                    status,
                )));
            }
        }
        if status.is_redirection() {
            return Err(Silence::Refused(problem::moved(
                self.client.base(),
                text(&headers, header::LOCATION.as_str()),
            )));
        }
        if status.is_success() {
            let body = serde_json::from_slice(&body)
                .map_err(|_| Silence::Refused(problem::not_ours(self.client.base(), status)))?;
            return Ok(Reply {
                etag: text(&headers, header::ETAG.as_str()),
                desk_time: text(&headers, "x-desk-time").and_then(|time| time.parse().ok()),
                replayed: headers.contains_key("idempotency-replayed"),
                body,
            });
        }
        let error = problem::of(self.client.base(), status, &body);
        if error.kind == Kind::Unavailable {
            let wait = text(&headers, header::RETRY_AFTER.as_str())
                .and_then(|seconds| seconds.parse().ok())
                .map(Duration::from_secs);
            return Err(Silence::Later(error, wait));
        }
        Err(Silence::Refused(error))
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

/// What is at the bottom of an error, as a text: the causes of a connection may look like those of a closed pipe.
fn bottom(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(inner) = deepest.source() {
        deepest = inner;
    }
    deepest.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_others_cannot_steer_the_terminal() {
        let body = serde_json::json!({ "items": [{ "title": "\u{1b}[2JHead\u{7} office\u{9b}31m", "note": "one\ntwo" }] });
        let reply = Reply {
            etag: None,
            desk_time: None,
            replayed: false,
            body,
        };
        let read: Value = reply.read().expect("JSON");
        assert_eq!(read["items"][0]["title"], "[2JHead office31m");
        assert_eq!(read["items"][0]["note"], "one\ntwo");
    }
}
