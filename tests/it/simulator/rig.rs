//! A simulator on a manual clock, a client that speaks to it, and somebody who takes its webhooks.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::{SignedDuration, Timestamp};
use portolan::clock::Clock;
use portolan::ids::Ids;
use portolan::simulator::demo::{Part, Typed, cast};
use portolan::simulator::{Config, Scenario, Simulator};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A Monday morning in New York.
pub const START: &str = "2026-11-02T15:00:00Z";
pub const KEY: &str = "KEY_test";

/// A webhook as it arrived.
#[derive(Clone, Debug)]
pub struct Hook {
    pub event_type: String,
    pub id: String,
    pub occurred_at: Timestamp,
    pub payload: Value,
    pub body: Value,
    pub signed: bool,
}

/// Takes webhooks; answers 200 unless told otherwise.
#[derive(Clone, Default)]
pub struct Receiver {
    pub hooks: Arc<Mutex<Vec<Hook>>>,
    /// Statuses of the next answers, the last one first.
    pub answers: Arc<Mutex<Vec<u16>>>,
    /// Rung for each webhook.
    pub arrived: Arc<tokio::sync::Notify>,
    key: Arc<Mutex<Option<VerifyingKey>>>,
}

/// An answer that went against the published description.
#[derive(Clone, Debug)]
pub struct Violation {
    pub call: String,
    pub status: u16,
    pub text: String,
}

pub struct Rig {
    pub simulator: Simulator,
    pub clock: Clock,
    pub receiver: Receiver,
    pub hook_url: String,
    pub http: reqwest::Client,
    /// Where calls of the carrier's API go: the simulator, or a proxy before it.
    pub api: String,
    pub origin: String,
    pub violations: Mutex<Vec<Violation>>,
    pub calls: Mutex<Vec<String>>,
}

/// A listener on a free port of the loopback interface, and its address.
pub async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    (listener, address)
}

#[expect(clippy::disallowed_methods, reason = "a test is its own client")]
pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .timeout(std::time::Duration::from_secs(30))
        .build()
        .expect("a client")
}

impl Receiver {
    pub async fn start(&self) -> String {
        let (listener, address) = listen().await;
        let app = axum::Router::new()
            .route("/hooks", axum::routing::post(take))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        format!("{address}/hooks")
    }

    /// Checks the signatures of what comes with this key.
    pub fn trust(&self, public_key: &str) {
        let bytes: [u8; 32] = BASE64
            .decode(public_key)
            .expect("base64")
            .try_into()
            .expect("32 bytes");
        *self.key.lock().expect("unpoisoned") =
            Some(VerifyingKey::from_bytes(&bytes).expect("a key"));
    }

    fn verify(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|v| v.to_str().ok())
                .unwrap_or_default()
                .to_owned()
        };
        let key = *self.key.lock().expect("unpoisoned");
        let signature: Option<[u8; 64]> = BASE64
            .decode(text("telnyx-signature-ed25519"))
            .ok()
            .and_then(|b| b.try_into().ok());
        let (Some(key), Some(signature)) = (key, signature) else {
            return false;
        };
        let message = [text("telnyx-timestamp").as_bytes(), b"|", body].concat();
        key.verify_strict(&message, &Signature::from_bytes(&signature))
            .is_ok()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, bytes: Bytes) -> StatusCode {
    let body: Value = serde_json::from_slice(&bytes).expect("a webhook is JSON");
    let inner = body.get("data").unwrap_or(&body).clone();
    let text = |name: &str| inner[name].as_str().unwrap_or_default().to_owned();
    let hook = Hook {
        event_type: text("event_type"),
        id: text("id"),
        occurred_at: text("occurred_at").parse().expect("an instant"),
        payload: inner["payload"].clone(),
        signed: receiver.verify(&headers, &bytes),
        body,
    };
    receiver.hooks.lock().expect("unpoisoned").push(hook);
    receiver.arrived.notify_one();
    let status = receiver
        .answers
        .lock()
        .expect("unpoisoned")
        .pop()
        .unwrap_or(200);
    StatusCode::from_u16(status).expect("a status")
}

impl Rig {
    pub async fn new() -> Self {
        let (listener, origin) = listen().await;
        let api = format!("{origin}/v2");
        Self::with(listener, origin, api).await
    }

    /// With the API reached at `api` instead of directly.
    pub async fn with(listener: TcpListener, origin: String, api: String) -> Self {
        let clock = Clock::manual(START.parse().expect("a literal instant"));
        let receiver = Receiver::default();
        let hook_url = receiver.start().await;
        let config = Config {
            api_keys: vec![KEY.into()],
            webhook_url: Some(hook_url.clone()),
            ..Config::default()
        };
        let simulator = Simulator::new(config, clock.clone(), Ids::seeded(7));
        receiver.trust(&simulator.public_key());
        let served = simulator.clone();
        tokio::spawn(async move {
            served
                .serve_without_background(listener, std::future::pending())
                .await
        });
        Self {
            api,
            ..Self::around(simulator, clock, receiver, hook_url, origin)
        }
    }

    /// Around a simulator that runs already.
    pub fn around(
        simulator: Simulator,
        clock: Clock,
        receiver: Receiver,
        hook_url: String,
        origin: String,
    ) -> Self {
        let api = format!("{origin}/v2");
        Self {
            simulator,
            clock,
            receiver,
            hook_url,
            http: client(),
            api,
            origin,
            violations: Mutex::default(),
            calls: Mutex::default(),
        }
    }

    /// Any call of the carrier's API with the key. Keeps what a proxy found wrong with it.
    pub async fn raw(
        &self,
        method: &str,
        path: &str,
        change: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> reqwest::Response {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let call = format!("{method} {path}");
        let request = change(
            self.http
                .request(method, format!("{}{path}", self.api))
                .bearer_auth(KEY),
        );
        let response = request.send().await.expect("an answer");
        self.simulator.settle().await;
        self.calls.lock().expect("unpoisoned").push(call.clone());
        if let Some(text) = response
            .headers()
            .get("sl-violations")
            .and_then(|v| v.to_str().ok())
        {
            let violation = Violation {
                call,
                status: response.status().as_u16(),
                text: text.to_owned(),
            };
            self.violations.lock().expect("unpoisoned").push(violation);
        }
        response
    }

    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let response = self
            .raw(method, path, |request| match &body {
                Some(body) => request.json(body),
                None => request,
            })
            .await;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.expect("a body");
        let value = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).expect("JSON")
        };
        (status, value)
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call("GET", path, None).await;
        assert_eq!(status, 200, "GET {path}: {body}");
        body["data"].clone()
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call("POST", path, Some(body)).await
    }

    pub async fn patch(&self, id: &str, body: Value) -> Value {
        let (status, answer) = self
            .call("PATCH", &format!("/porting_orders/{id}"), Some(body))
            .await;
        assert_eq!(status, 200, "{answer}");
        answer["data"].clone()
    }

    pub async fn order(&self, id: &str) -> Value {
        self.get(&format!("/porting_orders/{id}")).await
    }

    pub async fn action(&self, id: &str, action: &str) -> (u16, Value) {
        self.call(
            "POST",
            &format!("/porting_orders/{id}/actions/{action}"),
            None,
        )
        .await
    }

    /// The control API, always directly.
    pub async fn control(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self
            .http
            .request(method, format!("{}/control{path}", self.origin))
            .json(&body);
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        (status, response.json().await.expect("JSON"))
    }

    /// Forgets everything but the time.
    pub async fn clear(&self) {
        let (status, answer) = self
            .control("POST", "/reset", json!({"customers": true}))
            .await;
        assert_eq!(status, 200, "{answer}");
        self.receiver.hooks.lock().expect("unpoisoned").clear();
        self.receiver.answers.lock().expect("unpoisoned").clear();
    }

    /// Puts the demo's company of this scenario on file.
    pub async fn on_file(&self, scenario: Scenario) -> Part {
        let part = cast()
            .into_iter()
            .find(|p| p.scenario == scenario)
            .expect("every scenario has a part");
        let customer = serde_json::to_value(part.customer()).expect("serialises");
        let (status, answer) = self.control("POST", "/customers", customer).await;
        assert_eq!(status, 201, "{answer}");
        part
    }

    pub async fn upload(&self, name: &str) -> String {
        let body = json!({"file": BASE64.encode(format!("%PDF-1.4 {name}")), "filename": name});
        let (status, answer) = self.post("/documents", body).await;
        assert_eq!(status, 200, "{answer}");
        answer["data"]["id"].as_str().expect("an id").to_owned()
    }

    /// Creates orders for a company's numbers; returns their ids.
    pub async fn create(&self, typed: &Typed, reference: &str) -> Vec<String> {
        let numbers: Vec<&str> = typed.numbers.iter().map(|n| n.number.as_str()).collect();
        let (status, answer) = self
            .post(
                "/porting_orders",
                json!({"phone_numbers": numbers, "customer_reference": reference}),
            )
            .await;
        assert_eq!(status, 201, "{answer}");
        let orders = answer["data"].as_array().expect("a list of orders");
        orders
            .iter()
            .map(|o| o["id"].as_str().expect("an id").to_owned())
            .collect()
    }

    /// What the company typed, as the body of a PATCH.
    pub fn end_user(typed: &Typed) -> Value {
        json!({
            "admin": {
                "entity_name": typed.business_name,
                "auth_person_name": format!("{} {}", typed.first_name, typed.last_name),
                "account_number": typed.account_number,
                "pin_passcode": typed.pin,
                "billing_phone_number": typed.billing_number,
            },
            "location": {
                "street_address": typed.street,
                "extended_address": typed.unit,
                "locality": typed.city,
                "administrative_area": typed.state,
                "postal_code": typed.zip,
                "country_code": "US",
            },
        })
    }

    /// Fills an order in, wishing the first allowed date; returns that date.
    pub async fn fill(&self, id: &str, typed: &Typed) -> Timestamp {
        let (loa, invoice) = (self.upload("loa.pdf").await, self.upload("bill.pdf").await);
        let windows = self
            .get(&format!("/porting_orders/{id}/allowed_foc_windows"))
            .await;
        let wished = windows[0]["started_at"]
            .as_str()
            .expect("a window")
            .to_owned();
        let order = self
            .patch(
                id,
                json!({
                    "end_user": Self::end_user(typed),
                    "documents": {"loa": loa, "invoice": invoice},
                    "misc": {"type": "full"},
                    "activation_settings": {"foc_datetime_requested": wished},
                    "phone_number_configuration": {"messaging_profile_id": "4001767e-ce0f-4cae-9d5f-0d5e636e7809", "connection_id": "1293384261075731499"},
                    "messaging": {"enable_messaging": typed.texts},
                }),
            )
            .await;
        assert_eq!(order["requirements_met"], true);
        wished.parse().expect("an instant")
    }

    /// Creates, fills and confirms; the order's id and the wished date.
    pub async fn file(&self, typed: &Typed, reference: &str) -> (String, Timestamp) {
        let ids = self.create(typed, reference).await;
        assert_eq!(ids.len(), 1);
        let id = ids.into_iter().next().expect("one order");
        let wished = self.fill(&id, typed).await;
        let (status, answer) = self.action(&id, "confirm").await;
        assert_eq!(
            (status, &answer["data"]["status"]["value"]),
            (200, &json!("in-process")),
            "{answer}"
        );
        (id, wished)
    }

    pub async fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
        self.simulator.settle().await;
    }

    pub async fn advance_to(&self, at: Timestamp) {
        self.advance(at.duration_since(self.clock.now())).await;
    }

    /// Moves the clock from timer to timer until the order looks as wanted; returns the order.
    pub async fn until(&self, id: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.simulator.settle().await;
        for _ in 0..200 {
            let order = self.order(id).await;
            if wanted(&order) {
                return order;
            }
            let next = self.simulator.next_due().unwrap_or_else(|| {
                panic!("nothing will happen any more, but {what} was awaited: {order}")
            });
            self.advance_to(next).await;
        }
        panic!("{what} did not come");
    }

    pub async fn until_status(&self, id: &str, status: &str) -> Value {
        self.until(id, status, |order| order["status"]["value"] == status)
            .await
    }

    /// The webhooks about one order so far, in the order of their arrival.
    pub fn hooks(&self, id: &str) -> Vec<Hook> {
        let about = |hook: &Hook| {
            ["/id", "/porting_order_id", "/from/id"]
                .iter()
                .any(|p| hook.payload.pointer(p).and_then(Value::as_str) == Some(id))
        };
        self.receiver
            .hooks
            .lock()
            .expect("unpoisoned")
            .iter()
            .filter(|h| about(h))
            .cloned()
            .collect()
    }

    /// The status words that webhooks told about an order.
    pub fn told(&self, id: &str) -> Vec<String> {
        let told = self
            .hooks(id)
            .into_iter()
            .filter(|h| h.event_type == "porting_order.status_changed");
        told.map(|h| {
            h.payload["status"]["value"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
    }
}

pub fn instant(value: &Value) -> Timestamp {
    value.as_str().expect("a text").parse().expect("an instant")
}

/// The activation status of each number of an order.
pub fn activations(order: &Value) -> Vec<&str> {
    order["phone_numbers"]
        .as_array()
        .expect("numbers")
        .iter()
        .map(|n| n["activation_status"].as_str().unwrap_or_default())
        .collect()
}

/// The codes beside an order's status.
pub fn codes(order: &Value) -> Vec<&str> {
    order["status"]["details"]
        .as_array()
        .expect("details")
        .iter()
        .map(|d| d["code"].as_str().unwrap_or_default())
        .collect()
}
