//! What a kind of job has to say about itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::db::jobs::Job;
use crate::db::jobs::lease::{self, LeaseLost, Settled};
use crate::db::{DbError, Tx};

/// Does the work of jobs.
///
/// A job may run more than once (a crash, a lease that ran out), so it is written to do no harm twice:
/// it reads the present state, skips what is done, and gives carriers and mail servers the same key again.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// The kinds that [`Handler::run`] knows. Others are left for nodes that know them.
    fn kinds(&self) -> Vec<&'static str>;

    /// Does one job. No transaction may be open while it talks to somebody else.
    async fn run(&self, job: &JobContext) -> Result<(), JobError>;

    /// How long (wire time) a job of a kind may take; after that it counts as failed and is tried again.
    fn timeout(&self, kind: &str) -> Duration {
        let _ = kind;
        Duration::from_secs(300)
    }

    /// Called when a job is given up, in the transaction that says so: the place to tell the desk.
    async fn gave_up(&self, tx: &mut Tx, job: &Job, why: &str) -> Result<(), DbError> {
        let _ = (tx, job, why);
        Ok(())
    }
}

/// Why a job did not get done, and what that means.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// It may work later.
    #[error("{why}")]
    Retry {
        /// How long to wait (desk time); `None` leaves it to the runner's backoff. A carrier's
        /// `Retry-After` is wire time: convert it with `Clock::desk_for_wire`.
        after: Option<SignedDuration>,
        /// What went wrong, for the list of jobs. No private data.
        why: String,
    },
    /// It will never work: give it up at once.
    #[error("{why}")]
    Fail {
        /// What went wrong, for the list of dead jobs. No private data.
        why: String,
    },
}

impl JobError {
    /// It may work later; when is up to the runner.
    pub fn retry(why: impl std::fmt::Display) -> Self {
        Self::Retry {
            after: None,
            why: why.to_string(),
        }
    }

    /// It may work after this long (desk time).
    pub fn retry_after(after: SignedDuration, why: impl std::fmt::Display) -> Self {
        Self::Retry {
            after: Some(after),
            why: why.to_string(),
        }
    }

    /// It will never work.
    pub fn fail(why: impl std::fmt::Display) -> Self {
        Self::Fail {
            why: why.to_string(),
        }
    }

    /// Tries again later, with an error's whole chain of causes as the reason.
    pub fn retry_because(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::retry(chain(error))
    }
}

impl From<DbError> for JobError {
    fn from(error: DbError) -> Self {
        Self::retry_because(&error)
    }
}

impl From<LeaseLost> for JobError {
    fn from(lost: LeaseLost) -> Self {
        Self::retry(lost)
    }
}

/// An error with its causes, outermost first.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// A job that is being run.
#[derive(Debug)]
pub struct JobContext {
    /// The row: kind, payload, port, and which attempt it is (`attempts`, from 1).
    pub job: Job,
    /// When the runner stops waiting for it (wire time).
    pub deadline: Timestamp,
    pub(super) clock: Clock,
    pub(super) settled: Arc<AtomicBool>,
}

impl JobContext {
    /// A field of the payload as an id or whatever else it is.
    ///
    /// # Errors
    /// [`JobError::Fail`] if it is missing or of another form: that never mends itself.
    pub fn field<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, JobError> {
        let value = self
            .job
            .payload
            .get(name)
            .unwrap_or(&serde_json::Value::Null);
        T::deserialize(value)
            .map_err(|_| JobError::fail(format!("the job's payload has no usable `{name}`")))
    }

    /// Marks the job as done in the transaction that stores what it brought, so that both happen or
    /// neither does, and a node that lost the job stores nothing. Commit it, then return `Ok`.
    ///
    /// # Errors
    /// [`JobError`] if the lease was lost; the transaction must not be committed then.
    pub async fn complete_in(&self, tx: &mut Tx) -> Result<Settled, JobError> {
        let settled = lease::complete(tx, &self.job, self.clock.now()).await??;
        self.settled.store(true, Ordering::Release);
        Ok(settled)
    }
}
