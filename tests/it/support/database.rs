//! A fresh database for each test, on both engines.
//!
//! PostgreSQL is the server that PORTOLAN_TEST_POSTGRES_URL names (`scripts/postgres.sh run …` sets it).
//! Without it that half of a test prints one line and is skipped, unless PORTOLAN_REQUIRE_POSTGRES=1
//! makes its absence a failure.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use jiff::Timestamp;
use portolan::db::migrate::MIGRATIONS;
use portolan::db::{Db, DbOptions, Durability, Engine};
use sha2::{Digest as _, Sha256};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _};

/// A database of a test's own, migrated, and gone when the test ends.
pub struct TestDb {
    /// The database.
    pub db: Db,
    /// How to connect to it.
    pub url: String,
    options: DbOptions,
}

impl TestDb {
    /// Which engine it is, for the messages of a test that runs on both.
    pub fn engine(&self) -> Engine {
        self.db.engine()
    }

    /// The database as another node sees it: connections of its own on PostgreSQL. On SQLite all
    /// parts of the one process share theirs.
    pub async fn another_node(&self) -> Db {
        match self.engine() {
            Engine::Sqlite => self.db.clone(),
            Engine::Postgres => Db::connect(&self.url, &self.options)
                .await
                .expect("the server is there"),
        }
    }

    /// Closes the database and opens it again, as a restart does.
    pub async fn restart(&mut self) {
        self.db.close().await;
        self.db = Db::connect(&self.url, &self.options)
            .await
            .expect("the database is there");
    }

    async fn sqlite(folder: &Path) -> Self {
        let url = format!("sqlite:{}/test.db", folder.display());
        // A test's data does not have to survive a power cut.
        let options = DbOptions {
            durability: Durability::Normal,
            ..DbOptions::default()
        };
        let db = Db::connect(&url, &options).await.expect("the file opens");
        db.migrate(Timestamp::UNIX_EPOCH)
            .await
            .expect("the schema is made");
        Self { db, url, options }
    }

    async fn postgres(url: String) -> Self {
        let options = DbOptions {
            connections: 8,
            ..DbOptions::default()
        };
        let db = Db::connect(&url, &options)
            .await
            .expect("the server is there");
        Self { db, url, options }
    }
}

/// Runs a test on SQLite, then on PostgreSQL if there is one.
pub async fn on_both<F: Future<Output = ()>>(test: impl Fn(TestDb) -> F) {
    on_sqlite(&test).await;
    on_postgres(&test).await;
}

/// Runs a test on SQLite only.
pub async fn on_sqlite<F: Future<Output = ()>>(test: impl Fn(TestDb) -> F) {
    eprintln!("on SQLite");
    let folder = tempfile::tempdir().expect("a temporary folder");
    test(TestDb::sqlite(folder.path()).await).await;
}

/// Runs a test on PostgreSQL only.
pub async fn on_postgres<F: Future<Output = ()>>(test: impl Fn(TestDb) -> F) {
    let Some(server) = server() else { return };
    eprintln!("on PostgreSQL");
    let name = create_database(&server).await;
    let url = server.with_database(&name);
    let outcome = AssertUnwindSafe(async { test(TestDb::postgres(url).await).await })
        .catch_unwind()
        .await;
    drop_database(&server, &name).await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

/// The PostgreSQL server for tests.
pub struct Server(url::Url);

/// The server, if one was named; says so once per test if not.
pub fn server() -> Option<Server> {
    match std::env::var("PORTOLAN_TEST_POSTGRES_URL") {
        Ok(url) if !url.is_empty() => Some(Server(
            url.parse().expect("PORTOLAN_TEST_POSTGRES_URL is a URL"),
        )),
        _ => {
            let required = std::env::var("PORTOLAN_REQUIRE_POSTGRES").is_ok_and(|v| v == "1");
            assert!(
                !required,
                "PORTOLAN_REQUIRE_POSTGRES=1, but PORTOLAN_TEST_POSTGRES_URL is not set"
            );
            eprintln!(
                "skipped on PostgreSQL: PORTOLAN_TEST_POSTGRES_URL is not set (scripts/postgres.sh run COMMAND sets it)"
            );
            None
        }
    }
}

impl Server {
    /// The URL of one of its databases.
    pub fn with_database(&self, name: &str) -> String {
        let mut url = self.0.clone();
        url.set_path(name);
        url.into()
    }

    async fn connect(&self) -> PgConnection {
        let options: PgConnectOptions = self.0.as_str().parse().expect("a PostgreSQL URL");
        PgConnection::connect_with(&options)
            .await
            .expect("the server is there")
    }
}

/// The migrated database that each test's own is copied from. Its name changes with the migrations.
fn template() -> String {
    let mut hash = Sha256::new();
    for migration in MIGRATIONS {
        hash.update(migration.name);
        hash.update(migration.postgres);
    }
    format!("portolan_template_{}", &hex::encode(hash.finalize())[..12])
}

async fn create_database(server: &Server) -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let mut admin = server.connect().await;
    let template = template();
    let there = async |admin: &mut PgConnection| -> bool {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
            .bind(template.as_str())
            .fetch_one(admin)
            .await
            .expect("the catalogue answers")
    };
    if !there(&mut admin).await {
        // Tests run in many processes; one of them makes the template.
        run(&mut admin, "SELECT pg_advisory_lock(8101822043216044399)").await;
        if !there(&mut admin).await {
            let draft = format!("{template}_draft");
            run(&mut admin, format!("DROP DATABASE IF EXISTS {draft}")).await;
            run(
                &mut admin,
                format!("CREATE DATABASE {draft} ENCODING 'UTF8' TEMPLATE template0"),
            )
            .await;
            let db = Db::connect(&server.with_database(&draft), &DbOptions::default())
                .await
                .expect("connects");
            db.migrate(Timestamp::UNIX_EPOCH)
                .await
                .expect("the schema is made");
            db.close().await;
            drop(db);
            patiently(
                &mut admin,
                &format!("ALTER DATABASE {draft} RENAME TO {template}"),
            )
            .await;
        }
        run(&mut admin, "SELECT pg_advisory_unlock(8101822043216044399)").await;
    }
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let name = format!("portolan_test_{}_{number}", std::process::id());
    run(
        &mut admin,
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    )
    .await;
    patiently(
        &mut admin,
        &format!("CREATE DATABASE {name} TEMPLATE {template}"),
    )
    .await;
    name
}

async fn drop_database(server: &Server, name: &str) {
    run(
        &mut server.connect().await,
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    )
    .await;
}

async fn run(connection: &mut PgConnection, sql: impl Into<String>) {
    let sql: String = sql.into();
    sqlx::raw_sql(AssertSqlSafe(sql.clone()))
        .execute(connection)
        .await
        .unwrap_or_else(|e| panic!("{sql}: {e}"));
}

/// A database whose last connection is just going away counts as in use for a moment.
async fn patiently(connection: &mut PgConnection, sql: &str) {
    for _ in 0..100 {
        match sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut *connection)
            .await
        {
            Ok(_) => return,
            Err(sqlx::Error::Database(e)) if e.code().as_deref() == Some("55006") => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(e) => panic!("{sql}: {e}"),
        }
    }
    panic!("{sql}: still in use after five seconds");
}
