//! One job from its lease to its result, and what keeps leases in order.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt as _;
use jiff::Timestamp;
use tokio::sync::watch;

use super::handler::{JobContext, JobError};
use super::runner::{Core, Running, TROUBLE, guard, later};
use crate::db::jobs::lease::{self, LeaseLost, Settled};
use crate::db::jobs::{self, Job, JobState};
use crate::db::{DbError, reconcilers};

/// What is to be written about a job.
enum Outcome {
    Done,
    PutOff { until: Timestamp, why: String },
    GivenUp { why: String },
}

impl Core {
    /// Does a job that was taken, and writes what became of it.
    pub(super) async fn execute(self: Arc<Self>, job: Job) {
        let (lost, mut told) = watch::channel(false);
        let settled = Arc::new(AtomicBool::new(false));
        let entry = Running {
            job: job.clone(),
            lost,
            settled: settled.clone(),
        };
        guard(&self.running).insert(job.id, entry);
        let _here = Here {
            core: &self,
            job: &job,
        };
        tokio::select! {
            () = self.do_and_settle(&job, settled) => {}
            _ = told.wait_for(|lost| *lost) => {
                tracing::warn!(job = %job.id, kind = %job.kind, "the job was taken over by another node; stopped doing it here");
            }
        }
    }

    async fn do_and_settle(&self, job: &Job, settled: Arc<AtomicBool>) {
        let timeout = self.handler.timeout(&job.kind);
        let context = JobContext {
            job: job.clone(),
            deadline: later(self.clock.wall(), timeout),
            clock: self.clock.clone(),
            settled: settled.clone(),
        };
        let work = AssertUnwindSafe(tokio::time::timeout(timeout, self.handler.run(&context)));
        let result = match work.catch_unwind().await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(JobError::retry(format!("it took longer than {timeout:?}"))),
            Err(_) => Err(JobError::retry(
                "the program panicked while doing this job (see the log)",
            )),
        };
        let by_itself = settled.swap(true, Ordering::AcqRel);
        // The work told the database itself, in the transaction with its result.
        if by_itself && result.is_ok() {
            return;
        }
        let outcome = self.judge(job, result);
        self.settle(job, &outcome, by_itself).await;
    }

    fn judge(&self, job: &Job, result: Result<(), JobError>) -> Outcome {
        let (after, why) = match result {
            Ok(()) => return Outcome::Done,
            Err(JobError::Fail { why }) => return Outcome::GivenUp { why },
            Err(JobError::Retry { after, why }) => (after, why),
        };
        if job.is_last_attempt() {
            return Outcome::GivenUp {
                why: format!(
                    "given up after {} attempts, the last one: {why}",
                    job.attempts
                ),
            };
        }
        let pause = after.unwrap_or_else(|| {
            let floor = self
                .clock
                .desk_for_wire(self.options.retry_floor * job.attempts.clamp(1, 10));
            self.options
                .backoff
                .after(job.attempts, self.ids.fraction())
                .max(floor)
        });
        let until = self
            .clock
            .now()
            .checked_add(pause)
            .unwrap_or(Timestamp::MAX);
        if job.give_up_at.is_some_and(|end| until > end) {
            return Outcome::GivenUp {
                why: format!("given up because its time ran out, the last attempt: {why}"),
            };
        }
        Outcome::PutOff { until, why }
    }

    /// Writes the outcome. While the database is away or busy the job stays ours and this waits:
    /// what was done is not to be done again only because it could not be noted at once.
    async fn settle(&self, job: &Job, outcome: &Outcome, mut lost_is_fine: bool) {
        let mut pause = TROUBLE.0;
        loop {
            match self.write(job, outcome).await {
                Ok(Ok(())) => return,
                Ok(Err(lost)) => {
                    if !lost_is_fine {
                        tracing::warn!(job = %job.id, kind = %job.kind, "{lost}");
                    }
                    return;
                }
                Err(e) if e.is_passing() => {
                    // If the commit did happen, the next try finds that the job is no longer ours.
                    lost_is_fine |= matches!(e, DbError::CommitUnknown(_));
                    tracing::warn!(job = %job.id, error = %e, "cannot note what became of a job; trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(TROUBLE.1);
                }
                Err(e) => {
                    tracing::error!(job = %job.id, kind = %job.kind, error = %e,
                        "cannot note what became of a job; it will be done again when its lease has run out");
                    return;
                }
            }
        }
    }

    async fn write(&self, job: &Job, outcome: &Outcome) -> Result<Result<(), LeaseLost>, DbError> {
        let now = self.clock.now();
        let mut tx = match outcome {
            Outcome::Done | Outcome::PutOff { .. } => self.db.write_unsynced().await?,
            Outcome::GivenUp { .. } => self.db.write().await?,
        };
        let written = match outcome {
            Outcome::Done => lease::complete(&mut tx, job, now).await?.map(|_| ()),
            Outcome::PutOff { until, why } => {
                tracing::info!(job = %job.id, kind = %job.kind, attempt = job.attempts, why = %why, next = %until, "a job will be tried again");
                lease::put_off(&mut tx, job, *until, why).await?
            }
            Outcome::GivenUp { why } => match lease::bury(&mut tx, job, now, why).await? {
                Err(lost) => Err(lost),
                Ok(Settled::Again) => Ok(()),
                Ok(Settled::Finished) => {
                    tracing::error!(job = %job.id, kind = %job.kind, attempt = job.attempts, why = %why, "a job was given up");
                    match self.handler.gave_up(&mut tx, job, why).await {
                        Ok(()) => Ok(()),
                        Err(e) if e.is_passing() => return Err(e),
                        // The desk is not told by a fact, but the list of dead jobs must have it.
                        Err(e) => {
                            tracing::error!(job = %job.id, error = %e, "what follows from giving a job up could not be stored");
                            tx.rollback().await?;
                            tx = self.db.write().await?;
                            lease::bury(&mut tx, job, now, why).await?.map(|_| ())
                        }
                    }
                }
            },
        };
        if written.is_ok() {
            tx.commit().await?;
        }
        Ok(written)
    }

    /// Extends the leases of what runs here, and stops what turns out to be another node's. Never ends.
    pub(super) async fn keep_leases(&self) {
        loop {
            tokio::time::sleep(self.options.lease / 3).await;
            if let Err(e) = self.extend_leases().await {
                tracing::warn!(error = %e, "cannot extend the leases of running jobs");
            }
        }
    }

    async fn extend_leases(&self) -> Result<(), DbError> {
        let until = later(self.clock.wall(), self.options.lease);
        let recurring: Vec<&'static str> = guard(&self.recurring).iter().copied().collect();
        for name in recurring {
            reconcilers::extend(&self.db, name, &self.node, until).await?;
        }
        let running: Vec<Job> = guard(&self.running)
            .values()
            .map(|r| r.job.clone())
            .collect();
        if running.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = running.iter().map(|job| job.id).collect();
        let still = lease::extend(&self.db, &self.node, &ids, until).await?;
        for job in running.iter().filter(|job| !still.contains(&job.id)) {
            if let Some(here) = guard(&self.running).get(&job.id)
                && same_lease(&here.job, job)
                && !here.settled.load(Ordering::Acquire)
            {
                here.lost.send_replace(true);
            }
        }
        Ok(())
    }

    /// Takes over what other nodes abandoned and removes what was done long ago. Never ends.
    pub(super) async fn keep_house(&self) {
        loop {
            if let Err(e) = self.clean_up().await {
                tracing::warn!(error = %e, "cannot look for abandoned and finished jobs");
            }
            tokio::time::sleep(self.options.housekeeping).await;
        }
    }

    async fn clean_up(&self) -> Result<(), DbError> {
        self.release_expired().await?;
        let long_ago = self
            .clock
            .now()
            .checked_sub(self.options.keep_done)
            .unwrap_or(Timestamp::MIN);
        while jobs::prune(&self.db, long_ago).await?.1 {}
        Ok(())
    }

    /// Takes over jobs whose lease ran out. Those that run here are alive whatever the clock says
    /// (a machine that was suspended, a clock that was set).
    pub(super) async fn release_expired(&self) -> Result<(), DbError> {
        let mut read = self.db.read().await?;
        let mut expired = lease::expired(&mut read, self.clock.wall()).await?;
        drop(read);
        {
            let here = guard(&self.running);
            expired.retain(|job| here.get(&job.id).is_none_or(|r| !same_lease(&r.job, job)));
        }
        self.take_over(expired).await
    }

    /// Takes over what an earlier process on the same SQLite file left.
    pub(super) async fn release_left_over(&self) -> Result<(), DbError> {
        let left = lease::left_over(&self.db).await?;
        self.take_over(left).await
    }

    async fn take_over(&self, abandoned: Vec<Job>) -> Result<(), DbError> {
        if abandoned.is_empty() {
            return Ok(());
        }
        tracing::warn!(
            jobs = abandoned.len(),
            "taking over jobs of a process that ended"
        );
        for job in lease::take_over(&self.db, abandoned, self.clock.now()).await? {
            let outcome = Outcome::GivenUp {
                why: lease::abandoned_too_often(&job),
            };
            self.settle(&job, &outcome, true).await;
        }
        Ok(())
    }

    /// Gives jobs back that were stopped at a shutdown.
    pub(super) async fn give_back(&self, jobs: &[Job]) {
        let give = async {
            let mut tx = self.db.write_unsynced().await?;
            for job in jobs {
                lease::give_back(&mut tx, job).await?;
            }
            tx.commit().await
        };
        if let Err(e) = give.await {
            tracing::warn!(error = %e, "jobs could not be given back; their leases will run out");
        }
    }

    /// Frees the reconcilers that were stopped at a shutdown.
    pub(super) async fn give_back_timers(&self) {
        if let Err(e) = reconcilers::give_back(&self.db, &self.node).await {
            tracing::warn!(error = %e, "timers could not be given back; their leases will run out");
        }
    }
}

fn same_lease(a: &Job, b: &Job) -> bool {
    match (&a.state, &b.state) {
        (JobState::Running(a), JobState::Running(b)) => a.owner == b.owner && a.number == b.number,
        _ => false,
    }
}

/// Takes the job off the list of running ones when it ends, however it ends.
struct Here<'a> {
    core: &'a Core,
    job: &'a Job,
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        let mut running = guard(&self.core.running);
        if running
            .get(&self.job.id)
            .is_some_and(|r| same_lease(&r.job, self.job))
        {
            running.remove(&self.job.id);
        }
    }
}
