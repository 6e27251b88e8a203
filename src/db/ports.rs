//! Port requests: the row, its numbers, its carrier orders, its facts.
//!
//! The request is loaded whole and saved whole; a save is guarded by the version that was loaded, and
//! touches only the rows that changed.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Arg, DbError, Row, Session, Tx, desk};
use crate::args;
use crate::domain::carrier::{Messaging, OrderStatus};
use crate::domain::number::E164;
use crate::domain::port::{
    Actor, Attention, Ball, CarrierOrder, Claim, Details, Fact, Loa, PortNumber, PortRequest,
    Proof, Stage, Status, Test, Text, Voice, ball_in, next_window, status,
};
use crate::ids::{AccountId, FactId, OrderId, PortId, UserId};

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

/// A fact with its place in history.
#[derive(Clone, Debug)]
pub struct StoredFact {
    /// Its id.
    pub id: FactId,
    /// Whose.
    pub port: PortId,
    /// First, second, third of its request.
    pub seq: i64,
    /// When, in desk time.
    pub at: Timestamp,
    /// Who or what caused it.
    pub actor: Actor,
    /// What.
    pub fact: Fact,
    /// Covers this fact and, through the one before, all earlier ones.
    pub hash: [u8; 32],
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
            i64::try_from(facts.facts.len()).unwrap_or(i64::MAX),
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
                before.facts + i64::try_from(facts.facts.len()).unwrap_or(i64::MAX),
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

/// New facts, linked to those before, and their JSON: a fact of 100,000 numbers is written out once, for its hash and
/// for its row.
#[derive(Clone, Debug, Default)]
pub struct Chained {
    facts: Vec<StoredFact>,
    /// Each fact's actor and body.
    texts: Vec<[String; 2]>,
}

impl Chained {
    /// The facts.
    pub fn facts(&self) -> &[StoredFact] {
        &self.facts
    }

    /// The facts, once they are stored.
    pub fn into_facts(self) -> Vec<StoredFact> {
        self.facts
    }

    /// What they say.
    fn said(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter().map(|stored| &stored.fact)
    }

    fn head(&self) -> Option<[u8; 32]> {
        self.facts.last().map(|fact| fact.hash)
    }
}

/// Links new facts to those before: each hash covers the hash before it and the fact's own row.
pub fn chain(
    port: PortId,
    seq: i64,
    head: [u8; 32],
    at: Timestamp,
    actor: &Actor,
    facts: Vec<(FactId, Fact)>,
) -> Result<Chained, DbError> {
    let mut head = head;
    let mut linked = Chained::default();
    for (offset, (id, fact)) in facts.into_iter().enumerate() {
        let seq = seq + 1 + i64::try_from(offset).unwrap_or(0);
        let stored = StoredFact {
            id,
            port,
            seq,
            at,
            actor: actor.clone(),
            fact,
            hash: [0; 32],
        };
        let texts = [text(&stored.actor)?, text(&stored.fact)?];
        head = link(head, &stored, &texts);
        linked.facts.push(StoredFact {
            hash: head,
            ..stored
        });
        linked.texts.push(texts);
    }
    Ok(linked)
}

fn link(before: [u8; 32], fact: &StoredFact, [actor, body]: &[String; 2]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(fact.id.to_string());
    hash.update(fact.port.to_string());
    hash.update(fact.seq.to_be_bytes());
    // As stored: microseconds.
    hash.update(fact.at.as_microsecond().to_be_bytes());
    hash.update(actor);
    hash.update(body);
    hash.finalize().into()
}

fn text(value: &impl Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|_| DbError::bad_row("body", "it has no JSON form"))
}

/// The place in a request's history where its chain of hashes breaks, if it does.
pub fn broken_link(facts: &[StoredFact]) -> Result<Option<i64>, DbError> {
    let mut head = [0; 32];
    for fact in facts {
        head = link(head, fact, &[text(&fact.actor)?, text(&fact.fact)?]);
        if head != fact.hash {
            return Ok(Some(fact.seq));
        }
    }
    Ok(None)
}

async fn insert_facts(tx: &mut Tx, chained: &mut Chained) -> Result<(), DbError> {
    let texts = std::mem::take(&mut chained.texts);
    let rows = chained
        .facts
        .iter()
        .zip(texts)
        .map(|(one, [actor, body])| {
            [
                one.id.into(),
                one.port.into(),
                one.seq.into(),
                one.at.into(),
                Arg::word(one.fact.name()),
                actor.into(),
                one.fact.is_staff_only().into(),
                body.into(),
                one.hash.into(),
            ]
        })
        .collect::<Vec<[Arg; 9]>>();
    tx.insert_many(
        "INSERT INTO facts (id, port_id, seq, at, name, actor, staff_only, body, hash)",
        "",
        rows,
    )
    .await?;
    Ok(())
}

/// A request's history, oldest first, after a place in it.
pub async fn facts(
    session: &mut Session,
    port: PortId,
    after: i64,
    limit: i64,
) -> Result<Vec<StoredFact>, DbError> {
    let rows = session
        .fetch_all(
            "SELECT id, port_id, seq, at, actor, body, hash FROM facts WHERE port_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            args![port, after, limit],
        )
        .await?;
    rows.iter().map(fact_of).collect()
}

fn fact_of(row: &Row) -> Result<StoredFact, DbError> {
    Ok(StoredFact {
        id: row.parse("id")?,
        port: row.parse("port_id")?,
        seq: row.int("seq")?,
        at: row.instant("at")?,
        actor: row.json("actor")?,
        fact: row.json("body")?,
        hash: hash_of(row, "hash")?,
    })
}

/// One line of a list of requests.
#[derive(Clone, Debug)]
pub struct Line {
    /// The request.
    pub id: PortId,
    /// Whose.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
    /// The submitter's own name for it.
    pub title: String,
    /// The losing provider.
    pub losing_carrier: String,
    /// Its status's name.
    pub status: String,
    /// Who filed it.
    pub submitter: String,
    /// The first number, if it has one.
    pub first_number: Option<String>,
    /// How many numbers it has.
    pub numbers: i64,
    /// The next window, if one is known.
    pub window_at: Option<Timestamp>,
    /// Begun.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
    /// Last moved on.
    pub last_movement: Timestamp,
    /// Whether the desk's list shows it.
    pub wants_desk: bool,
    /// Who has to act.
    pub ball: Ball,
    /// Its version.
    pub version: i64,
}

/// Which requests a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this account's.
    pub account: Option<AccountId>,
    /// Only this agency's and its clients' (R102).
    pub agency: Option<AccountId>,
    /// Only in these statuses; empty means all.
    pub statuses: Vec<&'static str>,
    /// Only with a number, title, carrier or id that contains this.
    pub text: Option<String>,
    /// Only what the desk's list shows.
    pub for_desk: bool,
    /// Only those before this id: the next page.
    pub before: Option<PortId>,
    /// At most this many.
    pub limit: i64,
}

/// Who filed a request.
pub async fn submitter(session: &mut Session, id: PortId) -> Result<Option<UserId>, DbError> {
    let row = session
        .fetch_optional("SELECT submitter_id FROM ports WHERE id = $1", args![id])
        .await?;
    row.map(|row| row.parse("submitter_id")).transpose()
}

/// A page of requests, newest first.
pub async fn list(session: &mut Session, filter: &Filter) -> Result<Vec<Line>, DbError> {
    let mut sql = String::from(
        "SELECT p.id, p.account_id, a.name AS account_name, p.title, p.losing_carrier, p.status, u.name AS submitter, p.window_at, p.created_at,
            p.updated_at, p.last_movement, p.wants_desk, p.version, p.body,
            (SELECT n.number FROM port_numbers n WHERE n.port_id = p.id ORDER BY n.position LIMIT 1) AS first_number,
            (SELECT COUNT(*) FROM port_numbers n WHERE n.port_id = p.id) AS numbers
         FROM ports p JOIN accounts a ON a.id = p.account_id JOIN users u ON u.id = p.submitter_id WHERE 1 = 1",
    );
    let mut values: Vec<Arg> = Vec::new();
    let mut bind = |value: Arg| {
        values.push(value);
        format!("${}", values.len())
    };
    if let Some(account) = filter.account {
        sql += &format!(" AND p.account_id = {}", bind(account.into()));
    }
    if let Some(agency) = filter.agency {
        let agency = bind(agency.into());
        sql += &format!(
            " AND p.account_id IN (SELECT f.id FROM accounts f WHERE f.id = {agency} OR f.parent_id = {agency})"
        );
    }
    if !filter.statuses.is_empty() {
        let places: Vec<String> = filter
            .statuses
            .iter()
            .map(|status| bind(Arg::word(status)))
            .collect();
        sql += &format!(" AND p.status IN ({})", places.join(", "));
    }
    if filter.for_desk {
        sql += " AND p.wants_desk";
    }
    if let Some(before) = filter.before {
        sql += &format!(" AND p.id < {}", bind(before.into()));
    }
    if let Some(text) = filter
        .text
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        let place = bind(like(text).into());
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let number = bind(
            if digits.len() >= 3 {
                format!("%{digits}%")
            } else {
                "\u{1}".to_owned()
            }
            .into(),
        );
        sql += &format!(
            " AND (LOWER(p.title) LIKE {place} ESCAPE '\\' OR LOWER(p.losing_carrier) LIKE {place} ESCAPE '\\' OR p.id LIKE {place} ESCAPE '\\'
                OR EXISTS (SELECT 1 FROM port_numbers n WHERE n.port_id = p.id AND n.number LIKE {number}))"
        );
    }
    sql += &format!(" ORDER BY p.id DESC LIMIT {}", bind(filter.limit.into()));
    let rows = session.fetch_all(sql, &values).await?;
    let at_losing_provider = at_losing_provider(session, &rows).await?;
    rows.iter()
        .map(|row| {
            let id = row.parse("id")?;
            let body: Body = row.json("body")?;
            let name = row.text("status")?;
            let ball = Status::named(&name).map_or(Ball::Desk, |status| {
                let there = at_losing_provider.contains(&id);
                ball_in(status, &body.loa, &body.attention, there)
            });
            Ok(Line {
                id,
                account: row.parse("account_id")?,
                account_name: row.text("account_name")?,
                title: row.text("title")?,
                losing_carrier: row.text("losing_carrier")?,
                status: name,
                submitter: row.text("submitter")?,
                first_number: row.opt_text("first_number")?,
                numbers: row.int("numbers")?,
                window_at: row.opt_instant("window_at")?,
                created_at: row.instant("created_at")?,
                updated_at: row.instant("updated_at")?,
                last_movement: row.instant("last_movement")?,
                wants_desk: row.bool("wants_desk")?,
                ball,
                version: row.int("version")?,
            })
        })
        .collect()
}

/// Which of these submitted requests have an order that the gaining carrier has handed to the losing provider.
async fn at_losing_provider(
    session: &mut Session,
    lines: &[Row],
) -> Result<HashSet<PortId>, DbError> {
    let mut submitted: Vec<PortId> = Vec::new();
    for row in lines {
        if row.text("status")? == Status::Submitted.name() {
            submitted.push(row.parse("id")?);
        }
    }
    let mut found = HashSet::new();
    for chunk in submitted.chunks(500) {
        let places: Vec<String> = (1..=chunk.len()).map(|at| format!("${at}")).collect();
        let values: Vec<Arg> = chunk.iter().map(|id| Arg::from(*id)).collect();
        let sql = format!(
            "SELECT port_id, body FROM carrier_orders WHERE port_id IN ({})",
            places.join(", ")
        );
        for row in &session.fetch_all(sql, &values).await? {
            let order: CarrierOrder = row.json("body")?;
            if order.status == OrderStatus::Submitted {
                found.insert(row.parse("port_id")?);
            }
        }
    }
    Ok(found)
}

/// What only a person can decide, for each of these requests.
pub async fn attention(
    session: &mut Session,
    ids: &[PortId],
) -> Result<HashMap<PortId, Vec<Attention>>, DbError> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(500) {
        let places: Vec<String> = (1..=chunk.len()).map(|at| format!("${at}")).collect();
        let values: Vec<Arg> = chunk.iter().map(|id| Arg::from(*id)).collect();
        let rows = session
            .fetch_all(
                format!(
                    "SELECT id, body FROM ports WHERE id IN ({})",
                    places.join(", ")
                ),
                &values,
            )
            .await?;
        for row in &rows {
            let body: Body = row.json("body")?;
            found.insert(row.parse("id")?, body.attention);
        }
    }
    Ok(found)
}

/// A text to look for, as a LIKE pattern in which its own wildcards mean themselves.
pub(super) fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.to_lowercase().chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// How many requests the desk's list shows.
pub async fn waiting_for_desk(session: &mut Session) -> Result<u32, DbError> {
    let row = session
        .fetch_optional("SELECT COUNT(*) AS n FROM ports WHERE wants_desk", &[])
        .await?;
    let count = row.map_or(Ok(0), |row| row.int("n"))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// How many requests are in each status, of one account with its clients or of all.
pub async fn counts(
    session: &mut Session,
    account: Option<AccountId>,
) -> Result<Vec<(String, i64)>, DbError> {
    let rows = match account {
        Some(account) => {
            session.fetch_all("SELECT status, COUNT(*) AS n FROM ports WHERE account_id IN (SELECT f.id FROM accounts f WHERE f.id = $1 OR f.parent_id = $1) GROUP BY status ORDER BY status", args![account]).await?
        }
        None => session.fetch_all("SELECT status, COUNT(*) AS n FROM ports GROUP BY status ORDER BY status", &[]).await?,
    };
    rows.iter()
        .map(|row| Ok((row.text("status")?, row.int("n")?)))
        .collect()
}

/// Which open request holds one of these numbers, other than `except`: (number, request, account).
pub async fn holders(
    session: &mut Session,
    numbers: &[String],
    except: PortId,
) -> Result<Vec<(String, PortId, AccountId)>, DbError> {
    let mut found = Vec::new();
    for chunk in numbers.chunks(500) {
        let places: Vec<String> = (2..=chunk.len() + 1).map(|at| format!("${at}")).collect();
        let mut values = args![except].to_vec();
        values.extend(chunk.iter().map(Arg::from));
        let rows = session
            .fetch_all(
                format!(
                    "SELECT n.number, n.port_id, p.account_id FROM port_numbers n JOIN ports p ON p.id = n.port_id
                     WHERE n.is_open AND n.port_id <> $1 AND n.number IN ({})",
                    places.join(", ")
                ),
                &values,
            )
            .await?;
        for row in &rows {
            found.push((
                row.text("number")?,
                row.parse("port_id")?,
                row.parse("account_id")?,
            ));
        }
    }
    Ok(found)
}

/// The open requests of an agency and its clients, or of one account, that hold any of these numbers.
pub async fn open_with(
    session: &mut Session,
    account: AccountId,
    numbers: &[E164],
) -> Result<Vec<PortId>, DbError> {
    let mut found = Vec::new();
    for chunk in numbers.chunks(500) {
        let places: Vec<String> = (2..=chunk.len() + 1).map(|at| format!("${at}")).collect();
        let mut values = args![account].to_vec();
        values.extend(chunk.iter().map(|number| Arg::from(*number)));
        let rows = session
            .fetch_all(
                format!(
                    "SELECT DISTINCT n.port_id FROM port_numbers n JOIN ports p ON p.id = n.port_id
                     WHERE n.is_open AND p.account_id IN (SELECT f.id FROM accounts f WHERE f.id = $1 OR f.parent_id = $1) AND n.number IN ({})",
                    places.join(", ")
                ),
                &values,
            )
            .await?;
        for row in &rows {
            found.push(row.parse("port_id")?);
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The request that an order at a carrier belongs to.
pub async fn of_order(
    session: &mut Session,
    carrier: &str,
    external_id: &str,
) -> Result<Option<(PortId, OrderId)>, DbError> {
    let row = session
        .fetch_optional(
            "SELECT port_id, id FROM carrier_orders WHERE carrier = $1 AND external_id = $2",
            args![carrier, external_id],
        )
        .await?;
    row.map(|row| Ok((row.parse("port_id")?, row.parse("id")?)))
        .transpose()
}

/// Requests whose state a timer may have to move: `(id, status)`, in these statuses, oldest first.
pub async fn in_statuses(
    session: &mut Session,
    statuses: &[&'static str],
) -> Result<Vec<PortId>, DbError> {
    let places: Vec<String> = (1..=statuses.len()).map(|at| format!("${at}")).collect();
    let values: Vec<Arg> = statuses.iter().map(|status| Arg::word(status)).collect();
    let rows = session
        .fetch_all(
            format!(
                "SELECT id FROM ports WHERE status IN ({}) ORDER BY id",
                places.join(", ")
            ),
            &values,
        )
        .await?;
    rows.iter().map(|row| row.parse("id")).collect()
}

/// Requests with a window that starts at or before this moment and is not behind them.
pub async fn with_window_until(
    session: &mut Session,
    until: Timestamp,
) -> Result<Vec<PortId>, DbError> {
    let rows = session.fetch_all("SELECT id FROM ports WHERE window_at IS NOT NULL AND window_at <= $1 ORDER BY window_at", args![until]).await?;
    rows.iter().map(|row| row.parse("id")).collect()
}

/// Requests with a letter out for signing.
pub async fn with_letter_out(session: &mut Session) -> Result<Vec<PortId>, DbError> {
    let rows = session
        .fetch_all(
            "SELECT id FROM ports WHERE loa_expires_at IS NOT NULL ORDER BY loa_expires_at",
            &[],
        )
        .await?;
    rows.iter().map(|row| row.parse("id")).collect()
}
