//! The job runner on a clock that stands still: what runs, in which order, and what becomes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::SignedDuration;
use portolan::db::jobs::{self, Enqueued, JobState, Revived};
use portolan::db::{Signal, reconcilers};
use portolan::ids::{Ids, PortId};
use portolan::jobs::{JobError, Reconcile, Reconciler};
use pretty_assertions::assert_eq;

use crate::support::database::on_both;
use crate::support::work::{
    Work, after, enqueue, id_of, job, look, quick, runner, runner_with, states, still_clock,
};

#[tokio::test]
async fn jobs_run_when_they_are_due_in_the_order_in_which_they_became_due() {
    on_both(|test| async move {
        let (clock, work) = (still_clock(), Work::fine());
        let start = clock.now();
        let runner = runner(&test.db, &clock, 1, &work);
        let list = [
            job("plain", 4).at(after(start, -1)),
            job("plain", 5),
            job("plain", 3).at(after(start, -2)),
            job("plain", 1).at(after(start, -5)),
            job("plain", 2).at(after(start, -3)),
            job("plain", 7).at(after(start, 60)),
            job("plain", 6).at(after(start, 30)),
            job("unheard of", 99),
        ];
        enqueue(&test.db, &clock, list).await;
        assert_eq!(runner.run_due().await.expect("runs"), 5);
        assert_eq!(work.seen(), [1, 2, 3, 4, 5]);
        assert_eq!(
            runner.next_due().await.expect("looks"),
            Some(after(start, 30))
        );
        clock.advance(SignedDuration::from_secs(29));
        assert_eq!(runner.run_due().await.expect("runs"), 0);
        clock.advance(SignedDuration::from_secs(31));
        assert_eq!(runner.run_due().await.expect("runs"), 2);
        assert_eq!(work.seen(), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(
            runner.next_due().await.expect("looks"),
            None,
            "the kind that nobody knows is left alone"
        );
    })
    .await;
}

#[tokio::test]
async fn a_job_exists_only_if_the_change_that_asked_for_it_was_committed() {
    on_both(|test| async move {
        let (clock, work, ids) = (still_clock(), Work::fine(), Ids::seeded(9));
        let mut tx = test.db.write().await.expect("begins");
        jobs::enqueue(&mut tx, &ids, clock.now(), job("plain", 1))
            .await
            .expect("enqueues");
        drop(tx);
        assert_eq!(
            runner(&test.db, &clock, 1, &work)
                .run_due()
                .await
                .expect("runs"),
            0
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_joins_the_job_that_waits_and_repeats_the_one_that_runs() {
    on_both(|test| async move {
        let clock = still_clock();
        let start = clock.now();
        let first = enqueue(
            &test.db,
            &clock,
            [job("plain", 1).once("read order 7").at(after(start, 100))],
        )
        .await[0];
        let id = id_of(first);
        assert_eq!(first, Enqueued::New(id));
        let joined = enqueue(
            &test.db,
            &clock,
            [job("plain", 2).once("read order 7").at(after(start, 50))],
        )
        .await;
        assert_eq!(joined, [Enqueued::Joined(id)]);
        assert_eq!(
            look(&test.db, id).await.run_at,
            after(start, 50),
            "the sooner of the two"
        );
        clock.advance(SignedDuration::from_secs(50));

        // While it runs, it is asked for twice more.
        let (db, again) = (test.db.clone(), clock.clone());
        let asked = Arc::new(AtomicU32::new(0));
        let count = asked.clone();
        let (send, mut orders) =
            tokio::sync::mpsc::unbounded_channel::<tokio::sync::oneshot::Sender<()>>();
        let asker = tokio::spawn(async move {
            while let Some(done) = orders.recv().await {
                let later = again.now();
                let jobs = [
                    job("plain", 3).once("read order 7").at(after(later, 20)),
                    job("plain", 4).once("read order 7").at(after(later, 10)),
                ];
                assert_eq!(enqueue(&db, &again, jobs).await, [Enqueued::Joined(id); 2]);
                done.send(()).expect("somebody waits");
            }
        });
        let work = Work::that(move |_| {
            if count.fetch_add(1, Ordering::SeqCst) == 0 {
                let (done, wait) = tokio::sync::oneshot::channel();
                send.send(done).expect("somebody listens");
                tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(wait))
                    .expect("asked");
            }
            Ok(())
        });
        let runner = runner(&test.db, &clock, 1, &work);
        assert_eq!(runner.run_due().await.expect("runs"), 1);
        let waiting = look(&test.db, id).await;
        assert_eq!(
            (waiting.state, waiting.run_at, waiting.attempts),
            (JobState::Ready, after(clock.now(), 10), 0)
        );
        clock.advance(SignedDuration::from_secs(10));
        assert_eq!(runner.run_due().await.expect("runs"), 1);
        assert_eq!(
            look(&test.db, id).await.state,
            JobState::Done { at: clock.now() }
        );
        drop((runner, work));
        asker.await.expect("it asked");
        // Once it is done, the key is free.
        let fresh = enqueue(&test.db, &clock, [job("plain", 5).once("read order 7")]).await;
        assert!(matches!(fresh[..], [Enqueued::New(new)] if new != id));
    })
    .await;
}

#[tokio::test]
async fn failures_wait_longer_each_time_up_to_the_cap_then_the_job_is_dead() {
    on_both(|test| async move {
        let (clock, work) = (
            still_clock(),
            Work::that(|_| Err(JobError::retry("the carrier is away"))),
        );
        let runner = runner(&test.db, &clock, 7, &work);
        let id = id_of(enqueue(&test.db, &clock, [job("plain", 1).attempts(12)]).await[0]);
        let mut pauses = Vec::new();
        while let Some(due) = runner.next_due().await.expect("looks") {
            pauses.push(due.duration_since(clock.now()).as_secs());
            clock.advance(due.duration_since(clock.now()));
            assert_eq!(runner.run_due().await.expect("runs"), 1);
        }
        assert_eq!(
            pauses,
            [0, 8, 18, 32, 68, 169, 325, 670, 1163, 2802, 4249, 3738]
        );
        let dead = look(&test.db, id).await;
        assert_eq!(
            (dead.state, dead.attempts),
            (JobState::Dead { at: clock.now() }, 12)
        );
        assert_eq!(
            dead.last_error.as_deref(),
            Some("given up after 12 attempts, the last one: the carrier is away")
        );
        assert_eq!(
            *work.given_up.lock().expect("no test panicked"),
            [dead.last_error.expect("a reason")]
        );
    })
    .await;
}

#[tokio::test]
async fn an_error_says_when_to_try_again_or_not_at_all() {
    on_both(|test| async move {
        let work = Work::that(|context| match context.field::<i64>("n")? {
            1 => Err(JobError::retry_after(
                SignedDuration::from_secs(1234),
                "busy; come back later",
            )),
            2 => Err(JobError::fail("the order does not exist")),
            3 => panic!("a fault in the program"),
            _ => context.field::<PortId>("port").map(|_| ()),
        });
        let clock = still_clock();
        let runner = runner(&test.db, &clock, 1, &work);
        let soon = after(clock.now(), 5);
        let list = (1..=4)
            .map(|n| job("plain", n))
            .chain([job("plain", 1).until(soon)]);
        let ids: Vec<_> = enqueue(&test.db, &clock, list)
            .await
            .into_iter()
            .map(id_of)
            .collect();
        assert_eq!(runner.run_due().await.expect("runs"), 5);
        let mut seen = Vec::new();
        for id in ids {
            let job = look(&test.db, id).await;
            let state = match job.state {
                JobState::Ready => format!(
                    "again after {} s",
                    job.run_at.duration_since(clock.now()).as_secs()
                ),
                JobState::Dead { .. } => "dead".to_owned(),
                other => panic!("{other:?}"),
            };
            seen.push(format!("{state}: {}", job.last_error.expect("a reason")));
        }
        assert_eq!(
            seen,
            [
                "again after 1234 s: busy; come back later",
                "dead: the order does not exist",
                "again after 11 s: the program panicked while doing this job (see the log)",
                "dead: the job's payload has no usable `port`",
                "dead: given up because its time ran out, the last attempt: busy; come back later",
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_job_that_takes_too_long_is_stopped_and_tried_again() {
    on_both(|test| async move {
        let mut work = Work::new(|_| Ok(()));
        work.timeout = Duration::from_millis(30);
        let (clock, work) = (still_clock(), Arc::new(work));
        let id = id_of(enqueue(&test.db, &clock, [job("held", 1)]).await[0]);
        assert_eq!(
            runner(&test.db, &clock, 1, &work)
                .run_due()
                .await
                .expect("runs"),
            1
        );
        let job = look(&test.db, id).await;
        assert_eq!(
            (job.state, job.last_error.as_deref()),
            (JobState::Ready, Some("it took longer than 30ms"))
        );
    })
    .await;
}

#[tokio::test]
async fn a_dead_job_is_listed_and_can_be_run_again_or_dropped() {
    on_both(|test| async move {
        let mended = Arc::new(AtomicU32::new(0));
        let state = mended.clone();
        let work = Work::that(move |_| {
            if state.load(Ordering::SeqCst) == 1 {
                Ok(())
            } else {
                Err(JobError::fail("no such order"))
            }
        });
        let clock = still_clock();
        let runner = runner(&test.db, &clock, 1, &work);
        let port: PortId = Ids::seeded(5).next(clock.now());
        let list = [
            job("plain", 1).once("a").port(port),
            job("plain", 2).once("b").port(port),
            job("plain", 3),
        ];
        let ids: Vec<_> = enqueue(&test.db, &clock, list)
            .await
            .into_iter()
            .map(id_of)
            .collect();
        assert_eq!(runner.run_due().await.expect("runs"), 3);
        let mut read = test.db.read().await.expect("begins");
        let dead = jobs::list_dead(&mut read, 10).await.expect("lists");
        assert_eq!(dead.len(), 3);
        assert!(
            dead.iter()
                .all(|job| job.last_error.as_deref() == Some("no such order"))
        );
        assert_eq!(
            jobs::of_port(&mut read, port, 10)
                .await
                .expect("lists")
                .len(),
            2
        );
        drop(read);

        // The second one's work was asked for anew meanwhile.
        enqueue(
            &test.db,
            &clock,
            [job("plain", 22).once("b").at(after(clock.now(), 9))],
        )
        .await;
        mended.store(1, Ordering::SeqCst);
        let mut tx = test.db.write().await.expect("begins");
        assert_eq!(
            jobs::retry_dead(&mut tx, ids[0], clock.now())
                .await
                .expect("works"),
            Revived::Ready
        );
        assert_eq!(
            jobs::retry_dead(&mut tx, ids[0], clock.now())
                .await
                .expect("works"),
            Revived::NotDead
        );
        assert_eq!(
            jobs::retry_dead(&mut tx, ids[1], clock.now())
                .await
                .expect("works"),
            Revived::Superseded
        );
        assert!(
            jobs::discard_dead(&mut tx, ids[2], clock.now())
                .await
                .expect("works")
        );
        tx.commit().await.expect("commits");
        assert_eq!(runner.run_due().await.expect("runs"), 1);
        assert_eq!(
            look(&test.db, ids[0]).await.state,
            JobState::Done { at: clock.now() }
        );
        assert_eq!(
            states(&test.db).await,
            [
                ("dead".to_owned(), 1),
                ("done".to_owned(), 2),
                ("ready".to_owned(), 1)
            ]
            .into()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_result_and_the_end_of_the_job_are_one_commit() {
    on_both(|test| async move {
        let db = test.db.clone();
        let work = Work::that(move |context| {
            let db = db.clone();
            let (commits, job) = (context.job.attempts == 2, context.job.id);
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(async {
                    let mut tx = db.write().await?;
                    let sql = "INSERT INTO reconcilers (name, due_at) VALUES ($1, 0)";
                    tx.execute(sql, portolan::args![format!("result of {job}")])
                        .await?;
                    context.complete_in(&mut tx).await?;
                    if commits {
                        Ok(tx.commit().await?)
                    } else {
                        Err(JobError::retry(
                            "something else went wrong before the commit",
                        ))
                    }
                })
            })
        });
        let clock = still_clock();
        let runner = runner(&test.db, &clock, 1, &work);
        let id = id_of(enqueue(&test.db, &clock, [job("plain", 1)]).await[0]);
        assert_eq!(runner.run_due().await.expect("runs"), 1);
        assert_eq!(
            look(&test.db, id).await.state,
            JobState::Ready,
            "neither the result nor the end was stored"
        );
        clock.advance(SignedDuration::from_mins(1));
        assert_eq!(runner.run_due().await.expect("runs"), 1);
        assert_eq!(
            look(&test.db, id).await.state,
            JobState::Done { at: clock.now() }
        );
        let mut read = test.db.read().await.expect("begins");
        assert_eq!(
            reconcilers::list(&mut read).await.expect("lists").len(),
            1,
            "one result"
        );
    })
    .await;
}

#[tokio::test]
async fn finished_jobs_go_after_a_while_and_dead_ones_stay() {
    on_both(|test| async move {
        let clock = still_clock();
        let done = clock.now();
        enqueue(&test.db, &clock, (0..1200).map(|n| job("plain", n))).await;
        let mut tx = test.db.write().await.expect("begins");
        let sql = "UPDATE jobs SET finished_at = $1, state = CASE WHEN payload = '{\"n\":0}' THEN 'dead' ELSE 'done' END";
        tx.execute(sql, portolan::args![done]).await.expect("ends them");
        tx.commit().await.expect("commits");
        assert_eq!(jobs::prune(&test.db, done).await.expect("prunes"), (0, false), "not older than that");
        let later = after(done, 1);
        assert_eq!(jobs::prune(&test.db, later).await.expect("prunes"), (500, true), "a bounded number at once");
        assert_eq!(jobs::prune(&test.db, later).await.expect("prunes"), (500, true));
        assert_eq!(jobs::prune(&test.db, later).await.expect("prunes"), (199, false));
        assert_eq!(states(&test.db).await, [("dead".to_owned(), 1)].into());
    })
    .await;
}

struct Count(AtomicU32);

#[async_trait]
impl Reconcile for Count {
    async fn run(&self) -> Result<(), JobError> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            1 => Err(JobError::retry("the second time fails")),
            2 => panic!("the third time panics"),
            _ => Ok(()),
        }
    }
}

#[tokio::test]
async fn recurring_work_runs_by_its_timer_and_when_it_is_nudged() {
    on_both(|test| async move {
        let clock = still_clock();
        let count = Arc::new(Count(AtomicU32::new(0)));
        let recurring = || Reconciler {
            name: "poll",
            period: SignedDuration::from_mins(15),
            work: count.clone(),
        };
        let one = runner(&test.db, &clock, 1, &Work::fine()).with([recurring()]);
        let two = runner(&test.another_node().await, &clock, 2, &Work::fine()).with([recurring()]);
        assert_eq!(one.run_due().await.expect("runs"), 1);
        assert_eq!(
            two.run_due().await.expect("runs"),
            0,
            "another node just did it"
        );
        assert_eq!(
            two.next_due().await.expect("looks"),
            Some(after(clock.now(), 900))
        );
        let errors = async || {
            let mut read = test.db.read().await.expect("begins");
            reconcilers::list(&mut read)
                .await
                .expect("lists")
                .remove(0)
                .last_error
        };
        for error in [
            Some("the second time fails"),
            Some("the program panicked while doing it (see the log)"),
            None,
        ] {
            clock.advance(SignedDuration::from_mins(15));
            assert_eq!(two.run_due().await.expect("runs"), 1);
            assert_eq!(errors().await.as_deref(), error);
        }
        clock.advance(SignedDuration::from_mins(1));
        let mut tx = test.db.write().await.expect("begins");
        tx.signal(Signal::nudge("poll", clock.now()));
        tx.signal(Signal::nudge("something else", clock.now()));
        tx.commit().await.expect("commits");
        clock.advance(SignedDuration::from_secs(1));
        assert_eq!(one.run_due().await.expect("runs"), 1);
        assert_eq!(one.run_due().await.expect("runs"), 0, "a nudge is for once");
        assert_eq!(
            one.next_due().await.expect("looks"),
            Some(after(clock.now(), 900))
        );
        assert_eq!(count.0.load(Ordering::SeqCst), 5);
    })
    .await;
}

#[tokio::test]
async fn on_a_faster_calendar_a_failed_job_still_waits_in_real_time() {
    let clock = portolan::clock::Clock::fast(portolan::clock::Anchor {
        wall: portolan::clock::Clock::system().wall(),
        desk: "2026-11-21T20:00:00Z".parse().expect("a literal"),
        speed: 43_200.0,
    });
    on_both(|test| {
        let clock = clock.clone();
        async move {
            let work = Work::that(|_| Err(JobError::retry("away")));
            let options = portolan::jobs::RunnerOptions {
                retry_floor: Duration::from_secs(10),
                ..quick()
            };
            let runner = runner_with(&test.db, &clock, 1, &work, options);
            let id = id_of(enqueue(&test.db, &clock, [job("plain", 1)]).await[0]);
            assert_eq!(runner.run_due().await.expect("runs"), 1);
            let wait = look(&test.db, id)
                .await
                .run_at
                .duration_since(clock.now())
                .as_secs_f64()
                / 43_200.0;
            assert!((5.0..=10.0).contains(&wait), "{wait} seconds");
        }
    })
    .await;
}
