//! Hosted numbers: they text here, their calls stay elsewhere.

use std::collections::HashMap;

use jiff::Timestamp;

use super::values::{Values, fetch_in};
use super::{DbError, Row, Session, Tx};
use crate::args;
use crate::domain::hosted::{HostedNumber, Hosting, PORTED, PORTED_ELSEWHERE, PortOf};
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
    /// Only those that come after this place: the next page.
    pub after: Option<Place>,
    /// At most so many.
    pub limit: i64,
}

/// A number's place in the order of [`list`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Those that wait for the desk come first, then those that are on, then the others.
    pub rank: u8,
    /// The number.
    pub number: E164,
    /// Its id: an account has a number once, but several may have it.
    pub id: HostedId,
}

impl Place {
    /// The place of this one.
    pub fn of(one: &HostedNumber) -> Self {
        Self {
            rank: match one.state {
                Hosting::Requested { .. } => 0,
                Hosting::Enabled { .. } => 1,
                Hosting::Refused { .. } | Hosting::Ended { .. } => 2,
            },
            number: one.number,
            id: one.id,
        }
    }
}

/// [`Place::rank`] of a row.
const RANK: &str = "CASE h.state WHEN 'requested' THEN 0 WHEN 'enabled' THEN 1 ELSE 2 END";

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
    if let Some(place) = filter.after {
        let rank = values.put(i64::from(place.rank));
        let number = values.put(place.number);
        let id = values.put(place.id);
        sql.push_str(&format!(
            " AND ({RANK}, h.number, h.id) > ({rank}, {number}, {id})"
        ));
    }
    let limit = values.put(filter.limit);
    sql.push_str(&format!(" ORDER BY {RANK}, h.number, h.id LIMIT {limit}"));
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

/// Counts those that wait for the desk. It is asked for with each of the desk's pages, and has an index of its own.
pub const WAITING: &str = "SELECT COUNT(*) AS n FROM hosted_numbers WHERE state = 'requested'";

/// How many numbers wait for the desk.
pub async fn waiting(session: &mut Session) -> Result<u32, DbError> {
    let row = session.fetch_optional(WAITING, &[]).await?;
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

/// What port requests say of these numbers: of each account the newest one, a number that is open before one that was
/// ported. A number that is in none is not in the answer.
pub async fn ports(
    session: &mut Session,
    numbers: &[E164],
) -> Result<HashMap<E164, Vec<PortOf>>, DbError> {
    let list = || numbers.iter().copied();
    // Two statements: each has an index of its own.
    let sql = |only: &'static str| {
        move |these: &str| {
            format!(
                "SELECT n.number, n.voice, n.port_id, p.account_id, a.name AS account_name
                 FROM port_numbers n JOIN ports p ON p.id = n.port_id JOIN accounts a ON a.id = p.account_id
                 WHERE {only} AND n.number IN {these} ORDER BY n.port_id"
            )
        }
    };
    let mut rows = fetch_in(session, &[], list(), sql("n.voice = 'ported'")).await?;
    rows.extend(fetch_in(session, &[], list(), sql("n.is_open")).await?);
    let mut found: HashMap<E164, Vec<PortOf>> = HashMap::new();
    for row in rows {
        let one = PortOf {
            port: row.parse("port_id")?,
            account: row.parse("account_id")?,
            account_name: row.text("account_name")?,
            done: row.text("voice")? == "ported",
        };
        let all = found.entry(row.parse("number")?).or_default();
        // A port that is under way after one that is over: the number left again meanwhile.
        match all.iter_mut().find(|other| other.account == one.account) {
            Some(older) => *older = one,
            None => all.push(one),
        }
    }
    Ok(found)
}

/// Ends the hosting of the numbers whose voice this request has moved here, in whichever account: one that is ported is no
/// hosted number any more. For the commit that makes them ported.
pub async fn end_ported(
    tx: &mut Tx,
    port: PortId,
    account: AccountId,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE hosted_numbers SET state = 'ended', state_at = $1, is_live = $2, asked_by = NULL, asked_by_name = NULL,
            reason = CASE WHEN account_id = $3 THEN $4 ELSE $5 END, version = version + 1
         WHERE is_live AND number IN (SELECT n.number FROM port_numbers n WHERE n.port_id = $6 AND n.voice = 'ported')",
        args![now, false, account, PORTED, PORTED_ELSEWHERE, port],
    )
    .await?;
    Ok(())
}
