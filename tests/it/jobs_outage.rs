//! The database goes away under a runner and comes back: work resumes by itself, nothing is lost.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use portolan::db::{Db, DbError, DbOptions};
use portolan::jobs::RunnerOptions;
use sqlx::{AssertSqlSafe, Connection as _};
use tokio::sync::oneshot;

use crate::support::database::{on_postgres, on_sqlite};
use crate::support::outage::Wire;
use crate::support::work::{
    Work, enqueue, id_of, job, look, quick, runner_with, states, still_clock, until,
};

/// The statement as it goes over the wire, with its end: `READ COMMITTED` is something else.
const COMMIT: &str = "COMMIT\0";

/// A short patience, so that an outage is noticed within a test.
fn hasty() -> DbOptions {
    DbOptions {
        patience: Duration::from_secs(2),
        ..DbOptions::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_was_away_is_used_again_by_itself() {
    on_postgres(|test| async move {
        let wire = Wire::to(&test.url).await;
        let db = Db::connect(&wire.url, &hasty()).await.expect("connects");
        let (clock, work) = (still_clock(), Work::fine());
        // Only the listening wakes it: no poll within the test's time.
        let options = RunnerOptions { poll: Duration::from_secs(3600), concurrency: 4, ..quick() };
        let runner = runner_with(&db, &clock, 1, &work, options);
        let (stop, stopped) = oneshot::channel::<()>();
        let node = tokio::spawn(async move { runner.run(async { drop(stopped.await) }).await });

        enqueue(&test.db, &clock, (0..20).map(|n| job("held", n))).await;
        until("jobs run", || async { work.present() == 4 }).await;
        wire.cut();
        let error = db.write().await.err().expect("the server is away");
        assert!(error.is_unavailable() && error.is_passing(), "{error:?}");
        // The four end their work while nobody can be told.
        work.gate.add_permits(4);
        until("their work ended", || async { work.seen().len() == 4 && work.present() == 0 }).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        wire.mend();
        work.gate.add_permits(1000);
        until("all are done", || async { states(&test.db).await == [("done".to_owned(), 20)].into() }).await;
        assert_eq!(work.seen().len(), 20, "none was done twice");

        // It listens again: what another node puts into the table wakes it.
        for n in 20..23 {
            enqueue(&test.db, &clock, [job("plain", n)]).await;
            until("it is done", || async { states(&test.db).await.get("done") == Some(&(n + 1)) }).await;
        }

        // The server restarts: it ends each connection with a word of its own.
        let mut admin = sqlx::PgConnection::connect(&test.url).await.expect("connects");
        for n in 23..33 {
            enqueue(&test.db, &clock, [job("plain", n)]).await;
            let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.expect("ends them");
        }
        until("all are done", || async {
            // The tests' own connections were ended as well.
            let Ok(mut read) = test.db.read().await else { return false };
            let sql = "SELECT COUNT(*) AS n FROM jobs WHERE state = 'done'";
            read.fetch_one(sql, portolan::args![]).await.is_ok_and(|row| row.int("n").is_ok_and(|n| n == 33))
        })
        .await;
        assert_eq!(work.overlaps.load(Ordering::SeqCst), 0);
        stop.send(()).expect("it runs");
        node.await.expect("it ends in order");
    })
    .await;
}

/// The clock stands still here, so no lease ever runs out: the node has to find out by itself.
#[tokio::test]
async fn a_commit_that_was_not_answered_neither_loses_nor_repeats_a_job() {
    on_postgres(|test| async move {
        let wire = Wire::to(&test.url).await;
        let db = Db::connect(&wire.url, &hasty()).await.expect("connects");
        let (clock, work) = (still_clock(), Work::fine());
        let options = RunnerOptions {
            poll: Duration::from_millis(200),
            housekeeping: Duration::from_secs(3600),
            ..quick()
        };
        let runner = runner_with(&db, &clock, 1, &work, options);
        let (stop, stopped) = oneshot::channel::<()>();
        let node = tokio::spawn(async move { runner.run(async { drop(stopped.await) }).await });
        let done = async |n: i64| {
            until("it is done", || async {
                states(&test.db).await == [("done".to_owned(), n)].into()
            })
            .await
        };
        enqueue(&test.db, &clock, [job("plain", 1)]).await;
        done(1).await;

        // The taking of the second job is committed, and nobody hears of it.
        wire.break_before_the_answer_to(COMMIT);
        let id = id_of(enqueue(&test.db, &clock, [job("plain", 2)]).await[0]);
        done(2).await;
        assert!(wire.broke());
        assert_eq!(
            (work.seen(), look(&test.db, id).await.attempts),
            (vec![1, 2], 1)
        );

        // So is the end of the third.
        enqueue(&test.db, &clock, [job("held", 3)]).await;
        until("it runs", || async { work.present() == 1 }).await;
        wire.break_before_the_answer_to(COMMIT);
        work.gate.add_permits(1);
        done(3).await;
        until("the connection broke", || async { wire.broke() }).await;
        stop.send(()).expect("it runs");
        node.await.expect("it ends in order");
        assert_eq!(work.seen(), [1, 2, 3]);

        // Whoever commits is told that the outcome is not known.
        let mut tx = db.write().await.expect("begins");
        tx.execute(
            "INSERT INTO reconcilers (name, due_at) VALUES ('x', 0)",
            portolan::args![],
        )
        .await
        .expect("writes");
        wire.break_before_the_answer_to(COMMIT);
        let error = tx.commit().await.expect_err("not answered");
        assert!(matches!(error, DbError::CommitUnknown(_)), "{error:?}");
    })
    .await;
}

/// The clock stands still, so no lease ever runs out: what a broken connection leaves behind in
/// whatever moment has to be mended by the node itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_wire_that_breaks_at_any_moment_neither_loses_nor_repeats_a_job() {
    const JOBS: i64 = 400;
    on_postgres(|test| async move {
        let wire = Wire::to(&test.url).await;
        let db = Db::connect(&wire.url, &hasty()).await.expect("connects");
        let (clock, work) = (still_clock(), Work::fine());
        let options = RunnerOptions {
            poll: Duration::from_millis(300),
            concurrency: 4,
            ..quick()
        };
        let runner = runner_with(&db, &clock, 1, &work, options);
        enqueue(&test.db, &clock, (0..JOBS).map(|n| job("plain", n))).await;
        let (stop, stopped) = oneshot::channel::<()>();
        let node = tokio::spawn(async move { runner.run(async { drop(stopped.await) }).await });
        let mut cuts = 0;
        while states(&test.db).await != [("done".to_owned(), JOBS)].into() {
            cuts += 1;
            assert!(cuts < 2_000, "{:?}", states(&test.db).await);
            // Uneven, so that each kind of statement is met now and then.
            tokio::time::sleep(Duration::from_millis(20 + cuts * 37 % 60)).await;
            if cuts < 40 {
                wire.cut();
                wire.mend();
            }
        }
        let mut seen = work.seen();
        seen.sort_unstable();
        assert_eq!(seen, (0..JOBS).collect::<Vec<_>>(), "each once");
        stop.send(()).expect("it runs");
        node.await.expect("it ends in order");
    })
    .await;
}

/// Runs `scripts/postgres.sh` for a server of this test's own.
async fn server(folder: &Path, command: &str) -> String {
    let output =
        tokio::process::Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres.sh"))
            .arg(command)
            .env("PORTOLAN_POSTGRES_DIR", folder)
            // The restart is what is tried here, not the disk.
            .env("PORTOLAN_POSTGRES_CONF", "fsync = off")
            .env_remove("PORTOLAN_TEST_POSTGRES_URL")
            .output()
            .await
            .expect("the script runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .expect("a URL")
        .trim()
        .to_owned()
}

/// Stops the server when the test ends, however it ends.
struct Stop<'a>(&'a Path);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres.sh");
        let _ = std::process::Command::new(script)
            .arg("stop")
            .env("PORTOLAN_POSTGRES_DIR", self.0)
            .status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_restarts_is_used_again_by_itself() {
    const JOBS: i64 = 300;
    if crate::support::database::server().is_none() {
        return;
    }
    if !Path::new("/usr/lib/postgresql").exists() {
        eprintln!("skipped: there are no PostgreSQL server programs to restart a server of");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path().join("server");
    let _stop = Stop(&folder);
    let url = server(&folder, "start").await;
    let db = Db::connect(&url, &hasty()).await.expect("connects");
    db.migrate(jiff::Timestamp::UNIX_EPOCH)
        .await
        .expect("the schema is made");
    let (clock, work) = (still_clock(), Work::fine());
    let options = RunnerOptions {
        poll: Duration::from_millis(300),
        concurrency: 4,
        ..quick()
    };
    let runner = runner_with(&db, &clock, 1, &work, options);
    enqueue(&db, &clock, (0..JOBS).map(|n| job("held", n))).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let node = tokio::spawn(async move { runner.run(async { drop(stopped.await) }).await });
    for _ in 0..2 {
        // A third of the jobs before each restart, the last third after both.
        work.gate.add_permits(100);
        server(&folder, "restart").await;
    }
    work.gate.add_permits(1000);
    until("all are done", || async {
        let Ok(mut read) = db.read().await else {
            return false;
        };
        let sql = "SELECT COUNT(*) AS n FROM jobs WHERE state = 'done'";
        read.fetch_one(sql, portolan::args![])
            .await
            .is_ok_and(|row| row.int("n").is_ok_and(|n| n == JOBS))
    })
    .await;
    let mut seen = work.seen();
    seen.sort_unstable();
    assert_eq!(seen, (0..JOBS).collect::<Vec<_>>(), "each once");
    stop.send(()).expect("it runs");
    node.await.expect("it ends in order");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_file_that_was_locked_is_used_again_by_itself() {
    on_sqlite(|test| async move {
        test.db.close().await;
        let db = Db::connect(&test.url, &hasty()).await.expect("opens");
        let (clock, work) = (still_clock(), Work::fine());
        enqueue(&db, &clock, (0..20).map(|n| job("held", n))).await;
        let options = RunnerOptions {
            poll: Duration::from_millis(500),
            concurrency: 4,
            ..quick()
        };
        let runner = runner_with(&db, &clock, 1, &work, options);
        let (stop, stopped) = oneshot::channel::<()>();
        let node = tokio::spawn(async move { runner.run(async { drop(stopped.await) }).await });
        until("jobs run", || async { work.present() == 4 }).await;

        let mut intruder = sqlx::SqliteConnection::connect(&test.url)
            .await
            .expect("opens");
        sqlx::raw_sql("BEGIN IMMEDIATE")
            .execute(&mut intruder)
            .await
            .expect("locks");
        work.gate.add_permits(1000);
        until("their work ended", || async {
            work.seen().len() == 4 && work.present() == 0
        })
        .await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(
            states(&db).await.get("running"),
            Some(&4),
            "nothing could be noted"
        );
        sqlx::raw_sql("ROLLBACK")
            .execute(&mut intruder)
            .await
            .expect("lets go");
        until("all are done", || async {
            states(&db).await == [("done".to_owned(), 20)].into()
        })
        .await;
        assert_eq!(work.seen().len(), 20, "none was done twice");
        stop.send(()).expect("it runs");
        node.await.expect("it ends in order");
    })
    .await;
}
