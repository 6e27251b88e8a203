//! Many rows in few statements.

use std::fmt::Write as _;

use futures::future::join;

use super::{Arg, DbError, Engine, Tx};

/// How many values one statement carries at most. Both engines allow more (32,766 and 65,535), but on
/// SQLite 100,000 rows take the same time with anything from 3,000 to 30,000.
const VALUES_MAX: usize = 6_000;

/// A list of at most so many values is put off, to be sent together with other statements.
const SHORT: usize = 300;

/// From how many rows on moving SQLite's log into the file is left until after the commit.
const BULKY: u64 = 5_000;

impl Tx {
    /// Inserts any number of rows. `into` is the statement up to VALUES, such as
    /// `INSERT INTO numbers (id, port_id, number)`; `after` what follows, such as
    /// `ON CONFLICT DO NOTHING`, or nothing. Each row holds as many values as there are columns.
    /// A short list is sent [later](Tx::later).
    ///
    /// # Errors
    /// As any statement; the rows of earlier chunks go with the transaction.
    pub async fn insert_many<const COLUMNS: usize>(
        &mut self,
        into: &'static str,
        after: &'static str,
        rows: impl IntoIterator<Item = [Arg; COLUMNS]>,
    ) -> Result<(), DbError> {
        let mut rows = rows.into_iter();
        let take = |many: usize| -> (Vec<Arg>, usize) {
            let chunk: Vec<Arg> = rows.by_ref().take(many).flatten().collect();
            let filled = chunk.len() / COLUMNS.max(1);
            (chunk, filled)
        };
        self.insert_chunks(into, after, [0, COLUMNS], take).await
    }

    /// As [`Tx::insert_many`], for rows that are alike in their first columns: `common` holds the values of
    /// these, and `row` gives those of the columns after them for each of `items`. The common values are bound
    /// once a statement instead of once a row, which for rows that differ in little is most of the work.
    ///
    /// # Errors
    /// As [`Tx::insert_many`].
    pub async fn insert_alike<T: Sync, const COMMON: usize, const COLUMNS: usize>(
        &mut self,
        into: &'static str,
        common: [Arg; COMMON],
        items: &[T],
        row: fn(&T) -> [Arg; COLUMNS],
    ) -> Result<(), DbError> {
        let mut items = items;
        let take = |many: usize| -> (Vec<Arg>, usize) {
            let (now, later) = items.split_at(many.min(items.len()));
            items = later;
            let mut chunk = Vec::with_capacity(now.len() * COLUMNS + COMMON);
            chunk.extend(now.iter().flat_map(row));
            chunk.extend(common.iter().cloned());
            (chunk, now.len())
        };
        self.insert_chunks(into, "", [COMMON, COLUMNS], take).await
    }

    /// `take` gives the values of at most so many rows, with the common ones behind them, and how many rows
    /// these are.
    async fn insert_chunks(
        &mut self,
        into: &str,
        after: &str,
        [common, columns]: [usize; 2],
        mut take: impl FnMut(usize) -> (Vec<Arg>, usize),
    ) -> Result<(), DbError> {
        let most = (VALUES_MAX / columns.max(1)).max(1);
        let engine = self.engine();
        let sql_for = |rows| statement(engine, into, after, [common, columns], rows);
        let mut full: Option<String> = None;
        let mut stored = 0;
        let (mut chunk, mut filled) = take(most);
        if filled > 0 && chunk.len() <= SHORT {
            return self.later(sql_for(filled), &chunk).await;
        }
        while filled > 0 {
            let sql = if filled == most {
                full.get_or_insert_with(|| sql_for(most)).clone()
            } else {
                sql_for(filled)
            };
            // The driver works on another thread or machine: the next rows are made ready meanwhile.
            let (done, next) = join(self.execute(sql, &chunk), async { take(most) }).await;
            stored += done?;
            (chunk, filled) = next;
        }
        if stored > BULKY {
            self.is_bulky();
        }
        Ok(())
    }
}

fn statement(
    engine: Engine,
    into: &str,
    after: &str,
    [common, columns]: [usize; 2],
    rows: usize,
) -> String {
    let mut sql =
        String::with_capacity(into.len() + after.len() + 16 + rows * (common + columns) * 6);
    sql.push_str(into);
    sql.push_str(" VALUES ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..common + columns {
            if column > 0 {
                sql.push(',');
            }
            if column < common {
                // Behind the rows' own values. On SQLite `$7` is a name, which the driver takes for the place of
                // the value; bare placeholders keep counting from the first value.
                let _ = write!(sql, "${}", rows * columns + column + 1);
                continue;
            }
            match engine {
                // SQLite looks each name up in a list, which is quadratic work: with 2,000 of them eight
                // times the time of bare ones, which it only counts.
                Engine::Sqlite => sql.push('?'),
                Engine::Postgres => {
                    let _ = write!(sql, "${}", row * columns + column - common + 1);
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
