//! Taking jobs, keeping them, and writing what became of them: the runner's half of the job table.

use jiff::{SignedDuration, Timestamp};

use super::{COLUMNS, Job, JobState, Lease, rows};
use crate::args;
use crate::db::values::Values;
use crate::db::{Arg, Db, DbError, Engine, Session, Signal, Tx};
use crate::ids::JobId;

/// The most that is kept of an error's text, in characters.
const ERROR_CHARS_MAX: usize = 2_000;

/// Whether something can be taken now, and when the next job becomes due otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// A job is due. It may still have to wait for another one with the same serial key.
    pub due: bool,
    /// When the first of those that are not due yet will be (desk time).
    pub next: Option<Timestamp>,
}

/// Looks ahead, for jobs of the given kinds.
pub async fn outlook(
    session: &mut Session,
    kinds: &[&'static str],
    now: Timestamp,
) -> Result<Outlook, DbError> {
    let mut arguments = Values::after(args![now]);
    let kinds = among(&mut arguments, kinds);
    let row = session
        .fetch_one(
            format!(
                "SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'ready' AND run_at <= $1 AND {kinds}) AS due, \
                    (SELECT MIN(run_at) FROM jobs WHERE state = 'ready' AND run_at > $1 AND {kinds}) AS next"
            ),
            &arguments,
        )
        .await?;
    Ok(Outlook {
        due: row.bool("due")?,
        next: row.opt_instant("next")?,
    })
}

/// Takes up to `limit` due jobs of the given kinds under one lease, first those that were due first.
pub async fn claim(
    db: &Db,
    kinds: &[&'static str],
    lease: &Lease,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Job>, DbError> {
    // Two nodes can pick two jobs with one serial key only if one of the jobs appeared or was put off
    // between their looks. The index then refuses the second; it looks again.
    for _ in 0..4 {
        match claim_once(db, kinds, lease, now, limit).await {
            Err(DbError::Unique { index, .. }) if index == "jobs_serial_running" => {}
            done => return done,
        }
    }
    claim_once(db, kinds, lease, now, 1).await
}

async fn claim_once(
    db: &Db,
    kinds: &[&'static str],
    lease: &Lease,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Job>, DbError> {
    let mut tx = db.write_unsynced().await?;
    let skip = match tx.engine() {
        Engine::Sqlite => "",
        Engine::Postgres => "FOR UPDATE OF j SKIP LOCKED",
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut arguments = Values::after(args![&lease.owner, lease.number, lease.until, now, limit]);
    let kinds = among(&mut arguments, kinds);
    let sql = format!(
        "WITH picked AS MATERIALIZED ( \
            SELECT j.id AS picked_id FROM jobs j \
            WHERE j.state = 'ready' AND j.run_at <= $4 AND j.{kinds} AND (j.serial_key IS NULL OR ( \
                NOT EXISTS (SELECT 1 FROM jobs r WHERE r.serial_key = j.serial_key AND r.state = 'running') AND \
                NOT EXISTS (SELECT 1 FROM jobs e WHERE e.serial_key = j.serial_key AND e.state = 'ready' \
                    AND (e.run_at, e.id) < (j.run_at, j.id)))) \
            ORDER BY j.run_at, j.id LIMIT $5 {skip}) \
         UPDATE jobs SET state = 'running', attempts = attempts + 1, \
            lease_owner = $1, lease_number = $2, lease_until = $3 \
         FROM picked WHERE jobs.id = picked.picked_id RETURNING {COLUMNS}"
    );
    let mut jobs = rows(tx.fetch_all(sql, &arguments).await?)?;
    tx.commit().await?;
    jobs.sort_by_key(|job| (job.run_at, job.id));
    Ok(jobs)
}

/// Extends the leases of one node's jobs; returns those that it still has.
pub async fn extend(
    db: &Db,
    owner: &str,
    running: &[JobId],
    until: Timestamp,
) -> Result<Vec<JobId>, DbError> {
    let mut still = Vec::with_capacity(running.len());
    let mut tx = db.write_unsynced().await?;
    for chunk in running.chunks(16) {
        // Always sixteen, so that there is one statement to prepare. An id that comes twice does no harm.
        let last = chunk.last().into_iter().cycle();
        let mut arguments = vec![Arg::from(until), Arg::from(owner)];
        arguments.extend(chunk.iter().chain(last).take(16).map(|id| Arg::from(*id)));
        let rows = tx
            .fetch_all(
                "UPDATE jobs SET lease_until = $1 WHERE state = 'running' AND lease_owner = $2 AND id IN \
                 ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING id",
                &arguments,
            )
            .await?;
        for row in rows {
            still.push(row.parse("id")?);
        }
    }
    tx.commit().await?;
    Ok(still)
}

/// The job is not, or no longer, the caller's: its lease ran out and somebody else took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the job was taken over by another node; what this one did for it is dropped")]
pub struct LeaseLost;

/// What became of a job whose result was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It was the outcome that was asked for.
    Finished,
    /// It was asked for again while it ran, so it will run once more.
    Again,
}

/// Writes that the work is done, as part of the caller's transaction.
///
/// # Errors
/// Inside: [`LeaseLost`]; nothing was changed and the transaction should be given up.
pub async fn complete(
    tx: &mut Tx,
    job: &Job,
    now: Timestamp,
) -> Result<Result<Settled, LeaseLost>, DbError> {
    settle(tx, job, "done", now, None).await
}

/// Writes that the job is given up, as part of the caller's transaction.
///
/// # Errors
/// Inside: [`LeaseLost`].
pub async fn bury(
    tx: &mut Tx,
    job: &Job,
    now: Timestamp,
    why: &str,
) -> Result<Result<Settled, LeaseLost>, DbError> {
    settle(tx, job, "dead", now, Some(why)).await
}

async fn settle(
    tx: &mut Tx,
    job: &Job,
    state: &'static str,
    now: Timestamp,
    why: Option<&str>,
) -> Result<Result<Settled, LeaseLost>, DbError> {
    let JobState::Running(lease) = &job.state else {
        return Ok(Err(LeaseLost));
    };
    let row = tx
        .fetch_optional(
            "UPDATE jobs SET \
                state = CASE WHEN again_at IS NULL THEN $4 ELSE 'ready' END, \
                finished_at = CASE WHEN again_at IS NULL THEN $5 END, \
                attempts = CASE WHEN again_at IS NULL THEN attempts ELSE 0 END, \
                run_at = CASE WHEN again_at IS NULL THEN run_at ELSE again_at END, \
                again_at = NULL, last_error = $6, lease_owner = NULL, lease_number = NULL, lease_until = NULL \
             WHERE id = $1 AND state = 'running' AND lease_owner = $2 AND lease_number = $3 RETURNING state",
            args![job.id, &lease.owner, lease.number, state, now, why.map(shortened)],
        )
        .await?;
    let Some(row) = row else {
        return Ok(Err(LeaseLost));
    };
    let settled = if row.text("state")? == "ready" {
        Settled::Again
    } else {
        Settled::Finished
    };
    if settled == Settled::Again || job.serial_key.is_some() {
        tx.signal(Signal::jobs());
    }
    Ok(Ok(settled))
}

/// Writes that the job failed and is to be tried again at `run_at` (desk time).
///
/// # Errors
/// Inside: [`LeaseLost`].
pub async fn put_off(
    tx: &mut Tx,
    job: &Job,
    run_at: Timestamp,
    why: &str,
) -> Result<Result<(), LeaseLost>, DbError> {
    let JobState::Running(lease) = &job.state else {
        return Ok(Err(LeaseLost));
    };
    let touched = tx
        .execute(
            "UPDATE jobs SET state = 'ready', run_at = CASE WHEN again_at < $4 THEN again_at ELSE $4 END, \
                again_at = NULL, last_error = $5, lease_owner = NULL, lease_number = NULL, lease_until = NULL \
             WHERE id = $1 AND state = 'running' AND lease_owner = $2 AND lease_number = $3",
            args![job.id, &lease.owner, lease.number, run_at, shortened(why)],
        )
        .await?;
    tx.signal(Signal::jobs());
    Ok(if touched == 1 { Ok(()) } else { Err(LeaseLost) })
}

/// Gives a job back that was interrupted through no fault of its own: its attempt does not count.
pub async fn give_back(tx: &mut Tx, job: &Job) -> Result<(), DbError> {
    let JobState::Running(lease) = &job.state else {
        return Ok(());
    };
    tx.execute(
        "UPDATE jobs SET state = 'ready', attempts = attempts - 1, again_at = NULL, \
            lease_owner = NULL, lease_number = NULL, lease_until = NULL \
         WHERE id = $1 AND state = 'running' AND lease_owner = $2 AND lease_number = $3",
        args![job.id, &lease.owner, lease.number],
    )
    .await?;
    tx.signal(Signal::jobs());
    Ok(())
}

/// Gives back whatever a taking brought whose commit was not answered: its jobs are leased by us, but
/// nobody does them.
pub async fn give_back_taking(db: &Db, owner: &str, number: i64) -> Result<(), DbError> {
    let mut tx = db.write_unsynced().await?;
    tx.execute(
        "UPDATE jobs SET state = 'ready', attempts = attempts - 1, again_at = NULL, \
            lease_owner = NULL, lease_number = NULL, lease_until = NULL \
         WHERE state = 'running' AND lease_owner = $1 AND lease_number = $2",
        args![owner, number],
    )
    .await?;
    tx.commit().await
}

/// What an abandoned job's error says.
const ABANDONED: &str = "the process that ran this job ended before it was done";
/// How much later each further taking over happens, so that a job that ends its process does not do so all the time.
const TAKEN_OVER_LATER: SignedDuration = SignedDuration::from_secs(5);

/// Running jobs whose lease ran out before `wall` (wire time), up to a bounded number.
pub async fn expired(session: &mut Session, wall: Timestamp) -> Result<Vec<Job>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE state = 'running' AND lease_until < $1 ORDER BY id LIMIT 200"
    );
    rows(session.fetch_all(sql, args![wall]).await?)
}

/// The jobs that an earlier process had when it ended; also frees the timers that it had. Finds
/// something on SQLite only, where there is one process, and only the first time in it.
pub async fn left_over(db: &Db) -> Result<Vec<Job>, DbError> {
    if !db.first_to_release() {
        return Ok(Vec::new());
    }
    let look = async {
        let mut tx = db.write_unsynced().await?;
        let sql = "UPDATE reconcilers SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL";
        tx.execute(sql, args![]).await?;
        let sql = format!("SELECT {COLUMNS} FROM jobs WHERE state = 'running' ORDER BY id");
        let jobs = rows(tx.fetch_all(sql, args![]).await?)?;
        tx.commit().await?;
        Ok(jobs)
    };
    look.await.inspect_err(|_| db.release_again())
}

/// Makes jobs ready again whose process ended, unless their lease was extended meanwhile. Returns
/// those that were begun too often or for too long, which the caller has to [`bury`].
pub async fn take_over(db: &Db, abandoned: Vec<Job>, now: Timestamp) -> Result<Vec<Job>, DbError> {
    let (hopeless, hopeful): (Vec<Job>, Vec<Job>) = abandoned.into_iter().partition(|job| {
        job.attempts >= job.max_attempts || job.give_up_at.is_some_and(|end| end <= now)
    });
    if hopeful.is_empty() {
        return Ok(hopeless);
    }
    let mut tx = db.write_unsynced().await?;
    for job in &hopeful {
        let JobState::Running(lease) = &job.state else {
            continue;
        };
        let again = TAKEN_OVER_LATER.saturating_mul(
            i32::try_from(job.attempts)
                .unwrap_or(i32::MAX)
                .saturating_sub(1),
        );
        let run_at = now.checked_add(again).unwrap_or(Timestamp::MAX);
        tx.execute(
            "UPDATE jobs SET state = 'ready', run_at = $5, again_at = NULL, last_error = $6, \
                lease_owner = NULL, lease_number = NULL, lease_until = NULL \
             WHERE id = $1 AND state = 'running' AND lease_owner = $2 AND lease_number = $3 AND lease_until = $4",
            args![job.id, &lease.owner, lease.number, lease.until, run_at, ABANDONED],
        )
        .await?;
    }
    tx.signal(Signal::jobs());
    tx.commit().await?;
    Ok(hopeless)
}

/// Why what [`take_over`] returns is given up.
pub fn abandoned_too_often(job: &Job) -> String {
    format!("{ABANDONED}; it was begun {} times", job.attempts)
}

/// `kind IN ($n, …)` with its arguments appended.
fn among(arguments: &mut Values, kinds: &[&'static str]) -> String {
    let kinds = arguments.list(kinds.iter().map(|kind| Arg::word(kind)));
    format!("kind IN {kinds}")
}

fn shortened(error: &str) -> String {
    error.chars().take(ERROR_CHARS_MAX).collect()
}
