//! What came from outside and what goes there: carriers' webhooks and unreadable answers, webhooks
//! out, and answers remembered under an Idempotency-Key.

use jiff::Timestamp;

use super::values::Values;
use super::{DbError, Row, Session, Tx};
use crate::args;
use crate::ids::{AccountId, DeliveryId, EndpointId, FactId, InboxId, PortId};

/// Something a carrier sent.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its id.
    pub id: InboxId,
    /// Which carrier.
    pub carrier: String,
    /// The carrier's own id of it, or its content's hash: what makes a second copy a copy.
    pub external_id: String,
    /// `webhook` or `answer`.
    pub kind: String,
    /// `received`, `done` or `unreadable`.
    pub state: String,
    /// Which request it is about, as far as known.
    pub port: Option<PortId>,
    /// As it came.
    pub body: Vec<u8>,
    /// When, in wire time.
    pub received_wall: Timestamp,
    /// What became of it.
    pub remark: Option<String>,
}

/// Stores what came; `false` when a copy of it is there already.
pub async fn receive(tx: &mut Tx, one: &Received) -> Result<bool, DbError> {
    let stored = tx
        .execute(
            "INSERT INTO inbox (id, carrier, external_id, kind, state, port_id, body, received_wall, remark) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (carrier, external_id) DO NOTHING",
            args![one.id, &one.carrier, &one.external_id, &one.kind, &one.state, one.port, one.body.clone(), one.received_wall, one.remark.as_ref()],
        )
        .await?;
    Ok(stored > 0)
}

/// What came under this id.
pub async fn received(session: &mut Session, id: InboxId) -> Result<Option<Received>, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM inbox WHERE id = $1", args![id])
        .await?;
    row.map(|row| received_of(&row)).transpose()
}

/// The newest of what could not be read.
pub async fn unreadable(session: &mut Session, limit: i64) -> Result<Vec<Received>, DbError> {
    session
        .fetch_all(
            "SELECT * FROM inbox WHERE state = 'unreadable' ORDER BY id DESC LIMIT $1",
            args![limit],
        )
        .await?
        .iter()
        .map(received_of)
        .collect()
}

fn received_of(row: &Row) -> Result<Received, DbError> {
    Ok(Received {
        id: row.parse("id")?,
        carrier: row.text("carrier")?,
        external_id: row.text("external_id")?,
        kind: row.text("kind")?,
        state: row.text("state")?,
        port: row.opt_parse("port_id")?,
        body: row.bytes("body")?,
        received_wall: row.instant("received_wall")?,
        remark: row.opt_text("remark")?,
    })
}

/// Says what became of it.
pub async fn settle(
    tx: &mut Tx,
    id: InboxId,
    state: &'static str,
    port: Option<PortId>,
    remark: Option<&str>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE inbox SET state = $2, port_id = COALESCE($3, port_id), remark = $4 WHERE id = $1",
        args![id, state, port, remark],
    )
    .await?;
    Ok(())
}

/// An address that wants webhooks.
#[derive(Clone)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Whose.
    pub account: AccountId,
    /// Where to.
    pub url: String,
    /// The signing secret, sealed.
    pub sealed_secret: Vec<u8>,
    /// The events that it wants, without `port.`; empty: all.
    pub events: Vec<String>,
    /// Since when nothing is sent there for a while.
    pub paused_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was switched off.
    pub disabled_at: Option<Timestamp>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("id", &self.id)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Stores an endpoint.
pub async fn insert_endpoint(tx: &mut Tx, one: &Endpoint) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO endpoints (id, account_id, url, sealed_secret, events, created_at, disabled_at) VALUES ($1, $2, $3, $4, $5, $6, NULL)",
        args![one.id, one.account, &one.url, one.sealed_secret.clone(), one.events.join(","), one.created_at],
    )
    .await?;
    Ok(())
}

fn endpoint_of(row: &Row) -> Result<Endpoint, DbError> {
    Ok(Endpoint {
        id: row.parse("id")?,
        account: row.parse("account_id")?,
        url: row.text("url")?,
        sealed_secret: row.bytes("sealed_secret")?,
        events: row
            .text("events")?
            .split(',')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        paused_at: row.opt_instant("paused_at")?,
        created_at: row.instant("created_at")?,
        disabled_at: row.opt_instant("disabled_at")?,
    })
}

/// An account's living endpoints.
pub async fn endpoints(
    session: &mut Session,
    account: AccountId,
) -> Result<Vec<Endpoint>, DbError> {
    session
        .fetch_all(
            "SELECT * FROM endpoints WHERE account_id = $1 AND disabled_at IS NULL ORDER BY id",
            args![account],
        )
        .await?
        .iter()
        .map(endpoint_of)
        .collect()
}

/// The endpoint with this id.
pub async fn endpoint(session: &mut Session, id: EndpointId) -> Result<Option<Endpoint>, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM endpoints WHERE id = $1", args![id])
        .await?;
    row.map(|row| endpoint_of(&row)).transpose()
}

/// Switches an account's endpoint off; `false` if there is none such.
pub async fn disable_endpoint(
    tx: &mut Tx,
    account: AccountId,
    id: EndpointId,
    now: Timestamp,
) -> Result<bool, DbError> {
    Ok(tx.execute("UPDATE endpoints SET disabled_at = $3 WHERE id = $1 AND account_id = $2 AND disabled_at IS NULL", args![id, account, now]).await? > 0)
}

/// Changes which events an endpoint gets.
pub async fn set_events(tx: &mut Tx, id: EndpointId, events: &[String]) -> Result<(), DbError> {
    tx.execute(
        "UPDATE endpoints SET events = $2 WHERE id = $1",
        args![id, events.join(",")],
    )
    .await?;
    Ok(())
}

/// Gives an endpoint another signing secret.
pub async fn set_secret(tx: &mut Tx, id: EndpointId, sealed: Vec<u8>) -> Result<(), DbError> {
    tx.execute(
        "UPDATE endpoints SET sealed_secret = $2 WHERE id = $1",
        args![id, sealed],
    )
    .await?;
    Ok(())
}

/// Lets an endpoint pause, or go on.
pub async fn set_pause(
    tx: &mut Tx,
    id: EndpointId,
    paused_at: Option<Timestamp>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE endpoints SET paused_at = $2 WHERE id = $1",
        args![id, paused_at],
    )
    .await?;
    Ok(())
}

/// One webhook on its way to one endpoint.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its id; also the webhook's id.
    pub id: DeliveryId,
    /// Where to.
    pub endpoint: EndpointId,
    /// Because of which fact.
    pub fact: FactId,
    /// About which request.
    pub port: PortId,
    /// The event's name.
    pub event: String,
    /// The body, as it is signed and sent.
    pub body: String,
    /// `queued`, `delivered` or `failed`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// The last answer's status.
    pub last_status: Option<i64>,
    /// The beginning of the last answer, or why there was none.
    pub last_answer: Option<String>,
    /// When its fact happened.
    pub created_at: Timestamp,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// When it is tried next, if it is.
    pub next_at: Option<Timestamp>,
}

/// Stores a delivery; `false` when this fact's delivery to this endpoint is there already.
pub async fn insert_delivery(tx: &mut Tx, one: &Delivery) -> Result<bool, DbError> {
    let stored = tx
        .execute(
            "INSERT INTO deliveries (id, endpoint_id, fact_id, port_id, event, body, state, attempts, last_status, last_answer, created_at, delivered_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'queued', 0, NULL, NULL, $7, NULL) ON CONFLICT (endpoint_id, fact_id) DO NOTHING",
            args![one.id, one.endpoint, one.fact, one.port, &one.event, &one.body, one.created_at],
        )
        .await?;
    Ok(stored > 0)
}

fn delivery_of(row: &Row) -> Result<Delivery, DbError> {
    Ok(Delivery {
        id: row.parse("id")?,
        endpoint: row.parse("endpoint_id")?,
        fact: row.parse("fact_id")?,
        port: row.parse("port_id")?,
        event: row.text("event")?,
        body: row.text("body")?,
        state: row.text("state")?,
        attempts: row.int("attempts")?,
        last_status: row.opt_int("last_status")?,
        last_answer: row.opt_text("last_answer")?,
        created_at: row.instant("created_at")?,
        delivered_at: row.opt_instant("delivered_at")?,
        next_at: row.opt_instant("next_at")?,
    })
}

/// The delivery with this id.
pub async fn delivery(session: &mut Session, id: DeliveryId) -> Result<Option<Delivery>, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM deliveries WHERE id = $1", args![id])
        .await?;
    row.map(|row| delivery_of(&row)).transpose()
}

/// Which of an endpoint's deliveries are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only in this state.
    pub state: Option<String>,
    /// Only of this event, such as `port.completed`.
    pub event: Option<String>,
    /// Only those before this one: the next page.
    pub before: Option<DeliveryId>,
    /// At most this many.
    pub limit: i64,
}

/// An endpoint's deliveries, newest first.
pub async fn deliveries(
    session: &mut Session,
    endpoint: EndpointId,
    wanted: &Wanted,
) -> Result<Vec<Delivery>, DbError> {
    let mut values = Values::default();
    let mut sql = format!(
        "SELECT * FROM deliveries WHERE endpoint_id = {}",
        values.put(endpoint)
    );
    for (column, value) in [("state", &wanted.state), ("event", &wanted.event)] {
        if let Some(value) = value {
            sql += &format!(" AND {column} = {}", values.put(value));
        }
    }
    if let Some(before) = wanted.before {
        sql += &format!(" AND id < {}", values.put(before));
    }
    sql += &format!(" ORDER BY id DESC LIMIT {}", values.put(wanted.limit));
    session
        .fetch_all(sql, &values)
        .await?
        .iter()
        .map(delivery_of)
        .collect()
}

/// One attempt to deliver.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The first is 1.
    pub attempt: i64,
    /// When, in wire time.
    pub at_wall: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The answer's status.
    pub status: Option<i64>,
    /// The beginning of the answer, or why there was none.
    pub answer: String,
}

/// Remembers one attempt, and what follows from it.
pub async fn attempted(
    tx: &mut Tx,
    id: DeliveryId,
    state: &'static str,
    attempt: &Attempt,
    delivered_at: Option<Timestamp>,
    next_at: Option<Timestamp>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE deliveries SET state = $2, attempts = attempts + 1, last_status = $3, last_answer = $4, delivered_at = $5, next_at = $6 WHERE id = $1",
        args![id, state, attempt.status, &attempt.answer, delivered_at, next_at],
    )
    .await?;
    tx.execute(
        "INSERT INTO delivery_attempts (delivery_id, attempt, at_wall, took_ms, status, answer) SELECT id, attempts, $2, $3, $4, $5 FROM deliveries WHERE id = $1",
        args![id, attempt.at_wall, attempt.took_ms, attempt.status, &attempt.answer],
    )
    .await?;
    Ok(())
}

/// Says that a delivery is not tried any more by itself. One that arrived meanwhile stays so.
pub async fn give_up(tx: &mut Tx, id: DeliveryId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE deliveries SET state = 'failed', next_at = NULL WHERE id = $1 AND state = 'queued'",
        args![id],
    )
    .await?;
    Ok(())
}

/// Says when a delivery is tried next, without an attempt.
pub async fn postpone(
    tx: &mut Tx,
    id: DeliveryId,
    next_at: Option<Timestamp>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE deliveries SET next_at = $2, state = 'queued' WHERE id = $1",
        args![id, next_at],
    )
    .await?;
    Ok(())
}

/// The attempts to deliver, the first one first.
pub async fn attempts(session: &mut Session, id: DeliveryId) -> Result<Vec<Attempt>, DbError> {
    session
        .fetch_all(
            "SELECT * FROM delivery_attempts WHERE delivery_id = $1 ORDER BY attempt LIMIT 200",
            args![id],
        )
        .await?
        .iter()
        .map(|row| {
            Ok(Attempt {
                attempt: row.int("attempt")?,
                at_wall: row.instant("at_wall")?,
                took_ms: row.int("took_ms")?,
                status: row.opt_int("status")?,
                answer: row.text("answer")?,
            })
        })
        .collect()
}

/// What waits to be sent to an endpoint.
pub async fn waiting(
    session: &mut Session,
    endpoint: EndpointId,
) -> Result<Vec<DeliveryId>, DbError> {
    session
        .fetch_all(
            "SELECT id FROM deliveries WHERE endpoint_id = $1 AND state = 'queued' ORDER BY id LIMIT 10000",
            args![endpoint],
        )
        .await?
        .iter()
        .map(|row| row.parse("id"))
        .collect()
}

/// An answer remembered under its key.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// SHA-256 of the request that it answered.
    pub request_hash: Vec<u8>,
    /// The answer's status.
    pub status: u16,
    /// The answer's body.
    pub body: String,
    /// The answer's ETag.
    pub etag: Option<String>,
    /// The answer's Location.
    pub location: Option<String>,
}

/// The answer remembered under this key.
pub async fn remembered(
    session: &mut Session,
    scope: &str,
    key: &str,
) -> Result<Option<Remembered>, DbError> {
    let row = session
        .fetch_optional(
            "SELECT * FROM idempotency WHERE scope = $1 AND key = $2",
            args![scope, key],
        )
        .await?;
    row.map(|row| {
        Ok(Remembered {
            request_hash: row.bytes("request_hash")?,
            status: row.small("status")?,
            body: row.text("body")?,
            etag: row.opt_text("etag")?,
            location: row.opt_text("location")?,
        })
    })
    .transpose()
}

/// Remembers an answer in the commit of what it answers. If the key was used meanwhile, the transaction fails with
/// a violation of [`REMEMBERED_ONCE`].
pub async fn remember(
    tx: &mut Tx,
    scope: &str,
    key: &str,
    one: &Remembered,
    wall: Timestamp,
) -> Result<(), DbError> {
    tx.later(
        "INSERT INTO idempotency (scope, key, request_hash, status, body, etag, location, created_wall) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![scope, key, one.request_hash.clone(), one.status, &one.body, one.etag.as_ref(), one.location.as_ref(), wall],
    )
    .await
}

/// What keeps a key from being used twice.
pub const REMEMBERED_ONCE: &str = "idempotency_pkey";

/// Forgets what was remembered before this moment.
pub async fn forget(tx: &mut Tx, before_wall: Timestamp) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM idempotency WHERE created_wall < $1",
        args![before_wall],
    )
    .await
}
