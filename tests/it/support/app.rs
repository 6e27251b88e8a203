//! A whole porting desk in memory: a fresh database, a clock that stands still, ids that repeat, and the
//! faces without a network in between.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use portolan::app::mailing::{self, Mail};
use portolan::app::people::{self, Account, User};
use portolan::app::vault::Vault;
use portolan::app::{App, Caller, Parts, letters, open};
use portolan::blobs::Blobs;
use portolan::clock::Clock;
use portolan::config::Config;
use portolan::documents::seal::SealKey;
use portolan::domain::port::Role;
use portolan::ids::Ids;
use portolan::jobs::{Runner, RunnerOptions, Work, timers};
use portolan::{api, hooks};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::contract;
use super::database::TestDb;

/// When the tests begin: a Monday noon in the east.
pub const MONDAY: &str = "2026-11-23T17:00:00Z";

/// A porting desk of a test's own.
pub struct TestApp {
    /// The desk.
    pub app: App,
    /// Its clock; move it with `advance`.
    pub clock: Clock,
    router: Router,
    runner: Runner,
    _folder: tempfile::TempDir,
}

/// Somebody with a key for the API.
#[derive(Clone)]
pub struct Person {
    /// Who.
    pub user: User,
    /// Their API key.
    pub key: String,
}

impl Person {}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {} {}", self.status, self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body, if the status is this one.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        if self.body.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }
}

/// A request on its way.
pub struct Ask<'a> {
    app: &'a TestApp,
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Ask<'_> {
    /// With somebody's key.
    pub fn by(self, person: &Person) -> Self {
        let key = format!("Bearer {}", person.key);
        self.with("authorization", &key)
    }

    /// With a header.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// With a body of JSON.
    pub fn json(self, body: &Value) -> Self {
        self.bytes("application/json", body.to_string())
    }

    /// With a body.
    pub fn bytes(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.with("content-type", content_type)
    }

    /// With a form of one file and other fields.
    pub fn form(self, fields: &[(&str, &str)], file: (&str, &[u8])) -> Self {
        const BOUNDARY: &str = "-----------------portolan-test";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
            );
        }
        let (name, bytes) = file;
        body.extend_from_slice(
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        self.bytes(&format!("multipart/form-data; boundary={BOUNDARY}"), body)
    }

    /// Sends it, and waits for the answer.
    pub async fn send(self) -> Reply {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(self.path.clone());
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if !self.body.is_empty() {
            request = request.header(header::CONTENT_LENGTH, self.body.len());
        }
        let request = request.body(Body::from(self.body)).expect("a request");
        let response = self
            .app
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("never fails");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX)
            .await
            .expect("a whole body");
        contract::check(
            &self.app.app,
            &self.method,
            &self.path,
            parts.status,
            &parts.headers,
            &body,
        );
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

impl TestApp {
    /// A desk with the default settings and no gaining carrier.
    pub async fn on(test: &TestDb) -> Self {
        Self::with(test, "").await
    }

    /// A desk with these settings over the defaults, as in `portolan.toml`.
    pub async fn with(test: &TestDb, settings: &str) -> Self {
        portolan::tls::choose_provider();
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::from_toml(settings).expect("settings that can be used");
        config.data.folder = folder.path().to_path_buf();
        let clock = Clock::manual(MONDAY.parse().expect("a literal"));
        let ids = Ids::seeded(7);
        let now = clock.now();
        let far = now
            .checked_add(SignedDuration::from_hours(24 * 365))
            .expect("in range");
        let seal = SealKey::generate("Portolan test desk", now, far, &ids.secret()).expect("a key");
        let carrier = open::carrier(&config, &clock).expect("a carrier that can be used");
        let app = App::from(Parts {
            db: test.db.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            blobs: Blobs::folder(&folder.path().join("blobs")).expect("a folder"),
            vault: Vault::new(&"5a".repeat(32).into(), ids.clone()).expect("a key"),
            seal,
            carrier,
            config,
        });
        let router = api::router(app.clone()).merge(hooks::router(app.clone()));
        let work = Work::new(app.clone()).expect("settings that can be used");
        let runner = Runner::new(
            test.db.clone(),
            clock.clone(),
            ids,
            Arc::new(work),
            RunnerOptions::default(),
        )
        .with(timers(&app));
        Self {
            app,
            clock,
            router,
            runner,
            _folder: folder,
        }
    }

    /// The faces without a network in between.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// An account.
    pub async fn account(&self, name: &str) -> Account {
        people::add_account(&self.app, None, name, false)
            .await
            .expect("an account")
    }

    /// Somebody who files ports for an account.
    pub async fn submitter(&self, account: &Account, name: &str) -> Person {
        self.person(Some(account), Role::Submitter, name).await
    }

    /// Somebody who looks after an account.
    pub async fn account_administrator(&self, account: &Account, name: &str) -> Person {
        self.person(Some(account), Role::AccountAdministrator, name)
            .await
    }

    /// Somebody at the desk.
    pub async fn desk(&self) -> Person {
        self.person(None, Role::Desk, "Dana Desk").await
    }

    /// An administrator.
    pub async fn administrator(&self) -> Person {
        self.person(None, Role::Administrator, "Adam Admin").await
    }

    async fn person(&self, account: Option<&Account>, role: Role, name: &str) -> Person {
        let email = format!(
            "{}@example.com",
            name.to_lowercase().replace(' ', ".").replace('\'', "")
        );
        let user = people::add_user(
            &self.app,
            None,
            account.map(|account| account.id),
            role,
            name,
            &email,
            "correct horse battery".to_owned().into(),
        )
        .await
        .expect("a user");
        let (_, key) = people::add_api_key(&self.app, user.id, "tests")
            .await
            .expect("a key");
        Person {
            user,
            key: key.expose_secret().to_owned(),
        }
    }

    fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        Ask {
            app: self,
            method,
            path: path.to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// A request of any method.
    pub fn request(&self, method: &str, path: &str) -> Ask<'_> {
        self.ask(method.parse().expect("a method"), path)
    }

    /// A GET request.
    pub fn get(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path)
    }

    /// A POST request.
    pub fn post(&self, path: &str) -> Ask<'_> {
        self.ask(Method::POST, path)
    }

    /// A PATCH request.
    pub fn patch(&self, path: &str) -> Ask<'_> {
        self.ask(Method::PATCH, path)
    }

    /// A DELETE request.
    pub fn delete(&self, path: &str) -> Ask<'_> {
        self.ask(Method::DELETE, path)
    }

    /// Does all work that is due: jobs and timers.
    pub async fn run_jobs(&self) -> usize {
        self.runner.run_due().await.expect("the database works")
    }

    /// All mails, oldest first, whole.
    pub async fn mails(&self) -> Vec<Mail> {
        let desk = Caller {
            actor: portolan::domain::port::Actor {
                role: Role::Desk,
                name: "a test".to_owned(),
                user: None,
            },
            user: self.app.ids.next(Timestamp::UNIX_EPOCH),
            account: None,
            clients: Arc::from([]),
        };
        let mut mails = mailing::list(&self.app, &desk, None, None, None, 10_000)
            .await
            .expect("mails");
        mails.reverse();
        mails
            .iter()
            .map(|mail| mailing::whole(&self.app, mail).expect("opens"))
            .collect()
    }

    /// The token of the last mailed link of a kind: `sign` or `upload`.
    pub async fn token(&self, kind: &str) -> String {
        let place = format!("/{kind}/");
        let mails = self.mails().await;
        let text = mails
            .iter()
            .rev()
            .map(|mail| mail.body_text.as_str())
            .find(|text| text.contains(&place))
            .unwrap_or_else(|| panic!("no mail holds a link to {place}"));
        let rest = text.split(&place).nth(1).expect("found above");
        rest.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            .collect()
    }

    /// Begins a request with everything that a letter needs; gives its id.
    pub async fn complete_port(&self, by: &Person, numbers: &[&str]) -> String {
        let port = self
            .post("/v1/ports")
            .by(by)
            .json(&complete_form(numbers))
            .send()
            .await
            .ok(201);
        port["id"].as_str().expect("an id").to_owned()
    }

    /// The owner signs the letter that was mailed.
    pub async fn sign(&self) {
        let token = self.token("sign").await;
        letters::open(&self.app, &token).await.expect("opens");
        let given = letters::Given {
            name: "Maria Kovacs".to_owned(),
            title: "Owner".to_owned(),
            drawn: None,
            consent: true,
            ip: "192.0.2.7".to_owned(),
            user_agent: "a test".to_owned(),
        };
        letters::sign(&self.app, &token, given)
            .await
            .expect("signed");
    }

    /// Brings a request from draft to review: its letter sent and signed, its bill received. Gives the bill's id.
    pub async fn sign_and_prove(&self, by: &Person, port: &str) -> String {
        self.post(&format!("/v1/ports/{port}/loa/send"))
            .by(by)
            .send()
            .await
            .ok(200);
        self.sign().await;
        let after = self
            .post(&format!("/v1/ports/{port}/proof"))
            .by(by)
            .form(&[("kind", "billing_statement")], ("bill.png", &picture()))
            .send()
            .await
            .ok(201);
        after["proof"][0]["document"]
            .as_str()
            .expect("a document")
            .to_owned()
    }
}

/// A form with everything that a letter needs.
pub fn complete_form(numbers: &[&str]) -> Value {
    let numbers: Vec<Value> = numbers
        .iter()
        .map(|number| json!({ "number": number, "receiving": "+14045550100", "source": "Google Ads" }))
        .collect();
    json!({
        "title": "Head office",
        "losing_carrier": "Copper Valley Telephone",
        "customer": {
            "first_name": "Maria",
            "last_name": "Kovacs",
            "business_name": "Harbor Dental Group, LLC",
        },
        "account_number": ACCOUNT_NUMBER,
        "pin": PIN,
        "billing_address": {
            "street": "1200 Peachtree St NE",
            "extended": "Ste 410",
            "city": "Atlanta",
            "state": "GA",
            "postal_code": "30309",
        },
        "signer": { "name": "Maria Kovacs", "email": "maria@harbordental.example", "title": "Owner" },
        "agreement": {
            "version": portolan::domain::agreement::VERSION,
            "accepted": portolan::domain::agreement::STATEMENTS.map(|(name, _)| name),
        },
        "numbers": numbers,
    })
}

/// The secrets of [`complete_form`], which must never be seen again.
pub const ACCOUNT_NUMBER: &str = "8155300440129471";
/// See [`ACCOUNT_NUMBER`].
pub const PIN: &str = "PIN-73920518";

/// A small picture that is a picture.
pub fn picture() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(40, 30, |x, y| {
        image::Rgb([
            u8::try_from(x).unwrap_or(0),
            u8::try_from(y).unwrap_or(0),
            90,
        ])
    })
    .write_to(&mut bytes, image::ImageFormat::Png)
    .expect("a picture");
    bytes.into_inner()
}
