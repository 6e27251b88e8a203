//! Rows on their way out, read by column name.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::postgres::{PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{Column as _, Row as _, TypeInfo as _};

use super::DbError;

/// One row of a result. Every getter names the column in its error and never the value.
pub struct Row(pub(super) Inner);

pub(super) enum Inner {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = match &self.0 {
            Inner::Sqlite(row) => row.columns().iter().map(|c| c.name()).collect(),
            Inner::Postgres(row) => row.columns().iter().map(|c| c.name()).collect(),
        };
        f.debug_tuple("Row").field(&names).finish()
    }
}

impl Row {
    /// A text.
    pub fn text(&self, column: &str) -> Result<String, DbError> {
        present(column, self.opt_text(column)?)
    }

    /// A text, or `None` for NULL.
    pub fn opt_text(&self, column: &str) -> Result<Option<String>, DbError> {
        self.get(column)
    }

    /// A whole number.
    pub fn int(&self, column: &str) -> Result<i64, DbError> {
        present(column, self.opt_int(column)?)
    }

    /// A whole number, or `None` for NULL. On PostgreSQL `SUM` over BIGINT is NUMERIC: write
    /// `CAST(SUM(…) AS BIGINT)`.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>, DbError> {
        // PostgreSQL gives literals and some functions as INTEGER.
        if let Inner::Postgres(row) = &self.0
            && let Ok(at) = row.try_column(column)
            && at.type_info().name() == "INT4"
        {
            return Ok(self.get::<i32>(column)?.map(i64::from));
        }
        self.get(column)
    }

    /// A whole number that fits a smaller type, such as a counter.
    pub fn small<T: TryFrom<i64>>(&self, column: &str) -> Result<T, DbError> {
        T::try_from(self.int(column)?)
            .map_err(|_| DbError::bad_row(column, "the number is out of range"))
    }

    /// A flag.
    pub fn bool(&self, column: &str) -> Result<bool, DbError> {
        present(column, self.opt_bool(column)?)
    }

    /// A flag, or `None` for NULL.
    pub fn opt_bool(&self, column: &str) -> Result<Option<bool>, DbError> {
        self.get(column)
    }

    /// Bytes.
    pub fn bytes(&self, column: &str) -> Result<Vec<u8>, DbError> {
        present(column, self.opt_bytes(column)?)
    }

    /// Bytes, or `None` for NULL.
    pub fn opt_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, DbError> {
        self.get(column)
    }

    /// An instant that was stored as microseconds.
    pub fn instant(&self, column: &str) -> Result<Timestamp, DbError> {
        present(column, self.opt_instant(column)?)
    }

    /// An instant, or `None` for NULL.
    pub fn opt_instant(&self, column: &str) -> Result<Option<Timestamp>, DbError> {
        self.opt_int(column)?
            .map(|micros| {
                Timestamp::from_microsecond(micros)
                    .map_err(|_| DbError::bad_row(column, "not an instant"))
            })
            .transpose()
    }

    /// A value that was stored as JSON text.
    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, DbError> {
        present(column, self.opt_json(column)?)
    }

    /// A value that was stored as JSON text, or `None` for NULL.
    pub fn opt_json<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>, DbError> {
        let Some(text) = self.opt_text(column)? else {
            return Ok(None);
        };
        // serde quotes values in its texts, so only the kind and the place are repeated.
        serde_json::from_str(&text).map(Some).map_err(|e| {
            DbError::bad_row(
                column,
                format!(
                    "not the expected JSON ({:?} error, line {}, column {})",
                    e.classify(),
                    e.line(),
                    e.column()
                ),
            )
        })
    }

    /// A value that was stored as its text, such as an id, a number or a state's word.
    pub fn parse<T: FromStr>(&self, column: &str) -> Result<T, DbError> {
        present(column, self.opt_parse(column)?)
    }

    /// A value that was stored as its text, or `None` for NULL.
    pub fn opt_parse<T: FromStr>(&self, column: &str) -> Result<Option<T>, DbError> {
        let Some(text) = self.opt_text(column)? else {
            return Ok(None);
        };
        let kind = std::any::type_name::<T>()
            .rsplit("::")
            .next()
            .unwrap_or_default();
        text.parse()
            .map(Some)
            .map_err(|_| DbError::bad_row(column, format!("not a valid {kind}")))
    }

    fn get<T>(&self, column: &str) -> Result<Option<T>, DbError>
    where
        T: for<'r> sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite>,
        T: for<'r> sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
    {
        let found = match &self.0 {
            Inner::Sqlite(row) => row.try_get::<Option<T>, _>(column),
            Inner::Postgres(row) => row.try_get::<Option<T>, _>(column),
        };
        found.map_err(|e| match e {
            sqlx::Error::ColumnNotFound(_) => {
                DbError::bad_row(column, "the query returns no such column")
            }
            sqlx::Error::ColumnDecode { source, .. } => DbError::bad_row(column, source),
            other => DbError::bad_row(column, other),
        })
    }
}

fn present<T>(column: &str, value: Option<T>) -> Result<T, DbError> {
    value.ok_or_else(|| DbError::bad_row(column, "it is NULL"))
}
