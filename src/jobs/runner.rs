//! The job runner: takes what is due, has it done, and writes what became of it.
//!
//! Any number of runners may share a database. Each job is leased to one of them, which extends the
//! lease while it works. A runner that disappears lets its leases run out (60 seconds), and another
//! takes its jobs over. On SQLite, where there is one process, the next start takes them over at once.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::handler::Handler;
use super::reconcile::Reconciler;
use crate::clock::Clock;
use crate::db::jobs::lease::{self, Outlook};
use crate::db::jobs::{Job, Lease};
use crate::db::{Db, DbError, Signals};
use crate::ids::{Ids, JobId};

/// How long a failed job waits (desk time): `first`, then twice as long each time up to `cap`, each
/// up to a fifth shorter or longer so that jobs that failed together do not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first attempt.
    pub first: SignedDuration,
    /// The longest.
    pub cap: SignedDuration,
}

impl Backoff {
    /// The pause after an attempt (counted from 1). `luck` is from 0 to 1.
    pub fn after(&self, attempt: u32, luck: f64) -> SignedDuration {
        let doublings = attempt.saturating_sub(1).min(32);
        let plain = self.first.as_secs_f64() * 2_f64.powi(doublings.cast_signed());
        SignedDuration::from_secs_f64(plain.min(self.cap.as_secs_f64()) * (0.8 + 0.4 * luck))
    }
}

/// How a runner works. The defaults suit a server.
#[derive(Clone, Debug)]
pub struct RunnerOptions {
    /// How many jobs run at the same time on this node.
    pub concurrency: usize,
    /// How long a job is leased (wire time); it is extended at a third of that.
    pub lease: Duration,
    /// How often to look without having been woken (wire time).
    pub poll: Duration,
    /// How long failed jobs wait.
    pub backoff: Backoff,
    /// The least that a failed job waits, times its attempts up to ten (wire time). A faster calendar
    /// does not make a broken network mend any faster.
    pub retry_floor: Duration,
    /// How long jobs that are done stay in the table (desk time).
    pub keep_done: SignedDuration,
    /// How often to look for leases that ran out and jobs to prune (wire time).
    pub housekeeping: Duration,
    /// How long to wait for running jobs at a shutdown (wire time).
    pub grace: Duration,
    /// How long one run of a reconciler may take (wire time).
    pub reconcile_timeout: Duration,
    /// The least time between two runs of a reconciler by its timer (wire time).
    pub reconcile_floor: Duration,
}

impl Default for RunnerOptions {
    fn default() -> Self {
        Self {
            concurrency: 16,
            lease: Duration::from_secs(60),
            poll: Duration::from_secs(5),
            backoff: Backoff {
                first: SignedDuration::from_secs(10),
                cap: SignedDuration::from_hours(1),
            },
            retry_floor: Duration::from_millis(100),
            keep_done: SignedDuration::from_hours(30 * 24),
            housekeeping: Duration::from_secs(15),
            grace: Duration::from_secs(20),
            reconcile_timeout: Duration::from_secs(300),
            reconcile_floor: Duration::from_millis(100),
        }
    }
}

/// How long to wait at least and at most before the database is asked again that could not be used.
pub(super) const TROUBLE: (Duration, Duration) =
    (Duration::from_millis(50), Duration::from_secs(5));

/// Runs jobs and reconcilers. Dropping it leaves its jobs to be taken over, as a crash would.
pub struct Runner {
    core: Arc<Core>,
    /// What was announced since the last [`Runner::run_due`].
    heard: tokio::sync::Mutex<Signals>,
}

/// What the runner and its jobs share.
pub(super) struct Core {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) ids: Ids,
    pub(super) handler: Arc<dyn Handler>,
    pub(super) options: RunnerOptions,
    pub(super) node: String,
    pub(super) reconcilers: Vec<Reconciler>,
    pub(super) kinds: Vec<&'static str>,
    pub(super) takings: AtomicI64,
    /// Takings of which nobody knows whether they were committed.
    unsure: Mutex<Vec<i64>>,
    /// The jobs that are being run here.
    pub(super) running: Mutex<HashMap<JobId, Running>>,
    /// The reconcilers that are being run here.
    pub(super) recurring: Mutex<HashSet<&'static str>>,
}

/// A job that this node has just now.
pub(super) struct Running {
    pub(super) job: Job,
    /// Told when the job turns out to be another node's.
    pub(super) lost: watch::Sender<bool>,
    /// Set once its result is being written: from then on the lease decides, not the list.
    pub(super) settled: Arc<AtomicBool>,
}

impl Runner {
    /// A runner that takes the jobs whose kinds the handler knows.
    pub fn new(
        db: Db,
        clock: Clock,
        ids: Ids,
        handler: Arc<dyn Handler>,
        options: RunnerOptions,
    ) -> Self {
        let mut name = [0_u8; 6];
        ids.fill(&mut name);
        let heard = tokio::sync::Mutex::new(db.signals());
        let core = Core {
            kinds: handler.kinds(),
            node: format!("{}-{}", std::process::id(), hex::encode(name)),
            reconcilers: Vec::new(),
            takings: AtomicI64::new(0),
            unsure: Mutex::default(),
            running: Mutex::default(),
            recurring: Mutex::default(),
            db,
            clock,
            ids,
            handler,
            options,
        };
        Self {
            core: Arc::new(core),
            heard,
        }
    }

    /// Adds recurring work. To be called before the runner runs.
    pub fn with(mut self, reconcilers: impl IntoIterator<Item = Reconciler>) -> Self {
        if let Some(core) = Arc::get_mut(&mut self.core) {
            core.reconcilers.extend(reconcilers);
        }
        self
    }

    /// What this runner calls itself in leases.
    pub fn node(&self) -> &str {
        &self.core.node
    }

    /// Runs until `shutdown` ends, then waits a while for the jobs that are running. A database that
    /// is away or busy is waited for; nothing ends the runner but `shutdown`.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let core = &self.core;
        // Before anything runs here: a timer that an ended process still seems to have would be waited
        // for. A database that is away now is asked again with the first look for jobs.
        if let Err(e) = core.release_left_over().await {
            tracing::warn!(error = %e, "cannot take over yet what an earlier process left");
        }
        let mut recurring = JoinSet::new();
        for reconciler in core.reconcilers.clone() {
            let (core, signals) = (core.clone(), core.db.signals());
            recurring.spawn(async move { core.keep_running(&reconciler, signals).await });
        }
        tokio::select! {
            () = Box::pin(core.keep_leases()) => {}
            () = Box::pin(core.keep_house()) => {}
            () = Box::pin(core.work(shutdown)) => {}
        }
        recurring.shutdown().await;
        core.give_back_timers().await;
    }

    /// Runs everything that is due now, one at a time in the order it became due, until nothing is;
    /// returns how many jobs and reconcilers ran. For tests, and for doing the work by hand.
    ///
    /// # Errors
    /// If the database cannot be used.
    pub async fn run_due(&self) -> Result<usize, DbError> {
        let mut heard = self.heard.lock().await;
        let core = &self.core;
        core.release_left_over().await?;
        let mut ran = 0;
        loop {
            core.release_expired().await?;
            let mut round = 0;
            while let Some(job) = core.claim(1).await?.pop() {
                core.clone().execute(job).await;
                round += 1;
            }
            round += core.run_due_reconcilers(&mut heard).await?;
            if round == 0 {
                return Ok(ran);
            }
            ran += round;
        }
    }

    /// When the next job or reconciler becomes due (desk time), for tests that move the clock there.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, DbError> {
        let core = &self.core;
        let mut read = core.db.read().await?;
        let now = core.clock.now();
        let Outlook { due, next } = lease::outlook(&mut read, &core.kinds, now).await?;
        let timers = crate::db::reconcilers::list(&mut read).await?;
        let timers = timers
            .into_iter()
            .filter(|t| core.reconcilers.iter().any(|r| r.name == t.name));
        Ok(timers
            .map(|t| t.due_at)
            .chain(next)
            .chain(due.then_some(now))
            .min())
    }
}

impl Core {
    /// Takes and runs jobs until told to stop.
    async fn work(self: &Arc<Self>, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = pin!(shutdown);
        let mut running = JoinSet::new();
        let mut signals = self.db.signals();
        let mut trouble = Duration::ZERO;
        loop {
            // What is announced from here on is news; what came before is seen by looking.
            while signals.waiting().is_some() {}
            let next = match self.fill(&mut running).await {
                Ok(next) => {
                    trouble = Duration::ZERO;
                    next
                }
                Err(e) => {
                    trouble = (trouble * 2).clamp(TROUBLE.0, TROUBLE.1);
                    tracing::warn!(error = %e, cause = ?std::error::Error::source(&e).map(ToString::to_string),
                        "cannot take jobs; trying again");
                    None
                }
            };
            let idle = running.len() < self.options.concurrency.max(1);
            let due = async {
                match next {
                    Some(at) => self.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let pause = if trouble.is_zero() {
                self.options.poll
            } else {
                trouble
            };
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(_) = running.join_next() => while running.try_join_next().is_some() {},
                () = signals.of("jobs"), if idle && trouble.is_zero() => {}
                () = due, if idle && trouble.is_zero() => {}
                () = tokio::time::sleep(pause), if idle => {}
            }
        }
        let rest = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(self.options.grace, rest)
            .await
            .is_err()
        {
            let left: Vec<Job> = guard(&self.running)
                .values()
                .map(|r| r.job.clone())
                .collect();
            tracing::warn!(
                left = left.len(),
                "jobs that did not end in time are given back"
            );
            running.shutdown().await;
            self.give_back(&left).await;
        }
    }

    /// Takes as many jobs as there is room for; says when the next one becomes due.
    async fn fill(
        self: &Arc<Self>,
        running: &mut JoinSet<()>,
    ) -> Result<Option<Timestamp>, DbError> {
        self.release_left_over().await?;
        let room = self
            .options
            .concurrency
            .max(1)
            .saturating_sub(running.len());
        if room == 0 {
            return Ok(None);
        }
        let mut read = self.db.glimpse().await?;
        let Outlook { due, next } =
            lease::outlook(&mut read, &self.kinds, self.clock.now()).await?;
        drop(read);
        if due || !guard(&self.unsure).is_empty() {
            for job in self.claim(room).await? {
                running.spawn(self.clone().execute(job));
            }
        }
        Ok(next)
    }

    /// Takes up to `limit` due jobs.
    async fn claim(&self, limit: usize) -> Result<Vec<Job>, DbError> {
        let unsure = std::mem::take(&mut *guard(&self.unsure));
        for (n, number) in unsure.iter().enumerate() {
            if let Err(e) = lease::give_back_taking(&self.db, &self.node, *number).await {
                guard(&self.unsure).extend(&unsure[n..]);
                return Err(e);
            }
        }
        let lease = Lease {
            owner: self.node.clone(),
            number: self.takings.fetch_add(1, Ordering::Relaxed),
            until: later(self.clock.wall(), self.options.lease),
        };
        lease::claim(&self.db, &self.kinds, &lease, self.clock.now(), limit)
            .await
            .inspect_err(|e| {
                if matches!(e, DbError::CommitUnknown(_)) {
                    guard(&self.unsure).push(lease.number);
                }
            })
    }
}

/// `at + by`, held at the end of representable time.
pub(super) fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A lock that nobody can have left in a half-changed state.
pub(super) fn guard<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
