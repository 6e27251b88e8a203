//! Opening the database: the URL, the engine's settings, and the lock on a SQLite file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::writer::Gate;
use super::{Db, DbError, Engine, Pools, Shared, error, signals};

/// When SQLite says that a commit is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// Once it is on the disk (`synchronous = FULL`): what was acknowledged survives a power cut.
    #[default]
    Full,
    /// Once the operating system has it (`synchronous = NORMAL`): a power cut may take the last moments,
    /// a crash of the process takes nothing.
    Normal,
}

impl Durability {
    pub(super) fn pragma(self) -> &'static str {
        match self {
            Self::Full => "PRAGMA synchronous = FULL",
            Self::Normal => "PRAGMA synchronous = NORMAL",
        }
    }
}

/// How to use the database. The defaults suit a server.
#[derive(Clone, Debug)]
pub struct DbOptions {
    /// SQLite: when a commit counts as done.
    pub durability: Durability,
    /// How many connections: readers beside the one writer on SQLite, all of them on PostgreSQL.
    pub connections: u32,
    /// How long to wait for a connection, for SQLite's writer, or for a lock.
    pub patience: Duration,
    /// PostgreSQL: how long one statement may run.
    pub statement_timeout: Duration,
    /// PostgreSQL: how long a transaction may sit idle before the server ends it.
    pub idle_in_transaction: Duration,
    /// SQLite: only look, without the lock, while another process may hold the file.
    pub read_only: bool,
}

impl Default for DbOptions {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            connections: 10,
            patience: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(30),
            idle_in_transaction: Duration::from_secs(60),
            read_only: false,
        }
    }
}

impl Db {
    /// Opens `sqlite:FOLDER/FILE` (also `sqlite:///FOLDER/FILE`; the file is made if it is missing) or
    /// `postgres://USER:PASSWORD@HOST/DATABASE`. Changes nothing in it: see [`Db::migrate`].
    ///
    /// # Errors
    /// [`DbError::BadUrl`], [`DbError::InUse`] when another process holds the SQLite file,
    /// [`DbError::File`], or [`DbError::Unavailable`] when the server does not answer in time.
    pub async fn connect(url: &str, options: &DbOptions) -> Result<Self, DbError> {
        let bad = |why: &str| DbError::BadUrl {
            why: why.to_owned(),
        };
        match url
            .split_once(':')
            .map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest))
        {
            Some((scheme, rest)) if scheme == "sqlite" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                if path.is_empty() || path.ends_with('/') {
                    return Err(bad("it names no file; write `sqlite:FOLDER/portolan.db`"));
                }
                if path.contains(":memory:") || path.contains('?') {
                    return Err(bad(
                        "the part after `sqlite:` must be a plain path to a file, without `?` or `:memory:`",
                    ));
                }
                sqlite(Path::new(path), options).await
            }
            Some((scheme, _)) if scheme == "postgres" || scheme == "postgresql" => {
                postgres(url, options).await
            }
            _ => Err(bad("it must begin with `sqlite:` or `postgres://`")),
        }
    }
}

async fn sqlite(path: &Path, options: &DbOptions) -> Result<Db, DbError> {
    let lock = if options.read_only {
        FileLock::none()
    } else {
        FileLock::take(path)?
    };
    let base = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(!options.read_only)
        .foreign_keys(true)
        .busy_timeout(options.patience)
        .statement_cache_capacity(500)
        .pragma("trusted_schema", "OFF")
        .pragma("cache_size", "-16000")
        .pragma("temp_store", "MEMORY");
    let sorted = |e| error::sort(Engine::Sqlite, e, Some("opening the database file"), None);
    let writer_options = base
        .clone()
        .read_only(options.read_only)
        .journal_mode(SqliteJournalMode::Wal)
        .pragma("journal_size_limit", "67108864")
        // A long list does not fit the cache. Writing its pages to the log before the commit, only to change and
        // write them again, takes longer than holding them until then.
        .pragma("cache_spill", "OFF")
        .synchronous(match options.durability {
            Durability::Full => SqliteSynchronous::Full,
            Durability::Normal => SqliteSynchronous::Normal,
        });
    // The writer is opened first: it makes the file and switches it to WAL.
    let gate = Gate::open(writer_options, options.durability, options.patience)
        .await
        .map_err(sorted)?;
    let readers = SqlitePoolOptions::new()
        .acquire_timeout(options.patience)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .max_connections(options.connections.max(1))
        .min_connections(0)
        .connect_lazy_with(
            base.pragma("query_only", "ON")
                .optimize_on_close(false, None),
        );
    Ok(Db(Arc::new(Shared {
        pools: Pools::Sqlite {
            gate,
            readers,
            lock,
        },
        signals: signals::Hub::local(),
        leases_released: AtomicBool::new(false),
    })))
}

async fn postgres(url: &str, options: &DbOptions) -> Result<Db, DbError> {
    let bad = |why: String| DbError::BadUrl { why };
    // The driver's own text could repeat a piece of the URL, so it is not passed on.
    let connect = PgConnectOptions::from_str(url)
        .map_err(|_| bad("write `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with special characters percent-encoded".into()))?
        .application_name("portolan")
        .options([
            ("statement_timeout", options.statement_timeout.as_millis().to_string()),
            ("lock_timeout", options.patience.as_millis().to_string()),
            ("idle_in_transaction_session_timeout", options.idle_in_transaction.as_millis().to_string()),
        ]);
    let sorted = |e| error::sort(Engine::Postgres, e, Some(error::CONNECTING), None);
    let pool = PgPoolOptions::new()
        .max_connections(options.connections.max(2))
        .acquire_timeout(options.patience)
        .idle_timeout(Duration::from_secs(600))
        .max_lifetime(Duration::from_secs(3600))
        .connect_with(connect.clone())
        .await
        .map_err(sorted)?;
    let (version, encoding, node): (i32, String, String) = sqlx::query_as(
        "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), \
                md5(random()::text || clock_timestamp()::text || pg_backend_pid()::text)",
    )
    .fetch_one(&pool)
    .await
    .map_err(sorted)?;
    if version < 130_000 {
        return Err(bad(format!(
            "the server is PostgreSQL {}; version 13 or later is needed",
            version / 10_000
        )));
    }
    if encoding != "UTF8" {
        return Err(bad(format!(
            "the database is encoded as {encoding}; create it with ENCODING 'UTF8'"
        )));
    }
    Ok(Db(Arc::new(Shared {
        signals: signals::Hub::across_nodes(&pool, connect, node),
        pools: Pools::Postgres(pool),
        leases_released: AtomicBool::new(true),
    })))
}

/// The lock that keeps a second process off a SQLite file. The file beside the database holds the
/// process number of its holder, for the message.
pub(super) struct FileLock(Mutex<Option<File>>);

impl FileLock {
    fn none() -> Self {
        Self(Mutex::new(None))
    }

    fn take(database: &Path) -> Result<Self, DbError> {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let failed = |source| DbError::File {
            path: database.to_owned(),
            source,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let known = file
                    .read_to_string(&mut text)
                    .is_ok_and(|_| !text.trim().is_empty());
                let holder = if known {
                    format!("process {}", text.trim())
                } else {
                    "another process".to_owned()
                };
                return Err(DbError::InUse {
                    path: database.to_owned(),
                    holder,
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        // Only for the message, so a failure to write it is no reason to stop.
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Self(Mutex::new(Some(file))))
    }

    pub(super) fn release(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
