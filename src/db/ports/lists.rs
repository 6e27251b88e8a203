//! Which requests: pages of them, counts, and those that somebody or something is looking for.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::Body;
use crate::args;
use crate::db::values::{Values, fetch_in, of_family};
use crate::db::{Arg, DbError, Row, Session};
use crate::domain::carrier::OrderStatus;
use crate::domain::number::E164;
use crate::domain::port::{Attention, Ball, CarrierOrder, Status, ball_in};
use crate::ids::{AccountId, OrderId, PortId, UserId};

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
    let mut values = Values::default();
    if let Some(account) = filter.account {
        sql += &format!(" AND p.account_id = {}", values.put(account));
    }
    if let Some(agency) = filter.agency {
        let agency = values.put(agency);
        sql += &format!(" AND p.account_id IN {}", of_family(&agency));
    }
    if !filter.statuses.is_empty() {
        let these = values.list(filter.statuses.iter().map(|status| Arg::word(status)));
        sql += &format!(" AND p.status IN {these}");
    }
    if filter.for_desk {
        sql += " AND p.wants_desk";
    }
    if let Some(before) = filter.before {
        sql += &format!(" AND p.id < {}", values.put(before));
    }
    if let Some(text) = filter
        .text
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        let place = values.put(like(text));
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let number = values.put(if digits.len() >= 3 {
            format!("%{digits}%")
        } else {
            "\u{1}".to_owned()
        });
        sql += &format!(
            " AND (LOWER(p.title) LIKE {place} ESCAPE '\\' OR LOWER(p.losing_carrier) LIKE {place} ESCAPE '\\' OR p.id LIKE {place} ESCAPE '\\'
                OR EXISTS (SELECT 1 FROM port_numbers n WHERE n.port_id = p.id AND n.number LIKE {number}))"
        );
    }
    sql += &format!(" ORDER BY p.id DESC LIMIT {}", values.put(filter.limit));
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
    let orders = fetch_in(session, &[], submitted, |these| {
        format!("SELECT port_id, body FROM carrier_orders WHERE port_id IN {these}")
    })
    .await?;
    for row in &orders {
        let order: CarrierOrder = row.json("body")?;
        if order.status == OrderStatus::Submitted {
            found.insert(row.parse("port_id")?);
        }
    }
    Ok(found)
}

/// What only a person can decide, for each of these requests.
pub async fn attention(
    session: &mut Session,
    ids: &[PortId],
) -> Result<HashMap<PortId, Vec<Attention>>, DbError> {
    fetch_in(session, &[], ids.iter().copied(), |these| {
        format!("SELECT id, body FROM ports WHERE id IN {these}")
    })
    .await?
    .iter()
    .map(|row| Ok((row.parse("id")?, row.json::<Body>("body")?.attention)))
    .collect()
}

/// A text to look for, as a LIKE pattern in which its own wildcards mean themselves.
pub(in crate::db) fn like(text: &str) -> String {
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

/// How many requests are in each status, of one account with its clients or of all.
pub async fn counts(
    session: &mut Session,
    account: Option<AccountId>,
) -> Result<Vec<(String, i64)>, DbError> {
    let rows = match account {
        Some(account) => {
            let sql = format!(
                "SELECT status, COUNT(*) AS n FROM ports WHERE account_id IN {} GROUP BY status ORDER BY status",
                of_family("$1")
            );
            session.fetch_all(sql, args![account]).await?
        }
        None => {
            session
                .fetch_all(
                    "SELECT status, COUNT(*) AS n FROM ports GROUP BY status ORDER BY status",
                    &[],
                )
                .await?
        }
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
    fetch_in(session, args![except], numbers, |these| {
        format!(
            "SELECT n.number, n.port_id, p.account_id FROM port_numbers n JOIN ports p ON p.id = n.port_id
             WHERE n.is_open AND n.port_id <> $1 AND n.number IN {these}"
        )
    })
    .await?
    .iter()
    .map(|row| {
        Ok((
            row.text("number")?,
            row.parse("port_id")?,
            row.parse("account_id")?,
        ))
    })
    .collect()
}

/// The open requests of an agency and its clients, or of one account, that hold any of these numbers.
pub async fn open_with(
    session: &mut Session,
    account: AccountId,
    numbers: &[E164],
) -> Result<Vec<PortId>, DbError> {
    let accounts = of_family("$1");
    let mut found: Vec<PortId> =
        fetch_in(session, args![account], numbers.iter().copied(), |these| {
            format!(
                "SELECT DISTINCT n.port_id FROM port_numbers n JOIN ports p ON p.id = n.port_id
             WHERE n.is_open AND p.account_id IN {accounts} AND n.number IN {these}"
            )
        })
        .await?
        .iter()
        .map(|row| row.parse("port_id"))
        .collect::<Result<_, _>>()?;
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
    statuses: &[Status],
) -> Result<Vec<PortId>, DbError> {
    let mut values = Values::default();
    let these = values.list(statuses.iter().map(|status| Arg::word(status.name())));
    let sql = format!("SELECT id FROM ports WHERE status IN {these} ORDER BY id");
    let rows = session.fetch_all(sql, &values).await?;
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
