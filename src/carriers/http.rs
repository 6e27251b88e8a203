//! The one place that talks to carriers over the network: limits, timeouts, the key, and the
//! difference between "nothing was sent" and "no answer came".
//!
//! Adapters build a [`Request`] and read a [`Response`]; both are plain data. Bodies are never logged.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::sync::Semaphore;
use url::{Host, Url};

use super::error::CarrierError;
use crate::clock::Clock;

/// The longest wait that a carrier's `Retry-After` can ask of us.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What to send to a carrier. The path goes below the base URL and is already escaped.
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The path below the base URL; begins with a slash.
    pub path: String,
    /// Query parameters, not yet escaped.
    pub query: Vec<(&'static str, String)>,
    /// What is sent along.
    pub body: Body,
    /// Values in the body that must not survive in a kept answer, should the carrier echo them.
    pub secrets: Vec<SecretString>,
}

/// The HTTP methods that the carriers use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Create, or act.
    Post,
    /// Change some fields.
    Patch,
    /// Remove.
    Delete,
}

/// The body of a [`Request`].
pub enum Body {
    /// Nothing.
    None,
    /// A JSON document.
    Json(Value),
    /// A form with one file.
    Multipart {
        /// The text fields.
        fields: Vec<(&'static str, String)>,
        /// The file.
        file: FilePart,
    },
}

/// A file in a form.
pub struct FilePart {
    /// The form field's name.
    pub name: &'static str,
    /// The file's name as the carrier will show it.
    pub filename: String,
    /// Its media type.
    pub content_type: String,
    /// Its contents.
    pub bytes: Bytes,
}

/// What a carrier answered.
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, already turned into a span of wire time and limited to [`RETRY_AFTER_MAX`].
    pub retry_after: Option<Duration>,
    /// The body, or its beginning if `cut` says so.
    pub body: Vec<u8>,
    /// Why `body` is not the whole body.
    pub cut: Option<Cut>,
}

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It was larger than the limit, which is inside, in bytes.
    TooLarge(usize),
    /// The connection broke. Only for answers whose status alone says enough (not 2xx).
    Broken,
}

/// Where a carrier is and how long to be patient with it.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// The API's address, version included, such as `https://api.telnyx.com/v2`.
    pub base_url: Url,
    /// The longest wait for a connection.
    pub connect_timeout: Duration,
    /// The longest a call may take from its first byte to its answer's last.
    pub timeout: Duration,
    /// The same for a call that carries a file.
    pub upload_timeout: Duration,
    /// The most bytes that are read of an answer.
    pub answer_bytes_max: usize,
    /// How many calls run at once; further ones wait for their turn.
    pub concurrency: usize,
    /// Whether the key may travel unencrypted to a machine other than this one. For a simulator in
    /// a private network; never for a real carrier.
    pub allow_plain_http: bool,
}

impl HttpSettings {
    /// The settings that fit a real carrier at `base_url`.
    pub fn new(base_url: Url) -> Self {
        Self {
            base_url,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(30),
            upload_timeout: Duration::from_secs(120),
            answer_bytes_max: 8 * 1024 * 1024,
            concurrency: 4,
            allow_plain_http: false,
        }
    }
}

/// Why a carrier cannot be called with these settings.
#[derive(Debug, thiserror::Error)]
pub enum BadSetup {
    /// The address is not one that a request can be sent to.
    #[error("the carrier's base_url must be an https:// address such as https://api.telnyx.com/v2")]
    NotAnAddress,
    /// The key would travel unencrypted.
    #[error(
        "the carrier's base_url is not encrypted (http) and leaves this machine: use https, or set allow_plain_http for a simulator in a private network"
    )]
    Plain,
    /// The HTTP client could not be made, for example because the machine has no root certificates.
    #[error("the HTTP client for the carrier cannot be set up")]
    Client(#[source] reqwest::Error),
}

/// A connection to one carrier, with its key. Clones share the connections.
#[derive(Clone)]
pub struct CarrierHttp {
    client: reqwest::Client,
    turns: Arc<Semaphore>,
    settings: HttpSettings,
    key: SecretString,
    clock: Clock,
}

impl fmt::Debug for CarrierHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "CarrierHttp({})",
            self.settings.base_url.host_str().unwrap_or("?")
        )
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = match &self.body {
            Body::None => "no body",
            Body::Json(_) => "JSON",
            Body::Multipart { .. } => "a form",
        };
        write!(f, "Request({:?} {} with {body})", self.method, self.path)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Response({} with {} bytes)",
            self.status,
            self.body.len()
        )
    }
}

impl Request {
    /// A request without query and body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        let (path, query, secrets) = (path.into(), Vec::new(), Vec::new());
        Self {
            method,
            path,
            query,
            body: Body::None,
            secrets,
        }
    }

    /// With one more query parameter.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// With a JSON body.
    pub fn json(mut self, body: Value) -> Self {
        self.body = Body::Json(body);
        self
    }
}

impl CarrierHttp {
    /// Prepares calls to the carrier at `settings.base_url` with `key` as the bearer token.
    ///
    /// # Errors
    /// [`BadSetup`] if the address is no address, is unencrypted, or the machine lacks what TLS needs.
    pub fn new(settings: HttpSettings, key: SecretString, clock: Clock) -> Result<Self, BadSetup> {
        let url = &settings.base_url;
        let host = url.host().ok_or(BadSetup::NotAnAddress)?;
        match url.scheme() {
            "https" => {}
            "http" if settings.allow_plain_http || is_this_machine(&host) => {}
            "http" => return Err(BadSetup::Plain),
            _ => return Err(BadSetup::NotAnAddress),
        }
        let client = build_client(&settings, is_this_machine(&host)).map_err(BadSetup::Client)?;
        let turns = Arc::new(Semaphore::new(settings.concurrency.max(1)));
        Ok(Self {
            client,
            turns,
            settings,
            key,
            clock,
        })
    }

    /// Sends one request and reads the answer, whatever its status. No retries, no redirects.
    ///
    /// # Errors
    /// [`CarrierError::NotSent`] if nothing reached the carrier, [`CarrierError::NoAnswer`] if the
    /// request left and no answer, or only a part of a successful one, came back.
    pub async fn send(&self, request: Request) -> Result<Response, CarrierError> {
        let (method, path) = (request.method, request.path.clone());
        let built = self
            .build(request)
            .map_err(|why| CarrierError::NotSent { why })?;
        // Nobody closes it, and without a turn the carrier would say what it thinks of too many calls.
        let _turn = self.turns.acquire().await;
        let answer = match built.send().await {
            Ok(answer) => answer,
            Err(error) => {
                let nothing_left = error.is_connect() || error.is_builder();
                let why = chain(&error.without_url());
                let failure = if nothing_left {
                    CarrierError::NotSent { why }
                } else {
                    CarrierError::NoAnswer { why }
                };
                tracing::debug!(?method, path, %failure, "a carrier did not answer");
                return Err(failure);
            }
        };
        let response = self.read(answer).await?;
        tracing::debug!(
            ?method,
            path,
            status = response.status,
            "a carrier answered"
        );
        Ok(response)
    }

    /// Blots the key and the request's secrets out of a failure: an answer may echo what was sent.
    pub fn blot_out(&self, error: CarrierError, secrets: &[SecretString]) -> CarrierError {
        let mut values: Vec<&str> = secrets.iter().map(ExposeSecret::expose_secret).collect();
        values.push(self.key.expose_secret());
        error.blot_out(&values)
    }

    fn build(&self, request: Request) -> Result<reqwest::RequestBuilder, String> {
        let base = self.settings.base_url.as_str().trim_end_matches('/');
        let mut url = Url::parse(&format!("{base}{}", request.path)).map_err(|e| e.to_string())?;
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let built = match request.method {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
            Method::Patch => self.client.patch(url),
            Method::Delete => self.client.delete(url),
        };
        let built = built
            .bearer_auth(self.key.expose_secret())
            .header(ACCEPT, "application/json");
        Ok(match request.body {
            Body::None => built,
            Body::Json(value) => built.json(&value),
            Body::Multipart { fields, file } => built
                .timeout(self.settings.upload_timeout)
                .multipart(form(fields, file)),
        })
    }

    async fn read(&self, mut answer: reqwest::Response) -> Result<Response, CarrierError> {
        let status = answer.status().as_u16();
        let retry_after = answer
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| retry_after(value, self.clock.wall()));
        let max = self.settings.answer_bytes_max;
        let (mut body, mut cut) = (Vec::new(), None);
        loop {
            match answer.chunk().await {
                Ok(None) => break,
                Ok(Some(chunk)) => {
                    let room = max.saturating_sub(body.len());
                    body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
                    if chunk.len() > room {
                        cut = Some(Cut::TooLarge(max));
                        break;
                    }
                }
                Err(error) if answer.status().is_success() => {
                    return Err(CarrierError::NoAnswer {
                        why: chain(&error.without_url()),
                    });
                }
                Err(_) => {
                    cut = Some(Cut::Broken);
                    break;
                }
            }
        }
        Ok(Response {
            status,
            retry_after,
            body,
            cut,
        })
    }
}
#[expect(
    clippy::disallowed_methods,
    reason = "the carriers' client, with limits and timeouts"
)]
fn build_client(settings: &HttpSettings, local: bool) -> reqwest::Result<reqwest::Client> {
    crate::tls::choose_provider();
    let mut client = reqwest::Client::builder()
        .user_agent(concat!("portolan/", env!("CARGO_PKG_VERSION")))
        // A redirect would carry the key and the customer's data to an address nobody configured.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.timeout)
        .pool_idle_timeout(Duration::from_secs(20));
    if local {
        client = client.no_proxy();
    }
    client.build()
}

fn form(fields: Vec<(&'static str, String)>, file: FilePart) -> reqwest::multipart::Form {
    let part = || {
        let length = file.bytes.len() as u64;
        reqwest::multipart::Part::stream_with_length(file.bytes.clone(), length)
            .file_name(file.filename.clone())
    };
    // A media type that is none is left to the carrier to find out.
    let part = part()
        .mime_str(&file.content_type)
        .unwrap_or_else(|_| part());
    let form = reqwest::multipart::Form::new().part(file.name, part);
    fields
        .into_iter()
        .fold(form, |form, (name, value)| form.text(name, value))
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(ip) => IpAddr::V4(*ip).is_loopback(),
        Host::Ipv6(ip) => IpAddr::V6(*ip).is_loopback(),
    }
}

/// Reads `Retry-After`: seconds, or a date (RFC 9110 section 10.2.3). A date in the past means now.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let wait = if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // Too many digits for a number is a long wait.
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
        Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
