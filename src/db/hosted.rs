//! Hosted numbers: they text here, their calls stay elsewhere.

use std::collections::HashMap;

use super::values::{Values, fetch_in};
use super::{DbError, Row, Session, Tx};
use crate::args;
use crate::domain::hosted::{HostedNumber, Hosting, PortHere};
use crate::domain::number::E164;
use crate::ids::{AccountId, HostedId, PortId};

/// The index that keeps a number asked for or on in one account at a time.
pub const LIVE_ONCE: &str = "hosted_numbers_live";

/// A hosted number with what is around it.
#[derive(Clone, Debug)]
pub struct HostedRow {
    /// The number.
    pub number: HostedNumber,
    /// Its account's name.
    pub account_name: String,
    /// Whether its account has an approved A2P 10DLC brand and campaign.
    pub campaign_approved: bool,
    /// Counts its changes; a change names the one that it was decided on.
    pub version: i64,
}

/// Which hosted numbers are wanted. What is empty narrows nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of these accounts; `None` for all.
    pub accounts: Option<Vec<AccountId>>,
    /// In this state, by its name.
    pub state: Option<&'static str>,
    /// With these digits in it.
    pub digits: String,
    /// At most so many.
    pub limit: i64,
}

const WHOLE: &str = "SELECT h.*, a.name AS account_name, a.campaign_approved FROM hosted_numbers h JOIN accounts a ON a.id = h.account_id";

fn row_of(row: &Row) -> Result<HostedRow, DbError> {
    let at = row.instant("state_at")?;
    let reason = || row.text("reason");
    let state = match row.text("state")?.as_str() {
        "requested" => Hosting::Requested {
            at,
            by: row.parse("asked_by")?,
            name: row.text("asked_by_name")?,
        },
        "enabled" => Hosting::Enabled { at },
        "refused" => Hosting::Refused {
            at,
            reason: reason()?,
        },
        "ended" => Hosting::Ended {
            at,
            reason: reason()?,
        },
        other => {
            return Err(DbError::bad_row("state", format!("no such state: {other}")));
        }
    };
    Ok(HostedRow {
        number: HostedNumber {
            id: row.parse("id")?,
            number: row.parse("number")?,
            account: row.parse("account_id")?,
            voice_provider: row.text("voice_provider")?,
            description: row.text("description")?,
            state,
        },
        account_name: row.text("account_name")?,
        campaign_approved: row.bool("campaign_approved")?,
        version: row.int("version")?,
    })
}

/// Hosted numbers: those that wait for the desk first, then those that are on, then the others; by number.
pub async fn list(session: &mut Session, filter: &Filter) -> Result<Vec<HostedRow>, DbError> {
    let mut values = Values::default();
    let mut sql = format!("{WHOLE} WHERE 1 = 1");
    if let Some(accounts) = &filter.accounts {
        let these = values.list(accounts.iter().copied());
        sql.push_str(&format!(" AND h.account_id IN {these}"));
    }
    if let Some(state) = filter.state {
        let place = values.put(state);
        sql.push_str(&format!(" AND h.state = {place}"));
    }
    if !filter.digits.is_empty() {
        let place = values.put(format!("%{}%", filter.digits));
        sql.push_str(&format!(" AND h.number LIKE {place}"));
    }
    let limit = values.put(filter.limit);
    sql.push_str(&format!(
        " ORDER BY CASE h.state WHEN 'requested' THEN 0 WHEN 'enabled' THEN 1 ELSE 2 END, h.number, h.id LIMIT {limit}"
    ));
    session
        .fetch_all(sql, &values)
        .await?
        .iter()
        .map(row_of)
        .collect()
}

/// The hosted number with this id.
pub async fn get(session: &mut Session, id: HostedId) -> Result<Option<HostedRow>, DbError> {
    let row = session
        .fetch_optional(format!("{WHOLE} WHERE h.id = $1"), args![id])
        .await?;
    row.map(|row| row_of(&row)).transpose()
}

/// A number wherever it is, or was, hosted: the account where it is live first, then the one that changed last.
pub async fn with_number(session: &mut Session, number: E164) -> Result<Vec<HostedRow>, DbError> {
    session
        .fetch_all(
            format!("{WHOLE} WHERE h.number = $1 ORDER BY h.is_live DESC, h.state_at DESC, h.id"),
            args![number],
        )
        .await?
        .iter()
        .map(row_of)
        .collect()
}

/// The number in this account's list.
pub async fn of_account(
    session: &mut Session,
    account: AccountId,
    number: E164,
) -> Result<Option<HostedRow>, DbError> {
    let row = session
        .fetch_optional(
            format!("{WHOLE} WHERE h.account_id = $1 AND h.number = $2"),
            args![account, number],
        )
        .await?;
    row.map(|row| row_of(&row)).transpose()
}

/// How many numbers wait for the desk.
pub async fn waiting(session: &mut Session) -> Result<u32, DbError> {
    let row = session
        .fetch_optional(
            "SELECT COUNT(*) AS n FROM hosted_numbers WHERE is_live AND state = 'requested'",
            &[],
        )
        .await?;
    row.map_or(Ok(0), |row| row.small("n"))
}

/// Stores a number that is new to its account; `false` if it is there already.
///
/// # Errors
/// [`LIVE_ONCE`] when it is live in another account.
pub async fn insert(tx: &mut Tx, one: &HostedNumber) -> Result<bool, DbError> {
    let (asked_by, asked_by_name) = asked(one);
    let stored = tx
        .execute(
            "INSERT INTO hosted_numbers (id, account_id, number, voice_provider, description, state, state_at, asked_by,
                asked_by_name, reason, is_live, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)
             ON CONFLICT (account_id, number) DO NOTHING",
            args![
                one.id,
                one.account,
                one.number,
                &one.voice_provider,
                &one.description,
                one.state.name(),
                one.state.at(),
                asked_by,
                asked_by_name,
                one.state.reason().map(str::to_owned),
                one.state.is_live()
            ],
        )
        .await?;
    Ok(stored == 1)
}

/// Stores what became of a number; `false` if somebody changed it since this version.
///
/// # Errors
/// [`LIVE_ONCE`] when it is live in another account.
pub async fn update(tx: &mut Tx, one: &HostedNumber, version: i64) -> Result<bool, DbError> {
    let (asked_by, asked_by_name) = asked(one);
    let stored = tx
        .execute(
            "UPDATE hosted_numbers SET voice_provider = $2, description = $3, state = $4, state_at = $5, asked_by = $6,
                asked_by_name = $7, reason = $8, is_live = $9, version = version + 1 WHERE id = $1 AND version = $10",
            args![
                one.id,
                &one.voice_provider,
                &one.description,
                one.state.name(),
                one.state.at(),
                asked_by,
                asked_by_name,
                one.state.reason().map(str::to_owned),
                one.state.is_live(),
                version
            ],
        )
        .await?;
    Ok(stored == 1)
}

fn asked(one: &HostedNumber) -> (Option<crate::ids::UserId>, Option<String>) {
    match &one.state {
        Hosting::Requested { by, name, .. } => (Some(*by), Some(name.clone())),
        _ => (None, None),
    }
}

/// What port requests of the same account say of these numbers. A number that is in none is not in the answer.
pub async fn ports(
    session: &mut Session,
    numbers: &[(AccountId, E164)],
) -> Result<HashMap<(AccountId, E164), PortHere>, DbError> {
    let list = || numbers.iter().map(|(_, number)| *number);
    // Two statements: each has an index of its own.
    let sql = |only: &'static str| {
        move |these: &str| {
            format!(
                "SELECT n.number, n.voice, n.port_id, p.account_id FROM port_numbers n JOIN ports p ON p.id = n.port_id
                 WHERE {only} AND n.number IN {these} ORDER BY n.port_id"
            )
        }
    };
    let mut rows = fetch_in(session, &[], list(), sql("n.voice = 'ported'")).await?;
    rows.extend(fetch_in(session, &[], list(), sql("n.is_open")).await?);
    let mut found = HashMap::new();
    for row in rows {
        let place = (row.parse("account_id")?, row.parse("number")?);
        let port: PortId = row.parse("port_id")?;
        // A port that is under way after one that is over: the number left again meanwhile.
        let here = if row.text("voice")? == "ported" {
            PortHere::Done(port)
        } else {
            PortHere::UnderWay(port)
        };
        found.insert(place, here);
    }
    Ok(found)
}
