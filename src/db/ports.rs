//! Port requests: the row, its numbers, its carrier orders, its facts.
//!
//! The request is loaded whole and saved whole; a save is guarded by the version that was loaded, and
//! touches only the rows that changed.

mod facts;
mod lists;

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Arg, DbError, Row, Session, Tx, desk};
use crate::args;
use crate::domain::carrier::{Messaging, OrderStatus};
use crate::domain::number::E164;
use crate::domain::port::{
    Attention, CarrierOrder, Claim, Details, Loa, PortNumber, PortRequest, Proof, Stage, Test,
    Text, Voice, next_window, status,
};
use crate::ids::{OrderId, PortId};

use facts::insert_facts;
pub use facts::{Chained, StoredFact, broken_link, chain, facts};
pub(super) use lists::like;
pub use lists::{
    Filter, Line, attention, counts, holders, in_statuses, list, of_order, open_with, submitter,
    with_letter_out, with_window_until,
};

/// A request as it is stored, with what guards its next save.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The request.
    pub request: PortRequest,
    /// Goes up by one with each save; the API's ETag.
    pub version: i64,
    /// How many facts it has.
    pub facts: i64,
    /// The last fact's hash.
    pub head: [u8; 32],
}

/// What of a request is neither a column nor a row of its own.
#[derive(Serialize, Deserialize)]
pub(super) struct Body {
    pub(super) details: Details,
    pub(super) loa: Loa,
    letters: u32,
    pub(super) proof: Vec<Proof>,
    pub(super) stage: Stage,
    pub(super) attention: Vec<Attention>,
    #[serde(default)]
    reminded_of: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    blocked: Vec<E164>,
    #[serde(default)]
    pub(super) claim: Option<Claim>,
}

/// What of a number is not a column.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct More {
    #[serde(skip_serializing_if = "Option::is_none")]
    not_portable: Option<String>,
    voice: Voice,
    text: Text,
    carrier_text: Messaging,
    #[serde(skip_serializing_if = "Option::is_none")]
    voice_test: Option<Test>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller_id_test: Option<Test>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text_test: Option<Test>,
}

fn json(value: &impl Serialize) -> Result<Arg, DbError> {
    Arg::json(value).map_err(|_| DbError::bad_row("body", "it has no JSON form"))
}

/// The request with this id, or `None`.
pub async fn load(session: &mut Session, id: PortId) -> Result<Option<Stored>, DbError> {
    load_with(
        session,
        id,
        "SELECT * FROM port_numbers WHERE port_id = $1 ORDER BY position",
    )
    .await
}

/// The request with only so many of its numbers that everything derived from it is right: its first
/// ones, one in each state of the voice track, and those that are receiving numbers. For lists of requests,
/// where some have 100,000 numbers.
pub async fn glance(session: &mut Session, id: PortId) -> Result<Option<Stored>, DbError> {
    load_with(
        session,
        id,
        "SELECT * FROM port_numbers WHERE port_id = $1 AND (position < 20
            OR position IN (SELECT MIN(n.position) FROM port_numbers n WHERE n.port_id = $1 GROUP BY n.voice)
            OR number IN (SELECT r.number FROM ports p JOIN accounts o ON o.id = p.account_id
                JOIN accounts f ON f.id = COALESCE(o.parent_id, o.id) OR f.parent_id = COALESCE(o.parent_id, o.id)
                JOIN receiving_numbers r ON r.account_id = f.id WHERE p.id = $1))
         ORDER BY position",
    )
    .await
}

async fn load_with(
    session: &mut Session,
    id: PortId,
    numbers: &'static str,
) -> Result<Option<Stored>, DbError> {
    let Some(row) = session
        .fetch_optional("SELECT * FROM ports WHERE id = $1", args![id])
        .await?
    else {
        return Ok(None);
    };
    let numbers = session.fetch_all(numbers, args![id]).await?;
    let orders = session
        .fetch_all(
            "SELECT id, body FROM carrier_orders WHERE port_id = $1 ORDER BY id",
            args![id],
        )
        .await?;
    stored_of(&row, id, &numbers, &orders).map(Some)
}

/// A request from its row, and the rows of its numbers and orders.
pub(super) fn stored_of(
    row: &Row,
    id: PortId,
    numbers: &[Row],
    orders: &[Row],
) -> Result<Stored, DbError> {
    let body: Body = row.json("body")?;
    let head = hash_of(row, "head")?;
    let request = PortRequest {
        id,
        account: row.parse("account_id")?,
        submitter: row.parse("submitter_id")?,
        created_at: row.instant("created_at")?,
        details: body.details,
        numbers: numbers.iter().map(number_of).collect::<Result<_, _>>()?,
        loa: body.loa,
        letters: body.letters,
        proof: body.proof,
        stage: body.stage,
        released_at: row.opt_instant("released_at")?,
        orders: orders
            .iter()
            .map(|row| row.json("body"))
            .collect::<Result<_, _>>()?,
        attention: body.attention,
        last_movement: row.instant("last_movement")?,
        reminded_of: body.reminded_of,
        blocked: body.blocked,
        claim: body.claim,
    };
    Ok(Stored {
        request,
        version: row.int("version")?,
        facts: row.int("facts")?,
        head,
    })
}

fn hash_of(row: &Row, column: &str) -> Result<[u8; 32], DbError> {
    <[u8; 32]>::try_from(row.bytes(column)?)
        .map_err(|_| DbError::bad_row(column, "a hash has 32 bytes"))
}

fn number_of(row: &Row) -> Result<PortNumber, DbError> {
    let more: More = row.opt_json("more")?.unwrap_or_default();
    Ok(PortNumber {
        id: row.parse("id")?,
        number: row.parse("number")?,
        kind: kind_of(row)?,
        receiving: row.opt_parse("receiving")?,
        source: row.opt_text("source")?,
        description: row.opt_text("description")?,
        wants_text: row.bool("wants_text")?,
        not_portable: more.not_portable,
        voice: more.voice,
        text: more.text,
        carrier_text: more.carrier_text,
        order: row.opt_parse("order_id")?,
        voice_test: more.voice_test,
        caller_id_test: more.caller_id_test,
        text_test: more.text_test,
    })
}

fn kind_of(row: &Row) -> Result<crate::domain::number::Kind, DbError> {
    serde_json::from_value(serde_json::Value::String(row.text("kind")?))
        .map_err(|_| DbError::bad_row("kind", "not a kind of number"))
}

/// Stores a new request with its first facts.
pub async fn insert(
    tx: &mut Tx,
    request: &PortRequest,
    now: Timestamp,
    facts: &mut Chained,
) -> Result<(), DbError> {
    let head = facts.head().unwrap_or([0; 32]);
    tx.later(
        "INSERT INTO ports (id, account_id, submitter_id, title, losing_carrier, status, body, wants_desk, released_at, window_at,
            loa_expires_at, last_movement, created_at, updated_at, version, facts, head)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, $15, $16)",
        args![
            request.id,
            request.account,
            request.submitter,
            &request.details.title,
            &request.details.losing_carrier,
            status(request).name(),
            json(&body_of(request))?,
            wants_desk(request),
            request.released_at,
            next_window(request).map(|window| window.start),
            loa_expires_at(request),
            request.last_movement,
            request.created_at,
            now,
            i64::try_from(facts.facts().len()).unwrap_or(i64::MAX),
            head
        ],
    )
    .await?;
    save_numbers(tx, request.id, &[], request).await?;
    save_orders(tx, request.id, &[], &request.orders).await?;
    desk::follow(tx, None, request, facts.said(), now).await?;
    insert_facts(tx, facts).await
}

/// Stores what became of a request. `Ok(false)` when somebody else saved it first: load it again.
pub async fn save(
    tx: &mut Tx,
    before: &Stored,
    next: &PortRequest,
    now: Timestamp,
    facts: &mut Chained,
) -> Result<bool, DbError> {
    let head = facts.head().unwrap_or(before.head);
    let saved = tx
        .execute(
            "UPDATE ports SET title = $3, losing_carrier = $4, status = $5, body = $6, wants_desk = $7, released_at = $8, window_at = $9,
                loa_expires_at = $10, last_movement = $11, updated_at = $12, version = version + 1, facts = $13, head = $14
             WHERE id = $1 AND version = $2",
            args![
                next.id,
                before.version,
                &next.details.title,
                &next.details.losing_carrier,
                status(next).name(),
                json(&body_of(next))?,
                wants_desk(next),
                next.released_at,
                next_window(next).map(|window| window.start),
                loa_expires_at(next),
                next.last_movement,
                now,
                before.facts + i64::try_from(facts.facts().len()).unwrap_or(i64::MAX),
                head
            ],
        )
        .await?;
    if saved == 0 {
        return Ok(false);
    }
    let was_open = status(&before.request).is_open();
    if was_open && !status(next).is_open() {
        // One statement instead of one a number: a closed request holds no number any more.
        tx.later(
            "UPDATE port_numbers SET is_open = $2 WHERE port_id = $1",
            args![next.id, false],
        )
        .await?;
    }
    save_numbers(tx, next.id, &before.request.numbers, next).await?;
    save_orders(tx, next.id, &before.request.orders, &next.orders).await?;
    desk::follow(tx, Some(&before.request), next, facts.said(), now).await?;
    insert_facts(tx, facts).await?;
    Ok(true)
}

fn body_of(request: &PortRequest) -> Body {
    Body {
        details: request.details.clone(),
        loa: request.loa.clone(),
        letters: request.letters,
        proof: request.proof.clone(),
        stage: request.stage.clone(),
        attention: request.attention.clone(),
        reminded_of: request.reminded_of,
        blocked: request.blocked.clone(),
        claim: request.claim.clone(),
    }
}

/// Whether the desk's list shows it: papers to check, or something only a person can decide.
fn wants_desk(request: &PortRequest) -> bool {
    use crate::domain::port::{Ball, ball};
    !request.attention.is_empty() || ball(request) == Ball::Desk
}

fn loa_expires_at(request: &PortRequest) -> Option<Timestamp> {
    match request.loa {
        Loa::Sent { expires_at, .. } => Some(expires_at),
        _ => None,
    }
}

/// Whether this request holds the number, so that no other may port it.
fn holds(one: &PortNumber, request_is_open: bool) -> bool {
    request_is_open
        && !matches!(
            one.voice,
            Voice::Failed { .. } | Voice::Cancelled | Voice::SnappedBack
        )
}

async fn save_numbers(
    tx: &mut Tx,
    port: PortId,
    before: &[PortNumber],
    next: &PortRequest,
) -> Result<(), DbError> {
    let open = status(next).is_open();
    let mut old: HashMap<_, _> = before
        .iter()
        .enumerate()
        .map(|(position, one)| (one.id, (position, one)))
        .collect();
    let mut fresh = Vec::new();
    let mut changed = Vec::new();
    for (position, one) in next.numbers.iter().enumerate() {
        match old.remove(&one.id) {
            None => fresh.push((position, one)),
            Some((was, same)) if was == position && same == one => {}
            Some(_) => changed.push((position, one)),
        }
    }
    for id in old.keys() {
        tx.later("DELETE FROM port_numbers WHERE id = $1", args![*id])
            .await?;
    }
    for (position, one) in changed {
        let [
            id,
            _,
            position,
            number,
            kind,
            receiving,
            source,
            description,
            wants_text,
            voice,
            text,
            order,
            more,
            is_open,
        ] = number_args(port, position, one, open)?;
        tx.execute(
            "UPDATE port_numbers SET position = $2, number = $3, kind = $4, receiving = $5, source = $6, description = $7, wants_text = $8,
                voice = $9, text = $10, order_id = $11, more = $12, is_open = $13 WHERE id = $1",
            &[id, position, number, kind, receiving, source, description, wants_text, voice, text, order, more, is_open],
        )
        .await?;
    }
    insert_numbers(tx, port, fresh, open).await
}

/// Stores numbers that are new. Most lists are of one kind in the state in which all begin, so that their rows
/// differ in six columns only.
async fn insert_numbers(
    tx: &mut Tx,
    port: PortId,
    fresh: Vec<(usize, &PortNumber)>,
    open: bool,
) -> Result<(), DbError> {
    let mut alike: Vec<(Alike, Vec<(usize, &PortNumber)>)> = Vec::new();
    for (position, one) in fresh {
        let key = Alike::of(one)?;
        match alike.iter_mut().find(|(other, _)| *other == key) {
            Some((_, rows)) => rows.push((position, one)),
            None => alike.push((key, vec![(position, one)])),
        }
    }
    for (of, rows) in alike {
        let is_open = rows.first().is_some_and(|(_, one)| holds(one, open));
        tx.insert_alike(
            "INSERT INTO port_numbers (port_id, kind, wants_text, voice, text, order_id, more, is_open,
                id, position, number, receiving, source, description)",
            [
                port.into(),
                kind_name(of.kind).into(),
                of.wants_text.into(),
                Arg::word(of.voice),
                Arg::word(of.text),
                of.order.into(),
                of.more,
                is_open.into(),
            ],
            &rows,
            |(position, one)| {
                [
                    one.id.into(),
                    i64::try_from(*position).unwrap_or(i64::MAX).into(),
                    one.number.into(),
                    one.receiving.into(),
                    one.source.as_ref().into(),
                    one.description.as_ref().into(),
                ]
            },
        )
        .await?;
    }
    Ok(())
}

/// What the rows of many numbers have in common.
#[derive(PartialEq)]
struct Alike {
    kind: crate::domain::number::Kind,
    wants_text: bool,
    voice: &'static str,
    text: &'static str,
    order: Option<OrderId>,
    more: Arg,
}

impl Alike {
    fn of(one: &PortNumber) -> Result<Self, DbError> {
        Ok(Self {
            kind: one.kind,
            wants_text: one.wants_text,
            voice: one.voice.name(),
            text: one.text.name(),
            order: one.order,
            more: more_of(one)?,
        })
    }
}

/// What of a number is not a column, as JSON; NULL while nothing has happened to it.
fn more_of(one: &PortNumber) -> Result<Arg, DbError> {
    let nothing = one.not_portable.is_none()
        && one.voice == Voice::default()
        && one.text == Text::default()
        && one.carrier_text == Messaging::default()
        && one.voice_test.is_none()
        && one.caller_id_test.is_none()
        && one.text_test.is_none();
    if nothing {
        return Ok(Arg::Text(None));
    }
    json(&More {
        not_portable: one.not_portable.clone(),
        voice: one.voice.clone(),
        text: one.text.clone(),
        carrier_text: one.carrier_text.clone(),
        voice_test: one.voice_test.clone(),
        caller_id_test: one.caller_id_test.clone(),
        text_test: one.text_test.clone(),
    })
}

fn number_args(
    port: PortId,
    position: usize,
    one: &PortNumber,
    open: bool,
) -> Result<[Arg; 14], DbError> {
    let more = more_of(one)?;
    Ok([
        one.id.into(),
        port.into(),
        i64::try_from(position).unwrap_or(i64::MAX).into(),
        one.number.into(),
        kind_name(one.kind).into(),
        one.receiving.into(),
        one.source.as_ref().into(),
        one.description.as_ref().into(),
        one.wants_text.into(),
        Arg::word(one.voice.name()),
        Arg::word(one.text.name()),
        one.order.into(),
        more,
        holds(one, open).into(),
    ])
}

fn kind_name(kind: crate::domain::number::Kind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "unknown".to_owned(),
    }
}

async fn save_orders(
    tx: &mut Tx,
    port: PortId,
    before: &[CarrierOrder],
    next: &[CarrierOrder],
) -> Result<(), DbError> {
    for order in next {
        if before.iter().any(|one| one == order) {
            continue;
        }
        let open = !matches!(order.status, OrderStatus::Cancelled);
        tx.later(
            "INSERT INTO carrier_orders (id, port_id, carrier, external_id, raw_status, is_open, body) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (id) DO UPDATE SET raw_status = excluded.raw_status, is_open = excluded.is_open, body = excluded.body",
            args![order.id, port, &order.carrier, &order.external_id, &order.raw_status, open, json(order)?],
        )
        .await?;
    }
    Ok(())
}
