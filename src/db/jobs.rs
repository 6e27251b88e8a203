//! The job table: work that was promised in the same commit as the change that asked for it.
//!
//! A job is taken by a lease that is committed before the work begins, so that no transaction is open
//! while it runs. `run_at`, `give_up_at` and `finished_at` are desk time; a lease is wire time.
//! Whoever writes a job's result has to show the lease it was taken with: a node that was taken for
//! dead and comes back cannot finish a job that another one has now.

use jiff::Timestamp;

use super::{Arg, Db, DbError, Row, Session, Signal, Tx};
use crate::args;
use crate::ids::{Ids, JobId, PortId};

pub mod lease;

/// How often a job is begun at most, unless it says otherwise. With the runner's usual pauses that is
/// about two days.
pub const ATTEMPTS_MAX: u32 = 60;
/// How many rows one pruning statement removes at most, so that nobody waits long for it.
const PRUNED_AT_ONCE: i64 = 500;

/// A job that is to be put into the table.
#[derive(Clone, Debug)]
pub struct NewJob {
    kind: &'static str,
    payload: serde_json::Value,
    port: Option<PortId>,
    dedup_key: Option<String>,
    serial_key: Option<String>,
    run_at: Option<Timestamp>,
    max_attempts: u32,
    give_up_at: Option<Timestamp>,
}

impl NewJob {
    /// A job of a kind. The payload holds ids and what is in no row: the job reads the rest when it runs, and a job
    /// table is no place for private data.
    pub fn new(kind: &'static str, payload: serde_json::Value) -> Self {
        Self {
            kind,
            payload,
            port: None,
            dedup_key: None,
            serial_key: None,
            run_at: None,
            max_attempts: ATTEMPTS_MAX,
            give_up_at: None,
        }
    }

    /// Shows the job among those of a port request.
    pub fn port(mut self, port: PortId) -> Self {
        self.port = Some(port);
        self
    }

    /// Joins an unfinished job with the same key instead of becoming a second one. If that one is
    /// running already (and may have read the old state), it runs once more afterwards.
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.dedup_key = Some(key.into());
        self
    }

    /// Never runs at the same time as another job with the same key. Of those that are due, the one
    /// that was due first goes first; one that waits for its next try does not hold the others up.
    pub fn alone(mut self, key: impl Into<String>) -> Self {
        self.serial_key = Some(key.into());
        self
    }

    /// Runs no earlier than this (desk time) instead of at once.
    pub fn at(mut self, run_at: Timestamp) -> Self {
        self.run_at = Some(run_at);
        self
    }

    /// Is begun this often at most, then it is dead. At least once.
    pub fn attempts(mut self, max: u32) -> Self {
        self.max_attempts = max.max(1);
        self
    }

    /// Is not tried again after this (desk time).
    pub fn until(mut self, give_up_at: Timestamp) -> Self {
        self.give_up_at = Some(give_up_at);
        self
    }
}

/// Where a job stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    /// To be run at its time.
    Ready,
    /// Somebody has it.
    Running(Lease),
    /// Its work is done.
    Done {
        /// Since when, in desk time.
        at: Timestamp,
    },
    /// Given up; a person has to look.
    Dead {
        /// Since when, in desk time.
        at: Timestamp,
    },
}

/// Who has a job, and for how long unless the lease is extended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The node, as its runner calls itself.
    pub owner: String,
    /// Which of that node's takings it was. Together with the owner it is never used twice.
    pub number: i64,
    /// When others may take the job, in wire time.
    pub until: Timestamp,
}

/// A row of the job table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What kind of work.
    pub kind: String,
    /// What it is about: ids.
    pub payload: serde_json::Value,
    /// The port request that it is for.
    pub port: Option<PortId>,
    /// At most one unfinished job has this key.
    pub dedup_key: Option<String>,
    /// At most one running job has this key.
    pub serial_key: Option<String>,
    /// Where it stands.
    pub state: JobState,
    /// When it is, or was, to be run (desk time).
    pub run_at: Timestamp,
    /// How often it was begun.
    pub attempts: u32,
    /// How often it may be begun.
    pub max_attempts: u32,
    /// When it is given up (desk time).
    pub give_up_at: Option<Timestamp>,
    /// What went wrong the last time.
    pub last_error: Option<String>,
    /// When it was put into the table (desk time).
    pub created_at: Timestamp,
}

const COLUMNS: &str = "id, kind, payload, port_id, dedup_key, serial_key, state, run_at, attempts, max_attempts, \
                       give_up_at, lease_owner, lease_number, lease_until, last_error, created_at, finished_at";

impl Job {
    /// Whether it is given up if this attempt fails.
    pub fn is_last_attempt(&self) -> bool {
        self.attempts >= self.max_attempts
    }

    fn from_row(row: &Row) -> Result<Self, DbError> {
        let state = match row.text("state")?.as_str() {
            "ready" => JobState::Ready,
            "running" => JobState::Running(Lease {
                owner: row.text("lease_owner")?,
                number: row.int("lease_number")?,
                until: row.instant("lease_until")?,
            }),
            "done" => JobState::Done {
                at: row.instant("finished_at")?,
            },
            "dead" => JobState::Dead {
                at: row.instant("finished_at")?,
            },
            _ => return Err(DbError::bad_row("state", "not a job's state")),
        };
        Ok(Self {
            id: row.parse("id")?,
            kind: row.text("kind")?,
            payload: row.json("payload")?,
            port: row.opt_parse("port_id")?,
            dedup_key: row.opt_text("dedup_key")?,
            serial_key: row.opt_text("serial_key")?,
            state,
            run_at: row.instant("run_at")?,
            attempts: row.small("attempts")?,
            max_attempts: row.small("max_attempts")?,
            give_up_at: row.opt_instant("give_up_at")?,
            last_error: row.opt_text("last_error")?,
            created_at: row.instant("created_at")?,
        })
    }
}

/// What became of a job that was put into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It is a job of its own.
    New(JobId),
    /// It joined an unfinished one with the same key.
    Joined(JobId),
}

/// Puts a job into the table, as part of the caller's transaction, and wakes the runners at its commit.
pub async fn enqueue(
    tx: &mut Tx,
    ids: &Ids,
    now: Timestamp,
    job: NewJob,
) -> Result<Enqueued, DbError> {
    let id: JobId = ids.next(now);
    let row = tx.fetch_one(ENQUEUE, &values(id, now, &job)).await?;
    tx.signal(Signal::jobs());
    let stored: JobId = row.parse("id")?;
    Ok(if stored == id {
        Enqueued::New(id)
    } else {
        Enqueued::Joined(stored)
    })
}

/// [`enqueue`] for whoever need not know which job it became: the row is stored [later](Tx::later).
pub async fn enqueue_later(
    tx: &mut Tx,
    ids: &Ids,
    now: Timestamp,
    job: NewJob,
) -> Result<(), DbError> {
    tx.signal(Signal::jobs());
    tx.later(ENQUEUE, &values(ids.next(now), now, &job)).await
}

const ENQUEUE: &str = "INSERT INTO jobs (id, kind, payload, port_id, dedup_key, serial_key, state, run_at, attempts, \
        max_attempts, give_up_at, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, 'ready', $7, 0, $8, $9, $10) \
     ON CONFLICT (dedup_key) WHERE state IN ('ready', 'running') AND dedup_key IS NOT NULL DO UPDATE SET \
        run_at = CASE WHEN jobs.state = 'ready' AND excluded.run_at < jobs.run_at \
            THEN excluded.run_at ELSE jobs.run_at END, \
        again_at = CASE WHEN jobs.state = 'running' AND (jobs.again_at IS NULL OR excluded.run_at < jobs.again_at) \
            THEN excluded.run_at ELSE jobs.again_at END \
     RETURNING id";

fn values(id: JobId, now: Timestamp, job: &NewJob) -> [Arg; 10] {
    [
        id.into(),
        job.kind.into(),
        job.payload.clone().into(),
        job.port.into(),
        job.dedup_key.as_ref().into(),
        job.serial_key.as_ref().into(),
        job.run_at.unwrap_or(now).into(),
        job.max_attempts.into(),
        job.give_up_at.into(),
        now.into(),
    ]
}

/// One job.
pub async fn get(session: &mut Session, id: JobId) -> Result<Option<Job>, DbError> {
    let row = session
        .fetch_optional(
            format!("SELECT {COLUMNS} FROM jobs WHERE id = $1"),
            args![id],
        )
        .await?;
    row.as_ref().map(Job::from_row).transpose()
}

/// The newest jobs of a port request, newest first.
pub async fn of_port(session: &mut Session, port: PortId, limit: u32) -> Result<Vec<Job>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE port_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2"
    );
    rows(session.fetch_all(sql, args![port, limit]).await?)
}

/// Jobs that were given up, the newest first.
pub async fn list_dead(session: &mut Session, limit: u32) -> Result<Vec<Job>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE state = 'dead' AND finished_at IS NOT NULL ORDER BY finished_at DESC, id DESC LIMIT $1"
    );
    rows(session.fetch_all(sql, args![limit]).await?)
}

/// Whether a job or a timer is due or being done (`now` in desk time). Between two commits of one piece of work it may
/// seem that none is.
pub async fn is_busy(session: &mut Session, now: Timestamp) -> Result<bool, DbError> {
    let row = session
        .fetch_one(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'running' OR (state = 'ready' AND run_at <= $1)) AS jobs, \
                EXISTS (SELECT 1 FROM reconcilers WHERE lease_owner IS NOT NULL OR due_at <= $1) AS timers",
            args![now],
        )
        .await?;
    Ok(row.bool("jobs")? || row.bool("timers")?)
}

/// How many jobs stand where, by kind: (kind, state, how many).
pub async fn counts(session: &mut Session) -> Result<Vec<(String, String, i64)>, DbError> {
    let found = session
        .fetch_all(
            "SELECT kind, state, COUNT(*) AS n FROM jobs GROUP BY kind, state ORDER BY kind, state",
            args![],
        )
        .await?;
    found
        .iter()
        .map(|row| Ok((row.text("kind")?, row.text("state")?, row.int("n")?)))
        .collect()
}

/// What became of a dead job that was to be run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revived {
    /// It runs again, with all its attempts.
    Ready,
    /// There is no dead job with this id.
    NotDead,
    /// The same work waits or runs already, asked for anew after this one died.
    Superseded,
}

/// Runs a dead job again: a person found and mended the reason.
pub async fn retry_dead(tx: &mut Tx, id: JobId, now: Timestamp) -> Result<Revived, DbError> {
    let Some(job) = get(tx, id).await? else {
        return Ok(Revived::NotDead);
    };
    if !matches!(job.state, JobState::Dead { .. }) {
        return Ok(Revived::NotDead);
    }
    let touched = tx
        .execute(
            "UPDATE jobs SET state = 'ready', run_at = $2, attempts = 0, give_up_at = NULL, finished_at = NULL \
             WHERE id = $1 AND state = 'dead' AND NOT EXISTS (SELECT 1 FROM jobs o \
                WHERE o.dedup_key = jobs.dedup_key AND o.state IN ('ready', 'running'))",
            args![id, now],
        )
        .await?;
    tx.signal(Signal::jobs());
    Ok(if touched == 1 {
        Revived::Ready
    } else {
        Revived::Superseded
    })
}

/// Takes a dead job off the list: a person decided that it need not be done. Whether there was one.
pub async fn discard_dead(tx: &mut Tx, id: JobId, now: Timestamp) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "UPDATE jobs SET state = 'done', finished_at = $2 WHERE id = $1 AND state = 'dead'",
            args![id, now],
        )
        .await?;
    Ok(touched == 1)
}

/// Removes a bounded number of jobs that were done before an instant (desk time); dead ones stay.
/// Returns how many went and whether there may be more.
pub async fn prune(db: &Db, done_before: Timestamp) -> Result<(u64, bool), DbError> {
    let mut tx = db.write_unsynced().await?;
    let gone = tx
        .execute(
            "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE state = 'done' AND finished_at < $1 \
             ORDER BY finished_at LIMIT $2)",
            args![done_before, PRUNED_AT_ONCE],
        )
        .await?;
    tx.commit().await?;
    Ok((
        gone,
        i64::try_from(gone).unwrap_or(i64::MAX) >= PRUNED_AT_ONCE,
    ))
}

fn rows(rows: Vec<Row>) -> Result<Vec<Job>, DbError> {
    rows.iter().map(Job::from_row).collect()
}
