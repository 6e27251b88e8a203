use jiff::Timestamp;

use super::*;
use crate::args;

/// A fresh SQLite database in a folder that goes away with the guard.
async fn fresh() -> (Db, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let db = Db::connect(
        &format!("sqlite:{}/test.db", folder.path().display()),
        &DbOptions::default(),
    )
    .await
    .expect("the file opens");
    db.migrate(Timestamp::UNIX_EPOCH)
        .await
        .expect("the schema is made");
    (db, folder)
}

#[tokio::test]
async fn what_was_not_committed_left_no_trace() {
    let (db, _folder) = fresh().await;
    let insert = "INSERT INTO reconcilers (name, due_at, nudges) VALUES ($1, $2, 0)";
    let mut tx = db.write().await.expect("begins");
    assert_eq!(
        tx.execute(insert, args!["kept", Timestamp::UNIX_EPOCH])
            .await
            .expect("stores"),
        1
    );
    tx.commit().await.expect("commits");
    let mut tx = db.write().await.expect("begins");
    tx.execute(insert, args!["dropped", 1_i64])
        .await
        .expect("stores");
    drop(tx);
    let mut read = db.read().await.expect("begins");
    let rows = read
        .fetch_all("SELECT name, due_at, last_error FROM reconcilers", args![])
        .await
        .expect("reads");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].text("name").expect("a text"), "kept");
    assert_eq!(
        rows[0].instant("due_at").expect("an instant"),
        Timestamp::UNIX_EPOCH
    );
    assert_eq!(rows[0].opt_text("last_error").expect("a NULL"), None);
    let error = rows[0].text("last_error").expect_err("NULL is not a text");
    assert_eq!(
        error.to_string(),
        "the stored value of column `last_error` cannot be used: it is NULL"
    );
}

#[tokio::test]
async fn a_second_process_is_refused() {
    let (_db, folder) = fresh().await;
    let url = format!("sqlite:{}/test.db", folder.path().display());
    let error = Db::connect(&url, &DbOptions::default())
        .await
        .expect_err("the file is held");
    assert!(
        error
            .to_string()
            .contains(&format!("in use by process {}", std::process::id())),
        "{error}"
    );
}
