//! A browser without scripts: it follows links and redirects, keeps cookies, and fills and sends the forms
//! that it finds in pages, as a person would. Behind it is a whole desk of a test's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use bytes::Bytes;
use ego_tree::iter::Edge;
use jiff::{SignedDuration, Timestamp};
use portolan::app::mailing::{self, Mail};
use portolan::app::people::{self, Account, User};
use portolan::app::vault::Vault;
use portolan::app::{App, Caller, Parts};
use portolan::blobs::Blobs;
use portolan::clock::Clock;
use portolan::config::Config;
use portolan::documents::seal::SealKey;
use portolan::domain::port::{Actor, Role};
use portolan::ids::Ids;
use portolan::jobs::{Runner, RunnerOptions, Work, timers};
use portolan::{api, hooks, portal, public, web};
use scraper::{ElementRef, Html, Node, Selector};
use tower::ServiceExt as _;

use super::database::TestDb;

/// A Monday noon in the east.
const MONDAY: &str = "2026-11-23T17:00:00Z";
/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// A desk with all of its faces.
pub struct Desk {
    /// The desk.
    pub app: App,
    /// Its clock, which stands still.
    pub clock: Clock,
    router: Router,
    runner: Runner,
    _folder: tempfile::TempDir,
}

impl Desk {
    /// A desk with the default settings and no gaining carrier.
    pub async fn on(test: &TestDb) -> Self {
        Self::with(test, "").await
    }

    /// A desk with these settings over the defaults.
    pub async fn with(test: &TestDb, settings: &str) -> Self {
        portolan::tls::choose_provider();
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::from_toml(settings).expect("settings that can be used");
        config.data.folder = folder.path().to_path_buf();
        let clock = Clock::manual(MONDAY.parse().expect("a literal"));
        let ids = Ids::seeded(11);
        let now = clock.now();
        let far = now
            .checked_add(SignedDuration::from_hours(24 * 365))
            .expect("in range");
        let app = App::from(Parts {
            db: test.db.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            blobs: Blobs::folder(&folder.path().join("blobs")).expect("a folder"),
            vault: Vault::new(&"5a".repeat(32).into(), ids.clone()).expect("a key"),
            seal: SealKey::generate("Portolan test desk", now, far, &ids.secret()).expect("a key"),
            carrier: None,
            config,
        });
        // As `portolan serve` puts them together.
        let faces = Router::new()
            .merge(api::router(app.clone()))
            .merge(hooks::router(app.clone()))
            .merge(public::router(app.clone()))
            .merge(portal::router(app.clone()));
        let router = web::finish(&app, faces);
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

    /// An account.
    pub async fn account(&self, name: &str) -> Account {
        people::add_account(&self.app, None, name, false)
            .await
            .expect("an account")
    }

    /// Somebody who can sign in.
    pub async fn person(&self, account: Option<&Account>, role: Role, email: &str) -> User {
        let name = email.split('@').next().unwrap_or(email).to_owned();
        people::add_user(
            &self.app,
            None,
            account.map(|account| account.id),
            role,
            &name,
            email,
            PASSWORD.to_owned().into(),
        )
        .await
        .expect("a user")
    }

    /// Somebody, by their address.
    pub async fn user(&self, email: &str) -> User {
        let mut read = self.app.db.read().await.expect("a session");
        let user = portolan::db::people::user_by_email(&mut read, email).await;
        user.expect("a row").expect("somebody")
    }

    /// A browser of somebody who is signed in.
    pub async fn submitter(&self, account: &Account, email: &str) -> Browser<'_> {
        self.person(Some(account), Role::Submitter, email).await;
        self.signed_in(email).await
    }

    /// A browser of somebody who looks after an account.
    pub async fn account_administrator(&self, account: &Account, email: &str) -> Browser<'_> {
        self.person(Some(account), Role::AccountAdministrator, email)
            .await;
        self.signed_in(email).await
    }

    /// A browser of somebody at the desk.
    pub async fn agent(&self) -> Browser<'_> {
        self.person(None, Role::Desk, "agent@desk.example").await;
        self.signed_in("agent@desk.example").await
    }

    /// A browser in which somebody has signed in through the page.
    pub async fn signed_in(&self, email: &str) -> Browser<'_> {
        let mut browser = self.browser();
        let page = browser.open("/sign-in").await;
        let form = page
            .form("/sign-in")
            .set("email", email)
            .set("password", PASSWORD);
        let page = browser.send(form).await;
        assert_ne!(page.path, "/sign-in", "{}", page.text());
        browser
    }

    /// A browser of a stranger.
    pub fn browser(&self) -> Browser<'_> {
        Browser {
            desk: self,
            cookies: BTreeMap::new(),
        }
    }

    /// Does all work that is due: jobs and timers.
    pub async fn run_jobs(&self) {
        self.runner.run_due().await.expect("the database works");
    }

    /// All mails, oldest first, whole.
    pub async fn mails(&self) -> Vec<Mail> {
        let desk = Caller {
            actor: Actor {
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

    /// The path of the last mailed link of a kind: `/sign/…` or `/upload/…`.
    pub async fn link(&self, kind: &str) -> String {
        let place = format!("/{kind}/");
        let mails = self.mails().await;
        let text = mails
            .iter()
            .rev()
            .map(|mail| mail.body_text.as_str())
            .find(|text| text.contains(&place))
            .unwrap_or_else(|| panic!("no mail holds a link to {place}"));
        let rest = text.split(&place).nth(1).expect("found above");
        let token: String = rest
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            .collect();
        format!("{place}{token}")
    }
}

/// A browser.
pub struct Browser<'a> {
    desk: &'a Desk,
    /// Its cookies.
    pub cookies: BTreeMap<String, String>,
}

/// What came back.
pub struct Page {
    /// The status of the last answer.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Where the browser ended up, without the query.
    pub path: String,
    /// The bytes.
    pub body: Bytes,
}

impl Browser<'_> {
    /// Opens an address and follows redirects.
    pub async fn open(&mut self, path: &str) -> Page {
        let request = Request::builder().method("GET").uri(path);
        let page = self.ask(request, Body::empty()).await;
        self.follow(page).await
    }

    /// Sends a form without pressing a particular button, and follows redirects.
    pub async fn send(&mut self, form: Form) -> Page {
        self.send_with(form, &[("sec-fetch-site", "same-origin")])
            .await
    }

    /// Presses the button of this name and value.
    pub async fn press(&mut self, form: Form, value: &str) -> Page {
        self.send(form.add("do", value)).await
    }

    /// Sends a form with these headers beside the usual ones, and follows redirects.
    pub async fn send_with(&mut self, form: Form, headers: &[(&str, &str)]) -> Page {
        let (content_type, body) = form.encoded();
        let mut request = Request::builder()
            .method("POST")
            .uri(&form.action)
            .header(header::CONTENT_TYPE, content_type)
            .header(header::CONTENT_LENGTH, body.len());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let page = self.ask(request, Body::from(body)).await;
        self.follow(page).await
    }

    /// One request as it is, without following anything.
    pub async fn ask(&mut self, request: axum::http::request::Builder, body: Body) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = request.body(body).expect("a request");
        if !cookies.is_empty() {
            let value = cookies.join("; ").parse().expect("a header");
            request.headers_mut().insert(header::COOKIE, value);
        }
        let path = request.uri().path().to_owned();
        let response = self
            .desk
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("never fails");
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("plain");
            let (pair, attributes) = text.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Page {
            status: parts.status,
            headers: parts.headers,
            path,
            body: axum::body::to_bytes(body, usize::MAX)
                .await
                .expect("a whole body"),
        }
    }

    async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..5 {
            if !page.status.is_redirection() {
                return page;
            }
            let to = page.headers[header::LOCATION]
                .to_str()
                .expect("plain")
                .split('#')
                .next()
                .expect("something")
                .to_owned();
            assert!(to.starts_with('/'), "a redirect within the desk: {to}");
            page = self
                .ask(Request::builder().method("GET").uri(to), Body::empty())
                .await;
        }
        panic!("too many redirects");
    }
}

/// Elements that stand in a line of words.
const INLINE: [&str; 10] = [
    "a", "abbr", "b", "code", "em", "span", "strong", "small", "time", "wbr",
];

/// What a reader reads: cells and blocks stand apart, as they do on a screen, also where the HTML has no space.
fn words(element: &ElementRef) -> String {
    let mut text = String::new();
    for edge in element.traverse() {
        let (node, opens) = match edge {
            Edge::Open(node) => (node, true),
            Edge::Close(node) => (node, false),
        };
        match node.value() {
            Node::Text(words) if opens => text.push_str(words),
            Node::Element(tag) if !INLINE.contains(&tag.name()) => text.push(' '),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Page {
    /// The page as text.
    pub fn html(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What a reader sees of it.
    pub fn text(&self) -> String {
        words(&Html::parse_document(&self.html()).root_element())
    }

    /// The words of each element that this selector finds.
    pub fn all(&self, css: &str) -> Vec<String> {
        Html::parse_document(&self.html())
            .select(&Selector::parse(css).expect("a selector"))
            .map(|element| words(&element))
            .collect()
    }

    /// The words of the first of them.
    pub fn one(&self, css: &str) -> String {
        let found = self.all(css);
        found
            .first()
            .cloned()
            .unwrap_or_else(|| panic!("no {css} in {}: {}", self.path, self.text()))
    }

    /// An attribute of each element that this selector finds.
    pub fn attr(&self, css: &str, name: &str) -> Vec<String> {
        Html::parse_document(&self.html())
            .select(&Selector::parse(css).expect("a selector"))
            .filter_map(|element| element.value().attr(name).map(str::to_owned))
            .collect()
    }

    /// The form that is sent to this address, filled as it is in the page.
    pub fn form(&self, action: &str) -> Form {
        self.form_with(&format!("form[action='{action}'][method=post]"))
    }

    /// The form that this selector finds, filled as it is in the page.
    pub fn form_with(&self, css: &str) -> Form {
        let html = Html::parse_document(&self.html());
        let form = html
            .select(&Selector::parse(css).expect("a selector"))
            .next()
            .unwrap_or_else(|| {
                let there = self.attr("form", "action");
                panic!("no {css} in {} ({}), but {there:?}", self.path, self.status)
            });
        let action = form.value().attr("action").unwrap_or_default().to_owned();
        let mut fields = Vec::new();
        let controls = Selector::parse("input, select, textarea").expect("a selector");
        for control in form.select(&controls) {
            let value = control.value();
            let Some(name) = value.attr("name") else {
                continue;
            };
            match (value.name(), value.attr("type").unwrap_or("text")) {
                ("input", "checkbox" | "radio") if value.attr("checked").is_none() => {}
                ("input", "file" | "submit") => {}
                ("input", _) => {
                    fields.push((
                        name.to_owned(),
                        value.attr("value").unwrap_or("").to_owned(),
                    ));
                }
                ("textarea", _) => {
                    // A browser drops the line end right after the tag.
                    let text: String = control.text().collect();
                    let text = text.strip_prefix('\n').unwrap_or(&text).to_owned();
                    fields.push((name.to_owned(), text));
                }
                _ => {
                    let options = Selector::parse("option").expect("a selector");
                    let chosen = control
                        .select(&options)
                        .find(|option| option.value().attr("selected").is_some())
                        .or_else(|| control.select(&options).next());
                    let value = chosen.and_then(|option| option.value().attr("value"));
                    fields.push((name.to_owned(), value.unwrap_or("").to_owned()));
                }
            }
        }
        Form {
            action,
            multipart: form.value().attr("enctype") == Some("multipart/form-data"),
            fields,
            files: Vec::new(),
        }
    }

    /// The error beside a control.
    pub fn error(&self, control: &str) -> String {
        self.one(&format!("#{control}-error"))
    }
}

/// A form on its way.
#[derive(Clone)]
pub struct Form {
    /// Where to.
    pub action: String,
    multipart: bool,
    fields: Vec<(String, String)>,
    files: Vec<(String, String, Vec<u8>)>,
}

impl Form {
    /// Types into a control that the form has.
    pub fn set(self, name: &str, value: &str) -> Self {
        self.set_nth(name, 0, value)
    }

    /// Types into the control of this name that comes after `nth` others.
    pub fn set_nth(mut self, name: &str, nth: usize, value: &str) -> Self {
        let here = self
            .fields
            .iter_mut()
            .filter(|(field, _)| field == name)
            .nth(nth);
        match here {
            Some((_, field)) => field.replace_range(.., value),
            None if nth == 0 && name == "password" => {
                self.fields.push((name.to_owned(), value.to_owned()));
            }
            None => panic!("no control {name} number {nth} in the form"),
        }
        self
    }

    /// Ticks a box or presses a button: adds a field.
    pub fn add(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Chooses another of several radio buttons.
    pub fn choose(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.add(name, value)
    }

    /// Leaves a field out.
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self
    }

    /// Chooses a file.
    pub fn file(mut self, control: &str, name: &str, bytes: &[u8]) -> Self {
        self.files
            .push((control.to_owned(), name.to_owned(), bytes.to_vec()));
        self
    }

    /// What is in a control.
    pub fn value(&self, name: &str) -> &str {
        self.values(name).into_iter().next().unwrap_or_default()
    }

    /// What is in all controls of this name.
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.fields
            .iter()
            .filter(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    fn encoded(&self) -> (String, Vec<u8>) {
        const BOUNDARY: &str = "----portolan-test-boundary";
        if !self.multipart {
            let body = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&self.fields)
                .finish();
            return (
                "application/x-www-form-urlencoded".to_owned(),
                body.into_bytes(),
            );
        }
        let mut body = Vec::new();
        for (name, value) in &self.fields {
            let part = format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        for (control, name, bytes) in &self.files {
            let part = format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{control}\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(part.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={BOUNDARY}"), body)
    }
}

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
