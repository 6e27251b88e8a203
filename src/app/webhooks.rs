//! Webhooks out: one event for each fact that the account may see, to each of its endpoints.

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use super::answers::Keep;
use super::{App, AppError, Caller};
use crate::db::jobs::{self, NewJob};
use crate::db::outside;
use crate::db::ports::StoredFact;
use crate::db::{DbError, Tx};
use crate::domain::port::{Fact, PortRequest, status, words};
use crate::ids::{AccountId, DeliveryId, EndpointId};

pub use crate::db::outside::{Attempt, Delivery, Endpoint, Wanted};

/// What every webhook secret begins with (Standard Webhooks).
const SECRET_PREFIX: &str = "whsec_";

/// Queues the deliveries of new facts in their own commit.
pub(super) async fn queue(
    app: &App,
    tx: &mut Tx,
    endpoints: &[Endpoint],
    request: &PortRequest,
    facts: &[StoredFact],
    now: Timestamp,
) -> Result<(), DbError> {
    let public: Vec<&StoredFact> = facts
        .iter()
        .filter(|one| !one.fact.is_staff_only())
        .collect();
    if public.is_empty() {
        return Ok(());
    }
    for endpoint in endpoints {
        for fact in &public {
            let name = fact.fact.name();
            if !endpoint.events.is_empty() && !endpoint.events.iter().any(|one| one == name) {
                continue;
            }
            let id: DeliveryId = app.ids.next(now);
            let body = serde_json::json!({
                "type": format!("port.{}", fact.fact.name()),
                "timestamp": fact.at.to_string(),
                "data": {
                    "port": request.id,
                    "event": fact.id,
                    "seq": fact.seq,
                    "status": status(request).name(),
                    "says": words::say(&fact.fact, &jiff::tz::TimeZone::UTC),
                },
            });
            let delivery = Delivery {
                id,
                endpoint: endpoint.id,
                fact: fact.id,
                port: request.id,
                event: format!("port.{}", fact.fact.name()),
                body: body.to_string(),
                state: "queued".to_owned(),
                attempts: 0,
                last_status: None,
                last_answer: None,
                created_at: now,
                delivered_at: None,
                next_at: None,
            };
            if outside::insert_delivery(tx, &delivery).await? {
                jobs::enqueue(tx, &app.ids, now, delivery_job(app, id)).await?;
            }
        }
    }
    Ok(())
}

fn delivery_job(app: &App, id: DeliveryId) -> NewJob {
    let tries = u32::try_from(app.config.webhooks_out.retry_seconds.len())
        .unwrap_or(u32::MAX)
        .saturating_add(1);
    NewJob::new("deliver_webhook", serde_json::json!({ "delivery": id }))
        .once(format!("deliver/{id}"))
        .attempts(tries)
}

/// The place in the vault of an endpoint's secret.
pub fn secret_place(id: EndpointId) -> String {
    format!("{id}/secret")
}

/// Makes an endpoint. Its signing secret is shown once.
pub async fn add(
    app: &App,
    caller: &Caller,
    account: Option<AccountId>,
    url: &str,
) -> Result<(Endpoint, SecretString), AppError> {
    add_once(app, caller, account, url, Vec::new(), None).await
}

fn new_secret(app: &App) -> String {
    use base64::Engine as _;
    let random = base64::engine::general_purpose::STANDARD.encode(app.ids.secret());
    format!("{SECRET_PREFIX}{random}")
}

/// The names of the events that are sent, with what each says.
pub fn event_names() -> Vec<&'static str> {
    Fact::NAMES.to_vec()
}

/// Checks names of events, with or without `port.` before them.
fn known_events(typed: Vec<String>) -> Result<Vec<String>, AppError> {
    let mut events: Vec<String> = Vec::new();
    for name in typed {
        let name = name.trim().trim_start_matches("port.").to_owned();
        if !Fact::NAMES.contains(&name.as_str()) {
            return Err(AppError::field(
                "events",
                format!("There is no event called port.{name}."),
            ));
        }
        if !events.contains(&name) {
            events.push(name);
        }
    }
    // All of them, also those of a later version.
    if events.len() == Fact::NAMES.len() {
        events.clear();
    }
    Ok(events)
}

/// Makes an endpoint, and remembers the answer.
pub async fn add_once(
    app: &App,
    caller: &Caller,
    account: Option<AccountId>,
    url: &str,
    events: Vec<String>,
    keep: Option<Keep<(Endpoint, SecretString)>>,
) -> Result<(Endpoint, SecretString), AppError> {
    let events = known_events(events)?;
    let account = caller.account_for(account)?;
    caller.account_administrators_only()?;
    let parsed = url::Url::parse(url.trim()).map_err(|_| {
        AppError::field("url", "That is not a web address. It begins with https://")
    })?;
    let local = app.config.webhooks_out.allow_private_addresses;
    if parsed.scheme() != "https" && !(local && parsed.scheme() == "http") {
        return Err(AppError::field(
            "url",
            "Webhooks go to https addresses only.",
        ));
    }
    if parsed.host_str().is_none() || !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(AppError::field(
            "url",
            "The address needs a host and must not carry a name or password; webhooks are signed instead.",
        ));
    }
    let now = app.clock.now();
    let id: EndpointId = app.ids.next(now);
    let secret = new_secret(app);
    let endpoint = Endpoint {
        id,
        account,
        url: parsed.to_string(),
        sealed_secret: app.vault.seal(&secret_place(id), &secret),
        events,
        paused_at: None,
        created_at: now,
        disabled_at: None,
    };
    let mut tx = app.db.write().await?;
    if outside::endpoints(&mut tx, account).await?.len()
        >= app.config.webhooks_out.endpoints_per_account_max as usize
    {
        return Err(AppError::field(
            "url",
            "This account has as many webhook addresses as it can have. Remove one first.",
        ));
    }
    outside::insert_endpoint(&mut tx, &endpoint).await?;
    let made = (endpoint, secret.into());
    if let Some(keep) = keep
        && !keep.store(app, &mut tx, &made).await?
    {
        return Err(AppError::Stale);
    }
    tx.commit().await?;
    Ok(made)
}

/// The endpoints of one account: the caller's own, or the one that they name.
pub async fn list(
    app: &App,
    caller: &Caller,
    account: Option<AccountId>,
) -> Result<Vec<Endpoint>, AppError> {
    let account = caller.account_for(account)?;
    let mut read = app.db.read().await?;
    Ok(outside::endpoints(&mut read, account).await?)
}

async fn own(app: &App, caller: &Caller, id: EndpointId) -> Result<Endpoint, AppError> {
    let mut read = app.db.read().await?;
    outside::endpoint(&mut read, id)
        .await?
        .filter(|one| caller.sees(one.account))
        .ok_or(AppError::NotFound("webhook address"))
}

/// An endpoint that is still there and that the caller may change.
async fn changeable(app: &App, caller: &Caller, id: EndpointId) -> Result<Endpoint, AppError> {
    let endpoint = own(app, caller, id).await?;
    caller.account_administrators_only()?;
    if endpoint.disabled_at.is_some() {
        return Err(AppError::NotFound("webhook address"));
    }
    Ok(endpoint)
}

/// One endpoint.
pub async fn endpoint(app: &App, caller: &Caller, id: EndpointId) -> Result<Endpoint, AppError> {
    own(app, caller, id).await
}

/// Switches an endpoint off.
pub async fn remove(app: &App, caller: &Caller, id: EndpointId) -> Result<(), AppError> {
    let endpoint = changeable(app, caller, id).await?;
    let mut tx = app.db.write().await?;
    if !outside::disable_endpoint(&mut tx, endpoint.account, id, app.clock.now()).await? {
        return Err(AppError::NotFound("webhook address"));
    }
    Ok(tx.commit().await?)
}

/// Chooses the events that an endpoint gets; none means all.
pub async fn set_events(
    app: &App,
    caller: &Caller,
    id: EndpointId,
    events: Vec<String>,
) -> Result<(), AppError> {
    changeable(app, caller, id).await?;
    let events = known_events(events)?;
    let mut tx = app.db.write().await?;
    outside::set_events(&mut tx, id, &events).await?;
    Ok(tx.commit().await?)
}

/// Gives an endpoint another signing secret, which is shown once. What is sent from now on, also what waits, is
/// signed with it.
pub async fn rotate_secret(
    app: &App,
    caller: &Caller,
    id: EndpointId,
) -> Result<SecretString, AppError> {
    changeable(app, caller, id).await?;
    let secret = new_secret(app);
    let mut tx = app.db.write().await?;
    outside::set_secret(&mut tx, id, app.vault.seal(&secret_place(id), &secret)).await?;
    tx.commit().await?;
    Ok(secret.into())
}

/// Lets an endpoint pause, or go on. Nothing is lost: what happens meanwhile waits, and is sent when it goes on.
pub async fn pause(
    app: &App,
    caller: &Caller,
    id: EndpointId,
    pause: bool,
) -> Result<(), AppError> {
    changeable(app, caller, id).await?;
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    outside::set_pause(&mut tx, id, pause.then_some(now)).await?;
    if !pause {
        for delivery in outside::waiting(&mut tx, id).await? {
            outside::postpone(&mut tx, delivery, None).await?;
            jobs::enqueue(&mut tx, &app.ids, now, delivery_job(app, delivery)).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// The name of the event that only says that an endpoint works.
pub const TEST_EVENT: &str = "test.ping";

/// Sends an endpoint an event that says nothing, to see whether it arrives.
pub async fn send_test(app: &App, caller: &Caller, id: EndpointId) -> Result<DeliveryId, AppError> {
    let endpoint = changeable(app, caller, id).await?;
    if endpoint.paused_at.is_some() {
        return Err(AppError::field(
            "endpoint",
            "The endpoint is paused. Resume it first.",
        ));
    }
    let now = app.clock.now();
    let delivery: DeliveryId = app.ids.next(now);
    let body = serde_json::json!({
        "type": TEST_EVENT,
        "timestamp": now.to_string(),
        "data": { "endpoint": id, "says": format!("{} asked whether this address works.", caller.actor.name) },
    });
    let row = Delivery {
        id: delivery,
        endpoint: id,
        // It is about nothing that happened: ids of its own, which lead nowhere.
        fact: app.ids.next(now),
        port: app.ids.next(now),
        event: TEST_EVENT.to_owned(),
        body: body.to_string(),
        state: "queued".to_owned(),
        attempts: 0,
        last_status: None,
        last_answer: None,
        created_at: now,
        delivered_at: None,
        next_at: None,
    };
    let mut tx = app.db.write().await?;
    outside::insert_delivery(&mut tx, &row).await?;
    jobs::enqueue(&mut tx, &app.ids, now, delivery_job(app, delivery)).await?;
    tx.commit().await?;
    Ok(delivery)
}

/// An endpoint's deliveries, newest first.
pub async fn deliveries(
    app: &App,
    caller: &Caller,
    id: EndpointId,
    wanted: &Wanted,
) -> Result<Vec<Delivery>, AppError> {
    own(app, caller, id).await?;
    let mut read = app.db.read().await?;
    Ok(outside::deliveries(&mut read, id, wanted).await?)
}

/// One delivery with its endpoint and its attempts.
pub async fn delivery(
    app: &App,
    caller: &Caller,
    id: DeliveryId,
) -> Result<(Delivery, Endpoint, Vec<Attempt>), AppError> {
    let mut read = app.db.read().await?;
    let delivery = outside::delivery(&mut read, id)
        .await?
        .ok_or(AppError::NotFound("delivery"))?;
    let attempts = outside::attempts(&mut read, id).await?;
    drop(read);
    let endpoint = own(app, caller, delivery.endpoint)
        .await
        .map_err(|_| AppError::NotFound("delivery"))?;
    Ok((delivery, endpoint, attempts))
}

/// Sends a delivery again.
pub async fn replay(app: &App, caller: &Caller, id: DeliveryId) -> Result<(), AppError> {
    let (delivery, ..) = delivery(app, caller, id).await?;
    changeable(app, caller, delivery.endpoint).await?;
    let mut tx = app.db.write().await?;
    outside::postpone(&mut tx, id, None).await?;
    jobs::enqueue(&mut tx, &app.ids, app.clock.now(), delivery_job(app, id)).await?;
    Ok(tx.commit().await?)
}

/// A delivery with what it takes to send it: its endpoint and the opened secret. `None` for an endpoint that was
/// removed or has a pause; when that one goes on, what waits is queued anew.
pub async fn for_sending(
    app: &App,
    id: DeliveryId,
) -> Result<Option<(Delivery, Endpoint, SecretString)>, AppError> {
    let mut read = app.db.read().await?;
    let Some(delivery) = outside::delivery(&mut read, id).await? else {
        return Ok(None);
    };
    let Some(endpoint) = outside::endpoint(&mut read, delivery.endpoint)
        .await?
        .filter(|one| one.disabled_at.is_none() && one.paused_at.is_none())
    else {
        return Ok(None);
    };
    let secret = app
        .vault
        .open(&secret_place(endpoint.id), &endpoint.sealed_secret)?;
    Ok(Some((
        delivery,
        endpoint,
        secret.expose_secret().to_owned().into(),
    )))
}

/// What came of an attempt.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// When it began, in wire time.
    pub at_wall: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The answer's status.
    pub status: Option<u16>,
    /// The beginning of the answer, or why there was none.
    pub answer: String,
    /// When it is tried again, in desk time; `None` if it is not.
    pub next_at: Option<Timestamp>,
}

/// Remembers what came of an attempt; says whether it arrived.
pub async fn attempted(app: &App, id: DeliveryId, outcome: Outcome) -> Result<bool, AppError> {
    let delivered = outcome
        .status
        .is_some_and(|status| (200..300).contains(&status));
    let state = match outcome.next_at {
        _ if delivered => "delivered",
        Some(_) => "queued",
        None => "failed",
    };
    let now = app.clock.now();
    let attempt = Attempt {
        attempt: 0,
        at_wall: outcome.at_wall,
        took_ms: outcome.took_ms,
        status: outcome.status.map(i64::from),
        answer: outcome.answer,
    };
    let mut tx = app.db.write().await?;
    outside::attempted(
        &mut tx,
        id,
        state,
        &attempt,
        delivered.then_some(now),
        outcome.next_at.filter(|_| !delivered),
    )
    .await?;
    tx.commit().await?;
    Ok(delivered)
}
