//! Plays the demo's people: the customer and the desk through the API, the owner of the numbers
//! through the mailed links and the public pages. They know nothing of the inside; what they do, anybody
//! could do with a browser and a key.

use std::collections::HashSet;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::simulator::Scenario;
use crate::simulator::demo::{Part, Typed};

/// Where the play takes place.
#[derive(Clone)]
pub struct Stage {
    /// The product's address, without a slash at its end.
    pub base: String,
    /// The desk agent's API key.
    pub desk_key: String,
    /// The customer's API key.
    pub customer_key: String,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

/// How long the whole play may take, in wire time.
const PATIENCE: Duration = Duration::from_secs(85);
/// How often somebody looks again.
const GLANCE: Duration = Duration::from_millis(250);

/// Why somebody could not go on.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The product said no where it should not.
    #[error("{what}: {status} {says}")]
    Refused {
        /// What was tried.
        what: String,
        /// The answer's status.
        status: u16,
        /// The answer.
        says: String,
    },
    /// Nothing answered for too long.
    #[error("{0}: no answer")]
    Silent(String),
    /// An answer had another shape than the API's description says.
    #[error("{0}")]
    Odd(String),
}

/// How a port ended.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Outcome {
    /// Which story.
    pub scenario: &'static str,
    /// The story in a sentence.
    pub story: &'static str,
    /// The request.
    pub port: String,
    /// Its last status.
    pub status: String,
    /// How many numbers ported, and how many did not.
    pub ported: usize,
    /// See `ported`.
    pub not_ported: usize,
    /// What the people met on the way.
    pub met: Vec<String>,
    /// How it should have ended, and what should have been met.
    pub should: Should,
    /// Why the play could not go on, if it could not.
    pub trouble: Option<String>,
}

/// How a story should end.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Should {
    /// The last status.
    pub status: &'static str,
    /// How many numbers do not port.
    pub not_ported: usize,
    /// What must have been met on the way, however long it took: it waits for somebody, or it lasts.
    pub meet: Vec<&'static str>,
    /// What is met by a desk that is there all the time. Whoever is away on those days finds it over.
    pub meet_in_time: Vec<&'static str>,
}

impl Outcome {
    /// Whether everything happened as its story says.
    pub fn as_it_should(&self) -> bool {
        self.ended_as_it_should() && self.has_met(&self.should.meet_in_time)
    }

    /// Whether it ended as its story says, whatever was over before the desk could see it. This is what
    /// holds for a server that is away again and again.
    pub fn ended_as_it_should(&self) -> bool {
        self.trouble.is_none()
            && self.status == self.should.status
            && self.not_ported == self.should.not_ported
            && self.has_met(&self.should.meet)
    }

    fn has_met(&self, wanted: &[&str]) -> bool {
        wanted
            .iter()
            .all(|wanted| self.met.iter().any(|met| met == wanted))
    }
}

/// How each story should end.
fn should(scenario: Scenario) -> Should {
    let (status, not_ported, meet, meet_in_time): (_, _, &[&str], &[&str]) = match scenario {
        Scenario::WrongAccountNumber | Scenario::MissingPinOnMobile => {
            ("completed", 0, &["rejected", "mended"], &[])
        }
        Scenario::AddressMismatch => ("completed", 0, &["rejected", "signed again", "mended"], &[]),
        Scenario::PartialPort => ("completed", 1, &["numbers_failed"], &[]),
        Scenario::SplitByCarrier => ("completed", 0, &["order_split"], &[]),
        Scenario::SilentCarrier => ("completed", 0, &[], &["silence_noticed"]),
        Scenario::DateMovedLater => ("completed", 0, &[], &["port_date_changed"]),
        Scenario::DateEarlierThanAsked => ("completed", 0, &[], &["early date accepted"]),
        Scenario::Jeopardy => ("completed", 0, &[], &["jeopardy"]),
        Scenario::NumberLostToOtherPort => ("cancelled", 1, &["rejected", "given up"], &[]),
        Scenario::CancelTooLate => ("completed", 0, &[], &["cancel_refused"]),
        Scenario::Happy
        | Scenario::LateText
        | Scenario::WebhooksTwiceAndOutOfOrder
        | Scenario::CarrierDownForADay => ("completed", 0, &[], &[]),
    };
    Should {
        status,
        not_ported,
        meet: meet.to_vec(),
        meet_in_time: meet_in_time.to_vec(),
    }
}

/// One port's story as it is played.
struct Story<'a> {
    part: &'a Part,
    outcome: Outcome,
    /// Once it is filed.
    port: Option<String>,
    asked_to_cancel: bool,
    mended: bool,
    letters: HashSet<String>,
    over: bool,
}

impl<'a> Story<'a> {
    fn new(part: &'a Part) -> Self {
        Self {
            part,
            outcome: Outcome {
                scenario: part.scenario.name(),
                story: part.story,
                port: String::new(),
                status: "not filed".to_owned(),
                ported: 0,
                not_ported: 0,
                met: Vec::new(),
                should: should(part.scenario),
                trouble: None,
            },
            port: None,
            asked_to_cancel: false,
            mended: false,
            letters: HashSet::new(),
            over: false,
        }
    }
}

/// The play.
pub struct Play {
    stage: Stage,
    cast: Vec<Part>,
    http: reqwest::Client,
    patience: Duration,
}

/// Which key is used.
#[derive(Clone, Copy)]
enum As {
    Customer,
    Desk,
}

impl Play {
    /// The play on this stage with this cast.
    #[expect(
        clippy::disallowed_methods,
        reason = "the demo's people have a browser of their own; it has no settings that could fail"
    )]
    pub fn new(stage: Stage, cast: Vec<Part>) -> Self {
        crate::tls::choose_provider();
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(20))
            .no_proxy()
            .build()
            .unwrap_or_default();
        Self {
            stage,
            cast,
            http,
            patience: PATIENCE,
        }
    }

    /// With people who wait longer, for a server that is often away.
    pub fn patient(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Files every port and sends its letter, and stops there.
    pub async fn open_all(&self) -> Result<(), PlayError> {
        for part in &self.cast {
            let port = self.file(part).await?;
            self.send_letter(&port, &part.typed).await?;
        }
        Ok(())
    }

    /// Plays every story to its end, all at the same time. `says` hears how each fares.
    pub async fn run(&self, says: impl Fn(&'static str, &str)) -> Vec<Outcome> {
        self.run_with(async || tokio::time::sleep(GLANCE).await, says)
            .await
    }

    /// [`Play::run`] in rounds: everybody looks and does what there is to do, then `between` says when they look again.
    pub async fn run_with(
        &self,
        between: impl AsyncFn(),
        says: impl Fn(&'static str, &str),
    ) -> Vec<Outcome> {
        let mut stories: Vec<_> = self.cast.iter().map(Story::new).collect();
        let end = tokio::time::Instant::now() + self.patience;
        while stories.iter().any(|one| !one.over) {
            let looks = stories.iter_mut().filter(|one| !one.over);
            futures::future::join_all(looks.map(|one| self.glance(one, end, &says))).await;
            between().await;
        }
        let mut outcomes: Vec<_> = stories.into_iter().map(|one| one.outcome).collect();
        outcomes.sort_by_key(|one| {
            Scenario::ALL
                .iter()
                .position(|scenario| scenario.name() == one.scenario)
        });
        outcomes
    }

    /// One look at a story, and what there is to do.
    async fn glance(
        &self,
        story: &mut Story<'_>,
        end: tokio::time::Instant,
        says: &impl Fn(&'static str, &str),
    ) {
        let name = story.part.scenario.name();
        let trouble = match tokio::time::timeout_at(end, self.look(story, says)).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("it did not end in time".to_owned()),
        };
        if trouble.is_some() {
            story.outcome.trouble = trouble;
            story.over = true;
        }
        if story.over {
            says(
                name,
                if story.outcome.as_it_should() {
                    "as it should"
                } else {
                    "NOT as it should"
                },
            );
        }
    }

    async fn look(
        &self,
        story: &mut Story<'_>,
        says: &impl Fn(&'static str, &str),
    ) -> Result<(), PlayError> {
        let part = story.part;
        let Some(port) = story.port.clone() else {
            let port = self.file(part).await?;
            story.outcome.port.clone_from(&port);
            if part.scenario == Scenario::DateEarlierThanAsked {
                self.wish_for_a_date(&port).await?;
            }
            self.send_letter(&port, &part.typed).await?;
            story.port = Some(port);
            return Ok(());
        };
        let view = self
            .api(
                As::Customer,
                Method::GET,
                &format!("/v1/ports/{port}"),
                None,
                None,
            )
            .await?;
        let outcome = &mut story.outcome;
        let status = text(&view, "status")?;
        if outcome.status != status {
            says(part.scenario.name(), &status.replace('_', " "));
            outcome.status.clone_from(&status);
        }
        let numbers = view["numbers"].as_array().cloned().unwrap_or_default();
        let voices = |wanted: &[&str]| {
            numbers
                .iter()
                .filter(|one| wanted.contains(&one["voice"]["state"].as_str().unwrap_or_default()))
                .count()
        };
        outcome.ported = voices(&["ported"]);
        outcome.not_ported = voices(&["failed", "cancelled", "snapped_back"]);
        match status.as_str() {
            "awaiting_signature" => self.sign(&port, &mut story.letters).await?,
            "awaiting_proof" => self.upload_bill(&port, part).await?,
            "in_review" => self.review(&port, &view).await?,
            "rejected" if view["loa"]["state"] == "sent" => {
                self.sign(&port, &mut story.letters).await?;
                meet(outcome, "signed again");
                // The correction goes back with the signature.
                meet(outcome, "mended");
            }
            "rejected" => self.mend(&port, part, &mut story.mended, outcome).await?,
            "scheduled" => {
                if part.scenario == Scenario::CancelTooLate && !story.asked_to_cancel {
                    story.asked_to_cancel = true;
                    self.api(
                        As::Customer,
                        Method::POST,
                        &format!("/v1/ports/{port}/cancel"),
                        Some(json!({ "reason": "We stay where we are." })),
                        None,
                    )
                    .await?;
                }
                self.accept_early_dates(&port, outcome).await?;
            }
            "testing" => self.test(&port, &numbers).await?,
            "completed" | "cancelled" | "snapped_back" => {
                self.remember(&port, outcome).await?;
                story.over = true;
            }
            _ => {}
        }
        Ok(())
    }

    /// What the request's history says was met.
    async fn remember(&self, port: &str, outcome: &mut Outcome) -> Result<(), PlayError> {
        let history = self
            .api(
                As::Desk,
                Method::GET,
                &format!("/v1/ports/{port}/events?limit=200"),
                None,
                None,
            )
            .await?;
        for event in history["items"].as_array().into_iter().flatten() {
            if let Some(kind) = event["type"].as_str() {
                meet(outcome, kind);
            }
        }
        Ok(())
    }

    /// The customer files the port: the form, and the numbers as a CSV file.
    async fn file(&self, part: &Part) -> Result<String, PlayError> {
        let typed = &part.typed;
        let mut form = form_of(typed);
        form["title"] = json!(typed.business_name);
        let statements = self
            .api(As::Customer, Method::GET, "/v1/agreement", None, None)
            .await?;
        let names: Vec<&Value> = statements["items"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| &one["name"])
            .collect();
        form["agreement"] = json!({ "version": statements["version"], "accepted": names });
        let key = format!("demo-{}", part.scenario.name());
        let port = self
            .api(
                As::Customer,
                Method::POST,
                "/v1/ports",
                Some(form),
                Some(&key),
            )
            .await?;
        let id = text(&port, "id")?;
        self.import(&id, typed).await?;
        Ok(id)
    }

    /// The numbers come as the customer's CSV file.
    async fn import(&self, port: &str, typed: &Typed) -> Result<(), PlayError> {
        let mut csv = String::from("Tracking Number to Port,Receiving Number,Tracking Source\r\n");
        for row in &typed.numbers {
            csv.push_str(&format!(
                "{},{},{}\r\n",
                row.number, row.receiving, row.source
            ));
        }
        let what = format!("import numbers into {port}");
        let url = format!("{}/v1/ports/{port}/numbers/import", self.stage.base);
        let answer = self
            .patiently(&what, || {
                self.http
                    .post(&url)
                    .bearer_auth(&self.stage.customer_key)
                    .header("content-type", "text/csv")
                    .header("idempotency-key", format!("numbers-{port}"))
                    .body(csv.clone())
            })
            .await?;
        if answer.0.is_success() {
            Ok(())
        } else {
            Err(refused(what, &answer))
        }
    }

    /// The customer would like a day two weeks on, so that there are earlier ones to be given. On a weekend or a
    /// holiday nothing is ported: then the next day.
    async fn wish_for_a_date(&self, port: &str) -> Result<(), PlayError> {
        let path = format!("/v1/ports/{port}");
        let view = self
            .api(As::Customer, Method::GET, &path, None, None)
            .await?;
        let begun: jiff::Timestamp = text(&view, "created_at")?
            .parse()
            .map_err(|_| PlayError::Odd(format!("{path}: created_at is no moment")))?;
        let mut day = begun.to_zoned(jiff::tz::TimeZone::UTC).date();
        day = day.saturating_add(jiff::Span::new().days(14));
        for _ in 0..7 {
            let wish = json!({ "requested_date": day.to_string() });
            match self
                .api(As::Customer, Method::PATCH, &path, Some(wish), None)
                .await
            {
                Err(PlayError::Refused { status: 422, .. }) => {
                    day = day.saturating_add(jiff::Span::new().days(1));
                }
                Err(error) => return Err(error),
                Ok(_) => return Ok(()),
            }
        }
        Err(PlayError::Odd(format!(
            "{path}: no day of a week can be asked for"
        )))
    }

    async fn send_letter(&self, port: &str, typed: &Typed) -> Result<(), PlayError> {
        let signer = json!({ "signer": { "name": format!("{} {}", typed.first_name, typed.last_name), "email": typed.signer_email } });
        match self
            .api(
                As::Customer,
                Method::POST,
                &format!("/v1/ports/{port}/loa/send"),
                Some(signer),
                None,
            )
            .await
        {
            Ok(_) | Err(PlayError::Refused { status: 409, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The owner reads the newest mail with such a link and opens it.
    async fn link(
        &self,
        port: &str,
        kinds: &[&str],
        path: &str,
    ) -> Result<Option<String>, PlayError> {
        let mails = self
            .api(
                As::Desk,
                Method::GET,
                &format!("/v1/mails?port={port}&limit=100"),
                None,
                None,
            )
            .await?;
        let newest = mails["items"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|mail| {
                mail["kind"]
                    .as_str()
                    .is_some_and(|kind| kinds.contains(&kind))
            });
        let Some(id) = newest.and_then(|mail| mail["id"].as_str()) else {
            return Ok(None);
        };
        let mail = self
            .api(
                As::Desk,
                Method::GET,
                &format!("/v1/mails/{id}"),
                None,
                None,
            )
            .await?;
        let body = text(&mail, "text")?;
        Ok(body
            .split_whitespace()
            .find(|word| word.contains(path))
            .map(str::to_owned))
    }

    /// The owner reads the letter on the page behind the link, consents, types the name and signs.
    async fn sign(&self, port: &str, letters: &mut HashSet<String>) -> Result<(), PlayError> {
        let Some(link) = self
            .link(port, &["letter_to_sign", "letter_reminder"], "/sign/")
            .await?
        else {
            return Ok(());
        };
        if letters.contains(&link) {
            return Ok(());
        }
        let page = self
            .patiently("open the letter", || self.http.get(&link))
            .await?;
        if page.0 == StatusCode::GONE
            || (page.0.is_success() && !page.1.contains("name=\"document\""))
        {
            // A newer mail is on its way, or it is signed already.
            return Ok(());
        }
        let hash = between(&page.1, "name=\"document\" value=\"", "\"").unwrap_or_default();
        let name = between(&page.1, "<dt>Authorized person</dt><dd>", "</dd>").unwrap_or_default();
        let form = [
            ("consent", "yes"),
            ("name", name.as_str()),
            ("role", "Owner"),
            ("document", hash.as_str()),
        ];
        let answer = self
            .patiently("sign the letter", || self.http.post(&link).form(&form))
            .await?;
        if answer.0.is_success() || answer.0 == StatusCode::GONE || answer.0 == StatusCode::CONFLICT
        {
            letters.insert(link);
            return Ok(());
        }
        Err(refused("sign the letter", &answer))
    }

    /// The owner sends the phone bill through the link in the next mail.
    async fn upload_bill(&self, port: &str, part: &Part) -> Result<(), PlayError> {
        let Some(link) = self.link(port, &["upload_bill"], "/upload/").await? else {
            return Ok(());
        };
        let bill = bill(&part.typed);
        let answer = self
            .patiently("send the phone bill", || {
                let file =
                    reqwest::multipart::Part::bytes(bill.clone()).file_name("phone-bill.pdf");
                self.http.post(&link).multipart(
                    reqwest::multipart::Form::new()
                        .text("kind", "billing_statement")
                        .part("file", file),
                )
            })
            .await?;
        if answer.0.is_success() || answer.0 == StatusCode::GONE {
            Ok(())
        } else {
            Err(refused("send the phone bill", &answer))
        }
    }

    /// The desk accepts what it was sent and submits the request.
    async fn review(&self, port: &str, view: &Value) -> Result<(), PlayError> {
        for proof in view["proof"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| one["verdict"] == "waiting")
        {
            let document = text(proof, "document")?;
            self.api(
                As::Desk,
                Method::POST,
                &format!("/v1/ports/{port}/proof/{document}/accept"),
                None,
                None,
            )
            .await?;
        }
        self.allow_conflict(
            self.api(
                As::Desk,
                Method::POST,
                &format!("/v1/ports/{port}/submit"),
                None,
                None,
            )
            .await,
        )
    }

    fn allow_conflict(&self, answer: Result<Value, PlayError>) -> Result<(), PlayError> {
        match answer {
            Ok(_) | Err(PlayError::Refused { status: 409, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The customer answers the question; what no data can mend, the desk gives up.
    async fn mend(
        &self,
        port: &str,
        part: &Part,
        mended: &mut bool,
        outcome: &mut Outcome,
    ) -> Result<(), PlayError> {
        meet(outcome, "rejected");
        let Some(right) = &part.mended else {
            let numbers: Vec<&str> = part
                .typed
                .numbers
                .iter()
                .map(|one| one.number.as_str())
                .collect();
            let body = json!({ "numbers": numbers, "reason": "the number was ported to another provider meanwhile" });
            self.allow_conflict(
                self.api(
                    As::Desk,
                    Method::POST,
                    &format!("/v1/ports/{port}/give-up"),
                    Some(body),
                    None,
                )
                .await,
            )?;
            meet(outcome, "given up");
            return Ok(());
        };
        if !*mended {
            self.api(
                As::Customer,
                Method::PATCH,
                &format!("/v1/ports/{port}"),
                Some(form_of(right)),
                None,
            )
            .await?;
            *mended = true;
        }
        let view = self
            .api(
                As::Customer,
                Method::GET,
                &format!("/v1/ports/{port}"),
                None,
                None,
            )
            .await?;
        if view["loa"]["state"] != "signed" {
            return self.send_letter(port, right).await;
        }
        self.allow_conflict(
            self.api(
                As::Customer,
                Method::POST,
                &format!("/v1/ports/{port}/resubmit"),
                None,
                None,
            )
            .await,
        )?;
        meet(outcome, "mended");
        Ok(())
    }

    async fn accept_early_dates(&self, port: &str, outcome: &mut Outcome) -> Result<(), PlayError> {
        let view = self
            .api(
                As::Desk,
                Method::GET,
                &format!("/v1/ports/{port}"),
                None,
                None,
            )
            .await?;
        for line in view["attention"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| one["kind"] == "early_date")
        {
            let order = text(line, "order")?;
            let answer = self
                .api(
                    As::Desk,
                    Method::POST,
                    &format!("/v1/ports/{port}/accept-date"),
                    Some(json!({ "order": order })),
                    None,
                )
                .await;
            self.allow_conflict(answer)?;
            meet(outcome, "early date accepted");
        }
        Ok(())
    }

    /// The customer calls each number that has ported and writes down that it rang in the right place.
    async fn test(&self, port: &str, numbers: &[Value]) -> Result<(), PlayError> {
        for one in numbers
            .iter()
            .filter(|one| one["voice"]["state"] == "ported" && one["voice_test"].is_null())
        {
            let body = json!({ "number": one["number"], "kind": "voice", "passed": true, "remark": "It rang where it should." });
            self.allow_conflict(
                self.api(
                    As::Customer,
                    Method::POST,
                    &format!("/v1/ports/{port}/tests"),
                    Some(body),
                    None,
                )
                .await,
            )?;
        }
        Ok(())
    }

    async fn api(
        &self,
        who: As,
        method: Method,
        path: &str,
        body: Option<Value>,
        idempotency: Option<&str>,
    ) -> Result<Value, PlayError> {
        let key = match who {
            As::Customer => &self.stage.customer_key,
            As::Desk => &self.stage.desk_key,
        };
        let what = format!("{method} {path}");
        let url = format!("{}{path}", self.stage.base);
        let answer = self
            .patiently(&what, || {
                let mut request = self.http.request(method.clone(), &url).bearer_auth(key);
                if let Some(body) = &body {
                    request = request.json(body);
                }
                if let Some(key) = idempotency {
                    request = request.header("idempotency-key", key);
                }
                request
            })
            .await?;
        if !answer.0.is_success() {
            return Err(refused(what, &answer));
        }
        if answer.1.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&answer.1)
            .map_err(|_| PlayError::Odd(format!("{what}: the answer is not JSON")))
    }

    /// Sends a request, again and again while nobody answers: the server may just be starting anew.
    async fn patiently(
        &self,
        what: &str,
        request: impl Fn() -> reqwest::RequestBuilder,
    ) -> Result<(StatusCode, String), PlayError> {
        let tries =
            u32::try_from(self.patience.as_millis() / GLANCE.as_millis()).unwrap_or(u32::MAX);
        for _ in 0..tries {
            if let Ok(response) = request().send().await {
                let status = response.status();
                if let Ok(body) = response.text().await
                    && status != StatusCode::SERVICE_UNAVAILABLE
                    && status != StatusCode::TOO_MANY_REQUESTS
                {
                    return Ok((status, body));
                }
            }
            tokio::time::sleep(GLANCE).await;
        }
        Err(PlayError::Silent(what.to_owned()))
    }
}

fn refused(what: impl Into<String>, answer: &(StatusCode, String)) -> PlayError {
    let says = serde_json::from_str::<Value>(&answer.1)
        .ok()
        .and_then(|problem| problem["detail"].as_str().map(str::to_owned));
    PlayError::Refused {
        what: what.into(),
        status: answer.0.as_u16(),
        says: says.unwrap_or_else(|| answer.1.chars().take(300).collect()),
    }
}

fn meet(outcome: &mut Outcome, what: &str) {
    if !outcome.met.iter().any(|one| one == what) {
        outcome.met.push(what.to_owned());
    }
}

fn text(value: &Value, name: &str) -> Result<String, PlayError> {
    value[name]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| PlayError::Odd(format!("an answer has no \"{name}\"")))
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let rest = text.split_once(before)?.1;
    Some(
        rest.split_once(after)?
            .0
            .replace("&#39;", "'")
            .replace("&#38;", "&")
            .replace("&amp;", "&"),
    )
}

/// The form as the API takes it.
fn form_of(typed: &Typed) -> Value {
    let mut form = json!({
        "losing_carrier": typed.carrier_name,
        "customer": { "first_name": typed.first_name, "last_name": typed.last_name, "business_name": typed.business_name },
        "account_number": typed.account_number,
        "billing_address": { "street": typed.street, "extended": typed.unit, "city": typed.city, "state": typed.state, "postal_code": typed.zip },
        "btn": typed.billing_number,
    });
    if let Some(pin) = typed.pin {
        form["pin"] = json!(pin);
    }
    form
}

/// A phone bill, as simple as a PDF can be.
fn bill(typed: &Typed) -> Vec<u8> {
    let mut lines = vec![
        typed.carrier_name.to_owned(),
        "Statement of this month".to_owned(),
        typed.business_name.to_owned(),
        format!("{} {}", typed.street, typed.unit),
        format!("{}, {} {}", typed.city, typed.state, typed.zip),
    ];
    lines.extend(typed.numbers.iter().map(|one| one.number.clone()));
    crate::simulator::one_page_pdf(&lines)
}
