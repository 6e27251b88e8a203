//! The only SQL: one text for SQLite and PostgreSQL.
//!
//! [`Db`] is a handle on either engine, [`Read`] a consistent reading of it and [`Tx`] a write that
//! happens as a whole or not at all. Queries are plain text with `$1` placeholders; what the two
//! engines need said differently stays in this folder.
//!
//! Rules that keep one text true on both:
//!
//! * columns are TEXT (ids, words, JSON), whole numbers (instants are microseconds since 1970),
//!   flags and bytes; nothing else. PostgreSQL's TEXT is `COLLATE "C"`, so that both sort alike;
//! * `SUM` over whole numbers is NUMERIC on PostgreSQL: `CAST(SUM(x) AS BIGINT)`;
//! * a statement that fails spoils its transaction on both engines (PostgreSQL insists). What may
//!   collide is written as `ON CONFLICT … DO …`, or runs in a transaction of its own;
//! * nothing external happens while a [`Tx`] is open: on SQLite it holds the only writer.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool, Postgres};
use sqlx::sqlite::{Sqlite, SqliteConnection, SqlitePool};
use sqlx::{AssertSqlSafe, Transaction};

pub mod access;
mod arg;
mod bulk;
mod connect;
pub mod desk;
mod error;
pub mod hosted;
pub mod inbound;
pub mod jobs;
pub mod kept;
pub mod known;
mod later;
pub mod mails;
pub mod migrate;
pub mod notes;
pub mod operator;
pub mod outside;
pub mod overview;
pub mod papers;
pub mod people;
pub mod ports;
pub mod reconcilers;
mod row;
mod signals;
pub mod tickets;
mod values;
mod writer;

pub use arg::{Arg, Nullable};
pub use connect::{DbOptions, Durability};
pub use error::{Cause, DbError};
pub use row::Row;
pub use signals::{Signal, Signals};

/// Which engine holds the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file beside the process: one process on one machine.
    Sqlite,
    /// A server: any number of equal nodes.
    Postgres,
}

/// A statement: part of the program, or put together by it. Values never become part of it; they are [`Arg`]s.
pub type Sql = Cow<'static, str>;

/// A handle on the database. Clones share its connections.
#[derive(Clone)]
pub struct Db(Arc<Shared>);

struct Shared {
    pools: Pools,
    signals: signals::Hub,
    /// Set once the leases that an earlier process left behind were released (SQLite).
    leases_released: AtomicBool,
}

enum Pools {
    Sqlite {
        gate: writer::Gate,
        readers: SqlitePool,
        /// Held as long as the database is open.
        lock: connect::FileLock,
    },
    Postgres(PgPool),
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Db").field(&self.engine()).finish()
    }
}

impl Db {
    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self.0.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a write. On SQLite there is one at a time and others wait for it; those who wait share a commit.
    ///
    /// # Errors
    /// [`DbError::Busy`] when others wrote for too long, [`DbError::Unavailable`] without a server.
    pub async fn write(&self) -> Result<Tx, DbError> {
        self.begin_write(true).await
    }

    /// Begins a write that a power cut may undo although it was committed (SQLite; a crash of the
    /// process alone does not). For what is done again after a restart anyway, such as taking a job.
    /// On PostgreSQL, where other nodes live on, the same as [`Db::write`].
    pub async fn write_unsynced(&self) -> Result<Tx, DbError> {
        self.begin_write(false).await
    }

    async fn begin_write(&self, durable: bool) -> Result<Tx, DbError> {
        let inner = match &self.0.pools {
            Pools::Sqlite { gate, .. } => Inner::Writer(gate.begin(durable).await?),
            Pools::Postgres(pool) => {
                // Said outright, in case the server or the role has other defaults.
                let begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
                let tx = pool.begin_with(begin).await;
                Inner::Postgres(
                    tx.map_err(|e| error::sort(Engine::Postgres, e, Some(begin), None))?,
                )
            }
        };
        Ok(Tx {
            session: Session {
                inner,
                failed: false,
                later: later::Later::default(),
            },
            db: self.clone(),
            signals: Vec::new(),
        })
    }

    /// Begins a reading that sees one moment of the data, however many queries it makes.
    pub async fn read(&self) -> Result<Read, DbError> {
        let inner = match &self.0.pools {
            Pools::Sqlite { gate, readers, .. } => {
                gate.settled().await;
                readers.begin().await.map(Inner::Sqlite)
            }
            Pools::Postgres(pool) => pool
                .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await
                .map(Inner::Postgres),
        };
        let inner = inner.map_err(|e| error::sort(self.engine(), e, Some("BEGIN"), None))?;
        Ok(Read {
            session: Session {
                inner,
                failed: false,
                later: later::Later::default(),
            },
        })
    }

    /// Begins a reading of one query, which is spared a beginning and an end. Each further query may see a later
    /// moment of the data.
    pub async fn glimpse(&self) -> Result<Read, DbError> {
        let inner = match &self.0.pools {
            Pools::Sqlite { gate, readers, .. } => {
                gate.settled().await;
                readers.acquire().await.map(Inner::SqliteOnce)
            }
            Pools::Postgres(pool) => pool.acquire().await.map(Inner::PostgresOnce),
        };
        let inner = inner.map_err(|e| error::sort(self.engine(), e, Some("BEGIN"), None))?;
        Ok(Read {
            session: Session {
                inner,
                failed: false,
                later: later::Later::default(),
            },
        })
    }

    /// Whether nobody in this process released the leases of an earlier one yet. True once, on SQLite only.
    fn first_to_release(&self) -> bool {
        !self.0.leases_released.swap(true, Ordering::AcqRel)
    }

    /// Takes [`Db::first_to_release`] back, because releasing failed.
    fn release_again(&self) {
        self.0.leases_released.store(false, Ordering::Release);
    }

    /// How many commits there were, where nobody but this process can commit (SQLite); nothing while one is under
    /// way, and on PostgreSQL, where other nodes commit too. What was read is still true as long as this number is
    /// the same as before the reading.
    pub fn commits(&self) -> Option<u64> {
        match &self.0.pools {
            Pools::Sqlite { gate, .. } => gate.commits(),
            Pools::Postgres(_) => None,
        }
    }

    /// What is announced by commits, here and on other nodes.
    pub fn signals(&self) -> Signals {
        self.0.signals.subscribe()
    }

    /// Closes all connections and gives up the lock on the SQLite file. Waits for open transactions.
    pub async fn close(&self) {
        self.0.signals.stop();
        match &self.0.pools {
            Pools::Sqlite {
                gate,
                readers,
                lock,
            } => {
                readers.close().await;
                gate.close().await;
                lock.release();
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

enum Inner {
    /// A reading of one moment.
    Sqlite(Transaction<'static, Sqlite>),
    /// A reading of one query.
    SqliteOnce(PoolConnection<Sqlite>),
    /// A write.
    Writer(writer::Turn),
    Postgres(Transaction<'static, Postgres>),
    PostgresOnce(PoolConnection<Postgres>),
}

/// What a query runs on.
enum Connection<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

/// An open transaction, for queries. Functions that only look things up take `&mut Session`, so that
/// both a [`Read`] and a [`Tx`] can be handed to them.
pub struct Session {
    inner: Inner,
    failed: bool,
    later: later::Later,
}

/// A read-only transaction; it ends when it is dropped.
pub struct Read {
    session: Session,
}

/// A write transaction. Dropped without [`Tx::commit`], it leaves no trace.
#[must_use = "a transaction that is not committed is rolled back"]
pub struct Tx {
    session: Session,
    db: Db,
    signals: Vec<Signal>,
}

impl Deref for Read {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.session
    }
}
impl DerefMut for Read {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}
impl Deref for Tx {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.session
    }
}
impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}

/// Runs one query on whichever engine is behind the session; `$run` is the driver's method.
macro_rules! run {
    ($self:ident, $sql:ident, $args:ident, $run:ident => $done:expr) => {{
        $self.send_later().await?;
        let sql: Sql = $sql.into();
        let outcome = match $self.connection() {
            Ok(Connection::Sqlite(connection)) => match arg::for_sqlite($args.iter()) {
                Ok(bound) => sqlx::query_with(AssertSqlSafe(sql.clone()), bound)
                    .$run(connection)
                    .await
                    .map($done.0),
                Err(e) => Err(sqlx::Error::Encode(e)),
            },
            Ok(Connection::Postgres(connection)) => match arg::for_postgres($args.iter()) {
                Ok(bound) => sqlx::query_with(AssertSqlSafe(sql.clone()), bound)
                    .$run(connection)
                    .await
                    .map($done.1),
                Err(e) => Err(sqlx::Error::Encode(e)),
            },
            Err(e) => Err(e),
        };
        match outcome {
            Ok(done) => Ok(done),
            Err(e) => Err($self.fail(e, &sql).await),
        }
    }};
}

impl Session {
    /// Which engine this is, for the few queries that must differ.
    pub fn engine(&self) -> Engine {
        match self.inner {
            Inner::Sqlite(_) | Inner::SqliteOnce(_) | Inner::Writer(_) => Engine::Sqlite,
            Inner::Postgres(_) | Inner::PostgresOnce(_) => Engine::Postgres,
        }
    }

    fn connection(&mut self) -> Result<Connection<'_>, sqlx::Error> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => Connection::Sqlite(tx),
            Inner::SqliteOnce(connection) => Connection::Sqlite(connection),
            Inner::Writer(turn) => Connection::Sqlite(turn.connection()?),
            Inner::Postgres(tx) => Connection::Postgres(tx),
            Inner::PostgresOnce(connection) => Connection::Postgres(connection),
        })
    }

    /// All rows. The caller's query says `LIMIT`.
    pub async fn fetch_all(
        &mut self,
        sql: impl Into<Sql>,
        args: &[Arg],
    ) -> Result<Vec<Row>, DbError> {
        run!(self, sql, args, fetch_all => (
            |rows: Vec<_>| rows.into_iter().map(|r| Row(row::Inner::Sqlite(r))).collect::<Vec<_>>(),
            |rows: Vec<_>| rows.into_iter().map(|r| Row(row::Inner::Postgres(r))).collect::<Vec<_>>()
        ))
    }

    /// The first row, if there is one.
    pub async fn fetch_optional(
        &mut self,
        sql: impl Into<Sql>,
        args: &[Arg],
    ) -> Result<Option<Row>, DbError> {
        run!(self, sql, args, fetch_optional => (
            |row: Option<_>| row.map(|r| Row(row::Inner::Sqlite(r))),
            |row: Option<_>| row.map(|r| Row(row::Inner::Postgres(r)))
        ))
    }

    /// The first row.
    ///
    /// # Errors
    /// [`DbError::NoRow`] if there is none; that does not spoil the transaction.
    pub async fn fetch_one(&mut self, sql: impl Into<Sql>, args: &[Arg]) -> Result<Row, DbError> {
        self.fetch_optional(sql, args).await?.ok_or(DbError::NoRow)
    }

    fn usable(&self) -> Result<(), DbError> {
        if self.failed {
            Err(DbError::Failed)
        } else {
            Ok(())
        }
    }

    /// Sees to it that a statement can be run.
    async fn ready(&mut self) -> Result<(), DbError> {
        self.usable()?;
        if let Inner::Writer(turn) = &mut self.inner
            && let Err(e) = turn.start().await
        {
            self.failed = true;
            return Err(e);
        }
        Ok(())
    }

    /// Sends what was put off. A failure is that of one of these statements.
    async fn send_later(&mut self) -> Result<(), DbError> {
        self.ready().await?;
        let Some((sql, args)) = self.later.take() else {
            return Ok(());
        };
        let outcome = match self.connection() {
            Ok(Connection::Sqlite(connection)) => match arg::for_sqlite(args.iter()) {
                Ok(bound) => sqlx::query_with(AssertSqlSafe(sql.clone()), bound)
                    .execute(connection)
                    .await
                    .map(drop),
                Err(e) => Err(sqlx::Error::Encode(e)),
            },
            // There nothing is put off.
            Ok(Connection::Postgres(_)) => Ok(()),
            Err(e) => Err(e),
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(e) => Err(self.fail(e, &sql).await),
        }
    }

    /// Sends what was put off at the end of a transaction. Where that is all of it, it goes in one go with the beginning.
    async fn send_last(&mut self) -> Result<(), DbError> {
        let Inner::Writer(turn) = &mut self.inner else {
            return self.usable();
        };
        if turn.has_begun() {
            return self.send_later().await;
        }
        let Some((sql, args)) = self.later.take() else {
            return self.usable();
        };
        let outcome = match arg::for_sqlite(args.iter()) {
            Ok(values) => turn.whole(&sql, values).await,
            Err(e) => Err(sqlx::Error::Encode(e)),
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(e) => Err(self.fail(e, &sql).await),
        }
    }

    /// Spoils the transaction and sorts the error; finds out the index that refused a row.
    async fn fail(&mut self, e: sqlx::Error, sql: &str) -> DbError {
        self.failed = true;
        let index = match self.connection() {
            Ok(Connection::Sqlite(connection)) => match e.as_database_error() {
                Some(refusal) if refusal.is_unique_violation() => {
                    unique_index(connection, refusal.message()).await
                }
                _ => None,
            },
            _ => None,
        };
        let e = error::sort(self.engine(), e, Some(sql), index);
        if let Inner::Writer(turn) = &mut self.inner {
            turn.failed(&e);
        }
        e
    }
}

impl Tx {
    /// Runs a statement; returns how many rows it touched.
    pub async fn execute(&mut self, sql: impl Into<Sql>, args: &[Arg]) -> Result<u64, DbError> {
        let session = &mut self.session;
        run!(session, sql, args, execute => (
            |done: sqlx::sqlite::SqliteQueryResult| done.rows_affected(),
            |done: sqlx::postgres::PgQueryResult| done.rows_affected()
        ))
    }

    /// Runs a statement whose outcome nobody waits for. On SQLite it is sent together with others: before the
    /// next query at the latest, or at the commit. What it refuses, such as a row that is there already,
    /// is said there.
    pub async fn later(&mut self, sql: impl Into<Sql>, args: &[Arg]) -> Result<(), DbError> {
        if self.engine() == Engine::Postgres {
            return self.execute(sql, args).await.map(drop);
        }
        self.usable()?;
        self.session.later.push(sql.into(), args.to_vec());
        if self.session.later.is_full() {
            self.session.send_later().await?;
        }
        Ok(())
    }

    /// Sends what was put off, to hear what it refuses.
    pub async fn settle(&mut self) -> Result<(), DbError> {
        self.session.send_later().await
    }

    /// Notes that so much was written that the answer should not wait for the housekeeping of the commit.
    fn is_bulky(&mut self) {
        if let Inner::Writer(turn) = &mut self.session.inner {
            turn.bulky = true;
        }
    }

    /// Announces something once the commit has happened, here and on all nodes. It can get lost (a
    /// crash in between): whoever listens also looks by itself now and then.
    pub fn signal(&mut self, signal: Signal) {
        if !self.signals.contains(&signal) {
            self.signals.push(signal);
        }
    }

    /// Makes everything durable at once and announces the signals.
    ///
    /// # Errors
    /// [`DbError::Failed`] if a statement failed before (nothing was stored); what [`Tx::later`] put off says here
    /// what it refuses; [`DbError::CommitUnknown`] if the connection broke while committing.
    pub async fn commit(mut self) -> Result<(), DbError> {
        let unknown = |e| match e {
            DbError::Unavailable(cause) => DbError::CommitUnknown(cause),
            other => other,
        };
        self.session.send_last().await.map_err(unknown)?;
        let Self {
            session: Session { inner, .. },
            db,
            signals,
        } = self;
        let engine = db.engine();
        let sorted = |e| error::sort(engine, e, Some("COMMIT"), None);
        let outcome = match inner {
            // Nothing was done.
            Inner::Writer(turn) if !turn.has_begun() => Ok(()),
            Inner::Writer(turn) => turn.commit().await,
            Inner::Postgres(tx) => tx.commit().await.map_err(sorted),
            Inner::Sqlite(_) | Inner::SqliteOnce(_) | Inner::PostgresOnce(_) => Ok(()),
        };
        outcome.map_err(unknown)?;
        db.0.signals.announce(signals);
        Ok(())
    }

    /// Gives everything up now instead of on drop.
    pub async fn rollback(self) -> Result<(), DbError> {
        let engine = self.session.engine();
        match self.session.inner {
            Inner::Writer(turn) => {
                turn.rollback().await;
                Ok(())
            }
            Inner::Postgres(tx) => tx
                .rollback()
                .await
                .map_err(|e| error::sort(engine, e, Some("ROLLBACK"), None)),
            Inner::Sqlite(_) | Inner::SqliteOnce(_) | Inner::PostgresOnce(_) => Ok(()),
        }
    }
}

/// SQLite names the columns that collided ("UNIQUE constraint failed: jobs.dedup_key"), PostgreSQL the
/// index. This finds the index, so that callers can tell by name on both.
async fn unique_index(connection: &mut SqliteConnection, message: &str) -> Option<String> {
    let (_, named) = message.split_once("failed: ")?;
    if let Some(index) = named.strip_prefix("index '") {
        return Some(index.trim_end_matches('\'').to_owned());
    }
    let (table, _) = named.split_once('.')?;
    let columns: Vec<&str> = named
        .split(", ")
        .filter_map(|c| c.split_once('.'))
        .map(|(_, column)| column)
        .collect();
    let indexes = sqlx::query_as::<_, (String, String, Option<String>)>(
        "SELECT i.name, i.origin, (SELECT group_concat(c.name, ', ') FROM \
            (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) c) \
         FROM pragma_index_list($1) i WHERE i.\"unique\" = 1 ORDER BY i.seq DESC",
    )
    .bind(table)
    .fetch_all(connection)
    .await
    .ok()?;
    let wanted = columns.join(", ");
    let found = indexes
        .into_iter()
        .find(|(_, _, of)| of.as_deref() == Some(&wanted));
    Some(match found {
        Some((index, origin, _)) if origin == "c" => index,
        Some((_, origin, _)) if origin == "u" => format!("{table}_{}_key", columns.join("_")),
        _ => format!("{table}_pkey"),
    })
}
