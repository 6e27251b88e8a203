//! SQLite's one writer: those who wait for their turn share a commit, and nothing else.

use std::time::Duration;

use portolan::args;
use portolan::db::{Db, DbError, Tx};

use crate::support::database::{on_both, on_sqlite};
use crate::support::playground::playground;

async fn insert(tx: &mut Tx, id: &str) -> Result<u64, DbError> {
    tx.execute("INSERT INTO things (id, word) VALUES ($1, 'w')", args![id])
        .await
}

async fn stored(db: &Db) -> Vec<String> {
    let mut read = db.read().await.expect("begins");
    read.fetch_all("SELECT id FROM things ORDER BY id", args![])
        .await
        .expect("reads")
        .iter()
        .map(|row| row.text("id").expect("an id"))
        .collect()
}

/// Lets tasks run until they wait.
async fn a_moment() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

type Writing = tokio::task::JoinHandle<Result<(), DbError>>;

/// Writes a row in a task of its own.
fn write(db: &Db, durable: bool, id: &'static str) -> Writing {
    let db = db.clone();
    tokio::spawn(async move {
        let mut tx = if durable {
            db.write().await?
        } else {
            db.write_unsynced().await?
        };
        insert(&mut tx, id).await?;
        tx.commit().await
    })
}

#[tokio::test]
async fn who_waits_shares_a_commit_and_who_fails_takes_back_its_own_work_only() {
    on_both(|test| async move {
        playground(&test).await;
        let mut first = test.db.write().await.expect("begins");
        insert(&mut first, "1").await.expect("stores");
        let others: Vec<Writing> = vec![
            write(&test.db, true, "2"),
            // The row is there already, as far as anybody can tell who comes later.
            write(&test.db, true, "1"),
            write(&test.db, false, "3"),
            write(&test.db, true, "2"),
            write(&test.db, true, "4"),
        ];
        a_moment().await;
        first.commit().await.expect("commits");
        let mut refused = 0;
        for other in others {
            match other.await.expect("no panic") {
                Ok(()) => {}
                Err(DbError::Unique { index, .. }) if index == "things_pkey" => refused += 1,
                Err(e) => panic!("{e:?}"),
            }
        }
        assert_eq!(refused, 2);
        assert_eq!(stored(&test.db).await, ["1", "2", "3", "4"]);
    })
    .await;
}

#[tokio::test]
async fn who_goes_without_a_commit_leaves_no_trace_in_the_commit_of_others() {
    on_sqlite(|test| async move {
        playground(&test).await;
        let mut first = test.db.write().await.expect("begins");
        insert(&mut first, "1").await.expect("stores");
        let dropped = {
            let db = test.db.clone();
            tokio::spawn(async move {
                let mut tx = db.write().await.expect("begins");
                insert(&mut tx, "dropped").await.expect("stores");
            })
        };
        let undone = {
            let db = test.db.clone();
            tokio::spawn(async move {
                let mut tx = db.write().await.expect("begins");
                insert(&mut tx, "undone").await.expect("stores");
                tx.rollback().await.expect("rolls back");
            })
        };
        let impatient = write(&test.db, true, "impatient");
        let last = write(&test.db, true, "2");
        a_moment().await;
        // It has not had its turn yet.
        impatient.abort();
        first.commit().await.expect("commits");
        dropped.await.expect("no panic");
        undone.await.expect("no panic");
        last.await.expect("no panic").expect("commits");
        assert!(impatient.await.is_err_and(|e| e.is_cancelled()));
        assert_eq!(stored(&test.db).await, ["1", "2"]);
        // Nothing is left open.
        drop(test.db.write().await.expect("begins"));
        test.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn who_was_refused_finds_what_it_was_refused_for() {
    on_both(|test| async move {
        playground(&test).await;
        for round in 0..20 {
            let id: &'static str = format!("{round:02}").leak();
            let mut first = test.db.write().await.expect("begins");
            insert(&mut first, id).await.expect("stores");
            let late: Vec<_> = (0..6)
                .map(|_| {
                    let db = test.db.clone();
                    tokio::spawn(async move {
                        let mut tx = db.write().await.expect("begins");
                        let error = insert(&mut tx, id).await.expect_err("it is there");
                        assert!(error.is_unique_violation(), "{error:?}");
                        drop(tx);
                        stored(&db).await.iter().any(|one| one == id)
                    })
                })
                .collect();
            let also = write(&test.db, true, format!("{round:02}+").leak());
            a_moment().await;
            first.commit().await.expect("commits");
            for one in late {
                assert!(one.await.expect("no panic"), "round {round}");
            }
            also.await.expect("no panic").expect("commits");
        }
    })
    .await;
}

#[tokio::test]
async fn a_full_disk_is_said_to_all_who_share_the_commit_and_passes() {
    on_sqlite(|test| async move {
        playground(&test).await;
        let mut tx = test.db.write().await.expect("begins");
        let pages = tx
            .fetch_one("PRAGMA page_count", args![])
            .await
            .expect("reads")
            .int("page_count")
            .expect("n");
        let limit = format!("PRAGMA max_page_count = {}", pages + 3);
        tx.fetch_all(limit, args![]).await.expect("limits the file");
        tx.commit().await.expect("commits");

        let mut first = test.db.write().await.expect("begins");
        insert(&mut first, "1").await.expect("stores");
        let greedy = {
            let db = test.db.clone();
            tokio::spawn(async move {
                let mut tx = db.write().await?;
                let word = "x".repeat(100_000);
                tx.execute(
                    "INSERT INTO things (id, word) VALUES ('big', $1)",
                    args![word],
                )
                .await?;
                tx.commit().await
            })
        };
        a_moment().await;
        let first = first.commit().await;
        let greedy = greedy.await.expect("no panic").expect_err("no room");
        assert!(greedy.is_disk_full(), "{greedy:?}");
        // SQLite may have undone the first one's work, too: it is told so, and nothing of it is there.
        let error = first.expect_err("shared the commit");
        assert!(error.is_disk_full() && error.is_passing(), "{error:?}");
        assert!(stored(&test.db).await.is_empty());

        let mut tx = test.db.write().await.expect("begins");
        tx.fetch_all("PRAGMA max_page_count = 1000000", args![])
            .await
            .expect("there is room again");
        insert(&mut tx, "2").await.expect("stores");
        tx.commit().await.expect("commits");
        assert_eq!(stored(&test.db).await, ["2"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_of_all_kinds_keep_what_they_were_told_and_nothing_else() {
    on_both(|test| async move {
        playground(&test).await;
        let writers: Vec<_> = (0..16_u32)
            .map(|writer| {
                let db = test.db.clone();
                tokio::spawn(async move {
                    let mut kept = Vec::new();
                    for round in 0..25_u32 {
                        let id = format!("{writer:02}-{round:02}");
                        let work = async {
                            let mut tx = if (writer + round) % 3 == 0 {
                                db.write_unsynced().await?
                            } else {
                                db.write().await?
                            };
                            insert(&mut tx, &id).await?;
                            match round % 5 {
                                // Everybody wants this one, and one gets it.
                                1 => drop(insert(&mut tx, &format!("x-{round:02}")).await?),
                                2 => return tx.rollback().await.map(|()| false),
                                3 => return Ok(false),
                                _ => {}
                            }
                            tx.commit().await.map(|()| true)
                        };
                        // Some lose their patience somewhere in between.
                        let patience = Duration::from_micros(match round % 7 {
                            6 => u64::from(writer) * 150,
                            _ => 60_000_000,
                        });
                        match tokio::time::timeout(patience, work).await {
                            Ok(Ok(true)) => kept.push((id, true)),
                            Ok(Ok(false)) => kept.push((id, false)),
                            Ok(Err(e)) if e.is_unique_violation() => kept.push((id, false)),
                            // The commit was shared with somebody who went in the middle of it.
                            Ok(Err(e)) if e.is_busy() => kept.push((id, false)),
                            Ok(Err(e)) => panic!("{e:?}"),
                            // Whether that was before or after the commit nobody knows.
                            Err(_) => {}
                        }
                    }
                    kept
                })
            })
            .collect();
        let mut told = Vec::new();
        for writer in writers {
            told.extend(writer.await.expect("no panic"));
        }
        let stored = stored(&test.db).await;
        for (id, is_there) in told {
            assert_eq!(stored.contains(&id), is_there, "{id}");
        }
        test.db.close().await;
    })
    .await;
}
