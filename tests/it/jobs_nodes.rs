//! Several runners on one database: nothing runs twice at the same time, and nothing is lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::SignedDuration;
use portolan::args;
use portolan::clock::{Anchor, Clock};
use portolan::db::jobs::JobState;
use portolan::db::{Db, Engine};
use portolan::jobs::{JobError, Reconcile, Reconciler, Runner, RunnerOptions};
use pretty_assertions::assert_eq;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::support::database::{TestDb, on_both, on_postgres, on_sqlite};
use crate::support::work::{
    Work, after, enqueue, id_of, job, look, quick, runner, runner_with, states, still_clock, until,
};

/// Desk time a thousand times as fast: a pause of ten seconds passes in ten milliseconds.
fn fast_clock() -> Clock {
    let wall = Clock::system().wall();
    Clock::fast(Anchor {
        wall,
        desk: wall,
        speed: 1000.0,
    })
}

/// Options with which nothing happens by polling.
fn unpolled() -> RunnerOptions {
    RunnerOptions {
        poll: Duration::from_secs(3600),
        housekeeping: Duration::from_secs(3600),
        ..quick()
    }
}

/// A runner at work, until it is stopped or crashes.
struct Node {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Node {
    fn start(runner: Runner) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move { runner.run(async { drop(stopped.await) }).await });
        Self { stop, task }
    }

    async fn stop(self) {
        self.stop.send(()).expect("it runs");
        self.task.await.expect("it ends in order");
    }

    /// Ends it the way a crash does: nothing is written any more.
    async fn crash(self) {
        self.task.abort();
        assert!(self.task.await.expect_err("it was killed").is_cancelled());
    }
}

async fn all_done(db: &Db, jobs: i64) {
    until("all jobs are done", || async {
        states(db).await == [("done".to_owned(), jobs)].into()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_never_run_a_job_twice_at_the_same_time() {
    const JOBS: i64 = 2_000;
    on_both(|test| async move {
        let clock = fast_clock();
        let work =
            Work::that(
                |context| match (context.field::<i64>("n")? % 10, context.job.attempts) {
                    (0, 1) => Err(JobError::retry("not at the first attempt")),
                    _ => Ok(()),
                },
            );
        // A third of them have to be alone with one of twenty keys.
        let list = (0..JOBS).map(|n| {
            if n % 3 == 0 {
                job("plain", n).alone(format!("port {}", n % 20))
            } else {
                job("plain", n)
            }
        });
        enqueue(&test.db, &clock, list).await;
        let nodes: Vec<Node> = [
            (1, test.db.clone()),
            (2, test.another_node().await),
            (3, test.another_node().await),
        ]
        .map(|(seed, db)| Node::start(runner(&db, &clock, seed, &work)))
        .into();
        all_done(&test.db, JOBS).await;
        for node in nodes {
            node.stop().await;
        }
        assert_eq!(work.overlaps.load(Ordering::SeqCst), 0);
        let mut runs = BTreeMap::<i64, usize>::new();
        for n in work.seen() {
            *runs.entry(n).or_default() += 1;
        }
        let wrong: Vec<_> = (0..JOBS)
            .filter(|n| runs.get(n) != Some(&if n % 10 == 0 { 2 } else { 1 }))
            .collect();
        assert!(wrong.is_empty(), "each as often as it has to: {wrong:?}");
        assert!(
            work.most.load(Ordering::SeqCst) > 1,
            "they did run side by side"
        );
    })
    .await;
}

#[tokio::test]
async fn of_jobs_that_must_be_alone_the_first_due_goes_first_and_a_failed_one_does_not_block() {
    on_both(|test| async move {
        let work = Work::that(|context| match context.field("n")? {
            1_i64 if context.job.attempts == 1 => Err(JobError::retry_after(
                SignedDuration::from_secs(60),
                "not yet",
            )),
            _ => Ok(()),
        });
        let clock = still_clock();
        let alone = |n: i64| {
            job("plain", n)
                .alone("port 1")
                .at(after(clock.now(), n - 10))
        };
        enqueue(
            &test.db,
            &clock,
            [alone(3), alone(1), alone(2), job("plain", 4)],
        )
        .await;
        let (one, two) = (
            runner(&test.db, &clock, 1, &work),
            runner(&test.another_node().await, &clock, 2, &work),
        );
        assert_eq!(one.run_due().await.expect("runs"), 4);
        assert_eq!(work.seen(), [1, 2, 3, 4]);
        clock.advance(SignedDuration::from_secs(60));
        assert_eq!(two.run_due().await.expect("runs"), 1);
        assert_eq!(work.seen(), [1, 2, 3, 4, 1]);
    })
    .await;
}

/// The one moment in which looking is not enough: while one node takes a job, another one with the
/// same key appears that is due even earlier. Only the index can refuse the second taking.
#[tokio::test]
async fn a_job_that_appears_while_another_one_is_taken_does_not_run_beside_it() {
    on_postgres(|test| async move {
        let (clock, work) = (still_clock(), Work::fine());
        enqueue(&test.db, &clock, [job("plain", 1).alone("port 1")]).await;
        let mut taking = test.db.write().await.expect("begins");
        let sql = "UPDATE jobs SET state = 'running', lease_owner = 'first', lease_number = 0, lease_until = $1";
        taking.execute(sql, args![after(clock.wall(), 60)]).await.expect("takes it");
        enqueue(&test.db, &clock, [job("plain", 0).alone("port 1").at(after(clock.now(), -10))]).await;
        let second = runner(&test.another_node().await, &clock, 2, &work);
        let second = tokio::spawn(async move { second.run_due().await });
        until("the second node waits for the first one's commit", || async {
            let mut read = test.db.read().await.expect("begins");
            let sql = "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            second.is_finished() || read.fetch_one(sql, args![]).await.expect("reads").int("n").expect("n") > 0
        })
        .await;
        taking.commit().await.expect("commits");
        assert_eq!(second.await.expect("runs").expect("runs"), 0);
        assert!(work.seen().is_empty());
    })
    .await;
}

#[tokio::test]
async fn jobs_of_a_node_that_crashed_are_taken_over() {
    on_both(|mut test: TestDb| async move {
        let (clock, work) = (still_clock(), Work::fine());
        let ids = enqueue(
            &test.db,
            &clock,
            [job("held", 1), job("held", 2).attempts(1)],
        )
        .await;
        let node = Node::start(runner_with(&test.db, &clock, 1, &work, unpolled()));
        until("both jobs run", || async { work.present() == 2 }).await;
        node.crash().await;
        assert_eq!(work.present(), 0);
        assert!(matches!(
            look(&test.db, id_of(ids[0])).await.state,
            JobState::Running(_)
        ));

        work.gate.add_permits(10);
        match test.engine() {
            Engine::Sqlite => test.restart().await,
            Engine::Postgres => {
                let early = runner(&test.db, &clock, 2, &work);
                assert_eq!(
                    early.run_due().await.expect("runs"),
                    0,
                    "the lease still holds"
                );
                clock.advance(SignedDuration::from_secs(61));
            }
        }
        let heir = runner(&test.db, &clock, 3, &work);
        assert_eq!(heir.run_due().await.expect("runs"), 1);
        let job = look(&test.db, id_of(ids[0])).await;
        assert_eq!(
            (job.state, job.attempts),
            (JobState::Done { at: clock.now() }, 2)
        );
        // The other one had one attempt, and may well be why the process ended.
        let job = look(&test.db, id_of(ids[1])).await;
        assert_eq!(job.state, JobState::Dead { at: clock.now() });
        let why = "the process that ran this job ended before it was done; it was begun 1 times";
        assert_eq!(
            (
                job.last_error.as_deref(),
                work.given_up.lock().expect("no test panicked").as_slice()
            ),
            (Some(why), [why.to_owned()].as_slice())
        );
    })
    .await;
}

#[tokio::test]
async fn a_job_that_ends_its_process_is_taken_over_later_each_time() {
    on_both(|mut test: TestDb| async move {
        let (clock, work) = (still_clock(), Work::fine());
        let mut idle = Work::new(|_| Ok(()));
        idle.kinds = Vec::new();
        let idle = Arc::new(idle);
        let id = id_of(enqueue(&test.db, &clock, [job("held", 1).attempts(4)]).await[0]);
        let mut waits = Vec::new();
        loop {
            let node = Node::start(runner_with(&test.db, &clock, 1, &work, unpolled()));
            until("the job runs", || async { work.present() == 1 }).await;
            node.crash().await;
            if test.engine() == Engine::Sqlite {
                test.restart().await;
            }
            clock.advance(SignedDuration::from_secs(61));
            // Takes over what was left, but does not know how to do it.
            assert_eq!(
                runner(&test.db, &clock, 2, &idle)
                    .run_due()
                    .await
                    .expect("looks"),
                0
            );
            let job = look(&test.db, id).await;
            if matches!(job.state, JobState::Dead { .. }) {
                break;
            }
            assert_eq!(job.state, JobState::Ready);
            let wait = job.run_at.duration_since(clock.now());
            waits.push(wait.as_secs());
            clock.advance(wait);
        }
        assert_eq!(waits, [0, 5, 10]);
    })
    .await;
}

#[tokio::test]
async fn a_node_that_was_taken_for_dead_cannot_finish_the_job_it_lost() {
    on_postgres(|test| async move {
        let (clock, work) = (still_clock(), Work::fine());
        let id = id_of(enqueue(&test.db, &clock, [job("held", 1)]).await[0]);
        let zombie = Node::start(runner_with(&test.db, &clock, 1, &work, unpolled()));
        until("the job runs", || async { work.present() == 1 }).await;
        // The zombie's machine hangs: no lease is extended, while a minute passes for everybody else.
        clock.advance(SignedDuration::from_secs(61));
        let heir = runner(&test.another_node().await, &clock, 2, &work);
        let name = heir.node().to_owned();
        let heir = tokio::spawn(async move { heir.run_due().await });
        until("the job runs on the other node, too", || async {
            work.present() == 2
        })
        .await;
        // The zombie was first at the gate. It ends its work and tries to say so.
        work.gate.add_permits(1);
        until("the zombie's run ended", || async { work.present() == 1 }).await;
        zombie.stop().await;
        let JobState::Running(lease) = look(&test.db, id).await.state else {
            panic!("the zombie's word counted")
        };
        assert_eq!(lease.owner, name);
        work.gate.add_permits(1);
        assert_eq!(heir.await.expect("runs").expect("runs"), 1);
        assert_eq!(
            look(&test.db, id).await.state,
            JobState::Done { at: clock.now() }
        );
    })
    .await;
}

#[tokio::test]
async fn a_long_job_keeps_its_lease_and_stops_when_it_loses_it() {
    on_both(|test| async move {
        let (clock, work) = (still_clock(), Work::fine());
        let lease = Duration::from_millis(600);
        let id = id_of(enqueue(&test.db, &clock, [job("held", 1)]).await[0]);
        let node = Node::start(runner_with(&test.db, &clock, 1, &work, RunnerOptions { lease, ..unpolled() }));
        until("the job runs", || async { work.present() == 1 }).await;
        let other = runner(&test.another_node().await, &clock, 2, &work);
        for _ in 0..4 {
            clock.advance(SignedDuration::from_millis(550));
            let wanted = clock.wall().checked_add(lease).expect("in range");
            until("the lease is extended", || async {
                matches!(look(&test.db, id).await.state, JobState::Running(lease) if lease.until == wanted)
            })
            .await;
            assert_eq!(other.run_due().await.expect("looks"), 0);
        }
        assert_eq!(work.seen(), [1]);
        let mut tx = test.db.write().await.expect("begins");
        tx.execute("UPDATE jobs SET lease_owner = 'somebody else'", args![]).await.expect("takes it away");
        tx.commit().await.expect("commits");
        until("the node stops doing it", || async { work.present() == 0 }).await;
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn runners_wake_at_once_and_at_the_due_time_without_polling() {
    on_both(|test| async move {
        let (clock, work) = (still_clock(), Work::fine());
        let node = Node::start(runner_with(
            &test.another_node().await,
            &clock,
            1,
            &work,
            unpolled(),
        ));
        enqueue(
            &test.db,
            &clock,
            [
                job("plain", 1),
                job("plain", 2).at(after(clock.now(), 3600)),
            ],
        )
        .await;
        until("the first job ran", || async { work.seen() == [1] }).await;
        until("it is noted", || async {
            states(&test.db).await.get("done") == Some(&1)
        })
        .await;
        enqueue(&test.db, &clock, [job("plain", 3)]).await;
        until("the third job ran", || async { work.seen() == [1, 3] }).await;
        until("it is noted", || async {
            states(&test.db).await.get("done") == Some(&2)
        })
        .await;
        clock.advance(SignedDuration::from_secs(3600));
        until("the second job ran at its time", || async {
            work.seen() == [1, 3, 2]
        })
        .await;
        all_done(&test.db, 3).await;

        // A job that has to wait for another one's end is woken by it, wherever it ran.
        let other = Node::start(runner_with(&test.db, &clock, 2, &work, unpolled()));
        enqueue(&test.db, &clock, [job("held", 4).alone("port 1")]).await;
        until("the fourth job runs", || async { work.present() == 1 }).await;
        enqueue(
            &test.db,
            &clock,
            (5..9).map(|n| job("plain", n).alone("port 1")),
        )
        .await;
        work.gate.add_permits(1);
        all_done(&test.db, 8).await;
        assert_eq!(work.overlaps.load(Ordering::SeqCst), 0);
        node.stop().await;
        other.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_shutdown_waits_for_jobs_and_gives_back_what_does_not_end() {
    on_both(|test| async move {
        let (clock, work) = (still_clock(), Work::fine());
        let id = id_of(enqueue(&test.db, &clock, [job("held", 1)]).await[0]);
        let hasty = RunnerOptions {
            grace: Duration::from_millis(20),
            ..unpolled()
        };
        let node = Node::start(runner_with(&test.db, &clock, 1, &work, hasty));
        until("the job runs", || async { work.present() == 1 }).await;
        node.stop().await;
        let back = look(&test.db, id).await;
        assert_eq!(
            (back.state, back.attempts),
            (JobState::Ready, 0),
            "as if it had not been begun"
        );

        let node = Node::start(runner_with(&test.db, &clock, 2, &work, unpolled()));
        until("the job runs", || async { work.present() == 1 }).await;
        let Node { stop, task } = node;
        stop.send(()).expect("it runs");
        tokio::task::yield_now().await;
        assert!(!task.is_finished());
        work.gate.add_permits(1);
        task.await.expect("it ends in order");
        assert_eq!(
            look(&test.db, id).await.state,
            JobState::Done { at: clock.now() }
        );
    })
    .await;
}

/// Notices if it runs twice at the same time.
#[derive(Default)]
struct Alone {
    running: AtomicUsize,
    overlaps: AtomicUsize,
    runs: AtomicU32,
}

#[async_trait]
impl Reconcile for Alone {
    async fn run(&self) -> Result<(), JobError> {
        if self.running.fetch_add(1, Ordering::SeqCst) > 0 {
            self.overlaps.fetch_add(1, Ordering::SeqCst);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
        self.running.fetch_sub(1, Ordering::SeqCst);
        self.runs.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn recurring_work_runs_on_one_node_at_a_time() {
    on_both(|test| async move {
        let (clock, work, alone) = (fast_clock(), Work::fine(), Arc::new(Alone::default()));
        let options = RunnerOptions {
            reconcile_floor: Duration::from_millis(1),
            ..quick()
        };
        let mut nodes = Vec::new();
        for seed in 0..3 {
            let recurring = Reconciler {
                name: "poll",
                period: SignedDuration::from_secs(1),
                work: alone.clone(),
            };
            let db = test.another_node().await;
            nodes.push(Node::start(
                runner_with(&db, &clock, seed, &work, options.clone()).with([recurring]),
            ));
        }
        until("it ran fifty times", || async {
            alone.runs.load(Ordering::SeqCst) >= 50
        })
        .await;
        for node in nodes {
            node.stop().await;
        }
        assert_eq!(alone.overlaps.load(Ordering::SeqCst), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_timer_that_an_ended_process_had_runs_again_at_once() {
    on_sqlite(|mut test| async move {
        let (clock, alone) = (fast_clock(), Arc::new(Alone::default()));
        let mut tx = test.db.write().await.expect("begins");
        let sql = "INSERT INTO reconcilers (name, due_at, lease_owner, lease_until) VALUES ('poll', $1, 'ended', $2)";
        let an_hour_on = after(clock.wall(), 3_600);
        tx.execute(sql, args![clock.now(), an_hour_on]).await.expect("stores");
        tx.commit().await.expect("commits");
        test.restart().await;
        let recurring = Reconciler {
            name: "poll",
            period: SignedDuration::from_hours(24 * 365),
            work: alone.clone(),
        };
        let node = Node::start(
            runner_with(&test.db, &clock, 1, &Work::fine(), unpolled()).with([recurring]),
        );
        until("it ran", || async { alone.runs.load(Ordering::SeqCst) == 1 }).await;
        node.stop().await;
    })
    .await;
}
