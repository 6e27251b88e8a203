//! Many rows in few statements.

use std::fmt::Write as _;

use super::{Arg, DbError, Engine, Tx};

/// How many values one statement carries at most. Both engines allow more (32,766 and 65,535), but on
/// SQLite 100,000 rows of eight columns take the same time with anything from 1,000 to 8,000.
const VALUES_MAX: usize = 2_000;

impl Tx {
    /// Inserts any number of rows. `into` is the statement up to VALUES, such as
    /// `INSERT INTO numbers (id, port_id, number)`; `after` what follows, such as
    /// `ON CONFLICT DO NOTHING`, or nothing. Each row holds as many values as there are columns.
    /// Returns how many rows were stored.
    ///
    /// # Errors
    /// As any statement; the rows of earlier chunks go with the transaction.
    pub async fn insert_many<const COLUMNS: usize>(
        &mut self,
        into: &'static str,
        after: &'static str,
        rows: impl IntoIterator<Item = [Arg; COLUMNS]>,
    ) -> Result<u64, DbError> {
        let per_statement = (VALUES_MAX / COLUMNS.max(1)).max(1);
        let engine = self.engine();
        let full = statement(engine, into, after, COLUMNS, per_statement);
        let mut stored = 0;
        let mut rows = rows.into_iter();
        loop {
            let chunk: Vec<Arg> = rows.by_ref().take(per_statement).flatten().collect();
            let filled = chunk.len() / COLUMNS.max(1);
            if filled == per_statement {
                stored += self.execute(full.clone(), &chunk).await?;
            } else {
                if filled > 0 {
                    stored += self
                        .execute(statement(engine, into, after, COLUMNS, filled), &chunk)
                        .await?;
                }
                return Ok(stored);
            }
        }
    }
}

fn statement(engine: Engine, into: &str, after: &str, columns: usize, rows: usize) -> String {
    let mut sql = String::with_capacity(into.len() + after.len() + 16 + rows * columns * 6);
    sql.push_str(into);
    sql.push_str(" VALUES ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            if column > 0 {
                sql.push(',');
            }
            match engine {
                // SQLite looks each numbered placeholder up in a list, which is quadratic work: with
                // 2,000 values eight times the time of bare ones, which it only counts.
                Engine::Sqlite => sql.push('?'),
                Engine::Postgres => {
                    let _ = write!(sql, "${}", row * columns + column + 1);
                }
            }
        }
        sql.push(')');
    }
    if !after.is_empty() {
        sql.push(' ');
        sql.push_str(after);
    }
    sql
}
