//! A carrier's side for tests: answers by a script, and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

use super::http::HttpSettings;
use super::telnyx::{NumberDefaults, Telnyx};
use crate::clock::Clock;

pub(crate) const KEY: &str = "KEY0178-not-a-real-key";

/// One scripted answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, body.to_string()).with("content-type", "application/json")
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

#[derive(Default)]
struct Script {
    answers: Vec<Answer>,
    asked: Vec<Asked>,
}

/// A server on the loopback interface. It ends with the value.
pub(crate) struct Stub {
    pub(crate) url: Url,
    script: Arc<Mutex<Script>>,
    task: JoinHandle<()>,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stub {
    /// Gives the answers in their order, then a 500 that says so.
    pub(crate) async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = answers.into_iter().collect();
        let script = Arc::new(Mutex::new(Script {
            answers,
            asked: Vec::new(),
        }));
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&script));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = v2(listener.local_addr().expect("bound"));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("serves") });
        Self { url, script, task }
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script.lock().expect("no test panicked").asked.clone()
    }

    /// The same as lines such as `GET /v2/porting_orders?x=y`, percent signs decoded.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let line = format!("{method} {uri}");
    let line = percent_encoding::percent_decode_str(&line)
        .decode_utf8_lossy()
        .into_owned();
    let mut script = script.lock().expect("no test panicked");
    script.asked.push(Asked {
        line,
        headers,
        body: body.to_vec(),
    });
    if script.answers.is_empty() {
        return (StatusCode::INTERNAL_SERVER_ERROR, "the script is over").into_response();
    }
    let answer = script.answers.remove(0);
    let status = StatusCode::from_u16(answer.status).expect("a status");
    let mut response = (status, answer.body).into_response();
    for (name, value) in answer.headers {
        response
            .headers_mut()
            .insert(name, value.parse().expect("a header"));
    }
    response
}

/// What a server without manners does with a request.
pub(crate) enum Manners {
    /// Reads it and hangs up.
    HangUp,
    /// Reads it and says nothing.
    Silence,
    /// Reads it and sends these bytes as they are, then hangs up.
    Bytes(Vec<u8>),
}

/// A server that treats its first connection with the given manners.
pub(crate) async fn rude(manners: Manners) -> (Url, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = v2(listener.local_addr().expect("bound"));
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        read_request(&mut stream).await;
        match manners {
            Manners::HangUp => {}
            Manners::Bytes(bytes) => {
                stream.write_all(&bytes).await.expect("written");
                stream.shutdown().await.expect("closed");
            }
            // Until the other side gives up.
            Manners::Silence => while stream.read(&mut [0; 64]).await.is_ok_and(|n| n > 0) {},
        }
    });
    (url, task)
}

async fn read_request(stream: &mut TcpStream) {
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let n = stream.read(&mut buffer).await.expect("readable");
        seen.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&seen).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |text| text.parse().expect("a length"));
        if n == 0 || body.len() >= length {
            return;
        }
    }
}

/// An address where nobody listens, as long as the socket is held: bound, so that nobody else gets
/// the port, but not listening.
pub(crate) fn nobody() -> (Url, TcpSocket) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket
        .bind("127.0.0.1:0".parse().expect("an address"))
        .expect("a free port");
    (v2(socket.local_addr().expect("bound")), socket)
}

fn v2(address: SocketAddr) -> Url {
    format!("http://{address}/v2").parse().expect("a URL")
}

/// The wire time of all tests here.
pub(crate) fn now() -> Timestamp {
    "2026-11-23T15:00:00Z".parse().expect("a literal")
}

/// A Telnyx account at `url`, with little patience.
pub(crate) fn telnyx(url: &Url) -> Telnyx {
    telnyx_with(url, NumberDefaults::default(), |_| {})
}

pub(crate) fn telnyx_with(
    url: &Url,
    defaults: NumberDefaults,
    change: impl FnOnce(&mut HttpSettings),
) -> Telnyx {
    let mut settings = HttpSettings::new(url.clone());
    settings.timeout = Duration::from_secs(20);
    change(&mut settings);
    let clock = Clock::manual(now());
    Telnyx::new(settings, SecretString::from(KEY), defaults, clock).expect("a good setup")
}
