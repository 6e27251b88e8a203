//! A database that is taken, full, or away: it is said, and it passes.

use std::time::Duration;

use portolan::args;
use portolan::db::{Arg, Db, DbOptions};

use crate::support::database::on_sqlite;
use crate::support::playground::{playground, refusal};

#[tokio::test]
async fn a_sqlite_file_belongs_to_one_process() {
    on_sqlite(|test| async move {
        let error = Db::connect(&test.url, &DbOptions::default())
            .await
            .expect_err("it is held");
        assert!(
            error.to_string().contains(&format!(
                "in use by process {}; stop that process",
                std::process::id()
            )),
            "{error:?}"
        );
        let look = Db::connect(
            &test.url,
            &DbOptions {
                read_only: true,
                ..DbOptions::default()
            },
        )
        .await
        .expect("may look");
        assert!(look.check_schema().await.is_ok());
        let mut tx = look.write().await.expect("begins");
        assert_eq!(
            refusal(
                &tx.execute("DELETE FROM jobs", args![])
                    .await
                    .expect_err("only looks")
            ),
            "read only"
        );
        drop(tx);
        look.close().await;
        test.db.close().await;
        Db::connect(&test.url, &DbOptions::default())
            .await
            .expect("free again");
    })
    .await;
}

#[tokio::test]
async fn a_locked_sqlite_file_is_busy_and_works_once_it_is_free() {
    on_sqlite(|test| async move {
        playground(&test).await;
        test.db.close().await;
        let hasty = DbOptions {
            patience: Duration::from_millis(100),
            ..DbOptions::default()
        };
        let db = Db::connect(&test.url, &hasty).await.expect("opens");
        let path = test.url.trim_start_matches("sqlite:");
        let mut intruder = lock(path).await;
        let mut tx = db
            .write()
            .await
            .expect("waits for nobody before its first statement");
        let error = tx
            .execute("INSERT INTO things (id) VALUES ('1')", args![])
            .await
            .expect_err("somebody else writes");
        assert!(error.is_busy() && error.is_passing(), "{error:?}");
        drop(tx);
        let mut tx = db.write().await.expect("begins");
        tx.later("INSERT INTO things (id) VALUES ('1')", args![])
            .await
            .expect("keeps");
        let error = tx.commit().await.expect_err("somebody else writes");
        assert!(error.is_busy() && error.is_passing(), "{error:?}");
        sqlx::raw_sql("ROLLBACK")
            .execute(&mut intruder)
            .await
            .expect("lets go");
        let held = db.write().await.expect("begins");
        let error = db
            .write()
            .await
            .err()
            .expect("our own writer is taken, too");
        assert!(error.is_busy(), "{error:?}");
        drop(held);
        drop(db.write().await.expect("free again"));
    })
    .await;
}

/// Locks a SQLite file the way a backup tool or a curious person would.
async fn lock(path: &str) -> sqlx::SqliteConnection {
    use sqlx::Connection as _;
    let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite:{path}"))
        .await
        .expect("opens");
    sqlx::raw_sql("BEGIN EXCLUSIVE")
        .execute(&mut connection)
        .await
        .expect("locks");
    connection
}

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_is_half_stored() {
    on_sqlite(|test| async move {
        playground(&test).await;
        let mut tx = test.db.write().await.expect("begins");
        let pages = tx
            .fetch_one("PRAGMA page_count", args![])
            .await
            .expect("reads")
            .int("page_count")
            .expect("n");
        tx.fetch_all(format!("PRAGMA max_page_count = {}", pages + 3), args![])
            .await
            .expect("limits the file");
        tx.commit().await.expect("commits");
        let mut tx = test.db.write().await.expect("begins");
        let values = (0..1000).map(|n| [Arg::display(n), Arg::from("x".repeat(200))]);
        let error = tx
            .insert_many("INSERT INTO things (id, word)", "", values)
            .await
            .expect_err("no room");
        assert!(error.is_disk_full() && error.is_passing(), "{error:?}");
        assert!(tx.commit().await.is_err());
        let mut tx = test.db.write().await.expect("begins");
        tx.fetch_all("PRAGMA max_page_count = 1000000", args![])
            .await
            .expect("there is room again");
        tx.execute("INSERT INTO things (id) VALUES ('1')", args![])
            .await
            .expect("stores");
        tx.commit().await.expect("commits");
    })
    .await;
}

#[tokio::test]
async fn an_unusable_url_is_refused_without_repeating_it() {
    let hasty = DbOptions {
        patience: Duration::from_millis(300),
        ..DbOptions::default()
    };
    for (url, expected) in [
        (
            "",
            "database.url is not usable: it must begin with `sqlite:` or `postgres://`",
        ),
        (
            "mysql://root:geheim@localhost/x",
            "database.url is not usable: it must begin with `sqlite:` or `postgres://`",
        ),
        (
            "sqlite:",
            "database.url is not usable: it names no file; write `sqlite:FOLDER/portolan.db`",
        ),
        ("sqlite::memory:", "without `?` or `:memory:`"),
        (
            "postgres://portolan:geheim@localhost:99999/x",
            "write `postgres://USER:PASSWORD@HOST:PORT/DATABASE`",
        ),
        (
            "postgres://portolan:geheim@127.0.0.1:1/x",
            "the database cannot be reached",
        ),
        (
            "sqlite:/nonexistent/geheim/x.db",
            "check that the folder exists and may be written",
        ),
    ] {
        let error = Db::connect(url, &hasty)
            .await
            .err()
            .unwrap_or_else(|| panic!("{url} was accepted"));
        assert!(error.to_string().contains(expected), "{url}: {error}");
        let mut everything = format!("{error:?}");
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(e) = cause {
            everything += &e.to_string();
            cause = e.source();
        }
        assert!(
            !url.contains("geheim@") || !everything.contains("geheim"),
            "{url}: {everything}"
        );
    }
}
