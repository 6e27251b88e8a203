//! Recurring work without input: it looks at the database, does what is due, and does no harm twice.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt as _;
use jiff::{SignedDuration, Timestamp};

use super::runner::{Core, TROUBLE, guard, later};
use crate::db::reconcilers::{self, Turn};
use crate::db::{DbError, Signal, Signals};

/// The work of a reconciler.
#[async_trait]
pub trait Reconcile: Send + Sync + 'static {
    /// Does what is due. A failure is noted and nothing else: the next run is the retry.
    async fn run(&self) -> Result<(), super::JobError>;
}

/// Recurring work and its timer. On PostgreSQL one node runs it at a time.
#[derive(Clone)]
pub struct Reconciler {
    /// Its name in the table of timers; never renamed.
    pub name: &'static str,
    /// The time from the end of a run to the next one (desk time). A nudge
    /// ([`Signal::nudge`]) makes it run at once.
    pub period: SignedDuration,
    /// What it does.
    pub work: Arc<dyn Reconcile>,
}

/// When a reconciler has to be looked at again.
enum Next {
    Desk(Timestamp),
    Wire(Duration),
}

impl Core {
    /// Runs one reconciler by its timer and its nudges. Never ends.
    pub(super) async fn keep_running(&self, reconciler: &Reconciler, mut signals: Signals) {
        let mut nudged = None;
        loop {
            let next = match self.turn(reconciler, nudged).await {
                Ok((_, next)) => {
                    if !matches!(next, Next::Wire(_)) {
                        nudged = None;
                    }
                    next
                }
                Err(e) => {
                    tracing::warn!(reconciler = reconciler.name, error = %e, "cannot look at the timer; trying again");
                    Next::Wire(self.options.poll.min(TROUBLE.1))
                }
            };
            let wait = async {
                match next {
                    Next::Desk(at) => self.clock.sleep_until(at).await,
                    Next::Wire(pause) => tokio::time::sleep(pause).await,
                }
            };
            tokio::select! {
                () = wait => {}
                at = nudge(&mut signals, reconciler.name) => nudged = nudged.max(at),
            }
        }
    }

    /// Runs the reconciler if its turn came; says whether it ran, and when to look again.
    async fn turn(
        &self,
        reconciler: &Reconciler,
        nudged: Option<Timestamp>,
    ) -> Result<(bool, Next), DbError> {
        let Some(_running) = Marked::new(&self.recurring, reconciler.name) else {
            return Ok((false, Next::Wire(self.options.poll)));
        };
        let wall = self.clock.wall();
        let lease = (wall, later(wall, self.options.lease));
        match reconcilers::take(
            &self.db,
            reconciler.name,
            &self.node,
            self.clock.now(),
            nudged,
            lease,
        )
        .await?
        {
            Turn::NotBefore(at) => return Ok((false, Next::Desk(at))),
            Turn::Taken(until) => {
                let left = until.duration_since(self.clock.wall()).unsigned_abs();
                return Ok((
                    false,
                    Next::Wire(left.clamp(Duration::from_millis(20), self.options.poll)),
                ));
            }
            Turn::Ours => {}
        }
        let work = AssertUnwindSafe(tokio::time::timeout(
            self.options.reconcile_timeout,
            reconciler.work.run(),
        ));
        let failure = match work.catch_unwind().await {
            Ok(Ok(Ok(()))) => None,
            Ok(Ok(Err(e))) => Some(e.to_string()),
            Ok(Err(_)) => Some(format!(
                "it took longer than {:?}",
                self.options.reconcile_timeout
            )),
            Err(_) => Some("the program panicked while doing it (see the log)".to_owned()),
        };
        if let Some(why) = &failure {
            tracing::warn!(reconciler = reconciler.name, error = %why, "recurring work failed; its next run is the retry");
        }
        let now = self.clock.now();
        // A faster calendar must not make the machine spin.
        let floor = self.clock.desk_for_wire(self.options.reconcile_floor);
        let due = now
            .checked_add(reconciler.period.max(floor))
            .unwrap_or(Timestamp::MAX);
        reconcilers::finish(
            &self.db,
            reconciler.name,
            &self.node,
            due,
            failure.as_deref(),
        )
        .await?;
        Ok((true, Next::Desk(due)))
    }

    /// Runs each reconciler once that is due now; how many that were, and when the next is due.
    pub(super) async fn run_due_reconcilers(
        &self,
        signals: &mut Signals,
    ) -> Result<usize, DbError> {
        let mut nudges = Vec::new();
        while let Some(signal) = signals.waiting() {
            nudges.extend(signal);
        }
        let mut ran = 0;
        for reconciler in &self.reconcilers {
            let nudged = nudges
                .iter()
                .filter_map(|n| nudge_of(n, reconciler.name))
                .max();
            ran += usize::from(self.turn(reconciler, nudged).await?.0);
        }
        Ok(ran)
    }
}

/// Marks a reconciler as running here, so that its lease is extended, as long as it lives.
struct Marked<'a>(&'a Mutex<HashSet<&'static str>>, &'static str);

impl<'a> Marked<'a> {
    fn new(set: &'a Mutex<HashSet<&'static str>>, name: &'static str) -> Option<Self> {
        guard(set).insert(name).then_some(Self(set, name))
    }
}

impl Drop for Marked<'_> {
    fn drop(&mut self) {
        guard(self.0).remove(self.1);
    }
}

fn nudge_of(signal: &Signal, name: &str) -> Option<Timestamp> {
    signal
        .as_nudge()
        .filter(|(whom, _)| *whom == name)
        .map(|(_, at)| at)
}

/// Waits for a nudge. If signals were missed, it counts as one of long ago: the timer decides.
async fn nudge(signals: &mut Signals, name: &str) -> Option<Timestamp> {
    loop {
        match signals.next().await {
            None => return None,
            Some(signal) => {
                if let Some(at) = nudge_of(&signal, name) {
                    return Some(at);
                }
            }
        }
    }
}
