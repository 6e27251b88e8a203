//! What can go wrong with the database, in the words that a caller has to act on.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use super::Engine;
use super::migrate::MigrateError;

/// Why a database operation did not happen. The cause is the error's source and never part of its text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// The connection URL cannot be used. The text never contains the URL, because it may hold a password.
    #[error("database.url is not usable: {why}")]
    BadUrl {
        /// What is wrong and what would be right.
        why: String,
    },
    /// Another process holds the SQLite file.
    #[error(
        "the database file {} is already in use by {holder}; stop that process first, or use PostgreSQL, \
         which serves several processes at once", path.display()
    )]
    InUse {
        /// The database file.
        path: PathBuf,
        /// Who holds it, as far as it said so itself.
        holder: String,
    },
    /// The database file or its folder cannot be opened.
    #[error("cannot open the database file {}; check that the folder exists and may be written", path.display())]
    File {
        /// The file that was to be opened.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// The server is gone, restarting, or out of connections. Nothing was written; trying again can help.
    #[error(
        "the database cannot be reached; the operation was not carried out and can be tried again"
    )]
    Unavailable(#[source] Cause),
    /// Somebody else held what was needed for too long, or two writers got in each other's way.
    /// Nothing was written; trying again can help.
    #[error("the database is busy; the operation was not carried out and can be tried again")]
    Busy(#[source] Cause),
    /// There is no room left to write.
    #[error("the database's disk is full; free some space, then try again")]
    DiskFull(#[source] Cause),
    /// The connection broke while the commit was under way: it may or may not have happened.
    #[error(
        "the connection to the database broke during a commit; whether it was stored is not known"
    )]
    CommitUnknown(#[source] Cause),
    /// A unique index refused the row.
    #[error("a row with the same value exists already (unique index {index})")]
    Unique {
        /// The index, by the name that it has in both engines' migrations; `<table>_pkey` for a primary key.
        index: String,
        /// The engine's own words.
        #[source]
        source: Cause,
    },
    /// A row points to one that does not exist, or one that is pointed to was to be removed.
    #[error("a row refers to another one that does not exist, or is itself referred to")]
    ForeignKey(#[source] Cause),
    /// A CHECK or NOT NULL refused the row.
    #[error("the database refused a value (constraint {constraint})")]
    Refused {
        /// The constraint, as far as the engine names it.
        constraint: String,
        /// The engine's own words.
        #[source]
        source: Cause,
    },
    /// A statement of this transaction failed before; it can only be rolled back.
    #[error("an earlier statement of this transaction failed; nothing of it was stored")]
    Failed,
    /// A read was asked to write.
    #[error("a read-only transaction was asked to write")]
    ReadOnly(#[source] Cause),
    /// `fetch_one` found no row.
    #[error("a row that must exist is missing")]
    NoRow,
    /// A stored value is not what the program expects.
    #[error("the stored value of column `{column}` cannot be used: {why}")]
    BadRow {
        /// The column, as the query names it.
        column: String,
        /// What is wrong with it. Never the value itself.
        why: String,
    },
    /// The schema is not the one that this program knows.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// Anything else, which is a fault in a query or in the program.
    #[error("a database query failed")]
    Query(#[source] Cause),
}

impl DbError {
    /// Whether a unique index refused a row, whichever it was.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Unique { .. })
    }

    /// The name of the unique index or constraint that refused a row.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Unique { index, .. } => Some(index),
            Self::Refused { constraint, .. } => Some(constraint),
            _ => None,
        }
    }

    /// Whether others held the database for too long.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }

    /// Whether the disk is full.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::DiskFull(_))
    }

    /// Whether the database cannot be reached.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::CommitUnknown(_))
    }

    /// Whether the same operation may succeed later without anybody mending the program or its data.
    pub fn is_passing(&self) -> bool {
        self.is_busy() || self.is_disk_full() || self.is_unavailable()
    }

    /// A value of a row that cannot be used.
    pub fn bad_row(column: &str, why: impl fmt::Display) -> Self {
        Self::BadRow {
            column: column.to_owned(),
            why: why.to_string(),
        }
    }
}

/// The engine's own words for a failure, with the statement that met it. Values are left out: an
/// engine's detail text quotes them.
#[derive(Clone, Debug)]
pub struct Cause {
    /// What the engine or the driver said.
    pub message: String,
    /// SQLSTATE on PostgreSQL, the extended result code on SQLite.
    pub code: Option<String>,
    /// The beginning of the statement.
    pub statement: Option<String>,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(code) = &self.code {
            write!(f, " (code {code})")?;
        }
        if let Some(statement) = &self.statement {
            write!(f, " in `{statement}`")?;
        }
        Ok(())
    }
}

impl std::error::Error for Cause {}

/// Stands for the statement while there is no connection yet.
pub(super) const CONNECTING: &str = "connecting";

/// The most of a statement that an error repeats, in characters.
const STATEMENT_SHOWN_MAX: usize = 160;

/// Sorts a driver's error. `index` names the unique index where the driver does not (SQLite).
pub(super) fn sort(
    engine: Engine,
    error: sqlx::Error,
    statement: Option<&str>,
    index: Option<String>,
) -> DbError {
    use sqlx::Error as E;

    let message = match &error {
        E::Database(e) => e.message().to_owned(),
        other => other.to_string(),
    };
    let code = error
        .as_database_error()
        .and_then(|e| e.code())
        .map(Cow::into_owned);
    let cause = Cause {
        message,
        code: code.clone(),
        statement: statement.map(|s| {
            let words = s.split_whitespace().collect::<Vec<_>>().join(" ");
            words.chars().take(STATEMENT_SHOWN_MAX).collect()
        }),
    };
    match error {
        E::Io(_) | E::Tls(_) | E::PoolClosed | E::WorkerCrashed => DbError::Unavailable(cause),
        // On SQLite the only writer was held by somebody else; on PostgreSQL the driver kept trying to
        // connect, or all connections were taken. Either way nothing was done.
        E::PoolTimedOut if engine == Engine::Sqlite => DbError::Busy(cause),
        E::PoolTimedOut => DbError::Unavailable(cause),
        E::RowNotFound => DbError::NoRow,
        // A server that closes the door while we come in (a restart, a proxy without a server behind
        // it) is met as nonsense in the first bytes.
        E::Protocol(_) if statement.is_some_and(|s| s.starts_with("BEGIN") || s == CONNECTING) => {
            DbError::Unavailable(cause)
        }
        E::Database(e) => {
            if let Some(pg) = e.try_downcast_ref::<sqlx::postgres::PgDatabaseError>() {
                let named = pg
                    .constraint()
                    .or(pg.column())
                    .unwrap_or("unnamed")
                    .to_owned();
                sort_postgres(pg.code(), named, cause)
            } else {
                let code = code.and_then(|c| c.parse().ok()).unwrap_or(0);
                sort_sqlite(code, index, cause)
            }
        }
        _ => DbError::Query(cause),
    }
}

/// Result codes: <https://www.sqlite.org/rescode.html>. The low byte is the primary code.
fn sort_sqlite(code: i32, index: Option<String>, cause: Cause) -> DbError {
    const CONSTRAINT_NOTNULL: i32 = 1299;
    const CONSTRAINT_CHECK: i32 = 275;
    const CONSTRAINT_FOREIGNKEY: i32 = 787;
    const CONSTRAINT_DATATYPE: i32 = 3091;
    let named = || {
        cause
            .message
            .split_once(": ")
            .map_or("unnamed", |(_, name)| name)
            .to_owned()
    };
    match (code, code & 0xff) {
        (1555 | 2067 | 2579, _) => DbError::Unique {
            index: index.unwrap_or_else(named),
            source: cause,
        },
        (CONSTRAINT_FOREIGNKEY, _) => DbError::ForeignKey(cause),
        (CONSTRAINT_NOTNULL, _) => {
            // "table.column"; PostgreSQL names the column alone.
            let column = named().rsplit('.').next().unwrap_or("unnamed").to_owned();
            DbError::Refused {
                constraint: column,
                source: cause,
            }
        }
        (CONSTRAINT_CHECK | CONSTRAINT_DATATYPE, _) => DbError::Refused {
            constraint: named(),
            source: cause,
        },
        (_, 5 | 6) => DbError::Busy(cause),
        (_, 13) => DbError::DiskFull(cause),
        (_, 8) => DbError::ReadOnly(cause),
        // Reading, writing or opening the file failed in the operating system.
        (_, 10 | 14) => DbError::Unavailable(cause),
        _ => DbError::Query(cause),
    }
}

/// SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn sort_postgres(code: &str, named: String, cause: Cause) -> DbError {
    match code {
        "23505" => DbError::Unique {
            index: named,
            source: cause,
        },
        "23503" => DbError::ForeignKey(cause),
        "23502" | "23514" => DbError::Refused {
            constraint: named,
            source: cause,
        },
        "25006" => DbError::ReadOnly(cause),
        "53100" => DbError::DiskFull(cause),
        // Serialization failure, deadlock, lock timeout, statement timeout or cancel.
        "40001" | "40P01" | "55P03" | "57014" => DbError::Busy(cause),
        // Shutdown, crash, starting up, database dropped, idle timeouts, too many connections.
        "57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "25P03" | "25P04" => {
            DbError::Unavailable(cause)
        }
        // Connection exceptions and the server's want of resources; a standby that cannot take writes
        // says 25006, which is above.
        _ if code.starts_with("08") || code.starts_with("53") => DbError::Unavailable(cause),
        _ => DbError::Query(cause),
    }
}
