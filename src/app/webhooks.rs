//! Webhooks out: one event for each fact that the account may see, to each of its endpoints.

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use super::answers::Keep;
use super::{App, AppError, Caller};
use crate::db::jobs::{self, NewJob};
use crate::db::outside;
use crate::db::ports::StoredFact;
use crate::db::{DbError, Tx};
use crate::domain::port::{PortRequest, status, words};
use crate::ids::{AccountId, DeliveryId, EndpointId};

pub use crate::db::outside::{Delivery, Endpoint};

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
    add_once(app, caller, account, url, None).await
}

/// Makes an endpoint, and remembers the answer.
pub async fn add_once(
    app: &App,
    caller: &Caller,
    account: Option<AccountId>,
    url: &str,
    keep: Option<Keep<(Endpoint, SecretString)>>,
) -> Result<(Endpoint, SecretString), AppError> {
    use base64::Engine as _;
    let account = match (caller.account, account) {
        (Some(own), Some(other)) if own != other => return Err(AppError::NotFound("account")),
        (Some(own), _) | (None, Some(own)) => own,
        (None, None) => return Err(AppError::field("account", "Say which account.")),
    };
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
    let secret = format!(
        "{SECRET_PREFIX}{}",
        base64::engine::general_purpose::STANDARD.encode(app.ids.secret())
    );
    let endpoint = Endpoint {
        id,
        account,
        url: parsed.to_string(),
        sealed_secret: app.vault.seal(&secret_place(id), &secret),
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

/// The endpoints that a caller sees.
pub async fn list(
    app: &App,
    caller: &Caller,
    account: Option<AccountId>,
) -> Result<Vec<Endpoint>, AppError> {
    let Some(account) = caller.account.or(account) else {
        return Ok(Vec::new());
    };
    let mut read = app.db.read().await?;
    Ok(outside::endpoints(&mut read, account).await?)
}

/// The endpoints of one account: the caller's own, or the one that the desk names.
pub async fn list_of(
    app: &App,
    caller: &Caller,
    account: Option<AccountId>,
) -> Result<Vec<Endpoint>, AppError> {
    match (caller.account, account) {
        (Some(own), Some(other)) if own != other => Err(AppError::NotFound("account")),
        (None, None) => Err(AppError::field("account", "Say which account.")),
        _ => list(app, caller, account).await,
    }
}

async fn own(app: &App, caller: &Caller, id: EndpointId) -> Result<Endpoint, AppError> {
    let mut read = app.db.read().await?;
    outside::endpoint(&mut read, id)
        .await?
        .filter(|one| caller.sees(one.account))
        .ok_or(AppError::NotFound("webhook address"))
}

/// Switches an endpoint off.
pub async fn remove(app: &App, caller: &Caller, id: EndpointId) -> Result<(), AppError> {
    let endpoint = own(app, caller, id).await?;
    let mut tx = app.db.write().await?;
    if !outside::disable_endpoint(&mut tx, endpoint.account, id, app.clock.now()).await? {
        return Err(AppError::NotFound("webhook address"));
    }
    Ok(tx.commit().await?)
}

/// An endpoint's newest deliveries.
pub async fn deliveries(
    app: &App,
    caller: &Caller,
    id: EndpointId,
) -> Result<Vec<Delivery>, AppError> {
    own(app, caller, id).await?;
    let mut read = app.db.read().await?;
    Ok(outside::deliveries(&mut read, id, 100).await?)
}

/// Sends a delivery again.
pub async fn replay(app: &App, caller: &Caller, id: DeliveryId) -> Result<(), AppError> {
    let mut read = app.db.read().await?;
    let delivery = outside::delivery(&mut read, id)
        .await?
        .ok_or(AppError::NotFound("delivery"))?;
    drop(read);
    own(app, caller, delivery.endpoint).await?;
    let mut tx = app.db.write().await?;
    jobs::enqueue(&mut tx, &app.ids, app.clock.now(), delivery_job(app, id)).await?;
    Ok(tx.commit().await?)
}

/// A delivery with what it takes to send it: its endpoint and the opened secret.
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
        .filter(|one| one.disabled_at.is_none())
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

/// Remembers what came of an attempt.
pub async fn attempted(
    app: &App,
    id: DeliveryId,
    delivered: bool,
    last: bool,
    status: Option<u16>,
    answer: &str,
) -> Result<(), AppError> {
    let state = if delivered {
        "delivered"
    } else if last {
        "failed"
    } else {
        "queued"
    };
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    outside::attempted(
        &mut tx,
        id,
        state,
        status.map(i64::from),
        answer,
        delivered.then_some(now),
    )
    .await?;
    Ok(tx.commit().await?)
}
