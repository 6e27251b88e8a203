//! A handler that tests can script, and what it saw.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use portolan::clock::Clock;
use portolan::db::jobs::{self, Enqueued, Job, NewJob};
use portolan::db::{Db, DbError, Tx};
use portolan::ids::{Ids, JobId};
use portolan::jobs::{Handler, JobContext, JobError, Runner, RunnerOptions};
use tokio::sync::{Notify, Semaphore};

type Script = Box<dyn Fn(&JobContext) -> Result<(), JobError> + Send + Sync>;

/// Does what a test says, and remembers everything.
pub struct Work {
    script: Script,
    /// What was run: the payload's `n`, in order.
    seen: std::sync::Mutex<Vec<i64>>,
    /// Which jobs run just now, by their serial key or id.
    running: std::sync::Mutex<HashMap<String, usize>>,
    /// How often two ran at the same time that must not.
    pub overlaps: AtomicUsize,
    /// The most that ran at the same time.
    pub most: AtomicUsize,
    /// Jobs that were given up: the reasons.
    pub given_up: std::sync::Mutex<Vec<String>>,
    /// Jobs of kind `held` wait here until a test lets them go.
    pub gate: Semaphore,
    /// Told when a job begins.
    pub began: Notify,
    /// Told when a job ended.
    pub ended: Notify,
    /// How long a job may take.
    pub timeout: Duration,
    /// What it says it can do.
    pub kinds: Vec<&'static str>,
}

impl Work {
    /// Work that always succeeds.
    pub fn fine() -> Arc<Self> {
        Self::that(|_| Ok(()))
    }

    /// Work that does what the script says.
    pub fn that(
        script: impl Fn(&JobContext) -> Result<(), JobError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self::new(script))
    }

    /// Work whose settings a test changes before it shares it.
    pub fn new(
        script: impl Fn(&JobContext) -> Result<(), JobError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            script: Box::new(script),
            seen: std::sync::Mutex::default(),
            running: std::sync::Mutex::default(),
            overlaps: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            given_up: std::sync::Mutex::default(),
            gate: Semaphore::new(0),
            began: Notify::new(),
            ended: Notify::new(),
            timeout: Duration::from_secs(60),
            kinds: vec!["plain", "held"],
        }
    }

    /// The payloads' numbers in the order in which they ran.
    pub fn seen(&self) -> Vec<i64> {
        self.seen.lock().expect("no test panicked").clone()
    }

    /// How many jobs run just now.
    pub fn present(&self) -> usize {
        self.running
            .lock()
            .expect("no test panicked")
            .values()
            .sum()
    }
}

/// Takes a job off the running ones, also when its future is dropped.
struct Present<'a>(&'a Work, String);

impl<'a> Present<'a> {
    fn new(work: &'a Work, key: String) -> Self {
        let mut running = work.running.lock().expect("no test panicked");
        let here = running.entry(key.clone()).or_default();
        *here += 1;
        if *here > 1 {
            work.overlaps.fetch_add(1, Ordering::SeqCst);
        }
        let now = running.values().sum();
        work.most.fetch_max(now, Ordering::SeqCst);
        Self(work, key)
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        if let Some(n) = self
            .0
            .running
            .lock()
            .expect("no test panicked")
            .get_mut(&self.1)
        {
            *n -= 1;
        }
    }
}

#[async_trait]
impl Handler for Work {
    fn kinds(&self) -> Vec<&'static str> {
        self.kinds.clone()
    }

    async fn run(&self, context: &JobContext) -> Result<(), JobError> {
        let job = &context.job;
        let _present = Present::new(
            self,
            job.serial_key.clone().unwrap_or_else(|| job.id.to_string()),
        );
        self.seen
            .lock()
            .expect("no test panicked")
            .push(context.field("n")?);
        self.began.notify_one();
        if job.kind == "held" {
            self.gate.acquire().await.expect("open").forget();
        } else {
            // Lets others in, so that what may overlap does.
            tokio::task::yield_now().await;
        }
        let result = (self.script)(context);
        self.ended.notify_one();
        result
    }

    fn timeout(&self, _kind: &str) -> Duration {
        self.timeout
    }

    async fn gave_up(&self, _tx: &mut Tx, _job: &Job, why: &str) -> Result<(), DbError> {
        self.given_up
            .lock()
            .expect("no test panicked")
            .push(why.to_owned());
        Ok(())
    }
}

/// A job of a kind with a number in its payload.
pub fn job(kind: &'static str, n: i64) -> NewJob {
    NewJob::new(kind, serde_json::json!({ "n": n }))
}

/// A clock that stands at a Saturday evening.
pub fn still_clock() -> Clock {
    Clock::manual("2026-11-21T20:00:00Z".parse().expect("a literal"))
}

/// Options that make tests quick: nothing waits for a poll.
pub fn quick() -> RunnerOptions {
    RunnerOptions {
        retry_floor: Duration::ZERO,
        ..RunnerOptions::default()
    }
}

/// A runner with seeded ids.
pub fn runner(db: &Db, clock: &Clock, seed: u64, work: &Arc<Work>) -> Runner {
    runner_with(db, clock, seed, work, quick())
}

/// A runner with options of the test's.
pub fn runner_with(
    db: &Db,
    clock: &Clock,
    seed: u64,
    work: &Arc<Work>,
    options: RunnerOptions,
) -> Runner {
    Runner::new(
        db.clone(),
        clock.clone(),
        Ids::seeded(seed),
        work.clone(),
        options,
    )
}

/// Puts jobs into the table in one transaction.
pub async fn enqueue(
    db: &Db,
    clock: &Clock,
    jobs: impl IntoIterator<Item = NewJob>,
) -> Vec<Enqueued> {
    let ids = Ids::random();
    let mut tx = db.write().await.expect("begins");
    let mut done = Vec::new();
    for job in jobs {
        done.push(
            jobs::enqueue(&mut tx, &ids, clock.now(), job)
                .await
                .expect("enqueues"),
        );
    }
    tx.commit().await.expect("commits");
    done
}

/// The id, whether or not it was a job of its own.
pub fn id_of(enqueued: Enqueued) -> JobId {
    match enqueued {
        Enqueued::New(id) | Enqueued::Joined(id) => id,
    }
}

/// The job as it stands.
pub async fn look(db: &Db, id: JobId) -> Job {
    let mut read = db.read().await.expect("begins");
    jobs::get(&mut read, id)
        .await
        .expect("reads")
        .expect("the job exists")
}

/// How many jobs stand in each state, all kinds together.
pub async fn states(db: &Db) -> HashMap<String, i64> {
    let mut read = db.read().await.expect("begins");
    let mut states = HashMap::new();
    for (_, state, n) in jobs::counts(&mut read).await.expect("reads") {
        *states.entry(state).or_default() += n;
    }
    states
}

/// Waits, for at most a minute, until something holds.
pub async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    for _ in 0..6_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still not so after a minute: {what}");
}

/// An instant of desk time so many seconds after another.
pub fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(jiff::SignedDuration::from_secs(seconds))
        .expect("in range")
}
