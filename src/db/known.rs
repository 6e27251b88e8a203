//! What was used in port requests before, to be offered again.

use jiff::Timestamp;

use super::values::{Values, of_family};
use super::{DbError, Session, Tx};
use crate::args;
use crate::domain::number::E164;
use crate::ids::{AccountId, PortId, UserId};

/// Requests that are looked at, the newest first.
const REQUESTS: i64 = 50;
/// Numbers of each that are looked at.
const NUMBERS: i64 = 20;

/// What the newest requests of one account and its clients used, or everybody's.
#[derive(Debug, Default)]
pub struct Used {
    /// Losing providers as typed.
    pub carriers: Vec<String>,
    /// Where calls ring.
    pub receiving: Vec<E164>,
    /// Tracking sources.
    pub sources: Vec<String>,
}

/// Looks at the newest requests.
pub async fn used(session: &mut Session, account: Option<AccountId>) -> Result<Used, DbError> {
    let newest = newest(session, account).await?;
    let mut values = Values::default();
    let these = values.list(newest.iter().copied());
    let of_numbers = |column: &str| {
        format!(
            "SELECT DISTINCT {column} AS v FROM port_numbers
             WHERE port_id IN {these} AND position < {NUMBERS} AND {column} IS NOT NULL ORDER BY v LIMIT 100"
        )
    };
    let carriers = session
        .fetch_all(
            format!("SELECT DISTINCT losing_carrier AS v FROM ports WHERE id IN {these} AND losing_carrier <> '' ORDER BY v"),
            &values,
        )
        .await?;
    let receiving = session.fetch_all(of_numbers("receiving"), &values).await?;
    let sources = session.fetch_all(of_numbers("source"), &values).await?;
    Ok(Used {
        carriers: carriers
            .iter()
            .map(|row| row.text("v"))
            .collect::<Result<_, _>>()?,
        receiving: receiving
            .iter()
            .map(|row| row.parse("v"))
            .collect::<Result<_, _>>()?,
        sources: sources
            .iter()
            .map(|row| row.text("v"))
            .collect::<Result<_, _>>()?,
    })
}

/// The newest requests of an account and its clients, or of everybody. They are read off an index and nothing else: what
/// requests hold is large, and this is asked again after each commit.
async fn newest(session: &mut Session, account: Option<AccountId>) -> Result<Vec<PortId>, DbError> {
    let Some(account) = account else {
        let sql = format!("SELECT id FROM ports ORDER BY id DESC LIMIT {REQUESTS}");
        return session
            .fetch_all(sql, &[])
            .await?
            .iter()
            .map(|row| row.parse("id"))
            .collect();
    };
    let family = of_family("$1");
    let accounts = session
        .fetch_all(
            format!("SELECT id FROM accounts WHERE id IN {family}"),
            args![account],
        )
        .await?;
    let of = match accounts.as_slice() {
        // Of one account the index has them in order; those of several are sorted.
        [_] => "= $1".to_owned(),
        _ => format!("IN {family}"),
    };
    session
        .fetch_all(
            format!("SELECT id FROM ports WHERE account_id {of} ORDER BY id DESC LIMIT {REQUESTS}"),
            args![account],
        )
        .await?
        .iter()
        .map(|row| row.parse("id"))
        .collect()
}

/// What somebody said the last time that the columns of a list with these headings mean.
pub async fn columns(
    session: &mut Session,
    user: UserId,
    headings: [u8; 32],
) -> Result<Option<String>, DbError> {
    let row = session
        .fetch_optional(
            "SELECT meanings FROM list_columns WHERE user_id = $1 AND headings = $2",
            args![user, headings],
        )
        .await?;
    row.map(|row| row.text("meanings")).transpose()
}

/// Remembers what the columns of such a list mean.
pub async fn keep_columns(
    tx: &mut Tx,
    user: UserId,
    headings: [u8; 32],
    meanings: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO list_columns (user_id, headings, meanings, used_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, headings) DO UPDATE SET meanings = excluded.meanings, used_at = excluded.used_at",
        args![user, headings, meanings, now],
    )
    .await?;
    Ok(())
}

/// The open request that a number is on, whoever's it is.
pub async fn open_on(
    session: &mut Session,
    number: E164,
) -> Result<Option<(PortId, AccountId)>, DbError> {
    let row = session
        .fetch_optional(
            "SELECT p.id, p.account_id FROM port_numbers n JOIN ports p ON p.id = n.port_id WHERE n.number = $1 AND n.is_open",
            args![number],
        )
        .await?;
    row.map(|row| Ok((row.parse("id")?, row.parse("account_id")?)))
        .transpose()
}
