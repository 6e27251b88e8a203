//! The database handle: the same behaviour on SQLite and PostgreSQL.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use portolan::args;
use portolan::db::{Arg, Db, DbError, DbOptions, Engine, Signal};
use pretty_assertions::assert_eq;

use crate::support::database::{on_both, on_postgres};
use crate::support::playground::{INSERT, playground, refusal};

#[tokio::test]
async fn each_kind_of_value_comes_back_as_it_went_in() {
    on_both(|test| async move {
        playground(&test).await;
        let text = "größer \u{1F4DE} 'quoted' $1 ?";
        let mut tx = test.db.write().await.expect("begins");
        tx.execute(INSERT, args!["a", text, -5_i64, true, vec![0_u8, 255]]).await.expect("stores");
        let none = args!["b", None::<String>, None::<i64>, None::<bool>, None::<Vec<u8>>];
        tx.execute(INSERT, none).await.expect("stores NULLs by the same statement");
        tx.execute(INSERT, args!["c", r#"{"k":[1,2]}"#, 7_i64, false, Vec::<u8>::new()]).await.expect("stores");
        tx.commit().await.expect("commits");

        let mut read = test.db.read().await.expect("begins");
        let rows = read.fetch_all("SELECT * FROM things ORDER BY id", args![]).await.expect("reads");
        let [a, b, c] = rows.as_slice() else { panic!("three rows") };
        assert_eq!(a.text("word").expect("a text"), text);
        assert_eq!((a.int("number").expect("a number"), a.bool("flag").expect("a flag")), (-5, true));
        assert_eq!(a.instant("number").expect("an instant"), Timestamp::from_microsecond(-5).expect("in range"));
        assert_eq!(a.bytes("bytes").expect("bytes"), [0, 255]);
        assert_eq!((b.opt_text("word").expect("NULL"), b.opt_int("number").expect("NULL")), (None, None));
        assert_eq!((b.opt_bool("flag").expect("NULL"), b.opt_bytes("bytes").expect("NULL")), (None, None));
        assert!(!c.bool("flag").expect("a flag") && c.bytes("bytes").expect("bytes").is_empty());
        assert_eq!(c.json::<BTreeMap<String, Vec<u8>>>("word").expect("JSON")["k"], [1, 2]);

        let flagged = read.fetch_all("SELECT id FROM things WHERE flag", args![]).await.expect("a flag is a condition");
        assert_eq!(flagged.len(), 1);
        let sums = "SELECT COUNT(*) AS n, CAST(SUM(number) AS BIGINT) AS sum, 1 AS one, MAX(flag = TRUE) AS x FROM things";
        let sums = if test.engine() == Engine::Sqlite { sums.to_owned() } else { sums.replace("MAX(", "bool_or(") };
        let row = read.fetch_one(sums, args![]).await.expect("reads");
        assert_eq!((row.int("n").expect("n"), row.int("sum").expect("sum"), row.int("one").expect("one")), (3, 2, 1));
        assert!(row.bool("x").expect("a computed flag"));
    })
    .await;
}

#[tokio::test]
async fn a_value_that_cannot_be_used_is_named_but_not_shown() {
    on_both(|test| async move {
        playground(&test).await;
        let mut tx = test.db.write().await.expect("begins");
        tx.execute(INSERT, args!["a", "hush-hush", 3_000_000_000_i64 / 1_000_000, None::<bool>, None::<Vec<u8>>]).await.expect("stores");
        tx.commit().await.expect("commits");
        let mut read = test.db.read().await.expect("begins");
        let row = read.fetch_one("SELECT * FROM things", args![]).await.expect("reads");
        let errors = [
            row.parse::<portolan::ids::PortId>("word").expect_err("not an id").to_string(),
            row.json::<u8>("word").expect_err("not JSON").to_string(),
            row.bool("flag").expect_err("NULL").to_string(),
            row.small::<u8>("number").expect_err("too large").to_string(),
            row.text("absent").expect_err("no such column").to_string(),
        ];
        assert_eq!(
            errors,
            [
                "the stored value of column `word` cannot be used: not a valid PortId",
                "the stored value of column `word` cannot be used: not the expected JSON (Syntax error, line 1, column 1)",
                "the stored value of column `flag` cannot be used: it is NULL",
                "the stored value of column `number` cannot be used: the number is out of range",
                "the stored value of column `absent` cannot be used: the query returns no such column",
            ]
        );
        assert!(row.int("word").expect_err("not a number").to_string().contains("column `word`"));
    })
    .await;
}

#[tokio::test]
async fn a_refused_row_says_which_rule_refused_it() {
    on_both(|test| async move {
        playground(&test).await;
        let mut tx = test.db.write().await.expect("begins");
        tx.execute(INSERT, args!["a", "w", 1_i64, true, None::<Vec<u8>>])
            .await
            .expect("stores");
        tx.execute("INSERT INTO parts VALUES ('a', 1)", args![])
            .await
            .expect("stores");
        tx.commit().await.expect("commits");
        let cases: [(&'static str, &'static str); 7] = [
            ("INSERT INTO things (id) VALUES ('a')", "unique things_pkey"),
            (
                "INSERT INTO things (id, word, number, flag) VALUES ('b', 'w', 1, TRUE)",
                "unique things_one_word",
            ),
            ("INSERT INTO parts VALUES ('a', 1)", "unique parts_pkey"),
            ("INSERT INTO parts VALUES ('nobody', 1)", "foreign key"),
            ("DELETE FROM things", "foreign key"),
            (
                "INSERT INTO things (id, number) VALUES ('b', 1000000)",
                "refused things_small",
            ),
            ("INSERT INTO things (id) VALUES (NULL)", "refused id"),
        ];
        for (sql, expected) in cases {
            let mut tx = test.db.write().await.expect("begins");
            let error = tx.execute(sql, args![]).await.expect_err(sql);
            assert_eq!(refusal(&error), expected, "{sql}");
            assert_eq!(error.is_unique_violation(), expected.starts_with("unique"));
            assert_eq!(
                tx.commit()
                    .await
                    .expect_err("a spoilt transaction")
                    .to_string(),
                DbError::Failed.to_string()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_failed_once_stores_nothing_even_if_it_goes_on() {
    on_both(|test| async move {
        playground(&test).await;
        let mut tx = test.db.write().await.expect("begins");
        tx.execute("INSERT INTO things (id) VALUES ('before')", args![])
            .await
            .expect("stores");
        tx.execute("INSERT INTO things (id) VALUES ('before')", args![])
            .await
            .expect_err("twice");
        let after = tx
            .execute("INSERT INTO things (id) VALUES ('after')", args![])
            .await;
        assert!(matches!(after, Err(DbError::Failed)), "{after:?}");
        assert!(matches!(tx.commit().await, Err(DbError::Failed)));
        let mut read = test.db.read().await.expect("begins");
        assert!(
            read.fetch_optional("SELECT id FROM things", args![])
                .await
                .expect("reads")
                .is_none()
        );
        assert!(matches!(
            read.fetch_one("SELECT id FROM things", args![]).await,
            Err(DbError::NoRow)
        ));
        assert!(
            read.fetch_optional("SELECT 1 AS n", args![])
                .await
                .expect("an absent row spoils nothing")
                .is_some()
        );
    })
    .await;
}

#[tokio::test]
async fn a_reading_sees_one_moment_and_cannot_write() {
    on_both(|test| async move {
        playground(&test).await;
        let mut read = test.db.read().await.expect("begins");
        let count = "SELECT COUNT(*) AS n FROM things";
        assert_eq!(
            read.fetch_one(count, args![])
                .await
                .expect("reads")
                .int("n")
                .expect("n"),
            0
        );
        let mut tx = test.db.write().await.expect("a reader holds up no writer");
        tx.execute("INSERT INTO things (id) VALUES ('a')", args![])
            .await
            .expect("stores");
        tx.commit().await.expect("commits");
        assert_eq!(
            read.fetch_one(count, args![])
                .await
                .expect("reads")
                .int("n")
                .expect("n"),
            0,
            "still the old moment"
        );
        let mut later = test.db.read().await.expect("begins");
        assert_eq!(
            later
                .fetch_one(count, args![])
                .await
                .expect("reads")
                .int("n")
                .expect("n"),
            1
        );
        let error = later
            .fetch_all("DELETE FROM things RETURNING id", args![])
            .await
            .expect_err("only reads");
        assert_eq!(refusal(&error), "read only");
    })
    .await;
}

#[tokio::test]
async fn many_rows_go_in_at_once_whatever_their_number() {
    on_both(|test| async move {
        playground(&test).await;
        // 6,000 values a statement are 1,500 rows of these: none, one, all but one, exactly, one more.
        let mut first = 0_i64;
        for rows in [0_i64, 1, 1_499, 1_500, 1_501, 100_000] {
            let mut tx = test.db.write().await.expect("begins");
            let values = (first..first + rows).map(|n| {
                [
                    Arg::display(format_args!("{n:06}")),
                    Arg::word("w"),
                    Arg::from(n % 1000),
                    Arg::from(None::<bool>),
                ]
            });
            tx.insert_many("INSERT INTO things (id, word, number, flag)", "", values)
                .await
                .expect("stores");
            tx.commit().await.expect("commits");
            first += rows;
        }
        let mut tx = test.db.write().await.expect("begins");
        let again = (0..5).map(|n| [Arg::display(format_args!("{:06}", n * 50_000))]);
        // Ids 000000, 050000 and 100000 exist; 150000 and 200000 are new.
        tx.insert_many("INSERT INTO things (id)", "ON CONFLICT DO NOTHING", again)
            .await
            .expect("stores");
        let row = tx
            .fetch_one(
                "SELECT COUNT(DISTINCT id) AS n, MIN(id) AS a FROM things",
                args![],
            )
            .await
            .expect("reads");
        assert_eq!(
            (row.int("n").expect("n"), row.text("a").expect("a").as_str()),
            (first + 2, "000000")
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_put_off_is_there_for_the_next_query_and_says_what_it_refuses() {
    on_both(|test| async move {
        playground(&test).await;
        let mut tx = test.db.write().await.expect("begins");
        for n in 0..3_i64 {
            tx.later(
                "INSERT INTO things (id, word, number) VALUES ($1, $2, $3)",
                args![Arg::display(n), "put? off $1", n * 2],
            )
            .await
            .expect("keeps");
        }
        tx.insert_many("INSERT INTO things (id, number)", "", (3..5_i64).map(|n| [Arg::display(n), n.into()]))
            .await
            .expect("keeps");
        tx.later("UPDATE things SET number = $2 WHERE id = $1", args!["4", 40])
            .await
            .expect("keeps");
        let row = tx
            .fetch_one(
                "SELECT COUNT(*) AS n, CAST(SUM(number) AS BIGINT) AS total, COUNT(word) AS words FROM things WHERE $1 = 1",
                args![1],
            )
            .await
            .expect("sees it");
        let figure = |name| row.int(name).expect("a number");
        assert_eq!((figure("n"), figure("total"), figure("words")), (5, 2 + 4 + 3 + 40, 3));
        tx.later("DELETE FROM things WHERE id = $1", args!["0"])
            .await
            .expect("keeps");
        tx.commit().await.expect("commits");

        let mut tx = test.db.write().await.expect("begins");
        tx.later("INSERT INTO things (id) VALUES ($1)", args!["9"])
            .await
            .expect("keeps");
        let kept = tx.later("INSERT INTO things (id) VALUES ($1)", args!["1"]).await;
        let error = match kept {
            Ok(()) => tx.settle().await.expect_err("it is there"),
            Err(e) => e,
        };
        assert_eq!(error.constraint(), Some("things_pkey"), "{error:?}");
        assert!(tx.commit().await.is_err());
        let mut read = test.db.read().await.expect("begins");
        let row = read
            .fetch_one("SELECT COUNT(*) AS n FROM things", args![])
            .await
            .expect("reads");
        assert_eq!(row.int("n").expect("n"), 4, "nothing of the failed one is there");
    })
    .await;
}

#[tokio::test]
async fn rows_that_are_alike_share_values_and_keep_their_own() {
    on_both(|test| async move {
        playground(&test).await;
        // Two values of its own each: 3,000 rows a statement.
        let mut first = 0_i64;
        for rows in [0_i64, 1, 2_999, 3_000, 3_001, 20_000] {
            let items: Vec<i64> = (first..first + rows).collect();
            let mut tx = test.db.write().await.expect("begins");
            tx.insert_alike(
                    "INSERT INTO things (word, flag, bytes, id, number)",
                    [
                        Arg::display(format_args!("of {rows}")),
                        false.into(),
                        Arg::Bytes(None),
                    ],
                    &items,
                    |n| [Arg::display(format_args!("{n:06}")), (n * 7).into()],
                )
                .await
                .expect("stores");
            tx.commit().await.expect("commits");
            first += rows;
        }
        let mut read = test.db.read().await.expect("begins");
        let row = read
            .fetch_one(
                "SELECT COUNT(*) AS n, CAST(SUM(number) AS BIGINT) AS total, COUNT(DISTINCT word) AS words,
                    (SELECT COUNT(*) FROM things WHERE word = 'of 20000' AND bytes IS NULL) AS last
                 FROM things WHERE NOT flag",
                args![],
            )
            .await
            .expect("reads");
        let figure = |name| row.int(name).expect("a number");
        assert_eq!(figure("n"), first);
        assert_eq!(figure("total"), 7 * first * (first - 1) / 2);
        assert_eq!((figure("words"), figure("last")), (5, 20_000));
        let row = read
            .fetch_one("SELECT word, number FROM things WHERE id = '003000'", args![])
            .await
            .expect("reads");
        assert_eq!(
            (row.text("word").expect("a word").as_str(), row.int("number").expect("n")),
            ("of 3000", 21_000)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_that_read_first_wait_for_each_other_instead_of_failing() {
    on_both(|test| async move {
        playground(&test).await;
        let mut tx = test.db.write().await.expect("begins");
        tx.execute("INSERT INTO things (id, number) VALUES ('sum', 0)", args![])
            .await
            .expect("stores");
        tx.commit().await.expect("commits");
        let writers = (0..8).map(|_| {
            let db = test.db.clone();
            tokio::spawn(async move {
                let lock = if db.engine() == Engine::Postgres {
                    "FOR UPDATE"
                } else {
                    ""
                };
                for _ in 0..25 {
                    let mut tx = db.write().await.expect("begins");
                    let sql = format!("SELECT number FROM things WHERE id = 'sum' {lock}");
                    let sum = tx
                        .fetch_one(sql, args![])
                        .await
                        .expect("reads")
                        .int("number")
                        .expect("a number");
                    tx.execute(
                        "UPDATE things SET number = $1 WHERE id = 'sum'",
                        args![sum + 1],
                    )
                    .await
                    .expect("writes");
                    tx.commit().await.expect("commits");
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.expect("no writer failed");
        }
        let mut read = test.db.read().await.expect("begins");
        let sum = read
            .fetch_one("SELECT number FROM things WHERE id = 'sum'", args![])
            .await
            .expect("reads");
        assert_eq!(sum.int("number").expect("a number"), 200);
    })
    .await;
}

#[tokio::test]
async fn a_commit_is_announced_and_a_rollback_is_not() {
    on_both(|test| async move {
        let mut here = test.db.signals();
        let mut tx = test.db.write().await.expect("begins");
        tx.signal(Signal::about("port", "given up"));
        drop(tx);
        let mut tx = test.db.write().await.expect("begins");
        tx.signal(Signal::about("port", "kept"));
        tx.signal(Signal::about("port", "kept"));
        // A node that begins to listen tells everybody to look by themselves, whenever that is:
        // such a word (`None`) may come between, and is about no commit.
        while let Some(early) = here.waiting() {
            assert!(
                early.is_none_or(|signal| signal.topic != "port"),
                "nothing is said before the commit"
            );
        }
        tx.commit().await.expect("commits");
        let mut heard = Vec::new();
        while let Some(signal) = here.waiting() {
            heard.extend(signal.filter(|s| s.topic == "port"));
        }
        assert_eq!(heard, [Signal::about("port", "kept")], "said once");
    })
    .await;
}

#[tokio::test]
async fn the_other_nodes_hear_a_commit() {
    on_postgres(|test| async move {
        let other = test.another_node().await;
        let mut there = other.signals();
        // The first thing a node hears is that it should look, once it listens.
        there.of("jobs").await;
        for n in 0..300 {
            let mut tx = test.db.write().await.expect("begins");
            tx.signal(Signal::about("port", format!("{n:0100}")));
            tx.commit().await.expect("commits");
        }
        for n in 0..300 {
            assert_eq!(
                there.next().await,
                Some(Signal::about("port", format!("{n:0100}")))
            );
        }
        let mut tx = other.write().await.expect("begins");
        tx.signal(Signal::about("port", "mine"));
        tx.commit().await.expect("commits");
        assert_eq!(there.next().await, Some(Signal::about("port", "mine")));
        assert!(
            tokio::time::timeout(Duration::from_millis(200), there.next())
                .await
                .is_err(),
            "no echo of one's own"
        );
    })
    .await;
}

#[tokio::test]
async fn only_an_unsynced_write_may_be_lost_in_a_power_cut() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}/test.db", folder.path().display());
    let db = Db::connect(&url, &DbOptions::default())
        .await
        .expect("opens");
    for (durable, expected) in [(true, 2), (false, 1), (false, 1), (true, 2), (false, 1)] {
        let mut tx = if durable {
            db.write().await
        } else {
            db.write_unsynced().await
        }
        .expect("begins");
        let level = tx
            .fetch_one("PRAGMA synchronous", args![])
            .await
            .expect("reads")
            .int("synchronous")
            .expect("a level");
        assert_eq!(level, expected, "FULL is 2, NORMAL is 1");
        tx.commit().await.expect("commits");
    }
    let mode = db
        .read()
        .await
        .expect("begins")
        .fetch_one("PRAGMA journal_mode", args![])
        .await
        .expect("reads");
    assert_eq!(mode.text("journal_mode").expect("a word"), "wal");
}
