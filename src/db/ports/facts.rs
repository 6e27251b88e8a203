//! The history: facts, each linked by its hash to the one before.

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::hash_of;
use crate::args;
use crate::db::{Arg, DbError, Row, Session, Tx};
use crate::domain::port::{Actor, Fact};
use crate::ids::{FactId, PortId};

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
    pub(super) fn said(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter().map(|stored| &stored.fact)
    }

    pub(super) fn head(&self) -> Option<[u8; 32]> {
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

pub(super) async fn insert_facts(tx: &mut Tx, chained: &mut Chained) -> Result<(), DbError> {
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
