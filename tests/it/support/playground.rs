//! Tables to try the database handle on.

use jiff::Timestamp;
use portolan::db::DbError;
use portolan::db::migrate::{MIGRATIONS, Migration};

use super::database::TestDb;

/// A table with one column of each kind, and constraints with names.
const PLAYGROUND: &[Migration] = &[Migration {
    version: 900,
    name: "0900_playground",
    sqlite: "CREATE TABLE things (id TEXT NOT NULL PRIMARY KEY, word TEXT, number INTEGER, \
                flag INTEGER CHECK (flag IN (0, 1)), bytes BLOB, \
                CONSTRAINT things_small CHECK (number < 1000000)) STRICT;
             CREATE UNIQUE INDEX things_one_word ON things (word, number) WHERE flag;
             CREATE TABLE parts (thing TEXT NOT NULL REFERENCES things (id), nr INTEGER NOT NULL, PRIMARY KEY (thing, nr)) STRICT;",
    postgres: "CREATE TABLE things (id TEXT COLLATE \"C\" NOT NULL PRIMARY KEY, word TEXT COLLATE \"C\", number BIGINT, \
                flag BOOLEAN, bytes BYTEA, CONSTRAINT things_small CHECK (number < 1000000));
             CREATE UNIQUE INDEX things_one_word ON things (word, number) WHERE flag;
             CREATE TABLE parts (thing TEXT COLLATE \"C\" NOT NULL REFERENCES things (id), nr BIGINT NOT NULL, PRIMARY KEY (thing, nr));",
}];
/// Fills a row of it.
pub const INSERT: &str =
    "INSERT INTO things (id, word, number, flag, bytes) VALUES ($1, $2, $3, $4, $5)";

/// The migrations with more behind them.
fn and(more: &'static [Migration]) -> &'static [Migration] {
    [MIGRATIONS, more].concat().leak()
}

/// Makes the tables.
pub async fn playground(test: &TestDb) {
    test.db
        .migrate_with(and(PLAYGROUND), Timestamp::UNIX_EPOCH)
        .await
        .expect("the playground is made");
}

/// What was refused, in a word that is the same on both engines.
pub fn refusal(error: &DbError) -> String {
    match error {
        DbError::Unique { index, .. } => format!("unique {index}"),
        DbError::ForeignKey(_) => "foreign key".to_owned(),
        DbError::Refused { constraint, .. } => format!("refused {constraint}"),
        DbError::ReadOnly(_) => "read only".to_owned(),
        other => format!("{other:?}"),
    }
}
