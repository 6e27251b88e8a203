//! The migrations: the same schema on both engines, applied once, refused if unknown.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use portolan::args;
use portolan::db::migrate::{MIGRATIONS, MigrateError, Migration};
use portolan::db::{DbError, Engine, Session};
use pretty_assertions::assert_eq;

use crate::support::database::{TestDb, on_both, on_postgres, on_sqlite, server};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn and(more: &[Migration]) -> &'static [Migration] {
    [MIGRATIONS, more].concat().leak()
}

fn step(version: i64, name: &'static str, sql: &'static str) -> Migration {
    Migration {
        version,
        name,
        sqlite: sql,
        postgres: sql,
    }
}

fn migrate_error(error: DbError) -> MigrateError {
    match error {
        DbError::Migrate(e) => e,
        other => panic!("{other:?}"),
    }
}

#[test]
fn migrations_are_listed_in_order_under_their_files_names() {
    for (migration, next) in MIGRATIONS.iter().zip(1..) {
        assert_eq!(migration.version, next, "{}", migration.name);
        assert!(
            migration.name.starts_with(&format!("{next:04}_")),
            "{}",
            migration.name
        );
        assert!(
            migration.name[5..]
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'_'),
            "{}",
            migration.name
        );
    }
    for engine in ["sqlite", "postgres"] {
        let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .expect("the folder")
            .map(|file| {
                file.expect("a file")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect();
        let listed: BTreeSet<String> = MIGRATIONS
            .iter()
            .map(|m| format!("{}.sql", m.name))
            .collect();
        assert_eq!(
            files, listed,
            "each file of migrations/{engine} is in the list"
        );
    }
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    on_both(|test| async move {
        assert!(
            test.db
                .migrate(NOW)
                .await
                .expect("nothing to do")
                .is_empty()
        );
        test.db.check_schema().await.expect("up to date");
        let more = and(&[
            step(
                901,
                "0901_a",
                "CREATE TABLE a (x TEXT); CREATE TABLE b (x TEXT)",
            ),
            step(902, "0902_b", "DROP TABLE b"),
        ]);
        assert_eq!(
            test.db.migrate_with(more, NOW).await.expect("applies"),
            ["0901_a", "0902_b"]
        );
        assert!(
            test.db
                .migrate_with(more, NOW)
                .await
                .expect("nothing to do")
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn a_database_that_this_program_does_not_know_is_refused() {
    on_both(|test| async move {
        let newer = and(&[step(999, "0999_from_the_future", "CREATE TABLE future (x TEXT)")]);
        test.db.migrate_with(newer, NOW).await.expect("applies");
        for refused in [test.db.migrate(NOW).await.map(|_| ()), test.db.check_schema().await] {
            let error = migrate_error(refused.expect_err("unknown"));
            assert!(matches!(&error, MigrateError::Newer { found: 999, name, .. } if name == "0999_from_the_future"), "{error}");
            assert!(error.to_string().contains("start the newer Portolan"), "{error}");
        }
        let edited = and(&[step(999, "0999_from_the_future", "CREATE TABLE future (y TEXT)")]);
        let error = migrate_error(test.db.migrate_with(edited, NOW).await.expect_err("edited"));
        assert!(matches!(error, MigrateError::Changed { name: "0999_from_the_future" }), "{error}");
        let line_ends = and(&[step(999, "0999_from_the_future", "CREATE TABLE future\r (x TEXT)")]);
        assert!(test.db.migrate_with(line_ends, NOW).await.expect("only line ends differ").is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_step_that_fails_leaves_no_trace() {
    on_both(|test| async move {
        let broken = and(&[
            step(901, "0901_good", "CREATE TABLE good (x TEXT)"),
            step(
                902,
                "0902_broken",
                "CREATE TABLE half (x TEXT); CREATE TABLE good (x TEXT)",
            ),
        ]);
        let error = migrate_error(test.db.migrate_with(broken, NOW).await.expect_err("broken"));
        assert!(
            matches!(
                error,
                MigrateError::Step {
                    name: "0902_broken",
                    ..
                }
            ),
            "{error}"
        );
        let mended = and(&[
            step(901, "0901_good", "CREATE TABLE good (x TEXT)"),
            step(902, "0902_mended", "CREATE TABLE half (x TEXT)"),
        ]);
        assert_eq!(
            test.db.migrate_with(mended, NOW).await.expect("applies"),
            ["0902_mended"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_behind_says_so() {
    on_both(|test| async move {
        let mut tx = test.db.write().await.expect("begins");
        tx.execute("DROP TABLE schema_migrations", args![]).await.expect("drops");
        tx.commit().await.expect("commits");
        let error = migrate_error(test.db.check_schema().await.expect_err("behind"));
        let all = MIGRATIONS.len();
        assert!(matches!(error, MigrateError::Pending { missing, first: "0001_jobs" } if missing == all), "{error}");
        assert!(error.to_string().ends_with("run `portolan migrate`"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_start_together_migrate_once() {
    on_postgres(|test| async move {
        let more = and(&[
            step(901, "0901_a", "CREATE TABLE a (x TEXT)"),
            step(902, "0902_b", "CREATE TABLE b (x TEXT)"),
            step(903, "0903_c", "CREATE TABLE c (x TEXT)"),
        ]);
        let mut nodes = Vec::new();
        for _ in 0..4 {
            let db = test.another_node().await;
            nodes.push(tokio::spawn(async move {
                db.migrate_with(more, NOW).await.expect("no node fails")
            }));
        }
        let mut applied = Vec::new();
        for node in nodes {
            applied.extend(node.await.expect("no node fails"));
        }
        applied.sort_unstable();
        assert_eq!(
            applied,
            ["0901_a", "0902_b", "0903_c"],
            "each step by one node"
        );
    })
    .await;
}

/// What both engines have to agree on.
#[derive(Debug, Default, PartialEq, Eq)]
struct Schema {
    /// Table and column to type, and whether it may be NULL.
    columns: BTreeMap<(String, String), (String, bool)>,
    /// Index to table, its columns, and whether it is unique and partial.
    indexes: BTreeMap<String, (String, String, bool, bool)>,
    /// Table to the columns of its primary key.
    keys: BTreeMap<String, String>,
    /// Table and column to what it refers to.
    references: BTreeSet<(String, String, String)>,
}

async fn schema(test: &TestDb) -> Schema {
    let mut read = test.db.read().await.expect("begins");
    let session: &mut Session = &mut read;
    let queries: [&'static str; 4] = match session.engine() {
        Engine::Sqlite => [
            "SELECT t.name AS tab, c.name AS col, lower(c.type) AS typ, c.\"notnull\" = 0 AS nullable \
             FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
            "SELECT i.name AS idx, t.name AS tab, i.\"unique\" = 1 AS uniq, i.partial = 1 AS partial, \
                (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS cols \
             FROM sqlite_master t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin = 'c'",
            "SELECT t.name AS tab, (SELECT group_concat(name, ',') FROM \
                (SELECT name FROM pragma_table_info(t.name) WHERE pk > 0 ORDER BY pk)) AS cols \
             FROM sqlite_master t WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
            "SELECT t.name AS tab, f.\"from\" AS col, f.\"table\" AS target FROM sqlite_master t, pragma_foreign_key_list(t.name) f \
             WHERE t.type = 'table'",
        ],
        Engine::Postgres => [
            "SELECT table_name::text AS tab, column_name::text AS col, data_type::text AS typ, is_nullable = 'YES' AS nullable \
             FROM information_schema.columns WHERE table_schema = 'public'",
            "SELECT i.relname::text AS idx, t.relname::text AS tab, x.indisunique AS uniq, x.indpred IS NOT NULL AS partial, \
                (SELECT string_agg(a.attname::text, ',' ORDER BY k.n) FROM unnest(x.indkey) WITH ORDINALITY k(attnum, n) \
                 JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum) AS cols \
             FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
             WHERE t.relnamespace = 'public'::regnamespace AND NOT x.indisprimary",
            "SELECT t.relname::text AS tab, (SELECT string_agg(a.attname::text, ',' ORDER BY k.n) \
                 FROM unnest(x.indkey) WITH ORDINALITY k(attnum, n) \
                 JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum) AS cols \
             FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid \
             WHERE t.relnamespace = 'public'::regnamespace AND x.indisprimary",
            "SELECT c.conrelid::regclass::text AS tab, a.attname::text AS col, c.confrelid::regclass::text AS target \
             FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) WHERE c.contype = 'f'",
        ],
    };
    let mut schema = Schema::default();
    let [columns, indexes, keys, references] = queries;
    for row in session.fetch_all(columns, args![]).await.expect("reads") {
        let typ = match row.text("typ").expect("typ").as_str() {
            "text" => "text",
            // SQLite has one type for numbers and flags.
            "integer" | "bigint" | "boolean" => "number or flag",
            "blob" | "bytea" => "bytes",
            other => panic!("{other} is not a type that both engines have"),
        };
        let place = (row.text("tab").expect("tab"), row.text("col").expect("col"));
        schema.columns.insert(
            place,
            (typ.to_owned(), row.bool("nullable").expect("nullable")),
        );
    }
    for row in session.fetch_all(indexes, args![]).await.expect("reads") {
        let about = (
            row.text("tab").expect("tab"),
            row.text("cols").expect("cols"),
            row.bool("uniq").expect("uniq"),
            row.bool("partial").expect("partial"),
        );
        schema.indexes.insert(row.text("idx").expect("idx"), about);
    }
    for row in session.fetch_all(keys, args![]).await.expect("reads") {
        schema.keys.insert(
            row.text("tab").expect("tab"),
            row.text("cols").expect("each table has a primary key"),
        );
    }
    for row in session.fetch_all(references, args![]).await.expect("reads") {
        let text = |name| row.text(name).expect("a text");
        schema
            .references
            .insert((text("tab"), text("col"), text("target")));
    }
    schema
}

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_and_indexes() {
    if server().is_none() {
        return;
    }
    let (send, mut found) = tokio::sync::mpsc::unbounded_channel();
    on_both(|test| {
        let send = send.clone();
        async move { send.send(schema(&test).await).expect("somebody compares") }
    })
    .await;
    let (sqlite, postgres) = (
        found.recv().await.expect("SQLite's"),
        found.recv().await.expect("PostgreSQL's"),
    );
    assert!(
        sqlite.columns.len() > 20 && sqlite.indexes.len() > 5,
        "the comparison looks at something"
    );
    assert_eq!(sqlite, postgres);
}

/// PostgreSQL sorts TEXT by the database's language unless the column says otherwise; SQLite by bytes.
#[tokio::test]
async fn texts_sort_by_their_bytes_on_postgresql_too() {
    on_postgres(|test| async move {
        let mut read = test.db.read().await.expect("begins");
        let sql = "SELECT table_name::text AS tab, column_name::text AS col FROM information_schema.columns \
                   WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'";
        let wrong = read.fetch_all(sql, args![]).await.expect("reads");
        let wrong: Vec<String> =
            wrong.iter().map(|r| format!("{}.{}", r.text("tab").expect("tab"), r.text("col").expect("col"))).collect();
        assert!(wrong.is_empty(), "write COLLATE \"C\" for {wrong:?}");
    })
    .await;
}

/// Without STRICT a text can be stored in a column for numbers, which PostgreSQL would refuse.
#[tokio::test]
async fn tables_are_strict_on_sqlite() {
    on_sqlite(|test| async move {
        let mut read = test.db.read().await.expect("begins");
        let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'";
        let lax = read.fetch_all(sql, args![]).await.expect("reads");
        let lax: Vec<String> = lax.iter().map(|r| r.text("name").expect("a name")).collect();
        assert!(lax.is_empty(), "write STRICT for {lax:?}");
    })
    .await;
}
