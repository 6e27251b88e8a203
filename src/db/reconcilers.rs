//! The timers of recurring work: one row for each, so that of several nodes one runs it at a time.

use jiff::Timestamp;

use super::{Db, DbError};
use crate::args;

/// Whether a reconciler's turn came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is the caller's to run.
    Ours,
    /// Not yet; its time is this (desk time).
    NotBefore(Timestamp),
    /// Another node runs it; its lease ends then (wire time) unless it is extended.
    Taken(Timestamp),
}

/// Takes a reconciler if it is due, or was nudged after its last run began, and no other node has it.
/// The caller sees to it that its own node does not run it already.
/// Times: `now` and `nudged` in desk time, `wall` and `lease_until` in wire time.
pub async fn take(
    db: &Db,
    name: &str,
    owner: &str,
    now: Timestamp,
    nudged: Option<Timestamp>,
    (wall, lease_until): (Timestamp, Timestamp),
) -> Result<Turn, DbError> {
    let mut read = db.read().await?;
    let look = read
        .fetch_optional(
            "SELECT due_at, last_run_at, lease_owner, lease_until FROM reconcilers WHERE name = $1",
            args![name],
        )
        .await?;
    drop(read);
    if let Some(row) = look {
        if let Some(until) = row.opt_instant("lease_until")?
            && until >= wall
            && row
                .opt_text("lease_owner")?
                .is_some_and(|other| other != owner)
        {
            return Ok(Turn::Taken(until));
        }
        let due_at = row.instant("due_at")?;
        let last = row.opt_instant("last_run_at")?;
        let seen = nudged.is_none_or(|nudge| last.is_some_and(|last| last > nudge));
        if due_at > now && seen {
            return Ok(Turn::NotBefore(due_at));
        }
    }
    let mut tx = db.write_unsynced().await?;
    let touched = tx
        .execute(
            "INSERT INTO reconcilers (name, due_at, lease_owner, lease_until, last_run_at) VALUES ($1, $3, $2, $4, $3) \
             ON CONFLICT (name) DO UPDATE SET lease_owner = $2, lease_until = $4, last_run_at = $3 \
             WHERE (reconcilers.lease_until IS NULL OR reconcilers.lease_until < $5 OR reconcilers.lease_owner = $2) \
                AND (reconcilers.due_at <= $3 OR reconcilers.last_run_at IS NULL OR reconcilers.last_run_at <= $6)",
            args![name, owner, now, lease_until, wall, nudged],
        )
        .await?;
    tx.commit().await?;
    Ok(if touched == 1 {
        Turn::Ours
    } else {
        Turn::Taken(wall)
    })
}

/// Keeps a reconciler the caller's own for longer.
pub async fn extend(db: &Db, name: &str, owner: &str, until: Timestamp) -> Result<(), DbError> {
    let mut tx = db.write_unsynced().await?;
    let sql = "UPDATE reconcilers SET lease_until = $3 WHERE name = $1 AND lease_owner = $2";
    tx.execute(sql, args![name, owner, until]).await?;
    tx.commit().await
}

/// Gives up all reconcilers of a node that ends; they stay due.
pub async fn give_back(db: &Db, owner: &str) -> Result<(), DbError> {
    let mut tx = db.write_unsynced().await?;
    let sql =
        "UPDATE reconcilers SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1";
    tx.execute(sql, args![owner]).await?;
    tx.commit().await
}

/// Writes that a run ended, and when the next one is due. Does nothing if another node took over.
pub async fn finish(
    db: &Db,
    name: &str,
    owner: &str,
    due_at: Timestamp,
    error: Option<&str>,
) -> Result<(), DbError> {
    let mut tx = db.write_unsynced().await?;
    tx.execute(
        "UPDATE reconcilers SET due_at = $3, last_error = $4, lease_owner = NULL, lease_until = NULL \
         WHERE name = $1 AND lease_owner = $2",
        args![name, owner, due_at, error],
    )
    .await?;
    tx.commit().await
}

/// How a reconciler fares, for whoever operates the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// The reconciler.
    pub name: String,
    /// When it is due next (desk time).
    pub due_at: Timestamp,
    /// The node that runs it just now.
    pub running_on: Option<String>,
    /// When its last run began (desk time).
    pub last_run_at: Option<Timestamp>,
    /// Why its last run failed.
    pub last_error: Option<String>,
}

/// All timers, by name.
pub async fn list(session: &mut super::Session) -> Result<Vec<Timer>, DbError> {
    let rows = session
        .fetch_all("SELECT name, due_at, lease_owner, last_run_at, last_error FROM reconcilers ORDER BY name", args![])
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Timer {
                name: row.text("name")?,
                due_at: row.instant("due_at")?,
                running_on: row.opt_text("lease_owner")?,
                last_run_at: row.opt_instant("last_run_at")?,
                last_error: row.opt_text("last_error")?,
            })
        })
        .collect()
}
