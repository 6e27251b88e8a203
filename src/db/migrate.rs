//! Bringing the schema up to date, and refusing one that this program does not know.
//!
//! To add a migration, write `migrations/sqlite/NNNN_name.sql` and `migrations/postgres/NNNN_name.sql`
//! with the same tables, columns and indexes (a test compares them), and add one line to [`MIGRATIONS`].
//! A migration that was released is never edited.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use sqlx::AssertSqlSafe;

use super::{Connection, Db, DbError, Engine, Tx};
use crate::args;

/// One step of the schema, in both engines' words.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Steps are applied in this order.
    pub version: i64,
    /// The file's name without its ending.
    pub name: &'static str,
    /// What SQLite runs.
    pub sqlite: &'static str,
    /// What PostgreSQL runs.
    pub postgres: &'static str,
}

macro_rules! migration {
    ($version:literal, $name:literal) => {
        Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        }
    };
}

/// All migrations, oldest first.
pub const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001_jobs"),
    migration!(2, "0002_desk"),
    migration!(3, "0003_bulk_numbers"),
    migration!(4, "0004_notes"),
    migration!(5, "0005_desk"),
    migration!(6, "0006_kept_forms"),
    migration!(7, "0007_overview"),
    migration!(8, "0008_mail_copies"),
    migration!(9, "0009_people"),
    migration!(10, "0010_tickets"),
    migration!(11, "0011_hosted_numbers"),
    migration!(12, "0012_hosted_waiting"),
];

/// Why the schema cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The database was written by a later version of the program.
    #[error(
        "the database is at schema version {found} ({name}), which this version of Portolan does not know \
         (it knows up to {known}); start the newer Portolan that wrote it, or restore a backup from before"
    )]
    Newer {
        /// The unknown version.
        found: i64,
        /// The name that was stored with it.
        name: String,
        /// The newest version that this program knows.
        known: i64,
    },
    /// A migration was applied with another text than this program holds.
    #[error(
        "migration {name} was applied to this database with another text than this version of Portolan has; \
         start the Portolan that wrote the database, or restore a backup from before"
    )]
    Changed {
        /// The migration.
        name: &'static str,
    },
    /// The schema is older than the program.
    #[error(
        "the database's schema is out of date ({missing} to apply, the first is {first}); run `portolan migrate`"
    )]
    Pending {
        /// How many migrations are missing.
        missing: usize,
        /// The first of them.
        first: &'static str,
    },
    /// A migration's statement failed; the migration left no trace.
    #[error("migration {name} could not be applied; the database is as it was before it")]
    Step {
        /// The migration.
        name: &'static str,
        /// What failed.
        #[source]
        source: Box<DbError>,
    },
}

impl Migration {
    fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }

    /// Of the text for one engine. Line ends do not count: a checkout may have changed them.
    fn checksum(&self, engine: Engine) -> String {
        hex::encode(Sha256::digest(self.text(engine).replace('\r', "")))
    }
}

impl Db {
    /// Applies what is missing, each migration in a transaction of its own, and returns the names of
    /// those that this call applied. Several nodes may do this at once: they take turns.
    ///
    /// # Errors
    /// [`MigrateError`] in [`DbError::Migrate`], or whatever keeps the database from being used.
    pub async fn migrate(&self, now: Timestamp) -> Result<Vec<&'static str>, DbError> {
        self.migrate_with(MIGRATIONS, now).await
    }

    /// [`Db::migrate`] with a list of the caller's, for tests.
    pub async fn migrate_with(
        &self,
        migrations: &'static [Migration],
        now: Timestamp,
    ) -> Result<Vec<&'static str>, DbError> {
        let mut applied = Vec::new();
        loop {
            let mut tx = self.write().await?;
            tx.take_turns().await?;
            tx.execute(
                match self.engine() {
                    Engine::Sqlite => {
                        "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER NOT NULL PRIMARY KEY, \
                         name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"
                    }
                    Engine::Postgres => {
                        "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT NOT NULL PRIMARY KEY, \
                         name TEXT COLLATE \"C\" NOT NULL, sha256 TEXT COLLATE \"C\" NOT NULL, applied_at BIGINT NOT NULL)"
                    }
                },
                args![],
            )
            .await?;
            let missing = missing(&mut tx, migrations).await?;
            let Some(next) = missing.first() else {
                tx.commit().await?;
                return Ok(applied);
            };
            let step = |source| MigrateError::Step {
                name: next.name,
                source: Box::new(source),
            };
            tx.run_script(next.text(self.engine()))
                .await
                .map_err(step)?;
            tx.execute(
                "INSERT INTO schema_migrations (version, name, sha256, applied_at) VALUES ($1, $2, $3, $4)",
                args![next.version, next.name, next.checksum(self.engine()), now],
            )
            .await?;
            tx.commit().await?;
            applied.push(next.name);
        }
    }

    /// Checks that the schema is exactly the one that this program knows.
    ///
    /// # Errors
    /// [`MigrateError::Pending`], [`MigrateError::Newer`] or [`MigrateError::Changed`].
    pub async fn check_schema(&self) -> Result<(), DbError> {
        let mut read = self.read().await?;
        let sql = match self.engine() {
            Engine::Sqlite => {
                "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"
            }
            Engine::Postgres => {
                "SELECT count(*) AS n FROM pg_class WHERE oid = to_regclass('schema_migrations')"
            }
        };
        let missing = if read.fetch_one(sql, args![]).await?.int("n")? == 0 {
            MIGRATIONS.iter().collect()
        } else {
            missing(&mut read, MIGRATIONS).await?
        };
        match missing.first() {
            None => Ok(()),
            Some(first) => Err(MigrateError::Pending {
                missing: missing.len(),
                first: first.name,
            }
            .into()),
        }
    }
}

/// Those that were not applied yet, once those that were have been found to be ours.
async fn missing(
    session: &mut super::Session,
    migrations: &'static [Migration],
) -> Result<Vec<&'static Migration>, DbError> {
    let engine = session.engine();
    let rows = session
        .fetch_all(
            "SELECT version, name, sha256 FROM schema_migrations ORDER BY version",
            args![],
        )
        .await?;
    let mut missing: Vec<&Migration> = migrations.iter().collect();
    for row in rows {
        let version = row.int("version")?;
        match migrations.iter().find(|m| m.version == version) {
            None => {
                let known = migrations.iter().map(|m| m.version).max().unwrap_or(0);
                return Err(MigrateError::Newer {
                    found: version,
                    name: row.text("name")?,
                    known,
                }
                .into());
            }
            Some(ours) if ours.checksum(engine) != row.text("sha256")? => {
                return Err(MigrateError::Changed { name: ours.name }.into());
            }
            Some(ours) => missing.retain(|m| m.version != ours.version),
        }
    }
    Ok(missing)
}

impl Tx {
    /// Keeps other nodes from migrating until this transaction ends. SQLite's writer is alone anyway.
    async fn take_turns(&mut self) -> Result<(), DbError> {
        if self.engine() == Engine::Postgres {
            // A migration may take longer than a request, and the node that waits for it, too.
            self.execute("SET LOCAL statement_timeout = 0", args![])
                .await?;
            self.execute("SET LOCAL lock_timeout = 0", args![]).await?;
            // The number is arbitrary: "portolan" as bytes.
            self.fetch_optional("SELECT pg_advisory_xact_lock(8101822043216044398)", args![])
                .await?;
            // But the tables that it changes are in use by others: better to give up than to make them queue.
            self.execute("SET LOCAL lock_timeout = '10s'", args![])
                .await?;
        }
        Ok(())
    }

    /// Runs a text of several statements without arguments.
    async fn run_script(&mut self, script: &'static str) -> Result<(), DbError> {
        let session = &mut self.session;
        session.send_later().await?;
        let outcome = match session.connection() {
            Ok(Connection::Sqlite(connection)) => sqlx::raw_sql(AssertSqlSafe(script))
                .execute(connection)
                .await
                .map(|_| ()),
            Ok(Connection::Postgres(connection)) => sqlx::raw_sql(AssertSqlSafe(script))
                .execute(connection)
                .await
                .map(|_| ()),
            Err(e) => Err(e),
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(e) => Err(session.fail(e, script).await),
        }
    }
}
