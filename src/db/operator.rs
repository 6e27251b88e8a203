//! What the desk's administrators set in the portal over the settings file.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Arg, DbError, Session, Tx};
use crate::args;
use crate::ids::UserId;

/// The stored settings.
#[derive(Clone, Default)]
pub struct Stored {
    /// Counts the changes.
    pub version: i64,
    /// A field's name with its value, for those that differ from the file.
    pub fields: BTreeMap<String, String>,
    /// The logo, with its media type.
    pub logo: Option<(Vec<u8>, String)>,
}

/// One field that somebody changed.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The version that it made.
    pub version: i64,
    /// The field.
    pub field: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: UserId,
    /// Their name then.
    pub by_name: String,
    /// What it was.
    pub was: String,
    /// What it became.
    pub became: String,
}

/// What is stored; all empty if nothing is.
pub async fn stored(session: &mut Session) -> Result<Stored, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM operator_settings WHERE id = 'operator'", &[])
        .await?;
    row.map_or_else(
        || Ok(Stored::default()),
        |row| {
            let logo = row.opt_bytes("logo")?.zip(row.opt_text("logo_type")?);
            Ok(Stored {
                version: row.int("version")?,
                fields: row.json("body")?,
                logo,
            })
        },
    )
}

/// Stores the next version with what changed; `false` if somebody else was faster.
pub async fn store(tx: &mut Tx, next: &Stored, changes: &[Changed]) -> Result<bool, DbError> {
    let body = Arg::display(serde_json::json!(next.fields));
    let (logo, kind) = next.logo.clone().unzip();
    let values = [
        body,
        Arg::from(logo),
        Arg::from(kind),
        Arg::from(next.version),
    ];
    let done = if next.version == 1 {
        tx.execute(
            "INSERT INTO operator_settings (id, body, logo, logo_type, version) VALUES ('operator', $1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
            &values,
        )
        .await?
    } else {
        tx.execute(
            "UPDATE operator_settings SET body = $1, logo = $2, logo_type = $3, version = $4 WHERE id = 'operator' AND version = $4 - 1",
            &values,
        )
        .await?
    };
    if done == 0 {
        return Ok(false);
    }
    for one in changes {
        tx.execute(
            "INSERT INTO operator_changes (version, field, at, user_id, by_name, was, became) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![one.version, &one.field, one.at, one.by, &one.by_name, &one.was, &one.became],
        )
        .await?;
    }
    Ok(true)
}

/// The newest changes.
pub async fn changes(session: &mut Session, limit: i64) -> Result<Vec<Changed>, DbError> {
    session
        .fetch_all(
            "SELECT * FROM operator_changes ORDER BY version DESC, field LIMIT $1",
            args![limit],
        )
        .await?
        .iter()
        .map(|row| {
            Ok(Changed {
                version: row.int("version")?,
                field: row.text("field")?,
                at: row.instant("at")?,
                by: row.parse("user_id")?,
                by_name: row.text("by_name")?,
                was: row.text("was")?,
                became: row.text("became")?,
            })
        })
        .collect()
}
