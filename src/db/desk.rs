//! The desk's table: which request stands in which queue, who has it, and what it is found by. Small rows beside the
//! requests, written in the commit that changes a request, so that a queue is counted and paged without reading requests.

use std::collections::HashMap;

use jiff::Timestamp;

use super::ports::{Body, like};
use super::values::{Values, fetch_in, join_family};
use super::{Arg, DbError, Session, Tx};
use crate::args;
use crate::domain::port::{
    Attention, Claim, Details, Fact, Loa, Place, PortRequest, Proof, Queue, Stage, Status, places,
};
use crate::ids::{AccountId, PortId, UserId};

/// A part of the desk's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Everything that stands in some queue.
    All,
    /// What this person has.
    Mine(UserId),
    /// One queue.
    Of(Queue),
}

impl Cut {
    /// The name in addresses and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mine(_) => "mine",
            Self::Of(queue) => queue.name(),
        }
    }
}

/// Where a page of a cut begins: after this request, which stands there since then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// Since when.
    pub since: Timestamp,
    /// Which request.
    pub port: PortId,
}

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.since.as_microsecond(), self.port)
    }
}

impl std::str::FromStr for After {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (since, port) = text.split_once('.').ok_or(())?;
        let micros = since.parse().map_err(|_| ())?;
        Ok(Self {
            since: Timestamp::from_microsecond(micros).map_err(|_| ())?,
            port: port.parse().map_err(|_| ())?,
        })
    }
}

/// How many requests stand where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In some queue.
    pub all: u32,
    /// With the one who asks.
    pub mine: u32,
    /// In each queue that is not empty.
    pub queues: HashMap<Queue, u32>,
}

impl Counts {
    /// How many in this cut.
    pub fn of(&self, cut: Cut) -> u32 {
        match cut {
            Cut::All => self.all,
            Cut::Mine(_) => self.mine,
            Cut::Of(queue) => self.queues.get(&queue).copied().unwrap_or(0),
        }
    }
}

/// What the desk's list shows of a request, without its numbers.
#[derive(Clone, Debug)]
pub struct DeskRow {
    /// The request.
    pub id: PortId,
    /// Its version.
    pub version: i64,
    /// Whose.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
    /// Its status; an unknown name is kept as it is.
    pub status: Result<Status, String>,
    /// The first number, if it has one.
    pub first_number: Option<String>,
    /// How many numbers it has.
    pub numbers: i64,
    /// The start of the next window, if one is known.
    pub window_at: Option<Timestamp>,
    /// Last moved on.
    pub last_movement: Timestamp,
    /// The form.
    pub details: Details,
    /// The letter.
    pub loa: Loa,
    /// Proof of ownership.
    pub proof: Vec<Proof>,
    /// How far it is as a whole.
    pub stage: Stage,
    /// What only a person can decide.
    pub attention: Vec<Attention>,
    /// Who has it.
    pub claim: Option<Claim>,
    /// Where it stands on the table, and since when.
    pub places: Vec<(Queue, Timestamp)>,
    /// A number of its that is a receiving number of the account, and keeps it from being submitted (R121).
    pub receiving: Option<String>,
}

/// What shows now of a table with columns `passing` and `since`: `$1` is the beginning of the day.
const SHOWN: &str = "(NOT passing OR since >= $1)";

/// Brings the desk's table up to date with a request that is being stored.
pub(super) async fn follow(
    tx: &mut Tx,
    before: Option<&PortRequest>,
    next: &PortRequest,
    facts: impl Iterator<Item = &Fact>,
    now: Timestamp,
) -> Result<(), DbError> {
    let mut facts = facts;
    let dated = facts.any(|fact| {
        matches!(
            fact,
            Fact::PortDateSet { .. } | Fact::PortDateChanged { .. }
        )
    });
    let (old, new) = (before.map(places).unwrap_or_default(), places(next));
    for place in &old {
        if !new.iter().any(|one| one.queue == place.queue) {
            tx.later(
                "DELETE FROM desk_lines WHERE port_id = $1 AND queue = $2",
                args![next.id, place.queue.name()],
            )
            .await?;
        }
    }
    for place in &new {
        let there = old.iter().find(|one| one.queue == place.queue);
        let moved = place.passing && dated;
        if there == Some(place) && !moved {
            continue;
        }
        // What stays on the table stays there since when it came, unless it came anew.
        let since = if there.is_none() || moved {
            "excluded.since"
        } else {
            "desk_lines.since"
        };
        tx.later(
            format!(
                "INSERT INTO desk_lines (port_id, queue, since, passing) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (port_id, queue) DO UPDATE SET since = {since}, passing = excluded.passing"
            ),
            args![next.id, place.queue.name(), now, place.passing],
        )
        .await?;
    }
    follow_all(tx, next.id, [&old, &new], dated, now).await?;
    match &next.claim {
        claim if before.is_some_and(|before| before.claim == *claim) => {}
        None if before.is_none() => {}
        None => {
            tx.later("DELETE FROM desk_claims WHERE port_id = $1", args![next.id])
                .await?;
        }
        Some(claim) => {
            tx.later(
                "INSERT INTO desk_claims (port_id, user_id, since) VALUES ($1, $2, $3)
                 ON CONFLICT (port_id) DO UPDATE SET user_id = excluded.user_id, since = excluded.since",
                args![next.id, claim.user, claim.at],
            )
            .await?;
        }
    }
    let words = search_words(next);
    if before.is_none_or(|before| search_words(before) != words) {
        tx.later(
            "INSERT INTO desk_search (port_id, words) VALUES ($1, $2)
             ON CONFLICT (port_id) DO UPDATE SET words = excluded.words",
            args![next.id, words],
        )
        .await?;
    }
    Ok(())
}

/// The line of everything: there while the request stands in any queue, since when it came onto the table.
async fn follow_all(
    tx: &mut Tx,
    port: PortId,
    [old, new]: [&[Place]; 2],
    dated: bool,
    now: Timestamp,
) -> Result<(), DbError> {
    let passing =
        |places: &[Place]| (!places.is_empty()).then(|| places.iter().all(|place| place.passing));
    let (was, is) = (passing(old), passing(new));
    let since = match (was, is) {
        (None, None) | (Some(false), Some(false)) => return Ok(()),
        (_, None) => {
            tx.later(
                "DELETE FROM desk_lines WHERE port_id = $1 AND queue = 'all'",
                args![port],
            )
            .await?;
            return Ok(());
        }
        (Some(true), Some(true)) if !dated => return Ok(()),
        (_, Some(false)) => "$2",
        // Only the date is left: it shows on the day on which that was set.
        (_, Some(true)) => {
            "(SELECT since FROM desk_lines WHERE port_id = $1 AND passing AND queue <> 'all')"
        }
    };
    tx.later(
        format!(
            "INSERT INTO desk_lines (port_id, queue, since, passing) VALUES ($1, 'all', COALESCE({since}, $2), $3)
             ON CONFLICT (port_id, queue) DO UPDATE SET since = excluded.since, passing = excluded.passing"
        ),
        args![port, now, is],
    )
    .await?;
    Ok(())
}

/// What a request is found by, beside its id, its account and its numbers.
fn search_words(request: &PortRequest) -> String {
    let details = &request.details;
    let customer = &details.customer;
    let mut words = [
        details.title.as_str(),
        &details.losing_carrier,
        &customer.business_name,
        &customer.first_name,
        &customer.last_name,
    ]
    .join(" ");
    for order in &request.orders {
        for name in [Some(&order.external_id), order.support_key.as_ref()]
            .into_iter()
            .flatten()
        {
            words.push(' ');
            words.push_str(name);
        }
    }
    words.to_lowercase()
}

/// How many requests stand in each queue; `today` is when the day began, `me` who asks.
pub async fn counts(
    session: &mut Session,
    today: Timestamp,
    me: UserId,
) -> Result<Counts, DbError> {
    let rows = session
        .fetch_all(
            format!(
                "SELECT queue, COUNT(*) AS n FROM desk_lines WHERE {SHOWN} GROUP BY queue
                 UNION ALL SELECT 'mine', COUNT(*) FROM desk_claims WHERE user_id = $2"
            ),
            args![today, me],
        )
        .await?;
    let mut counts = Counts::default();
    for row in &rows {
        let (name, n) = (row.text("queue")?, row.small("n")?);
        match name.as_str() {
            "all" => counts.all = n,
            "mine" => counts.mine = n,
            name => {
                let queue = Queue::named(name)
                    .ok_or_else(|| DbError::bad_row("queue", "there is no such queue"))?;
                counts.queues.insert(queue, n);
            }
        }
    }
    Ok(counts)
}

/// How many requests stand on the desk's table.
pub async fn waiting(session: &mut Session, today: Timestamp) -> Result<u32, DbError> {
    let row = session
        .fetch_one(
            format!("SELECT COUNT(*) AS n FROM desk_lines WHERE queue = 'all' AND {SHOWN}"),
            args![today],
        )
        .await?;
    row.small("n")
}

/// A page of a cut, the longest waiting first.
pub async fn page(
    session: &mut Session,
    cut: Cut,
    today: Timestamp,
    after: Option<After>,
    limit: i64,
) -> Result<Vec<After>, DbError> {
    let mut values = Values::after(args![today, limit]);
    let later = after.map_or_else(
        || "1 = 1".to_owned(),
        |after| {
            let (at, port) = (values.put(after.since), values.put(after.port));
            format!("(since > {at} OR (since = {at} AND port_id > {port}))")
        },
    );
    let sql = match cut {
        Cut::Mine(user) => {
            let user = values.put(user);
            // `$1` is named so that it has a type.
            format!(
                "SELECT port_id, since FROM desk_claims WHERE user_id = {user} AND $1 IS NOT NULL AND {later} ORDER BY since, port_id LIMIT $2"
            )
        }
        Cut::All | Cut::Of(_) => {
            let queue = values.put(Arg::word(cut.name()));
            format!(
                "SELECT port_id, since FROM desk_lines WHERE queue = {queue} AND {SHOWN} AND {later} ORDER BY since, port_id LIMIT $2"
            )
        }
    };
    let rows = session.fetch_all(sql, &values).await?;
    rows.iter()
        .map(|row| {
            Ok(After {
                since: row.instant("since")?,
                port: row.parse("port_id")?,
            })
        })
        .collect()
}

/// Since when a request stands in a cut; `None` if it does not.
pub async fn place(
    session: &mut Session,
    cut: Cut,
    today: Timestamp,
    port: PortId,
) -> Result<Option<After>, DbError> {
    let row =
        match cut {
            Cut::Mine(user) => {
                session
                    .fetch_optional(
                        "SELECT since FROM desk_claims WHERE user_id = $1 AND port_id = $2",
                        args![user, port],
                    )
                    .await?
            }
            Cut::All | Cut::Of(_) => session
                .fetch_optional(
                    format!(
                        "SELECT since FROM desk_lines WHERE {SHOWN} AND port_id = $2 AND queue = $3"
                    ),
                    args![today, port, cut.name()],
                )
                .await?,
        };
    row.map(|row| {
        Ok(After {
            since: row.instant("since")?,
            port,
        })
    })
    .transpose()
}

/// Of these requests, those that nobody but `me` has, in the same order.
pub async fn free(
    session: &mut Session,
    ids: &[PortId],
    me: UserId,
) -> Result<Vec<PortId>, DbError> {
    let taken: Vec<PortId> = fetch_in(session, args![me], ids.iter().copied(), |these| {
        format!("SELECT port_id FROM desk_claims WHERE user_id <> $1 AND port_id IN {these}")
    })
    .await?
    .iter()
    .map(|row| row.parse("port_id"))
    .collect::<Result<_, _>>()?;
    Ok(ids
        .iter()
        .copied()
        .filter(|id| !taken.contains(id))
        .collect())
}

/// Requests that a text finds, newest first: by number, carrier order, company, person, carrier, account, own name or id.
pub async fn search(session: &mut Session, text: &str, limit: i64) -> Result<Vec<PortId>, DbError> {
    let text = text.trim();
    let mut values = vec![like(text).into(), text.to_lowercase().into(), limit.into()];
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_number = digits.len() >= 4
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '.' | '(' | ')'));
    let mut sql = String::from(
        "SELECT port_id FROM (
            SELECT port_id FROM desk_search WHERE words LIKE $1 ESCAPE '\\'
            UNION SELECT p.id FROM ports p JOIN accounts a ON a.id = p.account_id WHERE LOWER(a.name) LIKE $1 ESCAPE '\\'
            UNION SELECT id FROM ports WHERE id = $2",
    );
    if is_number {
        values.push(format!("%{digits}%").into());
        sql += " UNION SELECT port_id FROM port_numbers WHERE number LIKE $4";
    }
    sql += ") AS found ORDER BY port_id DESC LIMIT $3";
    let rows = session.fetch_all(sql, &values).await?;
    rows.iter().map(|row| row.parse("port_id")).collect()
}

/// What the list shows of these requests, in the same order; three statements, however many they are.
pub async fn rows(
    session: &mut Session,
    today: Timestamp,
    ids: &[PortId],
) -> Result<Vec<DeskRow>, DbError> {
    let mut places: HashMap<PortId, Vec<(Queue, Timestamp)>> = HashMap::new();
    let lines = fetch_in(session, args![today], ids.iter().copied(), |these| {
        format!("SELECT port_id, queue, since FROM desk_lines WHERE {SHOWN} AND port_id IN {these}")
    })
    .await?;
    for row in lines {
        if let Some(queue) = Queue::named(&row.text("queue")?) {
            places
                .entry(row.parse("port_id")?)
                .or_default()
                .push((queue, row.instant("since")?));
        }
    }
    let to_submit: Vec<PortId> = places
        .iter()
        .filter(|(_, at)| at.iter().any(|(queue, _)| *queue == Queue::Submit))
        .map(|(id, _)| *id)
        .collect();
    let mut receiving: HashMap<PortId, String> = HashMap::new();
    let family = join_family("p.account_id");
    let numbers = fetch_in(session, &[], to_submit, |these| {
        format!(
            "SELECT n.port_id, MIN(n.number) AS number FROM port_numbers n JOIN ports p ON p.id = n.port_id {family}
                JOIN receiving_numbers r ON r.account_id = f.id AND r.number = n.number
             WHERE n.is_open AND n.port_id IN {these} GROUP BY n.port_id"
        )
    })
    .await?;
    for row in numbers {
        receiving.insert(row.parse("port_id")?, row.text("number")?);
    }
    let requests = fetch_in(session, &[], ids.iter().copied(), |these| {
        format!(
            "SELECT p.id, p.version, p.account_id, a.name AS account_name, p.status, p.window_at, p.last_movement, p.body,
                (SELECT n.number FROM port_numbers n WHERE n.port_id = p.id ORDER BY n.position LIMIT 1) AS first_number,
                (SELECT COUNT(*) FROM port_numbers n WHERE n.port_id = p.id) AS numbers
             FROM ports p JOIN accounts a ON a.id = p.account_id WHERE p.id IN {these}"
        )
    })
    .await?;
    let mut found: HashMap<PortId, DeskRow> = HashMap::new();
    for row in requests {
        let id: PortId = row.parse("id")?;
        let body: Body = row.json("body")?;
        let name = row.text("status")?;
        let mut places = places.remove(&id).unwrap_or_default();
        places.sort_by_key(|(queue, _)| *queue);
        found.insert(
            id,
            DeskRow {
                id,
                version: row.int("version")?,
                account: row.parse("account_id")?,
                account_name: row.text("account_name")?,
                status: Status::named(&name).ok_or(name),
                first_number: row.opt_text("first_number")?,
                numbers: row.int("numbers")?,
                window_at: row.opt_instant("window_at")?,
                last_movement: row.instant("last_movement")?,
                details: body.details,
                loa: body.loa,
                proof: body.proof,
                stage: body.stage,
                attention: body.attention,
                claim: body.claim,
                places,
                receiving: receiving.remove(&id),
            },
        );
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}
