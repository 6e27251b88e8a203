//! The overview of port requests: which ones, in which order, and all that a row shows, in a number of queries that
//! does not depend on how many rows there are.

use std::collections::HashMap;

use jiff::Timestamp;

use super::ports::{self, Stored};
use super::values::{Values, join_family};
use super::{Arg, DbError, Row, Session, Tx};
use crate::args;
use crate::domain::number::E164;
use crate::ids::{AccountId, PortId, UserId, ViewId};

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// What changed last first.
    Updated,
    /// The next port date first; those without one at the end.
    PortDate,
    /// What has not moved for the longest time first.
    Quiet,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Newest,
        Self::Oldest,
        Self::Updated,
        Self::PortDate,
        Self::Quiet,
    ];

    fn sql(self) -> &'static str {
        match self {
            Self::Newest => "p.id DESC",
            Self::Oldest => "p.id",
            Self::Updated => "p.updated_at DESC, p.id DESC",
            // What is over has no next date; NULL sorts first on SQLite and last on PostgreSQL.
            Self::PortDate => "(p.window_at IS NULL), p.window_at, p.id DESC",
            Self::Quiet => "p.last_movement, p.id",
        }
    }
}

/// Which requests.
#[derive(Clone, Debug, Default)]
pub struct Cut {
    /// Only of these accounts; `None` means all.
    pub accounts: Option<Vec<AccountId>>,
    /// Only in these statuses; empty means all.
    pub statuses: Vec<&'static str>,
    /// Only with a number, name, carrier or id that contains this; empty means all.
    pub text: String,
    /// In this order.
    pub sort: Sort,
}

impl Cut {
    /// The condition and its values.
    fn condition(&self) -> (String, Values) {
        let mut sql = String::from("1 = 1");
        let mut values = Values::default();
        if let Some(accounts) = &self.accounts {
            let these = values.list(accounts.iter().copied());
            sql += &format!(" AND p.account_id IN {these}");
        }
        if !self.statuses.is_empty() {
            let these = values.list(self.statuses.iter().copied().map(Arg::word));
            sql += &format!(" AND p.status IN {these}");
        }
        let text = self.text.trim();
        if !text.is_empty() {
            let words = values.put(ports::like(text));
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            sql += &format!(
                " AND (LOWER(p.title) LIKE {words} ESCAPE '\\' OR LOWER(p.losing_carrier) LIKE {words} ESCAPE '\\' OR p.id LIKE {words} ESCAPE '\\'
                    OR EXISTS (SELECT 1 FROM accounts a WHERE a.id = p.account_id AND LOWER(a.name) LIKE {words} ESCAPE '\\')"
            );
            if digits.len() >= 3 {
                let number = values.put(format!("%{digits}%"));
                sql += &format!(
                    " OR EXISTS (SELECT 1 FROM port_numbers n WHERE n.port_id = p.id AND n.number LIKE {number})"
                );
            }
            sql += ")";
        }
        (sql, values)
    }
}

/// How many there are.
pub async fn count(session: &mut Session, cut: &Cut) -> Result<i64, DbError> {
    let (condition, values) = cut.condition();
    let sql = format!("SELECT COUNT(*) AS n FROM ports p WHERE {condition}");
    session.fetch_one(sql, &values).await?.int("n")
}

/// Some of them, in order.
pub async fn ids(
    session: &mut Session,
    cut: &Cut,
    offset: i64,
    limit: i64,
) -> Result<Vec<PortId>, DbError> {
    let (condition, mut values) = cut.condition();
    let (limit, offset) = (values.put(limit), values.put(offset));
    let sql = format!(
        "SELECT p.id FROM ports p WHERE {condition} ORDER BY {} LIMIT {limit} OFFSET {offset}",
        cut.sort.sql()
    );
    let rows = session.fetch_all(sql, &values).await?;
    rows.iter().map(|row| row.parse("id")).collect()
}

/// A request as a row of the overview needs it.
#[derive(Debug)]
pub struct Glance {
    /// The request with few of its numbers: enough that everything derived from it is right.
    pub stored: Stored,
    /// How many numbers it has.
    pub numbers: i64,
    /// Those of its numbers that are receiving numbers of its account or of another one of its agency: of which, and
    /// that one's name.
    pub receiving: Vec<(E164, AccountId, String)>,
    /// Its account's name.
    pub account_name: String,
    /// Whether its account may text from US local numbers.
    pub campaign_approved: bool,
    /// Who filed it.
    pub submitter: String,
    /// Last changed.
    pub updated_at: Timestamp,
}

/// Numbers of a request that a row needs at most, as long as it has no more than these.
const NUMBERS: i64 = 20;

/// These requests, in this order. One that is gone meanwhile is left out.
pub async fn glances(session: &mut Session, ids: &[PortId]) -> Result<Vec<Glance>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = Values::default();
    let these = values.list(ids.iter().copied());
    let rows = session
        .fetch_all(
            format!(
                "SELECT p.*, a.name AS account_name, a.campaign_approved, u.name AS submitter,
                    (SELECT COUNT(*) FROM port_numbers n WHERE n.port_id = p.id) AS numbers
                 FROM ports p JOIN accounts a ON a.id = p.account_id JOIN users u ON u.id = p.submitter_id WHERE p.id IN {these}"
            ),
            &values,
        )
        .await?;
    let numbers = by_port(
        session
            .fetch_all(
                format!(
                    "SELECT * FROM port_numbers WHERE port_id IN {these} AND position < {NUMBERS} ORDER BY port_id, position"
                ),
                &values,
            )
            .await?,
    )?;
    let orders = by_port(
        session
            .fetch_all(
                format!("SELECT id, port_id, body FROM carrier_orders WHERE port_id IN {these} ORDER BY port_id, id"),
                &values,
            )
            .await?,
    )?;
    let family = join_family("p.account_id");
    let mut receiving: HashMap<PortId, Vec<(E164, AccountId, String)>> = HashMap::new();
    for row in &session
        .fetch_all(
            format!(
                "SELECT n.port_id, r.number, r.account_id, f.name FROM port_numbers n JOIN ports p ON p.id = n.port_id {family}
                    JOIN receiving_numbers r ON r.account_id = f.id AND r.number = n.number
                 WHERE n.is_open AND n.port_id IN {these}"
            ),
            &values,
        )
        .await?
    {
        let port = row.parse("port_id")?;
        receiving
            .entry(port)
            .or_default()
            .push((row.parse("number")?, row.parse("account_id")?, row.text("name")?));
    }
    let nothing = Vec::new();
    let mut found: HashMap<PortId, Glance> = HashMap::new();
    for row in &rows {
        let id: PortId = row.parse("id")?;
        let count = row.int("numbers")?;
        let stored = if count > NUMBERS {
            // Some have 100,000; what of them is needed is asked for apart.
            match ports::glance(session, id).await? {
                Some(stored) => stored,
                None => continue,
            }
        } else {
            ports::stored_of(
                row,
                id,
                numbers.get(&id).unwrap_or(&nothing),
                orders.get(&id).unwrap_or(&nothing),
            )?
        };
        let glance = Glance {
            stored,
            numbers: count,
            receiving: receiving.remove(&id).unwrap_or_default(),
            account_name: row.text("account_name")?,
            campaign_approved: row.bool("campaign_approved")?,
            submitter: row.text("submitter")?,
            updated_at: row.instant("updated_at")?,
        };
        found.insert(id, glance);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

fn by_port(rows: Vec<Row>) -> Result<HashMap<PortId, Vec<Row>>, DbError> {
    let mut all: HashMap<PortId, Vec<Row>> = HashMap::new();
    for row in rows {
        all.entry(row.parse("port_id")?).or_default().push(row);
    }
    Ok(all)
}

/// A cut of the overview that somebody saved under a name.
#[derive(Clone, Debug)]
pub struct SavedView {
    /// Its id.
    pub id: ViewId,
    /// Its name.
    pub name: String,
    /// The address's query.
    pub query: String,
}

/// The views that somebody saved, by name.
pub async fn views(session: &mut Session, user: UserId) -> Result<Vec<SavedView>, DbError> {
    let rows = session
        .fetch_all(
            "SELECT id, name, query FROM saved_views WHERE user_id = $1 ORDER BY name, id LIMIT 100",
            args![user],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(SavedView {
                id: row.parse("id")?,
                name: row.text("name")?,
                query: row.text("query")?,
            })
        })
        .collect()
}

/// Saves a view; one of the same name gives way.
pub async fn save_view(
    tx: &mut Tx,
    user: UserId,
    view: &SavedView,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO saved_views (id, user_id, name, query, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, name) DO UPDATE SET query = excluded.query",
        args![view.id, user, &view.name, &view.query, now],
    )
    .await?;
    Ok(())
}

/// Forgets a view. False if there is none.
pub async fn drop_view(tx: &mut Tx, user: UserId, id: ViewId) -> Result<bool, DbError> {
    let count = tx
        .execute(
            "DELETE FROM saved_views WHERE id = $1 AND user_id = $2",
            args![id, user],
        )
        .await?;
    Ok(count > 0)
}
